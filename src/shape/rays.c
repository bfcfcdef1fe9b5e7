/* SPDX-License-Identifier: MIT
 *
 * rays.c - Sphere tracing in step: each round asks the source once for all rays still on their way.
 */
#include "shape/rays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 600
/* Rounds of closing in on the surface once a step has crossed it. */
#define CLOSINGS_MAX 9

struct ray {
    float direction[3];
    float t, end;           /* now, and where it leaves the box */
    float outside;          /* the last place known to be outside; negative: none yet */
    float f_outside;        /* the value there; 0: not asked */
    float inside, f_inside; /* once it has crossed the surface: beyond it */
    uint8_t closings;       /* rounds of closing in */
    bool crossed;
    bool walled; /* met the shape on a wall of the box */
};

enum inr_status inr_rays_create(struct inr_rays *rays, const struct inr_ask *ask,
                                const struct inr_coarse *coarse, struct inr_error *err)
{
    *rays = (struct inr_rays){.ask = ask, .coarse = coarse};
    rays->rays = malloc(INR_RAYS_MAX * sizeof *rays->rays);
    rays->active = malloc(INR_RAYS_MAX * sizeof *rays->active);
    rays->coords = malloc(INR_RAYS_MAX * 3 * sizeof *rays->coords);
    rays->values = malloc(INR_RAYS_MAX * sizeof *rays->values);
    rays->normals = malloc(INR_RAYS_MAX * 3 * sizeof *rays->normals);
    if (!rays->rays || !rays->active || !rays->coords || !rays->values || !rays->normals)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu rays", INR_RAYS_MAX);
    return INR_OK;
}

void inr_rays_free(struct inr_rays *rays)
{
    free(rays->rays);
    free(rays->active);
    free(rays->coords);
    free(rays->values);
    free(rays->normals);
    *rays = (struct inr_rays){0};
}

static void place_on(const struct inr_rays *rays, const struct ray *ray, float t, float x[3])
{
    for (int d = 0; d < 3; d++) {
        const float p = rays->eye[d] + t * ray->direction[d];
        x[d] = fminf(fmaxf(p, rays->coarse->low[d]), rays->coarse->high[d]);
    }
}

/* The part of the ray in the box; false: it misses it. */
static bool clip(const struct inr_rays *rays, struct ray *ray)
{
    float from = 0.0f, to = INFINITY;
    for (int d = 0; d < 3; d++) {
        const float v = ray->direction[d];
        if (v == 0.0f) {
            if (rays->eye[d] < rays->coarse->low[d] || rays->eye[d] > rays->coarse->high[d])
                return false;
            continue;
        }
        const float a = (rays->coarse->low[d] - rays->eye[d]) / v;
        const float b = (rays->coarse->high[d] - rays->eye[d]) / v;
        from = fmaxf(from, fminf(a, b));
        to = fminf(to, fmaxf(a, b));
    }
    ray->t = from;
    ray->end = to;
    return from < to;
}

/* Skip what the coarse grid knows to be empty. False: the ray leaves the box. */
static bool skip(const struct inr_rays *rays, struct ray *ray)
{
    const float h = rays->coarse->h;
    float x[3];
    for (int i = 0; i < ROUNDS_MAX && ray->t < ray->end; i++) {
        place_on(rays, ray, ray->t, x);
        const float free = inr_coarse_at(rays->coarse, rays->coarse->free, x);
        if (free < 1.5f * h)
            return true;
        ray->outside = ray->t;
        ray->f_outside = 0.0f;
        ray->t += 0.9f * (free - h);
    }
    return ray->t < ray->end;
}

/* Where a straight line through the two values is 0, not too near either end. */
static float between(const struct ray *ray)
{
    const float t = ray->f_outside / (ray->f_outside - ray->f_inside);
    return ray->outside + fminf(fmaxf(t, 0.05f), 0.95f) * (ray->inside - ray->outside);
}

/* Regula falsi with the Illinois rule: an end that stays counts half. */
static bool close_in(struct ray *ray, float f, float near, float narrow, struct inr_hit *hit)
{
    if (f < 0.0f) {
        ray->inside = ray->t;
        ray->f_inside = f;
        ray->f_outside *= 0.5f;
    } else {
        ray->outside = ray->t;
        ray->f_outside = f;
        ray->f_inside *= 0.5f;
    }
    if (fabsf(f) <= near || fabsf(ray->inside - ray->outside) < narrow ||
        ++ray->closings == CLOSINGS_MAX) {
        hit->t = ray->t;
        return false;
    }
    ray->t = ray->f_outside > 0.0f ? between(ray) : 0.5f * (ray->inside + ray->outside);
    return true;
}

/* One round for one ray, whose value at t is f. False: it has arrived or left. */
static bool advance(const struct inr_rays *rays, struct ray *ray, float f, struct inr_hit *hit)
{
    const bool distance = rays->ask->source->distance;
    const float width = rays->pixel * ray->t;
    if (ray->crossed)
        return close_in(ray, f, (distance ? 0.05f : 0.0f) * width, 0.05f * width, hit);
    if (f < 0.0f) {
        if (ray->outside < 0.0f) {
            ray->walled = ray->t > 0.0f;
            hit->t = ray->t;
            return false;
        }
        ray->crossed = true;
        ray->inside = ray->t;
        ray->f_inside = f;
        ray->t = 0.5f * (ray->inside + ray->outside);
        if (ray->f_outside > 0.0f)
            ray->t = between(ray);
        return true;
    }
    if (distance && f < 0.05f * width) {
        hit->t = ray->t;
        return false;
    }
    ray->outside = ray->t;
    ray->f_outside = f;
    ray->t += distance ? fmaxf(rays->share * f, width) : 0.35f * rays->coarse->h;
    return ray->t < ray->end && skip(rays, ray);
}

static void wall_normal(const struct inr_rays *rays, const float x[3], float normal[3])
{
    float nearest = INFINITY;
    for (int d = 0; d < 3; d++)
        for (int side = 0; side < 2; side++) {
            const float wall = side ? rays->coarse->high[d] : rays->coarse->low[d];
            if (fabsf(x[d] - wall) >= nearest)
                continue;
            nearest = fabsf(x[d] - wall);
            memset(normal, 0, 3 * sizeof *normal);
            normal[d] = side ? 1.0f : -1.0f;
        }
}

static enum inr_status add_normals(struct inr_rays *rays, size_t n, struct inr_hit *hits,
                                   struct inr_error *err)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (hits[i].t >= 0.0f)
            place_on(rays, &rays->rays[i], hits[i].t, rays->coords + 3 * m++);
    const enum inr_status status = inr_ask_normals(rays->ask, rays->coords, m, rays->normals, err);
    m = 0;
    for (size_t i = 0; status == INR_OK && i < n; i++) {
        if (hits[i].t < 0.0f)
            continue;
        memcpy(hits[i].normal, rays->normals + 3 * m, sizeof hits[i].normal);
        if (rays->rays[i].walled)
            wall_normal(rays, rays->coords + 3 * m, hits[i].normal);
        m++;
    }
    return status;
}

/* Of a source that knows where its rays end. */
static enum inr_status ask_ends(struct inr_rays *rays, const float *directions, size_t n,
                                struct inr_hit *hits, struct inr_error *err)
{
    const struct inr_shape_source *s = rays->ask->source;
    const enum inr_status status =
        s->meet(s->data, rays->eye, directions, n, rays->values, rays->normals, err);
    for (size_t i = 0; status == INR_OK && i < n; i++) {
        hits[i] = (struct inr_hit){.t = rays->values[i]};
        if (hits[i].t >= 0.0f)
            memcpy(hits[i].normal, rays->normals + 3 * i, sizeof hits[i].normal);
    }
    return status;
}

enum inr_status inr_rays_trace(struct inr_rays *rays, const float *directions, size_t n,
                               struct inr_hit *hits, struct inr_error *err)
{
    size_t left = 0;
    if (rays->ask->source->meet)
        return ask_ends(rays, directions, n, hits, err);
    for (size_t i = 0; i < n; i++) {
        struct ray *ray = &rays->rays[i];
        *ray = (struct ray){.outside = -1.0f};
        memcpy(ray->direction, directions + 3 * i, sizeof ray->direction);
        hits[i] = (struct inr_hit){.t = -1.0f};
        if (clip(rays, ray) && skip(rays, ray))
            rays->active[left++] = (uint32_t)i;
    }
    for (int round = 0; left > 0 && round < ROUNDS_MAX; round++) {
        for (size_t k = 0; k < left; k++) {
            const struct ray *ray = &rays->rays[rays->active[k]];
            place_on(rays, ray, ray->t, rays->coords + 3 * k);
        }
        const enum inr_status status =
            inr_ask_values(rays->ask, rays->coords, left, rays->values, err);
        if (status != INR_OK)
            return status;
        size_t still = 0;
        for (size_t k = 0; k < left; k++) {
            const uint32_t i = rays->active[k];
            if (advance(rays, &rays->rays[i], rays->values[k], &hits[i]))
                rays->active[still++] = i;
        }
        left = still;
    }
    return add_normals(rays, n, hits, err);
}
