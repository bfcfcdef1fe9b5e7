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

#define REACH  INR_LATENT_SHIFT_REACH
#define HALVES 2 /* the entropy network, the synthesis */

/* What photographs of USUAL_PIXELS take at a lambda of USUAL, and how many octaves of lambda are a
 * finer step, as measured. A change of a weight costs as much as there are pixels, so that four
 * times as many take a finer step. */
#define USUAL        1.5e-3
#define OCTAVES      4.0
#define USUAL_PIXELS 393216.0

void inr_latent_usual_shifts(const struct inr_latent_net *net, double lambda,
                             uint8_t shift[INR_LATENT_SHIFTS])
{
    static const int usual[INR_LATENT_SHIFTS] = {7, 5, 9, 9};
    const double pixels = (double)net->width * (double)net->height;
    const int finer = (int)rint(log2(USUAL / lambda) / OCTAVES + 0.5 * log2(pixels / USUAL_PIXELS));
    for (int g = 0; g < INR_LATENT_SHIFTS; g++) {
        const int v = usual[g] + finer;
        const int least = INR_LATENT_SHIFT_MIN, most = INR_LATENT_SHIFT_MAX;
        shift[g] = (uint8_t)(v < least ? least : v > most ? most : v);
    }
}

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

/* ... of the entropy network and of the synthesis. */
static void network_bits(const struct inr_latent_net *net, const float *params,
                         const uint8_t *shift, int32_t *levels, double bits[HALVES])
{
    bits[0] = bits[1] = HUGE_VAL;
    int32_t *start = calloc(2 * (size_t)net->parameters, sizeof *start);
    if (!start)
        return;
    int32_t *const own = levels ? levels : start + net->parameters;
    inr_latent_start_levels(net, shift, start);
    bits[0] = bits[1] = 0.0;
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        const int at = net->at[t], n = inr_latent_size(net, t);
        for (int i = at; i < at + n; i++)
            own[i] = level_of(params[i], shift[inr_latent_shift_of(t)], t);
        bits[t >= INR_LATENT_SYNTHESIS] +=
            7.0 + inr_latent_tensor_bits(own + at, start + at, n, NULL);
    }
    free(start);
}

double inr_latent_network_bits(const struct inr_latent_net *net, const float *params,
                               const uint8_t *shift, int32_t *levels)
{
    double bits[HALVES];
    network_bits(net, params, shift, levels, bits);
    return bits[0] + bits[1];
}

/* The trainer's parameters at these shifts, and their bits. */
static void round_networks(const struct search *s, const uint8_t *shift, double bits[HALVES])
{
    struct inr_latent_state *state = &s->t->state;
    network_bits(&state->net, s->params, shift, s->levels, bits);
    inr_latent_values(&state->net, shift, s->levels, state->params);
}

/* What training minimises, and the networks' bits: that of the entropy network is the rate, that of
 * the synthesis the squared error. */
static void cost(const struct search *s, const uint8_t *shift, double of[HALVES])
{
    struct inr_latent_state *state = &s->t->state;
    round_networks(s, shift, of);
    s->t->kernels.gradient(state);
    for (int k = 0; k < state->net.levels; k++)
        of[0] += state->level_bits[k];
    of[1] += (double)state->weight * state->square;
}

/* The best shift within REACH of what it is, as roundings can be lucky or unlucky, of the weights
 * (of = 0) or the biases (of = 1): of both networks at once, as neither's cost depends on the
 * other's. Whether one is another. */
static bool improve(const struct search *s, uint8_t *shift, int of, double least[HALVES])
{
    uint8_t best[INR_LATENT_SHIFTS], tried[INR_LATENT_SHIFTS];
    bool better = false;
    memcpy(best, shift, sizeof best);
    for (int by = -REACH; by <= REACH; by++) {
        double c[HALVES];
        memcpy(tried, shift, sizeof tried);
        for (int half = 0; half < HALVES; half++) {
            const int g = 2 * half + of, next = shift[g] + by;
            if (next >= INR_LATENT_SHIFT_MIN && next <= INR_LATENT_SHIFT_MAX)
                tried[g] = (uint8_t)next;
        }
        if (!memcmp(tried, shift, sizeof tried))
            continue;
        cost(s, tried, c);
        for (int half = 0; half < HALVES; half++)
            if (c[half] < least[half]) {
                least[half] = c[half];
                best[2 * half + of] = tried[2 * half + of];
                better = true;
            }
    }
    memcpy(shift, best, sizeof best);
    return better;
}

/* Weights and biases in turn, until neither are better otherwise: what one can do with depends on
 * the other. */
static void descend(const struct search *s, uint8_t *shift)
{
    double least[HALVES];
    cost(s, shift, least);
    int same = 0;
    for (int of = 0; same < 2; of = 1 - of)
        same = improve(s, shift, of, least) ? 0 : same + 1;
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
    double bits[HALVES];
    float *params = malloc(n * sizeof *params);
    if (!params)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the networks");
    memcpy(params, t->state.params, n * sizeof *params);
    s.params = params;
    if (!hurry) {
        t->kernels.quantise(t, &hard);
        descend(&s, c->shift);
    }
    round_networks(&s, c->shift, bits);
    round_latents(t, c);
    free(params);
    return INR_OK;
}
