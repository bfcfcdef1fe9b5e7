/* SPDX-License-Identifier: MIT
 *
 * mesh_case.h - Fields with a formula; what a mesh is like, counted the slow and sure way.
 */
#ifndef INR_TEST_MESH_CASE_H
#define INR_TEST_MESH_CASE_H

#include "inrush/extract.h"

struct mesh_facts {
    size_t open_edges;   /* directed edges without their opposite */
    size_t double_edges; /* directed edges of more than one triangle */
    size_t degenerate;   /* triangles without an area */
    size_t twins;        /* vertices in the place of another */
    size_t unused;       /* vertices of no triangle */
    size_t pinched;      /* vertices whose triangles are more than one fan */
    long euler;          /* V - E + F of the vertices in use */
    double volume, area;
};

/* A field by its formula, as the data of shape_values. */
struct shape {
    double (*value)(const double *x);
    size_t points, largest; /* asked for so far; of the largest call */
};

enum inr_status shape_values(void *data, const float *coords, size_t n, float *out,
                             struct inr_error *err);

struct mesh_facts mesh_facts(const struct inr_mesh *mesh);

#endif
