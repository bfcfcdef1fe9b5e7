/* SPDX-License-Identifier: MIT
 *
 * steps.c - Steps of a field's weights between those of whole numbers of bits.
 */
#include "codec/steps.h"

#include <math.h>
#include <stdlib.h>

#include "field/quantize.h"

/* Files that are made: to 1/256 of a bit. */
#define LOOKS 9

struct inr_quantizer inr_steps_finer(const struct inr_quantizer *from, double more)
{
    struct inr_quantizer q = *from;
    if (q.step == INR_QUANTIZE_LEARNED)
        return q; /* its steps are what they have become */
    const int most = q.bits > q.first_bits ? q.bits : q.first_bits;
    const int limit = q.compand > 0 ? INR_QUANTIZE_COMPANDED : INR_QUANTIZE_MAX;
    const int bit = more > 0.0 && most < limit ? 1 : 0;
    const double clip = q.clip > 0.0f ? (double)q.clip : 1.0;
    q.bits += bit;
    q.first_bits += q.first_bits > 0 ? bit : 0;
    q.clip = (float)(clip * exp2(fmax(bit - more, 0.0)));
    return q;
}

enum inr_status inr_steps_for(const struct inr_model *model,
                              const struct inr_codec_settings *settings, double bytes,
                              struct inr_quantizer *quantizer, size_t *size, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    double low = -1.0, high = 1.0, least = HUGE_VAL;
    for (int i = 0; i < LOOKS && status == INR_OK; i++) {
        const double more = 0.5 * (low + high);
        struct inr_codec_settings tried = *settings;
        uint8_t *file = NULL;
        size_t n = 0;
        tried.quantizer = inr_steps_finer(&settings->quantizer, more);
        status = inr_codec_pack(model, &tried, &file, &n, err);
        free(file);
        const double off = fabs(log((double)n / bytes));
        if (status == INR_OK && off < least) {
            least = off;
            *quantizer = tried.quantizer;
            *size = n;
        }
        *((double)n < bytes ? &low : &high) = more;
    }
    return status;
}
