/* SPDX-License-Identifier: MIT
 *
 * muon.h - Directions of Muon on the device: the momenta of weight matrices made orthogonal, see
 * common/optimizer.glsl.
 */
#ifndef INR_EXEC_VULKAN_MUON_H
#define INR_EXEC_VULKAN_MUON_H

#include "exec/exec.h"
#include "exec/vulkan/stage.h"

struct inr_vk_muon {
    struct inr_vk_device *d;
    uint32_t n;                 /* matrices; 0: another optimiser, or none of them */
    uint32_t shorter, longer;   /* the greatest sides */
    struct inr_vk_buffer rows;  /* [n] inr_muon_row */
    struct inr_vk_buffer x[2];  /* matrix after matrix, shorter sides as rows */
    struct inr_vk_buffer s, t;  /* squares of the shorter sides */
    struct inr_vk_call begin;   /* x[0] */
    struct inr_vk_call gram[2]; /* of x[0], x[1] */
    struct inr_vk_call square;  /* t from s */
    struct inr_vk_call step[2]; /* x[1] from x[0], x[0] from x[1] */
    struct inr_vk_call last;    /* d_params from the last but one */
};

/* Buffers and calls; nothing is allocated where config asks for another optimiser, or no training.
 */
enum inr_status inr_vk_muon_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                   const struct inr_exec_config *config,
                                   const struct inr_vk_buffer *m,
                                   const struct inr_vk_buffer *d_params, struct inr_vk_calls *calls,
                                   struct inr_vk_muon *muon, struct inr_error *err);
void inr_vk_muon_destroy(struct inr_vk_muon *muon);

/* Of the matrices: m <- momentum with decay beta, d_params <- direction. */
void inr_vk_muon_record(const struct inr_vk_muon *muon, struct inr_vk_stream *stream, float beta);

#endif
