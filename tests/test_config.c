/* SPDX-License-Identifier: MIT
 *
 * test_config.c - Tables, flags, JSON and schedules: what a fit is told to do.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "field/activation.h"
#include "fit/config.h"
#include "fit/number.h"
#include "fit/schedule.h"
#include "inrush/fit.h"

static struct inr_fit_config preset(const char *name)
{
    struct inr_fit_config config;
    struct inr_error err = {0};
    assert_int_equal(inr_fit_preset(name, &config, &err), INR_OK);
    return config;
}

static void set(struct inr_fit_config *config, const char *flag, const char *text)
{
    struct inr_error err = {0};
    if (inr_fit_config_set(config, flag, text, &err) != INR_OK)
        fail_msg("--%s %s: %s", flag, text ? text : "", err.text);
}

static enum inr_status read_json(struct inr_fit_config *config, const char *text,
                                 struct inr_error *err)
{
    return inr_fit_config_from_json(config, text, strlen(text), "test.json", err);
}

static void assert_floats(float a, float b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

static void assert_same(const struct inr_fit_config *a, const struct inr_fit_config *b)
{
    char *x = inr_fit_config_to_json(a), *y = inr_fit_config_to_json(b);
    assert_non_null(x);
    assert_non_null(y);
    assert_string_equal(x, y);
    free(x);
    free(y);
    /* What the text does not show must agree too. */
    for (int k = 0; k < INR_MAX_CONSTANTS; k++) {
        assert_floats(a->field.first[k], b->field.first[k]);
        assert_floats(a->field.hidden[k], b->field.hidden[k]);
    }
    assert_floats(a->rate, b->rate);
    assert_floats(a->epsilon, b->epsilon);
    assert_floats(a->field.octave_base, b->field.octave_base);
    assert_floats(a->target_low, b->target_low);
    assert_int_equal(a->field.encoding, b->field.encoding);
    assert_int_equal(a->field.layers, b->field.layers);
    assert_true(a->seed == b->seed && a->memory_limit == b->memory_limit);
}

static void test_registries(void **state)
{
    (void)state;
    for (int r = 0; r < INR_REGISTRY_COUNT; r++) {
        enum inr_registry registry = (enum inr_registry)r;
        struct inr_registry_row a, b;
        size_t n = 0;
        for (; inr_registry_at(registry, n, &a); n++) {
            int id = -1;
            assert_true(a.name[0] && a.summary[0]);
            assert_int_equal(inr_registry_find(registry, a.name, &id, NULL), INR_OK);
            assert_int_equal(id, a.id);
            assert_string_equal(inr_registry_id_name(registry, id), a.name);
            for (size_t i = 0; i < n; i++) {
                assert_true(inr_registry_at(registry, i, &b));
                assert_int_not_equal(a.id, b.id);
                assert_string_not_equal(a.name, b.name);
            }
        }
        assert_true(n >= 2);
        struct inr_error err = {0};
        int id = 0;
        assert_int_equal(inr_registry_find(registry, "nosuch", &id, &err), INR_ERR_USAGE);
        assert_true(inr_registry_at(registry, n - 1, &a));
        assert_non_null(strstr(err.text, a.name));
    }
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_LOSS, 9999), "?");
    assert_string_equal(inr_registry_name(INR_REGISTRY_COUNT), "?");
}

static void test_settings_table(void **state)
{
    (void)state;
    struct inr_setting a, b;
    for (size_t i = 0; inr_setting_at(i, &a); i++) {
        assert_true(a.flag[0] && a.json[0] && a.group[0] && a.help[0]);
        for (size_t k = 0; k < i && inr_setting_at(k, &b); k++) {
            assert_string_not_equal(a.flag, b.flag);
            assert_string_not_equal(a.json, b.json);
        }
    }
}

static void test_presets_round_trip(void **state)
{
    (void)state;
    struct inr_registry_row row;
    for (size_t i = 0; inr_registry_at(INR_REGISTRY_PRESET, i, &row); i++) {
        struct inr_fit_config config = preset(row.name);
        struct inr_error err = {0};
        assert_int_equal(inr_config_check(&config, &err), INR_OK);
        set(&config, "seed", "9007199254740992");
        set(&config, "lr", "0.0012345678");
        set(&config, "time", "2.5");
        set(&config, "memory-limit", "3GiB");
        set(&config, "device", "Radeon \"\xc3\xa9\"");
        char *text = inr_fit_config_to_json(&config);
        assert_non_null(text);
        struct inr_fit_config other = preset("wire"), same = preset("ffn");
        set(&other, "steps", "77");
        set(&other, "sigma", "3");
        set(&other, "optimizer", "sgd");
        assert_int_equal(read_json(&other, text, &err), INR_OK);
        assert_int_equal(read_json(&same, text, &err), INR_OK);
        assert_same(&config, &other);
        assert_same(&config, &same);
        free(text);
    }
}

static void test_activation_resets(void **state)
{
    (void)state;
    struct inr_fit_config config = preset("siren");
    set(&config, "omega", "60");
    set(&config, "first-omega", "90");
    assert_true(config.field.first[0] == 90.0f && config.field.hidden[0] == 60.0f);
    set(&config, "activation", "WIRE");
    assert_true(config.field.first[0] == 20.0f && config.field.hidden[1] == 30.0f);
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_INIT, config.field.init), "pytorch");
    set(&config, "sigma", "12");
    assert_true(config.field.first[1] == 12.0f && config.field.hidden[1] == 12.0f);
    set(&config, "activation", "finer");
    set(&config, "stop-gradient", "on");
    assert_true(config.field.first[1] == 1.0f && config.field.hidden[1] == 1.0f);
    set(&config, "encoding", "octaves");
    assert_int_equal(config.field.n_frequencies, 10);
    set(&config, "encoding", "fourier");
    assert_int_equal(config.field.n_frequencies, 256);
    set(&config, "encoding", "identity");
    set(&config, "encoding", "chebyshev");
    assert_int_equal(config.field.n_frequencies, 256);
    set(&config, "optimizer", "adamw");
    assert_true(config.weight_decay > 0.0f);
    set(&config, "loss", "huber");
    assert_true(config.loss_constant > 0.0f);

    struct inr_error err = {0};
    set(&config, "activation", "relu");
    assert_int_equal(inr_fit_config_set(&config, "omega", "30", &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "--omega"));
    assert_non_null(strstr(err.text, "relu"));
}

/* Joining, rank, filters, scaling and reparameterisation: from flags to JSON and back. */
static void test_architectures(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_fit_config config = preset("siren"), back = preset("ffn");
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_ARCHITECTURE, config.field.architecture),
                        "mlp");
    set(&config, "architecture", "SL2A");
    set(&config, "rank", "17");
    set(&config, "filter-scale", "99.5");
    set(&config, "scaling", "8");
    set(&config, "reparam", "dct");
    set(&config, "reparam-frequencies", "3");
    set(&config, "reparam-phases", "5");
    set(&config, "reparam-alpha", "0.002");
    set(&config, "quantize-bits", "4");
    set(&config, "quantize-bias-bits", "9");
    set(&config, "quantize-first-bits", "10");
    set(&config, "quantize-granularity", "tensor");
    set(&config, "quantize-compand", "3");
    set(&config, "quantize-step", "learned");
    set(&config, "quantize-start", "0.5");
    char *text = inr_fit_config_to_json(&config);
    assert_non_null(text);
    assert_null(strstr(text, "collapsed"));
    assert_int_equal(read_json(&back, text, &err), INR_OK);
    assert_same(&config, &back);
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_ARCHITECTURE, back.field.architecture),
                        "sl2a");
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_REPARAM, back.field.reparam), "dct");
    assert_true(back.field.quantizer.bits == 4 && back.field.quantizer.granularity == 1);
    assert_true(back.field.quantizer.compand == 3 && back.field.quantizer.step == 1);
    assert_true(back.quantize_start == 0.5f && !back.field.quantised);
    assert_true(back.field.rank == 17 && back.field.filter_scale == 99.5f);
    assert_true(back.field.scaling == 8 && back.field.reparam_frequencies == 3);
    assert_true(back.field.reparam_phases == 5 && back.field.reparam_alpha == 0.002f);
    free(text);
}

/* A collapsed field says so in its file; asking for a reparameterisation begins anew, and no flag
 * claims that it is done. */
static void test_collapsed(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_fit_config config = preset("siren"), back = preset("siren");
    set(&config, "reparam", "fourier");
    config.field.collapsed = true;
    char *text = inr_fit_config_to_json(&config);
    assert_non_null(text);
    assert_int_equal(read_json(&back, text, &err), INR_OK);
    assert_true(back.field.collapsed);
    assert_same(&config, &back);
    free(text);
    set(&back, "reparam", "fourier");
    assert_false(back.field.collapsed);
    assert_int_equal(inr_fit_config_set(&back, "collapsed", "on", &err), INR_ERR_USAGE);
    assert_int_equal(inr_fit_config_set(&back, "", "on", &err), INR_ERR_USAGE);
    struct inr_setting setting;
    for (size_t i = 0; inr_setting_at(i, &setting); i++)
        assert_string_not_equal(setting.json, "network.collapsed");
}

/* The settings of a file of the first release: what it does not know takes its default. */
static void test_first_release(void **state)
{
    (void)state;
    static const char text[] =
        "{\"preset\": \"siren\", \"network\": {\"activation\": \"Sine\", \"init\": \"siren\","
        " \"n_neurons\": 48, \"n_hidden_layers\": 3, \"first_omega\": 30.0,"
        " \"hidden_omega\": 30.0, \"learn_constants\": false, \"first_bias_scale\": 0.0,"
        " \"otype\": \"MLP\"}, \"encoding\": {\"otype\": \"Identity\", \"n_frequencies\": 0}}";
    struct inr_error err = {0};
    struct inr_fit_config config = preset("siren"), plain = preset("siren");
    if (read_json(&config, text, &err) != INR_OK)
        fail_msg("%s", err.text);
    set(&plain, "width", "48");
    set(&plain, "layers", "2");
    set(&plain, "first-bias-scale", "0"); /* which now says no bias; only a new fit would care */
    assert_same(&config, &plain);
    assert_true(config.field.architecture == 0 && config.field.reparam == 0);
    assert_true(config.field.scaling == 0 && !config.field.collapsed);
}

static void test_preset_keeps_budget(void **state)
{
    (void)state;
    struct inr_fit_config config = preset("siren");
    set(&config, "steps", "321");
    set(&config, "seed", "5");
    set(&config, "device", "cpu");
    set(&config, "preset", "pe");
    assert_true(config.steps == 321 && config.seed == 5);
    assert_string_equal(config.device, "cpu");
    assert_string_equal(config.preset, "pe");
    assert_true(config.target_low == 0.0f);
}

/* Every flag that takes a number refuses what is not one, naming itself. */
static void test_bad_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",   "abc", "nan", "inf", "-inf", "1e999", "0x10", "12abc",
        " 3", "3 ",  "--2", "1e",  ".",    "1,5",   "1e99", "99999999999999999999999"};
    const struct inr_config_row *row;
    int tried = 0;
    for (size_t i = 0; (row = inr_config_row_at(i)); i++) {
        if (row->type < INR_CONFIG_INT || row->type > INR_CONFIG_DOUBLE || !row->setting.flag[0])
            continue;
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            struct inr_fit_config config = preset("siren"), before = config;
            struct inr_error err = {0};
            assert_int_equal(inr_fit_config_set(&config, row->setting.flag, bad[k], &err),
                             INR_ERR_USAGE);
            assert_non_null(strstr(err.text, row->setting.flag));
            assert_non_null(strstr(err.text, bad[k]));
            assert_same(&config, &before);
        }
        tried++;
    }
    assert_true(tried > 20);
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *flag, *text, *part;
    } bad[] = {{"width", "0", "1 to 4096"},        {"width", "4097", "1 to 4096"},
               {"layers", "65", "0 to 64"},        {"steps", "-1", "0 to 4294967295"},
               {"steps", "1.5", "whole"},          {"lr", "0", "1e-12"},
               {"lr", "-1e-3", "1e-12"},           {"beta1", "1", "0.999999"},
               {"warmup", "1", "0.999"},           {"schedule-period", "0", "1e-06 to 1"},
               {"omega", "-3", "0 to 1000000"},    {"memory-limit", "2 GB", "GiB"},
               {"memory-limit", "9999999TiB", ""}, {"batch", "0", "1 to"},
               {"corners", "maybe", "on nor off"}, {"activation", "sin", "sine"},
               {"device", "a\xff", "UTF-8"},       {"nosuch", "1", "not a setting"},
               {"rank", "4097", "0 to 4096"},      {"scaling", "65", "0 to 64"},
               {"filter-scale", "0", "1e-06"},     {"reparam-alpha", "0", "1e-09"},
               {"reparam", "wavelet", "fourier"},  {"architecture", "cnn", "gabor_net"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct inr_fit_config config = preset("siren");
        struct inr_error err = {0};
        assert_int_equal(inr_fit_config_set(&config, bad[i].flag, bad[i].text, &err),
                         INR_ERR_USAGE);
        if (!strstr(err.text, bad[i].part))
            fail_msg("%s: \"%s\" lacks \"%s\"", bad[i].flag, err.text, bad[i].part);
    }
    struct inr_fit_config config = preset("siren");
    set(&config, "memory-limit", "1536 MiB");
    assert_true(config.memory_limit == UINT64_C(1610612736));
    set(&config, "corners", NULL);
    assert_true(config.lattice);
    set(&config, "corners", "off");
    assert_false(config.lattice);
    set(&config, "LR", ".5");
    assert_true(config.rate == 0.5f);

    /* Members set by hand are checked before a fit. */
    struct inr_error err = {0};
    config.rate = (float)NAN;
    assert_int_equal(inr_config_check(&config, &err), INR_ERR_USAGE);
    config = preset("siren");
    config.target_low = 2.0f;
    assert_int_equal(inr_config_check(&config, NULL), INR_ERR_USAGE);
    config = preset("siren");
    config.loss = 77;
    assert_int_equal(inr_config_check(&config, NULL), INR_ERR_USAGE);
}

/* The activation of the outputs stays when that of the layers changes, and goes with a preset; a
 * file without one has none. */
static void test_output_activation(void **state)
{
    (void)state;
    struct inr_fit_config config = preset("siren"), back = preset("relu");
    struct inr_error err = {0};
    assert_int_equal(config.field.output_activation, INR_OUTPUT_AS_IS);
    set(&config, "omega", "90");
    set(&config, "output-activation", "Sigmoid");
    set(&config, "output-activation", "sine");
    assert_true(config.field.first[0] == 90.0f && config.field.hidden[0] == 90.0f);
    set(&config, "output-omega", "12.5");
    set(&config, "activation", "finer");
    assert_string_equal(
        inr_registry_id_name(INR_REGISTRY_ACTIVATION, config.field.output_activation), "sine");
    assert_int_equal(inr_config_check(&config, &err), INR_OK);
    char *text = inr_fit_config_to_json(&config);
    assert_non_null(strstr(text, "\"output_activation\": \"Sine\""));
    assert_int_equal(read_json(&back, text, &err), INR_OK);
    assert_same(&config, &back);
    assert_true(back.field.output_omega == 12.5f);
    free(text);

    set(&config, "output-activation", "sigmoid");
    assert_int_equal(inr_config_check(&config, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "output-omega"));
    set(&config, "output-omega", "0");
    assert_int_equal(inr_config_check(&config, &err), INR_OK);
    static const char *const planes[] = {"wire", "gabor2", "paon", "wire2d", "morlet"};
    for (size_t i = 0; i < sizeof planes / sizeof planes[0]; i++) {
        err.text[0] = '\0';
        set(&config, "output-activation", planes[i]);
        assert_int_equal(inr_config_check(&config, &err), INR_ERR_USAGE);
        assert_non_null(strstr(err.text, planes[i]));
    }
    set(&config, "preset", "siren");
    assert_int_equal(config.field.output_activation, INR_OUTPUT_AS_IS);
}

static void test_tiny_cuda_nn(void **state)
{
    (void)state;
    static const char text[] =
        "{\"loss\": {\"otype\": \"RelativeL2\"},\n"
        " \"optimizer\": {\"otype\": \"Adam\", \"learning_rate\": 1e-2, \"beta1\": 0.9,\n"
        "   \"beta2\": 0.99, \"l2_reg\": 1e-6},\n"
        " \"encoding\": {\"otype\": \"Frequency\", \"n_frequencies\": 12},\n"
        " \"network\": {\"otype\": \"FullyFusedMLP\", \"activation\": \"ReLU\",\n"
        "   \"output_activation\": \"None\", \"n_neurons\": 64, \"n_hidden_layers\": 2}}";
    struct inr_fit_config config = preset("siren");
    struct inr_error err = {0};
    if (read_json(&config, text, &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_LOSS, config.loss), "relative_l2");
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_ENCODING, config.field.encoding),
                        "octaves");
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_ACTIVATION, config.field.activation),
                        "relu");
    assert_int_equal(config.field.n_frequencies, 12);
    assert_int_equal(config.field.width, 64);
    assert_int_equal(config.field.layers, 1);
    assert_true(config.rate == 1e-2f && config.beta2 == 0.99f && config.weight_decay == 1e-6f);
    /* Keys and names in another case, and a preset that is applied first wherever it stands. */
    config = preset("wire");
    assert_int_equal(read_json(&config,
                               "{\"NETWORK\": {\"N_Neurons\": 32.0, \"first_omega\": 45}, "
                               "\"Preset\": \"SIREN\", \"encoding\": {\"otype\": \"identity\"}}",
                               &err),
                     INR_OK);
    assert_int_equal(config.field.width, 32);
    assert_true(config.field.first[0] == 45.0f && config.field.hidden[0] == 30.0f);
}

static void test_bad_json(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"", "test.json:1:0"},
        {"{\n \"network\": {,}}", "test.json:2:"},
        {"[1]", "object"},
        {"{\"network\": {\"n_neurons\": 1, \"n_neurons\": 2}}", "test.json:1:"},
        {"{\"network\": {\"n_neuron\": 64}}", "network.n_neuron"},
        {"{\"nets\": {}}", "nets"},
        {"{\"steps\": 5}", "steps"},
        {"{\"network\": 5}", "network"},
        {"{\"network\": {\"n_neurons\": \"64\"}}", "network.n_neurons: must be a number"},
        {"{\"network\": {\"n_neurons\": 64.5}}", "whole number"},
        {"{\"network\": {\"n_hidden_layers\": 0}}", "1 to 65"},
        {"{\"network\": {\"n_hidden_layers\": 66}}", "1 to 65"},
        {"{\"network\": {\"activation\": 3}}", "must be a name"},
        {"{\"network\": {\"activation\": \"Exponential\"}}", "sine"},
        {"{\"network\": {\"otype\": \"Transformer\"}}", "MLP"},
        {"{\"network\": {\"output_activation\": \"Exponential\"}}", "output_activation"},
        {"{\"network\": {\"output_omega\": -1}}", "output_omega"},
        {"{\"encoding\": {\"otype\": \"NoSuchGrid\"}}", "fourier"},
        {"{\"encoding\": {\"otype\": \"Composite\", \"nested\": []}}", "composite"},
        {"{\"optimizer\": {\"learning_rate\": -1}}", "optimizer.learning_rate"},
        {"{\"optimizer\": {\"learning_rate\": 1e999}}", "test.json:1:"},
        {"{\"training\": {\"corners\": 1}}", "true or false"},
        {"{\"training\": {\"seed\": 9007199254740993}}", "training.seed"},
        {"{\"training\": {\"seed\": -1}}", "training.seed"},
        {"{\"preset\": \"nosuch\"}", "siren"},
        {"{\"device\": {\"name\": \"\"}}", "device.name"},
        {"{} x", "test.json:1:"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct inr_fit_config config = preset("siren"), before = config;
        struct inr_error err = {0};
        if (read_json(&config, bad[i].text, &err) != INR_ERR_INPUT)
            fail_msg("accepted: %s", bad[i].text);
        if (!strstr(err.text, bad[i].part) || strncmp(err.text, "test.json", 9) != 0)
            fail_msg("%s: \"%s\" lacks \"%s\"", bad[i].text, err.text, bad[i].part);
        assert_same(&config, &before);
    }
}

static void test_schedules(void **state)
{
    (void)state;
    struct inr_fit_config config = preset("siren");
    set(&config, "lr", "0.01");
    set(&config, "schedule", "cosine");
    assert_float_equal(inr_schedule_rate(&config, 0, 101), 0.01, 1e-9);
    assert_float_equal(inr_schedule_rate(&config, 50, 101), 0.00505, 1e-8);
    assert_float_equal(inr_schedule_rate(&config, 100, 101), 0.0001, 1e-8);
    assert_float_equal(inr_schedule_rate(&config, 5000, 101), 0.0001, 1e-8);
    set(&config, "schedule", "exponential");
    assert_float_equal(inr_schedule_rate(&config, 50, 101), 0.001, 1e-8);
    set(&config, "schedule", "constant");
    assert_float_equal(inr_schedule_rate(&config, 100, 101), 0.01, 1e-9);
    set(&config, "schedule", "step");
    assert_float_equal(inr_schedule_rate(&config, 24, 101), 0.01, 1e-9);
    assert_float_equal(inr_schedule_rate(&config, 25, 101), 0.005, 1e-9);
    assert_float_equal(inr_schedule_rate(&config, 75, 101), 0.00125, 1e-9);
    set(&config, "schedule", "constant");
    set(&config, "warmup", "0.1");
    assert_float_equal(inr_schedule_rate(&config, 0, 100), 0.001, 1e-8);
    assert_float_equal(inr_schedule_rate(&config, 9, 100), 0.01, 1e-8);
    assert_float_equal(inr_schedule_rate(&config, 0, 1), 0.01, 1e-8);
}

static void test_bias_corrections(void **state)
{
    (void)state;
    struct inr_fit_config config = preset("siren");
    struct inr_step rows[3];
    inr_schedule_steps(&config, 0, 100, rows, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rows[i].index, i);
        long double b1 = (long double)config.beta1, b2 = (long double)config.beta2;
        long double c1 = 1.0L / (1.0L - powl(b1, i + 1)), c2 = 1.0L / (1.0L - powl(b2, i + 1));
        assert_true(fabsl((long double)rows[i].correct1 / c1 - 1.0L) < 1e-7L);
        assert_true(fabsl((long double)rows[i].correct2 / c2 - 1.0L) < 1e-7L);
    }
    inr_schedule_steps(&config, 4000000000u, 4294967295u, rows, 1);
    assert_true(rows[0].index == 4000000000u && rows[0].correct1 == 1.0f);
    set(&config, "optimizer", "sgd");
    inr_schedule_steps(&config, 0, 100, rows, 1);
    assert_true(rows[0].correct1 == 1.0f && rows[0].correct2 == 1.0f);
}

/* Of nested networks half of the steps train the whole, a quarter the smallest, and the rest any of
 * those between; the choice depends on nothing but the step. */
static void test_levels_of_steps(void **state)
{
    (void)state;
    struct inr_fit_config config = preset("siren");
    struct inr_step rows[400], again;
    int counts[4] = {0};
    inr_schedule_steps(&config, 0, 400, rows, 400);
    for (int i = 0; i < 400; i++)
        assert_int_equal(rows[i].level, 0);
    set(&config, "nested", "4");
    inr_schedule_steps(&config, 0, 400, rows, 400);
    for (int i = 0; i < 400; i++)
        counts[rows[i].level < 4 ? rows[i].level : 0]++;
    assert_true(counts[0] == 200 && counts[1] == 100 && counts[2] + counts[3] == 100);
    assert_true(counts[2] > 30 && counts[3] > 30);
    inr_schedule_steps(&config, 237, 1000, &again, 1);
    assert_int_equal(again.level, rows[237].level);
}

static void test_numbers(void **state)
{
    (void)state;
    static const double values[] = {0.0, 1.0 / 3.0, 1e-300, 123456789.123456789, -2.5e-7};
    char text[40];
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        double back = -1.0;
        inr_number_print(values[i], text);
        assert_true(inr_number_read(text, &back) && back == values[i]);
    }
    double value = 0.0;
    uint64_t whole = 0;
    inr_number_print((double)INFINITY, text);
    assert_true(inr_number_read(text, &value) && isinf(value));
    assert_false(inr_number_read("1.5x", &value) || inr_number_read("", &value) ||
                 inr_number_read("\"1\"", &value) || inr_number_read("nan", &value));
    assert_true(inr_number_read_whole("18446744073709551615", UINT64_MAX, &whole));
    assert_false(inr_number_read_whole("18446744073709551616", UINT64_MAX, &whole));
    assert_false(inr_number_read_whole("-1", 10, &whole) || inr_number_read_whole("", 10, &whole));
    assert_true(inr_number_shortest(0.1f) == 0.1);
    char cut[6];
    inr_text_copy_utf8(cut, sizeof cut, "ab\xffgh\xc3\xa9");
    assert_string_equal(cut, "ab?gh");
    inr_text_copy_utf8(cut, sizeof cut, "abcd\xc3\xa9");
    assert_string_equal(cut, "abcd");
    assert_false(inr_text_is_utf8("\xc0\x80") || inr_text_is_utf8("\xed\xa0\x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registries),
        cmocka_unit_test(test_settings_table),
        cmocka_unit_test(test_presets_round_trip),
        cmocka_unit_test(test_activation_resets),
        cmocka_unit_test(test_architectures),
        cmocka_unit_test(test_collapsed),
        cmocka_unit_test(test_first_release),
        cmocka_unit_test(test_preset_keeps_budget),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_output_activation),
        cmocka_unit_test(test_tiny_cuda_nn),
        cmocka_unit_test(test_levels_of_steps),
        cmocka_unit_test(test_bad_json),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_bias_corrections),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
