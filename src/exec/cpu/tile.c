/* SPDX-License-Identifier: MIT
 *
 * tile.c - A tile of samples through a program: forward, backward, weight gradients.
 *
 * With N samples, weights W [o][i], values H [i][N], gradients G [o][N] by pre-activations:
 *     forward          Z  = W H       sgemm N N
 *     weight gradient  dW += G H^T    sgemm N T, into the worker's own gradient
 *     data gradient    dH = W^T G     sgemm T N
 * The bias joins the activation's pass over Z; the activation's derivative and the bias gradient
 * join in one pass over dH. What joins what, and where everything lies, is the plan's decision.
 */
#include "exec/cpu/tile.h"

#include <cblas.h>

static float *place(const struct inr_cpu_tile_run *run, size_t at)
{
    return at == INR_NONE ? NULL : run->slots + at;
}

static const float *effective(const struct inr_cpu_tile_run *run, size_t at)
{
    return at == INR_NONE ? NULL : run->effective + at;
}

static float *d_effective(const struct inr_cpu_tile_run *run, size_t at)
{
    return at == INR_NONE ? NULL : run->d_effective + at;
}

static void forward_encode(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    run->kernels->encode(o->op, run->plan->program->dims, run->effective + o->op->table,
                         run->slots + o->in, run->slots + o->out, run->n, run->plan->tile);
}

static void forward_chebyshev(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    run->kernels->chebyshev(run->slots + o->in, run->plan->program->dims, o->op->n_frequencies,
                            run->slots + o->out, run->n, run->plan->tile);
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
                               .n = run->n,
                               .ld = run->plan->tile};
    for (int i = 0; i < l.dims; i++) {
        l.table[i] = run->effective + o->op->lookup[i];
        l.d_table[i] = run->d_effective ? run->d_effective + o->op->lookup[i] : NULL;
        l.points[i] = o->op->shape[i];
    }
    return l;
}

static void forward_lookup(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const int ld = run->plan->tile;
    for (int i = 0; i < run->plan->program->dims; i++)
        run->kernels->grid_index(run->slots + o->in + i * ld, o->op->shape[i], o->op->lattice,
                                 indices(run, o) + i * ld, run->n);
    const struct inr_cpu_lookup l = lookup_of(run, o, run->slots + o->out);
    run->kernels->lookup(&l);
}

static void backward_lookup(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
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
                             .n = run->n,
                             .ld = ld};
    for (int i = 0; i < op->n_axes; i++)
        g.x[i] = run->slots + o->in + op->axes[i] * ld;
    if (run->worker) {
        g.d_table = run->worker->d_table;
        g.d_fixed = run->worker->d_fixed;
        g.dirty = run->worker->dirty;
    }
    return g;
}

static void forward_grid(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_grid g = grid_of(run, o, run->slots + o->out);
    run->kernels->grid(&g);
}

static void backward_grid(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_grid g = grid_of(run, o, run->slots + o->g);
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
                                .m = effective(run, op->constants),
                                .index = indices(run, o),
                                .share = run->slots + o->side + op->nearest * ld,
                                .y = y,
                                .table = op->weight,
                                .fixed_scale = run->fixed_scale,
                                .n_features = op->n_out,
                                .nearest = op->nearest,
                                .form = op->form,
                                .dims = program->dims,
                                .n = run->n,
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

static void forward_kernels(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_nearest k = nearest_of(run, o, run->slots + o->out);
    run->kernels->nearest(&k);
}

static void backward_kernels(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_nearest k = nearest_of(run, o, run->slots + o->g);
    run->kernels->nearest_back(&k);
}

static struct inr_cpu_rbf rbf_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return (struct inr_cpu_rbf){.x = run->slots + o->in,
                                .mu = run->effective + o->op->weight,
                                .gamma = run->effective + o->op->bias,
                                .y = run->slots + o->out,
                                .g = place(run, o->g),
                                .rows = o->op->n_out,
                                .dims = run->plan->program->dims,
                                .n = run->n,
                                .ld = run->plan->tile};
}

static void forward_rbf(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_rbf r = rbf_of(run, o);
    run->kernels->rbf(&r);
}

static void backward_rbf(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    struct inr_cpu_rbf r = rbf_of(run, o);
    r.d_mu = run->d_effective + o->op->weight;
    r.d_gamma = run->d_effective + o->op->bias;
    run->kernels->rbf_back(&r);
}

static struct inr_cpu_norm norm_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return (struct inr_cpu_norm){.x = run->slots + o->in,
                                 .gamma = run->effective + o->op->weight,
                                 .delta = run->effective + o->op->bias,
                                 .y = run->slots + o->out,
                                 .keep = place(run, o->keep),
                                 .side = run->slots + o->side,
                                 .g = place(run, o->g),
                                 .dx = place(run, o->g_in),
                                 .add = o->add_in,
                                 .rows = o->op->n_out,
                                 .n = run->n,
                                 .ld = run->plan->tile};
}

static void forward_norm(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_norm a = norm_of(run, o);
    run->kernels->norm(&a);
}

static void backward_norm(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    struct inr_cpu_norm a = norm_of(run, o);
    a.d_gamma = run->d_effective + o->op->weight;
    a.d_delta = run->d_effective + o->op->bias;
    run->kernels->norm_back(&a);
}

static int rows_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return run->plan->program->slot_rows[o->op->out];
}

static void forward_mul(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    run->kernels->mul(run->slots + o->in, run->slots + o->in2, run->slots + o->out, rows_of(run, o),
                      run->n, run->plan->tile);
}

static void backward_mul(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    struct inr_cpu_mul_back m = {.a = run->slots + o->in,
                                 .b = run->slots + o->in2,
                                 .g = run->slots + o->g,
                                 .da = place(run, o->g_in),
                                 .db = place(run, o->g_in2),
                                 .add_a = o->add_in,
                                 .add_b = o->add_in2,
                                 .rows = rows_of(run, o),
                                 .n = run->n,
                                 .ld = run->plan->tile};
    run->kernels->mul_back(&m);
    if (o->op->in != o->op->in2)
        return;
    m.add_a = true; /* a square: the same once more */
    run->kernels->mul_back(&m);
}

static void forward_add(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    run->kernels->add(run->slots + o->in, run->slots + o->in2, run->slots + o->out, rows_of(run, o),
                      run->n, run->plan->tile);
}

/* to = from or, to add, to += from; nothing where to is NULL. */
static void pass_on(const struct inr_cpu_tile_run *run, const float *from, float *to, bool more,
                    int rows)
{
    const int ld = run->plan->tile;
    if (!to)
        return;
    if (more)
        run->kernels->add(to, from, to, rows, run->n, ld);
    else
        run->kernels->add_bias(from, NULL, to, rows, run->n, ld);
}

static void backward_add(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const float *g = run->slots + o->g;
    pass_on(run, g, place(run, o->g_in), o->add_in, rows_of(run, o));
    if (o->op->in == o->op->in2)
        pass_on(run, g, place(run, o->g_in), true, rows_of(run, o));
    else
        pass_on(run, g, place(run, o->g_in2), o->add_in2, rows_of(run, o));
}

static void forward_msc(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_msc m = {.x = run->slots + o->in,
                                  .frequency = run->effective + o->op->constants,
                                  .y = run->slots + o->out,
                                  .keep = run->d_effective ? run->slots + o->keep : NULL,
                                  .rows = o->op->n_out,
                                  .n = run->n,
                                  .ld = run->plan->tile};
    run->kernels->msc(&m);
}

static void backward_msc(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    float *keep = run->slots + o->keep, *dx = run->slots + o->g_in;
    run->kernels->chain(run->slots + o->g, keep, o->add_in ? keep : dx, NULL, o->op->n_out, run->n,
                        run->plan->tile);
    if (o->add_in)
        pass_on(run, keep, dx, true, o->op->n_out);
}

static void forward_affine(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    const struct inr_cpu_affine a = {.w = run->effective + op->weight,
                                     .bias = effective(run, op->bias),
                                     .x = run->slots + o->in,
                                     .y = run->slots + o->out,
                                     .n_in = op->n_in,
                                     .n_out = op->n_out,
                                     .n = run->n,
                                     .ld = ld};
    if (op->n_in <= INR_CPU_NARROW) {
        run->kernels->few_in(&a);
    } else if (op->n_out <= INR_CPU_NARROW) {
        run->kernels->few_out(&a);
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, op->n_out, run->n, op->n_in, 1.0f,
                    a.w, op->n_in, a.x, ld, 0.0f, a.y, ld);
        if (a.bias && !o->bias_later)
            run->kernels->add_bias(a.y, a.bias, a.y, op->n_out, run->n, ld);
    }
}

static void backward_few_out(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_op *act = o->act;
    const struct inr_cpu_affine_back b = {.w = run->effective + o->op->weight,
                                          .x = run->slots + o->in,
                                          .g = run->slots + o->g,
                                          .d = act ? run->slots + act->keep : NULL,
                                          .dz = run->slots + (act ? act->g_in : o->g_in),
                                          .d_weight = run->d_effective + o->op->weight,
                                          .d_bias = act ? d_effective(run, act->d_bias) : NULL,
                                          .n_in = o->op->n_in,
                                          .n_out = o->op->n_out,
                                          .n = run->n,
                                          .ld = run->plan->tile};
    run->kernels->few_out_back(&b);
}

static void backward_few_in(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_op *act = o->act;
    const struct inr_cpu_affine_back b = {.x = run->slots + o->in,
                                          .g = run->slots + (act ? act->g : o->g),
                                          .d = act ? run->slots + act->keep : NULL,
                                          .d_weight = run->d_effective + o->op->weight,
                                          .d_bias = act ? d_effective(run, act->d_bias) : NULL,
                                          .n_in = o->op->n_in,
                                          .n_out = o->op->n_out,
                                          .n = run->n,
                                          .ld = run->plan->tile};
    run->kernels->few_in_back(&b);
}

static void backward_affine(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    const float *g = run->slots + o->g;
    if (o->d_bias != INR_NONE)
        run->kernels->sum_rows(g, run->d_effective + o->d_bias, op->n_out, run->n, ld);
    if (o->back == INR_CPU_BACK_FEW_OUT) {
        backward_few_out(run, o);
        return;
    }
    if (o->back == INR_CPU_BACK_FEW_IN)
        backward_few_in(run, o);
    if (o->g_in != INR_NONE)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, op->n_in, run->n, op->n_out, 1.0f,
                    run->effective + op->weight, op->n_in, g, ld, o->add_in ? 1.0f : 0.0f,
                    run->slots + o->g_in, ld);
}

static void forward_act(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    struct inr_cpu_act a = {.z = run->slots + o->in,
                            .bias = effective(run, o->bias),
                            .p = run->effective + op->constants,
                            .h = run->slots + o->out,
                            .keep = place(run, o->keep),
                            .units = op->units,
                            .planes_in = op->planes_in,
                            .planes_out = op->planes_out,
                            .n = run->n,
                            .ld = ld};
    if (!run->d_effective) {
        run->kernels->act_value[op->activation](&a);
        return;
    }
    if (o->z != INR_NONE) {
        run->kernels->add_bias(a.z, a.bias, run->slots + o->z, op->units, run->n, ld);
        a.z = run->slots + o->z;
        a.bias = NULL;
    }
    run->kernels->act_train[op->activation](&a);
}

static void backward_act(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    float *keep = run->slots + o->keep, *dz = place(run, o->g_in);
    const bool apart = !dz || o->add_in; /* dL/dz cannot go where it belongs at once */
    const struct inr_cpu_act_back b = {.z = o->z != INR_NONE ? run->slots + o->z : keep,
                                       .h = run->slots + o->out,
                                       .g = place(run, o->g),
                                       .p = run->effective + op->constants,
                                       .dz = apart ? keep : dz,
                                       .d_bias = d_effective(run, o->d_bias),
                                       .d_p = run->d_effective + op->constants,
                                       .learn = op->learn,
                                       .units = op->units,
                                       .planes_in = op->planes_in,
                                       .planes_out = op->planes_out,
                                       .n = run->n,
                                       .ld = ld};
    if (op->learn)
        run->kernels->act_learn[op->activation](&b);
    if (o->back == INR_CPU_BACK_SKIP)
        return;
    if (!o->scalar)
        run->kernels->act_back[op->activation](&b);
    else
        run->kernels->chain(b.g, keep, b.dz, b.d_bias, op->units, run->n, ld);
    if (apart)
        pass_on(run, keep, dz, true, op->planes_in * op->units);
}

static const struct {
    void (*forward)(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
    void (*backward)(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o); /* or NULL */
} kinds[] = {
    [INR_OP_ENCODE] = {forward_encode, NULL},
    [INR_OP_CHEBYSHEV] = {forward_chebyshev, NULL},
    [INR_OP_LOOKUP] = {forward_lookup, backward_lookup},
    [INR_OP_GRID] = {forward_grid, backward_grid},
    [INR_OP_KERNELS] = {forward_kernels, backward_kernels},
    [INR_OP_RBF] = {forward_rbf, backward_rbf},
    [INR_OP_AFFINE] = {forward_affine, backward_affine},
    [INR_OP_ACT] = {forward_act, backward_act},
    [INR_OP_MUL] = {forward_mul, backward_mul},
    [INR_OP_ADD] = {forward_add, backward_add},
    [INR_OP_MSC] = {forward_msc, backward_msc},
    [INR_OP_NORM] = {forward_norm, backward_norm},
};

void inr_cpu_forward(const struct inr_cpu_tile_run *run)
{
    for (int i = 0; i < run->plan->program->n_ops; i++) {
        const struct inr_cpu_op *o = &run->plan->ops[i];
        kinds[o->op->kind].forward(run, o);
    }
}

void inr_cpu_backward(const struct inr_cpu_tile_run *run)
{
    for (int i = run->plan->program->n_ops - 1; i >= 0; i--) {
        const struct inr_cpu_op *o = &run->plan->ops[i];
        if (o->live && kinds[o->op->kind].backward)
            kinds[o->op->kind].backward(run, o);
    }
}

void inr_cpu_weight_gradients(const struct inr_cpu_tile_run *run)
{
    const int ld = run->plan->tile;
    for (int i = run->plan->program->n_ops - 1; i >= 0; i--) {
        const struct inr_cpu_op *o = &run->plan->ops[i];
        const struct inr_op *op = o->op;
        if (op->kind == INR_OP_AFFINE && o->back == INR_CPU_BACK_OWN)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, op->n_out, op->n_in, run->n, 1.0f,
                        run->slots + o->g, ld, run->slots + o->in, ld, 1.0f,
                        run->d_effective + op->weight, op->n_in);
    }
}
