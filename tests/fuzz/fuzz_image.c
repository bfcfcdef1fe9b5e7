/* SPDX-License-Identifier: MIT
 *
 * fuzz_image.c - Any bytes may be given to the image readers: they succeed or fail with a sentence.
 *
 * Seeds: tests/fuzz/corpus/image, one small file of each format and scheme. test_image_files.c cuts
 * them at every byte and flips every bit, so much is checked without a fuzzing engine.
 */
#include "signal/image_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_image image;
    struct inr_error err = {0};
    enum inr_status status = inr_image_decode(data, size, "input", &image, &err);
    if (status != INR_OK) {
        /* A failure leaves nothing behind and says why. */
        if (image.pixels || image.icc || !err.text[0])
            abort();
        return 0;
    }
    if (!image.pixels || image.width == 0 || image.height == 0 || image.channels < 1 ||
        image.channels > 4)
        abort();
    /* Touch the last sample, which lies outside when the sizes are wrong. */
    volatile float last =
        inr_image_sample(&image, image.width - 1, image.height - 1, image.channels - 1);
    (void)last;
    inr_image_free(&image);
    return 0;
}
