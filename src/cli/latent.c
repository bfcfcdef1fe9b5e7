/* SPDX-License-Identifier: MIT
 *
 * latent.c - Latent-coded pictures on the command line.
 */
#include "cli/latent.h"

#include <stdlib.h>

#include "base/file.h"
#include "cli/json.h"
#include "cli/picture.h"

#define FILE_MAX (UINT64_C(1) << 32)

bool inr_cli_is_latent(const char *path)
{
    uint8_t head[16];
    size_t got = 0;
    return inr_file_head(path, head, sizeof head, &got, NULL) == INR_OK &&
           inr_codec_method_of(head, got) == INR_CODEC_LATENT;
}

/* device as in inr_codec_picture. */
static enum inr_status read_on(const char *path, const char *device, int threads,
                               struct inr_image *image, struct inr_codec_parts *parts,
                               struct inr_error *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (!inr_cli_is_latent(path))
        return inr_image_read(path, image, err);
    enum inr_status status = inr_file_read(path, FILE_MAX, &bytes, &size, err);
    if (status == INR_OK)
        status = inr_codec_picture(bytes, size, path, device, threads, image, parts, err);
    free(bytes);
    return status;
}

enum inr_status inr_cli_image_read(const char *path, struct inr_image *image,
                                   struct inr_codec_parts *parts, struct inr_error *err)
{
    return read_on(path, NULL, 0, image, parts, err);
}

static enum inr_status write_picture(const struct inr_image *image, const char *output,
                                     const char *depth, struct inr_error *err)
{
    struct inr_image description = *image;
    struct inr_image_writer *writer = NULL;
    float *row = malloc((size_t)image->width * image->channels * sizeof *row);
    if (!row)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a row of %s", output);
    enum inr_status status = INR_OK;
    if (depth != NULL)
        status = inr_cli_parse_depth(depth, &description.depth, err);
    else
        description.depth = inr_image_depth_for(output, image->depth);
    if (status == INR_OK)
        status = inr_image_writer_open(output, &description, &writer, err);
    for (uint32_t r = 0; status == INR_OK && r < image->height; r++) {
        inr_image_rows(image, r, 1, row);
        status = inr_image_writer_rows(writer, row, 1, err);
        if (status != INR_OK)
            inr_image_writer_abort(writer);
    }
    free(row);
    return status == INR_OK ? inr_image_writer_finish(writer, err) : status;
}

/* Only fields have other sizes. */
static enum inr_status refuse_views(const struct inr_cli *cli, const char *path,
                                    struct inr_error *err)
{
    static const char *const names[] = {"size",        "scale",    "crop",   "slice", "sinogram",
                                        "resolution",  "open",     "camera", "fov",   "up",
                                        "transparent", "floating", "level"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (inr_cli_count(&cli->args, names[i]) > 0)
            return inr_fail(err, INR_ERR_USAGE,
                            "%s is coded by latents, which have one size: leave out --%s", path,
                            names[i]);
    return INR_OK;
}

enum inr_status inr_cli_latent_render(struct inr_cli *cli, const char *path, const char *output,
                                      struct inr_error *err)
{
    struct inr_image image = {0};
    struct inr_cli_device device;
    enum inr_status status = refuse_views(cli, path, err);
    if (status == INR_OK)
        status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK && !inr_image_can_write(output))
        status = inr_fail(err, INR_ERR_USAGE,
                          "%s: latents decode to a picture; write a .png or another of its kind",
                          output);
    if (status == INR_OK && inr_cli_same_file(path, output))
        status =
            inr_fail(err, INR_ERR_USAGE, "%s is the input; give the output another name", path);
    if (status == INR_OK)
        status = inr_cli_check_output(output, inr_cli_count(&cli->args, "force") > 0, err);
    if (status == INR_OK)
        status = read_on(path, device.device, device.threads, &image, NULL, err);
    if (status == INR_OK)
        status = write_picture(&image, output, inr_cli_get(&cli->args, "depth"), err);
    if (status == INR_OK && !cli->json)
        inr_cli_notice(cli, "%s: %u x %u pixels", output, image.width, image.height);
    if (status == INR_OK && cli->json) {
        json_t *json = json_object();
        inr_cli_json_text(json, "output", output);
        inr_cli_json_integer(json, "width", image.width);
        inr_cli_json_integer(json, "height", image.height);
        inr_cli_json_integer(json, "bytes", inr_cli_file_size(output));
        status = inr_cli_json_print(json, err);
    }
    inr_image_free(&image);
    return status;
}

static enum inr_status info_json(const struct inr_image *image, const struct inr_codec_parts *parts,
                                 const char *path, struct inr_error *err)
{
    json_t *json = json_object(), *grids = json_array();
    inr_cli_json_text(json, "type", "latents");
    inr_cli_json_integer(json, "width", image->width);
    inr_cli_json_integer(json, "height", image->height);
    inr_cli_json_integer(json, "channels", image->channels);
    inr_cli_json_text(json, "depth", image->depth == INR_DEPTH_U8 ? "8" : "16");
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
    inr_cli_json_number(json, "entropy_bytes", parts->entropy);
    inr_cli_json_number(json, "synthesis_bytes", parts->synthesis);
    for (int k = 0; k < parts->grids; k++)
        json_array_append_new(grids, json_real(parts->grid[k]));
    json_object_set_new(json, "grid_bytes", grids);
    inr_cli_json_integer(json, "icc_bytes", parts->profile);
    return inr_cli_json_print(json, err);
}

enum inr_status inr_cli_latent_info(struct inr_cli *cli, const char *path, struct inr_error *err)
{
    static const char *const kinds[] = {"?", "grey", "grey + alpha", "RGB", "RGB + alpha"};
    struct inr_image image = {0};
    struct inr_codec_parts parts;
    enum inr_status status = inr_cli_image_read(path, &image, &parts, err);
    if (status == INR_OK && cli->json)
        status = info_json(&image, &parts, path, err);
    if (status == INR_OK && !cli->json) {
        const double bytes = (double)inr_cli_file_size(path);
        printf("%s: picture coded by latents\nsize         %u x %u\nchannels     %u (%s)\n"
               "depth        %s\nbytes        %.0f, %.4f bits a pixel\n",
               path, image.width, image.height, image.channels, kinds[image.channels],
               inr_cli_depth_text(image.depth), bytes,
               8.0 * bytes / ((double)image.width * (double)image.height));
        printf("header       %zu bytes\nentropy      %.1f bytes\nsynthesis    %.1f bytes\n",
               parts.rest, parts.entropy, parts.synthesis);
        for (int k = parts.grids - 1; k >= 0; k--)
            printf("grid 1/%-5d %.1f bytes\n", 1 << k, parts.grid[k]);
        if (parts.profile > 0)
            printf("profile      ICC, %zu bytes\n", parts.profile);
    }
    inr_image_free(&image);
    return status;
}
