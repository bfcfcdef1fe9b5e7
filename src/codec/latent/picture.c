/* SPDX-License-Identifier: MIT
 *
 * picture.c - Pictures of latent-coded files: by the CPU, the same bits everywhere, or by a Vulkan
 * device.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "codec/latent/file.h"
#include "codec/latent/train.h"

static void fill_state(const struct inr_latent_file *file, struct inr_latent_state *s)
{
    const struct inr_latent_content *c = &file->content;
    inr_latent_values(&c->net, c->shift, c->params, s->params);
    s->step = inr_latent_step(file->step);
    for (int k = 0; k < c->net.levels; k++)
        for (uint32_t r = 0; r < c->net.h[k]; r++) {
            const int32_t *from = c->grid[k] + (size_t)r * c->net.w[k];
            float *to = s->y[k].at + (ptrdiff_t)r * s->y[k].stride;
            for (uint32_t x = 0; x < c->net.w[k]; x++)
                to[x] = (float)from[x];
        }
}

/* Row r of the channels, whose samples are `each` apart: levels of an integer depth, rounded to
 * nearest; what is no number is black. */
static void store_row(const float *const *channel, ptrdiff_t each, uint32_t r,
                      struct inr_image *image)
{
    const size_t channels = image->channels, row = (size_t)r * image->width * channels;
    const float most = image->depth == INR_DEPTH_U8 ? 255.0f : 65535.0f;
    for (size_t c = 0; c < channels; c++)
        for (uint32_t x = 0; x < image->width; x++) {
            const float from = channel[c][(ptrdiff_t)x * each];
            const float v = from > 0.0f ? (from < 1.0f ? from : 1.0f) : 0.0f;
            const size_t i = row + (size_t)x * channels + c;
            const unsigned level = (unsigned)(v * most + 0.5f);
            if (image->depth == INR_DEPTH_U8)
                ((uint8_t *)image->pixels)[i] = (uint8_t)level;
            else
                ((uint16_t *)image->pixels)[i] = (uint16_t)level;
        }
}

static enum inr_status describe(const struct inr_latent_file *file, struct inr_image *image,
                                struct inr_error *err)
{
    const struct inr_latent_net *net = &file->content.net;
    *image = (struct inr_image){.width = net->width,
                                .height = net->height,
                                .channels = (uint32_t)net->channels,
                                .depth = file->depth};
    image->pixels = malloc((size_t)net->width * net->height * (size_t)net->channels *
                           inr_depth_size(file->depth));
    if (file->icc) {
        image->icc = malloc(file->icc_size ? file->icc_size : 1);
        image->icc_size = file->icc_size;
        if (image->icc)
            memcpy(image->icc, file->icc, file->icc_size);
    }
    if (image->pixels && (image->icc || !file->icc))
        return INR_OK;
    inr_image_free(image);
    return inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture of %u x %u pixels",
                    net->width, net->height);
}

static enum inr_status by_cpu(const struct inr_latent_file *file, int threads,
                              struct inr_image *image, struct inr_error *err)
{
    struct inr_latent_state s;
    threads = threads > 0 ? threads : omp_get_max_threads();
    if (!inr_latent_state_create(&s, &file->content.net, threads, true))
        return inr_fail(err, INR_ERR_MEMORY, "out of memory to decode %u x %u pixels",
                        file->content.net.width, file->content.net.height);
    fill_state(file, &s);
    inr_latent_render_pick()(&s);
    for (uint32_t r = 0; r < image->height; r++) {
        const float *channel[4] = {0};
        for (int c = 0; c < s.net.channels; c++)
            channel[c] = s.d_out[c].at + (ptrdiff_t)r * s.d_out[c].stride;
        store_row(channel, 1, r, image);
    }
    inr_latent_state_free(&s);
    return INR_OK;
}

static void store_device(const float *out, struct inr_image *image)
{
    for (uint32_t r = 0; r < image->height; r++) {
        const float *row = out + 4 * (size_t)r * image->width;
        const float *const channel[4] = {row, row + 1, row + 2, row + 3};
        store_row(channel, 4, r, image);
    }
}

static enum inr_status by_device(const struct inr_latent_file *file,
                                 const struct inr_device *device, struct inr_image *image,
                                 struct inr_error *err)
{
    const struct inr_latent_content *c = &file->content;
    const struct inr_vk_latent_shape shape = inr_latent_shape(&c->net, false);
    const size_t points = (size_t)inr_latent_points(&c->net), n = (size_t)c->net.parameters;
    const size_t pixels = (size_t)c->net.width * c->net.height;
    struct inr_vk_latent *l = NULL;
    float *params = malloc((n + points + 4 * pixels) * sizeof *params);
    if (!params)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory to decode %u x %u pixels", c->net.width,
                        c->net.height);
    float *at = params + n, *out = at + points;
    const float *y[INR_LATENT_LEVELS];
    inr_latent_values(&c->net, c->shift, c->params, params);
    for (int k = 0; k < c->net.levels; k++) {
        y[k] = at;
        for (size_t i = 0; i < (size_t)c->net.w[k] * c->net.h[k]; i++)
            *at++ = (float)c->grid[k][i];
    }
    enum inr_status status = inr_vk_latent_create(device, &shape, NULL, &l, err);
    if (status == INR_OK)
        status = inr_vk_latent_render(l, y, params, inr_latent_step(file->step), out, err);
    if (status == INR_OK)
        store_device(out, image);
    inr_vk_latent_destroy(l);
    free(params);
    return status;
}

/* NULL and auto: the CPU, whose picture is the same everywhere. */
static enum inr_status choose(const char *wish, struct inr_device *device, struct inr_error *err)
{
    *device = (struct inr_device){.kind = INR_DEVICE_CPU};
    if (!wish || !*wish || strcmp(wish, "auto") == 0)
        return INR_OK;
    return inr_device_choose(wish, device, NULL, 0, err);
}

enum inr_status inr_latent_picture(const struct inr_latent_file *file, const char *wish,
                                   int threads, struct inr_image *image, struct inr_error *err)
{
    struct inr_device device;
    *image = (struct inr_image){0};
    enum inr_status status = choose(wish, &device, err);
    if (status == INR_OK)
        status = describe(file, image, err);
    if (status == INR_OK)
        status = device.kind == INR_DEVICE_CPU ? by_cpu(file, threads, image, err)
                                               : by_device(file, &device, image, err);
    if (status != INR_OK)
        inr_image_free(image);
    return status;
}

enum inr_status inr_codec_picture(const uint8_t *bytes, size_t size, const char *name,
                                  const char *device, int threads, struct inr_image *image,
                                  struct inr_codec_parts *parts, struct inr_error *err)
{
    struct inr_latent_file file;
    *image = (struct inr_image){0};
    enum inr_status status = inr_latent_read(bytes, size, name, &file, err);
    if (status != INR_OK)
        return status;
    status = inr_latent_picture(&file, device, threads, image, err);
    if (parts) {
        const struct inr_latent_parts *p = &file.parts;
        double coded = p->entropy + p->synthesis;
        *parts = (struct inr_codec_parts){.entropy = p->entropy,
                                          .synthesis = p->synthesis,
                                          .grids = file.content.net.levels,
                                          .profile = file.icc_size};
        for (int k = 0; k < parts->grids; k++) {
            parts->grid[k] = p->grid[k];
            coded += p->grid[k];
        }
        const double rest = (double)(size - file.icc_size) - coded;
        parts->rest = rest > 0.0 ? (size_t)rest : 0;
    }
    inr_latent_content_free(&file.content);
    return status;
}
