/* SPDX-License-Identifier: MIT
 *
 * test_gradient.c - The gradient of the CPU backend against central differences of an independent
 * forward pass in double: every activation, initialiser, loss, encoding and shape of layer.
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
#include "field/encoding.h"
#include "field/init.h"
#include "field/loss.h"

/* Floats round every value to 6e-8 of itself. Constants up to 10 and three layers multiply that,
 * the sum over samples and rows averages it: below 2e-5 of the largest entry in practice. A wrong
 * term is of the order of the entries themselves. */
#define RELATIVE 1e-4
#define ABSOLUTE 1e-7

/* Name of the tensor entry i belongs to, for messages. */
static const char *tensor(const struct inr_field *field, size_t i)
{
    for (size_t s = 0; s < field->n_slices; s++) {
        const struct inr_slice *slice = &field->slices[s];
        const size_t n = (size_t)slice->rows * (size_t)slice->cols;
        if (i >= slice->offset && i < slice->offset + n)
            return slice->name;
    }
    return "?";
}

static void check(const struct cpu_case_config *config)
{
    struct cpu_case c;
    struct inr_step_result result;
    struct inr_error err = {0};
    cpu_case_init(&c, config);
    const size_t n = c.field->n_trainable;
    float *got = malloc(n * sizeof *got);
    double *expected = malloc(n * sizeof *expected), *p = malloc(c.field->n_params * sizeof *p);
    assert_true(got && expected && p);
    assert_int_equal(inr_cpu_backend.gradient(c.exec, 0, got, &result, &err), INR_OK);
    ref_batch_gradient(c.field, &c.batch, expected);
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= RELATIVE * largest + ABSOLUTE))
            fail_msg("%s %s width %d layers %d dims %d channels %d: d %s [%zu] is %g, not %g "
                     "(largest %g)",
                     c.config.activation, c.config.loss, c.config.width, c.config.layers,
                     c.config.dims, c.config.channels, tensor(c.field, i), i, (double)got[i],
                     expected[i], largest);

    for (size_t i = 0; i < c.field->n_params; i++)
        p[i] = (double)c.field->params[i];
    const double loss = ref_batch_loss(c.field, p, p, &c.batch);
    const double mse = ref_batch_mse(c.field, p, &c.batch);
    assert_true(fabs((double)result.loss - loss) <= 1e-5 * fabs(loss) + ABSOLUTE);
    assert_true(fabs((double)result.mse - mse) <= 1e-5 * mse + ABSOLUTE);
    free(got);
    free(expected);
    free(p);
    cpu_case_finish(&c);
}

/* VI3NR has no moments of units that read three planes, and only windows can be placed. */
static bool refused(size_t activation, size_t init)
{
    const struct inr_field_config config = {.activation = inr_activation_at(activation)->id};
    return (inr_activation_at(activation)->rational && inr_init_at(init)->from_variance) ||
           (inr_init_at(init)->placed && inr_init_window(&config) < 0);
}

/* Shapes turn with the row so that all meet over the table. */
static void test_activations_and_inits(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++)
        for (size_t i = 0; i < inr_init_count(); i++)
            if (!refused(a, i))
                check(&(struct cpu_case_config){.activation = inr_activation_at(a)->name,
                                                .init = inr_init_at(i)->name,
                                                .width = i % 2 ? 5 : 7,
                                                .layers = 1 + (int)(a + i) % 2,
                                                .dims = 1 + (int)(a + i) % 3,
                                                .channels = 1 + (int)i,
                                                .seed = 1 + a});
}

static void test_learned_constants(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++)
        for (int layers = 0; layers < 3; layers++)
            check(&(struct cpu_case_config){.activation = inr_activation_at(a)->name,
                                            .width = 6,
                                            .layers = layers,
                                            .learn_constants = true,
                                            .seed = 3});
}

static void test_losses(void **state)
{
    (void)state;
    for (size_t i = 0; i < inr_loss_count(); i++)
        for (int channels = 1; channels <= 6; channels++)
            check(&(struct cpu_case_config){
                .loss = inr_loss_at(i)->name, .channels = channels, .layers = 1});
}

static void test_encodings(void **state)
{
    (void)state;
    static const char *const activations[] = {"relu", "sine", "wire", "gabor2"};
    for (int kind = 0; kind < 4; kind++)
        for (int dims = 1; dims <= 3; dims++)
            check(&(struct cpu_case_config){.activation = activations[(kind + dims) % 4],
                                            .encoding = kind / 2 ? INR_ENCODING_OCTAVES
                                                                 : INR_ENCODING_FOURIER,
                                            .include_input = kind % 2,
                                            .n_frequencies = kind / 2 ? 3 : 5,
                                            .dims = dims,
                                            .layers = 1});
}

/* Widths below and above the edge where own loops replace sgemm, from no hidden layer to three, and
 * outputs on both sides of it too. */
static void test_shapes(void **state)
{
    (void)state;
    static const char *const activations[] = {"sine", "wire", "gabor2"};
    for (size_t a = 0; a < 3; a++)
        for (int width = 2; width <= 12; width += width < 6 ? 1 : 3)
            for (int layers = 0; layers <= 3; layers++)
                check(&(struct cpu_case_config){.activation = activations[a],
                                                .width = width,
                                                .layers = layers,
                                                .channels = layers % 2 ? 4 : 5,
                                                .learn_constants = width % 2,
                                                .samples = 21});
}

/* Samples past one tile, and tiles shared by threads. */
static void test_many_samples(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++)
        check(&(struct cpu_case_config){
            .width = 5, .layers = 1, .samples = 700, .threads = threads, .channels = 2});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activations_and_inits),
        cmocka_unit_test(test_learned_constants),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_many_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
