/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_ops.c - Every op and map that programs are made of, on the Vulkan backend: values and
 * gradients against a reference in double, and the ways of cutting work that must not change them.
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
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/reparam.h"
#include "vulkan_case.h"
#include "vulkan_ref.h"

/* A rounding of a slot, 2^-24 of its size, changes what follows by `gain` times as much: omega of
 * the sine, degree^2 of a Chebyshev polynomial, the highest frequency of an encoding, four for
 * rational units; a product of two slots or a norm doubles it. Every layer adds as much, and eight
 * covers the rounding of sums and of the backward pass. Relative to the largest value, or entry of
 * the tensor. */
static double tolerance(const struct vulkan_case_config *config, double gain)
{
    return 8.0 * 0x1p-24 * gain * ((config->layers ? config->layers : 1) + 1);
}

struct row {
    const char *what;
    double gain;
    bool cut; /* in test_cuts, too: one row of each kind */
    struct vulkan_case_config config;
};

#define SINE .activation = "sine", .constants = {10}
#define MILD .width = 12, .side = 7, .noise = 0.1f

static const struct row rows[] = {
    {"chebyshev encoding",
     36,
     false,
     {SINE, MILD, .encoding = INR_ENCODING_CHEBYSHEV, .n_frequencies = 6}},
    {"octaves with the input",
     40,
     false,
     {SINE, MILD, .encoding = INR_ENCODING_OCTAVES, .n_frequencies = 3, .include_input = true}},
    {"fourier features",
     40,
     false,
     {SINE, MILD, .encoding = INR_ENCODING_FOURIER, .n_frequencies = 5}},
    {"rational units", 4, false, {.activation = "paon", MILD, .layers = 2}},
    {"rational units with a scaling field", 4, false, {.activation = "paon", MILD, .scaling = 3}},
    {"sl2a of full rank",
     72,
     false,
     {SINE, MILD, .architecture = INR_ARCHITECTURE_SL2A, .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 6, .layers = 2}},
    {"sl2a of rank 3",
     72,
     false,
     {SINE, MILD, .architecture = INR_ARCHITECTURE_SL2A, .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 6, .layers = 2, .rank = 3}},
    {"sl2a on a grid",
     72,
     true,
     {SINE, MILD, .architecture = INR_ARCHITECTURE_SL2A, .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 6, .rank = 3, .on_grid = true}},
    {"sl2a on a volume with corners",
     72,
     false,
     {SINE, .architecture = INR_ARCHITECTURE_SL2A, .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 4, .dims = 3, .side = 4, .width = 9, .noise = 0.1f, .lattice = true,
      .on_grid = true}},
    {"sl2a of identity",
     10,
     false,
     {.activation = "relu", MILD, .architecture = INR_ARCHITECTURE_SL2A, .rank = 2}},
    {"fourier net",
     20,
     false,
     {SINE, MILD, .architecture = INR_ARCHITECTURE_FOURIER_NET, .layers = 2}},
    {"fourier net that learns its constants",
     60,
     false,
     {.activation = "incode",
      .learn_constants = true,
      MILD,
      .architecture = INR_ARCHITECTURE_FOURIER_NET}},
    {"gabor net", 20, true, {SINE, MILD, .architecture = INR_ARCHITECTURE_GABOR_NET, .layers = 2}},
    {"gabor net of three dimensions",
     40,
     false,
     {SINE, .width = 6, .side = 4, .dims = 3, .architecture = INR_ARCHITECTURE_GABOR_NET}},
    {"gabor net of one dimension",
     40,
     false,
     {SINE, .width = 6, .side = 40, .dims = 1, .architecture = INR_ARCHITECTURE_GABOR_NET}},
    {"scaling field", 10, false, {SINE, MILD, .scaling = 4}},
    {"scaling field of a complex network",
     20,
     true,
     {.activation = "wire", .constants = {10, 5}, MILD, .scaling = 3}},
    {"fourier reparameterisation",
     20,
     true,
     {SINE, MILD, .layers = 2, .reparam = INR_REPARAM_FOURIER}},
    {"dct reparameterisation", 20, false, {SINE, MILD, .layers = 2, .reparam = INR_REPARAM_DCT}},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        vulkan_ref_check(&rows[i].config, NULL, tolerance(&rows[i].config, rows[i].gain),
                         rows[i].what);
    assert_int_equal(vulkan_case_messages(), 0);
}

static float *gradient_of(const struct vulkan_case *c, const struct inr_vk_overrides *overrides,
                          uint32_t *micro)
{
    struct inr_error err = {0};
    float *g = malloc(c->program->n_trainable * sizeof *g);
    assert_non_null(g);
    struct inr_exec *exec = vulkan_case_exec(c, vulkan_case_device(), overrides);
    assert_int_equal(inr_exec_gradient(exec, 0, g, NULL, &err), INR_OK);
    *micro = inr_vk_exec_micro_batch(exec);
    inr_exec_destroy(exec);
    return g;
}

/* The least memory that the case trains in, to within a quarter. What a plan counts before it is
 * made must be what it takes then: it never fails half-way. */
static uint64_t least_memory(const struct vulkan_case *c, const char *what)
{
    for (uint64_t limit = 32768; limit < 64u << 20; limit += limit / 4) {
        struct inr_error err = {0};
        struct inr_exec *exec = NULL;
        const struct inr_exec_config config = {
            .program = c->program, .batch = c->config.batch, .memory_limit = limit, .train = true};
        enum inr_status status =
            inr_exec_create(vulkan_case_device(), &config, vulkan_case_log(), &exec, &err);
        const bool made = status == INR_OK;
        if (made)
            status = inr_exec_set_pool(exec, &c->pool, &err);
        inr_exec_destroy(exec);
        if (status == INR_OK)
            return limit;
        if (made && !strstr(err.text, "at least") && !strstr(err.text, "signal's values"))
            fail_msg("%s with %llu bytes: %s", what, (unsigned long long)limit, err.text);
    }
    fail_msg("%s does not train in 64 MiB", what);
    return 0;
}

/* Several micro-batches and other tiles give the same gradient but for the order of sums; the same
 * way twice gives the same bytes. */
static void check_cuts(const struct row *row)
{
    struct vulkan_case_config config = row->config;
    struct vulkan_case c;
    uint32_t micro[4];
    config.side = config.dims == 3 ? 6 : config.dims == 1 ? 300 : 19;
    vulkan_case_init(&c, &config);
    const size_t n = c.program->n_trainable;
    const double allowed = tolerance(&c.config, row->gain);
    float *whole = gradient_of(&c, NULL, &micro[0]);
    float *again = gradient_of(&c, NULL, &micro[1]);
    float *gpu = gradient_of(&c, &(struct inr_vk_overrides){.gpu_tiles = true}, &micro[2]);
    assert_memory_equal(whole, again, n * sizeof *whole);
    assert_true(vulkan_case_difference(gpu, whole, n) <= allowed);
    c.config.memory_limit = least_memory(&c, row->what);
    float *cut = gradient_of(&c, NULL, &micro[3]);
    assert_true(micro[3] < micro[0]);
    const double error = vulkan_case_difference(cut, whole, n);
    if (!(error <= allowed))
        fail_msg("%s in micro-batches of %u differs by %.2e", row->what, micro[3], error);
    free(whole);
    free(again);
    free(gpu);
    free(cut);
    vulkan_case_finish(&c);
}

static void test_cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].cut)
            check_cuts(&rows[i]);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* On its grid a field is the same function whether its first layer is looked up or computed. */
static void test_lookup_is_direct(void **state)
{
    (void)state;
    for (int lattice = 0; lattice < 2; lattice++) {
        struct vulkan_case_config config = {SINE,
                                            .architecture = INR_ARCHITECTURE_SL2A,
                                            .encoding = INR_ENCODING_CHEBYSHEV,
                                            .n_frequencies = 8,
                                            .rank = 4,
                                            .noise = 0.1f,
                                            .lattice = lattice != 0,
                                            .batch_mode = (int)INR_BATCH_RANDOM,
                                            .batch = 100};
        struct vulkan_case c[2];
        float *g[2];
        uint32_t micro;
        for (int k = 0; k < 2; k++) {
            config.on_grid = k == 1;
            vulkan_case_init(&c[k], &config);
            g[k] = gradient_of(&c[k], NULL, &micro);
        }
        assert_int_equal(c[0].program->ops[0].kind, INR_OP_CHEBYSHEV);
        assert_int_equal(c[1].program->ops[0].kind, INR_OP_LOOKUP);
        const double allowed = tolerance(&c[0].config, 72.0);
        assert_true(vulkan_case_difference(g[1], g[0], c[0].program->n_trainable) <= allowed);
        for (int k = 0; k < 2; k++) {
            free(g[k]);
            vulkan_case_finish(&c[k]);
        }
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_lookup_is_direct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
