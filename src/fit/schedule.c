/* SPDX-License-Identifier: MIT
 *
 * schedule.c - Learning-rate schedules, warm-up and bias corrections, computed in double.
 */
#include "fit/schedule.h"

#include <math.h>

#include "base/random.h"
#include "fit/optimizer.h"

static double constant_factor(const struct inr_fit_config *config, double t, uint64_t index)
{
    (void)config;
    (void)t;
    (void)index;
    return 1.0;
}

static double cosine_factor(const struct inr_fit_config *config, double t, uint64_t index)
{
    (void)index;
    double last = (double)config->schedule_final;
    return last + (1.0 - last) * 0.5 * (1.0 + cos(3.14159265358979323846 * t));
}

static double exponential_factor(const struct inr_fit_config *config, double t, uint64_t index)
{
    (void)index;
    return pow((double)config->schedule_final, t);
}

static double step_factor(const struct inr_fit_config *config, double t, uint64_t index)
{
    (void)index;
    /* The product below 1 ulp of a period boundary must not fall short of the period. */
    return pow((double)config->schedule_factor, floor(t / (double)config->schedule_period + 1e-6));
}

/* ExponentialDecay of tiny-cuda-nn. */
static double decay_factor(const struct inr_fit_config *config, double t, uint64_t index)
{
    (void)t;
    const uint64_t at = index < config->decay_end ? index : config->decay_end;
    if (at < config->decay_start)
        return 1.0;
    const uint64_t times = 1 + (at - config->decay_start) / config->decay_interval;
    return pow((double)config->decay_base, (double)times);
}

static const struct inr_schedule table[] = {
    {INR_SCHEDULE_CONSTANT, "constant", "the initial rate throughout", constant_factor},
    {INR_SCHEDULE_COSINE, "cosine", "half a cosine from the rate to rate * schedule-final",
     cosine_factor},
    {INR_SCHEDULE_EXPONENTIAL, "exponential", "rate * schedule-final^t, t from 0 to 1",
     exponential_factor},
    {INR_SCHEDULE_STEP, "step", "rate * schedule-factor each time schedule-period of t has passed",
     step_factor},
    {INR_SCHEDULE_DECAY, "decay",
     "rate * decay-base from step decay-start on, and again every decay-interval steps "
     "(tiny-cuda-nn)",
     decay_factor},
};

size_t inr_schedule_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_schedule *inr_schedule_at(size_t index)
{
    return index < inr_schedule_count() ? &table[index] : NULL;
}

const struct inr_schedule *inr_schedule_by_id(int id)
{
    for (size_t i = 0; i < inr_schedule_count(); i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

double inr_schedule_rate(const struct inr_fit_config *config, uint64_t index, uint64_t total)
{
    /* The last step has t = 1, so that the final rate is really used. */
    double t = total > 1 ? fmin((double)index / (double)(total - 1), 1.0) : 0.0;
    double rate =
        (double)config->rate * inr_schedule_by_id(config->schedule)->factor(config, t, index);
    double warm = (double)config->warmup * (double)total;
    if ((double)index + 1.0 < warm)
        rate *= ((double)index + 1.0) / warm;
    return rate;
}

bool inr_schedule_is_flat(const struct inr_fit_config *config, uint64_t total)
{
    return config->schedule == INR_SCHEDULE_CONSTANT ||
           (config->schedule == INR_SCHEDULE_DECAY &&
            (total <= config->decay_start || config->decay_end < config->decay_start));
}

/* 1 / (1 - beta^n) without the cancellation that 1 - pow(beta, n) suffers for beta near 1. */
static double bias_correction(double beta, double n)
{
    return beta > 0.0 ? -1.0 / expm1(n * log(beta)) : 1.0;
}

/* Steps after which a lag is scaled anew: d^-steps stays below 2^20. */
#define RENEW_MOST 64u
static uint64_t renewal(double decay)
{
    const double most = floor(20.0 / -log2(decay));
    return most < 1.0 ? 1 : most < RENEW_MOST ? (uint64_t)most : RENEW_MOST;
}

double inr_schedule_share(const struct inr_fit_config *config, uint64_t steps)
{
    const double decay = (double)config->ema;
    if (!(decay > 0.0) || steps == 0)
        return 0.0;
    const double since = (double)((steps - 1) % renewal(decay) + 1);
    return -exp(since * log(decay)) / expm1((double)steps * log(decay));
}

/* With t = index + 1 and r the last multiple of the renewal before t. */
static void fill_average(const struct inr_fit_config *config, uint64_t index, struct inr_step *row)
{
    const double decay = (double)config->ema;
    const uint64_t every = renewal(decay), since = index % every;
    row->fade = index > 0 && since == 0 ? (float)pow(decay, (double)every) : 1.0f;
    row->gain = (float)(-expm1((double)index * log(decay)) * pow(decay, -(double)since));
    row->share = (float)inr_schedule_share(config, index + 1);
}

/* The sandwich rule (Yu and Huang 2019), spread over steps: every second one trains the highest of
 * nested networks, the others in turn the smallest and one drawn of those between. */
static uint32_t level_of(const struct inr_fit_config *config, uint64_t index)
{
    const uint32_t nested = (uint32_t)config->field.nested;
    if (nested < 2 || index % 2 == 0)
        return 0;
    if (index % 4 == 1 || nested == 2)
        return 1;
    float draw;
    inr_fill_uniform(&draw, 1, 0.0f, 1.0f, config->seed, INR_STREAM_LEVEL, (uint32_t)index);
    const uint32_t k = (uint32_t)(draw * (float)(nested - 2));
    return 2 + (k < nested - 3 ? k : nested - 3);
}

void inr_schedule_steps(const struct inr_fit_config *config, uint64_t first, uint64_t total,
                        struct inr_step *rows, uint32_t n)
{
    const struct inr_optimizer *optimizer = inr_optimizer_by_id(config->optimizer);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t index = first + i;
        double count = (double)index + 1.0;
        rows[i] = (struct inr_step){
            .index = (uint32_t)index,
            .rate = (float)inr_schedule_rate(config, index, total),
            .correct1 = 1.0f,
            .correct2 = 1.0f,
            .level = level_of(config, index),
        };
        if (optimizer->bias_correction) {
            rows[i].correct1 = (float)bias_correction((double)config->beta1, count);
            rows[i].correct2 = (float)bias_correction((double)config->beta2, count);
        }
        if (config->ema > 0.0f)
            fill_average(config, index, &rows[i]);
    }
}
