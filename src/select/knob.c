/* SPDX-License-Identifier: MIT
 *
 * knob.c - The settings that move a field's spectrum: which fields have them, and FreSh's
 * candidates and numbers of bins for each (Kania et al., ICLR 2025, configurations of the authors'
 * code).
 */
#include "select/knob.h"

#include <math.h>
#include <string.h>

#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"

/* Index of a constant of the activation that reads the coordinates, or -1. */
static int constant(const struct inr_field_config *config, const char *name)
{
    const bool mlp = config->architecture == INR_ARCHITECTURE_MLP;
    const struct inr_activation *act = mlp ? inr_activation_by_id(config->activation) : NULL;
    return act ? inr_activation_constant(act, name) : -1;
}

static double get_constant(const struct inr_field_config *config, const char *name)
{
    return (double)config->first[constant(config, name)];
}

static void set_constant(double value, struct inr_field_config *config, const char *name)
{
    config->first[constant(config, name)] = (float)value;
}

static bool has_omega(const struct inr_field_config *config)
{
    return constant(config, "omega") >= 0;
}

static double get_omega(const struct inr_field_config *config)
{
    return get_constant(config, "omega");
}

static void set_omega(double value, struct inr_field_config *config)
{
    set_constant(value, config, "omega");
}

static bool has_window(const struct inr_field_config *config)
{
    return constant(config, "sigma") >= 0;
}

static double get_window(const struct inr_field_config *config)
{
    return get_constant(config, "sigma");
}

/* In all layers: with the first one alone changed, the windows of the others decide the spectrum.
 */
static void set_window(double value, struct inr_field_config *config)
{
    set_constant(value, config, "sigma");
    config->hidden[constant(config, "sigma")] = (float)value;
}

static bool has_sigma(const struct inr_field_config *config)
{
    return config->encoding == INR_ENCODING_FOURIER;
}

static double get_sigma(const struct inr_field_config *config)
{
    return (double)config->encoding_sigma;
}

static void set_sigma(double value, struct inr_field_config *config)
{
    config->encoding_sigma = (float)value;
}

/* A first bias moves the frequency of FINER's activation alone; elsewhere it is a phase. */
static bool has_bias(const struct inr_field_config *config)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    return config->architecture == INR_ARCHITECTURE_MLP && act && strcmp(act->name, "finer") == 0;
}

static double get_bias(const struct inr_field_config *config)
{
    return (double)config->first_bias_scale;
}

static void set_bias(double value, struct inr_field_config *config)
{
    config->first_bias_scale = (float)value;
}

static bool has_octaves(const struct inr_field_config *config)
{
    return config->encoding == INR_ENCODING_OCTAVES;
}

static double get_octaves(const struct inr_field_config *config)
{
    return (double)config->n_frequencies;
}

static void set_octaves(double value, struct inr_field_config *config)
{
    config->n_frequencies = (int)lround(value);
}

static const struct inr_knob_row table[INR_KNOB_COUNT] = {
    [INR_KNOB_OMEGA] = {"first-omega", "activations with an omega", 10, 10, 20, true, has_omega,
                        get_omega, set_omega},
    [INR_KNOB_SIGMA] = {"encoding-sigma", "the fourier encoding", 1, 1, 20, true, has_sigma,
                        get_sigma, set_sigma},
    [INR_KNOB_BIAS] = {"first-bias-scale", "the finer activation", 0, 0.1, 31, true, has_bias,
                       get_bias, set_bias},
    [INR_KNOB_OCTAVES] = {"frequencies", "the octaves encoding", 1, 1, 12, false, has_octaves,
                          get_octaves, set_octaves},
    [INR_KNOB_WINDOW] = {"sigma", "activations with a sigma", 1, 1, 30, true, has_window,
                         get_window, set_window},
};

/* The knob FreSh sweeps, where a field has several: the first of these. */
static const enum inr_knob preferred[] = {INR_KNOB_SIGMA, INR_KNOB_OCTAVES, INR_KNOB_BIAS,
                                          INR_KNOB_OMEGA, INR_KNOB_WINDOW};

const struct inr_knob_row *inr_knob_row(enum inr_knob knob)
{
    return (int)knob >= 0 && knob < INR_KNOB_COUNT ? &table[knob] : NULL;
}

const char *inr_knob_name(enum inr_knob knob)
{
    const struct inr_knob_row *row = inr_knob_row(knob);
    return row ? row->name : "auto";
}

void inr_knob_apply(enum inr_knob knob, double value, struct inr_field_config *config)
{
    const struct inr_knob_row *row = inr_knob_row(knob);
    if (row && row->has(config))
        row->set(value, config);
}

static enum inr_status find(const struct inr_field_config *config, enum inr_knob *knob,
                            struct inr_error *err)
{
    if (*knob == INR_KNOB_AUTO) {
        for (size_t i = 0; i < sizeof preferred / sizeof preferred[0]; i++)
            if (table[preferred[i]].has(config)) {
                *knob = preferred[i];
                return INR_OK;
            }
        return inr_fail(
            err, INR_ERR_USAGE,
            "this field has no frequency to choose: use an activation with an omega, or "
            "the fourier or octaves encoding");
    }
    const struct inr_knob_row *row = inr_knob_row(*knob);
    if (!row)
        return inr_fail(err, INR_ERR_USAGE, "knob %d is not known", (int)*knob);
    if (!row->has(config))
        return inr_fail(err, INR_ERR_USAGE, "this field has no %s to choose: only %s", row->name,
                        row->what);
    return INR_OK;
}

/* FreSh's README: 64 bins for SIREN, 128 for the others, half of that for scenes in 3-D. FINER, a
 * sine network too, has 64 in its configurations, and with 128 every picture of Kodak tried takes
 * the last candidate. A sound has as many bins as there may be: 8 times those of a picture. */
static int default_bins(const struct inr_field_config *config, int dims)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    const bool sine = config->encoding == INR_ENCODING_IDENTITY && act && act->siren_init;
    const int bins = sine ? 64 : 128;
    return dims == 1 ? INR_SPECTRUM_MAX : dims == 2 ? bins : bins / 2;
}

enum inr_status inr_fresh_options(const struct inr_field_config *config, enum inr_knob knob,
                                  int dims, struct inr_fresh_options *options,
                                  struct inr_error *err)
{
    enum inr_status status = find(config, &knob, err);
    if (status == INR_OK && (dims < 1 || dims > INR_MAX_DIMS))
        status =
            inr_fail(err, INR_ERR_USAGE, "%d dimensions: a signal has 1 to %d", dims, INR_MAX_DIMS);
    if (status != INR_OK)
        return status;
    const struct inr_knob_row *row = inr_knob_row(knob);
    *options = (struct inr_fresh_options){
        .knob = knob, .bins = default_bins(config, dims), .n_values = row->count};
    const double scale =
        row->scales && dims == 1 ? (double)options->bins / default_bins(config, 2) : 1.0;
    for (int i = 0; i < row->count; i++)
        options->values[i] = (row->first + row->step * i) * scale;
    return INR_OK;
}
