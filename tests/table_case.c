/* SPDX-License-Identifier: MIT
 *
 * table_case.c - A field of tables or of kernels with random samples.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "field/loss.h"
#include "table_case.h"

#define SAMPLES TABLE_CASE_SAMPLES

/* Tables start so small that gradients of the layers above vanish: they are drawn anew. */
static void make_field(struct table_case *c, const struct inr_field_config *config,
                       void (*change)(struct inr_field *field))
{
    struct inr_error err = {0};
    if (inr_field_create(config, 3, &c->field, &err) != INR_OK)
        fail_msg("%s: %s", c->name, err.text);
    inr_fill_uniform(c->field->params, c->field->n_table, -1.0f, 1.0f, 5, INR_STREAM_INIT, 1);
    if (change)
        change(c->field);
    if (inr_program_create(c->field, NULL, &c->program, &err) != INR_OK)
        fail_msg("%s: %s", c->name, err.text);
    const size_t n = c->field->n_params;
    c->params = malloc(n * sizeof *c->params);
    assert_non_null(c->params);
    for (size_t i = 0; i < n; i++)
        c->params[i] = (double)c->field->params[i];
}

void table_case_init(struct table_case *c, const struct inr_field_config *config,
                     void (*change)(struct inr_field *field), float reach)
{
    const size_t dims = (size_t)config->dims;
    make_field(c, config, change);
    inr_fill_uniform(c->coords, SAMPLES * dims, -reach, reach, 6, INR_STREAM_INIT, 2);
    inr_fill_uniform(c->values, (size_t)SAMPLES * 2, -1.0f, 1.0f, 7, INR_STREAM_INIT, 3);
    for (size_t i = 0; i < dims; i++) {
        c->coords[i] = 1.0f;
        c->coords[dims + i] = -1.0f;
        c->coords[2 * dims + i] = 0.0f;
    }
    for (size_t i = 0; i < SAMPLES * dims; i++)
        c->x[i] = (double)c->coords[i];
    for (size_t i = 0; i < (size_t)SAMPLES * 2; i++)
        c->target[i] = (double)c->values[i];
    c->pool = (struct inr_pool){.dims = config->dims,
                                .channels = 2,
                                .coords = c->coords,
                                .values = c->values,
                                .depth = INR_DEPTH_F32,
                                .count = SAMPLES,
                                .scale = 1.0f};
    c->batch = (struct program_ref_batch){SAMPLES, c->x, c->target};
}

void table_case_finish(struct table_case *c)
{
    inr_program_free(c->program);
    inr_field_free(c->field);
    free(c->params);
}

struct inr_exec *table_case_exec(const struct table_case *c, struct inr_exec_config config)
{
    struct inr_error err = {0};
    struct inr_device device;
    struct inr_exec *exec = NULL;
    inr_cpu_describe(&device);
    config.program = c->program;
    config.loss = inr_loss_by_name("l2")->id;
    config.train = true;
    if (!config.optimizer.beta1)
        config.optimizer = (struct inr_optimizer_config){
            .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-15f, .sparse = config.optimizer.sparse};
    if (inr_cpu_backend.create(&device, &config, NULL, &exec, &err) != INR_OK)
        fail_msg("%s", err.text);
    const struct inr_state state = {.params = c->field->params};
    assert_int_equal(inr_cpu_backend.set_state(exec, &state, NULL), INR_OK);
    assert_int_equal(inr_cpu_backend.set_pool(exec, &c->pool, NULL), INR_OK);
    return exec;
}

void table_case_close(const char *name, const char *what, const double *expected, const float *got,
                      size_t n, double tolerance)
{
    double largest = 1e-6;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= tolerance * largest))
            fail_msg("%s: %s [%zu]: %.9g, not %.9g", name, what, i, (double)got[i], expected[i]);
}

void table_case_gradient(const struct table_case *c, const char *what,
                         struct inr_exec_config config, const double *expected)
{
    const size_t n = c->program->n_trainable;
    float *got = malloc(n * sizeof *got);
    struct inr_step_result result;
    struct inr_exec *exec = table_case_exec(c, config);
    assert_non_null(got);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(inr_cpu_backend.gradient(exec, 0, got, &result, NULL), INR_OK);
        table_case_close(c->name, what, expected, got, n, c->tolerance);
    }
    inr_cpu_backend.destroy(exec);
    free(got);
}

void table_case_check(const struct table_case *c)
{
    double y[SAMPLES * 2];
    float got[SAMPLES * 2];
    double *expected = malloc(c->program->n_trainable * sizeof *expected);
    assert_non_null(expected);
    program_ref_eval(c->program, c->params, &c->batch, y);
    program_ref_gradient(c->program, c->params, &c->batch, expected);
    struct inr_exec *exec = table_case_exec(c, (struct inr_exec_config){.threads = 2});
    assert_int_equal(inr_cpu_backend.eval(exec, c->coords, SAMPLES, got, NULL), INR_OK);
    table_case_close(c->name, "value", y, got, (size_t)SAMPLES * 2, c->tolerance);
    inr_cpu_backend.destroy(exec);
    table_case_gradient(c, "gradient", (struct inr_exec_config){.threads = 3}, expected);
    table_case_gradient(c, "fixed-point gradient",
                        (struct inr_exec_config){.threads = 2, .fixed_point = true}, expected);
    free(expected);
}
