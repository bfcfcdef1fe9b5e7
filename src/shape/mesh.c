/* SPDX-License-Identifier: MIT
 *
 * mesh.c - Meshes in memory: making, measuring and moving them.
 */
#include "shape/shape_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum inr_status inr_shape_no_memory(struct inr_error *err, const char *name)
{
    return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory; give a smaller mesh", name);
}

bool inr_shape_has_suffix(const char *path, const char *suffix)
{
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, suffix) == 0;
}

enum inr_status inr_mesh_create(size_t n_vertices, size_t n_triangles, bool normals,
                                struct inr_mesh **out, struct inr_error *err)
{
    *out = NULL;
    if (n_vertices >= UINT32_MAX || n_triangles >= UINT32_MAX / 3)
        return inr_fail(err, INR_ERR_INPUT,
                        "a mesh of %zu vertices and %zu triangles is too large; simplify it below "
                        "2^32 of either",
                        n_vertices, n_triangles);
    const size_t room = n_vertices ? n_vertices : 1;
    struct inr_mesh *mesh = calloc(1, sizeof *mesh);
    if (!mesh)
        return inr_shape_no_memory(err, "mesh");
    mesh->n_vertices = n_vertices;
    mesh->n_triangles = n_triangles;
    mesh->vertices = calloc(room, 3 * sizeof *mesh->vertices);
    if (normals)
        mesh->normals = calloc(room, 3 * sizeof *mesh->normals);
    if (n_triangles)
        mesh->triangles = calloc(n_triangles, 3 * sizeof *mesh->triangles);
    if (!mesh->vertices || (normals && !mesh->normals) || (n_triangles && !mesh->triangles)) {
        inr_mesh_free(mesh);
        return inr_shape_no_memory(err, "mesh");
    }
    *out = mesh;
    return INR_OK;
}

void inr_mesh_free(struct inr_mesh *mesh)
{
    if (!mesh)
        return;
    free(mesh->vertices);
    free(mesh->normals);
    free(mesh->triangles);
    free(mesh);
}

void inr_mesh_box(const struct inr_mesh *mesh, double box[2][3])
{
    for (int d = 0; d < 3; d++) {
        double least = mesh->n_vertices ? (double)INFINITY : 0.0;
        double greatest = -least;
        for (size_t i = 0; i < mesh->n_vertices; i++) {
            least = fmin(least, (double)mesh->vertices[3 * i + (size_t)d]);
            greatest = fmax(greatest, (double)mesh->vertices[3 * i + (size_t)d]);
        }
        box[0][d] = least;
        box[1][d] = greatest;
    }
}

double inr_box_longest(double box[2][3])
{
    return fmax(fmax(box[1][0] - box[0][0], box[1][1] - box[0][1]), box[1][2] - box[0][2]);
}

void inr_mesh_cross(const struct inr_mesh *mesh, size_t i, double out[3])
{
    const float *a = mesh->vertices + 3 * (size_t)mesh->triangles[3 * i];
    const float *b = mesh->vertices + 3 * (size_t)mesh->triangles[3 * i + 1];
    const float *c = mesh->vertices + 3 * (size_t)mesh->triangles[3 * i + 2];
    double u[3], v[3];
    for (int d = 0; d < 3; d++) {
        u[d] = (double)b[d] - (double)a[d];
        v[d] = (double)c[d] - (double)a[d];
    }
    for (int d = 0; d < 3; d++)
        out[d] = u[(d + 1) % 3] * v[(d + 2) % 3] - u[(d + 2) % 3] * v[(d + 1) % 3];
}

double inr_mesh_volume(const struct inr_mesh *mesh)
{
    double box[2][3], sum = 0.0;
    inr_mesh_box(mesh, box);
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const float *a = mesh->vertices + 3 * (size_t)mesh->triangles[3 * i];
        double n[3];
        inr_mesh_cross(mesh, i, n);
        for (int d = 0; d < 3; d++)
            sum += n[d] * ((double)a[d] - 0.5 * (box[0][d] + box[1][d]));
    }
    return sum / 6.0;
}

void inr_mesh_frame(const struct inr_mesh *mesh, double margin, struct inr_frame *frame)
{
    double box[2][3];
    inr_mesh_box(mesh, box);
    const double longest = inr_box_longest(box);
    for (int d = 0; d < 3; d++)
        frame->centre[d] = 0.5 * (box[0][d] + box[1][d]);
    frame->scale = longest > 0.0 ? 2.0 * (1.0 - margin) / longest : 1.0;
}

void inr_mesh_enter(struct inr_mesh *mesh, const struct inr_frame *frame)
{
    for (size_t i = 0; i < 3 * mesh->n_vertices; i++)
        mesh->vertices[i] =
            (float)(((double)mesh->vertices[i] - frame->centre[i % 3]) * frame->scale);
}

void inr_mesh_leave(struct inr_mesh *mesh, const struct inr_frame *frame)
{
    for (size_t i = 0; i < 3 * mesh->n_vertices; i++)
        mesh->vertices[i] =
            (float)((double)mesh->vertices[i] / frame->scale + frame->centre[i % 3]);
}
