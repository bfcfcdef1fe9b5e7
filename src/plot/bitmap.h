/* SPDX-License-Identifier: MIT
 *
 * bitmap.h - Small pictures as PNG in memory, for pages that hold everything themselves.
 */
#ifndef INR_PLOT_BITMAP_H
#define INR_PLOT_BITMAP_H

#include <stdint.h>

#include "inrush/inrush.h"

/* Encode rgb [height][width][3]; the caller frees *png. Errors: INR_ERR_MEMORY, INR_ERR_FAILED. */
enum inr_status inr_bitmap_png(const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t **png,
                               size_t *size, struct inr_error *err);

#endif
