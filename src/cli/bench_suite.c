/* SPDX-License-Identifier: MIT
 *
 * bench_suite.c - `inrush bench SUITE`: what to run by the operands, progress, and the outputs.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "bench/runner.h"
#include "bench/select.h"
#include "bench/table.h"

#include "cli/bench.h"
#include "cli/bench_output.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/text.h"

/* A suite is a page or two of text. */
enum { SUITE_LIMIT = 1 << 22 };

static bool has_suffix(const char *path, const char *suffix)
{
    const size_t n = strlen(path), k = strlen(suffix);
    return n > k && strcasecmp(path + n - k, suffix) == 0;
}

static enum inr_status parse_builtin(const char *name, struct inr_bench_suite **suite, bool *found,
                                     struct inr_error *err)
{
    struct inr_bench_builtin builtin;
    for (size_t i = 0; inr_bench_builtin_at(i, &builtin); i++) {
        if (strcmp(builtin.name, name) != 0)
            continue;
        *found = true;
        return inr_bench_suite_parse(builtin.text, builtin.size, name, suite, err);
    }
    *found = false;
    return INR_OK;
}

static enum inr_status parse_file(const char *path, struct inr_bench_suite **suite,
                                  struct inr_error *err)
{
    uint8_t *text = NULL;
    size_t size = 0;
    enum inr_status status = inr_file_read(path, SUITE_LIMIT, &text, &size, err);
    if (status == INR_OK)
        status = inr_bench_suite_parse((const char *)text, size, path, suite, err);
    free(text);
    return status;
}

/* A word that is neither a suite nor a file. */
static enum inr_status refuse_word(const char *word, struct inr_error *err)
{
    struct inr_bench_builtin builtin;
    struct inr_cli_nearest nearest;
    char names[240] = "speed, device, compress";
    size_t used = strlen(names);
    inr_cli_nearest_begin(&nearest, word);
    inr_cli_nearest_try(&nearest, "compress");
    for (size_t i = 0; inr_bench_builtin_at(i, &builtin); i++) {
        inr_cli_nearest_try(&nearest, builtin.name);
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, ", %s", builtin.name);
    }
    if (nearest.best != NULL)
        return inr_fail(err, INR_ERR_USAGE, "unknown suite '%s'; did you mean '%s'?", word,
                        nearest.best);
    return inr_fail(err, INR_ERR_USAGE,
                    "'%s' is neither a suite nor a file; the suites are %s; files are suites "
                    "(.json), results (.jsonl), or signals to compare on",
                    word, names);
}

static bool exists(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file != NULL)
        fclose(file);
    return file != NULL;
}

/* The suite of the operands: a name or a .json, then files; or files alone. */
static enum inr_status find_suite(const struct inr_cli *cli, struct inr_bench_suite **suite,
                                  struct inr_error *err)
{
    const char *const *operands = cli->args.operands;
    size_t first = 1;
    bool found = false;
    enum inr_status status = parse_builtin(operands[0], suite, &found, err);
    if (status == INR_OK && !found && has_suffix(operands[0], ".json")) {
        status = parse_file(operands[0], suite, err);
    } else if (status == INR_OK && !found) {
        if (!exists(operands[0]) && strpbrk(operands[0], "./") == NULL)
            return refuse_word(operands[0], err);
        status = parse_builtin("file", suite, &found, err);
        first = 0;
    }
    if (status == INR_OK && cli->args.n_operands > first)
        status =
            inr_bench_suite_set_files(*suite, operands + first, cli->args.n_operands - first, err);
    if (status == INR_OK && (*suite)->n_signals == 0)
        status = inr_fail(err, INR_ERR_USAGE,
                          "%s names no signals: give files, e.g. inrush bench %s photo.png",
                          operands[0], operands[0]);
    return status;
}

static enum inr_status select_rows(const struct inr_cli *cli, struct inr_bench_suite *suite,
                                   struct inr_error *err)
{
    const struct inr_bench_selector *selector;
    enum inr_status status = INR_OK;
    for (size_t i = 0; status == INR_OK && (selector = inr_bench_selector_at(i)); i++) {
        const char *text = inr_cli_get(&cli->args, selector->name);
        if (text != NULL)
            status = selector->apply(suite, text, err);
    }
    return status;
}

enum inr_status inr_cli_bench_shard(const struct inr_cli *cli, const char *folder, int *shard,
                                    int *shards, struct inr_error *err)
{
    const char *text = inr_cli_get(&cli->args, "shard"), *p = text;
    uint32_t part = 1, parts = 1;
    if (text != NULL &&
        (!inr_cli_read_u32(&p, &part) || *p++ != '/' || !inr_cli_read_u32(&p, &parts) ||
         *p != '\0' || part < 1 || part > parts || parts > 10000))
        return inr_fail(err, INR_ERR_USAGE, "--shard %s: I/N is needed, with I from 1 to N", text);
    *shard = (int)part;
    *shards = (int)parts;
    if (parts > 1 && folder == NULL)
        return inr_fail(err, INR_ERR_USAGE, "--shard needs -o FOLDER, to be merged later");
    return INR_OK;
}

static enum inr_fit_action on_progress(void *user, const struct inr_bench_progress *p)
{
    struct inr_cli *cli = user;
    char line[640], eta[32], quality[40] = "", band[24] = "", failed[32] = "";
    if (isfinite(p->what->bandwidth))
        snprintf(band, sizeof band, " %.3g", p->what->bandwidth);
    if (p->fit != NULL && isfinite(p->fit->psnr))
        snprintf(quality, sizeof quality, "  %.2f dB", p->fit->psnr);
    if (p->failed > 0)
        snprintf(failed, sizeof failed, "  %zu failed", p->failed);
    if (p->eta >= 0.0)
        inr_cli_duration(p->eta, eta);
    else
        snprintf(eta, sizeof eta, "?");
    snprintf(line, sizeof line, "row %zu/%zu  ETA %s%s  %s  %s%s %s  size %" PRIu64 "%s", p->row,
             p->rows, eta, failed, p->what->model, p->what->signal, band, p->what->task,
             p->what->size, quality);
    inr_cli_progress_line(&cli->progress, line);
    return inr_cli_interrupted() ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

static void on_row(void *user, const struct inr_bench_row *row)
{
    struct inr_cli *cli = user;
    if (!inr_bench_row_done(row))
        inr_logf(&cli->log, INR_LOG_WARNING, "%s on %s, size %" PRIu64 ": %s", row->model,
                 row->signal, row->size, row->message);
}

struct inr_bench_watch inr_cli_bench_watch(struct inr_cli *cli)
{
    return (struct inr_bench_watch){
        .progress = on_progress, .row = on_row, .user = cli, .log = cli->log};
}

static enum inr_status run_suite(struct inr_cli *cli, struct inr_bench_results *results,
                                 struct inr_error *err)
{
    struct inr_bench_options options = {.folder = inr_cli_get(&cli->args, "output")};
    struct inr_bench_suite *suite = NULL;
    struct inr_cli_device device = {0};
    const struct inr_bench_watch watch = inr_cli_bench_watch(cli);
    enum inr_status status = find_suite(cli, &suite, err);
    if (status == INR_OK)
        status = select_rows(cli, suite, err);
    if (status == INR_OK)
        status = inr_cli_bench_shard(cli, options.folder, &options.shard, &options.shards, err);
    if (status == INR_OK)
        status = inr_cli_get_device(cli, &device, err);
    options.device.wish = device.device;
    options.device.threads = device.threads;
    if (status == INR_OK)
        status = inr_bench_device_find(&options.device, &cli->log, err);
    if (status == INR_OK) {
        inr_cli_interrupt_install();
        status = inr_bench_run(suite, &options, &watch, results, err);
        inr_cli_progress_clear(&cli->progress);
    }
    inr_bench_suite_free(suite);
    return status;
}

/* Operands that are all results files. */
static bool is_merge(const struct inr_cli *cli)
{
    for (size_t i = 0; i < cli->args.n_operands; i++)
        if (!has_suffix(cli->args.operands[i], ".jsonl"))
            return false;
    return true;
}

enum inr_status inr_cli_bench_suite(struct inr_cli *cli, struct inr_error *err)
{
    struct inr_bench_results results = {0};
    struct inr_error late = {0};
    const bool merge = is_merge(cli);
    enum inr_status status = inr_cli_bench_check(cli, err), written = INR_OK;
    for (size_t i = 0; merge && status == INR_OK && i < cli->args.n_operands; i++)
        status = inr_bench_results_read(&results, cli->args.operands[i], err);
    if (!merge && status == INR_OK)
        status = run_suite(cli, &results, err);
    /* What was measured is reported whatever became of the rest. */
    if (status == INR_OK || status == INR_ERR_FAILED || status == INR_INTERRUPTED)
        written = inr_cli_bench_write(cli, &results, &late);
    if (status == INR_INTERRUPTED && inr_cli_get(&cli->args, "output") != NULL)
        inr_cli_notice(cli, "interrupted; the same command goes on where it stopped");
    inr_bench_results_free(&results);
    if (written != INR_OK)
        *err = late;
    return written != INR_OK ? written : status;
}
