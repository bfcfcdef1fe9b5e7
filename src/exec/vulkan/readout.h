/* SPDX-License-Identifier: MIT
 *
 * readout.h - Measurements of the whole grid on the device. A step evaluates the field everywhere,
 * micro-batch by micro-batch, then measures, takes the loss of the measurements and its gradient on
 * the grid, and goes through the field a second time with that.
 */
#ifndef INR_EXEC_VULKAN_READOUT_H
#define INR_EXEC_VULKAN_READOUT_H

#include "exec/exec.h"
#include "exec/vulkan/plan.h"

struct inr_vk_readout {
    struct inr_vk_device *d;
    struct inr_readout what; /* kind INR_READ_POINTS: there is none, the rest is empty */
    uint32_t points, count, channels;
    struct inr_vk_buffer turns;    /* [angles][2] */
    struct inr_vk_buffer grid;     /* [channels][points] values, then their gradient */
    struct inr_vk_buffer measured; /* [channels][count] */
    struct inr_vk_buffer targets, gradient;
    struct inr_vk_buffer partial; /* [groups of count][2] sums of the loss */
    struct inr_vk_calls calls;
    struct inr_vk_call project, loss, adjoint;
    float loss_constant;
};

/* Make what the pool's readout needs; nothing for pools without one. Errors: INR_ERR_MEMORY,
 * INR_ERR_USAGE (a batch that is not all of the pool). */
enum inr_status inr_vk_readout_set(struct inr_vk_readout *readout, struct inr_vk_stage *stage,
                                   struct inr_vk_kernels *kernels, const struct inr_pool *pool,
                                   const struct inr_exec_config *config, struct inr_error *err);
void inr_vk_readout_clear(struct inr_vk_readout *readout);

static inline bool inr_vk_readout_on(const struct inr_vk_readout *readout)
{
    return readout->what.kind != INR_READ_POINTS;
}

/* Outputs of the first `count` columns are the field at points first .. first + count. */
void inr_vk_readout_record_take(const struct inr_vk_readout *readout,
                                const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                uint32_t first, uint32_t count);

/* Measure, loss into `partial`, and its gradient on the grid. */
void inr_vk_readout_record_measure(const struct inr_vk_readout *readout,
                                   struct inr_vk_stream *stream);

/* The gradient at points first .. first + count to the first columns of the output's gradient. */
void inr_vk_readout_record_give(const struct inr_vk_readout *readout,
                                const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                uint32_t first, uint32_t count);

#endif
