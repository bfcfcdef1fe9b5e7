/* SPDX-License-Identifier: MIT
 *
 * speed.c - How fast training runs, and what share of the machine's own matrix products that is.
 *
 * The floor. A weight costs 6 flops a sample: one multiply-add each for the value, the data
 * gradient and the weight gradient. Of the 75392 flops a sample of a 2-64-64-64-64-3 sine network
 * 73728 are in square products; at 105 GFLOP/s a core those take 700 ns. Around them stand 256
 * sines with their derivatives (17 multiply-adds of 16 lanes, one a clock: 0.3 ns each, 77 ns), the
 * passes over memory that read pre-activations and gradients and write values, derivatives and
 * their products (30 ns), the edges of the network (30 ns), drawing and fetching the batch (10 ns)
 * and the update: 150 ns that grow with the width against products that grow with its square. So
 * the most that a loop of this shape can reach is about 0.85 of the sgemm rate at width 64, 0.92 at
 * 128 and 0.96 at 256.
 */
#include "bench/speed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/products.h"
#include "exec/cpu/cpu.h"
#include "field/formula.h"
#include "common/optimizer.glsl"
#include "field/init.h"

#define SIDE    512  /* samples an axis of the picture */
#define ROUNDS  256  /* most pairs of measurements */
#define LEAST   5    /* fewest */
#define ROUND_S 0.02 /* seconds of one measurement, when a step is not longer */
#define LONG_S  0.1

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

/* The thing to time, made ready. */
struct subject {
    struct inr_field *field;
    struct inr_program *program;
    struct inr_exec *exec;
    uint8_t *pixels;
    uint32_t step;
    double begin; /* when making it began */
};

static void subject_finish(struct subject *s)
{
    inr_exec_destroy(s->exec);
    inr_program_free(s->program);
    inr_field_free(s->field);
    free(s->pixels);
}

enum inr_status inr_bench_speed_field(const struct inr_bench_speed_case *what,
                                      struct inr_field **field, struct inr_program **program,
                                      struct inr_error *err)
{
    struct inr_field_config config;
    *program = NULL;
    inr_field_default(what->activation, 2, 3, &config);
    config.width = what->width;
    config.layers = what->layers;
    enum inr_status status = inr_field_create(&config, 1, field, err);
    return status == INR_OK ? inr_program_create(*field, NULL, program, err) : status;
}

static enum inr_status subject_init(struct subject *s, const struct inr_device *device,
                                    const struct inr_bench_speed_case *what, struct inr_error *err)
{
    enum inr_status status = inr_bench_speed_field(what, &s->field, &s->program, err);
    s->pixels = malloc((size_t)3 * SIDE * SIDE);
    if (status == INR_OK && !s->pixels)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture");
    if (status != INR_OK)
        return status;
    for (size_t i = 0; i < (size_t)3 * SIDE * SIDE; i++)
        s->pixels[i] = (uint8_t)(i * 37 / 64);
    const struct inr_exec_config config = {
        .program = s->program,
        .optimizer = {INR_OPTIMIZER_ADAM, 0.9f, 0.999f, 1e-8f, 0.0f},
        .batch_mode = (int)INR_BATCH_RANDOM,
        .batch = what->batch,
        .seed = 1,
        .threads = what->threads,
        .plan = what->plan,
        .precision = what->precision,
        .no_coopmat = what->no_coopmat,
        .fused = what->fused,
        .train = true};
    status = inr_exec_create(device, &config, NULL, &s->exec, err);
    if (status != INR_OK)
        return status;
    const struct inr_state state = {.params = s->field->params};
    const struct inr_pool pool = {.dims = 2,
                                  .channels = 3,
                                  .shape = {SIDE, SIDE, 1},
                                  .values = s->pixels,
                                  .depth = INR_DEPTH_U8,
                                  .count = (uint64_t)SIDE * SIDE,
                                  .scale = 2.0f,
                                  .shift = -1.0f};
    status = inr_exec_set_state(s->exec, &state, err);
    return status == INR_OK ? inr_exec_set_pool(s->exec, &pool, err) : status;
}

#define STEPS 1024 /* most steps a call: a fit makes calls of a tenth of a second */

/* Seconds a step over `n` steps in one call. */
static double subject_time(struct subject *s, uint32_t n, enum inr_status *status,
                           struct inr_error *err)
{
    struct inr_step steps[STEPS];
    struct inr_step_result results[STEPS];
    for (uint32_t i = 0; i < n; i++)
        steps[i] = (struct inr_step){
            .index = s->step++, .rate = 1e-5f, .correct1 = 1.0f, .correct2 = 1.0f};
    const double start = inr_now();
    *status = inr_exec_train(s->exec, steps, n, results, err);
    return (inr_now() - start) / n;
}

/* How often to do something of `seconds` to fill `round` of them. */
static uint32_t per_round(double round, double seconds, uint32_t most)
{
    const double n = round / (seconds > 1e-9 ? seconds : 1e-9);
    return n < 1 ? 1 : n > most ? most : (uint32_t)n;
}

static enum inr_status measure(struct subject *s, const struct inr_products *p,
                               const struct inr_bench_speed_case *what,
                               struct inr_bench_speed_result *result, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    double times[ROUNDS], rates[ROUNDS] = {0};
    double least = (double)INFINITY;
    for (int i = 0; i < LEAST && status == INR_OK; i++) { /* pages, caches, clock */
        least = fmin(least, subject_time(s, 1, &status, err));
        if (i == 0)
            result->first_step_seconds = inr_now() - s->begin;
    }
    if (status != INR_OK)
        return status;
    const char *plan = inr_exec_plan(s->exec);
    snprintf(result->plan, sizeof result->plan, "%s", plan ? plan : "");
    struct inr_exec_times before, after;
    inr_exec_times(s->exec, &before);
    const uint32_t steps = per_round(ROUND_S, least, STEPS);
    const double flops = s->program->flops * (double)what->batch * 1e-9;
    uint32_t repeats = 1;
    if (p->memory) {
        const double unit = 6.0 * p->rows * p->cols * p->tile * p->threads * 1e-9;
        double best = 0; /* of several: one glance may fall into a neighbour's time slice */
        for (int i = 0; i < LEAST; i++)
            best = fmax(best, inr_products_rate(p, 8));
        /* As long as the steps, so that both have the same luck with their neighbours. */
        repeats = per_round(fmin(fmax(ROUND_S, least * steps), LONG_S), unit / best, 1000000);
    }
    const double start = inr_now(), budget = what->seconds > 0 ? what->seconds : 1.0;
    size_t n = 0;
    while (status == INR_OK && n < ROUNDS && (n < LEAST || inr_now() - start < budget)) {
        times[n] = subject_time(s, steps, &status, err);
        if (p->memory)
            rates[n] = inr_products_rate(p, (int)repeats);
        n++;
    }
    if (status != INR_OK)
        return status;
    inr_exec_times(s->exec, &after);
    if (after.steps > before.steps) {
        const double timed = (double)(after.steps - before.steps);
        result->device_seconds = (after.device - before.device) / timed;
        result->host_seconds = (after.host - before.host) / timed;
    }
    result->step_seconds = median(times, n);
    result->samples_per_second = what->batch / result->step_seconds;
    result->gflops = flops / result->step_seconds;
    result->sgemm_gflops = median(rates, n);
    if (p->memory) /* sorted by now */
        result->sgemm_ratio = flops / times[0] / rates[n - 1];
    return INR_OK;
}

enum inr_status inr_bench_speed_run(const struct inr_device *device,
                                    const struct inr_bench_speed_case *what,
                                    struct inr_bench_speed_result *result, struct inr_error *err)
{
    *result = (struct inr_bench_speed_result){0};
    struct subject subject = {.begin = inr_now()};
    struct inr_products products = {0};
    enum inr_status status = subject_init(&subject, device, what, err);
    if (status == INR_OK && device->kind == INR_DEVICE_CPU) {
        result->threads = products.threads = what->threads > 0 ? what->threads : inr_cpu_threads();
        inr_cpu_columns(subject.exec, &products.tile, &products.block);
        result->tile = products.tile;
        result->block = products.block;
        if (!inr_products_init(&products, subject.program))
            status =
                inr_fail(err, INR_ERR_MEMORY, "out of memory for the products to compare with");
    }
    if (status == INR_OK)
        status = measure(&subject, &products, what, result, err);
    inr_products_finish(&products);
    subject_finish(&subject);
    return status;
}
