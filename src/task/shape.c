/* SPDX-License-Identifier: MIT
 *
 * shape.c - The surface of a mesh in the frame of the field, and samples of its distances.
 *
 * Proportions: 4 on the surface : 3 near it : 1 in the cube, as instant-ngp (Mueller et al. 2022)
 * and NeuRBF (Chen et al. 2023) have them; near are points of the surface moved by a normal
 * deviation.
 */
#include "task/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "exec/cpu/cpu.h"
#include "field/loss.h"
#include "fit/task_kind.h"

/* Free at either end of the longest side, so that what lies just outside is learned too. */
#define MARGIN 0.05
/* Points that a thread takes at a time. */
#define BLOCK 2048u

static enum inr_status copy_mesh(const struct inr_mesh *from, struct inr_mesh **to,
                                 struct inr_error *err)
{
    enum inr_status status =
        inr_mesh_create(from->n_vertices, from->n_triangles, from->normals != NULL, to, err);
    if (status != INR_OK)
        return status;
    const size_t bytes = from->n_vertices * 3 * sizeof *from->vertices;
    memcpy((*to)->vertices, from->vertices, bytes);
    if (from->normals)
        memcpy((*to)->normals, from->normals, bytes);
    if (from->n_triangles)
        memcpy((*to)->triangles, from->triangles, from->n_triangles * 3 * sizeof *from->triangles);
    return INR_OK;
}

static void set_parts(struct inr_shape *s, const struct inr_task_config *task)
{
    const double on = (double)task->surface_share, near = (double)task->near_share;
    const double sum = on + near > 1.0 ? on + near : 1.0; /* more than all: there is no rest */
    s->part = task->pool / INR_SHAPE_PARTS;
    s->on = (uint32_t)lround(on / sum * s->part);
    s->near = (uint32_t)lround(near / sum * s->part);
    if (s->near > s->part - s->on)
        s->near = s->part - s->on;
    if (s->oriented)
        s->near = 0; /* off the surface, however little, is off */
    s->sigma = task->near_sigma;
}

enum inr_status inr_shape_begin(struct inr_shape *shape, const struct inr_mesh *mesh,
                                const struct inr_fit_config *config, struct inr_error *err)
{
    struct inr_shape *s = shape;
    struct inr_mesh *moved = NULL;
    *s = (struct inr_shape){.inside = config->task.kind == INR_TASK_OCCUPANCY,
                            .seed = config->seed,
                            .threads = config->threads > 0 ? config->threads : inr_cpu_threads()};
    s->oriented = inr_loss_by_id(config->loss)->jets;
    s->measured = config->geometry.distance > 0.0f;
    s->channels = s->oriented ? INR_GEOMETRY_TARGETS : 1;
    set_parts(s, &config->task);
    inr_mesh_frame(mesh, MARGIN, &s->frame);
    enum inr_status status = copy_mesh(mesh, &moved, err);
    if (status != INR_OK)
        return status;
    inr_mesh_enter(moved, &s->frame);
    status = inr_surface_create(moved, (enum inr_sign)config->task.sign, 1, &s->surface, err);
    inr_mesh_free(moved);
    if (status != INR_OK)
        return status;
    s->sign = inr_surface_sign(s->surface);
    if (s->inside && s->sign == INR_SIGN_NONE)
        status = inr_fail(err, INR_ERR_USAGE,
                          "occupancy needs an inside, and there is none without a sign: use --task "
                          "sdf");
    else if (s->oriented && s->inside)
        status = inr_fail(err, INR_ERR_USAGE, "loss geometry is of distances: use --task sdf");
    else if (s->oriented && !mesh->n_triangles && !mesh->normals && config->geometry.normal > 0.0f)
        status = inr_fail(err, INR_ERR_USAGE,
                          "the points have no normals, which loss geometry compares with: use "
                          "--loss l1 for unsigned distances, or --geometry-normal 0");
    if (status != INR_OK)
        inr_shape_end(s);
    return status;
}

static void ask(const struct inr_shape *shape, const float *coords, size_t n, float *out,
                void (*what)(const struct inr_surface *, const float *, size_t, float *))
{
    const size_t blocks = (n + BLOCK - 1) / BLOCK;
    const int threads = shape->threads;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t b = 0; b < blocks; b++) {
        const size_t first = b * BLOCK, count = n - first < BLOCK ? n - first : BLOCK;
        what(shape->surface, coords + first * 3, count, out + first);
    }
}

void inr_shape_distance(const struct inr_shape *shape, const float *coords, size_t n, float *out)
{
    ask(shape, coords, n, out, inr_surface_distance);
}

void inr_shape_occupancy(const struct inr_shape *shape, const float *coords, size_t n, float *out)
{
    ask(shape, coords, n, out, inr_surface_occupancy);
}

/* Two normal deviates of two words (Box and Muller 1958). */
static void normal_pair(uint32_t a, uint32_t b, double out[2])
{
    const double u = ((double)a + 0.5) * 0x1p-32, turn = 6.283185307179586 * 0x1p-32 * (double)b;
    const double radius = sqrt(-2.0 * log(u));
    out[0] = radius * cos(turn);
    out[1] = radius * sin(turn);
}

static inr_u4 draw_at(uint64_t seed, uint32_t stream, uint64_t index)
{
    return inr_philox((uint32_t)index, 0, stream, (uint32_t)(index >> 32), (uint32_t)seed,
                      (uint32_t)(seed >> 32));
}

/* Move points of the surface; what would leave the cube stays at its side. */
static void move_points(float *coords, size_t n, float sigma, uint64_t seed, uint32_t stream,
                        uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        const inr_u4 r = draw_at(seed, stream, first + i);
        double by[4];
        normal_pair(r.x, r.y, by);
        normal_pair(r.z, r.w, by + 2);
        for (int d = 0; d < 3; d++) {
            const double moved = (double)coords[3 * i + (size_t)d] + (double)sigma * by[d];
            coords[3 * i + (size_t)d] = (float)fmin(fmax(moved, -1.0), 1.0);
        }
    }
}

static void cube_points(float *coords, size_t n, uint64_t seed, uint32_t stream, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        const inr_u4 r = draw_at(seed, stream, first + i);
        coords[3 * i] = 2.0f * inr_uniform01(r.x) - 1.0f;
        coords[3 * i + 1] = 2.0f * inr_uniform01(r.y) - 1.0f;
        coords[3 * i + 2] = 2.0f * inr_uniform01(r.z) - 1.0f;
    }
}

/* [distance, normal, on] of points [n]; normals NULL: off the surface. */
static void write_targets(float *values, size_t n, const float *distance, const float *normals)
{
    for (size_t i = 0; i < n; i++, values += INR_GEOMETRY_TARGETS) {
        values[0] = distance ? distance[i] : 0.0f;
        for (size_t d = 0; d < 3; d++)
            values[1 + d] = normals ? normals[3 * i + d] : 0.0f;
        values[4] = normals ? 1.0f : 0.0f;
    }
}

/* Points on the surface with their normals, and points anywhere. */
static void draw_oriented(const struct inr_shape *s, uint64_t first, float *coords, float *values)
{
    float normals[3 * BLOCK], distance[BLOCK];
    for (size_t at = 0; at < s->on; at += BLOCK) {
        const size_t n = s->on - at < BLOCK ? s->on - at : BLOCK;
        inr_surface_sample(s->surface, s->seed, INR_STREAM_SURFACE, first + at, n, coords + at * 3,
                           normals);
        write_targets(values + at * INR_GEOMETRY_TARGETS, n, NULL, normals);
    }
    cube_points(coords + (size_t)s->on * 3, s->part - s->on, s->seed, INR_STREAM_CUBE,
                first + s->on);
    for (size_t at = s->on; at < s->part; at += BLOCK) {
        const size_t n = s->part - at < BLOCK ? s->part - at : BLOCK;
        if (s->measured)
            inr_surface_distance(s->surface, coords + at * 3, n, distance);
        write_targets(values + at * INR_GEOMETRY_TARGETS, n, s->measured ? distance : NULL, NULL);
    }
}

static void draw_distances(const struct inr_shape *s, uint64_t first, float *coords, float *values)
{
    const size_t on = s->on, moved = s->near, bound = on + moved, rest = s->part - bound;
    inr_surface_sample(s->surface, s->seed, INR_STREAM_SURFACE, first, bound, coords, NULL);
    move_points(coords + on * 3, moved, s->sigma, s->seed, INR_STREAM_NEAR, first + on);
    cube_points(coords + bound * 3, rest, s->seed, INR_STREAM_CUBE, first + bound);
    for (size_t i = 0; i < on; i++)
        values[i] = s->inside ? 0.5f : 0.0f;
    if (s->inside)
        inr_surface_occupancy(s->surface, coords + on * 3, s->part - on, values + on);
    else
        inr_surface_distance(s->surface, coords + on * 3, s->part - on, values + on);
}

void inr_shape_draw(const struct inr_shape *shape, uint64_t g, float *coords, float *values)
{
    if (shape->oriented)
        draw_oriented(shape, g * shape->part, coords, values);
    else
        draw_distances(shape, g * shape->part, coords, values);
}

/* Points that results are scored on: the first ones anywhere, the others near the surface. */
#define ANYWHERE  131072u
#define MEASURED  32768u /* of these: a mean distance needs fewer than a share of the space */
#define CLOSE     65536u
#define ALL       (ANYWHERE + CLOSE)
#define CLOSENESS 0.01f

struct inr_shape_test {
    float coords[3 * ALL];
    float distance[ALL]; /* beyond MEASURED only its sign */
    float values[ALL];   /* of the field */
};

void inr_shape_end(struct inr_shape *shape)
{
    inr_surface_destroy(shape->surface);
    free(shape->test);
    *shape = (struct inr_shape){0};
}

static enum inr_status make_test(struct inr_shape *s, struct inr_error *err)
{
    struct inr_shape_test *test = malloc(sizeof *test);
    if (!test)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %u points", ALL);
    float *close = test->coords + 3 * ANYWHERE;
    cube_points(test->coords, ANYWHERE, s->seed, INR_STREAM_CUBE_TEST, 0);
    inr_surface_sample(s->surface, s->seed, INR_STREAM_SURFACE_TEST, 0, CLOSE, close, NULL);
    move_points(close, CLOSE, CLOSENESS, s->seed, INR_STREAM_NEAR_TEST, 0);
    inr_shape_distance(s, test->coords, MEASURED, test->distance);
    inr_shape_occupancy(s, test->coords + 3 * MEASURED, ALL - MEASURED, test->distance + MEASURED);
    for (size_t i = MEASURED; i < ALL; i++)
        test->distance[i] = -test->distance[i];
    s->test = test;
    return INR_OK;
}

double inr_shape_iou(const float *distance, const float *values, size_t n, float level, bool above)
{
    size_t both = 0, any = 0;
    for (size_t i = 0; i < n; i++) {
        const bool a = distance[i] < 0.0f, b = above ? values[i] > level : values[i] < level;
        both += a && b;
        any += a || b;
    }
    return any ? (double)both / (double)any : 1.0;
}

enum inr_status inr_shape_score(struct inr_shape *shape, struct inr_exec *exec, float scale,
                                float shift, float threshold, struct inr_task_score *score,
                                struct inr_error *err)
{
    struct inr_shape *s = shape;
    enum inr_status status = s->test ? INR_OK : make_test(s, err);
    struct inr_shape_test *test = s->test;
    if (status == INR_OK)
        status = inr_exec_eval(exec, test->coords, ALL, test->values, err);
    if (status != INR_OK)
        return status;
    *score = inr_task_score_none();
    const float level = s->inside ? threshold : 0.0f;
    double sum = 0.0;
    for (size_t i = 0; i < ALL; i++)
        test->values[i] = (test->values[i] - shift) / scale;
    for (size_t i = 0; i < MEASURED; i++)
        sum += fabs((double)test->values[i] - (double)test->distance[i]);
    if (!s->inside)
        score->distance = sum / MEASURED;
    if (s->sign == INR_SIGN_NONE)
        return INR_OK;
    score->iou = inr_shape_iou(test->distance, test->values, ANYWHERE, level, s->inside);
    score->iou_near =
        inr_shape_iou(test->distance + ANYWHERE, test->values + ANYWHERE, CLOSE, level, s->inside);
    return INR_OK;
}
