/* SPDX-License-Identifier: MIT
 *
 * fuzz_mesh.c - Any bytes as a PLY file, else as lines of points: refused with a sentence, or a
 * mesh that is sound once cleaned.
 *
 * Only our own readers; the other formats are assimp's.
 */
#include "shape/shape_internal.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct inr_mesh *mesh)
{
    if (mesh->n_vertices == 0 || (mesh->triangles && mesh->n_triangles == 0))
        abort();
    for (size_t i = 0; i < 3 * mesh->n_vertices; i++)
        if (!isfinite(mesh->vertices[i]) || (mesh->normals && !isfinite(mesh->normals[i])))
            abort();
    for (size_t i = 0; i < 3 * mesh->n_triangles; i++)
        if (mesh->triangles[i] >= mesh->n_vertices)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_mesh *mesh = NULL;
    struct inr_mesh_report report = {0};
    struct inr_error err = {0};
    enum inr_status status = inr_ply_probe(data, size)
                                 ? inr_ply_decode(data, size, "input", &mesh, &err)
                                 : inr_cloud_decode_xyz(data, size, "input", &mesh, &err);
    if (status != INR_OK && mesh)
        abort();
    if (status == INR_OK)
        status = inr_mesh_clean(mesh, "input", &report, &err);
    if (status == INR_OK)
        check(mesh);
    else if (!err.text[0])
        abort();
    inr_mesh_free(mesh);
    return 0;
}
