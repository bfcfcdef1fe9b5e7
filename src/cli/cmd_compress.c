/* SPDX-License-Identifier: MIT
 *
 * cmd_compress.c - `inrush compress`: a picture, or any fitted model, as a small file.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/fit_settings.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/latent.h"
#include "cli/picture.h"
#include "cli/view.h"
#include "inrush/codec.h"

static const struct inr_cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .value = "FILE.inrz",
     .group = "Output",
     .file = true,
     .help = "the compressed file"},
    INR_CLI_OPTION_FORCE,
    INR_CLI_OPTION_JSON,
    {.name = "bpp",
     .value = "X",
     .group = "Rate",
     .help = "bits of the whole file a pixel, kept within 5 %"},
    {.name = "bytes", .value = "N", .group = "Rate", .help = "size of the file, within 5 %"},
    {.name = "effort",
     .value = "1..9",
     .group = "Rate",
     .help = "training time: each step doubles it (default: 5); --psnr asks for the smallest "
             "file that reaches it, --steps replaces this"},
    {.name = "method",
     .value = "METHOD",
     .group = "Rate",
     .words = "weights latent auto",
     .help =
         "weights: a field, which any size can be made of; latent: grids of numbers and two "
         "small networks, better for photographs at the same bytes; auto: latent, but weights for "
         "float pictures, and where settings of a field or --steps are given (default)"},
    {.name = "profile", .group = "Rate", .help = "keep the colour profile; its bytes count"},
    {.name = NULL},
};

struct job {
    struct inr_cli *cli;
    const char *input, *output;
    struct inr_compress_options options;
    struct inr_image image;
};

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *state)
{
    struct job *job = user;
    inr_cli_progress_fit(&job->cli->progress, state);
    return inr_cli_interrupted() ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

static void on_plan(void *user, const struct inr_compress_plan *plan)
{
    struct job *job = user;
    inr_cli_progress_clear(&job->cli->progress);
    if (plan->width == 0)
        inr_logf(&job->cli->log, INR_LOG_INFO, "training latents for %llu steps, about %.0f s",
                 (unsigned long long)plan->steps, plan->seconds);
    else
        inr_logf(&job->cli->log, INR_LOG_INFO,
                 "training %d units a layer for %llu steps, about %.0f s", plan->width,
                 (unsigned long long)plan->steps, plan->seconds);
}

/* A positive number, or 0 where the option is absent. */
static enum inr_status get_positive(const struct inr_cli *cli, const char *name, double *out,
                                    struct inr_error *err)
{
    const char *text = inr_cli_get(&cli->args, name);
    char *end;
    *out = 0.0;
    if (text == NULL)
        return INR_OK;
    *out = strtod(text, &end);
    if (end == text || *end != '\0' || !(*out > 0.0) || !isfinite(*out))
        return inr_fail(err, INR_ERR_USAGE, "--%s %s: give a positive number", name, text);
    return INR_OK;
}

static enum inr_status get_rate(struct job *job, struct inr_error *err)
{
    double bpp = 0, bytes = 0, effort = 0;
    struct inr_fit_config *config = &job->options.config;
    enum inr_status status = get_positive(job->cli, "bpp", &bpp, err);
    if (status == INR_OK)
        status = get_positive(job->cli, "bytes", &bytes, err);
    if (status == INR_OK)
        status = get_positive(job->cli, "effort", &effort, err);
    if (status != INR_OK)
        return status;
    if ((bpp > 0.0) + (bytes > 0.0) + (config->psnr > 0.0) > 1)
        return inr_fail(err, INR_ERR_USAGE, "give one of --bpp, --bytes and --psnr");
    if (effort > 9.0 || effort != floor(effort))
        return inr_fail(err, INR_ERR_USAGE, "--effort is a whole number from 1 to 9");
    job->options.effort = effort > 0.0 ? (int)effort : config->steps > 0 ? 0 : 5;
    job->options.psnr = config->psnr;
    config->psnr = 0.0; /* of the file, not where training may stop */
    job->options.profile = inr_cli_count(&job->cli->args, "profile") > 0;
    const double pixels = (double)job->image.width * (double)job->image.height;
    job->options.bytes = (uint64_t)ceil(bpp > 0.0 ? bpp * pixels / 8.0 : bytes);
    return INR_OK;
}

static enum inr_status write_bytes(const char *path, const uint8_t *bytes, size_t size,
                                   struct inr_error *err)
{
    struct inr_outfile out;
    const enum inr_status status = inr_outfile_open(&out, path, err);
    if (status != INR_OK)
        return status;
    if (fwrite(bytes, 1, size, out.stream) != size) {
        const int cause = errno;
        inr_outfile_abort(&out);
        return inr_fail(err, INR_ERR_OUTPUT, "%s: %s", path, strerror(cause));
    }
    return inr_outfile_commit(&out, err);
}

static json_t *json_levels(const struct inr_compress_result *result)
{
    json_t *list = json_array();
    for (int k = 0; k < result->n_levels; k++) {
        json_t *row = json_object();
        inr_cli_json_integer(row, "level", (uint64_t)k + 1);
        inr_cli_json_integer(row, "bytes", result->levels[k].bytes);
        inr_cli_json_psnr(row, result->levels[k].psnr);
        json_array_append_new(list, row);
    }
    return list;
}

static enum inr_status report(const struct job *job, const struct inr_compress_result *result,
                              struct inr_error *err)
{
    if (inr_cli_count(&job->cli->args, "json") == 0) {
        printf("%s: %zu bytes", job->output, result->size);
        if (result->bpp > 0.0)
            printf(", %.4f bpp, %.2f dB, SSIM %.4f", result->bpp, result->psnr, result->ssim);
        if (result->width > 0)
            printf(", %d units a layer", result->width);
        if (result->bpp > 0.0)
            printf(", %.1f s", result->seconds);
        putchar('\n');
        for (int k = 0; result->n_levels > 1 && k < result->n_levels; k++)
            printf("level %-2d %" PRIu64 " bytes, %.2f dB\n", k + 1, result->levels[k].bytes,
                   result->levels[k].psnr);
        return INR_OK;
    }
    json_t *json = json_object();
    inr_cli_json_text(json, "output", job->output);
    inr_cli_json_integer(json, "bytes", result->size);
    inr_cli_json_integer(json, "parameters", result->parameters);
    if (result->bpp > 0.0) {
        inr_cli_json_number(json, "bpp", result->bpp);
        inr_cli_json_psnr(json, result->psnr);
        inr_cli_json_number(json, "ssim", result->ssim);
        inr_cli_json_text(json, "method", result->width > 0 ? "weights" : "latent");
        if (result->width > 0)
            inr_cli_json_integer(json, "width", (uint64_t)result->width);
        inr_cli_json_integer(json, "fits", (uint64_t)result->fits);
        inr_cli_json_number(json, "seconds", result->seconds);
    }
    if (result->n_levels > 1)
        json_object_set_new(json, "levels", json_levels(result));
    return inr_cli_json_print(json, err);
}

/* A model as it is: its weights are quantised and coded. */
static enum inr_status compress_model(struct job *job, struct inr_error *err)
{
    struct inr_model *model = NULL;
    struct inr_compress_result result = {0};
    struct inr_codec_settings settings = {.profile = inr_cli_count(&job->cli->args, "profile") > 0};
    enum inr_status status = inr_codec_load(job->input, &model, err);
    if (status == INR_OK) {
        struct inr_fit_config config;
        status = inr_cli_fit_settings(job->cli, NULL, INR_CLI_CODEC, &config, err);
        if (inr_cli_get(&job->cli->args, "quantize-bits") != NULL)
            settings.quantizer = config.field.quantizer;
    }
    if (status == INR_OK)
        status = inr_codec_pack(model, &settings, &result.bytes, &result.size, err);
    if (status == INR_OK) {
        result.parameters = inr_model_field(model)->n_trainable;
        status = write_bytes(job->output, result.bytes, result.size, err);
    }
    if (status == INR_OK)
        status = report(job, &result, err);
    free(result.bytes);
    inr_model_free(model);
    return status;
}

/* Whether the picture is coded by latents: as asked for, or unless something speaks for weights. */
static enum inr_status choose_latent(const struct job *job, bool *latent, struct inr_error *err)
{
    const struct inr_cli_args *args = &job->cli->args;
    const char *method = inr_cli_get(args, "method");
    struct inr_setting setting;
    *latent = method == NULL || strcmp(method, "auto") == 0 || strcmp(method, "latent") == 0;
    if (method != NULL && !*latent && strcmp(method, "weights") != 0)
        return inr_fail(err, INR_ERR_USAGE, "--method %s: the methods are weights, latent and auto",
                        method);
    if (!*latent || (method != NULL && strcmp(method, "latent") == 0))
        return INR_OK;
    *latent = job->image.depth != INR_DEPTH_F32;
    for (size_t i = 0; inr_setting_at(i, &setting); i++)
        if (strcmp(setting.flag, "seed") != 0 && strcmp(setting.flag, "threads") != 0 &&
            strcmp(setting.flag, "device") != 0 && strcmp(setting.flag, "psnr") != 0 &&
            inr_cli_get(args, setting.flag) != NULL)
            *latent = false;
    return INR_OK;
}

static enum inr_status compress_picture(struct job *job, struct inr_error *err)
{
    struct inr_compress_result result = {0};
    struct inr_error late = {0};
    const struct inr_compress_watch watch = {
        .plan = on_plan,
        .fit = {.progress = on_progress, .user = job, .log = job->cli->log},
        .user = job};
    enum inr_status status =
        inr_cli_fit_settings(job->cli, NULL, INR_CLI_CODEC, &job->options.config, err);
    if (status == INR_OK)
        status = inr_cli_image_read(job->input, &job->image, NULL, err);
    if (status == INR_OK)
        status = get_rate(job, err);
    if (status != INR_OK)
        return status;
    bool latent;
    status = choose_latent(job, &latent, err);
    if (status != INR_OK)
        return status;
    inr_cli_interrupt_install();
    status = (latent ? inr_compress_latent : inr_compress_image)(
        &job->image, job->input, &job->options, &watch, &result, err);
    inr_cli_progress_clear(&job->cli->progress);
    enum inr_status saved = INR_OK;
    if (result.bytes)
        saved = write_bytes(job->output, result.bytes, result.size, &late);
    if (result.bytes && saved == INR_OK)
        saved = report(job, &result, &late);
    if (saved != INR_OK)
        *err = late;
    free(result.bytes);
    return saved != INR_OK ? saved : status;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    struct job job = {
        .cli = cli, .input = cli->args.operands[0], .output = inr_cli_get(&cli->args, "output")};
    if (job.output == NULL)
        return inr_fail(err, INR_ERR_USAGE, "no output given; add -o FILE.inrz");
    if (inr_cli_same_file(job.input, job.output))
        return inr_fail(err, INR_ERR_USAGE, "%s is the input; give the file another name",
                        job.output);
    enum inr_status status =
        inr_cli_check_output(job.output, inr_cli_count(&cli->args, "force") > 0, err);
    if (status != INR_OK)
        return status;
    status = inr_cli_is_model(job.input) ? compress_model(&job, err) : compress_picture(&job, err);
    inr_image_free(&job.image);
    return status;
}

const struct inr_cli_command inr_cli_compress = {
    .name = "compress",
    .summary = "make a small file of a picture, or of a fitted model",
    .usage = "IN -o OUT.inrz [options]",
    .text =
        "A picture becomes latents (--method latent): grids of whole numbers, from as many points "
        "as it has pixels to a few, which a small network makes the picture of and another "
        "predicts for the coder. Both networks are in the file. Or (--method weights) it is fitted "
        "by a field whose weights are whole numbers times a step from half "
        "of the training on, and the weights are coded. The size decides how wide the field is. "
        "A model (.inr), of whatever it is, is quantised and coded as it is, to "
        "--quantize-bits. All bytes of the file are counted, and PSNR is that of what it decodes "
        "to. What the file needs to be "
        "decoded is in it.",
    .examples = "inrush compress photo.png -o photo.inrz --bpp 0.3\n"
                "inrush compress photo.png -o photo.inrz --psnr 32 --effort 7\n"
                "inrush compress photo.png -o photo.inrz --bytes 8000 --method weights\n"
                "inrush compress photo.png -o photo.inrz --bpp 0.3 --nested 4\n"
                "inrush compress model.inr -o model.inrz --quantize-bits 8",
    .options = options,
    .settings = true,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
