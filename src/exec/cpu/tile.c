/* SPDX-License-Identifier: MIT
 *
 * tile.c - A tile of samples through a program: forward, backward, weight gradients.
 *
 * With N samples, weights W [o][i], values H [i][N], gradients G [o][N] by pre-activations:
 *     forward          Z  = W H       sgemm N N
 *     weight gradient  dW += G H^T    sgemm N T, into the worker's own gradient
 *     data gradient    dH = W^T G     sgemm T N
 * The bias joins the activation's pass over Z; the activation's derivative and the bias gradient
 * join in one pass over dH.
 */
#include "exec/cpu/tile.h"

#include <cblas.h>

static bool is_act(const struct inr_cpu_op *o)
{
    return o && o->op->kind == INR_OP_ACT;
}

static bool few_in(const struct inr_op *op)
{
    return op->n_in <= INR_CPU_NARROW;
}

static bool few_out(const struct inr_op *op)
{
    return op->n_out <= INR_CPU_NARROW;
}

static void forward_affine(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    const struct inr_cpu_affine a = {.w = run->effective + op->weight,
                                     .bias = run->effective + op->bias,
                                     .x = run->slots + o->in,
                                     .y = run->slots + o->out,
                                     .n_in = op->n_in,
                                     .n_out = op->n_out,
                                     .n = run->n,
                                     .ld = ld};
    if (few_in(op)) {
        run->kernels->few_in(&a);
    } else if (few_out(op)) {
        run->kernels->few_out(&a);
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, op->n_out, run->n, op->n_in, 1.0f,
                    a.w, op->n_in, a.x, ld, 0.0f, a.y, ld);
        if (!o->above)
            run->kernels->add_bias(a.y, a.bias, a.y, op->n_out, run->n, ld);
    }
}

/* The bias that the product below has left to the activation. */
static const float *pending_bias(const struct inr_cpu_tile_run *run, const struct inr_op *below)
{
    return few_in(below) || few_out(below) ? NULL : run->effective + below->bias;
}

static void forward_act(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    float *z = run->slots + o->in;
    struct inr_cpu_act a = {.z = z,
                            .bias = pending_bias(run, o->below->op),
                            .p = run->effective + op->constants,
                            .h = run->slots + o->out,
                            .units = op->units,
                            .planes_in = op->planes_in,
                            .planes_out = op->planes_out,
                            .n = run->n,
                            .ld = ld};
    if (!run->d_effective) {
        run->kernels->act_value[op->activation](&a);
        return;
    }
    if (o->scalar && op->learn) {
        run->kernels->add_bias(z, a.bias, run->slots + o->keep, op->units, run->n, ld);
        a.z = run->slots + o->keep;
        a.bias = NULL;
    }
    a.keep = z;
    run->kernels->act_train[op->activation](&a);
}

void inr_cpu_forward(const struct inr_cpu_tile_run *run)
{
    const struct inr_program *program = run->plan->program;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_cpu_op *o = &run->plan->ops[i];
        if (o->op->kind == INR_OP_ENCODE)
            run->kernels->encode(o->op, program->dims, run->effective + o->op->table,
                                 run->slots + o->in, run->slots + o->out, run->n, run->plan->tile);
        else if (o->op->kind == INR_OP_AFFINE)
            forward_affine(run, o);
        else
            forward_act(run, o);
    }
}

/* dL/d(values of an act op), left by the affine op above it. */
static float *gradient(const struct inr_cpu_tile_run *run)
{
    return run->slots + run->plan->gradient;
}

static bool few(const struct inr_op *op)
{
    return few_in(op) || (few_out(op) && op->input_gradient);
}

/* An act op is done by the affine op above it when that one has few outputs, or by the one below
 * when that has few inputs and is the last to need a gradient. */
static bool joined_above(const struct inr_cpu_op *act)
{
    const struct inr_op *up = act->above ? act->above->op : NULL;
    return act->scalar && !act->op->learn && up && few_out(up) && !few_in(up) && up->input_gradient;
}

static bool joined_below(const struct inr_cpu_op *act)
{
    const struct inr_op *down = act->below->op;
    return act->scalar && few_in(down) && !down->input_gradient && !joined_above(act);
}

static void backward_few_out(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const bool join = is_act(o->below) && joined_above(o->below);
    float *d = join ? run->slots + o->below->in : NULL;
    const struct inr_cpu_affine_back b = {
        .w = run->effective + op->weight,
        .x = run->slots + o->in,
        .g = run->slots + o->out,
        .d = d,
        .dz = join ? d : gradient(run),
        .d_weight = run->d_effective + op->weight,
        .d_bias = join ? run->d_effective + o->below->below->op->bias : NULL,
        .n_in = op->n_in,
        .n_out = op->n_out,
        .n = run->n,
        .ld = run->plan->tile};
    run->kernels->few_out_back(&b);
}

static void backward_few_in(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const bool join = is_act(o->above) && joined_below(o->above);
    const struct inr_cpu_affine_back b = {.x = run->slots + o->in,
                                          .g = join ? gradient(run) : run->slots + o->out,
                                          .d = join ? run->slots + o->out : NULL,
                                          .d_weight = run->d_effective + op->weight,
                                          .d_bias = join ? run->d_effective + op->bias : NULL,
                                          .n_in = op->n_in,
                                          .n_out = op->n_out,
                                          .n = run->n,
                                          .ld = run->plan->tile};
    run->kernels->few_in_back(&b);
}

static void backward_affine(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    const float *g = run->slots + o->out;
    if (!o->above)
        run->kernels->sum_rows(g, run->d_effective + op->bias, op->n_out, run->n, ld);
    if (few_in(op)) {
        backward_few_in(run, o);
    } else if (few(op)) {
        backward_few_out(run, o);
        return;
    }
    if (op->input_gradient)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, op->n_in, run->n, op->n_out, 1.0f,
                    run->effective + op->weight, op->n_in, g, ld, 0.0f, gradient(run), ld);
}

static void backward_act(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o)
{
    const struct inr_op *op = o->op;
    const int ld = run->plan->tile;
    float *z = run->slots + o->in;
    float *d_bias = run->d_effective + o->below->op->bias;
    const struct inr_cpu_act_back b = {.z = o->scalar ? run->slots + o->keep : z,
                                       .h = run->slots + o->out,
                                       .g = gradient(run),
                                       .p = run->effective + op->constants,
                                       .dz = z,
                                       .d_bias = d_bias,
                                       .d_p = run->d_effective + op->constants,
                                       .learn = op->learn,
                                       .units = op->units,
                                       .planes_in = op->planes_in,
                                       .planes_out = op->planes_out,
                                       .n = run->n,
                                       .ld = ld};
    if (op->learn)
        run->kernels->act_learn[op->activation](&b);
    if (!o->scalar)
        run->kernels->act_back[op->activation](&b);
    else if (!joined_above(o) && !joined_below(o))
        run->kernels->chain(b.g, z, z, d_bias, op->units, run->n, ld);
}

void inr_cpu_backward(const struct inr_cpu_tile_run *run)
{
    for (int i = run->plan->program->n_ops - 1; i >= 0; i--) {
        const struct inr_cpu_op *o = &run->plan->ops[i];
        if (o->op->kind == INR_OP_AFFINE)
            backward_affine(run, o);
        else if (o->op->kind == INR_OP_ACT)
            backward_act(run, o);
    }
}

void inr_cpu_weight_gradients(const struct inr_cpu_tile_run *run)
{
    const int ld = run->plan->tile;
    for (int i = run->plan->program->n_ops - 1; i >= 0; i--) {
        const struct inr_cpu_op *o = &run->plan->ops[i];
        const struct inr_op *op = o->op;
        if (op->kind == INR_OP_AFFINE && !few(op))
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, op->n_out, op->n_in, run->n, 1.0f,
                        run->slots + o->out, ld, run->slots + o->in, ld, 1.0f,
                        run->d_effective + op->weight, op->n_in);
    }
}
