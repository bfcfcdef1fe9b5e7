/* SPDX-License-Identifier: MIT
 *
 * cmd_render.c - `inrush render`: a picture of any size or crop, an array of any shape, or a mesh,
 * from a model.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "inrush/codec.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/latent.h"
#include "cli/picture.h"
#include "cli/shape.h"
#include "cli/view.h"

static const struct inr_cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help =
         "its suffix decides the format: .npy for arrays; .wav .flac for sounds; .png .ppm "
         ".pgm .pam .pfm .hdr .jpg "
         ".bmp .tga for pictures; .ply .obj .stl for meshes; .ply .xyz for points; .inr for the "
         "model itself"},
    {.name = "size",
     .value = "SIZE",
     .group = "Output",
     .help = "points an axis: WxH for pictures, where Wx or xH keeps the aspect, N for sounds, "
             "WxHxD for volumes; default: the source's"},
    {.name = "scale",
     .value = "S",
     .group = "Output",
     .help = "size as a multiple of the source's"},
    {.name = "crop",
     .value = "AREA",
     .group = "Output",
     .help = "only a part of that picture: X,Y,WxH or WxH+X+Y"},
    {.name = "level",
     .value = "K",
     .group = "Output",
     .help = "compressed files of nested networks: number K of them, from 1, the smallest; a file "
             "that ends before it gives the largest that is whole"},
    {.name = "slice",
     .value = "K",
     .group = "Output",
     .help = "volumes: the picture of slice K, from 0, along the third axis (NumPy's first)"},
    {.name = "sinogram",
     .group = "Output",
     .help = "models of task ct: the projections of the picture, one row an angle; a picture of "
             "them has their greatest value as white"},
    {.name = "depth",
     .value = "DEPTH",
     .group = "Output",
     .words = "8 16 float",
     .help = "bits of a sample: 8, 16 or float; default: the source's, or what the format holds; "
             "float arrays are neither clamped nor cut at the threshold"},
    INR_CLI_OPTION_RESOLUTION,
    {.name = "open",
     .group = "Shapes",
     .help = "leave the mesh open where the shape reaches the edge of its box"},
    {.name = "points",
     .value = "N",
     .group = "Shapes",
     .help = "a cloud of N points with normals instead of a mesh, spread evenly by area: over the "
             "triangles of a mesh file, over the mesh that the grid gives of all else"},
    {.name = "seed",
     .value = "N",
     .group = "Shapes",
     .help = "of those points; default: 0; fewer points are the first of more"},
    {.name = "camera",
     .value = "VIEW",
     .group = "Shapes",
     .help =
         "where a picture is seen from: AZIMUTH,ELEVATION[,DISTANCE] in degrees and units of "
         "the field, or front, left, back, right, top, bottom; default: 35,20 and as far as the "
         "shape fills the picture"},
    {.name = "fov",
     .value = "DEGREES",
     .group = "Shapes",
     .help = "angle of view, 1 to 120; default: 30"},
    {.name = "up",
     .value = "AXIS",
     .group = "Shapes",
     .words = "x y z",
     .help = "axis that points up in pictures; default: y"},
    {.name = "transparent",
     .group = "Shapes",
     .help = "a picture without a background; the shadow is kept"},
    {.name = "floating", .group = "Shapes", .help = "a picture without ground and shadow"},
    INR_CLI_OPTION_FORCE,
    INR_CLI_OPTION_JSON,
    INR_CLI_OPTION_DEVICE,
    INR_CLI_OPTION_THREADS,
    {.name = NULL},
};

struct job {
    struct inr_cli *cli;
    const char *output;
    struct inr_model *model;
    struct inr_cli_device device;
};

/* Points an axis as asked for, 0: the source's. */
static enum inr_status get_shape(const struct job *job, uint32_t shape[3], struct inr_error *err)
{
    const char *size = inr_cli_get(&job->cli->args, "size");
    const char *scale = inr_cli_get(&job->cli->args, "scale");
    const struct inr_model_info *info = inr_model_info(job->model);
    struct inr_view view = {0};
    enum inr_status status = INR_OK;
    if (size != NULL && scale != NULL)
        return inr_fail(err, INR_ERR_USAGE, "--size and --scale both set the size; give one");
    if (scale != NULL)
        return inr_cli_scale_shape(scale, info, shape, err);
    if (size == NULL)
        return INR_OK;
    if (info->dims != 2)
        return inr_cli_parse_shape(size, info->dims, shape, err);
    status = inr_cli_parse_size(size, &view, err);
    shape[0] = view.width;
    shape[1] = view.height;
    return status;
}

static enum inr_status make_view(const struct job *job, struct inr_view *view,
                                 struct inr_error *err)
{
    const struct inr_cli_args *args = &job->cli->args;
    const char *crop = inr_cli_get(args, "crop");
    const bool volume = inr_model_info(job->model)->dims == 3;
    uint32_t shape[3] = {0};
    long slice = 0;
    enum inr_status status = get_shape(job, shape, err);
    *view = (struct inr_view){.width = shape[0], .height = shape[1], .length = shape[2]};
    if (status == INR_OK && volume != (inr_cli_get(args, "slice") != NULL))
        status = inr_fail(err, INR_ERR_USAGE,
                          volume ? "a picture of a volume needs --slice K; write a .npy for all of "
                                   "it"
                                 : "--slice is for models of volumes");
    if (status == INR_OK)
        status = inr_cli_get_integer(args, "slice", 0, 8388607, 0, &slice, err);
    view->slice = (uint32_t)slice;
    if (status == INR_OK && crop != NULL)
        status = inr_cli_parse_crop(crop, view, err);
    return status == INR_OK ? inr_view_resolve(job->model, view, err) : status;
}

static enum inr_status report(const struct job *job, const uint32_t *shape, int dims,
                              struct inr_error *err)
{
    static const char *const keys[] = {"width", "height", "length"};
    json_t *json;
    if (!job->cli->json && dims == 1)
        inr_cli_notice(job->cli, "%s: %u samples", job->output, shape[0]);
    else if (!job->cli->json && dims == 2)
        inr_cli_notice(job->cli, "%s: %u x %u pixels", job->output, shape[0], shape[1]);
    else if (!job->cli->json)
        inr_cli_notice(job->cli, "%s: %u x %u x %u samples", job->output, shape[0], shape[1],
                       shape[2]);
    if (!job->cli->json)
        return INR_OK;
    json = json_object();
    inr_cli_json_text(json, "output", job->output);
    for (int d = 0; d < dims; d++)
        inr_cli_json_integer(json, keys[d], shape[d]);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(job->output));
    return inr_cli_json_print(json, err);
}

static enum inr_status render_picture(const struct job *job, struct inr_error *err)
{
    struct inr_view view;
    enum inr_status status = make_view(job, &view, err);
    if (status == INR_OK) {
        inr_cli_interrupt_install();
        status = inr_cli_write_picture(job->cli, job->model, &job->device, &view,
                                       inr_cli_get(&job->cli->args, "depth"), job->output, err);
    }
    return status == INR_OK
               ? report(job, (const uint32_t[]){view.crop_width, view.crop_height}, 2, err)
               : status;
}

/* What an array of `depth` holds; NULL: what the source was. */
static enum inr_status finish(const struct job *job, const char *depth, struct inr_signal *signal,
                              struct inr_error *err)
{
    enum inr_depth wanted = INR_DEPTH_F32;
    enum inr_status status = depth != NULL ? inr_cli_parse_depth(depth, &wanted, err) : INR_OK;
    if (status == INR_OK && depth == NULL)
        inr_model_finish_signal(job->model, signal);
    else if (status == INR_OK)
        signal->sample = wanted == INR_DEPTH_U8    ? INR_SAMPLE_U8
                         : wanted == INR_DEPTH_U16 ? INR_SAMPLE_U16
                                                   : INR_SAMPLE_FLOAT;
    return status;
}

/* Sides left open keep the aspect, as they do for pictures. */
static enum inr_status resolve_shape(const struct job *job, uint32_t shape[3],
                                     struct inr_error *err)
{
    struct inr_view view = {.width = shape[0], .height = shape[1]};
    if (inr_model_info(job->model)->dims != 2)
        return INR_OK;
    enum inr_status status = inr_view_resolve(job->model, &view, err);
    shape[0] = view.width;
    shape[1] = view.height;
    return status;
}

static enum inr_status render_array(const struct job *job, struct inr_error *err)
{
    static const char *const pictures[] = {"crop", "slice"};
    struct inr_signal signal = {0};
    uint32_t shape[3] = {0};
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
        if (inr_cli_get(&job->cli->args, pictures[i]) != NULL)
            return inr_fail(err, INR_ERR_USAGE, "--%s is for pictures; leave it out", pictures[i]);
    if (inr_sound_can_write(job->output) && inr_model_info(job->model)->rate <= 0.0)
        return inr_fail(err, INR_ERR_USAGE, "%s: the model is not of a sound; write a .npy",
                        job->output);
    enum inr_status status = get_shape(job, shape, err);
    if (status == INR_OK)
        status = resolve_shape(job, shape, err);
    if (status == INR_OK)
        status = inr_model_render_signal(job->model, job->device.device, job->device.threads, shape,
                                         &signal, &job->cli->log, err);
    if (status == INR_OK)
        status = finish(job, inr_cli_get(&job->cli->args, "depth"), &signal, err);
    if (status == INR_OK)
        status = inr_signal_write(job->output, &signal, err);
    if (status == INR_OK)
        status = report(job, signal.shape, signal.dims, err);
    inr_signal_free(&signal);
    return status;
}

static enum inr_status render_sinogram(const struct job *job, struct inr_error *err)
{
    static const char *const others[] = {"size", "scale", "crop", "slice", "depth"};
    struct inr_signal rows = {0};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (inr_cli_get(&job->cli->args, others[i]) != NULL)
            return inr_fail(err, INR_ERR_USAGE,
                            "--%s is not for sinograms, which have the source's size; leave it out",
                            others[i]);
    enum inr_status status = inr_model_sinogram(job->model, job->device.device, job->device.threads,
                                                &rows, &job->cli->log, err);
    if (status == INR_OK)
        status = inr_cli_write_sinogram(job->cli, job->output, &rows, err);
    if (status == INR_OK)
        status = report(job, rows.shape, 2, err);
    inr_signal_free(&rows);
    return status;
}

static enum inr_status render(const struct job *job, struct inr_error *err)
{
    if (inr_cli_count(&job->cli->args, "sinogram") > 0)
        return render_sinogram(job, err);
    return inr_image_can_write(job->output) ? render_picture(job, err) : render_array(job, err);
}

static bool is_model_name(const char *path)
{
    const size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".inr") == 0;
}

static enum inr_status check_output(const struct job *job, bool mesh, struct inr_error *err)
{
    if (job->output == NULL)
        return inr_fail(err, INR_ERR_USAGE, "no output given; add -o FILE.png");
    if (inr_mesh_can_write(job->output) || (!mesh && is_model_name(job->output)))
        return inr_cli_check_output(job->output, inr_cli_count(&job->cli->args, "force") > 0, err);
    if (mesh && !inr_image_can_write(job->output))
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: a mesh becomes another mesh (.ply .obj .stl), points (.ply .xyz) or a "
                        "picture (.png ...)",
                        job->output);
    return inr_cli_check_signal_output(job->cli, job->output, err);
}

/* A mesh, or a picture of a shape: of a model, or of a mesh file as it is. */
static enum inr_status render_shape(const struct job *job, struct inr_mesh *mesh,
                                    struct inr_error *err)
{
    struct inr_cli_shape shape;
    enum inr_status status = inr_cli_shape_open(job->cli, job->model, mesh, &shape, err);
    if (status == INR_OK)
        status = inr_cli_shape_write(job->cli, &shape, job->output, err);
    inr_cli_shape_close(&shape);
    return status;
}

static enum inr_status render_mesh(const struct job *job, const char *path, struct inr_error *err)
{
    struct inr_mesh *mesh = NULL;
    enum inr_status status = check_output(job, true, err);
    if (status == INR_OK && inr_cli_same_file(path, job->output))
        status =
            inr_fail(err, INR_ERR_USAGE, "%s is the input; give the output another name", path);
    if (status == INR_OK)
        status = inr_cli_mesh_read(job->cli, path, &mesh, NULL, err);
    if (status == INR_OK && mesh->n_triangles > 0 && inr_mesh_can_write(job->output) &&
        inr_cli_count(&job->cli->args, "points") > 0)
        status = inr_cli_shape_write_mesh(job->cli, NULL, mesh, job->output, err);
    else if (status == INR_OK)
        status = render_shape(job, mesh, err);
    inr_mesh_free(mesh);
    return status;
}

/* The model itself: what was in a compressed file, as numbers of 32 bits. */
static enum inr_status write_model(const struct job *job, struct inr_error *err)
{
    static const char *const others[] = {"size", "scale", "crop", "slice", "depth", "sinogram"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (inr_cli_count(&job->cli->args, others[i]) > 0)
            return inr_fail(err, INR_ERR_USAGE, "--%s is for what is made of a model; leave it out",
                            others[i]);
    if (inr_cli_same_file(job->cli->args.operands[0], job->output))
        return inr_fail(err, INR_ERR_USAGE, "%s is the input; give the output another name",
                        job->output);
    enum inr_status status = inr_model_save(job->model, job->output, err);
    if (status != INR_OK || !job->cli->json)
        return status;
    json_t *json = json_object();
    inr_cli_json_text(json, "output", job->output);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(job->output));
    return inr_cli_json_print(json, err);
}

/* The options of shapes change nothing elsewhere. */
static enum inr_status refuse_shape_options(const struct job *job, struct inr_error *err)
{
    static const char *const names[] = {"resolution", "open", "points",      "seed",    "camera",
                                        "fov",        "up",   "transparent", "floating"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (inr_cli_count(&job->cli->args, names[i]) > 0)
            return inr_fail(err, INR_ERR_USAGE, "--%s is for meshes and pictures of shapes",
                            names[i]);
    return INR_OK;
}

/* The model, or a level of it. */
static enum inr_status load(struct job *job, const char *input, struct inr_error *err)
{
    const char *text = inr_cli_get(&job->cli->args, "level");
    char *end = NULL;
    const long level = text ? strtol(text, &end, 10) : 0;
    if (text && (end == text || *end != '\0' || level < 1 || level > INR_MAX_NESTED))
        return inr_fail(err, INR_ERR_USAGE, "--level %s: give a whole number from 1 to %d", text,
                        INR_MAX_NESTED);
    enum inr_status status = inr_codec_load_level(input, (int)level, &job->model, err);
    if (status != INR_OK)
        return status;
    const struct inr_field_config *field = &inr_model_field(job->model)->config;
    const int found = field->level > 0 ? field->level : field->nested;
    if (level > 0 && found > 0 && found < level)
        inr_logf(&job->cli->log, INR_LOG_WARNING,
                 "%s: the file ends before level %ld: this is level %d", input, level, found);
    return INR_OK;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    struct job job = {.cli = cli, .output = inr_cli_get(&cli->args, "output")};
    const char *input = cli->args.operands[0];
    if (inr_cli_is_latent(input) && job.output != NULL)
        return inr_cli_latent_render(cli, input, job.output, err);
    enum inr_status status = inr_cli_get_device(cli, &job.device, err);
    if (status == INR_OK && !inr_cli_is_model(input) && inr_mesh_can_read(input))
        return render_mesh(&job, input, err);
    if (status == INR_OK)
        status = check_output(&job, false, err);
    if (status == INR_OK)
        status = load(&job, input, err);
    if (status != INR_OK)
        return status;
    const bool whole = is_model_name(job.output);
    /* A slice of a volume is a picture, too. */
    const bool shape =
        inr_mesh_can_write(job.output) ||
        (inr_image_can_write(job.output) && inr_cli_get(&cli->args, "slice") == NULL &&
         inr_cli_count(&cli->args, "sinogram") == 0 && inr_model_is_shape(job.model));
    if (shape)
        status = render_shape(&job, NULL, err);
    else
        status = refuse_shape_options(&job, err);
    if (status == INR_OK && !shape)
        status = whole ? write_model(&job, err) : render(&job, err);
    inr_model_free(job.model);
    return status;
}

const struct inr_cli_command inr_cli_render = {
    .name = "render",
    .summary = "render a model as a picture or an array of any size, or as a mesh",
    .usage = "MODEL.inr -o FILE [options]",
    .text =
        "A picture is computed a few rows at a time, so its size is bounded by the disk alone. "
        "Bit depth, alpha, colour profile and gamma of the source travel with the model. Arrays "
        "hold what the source held: bools are cut at the task's threshold, integers rounded, "
        "floats meant to lie in [0,1] clamped. A picture coded by latents is made by the CPU, to "
        "the "
        "same bits everywhere, unless --device names another.\n"
        "A shape (tasks sdf and occupancy) becomes a closed mesh in the units of its source, by "
        "marching cubes, a cloud of points on that mesh, or a picture by sphere tracing; a mesh "
        "file in place of the model is shown so, too.",
    .examples = "inrush render photo.inr -o copy.png\n"
                "inrush render photo.inr -o large.png --scale 4\n"
                "inrush render photo.inr -o part.png --size 8192x --crop 512,512,1024x768\n"
                "inrush render volume.inr -o large.npy --size 256x256x256\n"
                "inrush render volume.inr -o middle.png --slice 32\n"
                "inrush render scan.inr -o rows.npy --sinogram\n"
                "inrush render bunny.inr -o bunny.ply --resolution 512\n"
                "inrush render bunny.obj -o points.ply --points 100000\n"
                "inrush render bunny.inr -o view.png --camera 60,10",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

const struct inr_cli_command inr_cli_decompress = {
    .name = "decompress",
    .summary = "make a picture, an array, a mesh or a model of a compressed file, at any size",
    .usage = "FILE.inrz -o FILE [options]",
    .text = "The same as 'inrush render', which opens compressed files too.",
    .examples = "inrush decompress photo.inrz -o photo.png\n"
                "inrush decompress photo.inrz -o large.png --scale 4\n"
                "inrush decompress photo.inrz -o small.png --level 1\n"
                "inrush decompress bunny.inrz -o bunny.ply\n"
                "inrush decompress bunny.inrz -o bunny.inr",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
