/* SPDX-License-Identifier: MIT
 *
 * test_singularity.c - First layers placed on edges: where the atoms lie, how wide they are, and
 * that nothing else is looked at or changed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field/activation.h"
#include "field/encoding.h"
#include "field/init.h"
#include "inrush/select.h"
#include "select/maxima.h"

#define PI 3.14159265358979323846

/* In points of the grid: of a disc or sphere, centre and radius; of a straight edge, its normal and
 * offset. */
struct shape {
    double centre[3], radius;
};

static struct inr_signal make(int dims, uint32_t x, uint32_t y, uint32_t z)
{
    struct inr_signal s = {.dims = dims, .shape = {x, y, z}, .channels = 1};
    s.values = calloc((size_t)x * y * z, sizeof *s.values);
    assert_non_null(s.values);
    return s;
}

static void release(struct inr_signal *s)
{
    free(s->values);
    s->values = NULL;
}

static double distance(const struct shape *shape, double x, double y, double z)
{
    return hypot(hypot(x - shape->centre[0], y - shape->centre[1]), z - shape->centre[2]) -
           shape->radius;
}

/* The signed distance, or 1 inside and 0 outside with an edge one point wide. */
static void draw_ball(struct inr_signal *s, const struct shape *shape, bool signed_distance)
{
    size_t i = 0;
    for (uint32_t z = 0; z < s->shape[2]; z++)
        for (uint32_t y = 0; y < s->shape[1]; y++)
            for (uint32_t x = 0; x < s->shape[0]; x++) {
                const double d = distance(shape, x, y, z);
                s->values[i++] = (float)(signed_distance ? d : fmin(fmax(0.5 - d, 0.0), 1.0));
            }
}

static struct inr_field *make_field(const char *activation, int dims, int width)
{
    struct inr_field_config config;
    struct inr_field *field = NULL;
    inr_field_default(inr_activation_by_name(activation)->id, dims, 1, &config);
    config.width = width;
    config.layers = 1;
    config.init = INR_INIT_SINGULARITIES;
    assert_int_equal(inr_field_create(&config, 3, &field, NULL), INR_OK);
    return field;
}

static struct inr_singular_options options_of(const struct inr_field *field, int lattice,
                                              double share)
{
    struct inr_singular_options o;
    inr_singular_default(&field->config, &o);
    o.lattice = lattice;
    o.share = share;
    return o;
}

static struct inr_singular_result place(const struct inr_signal *s, struct inr_field *field,
                                        const struct inr_singular_options *o, uint64_t seed)
{
    struct inr_singular_result result;
    struct inr_error err = {0};
    if (inr_singular_init(s, field, o, seed, &result, &err) != INR_OK)
        fail_msg("%s", err.text);
    return result;
}

/* Row r of the first layer in points of the grid: z(p) = sum n[a] p[a] + offset. */
struct row {
    double n[3], offset, length;
};

static struct row row_of(const struct inr_field *field, const struct inr_signal *s, int lattice,
                         int r)
{
    const struct inr_slice *w = inr_field_slice(field, "net.0.weight");
    const struct inr_slice *b = inr_field_slice(field, "net.0.bias");
    struct row row = {.offset = (double)field->params[b->offset + (size_t)r]};
    double sum = 0.0;
    for (int a = 0; a < s->dims; a++) {
        const double weight = (double)field->params[w->offset + (size_t)(r * s->dims + a)];
        const double n = s->shape[a];
        row.n[a] = weight * 2.0 / (lattice ? n - 1.0 : n);
        row.offset += weight * (lattice ? -1.0 : -1.0 + 1.0 / n);
        sum += row.n[a] * row.n[a];
    }
    row.length = sqrt(sum);
    return row;
}

static double at(const struct row *row, const double p[3])
{
    return row->n[0] * p[0] + row->n[1] * p[1] + row->n[2] * p[2] + row->offset;
}

/* Deviations 1.5, 3 and 6 points in turn: window exp(-(sigma alpha d)^2). Relative tolerance: the
 * weights are floats. */
static void check_width(const struct inr_field *field, const struct row *row, int t)
{
    const double sigma = (double)field->config.first[inr_init_window(&field->config)];
    const double deviation = 1.0 / (sqrt(2.0) * sigma * row->length);
    assert_true(fabs(deviation / (1.5 * (1 << t % 3)) - 1.0) < 1e-5);
}

/* Every ridge of share 1 is a tangent of the disc, whatever the pitch of the axes: the modulus
 * maxima are whole pixels, and smoothing by 4 pixels moves those of a circle of radius 30 by
 * 4^2 / (2 * 30) = 0.3. */
static void test_disc(void **state)
{
    (void)state;
    static const char *const names[] = {"wire", "gauss", "gabor", "gabor2"};
    const struct shape disc = {.centre = {40.3, 70.6}, .radius = 30.0};
    struct inr_signal s = make(2, 90, 150, 1);
    draw_ball(&s, &disc, false);
    for (int i = 0; i < 8; i++) {
        const int lattice = i % 2;
        struct inr_field *field = make_field(names[i / 2], 2, 96);
        struct inr_singular_options o = options_of(field, lattice, 1.0);
        const struct inr_singular_result result = place(&s, field, &o, 5);
        assert_int_equal(result.wanted, field->units);
        assert_int_equal(result.placed, field->units);
        assert_true(result.points > 3 * 150 && result.points < 3 * 400);
        for (int t = 0; t < field->units; t++) {
            const struct row row = row_of(field, &s, lattice, t);
            check_width(field, &row, t);
            assert_true(fabs(fabs(at(&row, disc.centre)) / row.length - disc.radius) < 1.0);
        }
        inr_field_free(field);
    }
    release(&s);
}

/* The two rows of wire2d meet in the point itself: it lies on the disc, the first row runs across
 * and the second, a third as steep, along the edge, and points of a scale keep their distance. */
static void test_templates(void **state)
{
    (void)state;
    const struct shape disc = {.centre = {64.2, 50.9}, .radius = 40.0};
    struct inr_signal s = make(2, 128, 100, 1);
    draw_ball(&s, &disc, false);
    struct inr_field *field = make_field("wire2d", 2, 72);
    struct inr_singular_options o = options_of(field, false, 1.0);
    const int n = field->units;
    double points[64][2];
    assert_int_equal(place(&s, field, &o, 9).placed, n);
    assert_true(n <= 64);
    for (int t = 0; t < n; t++) {
        const struct row p = row_of(field, &s, false, t), q = row_of(field, &s, false, n + t);
        const double det = p.n[0] * q.n[1] - p.n[1] * q.n[0];
        double *x = points[t];
        x[0] = (-p.offset * q.n[1] + q.offset * p.n[1]) / det;
        x[1] = (-q.offset * p.n[0] + p.offset * q.n[0]) / det;
        check_width(field, &p, t);
        assert_true(fabs(q.length / p.length - 1.0 / 3.0) < 1e-5);
        assert_true(fabs(p.n[0] * q.n[0] + p.n[1] * q.n[1]) < 1e-5 * p.length * q.length);
        assert_true(fabs(distance(&disc, x[0], x[1], 0.0)) < 1.0);
        const double dx = x[0] - disc.centre[0], dy = x[1] - disc.centre[1];
        /* Radial within 6 degrees: the gradient of an edge drawn with 256 x fewer levels than its
         * float samples would still be. */
        assert_true(fabs(dx * p.n[0] + dy * p.n[1]) > 0.9945 * p.length * hypot(dx, dy));
        for (int u = t % 3; u < t; u += 3)
            assert_true(hypot(x[0] - points[u][0], x[1] - points[u][1]) >=
                        2.0 * (1 << t % 3) - 1e-3);
    }
    inr_field_free(field);
    release(&s);
}

/* gabor2's window reads its second row alone, so both rows run across the ridge. */
static void test_gabor2_window(void **state)
{
    (void)state;
    struct inr_signal s = {.dims = 2, .shape = {40, 30, 1}, .channels = 1};
    struct inr_field *field = make_field("gabor2", 2, 40);
    struct inr_singular_options o = options_of(field, false, 0.0);
    place(&s, field, &o, 2);
    for (int t = 0; t < field->units; t++) {
        const struct row p = row_of(field, &s, false, t);
        const struct row q = row_of(field, &s, false, field->units + t);
        assert_memory_equal(&p, &q, sizeof p);
    }
    inr_field_free(field);
}

/* Straight edges at 30 degrees. Central differences scale a wave k along the edge's normal by
 * sin(k_x) / k_x and sin(k_y) / k_y, which turns it by up to k^2 / 24, and an edge smoothed by s
 * has waves up to about 1 / s: 2.4 degrees / s^2, and half a degree of float samples' edge. */
static void test_straight_edge(void **state)
{
    (void)state;
    const double n[2] = {cos(PI / 6.0), sin(PI / 6.0)}, offset = 40.0;
    struct inr_signal s = make(2, 96, 64, 1);
    for (uint32_t i = 0; i < 96 * 64; i++)
        s.values[i] = (float)fmin(fmax(n[0] * (i % 96) + n[1] * (i / 96) - offset, 0.0), 1.0);
    for (int k = 0; k < 3; k++) {
        struct inr_maxima maxima = {0};
        int inner = 0;
        assert_int_equal(inr_maxima_find(&s, 1 << k, &maxima, NULL), INR_OK);
        for (size_t i = 0; i < maxima.n; i++) {
            const struct inr_maximum *m = &maxima.items[i];
            if (m->at[1] < 16.0f || m->at[1] > 47.0f)
                continue;
            inner++;
            const double x = (double)m->at[0], y = (double)m->at[1];
            assert_true(fabs(n[0] * x + n[1] * y - offset - 0.5) < 1.0);
            assert_true((double)m->normal[0] * n[0] + (double)m->normal[1] * n[1] >
                        cos((2.4 / (1 << 2 * k) + 0.5) * PI / 180.0));
        }
        /* One or two pixels in each of the 32 rows. */
        assert_in_range(inner, 32, 64);
        free(maxima.items);
    }
    release(&s);
}

/* A uniform slope and a constant have no singular points, at any size of its values. */
static void test_slope(void **state)
{
    (void)state;
    struct inr_signal s = make(2, 50, 40, 1);
    struct inr_maxima maxima = {0};
    for (uint32_t i = 0; i < 2000; i++)
        s.values[i] = 1e6f + (float)(i % 50) + 2.0f * (float)(i / 50);
    assert_int_equal(inr_maxima_find(&s, 1.0, &maxima, NULL), INR_OK);
    assert_int_equal(maxima.n, 0);
    for (uint32_t i = 0; i < 2000; i++)
        s.values[i] = 1e30f;
    assert_int_equal(inr_maxima_find(&s, 1.0, &maxima, NULL), INR_OK);
    assert_int_equal(maxima.n, 0);
    free(maxima.items);
    release(&s);
}

/* Planes of a three-dimensional field touch a sphere, found by its modulus maxima to a point (and
 * 2 * 4^2 / (2 * 14) = 1.1 of shift by smoothing a sphere of radius 14), and in its distance field
 * to the error of linear interpolation, 1 / (8 * 14) = 0.01. */
static void test_sphere(void **state)
{
    (void)state;
    const struct shape ball = {.centre = {20.4, 24.1, 18.7}, .radius = 14.0};
    struct inr_signal s = make(3, 42, 48, 38);
    for (int surface = 0; surface < 2; surface++) {
        struct inr_field *field = make_field("wire", 3, 90);
        struct inr_singular_options o = options_of(field, false, 1.0);
        o.surface = surface;
        draw_ball(&s, &ball, surface);
        assert_int_equal(place(&s, field, &o, 4).placed, field->units);
        for (int t = 0; t < field->units; t++) {
            const struct row row = row_of(field, &s, false, t);
            const double gap = fabs(at(&row, ball.centre)) / row.length - ball.radius;
            check_width(field, &row, t);
            assert_true(fabs(gap) < (surface ? 0.03 : t % 3 == 2 ? 2.1 : 1.0));
        }
        inr_field_free(field);
    }
    release(&s);
}

/* Weights of surface points sum to the area in steps of the grid: here 4 pi 14^2, to 1 %. */
static void test_surface_weights(void **state)
{
    (void)state;
    const struct shape ball = {.centre = {20.4, 24.1, 18.7}, .radius = 14.0};
    struct inr_signal s = make(3, 42, 48, 38);
    struct inr_maxima maxima = {0};
    double area = 0.0, upper = 0.0;
    draw_ball(&s, &ball, true);
    assert_int_equal(inr_maxima_surface(&s, &maxima, NULL), INR_OK);
    for (size_t i = 0; i < maxima.n; i++) {
        area += (double)maxima.items[i].weight;
        upper += (double)maxima.items[i].normal[2] > 0.5 ? (double)maxima.items[i].weight : 0.0;
    }
    assert_true(fabs(area / (4.0 * PI * 14.0 * 14.0) - 1.0) < 0.01);
    assert_true(fabs(upper / area - 0.25) < 0.01); /* Archimedes */
    free(maxima.items);
    release(&s);
}

/* The second row of a template in space is at right angles to the first. */
static void test_space_templates(void **state)
{
    (void)state;
    struct inr_signal s = {.dims = 3, .shape = {10, 20, 40}, .channels = 1};
    struct inr_field *field = make_field("wire2d", 3, 60);
    struct inr_singular_options o = options_of(field, true, 0.0);
    double mean[3] = {0.0, 0.0, 0.0};
    place(&s, field, &o, 8);
    for (int t = 0; t < field->units; t++) {
        const struct row p = row_of(field, &s, true, t);
        const struct row q = row_of(field, &s, true, field->units + t);
        double dot = 0.0;
        for (int a = 0; a < 3; a++) {
            dot += p.n[a] * q.n[a];
            mean[a] += p.n[a] * p.n[a] / (p.length * p.length) / field->units;
        }
        assert_true(fabs(dot) < 1e-5 * p.length * q.length);
        assert_true(fabs(q.length / p.length - 1.0 / 3.0) < 1e-5);
    }
    /* Squares of the components of random directions: mean 1/3, deviation 0.298 / sqrt(30). */
    for (int a = 0; a < 3; a++)
        assert_true(fabs(mean[a] - 1.0 / 3.0) < 4.0 * 0.298 / sqrt(field->units));
    inr_field_free(field);
}

/* One axis: a scale takes the only point of a step once, and the other units are random. */
static void test_sound(void **state)
{
    (void)state;
    struct inr_signal s = make(1, 100, 1, 1);
    for (int i = 60; i < 100; i++)
        s.values[i] = 1.0f;
    struct inr_field *field = make_field("wire2d", 1, 60), *plain = make_field("wire2d", 1, 60);
    struct inr_singular_options o = options_of(field, false, 1.0);
    const struct inr_singular_result result = place(&s, field, &o, 1);
    assert_int_equal(result.wanted, 30);
    assert_int_equal(result.placed, 3);
    assert_int_equal(result.points, 3);
    o.share = 0.0;
    place(&s, plain, &o, 1);
    for (int t = 0; t < 60; t++) {
        const struct row row = row_of(field, &s, false, t), random = row_of(plain, &s, false, t);
        if (t < 30)
            check_width(field, &row, t);
        else
            assert_true(row.length == 0.0 && row.offset == 0.0); /* no direction along an edge */
        if (t < 3)
            assert_true(fabs(-row.offset / row.n[0] - 59.5) < 1.0);
        else
            assert_memory_equal(&row, &random, sizeof row);
    }
    inr_field_free(field);
    inr_field_free(plain);
    release(&s);
}

/* A strong edge takes ten times the units of one a tenth as high: 9.1 % of 600 draws lie on the
 * weak one (deviation 1.2 %; drawing without replacement raises it a little). */
static void test_draws_follow_the_modulus(void **state)
{
    (void)state;
    struct inr_signal s = make(2, 128, 256, 1);
    struct inr_field *field = make_field("gauss", 2, 12);
    struct inr_singular_options o = options_of(field, false, 1.0);
    int weak = 0;
    for (uint32_t i = 0; i < 128 * 256; i++)
        s.values[i] = (i % 128 >= 32 ? 1.0f : 0.0f) + (i % 128 >= 96 ? 0.1f : 0.0f);
    for (uint64_t seed = 0; seed < 50; seed++) {
        place(&s, field, &o, seed);
        for (int t = 0; t < 12; t++) {
            const struct row row = row_of(field, &s, false, t);
            weak += -row.offset / row.n[0] > 64.0;
        }
    }
    assert_in_range(weak, 30, 84);
    inr_field_free(field);
    release(&s);
}

/* Colours are weighed as the eye does; an alpha channel is no picture. */
static void test_lightness(void **state)
{
    (void)state;
    struct inr_signal s = {.dims = 2, .shape = {32, 32, 1}, .channels = 4};
    struct inr_maxima maxima = {0};
    s.values = calloc(32 * 32 * 4, sizeof *s.values);
    assert_non_null(s.values);
    for (uint32_t i = 0; i < 32 * 32; i++) {
        s.values[4 * i + 1] = i % 32 < 10 ? 1.0f : 0.0f;
        s.values[4 * i + 3] = i / 32 < 20 ? 1.0f : 0.0f;
    }
    assert_int_equal(inr_maxima_find(&s, 1.0, &maxima, NULL), INR_OK);
    assert_int_equal(maxima.n, 32);
    for (size_t i = 0; i < maxima.n; i++)
        assert_true(fabsf(maxima.items[i].at[0] - 9.5f) < 1.0f);
    free(maxima.items);
    release(&s);
}

/* share 0 reads no samples, and what has no singular points comes out the same. */
static void test_without_points(void **state)
{
    (void)state;
    const uint32_t sides[][2] = {{30, 50}, {1, 1}, {1, 40}};
    for (int i = 0; i < 6; i++) {
        struct inr_signal s = make(2, sides[i / 2][0], sides[i / 2][1], 1);
        struct inr_signal blind = s;
        struct inr_field *a = make_field("wire", 2, 30), *b = make_field("wire", 2, 30);
        struct inr_singular_options o = options_of(a, i % 2, 1.0);
        blind.values = NULL;
        const struct inr_singular_result none = place(&s, a, &o, 6);
        assert_int_equal(none.points, 0);
        assert_int_equal(none.placed, 0);
        assert_int_equal(none.wanted, a->units);
        o.share = 0.0;
        assert_int_equal(place(&blind, b, &o, 6).wanted, 0);
        for (size_t k = 0; k < a->n_params; k++)
            assert_true(isfinite(a->params[k]) && a->params[k] == b->params[k]);
        inr_field_free(a);
        inr_field_free(b);
        release(&s);
    }
}

/* Positions at random: the ridge passes its point, uniform in the square, so the middle of the
 * square is up to sqrt 2 sides away but never more. */
static void test_random_positions(void **state)
{
    (void)state;
    struct inr_signal s = {.dims = 2, .shape = {64, 64, 1}, .channels = 1};
    struct inr_field *field = make_field("gauss", 2, 300);
    struct inr_singular_options o = options_of(field, false, 0.0);
    const double middle[3] = {31.5, 31.5, 0.0};
    double square = 0.0;
    place(&s, field, &o, 6);
    for (int t = 0; t < 300; t++) {
        const struct row row = row_of(field, &s, false, t);
        const double d = at(&row, middle) / row.length;
        check_width(field, &row, t);
        assert_true(fabs(d) < 32.0 * sqrt(2.0));
        square += d * d / 300.0;
    }
    /* Variance of n . r: 64^2 / 12; its mean of 300 has a deviation of about 6 %. */
    assert_true(fabs(square / (64.0 * 64.0 / 12.0) - 1.0) < 0.25);
    inr_field_free(field);
}

/* Same arguments, same bits; another seed, other points; only the first layer changes; half a share
 * places half the units. */
static void test_only_the_first_layer(void **state)
{
    (void)state;
    const struct shape disc = {.centre = {30.0, 30.0}, .radius = 20.0};
    struct inr_signal s = make(2, 60, 60, 1);
    struct inr_field *a = make_field("wire", 2, 40), *b = make_field("wire", 2, 40);
    struct inr_field *fresh = make_field("wire", 2, 40);
    struct inr_singular_options o = options_of(a, false, 0.5);
    const size_t size = a->n_params * sizeof *a->params;
    draw_ball(&s, &disc, false);
    assert_int_equal(place(&s, a, &o, 77).placed, 14); /* of 28 */
    place(&s, b, &o, 77);
    assert_memory_equal(a->params, b->params, size);
    place(&s, b, &o, 78);
    assert_memory_not_equal(a->params, b->params, size);
    place(&s, b, &o, 77ull << 32);
    assert_memory_not_equal(a->params, b->params, size);
    for (size_t i = 0; i < a->n_slices; i++) {
        const struct inr_slice *slice = &a->slices[i];
        for (int k = 0; k < slice->rows * slice->cols; k++) {
            const size_t j = slice->offset + (size_t)k;
            assert_true((slice->layer == 0) == (a->params[j] != fresh->params[j]));
        }
    }
    inr_field_free(a);
    inr_field_free(b);
    inr_field_free(fresh);
    release(&s);
}

static void refuse(const struct inr_signal *s, struct inr_field *field,
                   const struct inr_singular_options *o, const char *word)
{
    struct inr_error err = {0};
    float *before = malloc(field->n_params * sizeof *before);
    assert_non_null(before);
    memcpy(before, field->params, field->n_params * sizeof *before);
    assert_int_equal(inr_singular_init(s, field, o, 1, NULL, &err), INR_ERR_USAGE);
    if (!strstr(err.text, word))
        fail_msg("'%s' does not say '%s'", err.text, word);
    assert_memory_equal(before, field->params, field->n_params * sizeof *before);
    free(before);
}

static void test_refusals(void **state)
{
    (void)state;
    struct inr_signal s = make(2, 8, 8, 1);
    struct inr_field *field = make_field("wire", 2, 16), *space = make_field("wire", 3, 16);
    const struct inr_singular_options good = options_of(field, false, 1.0);
    struct inr_singular_options o = good;
    o.share = 1.5;
    refuse(&s, field, &o, "share");
    o = good;
    o.share = NAN;
    refuse(&s, field, &o, "share");
    o = good;
    o.width = 0.0;
    refuse(&s, field, &o, "width");
    o = good;
    o.n_scales = 0;
    refuse(&s, field, &o, "scales");
    o = good;
    o.scales[1] = 1e9;
    refuse(&s, field, &o, "scale 1");
    refuse(&s, space, &good, "axes");
    field->config.first[1] = 0.0f;
    refuse(&s, field, &good, "sigma");
    inr_field_free(field);
    inr_field_free(space);
    release(&s);
}

/* Fields that cannot be placed are refused before anything is made, and the sentence helps. */
static void test_fields_without_windows(void **state)
{
    (void)state;
    struct inr_field_config config;
    struct inr_field *field;
    struct inr_error err = {0};
    inr_field_default(inr_activation_by_name("sine")->id, 2, 3, &config);
    config.init = INR_INIT_RIDGES;
    assert_int_equal(inr_field_create(&config, 1, &field, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "init ridges"));
    assert_non_null(strstr(err.text, "sine"));
    for (size_t i = 0; i < inr_activation_count(); i++) {
        const struct inr_activation *act = inr_activation_at(i);
        inr_field_default(act->id, 2, 3, &config);
        config.init = INR_INIT_SINGULARITIES;
        const bool works = inr_init_window(&config) >= 0;
        assert_int_equal(inr_field_check(&config, NULL), works ? INR_OK : INR_ERR_USAGE);
        assert_true(!works || strstr(err.text, act->name) != NULL);
    }
    inr_field_default(inr_activation_by_name("wire")->id, 2, 3, &config);
    config.init = INR_INIT_SINGULARITIES;
    config.encoding = INR_ENCODING_OCTAVES;
    config.n_frequencies = 4;
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "identity"));
    config.encoding = INR_ENCODING_IDENTITY;
    config.edge_share = 2.0f;
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "edge-share"));
}

static void test_defaults(void **state)
{
    (void)state;
    struct inr_field_config config;
    struct inr_singular_options o;
    inr_field_default(inr_activation_by_name("wire")->id, 2, 3, &config);
    assert_false(inr_singular_wanted(&config));
    config.init = INR_INIT_RIDGES;
    assert_true(inr_singular_wanted(&config));
    inr_singular_default(&config, &o);
    assert_true(o.share == 0.0 && o.n_scales == 3 && o.scales[2] == 4.0 && o.width == 1.5);
    config.init = INR_INIT_SINGULARITIES;
    config.edge_share = 0.25f;
    inr_singular_default(&config, &o);
    assert_true(inr_singular_wanted(&config) && o.share == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disc),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_gabor2_window),
        cmocka_unit_test(test_straight_edge),
        cmocka_unit_test(test_slope),
        cmocka_unit_test(test_sphere),
        cmocka_unit_test(test_surface_weights),
        cmocka_unit_test(test_space_templates),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_draws_follow_the_modulus),
        cmocka_unit_test(test_lightness),
        cmocka_unit_test(test_without_points),
        cmocka_unit_test(test_random_positions),
        cmocka_unit_test(test_only_the_first_layer),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_fields_without_windows),
        cmocka_unit_test(test_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
