/* SPDX-License-Identifier: MIT
 *
 * cmd_eval.c - `inrush eval`: how far apart two pictures are, or a model and a picture.
 */
#include <math.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/picture.h"

static const struct inr_cli_option options[] = {
    INR_CLI_OPTION_JSON,
    INR_CLI_OPTION_DEVICE,
    INR_CLI_OPTION_THREADS,
    {.name = NULL},
};

static enum inr_status compare_model(struct inr_cli *cli, const char *model_path,
                                     const char *image_path, struct inr_metric_result *result,
                                     struct inr_error *err)
{
    struct inr_cli_device device;
    struct inr_model *model = NULL;
    struct inr_image image = {0};
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK)
        status = inr_model_load(model_path, &model, err);
    if (status == INR_OK)
        status = inr_image_read(image_path, &image, err);
    if (status == INR_OK)
        status =
            inr_model_compare(model, device.device, device.threads, &image, result, &cli->log, err);
    inr_image_free(&image);
    inr_model_free(model);
    return status;
}

static enum inr_status compare_images(const char *a, const char *b,
                                      struct inr_metric_result *result, struct inr_error *err)
{
    struct inr_image reference = {0}, test = {0};
    enum inr_status status = inr_image_read(a, &reference, err);
    if (status == INR_OK)
        status = inr_image_read(b, &test, err);
    if (status == INR_OK)
        status = inr_image_compare(&reference, &test, result, err);
    inr_image_free(&test);
    inr_image_free(&reference);
    return status;
}

static enum inr_status print_json(const struct inr_metric_result *result, struct inr_error *err)
{
    json_t *json = json_object();
    inr_cli_json_psnr(json, result->psnr);
    inr_cli_json_number(json, "ssim", result->ssim);
    inr_cli_json_number(json, "mae", result->mae);
    inr_cli_json_number(json, "max_error", result->max_error);
    return inr_cli_json_print(json, err);
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *a = cli->args.operands[0], *b = cli->args.operands[1];
    bool model_a = inr_cli_is_model(a), model_b = inr_cli_is_model(b);
    struct inr_metric_result result = {0};
    enum inr_status status;

    if (model_a && model_b)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s and %s are both models; render one of them first, then compare", a, b);
    if (model_a || model_b)
        status = compare_model(cli, model_a ? a : b, model_a ? b : a, &result, err);
    else
        status = compare_images(a, b, &result, err);
    if (status != INR_OK)
        return status;
    if (cli->json)
        return print_json(&result, err);
    if (isinf(result.psnr))
        puts("psnr       infinite (the pictures are equal)");
    else
        printf("psnr       %.2f dB\n", result.psnr);
    printf("ssim       %.5f\nmae        %.6g\nmax error  %.6g\n", result.ssim, result.mae,
           result.max_error);
    return INR_OK;
}

const struct inr_cli_command inr_cli_eval = {
    .name = "eval",
    .summary = "compare two pictures, or a model and a picture",
    .usage = "REFERENCE TEST [options]",
    .text = "A model is rendered at the size of its source and rounded to its bit depth first. "
            "Differences are in units of full scale. The peak of PSNR is 1, or the maximum of the "
            "reference for float pictures.",
    .examples = "inrush eval photo.png photo.inr\n"
                "inrush eval photo.png copy.jpg --json",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
