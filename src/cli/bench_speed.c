/* SPDX-License-Identifier: MIT
 *
 * bench_speed.c - `inrush bench speed`: how fast training runs on a device, as a table, JSON or
 * CSV.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bench/speed.h"

#include "cli/bench.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/picture.h"
#include "cli/text.h"

enum { REPS_MAX = 99 };

/* What to run, and where the rows go. */
struct suite {
    struct inr_cli *cli;
    struct inr_device device;
    struct inr_bench_speed_case what;
    struct inr_cli_numbers widths, batches;
    long reps;
    json_t *json; /* NULL: print lines */
    FILE *csv;    /* or NULL */
    bool started; /* the heading stands */
};

enum inr_status inr_cli_get_numbers(const struct inr_cli *cli, const char *name,
                                    const char *fallback, uint32_t high,
                                    struct inr_cli_numbers *out, struct inr_error *err)
{
    const char *text = inr_cli_get(&cli->args, name);
    const char *p = text != NULL ? text : fallback;
    do {
        bool ok = out->n < INR_CLI_NUMBERS_MAX && inr_cli_read_u32(&p, &out->at[out->n]);
        if (!ok || out->at[out->n] == 0 || out->at[out->n] > high || (*p != ',' && *p != '\0'))
            return inr_fail(err, INR_ERR_USAGE,
                            "--%s %s: up to %d whole numbers from 1 to %u separated by commas are "
                            "needed",
                            name, text, (int)INR_CLI_NUMBERS_MAX, high);
        out->n++;
    } while (*p++ == ',');
    return INR_OK;
}

enum inr_status inr_cli_get_seconds(const struct inr_cli *cli, double *out, struct inr_error *err)
{
    const char *text = inr_cli_get(&cli->args, "seconds");
    if (text == NULL)
        return INR_OK;
    if (!inr_cli_read_number(text, out) || *out <= 0.0 || *out > 3600.0)
        return inr_fail(err, INR_ERR_USAGE,
                        "--seconds %s: a number above 0, at most 3600, is needed", text);
    return INR_OK;
}

static int by_speed(const void *a, const void *b)
{
    const struct inr_bench_speed_result *x = a, *y = b;
    return (x->samples_per_second > y->samples_per_second) -
           (x->samples_per_second < y->samples_per_second);
}

/* Measure the case `reps` times and keep the median run, whole. */
static enum inr_status measure(const struct suite *s, struct inr_bench_speed_result *result,
                               struct inr_error *err)
{
    struct inr_bench_speed_result runs[REPS_MAX];
    for (long i = 0; i < s->reps; i++) {
        enum inr_status status = inr_bench_speed_run(&s->device, &s->what, &runs[i], err);
        if (status != INR_OK)
            return status;
        if (inr_cli_interrupted())
            return inr_fail(err, INR_INTERRUPTED, "interrupted");
    }
    qsort(runs, (size_t)s->reps, sizeof *runs, by_speed);
    *result = runs[s->reps / 2];
    return INR_OK;
}

/* Zero stands for what the device does not tell. */
static double known(double value)
{
    return value > 0.0 ? value : (double)NAN;
}

static json_t *json_row(const struct suite *s, const struct inr_bench_speed_result *r)
{
    json_t *row = json_object();
    inr_cli_json_integer(row, "width", (uint64_t)s->what.width);
    inr_cli_json_integer(row, "batch", s->what.batch);
    inr_cli_json_number(row, "samples_per_second", r->samples_per_second);
    inr_cli_json_number(row, "gflops", r->gflops);
    inr_cli_json_number(row, "sgemm_ratio", known(r->sgemm_ratio));
    inr_cli_json_number(row, "sgemm_gflops", known(r->sgemm_gflops));
    inr_cli_json_number(row, "step_seconds", r->step_seconds);
    inr_cli_json_number(row, "device_step_seconds", known(r->device_seconds));
    inr_cli_json_number(row, "host_step_seconds", known(r->host_seconds));
    inr_cli_json_number(row, "first_step_seconds", r->first_step_seconds);
    inr_cli_json_text(row, "activation",
                      inr_registry_id_name(INR_REGISTRY_ACTIVATION, s->what.activation));
    inr_cli_json_integer(row, "layers", (uint64_t)s->what.layers);
    inr_cli_json_text(row, "plan", r->plan);
    inr_cli_json_text(row, "precision",
                      inr_registry_id_name(INR_REGISTRY_PRECISION, s->what.precision));
    inr_cli_json_text(row, "device", s->device.name);
    inr_cli_json_integer(row, "threads", (uint64_t)r->threads);
    return row;
}

/* The columns of the CSV are the keys of the JSON. */
static void write_csv(const struct suite *s, json_t *row)
{
    const char *key;
    json_t *value;
    const char *comma = "";
    if (!s->started) {
        json_object_foreach(row, key, value)
        {
            fprintf(s->csv, "%s%s", comma, key);
            comma = ",";
        }
        fputc('\n', s->csv);
        comma = "";
    }
    json_object_foreach(row, key, value)
    {
        fputs(comma, s->csv);
        comma = ",";
        if (json_is_string(value))
            fprintf(s->csv, "\"%s\"", json_string_value(value));
        else if (json_is_number(value))
            fprintf(s->csv, "%.9g", json_number_value(value));
    }
    fputc('\n', s->csv);
}

static void print_row(const struct suite *s, const struct inr_bench_speed_result *r)
{
    char ratio[16] = "-", host[16] = "-";
    if (!s->started)
        printf("%s\n%-12s %6s %8s %14s %9s %9s %7s %8s\n", s->device.name, "activation", "width",
               "batch", "samples/s", "GFLOP/s", "of sgemm", "host", "1st step");
    if (r->sgemm_ratio > 0.0)
        snprintf(ratio, sizeof ratio, "%.2f", r->sgemm_ratio);
    if (r->device_seconds > 0.0)
        snprintf(host, sizeof host, "%.2f %%", 100.0 * r->host_seconds / r->device_seconds);
    printf("%-12s %6d %8u %14.0f %9.1f %9s %7s %6.2f s\n",
           inr_registry_id_name(INR_REGISTRY_ACTIVATION, s->what.activation), s->what.width,
           s->what.batch, r->samples_per_second, r->gflops, ratio, host, r->first_step_seconds);
    fflush(stdout);
}

/* All widths and batches with the activation of s->what. */
static enum inr_status run_activation(struct suite *s, struct inr_error *err)
{
    for (size_t w = 0; w < s->widths.n; w++) {
        for (size_t b = 0; b < s->batches.n; b++) {
            struct inr_bench_speed_result result;
            enum inr_status status;
            json_t *row;
            s->what.width = (int)s->widths.at[w];
            s->what.batch = s->batches.at[b];
            status = measure(s, &result, err);
            if (status != INR_OK)
                return status;
            row = json_row(s, &result);
            if (s->csv != NULL)
                write_csv(s, row);
            if (s->json != NULL)
                json_array_append(s->json, row);
            else
                print_row(s, &result);
            json_decref(row);
            s->started = true;
        }
    }
    return INR_OK;
}

static enum inr_status run_suite(struct suite *s, struct inr_error *err)
{
    const char *name = inr_cli_get(&s->cli->args, "activation");
    struct inr_registry_row row;
    enum inr_status status = INR_OK;
    if (name != NULL && strcmp(name, "all") == 0) {
        for (size_t i = 0; status == INR_OK && inr_registry_at(INR_REGISTRY_ACTIVATION, i, &row);
             i++) {
            s->what.activation = row.id;
            status = run_activation(s, err);
        }
        return status;
    }
    status = inr_registry_find(INR_REGISTRY_ACTIVATION, name != NULL ? name : "sine",
                               &s->what.activation, err);
    return status == INR_OK ? run_activation(s, err) : status;
}

/* Option --NAME, a row of a table; left alone when it is not given. */
static enum inr_status get_row(const struct inr_cli *cli, const char *name, enum inr_registry table,
                               int *id, struct inr_error *err)
{
    const char *word = inr_cli_get(&cli->args, name);
    return word ? inr_registry_find(table, word, id, err) : INR_OK;
}

/* The shape of a fused plan; anything left out is chosen by the device. */
static enum inr_status read_tuning(const struct inr_cli *cli, struct inr_bench_speed_case *what,
                                   struct inr_error *err)
{
    struct inr_fused_tuning *t = &what->fused;
    uint32_t *const members[] = {&t->columns, &t->rm, &t->rn, &t->gm, &t->gn, &t->groups};
    const size_t most = sizeof members / sizeof *members;
    const char *keep = inr_cli_get(&cli->args, "keep");
    struct inr_cli_numbers list = {0};
    what->no_coopmat = inr_cli_count(&cli->args, "no-coopmat") > 0;
    if (keep != NULL) {
        t->keep = strcmp(keep, "sums") != 0;
        t->keep_sums = strcmp(keep, "values") != 0;
        if (strcmp(keep, "both") != 0 && t->keep == t->keep_sums)
            return inr_fail(err, INR_ERR_USAGE, "--keep %s: choose one of values, sums, both",
                            keep);
    }
    if (inr_cli_get(&cli->args, "tile") == NULL)
        return INR_OK;
    enum inr_status status = inr_cli_get_numbers(cli, "tile", "", 65535, &list, err);
    if (status == INR_OK && list.n > most)
        return inr_fail(err, INR_ERR_USAGE, "--tile takes %zu numbers at most", most);
    for (size_t i = 0; i < list.n; i++)
        *members[i] = list.at[i];
    return status;
}

static enum inr_status read_options(struct suite *s, struct inr_error *err)
{
    const struct inr_cli *cli = s->cli;
    struct inr_cli_device device = {0};
    char why[256];
    long layers = 3;
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK)
        status = inr_cli_get_numbers(cli, "widths", "64,128,256", INR_MAX_WIDTH, &s->widths, err);
    if (status == INR_OK)
        status = inr_cli_get_numbers(cli, "batches", "16384,65536", 1u << 24, &s->batches, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "layers", 0, INR_MAX_LAYERS, 3, &layers, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "reps", 1, REPS_MAX, 1, &s->reps, err);
    if (status == INR_OK)
        status = inr_cli_get_seconds(cli, &s->what.seconds, err);
    if (status == INR_OK)
        status = get_row(cli, "plan", INR_REGISTRY_PLAN, &s->what.plan, err);
    if (status == INR_OK)
        status = get_row(cli, "precision", INR_REGISTRY_PRECISION, &s->what.precision, err);
    if (status == INR_OK)
        status = read_tuning(cli, &s->what, err);
    if (status == INR_OK)
        status = inr_device_choose(device.device, &s->device, why, sizeof why, err);
    if (status != INR_OK)
        return status;
    inr_logf(&cli->log, INR_LOG_INFO, "%s", why);
    s->what.layers = (int)layers;
    s->what.threads = device.threads;
    return INR_OK;
}

enum inr_status inr_cli_bench_speed(struct inr_cli *cli, struct inr_error *err)
{
    const char *path = inr_cli_get(&cli->args, "csv");
    struct suite s = {.cli = cli, .json = cli->json ? json_array() : NULL};
    struct inr_outfile csv = {0};
    enum inr_status status = INR_OK;

    if (cli->args.n_operands > 1)
        status = inr_fail(err, INR_ERR_USAGE, "bench speed takes no files: leave out %s",
                          cli->args.operands[1]);
    if (status == INR_OK)
        status = read_options(&s, err);
    if (status == INR_OK && path != NULL)
        status = inr_cli_check_output(path, inr_cli_count(&cli->args, "force") > 0, err);
    if (status == INR_OK && path != NULL)
        status = inr_outfile_open(&csv, path, err);
    s.csv = csv.stream;
    inr_cli_interrupt_install();
    if (status == INR_OK)
        status = run_suite(&s, err);
    if (status == INR_OK && path != NULL)
        status = inr_outfile_commit(&csv, err);
    inr_outfile_abort(&csv);
    if (status == INR_OK && s.json != NULL)
        return inr_cli_json_print(s.json, err);
    json_decref(s.json);
    return status;
}
