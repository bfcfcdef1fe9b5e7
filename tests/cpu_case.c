/* SPDX-License-Identifier: MIT
 *
 * cpu_case.c - A small field on the CPU backend with random samples.
 */
#include "cpu_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/init.h"
#include "field/loss.h"

double cpu_case_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-52 - 1.0;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "cpu_case.c: %s\n", what);
    abort();
}

/* The published constants put Gaussians of small random fields at zero nearly everywhere, and a
 * large omega multiplies rounding; formulas at those constants are tested where formulas are. */
void cpu_case_mild(struct inr_field_config *field, const char *activation)
{
    static const struct {
        const char *name;
        float p[INR_MAX_CONSTANTS];
    } rows[] = {{"sine", {10}},        {"gauss", {2}},
                {"gabor", {5, 2}},     {"finer", {3, 0}},
                {"sinc", {6}},         {"hosc", {5, 1.5f}},
                {"gabor2", {4, 1.5f}}, {"wire", {4, 1.5f}},
                {"wire2d", {4, 1}},    {"incode", {6, 0.2f, 0.1f, 0.3f, 0.1f}},
                {"morlet", {4, 1.5f}}, {"fkan", {5}}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!strcmp(rows[i].name, activation)) {
            memcpy(field->first, rows[i].p, sizeof field->first);
            memcpy(field->hidden, rows[i].p, sizeof field->hidden);
            field->hidden[0] *= 0.75f; /* first and hidden layers differ */
        }
}

static int init_by_name(const char *name)
{
    for (size_t i = 0; i < inr_init_count(); i++)
        if (!strcmp(inr_init_at(i)->name, name))
            return inr_init_at(i)->id;
    must(false, "no such initialiser");
    return 0;
}

/* Some tensors start from zeros or ones, where wrong terms may vanish: move them. */
static void leave_the_start(struct cpu_case *c)
{
    uint64_t random = 77;
    for (size_t i = 0; i < c->field->n_slices; i++) {
        const struct inr_slice *s = &c->field->slices[i];
        if (s->role != INR_ROLE_DENOMINATOR && s->role != INR_ROLE_SCALING &&
            s->role != INR_ROLE_NORM_SCALE && s->role != INR_ROLE_NORM_SHIFT)
            continue;
        for (size_t k = 0; k < (size_t)s->rows * (size_t)s->cols; k++)
            c->field->params[s->offset + k] += (float)(0.5 * cpu_case_random(&random));
    }
}

static void make_field(struct cpu_case *c)
{
    const struct cpu_case_config *config = &c->config;
    struct inr_error err = {0};
    struct inr_field_config field;
    inr_field_default(inr_activation_by_name(config->activation)->id, config->dims,
                      config->channels, &field);
    cpu_case_mild(&field, config->activation);
    field.width = config->width;
    field.layers = config->layers;
    field.width_end = config->width_end;
    field.encoding = config->encoding;
    field.n_frequencies = config->n_frequencies;
    field.octave_ratio = config->octave_ratio;
    field.encoding_sigma = 1.0f;
    field.include_input = config->include_input;
    field.learn_constants = config->learn_constants;
    field.bias = !config->no_bias;
    if (config->output)
        field.output_activation = inr_activation_by_name(config->output)->id;
    field.output_omega = config->output_omega;
    field.opponent = config->opponent;
    if (config->init)
        field.init = init_by_name(config->init);
    field.architecture = config->architecture;
    field.rank = config->rank;
    field.filter_scale = 6.0f;
    field.scaling = config->scaling;
    field.reparam = config->reparam;
    field.reparam_frequencies = 3;
    field.reparam_phases = 2;
    field.reparam_alpha = 0.3f;
    must(inr_field_create(&field, config->seed, &c->field, &err) == INR_OK, err.text);
    leave_the_start(c);
    struct inr_program_grid grid = {.lattice = config->lattice, .batch = config->samples};
    memcpy(grid.shape, config->grid, sizeof grid.shape);
    must(inr_program_create(c->field, grid.shape[0] ? &grid : NULL, &c->program, &err) == INR_OK,
         err.text);
}

/* The points of a grid, first axis fastest. */
static void fill_grid(struct cpu_case *c)
{
    const uint32_t *shape = c->config.grid;
    const int dims = c->config.dims;
    for (size_t i = 0; i < c->config.samples; i++)
        for (size_t axis = 0, rest = i; axis < (size_t)dims; axis++) {
            const double n = shape[axis], at = (double)(rest % shape[axis]);
            c->x[i * (size_t)dims + axis] =
                c->config.lattice ? 2 * at / (n - 1) - 1 : (2 * at + 1) / n - 1;
            rest /= shape[axis];
        }
}

static void make_samples(struct cpu_case *c)
{
    const size_t n = c->config.samples;
    const size_t xs = n * (size_t)c->config.dims, ys = n * (size_t)c->config.channels;
    uint64_t random = c->config.seed;
    c->coords = malloc(xs * sizeof *c->coords);
    c->values = malloc(ys * sizeof *c->values);
    c->x = malloc(xs * sizeof *c->x);
    c->target = malloc(ys * sizeof *c->target);
    must(c->coords && c->values && c->x && c->target, "out of memory");
    for (size_t i = 0; i < xs; i++)
        c->x[i] = (double)(c->coords[i] = (float)cpu_case_random(&random));
    for (size_t i = 0; i < ys; i++)
        c->values[i] = (float)cpu_case_random(&random);
    for (size_t i = 0; i < ys; i++) {
        if (inr_loss_by_name(c->config.loss)->unit)
            c->values[i] = 0.5f + 0.5f * c->values[i];
        c->target[i] = (double)c->values[i];
    }
    if (c->config.grid[0])
        fill_grid(c);
    c->pool = (struct inr_pool){.dims = c->config.dims,
                                .channels = c->config.channels,
                                .shape = {c->config.grid[0], c->config.grid[1], c->config.grid[2]},
                                .lattice = c->config.lattice,
                                .coords = c->config.grid[0] ? NULL : c->coords,
                                .values = c->values,
                                .depth = INR_DEPTH_F32,
                                .count = n,
                                .scale = 1.0f};
    c->batch = (struct ref_batch){
        .n = n, .x = c->x, .target = c->target, .loss = c->config.loss, .constant = 0.3};
}

static void make_exec(struct cpu_case *c)
{
    struct inr_error err = {0};
    struct inr_device device;
    inr_cpu_describe(&device);
    const struct inr_exec_config config = {.program = c->program,
                                           .optimizer = {c->config.optimizer, 0.9f, 0.99f, 1e-8f,
                                                         c->config.weight_decay,
                                                         c->config.absolute_decay},
                                           .loss = inr_loss_by_name(c->config.loss)->id,
                                           .loss_constant = 0.3f,
                                           .batch_mode = c->config.batch_mode,
                                           .batch = c->config.batch,
                                           .seed = c->config.seed,
                                           .threads = c->config.threads,
                                           .train = !c->config.eval_only};
    must(inr_cpu_backend.create(&device, &config, NULL, &c->exec, &err) == INR_OK, err.text);
    const struct inr_state state = {.params = c->field->params};
    must(inr_cpu_backend.set_state(c->exec, &state, &err) == INR_OK, err.text);
    must(inr_cpu_backend.set_pool(c->exec, &c->pool, &err) == INR_OK, err.text);
}

void cpu_case_init(struct cpu_case *c, const struct cpu_case_config *config)
{
    memset(c, 0, sizeof *c);
    c->config = *config;
    struct cpu_case_config *d = &c->config;
    d->activation = d->activation ? d->activation : "sine";
    d->loss = d->loss ? d->loss : "l2";
    d->dims = d->dims ? d->dims : 2;
    d->channels = d->channels ? d->channels : 3;
    d->width = d->width ? d->width : 7;
    d->samples = d->samples ? d->samples : 37;
    d->threads = d->threads ? d->threads : 1;
    d->seed = d->seed ? d->seed : 1;
    for (int axis = 0; d->grid[0] && axis < 3; axis++)
        d->grid[axis] = axis < d->dims ? d->grid[axis] : 1;
    if (d->grid[0])
        d->samples = (size_t)d->grid[0] * d->grid[1] * d->grid[2];
    make_field(c);
    make_samples(c);
    make_exec(c);
}

void cpu_case_finish(struct cpu_case *c)
{
    inr_cpu_backend.destroy(c->exec);
    inr_program_free(c->program);
    inr_field_free(c->field);
    free(c->coords);
    free(c->values);
    free(c->x);
    free(c->target);
    memset(c, 0, sizeof *c);
}
