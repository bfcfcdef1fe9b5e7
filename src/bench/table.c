/* SPDX-License-Identifier: MIT
 *
 * table.c - Results as files: all of them walk the one list of columns.
 */
#include "bench/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1100

static void put_csv(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void inr_bench_write_csv(const struct inr_bench_results *results, FILE *out)
{
    const struct inr_bench_field *field;
    char text[TEXT_MAX];
    for (size_t k = 0; (field = inr_bench_field_at(k)); k++)
        fprintf(out, "%s%s", k ? "," : "", field->name);
    fputc('\n', out);
    for (size_t i = 0; i < results->n; i++) {
        for (size_t k = 0; (field = inr_bench_field_at(k)); k++) {
            inr_bench_field_text(field, &results->rows[i], text, sizeof text);
            fputs(k ? "," : "", out);
            put_csv(out, text);
        }
        fputc('\n', out);
    }
}

json_t *inr_bench_to_json(const struct inr_bench_results *results)
{
    json_t *out = json_object(), *rows = json_array();
    char *verdict = inr_bench_verdict(results);
    bool good = out && rows && verdict;
    for (size_t i = 0; good && i < results->n; i++)
        good = json_array_append_new(rows, inr_bench_row_to_json(&results->rows[i])) == 0;
    good = good && json_object_set(out, "rows", rows) == 0 &&
           json_object_set_new(out, "verdict", json_string(verdict)) == 0;
    free(verdict);
    json_decref(rows);
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

bool inr_bench_shows(const struct inr_bench_results *results, size_t index)
{
    const struct inr_bench_field *field = inr_bench_field_at(index);
    char text[TEXT_MAX], first[TEXT_MAX] = "";
    bool differs = false;
    if (!field || !field->heading)
        return false;
    for (size_t i = 0; i < results->n; i++) {
        inr_bench_field_pretty(field, &results->rows[i], text, sizeof text);
        differs = differs || (i > 0 && strcmp(text, first) != 0);
        memcpy(first, text, sizeof first);
    }
    /* Numbers are results, whatever they are; a text that is the same everywhere says nothing. */
    return field->type == INR_BENCH_TEXT ? differs || strcmp(field->name, "model") == 0
                                         : differs || first[0] != '\0';
}

/* What a cell of the table holds; i = SIZE_MAX: the heading. */
static void cell(const struct inr_bench_results *results, size_t i,
                 const struct inr_bench_field *field, char *text, size_t size)
{
    if (i == SIZE_MAX)
        snprintf(text, size, "%s", field->heading);
    else
        inr_bench_field_pretty(field, &results->rows[i], text, size);
    for (char *p = text; *p; p++) /* would end the cell */
        *p = *p == '|' || *p == '\n' ? '/' : *p;
}

/* Columns are padded, so that the text is a table too. Bytes count as letters. */
static int width_of(const struct inr_bench_results *results, const struct inr_bench_field *field)
{
    char text[TEXT_MAX];
    size_t width = 3;
    for (size_t i = 0; i <= results->n; i++) {
        cell(results, i < results->n ? i : SIZE_MAX, field, text, sizeof text);
        width = strlen(text) > width ? strlen(text) : width;
    }
    return (int)width;
}

static void put_markdown_row(const struct inr_bench_results *results, size_t i, const int *widths,
                             FILE *out)
{
    const struct inr_bench_field *field;
    char text[TEXT_MAX];
    for (size_t k = 0; (field = inr_bench_field_at(k)); k++) {
        if (widths[k] == 0)
            continue;
        cell(results, i, field, text, sizeof text);
        fprintf(out, "| %*s ", field->type == INR_BENCH_TEXT ? -widths[k] : widths[k], text);
    }
    fputs("|\n", out);
}

void inr_bench_write_markdown(const struct inr_bench_results *results, FILE *out)
{
    static const char line[] = "----------------------------------------------------------------";
    const struct inr_bench_field *field;
    int widths[INR_BENCH_FIELDS_MAX] = {0};
    for (size_t k = 0; (field = inr_bench_field_at(k)); k++)
        widths[k] = inr_bench_shows(results, k) ? width_of(results, field) : 0;
    put_markdown_row(results, SIZE_MAX, widths, out);
    for (size_t k = 0; (field = inr_bench_field_at(k)); k++)
        if (widths[k] > 0)
            fprintf(out, "| %.*s%s ", widths[k] < 60 ? widths[k] - 1 : 59, line,
                    field->type == INR_BENCH_TEXT ? "-" : ":");
    fputs("|\n", out);
    for (size_t i = 0; i < results->n; i++)
        put_markdown_row(results, i, widths, out);
}
