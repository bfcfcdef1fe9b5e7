/* SPDX-License-Identifier: MIT
 *
 * trainer.c - The training loop: chunks of steps, progress, checkpoints, targets, best-so-far.
 */
#include "fit/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "field/formula.h"
#include "field/quantize.h"
#include "fit/plan.h"
#include "fit/probe.h"
#include "fit/schedule.h"

#include "common/optimizer.glsl"

/* Share of the time that measuring for a PSNR target or a curve may take. */
#define MEASURE_SHARE 0.1
/* A curve has a point at least each time the seconds of training have grown by this. */
#define CURVE_GROWTH 1.4
/* A fit that measures on its way looks up at least each time its steps have grown by one part in
 * this many, so that a small and fast one does not run far past the target. */
#define TARGET_PARTS 8u
/* An interrupted fit is measured only when that takes less than this, in seconds. */
#define PATIENCE_SECONDS 2.0
/* With a constant rate the last third is noisy: probe at these twelfths of the steps and at the
 * end. */
#define PROBE_FIRST 8u
#define PROBE_PARTS 12u

struct trainer {
    const struct inr_fit_config *config;
    struct inr_exec *exec;
    const struct inr_task *task;
    struct inr_field *field;
    struct inr_training *training;
    const struct inr_fit_watch *watch;
    struct inr_task_score *score;
    struct inr_error *err;

    struct inr_plan plan;
    struct inr_probe probe;
    bool keep_best;
    uint64_t last_probe; /* step */
    struct inr_step steps[INR_PLAN_CHUNK_MAX];
    struct inr_step_result results[INR_PLAN_CHUNK_MAX];

    double loss, mse;      /* means of the last chunk */
    double psnr;           /* of the batches, smoothed */
    double bias;           /* measured - psnr at the last measurement: rounding, clamping */
    double measure_cost;   /* seconds of the last measurement */
    double since_measured; /* seconds of training */
    double measured_at;    /* training->seconds at the last measurement */
    bool measured;         /* in this turn of the loop */
};

struct inr_task_score inr_task_score_none(void)
{
    const double none = (double)NAN;
    return (struct inr_task_score){none, none, none, none, none, none};
}

static enum inr_status measure(struct trainer *t)
{
    double begin = inr_now();
    enum inr_status status = t->task->measure(t->task->user, t->exec, t->score, t->err);
    t->measure_cost = inr_now() - begin;
    t->since_measured = 0.0;
    t->measured_at = t->training->seconds;
    t->measured = true;
    if (status == INR_OK)
        t->bias = t->score->psnr - t->psnr;
    return status;
}

/* The parameters that results are made of, [n_params]; `state` says what else to fetch. */
static enum inr_status fetch_params(struct trainer *t, struct inr_state state, float *params)
{
    struct inr_training *training = t->training;
    state.params = training->raw ? training->raw : params;
    state.lag = training->lag;
    enum inr_status status = inr_exec_get_state(t->exec, &state, t->err);
    if (status != INR_OK || !training->raw)
        return status;
    for (size_t i = 0; i < t->field->n_params; i++)
        params[i] = i < t->field->n_trainable
                        ? inr_lag_average(training->raw[i], training->lag[i], state.share)
                        : training->raw[i];
    return INR_OK;
}

/* Bring the caller's arrays up to date with the device. */
static enum inr_status fetch(struct trainer *t)
{
    const struct inr_state state = {
        .m = t->training->m, .v = t->training->v, .counts = t->training->counts};
    return fetch_params(t, state, t->field->params);
}

/* The step from which weights are quantised, once that is still to come. */
static uint64_t next_quantize(const struct trainer *t)
{
    const struct inr_field_config *field = &t->field->config;
    if (field->quantizer.bits == 0 || field->quantised)
        return UINT64_MAX;
    return (uint64_t)ceil((double)t->config->quantize_start * (double)t->training->total);
}

/* Learnt steps begin with the weights that there are. */
static enum inr_status start_steps(struct trainer *t)
{
    struct inr_training *training = t->training;
    if (inr_quantize_learnt_steps(t->field, &t->field->config.quantizer) == 0)
        return INR_OK;
    enum inr_status status = fetch(t);
    if (status != INR_OK)
        return status;
    struct inr_state state = {.params = training->raw ? training->raw : t->field->params,
                              .m = training->m,
                              .v = training->v,
                              .counts = training->counts,
                              .lag = training->lag,
                              .share = (float)inr_schedule_share(t->config, training->steps)};
    inr_quantize_start(t->field, state.params);
    return inr_exec_set_state(t->exec, &state, t->err);
}

/* From here on results are those of quantised weights, and no earlier ones compare with them. */
static enum inr_status quantize(struct trainer *t)
{
    free(t->training->best);
    t->training->best = NULL;
    t->measured = false;
    t->field->config.quantised = true;
    const enum inr_status status = start_steps(t);
    return status == INR_OK ? inr_exec_quantize(t->exec, true, t->err) : status;
}

static uint64_t next_probe(const struct trainer *t)
{
    for (uint64_t k = PROBE_FIRST; t->keep_best && k < PROBE_PARTS; k++) {
        uint64_t at = t->training->total * k / PROBE_PARTS;
        /* A total that follows the clock moves these marks: do not meet the same one again. */
        if (at > t->training->steps && at >= t->last_probe + t->training->total / (2 * PROBE_PARTS))
            return at;
    }
    return UINT64_MAX;
}

static uint64_t next_save(const struct trainer *t)
{
    uint64_t every = t->config->save_every;
    return every && t->task->checkpoint ? (t->training->steps / every + 1) * every : UINT64_MAX;
}

static uint64_t next_renewal(const struct trainer *t)
{
    const uint64_t every = t->task->renew_every;
    return every ? (t->training->steps / every + 1) * every : UINT64_MAX;
}

/* Replace samples where it is time; waiting for them counts as training. */
static enum inr_status renew(struct trainer *t)
{
    const uint64_t every = t->task->renew_every, steps = t->training->steps;
    if (!every || steps == 0 || steps % every != 0)
        return INR_OK;
    const double begin = inr_now();
    enum inr_status status = t->task->renew(t->task->user, t->exec, steps / every, t->err);
    t->training->seconds += inr_now() - begin;
    return status;
}

/* Keep the parameters when the probe says that they are the best so far. */
static enum inr_status probe(struct trainer *t)
{
    double mse = 0.0;
    t->last_probe = t->training->steps;
    enum inr_status status = inr_probe_mse(&t->probe, t->exec, &mse, t->err);
    if (status != INR_OK || (t->training->best && mse >= t->training->best_mse))
        return status;
    if (!t->training->best)
        t->training->best = malloc(t->field->n_params * sizeof *t->training->best);
    if (!t->training->best)
        return inr_fail(t->err, INR_ERR_MEMORY, "out of memory for the best parameters");
    t->training->best_mse = mse;
    return fetch_params(t, (struct inr_state){0}, t->training->best);
}

static enum inr_status run_chunk(struct trainer *t, uint32_t n)
{
    struct inr_training *training = t->training;
    inr_schedule_steps(t->config, training->steps, training->total, t->steps, n);
    double begin = inr_now();
    enum inr_status status = inr_exec_train(t->exec, t->steps, n, t->results, t->err);
    double seconds = inr_now() - begin;
    if (status != INR_OK)
        return status;
    double loss = 0.0, mse = 0.0;
    uint32_t counted = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!isfinite(t->results[i].loss))
            return inr_fail(t->err, INR_ERR_FAILED,
                            "the loss became %s at step %llu: lower the learning rate (now %g, try "
                            "%.1g)",
                            isnan(t->results[i].loss) ? "NaN" : "infinite",
                            (unsigned long long)training->steps + i, (double)t->config->rate,
                            (double)t->config->rate / 3.0);
        if (t->steps[i].level > 0)
            continue; /* of a smaller network than the one that is asked for */
        loss += (double)t->results[i].loss;
        mse += (double)t->results[i].mse;
        counted++;
    }
    inr_plan_ran(&t->plan, training, n, seconds);
    t->since_measured += seconds;
    t->measured = false;
    if (counted == 0)
        return INR_OK;
    t->loss = loss / counted;
    t->mse = mse / counted;
    t->psnr = 10.0 * log10(t->task->peak * t->task->peak / t->mse);
    return INR_OK;
}

static bool has_curve(const struct trainer *t)
{
    return t->watch && t->watch->measures;
}

/* Measure for a curve, or when the batches come near the target, if the last measurement is long
 * enough ago. */
static enum inr_status look_up(struct trainer *t)
{
    bool near = t->config->psnr > 0.0 && t->psnr + t->bias >= t->config->psnr - 0.05;
    bool due = t->since_measured * MEASURE_SHARE >= t->measure_cost;
    bool grown = has_curve(t) && t->training->seconds >= CURVE_GROWTH * t->measured_at;
    return ((near || has_curve(t)) && due) || grown ? measure(t) : INR_OK;
}

static enum inr_status save(struct trainer *t)
{
    enum inr_status status = fetch(t);
    return status == INR_OK ? t->task->checkpoint(t->task->user, t->err) : status;
}

static bool wants_stop(struct trainer *t)
{
    if (!t->watch || !t->watch->progress)
        return false;
    const struct inr_training *training = t->training;
    struct inr_fit_progress progress = {
        .step = training->steps,
        .total_steps = training->total,
        .seconds = training->seconds,
        .eta = inr_plan_left(&t->plan, training),
        .loss = t->loss,
        .psnr = t->measured ? t->score->psnr : t->psnr,
        .samples_per_second = inr_plan_speed(&t->plan) * t->task->batch,
        .measured = t->measured,
        .distance = t->task->distances ? sqrt(t->mse) : (double)NAN,
        .iou = t->score->iou,
    };
    return t->watch->progress(t->watch->user, &progress) == INR_FIT_STOP;
}

/* Floats that reach the target are not yet what was asked for where weights are to be quantised. */
static bool reached_target(const struct trainer *t)
{
    return t->measured && t->score->psnr >= t->config->psnr && t->config->psnr > 0.0 &&
           next_quantize(t) == UINT64_MAX;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* INR_OK: a budget ended or the target is reached. */
static enum inr_status loop(struct trainer *t)
{
    for (;;) {
        uint64_t at_probe = next_probe(t), at_save = next_save(t), at_renewal = next_renewal(t);
        uint64_t at_quantize = next_quantize(t);
        if (at_quantize <= t->training->steps) {
            const enum inr_status status = quantize(t);
            if (status != INR_OK)
                return status;
            at_quantize = UINT64_MAX;
        }
        uint64_t most =
            least(least(at_probe, at_save), least(at_renewal, at_quantize)) - t->training->steps;
        if ((t->config->psnr > 0.0 || has_curve(t)) && most > t->training->steps / TARGET_PARTS + 1)
            most = t->training->steps / TARGET_PARTS + 1;
        uint32_t n = inr_plan_chunk(&t->plan, t->training, most);
        if (n == 0)
            return INR_OK;
        enum inr_status status = renew(t);
        if (status == INR_OK)
            status = run_chunk(t, n);
        if (status == INR_OK)
            status = look_up(t);
        if (status == INR_OK && t->training->steps == at_probe)
            status = probe(t);
        if (status == INR_OK && t->training->steps == at_save)
            status = save(t);
        if (status != INR_OK)
            return status;
        if (wants_stop(t))
            return INR_INTERRUPTED;
        if (reached_target(t))
            return INR_OK;
    }
}

/* Of the last and the best parameters (or averages of them) keep those that measure better, or
 * where that would be to look at the answer, those that the probe prefers. */
static enum inr_status choose(struct trainer *t)
{
    struct inr_task_score last = *t->score;
    struct inr_state state = {.params = t->training->best,
                              .m = t->training->m,
                              .v = t->training->v,
                              .counts = t->training->counts};
    enum inr_status status = inr_exec_set_state(t->exec, &state, t->err);
    if (status == INR_OK)
        status = measure(t);
    if (status == INR_OK && (t->task->blind || t->score->psnr > last.psnr))
        memcpy(t->field->params, t->training->best, t->field->n_params * sizeof *t->field->params);
    else
        *t->score = last;
    return status;
}

static enum inr_status finish(struct trainer *t)
{
    enum inr_status status = t->measured ? INR_OK : measure(t);
    bool reached = status == INR_OK && t->score->psnr >= t->config->psnr;
    double last = 0.0;
    if (status == INR_OK && t->training->best && t->keep_best)
        status = inr_probe_mse(&t->probe, t->exec, &last, t->err);
    if (status == INR_OK && last > t->training->best_mse && t->training->best)
        status = choose(t);
    if (status != INR_OK)
        return status;
    reached = reached || t->score->psnr >= t->config->psnr;
    if (!(t->config->psnr > 0.0) || reached)
        return INR_OK;
    return inr_fail(t->err, INR_TARGET_MISSED,
                    "%.2f dB reached instead of %.2f dB: give more steps or time, or a wider field",
                    t->score->psnr, t->config->psnr);
}

/* Measuring takes a third of a training step a sample. */
static enum inr_status finish_interrupted(struct trainer *t)
{
    double rate = inr_plan_speed(&t->plan) * t->task->batch * 3.0;
    bool quick = (double)t->task->pool->count < rate * PATIENCE_SECONDS;
    enum inr_status status = quick && !t->measured ? measure(t) : INR_OK;
    return status == INR_OK ? INR_INTERRUPTED : status;
}

/* What an average needs: the parameters it is of, and its lag. A fit that goes on without one goes
 * on from those parameters. */
static bool begin_average(struct trainer *t)
{
    struct inr_training *training = t->training;
    const size_t bytes = t->field->n_params * sizeof *t->field->params;
    if (!(t->config->ema > 0.0f)) {
        if (training->raw)
            memcpy(t->field->params, training->raw, bytes);
        free(training->raw);
        free(training->lag);
        training->raw = training->lag = NULL;
        return true;
    }
    if (!training->lag)
        training->lag = calloc(t->field->n_trainable, sizeof *training->lag);
    if (!training->raw) {
        training->raw = malloc(bytes);
        if (training->raw)
            memcpy(training->raw, t->field->params, bytes);
    }
    return training->raw && training->lag;
}

static enum inr_status begin(struct trainer *t)
{
    struct inr_training *training = t->training;
    const size_t n = t->field->n_trainable;
    if (!training->m)
        training->m = calloc(n, sizeof *training->m);
    if (!training->v)
        training->v = calloc(n, sizeof *training->v);
    const bool counts = t->config->sparse && t->field->n_table > 0;
    if (counts && !training->counts)
        training->counts = calloc(t->field->n_table, sizeof *training->counts);
    if (!begin_average(t) || !training->m || !training->v || (counts && !training->counts))
        return inr_fail(t->err, INR_ERR_MEMORY, "out of memory for the optimiser's state");
    struct inr_state state = {.params = training->raw ? training->raw : t->field->params,
                              .m = training->m,
                              .v = training->v,
                              .counts = training->counts,
                              .lag = training->lag,
                              .share = (float)inr_schedule_share(t->config, training->steps)};
    enum inr_status status = inr_exec_set_state(t->exec, &state, t->err);
    if (status == INR_OK && t->keep_best)
        status = inr_probe_create(&t->probe, t->task->pool, t->config->seed, n, t->err);
    return status;
}

enum inr_status inr_train(const struct inr_fit_config *config, struct inr_exec *exec,
                          const struct inr_task *task, struct inr_field *field,
                          struct inr_training *training, const struct inr_fit_watch *watch,
                          struct inr_task_score *score, struct inr_error *err)
{
    struct trainer *t = calloc(1, sizeof *t);
    if (!t)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the training loop");
    t->config = config;
    t->exec = exec;
    t->task = task;
    t->field = field;
    t->training = training;
    t->watch = watch;
    t->score = score;
    t->err = err;
    *score = inr_task_score_none();
    inr_plan_begin(&t->plan, config, training);
    t->keep_best = inr_schedule_is_flat(config, training->total) && !task->renew_every;
    enum inr_status status = begin(t);
    if (status == INR_OK)
        status = loop(t);
    if (status == INR_OK && next_quantize(t) != UINT64_MAX)
        status = quantize(t);
    if (status == INR_OK || status == INR_INTERRUPTED) {
        enum inr_status fetched = fetch(t);
        if (fetched != INR_OK)
            status = fetched;
    }
    if (status == INR_OK)
        status = finish(t);
    else if (status == INR_INTERRUPTED)
        status = finish_interrupted(t);
    /* A schedule that followed the clock ended where the clock did. */
    if ((status == INR_OK || status == INR_TARGET_MISSED) && config->seconds > 0.0)
        training->total = training->steps;
    inr_probe_free(&t->probe);
    free(t);
    return status;
}
