/* SPDX-License-Identifier: MIT
 *
 * test_average.c - Averages of parameters over steps: the rows of the schedule, and both kinds of
 * updates on the CPU, against the published recursion in double.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/cpu/cpu.h"
#include "field/formula.h"
#include "fit/schedule.h"
#include "fit_case.h"

#include "common/optimizer.glsl"

/* e_t = [d e_{t-1} (1 - d^{t-1}) + (1 - d) w_t] / (1 - d^t), as tiny-cuda-nn has it. */
static double recursion(double e, double w, double d, double t)
{
    return (d * e * (1 - pow(d, t - 1)) + (1 - d) * w) / (1 - pow(d, t));
}

static double noise(uint32_t i)
{
    return (double)inr_random(5, 6, 7, 8, i).x / 4294967296.0 - 0.5;
}

/* A weight that walks, and rests for half of the time. Errors are those of rounding w and u to
 * float. */
static void test_rows(void **state)
{
    (void)state;
    static const float decays[] = {0.01f, 0.5f, 0.9f, 0.95f, 0.99f, 0.9999f, 0.999999f};
    for (size_t k = 0; k < sizeof decays / sizeof decays[0]; k++) {
        struct inr_fit_config config;
        assert_int_equal(inr_fit_preset("hash", &config, NULL), INR_OK);
        config.ema = decays[k];
        const double d = (double)decays[k];
        float w = 0.25f, u = 0.0f, largest = 0.0f;
        double e = 1e9; /* what it starts from does not matter */
        assert_true(inr_schedule_share(&config, 0) == 0.0);
        for (uint32_t i = 0; i < 700; i++) {
            struct inr_step row;
            inr_schedule_steps(&config, i, 1000, &row, 1);
            const float after = i / 100 % 2 ? w : w + 0.01f * (float)noise(i);
            u = inr_lag_step(u, row.fade, row.gain, w, after);
            w = after;
            e = recursion(e, (double)w, d, i + 1.0);
            assert_true(fabs((double)inr_lag_average(w, u, row.share) - e) < 2e-7);
            assert_float_equal(row.share, (float)inr_schedule_share(&config, i + 1), 0.0);
            largest = fmaxf(largest, row.gain);
        }
        assert_true(largest <= 1048576.0f);
        assert_true(u != 0.0f || d < 0.1);
    }
}

struct scene {
    struct inr_field *field;
    struct inr_program *program;
    struct inr_exec *exec, *plain;
    struct inr_fit_config config;
    float *coords, *values, *out, *expected;
    double *average;
    struct inr_state state;
};

#define POINTS 96u

static void *array(size_t n)
{
    void *p = calloc(n + 1, sizeof(double));
    assert_non_null(p);
    return p;
}

static void begin(struct scene *s, const char *preset, bool sparse, int optimizer)
{
    struct inr_error err = {0};
    struct inr_device device;
    inr_cpu_describe(&device);
    *s = (struct scene){.config = inr_case_config(preset)};
    s->config.sparse = sparse;
    s->config.optimizer = optimizer;
    s->config.ema = 0.9f;
    s->config.rate = optimizer == INR_OPTIMIZER_SGD ? 1e-2f : 1e-3f;
    s->config.field.levels = 4;
    s->config.field.log2_table = 12;
    s->config.field.finest_resolution = 60;
    s->config.field.resolution[0] = s->config.field.resolution[1] = 61;
    s->config.field.features = 3; /* blocks end within an entry */
    if (inr_field_create(&s->config.field, 1, &s->field, &err) != INR_OK ||
        inr_program_create(s->field, NULL, &s->program, &err) != INR_OK)
        fail_msg("%s", err.text);
    struct inr_exec_config config = {
        .program = s->program,
        .optimizer = {optimizer, 0.9f, 0.99f, 1e-8f, 1e-3f, 1e-2f, 2.0f, sparse, true},
        .batch_mode = (int)INR_BATCH_RANDOM,
        .batch = 8,
        .threads = 2,
        .train = true};
    assert_int_equal(inr_cpu_backend.create(&device, &config, NULL, &s->exec, &err), INR_OK);
    config.train = false;
    assert_int_equal(inr_cpu_backend.create(&device, &config, NULL, &s->plain, &err), INR_OK);
    const size_t n = s->field->n_params;
    s->coords = array(POINTS * 2);
    s->values = array(POINTS * 3);
    s->out = array(POINTS * 3);
    s->expected = array(POINTS * 3);
    s->average = array(n);
    s->state = (struct inr_state){
        .params = array(n), .m = array(n), .v = array(n), .counts = array(n), .lag = array(n)};
    for (uint32_t i = 0; i < POINTS * 2; i++)
        s->coords[i] = 2.0f * (float)noise(i);
    for (uint32_t i = 0; i < POINTS * 3; i++)
        s->values[i] = (float)noise(1000 + i);
    const struct inr_pool pool = {.dims = 2,
                                  .channels = 3,
                                  .coords = s->coords,
                                  .values = s->values,
                                  .depth = INR_DEPTH_F32,
                                  .count = POINTS,
                                  .scale = 1};
    const struct inr_state from = {.params = s->field->params};
    assert_int_equal(inr_cpu_backend.set_state(s->exec, &from, &err), INR_OK);
    assert_int_equal(inr_cpu_backend.set_pool(s->exec, &pool, &err), INR_OK);
}

static void finish(struct scene *s)
{
    inr_cpu_backend.destroy(s->exec);
    inr_cpu_backend.destroy(s->plain);
    inr_program_free(s->program);
    inr_field_free(s->field);
    float *const floats[] = {s->coords,  s->values,  s->out,          s->expected, s->state.params,
                             s->state.m, s->state.v, s->state.counts, s->state.lag};
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++)
        free(floats[i]);
    free(s->average);
}

static void step(struct scene *s, uint32_t index)
{
    struct inr_step row;
    struct inr_step_result result;
    inr_schedule_steps(&s->config, index, 1000, &row, 1);
    assert_int_equal(inr_cpu_backend.train(s->exec, &row, 1, &result, NULL), INR_OK);
}

/* The average is that of the recursion over the parameters of every step, and eval shows it. */
static void compare(struct scene *s, uint32_t t)
{
    const size_t n = s->field->n_trainable;
    for (size_t i = 0; i < n; i++) {
        const float found = inr_lag_average(s->state.params[i], s->state.lag[i], s->state.share);
        if (!(fabs((double)found - s->average[i]) < 1e-6 * (1.0 + fabs(s->average[i]))))
            fail_msg("step %u, parameter %zu of %zu: %.9g, not %.9g", t, i, n, (double)found,
                     s->average[i]);
    }
    float *shown = array(s->field->n_params);
    memcpy(shown, s->state.params, s->field->n_params * sizeof *shown);
    for (size_t i = 0; i < n; i++)
        shown[i] = (float)s->average[i];
    const struct inr_state from = {.params = shown};
    inr_cpu_backend.set_state(s->plain, &from, NULL);
    inr_cpu_backend.eval(s->plain, s->coords, POINTS, s->expected, NULL);
    inr_cpu_backend.eval(s->exec, s->coords, POINTS, s->out, NULL);
    for (size_t i = 0; i < POINTS * 3; i++)
        assert_true(fabs((double)s->out[i] - (double)s->expected[i]) < 2e-5);
    free(shown);
}

static void check_average(const char *preset, bool sparse, int optimizer)
{
    struct scene s, twin;
    begin(&s, preset, sparse, optimizer);
    begin(&twin, preset, sparse, optimizer);
    float *g = array(s.field->n_trainable);
    size_t resting = 0;
    for (uint32_t t = 1; t <= 150; t++) {
        struct inr_step_result result;
        step(&s, t - 1);
        step(&twin, t - 1);
        inr_cpu_backend.get_state(s.exec, &s.state, NULL);
        for (size_t i = 0; i < s.field->n_trainable; i++)
            s.average[i] =
                recursion(s.average[i], (double)s.state.params[i], (double)s.config.ema, t);
        if (t < 4 || t % 25 < 2)
            compare(&s, t);
        /* Gradients are those of the parameters, before and after a look at the average. */
        if (t == 75) {
            float *h = array(s.field->n_trainable);
            inr_cpu_backend.gradient(s.exec, t, g, &result, NULL);
            inr_cpu_backend.gradient(twin.exec, t, h, &result, NULL);
            assert_memory_equal(g, h, s.field->n_trainable * sizeof *g);
            free(h);
        }
    }
    inr_cpu_backend.get_state(twin.exec, &twin.state, NULL);
    const size_t n = s.field->n_trainable;
    assert_memory_equal(s.state.params, twin.state.params, n * sizeof(float));
    assert_memory_equal(s.state.lag, twin.state.lag, n * sizeof(float));
    for (size_t i = 0; i < s.field->n_table; i++)
        resting += s.state.counts[i] < 20.0f;
    assert_true(!sparse || resting > s.field->n_table / 4);

    /* Its state continues to the same bits in another exec. */
    struct scene other;
    begin(&other, preset, sparse, optimizer);
    assert_int_equal(inr_cpu_backend.set_state(other.exec, &s.state, NULL), INR_OK);
    for (uint32_t t = 151; t <= 200; t++) {
        step(&s, t - 1);
        step(&other, t - 1);
    }
    inr_cpu_backend.eval(s.exec, s.coords, POINTS, s.out, NULL);
    inr_cpu_backend.eval(other.exec, s.coords, POINTS, other.out, NULL);
    assert_memory_equal(s.out, other.out, POINTS * 3 * sizeof(float));
    free(g);
    finish(&s);
    finish(&twin);
    finish(&other);
}

static void test_dense(void **state)
{
    (void)state;
    check_average("siren", false, INR_OPTIMIZER_ADAM);
    check_average("fr", false, INR_OPTIMIZER_ADAMW);
    check_average("wire", false, INR_OPTIMIZER_SGD);
    check_average("finer", false, INR_OPTIMIZER_MUON);
    check_average("hash", false, INR_OPTIMIZER_ADAM);
}

static void test_sparse(void **state)
{
    (void)state;
    check_average("hash", true, INR_OPTIMIZER_ADAM);
    check_average("hash", true, INR_OPTIMIZER_SGD);
    check_average("grid", true, INR_OPTIMIZER_ADAM);
}

/* A parameter that is not a number shows. */
static void test_nan_shows(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "hash", true, INR_OPTIMIZER_ADAM);
    step(&s, 0);
    inr_cpu_backend.get_state(s.exec, &s.state, NULL);
    s.state.params[s.field->n_trainable - 1] = NAN;
    inr_cpu_backend.set_state(s.exec, &s.state, NULL);
    inr_cpu_backend.eval(s.exec, s.coords, POINTS, s.out, NULL);
    assert_true(isnan(s.out[0]));
    finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_nan_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
