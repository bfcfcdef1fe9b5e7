/* SPDX-License-Identifier: MIT
 *
 * ceiling.c - The CPU's ceilings; a Vulkan device measures its own.
 */
#include "bench/ceiling.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/products.h"
#include "bench/speed.h"
#include "exec/cpu/cpu.h"
#include "field/activation.h"

#define BYTES  ((size_t)64 << 20)
#define ROUNDS 32
#define LEAST  5
#define KINDS  5
#define TILE   256 /* samples of a product, as in training */
#define PAGE   4096

/* A thread's share of an array, on whole pages. */
struct part {
    size_t begin, size;
};

struct arrays {
    uint64_t *from, *to;
    int threads;
    uint64_t sum; /* of what was read, so that reading is not left out */
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median seconds of `run` over its share of the time, after one run to warm up. */
static double repeat(void (*run)(struct arrays *), struct arrays *arrays, double seconds)
{
    double times[ROUNDS];
    int n = 0;
    run(arrays);
    const double begin = inr_now();
    while (n < ROUNDS && (n < LEAST || inr_now() - begin < seconds)) {
        const double at = inr_now();
        run(arrays);
        times[n++] = inr_now() - at;
    }
    qsort(times, (size_t)n, sizeof *times, by_value);
    return times[n / 2];
}

static struct part share(int thread, int threads)
{
    const size_t pages = BYTES / PAGE;
    const size_t begin = pages * (size_t)thread / (size_t)threads;
    const size_t end = pages * (size_t)(thread + 1) / (size_t)threads;
    return (struct part){begin * PAGE / 8, (end - begin) * PAGE};
}

static void run_read(struct arrays *a)
{
    const int threads = a->threads;
    uint64_t sum = 0;
#pragma omp parallel for schedule(static, 1) num_threads(threads) reduction(+ : sum)
    for (int t = 0; t < threads; t++) {
        const struct part p = share(t, threads);
        for (size_t i = 0; i < p.size / 8; i++)
            sum += a->from[p.begin + i];
    }
    a->sum += sum;
}

static void run_write(struct arrays *a)
{
    const int threads = a->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        const struct part p = share(t, threads);
        memset(a->to + p.begin, t + 1, p.size);
    }
}

static void run_copy(struct arrays *a)
{
    const int threads = a->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        const struct part p = share(t, threads);
        memcpy(a->to + p.begin, a->from + p.begin, p.size);
    }
}

static void run_nothing(struct arrays *a)
{
    const int threads = a->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++)
        (void)t;
}

static enum inr_status measure_memory(int threads, double seconds, struct inr_ceiling *out,
                                      struct inr_error *err)
{
    struct arrays a = {.from = malloc(BYTES), .to = malloc(BYTES), .threads = threads};
    enum inr_status status = INR_OK;
    if (a.from && a.to) {
        struct arrays first = {.to = a.from, .threads = threads};
        run_write(&first); /* each thread touches its share first */
        out->read = (double)BYTES / repeat(run_read, &a, seconds);
        out->write = (double)BYTES / repeat(run_write, &a, seconds);
        out->copy = 2.0 * (double)BYTES / repeat(run_copy, &a, seconds);
        out->launch = repeat(run_nothing, &a, seconds / 10.0);
    } else {
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for arrays to copy");
    }
    free(a.from);
    free(a.to);
    return status;
}

static enum inr_status measure_products(int threads, double seconds, struct inr_ceiling *out,
                                        struct inr_error *err)
{
    const struct inr_bench_speed_case what = {
        .activation = inr_activation_by_name("sine")->id, .width = 256, .layers = 1};
    struct inr_products products = {.tile = TILE, .block = TILE, .threads = threads};
    struct inr_field *field = NULL;
    struct inr_program *program = NULL;
    enum inr_status status = inr_bench_speed_field(&what, &field, &program, err);
    if (status == INR_OK && !inr_products_init(&products, program))
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for matrices");
    double rates[ROUNDS];
    int n = 0;
    const double begin = inr_now();
    while (status == INR_OK && n < ROUNDS && (n < LEAST || inr_now() - begin < seconds))
        rates[n++] = inr_products_rate(&products, 8);
    if (status == INR_OK) {
        qsort(rates, (size_t)n, sizeof *rates, by_value);
        out->fp32 = 1e9 * rates[n / 2];
    }
    inr_products_finish(&products);
    inr_program_free(program);
    inr_field_free(field);
    return status;
}

enum inr_status inr_bench_ceiling(const struct inr_device *device, int threads, double seconds,
                                  const struct inr_log *log, struct inr_ceiling *out,
                                  struct inr_error *err)
{
    if (device->kind != INR_DEVICE_CPU)
        return inr_vk_ceiling(device, seconds, log, out, err);
    *out = (struct inr_ceiling){0};
    threads = threads > 0 ? threads : inr_cpu_threads();
    enum inr_status status = measure_products(threads, seconds / KINDS, out, err);
    return status == INR_OK ? measure_memory(threads, seconds / KINDS, out, err) : status;
}
