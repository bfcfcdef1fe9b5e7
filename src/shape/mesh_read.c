/* SPDX-License-Identifier: MIT
 *
 * mesh_read.c - Which reader takes a file, and what is done with every mesh that was read.
 */
#include "base/file.h"
#include "shape/shape_internal.h"

#include <assimp/cimport.h>
#include <stdlib.h>
#include <string.h>

/* A PLY header is shorter than this, or the file is left to assimp. */
#define HEAD_BYTES 16384

/* Files of our own readers are held in memory as a whole. */
#define CLOUD_BYTES ((uint64_t)1 << 36)

bool inr_mesh_can_read(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (!dot || strchr(dot, '/'))
        return false;
    return inr_shape_has_suffix(path, ".xyz") || aiIsExtensionSupported(dot);
}

static enum inr_status read_cloud(const char *path,
                                  enum inr_status (*decode)(const uint8_t *, size_t, const char *,
                                                            struct inr_mesh **, struct inr_error *),
                                  struct inr_mesh **out, struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    enum inr_status status = inr_file_read(path, CLOUD_BYTES, &data, &size, err);
    if (status == INR_OK)
        status = decode(data, size, path, out, err);
    free(data);
    return status;
}

static enum inr_status read_raw(const char *path, struct inr_mesh **out, struct inr_error *err)
{
    uint8_t *head = malloc(HEAD_BYTES);
    size_t got = 0;
    if (!head)
        return inr_shape_no_memory(err, path);
    enum inr_status status = inr_file_head(path, head, HEAD_BYTES, &got, err);
    const bool ply = status == INR_OK && inr_cloud_is_ply(head, got);
    free(head);
    if (status != INR_OK)
        return status;
    if (got == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: the file is empty; give a mesh", path);
    if (ply)
        return read_cloud(path, inr_cloud_decode_ply, out, err);
    if (inr_shape_has_suffix(path, ".xyz"))
        return read_cloud(path, inr_cloud_decode_xyz, out, err);
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
