/* SPDX-License-Identifier: MIT
 *
 * stream.c - Recording, derived barriers, submission.
 */
#include "exec/vulkan/stream.h"

#include "common/params.h"

/* Every device grants this many workgroups along one dimension. */
#define MAX_GROUPS 65535u

enum inr_status inr_vk_stream_create(struct inr_vk_device *d, const char *name,
                                     struct inr_vk_stream *stream, struct inr_error *err)
{
    *stream = (struct inr_vk_stream){.d = d};
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                          .queueFamilyIndex = d->family};
    enum inr_status status =
        INR_VK(d->fn.vkCreateCommandPool(d->handle, &pool, NULL, &stream->pool));
    if (status == INR_OK) {
        const VkCommandBufferAllocateInfo cmd = {.sType =
                                                     VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                                 .commandPool = stream->pool,
                                                 .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                                 .commandBufferCount = 1};
        status = INR_VK(d->fn.vkAllocateCommandBuffers(d->handle, &cmd, &stream->cmd));
    }
    if (status == INR_OK) {
        const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
        status = INR_VK(d->fn.vkCreateFence(d->handle, &fence, NULL, &stream->fence));
    }
    if (status != INR_OK) {
        inr_vk_stream_destroy(stream);
        return status;
    }
    inr_vk_name(d, VK_OBJECT_TYPE_COMMAND_POOL, (uint64_t)stream->pool, name);
    inr_vk_name(d, VK_OBJECT_TYPE_COMMAND_BUFFER, (uint64_t)(uintptr_t)stream->cmd, name);
    inr_vk_name(d, VK_OBJECT_TYPE_FENCE, (uint64_t)stream->fence, name);
    return INR_OK;
}

void inr_vk_stream_destroy(struct inr_vk_stream *stream)
{
    struct inr_vk_device *d = stream->d;
    if (!d)
        return;
    (void)inr_vk_stream_wait(stream, NULL);
    d->fn.vkDestroyFence(d->handle, stream->fence, NULL);
    d->fn.vkDestroyCommandPool(d->handle, stream->pool, NULL);
    *stream = (struct inr_vk_stream){0};
}

/* Everything before, kernels and copies alike, is done and visible to everything after. Finer
 * scopes gain nothing with one queue that computes. */
static void barrier(struct inr_vk_stream *stream, VkPipelineStageFlags to_stage,
                    VkAccessFlags to_access)
{
    const VkMemoryBarrier memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                    .srcAccessMask =
                                        VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                                    .dstAccessMask = to_access};
    stream->d->fn.vkCmdPipelineBarrier(
        stream->cmd, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
        to_stage, 0, 1, &memory, 0, NULL, 0, NULL);
    stream->n_pending = 0;
    stream->n_barriers++;
}

static void device_barrier(struct inr_vk_stream *stream)
{
    barrier(stream, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
            VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT |
                VK_ACCESS_TRANSFER_WRITE_BIT);
}

static bool clash(const struct inr_vk_access *a, const struct inr_vk_access *b)
{
    if (a->buffer->handle != b->buffer->handle || (!a->write && !b->write))
        return false;
    const bool all = a->begin == a->end || b->begin == b->end;
    return all || (a->begin < b->end && b->begin < a->end);
}

/* Declare the accesses of the next command: a barrier first if any clashes with a pending one. */
static void declare(struct inr_vk_stream *stream, const struct inr_vk_access *access, uint32_t n)
{
    bool needed = stream->n_pending + n > INR_VK_PENDING;
    for (uint32_t i = 0; i < n && !needed; i++)
        for (uint32_t j = 0; j < stream->n_pending && !needed; j++)
            needed = clash(&access[i], &stream->pending[j]);
    if (needed)
        device_barrier(stream);
    for (uint32_t i = 0; i < n; i++)
        stream->pending[stream->n_pending++] = access[i];
}

enum inr_status inr_vk_stream_begin(struct inr_vk_stream *stream, struct inr_error *err)
{
    struct inr_vk_device *d = stream->d;
    enum inr_status status = inr_vk_stream_wait(stream, err);
    if (status == INR_OK)
        status = INR_VK(d->fn.vkResetCommandPool(d->handle, stream->pool, 0));
    if (status != INR_OK)
        return status;
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    status = INR_VK(d->fn.vkBeginCommandBuffer(stream->cmd, &info));
    stream->bound = VK_NULL_HANDLE;
    stream->n_barriers = 0;
    if (status == INR_OK)
        device_barrier(stream);
    return status;
}

enum inr_status inr_vk_stream_end(struct inr_vk_stream *stream, struct inr_error *err)
{
    barrier(stream, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
    return INR_VK(stream->d->fn.vkEndCommandBuffer(stream->cmd));
}

void inr_vk_stream_run(struct inr_vk_stream *stream, const struct inr_vk_call *call,
                       uint32_t groups_x, uint32_t groups_y, uint32_t groups_z, const void *push)
{
    const struct VolkDeviceTable *fn = &stream->d->fn;
    const struct inr_vk_kernel *kernel = call->kernel;
    declare(stream, call->access, call->n_bindings);
    if (stream->bound != kernel->pipeline)
        fn->vkCmdBindPipeline(stream->cmd, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->pipeline);
    stream->bound = kernel->pipeline;
    fn->vkCmdBindDescriptorSets(stream->cmd, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->layout, 0, 1,
                                &call->set, 0, NULL);
    fn->vkCmdPushConstants(stream->cmd, kernel->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                           kernel->push_size, push);
    fn->vkCmdDispatch(stream->cmd, groups_x, groups_y, groups_z);
}

void inr_vk_stream_fold(uint64_t n, uint32_t *inner, uint32_t *outer)
{
    *outer = (uint32_t)((n + MAX_GROUPS - 1) / MAX_GROUPS);
    *inner = *outer ? (uint32_t)((n + *outer - 1) / *outer) : 0;
}

void inr_vk_stream_run_threads(struct inr_vk_stream *stream, const struct inr_vk_call *call,
                               uint64_t n, const void *push)
{
    uint32_t x, y;
    if (n == 0)
        return;
    inr_vk_stream_fold((n + INR_GROUP - 1) / INR_GROUP, &x, &y);
    inr_vk_stream_run(stream, call, x, y, 1, push);
}

void inr_vk_stream_copy(struct inr_vk_stream *stream, const struct inr_vk_buffer *from,
                        const struct inr_vk_buffer *to, const VkBufferCopy *regions, uint32_t n)
{
    const struct inr_vk_access access[2] = {{.buffer = from, .read = true},
                                            {.buffer = to, .write = true}};
    declare(stream, access, 2);
    stream->d->fn.vkCmdCopyBuffer(stream->cmd, from->handle, to->handle, n, regions);
}

void inr_vk_stream_zero(struct inr_vk_stream *stream, const struct inr_vk_buffer *buffer)
{
    const struct inr_vk_access access = {.buffer = buffer, .write = true};
    declare(stream, &access, 1);
    stream->d->fn.vkCmdFillBuffer(stream->cmd, buffer->handle, 0, VK_WHOLE_SIZE, 0);
}

void inr_vk_stream_zero_words(struct inr_vk_stream *stream, const struct inr_vk_buffer *buffer,
                              uint64_t begin, uint64_t end)
{
    const struct inr_vk_access access = {
        .buffer = buffer, .begin = begin, .end = end, .write = true};
    if (begin == end)
        return;
    declare(stream, &access, 1);
    stream->d->fn.vkCmdFillBuffer(stream->cmd, buffer->handle, 4 * begin, 4 * (end - begin), 0);
}

enum inr_status inr_vk_stream_submit(struct inr_vk_stream *stream, bool fence,
                                     struct inr_error *err)
{
    struct inr_vk_device *d = stream->d;
    const VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                               .commandBufferCount = 1,
                               .pCommandBuffers = &stream->cmd};
    if (fence) {
        enum inr_status status = INR_VK(d->fn.vkResetFences(d->handle, 1, &stream->fence));
        if (status != INR_OK)
            return status;
    }
    enum inr_status status =
        INR_VK(d->fn.vkQueueSubmit(d->queue, 1, &info, fence ? stream->fence : VK_NULL_HANDLE));
    stream->in_flight = fence && status == INR_OK;
    return status;
}

enum inr_status inr_vk_stream_wait(struct inr_vk_stream *stream, struct inr_error *err)
{
    struct inr_vk_device *d = stream->d;
    if (!stream->in_flight)
        return INR_OK;
    stream->in_flight = false;
    return INR_VK(d->fn.vkWaitForFences(d->handle, 1, &stream->fence, VK_TRUE, UINT64_MAX));
}
