/* SPDX-License-Identifier: MIT
 *
 * ref_field.c - A field evaluated slowly and obviously in double, straight from its named tensors.
 * Every value is a complex number; real fields leave the imaginary parts at zero.
 */
#include "ref_field.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/reparam.h"

/* CMPLX of C11, which clang lacks with this C library. */
static double complex cplx(double re, double im)
{
    return re + (double complex)I * im;
}

#define MOST 512 /* features of a layer in any test */
#define PI   3.14159265358979323846

static const struct inr_slice *slice(const struct inr_field *field, const char *format, int layer)
{
    char name[32];
    snprintf(name, sizeof name, format, layer);
    return inr_field_slice(field, name);
}

static double entry(const struct inr_slice *s, const double *params, int row, int col)
{
    return s ? params[s->offset + (size_t)row * (size_t)s->cols + (size_t)col] : 0;
}

/* The fixed basis of a reparameterised layer of n inputs, [rows][n]; returns its rows.
 * fourier: alpha cos(w x + phi) at n points from -T/2 to T/2, both included, T = 2 pi F, for the
 * frequencies 1/F, 2/F .. 1 and 1, 2 .. F and the phases 2 pi j / P, but for rows that vanish.
 * dct: the orthonormal DCT-II times alpha sqrt(F P). */
static int basis(const struct inr_field_config *c, int n, double *out)
{
    const int F = c->reparam_frequencies, P = c->reparam_phases;
    const double alpha = (double)c->reparam_alpha;
    int rows = 0;
    if (c->reparam == INR_REPARAM_DCT) {
        for (; rows < n; rows++)
            for (int j = 0; j < n; j++)
                out[rows * n + j] = alpha * sqrt(F * P) * sqrt((rows == 0 ? 1.0 : 2.0) / n) *
                                    cos(PI / n * (j + 0.5) * rows);
        return rows;
    }
    for (int high = 0; high < 2; high++)
        for (int k = 1; k <= F; k++)
            for (int phase = 0; phase < P; phase++) {
                const double w = high ? k : (double)k / F;
                double squares = 0;
                for (int j = 0; j < n; j++) {
                    const double x = -PI * F + 2 * PI * F * j / (n - 1);
                    const double value = cos(w * x + 2 * PI * phase / P);
                    out[rows * n + j] = alpha * value;
                    squares += value * value;
                }
                rows += squares > 1e-12;
            }
    return rows;
}

/* Entry of Lambda times the basis [..][n]. */
static double composed(const struct inr_slice *lambda, const double *params, int row, int col,
                       const double *base, int n)
{
    double sum = 0;
    for (int k = 0; k < lambda->cols; k++)
        sum += entry(lambda, params, row, k) * base[k * n + col];
    return sum;
}

/* z = W h + b of layer `layer`; returns its rows. */
static int affine(const struct inr_field *field, const double *params, int layer,
                  const double complex *h, double complex *z)
{
    static _Thread_local double base[MOST * MOST];
    const struct inr_slice *lambda = slice(field, "net.%d.lambda", layer);
    const struct inr_slice *w = slice(field, "net.%d.weight", layer);
    const struct inr_slice *wi = slice(field, "net.%d.weight_imag", layer);
    const struct inr_slice *b = slice(field, "net.%d.bias", layer);
    const struct inr_slice *bi = slice(field, "net.%d.bias_imag", layer);
    if (lambda && basis(&field->config, field->units, base) != lambda->cols) {
        fprintf(stderr, "ref_field.c: net.%d.lambda has not the basis' rows\n", layer);
        abort();
    }
    const int rows = (lambda ? lambda : w)->rows, cols = lambda ? field->units : w->cols;
    for (int r = 0; r < rows; r++) {
        z[r] = cplx(entry(b, params, r, 0), entry(bi, params, r, 0));
        for (int c = 0; c < cols; c++) {
            const double re =
                lambda ? composed(lambda, params, r, c, base, cols) : entry(w, params, r, c);
            z[r] += cplx(re, entry(wi, params, r, c)) * h[c];
        }
    }
    return rows;
}

/* Units of a layer: what the next one reads. */
static int units(const struct inr_field *field, int layer)
{
    const struct inr_slice *down = slice(field, "net.%d.down", layer + 1);
    const struct inr_slice *next = down ? down : slice(field, "net.%d.weight", layer + 1);
    return next ? next->cols : field->units;
}

/* The activation's constants in layer `layer`, learned ones in place of the configured. */
static void constants(const struct inr_field *field, const double *params, int layer, double *p)
{
    const struct inr_activation *act = inr_activation_by_id(field->config.activation);
    const float *fixed = layer == 0 ? field->config.first : field->config.hidden;
    const struct inr_slice *s = slice(field, "act.%d.constants", act->shared_constants ? 0 : layer);
    int next = 0;
    for (int k = 0; k < INR_MAX_CONSTANTS; k++)
        p[k] = s && act->learnable_mask >> k & 1u ? entry(s, params, next++, 0) : (double)fixed[k];
}

static double square(double x)
{
    return x * x;
}

static double scalar(const char *name, double z, const double *p)
{
    if (!strcmp(name, "none"))
        return z;
    if (!strcmp(name, "sine"))
        return sin(p[0] * z);
    if (!strcmp(name, "relu"))
        return fmax(z, 0);
    if (!strcmp(name, "gelu"))
        return 0.5 * z * (1 + erf(z / sqrt(2)));
    if (!strcmp(name, "tanh"))
        return tanh(z);
    if (!strcmp(name, "sigmoid"))
        return 1 / (1 + exp(-z));
    if (!strcmp(name, "softplus"))
        return log1p(exp(z));
    if (!strcmp(name, "gauss"))
        return exp(-square(p[0] * z));
    if (!strcmp(name, "gabor"))
        return cos(p[0] * z) * exp(-square(p[1] * z));
    if (!strcmp(name, "finer"))
        return sin(p[0] * (fabs(z) + 1) * z);
    if (!strcmp(name, "sinc"))
        return z == 0 ? 1 : sin(p[0] * z) / (p[0] * z);
    if (!strcmp(name, "hosc"))
        return tanh(p[1] * sin(p[0] * z));
    if (!strcmp(name, "incode"))
        return exp(p[1]) * sin(exp(p[2]) * p[0] * z + p[3]) + p[4];
    if (!strcmp(name, "fkan"))
        return (z + tanh(p[0] * z)) / (1 + exp(-z));
    fprintf(stderr, "ref_field.c knows no activation %s: write it down\n", name);
    abort();
}

/* h [n] from z [rows]; rows above n are the second argument q. */
static void activate(const struct inr_field *field, int n, const double *p, const double complex *z,
                     double complex *h)
{
    const char *name = inr_activation_by_id(field->config.activation)->name;
    for (int i = 0; i < n; i++) {
        if (!strcmp(name, "gabor2"))
            h[i] = cos(p[0] * creal(z[i])) * exp(-square(p[1] * creal(z[n + i])));
        else if (!strcmp(name, "wire"))
            h[i] = cexp(cplx(0, p[0]) * z[i] - square(p[1] * cabs(z[i])));
        else if (!strcmp(name, "wire2d"))
            h[i] = cexp(cplx(0, p[0]) * z[i] - square(p[1] * cabs(z[i])) -
                        square(p[1] * cabs(z[n + i])));
        else if (!strcmp(name, "morlet"))
            h[i] = (cexp(cplx(0, p[0]) * z[i]) - exp(-square(p[0] / p[1]) / 4)) *
                   exp(-square(p[1] * cabs(z[i])));
        else
            h[i] = scalar(name, creal(z[i]), p);
    }
}

/* A layer of Pade neurons: P = A x + a0, Q = 1 + B x, y = (Q P + a0) / (Q^2 + 1). */
static void pade(const struct inr_field *field, const double *params, int layer,
                 const double complex *h, double complex *y)
{
    const struct inr_slice *a = slice(field, "net.%d.weight", layer);
    const struct inr_slice *b = slice(field, "net.%d.denominator", layer);
    const struct inr_slice *bias = slice(field, "net.%d.bias", layer);
    for (int r = 0; r < a->rows; r++) {
        const double a0 = entry(bias, params, r, 0);
        double p = a0, q = 1;
        for (int c = 0; c < a->cols; c++) {
            p += entry(a, params, r, c) * creal(h[c]);
            q += entry(b, params, r, c) * creal(h[c]);
        }
        y[r] = (q * p + a0) / (q * q + 1);
    }
}

/* h <- the activated layer `layer` of h. */
static void layer_of(const struct inr_field *field, const double *params, int layer,
                     double complex *h)
{
    double complex z[MOST];
    double p[INR_MAX_CONSTANTS];
    if (slice(field, "net.%d.denominator", layer)) {
        pade(field, params, layer, h, z);
        memcpy(h, z, sizeof z);
        return;
    }
    constants(field, params, layer, p);
    affine(field, params, layer, h, z);
    activate(field, units(field, layer), p, z, h);
}

/* Frequencies of the encoding: a stored tensor, or what the settings alone decide. */
static int frequencies(const struct inr_field *field, const double *params, double *table)
{
    const struct inr_field_config *c = &field->config;
    const struct inr_encoding *encoding = inr_encoding_by_id(c->encoding);
    const struct inr_slice *stored = inr_field_slice(field, "encoding.frequencies");
    const int n = encoding->frequencies(c);
    float fixed[MOST];
    if (!stored)
        encoding->fill(c, 0, fixed);
    for (int j = 0; j < n * c->dims; j++)
        table[j] = stored ? params[stored->offset + (size_t)j] : (double)fixed[j];
    return n;
}

/* Features of a point: coordinates if kept, cosines, sines. */
static void encode(const struct inr_field *field, const double *params, const double *x,
                   double complex *h)
{
    const struct inr_field_config *c = &field->config;
    const bool identity = c->encoding == INR_ENCODING_IDENTITY;
    int at = 0;
    for (int i = 0; i < c->dims && (identity || c->include_input); i++)
        h[at++] = x[i];
    if (identity)
        return;
    if (c->encoding == INR_ENCODING_CHEBYSHEV) { /* T_k(tanh x) = cos(k arccos tanh x) */
        for (int i = 0; i < c->dims; i++)
            for (int k = 0; k <= c->n_frequencies; k++)
                h[at++] = cos(k * acos(tanh(x[i])));
        return;
    }
    double table[MOST];
    const int n = frequencies(field, params, table);
    for (int j = 0; j < n; j++) {
        double turns = 0;
        for (int i = 0; i < c->dims; i++)
            turns += table[j * c->dims + i] * x[i];
        h[at + j] = cos(2 * PI * turns);
        h[at + n + j] = sin(2 * PI * turns);
    }
}

/* SL2A: z = layer norm of the Chebyshev layer, which modulates what every later layer reads. */
static void sl2a(const struct inr_field *field, const double *params, const double *x,
                 double complex *y)
{
    const int n = field->units, last = field->config.layers + 1;
    const struct inr_slice *scale = inr_field_slice(field, "norm.scale");
    const struct inr_slice *shift = inr_field_slice(field, "norm.shift");
    double complex h[MOST] = {0}, c[MOST], z[MOST];
    double mean = 0, variance = 0;
    encode(field, params, x, h);
    affine(field, params, 0, h, c);
    for (int i = 0; i < n; i++)
        mean += creal(c[i]) / n;
    for (int i = 0; i < n; i++)
        variance += square(creal(c[i]) - mean) / n;
    for (int i = 0; i < n; i++)
        h[i] = z[i] = entry(scale, params, i, 0) * (creal(c[i]) - mean) / sqrt(variance + 1e-5) +
                      entry(shift, params, i, 0);
    for (int l = 1; l <= last; l++) {
        const struct inr_slice *down = slice(field, "net.%d.down", l);
        double complex m[MOST] = {0};
        for (int i = 0; i < n; i++)
            h[i] *= z[i];
        for (int r = 0; down && r < down->rows; r++)
            for (int i = 0; i < n; i++)
                m[r] += entry(down, params, r, i) * h[i];
        if (down)
            memcpy(h, m, sizeof m);
        if (l < last)
            layer_of(field, params, l, h);
    }
    affine(field, params, last, h, y);
}

/* g_l(x) of a filter network. */
static void filter(const struct inr_field *field, const double *params, int l, const double *x,
                   double complex *g)
{
    const struct inr_slice *w = slice(field, "filter.%d.weight", l);
    const struct inr_slice *phase = slice(field, "filter.%d.bias", l);
    const struct inr_slice *centre = slice(field, "filter.%d.centre", l);
    const struct inr_slice *gamma = slice(field, "filter.%d.gamma", l);
    const char *name = inr_activation_by_id(field->config.activation)->name;
    double p[INR_MAX_CONSTANTS];
    constants(field, params, l, p);
    for (int u = 0; u < field->units; u++) {
        double angle = entry(phase, params, u, 0), distance = 0;
        for (int i = 0; i < field->config.dims; i++) {
            angle += entry(w, params, u, i) * x[i];
            distance += square(x[i] - entry(centre, params, u, i));
        }
        g[u] = scalar(name, angle, p) * exp(-entry(gamma, params, u, 0) * distance / 2);
    }
}

static void filters(const struct inr_field *field, const double *params, const double *x,
                    double complex *y)
{
    double complex h[MOST] = {0}, z[MOST], g[MOST];
    const int last = field->config.layers + 1;
    filter(field, params, 0, x, h);
    for (int l = 1; l < last; l++) {
        filter(field, params, l, x, g);
        affine(field, params, l, h, z);
        for (int u = 0; u < field->units; u++)
            h[u] = z[u] * g[u];
    }
    affine(field, params, last, h, y);
}

/* The scaling half: Gaussians on the cell centres of a grid over [-1,1]^dims, the first axis
 * fastest, deviation 1.2 spacings. */
static double scaling(const struct inr_field *field, const double *params, const double *x,
                      int channel)
{
    const struct inr_slice *weight = inr_field_slice(field, "scaling.weight");
    const int side = field->config.scaling, dims = field->config.dims;
    const double spacing = 2.0 / side, sigma = 1.2 * spacing;
    double sum = 0;
    for (int k = 0; weight && k < weight->cols; k++) {
        int at[INR_MAX_DIMS] = {k % side, k / side % side, k / side / side};
        double distance = 0;
        for (int i = 0; i < dims; i++)
            distance += square(x[i] - (-1 + spacing * (at[i] + 0.5)));
        sum += entry(weight, params, channel, k) * exp(-distance / (2 * square(sigma)));
    }
    return sum;
}

/* The activation of an output: its frequency and the like are those of the hidden layers where
 * these have constants of that name, fixed whatever learns. */
static double output(const struct inr_field *field, double z)
{
    const struct inr_field_config *c = &field->config;
    const struct inr_activation *act = inr_activation_by_id(c->output_activation);
    const struct inr_activation *hidden = inr_activation_by_id(c->activation);
    double p[INR_MAX_CONSTANTS] = {0};
    for (int k = 0; k < act->n_constants; k++) {
        p[k] = (double)act->constant_defaults[k];
        for (int j = 0; j < hidden->n_constants; j++)
            if (!strcmp(hidden->constant_names[j], act->constant_names[k]))
                p[k] = (double)c->hidden[j];
        if (!strcmp(act->constant_names[k], "omega") && c->output_omega > 0)
            p[k] = (double)c->output_omega;
    }
    return scalar(act->name, z, p);
}

/* Opponent colours (R + G + B) / sqrt 3, (R - B) / sqrt 2, (R - 2 G + B) / sqrt 6, solved for R, G
 * and B. */
static void to_rgb(double *y)
{
    const double sum = sqrt(3.0) * y[0], difference = sqrt(2.0) * y[1];
    const double green = (sum - sqrt(6.0) * y[2]) / 3.0;
    y[0] = (sum - green + difference) / 2.0;
    y[2] = (sum - green - difference) / 2.0;
    y[1] = green;
}

void ref_field_eval(const struct inr_field *field, const double *params, const double *x, double *y)
{
    double complex h[MOST] = {0}, z[MOST];
    const int last = field->config.layers + 1;
    if (field->config.architecture == INR_ARCHITECTURE_SL2A) {
        sl2a(field, params, x, z);
    } else if (field->config.architecture != INR_ARCHITECTURE_MLP) {
        filters(field, params, x, z);
    } else {
        encode(field, params, x, h);
        for (int layer = 0; layer < last; layer++)
            layer_of(field, params, layer, h);
        affine(field, params, last, h, z);
    }
    for (int c = 0; c < field->config.channels; c++)
        y[c] = output(field, creal(z[c]) + scaling(field, params, x, c));
    if (field->config.opponent)
        to_rgb(y);
}

double ref_loss(const char *name, double y, double target, double k, double at)
{
    const double r = y - target;
    if (!strcmp(name, "l2"))
        return r * r;
    if (!strcmp(name, "l1"))
        return fabs(r);
    if (!strcmp(name, "huber"))
        return fabs(r) <= k ? 0.5 * r * r : k * (fabs(r) - 0.5 * k);
    if (!strcmp(name, "logcosh"))
        return log(cosh(r));
    if (!strcmp(name, "relative_l2"))
        return r * r / (at * at + k);
    if (!strcmp(name, "mape"))
        return fabs(r) / (fabs(target) + k);
    if (!strcmp(name, "bce"))
        return -target * log(y) - (1 - target) * log(1 - y);
    if (!strcmp(name, "truncated")) {
        if ((target >= k && y >= k) || (target <= -k && y <= -k))
            return 0.0;
        return fabs(y - fmin(fmax(target, -k), k));
    }
    fprintf(stderr, "ref_field.c knows no loss %s: write it down\n", name);
    abort();
}

double ref_batch_loss(const struct inr_field *field, const double *params, const double *at,
                      const struct ref_batch *batch)
{
    const int dims = field->config.dims, channels = field->config.channels;
    double sum = 0, y[INR_MAX_CHANNELS], base[INR_MAX_CHANNELS];
    for (size_t i = 0; i < batch->n; i++) {
        const double *x = batch->x + i * (size_t)dims;
        ref_field_eval(field, params, x, y);
        if (!strcmp(batch->loss, "relative_l2"))
            ref_field_eval(field, at, x, base);
        else
            memcpy(base, y, sizeof base);
        for (int c = 0; c < channels; c++)
            sum += ref_loss(batch->loss, y[c], batch->target[i * (size_t)channels + (size_t)c],
                            batch->constant, base[c]);
    }
    return sum / ((double)batch->n * channels);
}

double ref_batch_mse(const struct inr_field *field, const double *params,
                     const struct ref_batch *batch)
{
    struct ref_batch squares = *batch;
    squares.loss = "l2";
    return ref_batch_loss(field, params, params, &squares);
}

void ref_batch_gradient(const struct inr_field *field, const struct ref_batch *batch, double *grad)
{
    /* With third derivatives up to 10^6 and values near 1 the error of a difference is about
     * 1e-12 * 10^6 / 6 + 1e-16 / 1e-6: below what a float can hold. */
    const double step = 1e-6;
    double *at = malloc(field->n_params * sizeof *at), *p = malloc(field->n_params * sizeof *p);
    for (size_t i = 0; i < field->n_params; i++)
        at[i] = p[i] = (double)field->params[i];
    for (size_t i = 0; i < field->n_trainable; i++) {
        p[i] = at[i] + step;
        const double up = ref_batch_loss(field, p, at, batch);
        p[i] = at[i] - step;
        const double down = ref_batch_loss(field, p, at, batch);
        p[i] = at[i];
        grad[i] = (up - down) / (2 * step);
    }
    free(at);
    free(p);
}
