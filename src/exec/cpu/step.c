/* SPDX-License-Identifier: MIT
 *
 * step.c - A training step and an evaluation: tiles shared out among workers, sums in a fixed
 * order.
 *
 * Work is cut by worker number, never by who is free: worker w of n takes the same tiles every
 * time, so the same seed and thread count give the same bytes. A worker is a unit of work, not a
 * thread; should OpenMP grant fewer threads, the workers run one after another with the same
 * result.
 */
#include "exec/cpu/exec.h"

#include <math.h>
#include <string.h>

#include "exec/cpu/readout.h"
#include "exec/cpu/average.h"
#include "exec/cpu/muon.h"
#include "exec/cpu/table.h"
#include "exec/cpu/tile.h"
#include "field/formula.h"

static uint32_t batch_size(const struct inr_cpu_exec *exec)
{
    return exec->config.batch_mode == (int)INR_BATCH_FULL ? (uint32_t)exec->pool.count
                                                          : exec->config.batch;
}

static int padded(int n)
{
    return (n + INR_CPU_LANES - 1) / INR_CPU_LANES * INR_CPU_LANES;
}

static struct inr_cpu_tile_run run_of(const struct inr_cpu_exec *exec,
                                      const struct inr_cpu_plan *plan, float *slots, int n)
{
    return (struct inr_cpu_tile_run){.plan = plan,
                                     .kernels = &exec->kernels,
                                     .effective = exec->effective,
                                     .params = exec->params,
                                     .slots = slots,
                                     .samples = padded(n),
                                     .n = padded(n) * (1 + plan->tangents)};
}

/* Tangents of the coordinates: the axes. */
static void seed_tangents(const struct inr_cpu_tile_run *run)
{
    const struct inr_cpu_plan *plan = run->plan;
    for (int i = 0; i < plan->tangents; i++)
        for (int k = 0; k < plan->tangents; k++) {
            float *x = run->slots + plan->coords + i * plan->tile + (1 + k) * run->samples;
            for (int t = 0; t < run->samples; t++)
                x[t] = i == k ? 1.0f : 0.0f;
        }
}

static void geometry_block(struct inr_cpu_exec *exec, struct inr_cpu_worker *worker,
                           const struct inr_cpu_tile_run *run, float scale, int valid)
{
    const struct inr_cpu_plan *plan = run->plan;
    struct inr_cpu_geometry loss = {.target = run->slots + plan->targets,
                                    .y = run->slots + plan->output,
                                    .weights = exec->config.geometry,
                                    .scale = scale,
                                    .valid = valid,
                                    .tangents = plan->tangents,
                                    .n = run->samples,
                                    .ld = plan->tile};
    exec->kernels.geometry(&loss);
    worker->sum += loss.sum;
    worker->squares += loss.squares;
}

static void loss_block(struct inr_cpu_exec *exec, struct inr_cpu_worker *worker,
                       const struct inr_cpu_tile_run *run, float scale, int valid)
{
    const struct inr_cpu_plan *plan = run->plan;
    struct inr_cpu_loss loss = {.target = run->slots + plan->targets,
                                .y = run->slots + plan->output,
                                .constant = exec->config.loss_constant,
                                .scale = scale,
                                .channels = exec->program->channels,
                                .valid = valid,
                                .n = run->n,
                                .ld = plan->tile};
    exec->kernels.loss[exec->config.loss](&loss);
    worker->sum += loss.sum;
    worker->squares += loss.squares;
}

/* A block of a tile, whose coordinates and targets are in place; `valid` of its samples are of the
 * batch, the first of them number `first` of the pool where all of it is drawn. */
static void train_block(struct inr_cpu_exec *exec, struct inr_cpu_worker *worker,
                        const struct inr_cpu_tile_run *run, uint32_t first, float scale, int valid)
{
    inr_cpu_forward(run);
    if (exec->readout)
        inr_cpu_readout_give(exec, first, valid, run->n, run->slots + run->plan->output);
    else if (run->plan->tangents)
        geometry_block(exec, worker, run, scale, valid);
    else
        loss_block(exec, worker, run, scale, valid);
    inr_cpu_backward(run);
}

/* The n samples of the batch whose pool indices are given. */
static void train_tile(struct inr_cpu_exec *exec, struct inr_cpu_worker *worker,
                       const struct inr_cpu_batch *batch, const uint32_t *index, int n)
{
    const struct inr_cpu_plan *plan = exec->training;
    const float scale = (float)(1.0 / ((double)batch->size * exec->program->channels));
    int columns = 0;
    for (int at = 0; at < n; at += plan->block) {
        const int valid = n - at < plan->block ? n - at : plan->block;
        struct inr_cpu_tile_run run = run_of(exec, plan, worker->slots + columns, valid);
        run.worker = worker;
        run.fixed_scale = exec->fixed_scale;
        run.d_effective = worker->d_effective;
        exec->kernels.gather(&exec->pool, index + at, valid, run.samples, plan->tile,
                             run.slots + plan->coords, run.slots + plan->targets);
        seed_tangents(&run);
        train_block(exec, worker, &run, index[at], scale, valid);
        columns += run.n;
    }
    struct inr_cpu_tile_run whole = run_of(exec, plan, worker->slots, n);
    whole.d_effective = worker->d_effective;
    whole.n = columns;
    inr_cpu_weight_gradients(&whole);
}

/* Draw tile i of the batch; returns its samples, 0 past the last tile. */
static int draw_tile(const struct inr_cpu_exec *exec, const struct inr_cpu_batch *batch, size_t i,
                     uint32_t *index)
{
    const size_t tile = (size_t)exec->training->samples, first = i * tile;
    if (first >= batch->size)
        return 0;
    const size_t left = batch->size - first;
    const int n = (int)(left < tile ? left : tile);
    exec->kernels.draw(batch, (uint32_t)first, n, index);
    exec->kernels.prefetch(&exec->pool, index, n);
    return n;
}

static void train_worker(struct inr_cpu_exec *exec, int w, const struct inr_cpu_batch *batch)
{
    struct inr_cpu_worker *worker = &exec->workers[w];
    const size_t tile = (size_t)exec->training->samples;
    const size_t tiles = ((size_t)batch->size + tile - 1) / tile;
    const size_t from = inr_cpu_share(tiles, w, exec->threads),
                 to = inr_cpu_share(tiles, w + 1, exec->threads);
    memset(worker->d_effective, 0, exec->program->n_effective * sizeof(float));
    worker->sum = worker->squares = 0;
    uint32_t *index = worker->index, *ahead = worker->index + tile;
    int n = from < to ? draw_tile(exec, batch, from, index) : 0;
    for (size_t i = from; i < to; i++) {
        const int next = i + 1 < to ? draw_tile(exec, batch, i + 1, ahead) : 0;
        train_tile(exec, worker, batch, index, n);
        uint32_t *done = index;
        index = ahead;
        ahead = done;
        n = next;
    }
}

static bool worth_threads(const struct inr_cpu_exec *exec, size_t samples)
{
    return exec->threads > 1 && exec->program->flops * (double)samples > INR_CPU_ALONE_FLOPS;
}

/* Threads for a pass over n parameters. */
static int threads_for(const struct inr_cpu_exec *exec, size_t n)
{
    return n < INR_CPU_ALONE_ENTRIES ? 1 : exec->threads;
}

/* Sum the workers' gradients into the first one's. The order of a sum is that of the workers,
 * however many threads do it. */
static void reduce(struct inr_cpu_exec *exec)
{
    const size_t n = exec->program->n_effective;
    const int threads = threads_for(exec, n);
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++) {
        const size_t from = inr_cpu_share(n, w, threads), to = inr_cpu_share(n, w + 1, threads);
        for (int i = 1; i < exec->threads; i++)
            exec->kernels.accumulate(exec->workers[0].d_effective + from,
                                     exec->workers[i].d_effective + from, to - from);
    }
}

void inr_cpu_batch_gradient(struct inr_cpu_exec *exec, uint32_t index,
                            struct inr_step_result *result)
{
    const struct inr_cpu_batch batch = {.pool = &exec->pool,
                                        .mode = (uint32_t)exec->config.batch_mode,
                                        .size = batch_size(exec),
                                        .step = index,
                                        .seed = exec->config.seed};
    const int threads = exec->threads;
    const bool parallel = worth_threads(exec, batch.size);
    exec->fixed_scale = inr_cpu_table_scale(exec, batch.size);
    if (exec->readout)
        inr_cpu_readout_forward(exec, result);
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (parallel)
    for (int w = 0; w < threads; w++)
        train_worker(exec, w, &batch);
    reduce(exec);
    if (exec->readout)
        return;

    double sum = exec->finite ? 0 : (double)NAN, squares = sum;
    for (int w = 0; w < threads; w++) {
        sum += exec->workers[w].sum;
        squares += exec->workers[w].squares;
    }
    const double elements = (double)batch.size * exec->program->channels;
    result->loss = (float)(sum / elements);
    result->mse = (float)(squares / elements);
}

/* Parameters first .. end, by the optimiser. */
static void apply(struct inr_cpu_exec *exec, const struct inr_step *step,
                  const struct inr_optimizer_config *optimizer, size_t first, size_t end)
{
    const size_t n = end - first;
    const int threads = threads_for(exec, n);
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++) {
        const size_t from = first + inr_cpu_share(n, w, threads);
        const size_t to = first + inr_cpu_share(n, w + 1, threads);
        const struct inr_cpu_update update = {.optimizer = optimizer,
                                              .step = step,
                                              .w = exec->params + from,
                                              .m = exec->m + from,
                                              .v = exec->v + from,
                                              .lag = exec->lag ? exec->lag + from : NULL,
                                              .g = exec->d_params + from,
                                              .n = to - from};
        exec->kernels.update(&update);
    }
}

void inr_cpu_apply(struct inr_cpu_exec *exec, const struct inr_step *step)
{
    const struct inr_program *program = exec->program;
    const struct inr_optimizer_config *optimizer = &exec->config.optimizer;
    const struct inr_optimizer_config rest = inr_optimizer_rest(optimizer);
    inr_cpu_average_fade(exec, step);
    inr_cpu_table_apply(exec, step);
    inr_cpu_pull(exec, exec->d_params);
    inr_cpu_muon(exec);
    for (size_t at = program->n_table; at < program->n_trainable;) {
        bool matrices;
        const size_t end = inr_program_stretch(program, at, &matrices);
        apply(exec, step, matrices ? optimizer : &rest, at, end);
        at = end;
    }
    exec->level = 0;
    inr_cpu_map(exec);
}

void inr_cpu_evaluate_grid(const struct inr_cpu_exec *exec, int w, uint32_t first, int n,
                           float *out, size_t pitch)
{
    const struct inr_cpu_plan *plan = &exec->plan;
    const struct inr_cpu_worker *worker = &exec->workers[w];
    const struct inr_cpu_tile_run run = run_of(exec, plan, worker->slots, n);
    for (int t = 0; t < n; t++)
        worker->index[t] = first + (uint32_t)t;
    exec->kernels.gather(&exec->pool, worker->index, n, run.n, plan->tile,
                         worker->slots + plan->coords, worker->slots + plan->targets);
    inr_cpu_forward(&run);
    for (int c = 0; c < exec->program->channels; c++)
        memcpy(out + (size_t)c * pitch,
               worker->slots + plan->output + (size_t)c * (size_t)plan->tile,
               (size_t)n * sizeof *out);
}

/* What evaluation writes; gradient NULL: values alone. */
struct results {
    float *value, *gradient;
};

static void evaluate_block(const struct inr_cpu_exec *exec, const struct inr_cpu_plan *plan,
                           const struct inr_cpu_worker *worker, const float *coords, int n,
                           struct results out)
{
    const int dims = exec->program->dims, channels = exec->program->channels, ld = plan->tile;
    const struct inr_cpu_tile_run run = run_of(exec, plan, worker->slots, n);
    float *x = worker->slots + plan->coords;
    for (int i = 0; i < dims; i++)
        for (int t = 0; t < run.samples; t++)
            x[i * ld + t] = t < n ? coords[t * dims + i] : 0.0f;
    seed_tangents(&run);
    inr_cpu_forward(&run);
    for (int t = 0; t < n; t++)
        for (int c = 0; c < channels; c++) {
            const float *y = worker->slots + plan->output + c * ld + t;
            out.value[t * channels + c] = exec->finite ? y[0] : NAN;
            for (int k = 0; k < plan->tangents; k++)
                out.gradient[(t * channels + c) * dims + k] =
                    exec->finite ? y[(1 + k) * run.samples] : NAN;
        }
}

static void evaluate(struct inr_cpu_exec *exec, const struct inr_cpu_plan *plan,
                     const float *coords, size_t n, struct results out)
{
    const int threads = exec->threads;
    const size_t block = (size_t)plan->block, blocks = (n + block - 1) / block;
    const size_t dims = (size_t)exec->program->dims, channels = (size_t)exec->program->channels;
    const bool parallel = worth_threads(exec, n / 3); /* forward only */
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (parallel)
    for (int w = 0; w < threads; w++)
        for (size_t i = inr_cpu_share(blocks, w, threads);
             i < inr_cpu_share(blocks, w + 1, threads); i++) {
            const size_t first = i * block, left = n - first;
            const struct results part = {out.value + first * channels,
                                         out.gradient ? out.gradient + first * channels * dims
                                                      : NULL};
            evaluate_block(exec, plan, &exec->workers[w], coords + first * dims,
                           (int)(left < block ? left : block), part);
        }
}

void inr_cpu_evaluate(struct inr_cpu_exec *exec, const float *coords, size_t n, float *out)
{
    const struct results results = {out, NULL};
    evaluate(exec, &exec->plan, coords, n, results);
}

void inr_cpu_evaluate_jet(struct inr_cpu_exec *exec, const float *coords, size_t n, float *value,
                          float *gradient)
{
    const struct results results = {value, gradient};
    evaluate(exec, &exec->jet, coords, n, results);
}
