/* SPDX-License-Identifier: MIT
 *
 * format.h - What writer and reader of a file share; the format itself is told in inrush/codec.h.
 */
#ifndef INR_CODEC_FORMAT_H
#define INR_CODEC_FORMAT_H

#include "codec/bytes.h"
#include "field/layout.h"
#include "fit/model.h"
#include "fit/task_kind.h"
#include "inrush/codec.h"

#define INR_CODEC_MAGIC       "INRZ"
#define INR_CODEC_MAGIC_BYTES 4

/* Bits of the header's second byte. */
#define INR_CODEC_PROFILE 1
#define INR_CODEC_UNIT    2
#define INR_CODEC_EXTRAS  128

/* Added to the bits of the weights. */
#define INR_CODEC_COMPANDED 128

/* Some tensors are drawn from the seed and never trained. */
bool inr_codec_needs_seed(const struct inr_field *field);

void inr_codec_put_header(struct inr_bytes *out, const struct inr_model *model, bool profile);

#endif
