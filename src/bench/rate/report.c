/* SPDX-License-Identifier: MIT
 *
 * report.c - The page of rates and distortions: tables, and how it was measured.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rate/report.h"

static void put(const struct inr_rate_report *r, const char *text)
{
    inr_canvas_put_text(r->page.out, text);
}

/* ---- the head ---- */

static void put_coders(const struct inr_rate_report *r)
{
    const struct inr_rate_curves *curves = &r->tables->curves;
    fputs("<div><dt>Coders</dt><dd>", r->page.out);
    for (size_t i = 0; i < curves->measured; i++) {
        fputs(i ? "; " : "", r->page.out);
        put(r, curves->at[i].name);
        fputs(": ", r->page.out);
        put(r, curves->at[i].source);
    }
    fputs("</dd></div>\n", r->page.out);
}

static void put_head(const struct inr_rate_report *r)
{
    const struct inr_bench_results *results = r->tables->results;
    FILE *out = r->page.out;
    char verdict[1024], name[64];
    const char *device = "";
    snprintf(name, sizeof name, "compression of %zu picture%s", r->tables->curves.pictures,
             r->tables->curves.pictures == 1 ? "" : "s");
    inr_report_begin(out, name);
    fprintf(out, "</h1>\n<p class=\"soft\">%zu coder%s</p>\n", r->tables->curves.measured,
            r->tables->curves.measured == 1 ? "" : "s");
    inr_rate_verdict(r->tables, verdict, sizeof verdict);
    char *rest = verdict;
    for (char *line; (line = strtok_r(rest, "\n", &rest));) {
        fputs("<p class=\"lead\">", out);
        put(r, line);
        fputs("</p>\n", out);
    }
    fprintf(out,
            "<dl class=\"facts\" id=\"facts\">\n<div><dt>Rows</dt><dd>%zu done, %zu failed</dd>"
            "</div>\n",
            results->n - r->page.failed, r->page.failed);
    put_coders(r);
    for (size_t i = 0; i < results->n && !device[0]; i++)
        device = results->rows[i].device;
    if (device[0]) {
        fputs("<div><dt>Device of ours</dt><dd>", out);
        put(r, device);
        fputs("</dd></div>\n", out);
    }
    fputs("</dl>\n</header>\n", out);
}

/* ---- tables ---- */

static void put_cell(FILE *out, int decimals, double value)
{
    if (isfinite(value))
        fprintf(out, "<td>%.*f</td>", decimals, value);
    else
        fputs(isinf(value) ? "<td>exact</td>" : "<td></td>", out);
}

static void put_means(const struct inr_rate_report *r)
{
    FILE *out = r->page.out;
    fputs("<section id=\"means\">\n<h2>Means</h2>\n<p class=\"note\">Over all pictures: of the "
          "PSNR of each, of bits a pixel of whole files.</p>\n<div class=\"scroll\"><table>\n"
          "<thead><tr><th class=\"t\">coder</th><th>asked bpp</th><th>bpp</th><th>PSNR</th>"
          "<th>SSIM</th><th>MS-SSIM</th><th>encode s</th><th>decode s</th><th>pictures</th></tr>"
          "</thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < r->tables->curves.measured; i++) {
        const struct inr_rate_curve *curve = &r->tables->curves.at[i];
        for (size_t p = 0; p < curve->n; p++) {
            const struct inr_rate_point *point = &curve->points[p];
            fputs("<tr><th>", out);
            put(r, curve->name);
            fputs("</th>", out);
            put_cell(out, 2, point->asked);
            put_cell(out, 4, point->bpp);
            put_cell(out, 2, point->psnr);
            put_cell(out, 4, point->ssim);
            put_cell(out, 4, point->ms_ssim);
            put_cell(out, 3, point->encode);
            put_cell(out, 3, point->decode);
            fprintf(out, "<td>%zu</td></tr>\n", point->pictures);
        }
    }
    fputs("</tbody></table></div>\n</section>\n", out);
}

static void put_differences(const struct inr_rate_report *r)
{
    FILE *out = r->page.out;
    const struct inr_rate_curve *anchor = r->tables->anchor;
    fputs(
        "<section id=\"differences\">\n<h2>Differences of rates</h2>\n<p class=\"note\">Bytes for "
        "the same PSNR against ",
        out);
    put(r, anchor->name);
    fputs(
        " (BD-rate); below 0 is better. Curves over another number of pictures are left out: "
        "published ones are of 24.</p>\n<div class=\"scroll\"><table>\n<thead><tr>"
        "<th class=\"t\">coder</th><th>BD-rate, %</th><th>from dB</th><th>to dB</th></tr></thead>\n"
        "<tbody>\n",
        out);
    for (size_t i = 0; i < r->tables->curves.n; i++) {
        const struct inr_rate_curve *curve = &r->tables->curves.at[i];
        const struct inr_bd bd = inr_bd_rate(anchor, curve);
        if (curve == anchor || isnan(bd.rate) || !inr_rate_comparable(anchor, curve))
            continue;
        fputs("<tr><th>", out);
        put(r, curve->name);
        fputs(curve->published ? ", published</th>" : "</th>", out);
        put_cell(out, 1, bd.rate);
        put_cell(out, 1, bd.low);
        put_cell(out, 1, bd.high);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n</section>\n", out);
}

static void put_published(const struct inr_rate_report *r)
{
    FILE *out = r->page.out;
    const struct inr_rate_curves *curves = &r->tables->curves;
    fputs(
        "<section id=\"published\">\n<h2>Published</h2>\n<p class=\"note\">Means over all 24 Kodak "
        "pictures, bpp and PSNR, as their repositories give them; none of it was measured "
        "here.</p>\n<div class=\"scroll\"><table>\n<thead><tr><th class=\"t\">coder</th>"
        "<th class=\"t\">from</th><th class=\"t\">points</th></tr></thead>\n<tbody>\n",
        out);
    for (size_t i = curves->measured; i < curves->n; i++) {
        const struct inr_rate_curve *curve = &curves->at[i];
        fputs("<tr><th>", out);
        put(r, curve->name);
        fputs("</th><td class=\"t\">", out);
        put(r, curve->source);
        fputs("</td><td class=\"t\">", out);
        for (size_t p = 0; p < curve->n; p++)
            fprintf(out, "%s%.3f/%.2f", p ? " " : "", curve->points[p].bpp, curve->points[p].psnr);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n</section>\n", out);
}

static void put_protocol(const struct inr_rate_report *r)
{
    fputs(
        "<section id=\"protocol\">\n<h2>How this was measured</h2>\n<ul class=\"method\">\n"
        "<li><b>Rates.</b> Bits of the whole file, headers included, a pixel. Every coder is asked "
        "for each rate: other programs by a search over the setting that decides the size, ours "
        "by the rate itself. A coder whose settings are whole numbers, or whose smallest file is "
        "larger, comes as close as it can; its true rate is what counts.</li>\n"
        "<li><b>PSNR</b> is that of the decoded picture, over all channels of RGB, rounded to 8 "
        "bits as files are; a point is the mean of the PSNR of each picture.</li>\n"
        "<li><b>BD-rate</b> is the mean difference of the logarithms of rates over the PSNR that "
        "both curves reach, by piecewise cubic interpolation of the mean points.</li>\n"
        "<li><b>Seconds</b> of other programs are those of one run from picture to file, or from "
        "file to picture, starting the program and reading and writing included. Encoding ours "
        "is training; decoding ours is from bytes to pixels in memory.</li>\n"
        "<li><b>Settings</b> are the defaults of each program, but for what makes files smaller "
        "without a loss; the column <i>settings</i> has the words. Colour profiles are left "
        "out.</li>\n</ul>\n</section>\n",
        r->page.out);
}

enum inr_status inr_rate_write_html(const struct inr_rate_tables *tables, FILE *out,
                                    struct inr_error *err)
{
    struct inr_rate_report *r = calloc(1, sizeof *r);
    if (!r)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the report");
    r->tables = tables;
    r->page.results = tables->results;
    r->page.out = out;
    r->page.err = err;
    for (size_t i = 0; i < tables->results->n; i++)
        r->page.failed += !inr_bench_row_done(&tables->results->rows[i]);
    put_head(r);
    enum inr_status status = INR_OK;
    if (tables->anchor) {
        status = inr_rate_charts(r);
        put_means(r);
        put_differences(r);
    }
    if (tables->curves.n > tables->curves.measured)
        put_published(r);
    inr_report_rows(&r->page);
    put_protocol(r);
    fputs("<footer>Made by inrush bench compress. The same numbers are in results.csv and "
          "results.json.</footer>\n</main>\n</body>\n</html>\n",
          out);
    free(r);
    return status;
}
