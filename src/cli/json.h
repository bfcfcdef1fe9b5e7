/* SPDX-License-Identifier: MIT
 *
 * json.h - JSON results: stable snake_case keys, infinities as null.
 */
#ifndef INR_CLI_JSON_H
#define INR_CLI_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "inrush/fit.h"

/* Set a key. NaN and infinity become null, which JSON has instead. */
void inr_cli_json_number(json_t *object, const char *key, double value);

/* Set "psnr"; an infinite one is null and adds "exact": true. */
void inr_cli_json_psnr(json_t *object, double psnr);

/* What the model of a shape has besides: scores, sign and frame. Others: nothing. */
void inr_cli_json_shape(json_t *object, const struct inr_model_info *info);

void inr_cli_json_integer(json_t *object, const char *key, uint64_t value);

/* Set a key to text; bytes that are not UTF-8 (file names may hold any) become '?'. */
void inr_cli_json_text(json_t *object, const char *key, const char *text);

void inr_cli_json_bool(json_t *object, const char *key, int value);

/* Print the document on standard output and release it. Errors: INR_ERR_MEMORY. */
enum inr_status inr_cli_json_print(json_t *json, struct inr_error *err);

#endif
