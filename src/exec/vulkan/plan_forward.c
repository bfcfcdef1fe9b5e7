/* SPDX-License-Identifier: MIT
 *
 * plan_forward.c - From coordinates to outputs.
 */
#include "exec/vulkan/plan.h"

static enum inr_status encode_call(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                   const struct inr_op *op, struct inr_vk_call *call,
                                   struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_ENCODE, NULL, 0, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {{.buffer = &plan->values[op->in]},
                                            {.buffer = &plan->state->effective},
                                            {.buffer = &plan->values[op->out]}};
    return inr_vk_call_make(&plan->calls, kernels, kernel, buffers, call, err);
}

static enum inr_status act_call(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                const struct inr_op *op, struct inr_vk_call *call,
                                struct inr_error *err)
{
    const uint32_t constants[] = {(uint32_t)op->activation, (uint32_t)op->planes_in,
                                  (uint32_t)op->planes_out};
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, INR_VK_ACT_FORWARD, constants, 3, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {{.buffer = &plan->values[op->in]},
                                            {.buffer = &plan->state->effective},
                                            {.buffer = &plan->values[op->out]}};
    return inr_vk_call_make(&plan->calls, kernels, kernel, buffers, call, err);
}

enum inr_status inr_vk_plan_forward_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                          struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    enum inr_status status = INR_OK;
    for (int i = 0; i < p->n_ops && status == INR_OK; i++) {
        const struct inr_op *op = &p->ops[i];
        struct inr_vk_op_calls *calls = &plan->ops[i];
        const struct inr_vk_affine affine = {.op = op,
                                             .stride = plan->stride,
                                             .in = &plan->values[op->in],
                                             .out = &plan->values[op->out],
                                             .effective = &plan->state->effective};
        switch (op->kind) {
        case INR_OP_ENCODE:
            status = encode_call(plan, kernels, op, &calls->forward, err);
            break;
        case INR_OP_AFFINE:
            status = inr_vk_product_forward(&affine, &plan->calls, kernels, &calls->product, err);
            break;
        case INR_OP_ACT:
            status = act_call(plan, kernels, op, &calls->forward, err);
            break;
        default:
            status = inr_fail(err, INR_ERR_USAGE, "op %d of this field has no Vulkan kernel", i);
        }
    }
    return status;
}

void inr_vk_plan_record_forward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                uint32_t count)
{
    const struct inr_program *p = plan->program;
    const uint32_t groups = (count + INR_GROUP - 1) / INR_GROUP;
    for (int i = 0; i < p->n_ops; i++) {
        const struct inr_op *op = &p->ops[i];
        const struct inr_vk_op_calls *calls = &plan->ops[i];
        const inr_push_encode encode = {.count = count,
                                        .stride = plan->stride,
                                        .dims = (uint32_t)p->dims,
                                        .table = (uint32_t)op->table,
                                        .frequencies = (uint32_t)op->n_frequencies,
                                        .include_input = op->include_input};
        const inr_push_act act = {.count = count,
                                  .stride = plan->stride,
                                  .units = (uint32_t)op->units,
                                  .constants = (uint32_t)op->constants};
        const uint32_t passed = op->include_input ? encode.dims : 0;
        switch (op->kind) {
        case INR_OP_ENCODE:
            inr_vk_stream_run(stream, &calls->forward, groups, encode.frequencies + passed, 1,
                              &encode);
            break;
        case INR_OP_AFFINE:
            inr_vk_product_record(&calls->product, stream, count, 1, 0);
            break;
        case INR_OP_ACT:
            inr_vk_stream_run(stream, &calls->forward, groups, act.units, 1, &act);
            break;
        default:
            break;
        }
    }
}
