/* SPDX-License-Identifier: MIT
 *
 * quantizer.h - The parameters as quantised, on the device: the stage in front of the maps.
 */
#ifndef INR_EXEC_VULKAN_QUANTIZER_H
#define INR_EXEC_VULKAN_QUANTIZER_H

#include "exec/vulkan/stage.h"
#include "field/program.h"

struct inr_vk_quantizer {
    struct inr_vk_device *d;
    uint32_t n;                        /* rows; 0: the program needs none */
    struct inr_vk_buffer rows, shadow; /* [n]; [n_params], which maps read instead */
    struct inr_vk_call call, learn;
    bool learns; /* some steps; then `learn` is set */
    bool on;     /* else the shadow is a copy */
};

/* Nothing is allocated where the program has no quantizer. */
enum inr_status inr_vk_quantizer_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                        const struct inr_program *program,
                                        const struct inr_vk_buffer *params,
                                        struct inr_vk_calls *calls,
                                        struct inr_vk_quantizer *quantizer, struct inr_error *err);

/* To train learnt steps. */
enum inr_status inr_vk_quantizer_learn(struct inr_vk_kernels *kernels,
                                       const struct inr_vk_buffer *params,
                                       const struct inr_vk_buffer *d_params,
                                       struct inr_vk_calls *calls,
                                       struct inr_vk_quantizer *quantizer, struct inr_error *err);
void inr_vk_quantizer_destroy(struct inr_vk_quantizer *quantizer);

/* What maps read: the shadow, or `params` where there is none. */
const struct inr_vk_buffer *inr_vk_quantizer_source(const struct inr_vk_quantizer *quantizer,
                                                    const struct inr_vk_buffer *params);

/* Steps of nested networks, whose level is that of a row of `steps`. */
struct inr_vk_levels {
    struct inr_vk_call see, pull;
};
enum inr_status inr_vk_quantizer_levels(const struct inr_vk_quantizer *quantizer,
                                        struct inr_vk_kernels *kernels, struct inr_vk_calls *calls,
                                        const struct inr_vk_buffer *params,
                                        const struct inr_vk_buffer *d_params,
                                        const struct inr_vk_buffer *steps,
                                        struct inr_vk_levels *levels, struct inr_error *err);

/* shadow <- params as the level of row `row` sees them; or (pull) d_params <- its gradient. */
void inr_vk_levels_record(const struct inr_vk_quantizer *quantizer,
                          const struct inr_vk_levels *levels, struct inr_vk_stream *stream,
                          bool pull, uint32_t row);

/* shadow <- params, the highest level. */
void inr_vk_quantizer_record(const struct inr_vk_quantizer *quantizer,
                             struct inr_vk_stream *stream);

/* d_params of learnt steps and of their weights <- d_params of what is seen. */
void inr_vk_quantizer_record_learn(const struct inr_vk_quantizer *quantizer,
                                   struct inr_vk_stream *stream);

#endif
