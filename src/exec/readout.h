/* SPDX-License-Identifier: MIT
 *
 * readout.h - Measurements that see many points of the field at once: m = A y, with y the field on
 * a whole grid. The linear map and its transpose, on the host; backends may have their own.
 */
#ifndef INR_EXEC_READOUT_H
#define INR_EXEC_READOUT_H

#include "inrush/inrush.h"

#include "inrush/field.h"

#include "common/readout.glsl"

/* Plain data; shape is that of the grid of y, 1 beyond dims. */
struct inr_readout {
    int kind; /* INR_READ_* */
    int dims;
    uint32_t shape[INR_MAX_DIMS];
    uint32_t factor; /* mean: divides every side */
    uint32_t angles; /* radon: 0 to 180 degrees, both included; 0 alone when 1 */
};

/* Points of the grid, and measurements, of one channel. Means are in the order of a grid of shape /
 * factor; projections one after another, each of shape[0] columns. */
uint64_t inr_readout_points(const struct inr_readout *readout);
uint64_t inr_readout_count(const struct inr_readout *readout);

/* Cosine and sine of angle number a. */
void inr_readout_turn(const struct inr_readout *readout, uint32_t a, float turn[2]);

/* m [count] = A y [points], of one channel. The result does not depend on the number of threads. */
void inr_readout_project(const struct inr_readout *readout, const float *y, float *m, int threads);

/* y [points] = A^T m [count], likewise; scratch [2 angles + 1]. */
void inr_readout_adjoint(const struct inr_readout *readout, const float *m, float *y,
                         float *scratch, int threads);

/* What A makes of 1 everywhere: measurements of scale y + shift are scale m + shift ones.
 * ones [count]. Errors: INR_ERR_MEMORY. */
enum inr_status inr_readout_ones(const struct inr_readout *readout, float *ones,
                                 struct inr_error *err);

/* Targets [channels][stride] in the units of the field, from measurements [count][channels] of
 * samples, of which the field outputs scale * sample + shift. Errors: INR_ERR_MEMORY. */
enum inr_status inr_readout_targets(const struct inr_readout *readout, const float *measured,
                                    int channels, float scale, float shift, float *targets,
                                    size_t stride, struct inr_error *err);

#endif
