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
    /* The highest level reads no steps. */
    const struct inr_vk_access buffers[] = {{.buffer = &quantizer->rows},
                                            {.buffer = params},
                                            {.buffer = &quantizer->shadow},
                                            {.buffer = &quantizer->rows}};
    return inr_vk_call_make(calls, kernels, kernel, buffers, &quantizer->call, err);
}

enum inr_status inr_vk_quantizer_levels(const struct inr_vk_quantizer *quantizer,
                                        struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                        const struct inr_vk_buffer *params,
                                        const struct inr_vk_buffer *d_params,
                                        const struct inr_vk_buffer *steps,
                                        struct inr_vk_levels *levels, struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_QUANTIZE, NULL, 0, &kernel, err);
    const struct inr_vk_access see[] = {{.buffer = &quantizer->rows},
                                        {.buffer = params},
                                        {.buffer = &quantizer->shadow},
                                        {.buffer = steps}};
    const struct inr_vk_access pull[] = {
        {.buffer = &quantizer->rows}, {.buffer = params}, {.buffer = d_params}, {.buffer = steps}};
    if (status == INR_OK)
        status = inr_vk_call_make(calls, kernels, kernel, see, &levels->see, err);
    return status == INR_OK ? inr_vk_call_make(calls, kernels, kernel, pull, &levels->pull, err)
                            : status;
}

enum inr_status inr_vk_quantizer_learn(struct inr_vk_kernels *kernels,
                                       const struct inr_vk_buffer *params,
                                       const struct inr_vk_buffer *d_params,
                                       struct inr_vk_calls *calls,
                                       struct inr_vk_quantizer *quantizer, struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_QUANTIZE, NULL, 0, &kernel, err);
    const struct inr_vk_access buffers[] = {{.buffer = &quantizer->rows},
                                            {.buffer = params},
                                            {.buffer = d_params},
                                            {.buffer = &quantizer->rows}};
    quantizer->learns = true;
    return status == INR_OK
               ? inr_vk_call_make(calls, kernels, kernel, buffers, &quantizer->learn, err)
               : status;
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

static void record(const struct inr_vk_quantizer *quantizer, struct inr_vk_stream *stream,
                   const struct inr_vk_call *call, uint32_t mode, uint32_t row)
{
    const inr_push_quantize push = {
        .n = quantizer->n, .on = quantizer->on, .mode = mode, .row = row};
    uint32_t x, y;
    if (quantizer->n == 0)
        return;
    inr_vk_stream_fold(quantizer->n, &x, &y);
    inr_vk_stream_run(stream, call, x, y, 1, &push);
}

void inr_vk_quantizer_record(const struct inr_vk_quantizer *quantizer, struct inr_vk_stream *stream)
{
    record(quantizer, stream, &quantizer->call, INR_QUANTIZE_HIGHEST, 0);
}

void inr_vk_levels_record(const struct inr_vk_quantizer *quantizer,
                          const struct inr_vk_levels *levels, struct inr_vk_stream *stream,
                          bool pull, uint32_t row)
{
    record(quantizer, stream, pull ? &levels->pull : &levels->see,
           pull ? INR_QUANTIZE_PULL : INR_QUANTIZE_LEVEL, row);
}

void inr_vk_quantizer_record_learn(const struct inr_vk_quantizer *quantizer,
                                   struct inr_vk_stream *stream)
{
    if (quantizer->learns && quantizer->on)
        record(quantizer, stream, &quantizer->learn, INR_QUANTIZE_LEARN, 0);
}
