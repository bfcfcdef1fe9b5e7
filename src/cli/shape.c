/* SPDX-License-Identifier: MIT
 *
 * shape.c - Opens shapes and makes pictures of them.
 */
#include "cli/shape.h"

#include <math.h>
#include <string.h>

#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/picture.h"
#include "cli/text.h"
#include "cli/view.h"

/* Sides of the picture of a fit under way. */
#define PREVIEW 512

static bool on_progress(void *user, double done)
{
    struct inr_cli_shape_watch *watch = user;
    char line[64];
    snprintf(line, sizeof line, "%s %.0f %%", watch->what, floor(100.0 * done));
    inr_cli_progress_line(&watch->cli->progress, line);
    return inr_cli_interrupted();
}

struct inr_shape_watch inr_cli_shape_watch(struct inr_cli_shape_watch *watch)
{
    inr_cli_interrupt_install();
    return (struct inr_shape_watch){.progress = on_progress, .user = watch};
}

enum inr_status inr_cli_shape_open(struct inr_cli *cli, const struct inr_model *model,
                                   struct inr_mesh *mesh, struct inr_cli_shape *shape,
                                   struct inr_error *err)
{
    struct inr_cli_device device;
    *shape = (struct inr_cli_shape){.model = model};
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK && model != NULL)
        return inr_model_shape_open(model, device.device, device.threads, &cli->log, &shape->asked,
                                    &shape->source, &shape->frame, err);
    if (status != INR_OK)
        return status;
    inr_mesh_frame(mesh, INR_CLI_SHAPE_MARGIN, &shape->frame);
    inr_mesh_enter(mesh, &shape->frame);
    status = inr_surface_create(mesh, INR_SIGN_AUTO, device.threads, &shape->surface, err);
    if (status == INR_OK)
        shape->source = inr_surface_source(shape->surface);
    if (status == INR_OK && inr_surface_sign(shape->surface) == INR_SIGN_NONE)
        shape->source.level = 0.01f; /* a shell around what has no inside */
    return status;
}

void inr_cli_shape_close(struct inr_cli_shape *shape)
{
    inr_model_shape_close(shape->asked);
    inr_surface_destroy(shape->surface);
    *shape = (struct inr_cli_shape){0};
}

enum inr_status inr_cli_mesh_read(struct inr_cli *cli, const char *path, struct inr_mesh **mesh,
                                  bool *closed, struct inr_error *err)
{
    struct inr_mesh_report report;
    char text[512];
    const enum inr_status status = inr_mesh_read(path, mesh, &report, err);
    if (status != INR_OK)
        return status;
    if (closed != NULL)
        *closed = report.closed;
    if (inr_mesh_report_worrying(&report)) {
        inr_mesh_report_text(&report, text, sizeof text);
        inr_cli_notice(cli, "%s: %s", path, text);
    }
    return INR_OK;
}

enum inr_status inr_cli_shape_refuse(const struct inr_cli *cli, const char *const *names,
                                     const char *why, struct inr_error *err)
{
    for (; *names != NULL; names++)
        if (inr_cli_count(&cli->args, *names) > 0)
            return inr_fail(err, INR_ERR_USAGE, "--%s is %s; leave it out", *names, why);
    return INR_OK;
}

/* A name, or azimuth,elevation[,distance]. */
static enum inr_status parse_camera(const char *text, struct inr_trace_options *options,
                                    struct inr_error *err)
{
    static const struct {
        const char *name;
        double azimuth, elevation;
    } views[] = {{"front", 0.0, 0.0},   {"left", 90.0, 0.0}, {"back", 180.0, 0.0},
                 {"right", 270.0, 0.0}, {"top", 0.0, 90.0},  {"bottom", 0.0, -90.0}};
    double *const places[] = {&options->azimuth, &options->elevation, &options->distance};
    char word[64];
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        if (strcmp(text, views[i].name) == 0) {
            options->azimuth = views[i].azimuth;
            options->elevation = views[i].elevation;
            return INR_OK;
        }
    const char *p = text;
    size_t n = 0;
    bool good = true;
    for (; good && n < 3; n++) {
        const size_t length = strcspn(p, ",");
        inr_cli_text_copy(word, sizeof word, p, length);
        good = inr_cli_read_number(word, places[n]);
        p += length;
        if (*p != ',')
            break;
        p++;
    }
    if (good && n >= 1 && n < 3 && *p == '\0' && fabs(options->elevation) <= 90.0 &&
        options->distance >= 0.0)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE,
                    "--camera %s: front, left, back, right, top, bottom or "
                    "AZIMUTH,ELEVATION[,DISTANCE] in degrees is needed, for example 35,20",
                    text);
}

static enum inr_status read_picture_size(const char *text, struct inr_trace_options *options,
                                         struct inr_error *err)
{
    uint32_t shape[3];
    enum inr_status status = inr_cli_parse_shape(text, 2, shape, err);
    options->width = status == INR_OK ? shape[0] : 0;
    options->height = status == INR_OK ? shape[1] : 0;
    return status;
}

static enum inr_status read_trace_options(const struct inr_cli *cli,
                                          struct inr_trace_options *options, struct inr_error *err)
{
    static const char *const others[] = {"scale", "crop",   "depth", "resolution",
                                         "open",  "points", "seed",  NULL};
    const struct inr_cli_args *args = &cli->args;
    const char *camera = inr_cli_get(args, "camera"), *size = inr_cli_get(args, "size");
    const char *up = inr_cli_get(args, "up");
    *options = INR_TRACE_DEFAULT;
    enum inr_status status = inr_cli_shape_refuse(cli, others, "not for pictures of shapes", err);
    if (status == INR_OK && camera != NULL)
        status = parse_camera(camera, options, err);
    if (status == INR_OK && size != NULL)
        status = read_picture_size(size, options, err);
    if (status == INR_OK)
        status = inr_cli_get_number(args, "fov", 1.0, 120.0, options->fov, &options->fov, err);
    if (status == INR_OK && up != NULL && (strlen(up) != 1 || strchr("xyz", up[0]) == NULL))
        status = inr_fail(err, INR_ERR_USAGE, "--up %s: x, y or z is needed", up);
    if (status == INR_OK && up != NULL)
        options->up_axis = up[0] - 'x';
    options->transparent = inr_cli_count(args, "transparent") > 0;
    options->floating = inr_cli_count(args, "floating") > 0;
    return status;
}

static enum inr_status write_picture(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                     const char *path, struct inr_error *err)
{
    struct inr_cli_shape_watch drawing = {cli, "drawing"};
    const struct inr_shape_watch watch = inr_cli_shape_watch(&drawing);
    struct inr_trace_options options;
    enum inr_status status = read_trace_options(cli, &options, err);
    if (status == INR_OK)
        status = inr_shape_trace(path, &shape->source, &options, &watch, err);
    inr_cli_progress_clear(&cli->progress);
    if (status != INR_OK)
        return status;
    if (!cli->json) {
        inr_cli_notice(cli, "%s: %u x %u pixels", path, options.width, options.height);
        return INR_OK;
    }
    json_t *json = json_object();
    inr_cli_json_text(json, "output", path);
    inr_cli_json_integer(json, "width", options.width);
    inr_cli_json_integer(json, "height", options.height);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
    return inr_cli_json_print(json, err);
}

enum inr_status inr_cli_shape_preview(struct inr_cli *cli, const struct inr_model *model,
                                      const struct inr_cli_device *device, const char *path,
                                      struct inr_error *err)
{
    struct inr_cli_shape_watch drawing = {cli, "drawing"};
    const struct inr_shape_watch watch = inr_cli_shape_watch(&drawing);
    struct inr_trace_options options = INR_TRACE_DEFAULT;
    struct inr_model_shape *asked = NULL;
    struct inr_shape_source source;
    struct inr_frame frame;
    options.width = options.height = PREVIEW;
    enum inr_status status = inr_model_shape_open(model, device->device, device->threads, &cli->log,
                                                  &asked, &source, &frame, err);
    if (status == INR_OK)
        status = inr_shape_trace(path, &source, &options, &watch, err);
    inr_cli_progress_clear(&cli->progress);
    inr_model_shape_close(asked);
    return status;
}

enum inr_status inr_cli_shape_write(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                    const char *path, struct inr_error *err)
{
    return inr_mesh_can_write(path) ? inr_cli_shape_write_mesh(cli, shape, NULL, path, err)
                                    : write_picture(cli, shape, path, err);
}
