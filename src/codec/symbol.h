/* SPDX-License-Identifier: MIT
 *
 * symbol.h - Models of integers for the range coder, in integer arithmetic alone.
 *
 * Two families. Adaptive ones learn from what they have coded: an integer is a zero flag, a sign, a
 * unary magnitude and an Elias-gamma rest, each bit with a probability of its own, the mean of a
 * fast and a slow estimate. Static ones are discretised Laplace distributions with a mean and a
 * scale that encoder and decoder know: P(k) = F(k + 1/2) - F(k - 1/2), F(x) = e^x' / 2 left of the
 * mean, with x' = (x - mean) / scale (C3, Kim et al. 2024, Laplace entropy model; any value has at
 * least 2^-16).
 */
#ifndef INR_CODEC_SYMBOL_H
#define INR_CODEC_SYMBOL_H

#include "codec/range.h"

/* The probability that a bit is 0, in 2^-16, estimated at two rates. */
struct inr_bit_model {
    uint16_t fast, slow;
};

#define INR_LENGTH_MAX 31

/* Adaptive integers within +-(2^30 - 1). */
struct inr_int_model {
    struct inr_bit_model more[INR_LENGTH_MAX]; /* the magnitude has more bits than that */
    struct inr_bit_model sign;
    struct inr_bit_model first[INR_LENGTH_MAX]; /* the bit below the top one, by length */
    struct inr_bit_model second[INR_LENGTH_MAX][2];
};

void inr_bit_model_start(struct inr_bit_model *m);
void inr_bit_encode(struct inr_range_encoder *e, struct inr_bit_model *m, int bit);
int inr_bit_decode(struct inr_range_decoder *d, struct inr_bit_model *m);

void inr_int_model_start(struct inr_int_model *m);
void inr_int_encode(struct inr_range_encoder *e, struct inr_int_model *m, int32_t value);
int32_t inr_int_decode(struct inr_range_decoder *d, struct inr_int_model *m);

/* n bits without a model, most significant first, 0 <= n <= 32. */
void inr_bits_encode(struct inr_range_encoder *e, uint32_t value, int n);
uint32_t inr_bits_decode(struct inr_range_decoder *d, int n);

/* Scales of Laplace distributions are 2^(index / 8 - 6), index 0 .. INR_LAPLACE_SCALES - 1: 1/64 ..
 * 32 symbols, steps of 9 %, which cost at most 0.1 % of the rate. Wider ones are for the caller to
 * make narrower, by coding low bits apart. Means are in 2^-INR_LAPLACE_MEAN_BITS of a symbol,
 * within
 * +-2^22. */
#define INR_LAPLACE_SCALES    89
#define INR_LAPLACE_MEAN_BITS 8

/* Distributions reach this far from the rounded mean; what lies beyond is escaped to. */
#define INR_LAPLACE_REACH 255

void inr_laplace_encode(struct inr_range_encoder *e, int32_t mean, int scale, int32_t value);
int32_t inr_laplace_decode(struct inr_range_decoder *d, int32_t mean, int scale);

/* What _encode costs, in bits: for choosing scales and models. */
double inr_laplace_cost(int32_t mean, int scale, int32_t value);

#endif
