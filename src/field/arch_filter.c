/* SPDX-License-Identifier: MIT
 *
 * arch_filter.c - Multiplicative filter networks (Fathony et al., ICLR 2021): products of linear
 * layers with filters of the coordinates, no composition of nonlinearities.
 *
 *     y_0 = g_0(x),   y_l = (W_l y_{l-1} + b_l) * g_l(x),   f = W y_L + b
 *     Fourier filter  g(x) = sin(w x + phi)
 *     Gabor filter    g(x) = sin(w x + phi) exp(-gamma |x - mu|^2 / 2)
 */
#include <math.h>

#include "base/random.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"

/* The released code draws gamma from a Gamma law of shape GABOR_SHAPE / filters and scale 1. */
#define GABOR_SHAPE 6.0
#define PI          3.14159265358979323846

static bool is_gabor(const struct inr_field_config *config)
{
    return config->architecture == INR_ARCHITECTURE_GABOR_NET;
}

static enum inr_status check(const struct inr_field_config *config, struct inr_error *err)
{
    if (config->encoding != INR_ENCODING_IDENTITY)
        return inr_fail(err, INR_ERR_USAGE,
                        "filter networks read the coordinates themselves: "
                        "leave the encoding at identity");
    if (!(config->filter_scale > 0.0f) || !isfinite(config->filter_scale))
        return inr_fail(err, INR_ERR_USAGE, "filter-scale is %g: it must be above 0",
                        (double)config->filter_scale);
    return INR_OK;
}

static void lay_out(struct inr_layout *layout)
{
    const struct inr_field_config *config = &layout->field->config;
    const int units = layout->field->units, last = config->layers + 1;
    for (int l = 0; l < last; l++) {
        inr_layout_add(layout, INR_ROLE_FILTER, l, units, config->dims, "filter.%d.weight");
        inr_layout_add(layout, INR_ROLE_PHASE, l, units, 1, "filter.%d.bias");
        if (is_gabor(config)) {
            inr_layout_add(layout, INR_ROLE_CENTRE, l, units, config->dims, "filter.%d.centre");
            inr_layout_add(layout, INR_ROLE_GAMMA, l, units, 1, "filter.%d.gamma");
        }
    }
    for (int l = 1; l <= last; l++)
        inr_layout_affine(layout, l, units, l == last ? config->channels : units);
}

static int filter(struct inr_builder *b, int l)
{
    const struct inr_slice *centre = inr_build_find(b, INR_ROLE_CENTRE, l);
    const int phase = inr_build_product(b, inr_build_find(b, INR_ROLE_FILTER, l),
                                        inr_build_find(b, INR_ROLE_PHASE, l), 0);
    const int wave = inr_build_act(b, l, phase);
    if (!centre)
        return wave;
    return inr_build_mul(b, wave, inr_build_rbf(b, centre, inr_build_find(b, INR_ROLE_GAMMA, l)));
}

static int build(struct inr_builder *b)
{
    const int last = b->field->config.layers + 1;
    int y = filter(b, 0);
    for (int l = 1; l < last; l++)
        y = inr_build_mul(b, inr_build_affine(b, l, y), filter(b, l));
    return inr_build_affine(b, last, y);
}

#define TRIES 32 /* the method rejects one draw in twenty at worst */

/* Marsaglia and Tsang 2000, "A simple method for generating gamma variables", with their power of a
 * uniform draw for shapes below 1. Every unit draws from numbers of its own, so that rejections of
 * one do not move the others. */
static double gamma_draw(double shape, uint64_t seed, uint32_t unit)
{
    float u[2 * TRIES], x[TRIES];
    const double k = shape < 1.0 ? shape + 1.0 : shape;
    const double d = k - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    inr_fill_uniform(u, 2 * TRIES, 1e-7f, 1.0f, seed, INR_STREAM_GAMMA, 2 * unit);
    inr_fill_normal(x, TRIES, 0.0f, 1.0f, seed, INR_STREAM_GAMMA, 2 * unit + 1);
    double v = 1.0;
    for (int i = 0; i < TRIES; i++) {
        const double z = (double)x[i];
        v = pow(1.0 + c * z, 3.0);
        if (v > 0.0 && log((double)u[i]) < 0.5 * z * z + d - d * v + d * log(v))
            break;
        v = 1.0; /* a middling value, should all be rejected: once in 10^41 */
    }
    return d * v * (shape < 1.0 ? pow((double)u[TRIES], 1.0 / shape) : 1.0);
}

/* As the released code draws: frequencies U(+-1/sqrt dims) times filter_scale / sqrt(filters) and,
 * for Gabor, sqrt(gamma) of the unit; phases U(+-pi); centres U(-1, 1); hidden weights
 * U(+-1/sqrt units), where biases and the output keep the initialiser's rule. */
static void init_filter(struct inr_field *field, const struct inr_slice *s, uint64_t seed)
{
    const struct inr_field_config *config = &field->config;
    const double filters = config->layers + 1;
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    const uint32_t tensor = (uint32_t)(4096 + s->layer * 32 + (int)s->role);
    float *out = field->params + s->offset;
    const double scale = (double)config->filter_scale / sqrt(filters);
    double spread = 1.0;
    if (s->role == INR_ROLE_GAMMA) {
        for (size_t i = 0; i < n; i++)
            out[i] = (float)gamma_draw(GABOR_SHAPE / filters, seed,
                                       (uint32_t)(s->layer * INR_MAX_WIDTH) + (uint32_t)i);
        return;
    }
    if (s->role == INR_ROLE_FILTER)
        spread = scale / sqrt(config->dims);
    else if (s->role == INR_ROLE_PHASE)
        spread = PI;
    else if (s->role == INR_ROLE_WEIGHT)
        spread = 1.0 / sqrt(field->units);
    inr_fill_uniform(out, n, (float)-spread, (float)spread, seed, INR_STREAM_INIT, tensor);
}

static void scale_by_gamma(struct inr_field *field, const struct inr_slice *filters,
                           const struct inr_slice *gamma)
{
    for (int u = 0; u < filters->rows; u++)
        for (int i = 0; i < filters->cols; i++)
            field->params[filters->offset + (size_t)(u * filters->cols + i)] *=
                sqrtf(field->params[gamma->offset + (size_t)u]);
}

static void init(struct inr_field *field, uint64_t seed)
{
    const struct inr_slice *filters = NULL;
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        const bool hidden = s->role == INR_ROLE_WEIGHT && s->layer <= field->config.layers;
        if (s->role == INR_ROLE_FILTER)
            filters = s;
        if (hidden || s->role == INR_ROLE_FILTER || s->role == INR_ROLE_PHASE ||
            s->role == INR_ROLE_CENTRE || s->role == INR_ROLE_GAMMA)
            init_filter(field, s, seed);
        if (s->role == INR_ROLE_GAMMA && filters)
            scale_by_gamma(field, filters, s);
    }
}

const struct inr_architecture inr_architecture_fourier_net = {
    .id = INR_ARCHITECTURE_FOURIER_NET,
    .name = "fourier_net",
    .summary = "multiplicative filters sin(w x + phi) (Fathony et al. 2021)",
    .scalar_only = true,
    .check = check,
    .lay_out = lay_out,
    .build = build,
    .init = init,
};

const struct inr_architecture inr_architecture_gabor_net = {
    .id = INR_ARCHITECTURE_GABOR_NET,
    .name = "gabor_net",
    .summary = "multiplicative Gabor filters (Fathony et al. 2021)",
    .scalar_only = true,
    .check = check,
    .lay_out = lay_out,
    .build = build,
    .init = init,
};
