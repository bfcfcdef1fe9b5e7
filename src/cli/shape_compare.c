/* SPDX-License-Identifier: MIT
 *
 * shape_compare.c - `inrush eval` of shapes: a model or a mesh against a mesh.
 */
#include <math.h>
#include <string.h>

#include "inrush/codec.h"

#include "cli/json.h"
#include "cli/picture.h"
#include "cli/shape.h"

/* What is compared with what. */
struct pair {
    struct inr_cli *cli;
    struct inr_shape_measure measure;
    struct inr_mesh *reference; /* in its own units */
    bool closed;                /* it has an inside */
    struct inr_shape_scores scores;
};

static void take_field_scores(struct inr_shape_scores *to, const struct inr_shape_scores *from)
{
    to->iou = from->iou;
    to->iou_near = from->iou_near;
    to->distance_error = from->distance_error;
    to->distance_error_near = from->distance_error_near;
}

static enum inr_sign sign_of(const struct inr_model *model)
{
    enum inr_sign sign = INR_SIGN_AUTO;
    if (model != NULL && !inr_sign_by_name(inr_model_info(model)->sign, &sign))
        sign = INR_SIGN_AUTO;
    return sign;
}

/* Insides and distances, in the frame of the shape that is tested. */
static enum inr_status compare_fields(struct pair *pair, const struct inr_cli_shape *test,
                                      const struct inr_frame *frame, struct inr_error *err)
{
    struct inr_cli_shape_watch measuring = {pair->cli, "measuring"};
    const struct inr_shape_watch watch = inr_cli_shape_watch(&measuring);
    struct inr_surface *surface = NULL;
    struct inr_shape_scores scores;
    inr_mesh_enter(pair->reference, frame);
    enum inr_status status = inr_surface_create(pair->reference, sign_of(test->model),
                                                pair->measure.threads, &surface, err);
    if (status == INR_OK && inr_surface_sign(surface) != INR_SIGN_NONE) {
        status =
            inr_shape_compare_field(surface, &test->source, &pair->measure, &watch, &scores, err);
        if (status == INR_OK)
            take_field_scores(&pair->scores, &scores);
    }
    inr_surface_destroy(surface);
    return status;
}

static enum inr_status compare_surfaces(struct pair *pair, const struct inr_mesh *test,
                                        struct inr_error *err)
{
    struct inr_cli_shape_watch measuring = {pair->cli, "measuring"};
    const struct inr_shape_watch watch = inr_cli_shape_watch(&measuring);
    return inr_shape_compare(pair->reference, test, &pair->measure, &watch, &pair->scores, err);
}

static enum inr_status compare_model(struct pair *pair, const char *path, struct inr_error *err)
{
    struct inr_model *model = NULL;
    struct inr_cli_shape test = {0};
    struct inr_mesh *mesh = NULL;
    enum inr_status status = inr_codec_load(path, &model, err);
    if (status == INR_OK)
        status = inr_cli_shape_open(pair->cli, model, NULL, &test, err);
    if (status == INR_OK)
        status = inr_cli_shape_mesh(pair->cli, &test, &mesh, err);
    if (status == INR_OK && mesh->n_triangles == 0)
        inr_cli_notice(pair->cli, "%s has no surface; only its values are compared", path);
    if (status == INR_OK && mesh->n_triangles > 0)
        status = compare_surfaces(pair, mesh, err);
    if (status == INR_OK)
        status = compare_fields(pair, &test, &test.frame, err);
    inr_mesh_free(mesh);
    inr_cli_shape_close(&test);
    inr_model_free(model);
    return status;
}

/* Insides of two meshes: the test stands in for a field, in a box around the reference. */
static enum inr_status compare_insides(struct pair *pair, struct inr_mesh *mesh,
                                       struct inr_error *err)
{
    struct inr_cli_shape test = {0};
    struct inr_frame frame;
    inr_mesh_frame(pair->reference, INR_CLI_SHAPE_MARGIN, &frame);
    inr_mesh_enter(mesh, &frame);
    enum inr_status status =
        inr_surface_create(mesh, INR_SIGN_AUTO, pair->measure.threads, &test.surface, err);
    if (status == INR_OK) {
        test.source = inr_surface_inside_source(test.surface);
        status = compare_fields(pair, &test, &frame, err);
    }
    inr_cli_shape_close(&test);
    return status;
}

static enum inr_status compare_mesh(struct pair *pair, const char *path, struct inr_error *err)
{
    struct inr_mesh *mesh = NULL;
    bool closed = false;
    enum inr_status status = inr_cli_mesh_read(pair->cli, path, &mesh, &closed, err);
    if (status == INR_OK)
        status = compare_surfaces(pair, mesh, err);
    if (status == INR_OK && closed && pair->closed)
        status = compare_insides(pair, mesh, err);
    inr_mesh_free(mesh);
    return status;
}

static enum inr_status print_json(const struct inr_shape_scores *s, struct inr_error *err)
{
    json_t *json = json_object();
    inr_cli_json_number(json, "iou", s->iou);
    inr_cli_json_number(json, "iou_near", s->iou_near);
    inr_cli_json_number(json, "chamfer", s->chamfer);
    inr_cli_json_number(json, "chamfer_relative", s->chamfer / s->diagonal);
    inr_cli_json_number(json, "chamfer_squared", s->chamfer_squared);
    inr_cli_json_number(json, "accuracy", s->accuracy);
    inr_cli_json_number(json, "completeness", s->completeness);
    inr_cli_json_number(json, "hausdorff", s->hausdorff);
    inr_cli_json_number(json, "hausdorff_relative", s->hausdorff / s->diagonal);
    inr_cli_json_number(json, "normal_error_deg", s->normal_error_deg);
    inr_cli_json_number(json, "distance_error", s->distance_error);
    inr_cli_json_number(json, "distance_error_near", s->distance_error_near);
    inr_cli_json_number(json, "diagonal", s->diagonal);
    return inr_cli_json_print(json, err);
}

static void print_text(const struct inr_shape_scores *s)
{
    if (!isnan(s->iou))
        printf("iou           %.5f\niou near      %.5f\n", s->iou, s->iou_near);
    if (!isnan(s->chamfer)) {
        printf("chamfer       %.6g (%.3g of the diagonal)\n", s->chamfer, s->chamfer / s->diagonal);
        printf("  accuracy    %.6g\n  complete    %.6g\n", s->accuracy, s->completeness);
        printf("hausdorff     %.6g (%.3g of the diagonal)\n", s->hausdorff,
               s->hausdorff / s->diagonal);
    }
    if (!isnan(s->normal_error_deg))
        printf("normal error  %.2f degrees\n", s->normal_error_deg);
    if (!isnan(s->distance_error))
        printf("distance      %.3g mean error, %.3g near the surface, in field units\n",
               s->distance_error, s->distance_error_near);
}

enum inr_status inr_cli_shape_compare(struct inr_cli *cli, const char *reference, const char *test,
                                      struct inr_error *err)
{
    struct pair pair = {.cli = cli};
    struct inr_cli_device device;
    long samples, seed;
    const double none = (double)NAN;
    pair.scores =
        (struct inr_shape_scores){none, none, none, none, none, none, none, none, none, none, none};
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "samples", 1, 1000000000, 0, &samples, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "seed", 0, 4294967295L, 0, &seed, err);
    if (status == INR_OK)
        status = inr_cli_mesh_read(cli, reference, &pair.reference, &pair.closed, err);
    if (status != INR_OK)
        return status;
    pair.measure = (struct inr_shape_measure){
        .samples = (size_t)samples, .seed = (uint64_t)seed, .threads = device.threads};
    status =
        inr_cli_is_model(test) ? compare_model(&pair, test, err) : compare_mesh(&pair, test, err);
    inr_cli_progress_clear(&cli->progress);
    inr_mesh_free(pair.reference);
    if (status != INR_OK)
        return status;
    if (cli->json)
        return print_json(&pair.scores, err);
    print_text(&pair.scores);
    return INR_OK;
}
