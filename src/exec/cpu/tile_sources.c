/* SPDX-License-Identifier: MIT
 *
 * tile_sources.c - Ops of a tile that read the coordinates: encodings, tables, kernels, windows.
 */
#include "exec/cpu/tile_internal.h"

void inr_cpu_forward_encode(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const int dims = run->plan->program->dims, ld = run->plan->tile;
    const float *table = run->effective + o->op->table;
    float *out = run->slots + o->out;
    run->kernels->encode(o->op, dims, table, run->slots + o->in, out, run->samples, ld);
    if (run->plan->tangents)
        run->kernels->encode_jet(o->op, dims, table, out, run->samples, ld);
}

void inr_cpu_forward_chebyshev(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const int dims = run->plan->program->dims, degree = o->op->n_frequencies, ld = run->plan->tile;
    float *out = run->slots + o->out;
    run->kernels->chebyshev(run->slots + o->in, dims, degree, out, run->samples, ld);
    if (run->plan->tangents)
        run->kernels->chebyshev_jet(dims, degree, out, run->samples, ld);
}

/* Indices lie where floats of the same size would. */
static uint32_t *indices(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return (uint32_t *)(void *)(run->slots + o->side);
}

static struct inr_cpu_lookup lookup_of(const struct inr_cpu_tile_run *run,
                                       const struct inr_cpu_op *o, float *y)
{
    struct inr_cpu_lookup l = {.index = indices(run, o),
                               .y = y,
                               .rows = o->op->n_out,
                               .dims = run->plan->program->dims,
                               .n = run->samples,
                               .ld = run->plan->tile};
    for (int i = 0; i < l.dims; i++) {
        l.table[i] = run->effective + o->op->lookup[i];
        l.d_table[i] = run->d_effective ? run->d_effective + o->op->lookup[i] : NULL;
        l.points[i] = o->op->shape[i];
    }
    return l;
}

void inr_cpu_forward_lookup(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const int ld = run->plan->tile;
    for (int i = 0; i < run->plan->program->dims; i++)
        run->kernels->grid_index(run->slots + o->in + i * ld, o->op->shape[i], o->op->lattice,
                                 indices(run, o) + i * ld, run->samples);
    const struct inr_cpu_lookup l = lookup_of(run, o, run->slots + o->out);
    run->kernels->lookup(&l);
}

void inr_cpu_backward_lookup(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_lookup l = lookup_of(run, o, run->slots + o->g);
    run->kernels->lookup_back(&l);
}

static struct inr_cpu_grid grid_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o,
                                   float *y)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    struct inr_cpu_grid g = {.levels = run->plan->program->levels + op->level,
                             .n_levels = op->levels,
                             .params = run->params,
                             .y = y,
                             .fixed_scale = run->fixed_scale,
                             .n_axes = op->n_axes,
                             .features = op->features,
                             .interpolation = op->interpolation,
                             .sum = op->sum,
                             .tangents = run->plan->tangents,
                             .n = run->samples,
                             .ld = ld};
    for (int i = 0; i < op->n_axes; i++) {
        g.x[i] = run->slots + o->in + op->axes[i] * ld;
        g.axes[i] = op->axes[i];
    }
    if (run->worker) {
        g.d_table = run->worker->d_table;
        g.d_fixed = run->worker->d_fixed;
        g.dirty = run->worker->dirty;
    }
    return g;
}

void inr_cpu_forward_grid(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_grid g = grid_of(run, o, run->slots + o->out);
    if (g.tangents)
        run->kernels->grid_jet(&g);
    else
        run->kernels->grid(&g);
}

void inr_cpu_backward_grid(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_grid g = grid_of(run, o, run->slots + o->g);
    if (g.tangents)
        run->kernels->grid_jet_back(&g);
    else
        run->kernels->grid_back(&g);
}

static struct inr_cpu_nearest nearest_of(const struct inr_cpu_tile_run *run,
                                         const struct inr_cpu_op *o, float *y)
{
    const struct inr_op *op = o->op;
    const struct inr_program *program = run->plan->program;
    const int ld = run->plan->tile;
    struct inr_cpu_nearest k = {.words = program->words + op->cells,
                                .depth = op->cell_depth,
                                .metric = op->metric,
                                .centres = run->params + op->centre,
                                .shapes = run->params + op->kernel_shape,
                                .features = run->params + op->weight,
                                .m = inr_cpu_tile_effective(run, op->constants),
                                .index = indices(run, o),
                                .share = run->slots + o->side + op->nearest * ld,
                                .y = y,
                                .table = op->weight,
                                .fixed_scale = run->fixed_scale,
                                .n_features = op->n_out,
                                .nearest = op->nearest,
                                .form = op->form,
                                .dims = program->dims,
                                .tangents = run->plan->tangents,
                                .n = run->samples,
                                .ld = ld};
    for (int i = 0; i < k.dims; i++) {
        k.bits[i] = op->cell_bits[i];
        k.x[i] = run->slots + o->in + i * ld;
    }
    if (run->worker) {
        k.d_table = run->worker->d_table;
        k.d_fixed = run->worker->d_fixed;
        k.dirty = run->worker->dirty;
    }
    return k;
}

void inr_cpu_forward_kernels(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_nearest k = nearest_of(run, o, run->slots + o->out);
    run->kernels->nearest(&k);
    if (k.tangents)
        run->kernels->nearest_jet(&k);
}

void inr_cpu_backward_kernels(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_nearest k = nearest_of(run, o, run->slots + o->g);
    if (k.tangents)
        run->kernels->nearest_jet_back(&k);
    else
        run->kernels->nearest_back(&k);
}

static struct inr_cpu_rbf rbf_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return (struct inr_cpu_rbf){.x = run->slots + o->in,
                                .mu = run->effective + o->op->weight,
                                .gamma = run->effective + o->op->bias,
                                .y = run->slots + o->out,
                                .g = inr_cpu_tile_place(run, o->g),
                                .rows = o->op->n_out,
                                .dims = run->plan->program->dims,
                                .tangents = run->plan->tangents,
                                .n = run->samples,
                                .ld = run->plan->tile};
}

void inr_cpu_forward_rbf(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_rbf r = rbf_of(run, o);
    run->kernels->rbf(&r);
    if (r.tangents)
        run->kernels->rbf_jet(&r);
}

void inr_cpu_backward_rbf(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    struct inr_cpu_rbf r = rbf_of(run, o);
    r.d_mu = run->d_effective + o->op->weight;
    r.d_gamma = run->d_effective + o->op->bias;
    run->kernels->rbf_back(&r);
    if (r.tangents)
        run->kernels->rbf_jet_back(&r);
}
