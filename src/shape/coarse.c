/* SPDX-License-Identifier: MIT
 *
 * coarse.c - Distances on a coarse grid: the source's own where they are distances, else those to
 * the nearest point on the other side (Felzenszwalb and Huttenlocher 2012).
 */
#include "shape/coarse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_DISTANCE 97
#define SIDE_OTHER    128
/* Cells along the side of a block of a grid of distances. */
#define BLOCK 4u
/* How much steeper than a distance a field may be before a part of the shape can be missed. */
#define STEEP 2.0f

/* Of a point: its value is to be asked for; it is there. */
enum { WANTED = 1, KNOWN };

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

/* Values at the points where `want` says so, or (NULL) at all. */
static enum inr_status sample(struct inr_coarse *c, const struct inr_ask *ask, const uint8_t *want,
                              struct inr_error *err)
{
    const size_t n = points(c);
    float *coords = malloc(ask->batch * 3 * sizeof *coords);
    float *values = malloc(ask->batch * sizeof *values);
    uint32_t *where = malloc(ask->batch * sizeof *where);
    enum inr_status status = INR_OK;
    if (!coords || !values || !where)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu points", ask->batch);
    for (size_t at = 0; status == INR_OK && at < n;) {
        size_t some = 0;
        for (; at < n && some < ask->batch; at++)
            if (!want || want[at] == WANTED) {
                where[some] = (uint32_t)at;
                point_at(c, at, coords + 3 * some++);
            }
        status = inr_ask_values(ask, coords, some, values, err);
        for (size_t i = 0; status == INR_OK && i < some; i++)
            c->free[where[i]] = values[i];
    }
    free(coords);
    free(values);
    free(where);
    return status;
}

static size_t corner(const struct inr_coarse *c, const uint32_t at[3])
{
    return ((size_t)at[2] * c->n[1] + at[1]) * c->n[0] + at[0];
}

/* The next corner after the one at `at`, along an axis of n points. */
static uint32_t next_corner(uint32_t at, uint32_t n)
{
    return at + BLOCK < n - 1 ? at + BLOCK : n - 1;
}

/* One block: mark its points as wanted where the surface may be near, else put in between its
 * corners what they say. */
static void fill_block(struct inr_coarse *c, const uint32_t from[3], uint8_t *want)
{
    uint32_t to[3], at[3];
    float v[8], least = INFINITY;
    for (int d = 0; d < 3; d++)
        to[d] = next_corner(from[d], c->n[d]);
    for (int k = 0; k < 8; k++) {
        for (int d = 0; d < 3; d++)
            at[d] = k >> d & 1 ? to[d] : from[d];
        v[k] = c->free[corner(c, at)];
        least = fminf(least, fabsf(v[k]));
    }
    /* Half the diagonal of a block, and the cells beside it. */
    const bool near = !(least > STEEP * c->h * (0.5f * BLOCK + 1.0f) * sqrtf(3.0f));
    for (at[2] = from[2]; at[2] <= to[2]; at[2]++)
        for (at[1] = from[1]; at[1] <= to[1]; at[1]++)
            for (at[0] = from[0]; at[0] <= to[0]; at[0]++) {
                const size_t i = corner(c, at);
                if (near && want[i] != KNOWN)
                    want[i] = WANTED;
                if (near || want[i] != 0)
                    continue;
                float t[3], w = 0.0f;
                for (int d = 0; d < 3; d++)
                    t[d] = (float)(at[d] - from[d]) / (float)(to[d] - from[d]);
                for (int k = 0; k < 8; k++)
                    w += v[k] * (k & 1 ? t[0] : 1.0f - t[0]) * (k & 2 ? t[1] : 1.0f - t[1]) *
                         (k & 4 ? t[2] : 1.0f - t[2]);
                c->free[i] = w;
            }
}

/* Of distances only what is near the surface is asked for; elsewhere corners of blocks suffice. */
static enum inr_status sample_distances(struct inr_coarse *c, const struct inr_ask *ask,
                                        struct inr_error *err)
{
    uint8_t *want = calloc(points(c), 1);
    uint32_t at[3], on[3];
    if (!want)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a grid of %zu points", points(c));
    for (size_t i = 0; i < points(c); i++) {
        size_t rest = i;
        bool all = true;
        for (int d = 0; d < 3; d++) {
            at[d] = (uint32_t)(rest % c->n[d]);
            rest /= c->n[d];
            all = all && (at[d] % BLOCK == 0 || at[d] == c->n[d] - 1);
        }
        want[i] = all ? WANTED : 0;
    }
    enum inr_status status = sample(c, ask, want, err);
    for (size_t i = 0; i < points(c); i++)
        want[i] = want[i] == WANTED ? KNOWN : 0;
    for (on[2] = 0; status == INR_OK && on[2] + 1 < c->n[2]; on[2] += BLOCK)
        for (on[1] = 0; on[1] + 1 < c->n[1]; on[1] += BLOCK)
            for (on[0] = 0; on[0] + 1 < c->n[0]; on[0] += BLOCK)
                fill_block(c, on, want);
    if (status == INR_OK)
        status = sample(c, ask, want, err);
    free(want);
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
    for (int d = 0; d < 3; d++)
        coarse->per[d] = (float)(coarse->n[d] - 1) / (ask->high[d] - ask->low[d]);
    coarse->free = malloc(points(coarse) * sizeof(float));
    coarse->far = malloc(points(coarse) * sizeof(float));
    if (!coarse->free || !coarse->far)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a grid of %zu points",
                        points(coarse));
    enum inr_status status =
        distance ? sample_distances(coarse, ask, err) : sample(coarse, ask, NULL, err);
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

/* Most of the time that a picture takes is spent here: comparisons, not fminf, which asks for NaN.
 */
float inr_coarse_at(const struct inr_coarse *c, const float *grid, const float x[3])
{
    size_t at = 0, step[3], stride = 1;
    float t[3], beyond = 0.0f;
    for (int d = 0; d < 3; d++) {
        const float above = x[d] > c->low[d] ? x[d] : c->low[d];
        const float clamped = above < c->high[d] ? above : c->high[d];
        const float place = (clamped - c->low[d]) * c->per[d];
        const uint32_t last = c->n[d] - 2, whole = (uint32_t)place;
        const uint32_t cell = whole < last ? whole : last;
        beyond += (x[d] - clamped) * (x[d] - clamped);
        t[d] = place - (float)cell;
        at += cell * stride;
        step[d] = stride;
        stride *= c->n[d];
    }
    const float *p = grid + at, *q = p + step[1], *r = p + step[2], *s = r + step[1];
    const float v0 = p[0] + t[0] * (p[1] - p[0]), v1 = q[0] + t[0] * (q[1] - q[0]);
    const float v2 = r[0] + t[0] * (r[1] - r[0]), v3 = s[0] + t[0] * (s[1] - s[0]);
    const float low = v0 + t[1] * (v1 - v0), high = v2 + t[1] * (v3 - v2);
    const float v = low + t[2] * (high - low), apart = v > 0.0f ? v : 0.0f;
    /* The shape lies in the box, which is convex, so the two legs are at right angles or wider. */
    return beyond > 0.0f ? sqrtf(beyond + apart * apart) : v;
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
