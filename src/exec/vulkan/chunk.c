/* SPDX-License-Identifier: MIT
 *
 * chunk.c - K training steps in command buffers.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/vulkan/train.h"

/* Work in one submission of a step that is cut up: a second on the slowest GPU. */
#define SUBMIT_FLOPS 1e11

_Static_assert(sizeof(struct inr_step_result) == 2 * sizeof(float),
               "losses are copied as they are");

static uint32_t micro_batches(const struct inr_vk_trainer *t)
{
    return (t->draw.batch + t->plan->micro - 1) / t->plan->micro;
}

/* Units that one submission may hold. */
static uint32_t per_submission(const struct inr_vk_trainer *t)
{
    const double one = t->plan->program->flops * inr_vk_plan_columns(t->plan, t->plan->micro);
    const double most = t->submit_flops > 0.0 ? t->submit_flops : SUBMIT_FLOPS;
    const double n = one > 0.0 ? most / one : 1e9;
    return n < 1.0 ? 1u : n > 1e9 ? 1000000000u : (uint32_t)n;
}

static enum inr_status create_calls(struct inr_vk_trainer *t, struct inr_vk_chunk *chunk,
                                    struct inr_error *err)
{
    const struct inr_vk_plan *plan = t->plan;
    enum inr_status status =
        inr_vk_pool_calls(t->pool, &t->draw, t->kernels, &chunk->calls, &chunk->table,
                          &plan->values[0], &plan->target, &chunk->draw, err);
    if (status == INR_OK)
        status = inr_vk_state_optimizer(t->state, t->kernels, &chunk->calls, &chunk->table,
                                        &chunk->update, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_buffer *partial =
        inr_vk_readout_on(t->readout) ? &t->readout->partial : inr_vk_plan_loss_buffer(plan);
    const struct inr_vk_access buffers[] = {{.buffer = partial}, {.buffer = &chunk->results}};
    return inr_vk_call_make(&chunk->calls, t->kernels, plan->reduce_wide, buffers, &chunk->result,
                            err);
}

/* Sums of the loss, which lie as `sums` says, to the step's result. */
static void record_result(const struct inr_vk_chunk *chunk, struct inr_vk_stream *stream,
                          uint32_t row, inr_push_reduce sums, double values, bool accumulate)
{
    sums.out_offset = 2 * row;
    sums.accumulate = accumulate;
    sums.scale = (float)(1.0 / values);
    inr_vk_stream_run(stream, &chunk->result, sums.n, 1, 1, &sums);
}

/* Columns of the micro-batch that starts with sample `first`. */
static uint32_t columns(const struct inr_vk_trainer *t, uint32_t first)
{
    const uint32_t left = t->draw.batch - first;
    return left < t->plan->micro ? left : t->plan->micro;
}

/* One micro-batch: draw, forward, loss, backward. */
static void record_micro(const struct inr_vk_trainer *t, const struct inr_vk_chunk *chunk,
                         struct inr_vk_stream *stream, uint32_t row, uint32_t first)
{
    const struct inr_vk_plan *plan = t->plan;
    const uint32_t count = columns(t, first);
    const double values = (double)t->draw.batch * plan->program->channels;
    inr_vk_pool_record(t->pool, &t->draw, &chunk->draw, stream, plan->stride, row, first, count);
    inr_vk_plan_record_train(plan, stream, count, (float)(1.0 / values), first > 0);
    inr_push_reduce sums = {0};
    inr_vk_plan_loss_sums(plan, count, &sums);
    record_result(chunk, stream, row, sums, values, first > 0);
}

/* One of the two passes over a micro-batch of a grid that is measured as a whole; the measurement
 * comes before the first of the second passes. */
static void record_pass(const struct inr_vk_trainer *t, const struct inr_vk_chunk *chunk,
                        struct inr_vk_stream *stream, uint32_t row, uint32_t first, bool second)
{
    const struct inr_vk_plan *plan = t->plan;
    const struct inr_vk_readout *readout = t->readout;
    const uint32_t count = columns(t, first);
    if (second && first == 0) {
        inr_vk_readout_record_measure(readout, stream);
        const inr_push_reduce sums = {
            .n = 2, .slices = (readout->count + INR_GROUP - 1) / INR_GROUP, .pitch = 2};
        record_result(chunk, stream, row, sums, (double)readout->count * readout->channels, false);
    }
    inr_vk_pool_record(t->pool, &t->draw, &chunk->draw, stream, plan->stride, row, first, count);
    if (!second) {
        inr_vk_plan_record_forward(plan, stream, count);
        inr_vk_readout_record_take(readout, plan, stream, first, count);
        return;
    }
    const double values = (double)readout->count * readout->channels;
    inr_vk_readout_record_give(readout, plan, stream, first, count);
    inr_vk_plan_record_pull(plan, stream, count, (float)(1.0 / values), first > 0);
}

/* What a step is cut into: micro-batches, or twice as many passes over them. */
static uint32_t units(const struct inr_vk_trainer *t)
{
    return micro_batches(t) * (inr_vk_readout_on(t->readout) ? 2 : 1);
}

static void record_unit(const struct inr_vk_trainer *t, const struct inr_vk_chunk *chunk,
                        struct inr_vk_stream *stream, uint32_t row, uint32_t unit)
{
    const uint32_t all = micro_batches(t), first = unit % all * t->plan->micro;
    if (inr_vk_readout_on(t->readout))
        record_pass(t, chunk, stream, row, first, unit >= all);
    else
        record_micro(t, chunk, stream, row, first);
}

static void record_end(const struct inr_vk_trainer *t, const struct inr_vk_chunk *chunk,
                       struct inr_vk_stream *stream, uint32_t row, bool update)
{
    inr_vk_state_record_pull(t->state, stream);
    inr_vk_state_record_level(t->state, stream, &chunk->update, true, row);
    if (update)
        inr_vk_state_record_update(t->state, stream, &chunk->update, row);
}

/* Stream s holds units [s * per, (s + 1) * per) of each step; more than one stream only
 * when there is one step. */
static enum inr_status record_stream(const struct inr_vk_trainer *t, struct inr_vk_chunk *chunk,
                                     uint32_t s, uint32_t per, bool update, struct inr_error *err)
{
    struct inr_vk_stream *stream = &chunk->streams[s];
    enum inr_status status = inr_vk_stream_create(t->d, "training steps", stream, err);
    if (status == INR_OK)
        status = inr_vk_stream_begin(stream, err);
    if (status != INR_OK)
        return status;
    if (s == 0)
        inr_vk_timer_begin(&chunk->timer, stream);
    const uint32_t all = units(t);
    const uint32_t begin = s * per, end = all - begin < per ? all : begin + per;
    for (uint32_t row = 0; row < chunk->steps; row++) {
        if (begin == 0)
            inr_vk_state_record_level(t->state, stream, &chunk->update, false, row);
        for (uint32_t i = begin; i < end; i++)
            record_unit(t, chunk, stream, row, i);
        if (end == all)
            record_end(t, chunk, stream, row, update);
    }
    if (end == all)
        inr_vk_timer_end(&chunk->timer, stream);
    return inr_vk_stream_end(stream, err);
}

enum inr_status inr_vk_chunk_create(struct inr_vk_trainer *t, uint32_t steps, bool update,
                                    struct inr_vk_chunk *chunk, struct inr_error *err)
{
    *chunk = (struct inr_vk_chunk){.d = t->d, .steps = steps, .calls = {.d = t->d}};
    const uint32_t all = units(t);
    uint32_t per = steps == 1 ? per_submission(t) : all;
    per = per < all ? per : all;
    const uint32_t n = (all + per - 1) / per;
    enum inr_status status = INR_OK;
    chunk->streams = calloc(n, sizeof *chunk->streams);
    if (!chunk->streams)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a chunk of steps");
    if (status == INR_OK)
        status = inr_vk_buffer_create(t->d, "step table", steps * sizeof(struct inr_step),
                                      INR_VK_UPLOAD, &chunk->table, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(t->d, "losses", steps * sizeof(struct inr_step_result),
                                      INR_VK_READBACK, &chunk->results, err);
    if (status == INR_OK)
        status = inr_vk_timer_create(t->d, &chunk->timer, err);
    if (status == INR_OK)
        status = create_calls(t, chunk, err);
    for (uint32_t s = 0; s < n && status == INR_OK; s++) {
        chunk->n_streams = s + 1;
        status = record_stream(t, chunk, s, per, update, err);
    }
    if (status != INR_OK)
        inr_vk_chunk_destroy(chunk);
    return status;
}

void inr_vk_chunk_destroy(struct inr_vk_chunk *chunk)
{
    if (!chunk->d)
        return;
    /* The last stream carries the fence: once it is through, so are those before it. */
    for (uint32_t s = chunk->n_streams; s > 0; s--)
        inr_vk_stream_destroy(&chunk->streams[s - 1]);
    free(chunk->streams);
    inr_vk_timer_destroy(&chunk->timer);
    inr_vk_calls_destroy(&chunk->calls);
    inr_vk_buffer_destroy(chunk->d, &chunk->table);
    inr_vk_buffer_destroy(chunk->d, &chunk->results);
    *chunk = (struct inr_vk_chunk){0};
}

enum inr_status inr_vk_chunk_submit(struct inr_vk_chunk *chunk, const struct inr_step *steps,
                                    struct inr_error *err)
{
    memcpy(chunk->table.map, steps, chunk->steps * sizeof *steps);
    enum inr_status status = INR_OK;
    for (uint32_t s = 0; s < chunk->n_streams && status == INR_OK; s++)
        status = inr_vk_stream_submit(&chunk->streams[s], s + 1 == chunk->n_streams, err);
    return status;
}

enum inr_status inr_vk_chunk_wait(struct inr_vk_chunk *chunk, struct inr_step_result *results,
                                  struct inr_error *err)
{
    enum inr_status status = inr_vk_stream_wait(&chunk->streams[chunk->n_streams - 1], err);
    if (status == INR_OK)
        memcpy(results, chunk->results.map, chunk->steps * sizeof *results);
    return status;
}
