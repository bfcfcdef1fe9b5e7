/* SPDX-License-Identifier: MIT
 *
 * train.c - Keeps two chunks in flight and adapts their length.
 */
#include "exec/vulkan/train.h"

#include "base/clock.h"

/* A submission should take about this long: short for a desktop, long beside the cost of
 * submitting. */
#define CHUNK_SECONDS 0.03
#define MAX_STEPS     256u

struct flight {
    struct inr_vk_chunk *chunk;
    uint32_t first; /* step its first result belongs to */
};

static uint32_t power_below(double x)
{
    uint32_t k = 1;
    while (2.0 * k <= x && k < MAX_STEPS)
        k *= 2;
    return k;
}

/* Steps a chunk should hold when n more are to come: two chunks of them at least. */
static uint32_t wanted_steps(const struct inr_vk_trainer *t, uint32_t n)
{
    if (t->step_seconds <= 0.0)
        return 1;
    const double fits = CHUNK_SECONDS / t->step_seconds;
    const double half = 0.5 * (double)n;
    return power_below(fits < half ? fits : half);
}

static enum inr_status ensure(struct inr_vk_trainer *t, struct inr_vk_chunk pair[2], uint32_t steps,
                              struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (int i = 0; i < 2 && status == INR_OK; i++) {
        if (pair[i].steps == steps)
            continue;
        inr_vk_chunk_destroy(&pair[i]);
        status = inr_vk_chunk_create(t, steps, true, &pair[i], err);
    }
    return status;
}

/* Record longer or shorter chunks when the present ones are off by a factor of two. Only called
 * with nothing in flight. */
static enum inr_status adapt(struct inr_vk_trainer *t, uint32_t n, struct inr_error *err)
{
    const uint32_t have = t->many[0].steps ? t->many[0].steps : 1;
    const uint32_t want = wanted_steps(t, n);
    const bool too_long = have > n || (double)have * t->step_seconds > 4.0 * CHUNK_SECONDS;
    if (want > have || (too_long && want < have)) {
        if (want > 1)
            return ensure(t, t->many, want, err);
        inr_vk_chunk_destroy(&t->many[0]);
        inr_vk_chunk_destroy(&t->many[1]);
    }
    return INR_OK;
}

static bool off_target(const struct inr_vk_trainer *t, uint32_t n)
{
    const uint32_t have = t->many[0].steps ? t->many[0].steps : 1;
    const uint32_t want = wanted_steps(t, n);
    return want >= 2 * have || (have > 1 && (double)have * t->step_seconds > 4.0 * CHUNK_SECONDS);
}

/* The newest measurement counts half: the first steps run on cold clocks and caches. */
static void measure(struct inr_vk_trainer *t, double seconds, uint32_t steps)
{
    const double one = seconds / steps;
    t->step_seconds = t->step_seconds > 0.0 ? 0.5 * (t->step_seconds + one) : one;
}

/* Run steps until all are done or the chunk length should change; *done counts those finished. */
static enum inr_status run(struct inr_vk_trainer *t, const struct inr_step *steps, uint32_t n,
                           struct inr_step_result *results, uint32_t *done, struct inr_error *err)
{
    struct flight flights[2];
    uint32_t n_flights = 0, sent = *done;
    double since = inr_now();
    bool stop = false;
    enum inr_status status = INR_OK;
    while (status == INR_OK && (n_flights > 0 || (!stop && sent < n))) {
        if (n_flights < 2 && sent < n && !stop) {
            struct inr_vk_chunk *pair =
                t->many[0].steps && n - sent >= t->many[0].steps ? t->many : t->single;
            struct inr_vk_chunk *chunk = &pair[t->turn++ & 1u];
            status = inr_vk_chunk_submit(chunk, steps + sent, err);
            flights[n_flights++] = (struct flight){chunk, sent};
            sent += chunk->steps;
            continue;
        }
        const struct flight oldest = flights[0];
        flights[0] = flights[1];
        n_flights--;
        const double computed = inr_thread_seconds();
        status = inr_vk_chunk_wait(oldest.chunk, results + oldest.first, err);
        /* A driver may spin while it waits. */
        t->times->host -= inr_thread_seconds() - computed;
        t->times->device += status == INR_OK ? inr_vk_timer_read(&oldest.chunk->timer) : 0.0;
        *done = oldest.first + oldest.chunk->steps;
        const double at = inr_now();
        measure(t, at - since, oldest.chunk->steps);
        since = at;
        stop = stop || off_target(t, n - sent);
    }
    return status;
}

enum inr_status inr_vk_train(struct inr_vk_trainer *t, const struct inr_step *steps, uint32_t n,
                             struct inr_step_result *results, struct inr_error *err)
{
    const double computed = inr_thread_seconds();
    uint32_t done = 0;
    enum inr_status status = ensure(t, t->single, 1, err);
    while (done < n && status == INR_OK) {
        status = adapt(t, n - done, err);
        if (status == INR_OK)
            status = run(t, steps, n, results, &done, err);
    }
    t->times->host += inr_thread_seconds() - computed;
    t->times->steps += done;
    return status;
}

enum inr_status inr_vk_train_gradient(struct inr_vk_trainer *t, uint32_t index,
                                      struct inr_step_result *result, struct inr_error *err)
{
    struct inr_vk_chunk chunk;
    const struct inr_step step = {.index = index};
    enum inr_status status = inr_vk_chunk_create(t, 1, false, &chunk, err);
    if (status != INR_OK)
        return status;
    status = inr_vk_chunk_submit(&chunk, &step, err);
    if (status == INR_OK)
        status = inr_vk_chunk_wait(&chunk, result, err);
    inr_vk_chunk_destroy(&chunk);
    return status;
}

void inr_vk_trainer_clear(struct inr_vk_trainer *t)
{
    for (int i = 0; i < 2; i++) {
        inr_vk_chunk_destroy(&t->single[i]);
        inr_vk_chunk_destroy(&t->many[i]);
    }
    t->step_seconds = 0.0;
}
