/* SPDX-License-Identifier: MIT
 *
 * quantize.h - Parameters as whole numbers times a step: what training looks through
 * (quantisation-aware, gradients straight through) and what a codec stores.
 *
 * Weights are cut into rows that share a step: one an output unit, or one a tensor. Vectors
 * (biases, phases, constants), weights of the coordinates themselves and tables always have one.
 * The formulas are those of common/quantize.glsl, the same bits on every device: what
 * inr_dequantize gives is what the backends compute with.
 *
 * Steps of weight matrices may be learnt: they are parameters then, in a slice of their own
 * (INR_ROLE_STEP) in the order of the rows.
 */
#ifndef INR_FIELD_QUANTIZE_H
#define INR_FIELD_QUANTIZE_H

#include "common/quantized_row.h"
#include "field/layout.h"
#include "inrush/field.h"

enum inr_quantize_granularity { INR_QUANTIZE_ROW = 0, INR_QUANTIZE_TENSOR = 1 };
enum inr_quantize_rule { INR_QUANTIZE_PEAK = 0, INR_QUANTIZE_LEARNED = 1, INR_QUANTIZE_AUTO = 2 };
/* A fit decides for peak or learned where it begins; fields themselves take auto for peak. */

#define INR_QUANTIZE_MIN 2
#define INR_QUANTIZE_MAX 16

/* Bits of companded levels at most: of more they would not be exact, see common/quantize.glsl. */
#define INR_QUANTIZE_COMPANDED 7

/* Check ranges. Errors: INR_ERR_USAGE. */
enum inr_status inr_quantizer_check(const struct inr_quantizer *quantizer, struct inr_error *err);

/* Check that a field of this config can be trained with its quantizer: tables are read where they
 * are, a reparameterised weight has not the form that is stored, and nested networks have no learnt
 * steps. Errors: INR_ERR_USAGE. */
enum inr_status inr_quantize_check(const struct inr_field_config *config, struct inr_error *err);

/* Bits of a slice: 0 for frozen ones, which stay as they are. */
int inr_quantize_bits(const struct inr_quantizer *quantizer, const struct inr_slice *slice);

/* Steps of a slice: rows or 1; 0 for frozen ones. */
size_t inr_quantize_steps(const struct inr_quantizer *quantizer, const struct inr_slice *slice);

/* Of a field's steps those that are learnt, and their slice, after all others that train. */
size_t inr_quantize_learnt_steps(const struct inr_field *field,
                                 const struct inr_quantizer *quantizer);
void inr_quantize_lay_out(struct inr_layout *layout);

/* Learnt steps in params [n_params] <- those that the other rule gives for the weights there. */
void inr_quantize_start(const struct inr_field *field, float *params);

/* Rows of all parameters from scalar `first` on (where a slice begins), in their order, frozen
 * slices included; rows NULL: only their number. */
size_t inr_quantize_rows(const struct inr_field *field, const struct inr_quantizer *quantizer,
                         size_t first, inr_quantized_row *rows);

/* Step of one row; a bfloat16: the low half of its bits is zero. */
float inr_quantize_row_step(const inr_quantized_row *row, const float *params);

/* quantised[row] <- the values of the levels of params[row]. */
void inr_quantize_row(const inr_quantized_row *row, const float *params, float *quantised);

/* The same as the network `level` of nested ones sees it (0: the highest); with `on` false the
 * weights are floats. */
void inr_quantize_row_at(const inr_quantized_row *row, bool on, uint32_t level, const float *params,
                         float *quantised);

/* And its gradient, in place: from that of what is seen to that of the parameters. */
void inr_quantize_row_pull(const inr_quantized_row *row, uint32_t level, float *d_params);

/* The gradient of a learnt step, and in place that of its weights, from those of what is seen of
 * them (Esser et al. 2020, eq. 3 and 5): 0 for weights beyond the greatest level. */
void inr_quantize_row_learn(const inr_quantized_row *row, const float *params, float *d_params);

/* Levels of all parameters: symbols [n_params], |symbol| < 2^(bits - 1), 0 for frozen ones; steps:
 * those of each slice in turn, inr_quantize_all_steps of them. Errors: INR_ERR_INPUT (a parameter
 * is not finite). */
enum inr_status inr_quantize_slices(const struct inr_field *field,
                                    const struct inr_quantizer *quantizer, int32_t *symbols,
                                    float *steps, struct inr_error *err);
size_t inr_quantize_all_steps(const struct inr_field *field, const struct inr_quantizer *quantizer);

/* The way back: params[i] <- value of symbol i, but for frozen slices, which are not touched. Only
 * the field's slices are read, so params may be field->params. */
void inr_dequantize_slices(const struct inr_field *field, const struct inr_quantizer *quantizer,
                           const int32_t *symbols, const float *steps, float *params);

/* field->params <- what the field computes with: its weights as quantised. */
void inr_quantize_field(struct inr_field *field, const struct inr_quantizer *quantizer);

#endif
