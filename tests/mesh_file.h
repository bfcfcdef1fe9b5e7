/* SPDX-License-Identifier: MIT
 *
 * mesh_file.h - Meshes from files that a test must be able to read.
 */
#ifndef INR_TEST_MESH_FILE_H
#define INR_TEST_MESH_FILE_H

#include "inrush/shape.h"

/* The corner of a cube: corners, and faces that look outwards. */
#define TETRA_OBJ "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\n"
#define FACES     "f 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"

/* Fail with the sentence where that is refused; report may be NULL. The caller frees the mesh. */
struct inr_mesh *read_path(const char *path, struct inr_mesh_report *report);

/* Of a file of that name and text in the test's folder. */
struct inr_mesh *read_text(const char *name, const char *text, struct inr_mesh_report *report);

#endif
