/* SPDX-License-Identifier: MIT
 *
 * bench_output.c - Writes results: the files that were asked for, and a table for people.
 */
#include "cli/bench_output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "bench/rate/rate.h"
#include "bench/rate/table.h"
#include "bench/report.h"
#include "bench/table.h"

#include "cli/json.h"
#include "cli/picture.h"

/* What is written: rows, and of rates the curves that they make. */
struct output {
    const struct inr_bench_results *results;
    bool rates;
    struct inr_rate_tables tables;
};

typedef enum inr_status write_fn(const struct output *what, FILE *out, struct inr_error *err);

static enum inr_status write_csv(const struct output *what, FILE *out, struct inr_error *err)
{
    (void)err;
    inr_bench_write_csv(what->results, out);
    return INR_OK;
}

static enum inr_status write_markdown(const struct output *what, FILE *out, struct inr_error *err)
{
    (void)err;
    if (what->rates)
        inr_rate_write_markdown(&what->tables, true, out);
    else
        inr_bench_write_markdown(what->results, out);
    return INR_OK;
}

static enum inr_status write_html(const struct output *what, FILE *out, struct inr_error *err)
{
    return what->rates ? inr_rate_write_html(&what->tables, out, err)
                       : inr_bench_write_html(what->results, out, err);
}

static json_t *make_json(const struct output *what)
{
    return what->rates ? inr_rate_to_json(&what->tables) : inr_bench_to_json(what->results);
}

static enum inr_status write_json(const struct output *what, FILE *out, struct inr_error *err)
{
    json_t *json = make_json(what);
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (text == NULL)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the results");
    fprintf(out, "%s\n", text);
    free(text);
    return INR_OK;
}

/* The files: the option that asks for one by name, and its name in the folder of -o. */
static const struct {
    const char *option, *name;
    write_fn *write;
} files[] = {
    {"csv", "results.csv", write_csv},
    {NULL, "results.json", write_json},
    {"markdown", "results.md", write_markdown},
    {"html", "report.html", write_html},
};
#define N_FILES (sizeof files / sizeof files[0])

enum inr_status inr_cli_bench_check(struct inr_cli *cli, struct inr_error *err)
{
    const bool force = inr_cli_count(&cli->args, "force") > 0;
    enum inr_status status = INR_OK;
    for (size_t i = 0; status == INR_OK && i < N_FILES; i++) {
        const char *path =
            files[i].option != NULL ? inr_cli_get(&cli->args, files[i].option) : NULL;
        if (path != NULL)
            status = inr_cli_check_output(path, force, err);
    }
    return status;
}

static enum inr_status write_file(const struct output *what, size_t i, const char *path,
                                  struct inr_error *err)
{
    struct inr_outfile out = {0};
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status == INR_OK)
        status = files[i].write(what, out.stream, err);
    if (status == INR_OK)
        status = inr_outfile_commit(&out, err);
    inr_outfile_abort(&out);
    return status;
}

static enum inr_status write_files(struct inr_cli *cli, const struct output *what,
                                   struct inr_error *err)
{
    const char *folder = inr_cli_get(&cli->args, "output");
    enum inr_status status = INR_OK;
    if (folder != NULL)
        (void)mkdir(folder, 0777); /* merging: nothing ran there; writing says what is wrong */
    for (size_t i = 0; status == INR_OK && i < N_FILES; i++) {
        const char *asked =
            files[i].option != NULL ? inr_cli_get(&cli->args, files[i].option) : NULL;
        if (asked != NULL)
            status = write_file(what, i, asked, err);
        if (folder == NULL || status != INR_OK)
            continue;
        const size_t size = strlen(folder) + strlen(files[i].name) + 2;
        char *path = malloc(size);
        if (path == NULL)
            return inr_fail(err, INR_ERR_MEMORY, "out of memory for a name");
        snprintf(path, size, "%s/%s", folder, files[i].name);
        status = write_file(what, i, path, err);
        free(path);
    }
    return status;
}

/* The table for people, and the sentence at its end. */
static enum inr_status print_text(const struct output *what, struct inr_error *err)
{
    char rates[1024];
    if (what->rates) {
        inr_rate_write_markdown(&what->tables, false, stdout);
        inr_rate_verdict(&what->tables, rates, sizeof rates);
        if (rates[0] != '\0')
            printf("\n%s\n", rates);
        return INR_OK;
    }
    char *verdict = inr_bench_verdict(what->results);
    if (verdict == NULL)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the result");
    if (what->results->n > 0)
        inr_bench_write_markdown(what->results, stdout);
    if (verdict[0] != '\0')
        printf("\n%s\n", verdict);
    free(verdict);
    return INR_OK;
}

enum inr_status inr_cli_bench_write(struct inr_cli *cli, const struct inr_bench_results *results,
                                    struct inr_error *err)
{
    struct output what = {.results = results, .rates = inr_rate_is(results)};
    const char *anchor = inr_cli_get(&cli->args, "anchor");
    enum inr_status status =
        what.rates ? inr_rate_tables_make(results, anchor, &what.tables, err) : INR_OK;
    if (status == INR_OK)
        status = write_files(cli, &what, err);
    if (status == INR_OK)
        status = cli->json ? inr_cli_json_print(make_json(&what), err) : print_text(&what, err);
    if (what.rates)
        inr_rate_tables_free(&what.tables);
    return status;
}
