/* SPDX-License-Identifier: MIT
 *
 * sign.c - Whether a point is inside: winding number, stabbing rays, pseudo-normals.
 */
#include "shape/surface_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- pseudo-normals (Baerentzen and Aanaes 2005) ---- */

/* The angle at corner k of triangle t. */
static double angle_at(const struct inr_scene *s, size_t t, size_t k)
{
    const uint32_t *corner = s->triangles + 3 * t;
    const float *a = s->vertices + 3 * (size_t)corner[k];
    const float *b = s->vertices + 3 * (size_t)corner[(k + 1) % 3];
    const float *c = s->vertices + 3 * (size_t)corner[(k + 2) % 3];
    double u[3], v[3], cross = 0.0, inner = 0.0;
    for (int d = 0; d < 3; d++) {
        u[d] = (double)b[d] - (double)a[d];
        v[d] = (double)c[d] - (double)a[d];
        inner += u[d] * v[d];
    }
    for (int d = 0; d < 3; d++)
        cross += pow(u[(d + 1) % 3] * v[(d + 2) % 3] - u[(d + 2) % 3] * v[(d + 1) % 3], 2.0);
    return atan2(sqrt(cross), inner);
}

static void side_normals(struct inr_surface *surface, const struct inr_edges *edges)
{
    for (size_t v = 0; v < surface->scene.n_vertices; v++)
        for (size_t at = edges->first[v], end; at < edges->first[v + 1]; at = end) {
            double sum[3] = {0};
            end = inr_edges_end(edges, v, at);
            for (size_t i = at; i < end; i++) {
                double n[3];
                inr_scene_normal(&surface->scene, edges->halves[i].side / 3, n);
                for (int d = 0; d < 3; d++)
                    sum[d] += n[d];
            }
            for (size_t i = at; i < end; i++)
                for (size_t d = 0; d < 3; d++)
                    surface->side_normals[3 * (size_t)edges->halves[i].side + d] = (float)sum[d];
        }
}

enum inr_status inr_surface_make_normals(struct inr_surface *surface, const struct inr_mesh *mesh,
                                         const struct inr_edges *edges, struct inr_error *err)
{
    surface->corner_normals = calloc(mesh->n_vertices, 3 * sizeof *surface->corner_normals);
    surface->side_normals = calloc(mesh->n_triangles, 9 * sizeof *surface->side_normals);
    if (!surface->corner_normals || !surface->side_normals)
        return inr_shape_no_memory(err, "mesh");
    for (size_t t = 0; t < mesh->n_triangles; t++) {
        double n[3];
        inr_scene_normal(&surface->scene, t, n);
        for (size_t k = 0; k < 3; k++) {
            const double angle = angle_at(&surface->scene, t, k);
            float *sum = surface->corner_normals + 3 * (size_t)mesh->triangles[3 * t + k];
            for (int d = 0; d < 3; d++)
                sum[d] += (float)(angle * n[d]);
        }
    }
    side_normals(surface, edges);
    return INR_OK;
}

static bool behind(const struct inr_surface *surface, const double p[3],
                   const struct inr_nearest *nearest)
{
    const size_t t = nearest->primitive;
    const int feature = nearest->feature;
    double along = 0.0;
    for (int d = 0; d < 3; d++) {
        double n = nearest->normal[d];
        if (feature >= INR_FEATURE_CORNER) {
            const size_t k = (size_t)(feature - INR_FEATURE_CORNER);
            n = (double)surface
                    ->corner_normals[3 * (size_t)surface->scene.triangles[3 * t + k] + (size_t)d];
        } else if (feature >= INR_FEATURE_EDGE) {
            n = (double)surface
                    ->side_normals[3 * (3 * t + (size_t)(feature - INR_FEATURE_EDGE)) + (size_t)d];
        }
        along += n * (p[d] - nearest->position[d]);
    }
    return along < 0.0;
}

/* ---- stabbing rays (instant-ngp) ---- */

#define RAYS 32

/* Odd, so that every ray has its turn, and far, so that the first few look everywhere. */
#define RAY_STRIDE 13

static bool enclosed(const struct inr_surface *surface, const double p[3])
{
    const float from[3] = {(float)p[0], (float)p[1], (float)p[2]};
    const double golden = 2.39996322972865332; /* pi (3 - sqrt 5) */
    for (int i = 0; i < RAYS; i++) {
        const int k = i * RAY_STRIDE % RAYS;
        const double z = 1.0 - (2.0 * k + 1.0) / RAYS, r = sqrt(1.0 - z * z);
        const float along[3] = {(float)(r * cos(golden * k)), (float)(r * sin(golden * k)),
                                (float)z};
        struct RTCRay ray = inr_scene_ray(from, along, INFINITY, 0);
        if (!inr_embree_occluded(surface->scene.scene, &ray))
            return false;
    }
    return true;
}

/* ---- the sign in use ---- */

double inr_surface_turns(const struct inr_surface *surface, const double q[3])
{
    double number;
    if (surface->turns && inr_turns_number(surface->turns, q, &number))
        return number;
    return inr_winding_number(surface->winding, q);
}

static bool outside_box(const struct inr_surface *surface, const double p[3])
{
    for (int d = 0; d < 3; d++)
        if (p[d] < surface->box[0][d] || p[d] > surface->box[1][d])
            return true;
    return false;
}

bool inr_surface_alone(const struct inr_surface *surface)
{
    return surface->turns || surface->sign == INR_SIGN_WINDING || surface->sign == INR_SIGN_STAB;
}

bool inr_surface_encloses(const struct inr_surface *surface, const double p[3])
{
    if (outside_box(surface, p) && (surface->closed || surface->sign == INR_SIGN_STAB))
        return false;
    if (surface->sign == INR_SIGN_STAB)
        return enclosed(surface, p);
    if (surface->sign == INR_SIGN_NORMAL) {
        struct inr_nearest nearest;
        double number;
        if (inr_turns_number(surface->turns, p, &number))
            return number >= 0.5;
        inr_mesh_nearest(surface, p, &nearest);
        return nearest.distance > 0.0 && behind(surface, p, &nearest);
    }
    return fabs(inr_surface_turns(surface, p)) >= 0.5;
}

bool inr_surface_behind(const struct inr_surface *surface, const double p[3],
                        const struct inr_nearest *nearest)
{
    if (nearest->distance <= 0.0 || surface->sign == INR_SIGN_NONE)
        return false;
    if (!surface->scene.triangles)
        return nearest->inside;
    if (surface->sign == INR_SIGN_NORMAL)
        return behind(surface, p, nearest);
    return inr_surface_encloses(surface, p);
}
