/* SPDX-License-Identifier: MIT
 *
 * test_field.c - Published parameter counts, where each tensor lies, tables of frequencies,
 * warnings and refusals.
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
#include "field/reparam.h"
#include "field_case.h"

/* Real scalars of published networks: width 256, 2 -> 3, h = 2 and 3; 3 -> 1; F = 300 (WIRE's own
 * parity table), and SL2A's ReLU + PE baseline with 5 octaves (204,035). The published WIRE counts
 * include the imaginary output bias, which never influences the result and is not stored here. */
static void test_published_counts(void **state)
{
    (void)state;
    static const struct {
        const char *activation;
        int dims, channels, width, layers, encoding, octaves;
        size_t parameters;
        int units;
    } rows[] = {
        {"sine", 2, 3, 256, 2, 0, 0, 133123, 256},   {"sine", 2, 3, 256, 3, 0, 0, 198915, 256},
        {"sine", 3, 1, 256, 2, 0, 0, 132865, 256},   {"sine", 2, 3, 300, 2, 0, 0, 182403, 300},
        {"wire", 2, 3, 256, 2, 0, 0, 133403, 181},   {"wire", 2, 3, 256, 3, 0, 0, 199287, 181},
        {"wire", 3, 1, 256, 2, 0, 0, 132856, 181},   {"wire", 2, 3, 300, 2, 0, 0, 182538, 212},
        {"wire2d", 2, 3, 256, 2, 0, 0, 133638, 128}, {"wire2d", 2, 3, 256, 3, 0, 0, 199686, 128},
        {"wire2d", 3, 1, 256, 2, 0, 0, 133378, 128}, {"wire2d", 2, 3, 300, 2, 0, 0, 183006, 150},
        {"relu", 2, 3, 256, 3, 2, 5, 204035, 256},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_field *f =
            field_case_make(rows[i].activation, rows[i].dims, rows[i].channels, rows[i].width,
                            rows[i].layers, rows[i].encoding, rows[i].octaves);
        const bool is_complex = inr_activation_by_name(rows[i].activation)->is_complex;
        const size_t dropped = is_complex ? (size_t)rows[i].channels : 0;
        assert_int_equal(f->n_trainable + dropped, rows[i].parameters);
        assert_int_equal(f->units, rows[i].units);
        inr_field_free(f);
    }
}

/* The power law of NIF's 2025 nets for Kodak, their widths and weights: 66 features, no biases. */
static void test_narrowing_widths(void **state)
{
    (void)state;
    static const struct {
        int width, layers, end;
        float power;
        int widths[6];
        size_t weights;
    } rows[] = {
        {64, 4, 16, 2.5f, {64, 39, 24, 17, 16}, 8384},
        {176, 4, 32, 4.0f, {176, 77, 41, 32, 32}, 30757},
        {240, 4, 48, 4.5f, {240, 100, 56, 48, 48}, 50576},
        {320, 5, 64, 4.5f, {320, 157, 89, 68, 64, 64}, 100025},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_field_config config = field_case_defaults("sine", 2, 3);
        config.width = rows[i].width;
        config.layers = rows[i].layers;
        config.width_end = (float)rows[i].end / (float)rows[i].width;
        config.width_power = rows[i].power;
        config.encoding = INR_ENCODING_OCTAVES;
        config.n_frequencies = 16;
        config.octave_ratio = 1.4f;
        config.include_input = true;
        config.bias = false;
        struct inr_field *f = field_case_of(config);
        for (int l = 0; l <= config.layers; l++)
            assert_int_equal(inr_field_units(&config, l), rows[i].widths[l]);
        assert_int_equal(f->n_trainable, rows[i].weights);
        inr_field_free(f);
    }
    struct inr_field_config config = field_case_defaults("sine", 2, 3);
    config.width_end = 0.5f;
    config.architecture = INR_ARCHITECTURE_FOURIER_NET;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
    config.architecture = INR_ARCHITECTURE_MLP;
    config.width_end = 1.5f;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
    config.width_end = 0.001f; /* a layer has one unit at least */
    assert_int_equal(inr_field_units(&config, config.layers), 1);
}

/* Slices tile the parameter array without gaps, trainable ones first, under unique names. */
static void test_slices_tile_the_array(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++) {
        struct inr_field_config config;
        struct inr_field *f;
        inr_field_default(inr_activation_at(a)->id, 3, 2, &config);
        config.width = 9;
        config.learn_constants = true;
        config.encoding = INR_ENCODING_FOURIER;
        config.n_frequencies = 5;
        assert_int_equal(inr_field_create(&config, 1, &f, NULL), INR_OK);
        size_t at = 0;
        for (size_t i = 0; i < f->n_slices; i++) {
            const struct inr_slice *s = &f->slices[i];
            assert_int_equal(s->offset, at);
            assert_int_equal(s->trainable, at < f->n_trainable);
            assert_ptr_equal(inr_field_slice(f, s->name), s);
            at += (size_t)s->rows * (size_t)s->cols;
        }
        assert_int_equal(at, f->n_params);
        inr_field_free(f);
    }
}

/* The weights of instant-ngp's network behind 16 levels of 2 features, and what has biases. */
static void test_no_bias(void **state)
{
    (void)state;
    struct inr_field_config config;
    struct inr_field *f = NULL;
    struct inr_error err = {0};
    inr_field_default(inr_activation_by_name("relu")->id, 2, 3, &config);
    config.encoding = INR_ENCODING_HASH;
    config.finest_resolution = 64;
    config.width = 64;
    config.layers = 1;
    config.bias = false;
    assert_int_equal(inr_field_create(&config, 3, &f, &err), INR_OK);
    assert_int_equal(f->n_trainable - f->n_table, 32 * 64 + 64 * 64 + 64 * 3);
    for (size_t i = 0; i < f->n_slices; i++)
        assert_true(f->slices[i].role == INR_ROLE_WEIGHT || f->slices[i].role == INR_ROLE_TABLE);
    inr_field_free(f);
    static const char *const others[] = {"wire", "paon", "hosc"};
    for (size_t i = 0; i < 3; i++) {
        inr_field_default(inr_activation_by_name(others[i])->id, 2, 3, &config);
        config.bias = false;
        const bool plain = i == 2;
        assert_int_equal(inr_field_check(&config, &err), plain ? INR_OK : INR_ERR_USAGE);
    }
    assert_non_null(strstr(err.text, "bias"));
    config.architecture = INR_ARCHITECTURE_FOURIER_NET;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
    config.architecture = INR_ARCHITECTURE_MLP;
    config.reparam = INR_REPARAM_FOURIER;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
}

/* SL2A's table: 330.2K for K = 256, H = 256, L = 3, r = 128, 2 -> 3; other degrees, and 3 -> 1. */
static void test_sl2a_counts(void **state)
{
    (void)state;
    static const struct {
        int dims, channels, degree;
        size_t parameters;
    } rows[] = {{2, 3, 256, 330243},
                {2, 3, 64, 231939},
                {2, 3, 128, 264707},
                {2, 3, 512, 461315},
                {3, 1, 256, 395521}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_field_config config =
            field_case_defaults("relu", rows[i].dims, rows[i].channels);
        config.architecture = INR_ARCHITECTURE_SL2A;
        config.encoding = INR_ENCODING_CHEBYSHEV;
        config.n_frequencies = rows[i].degree;
        struct inr_field *f = field_case_of(config);
        assert_int_equal(f->n_trainable, rows[i].parameters);
        assert_int_equal(f->n_params, rows[i].parameters);
        inr_field_free(f);
    }
}

static void test_scaling_and_pade_counts(void **state)
{
    (void)state;
    struct inr_field_config config = field_case_defaults("sine", 3, 2);
    struct inr_field *f = field_case_of(config);
    const size_t plain = f->n_trainable;
    inr_field_free(f);
    config.scaling = 5;
    f = field_case_of(config);
    assert_int_equal(f->n_trainable, plain + 2 * 125);
    assert_true(field_case_moments(f, "scaling.weight").largest == 0.0);
    inr_field_free(f);
    /* Two matrices and one bias a layer: widths divide by sqrt 2. */
    f = field_case_make("paon", 2, 3, 256, 2, 0, 0);
    assert_int_equal(f->units, 181);
    assert_int_equal(f->n_trainable, 2 * 362 + 181 + 2 * (2 * 181 * 181 + 181) + 3 * 181 + 3);
    field_case_uniform(f, "net.1.weight", sqrt(3.0 / 181.0));
    assert_true(field_case_moments(f, "net.1.denominator").largest == 0.0);
    inr_field_free(f);
}

/* The amplitude guard: ratio 2 gives 2.72, ratio 3 gives 9.49; only hidden complex layers grow. */
static void test_warning(void **state)
{
    (void)state;
    char text[256] = "";
    struct inr_field_config config = field_case_defaults("wire", 2, 3);
    assert_false(inr_field_warning(&config, text, sizeof text));
    config.first[0] = 90;
    config.hidden[0] = 20;
    config.hidden[1] = 10;
    assert_false(inr_field_warning(&config, text, sizeof text));
    config.hidden[0] = 30;
    assert_true(inr_field_warning(&config, text, sizeof text));
    assert_non_null(strstr(text, "9.49-fold"));
    assert_non_null(strstr(text, "--hidden-sigma 15"));
    config.hidden[1] = 0;
    assert_true(inr_field_warning(&config, text, sizeof text));
    config.layers = 0;
    assert_false(inr_field_warning(&config, text, sizeof text));
    config = field_case_defaults("gabor", 2, 3);
    config.hidden[0] = 100;
    assert_false(inr_field_warning(&config, text, sizeof text));
    for (size_t i = 0; i < inr_activation_count(); i++) {
        config = field_case_defaults(inr_activation_at(i)->name, 2, 3);
        assert_false(inr_field_warning(&config, text, sizeof text)); /* no default is so */
    }
}

static void test_octave_table(void **state)
{
    (void)state;
    struct inr_field *f = field_case_make("relu", 2, 1, 4, 1, INR_ENCODING_OCTAVES, 3);
    struct inr_program *p;
    assert_int_equal(inr_program_create(f, NULL, &p, NULL), INR_OK);
    assert_int_equal(f->n_features, 2 + 12);
    const float *table = p->constants + p->ops[0].table;
    /* Base pi: half a cycle per unit, doubling; rows alternate between the axes. */
    for (int k = 0; k < 3; k++)
        for (int axis = 0; axis < 2; axis++)
            for (int i = 0; i < 2; i++)
                assert_true(fabsf(table[(k * 2 + axis) * 2 + i] -
                                  (i == axis ? 0.5f * (float)(1 << k) : 0.0f)) < 1e-6f);
    inr_program_free(p);
    inr_field_free(f);
}

static void refuse(void (*spoil)(struct inr_field_config *), const char *word)
{
    struct inr_field_config config;
    struct inr_error err = {0};
    struct inr_field *f;
    inr_field_default(inr_activation_by_name("wire2d")->id, 2, 3, &config);
    spoil(&config);
    assert_int_equal(inr_field_create(&config, 0, &f, &err), INR_ERR_USAGE);
    assert_null(f);
    assert_non_null(strstr(err.text, word));
}

static void spoil_width(struct inr_field_config *c)
{
    c->width = 3;
}

static void spoil_layers(struct inr_field_config *c)
{
    c->layers = -1;
}

static void spoil_activation(struct inr_field_config *c)
{
    c->activation = 999;
}

static void spoil_omega(struct inr_field_config *c)
{
    c->hidden[0] = (float)NAN;
}

static void spoil_encoding(struct inr_field_config *c)
{
    c->encoding = INR_ENCODING_FOURIER;
    c->n_frequencies = 0;
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(spoil_width, "width");
    refuse(spoil_layers, "layers");
    refuse(spoil_activation, "activation");
    refuse(spoil_omega, "omega");
    refuse(spoil_encoding, "frequencies");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_counts), cmocka_unit_test(test_slices_tile_the_array),
        cmocka_unit_test(test_narrowing_widths), cmocka_unit_test(test_no_bias),
        cmocka_unit_test(test_sl2a_counts),      cmocka_unit_test(test_scaling_and_pade_counts),
        cmocka_unit_test(test_warning),          cmocka_unit_test(test_octave_table),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
