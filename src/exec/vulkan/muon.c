/* SPDX-License-Identifier: MIT
 *
 * muon.c - Directions of Muon on the device: three products a Newton-Schulz step, each of all
 * matrices in one dispatch.
 */
#include "exec/vulkan/muon.h"

#include <stdlib.h>

#include "common/params.h"
#include "field/formula.h"

#include "common/optimizer.glsl"

/* The table of matrices, and how many floats they and their squares take. */
static enum inr_status plan_rows(struct inr_vk_muon *muon, const struct inr_program *program,
                                 inr_muon_row **out, size_t *entries, size_t *squares,
                                 struct inr_error *err)
{
    inr_muon_row *rows = malloc(program->n_matrices * sizeof *rows);
    *entries = *squares = 0;
    *out = rows;
    if (!rows)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the table of matrices");
    for (size_t i = 0; i < program->n_matrices; i++) {
        const struct inr_matrix *m = &program->matrices[i];
        const uint32_t height = (uint32_t)m->rows, width = (uint32_t)m->cols;
        const uint32_t shorter = height < width ? height : width;
        const uint32_t longer = height < width ? width : height;
        rows[i] = (inr_muon_row){.param = (uint32_t)m->param,
                                 .rows = height,
                                 .cols = width,
                                 .x = (uint32_t)*entries,
                                 .square = (uint32_t)*squares};
        *entries += (size_t)height * width;
        *squares += (size_t)shorter * shorter;
        muon->shorter = shorter > muon->shorter ? shorter : muon->shorter;
        muon->longer = longer > muon->longer ? longer : muon->longer;
    }
    muon->n = (uint32_t)program->n_matrices;
    return INR_OK;
}

static enum inr_status create_buffers(struct inr_vk_stage *stage, struct inr_vk_muon *muon,
                                      const struct inr_program *program, struct inr_error *err)
{
    inr_muon_row *rows;
    size_t entries, squares;
    enum inr_status status = plan_rows(muon, program, &rows, &entries, &squares, err);
    const struct {
        struct inr_vk_buffer *buffer;
        const char *name;
        uint64_t bytes;
    } list[] = {{&muon->rows, "table of matrices", muon->n * sizeof *rows},
                {&muon->x[0], "directions", entries * sizeof(float)},
                {&muon->x[1], "directions, the other half", entries * sizeof(float)},
                {&muon->s, "squares of directions", squares * sizeof(float)},
                {&muon->t, "polynomials of squares", squares * sizeof(float)}};
    for (size_t i = 0; i < sizeof list / sizeof *list && status == INR_OK; i++)
        status = inr_vk_buffer_create(stage->d, list[i].name, list[i].bytes, INR_VK_LOCAL,
                                      list[i].buffer, err);
    if (status == INR_OK)
        status = inr_vk_upload(stage, &muon->rows, 0, rows, list[0].bytes, err);
    free(rows);
    return status;
}

/* Calls come one after the other; the first failure stays. */
struct maker {
    struct inr_vk_muon *muon;
    struct inr_vk_kernels *kernels;
    struct inr_vk_calls *calls;
    enum inr_status status;
    struct inr_error *err;
};

static void make(struct maker *m, uint32_t mode, const struct inr_vk_buffer *left,
                 const struct inr_vk_buffer *right, const struct inr_vk_buffer *result,
                 struct inr_vk_call *call)
{
    const struct inr_vk_kernel *kernel;
    if (m->status == INR_OK)
        m->status = inr_vk_kernel_get(m->kernels, INR_VK_MUON_PRODUCT, &mode, 1, &kernel, m->err);
    if (m->status != INR_OK)
        return;
    const struct inr_vk_access buffers[] = {
        {.buffer = &m->muon->rows}, {.buffer = left}, {.buffer = right}, {.buffer = result}};
    m->status = inr_vk_call_make(m->calls, m->kernels, kernel, buffers, call, m->err);
}

enum inr_status inr_vk_muon_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                   const struct inr_exec_config *config,
                                   const struct inr_vk_buffer *moment,
                                   const struct inr_vk_buffer *d_params, struct inr_vk_calls *calls,
                                   struct inr_vk_muon *muon, struct inr_error *err)
{
    *muon = (struct inr_vk_muon){.d = stage->d};
    if (!config->train || config->optimizer.kind != INR_OPTIMIZER_MUON ||
        config->program->n_matrices == 0)
        return INR_OK;
    struct maker m = {muon, kernels, calls, INR_OK, err};
    const struct inr_vk_kernel *begin;
    m.status = create_buffers(stage, muon, config->program, err);
    if (m.status == INR_OK)
        m.status = inr_vk_kernel_get(kernels, INR_VK_MUON_BEGIN, NULL, 0, &begin, err);
    if (m.status == INR_OK) {
        const struct inr_vk_access buffers[] = {{.buffer = &muon->rows},
                                                {.buffer = d_params},
                                                {.buffer = moment},
                                                {.buffer = &muon->x[0]}};
        m.status = inr_vk_call_make(calls, kernels, begin, buffers, &muon->begin, err);
    }
    for (int k = 0; k < 2; k++) {
        const struct inr_vk_buffer *x = &muon->x[k], *y = &muon->x[1 - k];
        make(&m, INR_MUON_GRAM, x, x, &muon->s, &muon->gram[k]);
        make(&m, INR_MUON_STEP, &muon->t, x, y, &muon->step[k]);
    }
    make(&m, INR_MUON_SQUARE, &muon->s, &muon->s, &muon->t, &muon->square);
    make(&m, INR_MUON_LAST, &muon->t, &muon->x[(INR_MUON_STEPS - 1) % 2], d_params, &muon->last);
    return m.status;
}

void inr_vk_muon_destroy(struct inr_vk_muon *muon)
{
    if (!muon->d)
        return;
    struct inr_vk_buffer *const buffers[] = {&muon->rows, &muon->x[0], &muon->x[1], &muon->s,
                                             &muon->t};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        inr_vk_buffer_destroy(muon->d, buffers[i]);
    *muon = (struct inr_vk_muon){0};
}

static uint32_t tiles(uint32_t n)
{
    return (n + INR_MUON_TILE - 1) / INR_MUON_TILE;
}

void inr_vk_muon_record(const struct inr_vk_muon *muon, struct inr_vk_stream *stream, float beta)
{
    const inr_push_muon push = {.beta = beta};
    const uint32_t r = tiles(muon->shorter), c = tiles(muon->longer);
    if (muon->n == 0)
        return;
    inr_vk_stream_run(stream, &muon->begin, muon->n, 1, 1, &push);
    for (int i = 0; i < INR_MUON_STEPS; i++) {
        const struct inr_vk_call *step = i + 1 < INR_MUON_STEPS ? &muon->step[i % 2] : &muon->last;
        inr_vk_stream_run(stream, &muon->gram[i % 2], r, r, muon->n, &push);
        inr_vk_stream_run(stream, &muon->square, r, r, muon->n, &push);
        inr_vk_stream_run(stream, step, c, r, muon->n, &push);
    }
}
