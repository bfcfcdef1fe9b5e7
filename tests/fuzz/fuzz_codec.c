/* SPDX-License-Identifier: MIT
 *
 * fuzz_codec.c - Any bytes as a compressed file: refused with a sentence, or a model or picture
 * that is whole.
 */
#include <stdlib.h>

#include "inrush/codec.h"
#include "whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    if (inr_codec_method_of(data, size) == INR_CODEC_LATENT) {
        struct inr_image image;
        const enum inr_status read =
            inr_codec_picture(data, size, "input", NULL, 1, &image, NULL, &err);
        if ((read == INR_OK) != (image.pixels != NULL) || (read != INR_OK && !err.text[0]))
            abort();
        inr_image_free(&image);
        return 0;
    }
    const enum inr_status status = inr_codec_unpack(data, size, "input", &model, &err);
    check_whole(status, model, &err);
    return 0;
}
