/* SPDX-License-Identifier: MIT
 *
 * camera.h - A pinhole camera that circles the shape.
 */
#ifndef INR_SHAPE_CAMERA_H
#define INR_SHAPE_CAMERA_H

#include "shape/coarse.h"

struct inr_camera {
    double eye[3];
    double right[3], up[3], back[3]; /* unit vectors; back points from the scene to the eye */
    double world_up[3];
    double half_width, half_height; /* of the picture at distance 1 */
    uint32_t width, height;
    double floor; /* lowest place of the shape along world_up */
};

/* Look at the shape as the options say; distance 0: from where it fills the picture. */
void inr_camera_place(struct inr_camera *camera, const struct inr_trace_options *options,
                      const struct inr_coarse *coarse);

/* Unit vector through a place of the picture; pixel centres are at halves. */
void inr_camera_ray(const struct inr_camera *camera, double x, double y, float out[3]);

#endif
