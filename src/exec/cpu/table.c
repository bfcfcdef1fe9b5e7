/* SPDX-License-Identifier: MIT
 *
 * table.c - Gradients and updates of the tables of grid ops, block by block.
 */
#include "exec/cpu/table.h"

#include <stdlib.h>
#include <string.h>

#include "exec/jet.h"
#include "field/formula.h"

#define BLOCK INR_CPU_TABLE_BLOCK
#define MARKS INR_CPU_TABLE_MARKS

static size_t block_count(const struct inr_program *program)
{
    /* rounded up so that marks can be read MARKS at a time */
    const size_t blocks = (program->n_table + BLOCK - 1) / BLOCK;
    return (blocks + MARKS - 1) / MARKS * MARKS;
}

uint64_t inr_cpu_table_bytes(const struct inr_exec_config *config)
{
    const size_t scalar = config->fixed_point ? sizeof(int64_t) : sizeof(float);
    return (uint64_t)block_count(config->program) * (BLOCK * scalar + 1);
}

uint64_t inr_cpu_table_shared_bytes(const struct inr_exec_config *config)
{
    return config->optimizer.sparse ? config->program->n_table * sizeof(float) : 0;
}

/* calloc leaves large memory to be zeroed by the system where it is first touched. */
bool inr_cpu_table_create(struct inr_cpu_exec *exec)
{
    const struct inr_exec_config *config = &exec->config;
    const size_t blocks = block_count(exec->program), n = blocks * BLOCK;
    bool ok = true;
    if (n == 0)
        return true;
    exec->dirty = calloc((size_t)exec->threads, sizeof *exec->dirty);
    exec->d_tables = calloc((size_t)exec->threads, sizeof *exec->d_tables);
    if (!exec->dirty || !exec->d_tables)
        return false;
    for (int w = 0; w < exec->threads; w++) {
        struct inr_cpu_worker *worker = &exec->workers[w];
        worker->dirty = calloc(blocks, 1);
        if (config->fixed_point)
            worker->d_fixed = calloc(n, sizeof *worker->d_fixed);
        else
            worker->d_table = calloc(n, sizeof *worker->d_table);
        ok = ok && worker->dirty && (worker->d_table || worker->d_fixed);
        exec->dirty[w] = worker->dirty;
        exec->d_tables[w] = worker->d_table;
    }
    if (!config->optimizer.sparse)
        return ok;
    exec->counts = calloc(n, sizeof *exec->counts);
    return ok && exec->counts;
}

void inr_cpu_table_free(struct inr_cpu_exec *exec)
{
    for (int w = 0; exec->workers && w < exec->threads; w++) {
        free(exec->workers[w].d_table);
        free(exec->workers[w].d_fixed);
        free(exec->workers[w].dirty);
    }
    free(exec->counts);
    free(exec->dirty);
    free(exec->d_tables);
}

double inr_cpu_table_scale(const struct inr_cpu_exec *exec, uint32_t batch)
{
    return (double)batch * exec->program->channels * 4294967296.0 *
           inr_jet_fixed_share(&exec->config);
}

/* Sum block b over the workers into g and clear it; false: no sample has touched it. */
static bool take_block(struct inr_cpu_exec *exec, size_t b, float g[BLOCK])
{
    bool any = false;
    int64_t whole[BLOCK] = {0};
    memset(g, 0, BLOCK * sizeof *g);
    for (int w = 0; w < exec->threads; w++) {
        struct inr_cpu_worker *worker = &exec->workers[w];
        if (!worker->dirty[b])
            continue;
        any = true;
        worker->dirty[b] = 0;
        if (worker->d_fixed) {
            int64_t *d = worker->d_fixed + b * BLOCK;
            for (int i = 0; i < BLOCK; i++)
                whole[i] += d[i];
            memset(d, 0, BLOCK * sizeof *d);
        } else {
            float *d = worker->d_table + b * BLOCK;
            for (int i = 0; i < BLOCK; i++)
                g[i] += d[i];
            memset(d, 0, BLOCK * sizeof *d);
        }
    }
    if (any && exec->config.fixed_point)
        for (int i = 0; i < BLOCK; i++)
            g[i] = (float)((double)whole[i] / exec->fixed_scale);
    return any;
}

/* Add the gradient of table_tv TV(table) to d [n_table], for one table and feature by feature. */
static void add_variation(const struct inr_cpu_exec *exec, const struct inr_op *op, float *d)
{
    const inr_grid_level *level = &exec->program->levels[op->level];
    const size_t n[3] = {level->points0, level->points1, level->points2};
    const size_t F = (size_t)op->features, pitch[3] = {F, F * n[0], F * n[0] * n[1]};
    size_t cells = F, side[3];
    for (int a = 0; a < 3; a++) {
        side[a] = a < op->n_axes ? n[a] - 1 : 1;
        cells *= side[a];
    }
    const float share = exec->config.table_tv / (float)(cells ? cells : 1);
    for (size_t k = 0; k < side[2]; k++)
        for (size_t j = 0; j < side[1]; j++)
            for (size_t i = 0; i < side[0] * F; i++) {
                const size_t at = level->offset + k * pitch[2] + j * pitch[1] + i;
                const float *v = exec->params + at;
                float step[3] = {0.0f, 0.0f, 0.0f};
                for (int a = 0; a < op->n_axes; a++)
                    step[a] = v[pitch[a]] - v[0];
                const float slope = share * enc_variation_slope(step[0], step[1], step[2]);
                for (int a = 0; a < op->n_axes; a++) {
                    d[at + pitch[a]] += slope * step[a];
                    d[at] -= slope * step[a];
                }
            }
}

/* Regularisers give every scalar a gradient: they begin it, in d [n_table]. */
static bool regularise(struct inr_cpu_exec *exec, float *d)
{
    const struct inr_program *program = exec->program;
    const float l2 = exec->config.table_l2;
    if (!(l2 > 0.0f) && !(exec->config.table_tv > 0.0f))
        return false;
    for (size_t i = 0; i < program->n_table; i++)
        d[i] = l2 * exec->params[i];
    for (int i = 0; exec->config.table_tv > 0.0f && i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        if (op->kind == INR_OP_GRID && !(program->levels[op->level].shift > 0.0f))
            add_variation(exec, op, d);
    }
    return true;
}

/* Gradients of blocks first .. end into d [n_table], on top of what is there or (fresh) set. */
static void collect(struct inr_cpu_exec *exec, float *d, size_t first, size_t end, bool fresh)
{
    const size_t n = exec->program->n_table;
    float g[BLOCK];
    for (size_t b = first; b < end; b++) {
        const bool any = take_block(exec, b, g);
        for (size_t i = b * BLOCK; (any || fresh) && i < (b + 1) * BLOCK && i < n; i++)
            d[i] = (fresh ? 0.0f : d[i]) + g[i - b * BLOCK];
    }
}

void inr_cpu_table_gradient(struct inr_cpu_exec *exec, float *d_params)
{
    const bool regularised = regularise(exec, d_params);
    collect(exec, d_params, 0, block_count(exec->program), !regularised);
}

/* Dense optimisers: every scalar takes the step. */
static void apply_dense(struct inr_cpu_exec *exec, const struct inr_step *step, size_t first,
                        size_t end, bool regularised)
{
    struct inr_optimizer_config optimizer = inr_optimizer_rest(&exec->config.optimizer);
    const size_t n = exec->program->n_table, from = first * BLOCK < n ? first * BLOCK : n;
    const size_t to = end * BLOCK < n ? end * BLOCK : n;
    optimizer.weight_decay = optimizer.absolute_decay = 0.0f;
    collect(exec, exec->d_params, first, end, !regularised);
    const struct inr_cpu_update update = {.optimizer = &optimizer,
                                          .step = step,
                                          .w = exec->params + from,
                                          .m = exec->m + from,
                                          .v = exec->v + from,
                                          .lag = exec->lag ? exec->lag + from : NULL,
                                          .g = exec->d_params + from,
                                          .n = to - from};
    exec->kernels.update(&update);
}

/* Block b with gradient g. The last one may reach past the tables: what lies there is worked on in
 * a copy, where its gradient is 0. */
static bool apply_block(const struct inr_cpu_exec *exec, const struct inr_cpu_sparse *u, size_t b,
                        const float *g)
{
    const size_t at = b * BLOCK, n = exec->program->n_table;
    const size_t part = n - at < BLOCK ? n - at : BLOCK;
    if (part == BLOCK)
        return exec->kernels.update_sparse(u, at, g);
    float copy[4][BLOCK] = {{0}};
    float *const to[4] = {u->w + at, u->m + at, u->v + at, u->lag ? u->lag + at : NULL};
    struct inr_cpu_sparse last = *u;
    for (int k = 0; k < 4; k++)
        if (to[k])
            memcpy(copy[k], to[k], part * sizeof(float));
    last.w = copy[0];
    last.m = copy[1];
    last.v = copy[2];
    last.lag = u->lag ? copy[3] : NULL;
    last.counts = u->counts + at; /* whole blocks of them */
    const bool finite = exec->kernels.update_sparse(&last, 0, g);
    for (int k = 0; k < 4; k++)
        if (to[k])
            memcpy(to[k], copy[k], part * sizeof(float));
    return finite;
}

/* Blocks first .. end one by one, where gradients are not those of the workers alone. */
static bool apply_blocks(struct inr_cpu_exec *exec, const struct inr_cpu_sparse *u, size_t first,
                         size_t end, bool regularised)
{
    const size_t n = exec->program->n_table;
    float g[BLOCK];
    bool finite = true;
    for (size_t b = first; b < end && b * BLOCK < n; b++) {
        const bool any = take_block(exec, b, g);
        for (size_t i = b * BLOCK; regularised && i < (b + 1) * BLOCK && i < n; i++)
            g[i - b * BLOCK] += exec->d_params[i];
        if (any || regularised)
            finite = apply_block(exec, u, b, g) && finite;
    }
    return finite;
}

static bool apply_sparse(struct inr_cpu_exec *exec, const struct inr_step *step, size_t first,
                         size_t end, bool regularised)
{
    const struct inr_optimizer_config *optimizer = &exec->config.optimizer;
    const struct inr_cpu_sparse u = {.optimizer = optimizer,
                                     .fade1 = inr_optimizer_fade(optimizer->beta1),
                                     .fade2 = inr_optimizer_fade(optimizer->beta2),
                                     .rate = step->rate,
                                     .gain = step->gain,
                                     .w = exec->params,
                                     .m = exec->m,
                                     .v = exec->v,
                                     .counts = exec->counts,
                                     .lag = exec->lag,
                                     .d_table = exec->d_tables,
                                     .dirty = exec->dirty,
                                     .parts = exec->threads};
    if (regularised || exec->config.fixed_point)
        return apply_blocks(exec, &u, first, end, regularised);
    const size_t whole = exec->program->n_table / BLOCK, stop = end < whole ? end : whole;
    const bool finite = first >= stop || exec->kernels.sweep_sparse(&u, first, stop);
    return apply_blocks(exec, &u, first > whole ? first : whole, end, false) && finite;
}

void inr_cpu_table_apply(struct inr_cpu_exec *exec, const struct inr_step *step)
{
    const size_t n = exec->program->n_table, groups = block_count(exec->program) / MARKS;
    const int threads = n < INR_CPU_ALONE_ENTRIES ? 1 : exec->threads;
    if (n == 0)
        return;
    const float factor = exec->config.optimizer.table_rate;
    struct inr_step own = *step;
    own.rate *= factor > 0.0f ? factor : 1.0f;
    const bool regularised = regularise(exec, exec->d_params);
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++) {
        struct inr_cpu_worker *worker = &exec->workers[w];
        const size_t first = inr_cpu_share(groups, w, threads) * MARKS;
        const size_t end = inr_cpu_share(groups, w + 1, threads) * MARKS;
        if (exec->config.optimizer.sparse) {
            worker->finite = apply_sparse(exec, &own, first, end, regularised);
            continue;
        }
        apply_dense(exec, &own, first, end, regularised);
        const size_t from = first * BLOCK < n ? first * BLOCK : n;
        worker->finite =
            exec->kernels.finite(exec->params + from, (end * BLOCK < n ? end * BLOCK : n) - from);
    }
    for (int w = 0; w < threads; w++)
        exec->finite_tables = exec->finite_tables && exec->workers[w].finite;
}
