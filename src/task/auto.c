/* SPDX-License-Identifier: MIT
 *
 * auto.c - A fit without settings: the image's spectrum, its size and the budget choose the family,
 * its frequencies, width, batch and rate; where the budget allows, short trials decide between
 * them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "fit/config.h"
#include "fit/plan.h"
#include "fit/preset.h"
#include "fit/schedule.h"
#include "inrush/select.h"
#include "task/choose.h"
#include "task/image_fit.h"

#define CANDIDATES 3

/* A trial sees this share of the budget; its score is the mean of its last quarter. */
#define TRIAL_SHARE 0.03
#define TRIAL_MIN   40u /* steps; shorter trials rank by noise */
#define TRIAL_MAX   600u

/* Without a spectrum to go by (too little time to take it), what suits most photographs. */
#define USUAL_BIAS 1.2f

struct candidate {
    const char *preset;
    int fresh; /* row of INR_REGISTRY_FRESH */
    float rate;
    uint32_t batch;
};

/* Measured on the photographs of BENCHMARKS.md; the last row is the plain default, so that a signal
 * unlike photographs falls back to it. */
static const struct candidate candidates[CANDIDATES] = {
    {"finer", INR_FRESH_FIRST + INR_KNOB_BIAS, 3e-4f, 1024},
    {"siren", INR_FRESH_FIRST + INR_KNOB_OMEGA, 3e-4f, 1024},
    {"siren", INR_FRESH_OFF, 5e-4f, 2048},
};

struct trial {
    struct inr_fit_config config;
    double mse;   /* of its last quarter */
    double speed; /* samples a second */
    bool ran;
    char chosen[256];
};

/* What the user decides even then. */
static void keep_budget(const struct inr_fit_config *from, struct inr_fit_config *to)
{
    to->seed = from->seed;
    to->steps = from->steps;
    to->seconds = from->seconds;
    to->psnr = from->psnr;
    to->save_every = from->save_every;
    to->keep_state = from->keep_state;
    memcpy(to->device, from->device, sizeof to->device);
    to->threads = from->threads;
    to->memory_limit = from->memory_limit;
    to->field.dims = from->field.dims;
    to->field.channels = from->field.channels;
    to->corners = from->corners;
}

static enum inr_status make_config(const struct candidate *candidate,
                                   const struct inr_signal *signal,
                                   const struct inr_fit_config *given, struct trial *trial,
                                   struct inr_error *err)
{
    enum inr_status status = inr_fit_preset(candidate->preset, &trial->config, err);
    if (status != INR_OK)
        return status;
    keep_budget(given, &trial->config);
    trial->config.rate = candidate->rate;
    trial->config.batch = candidate->batch;
    trial->config.fresh = candidate->fresh;
    if (candidate->fresh == INR_FRESH_OFF)
        return INR_OK;
    return inr_choose_frequency(signal, &trial->config, trial->chosen, err);
}

/* Steps of a trial: a share of the budget, as far as the speed of the first steps tells. */
static uint32_t trial_steps(const struct inr_fit_config *config, double steps_per_second)
{
    double n = (double)(config->steps ? config->steps : inr_preset_steps(config)) * TRIAL_SHARE;
    if (config->seconds > 0.0) {
        const double timed = config->seconds * TRIAL_SHARE * steps_per_second;
        n = config->steps ? fmin(n, timed) : timed;
    }
    return n < TRIAL_MIN ? TRIAL_MIN : n > TRIAL_MAX ? TRIAL_MAX : (uint32_t)n;
}

#define FIRST_STEPS 10u

/* Train for a moment under a schedule of its own; the squared error is compared in units of the
 * signal's range. */
static enum inr_status run_steps(struct inr_image_fit *fit, struct trial *trial)
{
    struct inr_step steps[TRIAL_MAX];
    struct inr_step_result results[TRIAL_MAX];
    const struct inr_state state = {.params = fit->model->field->params};
    inr_schedule_steps(&fit->config, 0, TRIAL_MAX, steps, FIRST_STEPS);
    enum inr_status status = inr_exec_set_state(fit->exec, &state, fit->err);
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps, 1, results, fit->err);
    const double begin = inr_now();
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps + 1, FIRST_STEPS - 1, results, fit->err);
    const double spent = inr_now() - begin;
    if (status == INR_OK)
        status = inr_exec_set_state(fit->exec, &state, fit->err);
    const double rate = (FIRST_STEPS - 1) / (spent > 1e-6 ? spent : 1e-6);
    const uint32_t n = trial_steps(&fit->config, rate);
    inr_schedule_steps(&fit->config, 0, n, steps, n);
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps, n, results, fit->err);
    if (status != INR_OK)
        return status;
    const uint32_t last = n / 4;
    double sum = 0.0;
    for (uint32_t i = n - last; i < n; i++)
        sum += (double)results[i].mse;
    const double span = (double)fit->config.target_high - (double)fit->config.target_low;
    trial->mse = sum / last / (span * span);
    trial->speed = rate * fit->batch;
    trial->ran = true;
    return INR_OK;
}

static enum inr_status run_trial(const struct inr_image *image, struct trial *trial,
                                 struct inr_error *err)
{
    struct inr_image_fit fit = {.image = image, .config = trial->config, .err = err};
    enum inr_status status = inr_image_fit_begin(&fit, NULL);
    if (status == INR_OK)
        status = run_steps(&fit, trial);
    inr_image_fit_end(&fit);
    inr_model_free(fit.model);
    return status;
}

static double decibel(const struct trial *trial)
{
    return -10.0 * log10(trial->mse);
}

/* A budget too small to look at the signal first: FreSh costs about as much as 0.3 million training
 * samples, which must stay a tenth of the whole. */
static bool too_short(const struct inr_fit_config *config)
{
    const uint64_t steps = config->steps ? config->steps : inr_preset_steps(config);
    return (config->seconds > 0.0 && config->seconds < 10.0) ||
           (!(config->seconds > 0.0) && steps < 1000);
}

static void describe(const struct trial *trials, const struct trial *best, char chosen[256])
{
    char others[96] = "";
    size_t used = 0;
    for (int i = 0; i < CANDIDATES && best->ran; i++)
        if (trials[i].ran && &trials[i] != best && used < sizeof others)
            used += (size_t)snprintf(others + used, sizeof others - used, "%s%s %.1f",
                                     used ? ", " : "", candidates[i].preset, decibel(&trials[i]));
    const struct inr_fit_config *config = &best->config;
    int n = snprintf(chosen, 256, "auto: %s, width %d, batch %u, rate %g", config->preset,
                     config->field.width, config->batch, (double)config->rate);
    if (best->ran)
        n += snprintf(chosen + n, 256 - (size_t)n, ", %.1f dB in a short trial (%s)", decibel(best),
                      others);
    if (best->chosen[0])
        snprintf(chosen + n, 256 - (size_t)n, "; %s", best->chosen);
    else
        snprintf(chosen + n, 256 - (size_t)n, "; %s",
                 best->ran ? "frequencies of the preset" : "the budget is too short to compare");
}

enum inr_status inr_choose_everything(const struct inr_image *image,
                                      const struct inr_signal *signal,
                                      struct inr_fit_config *config, char chosen[256],
                                      struct inr_error *err)
{
    struct trial trials[CANDIDATES] = {0};
    const bool hasty = too_short(config);
    struct trial *best = NULL;
    for (int i = 0; i < CANDIDATES && !(hasty && i > 0); i++) {
        struct candidate candidate = candidates[i];
        if (hasty)
            candidate.fresh = INR_FRESH_OFF;
        enum inr_status status = make_config(&candidate, signal, config, &trials[i], err);
        if (status == INR_OK && hasty)
            trials[i].config.field.first_bias_scale = USUAL_BIAS;
        if (status == INR_OK && !hasty)
            status = run_trial(image, &trials[i], err);
        if (status != INR_OK)
            return status;
        if (!best || trials[i].mse < best->mse)
            best = &trials[i];
    }
    *config = best->config;
    describe(trials, best, chosen);
    return INR_OK;
}
