/* SPDX-License-Identifier: MIT
 *
 * test_formula.c - The formulas that C and GLSL share. Both backends use the same text, so their
 * agreement says nothing about it; here every row's derivatives meet central differences in double,
 * and float meets double. Values are test_formula_values.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/loss.h"
#include "formula_table.h"

enum { N_SETTINGS = 2 }; /* of formula_constants */

/* Derivative at 0 of f(step) by a fourth-order central difference. */
typedef double (*line_fn)(const void *context, double step);
static double difference(line_fn f, const void *context, double h)
{
    return (8 * (f(context, h) - f(context, -h)) - (f(context, 2 * h) - f(context, -2 * h))) /
           (12 * h);
}

/* Result number `out` of a scalar row as input 0 (z) or 1 + k (p[k]) moves. */
struct scalar_line {
    const struct scalar_row *row;
    double p[N_CONSTANTS];
    double z;
    int input, out;
};

static double scalar_at(const void *context, double step)
{
    struct scalar_line l = *(const struct scalar_line *)context;
    double out[SCALAR_OUT];
    if (l.input)
        l.p[l.input - 1] += step;
    else
        l.z += step;
    l.row->eval(l.p, &l.z, out);
    return out[l.out];
}

/* h = 2e-5: truncation h^4 f(5) / 30 and rounding 1e-16 f / h are both far below the tolerance,
 * 1e-7 of the largest derivative on the sweep (the fastest row, hosc, has scale omega beta = 120).
 */
static void check_scalar_row(const struct scalar_row *row, int setting)
{
    enum { STEPS = 401 };
    struct scalar_line l = {.row = row};
    const struct inr_activation *a = inr_activation_by_name(row->name);
    formula_constants(row->name, setting, l.p);
    double out[SCALAR_OUT], top[SCALAR_OUT] = {0};
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < STEPS; i++) {
            const double h = 2e-5, z = l.z = 6.0 * (i - 200.3) / STEPS;
            row->eval(l.p, &z, out);
            for (int q = 0; q < SCALAR_OUT && !pass; q++)
                top[q] = fmax(top[q], fabs(out[q]));
            if (!pass || (a->has_kink && fabs(z) < 3 * h))
                continue;
            l.input = 0;
            l.out = F;
            formula_near(row->name, "f'", z, out[D], difference(scalar_at, &l, h), 1e-7 * top[D]);
            l.out = D;
            formula_near(row->name, "f''", z, out[D2], difference(scalar_at, &l, h),
                         1e-7 * (top[D2] + top[D]));
            l.out = F;
            for (int k = 0; k < a->n_constants; k++) {
                if (!strcmp(row->name, "finer") && k == 1)
                    continue;
                l.input = 1 + k;
                formula_near(row->name, a->constant_names[k], z, out[DP + k],
                             difference(scalar_at, &l, h), 1e-7 * (1 + top[DP + k]));
                l.out = D;
                formula_near(row->name, "f' by a constant", z, out[DPZ + k],
                             difference(scalar_at, &l, h), 1e-7 * (1 + top[DPZ + k]));
                l.out = F;
            }
        }
}

static void test_scalar_differences(void **state)
{
    (void)state;
    for (const struct scalar_row *r = formula_double.scalars; r->name; r++)
        for (int setting = 0; setting < N_SETTINGS; setting++)
            check_scalar_row(r, setting);
}

/* Holding alpha constant makes FINER a sine of omega alpha, differentiated as such. */
static void test_finer_stop_gradient(void **state)
{
    (void)state;
    const struct scalar_row *finer = formula_scalar(&formula_double, "finer");
    const struct scalar_row *sine = formula_scalar(&formula_double, "sine");
    for (int i = -20; i <= 20; i++) {
        double z = 0.1 * i + 0.01, a[SCALAR_OUT], b[SCALAR_OUT];
        finer->eval((const double[N_CONSTANTS]){12, 1}, &z, a);
        sine->eval((const double[N_CONSTANTS]){12 * (fabs(z) + 1)}, &z, b);
        formula_near("finer", "f", z, a[F], b[F], 1e-12);
        formula_near("finer", "f'", z, a[D], b[D], 1e-10);
        formula_near("finer", "f''", z, a[D2], b[D2], 1e-8);
    }
}

/* Uniform on [-1, 1]; plain and local, as the product's generator is itself under test. */
static double uniform(uint32_t *s)
{
    *s = *s * 1664525u + 1013904223u;
    return (double)(*s >> 8) * 0x1p-23 - 1;
}

/* A random input of a plane row; every fourth is that of a first layer, whose last planes are 0. */
static void plane_input(const struct inr_activation *a, const double p[N_CONSTANTS], int sample,
                        uint32_t *seed, double in[PLANE_IN])
{
    int planes = a->is_complex && sample % 4 == 3 ? a->planes_z / 2 : a->planes_z;
    for (int i = 0; i < PLANE_IN; i++)
        in[i] = uniform(seed);
    for (int i = 0; i < 4; i++) {
        in[Z + i] *= i < planes ? 1.5 / (a->n_constants ? p[1] : 1) : 0;
        in[T + i] *= i < planes;
    }
    if (a->planes_h == 1)
        in[G + 1] = 0;
}

/* What a plane row yields as its inputs move along a direction, or p[k] by itself:
 * <g, h>, or a value plane, or <g, tangent>. */
struct plane_line {
    const struct plane_row *row;
    double p[N_CONSTANTS], in[PLANE_IN], along[4];
    int constant; /* -1: z moves */
    enum { GH, U, V, GT } what;
};

static double plane_at(const void *context, double step)
{
    struct plane_line l = *(const struct plane_line *)context;
    double out[PLANE_OUT];
    if (l.constant >= 0)
        l.p[l.constant] += step;
    for (int i = 0; i < 4; i++)
        l.in[Z + i] += step * l.along[i];
    l.row->eval(l.p, l.in, out);
    switch (l.what) {
    case GH:
        return l.in[G] * out[H] + l.in[G + 1] * out[H + 1];
    case GT:
        return l.in[G] * out[TAN] + l.in[G + 1] * out[TAN + 1];
    case V:
        return out[H + 1];
    case U:
        break;
    }
    return out[H];
}

static void check_plane_sample(struct plane_line *l, const struct inr_activation *a)
{
    static const char *const parts[] = {"a", "b", "c", "d"};
    const double h = 1e-5;
    double out[PLANE_OUT];
    l->row->eval(l->p, l->in, out);
    l->constant = -1;
    memset(l->along, 0, sizeof l->along);
    for (int i = 0; i < a->planes_z; i++) {
        l->along[i] = 1;
        l->what = GH;
        formula_near(a->name, parts[i], l->in[i], out[ADJ + i], difference(plane_at, l, h), 1e-6);
        l->what = GT;
        formula_near(a->name, "tangent's adjoint", l->in[i], out[TADJ + i],
                     difference(plane_at, l, h), 1e-4);
        l->along[i] = 0;
    }
    memcpy(l->along, l->in + T, sizeof l->along);
    l->what = U;
    formula_near(a->name, "tangent u", l->in[0], out[TAN], difference(plane_at, l, h), 1e-6);
    l->what = V;
    formula_near(a->name, "tangent v", l->in[0], out[TAN + 1], difference(plane_at, l, h), 1e-6);
    memset(l->along, 0, sizeof l->along);
    for (l->constant = 0; l->constant < a->n_constants; l->constant++) {
        const char *name = a->constant_names[l->constant];
        l->what = GH;
        formula_near(a->name, name, l->in[0], out[BP + l->constant], difference(plane_at, l, h),
                     1e-8);
        l->what = GT;
        formula_near(a->name, name, l->in[0], out[TBP + l->constant], difference(plane_at, l, h),
                     1e-6);
    }
}

static void test_plane_differences(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (const struct plane_row *r = formula_double.planes; r->name; r++)
        for (int setting = 0; setting < N_SETTINGS; setting++)
            for (int sample = 0; sample < 100; sample++) {
                struct plane_line l = {.row = r};
                const struct inr_activation *a = inr_activation_by_name(r->name);
                formula_constants(r->name, setting, l.p);
                plane_input(a, l.p, sample, &seed, l.in);
                check_plane_sample(&l, a);
            }
}

struct loss_line {
    const struct loss_row *row;
    double y, t, k;
};

static double loss_at(const void *context, double step)
{
    const struct loss_line *l = context;
    double out[2], y = l->y + step;
    l->row->eval(y, l->t, l->k, out);
    /* The derivative of relative_l2 holds the denominator at y: so does this. */
    return strcmp(l->row->name, "relative_l2") ? out[0]
                                               : out[0] * (y * y + l->k) / (l->y * l->y + l->k);
}

static void test_loss_differences(void **state)
{
    (void)state;
    uint32_t seed = 5;
    for (const struct loss_row *r = formula_double.losses; r->name; r++)
        for (int i = 0; i < 400; i++) {
            const double h = 1e-4;
            double k = (double)inr_loss_by_name(r->name)->constant_default, out[2];
            struct loss_line l = {r, 3 * uniform(&seed), 3 * uniform(&seed), k};
            if (inr_loss_by_name(r->name)->unit) {
                l.y = 0.5 + 0.1 * l.y; /* within 0.2 .. 0.8 */
                l.t = 0.5 + l.t / 6;
            }
            if (fabs(l.y - l.t) < 3 * h || fabs(fabs(l.y - l.t) - k) < 3 * h)
                continue; /* a kink, or where huber's second derivative jumps */
            r->eval(l.y, l.t, k, out);
            formula_near(r->name, "derivative", l.y, out[1], difference(loss_at, &l, h),
                         1e-7 * (1 + fabs(out[1])));
        }
}

/* Float against double. A float formula gives the exact result of inputs that differ in their last
 * bits, so each quantity may be off by what such changes make of it (8 of them), and by 4e-7 of the
 * largest value (for a second derivative, also first derivative) nearby, as the error of a
 * polynomial is absolute. */
struct tolerance {
    double sensitivity, largest;
};

static double allowed(struct tolerance t)
{
    return 8 * t.sensitivity + 4e-7 * t.largest + 1e-30;
}

static double round_float(double x)
{
    return (double)(float)x;
}

/* Sweep [-range, range]; `near` steps each side are nearby. */
static void check_scalar_float(const char *name, double range, int near)
{
    enum { STEPS = 2001 };
    static double want[STEPS][SCALAR_OUT], got[STEPS][SCALAR_OUT], change[STEPS][SCALAR_OUT];
    double p[N_CONSTANTS], z[STEPS], moved[SCALAR_OUT];
    const struct scalar_row *exact = formula_scalar(&formula_double, name);
    const struct scalar_row *quick = formula_scalar(&formula_float, name);
    formula_constants(name, 0, p);
    memset(change, 0, sizeof change);
    for (int i = 0; i < STEPS; i++) {
        z[i] = round_float(range * (2.0 * i / (STEPS - 1) - 1));
        exact->eval(p, &z[i], want[i]);
        quick->eval(p, &z[i], got[i]);
        for (int input = 0; input <= N_CONSTANTS; input++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double z1 = z[i], p1[N_CONSTANTS];
                memcpy(p1, p, sizeof p1);
                *(input ? &p1[input - 1] : &z1) *= 1 + sign * (double)FLT_EPSILON / 2;
                exact->eval(p1, &z1, moved);
                for (int q = 0; q < SCALAR_OUT; q++)
                    change[i][q] += fabs(moved[q] - want[i][q]) / 2;
            }
    }
    for (int i = 0; i < STEPS; i++)
        for (int q = 0; q < SCALAR_OUT; q++) {
            struct tolerance t = {change[i][q], 0};
            for (int n = i < near ? 0 : i - near; n < STEPS && n <= i + near; n++)
                t.largest = fmax(t.largest, fmax(fabs(want[n][q]), q == D2 ? fabs(want[n][D]) : 0));
            char what[32];
            snprintf(what, sizeof what, "result %d", q);
            t.largest *= q >= DPZ ? 3 : 1; /* products of two signs: a third of each may be left */
            formula_near(name, what, z[i], got[i][q], want[i][q], allowed(t));
        }
}

static void test_scalar_float(void **state)
{
    (void)state;
    for (const struct scalar_row *r = formula_double.scalars; r->name; r++) {
        check_scalar_float(r->name, 0.2, 100);
        check_scalar_float(r->name, 4, 64);
        check_scalar_float(r->name, 40, 16);
    }
}

static void test_plane_float(void **state)
{
    (void)state;
    uint32_t seed = 9;
    for (const struct plane_row *r = formula_double.planes; r->name; r++)
        for (int sample = 0; sample < 2000; sample++) {
            const struct inr_activation *a = inr_activation_by_name(r->name);
            double p[N_CONSTANTS], in[PLANE_IN], want[PLANE_OUT], got[PLANE_OUT];
            double moved[PLANE_OUT];
            struct tolerance t[PLANE_OUT] = {{0, 0}};
            formula_constants(r->name, sample % 2, p);
            plane_input(a, p, sample, &seed, in);
            for (int i = 0; i < N_CONSTANTS; i++)
                p[i] = round_float(p[i]);
            for (int i = 0; i < PLANE_IN; i++)
                in[i] = round_float(in[i]);
            r->eval(p, in, want);
            formula_plane(&formula_float, r->name)->eval(p, in, got);
            for (int input = 0; input < N_CONSTANTS + PLANE_IN; input++) {
                double *x = input < N_CONSTANTS ? &p[input] : &in[input - N_CONSTANTS], keep = *x;
                *x *= 1 + (double)FLT_EPSILON;
                r->eval(p, in, moved);
                for (int q = 0; q < PLANE_OUT; q++)
                    t[q].sensitivity += fabs(moved[q] - want[q]);
                *x = keep;
            }
            for (int q = 0; q < PLANE_OUT; q++) {
                char what[32];
                snprintf(what, sizeof what, "result %d", q);
                t[q].largest = fabs(want[q]);
                formula_near(r->name, what, in[0], got[q], want[q], allowed(t[q]));
            }
        }
}

static void test_loss_float(void **state)
{
    (void)state;
    uint32_t seed = 11;
    for (const struct loss_row *r = formula_double.losses; r->name; r++)
        for (int i = 0; i < 4000; i++) {
            double k = (double)inr_loss_by_name(r->name)->constant_default;
            double size = i % 2 ? 0.01 : 60, want[2], got[2];
            double y = round_float(size * uniform(&seed)), t = round_float(size * uniform(&seed));
            if (inr_loss_by_name(r->name)
                    ->unit) { /* towards both ends, 1e-20 from 0, 1e-7 from 1 */
                y = i % 4 == 0 ? pow(10, -20 * fabs(y) / size)
                               : round_float(1 - pow(10, -7 * fabs(y) / size));
                y = round_float(y);
                t = i % 3 ? fabs(t) / size : i / 3 % 2;
                t = round_float(t);
            }
            r->eval(y, t, k, want);
            formula_loss(&formula_float, r->name)->eval(y, t, k, got);
            formula_near(r->name, "value", y - t, got[0], want[0], 1e-6 * fabs(want[0]));
            formula_near(r->name, "derivative", y - t, got[1], want[1], 1e-6 * fabs(want[1]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_differences), cmocka_unit_test(test_finer_stop_gradient),
        cmocka_unit_test(test_plane_differences),  cmocka_unit_test(test_loss_differences),
        cmocka_unit_test(test_scalar_float),       cmocka_unit_test(test_plane_float),
        cmocka_unit_test(test_loss_float),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
