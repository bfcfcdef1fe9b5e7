/* SPDX-License-Identifier: MIT
 *
 * matmul.h - The three products of an affine op, and the two of a linear map, as calls of
 * matmul.comp, with tile shapes chosen for the device and the sizes.
 */
#ifndef INR_EXEC_VULKAN_MATMUL_H
#define INR_EXEC_VULKAN_MATMUL_H

#include "common/params.h"
#include "exec/vulkan/stream.h"
#include "field/program.h"

/* Samples in a slice of a weight gradient are a multiple of this, the depth of every tile. */
#define INR_VK_TILE_DEPTH 16u

struct inr_vk_product {
    struct inr_vk_call call;
    inr_push_matmul push;
    uint32_t tile_m, tile_n;
    uint32_t terms;    /* added by one dispatch, 0: all */
    bool over_samples; /* k counts samples (weight gradient), else n does */
};

/* Buffers and row length of the slots an affine op works on. */
struct inr_vk_affine {
    const struct inr_op *op;
    uint32_t stride;
    const struct inr_vk_buffer *in, *out, *d_in, *d_out, *effective, *partial;
    bool accumulate;      /* d_in is added to */
    bool no_bias;         /* forward: of tangents */
    uint32_t slice_pitch; /* entries between two slices of `partial` */
};

enum inr_status inr_vk_product_forward(const struct inr_vk_affine *a, struct inr_vk_calls *calls,
                                       struct inr_vk_kernels *kernels,
                                       struct inr_vk_product *product, struct inr_error *err);
enum inr_status inr_vk_product_data(const struct inr_vk_affine *a, struct inr_vk_calls *calls,
                                    struct inr_vk_kernels *kernels, struct inr_vk_product *product,
                                    struct inr_error *err);
enum inr_status inr_vk_product_weight(const struct inr_vk_affine *a, struct inr_vk_calls *calls,
                                      struct inr_vk_kernels *kernels,
                                      struct inr_vk_product *product, struct inr_error *err);

/* Buffers a linear map works on. Where P has many columns and the result is small, too few
 * workgroups would share the sum: slices of it are then summed side by side. */
struct inr_vk_linear_map {
    const struct inr_map *map;
    const struct inr_vk_buffer *params, *tables, *effective, *d_effective, *d_params;
    const struct inr_vk_buffer *partial; /* [slices][rows][cols] at partial_at; one slice: unused */
    size_t partial_at;
    uint32_t slices;
};

/* effective = P B, or with more than one slice partial = the parts of it */
enum inr_status inr_vk_product_map(const struct inr_vk_linear_map *l, struct inr_vk_calls *calls,
                                   struct inr_vk_kernels *kernels, struct inr_vk_product *product,
                                   struct inr_error *err);
/* d_params += d_effective B^T */
enum inr_status inr_vk_product_pull(const struct inr_vk_linear_map *l, struct inr_vk_calls *calls,
                                    struct inr_vk_kernels *kernels, struct inr_vk_product *product,
                                    struct inr_error *err);

/* Tiles of a weight gradient of this shape: its workgroups a slice. */
uint32_t inr_vk_weight_tiles(const struct inr_vk_device *d, uint32_t n_out, uint32_t n_in);

/* Slices that make a map's product wide enough for the device. */
uint32_t inr_vk_map_slices(const struct inr_vk_device *d, const struct inr_map *map);

/* Record for `count` samples; of maps' products count is the number of terms where they are cut
 * (inr_vk_product_map), else of columns. `slices` and their length matter to weight gradients and
 * to maps that are cut. */
void inr_vk_product_record(const struct inr_vk_product *product, struct inr_vk_stream *stream,
                           uint32_t count, uint32_t slices, uint32_t slice);

/* A forward product of columns first .. first + count. */
void inr_vk_product_record_from(const struct inr_vk_product *product, struct inr_vk_stream *stream,
                                uint32_t first, uint32_t count);

#endif
