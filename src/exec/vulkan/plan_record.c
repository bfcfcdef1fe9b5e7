/* SPDX-License-Identifier: MIT
 *
 * plan_record.c - One micro-batch, by ops or with the chain fused.
 */
#include "exec/vulkan/plan.h"

static uint32_t groups(const struct inr_vk_plan *plan, uint32_t count)
{
    return inr_vk_fused_groups(plan->fused, count, plan->slices);
}

/* What comes before the fused chain. */
static void record_front(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                         uint32_t count)
{
    inr_vk_plan_record_ops(plan, stream, count);
    inr_vk_fused_record_pack(plan->fused, stream);
}

void inr_vk_plan_record_forward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                uint32_t count)
{
    if (!plan->fused) {
        inr_vk_plan_record_ops(plan, stream, count);
        return;
    }
    record_front(plan, stream, count);
    inr_vk_fused_record_evaluate(plan->fused, stream, count, plan->stride,
                                 inr_vk_fused_groups(plan->fused, count, count));
}

static void record_clear(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                         bool accumulate)
{
    if (!accumulate)
        inr_vk_table_record_clear(&plan->state->table, &plan->state->d_params, stream);
}

static void record_fused(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                         uint32_t count, float scale, bool accumulate)
{
    record_clear(plan, stream, accumulate);
    record_front(plan, stream, count);
    inr_vk_fused_record_train(plan->fused, stream, count, plan->stride, groups(plan, count), scale);
    inr_vk_plan_record_ops_backward(plan, stream, count, accumulate);
    inr_vk_fused_record_sums(plan->fused, stream, groups(plan, count), scale, accumulate);
}

static void record_layered(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                           uint32_t count, float scale, bool accumulate, bool given)
{
    inr_vk_plan_record_ops(plan, stream, count);
    if (!given)
        inr_vk_plan_record_loss(plan, stream, count, scale);
    record_clear(plan, stream, accumulate);
    inr_vk_plan_record_ops_backward(plan, stream, count, accumulate);
    inr_vk_plan_record_sums(plan, stream, count, accumulate);
}

void inr_vk_plan_record_train(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                              uint32_t count, float scale, bool accumulate)
{
    if (plan->fused)
        record_fused(plan, stream, count, scale, accumulate);
    else
        record_layered(plan, stream, count, scale, accumulate, false);
}

void inr_vk_plan_record_pull(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                             uint32_t count, float scale, bool accumulate)
{
    if (plan->fused)
        record_fused(plan, stream, count, scale, accumulate);
    else
        record_layered(plan, stream, count, scale, accumulate, true);
}

const struct inr_vk_buffer *inr_vk_plan_loss_buffer(const struct inr_vk_plan *plan)
{
    return plan->fused ? &plan->partial : &plan->loss_partial;
}

void inr_vk_plan_loss_sums(const struct inr_vk_plan *plan, uint32_t count, inr_push_reduce *push)
{
    push->n = 2;
    push->slices = plan->fused ? groups(plan, count) : (count + INR_GROUP - 1) / INR_GROUP;
    push->pitch = plan->fused ? plan->fused->block : 2;
    push->in_offset = plan->fused ? inr_fused_sum_loss(plan->fused->shape) : 0;
}
