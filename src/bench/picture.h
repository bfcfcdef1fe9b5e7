/* SPDX-License-Identifier: MIT
 *
 * picture.h - Small pictures of results and of their errors, to look at side by side.
 */
#ifndef INR_BENCH_PICTURE_H
#define INR_BENCH_PICTURE_H

#include <stdbool.h>

#include "inrush/signal.h"

/* Longest side in pixels; larger signals are averaged down. */
#define INR_BENCH_PICTURE_SIDE 216

/* The error at which the map is brightest, in units of the samples. */
#define INR_BENCH_ERROR_TOP 0.1

struct inr_bench_png {
    uint8_t *data; /* NULL: none */
    size_t size;
};

enum inr_bench_view {
    INR_BENCH_RESULT,
    INR_BENCH_ERROR,
    INR_BENCH_REFERENCE, /* the signal itself */
    INR_BENCH_VIEW_COUNT
};

struct inr_bench_pictures {
    struct inr_bench_png of[INR_BENCH_VIEW_COUNT];
};

/* A picture, or the middle slice of a volume, as PNG; sounds have none. With `reference` the map of
 * |signal - reference|, averaged over channels. Values are clamped to [0,1]. Errors:
 * INR_ERR_MEMORY, INR_ERR_FAILED. */
enum inr_status inr_bench_picture(const struct inr_signal *signal,
                                  const struct inr_signal *reference, struct inr_bench_png *png,
                                  struct inr_error *err);

void inr_bench_pictures_free(struct inr_bench_pictures *pictures);

#endif
