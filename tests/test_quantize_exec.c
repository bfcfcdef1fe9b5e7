/* SPDX-License-Identifier: MIT
 *
 * test_quantize_exec.c - Both backends compute with quantised weights exactly as with floats that
 * were quantised before, and their gradient is the one at those floats: straight through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/optimizer.glsl"
#include "field/architecture.h"
#include "field/encoding.h"
#include "vulkan_case.h"

#define STEPS  7
#define POINTS 61

/* Rows longer than a workgroup, planes of complex weights, filters, windows, frozen tables. */
static const struct vulkan_case_config configs[] = {
    {.activation = "sine", .width = 70, .quantizer.bits = 4},
    {.activation = "sine", .quantizer = {.bits = 16, .granularity = INR_QUANTIZE_TENSOR}},
    {.activation = "wire", .layers = 2, .quantizer = {.bits = 5, .bias_bits = 7}},
    {.activation = "relu",
     .encoding = INR_ENCODING_FOURIER,
     .n_frequencies = 9,
     .quantizer = {.bits = 3, .first_bits = 6}},
    {.activation = "sine", .architecture = INR_ARCHITECTURE_FOURIER_NET, .quantizer.bits = 6},
    {.activation = "sine", .architecture = INR_ARCHITECTURE_GABOR_NET, .quantizer.bits = 2},
    {.activation = "incode", .learn_constants = true, .scaling = 3, .quantizer.bits = 8},
    {.activation = "sine",
     .encoding = INR_ENCODING_CHEBYSHEV,
     .n_frequencies = 6,
     .architecture = INR_ARCHITECTURE_SL2A,
     .rank = 3,
     .on_grid = true,
     .quantizer.bits = 4},
    {.activation = "sine", .average = true, .quantizer.bits = 4},
};

struct answer {
    float values[POINTS * 3];
    float *gradient;
    struct inr_step_result step;
};

static void ask(struct inr_exec *exec, size_t n, struct answer *a)
{
    float coords[POINTS * 2];
    for (size_t i = 0; i < 2 * POINTS; i++)
        coords[i] = (float)((int)(i * 37 % 101) - 50) / 50.0f;
    a->gradient = calloc(n, sizeof *a->gradient);
    assert_non_null(a->gradient);
    assert_int_equal(inr_exec_eval(exec, coords, POINTS, a->values, NULL), INR_OK);
    assert_int_equal(inr_exec_gradient(exec, 2, a->gradient, &a->step, NULL), INR_OK);
}

static void same(const struct answer *a, const struct answer *b, size_t n)
{
    assert_memory_equal(a->values, b->values, sizeof a->values);
    assert_memory_equal(&a->step, &b->step, sizeof a->step);
    for (size_t i = 0; i < n; i++)
        assert_true(a->gradient[i] == b->gradient[i]);
}

/* The same parameters three ways: quantised by the exec, before it, and not at all. */
static void check(const struct vulkan_case_config *config, const struct inr_device *device)
{
    struct vulkan_case c, plain;
    struct answer on, before, off, never;
    struct vulkan_case_config other = *config;
    vulkan_case_init(&c, config);
    other.quantizer.bits = 0;
    vulkan_case_init(&plain, &other);
    const size_t n = c.program->n_trainable;
    assert_true(plain.program->n_quantized == 0 && c.program->n_params == plain.program->n_params);
    memcpy(plain.field->params, c.field->params, c.field->n_params * sizeof(float));
    struct inr_exec *exec = vulkan_case_exec(&c, device, NULL);
    struct inr_exec *floats = vulkan_case_exec(&plain, device, NULL);
    ask(exec, n, &off);
    ask(floats, n, &never);
    same(&off, &never, n);
    assert_int_equal(inr_exec_quantize(exec, true, NULL), INR_OK);
    inr_quantize_field(plain.field, &config->quantizer);
    assert_true(memcmp(plain.field->params, c.field->params, n * sizeof(float)) != 0);
    const struct inr_state state = {.params = plain.field->params};
    assert_int_equal(inr_exec_set_state(floats, &state, NULL), INR_OK);
    ask(exec, n, &on);
    ask(floats, n, &before);
    same(&on, &before, n);
    assert_true(memcmp(on.values, off.values, sizeof on.values) != 0);
    assert_int_equal(inr_exec_quantize(floats, true, NULL), INR_ERR_USAGE);
    struct answer *all[] = {&on, &before, &off, &never};
    for (size_t i = 0; i < 4; i++)
        free(all[i]->gradient);
    inr_exec_destroy(exec);
    inr_exec_destroy(floats);
    vulkan_case_finish(&c);
    vulkan_case_finish(&plain);
}

/* Steps move the floats, not their roundings; and after some the exec still computes with the
 * rounded ones, or with those of the average. */
static void check_training(const struct vulkan_case_config *config, const struct inr_device *device)
{
    struct vulkan_case c;
    struct answer on, before;
    struct inr_step_result results[2 * STEPS];
    vulkan_case_init(&c, config);
    const size_t n = c.program->n_trainable;
    float *params = malloc(c.field->n_params * sizeof *params), *lag = calloc(n, sizeof *lag);
    assert_true(params && lag);
    struct inr_exec *exec = vulkan_case_exec(&c, device, NULL);
    vulkan_case_train(&c, exec, 0, STEPS, 1e-3f, results);
    assert_int_equal(inr_exec_quantize(exec, true, NULL), INR_OK);
    vulkan_case_train(&c, exec, STEPS, STEPS, 1e-3f, results);
    ask(exec, n, &on);
    struct inr_state state = {.params = params, .lag = lag};
    assert_int_equal(inr_exec_get_state(exec, &state, NULL), INR_OK);
    size_t between = 0;
    memcpy(c.field->params, params, c.field->n_params * sizeof *params);
    inr_quantize_field(c.field, &config->quantizer);
    for (size_t i = 0; i < n; i++)
        between += params[i] != c.field->params[i];
    assert_true(2 * between > n);
    assert_int_equal(inr_exec_quantize(exec, false, NULL), INR_OK);
    memcpy(params, c.field->params, c.field->n_params * sizeof *params);
    if (!config->average) { /* the rounding of an average is not an average of roundings */
        assert_int_equal(inr_exec_set_state(exec, &state, NULL), INR_OK);
        ask(exec, n, &before);
        same(&on, &before, n);
        free(before.gradient);
    }
    free(on.gradient);
    free(params);
    free(lag);
    inr_exec_destroy(exec);
    vulkan_case_finish(&c);
}

static void check_all(const struct inr_device *device)
{
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        check(&configs[i], device);
        check_training(&configs[i], device);
    }
}

static void test_cpu(void **state)
{
    (void)state;
    check_all(vulkan_case_cpu());
}

static void test_vulkan(void **state)
{
    (void)state;
    check_all(vulkan_case_device());
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cpu), cmocka_unit_test(test_vulkan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
