/* SPDX-License-Identifier: MIT
 *
 * readout.c - Measurements and their transposes: block means here, projections in radon.c.
 */
#include "exec/readout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/radon.h"

uint64_t inr_readout_points(const struct inr_readout *readout)
{
    return (uint64_t)readout->shape[0] * readout->shape[1] * readout->shape[2];
}

uint64_t inr_readout_count(const struct inr_readout *r)
{
    uint64_t n = 1;
    if (r->kind == INR_READ_RADON)
        return (uint64_t)r->angles * r->shape[0];
    for (int d = 0; d < r->dims; d++)
        n *= r->kind == INR_READ_MEAN ? r->shape[d] / r->factor : r->shape[d];
    return n;
}

void inr_readout_turn(const struct inr_readout *readout, uint32_t a, float turn[2])
{
    const double last = readout->angles > 1 ? (double)(readout->angles - 1) : 1.0;
    const double angle = 3.14159265358979323846 * (double)a / last;
    turn[0] = (float)cos(angle);
    turn[1] = (float)sin(angle);
}

/* Number of the block that each point of a line lies in, from that of the line's first. */
static size_t block_of(const struct inr_readout *r, uint32_t y, uint32_t z)
{
    const size_t width = r->shape[0] / r->factor;
    const size_t height = r->dims > 1 ? r->shape[1] / r->factor : 1;
    return ((r->dims > 2 ? z / r->factor : 0) * height + (r->dims > 1 ? y / r->factor : 0)) * width;
}

static float share(const struct inr_readout *r)
{
    float points = 1.0f;
    for (int d = 0; d < r->dims; d++)
        points *= (float)r->factor;
    return 1.0f / points;
}

static void mean(const struct inr_readout *r, const float *y, float *m)
{
    const float part = share(r);
    memset(m, 0, (size_t)inr_readout_count(r) * sizeof *m);
    for (uint32_t k = 0; k < r->shape[2]; k++)
        for (uint32_t j = 0; j < r->shape[1]; j++, y += r->shape[0]) {
            float *line = m + block_of(r, j, k);
            for (uint32_t i = 0; i < r->shape[0]; i++)
                line[i / r->factor] += y[i];
        }
    const size_t count = (size_t)inr_readout_count(r);
    for (size_t i = 0; i < count; i++)
        m[i] *= part;
}

static void spread(const struct inr_readout *r, const float *m, float *y)
{
    const float part = share(r);
    for (uint32_t k = 0; k < r->shape[2]; k++)
        for (uint32_t j = 0; j < r->shape[1]; j++, y += r->shape[0]) {
            const float *line = m + block_of(r, j, k);
            for (uint32_t i = 0; i < r->shape[0]; i++)
                y[i] = part * line[i / r->factor];
        }
}

void inr_readout_project(const struct inr_readout *r, const float *y, float *m, int threads)
{
    if (r->kind == INR_READ_MEAN) {
        mean(r, y, m);
    } else if (r->kind == INR_READ_RADON) {
        inr_radon_project(r, y, m, threads);
    } else {
        memcpy(m, y, (size_t)inr_readout_points(r) * sizeof *m);
    }
}

void inr_readout_adjoint(const struct inr_readout *r, const float *m, float *y, float *scratch,
                         int threads)
{
    if (r->kind == INR_READ_MEAN)
        spread(r, m, y);
    else if (r->kind == INR_READ_RADON)
        inr_radon_adjoint(r, m, y, scratch, threads);
    else
        memcpy(y, m, (size_t)inr_readout_points(r) * sizeof *y);
}

enum inr_status inr_readout_ones(const struct inr_readout *readout, float *ones,
                                 struct inr_error *err)
{
    const size_t points = (size_t)inr_readout_points(readout);
    float *y = malloc(points * sizeof *y);
    if (!y)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu points of a grid", points);
    for (size_t i = 0; i < points; i++)
        y[i] = 1.0f;
    inr_readout_project(readout, y, ones, 1);
    free(y);
    return INR_OK;
}

enum inr_status inr_readout_targets(const struct inr_readout *readout, const float *measured,
                                    int channels, float scale, float shift, float *targets,
                                    size_t stride, struct inr_error *err)
{
    const size_t count = (size_t)inr_readout_count(readout);
    float *ones = malloc(count * sizeof *ones);
    if (!ones)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu measurements", count);
    enum inr_status status = inr_readout_ones(readout, ones, err);
    for (size_t c = 0; status == INR_OK && c < (size_t)channels; c++)
        for (size_t i = 0; i < count; i++)
            targets[c * stride + i] = scale * measured[i * (size_t)channels + c] + shift * ones[i];
    free(ones);
    return status;
}
