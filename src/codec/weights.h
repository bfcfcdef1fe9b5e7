/* SPDX-License-Identifier: MIT
 *
 * weights.h - Quantised parameters as a range code: steps and levels of every trainable tensor in
 * the field's order.
 *
 * Per tensor: its steps, bfloat16, as differences of their upper 16 bits; a choice of model; its
 * levels, row by row. Four models compete for each tensor and the shortest wins: a static Laplace
 * distribution, whose scale is sent; as many plain bits a level as all of them need, for what no
 * model makes shorter; adaptive integers that start anew, and adaptive integers that go on from
 * what the tensors before have taught them.
 */
#ifndef INR_CODEC_WEIGHTS_H
#define INR_CODEC_WEIGHTS_H

#include "field/quantize.h"
#include "inrush/inrush.h"

/* symbols [n_params] and steps as inr_quantize_slices gives them -> *bytes [*size], the caller's to
 * free. Errors: INR_ERR_MEMORY. */
enum inr_status inr_weights_encode(const struct inr_field *field,
                                   const struct inr_quantizer *quantizer, const int32_t *symbols,
                                   const float *steps, uint8_t **bytes, size_t *size,
                                   struct inr_error *err);

/* The way back; `name` is for messages. Levels are within the quantizer's bits and steps finite.
 * Errors: INR_ERR_INPUT (cut or damaged). */
enum inr_status inr_weights_decode(const struct inr_field *field,
                                   const struct inr_quantizer *quantizer, const uint8_t *bytes,
                                   size_t size, const char *name, int32_t *symbols, float *steps,
                                   struct inr_error *err);

#endif
