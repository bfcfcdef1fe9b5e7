/* SPDX-License-Identifier: MIT
 *
 * buffer.c - Buffers and their memory. Programs have at most a few hundred, so each has an
 * allocation of its own: far below the 4096 that every device grants, and nothing to fragment.
 */
#include "exec/vulkan/buffer.h"

#define MIB (1024.0 * 1024.0)

/* Memory properties in order of preference; later rows are the fallback. */
static const VkMemoryPropertyFlags preferences[][3] = {
    [INR_VK_LOCAL] = {VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, 0},
    [INR_VK_UPLOAD] = {VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                       VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                       VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT},
    [INR_VK_READBACK] = {VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                             VK_MEMORY_PROPERTY_HOST_COHERENT_BIT |
                             VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
                         VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                         VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                             VK_MEMORY_PROPERTY_HOST_COHERENT_BIT},
};

/* Try each memory type that fits, best first: a full heap must not end a run that fits in another.
 */
static VkResult allocate(struct inr_vk_device *d, const VkMemoryRequirements *needs,
                         enum inr_vk_place place, VkDeviceMemory *memory)
{
    VkResult result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    uint32_t tried = 0;
    for (int p = 0; p < 3; p++) {
        const VkMemoryPropertyFlags wanted = preferences[place][p];
        for (uint32_t i = 0; i < d->memory.memoryTypeCount; i++) {
            const VkMemoryPropertyFlags has = d->memory.memoryTypes[i].propertyFlags;
            if (!(needs->memoryTypeBits >> i & 1u) || (has & wanted) != wanted || tried >> i & 1u)
                continue;
            tried |= 1u << i;
            const VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                               .allocationSize = needs->size,
                                               .memoryTypeIndex = i};
            result = d->fn.vkAllocateMemory(d->handle, &info, NULL, memory);
            if (result != VK_ERROR_OUT_OF_DEVICE_MEMORY && result != VK_ERROR_OUT_OF_HOST_MEMORY)
                return result;
        }
    }
    return result;
}

static enum inr_status bind_memory(struct inr_vk_device *d, const char *name,
                                   struct inr_vk_buffer *buffer, struct inr_error *err)
{
    VkMemoryRequirements needs;
    d->fn.vkGetBufferMemoryRequirements(d->handle, buffer->handle, &needs);
    const VkResult result = allocate(d, &needs, buffer->place, &buffer->memory);
    if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY)
        return inr_fail(err, INR_ERR_MEMORY,
                        "The device has no %.1f MiB left for %s; try a smaller network or batch",
                        (double)needs.size / MIB, name);
    enum inr_status status = inr_vk_result(result, "vkAllocateMemory", err);
    if (status == INR_OK)
        status = INR_VK(d->fn.vkBindBufferMemory(d->handle, buffer->handle, buffer->memory, 0));
    if (status == INR_OK && buffer->place != INR_VK_LOCAL)
        status =
            INR_VK(d->fn.vkMapMemory(d->handle, buffer->memory, 0, VK_WHOLE_SIZE, 0, &buffer->map));
    inr_vk_name(d, VK_OBJECT_TYPE_DEVICE_MEMORY, (uint64_t)buffer->memory, name);
    return status;
}

enum inr_status inr_vk_buffer_create(struct inr_vk_device *d, const char *name, uint64_t size,
                                     enum inr_vk_place place, struct inr_vk_buffer *buffer,
                                     struct inr_error *err)
{
    *buffer = (struct inr_vk_buffer){.place = place};
    size = size < 4 ? 4 : (size + 3) / 4 * 4;
    if (size > d->range_limit)
        return inr_fail(err, INR_ERR_MEMORY,
                        "%s needs a buffer of %.1f MiB; this device binds at most %.1f MiB", name,
                        (double)size / MIB, (double)d->range_limit / MIB);
    if (place == INR_VK_LOCAL && d->allocated + size > d->memory_limit)
        return inr_fail(err, INR_ERR_MEMORY,
                        "%s needs %.1f MiB of device memory beside %.1f MiB in use; the limit is "
                        "%.1f MiB",
                        name, (double)size / MIB, (double)d->allocated / MIB,
                        (double)d->memory_limit / MIB);
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .size = size,
                                     .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                                              VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                              VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                     .sharingMode = VK_SHARING_MODE_EXCLUSIVE};
    enum inr_status status = INR_VK(d->fn.vkCreateBuffer(d->handle, &info, NULL, &buffer->handle));
    if (status != INR_OK)
        return status;
    inr_vk_name(d, VK_OBJECT_TYPE_BUFFER, (uint64_t)buffer->handle, name);
    buffer->size = size;
    if (place == INR_VK_LOCAL)
        d->allocated += size;
    status = bind_memory(d, name, buffer, err);
    if (status != INR_OK)
        inr_vk_buffer_destroy(d, buffer);
    return status;
}

void inr_vk_buffer_destroy(struct inr_vk_device *d, struct inr_vk_buffer *buffer)
{
    if (!buffer->handle)
        return;
    d->fn.vkDestroyBuffer(d->handle, buffer->handle, NULL);
    d->fn.vkFreeMemory(d->handle, buffer->memory, NULL);
    if (buffer->place == INR_VK_LOCAL)
        d->allocated -= buffer->size;
    *buffer = (struct inr_vk_buffer){0};
}
