/* SPDX-License-Identifier: MIT
 *
 * fuzz_codec.c - Any bytes as a compressed file: refused with a sentence, or a model that is whole.
 */
#include "inrush/codec.h"
#include "whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    const enum inr_status status = inr_codec_unpack(data, size, "input", &model, &err);
    check_whole(status, model, &err);
    return 0;
}
