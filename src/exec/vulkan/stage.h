/* SPDX-License-Identifier: MIT
 *
 * stage.h - Transfers between host memory and buffers through two bounded staging buffers.
 */
#ifndef INR_EXEC_VULKAN_STAGE_H
#define INR_EXEC_VULKAN_STAGE_H

#include "exec/vulkan/stream.h"

#define INR_VK_STAGE_SIZE (8u << 20)

struct inr_vk_stage {
    struct inr_vk_device *d;
    struct inr_vk_stream stream; /* free for one-time recordings of others too */
    struct inr_vk_buffer up, down;
};

enum inr_status inr_vk_stage_create(struct inr_vk_device *d, struct inr_vk_stage *stage,
                                    struct inr_error *err);
void inr_vk_stage_destroy(struct inr_vk_stage *stage);

/* Copy `size` bytes; any size and offset inside the buffer. Both wait until the copy is done. */
enum inr_status inr_vk_upload(struct inr_vk_stage *stage, const struct inr_vk_buffer *to,
                              uint64_t offset, const void *data, uint64_t size,
                              struct inr_error *err);
enum inr_status inr_vk_download(struct inr_vk_stage *stage, const struct inr_vk_buffer *from,
                                uint64_t offset, void *data, uint64_t size, struct inr_error *err);
enum inr_status inr_vk_zero(struct inr_vk_stage *stage, const struct inr_vk_buffer *buffer,
                            struct inr_error *err);

#endif
