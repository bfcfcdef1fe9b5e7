/* SPDX-License-Identifier: MIT
 *
 * test_grid.c - Table encodings: the rules of indices and levels, values and gradients against a
 * slow reference in double, regularisers, sparse updates, exact sums.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "exec/cpu/cpu.h"
#include "exec/cpu/kernels.h"
#include "field/activation.h"
#include "field/encoding.h"
#include "field/grid.h"
#include "field/init.h"
#include "field/loss.h"
#include "table_case.h"

#include "common/grid.glsl"
#include "enc/grid.glsl"
#include "enc/variation.glsl"

/* A table encoding and what stands behind it. */
struct kind {
    const char *name;
    int encoding, dims, features, interpolation, levels;
    int resolution; /* of every axis, growing by one from axis to axis */
    int log2_table;
    bool network;
    const char *output; /* activation of the outputs, NULL: none */
};

static const struct kind kinds[] = {
    {"grid 1-D", INR_ENCODING_GRID, 1, 0, INR_GRID_LINEAR, 1, 9, 0, false, NULL},
    {"grid 2-D", INR_ENCODING_GRID, 2, 0, INR_GRID_LINEAR, 1, 7, 0, false, NULL},
    {"grid of one point", INR_ENCODING_GRID, 2, 0, INR_GRID_LINEAR, 1, 1, 0, false, NULL},
    {"cubic grid of one point", INR_ENCODING_GRID, 2, 0, INR_GRID_CUBIC, 1, 1, 0, false, NULL},
    {"cubic 1-D", INR_ENCODING_GRID, 1, 0, INR_GRID_CUBIC, 1, 6, 0, false, NULL},
    {"cubic 2-D", INR_ENCODING_GRID, 2, 0, INR_GRID_CUBIC, 1, 8, 0, false, NULL},
    {"cubic 3-D", INR_ENCODING_GRID, 3, 5, INR_GRID_CUBIC, 1, 4, 0, true, NULL},
    {"smooth 3-D", INR_ENCODING_GRID, 3, 19, INR_GRID_SMOOTHSTEP, 1, 4, 0, true, NULL},
    {"multigrid", INR_ENCODING_MULTIGRID, 2, 2, INR_GRID_LINEAR, 4, 0, 0, true, NULL},
    {"multigrid, summed", INR_ENCODING_MULTIGRID, 2, 0, INR_GRID_SMOOTHSTEP, 3, 0, 0, false, NULL},
    {"hash 1-D", INR_ENCODING_HASH, 1, 4, INR_GRID_LINEAR, 4, 0, 3, true, NULL},
    {"hash 2-D", INR_ENCODING_HASH, 2, 2, INR_GRID_LINEAR, 5, 0, 6, true, NULL},
    {"hash 3-D", INR_ENCODING_HASH, 3, 1, INR_GRID_SMOOTHSTEP, 4, 0, 7, true, NULL},
    {"tiled", INR_ENCODING_TILED, 2, 3, INR_GRID_LINEAR, 4, 0, 5, true, NULL},
    {"planes 1-D", INR_ENCODING_PLANES, 1, 3, INR_GRID_LINEAR, 1, 6, 0, true, NULL},
    {"planes 2-D", INR_ENCODING_PLANES, 2, 4, INR_GRID_LINEAR, 1, 6, 0, true, NULL},
    {"planes 3-D", INR_ENCODING_PLANES, 3, 6, INR_GRID_LINEAR, 1, 5, 0, true, NULL},
    {"planes without a network", INR_ENCODING_PLANES, 2, 0, INR_GRID_CUBIC, 1, 6, 0, false, NULL},
    {"grid, sigmoid", INR_ENCODING_GRID, 2, 0, INR_GRID_LINEAR, 1, 7, 0, false, "sigmoid"},
    {"hash, tanh", INR_ENCODING_HASH, 2, 2, INR_GRID_LINEAR, 4, 0, 6, true, "tanh"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct inr_field_config config_of(const struct kind *k)
{
    struct inr_field_config config;
    inr_field_default(inr_activation_by_name("tanh")->id, k->dims, 2, &config);
    config.architecture = k->network ? 0 : 4;
    if (k->output)
        config.output_activation = inr_activation_by_name(k->output)->id;
    config.encoding = k->encoding;
    config.features = k->features;
    config.interpolation = k->interpolation;
    config.levels = k->levels;
    config.base_resolution = 2;
    config.level_scale = 1.6f;
    config.log2_table = k->log2_table ? k->log2_table : 19;
    for (int i = 0; i < k->dims; i++)
        config.resolution[i] = k->resolution + (k->resolution > 1 ? i : 0);
    config.plane_resolution = 3;
    config.volume_resolution = 3;
    config.width = 5;
    config.layers = 1;
    return config;
}

/* Some hundred float operations meet in an entry: 2e-5 of the largest. */
static void setup(struct table_case *s, const struct kind *k)
{
    const struct inr_field_config config = config_of(k);
    *s = (struct table_case){.name = k->name, .tolerance = 2e-5};
    table_case_init(s, &config, NULL, 1.05f);
}

static void test_values_and_gradients(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct table_case s;
        setup(&s, &kinds[i]);
        table_case_check(&s);
        table_case_finish(&s);
    }
}

/* The regularisers of one grid of n[0] x n[1] x n[2] points and F features, in double. */
static double regularisers(const double *w, const int *n, int dims, int F, double tv, double l2)
{
    double sum = 0, squares = 0;
    const int all = n[0] * n[1] * n[2] * F, pitch[3] = {F, F * n[0], F * n[0] * n[1]};
    int cells = 0;
    for (int i = 0; i < all; i++) {
        squares += w[i] * w[i];
        double steps = 0;
        bool inside = true;
        for (int a = 0; a < dims; a++) {
            const bool last = i / pitch[a] % n[a] == n[a] - 1;
            inside = inside && !last;
            steps += last ? 0.0 : pow(w[i + pitch[a]] - w[i], 2);
        }
        sum += inside ? sqrt(fmax(steps, 1e-6)) : 0.0;
        cells += inside;
    }
    return tv * sum / (cells ? cells : 1) + 0.5 * l2 * squares;
}

static void test_regularisers(void **state)
{
    (void)state;
    const double tv = 0.37, l2 = 0.011, h = 1e-6;
    for (size_t i = 0; i < KINDS; i++) {
        struct table_case s;
        if (kinds[i].encoding != INR_ENCODING_GRID)
            continue;
        setup(&s, &kinds[i]);
        const size_t n = s.program->n_trainable;
        const int *sides = s.field->config.resolution, dims = kinds[i].dims;
        const int side[3] = {sides[0], dims > 1 ? sides[1] : 1, dims > 2 ? sides[2] : 1};
        const int F = inr_grid_features(&s.field->config);
        double *expected = malloc(n * sizeof *expected);
        program_ref_gradient(s.program, s.params, &s.batch, expected);
        for (size_t p = 0; p < s.program->n_table; p++) {
            const double held = s.params[p];
            s.params[p] = held + h;
            double slope = regularisers(s.params, side, dims, F, tv, l2);
            s.params[p] = held - h;
            slope -= regularisers(s.params, side, dims, F, tv, l2);
            s.params[p] = held;
            expected[p] += slope / (2 * h);
        }
        table_case_gradient(
            &s, "regularised gradient",
            (struct inr_exec_config){.threads = 2, .table_tv = (float)tv, .table_l2 = (float)l2},
            expected);
        free(expected);
        table_case_finish(&s);
    }
}

static void train(struct inr_exec *exec, uint32_t n)
{
    struct inr_step_result result;
    for (uint32_t i = 0; i < n; i++) {
        const struct inr_step step = {.index = i,
                                      .rate = 1e-2f,
                                      .correct1 = (float)(1.0 / (1.0 - pow(0.9, i + 1.0))),
                                      .correct2 = (float)(1.0 / (1.0 - pow(0.99, i + 1.0)))};
        assert_int_equal(inr_cpu_backend.train(exec, &step, 1, &result, NULL), INR_OK);
        assert_true(isfinite(result.loss));
    }
}

/* Three steps of a sparse optimiser, from the gradients of each: scalars whose gradient is 0 keep
 * everything, the others take Adam's step with their own count. */
static void check_sparse(const struct kind *k)
{
    struct table_case s;
    setup(&s, k);
    const size_t n = s.program->n_trainable, t = s.program->n_table;
    struct inr_exec *exec = table_case_exec(
        &s, (struct inr_exec_config){
                .threads = 2, .optimizer = {.sparse = true}, .batch_mode = 1, .batch = 3});
    float *g = calloc(n, sizeof *g), *w = calloc(s.program->n_params, sizeof *w);
    float *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v), *c = calloc(t, sizeof *c);
    double *ew = calloc(t, sizeof *ew), *em = calloc(t, sizeof *em), *ev = calloc(t, sizeof *ev);
    size_t still = 0, *count = calloc(t, sizeof *count);
    for (size_t i = 0; i < t; i++)
        ew[i] = (double)s.field->params[i];
    for (uint32_t step = 0; step < 3; step++) {
        struct inr_step_result result;
        assert_int_equal(inr_cpu_backend.gradient(exec, step, g, &result, NULL), INR_OK);
        const struct inr_step row = {
            .index = step, .rate = 1e-2f, .correct1 = 1.0f, .correct2 = 1.0f};
        assert_int_equal(inr_cpu_backend.train(exec, &row, 1, &result, NULL), INR_OK);
        for (size_t i = 0; i < t; i++) {
            if (g[i] == 0.0f)
                continue;
            const double d = (double)g[i], r = (double)++count[i];
            em[i] = 0.9 * em[i] + 0.1 * d;
            ev[i] = 0.99 * ev[i] + 0.01 * d * d;
            ew[i] -=
                1e-2 * (em[i] / (1 - pow(0.9, r))) / (sqrt(ev[i] / (1 - pow(0.99, r))) + 1e-15);
        }
    }
    struct inr_state held = {.params = w, .m = m, .v = v, .counts = c};
    assert_int_equal(inr_cpu_backend.get_state(exec, &held, NULL), INR_OK);
    for (size_t i = 0; i < t; i++) {
        still += count[i] == 0;
        assert_true(c[i] == (float)count[i]);
        assert_true(count[i] > 0 || (w[i] == s.field->params[i] && m[i] == 0.0f && v[i] == 0.0f));
    }
    assert_true(still > 0 && still < t);
    table_case_close(k->name, "sparse parameter", ew, w, t, s.tolerance);
    inr_cpu_backend.destroy(exec);
    free(g), free(w), free(m), free(v), free(c), free(ew), free(em), free(ev), free(count);
    table_case_finish(&s);
}

static void test_sparse(void **state)
{
    (void)state;
    check_sparse(&kinds[1]);
    check_sparse(&kinds[6]);
    check_sparse(&kinds[11]);
}

/* With whole numbers the tables do not depend on the number of threads. */
static void test_fixed_point_is_exact(void **state)
{
    (void)state;
    struct table_case s;
    setup(&s, &kinds[1]); /* no network: nothing else is summed */
    float first[512], other[512];
    assert_true(s.program->n_params <= 512);
    for (int threads = 1; threads <= 4; threads++) {
        struct inr_exec *exec =
            table_case_exec(&s, (struct inr_exec_config){.threads = threads, .fixed_point = true});
        struct inr_state state_of = {.params = threads == 1 ? first : other};
        train(exec, 5);
        inr_cpu_backend.get_state(exec, &state_of, NULL);
        inr_cpu_backend.destroy(exec);
        if (threads > 1)
            assert_memory_equal(first, other, s.program->n_params * sizeof *first);
    }
    table_case_finish(&s);
}

/* Every instruction set does the same as the baseline. */
static void test_instruction_sets(void **state)
{
    (void)state;
    struct inr_cpu_kernels base, best;
    assert_true(inr_cpu_kernels_at(0, &base));
    for (size_t i = 0; i < KINDS; i++) {
        struct table_case s;
        setup(&s, &kinds[i]);
        const struct inr_op *op = &s.program->ops[0];
        const size_t values = (size_t)op->n_out * 32, t = s.program->n_table;
        static float x[INR_MAX_DIMS * 32];
        static uint8_t dirty[2][4096];
        float *y[2] = {calloc(values, sizeof(float)), calloc(values, sizeof(float))};
        float *d[2] = {calloc(t, sizeof(float)), calloc(t, sizeof(float))};
        for (int j = 0; j < 32; j++)
            for (int a = 0; a < kinds[i].dims; a++)
                x[a * 32 + j] = s.coords[j * kinds[i].dims + a];
        memset(dirty, 0, sizeof dirty);
        for (int index = 1; inr_cpu_kernels_at(index, &best); index++) {
            for (int side = 0; side < 2; side++) {
                struct inr_cpu_grid g = {.levels = s.program->levels + op->level,
                                         .n_levels = op->levels,
                                         .params = s.field->params,
                                         .y = y[side],
                                         .d_table = d[side],
                                         .dirty = dirty[side],
                                         .n_axes = op->n_axes,
                                         .features = op->features,
                                         .interpolation = op->interpolation,
                                         .sum = op->sum,
                                         .n = 32,
                                         .ld = 32};
                for (int a = 0; a < op->n_axes; a++)
                    g.x[a] = x + op->axes[a] * 32;
                memset(d[side], 0, t * sizeof(float));
                (side ? best : base).grid(&g);
                (side ? best : base).grid_back(&g);
            }
            for (size_t j = 0; j < values; j++) /* corners round alike, up to fused products */
                assert_true(fabs((double)(y[0][j] - y[1][j])) < 4e-6);
            for (size_t j = 0; j < t; j++)
                assert_true(fabs((double)(d[0][j] - d[1][j])) < 2e-5);
            assert_memory_equal(dirty[0], dirty[1], sizeof dirty[0]);
        }
        free(y[0]), free(y[1]), free(d[0]), free(d[1]);
        table_case_finish(&s);
    }
}

/* Levels and hashes that instant-ngp's own rules give. */
static void test_conformance(void **state)
{
    (void)state;
    static const struct {
        float scale;
        uint32_t points, entries;
    } rows[] = {{15, 16, 256}, {23, 24, 576}, {35, 36, 1296}, {53, 54, 2920}};
    struct inr_field_config config;
    struct inr_grid_table table[INR_GRID_TABLES_MAX];
    inr_field_default(0, 2, 3, &config);
    config.encoding = INR_ENCODING_HASH;
    config.level_scale = 1.5f;
    assert_int_equal(inr_grid_tables(&config, table), 1);
    for (int l = 0; l < 4; l++) {
        const inr_grid_level *level = &table[0].levels[l];
        assert_true(level->scale0 == rows[l].scale && level->shift == 0.5f);
        assert_int_equal(level->points0, rows[l].points);
        assert_int_equal(level->entries, rows[l].entries);
        assert_int_equal(level->kind, INR_GRID_DENSE);
    }
    assert_int_equal(enc_grid_entry(INR_GRID_HASH, 1u << 31, 0, 0, 1, 1, 0),
                     2654435760u & 0x7fffffffu);
    assert_int_equal(enc_grid_entry(INR_GRID_HASH, 1u << 31, 0, 0, 2, 3, 0),
                     3668339985u & 0x7fffffffu);
    /* x = 0 of [0,1] is cell 0, half way; x = 1 at level 0 is cell 15, whose upper corner wraps. */
    const inr_grid_cell low = enc_grid_cell(-1.0f, 15.0f, 0.5f, 1000);
    const inr_grid_cell high = enc_grid_cell(1.0f, 15.0f, 0.5f, 1000);
    assert_true(low.at == 0 && low.t == 0.5f && high.at == 15 && high.t == 0.5f);
    assert_int_equal(enc_grid_entry(INR_GRID_DENSE, 256, 16, 256, 16, 16, 0), 16);
    /* A level is hashed when its points do not fit: 2^log2 entries, a power of two. */
    config.log2_table = 10;
    inr_grid_tables(&config, table);
    assert_int_equal(table[0].levels[1].kind, INR_GRID_DENSE);
    assert_int_equal(table[0].levels[2].kind, INR_GRID_HASH);
    assert_int_equal(table[0].levels[2].entries, 1024);
    /* base and finest resolution are those of the first and the last level */
    config.level_scale = 0.0f;
    config.finest_resolution = 384;
    inr_grid_tables(&config, table);
    assert_int_equal(table[0].levels[0].points0, 16);
    assert_int_equal(table[0].levels[15].points0, 384);
    /* the benchmark's hash grid: 0.87 M parameters with a 64 x 2 network on RGB */
    struct inr_field *field = NULL;
    config.activation = inr_activation_by_name("relu")->id;
    config.init = INR_INIT_XAVIER;
    config.log2_table = 24;
    config.width = 64;
    config.layers = 1;
    assert_int_equal(inr_field_create(&config, 1, &field, NULL), INR_OK);
    assert_true(field->n_trainable > 850000 && field->n_trainable < 880000);
    inr_field_free(field);
}

/* True counts that the study's budgets give (Kim and Fridovich-Keil 2025). */
static void test_counts(void **state)
{
    (void)state;
    static const struct {
        int dims, channels, features, lines[3], count;
    } rows[] = {{2, 1, 8, {550, 550, 0}, 0},         {2, 1, 12, {1000, 1000, 0}, 28969},
                {2, 1, 41, {1001, 1001, 0}, 100246}, {2, 3, 23, {510, 339, 0}, 29351},
                {3, 1, 18, {100, 100, 100}, 29611},  {3, 1, 59, {146, 104, 66}, 100419}};
    for (size_t i = 1; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_field_config config;
        struct inr_field *field = NULL;
        inr_field_default(inr_activation_by_name("relu")->id, rows[i].dims, rows[i].channels,
                          &config);
        config.encoding = INR_ENCODING_PLANES;
        config.width = rows[i].features;
        config.layers = 0;
        memcpy(config.resolution, rows[i].lines, sizeof config.resolution);
        assert_int_equal(inr_field_create(&config, 1, &field, NULL), INR_OK);
        assert_int_equal(field->n_trainable, rows[i].count);
        inr_field_free(field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conformance),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_values_and_gradients),
        cmocka_unit_test(test_regularisers),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_fixed_point_is_exact),
        cmocka_unit_test(test_instruction_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
