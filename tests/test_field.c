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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/init.h"
#include "field/program.h"
#include "field/reparam.h"

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
    config.init = INR_INIT_XAVIER_UNIFORM;
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    check_uniform(f, "net.0.weight", sqrt(6.0 / 258.0));
    check_uniform(f, "net.1.weight", sqrt(6.0 / 512.0));
    inr_field_free(f);
    config.first_bias_scale = 0.0f; /* no bias, which is not the same as no wish (-1) */
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    const struct inr_slice *bias = inr_field_slice(f, "net.0.bias");
    for (int i = 0; i < bias->rows; i++)
        assert_true(f->params[bias->offset + (size_t)i] == 0.0f);
    check_uniform(f, "net.1.bias", 1.0 / 16.0);
    inr_field_free(f);
}

/* SIREN's last layer divides by the frequency of the sine that follows it, or by the layers'. */
static void test_output_init(void **state)
{
    (void)state;
    static const struct {
        const char *activation, *output;
        float omega;
        double expected;
    } rows[] = {{"sine", "none", 0, 30},    {"sine", "sine", 0, 30}, {"sine", "sine", 90, 90},
                {"sine", "sigmoid", 0, 30}, {"tanh", "sine", 0, 30}, /* the default of sine */
                {"tanh", "none", 0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_field_config config;
        struct inr_field *f = NULL;
        inr_field_default(inr_activation_by_name(rows[i].activation)->id, 2, 3, &config);
        config.init = INR_INIT_SIREN;
        config.output_activation = inr_activation_by_name(rows[i].output)->id;
        config.output_omega = rows[i].omega;
        assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
        check_uniform(f, "net.4.weight", sqrt(6.0 / 256.0) / rows[i].expected);
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

/* A field of an architecture, by the settings that differ from the defaults. */
static struct inr_field *make_of(struct inr_field_config config)
{
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    if (inr_field_create(&config, 7, &field, &err) != INR_OK)
        fail_msg("%s", err.text);
    return field;
}

static struct inr_field_config defaults(const char *activation, int dims, int channels)
{
    struct inr_field_config config;
    inr_field_default(inr_activation_by_name(activation)->id, dims, channels, &config);
    return config;
}

static size_t size_of(const struct inr_field *f, const char *name)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    return s ? (size_t)s->rows * (size_t)s->cols : 0;
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
        struct inr_field_config config = defaults("relu", rows[i].dims, rows[i].channels);
        config.architecture = INR_ARCHITECTURE_SL2A;
        config.encoding = INR_ENCODING_CHEBYSHEV;
        config.n_frequencies = rows[i].degree;
        struct inr_field *f = make_of(config);
        assert_int_equal(f->n_trainable, rows[i].parameters);
        assert_int_equal(f->n_params, rows[i].parameters);
        inr_field_free(f);
    }
}

/* The initialisation of SL2A's code for H = 256, K = 256, r = 128: +-0.009513, +-0.0884, +-0.0625.
 * No layer of it is followed by an activation before layer 1. */
static void test_sl2a_init(void **state)
{
    (void)state;
    struct inr_field_config config = defaults("sine", 2, 3);
    config.architecture = INR_ARCHITECTURE_SL2A;
    config.encoding = INR_ENCODING_CHEBYSHEV;
    config.n_frequencies = 256;
    config.init = INR_INIT_PYTORCH;
    config.learn_constants = true;
    struct inr_field *f = make_of(config);
    check_uniform(f, "net.0.weight", sqrt(6.0 / (258.0 * 257.0)));
    check_uniform(f, "net.2.down", 1.0 / sqrt(128.0));
    check_uniform(f, "net.2.weight", 1.0 / 16.0);
    check_uniform(f, "net.2.bias", 1.0 / sqrt(128.0));
    check_uniform(f, "net.4.weight", 1.0 / 16.0);
    assert_true(moments_of(f, "norm.scale").mean == 1.0);
    assert_true(moments_of(f, "norm.shift").largest == 0.0);
    assert_null(inr_field_slice(f, "net.0.bias"));
    assert_null(inr_field_slice(f, "act.0.constants"));
    assert_non_null(inr_field_slice(f, "act.1.constants"));
    assert_non_null(inr_field_slice(f, "act.3.constants"));
    inr_field_free(f);
}

/* Mean and variance of a Gamma law of scale 1 are its shape, 6 / filters; of n draws they scatter
 * by sqrt(k / n) and k sqrt((2 + 6 / k) / n). Frequencies are uniform once the unit's sqrt(gamma)
 * is taken off. */
static void check_gammas(int layers)
{
    struct inr_field_config config = defaults("sine", 2, 3);
    config.architecture = INR_ARCHITECTURE_GABOR_NET;
    config.width = 4096;
    config.layers = layers;
    struct inr_field *f = make_of(config);
    const double k = 6.0 / (layers + 1), n = 4096;
    for (int l = 0; l <= layers; l++) {
        char weight[32], gamma[32];
        snprintf(weight, sizeof weight, "filter.%d.weight", l);
        snprintf(gamma, sizeof gamma, "filter.%d.gamma", l);
        const struct moments m = moments_of(f, gamma);
        assert_true(fabs(m.mean - k) < 5 * sqrt(k / n));
        assert_true(fabs(m.deviation * m.deviation - k) < 5 * k * sqrt((2 + 6 / k) / n));
        const struct inr_slice *w = inr_field_slice(f, weight), *g = inr_field_slice(f, gamma);
        for (int u = 0; u < w->rows; u++)
            for (int i = 0; i < 2; i++)
                f->params[w->offset + (size_t)(2 * u + i)] /=
                    sqrtf(f->params[g->offset + (size_t)u]);
        check_uniform(f, weight, 256.0 / sqrt(layers + 1.0) / sqrt(2.0));
    }
    check_uniform(f, "filter.0.centre", 1.0);
    inr_field_free(f);
}

static void test_filter_init(void **state)
{
    (void)state;
    check_gammas(1); /* shape 3, and 0.86: the method differs below 1 */
    check_gammas(6);
    struct inr_field_config config = defaults("sine", 3, 1);
    config.architecture = INR_ARCHITECTURE_FOURIER_NET;
    config.init = INR_INIT_PYTORCH;
    struct inr_field *f = make_of(config);
    check_uniform(f, "filter.3.weight", 256.0 / 2.0 / sqrt(3.0));
    check_uniform(f, "filter.3.bias", acos(-1.0));
    check_uniform(f, "net.1.weight", 1.0 / 16.0);
    check_uniform(f, "net.4.weight", 1.0 / 16.0);
    assert_null(inr_field_slice(f, "net.0.weight"));
    inr_field_free(f);
}

/* Lambda has 2 F P columns but for rows of the basis that vanish: F = 256 and 256 units have four
 * of them, w = 255/256 and 255 with phases pi/2 and 3 pi/2. First and output layers stay. */
static void test_reparam_layout(void **state)
{
    (void)state;
    struct inr_field_config config = defaults("sine", 2, 3);
    config.reparam = INR_REPARAM_FOURIER;
    struct inr_field *f = make_of(config);
    assert_int_equal(size_of(f, "net.1.lambda"), 256 * 8192);
    assert_int_equal(size_of(f, "net.3.lambda"), 256 * 8192);
    assert_int_equal(size_of(f, "net.0.weight"), 512);
    assert_int_equal(size_of(f, "net.4.weight"), 768);
    assert_true(moments_of(f, "net.1.bias").largest == 0.0);
    inr_field_free(f);
    config.reparam_frequencies = 256;
    config.reparam_phases = 8;
    f = make_of(config);
    assert_int_equal(size_of(f, "net.2.lambda"), 256 * 4092);
    assert_true(moments_of(f, "net.2.lambda").largest < 1e3); /* no division by a zero norm */
    inr_field_free(f);
    config.reparam = INR_REPARAM_DCT;
    f = make_of(config);
    assert_int_equal(size_of(f, "net.1.lambda"), 65536);
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
        struct inr_field_config config = defaults(kind % 2 ? "sine" : "relu", 2, 3);
        config.init = kind % 2 ? INR_INIT_SIREN : INR_INIT_KAIMING;
        config.reparam = kind / 2 ? INR_REPARAM_DCT : INR_REPARAM_FOURIER;
        config.reparam_phases = 8;
        config.reparam_alpha = kind % 2 ? 0.01f : 0.05f;
        config.layers = 1;
        struct inr_field *f = make_of(config);
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
    struct inr_field_config config = defaults("sine", 2, 3);
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
        struct inr_field_config config = defaults("sine", 2, 3);
        config.width = 23;
        config.reparam = kind;
        config.reparam_frequencies = 6;
        config.reparam_phases = 3;
        struct inr_field *f = make_of(config);
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
    struct inr_field_config config = defaults("sine", 2, 3);
    config.width = 20;
    config.reparam = INR_REPARAM_FOURIER;
    config.reparam_frequencies = 7;
    config.reparam_phases = 3;
    check_adjoint(make_of(config), NULL, 3);
    config = defaults("relu", 2, 3);
    config.width = 20;
    config.architecture = INR_ARCHITECTURE_SL2A;
    config.encoding = INR_ENCODING_CHEBYSHEV;
    config.n_frequencies = 9;
    const struct inr_program_grid grid = {.shape = {31, 17, 1}, .batch = 527};
    check_adjoint(make_of(config), &grid, 2); /* columns and rows */
    check_adjoint(make_of(config), NULL, 0);
}

static void test_scaling_and_pade_counts(void **state)
{
    (void)state;
    struct inr_field_config config = defaults("sine", 3, 2);
    struct inr_field *f = make_of(config);
    const size_t plain = f->n_trainable;
    inr_field_free(f);
    config.scaling = 5;
    f = make_of(config);
    assert_int_equal(f->n_trainable, plain + 2 * 125);
    assert_true(moments_of(f, "scaling.weight").largest == 0.0);
    inr_field_free(f);
    /* Two matrices and one bias a layer: widths divide by sqrt 2. */
    f = make("paon", 2, 3, 256, 2, 0, 0);
    assert_int_equal(f->units, 181);
    assert_int_equal(f->n_trainable, 2 * 362 + 181 + 2 * (2 * 181 * 181 + 181) + 3 * 181 + 3);
    check_uniform(f, "net.1.weight", sqrt(3.0 / 181.0));
    assert_true(moments_of(f, "net.1.denominator").largest == 0.0);
    inr_field_free(f);
}

/* The amplitude guard: ratio 2 gives 2.72, ratio 3 gives 9.49; only hidden complex layers grow. */
static void test_warning(void **state)
{
    (void)state;
    char text[256] = "";
    struct inr_field_config config = defaults("wire", 2, 3);
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
    config = defaults("gabor", 2, 3);
    config.hidden[0] = 100;
    assert_false(inr_field_warning(&config, text, sizeof text));
    for (size_t i = 0; i < inr_activation_count(); i++) {
        config = defaults(inr_activation_at(i)->name, 2, 3);
        assert_false(inr_field_warning(&config, text, sizeof text)); /* no default is so */
    }
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
        cmocka_unit_test(test_output_init),
        cmocka_unit_test(test_no_bias),
        cmocka_unit_test(test_sl2a_counts),
        cmocka_unit_test(test_sl2a_init),
        cmocka_unit_test(test_filter_init),
        cmocka_unit_test(test_reparam_layout),
        cmocka_unit_test(test_reparam_weights),
        cmocka_unit_test(test_dct_basis),
        cmocka_unit_test(test_collapse),
        cmocka_unit_test(test_linear_map_adjoint),
        cmocka_unit_test(test_scaling_and_pade_counts),
        cmocka_unit_test(test_warning),
        cmocka_unit_test(test_complex_map),
        cmocka_unit_test(test_pull_is_the_adjoint),
        cmocka_unit_test(test_octave_table),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
