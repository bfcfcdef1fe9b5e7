/* SPDX-License-Identifier: MIT
 *
 * instance.h - The Vulkan loader, an instance, its messages, and the physical devices it shows.
 *
 * INRUSH_VALIDATION=1 in the environment turns on the Khronos validation layer with synchronisation
 * validation; its messages arrive in the log as errors.
 */
#ifndef INR_EXEC_VULKAN_INSTANCE_H
#define INR_EXEC_VULKAN_INSTANCE_H

#include <volk.h>

#include "exec/device.h"

/* The largest number of storage buffers one of our kernels binds. */
#define INR_VK_MAX_BINDINGS 7

struct inr_vk_instance {
    VkInstance handle;
    bool debug_utils; /* objects can be named */
    VkDebugUtilsMessengerEXT messenger;
    struct inr_log log;
};

/* Turn a result into a status; err says which call failed (the text up to its parenthesis). */
enum inr_status inr_vk_result(VkResult result, const char *call, struct inr_error *err);

/* Every Vulkan call that returns a result goes through this; `err` is the caller's. */
#define INR_VK(call) inr_vk_result((call), #call, err)

/* INR_ERR_NO_DEVICE with a sentence when the loader or a 1.2 instance is missing. The struct must
 * stay where it is until destroyed. */
enum inr_status inr_vk_instance_create(struct inr_vk_instance *instance, const struct inr_log *log,
                                       struct inr_error *err);
void inr_vk_instance_destroy(struct inr_vk_instance *instance);

/* The physical devices in the driver's order; the caller frees *devices. */
enum inr_status inr_vk_physical_devices(const struct inr_vk_instance *instance,
                                        VkPhysicalDevice **devices, uint32_t *n,
                                        struct inr_error *err);

/* Fill `device` from a physical device; its index is left to the caller. */
void inr_vk_describe(VkPhysicalDevice physical, struct inr_device *device);

/* The queue family to compute on, or UINT32_MAX. */
uint32_t inr_vk_compute_family(VkPhysicalDevice physical);

#endif
