/* SPDX-License-Identifier: MIT
 *
 * scene.h - The triangles of a mesh in an Embree scene of their own.
 */
#ifndef INR_SHAPE_SCENE_H
#define INR_SHAPE_SCENE_H

#include "shape/embree.h"
#include "shape/shape_internal.h"

/* vertices and triangles are Embree's own copies, whose ends are padded as it needs. */
struct inr_scene {
    RTCDevice device;
    RTCScene scene;
    RTCGeometry geometry;
    size_t n_vertices, n_triangles;
    float *vertices;     /* [n_vertices][3] */
    uint32_t *triangles; /* [n_triangles][3] */
};

/* Copy a mesh; vertices may still be moved before inr_scene_build. A cloud becomes one user
 * primitive a point, whose bounds are the point. threads: 0 for all. Errors: INR_ERR_MEMORY. */
enum inr_status inr_scene_init(struct inr_scene *scene, const struct inr_mesh *mesh, int threads,
                               struct inr_error *err);
enum inr_status inr_scene_build(struct inr_scene *scene, struct inr_error *err);
void inr_scene_finish(struct inr_scene *scene);

/* A ray from `from` along `along`, parameters 0 to `end`; id comes back in filters. */
struct RTCRay inr_scene_ray(const float from[3], const float along[3], float end, uint32_t id);

#endif
