/* SPDX-License-Identifier: MIT
 *
 * metric.c - MSE, PSNR, MAE and SSIM of two pictures, row by row.
 *
 * SSIM needs five weighted means around each pixel: of x, y, xx, yy and xy. The Gaussian is
 * separable, so each incoming row is filtered along x once and kept in a ring of as many rows as
 * the window is high; each further row completes one row of windows.
 */
#include "inrush/signal.h"

#include <math.h>
#include <stdlib.h>

enum { WINDOW = 11, MOMENTS = 5 };

static const double sigma = 1.5, k1 = 0.01, k2 = 0.03;

struct inr_metric {
    uint32_t width, channels;
    double peak;
    uint64_t rows;
    double squares, absolutes, largest; /* sums over samples; largest absolute difference */

    size_t window;          /* odd, at most WINDOW */
    size_t valid;           /* samples in a row of windows: (width - window + 1) * channels */
    double weights[WINDOW]; /* of the window along one axis, sum 1 */
    double *product;        /* [MOMENTS][width * channels]: the moments of one row, unfiltered */
    double *ring;           /* [window][MOMENTS][valid], slot: row modulo window */
    double *means;          /* [MOMENTS][valid] */
    double similarity;      /* sum over windows */
    uint64_t windows;
};

static void set_weights(struct inr_metric *m)
{
    double sum = 0.0, centre = (double)(m->window - 1) / 2.0;
    for (size_t i = 0; i < m->window; i++) {
        double d = (double)i - centre;
        m->weights[i] = exp(-d * d / (2.0 * sigma * sigma));
        sum += m->weights[i];
    }
    for (size_t i = 0; i < m->window; i++)
        m->weights[i] /= sum;
}

static void release(struct inr_metric *m)
{
    free(m->product);
    free(m->ring);
    free(m->means);
    free(m);
}

enum inr_status inr_metric_begin(uint32_t width, uint32_t height, uint32_t channels, double peak,
                                 struct inr_metric **out, struct inr_error *err)
{
    *out = NULL;
    if (width == 0 || height == 0 || channels == 0 || !(peak > 0.0) || !isfinite(peak))
        return inr_fail(err, INR_ERR_USAGE,
                        "metric: %u x %u pixels, %u channels and a peak of %g cannot be compared; "
                        "they must be above zero",
                        width, height, channels, peak);
    struct inr_metric *m = calloc(1, sizeof *m);
    if (!m)
        return inr_fail(err, INR_ERR_MEMORY, "metric: out of memory; close other programs");
    m->width = width;
    m->channels = channels;
    m->peak = peak;
    uint32_t side = width < height ? width : height;
    m->window = side >= WINDOW ? WINDOW : side - 1 + side % 2;
    m->valid = ((size_t)width - m->window + 1) * channels;
    set_weights(m);
    m->product = calloc((size_t)width * channels, MOMENTS * sizeof *m->product);
    m->ring = calloc(m->valid * m->window, MOMENTS * sizeof *m->ring);
    m->means = calloc(m->valid, MOMENTS * sizeof *m->means);
    if (!m->product || !m->ring || !m->means) {
        release(m);
        return inr_fail(err, INR_ERR_MEMORY,
                        "metric: not enough memory for rows of %u pixels; close other programs",
                        width);
    }
    *out = m;
    return INR_OK;
}

/* Sums of differences, and the moments of one row. */
static void accumulate(struct inr_metric *m, const float *reference, const float *test)
{
    size_t n = (size_t)m->width * m->channels;
    double squares = 0.0, absolutes = 0.0, largest = m->largest;
    for (size_t i = 0; i < n; i++) {
        double x = (double)reference[i], y = (double)test[i], d = fabs(x - y);
        squares += d * d;
        absolutes += d;
        largest = d > largest ? d : largest;
        m->product[i] = x;
        m->product[n + i] = y;
        m->product[2 * n + i] = x * x;
        m->product[3 * n + i] = y * y;
        m->product[4 * n + i] = x * y;
    }
    m->squares += squares;
    m->absolutes += absolutes;
    m->largest = largest;
}

/* out[i] += weight * in[i]: both filters are made of this, so that they vectorise. */
static void add_weighted(double *restrict out, const double *restrict in, double weight, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] += weight * in[i];
}

static void clear(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = 0.0;
}

/* Filter the moments of the row along x into its slot of the ring. */
static void filter_row(struct inr_metric *m)
{
    size_t n = (size_t)m->width * m->channels;
    double *slot = m->ring + (size_t)(m->rows % m->window) * MOMENTS * m->valid;
    clear(slot, MOMENTS * m->valid);
    for (size_t k = 0; k < MOMENTS; k++)
        for (size_t t = 0; t < m->window; t++)
            add_weighted(slot + k * m->valid, m->product + k * n + t * m->channels, m->weights[t],
                         m->valid);
}

/* Filter the ring along y and add the similarity of each window. */
static void add_windows(struct inr_metric *m)
{
    size_t n = m->valid;
    uint64_t first = m->rows + 1 - m->window; /* the oldest row of the ring */
    clear(m->means, MOMENTS * n);
    for (size_t t = 0; t < m->window; t++)
        add_weighted(m->means, m->ring + (size_t)((first + t) % m->window) * MOMENTS * n,
                     m->weights[t], MOMENTS * n);
    double c1 = k1 * m->peak * k1 * m->peak, c2 = k2 * m->peak * k2 * m->peak, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = m->means[i], y = m->means[n + i];
        double xx = m->means[2 * n + i] - x * x, yy = m->means[3 * n + i] - y * y;
        double xy = m->means[4 * n + i] - x * y;
        sum += (2.0 * x * y + c1) * (2.0 * xy + c2) / ((x * x + y * y + c1) * (xx + yy + c2));
    }
    m->similarity += sum;
    m->windows += n;
}

void inr_metric_rows(struct inr_metric *m, const float *reference, const float *test, uint32_t n)
{
    size_t stride = (size_t)m->width * m->channels;
    for (uint32_t i = 0; i < n; i++) {
        accumulate(m, reference + i * stride, test + i * stride);
        filter_row(m);
        if (m->rows + 1 >= m->window)
            add_windows(m);
        m->rows++;
    }
}

struct inr_metric_result inr_metric_end(struct inr_metric *m)
{
    double samples = (double)m->rows * m->width * m->channels;
    struct inr_metric_result r = {0};
    if (samples > 0.0) {
        r.mse = m->squares / samples;
        r.mae = m->absolutes / samples;
    }
    r.max_error = m->largest;
    r.psnr = r.mse == 0.0 ? (double)INFINITY : 10.0 * log10(m->peak * m->peak / r.mse);
    /* Too few rows for one window: there is no SSIM. */
    r.ssim = m->windows ? m->similarity / (double)m->windows : (double)NAN;
    release(m);
    return r;
}
