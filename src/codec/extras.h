/* SPDX-License-Identifier: MIT
 *
 * extras.h - What only some signals need to be made again: where samples lie, the peak, a frame.
 */
#ifndef INR_CODEC_EXTRAS_H
#define INR_CODEC_EXTRAS_H

#include "codec/bytes.h"
#include "fit/model.h"

/* True when the model says something that files without extras leave at its usual value. */
bool inr_extras_needed(const struct inr_model *model);

void inr_extras_put(struct inr_bytes *out, const struct inr_model *model);

/* Read them into info and config, which hold what the header said before them; not `present`: the
 * usual values. Errors: INR_ERR_INPUT. */
enum inr_status inr_extras_take(struct inr_cursor *in, bool present, const char *name,
                                struct inr_model_info *info, struct inr_fit_config *config,
                                struct inr_error *err);

#endif
