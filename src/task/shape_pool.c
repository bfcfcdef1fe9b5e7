/* SPDX-License-Identifier: MIT
 *
 * shape_pool.c - A pool of samples of a shape that a thread keeps renewing, a part at a time. What
 * the pool holds at a step depends on the step alone: a training that comes too early waits.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "task/shape.h"

/* Parts that are drawn ahead. */
#define AHEAD 2u

struct part {
    float *coords, *values;
};

struct inr_shape_pool {
    const struct inr_shape *shape;
    struct part whole;        /* [parts][part] samples */
    struct part ahead[AHEAD]; /* part number g is drawn into g modulo AHEAD */
    bool running;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t taken; /* parts below this number are in the pool, or were */
    uint64_t drawn; /* parts below this number have been drawn */
    bool stop;
};

static bool make_part(struct part *part, size_t n, size_t channels)
{
    part->coords = malloc(n * 3 * sizeof *part->coords);
    part->values = malloc(n * channels * sizeof *part->values);
    return part->coords && part->values;
}

static void free_part(struct part *part)
{
    free(part->coords);
    free(part->values);
}

/* Where part number g lies in the pool. */
static struct part place(const struct inr_shape_pool *pool, uint64_t g)
{
    const size_t first = (size_t)(g % INR_SHAPE_PARTS) * pool->shape->part;
    return (struct part){pool->whole.coords + first * 3,
                         pool->whole.values + first * pool->shape->channels};
}

enum inr_status inr_shape_pool_create(const struct inr_shape *shape, uint64_t k,
                                      struct inr_shape_pool **out, struct inr_error *err)
{
    struct inr_shape_pool *pool = calloc(1, sizeof *pool);
    bool good =
        pool && make_part(&pool->whole, (size_t)shape->part * INR_SHAPE_PARTS, shape->channels);
    for (unsigned i = 0; good && i < AHEAD; i++)
        good = make_part(&pool->ahead[i], shape->part, shape->channels);
    *out = NULL;
    if (!good) {
        inr_shape_pool_destroy(pool);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %u samples: give a smaller --pool",
                        shape->part * INR_SHAPE_PARTS);
    }
    pool->shape = shape;
    const int threads = shape->threads;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (unsigned i = 0; i < INR_SHAPE_PARTS; i++) {
        const struct part at = place(pool, k + i);
        inr_shape_draw(shape, k + i, at.coords, at.values);
    }
    pool->taken = pool->drawn = k + INR_SHAPE_PARTS;
    *out = pool;
    return INR_OK;
}

void inr_shape_pool_destroy(struct inr_shape_pool *pool)
{
    if (!pool)
        return;
    if (pool->running) {
        pthread_mutex_lock(&pool->lock);
        pool->stop = true;
        pthread_cond_broadcast(&pool->changed);
        pthread_mutex_unlock(&pool->lock);
        pthread_join(pool->thread, NULL);
        pthread_cond_destroy(&pool->changed);
        pthread_mutex_destroy(&pool->lock);
    }
    free_part(&pool->whole);
    for (unsigned i = 0; i < AHEAD; i++)
        free_part(&pool->ahead[i]);
    free(pool);
}

const float *inr_shape_pool_coords(const struct inr_shape_pool *pool)
{
    return pool->whole.coords;
}

const float *inr_shape_pool_values(const struct inr_shape_pool *pool)
{
    return pool->whole.values;
}

static void *draw_ahead(void *user)
{
    struct inr_shape_pool *pool = user;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stop && pool->drawn >= pool->taken + AHEAD)
            pthread_cond_wait(&pool->changed, &pool->lock);
        if (pool->stop)
            break;
        const uint64_t g = pool->drawn;
        const struct part *to = &pool->ahead[g % AHEAD];
        pthread_mutex_unlock(&pool->lock);
        inr_shape_draw(pool->shape, g, to->coords, to->values);
        pthread_mutex_lock(&pool->lock);
        pool->drawn = g + 1;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

enum inr_status inr_shape_pool_start(struct inr_shape_pool *pool, struct inr_error *err)
{
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->running = pthread_create(&pool->thread, NULL, draw_ahead, pool) == 0;
    if (pool->running)
        return INR_OK;
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    return inr_fail(err, INR_ERR_MEMORY, "cannot start a thread to draw samples");
}

void inr_shape_pool_renew(struct inr_shape_pool *pool, uint64_t k, uint64_t *first)
{
    const uint64_t g = INR_SHAPE_PARTS - 1 + k;
    const size_t n = pool->shape->part;
    const struct part to = place(pool, g), *from = &pool->ahead[g % AHEAD];
    pthread_mutex_lock(&pool->lock);
    while (pool->drawn <= g)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    memcpy(to.coords, from->coords, n * 3 * sizeof *to.coords);
    memcpy(to.values, from->values, n * pool->shape->channels * sizeof *to.values);
    pthread_mutex_lock(&pool->lock);
    pool->taken = g + 1;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    *first = (g % INR_SHAPE_PARTS) * n;
}
