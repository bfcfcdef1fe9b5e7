/* SPDX-License-Identifier: MIT
 *
 * cmd_info.c - `inrush info`: what is in a model, a picture, an array, a sound or a mesh.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/info_mesh.h"
#include "cli/json.h"
#include "cli/latent.h"
#include "cli/picture.h"
#include "cli/spectrum.h"
#include "cli/text.h"
#include "inrush/codec.h"
#include "inrush/shape.h"

static const struct inr_cli_option options[] = {
    INR_CLI_OPTION_JSON,
    {.name = NULL},
};

static const char *role_text(enum inr_role role)
{
    static const char *const texts[] = {
        [INR_ROLE_WEIGHT] = "weight",
        [INR_ROLE_WEIGHT_IMAG] = "weight, imaginary",
        [INR_ROLE_BIAS] = "bias",
        [INR_ROLE_BIAS_IMAG] = "bias, imaginary",
        [INR_ROLE_CONSTANTS] = "constants",
        [INR_ROLE_FREQUENCIES] = "frequencies",
        [INR_ROLE_LAMBDA] = "coefficients",
        [INR_ROLE_DENOMINATOR] = "weight, denominator",
        [INR_ROLE_DOWN] = "weight, first factor",
        [INR_ROLE_NORM_SCALE] = "norm scale",
        [INR_ROLE_NORM_SHIFT] = "norm shift",
        [INR_ROLE_FILTER] = "filter frequencies",
        [INR_ROLE_PHASE] = "filter phases",
        [INR_ROLE_CENTRE] = "filter centres",
        [INR_ROLE_GAMMA] = "filter widths",
        [INR_ROLE_SCALING] = "scaling weights",
        [INR_ROLE_TABLE] = "table",
        [INR_ROLE_KERNEL_TABLE] = "kernel features",
        [INR_ROLE_KERNEL_CENTRE] = "kernel centres",
        [INR_ROLE_KERNEL_SHAPE] = "kernel shapes",
        [INR_ROLE_GRID_WEIGHT] = "weight",
        [INR_ROLE_STEP] = "steps",
    };
    return texts[role];
}

static void json_picture(json_t *json, const struct inr_image *image)
{
    inr_cli_json_integer(json, "width", image->width);
    inr_cli_json_integer(json, "height", image->height);
    inr_cli_json_integer(json, "channels", image->channels);
    inr_cli_json_text(json, "depth",
                      image->depth == INR_DEPTH_U8    ? "8"
                      : image->depth == INR_DEPTH_U16 ? "16"
                                                      : "float");
    inr_cli_json_integer(json, "icc_bytes", image->icc_size);
    if (image->icc_size > 0)
        inr_cli_json_text(json, "icc_name", image->icc_name);
}

static void print_picture(const struct inr_image *image)
{
    static const char *const kinds[] = {"?", "grey", "grey + alpha", "RGB", "RGB + alpha"};
    printf("size         %" PRIu32 " x %" PRIu32 "\nchannels     %" PRIu32
           " (%s)\ndepth        %s\n",
           image->width, image->height, image->channels,
           kinds[image->channels < 5 ? image->channels : 0], inr_cli_depth_text(image->depth));
    if (image->icc_size > 0)
        printf("profile      ICC, %zu bytes%s%s\n", image->icc_size,
               image->icc_name[0] != '\0' ? ", " : "", image->icc_name);
    if (image->png_srgb > 0)
        puts("colour       sRGB");
    if (image->png_gamma > 0)
        printf("gamma        %.5f\n", image->png_gamma / 100000.0);
}

static enum inr_status info_picture(struct inr_cli *cli, const char *path,
                                    const struct inr_image *image, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    char hash[17];
    inr_image_hash(image, hash);
    if (cli->json) {
        json_t *json = json_object();
        inr_cli_json_text(json, "type", "image");
        json_picture(json, image);
        inr_cli_json_text(json, "hash", hash);
        inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
        status = inr_cli_json_print(json, err);
    } else {
        printf("%s: image\n", path);
        print_picture(image);
        printf("hash         %s\nbytes        %" PRIu64 "\n", hash, inr_cli_file_size(path));
    }
    return status;
}

static const char *sample_text(enum inr_sample sample)
{
    static const char *const texts[] = {[INR_SAMPLE_FLOAT] = "float",
                                        [INR_SAMPLE_BOOL] = "bool",
                                        [INR_SAMPLE_U8] = "8-bit",
                                        [INR_SAMPLE_U16] = "16-bit",
                                        [INR_SAMPLE_INTEGER] = "integer"};
    return texts[sample];
}

/* Of a signal that is no picture; values NULL: those of a model. */
static void json_signal(json_t *json, const struct inr_signal *signal)
{
    json_t *shape = json_array();
    for (int d = 0; d < signal->dims; d++)
        json_array_append_new(shape, json_integer(signal->shape[d]));
    json_object_set_new(json, "shape", shape);
    inr_cli_json_integer(json, "channels", signal->channels);
    inr_cli_json_text(json, "sample", sample_text(signal->sample));
    if (signal->rate > 0.0)
        inr_cli_json_number(json, "rate", signal->rate);
}

static void print_signal(const struct inr_signal *signal)
{
    char text[160];
    inr_cli_signal_text(signal, text, sizeof text);
    printf("signal       %s\nsamples      %s\n", text, sample_text(signal->sample));
}

static enum inr_status info_signal(struct inr_cli *cli, const char *path,
                                   const struct inr_signal *signal, struct inr_error *err)
{
    const struct inr_signal_stats stats = inr_signal_stats(signal);
    char hash[17];
    inr_signal_hash(signal, hash);
    if (cli->json) {
        json_t *json = json_object();
        inr_cli_json_text(json, "type", "signal");
        json_signal(json, signal);
        inr_cli_json_number(json, "min", stats.min);
        inr_cli_json_number(json, "max", stats.max);
        inr_cli_json_number(json, "mean", stats.mean);
        inr_cli_json_text(json, "hash", hash);
        inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
        return inr_cli_json_print(json, err);
    }
    printf("%s: signal\n", path);
    print_signal(signal);
    printf("values       %.6g to %.6g, mean %.6g\nhash         %s\nbytes        %" PRIu64 "\n",
           stats.min, stats.max, stats.mean, hash, inr_cli_file_size(path));
    return INR_OK;
}

static enum inr_status info_file(struct inr_cli *cli, const char *path, struct inr_error *err)
{
    struct inr_image image = {0};
    struct inr_signal signal = {0};
    enum inr_status status = inr_signal_or_image_read(path, &signal, &image, err);
    if (status == INR_OK)
        status = image.pixels != NULL ? info_picture(cli, path, &image, err)
                                      : info_signal(cli, path, &signal, err);
    inr_signal_free(&signal);
    inr_image_free(&image);
    return status;
}

/* What a model is of, as a signal without values. */
static struct inr_signal signal_of(const struct inr_model_info *info)
{
    return (struct inr_signal){.dims = info->dims,
                               .shape = {info->width, info->height, info->length},
                               .channels = info->channels,
                               .rate = info->rate,
                               .sample = info->sample};
}

static json_t *json_slices(const struct inr_field *field)
{
    json_t *list = json_array();
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        json_t *row = json_object();
        inr_cli_json_text(row, "name", slice->name);
        inr_cli_json_text(row, "role", role_text(slice->role));
        inr_cli_json_integer(row, "rows", (uint64_t)slice->rows);
        inr_cli_json_integer(row, "cols", (uint64_t)slice->cols);
        inr_cli_json_bool(row, "trainable", slice->trainable);
        json_array_append_new(list, row);
    }
    return list;
}

/* Levels of a compressed file. */
struct levels {
    struct inr_codec_level list[INR_MAX_NESTED];
    int n; /* below 2: none to tell of */
};

static json_t *json_levels(const struct levels *levels)
{
    json_t *list = json_array();
    for (int k = 0; k < levels->n; k++) {
        const struct inr_codec_level *level = &levels->list[k];
        json_t *row = json_object();
        inr_cli_json_integer(row, "level", (uint64_t)k + 1);
        inr_cli_json_bool(row, "whole", level->bytes > 0);
        inr_cli_json_integer(row, "bytes", level->bytes);
        inr_cli_json_number(row, "psnr", level->psnr > 0.0 ? level->psnr : (double)NAN);
        json_array_append_new(list, row);
    }
    return list;
}

static void print_levels(const struct levels *levels)
{
    for (int k = 0; levels->n > 1 && k < levels->n; k++) {
        const struct inr_codec_level *level = &levels->list[k];
        printf("level %-2d     ", k + 1);
        if (level->bytes > 0)
            printf("%" PRIu64 " bytes", level->bytes);
        else
            printf("cut or damaged");
        if (level->psnr > 0.0)
            printf(", %.2f dB", level->psnr);
        putchar('\n');
    }
}

static enum inr_status model_json(const struct inr_model *model, const char *path,
                                  const struct levels *levels, const char *config,
                                  struct inr_error *err)
{
    const struct inr_model_info *info = inr_model_info(model);
    const struct inr_field *field = inr_model_field(model);
    const struct inr_signal signal = signal_of(info);
    json_t *json = json_object();
    inr_cli_json_text(json, "type", "model");
    inr_cli_json_text(json, "task", info->task);
    inr_cli_json_text(json, "version", info->version);
    inr_cli_json_text(json, "source", info->source);
    inr_cli_json_text(json, "source_hash", info->source_hash);
    if (info->dims == 2)
        json_picture(json, inr_model_source(model));
    else
        json_signal(json, &signal);
    inr_cli_json_psnr(json, info->psnr);
    inr_cli_json_number(json, "ssim", info->ssim);
    if (!isnan(info->iou))
        inr_cli_json_number(json, "iou", info->iou);
    if (!isnan(info->psnr_unknown))
        inr_cli_json_number(json, "psnr_unknown", info->psnr_unknown);
    inr_cli_json_shape(json, info);
    inr_cli_json_integer(json, "steps", info->steps);
    inr_cli_json_integer(json, "total_steps", info->total_steps);
    inr_cli_json_number(json, "seconds", info->seconds);
    inr_cli_json_text(json, "device", info->device);
    if (info->chosen[0] != '\0')
        inr_cli_json_text(json, "chosen", info->chosen);
    inr_cli_json_bool(json, "complete", info->complete);
    inr_cli_json_bool(json, "resumable", inr_model_can_resume(model));
    inr_cli_json_integer(json, "parameters", field->n_trainable);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
    if (levels->n > 1)
        json_object_set_new(json, "levels", json_levels(levels));
    json_object_set_new(json, "tensors", json_slices(field));
    json_object_set_new(json, "config", json_loads(config, 0, NULL));
    return inr_cli_json_print(json, err);
}

static void print_result(const struct inr_model_info *info)
{
    if (info->chosen[0] != '\0')
        printf("chosen       %s\n", info->chosen);
    if (isinf(info->psnr))
        puts("psnr         infinite (exact)");
    else if (!isnan(info->psnr))
        printf("psnr         %.2f dB\n", info->psnr);
    if (!isnan(info->ssim))
        printf("ssim         %.5f\n", info->ssim);
    if (!isnan(info->iou))
        printf("iou          %.5f\n", info->iou);
    if (!isnan(info->iou_near))
        printf("iou near     %.5f\n", info->iou_near);
    if (!isnan(info->distance_error))
        printf("distance     %.3g mean error, %.3g in its units\n", info->distance_error,
               info->distance_error / info->frame_scale);
    if (!isnan(info->frame_scale))
        printf("frame        x = (p - (%g, %g, %g)) * %g%s%s\n", info->centre[0], info->centre[1],
               info->centre[2], info->frame_scale, info->sign[0] ? ", sign " : "", info->sign);
    if (!isnan(info->psnr_unknown))
        printf("unknown      %.2f dB where samples were not known\n", info->psnr_unknown);
    if (info->source_hash[0] != '\0')
        printf("steps        %" PRIu64 " of %" PRIu64 " in %.1f s%s\ndevice       %s\n",
               info->steps, info->total_steps, info->seconds, info->complete ? "" : " (unfinished)",
               info->device);
}

static void model_text(const struct inr_model *model, const char *path, const struct levels *levels)
{
    const struct inr_model_info *info = inr_model_info(model);
    const struct inr_fit_config *config = inr_model_config(model);
    const struct inr_field *field = inr_model_field(model);
    const struct inr_signal signal = signal_of(info);
    char bytes[32];

    const bool known = info->source_hash[0] != '\0'; /* compressed files leave it out */
    if (known)
        printf("%s: model (%s), written by inrush %s\nsource       %s, hash %s\n", path, info->task,
               info->version, info->source[0] != '\0' ? info->source : "(no name)",
               info->source_hash);
    else
        printf("%s: model (%s)\n", path, info->task);
    if (info->dims == 2)
        print_picture(inr_model_source(model));
    else
        print_signal(&signal);
    if (known)
        printf("preset       %s\n", config->preset);
    printf("field        %s, %s, width %d, %d hidden layers\nseed         %" PRIu64 "\n",
           inr_registry_id_name(INR_REGISTRY_ACTIVATION, field->config.activation),
           inr_registry_id_name(INR_REGISTRY_ENCODING, field->config.encoding), field->config.width,
           field->config.layers, config->seed);
    print_result(info);
    inr_cli_bytes(inr_cli_file_size(path), bytes);
    printf("resumable    %s\nparameters   %zu\nbytes        %" PRIu64 " (%s)\n",
           inr_model_can_resume(model) ? "yes" : "no", field->n_trainable, inr_cli_file_size(path),
           bytes);
    print_levels(levels);
    putchar('\n');
    printf("%-24s %-18s %6s %6s\n", "tensor", "role", "rows", "cols");
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *slice = &field->slices[i];
        printf("%-24s %-18s %6d %6d%s\n", slice->name, role_text(slice->role), slice->rows,
               slice->cols, slice->trainable ? "" : "  frozen");
    }
}

static enum inr_status info_model(struct inr_cli *cli, const char *path, struct inr_error *err)
{
    struct inr_model *model = NULL;
    char *config = NULL;
    struct levels levels = {0};
    enum inr_status status = inr_codec_read_levels(path, levels.list, &levels.n, err);
    /* Of nested networks what there is of them. */
    if (status == INR_OK)
        status = inr_codec_load_level(path, levels.n > 1 ? levels.n : 0, &model, err);
    if (status == INR_OK && (config = inr_fit_config_to_json(inr_model_config(model))) == NULL)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory while reading %s", path);
    if (status == INR_OK && cli->json) {
        status = model_json(model, path, &levels, config, err);
    } else if (status == INR_OK) {
        model_text(model, path, &levels);
        if (cli->verbose)
            printf("\n%s\n", config);
    }
    free(config);
    inr_model_free(model);
    return status;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *path = cli->args.operands[0];
    if (inr_cli_is_latent(path))
        return inr_cli_latent_info(cli, path, err);
    if (inr_cli_is_model(path))
        return info_model(cli, path, err);
    return inr_mesh_can_read(path) ? inr_cli_info_mesh(cli, path, err) : info_file(cli, path, err);
}

const struct inr_cli_command inr_cli_info = {
    .name = "info",
    .summary = "show what is in a model, a picture, an array, a sound or a mesh",
    .usage = "FILE [options]",
    .text = "With -v or --json the whole configuration of a model is shown too.",
    .examples = "inrush info photo.inr\n"
                "inrush info photo.png --json\n"
                "inrush info bunny.obj",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
