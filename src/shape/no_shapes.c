/* SPDX-License-Identifier: MIT
 *
 * no_shapes.c - Stands in for assimp and Embree where the program is built without them
 * (INRUSH_SHAPES=OFF): meshes and clouds are refused with a sentence. No surface is ever made, so
 * what asks one of them is not reached.
 */
#include <string.h>

#include "shape/shape_internal.h"

#define WITHOUT "this program is built without meshes and clouds (INRUSH_SHAPES=OFF); "

enum inr_status inr_mesh_read_assimp(const char *path, struct inr_mesh **out, struct inr_error *err)
{
    *out = NULL;
    return inr_fail(err, INR_ERR_INPUT, "%s: " WITHOUT "use one that has them", path);
}

/* The commonest ones, so that they get the sentence above rather than that of a bad picture. */
bool inr_mesh_assimp_knows(const char *suffix)
{
    static const char *const known[] = {".ply",  ".obj", ".stl", ".off", ".glb",
                                        ".gltf", ".fbx", ".dae", ".3ds"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (inr_shape_has_suffix(suffix, known[i]))
            return true;
    return false;
}

enum inr_status inr_mesh_count_crossings(const struct inr_mesh *mesh, const struct inr_edges *edges,
                                         size_t *count, struct inr_error *err)
{
    (void)mesh;
    (void)edges;
    *count = 0;
    return inr_fail(err, INR_ERR_INPUT, WITHOUT "use one that has them to check a mesh");
}

enum inr_status inr_surface_create(const struct inr_mesh *mesh, enum inr_sign sign, int threads,
                                   struct inr_surface **out, struct inr_error *err)
{
    (void)mesh;
    (void)sign;
    (void)threads;
    *out = NULL;
    return inr_fail(err, INR_ERR_INPUT, WITHOUT "use one that has them to measure distances");
}

void inr_surface_destroy(struct inr_surface *surface)
{
    (void)surface;
}

enum inr_sign inr_surface_sign(const struct inr_surface *surface)
{
    (void)surface;
    return INR_SIGN_NONE;
}

double inr_surface_area(const struct inr_surface *surface)
{
    (void)surface;
    return 0.0;
}

void inr_surface_distance(const struct inr_surface *surface, const float *points, size_t n,
                          float *out)
{
    inr_surface_closest(surface, points, n, out, NULL, NULL);
}

void inr_surface_closest(const struct inr_surface *surface, const float *points, size_t n,
                         float *distance, float *position, float *normal)
{
    (void)surface;
    (void)points;
    if (distance)
        memset(distance, 0, n * sizeof *distance);
    if (position)
        memset(position, 0, 3 * n * sizeof *position);
    if (normal)
        memset(normal, 0, 3 * n * sizeof *normal);
}

void inr_surface_occupancy(const struct inr_surface *surface, const float *points, size_t n,
                           float *out)
{
    inr_surface_closest(surface, points, n, out, NULL, NULL);
}

bool inr_surface_meets(const struct inr_surface *surface)
{
    (void)surface;
    return false;
}

void inr_surface_meet(const struct inr_surface *surface, const float from[3],
                      const float *directions, size_t n, float *t, float *normals)
{
    (void)from;
    inr_surface_closest(surface, directions, n, t, NULL, normals);
}

void inr_surface_winding(const struct inr_surface *surface, const float *points, size_t n,
                         float *out)
{
    inr_surface_closest(surface, points, n, out, NULL, NULL);
}

void inr_surface_sample(const struct inr_surface *surface, uint64_t seed, uint32_t stream,
                        uint64_t first, size_t n, float *points, float *normals)
{
    (void)seed;
    (void)stream;
    (void)first;
    inr_surface_closest(surface, NULL, n, NULL, points, normals);
}
