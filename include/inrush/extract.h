/* SPDX-License-Identifier: MIT
 *
 * extract.h - What comes out of a distance field or an occupancy: a triangle mesh, a picture, and
 * how far it is from the truth.
 *
 *     struct inr_shape_source ball = {.values = distance_to_ball};
 *     struct inr_mesh *mesh = NULL;
 *     inr_shape_extract(&ball, &INR_EXTRACT_DEFAULT, NULL, &mesh, &err);
 *     inr_mesh_write("ball.ply", mesh, &err);
 *     inr_shape_trace("ball.png", &ball, &INR_TRACE_DEFAULT, NULL, &err);
 *     inr_mesh_free(mesh);
 *
 * Thread safety: no global state; calls on separate sources may run in separate threads. A source
 * is called from one thread at a time.
 * Ownership: a mesh that is made belongs to the caller (inr_mesh_free).
 */
#ifndef INRUSH_EXTRACT_H
#define INRUSH_EXTRACT_H

#include <stdbool.h>

#include "inrush/shape.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A scalar field over a box, asked for many points at a time. */
struct inr_shape_source {
    /* coords [n][3] -> out [n]. n is at most 262144. */
    enum inr_status (*values)(void *data, const float *coords, size_t n, float *out,
                              struct inr_error *err);
    /* coords [n][3] -> out [n][3], by coords. NULL: central differences of the values. */
    enum inr_status (*gradient)(void *data, const float *coords, size_t n, float *out,
                                struct inr_error *err);
    /* Where rays from a point along unit vectors [n][3] first meet the surface: t [n], negative for
     * nothing, with unit normals [n][3] against the ray. NULL: found by the values. */
    enum inr_status (*meet)(void *data, const float from[3], const float *directions, size_t n,
                            float *t, float *normals, struct inr_error *err);
    void *data;
    float level;       /* the surface is where the value is this */
    bool inside_above; /* inside is above the level (occupancy), not below (distance) */
    bool distance;     /* values are distances, or nearly so: tracing may step by them */
    /* Where the field is known; low = high = 0: [-1,1]^3. */
    float low[3], high[3];
};

/* Called now and then with the share done, [0,1]; true ends the call with INR_INTERRUPTED. */
struct inr_shape_watch {
    bool (*progress)(void *user, double done);
    void *user;
};

struct inr_extract_options {
    uint32_t resolution; /* samples along the longest side of the box, both ends included, 2 to
                            16384; the other sides get as many as keep the cells cubes */
    bool open;           /* leave the surface open where the inside reaches the box; otherwise the
                            box closes it */
    bool no_normals;     /* vertices without normals */
    bool dense;   /* ask a distance source for every point; otherwise not where a block of 8^3
                     points is as far from the surface as no field can be that is at most
                     twice as steep as a distance */
    size_t batch; /* points of one call of the source, 0: 262144; the mesh does not depend on
                     it */
};
#define INR_EXTRACT_DEFAULT ((struct inr_extract_options){.resolution = 256})

/* Marching cubes (Lorensen and Cline 1987), with ambiguous faces settled by the asymptotic decider
 * (Nielson and Hamann 1991). The mesh is a closed manifold (open at the box only when asked): every
 * edge lies in two triangles of opposite direction, no vertex is doubled, no triangle is
 * degenerate. Vertices lie on the edges of the grid, where the linear interpolant crosses the
 * level, but at least a few units in the last place from its points. Triangles are counter-
 * clockwise seen from outside. Normals are those of the field, of unit length; on the walls of the
 * box those of the box. Memory: a few slices of the grid, and the mesh. No surface: a mesh without
 * triangles. Errors: INR_ERR_USAGE; INR_ERR_INPUT (a value that is NaN or infinite, with the
 * point); INR_INTERRUPTED; INR_ERR_MEMORY; those of the source. On failure *mesh is NULL. */
enum inr_status inr_shape_extract(const struct inr_shape_source *source,
                                  const struct inr_extract_options *options,
                                  const struct inr_shape_watch *watch, struct inr_mesh **mesh,
                                  struct inr_error *err);

/* A picture of the shape. Angles in degrees. */
struct inr_trace_options {
    uint32_t width, height; /* of the picture, 1 to 16384 */
    double azimuth;   /* of the camera around the shape: 0 looks at its front (from +z where y is
                         up, from -y where z is, from +y where x is), 90 at its left side */
    double elevation; /* of the camera above the shape, -90 to 90 */
    double distance;  /* of the eye from the middle of the shape, in units of the field; 0: as far
                         as the shape fills the picture */
    double fov;       /* angle of view along the shorter side of the picture, 1 to 120 */
    int up_axis;      /* 0 x, 1 y, 2 z */
    int samples;      /* per pixel and axis along edges, 1 to 8 */
    double step;      /* share of a distance that a ray steps at once, (0,1]: less for fields that
                         promise more than they keep */
    float colour[3];  /* of the shape, linear light */
    bool transparent; /* a background that lets through what is behind the picture */
    bool floating;    /* no ground, no shadow on it */
};
#define INR_TRACE_DEFAULT                                                                          \
    ((struct inr_trace_options){.width = 800,                                                      \
                                .height = 800,                                                     \
                                .azimuth = 35.0,                                                   \
                                .elevation = 20.0,                                                 \
                                .fov = 30.0,                                                       \
                                .up_axis = 1,                                                      \
                                .samples = 4,                                                      \
                                .step = 0.9,                                                       \
                                .colour = {0.55f, 0.44f, 0.34f}})

/* Draw the surface by sphere tracing (Hart 1996) into a picture file, lit by a key light with soft
 * shadows, a fill light and the sky, on the ground at its lowest point. A step that ends inside is
 * taken back by regula falsi, so fields that are not quite distances come out whole; sources
 * without .distance are searched in small steps. Parts that reach the box are cut at it. A grid of
 * 97^3 values (128^3 without .distance) finds the shape first; what escapes it is not drawn.
 * Errors: INR_ERR_USAGE; those of pictures, of the source; INR_ERR_INPUT (NaN); INR_INTERRUPTED;
 * INR_ERR_MEMORY. */
enum inr_status inr_shape_trace(const char *path, const struct inr_shape_source *source,
                                const struct inr_trace_options *options,
                                const struct inr_shape_watch *watch, struct inr_error *err);

/* How a shape is measured against another. */
struct inr_shape_measure {
    size_t samples; /* points drawn for each number; 0: 300000 of surfaces, 2^19 of space */
    uint64_t seed;
    int threads; /* 0: all */
};

/* Numbers that were not measured are NaN. */
struct inr_shape_scores {
    /* Surface against surface, in the units of the meshes. a: distances from points of the test's
     * surface, spread evenly by area, to the closest of the reference's; b: the other way round. */
    double chamfer;          /* (mean a + mean b) / 2 */
    double chamfer_squared;  /* (mean a^2 + mean b^2) / 2 */
    double hausdorff;        /* the greatest of a and b: a lower bound that tightens with samples */
    double accuracy;         /* mean a: how far the test's surface is from the truth */
    double completeness;     /* mean b: how far the truth is from the test's surface */
    double normal_error_deg; /* mean angle, 0 to 90, between the tangent planes at a point and at
                                the closest one, both ways together */
    double diagonal;         /* of the reference's box: what to divide by for numbers that compare
                                across shapes */

    /* Field against surface, in the units of the field: a box of [-1,1]^3 has a half side of 1. */
    double iou;            /* inside both / inside either, points spread evenly over the box */
    double iou_near;       /* the same, points of the surface moved by a normal distribution
                              with a deviation of 0.01 half sides along each axis */
    double distance_error; /* mean |value - distance|, over the box, of a quarter of the points;
                              of distance sources */
    double distance_error_near; /* the same, near the surface */
};

/* Compare two meshes. A cloud counts as its points; without normals normal_error_deg is NaN.
 * Errors: INR_ERR_INPUT (nothing to compare), those of inr_surface_create. */
enum inr_status inr_shape_compare(const struct inr_mesh *reference, const struct inr_mesh *test,
                                  const struct inr_shape_measure *measure,
                                  const struct inr_shape_watch *watch,
                                  struct inr_shape_scores *scores, struct inr_error *err);

/* Compare a field with a surface in the field's coordinates. The rest of *scores is NaN. Errors:
 * those of the source; INR_ERR_INPUT for NaN; INR_ERR_USAGE for a surface without a sign. */
enum inr_status inr_shape_compare_field(const struct inr_surface *reference,
                                        const struct inr_shape_source *test,
                                        const struct inr_shape_measure *measure,
                                        const struct inr_shape_watch *watch,
                                        struct inr_shape_scores *scores, struct inr_error *err);

/* A surface as a source: exact distances, and, where the sign goes by them, the normals of the
 * closest points as gradients, which they are on the surface alone; rays meet the triangles of a
 * mesh. It borrows the surface. */
struct inr_shape_source inr_surface_source(const struct inr_surface *surface);

/* The same surface as an occupancy, without distances. */
struct inr_shape_source inr_surface_inside_source(const struct inr_surface *surface);

#ifdef __cplusplus
}
#endif
#endif
