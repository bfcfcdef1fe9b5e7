/* SPDX-License-Identifier: MIT
 *
 * test_cpu.c - The CPU backend: values against a slow reference, batches, partial tiles,
 * optimisers, and the promise that the same seed and thread count give the same bytes.
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
#include "field/activation.h"
#include "field/formula.h"
#include "common/optimizer.glsl"

static void close_to(double got, double expected, double tolerance, const char *what, size_t i)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s [%zu] is %.9g, not %.9g", what, i, got, expected);
}

static double *doubles(const float *from, size_t n)
{
    double *to = malloc(n * sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < n; i++)
        to[i] = (double)from[i];
    return to;
}

static void gradient_of(struct cpu_case *c, uint32_t index, float *g,
                        struct inr_step_result *result)
{
    struct inr_error err = {0};
    assert_int_equal(inr_cpu_backend.gradient(c->exec, index, g, result, &err), INR_OK);
}

static void train(struct cpu_case *c, uint32_t n, float rate, struct inr_step_result *results)
{
    struct inr_error err = {0};
    for (uint32_t i = 0; i < n; i++) {
        const struct inr_step step = {.index = i,
                                      .rate = rate,
                                      .correct1 = (float)(1 / (1 - pow(0.9, i + 1.0))),
                                      .correct2 = (float)(1 / (1 - pow(0.99, i + 1.0)))};
        assert_int_equal(inr_cpu_backend.train(c->exec, &step, 1, &results[i], &err), INR_OK);
    }
}

static float *params_of(struct cpu_case *c)
{
    float *p = malloc(c->field->n_params * sizeof *p);
    assert_non_null(p);
    struct inr_state state = {.params = p};
    assert_int_equal(inr_cpu_backend.get_state(c->exec, &state, NULL), INR_OK);
    return p;
}

/* Every activation, at counts around lanes and tiles; one exec made for training, one for
 * evaluation only with its smaller memory. A guard value behind the output must survive. */
static void test_eval(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 15, 16, 17, 127, 129, 700};
    for (size_t a = 0; a < inr_activation_count(); a++)
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            const size_t n = counts[k];
            struct cpu_case c;
            cpu_case_init(&c, &(struct cpu_case_config){.activation = inr_activation_at(a)->name,
                                                        .width = 11,
                                                        .layers = 2,
                                                        .dims = 1 + (int)k % 3,
                                                        .channels = 1 + (int)k % 6,
                                                        .samples = n,
                                                        .threads = 1 + (int)k % 3,
                                                        .eval_only = a % 2});
            const size_t channels = (size_t)c.config.channels, dims = (size_t)c.config.dims;
            float *out = malloc((n * channels + 1) * sizeof *out);
            double y[INR_MAX_CHANNELS], *p = doubles(c.field->params, c.field->n_params);
            out[n * channels] = 42;
            assert_int_equal(inr_cpu_backend.eval(c.exec, c.coords, n, out, NULL), INR_OK);
            for (size_t i = 0; i < n; i++) {
                ref_field_eval(c.field, p, c.x + i * dims, y);
                for (size_t j = 0; j < channels; j++)
                    close_to((double)out[i * channels + j], y[j], 2e-5, c.config.activation, i);
            }
            assert_true(out[n * channels] == 42.0f);
            free(out);
            free(p);
            cpu_case_finish(&c);
        }
}

/* The batch that a mode draws, in double, from the generator that names it. */
static struct ref_batch drawn(const struct cpu_case *c, uint32_t step, double *x, double *target)
{
    const uint32_t pool = (uint32_t)c->pool.count;
    const uint32_t n = c->config.batch_mode == (int)INR_BATCH_FULL ? pool : c->config.batch;
    const size_t dims = (size_t)c->config.dims, channels = (size_t)c->config.channels;
    for (uint32_t i = 0; i < n; i++) {
        const size_t from = inr_batch_index((uint32_t)c->config.batch_mode, i, n, pool,
                                            (uint32_t)c->config.seed, 0, step);
        assert_true(from < pool);
        memcpy(x + i * dims, c->x + from * dims, dims * sizeof *x);
        memcpy(target + i * channels, c->target + from * channels, channels * sizeof *target);
    }
    struct ref_batch batch = c->batch;
    batch.n = n;
    batch.x = x;
    batch.target = target;
    return batch;
}

static void check_batch(int mode, uint32_t size, size_t samples, int threads)
{
    struct cpu_case c;
    struct inr_step_result result;
    cpu_case_init(&c, &(struct cpu_case_config){.batch_mode = mode,
                                                .batch = size,
                                                .samples = samples,
                                                .width = 5,
                                                .layers = 0,
                                                .threads = threads,
                                                .seed = 9});
    const size_t n = c.field->n_trainable, most = size > samples ? size : samples;
    double *x = malloc(most * 2 * sizeof *x), *target = malloc(most * 3 * sizeof *target);
    double *expected = malloc(n * sizeof *expected);
    float *got = malloc(n * sizeof *got);
    assert_true(x && target && expected && got);
    double *p = doubles(c.field->params, c.field->n_params);
    const struct ref_batch batch = drawn(&c, 5, x, target);
    gradient_of(&c, 5, got, &result);
    ref_batch_gradient(c.field, &batch, expected);
    close_to((double)result.loss, ref_batch_loss(c.field, p, p, &batch), 1e-5, "loss", size);
    for (size_t i = 0; i < n; i++)
        close_to((double)got[i], expected[i], 2e-4, "gradient of a batch", i);
    free(x);
    free(target);
    free(expected);
    free(got);
    free(p);
    cpu_case_finish(&c);
}

static void test_batches(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 15, 16, 17, 127, 129};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_batch((int)INR_BATCH_RANDOM, sizes[i], 50, 1 + (int)i % 3);
        check_batch((int)INR_BATCH_STRATIFIED, sizes[i], 50, 1 + (int)i % 3);
        check_batch((int)INR_BATCH_FULL, 1, sizes[i], 1 + (int)i % 3);
        check_batch((int)INR_BATCH_RANDOM, sizes[i], 1, 2);
        check_batch((int)INR_BATCH_STRATIFIED, sizes[i], 1, 2);
    }
}

/* A grid is the same pool as its points written out, at every depth of sample. */
static void test_grids(void **state)
{
    (void)state;
    static const uint32_t shape[3] = {5, 4, 3};
    for (int depth = INR_DEPTH_U8; depth <= INR_DEPTH_F32; depth++)
        for (int lattice = 0; lattice < 2; lattice++) {
            struct cpu_case c;
            cpu_case_init(&c, &(struct cpu_case_config){.dims = 3, .channels = 1, .samples = 60});
            uint8_t bytes[60];
            uint16_t words[60];
            float floats[60];
            for (uint32_t i = 0; i < 60; i++) {
                const uint32_t at[3] = {i % 5, i / 5 % 4, i / 20};
                for (int d = 0; d < 3; d++)
                    c.coords[3 * i + (uint32_t)d] = inr_grid_coord(at[d], shape[d], lattice);
                bytes[i] = (uint8_t)(4 * i);
                words[i] = (uint16_t)(1000 * i);
                floats[i] = 0.01f * (float)i;
                c.values[i] = 2.0f * (depth == INR_DEPTH_U8    ? (float)bytes[i] / 255.0f
                                      : depth == INR_DEPTH_U16 ? (float)words[i] / 65535.0f
                                                               : floats[i]) -
                              0.5f;
            }
            float points[128], grid[128];
            struct inr_step_result a, b;
            assert_true(c.field->n_trainable <= 128);
            gradient_of(&c, 0, points, &a);
            const struct inr_pool pool = {.dims = 3,
                                          .channels = 1,
                                          .shape = {5, 4, 3},
                                          .lattice = lattice,
                                          .values = depth == INR_DEPTH_U8    ? (void *)bytes
                                                    : depth == INR_DEPTH_U16 ? (void *)words
                                                                             : (void *)floats,
                                          .depth = (enum inr_depth)depth,
                                          .count = 60,
                                          .scale = 2.0f,
                                          .shift = -0.5f};
            assert_int_equal(inr_cpu_backend.set_pool(c.exec, &pool, NULL), INR_OK);
            gradient_of(&c, 0, grid, &b);
            close_to((double)a.loss, (double)b.loss, 1e-6, "loss of a grid", (size_t)depth);
            for (size_t i = 0; i < c.field->n_trainable; i++)
                close_to((double)grid[i], (double)points[i], 1e-5, "gradient of a grid", i);
            cpu_case_finish(&c);
        }
}

/* Ten steps; what the optimiser sees is the backend's own gradient, so only the update is tested.
 */
static void check_optimizer(int kind, double decay, double absolute)
{
    struct cpu_case c;
    struct inr_step_result result;
    cpu_case_init(&c, &(struct cpu_case_config){.optimizer = kind,
                                                .weight_decay = (float)decay,
                                                .absolute_decay = (float)absolute,
                                                .layers = 1});
    const size_t n = c.field->n_trainable;
    double *w = doubles(c.field->params, n), *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
    float *g = malloc(n * sizeof *g);
    const double rate = (double)1e-2f, b1 = (double)0.9f, b2 = (double)0.99f;
    decay = (double)(float)decay;
    absolute = (double)(float)absolute;
    for (uint32_t t = 0; t < 10; t++) {
        gradient_of(&c, t, g, &result);
        const struct inr_step step = {.index = t,
                                      .rate = 1e-2f,
                                      .correct1 = (float)(1 / (1 - pow(b1, t + 1.0))),
                                      .correct2 = (float)(1 / (1 - pow(b2, t + 1.0)))};
        assert_int_equal(inr_cpu_backend.train(c.exec, &step, 1, &result, NULL), INR_OK);
        for (size_t i = 0; i < n; i++) {
            double d = (double)g[i];
            if (kind == INR_OPTIMIZER_ADAMW)
                w[i] *= 1 - rate * decay;
            else
                d += decay * w[i];
            if (kind == INR_OPTIMIZER_SGD) {
                m[i] = b1 * m[i] + d;
                w[i] -= rate * m[i];
            } else {
                m[i] += (1 - b1) * (d - m[i]);
                v[i] += (1 - b2) * (d * d - v[i]);
                w[i] -= rate * (m[i] / (1 - pow(b1, t + 1.0))) /
                        (sqrt(v[i] / (1 - pow(b2, t + 1.0))) + (double)1e-8f);
            }
            w[i] = copysign(fmax(fabs(w[i]) - rate * absolute, 0), w[i]);
        }
    }
    float *p = params_of(&c);
    for (size_t i = 0; i < n; i++)
        close_to((double)p[i], w[i], 2e-6, "parameter after ten steps", i);
    free(p);
    free(w);
    free(m);
    free(v);
    free(g);
    cpu_case_finish(&c);
}

static void test_optimizers(void **state)
{
    (void)state;
    for (int kind = INR_OPTIMIZER_ADAM; kind <= INR_OPTIMIZER_SGD; kind++) {
        check_optimizer(kind, 0, 0);
        check_optimizer(kind, 0.1, 0);
        check_optimizer(kind, 0.1, 0.5);
    }
}

/* The seed and the thread count decide every byte; the thread count alone only rounding. */
static void test_same_bytes(void **state)
{
    (void)state;
    float *first = NULL;
    for (int run = 0; run < 4; run++) {
        struct cpu_case c;
        struct inr_step_result results[20];
        cpu_case_init(&c, &(struct cpu_case_config){.width = 20,
                                                    .layers = 2,
                                                    .samples = 900,
                                                    .batch_mode = (int)INR_BATCH_STRATIFIED,
                                                    .batch = 600,
                                                    .threads = run < 2 ? 2 : run - 1});
        train(&c, 20, 1e-3f, results);
        float *p = params_of(&c);
        if (run == 0) {
            first = p;
        } else if (run == 1) {
            assert_memory_equal(p, first, c.field->n_params * sizeof *p);
        } else {
            for (size_t i = 0; i < c.field->n_params; i++)
                close_to((double)p[i], (double)first[i], 2e-4, "parameter, other threads", i);
        }
        if (p != first)
            free(p);
        cpu_case_finish(&c);
    }
    free(first);
}

static void test_training_learns(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++) {
        struct cpu_case c;
        struct inr_step_result results[200];
        cpu_case_init(&c, &(struct cpu_case_config){.activation = inr_activation_at(a)->name,
                                                    .learn_constants = a % 2,
                                                    .width = 24,
                                                    .layers = 1,
                                                    .samples = 20,
                                                    .threads = 2});
        train(&c, 200, 2e-3f, results);
        if (!(results[199].loss < 0.9f * results[0].loss))
            fail_msg("%s: loss %g after 200 steps from %g", c.config.activation,
                     (double)results[199].loss, (double)results[0].loss);
        cpu_case_finish(&c);
    }
}

/* State goes out and in again bit for bit, moments included: a resumed run continues as if nothing
 * had happened. */
static void test_resume(void **state)
{
    (void)state;
    struct cpu_case a, b;
    struct inr_step_result results[8];
    const struct cpu_case_config config = {.layers = 1, .threads = 2, .samples = 300};
    cpu_case_init(&a, &config);
    cpu_case_init(&b, &config);
    const size_t n = a.field->n_params, k = a.field->n_trainable;
    float *p = malloc(n * sizeof *p), *m = malloc(k * sizeof *m), *v = malloc(k * sizeof *v);
    struct inr_state held = {.params = p, .m = m, .v = v};
    train(&a, 3, 1e-2f, results);
    inr_cpu_backend.get_state(a.exec, &held, NULL);
    inr_cpu_backend.set_state(b.exec, &held, NULL);
    train(&a, 3, 1e-2f, results);
    train(&b, 3, 1e-2f, results);
    float *pa = params_of(&a), *pb = params_of(&b);
    assert_memory_equal(pa, pb, n * sizeof *pa);
    free(p);
    free(m);
    free(v);
    free(pa);
    free(pb);
    cpu_case_finish(&a);
    cpu_case_finish(&b);
}

/* A diverged run must show, in the loss and in values, whatever clamps an activation has. */
static void test_nan_shows(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++) {
        struct cpu_case c;
        struct inr_step_result result;
        cpu_case_init(&c, &(struct cpu_case_config){
                              .activation = inr_activation_at(a)->name, .layers = 1, .width = 20});
        for (size_t i = 0; i < 10; i++)
            c.field->params[i] = NAN; /* of the first layer */
        const struct inr_state broken = {.params = c.field->params};
        inr_cpu_backend.set_state(c.exec, &broken, NULL);
        float *g = malloc(c.field->n_trainable * sizeof *g);
        gradient_of(&c, 0, g, &result);
        if (!isnan(result.loss))
            fail_msg("%s turns NaN into %g", c.config.activation, (double)result.loss);
        float y[3] = {0};
        inr_cpu_backend.eval(c.exec, c.coords, 1, y, NULL);
        assert_true(isnan(y[0]));
        free(g);
        cpu_case_finish(&c);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct cpu_case c;
    struct inr_step_result result;
    struct inr_error err = {0};
    cpu_case_init(&c, &(struct cpu_case_config){.eval_only = true});
    const struct inr_step step = {.rate = 1e-3f, .correct1 = 1, .correct2 = 1};
    assert_int_equal(inr_cpu_backend.train(c.exec, &step, 1, &result, &err), INR_ERR_USAGE);
    struct inr_pool wrong = c.pool;
    wrong.channels = 1;
    assert_int_equal(inr_cpu_backend.set_pool(c.exec, &wrong, NULL), INR_ERR_USAGE);
    wrong = c.pool;
    wrong.count = 0;
    assert_int_equal(inr_cpu_backend.set_pool(c.exec, &wrong, NULL), INR_ERR_USAGE);
    struct inr_exec *exec = NULL;
    struct inr_device device;
    inr_cpu_describe(&device);
    struct inr_exec_config config = {.program = c.program, .threads = 2, .memory_limit = 1000};
    assert_int_equal(inr_cpu_backend.create(&device, &config, NULL, &exec, NULL), INR_ERR_MEMORY);
    assert_null(exec);
    cpu_case_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eval),       cmocka_unit_test(test_batches),
        cmocka_unit_test(test_grids),      cmocka_unit_test(test_optimizers),
        cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_training_learns),
        cmocka_unit_test(test_resume),     cmocka_unit_test(test_nan_shows),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
