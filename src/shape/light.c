/* SPDX-License-Identifier: MIT
 *
 * light.c - A studio: a warm key light with soft shadows, a cool fill light, a sky that is hidden
 * where the shape is near, a ground that takes shadows.
 */
#include "shape/light.h"

#include <math.h>
#include <string.h>

/* Linear light. */
static const float key_colour[3] = {1.75f, 1.66f, 1.52f};
static const float fill_colour[3] = {0.22f, 0.28f, 0.38f};
static const float zenith[3] = {0.95f, 1.00f, 1.08f};
static const float nadir[3] = {0.42f, 0.38f, 0.34f};
static const float paper_top[3] = {0.93f, 0.94f, 0.95f};
static const float paper_bottom[3] = {0.72f, 0.73f, 0.75f};

static float dot(const float a[3], const float b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* A direction given in the camera's axes: right, up, back. */
static void camera_direction(const struct inr_camera *c, double right, double up, double back,
                             float out[3])
{
    for (int d = 0; d < 3; d++)
        out[d] = (float)(right * c->right[d] + up * c->world_up[d] + back * c->back[d]);
    inr_unit(out);
}

void inr_scene_light(struct inr_scene *scene, const struct inr_trace_options *options,
                     const struct inr_camera *camera, const struct inr_coarse *coarse)
{
    *scene = (struct inr_scene){.coarse = coarse,
                                .camera = camera,
                                .floor = (float)camera->floor,
                                .transparent = options->transparent};
    camera_direction(camera, -0.55, 0.95, 0.55, scene->key);
    camera_direction(camera, 0.9, 0.1, 0.45, scene->fill);
    for (int d = 0; d < 3; d++) {
        scene->up[d] = (float)camera->world_up[d];
        scene->eye[d] = (float)camera->eye[d];
        scene->colour[d] = options->colour[d];
    }
    /* Seen from below the ground would hide the shape. */
    scene->ground = !options->floating && dot(scene->eye, scene->up) > scene->floor;
    for (int i = 0; i < INR_SKY_RAYS; i++) {
        const double u = (i + 0.5) / INR_SKY_RAYS, angle = 2.399963229728653 * i; /* golden */
        scene->sky[i][0] = (float)(sqrt(u) * cos(angle));
        scene->sky[i][1] = (float)(sqrt(u) * sin(angle));
        scene->sky[i][2] = (float)sqrt(1.0 - u);
    }
}

/* Share of a cone about `direction` that the shape leaves open: the least ratio of free space to
 * the cone's radius on the way. slope: radius over distance. */
static float open_cone(const struct inr_scene *scene, const float from[3], const float direction[3],
                       float slope, float reach)
{
    const float h = scene->coarse->h;
    float open = 1.0f, s = h;
    for (int i = 0; i < 64 && s < reach && open > 0.01f; i++) {
        float x[3];
        for (int d = 0; d < 3; d++)
            x[d] = from[d] + s * direction[d];
        const float free = inr_coarse_at(scene->coarse, scene->coarse->far, x), part = s / reach;
        if (free < -0.5f * h)
            return 0.0f;
        /* Near the start the surface itself is within the cone; half a step forgives it. */
        const float now = (free + 0.5f * h) / (slope * s) + part * part;
        open = now < open ? now : open;
        s += free > 0.5f * h ? free : 0.5f * h;
    }
    open = open > 0.0f ? open : 0.0f;
    return open * open * (3.0f - 2.0f * open);
}

/* A little off the surface, where the coarse grid no longer sees it. */
static void lift(const struct inr_scene *scene, const float x[3], const float normal[3],
                 float out[3])
{
    for (int d = 0; d < 3; d++)
        out[d] = x[d] + 0.75f * scene->coarse->h * normal[d];
}

/* Light of the sky, by colour, that reaches x; with `shape` false, what would. */
static void sky_light(const struct inr_scene *scene, const float x[3], const float normal[3],
                      bool shape, float out[3])
{
    /* Tangents without a branch cut where it shows (Duff et al. 2017). */
    const float sign = normal[2] >= 0.0f ? 1.0f : -1.0f, a = -1.0f / (sign + normal[2]);
    const float b = normal[0] * normal[1] * a;
    const float u[3] = {1.0f + sign * normal[0] * normal[0] * a, sign * b, -sign * normal[0]};
    const float v[3] = {b, sign + normal[1] * normal[1] * a, -normal[1]};
    float from[3];
    lift(scene, x, normal, from);
    memset(out, 0, 3 * sizeof *out);
    for (int i = 0; i < INR_SKY_RAYS; i++) {
        const float *w = scene->sky[i];
        float direction[3];
        for (int d = 0; d < 3; d++)
            direction[d] = w[0] * u[d] + w[1] * v[d] + w[2] * normal[d];
        const float high = dot(direction, scene->up);
        float open = shape ? open_cone(scene, from, direction, 0.35f, 1.2f) : 1.0f;
        if (scene->ground && high < 0.0f) /* the ground close below is in the shape's shade */
            open *= fminf(1.0f, 0.25f + 0.75f * (dot(x, scene->up) - scene->floor) * 2.0f);
        const float mix = 0.5f + 0.5f * high;
        for (int d = 0; d < 3; d++)
            out[d] += open * (nadir[d] + mix * (zenith[d] - nadir[d])) / INR_SKY_RAYS;
    }
}

static float key_shadow(const struct inr_scene *scene, const float x[3], const float normal[3])
{
    float from[3];
    lift(scene, x, normal, from);
    return open_cone(scene, from, scene->key, 0.10f, 4.0f);
}

static float tone(float x)
{
    return 1.0f - expf(-x);
}

static void shade_shape(const struct inr_scene *scene, const float direction[3], const float x[3],
                        const float normal[3], float out[4])
{
    float n[3], half[3], sky[3];
    const float facing = -dot(normal, direction);
    for (int d = 0; d < 3; d++) {
        /* A normal that looks away is of a field with wrinkles; bend it to the eye. */
        n[d] = facing < 0.0f ? normal[d] + (0.02f - facing) * -direction[d] : normal[d];
        half[d] = scene->key[d] - direction[d];
    }
    inr_unit(n);
    inr_unit(half);
    const float away = 1.0f - fmaxf(-dot(n, direction), 0.0f);
    const float fresnel = 0.04f + 0.5f * powf(away, 5.0f);
    const float key = fmaxf(dot(n, scene->key), 0.0f);
    const float lit = key > 0.0f ? key * key_shadow(scene, x, n) : 0.0f;
    const float fill = fmaxf(0.3f + 0.7f * dot(n, scene->fill), 0.0f);
    const float gloss = lit * (0.25f * powf(fmaxf(dot(n, half), 0.0f), 40.0f) +
                               0.06f * powf(fmaxf(dot(n, half), 0.0f), 8.0f));
    sky_light(scene, x, n, true, sky);
    for (int d = 0; d < 3; d++) {
        const float open = sky[d] / (0.5f * (zenith[d] + nadir[d]));
        const float diffuse = lit * key_colour[d] + fill * open * fill_colour[d] + 0.55f * sky[d];
        const float shine = gloss * key_colour[d] + fresnel * 0.5f * sky[d];
        out[d] = tone(scene->colour[d] * diffuse + shine);
    }
    out[3] = 1.0f;
}

/* How much light a point of the ground keeps, by colour. */
static void ground_light(const struct inr_scene *scene, const float x[3], float kept[3])
{
    float with[3], without[3];
    const float key = dot(scene->up, scene->key);
    const float lit = key * key_shadow(scene, x, scene->up);
    sky_light(scene, x, scene->up, true, with);
    sky_light(scene, x, scene->up, false, without);
    for (int d = 0; d < 3; d++)
        kept[d] =
            (0.55f * lit * key_colour[d] + with[d]) / (0.55f * key * key_colour[d] + without[d]);
}

static void shade_rest(const struct inr_scene *scene, const float direction[3], float height,
                       float out[4])
{
    const float down = dot(direction, scene->up);
    const float above = dot(scene->eye, scene->up) - scene->floor;
    float kept[3] = {1.0f, 1.0f, 1.0f};
    if (scene->ground && down < -1e-4f) {
        float x[3];
        for (int d = 0; d < 3; d++)
            x[d] = scene->eye[d] - above / down * direction[d];
        ground_light(scene, x, kept);
    }
    if (scene->transparent) {
        /* Black over what is behind, which is mixed in encoded values. */
        const float mean = (kept[0] + kept[1] + kept[2]) / 3.0f;
        memset(out, 0, 3 * sizeof *out);
        out[3] = 1.0f - powf(mean, 1.0f / 2.2f);
        return;
    }
    for (int d = 0; d < 3; d++)
        out[d] = kept[d] * (paper_top[d] + height * (paper_bottom[d] - paper_top[d]));
    out[3] = 1.0f;
}

void inr_scene_shade(const struct inr_scene *scene, const float direction[3], float t,
                     const float normal[3], float height, float out[4])
{
    float x[3];
    if (t < 0.0f) {
        shade_rest(scene, direction, height, out);
        return;
    }
    for (int d = 0; d < 3; d++)
        x[d] = scene->eye[d] + t * direction[d];
    shade_shape(scene, direction, x, normal, out);
}
