/* SPDX-License-Identifier: MIT
 *
 * fit_result.c - Prints the result of a fit.
 */
#include "cli/fit_result.h"

#include <inttypes.h>
#include <math.h>

#include "cli/json.h"
#include "cli/picture.h"
#include "cli/text.h"

static enum inr_status print_json(const struct inr_cli_fit_result *result, struct inr_error *err)
{
    const struct inr_model_info *info = inr_model_info(result->model);
    const struct inr_fit_config *config = inr_model_config(result->model);
    json_t *json = json_object();
    if (isnan(info->frame_scale)) {
        inr_cli_json_psnr(json, info->psnr);
        inr_cli_json_number(json, "ssim", info->ssim);
    }
    if (!isnan(info->iou))
        inr_cli_json_number(json, "iou", info->iou);
    if (!isnan(info->psnr_unknown))
        inr_cli_json_number(json, "psnr_unknown", info->psnr_unknown);
    inr_cli_json_shape(json, info);
    inr_cli_json_text(json, "task", info->task);
    inr_cli_json_integer(json, "steps", info->steps);
    inr_cli_json_number(json, "seconds", info->seconds);
    inr_cli_json_number(json, "samples_per_second", result->samples_per_second);
    inr_cli_json_integer(json, "parameters", inr_model_field(result->model)->n_trainable);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(result->output));
    inr_cli_json_text(json, "device", info->device);
    if (info->plan[0] != '\0')
        inr_cli_json_text(json, "plan", info->plan);
    inr_cli_json_text(json, "preset", config->preset);
    inr_cli_json_integer(json, "seed", config->seed);
    inr_cli_json_text(json, "output", result->output);
    if (info->chosen[0] != '\0')
        inr_cli_json_text(json, "chosen", info->chosen);
    inr_cli_json_bool(json, "complete", info->complete);
    inr_cli_json_bool(json, "interrupted", result->status == INR_INTERRUPTED);
    if (config->psnr > 0.0)
        inr_cli_json_bool(json, "target_reached", info->psnr >= config->psnr);
    return inr_cli_json_print(json, err);
}

static void print_shape(const struct inr_model_info *info)
{
    const char *comma = "";
    if (!isnan(info->iou)) {
        printf("IoU %.4f", info->iou);
        comma = ", ";
    }
    if (!isnan(info->iou_near))
        printf(", near the surface %.4f", info->iou_near);
    if (!isnan(info->distance_error))
        printf("%sdistance error %.2g, %.2g in its units", comma, info->distance_error,
               info->distance_error / info->frame_scale);
}

static void print_text(const struct inr_cli_fit_result *result)
{
    const struct inr_model_info *info = inr_model_info(result->model);
    size_t parameters = inr_model_field(result->model)->n_trainable;
    char bytes[32], rate[32] = "? ";
    inr_cli_bytes(inr_cli_file_size(result->output), bytes);
    if (isfinite(result->samples_per_second))
        inr_cli_si(result->samples_per_second, rate);
    printf("%s: ", result->output);
    if (!isnan(info->frame_scale) && (!isnan(info->iou) || !isnan(info->distance_error)))
        print_shape(info);
    else if (isinf(info->psnr))
        printf("exact");
    else if (isnan(info->psnr))
        printf("not measured");
    else
        printf("%.2f dB", info->psnr);
    if (!isnan(info->ssim))
        printf(", SSIM %.4f", info->ssim);
    if (!isnan(info->iou) && isnan(info->frame_scale))
        printf(", IoU %.4f", info->iou);
    if (!isnan(info->psnr_unknown))
        printf(", %.2f dB where unknown", info->psnr_unknown);
    printf("; %" PRIu64 " steps in %.1f s (%ssamples/s); %zu parameters, %s%s\n", info->steps,
           info->seconds, rate, parameters, bytes,
           result->status == INR_INTERRUPTED ? "; interrupted" : "");
}

enum inr_status inr_cli_print_fit(const struct inr_cli *cli,
                                  const struct inr_cli_fit_result *result, struct inr_error *err)
{
    if (cli->json)
        return print_json(result, err);
    print_text(result);
    return INR_OK;
}
