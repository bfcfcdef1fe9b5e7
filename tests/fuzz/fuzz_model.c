/* SPDX-License-Identifier: MIT
 *
 * fuzz_model.c - Any bytes as a model file: refused with a sentence, or a model that is whole.
 */
#include "inrush/fit.h"
#include "whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_model *model = NULL;
    struct inr_error err = {0};
    const enum inr_status status = inr_model_parse(data, size, "input", &model, &err);
    check_whole(status, model, &err);
    return 0;
}
