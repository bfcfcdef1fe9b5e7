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

#define CANDIDATES 4

/* A trial sees this share of the budget; its score is the mean of its last quarter. All trials draw
 * the same batches, so that their differences are less noisy than their scores. */
#define TRIAL_SHARE   0.02
#define LEAST_SAMPLES 80e3 /* shorter trials rank by noise */
#define TRIAL_MIN     40u  /* steps */
#define TRIAL_MAX     600u
#define MOST_SHARE    0.2 /* of the time that all choosing may take before trials are left out */
#define BASE_BATCH    1024
#define FIRST_STEPS   10u /* before a trial, to learn the speed */

/* FreSh is asked for SIREN's omega; the others are multiples of its answer. On four photographs,
 * 30 s each, the best omega lay between its choice and twice that, and higher ones learn sooner. */
struct candidate {
    const char *preset;
    float omega; /* first omega as a multiple of FreSh's choice; 0: the preset's own */
    float rate;
    uint32_t batch;
};

/* The last row is the plain default, so that a signal unlike photographs falls back to it. */
static const struct candidate candidates[CANDIDATES] = {
    {"siren", 1.0f, 3e-4f, 1024},
    {"siren", 1.5f, 3e-4f, 1024},
    {"finer", 0.75f, 3e-4f, 1024},
    {"siren", 0.0f, 5e-4f, 2048},
};

#define BASE_WIDTH      192
#define BASE_OPERATIONS 5e12
#define LEAST_WIDTH     64
#define MOST_WIDTH      512

/* First omega of a fit too short to look at the signal: what most photographs ask for. */
#define USUAL_OMEGA 90.0f

struct trial {
    struct inr_fit_config config;
    double mse;   /* of its last quarter */
    double speed; /* samples a second */
    bool ran;
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
    to->field.width = from->field.width;
    to->field.dims = from->field.dims;
    to->field.channels = from->field.channels;
    to->corners = from->corners;
}

static enum inr_status make_config(const struct candidate *candidate, float omega,
                                   const struct inr_fit_config *given,
                                   struct inr_fit_config *config, struct inr_error *err)
{
    enum inr_status status = inr_fit_preset(candidate->preset, config, err);
    keep_budget(given, config);
    config->rate = candidate->rate;
    config->batch = candidate->batch;
    if (candidate->omega > 0.0f)
        inr_knob_apply(INR_KNOB_OMEGA, (double)(candidate->omega * omega), &config->field);
    return status;
}

/* Steps of a trial: a share of the budget in samples, so that batches of different size compare. */
static uint32_t trial_steps(const struct inr_image_fit *fit, double speed)
{
    const struct inr_fit_config *config = &fit->config;
    const uint64_t steps = config->steps ? config->steps : inr_preset_steps(config);
    double samples = (double)steps * BASE_BATCH;
    if (config->seconds > 0.0) {
        const double timed = config->seconds * speed;
        samples = config->steps ? fmin(samples, timed) : timed;
    }
    const double n = fmax(samples * TRIAL_SHARE, LEAST_SAMPLES) / fit->batch;
    return n < TRIAL_MIN ? TRIAL_MIN : n > TRIAL_MAX ? TRIAL_MAX : (uint32_t)n;
}

/* Samples a second of training, from the first few steps; the parameters are as before. */
static enum inr_status find_speed(struct inr_image_fit *fit, double *speed)
{
    struct inr_step steps[FIRST_STEPS];
    struct inr_step_result results[FIRST_STEPS];
    const struct inr_state state = {.params = fit->model->field->params};
    inr_schedule_steps(&fit->config, 0, TRIAL_MAX, steps, FIRST_STEPS);
    enum inr_status status = inr_exec_set_state(fit->exec, &state, fit->err);
    if (status == INR_OK) /* pays for page faults and thread starts */
        status = inr_exec_train(fit->exec, steps, 1, results, fit->err);
    const double begin = inr_now();
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps + 1, FIRST_STEPS - 1, results, fit->err);
    const double spent = inr_now() - begin;
    *speed = (FIRST_STEPS - 1.0) * fit->batch / (spent > 1e-6 ? spent : 1e-6);
    return status == INR_OK ? inr_exec_set_state(fit->exec, &state, fit->err) : status;
}

/* Train for a moment under a schedule of its own; the squared error is compared in units of the
 * signal's range. */
static enum inr_status run_steps(struct inr_image_fit *fit, struct trial *trial)
{
    struct inr_step steps[TRIAL_MAX];
    struct inr_step_result results[TRIAL_MAX];
    enum inr_status status = find_speed(fit, &trial->speed);
    const uint32_t n = trial_steps(fit, trial->speed);
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

static void describe(const struct trial *trials, const struct trial *best, const char *fresh,
                     char chosen[256])
{
    const struct inr_fit_config *config = &best->config;
    char others[64] = "";
    size_t used = 0;
    for (int i = 0; i < CANDIDATES; i++)
        if (trials[i].ran && &trials[i] != best && used < sizeof others)
            used += (size_t)snprintf(others + used, sizeof others - used, "%s%.1f",
                                     used ? ", " : "", decibel(&trials[i]));
    int n = snprintf(chosen, 256, "auto: %s, first-omega %.3g, width %d, batch %u, rate %g",
                     config->preset, (double)config->field.first[0], config->field.width,
                     config->batch, (double)config->rate);
    if (!best->ran)
        snprintf(chosen + n, 256 - (size_t)n, "; the budget is too short to compare");
    else
        snprintf(chosen + n, 256 - (size_t)n, "; %.1f dB in a short trial, others %s; %s",
                 decibel(best), others, fresh);
}

/* The width that makes the most of a time budget. A field of P parameters sees C / (6 P) samples
 * for C operations; on photographs of 0.4 megapixels, 30 s of two cores (C = 5e12) gave the same at
 * 192 and 256 units, and optima of this kind move with the square root of C, which is the fourth
 * root for a width. */
static int width_for(double operations)
{
    const double width = BASE_WIDTH * pow(operations / BASE_OPERATIONS, 0.25);
    const double whole = 16.0 * round(width / 16.0);
    return (int)(whole < LEAST_WIDTH ? LEAST_WIDTH : whole > MOST_WIDTH ? MOST_WIDTH : whole);
}

/* Budgets in steps ask for quality a step: those keep the preset's width. */
static enum inr_status find_width(const struct inr_image *image, struct inr_fit_config *given,
                                  struct inr_error *err)
{
    struct trial trial = {0};
    if (!(given->seconds > 0.0) || given->steps)
        return INR_OK;
    enum inr_status status = make_config(&candidates[0], USUAL_OMEGA, given, &trial.config, err);
    trial.config.field.width = BASE_WIDTH;
    struct inr_image_fit fit = {.image = image, .config = trial.config, .err = err};
    if (status == INR_OK)
        status = inr_image_fit_begin(&fit, NULL);
    if (status == INR_OK)
        status = find_speed(&fit, &trial.speed);
    if (status == INR_OK)
        given->field.width = width_for(given->seconds * trial.speed * fit.program->flops);
    inr_image_fit_end(&fit);
    inr_model_free(fit.model);
    return status;
}

/* FreSh's omega for the first candidate; 0 for a constant signal. */
static enum inr_status find_omega(const struct inr_signal *signal,
                                  const struct inr_fit_config *given, float *omega, char text[256],
                                  struct inr_error *err)
{
    struct inr_fit_config config;
    enum inr_status status = make_config(&candidates[CANDIDATES - 1], 0.0f, given, &config, err);
    config.fresh = INR_FRESH_FIRST + INR_KNOB_OMEGA;
    if (status == INR_OK)
        status = inr_choose_frequency(signal, &config, text, err);
    *omega = config.field.first[0];
    return status;
}

enum inr_status inr_choose_everything(const struct inr_image *image,
                                      const struct inr_signal *signal,
                                      struct inr_fit_config *config, char chosen[256],
                                      struct inr_error *err)
{
    struct trial trials[CANDIDATES] = {0};
    struct trial *best = &trials[0];
    char fresh[256] = "";
    float omega = USUAL_OMEGA;
    const bool hasty = too_short(config);
    const double begin = inr_now();
    enum inr_status status = find_width(image, config, err);
    if (status == INR_OK && !hasty)
        status = find_omega(signal, config, &omega, fresh, err);
    for (int i = 0; i < CANDIDATES && status == INR_OK; i++) {
        if (i > 0 && config->seconds > 0.0 && inr_now() - begin > config->seconds * MOST_SHARE)
            break;
        status = make_config(&candidates[i], omega, config, &trials[i].config, err);
        if (hasty)
            break;
        if (status == INR_OK)
            status = run_trial(image, &trials[i], err);
        if (status == INR_OK && trials[i].mse < best->mse)
            best = &trials[i];
    }
    if (status != INR_OK)
        return status;
    describe(trials, best, fresh, chosen);
    *config = best->config;
    return INR_OK;
}
