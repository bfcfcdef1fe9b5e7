// SPDX-License-Identifier: MIT
// quantized_row.h - Parameters that share a step, as the C code and the kernel see them.
#ifndef INR_COMMON_QUANTIZED_ROW
#define INR_COMMON_QUANTIZED_ROW

#include "common/subset.h"

// Scalars offset .. offset + n of the parameters.
STRUCT(inr_quantized_row)
{
    uint32 offset;
    uint32 n;
    float most;    // greatest level 2^(bits - 1) - 1; 0: kept as they are, which has no step
    float inverse; // 1 / most
};

#endif
