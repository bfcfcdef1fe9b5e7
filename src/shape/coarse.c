/* SPDX-License-Identifier: MIT
 *
 * coarse.c - Distances on a coarse grid: the source's own where they are distances, else those to
 * the nearest point on the other side (Felzenszwalb and Huttenlocher 2012).
 */
#include "shape/coarse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_DISTANCE 96
#define SIDE_OTHER    128

static size_t points(const struct inr_coarse *c)
{
    return (size_t)c->n[0] * c->n[1] * c->n[2];
}

static void point_at(const struct inr_coarse *c, size_t at, float x[3])
{
    for (int d = 0; d < 3; d++) {
        const size_t i = at % c->n[d];
        at /= c->n[d];
        x[d] = c->low[d] + (c->high[d] - c->low[d]) * (float)i / (float)(c->n[d] - 1);
    }
}

static enum inr_status sample(struct inr_coarse *c, const struct inr_ask *ask,
                              struct inr_error *err)
{
    const size_t n = points(c);
    float *coords = malloc(ask->batch * 3 * sizeof *coords);
    enum inr_status status = INR_OK;
    if (!coords)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu points", ask->batch);
    for (size_t first = 0; status == INR_OK && first < n; first += ask->batch) {
        const size_t some = n - first < ask->batch ? n - first : ask->batch;
        for (size_t i = 0; i < some; i++)
            point_at(c, first + i, coords + 3 * i);
        status = inr_ask_values(ask, coords, some, c->free + first, err);
    }
    free(coords);
    return status;
}

/* Lower envelope of parabolas over n points `stride` apart: f(i) = min_j (i - j)^2 + f(j). */
static void transform_line(float *f, size_t n, size_t stride, float *copy, size_t *place,
                           float *from)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        copy[i] = f[i * stride];
    place[0] = 0;
    from[0] = -INFINITY;
    for (size_t i = 1; i < n; i++) {
        float cut = 0.0f;
        for (;;) {
            const float a = (float)i, b = (float)place[k];
            cut = (copy[i] + a * a - copy[place[k]] - b * b) / (2.0f * (a - b));
            if (cut > from[k])
                break;
            k--;
        }
        place[++k] = i;
        from[k] = cut;
    }
    for (size_t i = 0, j = 0; i < n; i++) {
        while (j < k && from[j + 1] < (float)i)
            j++;
        const float step = (float)i - (float)place[j];
        f[i * stride] = step * step + copy[place[j]];
    }
}

/* grid: 0 at the points to measure to, far elsewhere; becomes squares of distances, in steps. */
static enum inr_status transform(const struct inr_coarse *c, float *grid, struct inr_error *err)
{
    const size_t longest = c->n[0] > c->n[1] ? c->n[0] : c->n[1];
    const size_t room = longest > c->n[2] ? longest : c->n[2];
    float *copy = malloc(room * sizeof *copy), *from = malloc((room + 1) * sizeof *from);
    size_t *place = malloc((room + 1) * sizeof *place), stride = 1;
    const bool whole = copy && from && place;
    for (int d = 0; whole && d < 3; d++) {
        const size_t n = c->n[d];
        for (size_t i = 0; i < points(c) / n; i++)
            transform_line(grid + i / stride * stride * n + i % stride, n, stride, copy, place,
                           from);
        stride *= n;
    }
    free(copy);
    free(from);
    free(place);
    return whole ? INR_OK : inr_fail(err, INR_ERR_MEMORY, "out of memory for a line of distances");
}

/* Signed distances by the signs of `free` alone, right to about half a step. */
static enum inr_status measure(struct inr_coarse *c, struct inr_error *err)
{
    const size_t n = points(c);
    const float away = 1e6f;
    float *inside = malloc(n * sizeof *inside);
    if (!inside)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a grid of %zu points", n);
    for (size_t i = 0; i < n; i++) {
        c->far[i] = c->free[i] < 0.0f ? 0.0f : away;
        inside[i] = c->free[i] < 0.0f ? away : 0.0f;
    }
    enum inr_status status = transform(c, c->far, err);
    if (status == INR_OK)
        status = transform(c, inside, err);
    for (size_t i = 0; i < n; i++)
        c->far[i] = c->h * (c->free[i] < 0.0f ? 0.5f - sqrtf(inside[i]) : sqrtf(c->far[i]) - 0.5f);
    free(inside);
    return status;
}

/* Mean with the neighbours along one axis, which hides the steps of distances by signs. */
static void smooth(const struct inr_coarse *c, float *grid, int axis)
{
    size_t stride = 1;
    for (int d = 0; d < axis; d++)
        stride *= c->n[d];
    const size_t n = c->n[axis];
    for (size_t i = 0; i < points(c) / n; i++) {
        float *line = grid + i / stride * stride * n + i % stride;
        float before = line[0];
        for (size_t k = 0; k < n; k++) {
            const float here = line[k * stride], after = line[(k + 1 < n ? k + 1 : k) * stride];
            line[k * stride] = 0.25f * before + 0.5f * here + 0.25f * after;
            before = here;
        }
    }
}

static void combine(struct inr_coarse *c, bool distance)
{
    const size_t n = points(c);
    float most = 0.0f, farthest = 0.0f;
    if (!distance) {
        for (size_t i = 0; i < n; i++)
            c->free[i] = c->far[i] - c->h;
        for (int axis = 0; axis < 3; axis++)
            smooth(c, c->far, axis);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        most = fmaxf(most, c->free[i]);
        farthest = fmaxf(farthest, c->far[i]);
    }
    /* Values cut off at some distance say too little of what lies beyond it. */
    const bool cut = most < 0.6f * farthest;
    for (size_t i = 0; i < n; i++) {
        const float v = fminf(c->free[i], c->far[i] + c->h);
        c->far[i] = cut ? fmaxf(v, c->far[i] - c->h) : v;
        c->free[i] = v;
    }
}

enum inr_status inr_coarse_create(struct inr_coarse *coarse, const struct inr_ask *ask,
                                  struct inr_error *err)
{
    const bool distance = ask->source->distance;
    float side = 0.0f;
    *coarse = (struct inr_coarse){0};
    memcpy(coarse->low, ask->low, sizeof coarse->low);
    memcpy(coarse->high, ask->high, sizeof coarse->high);
    for (int d = 0; d < 3; d++)
        side = fmaxf(side, ask->high[d] - ask->low[d]);
    coarse->h = side / (float)((distance ? SIDE_DISTANCE : SIDE_OTHER) - 1);
    for (int d = 0; d < 3; d++)
        coarse->n[d] = (uint32_t)fmaxf(ceilf((ask->high[d] - ask->low[d]) / coarse->h), 1.0f) + 1;
    coarse->free = malloc(points(coarse) * sizeof(float));
    coarse->far = malloc(points(coarse) * sizeof(float));
    if (!coarse->free || !coarse->far)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a grid of %zu points",
                        points(coarse));
    enum inr_status status = sample(coarse, ask, err);
    if (status == INR_OK)
        status = measure(coarse, err);
    if (status == INR_OK)
        combine(coarse, distance);
    return status;
}

void inr_coarse_free(struct inr_coarse *coarse)
{
    free(coarse->free);
    free(coarse->far);
    *coarse = (struct inr_coarse){0};
}

float inr_coarse_at(const struct inr_coarse *c, const float *grid, const float x[3])
{
    size_t at = 0, step[3], stride = 1;
    float t[3], beyond = 0.0f;
    for (int d = 0; d < 3; d++) {
        const float clamped = fminf(fmaxf(x[d], c->low[d]), c->high[d]);
        const float last = (float)(c->n[d] - 1);
        const float place = (clamped - c->low[d]) / (c->high[d] - c->low[d]) * last;
        const size_t cell = (size_t)fminf(place, last - 1.0f);
        beyond += (x[d] - clamped) * (x[d] - clamped);
        t[d] = place - (float)cell;
        at += cell * stride;
        step[d] = stride;
        stride *= c->n[d];
    }
    float v[4];
    for (size_t k = 0; k < 4; k++) {
        const float *p = grid + at + (k & 1) * step[1] + (k >> 1) * step[2];
        v[k] = p[0] + t[0] * (p[step[0]] - p[0]);
    }
    const float low = v[0] + t[1] * (v[1] - v[0]), high = v[2] + t[1] * (v[3] - v[2]);
    const float v0 = low + t[2] * (high - low), apart = fmaxf(v0, 0.0f);
    /* The shape lies in the box, which is convex, so the two legs are at right angles or wider. */
    return beyond > 0.0f ? sqrtf(beyond + apart * apart) : v0;
}

void inr_coarse_shape(const struct inr_coarse *c, void (*fn)(void *user, const float x[3]),
                      void *user)
{
    const size_t n = points(c);
    size_t found = 0;
    float x[3];
    for (size_t i = 0; i < n; i++) {
        if (c->far[i] > 0.5f * c->h)
            continue;
        point_at(c, i, x);
        fn(user, x);
        found++;
    }
    for (int k = 0; found == 0 && k < 8; k++) {
        for (int d = 0; d < 3; d++)
            x[d] = k >> d & 1 ? c->high[d] : c->low[d];
        fn(user, x);
    }
}
