/* SPDX-License-Identifier: MIT
 *
 * results.c - Rows in memory, and the file they are read from.
 */
#include "bench/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* A thousand rows are a megabyte or two. */
#define FILE_LIMIT (UINT64_C(1) << 30)
#define PNG_LIMIT  (UINT64_C(1) << 24)

void inr_bench_results_free(struct inr_bench_results *results)
{
    for (size_t i = 0; i < results->n; i++) {
        inr_bench_pictures_free(&results->pictures[i]);
        free(results->folders[i]);
    }
    free(results->rows);
    free(results->pictures);
    free(results->folders);
    memset(results, 0, sizeof *results);
}

static enum inr_status grow(struct inr_bench_results *results, struct inr_error *err)
{
    const size_t capacity = results->capacity * 2 + 16;
    struct inr_bench_row *rows = realloc(results->rows, capacity * sizeof *rows);
    if (rows)
        results->rows = rows;
    struct inr_bench_pictures *pictures = realloc(results->pictures, capacity * sizeof *pictures);
    if (pictures)
        results->pictures = pictures;
    char **folders = realloc(results->folders, capacity * sizeof *folders);
    if (folders)
        results->folders = folders;
    if (!rows || !pictures || !folders)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu rows", capacity);
    results->capacity = capacity;
    return INR_OK;
}

static size_t index_of(const struct inr_bench_results *results, const char *key)
{
    size_t i = 0;
    while (i < results->n && strcmp(results->rows[i].key, key) != 0)
        i++;
    return i;
}

enum inr_status inr_bench_results_add(struct inr_bench_results *results,
                                      const struct inr_bench_row *row,
                                      struct inr_bench_pictures *pictures, const char *folder,
                                      struct inr_error *err)
{
    const size_t i = index_of(results, row->key);
    const bool replaces = i < results->n;
    if (replaces && inr_bench_row_done(&results->rows[i]) && !inr_bench_row_done(row)) {
        if (pictures)
            inr_bench_pictures_free(pictures);
        return INR_OK;
    }
    if (!replaces && results->n == results->capacity && grow(results, err) != INR_OK)
        return INR_ERR_MEMORY;
    char *copy = folder ? strdup(folder) : NULL;
    if (folder && !copy)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a row");
    if (replaces) {
        inr_bench_pictures_free(&results->pictures[i]);
        free(results->folders[i]);
    } else {
        results->n++;
    }
    results->rows[i] = *row;
    results->folders[i] = copy;
    results->pictures[i] = pictures ? *pictures : (struct inr_bench_pictures){{{0}}};
    if (pictures)
        memset(pictures, 0, sizeof *pictures);
    return INR_OK;
}

const struct inr_bench_row *inr_bench_results_find(const struct inr_bench_results *results,
                                                   const char *key)
{
    const size_t i = index_of(results, key);
    return i < results->n ? &results->rows[i] : NULL;
}

static enum inr_status read_line(struct inr_bench_results *results, const char *path, size_t number,
                                 const char *line, size_t size, const char *folder,
                                 struct inr_error *err)
{
    struct inr_bench_row row;
    json_error_t where;
    json_t *json = json_loadb(line, size, 0, &where);
    const bool good = json && inr_bench_row_from_json(json, &row);
    json_decref(json);
    if (!good)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s:%zu: not a row of results of this version: %s; remove the line or "
                        "start in another folder",
                        path, number, json ? "a column is missing or of another type" : where.text);
    return inr_bench_results_add(results, &row, NULL, folder, err);
}

enum inr_status inr_bench_results_read(struct inr_bench_results *results, const char *path,
                                       struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0, number = 0;
    enum inr_status status = inr_file_read(path, FILE_LIMIT, &data, &size, err);
    if (status != INR_OK)
        return status;
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (!folder)
        status = inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", path);
    const char *line = (const char *)data, *end = line ? line + size : line;
    while (status == INR_OK && line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) /* a line that was being written when the program died */
            break;
        status = read_line(results, path, ++number, line, (size_t)(stop - line), folder, err);
        line = stop + 1;
    }
    free(folder);
    free(data);
    return status;
}

void inr_bench_picture_name(const struct inr_bench_row *row, enum inr_bench_view view, char out[64])
{
    static const char *const suffixes[] = {"", "-error", "-signal"};
    snprintf(out, 64, "pictures/%s%s.png", view == INR_BENCH_REFERENCE ? row->source : row->key,
             suffixes[view]);
}

void inr_bench_results_picture(const struct inr_bench_results *results, size_t i,
                               enum inr_bench_view view, struct inr_bench_png *png)
{
    const struct inr_bench_png *held = &results->pictures[i].of[view];
    char path[640], name[64];
    *png = (struct inr_bench_png){0};
    if (held->data) {
        png->data = malloc(held->size);
        if (png->data)
            memcpy(png->data, held->data, held->size);
        png->size = png->data ? held->size : 0;
        return;
    }
    if (!results->folders[i])
        return;
    inr_bench_picture_name(&results->rows[i], view, name);
    snprintf(path, sizeof path, "%.560s/%s", results->folders[i], name);
    if (inr_file_read(path, PNG_LIMIT, &png->data, &png->size, NULL) != INR_OK)
        *png = (struct inr_bench_png){0};
}
