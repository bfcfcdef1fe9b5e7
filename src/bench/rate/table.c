/* SPDX-License-Identifier: MIT
 *
 * table.c - Rates and distortions as Markdown and JSON.
 */
#include "bench/rate/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rate/coder.h"

enum inr_status inr_rate_tables_make(const struct inr_bench_results *results, const char *anchor,
                                     struct inr_rate_tables *tables, struct inr_error *err)
{
    *tables = (struct inr_rate_tables){.results = results};
    enum inr_status status = inr_rate_curves_make(results, &tables->curves, err);
    if (status != INR_OK)
        return status;
    tables->anchor = inr_rate_anchor(&tables->curves, anchor);
    if (tables->anchor || tables->curves.n == 0)
        return INR_OK;
    inr_rate_tables_free(tables);
    return inr_fail(err, INR_ERR_USAGE, "--anchor %s: there is no such curve among the results",
                    anchor);
}

void inr_rate_tables_free(struct inr_rate_tables *tables)
{
    inr_rate_curves_free(&tables->curves);
}

/* ---- Markdown ---- */

#define COLUMNS 9
#define CELL    48

static void put_rule(FILE *out, size_t columns, const size_t *widths)
{
    for (size_t k = 0; k < columns; k++) {
        fputs("| ", out);
        for (size_t i = 0; i < widths[k]; i++)
            fputc(k > 0 && i + 1 == widths[k] ? ':' : '-', out);
        fputc(' ', out);
    }
    fputs("|\n", out);
}

/* A table whose first column is text and whose others are numbers, padded to be read as it is. */
static void put_table(FILE *out, const char *const *heads, size_t columns,
                      char (*cells)[COLUMNS][CELL], size_t n)
{
    size_t widths[COLUMNS];
    for (size_t k = 0; k < columns; k++) {
        widths[k] = strlen(heads[k]) > 3 ? strlen(heads[k]) : 3;
        for (size_t i = 0; i < n; i++)
            widths[k] = strlen(cells[i][k]) > widths[k] ? strlen(cells[i][k]) : widths[k];
    }
    for (size_t i = 0; i <= n; i++) {
        for (size_t k = 0; k < columns; k++)
            fprintf(out, "| %*s ", k > 0 ? (int)widths[k] : -(int)widths[k],
                    i == 0 ? heads[k] : cells[i - 1][k]);
        fputs("|\n", out);
        if (i == 0)
            put_rule(out, columns, widths);
    }
}

/* Nothing where there is none. */
static void print_number(char cell[CELL], int decimals, double value)
{
    cell[0] = '\0';
    if (isfinite(value))
        snprintf(cell, CELL, "%.*f", decimals, value);
    else if (isinf(value))
        snprintf(cell, CELL, "exact");
}

static void put_means(const struct inr_rate_curves *curves, FILE *out)
{
    static const char *const heads[COLUMNS] = {
        "coder", "asked bpp", "bpp", "PSNR", "SSIM", "MS-SSIM", "encode s", "decode s", "pictures"};
    static const int decimals[COLUMNS] = {0, 2, 4, 2, 4, 4, 3, 3, 0};
    char(*cells)[COLUMNS][CELL] = calloc(INR_RATE_CURVES_MAX * INR_RATE_POINTS_MAX, sizeof *cells);
    size_t n = 0;
    for (size_t i = 0; cells && i < curves->measured; i++)
        for (size_t p = 0; p < curves->at[i].n; p++) {
            const struct inr_rate_point *point = &curves->at[i].points[p];
            const double values[COLUMNS] = {0.0,           point->asked,  point->bpp,
                                            point->psnr,   point->ssim,   point->ms_ssim,
                                            point->encode, point->decode, (double)point->pictures};
            snprintf(cells[n][0], CELL, "%s", curves->at[i].name);
            for (size_t k = 1; k < COLUMNS; k++)
                print_number(cells[n][k], decimals[k], values[k]);
            n++;
        }
    if (cells)
        put_table(out, heads, COLUMNS, cells, n);
    free(cells);
}

static void put_differences(const struct inr_rate_tables *t, FILE *out)
{
    char cells[INR_RATE_CURVES_MAX][COLUMNS][CELL];
    char head[80];
    size_t n = 0;
    snprintf(head, sizeof head, "BD-rate against %s", t->anchor->name);
    const char *const heads[COLUMNS] = {"coder", head, "over dB"};
    for (size_t i = 0; i < t->curves.n; i++) {
        const struct inr_rate_curve *curve = &t->curves.at[i];
        const struct inr_bd bd = inr_bd_rate(t->anchor, curve);
        if (curve == t->anchor || isnan(bd.rate) || !inr_rate_comparable(t->anchor, curve))
            continue;
        snprintf(cells[n][0], CELL, "%.30s%s", curve->name, curve->published ? ", published" : "");
        snprintf(cells[n][1], CELL, "%+.1f %%", bd.rate);
        snprintf(cells[n][2], CELL, "%.1f to %.1f", bd.low, bd.high);
        n++;
    }
    if (n == 0)
        return;
    fputc('\n', out);
    put_table(out, heads, 3, cells, n);
}

static void put_published(const struct inr_rate_curves *curves, FILE *out)
{
    fputs("\nPublished, of 24 pictures: bpp/PSNR.\n\n| coder | points | from |\n| --- | --- | --- "
          "|\n",
          out);
    for (size_t i = curves->measured; i < curves->n; i++) {
        const struct inr_rate_curve *curve = &curves->at[i];
        fprintf(out, "| %s | ", curve->name);
        for (size_t p = 0; p < curve->n; p++)
            fprintf(out, "%s%.4f/%.2f", p ? " " : "", curve->points[p].bpp, curve->points[p].psnr);
        fprintf(out, " | %s |\n", curve->source);
    }
}

void inr_rate_write_markdown(const struct inr_rate_tables *tables, bool all, FILE *out)
{
    put_means(&tables->curves, out);
    if (tables->anchor)
        put_differences(tables, out);
    if (all && tables->curves.n > tables->curves.measured)
        put_published(&tables->curves, out);
}

void inr_rate_verdict(const struct inr_rate_tables *tables, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < tables->curves.measured; i++) {
        const struct inr_rate_curve *curve = &tables->curves.at[i];
        size_t row = 0;
        const struct inr_bench_results *results = tables->results;
        while (row < results->n && strcmp(results->rows[row].model, curve->name) != 0)
            row++;
        if (row == results->n || strcmp(results->rows[row].family, "inr") != 0)
            continue;
        const struct inr_bd bd = inr_bd_rate(tables->anchor, curve);
        const size_t used = strlen(out);
        if (curve != tables->anchor && isfinite(bd.rate) &&
            inr_rate_comparable(tables->anchor, curve))
            snprintf(out + used, size - used,
                     "%s%s takes %.1f %% %s bytes than %s for the same PSNR, from %.1f to %.1f dB.",
                     used ? "\n" : "", curve->name, fabs(bd.rate), bd.rate < 0.0 ? "fewer" : "more",
                     tables->anchor->name, bd.low, bd.high);
    }
}

/* ---- JSON ---- */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *point_json(const struct inr_rate_curve *curve, const struct inr_rate_point *p)
{
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "coder", curve->name, "rate",
                     number(p->asked), "bpp", number(p->bpp), "psnr", number(p->psnr), "ssim",
                     number(p->ssim), "ms_ssim", number(p->ms_ssim), "seconds", number(p->encode),
                     "decode_seconds", number(p->decode), "pictures", (json_int_t)p->pictures);
}

static json_t *bd_json(const struct inr_rate_tables *t, const struct inr_rate_curve *curve)
{
    const bool fair = inr_rate_comparable(t->anchor, curve);
    const double none = (double)NAN;
    const struct inr_bd bd =
        fair ? inr_bd_rate(t->anchor, curve) : (struct inr_bd){none, none, none};
    return json_pack("{s:s,s:b,s:s,s:o,s:o,s:o}", "coder", curve->name, "published",
                     (int)curve->published, "anchor", t->anchor->name, "percent", number(bd.rate),
                     "low", number(bd.low), "high", number(bd.high));
}

static json_t *published_json(const struct inr_rate_curve *curve)
{
    json_t *points = json_array();
    for (size_t p = 0; points && p < curve->n; p++)
        if (json_array_append_new(
                points, json_pack("[f,f]", curve->points[p].bpp, curve->points[p].psnr)) != 0)
            break;
    return json_pack("{s:s,s:s,s:o}", "coder", curve->name, "source", curve->source, "points",
                     points);
}

json_t *inr_rate_to_json(const struct inr_rate_tables *t)
{
    json_t *rows = json_array(), *means = json_array(), *bd = json_array(),
           *published = json_array();
    char verdict[1024];
    bool good = rows && means && bd && published;
    for (size_t i = 0; good && i < t->results->n; i++)
        good = json_array_append_new(rows, inr_bench_row_to_json(&t->results->rows[i])) == 0;
    for (size_t i = 0; good && i < t->curves.n; i++) {
        const struct inr_rate_curve *curve = &t->curves.at[i];
        for (size_t p = 0; good && !curve->published && p < curve->n; p++)
            good = json_array_append_new(means, point_json(curve, &curve->points[p])) == 0;
        good = good && json_array_append_new(bd, bd_json(t, curve)) == 0;
        if (good && curve->published)
            good = json_array_append_new(published, published_json(curve)) == 0;
    }
    inr_rate_verdict(t, verdict, sizeof verdict);
    json_t *out = good ? json_pack("{s:O,s:O,s:O,s:O,s:s}", "rows", rows, "means", means, "bd_rate",
                                   bd, "published", published, "verdict", verdict)
                       : NULL;
    json_decref(rows);
    json_decref(means);
    json_decref(bd);
    json_decref(published);
    return out;
}
