/* SPDX-License-Identifier: MIT
 *
 * vulkan.h - The Vulkan backend as the rest of the program sees it: no Vulkan header needed.
 */
#ifndef INR_EXEC_VULKAN_VULKAN_H
#define INR_EXEC_VULKAN_VULKAN_H

#include "exec/exec.h"

extern const struct inr_exec_backend inr_vulkan_backend;

/* The Vulkan devices in the driver's order, numbered from 1. No loader or no driver is not an
 * error: *n is 0 and `note` says what is missing. The caller frees *devices with free(). */
enum inr_status inr_vk_devices_list(struct inr_device **devices, size_t *n, char *note,
                                    size_t note_size, struct inr_error *err);

/* A kernel as it is embedded in the program. */
struct inr_vk_module {
    const char *name;
    const uint32_t *words;
    size_t size; /* bytes */
};
extern const struct inr_vk_module inr_vk_modules[];
extern const size_t inr_vk_module_count;

/* For tests: what devices other than the present one would do. Zero means no override. */
struct inr_vk_overrides {
    uint64_t range;        /* bytes of one part of the pool */
    double submit_flops;   /* work of one submission when a step is cut into several */
    bool gpu_tiles;        /* tiles for GPUs on a software device */
    bool no_float_atomics; /* tables by compare-and-swap */
};

/* Takes effect at the next set_pool. */
void inr_vk_exec_override(struct inr_exec *exec, const struct inr_vk_overrides *overrides);

/* For tests: columns of one micro-batch, 0 before the first pool or evaluation. */
uint32_t inr_vk_exec_micro_batch(const struct inr_exec *exec);

#endif
