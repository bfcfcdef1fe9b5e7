/* SPDX-License-Identifier: MIT
 *
 * trial.c - Evaluates untrained fields on a grid and compares their spectra with a signal's.
 *
 * Initialisation i has the same seed for every candidate, as FreSh resets its seed before each:
 * what remains between candidates is the effect of the setting. The first one has the weights that
 * a fit with the same seed starts from.
 */
#include "select/trial.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "field/architecture.h"
#include "field/formula.h"
#include "field/init.h"

/* Most points of an axis on which fields are evaluated, by dimensions. Pictures: FreSh's own limit.
 * A sound or a volume at full size would take hours without a bin more. */
static const uint32_t most_points[] = {0, 16384, 1024, 128};
/* Points a bin in the quick grid: its last bin is the grid's Nyquist frequency. */
#define QUICK_POINTS 2u

static void set_shape(struct inr_trial *trial, const struct inr_signal *signal,
                      const struct inr_fresh_options *options)
{
    uint32_t side = 0, shortest = 0;
    bool large = false;
    for (int d = 0; d < signal->dims; d++) {
        const uint32_t n = signal->shape[d];
        large = large || n > most_points[signal->dims];
        if (n > 1)
            shortest = shortest == 0 || n < shortest ? n : shortest;
    }
    if (options->grid > 0)
        side = (uint32_t)options->grid;
    else if (options->quick)
        side = QUICK_POINTS * (uint32_t)trial->bins;
    else if (large)
        side = shortest < most_points[signal->dims] ? shortest : most_points[signal->dims];
    trial->points = 1;
    for (int d = 0; d < 3; d++) {
        trial->shape[d] = side && signal->shape[d] > 1 ? side : signal->shape[d];
        trial->points *= trial->shape[d];
    }
}

/* A coarser grid covers the same stretch as the signal's own, so that a cycle per side means the
 * same on both: cells of equal size, sampled in their centres. */
static void set_coords(struct inr_trial *trial, const struct inr_signal *signal, int lattice)
{
    for (int d = 0; d < signal->dims; d++) {
        const uint32_t n = trial->shape[d], native = signal->shape[d];
        const double stretch = lattice == INR_LATTICE_CORNERS && native > 1
                                   ? (double)native / ((double)native - 1.0)
                                   : 1.0;
        const double shift = lattice == INR_LATTICE_LEFT ? 1.0 / (double)native : 0.0;
        size_t inner = 1;
        for (int k = 0; k < d; k++)
            inner *= trial->shape[k];
        for (size_t i = 0; i < trial->points; i++) {
            const uint32_t at = (uint32_t)(i / inner % n);
            trial->coords[i * (size_t)signal->dims + (size_t)d] =
                n == native ? inr_grid_coord(at, n, lattice)
                            : (float)((2.0 * at + 1.0 - (double)n) / (double)n * stretch - shift);
        }
    }
}

static enum inr_status allocate(struct inr_trial *trial, struct inr_error *err)
{
    trial->coords = malloc(trial->points * (size_t)trial->config.dims * sizeof *trial->coords);
    trial->values = malloc(trial->points * (size_t)trial->config.channels * sizeof *trial->values);
    if (!trial->coords || !trial->values)
        return inr_fail(err, INR_ERR_MEMORY,
                        "out of memory for evaluating untrained fields at %zu points; use a "
                        "smaller grid",
                        trial->points);
    return inr_spectrum_create(&trial->spectrum, trial->shape, (uint32_t)trial->config.channels,
                               trial->threads, err);
}

enum inr_status inr_trial_create(const struct inr_signal *signal,
                                 const struct inr_field_config *config,
                                 const struct inr_fresh_options *options, struct inr_trial *trial,
                                 struct inr_error *err)
{
    *trial = (struct inr_trial){.config = *config,
                                .threads = options->threads,
                                .seed = options->seed,
                                .bins = options->bins};
    enum inr_status status = inr_spectrum_check(signal, options->bins, err);
    if (status != INR_OK)
        return status;
    trial->config.dims = signal->dims;
    trial->config.channels = signal->channels < INT_MAX ? (int)signal->channels : INT_MAX;
    const int nyquist = inr_spectrum_nyquist(signal->shape);
    trial->bins = options->bins < nyquist ? options->bins : nyquist;
    status = inr_field_check(&trial->config, err);
    if (status == INR_OK)
        status = inr_device_choose(options->device, &trial->device, NULL, 0, err);
    if (status == INR_OK)
        status = inr_spectrum_fresh(signal, options->bins, options->threads, trial->target, err);
    if (status != INR_OK || trial->bins == 0)
        return status;
    set_shape(trial, signal, options);
    if (2 * trial->bins > (int)trial->shape[0] && trial->shape[0] > 1)
        status = inr_fail(err, INR_ERR_USAGE,
                          "a grid of %u points a side is too coarse for %d bins: it needs 2 a bin",
                          trial->shape[0], trial->bins);
    if (status == INR_OK)
        status = allocate(trial, err);
    if (status == INR_OK)
        set_coords(trial, signal, options->lattice);
    else
        inr_trial_free(trial);
    return status;
}

void inr_trial_free(struct inr_trial *trial)
{
    free(trial->coords);
    free(trial->values);
    inr_spectrum_free(&trial->spectrum);
    trial->coords = trial->values = NULL;
}

enum inr_status inr_trial_measure(struct inr_trial *trial, struct inr_exec *exec, float *params,
                                  struct inr_trial_score *score, struct inr_error *err)
{
    double spectrum[INR_SPECTRUM_MAX], sum = 0.0;
    const struct inr_state state = {.params = params};
    enum inr_status status = inr_exec_set_state(exec, &state, err);
    if (status == INR_OK)
        status = inr_exec_eval(exec, trial->coords, trial->points, trial->values, err);
    if (status == INR_OK)
        status = inr_spectrum_run(&trial->spectrum, trial->values, trial->bins, spectrum, err);
    if (status != INR_OK)
        return status;
    trial->samples += trial->points;
    score->distances[score->inits++] = inr_spectrum_distance(trial->target, spectrum, trial->bins);
    for (int m = 0; m < trial->bins; m++)
        sum += spectrum[m];
    for (int m = 0; m < trial->bins; m++)
        score->spectrum[m] += sum > 0.0 ? spectrum[m] / sum : 0.0;
    return INR_OK;
}

/* FreSh's sine layer is sin(W (omega x) + b), ours, as SIREN's, sin(omega (W x + b)): theirs is
 * ours with biases divided by omega. Its published choices are those of the former; the latter's
 * wider phases widen the spectrum and make the choice up to 20 lower, which trains worse:
 * kodim09, 3.7 M samples, 32.5 dB at omega 90 and 32.7 dB at 120. */
static void publish_biases(struct inr_field *field)
{
    const struct inr_field_config *config = &field->config;
    if (config->architecture != INR_ARCHITECTURE_MLP ||
        strcmp(inr_activation_by_id(config->activation)->name, "sine") != 0)
        return;
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        const float omega = s->layer == 0 ? config->first[0] : config->hidden[0];
        for (int k = 0; s->role == INR_ROLE_BIAS && omega > 0.0f && k < s->rows; k++)
            field->params[s->offset + (size_t)k] /= omega;
    }
}

bool inr_trial_init_field(struct inr_field *field, uint64_t seed)
{
    const bool ok = inr_init_field(field, seed);
    publish_biases(field);
    return ok;
}

enum inr_status inr_trial_run(struct inr_trial *trial, enum inr_knob knob, double value, int inits,
                              struct inr_trial_score *score, struct inr_error *err)
{
    struct inr_field_config config = trial->config;
    struct inr_field *field = NULL;
    struct inr_program *program = NULL;
    struct inr_exec *exec = NULL;
    if (score->inits >= inits)
        return INR_OK;
    inr_knob_apply(knob, value, &config);
    enum inr_status status = inr_field_create(&config, trial->seed, &field, err);
    if (status == INR_OK)
        status = inr_program_create(field, NULL, &program, err);
    const struct inr_exec_config settings = {
        .program = program, .batch = 1, .threads = trial->threads, .train = false};
    if (status == INR_OK)
        status = inr_exec_create(&trial->device, &settings, NULL, &exec, err);
    while (status == INR_OK && score->inits < inits) {
        if (inr_trial_init_field(field, trial->seed + (uint64_t)score->inits))
            status = inr_trial_measure(trial, exec, field->params, score, err);
        else
            status = inr_fail(err, INR_ERR_MEMORY, "out of memory for an untrained field");
    }
    inr_exec_destroy(exec);
    inr_program_free(program);
    inr_field_free(field);
    return status;
}
