/* SPDX-License-Identifier: MIT
 *
 * readout.c - Block means and projections, and their transposes.
 */
#include "exec/readout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- means ---- */

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

/* ---- projections ---- */

/* Row `y` of the picture turned by an angle. Its pixels that may see anything are [from, to); of
 * those, [first, last) see four pixels of the picture, and the others are looked at one by one. */
struct row {
    float c, s, cx, cy, y;
    uint32_t from, first, last, to;
};

/* Shorten [*from, *to] to where low <= start + slope x <= high. */
static void clip(double start, double slope, double low, double high, double *from, double *to)
{
    if (low > high || (slope == 0.0 && (start < low || start > high)))
        *to = *from - 1.0;
    if (low > high || slope == 0.0)
        return;
    const double a = (low - start) / slope, b = (high - start) / slope;
    *from = fmax(*from, fmin(a, b));
    *to = fmin(*to, fmax(a, b));
}

/* Pixels [*first, *last) of a row whose sources lie within `inside` of the picture's outermost
 * pixel centres, or outside of them by no more than -inside. */
static void clip_row(const struct inr_readout *r, const struct row *row, double inside,
                     uint32_t *first, uint32_t *last)
{
    const double c = (double)row->c, s = (double)row->s;
    const double x0 = (double)row->cx - c * (double)row->cx - s * (double)row->y;
    const double y0 = (double)row->cy - s * (double)row->cx + c * (double)row->y;
    double from = 0.0, to = (double)r->shape[0] - 1.0;
    clip(x0, c, inside, (double)r->shape[0] - 1.0 - inside, &from, &to);
    clip(y0, s, inside, (double)r->shape[1] - 1.0 - inside, &from, &to);
    *first = to >= from ? (uint32_t)ceil(from) : 0;
    *last = to >= from ? (uint32_t)floor(to) + 1 : 0;
}

static struct row row_of(const struct inr_readout *r, uint32_t a, uint32_t y)
{
    struct row row = {.cx = 0.5f * (float)(r->shape[0] - 1), .cy = 0.5f * (float)(r->shape[1] - 1)};
    float turn[2];
    /* Coordinates in single precision are off by less. */
    const double slack = 1e-6 * ((double)r->shape[0] + (double)r->shape[1]);
    inr_readout_turn(r, a, turn);
    row.c = turn[0];
    row.s = turn[1];
    row.y = (float)y - row.cy;
    clip_row(r, &row, -1.0 - slack, &row.from, &row.to);
    clip_row(r, &row, slack, &row.first, &row.last);
    if (row.first >= row.last)
        row.first = row.last = row.from;
    return row;
}

/* The pixels that a turned one sees: the left upper of four, and the weights of right and lower. */
struct view {
    int32_t x, y;
    float right, lower;
};

/* Sources are above -1 here, so truncation after adding 1 is rounding down. */
static inline struct view look(const struct row *row, uint32_t x)
{
    const inr_radon_point p = inr_radon_source((float)x - row->cx, row->y, row->c, row->s);
    const float u = p.x + row->cx, v = p.y + row->cy;
    const int32_t left = (int32_t)(u + 1.0f) - 1, upper = (int32_t)(v + 1.0f) - 1;
    return (struct view){left, upper, inr_radon_hat(u - (float)(left + 1)),
                         inr_radon_hat(v - (float)(upper + 1))};
}

/* Pixel (x, y) or 0 outside. */
static float pixel(const struct inr_readout *r, const float *image, int32_t x, int32_t y)
{
    const bool inside = x >= 0 && y >= 0 && (uint32_t)x < r->shape[0] && (uint32_t)y < r->shape[1];
    return inside ? image[(size_t)y * r->shape[0] + (size_t)x] : 0.0f;
}

static inline float blend(struct view v, float a, float b, float c, float d)
{
    const float upper = (1.0f - v.right) * a + v.right * b;
    const float lower = (1.0f - v.right) * c + v.right * d;
    return (1.0f - v.lower) * upper + v.lower * lower;
}

static float seen(const struct inr_readout *r, const float *image, struct view v)
{
    return blend(v, pixel(r, image, v.x, v.y), pixel(r, image, v.x + 1, v.y),
                 pixel(r, image, v.x, v.y + 1), pixel(r, image, v.x + 1, v.y + 1));
}

static void add(const struct inr_readout *r, float *image, int32_t x, int32_t y, float value)
{
    if (x >= 0 && y >= 0 && (uint32_t)x < r->shape[0] && (uint32_t)y < r->shape[1])
        image[(size_t)y * r->shape[0] + (size_t)x] += value;
}

static void give(const struct inr_readout *r, float *image, struct view v, float value)
{
    const float upper = (1.0f - v.lower) * value, lower = v.lower * value;
    add(r, image, v.x, v.y, (1.0f - v.right) * upper);
    add(r, image, v.x + 1, v.y, v.right * upper);
    add(r, image, v.x, v.y + 1, (1.0f - v.right) * lower);
    add(r, image, v.x + 1, v.y + 1, v.right * lower);
}

/* Projection a: m [columns] from the image. */
static void project_angle(const struct inr_readout *r, uint32_t a, const float *image, float *m)
{
    const size_t width = r->shape[0];
    memset(m, 0, width * sizeof *m);
    for (uint32_t y = 0; y < r->shape[1]; y++) {
        const struct row row = row_of(r, a, y);
        for (uint32_t x = row.from; x < row.first; x++)
            m[x] += seen(r, image, look(&row, x));
        for (uint32_t x = row.first; x < row.last; x++) {
            const struct view v = look(&row, x);
            const float *p = image + (size_t)v.y * width + (size_t)v.x;
            m[x] += blend(v, p[0], p[1], p[width], p[width + 1]);
        }
        for (uint32_t x = row.last; x < row.to; x++)
            m[x] += seen(r, image, look(&row, x));
    }
}

/* ... and back into it. */
static void adjoint_angle(const struct inr_readout *r, uint32_t a, const float *m, float *image)
{
    const size_t width = r->shape[0];
    for (uint32_t y = 0; y < r->shape[1]; y++) {
        const struct row row = row_of(r, a, y);
        for (uint32_t x = row.from; x < row.first; x++)
            give(r, image, look(&row, x), m[x]);
        for (uint32_t x = row.first; x < row.last; x++) {
            const struct view v = look(&row, x);
            float *p = image + (size_t)v.y * width + (size_t)v.x;
            const float upper = (1.0f - v.lower) * m[x], lower = v.lower * m[x];
            p[0] += (1.0f - v.right) * upper;
            p[1] += v.right * upper;
            p[width] += (1.0f - v.right) * lower;
            p[width + 1] += v.right * lower;
        }
        for (uint32_t x = row.last; x < row.to; x++)
            give(r, image, look(&row, x), m[x]);
    }
}

/* ---- both ---- */

void inr_readout_project(const struct inr_readout *r, const float *y, float *m, int threads)
{
    if (r->kind == INR_READ_MEAN) {
        mean(r, y, m);
    } else if (r->kind == INR_READ_RADON) {
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
        for (uint32_t a = 0; a < r->angles; a++)
            project_angle(r, a, y, m + (size_t)a * r->shape[0]);
    } else {
        memcpy(m, y, (size_t)inr_readout_points(r) * sizeof *m);
    }
}

/* Angles a thread has taken, cut by its number, are summed into an image of its own. */
static void radon_adjoint(const struct inr_readout *r, const float *m, float *y, float *scratch,
                          int threads)
{
    const size_t points = (size_t)inr_readout_points(r);
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int t = 0; t < threads; t++) {
        float *own = scratch + (size_t)t * points;
        memset(own, 0, points * sizeof *own);
        const uint32_t from = (uint32_t)((uint64_t)r->angles * (uint64_t)t / (uint64_t)threads);
        const uint32_t to = (uint32_t)((uint64_t)r->angles * (uint64_t)(t + 1) / (uint64_t)threads);
        for (uint32_t a = from; a < to; a++)
            adjoint_angle(r, a, m + (size_t)a * r->shape[0], own);
    }
    for (size_t i = 0; i < points; i++) {
        float sum = scratch[i];
        for (int t = 1; t < threads; t++)
            sum += scratch[(size_t)t * points + i];
        y[i] = sum;
    }
}

void inr_readout_adjoint(const struct inr_readout *r, const float *m, float *y, float *scratch,
                         int threads)
{
    if (r->kind == INR_READ_MEAN)
        spread(r, m, y);
    else if (r->kind == INR_READ_RADON)
        radon_adjoint(r, m, y, scratch, threads);
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
