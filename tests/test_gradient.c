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
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/init.h"
#include "field/loss.h"
#include "field/reparam.h"

/* Floats round every value to 6e-8 of itself. Constants up to 10 and three
 * layers multiply that, the sum over samples and rows averages it: below 2e-5
 * of the largest entry in practice. A wrong term is of the order of the entries
 * themselves. */
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
            fail_msg("%s %s width %d layers %d dims %d channels %d: d %s [%zu] is "
                     "%g, not %g "
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

/* Some initialisers need what not every activation has, moments or a window, and say so. */
static bool refused(size_t activation, size_t init)
{
    struct inr_field_config config;
    inr_field_default(inr_activation_at(activation)->id, 2, 3, &config);
    config.init = inr_init_at(init)->id;
    return inr_field_check(&config, NULL) != INR_OK;
}

/* Shapes turn with the row so that all meet over the table. */
static void test_activations_and_inits(void **state)
{
    (void)state;
    size_t checked = 0;
    for (size_t a = 0; a < inr_activation_count(); a++)
        for (size_t i = 0; i < inr_init_count(); i++)
            if (!refused(a, i) && ++checked)
                check(&(struct cpu_case_config){.activation = inr_activation_at(a)->name,
                                                .init = inr_init_at(i)->name,
                                                .width = i % 2 ? 5 : 7,
                                                .layers = 1 + (int)(a + i) % 2,
                                                .dims = 1 + (int)(a + i) % 3,
                                                .channels = 1 + (int)i,
                                                .seed = 1 + a});
    /* Five initialisers take every activation. */
    assert_true(checked >= 5 * inr_activation_count());
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
        for (int channels = 1; channels <= 6 && !inr_loss_at(i)->jets; channels++)
            check(&(struct cpu_case_config){.loss = inr_loss_at(i)->name,
                                            .output = inr_loss_at(i)->unit ? "sigmoid" : NULL,
                                            .channels = channels,
                                            .layers = 1});
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

/* The learnable Chebyshev layer and what it modulates, of random points and of
 * a grid whose rows and columns are tabulated; full and low rank. */
static void test_sl2a(void **state)
{
    (void)state;
    static const char *const activations[] = {"relu", "tanh", "sine", "fkan"};
    for (int dims = 1; dims <= 3; dims++)
        for (int layers = 0; layers <= 2; layers++)
            for (int kind = 0; kind < 4; kind++)
                check(
                    &(struct cpu_case_config){.architecture = INR_ARCHITECTURE_SL2A,
                                              .activation = activations[(dims + layers + kind) % 4],
                                              .encoding = INR_ENCODING_CHEBYSHEV,
                                              .n_frequencies = 5,
                                              .rank = kind % 2 ? 3 : 0,
                                              .grid = {kind / 2 ? (dims == 1 ? 31 : 5) : 0, 4, 3},
                                              .lattice = layers % 2,
                                              .learn_constants = kind % 2,
                                              .dims = dims,
                                              .layers = layers});
}

/* The other encodings under it, and a series of high degree. */
static void test_sl2a_encodings(void **state)
{
    (void)state;
    for (int encoding = INR_ENCODING_IDENTITY; encoding <= INR_ENCODING_CHEBYSHEV; encoding++)
        check(
            &(struct cpu_case_config){.architecture = INR_ARCHITECTURE_SL2A,
                                      .encoding = encoding,
                                      .n_frequencies = encoding == INR_ENCODING_CHEBYSHEV ? 40 : 4,
                                      .rank = 2,
                                      .width = 9,
                                      .layers = 1});
}

static void test_filters(void **state)
{
    (void)state;
    for (int gabor = 0; gabor < 2; gabor++)
        for (int dims = 1; dims <= 3; dims++)
            for (int layers = 0; layers <= 2; layers++)
                check(&(struct cpu_case_config){.architecture = gabor
                                                                    ? INR_ARCHITECTURE_GABOR_NET
                                                                    : INR_ARCHITECTURE_FOURIER_NET,
                                                .activation = layers == 1 ? "finer" : "sine",
                                                .width = 6 + layers,
                                                .learn_constants = dims % 2,
                                                .dims = dims,
                                                .layers = layers});
}

/* Weights that are products with a fixed basis; layers 0: there is no hidden
 * one to replace. */
static void test_reparam(void **state)
{
    (void)state;
    static const char *const activations[] = {"sine", "relu", "finer"};
    for (int reparam = INR_REPARAM_FOURIER; reparam <= INR_REPARAM_DCT; reparam++)
        for (int layers = 0; layers <= 2; layers++)
            for (int width = 6; width <= 16; width += 5)
                check(&(struct cpu_case_config){.activation = activations[(layers + width) % 3],
                                                .reparam = reparam,
                                                .width = width,
                                                .layers = layers,
                                                .encoding = layers % 2 ? INR_ENCODING_OCTAVES
                                                                       : INR_ENCODING_IDENTITY,
                                                .n_frequencies = 3});
}

/* The linear field of Gaussians beside every architecture, and beside complex
 * wavelets. */
static void test_scaling(void **state)
{
    (void)state;
    static const char *const activations[] = {"morlet", "wire", "sine"};
    for (int dims = 1; dims <= 3; dims++)
        for (int architecture = 0; architecture < 4; architecture++)
            check(&(struct cpu_case_config){.architecture = architecture,
                                            .activation =
                                                architecture ? "sine" : activations[dims - 1],
                                            .scaling = 5 - dims,
                                            .dims = dims,
                                            .channels = dims + 1,
                                            .layers = 1});
}

/* Chebyshev features under plain layers, with and without a grid: a first layer
 * without a bias is looked up there. */
static void test_chebyshev(void **state)
{
    (void)state;
    static const char *const activations[] = {"relu", "sine", "paon", "wire"};
    for (int kind = 0; kind < 4; kind++)
        for (int dims = 1; dims <= 3; dims++)
            check(&(struct cpu_case_config){.activation = activations[kind],
                                            .encoding = INR_ENCODING_CHEBYSHEV,
                                            .n_frequencies = 4 * kind + 1,
                                            .grid = {dims == 2 ? 6 : 0, 7, 1},
                                            .no_bias = kind == 0,
                                            .dims = dims,
                                            .layers = 1});
}

/* Widths below and above the edge where own loops replace sgemm, from no hidden
 * layer to three, and outputs on both sides of it too. */
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
        cmocka_unit_test(test_sl2a),
        cmocka_unit_test(test_sl2a_encodings),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_reparam),
        cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_chebyshev),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_many_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
