/* SPDX-License-Identifier: MIT
 *
 * test_formula_values.c - What the formulas give: PyTorch's numbers (tests/golden/formula.txt),
 * published ones, elementary functions beside libm, ends of the range, and their tables.
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
        formula_loss(&formula_float, "bce")->eval(rows[i].y, rows[i].t, 0, out);
        formula_near("bce", "value", rows[i].y, out[0], rows[i].f, 1e-6 * rows[i].f);
        formula_near("bce", "derivative", rows[i].y, out[1], rows[i].d, 1e-6 * fabs(rows[i].d));
    }
    for (int i = 0; i < 2; i++) {
        double out[2];
        formula_loss(&formula_float, "bce")
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
        formula_near("sin", "value", (double)x, (double)sc.s, sin((double)x), 1.5e-7);
        formula_near("cos", "value", (double)x, (double)sc.c, cos((double)x), 1.5e-7);
        double want = exp((double)e);
        formula_near("exp", "value", (double)e, (double)inr_exp(e), want, 1.5e-7 * want);
        if (fabsf(e) < 80) /* elements of a loop share it: a clamp of its own */
            assert_true(inr_exp_constant(e) == inr_exp(e));
        want = expm1((double)e);
        formula_near("expm1", "value", (double)e, (double)inr_expm1(e), want, 2e-7 * fabs(want));
        want = log1p((double)p);
        formula_near("log1p", "value", (double)p, (double)inr_log1p_unit(p), want, 2e-7 * want);
        want = tanh((double)z);
        formula_near("tanh", "value", (double)z, (double)inr_tanh(z), want, 3e-7 * fabs(want));
        formula_near("erf", "value", (double)z, (double)inr_erf(z), erf((double)z), 2e-7);
        want = 1 / (1 + exp(-(double)e));
        formula_near("sigmoid", "value", (double)e, (double)inr_sigmoid(e), want, 3e-7 * want);
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
        const struct scalar_row *row = formula_scalar(&formula_float, bounded[b]);
        formula_constants(bounded[b], 0, p);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double z = sign * sizes[i];
                row->eval(p, &z, out);
                formula_near(bounded[b], "bound", z, out[F], 0, 1.000001);
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
        formula_near("frequency", "cos", t, got[0], want[0], 2e-7);
        formula_near("frequency", "sin", t, got[1], want[1], 2e-7);
    }
    for (int k = 0; k < 20; k++) { /* NeRF: sin(2^k pi x) */
        double turns = (double)enc_octave_frequency(k, INR_PI);
        formula_near("octave", "turns", k, turns, ldexp(0.5, k), 2e-7 * ldexp(0.5, k));
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
            formula_scalar(&formula_double, name)->eval(v, &v[N_CONSTANTS], out);
            compare_golden(line, name, out, v + N_CONSTANTS + 1, SCALAR_OUT);
        } else if (!strcmp(kind, "plane")) {
            assert_int_equal(n, N_CONSTANTS + PLANE_IN + PLANE_OUT);
            formula_plane(&formula_double, name)->eval(v, v + N_CONSTANTS, out);
            compare_golden(line, name, out, v + N_CONSTANTS + PLANE_IN, PLANE_OUT);
        } else {
            assert_string_equal(kind, "loss");
            assert_int_equal(n, 5);
            formula_loss(&formula_double, name)->eval(v[1], v[2], v[0], out);
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
        formula_scalar(&formula_double, rows[i].name)->eval(rows[i].p, &rows[i].z, out);
        for (int q = 0; q < rows[i].n; q++) {
            double want = rows[i].want[q].value;
            formula_near(rows[i].name, "worked value", rows[i].z, out[rows[i].want[q].at], want,
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
        formula_plane(&formula_double, rows[i].name)->eval(rows[i].p, rows[i].in, out);
        for (int q = 0; q < rows[i].n; q++) {
            double want = rows[i].want[q].value;
            formula_near(rows[i].name, "worked value", rows[i].in[0], out[rows[i].want[q].at], want,
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
        assert_int_equal(formula_scalar(&formula_float, a->name) != NULL,
                         a->planes_z == 1 && a->planes_h == 1);
        assert_int_equal(formula_plane(&formula_float, a->name) != NULL, a->planes_z > 1);
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
        assert_int_equal(formula_loss(&formula_float, l->name) != NULL, !l->jets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bce_ends),      cmocka_unit_test(test_elementary),
        cmocka_unit_test(test_extremes),      cmocka_unit_test(test_frequency),
        cmocka_unit_test(test_golden),        cmocka_unit_test(test_worked_scalars),
        cmocka_unit_test(test_worked_planes), cmocka_unit_test(test_activation_table),
        cmocka_unit_test(test_bounds),        cmocka_unit_test(test_loss_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
