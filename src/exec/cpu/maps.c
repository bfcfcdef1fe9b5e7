/* SPDX-License-Identifier: MIT
 *
 * maps.c - Parameters to the effective array and gradients back: products with fixed bases by
 * sgemm, their rows shared out among the workers.
 */
#include <cblas.h>
#include <string.h>

#include "exec/cpu/exec.h"

size_t inr_cpu_share(size_t total, int w, int threads)
{
    return total * (size_t)w / (size_t)threads;
}

/* All products with bases are worth more than one thread. */
static bool worth_threads(const struct inr_cpu_exec *exec)
{
    double flops = 0;
    for (int i = 0; i < exec->program->n_maps; i++) {
        const struct inr_map *map = &exec->program->maps[i];
        if (map->kind == INR_MAP_LINEAR)
            flops += 2.0 * map->rows * map->cols * map->inner;
    }
    return exec->threads > 1 && flops > INR_CPU_ALONE_FLOPS;
}

/* What maps read. */
static const float *source(const struct inr_cpu_exec *exec)
{
    return exec->quantised || exec->program->nests ? exec->shadow : exec->params;
}

/* The parameters as quantised, at the present level; or, where d_params is given, the gradients of
 * learnt steps and of their weights from those of what is seen. A row is one worker's, so the
 * threads change nothing. */
static void quantised_rows(const struct inr_cpu_exec *exec, float *d_params)
{
    const struct inr_program *program = exec->program;
    const size_t n = program->n_quantized;
    const int threads =
        program->n_params - program->n_table < INR_CPU_ALONE_ENTRIES ? 1 : exec->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++)
        for (size_t i = inr_cpu_share(n, w, threads); i < inr_cpu_share(n, w + 1, threads); i++) {
            const inr_quantized_row *row = &program->quantized[i];
            if (d_params)
                inr_quantize_row_learn(row, exec->params, d_params);
            else
                inr_quantize_row_at(row, exec->quantised, exec->level, exec->params, exec->shadow);
        }
}

/* Rows first .. end of E = P B. */
static void apply_rows(const struct inr_cpu_exec *exec, const struct inr_map *map, size_t first,
                       size_t end)
{
    if (first < end)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)(end - first), map->cols,
                    map->inner, 1.0f, source(exec) + map->param + first * (size_t)map->pitch,
                    map->pitch, exec->program->tables + map->table, map->cols, 0.0f,
                    exec->effective + map->effective + first * (size_t)map->cols, map->cols);
}

/* Rows first .. end of dP += dE B^T. */
static void pull_rows(const struct inr_cpu_exec *exec, const struct inr_map *map, float *d_params,
                      size_t first, size_t end)
{
    if (first < end)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)(end - first), map->inner,
                    map->cols, 1.0f,
                    exec->workers[0].d_effective + map->effective + first * (size_t)map->cols,
                    map->cols, exec->program->tables + map->table, map->cols, 1.0f,
                    d_params + map->param + first * (size_t)map->pitch, map->pitch);
}

/* Worker w's rows of every product: applied, or pulled back where d_params is given. */
static void linear_share(const struct inr_cpu_exec *exec, float *d_params, int w)
{
    for (int i = 0; i < exec->program->n_maps; i++) {
        const struct inr_map *map = &exec->program->maps[i];
        if (map->kind != INR_MAP_LINEAR)
            continue;
        const size_t first = inr_cpu_share((size_t)map->rows, w, exec->threads);
        const size_t end = inr_cpu_share((size_t)map->rows, w + 1, exec->threads);
        if (d_params)
            pull_rows(exec, map, d_params, first, end);
        else
            apply_rows(exec, map, first, end);
    }
}

static void linear_maps(const struct inr_cpu_exec *exec, float *d_params)
{
    const int threads = exec->threads;
    const bool parallel = worth_threads(exec);
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (parallel)
    for (int w = 0; w < threads; w++)
        linear_share(exec, d_params, w);
}

void inr_cpu_map(struct inr_cpu_exec *exec)
{
    const struct inr_program *program = exec->program;
    if (source(exec) == exec->shadow)
        quantised_rows(exec, NULL);
    for (int i = 0; i < program->n_maps; i++)
        if (program->maps[i].kind != INR_MAP_LINEAR)
            inr_map_apply(program, &program->maps[i], source(exec), exec->effective);
    linear_maps(exec, NULL);
    const size_t tables = program->n_table;
    exec->finite = exec->finite_tables &&
                   exec->kernels.finite(exec->params + tables, program->n_params - tables);
}

void inr_cpu_map_level(struct inr_cpu_exec *exec, uint32_t level)
{
    if (level == exec->level || !exec->program->nests)
        return;
    exec->level = level;
    inr_cpu_map(exec);
}

void inr_cpu_pull(const struct inr_cpu_exec *exec, float *d_params)
{
    const struct inr_program *program = exec->program;
    memset(d_params + program->n_table, 0,
           (program->n_trainable - program->n_table) * sizeof *d_params);
    for (int i = 0; i < program->n_maps; i++)
        if (program->maps[i].kind != INR_MAP_LINEAR)
            inr_map_pull(program, &program->maps[i], exec->workers[0].d_effective, d_params);
    linear_maps(exec, d_params);
    for (size_t i = 0; exec->level && i < program->n_quantized; i++)
        inr_quantize_row_pull(&program->quantized[i], exec->level, d_params);
    if (exec->quantised && program->learns)
        quantised_rows(exec, d_params);
}
