/* SPDX-License-Identifier: MIT
 *
 * test_quantize_exec.c - Both backends compute with quantised weights exactly as with floats that
 * were quantised before, and their gradient is the one at those floats: straight through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/optimizer.glsl"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/nested.h"
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
     .quantizer = {.bits = 3, .first_bits = 6, .compand = 2}},
    {.activation = "sine", .architecture = INR_ARCHITECTURE_FOURIER_NET, .quantizer.bits = 6},
    {.activation = "sine", .architecture = INR_ARCHITECTURE_GABOR_NET, .quantizer.bits = 2},
    {.activation = "incode", .learn_constants = true, .scaling = 3, .quantizer.bits = 8},
    {.activation = "sine",
     .encoding = INR_ENCODING_CHEBYSHEV,
     .n_frequencies = 6,
     .architecture = INR_ARCHITECTURE_SL2A,
     .rank = 3,
     .on_grid = true,
     .quantizer = {.bits = 7, .compand = 8, .granularity = INR_QUANTIZE_TENSOR}},
    {.activation = "sine", .average = true, .quantizer.bits = 4},
    {.activation = "sine", .quantizer = {.bits = 4, .clip = 0.3f}},
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

/* The gradient of a row's learnt step and of its weights, by the formulas of Esser et al. 2020 in
 * double. d [n_params]: that of what is seen, on the way in. */
static void learn(const inr_quantized_row *row, const float *params, double *d, double *scale)
{
    const double place = 2048.0 * (double)params[row->learnt];
    const double lines = rint(place) / 128.0, octave = floor(lines);
    const double step = ldexp(1.0 + lines - octave, (int)octave), bend = (double)row->bend;
    const double unit = bend > 0.0 ? 8.0 : 1.0, most = (double)row->most;
    double sum = 0.0, size = 0.0;
    for (size_t i = row->offset; i < (size_t)row->offset + row->n; i++) {
        const double x = fabs((double)params[i]) / step;
        double q = 0.0;
        while (q < most && x >= ((unit + bend * q) * q + (unit + bend * (q + 1)) * (q + 1)) / 2)
            q++;
        const double k = q * (unit + bend * q);
        const bool within = x < most * (unit + bend * most);
        const double slope = copysign(1.0, (double)params[i]) * (within ? k - x : k);
        sum += d[i] * slope;
        size += fabs(d[i] * slope);
        d[i] = within ? d[i] : 0.0;
    }
    d[row->learnt] = sum * 16.0 * ldexp(1.0, (int)octave);
    scale[row->learnt] = size * 16.0 * ldexp(1.0, (int)octave);
}

/* Values with learnt steps are those of floats that were quantised before; their gradient is that
 * at those floats, seen through the steps. Steps are moved off their start, so that some weights
 * are beyond the greatest level. */
static void check_learnt(const struct vulkan_case_config *config, const struct inr_device *device)
{
    struct vulkan_case c, plain;
    struct answer on, before;
    struct vulkan_case_config other = *config;
    struct inr_step_result results[STEPS];
    other.quantizer.bits = 0;
    vulkan_case_init(&c, config);
    vulkan_case_init(&plain, &other);
    const size_t m = plain.program->n_trainable, n = c.program->n_trainable;
    const size_t frozen = c.program->n_params - n;
    assert_true(c.program->learns && n > m && frozen == plain.program->n_params - m);
    float *params = c.field->params;
    for (size_t i = m; i < n; i++)
        params[i] += (float)((int)(i % 5) - 3) / 32.0f;
    struct inr_exec *exec = vulkan_case_exec(&c, device, NULL);
    assert_int_equal(inr_exec_quantize(exec, true, NULL), INR_OK);
    ask(exec, n, &on);
    float *trained = malloc(c.program->n_params * sizeof *trained);
    double *d = calloc(2 * n, sizeof *d), *scale = d + n;
    assert_true(trained && d);
    memcpy(trained, params, c.program->n_params * sizeof *trained);
    inr_quantize_field(c.field, &config->quantizer);
    memcpy(plain.field->params, params, m * sizeof *params);
    memcpy(plain.field->params + m, params + n, frozen * sizeof *params);
    struct inr_exec *floats = vulkan_case_exec(&plain, device, NULL);
    ask(floats, m, &before);
    assert_memory_equal(on.values, before.values, sizeof on.values);
    for (size_t i = 0; i < m; i++)
        d[i] = (double)before.gradient[i];
    size_t zeros = 0;
    for (size_t r = 0; r < c.program->n_quantized; r++)
        if (c.program->quantized[r].learnt > 0)
            learn(&c.program->quantized[r], trained, d, scale);
    for (size_t i = 0; i < n; i++) {
        zeros += i < m && d[i] == 0.0 && before.gradient[i] != 0.0f;
        /* a sum of products that each round twice, in another order */
        if (!(fabs((double)on.gradient[i] - d[i]) <= 1e-5 * scale[i]))
            fail_msg("scalar %zu of %zu: %g instead of %g", i, m, (double)on.gradient[i], d[i]);
    }
    assert_true(zeros > 0);
    /* steps learn, and what is stored is what is computed with */
    vulkan_case_train(&c, exec, 0, STEPS, 1e-3f, results);
    struct inr_state state = {.params = params};
    assert_int_equal(inr_exec_get_state(exec, &state, NULL), INR_OK);
    assert_true(results[STEPS - 1].loss < results[0].loss);
    size_t moved = 0;
    for (size_t i = m; i < n; i++)
        moved += params[i] != trained[i];
    assert_true(2 * moved > n - m); /* units of ReLU may rest */
    free(on.gradient);
    free(before.gradient);
    ask(exec, n, &on);
    inr_quantize_field(c.field, &config->quantizer);
    memcpy(plain.field->params, params, m * sizeof *params);
    state.params = plain.field->params;
    assert_int_equal(inr_exec_set_state(floats, &state, NULL), INR_OK);
    ask(floats, m, &before);
    assert_memory_equal(on.values, before.values, sizeof on.values);
    free(on.gradient);
    free(before.gradient);
    free(trained);
    free(d);
    inr_exec_destroy(exec);
    inr_exec_destroy(floats);
    vulkan_case_finish(&c);
    vulkan_case_finish(&plain);
}

static const struct vulkan_case_config learnt[] = {
    {.activation = "sine", .width = 70, .quantizer = {.bits = 4, .step = INR_QUANTIZE_LEARNED}},
    {.activation = "wire",
     .quantizer = {.bits = 3, .compand = 3, .granularity = INR_QUANTIZE_TENSOR, .step = 1}},
};

/* A step of gradient descent at a level of nested networks is that of the smaller network by
 * itself: what belongs to it moves alike, and nothing else moves. Sums run over more rows of zeros,
 * in another order: 2^-20 of what the largest scalar moves by covers hundreds of roundings. */
static void check_level(const struct inr_device *device, int level, int bits)
{
    struct vulkan_case c, part;
    const struct vulkan_case_config config = {.layers = 2,
                                              .width = 17,
                                              .width_end = 0.6f,
                                              .nested = 3,
                                              .optimizer = INR_OPTIMIZER_SGD,
                                              .quantizer.bits = bits,
                                              .quantised = bits > 0};
    const float rate = 0.01f;
    struct inr_step_result results[2];
    struct inr_field *seen = NULL;
    vulkan_case_init(&c, &config);
    const size_t n = c.field->n_params;
    float *before = malloc(n * sizeof *before), *after = malloc(n * sizeof *after);
    assert_true(before && after);
    memcpy(before, c.field->params, n * sizeof *before);
    /* the smaller network, of the whole one's weights as they are seen */
    if (bits > 0)
        inr_quantize_field(c.field, &config.quantizer);
    assert_int_equal(inr_nested_extract(c.field, level, &seen, NULL), INR_OK);
    vulkan_case_init(&part, &config);
    inr_program_free(part.program);
    inr_field_free(part.field);
    part.field = seen;
    part.field->config.quantizer.bits = 0;
    part.config.nested = 0;
    assert_int_equal(inr_program_create(seen, NULL, &part.program, NULL), INR_OK);
    memcpy(c.field->params, before, n * sizeof *before);
    struct inr_exec *whole = vulkan_case_exec(&c, device, NULL);
    struct inr_exec *small = vulkan_case_exec(&part, device, NULL);
    vulkan_case_train(&c, whole, (uint32_t)level, 1, rate, &results[0]);
    vulkan_case_train(&part, small, (uint32_t)level, 1, rate, &results[1]);
    assert_true(fabsf(results[0].loss - results[1].loss) <= 1e-5f * results[1].loss);
    struct inr_state state = {.params = after};
    assert_int_equal(inr_exec_get_state(whole, &state, NULL), INR_OK);
    float *moved = malloc(seen->n_params * sizeof *moved);
    assert_non_null(moved);
    state.params = moved;
    assert_int_equal(inr_exec_get_state(small, &state, NULL), INR_OK);
    double largest = 0.0;
    size_t still = 0;
    for (size_t i = 0; i < n; i++) {
        after[i] -= before[i];
        still += after[i] == 0.0f;
        largest = fmax(largest, fabs((double)after[i]));
    }
    assert_true(largest > 1e-6 && still >= n - seen->n_params);
    memcpy(c.field->params, after, n * sizeof *after);
    struct inr_field *step = NULL;
    assert_int_equal(inr_nested_extract(c.field, level, &step, NULL), INR_OK);
    for (size_t i = 0; i < seen->n_params; i++) {
        const double error = (double)step->params[i] - ((double)moved[i] - (double)seen->params[i]);
        /* both are differences of numbers up to 1 */
        if (!(fabs(error) <= 0x1p-20 * largest + 0x1p-22))
            fail_msg("level %d, %d bits, scalar %zu is off by %g", level, bits, i, error);
    }
    /* evaluation is of the whole */
    float value[3], again[3];
    const float at[2] = {0.3f, -0.2f};
    memcpy(c.field->params, before, n * sizeof *before);
    state = (struct inr_state){.params = before};
    assert_int_equal(inr_exec_eval(whole, at, 1, value, NULL), INR_OK);
    for (size_t i = 0; i < n; i++)
        before[i] += after[i];
    assert_int_equal(inr_exec_set_state(whole, &state, NULL), INR_OK);
    assert_int_equal(inr_exec_eval(whole, at, 1, again, NULL), INR_OK);
    for (int k = 0; k < 3; k++)
        assert_true(fabsf(value[k] - again[k]) <= 1e-4f);
    free(before);
    free(after);
    free(moved);
    inr_field_free(step);
    inr_exec_destroy(whole);
    inr_exec_destroy(small);
    vulkan_case_finish(&c);
    vulkan_case_finish(&part);
}

static void check_all(const struct inr_device *device)
{
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        check(&configs[i], device);
        check_training(&configs[i], device);
    }
    for (size_t i = 0; i < sizeof learnt / sizeof learnt[0]; i++)
        check_learnt(&learnt[i], device);
    for (int level = 1; level < 3; level++)
        for (int bits = 0; bits <= 8; bits += 8)
            check_level(device, level, bits);
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
