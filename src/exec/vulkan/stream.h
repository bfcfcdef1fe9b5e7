/* SPDX-License-Identifier: MIT
 *
 * stream.h - A command buffer that is recorded once and submitted many times, and the only place
 * where barriers come from.
 *
 * Each call declares what it reads and writes. Before a call whose accesses clash with those
 * recorded since the last barrier, one barrier is placed; calls that do not clash run side by side.
 * A stream starts with a barrier against earlier submissions and ends with one towards the host.
 */
#ifndef INR_EXEC_VULKAN_STREAM_H
#define INR_EXEC_VULKAN_STREAM_H

#include "exec/vulkan/kernel.h"

#define INR_VK_PENDING 128

struct inr_vk_stream {
    struct inr_vk_device *d;
    VkCommandPool pool;
    VkCommandBuffer cmd;
    VkFence fence;
    bool in_flight;
    VkPipeline bound;
    uint32_t n_pending;
    struct inr_vk_access pending[INR_VK_PENDING]; /* since the last barrier */
    uint32_t n_barriers;                          /* of the recording, for tests */
};

enum inr_status inr_vk_stream_create(struct inr_vk_device *d, const char *name,
                                     struct inr_vk_stream *stream, struct inr_error *err);
/* Waits for the stream's work. */
void inr_vk_stream_destroy(struct inr_vk_stream *stream);

/* Start a new recording, dropping the old one; then record; then close. */
enum inr_status inr_vk_stream_begin(struct inr_vk_stream *stream, struct inr_error *err);
enum inr_status inr_vk_stream_end(struct inr_vk_stream *stream, struct inr_error *err);

/* Run a call on groups_x * groups_y * groups_z workgroups; `push` has the kernel's push size. */
void inr_vk_stream_run(struct inr_vk_stream *stream, const struct inr_vk_call *call,
                       uint32_t groups_x, uint32_t groups_y, uint32_t groups_z, const void *push);

/* Run a call on n threads of a one-dimensional kernel. */
void inr_vk_stream_run_threads(struct inr_vk_stream *stream, const struct inr_vk_call *call,
                               uint64_t n, const void *push);

/* Fold n workgroups into two dimensions, inner * outer >= n, neither above what devices grant. */
void inr_vk_stream_fold(uint64_t n, uint32_t *inner, uint32_t *outer);

void inr_vk_stream_copy(struct inr_vk_stream *stream, const struct inr_vk_buffer *from,
                        const struct inr_vk_buffer *to, const VkBufferCopy *regions, uint32_t n);
void inr_vk_stream_zero(struct inr_vk_stream *stream, const struct inr_vk_buffer *buffer);
/* Zero words [begin, end) of a buffer whose accesses are counted in words. */
void inr_vk_stream_zero_words(struct inr_vk_stream *stream, const struct inr_vk_buffer *buffer,
                              uint64_t begin, uint64_t end);

/* Submit what was recorded. Without `fence` a later submission must carry one. */
enum inr_status inr_vk_stream_submit(struct inr_vk_stream *stream, bool fence,
                                     struct inr_error *err);
/* Wait for the last submission with a fence; returns at once when there is none. */
enum inr_status inr_vk_stream_wait(struct inr_vk_stream *stream, struct inr_error *err);

#endif
