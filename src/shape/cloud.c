/* SPDX-License-Identifier: MIT
 *
 * cloud.c - Clouds of points: the nearest of them, and, with normals, of the discs they span.
 *
 * Points alone would leave a surface half a spacing thick. With a normal, a point stands for a disc
 * as wide as the neighbourhood it speaks for, and the sign is that of the neighbours' distances
 * along their normals, nearer ones weighing more (as in Hoppe et al. 1992, over NEIGHBOURS points).
 */
#include "shape/surface_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEIGHBOURS 8

/* A disc reaches to this neighbour: in a cloud drawn at random, gaps between them are rare. */
#define SPAN 6

/* The nearest points so far, nearest first; equal distances by number. */
struct search {
    const struct inr_surface *surface;
    const double *p;
    int n;
    double squared[NEIGHBOURS];
    uint32_t point[NEIGHBOURS];
};

static bool visit(struct RTCPointQueryFunctionArguments *args)
{
    struct search *s = args->userPtr;
    const float *q = s->surface->scene.vertices + 3 * (size_t)args->primID;
    double squared = 0.0;
    for (int d = 0; d < 3; d++)
        squared += ((double)q[d] - s->p[d]) * ((double)q[d] - s->p[d]);
    int at = s->n;
    while (at > 0 && (squared < s->squared[at - 1] ||
                      (squared == s->squared[at - 1] && args->primID < s->point[at - 1])))
        at--;
    if (at == NEIGHBOURS)
        return false;
    if (s->n < NEIGHBOURS)
        s->n++;
    for (int i = s->n - 1; i > at; i--) {
        s->squared[i] = s->squared[i - 1];
        s->point[i] = s->point[i - 1];
    }
    s->squared[at] = squared;
    s->point[at] = args->primID;
    if (s->n < NEIGHBOURS)
        return false;
    args->query->radius =
        (float)(sqrt(s->squared[NEIGHBOURS - 1]) * (1.0 + 1e-6) + s->surface->tiny);
    return true;
}

static void look(const struct inr_surface *surface, const double p[3], struct search *s)
{
    struct RTCPointQueryContext context;
    struct RTCPointQuery query = {
        .x = (float)p[0], .y = (float)p[1], .z = (float)p[2], .time = 0.0f, .radius = INFINITY};
    rtcInitPointQueryContext(&context);
    s->surface = surface;
    s->p = p;
    s->n = 0;
    rtcPointQuery(surface->scene.scene, &query, &context, visit, s);
}

/* The point of the disc closest to p; returns the distance, *along that along the normal. */
static double closest_of_disc(const struct inr_surface *surface, uint32_t i, const double p[3],
                              double out[3], double *along)
{
    const float *q = surface->scene.vertices + 3 * (size_t)i;
    const float *n = surface->normals + 3 * (size_t)i;
    double offset[3], flat = 0.0, squared = 0.0;
    *along = 0.0;
    for (int d = 0; d < 3; d++) {
        offset[d] = p[d] - (double)q[d];
        *along += offset[d] * (double)n[d];
    }
    for (int d = 0; d < 3; d++) {
        offset[d] -= *along * (double)n[d];
        flat += offset[d] * offset[d];
    }
    flat = sqrt(flat);
    const double radius = (double)surface->radii[i];
    const double share = flat > radius ? radius / flat : 1.0;
    for (int d = 0; d < 3; d++) {
        out[d] = (double)q[d] + share * offset[d];
        squared += (p[d] - out[d]) * (p[d] - out[d]);
    }
    return sqrt(squared);
}

static void nearest_disc(const struct search *s, struct inr_nearest *out)
{
    double vote = 0.0;
    out->distance = (double)INFINITY;
    for (int i = 0; i < s->n; i++) {
        const float *n = s->surface->normals + 3 * (size_t)s->point[i];
        double position[3], along;
        const double distance = closest_of_disc(s->surface, s->point[i], s->p, position, &along);
        vote += along / (s->squared[i] + s->surface->tiny * s->surface->tiny);
        if (distance >= out->distance)
            continue;
        out->distance = distance;
        out->primitive = s->point[i];
        for (int d = 0; d < 3; d++) {
            out->position[d] = position[d];
            out->normal[d] = (double)n[d];
        }
    }
    out->inside = vote < 0.0;
}

void inr_cloud_nearest(const struct inr_surface *surface, const double p[3],
                       struct inr_nearest *out)
{
    struct search s;
    memset(out, 0, sizeof *out);
    look(surface, p, &s);
    if (surface->normals) {
        nearest_disc(&s, out);
        return;
    }
    out->primitive = s.point[0];
    out->distance = sqrt(s.squared[0]);
    for (int d = 0; d < 3; d++)
        out->position[d] = (double)surface->scene.vertices[3 * (size_t)s.point[0] + (size_t)d];
}

enum inr_status inr_cloud_measure(struct inr_surface *surface, struct inr_error *err)
{
    const size_t n = surface->scene.n_vertices;
    surface->radii = malloc(n * sizeof *surface->radii);
    if (!surface->radii)
        return inr_shape_no_memory(err, "cloud");
#pragma omp parallel for num_threads(surface->threads) schedule(dynamic, 256)
    for (size_t i = 0; i < n; i++) {
        struct search s;
        double p[3];
        for (size_t d = 0; d < 3; d++)
            p[d] = (double)surface->scene.vertices[3 * i + d];
        look(surface, p, &s);
        /* the first found is the point itself */
        surface->radii[i] = (float)sqrt(s.squared[s.n > SPAN ? SPAN : s.n - 1]);
    }
    return INR_OK;
}
