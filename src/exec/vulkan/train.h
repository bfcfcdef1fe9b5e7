/* SPDX-License-Identifier: MIT
 *
 * train.h - Training steps recorded once and replayed in chunks, two in flight.
 *
 * A chunk is K recorded steps with a table of step rows that the host fills before a submission and
 * a table of losses that it reads after. K follows from measured time, so that one submission takes
 * some tens of milliseconds; steps left over run one by one. A step longer than that is one chunk
 * whose micro-batches are cut into several submissions, which keeps each below a driver's watchdog.
 */
#ifndef INR_EXEC_VULKAN_TRAIN_H
#define INR_EXEC_VULKAN_TRAIN_H

#include "exec/vulkan/plan.h"
#include "exec/vulkan/pool.h"
#include "exec/vulkan/readout.h"
#include "exec/vulkan/timer.h"

struct inr_vk_chunk {
    struct inr_vk_device *d;
    uint32_t steps; /* K; 0: not made */
    struct inr_vk_stream *streams;
    uint32_t n_streams;
    struct inr_vk_buffer table;   /* [K] inr_step, mapped */
    struct inr_vk_buffer results; /* [K] loss, mse, mapped */
    struct inr_vk_timer timer;
    struct inr_vk_calls calls;
    struct inr_vk_draw_calls draw;
    struct inr_vk_call result;
    struct inr_vk_update update;
};

/* What a chunk is recorded from; none of it changes while chunks exist. */
struct inr_vk_trainer {
    struct inr_vk_device *d;
    struct inr_vk_kernels *kernels;
    struct inr_vk_state *state;
    const struct inr_vk_pool *pool;
    const struct inr_vk_readout *readout;
    const struct inr_vk_plan *plan;
    struct inr_vk_draw draw;
    double submit_flops; /* work in one submission of a step that is cut up, 0: the default */
    struct inr_vk_chunk single[2], many[2];
    double step_seconds; /* measured, 0: not yet */
    struct inr_exec_times *times;
    uint32_t turn;
};

/* Run n steps. Chunks are recorded at the first call and kept. */
enum inr_status inr_vk_train(struct inr_vk_trainer *t, const struct inr_step *steps, uint32_t n,
                             struct inr_step_result *results, struct inr_error *err);

/* The gradient of the batch of step `index` stays in state->d_params; nothing is updated. */
enum inr_status inr_vk_train_gradient(struct inr_vk_trainer *t, uint32_t index,
                                      struct inr_step_result *result, struct inr_error *err);

/* Waits for and drops all recordings. */
void inr_vk_trainer_clear(struct inr_vk_trainer *t);

/* chunk.c: record K steps (update: with the optimiser), submit them, wait and read the losses. */
enum inr_status inr_vk_chunk_create(struct inr_vk_trainer *t, uint32_t steps, bool update,
                                    struct inr_vk_chunk *chunk, struct inr_error *err);
void inr_vk_chunk_destroy(struct inr_vk_chunk *chunk);
enum inr_status inr_vk_chunk_submit(struct inr_vk_chunk *chunk, const struct inr_step *steps,
                                    struct inr_error *err);
enum inr_status inr_vk_chunk_wait(struct inr_vk_chunk *chunk, struct inr_step_result *results,
                                  struct inr_error *err);

#endif
