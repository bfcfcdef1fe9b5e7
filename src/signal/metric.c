/* SPDX-License-Identifier: MIT
 *
 * metric.c - MSE, PSNR, MAE, SSIM and MS-SSIM of two pictures, row by row.
 *
 * SSIM needs five weighted means around each pixel: of x, y, xx, yy and xy. The Gaussian is
 * separable, so each incoming row is filtered along x once and kept in a ring of as many rows as
 * the window is high; each further row completes one row of windows. MS-SSIM measures the same at
 * half the size, a quarter ...: two rows of pixels make one of the next smaller comparison.
 */
#include "inrush/signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 11, MOMENTS = 5, SCALES = 5 };

static const double sigma = 1.5, k1 = 0.01, k2 = 0.03;

/* Wang, Simoncelli and Bovik 2003, the finest scale first. */
static const double scale_weights[SCALES] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

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
    double *similarity;     /* [channels], sum over windows */
    double *contrast;       /* [channels], sum over windows of the factor without luminance */
    uint64_t windows;       /* of a channel */

    struct inr_metric *half; /* the same at half the size, or NULL */
    float *waiting;          /* [2][width * channels]: an even row, until the odd one comes */
    float *pooled;           /* [2][width / 2 * channels] */
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
    if (!m)
        return;
    release(m->half);
    free(m->product);
    free(m->ring);
    free(m->means);
    free(m->similarity);
    free(m->contrast);
    free(m->waiting);
    free(m->pooled);
    free(m);
}

static struct inr_metric *create(uint32_t width, uint32_t height, uint32_t channels, double peak,
                                 int scales);

/* Memory for `scales` scales; false: there is not enough, and *m must be released. */
static bool allocate(struct inr_metric *m, uint32_t height, int scales)
{
    const size_t line = (size_t)m->width * m->channels;
    m->product = calloc(line, MOMENTS * sizeof *m->product);
    m->ring = calloc(m->valid * m->window, MOMENTS * sizeof *m->ring);
    m->means = calloc(m->valid, MOMENTS * sizeof *m->means);
    m->similarity = calloc(m->channels, sizeof *m->similarity);
    m->contrast = calloc(m->channels, sizeof *m->contrast);
    if (!m->product || !m->ring || !m->means || !m->similarity || !m->contrast)
        return false;
    if (scales == 1)
        return true;
    m->waiting = calloc(line, 2 * sizeof *m->waiting);
    m->pooled = calloc(line, sizeof *m->pooled);
    m->half = create(m->width / 2, height / 2, m->channels, m->peak, scales - 1);
    return m->waiting && m->pooled && m->half;
}

static struct inr_metric *create(uint32_t width, uint32_t height, uint32_t channels, double peak,
                                 int scales)
{
    struct inr_metric *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->width = width;
    m->channels = channels;
    m->peak = peak;
    uint32_t side = width < height ? width : height;
    m->window = side >= WINDOW ? WINDOW : side - 1 + side % 2;
    m->valid = ((size_t)width - m->window + 1) * channels;
    set_weights(m);
    if (allocate(m, height, scales))
        return m;
    release(m);
    return NULL;
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
    /* The smallest scale must hold a whole window. */
    const uint32_t side = width < height ? width : height;
    *out = create(width, height, channels, peak, side >> (SCALES - 1) >= WINDOW ? SCALES : 1);
    if (!*out)
        return inr_fail(err, INR_ERR_MEMORY,
                        "metric: not enough memory for rows of %u pixels; close other programs",
                        width);
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
    const double c1 = k1 * m->peak * k1 * m->peak, c2 = k2 * m->peak * k2 * m->peak;
    for (uint32_t c = 0; c < m->channels; c++) {
        double similarity = 0.0, contrast = 0.0;
        for (size_t i = c; i < n; i += m->channels) {
            double x = m->means[i], y = m->means[n + i];
            double xx = m->means[2 * n + i] - x * x, yy = m->means[3 * n + i] - y * y;
            double xy = m->means[4 * n + i] - x * y;
            double factor = (2.0 * xy + c2) / (xx + yy + c2);
            contrast += factor;
            similarity += factor * (2.0 * x * y + c1) / (x * x + y * y + c1);
        }
        m->similarity[c] += similarity;
        m->contrast[c] += contrast;
    }
    m->windows += n / m->channels;
}

/* Means of 2 x 2 pixels; an odd last column is left out. */
static void pool(const struct inr_metric *m, const float *upper, const float *lower, float *out)
{
    const size_t channels = m->channels;
    for (size_t x = 0; x < m->width / 2; x++)
        for (size_t c = 0; c < channels; c++) {
            const size_t i = 2 * x * channels + c;
            out[x * channels + c] =
                0.25f * ((upper[i] + upper[i + channels]) + (lower[i] + lower[i + channels]));
        }
}

/* Keep an even row; of an odd one and the row before it make one of the half size. */
static void pass_on(struct inr_metric *m, const float *reference, const float *test)
{
    const size_t line = (size_t)m->width * m->channels;
    const size_t half = (size_t)(m->width / 2) * m->channels;
    if (m->rows % 2 == 0) {
        memcpy(m->waiting, reference, line * sizeof *reference);
        memcpy(m->waiting + line, test, line * sizeof *test);
        return;
    }
    pool(m, m->waiting, reference, m->pooled);
    pool(m, m->waiting + line, test, m->pooled + half);
    inr_metric_rows(m->half, m->pooled, m->pooled + half, 1);
}

void inr_metric_rows(struct inr_metric *m, const float *reference, const float *test, uint32_t n)
{
    size_t stride = (size_t)m->width * m->channels;
    for (uint32_t i = 0; i < n; i++) {
        accumulate(m, reference + i * stride, test + i * stride);
        filter_row(m);
        if (m->rows + 1 >= m->window)
            add_windows(m);
        if (m->half)
            pass_on(m, reference + i * stride, test + i * stride);
        m->rows++;
    }
}

/* Too few rows for one window: there is no SSIM. */
static double ssim(const struct inr_metric *m)
{
    double sum = 0.0;
    for (uint32_t c = 0; c < m->channels; c++)
        sum += m->similarity[c];
    return m->windows ? sum / ((double)m->windows * m->channels) : (double)NAN;
}

/* Luminance counts at the coarsest scale alone. A mean below zero, of a picture like the negative
 * of the other, has no root and counts as no similarity. */
static double ms_ssim(const struct inr_metric *finest)
{
    double sum = 0.0;
    for (uint32_t c = 0; c < finest->channels; c++) {
        double product = 1.0;
        const struct inr_metric *m = finest;
        for (int scale = 0; scale < SCALES; scale++, m = m->half) {
            if (!m || !m->windows)
                return (double)NAN;
            const double all = m->half ? m->contrast[c] : m->similarity[c];
            const double mean = all / (double)m->windows;
            product *= pow(mean < 0.0 ? 0.0 : mean, scale_weights[scale]);
        }
        sum += product;
    }
    return sum / finest->channels;
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
    r.ssim = ssim(m);
    r.ms_ssim = ms_ssim(m);
    release(m);
    return r;
}
