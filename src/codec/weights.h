/* SPDX-License-Identifier: MIT
 *
 * weights.h - Quantised parameters as a range code: steps and levels of every trainable tensor in
 * the field's order.
 *
 * Per tensor: its steps, bfloat16, as differences of their upper 16 bits; a choice of model; its
 * levels, row by row. Five models compete for each tensor and the shortest wins: a static Laplace
 * distribution, whose scale is sent; the same with a scale that follows the levels before in row
 * and column (context.h); as many plain bits a level as all of them need, for what no model makes
 * shorter; adaptive integers that start anew, and adaptive integers that go on from what the
 * tensors before have taught them. The choice is an adaptive bit, 0 for the adaptive ones, which
 * another tells apart (1: they go on); else 7 bits, the index of a scale, 89 for plain bits or 90
 * before the index of a scale that contexts begin with, and 4 bits: low bits of a level that are
 * coded plainly, or for plain bits one fewer than a level has.
 */
#ifndef INR_CODEC_WEIGHTS_H
#define INR_CODEC_WEIGHTS_H

#include "field/quantize.h"
#include "inrush/inrush.h"

/* One more network of nested ones: the scalars and steps of the levels up to it that those below
 * have not (field/nested.h), coded with models that go on from there. */
struct inr_weights_shell {
    uint8_t *data; /* the caller's to free */
    size_t size;
};

/* Shells of a field: of a single network 1. */
int inr_weights_shells(const struct inr_field_config *config);

/* symbols [n_params] and steps as inr_quantize_slices gives them -> shells. Errors: INR_ERR_MEMORY
 * (some shells may be set). */
enum inr_status inr_weights_encode(const struct inr_field *field,
                                   const struct inr_quantizer *quantizer, const int32_t *symbols,
                                   const float *steps, struct inr_weights_shell *shells,
                                   struct inr_error *err);

/* The way back, shell by shell from the first. */
struct inr_weights_decoder {
    const struct inr_field *field;
    const struct inr_quantizer *quantizer;
    const char *name; /* for messages */
    int shell;        /* those done */
    struct inr_weights_learnt *learnt;
    struct inr_weights_part *part;
};

/* The next shell's scalars of symbols [n_params] and steps [inr_quantize_all_steps]; the others
 * stay. Levels are within the quantizer's bits and steps finite. Errors: INR_ERR_INPUT (cut or
 * damaged), INR_ERR_MEMORY. */
enum inr_status inr_weights_decode(struct inr_weights_decoder *decoder, const uint8_t *bytes,
                                   size_t size, int32_t *symbols, float *steps,
                                   struct inr_error *err);
void inr_weights_decoder_finish(struct inr_weights_decoder *decoder);

#endif
