/* SPDX-License-Identifier: MIT
 *
 * latent.h - Latent-coded pictures on a Vulkan device: steps of their training, and the picture
 * that a file's grids are. What the networks are is in codec/latent/net.h; no Vulkan header needed.
 */
#ifndef INR_EXEC_VULKAN_LATENT_H
#define INR_EXEC_VULKAN_LATENT_H

#include "common/latent.h"
#include "exec/device.h"

struct inr_vk_latent;

struct inr_vk_latent_shape {
    int channels, levels;
    uint32_t w[INR_LATENT_LEVELS], h[INR_LATENT_LEVELS]; /* of the grids */
    uint64_t memory_limit; /* bytes of device memory to stay below; 0: the device's own limit */
    bool train;            /* false: only inr_vk_latent_render will be called */
};

/* All that training changes, in host memory: latents [h][w], parameters of both networks, and
 * Adam's means. */
struct inr_vk_latent_moments {
    float *value, *first, *second;
};
struct inr_vk_latent_state {
    struct inr_vk_latent_moments grid[INR_LATENT_LEVELS], params;
};

/* Errors: INR_ERR_NO_DEVICE; INR_ERR_MEMORY (also where one of its buffers is larger than what the
 * device binds); INR_ERR_DEVICE_LOST. *out is the caller's to destroy. */
enum inr_status inr_vk_latent_create(const struct inr_device *device,
                                     const struct inr_vk_latent_shape *shape,
                                     const struct inr_log *log, struct inr_vk_latent **out,
                                     struct inr_error *err);
void inr_vk_latent_destroy(struct inr_vk_latent *l);

/* What is trained towards: target [h][w][4], channels that are not there are 0; start: parameters
 * that the networks are pulled to. */
enum inr_status inr_vk_latent_begin(struct inr_vk_latent *l, const float *target,
                                    const float *start, struct inr_error *err);

/* Copy in; copy out. */
enum inr_status inr_vk_latent_set(struct inr_vk_latent *l, const struct inr_vk_latent_state *state,
                                  struct inr_error *err);
enum inr_status inr_vk_latent_get(struct inr_vk_latent *l, const struct inr_vk_latent_state *state,
                                  struct inr_error *err);
/* The parameters alone. */
enum inr_status inr_vk_latent_get_params(struct inr_vk_latent *l, float *params,
                                         struct inr_error *err);

/* One step; results are of what was before it. Waits for it. */
enum inr_status inr_vk_latent_step(struct inr_vk_latent *l, const inr_latent_step_row *row,
                                   float results[INR_LATENT_RESULTS], struct inr_error *err);

/* y: rounded grids, each [h][w]; step: what a latent of 1 is to the synthesis; out [h][w][4]. */
enum inr_status inr_vk_latent_render(struct inr_vk_latent *l, const float *const *y,
                                     const float *params, float step, float *out,
                                     struct inr_error *err);

#endif
