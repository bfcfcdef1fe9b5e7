/* SPDX-License-Identifier: MIT
 *
 * test_mesh_check.c - What is dropped from a mesh as it is read, what is wrong with the rest, and
 * that size and place do not matter.
 */
#include "folder_case.h"
#include "mesh_file.h"
#include "solid_case.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- cleaning ---- */

static void bad_parts_are_dropped_and_counted(void **state)
{
    (void)state;
    struct inr_mesh_report r;
    struct inr_mesh *mesh =
        read_text("a.obj",
                  TETRA_OBJ "v nan 0 0\nv 0 0 inf\nv 1e39 0 0\nv 9 9 9\n"
                            "v 0 0 0\n" FACES "f 1 2 5\nf 6 2 3\nf 7 2 3\n" /* not finite */
                            "f 1 1 2\nf 9 1 2\n"                            /* degenerate */
                            "f 1 2 3\nf 2 4 1\n",                           /* mirrored, again */
                  &r);
    assert_int_equal(mesh->n_vertices, 4);
    assert_int_equal(mesh->n_triangles, 5);
    assert_true(r.bad_vertices >= 3 && r.bad_triangles == 3);
    assert_int_equal(r.degenerate, 2);
    assert_int_equal(r.duplicates, 1);
    assert_int_equal(r.two_sided, 1);
    assert_true(inr_mesh_report_worrying(&r));
    inr_mesh_free(mesh);
}

static void a_mesh_inside_out_is_turned(void **state)
{
    (void)state;
    struct inr_mesh *cube = solid_cube(2.0f, 3.0f);
    struct inr_mesh_report r;
    char text[512];
    solid_turn(cube, 0, 12);
    assert_int_equal(inr_mesh_write(in_folder("cube.stl"), cube, NULL), INR_OK);
    struct inr_mesh *back = read_path(in_folder("cube.stl"), &r);
    assert_true(r.turned && fabs(r.volume - 1.0) < 1e-6);
    inr_mesh_report_text(&r, text, sizeof text);
    assert_string_equal(text, "a closed mesh of 12 triangles in 1 piece; it faced inwards and was "
                              "turned round");
    inr_mesh_free(back);
    inr_mesh_free(cube);
}

/* ---- the report ---- */

static struct inr_mesh_report check(const struct inr_mesh *mesh)
{
    struct inr_mesh_report r = {0};
    assert_int_equal(inr_mesh_check(mesh, &r, NULL), INR_OK);
    return r;
}

static void faults_are_found(void **state)
{
    (void)state;
    struct inr_mesh *a = solid_cube(0.0f, 1.0f), *b = solid_cube(0.5f, 1.5f);
    struct inr_mesh *far = solid_cube(4.0f, 5.0f), *apart = solid_join(a, far);
    struct inr_mesh *crossing = solid_join(a, b);
    struct inr_mesh_report r = check(apart);
    assert_true(r.closed && r.components == 2 && r.crossing_edges == 0 && r.volume == 2.0);
    r = check(crossing);
    /* three edges of either cube end in the other; their walls are cut along diagonals too */
    assert_true(r.closed && r.components == 2 && r.crossing_edges >= 6 && r.crossing_edges <= 12);
    solid_turn(a, 4, 5);
    r = check(a);
    assert_true(r.closed && r.inconsistent == 3);
    solid_turn(a, 4, 5);
    solid_cut(a, 1);
    r = check(a);
    assert_true(!r.closed && r.open_edges == 3 && r.inconsistent == 0 && r.components == 1);
    inr_mesh_free(a);
    inr_mesh_free(b);
    inr_mesh_free(far);
    inr_mesh_free(apart);
    inr_mesh_free(crossing);
}

/* Two tetrahedra on one edge, read as files are: four triangles meet there. */
static void edges_of_more_than_two_triangles_are_found(void **state)
{
    (void)state;
    struct inr_mesh_report r;
    char text[512];
    struct inr_mesh *mesh = read_text(
        "a.obj", TETRA_OBJ "v 0 -1 0\nv 1 -1 -1\n" FACES "f 1 5 2\nf 1 2 6\nf 1 6 5\nf 2 5 6\n",
        &r);
    assert_true(r.closed && r.crowded_edges == 1 && r.components == 1);
    inr_mesh_report_text(&r, text, sizeof text);
    assert_non_null(strstr(text, "1 edge of more than two triangles"));
    inr_mesh_free(mesh);
}

static void a_closed_surface_without_faults_has_none(void **state)
{
    (void)state;
    struct inr_mesh *torus = solid_torus(0.6, 0.3, 90, 60);
    const struct inr_mesh_report r = check(torus);
    char text[512];
    assert_true(r.closed && r.components == 1);
    assert_int_equal(r.crossing_edges + r.inconsistent + r.crowded_edges + r.needles + r.two_sided,
                     0);
    /* 2 pi^2 R r^2, 4 pi^2 R r, less what chords leave out */
    assert_true(fabs(r.volume / 1.06592 - 1.0) < 4e-3 && fabs(r.area / 7.10612 - 1.0) < 2e-3);
    inr_mesh_report_text(&r, text, sizeof text);
    assert_string_equal(text, "a closed mesh of 10800 triangles in 1 piece");
    inr_mesh_report_text(&r, text, 9);
    assert_string_equal(text, "a closed");
    inr_mesh_free(torus);
}

/* Through itself by hand: one vertex of a finely cut torus pulled to the other side. */
static void a_surface_that_crosses_itself_is_found(void **state)
{
    (void)state;
    struct inr_mesh *torus = solid_torus(0.6, 0.3, 60, 40);
    torus->vertices[0] = -0.9f;
    torus->vertices[1] = 0.017f;
    torus->vertices[2] = 0.011f;
    const struct inr_mesh_report r = check(torus);
    char text[512];
    assert_true(r.closed && r.crossing_edges > 0);
    inr_mesh_report_text(&r, text, sizeof text);
    assert_non_null(strstr(text, "a closed but self-intersecting mesh"));
    inr_mesh_free(torus);
}

/* ---- huge, tiny and far ---- */

static void any_size_enters_a_frame(void **state)
{
    (void)state;
    static const float sizes[] = {1e30f, 1e-30f, 1e-3f, 1e6f};
    for (size_t i = 0; i < 4; i++) {
        struct inr_mesh *cube = solid_cube(-sizes[i], 3.0f * sizes[i]), *back;
        struct inr_mesh_report r;
        struct inr_frame frame;
        assert_int_equal(inr_mesh_write(in_folder("a.ply"), cube, NULL), INR_OK);
        back = read_path(in_folder("a.ply"), &r);
        assert_true(r.closed && r.crossing_edges == 0 && !inr_mesh_report_worrying(&r));
        inr_mesh_frame(back, 0.1, &frame);
        inr_mesh_enter(back, &frame);
        for (size_t k = 0; k < 24; k++)
            assert_true(fabs(fabs((double)back->vertices[k]) - 0.9) < 1e-7);
        inr_mesh_leave(back, &frame);
        for (size_t k = 0; k < 24; k++)
            assert_true(fabs((double)(back->vertices[k] / cube->vertices[k]) - 1.0) < 1e-6);
        inr_mesh_free(back);
        inr_mesh_free(cube);
    }
}

static void a_mesh_too_far_away_is_told(void **state)
{
    (void)state;
    struct inr_mesh_report r;
    char text[512];
    struct inr_mesh *cube = solid_cube(500000.0f, 500001.0f);
    r = check(cube);
    assert_true(r.steps == 32.0 && inr_mesh_report_worrying(&r));
    inr_mesh_report_text(&r, text, sizeof text);
    assert_non_null(strstr(text, "only 32 steps along its longest side"));
    inr_mesh_free(cube);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bad_parts_are_dropped_and_counted),
        TEST(a_mesh_inside_out_is_turned),
        TEST(faults_are_found),
        TEST(edges_of_more_than_two_triangles_are_found),
        TEST(a_closed_surface_without_faults_has_none),
        TEST(a_surface_that_crosses_itself_is_found),
        TEST(any_size_enters_a_frame),
        TEST(a_mesh_too_far_away_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
