/* SPDX-License-Identifier: MIT
 *
 * cpu.c - The CPU backend's entry points: memory, state and pool of an exec.
 */
#include "exec/cpu/cpu.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "exec/cpu/average.h"
#include "exec/cpu/exec.h"
#include "exec/cpu/muon.h"
#include "exec/cpu/readout.h"
#include "exec/cpu/table.h"
#include "exec/jet.h"
#include "field/formula.h"

#define ALIGNMENT 64 /* a cache line, and the widest vector */

static struct inr_cpu_exec *as_cpu(struct inr_exec *exec)
{
    return (struct inr_cpu_exec *)exec;
}

/* Zeroed floats on a cache line. */
static float *floats(size_t n)
{
    const size_t size = (n * sizeof(float) / ALIGNMENT + 1) * ALIGNMENT;
    float *p = aligned_alloc(ALIGNMENT, size);
    if (p)
        memset(p, 0, size);
    return p;
}

static size_t slot_floats(const struct inr_cpu_exec *exec)
{
    return exec->plan.floats > exec->jet.floats ? exec->plan.floats : exec->jet.floats;
}

/* Entries of a worker's index: what grids evaluate, or two tiles. */
static size_t indices(const struct inr_cpu_exec *exec)
{
    const int a = exec->plan.samples, b = exec->training->samples;
    return 2 * (size_t)(a > b ? a : b);
}

/* What allocate() will ask for, in bytes. */
static uint64_t bytes_needed(const struct inr_cpu_exec *exec)
{
    const struct inr_program *program = exec->program;
    const bool train = exec->config.train;
    const uint64_t worker = slot_floats(exec) + indices(exec) + (train ? program->n_effective : 0) +
                            inr_cpu_muon_floats(&exec->config);
    const uint64_t shared =
        program->n_params + program->n_effective + (train ? 3 * program->n_trainable : 0) +
        inr_cpu_average_floats(&exec->config) + (program->quantized ? program->n_params : 0);
    const uint64_t tables = train ? inr_cpu_table_bytes(&exec->config) : 0;
    return (sizeof(float) * worker + tables) * (uint64_t)exec->threads + sizeof(float) * shared +
           (train ? inr_cpu_table_shared_bytes(&exec->config) : 0);
}

static bool allocate_worker(const struct inr_cpu_exec *exec, struct inr_cpu_worker *worker)
{
    worker->slots = floats(slot_floats(exec));
    worker->index = calloc(indices(exec), sizeof *worker->index);
    if (exec->config.train)
        worker->d_effective = floats(exec->program->n_effective);
    const size_t muon = inr_cpu_muon_floats(&exec->config);
    if (muon > 0)
        worker->muon = floats(muon);
    return worker->slots && worker->index && (worker->d_effective || !exec->config.train) &&
           (worker->muon || muon == 0);
}

static bool allocate(struct inr_cpu_exec *exec)
{
    const struct inr_program *program = exec->program;
    bool ok = true;
    exec->workers = calloc((size_t)exec->threads, sizeof *exec->workers);
    exec->params = floats(program->n_params);
    exec->effective = floats(program->n_effective);
    if (program->quantized) {
        exec->shadow = floats(program->n_params);
        exec->quantised = program->quantised;
        ok = exec->shadow;
    }
    if (ok && exec->config.train) {
        exec->m = floats(program->n_trainable);
        exec->v = floats(program->n_trainable);
        exec->d_params = floats(program->n_trainable);
        ok = exec->m && exec->v && exec->d_params;
    }
    if (ok && inr_cpu_average_floats(&exec->config) > 0) {
        exec->lag = floats(program->n_trainable);
        exec->held_params = floats(program->n_params);
        exec->held_effective = floats(program->n_effective);
        ok = exec->lag && exec->held_params && exec->held_effective;
    }
    if (!exec->workers || !exec->params || !exec->effective)
        return false;
    for (int w = 0; w < exec->threads; w++)
        ok = allocate_worker(exec, &exec->workers[w]) && ok;
    return ok && (!exec->config.train || inr_cpu_table_create(exec));
}

static void destroy(struct inr_exec *base)
{
    if (!base)
        return;
    struct inr_cpu_exec *exec = as_cpu(base);
    inr_cpu_readout_free(exec);
    inr_cpu_table_free(exec);
    for (int w = 0; exec->workers && w < exec->threads; w++) {
        free(exec->workers[w].slots);
        free(exec->workers[w].index);
        free(exec->workers[w].d_effective);
        free(exec->workers[w].muon);
    }
    free(exec->workers);
    free(exec->params);
    free(exec->effective);
    free(exec->shadow);
    free(exec->m);
    free(exec->v);
    free(exec->d_params);
    free(exec->lag);
    free(exec->held_params);
    free(exec->held_effective);
    inr_cpu_plan_finish(&exec->plan);
    inr_cpu_plan_finish(&exec->jet);
    free(exec);
}

static enum inr_status check_config(const struct inr_exec_config *config,
                                    const struct inr_cpu_kernels *kernels, struct inr_error *err)
{
    enum inr_status status = inr_jet_check(config, err);
    if (status != INR_OK || !config->train)
        return status;
    if (!inr_jet_loss(config) &&
        (config->loss < 0 || config->loss >= INR_CPU_LOSSES || !kernels->loss[config->loss]))
        return inr_fail(err, INR_ERR_USAGE, "loss id %d is not known", config->loss);
    if (config->batch_mode != (int)INR_BATCH_FULL && config->batch == 0)
        return inr_fail(err, INR_ERR_USAGE, "batch is 0: it must be at least 1");
    for (int i = 0; i < config->program->n_ops; i++) {
        const struct inr_op *op = &config->program->ops[i];
        if (op->kind == INR_OP_ACT &&
            (op->activation < 0 || op->activation >= INR_CPU_ACTIVATIONS ||
             !kernels->act_train[op->activation]))
            return inr_fail(err, INR_ERR_USAGE, "activation id %d is not known", op->activation);
    }
    return INR_OK;
}

/* Small batches make small tiles, so that every worker gets some. */
static uint64_t most_samples(const struct inr_exec_config *config, int threads)
{
    if (!config->train || config->batch_mode == (int)INR_BATCH_FULL)
        return UINT32_MAX;
    return ((uint64_t)config->batch + (uint64_t)threads - 1) / (uint64_t)threads;
}

/* Values have a plan always, jets where they are wanted; one of the two is trained with. */
static enum inr_status make_plans(struct inr_cpu_exec *exec, struct inr_error *err)
{
    const struct inr_exec_config *config = &exec->config;
    const bool by_jets = inr_jet_loss(config);
    struct inr_cpu_shape shape = {.train = config->train && !by_jets,
                                  .targets = inr_jet_targets(config),
                                  .most = most_samples(config, exec->threads)};
    exec->training = by_jets ? &exec->jet : &exec->plan;
    enum inr_status status =
        inr_cpu_plan_init(&exec->plan, exec->program, &exec->kernels, &shape, err);
    if (status != INR_OK || (!by_jets && !config->jets))
        return status;
    shape.train = by_jets;
    shape.jet = true;
    return inr_cpu_plan_init(&exec->jet, exec->program, &exec->kernels, &shape, err);
}

static enum inr_status create(const struct inr_device *device, const struct inr_exec_config *config,
                              const struct inr_log *log, struct inr_exec **out,
                              struct inr_error *err)
{
    *out = NULL;
    struct inr_cpu_exec *exec = calloc(1, sizeof *exec);
    if (!exec)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for an exec");
    exec->head.backend = &inr_cpu_backend;
    exec->config = *config;
    exec->program = config->program;
    exec->kernels = inr_cpu_kernels_pick();
    exec->threads = config->threads > 0 ? config->threads : inr_cpu_threads();
    enum inr_status status = check_config(config, &exec->kernels, err);
    if (status == INR_OK)
        status = make_plans(exec, err);
    /* Asked first: memory that is promised but not there ends the process, not the call. */
    const uint64_t limit = config->memory_limit ? config->memory_limit : device->memory;
    const uint64_t bytes = status == INR_OK ? bytes_needed(exec) : 0;
    if (status == INR_OK && ((limit && bytes > limit) || !allocate(exec)))
        status = inr_fail(err, INR_ERR_MEMORY,
                          "not enough memory: this field needs %.1f MB on %s for %d threads; use "
                          "fewer threads or a narrower field",
                          (double)bytes / 1e6, device->name, exec->threads);
    if (status != INR_OK) {
        destroy(&exec->head);
        return status;
    }
    /* One tile is too small to share: the threads are ours, across tiles. */
    openblas_set_num_threads(1);
    memcpy(exec->effective, exec->program->constants,
           exec->program->n_effective * sizeof *exec->effective);
    if (exec->held_effective)
        memcpy(exec->held_effective, exec->effective,
               exec->program->n_effective * sizeof *exec->effective);
    inr_logf(log, INR_LOG_DEBUG, "cpu: %d threads, %s, tiles of %d samples, %.1f MB", exec->threads,
             exec->kernels.name, exec->training->samples, (double)bytes / 1e6);
    *out = &exec->head;
    return INR_OK;
}

static void copy_or_zero(float *to, const float *from, size_t n)
{
    if (to && from)
        memcpy(to, from, n * sizeof *to);
    else if (to)
        memset(to, 0, n * sizeof *to);
}

static enum inr_status set_state(struct inr_exec *base, const struct inr_state *state,
                                 struct inr_error *err)
{
    (void)err;
    struct inr_cpu_exec *exec = as_cpu(base);
    const struct inr_program *program = exec->program;
    inr_cpu_average_show(exec, false);
    memcpy(exec->params, state->params, program->n_params * sizeof *exec->params);
    copy_or_zero(exec->m, state->m, program->n_trainable);
    copy_or_zero(exec->v, state->v, program->n_trainable);
    copy_or_zero(exec->counts, state->counts, program->n_table);
    copy_or_zero(exec->lag, state->lag, program->n_trainable);
    exec->share = state->share;
    exec->finite_tables = exec->kernels.finite(exec->params, program->n_table);
    inr_cpu_map(exec);
    return INR_OK;
}

static enum inr_status get_state(struct inr_exec *base, struct inr_state *state,
                                 struct inr_error *err)
{
    (void)err;
    struct inr_cpu_exec *exec = as_cpu(base);
    const size_t moments = exec->program->n_trainable * sizeof *exec->m;
    inr_cpu_average_show(exec, false);
    memcpy(state->params, exec->params, exec->program->n_params * sizeof *exec->params);
    if (state->m && exec->m)
        memcpy(state->m, exec->m, moments);
    if (state->v && exec->v)
        memcpy(state->v, exec->v, moments);
    if (state->counts && exec->counts)
        memcpy(state->counts, exec->counts, exec->program->n_table * sizeof *exec->counts);
    if (state->lag && exec->lag)
        memcpy(state->lag, exec->lag, moments);
    state->share = exec->share;
    return INR_OK;
}

static enum inr_status set_pool(struct inr_exec *base, const struct inr_pool *pool,
                                struct inr_error *err)
{
    struct inr_cpu_exec *exec = as_cpu(base);
    const struct inr_program *program = exec->program;
    uint64_t points = 1;
    for (int i = 0; i < pool->dims && i < INR_MAX_DIMS; i++)
        points *= pool->shape[i];
    const int channels = inr_jet_targets(&exec->config);
    enum inr_status status = inr_jet_check_pool(&exec->config, pool, err);
    if (status != INR_OK)
        return status;
    if (pool->dims != program->dims || pool->channels != channels)
        return inr_fail(err, INR_ERR_USAGE,
                        "the samples have %d coordinates and %d channels, the field %d and %d",
                        pool->dims, pool->channels, program->dims, channels);
    if (pool->count == 0 || pool->count >= (uint64_t)1 << 31)
        return inr_fail(err, INR_ERR_USAGE, "%llu samples: there must be 1 to 2^31 - 1",
                        (unsigned long long)pool->count);
    if (!pool->coords && points != pool->count)
        return inr_fail(err, INR_ERR_USAGE, "a grid of %llu points with %llu samples",
                        (unsigned long long)points, (unsigned long long)pool->count);
    exec->pool = *pool;
    status = inr_cpu_readout_set(exec, pool, err);
    exec->has_pool = status == INR_OK;
    return status;
}

/* The samples are read where they lie. */
static enum inr_status update_pool(struct inr_exec *base, uint64_t first, uint64_t count,
                                   struct inr_error *err)
{
    const struct inr_pool *pool = &as_cpu(base)->pool;
    if (!as_cpu(base)->has_pool || !pool->coords || first > pool->count ||
        count > pool->count - first)
        return inr_fail(err, INR_ERR_USAGE, "only samples of a pool of points can be replaced");
    return INR_OK;
}

static enum inr_status check_trains(const struct inr_cpu_exec *exec, struct inr_error *err)
{
    if (!exec->config.train)
        return inr_fail(err, INR_ERR_USAGE, "this exec was made for evaluation only");
    if (!exec->has_pool)
        return inr_fail(err, INR_ERR_USAGE, "no samples to train on: set a pool first");
    return INR_OK;
}

static enum inr_status train(struct inr_exec *base, const struct inr_step *steps, uint32_t n,
                             struct inr_step_result *results, struct inr_error *err)
{
    struct inr_cpu_exec *exec = as_cpu(base);
    enum inr_status status = check_trains(exec, err);
    inr_cpu_average_show(exec, false);
    for (uint32_t i = 0; status == INR_OK && i < n; i++) {
        inr_cpu_map_level(exec, steps[i].level);
        inr_cpu_batch_gradient(exec, steps[i].index, &results[i]);
        inr_cpu_apply(exec, &steps[i]);
        exec->share = steps[i].share;
    }
    return status;
}

static enum inr_status eval(struct inr_exec *base, const float *coords, size_t n, float *out,
                            struct inr_error *err)
{
    (void)err;
    inr_cpu_average_show(as_cpu(base), true);
    inr_cpu_evaluate(as_cpu(base), coords, n, out);
    return INR_OK;
}

static enum inr_status evaluate_jet(struct inr_exec *base, const float *coords, size_t n,
                                    float *value, float *gradient, struct inr_error *err)
{
    struct inr_cpu_exec *exec = as_cpu(base);
    if (!exec->jet.ops)
        return inr_fail(err, INR_ERR_USAGE, "this exec was made without jets");
    inr_cpu_average_show(exec, true);
    inr_cpu_evaluate_jet(exec, coords, n, value, gradient);
    return INR_OK;
}

static enum inr_status quantize(struct inr_exec *base, bool on, struct inr_error *err)
{
    struct inr_cpu_exec *exec = as_cpu(base);
    if (on && !exec->shadow)
        return inr_fail(err, INR_ERR_USAGE, "the field has no quantizer");
    inr_cpu_average_show(exec, false);
    exec->quantised = on;
    inr_cpu_map(exec);
    return INR_OK;
}

static enum inr_status gradient(struct inr_exec *base, uint32_t index, float *d_params,
                                struct inr_step_result *result, struct inr_error *err)
{
    struct inr_cpu_exec *exec = as_cpu(base);
    enum inr_status status = check_trains(exec, err);
    if (status != INR_OK)
        return status;
    inr_cpu_average_show(exec, false);
    inr_cpu_batch_gradient(exec, index, result);
    inr_cpu_table_gradient(exec, d_params);
    inr_cpu_pull(exec, d_params);
    return INR_OK;
}

void inr_cpu_columns(const struct inr_exec *exec, int *tile, int *block)
{
    const struct inr_cpu_plan *plan = &((const struct inr_cpu_exec *)exec)->plan;
    *tile = plan->tile;
    *block = plan->block;
}

const struct inr_exec_backend inr_cpu_backend = {.name = "cpu",
                                                 .create = create,
                                                 .set_state = set_state,
                                                 .get_state = get_state,
                                                 .set_pool = set_pool,
                                                 .update_pool = update_pool,
                                                 .train = train,
                                                 .eval = eval,
                                                 .evaluate_jet = evaluate_jet,
                                                 .quantize = quantize,
                                                 .gradient = gradient,
                                                 .destroy = destroy};
