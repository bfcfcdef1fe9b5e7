/* SPDX-License-Identifier: MIT
 *
 * plan.c - Budgets. A schedule needs a total number of steps; where only seconds are given, the
 * total follows the measured speed, so that the rate has fallen to its end when the time ends.
 */
#include "fit/plan.h"

#include <math.h>

#include "fit/preset.h"

/* Long enough to drown the cost of a call, short enough for Ctrl-C and a progress line. */
#define CHUNK_SECONDS 0.1
/* Chunks grow by this much at most: the speed of a first, short one is a poor guess. */
#define CHUNK_GROWTH 4u
/* Speed is that of about this many seconds. */
#define MEMORY_SECONDS 3.0
/* A target without another budget ends after this many times the preset's steps. */
#define PATIENCE 10u

void inr_plan_begin(struct inr_plan *plan, const struct inr_fit_config *config,
                    struct inr_training *training)
{
    *plan = (struct inr_plan){.limit = config->steps, .seconds = config->seconds};
    if (!config->steps && !(config->seconds > 0.0))
        plan->limit = inr_preset_steps(config) * (config->psnr > 0.0 ? PATIENCE : 1u);
    if (!(config->seconds > 0.0))
        training->total = plan->limit;
    else if (training->total <= training->steps)
        training->total = plan->limit ? plan->limit : training->steps + inr_preset_steps(config);
}

double inr_plan_speed(const struct inr_plan *plan)
{
    return plan->seconds_ran > 0.0 ? plan->steps_ran / plan->seconds_ran : 0.0;
}

uint32_t inr_plan_chunk(const struct inr_plan *plan, const struct inr_training *training,
                        uint64_t most)
{
    double speed = inr_plan_speed(plan);
    double n = speed > 0.0 ? fmax(1.0, floor(speed * CHUNK_SECONDS)) : 1.0;
    if (plan->chunks > 0)
        n = fmin(n, (double)plan->last * CHUNK_GROWTH);
    if (plan->seconds > 0.0) {
        double left = (plan->seconds - training->seconds) * (speed > 0.0 ? speed : 1.0);
        /* Less than half a step left: stopping now is nearer to the budget than one more step. */
        if (left < (speed > 0.0 ? 0.5 : 1e-9))
            return 0;
        n = fmin(n, fmax(1.0, round(left)));
    }
    if (plan->limit) {
        if (training->steps >= plan->limit)
            return 0;
        n = fmin(n, (double)(plan->limit - training->steps));
    }
    n = fmin(n, fmin((double)most, (double)INR_PLAN_CHUNK_MAX));
    return (uint32_t)n;
}

void inr_plan_ran(struct inr_plan *plan, struct inr_training *training, uint32_t n, double seconds)
{
    training->steps += n;
    training->seconds += seconds;
    /* The first chunk pays for page faults and thread starts: forget it once there is another. */
    double keep = plan->chunks == 1 ? 0.0 : exp(-seconds / MEMORY_SECONDS);
    plan->steps_ran = plan->steps_ran * keep + n;
    plan->seconds_ran = plan->seconds_ran * keep + seconds;
    plan->last = n;
    plan->chunks++;
    if (plan->seconds > 0.0) {
        double left = fmax(0.0, plan->seconds - training->seconds) * inr_plan_speed(plan);
        double total = (double)training->steps + ceil(left);
        if (plan->limit)
            total = fmin(total, (double)plan->limit);
        training->total = (uint64_t)fmin(total, 4294967295.0);
    }
}

double inr_plan_left(const struct inr_plan *plan, const struct inr_training *training)
{
    double speed = inr_plan_speed(plan);
    double left = -1.0;
    if (plan->limit && speed > 0.0)
        left = (double)(plan->limit - training->steps) / speed;
    if (plan->seconds > 0.0) {
        double time = fmax(0.0, plan->seconds - training->seconds);
        left = left < 0.0 ? time : fmin(left, time);
    }
    return left;
}
