/* SPDX-License-Identifier: MIT
 *
 * file.c - Latent-coded pictures as files.
 */
#include "codec/latent/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/format.h"
#include "codec/latent/predict.h"
#include "codec/sections.h"

/* Bits of the header's second byte. */
#define DEEP   8   /* 16-bit samples */
#define SECOND 128 /* initial networks 1, else 0 */

/* No point costs less than 2^-13 bits: more of them a byte cannot be meant. */
#define POINTS_A_BYTE 65536u

float inr_latent_step(int index)
{
    return ldexpf((float)(8 + index % 8), index / 8 - 12);
}

int inr_latent_step_near(float step)
{
    int best = 0;
    for (int i = 1; i < 256; i++)
        if (fabsf(logf(inr_latent_step(i) / step)) < fabsf(logf(inr_latent_step(best) / step)))
            best = i;
    return best;
}

static void put_header(struct inr_bytes *out, const struct inr_latent_file *file)
{
    const struct inr_latent_net *net = &file->content.net;
    const uint8_t *shift = file->content.shift;
    inr_bytes_put_byte(out, INR_CODEC_LATENT);
    inr_bytes_put_byte(out,
                       (uint8_t)((file->icc ? INR_CODEC_PROFILE : 0) | (net->channels - 1) << 1 |
                                 (file->depth == INR_DEPTH_U16 ? DEEP : 0) | net->levels << 4 |
                                 (net->start ? SECOND : 0)));
    inr_bytes_put_varint(out, net->width);
    inr_bytes_put_varint(out, net->height);
    inr_bytes_put_byte(out, (uint8_t)file->step);
    for (int i = 0; i < INR_LATENT_SHIFTS; i += 2)
        inr_bytes_put_byte(out, (uint8_t)(shift[i] | shift[i + 1] << 4));
}

enum inr_status inr_latent_write(struct inr_latent_file *file, uint8_t **bytes, size_t *size,
                                 struct inr_error *err)
{
    struct inr_bytes out = {0}, header = {0};
    uint8_t *body = NULL;
    size_t body_size = 0;
    const enum inr_status status =
        inr_latent_encode(&file->content, &body, &body_size, &file->parts, err);
    if (status != INR_OK)
        return status;
    put_header(&header, file);
    inr_sections_put_header(&out, &header);
    inr_sections_put_section(&out, body, body_size);
    if (file->icc)
        inr_sections_put_section(&out, file->icc, file->icc_size);
    free(header.data);
    free(body);
    if (out.failed) {
        free(out.data);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the file's bytes");
    }
    *bytes = out.data;
    *size = out.size;
    return INR_OK;
}

static bool take_header(struct inr_cursor *in, struct inr_latent_file *file,
                        struct inr_latent_net *net, bool *profile)
{
    const int method = inr_cursor_byte(in);
    const unsigned flags = inr_cursor_byte(in);
    const uint64_t width = inr_cursor_varint(in), height = inr_cursor_varint(in);
    file->step = inr_cursor_byte(in);
    for (int i = 0; i < INR_LATENT_SHIFTS; i += 2) {
        const uint8_t two = inr_cursor_byte(in);
        file->content.shift[i] = two & 15;
        file->content.shift[i + 1] = two >> 4;
    }
    *profile = (flags & INR_CODEC_PROFILE) != 0;
    file->depth = flags & DEEP ? INR_DEPTH_U16 : INR_DEPTH_U8;
    if (in->bad || in->at != in->end || method != INR_CODEC_LATENT || width < 1 || height < 1 ||
        width > INR_LATENT_PIXELS_MAX || height > INR_LATENT_PIXELS_MAX ||
        width * height > INR_LATENT_PIXELS_MAX)
        return false;
    const int levels = (int)(flags >> 4 & 7);
    if (levels == 0 || !inr_latent_net_init(net, (uint32_t)width, (uint32_t)height,
                                            (int)(flags >> 1 & 3) + 1, levels))
        return false;
    net->start = (flags & SECOND) != 0;
    return true;
}

static enum inr_status take_sections(struct inr_sections *s, struct inr_latent_file *file,
                                     struct inr_latent_net *net, const uint8_t **body,
                                     uint64_t *body_size, struct inr_error *err)
{
    struct inr_cursor header;
    bool profile = false;
    uint64_t icc_size = 0;
    enum inr_status status = inr_sections_take_header(s, &header, err);
    if (status == INR_OK && header.at < header.end && *header.at == INR_CODEC_WEIGHTS)
        return inr_fail(err, INR_ERR_USAGE, "%s: is a compressed field, not coded by latents",
                        s->name);
    if (status == INR_OK && !take_header(&header, file, net, &profile))
        status = inr_sections_damaged(s, "a description of the picture that cannot be", err);
    if (status == INR_OK)
        status = inr_sections_take_section(s, "wrong latents", body, body_size, err);
    if (status == INR_OK && inr_latent_points(net) / POINTS_A_BYTE > *body_size)
        status = inr_sections_damaged(s, "a picture far too large for its latents", err);
    if (status == INR_OK && profile)
        status = inr_sections_take_section(s, "a wrong profile", &file->icc, &icc_size, err);
    file->icc_size = (size_t)icc_size;
    if (status == INR_OK && s->in.at != s->in.end)
        status = inr_sections_damaged(s, "bytes behind the end", err);
    return status;
}

enum inr_status inr_latent_read(const uint8_t *bytes, size_t size, const char *name,
                                struct inr_latent_file *file, struct inr_error *err)
{
    struct inr_sections sections = {{bytes, bytes + size, false}, bytes, name};
    struct inr_latent_net net;
    const uint8_t *body = NULL;
    uint64_t body_size = 0;
    *file = (struct inr_latent_file){0};
    enum inr_status status = take_sections(&sections, file, &net, &body, &body_size, err);
    if (status != INR_OK)
        return status;
    uint8_t shift[INR_LATENT_SHIFTS];
    memcpy(shift, file->content.shift, sizeof shift);
    status = inr_latent_content_create(&file->content, &net, err);
    memcpy(file->content.shift, shift, sizeof shift);
    if (status == INR_OK)
        status =
            inr_latent_decode(body, (size_t)body_size, name, &file->content, &file->parts, err);
    if (status != INR_OK)
        inr_latent_content_free(&file->content);
    return status;
}
