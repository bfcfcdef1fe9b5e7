/* SPDX-License-Identifier: MIT
 *
 * view.c - Parses sizes, scales and crops.
 */
#include "cli/view.h"

#include <math.h>

#include "cli/text.h"

enum inr_status inr_cli_parse_size(const char *text, struct inr_view *view, struct inr_error *err)
{
    const char *p = text;
    bool has_width = inr_cli_read_u32(&p, &view->width);
    bool has_x = *p == 'x' || *p == 'X';
    bool has_height = has_x && (p++, inr_cli_read_u32(&p, &view->height));
    if (!has_x || !(has_width || has_height) || *p != '\0' || (has_width && view->width == 0) ||
        (has_height && view->height == 0))
        return inr_fail(err, INR_ERR_USAGE,
                        "--size %s: WxH is needed, for example 640x480; Wx or xH keeps the aspect",
                        text);
    return INR_OK;
}

enum inr_status inr_cli_parse_shape(const char *text, int dims, uint32_t shape[3],
                                    struct inr_error *err)
{
    static const char *const forms[] = {"", "N", "WxH", "WxHxD"};
    const char *p = text;
    bool good = true;
    for (int d = 0; good && d < dims; d++) {
        good = d == 0 || *p == 'x' || *p == 'X';
        p += good && d > 0;
        good = good && inr_cli_read_u32(&p, &shape[d]) && shape[d] > 0;
    }
    if (good && *p == '\0')
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE, "--size %s: %s is needed for a signal of %d ax%s", text,
                    forms[dims], dims, dims == 1 ? "is" : "es");
}

enum inr_status inr_cli_scale_shape(const char *text, const struct inr_model_info *info,
                                    uint32_t shape[3], struct inr_error *err)
{
    const uint32_t from[3] = {info->width, info->height, info->length};
    double scale;
    if (!inr_cli_read_number(text, &scale) || scale <= 0.0)
        return inr_fail(err, INR_ERR_USAGE, "--scale %s: a number above 0 is needed", text);
    for (int d = 0; d < info->dims; d++) {
        const double points = fmax(1.0, floor(from[d] * scale + 0.5));
        if (points > UINT32_MAX)
            return inr_fail(err, INR_ERR_USAGE, "--scale %s: %.0f points an axis are too many",
                            text, points);
        shape[d] = (uint32_t)points;
    }
    return INR_OK;
}

static bool skip(const char **p, char wanted)
{
    if (**p != wanted)
        return false;
    (*p)++;
    return true;
}

static bool read_size(const char **p, struct inr_view *view)
{
    return inr_cli_read_u32(p, &view->crop_width) && (skip(p, 'x') || skip(p, 'X')) &&
           inr_cli_read_u32(p, &view->crop_height);
}

enum inr_status inr_cli_parse_crop(const char *text, struct inr_view *view, struct inr_error *err)
{
    const char *p = text;
    bool ok = inr_cli_read_u32(&p, &view->crop_x) && skip(&p, ',') &&
              inr_cli_read_u32(&p, &view->crop_y) && skip(&p, ',') && read_size(&p, view);
    if (!ok) {
        p = text;
        ok = read_size(&p, view) && skip(&p, '+') && inr_cli_read_u32(&p, &view->crop_x) &&
             skip(&p, '+') && inr_cli_read_u32(&p, &view->crop_y);
    }
    /* A zero side means "all" to the library; who types 0 did not mean that. */
    if (!ok || *p != '\0' || view->crop_width == 0 || view->crop_height == 0)
        return inr_fail(err, INR_ERR_USAGE,
                        "--crop %s: X,Y,WxH or WxH+X+Y is needed, for example 10,20,64x48", text);
    return INR_OK;
}
