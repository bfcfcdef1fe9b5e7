/* SPDX-License-Identifier: MIT
 *
 * test_extract.c - Meshes from fields: closed, of the right shape, the same however they were made.
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

#define PI 3.14159265358979323846

typedef double (*shape_fn)(const double *x);

static double norm(double x, double y, double z)
{
    return sqrt(x * x + y * y + z * z);
}

static double sphere(const double *x)
{
    return norm(x[0] - 0.05, x[1] + 0.03, x[2]) - 0.7;
}

/* Hits points of a grid of 33 exactly, in the middle of faces and along axes. */
static double centred_sphere(const double *x)
{
    return norm(x[0], x[1], x[2]) - 0.5;
}

static double torus(const double *x)
{
    return hypot(hypot(x[0], x[1]) - 0.6, x[2]) - 0.25;
}

static double two_spheres(const double *x)
{
    return fmin(norm(x[0] - 0.5, x[1], x[2]) - 0.35, norm(x[0] + 0.45, x[1], x[2] - 0.1) - 0.3);
}

/* Fills the box to its walls. */
static double gyroid(const double *x)
{
    const double s = 2.0 * PI;
    return sin(s * x[0]) * cos(s * x[1]) + sin(s * x[1]) * cos(s * x[2]) +
           sin(s * x[2]) * cos(s * x[0]);
}

static double plane(const double *x)
{
    return x[0];
}

static struct inr_mesh *extract(const struct inr_shape_source *source,
                                struct inr_extract_options options)
{
    struct inr_mesh *mesh = NULL;
    struct inr_error err = {0};
    const enum inr_status status = inr_shape_extract(source, &options, NULL, &mesh, &err);
    if (status != INR_OK)
        fail_msg("%s", err.text);
    assert_non_null(mesh);
    return mesh;
}

static struct inr_mesh *extract_shape(shape_fn value, uint32_t resolution)
{
    struct shape shape = {.value = value};
    const struct inr_shape_source source = {.values = shape_values, .data = &shape};
    return extract(&source, (struct inr_extract_options){.resolution = resolution});
}

static struct mesh_facts closed_manifold(const struct inr_mesh *mesh)
{
    const struct mesh_facts facts = mesh_facts(mesh);
    assert_int_equal(facts.open_edges, 0);
    assert_int_equal(facts.double_edges, 0);
    assert_int_equal(facts.degenerate, 0);
    assert_int_equal(facts.twins, 0);
    assert_int_equal(facts.unused, 0);
    assert_int_equal(facts.pinched, 0);
    return facts;
}

static void test_topology(void **state)
{
    static const struct {
        shape_fn value;
        long euler;
    } cases[] = {{sphere, 2}, {centred_sphere, 2}, {torus, 0}, {two_spheres, 4}, {plane, 2}};
    static const uint32_t resolutions[] = {13, 32, 33, 64};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (size_t r = 0; r < sizeof resolutions / sizeof resolutions[0]; r++) {
            struct inr_mesh *mesh = extract_shape(cases[c].value, resolutions[r]);
            assert_true(mesh->n_triangles > 0);
            assert_int_equal(closed_manifold(mesh).euler, cases[c].euler);
            inr_mesh_free(mesh);
        }
}

/* Volume and distance of the vertices fall with the square of the step, and normals are right. */
static void test_convergence(void **state)
{
    double last_error = 0.0, last_volume = 0.0;
    (void)state;
    for (uint32_t n = 17; n <= 65; n = 2 * n - 1) {
        struct inr_mesh *mesh = extract_shape(torus, n);
        const double volume = fabs(mesh_facts(mesh).volume - 2.0 * PI * PI * 0.6 * 0.25 * 0.25);
        double error = 0.0, turn = 0.0;
        for (size_t i = 0; i < mesh->n_vertices; i++) {
            const float *v = mesh->vertices + 3 * i, *normal = mesh->normals + 3 * i;
            const double x[3] = {(double)v[0], (double)v[1], (double)v[2]};
            const double ring = hypot(x[0], x[1]), away = ring - 0.6;
            const double true_normal[3] = {away * x[0] / ring, away * x[1] / ring, x[2]};
            const double length = hypot(away, x[2]);
            double dot = 0.0;
            for (size_t d = 0; d < 3; d++)
                dot += true_normal[d] / length * (double)normal[d];
            turn = fmax(turn, 1.0 - dot);
            error = fmax(error, fabs(torus(x)));
        }
        /* The sagitta of an arc over one step: h^2 / 8r. */
        const double h = 2.0 / (n - 1);
        assert_true(error < h * h / (8.0 * 0.25));
        assert_true(turn < h * h);
        if (last_error > 0.0) {
            assert_true(error < last_error / 3.0);
            assert_true(volume < last_volume / 3.5);
        }
        last_error = error;
        last_volume = volume;
        inr_mesh_free(mesh);
    }
}

/* Random values at the points of a small grid: every pattern of every cell comes up, beside every
 * other, with every way to settle ambiguous faces. */
struct noise {
    uint64_t seed;
    uint32_t side;
    bool levels; /* few different values: many lie on the level exactly */
};

static enum inr_status noise_values(void *data, const float *coords, size_t n, float *out,
                                    struct inr_error *err)
{
    const struct noise *noise = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        uint64_t h = noise->seed;
        for (size_t d = 0; d < 3; d++) {
            const double place = ((double)coords[3 * i + d] + 1.0) / 2.0 * (noise->side - 1);
            h = (h ^ (uint64_t)lround(place)) * UINT64_C(0x9E3779B97F4A7C15);
            h ^= h >> 29;
        }
        h *= UINT64_C(0xBF58476D1CE4E5B9);
        h ^= h >> 32;
        out[i] = noise->levels ? (float)(int)(h % 3) - 1.0f : (float)(h % 2001) / 1000.0f - 1.0f;
    }
    return INR_OK;
}

static void test_every_pattern(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct noise noise = {.seed = seed * 7919, .levels = seed % 3 == 0};
        const struct inr_shape_source source = {.values = noise_values, .data = &noise};
        noise.side = 2 + (uint32_t)(seed % 4);
        struct inr_mesh *mesh =
            extract(&source, (struct inr_extract_options){.resolution = noise.side});
        closed_manifold(mesh);
        inr_mesh_free(mesh);
    }
}

/* A box of eight corners, some of them inside. */
struct corners {
    int pattern;
};

static enum inr_status corner_values(void *data, const float *coords, size_t n, float *out,
                                     struct inr_error *err)
{
    const struct corners *corners = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        int c = 0;
        for (int d = 0; d < 3; d++)
            c |= (coords[3 * i + (size_t)d] > 0.0f) << d;
        out[i] = corners->pattern >> c & 1 ? -1.0f : 1.0f;
    }
    return INR_OK;
}

static void test_256(void **state)
{
    (void)state;
    for (int pattern = 0; pattern < 256; pattern++) {
        struct corners corners = {.pattern = pattern};
        const struct inr_shape_source source = {.values = corner_values, .data = &corners};
        struct inr_mesh *mesh = extract(&source, (struct inr_extract_options){.resolution = 2});
        const double volume = closed_manifold(mesh).volume;
        assert_true(pattern == 0 ? mesh->n_triangles == 0 : volume > 0.0);
        assert_true(volume < 8.001);
        if (pattern == 0x01 || pattern == 0x80) /* one corner: a pyramid over three half edges */
            assert_true(fabs(volume - 1.0 / 6.0) < 1e-5);
        if (pattern == 0x55 || pattern == 0x0f) /* half of the box */
            assert_true(fabs(volume - 4.0) < 1e-4);
        if (pattern == 0xfe) /* all but a corner */
            assert_true(fabs(volume - 8.0 + 1.0 / 6.0) < 1e-4);
        inr_mesh_free(mesh);
    }
}

/* The walls of the box close what the field leaves open, or do not when asked. */
static void test_walls(void **state)
{
    struct shape shape = {.value = gyroid};
    const struct inr_shape_source source = {.values = shape_values, .data = &shape};
    (void)state;
    struct inr_mesh *mesh = extract_shape(plane, 9);
    struct mesh_facts facts = closed_manifold(mesh);
    assert_true(fabs(facts.volume - 4.0) < 1e-4);
    assert_true(fabs(facts.area - 16.0) < 1e-4);
    for (size_t i = 0; i < mesh->n_vertices; i++)
        if (mesh->vertices[3 * i] < -1.0f)
            assert_true(mesh->normals[3 * i] == -1.0f);
    inr_mesh_free(mesh);

    mesh = extract_shape(gyroid, 41);
    facts = closed_manifold(mesh);
    assert_true(fabs(facts.volume - 4.0) < 0.05); /* it halves space */
    inr_mesh_free(mesh);
    mesh = extract(&source, (struct inr_extract_options){.resolution = 41, .open = true});
    facts = mesh_facts(mesh);
    assert_true(facts.open_edges > 100);
    assert_int_equal(facts.double_edges + facts.degenerate + facts.twins + facts.pinched, 0);
    for (size_t i = 0; i < 3 * mesh->n_vertices; i++)
        assert_true(fabsf(mesh->vertices[i]) <= 1.0f);
    inr_mesh_free(mesh);
}

static bool same_mesh(const struct inr_mesh *a, const struct inr_mesh *b)
{
    return a->n_vertices == b->n_vertices && a->n_triangles == b->n_triangles &&
           memcmp(a->vertices, b->vertices, a->n_vertices * 3 * sizeof(float)) == 0 &&
           memcmp(a->normals, b->normals, a->n_vertices * 3 * sizeof(float)) == 0 &&
           memcmp(a->triangles, b->triangles, a->n_triangles * 3 * sizeof(uint32_t)) == 0;
}

static void test_batches(void **state)
{
    static const size_t batches[] = {1000, 37 * 37, 7, 1 << 20};
    struct shape shape = {.value = gyroid};
    const struct inr_shape_source source = {.values = shape_values, .data = &shape};
    struct inr_mesh *whole = extract_shape(gyroid, 37);
    (void)state;
    for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++) {
        shape.largest = 0;
        struct inr_mesh *mesh =
            extract(&source, (struct inr_extract_options){.resolution = 37, .batch = batches[b]});
        assert_true(same_mesh(whole, mesh));
        assert_true(shape.largest <= 1 << 18);
        inr_mesh_free(mesh);
    }
    inr_mesh_free(whole);
}

/* Leaving out what is far from the surface leaves nothing out, and saves most of the work. */
static double steep_torus(const double *x)
{
    return 1.7 * torus(x);
}

static void test_sparse(void **state)
{
    static double (*const values[])(const double *) = {torus, steep_torus, two_spheres, plane};
    (void)state;
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        struct shape shape = {.value = values[v]};
        struct inr_shape_source source = {.values = shape_values, .data = &shape, .distance = true};
        struct inr_extract_options options = {.resolution = 131, .dense = true};
        struct inr_mesh *dense = extract(&source, options);
        const size_t all = shape.points;
        options.dense = false;
        shape.points = 0;
        struct inr_mesh *sparse = extract(&source, options);
        assert_true(same_mesh(dense, sparse));
        assert_true(all > 131 * 131 * 131 && shape.points < all * 3 / 4);
        inr_mesh_free(dense);
        inr_mesh_free(sparse);
    }
}

/* A box that is no cube, a level, and a field that is large inside. */
static double hill(const double *x)
{
    return exp(-4.0 * (x[0] * x[0] + (x[1] - 1.0) * (x[1] - 1.0) + x[2] * x[2]));
}

static void test_box_and_level(void **state)
{
    struct shape shape = {.value = hill};
    const struct inr_shape_source source = {.values = shape_values,
                                            .data = &shape,
                                            .level = 0.5f,
                                            .inside_above = true,
                                            .low = {-0.5f, 0.0f, -0.7f},
                                            .high = {0.6f, 2.2f, 0.8f}};
    const double r = sqrt(log(2.0) / 4.0);
    (void)state;
    struct inr_mesh *mesh = extract(&source, (struct inr_extract_options){.resolution = 89});
    const struct mesh_facts facts = closed_manifold(mesh);
    assert_int_equal(facts.euler, 2);
    assert_true(fabs(facts.volume / (4.0 / 3.0 * PI * r * r * r) - 1.0) < 0.01);
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *v = mesh->vertices + 3 * i, *n = mesh->normals + 3 * i;
        assert_true((double)(v[0] * n[0] + (v[1] - 1.0f) * n[1] + v[2] * n[2]) > 0.99 * r);
    }
    inr_mesh_free(mesh);
}

static double bad(const double *x)
{
    return x[0] > 0.5 && x[1] > 0.5 ? (double)NAN : norm(x[0], x[1], x[2]) - 0.4;
}

static double nothing(const double *x)
{
    return 1.0 + norm(x[0], x[1], x[2]);
}

static double flat(const double *x)
{
    return norm(x[0], x[1], x[2]) < 0.5 ? -1.0 : 1.0;
}

static bool stop_half(void *user, double done)
{
    double *last = user;
    assert_true(done >= *last && done <= 1.0);
    *last = done;
    return done > 0.5;
}

static void test_failures(void **state)
{
    struct shape shape = {.value = bad};
    struct inr_shape_source source = {.values = shape_values, .data = &shape};
    struct inr_extract_options options = {.resolution = 20, .batch = 400};
    struct inr_mesh *mesh = NULL;
    struct inr_error err = {0};
    double done = 0.0;
    const struct inr_shape_watch watch = {.progress = stop_half, .user = &done};
    (void)state;
    assert_int_equal(inr_shape_extract(&source, &options, NULL, &mesh, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "not a number"));
    assert_null(mesh);
    shape.value = sphere;
    assert_int_equal(inr_shape_extract(&source, &options, &watch, &mesh, NULL), INR_INTERRUPTED);
    assert_null(mesh);
    options.resolution = 1;
    assert_int_equal(inr_shape_extract(&source, &options, NULL, &mesh, NULL), INR_ERR_USAGE);
    source.high[0] = NAN;
    options.resolution = 8;
    assert_int_equal(inr_shape_extract(&source, &options, NULL, &mesh, NULL), INR_ERR_USAGE);
    /* cells below what floats tell apart */
    source.low[0] = source.low[1] = source.low[2] = 1000.0f;
    source.high[0] = source.high[1] = source.high[2] = 1000.01f;
    options.resolution = 200;
    assert_int_equal(inr_shape_extract(&source, &options, NULL, &mesh, NULL), INR_ERR_USAGE);

    mesh = extract_shape(nothing, 9);
    assert_int_equal(mesh->n_triangles + mesh->n_vertices, 0);
    assert_non_null(mesh->triangles);
    inr_mesh_free(mesh);
    /* no gradient anywhere: the triangles give the normals */
    mesh = extract_shape(flat, 33);
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *n = mesh->normals + 3 * i, *v = mesh->vertices + 3 * i;
        assert_true(fabs(norm((double)n[0], (double)n[1], (double)n[2]) - 1.0) < 1e-5);
        assert_true(n[0] * v[0] + n[1] * v[1] + n[2] * v[2] > 0.0f);
    }
    inr_mesh_free(mesh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topology),      cmocka_unit_test(test_convergence),
        cmocka_unit_test(test_every_pattern), cmocka_unit_test(test_256),
        cmocka_unit_test(test_walls),         cmocka_unit_test(test_batches),
        cmocka_unit_test(test_box_and_level), cmocka_unit_test(test_failures),
        cmocka_unit_test(test_sparse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
