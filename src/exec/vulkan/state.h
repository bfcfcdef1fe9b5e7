/* SPDX-License-Identifier: MIT
 *
 * state.h - What training changes, on the device: parameters, moments, effective weights and their
 * gradients; the parameter maps and the optimiser that work on them.
 */
#ifndef INR_EXEC_VULKAN_STATE_H
#define INR_EXEC_VULKAN_STATE_H

#include "exec/exec.h"
#include "exec/vulkan/average.h"
#include "exec/vulkan/linear.h"
#include "exec/vulkan/muon.h"
#include "exec/vulkan/quantizer.h"
#include "exec/vulkan/table.h"

struct inr_vk_state {
    struct inr_vk_device *d;
    const struct inr_program *program;
    struct inr_optimizer_config optimizer;
    bool train;
    struct inr_vk_buffer params, m, v;           /* [n_params], [n_trainable] */
    struct inr_vk_buffer effective, d_effective; /* [n_effective] */
    struct inr_vk_buffer d_params;               /* [n_trainable] */
    struct inr_vk_buffer map_source;             /* see map_forward.comp */
    struct inr_vk_buffer map_start, map_uses;    /* see map_backward.comp */
    struct inr_vk_calls calls;
    struct inr_vk_call map, pull;
    struct inr_vk_quantizer quantizer;
    struct inr_vk_average average;
    struct inr_vk_linear linear;
    struct inr_vk_table table;
    struct inr_vk_muon muon;
    const struct inr_vk_kernel *optimize;        /* of matrices, see inr_optimizer_rest */
    const struct inr_vk_kernel *optimize_rest;   /* of all else; may be the same */
    const struct inr_vk_kernel *optimize_sparse; /* of tables, or NULL */
};

/* Buffers are made and the program's constants uploaded; parameters and moments are zero. The
 * struct must stay where it is until destroyed. */
enum inr_status inr_vk_state_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                    const struct inr_exec_config *config,
                                    struct inr_vk_state *state, struct inr_error *err);
void inr_vk_state_destroy(struct inr_vk_state *state);

/* Copy in, and bring the effective weights up to date; copy out. */
enum inr_status inr_vk_state_set(struct inr_vk_state *state, struct inr_vk_stage *stage,
                                 const struct inr_state *from, struct inr_error *err);
enum inr_status inr_vk_state_get(struct inr_vk_state *state, struct inr_vk_stage *stage,
                                 struct inr_state *to, struct inr_error *err);

/* Let parameters and effective weights be those of the average, if there is one, or those of
 * training again. */
enum inr_status inr_vk_state_show(struct inr_vk_state *state, struct inr_vk_stage *stage, bool show,
                                  struct inr_error *err);

/* Let maps read quantised parameters, or the parameters again. What was recorded before still does
 * what it did: record it anew. */
enum inr_status inr_vk_state_quantize(struct inr_vk_state *state, struct inr_vk_stage *stage,
                                      bool on, struct inr_error *err);

/* The optimiser's calls, reading their rates from `steps`. */
struct inr_vk_update {
    struct inr_vk_call tables, others, matrices; /* matrices: where their optimiser differs */
    struct inr_vk_levels levels;                 /* of nested networks */
};
enum inr_status inr_vk_state_optimizer(const struct inr_vk_state *state,
                                       struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                       const struct inr_vk_buffer *steps,
                                       struct inr_vk_update *update, struct inr_error *err);

/* d_params <- d_effective, sums and regularisers of tables; params <- optimiser with row `row` of
 * the steps; effective <- params. */
void inr_vk_state_record_pull(const struct inr_vk_state *state, struct inr_vk_stream *stream);

/* Before and after the gradient of a step, where that trains a level of nested networks: effective
 * <- params as the level sees them; d_params <- their gradient. */
void inr_vk_state_record_level(const struct inr_vk_state *state, struct inr_vk_stream *stream,
                               const struct inr_vk_update *update, bool pull, uint32_t row);
void inr_vk_state_record_update(const struct inr_vk_state *state, struct inr_vk_stream *stream,
                                const struct inr_vk_update *update, uint32_t row);

#endif
