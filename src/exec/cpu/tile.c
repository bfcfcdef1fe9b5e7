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
#include "exec/cpu/tile_internal.h"

#include <cblas.h>

static struct inr_cpu_norm norm_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return (struct inr_cpu_norm){.x = run->slots + o->in,
                                 .gamma = run->effective + o->op->weight,
                                 .delta = run->effective + o->op->bias,
                                 .y = run->slots + o->out,
                                 .keep = inr_cpu_tile_place(run, o->keep),
                                 .side = run->slots + o->side,
                                 .g = inr_cpu_tile_place(run, o->g),
                                 .dx = inr_cpu_tile_place(run, o->g_in),
                                 .add = o->add_in,
                                 .rows = o->op->n_out,
                                 .tangents = run->plan->tangents,
                                 .n = run->samples,
                                 .ld = run->plan->tile};
}

static void forward_norm(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_norm a = norm_of(run, o);
    run->kernels->norm(&a);
    if (a.tangents)
        run->kernels->norm_jet(&a);
}

static void backward_norm(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    struct inr_cpu_norm a = norm_of(run, o);
    a.d_gamma = run->d_effective + o->op->weight;
    a.d_delta = run->d_effective + o->op->bias;
    if (a.tangents)
        run->kernels->norm_jet_back(&a);
    else
        run->kernels->norm_back(&a);
}

static int rows_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return run->plan->program->slot_rows[o->op->out];
}

static void forward_mul(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const float *a = run->slots + o->in, *b = run->slots + o->in2;
    float *y = run->slots + o->out;
    const int rows = rows_of(run, o), tangents = run->plan->tangents, ld = run->plan->tile;
    if (tangents)
        run->kernels->mul_jet(a, b, y, rows, tangents, run->samples, ld);
    else
        run->kernels->mul(a, b, y, rows, run->n, ld);
}

static void backward_mul(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    struct inr_cpu_mul_back m = {.a = run->slots + o->in,
                                 .b = run->slots + o->in2,
                                 .g = run->slots + o->g,
                                 .da = inr_cpu_tile_place(run, o->g_in),
                                 .db = inr_cpu_tile_place(run, o->g_in2),
                                 .add_a = o->add_in,
                                 .add_b = o->add_in2,
                                 .rows = rows_of(run, o),
                                 .tangents = run->plan->tangents,
                                 .n = run->samples,
                                 .ld = run->plan->tile};
    void (*back)(const struct inr_cpu_mul_back *) =
        m.tangents ? run->kernels->mul_jet_back : run->kernels->mul_back;
    back(&m);
    if (o->op->in != o->op->in2)
        return;
    m.add_a = true; /* a square: the same once more */
    back(&m);
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
    pass_on(run, g, inr_cpu_tile_place(run, o->g_in), o->add_in, rows_of(run, o));
    if (o->op->in == o->op->in2)
        pass_on(run, g, inr_cpu_tile_place(run, o->g_in), true, rows_of(run, o));
    else
        pass_on(run, g, inr_cpu_tile_place(run, o->g_in2), o->add_in2, rows_of(run, o));
}

static struct inr_cpu_msc msc_of(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    return (struct inr_cpu_msc){.x = run->slots + o->in,
                                .frequency = run->effective + o->op->constants,
                                .y = run->slots + o->out,
                                .keep = run->d_effective ? run->slots + o->keep : NULL,
                                .rows = o->op->n_out,
                                .tangents = run->plan->tangents,
                                .n = run->samples,
                                .ld = run->plan->tile};
}

static void forward_msc(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_cpu_msc m = msc_of(run, o);
    if (m.tangents)
        run->kernels->msc_jet(&m);
    else
        run->kernels->msc(&m);
}

static void backward_msc(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    float *keep = run->slots + o->keep, *dx = run->slots + o->g_in;
    struct inr_cpu_msc m = msc_of(run, o);
    m.g = run->slots + o->g;
    m.dx = o->add_in ? keep : dx;
    if (m.tangents)
        run->kernels->msc_jet_back(&m);
    else
        run->kernels->chain(m.g, keep, m.dx, NULL, m.rows, m.n, m.ld);
    if (o->add_in)
        pass_on(run, keep, dx, true, o->op->n_out);
}

static void forward_affine(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    struct inr_cpu_affine a = {.w = run->effective + op->weight,
                               .bias = inr_cpu_tile_effective(run, op->bias),
                               .x = run->slots + o->in,
                               .y = run->slots + o->out,
                               .n_in = op->n_in,
                               .n_out = op->n_out,
                               .n = run->samples,
                               .ld = ld};
    if (op->n_in <= INR_CPU_NARROW || op->n_out <= INR_CPU_NARROW) {
        void (*few)(const struct inr_cpu_affine *) =
            op->n_in <= INR_CPU_NARROW ? run->kernels->few_in : run->kernels->few_out;
        few(&a);
        if (run->n == run->samples)
            return;
        a.x += run->samples;
        a.y += run->samples;
        a.bias = NULL;
        a.n = run->n - run->samples;
        few(&a);
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, op->n_out, run->n, op->n_in, 1.0f,
                    a.w, op->n_in, a.x, ld, 0.0f, a.y, ld);
        if (a.bias && !o->bias_later)
            run->kernels->add_bias(a.y, a.bias, a.y, op->n_out, run->samples, ld);
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
                                          .d_bias = act ? inr_cpu_tile_d_effective(run, act->d_bias)
                                                        : NULL,
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
                                          .d_bias = act ? inr_cpu_tile_d_effective(run, act->d_bias)
                                                        : NULL,
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
        run->kernels->sum_rows(g, run->d_effective + o->d_bias, op->n_out, run->samples, ld);
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
                            .bias = inr_cpu_tile_effective(run, o->bias),
                            .p = run->effective + op->constants,
                            .h = run->slots + o->out,
                            .keep = inr_cpu_tile_place(run, o->keep),
                            .units = op->units,
                            .planes_in = op->planes_in,
                            .planes_out = op->planes_out,
                            .tangents = run->plan->tangents,
                            .n = run->samples,
                            .ld = ld};
    if (a.tangents) {
        a.keep = run->d_effective ? a.keep : NULL;
        run->kernels->act_jet[op->activation](&a);
        return;
    }
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
    float *keep = run->slots + o->keep, *dz = inr_cpu_tile_place(run, o->g_in);
    const bool apart = !dz || o->add_in; /* dL/dz cannot go where it belongs at once */
    const struct inr_cpu_act_back b = {.z = o->z != INR_NONE ? run->slots + o->z : keep,
                                       .h = run->slots + o->out,
                                       .g = inr_cpu_tile_place(run, o->g),
                                       .p = run->effective + op->constants,
                                       .dz = apart ? keep : dz,
                                       .d_bias = inr_cpu_tile_d_effective(run, o->d_bias),
                                       .d_p = run->d_effective + op->constants,
                                       .learn = op->learn,
                                       .units = op->units,
                                       .planes_in = op->planes_in,
                                       .planes_out = op->planes_out,
                                       .tangents = run->plan->tangents,
                                       .n = run->samples,
                                       .ld = ld};
    const struct inr_cpu_kernels *kernels = run->kernels;
    if (op->learn)
        (b.tangents ? kernels->act_jet_learn : kernels->act_learn)[op->activation](&b);
    if (o->back == INR_CPU_BACK_SKIP)
        return;
    if (b.tangents)
        kernels->act_jet_back[op->activation](&b);
    else if (!o->scalar)
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
    [INR_OP_ENCODE] = {inr_cpu_forward_encode, NULL},
    [INR_OP_CHEBYSHEV] = {inr_cpu_forward_chebyshev, NULL},
    [INR_OP_LOOKUP] = {inr_cpu_forward_lookup, inr_cpu_backward_lookup},
    [INR_OP_GRID] = {inr_cpu_forward_grid, inr_cpu_backward_grid},
    [INR_OP_KERNELS] = {inr_cpu_forward_kernels, inr_cpu_backward_kernels},
    [INR_OP_RBF] = {inr_cpu_forward_rbf, inr_cpu_backward_rbf},
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
