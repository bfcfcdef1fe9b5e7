/* SPDX-License-Identifier: MIT
 *
 * latent_plan.h - Buffers, tables and calls of latents on a device.
 */
#ifndef INR_EXEC_VULKAN_LATENT_PLAN_H
#define INR_EXEC_VULKAN_LATENT_PLAN_H

#include "exec/vulkan/latent.h"
#include "exec/vulkan/stage.h"

enum inr_vk_latent_buffer {
    INR_VK_LATENT_ROW,
    INR_VK_LATENT_GRIDS,
    INR_VK_LATENT_PARAMS,
    INR_VK_LATENT_PLANES,
    INR_VK_LATENT_Z,
    INR_VK_LATENT_E,
    INR_VK_LATENT_RESULT, /* gradient of the picture, or the picture */
    INR_VK_LATENT_TARGET, /* from here on training only */
    INR_VK_LATENT_START,
    INR_VK_LATENT_PARAM_MOMENTS,
    INR_VK_LATENT_VALUE,
    INR_VK_LATENT_MOMENTS,
    INR_VK_LATENT_SLOPE,
    INR_VK_LATENT_D_PLANES,
    INR_VK_LATENT_D_CONTEXT,
    INR_VK_LATENT_D_E,
    INR_VK_LATENT_SUMS,
    INR_VK_LATENT_PARTIALS,
    INR_VK_LATENT_RESULTS,
    INR_VK_LATENT_BUFFERS
};

enum inr_vk_latent_call {
    INR_VK_LATENT_CALL_GROW,
    INR_VK_LATENT_CALL_SYNTHESIS,
    INR_VK_LATENT_CALL_EDGE,
    INR_VK_LATENT_CALL_PICTURE,
    INR_VK_LATENT_CALL_QUANTISE, /* from here on training only */
    INR_VK_LATENT_CALL_ENTROPY,
    INR_VK_LATENT_CALL_LOSS,
    INR_VK_LATENT_CALL_EDGE_BACK,
    INR_VK_LATENT_CALL_SYNTHESIS_BACK,
    INR_VK_LATENT_CALL_SHRINK,
    INR_VK_LATENT_CALL_LEARN,
    INR_VK_LATENT_CALL_SUMS,
    INR_VK_LATENT_CALL_MOVE,
    INR_VK_LATENT_CALLS
};

/* Words of the partial sums. */
struct inr_vk_latent_part {
    uint32_t begin, end;
};

struct inr_vk_latent_plan {
    struct inr_vk_latent_shape shape;
    inr_latent_grid_row grids[INR_LATENT_LEVELS];
    uint32_t points, planes, pixels, parameters;
    uint32_t groups, picture_groups; /* over all grids; over the picture */
    struct inr_vk_latent_part parts[INR_VK_LATENT_CALLS];
    uint32_t n_partials, n_sums;
    struct inr_vk_buffer buffers[INR_VK_LATENT_BUFFERS];
    struct inr_vk_call calls[INR_VK_LATENT_CALLS];
};

/* Sizes, tables and calls; tables are uploaded. */
enum inr_status inr_vk_latent_plan_create(struct inr_vk_latent_plan *plan,
                                          const struct inr_vk_latent_shape *shape,
                                          struct inr_vk_stage *stage,
                                          struct inr_vk_kernels *kernels,
                                          struct inr_vk_calls *calls, struct inr_error *err);
void inr_vk_latent_plan_destroy(struct inr_vk_latent_plan *plan, struct inr_vk_device *d);

/* Record a step, between the copies of its row and of its results. */
void inr_vk_latent_record_step(const struct inr_vk_latent_plan *plan, struct inr_vk_stream *stream);
/* Record planes 0 to the picture. */
void inr_vk_latent_record_picture(const struct inr_vk_latent_plan *plan,
                                  struct inr_vk_stream *stream);

#endif
