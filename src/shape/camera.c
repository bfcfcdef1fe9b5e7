/* SPDX-License-Identifier: MIT
 *
 * camera.c - Where the camera stands, and the rays through its pixels.
 */
#include "shape/camera.h"

#include <math.h>
#include <string.h>

#define DEGREE 0.017453292519943295
/* Share of the picture that the shape fills. */
#define FILL 0.8

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double a[3], const double b[3], double out[3])
{
    for (int d = 0; d < 3; d++)
        out[d] = a[(d + 1) % 3] * b[(d + 2) % 3] - a[(d + 2) % 3] * b[(d + 1) % 3];
}

/* With y up, azimuth 0 looks from +z and 90 from +x; with z up from -y and +x, with x up from +y
 * and +z. */
static void aim(struct inr_camera *camera, const struct inr_trace_options *options)
{
    const double azimuth = options->azimuth * DEGREE, elevation = options->elevation * DEGREE;
    const int up = options->up_axis, side = up == 1 ? 0 : up == 2 ? 0 : 2;
    const int front = 3 - up - side;
    const double sign = up == 2 ? -1.0 : 1.0;
    memset(camera->world_up, 0, sizeof camera->world_up);
    camera->world_up[up] = 1.0;
    memset(camera->right, 0, sizeof camera->right);
    camera->right[side] = cos(azimuth);
    camera->right[front] = -sign * sin(azimuth);
    camera->back[side] = cos(elevation) * sin(azimuth);
    camera->back[front] = sign * cos(elevation) * cos(azimuth);
    camera->back[up] = sin(elevation);
    cross(camera->back, camera->right, camera->up);
}

/* The shape as the camera sees it: how far back the eye must be for all of it to fit, and the
 * directions of its outermost points from a trial eye. */
struct view {
    const struct inr_camera *camera;
    const double *target;
    double distance;
    double low[2], high[2]; /* in half pictures, at `distance` */
    double needed;
    double box[2][3];
};

static void see(void *user, const float x[3])
{
    struct view *v = user;
    const struct inr_camera *c = v->camera;
    double from[3];
    for (int d = 0; d < 3; d++) {
        from[d] = (double)x[d] - v->target[d];
        v->box[0][d] = fmin(v->box[0][d], (double)x[d]);
        v->box[1][d] = fmax(v->box[1][d], (double)x[d]);
    }
    const double place[2] = {dot(from, c->right) / c->half_width,
                             dot(from, c->up) / c->half_height};
    const double near = dot(from, c->back);
    for (int i = 0; i < 2; i++) {
        v->needed = fmax(v->needed, near + fabs(place[i]) / FILL);
        if (v->distance > near) {
            v->low[i] = fmin(v->low[i], place[i] / (v->distance - near));
            v->high[i] = fmax(v->high[i], place[i] / (v->distance - near));
        }
    }
}

static struct view look(const struct inr_camera *camera, const struct inr_coarse *coarse,
                        const double target[3], double distance)
{
    struct view v = {.camera = camera, .target = target, .distance = distance};
    for (int i = 0; i < 2; i++) {
        v.low[i] = (double)INFINITY;
        v.high[i] = -(double)INFINITY;
    }
    for (int d = 0; d < 3; d++) {
        v.box[0][d] = (double)INFINITY;
        v.box[1][d] = -(double)INFINITY;
    }
    inr_coarse_shape(coarse, see, &v);
    return v;
}

void inr_camera_place(struct inr_camera *camera, const struct inr_trace_options *options,
                      const struct inr_coarse *coarse)
{
    double target[3] = {0.0}, distance = options->distance;
    *camera = (struct inr_camera){.width = options->width, .height = options->height};
    const double half = tan(0.5 * options->fov * DEGREE);
    const double aspect = (double)camera->width / (double)camera->height;
    camera->half_height = aspect > 1.0 ? half : half / aspect;
    camera->half_width = camera->half_height * aspect;
    aim(camera, options);
    struct view v = look(camera, coarse, target, 0.0);
    for (int d = 0; d < 3; d++)
        target[d] = 0.5 * (v.box[0][d] + v.box[1][d]);
    camera->floor = v.box[0][options->up_axis];
    /* Centre what is seen, which changes what is seen; three rounds leave nothing visible. */
    for (int round = 0; options->distance <= 0.0 && round < 3; round++) {
        distance = look(camera, coarse, target, 0.0).needed;
        v = look(camera, coarse, target, distance);
        for (int d = 0; d < 3; d++)
            target[d] += 0.5 * distance *
                         ((v.low[0] + v.high[0]) * camera->half_width * camera->right[d] +
                          (v.low[1] + v.high[1]) * camera->half_height * camera->up[d]);
    }
    if (options->distance <= 0.0)
        distance = look(camera, coarse, target, 0.0).needed;
    for (int d = 0; d < 3; d++)
        camera->eye[d] = target[d] + distance * camera->back[d];
}

void inr_camera_ray(const struct inr_camera *camera, double x, double y, float out[3])
{
    const double u = (2.0 * x / camera->width - 1.0) * camera->half_width;
    const double v = (1.0 - 2.0 * y / camera->height) * camera->half_height;
    const double scale = 1.0 / sqrt(1.0 + u * u + v * v);
    for (int d = 0; d < 3; d++)
        out[d] = (float)(scale * (u * camera->right[d] + v * camera->up[d] - camera->back[d]));
}
