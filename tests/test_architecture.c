/* SPDX-License-Identifier: MIT
 *
 * test_architecture.c - Every architecture on the CPU backend: values and gradients against the
 * slow reference, looked-up layers against computed ones, and the promises about threads and tiles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu_case.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/reparam.h"

static const struct row {
    const char *name;
    struct cpu_case_config config;
} rows[] = {
    {"mlp", {.layers = 2}},
    {"mlp, Chebyshev features",
     {.layers = 1, .encoding = INR_ENCODING_CHEBYSHEV, .n_frequencies = 6}},
    {"mlp, no biases", {.layers = 2, .no_bias = true}},
    {"mlp, Chebyshev features, no biases",
     {.layers = 1, .encoding = INR_ENCODING_CHEBYSHEV, .n_frequencies = 6, .no_bias = true}},
    {"mlp, octaves and coordinates",
     {.layers = 1, .encoding = INR_ENCODING_OCTAVES, .n_frequencies = 3, .include_input = true}},
    {"mlp, narrowing layers, octaves of ratio 1.4",
     {.layers = 3,
      .width_end = 0.4f,
      .encoding = INR_ENCODING_OCTAVES,
      .n_frequencies = 5,
      .octave_ratio = 1.4f}},
    {"wire, narrowing layers", {.activation = "wire", .layers = 2, .width_end = 0.3f}},
    {"wire2d, narrowing layers", {.activation = "wire2d", .layers = 2, .width_end = 0.5f}},
    {"mlp, narrowing Pade units, learned constants",
     {.activation = "paon", .layers = 2, .width_end = 0.5f, .learn_constants = true}},
    {"mlp, sine output", {.layers = 2, .output = "sine"}},
    {"mlp, sine output of its own, one channel",
     {.activation = "tanh", .layers = 1, .output = "sine", .output_omega = 3, .channels = 1}},
    {"mlp, sigmoid output, learned constants, split",
     {.layers = 1, .output = "sigmoid", .learn_constants = true, .scaling = 3}},
    {"mlp, opponent colours", {.layers = 1, .opponent = true}},
    {"wire, opponent colours beside alpha, split",
     {.activation = "wire", .layers = 1, .channels = 4, .opponent = true, .scaling = 2}},
    {"wire, Gabor output", {.activation = "wire", .layers = 1, .output = "gabor"}},
    {"mlp, Pade units, tanh output, many channels",
     {.activation = "paon", .layers = 1, .output = "tanh", .channels = 16}},
    {"sl2a, softplus output",
     {.activation = "gelu",
      .architecture = INR_ARCHITECTURE_SL2A,
      .layers = 1,
      .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 4,
      .output = "softplus"}},
    {"gabor_net, sine output",
     {.architecture = INR_ARCHITECTURE_GABOR_NET, .layers = 1, .output = "sine"}},
    {"mlp, Fourier basis", {.layers = 2, .reparam = INR_REPARAM_FOURIER}},
    {"mlp, cosine basis", {.layers = 2, .reparam = INR_REPARAM_DCT}},
    {"mlp, split", {.layers = 1, .scaling = 3}},
    {"mlp, Pade units", {.activation = "paon", .layers = 2}},
    {"wire, split", {.activation = "wire", .layers = 2, .scaling = 2}},
    {"sl2a",
     {.activation = "tanh",
      .architecture = INR_ARCHITECTURE_SL2A,
      .layers = 2,
      .rank = 5,
      .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 6}},
    {"sl2a, narrow rank",
     {.activation = "tanh",
      .architecture = INR_ARCHITECTURE_SL2A,
      .layers = 2,
      .rank = 2,
      .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 3}},
    {"sl2a, full rank, split",
     {.activation = "gelu",
      .architecture = INR_ARCHITECTURE_SL2A,
      .layers = 3,
      .encoding = INR_ENCODING_FOURIER,
      .n_frequencies = 4,
      .scaling = 2}},
    {"sl2a, no layers", {.architecture = INR_ARCHITECTURE_SL2A, .channels = 6}},
    {"sl2a, learned constants",
     {.architecture = INR_ARCHITECTURE_SL2A, .layers = 2, .rank = 4, .learn_constants = true}},
    {"fourier_net", {.architecture = INR_ARCHITECTURE_FOURIER_NET, .layers = 2}},
    {"gabor_net", {.architecture = INR_ARCHITECTURE_GABOR_NET, .layers = 2, .channels = 5}},
    {"gabor_net, learned constants, split",
     {.architecture = INR_ARCHITECTURE_GABOR_NET,
      .layers = 1,
      .learn_constants = true,
      .scaling = 2}},
};

#define ROWS (sizeof rows / sizeof rows[0])

/* Entries within `tolerance` of the largest expected one. */
static void close_to_all(const double *expected, const float *got, size_t n, double tolerance,
                         const char *name, const char *what)
{
    double largest = 1e-6;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= tolerance * largest))
            fail_msg("%s, %s [%zu]: %.9g, not %.9g (largest %g)", name, what, i, (double)got[i],
                     expected[i], largest);
}

static void *array(size_t n, size_t size)
{
    void *p = calloc(n, size);
    assert_non_null(p);
    return p;
}

static double *doubles(const float *from, size_t n)
{
    double *to = array(n, sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[i] = (double)from[i];
    return to;
}

static void gradient_of(struct cpu_case *c, float *g)
{
    struct inr_step_result result;
    struct inr_error err = {0};
    if (inr_cpu_backend.gradient(c->exec, 0, g, &result, &err) != INR_OK)
        fail_msg("%s", err.text);
}

/* Values of few hundred terms, each rounded to 2^-24, through three layers: below 3e-6 of the
 * largest in practice. */
static void test_values(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 15, 17, 230};
    for (size_t r = 0; r < ROWS; r++)
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            struct cpu_case c;
            struct cpu_case_config config = rows[r].config;
            config.samples = counts[k];
            config.dims = 1 + (int)(r + k) % 3;
            config.threads = 1 + (int)k % 2;
            config.eval_only = k % 2;
            config.width = 9;
            cpu_case_init(&c, &config);
            const size_t channels = (size_t)c.config.channels, n = counts[k] * channels;
            double *p = doubles(c.field->params, c.field->n_params), *y = array(n, sizeof *y);
            float *out = array(n + 1, sizeof *out);
            out[n] = 42.0f;
            for (size_t i = 0; i < counts[k]; i++)
                ref_field_eval(c.field, p, c.x + i * (size_t)c.config.dims, y + i * channels);
            assert_int_equal(inr_cpu_backend.eval(c.exec, c.coords, counts[k], out, NULL), INR_OK);
            close_to_all(y, out, n, 2e-5, rows[r].name, "value");
            assert_true(out[n] == 42.0f);
            free(p);
            free(y);
            free(out);
            cpu_case_finish(&c);
        }
}

/* A gradient sums over the batch and passes the layers again, and a norm over seven rows divides by
 * what may be small: 2e-4 of the largest entry, while a wrong term is of the order of the entries.
 */
static void test_gradients(void **state)
{
    (void)state;
    for (size_t r = 0; r < ROWS; r++)
        for (int dims = 1; dims <= 3; dims++) {
            struct cpu_case c;
            struct cpu_case_config config = rows[r].config;
            config.dims = dims;
            config.threads = 1 + dims % 2;
            cpu_case_init(&c, &config);
            const size_t n = c.field->n_trainable;
            double *expected = array(n, sizeof *expected);
            float *got = array(n, sizeof *got);
            ref_batch_gradient(c.field, &c.batch, expected);
            gradient_of(&c, got);
            close_to_all(expected, got, n, 2e-4, rows[r].name, "gradient");
            free(expected);
            free(got);
            cpu_case_finish(&c);
        }
}

/* The same field, its first layer computed: on points of the grid the reference for the lookup. */
static void computed_twin(const struct cpu_case *c, struct cpu_case *twin)
{
    *twin = *c;
    struct inr_error err = {0};
    struct inr_device device;
    inr_cpu_describe(&device);
    assert_int_equal(inr_program_create(c->field, NULL, &twin->program, &err), INR_OK);
    const struct inr_exec_config config = {.program = twin->program, .threads = 2, .train = true};
    const struct inr_state state = {.params = c->field->params};
    assert_int_equal(inr_cpu_backend.create(&device, &config, NULL, &twin->exec, &err), INR_OK);
    assert_int_equal(inr_cpu_backend.set_state(twin->exec, &state, &err), INR_OK);
    assert_int_equal(inr_cpu_backend.set_pool(twin->exec, &c->pool, &err), INR_OK);
}

static void check_lookup(int dims, int lattice, int degree)
{
    struct cpu_case c, twin;
    cpu_case_init(&c, &(struct cpu_case_config){.architecture = INR_ARCHITECTURE_SL2A,
                                                .encoding = INR_ENCODING_CHEBYSHEV,
                                                .n_frequencies = degree,
                                                .grid = {19, 7, 5},
                                                .dims = dims,
                                                .lattice = lattice,
                                                .width = 12,
                                                .rank = 5,
                                                .layers = 2,
                                                .threads = 2});
    computed_twin(&c, &twin);
    if (dims > 1)
        assert_int_equal(c.program->ops[0].kind, INR_OP_LOOKUP);
    assert_int_equal(twin.program->ops[0].kind, INR_OP_CHEBYSHEV);
    const size_t n = c.field->n_trainable, m = c.pool.count * (size_t)c.config.channels;
    float *points = array(c.pool.count * (size_t)dims, sizeof *points);
    float *a = array(n + m, sizeof *a), *b = array(n + m, sizeof *b);
    for (size_t i = 0; i < c.pool.count * (size_t)dims; i++)
        points[i] = (float)c.x[i];
    gradient_of(&c, a);
    gradient_of(&twin, b);
    inr_cpu_backend.eval(c.exec, points, c.pool.count, a + n, NULL);
    inr_cpu_backend.eval(twin.exec, points, c.pool.count, b + n, NULL);
    double *expected = doubles(b, n + m);
    /* Both round sums of `degree` terms, in different orders; a norm and two products of its result
     * with itself magnify that: 1.5e-5 of the largest in practice. */
    close_to_all(expected, a, n, 2e-4, "lookup", "gradient");
    close_to_all(expected + n, a + n, m, 5e-5, "lookup", "value");
    free(points);
    free(a);
    free(b);
    free(expected);
    inr_cpu_backend.destroy(twin.exec);
    inr_program_free(twin.program);
    cpu_case_finish(&c);
}

static void test_lookups(void **state)
{
    (void)state;
    for (int dims = 1; dims <= 3; dims++)
        for (int lattice = 0; lattice < 2; lattice++)
            check_lookup(dims, lattice, lattice ? 7 : 40);
}

/* What `steps` of training make of a row with so many threads; the caller frees. */
static float *trained(const struct row *row, int threads, size_t *n)
{
    struct cpu_case c;
    struct inr_step_result result;
    struct cpu_case_config config = row->config;
    config.samples = 500;
    config.threads = threads;
    config.width = 24;
    cpu_case_init(&c, &config);
    for (uint32_t i = 0; i < 3; i++) {
        const struct inr_step step = {.index = i,
                                      .rate = 1e-3f,
                                      .correct1 = (float)(1 / (1 - pow(0.9, i + 1.0))),
                                      .correct2 = (float)(1 / (1 - pow(0.99, i + 1.0)))};
        assert_int_equal(inr_cpu_backend.train(c.exec, &step, 1, &result, NULL), INR_OK);
    }
    *n = c.field->n_params;
    float *p = array(*n, sizeof *p);
    struct inr_state held = {.params = p};
    inr_cpu_backend.get_state(c.exec, &held, NULL);
    cpu_case_finish(&c);
    return p;
}

/* The same thread count gives the same bytes; another the same up to the order of sums, which
 * Adam's division by the root of a small second moment may magnify to a part of a step of 1e-3. */
static void test_threads(void **state)
{
    (void)state;
    for (size_t r = 0; r < ROWS; r++) {
        size_t n;
        float *one = trained(&rows[r], 1, &n);
        float *three = trained(&rows[r], 3, &n), *again = trained(&rows[r], 3, &n);
        assert_memory_equal(three, again, n * sizeof *three);
        size_t far = 0;
        for (size_t i = 0; i < n; i++)
            far += fabs((double)three[i] - (double)one[i]) > 1e-4;
        if (far > n / 100)
            fail_msg("%s: %zu of %zu parameters differ with threads", rows[r].name, far, n);
        free(one);
        free(three);
        free(again);
    }
}

/* A tile of several blocks gives the mean of what its samples give sixteen at a time, each of which
 * is a tile of one block. Widths between 72 and 176 are cut into blocks on machines with AVX-512.
 */
static void test_blocks(void **state)
{
    (void)state;
    for (size_t r = 0; r < ROWS; r++) {
        struct cpu_case c;
        struct cpu_case_config config = rows[r].config;
        config.samples = 192;
        config.width = 130;
        cpu_case_init(&c, &config);
        const size_t n = c.field->n_trainable, parts = 12;
        float *whole = array(n, sizeof *whole), *part = array(n, sizeof *part);
        double *sum = array(n, sizeof *sum);
        gradient_of(&c, whole);
        struct inr_pool pool = c.pool;
        pool.count /= parts;
        for (size_t k = 0; k < parts; k++) {
            const size_t first = k * pool.count;
            pool.coords = c.coords + first * (size_t)c.config.dims;
            pool.values = c.values + first * (size_t)c.config.channels;
            assert_int_equal(inr_cpu_backend.set_pool(c.exec, &pool, NULL), INR_OK);
            gradient_of(&c, part);
            for (size_t i = 0; i < n; i++)
                sum[i] += (double)part[i] / (double)parts;
        }
        close_to_all(sum, whole, n, 1e-4, rows[r].name, "gradient of blocks");
        free(whole);
        free(part);
        free(sum);
        cpu_case_finish(&c);
    }
}

/* A parameter that is not a number shows in loss and values, wherever it is. */
static void test_nan_shows(void **state)
{
    (void)state;
    for (size_t r = 0; r < ROWS; r++) {
        struct cpu_case c;
        struct inr_step_result result;
        cpu_case_init(&c, &rows[r].config);
        const size_t n = c.field->n_trainable;
        float *g = array(n, sizeof *g), y[INR_MAX_CHANNELS] = {0};
        for (size_t at = 0; at < n; at += 1 + n / 7) {
            const float held = c.field->params[at];
            c.field->params[at] = NAN;
            const struct inr_state broken = {.params = c.field->params};
            inr_cpu_backend.set_state(c.exec, &broken, NULL);
            inr_cpu_backend.gradient(c.exec, 0, g, &result, NULL);
            inr_cpu_backend.eval(c.exec, c.coords, 1, y, NULL);
            if (!isnan(result.loss) || !isnan(y[0]))
                fail_msg("%s hides a NaN in parameter %zu", rows[r].name, at);
            c.field->params[at] = held;
        }
        free(g);
        cpu_case_finish(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),  cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_lookups), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_blocks),  cmocka_unit_test(test_nan_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
