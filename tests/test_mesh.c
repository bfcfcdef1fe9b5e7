/* SPDX-License-Identifier: MIT
 *
 * test_mesh.c - Meshes and clouds from and to files.
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

/* ---- reading ---- */

static const char tetra_ply[] = "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\n"
                                "property float y\nproperty float z\nelement face 4\n"
                                "property list uchar int vertex_indices\nend_header\n"
                                "0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3\n3 0 3 2\n3 1 2 3\n";

#define CORNER(x) "vertex " x "\n"
#define FACET(a, b, c)                                                                             \
    "facet normal 0 0 0\nouter loop\n" CORNER(a) CORNER(b) CORNER(c) "endloop\nendfacet\n"

static const char tetra_stl[] =
    "solid tetra\n" FACET("0 0 0", "0 1 0", "1 0 0") FACET("0 0 0", "1 0 0", "0 0 1")
        FACET("0 0 0", "0 0 1", "0 1 0") FACET("1 0 0", "0 1 0", "0 0 1") "endsolid tetra\n";

static void every_format_gives_the_tetrahedron(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } files[] = {
        {"a.obj", TETRA_OBJ FACES},
        {"b.OBJ",
         TETRA_OBJ "vt 0 0\nvt 1 0\nf 1/1 3/2 2/1\nf 1/2 2/1 4/2\nf 1/1 4/1 3/1\nf 2/1 3/1 4/2\n"},
        {"c.ply", tetra_ply},
        {"d.stl", tetra_stl},
        {"e.off", "OFF\n4 4 0\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3\n3 0 3 2\n3 1 2 3\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_mesh_report r;
        struct inr_mesh *mesh = read_text(files[i].name, files[i].text, &r);
        assert_true(inr_mesh_can_read(files[i].name));
        if (mesh->n_vertices != 4 || mesh->n_triangles != 4 || !r.closed || r.components != 1 ||
            r.turned || fabs(r.volume - 1.0 / 6.0) > 1e-7 || inr_mesh_report_worrying(&r))
            fail_msg("%s: %zu vertices, %zu triangles, volume %g", files[i].name, mesh->n_vertices,
                     mesh->n_triangles, r.volume);
        assert_true(fabs(r.area - (1.5 + sqrt(0.75))) < 1e-6);
        assert_true(r.box[0][0] == 0.0 && r.box[1][2] == 1.0);
        inr_mesh_free(mesh);
    }
    assert_false(inr_mesh_can_read("photo.png") || inr_mesh_can_read("a.npy") ||
                 inr_mesh_can_read("obj") || inr_mesh_can_read("a.obj/b"));
}

static size_t put_le(uint8_t *out, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(word >> 8 * i);
    return 4;
}

/* Two nodes with the same tetrahedron: one moved, one mirrored, which would face inwards. */
static void nodes_place_the_meshes_of_a_scene(void **state)
{
    (void)state;
    static const float vertices[12] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    static const uint32_t faces[12] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
    const char *json =
        "{\"asset\":{\"version\":\"2.0\"},\"scene\":0,\"scenes\":[{\"nodes\":[0]}],"
        "\"nodes\":[{\"children\":[1,2],\"translation\":[10,0,0]},{\"mesh\":0,\"translation\":[0,5,"
        "0]},{\"mesh\":0,\"scale\":[-2,2,2]}],"
        "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},\"indices\":1}]}],"
        "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\","
        "\"min\":[0,0,0],\"max\":[1,1,1]},{\"bufferView\":1,\"componentType\":5125,\"count\":12,"
        "\"type\":\"SCALAR\"}],\"bufferViews\":[{\"buffer\":0,\"byteOffset\":0,\"byteLength\":48},"
        "{\"buffer\":0,\"byteOffset\":48,\"byteLength\":48}],\"buffers\":[{\"byteLength\":96}]}";
    uint8_t file[2048];
    const size_t length = (strlen(json) + 3) / 4 * 4;
    size_t n = put_le(file, 0x46546C67); /* "glTF" */
    n += put_le(file + n, 2);
    n += put_le(file + n, (uint32_t)(12 + 8 + length + 8 + 96));
    n += put_le(file + n, (uint32_t)length);
    n += put_le(file + n, 0x4E4F534A); /* "JSON" */
    memset(file + n, ' ', length);
    memcpy(file + n, json, strlen(json));
    n += length;
    n += put_le(file + n, 96);
    n += put_le(file + n, 0x004E4942); /* "BIN" */
    memcpy(file + n, vertices, 48);
    memcpy(file + n + 48, faces, 48);
    struct inr_mesh_report r;
    struct inr_mesh *mesh = read_path(save("scene.glb", file, n + 96), &r);
    assert_int_equal(r.components, 2);
    assert_true(r.closed && r.inconsistent == 0 && !r.turned);
    assert_true(fabs(r.volume - 9.0 / 6.0) < 1e-6);
    assert_true(r.box[0][0] == 8.0 && r.box[1][0] == 11.0 && r.box[1][1] == 6.0);
    inr_mesh_free(mesh);
}

/* ---- clouds ---- */

static void clouds_of_text_are_read(void **state)
{
    (void)state;
    struct inr_mesh_report r;
    char text[512];
    struct inr_mesh *mesh =
        read_text("a.xyz",
                  "# points\n4\n0 0 0 0 0 2\n\n1,0,0,0,0,-1\r\n0\t1\t0 0 0 1 // here\n"
                  "nan 0 0 0 0 1\n0 0 0 0 0 1\n0 1 1 0 0 0\n",
                  &r);
    assert_int_equal(mesh->n_vertices, 3);
    assert_true(mesh->normals && mesh->normals[2] == 1.0f && mesh->normals[5] == -1.0f);
    assert_null(mesh->triangles);
    assert_int_equal(r.bad_vertices, 2); /* no number; no direction */
    assert_int_equal(r.duplicates, 1);
    inr_mesh_report_text(&r, text, sizeof text);
    assert_string_equal(text, "a cloud of 3 points with normals, with 2 vertices that are no "
                              "number dropped, 1 duplicate dropped");
    inr_mesh_free(mesh);
    mesh = read_text("b.xyz", "0 0 0\n1e-3 -2.5E+2 .5", &r);
    assert_int_equal(mesh->n_vertices, 2);
    assert_true(!mesh->normals && mesh->vertices[4] == -250.0f && mesh->vertices[5] == 0.5f);
    inr_mesh_free(mesh);
}

/* Lists and other elements before the vertices, properties of other types between, both orders. */
static void clouds_in_ply_are_read(void **state)
{
    (void)state;
    static const char *const orders[] = {"binary_little_endian", "binary_big_endian"};
    for (int big = 0; big < 2; big++) {
        uint8_t file[1024];
        const double x[2] = {0.25, -3.0};
        const int n = snprintf((char *)file, sizeof file,
                               "ply\r\nformat %s 1.0\ncomment a\nelement camera 1\n"
                               "property list uchar short name\nproperty float f\n"
                               "element vertex 2\nproperty double x\nproperty uchar red\n"
                               "property int y\nproperty float z\nelement face 0\n"
                               "property list uchar int vertex_indices\nend_header\n",
                               orders[big]);
        size_t at = (size_t)n;
        const uint8_t camera[9] = {2, 1, 2, 3, 4, 0, 0, 0, 0};
        memcpy(file + at, camera, 9);
        at += 9;
        for (int i = 0; i < 2; i++) {
            uint8_t row[17] = {0};
            const int32_t y = -2 - i;
            const float z = 1.5f;
            memcpy(row, &x[i], 8);
            row[8] = 200;
            memcpy(row + 9, &y, 4);
            memcpy(row + 13, &z, 4);
            static const int parts[][2] = {{0, 8}, {8, 1}, {9, 4}, {13, 4}};
            for (int p = 0; p < 4; p++)
                for (int b = 0; b < parts[p][1]; b++)
                    file[at + (size_t)(parts[p][0] + b)] =
                        row[parts[p][0] + (big ? parts[p][1] - 1 - b : b)];
            at += 17;
        }
        struct inr_mesh *mesh = read_path(save("a.ply", file, at), NULL);
        const float want[6] = {0.25f, -2.0f, 1.5f, -3.0f, -3.0f, 1.5f};
        assert_int_equal(mesh->n_vertices, 2);
        assert_memory_equal(mesh->vertices, want, sizeof want);
        inr_mesh_free(mesh);
    }
}

/* A house of a square, a dart and a strip: polygons are cut without folds, strips turn every other
 * triangle. */
static void polygons_and_strips_of_ply_are_cut(void **state)
{
    (void)state;
    static const char head[] = "ply\nformat ascii 1.0\nelement vertex 5\nproperty float x\n"
                               "property float y\nproperty float z\n";
    static const struct {
        const char *faces;
        size_t triangles;
        double area;
    } files[] = {
        {"element face 1\nproperty list uchar int vertex_index\nend_header\n"
         "0 0 0\n2 0 0\n2 2 0\n0 2 0\n.5 .5 0\n4 0 1 2 3\n",
         2, 4.0},
        {"element face 1\nproperty uchar red\nproperty list uchar int vertex_indices\nend_header\n"
         "0 0 0\n2 0 0\n.5 .5 0\n0 2 0\n9 9 9\n7 4 1 2 3 0\n",
         2, 1.0}, /* fans from 1 or 3 would fold over corner 2 */
        {"element tristrips 1\nproperty list int int vertex_indices\nend_header\n"
         "0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 2 0\n9 0 1 2 3 4 -1 0 1 2\n",
         3, 1.5},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_mesh_report r;
        char text[1024];
        snprintf(text, sizeof text, "%s%s", head, files[i].faces);
        struct inr_mesh *mesh = read_text("a.ply", text, &r);
        if (r.triangles != files[i].triangles || fabs(r.area - files[i].area) > 1e-9 ||
            r.inconsistent)
            fail_msg("file %zu: %zu triangles, area %g", i, r.triangles, r.area);
        inr_mesh_free(mesh);
    }
}

/* ---- writing ---- */

static int by_place(const void *a, const void *b)
{
    return memcmp(a, b, 3 * sizeof(float));
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const names[] = {"a.ply", "b.obj", "c.STL"};
    struct inr_mesh *torus = solid_torus(0.6, 0.3, 31, 17), *back;
    struct inr_mesh *sorted = solid_torus(0.6, 0.3, 31, 17);
    for (size_t i = 0; i < 3 * torus->n_vertices; i++)
        sorted->vertices[i] += 0.0f; /* -0 comes back as 0 */
    qsort(sorted->vertices, sorted->n_vertices, 3 * sizeof(float), by_place);
    char *before = strdup(setlocale(LC_ALL, NULL));
    setlocale(LC_ALL, "de_DE.UTF-8"); /* a decimal comma, where the machine has it */
    for (int i = 0; i < 3; i++) {
        struct inr_mesh_report r;
        assert_true(inr_mesh_can_write(names[i]));
        assert_int_equal(inr_mesh_write(in_folder(names[i]), torus, NULL), INR_OK);
        back = read_path(in_folder(names[i]), &r);
        assert_int_equal(back->n_vertices, torus->n_vertices);
        assert_int_equal(back->n_triangles, torus->n_triangles);
        assert_true(r.closed && r.components == 1 && r.crossing_edges == 0);
        /* assimp gives vertices in the order of the faces */
        qsort(back->vertices, back->n_vertices, 3 * sizeof(float), by_place);
        assert_memory_equal(back->vertices, sorted->vertices,
                            3 * torus->n_vertices * sizeof(float));
        inr_mesh_free(back);
    }
    inr_mesh_free(torus);
    inr_mesh_free(sorted);
    struct inr_mesh *cloud = solid_sphere_cloud(1.0, 40);
    static const char *const clouds[] = {"cloud.ply", "cloud.xyz"};
    for (int f = 0; f < 2; f++) {
        assert_true(inr_mesh_can_write(clouds[f]));
        assert_int_equal(inr_mesh_write(in_folder(clouds[f]), cloud, NULL), INR_OK);
        back = read_path(in_folder(clouds[f]), NULL);
        assert_int_equal(back->n_vertices, 40);
        assert_memory_equal(back->vertices, cloud->vertices, 120 * sizeof(float));
        for (int i = 0; i < 120; i++) /* made unit again */
            assert_true(fabs((double)(back->normals[i] - cloud->normals[i])) < 2e-6);
        inr_mesh_free(back);
    }
    inr_mesh_free(cloud);
    setlocale(LC_ALL, before);
    free(before);
}

static void refuse_write(const char *path, const struct inr_mesh *mesh, enum inr_status want,
                         const char *words)
{
    struct inr_error err = {0};
    const enum inr_status status = inr_mesh_write(path, mesh, &err);
    if (status != want || !strstr(err.text, words))
        fail_msg("%s: status %d, '%s' does not say '%s'", path, (int)status, err.text, words);
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    static const char *const names[] = {"a.ply", "a.obj", "a.stl"};
    struct inr_mesh *torus = solid_torus(0.6, 0.3, 100, 70), *cloud = solid_sphere_cloud(1.0, 9);
    for (int i = 0; i < 3 && access("/dev/full", W_OK) == 0; i++) {
        assert_int_equal(symlink("/dev/full", in_folder(names[i])), 0);
        refuse_write(in_folder(names[i]), torus, INR_ERR_OUTPUT, "disk is full");
    }
    refuse_write(in_folder("b.glb"), torus, INR_ERR_USAGE, ".ply, .obj or .stl");
    refuse_write(in_folder("b.stl"), cloud, INR_ERR_USAGE, "as .ply");
    refuse_write(in_folder("b.xyz"), torus, INR_ERR_USAGE, "points only");
    refuse_write(in_folder("none/b.ply"), torus, INR_ERR_OUTPUT, "does not exist");
    assert_false(inr_mesh_can_write("a.glb") || inr_mesh_can_write("ply"));
    inr_mesh_free(torus);
    inr_mesh_free(cloud);
}

/* ---- refusals ---- */

#define PLY_HEAD "ply\nformat ascii 1.0\n"
#define XYZ      "property float x\nproperty float y\nproperty float z\n"

static void what_is_no_mesh_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *words;
    } files[] = {
        {"empty.obj", "", "is empty"},
        {"a.txt", "hello\n", "no mesh in a known format"},
        {"a.obj", "hello\n", "a.obj"},
        {"b.obj", TETRA_OBJ, "b.obj"},
        {"c.obj", TETRA_OBJ "l 1 2\n", "no triangles"},
        {"d.obj", "v nan 0 0\nv 0 1 0\nv 1 0 0\nf 1 2 3\n", "nothing is left"},
        {"e.obj", "v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n", "nothing is left"},
        {"f.obj", "v 0 0 0\nv 1 1 1\nv 2 2 2\nf 1 2 3\n", "area of zero"},
        {"a.stl", "solid a\nendsolid a\n", "a.stl"},
        {"b.stl", "solid tetra\nfacet normal 0 0", "b.stl"},
        {"a.ply", PLY_HEAD "element vertex 3\n" XYZ "end_header\n0 0 0\n1 0 0\n", "only 2"},
        {"b.ply", PLY_HEAD "element vertex 999999999999\n" XYZ "end_header\n0 0 0\n", "too short"},
        {"c.ply", PLY_HEAD "element vertex 1\nproperty float x\nend_header\n0\n", "lack x, y or z"},
        {"d.ply", PLY_HEAD "element vertex 2\n" XYZ "end_header\n1 1 1\n1 1 1\n", "in one place"},
        {"e.ply", PLY_HEAD "element vertex 1\n" XYZ, "e.ply"},
        {"f.ply", PLY_HEAD "element vertex 2\n" XYZ "end_header\n1 1 1\n1 a 1\n", "only 1"},
        {"g.ply",
         PLY_HEAD "element face 1\nproperty list uchar int vertex_indices\nelement vertex 3\n" XYZ
                  "end_header\n3 0 1 2\n0 0 0\n1 0 0\n0 1 0\n",
         "before the vertices"},
        {"h.ply",
         PLY_HEAD "element vertex 3\n" XYZ "element face 2\nproperty list uchar int "
                  "vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n3 0 1\n",
         "of 2 faces only 1"},
        {"i.ply",
         PLY_HEAD "element vertex 3\n" XYZ "element face 1\nproperty list uchar int "
                  "vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n",
         "nothing is left"},
        {"a.glb", "glTF\2\0\0\0", "a.glb"},
        {"a.xyz", "# nothing\n", "no points"},
        {"b.xyz", "0 0 0\n0 0\n", "line 2 has 2 numbers"},
        {"c.xyz", "0 0 0\nC 0 0 0\n", "line 2 is not numbers"},
        {"d.xyz", "0 0 0\n0 0 0 0 0 1\n", "line 2 has 6 numbers"},
        {"e.xyz", "0 0 0 255 0 0\n0 1 0 0 128 7\n", "no normals"},
        {"f.xyz", "nan 0 0\n", "nothing is left"},
        {"g.xyz", "1 2 3\n", "in one place"},
        {"h.xyz", "1 2 3 4 5 6 7\n", "has 7 numbers"},
    };
    struct inr_mesh *mesh;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_error err = {0};
        const char *path = save(files[i].name, files[i].text, strlen(files[i].text));
        const enum inr_status status = inr_mesh_read(path, &mesh, NULL, &err);
        if (status != INR_ERR_INPUT || mesh || !strstr(err.text, files[i].words) ||
            strchr(err.text, '\n'))
            fail_msg("%s: status %d, '%s' does not say '%s'", files[i].name, (int)status, err.text,
                     files[i].words);
    }
    struct inr_error err = {0};
    assert_int_equal(inr_mesh_read(folder_path(), &mesh, NULL, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "is a folder"));
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_mesh_read(in_folder("missing.obj"), &mesh, NULL, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "no such file"));
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_mesh_read("-", &mesh, NULL, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "standard input"));
}

/* Every beginning of a file: refused with a sentence, or a mesh that is sound. */
static void files_cut_short_do_no_harm(void **state)
{
    (void)state;
    static const char *const names[] = {"a.ply", "a.stl", "b.ply", "a.obj"};
    struct inr_mesh *cube = solid_cube(0.0f, 1.0f), *cloud = solid_sphere_cloud(1.0, 12);
    for (int f = 0; f < 4; f++) {
        uint8_t bytes[4096];
        assert_int_equal(inr_mesh_write(in_folder(names[f]), f == 2 ? cloud : cube, NULL), INR_OK);
        FILE *in = fopen(in_folder(names[f]), "rb");
        assert_non_null(in);
        const size_t size = fread(bytes, 1, sizeof bytes, in);
        fclose(in);
        for (size_t cut = 0; cut < size; cut += 7) {
            struct inr_mesh *mesh;
            struct inr_error err = {0};
            if (inr_mesh_read(save(names[f], bytes, cut), &mesh, NULL, &err) != INR_OK) {
                assert_true(!mesh && err.text[0]);
                continue;
            }
            for (size_t i = 0; i < 3 * mesh->n_triangles; i++)
                assert_true(mesh->triangles[i] < mesh->n_vertices);
            inr_mesh_free(mesh);
        }
    }
    inr_mesh_free(cube);
    inr_mesh_free(cloud);
}

/* ---- meshes that people have ---- */

static void well_known_meshes_are_what_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t triangles, open, crossing;
    } files[] = {{"cow", 5804, 0, 72},
                 {"fandisk", 12946, 0, 0},
                 {"spot", 5856, 0, 0},
                 {"stanford-bunny", 69451, 223, 0},
                 {"suzanne", 968, 42, 82}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_mesh_report r;
        char path[600];
        snprintf(path, sizeof path, "%s/../../shared/data/meshes/%s.obj", INR_TEST_DIR,
                 files[i].name);
        if (access(path, R_OK) != 0)
            skip();
        struct inr_mesh *mesh = read_path(path, &r);
        if (r.triangles != files[i].triangles || r.open_edges != files[i].open ||
            r.crossing_edges != files[i].crossing || r.components != 1 || r.inconsistent)
            fail_msg("%s: %zu triangles, %zu open edges, %zu crossing", files[i].name, r.triangles,
                     r.open_edges, r.crossing_edges);
        inr_mesh_free(mesh);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_format_gives_the_tetrahedron),
        TEST(nodes_place_the_meshes_of_a_scene),
        TEST(clouds_of_text_are_read),
        TEST(clouds_in_ply_are_read),
        TEST(polygons_and_strips_of_ply_are_cut),
        TEST(what_is_written_is_read_again),
        TEST(what_cannot_be_written_is_said),
        TEST(what_is_no_mesh_is_refused),
        TEST(files_cut_short_do_no_harm),
        TEST(well_known_meshes_are_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
