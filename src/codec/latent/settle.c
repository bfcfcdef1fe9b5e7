/* SPDX-License-Identifier: MIT
 *
 * settle.c - Trained networks and latents to the whole numbers of a file.
 */
#include "codec/latent/settle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/latent/predict.h"
#include "codec/latent/start.h"
#include "codec/symbol.h"

#define SHIFT_MIN 3
#define REACH     2

const uint8_t inr_latent_usual_shifts[INR_LATENT_SHIFTS] = {5, 5, 7, 7};

struct search {
    struct inr_latent_trainer *t;
    const float *params; /* as trained */
    int32_t *levels;
};

static int32_t level_of(float value, int shift, int tensor)
{
    const bool entropy_weight = inr_latent_shift_of(tensor) == INR_LATENT_SHIFT_ENTROPY_W;
    const float most = (float)(entropy_weight ? INR_LATENT_WEIGHT_MAX : INR_LATENT_BIAS_MAX);
    const float level = rintf(ldexpf(value, shift));
    return (int32_t)(level < -most ? -most : level > most ? most : level);
}

double inr_latent_network_bits(const struct inr_latent_net *net, const float *params,
                               const uint8_t *shift, int32_t *levels)
{
    double bits = 0.0;
    int32_t *start = calloc(2 * (size_t)net->parameters, sizeof *start);
    if (!start)
        return HUGE_VAL;
    int32_t *const own = levels ? levels : start + net->parameters;
    inr_latent_start_levels(net, shift, start);
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        const int at = net->at[t], n = inr_latent_size(net, t);
        for (int i = at; i < at + n; i++)
            own[i] = level_of(params[i], shift[inr_latent_shift_of(t)], t);
        bits += 7.0 + inr_latent_tensor_bits(own + at, start + at, n, NULL);
    }
    free(start);
    return bits;
}

/* The trainer's parameters at these shifts, and their bits. */
static double round_networks(const struct search *s, const uint8_t *shift)
{
    struct inr_latent_state *state = &s->t->state;
    const struct inr_latent_net *net = &state->net;
    const double bits = inr_latent_network_bits(net, s->params, shift, s->levels);
    for (int t = 0; t < INR_LATENT_TENSORS; t++)
        for (int i = net->at[t]; i < net->at[t] + inr_latent_size(net, t); i++)
            state->params[i] = ldexpf((float)s->levels[i], -(int)shift[inr_latent_shift_of(t)]);
    return bits;
}

/* What training minimises, and the networks' bits. */
static double cost(const struct search *s, const uint8_t *shift)
{
    struct inr_latent_state *state = &s->t->state;
    const struct inr_latent_net *net = &state->net;
    double bits = round_networks(s, shift);
    s->t->kernels.gradient(state);
    for (int k = 0; k < net->levels; k++)
        bits += state->level_bits[k];
    return bits + (double)state->weight * state->square;
}

/* The best shift of a group within REACH of what it is, as roundings can be lucky or unlucky;
 * whether that is another. */
static bool improve(const struct search *s, uint8_t *shift, int group, double *least)
{
    const int from = shift[group];
    int best = from;
    for (int next = from - REACH; next <= from + REACH; next++) {
        if (next == from || next < SHIFT_MIN || next > INR_LATENT_SHIFT_MAX)
            continue;
        shift[group] = (uint8_t)next;
        const double c = cost(s, shift);
        if (c < *least) {
            *least = c;
            best = next;
        }
    }
    shift[group] = (uint8_t)best;
    return best != from;
}

/* A group after another, until none of them is better otherwise: what one can do with depends on
 * the others. */
static void descend(const struct search *s, uint8_t *shift)
{
    double least = cost(s, shift);
    int same = 0;
    for (int g = 0; same < INR_LATENT_SHIFTS; g = (g + 1) % INR_LATENT_SHIFTS)
        same = improve(s, shift, g, &least) ? 0 : same + 1;
}

static void round_latents(const struct inr_latent_trainer *t, struct inr_latent_content *c)
{
    for (int k = 0; k < c->net.levels; k++) {
        const size_t n = (size_t)c->net.w[k] * c->net.h[k];
        for (size_t i = 0; i < n; i++) {
            const float v = floorf(t->latent[k].value[i] + 0.5f), most = 1 << 20;
            c->grid[k][i] = (int32_t)(v < -most ? -most : v > most ? most : v);
        }
    }
}

enum inr_status inr_latent_settle(struct inr_latent_trainer *t, bool hurry,
                                  struct inr_latent_content *c, struct inr_error *err)
{
    const struct inr_latent_pace hard = {.hard = true, .temperature = 0.1f};
    const size_t n = (size_t)t->state.net.parameters;
    struct search s = {.t = t, .levels = c->params};
    float *params = malloc(n * sizeof *params);
    if (!params)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the networks");
    memcpy(params, t->state.params, n * sizeof *params);
    s.params = params;
    if (!hurry) {
        t->kernels.quantise(t, &hard);
        descend(&s, c->shift);
    }
    round_networks(&s, c->shift);
    round_latents(t, c);
    free(params);
    return INR_OK;
}
