/* SPDX-License-Identifier: MIT
 *
 * picture.c - Signals as small RGB pictures.
 */
#include "bench/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/bitmap.h"

/* Error maps: from black over violet and orange to pale yellow, each brighter than the last, so
 * that they also read in grey. */
static const float ramp[][3] = {{0.00f, 0.00f, 0.02f}, {0.26f, 0.04f, 0.41f},
                                {0.58f, 0.15f, 0.40f}, {0.87f, 0.32f, 0.23f},
                                {0.99f, 0.65f, 0.04f}, {0.99f, 1.00f, 0.64f}};
#define RAMP_STEPS ((float)(sizeof ramp / sizeof ramp[0] - 1))

static uint8_t level(float value)
{
    const float v = value < 0.0f ? 0.0f : value > 1.0f ? 1.0f : value;
    return (uint8_t)(v * 255.0f + 0.5f);
}

static void ramp_colour(float error, uint8_t rgb[3])
{
    const float share = error / (float)INR_BENCH_ERROR_TOP;
    const float at = (share < 0.0f ? 0.0f : share > 1.0f ? 1.0f : share) * RAMP_STEPS;
    const size_t i = at < RAMP_STEPS ? (size_t)at : (size_t)RAMP_STEPS - 1;
    for (int c = 0; c < 3; c++)
        rgb[c] = level(ramp[i][c] + (at - (float)i) * (ramp[i + 1][c] - ramp[i][c]));
}

/* One colour of one sample; grey signals have three equal ones. */
static float sample(const float *values, size_t at, uint32_t channels, uint32_t c)
{
    const float v = values[at * channels + (channels < 3 ? 0 : c)];
    return v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v;
}

/* The mean over the block of the signal under one pixel. */
static void block(const struct inr_signal *signal, const struct inr_signal *reference, size_t base,
                  uint32_t x0, uint32_t y0, uint32_t step, uint8_t rgb[3])
{
    const uint32_t width = signal->shape[0], height = signal->shape[1];
    float sum[3] = {0}, error = 0.0f;
    int n = 0;
    for (uint32_t y = y0; y < y0 + step && y < height; y++)
        for (uint32_t x = x0; x < x0 + step && x < width; x++, n++)
            for (uint32_t c = 0; c < 3; c++) {
                const size_t at = base + (size_t)y * width + x;
                const float v = sample(signal->values, at, signal->channels, c);
                sum[c] += v;
                if (reference)
                    error += fabsf(v - sample(reference->values, at, signal->channels, c)) / 3.0f;
            }
    if (reference)
        ramp_colour(error / (float)n, rgb);
    for (int c = 0; c < 3 && !reference; c++)
        rgb[c] = level(sum[c] / (float)n);
}

enum inr_status inr_bench_picture(const struct inr_signal *signal,
                                  const struct inr_signal *reference, struct inr_bench_png *png,
                                  struct inr_error *err)
{
    *png = (struct inr_bench_png){0};
    if (signal->dims < 2)
        return INR_OK;
    const uint32_t width = signal->shape[0], height = signal->shape[1];
    const uint32_t longest = width > height ? width : height;
    const uint32_t step = (longest + INR_BENCH_PICTURE_SIDE - 1) / INR_BENCH_PICTURE_SIDE;
    const uint32_t w = (width + step - 1) / step, h = (height + step - 1) / step;
    const size_t base = (size_t)(signal->shape[2] / 2) * width * height;
    uint8_t *rgb = malloc((size_t)3 * w * h);
    if (!rgb)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture of %u x %u pixels", w, h);
    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            block(signal, reference, base, x * step, y * step, step, rgb + 3 * ((size_t)y * w + x));
    enum inr_status status = inr_bitmap_png(rgb, w, h, &png->data, &png->size, err);
    free(rgb);
    return status;
}

void inr_bench_pictures_free(struct inr_bench_pictures *pictures)
{
    for (int view = 0; view < INR_BENCH_VIEW_COUNT; view++)
        free(pictures->of[view].data);
    memset(pictures, 0, sizeof *pictures);
}
