/* SPDX-License-Identifier: MIT
 *
 * test_maps.c - From parameters to effective weights: reparameterised and complex layers, that the
 * way back is the transpose, and fields that end plain.
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

#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/init.h"
#include "field/program.h"
#include "field/reparam.h"
#include "field_case.h"

/* Lambda has 2 F P columns but for rows of the basis that vanish: F = 256 and 256 units have four
 * of them, w = 255/256 and 255 with phases pi/2 and 3 pi/2. First and output layers stay. */
static void test_reparam_layout(void **state)
{
    (void)state;
    struct inr_field_config config = field_case_defaults("sine", 2, 3);
    config.reparam = INR_REPARAM_FOURIER;
    struct inr_field *f = field_case_of(config);
    assert_int_equal(field_case_size(f, "net.1.lambda"), 256 * 8192);
    assert_int_equal(field_case_size(f, "net.3.lambda"), 256 * 8192);
    assert_int_equal(field_case_size(f, "net.0.weight"), 512);
    assert_int_equal(field_case_size(f, "net.4.weight"), 768);
    assert_true(field_case_moments(f, "net.1.bias").largest == 0.0);
    inr_field_free(f);
    config.reparam_frequencies = 256;
    config.reparam_phases = 8;
    f = field_case_of(config);
    assert_int_equal(field_case_size(f, "net.2.lambda"), 256 * 4092);
    assert_true(field_case_moments(f, "net.2.lambda").largest <
                1e3); /* no division by a zero norm */
    inr_field_free(f);
    config.reparam = INR_REPARAM_DCT;
    f = field_case_of(config);
    assert_int_equal(field_case_size(f, "net.1.lambda"), 65536);
    inr_field_free(f);
}

/* The weight that layer `layer` computes with, which the caller frees; layers are in order. */
static float *effective_weight(const struct inr_field *f, int layer, int *n)
{
    struct inr_program *p;
    assert_int_equal(inr_program_create(f, NULL, &p, NULL), INR_OK);
    float *effective = malloc(p->n_effective * sizeof *effective);
    assert_non_null(effective);
    inr_program_map(p, f->params, effective);
    int seen = 0;
    for (int i = 0; i < p->n_ops; i++) {
        if (p->ops[i].kind != INR_OP_AFFINE || seen++ != layer)
            continue;
        *n = p->ops[i].n_in * p->ops[i].n_out;
        memmove(effective, effective + p->ops[i].weight, (size_t)*n * sizeof *effective);
    }
    inr_program_free(p);
    return effective;
}

/* Lambda's initial values give W the variance of the initialiser, 2/d (Kaiming) or 2/(d omega^2)
 * (SIREN), whatever alpha; and Fourier rows repeat after d - 1 points, so W's first column is its
 * last. 5 % is what the basis' uneven directions leave. */
static void test_reparam_weights(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct inr_field_config config = field_case_defaults(kind % 2 ? "sine" : "relu", 2, 3);
        config.init = kind % 2 ? INR_INIT_SIREN : INR_INIT_KAIMING;
        config.reparam = kind / 2 ? INR_REPARAM_DCT : INR_REPARAM_FOURIER;
        config.reparam_phases = 8;
        config.reparam_alpha = kind % 2 ? 0.01f : 0.05f;
        config.layers = 1;
        struct inr_field *f = field_case_of(config);
        int n = 0;
        float *w = effective_weight(f, 1, &n);
        double squares = 0;
        assert_int_equal(n, 65536);
        for (int i = 0; i < n; i++)
            squares += (double)w[i] * (double)w[i] / n;
        assert_true(fabs(squares * 256.0 * (kind % 2 ? 900.0 : 1.0) / 2.0 - 1.0) < 0.05);
        for (int r = 0; r < 256 && kind / 2 == 0; r++)
            assert_true(fabsf(w[r * 256] - w[r * 256 + 255]) < 1e-4f * (float)sqrt(squares));
        free(w);
        inr_field_free(f);
    }
}

/* Rows of the DCT are orthogonal, and all as long as the Fourier basis makes a step. */
static void test_dct_basis(void **state)
{
    (void)state;
    enum { N = 48 };
    static float basis[N * N];
    struct inr_field_config config = field_case_defaults("sine", 2, 3);
    config.reparam_frequencies = 5;
    config.reparam_phases = 6;
    config.reparam_alpha = 0.2f;
    const double scale = 0.2 * 0.2 * 5 * 6;
    inr_reparam_by_id(INR_REPARAM_DCT)->fill(&config, N, basis);
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++) {
            double dot = 0;
            for (int j = 0; j < N; j++)
                dot += (double)basis[a * N + j] * (double)basis[b * N + j];
            assert_true(fabs(dot - (a == b ? scale : 0)) < 1e-6 * scale); /* floats */
        }
}

/* Collapsing stores the very weights that the program computed with. */
static void test_collapse(void **state)
{
    (void)state;
    for (int kind = INR_REPARAM_FOURIER; kind <= INR_REPARAM_DCT; kind++) {
        struct inr_field_config config = field_case_defaults("sine", 2, 3);
        config.width = 23;
        config.reparam = kind;
        config.reparam_frequencies = 6;
        config.reparam_phases = 3;
        struct inr_field *f = field_case_of(config);
        float *before[5], *after;
        int n, m;
        for (int l = 0; l < 5; l++)
            before[l] = effective_weight(f, l, &n);
        assert_int_equal(inr_reparam_collapse(f, NULL), INR_OK);
        assert_true(f->config.collapsed && f->config.reparam == kind);
        assert_int_equal(f->n_trainable, 69 + 3 * (23 * 23 + 23) + 72);
        assert_null(inr_field_slice(f, "net.1.lambda"));
        for (int l = 0; l < 5; l++) {
            after = effective_weight(f, l, &m);
            assert_memory_equal(before[l], after, (size_t)m * sizeof *after);
            free(before[l]);
            free(after);
        }
        inr_field_free(f);
    }
}

/* <map(x), y> = <x, pull(y)> for products with a fixed basis, up to the rounding of floats. */
static void check_adjoint(struct inr_field *f, const struct inr_program_grid *grid, int linear)
{
    struct inr_program *p;
    assert_int_equal(inr_program_create(f, grid, &p, NULL), INR_OK);
    int found = 0;
    for (int i = 0; i < p->n_maps; i++)
        found += p->maps[i].kind == INR_MAP_LINEAR;
    assert_int_equal(found, linear);
    float *effective = calloc(p->n_effective, sizeof *effective);
    float *y = calloc(p->n_effective, sizeof *y);
    float *pulled = calloc(p->n_trainable, sizeof *pulled);
    double left = 0, right = 0, size = 0;
    for (size_t i = 0; i < p->n_params; i++)
        f->params[i] = (float)((int)(i * 7 % 13) - 6);
    for (size_t i = 0; i < p->n_effective; i++)
        y[i] = (float)((int)(i * 5 % 11) - 5);
    inr_program_map(p, f->params, effective);
    inr_program_pull(p, y, pulled);
    for (size_t i = 0; i < p->n_effective; i++) {
        left += (double)effective[i] * (double)y[i];
        size += fabs((double)effective[i] * (double)y[i]);
    }
    for (size_t i = 0; i < p->n_trainable; i++)
        right += (double)f->params[i] * (double)pulled[i];
    assert_true(fabs(left - right) < 1e-6 * size);
    free(effective);
    free(y);
    free(pulled);
    inr_program_free(p);
    inr_field_free(f);
}

static void test_linear_map_adjoint(void **state)
{
    (void)state;
    struct inr_field_config config = field_case_defaults("sine", 2, 3);
    config.width = 20;
    config.reparam = INR_REPARAM_FOURIER;
    config.reparam_frequencies = 7;
    config.reparam_phases = 3;
    check_adjoint(field_case_of(config), NULL, 3);
    config = field_case_defaults("relu", 2, 3);
    config.width = 20;
    config.architecture = INR_ARCHITECTURE_SL2A;
    config.encoding = INR_ENCODING_CHEBYSHEV;
    config.n_frequencies = 9;
    const struct inr_program_grid grid = {.shape = {31, 17, 1}, .batch = 527};
    check_adjoint(field_case_of(config), &grid, 2); /* columns and rows */
    check_adjoint(field_case_of(config), NULL, 0);
}

/* The map of a complex layer, checked against complex arithmetic on one row. */
static void test_complex_map(void **state)
{
    (void)state;
    struct inr_field *f = field_case_make("wire2d", 2, 1, 6, 1, 0, 0);
    struct inr_program *p;
    assert_int_equal(inr_program_create(f, NULL, &p, NULL), INR_OK);
    float *effective = malloc(p->n_effective * sizeof *effective);
    inr_program_map(p, f->params, effective);
    const struct inr_op *hidden = &p->ops[2];
    assert_int_equal(hidden->kind, INR_OP_AFFINE);
    assert_int_equal(hidden->n_in, 6);   /* 3 complex units */
    assert_int_equal(hidden->n_out, 12); /* 2 complex matrices of 3 rows */
    const struct inr_slice *wr = inr_field_slice(f, "net.1.weight");
    const struct inr_slice *wi = inr_field_slice(f, "net.1.weight_imag");
    for (int r = 0; r < 6; r++)
        for (int c = 0; c < 3; c++) {
            const float re = f->params[wr->offset + (size_t)(r * 3 + c)];
            const float im = f->params[wi->offset + (size_t)(r * 3 + c)];
            const float *w = effective + hidden->weight;
            assert_true(w[r * 6 + c] == re && w[r * 6 + 3 + c] == -im);
            assert_true(w[(r + 6) * 6 + c] == im && w[(r + 6) * 6 + 3 + c] == re);
        }
    free(effective);
    inr_program_free(p);
    inr_field_free(f);
}

/* pull is the transpose of map: <map(x), y> = <x, pull(y)> for every activation, constants shared
 * or not. Small integers make both sums exact in float. */
static void test_pull_is_the_adjoint(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++) {
        struct inr_field_config config;
        struct inr_field *f;
        struct inr_program *p;
        inr_field_default(inr_activation_at(a)->id, 2, 3, &config);
        config.width = 8;
        config.learn_constants = true;
        assert_int_equal(inr_field_create(&config, 5, &f, NULL), INR_OK);
        assert_int_equal(inr_program_create(f, NULL, &p, NULL), INR_OK);
        float *effective = calloc(p->n_effective, sizeof *effective);
        float *y = calloc(p->n_effective, sizeof *y);
        float *pulled = calloc(p->n_trainable, sizeof *pulled);
        for (size_t i = 0; i < p->n_params; i++)
            f->params[i] = (float)((int)(i * 7 % 13) - 6);
        for (size_t i = 0; i < p->n_effective; i++)
            y[i] = (float)((int)(i * 5 % 11) - 5);
        inr_program_map(p, f->params, effective);
        inr_program_pull(p, y, pulled);
        double left = 0.0, right = 0.0;
        for (size_t i = 0; i < p->n_effective; i++)
            left += (double)effective[i] * (double)y[i];
        for (size_t i = 0; i < p->n_trainable; i++)
            right += (double)f->params[i] * (double)pulled[i];
        assert_true(left == right);
        free(effective);
        free(y);
        free(pulled);
        inr_program_free(p);
        inr_field_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reparam_layout),      cmocka_unit_test(test_reparam_weights),
        cmocka_unit_test(test_dct_basis),           cmocka_unit_test(test_collapse),
        cmocka_unit_test(test_linear_map_adjoint),  cmocka_unit_test(test_complex_map),
        cmocka_unit_test(test_pull_is_the_adjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
