/* SPDX-License-Identifier: MIT
 *
 * quantizer.c - One kernel over the rows of parameters that share a step.
 */
#include "exec/vulkan/quantizer.h"

#include "common/params.h"

enum inr_status inr_vk_quantizer_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                        const struct inr_program *program,
                                        const struct inr_vk_buffer *params,
                                        struct inr_vk_calls *calls,
                                        struct inr_vk_quantizer *quantizer, struct inr_error *err)
{
    *quantizer = (struct inr_vk_quantizer){
        .d = stage->d, .n = (uint32_t)program->n_quantized, .on = program->quantised};
    if (!program->quantized)
        return INR_OK;
    const uint64_t bytes = program->n_quantized * sizeof *program->quantized;
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_buffer_create(stage->d, "rows that share a step", bytes,
                                                  INR_VK_LOCAL, &quantizer->rows, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(stage->d, "quantised parameters",
                                      program->n_params * sizeof(float), INR_VK_LOCAL,
                                      &quantizer->shadow, err);
    if (status == INR_OK)
        status = inr_vk_upload(stage, &quantizer->rows, 0, program->quantized, bytes, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_QUANTIZE, NULL, 0, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {
        {.buffer = &quantizer->rows}, {.buffer = params}, {.buffer = &quantizer->shadow}};
    return inr_vk_call_make(calls, kernels, kernel, buffers, &quantizer->call, err);
}

void inr_vk_quantizer_destroy(struct inr_vk_quantizer *quantizer)
{
    if (!quantizer->d)
        return;
    inr_vk_buffer_destroy(quantizer->d, &quantizer->rows);
    inr_vk_buffer_destroy(quantizer->d, &quantizer->shadow);
    *quantizer = (struct inr_vk_quantizer){0};
}

const struct inr_vk_buffer *inr_vk_quantizer_source(const struct inr_vk_quantizer *quantizer,
                                                    const struct inr_vk_buffer *params)
{
    return quantizer->n ? &quantizer->shadow : params;
}

void inr_vk_quantizer_record(const struct inr_vk_quantizer *quantizer, struct inr_vk_stream *stream)
{
    const inr_push_quantize push = {.n = quantizer->n, .on = quantizer->on};
    uint32_t x, y;
    if (quantizer->n == 0)
        return;
    inr_vk_stream_fold(quantizer->n, &x, &y);
    inr_vk_stream_run(stream, &quantizer->call, x, y, 1, &push);
}
