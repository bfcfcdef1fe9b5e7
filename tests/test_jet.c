/* SPDX-License-Identifier: MIT
 *
 * test_jet.c - Gradients by the coordinates and the geometry loss on the CPU, for every activation,
 * encoding and architecture, against central differences in double, and whole fields against
 * PyTorch (tests/golden/jet.txt).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/cpu/cpu.h"
#include "field/activation.h"
#include "field/loss.h"
#include "jet_case.h"

static void test_differences(void **state)
{
    (void)state;
    struct inr_device device;
    inr_cpu_describe(&device);
    for (int i = 0; i < jet_case_count(); i++) {
        const struct jet_case_kind kind = jet_case_kind_at(i);
        struct jet_case c;
        jet_case_init(&c, &kind);
        struct inr_exec *exec = jet_case_exec(&c, &device, NULL);
        jet_case_check(&c, exec, kind.name);
        inr_exec_destroy(exec);
        jet_case_finish(&c);
    }
}

enum { SAMPLES = 7, MOST = 128 }; /* of tools/make-golden */

/* A field of the golden file, and what its lines have told so far. */
struct golden {
    struct inr_field *field;
    char name[32];
    float x[3 * SAMPLES], target[5 * SAMPLES];
    double y[SAMPLES], jet[3 * SAMPLES], loss, *grad;
    size_t params, grads;
};

static void begin(struct golden *g, const char *name)
{
    struct inr_field_config config;
    struct inr_error err = {0};
    memset(g, 0, sizeof *g);
    snprintf(g->name, sizeof g->name, "%s", name);
    const struct inr_activation *act = inr_activation_by_name(name);
    inr_field_default(act->id, 3, 1, &config);
    config.width = 6;
    config.layers = 1;
    config.learn_constants = act->learnable_mask != 0;
    if (inr_field_create(&config, 1, &g->field, &err) != INR_OK)
        fail_msg("%s: %s", name, err.text);
    g->grad = calloc(g->field->n_trainable, sizeof *g->grad);
    assert_non_null(g->grad);
}

/* 1e-4 of the largest: the loss weighs values with thousands. */
static void close_to(const double *expected, const float *got, size_t n, const char *what,
                     const char *name)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= 1e-4 * largest))
            fail_msg("%s, %s %zu: %.9g, not %.9g (largest %g)", name, what, i, (double)got[i],
                     expected[i], largest);
}

static void check(const struct golden *g, struct inr_exec *exec)
{
    struct inr_step_result result;
    struct inr_error err = {0};
    float y[SAMPLES], jet[3 * SAMPLES], *grad = malloc(g->field->n_trainable * sizeof *grad);
    const struct inr_state state = {.params = g->field->params};
    const struct inr_pool pool = {.dims = 3,
                                  .channels = INR_GEOMETRY_TARGETS,
                                  .coords = g->x,
                                  .values = g->target,
                                  .depth = INR_DEPTH_F32,
                                  .count = SAMPLES,
                                  .scale = 1.0f};
    assert_non_null(grad);
    assert_int_equal(inr_exec_set_state(exec, &state, &err), INR_OK);
    assert_int_equal(inr_exec_set_pool(exec, &pool, &err), INR_OK);
    assert_int_equal(inr_exec_evaluate_jet(exec, g->x, SAMPLES, y, jet, &err), INR_OK);
    assert_int_equal(inr_exec_gradient(exec, 0, grad, &result, &err), INR_OK);
    close_to(g->y, y, SAMPLES, "value", g->name);
    close_to(g->jet, jet, 3 * SAMPLES, "gradient by coordinates", g->name);
    close_to(&g->loss, &result.loss, 1, "loss", g->name);
    close_to(g->grad, grad, g->field->n_trainable, "gradient", g->name);
    free(grad);
}

static void finish(struct golden *g)
{
    struct inr_program *program = NULL;
    struct inr_exec *exec = NULL;
    struct inr_device device;
    struct inr_error err = {0};
    assert_int_equal(g->params, g->field->n_trainable);
    assert_int_equal(g->grads, g->field->n_trainable);
    assert_int_equal(inr_program_create(g->field, NULL, &program, &err), INR_OK);
    inr_cpu_describe(&device);
    const struct inr_exec_config config = {.program = program,
                                           .loss = INR_LOSS_GEOMETRY,
                                           .geometry = {3e3f, 1e2f, 1e2f, 1e2f, 5e1f, 2e1f},
                                           .train = true};
    assert_int_equal(inr_exec_create(&device, &config, NULL, &exec, &err), INR_OK);
    check(g, exec);
    inr_exec_destroy(exec);
    inr_program_free(program);
    inr_field_free(g->field);
    free(g->grad);
}

static void take(struct golden *g, const char *kind, const char *tensor, const char *at)
{
    double v[MOST];
    int n = 0;
    char *end;
    for (double x = strtod(at, &end); end != at && n < MOST; x = strtod(at = end, &end))
        v[n++] = x;
    const struct inr_slice *s = inr_field_slice(g->field, tensor);
    if (s)
        assert_int_equal(n, s->rows * s->cols);
    for (int i = 0; i < n; i++)
        if (!strcmp(kind, "param"))
            g->field->params[s->offset + (size_t)i] = (float)v[i];
        else if (!strcmp(kind, "grad"))
            g->grad[s->offset + (size_t)i] = v[i];
        else if (!strcmp(kind, "x"))
            g->x[i] = (float)v[i];
        else if (!strcmp(kind, "target"))
            g->target[i] = (float)v[i];
        else if (!strcmp(kind, "y"))
            g->y[i] = v[i];
        else if (!strcmp(kind, "jet"))
            g->jet[i] = v[i];
        else
            g->loss = v[i];
    g->params += !strcmp(kind, "param") ? (size_t)n : 0;
    g->grads += !strcmp(kind, "grad") ? (size_t)n : 0;
}

static void test_pytorch(void **state)
{
    (void)state;
    FILE *file = fopen(INR_TEST_DIR "/golden/jet.txt", "r");
    struct golden g = {.grad = NULL};
    char line[8192], kind[16], name[32];
    int used = 0, fields = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%15s %31s%n", kind, name, &used), 2);
        if (strcmp(kind, "field") != 0) {
            take(&g, kind, name, line + used);
            continue;
        }
        if (fields++)
            finish(&g);
        begin(&g, name);
    }
    fclose(file);
    assert_true(fields > 3);
    finish(&g);
}

/* What is refused is refused with a sentence. */
static void test_refused(void **state)
{
    (void)state;
    const struct jet_case_kind kind = {.name = "sine", .activation = "sine"};
    struct jet_case c;
    struct inr_device device;
    struct inr_exec *exec = NULL;
    struct inr_error err = {0};
    float y[1], jet[3];
    inr_cpu_describe(&device);
    jet_case_init(&c, &kind);
    const struct inr_exec_config config = {.program = c.program, .threads = 1};
    assert_int_equal(inr_exec_create(&device, &config, NULL, &exec, &err), INR_OK);
    assert_int_equal(inr_exec_evaluate_jet(exec, c.coords, 1, y, jet, &err), INR_ERR_USAGE);
    inr_exec_destroy(exec);
    exec = jet_case_exec(&c, &device, NULL);
    c.pool.scale = 2.0f;
    assert_int_equal(inr_exec_set_pool(exec, &c.pool, &err), INR_ERR_USAGE);
    c.pool.scale = 1.0f;
    c.pool.channels = 1;
    assert_int_equal(inr_exec_set_pool(exec, &c.pool, &err), INR_ERR_USAGE);
    inr_exec_destroy(exec);
    jet_case_finish(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pytorch),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
