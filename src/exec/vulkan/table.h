/* SPDX-License-Identifier: MIT
 *
 * table.h - The tables of grid ops on the device: what training needs beside parameters, moments
 * and gradients, and the passes over whole tables.
 *
 * Tables are the leading parameters. Ops read them in the parameter buffer and add to their
 * gradient there, in d_params or, in fixed point, in a buffer of two words a scalar; either is
 * cleared before a step's first micro-batch.
 */
#ifndef INR_EXEC_VULKAN_TABLE_H
#define INR_EXEC_VULKAN_TABLE_H

#include "exec/exec.h"
#include "exec/vulkan/stage.h"

struct inr_vk_table {
    struct inr_vk_device *d;
    const struct inr_program *program;
    float tv, l2;
    double scale;                  /* of fixed-point sums: batch times channels */
    struct inr_vk_buffer levels;   /* [n_levels] inr_grid_level */
    struct inr_vk_buffer words;    /* [n_words], cells of kernels ops */
    struct inr_vk_buffer fixed;    /* [n_table][2], or none */
    struct inr_vk_buffer counts;   /* sparse: [n_table] */
    struct inr_vk_buffer halves;   /* [(n_table + 1) / 2] words of two entries, or none */
    struct inr_vk_call pack;       /* halves <- params */
    struct inr_vk_call gradient;   /* fixed point or l2: table_gradient.comp */
    struct inr_vk_call *variation; /* [n_ops], those of one aligned level; NULL without tv */
};

/* Buffers and calls; nothing is allocated for a program without tables. */
enum inr_status inr_vk_table_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                    const struct inr_exec_config *config,
                                    const struct inr_vk_buffer *params,
                                    const struct inr_vk_buffer *d_params,
                                    struct inr_vk_calls *calls, struct inr_vk_table *table,
                                    struct inr_error *err);
void inr_vk_table_destroy(struct inr_vk_table *table);

/* The buffer that ops add gradients to, `words` words a scalar. */
const struct inr_vk_buffer *inr_vk_table_target(const struct inr_vk_table *table,
                                                const struct inr_vk_buffer *d_params,
                                                uint32_t *words);

/* Before the first micro-batch of a step: the gradient is zero. */
void inr_vk_table_record_clear(const struct inr_vk_table *table,
                               const struct inr_vk_buffer *d_params, struct inr_vk_stream *stream);

/* After parameters have changed: what ops read as 16-bit floats. */
void inr_vk_table_record_pack(const struct inr_vk_table *table, struct inr_vk_stream *stream);

/* After the last: fixed-point sums and regularisers into d_params [0, n_table). */
void inr_vk_table_record_finish(const struct inr_vk_table *table, struct inr_vk_stream *stream);

#endif
