/* SPDX-License-Identifier: MIT
 *
 * file.h - Latent-coded pictures as files; see inrush/codec.h for the bytes.
 */
#ifndef INR_CODEC_LATENT_FILE_H
#define INR_CODEC_LATENT_FILE_H

#include "codec/latent/code.h"
#include "codec/latent/state.h"
#include "inrush/codec.h"

/* Pixels of a picture, at most: decoding takes about 90 bytes for each. */
#define INR_LATENT_PIXELS_MAX (UINT64_C(1) << 26)

struct inr_latent_file {
    struct inr_latent_content content;
    enum inr_depth depth; /* U8 or U16 */
    int step;             /* index, see inr_latent_step */
    const uint8_t *icc;   /* not owned; NULL: none */
    size_t icc_size;
    struct inr_latent_parts parts;
};

/* What a level of 1 is to the synthesis: (8 + i mod 8) 2^(i div 8 - 12), i = 0 .. 255. */
float inr_latent_step(int index);
int inr_latent_step_near(float step);

/* *bytes [*size] is the caller's to free. Errors: INR_ERR_MEMORY, INR_ERR_FAILED. */
enum inr_status inr_latent_write(struct inr_latent_file *file, uint8_t **bytes, size_t *size,
                                 struct inr_error *err);

/* Everything but the picture; release file->content. Errors: INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_latent_read(const uint8_t *bytes, size_t size, const char *name,
                                struct inr_latent_file *file, struct inr_error *err);

/* The picture of a file, device and threads as in inr_codec_picture. */
enum inr_status inr_latent_picture(const struct inr_latent_file *file, const char *device,
                                   int threads, struct inr_image *image, struct inr_error *err);

/* The kernels that make a picture, of the best instruction set: all give the same bits. */
inr_latent_gradient_fn *inr_latent_render_pick(void);

#endif
