/* SPDX-License-Identifier: MIT
 *
 * test_golden.c - Whole fields against PyTorch (tests/golden/field.txt): the reference evaluation
 * in double, and values and gradients of the CPU backend.
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

#include "cpu_case.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/reparam.h"

/* The settings behind the names of tools/make-golden. */
static const struct {
    const char *name;
    struct cpu_case_config config;
} cases[] = {
    {"sl2a",
     {.architecture = INR_ARCHITECTURE_SL2A,
      .activation = "relu",
      .encoding = INR_ENCODING_CHEBYSHEV,
      .n_frequencies = 5,
      .rank = 3}},
    {"fourier_net", {.architecture = INR_ARCHITECTURE_FOURIER_NET, .activation = "sine"}},
    {"gabor_net", {.architecture = INR_ARCHITECTURE_GABOR_NET, .activation = "sine"}},
    {"reparam", {.activation = "sine", .reparam = INR_REPARAM_FOURIER}},
    {"progressive", {.activation = "morlet", .scaling = 3}},
    {"paon", {.activation = "paon"}},
};

enum { SAMPLES = 5, MOST = 128 };

static void begin(struct cpu_case *c, const char *name)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (!strcmp(cases[i].name, name)) {
            struct cpu_case_config config = cases[i].config;
            config.layers = 2;
            config.samples = SAMPLES;
            cpu_case_init(c, &config);
            return;
        }
    fail_msg("no settings for field %s", name);
}

/* Numbers of a line into v; their count. */
static int read_numbers(const char *at, double *v)
{
    int n = 0;
    char *end;
    for (double x = strtod(at, &end); end != at && n < MOST; x = strtod(at, &end)) {
        v[n++] = x;
        at = end;
    }
    return n;
}

static const struct inr_slice *find(const struct cpu_case *c, const char *name, int n)
{
    const struct inr_slice *s = inr_field_slice(c->field, name);
    if (!s || s->rows * s->cols != n)
        fail_msg("%s has not %d values in this field", name, n);
    return s;
}

/* Both in double, on formulas of a few dozen operations. */
static void check_reference(const struct cpu_case *c, const char *name, const double *y)
{
    double *params = malloc(c->field->n_params * sizeof *params), got[3];
    assert_non_null(params);
    for (size_t i = 0; i < c->field->n_params; i++)
        params[i] = (double)c->field->params[i];
    for (int i = 0; i < SAMPLES; i++) {
        ref_field_eval(c->field, params, c->x + 2 * i, got);
        for (int k = 0; k < 3; k++)
            if (!(fabs(got[k] - y[3 * i + k]) < 1e-11 * (1 + fabs(y[3 * i + k]))))
                fail_msg("%s, reference at sample %d: %.15g, not %.15g", name, i, got[k],
                         y[3 * i + k]);
    }
    free(params);
}

/* As test_gradient.c says of floats: 1e-4 of the largest. */
static void check_backend(const struct cpu_case *c, const char *name, const double *y,
                          const double *grad)
{
    struct inr_error err = {0};
    struct inr_step_result result;
    float out[3 * SAMPLES], *got = malloc(c->field->n_trainable * sizeof *got);
    const struct inr_state state = {.params = c->field->params};
    assert_non_null(got);
    assert_int_equal(inr_cpu_backend.set_state(c->exec, &state, &err), INR_OK);
    assert_int_equal(inr_cpu_backend.set_pool(c->exec, &c->pool, &err), INR_OK);
    assert_int_equal(inr_cpu_backend.eval(c->exec, c->coords, SAMPLES, out, &err), INR_OK);
    assert_int_equal(inr_cpu_backend.gradient(c->exec, 0, got, &result, &err), INR_OK);
    double largest = 0;
    for (int i = 0; i < 3 * SAMPLES; i++)
        largest = fmax(largest, fabs(y[i]));
    for (int i = 0; i < 3 * SAMPLES; i++)
        if (!(fabs((double)out[i] - y[i]) < 1e-4 * largest))
            fail_msg("%s, value %d: %.9g, not %.9g", name, i, (double)out[i], y[i]);
    largest = 0;
    for (size_t i = 0; i < c->field->n_trainable; i++)
        largest = fmax(largest, fabs(grad[i]));
    for (size_t i = 0; i < c->field->n_trainable; i++)
        if (!(fabs((double)got[i] - grad[i]) < 1e-4 * largest))
            fail_msg("%s, gradient %zu: %.9g, not %.9g (largest %g)", name, i, (double)got[i],
                     grad[i], largest);
    free(got);
}

/* What a field's lines have told so far. */
struct reading {
    struct cpu_case c;
    char name[32];
    double y[3 * SAMPLES], *grad;
    size_t params, grads;
};

static void finish(struct reading *r)
{
    assert_int_equal(r->params, r->c.field->n_trainable); /* every tensor is given */
    assert_int_equal(r->grads, r->c.field->n_trainable);
    check_reference(&r->c, r->name, r->y);
    check_backend(&r->c, r->name, r->y, r->grad);
    free(r->grad);
    cpu_case_finish(&r->c);
    r->grad = NULL;
}

static void take(struct reading *r, const char *kind, const char *name, const char *numbers)
{
    double v[MOST];
    const int n = read_numbers(numbers, v);
    struct cpu_case *c = &r->c;
    if (!strcmp(kind, "param")) {
        float *to = c->field->params + find(c, name, n)->offset;
        for (int i = 0; i < n; i++)
            to[i] = (float)v[i];
        r->params += (size_t)n;
    } else if (!strcmp(kind, "grad")) {
        memcpy(r->grad + find(c, name, n)->offset, v, (size_t)n * sizeof *v);
        r->grads += (size_t)n;
    } else {
        assert_int_equal(n, kind[0] == 'x' ? 2 * SAMPLES : 3 * SAMPLES);
        for (int i = 0; i < n; i++)
            if (kind[0] == 'x')
                c->x[i] = (double)(c->coords[i] = (float)v[i]);
            else if (kind[0] == 't')
                c->target[i] = (double)(c->values[i] = (float)v[i]);
            else
                r->y[i] = v[i];
    }
}

static void test_fields(void **state)
{
    (void)state;
    FILE *file = fopen(INR_TEST_DIR "/golden/field.txt", "r");
    struct reading r = {.grad = NULL};
    char line[8192], kind[16], name[32];
    size_t fields = 0;
    int used = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%15s %31s%n", kind, name, &used), 2);
        if (strcmp(kind, "field") != 0) {
            take(&r, kind, name, line + used);
            continue;
        }
        if (r.grad)
            finish(&r);
        memset(&r, 0, sizeof r);
        memcpy(r.name, name, sizeof r.name);
        begin(&r.c, name);
        r.grad = calloc(r.c.field->n_trainable, sizeof *r.grad);
        assert_non_null(r.grad);
        fields++;
    }
    assert_non_null(r.grad);
    finish(&r);
    fclose(file);
    assert_int_equal(fields, sizeof cases / sizeof cases[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
