/* SPDX-License-Identifier: MIT
 *
 * mesh_sample.c - A cloud of points with normals on a mesh.
 */
#include "shape/shape_internal.h"

#include <string.h>

#include "base/random.h"

/* A surface wants coordinates near 1: those of a frame. */
static enum inr_status framed_surface(const struct inr_mesh *mesh, const struct inr_frame *frame,
                                      int threads, struct inr_surface **out, struct inr_error *err)
{
    struct inr_mesh *moved = NULL;
    enum inr_status status =
        inr_mesh_create(mesh->n_vertices, mesh->n_triangles, false, &moved, err);
    if (status != INR_OK)
        return status;
    memcpy(moved->vertices, mesh->vertices, 3 * mesh->n_vertices * sizeof *mesh->vertices);
    memcpy(moved->triangles, mesh->triangles, 3 * mesh->n_triangles * sizeof *mesh->triangles);
    inr_mesh_enter(moved, frame);
    status = inr_surface_create(moved, INR_SIGN_NONE, threads, out, err);
    inr_mesh_free(moved);
    return status;
}

enum inr_status inr_mesh_sample(const struct inr_mesh *mesh, uint64_t seed, size_t n, int threads,
                                struct inr_mesh **out, struct inr_error *err)
{
    struct inr_surface *surface = NULL;
    struct inr_frame frame;
    *out = NULL;
    if (n == 0 || mesh->n_triangles == 0)
        return inr_fail(err, INR_ERR_USAGE,
                        "%zu points of %zu triangles: a mesh and at least one point are needed", n,
                        mesh->n_triangles);
    inr_mesh_frame(mesh, 0.0, &frame);
    enum inr_status status = framed_surface(mesh, &frame, threads, &surface, err);
    if (status == INR_OK)
        status = inr_mesh_create(n, 0, true, out, err);
    if (status == INR_OK) {
        inr_surface_sample(surface, seed, INR_STREAM_CLOUD, 0, n, (*out)->vertices,
                           (*out)->normals);
        inr_mesh_leave(*out, &frame);
    }
    inr_surface_destroy(surface);
    return status;
}
