/* SPDX-License-Identifier: MIT
 *
 * test_bench.c - Suites say what is wrong with them, sizes are met as closely as can be, shards
 * share the work, rows survive their file, and the sentence at the end names who won.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/runner.h"
#include "bench/select.h"
#include "bench/solve.h"
#include "bench/table.h"
#include "field/layout.h"

static struct inr_bench_suite *parse(const char *text)
{
    struct inr_bench_suite *suite = NULL;
    struct inr_error err = {0};
    if (inr_bench_suite_parse(text, strlen(text), "s.json", &suite, &err) != INR_OK)
        fail_msg("%s", err.text);
    return suite;
}

static void suites_are_read(void **state)
{
    (void)state;
    struct inr_bench_suite *s = parse(
        "{\"name\": \"n\", \"signals\": [\"star\", {\"name\": \"bandlimited\", \"dims\": 3, "
        "\"bandwidth\": [0.2, 0.8], \"seed\": 5}], \"models\": [\"siren\", {\"name\": \"b\", "
        "\"preset\": \"wire\", \"config\": {\"training\": {\"batch\": 7}}, \"at_size\": {\"900\": "
        "{\"training\": {\"batch\": 9}}}}], \"sizes\": [900, 1e3], \"mode\": [\"time\", "
        "\"bytes\"], \"budget\": {\"steps\": 3, \"seconds\": 2}, \"config\": {\"training\": "
        "{\"batch\": 5, \"lattice\": \"left\"}}, \"at_mode\": {\"time\": {\"training\": "
        "{\"batch\": 6}}}}");
    struct inr_fit_config config;
    struct inr_error err = {0};
    assert_int_equal(s->n_signals, 3);
    assert_string_equal(s->signals[2].name, "bandlimited");
    assert_true(s->signals[2].bandwidth == 0.8 && s->signals[2].dims == 3);
    assert_true(s->signals[2].seeded && s->signals[2].seed == 5 && !s->signals[0].seeded);
    assert_true(isnan(s->signals[0].bandwidth));
    assert_int_equal(s->sizes[1], 1000);
    assert_int_equal(s->modes[0], INR_BENCH_TIME);
    /* The suite's settings, then the model's, then those at a size. */
    static const struct {
        size_t model;
        uint64_t size;
        uint32_t batch;
    } rows[] = {{0, 900, 5}, {1, 1000, 7}, {1, 900, 9}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(inr_bench_suite_config(s, &s->models[rows[i].model], &s->tasks[0],
                                                INR_BENCH_BYTES, rows[i].size, 42, &config, &err),
                         INR_OK);
        assert_int_equal(config.batch, rows[i].batch);
        assert_true(config.steps == 3 && config.seconds == 0.0 && config.seed == 42);
        assert_string_equal(inr_registry_id_name(INR_REGISTRY_LATTICE, config.lattice), "left");
    }
    assert_int_equal(
        inr_bench_suite_config(s, &s->models[1], &s->tasks[0], INR_BENCH_TIME, 1, 0, &config, &err),
        INR_OK);
    assert_true(config.steps == 0 && config.seconds == 2.0);
    assert_string_equal(config.preset, "wire");
    assert_int_equal(config.batch, 7); /* the model's stands above the mode's */
    assert_int_equal(
        inr_bench_suite_config(s, &s->models[0], &s->tasks[0], INR_BENCH_TIME, 1, 0, &config, &err),
        INR_OK);
    assert_int_equal(config.batch, 6);
    inr_bench_suite_free(s);
}

static void mistakes_have_a_path(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"{", "s.json:1:"},
        {"[]", "must be a JSON object"},
        {"{\"model\": []}", "unknown key \"model\""},
        {"{\"models\": []}", "models: a list of 1 to 256"},
        {"{\"models\": [\"siren\", \"siren\"]}", "models[1]: another model has the same name"},
        {"{\"models\": [{\"name\": \"grid\", \"dims\": [2, 3]}, {\"name\": \"grid\", \"dims\": "
         "3}]}",
         "models[1]: another model has the same name"},
        {"{\"models\": [\"siren\"], \"at_mode\": {\"speed\": {}}}", "key \"at_mode.speed\""},
        {"{\"models\": [\"siren\"], \"at_mode\": {\"bytes\": {\"loss\": 1}}}", "at_mode.bytes: "},
        {"{\"models\": [\"siren\"], \"clamp\": \"none\"}", "clamp: must be range or unit"},
        {"{\"models\": [{\"preset\": \"siren\"}]}", "models[0]: needs a \"name\""},
        {"{\"models\": [{\"name\": \"siren\", \"color\": 1}]}", "key \"models[0].color\""},
        {"{\"models\": [{\"name\": \"mine\"}]}", "\"mine\" is no preset"},
        {"{\"models\": [\"siren\"], \"sizes\": []}", "sizes: must be a list"},
        {"{\"models\": [\"siren\"], \"sizes\": [1, 2.5]}", "sizes[1]: must be a whole number"},
        {"{\"models\": [\"siren\"], \"seeds\": [-1]}", "seeds[0]: must be a whole number"},
        {"{\"models\": [\"siren\"], \"mode\": \"steps\"}", "mode: must be parameters, bytes or"},
        {"{\"models\": [\"siren\"], \"budget\": {\"step\": 1}}", "key \"budget.step\""},
        {"{\"models\": [\"siren\"], \"budget\": {\"seconds\": 0}}", "budget.seconds: must be"},
        {"{\"models\": [\"siren\"], \"signals\": [{\"dims\": 2}]}", "signals[0]: needs either"},
        {"{\"models\": [\"siren\"], \"signals\": [{\"name\": \"star\", \"dims\": 3}]}",
         "star exists in 2-D only"},
        {"{\"models\": [\"siren\"], \"signals\": [{\"name\": \"star\", \"bandwidth\": 0.5}]}",
         "star has no bandwidth"},
        {"{\"models\": [\"siren\"], \"signals\": [{\"name\": \"spheres\", \"bandwidth\": [1]}]}",
         "signals[0].bandwidth: belongs to"},
        {"{\"models\": [\"siren\"], \"signals\": [\"moon\"]}", "\"moon\" is no generated signal"},
        {"{\"models\": [\"siren\"], \"config\": {\"training\": {\"bach\": 1}}}",
         "s.json: config: unknown key \"training.bach\""},
        {"{\"models\": [{\"name\": \"siren\", \"at_size\": {\"100000\": {\"training\": "
         "{\"batch\": 0}}}}]}",
         "model \"siren\": at_size.100000: training.batch"},
        {"{\"models\": [\"siren\"], \"tasks\": [{\"noise\": 1}]}", "tasks[0]: must be the name"},
        {"{\"models\": [\"siren\"], \"tasks\": [{\"task\": \"fit\", \"nosie\": 1}]}",
         "task \"fit 1\": --nosie is not a setting"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_bench_suite *suite = NULL;
        struct inr_error err = {0};
        const enum inr_status status =
            inr_bench_suite_parse(rows[i].text, strlen(rows[i].text), "s.json", &suite, &err);
        if (status != INR_ERR_INPUT || !strstr(err.text, rows[i].sentence))
            fail_msg("%s: '%s'", rows[i].text, err.text);
        assert_null(suite);
    }
    /* Time as what is equal needs a time. */
    struct inr_bench_suite *s = parse("{\"models\": [\"siren\"], \"mode\": \"time\"}");
    struct inr_fit_config config;
    struct inr_error err = {0};
    assert_int_equal(
        inr_bench_suite_config(s, s->models, s->tasks, INR_BENCH_TIME, 1, 0, &config, &err),
        INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "budget.seconds"));
    inr_bench_suite_free(s);
}

static void built_in_suites_are_good(void **state)
{
    (void)state;
    struct inr_bench_builtin builtin;
    for (size_t i = 0; inr_bench_builtin_at(i, &builtin); i++) {
        struct inr_bench_suite *suite = NULL;
        struct inr_error err = {0};
        if (inr_bench_suite_parse(builtin.text, builtin.size, builtin.name, &suite, &err) != INR_OK)
            fail_msg("%s", err.text);
        assert_string_equal(suite->name, builtin.name);
        assert_string_equal(suite->about, builtin.about);
        inr_bench_suite_free(suite);
    }
}

static enum inr_status count(const struct inr_fit_config *config, uint64_t *parameters,
                             struct inr_error *err)
{
    return inr_field_count(&config->field, parameters, err);
}

/* One more of the last knob that can grow is above the size: what a solver is for. Knobs are read
 * back through the settings, as text. */
static void check_size(const char *preset, enum inr_bench_mode mode, uint64_t size)
{
    static const struct {
        const char *knobs, *last;
    } knobs[] = {{"width", "width"}, {"log2-table,width", "width"}, {"shape", "resolution"}};
    static const uint32_t shape[] = {96, 64, 1};
    enum inr_status (*measure)(const struct inr_fit_config *, uint64_t *, struct inr_error *) =
        mode == INR_BENCH_BYTES ? inr_bench_bytes : count;
    struct inr_fit_config config;
    struct inr_error err = {0};
    uint64_t got = 0, more = 0;
    char text[40];
    assert_int_equal(inr_fit_preset(preset, &config, &err), INR_OK);
    const char *knob = inr_bench_knob(&config);
    const enum inr_status status = inr_bench_solve(&config, NULL, shape, mode, size, &err);
    if (status == INR_ERR_USAGE) { /* some have much beside what the knob sizes */
        if (!strstr(err.text, "are too few"))
            fail_msg("%s: %s", preset, err.text);
        return;
    }
    if (status != INR_OK)
        fail_msg("%s: %s", preset, err.text);
    assert_int_equal(measure(&config, &got, &err), INR_OK);
    if (got > size)
        fail_msg("%s: %llu instead of %llu", preset, (unsigned long long)got,
                 (unsigned long long)size);
    for (size_t i = 0; i < sizeof knobs / sizeof knobs[0]; i++) {
        if (strcmp(knobs[i].knobs, knob) != 0)
            continue;
        const int *side = config.field.resolution;
        const bool is_width = strcmp(knobs[i].last, "width") == 0;
        if (is_width)
            snprintf(text, sizeof text, "%d", config.field.width + 1);
        else /* in proportion 3 : 2 */
            snprintf(text, sizeof text, "%dx%.0f", side[0] + 1, round((side[0] + 1) / 1.5));
        if (!is_width)
            assert_int_equal(side[1], (int)round(side[0] / 1.5));
        assert_int_equal(inr_fit_config_set(&config, knobs[i].last, text, &err), INR_OK);
        assert_int_equal(measure(&config, &more, &err), INR_OK);
        if (more <= size)
            fail_msg("%s: %s %s also fits %llu", preset, knob, text, (unsigned long long)size);
    }
}

static void sizes_are_met(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {5000, 20000, 70001};
    struct inr_registry_row row;
    for (size_t i = 0; inr_registry_at(INR_REGISTRY_PRESET, i, &row); i++)
        for (size_t k = 0; k < 3; k++) {
            check_size(row.name, INR_BENCH_PARAMETERS, sizes[k]);
            check_size(row.name, INR_BENCH_BYTES, 4 * sizes[k]);
        }
}

/* By hand: a plain network of 2 inputs, 3 outputs and 3 hidden layers has
 * 3 w + 3 (w^2 + w) + 3 w + 3. */
static void counts_are_true(void **state)
{
    (void)state;
    static const uint32_t shape[] = {64, 64, 1};
    struct inr_fit_config config;
    struct inr_error err = {0};
    uint64_t parameters = 0;
    assert_int_equal(inr_fit_preset("siren", &config, &err), INR_OK);
    assert_int_equal(inr_bench_solve(&config, NULL, shape, INR_BENCH_PARAMETERS, 10000, &err),
                     INR_OK);
    assert_int_equal(config.field.width, 56);
    assert_int_equal(inr_field_count(&config.field, &parameters, &err), INR_OK);
    assert_int_equal(parameters, 3 * 56 + 3 * (56 * 56 + 56) + 3 * 56 + 3);
    assert_int_equal(inr_bench_solve(&config, NULL, shape, INR_BENCH_PARAMETERS, 5, &err),
                     INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "5 parameters are too few: at its least, width 1"));
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_bench_solve(&config, "lr", shape, INR_BENCH_PARAMETERS, 500, &err),
                     INR_ERR_USAGE);
    /* The study's grids: R^2 a channel, the largest that fits. */
    static const int sides[][2] = {{10000, 57}, {100000, 182}, {1000000, 577}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(inr_fit_preset("grid", &config, &err), INR_OK);
        assert_int_equal(inr_bench_solve(&config, "resolution", shape, INR_BENCH_PARAMETERS,
                                         (uint64_t)sides[i][0], &err),
                         INR_OK);
        assert_int_equal(config.field.resolution[0], sides[i][1]);
        assert_int_equal(config.field.resolution[1], sides[i][1]);
    }
}

/* Models of one name for different dimensions are one model to those who read the results. */
static void dimensions_choose_models(void **state)
{
    (void)state;
    struct inr_bench_suite *s = parse(
        "{\"signals\": [\"star\", {\"name\": \"spheres\", \"dims\": 3, \"side\": 8}], \"models\": "
        "[{\"name\": "
        "\"grid\", \"dims\": [2], \"config\": {\"encoding\": {\"interpolation\": \"cubic\"}}}, "
        "{\"name\": "
        "\"grid\", \"dims\": 3, \"config\": {\"encoding\": {\"interpolation\": \"linear\"}}}]}");
    struct inr_bench_plan plan;
    struct inr_error err = {0};
    assert_int_equal(inr_bench_plan_make(s, &plan, &err), INR_OK);
    assert_int_equal(plan.n, 2);
    assert_ptr_equal(plan.jobs[0].model, &s->models[0]);
    assert_ptr_equal(plan.jobs[1].model, &s->models[1]);
    inr_bench_plan_free(&plan);
    inr_bench_suite_free(s);
}

static void shards_share(void **state)
{
    (void)state;
    struct inr_bench_suite *s =
        parse("{\"signals\": [\"star\", \"phantom\"], \"models\": [\"siren\", \"wire\", \"finer\", "
              "\"gauss\"], \"sizes\": [100, 200, 300], \"seeds\": [1, 2]}");
    struct inr_bench_plan plan;
    struct inr_error err = {0};
    assert_int_equal(inr_bench_plan_make(s, &plan, &err), INR_OK);
    assert_int_equal(plan.n, 48);
    for (size_t i = 0; i < plan.n; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(plan.jobs[i].key, plan.jobs[k].key);
    for (int shards = 1; shards <= 5; shards++) {
        size_t of_model[6][4] = {{0}};
        for (size_t i = 0; i < plan.n; i++) {
            int owners = 0;
            for (int shard = 1; shard <= shards; shard++)
                if (inr_bench_in_shard(&plan, i, shard, shards)) {
                    owners++;
                    of_model[shard][i % 4]++;
                }
            assert_int_equal(owners, 1);
        }
        for (int shard = 1; shard <= shards; shard++)
            for (int model = 0; model < 4; model++)
                assert_true(of_model[shard][model] >= (size_t)(12 / shards));
    }
    /* A changed setting changes the keys of the rows it is in, and of no others. */
    struct inr_bench_plan other;
    s->steps = 7;
    assert_int_equal(inr_bench_plan_make(s, &other, &err), INR_OK);
    for (size_t i = 0; i < plan.n; i++)
        assert_string_not_equal(plan.jobs[i].key, other.jobs[i].key);
    inr_bench_plan_free(&other);
    inr_bench_plan_free(&plan);
    inr_bench_suite_free(s);
}

static enum inr_status apply(struct inr_bench_suite *suite, const char *name, const char *text,
                             struct inr_error *err)
{
    const struct inr_bench_selector *selector;
    for (size_t i = 0; (selector = inr_bench_selector_at(i)); i++)
        if (strcmp(selector->name, name) == 0)
            return selector->apply(suite, text, err);
    fail_msg("no selector %s", name);
    return INR_OK;
}

static void selectors_change_a_suite(void **state)
{
    (void)state;
    struct inr_bench_suite *s =
        parse("{\"signals\": [\"star\", {\"name\": \"spheres\", \"bandwidth\": [0.1, 0.2, 0.3]}], "
              "\"models\": [\"siren\", \"wire\", \"finer\"]}");
    struct inr_error err = {0};
    assert_int_equal(apply(s, "models", "finer,siren", &err), INR_OK);
    assert_true(s->n_models == 2 && strcmp(s->models[1].name, "finer") == 0);
    assert_int_equal(apply(s, "bandwidths", "0.3,0.1", &err), INR_OK);
    assert_true(s->n_signals == 3 && s->signals[2].bandwidth == 0.3);
    assert_int_equal(apply(s, "signals", "spheres", &err), INR_OK);
    assert_int_equal(s->n_signals, 2);
    assert_int_equal(apply(s, "sizes", "1e4,30000", &err), INR_OK);
    assert_true(s->n_sizes == 2 && s->sizes[0] == 10000 && s->sizes[1] == 30000);
    assert_int_equal(apply(s, "time", "2.5", &err), INR_OK);
    assert_true(s->steps == 0 && s->seconds == 2.5);
    assert_int_equal(apply(s, "mode", "time,bytes", &err), INR_OK);
    assert_int_equal(s->n_modes, 2);
    assert_int_equal(apply(s, "tasks", "denoise,fit", &err), INR_OK);
    assert_int_equal(s->n_tasks, 2);
    assert_string_equal(s->tasks[0].label, "fit");
    assert_string_equal(s->tasks[1].label, "denoise");
    struct inr_fit_config config;
    assert_int_equal(apply(s, "with", "batch=9,lattice=left", &err), INR_OK);
    assert_int_equal(
        inr_bench_suite_config(s, &s->models[1], &s->tasks[0], INR_BENCH_TIME, 1, 0, &config, &err),
        INR_OK);
    assert_int_equal(config.batch, 9);
    const int plain = config.task.kind;
    assert_int_equal(
        inr_bench_suite_config(s, &s->models[1], &s->tasks[1], INR_BENCH_TIME, 1, 0, &config, &err),
        INR_OK);
    assert_int_not_equal(config.task.kind, plain);
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_LATTICE, config.lattice), "left");
    assert_int_equal(apply(s, "clamp", "unit", &err), INR_OK);
    assert_true(s->clamp_unit);
    static const char *const bad[][2] = {
        {"with", "batch"},   {"with", "batch=0"},  {"with", "a=1"},  {"clamp", "no"},

        {"models", "wire"},  {"models", "siren,"}, {"sizes", "0"},   {"sizes", "1.5"},
        {"seeds", "x"},      {"mode", "speed"},    {"steps", "1,2"}, {"time", "-1"},
        {"bandwidths", "0"}, {"tasks", "denoize"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(&err, 0, sizeof err);
        if (apply(s, bad[i][0], bad[i][1], &err) != INR_ERR_USAGE || !err.text[0])
            fail_msg("--%s %s passed", bad[i][0], bad[i][1]);
    }
    inr_bench_suite_free(s);
}

static struct inr_bench_row make_row(const char *model, const char *family, const char *mode,
                                     uint64_t size, uint64_t seed, double psnr)
{
    struct inr_bench_row row;
    inr_bench_row_init(&row);
    snprintf(row.model, sizeof row.model, "%s", model);
    snprintf(row.family, sizeof row.family, "%s", family);
    snprintf(row.mode, sizeof row.mode, "%s", mode);
    snprintf(row.signal, sizeof row.signal, "a, \"b\"\nc");
    snprintf(row.status, sizeof row.status, "done");
    snprintf(row.key, sizeof row.key, "%08x%04x%04x", (unsigned)(model[0] * 256 + mode[0]),
             (unsigned)size & 0xffffu, (unsigned)seed & 0xffffu);
    row.size = size;
    row.seed = seed;
    row.psnr = psnr;
    return row;
}

static void add(struct inr_bench_results *results, struct inr_bench_row row)
{
    struct inr_error err = {0};
    assert_int_equal(inr_bench_results_add(results, &row, NULL, NULL, &err), INR_OK);
}

static void rows_survive(void **state)
{
    (void)state;
    struct inr_bench_row row = make_row("m", "inr", "time", 10, 3, (double)INFINITY), back;
    row.ssim = 0.25;
    for (int i = 0; i < 1000; i++)
        inr_bench_curve_add(&row, i, 20.0 + i);
    assert_true(row.n_curve >= INR_BENCH_CURVE_MAX / 2 && row.n_curve <= INR_BENCH_CURVE_MAX);
    for (size_t i = 1; i < row.n_curve; i++)
        assert_true(row.curve[i].seconds > row.curve[i - 1].seconds);
    char *line = inr_bench_row_line(&row);
    assert_non_null(line);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    json_t *json = json_loads(line, 0, NULL);
    assert_true(inr_bench_row_from_json(json, &back));
    assert_string_equal(back.signal, "a, \"b\"?c"); /* no control characters */
    assert_true(isinf(back.psnr) && isnan(back.iou) && back.ssim == 0.25);
    assert_true(back.n_curve == row.n_curve && back.size == 10);
    /* Each column is needed. */
    const struct inr_bench_field *field;
    for (size_t i = 0; (field = inr_bench_field_at(i)); i++) {
        json_t *copy = json_copy(json);
        json_object_del(copy, field->name);
        assert_true(inr_bench_row_from_json(copy, &back) == field->late);
        json_decref(copy);
    }
    json_decref(json);
    free(line);
}

static void columns_agree(void **state)
{
    (void)state;
    struct inr_bench_results results = {0};
    char *text = NULL;
    size_t size = 0;
    add(&results, make_row("m", "inr", "time", 10, 3, 21.5));
    FILE *out = open_memstream(&text, &size);
    inr_bench_write_csv(&results, out);
    fclose(out);
    json_t *json = inr_bench_to_json(&results);
    const json_t *row = json_array_get(json_object_get(json, "rows"), 0);
    const char *at = text, *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)row, key, value)
    {
        assert_int_equal(strncmp(at, key, strlen(key)), 0);
        at += strlen(key) + 1;
    }
    assert_int_equal(at[-1], '\n');
    assert_non_null(strstr(at, ",\"a, \"\"b\"\"\nc\","));
    json_decref(json);
    free(text);
    inr_bench_results_free(&results);
}

static void verdicts_name_the_winner(void **state)
{
    (void)state;
    struct inr_bench_results results = {0};
    for (uint64_t seed = 1; seed <= 2; seed++) {
        add(&results, make_row("siren", "inr", "parameters", 1000, seed, 30.0));
        add(&results,
            make_row("hash", "hybrid", "parameters", 1000, seed, 30.75 + 0.5 * (double)seed));
        add(&results, make_row("grid", "grid", "parameters", 1000, seed, 31.0));
    }
    /* Without its partners it does not count. */
    add(&results, make_row("siren", "inr", "parameters", 1000, 3, 90.0));
    add(&results, make_row("siren", "inr", "time", 1000, 1, 30.04));
    add(&results, make_row("hash", "hybrid", "time", 1000, 1, 30.0));
    for (size_t i = 0; i < results.n; i++) {
        snprintf(results.rows[i].signal, sizeof results.rows[i].signal, "x.png");
        results.rows[i].seconds = 20.0;
    }
    char *verdict = inr_bench_verdict(&results);
    assert_string_equal(
        verdict, "x.png: at equal parameters (1,000) hash wins with 31.50 dB on average of 2, 0.50 "
                 "dB above grid (the best INR, siren, is 1.50 dB below the best grid or hybrid, "
                 "hash); in equal time (20 s) siren wins with 30.04 dB, level with hash (0.04 dB "
                 "apart).");
    free(verdict);
    inr_bench_results_free(&results);
    verdict = inr_bench_verdict(&results);
    assert_string_equal(verdict, "");
    free(verdict);
}

/* The folder keeps what was done; a failed row is tried again, a done one never replaced by a
 * failed one. */
static void journals_go_on(void **state)
{
    (void)state;
    struct inr_bench_results results = {0};
    struct inr_bench_journal journal;
    struct inr_error err = {0};
    const char *folder = INR_BUILD_DIR "/test_bench_folder";
    struct inr_bench_row row = make_row("siren", "inr", "time", 5, 1, 30.0);
    unlink(INR_BUILD_DIR "/test_bench_folder/results.jsonl");
    if (inr_bench_journal_open(&journal, folder, 1, 1, &results, &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(results.n, 0);
    assert_int_equal(inr_bench_journal_add(&journal, &row, NULL, &err), INR_OK);
    snprintf(row.status, sizeof row.status, "failed");
    assert_int_equal(inr_bench_journal_add(&journal, &row, NULL, &err), INR_OK);
    assert_int_equal(write(journal.file, "{\"half", 6), 6);
    inr_bench_journal_close(&journal);
    assert_int_equal(inr_bench_journal_open(&journal, folder, 1, 1, &results, &err), INR_OK);
    assert_int_equal(results.n, 1);
    assert_true(inr_bench_row_done(&results.rows[0]));
    assert_int_equal(inr_bench_journal_add(&journal, &row, NULL, &err), INR_OK);
    inr_bench_journal_close(&journal);
    inr_bench_results_free(&results);
    assert_int_equal(inr_bench_results_read(&results, journal.path, &err), INR_OK);
    inr_bench_results_free(&results);
    /* Something else in the file is refused with its line. */
    FILE *out = fopen(journal.path, "a");
    assert_non_null(out);
    fputs("{}\n", out);
    fclose(out);
    assert_int_equal(inr_bench_results_read(&results, journal.path, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "results.jsonl:4: not a row"));
    inr_bench_results_free(&results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suites_are_read),
        cmocka_unit_test(mistakes_have_a_path),
        cmocka_unit_test(built_in_suites_are_good),
        cmocka_unit_test(sizes_are_met),
        cmocka_unit_test(counts_are_true),
        cmocka_unit_test(dimensions_choose_models),
        cmocka_unit_test(shards_share),
        cmocka_unit_test(selectors_change_a_suite),
        cmocka_unit_test(rows_survive),
        cmocka_unit_test(columns_agree),
        cmocka_unit_test(verdicts_name_the_winner),
        cmocka_unit_test(journals_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
