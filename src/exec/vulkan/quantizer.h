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
    uint32_t n;                        /* rows; 0: the program has no quantizer */
    struct inr_vk_buffer rows, shadow; /* [n]; [n_params], which maps read instead */
    struct inr_vk_call call;
    bool on; /* else the shadow is a copy */
};

/* Nothing is allocated where the program has no quantizer. */
enum inr_status inr_vk_quantizer_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                        const struct inr_program *program,
                                        const struct inr_vk_buffer *params,
                                        struct inr_vk_calls *calls,
                                        struct inr_vk_quantizer *quantizer, struct inr_error *err);
void inr_vk_quantizer_destroy(struct inr_vk_quantizer *quantizer);

/* What maps read: the shadow, or `params` where there is none. */
const struct inr_vk_buffer *inr_vk_quantizer_source(const struct inr_vk_quantizer *quantizer,
                                                    const struct inr_vk_buffer *params);

/* shadow <- params. */
void inr_vk_quantizer_record(const struct inr_vk_quantizer *quantizer,
                             struct inr_vk_stream *stream);

#endif
