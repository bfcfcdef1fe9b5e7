/* SPDX-License-Identifier: MIT
 *
 * selftest.c - Small programs run on a device and on the CPU, compared.
 *
 * A setup is one field with one way of training; it is made on both devices and gives one or more
 * lines. Tolerances are relative to the largest reference value. Both sides round to 2^-24 at every
 * operation in different orders: a value after two layers whose sine turns by up to omega = 30
 * multiplies that by 30 twice at worst and by a few in practice, hence 2e-5; a gradient also sums
 * over the batch and passes the layers again, hence 2e-4; a sum without an activation gets 1e-5.
 */
#include "exec/selftest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "exec/cpu/cpu.h"
#include "exec/exec.h"
#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "common/optimizer.glsl"
#include "field/loss.h"
#include "field/reparam.h"

#define TOLERANCE_LINEAR   1e-5
#define TOLERANCE_VALUE    2e-5
#define TOLERANCE_GRADIENT 2e-4

#define POOL_WIDTH  13u /* awkward on purpose: no multiple of a workgroup or a vector */
#define POOL_HEIGHT 11u
#define POOL        (POOL_WIDTH * POOL_HEIGHT)
#define BATCH       101u
#define POINTS      97u /* evaluated */
#define STEPS       3u
#define CHANNELS    3

struct report {
    const struct inr_device *device;
    const struct inr_log *log;
    inr_selftest_fn fn;
    void *user;
    struct inr_error *err;
};

struct setup {
    struct inr_field_config field;
    struct inr_exec_config exec;
    enum inr_depth depth;
    bool points; /* explicit coordinates instead of a grid */
    int lattice; /* a grid that reaches its domain's ends */
    bool lookup; /* the program may tabulate functions of one coordinate over the grid */
};

/* A setup on the device and on the CPU. */
struct pair {
    struct inr_field *field;
    struct inr_program *program;
    struct inr_exec *device, *cpu;
    float *got, *expected; /* room for the larger of the outputs compared */
    union {
        uint8_t u8[POOL * CHANNELS];
        uint16_t u16[POOL * CHANNELS];
        float f32[POOL * CHANNELS];
    } values;
    float coords[POOL * INR_MAX_DIMS];
};

static float uniform(uint32_t stream, uint32_t index)
{
    return inr_uniform01(inr_random(1, 2, stream, 0, index).x);
}

static void fill_pool(const struct setup *setup, struct pair *p)
{
    for (uint32_t i = 0; i < POOL * CHANNELS; i++) {
        float x = uniform(7, i);
        if (setup->depth == INR_DEPTH_U8)
            p->values.u8[i] = (uint8_t)(x * 255.0f);
        else if (setup->depth == INR_DEPTH_U16)
            p->values.u16[i] = (uint16_t)(x * 65535.0f);
        else
            p->values.f32[i] = x;
    }
    for (uint32_t i = 0; i < POOL * INR_MAX_DIMS; i++)
        p->coords[i] = 2.0f * uniform(8, i) - 1.0f;
}

static void release(struct pair *p)
{
    inr_exec_destroy(p->device);
    inr_exec_destroy(p->cpu);
    inr_program_free(p->program);
    inr_field_free(p->field);
    free(p->got);
    free(p->expected);
    free(p);
}

static enum inr_status make_exec(const struct report *r, const struct setup *setup, struct pair *p,
                                 const struct inr_device *device, struct inr_exec **out)
{
    struct inr_exec_config config = setup->exec;
    config.program = p->program;
    config.train = true;
    const struct inr_pool pool = {.dims = setup->field.dims,
                                  .channels = setup->field.channels,
                                  .shape = {POOL_WIDTH, POOL_HEIGHT, 1},
                                  .lattice = setup->lattice,
                                  .coords = setup->points ? p->coords : NULL,
                                  .values = &p->values,
                                  .depth = setup->depth,
                                  .count = POOL,
                                  .scale = 2.0f,
                                  .shift = -1.0f};
    const struct inr_state state = {.params = p->field->params};
    enum inr_status status = inr_exec_create(device, &config, r->log, out, r->err);
    if (status == INR_OK)
        status = inr_exec_set_pool(*out, &pool, r->err);
    if (status == INR_OK)
        status = inr_exec_set_state(*out, &state, r->err);
    return status;
}

static enum inr_status make_pair(const struct report *r, const struct setup *setup,
                                 struct pair **out)
{
    struct pair *p = calloc(1, sizeof *p);
    if (!p)
        return inr_fail(r->err, INR_ERR_MEMORY, "out of memory for the self-test");
    *out = p;
    fill_pool(setup, p);
    enum inr_status status = inr_field_create(&setup->field, 5, &p->field, r->err);
    const struct inr_program_grid grid = {
        .shape = {POOL_WIDTH, POOL_HEIGHT, 1}, .lattice = setup->lattice, .batch = BATCH};
    if (status == INR_OK)
        status = inr_program_create(p->field, setup->lookup ? &grid : NULL, &p->program, r->err);
    if (status != INR_OK)
        return status;
    const size_t room = 3 * p->field->n_params + POINTS * CHANNELS;
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
static void line(const struct report *r, const struct pair *p, size_t from, size_t n,
                 const char *kernel, const char *detail, double tolerance)
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

static enum inr_status values(const struct report *r, struct pair *p, const char *kernel,
                              const char *detail, double tolerance)
{
    const size_t n = POINTS * (size_t)p->program->channels;
    enum inr_status status = inr_exec_eval(p->cpu, p->coords, POINTS, p->expected, r->err);
    if (status == INR_OK)
        status = inr_exec_eval(p->device, p->coords, POINTS, p->got, r->err);
    if (status == INR_OK)
        line(r, p, 0, n, kernel, detail, tolerance);
    return status;
}

/* Fetch both gradients; the two entries after them hold loss and squared error. */
static enum inr_status fetch_gradients(const struct report *r, struct pair *p)
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

static enum inr_status gradients(const struct report *r, struct pair *p, const char *kernel,
                                 const char *detail, double tolerance)
{
    enum inr_status status = fetch_gradients(r, p);
    if (status == INR_OK)
        line(r, p, 0, p->program->n_trainable, kernel, detail, tolerance);
    return status;
}

static enum inr_status updates(const struct report *r, struct pair *p, const char *detail)
{
    struct inr_step steps[STEPS];
    struct inr_step_result results[STEPS];
    const size_t n = p->program->n_params, m = p->program->n_trainable;
    for (uint32_t i = 0; i < STEPS; i++)
        steps[i] = (struct inr_step){.index = i,
                                     .rate = 1e-2f,
                                     .correct1 = (float)(1.0 / (1.0 - pow(0.9, i + 1.0))),
                                     .correct2 = (float)(1.0 / (1.0 - pow(0.999, i + 1.0)))};
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
    line(r, p, 0, n, "optimizer", detail, TOLERANCE_LINEAR);
    return INR_OK;
}

/* A field that is only sums, so that its kernels are compared without an activation's help. */
static struct setup linear_setup(void)
{
    struct setup s = {.depth = INR_DEPTH_U8};
    inr_field_default(inr_activation_by_name("none")->id, 2, CHANNELS, &s.field);
    s.field.width = 5;
    s.field.layers = 0;
    s.exec.optimizer = (struct inr_optimizer_config){
        .kind = INR_OPTIMIZER_ADAM, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
    s.exec.batch_mode = INR_BATCH_RANDOM;
    s.exec.batch = BATCH;
    s.exec.seed = 11;
    return s;
}

static enum inr_status check_samples(const struct report *r)
{
    static const struct {
        const char *detail;
        int mode;
        enum inr_depth depth;
        bool points;
        int lattice;
    } rows[] = {{"full batch, 8 bits", INR_BATCH_FULL, INR_DEPTH_U8, false, false},
                {"random batch, 16 bits", INR_BATCH_RANDOM, INR_DEPTH_U16, false, false},
                {"stratified batch, float", INR_BATCH_STRATIFIED, INR_DEPTH_F32, false, false},
                {"grid with corners", INR_BATCH_FULL, INR_DEPTH_U8, false, true},
                {"explicit points, 8 bits", INR_BATCH_RANDOM, INR_DEPTH_U8, true, false}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct setup s = linear_setup();
        struct pair *p = NULL;
        s.exec.batch_mode = rows[i].mode;
        s.exec.batch = rows[i].mode == INR_BATCH_FULL ? POOL : BATCH;
        s.depth = rows[i].depth;
        s.points = rows[i].points;
        s.lattice = rows[i].lattice;
        status = make_pair(r, &s, &p);
        if (status == INR_OK)
            status = gradients(r, p, "sample", rows[i].detail, TOLERANCE_LINEAR);
        if (p)
            release(p);
    }
    return status;
}

static enum inr_status check_encodings(const struct report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_encoding_count() && status == INR_OK; i++) {
        struct setup s = linear_setup();
        struct pair *p = NULL;
        if (inr_encoding_at(i)->tables)
            continue;
        s.field.encoding = inr_encoding_at(i)->id;
        s.field.n_frequencies = s.field.encoding == INR_ENCODING_FOURIER ? 9 : 6;
        s.field.include_input = s.field.encoding == INR_ENCODING_OCTAVES;
        status = make_pair(r, &s, &p);
        if (status == INR_OK)
            status = values(r, p, "encode", inr_encoding_at(i)->name, TOLERANCE_VALUE);
        if (p)
            release(p);
    }
    return status;
}

/* Widths around the tiles of the matrix kernel, and the smallest. */
static enum inr_status check_products(const struct report *r)
{
    static const int widths[] = {1, 31, 67};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof widths / sizeof widths[0] && status == INR_OK; i++) {
        struct setup s = linear_setup();
        struct pair *p = NULL;
        char detail[48];
        s.field.width = widths[i];
        s.field.layers = 1;
        snprintf(detail, sizeof detail, "%d x %d", widths[i], widths[i]);
        status = make_pair(r, &s, &p);
        if (status == INR_OK)
            status = values(r, p, "matmul forward", detail, TOLERANCE_LINEAR);
        if (status == INR_OK)
            status = gradients(r, p, "matmul gradients", detail, TOLERANCE_LINEAR);
        if (p)
            release(p);
    }
    return status;
}

/* The gradient of an activation's field in two lines: weights, and constants where they learn. */
static enum inr_status activation_gradients(const struct report *r, struct pair *p,
                                            const char *name)
{
    enum inr_status status = fetch_gradients(r, p);
    if (status != INR_OK)
        return status;
    size_t constants = p->program->n_trainable;
    for (size_t i = p->field->n_slices; i-- > 0;)
        if (p->field->slices[i].role == INR_ROLE_CONSTANTS)
            constants = p->field->slices[i].offset;
    line(r, p, 0, constants, "act backward", name, TOLERANCE_GRADIENT);
    if (constants < p->program->n_trainable)
        line(r, p, constants, p->program->n_trainable - constants, "act constants", name,
             TOLERANCE_GRADIENT);
    return INR_OK;
}

static enum inr_status check_activations(const struct report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_activation_count() && status == INR_OK; i++) {
        const struct inr_activation *act = inr_activation_at(i);
        struct setup s = linear_setup();
        struct pair *p = NULL;
        inr_field_default(act->id, 2, CHANNELS, &s.field);
        s.field.width = 14;
        s.field.layers = 1;
        s.field.learn_constants = true;
        status = make_pair(r, &s, &p);
        if (status == INR_OK)
            status = values(r, p, "act forward", act->name, TOLERANCE_VALUE);
        if (status == INR_OK)
            status = activation_gradients(r, p, act->name);
        if (p)
            release(p);
    }
    return status;
}

/* Values and gradients of a field, a line each. */
static enum inr_status both(const struct report *r, const struct setup *s, const char *forward,
                            const char *backward, const char *detail)
{
    struct pair *p = NULL;
    enum inr_status status = make_pair(r, s, &p);
    if (status == INR_OK)
        status = values(r, p, forward, detail, TOLERANCE_VALUE);
    if (status == INR_OK)
        status = gradients(r, p, backward, detail, TOLERANCE_GRADIENT);
    if (p)
        release(p);
    return status;
}

/* Complex weights: the map into real products and its pull-back; weights over fixed bases. */
static enum inr_status check_maps(const struct report *r)
{
    struct setup s = linear_setup();
    inr_field_default(inr_activation_by_name("wire2d")->id, 2, CHANNELS, &s.field);
    s.field.width = 10;
    s.field.layers = 2;
    enum inr_status status = both(r, &s, "map forward", "map backward", "complex weights");
    for (size_t i = 1; i < inr_reparam_count() && status == INR_OK; i++) {
        s = linear_setup();
        inr_field_default(inr_activation_by_name("sine")->id, 2, CHANNELS, &s.field);
        s.field.width = 11;
        s.field.layers = 1;
        s.field.reparam = inr_reparam_at(i)->id;
        s.field.reparam_frequencies = 4;
        s.field.reparam_phases = 3;
        s.field.reparam_alpha = 0.2f;
        status = both(r, &s, "map forward", "map backward", inr_reparam_at(i)->name);
    }
    return status;
}

/* Architectures: ops that join branches, with a scaling field beside each, whose sum they end with.
 */
static enum inr_status check_architectures(const struct report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_architecture_count() && status == INR_OK; i++) {
        const struct inr_architecture *architecture = inr_architecture_at(i);
        struct setup s = linear_setup();
        if (architecture->id == INR_ARCHITECTURE_NONE) /* goes with tables */
            continue;
        inr_field_default(inr_activation_by_name("tanh")->id, 2, CHANNELS, &s.field);
        s.field.architecture = architecture->id;
        s.field.width = 21;
        s.field.layers = 2;
        s.field.rank = 6;
        s.field.filter_scale = 4.0f;
        s.field.scaling = 3;
        if (architecture->id == INR_ARCHITECTURE_SL2A) {
            s.field.encoding = INR_ENCODING_CHEBYSHEV;
            s.field.n_frequencies = 9;
        }
        status = both(r, &s, "program forward", "program backward", architecture->name);
        if (status == INR_OK && architecture->id == INR_ARCHITECTURE_SL2A) {
            s.lookup = true;
            status = both(r, &s, "lookup forward", "lookup backward", architecture->name);
        }
    }
    return status;
}

static enum inr_status check_losses(const struct report *r)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_loss_count() && status == INR_OK; i++) {
        struct setup s = linear_setup();
        struct pair *p = NULL;
        s.exec.loss = inr_loss_at(i)->id;
        s.exec.loss_constant = 0.1f;
        status = make_pair(r, &s, &p);
        if (status == INR_OK)
            status = gradients(r, p, "loss", inr_loss_at(i)->name, TOLERANCE_LINEAR);
        if (status == INR_OK)
            line(r, p, p->program->n_trainable, 2, "reduce", inr_loss_at(i)->name,
                 TOLERANCE_LINEAR);
        if (p)
            release(p);
    }
    return status;
}

static enum inr_status check_optimizers(const struct report *r)
{
    static const struct {
        const char *name;
        int kind;
        float decay;
    } rows[] = {{"adam", INR_OPTIMIZER_ADAM, 0.0f},
                {"adamw", INR_OPTIMIZER_ADAMW, 0.05f},
                {"sgd", INR_OPTIMIZER_SGD, 0.05f}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct setup s = linear_setup();
        struct pair *p = NULL;
        s.exec.optimizer.kind = rows[i].kind;
        s.exec.optimizer.weight_decay = rows[i].decay;
        status = make_pair(r, &s, &p);
        if (status == INR_OK)
            status = updates(r, p, rows[i].name);
        if (p)
            release(p);
    }
    return status;
}

enum inr_status inr_selftest_run(const struct inr_device *device, const struct inr_log *log,
                                 inr_selftest_fn fn, void *user, struct inr_error *err)
{
    static enum inr_status (*const checks[])(const struct report *) = {
        check_samples, check_encodings,     check_products, check_activations,
        check_maps,    check_architectures, check_losses,   check_optimizers};
    const struct report report = {device, log, fn, user, err};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && status == INR_OK; i++)
        status = checks[i](&report);
    return status;
}
