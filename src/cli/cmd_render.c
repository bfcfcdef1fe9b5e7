/* SPDX-License-Identifier: MIT
 *
 * cmd_render.c - `inrush render`: a picture of any size or crop from a model.
 */
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/picture.h"
#include "cli/view.h"

static const struct inr_cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help = "the picture; its suffix decides the format: .png .ppm .pgm .pam .pfm .hdr .jpg .bmp "
             ".tga"},
    {.name = "size",
     .value = "WxH",
     .group = "Output",
     .help = "size of the whole picture; Wx or xH keeps the aspect; default: the source's"},
    {.name = "scale",
     .value = "S",
     .group = "Output",
     .help = "size of the whole picture as a multiple of the source's"},
    {.name = "crop",
     .value = "AREA",
     .group = "Output",
     .help = "only a part of that picture: X,Y,WxH or WxH+X+Y"},
    {.name = "depth",
     .value = "DEPTH",
     .group = "Output",
     .words = "8 16 float",
     .help = "bits of a sample: 8, 16 or float; default: the source's, or what the format holds"},
    INR_CLI_OPTION_FORCE,
    INR_CLI_OPTION_JSON,
    INR_CLI_OPTION_DEVICE,
    INR_CLI_OPTION_THREADS,
    {.name = NULL},
};

static enum inr_status make_view(const struct inr_cli *cli, const struct inr_model *model,
                                 struct inr_view *view, struct inr_error *err)
{
    const char *size = inr_cli_get(&cli->args, "size");
    const char *scale = inr_cli_get(&cli->args, "scale");
    const char *crop = inr_cli_get(&cli->args, "crop");
    enum inr_status status = INR_OK;
    if (size != NULL && scale != NULL)
        return inr_fail(err, INR_ERR_USAGE, "--size and --scale both set the size; give one");
    if (size != NULL)
        status = inr_cli_parse_size(size, view, err);
    if (status == INR_OK && scale != NULL)
        status = inr_cli_parse_scale(scale, inr_model_source(model), view, err);
    if (status == INR_OK && crop != NULL)
        status = inr_cli_parse_crop(crop, view, err);
    return status == INR_OK ? inr_view_resolve(model, view, err) : status;
}

static enum inr_status report(struct inr_cli *cli, const char *output, const struct inr_view *view,
                              struct inr_error *err)
{
    json_t *json;
    if (!cli->json) {
        inr_cli_notice(cli, "%s: %u x %u pixels", output, view->crop_width, view->crop_height);
        return INR_OK;
    }
    json = json_object();
    inr_cli_json_text(json, "output", output);
    inr_cli_json_integer(json, "width", view->crop_width);
    inr_cli_json_integer(json, "height", view->crop_height);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(output));
    return inr_cli_json_print(json, err);
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *input = cli->args.operands[0];
    const char *output = inr_cli_get(&cli->args, "output");
    struct inr_cli_device device;
    struct inr_model *model = NULL;
    struct inr_view view = {0};
    enum inr_status status = inr_cli_get_device(cli, &device, err);

    if (status == INR_OK && output == NULL)
        status = inr_fail(err, INR_ERR_USAGE, "no output given; add -o FILE.png");
    if (status == INR_OK && !inr_image_can_write(output))
        status = inr_fail(err, INR_ERR_USAGE,
                          "%s: the suffix names no picture format; .png .ppm .pgm .pam .pfm .hdr "
                          ".jpg .bmp .tga can be written",
                          output);
    if (status == INR_OK)
        status = inr_cli_check_output(output, inr_cli_count(&cli->args, "force") > 0, err);
    if (status == INR_OK)
        status = inr_model_load(input, &model, err);
    if (status == INR_OK)
        status = make_view(cli, model, &view, err);
    if (status == INR_OK) {
        inr_cli_interrupt_install();
        status = inr_cli_write_picture(cli, model, &device, &view, inr_cli_get(&cli->args, "depth"),
                                       output, err);
    }
    if (status == INR_OK)
        status = report(cli, output, &view, err);
    inr_model_free(model);
    return status;
}

const struct inr_cli_command inr_cli_render = {
    .name = "render",
    .summary = "render a model as a picture of any size",
    .usage = "MODEL.inr -o PICTURE [options]",
    .text =
        "The picture is computed a few rows at a time, so its size is bounded by the disk alone. "
        "Bit depth, alpha, colour profile and gamma of the source travel with the model.",
    .examples = "inrush render photo.inr -o copy.png\n"
                "inrush render photo.inr -o large.png --scale 4\n"
                "inrush render photo.inr -o part.png --size 8192x --crop 512,512,1024x768",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
