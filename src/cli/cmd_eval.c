/* SPDX-License-Identifier: MIT
 *
 * cmd_eval.c - `inrush eval`: how far apart two pictures, signals or shapes are, or a model and one
 * of them.
 */
#include <math.h>

#include "cli/cli.h"
#include "inrush/codec.h"
#include "cli/json.h"
#include "cli/latent.h"
#include "cli/picture.h"
#include "cli/shape.h"

static const struct inr_cli_option options[] = {
    INR_CLI_OPTION_JSON,
    {.name = "peak",
     .value = "X",
     .group = "Signals",
     .help = "the greatest value, for psnr; default: 1, or the reference's maximum for float "
             "pictures, or what the fit of a model took"},
    {.name = "threshold",
     .value = "X",
     .group = "Signals",
     .help = "values above it are inside, for iou; default: 0.5, or that of a model's task"},
    {.name = "clamp", .group = "Signals", .help = "clamp TEST to [0,1] first"},
    INR_CLI_OPTION_RESOLUTION,
    {.name = "samples",
     .value = "N",
     .group = "Shapes",
     .help = "points drawn for each number; default: 300000 of surfaces, 524288 of space"},
    {.name = "seed", .value = "N", .group = "Shapes", .help = "of those points; default: 0"},
    INR_CLI_OPTION_DEVICE,
    INR_CLI_OPTION_THREADS,
    {.name = NULL},
};

/* What holds for pictures: neither insides nor a floor were measured. */
static struct inr_scores from_metric(const struct inr_metric_result *r)
{
    return (struct inr_scores){.mse = r->mse,
                               .psnr = r->psnr,
                               .mae = r->mae,
                               .max_error = r->max_error,
                               .ssim = r->ssim,
                               .ms_ssim = r->ms_ssim,
                               .iou = (double)NAN,
                               .psnr_mean = (double)NAN};
}

static enum inr_status compare_images(const char *a, const char *b, struct inr_scores *scores,
                                      struct inr_error *err)
{
    struct inr_image reference = {0}, test = {0};
    struct inr_metric_result result;
    enum inr_status status = inr_cli_image_read(a, &reference, NULL, err);
    if (status == INR_OK)
        status = inr_cli_image_read(b, &test, NULL, err);
    if (status == INR_OK)
        status = inr_image_compare(&reference, &test, &result, err);
    if (status == INR_OK)
        *scores = from_metric(&result);
    inr_image_free(&test);
    inr_image_free(&reference);
    return status;
}

/* A number of any size; what *out holds stays when it is not given. */
static enum inr_status get_number(const struct inr_cli *cli, const char *name, double *out,
                                  struct inr_error *err)
{
    return inr_cli_get_number(&cli->args, name, -HUGE_VAL, HUGE_VAL, *out, out, err);
}

static enum inr_status compare_signals(const struct inr_cli *cli, const char *a, const char *b,
                                       struct inr_scores *scores, struct inr_error *err)
{
    struct inr_compare_options how = INR_COMPARE_DEFAULT;
    struct inr_signal reference = {0}, test = {0};
    how.clamp = inr_cli_count(&cli->args, "clamp") > 0;
    enum inr_status status = get_number(cli, "threshold", &how.threshold, err);
    if (status == INR_OK)
        status = inr_signal_read(a, &reference, err);
    if (status == INR_OK)
        status = inr_signal_read(b, &test, err);
    if (status == INR_OK && reference.sample == INR_SAMPLE_FLOAT && !inr_cli_is_array(a) &&
        reference.rate == 0.0)
        how.peak = inr_signal_stats(&reference).max;
    if (status == INR_OK)
        status = get_number(cli, "peak", &how.peak, err);
    if (status == INR_OK)
        status = inr_signal_compare(&reference, &test, &how, scores, err);
    inr_signal_free(&test);
    inr_signal_free(&reference);
    return status;
}

/* True when an option is given that only the comparison of signals knows. */
static bool signal_option(const struct inr_cli *cli)
{
    static const char *const names[] = {"peak", "threshold", "clamp"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (inr_cli_count(&cli->args, names[i]) > 0)
            return true;
    return false;
}

/* Rendered at the shape of the signal, whatever the source's was. */
static enum inr_status compare_model_signal(struct inr_cli *cli, const struct inr_model *model,
                                            const struct inr_cli_device *device,
                                            const struct inr_signal *signal,
                                            struct inr_scores *scores, struct inr_error *err)
{
    const struct inr_model_info *info = inr_model_info(model);
    struct inr_compare_options how = {
        .peak = info->peak > 0.0 ? info->peak : 1.0,
        .threshold = (double)inr_model_config(model)->task.threshold,
        .clamp = inr_cli_count(&cli->args, "clamp") > 0,
    };
    const uint32_t *shape = signal->shape;
    if (info->dims == signal->dims &&
        (info->width != shape[0] || info->height != shape[1] || info->length != shape[2]))
        inr_cli_notice(cli,
                       "rendered at %u x %u x %u points to compare, the model is of %u x %u x "
                       "%u",
                       shape[0], shape[1], shape[2], info->width, info->height, info->length);
    enum inr_status status = get_number(cli, "threshold", &how.threshold, err);
    if (status == INR_OK)
        status = get_number(cli, "peak", &how.peak, err);
    if (status == INR_OK)
        status = inr_model_compare_signal(model, device->device, device->threads, signal, &how,
                                          scores, &cli->log, err);
    return status;
}

/* Pictures of the model's size go row by row, as a reader of a rendered file would see them. */
static enum inr_status compare_with(struct inr_cli *cli, const struct inr_model *model,
                                    const struct inr_image *image, struct inr_signal *signal,
                                    struct inr_scores *scores, struct inr_error *err)
{
    const struct inr_model_info *info = inr_model_info(model);
    struct inr_metric_result result;
    struct inr_cli_device device;
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    const bool rows = image->pixels != NULL && !signal_option(cli) && info->dims == 2 &&
                      image->width == info->width && image->height == info->height;
    if (status == INR_OK && rows) {
        status =
            inr_model_compare(model, device.device, device.threads, image, &result, &cli->log, err);
        if (status == INR_OK)
            *scores = from_metric(&result);
        return status;
    }
    if (status == INR_OK && image->pixels != NULL)
        status = inr_signal_from_image(image, signal, err);
    return status == INR_OK ? compare_model_signal(cli, model, &device, signal, scores, err)
                            : status;
}

static enum inr_status compare_model(struct inr_cli *cli, const char *model_path, const char *path,
                                     struct inr_scores *scores, struct inr_error *err)
{
    struct inr_model *model = NULL;
    struct inr_image image = {0};
    struct inr_signal signal = {0};
    enum inr_status status = inr_codec_load(model_path, &model, err);
    if (status == INR_OK)
        status = inr_signal_or_image_read(path, &signal, &image, err);
    if (status == INR_OK)
        status = compare_with(cli, model, &image, &signal, scores, err);
    inr_signal_free(&signal);
    inr_image_free(&image);
    inr_model_free(model);
    return status;
}

static enum inr_status compare(struct inr_cli *cli, const char *a, const char *b,
                               struct inr_scores *scores, struct inr_error *err)
{
    const bool model_a = inr_cli_is_model(a), model_b = inr_cli_is_model(b);
    if (model_a && model_b)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s and %s are both models; render one of them first, then compare", a, b);
    if (model_a || model_b)
        return compare_model(cli, model_a ? a : b, model_a ? b : a, scores, err);
    /* Pictures go row by row unless something is asked that only signals know. */
    return signal_option(cli) || inr_cli_is_array(a) || inr_cli_is_array(b)
               ? compare_signals(cli, a, b, scores, err)
               : compare_images(a, b, scores, err);
}

static enum inr_status print_json(const struct inr_scores *s, struct inr_error *err)
{
    json_t *json = json_object();
    inr_cli_json_psnr(json, s->psnr);
    inr_cli_json_number(json, "ssim", s->ssim);
    inr_cli_json_number(json, "ms_ssim", s->ms_ssim);
    inr_cli_json_number(json, "mae", s->mae);
    inr_cli_json_number(json, "max_error", s->max_error);
    if (!isnan(s->iou))
        inr_cli_json_number(json, "iou", s->iou);
    if (!isnan(s->psnr_mean))
        inr_cli_json_number(json, "psnr_mean", s->psnr_mean);
    return inr_cli_json_print(json, err);
}

static void print_text(const struct inr_scores *s)
{
    if (isinf(s->psnr))
        puts("psnr       infinite (the two are equal)");
    else
        printf("psnr       %.2f dB\n", s->psnr);
    if (isfinite(s->psnr_mean))
        printf("floor      %.2f dB, the psnr of the reference's mean\n", s->psnr_mean);
    if (!isnan(s->ssim))
        printf("ssim       %.5f\n", s->ssim);
    if (!isnan(s->ms_ssim))
        printf("ms-ssim    %.5f\n", s->ms_ssim);
    printf("mae        %.6g\nmax error  %.6g\n", s->mae, s->max_error);
    if (!isnan(s->iou))
        printf("iou        %.5f\n", s->iou);
}

/* True for a mesh file that is neither an array nor a model. */
static bool is_mesh(const char *path)
{
    return inr_mesh_can_read(path) && !inr_cli_is_array(path) && !inr_cli_is_model(path);
}

/* Meshes come first: whichever of the two is no model is the reference. */
static enum inr_status compare_shapes(struct inr_cli *cli, const char *a, const char *b,
                                      struct inr_error *err)
{
    const char *test = is_mesh(a) ? b : a, *reference = is_mesh(a) ? a : b;
    if (signal_option(cli))
        return inr_fail(err, INR_ERR_USAGE,
                        "--peak, --threshold and --clamp are for signals; leave them out");
    if (!is_mesh(test) && !inr_cli_is_model(test))
        return inr_fail(err, INR_ERR_USAGE, "%s is a mesh and %s is neither a mesh nor a model",
                        reference, test);
    return inr_cli_shape_compare(cli, reference, test, err);
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *a = cli->args.operands[0], *b = cli->args.operands[1];
    struct inr_scores scores = {0};
    if (is_mesh(a) || is_mesh(b))
        return compare_shapes(cli, a, b, err);
    enum inr_status status = compare(cli, a, b, &scores, err);
    if (status == INR_OK && cli->json)
        return print_json(&scores, err);
    if (status == INR_OK)
        print_text(&scores);
    return status;
}

const struct inr_cli_command inr_cli_eval = {
    .name = "eval",
    .summary = "compare two pictures, signals or shapes, or a model and one of them",
    .usage = "REFERENCE TEST [options]",
    .text = "A model is rendered at the size of what it is compared with and rounded to the bit "
            "depth of its source first. "
            "Differences are in units of full scale. The peak of PSNR is 1, or the maximum of the "
            "reference for float pictures.\n"
            "Where one of the two is a NumPy array, iou and the psnr of the reference's mean are "
            "measured too; ssim of a volume is the mean over the slices of NumPy's first axis, and "
            "ms-ssim needs sides of at least 176.\n"
            "Shapes: chamfer is the mean of the mean distances from points spread evenly over one "
            "surface to the other, both ways; hausdorff the greatest; in the units of the mesh. "
            "normal error is the mean angle between the tangent planes there. iou compares the "
            "insides at points spread evenly over the box that the field fills, iou near at points "
            "moved off the surface by a deviation of 0.01 (the box is 2 wide). Of two meshes it "
            "is measured where both are closed.",
    .examples = "inrush eval photo.png photo.inr\n"
                "inrush eval photo.png copy.jpg --json\n"
                "inrush eval volume.npy volume.inr\n"
                "inrush eval bunny.obj bunny.inr\n"
                "inrush eval bunny.obj out.ply --json\n"
                "inrush eval balls.npy rendered.npy --threshold 0.2",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
