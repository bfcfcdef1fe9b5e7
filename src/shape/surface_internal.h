/* SPDX-License-Identifier: MIT
 *
 * surface_internal.h - What a surface is made of, and the questions its files ask one another.
 */
#ifndef INR_SHAPE_SURFACE_INTERNAL_H
#define INR_SHAPE_SURFACE_INTERNAL_H

#include "shape/scene.h"

/* ---- one triangle ---- */

/* Where on a triangle a point lies. */
enum inr_feature {
    INR_FEATURE_FACE,
    INR_FEATURE_EDGE,                         /* + k: the side from corner k to the next */
    INR_FEATURE_CORNER = INR_FEATURE_EDGE + 3 /* + k */
};

/* The point of triangle abc closest to p (Ericson 2005, 5.1.5), in double; *feature as above.
 * Returns the squared distance. Triangles without area are taken as their sides. */
double inr_triangle_closest(const double p[3], const float *a, const float *b, const float *c,
                            double out[3], int *feature);

/* Unit normal of triangle i, zero where it has no area. */
void inr_scene_normal(const struct inr_scene *scene, size_t i, double out[3]);

/* ---- winding numbers ---- */

struct inr_winding;
enum inr_status inr_winding_create(const struct inr_scene *scene, struct inr_winding **out,
                                   struct inr_error *err);
void inr_winding_destroy(struct inr_winding *winding);
double inr_winding_number(const struct inr_winding *winding, const double q[3]);

/* The same number by a ray. Where `scene` is not built yet, since it gets a filter; it must not be
 * asked for occlusion afterwards. *out is NULL when the mesh has so many holes that a ray saves
 * nothing. */
struct inr_turns;
enum inr_status inr_turns_create(struct inr_scene *scene, const struct inr_mesh *mesh,
                                 const struct inr_edges *edges, struct inr_turns **out,
                                 struct inr_error *err);
void inr_turns_destroy(struct inr_turns *turns);

/* False: no ray was sure. */
bool inr_turns_number(const struct inr_turns *turns, const double q[3], double *number);

/* Triangles that close a mesh, each with corners of its own; NULL where nothing is open. More than
 * `most`: *too_many is set, and *out is NULL. Errors: INR_ERR_MEMORY. */
enum inr_status inr_mesh_caps(const struct inr_mesh *mesh, const struct inr_edges *edges,
                              size_t most, struct inr_mesh **out, bool *too_many,
                              struct inr_error *err);

/* ---- the surface ---- */

struct inr_surface {
    struct inr_scene scene;
    enum inr_sign sign; /* once made, never INR_SIGN_AUTO */
    int threads;
    bool closed;
    double box[2][3];
    double tiny; /* below what a float of the box's size resolves */
    double area;
    double *cumulative;          /* mesh: [n_triangles], areas up to and with each */
    struct inr_winding *winding; /* of INR_SIGN_WINDING */
    struct inr_turns *turns;     /* of it, and of INR_SIGN_NORMAL where both agree; or NULL */
    float *corner_normals;       /* of INR_SIGN_NORMAL: [n_vertices][3], any length */
    float *side_normals;         /* [3 n_triangles][3], any length */
    float *normals;              /* cloud: [n_vertices][3], or NULL */
    float *radii;                /* cloud with normals: [n_vertices], of the discs */
};

/* The nearest point of the surface. */
struct inr_nearest {
    double position[3], normal[3]; /* normal: zero where there is none */
    double distance;               /* >= 0 */
    bool inside;                   /* cloud: decided with the search */
    uint32_t primitive;            /* of a mesh */
    int feature;
};

void inr_mesh_nearest(const struct inr_surface *surface, const double p[3],
                      struct inr_nearest *out);
void inr_cloud_nearest(const struct inr_surface *surface, const double p[3],
                       struct inr_nearest *out);

/* Radii of the discs of a cloud with normals. */
enum inr_status inr_cloud_measure(struct inr_surface *surface, struct inr_error *err);

/* Angle-weighted normals of corners and sides. */
enum inr_status inr_surface_make_normals(struct inr_surface *surface, const struct inr_mesh *mesh,
                                         const struct inr_edges *edges, struct inr_error *err);

/* Winding number of q by a surface that has one. */
double inr_surface_turns(const struct inr_surface *surface, const double q[3]);

/* Whether the sign in use does without the nearest point, and what it then says of p. */
bool inr_surface_alone(const struct inr_surface *surface);
bool inr_surface_encloses(const struct inr_surface *surface, const double p[3]);

/* The sign in use for p, whose nearest point is known. */
bool inr_surface_behind(const struct inr_surface *surface, const double p[3],
                        const struct inr_nearest *nearest);

#endif
