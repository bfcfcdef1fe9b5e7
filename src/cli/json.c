/* SPDX-License-Identifier: MIT
 *
 * json.c - Builds and prints JSON results.
 */
#include "cli/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void inr_cli_json_number(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

void inr_cli_json_psnr(json_t *object, double psnr)
{
    inr_cli_json_number(object, "psnr", psnr);
    if (isinf(psnr))
        json_object_set_new(object, "exact", json_true());
}

void inr_cli_json_shape(json_t *object, const struct inr_model_info *info)
{
    if (isnan(info->frame_scale))
        return;
    if (!isnan(info->iou_near))
        inr_cli_json_number(object, "iou_near", info->iou_near);
    if (!isnan(info->distance_error)) {
        inr_cli_json_number(object, "distance_error", info->distance_error);
        inr_cli_json_number(object, "distance_error_in_units",
                            info->distance_error / info->frame_scale);
    }
    if (info->sign[0] != '\0')
        inr_cli_json_text(object, "sign", info->sign);
    json_object_set_new(object, "frame",
                        json_pack("{s:[f,f,f],s:f}", "centre", info->centre[0], info->centre[1],
                                  info->centre[2], "scale", info->frame_scale));
}

void inr_cli_json_integer(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

void inr_cli_json_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);
    if (value == NULL) {
        size_t length = strlen(text);
        char *copy = malloc(length + 1);
        if (copy == NULL)
            return;
        for (size_t i = 0; i <= length; i++)
            copy[i] = (unsigned char)text[i] < 128 ? text[i] : '?';
        value = json_string(copy);
        free(copy);
    }
    json_object_set_new(object, key, value);
}

void inr_cli_json_bool(json_t *object, const char *key, int value)
{
    json_object_set_new(object, key, json_boolean(value));
}

enum inr_status inr_cli_json_print(json_t *json, struct inr_error *err)
{
    char *text = json != NULL ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (text == NULL)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory while printing the result");
    puts(text);
    free(text);
    return INR_OK;
}
