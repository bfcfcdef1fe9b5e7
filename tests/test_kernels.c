/* SPDX-License-Identifier: MIT
 *
 * test_kernels.c - Every table of CPU loops that this machine can run: formulas against the
 * reference in double, the rest against plain loops, and nothing written past the samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/cpu/kernels.h"
#include "field/activation.h"
#include "field/formula.h"

#define LD    64 /* row stride */
#define N     48 /* samples: the rest of a row must stay as it is */
#define UNITS 3
#define ROWS  (4 * UNITS)
#define GUARD 77.0f

typedef float slot[ROWS * LD];

static const float constants[INR_MAX_CONSTANTS] = {1.5f, 0.75f, 0.2f, 0.1f, 0.3f, 0};

static float noise(size_t i)
{
    return (float)((i * 2654435761u) % 20011) / 10005.0f - 1.0f;
}

static void fill(float *x, size_t n, size_t from)
{
    for (size_t i = 0; i < n; i++)
        x[i] = noise(i + from);
}

static void guard(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = GUARD;
}

static void close_to(const char *table, const char *what, size_t i, double got, double expected)
{
    if (!(fabs(got - expected) <= 2e-6 * (1 + fabs(expected))))
        fail_msg("%s, %s [%zu]: %.9g, not %.9g", table, what, i, got, expected);
}

static void untouched(const char *table, const char *what, const float *x, int rows)
{
    for (int r = 0; r < rows; r++)
        for (int t = N; t < LD; t++)
            if (x[r * LD + t] != GUARD)
                fail_msg("%s, %s: row %d written at %d, past %d samples", table, what, r, t, N);
}

static struct inr_cpu_kernels table_at(int index)
{
    struct inr_cpu_kernels k;
    assert_true(inr_cpu_kernels_at(index, &k));
    return k;
}

static int tables(void)
{
    struct inr_cpu_kernels k;
    int n = 0;
    while (inr_cpu_kernels_at(n, &k))
        n++;
    return n;
}

/* A row of the registry in training and in evaluation, whose values must agree. */
static void run_act(const struct inr_cpu_kernels *k, const struct inr_activation *act, slot z,
                    slot h, slot keep, slot value)
{
    float bias[ROWS];
    fill(bias, ROWS, 5);
    fill(z, ROWS * LD, 11);
    guard(h, ROWS * LD);
    guard(keep, ROWS * LD);
    guard(value, ROWS * LD);
    struct inr_cpu_act a = {.z = z,
                            .bias = bias,
                            .p = constants,
                            .h = h,
                            .keep = keep,
                            .units = UNITS,
                            .planes_in = act->planes_z,
                            .planes_out = act->planes_h,
                            .n = N,
                            .ld = LD};
    k->act_train[act->id](&a);
    a.h = value;
    k->act_value[act->id](&a);
    untouched(k->name, act->name, h, act->planes_h * UNITS);
    untouched(k->name, act->name, keep, act->planes_z * UNITS);
    untouched(k->name, act->name, value, act->planes_h * UNITS);
    for (int r = 0; r < act->planes_h * UNITS; r++)
        for (int t = 0; t < N; t++)
            close_to(k->name, act->name, (size_t)t, (double)h[r * LD + t],
                     (double)value[r * LD + t]);
}

/* All tables agree with the first; test_formula and test_cpu's reference say that they are right.
 */
static void test_activations(void **state)
{
    (void)state;
    const struct inr_cpu_kernels base = table_at(0);
    static slot z, h0, keep0, h, keep, value;
    for (int i = 0; i < tables(); i++)
        for (size_t a = 0; a < inr_activation_count(); a++) {
            const struct inr_cpu_kernels k = table_at(i);
            const struct inr_activation *act = inr_activation_at(a);
            run_act(&base, act, z, h0, keep0, value);
            run_act(&k, act, z, h, keep, value);
            for (int j = 0; j < act->planes_h * UNITS * LD; j++)
                close_to(k.name, act->name, (size_t)j, (double)h[j], (double)h0[j]);
            for (int j = 0; j < act->planes_z * UNITS * LD; j++)
                close_to(k.name, act->name, (size_t)j, (double)keep[j], (double)keep0[j]);
        }
}

/* Adjoints, and the sums for learned constants. */
static void run_back(const struct inr_cpu_kernels *k, const struct inr_activation *act, slot dz,
                     float *d_bias, float *d_p)
{
    static slot z, h, g, keep, value;
    run_act(k, act, z, h, keep, value);
    if (act->planes_z == 1)
        memcpy(keep, z, sizeof keep); /* scalar rows read the pre-activation */
    fill(g, ROWS * LD, 23);
    guard(dz, ROWS * LD);
    memset(d_bias, 0, ROWS * sizeof *d_bias);
    memset(d_p, 0, INR_MAX_CONSTANTS * sizeof *d_p);
    const struct inr_cpu_act_back b = {.z = keep,
                                       .h = h,
                                       .g = g,
                                       .p = constants,
                                       .dz = dz,
                                       .d_bias = d_bias,
                                       .d_p = d_p,
                                       .learn = act->learnable_mask,
                                       .units = UNITS,
                                       .planes_in = act->planes_z,
                                       .planes_out = act->planes_h,
                                       .n = N,
                                       .ld = LD};
    k->act_learn[act->id](&b);
    if (k->act_back[act->id])
        k->act_back[act->id](&b);
    untouched(k->name, act->name, dz, act->planes_z * UNITS);
}

static void test_adjoints(void **state)
{
    (void)state;
    const struct inr_cpu_kernels base = table_at(0);
    static slot dz0, dz;
    float b0[ROWS], b[ROWS], p0[INR_MAX_CONSTANTS], p[INR_MAX_CONSTANTS];
    for (int i = 0; i < tables(); i++)
        for (size_t a = 0; a < inr_activation_count(); a++) {
            const struct inr_cpu_kernels k = table_at(i);
            const struct inr_activation *act = inr_activation_at(a);
            run_back(&base, act, dz0, b0, p0);
            run_back(&k, act, dz, b, p);
            for (int j = 0; j < act->planes_z * UNITS * LD; j++)
                close_to(k.name, act->name, (size_t)j, (double)dz[j], (double)dz0[j]);
            for (int j = 0; j < ROWS; j++) /* sums of 48 in another order */
                close_to(k.name, act->name, (size_t)j, 0.1 * (double)b[j], 0.1 * (double)b0[j]);
            for (int j = 0; j < INR_MAX_CONSTANTS; j++)
                close_to(k.name, act->name, (size_t)j, 0.01 * (double)p[j], 0.01 * (double)p0[j]);
        }
}

/* The sine of large arguments, where networks with omega = 30 and trained weights live. */
static void test_large_sine(void **state)
{
    (void)state;
    static slot z, h, keep;
    const float p[INR_MAX_CONSTANTS] = {1};
    for (int i = 0; i < tables(); i++) {
        const struct inr_cpu_kernels k = table_at(i);
        for (float scale = 1; scale < 2e5f; scale *= 10) {
            fill(z, ROWS * LD, (size_t)scale);
            for (int j = 0; j < ROWS * LD; j++)
                z[j] *= 0.5f * scale;
            const struct inr_cpu_act a = {.z = z,
                                          .p = p,
                                          .h = h,
                                          .keep = keep,
                                          .units = ROWS,
                                          .planes_in = 1,
                                          .planes_out = 1,
                                          .n = LD,
                                          .ld = LD};
            k.act_train[inr_activation_by_name("sine")->id](&a);
            for (int j = 0; j < ROWS * LD; j++) {
                assert_true(fabs((double)h[j] - sin((double)z[j])) < 2e-7);
                assert_true(fabs((double)keep[j] - cos((double)z[j])) < 2e-7);
            }
        }
    }
}

static void check_few_in(const struct inr_cpu_kernels *k, int n_in, int n_out)
{
    static slot x, y, g, d;
    float w[ROWS * ROWS], bias[ROWS], dw[ROWS * ROWS] = {0}, db[ROWS] = {0};
    fill(x, ROWS * LD, 1);
    fill(g, ROWS * LD, 2);
    fill(d, ROWS * LD, 3);
    fill(w, ROWS * ROWS, 4);
    fill(bias, ROWS, 5);
    guard(y, ROWS * LD);
    k->few_in(&(struct inr_cpu_affine){w, bias, x, y, n_in, n_out, N, LD});
    k->few_in_back(&(struct inr_cpu_affine_back){.x = x,
                                                 .g = g,
                                                 .d = n_out % 2 ? d : NULL,
                                                 .d_weight = dw,
                                                 .d_bias = db,
                                                 .n_in = n_in,
                                                 .n_out = n_out,
                                                 .n = N,
                                                 .ld = LD});
    untouched(k->name, "few_in", y, n_out);
    for (int r = 0; r < n_out; r++) {
        double sum = 0, sums[INR_CPU_NARROW] = {0};
        for (int t = 0; t < N; t++) {
            double v = (double)bias[r];
            const double dz = (double)g[r * LD + t] * (n_out % 2 ? (double)d[r * LD + t] : 1.0);
            sum += dz;
            for (int c = 0; c < n_in; c++) {
                v += (double)w[r * n_in + c] * (double)x[c * LD + t];
                sums[c] += dz * (double)x[c * LD + t];
            }
            close_to(k->name, "few_in", (size_t)t, (double)y[r * LD + t], v);
        }
        close_to(k->name, "few_in bias", (size_t)r, (double)db[r], sum);
        for (int c = 0; c < n_in; c++)
            close_to(k->name, "few_in weight", (size_t)c, (double)dw[r * n_in + c], sums[c]);
    }
}

static void check_few_out(const struct inr_cpu_kernels *k, int n_in, int n_out)
{
    static slot x, y, g, d, dz;
    float w[ROWS * ROWS], bias[ROWS], dw[ROWS * ROWS] = {0}, db[ROWS] = {0};
    const bool join = n_in % 2;
    fill(x, ROWS * LD, 1);
    fill(g, ROWS * LD, 2);
    fill(d, ROWS * LD, 3);
    fill(w, ROWS * ROWS, 4);
    fill(bias, ROWS, 5);
    guard(y, ROWS * LD);
    guard(dz, ROWS * LD);
    k->few_out(&(struct inr_cpu_affine){w, bias, x, y, n_in, n_out, N, LD});
    k->few_out_back(&(struct inr_cpu_affine_back){.w = w,
                                                  .x = x,
                                                  .g = g,
                                                  .d = join ? d : NULL,
                                                  .dz = dz,
                                                  .d_weight = dw,
                                                  .d_bias = join ? db : NULL,
                                                  .n_in = n_in,
                                                  .n_out = n_out,
                                                  .n = N,
                                                  .ld = LD});
    untouched(k->name, "few_out", y, n_out);
    untouched(k->name, "few_out_back", dz, n_in);
    for (int c = 0; c < n_out; c++)
        for (int t = 0; t < N; t++) {
            double v = (double)bias[c];
            for (int r = 0; r < n_in; r++)
                v += (double)w[c * n_in + r] * (double)x[r * LD + t];
            close_to(k->name, "few_out", (size_t)t, (double)y[c * LD + t], v);
        }
    for (int r = 0; r < n_in; r++) {
        double sum = 0, sums[INR_CPU_NARROW] = {0};
        for (int t = 0; t < N; t++) {
            double v = 0;
            for (int c = 0; c < n_out; c++) {
                v += (double)w[c * n_in + r] * (double)g[c * LD + t];
                sums[c] += (double)g[c * LD + t] * (double)x[r * LD + t];
            }
            v *= join ? (double)d[r * LD + t] : 1.0;
            sum += v;
            close_to(k->name, "few_out dz", (size_t)t, (double)dz[r * LD + t], v);
        }
        if (join)
            close_to(k->name, "few_out bias", (size_t)r, 0.1 * (double)db[r], 0.1 * sum);
        for (int c = 0; c < n_out; c++)
            close_to(k->name, "few_out weight", (size_t)c, (double)dw[c * n_in + r], sums[c]);
    }
}

static void test_narrow_products(void **state)
{
    (void)state;
    for (int i = 0; i < tables(); i++) {
        const struct inr_cpu_kernels k = table_at(i);
        for (int few = 1; few <= INR_CPU_NARROW; few++)
            for (int many = 1; many <= ROWS; many++) {
                check_few_in(&k, few, many);
                check_few_out(&k, many, few);
            }
    }
}

static void test_rows(void **state)
{
    (void)state;
    static slot x, d, y;
    float bias[ROWS], sums[ROWS], products[ROWS];
    for (int i = 0; i < tables(); i++) {
        const struct inr_cpu_kernels k = table_at(i);
        fill(x, ROWS * LD, 1);
        fill(d, ROWS * LD, 2);
        fill(bias, ROWS, 3);
        guard(y, ROWS * LD);
        memset(sums, 0, sizeof sums);
        memset(products, 0, sizeof products);
        k.add_bias(x, bias, y, ROWS, N, LD);
        untouched(k.name, "add_bias", y, ROWS);
        for (int j = 0; j < N; j++)
            assert_true(y[LD + j] == x[LD + j] + bias[1]);
        k.sum_rows(x, sums, ROWS, N, LD);
        k.chain(x, d, y, products, ROWS, N, LD);
        untouched(k.name, "chain", y, ROWS);
        for (int r = 0; r < ROWS; r++) {
            double sum = 0, product = 0;
            for (int j = 0; j < N; j++) {
                sum += (double)x[r * LD + j];
                product += (double)x[r * LD + j] * (double)d[r * LD + j];
                assert_true(y[r * LD + j] == x[r * LD + j] * d[r * LD + j]);
            }
            close_to(k.name, "sum_rows", (size_t)r, (double)sums[r], sum);
            close_to(k.name, "chain", (size_t)r, (double)products[r], product);
        }
    }
}

/* Bad numbers are found wherever they are; a large number is not one. */
static void test_finite(void **state)
{
    (void)state;
    float x[37];
    for (int i = 0; i < tables(); i++) {
        const struct inr_cpu_kernels k = table_at(i);
        fill(x, 37, 0);
        x[3] = 3e38f;
        assert_true(k.finite(x, 37));
        for (int at = 0; at < 37; at++) {
            const float held = x[at];
            x[at] = at % 2 ? NAN : -INFINITY;
            assert_false(k.finite(x, 37));
            x[at] = held;
        }
    }
}

/* An encoding that keeps its coordinates leaves the columns of other blocks alone. */
static void test_encode(void **state)
{
    (void)state;
    static slot x, y;
    float table[2 * 3];
    fill(x, ROWS * LD, 1);
    fill(table, 6, 2);
    for (int i = 0; i < tables(); i++) {
        const struct inr_cpu_kernels k = table_at(i);
        const struct inr_op op = {.n_frequencies = 3, .include_input = true};
        guard(y, ROWS * LD);
        k.encode(&op, 2, table, x, y, N, LD);
        untouched(k.name, "encode", y, ROWS);
        for (int t = 0; t < N; t++) {
            const double turns =
                (double)table[2] * (double)x[t] + (double)table[3] * (double)x[LD + t];
            assert_true(y[t] == x[t] && y[LD + t] == x[LD + t]);
            close_to(k.name, "cosine", (size_t)t, (double)y[3 * LD + t],
                     cos(6.283185307179586 * turns));
            close_to(k.name, "sine", (size_t)t, (double)y[6 * LD + t],
                     sin(6.283185307179586 * turns));
        }
    }
}

/* Chebyshev features, and tables where several samples meet at one entry. */
static void test_features(void **state)
{
    (void)state;
    static slot x, y;
    static uint32_t index[2 * LD];
    float c[2][5 * UNITS], d[2][5 * UNITS];
    fill(x, ROWS * LD, 1);
    fill(c[0], 10 * UNITS, 2);
    for (int i = 0; i < tables(); i++) {
        const struct inr_cpu_kernels k = table_at(i);
        guard(y, ROWS * LD);
        k.chebyshev(x, 2, 5, y, N, LD);
        untouched(k.name, "chebyshev", y, ROWS);
        for (int j = 0; j < ROWS; j++)
            for (int t = 0; t < N; t++)
                close_to(k.name, "chebyshev", (size_t)j, (double)y[j * LD + t],
                         cos(j % 6 * acos(tanh((double)x[j / 6 * LD + t]))));
        k.grid_index(x, 5, false, index, N);
        k.grid_index(x + LD, 5, true, index + LD, N);
        for (int t = 0; t < N; t++) {
            assert_true(index[t] == inr_grid_index(x[t], 5, 0));
            assert_true(index[LD + t] == inr_grid_index(x[LD + t], 5, 1));
        }
        memset(d, 0, sizeof d);
        guard(y, ROWS * LD);
        const struct inr_cpu_lookup l = {.table = {c[0], c[1]},
                                         .d_table = {d[0], d[1]},
                                         .points = {5, 5},
                                         .index = index,
                                         .y = y,
                                         .rows = UNITS,
                                         .dims = 2,
                                         .n = N,
                                         .ld = LD};
        k.lookup(&l);
        untouched(k.name, "lookup", y, ROWS);
        k.lookup_back(&l);
        double sums[2][5 * UNITS] = {{0}};
        for (int r = 0; r < UNITS; r++)
            for (int t = 0; t < N; t++) {
                const size_t a = 5 * (size_t)r + index[t], b = 5 * (size_t)r + index[LD + t];
                assert_true(y[r * LD + t] == c[0][a] + c[1][b]);
                sums[0][a] += (double)y[r * LD + t];
                sums[1][b] += (double)y[r * LD + t];
            }
        for (size_t j = 0; j < 10 * UNITS; j++)
            close_to(k.name, "lookup_back", j, (double)d[j / 15][j % 15], sums[j / 15][j % 15]);
    }
}

/* Grid coordinates go through a reciprocal: shapes and indices where rounding would show. */
static void test_grid(void **state)
{
    (void)state;
    static const uint32_t shapes[][3] = {{1, 1, 1},         {3, 5, 7},          {1000003, 2147, 1},
                                         {46340, 46341, 1}, {2147483647, 1, 1}, {1290, 1290, 1290}};
    static const uint8_t values[1];
    for (int i = 0; i < tables(); i++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            const struct inr_cpu_kernels k = table_at(i);
            const uint32_t *shape = shapes[s];
            const uint64_t count = (uint64_t)shape[0] * shape[1] * shape[2];
            struct inr_pool pool = {.dims = 3,
                                    .channels = 0,
                                    .shape = {shape[0], shape[1], shape[2]},
                                    .values = values,
                                    .count = count};
            uint32_t index[N];
            float coords[3 * LD];
            for (uint32_t t = 0; t < N; t++) { /* around multiples of the row length */
                const uint64_t row = (uint64_t)t * (count / shape[0]) / N * shape[0];
                index[t] = (uint32_t)((row + t % 3 + count - 1) % count);
            }
            k.gather(&pool, index, N, N, LD, coords, NULL);
            for (uint32_t t = 0; t < N; t++) {
                const uint32_t x = index[t] % shape[0], rest = index[t] / shape[0];
                assert_true(coords[t] == inr_grid_coord(x, shape[0], 0));
                assert_true(coords[LD + t] == inr_grid_coord(rest % shape[1], shape[1], 0));
                assert_true(coords[2 * LD + t] == inr_grid_coord(rest / shape[1], shape[2], 0));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activations), cmocka_unit_test(test_adjoints),
        cmocka_unit_test(test_large_sine),  cmocka_unit_test(test_narrow_products),
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_finite),
        cmocka_unit_test(test_grid),        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_features),
    };
    for (int i = 0; i < tables(); i++)
        printf("table %d: %s\n", i, table_at(i).name);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
