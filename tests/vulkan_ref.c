/* SPDX-License-Identifier: MIT
 *
 * vulkan_ref.c - Values and gradients of a case, compared with those in double.
 */
#include "vulkan_ref.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/grid.glsl"

void vulkan_ref_batch(const struct vulkan_case *c, struct program_ref_batch *batch)
{
    const size_t n = c->pool.count, dims = (size_t)c->pool.dims,
                 channels = (size_t)c->pool.channels;
    double *x = malloc(n * (dims + channels) * sizeof *x), *target = x + n * dims;
    assert_non_null(x);
    for (size_t j = 0; j < n; j++) {
        size_t rest = j;
        for (size_t d = 0; d < dims; d++) {
            const uint32_t side = c->pool.shape[d];
            x[j * dims + d] =
                (double)inr_grid_coord((uint32_t)(rest % side), side, c->pool.lattice);
            rest /= side;
        }
        for (size_t k = 0; k < channels; k++)
            target[j * channels + k] =
                2.0 * ((const uint8_t *)c->values)[j * channels + k] / 255.0 - 1.0;
    }
    *batch = (struct program_ref_batch){n, x, target};
}

void vulkan_ref_close(const float *found, const double *expected, size_t n, double allowed,
                      const char *what, const char *of)
{
    double difference = 0.0, largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)found[i] - expected[i]);
        difference = d > difference || isnan(d) ? d : difference;
        largest = fabs(expected[i]) > largest ? fabs(expected[i]) : largest;
    }
    assert_true(largest > 0.0);
    if (!(difference <= allowed * largest))
        fail_msg("%s of %s differ by %.2e, allowed %.2e", what, of, difference / largest, allowed);
    if (getenv("INRUSH_TEST_MARGINS"))
        fprintf(stderr, "%-40s %-16s %.2e of %.2e\n", of, what, difference / largest, allowed);
}

/* The gradient of a case's loss with its regularisers, tensor by tensor. */
static void check_gradient(const struct vulkan_case *c, struct inr_exec *exec,
                           const struct program_ref_batch *batch, const double *params,
                           double allowed, const char *what)
{
    const size_t n = c->program->n_trainable;
    struct inr_error err = {0};
    struct inr_step_result result;
    double *gradient = malloc(n * sizeof *gradient);
    float *found = malloc(n * sizeof *found);
    assert_true(gradient && found);
    program_ref_gradient(c->program, params, batch, gradient);
    program_ref_regularise(c->program, params, (double)c->config.table_tv,
                           (double)c->config.table_l2, gradient);
    assert_int_equal(inr_exec_gradient(exec, 0, found, &result, &err), INR_OK);
    for (size_t i = 0; i < c->field->n_slices; i++) {
        const struct inr_slice *s = &c->field->slices[i];
        if (s->trainable)
            vulkan_ref_close(found + s->offset, gradient + s->offset, (size_t)(s->rows * s->cols),
                             allowed, s->name, what);
    }
    const double loss = program_ref_loss(c->program, params, batch);
    assert_true(fabs((double)result.loss - loss) <= allowed * loss);
    free(gradient);
    free(found);
}

void vulkan_ref_check(const struct vulkan_case_config *config,
                      const struct inr_vk_overrides *overrides, double allowed, const char *what)
{
    struct vulkan_case c;
    struct inr_error err = {0};
    struct program_ref_batch batch;
    vulkan_case_init(&c, config);
    vulkan_ref_batch(&c, &batch);
    const size_t values = batch.n * (size_t)c.pool.channels, n = c.program->n_params;
    const size_t coords = batch.n * (size_t)c.pool.dims;
    double *params = malloc((n + values) * sizeof *params), *y = params + n;
    float *x = malloc((coords + values) * sizeof *x), *found = x + coords;
    assert_true(params && x);
    for (size_t i = 0; i < n; i++)
        params[i] = (double)c.field->params[i];
    for (size_t i = 0; i < coords; i++)
        x[i] = (float)batch.x[i];
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), overrides);
    program_ref_eval(c.program, params, &batch, y);
    assert_int_equal(inr_exec_eval(exec, x, batch.n, found, &err), INR_OK);
    vulkan_ref_close(found, y, values, allowed, "values", what);
    check_gradient(&c, exec, &batch, params, allowed, what);
    inr_exec_destroy(exec);
    free((double *)batch.x);
    free(params);
    free(x);
    vulkan_case_finish(&c);
}
