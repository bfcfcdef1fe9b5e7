/* SPDX-License-Identifier: MIT
 *
 * spectrum_plot.c - Draws what `inrush spectrum` found: both spectra, and the distance over the
 * candidates.
 */
#include <math.h>

#include "plot/chart.h"

#include "cli/picture.h"
#include "cli/spectrum.h"

/* Of the page, in CSS pixels. */
#define WIDTH  960
#define MARGIN 16.0
#define HEAD   40.0
#define PANEL  330.0

static const char flat_note[] = "constant: there is no spectrum";

bool inr_cli_can_plot(const char *path)
{
    return inr_canvas_can_write(path);
}

/* Least and greatest positive value, widened a little; rounding leaves bins that are as good as
 * empty, so not below `least` of the greatest. */
static void cover(struct inr_axis *axis, const double *values, int n, double least)
{
    for (int i = 0; i < n; i++) {
        if (!(values[i] > 0.0))
            continue;
        axis->high = fmax(axis->high, values[i] * 1.4);
        axis->low = axis->low > 0.0 ? fmin(axis->low, values[i] / 1.4) : values[i] / 1.4;
    }
    axis->low = fmax(axis->low, axis->high * least);
}

static void count_cycles(double *cycles, int n)
{
    for (int m = 0; m < n; m++)
        cycles[m] = m + 1;
}

static void shares(const double *values, int n, double *out)
{
    double sum = 0.0;
    for (int m = 0; m < n; m++)
        sum += values[m];
    for (int m = 0; m < n; m++)
        out[m] = sum > 0.0 ? values[m] / sum : 0.0;
}

static void draw_fresh(const struct inr_cli_spectrum *found, struct inr_canvas *canvas,
                       struct inr_chart *chart)
{
    static const struct inr_stroke signal = {.ink = INR_INK_1, .width = 2.0};
    static const struct inr_stroke field = {.ink = INR_INK_2, .width = 2.0, .dashed = true};
    const struct inr_fresh_result *r = &found->result;
    double cycles[INR_SPECTRUM_MAX], share[INR_SPECTRUM_MAX];
    count_cycles(cycles, found->bins);
    shares(found->fresh, found->bins, share);
    chart->title = "Spectrum as FreSh sees it";
    chart->x = (struct inr_axis){
        .label = "cycles per side, summed over axes", .low = 1.0, .high = fmax(2.0, found->bins)};
    if (found->signal.dims == 1)
        chart->x.label = "cycles per side";
    chart->y = (struct inr_axis){.label = "share of the magnitude", .log = true};
    cover(&chart->y, share, found->bins, 1e-6);
    if (found->chosen)
        cover(&chart->y, r->field, found->bins, 1e-6);
    /* Room for the legend above the curves. */
    if (chart->y.low > 0.0)
        chart->y.high *= pow(chart->y.high / chart->y.low, found->chosen ? 0.2 : 0.1);
    inr_chart_begin(chart, canvas);
    if (found->flat) {
        inr_chart_note(chart, flat_note);
        return;
    }
    inr_chart_line(chart, cycles, share, (size_t)found->bins, &signal, true);
    inr_chart_legend(chart, &signal, "the signal");
    if (found->chosen) {
        char text[96];
        inr_chart_line(chart, cycles, r->field, (size_t)found->bins, &field, false);
        snprintf(text, sizeof text, "untrained %s, %s %.4g", found->preset, inr_knob_name(r->knob),
                 r->candidates[r->choice].value);
        inr_chart_legend(chart, &field, text);
    }
}

static void draw_radial(const struct inr_cli_spectrum *found, struct inr_canvas *canvas,
                        struct inr_chart *chart)
{
    static const struct inr_stroke stroke = {.ink = INR_INK_3, .width = 2.0};
    double cycles[INR_SPECTRUM_MAX];
    count_cycles(cycles, found->bins);
    chart->title = found->signal.dims == 1 ? "Power spectrum" : "Radial power spectrum";
    chart->x = (struct inr_axis){.label = "cycles per side, radius",
                                 .low = 1.0,
                                 .high = fmax(2.0, found->bins),
                                 .log = true};
    if (found->signal.dims == 1)
        chart->x.label = "cycles per side";
    chart->y = (struct inr_axis){.label = "mean power of a coefficient", .log = true};
    cover(&chart->y, found->radial, found->bins, 1e-12);
    inr_chart_begin(chart, canvas);
    if (found->flat)
        inr_chart_note(chart, flat_note);
    else
        inr_chart_line(chart, cycles, found->radial, (size_t)found->bins, &stroke, true);
}

static void draw_candidates(const struct inr_cli_spectrum *found, struct inr_canvas *canvas,
                            struct inr_chart *chart)
{
    static const struct inr_stroke stroke = {.ink = INR_INK_2, .width = 1.5};
    const struct inr_fresh_result *r = &found->result;
    const struct inr_fresh_candidate *best = &r->candidates[r->choice];
    double values[INR_CANDIDATES_MAX], distances[INR_CANDIDATES_MAX], most = 0.0;
    char text[128];
    size_t n = 0;
    for (int i = 0; i < r->n; i++) {
        if (!isfinite(r->candidates[i].distance))
            continue;
        values[n] = r->candidates[i].value;
        distances[n++] = r->candidates[i].distance;
        most = fmax(most, r->candidates[i].distance + r->candidates[i].std);
    }
    const double first = r->candidates[0].value, last = r->candidates[r->n - 1].value;
    const double pad = 0.03 * (last - first);
    chart->title = "Distance of untrained fields from the signal";
    chart->x =
        (struct inr_axis){.label = inr_knob_name(r->knob), .low = first - pad, .high = last + pad};
    chart->y = (struct inr_axis){.label = "Wasserstein distance, bins", .high = 1.12 * most};
    inr_chart_begin(chart, canvas);
    inr_chart_line(chart, values, distances, n, &stroke, false);
    for (int i = 0; i < r->n; i++)
        if (i != r->choice && isfinite(r->candidates[i].distance))
            inr_chart_dot(chart, r->candidates[i].value, r->candidates[i].distance,
                          r->candidates[i].std, INR_INK_2, false);
    inr_chart_dot(chart, best->value, best->distance, best->std, INR_INK_1, true);
    snprintf(text, sizeof text, "choice: %s %.4g, distance %.2f \u00B1 %.2f bins",
             inr_knob_name(r->knob), best->value, best->distance, best->std);
    inr_canvas_text(canvas, chart->x1, chart->top + 18.0,
                    &(struct inr_lettering){
                        .size = 12, .ink = INR_INK_1, .anchor = INR_ANCHOR_END, .bold = true},
                    text);
}

enum inr_status inr_cli_plot_spectrum(const struct inr_cli_spectrum *found, const char *path,
                                      struct inr_error *err)
{
    const bool chosen = found->chosen && !found->flat;
    const double height = HEAD + PANEL * (chosen ? 2 : 1) + MARGIN;
    const double half = 0.5 * (WIDTH - 2.0 * MARGIN);
    char text[128], title[256];
    struct inr_canvas *canvas = NULL;
    inr_cli_signal_text(&found->signal, text, sizeof text);
    snprintf(title, sizeof title, "%s: %s", found->name, text);
    enum inr_status status = inr_canvas_open(path, WIDTH, (int)height, title, &canvas, err);
    if (status != INR_OK)
        return status;
    inr_canvas_text(canvas, MARGIN + 4.0, 28.0,
                    &(struct inr_lettering){.size = 16, .ink = INR_INK_TEXT, .bold = true}, title);
    struct inr_chart chart = {.left = MARGIN, .top = HEAD, .width = half, .height = PANEL};
    draw_fresh(found, canvas, &chart);
    chart.left += half;
    draw_radial(found, canvas, &chart);
    if (chosen) {
        chart = (struct inr_chart){
            .left = MARGIN, .top = HEAD + PANEL, .width = 2.0 * half, .height = PANEL};
        draw_candidates(found, canvas, &chart);
    }
    return inr_canvas_finish(canvas, err);
}
