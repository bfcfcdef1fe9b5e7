/* SPDX-License-Identifier: MIT
 *
 * plan_forward.c - From coordinates to outputs.
 */
#include "exec/vulkan/plan.h"

/* The kernel of an op that is not a product, and its specialisation. */
struct choice {
    enum inr_vk_kernel_id id;
    uint32_t constants[5];
    uint32_t n_constants;
};

static struct choice choose(const struct inr_vk_plan *plan, const struct inr_op *op)
{
    const bool jet = plan->tangents > 0;
    switch (op->kind) {
    case INR_OP_ENCODE:
        return (struct choice){.id = INR_VK_ENCODE};
    case INR_OP_CHEBYSHEV:
        return (struct choice){.id = INR_VK_CHEBYSHEV};
    case INR_OP_LOOKUP:
        return (struct choice){.id = INR_VK_LOOKUP};
    case INR_OP_RBF:
        return (struct choice){.id = INR_VK_RBF};
    case INR_OP_ACT:
        return (struct choice){jet ? INR_VK_ACT_JET : INR_VK_ACT_FORWARD,
                               {(uint32_t)op->activation, (uint32_t)op->planes_in,
                                (uint32_t)op->planes_out, 0, plan->tangents},
                               jet ? 5 : 3};
    case INR_OP_MUL:
        return (struct choice){INR_VK_PAIR, {1, plan->tangents}, 2};
    case INR_OP_ADD: /* of values and tangents alike: all are columns */
        return (struct choice){INR_VK_PAIR, {0, 0}, 2};
    case INR_OP_MSC:
        return (struct choice){INR_VK_MSC, {plan->tangents}, 1};
    case INR_OP_NORM:
        return (struct choice){.id = INR_VK_NORM};
    default:
        return (struct choice){.id = INR_VK_KERNEL_COUNT};
    }
}

static enum inr_status forward_call(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels, int i,
                                    struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    const struct choice c = choose(plan, op);
    const struct inr_vk_kernel *kernel;
    if (c.id == INR_VK_KERNEL_COUNT)
        return inr_fail(err, INR_ERR_USAGE, "op %d of this field has no Vulkan kernel", i);
    enum inr_status status =
        inr_vk_kernel_get(kernels, c.id, c.constants, c.n_constants, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access in = {.buffer = &plan->values[op->in]};
    const struct inr_vk_access out = {.buffer = &plan->values[op->out]};
    const struct inr_vk_access both[] = {in, out};
    const struct inr_vk_access others[] = {
        in,
        {.buffer = op->in2 >= 0 ? &plan->values[op->in2] : &plan->state->effective},
        out,
        {.buffer = &plan->ops[i].moments}};
    return inr_vk_call_make(&plan->calls, kernels, kernel,
                            op->kind == INR_OP_CHEBYSHEV ? both : others, &plan->ops[i].forward,
                            err);
}

/* Tangents of encode's features, or (op NULL) of the coordinates. */
static enum inr_status encode_jet(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                  const struct inr_op *op, struct inr_vk_call *call,
                                  struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_ENCODE_JET, NULL, 0, &kernel, err);
    const struct inr_vk_access buffers[] = {{.buffer = &plan->state->effective},
                                            {.buffer = &plan->values[op ? op->out : 0]}};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel, buffers, call, err)
                            : status;
}

/* Tangents of the other ops that write their values first. */
static enum inr_status op_jet(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels, int i,
                              struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    const enum inr_vk_kernel_id id = op->kind == INR_OP_CHEBYSHEV ? INR_VK_CHEBYSHEV_JET
                                     : op->kind == INR_OP_RBF     ? INR_VK_RBF_JET
                                                                  : INR_VK_NORM_JET;
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, id, NULL, 0, &kernel, err);
    const struct inr_vk_access in = {.buffer = &plan->values[op->in]};
    const struct inr_vk_access out = {.buffer = &plan->values[op->out]};
    const struct inr_vk_access both[] = {in, out};
    const struct inr_vk_access others[] = {
        in, {.buffer = &plan->state->effective}, out, {.buffer = &plan->ops[i].moments}};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel,
                                               op->kind == INR_OP_CHEBYSHEV ? both : others,
                                               &plan->ops[i].jet, err)
                            : status;
}

/* What a jet needs beside the calls of values. */
static enum inr_status jet_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                 struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    enum inr_status status = encode_jet(plan, kernels, NULL, &plan->seed, err);
    for (int i = 0; i < p->n_ops && status == INR_OK; i++) {
        const struct inr_op *op = &p->ops[i];
        const struct inr_vk_affine affine = {.op = op,
                                             .stride = plan->stride,
                                             .in = &plan->values[op->in],
                                             .out = &plan->values[op->out],
                                             .effective = &plan->state->effective,
                                             .no_bias = true};
        if (op->kind == INR_OP_AFFINE)
            status =
                inr_vk_product_forward(&affine, &plan->calls, kernels, &plan->ops[i].tangents, err);
        else if (op->kind == INR_OP_ENCODE)
            status = encode_jet(plan, kernels, op, &plan->ops[i].jet, err);
        else if (op->kind == INR_OP_CHEBYSHEV || op->kind == INR_OP_RBF || op->kind == INR_OP_NORM)
            status = op_jet(plan, kernels, i, err);
    }
    return status;
}

enum inr_status inr_vk_plan_forward_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                          struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    enum inr_status status = INR_OK;
    for (int i = 0; i < plan->n_ops && status == INR_OK; i++) {
        const struct inr_op *op = &p->ops[i];
        const struct inr_vk_affine affine = {.op = op,
                                             .stride = plan->stride,
                                             .in = &plan->values[op->in],
                                             .out = &plan->values[op->out],
                                             .effective = &plan->state->effective};
        if (op->kind == INR_OP_AFFINE)
            status =
                inr_vk_product_forward(&affine, &plan->calls, kernels, &plan->ops[i].product, err);
        else if (op->kind == INR_OP_GRID)
            status = inr_vk_plan_grid_forward(plan, kernels, i, err);
        else if (op->kind == INR_OP_KERNELS)
            status = inr_vk_plan_nearest_forward(plan, kernels, i, err);
        else
            status = forward_call(plan, kernels, i, err);
    }
    return status == INR_OK && plan->tangents ? jet_calls(plan, kernels, err) : status;
}

static uint32_t column_groups(uint32_t count)
{
    return (count + INR_GROUP - 1) / INR_GROUP;
}

/* Features of the coordinates: encode and chebyshev. */
static void record_features(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                            uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_encode push = {.count = count,
                                  .stride = plan->stride,
                                  .dims = (uint32_t)plan->program->dims,
                                  .table = (uint32_t)op->table,
                                  .frequencies = (uint32_t)op->n_frequencies,
                                  .include_input = op->include_input};
    const uint32_t passed = op->include_input ? push.dims : 0;
    const uint32_t rows = op->kind == INR_OP_ENCODE ? push.frequencies + passed : push.dims;
    inr_vk_stream_run(stream, &plan->ops[i].forward, column_groups(count), rows, 1, &push);
    if (plan->tangents)
        inr_vk_stream_run(stream, &plan->ops[i].jet, column_groups(count), rows, 1, &push);
}

static void record_seed(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                        uint32_t count)
{
    const inr_push_encode push = {.count = count,
                                  .stride = plan->stride,
                                  .dims = (uint32_t)plan->program->dims,
                                  .include_input = 1};
    inr_vk_stream_run(stream, &plan->seed, column_groups(count), push.dims, 1, &push);
}

/* Of a jet only the values have a bias. */
static void record_affine(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                          uint32_t count)
{
    inr_vk_product_record(&plan->ops[i].product, stream, count, 1, 0);
    if (plan->tangents)
        inr_vk_product_record_from(&plan->ops[i].tangents, stream, count, plan->tangents * count);
}

static void record_lookup(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                          uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_lookup push = {.count = count,
                                  .stride = plan->stride,
                                  .dims = (uint32_t)plan->program->dims,
                                  .lattice = (uint32_t)op->lattice,
                                  .points0 = op->shape[0],
                                  .points1 = op->shape[1],
                                  .points2 = op->shape[2],
                                  .table0 = (uint32_t)op->lookup[0],
                                  .table1 = (uint32_t)op->lookup[1],
                                  .table2 = (uint32_t)op->lookup[2]};
    inr_vk_stream_run(stream, &plan->ops[i].forward, column_groups(count), (uint32_t)op->n_out, 1,
                      &push);
}

/* Units of a scaling field in three dimensions may be more than one dimension of a dispatch. */
static void record_rbf(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                       uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_rbf push = {.count = count,
                               .stride = plan->stride,
                               .dims = (uint32_t)plan->program->dims,
                               .rows = (uint32_t)op->n_out,
                               .centre = (uint32_t)op->weight,
                               .gamma = (uint32_t)op->bias};
    uint32_t y, z;
    inr_vk_stream_fold(push.rows, &y, &z);
    inr_vk_stream_run(stream, &plan->ops[i].forward, column_groups(count), y, z, &push);
    if (plan->tangents)
        inr_vk_stream_run(stream, &plan->ops[i].jet, column_groups(count), y, z, &push);
}

static void record_norm(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                        uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_norm push = {.count = count,
                                .stride = plan->stride,
                                .rows = (uint32_t)op->n_out,
                                .gamma = (uint32_t)op->weight,
                                .delta = (uint32_t)op->bias,
                                .epsilon = INR_NORM_EPSILON};
    inr_vk_stream_run_threads(stream, &plan->ops[i].forward, count, &push);
    if (plan->tangents)
        inr_vk_stream_run(stream, &plan->ops[i].jet, column_groups(count), plan->tangents, 1,
                          &push);
}

static void record_units(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                         uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_act act = {.count = count,
                              .stride = plan->stride,
                              .units = (uint32_t)op->units,
                              .constants = (uint32_t)op->constants};
    const uint32_t pairs = op->kind == INR_OP_ADD ? inr_vk_plan_columns(plan, count) : count;
    const inr_push_pair pair = {.count = pairs, .stride = plan->stride};
    const uint32_t rows = (uint32_t)plan->program->slot_rows[op->out];
    if (op->kind == INR_OP_ACT)
        inr_vk_stream_run(stream, &plan->ops[i].forward, column_groups(count), act.units, 1, &act);
    else
        inr_vk_stream_run(stream, &plan->ops[i].forward, column_groups(pairs), rows, 1, &pair);
}

void inr_vk_plan_record_ops(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                            uint32_t count)
{
    const struct inr_program *p = plan->program;
    if (plan->tangents)
        record_seed(plan, stream, count);
    for (int i = 0; i < plan->n_ops; i++)
        switch (p->ops[i].kind) {
        case INR_OP_GRID:
            inr_vk_plan_record_grid(plan, stream, i, count, false);
            break;
        case INR_OP_KERNELS:
            inr_vk_plan_record_nearest(plan, stream, i, count, false);
            break;
        case INR_OP_MSC:
            inr_vk_plan_record_msc(plan, stream, i, count, false);
            break;
        case INR_OP_ENCODE:
        case INR_OP_CHEBYSHEV:
            record_features(plan, stream, i, count);
            break;
        case INR_OP_LOOKUP:
            record_lookup(plan, stream, i, count);
            break;
        case INR_OP_RBF:
            record_rbf(plan, stream, i, count);
            break;
        case INR_OP_AFFINE:
            record_affine(plan, stream, i, count);
            break;
        case INR_OP_ACT:
        case INR_OP_MUL:
        case INR_OP_ADD:
            record_units(plan, stream, i, count);
            break;
        case INR_OP_NORM:
            record_norm(plan, stream, i, count);
            break;
        }
}
