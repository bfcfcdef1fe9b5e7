/* SPDX-License-Identifier: MIT
 *
 * timer.c - Timestamp queries.
 */
#include "exec/vulkan/timer.h"

static uint32_t clock_bits(const struct inr_vk_device *d)
{
    VkQueueFamilyProperties families[32];
    uint32_t n = 32;
    vkGetPhysicalDeviceQueueFamilyProperties(d->physical, &n, families);
    return d->family < n ? families[d->family].timestampValidBits : 0;
}

enum inr_status inr_vk_timer_create(struct inr_vk_device *d, struct inr_vk_timer *timer,
                                    struct inr_error *err)
{
    *timer = (struct inr_vk_timer){.d = d};
    const uint32_t bits = clock_bits(d);
    if (bits == 0)
        return INR_OK;
    timer->mask = bits >= 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    timer->tick = 1e-9 * (double)d->properties.limits.timestampPeriod;
    const VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                        .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                        .queryCount = 2};
    enum inr_status status = INR_VK(d->fn.vkCreateQueryPool(d->handle, &info, NULL, &timer->pool));
    if (status == INR_OK)
        inr_vk_name(d, VK_OBJECT_TYPE_QUERY_POOL, (uint64_t)timer->pool, "timer");
    return status;
}

void inr_vk_timer_destroy(struct inr_vk_timer *timer)
{
    if (timer->d)
        timer->d->fn.vkDestroyQueryPool(timer->d->handle, timer->pool, NULL);
    *timer = (struct inr_vk_timer){0};
}

void inr_vk_timer_begin(const struct inr_vk_timer *timer, struct inr_vk_stream *stream)
{
    if (!timer->pool)
        return;
    timer->d->fn.vkCmdResetQueryPool(stream->cmd, timer->pool, 0, 2);
    timer->d->fn.vkCmdWriteTimestamp(stream->cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, timer->pool,
                                     0);
}

void inr_vk_timer_end(const struct inr_vk_timer *timer, struct inr_vk_stream *stream)
{
    if (timer->pool)
        timer->d->fn.vkCmdWriteTimestamp(stream->cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT,
                                         timer->pool, 1);
}

double inr_vk_timer_read(const struct inr_vk_timer *timer)
{
    uint64_t at[2];
    if (!timer->pool ||
        timer->d->fn.vkGetQueryPoolResults(timer->d->handle, timer->pool, 0, 2, sizeof at, at,
                                           sizeof at[0], VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
        return 0.0;
    return timer->tick * (double)((at[1] - at[0]) & timer->mask);
}
