/* SPDX-License-Identifier: MIT
 *
 * selftest.c - A step of latents by a Vulkan device against the CPU.
 */
#include <stdlib.h>

#include "codec/latent/probe.h"
#include "exec/device.h"
#include "inrush/codec.h"

/* A picture with borders in every tile, and what sums of its samples in float in another order
 * differ by, of the largest. */
#define WIDTH     83
#define HEIGHT    70
#define TOLERANCE 2e-5

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
        bits = inr_latent_larger(
            bits, fabs(device->state.level_bits[k] / cpu->state.level_bits[k] - 1.0));
        latents = inr_latent_larger(
            latents, inr_latent_off(cpu->latent[k].first, device->latent[k].first, n));
    }
    for (int i = 0; i < INR_LATENT_TENSORS; i++)
        networks = fmax(networks, inr_latent_off(cpu->params.first + net->at[i],
                                                 device->params.first + net->at[i],
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
    if (status == INR_OK &&
        (!inr_latent_probe(&cpu, WIDTH, HEIGHT, 3) || !inr_latent_probe(&device, WIDTH, HEIGHT, 3)))
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
