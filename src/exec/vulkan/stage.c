/* SPDX-License-Identifier: MIT
 *
 * stage.c - Uploads and downloads in pieces of the staging buffer's size.
 */
#include "exec/vulkan/stage.h"

#include <string.h>

enum inr_status inr_vk_stage_create(struct inr_vk_device *d, struct inr_vk_stage *stage,
                                    struct inr_error *err)
{
    *stage = (struct inr_vk_stage){.d = d};
    enum inr_status status = inr_vk_stream_create(d, "transfer", &stage->stream, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(d, "upload staging", INR_VK_STAGE_SIZE, INR_VK_UPLOAD,
                                      &stage->up, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(d, "download staging", INR_VK_STAGE_SIZE, INR_VK_READBACK,
                                      &stage->down, err);
    if (status != INR_OK)
        inr_vk_stage_destroy(stage);
    return status;
}

void inr_vk_stage_destroy(struct inr_vk_stage *stage)
{
    if (!stage->d)
        return;
    inr_vk_stream_destroy(&stage->stream);
    inr_vk_buffer_destroy(stage->d, &stage->up);
    inr_vk_buffer_destroy(stage->d, &stage->down);
    *stage = (struct inr_vk_stage){0};
}

static enum inr_status finish(struct inr_vk_stream *stream, struct inr_error *err)
{
    enum inr_status status = inr_vk_stream_end(stream, err);
    if (status == INR_OK)
        status = inr_vk_stream_submit(stream, true, err);
    if (status == INR_OK)
        status = inr_vk_stream_wait(stream, err);
    return status;
}

static enum inr_status copy(struct inr_vk_stage *stage, const struct inr_vk_buffer *from,
                            const struct inr_vk_buffer *to, VkBufferCopy region,
                            struct inr_error *err)
{
    enum inr_status status = inr_vk_stream_begin(&stage->stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_stream_copy(&stage->stream, from, to, &region, 1);
    return finish(&stage->stream, err);
}

static uint64_t piece(uint64_t size)
{
    return size < INR_VK_STAGE_SIZE ? size : INR_VK_STAGE_SIZE;
}

enum inr_status inr_vk_upload(struct inr_vk_stage *stage, const struct inr_vk_buffer *to,
                              uint64_t offset, const void *data, uint64_t size,
                              struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (uint64_t done = 0; done < size && status == INR_OK; done += piece(size - done)) {
        const uint64_t n = piece(size - done);
        memcpy(stage->up.map, (const uint8_t *)data + done, n);
        status = copy(stage, &stage->up, to, (VkBufferCopy){0, offset + done, n}, err);
    }
    return status;
}

enum inr_status inr_vk_download(struct inr_vk_stage *stage, const struct inr_vk_buffer *from,
                                uint64_t offset, void *data, uint64_t size, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (uint64_t done = 0; done < size && status == INR_OK; done += piece(size - done)) {
        const uint64_t n = piece(size - done);
        status = copy(stage, from, &stage->down, (VkBufferCopy){offset + done, 0, n}, err);
        if (status == INR_OK)
            memcpy((uint8_t *)data + done, stage->down.map, n);
    }
    return status;
}

enum inr_status inr_vk_zero(struct inr_vk_stage *stage, const struct inr_vk_buffer *buffer,
                            struct inr_error *err)
{
    enum inr_status status = inr_vk_stream_begin(&stage->stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_stream_zero(&stage->stream, buffer);
    return finish(&stage->stream, err);
}
