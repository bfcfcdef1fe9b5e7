/* SPDX-License-Identifier: MIT
 *
 * test_readout.c - Measurements of a whole grid: projections and means against slow sums in double,
 * transposes, and the gradient of a step through them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cpu_case.h"
#include "exec/readout.h"
#include "field/formula.h"

static const struct inr_readout rows[] = {
    {.kind = INR_READ_RADON, .dims = 2, .shape = {9, 9, 1}, .angles = 7},
    {.kind = INR_READ_RADON, .dims = 2, .shape = {17, 10, 1}, .angles = 12},
    {.kind = INR_READ_RADON, .dims = 2, .shape = {8, 21, 1}, .angles = 2},
    {.kind = INR_READ_RADON, .dims = 2, .shape = {70, 43, 1}, .angles = 7},
    {.kind = INR_READ_RADON, .dims = 2, .shape = {1, 1, 1}, .angles = 5},
    {.kind = INR_READ_RADON, .dims = 2, .shape = {1, 6, 1}, .angles = 4},
    {.kind = INR_READ_RADON, .dims = 2, .shape = {6, 1, 1}, .angles = 1},
    {.kind = INR_READ_MEAN, .dims = 1, .shape = {12, 1, 1}, .factor = 3},
    {.kind = INR_READ_MEAN, .dims = 2, .shape = {12, 8, 1}, .factor = 4},
    {.kind = INR_READ_MEAN, .dims = 3, .shape = {6, 4, 8}, .factor = 2},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static float *random_floats(size_t n, uint64_t *state)
{
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)cpu_case_random(state);
    return x;
}

/* The matrix [count][points] in double, from what the header says: turn the picture, bilinear, add
 * up the rows. */
static double *matrix_of(const struct inr_readout *r)
{
    const size_t points = (size_t)inr_readout_points(r), count = (size_t)inr_readout_count(r);
    const int w = (int)r->shape[0], h = (int)r->shape[1];
    double *a = calloc(points * count, sizeof *a);
    assert_non_null(a);
    if (r->kind == INR_READ_MEAN) {
        const size_t f = r->factor;
        for (size_t p = 0; p < points; p++) {
            const size_t x = p % r->shape[0], y = p / r->shape[0] % r->shape[1];
            const size_t z = p / r->shape[0] / r->shape[1];
            const size_t nx = r->shape[0] / f, ny = r->dims > 1 ? r->shape[1] / f : 1;
            const size_t by = r->dims > 1 ? y / f : 0, bz = r->dims > 2 ? z / f : 0;
            a[((bz * ny + by) * nx + x / f) * points + p] = 1.0 / pow((double)f, r->dims);
        }
        return a;
    }
    for (uint32_t k = 0; k < r->angles; k++)
        for (int col = 0; col < w; col++)
            for (int row = 0; row < h; row++) {
                const double t = r->angles > 1 ? 3.14159265358979323846 * k / (r->angles - 1) : 0.0;
                const double x = col - (w - 1) / 2.0, y = row - (h - 1) / 2.0;
                const double u = cos(t) * x - sin(t) * y + (w - 1) / 2.0;
                const double v = sin(t) * x + cos(t) * y + (h - 1) / 2.0;
                for (int j = 0; j < h; j++)
                    for (int i = 0; i < w; i++)
                        a[(k * (size_t)w + (size_t)col) * points + (size_t)(j * w + i)] +=
                            fmax(0.0, 1.0 - fabs(u - i)) * fmax(0.0, 1.0 - fabs(v - j));
            }
    return a;
}

/* m = A y or y = A^T m. */
static void multiply(const double *a, size_t count, size_t points, const float *from, double *to,
                     bool transposed)
{
    for (size_t i = 0; i < (transposed ? points : count); i++)
        to[i] = 0.0;
    for (size_t m = 0; m < count; m++)
        for (size_t p = 0; p < points; p++)
            to[transposed ? p : m] += a[m * points + p] * (double)from[transposed ? m : p];
}

/* Bilinear weights are off by the rounding of coordinates, which is that of the side: some 2^-20
 * here. Sums of a few dozen terms add as much again. */
static const double tolerance = 1e-4;

static void test_maps_are_the_matrix(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (size_t i = 0; i < N_ROWS; i++) {
        const struct inr_readout *r = &rows[i];
        const size_t points = (size_t)inr_readout_points(r), count = (size_t)inr_readout_count(r);
        float *y = random_floats(points, &seed), *m = random_floats(count, &seed);
        float *ay = malloc(count * sizeof *ay), *am = malloc(points * sizeof *am);
        float *scratch = malloc((2 * (size_t)r->angles + 1) * sizeof *scratch);
        float *same_ay = malloc(count * sizeof *ay), *same_am = malloc(points * sizeof *am);
        double *a = matrix_of(r), *dm = malloc(count * sizeof *dm);
        double *dy = malloc(points * sizeof *dy);
        multiply(a, count, points, y, dm, false);
        multiply(a, count, points, m, dy, true);
        for (int threads = 1; threads <= 3; threads++) {
            inr_readout_project(r, y, ay, threads);
            inr_readout_adjoint(r, m, am, scratch, threads);
            if (threads == 1) {
                memcpy(same_ay, ay, count * sizeof *ay);
                memcpy(same_am, am, points * sizeof *am);
            }
            assert_memory_equal(ay, same_ay, count * sizeof *ay);
            assert_memory_equal(am, same_am, points * sizeof *am);
            for (size_t k = 0; k < count; k++)
                if (!(fabs((double)ay[k] - dm[k]) < tolerance))
                    fail_msg("row %zu: measurement %zu is %g, not %g", i, k, (double)ay[k], dm[k]);
            for (size_t k = 0; k < points; k++)
                if (!(fabs((double)am[k] - dy[k]) < tolerance))
                    fail_msg("row %zu: point %zu is %g, not %g", i, k, (double)am[k], dy[k]);
            double left = 0.0, right = 0.0, size = 0.0;
            for (size_t k = 0; k < count; k++) {
                left += (double)ay[k] * (double)m[k];
                size += fabs((double)ay[k] * (double)m[k]);
            }
            for (size_t k = 0; k < points; k++)
                right += (double)y[k] * (double)am[k];
            assert_true(fabs(left - right) <= 1e-6 * size + 1e-9);
        }
        free(y);
        free(m);
        free(ay);
        free(am);
        free(scratch);
        free(same_ay);
        free(same_am);
        free(a);
        free(dm);
        free(dy);
    }
}

/* 0 degrees: sums of columns; 90: of rows, bottom first; 180: of columns, last first. */
static void test_known_projections(void **state)
{
    (void)state;
    const struct inr_readout r = {
        .kind = INR_READ_RADON, .dims = 2, .shape = {5, 5, 1}, .angles = 3};
    float y[25], m[15];
    for (int i = 0; i < 25; i++)
        y[i] = (float)(i * i % 11);
    inr_readout_project(&r, y, m, 1);
    for (int k = 0; k < 5; k++) {
        float column = 0.0f, row = 0.0f;
        for (int i = 0; i < 5; i++) {
            column += y[5 * i + k];
            row += y[5 * k + i];
        }
        assert_true(fabsf(m[k] - column) < 1e-4f && fabsf(m[10 + 4 - k] - column) < 1e-4f);
        assert_true(fabsf(m[5 + k] - row) < 1e-3f);
    }
}

/* One field on the grid of a row, and measurements of samples that it outputs 2 s - 0.5 for. */
struct gradient_case {
    const struct inr_readout *what;
    size_t points, count, channels;
    struct cpu_case c;
    float *measured; /* [count][channels] */
};

static void make_case(struct gradient_case *g, size_t row)
{
    const struct inr_readout *r = &rows[row];
    uint64_t seed = 11 + row;
    *g = (struct gradient_case){.what = r,
                                .points = (size_t)inr_readout_points(r),
                                .count = (size_t)inr_readout_count(r),
                                .channels = 1 + row % 3};
    cpu_case_init(&g->c, &(struct cpu_case_config){.dims = r->dims,
                                                   .channels = (int)g->channels,
                                                   .width = 9,
                                                   .layers = 1,
                                                   .grid = {r->shape[0], r->shape[1], r->shape[2]},
                                                   .samples = g->points,
                                                   .threads = 1 + (int)row % 3});
    g->measured = random_floats(g->count * g->channels, &seed);
}

/* Gradient [n_trainable] of a step on these values; readout NULL: they are points. */
static float *gradient_of(struct gradient_case *g, const float *values,
                          const struct inr_readout *readout, struct inr_step_result *result)
{
    struct inr_error err = {0};
    struct inr_pool pool = g->c.pool;
    float *out = malloc(g->c.field->n_trainable * sizeof *out);
    assert_non_null(out);
    pool.values = values;
    pool.depth = INR_DEPTH_F32;
    pool.count = g->points;
    pool.coords = NULL;
    pool.readout = readout;
    pool.scale = readout ? 2.0f : 1.0f;
    pool.shift = readout ? -0.5f : 0.0f;
    assert_int_equal(inr_exec_set_pool(g->c.exec, &pool, &err), INR_OK);
    assert_int_equal(inr_exec_gradient(g->c.exec, 3, out, result, &err), INR_OK);
    return out;
}

/* The field on the grid, [points][channels]. */
static float *field_of(struct gradient_case *g)
{
    const struct inr_readout *r = g->what;
    const size_t dims = (size_t)r->dims;
    struct inr_error err = {0};
    float *x = malloc(g->points * dims * sizeof *x);
    float *y = malloc(g->points * g->channels * sizeof *y);
    assert_non_null(x);
    for (size_t p = 0; p < g->points; p++) {
        size_t rest = p;
        for (size_t d = 0; d < dims; rest /= r->shape[d], d++)
            x[p * dims + d] =
                inr_grid_coord((uint32_t)(rest % r->shape[d]), r->shape[d], g->c.pool.lattice);
    }
    assert_int_equal(inr_exec_eval(g->c.exec, x, g->points, y, &err), INR_OK);
    free(x);
    return y;
}

/* Targets of points whose squared error has the gradient that the measurements' one has, in double;
 * replaces y. Returns the loss of the measurements. */
static double equal_targets(struct gradient_case *g, float *y)
{
    const size_t points = g->points, count = g->count, channels = g->channels;
    const double values = (double)(count * channels);
    double *a = matrix_of(g->what), *m = malloc(count * sizeof *m);
    double *dy = malloc(points * sizeof *dy), loss = 0.0;
    float *plane = malloc(points * sizeof *plane), *dm = malloc(count * sizeof *dm);
    for (size_t k = 0; k < channels; k++) {
        for (size_t p = 0; p < points; p++)
            plane[p] = y[p * channels + k];
        multiply(a, count, points, plane, m, false);
        for (size_t j = 0; j < count; j++) {
            double ones = 0.0;
            for (size_t p = 0; p < points; p++)
                ones += a[j * points + p];
            const double e = m[j] - (2.0 * (double)g->measured[j * channels + k] - 0.5 * ones);
            loss += e * e / values;
            dm[j] = (float)(2.0 * e / values);
        }
        multiply(a, count, points, dm, dy, true);
        for (size_t p = 0; p < points; p++)
            y[p * channels + k] =
                (float)((double)plane[p] - dy[p] * (double)(points * channels) / 2.0);
    }
    free(a);
    free(m);
    free(dy);
    free(plane);
    free(dm);
    return loss;
}

/* A step whose loss is of the measurements has the gradient of a step on points whose residuals are
 * what the loss gives each point. */
static void test_gradient(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ROWS; i++) {
        struct gradient_case g;
        struct inr_step_result result, unused;
        make_case(&g, i);
        float *got = gradient_of(&g, g.measured, g.what, &result);
        float *values = field_of(&g);
        const double loss = equal_targets(&g, values);
        assert_true(fabs((double)result.loss - loss) < 1e-4 * loss);
        assert_true(fabs((double)result.mse - loss) < 1e-4 * loss);
        float *wanted = gradient_of(&g, values, NULL, &unused);
        const size_t n = g.c.field->n_trainable;
        double most = 0.0;
        for (size_t k = 0; k < n; k++)
            most = fmax(most, fabs((double)wanted[k]));
        for (size_t k = 0; k < n; k++)
            if (!(fabs((double)got[k] - (double)wanted[k]) < 1e-4 * most))
                fail_msg("row %zu: gradient %zu is %g, not %g", i, k, (double)got[k],
                         (double)wanted[k]);
        free(got);
        free(values);
        free(wanted);
        cpu_case_finish(&g.c);
        free(g.measured);
    }
}

static void test_part_of_a_batch_is_refused(void **state)
{
    (void)state;
    struct cpu_case c;
    struct inr_error err = {0};
    float measured[4] = {0};
    const struct inr_readout r = {
        .kind = INR_READ_MEAN, .dims = 1, .shape = {8, 1, 1}, .factor = 2};
    cpu_case_init(&c, &(struct cpu_case_config){.dims = 1,
                                                .channels = 1,
                                                .grid = {8, 1, 1},
                                                .samples = 8,
                                                .batch_mode = (int)INR_BATCH_RANDOM,
                                                .batch = 4});
    struct inr_pool pool = c.pool;
    pool.values = measured;
    pool.readout = &r;
    assert_int_equal(inr_exec_set_pool(c.exec, &pool, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "must be full"));
    cpu_case_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps_are_the_matrix),
        cmocka_unit_test(test_known_projections),
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_part_of_a_batch_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
