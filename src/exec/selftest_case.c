/* SPDX-License-Identifier: MIT
 *
 * selftest_case.c - A field made on a device and on the CPU, and the lines that compare the two.
 */
#include "exec/selftest_case.h"

#include <math.h>
#include <stdlib.h>

#include "common/optimizer.glsl"
#include "exec/cpu/cpu.h"
#include "field/activation.h"
#include "field/formula.h"

#define STEPS 3u

static float uniform(uint32_t stream, uint32_t index)
{
    return inr_uniform01(inr_random(1, 2, stream, 0, index).x);
}

static void fill_pool(const struct inr_selftest_setup *setup, struct inr_selftest_pair *p)
{
    const uint32_t channels = setup->exec.jets ? INR_GEOMETRY_TARGETS : INR_SELFTEST_CHANNELS;
    for (uint32_t i = 0; i < INR_SELFTEST_POOL * channels; i++) {
        float x = uniform(7, i);
        if (setup->depth == INR_DEPTH_U8)
            p->values.u8[i] = (uint8_t)(x * 255.0f);
        else if (setup->depth == INR_DEPTH_U16)
            p->values.u16[i] = (uint16_t)(x * 65535.0f);
        else
            p->values.f32[i] = x;
    }
    for (uint32_t i = 0; i < INR_SELFTEST_POOL * INR_MAX_DIMS; i++)
        p->coords[i] = 2.0f * uniform(8, i) - 1.0f;
}

void inr_selftest_release(struct inr_selftest_pair *p)
{
    inr_exec_destroy(p->device);
    inr_exec_destroy(p->cpu);
    inr_program_free(p->program);
    inr_field_free(p->field);
    free(p->got);
    free(p->expected);
    free(p);
}

static enum inr_status make_exec(const struct inr_selftest_report *r,
                                 const struct inr_selftest_setup *setup,
                                 struct inr_selftest_pair *p, const struct inr_device *device,
                                 struct inr_exec **out)
{
    struct inr_exec_config config = setup->exec;
    config.program = p->program;
    config.train = true;
    const bool plain = setup->unit || config.jets;
    const struct inr_pool pool = {.dims = setup->field.dims,
                                  .channels =
                                      config.jets ? INR_GEOMETRY_TARGETS : setup->field.channels,
                                  .shape = {INR_SELFTEST_POOL_WIDTH, INR_SELFTEST_POOL_HEIGHT, 1},
                                  .lattice = setup->lattice,
                                  .coords = setup->points ? p->coords : NULL,
                                  .values = &p->values,
                                  .depth = setup->depth,
                                  .count = INR_SELFTEST_POOL,
                                  .scale = plain ? 1.0f : 2.0f,
                                  .shift = plain ? 0.0f : -1.0f,
                                  .readout = setup->readout.kind ? &setup->readout : NULL};
    const struct inr_state state = {.params = p->field->params};
    enum inr_status status = inr_exec_create(device, &config, r->log, out, r->err);
    if (status == INR_OK)
        status = inr_exec_set_pool(*out, &pool, r->err);
    if (status == INR_OK)
        status = inr_exec_set_state(*out, &state, r->err);
    return status;
}

enum inr_status inr_selftest_pair(const struct inr_selftest_report *r,
                                  const struct inr_selftest_setup *setup,
                                  struct inr_selftest_pair **out)
{
    struct inr_selftest_pair *p = calloc(1, sizeof *p);
    if (!p)
        return inr_fail(r->err, INR_ERR_MEMORY, "out of memory for the self-test");
    *out = p;
    fill_pool(setup, p);
    enum inr_status status = inr_field_create(&setup->field, 5, &p->field, r->err);
    /* neighbours start alike; 16-bit floats hold these exactly */
    for (size_t i = 0; status == INR_OK && i < p->field->n_table; i++)
        p->field->params[i] =
            ldexpf(rintf(1024.0f * (p->field->params[i] + uniform(9, (uint32_t)i) - 0.5f)), -10);
    const struct inr_program_grid grid = {
        .shape = {INR_SELFTEST_POOL_WIDTH, INR_SELFTEST_POOL_HEIGHT, 1},
        .lattice = setup->lattice,
        .batch = INR_SELFTEST_BATCH};
    if (status == INR_OK)
        status = inr_program_create(p->field, setup->lookup ? &grid : NULL, &p->program, r->err);
    if (status != INR_OK)
        return status;
    const size_t room = 3 * p->field->n_params + INR_SELFTEST_POINTS * INR_SELFTEST_CHANNELS;
    p->got = calloc(room, sizeof *p->got);
    p->expected = calloc(room, sizeof *p->expected);
    if (!p->got || !p->expected)
        return inr_fail(r->err, INR_ERR_MEMORY, "out of memory for the self-test");
    struct inr_device cpu;
    inr_cpu_describe(&cpu);
    status = make_exec(r, setup, p, &cpu, &p->cpu);
    return status == INR_OK ? make_exec(r, setup, p, r->device, &p->device) : status;
}

/* One line from entries [from, from + n) of both outputs. */
void inr_selftest_line(const struct inr_selftest_report *r, const struct inr_selftest_pair *p,
                       size_t from, size_t n, const char *kernel, const char *detail,
                       double tolerance)
{
    double largest = 0.0, error = 0.0;
    for (size_t i = from; i < from + n; i++) {
        const double d = fabs((double)p->got[i] - (double)p->expected[i]);
        largest = fmax(largest, fabs((double)p->expected[i]));
        /* Written so that a NaN on either side stays. */
        error = error >= d ? error : d;
    }
    error = largest > 0.0 ? error / largest : error;
    r->fn(r->user, kernel, detail, error, tolerance, error <= tolerance);
}

enum inr_status inr_selftest_values(const struct inr_selftest_report *r,
                                    struct inr_selftest_pair *p, const char *kernel,
                                    const char *detail, double tolerance)
{
    const size_t n = INR_SELFTEST_POINTS * (size_t)p->program->channels;
    enum inr_status status =
        inr_exec_eval(p->cpu, p->coords, INR_SELFTEST_POINTS, p->expected, r->err);
    if (status == INR_OK)
        status = inr_exec_eval(p->device, p->coords, INR_SELFTEST_POINTS, p->got, r->err);
    if (status == INR_OK)
        inr_selftest_line(r, p, 0, n, kernel, detail, tolerance);
    return status;
}

/* Fetch both gradients; the two entries after them hold loss and squared error. */
enum inr_status inr_selftest_fetch(const struct inr_selftest_report *r, struct inr_selftest_pair *p)
{
    const size_t n = p->program->n_trainable;
    struct inr_step_result a, b;
    enum inr_status status = inr_exec_gradient(p->cpu, 4, p->expected, &a, r->err);
    if (status == INR_OK)
        status = inr_exec_gradient(p->device, 4, p->got, &b, r->err);
    if (status != INR_OK)
        return status;
    p->expected[n] = a.loss;
    p->expected[n + 1] = a.mse;
    p->got[n] = b.loss;
    p->got[n + 1] = b.mse;
    return INR_OK;
}

enum inr_status inr_selftest_gradients(const struct inr_selftest_report *r,
                                       struct inr_selftest_pair *p, const char *kernel,
                                       const char *detail, double tolerance)
{
    enum inr_status status = inr_selftest_fetch(r, p);
    if (status == INR_OK)
        inr_selftest_line(r, p, 0,
                          p->program->n_table ? p->program->n_table : p->program->n_trainable,
                          kernel, detail, tolerance);
    return status;
}

enum inr_status inr_selftest_updates(const struct inr_selftest_report *r,
                                     struct inr_selftest_pair *p, const char *detail)
{
    struct inr_step steps[STEPS];
    struct inr_step_result results[STEPS];
    const size_t n = p->program->n_params, m = p->program->n_trainable;
    for (uint32_t i = 0; i < STEPS; i++)
        steps[i] = (struct inr_step){.index = i,
                                     .rate = 1e-2f,
                                     .correct1 = (float)(1.0 / (1.0 - pow(0.9, i + 1.0))),
                                     .correct2 = (float)(1.0 / (1.0 - pow(0.999, i + 1.0))),
                                     .fade = i == 1 ? 0.5f : 1.0f,
                                     .gain = 0.5f * (float)i,
                                     .share = 0.75f};
    for (int side = 0; side < 2; side++) {
        struct inr_exec *exec = side ? p->device : p->cpu;
        float *out = side ? p->got : p->expected;
        struct inr_state state = {.params = out, .m = out + n, .v = out + n + m};
        enum inr_status status = inr_exec_train(exec, steps, STEPS, results, r->err);
        if (status == INR_OK)
            status = inr_exec_get_state(exec, &state, r->err);
        if (status != INR_OK)
            return status;
    }
    inr_selftest_line(r, p, 0, n, "optimizer", detail, INR_SELFTEST_TOLERANCE_LINEAR);
    return INR_OK;
}

/* A field that is only sums, so that its kernels are compared without an activation's help. */
struct inr_selftest_setup inr_selftest_linear(void)
{
    struct inr_selftest_setup s = {.depth = INR_DEPTH_U8};
    inr_field_default(inr_activation_by_name("none")->id, 2, INR_SELFTEST_CHANNELS, &s.field);
    s.field.width = 5;
    s.field.layers = 0;
    s.exec.optimizer = (struct inr_optimizer_config){
        .kind = INR_OPTIMIZER_ADAM, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
    s.exec.batch_mode = INR_BATCH_RANDOM;
    s.exec.batch = INR_SELFTEST_BATCH;
    s.exec.seed = 11;
    s.exec.plan = INR_PLAN_LAYERED;
    return s;
}

/* Values and gradients of a field, a line each. */
enum inr_status inr_selftest_both(const struct inr_selftest_report *r,
                                  const struct inr_selftest_setup *s, const char *forward,
                                  const char *backward, const char *detail)
{
    struct inr_selftest_pair *p = NULL;
    enum inr_status status = inr_selftest_pair(r, s, &p);
    if (status == INR_OK)
        status = inr_selftest_values(r, p, forward, detail, INR_SELFTEST_TOLERANCE_VALUE);
    if (status == INR_OK)
        status = inr_selftest_gradients(r, p, backward, detail, INR_SELFTEST_TOLERANCE_GRADIENT);
    if (p)
        inr_selftest_release(p);
    return status;
}

enum inr_status inr_selftest_loss(const struct inr_selftest_report *r, struct inr_selftest_setup s,
                                  const struct inr_loss_kind *loss, const char *gradient,
                                  const char *sums, double tolerance)
{
    struct inr_selftest_pair *p = NULL;
    s.exec.loss = loss->id;
    s.exec.loss_constant = 0.1f;
    s.unit = loss->unit;
    if (s.unit)
        s.field.output_activation = inr_activation_by_name("sigmoid")->id;
    enum inr_status status = inr_selftest_pair(r, &s, &p);
    if (status == INR_OK)
        status = inr_selftest_gradients(r, p, gradient, loss->name, tolerance);
    if (status == INR_OK)
        inr_selftest_line(r, p, p->program->n_trainable, 2, sums, loss->name,
                          INR_SELFTEST_TOLERANCE_LINEAR);
    if (p)
        inr_selftest_release(p);
    return status;
}
