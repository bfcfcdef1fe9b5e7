/* SPDX-License-Identifier: MIT
 *
 * device.c - A trainer whose steps are taken by a Vulkan device. Its latents and parameters are
 * there after a step, and come back when the host looks at them.
 */
#include <stdlib.h>

#include "codec/latent/train.h"
#include "common/latent.glsl"

static struct inr_vk_latent_moments moments_of(const struct inr_latent_moments *m)
{
    return (struct inr_vk_latent_moments){m->value, m->first, m->second};
}

static struct inr_vk_latent_state state_of(const struct inr_latent_trainer *t)
{
    struct inr_vk_latent_state state = {.params = moments_of(&t->params)};
    for (int k = 0; k < t->state.net.levels; k++)
        state.grid[k] = moments_of(&t->latent[k]);
    return state;
}

/* [h][w][4] of the planes. The caller's to free; NULL: out of memory. */
static float *target_of(const struct inr_latent_state *s)
{
    const size_t w = s->net.width, h = s->net.height;
    float *out = calloc(4 * w * h, sizeof *out);
    for (int c = 0; out && c < s->net.channels; c++)
        for (size_t r = 0; r < h; r++)
            for (size_t x = 0; x < w; x++)
                out[4 * (r * w + x) + (size_t)c] =
                    s->target[c].at[(ptrdiff_t)r * s->target[c].stride + (ptrdiff_t)x];
    return out;
}

struct inr_vk_latent_shape inr_latent_shape(const struct inr_latent_net *net, bool train)
{
    struct inr_vk_latent_shape shape = {
        .channels = net->channels, .levels = net->levels, .train = train};
    for (int k = 0; k < net->levels; k++) {
        shape.w[k] = net->w[k];
        shape.h[k] = net->h[k];
    }
    return shape;
}

enum inr_status inr_latent_trainer_attach(struct inr_latent_trainer *t,
                                          const struct inr_device *device, uint64_t memory_limit,
                                          const struct inr_log *log, struct inr_error *err)
{
    struct inr_vk_latent_shape shape = inr_latent_shape(&t->state.net, true);
    shape.memory_limit = memory_limit;
    float *target = target_of(&t->state);
    if (!target)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the picture to train towards");
    enum inr_status status = inr_vk_latent_create(device, &shape, log, &t->device, err);
    if (status == INR_OK)
        status = inr_vk_latent_begin(t->device, target, t->start, err);
    free(target);
    if (status != INR_OK) {
        inr_vk_latent_destroy(t->device);
        t->device = NULL;
    }
    return status;
}

void inr_latent_trainer_fetch(struct inr_latent_trainer *t)
{
    if (!t->away)
        return;
    const struct inr_vk_latent_state state = state_of(t);
    t->away = false;
    if (inr_vk_latent_get(t->device, &state, &t->failure) != INR_OK)
        return;
    const float rescale = t->rescale;
    t->rescale = 1.0f;
    inr_latent_trainer_scale(t, rescale);
}

void inr_latent_trainer_fetch_params(struct inr_latent_trainer *t)
{
    if (t->away)
        (void)inr_vk_latent_get_params(t->device, t->state.params, &t->failure);
}

void inr_latent_trainer_scale(struct inr_latent_trainer *t, float factor)
{
    const struct inr_latent_net *net = &t->state.net;
    if (t->away) {
        t->rescale *= factor;
        return;
    }
    for (int k = 0; k < net->levels; k++)
        for (size_t i = 0; i < (size_t)net->w[k] * net->h[k]; i++)
            t->latent[k].value[i] *= factor;
}

static inr_latent_step_row row_of(const struct inr_latent_trainer *t,
                                  const struct inr_latent_pace *pace)
{
    const uint32_t taken = t->steps + 1;
    const struct inr_latent_noise noise = inr_latent_noise_of(t->steps);
    const float c1 = inr_latent_bias_correction(INR_LATENT_BETA1, taken);
    return (inr_latent_step_row){.hard = pace->hard,
                                 .draw = noise.draw,
                                 .seed_lo = (uint32_t)t->seed,
                                 .seed_hi = (uint32_t)(t->seed >> 32),
                                 .inverse = 1.0f / pace->temperature,
                                 .noise = pace->noise * noise.sign,
                                 .rescale = t->rescale,
                                 .step = t->state.step,
                                 .weight = t->state.weight,
                                 .beta2 = pace->remember,
                                 .blend = pace->shared,
                                 .rate = pace->rate_latent * c1,
                                 .growth = pace->rate_growth,
                                 .correct = inr_latent_bias_correction(pace->remember, taken),
                                 .every = (uint32_t)t->every,
                                 .turn = t->steps % (uint32_t)t->every,
                                 .rate_entropy = pace->rate_entropy * c1,
                                 .rate_synthesis = pace->rate_synthesis * c1,
                                 .correct_networks =
                                     inr_latent_bias_correction(INR_LATENT_BETA2, taken)};
}

void inr_latent_train_device(struct inr_latent_trainer *t, const struct inr_latent_pace *pace)
{
    struct inr_latent_state *s = &t->state;
    float results[INR_LATENT_RESULTS] = {0};
    if (!t->away) {
        const struct inr_vk_latent_state state = state_of(t);
        t->rescale = 1.0f;
        if (inr_vk_latent_set(t->device, &state, &t->failure) != INR_OK)
            return;
        t->away = true;
    }
    const inr_latent_step_row row = row_of(t, pace);
    if (inr_vk_latent_step(t->device, &row, results, &t->failure) != INR_OK)
        return;
    t->rescale = 1.0f;
    t->steps++;
    s->square = (double)results[INR_LATENT_RESULT_SQUARE];
    for (int k = 0; k < s->net.levels; k++)
        s->level_bits[k] = (double)results[INR_LATENT_RESULT_BITS + k];
}
