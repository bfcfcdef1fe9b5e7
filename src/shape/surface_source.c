/* SPDX-License-Identifier: MIT
 *
 * surface_source.c - A surface as a field that can be meshed, drawn and compared.
 */
#include <stddef.h>

#include "inrush/extract.h"

static enum inr_status surface_values(void *data, const float *coords, size_t n, float *out,
                                      struct inr_error *err)
{
    (void)err;
    inr_surface_distance(data, coords, n, out);
    return INR_OK;
}

/* The normal of the closest point, which is the gradient at the surface. */
static enum inr_status surface_gradient(void *data, const float *coords, size_t n, float *out,
                                        struct inr_error *err)
{
    (void)err;
    inr_surface_closest(data, coords, n, NULL, NULL, out);
    return INR_OK;
}

static enum inr_status surface_meet(void *data, const float from[3], const float *directions,
                                    size_t n, float *t, float *normals, struct inr_error *err)
{
    (void)err;
    inr_surface_meet(data, from, directions, n, t, normals);
    return INR_OK;
}

static enum inr_status surface_occupancy(void *data, const float *coords, size_t n, float *out,
                                         struct inr_error *err)
{
    (void)err;
    inr_surface_occupancy(data, coords, n, out);
    return INR_OK;
}

/* The callbacks take it back to const. */
static void *to_data(const struct inr_surface *surface)
{
    union {
        const void *in;
        void *out;
    } data = {.in = surface};
    return data.out;
}

struct inr_shape_source inr_surface_source(const struct inr_surface *surface)
{
    const enum inr_sign sign = inr_surface_sign(surface);
    /* Other signs do not trust the triangles to say what is outside. */
    const bool oriented = sign == INR_SIGN_WINDING || sign == INR_SIGN_NORMAL;
    return (struct inr_shape_source){.values = surface_values,
                                     .gradient = oriented ? surface_gradient : NULL,
                                     .meet = inr_surface_meets(surface) ? surface_meet : NULL,
                                     .data = to_data(surface),
                                     .distance = true};
}

struct inr_shape_source inr_surface_inside_source(const struct inr_surface *surface)
{
    return (struct inr_shape_source){
        .values = surface_occupancy, .data = to_data(surface), .level = 0.5f, .inside_above = true};
}
