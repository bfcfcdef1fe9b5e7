/* SPDX-License-Identifier: MIT
 *
 * coarse.h - A source sampled on a coarse grid: where its shape is, how much space is empty, how
 * much light gets where.
 */
#ifndef INR_SHAPE_COARSE_H
#define INR_SHAPE_COARSE_H

#include "shape/source.h"

struct inr_coarse {
    uint32_t n[3];
    float low[3], high[3];
    float h;      /* the step of the grid */
    float per[3]; /* steps of the grid a unit */
    float *free;  /* [n2][n1][n0]: how far a point is from the shape, at most; for skipping */
    float *far;   /* the same, nearly exact even where a source's values are cut off; for light */
};

/* Sample. Errors: those of the source, INR_ERR_MEMORY. Release with inr_coarse_free in every case.
 */
enum inr_status inr_coarse_create(struct inr_coarse *coarse, const struct inr_ask *ask,
                                  struct inr_error *err);
void inr_coarse_free(struct inr_coarse *coarse);

/* One of the grids at any point: linear between its points, beyond the box the least that the
 * distance can be. */
float inr_coarse_at(const struct inr_coarse *coarse, const float *grid, const float x[3]);

/* Call `fn` with every point of the grid that is in the shape or at its surface; with all corners
 * of the box where there is none. */
void inr_coarse_shape(const struct inr_coarse *coarse, void (*fn)(void *user, const float x[3]),
                      void *user);

#endif
