/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_readout.c - Measurements of a whole grid on a Vulkan device: gradients and losses as
 * on the CPU, in one micro-batch and in many, in one submission and in several.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field/formula.h"
#include "vulkan_case.h"

#define STEPS 12

static const struct {
    struct inr_readout what;
    int channels;
    int micro; /* 1: memory for many micro-batches only; 2: and one a submission */
} rows[] = {
    {{.kind = INR_READ_RADON, .dims = 2, .shape = {12, 12, 1}, .angles = 9}, 1, 0},
    {{.kind = INR_READ_RADON, .dims = 2, .shape = {40, 40, 1}, .angles = 13}, 3, 1},
    {{.kind = INR_READ_RADON, .dims = 2, .shape = {40, 40, 1}, .angles = 13}, 3, 2},
    {{.kind = INR_READ_MEAN, .dims = 1, .shape = {60, 1, 1}, .factor = 5}, 2, 0},
    {{.kind = INR_READ_MEAN, .dims = 2, .shape = {12, 12, 1}, .factor = 4}, 1, 0},
    {{.kind = INR_READ_MEAN, .dims = 3, .shape = {8, 8, 8}, .factor = 2}, 3, 0},
};

static void set_pool(struct vulkan_case *c, const struct inr_readout *what)
{
    const size_t n = (size_t)inr_readout_count(what) * (size_t)c->config.channels;
    free(c->values);
    float *measured = malloc(n * sizeof *measured);
    assert_non_null(measured);
    for (size_t i = 0; i < n; i++)
        measured[i] = (float)(i * 7 % 13) / 13.0f;
    c->values = measured;
    c->pool.values = measured;
    c->pool.depth = INR_DEPTH_F32;
    c->pool.readout = what;
}

/* Bilinear weights round differently: 2^-24 of coordinates of some dozen pixels, in sums of as many
 * terms, which then pass the layers as any gradient does. */
static const double tolerance = 2e-4;

static void check_row(size_t row)
{
    const struct inr_readout *what = &rows[row].what;
    struct vulkan_case c;
    struct inr_error err = {0};
    struct inr_step_result a[STEPS], b[STEPS];
    vulkan_case_init(&c, &(struct vulkan_case_config){.activation = "sine",
                                                      .constants = {10},
                                                      .dims = what->dims,
                                                      .channels = rows[row].channels,
                                                      .side = what->shape[0],
                                                      .batch_mode = (int)INR_BATCH_FULL});
    set_pool(&c, what);
    const size_t n = c.program->n_trainable;
    struct inr_exec *cpu = vulkan_case_exec(&c, vulkan_case_cpu(), NULL);
    /* The least that works, and a little: columns for some of the points. */
    if (rows[row].micro)
        c.config.memory_limit = 240000;
    const struct inr_vk_overrides cut = {.submit_flops = 1.0};
    struct inr_exec *gpu =
        vulkan_case_exec(&c, vulkan_case_device(), rows[row].micro == 2 ? &cut : NULL);
    if (rows[row].micro)
        assert_true(inr_vk_exec_micro_batch(gpu) < inr_readout_points(what) / 2);
    float *g = calloc(2 * n, sizeof *g);
    assert_non_null(g);
    assert_int_equal(inr_exec_gradient(cpu, 0, g, &a[0], &err), INR_OK);
    assert_int_equal(inr_exec_gradient(gpu, 0, g + n, &b[0], &err), INR_OK);
    const double error = vulkan_case_difference(g + n, g, n);
    if (!(error <= tolerance))
        fail_msg("row %zu: gradients differ by %.2e", row, error);
    vulkan_case_train(&c, cpu, 0, STEPS, 1e-3f, a);
    vulkan_case_train(&c, gpu, 0, STEPS, 1e-3f, b);
    for (int i = 0; i < STEPS; i++)
        if (!(fabs((double)a[i].loss - (double)b[i].loss) <=
                  (i + 1) * tolerance * (double)a[i].loss &&
              fabs((double)a[i].mse - (double)b[i].mse) <= (i + 1) * tolerance * (double)a[i].mse))
            fail_msg("row %zu: loss of step %d is %.9g, not %.9g", row, i, (double)b[i].loss,
                     (double)a[i].loss);
    assert_true(a[STEPS - 1].loss < a[0].loss);
    free(g);
    inr_exec_destroy(cpu);
    inr_exec_destroy(gpu);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_agreement(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(i);
}

static void test_part_of_a_batch_is_refused(void **state)
{
    (void)state;
    struct vulkan_case c;
    struct inr_error err = {0};
    vulkan_case_init(&c, &(struct vulkan_case_config){.activation = "sine",
                                                      .batch_mode = (int)INR_BATCH_RANDOM,
                                                      .batch = 9});
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    set_pool(&c, &rows[4].what);
    assert_int_equal(inr_exec_set_pool(exec, &c.pool, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "must be full"));
    struct inr_step_result result;
    float *g = calloc(c.program->n_trainable, sizeof *g);
    assert_int_equal(inr_exec_gradient(exec, 0, g, &result, &err), INR_ERR_USAGE);
    free(g);
    inr_exec_destroy(exec);
    vulkan_case_finish(&c);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_part_of_a_batch_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
