/* SPDX-License-Identifier: MIT
 *
 * steps.h - Steps of a field's weights between those of whole numbers of bits, for a file of a
 * wanted size.
 */
#ifndef INR_CODEC_STEPS_H
#define INR_CODEC_STEPS_H

#include "inrush/codec.h"

/* The quantizer for weights of `more` bits more, in [-1, 1], or fewer where that is negative: a bit
 * more where it has to be, and steps 2^-more times as wide as they are. */
struct inr_quantizer inr_steps_finer(const struct inr_quantizer *from, double more);

/* Of those made of settings->quantizer (bits > 0), the one whose file of the model comes nearest to
 * `bytes`, and that file's size. Errors: those of inr_codec_pack. */
enum inr_status inr_steps_for(const struct inr_model *model,
                              const struct inr_codec_settings *settings, double bytes,
                              struct inr_quantizer *quantizer, size_t *size, struct inr_error *err);

#endif
