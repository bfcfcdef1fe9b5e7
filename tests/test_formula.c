/* SPDX-License-Identifier: MIT
 *
 * test_formula.c - Oracles of the formulas that C and GLSL share. Both backends use the same text,
 * so their agreement says nothing about it; here every row meets central differences in double,
 * PyTorch's autograd (tests/golden/formula.txt), and published numbers, and float meets double.
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

static const struct formula_tables formula_float = FORMULA_TABLES;

/* Within tol of want; failure names the row, the quantity and both numbers. */
static void check_near(const char *row, const char *what, double x, double got, double want,
                       double tol)
{
    if (fabs(got - want) <= tol) /* false for NaN too */
        return;
    print_error("%s, %s at %.9g: got %.15g, want %.15g, off by %.3g > %.3g\n", row, what, x, got,
                want, fabs(got - want), tol);
    fail();
}

static const struct scalar_row *find_scalar(const struct formula_tables *t, const char *name)
{
    for (const struct scalar_row *r = t->scalars; r->name; r++)
        if (!strcmp(r->name, name))
            return r;
    return NULL;
}

static const struct plane_row *find_plane(const struct formula_tables *t, const char *name)
{
    for (const struct plane_row *r = t->planes; r->name; r++)
        if (!strcmp(r->name, name))
            return r;
    return NULL;
}

static const struct loss_row *find_loss(const struct formula_tables *t, const char *name)
{
    for (const struct loss_row *r = t->losses; r->name; r++)
        if (!strcmp(r->name, name))
            return r;
    return NULL;
}

/* The constants of a row: its defaults, or a gentle second set. FINER differentiates its alpha
 * here: with it held constant, the derivative is by design not that of the value. */
enum { N_SETTINGS = 2 };
static void constants(const char *name, int setting, double p[N_CONSTANTS])
{
    static const double gentle[N_CONSTANTS] = {2.5, 0.7, 0.2, -0.3, 0.4, 0.0};
    const struct inr_activation *a = inr_activation_by_name(name);
    for (int k = 0; k < N_CONSTANTS; k++)
        p[k] = setting ? gentle[k] : (double)a->constant_defaults[k];
    if (!strcmp(name, "finer"))
        p[1] = 0;
}

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
    constants(row->name, setting, l.p);
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
            check_near(row->name, "f'", z, out[D], difference(scalar_at, &l, h), 1e-7 * top[D]);
            l.out = D;
            check_near(row->name, "f''", z, out[D2], difference(scalar_at, &l, h),
                       1e-7 * (top[D2] + top[D]));
            l.out = F;
            for (int k = 0; k < a->n_constants; k++) {
                if (!strcmp(row->name, "finer") && k == 1)
                    continue;
                l.input = 1 + k;
                check_near(row->name, a->constant_names[k], z, out[DP + k],
                           difference(scalar_at, &l, h), 1e-7 * (1 + top[DP + k]));
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
    const struct scalar_row *finer = find_scalar(&formula_double, "finer");
    const struct scalar_row *sine = find_scalar(&formula_double, "sine");
    for (int i = -20; i <= 20; i++) {
        double z = 0.1 * i + 0.01, a[SCALAR_OUT], b[SCALAR_OUT];
        finer->eval((const double[N_CONSTANTS]){12, 1}, &z, a);
        sine->eval((const double[N_CONSTANTS]){12 * (fabs(z) + 1)}, &z, b);
        check_near("finer", "f", z, a[F], b[F], 1e-12);
        check_near("finer", "f'", z, a[D], b[D], 1e-10);
        check_near("finer", "f''", z, a[D2], b[D2], 1e-8);
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
        check_near(a->name, parts[i], l->in[i], out[ADJ + i], difference(plane_at, l, h), 1e-6);
        l->what = GT;
        check_near(a->name, "tangent's adjoint", l->in[i], out[TADJ + i],
                   difference(plane_at, l, h), 1e-4);
        l->along[i] = 0;
    }
    memcpy(l->along, l->in + T, sizeof l->along);
    l->what = U;
    check_near(a->name, "tangent u", l->in[0], out[TAN], difference(plane_at, l, h), 1e-6);
    l->what = V;
    check_near(a->name, "tangent v", l->in[0], out[TAN + 1], difference(plane_at, l, h), 1e-6);
    memset(l->along, 0, sizeof l->along);
    l->what = GH;
    for (l->constant = 0; l->constant < a->n_constants; l->constant++)
        check_near(a->name, a->constant_names[l->constant], l->in[0], out[BP + l->constant],
                   difference(plane_at, l, h), 1e-8);
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
                constants(r->name, setting, l.p);
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
            check_near(r->name, "derivative", l.y, out[1], difference(loss_at, &l, h),
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
    const struct scalar_row *exact = find_scalar(&formula_double, name);
    const struct scalar_row *quick = find_scalar(&formula_float, name);
    constants(name, 0, p);
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
            check_near(name, what, z[i], got[i][q], want[i][q], allowed(t));
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
            constants(r->name, sample % 2, p);
            plane_input(a, p, sample, &seed, in);
            for (int i = 0; i < N_CONSTANTS; i++)
                p[i] = round_float(p[i]);
            for (int i = 0; i < PLANE_IN; i++)
                in[i] = round_float(in[i]);
            r->eval(p, in, want);
            find_plane(&formula_float, r->name)->eval(p, in, got);
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
                check_near(r->name, what, in[0], got[q], want[q], allowed(t[q]));
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
            find_loss(&formula_float, r->name)->eval(y, t, k, got);
            check_near(r->name, "value", y - t, got[0], want[0], 1e-6 * fabs(want[0]));
            check_near(r->name, "derivative", y - t, got[1], want[1], 1e-6 * fabs(want[1]));
        }
}

/* The bounds that common/math.glsl states. Sine and cosine: absolute, to where the range reduction
 * is exact. The others: relative, but for erf, which is relative to 1. */
/* bce where floats end: held logarithms, a derivative of at most 2^25 where the output is 1 (see
 * the formula), and NaN in, NaN out. */
static void test_bce_ends(void **state)
{
    (void)state;
    static const struct {
        double y, t, f, d;
    } rows[] = {{0, 1, 100, -1e12}, {0, 0, 0, 0},         {1, 0, 100, 0x1p25},
                {1, 1, 0, 0},       {1, 0.5, 50, 0x1p24}, {1e-42, 1, 100, -1e12}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out[2];
        find_loss(&formula_float, "bce")->eval(rows[i].y, rows[i].t, 0, out);
        check_near("bce", "value", rows[i].y, out[0], rows[i].f, 1e-6 * rows[i].f);
        check_near("bce", "derivative", rows[i].y, out[1], rows[i].d, 1e-6 * fabs(rows[i].d));
    }
    for (int i = 0; i < 2; i++) {
        double out[2];
        find_loss(&formula_float, "bce")
            ->eval(i ? 0.5 : (double)NAN, i ? (double)NAN : 0.5, 0, out);
        assert_true(isnan(out[0]) && isnan(out[1]));
    }
}

static void test_elementary(void **state)
{
    (void)state;
    enum { N = 200000 };
    for (int i = -N; i <= N; i++) {
        float u = (float)i / N, x = 1e5f * u, e = 87.3f * u, z = 6 * u, p = fabsf(u);
        inr_sc sc = inr_sincos(x);
        check_near("sin", "value", (double)x, (double)sc.s, sin((double)x), 1.5e-7);
        check_near("cos", "value", (double)x, (double)sc.c, cos((double)x), 1.5e-7);
        double want = exp((double)e);
        check_near("exp", "value", (double)e, (double)inr_exp(e), want, 1.5e-7 * want);
        if (fabsf(e) < 80) /* elements of a loop share it: a clamp of its own */
            assert_true(inr_exp_constant(e) == inr_exp(e));
        want = expm1((double)e);
        check_near("expm1", "value", (double)e, (double)inr_expm1(e), want, 2e-7 * fabs(want));
        want = log1p((double)p);
        check_near("log1p", "value", (double)p, (double)inr_log1p_unit(p), want, 2e-7 * want);
        want = tanh((double)z);
        check_near("tanh", "value", (double)z, (double)inr_tanh(z), want, 3e-7 * fabs(want));
        check_near("erf", "value", (double)z, (double)inr_erf(z), erf((double)z), 2e-7);
        want = 1 / (1 + exp(-(double)e));
        check_near("sigmoid", "value", (double)e, (double)inr_sigmoid(e), want, 3e-7 * want);
    }
    assert_true(inr_sign(1e-30f) == 1 && inr_sign(-1e-30f) == -1 && inr_sign(0.0f) == 0);
}

/* Beyond their useful range the float formulas stay finite and bounded, and pass NaN on. */
static void test_extremes(void **state)
{
    (void)state;
    static const double sizes[] = {1e-38, 1e3, 1e5, 1e7, 1e12, 1e18};
    static const char *const bounded[] = {"sine",  "tanh",  "sigmoid", "gauss",
                                          "gabor", "finer", "sinc",    "hosc"};
    double out[SCALAR_OUT], p[N_CONSTANTS];
    for (size_t b = 0; b < sizeof bounded / sizeof bounded[0]; b++) {
        const struct scalar_row *row = find_scalar(&formula_float, bounded[b]);
        constants(bounded[b], 0, p);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double z = sign * sizes[i];
                row->eval(p, &z, out);
                check_near(bounded[b], "bound", z, out[F], 0, 1.000001);
            }
        row->eval(p, &(double){nan("")}, out);
        assert_true(isnan(out[F]));
    }
    assert_true(inr_exp(1e30f) < INFINITY);
    assert_true(inr_exp(INFINITY) > 2e38f);
    assert_true(inr_exp(-88.0f) == 0.0f && inr_exp(-INFINITY) == 0.0f);
    assert_true(inr_exp(0.0f) == 1.0f);
}

/* 2 pi t with t large and exact in float: the reduction loses nothing. */
static void test_frequency(void **state)
{
    (void)state;
    double want[2], got[2];
    for (int i = -200000; i < 200000; i += 7) {
        double t = i / 64.0;
        formula_double.frequency(t, want);
        formula_float.frequency(t, got);
        check_near("frequency", "cos", t, got[0], want[0], 2e-7);
        check_near("frequency", "sin", t, got[1], want[1], 2e-7);
    }
    for (int k = 0; k < 20; k++) { /* NeRF: sin(2^k pi x) */
        double turns = (double)enc_octave_frequency(k, INR_PI);
        check_near("octave", "turns", k, turns, ldexp(0.5, k), 2e-7 * ldexp(0.5, k));
    }
}

/* Relative to the quantity and to its row's scale: PyTorch's softplus, erf and sinc round alike. */
static void compare_golden(const char *line, const char *name, const double *got,
                           const double *want, int n)
{
    for (int i = 0; i < n; i++)
        if (fabs(got[i] - want[i]) > 1e-9 * (fabs(want[i]) + 1e-3)) {
            print_error("%s, result %d: got %.15g, want %.15g\n%s\n", name, i, got[i], want[i],
                        line);
            fail();
        }
}

static void test_golden(void **state)
{
    (void)state;
    FILE *file = fopen(INR_TEST_DIR "/golden/formula.txt", "r");
    char line[4096], kind[16], name[32];
    int samples = 0, used;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        double v[64], out[64];
        int n = 0;
        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%15s %31s%n", kind, name, &used), 2);
        char *at = line + used, *end;
        for (double x = strtod(at, &end); end != at && n < 64; x = strtod(at, &end)) {
            v[n++] = x;
            at = end;
        }
        if (!strcmp(kind, "scalar")) {
            assert_int_equal(n, N_CONSTANTS + 1 + SCALAR_OUT);
            find_scalar(&formula_double, name)->eval(v, &v[N_CONSTANTS], out);
            compare_golden(line, name, out, v + N_CONSTANTS + 1, SCALAR_OUT);
        } else if (!strcmp(kind, "plane")) {
            assert_int_equal(n, N_CONSTANTS + PLANE_IN + PLANE_OUT);
            find_plane(&formula_double, name)->eval(v, v + N_CONSTANTS, out);
            compare_golden(line, name, out, v + N_CONSTANTS + PLANE_IN, PLANE_OUT);
        } else {
            assert_string_equal(kind, "loss");
            assert_int_equal(n, 5);
            find_loss(&formula_double, name)->eval(v[1], v[2], v[0], out);
            compare_golden(line, name, out, v + 3, 2);
        }
        samples++;
    }
    fclose(file);
    assert_in_range(samples, 300, 10000);
}

/* Worked values of the papers' formulas, derived apart from this code, to their 9 digits. */
static void test_worked_scalars(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double p[N_CONSTANTS], z;
        int n;
        struct {
            int at;
            double value;
        } want[5];
    } rows[] = {
        {"gauss", {30}, 0.02, 2, {{F, 0.697676326}, {D, -25.1163477}}},
        {"finer", {30, 1}, 0.05, 2, {{F, 0.999991165}, {D, -0.132415316}}},
        {"finer", {30, 0}, 0.05, 2, {{F, 0.999991165}, {D, -0.138720807}}},
        {"finer", {30, 1}, -0.2, 2, {{F, -0.793667864}, {D, 21.9006473}}},
        {"finer", {30, 0}, -0.2, 2, {{F, -0.793667864}, {D, 25.5507552}}},
        {"sinc", {12}, 0.21, 2, {{F, 0.231083591}, {D, -4.97159823}}},
        {"hosc",
         {10, 4},
         0.12,
         4,
         {{F, 0.998845102}, {D, 0.0334595716}, {DP + 1, 0.00215157728}, {DP, 0.000401514859}}},
        {"fkan", {30}, 0.03, 2, {{F, 0.378745749}, {D, 8.10734054}}},
        {"incode",
         {30, 0.312, 0.312, 0.312, 0.312},
         0.02,
         5,
         {{F, 1.5485519},
          {D, 23.8035055},
          {DP + 1, 1.2365519},
          {DP + 2, 0.47607011},
          {DP + 3, 0.580790877}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out[SCALAR_OUT];
        find_scalar(&formula_double, rows[i].name)->eval(rows[i].p, &rows[i].z, out);
        for (int q = 0; q < rows[i].n; q++) {
            double want = rows[i].want[q].value;
            check_near(rows[i].name, "worked value", rows[i].z, out[rows[i].want[q].at], want,
                       2e-8 * fabs(want));
        }
    }
}

static void test_worked_planes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double p[N_CONSTANTS], in[PLANE_IN];
        int n;
        struct {
            int at;
            double value;
        } want[6];
    } rows[] = {
        {"wire",
         {20, 30},
         {0.02, -0.01, 0, 0, 1, 0.5},
         6,
         {{H, 0.717323023},
          {H + 1, 0.30327931},
          {ADJ, -30.1750124},
          {ADJ + 1, -1.73792536},
          {BP, 0.00979727082},
          {BP + 1, -0.0260688804}}},
        {"wire",
         {10, 10},
         {-0.15, 0.08, 0, 0, -0.3, 1.2},
         6,
         {{H, 0.00176644954},
          {H + 1, -0.0249094468},
          {ADJ, -0.966169078},
          {ADJ + 1, 0.790953048},
          {BP, 0.00323666588},
          {BP + 1, 0.0175834947}}},
        {"wire",
         {20, 30},
         {0.03, 0, 0, 0, 1, 0},
         3,
         {{H, 0.367157206}, {H + 1, 0.251185759}, {ADJ, -24.8502043}}},
        {"wire2d", /* planes Re p, Re q, Im p, Im q */
         {10, 10},
         {0.1, 0.06, -0.02, 0.02, 1, 0.5},
         6,
         {{H, 0.15635496},
          {H + 1, 0.243508423},
          {ADJ, -7.21549286},
          {ADJ + 2, -1.66865503},
          {ADJ + 1, -3.33731006},
          {ADJ + 3, -1.11243669}}},
        /* By P and Q; by the bias, which is both in P and by itself: 0.855018587. */
        {"paon",
         {0},
         {0.4, 1.3, 0.2, 0, 1, 0},
         4,
         {{H, 0.267657993},
          {ADJ, 0.483271375},
          {ADJ + 1, -0.110004008},
          {ADJ + 2, 0.855018587 - 0.483271375}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double out[PLANE_OUT];
        find_plane(&formula_double, rows[i].name)->eval(rows[i].p, rows[i].in, out);
        for (int q = 0; q < rows[i].n; q++) {
            double want = rows[i].want[q].value;
            check_near(rows[i].name, "worked value", rows[i].in[0], out[rows[i].want[q].at], want,
                       2e-8 * fabs(want));
        }
    }
}

static void test_activation_table(void **state)
{
    (void)state;
    assert_null(inr_activation_by_name("nothing"));
    assert_null(inr_activation_by_id(-1));
    assert_null(inr_activation_at(inr_activation_count()));
    for (size_t i = 0; i < inr_activation_count(); i++) {
        const struct inr_activation *a = inr_activation_at(i);
        assert_ptr_equal(inr_activation_by_name(a->name), a); /* names and ids are unique */
        assert_ptr_equal(inr_activation_by_id(a->id), a);
        assert_non_null(a->summary);
        assert_in_range(a->n_constants, 0, INR_ACTIVATION_CONSTANTS);
        assert_int_equal(a->learnable_mask >> a->n_constants, 0);
        for (int k = 0; k < INR_ACTIVATION_CONSTANTS; k++)
            assert_int_equal(a->constant_names[k] != NULL, k < a->n_constants);
        assert_int_equal(find_scalar(&formula_float, a->name) != NULL,
                         a->planes_z == 1 && a->planes_h == 1);
        assert_int_equal(find_plane(&formula_float, a->name) != NULL, a->planes_z > 1);
    }
}

/* Bounded rows stay within what the table says, and reach both ends within 2 % or rise without end.
 */
static void test_bounds(void **state)
{
    (void)state;
    for (const struct scalar_row *row = formula_double.scalars; row->name; row++) {
        const struct inr_activation *a = inr_activation_by_name(row->name);
        double p[N_CONSTANTS] = {0}, out[SCALAR_OUT], least = 0, most = 0;
        for (int k = 0; k < a->n_constants; k++)
            p[k] = (double)a->constant_defaults[k];
        if (!strcmp(a->name, "gabor"))
            p[1] = 0.1; /* a window of many waves */
        for (int i = -40000; i <= 40000; i++) {
            const double z = i * 5e-4;
            row->eval(p, &z, out);
            least = i == -40000 ? out[F] : fmin(least, out[F]);
            most = i == -40000 ? out[F] : fmax(most, out[F]);
        }
        if (!a->bounded) {
            assert_true(least < -1.0 || most > 1.5);
            continue;
        }
        const double low = (double)a->least, high = (double)a->most;
        if (!(least >= low && least < low + 0.02 && most <= high))
            fail_msg("%s gives %g to %g", row->name, least, most);
        if (!(most > (isinf(high) ? 19.0 : high - 0.02)))
            fail_msg("%s rises to %g", row->name, most);
    }
}

static void test_loss_table(void **state)
{
    (void)state;
    assert_null(inr_loss_by_name("nothing"));
    assert_null(inr_loss_by_id(-1));
    assert_null(inr_loss_at(inr_loss_count()));
    for (size_t i = 0; i < inr_loss_count(); i++) {
        const struct inr_loss_kind *l = inr_loss_at(i);
        assert_ptr_equal(inr_loss_by_name(l->name), l);
        assert_ptr_equal(inr_loss_by_id(l->id), l);
        assert_non_null(l->summary);
        assert_int_equal(l->constant_name != NULL, l->constant_default > 0);
        assert_int_equal(find_loss(&formula_float, l->name) != NULL, !l->jets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_differences), cmocka_unit_test(test_finer_stop_gradient),
        cmocka_unit_test(test_plane_differences),  cmocka_unit_test(test_loss_differences),
        cmocka_unit_test(test_scalar_float),       cmocka_unit_test(test_plane_float),
        cmocka_unit_test(test_loss_float),         cmocka_unit_test(test_bce_ends),
        cmocka_unit_test(test_elementary),         cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_frequency),          cmocka_unit_test(test_golden),
        cmocka_unit_test(test_worked_scalars),     cmocka_unit_test(test_worked_planes),
        cmocka_unit_test(test_activation_table),   cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_loss_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
