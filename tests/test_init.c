/* SPDX-License-Identifier: MIT
 *
 * test_init.c - Initial values: the distributions that papers state, by their moments and bounds.
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
#include "field_case.h"

static void test_initialisers(void **state)
{
    (void)state;
    struct inr_field *f = field_case_make("sine", 2, 3, 256, 2, 0, 0);
    field_case_uniform(f, "net.0.weight", 1.0 / 2.0);
    field_case_uniform(f, "net.1.weight", sqrt(6.0 / 256.0) / 30.0);
    field_case_uniform(f, "net.3.weight", sqrt(6.0 / 256.0) / 30.0);
    field_case_uniform(f, "net.0.bias", 1.0 / sqrt(2.0));
    field_case_uniform(f, "net.2.bias", 1.0 / 16.0);
    inr_field_free(f);

    f = field_case_make("wire", 2, 3, 256, 2, 0, 0);
    field_case_uniform(f, "net.1.weight", 1.0 / sqrt(181.0));
    field_case_uniform(f, "net.1.weight_imag", 1.0 / sqrt(181.0));
    field_case_uniform(f, "net.1.bias_imag", 1.0 / sqrt(181.0));
    inr_field_free(f);

    struct inr_field_config config;
    inr_field_default(inr_activation_by_name("relu")->id, 2, 3, &config);
    config.init = INR_INIT_KAIMING;
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    struct field_case_moments m = field_case_moments(f, "net.1.weight");
    assert_true(fabs(m.deviation / sqrt(2.0 / 256.0) - 1.0) < 5.0 / sqrt(2.0 * 65536.0));
    inr_field_free(f);
    config.init = INR_INIT_XAVIER;
    config.first_bias_scale = 20.0f;
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    m = field_case_moments(f, "net.1.weight");
    assert_true(fabs(m.deviation / sqrt(1.0 / 256.0) - 1.0) < 5.0 / sqrt(2.0 * 65536.0));
    field_case_uniform(f, "net.0.bias", 20.0);
    inr_field_free(f);
    config.init = INR_INIT_XAVIER_UNIFORM;
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    field_case_uniform(f, "net.0.weight", sqrt(6.0 / 258.0));
    field_case_uniform(f, "net.1.weight", sqrt(6.0 / 512.0));
    inr_field_free(f);
    config.first_bias_scale = 0.0f; /* no bias, which is not the same as no wish (-1) */
    assert_int_equal(inr_field_create(&config, 3, &f, NULL), INR_OK);
    const struct inr_slice *bias = inr_field_slice(f, "net.0.bias");
    for (int i = 0; i < bias->rows; i++)
        assert_true(f->params[bias->offset + (size_t)i] == 0.0f);
    field_case_uniform(f, "net.1.bias", 1.0 / 16.0);
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
        field_case_uniform(f, "net.4.weight", sqrt(6.0 / 256.0) / rows[i].expected);
        inr_field_free(f);
    }
}

/* The initialisation of SL2A's code for H = 256, K = 256, r = 128: +-0.009513, +-0.0884, +-0.0625.
 * No layer of it is followed by an activation before layer 1. */
static void test_sl2a_init(void **state)
{
    (void)state;
    struct inr_field_config config = field_case_defaults("sine", 2, 3);
    config.architecture = INR_ARCHITECTURE_SL2A;
    config.encoding = INR_ENCODING_CHEBYSHEV;
    config.n_frequencies = 256;
    config.init = INR_INIT_PYTORCH;
    config.learn_constants = true;
    struct inr_field *f = field_case_of(config);
    field_case_uniform(f, "net.0.weight", sqrt(6.0 / (258.0 * 257.0)));
    field_case_uniform(f, "net.2.down", 1.0 / sqrt(128.0));
    field_case_uniform(f, "net.2.weight", 1.0 / 16.0);
    field_case_uniform(f, "net.2.bias", 1.0 / sqrt(128.0));
    field_case_uniform(f, "net.4.weight", 1.0 / 16.0);
    assert_true(field_case_moments(f, "norm.scale").mean == 1.0);
    assert_true(field_case_moments(f, "norm.shift").largest == 0.0);
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
    struct inr_field_config config = field_case_defaults("sine", 2, 3);
    config.architecture = INR_ARCHITECTURE_GABOR_NET;
    config.width = 4096;
    config.layers = layers;
    struct inr_field *f = field_case_of(config);
    const double k = 6.0 / (layers + 1), n = 4096;
    for (int l = 0; l <= layers; l++) {
        char weight[32], gamma[32];
        snprintf(weight, sizeof weight, "filter.%d.weight", l);
        snprintf(gamma, sizeof gamma, "filter.%d.gamma", l);
        const struct field_case_moments m = field_case_moments(f, gamma);
        assert_true(fabs(m.mean - k) < 5 * sqrt(k / n));
        assert_true(fabs(m.deviation * m.deviation - k) < 5 * k * sqrt((2 + 6 / k) / n));
        const struct inr_slice *w = inr_field_slice(f, weight), *g = inr_field_slice(f, gamma);
        for (int u = 0; u < w->rows; u++)
            for (int i = 0; i < 2; i++)
                f->params[w->offset + (size_t)(2 * u + i)] /=
                    sqrtf(f->params[g->offset + (size_t)u]);
        field_case_uniform(f, weight, 256.0 / sqrt(layers + 1.0) / sqrt(2.0));
    }
    field_case_uniform(f, "filter.0.centre", 1.0);
    inr_field_free(f);
}

static void test_filter_init(void **state)
{
    (void)state;
    check_gammas(1); /* shape 3, and 0.86: the method differs below 1 */
    check_gammas(6);
    struct inr_field_config config = field_case_defaults("sine", 3, 1);
    config.architecture = INR_ARCHITECTURE_FOURIER_NET;
    config.init = INR_INIT_PYTORCH;
    struct inr_field *f = field_case_of(config);
    field_case_uniform(f, "filter.3.weight", 256.0 / 2.0 / sqrt(3.0));
    field_case_uniform(f, "filter.3.bias", acos(-1.0));
    field_case_uniform(f, "net.1.weight", 1.0 / 16.0);
    field_case_uniform(f, "net.4.weight", 1.0 / 16.0);
    assert_null(inr_field_slice(f, "net.0.weight"));
    inr_field_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_initialisers),
        cmocka_unit_test(test_output_init),
        cmocka_unit_test(test_sl2a_init),
        cmocka_unit_test(test_filter_init),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
