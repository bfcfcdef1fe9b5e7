/* SPDX-License-Identifier: MIT
 *
 * extract.c - A mesh of the surface of a source: lays the grid, feeds its slices to marching cubes,
 * and adds the normals.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shape/march.h"
#include "shape/slab.h"

#define RESOLUTION_MAX 16384u
/* Distance of vertices from the grid's points, in units in the last place of the largest
 * coordinate: enough that rounding cannot bring two together, small beside what a field errs by. */
#define CLEAR_ULPS 4.0f
/* Share of the progress that the grid takes; the rest is the normals'. */
#define GRID_SHARE 0.95

/* The grid on its way from the source to marching cubes. */
struct feed {
    const struct inr_ask *ask;
    const struct inr_shape_watch *watch;
    struct inr_march *march;
    struct inr_slab slab;
    uint32_t n[3]; /* points where the source is asked */
    uint32_t wall; /* 1: with a layer of points outside around them, else 0 */
};

static enum inr_status report(const struct inr_shape_watch *watch, double done,
                              struct inr_error *err)
{
    if (watch && watch->progress && watch->progress(watch->user, done))
        return inr_fail(err, INR_INTERRUPTED, "interrupted; no mesh was made");
    return INR_OK;
}

/* Points along each axis, and whether cells stay larger than what vertices keep clear. */
static enum inr_status lay_grid(const struct inr_ask *ask, uint32_t resolution, struct feed *feed,
                                float *clear, struct inr_error *err)
{
    double side = 0.0;
    float far = 0.0f;
    if (resolution < 2 || resolution > RESOLUTION_MAX)
        return inr_fail(err, INR_ERR_USAGE, "a resolution of %u: from 2 to %u samples are possible",
                        resolution, RESOLUTION_MAX);
    for (int d = 0; d < 3; d++) {
        side = fmax(side, (double)ask->high[d] - (double)ask->low[d]);
        far = fmaxf(far, fmaxf(fabsf(ask->low[d]), fabsf(ask->high[d])));
    }
    *clear = CLEAR_ULPS * FLT_EPSILON * far;
    for (int d = 0; d < 3; d++) {
        const double length = (double)ask->high[d] - (double)ask->low[d];
        const double cells = fmax(1.0, round(length / side * (double)(resolution - 1)));
        feed->n[d] = (uint32_t)cells + 1;
        if (length / cells < 4.0 * (double)*clear)
            return inr_fail(err, INR_ERR_USAGE,
                            "a resolution of %u is finer than floats are at coordinates of %g",
                            resolution, (double)far);
    }
    return INR_OK;
}

/* Coordinates of the points; those of the walls lie just beyond the box, so that the surface there
 * is the box's. */
static void fill_axes(const struct inr_ask *ask, const struct feed *feed, float clear,
                      struct inr_march *march)
{
    march->clear = clear;
    for (int d = 0; d < 3; d++) {
        float *x = march->axis[d] + feed->wall;
        const double low = (double)ask->low[d], high = (double)ask->high[d];
        const uint32_t n = feed->n[d];
        for (uint32_t i = 0; i < n; i++)
            x[i] = (float)(low + (high - low) * i / (n - 1));
        if (feed->wall) {
            x[-1] = x[0] - 2.0f * clear;
            x[n] = x[n - 1] + 2.0f * clear;
        }
    }
}

/* One slice from the slab, with the walls around it. */
static void take(const struct feed *feed, uint32_t k, float *slice)
{
    const struct inr_slab *slab = &feed->slab;
    const size_t n0 = feed->n[0], n1 = feed->n[1], row = feed->march->n[0], wall = feed->wall;
    const float *values = slab->values + (size_t)(k - slab->first) * n0 * n1;
    for (size_t j = 0; j < n1; j++)
        memcpy(slice + (j + wall) * row + wall, values + j * n0, n0 * sizeof *slice);
}

static enum inr_status march_slices(struct feed *feed, struct inr_error *err)
{
    struct inr_march *m = feed->march;
    const uint32_t wall = feed->wall;
    enum inr_status status = INR_OK;
    for (uint32_t k = 0; status == INR_OK && k < m->n[2]; k++) {
        float *slice = inr_march_next(m);
        const bool outside = wall && (k == 0 || k + 1 == m->n[2]);
        for (size_t i = 0; wall && i < (size_t)m->n[0] * m->n[1]; i++)
            slice[i] = 1.0f;
        if (!outside && k - wall == feed->slab.first + feed->slab.count) {
            status = inr_slab_next(&feed->slab, err);
            if (status == INR_OK)
                status = report(feed->watch, GRID_SHARE * (k + 1.0) / m->n[2], err);
        }
        if (status == INR_OK && !outside)
            take(feed, k - wall, slice);
        if (status == INR_OK)
            status = inr_march_slice(m, err);
    }
    return status;
}

/* The normal of the box's wall beyond which a vertex lies; false inside the box. */
static bool wall_normal(const struct inr_ask *ask, const float *x, float *normal)
{
    bool found = false;
    for (int d = 0; d < 3; d++) {
        const float out = x[d] > ask->high[d] ? 1.0f : x[d] < ask->low[d] ? -1.0f : 0.0f;
        if (out == 0.0f || found)
            continue;
        memset(normal, 0, 3 * sizeof *normal);
        normal[d] = out;
        found = true;
    }
    return found;
}

/* Where the field has no gradient, the normals of the triangles around a vertex stand in, each
 * weighted by its area. */
static enum inr_status patch_normals(struct inr_mesh *mesh, struct inr_error *err)
{
    bool *bare = calloc(mesh->n_vertices + 1, sizeof *bare);
    if (!bare)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu normals", mesh->n_vertices);
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *n = mesh->normals + 3 * i;
        bare[i] = n[0] == 0.0f && n[1] == 0.0f && n[2] == 0.0f;
    }
    for (size_t t = 0; t < mesh->n_triangles; t++) {
        const uint32_t *c = mesh->triangles + 3 * t;
        float u[3], v[3];
        if (!bare[c[0]] && !bare[c[1]] && !bare[c[2]])
            continue;
        for (size_t d = 0; d < 3; d++) {
            u[d] = mesh->vertices[3 * (size_t)c[1] + d] - mesh->vertices[3 * (size_t)c[0] + d];
            v[d] = mesh->vertices[3 * (size_t)c[2] + d] - mesh->vertices[3 * (size_t)c[0] + d];
        }
        for (int k = 0; k < 3; k++)
            for (size_t d = 0; bare[c[k]] && d < 3; d++)
                mesh->normals[3 * (size_t)c[k] + d] +=
                    u[(d + 1) % 3] * v[(d + 2) % 3] - u[(d + 2) % 3] * v[(d + 1) % 3];
    }
    for (size_t i = 0; i < mesh->n_vertices; i++)
        if (bare[i])
            inr_unit(mesh->normals + 3 * i);
    free(bare);
    return INR_OK;
}

static enum inr_status add_normals(struct inr_ask *ask, const struct inr_shape_watch *watch,
                                   float step, struct inr_mesh *mesh, struct inr_error *err)
{
    const size_t n = mesh->n_vertices, batch = ask->batch;
    enum inr_status status = INR_OK;
    ask->step = step;
    mesh->normals = malloc((n + 1) * 3 * sizeof *mesh->normals);
    if (!mesh->normals)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu normals", n);
    for (size_t first = 0; status == INR_OK && first < n; first += batch) {
        const size_t some = n - first < batch ? n - first : batch;
        status =
            inr_ask_normals(ask, mesh->vertices + 3 * first, some, mesh->normals + 3 * first, err);
        if (status == INR_OK)
            status = report(
                watch, GRID_SHARE + (1.0 - GRID_SHARE) * (double)(first + some) / (double)n, err);
    }
    for (size_t i = 0; status == INR_OK && i < n; i++)
        wall_normal(ask, mesh->vertices + 3 * i, mesh->normals + 3 * i);
    return status == INR_OK ? patch_normals(mesh, err) : status;
}

static enum inr_status make_mesh(struct inr_ask *ask, const struct inr_extract_options *options,
                                 struct feed *feed, struct inr_mesh **mesh, struct inr_error *err)
{
    float *axis[3], clear = 0.0f;
    uint32_t n[3];
    enum inr_status status = lay_grid(ask, options->resolution, feed, &clear, err);
    if (status != INR_OK)
        return status;
    feed->wall = options->open ? 0 : 1;
    for (int d = 0; d < 3; d++)
        n[d] = feed->n[d] + 2 * feed->wall;
    status = inr_march_create(feed->march, n, err);
    if (status == INR_OK)
        fill_axes(ask, feed, clear, feed->march);
    for (int d = 0; d < 3; d++)
        axis[d] = feed->march->axis[d] + feed->wall;
    if (status == INR_OK)
        status = inr_slab_create(&feed->slab, ask, axis, feed->n,
                                 ask->source->distance && !options->dense, err);
    if (status == INR_OK)
        status = march_slices(feed, err);
    return status == INR_OK ? inr_march_finish(feed->march, mesh, err) : status;
}

enum inr_status inr_shape_extract(const struct inr_shape_source *source,
                                  const struct inr_extract_options *options,
                                  const struct inr_shape_watch *watch, struct inr_mesh **mesh,
                                  struct inr_error *err)
{
    struct inr_march march = {0};
    struct inr_ask ask;
    struct feed feed = {.ask = &ask, .watch = watch, .march = &march};
    *mesh = NULL;
    enum inr_status status = inr_ask_create(&ask, source, options->batch, err);
    if (status == INR_OK)
        status = make_mesh(&ask, options, &feed, mesh, err);
    if (status == INR_OK && !options->no_normals)
        status = add_normals(
            &ask, watch, 0.5f * (ask.high[0] - ask.low[0]) / (float)(feed.n[0] - 1), *mesh, err);
    if (status != INR_OK) {
        inr_mesh_free(*mesh);
        *mesh = NULL;
    }
    inr_slab_free(&feed.slab);
    inr_march_free(&march);
    inr_ask_free(&ask);
    return status;
}
