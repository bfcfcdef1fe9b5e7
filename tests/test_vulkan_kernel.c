/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_kernel.c - Radial basis functions and sinusoid composition on the Vulkan backend:
 * values and gradients against a reference in double that searches all kernels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "vulkan_case.h"
#include "vulkan_ref.h"

/* Shares are off by some roundings of 2^-24, coordinates of kernels that are narrow in them
 * included; sines multiply that by their frequency, twice where units have some too. */
static double allowed(const struct vulkan_case_config *config)
{
    const double kernel = config->kernel.high > 1.0f ? (double)config->kernel.high : 1.0;
    const double unit = config->kernel.unit_high > 1.0f ? (double)config->kernel.unit_high : 1.0;
    return 16.0 * 0x1p-24 * kernel * unit;
}

#define NEURBF                                                                                     \
    .architecture = INR_ARCHITECTURE_NEURBF, .activation = "tanh", .width = 9, .noise = 0.3f
#define PLANE NEURBF, .side = 6
#define SPACE NEURBF, .dims = 3, .side = 4
#define SINES .kernel.low = 0.25f, .kernel.high = 6, .kernel.unit_low = 1, .kernel.unit_high = 3

static const struct row {
    const char *what;
    struct vulkan_case_config config;
} rows[] = {
    {"kernels beside a multigrid", {PLANE, SINES, .encoding = INR_ENCODING_MULTIGRID}},
    {"kernels alone", {PLANE, SINES, .kernel.features = 3}},
    {"a kernel of one feature", {PLANE, SINES, .kernel.features = 1, .kernel.neighbours = 2}},
    {"many neighbours", {PLANE, SINES, .kernel.neighbours = 16, .kernel.features = 5}},
    {"fewer kernels than neighbours", {PLANE, SINES, .kernel.kernels = 3}},
    {"on a line", {PLANE, SINES, .dims = 1, .encoding = INR_ENCODING_HASH}},
    {"in space", {SPACE, SINES, .encoding = INR_ENCODING_MULTIGRID}},
    {"hats", {PLANE, SINES, .kernel.form = INR_KERNEL_HAT}},
    {"hats in space",
     {SPACE, SINES, .kernel.form = INR_KERNEL_HAT, .encoding = INR_ENCODING_PLANES}},
    {"shares", {PLANE, .kernel.unit_low = 1, .kernel.unit_high = 3}},
    {"no sines at all", {PLANE, .encoding = INR_ENCODING_GRID}},
    {"units of one frequency, no hidden layer",
     {PLANE, .layers = 0, .kernel.unit_low = 2, .kernel.unit_high = 2}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        vulkan_ref_check(&rows[i].config, NULL, allowed(&rows[i].config), rows[i].what);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_ways_of_adding(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i += 3) {
        struct vulkan_case_config config = rows[i].config;
        vulkan_ref_check(&config, &(struct inr_vk_overrides){.no_float_atomics = true},
                         allowed(&config), rows[i].what);
        config.fixed_point = true;
        vulkan_ref_check(&config, NULL, allowed(&config), rows[i].what);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

static float *gradient_of(const struct vulkan_case *c, const struct inr_device *device,
                          uint32_t *micro)
{
    struct inr_error err = {0};
    struct inr_step_result result;
    float *g = malloc(c->program->n_trainable * sizeof *g);
    assert_non_null(g);
    struct inr_exec *exec = vulkan_case_exec(c, device, NULL);
    for (int again = 0; again < 2; again++) /* the first must leave nothing behind */
        assert_int_equal(inr_exec_gradient(exec, 0, g, &result, &err), INR_OK);
    if (micro)
        *micro = inr_vk_exec_micro_batch(exec);
    inr_exec_destroy(exec);
    return g;
}

/* In micro-batches the same sums, in fixed point the same bytes; the CPU agrees at published
 * frequencies, where a share's rounding becomes a part of 1e-3 of a sine. */
static void test_cuts(void **state)
{
    (void)state;
    struct vulkan_case_config config = {NEURBF,
                                        .encoding = INR_ENCODING_MULTIGRID,
                                        .kernel.kernels = 300,
                                        .kernel.low = 0.125f,
                                        .kernel.high = 4096,
                                        .kernel.unit_low = 10,
                                        .kernel.unit_high = 100,
                                        .fixed_point = true};
    struct vulkan_case c;
    uint32_t micro[2];
    config.side = 60;
    vulkan_case_init(&c, &config);
    const size_t n = c.program->n_table;
    float *at_once = gradient_of(&c, vulkan_case_device(), &micro[0]);
    float *cpu = gradient_of(&c, vulkan_case_cpu(), NULL);
    c.config.memory_limit = 1000000;
    float *cut = gradient_of(&c, vulkan_case_device(), &micro[1]);
    assert_true(micro[0] == 3600 && micro[1] < 3600);
    assert_memory_equal(at_once, cut, n * sizeof *cut);
    assert_true(vulkan_case_difference(at_once, cpu, n) <= 2e-2);
    free(at_once);
    free(cut);
    free(cpu);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_ways_of_adding),
        cmocka_unit_test(test_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
