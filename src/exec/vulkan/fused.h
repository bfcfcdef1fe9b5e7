/* SPDX-License-Identifier: MIT
 *
 * fused.h - A chain of equally wide layers in one dispatch: forward, loss and backward of a tile of
 * columns at a time, with values in registers and shared memory. Each workgroup adds its tiles'
 * weight gradients in a block of its own; blocks are added in their order.
 */
#ifndef INR_EXEC_VULKAN_FUSED_H
#define INR_EXEC_VULKAN_FUSED_H

#include "common/fused.h"
#include "exec/exec.h"
#include "exec/vulkan/chain.h"
#include "exec/vulkan/stage.h"

/* How a fused kernel cuts its work; see shaders/fused/. */
struct inr_vk_tile {
    enum inr_vk_kernel_id kernel;  /* INR_VK_FUSED, _MATRIX or _SCALAR */
    struct inr_vk_matrix fragment; /* of all but INR_VK_FUSED */
    uint32_t threads;
    uint32_t width, inputs, outputs; /* padded */
    uint32_t columns;                /* of a tile */
    uint32_t rm, rn, gm, gn;
    bool keep, keep_sums;
    bool first_pairs; /* mixed: coordinates are too exact for one half */
};

/* What it is for: what is made besides evaluation. */
enum inr_vk_fused_use {
    INR_VK_FUSED_EVALUATE,
    INR_VK_FUSED_TRAIN, /* by the loss of targets */
    INR_VK_FUSED_PULL   /* by a gradient of the outputs */
};

/* Buffers of the plan around it. Training: target, d_out, partial; d_in NULL: not wanted. */
struct inr_vk_fused_buffers {
    const struct inr_vk_buffer *in, *out, *effective;
    const struct inr_vk_buffer *target, *d_out, *d_in, *d_effective, *partial;
};

struct inr_vk_fused {
    struct inr_vk_device *d;
    const struct inr_program *program;
    struct inr_vk_chain chain;
    struct inr_vk_tile tile;
    enum inr_vk_fused_use use;
    inr_fused_shape shape;
    int precision;
    float loss_scale, loss_constant;
    uint32_t floats, weights, first; /* words of `packed`, as inr_push_fused_pack has them */
    uint32_t block;                  /* floats of a workgroup's partial sums */
    struct inr_vk_buffer source;     /* [floats + weights] effective entries */
    struct inr_vk_buffer place;      /* [n_effective] entries of a block */
    struct inr_vk_buffer packed;
    struct inr_vk_fused_buffers buffers;
    const struct inr_exec_config *config;
    struct inr_vk_call pack, evaluate; /* evaluate: once inr_vk_fused_need_evaluate was called */
    struct inr_vk_call train, sums;    /* not of evaluation only */
};

/* Whether a device can run a chain, and how. false: `why` (size why_size) says what is short. */
bool inr_vk_fused_fit(const struct inr_vk_device *d, const struct inr_exec_config *config,
                      struct inr_vk_fused *fused, char *why, size_t why_size);

/* What it is, for people: "fused in 32 bits, tiles of ...". */
void inr_vk_fused_text(const struct inr_vk_fused *fused, char *text, size_t size);

/* Bytes of its buffers. */
uint64_t inr_vk_fused_bytes(const struct inr_vk_fused *fused);

/* Upload where things lie and make the calls; `fused` is what inr_vk_fused_fit filled. `config`
 * must outlive it. */
enum inr_status inr_vk_fused_create(struct inr_vk_fused *fused, struct inr_vk_stage *stage,
                                    struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                    const struct inr_vk_fused_buffers *buffers,
                                    const struct inr_exec_config *config, enum inr_vk_fused_use use,
                                    struct inr_error *err);
void inr_vk_fused_destroy(struct inr_vk_fused *fused);

/* Make what record_evaluate needs; training can do without. */
enum inr_status inr_vk_fused_need_evaluate(struct inr_vk_fused *fused,
                                           struct inr_vk_kernels *kernels,
                                           struct inr_vk_calls *calls, struct inr_error *err);

/* Workgroups that `count` columns keep busy, `most` at most. */
uint32_t inr_vk_fused_groups(const struct inr_vk_fused *fused, uint32_t count, uint32_t most);

/* Weights as the kernels read them, once the effective ones have changed. */
void inr_vk_fused_record_pack(const struct inr_vk_fused *fused, struct inr_vk_stream *stream);

/* Outputs of the first `count` columns. */
void inr_vk_fused_record_evaluate(const struct inr_vk_fused *fused, struct inr_vk_stream *stream,
                                  uint32_t count, uint32_t stride, uint32_t groups);

/* Partial sums of the gradient of scale times the loss, or of what the outputs' gradient says, and
 * the gradient of the inputs. */
void inr_vk_fused_record_train(const struct inr_vk_fused *fused, struct inr_vk_stream *stream,
                               uint32_t count, uint32_t stride, uint32_t groups, float scale);

/* Partial sums to d_effective, overwritten or (accumulate) added to. */
void inr_vk_fused_record_sums(const struct inr_vk_fused *fused, struct inr_vk_stream *stream,
                              uint32_t groups, float scale, bool accumulate);

#endif
