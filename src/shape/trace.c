/* SPDX-License-Identifier: MIT
 *
 * trace.c - A picture of a source: traces bands of rows, then the pixels along edges again, finer.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inrush/signal.h"

#include "shape/camera.h"
#include "shape/light.h"
#include "shape/rays.h"

#define SIDE_MAX 16384u

struct trace {
    const struct inr_trace_options *options;
    const struct inr_shape_watch *watch;
    struct inr_ask ask;
    struct inr_coarse coarse;
    struct inr_camera camera;
    struct inr_scene scene;
    struct inr_rays rays;
    struct inr_image_writer *writer;
    uint32_t band;        /* rows at once */
    float *directions;    /* [INR_RAYS_MAX][3] */
    struct inr_hit *hits; /* [band + 2][width]: a row more at either end */
    struct inr_hit *fine; /* [INR_RAYS_MAX] */
    float *pixels;        /* [band][width][4], linear, premultiplied */
    float *rows;          /* [band][width][channels], as written */
    uint32_t *edges;      /* [band * width] pixels to trace again */
};

static enum inr_status check_options(const struct inr_trace_options *o, struct inr_error *err)
{
    if (o->width < 1 || o->height < 1 || o->width > SIDE_MAX || o->height > SIDE_MAX)
        return inr_fail(err, INR_ERR_USAGE, "a picture of %u x %u: sides of 1 to %u are possible",
                        o->width, o->height, SIDE_MAX);
    if (!(o->elevation >= -90.0 && o->elevation <= 90.0) || !isfinite(o->azimuth))
        return inr_fail(err, INR_ERR_USAGE,
                        "azimuth %g, elevation %g: angles are needed, the elevation from -90 to 90",
                        o->azimuth, o->elevation);
    if (!(o->fov >= 1.0 && o->fov <= 120.0) || !(o->distance >= 0.0) || !isfinite(o->distance))
        return inr_fail(err, INR_ERR_USAGE,
                        "an angle of view from 1 to 120 and a distance from 0 on are needed, not "
                        "%g and %g",
                        o->fov, o->distance);
    if (o->up_axis < 0 || o->up_axis > 2 || o->samples < 1 || o->samples > 8 ||
        !(o->step > 0.0 && o->step <= 1.0))
        return inr_fail(err, INR_ERR_USAGE,
                        "an axis from 0 to 2, samples from 1 to 8 and a step above 0 and up to 1 "
                        "are needed, not %d, %d and %g",
                        o->up_axis, o->samples, o->step);
    return INR_OK;
}

static enum inr_status make_room(struct trace *trace, struct inr_error *err)
{
    const size_t width = trace->options->width;
    const size_t fit = INR_RAYS_MAX / width, rows = fit > 64 ? 64 : fit < 1 ? 1 : fit;
    trace->band = (uint32_t)rows;
    trace->directions = malloc(INR_RAYS_MAX * 3 * sizeof(float));
    trace->fine = malloc(INR_RAYS_MAX * sizeof *trace->fine);
    trace->hits = malloc((rows + 2) * width * sizeof *trace->hits);
    trace->pixels = malloc(rows * width * 4 * sizeof(float));
    trace->rows = malloc(rows * width * 4 * sizeof(float));
    trace->edges = malloc(rows * width * sizeof *trace->edges);
    if (!trace->directions || !trace->fine || !trace->hits || !trace->pixels || !trace->rows ||
        !trace->edges)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu rows of a picture", rows);
    return INR_OK;
}

static void release(struct trace *trace)
{
    inr_image_writer_abort(trace->writer);
    inr_rays_free(&trace->rays);
    inr_coarse_free(&trace->coarse);
    inr_ask_free(&trace->ask);
    free(trace->directions);
    free(trace->fine);
    free(trace->hits);
    free(trace->pixels);
    free(trace->rows);
    free(trace->edges);
}

/* Rows first .. first + n - 1 through pixel centres; rows beyond the picture are traced as well. */
static enum inr_status trace_rows(struct trace *trace, int64_t first, size_t n,
                                  struct inr_error *err)
{
    const size_t width = trace->options->width, total = n * width;
    for (size_t from = 0; from < total; from += INR_RAYS_MAX) {
        const size_t some = total - from < INR_RAYS_MAX ? total - from : INR_RAYS_MAX;
        for (size_t i = 0; i < some; i++)
            inr_camera_ray(&trace->camera, (double)((from + i) % width) + 0.5,
                           (double)(first + (int64_t)((from + i) / width)) + 0.5,
                           trace->directions + 3 * i);
        const enum inr_status status =
            inr_rays_trace(&trace->rays, trace->directions, some, trace->hits + from, err);
        if (status != INR_OK)
            return status;
    }
    return INR_OK;
}

static bool differ(const struct inr_hit *a, const struct inr_hit *b, float pixel)
{
    if ((a->t < 0.0f) != (b->t < 0.0f))
        return true;
    if (a->t < 0.0f)
        return false;
    const float same =
        a->normal[0] * b->normal[0] + a->normal[1] * b->normal[1] + a->normal[2] * b->normal[2];
    return same < 0.85f || fabsf(a->t - b->t) > 12.0f * pixel * fminf(a->t, b->t);
}

/* Colours of n rows by the rays through pixel centres; those that differ from a neighbour go into
 * the list of edges. */
static size_t shade_rows(struct trace *trace, uint32_t first, size_t n)
{
    const size_t width = trace->options->width;
    const float pixel = trace->rays.pixel;
    size_t edges = 0;
#pragma omp parallel for schedule(dynamic, 256)
    for (size_t i = 0; i < n * width; i++) {
        const struct inr_hit *hit = &trace->hits[i + width];
        const double y = (double)(first + i / width) + 0.5;
        float direction[3];
        inr_camera_ray(&trace->camera, (double)(i % width) + 0.5, y, direction);
        inr_scene_shade(&trace->scene, direction, hit->t, hit->normal,
                        (float)(y / trace->options->height), trace->pixels + 4 * i);
    }
    for (size_t i = 0; i < n * width; i++) {
        const struct inr_hit *hit = &trace->hits[i + width];
        if ((i % width > 0 && differ(hit, hit - 1, pixel)) ||
            (i % width + 1 < width && differ(hit, hit + 1, pixel)) ||
            differ(hit, hit - width, pixel) || differ(hit, hit + width, pixel))
            trace->edges[edges++] = (uint32_t)i;
    }
    return edges;
}

/* Pixels i of the list of edges from .. from + n - 1 once more, by samples^2 rays each. */
static enum inr_status refine(struct trace *trace, uint32_t first, const uint32_t *edges, size_t n,
                              struct inr_error *err)
{
    const size_t width = trace->options->width, side = (size_t)trace->options->samples;
    const size_t each = side * side;
    for (size_t k = 0; k < n * each; k++) {
        const size_t i = edges[k / each], s = k % each;
        inr_camera_ray(&trace->camera,
                       (double)(i % width) + ((double)(s % side) + 0.5) / (double)side,
                       (double)(first + i / width) + ((double)(s / side) + 0.5) / (double)side,
                       trace->directions + 3 * k);
    }
    const enum inr_status status =
        inr_rays_trace(&trace->rays, trace->directions, n * each, trace->fine, err);
    if (status != INR_OK)
        return status;
#pragma omp parallel for schedule(dynamic, 16)
    for (size_t k = 0; k < n; k++) {
        const size_t i = edges[k];
        const float height = (float)(((double)(first + i / width) + 0.5) / trace->options->height);
        float sum[4] = {0.0f};
        for (size_t s = k * each; s < (k + 1) * each; s++) {
            float colour[4];
            inr_scene_shade(&trace->scene, trace->directions + 3 * s, trace->fine[s].t,
                            trace->fine[s].normal, height, colour);
            for (int c = 0; c < 4; c++)
                sum[c] += colour[c];
        }
        for (int c = 0; c < 4; c++)
            trace->pixels[4 * i + (size_t)c] = sum[c] / (float)each;
    }
    return INR_OK;
}

/* sRGB (IEC 61966-2-1). */
static float encode(float x)
{
    return x <= 0.0031308f ? 12.92f * x : 1.055f * powf(x, 1.0f / 2.4f) - 0.055f;
}

static enum inr_status write_rows(struct trace *trace, size_t n, struct inr_error *err)
{
    const size_t channels = trace->options->transparent ? 4 : 3;
    for (size_t i = 0; i < n * trace->options->width; i++) {
        const float *pixel = trace->pixels + 4 * i;
        for (size_t c = 0; c < 3; c++)
            trace->rows[channels * i + c] = pixel[3] > 0.0f ? encode(pixel[c] / pixel[3]) : 0.0f;
        if (channels == 4)
            trace->rows[channels * i + 3] = pixel[3];
    }
    return inr_image_writer_rows(trace->writer, trace->rows, (uint32_t)n, err);
}

static enum inr_status draw(struct trace *trace, struct inr_error *err)
{
    const struct inr_trace_options *o = trace->options;
    const size_t each = (size_t)o->samples * (size_t)o->samples;
    enum inr_status status = INR_OK;
    for (uint32_t first = 0; status == INR_OK && first < o->height; first += trace->band) {
        const uint32_t rest = o->height - first, n = rest < trace->band ? rest : trace->band;
        status = trace_rows(trace, (int64_t)first - 1, (size_t)n + 2, err);
        if (status != INR_OK)
            return status;
        const size_t edges = shade_rows(trace, first, n), step = INR_RAYS_MAX / each;
        for (size_t from = 0; status == INR_OK && each > 1 && from < edges; from += step)
            status = refine(trace, first, trace->edges + from,
                            edges - from < step ? edges - from : step, err);
        if (status == INR_OK)
            status = write_rows(trace, n, err);
        if (status == INR_OK && trace->watch && trace->watch->progress &&
            trace->watch->progress(trace->watch->user, (double)(first + n) / o->height))
            status = inr_fail(err, INR_INTERRUPTED, "interrupted; no picture was written");
    }
    return status;
}

static enum inr_status set_up(struct trace *trace, const struct inr_shape_source *source,
                              const char *path, struct inr_error *err)
{
    const struct inr_trace_options *o = trace->options;
    struct inr_image picture = {.width = o->width,
                                .height = o->height,
                                .channels = o->transparent ? 4 : 3,
                                .depth = inr_image_depth_for(path, INR_DEPTH_U8)};
    enum inr_status status = check_options(o, err);
    if (status == INR_OK)
        status = inr_image_writer_open(path, &picture, &trace->writer, err);
    if (status == INR_OK)
        status = inr_ask_create(&trace->ask, source, 0, err);
    if (status == INR_OK)
        status = make_room(trace, err);
    if (status == INR_OK)
        status = inr_coarse_create(&trace->coarse, &trace->ask, err);
    if (status != INR_OK)
        return status;
    inr_camera_place(&trace->camera, o, &trace->coarse);
    inr_scene_light(&trace->scene, o, &trace->camera, &trace->coarse);
    status = inr_rays_create(&trace->rays, &trace->ask, &trace->coarse, err);
    double away = 0.0;
    for (int d = 0; d < 3; d++) {
        trace->rays.eye[d] = (float)trace->camera.eye[d];
        away += trace->camera.eye[d] * trace->camera.eye[d];
    }
    trace->rays.pixel = (float)(2.0 * trace->camera.half_height / o->height);
    trace->rays.share = (float)o->step;
    /* Differences over a pixel: what is finer would only glitter. */
    trace->ask.step = fmaxf(0.6f * trace->rays.pixel * (float)sqrt(away), 1e-4f * trace->coarse.h);
    return status;
}

enum inr_status inr_shape_trace(const char *path, const struct inr_shape_source *source,
                                const struct inr_trace_options *options,
                                const struct inr_shape_watch *watch, struct inr_error *err)
{
    struct trace trace = {.options = options, .watch = watch};
    enum inr_status status = set_up(&trace, source, path, err);
    if (status == INR_OK)
        status = draw(&trace, err);
    if (status == INR_OK) {
        status = inr_image_writer_finish(trace.writer, err);
        trace.writer = NULL;
    }
    release(&trace);
    return status;
}
