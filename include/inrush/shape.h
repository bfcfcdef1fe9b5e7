/* SPDX-License-Identifier: MIT
 *
 * shape.h - Shapes: triangle meshes and clouds of points, read from what people have, with exact
 * distances, signs and samples of their surface.
 *
 *     struct inr_mesh *mesh = NULL;
 *     struct inr_mesh_report report;
 *     struct inr_frame frame;
 *     struct inr_surface *surface = NULL;
 *     struct inr_error err = {0};
 *     if (inr_mesh_read("bunny.obj", &mesh, &report, &err) != INR_OK)
 *         puts(err.text);
 *     inr_mesh_frame(mesh, 0.1, &frame);
 *     inr_mesh_enter(mesh, &frame);               // now within [-0.9, 0.9]^3
 *     inr_surface_create(mesh, INR_SIGN_AUTO, 0, &surface, &err);
 *     inr_surface_distance(surface, points, n, out);
 *
 * Thread safety: separate objects may be used from separate threads; the queries of one surface may
 * run from several threads at once.
 * Ownership: the caller owns what is read or created and releases it with the matching _free or
 * _destroy, which accept NULL. A surface keeps nothing of the mesh it was made from.
 */
#ifndef INRUSH_SHAPE_H
#define INRUSH_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- meshes ---- */

/* Triangles over shared vertices, or, without triangles, a cloud of points. Seen from outside, the
 * corners of a triangle run counterclockwise. */
struct inr_mesh {
    size_t n_vertices, n_triangles;
    float *vertices;     /* [n_vertices][3] */
    float *normals;      /* [n_vertices][3], of unit length, outwards; or NULL */
    uint32_t *triangles; /* [n_triangles][3] indices of vertices; NULL: a cloud */
};

/* Allocate a mesh of this size, zeroed; n_triangles 0: a cloud. Errors: INR_ERR_MEMORY. */
enum inr_status inr_mesh_create(size_t n_vertices, size_t n_triangles, bool normals,
                                struct inr_mesh **out, struct inr_error *err);
void inr_mesh_free(struct inr_mesh *mesh);

/* What is worth knowing of a mesh before fitting it. The counts of the first block are of what the
 * reader changed, those of the second are of the mesh as it is now. */
struct inr_mesh_report {
    size_t bad_vertices;    /* dropped: NaN, infinite, or a normal (of a cloud) that is none */
    size_t bad_triangles;   /* dropped: with a bad vertex or a corner that is not there */
    size_t degenerate;      /* dropped: two corners in one place */
    size_t duplicates;      /* dropped: the same triangle once more, or a point once more */
    size_t merged_vertices; /* joined: in the same place as another */
    bool turned;            /* all triangles were turned round: they faced inwards */

    size_t vertices, triangles;
    size_t needles;        /* triangles kept although their area is zero */
    size_t open_edges;     /* edges of one triangle */
    size_t crowded_edges;  /* edges of more than two triangles */
    size_t inconsistent;   /* edges whose triangles disagree about what is outside */
    size_t two_sided;      /* triangles that are there again, facing the other way */
    size_t components;     /* pieces that share no vertex */
    size_t crossing_edges; /* edges that pierce a triangle which they do not touch */
    bool closed;           /* a mesh without open edges */
    bool normals;          /* vertices (of a cloud: points) have normals */
    double box[2][3];      /* least and greatest coordinates */
    double area, volume;   /* volume: signed, meaningful when closed; 0 for a cloud */
    double steps;          /* floats along the box's longest side where they are sparsest: below
                              some 10^4 the coordinates are too far from the origin for their size */
};

/* Read a mesh: whatever assimp reads (OBJ, PLY, STL, GLB, glTF, OFF, 3DS, DAE ...; by content and
 * suffix), all meshes of the scene placed by its nodes, polygons cut into triangles; or a cloud of
 * points: PLY without faces, .xyz (lines of x y z or x y z nx ny nz). Vertices in
 * one place are joined, triangles with two corners in one place and those with vertices that are
 * not finite are dropped and counted, a closed mesh that faces inwards as a whole is turned round.
 * report may be NULL, which saves the search for crossing triangles. Errors: INR_ERR_INPUT (cannot
 * read, damaged, no mesh, nothing left, no extent), INR_ERR_MEMORY. On failure *out is NULL. */
enum inr_status inr_mesh_read(const char *path, struct inr_mesh **out,
                              struct inr_mesh_report *report, struct inr_error *err);

/* True when the suffix of `path` names a format that inr_mesh_read takes. */
bool inr_mesh_can_read(const char *path);

/* Write a mesh in the format of the suffix: .ply (binary, little endian), .obj (text), .stl
 * (binary; no cloud), .xyz (text; clouds only); normals go to all but .stl. The file appears
 * complete or not at all. Errors: INR_ERR_USAGE (see inr_mesh_check_write), INR_ERR_OUTPUT. */
enum inr_status inr_mesh_write(const char *path, const struct inr_mesh *mesh,
                               struct inr_error *err);

/* True when the suffix of `path` names a format that inr_mesh_write knows. */
bool inr_mesh_can_write(const char *path);

/* Whether a mesh, or a cloud, can be written under this name. Errors: INR_ERR_USAGE (suffix, a
 * cloud as .stl, a mesh as .xyz). */
enum inr_status inr_mesh_check_write(const char *path, bool cloud, struct inr_error *err);

/* Fill the second block of *report for any mesh. Crossings are found by sending every edge as a ray
 * at the triangles that share no vertex with it, so triangles that lie in one plane and overlap are
 * not seen. Errors: INR_ERR_MEMORY. */
enum inr_status inr_mesh_check(const struct inr_mesh *mesh, struct inr_mesh_report *report,
                               struct inr_error *err);

/* One sentence for people: what kind of mesh it is, and what is wrong with it. At most `size` bytes
 * with the final zero; 512 suffice. */
void inr_mesh_report_text(const struct inr_mesh_report *report, char *text, size_t size);

/* True when something in the report can spoil a fit, so that the sentence should be shown. */
bool inr_mesh_report_worrying(const struct inr_mesh_report *report);

/* ---- the frame of the field ---- */

/* Field coordinates x = (p - centre) * scale of a point p in the mesh's own units. Distances in the
 * field are distances in the mesh times scale. */
struct inr_frame {
    double centre[3];
    double scale;
};

/* The frame that puts the box's centre at 0 and its longest side at 2 * (1 - margin), so margin 0
 * fills [-1,1] and 0.1 leaves a tenth free at either end. margin: 0 to below 1. */
void inr_mesh_frame(const struct inr_mesh *mesh, double margin, struct inr_frame *frame);

/* Move the vertices into the frame, and back. In double, rounded once. */
void inr_mesh_enter(struct inr_mesh *mesh, const struct inr_frame *frame);
void inr_mesh_leave(struct inr_mesh *mesh, const struct inr_frame *frame);

/* ---- the surface ---- */

/* What decides whether a point is inside. */
enum inr_sign {
    INR_SIGN_AUTO,    /* mesh: normal where that is exact and cheapest (one closed piece without
                         crossings), stab where triangles of a closed mesh disagree or are there
                         twice, else winding; cloud: normal, without normals none */
    INR_SIGN_WINDING, /* winding number at least 1/2 in size (Jacobson et al. 2013): a clear answer
                         for closed meshes, pieces may overlap, and a sensible one for meshes with
                         holes. What a ray crosses of the mesh and of caps over its holes, less
                         the caps' solid angles; else all solid angles, far parts by the expansion
                         of Barill et al. 2018 */
    INR_SIGN_STAB,    /* none of 32 rays over the sphere escapes (instant-ngp): no orientation is
                         needed, but what sees daylight through a hole is outside, and a cavity
                         within is inside */
    INR_SIGN_NORMAL, /* mesh: pseudo-normal of the closest point (Baerentzen and Aanaes 2005), exact
                        for closed meshes without crossings; cloud: the nearest points' normals */
    INR_SIGN_NONE    /* distances without a sign */
};

/* "auto", "winding", "stab", "normal", "none". */
const char *inr_sign_name(enum inr_sign sign);
bool inr_sign_by_name(const char *name, enum inr_sign *sign);

struct inr_surface;

/* Prepare a mesh for questions. Coordinates should be those of a frame: a box within [-1e6,1e6]^3
 * whose longest side is at least 1e-6. threads: 0 for all processors. Errors: INR_ERR_USAGE (a sign
 * that a cloud cannot have, coordinates), INR_ERR_INPUT (no area), INR_ERR_MEMORY. */
enum inr_status inr_surface_create(const struct inr_mesh *mesh, enum inr_sign sign, int threads,
                                   struct inr_surface **out, struct inr_error *err);
void inr_surface_destroy(struct inr_surface *surface);

/* The sign in use: what INR_SIGN_AUTO became. */
enum inr_sign inr_surface_sign(const struct inr_surface *surface);

/* Distances of points [n][3] to the surface, negative inside. Mesh: exact, to the last bits of a
 * float. Cloud: to the nearest point, or, with normals, to the nearest of the discs that the points
 * and normals span (radius: the distance to the point's sixth neighbour). A point that is not
 * finite gives NaN. The result does not depend on the number of threads. */
void inr_surface_distance(const struct inr_surface *surface, const float *points, size_t n,
                          float *out);

/* The same with the closest point [n][3] and the surface's unit normal there [n][3] (mesh: of the
 * triangle); either may be NULL, and so may distance. */
void inr_surface_closest(const struct inr_surface *surface, const float *points, size_t n,
                         float *distance, float *position, float *normal);

/* 1 for points [n][3] inside, 0 for those outside, on the surface or not finite. As the signs of
 * distances, but without the distance where the sign in use does without: far from a fine mesh
 * several times as fast. */
void inr_surface_occupancy(const struct inr_surface *surface, const float *points, size_t n,
                           float *out);

/* True for a mesh: rays can meet its triangles. */
bool inr_surface_meets(const struct inr_surface *surface);

/* Where rays from one point along unit vectors [n][3] first meet the triangles of a mesh: t [n],
 * negative for nothing, with the unit normals [n][3] there, turned against the ray; where it meets
 * nothing they are not written. */
void inr_surface_meet(const struct inr_surface *surface, const float from[3],
                      const float *directions, size_t n, float *t, float *normals);

/* Winding numbers of points [n][3], to some hundredths: 1 inside, 0 outside, fractions about a mesh
 * with holes. Of a surface whose sign in use is INR_SIGN_WINDING; otherwise 0. */
void inr_surface_winding(const struct inr_surface *surface, const float *points, size_t n,
                         float *out);

/* Points first .. first + n - 1 of an endless sequence of points spread evenly by area (cloud: of
 * its points), [n][3], with the normals there (NULL, or a cloud without normals: not written). A
 * point depends on seed, stream and its number alone, so parts may be drawn in any order. stream
 * keeps the uses of one seed apart. */
void inr_surface_sample(const struct inr_surface *surface, uint64_t seed, uint32_t stream,
                        uint64_t first, size_t n, float *points, float *normals);

/* A cloud of n points with normals, spread evenly by area over the triangles of a mesh, in the
 * mesh's own units: points 0 .. n - 1 of the sequence of inr_surface_sample, so that a smaller
 * cloud is the beginning of a larger one. Neither the mesh's place and size nor the number of
 * threads (0: all processors) counts. Errors: those of inr_surface_create, INR_ERR_USAGE (n of 0,
 * no triangles), INR_ERR_INPUT (n is too large), INR_ERR_MEMORY. On failure *out is NULL. */
enum inr_status inr_mesh_sample(const struct inr_mesh *mesh, uint64_t seed, size_t n, int threads,
                                struct inr_mesh **out, struct inr_error *err);

/* Area of the surface in its own units; number of points for a cloud. */
double inr_surface_area(const struct inr_surface *surface);

#ifdef __cplusplus
}
#endif
#endif
