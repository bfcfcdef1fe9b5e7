/* SPDX-License-Identifier: MIT
 *
 * shape_internal.h - What the files of this folder share: readers, cleaning, edges.
 */
#ifndef INR_SHAPE_SHAPE_INTERNAL_H
#define INR_SHAPE_SHAPE_INTERNAL_H

#include "inrush/shape.h"

/* INR_ERR_MEMORY with a sentence. */
enum inr_status inr_shape_no_memory(struct inr_error *err, const char *name);

/* Case-insensitive; suffix with its dot. */
bool inr_shape_has_suffix(const char *path, const char *suffix);

/* Least and greatest coordinates; zeros for a mesh without vertices. */
void inr_mesh_box(const struct inr_mesh *mesh, double box[2][3]);

/* Longest side of a box. */
double inr_box_longest(double box[2][3]);

/* Twice the area of triangle i as a vector along its normal. */
void inr_mesh_cross(const struct inr_mesh *mesh, size_t i, double out[3]);

/* Signed volume, seen from the middle of the box; positive when a closed mesh faces outwards. */
double inr_mesh_volume(const struct inr_mesh *mesh);

/* ---- readers: meshes as they are in the file, to be cleaned ---- */

enum inr_status inr_mesh_read_assimp(const char *path, struct inr_mesh **out,
                                     struct inr_error *err);
/* Whether assimp reads files of this suffix, its dot included. */
bool inr_mesh_assimp_knows(const char *suffix);

bool inr_ply_probe(const uint8_t *head, size_t size);
enum inr_status inr_ply_decode(const uint8_t *data, size_t size, const char *name,
                               struct inr_mesh **out, struct inr_error *err);
enum inr_status inr_cloud_decode_xyz(const uint8_t *data, size_t size, const char *name,
                                     struct inr_mesh **out, struct inr_error *err);

/* Join, drop and turn as inr_mesh_read promises, and count it in *report. Errors: INR_ERR_INPUT
 * (nothing left), INR_ERR_MEMORY. */
enum inr_status inr_mesh_clean(struct inr_mesh *mesh, const char *name,
                               struct inr_mesh_report *report, struct inr_error *err);

/* ---- rows of three words, found again ---- */

/* Open addressing over rows [n][3]; a slot holds 1 + the index of a row. */
struct inr_row_table {
    uint32_t *slots;
    size_t mask;
};

enum inr_status inr_row_table_init(struct inr_row_table *table, size_t n, struct inr_error *err);

/* Index of the row that was added before and equals rows[i], or i, which is added. */
uint32_t inr_row_table_add(struct inr_row_table *table, const uint32_t (*rows)[3], uint32_t i);
void inr_row_table_finish(struct inr_row_table *table);

/* ---- edges ---- */

/* Half-edges by the lesser of their two vertices v: first[v] .. first[v + 1], there by the other
 * vertex. Side k of triangle t runs from corner k to the next and is number 3 t + k. */
struct inr_half_edge {
    uint32_t other; /* the greater vertex */
    uint32_t side;
};

struct inr_edges {
    size_t *first; /* [n_vertices + 1] */
    struct inr_half_edge *halves;
};

enum inr_status inr_edges_init(struct inr_edges *edges, const struct inr_mesh *mesh,
                               struct inr_error *err);

/* One past the last half-edge of the edge that starts at halves[at], of vertex v. */
size_t inr_edges_end(const struct inr_edges *edges, size_t v, size_t at);
void inr_edges_finish(struct inr_edges *edges);

/* Count open, crowded and inconsistent edges into *report. */
void inr_edges_count(const struct inr_edges *edges, const struct inr_mesh *mesh,
                     struct inr_mesh_report *report);

/* Number of edges that pierce a triangle with which they share no vertex. Errors: INR_ERR_MEMORY.
 */
enum inr_status inr_mesh_count_crossings(const struct inr_mesh *mesh, const struct inr_edges *edges,
                                         size_t *count, struct inr_error *err);

/* Triangles whose corners an earlier one has in the other order. Errors: INR_ERR_MEMORY. */
enum inr_status inr_mesh_count_two_sided(const struct inr_mesh *mesh, size_t *count,
                                         struct inr_error *err);

/* The root of v in a forest of union and find, whose paths it shortens. */
uint32_t inr_forest_root(uint32_t *parent, uint32_t v);

/* Pieces that share no vertex. Errors: INR_ERR_MEMORY. */
enum inr_status inr_mesh_count_components(const struct inr_mesh *mesh, size_t *count,
                                          struct inr_error *err);

#endif
