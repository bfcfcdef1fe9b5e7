/* SPDX-License-Identifier: MIT
 *
 * auto.c - A fit without settings: the signal's spectrum, its size and the budget choose the
 * family, its frequencies, width, batch and rate; where the budget allows, short trials decide
 * between them.
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
#include "task/setup.h"

#define CANDIDATES 3

/* A trial sees this share of the budget; its score is the mean of its last quarter. All trials draw
 * the same batches, so that their differences are less noisy than their scores. */
#define TRIAL_SHARE   0.02
#define LEAST_SAMPLES 80e3 /* shorter trials rank by noise */
#define TRIAL_MIN     40u  /* steps */
#define TRIAL_MAX     600u
#define MOST_SHARE    0.2 /* of the time that all choosing may take before trials are left out */
#define PACE_STEPS    32u /* that tell the speed */

/* Widths are for a time budget; see width_for. */
#define BASE_WIDTH      192
#define BASE_OPERATIONS 5e12
#define LEAST_WIDTH     64
#define MOST_WIDTH      512

/* The first omega that most photographs want, and that of fits too short to look at theirs. */
#define USUAL_OMEGA 120.0f

/* Rates are those of small batches: at 5e-4 a SIREN of such an omega, or FINER, ends 1 to 4 dB
 * lower. FreSh's omega is the first choice. Where it is low, the race asks whether twice as much
 * does better: kodim23, 27 s of two cores at width 192, 35.5 dB at 90 and 35.7 dB at 120 where
 * FreSh says 60; kodim05, 26.9 dB at 120, FreSh's choice, and 26.5 dB at 180. FINER was tried in
 * the race's place of honour too: 35.6 and 26.4 dB at best. The last row is the plain default, so
 * that a signal unlike photographs falls back to it. */
struct candidate {
    float omega; /* first omega as a multiple of FreSh's choice; 0: the preset's own */
    float most;  /* ... and its greatest value, which must be above FreSh's choice; 0: none */
    float rate;
    uint32_t batch;
};

static const struct candidate candidates[CANDIDATES] = {
    {1.0f, 0.0f, 3e-4f, 1024},
    {2.0f, USUAL_OMEGA, 3e-4f, 1024},
    {0.0f, 0.0f, 5e-4f, 2048},
};

struct trial {
    struct inr_fit_config config;
    double mse; /* of its last quarter */
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
    to->plan = from->plan;
    to->precision = from->precision;
    to->no_coopmat = from->no_coopmat;
    to->no_fp16 = from->no_fp16;
    to->loss_scale = from->loss_scale;
    to->field.width = from->field.width;
    to->field.dims = from->field.dims;
    to->field.channels = from->field.channels;
    to->lattice = from->lattice;
    to->task = from->task;
}

static enum inr_status make_config(const struct candidate *candidate, float omega,
                                   const struct inr_fit_config *given,
                                   struct inr_fit_config *config, struct inr_error *err)
{
    enum inr_status status = inr_fit_preset("siren", config, err);
    float wanted = candidate->omega * omega;
    if (candidate->most > 0.0f && wanted > candidate->most)
        wanted = candidate->most;
    keep_budget(given, config);
    config->rate = candidate->rate;
    config->batch = candidate->batch;
    if (wanted > 0.0f)
        inr_knob_apply(INR_KNOB_OMEGA, (double)wanted, &config->field);
    return status;
}

/* Samples that the budget allows; pace: operations a second, known for time budgets. */
static double budget_samples(const struct inr_setup *fit, double pace)
{
    const struct inr_fit_config *config = &fit->config;
    const uint64_t steps = config->steps ? config->steps : inr_preset_steps(config);
    const double by_steps = (double)steps * candidates[0].batch;
    const double by_time = config->seconds * pace / fit->program->flops;
    if (!(config->seconds > 0.0))
        return by_steps;
    return config->steps ? fmin(by_steps, by_time) : by_time;
}

/* Train for a moment under a schedule of its own; the squared error is compared in units of the
 * signal's range. Trials are equal in samples, so that batches of different size compare. */
static enum inr_status run_steps(struct inr_setup *fit, double pace, struct trial *trial)
{
    struct inr_step steps[TRIAL_MAX];
    struct inr_step_result results[TRIAL_MAX];
    const struct inr_state state = {.params = fit->model->field->params};
    const double samples = fmax(budget_samples(fit, pace) * TRIAL_SHARE, LEAST_SAMPLES);
    const double wanted = samples / fit->batch;
    const uint32_t n = wanted < TRIAL_MIN   ? TRIAL_MIN
                       : wanted > TRIAL_MAX ? TRIAL_MAX
                                            : (uint32_t)wanted;
    inr_schedule_steps(&fit->config, 0, n, steps, n);
    enum inr_status status = inr_exec_set_state(fit->exec, &state, fit->err);
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps, n, results, fit->err);
    const uint32_t last = n / 4;
    double sum = 0.0;
    for (uint32_t i = n - last; i < n && status == INR_OK; i++)
        sum += (double)results[i].mse;
    const double span = (double)fit->config.target_high - (double)fit->config.target_low;
    trial->mse = sum / last / (span * span);
    trial->ran = status == INR_OK;
    return status;
}

static enum inr_status run_trial(const struct inr_material *material, double pace,
                                 struct trial *trial, struct inr_error *err)
{
    struct inr_setup fit = {.material = material, .config = trial->config, .err = err};
    enum inr_status status = inr_setup_begin(&fit);
    if (status == INR_OK)
        status = run_steps(&fit, pace, trial);
    inr_setup_end(&fit);
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

/* Operations a second of training, from a few steps after the first, which pays for page faults and
 * the start of threads. */
static enum inr_status run_pace(struct inr_setup *fit, double *pace)
{
    struct inr_step steps[PACE_STEPS];
    struct inr_step_result results[PACE_STEPS];
    const struct inr_state state = {.params = fit->model->field->params};
    inr_schedule_steps(&fit->config, 0, PACE_STEPS, steps, PACE_STEPS);
    enum inr_status status = inr_exec_set_state(fit->exec, &state, fit->err);
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps, PACE_STEPS, results, fit->err);
    const double begin = inr_now();
    if (status == INR_OK)
        status = inr_exec_train(fit->exec, steps, PACE_STEPS, results, fit->err);
    const double spent = fmax(inr_now() - begin, 1e-6);
    *pace = PACE_STEPS * (double)fit->batch * fit->program->flops / spent;
    return status;
}

/* Time budgets: the pace of this device, and the width for it. Budgets in steps ask for quality a
 * step: those keep the preset's width. */
static enum inr_status find_width(const struct inr_material *material, struct inr_fit_config *given,
                                  double *pace, struct inr_error *err)
{
    struct inr_setup fit = {.material = material, .err = err};
    if (!(given->seconds > 0.0))
        return INR_OK;
    enum inr_status status = make_config(&candidates[0], USUAL_OMEGA, given, &fit.config, err);
    fit.config.field.width = BASE_WIDTH;
    if (status == INR_OK)
        status = inr_setup_begin(&fit);
    if (status == INR_OK)
        status = run_pace(&fit, pace);
    if (status == INR_OK && !given->steps)
        given->field.width = width_for(given->seconds * *pace);
    inr_setup_end(&fit);
    inr_model_free(fit.model);
    return status;
}

/* FreSh's omega; that of the preset for a constant signal. */
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

/* Run the candidates while the time for choosing lasts. */
static enum inr_status race(const struct inr_material *material, const struct inr_fit_config *given,
                            float omega, double pace, double begin, struct trial trials[CANDIDATES],
                            struct inr_error *err)
{
    for (int i = 0; i < CANDIDATES; i++) {
        if (candidates[i].most > 0.0f && omega >= candidates[i].most)
            continue;
        if (i > 0 && given->seconds > 0.0 && inr_now() - begin > given->seconds * MOST_SHARE)
            return INR_OK;
        enum inr_status status = make_config(&candidates[i], omega, given, &trials[i].config, err);
        if (status == INR_OK)
            status = run_trial(material, pace, &trials[i], err);
        if (status != INR_OK)
            return status;
    }
    return INR_OK;
}

/* Shapes: tables beat networks at any budget (BENCHMARKS.md), so that there is nothing to try. */
enum inr_status inr_choose_shape(struct inr_fit_config *config, char chosen[256],
                                 struct inr_error *err)
{
    struct inr_fit_config made;
    enum inr_status status = inr_fit_preset_shape("hash", config->task.kind, false, &made, err);
    if (status != INR_OK)
        return status;
    const int width = made.field.width;
    keep_budget(config, &made);
    made.field.width = width;
    *config = made;
    snprintf(chosen, 256, "auto: hash, whose tables learn shapes soonest");
    return INR_OK;
}

enum inr_status inr_choose_everything(const struct inr_material *material,
                                      const struct inr_signal *signal,
                                      struct inr_fit_config *config, char chosen[256],
                                      struct inr_error *err)
{
    struct trial trials[CANDIDATES] = {0};
    const struct trial *best = &trials[0];
    char fresh[256] = "";
    float omega = USUAL_OMEGA;
    double pace = 0.0;
    const double begin = inr_now();
    enum inr_status status = find_width(material, config, &pace, err);
    if (status == INR_OK && too_short(config))
        status = make_config(&candidates[0], omega, config, &trials[0].config, err);
    else if (status == INR_OK)
        status = find_omega(signal, config, &omega, fresh, err);
    if (status == INR_OK && !too_short(config))
        status = race(material, config, omega, pace, begin, trials, err);
    if (status != INR_OK)
        return status;
    for (int i = 1; i < CANDIDATES; i++)
        if (trials[i].ran && trials[i].mse < best->mse)
            best = &trials[i];
    describe(trials, best, fresh, chosen);
    *config = best->config;
    return INR_OK;
}
