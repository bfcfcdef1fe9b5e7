/* SPDX-License-Identifier: MIT
 *
 * curve.h - Rate and distortion of a coder as a curve, and what lies between two curves.
 */
#ifndef INR_BENCH_RATE_CURVE_H
#define INR_BENCH_RATE_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/results.h"

#define INR_RATE_POINTS_MAX 32
#define INR_RATE_CURVES_MAX 64

/* Means over pictures; NaN: not measured. */
struct inr_rate_point {
    double asked; /* bits a pixel; NaN: published */
    double bpp, psnr, ssim, ms_ssim, encode, decode;
    size_t pictures;
};

struct inr_rate_curve {
    char name[48];
    bool published;
    bool main_line; /* of the published ones: worth a line in a picture */
    char source[160];
    struct inr_rate_point points[INR_RATE_POINTS_MAX]; /* in rising order of bpp */
    size_t n;
};

struct inr_rate_curves {
    struct inr_rate_curve *at;
    size_t n;        /* measured ones first, in the order of the rows */
    size_t measured; /* of them */
    size_t pictures; /* that there are rows of */
};

/* The mean points of every coder in the results: means of the PSNR of each picture, over those
 * that it has finished. Of the Kodak pictures alone (kodimNN) the published curves follow. Errors:
 * INR_ERR_MEMORY. */
enum inr_status inr_rate_curves_make(const struct inr_bench_results *results,
                                     struct inr_rate_curves *curves, struct inr_error *err);

void inr_rate_curves_free(struct inr_rate_curves *curves);

/* By name; NULL: none. Measured ones come first. */
const struct inr_rate_curve *inr_rate_curve_find(const struct inr_rate_curves *curves,
                                                 const char *name);

/* The curve that others are measured against: `name`, or "jpeg", or else the first. */
const struct inr_rate_curve *inr_rate_anchor(const struct inr_rate_curves *curves,
                                             const char *name);

/* Whether all points of both are of as many pictures: others differ by their pictures, as where a
 * coder has failed or the other curve is published, of all 24 of Kodak. */
bool inr_rate_comparable(const struct inr_rate_curve *a, const struct inr_rate_curve *b);

/* What lies between two curves over the PSNR that both reach (Bjontegaard, VCEG-M33, with the
 * piecewise cubic of VCEG-AE07: monotone Hermite polynomials by Fritsch and Carlson): `rate`, the
 * mean difference of rates of `test` to `anchor` in percent at the same PSNR, below 0 where test is
 * better; over `low` to `high` dB. Points that do not rise in both are left out. NaN: fewer than
 * two points, or nothing in common. */
struct inr_bd {
    double rate, low, high;
};
struct inr_bd inr_bd_rate(const struct inr_rate_curve *anchor, const struct inr_rate_curve *test);

/* The published points that come with the program, added behind those that are there; at has room.
 * Errors: INR_ERR_MEMORY. */
enum inr_status inr_rate_published(struct inr_rate_curves *curves, struct inr_error *err);

#endif
