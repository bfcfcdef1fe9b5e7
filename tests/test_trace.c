/* SPDX-License-Identifier: MIT
 *
 * test_trace.c - Pictures of shapes: outlines where geometry says they are, for exact and for bent
 * fields.
 */
#include "inrush/extract.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inrush/signal.h"

#include "mesh_case.h"
#include "solid_case.h"

#define PICTURE INR_BUILD_DIR "/test_trace.png"
#define PI      3.14159265358979323846
#define RADIUS  0.6

static double ball(const double *x)
{
    return sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) - RADIUS;
}

/* Promises three times too much, so steps overshoot. */
static double steep_ball(const double *x)
{
    return 3.0 * ball(x);
}

/* Says little beyond a tenth. */
static double cut_ball(const double *x)
{
    return fmin(fmax(ball(x), -0.1), 0.1);
}

/* Not a distance at all: an occupancy. */
static double full_ball(const double *x)
{
    return 1.0 / (1.0 + exp(60.0 * ball(x)));
}

/* Reaches through the walls of the box. */
static double pillar(const double *x)
{
    return hypot(x[0], x[2]) - 0.4;
}

static double broken(const double *x)
{
    return x[0] > 0.0 && x[1] > 0.3 ? (double)NAN : ball(x);
}

static const struct inr_trace_options small = {.width = 160,
                                               .height = 120,
                                               .azimuth = 35.0,
                                               .elevation = 20.0,
                                               .distance = 4.0,
                                               .fov = 30.0,
                                               .up_axis = 1,
                                               .samples = 4,
                                               .step = 0.9,
                                               .colour = {0.5f, 0.5f, 0.5f},
                                               .transparent = true,
                                               .floating = true};

static void draw_source(const struct inr_shape_source *source,
                        const struct inr_trace_options *options, struct inr_image *image)
{
    struct inr_error err = {0};
    unlink(PICTURE);
    if (inr_shape_trace(PICTURE, source, options, NULL, &err) != INR_OK ||
        inr_image_read(PICTURE, image, &err) != INR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(image->width, options->width);
    assert_int_equal(image->height, options->height);
}

static void draw(double (*value)(const double *), const struct inr_trace_options *options,
                 bool distance, struct inr_image *image)
{
    struct shape shape = {.value = value};
    const struct inr_shape_source source = {.values = shape_values,
                                            .data = &shape,
                                            .distance = distance,
                                            .inside_above = value == full_ball,
                                            .level = value == full_ball ? 0.5f : 0.0f};
    draw_source(&source, options, image);
}

struct outline {
    double area, x, y; /* in pixels */
};

static struct outline outline_of(const struct inr_image *image)
{
    struct outline o = {0.0, 0.0, 0.0};
    assert_int_equal(image->channels, 4);
    for (uint32_t y = 0; y < image->height; y++)
        for (uint32_t x = 0; x < image->width; x++) {
            const double alpha = (double)inr_image_sample(image, x, y, 3);
            o.area += alpha;
            o.x += alpha * (x + 0.5);
            o.y += alpha * (y + 0.5);
        }
    o.x /= o.area;
    o.y /= o.area;
    return o;
}

/* A ball of radius r whose middle is d away is a disc of radius r / sqrt(d^2 - r^2) at distance 1;
 * the camera looks at its middle. */
static void test_outline(void **state)
{
    static const struct {
        double (*value)(const double *);
        bool distance;
    } fields[] = {{ball, true}, {steep_ball, true}, {cut_ball, true}, {full_ball, false}};
    const double at_one = RADIUS / sqrt(4.0 * 4.0 - RADIUS * RADIUS);
    const double r = at_one / tan(15.0 * PI / 180.0) * small.height / 2.0;
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct inr_image image;
        draw(fields[i].value, &small, fields[i].distance, &image);
        const struct outline o = outline_of(&image);
        /* 16 samples a pixel along some 370 pixels of rim. */
        assert_true(fabs(o.area / (PI * r * r) - 1.0) < 0.004);
        assert_true(fabs(o.x - 80.0) < 0.05 && fabs(o.y - 60.0) < 0.05);
        inr_image_free(&image);
    }
}

/* Without a distance the shape fills the picture and does not leave it, whatever its aspect. */
static void test_framing(void **state)
{
    static const uint32_t sizes[][2] = {{120, 120}, {200, 60}, {50, 190}, {1, 1}, {7, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct inr_trace_options options = small;
        struct inr_image image;
        options.distance = 0.0;
        options.width = sizes[i][0];
        options.height = sizes[i][1];
        draw(ball, &options, true, &image);
        const struct outline o = outline_of(&image);
        const double side = fmin(options.width, options.height);
        const double across = 2.0 * sqrt(o.area / PI);
        assert_true(across <= side + 0.5 && (side < 50.0 || across > 0.7 * side));
        for (uint32_t x = 0; side > 10.0 && x < image.width; x++) {
            assert_true(inr_image_sample(&image, x, 0, 3) == 0.0f);
            assert_true(inr_image_sample(&image, x, image.height - 1, 3) == 0.0f);
        }
        inr_image_free(&image);
    }
}

/* The key light comes from above and from the left of the camera. */
static void test_light(void **state)
{
    struct inr_trace_options options = small;
    struct inr_image image;
    (void)state;
    draw(ball, &options, true, &image);
    const float bright = inr_image_sample(&image, 70, 48, 1);
    const float dark = inr_image_sample(&image, 90, 85, 1);
    assert_true(bright > dark + 0.15f && bright < 1.0f && dark > 0.1f);
    inr_image_free(&image);

    /* With ground: opaque, darkest where the ball stands. */
    options.transparent = options.floating = false;
    options.distance = 0.0;
    draw(ball, &options, true, &image);
    assert_int_equal(image.channels, 3);
    const float corner = inr_image_sample(&image, 2, 2, 1);
    const float foot = inr_image_sample(&image, 80, 112, 1);
    assert_true(corner > 0.8f && foot < 0.8f * corner);
    inr_image_free(&image);

    /* Where the shape leaves the box, the box cuts it: seen from above the pillar is a disc. */
    options = small;
    options.elevation = 90.0;
    options.distance = 5.0;
    draw(pillar, &options, true, &image);
    const double r = 0.4 / 4.0 / tan(15.0 * PI / 180.0) * small.height / 2.0;
    assert_true(fabs(outline_of(&image).area / (PI * r * r) - 1.0) < 0.01);
    inr_image_free(&image);
}

/* Every axis can be up, and the views are where they are said to be. */
static double tip;
static int tip_axis, tip_side;

static double with_tip(const double *x)
{
    double y[3] = {x[0], x[1], x[2]};
    y[tip_axis] -= tip_side * 0.6;
    return fmin(ball(x) + 0.3, sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2]) - tip);
}

static void test_views(void **state)
{
    /* up, azimuth -> the axis, and its side, that points to the right of the picture */
    static const int views[][4] = {{1, 0, 0, 1},  {1, 90, 2, -1}, {1, 90, 2, -1}, {2, 0, 0, 1},
                                   {2, 90, 1, 1}, {0, 0, 2, 1},   {0, 90, 1, -1}};
    (void)state;
    tip = 0.15;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        struct inr_trace_options options = small;
        struct inr_image image;
        options.elevation = 0.0;
        options.distance = 5.0;
        options.up_axis = views[i][0];
        options.azimuth = views[i][1];
        const bool rising = i % 2 == 1; /* half of them show what is up instead */
        tip_axis = rising ? views[i][0] : views[i][2];
        tip_side = rising ? 1 : views[i][3];
        /* The camera looks at the middle of the box around all of it, so the ball, which outweighs
         * the tip, is left of, or below, the middle of the picture. */
        draw(with_tip, &options, true, &image);
        const struct outline o = outline_of(&image);
        assert_true(rising ? o.y > 63.0 && fabs(o.x - 80.0) < 1.0
                           : o.x < 77.0 && fabs(o.y - 60.0) < 1.0);
        inr_image_free(&image);
    }
}

static bool stop(void *user, double done)
{
    (void)user;
    return done > 0.0;
}

static void test_failures(void **state)
{
    struct shape shape = {.value = broken};
    const struct inr_shape_source source = {
        .values = shape_values, .data = &shape, .distance = true};
    const struct inr_shape_watch watch = {.progress = stop};
    struct inr_trace_options options = small;
    struct inr_error err = {0};
    (void)state;
    unlink(PICTURE);
    assert_int_equal(inr_shape_trace(PICTURE, &source, &options, NULL, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "not a number"));
    shape.value = ball;
    assert_int_equal(inr_shape_trace(PICTURE, &source, &options, &watch, NULL), INR_INTERRUPTED);
    assert_int_equal(access(PICTURE, F_OK), -1);
    assert_int_equal(inr_shape_trace("x.txt", &source, &options, NULL, NULL), INR_ERR_USAGE);
    options.width = 0;
    assert_int_equal(inr_shape_trace(PICTURE, &source, &options, NULL, NULL), INR_ERR_USAGE);
    options = small;
    options.fov = 0.0;
    assert_int_equal(inr_shape_trace(PICTURE, &source, &options, NULL, NULL), INR_ERR_USAGE);
    options = small;
    options.elevation = (double)NAN;
    assert_int_equal(inr_shape_trace(PICTURE, &source, &options, NULL, NULL), INR_ERR_USAGE);
}

/* A mesh by its triangles looks as it does by its distances. */
static void test_triangles(void **state)
{
    struct inr_mesh *mesh = solid_torus(0.6, 0.3, 40, 30);
    struct inr_surface *surface = NULL;
    struct inr_error err = {0};
    struct inr_image met, traced;
    double apart = 0.0;
    (void)state;
    assert_int_equal(inr_surface_create(mesh, INR_SIGN_AUTO, 0, &surface, &err), INR_OK);
    struct inr_shape_source source = inr_surface_source(surface);
    assert_non_null(source.meet);
    draw_source(&source, &small, &met);
    source.meet = NULL;
    draw_source(&source, &small, &traced);
    const struct outline a = outline_of(&met), b = outline_of(&traced);
    /* Tracing stops a twentieth of a pixel before the surface. */
    assert_true(fabs(a.area / b.area - 1.0) < 0.004);
    for (uint32_t y = 0; y < small.height; y++)
        for (uint32_t x = 0; x < small.width; x++)
            for (uint32_t c = 0; c < 3; c++)
                apart += fabs((double)inr_image_sample(&met, x, y, c) -
                              (double)inr_image_sample(&traced, x, y, c));
    /* The triangle's normal beside that of the closest triangle, which along edges is another. */
    assert_true(apart / a.area / 3.0 < 0.01);
    inr_image_free(&met);
    inr_image_free(&traced);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outline),   cmocka_unit_test(test_framing),
        cmocka_unit_test(test_light),     cmocka_unit_test(test_views),
        cmocka_unit_test(test_triangles), cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
