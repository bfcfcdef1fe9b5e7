/* SPDX-License-Identifier: MIT
 *
 * average.h - The average of the parameters over the steps on the device, see inr_lag_step.
 */
#ifndef INR_EXEC_VULKAN_AVERAGE_H
#define INR_EXEC_VULKAN_AVERAGE_H

#include "exec/exec.h"
#include "exec/vulkan/stage.h"

struct inr_vk_average {
    struct inr_vk_device *d;
    size_t n_trainable, n_params;
    struct inr_vk_buffer lag;  /* [n_trainable]; without an average a word to bind */
    struct inr_vk_buffer held; /* [n_params] while the average is shown those of training */
    struct inr_vk_call blend;
    float share; /* of the lag, as of the last step */
    bool kept;   /* there is an average */
    bool shown;  /* the parameters are those of the average */
};

/* Buffers, the lag zero, and calls on the parameters. */
enum inr_status inr_vk_average_create(struct inr_vk_stage *stage, struct inr_vk_kernels *kernels,
                                      const struct inr_exec_config *config,
                                      const struct inr_vk_buffer *params,
                                      struct inr_vk_calls *calls, struct inr_vk_average *average,
                                      struct inr_error *err);
void inr_vk_average_destroy(struct inr_vk_average *average);

/* The parameters become the average, or what they were before. */
void inr_vk_average_record(const struct inr_vk_average *average, struct inr_vk_stream *stream,
                           const struct inr_vk_buffer *params, bool show);

#endif
