/* SPDX-License-Identifier: MIT
 *
 * test_winding.c - Winding numbers against the sum over the solid angles of all triangles: of
 * closed, open and tangled meshes, far away, near holes, on the planes of walls that are not there.
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

#define N 1500

static struct inr_surface *make(const struct inr_mesh *mesh, enum inr_sign sign)
{
    struct inr_surface *surface;
    struct inr_error err = {0};
    if (inr_surface_create(mesh, sign, 1, &surface, &err) != INR_OK)
        fail_msg("%s", err.text);
    return surface;
}

/* Van Oosterom and Strackee 1983, a triangle at a time. */
static double slow_winding(const struct inr_mesh *mesh, const float *q)
{
    double sum = 0.0;
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        double v[3][3], length[3], inner[3], volume = 0.0;
        for (size_t k = 0; k < 3; k++)
            for (size_t d = 0; d < 3; d++)
                v[k][d] = (double)mesh->vertices[3 * (size_t)mesh->triangles[3 * i + k] + d] -
                          (double)q[d];
        for (size_t k = 0; k < 3; k++) {
            const double *a = v[k], *b = v[(k + 1) % 3];
            length[k] = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
            inner[k] = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        }
        for (size_t d = 0; d < 3; d++)
            volume += v[0][d] * (v[1][(d + 1) % 3] * v[2][(d + 2) % 3] -
                                 v[1][(d + 2) % 3] * v[2][(d + 1) % 3]);
        sum += atan2(volume, length[0] * length[1] * length[2] + inner[0] * length[2] +
                                 inner[1] * length[0] + inner[2] * length[1]);
    }
    return sum / (2.0 * 3.14159265358979323846);
}

/* A third anywhere, a third near the surface at 1e-2 to 1e-7, a third on a lattice whose planes and
 * diagonals hold vertices, edges and walls. */
static float *draw_points(const struct inr_surface *surface, uint32_t seed)
{
    float *points = malloc(N * 3 * sizeof *points), *normals = malloc(N * 3 * sizeof *normals);
    assert_non_null(points);
    assert_non_null(normals);
    inr_surface_sample(surface, seed, 0, 0, N, points, normals);
    for (size_t i = 0; i < N; i++)
        for (size_t d = 0; d < 3; d++) {
            float *x = points + 3 * i + d;
            const float away = powf(10.0f, -2.0f - (float)(i / 3 % 6));
            if (i % 3 == 0)
                *x = solid_random(&seed, -1.0f, 1.0f);
            else if (i % 3 == 1)
                *x += (i % 2 ? away : -away) * normals[3 * i + d];
            else
                *x = 0.125f * floorf(solid_random(&seed, -7.0f, 8.0f));
        }
    free(normals);
    return points;
}

/* What is promised of the sum's far parts. */
#define HUNDREDTHS 0.05
/* Of a point in the mesh's own plane it is a matter of rounding on which side of it it is. */
#define TOUCHING 1e-7

static void check(const struct inr_mesh *mesh, const char *name)
{
    struct inr_surface *surface = make(mesh, INR_SIGN_WINDING);
    float *points = draw_points(surface, 3), *out = malloc(N * sizeof *out);
    float *distance = malloc(N * sizeof *distance), *occupancy = malloc(N * sizeof *occupancy);
    size_t inside = 0, outside = 0;
    assert_non_null(out);
    assert_non_null(distance);
    assert_non_null(occupancy);
    inr_surface_winding(surface, points, N, out);
    inr_surface_distance(surface, points, N, distance);
    inr_surface_occupancy(surface, points, N, occupancy);
    for (size_t i = 0; i < N; i++) {
        const double want = slow_winding(mesh, points + 3 * i);
        if (fabsf(distance[i]) < (float)TOUCHING)
            continue;
        if (fabs((double)out[i] - want) > HUNDREDTHS)
            fail_msg("%s: point %zu (%g %g %g) has %g, not %g", name, i, (double)points[3 * i],
                     (double)points[3 * i + 1], (double)points[3 * i + 2], (double)out[i], want);
        if (fabs(fabs(want) - 0.5) > HUNDREDTHS && (distance[i] < 0.0f) != (fabs(want) >= 0.5))
            fail_msg("%s: point %zu is at %g with %g turns", name, i, (double)distance[i], want);
        if (occupancy[i] != (distance[i] < 0.0f ? 1.0f : 0.0f))
            fail_msg("%s: point %zu is at %g with an occupancy of %g", name, i, (double)distance[i],
                     (double)occupancy[i]);
        inside += distance[i] < 0.0f;
        outside += distance[i] > 0.0f;
    }
    assert_true(inside > N / 100 && outside > N / 10);
    free(points);
    free(out);
    free(distance);
    free(occupancy);
    inr_surface_destroy(surface);
}

/* Every n-th triangle is left out: holes that a ray's count needs caps for, or too many of them. */
static void pierce(struct inr_mesh *mesh, size_t every)
{
    size_t kept = 0;
    for (size_t i = 0; i < mesh->n_triangles; i++)
        if (i % every != 3)
            memmove(mesh->triangles + 3 * kept++, mesh->triangles + 3 * i,
                    3 * sizeof *mesh->triangles);
    mesh->n_triangles = kept;
}

static void closed_and_open_meshes(void **state)
{
    (void)state;
    static const size_t every[] = {SIZE_MAX, 61, 29, 5};
    struct inr_mesh *cube = solid_cube(-0.5f, 0.5f);
    check(cube, "cube");
    solid_cut(cube, 1);
    check(cube, "cube without half a wall");
    solid_cut(cube, 1);
    check(cube, "cube without a wall");
    inr_mesh_free(cube);
    for (size_t k = 0; k < sizeof every / sizeof every[0]; k++) {
        struct inr_mesh *torus = solid_torus(0.6, 0.3, 24, 16);
        pierce(torus, every[k]);
        check(torus, "torus");
        inr_mesh_free(torus);
    }
}

/* Pieces through one another, one of them with a hole, another turned in part, whose rims count
 * twice, and a wing that hangs on an edge of three triangles. */
static void tangled_meshes(void **state)
{
    (void)state;
    struct inr_mesh *torus = solid_torus(0.55, 0.3, 24, 16), *cube = solid_cube(-0.125f, 0.75f);
    struct inr_mesh *joined = solid_join(torus, cube), *all = solid_join(joined, torus);
    check(joined, "two pieces");
    solid_turn(all, 40, 47);
    pierce(all, 97);
    check(all, "three pieces, turned in part, with holes");
    all->triangles[3 * 200] = all->triangles[3 * 300];
    check(all, "the same with a wing");
    inr_mesh_free(torus);
    inr_mesh_free(cube);
    inr_mesh_free(joined);
    inr_mesh_free(all);
}

/* Whole numbers to the last bit are those of rays: the sum's are off by its expansions. */
static void closed_meshes_have_whole_numbers(void **state)
{
    (void)state;
    struct inr_mesh *torus = solid_torus(0.6, 0.3, 90, 70), *twice = solid_join(torus, torus);
    struct inr_surface *surface = make(twice, INR_SIGN_WINDING);
    float *points = draw_points(surface, 4), *out = malloc(N * sizeof *out);
    size_t whole = 0;
    assert_non_null(out);
    inr_surface_winding(surface, points, N, out);
    for (size_t i = 0; i < N; i++) {
        const double distance = solid_torus_distance(0.6, 0.3, points + 3 * i);
        const float want = distance < 0.0 ? 2.0f : 0.0f;
        if (fabs(distance) > 1e-3 && fabsf(out[i] - want) > 0.1f)
            fail_msg("point %zu has %g, not %g", i, (double)out[i], (double)want);
        whole += out[i] == roundf(out[i]);
    }
    assert_true(whole > N * 99 / 100);
    free(points);
    free(out);
    inr_surface_destroy(surface);
    inr_mesh_free(twice);
    inr_mesh_free(torus);
}

/* Points whose rays, by the directions in use, pass the middle of an edge as nearly as floats can:
 * each direction is that of some point, and the others do no harm. */
static void rays_through_edges(void **state)
{
    (void)state;
    static const double askew[3][2] = {
        {0.1533203125, 0.0791015625}, {-0.0693359375, 0.2158203125}, {0.2822265625, -0.1923828125}};
    struct inr_mesh *torus = solid_torus(0.6, 0.3, 24, 16);
    struct inr_surface *surface = make(torus, INR_SIGN_WINDING);
    const size_t n = 18 * torus->n_triangles;
    float *points = malloc(n * 3 * sizeof *points), *out = malloc(n * sizeof *out);
    uint32_t seed = 8;
    assert_non_null(points);
    assert_non_null(out);
    for (size_t i = 0; i < n; i++) {
        const uint32_t *t = torus->triangles + 3 * (i / 18);
        const size_t axis = i % 3;
        const double *by = askew[i / 3 % 3];
        const float back = solid_random(&seed, 0.01f, 0.1f) * (i / 9 % 2 ? 1.0f : -1.0f);
        float *x = points + 3 * i;
        for (size_t d = 0; d < 3; d++)
            x[d] = 0.5f * (torus->vertices[3 * (size_t)t[i / 54 % 3] + d] +
                           torus->vertices[3 * (size_t)t[(i / 54 + 1) % 3] + d]);
        x[axis] -= back;
        x[(axis + 1) % 3] -= fabsf(back) * (float)by[0];
        x[(axis + 2) % 3] -= fabsf(back) * (float)by[1];
    }
    inr_surface_winding(surface, points, n, out);
    for (size_t i = 0; i < n; i += 7) {
        const double want = slow_winding(torus, points + 3 * i);
        if (fabs((double)out[i] - want) > HUNDREDTHS)
            fail_msg("point %zu has %g, not %g", i, (double)out[i], want);
    }
    free(points);
    free(out);
    inr_surface_destroy(surface);
    inr_mesh_free(torus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_and_open_meshes),
        cmocka_unit_test(tangled_meshes),
        cmocka_unit_test(rays_through_edges),
        cmocka_unit_test(closed_meshes_have_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
