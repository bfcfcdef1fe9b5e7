/* SPDX-License-Identifier: MIT
 *
 * device.c - Opens a logical device: Vulkan 1.2 core, one compute queue, and float atomics where
 * there are any.
 */
#include "exec/vulkan/device.h"

#include <stdlib.h>
#include <string.h>

bool inr_vk_has_extension(VkPhysicalDevice physical, const char *name)
{
    uint32_t n = 0;
    if (vkEnumerateDeviceExtensionProperties(physical, NULL, &n, NULL) != VK_SUCCESS || n == 0)
        return false;
    VkExtensionProperties *list = calloc(n, sizeof *list);
    bool found = false;
    if (list && vkEnumerateDeviceExtensionProperties(physical, NULL, &n, list) >= VK_SUCCESS)
        for (uint32_t i = 0; i < n && !found; i++)
            found = strcmp(list[i].extensionName, name) == 0;
    free(list);
    return found;
}

/* Free bytes of the largest device-local heap, where the driver tells; else its size. */
static uint64_t read_budget(const struct inr_vk_device *d)
{
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    const bool known = inr_vk_has_extension(d->physical, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    if (known)
        memory.pNext = &budget;
    vkGetPhysicalDeviceMemoryProperties2(d->physical, &memory);
    uint64_t size = 0, available = 0;
    for (uint32_t i = 0; i < d->memory.memoryHeapCount; i++) {
        const VkMemoryHeap *heap = &d->memory.memoryHeaps[i];
        if (!(heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) || heap->size <= size)
            continue;
        size = heap->size;
        available = size;
        if (known && budget.heapBudget[i] > budget.heapUsage[i])
            available = budget.heapBudget[i] - budget.heapUsage[i];
    }
    /* Room for what the driver and the desktop need besides. */
    return available - available / 8;
}

static enum inr_status find_physical(struct inr_vk_device *d, const struct inr_device *device,
                                     struct inr_error *err)
{
    VkPhysicalDevice *list;
    uint32_t n;
    enum inr_status status = inr_vk_physical_devices(&d->instance, &list, &n, err);
    if (status != INR_OK)
        return status;
    const uint32_t at = (uint32_t)device->index - 1;
    struct inr_device found = {0};
    if (device->index >= 1 && at < n) {
        d->physical = list[at];
        inr_vk_describe(d->physical, &found);
    }
    free(list);
    if (strcmp(found.name, device->name) != 0)
        return inr_fail(err, INR_ERR_NO_DEVICE, "Vulkan device %d (%s) is not there any more",
                        device->index, device->name);
    if (!found.usable)
        return inr_fail(err, INR_ERR_NO_DEVICE, "Vulkan device %s cannot be used: %s", found.name,
                        found.why_not);
    d->software = found.kind == INR_DEVICE_VULKAN_SOFTWARE;
    return INR_OK;
}

static void read_limits(struct inr_vk_device *d)
{
    d->id =
        (VkPhysicalDeviceIDProperties){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    VkPhysicalDeviceMaintenance3Properties allocation = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, .pNext = &d->id};
    VkPhysicalDeviceSubgroupProperties subgroup = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES, .pNext = &allocation};
    VkPhysicalDeviceProperties2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                       .pNext = &subgroup};
    vkGetPhysicalDeviceProperties2(d->physical, &all);
    d->subgroup = subgroup.subgroupSize;
    d->id.pNext = NULL;
    d->properties = all.properties;
    vkGetPhysicalDeviceMemoryProperties(d->physical, &d->memory);
    d->range_limit = d->properties.limits.maxStorageBufferRange;
    if (allocation.maxMemoryAllocationSize && allocation.maxMemoryAllocationSize < d->range_limit)
        d->range_limit = allocation.maxMemoryAllocationSize;
    d->memory_limit = read_budget(d);
}

/* Kernels that add to tables are faster with it, and work without. */
static bool adds_floats(VkPhysicalDevice physical)
{
    if (!inr_vk_has_extension(physical, VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME))
        return false;
    VkPhysicalDeviceShaderAtomicFloatFeaturesEXT atomics = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT};
    VkPhysicalDeviceFeatures2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                     .pNext = &atomics};
    vkGetPhysicalDeviceFeatures2(physical, &all);
    return atomics.shaderBufferFloat32AtomicAdd;
}

static enum inr_status create_device(struct inr_vk_device *d, struct inr_error *err)
{
    d->family = inr_vk_compute_family(d->physical);
    const float priority = 0.5f;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueFamilyIndex = d->family,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    VkPhysicalDeviceShaderAtomicFloatFeaturesEXT atomics = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT,
        .shaderBufferFloat32AtomicAdd = VK_TRUE};
    struct inr_vk_matrix_features features;
    const char *extensions[3], *matrix;
    uint32_t n = 0;
    /* A device that shows this extension insists on its being enabled. */
    const char *subset = "VK_KHR_portability_subset";
    if (inr_vk_has_extension(d->physical, subset))
        extensions[n++] = subset;
    d->float_atomics = adds_floats(d->physical);
    if (d->float_atomics)
        extensions[n++] = VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME;
    d->halves = inr_vk_halves_probe(d->physical);
    d->matrix = inr_vk_matrix_probe(d->physical);
    const void *next = inr_vk_matrix_enable(&features, d->halves, d->matrix.m > 0,
                                            d->float_atomics ? &atomics : NULL, &matrix);
    if (matrix)
        extensions[n++] = matrix;
    const VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .pNext = next,
        .queueCreateInfoCount = 1,
        .pQueueCreateInfos = &queue,
        .enabledExtensionCount = n,
        .ppEnabledExtensionNames = extensions,
    };
    enum inr_status status = INR_VK(vkCreateDevice(d->physical, &info, NULL, &d->handle));
    if (status != INR_OK)
        return status;
    volkLoadDeviceTable(&d->fn, d->handle);
    d->fn.vkGetDeviceQueue(d->handle, d->family, 0, &d->queue);
    return INR_OK;
}

enum inr_status inr_vk_device_open(struct inr_vk_device *d, const struct inr_device *device,
                                   const struct inr_log *log, struct inr_error *err)
{
    *d = (struct inr_vk_device){0};
    enum inr_status status = inr_vk_instance_create(&d->instance, log, err);
    if (status == INR_OK)
        status = find_physical(d, device, err);
    if (status == INR_OK) {
        read_limits(d);
        status = create_device(d, err);
    }
    if (status != INR_OK) {
        inr_vk_device_close(d);
        return status;
    }
    inr_vk_name(d, VK_OBJECT_TYPE_DEVICE, (uint64_t)(uintptr_t)d->handle, "device");
    inr_vk_name(d, VK_OBJECT_TYPE_QUEUE, (uint64_t)(uintptr_t)d->queue, "compute queue");
    return INR_OK;
}

void inr_vk_device_close(struct inr_vk_device *d)
{
    if (d->handle)
        d->fn.vkDestroyDevice(d->handle, NULL);
    d->handle = NULL;
    inr_vk_instance_destroy(&d->instance);
}

void inr_vk_name(const struct inr_vk_device *d, VkObjectType type, uint64_t handle,
                 const char *name)
{
    /* What could not be made has no name; drivers fall over it. */
    if (!handle || !d->instance.debug_utils || !vkSetDebugUtilsObjectNameEXT)
        return;
    const VkDebugUtilsObjectNameInfoEXT info = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
        .objectType = type,
        .objectHandle = handle,
        .pObjectName = name,
    };
    /* A missing name harms nobody. */
    (void)vkSetDebugUtilsObjectNameEXT(d->handle, &info);
}
