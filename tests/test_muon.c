/* SPDX-License-Identifier: MIT
 *
 * test_muon.c - Steps of Muon against singular values: what five polynomials of matrices make of
 * P S Q^T is P f(f(f(f(f(S))))) Q^T with the scalar polynomial f, for which this decomposes
 * gradients in double by Jacobi rotations. All that is no matrix takes AdamW's step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_case.h"
#include "field/formula.h"
#include "common/optimizer.glsl"

#define BETA  0.9
#define RATE  1e-3
#define STEPS 3

/* One-sided Jacobi (Hestenes 1958): rotate pairs of columns of a [rows][cols] until all are
 * orthogonal; the same rotations of the identity are Q. Then a = P S. */
static void decompose(double *a, double *q, int rows, int cols)
{
    memset(q, 0, (size_t)cols * (size_t)cols * sizeof *q);
    for (int j = 0; j < cols; j++)
        q[j * cols + j] = 1.0;
    for (int sweep = 0; sweep < 60; sweep++)
        for (int j = 0; j < cols; j++)
            for (int k = j + 1; k < cols; k++) {
                double aa = 0.0, bb = 0.0, ab = 0.0;
                for (int i = 0; i < rows; i++) {
                    aa += a[i * cols + j] * a[i * cols + j];
                    bb += a[i * cols + k] * a[i * cols + k];
                    ab += a[i * cols + j] * a[i * cols + k];
                }
                if (fabs(ab) <= 1e-16 * sqrt(aa * bb))
                    continue;
                const double zeta = (bb - aa) / (2.0 * ab);
                const double t = copysign(1.0, zeta) / (fabs(zeta) + sqrt(1.0 + zeta * zeta));
                const double c = 1.0 / sqrt(1.0 + t * t), s = c * t;
                for (int part = 0; part < 2; part++) {
                    double *m = part ? q : a;
                    for (int i = 0; i < (part ? cols : rows); i++) {
                        const double x = m[i * cols + j], y = m[i * cols + k];
                        m[i * cols + j] = c * x - s * y;
                        m[i * cols + k] = s * x + c * y;
                    }
                }
            }
}

/* What becomes of a singular value in five steps. */
static double polynomial(double s)
{
    for (int i = 0; i < 5; i++)
        s = 3.4445 * s - 4.775 * pow(s, 3.0) + 2.0315 * pow(s, 5.0);
    return s;
}

/* u [rows][cols] -> the direction. */
static void direction(double *u, int rows, int cols)
{
    double *q = malloc((size_t)cols * (size_t)cols * sizeof *q), norm = 0.0;
    double *a = malloc((size_t)rows * (size_t)cols * sizeof *a);
    assert_non_null(q);
    assert_non_null(a);
    for (int i = 0; i < rows * cols; i++)
        norm += u[i] * u[i];
    for (int i = 0; i < rows * cols; i++)
        a[i] = norm > 0.0 ? u[i] / sqrt(norm) : 0.0;
    decompose(a, q, rows, cols);
    for (int j = 0; j < cols; j++) {
        double s = 0.0;
        for (int i = 0; i < rows; i++)
            s += a[i * cols + j] * a[i * cols + j];
        s = sqrt(s);
        for (int i = 0; i < rows; i++)
            a[i * cols + j] *= s > 0.0 ? polynomial(s) / s : 0.0;
    }
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < cols; k++) {
            double sum = 0.0;
            for (int j = 0; j < cols; j++)
                sum += a[i * cols + j] * q[k * cols + j];
            u[i * cols + k] = sum * sqrt(rows > cols ? rows : cols);
        }
    free(a);
    free(q);
}

struct reference {
    double *w, *m, *v, *u;
};

static void matrix_step(const struct inr_matrix *matrix, const float *g, double decay,
                        const struct reference *r)
{
    const size_t at = matrix->param, n = (size_t)matrix->rows * (size_t)matrix->cols;
    for (size_t i = at; i < at + n; i++) {
        r->m[i] = BETA * r->m[i] + (1.0 - BETA) * (double)g[i];
        r->u[i] = BETA * r->m[i] + (1.0 - BETA) * (double)g[i];
    }
    direction(r->u + at, matrix->rows, matrix->cols);
    for (size_t i = at; i < at + n; i++)
        r->w[i] -= RATE * decay * r->w[i] + RATE * r->u[i];
}

static void adamw_step(size_t i, double g, double decay, int t, const struct reference *r)
{
    r->m[i] = BETA * r->m[i] + (1.0 - BETA) * g;
    r->v[i] = 0.99 * r->v[i] + 0.01 * g * g;
    const double m = r->m[i] / (1.0 - pow(BETA, t)), v = r->v[i] / (1.0 - pow(0.99, t));
    r->w[i] -= RATE * decay * r->w[i] + RATE * m / (sqrt(v) + 1e-8);
}

/* Which parameters lie in which matrix; -1: in none. */
static int *owners(const struct inr_program *program)
{
    int *owner = malloc((program->n_trainable + 1) * sizeof *owner);
    assert_non_null(owner);
    for (size_t i = 0; i < program->n_trainable; i++)
        owner[i] = -1;
    for (size_t k = 0; k < program->n_matrices; k++) {
        const struct inr_matrix *m = &program->matrices[k];
        for (size_t i = 0; i < (size_t)m->rows * (size_t)m->cols; i++) {
            assert_int_equal(owner[m->param + i], -1);
            owner[m->param + i] = (int)k;
        }
    }
    return owner;
}

static void take_step(struct cpu_case *c, uint32_t index)
{
    struct inr_step_result result;
    const struct inr_step step = {.index = index,
                                  .rate = (float)RATE,
                                  .correct1 = (float)(1.0 / (1.0 - pow(BETA, index + 1.0))),
                                  .correct2 = (float)(1.0 / (1.0 - pow(0.99, index + 1.0)))};
    assert_int_equal(inr_cpu_backend.train(c->exec, &step, 1, &result, NULL), INR_OK);
}

/* A singular value of float rounding, 1e-7 of the norm, becomes up to 3.4445^5 = 485 times as
 * large: 5e-5 of an entry, in each of the steps, of which the moments mix some. */
static void check(const struct cpu_case_config *config, size_t matrices)
{
    struct cpu_case c;
    struct cpu_case_config muon = *config;
    muon.optimizer = INR_OPTIMIZER_MUON;
    muon.weight_decay = 0.1f;
    cpu_case_init(&c, &muon);
    const size_t n = c.program->n_trainable, all = c.field->n_params;
    assert_int_equal(c.program->n_matrices, matrices);
    int *owner = owners(c.program);
    double *room = calloc(4 * n, sizeof *room);
    float *g = calloc(n + all, sizeof *g), *got = g + n;
    assert_non_null(room);
    assert_non_null(g);
    const struct reference r = {room, room + n, room + 2 * n, room + 3 * n};
    struct inr_state state = {.params = got};
    assert_int_equal(inr_cpu_backend.get_state(c.exec, &state, NULL), INR_OK);
    for (uint32_t t = 0; t < STEPS; t++) {
        struct inr_step_result result;
        assert_int_equal(inr_cpu_backend.gradient(c.exec, t, g, &result, NULL), INR_OK);
        for (size_t i = 0; i < n; i++)
            r.w[i] = (double)got[i];
        for (size_t k = 0; k < matrices; k++)
            matrix_step(&c.program->matrices[k], g, 0.1, &r);
        for (size_t i = 0; i < n; i++)
            if (owner[i] < 0)
                adamw_step(i, (double)g[i], 0.1, (int)t + 1, &r);
        take_step(&c, t);
        assert_int_equal(inr_cpu_backend.get_state(c.exec, &state, NULL), INR_OK);
        for (size_t i = 0; i < n; i++)
            if (!(fabs((double)got[i] - r.w[i]) <= 5e-4 * RATE + 1e-6 * fabs(r.w[i])))
                fail_msg("%s, step %u: parameter %zu (of matrix %d) is %.9g, not %.9g",
                         c.config.activation, t, i, owner[i], (double)got[i], r.w[i]);
    }
    free(owner);
    free(room);
    free(g);
    cpu_case_finish(&c);
}

static void test_steps(void **state)
{
    (void)state;
    check(&(struct cpu_case_config){.layers = 2, .width = 12}, 4);
    check(&(struct cpu_case_config){.layers = 1, .width = 9, .no_bias = true, .threads = 2}, 3);
    check(&(struct cpu_case_config){.activation = "relu", .layers = 1, .channels = 1, .width = 30},
          2);
    check(&(struct cpu_case_config){.activation = "wire", .layers = 1}, 5); /* a real one first */
    check(&(struct cpu_case_config){.activation = "finer",
                                    .layers = 2,
                                    .learn_constants = true,
                                    .width_end = 0.5f,
                                    .width = 16},
          4);
}

/* With the constants of the product singular values come near 1, so that no direction of a matrix
 * is left behind. */
static void test_polynomial(void **state)
{
    (void)state;
    for (double from = 2e-3; from <= 1.0; from *= 1.01) {
        double s = from;
        for (int i = 0; i < INR_MUON_STEPS; i++)
            s = (double)INR_MUON_A * s + (double)INR_MUON_B * pow(s, 3.0) +
                (double)INR_MUON_C * pow(s, 5.0);
        assert_true(s > 0.6);
        assert_true(s < 1.25);
    }
}

/* Without a gradient there is no direction, and nothing moves. */
static void test_rest(void **state)
{
    (void)state;
    struct cpu_case c;
    cpu_case_init(&c, &(struct cpu_case_config){.layers = 1, .optimizer = INR_OPTIMIZER_MUON});
    const size_t n = c.field->n_params;
    float *before = calloc(2 * n, sizeof *before), *after = before + n;
    assert_non_null(before);
    memset(c.values, 0, c.config.samples * (size_t)c.config.channels * sizeof *c.values);
    for (size_t i = 0; i < n; i++)
        before[i] = i < c.program->matrices[2].param ? c.field->params[i] : 0.0f;
    const struct inr_state still = {.params = before};
    assert_int_equal(inr_cpu_backend.set_state(c.exec, &still, NULL), INR_OK);
    assert_int_equal(inr_cpu_backend.set_pool(c.exec, &c.pool, NULL), INR_OK);
    for (uint32_t t = 0; t < STEPS; t++)
        take_step(&c, t);
    struct inr_state state_after = {.params = after};
    assert_int_equal(inr_cpu_backend.get_state(c.exec, &state_after, NULL), INR_OK);
    assert_memory_equal(before, after, n * sizeof *before);
    free(before);
    cpu_case_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_polynomial),
        cmocka_unit_test(test_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
