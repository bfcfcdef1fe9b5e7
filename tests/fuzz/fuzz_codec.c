/* SPDX-License-Identifier: MIT
 *
 * fuzz_codec.c - Any bytes as a compressed file: refused with a sentence, or a model that is whole.
 */
#include <stdlib.h>

#include "inrush/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    if (inr_codec_unpack(data, size, "input", &model, &err) != INR_OK) {
        if (model || !err.text[0])
            abort();
        return 0;
    }
    const struct inr_field *field = inr_model_field(model);
    volatile float sum = 0.0f;
    for (size_t i = 0; i < field->n_params; i++)
        sum += field->params[i];
    (void)sum;
    if (inr_field_check(&field->config, &err) != INR_OK)
        abort();
    inr_model_free(model);
    return 0;
}
