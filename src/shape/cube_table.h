/* SPDX-License-Identifier: MIT
 *
 * cube_table.h - How the surface runs through a cell of a grid, for every pattern of inside corners
 * and every way to settle its ambiguous faces.
 *
 * Corner c lies at x = c & 1, y = c >> 1 & 1, z = c >> 2. Edge 4 a + u + 2 v runs along axis a at
 * places u and v of the axes a + 1 and a + 2 (mod 3). Face 2 a + s is the side s of axis a.
 */
#ifndef INR_SHAPE_CUBE_TABLE_H
#define INR_SHAPE_CUBE_TABLE_H

#include <stdint.h>

#include "inrush/inrush.h"

enum {
    INR_CUBE_EDGES = 12,
    INR_CUBE_FACES = 6,
    INR_CUBE_PATTERNS = 256,
    INR_CUBE_MAX_TRIANGLES = 12,
    INR_CUBE_MAX_CENTRES = 1
};

/* Triangles of a cell, counter-clockwise seen from outside the shape. Corners are edges 0..11, each
 * crossed once, and from 12 on centres: a corner amid those it shares triangles with. */
struct inr_cube_way {
    uint8_t n_triangles, n_centres;
    uint8_t corners[INR_CUBE_MAX_TRIANGLES][3];
};

struct inr_cube_table {
    uint8_t ambiguous[INR_CUBE_PATTERNS]; /* bit f: the pattern leaves face f ambiguous */
    uint16_t first[INR_CUBE_PATTERNS];    /* ways[first + k]: bit j of k set when the inside corners
                                             of the j-th ambiguous face are joined across it */
    struct inr_cube_way *ways;
    uint32_t n_ways;
};

/* Derive the table. Errors: INR_ERR_MEMORY. */
enum inr_status inr_cube_table_create(struct inr_cube_table *table, struct inr_error *err);
void inr_cube_table_free(struct inr_cube_table *table);

/* The corners of a face, counter-clockwise seen from outside the cell. */
void inr_cube_face_corners(int face, int corners[4]);
/* The edge between two neighbouring corners. */
int inr_cube_edge_between(int a, int b);

#endif
