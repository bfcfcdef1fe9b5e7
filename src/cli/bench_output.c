/* SPDX-License-Identifier: MIT
 *
 * bench_output.c - Writes results: the files that were asked for, and a table for people.
 */
#include "cli/bench_output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "bench/report.h"
#include "bench/table.h"

#include "cli/json.h"
#include "cli/picture.h"

typedef enum inr_status write_fn(const struct inr_bench_results *results, FILE *out,
                                 struct inr_error *err);

static enum inr_status write_csv(const struct inr_bench_results *results, FILE *out,
                                 struct inr_error *err)
{
    (void)err;
    inr_bench_write_csv(results, out);
    return INR_OK;
}

static enum inr_status write_markdown(const struct inr_bench_results *results, FILE *out,
                                      struct inr_error *err)
{
    (void)err;
    inr_bench_write_markdown(results, out);
    return INR_OK;
}

static enum inr_status write_json(const struct inr_bench_results *results, FILE *out,
                                  struct inr_error *err)
{
    json_t *json = inr_bench_to_json(results);
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
    {"html", "report.html", inr_bench_write_html},
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

static enum inr_status write_file(const struct inr_bench_results *results, size_t i,
                                  const char *path, struct inr_error *err)
{
    struct inr_outfile out = {0};
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status == INR_OK)
        status = files[i].write(results, out.stream, err);
    if (status == INR_OK)
        status = inr_outfile_commit(&out, err);
    inr_outfile_abort(&out);
    return status;
}

static enum inr_status write_files(struct inr_cli *cli, const struct inr_bench_results *results,
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
            status = write_file(results, i, asked, err);
        if (folder == NULL || status != INR_OK)
            continue;
        const size_t size = strlen(folder) + strlen(files[i].name) + 2;
        char *path = malloc(size);
        if (path == NULL)
            return inr_fail(err, INR_ERR_MEMORY, "out of memory for a name");
        snprintf(path, size, "%s/%s", folder, files[i].name);
        status = write_file(results, i, path, err);
        free(path);
    }
    return status;
}

enum inr_status inr_cli_bench_write(struct inr_cli *cli, const struct inr_bench_results *results,
                                    struct inr_error *err)
{
    enum inr_status status = write_files(cli, results, err);
    if (status != INR_OK)
        return status;
    if (cli->json)
        return inr_cli_json_print(inr_bench_to_json(results), err);
    char *verdict = inr_bench_verdict(results);
    if (verdict == NULL)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the result");
    if (results->n > 0)
        inr_bench_write_markdown(results, stdout);
    if (verdict[0] != '\0')
        printf("\n%s\n", verdict);
    free(verdict);
    return INR_OK;
}
