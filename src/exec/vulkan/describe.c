/* SPDX-License-Identifier: MIT
 *
 * describe.c - What a physical device is and whether it can run our kernels.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/vulkan/instance.h"
#include "exec/vulkan/matrix.h"
#include "exec/vulkan/vulkan.h"

uint32_t inr_vk_compute_family(VkPhysicalDevice physical)
{
    VkQueueFamilyProperties families[32];
    uint32_t n = 32;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &n, families);
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) || families[i].queueCount == 0)
            continue;
        /* A family without graphics leaves the desktop responsive. */
        if (!(families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT))
            return i;
        if (best == UINT32_MAX)
            best = i;
    }
    return best;
}

static enum inr_device_kind kind_of(VkPhysicalDeviceType type)
{
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return INR_DEVICE_VULKAN_DISCRETE;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return INR_DEVICE_VULKAN_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return INR_DEVICE_VULKAN_SOFTWARE;
    default:
        return INR_DEVICE_VULKAN_VIRTUAL;
    }
}

static uint64_t local_memory(VkPhysicalDevice physical)
{
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    uint64_t largest = 0;
    for (uint32_t i = 0; i < memory.memoryHeapCount; i++)
        if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT &&
            memory.memoryHeaps[i].size > largest)
            largest = memory.memoryHeaps[i].size;
    return largest;
}

/* The requirements: Vulkan 1.2, a compute queue, and as many storage buffers as we bind. The other
 * limits we rely on are those every device guarantees. */
static void check(VkPhysicalDevice physical, const VkPhysicalDeviceProperties *p,
                  struct inr_device *device)
{
    const uint32_t bindings = p->limits.maxPerStageDescriptorStorageBuffers;
    if (p->apiVersion < VK_API_VERSION_1_2)
        snprintf(device->why_not, sizeof device->why_not, "it offers Vulkan %u.%u, 1.2 is needed",
                 VK_API_VERSION_MAJOR(p->apiVersion), VK_API_VERSION_MINOR(p->apiVersion));
    else if (inr_vk_compute_family(physical) == UINT32_MAX)
        snprintf(device->why_not, sizeof device->why_not, "it has no compute queue");
    else if (bindings < INR_VK_MAX_BINDINGS)
        snprintf(device->why_not, sizeof device->why_not,
                 "a kernel may bind %u storage buffers, %d are needed", bindings,
                 INR_VK_MAX_BINDINGS);
    else
        device->usable = true;
}

void inr_vk_describe(VkPhysicalDevice physical, struct inr_device *device)
{
    *device = (struct inr_device){0};
    VkPhysicalDeviceProperties core;
    vkGetPhysicalDeviceProperties(physical, &core);
    VkPhysicalDeviceSubgroupProperties subgroup = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
    VkPhysicalDeviceDriverProperties driver = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES, .pNext = &subgroup};
    VkPhysicalDeviceProperties2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                       .pNext = &driver};
    if (core.apiVersion >= VK_API_VERSION_1_2)
        vkGetPhysicalDeviceProperties2(physical, &all);
    device->kind = kind_of(core.deviceType);
    device->api_version = core.apiVersion;
    device->memory = local_memory(physical);
    device->max_buffer = core.limits.maxStorageBufferRange;
    device->shared_memory = core.limits.maxComputeSharedMemorySize;
    device->subgroup = subgroup.subgroupSize;
    snprintf(device->name, sizeof device->name, "%s", core.deviceName);
    /* Either part may fill the field on its own; what does not fit is cut. */
    snprintf(device->driver, sizeof device->driver, "%.100s%s%.150s", driver.driverName,
             driver.driverInfo[0] ? " " : "", driver.driverInfo);
    if (core.apiVersion >= VK_API_VERSION_1_2) {
        const struct inr_vk_matrix matrix = inr_vk_matrix_probe(physical);
        if (matrix.m)
            snprintf(device->matrix, sizeof device->matrix, "%ux%ux%u", matrix.m & 31,
                     matrix.n & 31, matrix.k & 31);
    }
    check(physical, &core, device);
}

/* Append the names of a folder's driver files to `list`; returns the length. */
static size_t list_drivers(const char *folder, char *list, size_t size, size_t used)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        const char *end = strstr(entry->d_name, ".json");
        if (!end || end[5] || used >= size)
            continue;
        const int n = snprintf(list + used, size - used, "%s%s", used ? ", " : "", entry->d_name);
        used += n > 0 ? (size_t)n : 0;
    }
    if (dir)
        closedir(dir);
    return used;
}

/* Say what is missing, and which drivers are installed but show no device: the commonest trouble is
 * one whose kernel module or permission to use it is missing. */
static void explain(const char *what, char *note, size_t size)
{
    char drivers[128] = "";
    size_t used = list_drivers("/etc/vulkan/icd.d", drivers, sizeof drivers, 0);
    used = list_drivers("/usr/share/vulkan/icd.d", drivers, sizeof drivers, used);
    if (used)
        snprintf(note, size, "%s, though drivers are installed (%s)", what, drivers);
    else
        snprintf(note, size, "%s; is the driver of your GPU installed?", what);
}

enum inr_status inr_vk_devices_list(struct inr_device **devices, size_t *n, char *note,
                                    size_t note_size, struct inr_error *err)
{
    *devices = NULL;
    *n = 0;
    if (note_size)
        note[0] = 0;
    struct inr_vk_instance instance;
    struct inr_error why = {0};
    if (inr_vk_instance_create(&instance, NULL, &why) != INR_OK) {
        explain(why.text, note, note_size);
        return INR_OK;
    }
    VkPhysicalDevice *physical = NULL;
    uint32_t count = 0;
    enum inr_status status = INR_OK;
    if (inr_vk_physical_devices(&instance, &physical, &count, &why) != INR_OK || count == 0)
        explain(why.text[0] ? why.text : "The Vulkan loader found no device", note, note_size);
    if (count) {
        *devices = calloc(count, sizeof **devices);
        if (!*devices)
            status = inr_fail(err, INR_ERR_MEMORY, "out of memory for the list of devices");
    }
    for (uint32_t i = 0; *devices && i < count; i++) {
        inr_vk_describe(physical[i], &(*devices)[i]);
        (*devices)[i].index = (int)i + 1;
        *n = i + 1;
    }
    free(physical);
    inr_vk_instance_destroy(&instance);
    return status;
}
