/* SPDX-License-Identifier: MIT
 *
 * choose.c - Lets a signal's spectrum choose the frequency setting of a fit (FreSh).
 */
#include "task/choose.h"

#include <stdio.h>

#include "base/clock.h"
#include "fit/config.h"
#include "inrush/select.h"

enum inr_status inr_choose_frequency(const struct inr_signal *signal, struct inr_fit_config *config,
                                     char chosen[256], struct inr_error *err)
{
    struct inr_fresh_options options;
    struct inr_fresh_result result;
    const enum inr_knob knob = config->fresh == INR_FRESH_AUTO
                                   ? INR_KNOB_AUTO
                                   : (enum inr_knob)(config->fresh - INR_FRESH_FIRST);
    enum inr_status status = inr_fresh_options(&config->field, knob, signal->dims, &options, err);
    if (status != INR_OK)
        return status;
    options.quick = true;
    options.lattice = config->lattice;
    options.seed = config->seed;
    options.device = config->device;
    options.threads = config->threads;
    status = inr_fresh_choose(signal, &config->field, &options, &result, err);
    if (status != INR_OK)
        return status;
    const struct inr_fresh_candidate *best = &result.candidates[result.choice];
    if (result.flat) {
        snprintf(chosen, 256, "FreSh: the signal is constant, so %s stays as it is",
                 inr_knob_name(result.knob));
    } else {
        inr_knob_apply(result.knob, best->value, &config->field);
        snprintf(chosen, 256,
                 "FreSh: %s %.4g, whose untrained fields come nearest to the signal's spectrum "
                 "(distance %.2f of %d bins)",
                 inr_knob_name(result.knob), best->value, best->distance, result.bins);
    }
    config->fresh = INR_FRESH_OFF;
    return INR_OK;
}

enum inr_status inr_choose_settings(const struct inr_material *material,
                                    struct inr_fit_config *config, char chosen[256],
                                    const struct inr_log *log, struct inr_error *err)
{
    struct inr_signal signal = {0};
    chosen[0] = '\0';
    if (config->fresh == INR_FRESH_OFF && !config->automatic)
        return INR_OK;
    if (config->automatic && material->shaped)
        return inr_choose_shape(config, chosen, err);
    const double begin = inr_now();
    enum inr_status status = inr_material_signal(material, &signal, err);
    if (status == INR_OK && config->automatic)
        status = inr_choose_everything(material, &signal, config, chosen, err);
    else if (status == INR_OK)
        status = inr_choose_frequency(&signal, config, chosen, err);
    inr_signal_free(&signal);
    if (status != INR_OK)
        return status;
    const double seconds = inr_now() - begin;
    inr_logf(log, INR_LOG_INFO, "%s; %.1f s", chosen, seconds);
    /* At least a tenth of the time remains for training. */
    if (config->seconds > 0.0)
        config->seconds = config->seconds - seconds > 0.1 * config->seconds
                              ? config->seconds - seconds
                              : 0.1 * config->seconds;
    return INR_OK;
}
