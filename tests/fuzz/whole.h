/* SPDX-License-Identifier: MIT
 *
 * whole.h - What a model read from any bytes must be: all of it there, and a field that can be.
 */
#ifndef INR_FUZZ_WHOLE_H
#define INR_FUZZ_WHOLE_H

#include <stdlib.h>

#include "inrush/fit.h"

/* Of a reader that returned `status`: a refusal has a sentence and no model. Frees the model. */
static inline void check_whole(enum inr_status status, struct inr_model *model,
                               const struct inr_error *err)
{
    if (status != INR_OK) {
        if (model || !err->text[0])
            abort();
        return;
    }
    const struct inr_field *field = inr_model_field(model);
    struct inr_error why = {0};
    volatile float sum = 0.0f;
    for (size_t i = 0; i < field->n_params; i++)
        sum += field->params[i];
    (void)sum;
    if (inr_field_check(&field->config, &why) != INR_OK)
        abort();
    inr_model_free(model);
}

#endif
