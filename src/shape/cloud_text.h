/* SPDX-License-Identifier: MIT
 *
 * cloud_text.h - Numbers in text that need not end with a zero byte.
 */
#ifndef INR_SHAPE_CLOUD_TEXT_H
#define INR_SHAPE_CLOUD_TEXT_H

#include "shape/shape_internal.h"

/* Copy the next token to out (cut at size) and return what follows it; NULL when none is left
 * before `end`. Blanks, commas and semicolons separate. */
const uint8_t *inr_cloud_token(const uint8_t *at, const uint8_t *end, char *out, size_t size);

/* The whole of a token as a number, "nan" and "inf" among them. In the C locale only. */
bool inr_cloud_number(const char *token, double *out);

#endif
