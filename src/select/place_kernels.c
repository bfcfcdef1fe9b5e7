/* SPDX-License-Identifier: MIT
 *
 * place_kernels.c - Kernels of NeuRBF placed on a signal: weighted k-means of its points, weights
 * being the size of the gradient, and shapes from the spread of each cluster (Chen et al. 2023,
 * section 3.2).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "exec/cpu/cpu.h"
#include "field/architecture.h"
#include "field/cells.h"
#include "field/formula.h"
#include "field/kernels.h"
#include "inrush/select.h"

#define LEAST_DEVIATION                                                                            \
    0.064 /* points of the grid: 1e-3 where the paper's points are 1/64 apart                      \
           */
#define LEAST_FREE_DEVIATION 1e-3
#define SIDES_OF_MOST        10.0 /* the greatest deviation is that part of a side of the domain */
#define SPREAD               0.5  /* alpha: covariances are divided by it */
#define HAT_SPREAD           4.0  /* hats are about 1/2 at a deviation */
#define CORRELATION          0.999

#define SUMS 7 /* numbers summed for a kernel: weight, then a place or the moments */

struct placing {
    const struct inr_signal *signal; /* NULL: of free points */
    const float *free;               /* [..][dims] their places */
    const struct inr_kernels_options *options;
    struct inr_field *field;
    int dims, threads;
    float metric[INR_MAX_DIMS];
    float *coords[INR_MAX_DIMS]; /* of the grid, along each axis */
    uint32_t *points;            /* [n_points] those with a weight, in order */
    float *weights;              /* [n_points] */
    uint32_t *owner;             /* [n_points] the nearest kernel */
    size_t n_points;
    float *centres; /* [n][dims], in the field */
    size_t n;       /* kernels on the signal */
    double *sums;   /* [n][SUMS] */
};

/* Sum over channels of the squared Sobel gradient at a point; the border repeats. */
static double gradient_squares(const struct inr_signal *s, const size_t at[3])
{
    static const double smooth[3] = {1.0, 2.0, 1.0};
    size_t pitch[3] = {s->channels, s->channels * s->shape[0],
                       (size_t)s->channels * s->shape[0] * s->shape[1]};
    ptrdiff_t step[3][3];
    const float *v = s->values;
    double sum = 0.0;
    for (int a = 0; a < 3; a++) {
        v += at[a] * pitch[a];
        step[a][0] = at[a] > 0 ? -(ptrdiff_t)pitch[a] : 0;
        step[a][1] = 0;
        step[a][2] = at[a] + 1 < s->shape[a] ? (ptrdiff_t)pitch[a] : 0;
    }
    for (uint32_t c = 0; c < s->channels; c++, v++) {
        double g[3] = {0.0, 0.0, 0.0};
        for (int k = s->dims > 2 ? 0 : 1; k < (s->dims > 2 ? 3 : 2); k++)
            for (int j = s->dims > 1 ? 0 : 1; j < (s->dims > 1 ? 3 : 2); j++)
                for (int i = 0; i < 3; i++) {
                    const double value = (double)v[step[0][i] + step[1][j] + step[2][k]];
                    g[0] += value * (i - 1) * smooth[j] * smooth[k];
                    g[1] += value * (j - 1) * smooth[i] * smooth[k];
                    g[2] += value * (k - 1) * smooth[i] * smooth[j];
                }
        sum += g[0] * g[0] + g[1] * g[1] + g[2] * g[2];
    }
    return sum;
}

/* Points with a gradient, and its size. */
static enum inr_status find_points(struct placing *p, struct inr_error *err)
{
    const struct inr_signal *s = p->signal;
    const size_t width = s->shape[0], lines = (size_t)s->shape[1] * s->shape[2];
    const size_t all = width * lines;
    p->points = malloc(all * sizeof *p->points);
    p->weights = malloc(all * sizeof *p->weights);
    p->owner = malloc(all * sizeof *p->owner);
    if (!p->points || !p->weights || !p->owner)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory to weigh %zu samples", all);
    const int threads = p->threads;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t line = 0; line < lines; line++)
        for (size_t i = 0; i < width; i++) {
            const size_t at[3] = {i, line % s->shape[1], line / s->shape[1]};
            p->weights[line * width + i] = (float)sqrt(gradient_squares(s, at));
        }
    for (size_t i = 0; i < all; i++)
        if (p->weights[i] > 0.0f && isfinite(p->weights[i])) {
            p->weights[p->n_points] = p->weights[i];
            p->points[p->n_points++] = (uint32_t)i;
        }
    return INR_OK;
}

static void swap(float *a, float *b)
{
    const float held = *a;
    *a = *b;
    *b = held;
}

/* The k-th smallest, from 0; v is reordered (Hoare's selection). */
static float select_smallest(float *v, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        const float pivot = v[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&v[i++], &v[j--]);
        }
        j = v[j] > pivot ? j - 1 : j; /* low .. j are at most the pivot, the rest at least */
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return v[k];
}

static void coordinates(const struct placing *p, uint32_t point, float x[INR_MAX_DIMS])
{
    for (int a = 0; a < p->dims; a++) {
        if (p->free) {
            x[a] = p->free[(size_t)point * (size_t)p->dims + (size_t)a];
            continue;
        }
        const uint32_t n = p->signal->shape[a];
        x[a] = p->coords[a][point % n];
        point /= n;
    }
}

/* Weighted drawing without replacement (Efraimidis and Spirakis 2006): of keys that are exponential
 * with the weight as rate, the smallest. */
static enum inr_status draw_centres(struct placing *p, uint64_t seed, struct inr_error *err)
{
    float *keys = malloc(p->n_points * sizeof *keys), *sorted = malloc(p->n_points * sizeof *keys);
    if (!keys || !sorted) {
        free(keys);
        free(sorted);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory to draw from %zu samples", p->n_points);
    }
    for (size_t i = 0; i < p->n_points; i++) {
        const uint32_t word =
            inr_random((uint32_t)seed, (uint32_t)(seed >> 32), INR_STREAM_KERNELS, 0, (uint32_t)i)
                .x;
        const double u = ((double)word + 0.5) / 4294967296.0;
        keys[i] = sorted[i] = (float)(-log(u) / (double)p->weights[i]);
    }
    const float last = select_smallest(sorted, p->n_points, p->n - 1);
    size_t below = 0, taken = 0;
    for (size_t i = 0; i < p->n_points; i++)
        below += keys[i] < last;
    size_t ties = p->n - below; /* keys equal to the last: the first ones are taken */
    for (size_t i = 0; i < p->n_points && taken < p->n; i++) {
        if (!(keys[i] < last) && !(keys[i] == last && ties > 0))
            continue;
        ties -= keys[i] == last;
        coordinates(p, p->points[i], p->centres + taken++ * (size_t)p->dims);
    }
    free(keys);
    free(sorted);
    return INR_OK;
}

static uint32_t nearest_to(const struct placing *p, const struct inr_cells *cells, const float *x)
{
    const uint32_t *list = inr_cells_find(cells, x);
    uint32_t nearest = list[1];
    float least = INFINITY;
    for (uint32_t k = 1; k <= list[0]; k++) {
        const float *c = p->centres + (size_t)list[k] * (size_t)p->dims;
        float squares = 0.0f;
        for (int a = 0; a < p->dims; a++) {
            const float d = (x[a] - c[a]) * p->metric[a];
            squares += d * d;
        }
        nearest = squares < least ? list[k] : nearest;
        least = squares < least ? squares : least;
    }
    return nearest;
}

static enum inr_status assign(struct placing *p, struct inr_error *err)
{
    struct inr_cells cells;
    enum inr_status status = inr_cells_build(&cells, p->centres, p->n, p->dims, p->metric, 1, err);
    if (status != INR_OK)
        return status;
    const int threads = p->threads;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t i = 0; i < p->n_points; i++) {
        float x[INR_MAX_DIMS];
        coordinates(p, p->points[i], x);
        p->owner[i] = nearest_to(p, &cells, x);
    }
    inr_cells_free(&cells);
    return INR_OK;
}

/* One step of k-means. Sums run over the points in order, whatever the threads. */
static enum inr_status move_centres(struct placing *p, struct inr_error *err)
{
    enum inr_status status = assign(p, err);
    memset(p->sums, 0, p->n * SUMS * sizeof *p->sums);
    for (size_t i = 0; status == INR_OK && i < p->n_points; i++) {
        double *sum = p->sums + (size_t)p->owner[i] * SUMS;
        const double w = (double)p->weights[i];
        float x[INR_MAX_DIMS];
        coordinates(p, p->points[i], x);
        sum[0] += w;
        for (int a = 0; a < p->dims; a++)
            sum[1 + a] += w * (double)x[a];
    }
    for (size_t k = 0; status == INR_OK && k < p->n; k++) {
        const double *sum = p->sums + k * SUMS;
        for (int a = 0; a < p->dims && sum[0] > 0.0; a++) /* without points it stays */
            p->centres[k * (size_t)p->dims + (size_t)a] = (float)(sum[1 + a] / sum[0]);
    }
    return status;
}

/* Second moments about the centres, of scaled axes: the upper triangle by rows. */
static enum inr_status find_moments(struct placing *p, struct inr_error *err)
{
    enum inr_status status = assign(p, err);
    memset(p->sums, 0, p->n * SUMS * sizeof *p->sums);
    for (size_t i = 0; status == INR_OK && i < p->n_points; i++) {
        double *sum = p->sums + (size_t)p->owner[i] * SUMS, d[INR_MAX_DIMS];
        const float *c = p->centres + (size_t)p->owner[i] * (size_t)p->dims;
        const double w = (double)p->weights[i];
        float x[INR_MAX_DIMS];
        coordinates(p, p->points[i], x);
        for (int a = 0; a < p->dims; a++)
            d[a] = ((double)x[a] - (double)c[a]) * (double)p->metric[a];
        sum[0] += w;
        for (int a = 0, k = 1; a < p->dims; a++)
            for (int b = a; b < p->dims; b++)
                sum[k++] += w * d[a] * d[b];
    }
    return status;
}

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* Least and greatest deviation along an axis, of scaled axes. */
static void limits(const struct placing *p, int axis, double *low, double *high)
{
    uint32_t longest = 1;
    for (int a = 0; p->signal && a < p->dims; a++)
        longest = p->signal->shape[a] > longest ? p->signal->shape[a] : longest;
    *low = p->signal ? LEAST_DEVIATION * 2.0 / longest : LEAST_FREE_DEVIATION;
    *high = fmax(*low, 2.0 * (double)p->metric[axis] / SIDES_OF_MOST);
}

/* The inverse of a symmetric 3 x 3 matrix m = (00 01 02 11 12 22); false unless it is clearly
 * positive definite. */
static bool invert(const double m[6], double out[6])
{
    const double c00 = m[3] * m[5] - m[4] * m[4], c01 = m[2] * m[4] - m[1] * m[5];
    const double c02 = m[1] * m[4] - m[2] * m[3], minor = m[0] * m[3] - m[1] * m[1];
    const double det = m[0] * c00 + m[1] * c01 + m[2] * c02;
    if (!(minor > 1e-6 * m[0] * m[3]) || !(det > 1e-9 * m[0] * m[3] * m[5]))
        return false;
    out[0] = c00 / det;
    out[1] = c01 / det;
    out[2] = c02 / det;
    out[3] = (m[0] * m[5] - m[2] * m[2]) / det;
    out[4] = (m[1] * m[2] - m[0] * m[4]) / det;
    out[5] = minor / det;
    return true;
}

/* S = inverse of the clipped covariance; missing axes are independent. */
static void write_matrix(const struct placing *p, const double *sum, float *shape)
{
    static const int row[6] = {0, 0, 0, 1, 1, 2}, col[6] = {0, 1, 2, 1, 2, 2};
    double m[6] = {1, 0, 0, 1, 0, 1}, inverse[6], deviation[3] = {1, 1, 1};
    for (int k = 0, from = 1; k < 6; k++)
        if (col[k] < p->dims)
            m[k] = sum[0] > 0.0 ? sum[from++] / sum[0] / SPREAD : 0.0;
    for (int k = 0; k < 6; k++)
        if (row[k] == col[k] && row[k] < p->dims) {
            double low, high;
            limits(p, row[k], &low, &high);
            deviation[row[k]] = clamp(sqrt(m[k]), low, high);
            m[k] = deviation[row[k]] * deviation[row[k]];
        }
    for (int k = 0; k < 6; k++) {
        const double most = CORRELATION * deviation[row[k]] * deviation[col[k]];
        m[k] = row[k] == col[k] ? m[k] : clamp(m[k], -most, most);
    }
    /* Pairwise limits do not suffice in space. */
    while (!invert(m, inverse))
        for (int k = 0; k < 6; k++)
            m[k] *= row[k] == col[k] ? 1.0 : 0.9;
    for (int k = 0; k < 6; k++)
        if (col[k] < p->dims)
            *shape++ = (float)inverse[k];
}

static void write_slope(const struct placing *p, const double *sum, float *shape)
{
    double squares = 0.0, low, high;
    for (int a = 0, k = 1; a < p->dims; k += p->dims - a++)
        squares += sum[0] > 0.0 ? sum[k] / sum[0] / SPREAD : 0.0;
    limits(p, 0, &low, &high);
    const double deviation = clamp(sqrt(squares), low, fmax(low, 2.0 / SIDES_OF_MOST));
    *shape = (float)(1.0 / sqrt(HAT_SPREAD * deviation * deviation));
}

static enum inr_status place(struct placing *p, uint64_t seed, struct inr_error *err)
{
    const struct inr_slice *shapes = inr_field_slice(p->field, "kernels.shapes");
    float *shape = p->field->params + shapes->offset;
    enum inr_status status = draw_centres(p, seed, err);
    for (int i = 0; i < p->options->rounds && status == INR_OK; i++)
        status = move_centres(p, err);
    if (status == INR_OK)
        status = find_moments(p, err);
    for (size_t k = 0; k < p->n && status == INR_OK; k++, shape += shapes->cols)
        if (p->field->config.kernel == INR_KERNEL_HAT)
            write_slope(p, p->sums + k * SUMS, shape);
        else
            write_matrix(p, p->sums + k * SUMS, shape);
    return status;
}

static enum inr_status check(int dims, const struct inr_field *field,
                             const struct inr_kernels_options *options, struct inr_error *err)
{
    if (!inr_kernels_wanted(&field->config))
        return inr_fail(err, INR_ERR_USAGE, "architecture %s has no kernels to place",
                        inr_architecture_by_id(field->config.architecture)->name);
    if (dims != field->config.dims)
        return inr_fail(err, INR_ERR_USAGE,
                        "a signal of %d axes cannot place the kernels of a field of %d coordinates",
                        dims, field->config.dims);
    if (options->rounds < 0 || options->rounds > 1000)
        return inr_fail(err, INR_ERR_USAGE, "rounds is %d: it must lie in 0..1000",
                        options->rounds);
    return INR_OK;
}

bool inr_kernels_wanted(const struct inr_field_config *config)
{
    return config->architecture == INR_ARCHITECTURE_NEURBF;
}

void inr_kernels_default(struct inr_kernels_options *options)
{
    *options = (struct inr_kernels_options){.rounds = 10};
}

/* Kernels, and room for their sums. */
static enum inr_status make_room(struct placing *p, struct inr_error *err)
{
    const size_t wanted = (size_t)p->field->config.kernels;
    p->n = p->n_points < wanted ? p->n_points : wanted;
    p->centres = p->field->params + inr_field_slice(p->field, "kernels.centres")->offset;
    p->sums = malloc((p->n * SUMS + 1) * sizeof *p->sums);
    return p->sums ? INR_OK
                   : inr_fail(err, INR_ERR_MEMORY, "out of memory to place %zu kernels", p->n);
}

/* Coordinates of the grid's lines. */
static enum inr_status prepare(struct placing *p, struct inr_error *err)
{
    const struct inr_signal *s = p->signal;
    for (int a = 0; a < p->dims; a++) {
        p->coords[a] = malloc(s->shape[a] * sizeof **p->coords);
        if (!p->coords[a])
            return inr_fail(err, INR_ERR_MEMORY, "out of memory for %u coordinates", s->shape[a]);
        for (uint32_t i = 0; i < s->shape[a]; i++)
            p->coords[a][i] = inr_grid_coord(i, s->shape[a], p->options->lattice);
    }
    return find_points(p, err);
}

/* Points with a weight, of those given. */
static enum inr_status prepare_free(struct placing *p, const float *weights, size_t n,
                                    struct inr_error *err)
{
    p->points = malloc(n * sizeof *p->points);
    p->weights = malloc(n * sizeof *p->weights);
    p->owner = malloc(n * sizeof *p->owner);
    if (!p->points || !p->weights || !p->owner)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory to weigh %zu points", n);
    for (size_t i = 0; i < n; i++)
        if (weights[i] > 0.0f && isfinite(weights[i])) {
            p->weights[p->n_points] = weights[i];
            p->points[p->n_points++] = (uint32_t)i;
        }
    return INR_OK;
}

/* What follows the points, and the end of it all. */
static enum inr_status finish(struct placing *p, enum inr_status status, uint64_t seed,
                              struct inr_kernels_result *result, struct inr_error *err)
{
    if (status == INR_OK)
        status = make_room(p, err);
    if (status == INR_OK && p->n > 0)
        status = place(p, seed, err);
    if (result)
        *result = (struct inr_kernels_result){.points = p->n_points, .placed = (int)p->n};
    for (int a = 0; a < p->dims; a++)
        free(p->coords[a]);
    free(p->points);
    free(p->weights);
    free(p->owner);
    free(p->sums);
    return status;
}

enum inr_status inr_kernels_place(const struct inr_signal *signal, struct inr_field *field,
                                  const struct inr_kernels_options *options, uint64_t seed,
                                  struct inr_kernels_result *result, struct inr_error *err)
{
    enum inr_status status = check(signal->dims, field, options, err);
    if (status != INR_OK)
        return status;
    struct placing p = {.signal = signal,
                        .options = options,
                        .field = field,
                        .dims = signal->dims,
                        .threads = options->threads > 0 ? options->threads : inr_cpu_threads()};
    inr_kernels_metric(&field->config, p.metric);
    return finish(&p, prepare(&p, err), seed, result, err);
}

enum inr_status inr_kernels_place_points(const float *coords, const float *weights, size_t n,
                                         struct inr_field *field,
                                         const struct inr_kernels_options *options, uint64_t seed,
                                         struct inr_kernels_result *result, struct inr_error *err)
{
    enum inr_status status = check(field->config.dims, field, options, err);
    if (status == INR_OK && n > UINT32_MAX)
        status = inr_fail(err, INR_ERR_USAGE, "%zu points are too many to place kernels by", n);
    if (status != INR_OK)
        return status;
    struct placing p = {.free = coords,
                        .options = options,
                        .field = field,
                        .dims = field->config.dims,
                        .threads = options->threads > 0 ? options->threads : inr_cpu_threads()};
    inr_kernels_metric(&field->config, p.metric);
    return finish(&p, prepare_free(&p, weights, n, err), seed, result, err);
}
