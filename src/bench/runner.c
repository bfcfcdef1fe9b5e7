/* SPDX-License-Identifier: MIT
 *
 * runner.c - The loop over rows: skip what is done, run, record, go on.
 */
#include "bench/runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct runner {
    const struct inr_bench_options *options;
    const struct inr_bench_watch *watch;
    struct inr_bench_results *results;
    struct inr_bench_journal journal;
    struct inr_bench_plan plan;
    struct inr_error *err;

    struct inr_bench_source source; /* of the present row */
    const struct inr_bench_signal *loaded;
    uint64_t loaded_seed;

    struct inr_bench_row row;
    size_t index;       /* of the plan */
    size_t place, rows; /* of this shard */
    size_t failed, done_before;
    double cost_done, seconds_done, cost_left; /* of rows with a budget in steps */
    double timed_left;                         /* seconds of those with one in seconds */
    bool stopped;
};

static bool is_timed(const struct inr_bench_job *job)
{
    return job->mode == INR_BENCH_TIME || job->suite->steps == 0;
}

static bool is_mine(const struct runner *r, size_t i)
{
    return inr_bench_in_shard(&r->plan, i, r->options->shard, r->options->shards);
}

static bool is_done(const struct runner *r, const struct inr_bench_job *job)
{
    const struct inr_bench_row *row = inr_bench_results_find(r->results, job->key);
    return row && inr_bench_row_done(row);
}

/* Seconds left, by what rows of the same kind of budget have taken; the present row, when it is the
 * first of its kind, by its own estimate. */
static double estimate(const struct runner *r, const struct inr_fit_progress *fit)
{
    const struct inr_bench_job *job = &r->plan.jobs[r->index];
    double rate = r->cost_done > 0.0 ? r->seconds_done / r->cost_done : 0.0;
    if (r->cost_done <= 0.0 && fit && !is_timed(job) && fit->eta >= 0.0)
        rate = (fit->seconds + fit->eta) / job->cost;
    if (rate <= 0.0 && r->cost_left > 0.0)
        return -1.0;
    const double left = rate * r->cost_left + r->timed_left - (fit ? fit->seconds : 0.0);
    return left > 0.0 ? left : 0.0;
}

static enum inr_fit_action tell(struct runner *r, const struct inr_fit_progress *fit)
{
    const struct inr_bench_progress progress = {.row = r->place,
                                                .rows = r->rows,
                                                .failed = r->failed,
                                                .what = &r->row,
                                                .fit = fit,
                                                .eta = estimate(r, fit)};
    if (!r->watch || !r->watch->progress)
        return INR_FIT_CONTINUE;
    if (r->watch->progress(r->watch->user, &progress) == INR_FIT_STOP)
        r->stopped = true;
    return r->stopped ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

static enum inr_fit_action on_fit(void *user, const struct inr_fit_progress *progress)
{
    return tell(user, progress);
}

static enum inr_status load(struct runner *r, const struct inr_bench_job *job,
                            struct inr_error *err)
{
    if (r->loaded == job->signal && r->loaded_seed == job->seed)
        return INR_OK;
    r->loaded = NULL;
    inr_bench_source_free(&r->source);
    enum inr_status status = inr_bench_source_load(job->signal, job->seed, &r->source, err);
    if (status == INR_OK) {
        r->loaded = job->signal;
        r->loaded_seed = job->seed;
    }
    return status;
}

/* Record how the present row ended. */
static enum inr_status record(struct runner *r, enum inr_status ended, const struct inr_error *why,
                              struct inr_bench_pictures *pictures)
{
    const bool done = ended == INR_OK;
    snprintf(r->row.status, sizeof r->row.status, "%s", done ? "done" : "failed");
    if (!done) {
        snprintf(r->row.message, sizeof r->row.message, "%s",
                 why->text[0] ? why->text : inr_status_text(ended));
        r->failed++;
    }
    enum inr_status status = inr_bench_journal_add(&r->journal, &r->row, pictures, r->err);
    const char *folder = r->options->folder;
    if (folder)
        inr_bench_pictures_free(pictures);
    if (status == INR_OK)
        status = inr_bench_results_add(r->results, &r->row, pictures, folder, r->err);
    if (status == INR_OK && r->watch && r->watch->row)
        r->watch->row(r->watch->user, &r->row);
    return status;
}

/* A failure that the next rows would share ends the run. */
static bool is_fatal(enum inr_status status)
{
    return status == INR_ERR_NO_DEVICE || status == INR_ERR_DEVICE_LOST;
}

static enum inr_status run_row(struct runner *r, const struct inr_bench_job *job)
{
    struct inr_error why = {0};
    struct inr_bench_pictures pictures = {{{0}}};
    struct inr_fit_watch watch = {
        .progress = on_fit,
        .user = r,
        .log = r->watch ? r->watch->log : (struct inr_log){0},
    };
    /* Every row would say again which device it takes. */
    if (watch.log.level == INR_LOG_INFO)
        watch.log.level = INR_LOG_WARNING;
    const double begin = inr_now();
    inr_bench_row_begin(job, &r->options->device, &r->row);
    if (tell(r, NULL) == INR_FIT_STOP)
        return INR_INTERRUPTED;
    enum inr_status status = load(r, job, &why);
    if (status == INR_OK)
        status =
            inr_bench_trial(job, &r->options->device, &r->source, &watch, &r->row, &pictures, &why);
    if (status == INR_INTERRUPTED || r->stopped) {
        inr_bench_pictures_free(&pictures);
        return INR_INTERRUPTED;
    }
    const enum inr_status kept = record(r, status, &why, &pictures);
    inr_bench_pictures_free(&pictures);
    if (is_timed(job)) {
        r->timed_left -= job->cost;
    } else {
        r->cost_left -= job->cost;
        r->cost_done += job->cost;
        r->seconds_done += inr_now() - begin;
    }
    if (kept == INR_OK && is_fatal(status))
        return inr_fail(r->err, status, "%s", why.text);
    return kept;
}

static enum inr_status run_rows(struct runner *r)
{
    for (size_t i = 0; i < r->plan.n; i++) {
        const struct inr_bench_job *job = &r->plan.jobs[i];
        if (!is_mine(r, i))
            continue;
        r->rows++;
        if (is_done(r, job))
            r->done_before++;
        else if (is_timed(job))
            r->timed_left += job->cost;
        else
            r->cost_left += job->cost;
    }
    if (r->done_before > 0 && r->watch)
        inr_logf(&r->watch->log, INR_LOG_INFO, "%zu of %zu rows are done already", r->done_before,
                 r->rows);
    for (r->index = 0; r->index < r->plan.n; r->index++) {
        const struct inr_bench_job *job = &r->plan.jobs[r->index];
        if (!is_mine(r, r->index))
            continue;
        r->place++;
        if (is_done(r, job))
            continue;
        enum inr_status status = run_row(r, job);
        if (status != INR_OK)
            return status;
    }
    return INR_OK;
}

/* Only what the plan holds, in its order: the folder may hold rows of other suites. */
static enum inr_status arrange(struct runner *r)
{
    struct inr_bench_results sorted = {0};
    enum inr_status status = INR_OK;
    for (size_t i = 0; status == INR_OK && i < r->plan.n; i++) {
        const struct inr_bench_row *row = inr_bench_results_find(r->results, r->plan.jobs[i].key);
        if (row) {
            const size_t at = (size_t)(row - r->results->rows);
            status = inr_bench_results_add(&sorted, row, &r->results->pictures[at],
                                           r->results->folders[at], r->err);
        }
    }
    inr_bench_results_free(r->results);
    *r->results = sorted;
    return status;
}

static enum inr_status conclude(struct runner *r, enum inr_status status)
{
    const enum inr_status arranged = arrange(r);
    if (status == INR_OK)
        status = arranged;
    if (status == INR_OK && r->failed > 0)
        return inr_fail(r->err, INR_ERR_FAILED,
                        "%zu of %zu rows failed; the column \"message\" says why", r->failed,
                        r->rows);
    return status;
}

enum inr_status inr_bench_run(const struct inr_bench_suite *suite,
                              const struct inr_bench_options *options,
                              const struct inr_bench_watch *watch,
                              struct inr_bench_results *results, struct inr_error *err)
{
    struct runner *r = calloc(1, sizeof *r);
    if (!r)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the runner");
    r->options = options;
    r->watch = watch;
    r->results = results;
    r->err = err;
    r->journal.file = -1;
    enum inr_status status = inr_bench_plan_make(suite, &r->plan, err);
    if (status == INR_OK && options->folder)
        status = inr_bench_journal_open(&r->journal, options->folder, options->shard,
                                        options->shards, results, err);
    if (status == INR_OK) {
        status = run_rows(r);
        status = conclude(r, status);
    }
    inr_bench_journal_close(&r->journal);
    inr_bench_source_free(&r->source);
    inr_bench_plan_free(&r->plan);
    free(r);
    return status;
}
