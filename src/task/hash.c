/* SPDX-License-Identifier: MIT
 *
 * hash.c - The identity of a picture or a signal: what a resumed fit must find again.
 *
 * FNV-1a with 64 bits over width, height, channels and depth (four bytes each) and the samples row
 * by row; of a signal over the number of axes, the points on three axes, channels, the kind of
 * samples, and the samples as single floats; of a mesh over the numbers of vertices and triangles,
 * vertices and normals as single floats, and the triangles. Every number with its low byte first,
 * so that the hash does not depend on the machine.
 */
#include <stdio.h>
#include <string.h>

#include "inrush/fit.h"

static uint64_t feed(uint64_t hash, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        hash ^= value >> (8 * i) & 0xffu;
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

void inr_image_hash(const struct inr_image *image, char out[17])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const size_t bytes = inr_depth_size(image->depth);
    const size_t n = (size_t)image->width * image->height * image->channels;
    hash = feed(hash, image->width, 4);
    hash = feed(hash, image->height, 4);
    hash = feed(hash, image->channels, 4);
    hash = feed(hash, (uint32_t)image->depth, 4);
    for (size_t i = 0; i < n; i++) {
        uint32_t value = 0;
        if (image->depth == INR_DEPTH_U8)
            value = ((const uint8_t *)image->pixels)[i];
        else if (image->depth == INR_DEPTH_U16)
            value = ((const uint16_t *)image->pixels)[i];
        else
            memcpy(&value, (const float *)image->pixels + i, sizeof value);
        hash = feed(hash, value, bytes);
    }
    snprintf(out, 17, "%016llx", (unsigned long long)hash);
}

void inr_signal_hash(const struct inr_signal *signal, char out[17])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const size_t n = inr_signal_points(signal) * signal->channels;
    hash = feed(hash, (uint32_t)signal->dims, 4);
    for (int d = 0; d < 3; d++)
        hash = feed(hash, signal->shape[d], 4);
    hash = feed(hash, signal->channels, 4);
    hash = feed(hash, (uint32_t)signal->sample, 4);
    for (size_t i = 0; i < n; i++) {
        uint32_t value;
        memcpy(&value, signal->values + i, sizeof value);
        hash = feed(hash, value, 4);
    }
    snprintf(out, 17, "%016llx", (unsigned long long)hash);
}

void inr_mesh_hash(const struct inr_mesh *mesh, char out[17])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const float *lists[2] = {mesh->vertices, mesh->normals};
    hash = feed(hash, (uint32_t)mesh->n_vertices, 4);
    hash = feed(hash, (uint32_t)mesh->n_triangles, 4);
    for (int k = 0; k < 2 && lists[k]; k++)
        for (size_t i = 0; i < 3 * mesh->n_vertices; i++) {
            uint32_t value;
            memcpy(&value, lists[k] + i, sizeof value);
            hash = feed(hash, value, 4);
        }
    for (size_t i = 0; i < 3 * mesh->n_triangles; i++)
        hash = feed(hash, mesh->triangles[i], 4);
    snprintf(out, 17, "%016llx", (unsigned long long)hash);
}
