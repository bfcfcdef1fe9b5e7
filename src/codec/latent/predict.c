/* SPDX-License-Identifier: MIT
 *
 * predict.c - The entropy network in whole numbers.
 */
#include "codec/latent/predict.h"

#include "codec/symbol.h"

#define WIDTH      INR_LATENT_ENTROPY
#define CONTEXT    INR_LATENT_CONTEXT
#define FRACTION   INR_LATENT_FRACTION
#define HIDDEN_MAX 32767

/* v times 2^by, rounded. */
static int64_t shifted(int64_t v, int by)
{
    if (by >= 0)
        return v * (INT64_C(1) << by);
    return (v + (INT64_C(1) << (-by - 1))) >> -by;
}

static int32_t bias_at(int32_t level, int by)
{
    const int64_t v = shifted(level, by), most = 1 << 29;
    return (int32_t)(v < -most ? -most : v > most ? most : v);
}

static bool within(const struct inr_latent_net *net, const int32_t *levels, int tensor,
                   int32_t most)
{
    for (int i = 0; i < inr_latent_size(net, tensor); i++)
        if (levels[net->at[tensor] + i] < -most || levels[net->at[tensor] + i] > most)
            return false;
    return true;
}

static void fill(struct inr_latent_predictor *p, const struct inr_latent_net *net,
                 const int32_t *levels, int by)
{
    const int32_t *w1 = levels + net->at[INR_LATENT_ENTROPY_W1];
    const int32_t *w2 = levels + net->at[INR_LATENT_ENTROPY_W2];
    const int32_t *w3 = levels + net->at[INR_LATENT_ENTROPY_W3];
    for (int o = 0; o < WIDTH; o++) {
        for (int i = 0; i < CONTEXT; i++)
            p->w1[i][o] = w1[o * CONTEXT + i];
        for (int i = 0; i < WIDTH; i++)
            p->w2[i][o] = w2[o * WIDTH + i];
        p->b2[o] = bias_at(levels[net->at[INR_LATENT_ENTROPY_B2] + o], by + FRACTION);
    }
    for (int o = 0; o < 2; o++) {
        for (int i = 0; i < WIDTH; i++)
            p->w3[o][i] = w3[o * (WIDTH + CONTEXT) + i];
        for (int i = 0; i < CONTEXT; i++)
            p->skip[o][i] = w3[o * (WIDTH + CONTEXT) + WIDTH + i];
    }
    for (int k = 0; k < net->levels; k++) {
        for (int o = 0; o < WIDTH; o++)
            p->b1[k][o] = bias_at(levels[net->at[INR_LATENT_ENTROPY_B1] + k * WIDTH + o], by);
        for (int o = 0; o < 2; o++)
            p->b3[k][o] =
                shifted(levels[net->at[INR_LATENT_ENTROPY_B3] + 2 * k + o], by + FRACTION);
    }
}

bool inr_latent_predictor_init(struct inr_latent_predictor *p, const struct inr_latent_net *net,
                               const int32_t *levels, int shift, int bias_shift)
{
    static const int weights[] = {INR_LATENT_ENTROPY_W1, INR_LATENT_ENTROPY_W2,
                                  INR_LATENT_ENTROPY_W3};
    static const int biases[] = {INR_LATENT_ENTROPY_B1, INR_LATENT_ENTROPY_B2,
                                 INR_LATENT_ENTROPY_B3};
    static const int32_t nothing[CONTEXT];
    *p = (struct inr_latent_predictor){.shift = shift};
    for (int i = 0; i < 3; i++)
        if (!within(net, levels, weights[i], INR_LATENT_WEIGHT_MAX) ||
            !within(net, levels, biases[i], INR_LATENT_BIAS_MAX))
            return false;
    fill(p, net, levels, shift - bias_shift);
    for (int k = 0; k < net->levels; k++)
        inr_latent_predict(p, k, nothing, &p->rest_mean[k], &p->rest_scale[k]);
    return true;
}

/* relu, at FRACTION bits, of sums with `bits` of them. */
static void settle(int32_t *sum, int bits)
{
    const int down = bits - FRACTION, up = -down;
    const int32_t half = down > 0 ? 1 << (down - 1) : 0;
    for (int o = 0; o < WIDTH; o++) {
        const int32_t positive = sum[o] > 0 ? sum[o] : 0;
        const int32_t most = HIDDEN_MAX >> (up > 0 ? up : 0);
        const int32_t v =
            down > 0 ? (positive + half) >> down : (positive < most ? positive : most) * (1 << up);
        sum[o] = v < HIDDEN_MAX ? v : HIDDEN_MAX;
    }
}

void inr_latent_predict(const struct inr_latent_predictor *p, int k, const int32_t context[CONTEXT],
                        int32_t *mean, int *scale)
{
    int32_t h1[WIDTH], h2[WIDTH];
    int64_t out[2];
    for (int o = 0; o < WIDTH; o++)
        h1[o] = p->b1[k][o];
    for (int i = 0; i < CONTEXT; i++)
        for (int o = 0; o < WIDTH; o++)
            h1[o] += p->w1[i][o] * context[i];
    settle(h1, p->shift);
    for (int o = 0; o < WIDTH; o++)
        h2[o] = p->b2[o];
    for (int i = 0; i < WIDTH; i++)
        for (int o = 0; o < WIDTH; o++)
            h2[o] += p->w2[i][o] * h1[i];
    settle(h2, p->shift + FRACTION);
    for (int q = 0; q < 2; q++) {
        int32_t sum = 0, skip = 0;
        for (int i = 0; i < WIDTH; i++)
            sum += p->w3[q][i] * h2[i];
        for (int i = 0; i < CONTEXT; i++)
            skip += p->skip[q][i] * context[i];
        out[q] = shifted(p->b3[k][q] + sum + (int64_t)skip * (1 << FRACTION), -p->shift);
    }
    const int64_t most = 1 << 21;
    *mean = (int32_t)(out[0] < -most ? -most : out[0] > most ? most : out[0]);
    const int64_t index = (out[1] + (6 << FRACTION) + 16) >> 5; /* eighths of octaves above 2^-6 */
    *scale = (int)(index < 0 ? 0 : index >= INR_LAPLACE_SCALES ? INR_LAPLACE_SCALES - 1 : index);
}
