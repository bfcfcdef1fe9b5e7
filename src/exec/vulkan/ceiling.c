/* SPDX-License-Identifier: MIT
 *
 * ceiling.c - What a Vulkan device can do at most. Each kernel runs once to warm up, then longer
 * and longer until it fills a few milliseconds of the device's clock, then again and again for its
 * share of the time; the median counts.
 */
#include "exec/ceiling.h"

#include <stdlib.h>

#include "base/clock.h"
#include "common/params.h"
#include "exec/vulkan/timer.h"

#define ROUNDS  64 /* most measurements of one kind, at least LEAST */
#define LEAST   5
#define LONG_S  4e-3 /* seconds of one measurement */
#define KINDS   8    /* things to measure, which share the time */
#define THREADS (1u << 20)
#define BYTES   (512u << 20) /* far beyond any cache */
/* A software device is there to show that the code works. */
#define SOFTWARE_THREADS (1u << 12)
#define SOFTWARE_BYTES   (8u << 20)
#define LAUNCHES         256u
#define WORD4            16u

struct bench {
    struct inr_vk_device d;
    struct inr_vk_kernels kernels;
    struct inr_vk_stream stream;
    struct inr_vk_timer timer;
    struct inr_vk_buffer from, to;
    struct inr_vk_calls calls;
    double seconds; /* for each kind */
};

/* One thing to measure: what a stream records for n repetitions. */
struct kind {
    struct inr_vk_call call;
    uint32_t threads;
    uint32_t dispatches; /* 0: one; else that many, each after the one before */
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum inr_status record(struct bench *b, const struct kind *kind, uint32_t n,
                              struct inr_error *err)
{
    const inr_push_ceiling push = {.n = n, .threads = kind->threads, .tiny = 1e-20f};
    enum inr_status status = inr_vk_stream_begin(&b->stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_timer_begin(&b->timer, &b->stream);
    for (uint32_t i = 0; i < (kind->dispatches ? kind->dispatches : 1); i++)
        inr_vk_stream_run_threads(&b->stream, &kind->call, kind->threads, &push);
    inr_vk_timer_end(&b->timer, &b->stream);
    return inr_vk_stream_end(&b->stream, err);
}

/* Seconds of what was recorded, by the device's clock where it has one. */
static enum inr_status run(struct bench *b, double *seconds, struct inr_error *err)
{
    const double begin = inr_now();
    enum inr_status status = inr_vk_stream_submit(&b->stream, true, err);
    if (status == INR_OK)
        status = inr_vk_stream_wait(&b->stream, err);
    *seconds = b->timer.pool ? inr_vk_timer_read(&b->timer) : inr_now() - begin;
    return status;
}

static enum inr_status repeat(struct bench *b, double *median, struct inr_error *err)
{
    double times[ROUNDS];
    int n = 0;
    enum inr_status status = INR_OK;
    const double begin = inr_now();
    while (status == INR_OK && n < ROUNDS && (n < LEAST || inr_now() - begin < b->seconds))
        status = run(b, &times[n++], err);
    qsort(times, (size_t)n, sizeof *times, by_value);
    *median = times[n / 2];
    return status;
}

/* Seconds of one repetition; the time of none is taken off. */
static enum inr_status measure(struct bench *b, const struct kind *kind, uint32_t most,
                               double *seconds, struct inr_error *err)
{
    uint32_t n = 1;
    double warm = 0.0, took = 0.0;
    enum inr_status status = record(b, kind, n, err);
    if (status == INR_OK)
        status = run(b, &warm, err);
    while (status == INR_OK) {
        status = run(b, &took, err);
        if (status != INR_OK || took >= LONG_S || n > most / 2)
            break;
        n *= 2;
        status = record(b, kind, n, err);
    }
    if (status == INR_OK)
        status = repeat(b, &took, err);
    *seconds = took / n;
    return status;
}

static enum inr_status make_call(struct bench *b, enum inr_vk_kernel_id id,
                                 const uint32_t *constants, uint32_t n, struct inr_vk_call *call,
                                 struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    const struct inr_vk_access sink[] = {{.buffer = &b->to}};
    const struct inr_vk_access both[] = {{.buffer = &b->from}, {.buffer = &b->to}};
    enum inr_status status = inr_vk_kernel_get(&b->kernels, id, constants, n, &kernel, err);
    if (status != INR_OK)
        return status;
    return inr_vk_call_make(&b->calls, &b->kernels, kernel,
                            id == INR_VK_CEILING_MEMORY ? both : sink, call, err);
}

static enum inr_status measure_compute(struct bench *b, struct inr_ceiling *out,
                                       struct inr_error *err)
{
    struct kind kind = {.threads = b->d.software ? SOFTWARE_THREADS : THREADS};
    double one = 0.0;
    enum inr_status status = make_call(b, INR_VK_CEILING_FMA, NULL, 0, &kind.call, err);
    if (status == INR_OK)
        status = measure(b, &kind, 1u << 20, &one, err);
    if (status != INR_OK)
        return status;
    out->fp32 = 2.0 * 64.0 * kind.threads / one;
    status = make_call(b, INR_VK_CEILING_SHARED, NULL, 0, &kind.call, err);
    if (status == INR_OK)
        status = measure(b, &kind, 1u << 20, &one, err);
    if (status == INR_OK)
        out->shared = 16.0 * WORD4 * kind.threads / one;
    return status;
}

/* Products of fragments by every subgroup, 8 a repetition; nothing without matrix units. */
static enum inr_status measure_matrix(struct bench *b, struct inr_ceiling *out,
                                      struct inr_error *err)
{
    const struct inr_vk_matrix *shape = &b->d.matrix;
    const uint32_t constants[3] = {shape->m, shape->n, shape->k};
    struct kind kind = {.threads = THREADS};
    double one = 0.0;
    if (shape->m == 0 || INR_GROUP % b->d.subgroup != 0)
        return INR_OK;
    enum inr_status status = make_call(b, INR_VK_CEILING_MATRIX, constants, 3, &kind.call, err);
    if (status == INR_OK)
        status = measure(b, &kind, 1u << 20, &one, err);
    if (status == INR_OK)
        out->matrix =
            8.0 * 2.0 * shape->m * shape->n * shape->k * (kind.threads / b->d.subgroup) / one;
    return status;
}

static enum inr_status measure_memory(struct bench *b, struct inr_ceiling *out,
                                      struct inr_error *err)
{
    double *const rates[] = {&out->read, &out->write, &out->copy};
    struct kind kind = {.threads = b->d.software ? SOFTWARE_THREADS : THREADS};
    const uint32_t n = (uint32_t)(b->from.size / WORD4 / kind.threads);
    enum inr_status status = INR_OK;
    for (uint32_t way = 0; way < 3 && status == INR_OK; way++) {
        double took = 0.0;
        status = make_call(b, INR_VK_CEILING_MEMORY, &way, 1, &kind.call, err);
        if (status == INR_OK)
            status = record(b, &kind, n, err);
        if (status == INR_OK)
            status = run(b, &took, err);
        if (status == INR_OK)
            status = repeat(b, &took, err);
        if (status == INR_OK)
            *rates[way] = (way == 2 ? 2.0 : 1.0) * n * kind.threads * (double)WORD4 / took;
    }
    return status;
}

/* From kernel to kernel with a barrier between, as in a training step; and the way to the device
 * and back. */
static enum inr_status measure_launch(struct bench *b, struct inr_ceiling *out,
                                      struct inr_error *err)
{
    struct kind kind = {.threads = 1, .dispatches = LAUNCHES};
    const struct inr_vk_timer timer = b->timer;
    enum inr_status status = make_call(b, INR_VK_CEILING_FMA, NULL, 0, &kind.call, err);
    if (status == INR_OK)
        status = record(b, &kind, 0, err);
    if (status == INR_OK)
        status = repeat(b, &out->launch, err);
    out->launch /= LAUNCHES;
    b->timer.pool = VK_NULL_HANDLE; /* the host's clock */
    kind.dispatches = 1;
    if (status == INR_OK)
        status = record(b, &kind, 0, err);
    if (status == INR_OK)
        status = repeat(b, &out->submit, err);
    b->timer = timer;
    return status;
}

static enum inr_status open(struct bench *b, const struct inr_device *device,
                            const struct inr_log *log, struct inr_error *err)
{
    enum inr_status status = inr_vk_device_open(&b->d, device, log, err);
    if (status != INR_OK)
        return status;
    b->calls.d = &b->d;
    uint64_t bytes = b->d.software ? SOFTWARE_BYTES : BYTES;
    while (bytes > b->d.range_limit || bytes > b->d.memory_limit / 4)
        bytes /= 2;
    status = inr_vk_kernels_create(&b->d, &b->kernels, err);
    if (status == INR_OK)
        status = inr_vk_stream_create(&b->d, "ceiling", &b->stream, err);
    if (status == INR_OK)
        status = inr_vk_timer_create(&b->d, &b->timer, err);
    if (status == INR_OK)
        status =
            inr_vk_buffer_create(&b->d, "bandwidth source", bytes, INR_VK_LOCAL, &b->from, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(&b->d, "bandwidth target", bytes, INR_VK_LOCAL, &b->to, err);
    if (status == INR_OK)
        status = inr_vk_stream_begin(&b->stream, err);
    if (status != INR_OK)
        return status;
    inr_vk_stream_zero(&b->stream, &b->from);
    inr_vk_stream_zero(&b->stream, &b->to);
    status = inr_vk_stream_end(&b->stream, err);
    if (status == INR_OK)
        status = inr_vk_stream_submit(&b->stream, true, err);
    return status == INR_OK ? inr_vk_stream_wait(&b->stream, err) : status;
}

static void finish(struct bench *b)
{
    if (b->d.handle) {
        (void)b->d.fn.vkDeviceWaitIdle(b->d.handle);
        inr_vk_timer_destroy(&b->timer);
        inr_vk_stream_destroy(&b->stream);
        if (b->calls.d)
            inr_vk_calls_destroy(&b->calls);
        inr_vk_buffer_destroy(&b->d, &b->from);
        inr_vk_buffer_destroy(&b->d, &b->to);
        inr_vk_kernels_destroy(&b->kernels);
    }
    inr_vk_device_close(&b->d);
}

enum inr_status inr_vk_ceiling(const struct inr_device *device, double seconds,
                               const struct inr_log *log, struct inr_ceiling *out,
                               struct inr_error *err)
{
    struct bench b = {.seconds = seconds / KINDS};
    *out = (struct inr_ceiling){0};
    enum inr_status status = open(&b, device, log, err);
    out->timestamps = b.timer.pool != VK_NULL_HANDLE;
    if (status == INR_OK)
        status = measure_compute(&b, out, err);
    if (status == INR_OK)
        status = measure_matrix(&b, out, err);
    if (status == INR_OK)
        status = measure_memory(&b, out, err);
    if (status == INR_OK)
        status = measure_launch(&b, out, err);
    finish(&b);
    return status;
}
