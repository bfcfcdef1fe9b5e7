/* SPDX-License-Identifier: MIT
 *
 * config.c - Defaults of a field's settings, and the check that every field starts from.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "inrush/variance.h"

#include "field/architecture.h"
#include "field/encoding.h"
#include "field/grid.h"
#include "field/init.h"
#include "field/quantize.h"
#include "field/reparam.h"
#include "field/scaling.h"

void inr_field_default(int activation, int dims, int channels, struct inr_field_config *config)
{
    const struct inr_activation *act = inr_activation_by_id(activation);
    *config = (struct inr_field_config){
        .dims = dims,
        .channels = channels,
        .encoding = INR_ENCODING_IDENTITY,
        .n_frequencies = 0,
        .encoding_sigma = 10.0f,
        .octave_base = 3.14159265f,
        .levels = 16,
        .base_resolution = 16,
        .log2_table = 19,
        .plane_resolution = 20,
        .volume_resolution = 5,
        .activation = activation,
        .output_activation = INR_OUTPUT_AS_IS,
        .width = 256,
        .layers = 3,
        .bias = true,
        .init = act && act->siren_init ? INR_INIT_SIREN
                : act && act->rational ? INR_INIT_PAON
                                       : INR_INIT_PYTORCH,
        .first_bias_scale = -1.0f,
        .edge_share = 1.0f,
        .rank = 128,
        .filter_scale = 256.0f,
        .kernel_features = 32,
        .kernel_low = 0.125f,
        .kernel_high = 4096.0f,
        .unit_low = 10.0f,
        .unit_high = 100.0f,
        .reparam_frequencies = 128,
        .reparam_phases = 32,
        .reparam_alpha = 0.01f,
    };
    for (int k = 0; act && k < act->n_constants; k++)
        config->first[k] = config->hidden[k] = act->constant_defaults[k];
}

static enum inr_status check_range(const char *what, int value, int low, int high,
                                   struct inr_error *err)
{
    if (value >= low && value <= high)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE, "%s is %d: it must lie in %d..%d", what, value, low, high);
}

static enum inr_status check_encoding(const struct inr_field_config *config, struct inr_error *err)
{
    if (!inr_encoding_by_id(config->encoding))
        return inr_fail(err, INR_ERR_USAGE, "encoding id %d is not known", config->encoding);
    if (config->encoding == INR_ENCODING_IDENTITY)
        return INR_OK;
    if (inr_encoding_by_id(config->encoding)->tables)
        return inr_grid_check(config, err);
    /* 2^31 is past what a float coordinate resolves, and 4096 features are past any use. */
    int most = config->encoding == INR_ENCODING_OCTAVES ? 31 : 4096;
    enum inr_status status = check_range("frequencies", config->n_frequencies, 1, most, err);
    if (status != INR_OK)
        return status;
    if (!(config->encoding_sigma > 0.0f) || !isfinite(config->encoding_sigma))
        return inr_fail(err, INR_ERR_USAGE, "encoding-sigma is %g: it must be above 0",
                        (double)config->encoding_sigma);
    if (!(config->octave_base > 0.0f) || !isfinite(config->octave_base))
        return inr_fail(err, INR_ERR_USAGE, "octave-base is %g: it must be above 0",
                        (double)config->octave_base);
    if (config->octave_ratio != 0.0f &&
        !(config->octave_ratio > 1.0f && config->octave_ratio <= 16.0f))
        return inr_fail(err, INR_ERR_USAGE,
                        "octave-ratio is %g: it must be 0 or above 1, and at most 16",
                        (double)config->octave_ratio);
    return INR_OK;
}

static enum inr_status check_widths(const struct inr_field_config *config, struct inr_error *err)
{
    if (!(config->width_end >= 0.0f && config->width_end <= 1.0f))
        return inr_fail(err, INR_ERR_USAGE, "width-end is %g: it must lie in 0..1",
                        (double)config->width_end);
    if (!(config->width_power >= 0.0f && config->width_power <= 100.0f))
        return inr_fail(err, INR_ERR_USAGE, "width-power is %g: it must lie in 0..100",
                        (double)config->width_power);
    if (config->width_end > 0.0f &&
        (config->architecture != INR_ARCHITECTURE_MLP || config->reparam != INR_REPARAM_NONE))
        return inr_fail(err, INR_ERR_USAGE,
                        "width-end narrows the layers of architecture mlp without reparam, not of "
                        "architecture %s and reparam %s",
                        inr_architecture_by_id(config->architecture)->name,
                        inr_reparam_by_id(config->reparam)->name);
    return INR_OK;
}

static enum inr_status check_nested(const struct inr_field_config *config,
                                    const struct inr_activation *act, struct inr_error *err)
{
    enum inr_status status = check_range("nested", config->nested, 0, INR_MAX_NESTED, err);
    if (status != INR_OK || config->nested < 2)
        return status;
    if (config->level < 0 || config->level >= config->nested)
        return inr_fail(err, INR_ERR_USAGE, "level %d of %d nested networks does not exist",
                        config->level, config->nested);
    if (config->architecture == INR_ARCHITECTURE_MLP && config->reparam == INR_REPARAM_NONE &&
        config->scaling == 0 && act->planes_z == 1 && act->planes_h == 1)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE,
                    "nested works for architecture mlp with a real activation, without reparam and "
                    "scaling");
}

static enum inr_status check_reparam(const struct inr_field_config *config, struct inr_error *err)
{
    if (!inr_reparam_by_id(config->reparam))
        return inr_fail(err, INR_ERR_USAGE, "reparam id %d is not known", config->reparam);
    if (config->reparam == INR_REPARAM_NONE)
        return INR_OK;
    if (!(config->reparam_alpha > 0.0f) || !isfinite(config->reparam_alpha))
        return inr_fail(err, INR_ERR_USAGE, "reparam-alpha is %g: it must be above 0",
                        (double)config->reparam_alpha);
    enum inr_status status =
        check_range("reparam-frequencies", config->reparam_frequencies, 1, 4096, err);
    return status == INR_OK ? check_range("reparam-phases", config->reparam_phases, 1, 1024, err)
                            : status;
}

static enum inr_status check_output(const struct inr_field_config *config, struct inr_error *err)
{
    const struct inr_activation *act = inr_activation_by_id(config->output_activation);
    if (!act)
        return inr_fail(err, INR_ERR_USAGE, "output-activation id %d is not known",
                        config->output_activation);
    if (act->planes_z != 1 || act->planes_h != 1)
        return inr_fail(err, INR_ERR_USAGE,
                        "output-activation %s reads more than the one number of an output: use a "
                        "real activation, such as sine, sigmoid or tanh",
                        act->name);
    if (!(config->output_omega >= 0.0f) || !isfinite(config->output_omega))
        return inr_fail(err, INR_ERR_USAGE, "output-omega is %g: it must be 0 or above",
                        (double)config->output_omega);
    if (config->output_omega > 0.0f && inr_activation_constant(act, "omega") < 0)
        return inr_fail(err, INR_ERR_USAGE,
                        "output-omega is %g, but output-activation %s has no frequency: use sine, "
                        "or leave it at 0",
                        (double)config->output_omega, act->name);
    if (config->opponent && config->channels < 3)
        return inr_fail(err, INR_ERR_USAGE,
                        "opponent turns three channels into RGB, and there are %d: leave it off",
                        config->channels);
    if (config->opponent && config->output_activation != INR_OUTPUT_AS_IS)
        return inr_fail(err, INR_ERR_USAGE,
                        "opponent needs outputs as they are: leave it or output-activation %s off",
                        act->name);
    return INR_OK;
}

/* What an architecture asks of activation and reparameterisation, then the rest of it. */
static enum inr_status check_architecture(const struct inr_field_config *config,
                                          const struct inr_activation *act, struct inr_error *err)
{
    const struct inr_architecture *architecture = inr_architecture_by_id(config->architecture);
    const bool scalar = act->planes_z == 1 && act->planes_h == 1;
    if (architecture->scalar_only && !scalar)
        return inr_fail(err, INR_ERR_USAGE, "architecture %s needs a real activation, not %s",
                        architecture->name, act->name);
    if (config->reparam != INR_REPARAM_NONE && !architecture->reparam)
        return inr_fail(err, INR_ERR_USAGE, "reparam works on architecture mlp, not on %s",
                        architecture->name);
    if (config->reparam != INR_REPARAM_NONE && !scalar)
        return inr_fail(err, INR_ERR_USAGE,
                        "reparam %s works on real layers of one weight, which %s has not",
                        inr_reparam_by_id(config->reparam)->name, act->name);
    if (!config->bias && (config->architecture != INR_ARCHITECTURE_MLP ||
                          config->reparam != INR_REPARAM_NONE || !scalar))
        return inr_fail(err, INR_ERR_USAGE,
                        "bias off works for plain layers of architecture mlp: not with "
                        "architecture %s, activation %s and reparam %s",
                        architecture->name, act->name, inr_reparam_by_id(config->reparam)->name);
    return architecture->check ? architecture->check(config, err) : INR_OK;
}

static enum inr_status check_constants(const struct inr_field_config *config,
                                       const struct inr_activation *act, struct inr_error *err)
{
    for (int k = 0; k < act->n_constants; k++)
        if (!isfinite(config->first[k]) || !isfinite(config->hidden[k]))
            return inr_fail(err, INR_ERR_USAGE, "%s of activation %s is not a finite number",
                            act->constant_names[k], act->name);
    return INR_OK;
}

int inr_init_window(const struct inr_field_config *config)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    return act ? inr_activation_constant(act, "sigma") : -1;
}

/* "gauss, gabor, gabor2, wire or wire2d", from the table. */
static void list_windows(char *text, size_t size)
{
    size_t used = 0, left = 0;
    struct inr_field_config config = {0};
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < inr_activation_count(); i++) {
            config.activation = inr_activation_at(i)->id;
            if (inr_init_window(&config) < 0)
                continue;
            if (pass == 0) {
                left++;
                continue;
            }
            left--;
            const int n = snprintf(text + used, size - used, "%s%s", inr_activation_at(i)->name,
                                   left > 1    ? ", "
                                   : left == 1 ? " or "
                                               : "");
            used = n > 0 && (size_t)n < size - used ? used + (size_t)n : size - 1;
        }
    text[used] = '\0';
}

enum inr_status inr_init_check_placed(const struct inr_field_config *config, const char *what,
                                      struct inr_error *err)
{
    char names[256];
    const int k = inr_init_window(config);
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    if (config->architecture != INR_ARCHITECTURE_MLP || !config->bias ||
        config->encoding != INR_ENCODING_IDENTITY)
        return inr_fail(
            err, INR_ERR_USAGE,
            "%s places the first layer of an mlp that reads the coordinates themselves: "
            "use architecture mlp, encoding identity and bias on, or another init",
            what);
    if (k < 0) {
        list_windows(names, sizeof names);
        return inr_fail(err, INR_ERR_USAGE,
                        "%s places windows, and activation %s has none: use %s, or another init",
                        what, act->name, names);
    }
    if (!isnormal(config->first[k]))
        return inr_fail(err, INR_ERR_USAGE,
                        "%s cannot widen a window of first-sigma %g: it must not be 0", what,
                        (double)config->first[k]);
    return INR_OK;
}

static enum inr_status check_init(const struct inr_field_config *config, struct inr_error *err)
{
    const struct inr_init *init = inr_init_by_id(config->init);
    char what[64];
    if (!(config->edge_share >= 0.0f && config->edge_share <= 1.0f))
        return inr_fail(err, INR_ERR_USAGE, "edge-share is %g: it must lie in 0..1",
                        (double)config->edge_share);
    snprintf(what, sizeof what, "init %s", init->name);
    return init->placed ? inr_init_check_placed(config, what, err) : INR_OK;
}

enum inr_status inr_field_check(const struct inr_field_config *config, struct inr_error *err)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    if (!act)
        return inr_fail(err, INR_ERR_USAGE, "activation id %d is not known", config->activation);
    if (!inr_architecture_by_id(config->architecture))
        return inr_fail(err, INR_ERR_USAGE, "architecture id %d is not known",
                        config->architecture);
    if (!inr_init_by_id(config->init))
        return inr_fail(err, INR_ERR_USAGE, "init id %d is not known", config->init);
    enum inr_status status = check_range("dims", config->dims, 1, INR_MAX_DIMS, err);
    if (status == INR_OK)
        status = check_range("channels", config->channels, 1, INR_MAX_CHANNELS, err);
    /* Plane activations need room for one unit of sqrt(planes) real ones. */
    if (status == INR_OK)
        status = check_range("width", config->width, act->planes_z, INR_MAX_WIDTH, err);
    if (status == INR_OK)
        status = check_range("layers", config->layers, 0, INR_MAX_LAYERS, err);
    if (status == INR_OK)
        status = check_encoding(config, err);
    if (status == INR_OK)
        status = check_range("scaling", config->scaling, 0, INR_SCALING_MAX, err);
    if (status == INR_OK)
        status = check_reparam(config, err);
    if (status == INR_OK)
        status = check_widths(config, err);
    if (status == INR_OK)
        status = check_nested(config, act, err);
    if (status == INR_OK)
        status = check_architecture(config, act, err);
    if (status == INR_OK)
        status = check_constants(config, act, err);
    if (status == INR_OK)
        status = check_output(config, err);
    if (status == INR_OK)
        status = check_init(config, err);
    if (status == INR_OK && !isfinite(config->first_bias_scale))
        status = inr_fail(err, INR_ERR_USAGE,
                          "first-bias-scale is %g: it must be 0 or above, or -1 for the "
                          "initialiser's rule",
                          (double)config->first_bias_scale);
    if (status == INR_OK && (!(config->sigma_p >= 0.0f) || !isfinite(config->sigma_p)))
        status = inr_fail(err, INR_ERR_USAGE, "sigma-p is %g: it must be 0 or above",
                          (double)config->sigma_p);
    if (status == INR_OK && config->init == INR_INIT_VI3NR &&
        inr_encoding_by_id(config->encoding)->tables)
        status = inr_fail(err, INR_ERR_USAGE,
                          "init vi3nr needs features of a known variance, and encoding %s learns "
                          "its own: use pytorch, kaiming or xavier",
                          inr_encoding_by_id(config->encoding)->name);
    if (status == INR_OK)
        status = inr_quantize_check(config, err);
    struct inr_variance unused;
    if (status == INR_OK && config->init == INR_INIT_VI3NR)
        status = inr_variance_of(config, &unused, err);
    return status;
}
