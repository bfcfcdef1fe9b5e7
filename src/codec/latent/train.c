/* SPDX-License-Identifier: MIT
 *
 * train.c - Latents and networks in training.
 */
#include "codec/latent/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* Networks have a thousand weights and many more points to learn from: half of them in turn does as
 * well, and takes a tenth of the time of a step away. A quarter takes a sixth away, and 0.02 dB. */
#define EVERY 2

static size_t memory_size(const struct inr_latent_net *net)
{
    return 4 * (size_t)inr_latent_points(net) + 3 * (size_t)net->parameters + net->h[0];
}

bool inr_latent_trainer_create(struct inr_latent_trainer *t, const struct inr_latent_net *net,
                               int threads, uint64_t seed)
{
    *t = (struct inr_latent_trainer){.seed = seed, .rescale = R(1.0), .every = EVERY};
    if (!inr_latent_state_create(&t->state, net, threads, false))
        return false;
    const size_t p = (size_t)net->parameters;
    real *at = t->memory = calloc(memory_size(net), sizeof *at);
    if (!at) {
        inr_latent_trainer_free(t);
        return false;
    }
    for (int k = 0; k < net->levels; k++) {
        const size_t points = (size_t)net->w[k] * net->h[k];
        t->latent[k] = (struct inr_latent_moments){at, at + points, at + 2 * points};
        t->slope[k] = at + 3 * points;
        at += 4 * points;
    }
    t->params = (struct inr_latent_moments){t->state.params, at, at + p};
    t->start = at + 2 * p;
    t->row_sums = at + 3 * p;
    t->kernels = inr_latent_kernels_pick();
    return true;
}

void inr_latent_trainer_free(struct inr_latent_trainer *t)
{
    inr_vk_latent_destroy(t->device);
    inr_latent_state_free(&t->state);
    free(t->memory);
    t->memory = NULL;
    t->device = NULL;
}

bool inr_latent_trainer_save(struct inr_latent_trainer *t, struct inr_latent_snapshot *snapshot)
{
    inr_latent_trainer_fetch(t);
    const struct inr_latent_state *s = &t->state;
    const size_t n = memory_size(&s->net), p = (size_t)s->net.parameters;
    real *to = snapshot->memory ? snapshot->memory : malloc((n + p) * sizeof *to);
    *snapshot = (struct inr_latent_snapshot){to, s->step, t->steps};
    if (!to)
        return false;
    memcpy(to, t->memory, n * sizeof *to);
    memcpy(to + n, s->params, p * sizeof *to);
    return true;
}

void inr_latent_trainer_restore(struct inr_latent_trainer *t,
                                const struct inr_latent_snapshot *snapshot)
{
    struct inr_latent_state *s = &t->state;
    const size_t n = memory_size(&s->net), p = (size_t)s->net.parameters;
    const real *from = snapshot->memory;
    t->away = false;
    memcpy(t->memory, from, n * sizeof *from);
    memcpy(s->params, from + n, p * sizeof *from);
    s->step = snapshot->step;
    t->steps = snapshot->steps;
}

static void forget(struct inr_latent_moments *moments, size_t n)
{
    memset(moments->first, 0, n * sizeof *moments->first);
    memset(moments->second, 0, n * sizeof *moments->second);
}

void inr_latent_trainer_forget(struct inr_latent_trainer *t)
{
    const struct inr_latent_net *net = &t->state.net;
    inr_latent_trainer_fetch(t);
    for (int k = 0; k < net->levels; k++)
        forget(&t->latent[k], (size_t)net->w[k] * net->h[k]);
    forget(&t->params, (size_t)net->parameters);
    t->steps = 0;
}

void inr_latent_train(struct inr_latent_trainer *t, const struct inr_latent_pace *pace)
{
    if (t->failure.status != INR_OK)
        return;
    if (t->device) {
        inr_latent_train_device(t, pace);
        return;
    }
    t->state.every = t->every;
    t->state.turn = (int)(t->steps % (uint32_t)t->every);
    t->kernels.quantise(t, pace);
    t->kernels.gradient(&t->state);
    t->steps++;
    t->kernels.move(t, pace);
}
