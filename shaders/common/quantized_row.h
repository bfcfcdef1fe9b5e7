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
    float inverse; // 1 / K(most): step / greatest number of the row; less where it clips
    float bend;    // of companded levels, 0 .. 8; 0: uniform
    uint32 learnt; // the parameter that is its step; 0: it follows from the numbers
    // Nested widths: below the highest level, entries are 0 whose column is of units above it, and
    // biases are others.
    uint32 levels; // 0: the same at every level
    uint32 cols;   // of a matrix; 0: not one
    uint32 shift;  // biases of one level; 0: no biases. Those of the highest come first
};

// Entry i of the row belongs to `level`, 1 .. levels - 1; 0: the highest.
FN bool inr_row_keeps(inr_quantized_row row, uint32 i, uint32 level)
{
    return level == 0u || row.levels == 0u || row.cols == 0u ||
           i % row.cols * row.levels < row.cols * level;
}

// Which of the row's entries is seen as its entry i.
FN uint32 inr_row_source(inr_quantized_row row, uint32 i, uint32 level)
{
    return level == 0u || row.shift == 0u || i >= row.shift ? i
                                                            : i + (row.levels - level) * row.shift;
}

#endif
