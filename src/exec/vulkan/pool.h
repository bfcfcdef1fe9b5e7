/* SPDX-License-Identifier: MIT
 *
 * pool.h - The samples to train on, in their source's depth on the device, and the calls that draw
 * a batch from them.
 */
#ifndef INR_EXEC_VULKAN_POOL_H
#define INR_EXEC_VULKAN_POOL_H

#include "exec/exec.h"
#include "exec/vulkan/stage.h"

/* A storage-buffer range is limited (128 MiB is allowed), so data may be cut into parts. */
#define INR_VK_POOL_PARTS 4

struct inr_vk_gather {
    struct inr_vk_buffer parts[INR_VK_POOL_PARTS];
    uint32_t n_parts;
    uint32_t part; /* samples in each part but the last */
    uint32_t components;
    enum inr_depth depth;
    const void *from; /* what was uploaded, for updates */
};

struct inr_vk_pool {
    struct inr_vk_device *d;
    uint64_t range; /* bytes a part may have */
    bool loaded;
    uint32_t count, shape[INR_MAX_DIMS];
    int dims;
    int lattice, points;
    float scale, shift;
    struct inr_vk_gather values, coords; /* coords: only with points */
};

/* How batches are drawn; the same for every step. */
struct inr_vk_draw {
    uint32_t mode, batch;
    uint64_t seed;
};

/* Replace the pool. The samples are copied: the caller's arrays are needed for updates only. */
enum inr_status inr_vk_pool_set(struct inr_vk_pool *pool, struct inr_vk_stage *stage,
                                const struct inr_pool *from, struct inr_error *err);
void inr_vk_pool_clear(struct inr_vk_pool *pool);

/* Upload samples first .. first + count again. Errors: INR_ERR_USAGE (not a pool of points). */
enum inr_status inr_vk_pool_update(struct inr_vk_pool *pool, struct inr_vk_stage *stage,
                                   uint64_t first, uint64_t count, struct inr_error *err);

/* Calls that fill the coordinate slot and the targets from row `row` of `steps`. */
struct inr_vk_draw_calls {
    struct inr_vk_call coords, values;
};
enum inr_status inr_vk_pool_calls(const struct inr_vk_pool *pool, const struct inr_vk_draw *draw,
                                  struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                  const struct inr_vk_buffer *steps,
                                  const struct inr_vk_buffer *coords,
                                  const struct inr_vk_buffer *target, struct inr_vk_draw_calls *out,
                                  struct inr_error *err);

/* Draw samples [first, first + count) of the batch into columns 0 .. count - 1. */
void inr_vk_pool_record(const struct inr_vk_pool *pool, const struct inr_vk_draw *draw,
                        const struct inr_vk_draw_calls *calls, struct inr_vk_stream *stream,
                        uint32_t stride, uint32_t row, uint32_t first, uint32_t count);

#endif
