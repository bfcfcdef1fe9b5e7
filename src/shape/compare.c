/* SPDX-License-Identifier: MIT
 *
 * compare.c - Distances between two surfaces, and between a field and a surface, from samples.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#include "shape/source.h"

/* Points of one draw; part of what a seed means. */
#define DRAW           ((size_t)1 << 16)
#define SURFACE_POINTS 300000
#define SPACE_POINTS   ((size_t)1 << 19)
/* Deviation of points near the surface, in half sides: the near samples of NeuRBF (Chen et al.
 * 2023). */
#define NEAR   0.01
#define DEGREE 0.017453292519943295

enum { FROM_TEST, FROM_REFERENCE, NEAR_SURFACE, MOVES, IN_SPACE };

static enum inr_status report(const struct inr_shape_watch *watch, double done,
                              struct inr_error *err)
{
    if (watch && watch->progress && watch->progress(watch->user, done))
        return inr_fail(err, INR_INTERRUPTED, "interrupted while measuring");
    return INR_OK;
}

static void clear_scores(struct inr_shape_scores *s)
{
    const double none = (double)NAN;
    *s =
        (struct inr_shape_scores){none, none, none, none, none, none, none, none, none, none, none};
}

/* Room for one draw. */
struct draw {
    float *points, *normals, *others, *values, *truths;
};

static enum inr_status draw_create(struct draw *draw, struct inr_error *err)
{
    draw->points = malloc(DRAW * 3 * sizeof(float));
    draw->normals = malloc(DRAW * 3 * sizeof(float));
    draw->others = malloc(DRAW * 3 * sizeof(float));
    draw->values = malloc(DRAW * sizeof(float));
    draw->truths = malloc(DRAW * sizeof(float));
    return draw->points && draw->normals && draw->others && draw->values && draw->truths
               ? INR_OK
               : inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu points", DRAW);
}

static void draw_free(struct draw *draw)
{
    free(draw->points);
    free(draw->normals);
    free(draw->others);
    free(draw->values);
    free(draw->truths);
}

struct one_way {
    double sum, squares, greatest, angles;
    size_t turned; /* angles counted */
};

static void count_angle(struct one_way *way, const float *a, const float *b)
{
    double dot = 0.0, aa = 0.0, bb = 0.0;
    for (int d = 0; d < 3; d++) {
        dot += (double)a[d] * (double)b[d];
        aa += (double)a[d] * (double)a[d];
        bb += (double)b[d] * (double)b[d];
    }
    if (!(aa > 0.5) || !(bb > 0.5))
        return; /* one of them has no normal */
    way->angles += acos(fmin(fabs(dot) / sqrt(aa * bb), 1.0)) / DEGREE;
    way->turned++;
}

/* Distances from points of one surface to another. */
static enum inr_status go_one_way(const struct inr_surface *from, const struct inr_surface *to,
                                  uint64_t seed, uint32_t use, size_t n, struct draw *draw,
                                  const struct inr_shape_watch *watch, struct one_way *way,
                                  struct inr_error *err)
{
    enum inr_status status = INR_OK;
    *way = (struct one_way){0};
    for (size_t first = 0; status == INR_OK && first < n; first += DRAW) {
        const size_t some = n - first < DRAW ? n - first : DRAW;
        memset(draw->normals, 0, DRAW * 3 * sizeof(float));
        memset(draw->others, 0, DRAW * 3 * sizeof(float));
        inr_surface_sample(from, seed, INR_STREAM_MEASURE + use, first, some, draw->points,
                           draw->normals);
        inr_surface_closest(to, draw->points, some, draw->values, NULL, draw->others);
        for (size_t i = 0; i < some; i++) {
            const double distance = fabs((double)draw->values[i]);
            way->sum += distance;
            way->squares += distance * distance;
            way->greatest = fmax(way->greatest, distance);
            count_angle(way, draw->normals + 3 * i, draw->others + 3 * i);
        }
        status = report(watch, 0.5 * (use + (double)(first + some) / (double)n), err);
    }
    return status;
}

/* A surface of a copy of the mesh in the frame, where no coordinate is large. */
static enum inr_status surface_in(const struct inr_mesh *mesh, const struct inr_frame *frame,
                                  int threads, struct inr_surface **surface, struct inr_error *err)
{
    struct inr_mesh copy = *mesh;
    enum inr_status status = INR_ERR_MEMORY;
    copy.vertices = malloc((mesh->n_vertices + 1) * 3 * sizeof(float));
    if (copy.vertices) {
        memcpy(copy.vertices, mesh->vertices, mesh->n_vertices * 3 * sizeof(float));
        inr_mesh_enter(&copy, frame);
        status = inr_surface_create(&copy, INR_SIGN_NONE, threads, surface, err);
    } else {
        inr_fail(err, status, "out of memory for a copy of %zu vertices", mesh->n_vertices);
    }
    free(copy.vertices);
    return status;
}

static double box_diagonal(const struct inr_mesh *mesh)
{
    double sum = 0.0;
    for (size_t d = 0; d < 3; d++) {
        float low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < mesh->n_vertices; i++) {
            low = fminf(low, mesh->vertices[3 * i + d]);
            high = fmaxf(high, mesh->vertices[3 * i + d]);
        }
        sum += ((double)high - (double)low) * ((double)high - (double)low);
    }
    return sqrt(sum);
}

static void sum_up(const struct one_way *a, const struct one_way *b, double n, double scale,
                   struct inr_shape_scores *s)
{
    s->accuracy = a->sum / n / scale;
    s->completeness = b->sum / n / scale;
    s->chamfer = 0.5 * (s->accuracy + s->completeness);
    s->chamfer_squared = 0.5 * (a->squares + b->squares) / n / (scale * scale);
    s->hausdorff = fmax(a->greatest, b->greatest) / scale;
    if (a->turned + b->turned > 0)
        s->normal_error_deg = (a->angles + b->angles) / (double)(a->turned + b->turned);
}

enum inr_status inr_shape_compare(const struct inr_mesh *reference, const struct inr_mesh *test,
                                  const struct inr_shape_measure *measure,
                                  const struct inr_shape_watch *watch,
                                  struct inr_shape_scores *scores, struct inr_error *err)
{
    const size_t n = measure->samples ? measure->samples : SURFACE_POINTS;
    struct inr_surface *a = NULL, *b = NULL;
    struct one_way there, back;
    struct draw draw = {0};
    struct inr_frame frame;
    clear_scores(scores);
    if (reference->n_vertices == 0 || test->n_vertices == 0 ||
        (test->triangles && test->n_triangles == 0))
        return inr_fail(err, INR_ERR_INPUT, "there is no surface to compare with");
    inr_mesh_frame(reference, 0.0, &frame);
    enum inr_status status = surface_in(test, &frame, measure->threads, &a, err);
    if (status == INR_OK)
        status = surface_in(reference, &frame, measure->threads, &b, err);
    if (status == INR_OK)
        status = draw_create(&draw, err);
    if (status == INR_OK)
        status = go_one_way(a, b, measure->seed, FROM_TEST, n, &draw, watch, &there, err);
    if (status == INR_OK)
        status = go_one_way(b, a, measure->seed, FROM_REFERENCE, n, &draw, watch, &back, err);
    if (status == INR_OK) {
        sum_up(&there, &back, (double)n, frame.scale, scores);
        scores->diagonal = box_diagonal(reference);
    }
    draw_free(&draw);
    inr_surface_destroy(a);
    inr_surface_destroy(b);
    return status;
}

/* Counts over points of space. */
struct space {
    const struct inr_surface *reference;
    const struct inr_ask *ask;
    const struct inr_shape_measure *measure;
    const struct inr_shape_watch *watch;
    struct draw *draw;
};

struct counts {
    size_t both, either;
    size_t measured; /* that `error` is a sum over */
    double error;
};

static void draw_points(const struct space *space, bool near, size_t first, size_t n)
{
    float *x = space->draw->points;
    const struct inr_ask *ask = space->ask;
    const uint64_t seed = space->measure->seed;
    const uint32_t part = (uint32_t)(first / DRAW);
    float half = 0.0f;
    for (int d = 0; d < 3; d++)
        half = fmaxf(half, 0.5f * (ask->high[d] - ask->low[d]));
    if (near) {
        inr_surface_sample(space->reference, seed, INR_STREAM_MEASURE + NEAR_SURFACE, first, n, x,
                           NULL);
        inr_fill_normal(space->draw->others, 3 * n, 0.0f, (float)NEAR * half, seed,
                        INR_STREAM_MEASURE + MOVES, part);
    } else {
        inr_fill_uniform(x, 3 * n, 0.0f, 1.0f, seed, INR_STREAM_MEASURE + IN_SPACE, part);
    }
    for (size_t i = 0; i < 3 * n; i++) {
        const float low = ask->low[i % 3], high = ask->high[i % 3];
        x[i] = near ? fminf(fmaxf(x[i] + space->draw->others[i], low), high)
                    : low + x[i] * (high - low);
    }
}

/* Distances of the first points and insides of the rest, as numbers below 0: far away a distance
 * costs many times what a sign does, and its mean is known long before the IoU. */
static void ask_truths(const struct space *space, size_t measured, size_t n)
{
    float *truths = space->draw->truths;
    inr_surface_distance(space->reference, space->draw->points, measured, truths);
    inr_surface_occupancy(space->reference, space->draw->points + 3 * measured, n - measured,
                          truths + measured);
    for (size_t i = measured; i < n; i++)
        truths[i] = -truths[i];
}

static enum inr_status count_space(const struct space *space, bool near, size_t n,
                                   struct counts *counts, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    *counts = (struct counts){0};
    for (size_t first = 0; status == INR_OK && first < n; first += DRAW) {
        const size_t some = n - first < DRAW ? n - first : DRAW;
        const float *values = space->draw->values, *truths = space->draw->truths;
        draw_points(space, near, first, some);
        const size_t measured = space->ask->source->distance ? (some + 3) / 4 : 0;
        ask_truths(space, measured, some);
        status = inr_ask_values(space->ask, space->draw->points, some, space->draw->values, err);
        for (size_t i = 0; status == INR_OK && i < some; i++) {
            counts->both += values[i] < 0.0f && truths[i] < 0.0f;
            counts->either += values[i] < 0.0f || truths[i] < 0.0f;
            counts->error += i < measured ? fabs((double)values[i] - (double)truths[i]) : 0.0;
        }
        counts->measured += measured;
        if (status == INR_OK)
            status = report(space->watch, 0.5 * (near + (double)(first + some) / (double)n), err);
    }
    return status;
}

static double share(const struct counts *c)
{
    return c->either > 0 ? (double)c->both / (double)c->either : 1.0;
}

enum inr_status inr_shape_compare_field(const struct inr_surface *reference,
                                        const struct inr_shape_source *test,
                                        const struct inr_shape_measure *measure,
                                        const struct inr_shape_watch *watch,
                                        struct inr_shape_scores *scores, struct inr_error *err)
{
    const size_t n = measure->samples ? measure->samples : SPACE_POINTS;
    struct counts all, near;
    struct draw draw = {0};
    struct inr_ask ask;
    const struct space space = {reference, &ask, measure, watch, &draw};
    clear_scores(scores);
    if (inr_surface_sign(reference) == INR_SIGN_NONE)
        return inr_fail(err, INR_ERR_USAGE,
                        "the surface has no inside to compare a field with; choose a sign");
    enum inr_status status = inr_ask_create(&ask, test, 0, err);
    if (status == INR_OK)
        status = draw_create(&draw, err);
    if (status == INR_OK)
        status = count_space(&space, false, n, &all, err);
    if (status == INR_OK)
        status = count_space(&space, true, n, &near, err);
    if (status == INR_OK) {
        scores->iou = share(&all);
        scores->iou_near = share(&near);
        if (test->distance) {
            scores->distance_error = all.error / (double)all.measured;
            scores->distance_error_near = near.error / (double)near.measured;
        }
    }
    draw_free(&draw);
    inr_ask_free(&ask);
    return status;
}
