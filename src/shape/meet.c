/* SPDX-License-Identifier: MIT
 *
 * meet.c - Where rays first meet the triangles of a mesh.
 */
#include "shape/surface_internal.h"

#include <math.h>

bool inr_surface_meets(const struct inr_surface *surface)
{
    return surface->scene.triangles != NULL;
}

static void meet(const struct inr_surface *surface, const float from[3], const float direction[3],
                 float *t, float normal[3])
{
    struct RTCRayHit hit = {.ray = inr_scene_ray(from, direction, INFINITY, 0),
                            .hit = {.geomID = RTC_INVALID_GEOMETRY_ID}};
    double n[3], along = 0.0;
    inr_embree_intersect(surface->scene.scene, &hit);
    *t = -1.0f;
    if (hit.hit.geomID == RTC_INVALID_GEOMETRY_ID)
        return;
    *t = hit.ray.tfar;
    inr_scene_normal(&surface->scene, hit.hit.primID, n);
    for (int d = 0; d < 3; d++)
        along += n[d] * (double)direction[d];
    for (int d = 0; d < 3; d++)
        normal[d] = (float)(along > 0.0 ? -n[d] : n[d]);
}

void inr_surface_meet(const struct inr_surface *surface, const float from[3],
                      const float *directions, size_t n, float *t, float *normals)
{
#pragma omp parallel for num_threads(surface->threads) schedule(dynamic, 256)
    for (size_t i = 0; i < n; i++)
        meet(surface, from, directions + 3 * i, t + i, normals + 3 * i);
}
