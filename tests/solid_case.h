/* SPDX-License-Identifier: MIT
 *
 * solid_case.h - Solids as meshes, and distances to triangles the slow and sure way.
 */
#ifndef INR_TEST_SOLID_CASE_H
#define INR_TEST_SOLID_CASE_H

#include "inrush/shape.h"

/* Abort where there is no memory; the caller frees. */
struct inr_mesh *solid_cube(float low, float high);
struct inr_mesh *solid_torus(double major, double minor, uint32_t around, uint32_t across);

/* n points spread over a sphere; with normals. */
struct inr_mesh *solid_sphere_cloud(double radius, size_t n);

/* Both meshes as one. */
struct inr_mesh *solid_join(const struct inr_mesh *a, const struct inr_mesh *b);

/* Swap two corners of triangles begin .. end - 1. */
void solid_turn(struct inr_mesh *mesh, size_t begin, size_t end);

/* Drop the last `n` triangles. */
void solid_cut(struct inr_mesh *mesh, size_t n);

/* Unsigned distance by trying every triangle: its plane, its three sides. */
double solid_distance(const struct inr_mesh *mesh, const float *p);

/* Signed distances of a cube and a torus about the z axis. */
double solid_cube_distance(double low, double high, const float *p);
double solid_torus_distance(double major, double minor, const float *p);

/* The next of a sequence of numbers in [low, high]. */
float solid_random(uint32_t *state, float low, float high);

#endif
