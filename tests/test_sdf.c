/* SPDX-License-Identifier: MIT
 *
 * test_sdf.c - Distances of shapes whose distances are known: what is drawn, that it depends on
 * nothing but seed and step, what a fit says of itself, what is refused.
 */
#include "fit_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "fit/model.h"
#include "fit/task_kind.h"
#include "task/shape.h"

#define PI 3.14159265358979323846

/* A sphere of `rows` x 2 `rows` facets about (5, -2, 1), or a torus; far from the field's own
 * frame on purpose. */
#define CENTRE_X 5.0
#define CENTRE_Y (-2.0)
#define CENTRE_Z 1.0

static struct inr_mesh *make_torus(uint32_t rows, double large, double small)
{
    const uint32_t columns = 2 * rows;
    struct inr_mesh *mesh = NULL;
    struct inr_error err = {0};
    inr_case_check(inr_mesh_create(rows * columns, 2u * rows * columns, false, &mesh, &err), INR_OK,
                   &err);
    for (uint32_t i = 0; i < rows * columns; i++) {
        const double u = 2.0 * PI * (i % columns) / columns, v = 2.0 * PI * (i / columns) / rows;
        const double r = large + small * cos(v);
        mesh->vertices[3 * i] = (float)(CENTRE_X + r * cos(u));
        mesh->vertices[3 * i + 1] = (float)(CENTRE_Y + r * sin(u));
        mesh->vertices[3 * i + 2] = (float)(CENTRE_Z + small * sin(v));
    }
    for (uint32_t row = 0, k = 0; row < rows; row++)
        for (uint32_t column = 0; column < columns; column++, k += 6) {
            const uint32_t up = (row + 1) % rows, right = (column + 1) % columns;
            const uint32_t a = row * columns + column, b = row * columns + right;
            const uint32_t c = up * columns + right, d = up * columns + column;
            const uint32_t corners[6] = {a, b, c, a, c, d};
            memcpy(mesh->triangles + k, corners, sizeof corners);
        }
    return mesh;
}

/* Poles are single vertices. */
static struct inr_mesh *make_sphere(uint32_t rows, double radius)
{
    const uint32_t columns = 2 * rows, last = (rows - 1) * columns + 1;
    struct inr_mesh *mesh = NULL;
    struct inr_error err = {0};
    inr_case_check(inr_mesh_create(last + 1, 2u * columns * (rows - 1), false, &mesh, &err), INR_OK,
                   &err);
    for (uint32_t i = 0; i <= last; i++) {
        const double v = i == 0 ? 0.0 : i == last ? PI : PI * (1 + (i - 1) / columns) / rows;
        const double u = 2.0 * PI * ((i - 1) % columns) / columns;
        mesh->vertices[3 * i] = (float)(CENTRE_X + radius * sin(v) * cos(u));
        mesh->vertices[3 * i + 1] = (float)(CENTRE_Y + radius * sin(v) * sin(u));
        mesh->vertices[3 * i + 2] = (float)(CENTRE_Z + radius * cos(v));
    }
    uint32_t *t = mesh->triangles;
    for (uint32_t row = 0; row < rows; row++)
        for (uint32_t column = 0; column < columns; column++) {
            const uint32_t right = (column + 1) % columns;
            const uint32_t a = row == 0 ? 0 : 1 + (row - 1) * columns + column;
            const uint32_t b = row == 0 ? 0 : 1 + (row - 1) * columns + right;
            const uint32_t c = row == rows - 1 ? last : 1 + row * columns + right;
            const uint32_t d = row == rows - 1 ? last : 1 + row * columns + column;
            const uint32_t south[3] = {a, d, c}, north[3] = {a, c, b};
            memcpy(t, south, row < rows - 1 ? sizeof south : 0);
            t += row < rows - 1 ? 3 : 0;
            memcpy(t, north, row > 0 ? sizeof north : 0);
            t += row > 0 ? 3 : 0;
        }
    return mesh;
}

static struct inr_fit_config settings(const char *preset, int task, uint64_t steps)
{
    struct inr_fit_config config;
    struct inr_error err = {0};
    inr_case_check(inr_fit_preset_shape(preset, task, false, &config, &err), INR_OK, &err);
    config.field.levels = 6;
    config.field.finest_resolution = 48;
    config.field.base_resolution = 4;
    config.field.log2_table = 12;
    config.field.width = 24;
    config.field.layers = 1;
    config.batch = 512;
    config.task.pool = 16384;
    config.task.reuse = 4;
    config.steps = steps;
    config.threads = 1;
    memcpy(config.device, "cpu", 4);
    return config;
}

static void assert_same_params(const struct inr_model *a, const struct inr_model *b)
{
    const struct inr_field *x = inr_model_field(a), *y = inr_model_field(b);
    assert_int_equal(x->n_params, y->n_params);
    assert_memory_equal(x->params, y->params, x->n_params * sizeof *x->params);
}

static double length3(const float *x)
{
    return sqrt((double)x[0] * (double)x[0] + (double)x[1] * (double)x[1] +
                (double)x[2] * (double)x[2]);
}

/* Half on the surface, three eighths near it, the rest anywhere; distances are those of a sphere
 * but for its facets (a sagitta of 1 - cos(pi / 2 / 64) = 0.0003 between rows). */
static void test_samples_are_distances(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_sphere(64, 3.0);
    const struct inr_fit_config config = settings("hash", INR_TASK_SDF, 10);
    struct inr_shape shape;
    struct inr_error err = {0};
    inr_case_check(inr_shape_begin(&shape, mesh, &config, &err), INR_OK, &err);
    assert_true(fabs(shape.frame.centre[0] - CENTRE_X) < 1e-5);
    assert_true(shape.part == 1024 && shape.on == 512 && shape.near == 384);
    const double radius = 3.0 * shape.frame.scale;
    assert_true(radius > 0.9 && radius <= 1.0);
    float coords[3 * 1024], values[1024], again[1024];
    double spread = 0.0, far = 0.0;
    for (uint64_t g = 0; g < 4; g++) {
        inr_shape_draw(&shape, g, coords, values);
        for (size_t i = 0; i < 1024; i++) {
            const double d = length3(coords + 3 * i) - radius;
            assert_true(fabs(d - (double)values[i]) < 1.5e-3);
            assert_true(i >= 512 || values[i] == 0.0f);
            spread += i >= 512 && i < 896 ? d * d : 0.0;
            far = i >= 896 && fabs(d) > far ? fabs(d) : far;
        }
    }
    /* One axis of three counts towards the surface; 1536 draws tell a deviation to 2 %. */
    assert_true(fabs(sqrt(spread / (4 * 384)) - 0.01) < 1e-3);
    assert_true(far > 0.4);
    inr_shape_draw(&shape, 3, coords, again);
    assert_memory_equal(values, again, sizeof again);
    inr_shape_draw(&shape, 2, coords, again);
    assert_memory_not_equal(values, again, sizeof again);
    inr_shape_end(&shape);
    inr_mesh_free(mesh);
}

/* A pool that was renewed is the pool that is made as renewed. */
static void test_pool_depends_on_renewals_alone(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(12, 2.0, 0.7);
    const struct inr_fit_config config = settings("hash", INR_TASK_SDF, 10);
    struct inr_shape shape;
    struct inr_shape_pool *lived, *made;
    struct inr_error err = {0};
    inr_case_check(inr_shape_begin(&shape, mesh, &config, &err), INR_OK, &err);
    inr_case_check(inr_shape_pool_create(&shape, 0, &lived, &err), INR_OK, &err);
    inr_case_check(inr_shape_pool_start(lived, &err), INR_OK, &err);
    const size_t n = (size_t)shape.part * INR_SHAPE_PARTS;
    for (uint64_t k = 0; k <= 40; k++) {
        uint64_t first = 0;
        if (k > 0)
            inr_shape_pool_renew(lived, k, &first);
        assert_true(first < n);
        if (k % 8 != 0)
            continue;
        inr_case_check(inr_shape_pool_create(&shape, k, &made, &err), INR_OK, &err);
        assert_memory_equal(inr_shape_pool_coords(lived), inr_shape_pool_coords(made),
                            3 * n * sizeof(float));
        assert_memory_equal(inr_shape_pool_values(lived), inr_shape_pool_values(made),
                            n * sizeof(float));
        inr_shape_pool_destroy(made);
    }
    inr_shape_pool_destroy(lived);
    inr_shape_end(&shape);
    inr_mesh_free(mesh);
}

struct watcher {
    uint64_t stop_at; /* 0: never */
    bool slow;        /* let the thread that draws get ahead, now and then */
};

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *progress)
{
    const struct watcher *w = user;
    const struct timespec pause = {0, 2000000};
    assert_true(isfinite(progress->distance));
    if (w->slow && progress->step % 3 == 0)
        nanosleep(&pause, NULL);
    return w->stop_at && progress->step >= w->stop_at ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

/* The same from one run to the next, whatever the threads that draw and the pauses, and in two
 * pieces cut anywhere. */
static void test_fits_are_exact(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(12, 2.0, 0.7);
    const struct inr_fit_input input = {.mesh = mesh, .name = "folder/torus.obj"};
    struct inr_fit_config config = settings("hash", INR_TASK_SDF, 200);
    struct inr_model *whole = inr_case_fit(&input, &config, NULL, NULL, INR_OK);
    struct watcher watcher = {.slow = true};
    const struct inr_fit_watch watch = {.progress = on_progress, .user = &watcher};
    struct inr_model *paused = inr_case_fit(&input, &config, NULL, &watch, INR_OK);
    assert_same_params(whole, paused);
    inr_model_free(paused);
    /* A renewal comes every 1024 * 4 / 512 = 8 steps: cuts on, before and after one. */
    for (uint64_t cut = 95; cut < 98; cut++) {
        watcher = (struct watcher){.stop_at = cut};
        struct inr_model *part = inr_case_fit(&input, &config, NULL, &watch, INR_INTERRUPTED);
        assert_true(inr_model_can_resume(part));
        struct inr_model *rest = inr_case_fit(&input, &config, part, NULL, INR_OK);
        assert_same_params(whole, rest);
        assert_true(inr_model_info(rest)->iou == inr_model_info(whole)->iou);
        inr_model_free(part);
        inr_model_free(rest);
    }
    inr_model_free(whole);
    inr_mesh_free(mesh);
}

/* The model through a file and back. */
static struct inr_model *through_file(struct inr_model *model)
{
    const char *path = INR_BUILD_DIR "/test_sdf.inr";
    struct inr_model *loaded = NULL;
    struct inr_error err = {0};
    inr_case_check(inr_model_save(model, path, &err), INR_OK, &err);
    inr_case_check(inr_model_load(path, &loaded, &err), INR_OK, &err);
    inr_model_free(model);
    return loaded;
}

/* The value of a model at a point of the source's own space, in its own units. */
static double value_at(const struct inr_model *model, double x, double y, double z)
{
    struct inr_model_shape *shape;
    struct inr_shape_source source;
    struct inr_frame frame;
    struct inr_error err = {0};
    inr_case_check(inr_model_shape_open(model, "cpu", 1, NULL, &shape, &source, &frame, &err),
                   INR_OK, &err);
    const float at[3] = {(float)((x - frame.centre[0]) * frame.scale),
                         (float)((y - frame.centre[1]) * frame.scale),
                         (float)((z - frame.centre[2]) * frame.scale)};
    float out = NAN;
    inr_case_check(source.values(source.data, at, 1, &out, &err), INR_OK, &err);
    inr_model_shape_close(shape);
    return source.distance ? (double)out / frame.scale : (double)out;
}

static void test_a_mesh_becomes_distances(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(40, 2.0, 0.8);
    const struct inr_fit_input input = {.mesh = mesh, .name = "folder/torus.obj"};
    const struct inr_fit_config config = settings("hash", INR_TASK_AUTO, 1200);
    struct inr_model *model = through_file(inr_case_fit(&input, &config, NULL, NULL, INR_OK));
    const struct inr_model_info *info = inr_model_info(model);
    print_message("torus: iou %.4f, near %.4f, error %.5f\n", info->iou, info->iou_near,
                  info->distance_error);
    assert_string_equal(info->task, "sdf");
    assert_string_equal(info->source, "torus.obj");
    assert_string_equal(info->sign, "normal"); /* closed, without crossings */
    assert_true(info->iou > 0.97 && info->iou_near > 0.8 && info->distance_error < 0.02);
    assert_true(isnan(info->psnr) && isnan(info->ssim) && info->seconds > 0.0);
    assert_true(fabs(info->frame_scale * 5.6 - 1.9) < 1e-4 && info->dims == 3);
    assert_true(inr_model_is_shape(model) && inr_model_config(model)->task.shape);
    assert_true(fabs(value_at(model, CENTRE_X + 2.0, CENTRE_Y, CENTRE_Z) + 0.8) < 0.15);
    assert_true(fabs(value_at(model, CENTRE_X, CENTRE_Y, CENTRE_Z) - 1.2) < 0.4);
    inr_model_free(model);
    inr_mesh_free(mesh);
}

static void test_occupancy_and_no_sign(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_sphere(16, 1.0);
    const struct inr_fit_input input = {.mesh = mesh};
    struct inr_fit_config config = settings("hash", INR_TASK_OCCUPANCY, 400);
    struct inr_model *model = through_file(inr_case_fit(&input, &config, NULL, NULL, INR_OK));
    print_message("ball: iou %.4f\n", inr_model_info(model)->iou);
    assert_string_equal(inr_model_info(model)->task, "occupancy");
    assert_true(inr_model_info(model)->iou > 0.95 && isnan(inr_model_info(model)->distance_error));
    assert_true(value_at(model, CENTRE_X, CENTRE_Y, CENTRE_Z) > 0.8);
    assert_true(value_at(model, CENTRE_X + 1.03, CENTRE_Y + 1.03, CENTRE_Z) < 0.2);
    inr_model_free(model);
    config = settings("siren", INR_TASK_SDF, 60);
    config.task.sign = INR_SIGN_NONE;
    model = through_file(inr_case_fit(&input, &config, NULL, NULL, INR_OK));
    assert_string_equal(inr_model_info(model)->sign, "none");
    assert_true(isnan(inr_model_info(model)->iou) && inr_model_info(model)->distance_error > 0.0);
    inr_model_free(model);
    inr_mesh_free(mesh);
}

/* Every kind of field learns a shape. */
static void test_presets(void **state)
{
    (void)state;
    static const char *const presets[] = {"siren", "finer", "wire",   "gauss",
                                          "sl2a",  "hash",  "neurbf", "grid"};
    struct inr_mesh *mesh = make_torus(16, 2.0, 0.8);
    const struct inr_fit_input input = {.mesh = mesh};
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
        struct inr_fit_config config = settings(presets[i], INR_TASK_SDF, 300);
        config.field.kernels = 200;
        config.field.resolution[0] = config.field.resolution[1] = config.field.resolution[2] = 20;
        config.field.n_frequencies = config.field.n_frequencies ? 16 : 0;
        config.field.rank = config.field.rank ? 8 : 0;
        /* Frequencies and windows of a field this narrow. */
        config.field.first[0] = strcmp(presets[i], "gauss") == 0 ? 3.0f : 8.0f;
        if (strcmp(presets[i], "wire") == 0)
            config.field.first[0] = config.field.hidden[0] = 5.0f;
        config.field.first[1] = config.field.hidden[1] = 3.0f;
        config.batch = 256;
        struct inr_model *model = inr_case_fit(&input, &config, NULL, NULL, INR_OK);
        print_message("%s: iou %.4f, error %.5f\n", presets[i], inr_model_info(model)->iou,
                      inr_model_info(model)->distance_error);
        assert_true(inr_model_info(model)->iou > 0.3); /* all inside: 0.2 */
        inr_model_free(model);
    }
    inr_mesh_free(mesh);
}

/* instant-ngp's settings for distances: what they leave unsaid is what it takes for meshes. */
static void test_config_of_instant_ngp(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(16, 2.0, 0.8);
    const struct inr_fit_input input = {.mesh = mesh};
    struct inr_fit_config config = settings("hash", INR_TASK_SDF, 200);
    struct inr_error err = {0};
    inr_case_check(inr_fit_config_read(&config, INR_TEST_DIR "/cli/configs/sdf.json", &err), INR_OK,
                   &err);
    assert_string_equal(inr_registry_id_name(INR_REGISTRY_LOSS, config.loss), "mape");
    assert_true(config.task.shape && config.task.kind == INR_TASK_SDF);
    assert_int_equal(config.field.finest_resolution, 2048);
    assert_int_equal(config.field.log2_table, 19);
    config.field.log2_table = 12;
    config.field.finest_resolution = 256;
    config.batch = 2048; /* theirs: 2^18 */
    struct inr_model *model = inr_case_fit(&input, &config, NULL, NULL, INR_OK);
    print_message("instant-ngp: iou %.4f\n", inr_model_info(model)->iou);
    assert_true(inr_model_info(model)->iou > 0.5);
    inr_model_free(model);
    inr_mesh_free(mesh);
}

/* The GPU's pool is renewed as the CPU's: fits of samples that change with every step agree. */
static void test_renewal_on_vulkan(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(16, 2.0, 0.8);
    const struct inr_fit_input input = {.mesh = mesh};
    struct inr_fit_config config = settings("siren", INR_TASK_SDF, 24);
    struct inr_model *models[3] = {NULL};
    struct inr_error err = {0};
    config.task.pool = 1024;
    config.task.reuse = 1;
    config.batch = 64;
    inr_case_check(inr_fit(&input, &config, NULL, NULL, &models[0], &err), INR_OK, &err);
    config.task.reuse = 1000000;
    inr_case_check(inr_fit(&input, &config, NULL, NULL, &models[1], &err), INR_OK, &err);
    config.task.reuse = 1;
    memcpy(config.device, "llvmpipe", 9);
    const enum inr_status status = inr_fit(&input, &config, NULL, NULL, &models[2], &err);
    double renewed = 0.0, stale = 0.0;
    const float *a = inr_model_field(models[0])->params, *b = inr_model_field(models[1])->params;
    const float *c = status == INR_OK ? inr_model_field(models[2])->params : a;
    for (size_t i = 0; i < inr_model_field(models[0])->n_params; i++) {
        renewed = fmax(renewed, fabs((double)a[i] - (double)c[i]));
        stale = fmax(stale, fabs((double)a[i] - (double)b[i]));
    }
    for (int i = 0; i < 3; i++)
        inr_model_free(models[i]);
    inr_mesh_free(mesh);
    if (status == INR_ERR_NO_DEVICE)
        skip();
    inr_case_check(status, INR_OK, &err);
    print_message("renewed %.2g, stale %.2g\n", renewed, stale);
    assert_true(renewed < 0.1 * stale && stale > 1e-4);
}

/* Normals of a model are the gradient of its distances. */
static void check_gradient(const struct inr_model *model)
{
    struct inr_model_shape *shape;
    struct inr_shape_source source;
    struct inr_frame frame;
    struct inr_error err = {0};
    const float h = 1e-3f, at[3] = {0.31f, -0.22f, 0.4f};
    float g[3], pair[6], values[2];
    inr_case_check(inr_model_shape_open(model, "cpu", 1, NULL, &shape, &source, &frame, &err),
                   INR_OK, &err);
    assert_non_null(source.gradient);
    inr_case_check(source.gradient(source.data, at, 1, g, &err), INR_OK, &err);
    for (int d = 0; d < 3; d++) {
        memcpy(pair, at, sizeof at);
        memcpy(pair + 3, at, sizeof at);
        pair[d] -= h;
        pair[3 + d] += h;
        inr_case_check(source.values(source.data, pair, 2, values, &err), INR_OK, &err);
        assert_true(fabs((double)(values[1] - values[0]) / (2.0 * (double)h) - (double)g[d]) <
                    2e-2);
    }
    inr_model_shape_close(shape);
}

/* Points with normals alone: no distance off the surface is asked for. */
static void test_points_with_normals(void **state)
{
    (void)state;
    struct inr_mesh *torus = make_torus(48, 2.0, 0.8), *points = NULL;
    struct inr_fit_config config;
    struct inr_error err = {0};
    inr_case_check(inr_mesh_create(torus->n_vertices, 0, true, &points, &err), INR_OK, &err);
    memcpy(points->vertices, torus->vertices, 3 * points->n_vertices * sizeof(float));
    for (size_t i = 0; i < points->n_vertices; i++) {
        const double u = 2.0 * PI * (double)(i % 96) / 96, v = 2.0 * PI * (double)(i / 96) / 48;
        points->normals[3 * i] = (float)(cos(v) * cos(u));
        points->normals[3 * i + 1] = (float)(cos(v) * sin(u));
        points->normals[3 * i + 2] = (float)sin(v);
    }
    inr_case_check(inr_fit_preset_shape("siren", INR_TASK_AUTO, true, &config, &err), INR_OK, &err);
    config.field.width = 32;
    config.field.layers = 1;
    config.field.first[0] = config.field.hidden[0] = 15.0f;
    config.batch = 256;
    config.steps = 1500;
    config.threads = 1;
    config.task.pool = 16384;
    memcpy(config.device, "cpu", 4);
    const struct inr_fit_input input = {.mesh = points};
    struct inr_model *model = through_file(inr_case_fit(&input, &config, NULL, NULL, INR_OK));
    const struct inr_model_info *info = inr_model_info(model);
    print_message("points: iou %.4f, error %.4f\n", info->iou, info->distance_error);
    assert_string_equal(info->sign, "normal");
    assert_true(info->iou > 0.85 && info->distance_error < 0.2);
    check_gradient(model);
    inr_model_free(model);
    free(points->normals);
    points->normals = NULL;
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "no normals");
    inr_mesh_free(points);
    inr_mesh_free(torus);
}

/* FreSh reads the spectrum of the distances on a cube. */
static void test_fresh(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(16, 2.0, 0.8);
    const struct inr_fit_input input = {.mesh = mesh};
    struct inr_fit_config config = settings("siren", INR_TASK_SDF, 5);
    struct inr_error err = {0};
    inr_case_check(inr_fit_config_set(&config, "fresh", "auto", &err), INR_OK, &err);
    struct inr_model *model = inr_case_fit(&input, &config, NULL, NULL, INR_OK);
    assert_non_null(strstr(inr_model_info(model)->chosen, "FreSh: first-omega"));
    inr_model_free(model);
    inr_mesh_free(mesh);
}

/* An array of distances to a ball, in its own units. */
static struct inr_signal make_array(uint32_t x, uint32_t y, uint32_t z, double spacing)
{
    struct inr_signal s = {
        .dims = 3, .shape = {x, y, z}, .channels = 1, .sample = INR_SAMPLE_FLOAT};
    const size_t n = inr_signal_points(&s);
    s.values = malloc(n * sizeof *s.values);
    if (!s.values)
        abort();
    for (size_t i = 0; i < n; i++) {
        const double at[3] = {(double)(i % x), (double)(i / x % y), (double)(i / x / y)};
        double squares = 0.0;
        for (int d = 0; d < 3; d++)
            squares += pow((at[d] - 0.5 * (s.shape[d] - 1.0)) * spacing, 2.0);
        s.values[i] = (float)(sqrt(squares) - 5.0 * spacing);
    }
    return s;
}

static void test_arrays_of_distances(void **state)
{
    (void)state;
    static const uint32_t shapes[][3] = {{16, 16, 16}, {21, 14, 17}};
    for (size_t i = 0; i < 2; i++) {
        struct inr_signal s = make_array(shapes[i][0], shapes[i][1], shapes[i][2], 2.5);
        const struct inr_fit_input input = {.signal = &s, .name = "ball.npy"};
        struct inr_fit_config config;
        struct inr_error err = {0};
        inr_case_check(inr_fit_preset("siren", &config, &err), INR_OK, &err);
        config.task.kind = INR_TASK_SDF;
        config.task.spacing = 2.5f;
        config.field.width = 24;
        config.field.layers = 1;
        config.field.first[0] = 10.0f;
        config.batch = 512;
        config.steps = 600;
        config.threads = 1;
        memcpy(config.device, "cpu", 4);
        struct inr_model *model = through_file(inr_case_fit(&input, &config, NULL, NULL, INR_OK));
        const struct inr_model_info *info = inr_model_info(model);
        print_message("array: iou %.4f, error %.5f\n", info->iou, info->distance_error);
        assert_true(info->iou > 0.9 && info->distance_error < 0.03);
        /* Own units: voxels times spacing, from the first sample on. */
        const double middle[3] = {0.5 * (s.shape[0] - 1.0) * 2.5, 0.5 * (s.shape[1] - 1.0) * 2.5,
                                  0.5 * (s.shape[2] - 1.0) * 2.5};
        assert_true(fabs(info->frame_scale - 2.0 / (2.5 * s.shape[0])) < 1e-9);
        assert_true(fabs(value_at(model, middle[0] + 12.5, middle[1], middle[2])) < 1.5);
        assert_true(fabs(value_at(model, middle[0], middle[1] + 2.5, middle[2]) + 10.0) < 2.5);
        inr_model_free(model);
        inr_signal_free(&s);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct inr_mesh *mesh = make_torus(8, 2.0, 0.8), *points = make_torus(8, 2.0, 0.8);
    struct inr_signal s = make_array(4, 4, 4, 1.0);
    struct inr_fit_input input = {.mesh = mesh, .signal = &s};
    struct inr_fit_config config = settings("siren", INR_TASK_SDF, 5);
    struct inr_error err = {0};
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "not two");
    input.signal = NULL;
    config.task.kind = INR_TASK_IMAGE;
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "leave out --task");
    config = settings("siren", INR_TASK_OCCUPANCY, 5);
    config.task.sign = INR_SIGN_NONE;
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "inside");
    config = settings("siren", INR_TASK_SDF, 5);
    config.psnr = 30.0;
    inr_case_refuse(&input, &config, INR_ERR_USAGE, "psnr");
    /* Another mesh is no mesh to go on with. */
    config = settings("siren", INR_TASK_SDF, 5);
    config.keep_state = true;
    struct inr_model *model = inr_case_fit(&input, &config, NULL, NULL, INR_OK), *other = NULL;
    points->vertices[4] += 0.25f;
    const struct inr_fit_input moved = {.mesh = points};
    inr_case_check(inr_fit(&moved, &config, model, NULL, &other, &err), INR_ERR_INPUT, &err);
    assert_non_null(strstr(err.text, "another shape"));
    inr_model_free(model);
    inr_signal_free(&s);
    inr_mesh_free(mesh);
    inr_mesh_free(points);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_are_distances),
        cmocka_unit_test(test_pool_depends_on_renewals_alone),
        cmocka_unit_test(test_fits_are_exact),
        cmocka_unit_test(test_a_mesh_becomes_distances),
        cmocka_unit_test(test_occupancy_and_no_sign),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_config_of_instant_ngp),
        cmocka_unit_test(test_renewal_on_vulkan),
        cmocka_unit_test(test_points_with_normals),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_arrays_of_distances),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
