/* SPDX-License-Identifier: MIT
 *
 * test_place_kernels.c - Kernels placed on a signal: where they lie, what shapes they take, and
 * what happens where there is nothing to lie on.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field/activation.h"
#include "field/architecture.h"
#include "field/formula.h"
#include "inrush/select.h"

static struct inr_signal make(int dims, uint32_t x, uint32_t y, uint32_t z, uint32_t channels)
{
    struct inr_signal s = {.dims = dims, .shape = {x, y, z}, .channels = channels};
    s.values = calloc((size_t)x * y * z * channels, sizeof *s.values);
    assert_non_null(s.values);
    return s;
}

static struct inr_field *field_for(const struct inr_signal *s, int kernels, int form)
{
    struct inr_field_config config;
    struct inr_field *field = NULL;
    struct inr_error err = {0};
    inr_field_default(inr_activation_by_name("relu")->id, s->dims, (int)s->channels, &config);
    config.architecture = INR_ARCHITECTURE_NEURBF;
    config.kernels = kernels;
    config.kernel_features = 2;
    config.kernel = form;
    config.width = 4;
    config.layers = 0;
    inr_field_take_shape(&config, s->shape);
    if (inr_field_create(&config, 5, &field, &err) != INR_OK)
        fail_msg("%s", err.text);
    return field;
}

static struct inr_kernels_result place(const struct inr_signal *s, struct inr_field *field,
                                       struct inr_kernels_options options)
{
    struct inr_kernels_result result;
    struct inr_error err = {0};
    if (inr_kernels_place(s, field, &options, 9, &result, &err) != INR_OK)
        fail_msg("%s", err.text);
    return result;
}

static const float *slice(const struct inr_field *field, const char *name)
{
    return field->params + inr_field_slice(field, name)->offset;
}

static double noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

/* A disc of radius 20 points about (40, 28) in 96 x 64. */
static struct inr_signal disc(void)
{
    struct inr_signal s = make(2, 96, 64, 1, 1);
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 96; x++)
            s.values[y * 96 + x] = hypot(x - 40, y - 28) < 20 ? 1.0f : 0.0f;
    return s;
}

/* Every kernel lies within a point of the edge, spread over all of it, and is long along it. */
static void test_edge(void **state)
{
    (void)state;
    struct inr_signal s = disc();
    struct inr_field *field = field_for(&s, 16, INR_KERNEL_IVQ);
    struct inr_kernels_options options;
    inr_kernels_default(&options);
    const struct inr_kernels_result result = place(&s, field, options);
    const float *c = slice(field, "kernels.centres"), *shape = slice(field, "kernels.shapes");
    int quarter[4] = {0}, along = 0;
    assert_int_equal(result.placed, 16);
    for (int k = 0; k < 16; k++) {
        const double x = ((double)c[2 * k] + 1) * 48 - 0.5 - 40;
        const double y = ((double)c[2 * k + 1] + 1) * 32 - 0.5 - 28;
        assert_true(fabs(hypot(x, y) - 20) < 2.5);
        quarter[(x > 0) + 2 * (y > 0)]++;
        /* d^T S d across the edge against along it, axes scaled alike */
        const double nx = x / hypot(x, y), ny = y / hypot(x, y);
        const double s0 = (double)shape[3 * k], s1 = (double)shape[3 * k + 1];
        const double s2 = (double)shape[3 * k + 2];
        along += s0 * nx * nx + 2 * s1 * nx * ny + s2 * ny * ny >
                 s0 * ny * ny - 2 * s1 * nx * ny + s2 * nx * nx;
        assert_true(s0 * s2 > s1 * s1 && s0 > 0);
    }
    for (int i = 0; i < 4; i++)
        assert_true(quarter[i] >= 2);
    assert_true(along >= 15);
    inr_field_free(field);
    free(s.values);
}

/* Mean squared distance to the nearest centre, in scaled axes, weighted as the method does. */
static double spread(const struct inr_signal *s, const struct inr_field *field)
{
    const float *c = slice(field, "kernels.centres");
    double sum = 0;
    for (uint32_t i = 0; i < s->shape[0] * s->shape[1]; i++) {
        const uint32_t x = i % s->shape[0], y = i / s->shape[0];
        double least = INFINITY;
        for (int k = 0; k < field->config.kernels; k++) {
            const double dx = (double)(inr_grid_coord(x, s->shape[0], 0) - c[2 * k]);
            const double dy = (double)(inr_grid_coord(y, s->shape[1], 0) - c[2 * k + 1]) *
                              s->shape[1] / s->shape[0];
            least = fmin(least, dx * dx + dy * dy);
        }
        sum += least;
    }
    return sum;
}

/* On noise all points weigh about the same: rounds bring the centres nearer to them. */
static void test_rounds(void **state)
{
    (void)state;
    struct inr_signal s = make(2, 48, 40, 1, 3);
    uint64_t random = 1;
    for (size_t i = 0; i < (size_t)48 * 40 * 3; i++)
        s.values[i] = (float)noise(&random);
    double before = INFINITY;
    for (int rounds = 0; rounds <= 10; rounds += 5) {
        struct inr_field *field = field_for(&s, 60, INR_KERNEL_IVQ);
        place(&s, field, (struct inr_kernels_options){.rounds = rounds});
        const double now = spread(&s, field);
        assert_true(now < (rounds == 5 ? 0.75 : 1.0) * before);
        before = now;
        inr_field_free(field);
    }
    free(s.values);
}

/* The same whatever the threads; another seed places them elsewhere. */
static void test_reproducible(void **state)
{
    (void)state;
    struct inr_signal s = disc();
    struct inr_field *a = field_for(&s, 30, INR_KERNEL_IVQ), *b = field_for(&s, 30, INR_KERNEL_IVQ);
    place(&s, a, (struct inr_kernels_options){.rounds = 4, .threads = 1});
    place(&s, b, (struct inr_kernels_options){.rounds = 4, .threads = 3});
    assert_memory_equal(a->params, b->params, a->n_params * sizeof *a->params);
    inr_kernels_place(&s, b, &(struct inr_kernels_options){.rounds = 4}, 10, NULL, NULL);
    assert_true(memcmp(a->params, b->params, a->n_params * sizeof *a->params) != 0);
    inr_field_free(a);
    inr_field_free(b);
    free(s.values);
}

/* Only centres and shapes change. */
static void test_nothing_else(void **state)
{
    (void)state;
    struct inr_signal s = disc();
    struct inr_field *a = field_for(&s, 30, INR_KERNEL_HAT), *b = field_for(&s, 30, INR_KERNEL_HAT);
    place(&s, a, (struct inr_kernels_options){.rounds = 1});
    assert_memory_equal(a->params, b->params, a->n_trainable * sizeof *a->params);
    assert_true(memcmp(a->params + a->n_trainable, b->params + a->n_trainable,
                       (a->n_params - a->n_trainable) * sizeof *a->params) != 0);
    inr_field_free(a);
    inr_field_free(b);
    free(s.values);
}

/* Signals with too few points that change, or none: the rest stays where it was, and every number
 * is one. */
static void test_poor_signals(void **state)
{
    (void)state;
    static const uint32_t shapes[][4] = {
        {1, 1, 1, 1},  {1, 40, 1, 1}, {2, 1, 1, 3}, {2, 3, 2, 1},
        {2, 64, 1, 2}, {3, 1, 1, 1},  {3, 5, 1, 4}, {3, 12, 9, 7},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int kind = 0; kind < 6; kind++) {
            const uint32_t *n = shapes[i];
            struct inr_signal s =
                make((int)n[0], n[1], n[0] > 1 ? n[2] : 1, n[0] > 2 ? n[3] : 1, 2);
            const size_t values = 2 * (size_t)s.shape[0] * s.shape[1] * s.shape[2];
            uint64_t random = 7;
            for (size_t k = 0; k < values; k++) /* constant; one point; noise */
                s.values[k] = kind % 3 == 0   ? 0.5f
                              : kind % 3 == 1 ? (float)(k == values / 2)
                                              : (float)noise(&random);
            struct inr_field *field = field_for(&s, 20, kind / 3 ? INR_KERNEL_HAT : INR_KERNEL_IVQ);
            const struct inr_kernels_result result =
                place(&s, field, (struct inr_kernels_options){.rounds = 3, .lattice = kind % 2});
            assert_true(result.placed <= 20 && (size_t)result.placed <= result.points);
            assert_true(kind % 3 > 0 || result.placed == 0);
            for (size_t k = 0; k < field->n_params; k++)
                assert_true(isfinite(field->params[k]));
            const float *shape = slice(field, "kernels.shapes");
            for (int k = 0; k < field->config.kernels; k++)
                assert_true(shape[k * inr_field_slice(field, "kernels.shapes")->cols] > 0);
            inr_field_free(field);
            free(s.values);
        }
}

/* In space: a ball's surface, as flat as the surface is. */
static void test_ball(void **state)
{
    (void)state;
    struct inr_signal s = make(3, 30, 30, 30, 1);
    for (int i = 0; i < 27000; i++)
        s.values[i] =
            hypot(hypot(i % 30 - 14.5, i / 30 % 30 - 14.5), i / 900 - 14.5) < 9 ? 1.0f : 0.0f;
    struct inr_field *field = field_for(&s, 80, INR_KERNEL_IVQ);
    place(&s, field, (struct inr_kernels_options){.rounds = 10});
    const float *c = slice(field, "kernels.centres"), *m = slice(field, "kernels.shapes");
    int flat = 0;
    for (int k = 0; k < 80; k++, m += 6) {
        double r = 0, u[3], across, trace = (double)m[0] + (double)m[3] + (double)m[5];
        for (int a = 0; a < 3; a++) {
            u[a] = (double)c[3 * k + a] * 15;
            r += u[a] * u[a];
        }
        assert_true(fabs(sqrt(r) - 9) < 2.5);
        across = (double)m[0] * u[0] * u[0] + (double)m[3] * u[1] * u[1] +
                 (double)m[5] * u[2] * u[2] +
                 2 * ((double)m[1] * u[0] * u[1] + (double)m[2] * u[0] * u[2] +
                      (double)m[4] * u[1] * u[2]);
        flat += across / r > (trace - across / r) / 2;
    }
    assert_true(flat >= 70);
    inr_field_free(field);
    free(s.values);
}

static void test_refusals(void **state)
{
    (void)state;
    struct inr_signal s = disc(), line = make(1, 9, 1, 1, 1);
    struct inr_kernels_options options;
    struct inr_error err = {0};
    inr_kernels_default(&options);
    struct inr_field *field = field_for(&s, 5, INR_KERNEL_IVQ), *plain = NULL;
    struct inr_field_config config;
    inr_field_default(inr_activation_by_name("relu")->id, 2, 1, &config);
    assert_int_equal(inr_field_create(&config, 1, &plain, NULL), INR_OK);
    assert_int_equal(inr_kernels_place(&s, plain, &options, 1, NULL, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "mlp"));
    err = (struct inr_error){0};
    assert_int_equal(inr_kernels_place(&line, field, &options, 1, NULL, &err), INR_ERR_USAGE);
    options.rounds = -1;
    assert_int_equal(inr_kernels_place(&s, field, &options, 1, NULL, NULL), INR_ERR_USAGE);
    inr_field_free(field);
    inr_field_free(plain);
    free(s.values);
    free(line.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge),         cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_reproducible), cmocka_unit_test(test_nothing_else),
        cmocka_unit_test(test_poor_signals), cmocka_unit_test(test_ball),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
