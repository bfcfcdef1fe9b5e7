/* SPDX-License-Identifier: MIT
 *
 * view.c - Parses sizes, scales and crops.
 */
#include "cli/view.h"

#include <math.h>
#include <stdlib.h>

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

enum inr_status inr_cli_parse_scale(const char *text, const struct inr_image *source,
                                    struct inr_view *view, struct inr_error *err)
{
    char *end;
    double scale = strtod(text, &end);
    double width, height;
    if (end == text || *end != '\0' || !isfinite(scale) || scale <= 0.0)
        return inr_fail(err, INR_ERR_USAGE, "--scale %s: a number above 0 is needed", text);
    width = fmax(1.0, floor(source->width * scale + 0.5));
    height = fmax(1.0, floor(source->height * scale + 0.5));
    if (width > UINT32_MAX || height > UINT32_MAX)
        return inr_fail(err, INR_ERR_USAGE, "--scale %s: %.0f x %.0f pixels are too many", text,
                        width, height);
    view->width = (uint32_t)width;
    view->height = (uint32_t)height;
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
