/* SPDX-License-Identifier: MIT
 *
 * latent.c - Latents on a Vulkan device: transfers and steps.
 */
#include "exec/vulkan/latent.h"

#include <stdlib.h>
#include <string.h>

#include "exec/vulkan/latent_plan.h"

struct inr_vk_latent {
    struct inr_vk_device d;
    struct inr_vk_kernels kernels;
    struct inr_vk_stage stage;
    struct inr_vk_calls calls;
    struct inr_vk_latent_plan plan;
    struct inr_vk_stream stream;   /* a step, or the picture */
    struct inr_vk_buffer row, out; /* mapped: of the next step; results of the last */
};

void inr_vk_latent_destroy(struct inr_vk_latent *l)
{
    if (!l)
        return;
    if (l->d.handle) {
        /* After a failure work may be under way that no fence tells of. */
        (void)l->d.fn.vkDeviceWaitIdle(l->d.handle);
        inr_vk_stream_destroy(&l->stream);
        inr_vk_buffer_destroy(&l->d, &l->row);
        inr_vk_buffer_destroy(&l->d, &l->out);
        inr_vk_latent_plan_destroy(&l->plan, &l->d);
        if (l->calls.d)
            inr_vk_calls_destroy(&l->calls);
        inr_vk_stage_destroy(&l->stage);
        inr_vk_kernels_destroy(&l->kernels);
    }
    inr_vk_device_close(&l->d);
    free(l);
}

static enum inr_status record(struct inr_vk_latent *l, struct inr_error *err)
{
    const VkBufferCopy row = {.size = sizeof(inr_latent_step_row)};
    const VkBufferCopy results = {.size = INR_LATENT_RESULTS * sizeof(float)};
    struct inr_vk_latent_plan *plan = &l->plan;
    enum inr_status status = inr_vk_stream_begin(&l->stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_stream_copy(&l->stream, &l->row, &plan->buffers[INR_VK_LATENT_ROW], &row, 1);
    if (plan->shape.train) {
        inr_vk_latent_record_step(plan, &l->stream);
        inr_vk_stream_copy(&l->stream, &plan->buffers[INR_VK_LATENT_RESULTS], &l->out, &results, 1);
    } else {
        inr_vk_latent_record_picture(plan, &l->stream);
    }
    return inr_vk_stream_end(&l->stream, err);
}

/* A device with what every plan needs, and the plan. */
static enum inr_status open(struct inr_vk_latent *l, const struct inr_device *device,
                            const struct inr_vk_latent_shape *shape, const struct inr_log *log,
                            struct inr_error *err)
{
    enum inr_status status = inr_vk_device_open(&l->d, device, log, err);
    if (shape->memory_limit && shape->memory_limit < l->d.memory_limit)
        l->d.memory_limit = shape->memory_limit;
    if (status == INR_OK)
        status = inr_vk_kernels_create(&l->d, &l->kernels, err);
    if (status == INR_OK)
        status = inr_vk_stage_create(&l->d, &l->stage, err);
    if (status == INR_OK)
        status = inr_vk_stream_create(&l->d, "latents", &l->stream, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(&l->d, "next step of latents", sizeof(inr_latent_step_row),
                                      INR_VK_UPLOAD, &l->row, err);
    if (status == INR_OK)
        status =
            inr_vk_buffer_create(&l->d, "results of latents", INR_LATENT_RESULTS * sizeof(float),
                                 INR_VK_READBACK, &l->out, err);
    l->calls = (struct inr_vk_calls){.d = &l->d};
    if (status == INR_OK)
        status = inr_vk_latent_plan_create(&l->plan, shape, &l->stage, &l->kernels, &l->calls, err);
    return status;
}

enum inr_status inr_vk_latent_create(const struct inr_device *device,
                                     const struct inr_vk_latent_shape *shape,
                                     const struct inr_log *log, struct inr_vk_latent **out,
                                     struct inr_error *err)
{
    *out = NULL;
    struct inr_vk_latent *l = calloc(1, sizeof *l);
    if (!l)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the Vulkan backend");
    enum inr_status status = open(l, device, shape, log, err);
    if (status == INR_OK)
        status = record(l, err);
    if (status != INR_OK) {
        inr_vk_latent_destroy(l);
        return status;
    }
    *out = l;
    return INR_OK;
}

static enum inr_status upload(struct inr_vk_latent *l, enum inr_vk_latent_buffer to, uint64_t at,
                              const float *from, uint64_t n, struct inr_error *err)
{
    return inr_vk_upload(&l->stage, &l->plan.buffers[to], at * sizeof(float), from,
                         n * sizeof(float), err);
}

static enum inr_status download(struct inr_vk_latent *l, enum inr_vk_latent_buffer from,
                                uint64_t at, float *to, uint64_t n, struct inr_error *err)
{
    return inr_vk_download(&l->stage, &l->plan.buffers[from], at * sizeof(float), to,
                           n * sizeof(float), err);
}

enum inr_status inr_vk_latent_begin(struct inr_vk_latent *l, const float *target,
                                    const float *start, struct inr_error *err)
{
    enum inr_status status =
        upload(l, INR_VK_LATENT_TARGET, 0, target, 4 * (uint64_t)l->plan.pixels, err);
    if (status == INR_OK)
        status = upload(l, INR_VK_LATENT_START, 0, start, l->plan.parameters, err);
    return status;
}

/* Either way: `copy` is upload or download. The means lie one after the other, each as long as all
 * values. */
typedef enum inr_status copy_fn(struct inr_vk_latent *l, enum inr_vk_latent_buffer buffer,
                                uint64_t at, float *host, uint64_t n, struct inr_error *err);

static enum inr_status copy_moments(struct inr_vk_latent *l, copy_fn *copy,
                                    enum inr_vk_latent_buffer value,
                                    enum inr_vk_latent_buffer moments, uint64_t at, uint64_t n,
                                    uint64_t all, const struct inr_vk_latent_moments *host,
                                    struct inr_error *err)
{
    enum inr_status status = copy(l, value, at, host->value, n, err);
    if (status == INR_OK)
        status = copy(l, moments, at, host->first, n, err);
    if (status == INR_OK)
        status = copy(l, moments, all + at, host->second, n, err);
    return status;
}

static enum inr_status copy_state(struct inr_vk_latent *l, copy_fn *copy,
                                  const struct inr_vk_latent_state *state, struct inr_error *err)
{
    const struct inr_vk_latent_plan *plan = &l->plan;
    enum inr_status status =
        copy_moments(l, copy, INR_VK_LATENT_PARAMS, INR_VK_LATENT_PARAM_MOMENTS, 0,
                     plan->parameters, plan->parameters, &state->params, err);
    for (int k = 0; k < plan->shape.levels && status == INR_OK; k++)
        status =
            copy_moments(l, copy, INR_VK_LATENT_VALUE, INR_VK_LATENT_MOMENTS, plan->grids[k].at,
                         plan->grids[k].points, plan->points, &state->grid[k], err);
    return status;
}

static enum inr_status copy_in(struct inr_vk_latent *l, enum inr_vk_latent_buffer buffer,
                               uint64_t at, float *host, uint64_t n, struct inr_error *err)
{
    return upload(l, buffer, at, host, n, err);
}

enum inr_status inr_vk_latent_set(struct inr_vk_latent *l, const struct inr_vk_latent_state *state,
                                  struct inr_error *err)
{
    return copy_state(l, copy_in, state, err);
}

enum inr_status inr_vk_latent_get(struct inr_vk_latent *l, const struct inr_vk_latent_state *state,
                                  struct inr_error *err)
{
    return copy_state(l, download, state, err);
}

enum inr_status inr_vk_latent_get_params(struct inr_vk_latent *l, float *params,
                                         struct inr_error *err)
{
    return download(l, INR_VK_LATENT_PARAMS, 0, params, l->plan.parameters, err);
}

static enum inr_status run(struct inr_vk_latent *l, const inr_latent_step_row *row,
                           struct inr_error *err)
{
    memcpy(l->row.map, row, sizeof *row);
    enum inr_status status = inr_vk_stream_submit(&l->stream, true, err);
    if (status == INR_OK)
        status = inr_vk_stream_wait(&l->stream, err);
    return status;
}

enum inr_status inr_vk_latent_step(struct inr_vk_latent *l, const inr_latent_step_row *row,
                                   float results[INR_LATENT_RESULTS], struct inr_error *err)
{
    const enum inr_status status = run(l, row, err);
    if (status == INR_OK)
        memcpy(results, l->out.map, INR_LATENT_RESULTS * sizeof *results);
    return status;
}

enum inr_status inr_vk_latent_render(struct inr_vk_latent *l, const float *const *y,
                                     const float *params, float step, float *out,
                                     struct inr_error *err)
{
    const struct inr_vk_latent_plan *plan = &l->plan;
    const inr_latent_step_row row = {.step = step};
    enum inr_status status = upload(l, INR_VK_LATENT_PARAMS, 0, params, plan->parameters, err);
    for (int k = 0; k < plan->shape.levels && status == INR_OK; k++)
        status =
            upload(l, INR_VK_LATENT_PLANES, plan->grids[k].plane, y[k], plan->grids[k].points, err);
    if (status == INR_OK)
        status = run(l, &row, err);
    if (status == INR_OK)
        status = download(l, INR_VK_LATENT_RESULT, 0, out, 4 * (uint64_t)plan->pixels, err);
    return status;
}
