/* SPDX-License-Identifier: MIT
 *
 * predict.h - The entropy network in whole numbers: what a decoder computes, bit for bit the same
 * on every machine.
 *
 * Weights are levels times 2^-shift. Contexts are levels within +-INR_LATENT_CONTEXT_MAX; hidden
 * values have INR_LATENT_FRACTION fractional bits and lie in [0, 2^15). The mean comes out in
 * 2^-INR_LAPLACE_MEAN_BITS and the scale as an index of symbol.h.
 */
#ifndef INR_CODEC_LATENT_PREDICT_H
#define INR_CODEC_LATENT_PREDICT_H

#include "codec/latent/net.h"

#define INR_LATENT_FRACTION    8
#define INR_LATENT_CONTEXT_MAX 127

/* Sums of 16 products with contexts or hidden values then stay below 2^31. */
#define INR_LATENT_WEIGHT_MAX 2047
#define INR_LATENT_BIAS_MAX   (1 << 20)
#define INR_LATENT_SHIFT_MAX  15

struct inr_latent_predictor {
    int shift;
    /* weights [in][out] */
    int32_t w1[INR_LATENT_CONTEXT][INR_LATENT_ENTROPY], b1[INR_LATENT_LEVELS][INR_LATENT_ENTROPY];
    int32_t w2[INR_LATENT_ENTROPY][INR_LATENT_ENTROPY], b2[INR_LATENT_ENTROPY];
    int32_t w3[2][INR_LATENT_ENTROPY], skip[2][INR_LATENT_CONTEXT];
    int64_t b3[INR_LATENT_LEVELS][2];
    int32_t rest_mean[INR_LATENT_LEVELS]; /* where all contexts are 0 */
    int rest_scale[INR_LATENT_LEVELS];
};

/* From levels of the parameters, weights in 2^-shift and biases in 2^-bias_shift. False: a level is
 * out of range. */
bool inr_latent_predictor_init(struct inr_latent_predictor *p, const struct inr_latent_net *net,
                               const int32_t *levels, int shift, int bias_shift);

/* The distribution of a point of grid k with these contexts. */
void inr_latent_predict(const struct inr_latent_predictor *p, int k,
                        const int32_t context[INR_LATENT_CONTEXT], int32_t *mean, int *scale);

#endif
