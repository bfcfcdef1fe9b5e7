/* SPDX-License-Identifier: MIT
 *
 * selftest.c - A step of latents by a Vulkan device against the CPU.
 */
#include <stdlib.h>

#include "base/random.h"
#include "codec/latent/start.h"
#include "codec/latent/train.h"
#include "common/random.glsl"
#include "exec/device.h"
#include "inrush/codec.h"

/* A picture with borders in every tile, and what sums of its samples in float in another order
 * differ by, of the largest. */
#define WIDTH     83
#define HEIGHT    70
#define TOLERANCE 2e-5

static float noise(uint32_t what, uint32_t i)
{
    return 2.0f * inr_uniform01(inr_random(1, 0, INR_STREAM_PROBE, what, i).x) - 1.0f;
}

/* A trainer somewhere in training. False: out of memory. */
static bool make(struct inr_latent_trainer *t)
{
    struct inr_latent_net net;
    inr_latent_net_init(&net, WIDTH, HEIGHT, 3, 0);
    if (!inr_latent_trainer_create(t, &net, 1, 1))
        return false;
    struct inr_latent_state *s = &t->state;
    t->every = 1;
    s->step = 0.3f;
    s->weight = 700.0f;
    inr_latent_start(&net, t->start);
    for (int i = 0; i < net.parameters; i++)
        s->params[i] = t->start[i] + 0.05f * noise(0, (uint32_t)i);
    for (int k = 0; k < net.levels; k++)
        for (uint32_t i = 0; i < net.w[k] * net.h[k]; i++)
            t->latent[k].value[i] = 2.5f * noise(1 + (uint32_t)k, i);
    for (int c = 0; c < net.channels; c++)
        for (ptrdiff_t r = 0; r < HEIGHT; r++)
            for (ptrdiff_t x = 0; x < WIDTH; x++)
                s->target[c].at[r * s->target[c].stride + x] =
                    0.5f + 0.5f * noise(20 + (uint32_t)c, (uint32_t)(r * WIDTH + x));
    return true;
}

/* NaN is larger than anything. */
static double larger(double a, double b)
{
    return isnan(a) || b <= a ? a : b;
}

/* Largest difference over the largest value. */
static double off(const float *a, const float *b, size_t n)
{
    double most = 0.0, worst = 0.0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)a[i]));
        worst = larger(worst, fabs((double)a[i] - (double)b[i]));
    }
    return worst / fmax(most, 1e-30);
}

struct report {
    inr_codec_selftest_line *line;
    void *user;
    int failed;
};

static void tell(struct report *report, const char *detail, double error)
{
    const bool pass = error <= TOLERANCE;
    report->failed += !pass;
    if (report->line)
        report->line(report->user, "latents", detail, error, TOLERANCE, pass);
}

static void compare(const struct inr_latent_trainer *cpu, const struct inr_latent_trainer *device,
                    struct report *report)
{
    const struct inr_latent_net *net = &cpu->state.net;
    double bits = 0.0, latents = 0.0, networks = 0.0;
    for (int k = 0; k < net->levels; k++) {
        const size_t n = (size_t)net->w[k] * net->h[k];
        bits = larger(bits, fabs(device->state.level_bits[k] / cpu->state.level_bits[k] - 1.0));
        latents = larger(latents, off(cpu->latent[k].first, device->latent[k].first, n));
    }
    for (int i = 0; i < INR_LATENT_TENSORS; i++)
        networks =
            fmax(networks, off(cpu->params.first + net->at[i], device->params.first + net->at[i],
                               (size_t)inr_latent_size(net, i)));
    tell(report, "bits", bits);
    tell(report, "squared error", fabs(device->state.square / cpu->state.square - 1.0));
    tell(report, "gradients of latents", latents);
    tell(report, "gradients of networks", networks);
}

enum inr_status inr_codec_selftest(const char *wish, inr_codec_selftest_line *line, void *user,
                                   const struct inr_log *log, struct inr_error *err)
{
    const struct inr_latent_pace pace = {.temperature = 0.3f,
                                         .noise = 0.2f,
                                         .rate_latent = 0.05f,
                                         .rate_growth = 1.6f,
                                         .remember = 0.97f,
                                         .shared = 0.6f,
                                         .rate_entropy = 2e-3f,
                                         .rate_synthesis = 2e-3f};
    struct inr_latent_trainer cpu = {0}, device = {0};
    struct report report = {line, user, 0};
    struct inr_device chosen;
    enum inr_status status = inr_device_choose(wish, &chosen, NULL, 0, err);
    if (status == INR_OK && chosen.kind == INR_DEVICE_CPU)
        return INR_OK;
    if (status == INR_OK && (!make(&cpu) || !make(&device)))
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for latents to test");
    if (status == INR_OK)
        status = inr_latent_trainer_attach(&device, &chosen, 0, log, err);
    if (status == INR_OK) {
        inr_latent_train(&cpu, &pace);
        inr_latent_train(&device, &pace);
        inr_latent_trainer_fetch(&device);
        status = device.failure.status;
        if (status != INR_OK)
            (void)inr_fail(err, status, "%s", device.failure.text);
    }
    if (status == INR_OK)
        compare(&cpu, &device, &report);
    inr_latent_trainer_free(&cpu);
    inr_latent_trainer_free(&device);
    if (status == INR_OK && report.failed)
        return inr_fail(err, INR_ERR_FAILED, "%d checks of %s failed", report.failed, chosen.name);
    return status;
}
