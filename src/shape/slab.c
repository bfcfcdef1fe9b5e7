/* SPDX-License-Identifier: MIT
 *
 * slab.c - Asks for the points of a grid block by block. A block of a distance field whose middle
 * is farther from the surface than its corners can be holds no surface.
 */
#include "shape/slab.h"

#include <math.h>
#include <stdlib.h>

/* Points along the side of a block. */
#define BLOCK 8u
/* How much steeper than a distance a field may be before a surface can be missed. */
#define STEEP 2.0f

static uint32_t blocks(uint32_t n)
{
    return (n + BLOCK - 1) / BLOCK;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

enum inr_status inr_slab_create(struct inr_slab *slab, const struct inr_ask *ask,
                                float *const axis[3], const uint32_t n[3], bool sparse,
                                struct inr_error *err)
{
    const size_t layer = (size_t)n[0] * n[1] * BLOCK;
    const size_t layers = layer < ask->batch ? ask->batch / layer : 1;
    *slab = (struct inr_slab){.ask = ask, .n = {n[0], n[1], n[2]}, .sparse = sparse};
    for (int d = 0; d < 3; d++)
        slab->axis[d] = axis[d];
    slab->depth = layers < blocks(n[2]) ? (uint32_t)layers * BLOCK : blocks(n[2]) * BLOCK;
    const size_t n_blocks = (size_t)blocks(n[0]) * blocks(n[1]) * (slab->depth / BLOCK);
    slab->values = malloc((size_t)n[0] * n[1] * slab->depth * sizeof(float));
    slab->coords = malloc(ask->batch * 3 * sizeof(float));
    slab->some = malloc(ask->batch * sizeof(float));
    slab->where = malloc(ask->batch * sizeof(uint32_t));
    slab->middles = malloc(n_blocks * sizeof(float));
    if (!slab->values || !slab->coords || !slab->some || !slab->where || !slab->middles)
        return inr_fail(err, INR_ERR_MEMORY,
                        "out of memory for %u slices of %u x %u points; a lower resolution needs "
                        "less",
                        slab->depth, n[0], n[1]);
    return INR_OK;
}

void inr_slab_free(struct inr_slab *slab)
{
    free(slab->values);
    free(slab->coords);
    free(slab->some);
    free(slab->where);
    free(slab->middles);
    *slab = (struct inr_slab){0};
}

/* A block by its number in the slab: first point and one past the last, an axis. */
struct block {
    uint32_t from[3], to[3];
};

static struct block block_at(const struct inr_slab *slab, size_t number)
{
    struct block b;
    for (int d = 0; d < 3; d++) {
        const uint32_t along = d < 2 ? blocks(slab->n[d]) : slab->depth / BLOCK;
        const uint32_t begin = d < 2 ? 0 : slab->first;
        b.from[d] = begin + (uint32_t)(number % along) * BLOCK;
        b.to[d] = least(b.from[d] + BLOCK, slab->n[d]);
        number /= along;
    }
    return b;
}

static size_t slab_blocks(const struct inr_slab *slab)
{
    return (size_t)blocks(slab->n[0]) * blocks(slab->n[1]) * blocks(slab->count);
}

/* Values in the middles of all blocks. */
static enum inr_status ask_middles(struct inr_slab *slab, struct inr_error *err)
{
    const size_t n = slab_blocks(slab), batch = slab->ask->batch;
    enum inr_status status = INR_OK;
    for (size_t first = 0; status == INR_OK && first < n; first += batch) {
        const size_t some = n - first < batch ? n - first : batch;
        for (size_t i = 0; i < some; i++) {
            const struct block b = block_at(slab, first + i);
            for (int d = 0; d < 3; d++)
                slab->coords[3 * i + (size_t)d] =
                    0.5f * (slab->axis[d][b.from[d]] + slab->axis[d][b.to[d] - 1]);
        }
        status = inr_ask_values(slab->ask, slab->coords, some, slab->middles + first, err);
    }
    return status;
}

/* Half the diagonal of the block and of the cells around it. */
static float reach(const struct inr_slab *slab, const struct block *b)
{
    float sum = 0.0f;
    for (int d = 0; d < 3; d++) {
        const float step = slab->axis[d][1] - slab->axis[d][0];
        const float half = 0.5f * (slab->axis[d][b->to[d] - 1] - slab->axis[d][b->from[d]]) + step;
        sum += half * half;
    }
    return sqrtf(sum);
}

static size_t place(const struct inr_slab *slab, uint32_t i, uint32_t j, uint32_t k)
{
    return ((size_t)(k - slab->first) * slab->n[1] + j) * slab->n[0] + i;
}

static void fill(struct inr_slab *slab, const struct block *b, float value)
{
    for (uint32_t k = b->from[2]; k < b->to[2]; k++)
        for (uint32_t j = b->from[1]; j < b->to[1]; j++)
            for (uint32_t i = b->from[0]; i < b->to[0]; i++)
                slab->values[place(slab, i, j, k)] = value;
}

/* The call so far, `n` points, once it is full or at the end. */
static enum inr_status ask_some(struct inr_slab *slab, size_t *n, struct inr_error *err)
{
    const enum inr_status status = inr_ask_values(slab->ask, slab->coords, *n, slab->some, err);
    for (size_t i = 0; status == INR_OK && i < *n; i++)
        slab->values[slab->where[i]] = slab->some[i];
    *n = 0;
    return status;
}

static enum inr_status ask_block(struct inr_slab *slab, const struct block *b, size_t *n,
                                 struct inr_error *err)
{
    for (uint32_t k = b->from[2]; k < b->to[2]; k++)
        for (uint32_t j = b->from[1]; j < b->to[1]; j++)
            for (uint32_t i = b->from[0]; i < b->to[0]; i++) {
                float *x = slab->coords + 3 * *n;
                x[0] = slab->axis[0][i];
                x[1] = slab->axis[1][j];
                x[2] = slab->axis[2][k];
                slab->where[(*n)++] = (uint32_t)place(slab, i, j, k);
                const enum inr_status status =
                    *n == slab->ask->batch ? ask_some(slab, n, err) : INR_OK;
                if (status != INR_OK)
                    return status;
            }
    return INR_OK;
}

enum inr_status inr_slab_next(struct inr_slab *slab, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    size_t n = 0;
    slab->first += slab->count;
    slab->count = least(slab->depth, slab->n[2] - slab->first);
    if (slab->sparse)
        status = ask_middles(slab, err);
    for (size_t i = 0; status == INR_OK && i < slab_blocks(slab); i++) {
        const struct block b = block_at(slab, i);
        if (slab->sparse && fabsf(slab->middles[i]) > STEEP * reach(slab, &b))
            fill(slab, &b, slab->middles[i]);
        else
            status = ask_block(slab, &b, &n, err);
    }
    return status == INR_OK && n > 0 ? ask_some(slab, &n, err) : status;
}
