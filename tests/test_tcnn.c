/* SPDX-License-Identifier: MIT
 *
 * test_tcnn.c - Settings in the shape of tiny-cuda-nn and instant-ngp: what they mean here, short
 * fits with them, and what is refused in which words.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field/activation.h"
#include "field/encoding.h"
#include "field/init.h"
#include "fit/config.h"
#include "fit/schedule.h"
#include "fit_case.h"

#define FOLDER INR_TEST_DIR "/cli/configs/"

static struct inr_fit_config start(void)
{
    struct inr_fit_config config;
    assert_int_equal(inr_fit_preset("siren", &config, NULL), INR_OK);
    return config;
}

static struct inr_fit_config load(const char *file)
{
    struct inr_fit_config config = start();
    struct inr_error err = {0};
    char path[512];
    snprintf(path, sizeof path, FOLDER "%s", file);
    if (inr_fit_config_read(&config, path, &err) != INR_OK)
        fail_msg("%s", err.text);
    return config;
}

static enum inr_status read_text(struct inr_fit_config *config, const char *text,
                                 struct inr_error *err)
{
    return inr_fit_config_from_json(config, text, strlen(text), "test.json", err);
}

static const char *name_of(enum inr_registry registry, int id)
{
    return inr_registry_id_name(registry, id);
}

/* What every file of instant-ngp means without saying it. */
static void check_theirs(const struct inr_fit_config *c)
{
    assert_false(c->field.bias);
    assert_int_equal(c->field.init, INR_INIT_XAVIER_UNIFORM);
    assert_string_equal(name_of(INR_REGISTRY_ACTIVATION, c->field.activation), "relu");
    assert_string_equal(name_of(INR_REGISTRY_OPTIMIZER, c->optimizer), "adam");
    assert_true(c->sparse && c->table_rate == 1.0f && c->table_l2 == 0.0f && c->table_tv == 0.0f);
    assert_true(c->beta1 == 0.9f && c->beta2 == 0.99f && c->epsilon == 1e-15f);
    assert_true(c->weight_decay == 1e-6f);
    assert_string_equal(name_of(INR_REGISTRY_SCHEDULE, c->schedule), "decay");
    assert_true(c->decay_base == 0.33f && c->decay_end == 10000000);
    assert_true(c->target_low == 0.0f && c->target_high == 1.0f && c->warmup == 0.0f);
    assert_string_equal(name_of(INR_REGISTRY_LATTICE, c->lattice), "centres");
    assert_int_equal(inr_config_check(c, NULL), INR_OK);
}

static void test_pictures(void **state)
{
    (void)state;
    struct inr_fit_config c = load("image.json");
    check_theirs(&c);
    assert_int_equal(c.field.encoding, INR_ENCODING_HASH);
    assert_true(c.field.levels == 16 && c.field.log2_table == 24 && c.field.base_resolution == 16);
    assert_true(c.field.finest_resolution == 0 && c.field.level_scale == 0.0f);
    assert_true(c.field.width == 64 && c.field.layers == 1);
    assert_true(c.rate == 1e-2f && c.decay_start == 20000 && c.decay_interval == 10000);
    assert_string_equal(name_of(INR_REGISTRY_LOSS, c.loss), "l2");
    /* Of 1000 x 600 pixels the finest level has 500 points a side. */
    inr_field_take_shape(&c.field, (const uint32_t[]){1000, 600, 1});
    assert_int_equal(c.field.finest_resolution, 500);

    c = load("image_frequency.json");
    check_theirs(&c);
    assert_int_equal(c.field.encoding, INR_ENCODING_OCTAVES);
    assert_int_equal(c.field.n_frequencies, 16);
    assert_float_equal(c.field.octave_base, acos(-1.0) / 2, 1e-7);
    assert_true(c.rate == 1e-2f && c.field.width == 64);

    c = load("image_tiled.json");
    check_theirs(&c);
    assert_int_equal(c.field.encoding, INR_ENCODING_TILED);
    assert_true(c.field.levels == 6 && c.field.log2_table == 12 && c.field.level_scale == 1.5f);
    assert_string_equal(name_of(INR_REGISTRY_INTERPOLATION, c.field.interpolation), "smoothstep");
    assert_true(c.field.width == 24 && c.field.layers == 0);
}

static void test_distances(void **state)
{
    (void)state;
    struct inr_fit_config c = load("sdf.json");
    check_theirs(&c);
    assert_true(c.ema == 0.95f && c.rate == 1e-4f);
    assert_true(c.decay_start == 10000 && c.decay_interval == 5000);
    assert_true(c.field.encoding == INR_ENCODING_HASH && c.field.log2_table == 19);
    assert_string_equal(name_of(INR_REGISTRY_LOSS, c.loss), "mape");
    assert_true(c.loss_constant == 0.01f);

    c = load("sdf_frequency.json"); /* a rate two wrappers deep replaces the parent's */
    check_theirs(&c);
    assert_true(c.ema == 0.95f && c.rate == 3e-4f && c.field.n_frequencies == 10);
    assert_true(c.field.width == 128 && c.field.layers == 7);
    assert_string_equal(name_of(INR_REGISTRY_LOSS, c.loss), "relative_l2");

    c = load("sdf_dense.json");
    check_theirs(&c);
    assert_int_equal(c.field.encoding, INR_ENCODING_MULTIGRID);
    assert_true(c.field.levels == 8 && c.field.level_scale == 1.405f);
}

/* Other orders, depths and defaults of the chain. */
static void test_chains(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_fit_config c = start();
    if (read_text(&c,
                  "{\"Optimizer\": {\"OType\": \"exponentialdecay\", \"nested\": "
                  "{\"absolute_decay\": 0.25}},"
                  " \"encoding\": {\"otype\": \"grid\"}}",
                  &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_string_equal(name_of(INR_REGISTRY_SCHEDULE, c.schedule), "decay");
    assert_true(c.decay_base == 0.1f && c.decay_start == 10000 && c.decay_interval == 10000);
    assert_true(c.rate == 1e-3f && c.beta1 == 0.9f && c.beta2 == 0.999f && c.epsilon == 1e-8f);
    assert_true(c.weight_decay == 1e-8f && c.absolute_decay == 0.25f && c.sparse);
    assert_int_equal(c.field.encoding, INR_ENCODING_HASH);
    assert_true(c.field.width == 128 && c.field.layers == 4);
    assert_string_equal(name_of(INR_REGISTRY_LOSS, c.loss), "relative_l2");

    /* Ema inside, and with its default. */
    c = start();
    if (read_text(&c,
                  "{\"optimizer\": {\"otype\": \"ExponentialDecay\", \"decay_base\": 0.5,"
                  " \"nested\": {\"otype\": \"EMA\", \"full_precision\": true, \"nested\":"
                  " {\"otype\": \"Adam\", \"learning_rate\": 0.25}}},"
                  " \"encoding\": {\"otype\": \"Frequency\"}}",
                  &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_true(c.ema == 0.99f && c.decay_base == 0.5f && c.rate == 0.25f);
    assert_true(c.field.n_frequencies == 12);

    /* A network of theirs alone, with a sine that is a plain sine, and gradient descent. */
    c = start();
    if (read_text(&c,
                  "{\"network\": {\"otype\": \"MegakernelMLP\", \"activation\": \"Sine\"},"
                  " \"optimizer\": {\"otype\": \"SGD\"}, \"encoding\": {\"otype\": \"Identity\","
                  " \"scale\": 1, \"offset\": 0.0}}",
                  &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_true(c.field.first[0] == 1.0f && c.field.hidden[0] == 1.0f && !c.field.bias);
    assert_true(c.beta1 == 0.0f && !c.sparse && c.weight_decay == 1e-8f);
    assert_string_equal(name_of(INR_REGISTRY_SCHEDULE, c.schedule), "constant");

    /* What the file says itself wins, ours as well as theirs. */
    c = start();
    if (read_text(&c,
                  "{\"preset\": \"siren\", \"network\": {\"otype\": \"CutlassMLP\", \"bias\": true,"
                  " \"init\": \"kaiming\"}, \"encoding\": {\"otype\": \"DenseGrid\"},"
                  " \"optimizer\": {\"otype\": \"Adam\", \"sparse\": false,"
                  " \"non_matrix_learning_rate_factor\": 3, \"adabound\": false},"
                  " \"training\": {\"schedule\": \"cosine\"}}",
                  &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_true(c.field.bias && c.field.init == INR_INIT_KAIMING && !c.sparse);
    assert_true(c.table_rate == 3.0f);
    assert_string_equal(c.preset, "siren");
    assert_string_equal(name_of(INR_REGISTRY_SCHEDULE, c.schedule), "cosine");

    /* A network of otype MLP is ours: nothing is filled in. */
    c = start();
    struct inr_fit_config plain = c;
    assert_int_equal(read_text(&c, "{\"network\": {\"otype\": \"MLP\"}} // ours", &err), INR_OK);
    assert_memory_equal(&c, &plain, sizeof c);
}

/* Outputs that pass an activation: theirs, whose sine is plain, and ours, whose sine is the
 * layers'. */
static void test_outputs(void **state)
{
    (void)state;
    static const char *const named[][2] = {
        {"None", "none"}, {"ReLU", "relu"}, {"Sigmoid", "sigmoid"}, {"Tanh", "tanh"}};
    struct inr_error err = {0};
    char text[256];
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        struct inr_fit_config c = start();
        snprintf(text, sizeof text,
                 "{\"network\": {\"otype\": \"FullyFusedMLP\", \"output_activation\": \"%s\"},"
                 " \"encoding\": {\"otype\": \"HashGrid\"}}",
                 named[i][0]);
        if (read_text(&c, text, &err) != INR_OK)
            fail_msg("%s", err.text);
        assert_string_equal(name_of(INR_REGISTRY_ACTIVATION, c.field.output_activation),
                            named[i][1]);
        assert_string_equal(name_of(INR_REGISTRY_ACTIVATION, c.field.activation), "relu");
    }
    static const char *const types[] = {"CutlassMLP", "MLP"};
    for (int ours = 0; ours < 2; ours++) {
        struct inr_fit_config c = start();
        snprintf(text, sizeof text,
                 "{\"network\": {\"otype\": \"%s\", \"output_activation\": \"Sine\"},"
                 " \"encoding\": {\"otype\": \"Identity\"}}",
                 types[ours]);
        if (read_text(&c, text, &err) != INR_OK)
            fail_msg("%s", err.text);
        assert_true(c.field.output_omega == (ours ? 0.0f : 1.0f));
    }
}

/* What was read prints as flat settings of ours, which read back to the same. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const files[] = {"image.json", "image_frequency.json", "image_tiled.json",
                                        "sdf.json",   "sdf_frequency.json",   "sdf_dense.json"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_error err = {0};
        struct inr_fit_config c = load(files[i]), back = start();
        char *text = inr_fit_config_to_json(&c);
        assert_non_null(text);
        assert_null(strstr(text, "\"nested\": {")); /* an optimizer within another */
        if (read_text(&back, text, &err) != INR_OK)
            fail_msg("%s", err.text);
        char *again = inr_fit_config_to_json(&back);
        assert_string_equal(text, again);
        free(text);
        free(again);
    }
}

static void test_comments(void **state)
{
    (void)state;
    struct inr_fit_config c = start();
    struct inr_error err = {0};
    static const char text[] =
        "/**/ { // \"a\": {\n \"device\": {\"name\": \"a // b /* c \\\" */\"},"
        "/* * / \n\" */ \"budget\": {\"steps\": 7 /*/ 8 */}}//";
    if (read_text(&c, text, &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_string_equal(c.device, "a // b /* c \" */");
    assert_int_equal(c.steps, 7);
    /* Lines and columns stay those of the text. */
    assert_int_equal(read_text(&c, "{ /* a\n b */ ?}", &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "test.json:2:"));
    err.text[0] = '\0';
    assert_int_equal(read_text(&c, "{} /* no end", &err), INR_ERR_INPUT);
    assert_int_equal(read_text(&c, "{} /", &err), INR_ERR_INPUT);
}

static void test_refused_files(void **state)
{
    (void)state;
    static const char *const files[][2] = {{"image_oneblob.json", "OneBlob"},
                                           {"sdf_octree.json", "Takikawa"},
                                           {"radiance.json", "radiance field"},
                                           {"circle.json", "circle"},
                                           {"orphan.json", "configs/nowhere/missing.json"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_fit_config c = start(), before = c;
        struct inr_error err = {0};
        char path[512];
        snprintf(path, sizeof path, FOLDER "%s", files[i][0]);
        assert_int_equal(inr_fit_config_read(&c, path, &err), INR_ERR_INPUT);
        if (!strstr(err.text, files[i][1]))
            fail_msg("%s: \"%s\" does not say \"%s\"", files[i][0], err.text, files[i][1]);
        assert_memory_equal(&c, &before, sizeof c);
    }
}

#define ENCODED "\"encoding\": {\"otype\": \"HashGrid\"}"

static void test_refused_texts(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{\"optimizer\": {\"otype\": \"Lookahead\", \"nested\": {}}}", "only Ema and Exp"},
        {"{\"optimizer\": {\"otype\": \"Shampoo\"}}", "adamw"},
        {"{\"optimizer\": {\"otype\": \"Ema\", \"nested\": {\"otype\": \"EMA\"}}}", "do the same"},
        {"{\"optimizer\": {\"otype\": \"ExponentialDecay\", \"nested\": 5}}", "must be an object"},
        {"{\"optimizer\": {\"otype\": \"ExponentialDecay\", \"lr\": 5}}", "\"optimizer.lr\""},
        {"{\"optimizer\": {\"otype\": \"Ema\", \"decay\": null}}", "null"},
        {"{\"optimizer\": {\"otype\": \"ExponentialDecay\", \"decay_interval\": 0}, " ENCODED "}",
         "training.decay_interval"},
        {"{\"optimizer\": {\"otype\": \"ExponentialDecay\"}, \"training\": {\"schedule\": "
         "\"step\"}}",
         "schedule already"},
        {"{\"optimizer\": 5}", "must be an object"},
        {"{\"network\": {\"otype\": \"FullyFusedMLP\"}}", "OneBlob"},
        {"{\"network\": {\"otype\": \"FullyFusedMLP\", \"activation\": \"Softplus\"}, " ENCODED "}",
         "10 z"},
        {"{\"network\": {\"otype\": \"FullyFusedMLP\", \"activation\": \"Squareplus\"}, " ENCODED
         "}",
         "softplus"},
        {"{\"network\": {\"output_activation\": \"Exponential\"}}", "network.output_activation"},
        {"{\"network\": {\"otype\": \"FullyFusedMLP\", \"output_activation\": "
         "\"Softplus\"}, " ENCODED "}",
         "network.output_activation: Softplus is log(1 + exp(10 z))"},
        {"{\"network\": {\"feedback_alignment\": true}}", "feedback_alignment"},
        {"{\"network\": {\"otype\": \"CutlassResNet\"}}", "otype MLP"},
        {"{\"encoding\": {\"otype\": \"HashGrid\", \"type\": \"Dense\"}}", "encoding.type"},
        {"{\"encoding\": {\"otype\": \"Grid\", \"type\": \"Sparse\"}}", "encoding.type"},
        {"{\"encoding\": {\"otype\": \"HashGrid\", \"hash\": \"Prime\"}}", "CoherentPrime"},
        {"{\"encoding\": {\"otype\": \"Grid\", \"stochastic_interpolation\": true}}", "false"},
        {"{\"encoding\": {\"otype\": \"SphericalHarmonics\", \"degree\": 4}}", "octaves"},
        {"{\"optimizer\": {\"otype\": \"Adam\", \"relative_decay\": 0.01}}", "weight_decay"},
        {"{\"optimizer\": {\"otype\": \"Adam\", \"adabound\": true}}", "adabound"},
        {"{\"loss\": {\"otype\": \"SMAPE\"}}", "mape"},
        {"{\"snapshot\": {}}", "give its settings alone"},
        {"{\"parent\": \"image.json\"}", "read from a file"},
        {"{\"budget\": {}, \"BUDGET\": {}}", "twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct inr_fit_config c = start(), before = c;
        struct inr_error err = {0};
        if (read_text(&c, bad[i][0], &err) != INR_ERR_INPUT)
            fail_msg("accepted: %s", bad[i][0]);
        if (!strstr(err.text, bad[i][1]) || strncmp(err.text, "test.json", 9) != 0)
            fail_msg("%s: \"%s\" does not say \"%s\"", bad[i][0], err.text, bad[i][1]);
        assert_memory_equal(&c, &before, sizeof c);
    }
}

/* The rule as tiny-cuda-nn states it: the factor is multiplied on at the start and after each
 * interval. */
static void test_decay(void **state)
{
    (void)state;
    struct inr_fit_config c = start();
    assert_int_equal(inr_fit_config_set(&c, "schedule", "decay", NULL), INR_OK);
    c.rate = 0.02f;
    c.decay_base = 0.33f;
    const uint64_t starts[] = {0, 7, 100}, intervals[] = {1, 3, 50}, ends[] = {0, 20, 400};
    for (int k = 0; k < 27; k++) {
        double factor = 1.0;
        c.decay_start = starts[k % 3];
        c.decay_interval = intervals[k / 3 % 3];
        c.decay_end = ends[k / 9];
        bool flat = true;
        for (uint64_t step = 0; step < 300; step++) {
            if (step >= c.decay_start && (step - c.decay_start) % c.decay_interval == 0 &&
                step <= c.decay_end)
                factor *= (double)c.decay_base;
            const double rate = inr_schedule_rate(&c, step, 300);
            assert_true(fabs(rate / ((double)c.rate * factor) - 1.0) < 1e-9);
            flat = flat && factor == 1.0;
            assert_int_equal(flat, inr_schedule_is_flat(&c, step + 1));
        }
    }
}

/* Few steps on a small picture: better than a constant, and the parameters that were asked for. */
static void test_fits(void **state)
{
    (void)state;
    static const char *const files[] = {"image.json", "image_frequency.json", "image_tiled.json"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_image image = inr_case_image(48, 36, 3, INR_DEPTH_U8);
        struct inr_fit_config c = load(files[i]);
        struct inr_model *model = NULL;
        struct inr_error err = {0};
        c.batch = 512;
        c.steps = 60;
        c.threads = 1;
        memcpy(c.device, "cpu", 4);
        if (inr_fit_image(&image, &c, NULL, NULL, NULL, &model, &err) != INR_OK)
            fail_msg("%s: %s", files[i], err.text);
        const struct inr_field *field = inr_model_field(model);
        for (size_t k = 0; k < field->n_slices; k++)
            assert_true(field->slices[k].role != INR_ROLE_BIAS);
        if (!(inr_model_info(model)->psnr > 22.0))
            fail_msg("%s: %.2f dB", files[i], inr_model_info(model)->psnr);
        inr_model_free(model);
        inr_image_free(&image);
    }
}

/* Distances to a ball: MAPE counts from 0, so that samples stay as they are. */
static void test_volume(void **state)
{
    (void)state;
    static const char *const files[] = {"sdf.json", "sdf_frequency.json", "sdf_dense.json"};
    struct inr_signal volume = {
        .dims = 3, .shape = {14, 12, 10}, .channels = 1, .sample = INR_SAMPLE_FLOAT};
    volume.values = malloc(14 * 12 * 10 * sizeof *volume.values);
    assert_non_null(volume.values);
    for (int i = 0; i < 14 * 12 * 10; i++)
        volume.values[i] =
            (float)(sqrt(pow((i % 14 - 6.5) / 7, 2) + pow((i / 14 % 12 - 5.5) / 6, 2) +
                         pow((i / 168 - 4.5) / 5, 2)) -
                    0.7);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_fit_config c = load(files[i]);
        struct inr_model *model = NULL;
        struct inr_error err = {0};
        const struct inr_fit_input input = {.signal = &volume};
        c.batch = 512;
        c.steps = 200;
        c.rate *= 10.0f; /* for so few steps */
        c.field.log2_table = 12;
        c.threads = 1;
        memcpy(c.device, "cpu", 4);
        assert_int_equal(inr_fit_config_set(&c, "rescale", "off", &err), INR_OK);
        if (inr_fit(&input, &c, NULL, NULL, &model, &err) != INR_OK)
            fail_msg("%s: %s", files[i], err.text);
        if (!(inr_model_info(model)->psnr > 20.0))
            fail_msg("%s: %.2f dB", files[i], inr_model_info(model)->psnr);
        inr_model_free(model);
    }
    inr_signal_free(&volume);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),      cmocka_unit_test(test_distances),
        cmocka_unit_test(test_volume),        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_comments),
        cmocka_unit_test(test_refused_files), cmocka_unit_test(test_refused_texts),
        cmocka_unit_test(test_outputs),       cmocka_unit_test(test_decay),
        cmocka_unit_test(test_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
