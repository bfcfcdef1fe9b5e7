/* SPDX-License-Identifier: MIT
 *
 * jet_case.c - Small fields of every kind with points, normals and distances.
 */
#include "jet_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cpu_case.h"
#include "common/grid.glsl"
#include "enc/grid.glsl"
#include "enc/kernel.glsl"
#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/loss.h"

/* Parameters compared with differences: all of a network's, some of a table's. */
#define MOST_SLOPES 90
#define KINK        0.01 /* least distance from one */
#define PRIME       509.0

static const struct jet_case_kind kinds[] = {
    {.name = "fourier", .encoding = INR_ENCODING_FOURIER},
    {.name = "octaves", .encoding = INR_ENCODING_OCTAVES, .dims = 2},
    {.name = "chebyshev", .encoding = INR_ENCODING_CHEBYSHEV},
    {.name = "grid", .encoding = INR_ENCODING_GRID},
    {.name = "smooth grid",
     .encoding = INR_ENCODING_GRID,
     .interpolation = INR_GRID_SMOOTHSTEP,
     .dims = 2},
    {.name = "cubic grid", .encoding = INR_ENCODING_GRID, .interpolation = INR_GRID_CUBIC},
    {.name = "cubic line",
     .encoding = INR_ENCODING_GRID,
     .interpolation = INR_GRID_CUBIC,
     .dims = 1},
    {.name = "multigrid", .encoding = INR_ENCODING_MULTIGRID},
    {.name = "hash", .encoding = INR_ENCODING_HASH},
    {.name = "smooth hash, fixed point",
     .encoding = INR_ENCODING_HASH,
     .interpolation = INR_GRID_SMOOTHSTEP,
     .fixed_point = true},
    {.name = "tiled", .encoding = INR_ENCODING_TILED},
    {.name = "planes", .encoding = INR_ENCODING_PLANES},
    {.name = "planes in a plane", .encoding = INR_ENCODING_PLANES, .dims = 2},
    {.name = "hash alone", .encoding = INR_ENCODING_HASH, .architecture = INR_ARCHITECTURE_NONE},
    {.name = "hash and sigmoid",
     .encoding = INR_ENCODING_HASH,
     .architecture = INR_ARCHITECTURE_NONE,
     .output = "sigmoid"},
    {.name = "sl2a", .encoding = INR_ENCODING_CHEBYSHEV, .architecture = INR_ARCHITECTURE_SL2A},
    {.name = "sl2a in a plane",
     .encoding = INR_ENCODING_CHEBYSHEV,
     .architecture = INR_ARCHITECTURE_SL2A,
     .dims = 2},
    {.name = "fourier_net", .architecture = INR_ARCHITECTURE_FOURIER_NET, .activation = "sine"},
    {.name = "gabor_net", .architecture = INR_ARCHITECTURE_GABOR_NET, .activation = "sine"},
    {.name = "gabor_net in a plane",
     .architecture = INR_ARCHITECTURE_GABOR_NET,
     .activation = "sine",
     .dims = 2},
    {.name = "neurbf", .architecture = INR_ARCHITECTURE_NEURBF, .waves = true},
    {.name = "neurbf beside a hash",
     .architecture = INR_ARCHITECTURE_NEURBF,
     .encoding = INR_ENCODING_HASH,
     .waves = true},
    {.name = "neurbf of hats",
     .architecture = INR_ARCHITECTURE_NEURBF,
     .form = INR_KERNEL_HAT,
     .dims = 2},
    {.name = "neurbf on a line", .architecture = INR_ARCHITECTURE_NEURBF, .waves = true, .dims = 1},
    {.name = "neurbf, fixed point",
     .architecture = INR_ARCHITECTURE_NEURBF,
     .waves = true,
     .fixed_point = true,
     .dims = 2},
    {.name = "scaling field", .scaling = 3, .activation = "sine"},
    {.name = "reparameterised", .reparam = 1, .activation = "sine"},
    {.name = "sine output", .output = "sine", .activation = "sine"},
    {.name = "sine on a line", .activation = "sine", .dims = 1, .learn = true},
    {.name = "sine in a plane", .activation = "sine", .dims = 2, .learn = true},
    {.name = "wire on a line", .activation = "wire", .dims = 1, .learn = true},
    {.name = "wire2d in a plane", .activation = "wire2d", .dims = 2, .learn = true},
};

int jet_case_count(void)
{
    return (int)(inr_activation_count() + sizeof kinds / sizeof kinds[0]);
}

struct jet_case_kind jet_case_kind_at(int index)
{
    const int n = (int)inr_activation_count();
    if (index >= n)
        return kinds[index - n];
    const struct inr_activation *a = inr_activation_at((size_t)index);
    return (struct jet_case_kind){
        .name = a->name, .activation = a->name, .learn = a->learnable_mask != 0};
}

static void make_field(struct jet_case *c, const struct jet_case_kind *kind)
{
    const char *activation = kind->activation ? kind->activation : "tanh";
    struct inr_field_config field;
    struct inr_error err = {0};
    inr_field_default(inr_activation_by_name(activation)->id, kind->dims ? kind->dims : 3, 1,
                      &field);
    cpu_case_mild(&field, activation);
    field.width = 6;
    field.layers = 1;
    field.learn_constants = kind->learn;
    field.encoding = kind->encoding;
    field.architecture = kind->architecture;
    field.interpolation = kind->interpolation;
    field.n_frequencies = kind->encoding == INR_ENCODING_OCTAVES ? 2 : 4;
    field.encoding_sigma = 0.5f;
    field.include_input = true;
    field.rank = 3;
    field.filter_scale = 4.0f;
    field.scaling = kind->scaling;
    field.reparam = kind->reparam;
    field.reparam_frequencies = 3;
    field.reparam_phases = 2;
    field.reparam_alpha = 0.3f;
    field.features = kind->architecture == INR_ARCHITECTURE_NONE ? 0 : 2;
    for (int i = 0; i < INR_MAX_DIMS; i++)
        field.resolution[i] = 4 + i;
    field.levels = 3;
    field.base_resolution = 3;
    field.finest_resolution = 8;
    field.log2_table = 5;
    field.plane_resolution = 4;
    field.volume_resolution = 3;
    /* In a plane all are neighbours: where one takes another's place the shares jump, and there the
     * samples lie between them. */
    field.kernels = kind->dims == 2 ? 12 : 30;
    field.neighbours = kind->dims == 2 ? 12 : 0;
    field.kernel_features = 5;
    field.kernel = kind->form;
    field.kernel_low = kind->waves ? 0.5f : 0.0f;
    field.kernel_high = kind->waves ? 4.0f : 0.0f;
    field.unit_low = kind->waves ? 1.0f : 0.0f;
    field.unit_high = kind->waves ? 3.0f : 0.0f;
    if (kind->output)
        field.output_activation = inr_activation_by_name(kind->output)->id;
    if (inr_field_create(&field, 3, &c->field, &err) != INR_OK)
        fail_msg("%s: %s", kind->name, err.text);
}

/* Tables start so small that the gradients of the layers above vanish, and some tensors start from
 * zeros or ones, where wrong terms may too. */
static void leave_the_start(struct jet_case *c, uint64_t *random)
{
    for (size_t i = 0; i < c->field->n_trainable; i++) {
        const double spread = i < c->field->n_table ? 1.0 : 0.1;
        c->field->params[i] += (float)(spread * cpu_case_random(random));
    }
}

/* One sample anew, on a lattice whose prime side keeps it off the cell borders of tables. Normals
 * have a length that is not 1, as those of files. */
static void draw(struct jet_case *c, size_t i, uint64_t *random)
{
    const size_t dims = (size_t)c->program->dims;
    for (size_t k = 0; k < dims; k++)
        c->coords[i * dims + k] =
            (float)((2.0 * floor(254.0 * cpu_case_random(random)) + 1.0) / PRIME);
    float *t = c->targets + i * INR_GEOMETRY_TARGETS;
    for (size_t k = 0; k < INR_GEOMETRY_TARGETS; k++)
        t[k] = k <= dims ? (float)cpu_case_random(random) : 0.0f;
    t[4] = i % 2 ? 1.0f : 0.0f;
    for (size_t k = 0; k < dims; k++)
        c->x[i * dims + k] = (double)c->coords[i * dims + k];
    for (size_t k = 0; k < INR_GEOMETRY_TARGETS; k++)
        c->target[i * INR_GEOMETRY_TARGETS + k] = (double)t[k];
}

static void make_samples(struct jet_case *c, const char *name, uint64_t *random)
{
    const size_t dims = (size_t)c->program->dims;
    for (size_t i = 0; i < JET_CASE_SAMPLES; i++) {
        double kink = 0.0;
        for (int tries = 0; tries < 200 && kink < KINK; tries++) {
            draw(c, i, random);
            const struct program_ref_batch one = {1, c->x + i * dims,
                                                  c->target + i * INR_GEOMETRY_TARGETS};
            kink = 1.0;
            program_ref_geometry(c->program, c->params, &one, &c->weights, &kink);
        }
        if (kink < KINK)
            fail_msg("%s: no sample away from the kinks", name);
    }
}

void jet_case_init(struct jet_case *c, const struct jet_case_kind *kind)
{
    uint64_t random = 11;
    struct inr_error err = {0};
    memset(c, 0, sizeof *c);
    make_field(c, kind);
    leave_the_start(c, &random);
    if (inr_program_create(c->field, NULL, &c->program, &err) != INR_OK)
        fail_msg("%s: %s", kind->name, err.text);
    c->weights = (inr_geometry){3.0f, 2.0f, 4.0f, 1.5f, 0.7f, 0.4f};
    c->fixed_point = kind->fixed_point;
    c->params = malloc(c->program->n_params * sizeof *c->params);
    assert_non_null(c->params);
    for (size_t i = 0; i < c->program->n_params; i++)
        c->params[i] = (double)c->field->params[i];
    make_samples(c, kind->name, &random);
    c->batch = (struct program_ref_batch){JET_CASE_SAMPLES, c->x, c->target};
    c->pool = (struct inr_pool){.dims = c->program->dims,
                                .channels = INR_GEOMETRY_TARGETS,
                                .coords = c->coords,
                                .values = c->targets,
                                .depth = INR_DEPTH_F32,
                                .count = JET_CASE_SAMPLES,
                                .scale = 1.0f};
}

void jet_case_finish(struct jet_case *c)
{
    inr_program_free(c->program);
    inr_field_free(c->field);
    free(c->params);
}

struct inr_exec *jet_case_exec(const struct jet_case *c, const struct inr_device *device,
                               const struct inr_log *log)
{
    struct inr_exec *exec = NULL;
    struct inr_error err = {0};
    const struct inr_state state = {.params = c->field->params};
    const struct inr_exec_config config = {.program = c->program,
                                           .loss = INR_LOSS_GEOMETRY,
                                           .geometry = c->weights,
                                           .jets = true,
                                           .fixed_point = c->fixed_point,
                                           .batch_mode = (int)INR_BATCH_FULL,
                                           .batch = JET_CASE_SAMPLES,
                                           .threads = 1,
                                           .train = true};
    if (inr_exec_create(device, &config, log, &exec, &err) != INR_OK ||
        inr_exec_set_state(exec, &state, &err) != INR_OK ||
        inr_exec_set_pool(exec, &c->pool, &err) != INR_OK)
        fail_msg("%s", err.text);
    return exec;
}

/* The largest of expected values is what rounding is measured by. */
static void close_to_all(const double *expected, const float *got, size_t n, double tolerance,
                         const char *what, const char *name)
{
    double largest = 1e-6;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= tolerance * largest))
            fail_msg("%s, %s [%zu]: %.9g, not %.9g", name, what, i, (double)got[i], expected[i]);
}

/* Values pass few layers of few units: 2^-24 a rounding, times the constants of an activation for
 * a derivative, and their square for the second. */
#define VALUE_TOLERANCE    1e-5
#define TANGENT_TOLERANCE  1e-5
#define GRADIENT_TOLERANCE 5e-5

static void check_points(const struct jet_case *c, struct inr_exec *exec, const char *name)
{
    float y[JET_CASE_SAMPLES], g[JET_CASE_SAMPLES * INR_MAX_DIMS];
    double expected[JET_CASE_SAMPLES], slopes[JET_CASE_SAMPLES * INR_MAX_DIMS];
    struct inr_error err = {0};
    if (inr_exec_evaluate_jet(exec, c->coords, JET_CASE_SAMPLES, y, g, &err) != INR_OK)
        fail_msg("%s: %s", name, err.text);
    program_ref_jet(c->program, c->params, &c->batch, expected, slopes);
    close_to_all(expected, y, JET_CASE_SAMPLES, VALUE_TOLERANCE, "value", name);
    close_to_all(slopes, g, JET_CASE_SAMPLES * (size_t)c->program->dims, TANGENT_TOLERANCE,
                 "gradient by coordinates", name);
}

void jet_case_check(const struct jet_case *c, struct inr_exec *exec, const char *name)
{
    const size_t n = c->program->n_trainable, every = (n + MOST_SLOPES - 1) / MOST_SLOPES;
    float *gradient = malloc(n * sizeof *gradient), some[MOST_SLOPES];
    double slopes[MOST_SLOPES], kink = 1.0;
    struct inr_step_result result;
    struct inr_error err = {0};
    assert_non_null(gradient);
    check_points(c, exec, name);
    if (inr_exec_gradient(exec, 0, gradient, &result, &err) != INR_OK)
        fail_msg("%s: %s", name, err.text);
    const double loss = program_ref_geometry(c->program, c->params, &c->batch, &c->weights, &kink);
    close_to_all(&loss, &result.loss, 1, VALUE_TOLERANCE, "loss", name);
    size_t m = 0;
    for (size_t i = 0; i < n; i += every) {
        some[m] = gradient[i];
        slopes[m++] = program_ref_geometry_slope(c->program, c->params, &c->batch, &c->weights, i);
    }
    close_to_all(slopes, some, m, GRADIENT_TOLERANCE, "gradient", name);
    free(gradient);
}
