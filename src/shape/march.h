/* SPDX-License-Identifier: MIT
 *
 * march.h - Marching cubes over a grid that arrives slice by slice.
 */
#ifndef INR_SHAPE_MARCH_H
#define INR_SHAPE_MARCH_H

#include "inrush/shape.h"

#include "shape/cube_table.h"

/* The grid and two slices of it; the mesh so far. */
struct inr_march {
    struct inr_cube_table table;
    uint32_t n[3];     /* points along each axis, at least 2 */
    float *axis[3];    /* their coordinates, rising */
    float clear;       /* vertices keep this distance from the points; a grid step is at least 4 */
    uint32_t taken;    /* slices so far */
    float *values[2];  /* [n1][n0] each: of the slice before and of this one; negative inside */
    uint8_t *sides[2]; /* [n1][n_runs]: which side the points of a run of cells lie on */
    uint32_t n_runs;
    uint32_t *along_x[2], *along_y[2],
        *along_z; /* [n1][n0]: vertex on the edge that starts there */
    float *vertices;
    uint32_t *triangles;
    size_t n_vertices, n_triangles, room_vertices, room_triangles;
};

/* Set up for a grid of n points an axis; the caller fills in axis[] and clear. Errors:
 * INR_ERR_MEMORY. Release with inr_march_free in every case. */
enum inr_status inr_march_create(struct inr_march *march, const uint32_t n[3],
                                 struct inr_error *err);
void inr_march_free(struct inr_march *march);

/* Where the values [n1][n0] of the next slice along the third axis go. All finite. */
float *inr_march_next(struct inr_march *march);
/* Take them. Errors: INR_ERR_MEMORY, INR_ERR_USAGE (more vertices than 32 bits count). */
enum inr_status inr_march_slice(struct inr_march *march, struct inr_error *err);

/* Hand over the mesh, without normals. Errors: INR_ERR_MEMORY. */
enum inr_status inr_march_finish(struct inr_march *march, struct inr_mesh **mesh,
                                 struct inr_error *err);

#endif
