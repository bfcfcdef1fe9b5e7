/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_grid.c - Table encodings on the Vulkan backend: values and gradients against a
 * reference in double, every way of adding to a table, regularisers, and the sparse optimiser
 * against the CPU's.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/fixed.glsl"
#include "common/grid.glsl"
#include "common/optimizer.glsl"
#include "enc/grid.glsl"
#include "field/architecture.h"
#include "field/encoding.h"
#include "vulkan_ref.h"

/* A coordinate's place among `points` points is off by at most 3 roundings of 2^-24 points, which
 * moves a weight by 1.6 times as much (Keys' kernel; 1.5 is the slope of the smooth step) on each
 * axis, and the value by that times the difference of two entries. Eight covers the roundings of
 * sums and of the backward pass; a product of planes doubles, and so does each layer of tanh. */
static double tolerance(int points, int axes, double network)
{
    return 0x1p-24 * (8.0 + 3.0 * 1.6 * 2.0 * points * axes) * network;
}

struct row {
    const char *what;
    int points; /* of the finest level */
    double network;
    struct vulkan_case_config config;
};

#define SMALL .noise = 0.5f, .width = 7, .activation = "tanh"
#define NONE  SMALL, .architecture = INR_ARCHITECTURE_NONE
#define MLP   2 * 2

static const struct row rows[] = {
    {"line",
     9,
     1,
     {NONE, .encoding = INR_ENCODING_GRID, .dims = 1, .side = 12, .grid.resolution = {9}}},
    {"grid", 6, 1, {NONE, .side = 5, .encoding = INR_ENCODING_GRID}},
    {"grid with one point on an axis",
     6,
     1,
     {NONE, .side = 5, .encoding = INR_ENCODING_GRID, .grid.resolution = {6, 1}}},
    {"grid whose points are the samples",
     7,
     1,
     {NONE, .side = 5, .encoding = INR_ENCODING_GRID, .grid.resolution = {5, 5}, .lattice = 1}},
    {"volume", 7, 1, {NONE, .encoding = INR_ENCODING_GRID, .dims = 3, .side = 4}},
    {"smooth grid",
     6,
     1,
     {NONE, .side = 5, .encoding = INR_ENCODING_GRID, .grid.interpolation = INR_GRID_SMOOTHSTEP}},
    {"cubic line",
     9,
     1,
     {NONE, .encoding = INR_ENCODING_GRID, .dims = 1, .side = 12, .grid.resolution = {9},
      .grid.interpolation = INR_GRID_CUBIC}},
    {"cubic grid",
     6,
     1,
     {NONE, .side = 5, .encoding = INR_ENCODING_GRID, .grid.interpolation = INR_GRID_CUBIC}},
    {"cubic volume",
     5,
     1,
     {NONE, .encoding = INR_ENCODING_GRID, .dims = 3, .side = 4, .channels = 1,
      .grid.resolution = {4, 3, 5}, .grid.interpolation = INR_GRID_CUBIC}},
    {"grid of 6 features and a network",
     6,
     MLP,
     {SMALL, .side = 5, .encoding = INR_ENCODING_GRID, .grid.features = 6}},
    {"multigrid and a network", 8, MLP, {SMALL, .side = 5, .encoding = INR_ENCODING_MULTIGRID}},
    {"sum of a multigrid", 8, 1, {NONE, .side = 5, .encoding = INR_ENCODING_MULTIGRID}},
    {"multigrid of one dimension",
     30,
     1,
     {NONE, .encoding = INR_ENCODING_MULTIGRID, .dims = 1, .side = 40, .grid.finest = 30}},
    {"smooth multigrid of three",
     5,
     MLP,
     {SMALL, .encoding = INR_ENCODING_MULTIGRID, .dims = 3, .side = 4, .grid.levels = 3,
      .grid.base = 2, .grid.finest = 5, .grid.features = 1,
      .grid.interpolation = INR_GRID_SMOOTHSTEP}},
    {"hash and a network", 8, MLP, {SMALL, .side = 5, .encoding = INR_ENCODING_HASH}},
    {"hash in space and a network",
     8,
     MLP,
     {SMALL, .encoding = INR_ENCODING_HASH, .dims = 3, .side = 4}},
    {"sum of a hash",
     40,
     1,
     {NONE, .side = 5, .encoding = INR_ENCODING_HASH, .grid.finest = 40, .grid.interpolation = 1}},
    {"tiled grids and a network", 8, MLP, {SMALL, .side = 5, .encoding = INR_ENCODING_TILED}},
    {"sum of tiled grids in space",
     8,
     1,
     {NONE, .encoding = INR_ENCODING_TILED, .dims = 3, .side = 4}},
    {"planes of one dimension",
     6,
     1,
     {NONE, .side = 5, .encoding = INR_ENCODING_PLANES, .dims = 1}},
    {"planes", 6, 2, {NONE, .side = 5, .encoding = INR_ENCODING_PLANES}},
    {"planes and a network",
     6,
     2 * MLP,
     {SMALL, .side = 5, .encoding = INR_ENCODING_PLANES, .grid.features = 5}},
    {"planes in space", 7, 4, {NONE, .encoding = INR_ENCODING_PLANES, .dims = 3, .side = 4}},
    {"planes in space and a network",
     7,
     4 * MLP,
     {SMALL, .encoding = INR_ENCODING_PLANES, .dims = 3, .side = 4, .grid.features = 2}},
};

static double allowed(const struct row *row)
{
    return tolerance(row->points, row->config.dims ? row->config.dims : 2, row->network);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        vulkan_ref_check(&rows[i].config, NULL, allowed(&rows[i]), rows[i].what);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Devices that do not add floats, fixed point, and regularisers, over a few of the rows. */
static void test_ways_of_adding(void **state)
{
    (void)state;
    static const char *const some[] = {"grid", "cubic line", "hash and a network",
                                       "smooth multigrid of three", "planes in space"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool wanted = false;
        for (size_t k = 0; k < sizeof some / sizeof some[0]; k++)
            wanted = wanted || strcmp(some[k], rows[i].what) == 0;
        if (!wanted)
            continue;
        struct vulkan_case_config config = rows[i].config;
        vulkan_ref_check(&config, &(struct inr_vk_overrides){.no_float_atomics = true},
                         allowed(&rows[i]), rows[i].what);
        config.table_tv = 0.02f;
        config.table_l2 = 0.01f;
        vulkan_ref_check(&config, NULL, allowed(&rows[i]), rows[i].what);
        config.fixed_point = true;
        vulkan_ref_check(&config, NULL, allowed(&rows[i]), rows[i].what);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* On the ends of the domain and beyond them: the value at the border. */
static void test_borders(void **state)
{
    (void)state;
    static const float x[] = {-1.0f, -1.0f, 1.0f, 1.0f,  1.0f, -1.0f, -1.5f, 0.3f,
                              0.1f,  7.0f,  1e9f, -1e9f, 0.2f, 0.4f,  -0.0f, 0.99999994f};
    enum { N = sizeof x / sizeof x[0] / 2, CHANNELS = 3 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vulkan_case c;
        struct inr_error err = {0};
        struct vulkan_case_config config = rows[i].config;
        float found[N * CHANNELS];
        double y[N * CHANNELS], coords[2 * N];
        if (config.dims != 0 || config.architecture != INR_ARCHITECTURE_NONE)
            continue;
        config.eval_only = true;
        vulkan_case_init(&c, &config);
        double *params = malloc(c.program->n_params * sizeof *params);
        assert_non_null(params);
        for (size_t k = 0; k < c.program->n_params; k++)
            params[k] = (double)c.field->params[k];
        for (size_t k = 0; k < 2 * N; k++)
            coords[k] = (double)x[k];
        const struct program_ref_batch batch = {.n = N, .x = coords};
        program_ref_eval(c.program, params, &batch, y);
        struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
        assert_int_equal(inr_exec_eval(exec, x, N, found, &err), INR_OK);
        vulkan_ref_close(found, y, N * CHANNELS, allowed(&rows[i]), "borders", rows[i].what);
        inr_exec_destroy(exec);
        free(params);
        vulkan_case_finish(&c);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

static int64_t whole(inr_fixed x)
{
    return (int64_t)((uint64_t)x.high << 32 | x.low);
}

/* Whole numbers in two words against 64-bit arithmetic. */
static void test_fixed_numbers(void **state)
{
    (void)state;
    static const float special[] = {
        0.0f,           -0.0f,       1.0f,       -1.0f,      0x1p-32f,   0x1p-33f,       -0x1p-33f,
        0x1.8p-32f,     -0x1.8p-32f, 0x1.4p-32f, 0x1p-34f,   0x1.8p-33f, 0x1p-149f,      0x1p29f,
        0x1.fffffep29f, -0x1p-20f,   3.14159f,   -0x1.8p-9f, 0x1p-9f,    -0x1.fffffep28f};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        const inr_fixed x = inr_fixed_from(special[i]);
        assert_true(whole(x) == (int64_t)rint(ldexp((double)special[i], 32)));
    }
    uint64_t random = 9;
    for (int i = 0; i < 100000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const float v = ldexpf((float)(int32_t)(random >> 32), (int)(random % 40) - 48);
        const inr_fixed x = inr_fixed_from(v);
        const double exact = rint(ldexp((double)v, 32));
        assert_true(whole(x) == (int64_t)exact);
        assert_true(fabs((double)inr_fixed_units(x) - exact) <= 0x1p-23 * fabs(exact));
    }
    assert_true(whole(inr_fixed_from(1e30f)) > INT64_C(1) << 61);
    assert_true(whole(inr_fixed_from(-INFINITY)) < -(INT64_C(1) << 61));
}

static float *gradient_of(const struct vulkan_case *c, const struct inr_vk_overrides *overrides,
                          uint32_t *micro)
{
    struct inr_error err = {0};
    float *g = malloc(c->program->n_trainable * sizeof *g);
    assert_non_null(g);
    struct inr_exec *exec = vulkan_case_exec(c, vulkan_case_device(), overrides);
    for (int again = 0; again < 2; again++) /* the first must leave nothing behind */
        assert_int_equal(inr_exec_gradient(exec, 0, g, NULL, &err), INR_OK);
    *micro = inr_vk_exec_micro_batch(exec);
    inr_exec_destroy(exec);
    return g;
}

/* In micro-batches: the same sums; in fixed point the same bytes. */
static void test_cuts(void **state)
{
    (void)state;
    for (int fixed = 0; fixed < 2; fixed++) {
        struct vulkan_case_config config = {NONE, .encoding = INR_ENCODING_HASH,
                                            .fixed_point = fixed != 0};
        struct vulkan_case c;
        uint32_t micro[2];
        config.side = 60;
        vulkan_case_init(&c, &config);
        const size_t n = c.program->n_trainable;
        float *at_once = gradient_of(&c, NULL, &micro[0]);
        c.config.memory_limit = 100000;
        float *cut = gradient_of(&c, NULL, &micro[1]);
        assert_true(micro[0] == 3600 && micro[1] < 1800);
        if (fixed)
            assert_memory_equal(at_once, cut, n * sizeof *cut);
        assert_true(vulkan_case_difference(cut, at_once, n) <= tolerance(8, 2, 1));
        free(at_once);
        free(cut);
        vulkan_case_finish(&c);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* What an exec holds, and room for it. */
struct held {
    float *all;
    size_t n, tables;
    struct inr_state state;
};

static void make_held(const struct vulkan_case *c, struct held *h)
{
    h->n = c->program->n_params;
    h->tables = c->program->n_table;
    h->all = calloc(4 * h->n, sizeof *h->all);
    assert_non_null(h->all);
    h->state = (struct inr_state){
        .params = h->all, .m = h->all + h->n, .v = h->all + 2 * h->n, .counts = h->all + 3 * h->n};
}

/* The sparse optimiser on both backends: few samples a step touch few entries of a fine grid. */
static void test_sparse(void **state)
{
    (void)state;
    static const struct vulkan_case_config configs[] = {
        {NONE, .sparse = true, .encoding = INR_ENCODING_MULTIGRID, .grid.finest = 30},
        {SMALL, .sparse = true, .table_rate = 3.0f, .encoding = INR_ENCODING_HASH,
         .fixed_point = true, .grid.log2 = 8, .grid.finest = 30},
        {NONE, .sparse = true, .encoding = INR_ENCODING_GRID, .grid.resolution = {31, 17},
         .optimizer = INR_OPTIMIZER_ADAMW, .weight_decay = 0.1f},
        {NONE, .sparse = true, .encoding = INR_ENCODING_GRID, .grid.resolution = {31, 17},
         .optimizer = INR_OPTIMIZER_SGD},
        {NONE, .sparse = true, .encoding = INR_ENCODING_GRID, .table_l2 = 0.1f},
    };
    enum { STEPS = 5 };
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        struct vulkan_case c;
        struct inr_error err = {0};
        struct inr_step_result results[STEPS];
        struct held held[2];
        struct vulkan_case_config config = configs[i];
        config.batch_mode = (int)INR_BATCH_RANDOM;
        config.batch = 5;
        config.side = 30;
        vulkan_case_init(&c, &config);
        for (int k = 0; k < 2; k++) {
            make_held(&c, &held[k]);
            struct inr_exec *exec =
                vulkan_case_exec(&c, k ? vulkan_case_device() : vulkan_case_cpu(), NULL);
            vulkan_case_train(&c, exec, 0, STEPS, 1e-3f, results);
            assert_int_equal(inr_exec_get_state(exec, &held[k].state, &err), INR_OK);
            inr_exec_destroy(exec);
        }
        const size_t n = held[0].tables;
        size_t still = 0, most = 0;
        assert_memory_equal(held[0].state.counts, held[1].state.counts, n * sizeof(float));
        for (size_t j = 0; j < n; j++) {
            const float count = held[1].state.counts[j];
            assert_true(count >= 0.0f && count <= (float)STEPS && count == floorf(count));
            if (count == 0.0f)
                assert_true(held[1].state.params[j] == c.field->params[j]);
            still += count == 0.0f;
            most += count == (float)STEPS;
        }
        assert_true(config.table_l2 > 0.0f ? most == n : still > 0 && still < n);
        /* A step of Adam is at most `rate` an entry, of which a gradient's rounding turns the part
         * by which it is off; sums of a few terms here. */
        assert_true(vulkan_case_difference(held[1].all, held[0].all, held[0].n) <= 1e-4);
        free(held[0].all);
        free(held[1].all);
        vulkan_case_finish(&c);
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Stopped and taken up again with its state, a run in fixed point ends with the same bytes. */
static void test_resume(void **state)
{
    (void)state;
    static const struct vulkan_case_config config = {NONE,
                                                     .encoding = INR_ENCODING_HASH,
                                                     .sparse = true,
                                                     .fixed_point = true,
                                                     .table_tv = 0.0f,
                                                     .batch_mode = (int)INR_BATCH_RANDOM,
                                                     .batch = 9};
    struct vulkan_case c;
    struct inr_error err = {0};
    struct inr_step_result results[8];
    struct held held[2];
    vulkan_case_init(&c, &config);
    for (int k = 0; k < 2; k++) {
        make_held(&c, &held[k]);
        struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
        vulkan_case_train(&c, exec, 0, k ? 3 : 8, 1e-2f, results);
        assert_int_equal(inr_exec_get_state(exec, &held[k].state, &err), INR_OK);
        inr_exec_destroy(exec);
        if (k == 0)
            continue;
        exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
        assert_int_equal(inr_exec_set_state(exec, &held[k].state, &err), INR_OK);
        vulkan_case_train(&c, exec, 3, 5, 1e-2f, results);
        assert_int_equal(inr_exec_get_state(exec, &held[k].state, &err), INR_OK);
        /* without counts they start again from zero */
        const struct inr_state bare = {.params = c.field->params};
        float *counts = calloc(c.program->n_table, sizeof *counts);
        assert_non_null(counts);
        assert_int_equal(inr_exec_set_state(exec, &bare, &err), INR_OK);
        struct inr_state out = {.params = c.field->params, .counts = counts};
        assert_int_equal(inr_exec_get_state(exec, &out, &err), INR_OK);
        for (size_t j = 0; j < c.program->n_table; j++)
            assert_true(counts[j] == 0.0f);
        free(counts);
        inr_exec_destroy(exec);
    }
    assert_memory_equal(held[0].all, held[1].all, 4 * held[0].n * sizeof(float));
    free(held[0].all);
    free(held[1].all);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Tables beyond what a device binds at a time, without making any. */
static void test_too_large(void **state)
{
    (void)state;
    struct inr_program program = {.dims = 2, .channels = 1};
    const struct inr_device *device = vulkan_case_device();
    static const bool fixed[] = {false, true};
    for (size_t i = 0; i < 2; i++) {
        const size_t n = (size_t)(device->max_buffer / (fixed[i] ? 8 : 4)) + 1;
        struct inr_error err = {0};
        struct inr_exec *exec = NULL;
        program.n_table = program.n_trainable = program.n_params = n;
        const struct inr_exec_config config = {
            .program = &program, .fixed_point = fixed[i], .batch = 1, .train = true};
        assert_int_equal(inr_exec_create(device, &config, vulkan_case_log(), &exec, &err),
                         INR_ERR_MEMORY);
        assert_null(exec);
        assert_non_null(strstr(err.text, "MiB"));
        assert_non_null(strstr(err.text, fixed[i] ? "fixed-point" : "--device cpu"));
    }
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),    cmocka_unit_test(test_ways_of_adding),
        cmocka_unit_test(test_borders), cmocka_unit_test(test_fixed_numbers),
        cmocka_unit_test(test_cuts),    cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_resume),  cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
