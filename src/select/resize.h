/* SPDX-License-Identifier: MIT
 *
 * resize.h - Linear resampling of one axis of an array.
 */
#ifndef INR_SELECT_RESIZE_H
#define INR_SELECT_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

/* in [outer][n_in][inner] -> out [outer][n_out][inner]. Pixel centres correspond; outside the ends
 * there is nothing, so weights there are renormalised. antialias: the triangle is as wide as an
 * output pixel where the axis shrinks, else as an input pixel (plain linear interpolation).
 * Errors: INR_ERR_MEMORY. */
enum inr_status inr_resize_axis(const float *in, float *out, size_t outer, uint32_t n_in,
                                uint32_t n_out, size_t inner, bool antialias,
                                struct inr_error *err);

#endif
