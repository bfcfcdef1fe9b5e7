/* SPDX-License-Identifier: MIT
 *
 * test_shape_compare.c - Scores of shapes whose distances are known.
 */
#include "inrush/extract.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mesh_case.h"

static double radius, shift;

static double ball(const double *x)
{
    return sqrt((x[0] - shift) * (x[0] - shift) + x[1] * x[1] + x[2] * x[2]) - radius;
}

static struct inr_mesh *ball_mesh(double r, double dx)
{
    struct shape shape = {.value = ball};
    const struct inr_shape_source source = {.values = shape_values, .data = &shape};
    const struct inr_extract_options options = {.resolution = 64};
    struct inr_mesh *mesh = NULL;
    struct inr_error err = {0};
    radius = r;
    shift = dx;
    if (inr_shape_extract(&source, &options, NULL, &mesh, &err) != INR_OK)
        fail_msg("%s", err.text);
    return mesh;
}

static struct inr_shape_scores compare(const struct inr_mesh *a, const struct inr_mesh *b,
                                       struct inr_shape_measure measure)
{
    struct inr_shape_scores scores;
    struct inr_error err = {0};
    if (inr_shape_compare(a, b, &measure, NULL, &scores, &err) != INR_OK)
        fail_msg("%s", err.text);
    return scores;
}

/* Concentric balls are as far apart everywhere as their radii; facets of side 2/63 make the
 * distance uneven by their sagitta, h^2 / 8r = 2e-4. */
static void test_concentric(void **state)
{
    struct inr_mesh *a = ball_mesh(0.6, 0.0), *b = ball_mesh(0.65, 0.0);
    const struct inr_shape_scores s = compare(a, b, (struct inr_shape_measure){.samples = 20000});
    (void)state;
    assert_true(fabs(s.chamfer - 0.05) < 2e-4);
    assert_true(fabs(s.accuracy - 0.05) < 2e-4 && fabs(s.completeness - 0.05) < 2e-4);
    assert_true(fabs(s.chamfer_squared - 0.0025) < 3e-5);
    assert_true(fabs(s.hausdorff - 0.05) < 6e-4);
    assert_true(s.normal_error_deg > 0.0 && s.normal_error_deg < 3.0); /* h / r = 3 degrees */
    assert_true(fabs(s.diagonal - 1.2 * sqrt(3.0)) < 2e-3);
    assert_true(isnan(s.iou) && isnan(s.distance_error));
    inr_mesh_free(a);
    inr_mesh_free(b);
}

/* A ball moved by d: distances are |d cos| to first order, whose mean over a ball is d / 2; the
 * normals turn by the angle asin(d sin / r), of mean pi d / 4r. */
static void test_moved(void **state)
{
    struct inr_mesh *a = ball_mesh(0.6, 0.0), *b = ball_mesh(0.6, 0.06);
    const struct inr_shape_scores s = compare(a, b, (struct inr_shape_measure){.samples = 20000});
    (void)state;
    assert_true(fabs(s.chamfer - 0.03) < 5e-4);
    assert_true(fabs(s.hausdorff - 0.06) < 5e-4);
    assert_true(fabs(s.normal_error_deg - 4.5) < 0.7);
    inr_mesh_free(a);
    inr_mesh_free(b);
}

/* The same draw gives the same numbers; another one other digits; a mesh equals itself; units and
 * far places make no difference. */
static void test_draws(void **state)
{
    struct inr_mesh *a = ball_mesh(0.6, 0.0), *b = ball_mesh(0.6, 0.06);
    const struct inr_shape_measure measure = {.samples = 10000, .seed = 3};
    const struct inr_shape_scores s = compare(a, b, measure), t = compare(a, b, measure);
    const struct inr_shape_scores u =
        compare(a, b, (struct inr_shape_measure){.samples = 10000, .seed = 4});
    const struct inr_shape_scores v =
        compare(a, b, (struct inr_shape_measure){.samples = 10000, .seed = 3, .threads = 1});
    struct inr_error err = {0};
    struct inr_shape_scores none;
    struct inr_mesh empty = *a;
    (void)state;
    assert_memory_equal(&s.chamfer, &t.chamfer, sizeof s.chamfer);
    assert_memory_equal(&s.hausdorff, &v.hausdorff, sizeof s.hausdorff);
    assert_true(s.chamfer != u.chamfer && fabs(s.chamfer - u.chamfer) < 5e-4);
    assert_true(compare(a, a, measure).hausdorff < 1e-6);
    for (size_t i = 0; i < 3 * a->n_vertices; i++)
        a->vertices[i] = 1000.0f * a->vertices[i] + 5000.0f;
    for (size_t i = 0; i < 3 * b->n_vertices; i++)
        b->vertices[i] = 1000.0f * b->vertices[i] + 5000.0f;
    assert_true(fabs(compare(a, b, measure).chamfer / 1000.0 - s.chamfer) < 1e-5);
    empty.n_triangles = 0;
    assert_int_equal(inr_shape_compare(a, &empty, &measure, NULL, &none, &err), INR_ERR_INPUT);
    assert_true(isnan(none.chamfer));
    inr_mesh_free(a);
    inr_mesh_free(b);
}

/* A ball of radius 0.5 against one of 0.6: IoU (5/6)^3; distances differ by 0.1 everywhere. */
static void test_fields(void **state)
{
    struct inr_mesh *mesh = ball_mesh(0.6, 0.0);
    struct inr_surface *surface = NULL;
    struct inr_error err = {0};
    struct inr_shape_scores s;
    struct shape shape = {.value = ball};
    struct inr_shape_source source = {.values = shape_values, .data = &shape, .distance = true};
    const struct inr_shape_measure measure = {.samples = 40000};
    (void)state;
    assert_int_equal(inr_surface_create(mesh, INR_SIGN_AUTO, 0, &surface, &err), INR_OK);
    radius = 0.5;
    assert_int_equal(inr_shape_compare_field(surface, &source, &measure, NULL, &s, &err), INR_OK);
    /* 4500 of the points are inside: a deviation of 0.007 */
    assert_true(fabs(s.iou - 125.0 / 216.0) < 0.03);
    assert_true(s.iou_near < 1e-3); /* ten deviations away */
    assert_true(fabs(s.distance_error - 0.1) < 3e-4);
    assert_true(fabs(s.distance_error_near - 0.1) < 6e-4);
    assert_true(isnan(s.chamfer));
    radius = 0.6;
    source.distance = false;
    assert_int_equal(inr_shape_compare_field(surface, &source, &measure, NULL, &s, &err), INR_OK);
    assert_true(s.iou > 0.995 && s.iou_near > 0.97 && s.iou <= 1.0 && s.iou_near < 1.0);
    assert_true(isnan(s.distance_error));

    /* The mesh as a field of its own is exact, and meshes to itself. */
    source = inr_surface_source(surface);
    assert_int_equal(inr_shape_compare_field(surface, &source, &measure, NULL, &s, &err), INR_OK);
    assert_true(s.iou == 1.0 && s.iou_near == 1.0 && s.distance_error == 0.0);
    struct inr_mesh *again = NULL;
    const struct inr_extract_options options = {.resolution = 48};
    assert_int_equal(inr_shape_extract(&source, &options, NULL, &again, &err), INR_OK);
    assert_int_equal(mesh_facts(again).open_edges, 0);
    assert_int_equal(mesh_facts(again).euler, 2);
    /* Facets of 2/63 that meet at 3 degrees lose their corners to cells of 2/47. */
    assert_true(compare(mesh, again, measure).hausdorff < 2e-3);
    inr_mesh_free(again);
    inr_surface_destroy(surface);

    assert_int_equal(inr_surface_create(mesh, INR_SIGN_NONE, 0, &surface, &err), INR_OK);
    assert_int_equal(inr_shape_compare_field(surface, &source, &measure, NULL, &s, NULL),
                     INR_ERR_USAGE);
    inr_surface_destroy(surface);
    inr_mesh_free(mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_concentric),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
