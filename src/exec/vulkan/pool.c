/* SPDX-License-Identifier: MIT
 *
 * pool.c - Uploads a pool and draws batches from it.
 */
#include "exec/vulkan/pool.h"

#include <string.h>

#include "common/params.h"

static void clear_gather(struct inr_vk_device *d, struct inr_vk_gather *g)
{
    for (int i = 0; i < INR_VK_POOL_PARTS; i++)
        inr_vk_buffer_destroy(d, &g->parts[i]);
    *g = (struct inr_vk_gather){0};
}

void inr_vk_pool_clear(struct inr_vk_pool *pool)
{
    if (!pool->d)
        return;
    clear_gather(pool->d, &pool->values);
    clear_gather(pool->d, &pool->coords);
    pool->loaded = false;
}

/* Cut [count][components] samples of `depth` into parts by whole samples and upload them. */
static enum inr_status load(struct inr_vk_pool *pool, struct inr_vk_gather *g,
                            struct inr_vk_stage *stage, const char *name, const void *data,
                            uint64_t count, struct inr_error *err)
{
    const uint64_t sample = inr_depth_size(g->depth) * g->components;
    const uint64_t most = pool->range / sample;
    const uint64_t parts = most ? (count + most - 1) / most : INR_VK_POOL_PARTS + 1;
    if (parts > INR_VK_POOL_PARTS)
        return inr_fail(err, INR_ERR_MEMORY,
                        "The %s need %.1f MiB; this device can bind %d parts of %.1f MiB. Use a "
                        "smaller signal, a lower bit depth, or --device cpu",
                        name, (double)(count * sample) / 1048576.0, INR_VK_POOL_PARTS,
                        (double)pool->range / 1048576.0);
    g->part = (uint32_t)((count + parts - 1) / parts);
    g->from = data;
    enum inr_status status = INR_OK;
    for (uint32_t i = 0; i < parts && status == INR_OK; i++) {
        const uint64_t first = (uint64_t)i * g->part;
        const uint64_t n = count - first < g->part ? count - first : g->part;
        status = inr_vk_buffer_create(pool->d, name, n * sample, INR_VK_LOCAL, &g->parts[i], err);
        if (status == INR_OK)
            status = inr_vk_upload(stage, &g->parts[i], 0, (const uint8_t *)data + first * sample,
                                   n * sample, err);
        g->n_parts = i + 1;
    }
    return status;
}

enum inr_status inr_vk_pool_set(struct inr_vk_pool *pool, struct inr_vk_stage *stage,
                                const struct inr_pool *from, struct inr_error *err)
{
    inr_vk_pool_clear(pool);
    if (from->count == 0 || from->count >= 1ull << 31)
        return inr_fail(err, INR_ERR_USAGE, "A pool holds 1 to 2^31 - 1 samples, not %llu",
                        (unsigned long long)from->count);
    pool->count = (uint32_t)from->count;
    memcpy(pool->shape, from->shape, sizeof pool->shape);
    pool->dims = from->dims;
    pool->lattice = from->lattice;
    pool->points = from->coords != NULL;
    pool->scale = from->scale;
    pool->shift = from->shift;
    pool->values.components = (uint32_t)from->channels;
    pool->values.depth = from->depth;
    pool->coords.components = (uint32_t)from->dims;
    pool->coords.depth = INR_DEPTH_F32;
    enum inr_status status = INR_OK;
    if (!from->readout) /* measurements are no samples of the grid */
        status =
            load(pool, &pool->values, stage, "signal's values", from->values, from->count, err);
    if (status == INR_OK && pool->points)
        status =
            load(pool, &pool->coords, stage, "points' coordinates", from->coords, from->count, err);
    if (status != INR_OK)
        inr_vk_pool_clear(pool);
    pool->loaded = status == INR_OK;
    return status;
}

/* Samples first .. first + count, which may lie in several parts. */
static enum inr_status reload(struct inr_vk_gather *g, struct inr_vk_stage *stage, uint64_t first,
                              uint64_t count, struct inr_error *err)
{
    const uint64_t sample = inr_depth_size(g->depth) * g->components;
    enum inr_status status = INR_OK;
    while (count > 0 && status == INR_OK) {
        const uint64_t at = first % g->part, left = g->part - at, n = count < left ? count : left;
        status = inr_vk_upload(stage, &g->parts[first / g->part], at * sample,
                               (const uint8_t *)g->from + first * sample, n * sample, err);
        first += n;
        count -= n;
    }
    return status;
}

enum inr_status inr_vk_pool_update(struct inr_vk_pool *pool, struct inr_vk_stage *stage,
                                   uint64_t first, uint64_t count, struct inr_error *err)
{
    if (!pool->loaded || !pool->points || first > pool->count || count > pool->count - first)
        return inr_fail(err, INR_ERR_USAGE, "Only samples of a pool of points can be replaced");
    enum inr_status status = reload(&pool->values, stage, first, count, err);
    return status == INR_OK ? reload(&pool->coords, stage, first, count, err) : status;
}

static enum inr_status gather_call(const struct inr_vk_gather *g, const struct inr_vk_draw *draw,
                                   struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                   const struct inr_vk_buffer *steps,
                                   const struct inr_vk_buffer *to, struct inr_vk_call *call,
                                   struct inr_error *err)
{
    const uint32_t constants[] = {draw->mode, (uint32_t)g->depth};
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, INR_VK_SAMPLE_VALUES, constants, 2, &kernel, err);
    if (status != INR_OK)
        return status;
    struct inr_vk_access buffers[2 + INR_VK_POOL_PARTS] = {{.buffer = steps}};
    for (uint32_t i = 0; i < INR_VK_POOL_PARTS; i++)
        buffers[1 + i].buffer = &g->parts[i < g->n_parts ? i : 0];
    buffers[1 + INR_VK_POOL_PARTS].buffer = to;
    return inr_vk_call_make(calls, kernels, kernel, buffers, call, err);
}

enum inr_status inr_vk_pool_calls(const struct inr_vk_pool *pool, const struct inr_vk_draw *draw,
                                  struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                  const struct inr_vk_buffer *steps,
                                  const struct inr_vk_buffer *coords,
                                  const struct inr_vk_buffer *target, struct inr_vk_draw_calls *out,
                                  struct inr_error *err)
{
    enum inr_status status = INR_OK;
    if (pool->values.n_parts > 0)
        status = gather_call(&pool->values, draw, kernels, calls, steps, target, &out->values, err);
    if (status != INR_OK)
        return status;
    if (pool->points)
        return gather_call(&pool->coords, draw, kernels, calls, steps, coords, &out->coords, err);
    const struct inr_vk_kernel *kernel;
    status = inr_vk_kernel_get(kernels, INR_VK_SAMPLE_GRID, &draw->mode, 1, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {{.buffer = steps}, {.buffer = coords}};
    return inr_vk_call_make(calls, kernels, kernel, buffers, &out->coords, err);
}

void inr_vk_pool_record(const struct inr_vk_pool *pool, const struct inr_vk_draw *draw,
                        const struct inr_vk_draw_calls *calls, struct inr_vk_stream *stream,
                        uint32_t stride, uint32_t row, uint32_t first, uint32_t count)
{
    inr_push_sample push = {.row = row,
                            .first = first,
                            .count = count,
                            .stride = stride,
                            .batch = draw->batch,
                            .pool = pool->count,
                            .seed_lo = (uint32_t)draw->seed,
                            .seed_hi = (uint32_t)(draw->seed >> 32),
                            .components = pool->values.components,
                            .part = pool->values.part,
                            .scale = pool->scale,
                            .shift = pool->shift,
                            .dims = (uint32_t)pool->dims,
                            .shape0 = pool->shape[0],
                            .shape1 = pool->shape[1],
                            .shape2 = pool->shape[2],
                            .lattice = (uint32_t)pool->lattice};
    if (pool->values.n_parts > 0)
        inr_vk_stream_run_threads(stream, &calls->values, count, &push);
    if (pool->points) {
        push.components = pool->coords.components;
        push.part = pool->coords.part;
        push.scale = 1.0f;
        push.shift = 0.0f;
    }
    inr_vk_stream_run_threads(stream, &calls->coords, count, &push);
}
