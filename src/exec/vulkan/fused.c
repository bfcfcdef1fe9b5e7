/* SPDX-License-Identifier: MIT
 *
 * fused.c - What the fused kernels read and where their sums go.
 */
#include "exec/vulkan/fused.h"

#include <stdlib.h>

#include "common/params.h"

_Static_assert(INR_FUSED_CONSTANTS == INR_MAX_CONSTANTS, "packed as programs have them");

/* Entries [rows][cols] of the effective array from `from`, to rows `pitch` apart at `to`. */
static void place_matrix(uint32_t *source, size_t to, uint32_t pitch, size_t from, int rows,
                         int cols)
{
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < cols; k++)
            source[to + (size_t)i * pitch + (size_t)k] =
                (uint32_t)(from + (size_t)i * (size_t)cols + (size_t)k);
}

static void place_turned(uint32_t *source, size_t to, uint32_t pitch, size_t from, int rows,
                         int cols)
{
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < cols; k++)
            source[to + (size_t)k * pitch + (size_t)i] =
                (uint32_t)(from + (size_t)i * (size_t)cols + (size_t)k);
}

static void place_bias(const struct inr_vk_fused *f, uint32_t *source, uint32_t l)
{
    const struct inr_op *op = f->chain.affine[l];
    const uint32_t pitch = f->shape.bias_pitch;
    for (uint32_t i = 0; op->bias != INR_NONE && i < (uint32_t)op->n_out * pitch; i++)
        source[inr_fused_bias(f->shape, l) + i] = (uint32_t)op->bias + i / pitch;
}

/* Where packed words come from; the inverse of what common/fused.h says. */
static void fill_source(const struct inr_vk_fused *f, uint32_t *source)
{
    const inr_fused_shape s = f->shape;
    const struct inr_vk_chain *c = &f->chain;
    const struct inr_op *out = c->affine[s.layers];
    for (size_t i = 0; i < (size_t)f->floats + f->weights; i++)
        source[i] = INR_NO_SOURCE;
    for (uint32_t l = 0; l <= s.layers; l++) {
        const uint32_t at = inr_fused_constants(s, l);
        if (c->act[l])
            place_matrix(source, at, 0, c->act[l]->constants, 1, INR_MAX_CONSTANTS);
        if (l == s.layers)
            break;
        const struct inr_op *op = c->affine[l];
        const uint32_t cols = l == 0 ? s.inputs : s.width;
        place_bias(f, source, l);
        place_matrix(source, f->floats + inr_fused_weight(s, l), cols, op->weight, op->n_out,
                     op->n_in);
        if (f->tile.kernel == INR_VK_FUSED)
            place_turned(source, f->floats + inr_fused_turned(s, l), s.width, op->weight, op->n_out,
                         op->n_in);
    }
    place_matrix(source, inr_fused_outputs(s), s.width, out->weight, out->n_out, out->n_in);
    if (out->bias != INR_NONE)
        place_matrix(source, inr_fused_outputs(s) + s.channels * s.width, 0, out->bias, 1,
                     out->n_out);
    place_turned(source, f->floats + inr_fused_weight(s, s.layers), s.outputs, out->weight,
                 out->n_out, out->n_in);
    if (c->encode)
        place_matrix(source, inr_fused_frequencies(s), 0, c->encode->table, 1, (int)s.frequencies);
}

/* Where the sums of effective entries are. */
static void fill_place(const struct inr_vk_fused *f, uint32_t *place)
{
    const inr_fused_shape s = f->shape;
    for (size_t i = 0; i < f->program->n_effective; i++)
        place[i] = INR_NO_SOURCE;
    for (uint32_t l = 0; l <= s.layers; l++) {
        const struct inr_op *op = f->chain.affine[l];
        const bool out = l == s.layers;
        const uint32_t to = out ? inr_fused_sum_outputs(s) : inr_fused_weight(s, l);
        const uint32_t pitch = !out && l == 0 ? s.inputs : s.width;
        const uint32_t bias = out ? to + s.channels * s.width : inr_fused_sum_bias(s, l);
        for (uint32_t i = 0; i < (uint32_t)op->n_out; i++) {
            for (uint32_t k = 0; k < (uint32_t)op->n_in; k++)
                place[op->weight + (size_t)i * (size_t)op->n_in + k] = to + i * pitch + k;
            if (op->bias != INR_NONE)
                place[op->bias + i] = bias + i;
        }
    }
}

static enum inr_status upload_words(struct inr_vk_stage *stage, const char *name, size_t n,
                                    void (*fill)(const struct inr_vk_fused *, uint32_t *),
                                    const struct inr_vk_fused *f, struct inr_vk_buffer *buffer,
                                    struct inr_error *err)
{
    uint32_t *words = malloc((n ? n : 1) * sizeof *words);
    if (!words)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan");
    fill(f, words);
    enum inr_status status =
        inr_vk_buffer_create(stage->d, name, n * sizeof *words, INR_VK_LOCAL, buffer, err);
    if (status == INR_OK)
        status = inr_vk_upload(stage, buffer, 0, words, n * sizeof *words, err);
    free(words);
    return status;
}

static enum inr_status create_buffers(struct inr_vk_fused *f, struct inr_vk_stage *stage,
                                      bool train, struct inr_error *err)
{
    enum inr_status status =
        upload_words(stage, "places of packed weights", (size_t)f->floats + f->weights, fill_source,
                     f, &f->source, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(stage->d, "packed weights",
                                      ((uint64_t)f->floats + f->weights) * sizeof(float),
                                      INR_VK_LOCAL, &f->packed, err);
    if (status == INR_OK && train)
        status = upload_words(stage, "places of sums", f->program->n_effective, fill_place, f,
                              &f->place, err);
    return status;
}

static enum inr_status get_kernel(const struct inr_vk_fused *f, struct inr_vk_kernels *kernels,
                                  const struct inr_exec_config *config, enum inr_vk_fused_use mode,
                                  bool input_gradient, const struct inr_vk_kernel **out,
                                  struct inr_error *err)
{
    const struct inr_vk_tile *t = &f->tile;
    const struct inr_vk_chain *c = &f->chain;
    const uint32_t layers = f->shape.layers;
    const uint32_t constants[] = {t->threads,
                                  t->width,
                                  layers,
                                  t->inputs,
                                  (uint32_t)c->affine[0]->n_in,
                                  f->shape.channels,
                                  t->outputs,
                                  (uint32_t)c->act[0]->activation,
                                  c->act[layers] ? (uint32_t)c->act[layers]->activation : 0,
                                  mode == INR_VK_FUSED_TRAIN ? (uint32_t)config->loss : 0,
                                  mode,
                                  c->encode ? (uint32_t)c->encode->n_frequencies : 0,
                                  (uint32_t)f->program->dims,
                                  input_gradient,
                                  (uint32_t)f->precision,
                                  t->first_pairs,
                                  t->keep,
                                  t->keep_sums,
                                  t->columns,
                                  t->rm,
                                  t->rn,
                                  t->gm,
                                  t->gn,
                                  t->fragment.m,
                                  t->fragment.n,
                                  t->fragment.k};
    return inr_vk_kernel_get(
        kernels, t->kernel, constants,
        sizeof constants / sizeof *constants - (t->kernel == INR_VK_FUSED ? 3 : 0), out, err);
}

static enum inr_status chain_call(const struct inr_vk_fused *f, struct inr_vk_kernels *kernels,
                                  struct inr_vk_calls *calls, const struct inr_vk_fused_buffers *b,
                                  const struct inr_exec_config *config, enum inr_vk_fused_use mode,
                                  struct inr_vk_call *call, struct inr_error *err)
{
    const bool d_in = mode != INR_VK_FUSED_EVALUATE && b->d_in;
    const struct inr_vk_kernel *kernel;
    enum inr_status status = get_kernel(f, kernels, config, mode, d_in, &kernel, err);
    const struct inr_vk_buffer *out = d_in ? b->d_in : b->out;
    const struct inr_vk_access buffers[] = {
        {.buffer = b->in},
        {.buffer = &f->packed},
        {.buffer = &f->packed},
        {.buffer = mode == INR_VK_FUSED_TRAIN  ? b->target
                   : mode == INR_VK_FUSED_PULL ? b->d_out
                                               : b->in},
        {.buffer = out},
        {.buffer = mode == INR_VK_FUSED_EVALUATE ? b->out : b->partial}};
    return status == INR_OK ? inr_vk_call_make(calls, kernels, kernel, buffers, call, err) : status;
}

static enum inr_status other_calls(struct inr_vk_fused *f, struct inr_vk_kernels *kernels,
                                   struct inr_vk_calls *calls, const struct inr_vk_fused_buffers *b,
                                   bool train, struct inr_error *err)
{
    static const uint32_t forms[] = {INR_FUSED_FLOATS, INR_FUSED_ROUNDED, INR_FUSED_SUMS};
    const uint32_t form = f->tile.kernel == INR_VK_FUSED ? forms[f->precision] : INR_FUSED_HALVES;
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_FUSED_PACK, &form, 1, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access pack[] = {
        {.buffer = &f->source}, {.buffer = b->effective}, {.buffer = &f->packed}};
    status = inr_vk_call_make(calls, kernels, kernel, pack, &f->pack, err);
    if (status != INR_OK || !train)
        return status;
    status = inr_vk_kernel_get(kernels, INR_VK_FUSED_SUMS, NULL, 0, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access sums[] = {
        {.buffer = &f->place}, {.buffer = b->partial}, {.buffer = b->d_effective}};
    return inr_vk_call_make(calls, kernels, kernel, sums, &f->sums, err);
}

enum inr_status inr_vk_fused_need_evaluate(struct inr_vk_fused *f, struct inr_vk_kernels *kernels,
                                           struct inr_vk_calls *calls, struct inr_error *err)
{
    if (f->evaluate.kernel)
        return INR_OK;
    return chain_call(f, kernels, calls, &f->buffers, f->config, INR_VK_FUSED_EVALUATE,
                      &f->evaluate, err);
}

enum inr_status inr_vk_fused_create(struct inr_vk_fused *f, struct inr_vk_stage *stage,
                                    struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                    const struct inr_vk_fused_buffers *buffers,
                                    const struct inr_exec_config *config, enum inr_vk_fused_use use,
                                    struct inr_error *err)
{
    const bool train = use != INR_VK_FUSED_EVALUATE;
    f->d = stage->d;
    f->use = use;
    f->buffers = *buffers;
    f->config = config;
    enum inr_status status = create_buffers(f, stage, train, err);
    if (status == INR_OK)
        status = other_calls(f, kernels, calls, buffers, train, err);
    if (status == INR_OK && use != INR_VK_FUSED_TRAIN)
        status = inr_vk_fused_need_evaluate(f, kernels, calls, err);
    if (status == INR_OK && train)
        status = chain_call(f, kernels, calls, buffers, config, use, &f->train, err);
    return status;
}

uint64_t inr_vk_fused_bytes(const struct inr_vk_fused *f)
{
    return (2 * ((uint64_t)f->floats + f->weights) + f->program->n_effective) * sizeof(float);
}

void inr_vk_fused_destroy(struct inr_vk_fused *f)
{
    if (!f || !f->d)
        return;
    inr_vk_buffer_destroy(f->d, &f->source);
    inr_vk_buffer_destroy(f->d, &f->place);
    inr_vk_buffer_destroy(f->d, &f->packed);
}

uint32_t inr_vk_fused_groups(const struct inr_vk_fused *f, uint32_t count, uint32_t most)
{
    const uint32_t tiles = (count + f->tile.columns - 1) / f->tile.columns;
    return tiles < most ? tiles : most;
}

void inr_vk_fused_record_pack(const struct inr_vk_fused *f, struct inr_vk_stream *stream)
{
    const inr_push_fused_pack push = {f->floats, f->weights, f->first};
    inr_vk_stream_run_threads(stream, &f->pack, (uint64_t)f->floats + f->weights, &push);
}

void inr_vk_fused_record_evaluate(const struct inr_vk_fused *f, struct inr_vk_stream *stream,
                                  uint32_t count, uint32_t stride, uint32_t groups)
{
    const inr_push_fused push = {.count = count, .stride = stride};
    inr_vk_stream_run(stream, &f->evaluate, groups, 1, 1, &push);
}

/* In 16 bits gradients keep the size that they have for one sample, times loss_scale. */
static float gain(const struct inr_vk_fused *f, float scale)
{
    const bool given = f->use == INR_VK_FUSED_PULL;
    if (f->precision == INR_PRECISION_SINGLE)
        return given ? 1.0f : scale;
    return given ? f->loss_scale / scale : f->loss_scale;
}

static float back(const struct inr_vk_fused *f, float scale)
{
    return f->precision == INR_PRECISION_SINGLE ? 1.0f : scale / f->loss_scale;
}

void inr_vk_fused_record_train(const struct inr_vk_fused *f, struct inr_vk_stream *stream,
                               uint32_t count, uint32_t stride, uint32_t groups, float scale)
{
    const inr_push_fused push = {.count = count,
                                 .stride = stride,
                                 .constant = f->loss_constant,
                                 .gain = gain(f, scale),
                                 .back = back(f, scale)};
    inr_vk_stream_run(stream, &f->train, groups, 1, 1, &push);
}

void inr_vk_fused_record_sums(const struct inr_vk_fused *f, struct inr_vk_stream *stream,
                              uint32_t groups, float scale, bool accumulate)
{
    const inr_push_fused_sums push = {.n = (uint32_t)f->program->n_effective,
                                      .blocks = groups,
                                      .pitch = f->block,
                                      .accumulate = accumulate,
                                      .scale = back(f, scale)};
    inr_vk_stream_run_threads(stream, &f->sums, push.n, &push);
}
