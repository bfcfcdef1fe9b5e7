/* SPDX-License-Identifier: MIT
 *
 * view.h - Sizes, scales and crops as people type them.
 */
#ifndef INR_CLI_VIEW_H
#define INR_CLI_VIEW_H

#include "inrush/fit.h"

/* "WxH", "Wx" or "xH" into the size of a view; a missing side stays 0 and keeps the aspect.
 * Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_parse_size(const char *text, struct inr_view *view, struct inr_error *err);

/* Points an axis, "N", "WxH" or "WxHxD" by `dims`. Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_parse_shape(const char *text, int dims, uint32_t shape[3],
                                    struct inr_error *err);

/* A factor above 0 of the source's points an axis. Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_scale_shape(const char *text, const struct inr_model_info *info,
                                    uint32_t shape[3], struct inr_error *err);

/* "X,Y,WxH" or "WxH+X+Y" into the crop of a view. */
enum inr_status inr_cli_parse_crop(const char *text, struct inr_view *view, struct inr_error *err);

#endif
