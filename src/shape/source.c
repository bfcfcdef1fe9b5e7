/* SPDX-License-Identifier: MIT
 *
 * source.c - Asks a source for values and normals, a bounded number of points at a time.
 */
#include "shape/source.h"

#include <math.h>
#include <stdlib.h>

/* Points whose six neighbours go into one call. */
#define DIFFERENCES 8192

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum inr_status inr_ask_create(struct inr_ask *ask, const struct inr_shape_source *source,
                               size_t batch, struct inr_error *err)
{
    float side = 0.0f;
    bool empty = true;
    *ask = (struct inr_ask){.source = source};
    ask->batch = batch && batch < INR_SOURCE_BATCH ? batch : INR_SOURCE_BATCH;
    if (!source->values || !isfinite(source->level))
        return inr_fail(err, INR_ERR_USAGE, "the source of a shape has no values or no level");
    for (int d = 0; d < 3; d++)
        empty = empty && source->low[d] == 0.0f && source->high[d] == 0.0f;
    for (int d = 0; d < 3; d++) {
        ask->low[d] = empty ? -1.0f : source->low[d];
        ask->high[d] = empty ? 1.0f : source->high[d];
        const float length = ask->high[d] - ask->low[d];
        if (!isfinite(length) || length <= 0.0f)
            return inr_fail(err, INR_ERR_USAGE,
                            "the box of a shape must have a length along axis %d", d);
        side = fmaxf(side, length);
    }
    ask->step = side / 1024.0f;
    if (source->gradient)
        return INR_OK;
    ask->coords = malloc((size_t)DIFFERENCES * 6 * 3 * sizeof(float));
    ask->values = malloc((size_t)DIFFERENCES * 6 * sizeof(float));
    if (!ask->coords || !ask->values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %d normals", DIFFERENCES);
    return INR_OK;
}

void inr_ask_free(struct inr_ask *ask)
{
    free(ask->coords);
    free(ask->values);
    *ask = (struct inr_ask){0};
}

enum inr_status inr_ask_values(const struct inr_ask *ask, const float *coords, size_t n, float *out,
                               struct inr_error *err)
{
    const struct inr_shape_source *s = ask->source;
    for (size_t first = 0; first < n; first += ask->batch) {
        const size_t some = least(ask->batch, n - first);
        const enum inr_status status =
            s->values(s->data, coords + 3 * first, some, out + first, err);
        if (status != INR_OK)
            return status;
    }
    for (size_t i = 0; i < n; i++) {
        const float v = out[i] - s->level;
        if (!isfinite(v))
            return inr_fail(err, INR_ERR_INPUT,
                            "the field is not a number or infinite at (%g, %g, %g), so it has no "
                            "surface; fit it again with a lower rate",
                            (double)coords[3 * i], (double)coords[3 * i + 1],
                            (double)coords[3 * i + 2]);
        out[i] = s->inside_above ? -v : v;
    }
    return INR_OK;
}

void inr_unit(float v[3])
{
    const double length = sqrt((double)v[0] * (double)v[0] + (double)v[1] * (double)v[1] +
                               (double)v[2] * (double)v[2]);
    const double scale = length > 0.0 && isfinite(length) ? 1.0 / length : 0.0;
    for (int d = 0; d < 3; d++)
        v[d] = scale > 0.0 ? (float)((double)v[d] * scale) : 0.0f;
}

/* n <= DIFFERENCES. Neighbours stay in the box, where the field is known. */
static enum inr_status differences(const struct inr_ask *ask, const float *coords, size_t n,
                                   float *out, struct inr_error *err)
{
    for (size_t i = 0; i < 6 * n; i++) {
        const size_t p = i / 6, axis = i % 6 / 2;
        float *x = ask->coords + 3 * i;
        for (size_t d = 0; d < 3; d++)
            x[d] = coords[3 * p + d];
        x[axis] = i % 2 ? fminf(x[axis] + ask->step, ask->high[axis])
                        : fmaxf(x[axis] - ask->step, ask->low[axis]);
    }
    const enum inr_status status = inr_ask_values(ask, ask->coords, 6 * n, ask->values, err);
    if (status != INR_OK)
        return status;
    for (size_t i = 0; i < 3 * n; i++) {
        const float *x = ask->coords + 6 * i + i % 3, *v = ask->values + 2 * i;
        out[i] = (v[1] - v[0]) / (x[3] - x[0]);
    }
    return INR_OK;
}

static enum inr_status gradients(const struct inr_ask *ask, const float *coords, size_t n,
                                 float *out, struct inr_error *err)
{
    const struct inr_shape_source *s = ask->source;
    const enum inr_status status = s->gradient(s->data, coords, n, out, err);
    for (size_t i = 0; status == INR_OK && s->inside_above && i < 3 * n; i++)
        out[i] = -out[i];
    return status;
}

enum inr_status inr_ask_normals(const struct inr_ask *ask, const float *coords, size_t n,
                                float *out, struct inr_error *err)
{
    const size_t batch = ask->source->gradient ? ask->batch : DIFFERENCES;
    for (size_t first = 0; first < n; first += batch) {
        const size_t some = least(batch, n - first);
        const float *x = coords + 3 * first;
        const enum inr_status status = ask->source->gradient
                                           ? gradients(ask, x, some, out + 3 * first, err)
                                           : differences(ask, x, some, out + 3 * first, err);
        if (status != INR_OK)
            return status;
    }
    for (size_t i = 0; i < n; i++)
        inr_unit(out + 3 * i);
    return INR_OK;
}
