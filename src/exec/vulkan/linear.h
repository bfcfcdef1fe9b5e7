/* SPDX-License-Identifier: MIT
 *
 * linear.h - The program's maps [rows][cols] = P B with a fixed basis B, as products on the device:
 * the maps that are more than the copies of map.h.
 */
#ifndef INR_EXEC_VULKAN_LINEAR_H
#define INR_EXEC_VULKAN_LINEAR_H

#include "exec/vulkan/matmul.h"
#include "exec/vulkan/stage.h"

struct inr_vk_linear_calls {
    const struct inr_map *map;
    struct inr_vk_product apply, pull; /* pull: training only */
    uint32_t slices;
    size_t partial_at;         /* where slices are summed before they are added */
    struct inr_vk_call reduce; /* more than one slice: their sum */
};

struct inr_vk_linear {
    struct inr_vk_device *d;
    const struct inr_program *program;
    struct inr_vk_buffer tables;      /* [n_tables], the bases */
    struct inr_vk_buffer partial;     /* slices of the products that are cut, map after map */
    struct inr_vk_linear_calls *maps; /* [n], in the order of the program's */
    int n;                            /* LINEAR maps */
};

/* Parameter-sized buffers that the products read and write; d_* are unused unless `train`. */
struct inr_vk_linear_buffers {
    const struct inr_vk_buffer *params, *effective, *d_effective, *d_params;
};

/* Upload the bases and make the calls; nothing is allocated where no map is linear. */
enum inr_status inr_vk_linear_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                     const struct inr_program *program,
                                     const struct inr_vk_linear_buffers *buffers, bool train,
                                     struct inr_vk_calls *calls, struct inr_vk_linear *linear,
                                     struct inr_error *err);
void inr_vk_linear_destroy(struct inr_vk_linear *linear);

/* effective <- P B, of these maps' entries. */
void inr_vk_linear_record_apply(const struct inr_vk_linear *linear, struct inr_vk_stream *stream);

/* d_params += d_effective B^T: after the gather that overwrites d_params. */
void inr_vk_linear_record_pull(const struct inr_vk_linear *linear, struct inr_vk_stream *stream);

#endif
