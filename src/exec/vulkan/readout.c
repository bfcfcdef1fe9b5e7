/* SPDX-License-Identifier: MIT
 *
 * readout.c - Buffers and calls of measurements of the whole grid.
 */
#include "exec/vulkan/readout.h"

#include <stdlib.h>

#include "common/grid.glsl"
#include "common/params.h"

void inr_vk_readout_clear(struct inr_vk_readout *r)
{
    if (!r->d)
        return;
    inr_vk_calls_destroy(&r->calls);
    inr_vk_buffer_destroy(r->d, &r->turns);
    inr_vk_buffer_destroy(r->d, &r->grid);
    inr_vk_buffer_destroy(r->d, &r->measured);
    inr_vk_buffer_destroy(r->d, &r->targets);
    inr_vk_buffer_destroy(r->d, &r->gradient);
    inr_vk_buffer_destroy(r->d, &r->partial);
    *r = (struct inr_vk_readout){0};
}

static uint32_t groups(uint32_t n)
{
    return (n + INR_GROUP - 1) / INR_GROUP;
}

static enum inr_status create_buffers(struct inr_vk_readout *r, struct inr_error *err)
{
    const uint64_t channels = r->channels, word = sizeof(float);
    const struct {
        struct inr_vk_buffer *buffer;
        const char *name;
        uint64_t n;
    } rows[] = {
        {&r->turns, "angles", 2 * (r->what.angles ? r->what.angles : 1)},
        {&r->grid, "field on its grid", channels * r->points},
        {&r->measured, "measurements", channels * r->count},
        {&r->targets, "measured targets", channels * r->count},
        {&r->gradient, "gradient of measurements", channels * r->count},
        {&r->partial, "loss of measurements", 2 * (uint64_t)groups(r->count)},
    };
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == INR_OK; i++) {
        if (rows[i].n * word > r->d->range_limit)
            return inr_fail(err, INR_ERR_MEMORY,
                            "The %s need %.1f MiB, above the %.1f MiB a buffer of this device can "
                            "bind: use --device cpu",
                            rows[i].name, (double)(rows[i].n * word) / 1048576.0,
                            (double)r->d->range_limit / 1048576.0);
        status = inr_vk_buffer_create(r->d, rows[i].name, rows[i].n * word, INR_VK_LOCAL,
                                      rows[i].buffer, err);
    }
    return status;
}

static enum inr_status upload_turns(struct inr_vk_readout *r, struct inr_vk_stage *stage,
                                    struct inr_error *err)
{
    const uint32_t n = r->what.kind == INR_READ_RADON ? r->what.angles : 0;
    float *turns = malloc((n + 1) * 2 * sizeof *turns);
    if (!turns)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %u angles", n);
    for (uint32_t a = 0; a < n; a++)
        inr_readout_turn(&r->what, a, turns + 2 * a);
    enum inr_status status = INR_OK;
    if (n)
        status = inr_vk_upload(stage, &r->turns, 0, turns, 2 * n * sizeof *turns, err);
    free(turns);
    return status;
}

static enum inr_status upload_targets(struct inr_vk_readout *r, struct inr_vk_stage *stage,
                                      const struct inr_pool *pool, struct inr_error *err)
{
    const size_t n = (size_t)r->count * r->channels;
    float *targets = malloc(n * sizeof *targets);
    if (!targets)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu measurements", n);
    enum inr_status status = inr_readout_targets(&r->what, pool->values, pool->channels,
                                                 pool->scale, pool->shift, targets, r->count, err);
    if (status == INR_OK)
        status = inr_vk_upload(stage, &r->targets, 0, targets, n * sizeof *targets, err);
    free(targets);
    return status;
}

static enum inr_status make_call(struct inr_vk_readout *r, struct inr_vk_kernels *kernels,
                                 enum inr_vk_kernel_id id, uint32_t constant,
                                 const struct inr_vk_access *buffers, struct inr_vk_call *call,
                                 struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, id, &constant, 1, &kernel, err);
    return status == INR_OK ? inr_vk_call_make(&r->calls, kernels, kernel, buffers, call, err)
                            : status;
}

static enum inr_status create_calls(struct inr_vk_readout *r, struct inr_vk_kernels *kernels,
                                    int loss, struct inr_error *err)
{
    const struct inr_vk_access forward[] = {
        {.buffer = &r->grid}, {.buffer = &r->turns}, {.buffer = &r->measured}};
    const struct inr_vk_access compare[] = {{.buffer = &r->measured},
                                            {.buffer = &r->targets},
                                            {.buffer = &r->gradient},
                                            {.buffer = &r->partial}};
    const struct inr_vk_access backward[] = {
        {.buffer = &r->gradient}, {.buffer = &r->turns}, {.buffer = &r->grid}};
    const uint32_t kind = (uint32_t)r->what.kind;
    enum inr_status status = make_call(r, kernels, INR_VK_READOUT, kind, forward, &r->project, err);
    if (status == INR_OK)
        status = make_call(r, kernels, INR_VK_LOSS, (uint32_t)loss, compare, &r->loss, err);
    if (status == INR_OK)
        status = make_call(r, kernels, INR_VK_READOUT_ADJOINT, kind, backward, &r->adjoint, err);
    return status;
}

enum inr_status inr_vk_readout_set(struct inr_vk_readout *r, struct inr_vk_stage *stage,
                                   struct inr_vk_kernels *kernels, const struct inr_pool *pool,
                                   const struct inr_exec_config *config, struct inr_error *err)
{
    inr_vk_readout_clear(r);
    if (!pool->readout || pool->readout->kind == INR_READ_POINTS)
        return INR_OK;
    if (config->batch_mode != (int)INR_BATCH_FULL || pool->coords)
        return inr_fail(err, INR_ERR_USAGE,
                        "measurements see a whole grid: the batch must be full");
    const uint64_t count = inr_readout_count(pool->readout);
    if (count * (uint64_t)pool->channels >= 1ull << 31)
        return inr_fail(err, INR_ERR_USAGE, "%llu measurements are too many",
                        (unsigned long long)count);
    *r = (struct inr_vk_readout){.d = stage->d,
                                 .what = *pool->readout,
                                 .points = (uint32_t)inr_readout_points(pool->readout),
                                 .count = (uint32_t)count,
                                 .channels = (uint32_t)pool->channels,
                                 .calls = {.d = stage->d},
                                 .loss_constant = config->loss_constant};
    enum inr_status status = create_buffers(r, err);
    if (status == INR_OK)
        status = upload_turns(r, stage, err);
    if (status == INR_OK)
        status = upload_targets(r, stage, pool, err);
    if (status == INR_OK)
        status = create_calls(r, kernels, config->loss, err);
    if (status != INR_OK)
        inr_vk_readout_clear(r);
    return status;
}

/* The regions of one copy of rows [channels], and how many there are. */
static uint32_t rows_between(const struct inr_vk_readout *r, const struct inr_vk_plan *plan,
                             uint32_t first, uint32_t count, bool to_grid,
                             VkBufferCopy regions[INR_MAX_CHANNELS])
{
    const VkDeviceSize word = sizeof(float);
    for (uint32_t c = 0; c < r->channels; c++) {
        const VkDeviceSize slot = (VkDeviceSize)c * plan->stride * word;
        const VkDeviceSize grid = ((VkDeviceSize)c * r->points + first) * word;
        regions[c] = (VkBufferCopy){.srcOffset = to_grid ? slot : grid,
                                    .dstOffset = to_grid ? grid : slot,
                                    .size = count * word};
    }
    return r->channels;
}

void inr_vk_readout_record_take(const struct inr_vk_readout *r, const struct inr_vk_plan *plan,
                                struct inr_vk_stream *stream, uint32_t first, uint32_t count)
{
    VkBufferCopy regions[INR_MAX_CHANNELS];
    const uint32_t n = rows_between(r, plan, first, count, true, regions);
    inr_vk_stream_copy(stream, &plan->values[plan->program->output], &r->grid, regions, n);
}

void inr_vk_readout_record_give(const struct inr_vk_readout *r, const struct inr_vk_plan *plan,
                                struct inr_vk_stream *stream, uint32_t first, uint32_t count)
{
    VkBufferCopy regions[INR_MAX_CHANNELS];
    const uint32_t n = rows_between(r, plan, first, count, false, regions);
    inr_vk_stream_copy(stream, &r->grid, inr_vk_plan_gradient(plan, plan->program->output), regions,
                       n);
}

static void run(const struct inr_vk_readout *r, struct inr_vk_stream *stream,
                const struct inr_vk_call *call, uint32_t threads)
{
    const struct inr_readout *w = &r->what;
    const uint32_t factor = w->kind == INR_READ_MEAN ? w->factor : 1;
    const inr_push_readout push = {.threads = threads,
                                   .points = r->points,
                                   .count = r->count,
                                   .width = w->shape[0],
                                   .height = w->shape[1],
                                   .factor = factor,
                                   .factor_y = w->dims > 1 ? factor : 1,
                                   .factor_z = w->dims > 2 ? factor : 1,
                                   .angles = w->angles};
    uint32_t x, y;
    inr_vk_stream_fold(groups(threads), &x, &y);
    inr_vk_stream_run(stream, call, x, y, r->channels, &push);
}

void inr_vk_readout_record_measure(const struct inr_vk_readout *r, struct inr_vk_stream *stream)
{
    const inr_push_loss push = {.count = r->count,
                                .stride = r->count,
                                .channels = r->channels,
                                .constant = r->loss_constant,
                                .scale = (float)(1.0 / ((double)r->count * r->channels))};
    run(r, stream, &r->project, r->count);
    inr_vk_stream_run_threads(stream, &r->loss, r->count, &push);
    run(r, stream, &r->adjoint, r->points);
}
