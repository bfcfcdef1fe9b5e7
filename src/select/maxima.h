/* SPDX-License-Identifier: MIT
 *
 * maxima.h - Where a sampled signal is singular: modulus maxima of its gradient at a scale, or the
 * zero crossings of a distance field.
 *
 * Positions and normals are in points of the grid: axis a runs from 0 to shape[a] - 1, and one
 * point is one unit of length along every axis.
 */
#ifndef INR_SELECT_MAXIMA_H
#define INR_SELECT_MAXIMA_H

#include "inrush/signal.h"

/* Largest Gaussian scale, in points. */
#define INR_MAXIMA_SCALE_MAX 64.0

struct inr_maximum {
    float at[3];
    float normal[3]; /* unit length; towards larger values */
    float weight;    /* > 0: what a draw is proportional to */
};

/* In the order of the grid. Release items with free. */
struct inr_maxima {
    struct inr_maximum *items;
    size_t n, capacity;
};

/* Points where the modulus |g| of the gradient of the signal's lightness, smoothed by a Gaussian of
 * deviation `scale` points, is largest among its neighbours one step along the gradient (Mallat and
 * Hwang 1992; Canny's thinning). Where two neighbours are equal the one further along the gradient
 * is kept, so a uniform slope has none. weight is |g|; moduli below 1e-4 of the range of the
 * lightness a point are left out. Lightness: of three or four channels of a picture that of Rec.
 * 709, of two the first, otherwise their mean. Appends nothing for a constant signal.
 * Errors: INR_ERR_MEMORY. */
enum inr_status inr_maxima_find(const struct inr_signal *signal, double scale,
                                struct inr_maxima *out, struct inr_error *err);

/* Points where the first channel changes sign along an axis, to the fraction of a step, with the
 * gradient there as normal. weight makes draws uniform over the surface: 1 / (|n_x| + |n_y| +
 * |n_z|), as a surface of that normal crosses so many grid lines per area. Errors:
 * INR_ERR_MEMORY. */
enum inr_status inr_maxima_surface(const struct inr_signal *signal, struct inr_maxima *out,
                                   struct inr_error *err);

#endif
