/* SPDX-License-Identifier: MIT
 *
 * run.c - The loop over pictures, coders and rates: skip what is done, run, record, go on.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "bench/rate/pictures.h"
#include "bench/rate/rate.h"
#include "bench/rate/trial.h"
#include "bench/suite.h"

/* Seconds of a row of another program, a megapixel, before any has been timed. */
#define GUESS 8.0

struct run {
    const struct inr_rate_options *options;
    const struct inr_bench_watch *watch;
    struct inr_bench_results *results;
    struct inr_error *err;
    struct inr_bench_journal journal;
    struct inr_rate_scratch scratch;
    struct inr_rate_pictures pictures;
    struct inr_rate_tool tools[INR_RATE_TOOLS_MAX];
    size_t n_tools;
    struct inr_bench_device device; /* of ours */
    struct inr_compress_options own;
    uint64_t own_hash; /* of the settings of ours */

    struct inr_image image; /* of the present picture */
    size_t loaded;          /* its place; SIZE_MAX: none */
    struct inr_bench_row row;
    size_t present; /* the place of the row among all */
    double begin;   /* of the row */
    size_t place, rows, failed;
    double pixels_left[INR_RATE_TOOLS_MAX], pixels_done[INR_RATE_TOOLS_MAX];
    double seconds_done[INR_RATE_TOOLS_MAX];
    bool stopped;
};

static size_t n_all(const struct run *r)
{
    return r->pictures.n * r->n_tools * r->options->n_rates;
}

/* The parts of a row's place: rates run fastest, pictures slowest. */
static const struct inr_rate_picture *picture_of(const struct run *r, size_t i)
{
    return &r->pictures.at[i / (r->n_tools * r->options->n_rates)];
}

static size_t tool_of(const struct run *r, size_t i)
{
    return i / r->options->n_rates % r->n_tools;
}

static double pixels_of(const struct run *r, size_t i)
{
    const struct inr_rate_picture *picture = picture_of(r, i);
    return (double)picture->width * (double)picture->height;
}

static bool is_mine(const struct run *r, size_t i)
{
    /* Coders in turn, so that every shard gets slow and fast ones. */
    return (i + i / (r->options->n_rates * r->n_tools)) % (size_t)r->options->shards ==
           (size_t)r->options->shard - 1;
}

/* ---- what a row says before it runs ---- */

static void begin_row(const struct run *r, size_t i, struct inr_bench_row *row)
{
    const struct inr_rate_picture *picture = picture_of(r, i);
    const struct inr_rate_tool *tool = &r->tools[tool_of(r, i)];
    const double rate = r->options->rates[i % r->options->n_rates];
    const bool own = tool->coder->compress != NULL;
    char text[256];
    inr_bench_row_init(row);
    snprintf(row->suite, sizeof row->suite, "compress");
    memcpy(row->signal, picture->name, sizeof row->signal);
    memcpy(row->source, picture->hash, sizeof row->source);
    snprintf(row->task, sizeof row->task, "compress");
    snprintf(row->model, sizeof row->model, "%s", tool->coder->name);
    snprintf(row->family, sizeof row->family, "%s", tool->coder->family);
    snprintf(row->mode, sizeof row->mode, INR_RATE_MODE);
    snprintf(row->version, sizeof row->version, "%s", INR_VERSION);
    snprintf(row->coder, sizeof row->coder, "%s", tool->version);
    if (own) {
        memcpy(row->device, r->device.name, sizeof row->device);
        memcpy(row->driver, r->device.driver, sizeof row->driver);
        row->threads = (uint64_t)r->device.threads;
        row->seed = r->own.config.seed;
    }
    row->dims = 2;
    row->rate = rate;
    row->size = (uint64_t)ceil(rate * pixels_of(r, i) / 8.0);
    snprintf(row->shape, sizeof row->shape, "%ux%u", picture->width, picture->height);
    snprintf(text, sizeof text, "%s %s %s %" PRIu64, row->signal, row->model, row->coder,
             row->size);
    uint64_t hash = inr_hash_text(INR_HASH_START, picture->hash);
    hash = inr_hash_text(hash, text);
    if (own)
        hash = inr_hash_bytes(hash, &r->own_hash, sizeof r->own_hash);
    inr_hash_print(hash, row->key);
}

static bool is_done(const struct run *r, const struct inr_bench_row *row)
{
    const struct inr_bench_row *old = inr_bench_results_find(r->results, row->key);
    return old && inr_bench_row_done(old);
}

/* ---- progress ---- */

static double estimate(const struct run *r, const struct inr_fit_progress *fit)
{
    const size_t present = tool_of(r, r->present);
    const double spent = inr_now() - r->begin;
    double left = 0.0;
    for (size_t k = 0; k < r->n_tools; k++) {
        double rate = r->pixels_done[k] > 0.0 ? r->seconds_done[k] / r->pixels_done[k] : -1.0;
        if (rate < 0.0 && k == present && fit && fit->eta >= 0.0)
            rate = (spent + fit->eta) / pixels_of(r, r->present);
        if (rate < 0.0 && !r->tools[k].coder->compress)
            rate = GUESS * 1e-6;
        if (rate < 0.0 && r->pixels_left[k] > 0.0)
            return -1.0;
        left += rate > 0.0 ? rate * r->pixels_left[k] : 0.0;
    }
    return left > spent ? left - spent : 0.0;
}

static bool tell(struct run *r, const struct inr_fit_progress *fit)
{
    const struct inr_bench_progress progress = {.row = r->place,
                                                .rows = r->rows,
                                                .failed = r->failed,
                                                .what = &r->row,
                                                .fit = fit,
                                                .eta = estimate(r, fit)};
    if (r->watch->progress && r->watch->progress(r->watch->user, &progress) == INR_FIT_STOP)
        r->stopped = true;
    return r->stopped;
}

static enum inr_fit_action on_fit(void *user, const struct inr_fit_progress *progress)
{
    return tell(user, progress) ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

static bool on_wait(void *user)
{
    return tell(user, NULL);
}

/* ---- rows ---- */

static enum inr_status record(struct run *r, enum inr_status ended, const struct inr_error *why)
{
    const bool done = ended == INR_OK;
    struct inr_bench_pictures none = {{{0}}};
    snprintf(r->row.status, sizeof r->row.status, "%s", done ? "done" : "failed");
    if (!done) {
        snprintf(r->row.message, sizeof r->row.message, "%s",
                 why->text[0] ? why->text : inr_status_text(ended));
        r->failed++;
    }
    enum inr_status status = inr_bench_journal_add(&r->journal, &r->row, &none, r->err);
    if (status == INR_OK)
        status = inr_bench_results_add(r->results, &r->row, &none, r->options->folder, r->err);
    if (status == INR_OK && r->watch->row)
        r->watch->row(r->watch->user, &r->row);
    return status;
}

static enum inr_status run_trial(struct run *r, const struct inr_rate_tool *tool,
                                 struct inr_error *why)
{
    const struct inr_rate_picture *picture = picture_of(r, r->present);
    const size_t wanted = (size_t)(picture - r->pictures.at);
    const struct inr_rate_trial trial = {
        .tool = tool,
        .image = &r->image,
        .name = picture->name,
        .scratch = &r->scratch,
        .options = &r->own,
        .watch = {.progress = on_fit, .user = r, .log = {.level = INR_LOG_WARNING}},
        .stop = on_wait,
        .user = r};
    if (r->loaded != wanted) {
        r->loaded = SIZE_MAX;
        r->scratch.image = NULL;
        inr_image_free(&r->image);
        enum inr_status status = inr_rate_picture_load(picture, &r->image, why);
        if (status != INR_OK)
            return status;
        r->loaded = wanted;
    }
    return tool->coder->compress ? inr_rate_trial_own(&trial, &r->row, why)
                                 : inr_rate_trial_other(&trial, &r->row, why);
}

static enum inr_status run_row(struct run *r)
{
    const size_t k = tool_of(r, r->present);
    const double pixels = pixels_of(r, r->present);
    struct inr_error why = {0};
    r->begin = inr_now();
    if (tell(r, NULL))
        return INR_INTERRUPTED;
    const enum inr_status status = run_trial(r, &r->tools[k], &why);
    if (status == INR_INTERRUPTED || r->stopped)
        return INR_INTERRUPTED;
    r->pixels_left[k] -= pixels;
    r->pixels_done[k] += pixels;
    r->seconds_done[k] += inr_now() - r->begin;
    const enum inr_status kept = record(r, status, &why);
    if (kept == INR_OK && (status == INR_ERR_NO_DEVICE || status == INR_ERR_DEVICE_LOST))
        return inr_fail(r->err, status, "%s", why.text);
    return kept;
}

static enum inr_status run_rows(struct run *r)
{
    size_t done = 0;
    for (size_t i = 0; i < n_all(r); i++) {
        if (!is_mine(r, i))
            continue;
        r->rows++;
        begin_row(r, i, &r->row);
        if (is_done(r, &r->row))
            done++;
        else
            r->pixels_left[tool_of(r, i)] += pixels_of(r, i);
    }
    if (done > 0)
        inr_logf(&r->watch->log, INR_LOG_INFO, "%zu of %zu rows are done already", done, r->rows);
    for (size_t i = 0; i < n_all(r); i++) {
        if (!is_mine(r, i))
            continue;
        r->place++;
        r->present = i;
        begin_row(r, i, &r->row);
        if (is_done(r, &r->row))
            continue;
        const enum inr_status status = run_row(r);
        if (status != INR_OK)
            return status;
    }
    return INR_OK;
}

/* Only what was asked for, in its order: the folder may hold more. */
static enum inr_status arrange(struct run *r)
{
    struct inr_bench_results sorted = {0};
    enum inr_status status = INR_OK;
    for (size_t i = 0; status == INR_OK && i < n_all(r); i++) {
        begin_row(r, i, &r->row);
        const struct inr_bench_row *row = inr_bench_results_find(r->results, r->row.key);
        struct inr_bench_pictures none = {{{0}}};
        if (row)
            status = inr_bench_results_add(&sorted, row, &none, NULL, r->err);
    }
    inr_bench_results_free(r->results);
    *r->results = sorted;
    return status;
}

/* ---- beginning and end ---- */

static enum inr_status set_own(struct run *r)
{
    const struct inr_rate_options *options = r->options;
    struct inr_fit_config *config = &r->own.config;
    inr_compress_config(config);
    config->steps = 0;
    enum inr_status status = inr_bench_set_with(config, options->with, r->err);
    if (status != INR_OK)
        return status;
    char *json = inr_fit_config_to_json(config);
    if (!json)
        return inr_fail(r->err, INR_ERR_MEMORY, "out of memory for the settings of a row");
    r->own.effort = config->steps > 0 ? 0 : options->effort;
    r->own_hash = inr_hash_text(INR_HASH_START, json);
    r->own_hash = inr_hash_bytes(r->own_hash, &r->own.effort, sizeof r->own.effort);
    free(json);
    /* Where it runs decides no result: not in the hash. */
    config->threads = options->device.threads;
    snprintf(config->device, sizeof config->device, "%s",
             options->device.wish ? options->device.wish : "auto");
    return INR_OK;
}

static enum inr_status find_tools(struct run *r)
{
    char missing[400];
    enum inr_status status = inr_rate_tools_find(r->options->models, r->tools, &r->n_tools, missing,
                                                 sizeof missing, r->err);
    if (status == INR_OK && missing[0])
        inr_logf(&r->watch->log, INR_LOG_WARNING, "not installed, left out: %s", missing);
    if (status == INR_OK && r->n_tools == 0)
        status = inr_fail(r->err, INR_ERR_USAGE, "none of the coders asked for is installed: %s",
                          missing);
    return status;
}

static enum inr_status run_all(struct run *r)
{
    const struct inr_rate_options *options = r->options;
    enum inr_status status = find_tools(r);
    if (status == INR_OK)
        status = set_own(r);
    if (status == INR_OK)
        status = inr_rate_pictures_list(options->paths, options->n_paths, &r->pictures, r->err);
    for (size_t k = 0; status == INR_OK && !r->device.name[0] && k < r->n_tools; k++)
        if (r->tools[k].coder->compress)
            status = inr_bench_device_find(&r->device, &r->watch->log, r->err);
    if (status == INR_OK && options->folder)
        status = inr_bench_journal_open(&r->journal, options->folder, options->shard,
                                        options->shards, r->results, r->err);
    if (status == INR_OK)
        status = inr_rate_scratch_open(&r->scratch, r->err);
    if (status != INR_OK)
        return status;
    status = run_rows(r);
    const enum inr_status arranged = arrange(r);
    return status == INR_OK ? arranged : status;
}

enum inr_status inr_rate_run(const struct inr_rate_options *options,
                             const struct inr_bench_watch *watch, struct inr_bench_results *results,
                             struct inr_error *err)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the runner");
    r->options = options;
    r->device = options->device;
    r->watch = watch;
    r->results = results;
    r->err = err;
    r->journal.file = -1;
    r->loaded = SIZE_MAX;
    enum inr_status status = run_all(r);
    if (status == INR_OK && r->failed > 0)
        status =
            inr_fail(err, INR_ERR_FAILED, "%zu of %zu rows failed; the column \"message\" says why",
                     r->failed, r->rows);
    inr_bench_journal_close(&r->journal);
    inr_rate_scratch_close(&r->scratch);
    inr_rate_pictures_free(&r->pictures);
    inr_image_free(&r->image);
    free(r);
    return status;
}

bool inr_rate_is(const struct inr_bench_results *results)
{
    for (size_t i = 0; i < results->n; i++)
        if (strcmp(results->rows[i].mode, INR_RATE_MODE) != 0)
            return false;
    return results->n > 0;
}
