/* SPDX-License-Identifier: MIT
 *
 * mesh_read.c - Which reader takes a file, and what is done with every mesh that was read.
 */
#include "base/file.h"
#include "shape/shape_internal.h"

#include <stdlib.h>
#include <string.h>

/* Enough to tell a PLY file. */
#define HEAD_BYTES 16

/* Files of our own readers are held in memory as a whole. */
#define OWN_BYTES ((uint64_t)1 << 36)

bool inr_mesh_can_read(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (!dot || strchr(dot, '/'))
        return false;
    return inr_shape_has_suffix(path, ".xyz") || inr_mesh_assimp_knows(dot);
}

static enum inr_status read_own(const char *path,
                                enum inr_status (*decode)(const uint8_t *, size_t, const char *,
                                                          struct inr_mesh **, struct inr_error *),
                                struct inr_mesh **out, struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    enum inr_status status = inr_file_read(path, OWN_BYTES, &data, &size, err);
    if (status == INR_OK)
        status = decode(data, size, path, out, err);
    free(data);
    return status;
}

static enum inr_status read_raw(const char *path, struct inr_mesh **out, struct inr_error *err)
{
    uint8_t head[HEAD_BYTES];
    size_t got = 0;
    const enum inr_status status = inr_file_head(path, head, sizeof head, &got, err);
    if (status != INR_OK)
        return status;
    if (got == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: the file is empty; give a mesh", path);
    if (inr_ply_probe(head, got))
        return read_own(path, inr_ply_decode, out, err);
    if (inr_shape_has_suffix(path, ".xyz"))
        return read_own(path, inr_cloud_decode_xyz, out, err);
    return inr_mesh_read_assimp(path, out, err);
}

enum inr_status inr_mesh_read(const char *path, struct inr_mesh **out,
                              struct inr_mesh_report *report, struct inr_error *err)
{
    struct inr_mesh_report local = {0};
    struct inr_mesh *mesh = NULL;
    *out = NULL;
    if (strcmp(path, "-") == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "a mesh cannot be read from standard input; give the name of a file");
    enum inr_status status = read_raw(path, &mesh, err);
    if (status == INR_OK)
        status = inr_mesh_clean(mesh, path, &local, err);
    if (status == INR_OK && report)
        status = inr_mesh_check(mesh, &local, err);
    if (status != INR_OK) {
        inr_mesh_free(mesh);
        return status;
    }
    if (report)
        *report = local;
    *out = mesh;
    return INR_OK;
}
