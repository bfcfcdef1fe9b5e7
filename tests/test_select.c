/* SPDX-License-Identifier: MIT
 *
 * test_select.c - FreSh's choice: knobs and options, signals whose answer is known, degenerate
 * ones, errors.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/exec.h"
#include "field/formula.h"
#include "inrush/fit.h"
#include "inrush/select.h"
#include "select/trial.h"

static void check(enum inr_status status, const struct inr_error *err)
{
    if (status != INR_OK)
        fail_msg("%s", err->text);
}

static struct inr_field_config field_of(const char *preset)
{
    struct inr_fit_config config;
    struct inr_error err = {0};
    check(inr_fit_preset(preset, &config, &err), &err);
    return config.field;
}

static struct inr_fresh_options options_of(const struct inr_field_config *field, enum inr_knob knob,
                                           int dims)
{
    struct inr_fresh_options options;
    struct inr_error err = {0};
    check(inr_fresh_options(field, knob, dims, &options, &err), &err);
    options.device = "cpu";
    options.threads = 1;
    return options;
}

/* What FreSh's field of `seed` gives on a grid: a signal whose best setting is the field's own. */
static struct inr_signal signal_of(const struct inr_field_config *config, uint64_t seed,
                                   const uint32_t shape[3])
{
    struct inr_signal s = {.dims = config->dims,
                           .shape = {shape[0], shape[1], shape[2]},
                           .channels = (uint32_t)config->channels};
    const size_t points = (size_t)shape[0] * shape[1] * shape[2], dims = (size_t)s.dims;
    struct inr_error err = {0};
    struct inr_field *field;
    struct inr_program *program;
    struct inr_exec *exec;
    struct inr_device device;
    float *coords = malloc(points * dims * sizeof *coords);
    s.values = malloc(points * s.channels * sizeof *s.values);
    assert_true(coords && s.values);
    for (size_t i = 0; i < points; i++) {
        const size_t at[3] = {i % shape[0], i / shape[0] % shape[1], i / shape[0] / shape[1]};
        for (size_t d = 0; d < dims; d++)
            coords[i * dims + d] = inr_grid_coord((uint32_t)at[d], shape[d], 0);
    }
    check(inr_field_create(config, seed, &field, &err), &err);
    assert_true(inr_trial_init_field(field, seed));
    check(inr_program_create(field, NULL, &program, &err), &err);
    check(inr_device_choose("cpu", &device, NULL, 0, &err), &err);
    const struct inr_exec_config settings = {.program = program, .batch = 1, .threads = 1};
    check(inr_exec_create(&device, &settings, NULL, &exec, &err), &err);
    check(inr_exec_set_state(exec, &(struct inr_state){.params = field->params}, &err), &err);
    check(inr_exec_eval(exec, coords, points, s.values, &err), &err);
    inr_exec_destroy(exec);
    inr_program_free(program);
    inr_field_free(field);
    free(coords);
    return s;
}

static void release(struct inr_signal *s)
{
    free(s->values);
    s->values = NULL;
}

/* Applying a knob is what its flag does. */
static void test_knobs(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        enum inr_knob knob;
        double value;
        const char *text;
    } rows[] = {
        {"siren", INR_KNOB_OMEGA, 120, "120"}, {"wire", INR_KNOB_OMEGA, 40, "40"},
        {"finer", INR_KNOB_OMEGA, 50, "50"},   {"finer", INR_KNOB_BIAS, 0, "0"},
        {"gauss", INR_KNOB_WINDOW, 9, "9"},    {"ffn", INR_KNOB_SIGMA, 7, "7"},
        {"pe", INR_KNOB_OCTAVES, 6, "6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_fit_config config;
        struct inr_error err = {0};
        check(inr_fit_preset(rows[i].preset, &config, &err), &err);
        struct inr_field_config field = config.field;
        check(inr_fit_config_set(&config, inr_knob_name(rows[i].knob), rows[i].text, &err), &err);
        assert_true(memcmp(&field, &config.field, sizeof field) != 0);
        inr_knob_apply(rows[i].knob, rows[i].value, &field);
        assert_memory_equal(&field, &config.field, sizeof field);
    }
    assert_string_equal(inr_knob_name(INR_KNOB_AUTO), "auto");
}

static void test_options(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        enum inr_knob knob;
        int bins, n;
        double first, last;
    } rows[] = {
        {"siren", INR_KNOB_OMEGA, 64, 20, 10, 200}, {"finer", INR_KNOB_BIAS, 64, 31, 0, 3},
        {"wire", INR_KNOB_OMEGA, 128, 20, 10, 200}, {"ffn", INR_KNOB_SIGMA, 128, 20, 1, 20},
        {"pe", INR_KNOB_OCTAVES, 128, 12, 1, 12},   {"gauss", INR_KNOB_WINDOW, 128, 30, 1, 30},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct inr_field_config field = field_of(rows[i].preset);
        const struct inr_fresh_options o = options_of(&field, INR_KNOB_AUTO, 2);
        assert_int_equal(o.knob, rows[i].knob);
        assert_int_equal(o.bins, rows[i].bins);
        assert_int_equal(o.n_values, rows[i].n);
        assert_true(o.values[0] == rows[i].first);
        assert_true(fabs(o.values[o.n_values - 1] - rows[i].last) < 1e-12);
        assert_int_equal(options_of(&field, INR_KNOB_AUTO, 3).bins, rows[i].bins / 2);
        assert_int_equal(options_of(&field, INR_KNOB_AUTO, 1).bins, INR_SPECTRUM_MAX);
    }
    /* Every preset either has a knob or says so. */
    struct inr_registry_row row;
    int without = 0;
    for (size_t i = 0; inr_registry_at(INR_REGISTRY_PRESET, i, &row); i++) {
        const struct inr_field_config field = field_of(row.name);
        struct inr_fresh_options o;
        struct inr_error err = {0};
        if (inr_fresh_options(&field, INR_KNOB_AUTO, 2, &o, &err) != INR_OK) {
            assert_int_equal(err.status, INR_ERR_USAGE);
            assert_non_null(strstr(err.text, "no frequency to choose"));
            without++;
        }
    }
    assert_true(without >= 1); /* relu */
}

/* The output of an untrained field, taken as a signal, is nearest to that field: the distance of
 * the same seed is 0 up to rounding, which no other candidate reaches. */
static void check_own(const char *preset, enum inr_knob knob, int dims, int value, bool quick)
{
    static const uint32_t shapes[][3] = {{0}, {1024, 1, 1}, {64, 48, 1}, {24, 24, 24}};
    struct inr_field_config field = field_of(preset);
    struct inr_error err = {0};
    field.width = 32;
    field.layers = 2;
    field.dims = dims;
    field.channels = 2;
    struct inr_fresh_options o = options_of(&field, knob, dims);
    struct inr_field_config truth = field;
    inr_knob_apply(o.knob, o.values[value], &truth);
    o.seed = 77;
    o.inits = 1;
    o.quick = quick;
    struct inr_signal signal = signal_of(&truth, o.seed, shapes[dims]);
    struct inr_fresh_result result;
    check(inr_fresh_choose(&signal, &field, &o, &result, &err), &err);
    assert_false(result.flat);
    /* The quick grid is square where the signal is not: other points, and a neighbour may win. */
    assert_true(abs(result.choice - value) <= (quick ? 1 : 0));
    const struct inr_fresh_candidate *best = &result.candidates[result.choice];
    assert_true(best->inits == 1 && best->std == 0.0);
    if (!quick) /* the quick grid has fewer rows or columns than a picture that is not square */
        assert_true(best->distance < 1e-4);
    for (int m = 0; !quick && m < result.bins; m++)
        assert_true(fabs(result.signal[m] - result.field[m]) < 1e-5);
    release(&signal);
}

static void test_own_setting(void **state)
{
    (void)state;
    check_own("siren", INR_KNOB_AUTO, 2, 4, false);
    check_own("siren", INR_KNOB_AUTO, 1, 6, false);
    check_own("siren", INR_KNOB_AUTO, 3, 3, false);
    check_own("finer", INR_KNOB_OMEGA, 2, 3, false);
    check_own("finer", INR_KNOB_AUTO, 2, 0, false);
    check_own("finer", INR_KNOB_AUTO, 1, 20, false);
    check_own("wire", INR_KNOB_AUTO, 2, 3, false);
    check_own("ffn", INR_KNOB_AUTO, 2, 2, false);
    check_own("ffn", INR_KNOB_AUTO, 1, 8, false);
    check_own("pe", INR_KNOB_AUTO, 2, 3, false);
    check_own("gauss", INR_KNOB_AUTO, 3, 6, false);
    check_own("siren", INR_KNOB_AUTO, 2, 4, true);
    check_own("siren", INR_KNOB_AUTO, 3, 7, true);
    check_own("ffn", INR_KNOB_AUTO, 1, 8, true);
}

/* The quick way ends in a valley of the full table: its choice and both neighbours carry the same
 * figures, at a fraction of the cost. */
static void test_quick(void **state)
{
    (void)state;
    struct inr_field_config field = field_of("siren"), truth;
    struct inr_error err = {0};
    field.width = truth.width = 32;
    field.layers = 2;
    struct inr_fresh_options o = options_of(&field, INR_KNOB_AUTO, 2);
    truth = field;
    inr_knob_apply(INR_KNOB_OMEGA, 70, &truth);
    struct inr_signal signal = signal_of(&truth, 3, (uint32_t[]){96, 96, 1});
    struct inr_fresh_result full, quick, again;
    o.bins = 32;
    o.grid = 64;
    check(inr_fresh_choose(&signal, &field, &o, &full, &err), &err);
    assert_int_equal(full.inits, 10);
    assert_true(full.samples == 20 * 10 * 64 * 64);
    o.grid = 0; /* 2 a bin: the same */
    o.quick = true;
    check(inr_fresh_choose(&signal, &field, &o, &quick, &err), &err);
    assert_int_equal(quick.inits, 10);
    assert_int_equal(quick.choice, full.choice);
    assert_true(2 * quick.samples < full.samples);
    int compared = 0;
    for (int i = 0; i < quick.n; i++) {
        const struct inr_fresh_candidate *q = &quick.candidates[i], *f = &full.candidates[i];
        assert_true(isnan(q->distance) == (q->inits == 0));
        if (q->inits < 10)
            continue;
        assert_true(q->distance == f->distance && q->std == f->std && q->std > 0.0);
        compared++;
    }
    assert_true(compared >= 3);
    assert_memory_equal(quick.field, full.field, sizeof full.field);
    check(inr_fresh_choose(&signal, &field, &o, &again, &err), &err);
    assert_memory_equal(&again, &quick, sizeof again);
    release(&signal);
}

/* Coarser grids cover the same stretch: a field on 48 points a side has the spectrum it has on 96.
 */
static void test_grid(void **state)
{
    (void)state;
    struct inr_field_config field = field_of("siren");
    struct inr_error err = {0};
    field.width = 32;
    field.first[0] = 30.0f;
    struct inr_fresh_options o = options_of(&field, INR_KNOB_AUTO, 2);
    struct inr_signal signal = signal_of(&field, 3, (uint32_t[]){96, 96, 1});
    o.bins = 12;
    o.n_values = 1;
    o.values[0] = 30;
    for (int lattice = 0; lattice < 2; lattice++) {
        struct inr_fresh_result native, coarse;
        o.lattice = lattice;
        o.grid = 0;
        check(inr_fresh_choose(&signal, &field, &o, &native, &err), &err);
        o.grid = 48;
        check(inr_fresh_choose(&signal, &field, &o, &coarse, &err), &err);
        assert_true(native.samples == 4 * coarse.samples);
        /* What lies beyond the coarse grid's last frequency, 24, folds back: a few in a thousand of
         * the energy of a field whose spectrum fades after 10. */
        assert_true(fabs(inr_spectrum_distance(native.field, coarse.field, 12)) < 0.1);
    }
    release(&signal);
}

static void test_flat(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_field_config field = field_of("finer");
    const struct inr_fresh_options o = options_of(&field, INR_KNOB_OMEGA, 2);
    float values[12 * 9] = {0};
    const struct inr_signal flat[] = {
        {.dims = 2, .shape = {12, 9, 1}, .channels = 1, .values = values},
        {.dims = 2, .shape = {1, 1, 1}, .channels = 3, .values = values},
        {.dims = 1, .shape = {1, 1, 1}, .channels = 1, .values = values},
    };
    field.first[0] = 23.0f;
    for (size_t i = 0; i < sizeof flat / sizeof flat[0]; i++) {
        struct inr_fresh_result result;
        check(inr_fresh_choose(&flat[i], &field, &o, &result, &err), &err);
        assert_true(result.flat && result.n == 1 && result.choice == 0 && result.samples == 0);
        assert_true(result.candidates[0].value == 23.0 && isnan(result.candidates[0].distance));
    }
    /* Two points have one bin: every field fits it. */
    values[0] = 1.0f;
    const struct inr_signal two = {.dims = 1, .shape = {2, 1, 1}, .channels = 1, .values = values};
    struct inr_fresh_result result;
    check(inr_fresh_choose(&two, &field, &o, &result, &err), &err);
    assert_true(!result.flat && result.bins == 1 && result.choice == 0);
    assert_true(result.candidates[0].distance == 0.0);
    /* A row of a picture is fitted by a field of two coordinates. */
    for (int i = 0; i < 40; i++)
        values[i] = (float)(i % 7);
    const struct inr_signal row = {.dims = 2, .shape = {40, 1, 1}, .channels = 1, .values = values};
    check(inr_fresh_choose(&row, &field, &o, &result, &err), &err);
    assert_true(!result.flat && result.bins == 20);
    assert_true(result.samples == 40 * 20 * 10);
}

static void refuse(const struct inr_signal *signal, const struct inr_field_config *field,
                   const struct inr_fresh_options *options, enum inr_status wanted,
                   const char *words)
{
    struct inr_error err = {0};
    struct inr_fresh_result result;
    assert_int_equal(inr_fresh_choose(signal, field, options, &result, &err), wanted);
    if (!strstr(err.text, words))
        fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_errors(void **state)
{
    (void)state;
    float values[32 * 32];
    for (int i = 0; i < 32 * 32; i++)
        values[i] = (float)(i * i % 13);
    struct inr_signal signal = {.dims = 2, .shape = {32, 32, 1}, .channels = 1, .values = values};
    struct inr_field_config siren = field_of("siren"), relu = field_of("relu");
    siren.width = 16;
    const struct inr_fresh_options good = options_of(&siren, INR_KNOB_AUTO, 2);
    struct inr_fresh_options o;
    struct inr_error err = {0};
    assert_int_equal(inr_fresh_options(&siren, INR_KNOB_SIGMA, 2, &o, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "fourier encoding"));
    assert_int_equal(inr_fresh_options(&siren, INR_KNOB_AUTO, 4, &o, NULL), INR_ERR_USAGE);
    assert_int_equal(inr_fresh_options(&siren, INR_KNOB_COUNT, 2, &o, NULL), INR_ERR_USAGE);

    refuse(&signal, &relu, &good, INR_ERR_USAGE, "no first-omega to choose");
    o = good, o.bins = 0;
    refuse(&signal, &siren, &o, INR_ERR_USAGE, "0 bins");
    o = good, o.n_values = 0;
    refuse(&signal, &siren, &o, INR_ERR_USAGE, "0 candidates");
    o = good, o.inits = INR_INITS_MAX + 1;
    refuse(&signal, &siren, &o, INR_ERR_USAGE, "65 initialisations");
    o = good, o.values[3] = o.values[2];
    refuse(&signal, &siren, &o, INR_ERR_USAGE, "must increase");
    o = good, o.values[3] = (double)NAN;
    refuse(&signal, &siren, &o, INR_ERR_USAGE, "must increase");
    o = good, o.grid = 31;
    refuse(&signal, &siren, &o, INR_ERR_USAGE, "too coarse for 16 bins");
    o = good, o.device = "no such device";
    refuse(&signal, &siren, &o, INR_ERR_NO_DEVICE, "no such device");
    signal.channels = 17;
    refuse(&signal, &siren, &good, INR_ERR_USAGE, "channels is 17");
    signal.channels = 0;
    refuse(&signal, &siren, &good, INR_ERR_USAGE, "at least one sample");
    signal.channels = 1;

    /* A window too wide to hold WIRE's exponential back overflows; such candidates lose, and where
     * there is no other the error says so. */
    struct inr_field_config wire = field_of("wire");
    o = options_of(&wire, INR_KNOB_WINDOW, 2);
    o.n_values = 2;
    o.values[0] = 1;
    o.values[1] = 20;
    o.inits = 2;
    struct inr_fresh_result result;
    check(inr_fresh_choose(&signal, &wire, &o, &result, &err), &err);
    assert_true(result.choice == 1 && isinf(result.candidates[0].distance));
    assert_true(result.candidates[0].std == 0.0 && isfinite(result.candidates[1].std));
    o.n_values = 1;
    refuse(&signal, &wire, &o, INR_ERR_FAILED, "no value of sigma");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_knobs),       cmocka_unit_test(test_options),
        cmocka_unit_test(test_own_setting), cmocka_unit_test(test_quick),
        cmocka_unit_test(test_grid),        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
