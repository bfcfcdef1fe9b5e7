/* SPDX-License-Identifier: MIT
 *
 * test_surface.c - Distances, signs and samples of surfaces against formulas and slow searches.
 */
#include "solid_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N 3000

static struct inr_surface *make(const struct inr_mesh *mesh, enum inr_sign sign, int threads)
{
    struct inr_surface *surface;
    struct inr_error err = {0};
    if (inr_surface_create(mesh, sign, threads, &surface, &err) != INR_OK)
        fail_msg("%s", err.text);
    return surface;
}

static float *points_in(float low, float high, uint32_t seed)
{
    float *points = malloc(N * 3 * sizeof *points);
    assert_non_null(points);
    for (size_t i = 0; i < (size_t)N * 3; i++)
        points[i] = solid_random(&seed, low, high);
    return points;
}

/* ---- distances ---- */

/* Thin, flat and degenerate triangles, on which formulas with a division go wrong. */
static struct inr_mesh *soup(void)
{
    struct inr_mesh *mesh;
    uint32_t seed = 5;
    assert_int_equal(inr_mesh_create(300, 100, false, &mesh, NULL), INR_OK);
    for (size_t i = 0; i < 100; i++)
        for (size_t k = 0; k < 3; k++) {
            float *v = mesh->vertices + 9 * i + 3 * k;
            mesh->triangles[3 * i + k] = (uint32_t)(3 * i + k);
            for (size_t d = 0; d < 3; d++)
                v[d] = solid_random(&seed, -0.8f, 0.8f);
            if (k == 2 && i % 4 == 0) /* a needle: the middle of the other two */
                for (size_t d = 0; d < 3; d++)
                    v[d] = 0.5f * (v[d - 6] + v[d - 3]);
            if (k == 2 && i % 4 == 1) /* thin as a float allows */
                for (size_t d = 0; d < 3; d++)
                    v[d] = v[d - 3] + solid_random(&seed, -1e-6f, 1e-6f);
        }
    return mesh;
}

static void distances_match_a_slow_search(void **state)
{
    (void)state;
    struct inr_mesh *mesh = soup();
    struct inr_surface *surface = make(mesh, INR_SIGN_NONE, 2);
    float *points = points_in(-1.5f, 1.5f, 1);
    float *distance = malloc(N * sizeof *distance), *position = malloc(N * 3 * sizeof *position);
    inr_surface_closest(surface, points, N, distance, position, NULL);
    for (size_t i = 0; i < N; i++) {
        const double want = solid_distance(mesh, points + 3 * i);
        double to = 0.0;
        for (size_t d = 0; d < 3; d++)
            to += pow((double)points[3 * i + d] - (double)position[3 * i + d], 2.0);
        /* one rounding of the distance, three of the position */
        if (fabs((double)distance[i] - want) > 1.2e-7 * want + 1e-12 ||
            fabs(sqrt(to) - want) > 3e-7)
            fail_msg("point %zu: %.9g by %.9g, slow %.9g", i, (double)distance[i], sqrt(to), want);
    }
    free(points);
    free(distance);
    free(position);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

static const enum inr_sign signs[] = {INR_SIGN_AUTO, INR_SIGN_WINDING, INR_SIGN_STAB,
                                      INR_SIGN_NORMAL};

static void a_cube_has_its_distances(void **state)
{
    (void)state;
    struct inr_mesh *mesh = solid_cube(-0.5f, 0.25f);
    float *points = points_in(-1.0f, 1.0f, 2), *out = malloc(N * sizeof *out);
    for (size_t s = 0; s < sizeof signs / sizeof signs[0]; s++) {
        struct inr_surface *surface = make(mesh, signs[s], 1);
        inr_surface_distance(surface, points, N, out);
        for (size_t i = 0; i < N; i++) {
            const double want = solid_cube_distance(-0.5, 0.25, points + 3 * i);
            if (fabs((double)out[i] - want) > 1.2e-7 * fabs(want))
                fail_msg("%s: %.9g, should be %.9g", inr_sign_name(signs[s]), (double)out[i], want);
        }
        assert_true(fabs(inr_surface_area(surface) - 6 * 0.75 * 0.75) < 1e-12);
        inr_surface_destroy(surface);
    }
    free(points);
    free(out);
    inr_mesh_free(mesh);
}

/* 256 x 128 pieces: chords stay within 0.6 (1 - cos(pi / 256)) + 0.3 (1 - cos(pi / 128)) < 2e-4. */
static void a_torus_has_its_distances(void **state)
{
    (void)state;
    struct inr_mesh *mesh = solid_torus(0.6, 0.3, 256, 128);
    float *points = points_in(-1.0f, 1.0f, 3), *out = malloc(N * sizeof *out);
    float *inside = malloc(N * sizeof *inside);
    assert_non_null(inside);
    for (size_t s = 0; s < sizeof signs / sizeof signs[0]; s++) {
        struct inr_surface *surface = make(mesh, signs[s], 2);
        inr_surface_distance(surface, points, N, out);
        inr_surface_occupancy(surface, points, N, inside);
        for (size_t i = 0; i < N; i++) {
            const double want = solid_torus_distance(0.6, 0.3, points + 3 * i);
            if (fabs((double)out[i] - want) > 2e-4)
                fail_msg("%s: %.9g, should be %.9g", inr_sign_name(signs[s]), (double)out[i], want);
            if (inside[i] != (out[i] < 0.0f ? 1.0f : 0.0f))
                fail_msg("%s: %.9g with an occupancy of %g", inr_sign_name(signs[s]),
                         (double)out[i], (double)inside[i]);
        }
        inr_surface_destroy(surface);
    }
    free(points);
    free(out);
    free(inside);
    inr_mesh_free(mesh);
}

static void answers_do_not_depend_on_threads(void **state)
{
    (void)state;
    struct inr_mesh *mesh = solid_torus(0.6, 0.3, 40, 24);
    float *points = points_in(-0.9f, 0.9f, 4);
    float *out[2], *place[2], *normal[2];
    for (int run = 0; run < 2; run++) {
        struct inr_surface *surface = make(mesh, INR_SIGN_WINDING, run ? 3 : 1);
        out[run] = malloc(N * sizeof(float));
        place[run] = malloc(N * 3 * sizeof(float));
        normal[run] = malloc(N * 3 * sizeof(float));
        inr_surface_closest(surface, points, N, out[run], place[run], normal[run]);
        inr_surface_destroy(surface);
    }
    assert_memory_equal(out[0], out[1], N * sizeof(float));
    assert_memory_equal(place[0], place[1], N * 3 * sizeof(float));
    assert_memory_equal(normal[0], normal[1], N * 3 * sizeof(float));
    for (int run = 0; run < 2; run++) {
        free(out[run]);
        free(place[run]);
        free(normal[run]);
    }
    free(points);
    inr_mesh_free(mesh);
}

static void a_point_that_is_none_gives_nan(void **state)
{
    (void)state;
    struct inr_mesh *mesh = solid_cube(-0.5f, 0.5f);
    struct inr_surface *surface = make(mesh, INR_SIGN_AUTO, 1);
    const float points[9] = {NAN, 0, 0, 0, -INFINITY, 0, 0.5f, 0.5f, 0.5f};
    float out[3], place[9], normal[9];
    inr_surface_closest(surface, points, 3, out, place, normal);
    assert_true(isnan(out[0]) && isnan(out[1]) && isnan(place[0]) && isnan(normal[5]));
    assert_true(out[2] == 0.0f && !signbit(out[2]));
    assert_memory_equal(place + 6, points + 6, 3 * sizeof(float));
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

/* ---- signs of meshes that are not perfect ---- */

static enum inr_sign auto_sign(const struct inr_mesh *mesh)
{
    struct inr_surface *surface = make(mesh, INR_SIGN_AUTO, 1);
    const enum inr_sign sign = inr_surface_sign(surface);
    inr_surface_destroy(surface);
    return sign;
}

/* Whether each of the points is inside, as a string of 0 and 1. */
static void expect_inside(const struct inr_mesh *mesh, enum inr_sign sign, const float *points,
                          const char *want)
{
    float out[16];
    struct inr_surface *surface = make(mesh, sign, 1);
    const size_t n = strlen(want);
    inr_surface_distance(surface, points, n, out);
    for (size_t i = 0; i < n; i++)
        if ((out[i] < 0.0f) != (want[i] == '1'))
            fail_msg("sign %s: point %zu is at %g, which should be %s", inr_sign_name(sign), i,
                     (double)out[i], want[i] == '1' ? "inside" : "outside");
    inr_surface_destroy(surface);
}

static void signs_of_overlaps_cavities_and_turned_parts(void **state)
{
    (void)state;
    /* in the small cube; between the cubes; outside, but within the first's box at 0.6 */
    static const float points[] = {0.01f, 0.02f, 0.03f, 0.4f, 0.3f, 0.35f, 0.1f, 0.2f, 0.7f};
    struct inr_mesh *large = solid_cube(-0.5f, 0.5f), *small = solid_cube(-0.2f, 0.2f);
    struct inr_mesh *joined = solid_join(large, small);
    assert_int_equal(auto_sign(large), INR_SIGN_NORMAL);
    assert_int_equal(auto_sign(joined), INR_SIGN_WINDING);
    expect_inside(joined, INR_SIGN_AUTO, points, "110");
    expect_inside(joined, INR_SIGN_STAB, points, "110");
    solid_turn(joined, 12, 24); /* a cavity */
    expect_inside(joined, INR_SIGN_AUTO, points, "010");
    expect_inside(joined, INR_SIGN_NORMAL, points, "010");
    expect_inside(joined, INR_SIGN_STAB, points, "110"); /* as said in shape.h */
    solid_turn(joined, 0, 24);
    expect_inside(joined, INR_SIGN_AUTO, points, "010");
    solid_turn(large, 0, 12); /* inside out */
    assert_int_equal(auto_sign(large), INR_SIGN_WINDING);
    expect_inside(large, INR_SIGN_AUTO, points, "110");
    solid_turn(large, 3, 5); /* two triangles disagree with the rest */
    assert_int_equal(auto_sign(large), INR_SIGN_STAB);
    expect_inside(large, INR_SIGN_AUTO, points, "110");
    inr_mesh_free(joined);
    inr_mesh_free(large);
    inr_mesh_free(small);
}

static void signs_of_crossing_and_two_sided_parts(void **state)
{
    (void)state;
    static const float points[] = {0.1f, 0.1f, 0.12f, -0.3f, -0.2f, -0.4f,
                                   0.6f, 0.5f, 0.3f,  0.6f,  -0.3f, 0.3f};
    struct inr_mesh *a = solid_cube(-0.5f, 0.2f), *b = solid_cube(0.0f, 0.7f);
    struct inr_mesh *crossing = solid_join(a, b), *twice = solid_join(a, a);
    assert_int_equal(auto_sign(crossing), INR_SIGN_WINDING);
    expect_inside(crossing, INR_SIGN_AUTO, points, "1110");
    expect_inside(crossing, INR_SIGN_STAB, points, "1110");
    solid_turn(twice, 12, 24);
    for (size_t i = 36; i < 72; i++) /* on the vertices of the first */
        twice->triangles[i] -= 8;
    assert_int_equal(auto_sign(twice), INR_SIGN_STAB);
    expect_inside(twice, INR_SIGN_AUTO, points, "1100");
    inr_mesh_free(a);
    inr_mesh_free(b);
    inr_mesh_free(crossing);
    inr_mesh_free(twice);
}

static void an_open_mesh_has_a_soft_inside(void **state)
{
    (void)state;
    static const float points[] = {0.0f, 0.0f, 0.0f, -0.3f, 0.1f, 0.2f, 0.9f, 0.1f, 0.1f};
    struct inr_mesh *mesh = solid_cube(-0.5f, 0.5f);
    float winding[3], distance[3];
    solid_cut(mesh, 2); /* the wall at x = 0.5 */
    struct inr_surface *surface = make(mesh, INR_SIGN_AUTO, 1);
    assert_int_equal(inr_surface_sign(surface), INR_SIGN_WINDING);
    inr_surface_winding(surface, points, 3, winding);
    /* seen from the middle, one of six equal walls is missing; 12 triangles are summed exactly */
    assert_true(fabs((double)winding[0] - 5.0 / 6.0) < 1e-6);
    assert_true(winding[1] > winding[0] && winding[2] < 0.25f);
    expect_inside(mesh, INR_SIGN_AUTO, points, "110");
    expect_inside(mesh, INR_SIGN_STAB, points, "000");
    inr_surface_destroy(surface);
    surface = make(mesh, INR_SIGN_NONE, 1);
    inr_surface_distance(surface, points, 3, distance);
    assert_true(distance[0] == 0.5f && fabsf(distance[1] - 0.2f) < 1e-6f && distance[2] > 0.0f);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

/* The tree's expansions against the sum over all solid angles: far and near, to what is promised.
 */
static void winding_numbers_of_many_triangles(void **state)
{
    (void)state;
    struct inr_mesh *mesh = solid_torus(0.6, 0.3, 90, 70);
    struct inr_surface *surface = make(mesh, INR_SIGN_WINDING, 2);
    float *points = points_in(-1.2f, 1.2f, 6), *out = malloc(N * sizeof *out);
    double worst = 0.0;
    inr_surface_winding(surface, points, N, out);
    for (size_t i = 0; i < N; i++) {
        const double distance = solid_torus_distance(0.6, 0.3, points + 3 * i);
        if (fabs(distance) > 1e-3) /* else the polygons may lie on the other side */
            worst = fmax(worst, fabs((double)out[i] - (distance < 0.0 ? 1.0 : 0.0)));
    }
    if (worst > 0.05)
        fail_msg("off by %g", worst);
    free(points);
    free(out);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

/* ---- samples ---- */

static void samples_are_even_and_numbered(void **state)
{
    (void)state;
    enum { COUNT = 120000 };
    struct inr_mesh *mesh = solid_cube(-0.5f, 0.5f);
    float *points = malloc(COUNT * 3 * sizeof *points),
          *normals = malloc(COUNT * 3 * sizeof(float));
    float part[300], part_normals[300];
    size_t walls[6] = {0}, octants[8] = {0};
    /* half of the lower wall loses its area, and so is never drawn */
    mesh->triangles[3] = mesh->triangles[4];
    struct inr_surface *surface = make(mesh, INR_SIGN_NONE, 2);
    inr_surface_sample(surface, 7, 3, 0, COUNT, points, normals);
    for (size_t i = 0; i < COUNT; i++) {
        int on = 0;
        for (size_t d = 0; d < 3; d++) {
            const float x = points[3 * i + d], n = normals[3 * i + d];
            assert_true(fabsf(x) <= 0.5f);
            on += fabsf(x) == 0.5f && n == 2.0f * x;
            if (n != 0.0f)
                walls[2 * d + (n > 0.0f)]++;
        }
        assert_true(on >= 1);
        octants[(points[3 * i] > 0) + 2 * (points[3 * i + 1] > 0) + 4 * (points[3 * i + 2] > 0)]++;
    }
    /* eleven half walls are left; five deviations of a binomial */
    const double half = COUNT / 11.0, spread = 5.0 * sqrt(2.0 * half);
    for (int w = 0; w < 6; w++)
        assert_true(fabs((double)walls[w] - (w == 4 ? half : 2.0 * half)) < spread);
    for (int o = 4; o < 8; o++) /* the upper half is whole */
        assert_true(fabs((double)octants[o] - 3.0 * half / 2.0) < spread);
    inr_surface_sample(surface, 7, 3, 5000, 100, part, part_normals);
    assert_memory_equal(part, points + 15000, sizeof part);
    assert_memory_equal(part_normals, normals + 15000, sizeof part_normals);
    inr_surface_sample(surface, 8, 3, 5000, 100, part, NULL);
    assert_memory_not_equal(part, points + 15000, sizeof part);
    inr_surface_sample(surface, 7, 4, 5000, 100, part, NULL);
    assert_memory_not_equal(part, points + 15000, sizeof part);
    inr_surface_sample(surface, 7, 3, ((uint64_t)1 << 32) + 5000, 100, part, NULL);
    assert_memory_not_equal(part, points + 15000, sizeof part);
    free(points);
    free(normals);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

/* ---- clouds ---- */

/* 4000 points on a sphere of 0.7 are some 0.04 apart; the sphere bends away from its discs, which
 * reach less than 0.08, by at most 0.08^2 / 1.4 = 0.0046. */
static void a_cloud_with_normals_is_a_surface(void **state)
{
    (void)state;
    struct inr_mesh *mesh = solid_sphere_cloud(0.7, 4000);
    struct inr_surface *surface = make(mesh, INR_SIGN_AUTO, 2);
    float *points = points_in(-1.0f, 1.0f, 8), *out = malloc(N * sizeof *out);
    assert_int_equal(inr_surface_sign(surface), INR_SIGN_NORMAL);
    inr_surface_distance(surface, points, N, out);
    for (size_t i = 0; i < N; i++) {
        const float *p = points + 3 * i;
        const double want = sqrt((double)(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])) - 0.7;
        if (fabs((double)out[i] - want) > 0.0046)
            fail_msg("%g, should be %g", (double)out[i], want);
    }
    inr_surface_destroy(surface);
    free(mesh->normals);
    mesh->normals = NULL;
    surface = make(mesh, INR_SIGN_AUTO, 1);
    assert_int_equal(inr_surface_sign(surface), INR_SIGN_NONE);
    inr_surface_distance(surface, points, N, out);
    for (size_t i = 0; i < N; i += 10) {
        double best = (double)INFINITY;
        for (size_t j = 0; j < mesh->n_vertices; j++) {
            double sum = 0.0;
            for (size_t d = 0; d < 3; d++)
                sum += pow((double)points[3 * i + d] - (double)mesh->vertices[3 * j + d], 2.0);
            best = fmin(best, sqrt(sum));
        }
        assert_true(fabs((double)out[i] - best) <= 1.2e-7 * best);
    }
    free(points);
    free(out);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

/* A box of points: at its edges, the discs of one wall reach past the other. 1000 points a unit of
 * area make discs of some 0.044, and of up to twice that where the draw left a gap. */
static void a_cloud_has_edges(void **state)
{
    (void)state;
    struct inr_mesh *cube = solid_cube(-0.5f, 0.5f), *mesh;
    struct inr_surface *whole = make(cube, INR_SIGN_NONE, 1);
    assert_int_equal(inr_mesh_create(6000, 0, true, &mesh, NULL), INR_OK);
    inr_surface_sample(whole, 1, 1, 0, 6000, mesh->vertices, mesh->normals);
    struct inr_surface *surface = make(mesh, INR_SIGN_AUTO, 2);
    float *points = points_in(-0.7f, 0.7f, 9), *out = malloc(N * sizeof *out);
    inr_surface_distance(surface, points, N, out);
    size_t wrong = 0;
    double worst = 0.0, sum = 0.0;
    for (size_t i = 0; i < N; i++) {
        const double want = solid_cube_distance(-0.5, 0.5, points + 3 * i);
        wrong += fabs(want) > 0.02 && (out[i] < 0.0f) != (want < 0.0);
        worst = fmax(worst, fabs(fabs((double)out[i]) - fabs(want)));
        sum += fabs(fabs((double)out[i]) - fabs(want)) / N;
    }
    assert_int_equal(wrong, 0);
    assert_true(worst < 0.08 && sum < 0.01);
    free(points);
    free(out);
    inr_surface_destroy(surface);
    inr_surface_destroy(whole);
    inr_mesh_free(mesh);
    inr_mesh_free(cube);
}

static void few_points_are_a_cloud_too(void **state)
{
    (void)state;
    struct inr_mesh *mesh;
    assert_int_equal(inr_mesh_create(2, 0, true, &mesh, NULL), INR_OK);
    mesh->vertices[3] = 0.5f;
    mesh->normals[2] = mesh->normals[5] = 1.0f;
    const float points[6] = {0.25f, 0.0f, 0.125f, 0.25f, 0.0f, -0.125f};
    float out[2], sample[12], normals[12];
    struct inr_surface *surface = make(mesh, INR_SIGN_AUTO, 1);
    inr_surface_distance(surface, points, 2, out);
    assert_true(out[0] == 0.125f && out[1] == -0.125f);
    inr_surface_sample(surface, 1, 1, 0, 4, sample, normals);
    for (int i = 0; i < 4; i++)
        assert_true((sample[3 * i] == 0.0f || sample[3 * i] == 0.5f) && normals[3 * i + 2] == 1.0f);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

/* ---- refusals ---- */

static void refuse(const struct inr_mesh *mesh, enum inr_sign sign, enum inr_status want,
                   const char *words)
{
    struct inr_surface *surface;
    struct inr_error err = {0};
    const enum inr_status status = inr_surface_create(mesh, sign, 1, &surface, &err);
    if (status != want || surface || !strstr(err.text, words))
        fail_msg("status %d, '%s' does not say '%s'", (int)status, err.text, words);
}

static void what_cannot_be_asked_is_said(void **state)
{
    (void)state;
    struct inr_mesh *cloud = solid_sphere_cloud(0.5, 50), *cube = solid_cube(-1e30f, 1e30f);
    refuse(cloud, INR_SIGN_WINDING, INR_ERR_USAGE, "'winding'");
    refuse(cloud, INR_SIGN_STAB, INR_ERR_USAGE, "'stab'");
    free(cloud->normals);
    cloud->normals = NULL;
    refuse(cloud, INR_SIGN_NORMAL, INR_ERR_USAGE, "no normals");
    refuse(cube, INR_SIGN_AUTO, INR_ERR_USAGE, "enter a frame");
    struct inr_frame frame;
    inr_mesh_frame(cube, 0.0, &frame);
    inr_mesh_enter(cube, &frame);
    expect_inside(cube, INR_SIGN_AUTO, (const float[]){0.9f, 0.9f, 0.9f, 1.1f, 0.0f, 0.0f}, "10");
    for (size_t i = 0; i < 8; i++)
        cube->vertices[3 * i] = cube->vertices[3 * i + 1] = 0.0f;
    refuse(cube, INR_SIGN_AUTO, INR_ERR_INPUT, "area of zero");
    cube->n_triangles = 0;
    refuse(cube, INR_SIGN_AUTO, INR_ERR_INPUT, "empty");
    inr_mesh_free(cloud);
    inr_mesh_free(cube);
    enum inr_sign sign;
    for (int s = INR_SIGN_AUTO; s <= INR_SIGN_NONE; s++) {
        assert_true(inr_sign_by_name(inr_sign_name((enum inr_sign)s), &sign));
        assert_int_equal(sign, s);
    }
    assert_false(inr_sign_by_name("inside", &sign));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_match_a_slow_search),
        cmocka_unit_test(a_cube_has_its_distances),
        cmocka_unit_test(a_torus_has_its_distances),
        cmocka_unit_test(answers_do_not_depend_on_threads),
        cmocka_unit_test(a_point_that_is_none_gives_nan),
        cmocka_unit_test(signs_of_overlaps_cavities_and_turned_parts),
        cmocka_unit_test(signs_of_crossing_and_two_sided_parts),
        cmocka_unit_test(an_open_mesh_has_a_soft_inside),
        cmocka_unit_test(winding_numbers_of_many_triangles),
        cmocka_unit_test(samples_are_even_and_numbered),
        cmocka_unit_test(a_cloud_with_normals_is_a_surface),
        cmocka_unit_test(a_cloud_has_edges),
        cmocka_unit_test(few_points_are_a_cloud_too),
        cmocka_unit_test(what_cannot_be_asked_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
