/* SPDX-License-Identifier: MIT
 *
 * move.c - Latents to what the networks see, and their steps.
 */
#include <omp.h>

#include "codec/latent/isa.h"
#include "codec/latent/train.h"
#include "common/random.glsl"

static void noise_row(const struct inr_latent_trainer *t, int k, uint32_t row, uint32_t w,
                      real *out)
{
    const uint32_t quarter = (w + 3) / 4, low = (uint32_t)t->seed, high = (uint32_t)(t->seed >> 32);
    const uint32_t draw = inr_latent_noise_of(t->steps).draw;
    const uint32_t stream = INR_STREAM_LATENT + (uint32_t)k;
#pragma omp simd
    for (uint32_t i = 0; i < quarter; i++) {
        const inr_u4 r = inr_philox(i, row, draw, stream, low, high);
        out[i] = inr_latent_bell(r.x);
        out[i + quarter] = inr_latent_bell(r.y);
        out[i + 2 * quarter] = inr_latent_bell(r.z);
        out[i + 3 * quarter] = inr_latent_bell(r.w);
    }
}

static void soft_row(const real *value, const real *noise, uint32_t w, real temperature,
                     real spread, real *y, real *slope)
{
    const real inverse = R(1.0) / temperature;
    const real scale = inr_latent_soft_scale(inverse);
#pragma omp simd
    for (uint32_t x = 0; x < w; x++) {
        const inr_slope once = inr_latent_soften(value[x], inverse, scale);
        const inr_slope twice = inr_latent_soften(once.f + spread * noise[x], inverse, scale);
        y[x] = twice.f;
        slope[x] = once.d * twice.d;
    }
}

/* Rounded, with the derivative of soft rounding. */
static void hard_row(const real *value, uint32_t w, real temperature, real *y, real *slope)
{
    const real inverse = R(1.0) / temperature;
    const real scale = inr_latent_soft_scale(inverse);
#pragma omp simd
    for (uint32_t x = 0; x < w; x++) {
        y[x] = inr_floor(value[x] + R(0.5));
        slope[x] = inr_latent_soften(value[x], inverse, scale).d;
    }
}

void INR_LN(quantise)(struct inr_latent_trainer *t, const struct inr_latent_pace *pace)
{
    struct inr_latent_state *s = &t->state;
    const size_t length = 8 * (size_t)s->y[0].stride;
    const real spread = pace->noise * inr_latent_noise_of(t->steps).sign;
#pragma omp parallel num_threads(s->threads)
    {
        real *noise = s->lines + (size_t)omp_get_thread_num() * length;
        for (int k = 0; k < s->net.levels; k++) {
            const uint32_t w = s->net.w[k], h = s->net.h[k];
#pragma omp for schedule(static)
            for (uint32_t r = 0; r < h; r++) {
                const size_t at = (size_t)r * w;
                real *y = inr_latent_row(&s->y[k], (ptrdiff_t)r);
                if (pace->hard) {
                    hard_row(t->latent[k].value + at, w, pace->temperature, y, t->slope[k] + at);
                } else {
                    noise_row(t, k, r, w, noise);
                    soft_row(t->latent[k].value + at, noise, w, pace->temperature, spread, y,
                             t->slope[k] + at);
                }
            }
        }
    }
}

/* Adam's means of a row; the sum of the second ones. */
static real learn_row(const struct inr_latent_moments *p, size_t at, uint32_t w, const real *d_y,
                      const real *slope, real beta2)
{
    real *first = p->first + at, *second = p->second + at, sum = R(0.0);
#pragma omp simd reduction(+ : sum)
    for (uint32_t x = 0; x < w; x++) {
        const real g = d_y[x] * slope[x];
        first[x] = inr_latent_decayed(first[x], INR_LATENT_BETA1, g);
        second[x] = inr_latent_decayed_square(second[x], beta2, g);
        sum += second[x];
    }
    return sum;
}

/* mean: that of the grid's second means. */
static void move_row(const struct inr_latent_moments *p, size_t at, uint32_t w, real shared,
                     real mean, real rate, real correct)
{
    real *value = p->value + at;
    const real *first = p->first + at, *second = p->second + at;
    const real own = R(1.0) - shared, rest = shared * mean;
#pragma omp simd
    for (uint32_t x = 0; x < w; x++)
        value[x] -= inr_latent_stride(first[x], second[x], own, rest, rate, correct);
}

static real mean_of_rows(const real *sums, uint32_t w, uint32_t h)
{
    double sum = 0.0;
    for (uint32_t r = 0; r < h; r++)
        sum += (double)sums[r];
    return (real)(sum / ((double)w * h));
}

static void move_networks(struct inr_latent_trainer *t, const struct inr_latent_pace *pace)
{
    const struct inr_latent_net *net = &t->state.net;
    const real c1 = inr_latent_bias_correction(INR_LATENT_BETA1, t->steps),
               c2 = inr_latent_bias_correction(INR_LATENT_BETA2, t->steps);
    const int middle = net->at[INR_LATENT_SYNTHESIS];
    const struct inr_latent_moments *p = &t->params;
    for (int i = 0; i < net->parameters; i++) {
        const real g = inr_latent_pulled(t->state.grad[i], p->value[i] - t->start[i]);
        const real rate = i < middle ? pace->rate_entropy : pace->rate_synthesis;
        p->first[i] = inr_latent_decayed(p->first[i], INR_LATENT_BETA1, g);
        p->second[i] = inr_latent_decayed_square(p->second[i], INR_LATENT_BETA2, g);
        p->value[i] -= inr_latent_stride(p->first[i], p->second[i], R(1.0), R(0.0), rate * c1, c2);
    }
}

void INR_LN(move)(struct inr_latent_trainer *t, const struct inr_latent_pace *pace)
{
    struct inr_latent_state *s = &t->state;
    const real beta2 = pace->remember;
    const real c1 = inr_latent_bias_correction(INR_LATENT_BETA1, t->steps),
               c2 = inr_latent_bias_correction(beta2, t->steps);
#pragma omp parallel num_threads(s->threads)
    {
        real rate = pace->rate_latent * c1;
        for (int k = 0; k < s->net.levels; k++, rate *= pace->rate_growth) {
            const uint32_t w = s->net.w[k], h = s->net.h[k];
            const struct inr_latent_moments *p = &t->latent[k];
#pragma omp for schedule(static)
            for (uint32_t r = 0; r < h; r++)
                t->row_sums[r] =
                    learn_row(p, (size_t)r * w, w, inr_latent_row(&s->d_y[k], (ptrdiff_t)r),
                              t->slope[k] + (size_t)r * w, beta2);
            const real mean = mean_of_rows(t->row_sums, w, h);
#pragma omp for schedule(static)
            for (uint32_t r = 0; r < h; r++)
                move_row(p, (size_t)r * w, w, pace->shared, mean, rate, c2);
        }
    }
    move_networks(t, pace);
}
