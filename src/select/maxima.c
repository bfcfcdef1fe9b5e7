/* SPDX-License-Identifier: MIT
 *
 * maxima.c - Gaussian smoothing, non-maximum suppression and zero crossings on grids of 1 to 3
 * axes.
 */
#include "select/maxima.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Moduli below this part of the range of the lightness are noise of rounding. */
#define FLOOR 1e-4
/* Two moduli closer than this are equal: values in [0,1] are rounded to 6e-8, and so are halves of
 * their differences along three axes. */
#define TIE 5e-7

struct grid {
    const float *v; /* one value a point */
    size_t stride[3];
    long n[3];
};

static struct grid grid_of(const struct inr_signal *signal, const float *v)
{
    struct grid g = {.v = v, .stride = {1, 1, 1}};
    for (int a = 0; a < 3; a++) {
        g.n[a] = a < signal->dims ? (long)signal->shape[a] : 1;
        g.stride[a] = a == 0 ? 1 : g.stride[a - 1] * (size_t)g.n[a - 1];
    }
    return g;
}

static size_t points_of(const struct grid *g)
{
    return g->stride[2] * (size_t)g->n[2];
}

/* Call with p = {0, 0, 0} first; false after the last point. First axis fastest. */
static bool next(const struct grid *g, long p[3])
{
    for (int a = 0; a < 3; a++) {
        if (++p[a] < g->n[a])
            return true;
        p[a] = 0;
    }
    return false;
}

static double lightness(const struct inr_signal *signal, const float *sample)
{
    static const double rec709[3] = {0.2126, 0.7152, 0.0722};
    const uint32_t channels = signal->channels;
    double sum = 0.0;
    if (signal->dims == 2 && (channels == 3 || channels == 4)) {
        for (int c = 0; c < 3; c++)
            sum += rec709[c] * (double)sample[c];
        return sum;
    }
    if (signal->dims == 2 && channels == 2)
        return (double)sample[0];
    for (uint32_t c = 0; c < channels; c++)
        sum += (double)sample[c];
    return sum / channels;
}

/* Lightness stretched to [0,1]; false where it is constant. */
static bool stretch(const struct inr_signal *signal, size_t n, float *out)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double y = lightness(signal, signal->values + i * signal->channels);
        low = y < low ? y : low;
        high = y > high ? y : high;
    }
    if (!(high > low))
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = (float)((lightness(signal, signal->values + i * signal->channels) - low) /
                         (high - low));
    return true;
}

/* Convolve along axis a in place, the line turned about its ends, which leaves a slope a slope.
 * line holds n + 2 radius values. */
static void smooth_axis(const struct grid *g, float *v, int a, const double *kernel, long radius,
                        double *line)
{
    const long n = g->n[a];
    const size_t stride = g->stride[a], points = points_of(g);
    for (size_t base = 0; base < points; base++) {
        if (base / stride % (size_t)n != 0)
            continue;
        const double first = (double)v[base], last = (double)v[base + (size_t)(n - 1) * stride];
        for (long i = 0; i < n; i++)
            line[i + radius] = (double)v[base + (size_t)i * stride];
        for (long i = 1; i <= radius; i++) {
            const size_t inside = (size_t)(i < n ? i : n - 1) * stride;
            line[radius - i] = 2.0 * first - (double)v[base + inside];
            line[radius + n - 1 + i] =
                2.0 * last - (double)v[base + (size_t)(n - 1) * stride - inside];
        }
        for (long i = 0; i < n; i++) {
            double sum = kernel[0] * line[i + radius];
            for (long k = 1; k <= radius; k++)
                sum += kernel[k] * (line[i + radius - k] + line[i + radius + k]);
            v[base + (size_t)i * stride] = (float)sum;
        }
    }
}

/* A Gaussian of deviation `scale`, cut at 4 deviations (a mass of 6e-5 is lost there). */
static bool smooth(const struct grid *g, float *v, double scale)
{
    const long radius = (long)ceil(4.0 * scale);
    long longest = 1;
    for (int a = 0; a < 3; a++)
        longest = g->n[a] > longest ? g->n[a] : longest;
    double *kernel = malloc((size_t)(radius + 1) * sizeof *kernel);
    double *line = malloc((size_t)(longest + 2 * radius) * sizeof *line);
    const bool ok = kernel && line;
    double sum = 0.0;
    for (long k = 0; ok && k <= radius; k++) {
        kernel[k] = exp(-0.5 * (double)(k * k) / (scale * scale));
        sum += k == 0 ? kernel[k] : 2.0 * kernel[k];
    }
    for (long k = 0; ok && k <= radius; k++)
        kernel[k] /= sum;
    for (int a = 0; ok && a < 3; a++)
        if (g->n[a] > 1)
            smooth_axis(g, v, a, kernel, radius, line);
    free(kernel);
    free(line);
    return ok;
}

/* Central differences, one-sided at the border as the turned extension has them; returns the
 * length. */
static double gradient(const struct grid *g, const long p[3], double out[3])
{
    const size_t i = (size_t)p[0] + (size_t)p[1] * g->stride[1] + (size_t)p[2] * g->stride[2];
    double sum = 0.0;
    for (int a = 0; a < 3; a++) {
        const bool up = p[a] + 1 < g->n[a], down = p[a] > 0;
        const float high = g->v[up ? i + g->stride[a] : i];
        const float low = g->v[down ? i - g->stride[a] : i];
        out[a] = up || down ? ((double)high - (double)low) / (up + down) : 0.0;
        sum += out[a] * out[a];
    }
    return sqrt(sum);
}

/* Linear interpolation of a modulus, which the turned extension mirrors at the border. */
static double sample(const struct grid *g, const double at[3])
{
    double sum = 0.0, t[3];
    long low[3];
    for (int a = 0; a < 3; a++) {
        const double last = (double)(g->n[a] - 1);
        const double turned = at[a] < 0.0 ? -at[a] : at[a] > last ? 2.0 * last - at[a] : at[a];
        const double inside = fmin(fmax(turned, 0.0), last);
        low[a] = (long)inside;
        low[a] -= low[a] > 0 && low[a] == g->n[a] - 1;
        t[a] = inside - (double)low[a];
    }
    for (int corner = 0; corner < 8; corner++) {
        double weight = 1.0;
        size_t i = 0;
        for (int a = 0; a < 3; a++) {
            const long bit = corner >> a & 1;
            weight *= bit ? t[a] : 1.0 - t[a];
            i += (size_t)(low[a] + (low[a] + bit < g->n[a] ? bit : 0)) * g->stride[a];
        }
        if (weight > 0.0)
            sum += weight * (double)g->v[i];
    }
    return sum;
}

static bool append(struct inr_maxima *out, const double at[3], const double normal[3],
                   double weight)
{
    if (out->n == out->capacity) {
        const size_t capacity = 2 * out->capacity + 1024;
        struct inr_maximum *grown = realloc(out->items, capacity * sizeof *grown);
        if (!grown)
            return false;
        out->items = grown;
        out->capacity = capacity;
    }
    struct inr_maximum *m = &out->items[out->n++];
    for (int a = 0; a < 3; a++) {
        m->at[a] = (float)at[a];
        m->normal[a] = (float)normal[a];
    }
    m->weight = (float)weight;
    return true;
}

/* modulus: |gradient| of `smoothed`, everywhere. */
static bool suppress(const struct grid *smoothed, const struct grid *modulus,
                     struct inr_maxima *out)
{
    long p[3] = {0, 0, 0};
    size_t i = 0;
    do {
        const double m = (double)modulus->v[i++];
        double normal[3], ahead[3], behind[3];
        if (m < FLOOR)
            continue;
        const double length = gradient(smoothed, p, normal);
        for (int a = 0; a < 3; a++) {
            normal[a] /= length;
            ahead[a] = (double)p[a] + normal[a];
            behind[a] = (double)p[a] - normal[a];
        }
        if (m <= sample(modulus, ahead) + TIE || m < sample(modulus, behind) - TIE)
            continue;
        const double at[3] = {(double)p[0], (double)p[1], (double)p[2]};
        if (!append(out, at, normal, m))
            return false;
    } while (next(smoothed, p));
    return true;
}

enum inr_status inr_maxima_find(const struct inr_signal *signal, double scale,
                                struct inr_maxima *out, struct inr_error *err)
{
    const struct grid shape = grid_of(signal, NULL);
    const size_t n = points_of(&shape);
    float *v = calloc(n, sizeof *v), *m = calloc(n, sizeof *m);
    bool ok = v && m;
    if (ok && stretch(signal, n, v)) {
        const struct grid smoothed = grid_of(signal, v), modulus = grid_of(signal, m);
        long p[3] = {0, 0, 0};
        size_t i = 0;
        double unused[3];
        ok = smooth(&smoothed, v, scale);
        if (ok) {
            do
                m[i++] = (float)gradient(&smoothed, p, unused);
            while (next(&smoothed, p));
            ok = suppress(&smoothed, &modulus, out);
        }
    }
    free(v);
    free(m);
    return ok ? INR_OK
              : inr_fail(err, INR_ERR_MEMORY,
                         "out of memory for the edges of a signal of %zu points", n);
}

/* The crossing between p and its neighbour along axis a, if there is one. Exact zeros are outside.
 */
static bool crossing(const struct grid *g, const long p[3], size_t i, int a, struct inr_maxima *out)
{
    if (p[a] + 1 >= g->n[a])
        return true;
    const double v0 = (double)g->v[i], v1 = (double)g->v[i + g->stride[a]];
    if ((v0 < 0.0) == (v1 < 0.0))
        return true;
    const double t = v0 / (v0 - v1);
    double at[3], n0[3], n1[3], length = 0.0, spread = 0.0;
    long q[3];
    for (int b = 0; b < 3; b++) {
        q[b] = p[b] + (b == a);
        at[b] = (double)p[b] + (b == a ? t : 0.0);
    }
    gradient(g, p, n0);
    gradient(g, q, n1);
    for (int b = 0; b < 3; b++) {
        n0[b] += t * (n1[b] - n0[b]);
        length += n0[b] * n0[b];
    }
    length = sqrt(length);
    for (int b = 0; length > 0.0 && b < 3; b++) {
        n0[b] /= length;
        spread += fabs(n0[b]);
    }
    /* Slopes that cancel leave a crease without a normal. */
    return !(length > 0.0) || append(out, at, n0, 1.0 / spread);
}

enum inr_status inr_maxima_surface(const struct inr_signal *signal, struct inr_maxima *out,
                                   struct inr_error *err)
{
    const struct grid shape = grid_of(signal, NULL);
    const size_t n = points_of(&shape);
    float *v = calloc(n, sizeof *v);
    bool ok = v != NULL;
    if (ok) {
        const struct grid g = grid_of(signal, v);
        long p[3] = {0, 0, 0};
        size_t i = 0;
        for (size_t k = 0; k < n; k++)
            v[k] = signal->values[k * signal->channels];
        do {
            for (int a = 0; ok && a < 3; a++)
                ok = crossing(&g, p, i, a, out);
            i++;
        } while (ok && next(&g, p));
    }
    free(v);
    return ok ? INR_OK
              : inr_fail(err, INR_ERR_MEMORY,
                         "out of memory for the surface of a signal of %zu points", n);
}
