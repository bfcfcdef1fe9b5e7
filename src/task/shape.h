/* SPDX-License-Identifier: MIT
 *
 * shape.h - A mesh or a cloud of points as the input of a fit: its surface in the frame of the
 * field, samples drawn from it, and the points that results are scored on.
 */
#ifndef INR_TASK_SHAPE_H
#define INR_TASK_SHAPE_H

#include "exec/exec.h"
#include "fit/trainer.h"
#include "inrush/shape.h"

/* Samples drawn together; see inr_shape_draw. */
#define INR_SHAPE_PARTS 16u

struct inr_shape {
    struct inr_surface *surface; /* in field coordinates; answers on the calling thread */
    struct inr_frame frame;
    enum inr_sign sign; /* never auto */
    bool inside;        /* samples are 1 inside and 0 outside, not distances */
    bool oriented;      /* they are the targets of loss geometry: [distance, normal, on] */
    bool measured;      /* distances of those are needed, otherwise 0 */
    uint32_t channels;  /* values of a sample */
    uint64_t seed;
    uint32_t part; /* samples of a part */
    uint32_t on;   /* the first of them lie on the surface, ... */
    uint32_t near; /* ... the next ones near it, the rest anywhere */
    float sigma;
    int threads; /* for whole arrays */

    struct inr_shape_test *test; /* NULL until it is needed */
};

/* Where samples are drawn anew behind the training's back. */
struct inr_shape_pool;

/* The surface of a mesh in field coordinates. `mesh` is not kept. Errors: those of
 * inr_surface_create. On failure nothing is left to release. */
enum inr_status inr_shape_begin(struct inr_shape *shape, const struct inr_mesh *mesh,
                                const struct inr_fit_config *config, struct inr_error *err);
void inr_shape_end(struct inr_shape *shape);

/* Distances [n] at coords [n][3], negative inside, on all threads. */
void inr_shape_distance(const struct inr_shape *shape, const float *coords, size_t n, float *out);

/* 1 inside and 0 elsewhere, which may cost much less. */
void inr_shape_occupancy(const struct inr_shape *shape, const float *coords, size_t n, float *out);

/* Part number g of the endless sequence of samples: coords [part][3] and values [part][channels]. A
 * function of the shape's seed and g alone. */
void inr_shape_draw(const struct inr_shape *shape, uint64_t g, float *coords, float *values);

/* Score the field of `exec`, which outputs scale * sample + shift, on points that no part holds.
 * The first call draws them. Errors: those of inr_exec_eval, INR_ERR_MEMORY. */
enum inr_status inr_shape_score(struct inr_shape *shape, struct inr_exec *exec, float scale,
                                float shift, float threshold, struct inr_task_score *score,
                                struct inr_error *err);

/* Intersection over union of the insides of n distances and n values of a field: distances below 0,
 * values below `level`, or above it with `above`. 1 where nothing is inside. */
double inr_shape_iou(const float *distance, const float *values, size_t n, float level, bool above);

/* A pool of INR_SHAPE_PARTS parts. After k renewals part number g lies in place g modulo the number
 * of parts, for g in k .. k + parts - 1: its content depends on the seed and k alone. Made as it is
 * after `k` renewals. Errors: INR_ERR_MEMORY. */
enum inr_status inr_shape_pool_create(const struct inr_shape *shape, uint64_t k,
                                      struct inr_shape_pool **out, struct inr_error *err);
void inr_shape_pool_destroy(struct inr_shape_pool *pool);
const float *inr_shape_pool_coords(const struct inr_shape_pool *pool);
const float *inr_shape_pool_values(const struct inr_shape_pool *pool);

/* Let a thread draw what the coming renewals will need. Errors: INR_ERR_MEMORY. */
enum inr_status inr_shape_pool_start(struct inr_shape_pool *pool, struct inr_error *err);

/* Renewal number k, which follows k - 1: waits for the part where it is not ready. *first gets the
 * place of its first sample. */
void inr_shape_pool_renew(struct inr_shape_pool *pool, uint64_t k, uint64_t *first);

#endif
