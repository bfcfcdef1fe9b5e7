/* SPDX-License-Identifier: MIT
 *
 * coarse.c - Latents to begin with, from training on smaller pictures.
 *
 * Fine grids that begin along with the coarse ones take up what these would say with fewer points,
 * and give it back slowly.
 */
#include "codec/latent/coarse.h"

#include <string.h>

#define SMALLEST 3

/* Of each smaller picture, half as many of the largest. More of them are worse: coarse grids then
 * hold what fine ones say with less. */
#define STEPS 10

/* The networks as they are at grid k and above: tensors with a row or a column for each grid begin
 * at that of grid k. */
static void take_networks(const struct inr_latent_state *from, int k, struct inr_latent_state *to)
{
    const struct inr_latent_net *a = &from->net, *b = &to->net;
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        const bool by_row = t == INR_LATENT_ENTROPY_B1 || t == INR_LATENT_ENTROPY_B3;
        const int fixed = t == INR_LATENT_SYNTH_W2 ? INR_LATENT_HIDDEN : 0;
        const bool by_col = t == INR_LATENT_SYNTH_W1 || t == INR_LATENT_SYNTH_W2;
        for (int r = 0; r < b->rows[t]; r++)
            for (int c = 0; c < b->cols[t]; c++) {
                const int row = by_row ? r + k : r, col = by_col && c >= fixed ? c + k : c;
                to->params[b->at[t] + r * b->cols[t] + c] =
                    from->params[a->at[t] + row * a->cols[t] + col];
            }
    }
}

/* Means of 2 x 2 samples, of fewer at odd borders. */
static void halve(const struct inr_latent_plane *from, struct inr_latent_plane *to)
{
    for (uint32_t r = 0; r < to->h; r++)
        for (uint32_t x = 0; x < to->w; x++) {
            float sum = 0.0f;
            int n = 0;
            for (uint32_t i = 2 * r; i < 2 * r + 2 && i < from->h; i++)
                for (uint32_t j = 2 * x; j < 2 * x + 2 && j < from->w; j++, n++)
                    sum += from->at[(ptrdiff_t)i * from->stride + (ptrdiff_t)j];
            to->at[(ptrdiff_t)r * to->stride + (ptrdiff_t)x] = sum / (float)n;
        }
}

static struct inr_latent_pace pace_at(double u, real shared)
{
    return (struct inr_latent_pace){.temperature = 0.35f,
                                    .noise = 0.22f,
                                    .rate_latent = (float)(0.2 * (1.0 - 0.8 * u)),
                                    .rate_growth = 1.5f,
                                    .remember = 0.95f,
                                    .shared = shared};
}

/* Train the picture of `small`, whose grid j is grid k + j of t; grids above its first begin as
 * those of t, and all come back. */
static void train(struct inr_latent_trainer *small, struct inr_latent_trainer *t, int k,
                  real shared)
{
    const struct inr_latent_net *net = &small->state.net;
    const int steps = k == 1 ? STEPS / 2 : STEPS;
    take_networks(&t->state, k, &small->state);
    small->state.step = t->state.step;
    small->state.weight = t->state.weight * (float)(1 << (2 * k));
    for (int j = 1; j < net->levels; j++)
        memcpy(small->latent[j].value, t->latent[k + j].value,
               (size_t)net->w[j] * net->h[j] * sizeof(float));
    for (int i = 0; i < steps; i++) {
        const struct inr_latent_pace pace = pace_at((double)i / (double)steps, shared);
        inr_latent_train(small, &pace);
    }
    for (int j = 0; j < net->levels; j++)
        memcpy(t->latent[k + j].value, small->latent[j].value,
               (size_t)net->w[j] * net->h[j] * sizeof(float));
}

/* Trainers of the halves, the largest first; each halves the picture of the one before. */
static int create(const struct inr_latent_trainer *t, struct inr_latent_trainer *small)
{
    const struct inr_latent_net *full = &t->state.net;
    const struct inr_latent_state *larger = &t->state;
    int n = 0;
    while (n < SMALLEST && n + 1 < full->levels) {
        struct inr_latent_net net;
        struct inr_latent_trainer *s = &small[n];
        inr_latent_net_init(&net, full->w[n + 1], full->h[n + 1], full->channels,
                            full->levels - n - 1);
        if (!inr_latent_trainer_create(s, &net, t->state.threads, t->seed + (uint64_t)n + 1))
            return -1;
        for (int c = 0; c < net.channels; c++)
            halve(&larger->target[c], &s->state.target[c]);
        larger = &s->state;
        n++;
    }
    return n;
}

bool inr_latent_coarse(struct inr_latent_trainer *t, real shared)
{
    struct inr_latent_trainer small[SMALLEST] = {0};
    const int n = create(t, small);
    for (int i = n - 1; i >= 0; i--)
        train(&small[i], t, i + 1, shared);
    for (int i = 0; i < SMALLEST; i++)
        inr_latent_trainer_free(&small[i]);
    return n >= 0;
}
