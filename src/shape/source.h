/* SPDX-License-Identifier: MIT
 *
 * source.h - Questions to a source: values with the inside negative, unit normals, any number of
 * points.
 */
#ifndef INR_SHAPE_SOURCE_H
#define INR_SHAPE_SOURCE_H

#include "inrush/extract.h"

/* Most points of one call of a source. */
#define INR_SOURCE_BATCH ((size_t)1 << 18)

/* A source ready to be asked. Not shared between threads. */
struct inr_ask {
    const struct inr_shape_source *source;
    float low[3], high[3];
    float step; /* of central differences, in coordinates */
    size_t batch;
    float *coords, *values; /* scratch of the differences, [6 * some][3] and [6 * some] */
};

/* Check the source and its box. batch 0: INR_SOURCE_BATCH. Errors: INR_ERR_USAGE, INR_ERR_MEMORY.
 * Release with inr_ask_free in every case. */
enum inr_status inr_ask_create(struct inr_ask *ask, const struct inr_shape_source *source,
                               size_t batch, struct inr_error *err);
void inr_ask_free(struct inr_ask *ask);

/* Values less the level, turned so that inside is negative. Errors: those of the source;
 * INR_ERR_INPUT for a value that is not finite. */
enum inr_status inr_ask_values(const struct inr_ask *ask, const float *coords, size_t n, float *out,
                               struct inr_error *err);

/* Unit vectors [n][3] along the gradient, pointing outwards; 0 where there is none. Errors: those
 * of the source. */
enum inr_status inr_ask_normals(const struct inr_ask *ask, const float *coords, size_t n,
                                float *out, struct inr_error *err);

/* 0 where the length is 0 or not finite. */
void inr_unit(float v[3]);

#endif
