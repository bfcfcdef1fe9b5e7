/* SPDX-License-Identifier: MIT
 *
 * readout.c - Measurements of the whole grid on the CPU.
 */
#include "exec/cpu/readout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/readout.h"
#include "field/formula.h"

struct inr_cpu_readout {
    struct inr_readout what;
    size_t points, count, ld; /* ld: measurements of a channel, padded for the loss */
    float *grid;              /* [channels][points] values, then their gradient */
    float *targets;           /* [channels][ld] */
    float *measured;          /* [channels][ld], then their gradient */
    float *scratch;           /* [2 angles + 1] */
};

void inr_cpu_readout_free(struct inr_cpu_exec *exec)
{
    struct inr_cpu_readout *r = exec->readout;
    if (!r)
        return;
    free(r->grid);
    free(r->targets);
    free(r->measured);
    free(r->scratch);
    free(r);
    exec->readout = NULL;
}

static bool allocate(struct inr_cpu_readout *r, size_t channels)
{
    r->grid = calloc(channels * r->points, sizeof *r->grid);
    r->targets = calloc(channels * r->ld, sizeof *r->targets);
    r->measured = calloc(channels * r->ld, sizeof *r->measured);
    r->scratch = calloc(2 * (size_t)r->what.angles + 1, sizeof *r->scratch);
    return r->grid && r->targets && r->measured && r->scratch;
}

enum inr_status inr_cpu_readout_set(struct inr_cpu_exec *exec, const struct inr_pool *pool,
                                    struct inr_error *err)
{
    inr_cpu_readout_free(exec);
    if (!pool->readout || pool->readout->kind == INR_READ_POINTS)
        return INR_OK;
    if (exec->config.batch_mode != (int)INR_BATCH_FULL || pool->coords)
        return inr_fail(err, INR_ERR_USAGE,
                        "measurements see a whole grid: the batch must be full");
    struct inr_cpu_readout *r = calloc(1, sizeof *r);
    if (!r)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a readout");
    exec->readout = r;
    r->what = *pool->readout;
    r->points = (size_t)inr_readout_points(&r->what);
    r->count = (size_t)inr_readout_count(&r->what);
    r->ld = (r->count + INR_CPU_LANES - 1) / INR_CPU_LANES * INR_CPU_LANES;
    if (r->ld > INT32_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%zu measurements are too many", r->count);
    if (!allocate(r, (size_t)pool->channels))
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu measurements of %zu points",
                        r->count, r->points);
    exec->pool.readout = NULL;
    exec->pool.values = NULL; /* they are not samples of the grid */
    return inr_readout_targets(&r->what, pool->values, pool->channels, pool->scale, pool->shift,
                               r->targets, r->ld, err);
}

/* The field everywhere, [channels][points]. */
static void fill_grid(struct inr_cpu_exec *exec)
{
    struct inr_cpu_readout *r = exec->readout;
    const int threads = exec->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++) {
        const size_t block = (size_t)exec->plan.block, blocks = (r->points + block - 1) / block;
        const size_t end = inr_cpu_share(blocks, w + 1, threads);
        for (size_t i = inr_cpu_share(blocks, w, threads); i < end; i++) {
            const size_t first = i * block, left = r->points - first;
            inr_cpu_evaluate_grid(exec, w, (uint32_t)first, (int)(left < block ? left : block),
                                  r->grid + first, r->points);
        }
    }
}

void inr_cpu_readout_forward(struct inr_cpu_exec *exec, struct inr_step_result *result)
{
    struct inr_cpu_readout *r = exec->readout;
    const size_t channels = (size_t)exec->program->channels;
    const double elements = (double)r->count * (double)channels;
    fill_grid(exec);
    for (size_t c = 0; c < channels; c++)
        inr_readout_project(&r->what, r->grid + c * r->points, r->measured + c * r->ld,
                            exec->threads);
    struct inr_cpu_loss loss = {.target = r->targets,
                                .y = r->measured,
                                .constant = exec->config.loss_constant,
                                .scale = (float)(1.0 / elements),
                                .channels = (int)channels,
                                .valid = (int)r->count,
                                .n = (int)r->ld,
                                .ld = (int)r->ld};
    exec->kernels.loss[exec->config.loss](&loss);
    for (size_t c = 0; c < channels; c++)
        inr_readout_adjoint(&r->what, r->measured + c * r->ld, r->grid + c * r->points, r->scratch,
                            exec->threads);
    result->loss = exec->finite ? (float)(loss.sum / elements) : NAN;
    result->mse = exec->finite ? (float)(loss.squares / elements) : NAN;
}

void inr_cpu_readout_give(const struct inr_cpu_exec *exec, uint32_t first, int n, int n_padded,
                          float *out)
{
    const struct inr_cpu_readout *r = exec->readout;
    for (int c = 0; c < exec->program->channels; c++) {
        float *row = out + (size_t)c * (size_t)exec->plan.tile;
        memcpy(row, r->grid + (size_t)c * r->points + first, (size_t)n * sizeof *row);
        memset(row + n, 0, (size_t)(n_padded - n) * sizeof *row);
    }
}
