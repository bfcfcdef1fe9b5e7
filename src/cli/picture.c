/* SPDX-License-Identifier: MIT
 *
 * picture.c - Tells models from pictures, guards outputs, and streams a model into a picture.
 */
#include "cli/picture.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"

#include "cli/interrupt.h"
#include "inrush/codec.h"

/* The first bytes of a file, zeros beyond its end; their count. Standard input is left alone. */
static size_t read_head(const char *path, unsigned char *head, size_t size)
{
    FILE *file;
    memset(head, 0, size);
    if (strcmp(path, "-") == 0 || (file = fopen(path, "rb")) == NULL)
        return 0;
    const size_t n = fread(head, 1, size, file);
    fclose(file);
    return n;
}

bool inr_cli_is_array(const char *path)
{
    unsigned char head[6];
    return read_head(path, head, sizeof head) == sizeof head &&
           memcmp(head, "\x93NUMPY", sizeof head) == 0;
}

/* A safetensors file starts with the length of its header, eight bytes little endian, and a brace.
 * No picture format does: three zero bytes at 5..7 rule the others out. Compressed ones say so. */
bool inr_cli_is_model(const char *path)
{
    unsigned char head[9];
    const char *dot = strrchr(path, '.');
    if (dot != NULL && strcasecmp(dot, ".inr") == 0)
        return true;
    const size_t got = read_head(path, head, sizeof head);
    return (inr_codec_recognise(head, got) && inr_codec_method_of(head, got) != INR_CODEC_LATENT) ||
           (got == sizeof head && head[8] == '{' && head[5] == 0 && head[6] == 0 && head[7] == 0);
}

bool inr_cli_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

uint64_t inr_cli_file_size(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size : 0;
}

enum inr_status inr_cli_check_output(const char *path, bool overwrite, struct inr_error *err)
{
    if (strcmp(path, "-") == 0)
        return inr_fail(
            err, INR_ERR_USAGE,
            "the output cannot be standard output because it is renamed into place when "
            "complete; name a file (./- for one called -)");
    return inr_outfile_check(path, overwrite, err);
}

enum inr_status inr_cli_check_signal_output(const struct inr_cli *cli, const char *path,
                                            struct inr_error *err)
{
    if (!inr_signal_can_write(path))
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: the suffix names no format that can be written; .npy is for arrays, "
                        ".wav and .flac "
                        "for sounds, .png .ppm .pgm .pam .pfm .hdr .jpg .bmp .tga for pictures",
                        path);
    return inr_cli_check_output(path, inr_cli_count(&cli->args, "force") > 0, err);
}

enum inr_status inr_cli_write_sinogram(struct inr_cli *cli, const char *path,
                                       struct inr_signal *rows, struct inr_error *err)
{
    const size_t n = (size_t)inr_signal_points(rows) * rows->channels;
    float white = 0.0f;
    if (inr_sound_can_write(path))
        return inr_fail(err, INR_ERR_USAGE, "%s: a sinogram is no sound; write a .npy or a picture",
                        path);
    for (size_t i = 0; i < n; i++)
        white = rows->values[i] > white ? rows->values[i] : white;
    if (!inr_image_can_write(path) || !(white > 0.0f))
        return inr_signal_write(path, rows, err);
    for (size_t i = 0; i < n; i++)
        rows->values[i] /= white;
    enum inr_status status = inr_signal_write(path, rows, err);
    if (status == INR_OK)
        inr_cli_notice(cli, "%s: white is %.6g", path, (double)white);
    return status;
}

const char *inr_cli_depth_text(enum inr_depth depth)
{
    return depth == INR_DEPTH_U8 ? "8-bit" : depth == INR_DEPTH_U16 ? "16-bit" : "float";
}

enum inr_status inr_cli_parse_depth(const char *text, enum inr_depth *depth, struct inr_error *err)
{
    if (strcmp(text, "8") == 0)
        *depth = INR_DEPTH_U8;
    else if (strcmp(text, "16") == 0)
        *depth = INR_DEPTH_U16;
    else if (strcmp(text, "float") == 0)
        *depth = INR_DEPTH_F32;
    else
        return inr_fail(err, INR_ERR_USAGE, "--depth %s: the depths are 8, 16 and float", text);
    return INR_OK;
}

struct rendering {
    struct inr_cli *cli;
    struct inr_image_writer *writer;
    uint32_t done, total;
};

static enum inr_status take_rows(void *user, const float *values, uint32_t n, struct inr_error *err)
{
    struct rendering *r = user;
    enum inr_status status = inr_image_writer_rows(r->writer, values, n, err);
    r->done += n;
    inr_cli_progress_count(&r->cli->progress, "row", r->done, r->total);
    if (status == INR_OK && inr_cli_interrupted())
        return inr_fail(err, INR_INTERRUPTED, "interrupted; no picture was written");
    return status;
}

enum inr_status inr_cli_write_picture(struct inr_cli *cli, const struct inr_model *model,
                                      const struct inr_cli_device *device,
                                      const struct inr_view *view, const char *depth,
                                      const char *path, struct inr_error *err)
{
    struct inr_image picture = *inr_model_source(model);
    struct rendering r = {.cli = cli, .total = view->crop_height};
    enum inr_status status = INR_OK;

    picture.width = view->crop_width;
    picture.height = view->crop_height;
    if (depth != NULL)
        status = inr_cli_parse_depth(depth, &picture.depth, err);
    else
        picture.depth = inr_image_depth_for(path, picture.depth);
    if (status == INR_OK)
        status = inr_image_writer_open(path, &picture, &r.writer, err);
    if (status != INR_OK)
        return status;
    status = inr_model_render(model, device->device, device->threads, view, take_rows, &r,
                              &cli->log, err);
    inr_cli_progress_clear(&cli->progress);
    if (status != INR_OK) {
        inr_image_writer_abort(r.writer);
        return status;
    }
    return inr_image_writer_finish(r.writer, err);
}
