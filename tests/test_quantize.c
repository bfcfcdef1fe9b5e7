/* SPDX-License-Identifier: MIT
 *
 * test_quantize.c - Quantised parameters: the formula against double, both ways between parameters
 * and levels.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "field/quantize.h"
#include "fit_case.h"

#include "common/quantize.glsl"

static double noise(uint32_t i)
{
    return (double)inr_random(1, 2, 3, 4, i).x / 2147483648.0 - 1.0;
}

/* What level q is, in steps. */
static double curve(double q, int bend)
{
    return bend > 0 ? q * (8.0 + bend * q) : q;
}

static inr_quantized_row row_of(size_t n, int bits, int bend)
{
    const double most = (1 << (bits - 1)) - 1;
    return (inr_quantized_row){.n = (uint32_t)n,
                               .most = (float)most,
                               .inverse = (float)(1.0 / curve(most, bend)),
                               .bend = (float)bend};
}

/* The nearest level, found by looking at those beside the middle it is above; halves go up. */
static double nearest(double x, double most, int bend)
{
    double low = 0.0, high = most + 1.0; /* middles are numbered by the level above them */
    while (high - low > 1.0) {
        const double k = floor((low + high) / 2.0);
        if (2.0 * fabs(x) >= curve(k - 1.0, bend) + curve(k, bend))
            low = k;
        else
            high = k;
    }
    return copysign(curve(low, bend), x);
}

/* The step is at most one part in 128 above max|w| / K(most): 8 significant bits, rounded up; below
 * it only by the rounding of 1 / K(most). */
static void check_row(const float *w, size_t n, int bits, int bend)
{
    float *q = malloc(n * sizeof *q);
    assert_non_null(q);
    const inr_quantized_row row = row_of(n, bits, bend);
    const float step = inr_quantize_row_step(&row, w);
    double peak = 0;
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, fabs((double)w[i]));
    const double ideal = peak / curve((double)row.most, bend);
    assert_true((inr_real_to_bits(step) & 0xffffu) == 0);
    assert_true((double)step >= ideal * (1 - 2e-7) && (double)step <= ideal * (1 + 1.0 / 128));
    inr_quantize_row(&row, w, q);
    for (size_t i = 0; i < n; i++)
        assert_true((double)q[i] ==
                    nearest((double)w[i] / (double)step, (double)row.most, bend) * (double)step);
    free(q);
}

/* Random numbers of many sizes, numbers midway between levels, and their neighbours. */
static void check_levels(int bits, int bend)
{
    enum { N = 300 };
    float w[N];
    for (uint32_t k = 0; k < 40; k += bend ? 7 : 1) {
        const double scale = pow(10.0, (double)k - 25.0);
        for (uint32_t i = 0; i < N; i++)
            w[i] = (float)(scale * noise(1000 * k + i));
        check_row(w, N, bits, bend);
        const float step =
            inr_quantize_row_step(&(inr_quantized_row){.n = 1, .most = 1, .inverse = 1}, w);
        const int most = (1 << (bits - 1)) - 1;
        w[0] = step * (float)curve(most, bend);
        for (uint32_t i = 1; i < N; i++) {
            const double level = floor(fabs(noise(i)) * most);
            const float middle = (float)(curve(level, bend) + curve(level + 1.0, bend)) / 2 * step;
            w[i] = i % 3 == 0   ? middle
                   : i % 3 == 1 ? nextafterf(middle, 0.0f)
                                : -nextafterf(middle, INFINITY);
        }
        check_row(w, N, bits, bend);
    }
}

static void test_formula(void **state)
{
    (void)state;
    for (int bits = INR_QUANTIZE_MIN; bits <= INR_QUANTIZE_MAX; bits++) {
        check_levels(bits, 0);
        for (int bend = 1; bits <= 7 && bend <= 8; bend++)
            check_levels(bits, bend);
    }
}

/* Places are those of bfloat16s: both ways agree, and the slope is that of the line within an
 * octave. */
static void test_places(void **state)
{
    (void)state;
    float last = 0.0f;
    for (uint32_t upper = (127 - 96) << 7; upper <= (127 + 112) << 7; upper++) {
        const float step = inr_bits_to_real(upper << 16), place = inr_quantize_place(step);
        assert_true(inr_quantize_learnt(place) == step && step > last);
        assert_true(inr_quantize_learnt(place + 0.4f / 2048.0f) == step);
        int exponent;
        frexp((double)step, &exponent);
        assert_true((double)inr_quantize_place_slope(step) == ldexp(16.0, exponent - 1));
        last = step;
    }
    assert_true(inr_quantize_learnt(0.0f) == 1.0f);
    assert_true(inr_quantize_learnt(-9.0f) > 0.0f && isfinite(inr_quantize_learnt(99.0f)));
}

static void test_edges(void **state)
{
    (void)state;
    const inr_quantized_row row = row_of(3, 4, 0);
    float q[3];
    inr_quantize_row(&row, (const float[]){0.0f, -0.0f, 1e-38f}, q);
    for (int i = 0; i < 3; i++)
        assert_true(q[i] == 0.0f);
    inr_quantize_row(&row, (const float[]){1.0f, NAN, -1.0f}, q);
    assert_true(isnan(q[1]) && q[0] == -q[2]);
    inr_quantize_row(&row, (const float[]){1.0f, INFINITY, 0.0f}, q);
    assert_true(!isfinite(q[1]));
}

static struct inr_field *make(int architecture, const char *activation, int encoding,
                              const struct inr_quantizer *quantizer)
{
    struct inr_field_config config;
    struct inr_field *field = NULL;
    inr_field_default(inr_activation_by_name(activation)->id, 2, 3, &config);
    config.architecture = architecture;
    config.encoding = encoding;
    config.n_frequencies = encoding == INR_ENCODING_FOURIER ? 5 : 0;
    config.width = 13;
    config.layers = 2;
    config.log2_table = 6;
    config.levels = 3;
    config.base_resolution = 4;
    config.finest_resolution = 16;
    config.quantizer = quantizer ? *quantizer : config.quantizer;
    assert_int_equal(inr_field_create(&config, 3, &field, NULL), INR_OK);
    return field;
}

/* Every slice of some fields: levels in range, the way back is what the field computes with, frozen
 * parameters and learnt steps stay. */
static void check_field(struct inr_field *field, const struct inr_quantizer *quantizer)
{
    const size_t n_steps = inr_quantize_all_steps(field, quantizer);
    int32_t *symbols = malloc(field->n_params * sizeof *symbols);
    float *steps = malloc((n_steps + 1) * sizeof *steps);
    float *back = malloc(field->n_params * sizeof *back);
    assert_true(symbols && steps && back);
    steps[n_steps] = 17.0f;
    memcpy(back, field->params, field->n_params * sizeof *back);
    assert_int_equal(inr_quantize_slices(field, quantizer, symbols, steps, NULL), INR_OK);
    assert_true(steps[n_steps] == 17.0f);
    inr_dequantize_slices(field, quantizer, symbols, steps, back);
    size_t kept = 0;
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        const int bits = inr_quantize_bits(quantizer, s);
        for (size_t k = s->offset; k < s->offset + (size_t)s->rows * (size_t)s->cols; k++) {
            assert_true(abs(symbols[k]) < 1 << (bits ? bits - 1 : 0));
            if (bits == 0)
                assert_memory_equal(&back[k], &field->params[k], sizeof *back);
            kept += bits == 0 ? 1u : 0u;
        }
    }
    assert_true(kept == field->n_params - field->n_trainable +
                            inr_quantize_learnt_steps(field, &field->config.quantizer));
    inr_quantize_field(field, quantizer);
    assert_memory_equal(back, field->params, field->n_params * sizeof *back);
    free(symbols);
    free(steps);
    free(back);
}

static void test_fields(void **state)
{
    (void)state;
    static const struct inr_quantizer quantizers[] = {
        {.bits = 4},
        {.bits = 3, .bias_bits = 5, .first_bits = 9},
        {.bits = 16, .granularity = INR_QUANTIZE_TENSOR},
        {.bits = 2, .bias_bits = 16, .granularity = INR_QUANTIZE_TENSOR},
        {.bits = 5, .clip = 0.4f},
        {.bits = 4, .compand = 3, .clip = 0.6f},
        {.bits = 7, .compand = 8, .first_bits = 8, .granularity = INR_QUANTIZE_TENSOR},
    };
    for (size_t i = 0; i < sizeof quantizers / sizeof quantizers[0]; i++) {
        struct inr_field *fields[] = {
            make(INR_ARCHITECTURE_MLP, "sine", INR_ENCODING_IDENTITY, NULL),
            make(INR_ARCHITECTURE_MLP, "wire", INR_ENCODING_FOURIER, NULL),
            make(INR_ARCHITECTURE_MLP, "relu", INR_ENCODING_HASH, NULL),
            make(INR_ARCHITECTURE_GABOR_NET, "sine", INR_ENCODING_IDENTITY, NULL),
        };
        for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++) {
            check_field(fields[k], &quantizers[i]);
            inr_field_free(fields[k]);
        }
    }
}

/* Learnt steps start as the others are, belong to their rows, and are what levels are of. */
static void check_learnt(const char *activation, const struct inr_quantizer *quantizer, size_t n)
{
    struct inr_field *field =
        make(INR_ARCHITECTURE_MLP, activation, INR_ENCODING_FOURIER, quantizer);
    struct inr_quantizer peak = *quantizer;
    peak.step = INR_QUANTIZE_PEAK;
    const struct inr_slice *slice = inr_field_slice(field, "quantizer.steps");
    const size_t all = inr_quantize_all_steps(field, quantizer);
    assert_true(slice && slice->role == INR_ROLE_STEP && (size_t)slice->rows == n);
    assert_true(slice->offset + n == field->n_trainable && all > n);
    int32_t *symbols = malloc(field->n_params * sizeof *symbols);
    float *learnt = calloc(2 * all, sizeof *learnt), *followed = learnt + all;
    assert_true(symbols && learnt);
    assert_int_equal(inr_quantize_slices(field, quantizer, symbols, learnt, NULL), INR_OK);
    assert_int_equal(inr_quantize_slices(field, &peak, symbols, followed, NULL), INR_OK);
    assert_memory_equal(learnt, followed, all * sizeof *learnt);
    /* one step an octave lower: it alone changes */
    size_t changed = 0;
    field->params[slice->offset + n - 1] -= 1.0f / 16.0f;
    assert_int_equal(inr_quantize_slices(field, quantizer, symbols, learnt, NULL), INR_OK);
    for (size_t i = 0; i < all; i++)
        if (learnt[i] != followed[i]) {
            assert_true(2.0f * learnt[i] == followed[i]);
            changed++;
        }
    assert_int_equal(changed, 1);
    check_field(field, quantizer);
    field->params[slice->offset] = NAN;
    assert_int_equal(inr_quantize_slices(field, quantizer, symbols, learnt, NULL), INR_ERR_INPUT);
    free(symbols);
    free(learnt);
    inr_field_free(field);
}

static void test_learnt(void **state)
{
    (void)state;
    const struct inr_quantizer row = {.bits = 4, .clip = 0.5f, .step = INR_QUANTIZE_LEARNED};
    const struct inr_quantizer tensor = {
        .bits = 5, .compand = 2, .granularity = INR_QUANTIZE_TENSOR, .step = INR_QUANTIZE_LEARNED};
    check_learnt("sine", &row, 3 * 13 + 3);
    check_learnt("wire", &row, 9 + 2 * (9 + 9 + 3)); /* 9 complex units, whose planes are two */
    check_learnt("sine", &tensor, 4);
}

/* Bits and steps by role. */
static void test_roles(void **state)
{
    (void)state;
    struct inr_field *field = make(INR_ARCHITECTURE_MLP, "sine", INR_ENCODING_IDENTITY, NULL);
    const struct inr_quantizer row = {.bits = 4, .first_bits = 6};
    const struct inr_quantizer tensor = {.bits = 10, .granularity = INR_QUANTIZE_TENSOR};
    const struct inr_quantizer wide = {.bits = 14};
    const struct inr_slice *first = inr_field_slice(field, "net.0.weight");
    const struct inr_slice *second = inr_field_slice(field, "net.1.weight");
    const struct inr_slice *bias = inr_field_slice(field, "net.1.bias");
    assert_int_equal(inr_quantize_bits(&row, first), 6);
    assert_int_equal(inr_quantize_bits(&row, second), 4);
    assert_int_equal(inr_quantize_bits(&row, bias), 12);
    assert_int_equal(inr_quantize_bits(&tensor, first), 12);
    assert_int_equal(inr_quantize_bits(&wide, bias), 14);
    assert_int_equal(inr_quantize_bits(&wide, first), 14);
    assert_int_equal(inr_quantize_steps(&row, first), 1);
    assert_int_equal(inr_quantize_steps(&row, second), 13);
    assert_int_equal(inr_quantize_steps(&row, bias), 1);
    assert_int_equal(inr_quantize_steps(&tensor, second), 1);
    /* 2 layers of 13 rows, an output of 3, a first layer, 4 biases */
    assert_int_equal(inr_quantize_all_steps(field, &row), 2 * 13 + 3 + 1 + 4);
    assert_int_equal(inr_quantize_rows(field, &row, 0, NULL), 2 * 13 + 3 + 1 + 4);
    assert_int_equal(inr_quantize_all_steps(field, &tensor), 8);
    field->params[second->offset + 5] = NAN;
    int32_t *symbols = malloc(field->n_params * sizeof *symbols);
    float steps[64];
    assert_int_equal(inr_quantize_slices(field, &row, symbols, steps, NULL), INR_ERR_INPUT);
    free(symbols);
    inr_field_free(field);
}

static void test_check(void **state)
{
    (void)state;
    struct inr_field_config config;
    inr_field_default(inr_activation_by_name("sine")->id, 2, 3, &config);
    static const struct inr_quantizer bad[] = {
        {.bits = 1},
        {.bits = 17},
        {.bits = 4, .clip = 2.5f},
        {.bits = 4, .clip = -0.5f},
        {.bits = 4, .bias_bits = -1},
        {.bits = 4, .first_bits = 99},
        {.bits = 4, .granularity = 2},
        {.bits = 4, .compand = 9},
        {.bits = 4, .compand = -1},
        {.bits = 8, .compand = 1},
        {.bits = 4, .step = 3},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        config.quantizer = bad[i];
        assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
    }
    config.quantizer = (struct inr_quantizer){.bits = 4, .step = INR_QUANTIZE_LEARNED};
    assert_int_equal(inr_field_check(&config, NULL), INR_OK);
    config.nested = 2;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
    config.nested = 0;
    config.quantizer = (struct inr_quantizer){.bits = 2};
    assert_int_equal(inr_field_check(&config, NULL), INR_OK);
    config.reparam = 1;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
    config.reparam = 0;
    config.encoding = INR_ENCODING_HASH;
    config.finest_resolution = 32;
    assert_int_equal(inr_field_check(&config, NULL), INR_ERR_USAGE);
}

/* Where nothing is said, few bits learn their steps, unless something speaks against it. */
static void test_auto(void **state)
{
    (void)state;
    static const struct {
        const char *settings[4];
        bool learns;
    } rows[] = {{{"quantize-bits", "4"}, true},
                {{"quantize-bits", "6"}, false},
                {{"quantize-bits", "4", "quantize-clip", "0.5"}, false},
                {{"quantize-bits", "4", "nested", "2"}, false},
                {{"quantize-bits", "4", "weight-decay", "0.1"}, false},
                {{"quantize-bits", "4", "absolute-decay", "0.1"}, false},
                {{"quantize-bits", "6", "quantize-step", "learned"}, true}};
    struct inr_image image = inr_case_image(8, 6, 3, INR_DEPTH_U8);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_fit_config config = inr_case_config("siren");
        struct inr_model *model = NULL;
        struct inr_error err = {0};
        config.steps = 2;
        for (size_t k = 0; k < 4 && rows[i].settings[k]; k += 2)
            assert_int_equal(
                inr_fit_config_set(&config, rows[i].settings[k], rows[i].settings[k + 1], &err),
                INR_OK);
        if (inr_fit_image(&image, &config, NULL, NULL, "case", &model, &err) != INR_OK)
            fail_msg("%s", err.text);
        const struct inr_field *field = inr_model_field(model);
        assert_true((inr_field_slice(field, "quantizer.steps") != NULL) == rows[i].learns);
        assert_int_equal(field->config.quantizer.step,
                         rows[i].learns ? INR_QUANTIZE_LEARNED : INR_QUANTIZE_PEAK);
        inr_model_free(model);
    }
    inr_image_free(&image);
}

static double psnr_at(const struct inr_image *image, const char *preset, float start, int rule)
{
    struct inr_fit_config config = inr_case_config(preset);
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    struct inr_metric_result again;
    config.field.layers = 2;
    config.field.quantizer.bits = 4;
    config.field.quantizer.step = rule;
    config.quantize_start = start;
    config.steps = 600;
    if (inr_fit_image(image, &config, NULL, NULL, "case", &model, &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_true(inr_model_field(model)->config.quantised);
    const double psnr = inr_model_info(model)->psnr;
    /* what was scored is what the model evaluates to */
    assert_int_equal(inr_model_compare(model, "cpu", 1, image, &again, NULL, NULL), INR_OK);
    assert_float_equal(again.psnr, psnr, 1e-9);
    inr_model_free(model);
    return psnr;
}

/* Rounding to 4 bits leaves an error that further steps correct in the weights still near a middle:
 * on a photograph that was worth 3.0 dB to a SIREN and 0.4 dB to a FourierNet, whose filters are
 * not rounded as coarsely. */
static void test_training_helps(void **state)
{
    (void)state;
    struct inr_image image = inr_case_image(48, 32, 3, INR_DEPTH_U8);
    const double after = psnr_at(&image, "siren", 1.0f, INR_QUANTIZE_PEAK);
    const double siren = psnr_at(&image, "siren", 0.3f, INR_QUANTIZE_PEAK) - after;
    const double mfn = psnr_at(&image, "mfn", 0.3f, INR_QUANTIZE_PEAK) -
                       psnr_at(&image, "mfn", 1.0f, INR_QUANTIZE_PEAK);
    const double learnt = psnr_at(&image, "siren", 0.3f, INR_QUANTIZE_LEARNED) - after;
    if (siren < 1.0 || mfn < 0.2 || learnt < 1.0)
        fail_msg("training through 4 bits gains %.2f dB with siren, %.2f dB with mfn, %.2f dB with "
                 "siren and learnt steps",
                 siren, mfn, learnt);
    inr_image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula),        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_places),         cmocka_unit_test(test_fields),
        cmocka_unit_test(test_learnt),         cmocka_unit_test(test_roles),
        cmocka_unit_test(test_check),          cmocka_unit_test(test_auto),
        cmocka_unit_test(test_training_helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
