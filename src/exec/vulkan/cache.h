/* SPDX-License-Identifier: MIT
 *
 * cache.h - The pipeline cache on disk: $XDG_CACHE_HOME/inrush or ~/.cache/inrush, one file a
 * device and driver version. It only saves time: a file that is missing, damaged, of another driver
 * or not writable is never an error.
 */
#ifndef INR_EXEC_VULKAN_CACHE_H
#define INR_EXEC_VULKAN_CACHE_H

#include "exec/vulkan/device.h"

/* Make a pipeline cache from the file, or an empty one; *hash is that of the bytes taken from it.
 */
enum inr_status inr_vk_cache_load(struct inr_vk_device *d, VkPipelineCache *cache, uint64_t *hash,
                                  struct inr_error *err);

/* Write the file unless its content would have `hash`. */
void inr_vk_cache_store(struct inr_vk_device *d, VkPipelineCache cache, uint64_t hash);

#endif
