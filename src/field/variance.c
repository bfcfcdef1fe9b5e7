/* SPDX-License-Identifier: MIT
 *
 * variance.c - VI3NR: the std of pre-activations from cond = 1, and the weights that keep it. The
 * derivation stands in inrush/variance.h.
 *
 * What the paper leaves open, and what is done here:
 * - First layer: its gain follows from the features, gain_0^2 = sigma_p^2 / E[x^2]. Not where the
 *   activation has a carrier: the std of the first pre-activations is the bandwidth, and SIREN
 *   wants 7 rad there in 2-D against 0.9 behind it. Sines keep SIREN's first layer, Gabor waves
 *   PyTorch's (128 x 128 of kodim05, 600 steps, width 64: wire 22.3 dB with it and 13.0 without,
 *   wire2d 21.3 and 20.2, gabor 24.0 and 21.0).
 * - Second layer: its inputs are those of the first activation, whose constants, pre-activations
 *   (its own, or real ones in a complex field) and hence E|h|^2 may be others.
 * - Biases: 0. A default bias has variance 1/(3 M), more than sigma_p^2 where sigma_p is small.
 * - Output: the hidden gain, as in the authors' demo, but for a std of at most 1: targets lie in
 *   [-1, 1], and no activation follows that would need more (sigmoid: 6.75).
 */
#include "inrush/variance.h"

#include <math.h>
#include <string.h>

#include "field/architecture.h"
#include "field/encoding.h"
#include "field/moments.h"

/* The authors search 0.001..10. Constants in the hundreds put the root below that, so the search
 * starts lower; it ends early where gradients explode whatever follows. */
#define SEARCH_LOW  1e-6
#define SEARCH_HIGH 10.0
#define EXPLODES    100.0
enum { PER_DECADE = 4, DECADES = 7, REFINEMENTS = 60 };

/* cond of nearly linear units differs from 1 by sigma_p^4 or so: below this it is rounding. */
#define FLAT 1e-9

/* A unit of power below this is constant 0 for any use. */
#define POWER_LOW  1e-30
#define POWER_HIGH 1e30

static double cond_at(const struct inr_activation *act, const float *p, double sigma)
{
    struct inr_moments m;
    inr_moments_of(act, p, sigma, false, &m);
    return sigma * sigma * m.d2 / m.f2;
}

/* -1 below 1, +1 above, 0 where it cannot be told (or is no number). */
static int side_of(double cond)
{
    return cond < 1.0 - FLAT ? -1 : (cond > 1.0 + FLAT ? 1 : 0);
}

/* The root of log cond between two sigma_p on either side of it: false position over log sigma_p,
 * where cond is nearly a power, halving the weight of an end that stays twice (the Illinois rule).
 */
static double refine(const struct inr_activation *act, const float *p, double low, double high)
{
    double a = log(low), b = log(high), middle = a;
    double fa = log(cond_at(act, p, low)), fb = log(cond_at(act, p, high));
    int kept = 0; /* the end that stayed last: -1 a, 1 b */
    for (int i = 0; i < REFINEMENTS && b - a > 1e-13; i++) {
        middle = (a * fb - b * fa) / (fb - fa);
        const double f = log(cond_at(act, p, exp(middle)));
        if (fabs(f) < 1e-13)
            break;
        const bool moves_a = (f < 0.0) == (fa < 0.0);
        if (moves_a) {
            a = middle;
            fa = f;
            fb *= kept == 1 ? 0.5 : 1.0;
        } else {
            b = middle;
            fb = f;
            fa *= kept == -1 ? 0.5 : 1.0;
        }
        kept = moves_a ? 1 : -1;
    }
    return exp(middle);
}

/* The least sigma_p at which cond passes 1; 0 where it does not. */
static double solve(const struct inr_activation *act, const float *p)
{
    double low = 0.0, high = 0.0;
    int side = 0;
    for (int i = 0; i <= PER_DECADE * DECADES && high == 0.0; i++) {
        const double sigma = SEARCH_LOW * pow(10.0, (double)i / PER_DECADE);
        const double cond = cond_at(act, p, sigma);
        const int now = side_of(cond);
        if (now != 0 && side != 0 && now != side)
            high = sigma;
        else if (now != 0)
            low = sigma;
        if (now != 0)
            side = now;
        if (cond > EXPLODES)
            break;
    }
    if (high == 0.0)
        return 0.0;
    return refine(act, p, low, high);
}

static double constant(const struct inr_activation *act, const float *p, const char *name,
                       double otherwise)
{
    const int k = inr_activation_constant(act, name);
    return k < 0 ? otherwise : (double)p[k];
}

/* The default of a row with a carrier is an angle in radians, e^b omega (b: INCODE's). */
static double default_sigma(const struct inr_activation *act, const float *p)
{
    const double rate = fabs(constant(act, p, "omega", 1.0)) * exp(constant(act, p, "b", 0.0));
    const double sigma = act->sigma_p > 0.0f ? (double)act->sigma_p : 1.0;
    return act->carrier && rate > 0.0 && isfinite(rate) ? sigma / rate : sigma;
}

/* Mean over k = 0..degree of E T_k(tanh x)^2, by the midpoint rule on a grid that takes 16 samples
 * of the fastest cycle. */
static double chebyshev_power(int degree)
{
    const int points = 16 * (degree + 16);
    double sum = 0.0;
    for (int i = 0; i < points; i++) {
        const double t = tanh((2.0 * i + 1.0) / points - 1.0);
        double last = t, now = 1.0; /* T_1 = T_-1 */
        for (int k = 0; k <= degree; k++) {
            const double next = k == 0 ? t : 2.0 * t * now - last;
            sum += now * now;
            last = now;
            now = next;
        }
    }
    return sum / points / (degree + 1);
}

/* Mean over the features of E[x^2], for coordinates uniform on [-1, 1]. */
static double feature_power(const struct inr_field_config *config)
{
    if (config->encoding == INR_ENCODING_CHEBYSHEV)
        return chebyshev_power(config->n_frequencies);
    const double n = inr_encoding_by_id(config->encoding)->frequencies(config);
    const double features = inr_encoding_features(config);
    return (n + (features - 2.0 * n) / 3.0) / features;
}

/* The std of the first pre-activations. SIREN: W ~ U(+-1/n), b ~ U(+-1/sqrt n), of variances
 * 1/(3 n^2) and 1/(3 n); PyTorch: 1/(3 n) both. */
static double first_std(const struct inr_activation *act, const struct inr_field_config *config,
                        const struct inr_variance *v)
{
    const double n = inr_encoding_features(config);
    const double k = (double)config->first_bias_scale;
    double weights = v->sigma_p * v->sigma_p, bias = 0.0;
    if (v->own_first) {
        weights = v->feature_power / (act->siren_init ? 3.0 * n : 3.0);
        bias = 1.0 / (3.0 * n);
    }
    return sqrt(weights + (k >= 0.0 ? k * k / 3.0 : bias));
}

static bool is_usable(double power)
{
    return power > POWER_LOW && power < POWER_HIGH;
}

enum inr_status inr_variance_of(const struct inr_field_config *config, struct inr_variance *out,
                                struct inr_error *err)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    struct inr_moments m;
    if (!act)
        return inr_fail(err, INR_ERR_USAGE, "activation id %d is not known", config->activation);
    if (config->architecture != INR_ARCHITECTURE_MLP)
        return inr_fail(err, INR_ERR_USAGE,
                        "init vi3nr is for plain layers of one activation, which architecture %s "
                        "has not: choose another init",
                        inr_architecture_by_id(config->architecture)->name);
    if (!inr_moments_of(act, config->hidden, 1.0, false, &m))
        return inr_fail(err, INR_ERR_USAGE,
                        "init vi3nr knows no moments of activation %s: choose another init",
                        act->name);
    struct inr_variance v = {.source = INR_SIGMA_GIVEN, .sigma_p = (double)config->sigma_p};
    if (!(v.sigma_p > 0.0)) {
        v.source = INR_SIGMA_SOLVED;
        v.sigma_p = solve(act, config->hidden);
    }
    if (!(v.sigma_p > 0.0)) {
        v.source = INR_SIGMA_DEFAULT;
        v.sigma_p = default_sigma(act, config->hidden);
    }
    inr_moments_of(act, config->hidden, v.sigma_p, false, &m);
    v.f2 = m.f2;
    v.d2 = m.d2;
    v.error = m.error;
    v.gain2 = v.sigma_p * v.sigma_p / m.f2;
    v.cond = v.gain2 * m.d2;

    v.own_first = act->carrier;
    v.feature_power = feature_power(config);
    v.first_std = first_std(act, config, &v);
    /* A learned set that all layers share starts from the hidden constants. */
    const bool shared = config->learn_constants && act->shared_constants;
    inr_moments_of(act, shared ? config->hidden : config->first, v.first_std, true, &m);
    v.first_f2 = m.f2;
    if (!is_usable(v.f2) || !is_usable(v.first_f2) || !isfinite(v.d2))
        return inr_fail(err, INR_ERR_USAGE,
                        "init vi3nr: activation %s has a mean square of %g at sigma-p %g: change "
                        "its constants or sigma-p",
                        act->name, is_usable(v.f2) ? v.first_f2 : v.f2, v.sigma_p);
    *out = v;
    return INR_OK;
}

double inr_variance_weight(const struct inr_variance *variance,
                           const struct inr_field_config *config, int layer, int fan_in)
{
    if (layer == 0 && variance->own_first)
        return inr_activation_by_id(config->activation)->siren_init ? 1.0 / fan_in
                                                                    : 1.0 / sqrt(fan_in);
    const double power = layer == 0   ? variance->feature_power
                         : layer == 1 ? variance->first_f2
                                      : variance->f2;
    const bool output = layer == config->layers + 1;
    const double std = output ? fmin(variance->sigma_p, 1.0) : variance->sigma_p;
    return std * sqrt(3.0 / (fan_in * power));
}
