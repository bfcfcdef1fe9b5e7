/* SPDX-License-Identifier: MIT
 *
 * turns.c - Winding numbers by one ray: a mesh with its caps is closed, and what a ray leaves less
 * what it enters is how often that winds around the ray's start; less the caps' own number it is
 * the mesh's. A ray costs a tenth of the sum over solid angles where a surface is near.
 *
 * Embree narrows the search in float; what it reports is decided in double. A ray that passes an
 * edge so closely that Embree may have missed a triangle decides nothing, and another is sent.
 */
#include "shape/surface_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rays that are sent before the sum over solid angles has to decide. */
#define TRIES 3
/* As shares of the box: how far a ray in float may be from the one in double, and how far behind
 * its start a triangle may seem to be. */
#define ASIDE  1e-6
#define BEHIND 4e-6
/* A triangle whose plane contains the start, as a share of what its volume could be. */
#define FLAT 1e-12
/* Caps a triangle beyond which their own sum is no bargain. */
#define CAPS 0.125

struct inr_turns {
    struct inr_scene *scene;  /* of the surface */
    struct inr_scene caps;    /* no triangles: a closed mesh */
    struct inr_winding *rest; /* the caps' winding number */
    double box[2][3];
    double aside, behind;
};

/* One ray's count; Embree hands it to the filter. */
struct count {
    struct inr_embree_context context; /* first */
    double from[3], along[3];
    double aside;
    int turns;
    bool unsure;
};

static void cross(const double a[3], const double b[3], double out[3])
{
    for (int d = 0; d < 3; d++)
        out[d] = a[(d + 1) % 3] * b[(d + 2) % 3] - a[(d + 2) % 3] * b[(d + 1) % 3];
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* On which side of the line the edge from a to b passes: 1, -1, or 0 for too near to tell. */
static int side_of(const struct count *c, const double a[3], const double b[3], double *volume)
{
    double normal[3], edge[3];
    cross(a, b, normal);
    for (int d = 0; d < 3; d++)
        edge[d] = b[d] - a[d];
    *volume = dot(normal, c->along);
    const double near = c->aside * c->aside * dot(edge, edge) * dot(c->along, c->along);
    return *volume * *volume <= near ? 0 : *volume > 0.0 ? 1 : -1;
}

/* The volumes x, y, z that the ray spans with the edges add up to the normal along the ray; the one
 * that its start spans with the corners says whether the triangle is before it or behind. */
static void count_triangle(struct count *c, const float *corner[3])
{
    double v[3][3], normal[3], x, y, z;
    for (int k = 0; k < 3; k++)
        for (int d = 0; d < 3; d++)
            v[k][d] = (double)corner[k][d] - c->from[d];
    const int a = side_of(c, v[0], v[1], &x), b = side_of(c, v[1], v[2], &y);
    const int e = side_of(c, v[2], v[0], &z);
    if ((a > 0 || b > 0 || e > 0) && (a < 0 || b < 0 || e < 0))
        return;
    cross(v[1], v[2], normal);
    const double volume = dot(v[0], normal), leaving = x + y + z;
    const double most = dot(v[0], v[0]) * dot(normal, normal);
    const bool ahead = (volume > 0.0) == (leaving > 0.0);
    if (volume * volume <= FLAT * FLAT * most || (ahead && a * b * e == 0))
        c->unsure = true;
    else if (ahead)
        c->turns += leaving > 0.0 ? 1 : -1;
}

/* Single rays come here, whose arrays of one are plain structs. */
static void count_hit(const struct RTCFilterFunctionNArguments *args)
{
    const struct inr_scene *s = args->geometryUserPtr;
    const size_t i = ((const struct RTCHit *)args->hit)->primID;
    const float *corner[3];
    for (size_t k = 0; k < 3; k++)
        corner[k] = s->vertices + 3 * (size_t)s->triangles[3 * i + k];
    count_triangle((struct count *)(void *)args->context, corner);
    args->valid[0] = 0;
}

static void count_along(const struct inr_turns *turns, const struct inr_scene *scene,
                        struct count *c)
{
    float from[3], along[3];
    for (int d = 0; d < 3; d++) {
        from[d] = (float)(c->from[d] - turns->behind * c->along[d]);
        along[d] = (float)c->along[d];
    }
    struct RTCRay ray = inr_scene_ray(from, along, INFINITY, 0);
    inr_embree_visit(scene->scene, &ray, &c->context);
}

/* Towards the nearest wall of the box, askew, as meshes often are along the axes. The numbers have
 * few bits: a float holds them. */
static void choose_ray(const struct inr_turns *turns, const double q[3], int attempt,
                       double along[3])
{
    static const double askew[TRIES][2] = {
        {0.1533203125, 0.0791015625}, {-0.0693359375, 0.2158203125}, {0.2822265625, -0.1923828125}};
    double nearest = (double)INFINITY;
    int axis = 0, sign = 1;
    for (int d = 0; d < 3; d++)
        for (int side = 0; side < 2; side++)
            if (fabs(turns->box[side][d] - q[d]) < nearest) {
                nearest = fabs(turns->box[side][d] - q[d]);
                axis = d;
                sign = side ? 1 : -1;
            }
    along[axis] = sign;
    along[(axis + 1) % 3] = askew[attempt][0];
    along[(axis + 2) % 3] = askew[attempt][1];
}

bool inr_turns_number(const struct inr_turns *turns, const double q[3], double *number)
{
    bool beyond = false;
    struct count c = {.aside = turns->aside};
    for (int d = 0; d < 3; d++)
        beyond |= q[d] < turns->box[0][d] || q[d] > turns->box[1][d];
    memcpy(c.from, q, sizeof c.from);
    c.unsure = !beyond;
    for (int attempt = 0; c.unsure && attempt < TRIES; attempt++) {
        c.turns = 0;
        c.unsure = false;
        choose_ray(turns, q, attempt, c.along);
        count_along(turns, turns->scene, &c);
        if (turns->rest && !c.unsure)
            count_along(turns, &turns->caps, &c);
    }
    *number = c.turns - (turns->rest ? inr_winding_number(turns->rest, q) : 0.0);
    return !c.unsure;
}

static enum inr_status make_caps(struct inr_turns *turns, const struct inr_mesh *caps,
                                 struct inr_error *err)
{
    enum inr_status status = inr_scene_init(&turns->caps, caps, 1, err);
    if (status != INR_OK)
        return status;
    rtcSetGeometryUserData(turns->caps.geometry, &turns->caps);
    rtcSetGeometryOccludedFilterFunction(turns->caps.geometry, count_hit);
    status = inr_scene_build(&turns->caps, err);
    return status == INR_OK ? inr_winding_create(&turns->caps, &turns->rest, err) : status;
}

enum inr_status inr_turns_create(struct inr_scene *scene, const struct inr_mesh *mesh,
                                 const struct inr_edges *edges, struct inr_turns **out,
                                 struct inr_error *err)
{
    struct inr_mesh *caps = NULL;
    bool too_many;
    *out = NULL;
    enum inr_status status = inr_mesh_caps(mesh, edges, (size_t)(CAPS * (double)mesh->n_triangles),
                                           &caps, &too_many, err);
    if (status != INR_OK || too_many)
        return status;
    struct inr_turns *turns = calloc(1, sizeof *turns);
    if (!turns)
        status = inr_shape_no_memory(err, "mesh");
    else if (caps)
        status = make_caps(turns, caps, err);
    inr_mesh_free(caps);
    if (status != INR_OK) {
        inr_turns_destroy(turns);
        return status;
    }
    turns->scene = scene;
    inr_mesh_box(mesh, turns->box);
    turns->aside = ASIDE * inr_box_longest(turns->box);
    turns->behind = BEHIND * inr_box_longest(turns->box);
    rtcSetGeometryUserData(scene->geometry, scene);
    rtcSetGeometryOccludedFilterFunction(scene->geometry, count_hit);
    *out = turns;
    return INR_OK;
}

void inr_turns_destroy(struct inr_turns *turns)
{
    if (!turns)
        return;
    inr_winding_destroy(turns->rest);
    inr_scene_finish(&turns->caps);
    free(turns);
}
