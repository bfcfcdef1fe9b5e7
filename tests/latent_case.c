/* SPDX-License-Identifier: MIT
 *
 * latent_case.c - Training of latents in double, against central differences.
 */
#include "latent_case.h"

#include <stdlib.h>

#include "codec/latent/isa.h"

#define STEP 1e-6

static double draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (double)(*seed >> 8) / 16777216.0 - 0.5;
}

static void fill(struct inr_latent_state *s)
{
    uint32_t seed = 1;
    s->weight = 30.0;
    s->step = 0.4;
    for (int i = 0; i < s->net.parameters; i++)
        s->params[i] = 0.6 * draw(&seed);
    for (int k = 0; k < s->net.levels; k++)
        for (uint32_t r = 0; r < s->net.h[k]; r++)
            for (uint32_t x = 0; x < s->net.w[k]; x++)
                s->y[k].at[(ptrdiff_t)r * s->y[k].stride + (ptrdiff_t)x] = 4.0 * draw(&seed);
    for (int c = 0; c < s->net.channels; c++)
        for (uint32_t r = 0; r < s->net.height; r++)
            for (uint32_t x = 0; x < s->net.width; x++)
                s->target[c].at[(ptrdiff_t)r * s->target[c].stride + (ptrdiff_t)x] =
                    draw(&seed) + 0.5;
}

static double loss(struct inr_latent_state *s)
{
    INR_LN(gradient)(s);
    double sum = s->weight * s->square;
    for (int k = 0; k < s->net.levels; k++)
        sum += s->level_bits[k];
    return sum;
}

/* Values that are moved together: rows of a plane, or one row of parameters. */
struct group {
    real *at, *d; /* and their derivatives, kept from before */
    ptrdiff_t stride;
    uint32_t w, h;
};

/* The error of the derivative along a direction of random signs; `only` >= 0: by that value alone.
 */
static double off(struct inr_latent_state *s, const struct group *g, uint32_t seed, ptrdiff_t only)
{
    double analytic = 0.0, sides[2];
    for (int side = 0; side < 2; side++) {
        for (int undo = 0; undo < 2; undo++) {
            uint32_t state = seed;
            const double step = side == undo ? STEP : -STEP;
            for (uint32_t r = 0; r < g->h; r++)
                for (uint32_t x = 0; x < g->w; x++) {
                    const ptrdiff_t i = (ptrdiff_t)r * g->stride + (ptrdiff_t)x;
                    const double sign = draw(&state) < 0.0 ? -1.0 : 1.0;
                    if (only >= 0 && i != only)
                        continue;
                    g->at[i] += step * sign;
                    if (side == 0 && undo == 0)
                        analytic += sign * g->d[i];
                }
            if (undo == 0)
                sides[side] = loss(s);
        }
    }
    const double numeric = (sides[0] - sides[1]) / (2.0 * STEP);
    return fabs(analytic - numeric) / (1.0 + fabs(numeric));
}

/* Two directions, and the values in the corners. */
static double check(struct inr_latent_state *s, const struct group *g)
{
    const ptrdiff_t last = (ptrdiff_t)(g->h - 1) * g->stride + (ptrdiff_t)g->w - 1;
    double worst = fmax(off(s, g, 11, -1), off(s, g, 12, -1));
    worst = fmax(worst, off(s, g, 1, 0));
    return fmax(worst, off(s, g, 1, last));
}

double inr_case_latent_gradient(uint32_t width, uint32_t height, int channels)
{
    struct inr_latent_net net;
    struct inr_latent_state s, at;
    double worst = 0.0;
    if (!inr_latent_net_init(&net, width, height, channels, 0) ||
        !inr_latent_state_create(&s, &net, 1, false))
        return HUGE_VAL;
    if (!inr_latent_state_create(&at, &net, 1, false)) {
        inr_latent_state_free(&s);
        return HUGE_VAL;
    }
    fill(&s);
    fill(&at);
    loss(&at);
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        const uint32_t n = (uint32_t)inr_latent_size(&net, t);
        const struct group g = {s.params + net.at[t], at.grad + net.at[t], 0, n, 1};
        worst = fmax(worst, check(&s, &g));
    }
    for (int k = 0; k < net.levels; k++) {
        const struct group g = {s.y[k].at, at.d_y[k].at, s.y[k].stride, net.w[k], net.h[k]};
        worst = fmax(worst, check(&s, &g));
    }
    inr_latent_state_free(&at);
    inr_latent_state_free(&s);
    return worst;
}
