/* SPDX-License-Identifier: MIT
 *
 * device.h - A logical device with one compute queue, its limits and its function table.
 */
#ifndef INR_EXEC_VULKAN_DEVICE_H
#define INR_EXEC_VULKAN_DEVICE_H

#include "exec/vulkan/instance.h"
#include "exec/vulkan/matrix.h"

struct inr_vk_device {
    struct inr_vk_instance instance;
    VkPhysicalDevice physical;
    VkDevice handle;
    VkQueue queue;
    uint32_t family;
    struct VolkDeviceTable fn; /* this device's functions */
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceMemoryProperties memory;
    VkPhysicalDeviceIDProperties id;
    uint64_t range_limit;  /* largest storage-buffer range we use, in bytes */
    uint64_t memory_limit; /* bytes of buffers we may allocate in all */
    uint64_t allocated;    /* bytes of buffers that exist, staging left out */
    bool software;         /* lavapipe and the like: wants other tile shapes */
    bool float_atomics;    /* kernels may add floats in memory */
    bool halves;           /* kernels may use 16-bit floats */
    struct inr_vk_matrix matrix;
    uint32_t subgroup;
};

/* Open the device that `device` (a row of inr_vk_devices_list) describes. The struct must stay
 * where it is until closed. Errors: INR_ERR_NO_DEVICE when it is gone or not usable. */
enum inr_status inr_vk_device_open(struct inr_vk_device *d, const struct inr_device *device,
                                   const struct inr_log *log, struct inr_error *err);
void inr_vk_device_close(struct inr_vk_device *d);

bool inr_vk_has_extension(VkPhysicalDevice physical, const char *name);

/* Give an object a name for validation messages and debuggers; a null handle is left alone. */
void inr_vk_name(const struct inr_vk_device *d, VkObjectType type, uint64_t handle,
                 const char *name);

#endif
