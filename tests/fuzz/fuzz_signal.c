/* SPDX-License-Identifier: MIT
 *
 * fuzz_signal.c - Any bytes as a NumPy array: refused with a sentence, or finite values on a grid.
 *
 * Only our own reader: pictures have a target of their own, and sounds are libsndfile's.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_signal signal;
    struct inr_error err = {0};
    if (!inr_npy_probe(data, size))
        return 0;
    if (inr_signal_decode(data, size, "input", &signal, &err) != INR_OK) {
        if (signal.values || !err.text[0])
            abort();
        return 0;
    }
    const size_t n = inr_signal_points(&signal) * signal.channels;
    if (signal.dims < 1 || signal.dims > 3 || n == 0)
        abort();
    for (size_t i = 0; i < n; i++)
        if (!isfinite(signal.values[i]))
            abort();
    inr_signal_free(&signal);
    return 0;
}
