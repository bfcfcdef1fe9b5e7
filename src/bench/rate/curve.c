/* SPDX-License-Identifier: MIT
 *
 * curve.c - Means of rows as curves, and Bjontegaard's difference of rates.
 */
#include "bench/rate/curve.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- means ---- */

static bool is_kodak(const char *name)
{
    return strncmp(name, "kodim", 5) == 0 && isdigit((unsigned char)name[5]) &&
           isdigit((unsigned char)name[6]) && !isalnum((unsigned char)name[7]);
}

/* A value that may be absent from some rows: then it is of the mean, too. */
static void add(struct inr_rate_point *p, const struct inr_bench_row *row)
{
    p->bpp += row->bpp;
    p->psnr += row->psnr;
    p->ssim += row->ssim;
    p->ms_ssim += row->ms_ssim;
    p->encode += row->seconds;
    p->decode += row->decode_seconds;
    p->pictures++;
}

static void divide(struct inr_rate_point *p)
{
    const double n = (double)p->pictures;
    p->bpp /= n;
    p->psnr /= n;
    p->ssim /= n;
    p->ms_ssim /= n;
    p->encode /= n;
    p->decode /= n;
}

static int by_bpp(const void *a, const void *b)
{
    const struct inr_rate_point *p = a, *q = b;
    return (p->bpp > q->bpp) - (p->bpp < q->bpp);
}

static struct inr_rate_point *point_of(struct inr_rate_curve *curve, double asked)
{
    for (size_t i = 0; i < curve->n; i++)
        if (curve->points[i].asked == asked)
            return &curve->points[i];
    if (curve->n == INR_RATE_POINTS_MAX)
        return NULL;
    curve->points[curve->n] = (struct inr_rate_point){.asked = asked};
    return &curve->points[curve->n++];
}

static struct inr_rate_curve *curve_of(struct inr_rate_curves *curves,
                                       const struct inr_bench_row *row)
{
    for (size_t i = 0; i < curves->n; i++)
        if (strcmp(curves->at[i].name, row->model) == 0)
            return &curves->at[i];
    if (curves->n == INR_RATE_CURVES_MAX)
        return NULL;
    struct inr_rate_curve *curve = &curves->at[curves->n++];
    snprintf(curve->name, sizeof curve->name, "%.47s", row->model);
    snprintf(curve->source, sizeof curve->source, "%s", row->coder);
    return curve;
}

static size_t count_pictures(const struct inr_bench_results *results, bool *kodak)
{
    size_t n = 0;
    *kodak = results->n > 0;
    for (size_t i = 0; i < results->n; i++) {
        const struct inr_bench_row *row = &results->rows[i];
        size_t k = 0;
        while (k < i && (strcmp(results->rows[k].signal, row->signal) != 0 ||
                         strcmp(results->rows[k].source, row->source) != 0))
            k++;
        n += k == i;
        *kodak = *kodak && is_kodak(row->signal);
    }
    return n;
}

enum inr_status inr_rate_curves_make(const struct inr_bench_results *results,
                                     struct inr_rate_curves *curves, struct inr_error *err)
{
    bool kodak;
    *curves = (struct inr_rate_curves){.at = calloc(INR_RATE_CURVES_MAX, sizeof *curves->at)};
    if (!curves->at)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for curves");
    for (size_t i = 0; i < results->n; i++) {
        const struct inr_bench_row *row = &results->rows[i];
        if (!inr_bench_row_done(row))
            continue;
        struct inr_rate_curve *curve = curve_of(curves, row);
        struct inr_rate_point *point = curve ? point_of(curve, row->rate) : NULL;
        if (point)
            add(point, row);
    }
    for (size_t i = 0; i < curves->n; i++) {
        struct inr_rate_curve *curve = &curves->at[i];
        for (size_t k = 0; k < curve->n; k++)
            divide(&curve->points[k]);
        qsort(curve->points, curve->n, sizeof *curve->points, by_bpp);
    }
    curves->measured = curves->n;
    curves->pictures = count_pictures(results, &kodak);
    const enum inr_status status = kodak ? inr_rate_published(curves, err) : INR_OK;
    if (status != INR_OK)
        inr_rate_curves_free(curves);
    return status;
}

void inr_rate_curves_free(struct inr_rate_curves *curves)
{
    free(curves->at);
    *curves = (struct inr_rate_curves){0};
}

const struct inr_rate_curve *inr_rate_curve_find(const struct inr_rate_curves *curves,
                                                 const char *name)
{
    for (size_t i = 0; i < curves->n; i++)
        if (strcmp(curves->at[i].name, name) == 0)
            return &curves->at[i];
    return NULL;
}

const struct inr_rate_curve *inr_rate_anchor(const struct inr_rate_curves *curves, const char *name)
{
    const struct inr_rate_curve *curve = inr_rate_curve_find(curves, name ? name : "jpeg");
    return curve || name || curves->n == 0 ? curve : &curves->at[0];
}

/* Of every point; 0: they differ. */
static size_t pictures_of(const struct inr_rate_curve *curve)
{
    for (size_t i = 1; i < curve->n; i++)
        if (curve->points[i].pictures != curve->points[0].pictures)
            return 0;
    return curve->n > 0 ? curve->points[0].pictures : 0;
}

bool inr_rate_comparable(const struct inr_rate_curve *a, const struct inr_rate_curve *b)
{
    return pictures_of(a) > 0 && pictures_of(a) == pictures_of(b);
}

/* ---- Bjontegaard ---- */

/* log10 of the rate over PSNR, as cubic pieces. */
struct pieces {
    double x[INR_RATE_POINTS_MAX], y[INR_RATE_POINTS_MAX], slope[INR_RATE_POINTS_MAX];
    size_t n;
};

static bool same_sign(double a, double b)
{
    return (a > 0.0 && b > 0.0) || (a < 0.0 && b < 0.0);
}

/* The slope at an end, by three points, held within what keeps the piece monotone. */
static double end_slope(double h0, double h1, double d0, double d1)
{
    const double slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
    if (!same_sign(slope, d0))
        return 0.0;
    return !same_sign(d0, d1) && fabs(slope) > 3.0 * fabs(d0) ? 3.0 * d0 : slope;
}

/* Fritsch and Butland 1984: weighted harmonic means of the slopes on both sides. */
static void find_slopes(struct pieces *p)
{
    double h[INR_RATE_POINTS_MAX], d[INR_RATE_POINTS_MAX];
    const size_t last = p->n - 1;
    for (size_t i = 0; i < last; i++) {
        h[i] = p->x[i + 1] - p->x[i];
        d[i] = (p->y[i + 1] - p->y[i]) / h[i];
    }
    if (last == 1) {
        p->slope[0] = p->slope[1] = d[0];
        return;
    }
    for (size_t i = 1; i < last; i++) {
        const double a = 2.0 * h[i] + h[i - 1], b = h[i] + 2.0 * h[i - 1];
        p->slope[i] = same_sign(d[i - 1], d[i]) ? (a + b) / (a / d[i - 1] + b / d[i]) : 0.0;
    }
    p->slope[0] = end_slope(h[0], h[1], d[0], d[1]);
    p->slope[last] = end_slope(h[last - 1], h[last - 2], d[last - 1], d[last - 2]);
}

static void fit_pieces(const struct inr_rate_curve *curve, struct pieces *p)
{
    p->n = 0;
    for (size_t i = 0; i < curve->n; i++) {
        const double x = curve->points[i].psnr, y = log10(curve->points[i].bpp);
        if (isfinite(x) && isfinite(y) && (p->n == 0 || (x > p->x[p->n - 1] && y > p->y[p->n - 1])))
            p->x[p->n] = x, p->y[p->n] = y, p->n++;
    }
    if (p->n > 1)
        find_slopes(p);
}

/* The integral of piece i from its beginning to x. */
static double primitive(const struct pieces *p, size_t i, double x)
{
    const double h = p->x[i + 1] - p->x[i], t = x - p->x[i];
    const double d = (p->y[i + 1] - p->y[i]) / h;
    const double c2 = (3.0 * d - 2.0 * p->slope[i] - p->slope[i + 1]) / h;
    const double c3 = (p->slope[i] + p->slope[i + 1] - 2.0 * d) / (h * h);
    return t * (p->y[i] + t * (p->slope[i] / 2.0 + t * (c2 / 3.0 + t * c3 / 4.0)));
}

static double integral(const struct pieces *p, double low, double high)
{
    double sum = 0.0;
    for (size_t i = 0; i + 1 < p->n; i++) {
        const double from = fmax(low, p->x[i]), to = fmin(high, p->x[i + 1]);
        if (from < to)
            sum += primitive(p, i, to) - primitive(p, i, from);
    }
    return sum;
}

struct inr_bd inr_bd_rate(const struct inr_rate_curve *anchor, const struct inr_rate_curve *test)
{
    struct pieces a, b;
    struct inr_bd bd = {(double)NAN, (double)NAN, (double)NAN};
    fit_pieces(anchor, &a);
    fit_pieces(test, &b);
    if (a.n < 2 || b.n < 2)
        return bd;
    const double low = fmax(a.x[0], b.x[0]), high = fmin(a.x[a.n - 1], b.x[b.n - 1]);
    if (!(low < high))
        return bd;
    const double mean = (integral(&b, low, high) - integral(&a, low, high)) / (high - low);
    return (struct inr_bd){100.0 * (pow(10.0, mean) - 1.0), low, high};
}
