/* SPDX-License-Identifier: MIT
 *
 * test_kernel.c - Adaptive radial basis functions: cells against a search of all centres, features
 * against NumPy, values and gradients of whole fields against a slow reference in double.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "exec/cpu/cpu.h"
#include "exec/cpu/kernels.h"
#include "field/activation.h"
#include "field/architecture.h"
#include "field/cells.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "field/kernels.h"
#include "field/loss.h"
#include "table_case.h"

/* Ways to lay n centres. */
enum laying { EVENLY, CLUSTERED, ON_A_LINE, AT_ONE_PLACE, IN_PAIRS, LAYINGS };

static float *lay(enum laying how, size_t n, int dims)
{
    float *c = malloc(n * (size_t)dims * sizeof *c);
    assert_non_null(c);
    inr_fill_uniform(c, n * (size_t)dims, -1.0f, 1.0f, 11, INR_STREAM_INIT, (uint32_t)how);
    for (size_t i = 0; i < n; i++)
        for (int a = 0; a < dims; a++) {
            float *v = c + i * (size_t)dims + (size_t)a;
            if (how == CLUSTERED && i % 16) /* most of them in a thousandth of the domain */
                *v = 0.3f + 0.01f * *v;
            else if (how == ON_A_LINE && a > 0)
                *v = 0.25f;
            else if (how == AT_ONE_PLACE)
                *v = -0.125f;
            else if (how == IN_PAIRS && i % 2)
                *v = v[-dims];
        }
    return c;
}

static double squares(const float *a, const float *b, const float *metric, int dims)
{
    double sum = 0.0;
    for (int k = 0; k < dims; k++)
        sum += pow(((double)a[k] - (double)b[k]) * (double)metric[k], 2);
    return sum;
}

/* The K-th smallest distance of x from the centres listed, or from all n where list is NULL. */
static double kth(const float *centres, size_t n, const uint32_t *list, const float *x,
                  const float *metric, int dims, int K)
{
    double best[INR_KERNEL_NEAREST_MAX];
    for (int k = 0; k < K; k++)
        best[k] = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double d = squares(centres + (list ? list[i] : i) * (size_t)dims, x, metric, dims);
        for (int k = 0; k < K; k++)
            if (d < best[k]) {
                const double held = best[k];
                best[k] = d;
                d = held;
            }
    }
    return best[K - 1];
}

static void check_cells(enum laying how, size_t n, int dims, int K, const float *metric)
{
    struct inr_cells cells;
    float *centres = lay(how, n, dims);
    float x[INR_MAX_DIMS];
    size_t length = 0, most = 0;
    assert_int_equal(inr_cells_build(&cells, centres, n, dims, metric, K, NULL), INR_OK);
    for (uint32_t i = 0; i < 600; i++) {
        inr_fill_uniform(x, 3, -1.0f, 1.0f, 13, INR_STREAM_INIT, i);
        if (i % 3 == 1) /* near a centre */
            for (int a = 0; a < dims; a++)
                x[a] = fminf(1.0f, centres[i * 7 % n * (size_t)dims + (size_t)a] + 0.003f * x[a]);
        if (i % 3 == 2) /* on the edges of cells, where rounding decides */
            for (int a = 0; a < dims; a++)
                x[a] = rintf(x[a] * 64.0f) / 64.0f;
        const uint32_t *list = inr_cells_find(&cells, x);
        assert_true(list[0] >= (uint32_t)K && list[0] <= n);
        for (uint32_t k = 1; k < list[0]; k++)
            assert_true(list[k] < list[k + 1]);
        const double near = kth(centres, list[0], list + 1, x, metric, dims, K);
        const double all = kth(centres, n, NULL, x, metric, dims, K);
        if (near > all)
            fail_msg("laying %d, %zu centres, %d axes, K %d: the list misses one at %.9g (%.9g)",
                     (int)how, n, dims, K, sqrt(all), sqrt(near));
        length += list[0];
        most = list[0] > most ? list[0] : most;
    }
    /* Lists are what a search costs. A line in space is long as seen from elsewhere, and a cluster
     * is cut no finer than its share of the words allows. */
    const bool odd = dims == 3 && (how == ON_A_LINE || how == CLUSTERED);
    const size_t bound = odd ? n / 4 : 10 * (size_t)K + 60;
    if (n >= 1000 && length > 600 * bound)
        fail_msg("laying %d, %zu centres, %d axes, K %d: %zu candidates on average, %zu at most",
                 (int)how, n, dims, K, length / 600, most);
    assert_true(cells.n_words <= 300 * n + 100);
    inr_cells_free(&cells);
    free(centres);
}

static void test_cells(void **state)
{
    (void)state;
    static const float even[] = {1, 1, 1}, wide[] = {1, 0.1f, 0.02f};
    for (enum laying how = 0; how < LAYINGS; how++)
        for (int dims = 1; dims <= 3; dims++) {
            check_cells(how, 1, dims, 1, even);
            check_cells(how, 5, dims, 5, even);
            check_cells(how, 97, dims, 4, wide);
            check_cells(how, 1200, dims, 1, even);
            check_cells(how, 1200, dims, 4, even);
            check_cells(how, 1200, dims, 16, wide);
        }
}

/* Of centres at one place the least indices come first; the others are in no list. */
static void test_cells_of_one_place(void **state)
{
    (void)state;
    struct inr_cells cells;
    const float even[] = {1, 1, 1}, x[] = {0.5f, 0.1f, 0.0f};
    float *centres = lay(AT_ONE_PLACE, 2000, 2);
    assert_int_equal(inr_cells_build(&cells, centres, 2000, 2, even, 3, NULL), INR_OK);
    const uint32_t *list = inr_cells_find(&cells, x);
    assert_int_equal(list[0], 3);
    for (uint32_t k = 0; k < 3; k++)
        assert_int_equal(list[k + 1], k);
    assert_true(cells.n_words < 20000);
    inr_cells_free(&cells);
    free(centres);
}

/* Points that are not numbers, or far outside, stay inside the tree. */
static void test_cells_of_odd_points(void **state)
{
    (void)state;
    struct inr_cells cells;
    static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 1.0f, -1.0f, 2.5f};
    const float even[] = {1, 1, 1};
    float *centres = lay(EVENLY, 500, 2);
    assert_int_equal(inr_cells_build(&cells, centres, 500, 2, even, 4, NULL), INR_OK);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (size_t j = 0; j < sizeof odd / sizeof odd[0]; j++) {
            const uint32_t *list = inr_cells_find(&cells, (const float[]){odd[i], odd[j], 0});
            assert_true(list > cells.words && list + list[0] < cells.words + cells.n_words);
        }
    inr_cells_free(&cells);
    free(centres);
}

/* A field of kernels and what is special about it. */
struct kind {
    const char *name;
    int dims, kernels, neighbours, features, form, encoding, layers, width;
    float low, high, unit_low, unit_high;
    const char *output; /* activation of the outputs, NULL: none */
};

static const struct kind kinds[] = {
    {"plane", 2, 40, 0, 32, INR_KERNEL_IVQ, INR_ENCODING_MULTIGRID, 1, 20, 0.25f, 6, 1, 4, NULL},
    {"space", 3, 40, 0, 16, INR_KERNEL_IVQ, INR_ENCODING_HASH, 1, 9, 0.25f, 6, 1, 4, NULL},
    {"line", 1, 40, 0, 7, INR_KERNEL_IVQ, INR_ENCODING_PLANES, 2, 9, 0.25f, 6, 1, 4, NULL},
    {"hats", 3, 50, 0, 5, INR_KERNEL_HAT, INR_ENCODING_MULTIGRID, 1, 9, 0.25f, 6, 1, 4, NULL},
    {"hats in a plane", 2, 50, 5, 32, INR_KERNEL_HAT, INR_ENCODING_IDENTITY, 0, 9, 1, 8, 0, 0,
     NULL},
    {"shares", 2, 30, 3, 32, INR_KERNEL_IVQ, INR_ENCODING_GRID, 1, 9, 0, 0, 1, 4, NULL},
    {"no sines", 2, 60, 4, 3, INR_KERNEL_IVQ, INR_ENCODING_IDENTITY, 1, 9, 0, 0, 0, 0, NULL},
    {"more neighbours than kernels", 2, 3, 9, 40, INR_KERNEL_IVQ, INR_ENCODING_IDENTITY, 1, 3, 1, 4,
     2, 2, NULL},
    {"many neighbours", 2, 40, 16, 19, INR_KERNEL_IVQ, INR_ENCODING_TILED, 1, 9, 0.25f, 6, 1, 4,
     NULL},
    {"one kernel", 3, 1, 0, 1, INR_KERNEL_HAT, INR_ENCODING_IDENTITY, 0, 1, 2, 3, 1, 1, NULL},
    {"sine output", 2, 40, 0, 8, INR_KERNEL_IVQ, INR_ENCODING_MULTIGRID, 1, 9, 0.25f, 6, 1, 4,
     "sine"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct inr_field_config config_of(const struct kind *k)
{
    struct inr_field_config config;
    inr_field_default(inr_activation_by_name("tanh")->id, k->dims, 2, &config);
    if (k->output)
        config.output_activation = inr_activation_by_name(k->output)->id;
    config.architecture = INR_ARCHITECTURE_NEURBF;
    config.encoding = k->encoding;
    config.levels = 2;
    config.base_resolution = 3;
    config.level_scale = 2.0f;
    config.log2_table = 5;
    config.plane_resolution = config.volume_resolution = 3;
    for (int a = 0; a < k->dims; a++)
        config.resolution[a] = 12 - 3 * a;
    config.kernels = k->kernels;
    config.neighbours = k->neighbours;
    config.kernel_features = k->features;
    config.kernel = k->form;
    config.kernel_low = k->low;
    config.kernel_high = k->high;
    config.unit_low = k->unit_low;
    config.unit_high = k->unit_high;
    config.width = k->width;
    config.layers = k->layers;
    return config;
}

/* Shapes of many orientations, positive definite. */
static void turn_shapes(struct inr_field *field)
{
    const struct inr_slice *s = inr_field_slice(field, "kernels.shapes");
    float *v = field->params + s->offset, turn[6];
    const int dims = field->config.dims;
    for (uint32_t i = 0; i < (uint32_t)s->rows; i++, v += s->cols) {
        inr_fill_uniform(turn, 6, 0.4f, 1.6f, 17, INR_STREAM_INIT, i);
        if (field->config.kernel == INR_KERNEL_HAT) {
            v[0] *= turn[0];
            continue;
        }
        /* off-diagonals below a half of the least diagonal: dominant, so positive */
        for (int a = 0, k = 0; a < dims; a++)
            for (int b = a; b < dims; b++, k++)
                v[k] = a == b ? v[0] * turn[a] : v[0] * 0.15f * (turn[3 + k % 3] - 1.0f);
    }
}

/* A share is off by a few parts in 10^7, which sines of frequencies up to 8, and then up to 4,
 * multiply: 1e-4 of the largest at worst, 1e-5 mostly. */
static void setup(struct table_case *s, const struct kind *k)
{
    const struct inr_field_config config = config_of(k);
    *s = (struct table_case){.name = k->name, .tolerance = 1e-4};
    table_case_init(s, &config, turn_shapes, 1.0f);
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

/* Training moves the features and leaves centres and shapes where they are. */
static void test_what_learns(void **state)
{
    (void)state;
    struct table_case s;
    struct inr_step_result first, last;
    setup(&s, &kinds[0]);
    struct inr_exec *exec = table_case_exec(&s, (struct inr_exec_config){.threads = 2});
    for (uint32_t i = 0; i < 60; i++) {
        const struct inr_step step = {.index = i,
                                      .rate = 5e-3f,
                                      .correct1 = (float)(1.0 / (1.0 - pow(0.9, i + 1.0))),
                                      .correct2 = (float)(1.0 / (1.0 - pow(0.99, i + 1.0)))};
        assert_int_equal(inr_cpu_backend.train(exec, &step, 1, i ? &last : &first, NULL), INR_OK);
    }
    assert_true(last.loss < 0.5f * first.loss);
    const size_t n = s.field->n_params, t = s.field->n_trainable;
    float *w = malloc(n * sizeof *w);
    struct inr_state held = {.params = w};
    inr_cpu_backend.get_state(exec, &held, NULL);
    assert_memory_equal(w + t, s.field->params + t, (n - t) * sizeof *w);
    assert_true(memcmp(w, s.field->params, s.field->n_table * sizeof *w) != 0);
    free(w);
    inr_cpu_backend.destroy(exec);
    table_case_finish(&s);
}

/* Every instruction set finds the same kernels and composes the same features. */
static void test_instruction_sets(void **state)
{
    (void)state;
    struct inr_cpu_kernels base, best;
    assert_true(inr_cpu_kernels_at(0, &base));
    for (size_t i = 0; i < KINDS; i++) {
        struct table_case s;
        setup(&s, &kinds[i]);
        const struct inr_op *op = &s.program->ops[0];
        const size_t F = (size_t)op->n_out, K = (size_t)op->nearest, n = F * (size_t)op->n_in;
        static float x[INR_MAX_DIMS * 32], share[2][16 * 32], y[2][64 * 32];
        static uint32_t index[2][16 * 32];
        static uint8_t dirty[2][4096];
        float *constants = s.program->constants, *d[2] = {NULL, NULL};
        for (int j = 0; j < 32; j++)
            for (int a = 0; a < kinds[i].dims; a++)
                x[a * 32 + j] = s.coords[j * kinds[i].dims + a];
        for (int set = 1; inr_cpu_kernels_at(set, &best); set++) {
            for (int side = 0; side < 2; side++) {
                d[side] = calloc(op->weight + n, sizeof **d);
                memset(dirty[side], 0, sizeof dirty[side]);
                struct inr_cpu_nearest o = {
                    .words = s.program->words + op->cells,
                    .depth = op->cell_depth,
                    .metric = op->metric,
                    .centres = s.field->params + op->centre,
                    .shapes = s.field->params + op->kernel_shape,
                    .features = s.field->params + op->weight,
                    .m = op->constants == INR_NONE ? NULL : constants + op->constants,
                    .index = index[side],
                    .share = share[side],
                    .y = y[side],
                    .table = op->weight,
                    .d_table = d[side],
                    .dirty = dirty[side],
                    .n_features = op->n_out,
                    .nearest = op->nearest,
                    .form = op->form,
                    .dims = kinds[i].dims,
                    .n = 32,
                    .ld = 32};
                for (int a = 0; a < o.dims; a++) {
                    o.x[a] = x + a * 32;
                    o.bits[a] = op->cell_bits[a];
                }
                (side ? best : base).nearest(&o);
                (side ? best : base).nearest_back(&o);
            }
            assert_memory_equal(index[0], index[1], K * 32 * sizeof **index);
            assert_memory_equal(dirty[0], dirty[1], sizeof dirty[0]);
            for (size_t j = 0; j < F * 32; j++) /* shares round to 1e-7, frequencies reach 8 */
                assert_true(fabs((double)(y[0][j] - y[1][j])) < 2e-5);
            for (size_t j = 0; j < op->weight + n; j++)
                assert_true(fabs((double)(d[0][j] - d[1][j])) < 1e-4);
            free(d[0]);
            free(d[1]);
        }
        table_case_finish(&s);
    }
}

static size_t read_line(FILE *file, const char *key, float *out, size_t most)
{
    char word[32];
    size_t n = 0;
    assert_int_equal(fscanf(file, "%31s", word), 1);
    assert_string_equal(word, key);
    while (n < most && fscanf(file, "%f", out + n) == 1)
        n++;
    return n;
}

static void fill_slice(FILE *file, struct inr_field *field, const char *key, const char *name)
{
    const struct inr_slice *s = inr_field_slice(field, name);
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    assert_int_equal(read_line(file, key, field->params + s->offset, n), n);
}

/* The features alone, as the output of a program. */
static void check_golden(FILE *file)
{
    struct kind k = {.kernels = 24, .width = 5, .encoding = INR_ENCODING_IDENTITY};
    struct table_case s = {0};
    struct inr_error err = {0};
    char name[32];
    float metric[INR_MAX_DIMS], y[16], got[16], x[INR_MAX_DIMS];
    assert_int_equal(fscanf(file, " case %31s %d %d %d %d %f %f", name, &k.dims, &k.form,
                            &k.neighbours, &k.features, &k.low, &k.high),
                     7);
    struct inr_field_config config = config_of(&k);
    config.channels = k.features;
    for (int a = 0; a < k.dims; a++)
        config.resolution[a] = 4 - a; /* metric 1, 3/4, 1/2 */
    assert_int_equal(inr_field_create(&config, 1, &s.field, &err), INR_OK);
    assert_int_equal(read_line(file, "metric", metric, (size_t)k.dims), k.dims);
    fill_slice(file, s.field, "centres", "kernels.centres");
    fill_slice(file, s.field, "shapes", "kernels.shapes");
    fill_slice(file, s.field, "table", "kernels.features");
    assert_int_equal(inr_program_create(s.field, NULL, &s.program, &err), INR_OK);
    assert_memory_equal(s.program->ops[0].metric, metric, (size_t)k.dims * sizeof *metric);
    s.program->n_ops = 1;
    s.program->output = s.program->ops[0].out;
    s.pool = (struct inr_pool){.dims = k.dims,
                               .channels = k.features,
                               .coords = x,
                               .values = y,
                               .depth = INR_DEPTH_F32,
                               .count = 1,
                               .scale = 1.0f};
    struct inr_exec *exec = table_case_exec(&s, (struct inr_exec_config){.threads = 1});
    const size_t F = (size_t)k.features;
    for (int point = 0; point < 8; point++) {
        double expected[16];
        assert_int_equal(read_line(file, "x", x, (size_t)k.dims), k.dims);
        assert_int_equal(read_line(file, "y", y, F), F);
        for (size_t f = 0; f < F; f++)
            expected[f] = (double)y[f];
        inr_cpu_backend.eval(exec, x, 1, got, NULL);
        table_case_close(name, "feature", expected, got, F, k.high > 32.0f ? 2e-5 : 5e-6);
    }
    inr_cpu_backend.destroy(exec);
    table_case_finish(&s);
}

static void test_golden(void **state)
{
    (void)state;
    FILE *file = fopen(INR_TEST_DIR "/golden/kernels.txt", "r");
    assert_non_null(file);
    for (int i = 0; i < 5; i++)
        check_golden(file);
    fclose(file);
}

/* Each setting that cannot be is refused with a sentence that names it. */
static void test_refusals(void **state)
{
    (void)state;
    const struct {
        const char *what;
        size_t at;
        int value;
    } whole[] = {
        {"kernels", offsetof(struct inr_field_config, kernels), 0},
        {"kernels", offsetof(struct inr_field_config, kernels), 1 << 23},
        {"neighbours", offsetof(struct inr_field_config, neighbours), 17},
        {"kernel-features", offsetof(struct inr_field_config, kernel_features), 0},
        {"kernel id", offsetof(struct inr_field_config, kernel), 7},
        {"encoding", offsetof(struct inr_field_config, encoding), INR_ENCODING_CHEBYSHEV},
    };
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        struct inr_field_config config = config_of(&kinds[0]);
        struct inr_error err = {0};
        config.n_frequencies = 4;
        memcpy((char *)&config + whole[i].at, &whole[i].value, sizeof whole[i].value);
        assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
        assert_non_null(strstr(err.text, whole[i].what));
    }
    static const float ranges[][2] = {{0, 4}, {4, 0}, {3, 2}, {-1, 2}, {1, INFINITY}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct inr_field_config config = config_of(&kinds[0]);
        struct inr_error err = {0};
        config.kernel_low = ranges[i][0];
        config.kernel_high = ranges[i][1];
        assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
        assert_non_null(strstr(err.text, "kernel-low"));
    }
}

/* One kernel for 24 samples; signals too small for that get one a sample. */
static void test_count_follows_the_signal(void **state)
{
    (void)state;
    static const struct {
        uint32_t shape[3];
        int kernels;
    } cases[] = {{{768, 512, 1}, 16384},
                 {{40, 40, 1}, 66},
                 {{16, 16, 1}, 64},
                 {{3, 2, 1}, 6},
                 {{1, 1, 1}, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inr_field_config config = config_of(&kinds[0]);
        config.kernels = 0;
        inr_field_take_shape(&config, cases[i].shape);
        assert_int_equal(config.kernels, cases[i].kernels);
        config.kernels = 77;
        inr_field_take_shape(&config, cases[i].shape);
        assert_int_equal(config.kernels, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_cells_of_one_place),
        cmocka_unit_test(test_cells_of_odd_points),
        cmocka_unit_test(test_values_and_gradients),
        cmocka_unit_test(test_what_learns),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_count_follows_the_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
