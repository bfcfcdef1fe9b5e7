/* SPDX-License-Identifier: MIT
 *
 * rays.h - Where rays from one eye meet the surface, many at a time.
 */
#ifndef INR_SHAPE_RAYS_H
#define INR_SHAPE_RAYS_H

#include "shape/coarse.h"

/* Most rays of one call. */
#define INR_RAYS_MAX ((size_t)1 << 16)

/* Where a ray ended. */
struct inr_hit {
    float t; /* along the ray; negative: it met nothing */
    float normal[3];
};

struct inr_rays {
    const struct inr_ask *ask;
    const struct inr_coarse *coarse;
    float eye[3];
    float pixel;      /* width of a pixel at distance 1 */
    float share;      /* of a distance that is stepped at once */
    struct ray *rays; /* [INR_RAYS_MAX] */
    uint32_t *active; /* [INR_RAYS_MAX] */
    float *coords;    /* [INR_RAYS_MAX][3] */
    float *values;    /* [INR_RAYS_MAX] */
    float *normals;   /* [INR_RAYS_MAX][3] */
};

/* Errors: INR_ERR_MEMORY. Release with inr_rays_free in every case. The caller sets the rest. */
enum inr_status inr_rays_create(struct inr_rays *rays, const struct inr_ask *ask,
                                const struct inr_coarse *coarse, struct inr_error *err);
void inr_rays_free(struct inr_rays *rays);

/* Follow n unit directions [n][3] from the eye. Errors: those of the source. */
enum inr_status inr_rays_trace(struct inr_rays *rays, const float *directions, size_t n,
                               struct inr_hit *hits, struct inr_error *err);

#endif
