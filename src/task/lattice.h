/* SPDX-License-Identifier: MIT
 *
 * lattice.h - A field at the points of a grid, or of a box cut out of one.
 */
#ifndef INR_TASK_LATTICE_H
#define INR_TASK_LATTICE_H

#include "exec/exec.h"

/* The largest side: float coordinates name every point of an axis up to here. */
#define INR_SIDE_MAX 8388608u

/* Points `from` .. `from` + `size` of a grid of `shape` points; beyond dims 0, 1 and 1. */
struct inr_box {
    int dims;
    uint32_t shape[INR_MAX_DIMS], from[INR_MAX_DIMS], size[INR_MAX_DIMS];
    int lattice; /* INR_LATTICE_* */
};

/* All points of a grid; `shape` [3], 1 beyond dims. */
struct inr_box inr_box_whole(int dims, const uint32_t shape[INR_MAX_DIMS], int lattice);

/* Points in the box. */
uint64_t inr_box_points(const struct inr_box *box);

/* Coordinates [n][dims] of points first .. first + n, row-major, first axis fastest. */
void inr_box_coords(const struct inr_box *box, uint64_t first, size_t n, float *coords);

/* The samples that outputs stand for: the field outputs scale * sample + shift. */
struct inr_scale {
    float scale, shift;
};

/* Evaluate points first .. first + n of the box into out [n][channels], as samples. Errors: those
 * of inr_exec_eval, INR_ERR_MEMORY. */
enum inr_status inr_box_eval(const struct inr_box *box, struct inr_exec *exec, int channels,
                             struct inr_scale scale, uint64_t first, size_t n, float *out,
                             struct inr_error *err);

#endif
