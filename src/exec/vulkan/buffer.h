/* SPDX-License-Identifier: MIT
 *
 * buffer.h - Storage buffers, each with its own memory.
 */
#ifndef INR_EXEC_VULKAN_BUFFER_H
#define INR_EXEC_VULKAN_BUFFER_H

#include "exec/vulkan/device.h"

enum inr_vk_place {
    INR_VK_LOCAL,   /* for kernels; counted against the device's memory limit */
    INR_VK_UPLOAD,  /* mapped, written by the host */
    INR_VK_READBACK /* mapped, read by the host: cached where that exists */
};

struct inr_vk_buffer {
    VkBuffer handle;
    VkDeviceMemory memory;
    uint64_t size; /* bytes */
    void *map;     /* UPLOAD and READBACK: always mapped, coherent */
    enum inr_vk_place place;
};

/* `size` is rounded up to at least one word. Errors: INR_ERR_MEMORY with name and size. */
enum inr_status inr_vk_buffer_create(struct inr_vk_device *d, const char *name, uint64_t size,
                                     enum inr_vk_place place, struct inr_vk_buffer *buffer,
                                     struct inr_error *err);
void inr_vk_buffer_destroy(struct inr_vk_device *d, struct inr_vk_buffer *buffer);

#endif
