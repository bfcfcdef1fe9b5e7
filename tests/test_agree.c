/* SPDX-License-Identifier: MIT
 *
 * test_agree.c - The CPU and the Vulkan backend train alike: same batches, same gradients and the
 * same losses step by step within rounding. Formulas are shared, so this says nothing about them;
 * it tests products, sums, maps, sampling, the optimiser and their order.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/grid.glsl"
#include "common/optimizer.glsl"
#include "enc/grid.glsl"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/reparam.h"
#include "vulkan_case.h"

#define STEPS 50

/* A rounding of the pre-activation, 2^-24 of its size, changes a feature by `gain` times as much:
 * gain is omega or sigma of the activation, or the highest angular frequency of the encoding. Each
 * of the layers adds as much, and eight covers the rounding of sums, exp, sin and of the backward
 * pass. */
static double gradient_tolerance(const struct vulkan_case_config *config, double gain)
{
    return 8.0 * 0x1p-24 * gain * (config->layers + 1);
}

/* A gradient that is off by d = tolerance * max |g| moves Adam's step of entry i by at most
 * rate * d / |g_i|, and the loss by |g_i| times that: rate * d for each of the n entries and steps
 * so far. To that comes the rounding of the loss itself. */
static double loss_tolerance(double tolerance, double largest, double loss, size_t n, double rate,
                             uint32_t step)
{
    return tolerance + (double)n * rate * tolerance * largest / loss * step;
}

struct row {
    struct vulkan_case_config config;
    double gain;
};

#define SINE .activation = "sine", .constants = {10}
#define SL2A                                                                                       \
    .architecture = INR_ARCHITECTURE_SL2A, .encoding = INR_ENCODING_CHEBYSHEV, .n_frequencies = 6

#define QUANTISED .quantised = true, .quantizer.bits = 4

#define FUSED .plan = INR_PLAN_FUSED

#define RELU   .activation = "relu"
#define NONE   .activation = "relu", .architecture = INR_ARCHITECTURE_NONE
#define RANDOM .batch_mode = (int)INR_BATCH_RANDOM, .batch = 90

static const struct row rows[] = {
    {{.activation = "sine", .constants = {30}}, 30},
    {{.activation = "relu"}, 1},
    {{.activation = "gauss", .constants = {30}}, 30},
    {{.activation = "finer", .constants = {30}}, 30},
    {{.activation = "wire", .constants = {20, 30}}, 30},
    {{.activation = "wire2d", .constants = {10, 10}}, 10},
    {{.activation = "gabor2", .constants = {10, 10}}, 10},
    {{.activation = "incode", .learn_constants = true}, 30},
    {{.activation = "gauss", .constants = {10}, .learn_constants = true}, 10},
    {{.activation = "relu", .encoding = INR_ENCODING_FOURIER, .n_frequencies = 8}, 20},
    {{.activation = "relu", .encoding = INR_ENCODING_OCTAVES, .n_frequencies = 4}, 26},
    /* Architectures and maps: the gain of a Chebyshev polynomial is its degree squared, and a norm
     * or a product of two slots doubles it. */
    {{SINE, .encoding = INR_ENCODING_CHEBYSHEV, .n_frequencies = 6}, 36},
    {{SINE, .encoding = INR_ENCODING_CHEBYSHEV, .n_frequencies = 6, .on_grid = true}, 36},
    {{.activation = "paon", .layers = 2}, 4},
    {{SINE, SL2A, .rank = 3}, 72},
    {{SINE, SL2A, .layers = 2, .on_grid = true}, 72},
    {{SINE, SL2A, .batch_mode = (int)INR_BATCH_RANDOM, .batch = 90, .on_grid = true}, 72},
    {{SINE, .layers = 2, .width_end = 0.3f, .encoding = INR_ENCODING_OCTAVES, .n_frequencies = 4,
      .octave_ratio = 1.4f},
     20},
    {{.activation = "wire", .constants = {20, 30}, .layers = 2, .width_end = 0.5f}, 30},
    {{SINE, .layers = 2, .width_end = 0.5f, .nested = 3}, 20},
    {{SINE, .nested = 4, QUANTISED}, 20},
    {{SINE, .architecture = INR_ARCHITECTURE_FOURIER_NET, .layers = 2}, 20},
    {{SINE, .architecture = INR_ARCHITECTURE_GABOR_NET, .layers = 2}, 20},
    {{SINE, .scaling = 4}, 10},
    {{.activation = "wire", .constants = {20, 30}, .scaling = 3}, 30},
    {{SINE, .reparam = INR_REPARAM_FOURIER, .layers = 2}, 20},
    {{SINE, .reparam = INR_REPARAM_DCT, .layers = 2}, 20},
    /* Quantised: rounding moves no weight across the middle of two levels, few as they are. */
    {{SINE, QUANTISED, .layers = 2}, 20},
    {{.activation = "wire", .constants = {20, 30}, QUANTISED, .quantizer.granularity = 1}, 30},
    {{SINE, .architecture = INR_ARCHITECTURE_GABOR_NET, QUANTISED, .layers = 2}, 20},
    {{SINE, QUANTISED, .layers = 2, .quantizer.compand = 2, .quantizer.step = 1}, 20},
    /* Tables: a coordinate's rounding, `points` 2^-24, moves two weights on each of two axes. */
    {{RELU, .encoding = INR_ENCODING_GRID, .grid.interpolation = INR_GRID_SMOOTHSTEP}, 24},
    {{RELU, .encoding = INR_ENCODING_HASH, RANDOM, .sparse = true, .noise = 0.1f}, 32},
    {{RELU, .encoding = INR_ENCODING_MULTIGRID, RANDOM, .fixed_point = true, .noise = 0.1f}, 32},
    {{NONE, .encoding = INR_ENCODING_TILED, .optimizer = INR_OPTIMIZER_ADAMW, .table_rate = 2.0f,
      .weight_decay = 0.1f},
     32},
    {{NONE, .encoding = INR_ENCODING_GRID, .grid.interpolation = INR_GRID_CUBIC, .noise = 0.3f,
      .table_tv = 0.01f, .table_l2 = 0.01f},
     40},
    {{RELU, .encoding = INR_ENCODING_PLANES, .grid.features = 6, RANDOM, .sparse = true,
      .noise = 0.3f, .table_tv = 0.02f, .fixed_point = true},
     48},
    {{NONE, .encoding = INR_ENCODING_GRID, .optimizer = INR_OPTIMIZER_SGD}, 24},
    /* Activations of the outputs: a sine multiplies once more by its frequency. */
    {{SINE, .output = "sine"}, 100},
    {{.activation = "wire", .constants = {20, 30}, .scaling = 3, .output = "sigmoid"}, 30},
    {{NONE, .encoding = INR_ENCODING_HASH, .output = "sigmoid", RANDOM, .sparse = true}, 32},
    {{RELU, .encoding = INR_ENCODING_GRID, .output = "relu", .noise = 0.2f}, 24},
    {{SINE, .output = "sigmoid", .loss = 6}, 10}, /* bce */
    /* The fused plan: rows and columns to spare, several workgroups, every layer's values in shared
     * memory, features made in the kernel or read from tables, whose gradient it hands on. */
    {{SINE, FUSED, .layers = 2}, 10},
    {{SINE, FUSED, RANDOM, .width = 19, .layers = 0, .channels = 1}, 10},
    {{.activation = "finer",
      .constants = {30},
      FUSED,
      .width = 40,
      .dims = 3,
      .side = 5,
      .channels = 5,
      .tuning = {.columns = 16, .rm = 4, .gm = 4, .gn = 8, .groups = 3, .keep = true}},
     30},
    {{RELU, FUSED, .encoding = INR_ENCODING_FOURIER, .n_frequencies = 9, .include_input = true},
     20},
    {{RELU, FUSED, .encoding = INR_ENCODING_HASH, RANDOM, .noise = 0.1f, .sparse = true}, 32},
    {{RELU, FUSED, .encoding = INR_ENCODING_GRID, .grid.features = 12, .width = 8, .noise = 0.1f},
     24},
    {{SINE, FUSED, .output = "sigmoid", .loss = 6}, 10},
};

static void close_to(double a, double b, double tolerance, const char *what, const char *name)
{
    const double error = fabs(a - b) / (fabs(b) > 0.0 ? fabs(b) : 1.0);
    if (error <= tolerance)
        return;
    fail_msg("%s of %s: %.9g and %.9g differ by %.2e, allowed %.2e", what, name, a, b, error,
             tolerance);
}

static void check_row(const struct row *row)
{
    struct vulkan_case c;
    struct inr_error err = {0};
    const float rate = 1e-3f;
    vulkan_case_init(&c, &row->config);
    char name[64];
    snprintf(name, sizeof name, "%s row %d", c.config.activation, (int)(row - rows));
    const size_t n = c.program->n_trainable;
    const double tolerance = gradient_tolerance(&c.config, row->gain);
    struct inr_exec *cpu = vulkan_case_exec(&c, vulkan_case_cpu(), NULL);
    struct inr_exec *gpu = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    float *a = calloc(2 * n, sizeof *a), *b = a + n;
    struct inr_step_result ra[STEPS], rb[STEPS];
    assert_non_null(a);
    assert_int_equal(inr_exec_gradient(cpu, 3, a, &ra[0], &err), INR_OK);
    assert_int_equal(inr_exec_gradient(gpu, 3, b, &rb[0], &err), INR_OK);
    const double error = vulkan_case_difference(b, a, n);
    if (!(error <= tolerance))
        fail_msg("gradient of %s differs by %.2e, allowed %.2e", name, error, tolerance);
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        largest = fabs((double)a[i]) > largest ? fabs((double)a[i]) : largest;
    vulkan_case_train(&c, cpu, 0, STEPS, rate, ra);
    vulkan_case_train(&c, gpu, 0, STEPS, rate, rb);
    for (uint32_t i = 0; i < STEPS; i++) {
        const double loss = (double)ra[i].loss;
        const double allowed = loss_tolerance(tolerance, largest, loss, n, (double)rate, i);
        close_to((double)rb[i].loss, loss, allowed, "loss", name);
        close_to((double)rb[i].mse, (double)ra[i].mse, allowed, "squared error", name);
    }
    /* Levels of nested networks take turns. */
    const int last = c.config.nested ? (STEPS - 1) / c.config.nested * c.config.nested : STEPS - 1;
    assert_true(ra[last].loss < ra[0].loss);
    free(a);
    inr_exec_destroy(cpu);
    inr_exec_destroy(gpu);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_presets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

/* With a rate of zero the loss depends on the batch alone: any other sample would show. */
static void test_batches(void **state)
{
    (void)state;
    static const struct vulkan_case_config configs[] = {
        {.activation = "sine", .batch_mode = (int)INR_BATCH_FULL},
        {.activation = "sine", .batch_mode = (int)INR_BATCH_RANDOM, .batch = 53},
        {.activation = "sine", .batch_mode = (int)INR_BATCH_STRATIFIED, .batch = 50},
        {.activation = "sine", .batch_mode = (int)INR_BATCH_STRATIFIED, .batch = 200},
        {.activation = "sine", .batch_mode = (int)INR_BATCH_RANDOM, .batch = 40, .points = true},
        {.activation = "sine", .depth = INR_DEPTH_U16, .lattice = true, .channels = 1},
        {.activation = "sine", .depth = INR_DEPTH_F32, .dims = 3, .side = 5, .channels = 4},
        {.activation = "sine", .dims = 1, .side = 77, .channels = 2},
    };
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        struct vulkan_case c;
        struct inr_step_result a[8], b[8];
        vulkan_case_init(&c, &configs[i]);
        struct inr_exec *cpu = vulkan_case_exec(&c, vulkan_case_cpu(), NULL);
        struct inr_exec *gpu = vulkan_case_exec(&c, vulkan_case_device(), NULL);
        vulkan_case_train(&c, cpu, 1000, 8, 0.0f, a);
        vulkan_case_train(&c, gpu, 1000, 8, 0.0f, b);
        for (int k = 0; k < 8; k++)
            close_to((double)b[k].loss, (double)a[k].loss, gradient_tolerance(&c.config, 30.0),
                     "loss of a batch", "sine");
        inr_exec_destroy(cpu);
        inr_exec_destroy(gpu);
        vulkan_case_finish(&c);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Moments follow the gradient: they agree to its tolerance, whatever the optimiser. Eight steps,
 * each of which may add as much. */
static void test_optimizers(void **state)
{
    (void)state;
    static const int kinds[] = {INR_OPTIMIZER_ADAM, INR_OPTIMIZER_ADAMW, INR_OPTIMIZER_SGD,
                                INR_OPTIMIZER_MUON};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        /* wide enough for several tiles of a matrix, the last ones in part */
        const struct vulkan_case_config config = {.activation = "sine",
                                                  .width = kinds[i] == INR_OPTIMIZER_MUON ? 40 : 0,
                                                  .optimizer = kinds[i],
                                                  .weight_decay = 0.01f};
        struct vulkan_case c;
        struct inr_error err = {0};
        struct inr_step_result results[8];
        vulkan_case_init(&c, &config);
        const size_t n = c.program->n_trainable;
        float *moments = calloc(4 * n + 2 * c.program->n_params, sizeof *moments);
        assert_non_null(moments);
        struct inr_state s[2];
        for (int k = 0; k < 2; k++) {
            struct inr_exec *exec =
                vulkan_case_exec(&c, k ? vulkan_case_device() : vulkan_case_cpu(), NULL);
            s[k] = (struct inr_state){.params = moments + 4 * n + (size_t)k * c.program->n_params,
                                      .m = moments + (size_t)k * 2 * n,
                                      .v = moments + (size_t)k * 2 * n + n};
            vulkan_case_train(&c, exec, 0, 8, 1e-4f, results);
            assert_int_equal(inr_exec_get_state(exec, &s[k], &err), INR_OK);
            inr_exec_destroy(exec);
        }
        const double tolerance = 8.0 * gradient_tolerance(&c.config, 30.0);
        assert_true(vulkan_case_difference(s[1].m, s[0].m, n) < tolerance);
        assert_true(vulkan_case_difference(s[1].v, s[0].v, n) < 2.0 * tolerance);
        assert_true(vulkan_case_difference(s[1].params, s[0].params, n) < tolerance);
        free(moments);
        vulkan_case_finish(&c);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* The average of the device's own parameters, step by step: lags and eval against the recursion of
 * tiny-cuda-nn in double, and steps that do not notice that the average was looked at. */
static void check_average(const struct vulkan_case_config *config)
{
    struct vulkan_case c;
    struct inr_error err = {0};
    struct inr_step_result result;
    vulkan_case_init(&c, config);
    const size_t n = c.program->n_trainable, all = c.program->n_params, points = 40;
    const double d = VULKAN_CASE_DECAY;
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    struct inr_exec *twin = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    float *held = calloc(2 * all + 2 * n + 8 * points, sizeof *held);
    double *e = calloc(n, sizeof *e);
    assert_true(held && e);
    float *lag = held + 2 * all, *coords = lag + 2 * n, *out = coords + 2 * points;
    struct inr_state state = {.params = held, .lag = lag};
    for (size_t i = 0; i < 2 * points; i++)
        coords[i] = (float)(i * 7919 % 80) / 40.0f - 0.99f;
    for (uint32_t t = 1; t <= 20; t++) {
        vulkan_case_train(&c, exec, t - 1, 1, 1e-2f, &result);
        if (t % 3 == 0)
            assert_int_equal(inr_exec_eval(exec, coords, points, out, &err), INR_OK);
        assert_int_equal(inr_exec_get_state(exec, &state, &err), INR_OK);
        for (size_t i = 0; i < n; i++) {
            e[i] = (d * e[i] * (1.0 - pow(d, t - 1.0)) + (1.0 - d) * (double)held[i]) /
                   (1.0 - pow(d, t));
            close_to((double)inr_lag_average(held[i], lag[i], state.share) + 2.0, e[i] + 2.0, 2e-6,
                     "average", c.config.activation);
        }
    }
    assert_int_equal(inr_exec_eval(exec, coords, points, out, &err), INR_OK);
    vulkan_case_train(&c, twin, 0, 17, 1e-2f, (struct inr_step_result[17]){{0}});
    vulkan_case_train(&c, twin, 17, 3, 1e-2f, (struct inr_step_result[3]){{0}});
    struct inr_state other = {.params = held + all, .lag = lag + n};
    assert_int_equal(inr_exec_get_state(twin, &other, &err), INR_OK);
    assert_memory_equal(other.params, held, all * sizeof *held);
    assert_memory_equal(other.lag, lag, n * sizeof *lag);
    /* Parameters that are their own average: without a lag. */
    for (size_t i = 0; i < n; i++)
        other.params[i] = (float)e[i];
    other.lag = NULL;
    assert_int_equal(inr_exec_set_state(twin, &other, &err), INR_OK);
    assert_int_equal(inr_exec_eval(twin, coords, points, out + 3 * points, &err), INR_OK);
    assert_true(vulkan_case_difference(out + 3 * points, out, 3 * points) < 1e-5);
    free(held);
    free(e);
    inr_exec_destroy(exec);
    inr_exec_destroy(twin);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_averages(void **state)
{
    (void)state;
    static const struct vulkan_case_config configs[] = {
        {SINE, .average = true},
        {SINE, .average = true, .reparam = INR_REPARAM_DCT, .layers = 2,
         .optimizer = INR_OPTIMIZER_ADAMW, .weight_decay = 0.1f},
        {RELU, .average = true, .encoding = INR_ENCODING_HASH, RANDOM, .sparse = true,
         .fixed_point = true, .grid.finest = 30, .grid.log2 = 9},
        {NONE, .average = true, .encoding = INR_ENCODING_GRID, .grid.resolution = {21, 19},
         .optimizer = INR_OPTIMIZER_SGD, .fixed_point = true},
    };
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++)
        check_average(&configs[i]);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_optimizers),
        cmocka_unit_test(test_averages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
