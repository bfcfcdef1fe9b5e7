/* SPDX-License-Identifier: MIT
 *
 * test_field.c - Parameter counts of the papers, initial distributions, and the parameter maps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/encoding.h"
#include "field/init.h"
#include "field/program.h"

static struct inr_field *make(const char *activation, int dims, int channels, int width, int layers,
                              int encoding, int n_frequencies)
{
    struct inr_field_config config;
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    inr_field_default(inr_activation_by_name(activation)->id, dims, channels, &config);
    config.width = width;
    config.layers = layers;
    config.encoding = encoding;
    config.n_frequencies = n_frequencies;
    config.include_input = encoding == INR_ENCODING_OCTAVES;
    assert_int_equal(inr_field_create(&config, 7, &field, &err), INR_OK);
    return field;
}

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
            make(rows[i].activation, rows[i].dims, rows[i].channels, rows[i].width, rows[i].layers,
                 rows[i].encoding, rows[i].octaves);
        const bool is_complex = inr_activation_by_name(rows[i].activation)->is_complex;
        const size_t dropped = is_complex ? (size_t)rows[i].channels : 0;
        assert_int_equal(f->n_trainable + dropped, rows[i].parameters);
        assert_int_equal(f->units, rows[i].units);
        inr_field_free(f);
    }
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

struct moments {
    double mean, deviation, largest;
};

static struct moments moments_of(const struct inr_field *f, const char *name)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    assert_non_null(s);
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    struct moments m = {0};
    for (size_t i = 0; i < n; i++) {
        double x = (double)f->params[s->offset + i];
        m.mean += x / (double)n;
        m.deviation += x * x / (double)n;
        m.largest = fmax(m.largest, fabs(x));
    }
    m.deviation = sqrt(m.deviation - m.mean * m.mean);
    return m;
}

/* n draws of U(-s, s): mean within 5 s / sqrt(3 n), deviation s / sqrt 3 within 5 / sqrt n of
 * itself, never above s, and within 1 % of s for the sizes used here. */
static void check_uniform(const struct inr_field *f, const char *name, double spread)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    double n = (double)s->rows * (double)s->cols;
    struct moments m = moments_of(f, name);
    assert_true(fabs(m.mean) < 5.0 * spread / sqrt(3.0 * n));
    assert_true(fabs(m.deviation / (spread / sqrt(3.0)) - 1.0) < 5.0 / sqrt(n));
    assert_true(m.largest <= spread * (1.0 + 1e-6));
    assert_true(m.largest > spread * (1.0 - 10.0 / n));
}

static void test_initialisers(void **state)
{
    (void)state;
    struct inr_field *f = make("sine", 2, 3, 256, 2, 0, 0);
    check_uniform(f, "net.0.weight", 1.0 / 2.0);
    check_uniform(f, "net.1.weight", sqrt(6.0 / 256.0) / 30.0);
    check_uniform(f, "net.3.weight", sqrt(6.0 / 256.0) / 30.0);
    check_uniform(f, "net.0.bias", 1.0 / sqrt(2.0));
    check_uniform(f, "net.2.bias", 1.0 / 16.0);
    inr_field_free(f);

    f = make("wire", 2, 3, 256, 2, 0, 0);
    check_uniform(f, "net.1.weight", 1.0 / sqrt(181.0));
    check_uniform(f, "net.1.weight_imag", 1.0 / sqrt(181.0));
    check_uniform(f, "net.1.bias_imag", 1.0 / sqrt(181.0));
    inr_field_free(f);

    struct inr_field_config config;
    inr_field_default(inr_activation_by_name("relu")->id, 2, 3, &config);
    config.init = INR_INIT_KAIMING;
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    struct moments m = moments_of(f, "net.1.weight");
    assert_true(fabs(m.deviation / sqrt(2.0 / 256.0) - 1.0) < 5.0 / sqrt(2.0 * 65536.0));
    inr_field_free(f);
    config.init = INR_INIT_XAVIER;
    config.first_bias_scale = 20.0f;
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    m = moments_of(f, "net.1.weight");
    assert_true(fabs(m.deviation / sqrt(1.0 / 256.0) - 1.0) < 5.0 / sqrt(2.0 * 65536.0));
    check_uniform(f, "net.0.bias", 20.0);
    inr_field_free(f);
    config.first_bias_scale = 0.0f; /* no bias, which is not the same as no wish (-1) */
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    const struct inr_slice *bias = inr_field_slice(f, "net.0.bias");
    for (int i = 0; i < bias->rows; i++)
        assert_true(f->params[bias->offset + (size_t)i] == 0.0f);
    check_uniform(f, "net.1.bias", 1.0 / 16.0);
    inr_field_free(f);
}

/* The map of a complex layer, checked against complex arithmetic on one row. */
static void test_complex_map(void **state)
{
    (void)state;
    struct inr_field *f = make("wire2d", 2, 1, 6, 1, 0, 0);
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

static void test_octave_table(void **state)
{
    (void)state;
    struct inr_field *f = make("relu", 2, 1, 4, 1, INR_ENCODING_OCTAVES, 3);
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
        cmocka_unit_test(test_published_counts),
        cmocka_unit_test(test_slices_tile_the_array),
        cmocka_unit_test(test_initialisers),
        cmocka_unit_test(test_complex_map),
        cmocka_unit_test(test_pull_is_the_adjoint),
        cmocka_unit_test(test_octave_table),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
