/* SPDX-License-Identifier: MIT
 *
 * crossing.c - Does a surface pass through itself?
 *
 * Two triangles that cross have an edge of one that pierces the other, unless they lie in one
 * plane. So every edge goes through the scene as a ray, and what Embree reports in float is decided
 * again in double, by the signs of the volumes that the edge spans with the triangle.
 */
#include "shape/scene.h"

#include <stdlib.h>
#include <string.h>

/* Six times the signed volume of the tetrahedron a b c d. */
static double volume6(const float *a, const float *b, const float *c, const float *d)
{
    double u[3], v[3], w[3];
    for (int i = 0; i < 3; i++) {
        u[i] = (double)b[i] - (double)a[i];
        v[i] = (double)c[i] - (double)a[i];
        w[i] = (double)d[i] - (double)a[i];
    }
    return u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) +
           u[2] * (v[0] * w[1] - v[1] * w[0]);
}

/* The open segment p q passes through the inside of triangle abc. */
static bool pierces(const float *p, const float *q, const float *a, const float *b, const float *c)
{
    const double below = volume6(a, b, c, p), above = volume6(a, b, c, q);
    const double x = volume6(p, q, a, b), y = volume6(p, q, b, c), z = volume6(p, q, c, a);
    return below * above < 0.0 &&
           ((x > 0.0 && y > 0.0 && z > 0.0) || (x < 0.0 && y < 0.0 && z < 0.0));
}

/* A hit counts when the triangle shares no vertex with the edge and is pierced in double too.
 * Single rays come here, whose arrays of one are plain structs. */
static void keep_true_hit(const struct RTCFilterFunctionNArguments *args)
{
    const struct inr_scene *s = args->geometryUserPtr;
    const uint32_t side = ((const struct RTCRay *)args->ray)->id;
    const uint32_t from = s->triangles[side];
    const uint32_t to = s->triangles[side - side % 3 + (side % 3 + 1) % 3];
    const uint32_t *t = s->triangles + 3 * (size_t)((const struct RTCHit *)args->hit)->primID;
    const float *v = s->vertices;
    bool touches = false;
    for (int k = 0; k < 3; k++)
        touches |= t[k] == from || t[k] == to;
    if (touches || !pierces(v + 3 * (size_t)from, v + 3 * (size_t)to, v + 3 * (size_t)t[0],
                            v + 3 * (size_t)t[1], v + 3 * (size_t)t[2]))
        args->valid[0] = 0;
}

static bool edge_crosses(const struct inr_scene *s, uint32_t side)
{
    const float *from = s->vertices + 3 * (size_t)s->triangles[side];
    const float *to = s->vertices + 3 * (size_t)s->triangles[side - side % 3 + (side % 3 + 1) % 3];
    const float along[3] = {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
    struct RTCRay ray = inr_scene_ray(from, along, 1.0f, side);
    return inr_embree_occluded(s->scene, &ray);
}

enum inr_status inr_mesh_count_crossings(const struct inr_mesh *mesh, const struct inr_edges *edges,
                                         size_t *count, struct inr_error *err)
{
    struct inr_scene scene;
    struct inr_frame frame;
    struct inr_mesh copy = *mesh;
    *count = 0;
    enum inr_status status = inr_scene_init(&scene, mesh, 0, err);
    if (status != INR_OK)
        return status;
    /* where float's range and Embree's tolerances are at their best */
    inr_mesh_frame(mesh, 0.0, &frame);
    copy.vertices = scene.vertices;
    inr_mesh_enter(&copy, &frame);
    rtcSetGeometryUserData(scene.geometry, &scene);
    rtcSetGeometryOccludedFilterFunction(scene.geometry, keep_true_hit);
    status = inr_scene_build(&scene, err);
    size_t found = 0;
    if (status == INR_OK) {
#pragma omp parallel for schedule(dynamic, 1024) reduction(+ : found)
        for (size_t v = 0; v < mesh->n_vertices; v++)
            for (size_t at = edges->first[v]; at < edges->first[v + 1];
                 at = inr_edges_end(edges, v, at))
                found += edge_crosses(&scene, edges->halves[at].side);
    }
    *count = found;
    inr_scene_finish(&scene);
    return status;
}
