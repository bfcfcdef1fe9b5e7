/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_fused.c - The fused plan: which networks it takes, that it repeats itself, and that
 * micro-batches and measurements of a whole grid pass through it. That it computes the right thing
 * is shown by test_agree.c and the self-test.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/grid.glsl"
#include "field/encoding.h"
#include "vulkan_case.h"

#define FUSED  .plan = INR_PLAN_FUSED
#define RANDOM .batch_mode = (int)INR_BATCH_RANDOM, .batch = 130

static float *gradient_of(const struct vulkan_case_config *config, size_t *n,
                          struct inr_step_result *result)
{
    struct vulkan_case c;
    struct inr_error err = {0};
    vulkan_case_init(&c, config);
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    *n = c.program->n_trainable;
    float *gradient = malloc(*n * sizeof *gradient);
    assert_non_null(gradient);
    assert_int_equal(inr_exec_gradient(exec, 2, gradient, result, &err), INR_OK);
    inr_exec_destroy(exec);
    vulkan_case_finish(&c);
    return gradient;
}

/* Steps in one call or one by one: the same bytes, whatever the number of workgroups. */
static void test_same_bytes(void **state)
{
    (void)state;
    enum { N = 20 };
    const struct vulkan_case_config config = {FUSED, RANDOM, .tuning = {.columns = 8, .groups = 5}};
    struct vulkan_case c;
    struct inr_error err = {0};
    struct inr_step_result results[2][N];
    vulkan_case_init(&c, &config);
    const size_t n = c.program->n_params;
    float *params = calloc(2 * n, sizeof *params);
    assert_non_null(params);
    for (uint32_t way = 0; way < 2; way++) {
        struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
        assert_non_null(strstr(inr_exec_plan(exec), "fused"));
        for (uint32_t i = 0; i < N; i += way ? 4 : N)
            vulkan_case_train(&c, exec, i, way ? 4 : N, 1e-3f, results[way] + i);
        struct inr_state out = {.params = params + way * n};
        assert_int_equal(inr_exec_get_state(exec, &out, &err), INR_OK);
        inr_exec_destroy(exec);
    }
    assert_memory_equal(results[0], results[1], sizeof results[0]);
    assert_memory_equal(params, params + n, n * sizeof *params);
    free(params);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_micro_batches(void **state)
{
    (void)state;
    const struct vulkan_case_config whole = {FUSED, .side = 40};
    struct vulkan_case_config cut = whole;
    cut.memory_limit = 60000;
    size_t n;
    struct inr_step_result a, b;
    float *one = gradient_of(&whole, &n, &a), *many = gradient_of(&cut, &n, &b);
    assert_true(vulkan_case_difference(many, one, n) < 1e-5);
    assert_true(fabs((double)a.loss - (double)b.loss) < 1e-5 * (double)a.loss);
    assert_true(fabs((double)a.mse - (double)b.mse) < 1e-5 * (double)a.mse);
    free(one);
    free(many);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Networks that are no such chain are run layer by layer, or refused where that was not asked for.
 */
static void test_others(void **state)
{
    (void)state;
    static const struct vulkan_case_config others[] = {
        {.activation = "wire"},
        {.activation = "incode", .learn_constants = true},
        {.scaling = 3},
        {.width = 3000},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct vulkan_case c;
        struct inr_error err = {0};
        struct inr_exec *exec = NULL;
        vulkan_case_init(&c, &others[i]);
        struct inr_exec_config config = {.program = c.program, .plan = INR_PLAN_AUTO};
        float x[2] = {0.25f, -0.5f}, y[3];
        assert_int_equal(
            inr_exec_create(vulkan_case_device(), &config, vulkan_case_log(), &exec, &err), INR_OK);
        assert_int_equal(inr_exec_eval(exec, x, 1, y, &err), INR_OK);
        assert_string_equal(inr_exec_plan(exec), "layered");
        inr_exec_destroy(exec);
        config.plan = INR_PLAN_FUSED;
        assert_int_equal(
            inr_exec_create(vulkan_case_device(), &config, vulkan_case_log(), &exec, &err), INR_OK);
        assert_int_equal(inr_exec_eval(exec, x, 1, y, &err), INR_ERR_USAGE);
        assert_non_null(strstr(err.text, "cannot have a fused plan: "));
        inr_exec_destroy(exec);
        vulkan_case_finish(&c);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Halves have 11 bits, and a sine multiplies what its argument is off by omega; pairs have 22. The
 * stand-in runs the kernel of matrix units; mixed must differ from the exact gradient, or nothing
 * was rounded. */
static void test_precision(void **state)
{
    (void)state;
    static const struct vulkan_case_config sine = {FUSED, .constants = {10}, .width = 32};
    static const struct vulkan_case_config hash = {
        FUSED, .activation = "relu", .encoding = INR_ENCODING_HASH, .noise = 0.1f, .channels = 2};
    static const struct {
        const struct vulkan_case_config *config;
        int precision;
        struct inr_fused_tuning tuning;
        double least, most;
    } rows[] = {
        {&sine, INR_PRECISION_MIXED, {0}, 2e-5, 2e-3},
        {&sine, INR_PRECISION_SPLIT, {0}, 0.0, 5e-6},
        {&sine,
         INR_PRECISION_MIXED,
         {.columns = 16, .stand_in = true, .keep = true, .keep_sums = true},
         2e-5,
         2e-3},
        {&sine, INR_PRECISION_SPLIT, {.columns = 16, .stand_in = true}, 0.0, 5e-6},
        {&hash,
         INR_PRECISION_MIXED,
         {.columns = 8, .rm = 1, .rn = 1, .stand_in = true},
         2e-5,
         2e-3},
    };
    size_t n;
    struct inr_step_result result;
    float *exact = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vulkan_case_config config = *rows[i].config;
        if (i == 0 || rows[i].config != rows[i - 1].config) {
            free(exact);
            exact = gradient_of(&config, &n, &result);
        }
        config.precision = rows[i].precision;
        config.tuning = rows[i].tuning;
        float *found = gradient_of(&config, &n, &result);
        const double error = vulkan_case_difference(found, exact, n);
        if (!(error >= rows[i].least && error <= rows[i].most))
            fail_msg("gradient of row %zu is off by %.2e, not %.2e to %.2e", i, error,
                     rows[i].least, rows[i].most);
        free(found);
    }
    free(exact);
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_micro_batches),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
