/* SPDX-License-Identifier: MIT
 *
 * signal.c - The life of samples on a grid, and an image seen as one.
 */
#include <stdlib.h>

#include "inrush/signal.h"

size_t inr_signal_points(const struct inr_signal *signal)
{
    return (size_t)signal->shape[0] * signal->shape[1] * signal->shape[2];
}

enum inr_status inr_signal_from_image(const struct inr_image *image, struct inr_signal *signal,
                                      struct inr_error *err)
{
    *signal = (struct inr_signal){
        .dims = 2, .shape = {image->width, image->height, 1}, .channels = image->channels};
    const size_t n = inr_signal_points(signal) * image->channels;
    signal->values = malloc(n * sizeof *signal->values);
    if (!signal->values) {
        *signal = (struct inr_signal){0};
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture of %u x %u as floats",
                        image->width, image->height);
    }
    inr_image_rows(image, 0, image->height, signal->values);
    return INR_OK;
}

void inr_signal_free(struct inr_signal *signal)
{
    if (!signal)
        return;
    free(signal->values);
    *signal = (struct inr_signal){0};
}
