/* SPDX-License-Identifier: MIT
 *
 * settings.h - A field's settings as few bytes: what a decoder needs to lay it out, nothing of how
 * it was trained.
 */
#ifndef INR_CODEC_SETTINGS_H
#define INR_CODEC_SETTINGS_H

#include "codec/bytes.h"
#include "inrush/fit.h"

/* Settings that are not 0, each as its number in the list of the format and its value, then 255. */
void inr_settings_put(struct inr_bytes *out, const struct inr_fit_config *config);

/* Read them into config->field, whose dims and channels are given; what the list leaves out is
 * harmless for decoding. Everything is checked (inr_field_check). `name` is for messages. Errors:
 * INR_ERR_INPUT. */
enum inr_status inr_settings_take(struct inr_cursor *in, const char *name, int dims, int channels,
                                  struct inr_fit_config *config, struct inr_error *err);

#endif
