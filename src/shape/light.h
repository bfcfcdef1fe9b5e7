/* SPDX-License-Identifier: MIT
 *
 * light.h - How bright and of what colour a point of the shape or of the ground is.
 */
#ifndef INR_SHAPE_LIGHT_H
#define INR_SHAPE_LIGHT_H

#include "shape/camera.h"

enum { INR_SKY_RAYS = 64 };

struct inr_scene {
    const struct inr_coarse *coarse;
    const struct inr_camera *camera;
    float key[3], fill[3], up[3], eye[3]; /* towards the lights, upwards; the eye */
    float colour[3];
    float floor;
    bool ground, transparent;
    float sky[INR_SKY_RAYS][3]; /* directions about +z, as dense as their cosine */
};

void inr_scene_light(struct inr_scene *scene, const struct inr_trace_options *options,
                     const struct inr_camera *camera, const struct inr_coarse *coarse);

/* Linear colour and alpha, premultiplied, of what a ray of this direction sees: the shape at t with
 * this normal, or (t < 0) the ground or the background at a height of the picture, 0 at the top to
 * 1. */
void inr_scene_shade(const struct inr_scene *scene, const float direction[3], float t,
                     const float normal[3], float height, float out[4]);

#endif
