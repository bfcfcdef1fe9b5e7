/* SPDX-License-Identifier: MIT
 *
 * timer.h - Two moments of the device's own clock, around what a stream records between them.
 */
#ifndef INR_EXEC_VULKAN_TIMER_H
#define INR_EXEC_VULKAN_TIMER_H

#include "exec/vulkan/stream.h"

struct inr_vk_timer {
    struct inr_vk_device *d;
    VkQueryPool pool; /* null: the queue has no clock */
    uint64_t mask;    /* bits of the clock */
    double tick;      /* seconds */
};

enum inr_status inr_vk_timer_create(struct inr_vk_device *d, struct inr_vk_timer *timer,
                                    struct inr_error *err);
void inr_vk_timer_destroy(struct inr_vk_timer *timer);

/* Record the first moment, when all that was submitted before has ended, and the second. */
void inr_vk_timer_begin(const struct inr_vk_timer *timer, struct inr_vk_stream *stream);
void inr_vk_timer_end(const struct inr_vk_timer *timer, struct inr_vk_stream *stream);

/* Seconds between them, once the streams have been waited for; 0 without a clock. */
double inr_vk_timer_read(const struct inr_vk_timer *timer);

#endif
