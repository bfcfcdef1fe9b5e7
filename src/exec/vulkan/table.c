/* SPDX-License-Identifier: MIT
 *
 * table.c - Buffers of tables, fixed-point sums, regularisers.
 */
#include "exec/jet.h"
#include "exec/vulkan/table.h"

#include <stdlib.h>

#include "common/params.h"

#define UNIT (1.0 / 4294967296.0) /* of common/fixed.glsl */

/* Counts start at zero. */
static enum inr_status create_counts(struct inr_vk_stage *stage, struct inr_vk_table *t,
                                     struct inr_error *err)
{
    const uint64_t size = (uint64_t)t->program->n_table * sizeof(float);
    const enum inr_status status = inr_vk_buffer_create(t->d, "the steps of table entries", size,
                                                        INR_VK_LOCAL, &t->counts, err);
    return status == INR_OK ? inr_vk_zero(stage, &t->counts, err) : status;
}

static enum inr_status create_halves(struct inr_vk_kernels *kernels,
                                     const struct inr_vk_buffer *params, struct inr_vk_calls *calls,
                                     struct inr_vk_table *t, struct inr_error *err)
{
    const uint64_t words = (t->program->n_table + 1) / 2;
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_buffer_create(
        t->d, "tables as 16-bit floats", words * sizeof(uint32_t), INR_VK_LOCAL, &t->halves, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_TABLE_PACK, NULL, 0, &kernel, err);
    const struct inr_vk_access buffers[] = {
        {.buffer = params, .begin = 0, .end = t->program->n_table}, {.buffer = &t->halves}};
    return status == INR_OK ? inr_vk_call_make(calls, kernels, kernel, buffers, &t->pack, err)
                            : status;
}

static enum inr_status gradient_call(struct inr_vk_table *t, struct inr_vk_kernels *kernels,
                                     const struct inr_vk_buffer *params,
                                     const struct inr_vk_buffer *d_params,
                                     struct inr_vk_calls *calls, struct inr_error *err)
{
    const uint32_t fixed = t->fixed.handle != VK_NULL_HANDLE;
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, INR_VK_TABLE_GRADIENT, &fixed, 1, &kernel, err);
    const struct inr_vk_access buffers[] = {
        {.buffer = params},
        {.buffer = fixed ? &t->fixed : params},
        {.buffer = d_params, .begin = 0, .end = t->program->n_table}};
    return status == INR_OK ? inr_vk_call_make(calls, kernels, kernel, buffers, &t->gradient, err)
                            : status;
}

/* Scalars of an op's table: those of all its levels. */
static uint64_t op_scalars(const struct inr_vk_table *t, const struct inr_op *op)
{
    uint64_t n = 0;
    for (int l = 0; l < op->levels; l++)
        n += (uint64_t)t->program->levels[op->level + l].entries * (uint64_t)op->features;
    return n;
}

/* Total variation is that of tables whose points end on the ends of the domain. */
static bool varies(const struct inr_vk_table *t, const struct inr_op *op)
{
    return op->kind == INR_OP_GRID && !(t->program->levels[op->level].shift > 0.0f);
}

static enum inr_status variation_calls(struct inr_vk_table *t, struct inr_vk_kernels *kernels,
                                       const struct inr_vk_buffer *params,
                                       const struct inr_vk_buffer *d_params,
                                       struct inr_vk_calls *calls, struct inr_error *err)
{
    const struct inr_program *p = t->program;
    t->variation = calloc((size_t)p->n_ops, sizeof *t->variation);
    if (!t->variation)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the variation of tables");
    enum inr_status status = INR_OK;
    for (int i = 0; i < p->n_ops && status == INR_OK; i++) {
        const struct inr_op *op = &p->ops[i];
        if (!varies(t, op))
            continue;
        const uint32_t axes = (uint32_t)op->n_axes;
        const uint64_t begin = p->levels[op->level].offset;
        const struct inr_vk_kernel *kernel;
        status = inr_vk_kernel_get(kernels, INR_VK_VARIATION, &axes, 1, &kernel, err);
        const struct inr_vk_access buffers[] = {
            {.buffer = params},
            {.buffer = d_params, .begin = begin, .end = begin + op_scalars(t, op)}};
        if (status == INR_OK)
            status = inr_vk_call_make(calls, kernels, kernel, buffers, &t->variation[i], err);
    }
    return status;
}

static enum inr_status create_training(struct inr_vk_stage *stage, struct inr_vk_table *t,
                                       const struct inr_exec_config *config, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    if (config->fixed_point)
        status = inr_vk_buffer_create(t->d, "fixed-point gradients of tables",
                                      (uint64_t)t->program->n_table * 2 * sizeof(uint32_t),
                                      INR_VK_LOCAL, &t->fixed, err);
    if (status == INR_OK && config->optimizer.sparse)
        status = create_counts(stage, t, err);
    return status;
}

enum inr_status inr_vk_table_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                    const struct inr_exec_config *config,
                                    const struct inr_vk_buffer *params,
                                    const struct inr_vk_buffer *d_params,
                                    struct inr_vk_calls *calls, struct inr_vk_table *table,
                                    struct inr_error *err)
{
    const struct inr_program *p = config->program;
    *table = (struct inr_vk_table){.d = stage->d,
                                   .program = p,
                                   .tv = config->table_tv,
                                   .l2 = config->table_l2,
                                   .scale = (double)config->batch * p->channels *
                                            inr_jet_fixed_share(config)};
    if (p->n_table == 0)
        return INR_OK;
    const uint64_t size = (uint64_t)p->n_levels * sizeof *p->levels;
    enum inr_status status =
        inr_vk_buffer_create(stage->d, "grid levels", size, INR_VK_LOCAL, &table->levels, err);
    if (status == INR_OK && size > 0)
        status = inr_vk_upload(stage, &table->levels, 0, p->levels, size, err);
    const uint64_t words = (uint64_t)p->n_words * sizeof *p->words;
    if (status == INR_OK && words > 0)
        status =
            inr_vk_buffer_create(stage->d, "kernel cells", words, INR_VK_LOCAL, &table->words, err);
    if (status == INR_OK && words > 0)
        status = inr_vk_upload(stage, &table->words, 0, p->words, words, err);
    if (status == INR_OK && config->half_tables && !config->no_fp16)
        status = create_halves(kernels, params, calls, table, err);
    if (status == INR_OK && config->train)
        status = create_training(stage, table, config, err);
    if (status == INR_OK && config->train && (config->fixed_point || table->l2 > 0.0f))
        status = gradient_call(table, kernels, params, d_params, calls, err);
    if (status == INR_OK && config->train && table->tv > 0.0f)
        status = variation_calls(table, kernels, params, d_params, calls, err);
    return status;
}

void inr_vk_table_destroy(struct inr_vk_table *table)
{
    if (!table->d)
        return;
    inr_vk_buffer_destroy(table->d, &table->levels);
    inr_vk_buffer_destroy(table->d, &table->words);
    inr_vk_buffer_destroy(table->d, &table->fixed);
    inr_vk_buffer_destroy(table->d, &table->counts);
    inr_vk_buffer_destroy(table->d, &table->halves);
    free(table->variation);
    *table = (struct inr_vk_table){0};
}

const struct inr_vk_buffer *inr_vk_table_target(const struct inr_vk_table *table,
                                                const struct inr_vk_buffer *d_params,
                                                uint32_t *words)
{
    const bool fixed = table->fixed.handle != VK_NULL_HANDLE;
    *words = fixed ? 2 : 1;
    return fixed ? &table->fixed : d_params;
}

void inr_vk_table_record_clear(const struct inr_vk_table *table,
                               const struct inr_vk_buffer *d_params, struct inr_vk_stream *stream)
{
    uint32_t words;
    const struct inr_vk_buffer *target = inr_vk_table_target(table, d_params, &words);
    inr_vk_stream_zero_words(stream, target, 0, (uint64_t)table->program->n_table * words);
}

void inr_vk_table_record_pack(const struct inr_vk_table *table, struct inr_vk_stream *stream)
{
    const inr_push_table push = {.n = (uint32_t)table->program->n_table};
    if (table->pack.kernel)
        inr_vk_stream_run_threads(stream, &table->pack, (push.n + 1) / 2, &push);
}

/* Cells of a level of one table: points with a forward neighbour on every axis. */
static double cells(const inr_grid_level *level, int n_axes)
{
    const uint32_t points[INR_MAX_DIMS] = {level->points0, level->points1, level->points2};
    double n = 1.0;
    for (int i = 0; i < n_axes; i++)
        n *= (double)(points[i] - 1);
    return n;
}

void inr_vk_table_record_finish(const struct inr_vk_table *table, struct inr_vk_stream *stream)
{
    const struct inr_program *p = table->program;
    const inr_push_table sum = {
        .n = (uint32_t)p->n_table, .l2 = table->l2, .unit = (float)(UNIT / table->scale)};
    if (table->gradient.kernel)
        inr_vk_stream_run_threads(stream, &table->gradient, sum.n, &sum);
    for (int i = 0; table->variation && i < p->n_ops; i++) {
        const struct inr_op *op = &p->ops[i];
        const inr_grid_level *level = varies(table, op) ? &p->levels[op->level] : NULL;
        const double all = level ? cells(level, op->n_axes) * op->features : 0.0;
        if (!(all > 0.0))
            continue;
        const inr_push_variation push = {.offset = level->offset,
                                         .n = (uint32_t)op_scalars(table, op),
                                         .features = (uint32_t)op->features,
                                         .points0 = level->points0,
                                         .points1 = level->points1,
                                         .points2 = level->points2,
                                         .share = (float)((double)table->tv / all)};
        inr_vk_stream_run_threads(stream, &table->variation[i], push.n, &push);
    }
}
