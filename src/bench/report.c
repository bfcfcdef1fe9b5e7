/* SPDX-License-Identifier: MIT
 *
 * report.c - The page: its head, what comes first, the tables, and how it was measured.
 */
#include "bench/report.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_internal.h"
#include "bench/table.h"

/* ---- sorting ---- */

static void note_text(const char **list, size_t *n, const char *text)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp(list[i], text) == 0)
            return;
    if (*n < INR_REPORT_LIST_MAX)
        list[(*n)++] = text;
}

static void note_whole(uint64_t *list, size_t *n, uint64_t value, bool sorted)
{
    size_t at = 0;
    while (at < *n && list[at] != value && !(sorted && list[at] > value))
        at++;
    if ((at < *n && list[at] == value) || *n == INR_REPORT_LIST_MAX)
        return;
    memmove(list + at + 1, list + at, (*n - at) * sizeof *list);
    list[at] = value;
    (*n)++;
}

static void sort_out(struct inr_report *r)
{
    for (size_t i = 0; i < r->results->n; i++) {
        const struct inr_bench_row *row = &r->results->rows[i];
        size_t s = 0;
        if (!inr_bench_row_done(row)) {
            r->failed++;
            continue;
        }
        while (s < r->n_subjects && !inr_report_same_subject(r->subjects[s], row))
            s++;
        if (s == r->n_subjects && s < INR_REPORT_SUBJECT_MAX)
            r->subjects[r->n_subjects++] = row;
        note_text(r->models, &r->n_models, row->model);
        note_text(r->modes, &r->n_modes, row->mode);
        note_whole(r->sizes, &r->n_sizes, row->size, true);
        note_whole(r->seeds, &r->n_seeds, row->seed, false);
    }
}

/* ---- the head ---- */

static void put(const struct inr_report *r, const char *text)
{
    inr_canvas_put_text(r->out, text);
}

static void put_fact(const struct inr_report *r, const char *name, const char *value)
{
    if (!value[0])
        return;
    fprintf(r->out, "<div><dt>%s</dt><dd>", name);
    put(r, value);
    fputs("</dd></div>\n", r->out);
}

/* The distinct values of a text column, one after another. */
static void put_texts(const struct inr_report *r, const char *name, size_t offset)
{
    const char *list[INR_REPORT_LIST_MAX];
    char all[800] = "";
    size_t n = 0, used = 0;
    for (size_t i = 0; i < r->results->n; i++)
        note_text(list, &n, (const char *)&r->results->rows[i] + offset);
    for (size_t i = 0; i < n && used + 1 < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? "; " : "", list[i]);
    put_fact(r, name, all);
}

static void put_budget(const struct inr_report *r)
{
    uint64_t low = UINT64_MAX, high = 0;
    double least = (double)INFINITY, most = 0.0;
    char text[160];
    for (size_t i = 0; i < r->results->n; i++) {
        const struct inr_bench_row *row = &r->results->rows[i];
        if (!inr_bench_row_done(row))
            continue;
        low = row->steps < low ? row->steps : low;
        high = row->steps > high ? row->steps : high;
        least = row->seconds < least ? row->seconds : least;
        most = row->seconds > most ? row->seconds : most;
    }
    if (low == high)
        snprintf(text, sizeof text, "%" PRIu64 " steps, %.2g to %.2g s", low, least, most);
    else
        snprintf(text, sizeof text, "%" PRIu64 " to %" PRIu64 " steps, %.2g to %.2g s", low, high,
                 least, most);
    put_fact(r, "Training of a row", text);
}

static void put_facts(const struct inr_report *r)
{
    char text[400] = "";
    size_t used = 0;
    fputs("<dl class=\"facts\" id=\"facts\">\n", r->out);
    snprintf(text, sizeof text, "%zu done, %zu failed", r->results->n - r->failed, r->failed);
    put_fact(r, "Rows", text);
    put_texts(r, "Device", offsetof(struct inr_bench_row, device));
    put_texts(r, "Driver", offsetof(struct inr_bench_row, driver));
    put_texts(r, "inrush", offsetof(struct inr_bench_row, version));
    text[0] = '\0';
    for (size_t i = 0; i < r->n_seeds && used + 1 < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%" PRIu64, i ? ", " : "",
                                 r->seeds[i]);
    put_fact(r, r->n_seeds > 1 ? "Seeds" : "Seed", text);
    put_budget(r);
    put_texts(r, "Coordinates at", offsetof(struct inr_bench_row, lattice));
    fputs("</dl>\n", r->out);
}

/* What the page is about: the suite, or the only signal. */
static const char *title_of(const struct inr_report *r)
{
    return r->results->n == 0   ? "nothing"
           : r->n_subjects == 1 ? r->subjects[0]->signal
                                : r->results->rows[0].suite;
}

/* One sentence a size; several lines become several paragraphs. */
static enum inr_status put_verdict(const struct inr_report *r)
{
    const char *name = title_of(r);
    char *verdict = inr_bench_verdict(r->results);
    if (!verdict)
        return inr_fail(r->err, INR_ERR_MEMORY, "out of memory for the report");
    for (char *line = verdict; *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        /* The heading above has the name. */
        const size_t n = strlen(name);
        const bool repeats = strncmp(line, name, n) == 0 && strncmp(line + n, ": ", 2) == 0;
        if (repeats) {
            line += n + 2;
            line[0] = (char)toupper((unsigned char)line[0]);
        }
        fputs("<p class=\"lead\">", r->out);
        put(r, line);
        fputs("</p>\n", r->out);
        line = end ? end + 1 : line + strlen(line);
    }
    free(verdict);
    return INR_OK;
}

void inr_report_begin(FILE *out, const char *name)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n<title>"
          "Benchmark: ",
          out);
    inr_canvas_put_text(out, name);
    fputs("</title>\n<style>\n", out);
    fputs(inr_report_css, out);
    inr_canvas_put_style(out);
    fputs("</style>\n</head>\n<body>\n<main>\n<header>\n<h1>Benchmark: ", out);
    inr_canvas_put_text(out, name);
}

static enum inr_status put_head(const struct inr_report *r)
{
    inr_report_begin(r->out, title_of(r));
    fprintf(r->out, "</h1>\n<p class=\"soft\">%zu model%s on %zu signal%s</p>\n", r->n_models,
            r->n_models == 1 ? "" : "s", r->n_subjects, r->n_subjects == 1 ? "" : "s");
    enum inr_status status = put_verdict(r);
    put_facts(r);
    fputs("</header>\n", r->out);
    return status;
}

/* ---- who is best ---- */

static size_t model_index(const struct inr_report *r, const char *model)
{
    size_t i = 0;
    while (i + 1 < r->n_models && strcmp(r->models[i], model) != 0)
        i++;
    return i;
}

static enum inr_status put_bar(const struct inr_report *r, const struct inr_bench_mean *mean,
                               double top)
{
    struct inr_canvas *canvas = NULL;
    const struct inr_point box[] = {{0, 0}, {100, 0}, {100, 12}, {0, 12}};
    fputs("<li><span>", r->out);
    put(r, mean->model);
    fprintf(r->out, "</span><span class=\"bar\"><i style=\"width:%.1f%%\">",
            100.0 * fmax(mean->psnr, 0.0) / top);
    enum inr_status status = inr_canvas_embed(r->out, 100, 12, mean->model, &canvas, r->err);
    if (status != INR_OK)
        return status;
    inr_canvas_fill(canvas, box, 4, inr_report_ink(model_index(r, mean->model)), 1.0);
    status = inr_canvas_finish(canvas, r->err);
    fprintf(r->out, "</i></span><span class=\"value\">%.2f dB</span></li>\n", mean->psnr);
    return status;
}

static enum inr_status put_rank(const struct inr_report *r, const char *mode, uint64_t size)
{
    struct inr_bench_mean means[INR_REPORT_LIST_MAX];
    char condition[100];
    size_t over = 0;
    enum inr_status status = INR_OK;
    const size_t n = inr_bench_rank(r->results, mode, size, means, INR_REPORT_LIST_MAX, &over);
    if (n == 0)
        return INR_OK;
    inr_report_condition(mode, size, condition, sizeof condition);
    condition[0] = 'E';
    fprintf(r->out, "<div class=\"card rank\"><h3>%s</h3>\n<ol>\n", condition);
    for (size_t i = 0; status == INR_OK && i < n; i++)
        status = put_bar(r, &means[i], fmax(means[0].psnr, 1.0));
    fputs("</ol></div>\n", r->out);
    return status;
}

static enum inr_status put_ranks(const struct inr_report *r)
{
    enum inr_status status = INR_OK;
    fprintf(r->out,
            "<section id=\"ranking\">\n<h2>Ranking</h2>\n<p class=\"note\">Mean PSNR%s.</p>\n"
            "<div class=\"ranks\">\n",
            r->n_subjects > 1 || r->n_seeds > 1
                ? " over all signals and seeds in which every model took part"
                : "");
    for (size_t m = 0; m < r->n_modes; m++)
        for (size_t i = 0; status == INR_OK && i < r->n_sizes; i++)
            status = put_rank(r, r->modes[m], r->sizes[i]);
    fputs("</div>\n</section>\n", r->out);
    return status;
}

/* One signal of the table of winners. */
static void put_winner_row(const struct inr_report *r, size_t subject, const char *mode,
                           uint64_t size)
{
    double psnr[INR_REPORT_LIST_MAX], best = -(double)INFINITY;
    char name[200];
    for (size_t k = 0; k < r->n_models; k++) {
        psnr[k] = inr_report_mean(r, r->subjects[subject], r->models[k], mode, size).psnr;
        best = psnr[k] > best ? psnr[k] : best;
    }
    if (isinf(best))
        return;
    inr_report_subject_name(r->subjects[subject], name, sizeof name);
    fputs("<tr><th>", r->out);
    put(r, name);
    fputs("</th>", r->out);
    for (size_t k = 0; k < r->n_models; k++)
        if (isnan(psnr[k]))
            fputs("<td></td>", r->out);
        else
            fprintf(r->out, "<td%s>%.2f</td>", psnr[k] == best ? " class=\"best\"" : "", psnr[k]);
    fputs("</tr>\n", r->out);
}

static void put_winners(const struct inr_report *r)
{
    char condition[100];
    fputs("<section id=\"signals\">\n<h2>By signal</h2>\n<p class=\"note\">PSNR in dB, means over "
          "seeds; the best of each line is marked.</p>\n",
          r->out);
    for (size_t m = 0; m < r->n_modes; m++)
        for (size_t i = r->n_sizes; i-- > 0;) {
            inr_report_condition(r->modes[m], r->sizes[i], condition, sizeof condition);
            condition[0] = 'E';
            fprintf(r->out,
                    "<details%s><summary>%s</summary>\n<div class=\"scroll\"><table>\n<thead><tr>"
                    "<th class=\"t\">signal</th>",
                    m == 0 && i == r->n_sizes - 1 ? " open=\"open\"" : "", condition);
            for (size_t k = 0; k < r->n_models; k++) {
                fputs("<th>", r->out);
                put(r, r->models[k]);
                fputs("</th>", r->out);
            }
            fputs("</tr></thead>\n<tbody>\n", r->out);
            for (size_t s = 0; s < r->n_subjects; s++)
                put_winner_row(r, s, r->modes[m], r->sizes[i]);
            fputs("</tbody></table></div></details>\n", r->out);
        }
    fputs("</section>\n", r->out);
}

/* ---- all rows ---- */

static void put_cell(const struct inr_report *r, const struct inr_bench_field *field,
                     const char *element, const char *text)
{
    fprintf(r->out, "<%s%s>", element, field->type == INR_BENCH_TEXT ? " class=\"t\"" : "");
    put(r, text);
    fprintf(r->out, "</%s>", element);
}

void inr_report_rows(const struct inr_report *r)
{
    const struct inr_bench_field *field;
    char text[1100];
    fputs("<section id=\"rows\">\n<h2>All rows</h2>\n<div class=\"scroll\"><table>\n<thead><tr>",
          r->out);
    for (size_t k = 0; (field = inr_bench_field_at(k)); k++)
        if (inr_bench_shows(r->results, k))
            put_cell(r, field, "th", field->heading);
    fputs("</tr></thead>\n<tbody>\n", r->out);
    for (size_t i = 0; i < r->results->n; i++) {
        const struct inr_bench_row *row = &r->results->rows[i];
        fputs(inr_bench_row_done(row) ? "<tr>" : "<tr class=\"failed\">", r->out);
        for (size_t k = 0; (field = inr_bench_field_at(k)); k++) {
            if (!inr_bench_shows(r->results, k))
                continue;
            inr_bench_field_pretty(field, row, text, sizeof text);
            put_cell(r, field, "td", text);
        }
        fputs("</tr>\n", r->out);
    }
    fputs("</tbody></table></div>\n", r->out);
    if (r->failed > 0)
        fputs("<h3>What failed</h3>\n<ul class=\"method\">\n", r->out);
    for (size_t i = 0; r->failed > 0 && i < r->results->n; i++) {
        const struct inr_bench_row *row = &r->results->rows[i];
        char name[200];
        if (inr_bench_row_done(row))
            continue;
        inr_report_subject_name(row, name, sizeof name);
        fputs("<li>", r->out);
        put(r, row->model);
        fputs(" on ", r->out);
        put(r, name);
        fprintf(r->out, ", size %" PRIu64 ": ", row->size);
        put(r, row->message);
        fputs("</li>\n", r->out);
    }
    fputs(r->failed > 0 ? "</ul>\n</section>\n" : "</section>\n", r->out);
}

/* ---- how it was measured ---- */

static bool any_text(const struct inr_report *r, size_t offset, const char *text)
{
    for (size_t i = 0; i < r->results->n; i++)
        if (strcmp((const char *)&r->results->rows[i] + offset, text) == 0)
            return true;
    return false;
}

static void put_protocol(const struct inr_report *r)
{
    const bool unit = any_text(r, offsetof(struct inr_bench_row, clamp), "unit");
    const bool left = any_text(r, offsetof(struct inr_bench_row, lattice), "left");
    fputs(
        "<section id=\"protocol\">\n<h2>How this was measured</h2>\n<ul class=\"method\">\n"
        "<li><b>Sizes are true counts.</b> Each model is the largest of its kind whose trainable "
        "numbers do not exceed the size; the column <i>parameters</i> has what that came to. "
        "Frozen tables of random frequencies are no parameters, but are bytes. With 32-bit "
        "numbers a file takes 4 bytes a parameter and some kilobytes of description, so equal "
        "bytes and equal parameters nearly agree.</li>\n"
        "<li><b>What is equal.</b> Parameters and bytes: the same number of steps for all. Time: "
        "the same seconds of training, on the device named above; what a step costs counts.</li>\n"
        "<li><b>PSNR</b> has peak 1 for signals meant to lie in [0,1], else their range. Results "
        "are not rounded. ",
        r->out);
    fputs(unit ? "They are clamped to [0,1] and the signal is not, as in the study, which bounds "
                 "the PSNR of signals that leave [0,1]."
               : "They are clamped to [0,1], widened to where the signal goes, so that no signal "
                 "has a ceiling by its clamping.",
          r->out);
    fputs(
        " The dashed lines and the column <i>mean's PSNR</i> are the floor: what the mean of the "
        "signal reaches. Differences below 0.1 dB are called level.</li>\n<li><b>Coordinates.</b> ",
        r->out);
    fputs(left ? "Samples lie at the left edges of their cells, -1 + 2i/N, as in the study; for "
                 "super-resolution that shifts the result by half a sample."
               : "Samples lie at the centres of their cells, so that small and large versions of a "
                 "signal cover the same area: super-resolution has no half-pixel shift.",
          r->out);
    fputs(
        "</li>\n<li><b>IoU</b> is for binary signals only, inside above 0.5 on both sides.</li>\n"
        "<li><b>Times</b> are seconds of training until a measurement of the whole result first "
        "showed 30, 35 or 40 dB; measuring is not counted. On the way results are held within "
        "[0,1].</li>\n<li><b>Rates.</b> Each model has the learning rate of its settings, the same "
        "at every size unless the suite says otherwise; a rate that suits a small field may be "
        "too high for a large one.</li>\n</ul>\n</section>\n",
        r->out);
}

enum inr_status inr_bench_write_html(const struct inr_bench_results *results, FILE *out,
                                     struct inr_error *err)
{
    struct inr_report *r = calloc(1, sizeof *r);
    if (!r)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the report");
    r->results = results;
    r->out = out;
    r->err = err;
    sort_out(r);
    enum inr_status status = put_head(r);
    if (status == INR_OK && r->n_models > 0) {
        status = put_ranks(r);
        if (status == INR_OK)
            status = inr_report_charts(r);
        put_winners(r);
        if (status == INR_OK)
            status = inr_report_pictures(r);
    }
    inr_report_rows(r);
    put_protocol(r);
    fputs("<footer>Made by inrush bench. The same numbers are in results.csv and results.json."
          "</footer>\n</main>\n</body>\n</html>\n",
          out);
    free(r);
    return status;
}
