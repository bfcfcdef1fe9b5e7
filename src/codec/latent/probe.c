/* SPDX-License-Identifier: MIT
 *
 * probe.c - A trainer to compare devices with.
 */
#include "codec/latent/probe.h"

#include "base/random.h"
#include "codec/latent/start.h"
#include "common/random.glsl"

float inr_latent_probe_noise(uint32_t what, uint32_t i)
{
    return 2.0f * inr_uniform01(inr_random(7, 0, INR_STREAM_PROBE, what, i).x) - 1.0f;
}

bool inr_latent_probe(struct inr_latent_trainer *t, uint32_t width, uint32_t height, int channels)
{
    struct inr_latent_net net;
    if (!inr_latent_net_init(&net, width, height, channels, 0) ||
        !inr_latent_trainer_create(t, &net, 2, UINT64_C(0x123456789)))
        return false;
    struct inr_latent_state *s = &t->state;
    t->every = 1;
    s->step = 0.3f;
    s->weight = 700.0f;
    inr_latent_start(&net, t->start);
    for (int i = 0; i < net.parameters; i++)
        s->params[i] = t->start[i] + 0.05f * inr_latent_probe_noise(1, (uint32_t)i);
    for (int k = 0; k < net.levels; k++)
        for (uint32_t i = 0; i < net.w[k] * net.h[k]; i++)
            t->latent[k].value[i] = 2.5f * inr_latent_probe_noise(2 + (uint32_t)k, i);
    for (int c = 0; c < channels; c++)
        for (uint32_t r = 0; r < height; r++)
            for (uint32_t x = 0; x < width; x++)
                s->target[c].at[(ptrdiff_t)r * s->target[c].stride + (ptrdiff_t)x] =
                    0.5f + 0.5f * inr_latent_probe_noise(20 + (uint32_t)c, r * width + x);
    return true;
}

double inr_latent_larger(double a, double b)
{
    return isnan(a) || b <= a ? a : b;
}

double inr_latent_off(const float *a, const float *b, size_t n)
{
    double most = 0.0, worst = 0.0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)a[i]));
        worst = inr_latent_larger(worst, fabs((double)a[i] - (double)b[i]));
    }
    return worst / fmax(most, 1e-30);
}
