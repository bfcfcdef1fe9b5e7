/* SPDX-License-Identifier: MIT
 *
 * bitmap.c - PNG in memory by cairo.
 */
#include "plot/bitmap.h"

#include <cairo.h>
#include <stdio.h>
#include <stdlib.h>

static cairo_status_t append(void *user, const unsigned char *data, unsigned n)
{
    return fwrite(data, 1, n, user) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void fill(cairo_surface_t *surface, const uint8_t *rgb, uint32_t width, uint32_t height)
{
    unsigned char *data = cairo_image_surface_get_data(surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    cairo_surface_flush(surface);
    for (uint32_t y = 0; y < height; y++) {
        uint32_t *line = (uint32_t *)(void *)(data + y * stride);
        for (uint32_t x = 0; x < width; x++, rgb += 3)
            line[x] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    }
    cairo_surface_mark_dirty(surface);
}

enum inr_status inr_bitmap_png(const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t **png,
                               size_t *size, struct inr_error *err)
{
    char *bytes = NULL;
    size_t n = 0;
    *png = NULL;
    *size = 0;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    FILE *stream = open_memstream(&bytes, &n);
    cairo_status_t status = cairo_surface_status(surface);
    if (status == CAIRO_STATUS_SUCCESS && stream) {
        fill(surface, rgb, width, height);
        status = cairo_surface_write_to_png_stream(surface, append, stream);
    }
    cairo_surface_destroy(surface);
    const int closed = stream ? fclose(stream) : -1;
    if (status == CAIRO_STATUS_SUCCESS && closed == 0) {
        *png = (uint8_t *)bytes;
        *size = n;
        return INR_OK;
    }
    free(bytes);
    if (status == CAIRO_STATUS_SUCCESS || status == CAIRO_STATUS_NO_MEMORY)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture of %u x %u pixels", width,
                        height);
    return inr_fail(err, INR_ERR_FAILED, "a picture of %u x %u pixels could not be encoded: %s",
                    width, height, cairo_status_to_string(status));
}
