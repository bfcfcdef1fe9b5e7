/* SPDX-License-Identifier: MIT
 *
 * fresh.c - FreSh (Kania et al., ICLR 2025): the setting whose untrained fields have the signal's
 * spectrum, by trying every candidate or by bisection.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "select/knob.h"
#include "select/trial.h"

#define INITS 10 /* FreSh */
/* Candidates of the coarse pass; so few that all are tried: octaves past the grid's Nyquist
 * frequency fold back, so that their distances may have a second valley. */
#define COARSE 5
#define FEW    12
/* Evaluated samples that a quick choice may cost: 5 % of a default fit, which is 3000 steps of 2048
 * samples, forward and backward, where backward costs twice as much as forward. */
#define QUICK_SAMPLES (3000u * 2048u * 3u / 20u)
/* Candidates that a quick choice compares with all initialisations: a valley, its neighbours, and
 * one more for a valley that moves. */
#define FINALISTS 4

struct search {
    struct inr_trial *trial;
    const struct inr_fresh_options *options;
    int inits;
    struct inr_trial_score *scores; /* [n_values] */
};

static double mean_of(const struct inr_trial_score *score)
{
    double sum = 0.0;
    for (int i = 0; i < score->inits; i++)
        sum += score->distances[i];
    return score->inits ? sum / score->inits : (double)NAN;
}

static double deviation_of(const struct inr_trial_score *score)
{
    const double mean = mean_of(score);
    double squares = 0.0;
    for (int i = 0; i < score->inits; i++)
        squares += (score->distances[i] - mean) * (score->distances[i] - mean);
    return score->inits > 1 && isfinite(mean) ? sqrt(squares / (score->inits - 1)) : 0.0;
}

/* The least mean distance among candidates with at least `inits` initialisations, of which only the
 * first `inits` count; the first one on ties; -1: there is none with a finite one. */
static int best_of(const struct search *search, int inits)
{
    int best = -1;
    double least = INFINITY;
    for (int i = 0; i < search->options->n_values; i++) {
        struct inr_trial_score score = search->scores[i];
        if (score.inits < inits)
            continue;
        score.inits = inits;
        const double mean = mean_of(&score);
        if (mean < least) {
            least = mean;
            best = i;
        }
    }
    return best;
}

static enum inr_status run(struct search *search, int i, int inits, struct inr_error *err)
{
    if (i < 0 || i >= search->options->n_values)
        return INR_OK;
    return inr_trial_run(search->trial, search->options->knob, search->options->values[i], inits,
                         &search->scores[i], err);
}

static enum inr_status run_all(struct search *search, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (int i = 0; status == INR_OK && i < search->options->n_values; i++)
        status = run(search, i, search->inits, err);
    return status;
}

/* Whether a quick choice has spent its budget. */
static bool spent(const struct search *search, int inits)
{
    const uint64_t next = (uint64_t)inits * search->trial->points;
    return search->options->quick && search->trial->samples + next > QUICK_SAMPLES;
}

/* Run the neighbours at `step` of the best candidate until that one is between two that ran, or the
 * budget ends. */
static enum inr_status settle(struct search *search, int step, int inits, struct inr_error *err)
{
    int best = best_of(search, inits), before = -1;
    enum inr_status status = INR_OK;
    while (status == INR_OK && best >= 0 && best != before) {
        status = run(search, best, inits, err);
        if (status == INR_OK)
            status = run(search, best - step, inits, err);
        if (status == INR_OK)
            status = run(search, best + step, inits, err);
        before = best;
        best = spent(search, inits) ? best : best_of(search, inits);
    }
    return status;
}

/* As many initialisations as are left in the budget of a quick choice, at most FreSh's. */
static int affordable(const struct inr_trial *trial)
{
    const uint64_t left = trial->samples < QUICK_SAMPLES ? QUICK_SAMPLES - trial->samples : 0;
    const uint64_t more = left / trial->points / FINALISTS;
    return more < INITS - 1 ? 1 + (int)more : INITS;
}

/* The distance falls, then rises with the setting: find the valley with one initialisation, then
 * compare its neighbours with all of them. Common seeds make one enough for the first part. */
static enum inr_status run_quick(struct search *search, struct inr_error *err)
{
    const int n = search->options->n_values;
    int step = n <= FEW ? 1 : (n + COARSE - 1) / COARSE;
    enum inr_status status = INR_OK;
    for (int i = step / 2; status == INR_OK && i < n; i += step)
        status = run(search, i, 1, err);
    while (status == INR_OK && step > 1) {
        step = (step + 1) / 2;
        status = settle(search, step, 1, err);
    }
    const int best = best_of(search, 1);
    if (!search->inits)
        search->inits = affordable(search->trial);
    if (status == INR_OK && best >= 0)
        status = run(search, best, search->inits, err);
    if (status == INR_OK)
        status = settle(search, 1, search->inits, err);
    return status;
}

static enum inr_status check(const struct inr_fresh_options *options,
                             const struct inr_field_config *config, struct inr_error *err)
{
    const struct inr_knob_row *row = inr_knob_row(options->knob);
    if (!row || !row->has(config))
        return inr_fail(err, INR_ERR_USAGE, "this field has no %s to choose",
                        inr_knob_name(options->knob));
    if (options->bins < 1 || options->bins > INR_SPECTRUM_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%d bins: a spectrum may have 1 to %d", options->bins,
                        INR_SPECTRUM_MAX);
    if (options->n_values < 1 || options->n_values > INR_CANDIDATES_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%d candidates: there may be 1 to %d",
                        options->n_values, INR_CANDIDATES_MAX);
    if (options->inits < 0 || options->inits > INR_INITS_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%d initialisations: there may be 1 to %d",
                        options->inits, INR_INITS_MAX);
    for (int i = 0; i < options->n_values; i++)
        if (!isfinite(options->values[i]) ||
            (i > 0 && options->values[i] <= options->values[i - 1]))
            return inr_fail(err, INR_ERR_USAGE, "candidate %d is %g: candidates must increase",
                            i + 1, options->values[i]);
    return INR_OK;
}

/* Divide by the sum, if there is one. Returns whether there is. */
static bool normalise(double *spectrum, int n)
{
    double sum = 0.0;
    for (int m = 0; m < n; m++)
        sum += spectrum[m];
    for (int m = 0; sum > 0.0 && m < n; m++)
        spectrum[m] /= sum;
    return sum > 0.0;
}

static void fill_result(const struct search *search, struct inr_fresh_result *result)
{
    for (int i = 0; i < search->options->n_values; i++) {
        const struct inr_trial_score *score = &search->scores[i];
        result->candidates[i] = (struct inr_fresh_candidate){.value = search->options->values[i],
                                                             .distance = mean_of(score),
                                                             .std = deviation_of(score),
                                                             .inits = score->inits};
    }
    result->inits = search->inits;
    result->choice = best_of(search, search->inits);
    if (result->choice >= 0)
        memcpy(result->field, search->scores[result->choice].spectrum, sizeof result->field);
    normalise(result->field, result->bins);
    result->samples = search->trial->samples;
}

static enum inr_status search_all(struct inr_trial *trial, const struct inr_fresh_options *options,
                                  struct inr_fresh_result *result, struct inr_error *err)
{
    struct search search = {.trial = trial, .options = options, .inits = options->inits};
    if (!search.inits && !options->quick)
        search.inits = INITS;
    search.scores = calloc((size_t)options->n_values, sizeof *search.scores);
    if (!search.scores)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %d candidates", options->n_values);
    enum inr_status status = options->quick ? run_quick(&search, err) : run_all(&search, err);
    if (status == INR_OK) {
        fill_result(&search, result);
        if (result->choice < 0)
            status = inr_fail(err, INR_ERR_FAILED,
                              "no value of %s from %g to %g gives an untrained field of finite, "
                              "varying values",
                              inr_knob_name(options->knob), options->values[0],
                              options->values[options->n_values - 1]);
    }
    free(search.scores);
    return status;
}

enum inr_status inr_fresh_choose(const struct inr_signal *signal,
                                 const struct inr_field_config *config,
                                 const struct inr_fresh_options *options,
                                 struct inr_fresh_result *result, struct inr_error *err)
{
    struct inr_trial trial;
    *result = (struct inr_fresh_result){.knob = options->knob};
    enum inr_status status = check(options, config, err);
    if (status == INR_OK)
        status = inr_trial_create(signal, config, options, &trial, err);
    if (status != INR_OK)
        return status;
    result->bins = trial.bins;
    result->n = options->n_values;
    memcpy(result->signal, trial.target, sizeof result->signal);
    if (normalise(result->signal, result->bins)) {
        status = search_all(&trial, options, result, err);
    } else {
        result->flat = true;
        result->n = 1;
        result->candidates[0] = (struct inr_fresh_candidate){
            .value = inr_knob_row(options->knob)->get(config), .distance = NAN};
    }
    inr_trial_free(&trial);
    return status;
}
