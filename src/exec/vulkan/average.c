/* SPDX-License-Identifier: MIT
 *
 * average.c - The average of the parameters over the steps on the device.
 */
#include "exec/vulkan/average.h"

#include "common/params.h"

enum inr_status inr_vk_average_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                      const struct inr_exec_config *config,
                                      const struct inr_vk_buffer *params,
                                      struct inr_vk_calls *calls, struct inr_vk_average *average,
                                      struct inr_error *err)
{
    *average = (struct inr_vk_average){.d = stage->d,
                                       .n_trainable = config->program->n_trainable,
                                       .n_params = config->program->n_params,
                                       .kept = config->train && config->optimizer.average};
    if (!config->train)
        return INR_OK;
    enum inr_status status = inr_vk_buffer_create(
        stage->d, "lag of the average", average->kept ? average->n_trainable * sizeof(float) : 0,
        INR_VK_LOCAL, &average->lag, err);
    if (status != INR_OK || !average->kept)
        return status;
    const struct inr_vk_kernel *kernel;
    status = inr_vk_buffer_create(stage->d, "held parameters", average->n_params * sizeof(float),
                                  INR_VK_LOCAL, &average->held, err);
    if (status == INR_OK)
        status = inr_vk_zero(stage, &average->lag, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_AVERAGE, NULL, 0, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {
        {.buffer = &average->held}, {.buffer = &average->lag}, {.buffer = params}};
    return inr_vk_call_make(calls, kernels, kernel, buffers, &average->blend, err);
}

void inr_vk_average_destroy(struct inr_vk_average *average)
{
    if (!average->d)
        return;
    inr_vk_buffer_destroy(average->d, &average->lag);
    inr_vk_buffer_destroy(average->d, &average->held);
    *average = (struct inr_vk_average){0};
}

void inr_vk_average_record(const struct inr_vk_average *average, struct inr_vk_stream *stream,
                           const struct inr_vk_buffer *params, bool show)
{
    const VkBufferCopy all = {.size = average->n_params * sizeof(float)};
    const inr_push_average push = {.n = (uint32_t)average->n_trainable, .share = average->share};
    inr_vk_stream_copy(stream, show ? params : &average->held, show ? &average->held : params, &all,
                       1);
    if (show)
        inr_vk_stream_run_threads(stream, &average->blend, push.n, &push);
}
