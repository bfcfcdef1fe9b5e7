// SPDX-License-Identifier: MIT
// grid_level.h - One level of a grid op as programs and kernels hold it: see enc/grid.glsl. Its
// numbers are floats wherever it is compiled, also where `real` is double.
#ifndef INR_COMMON_GRID_LEVEL
#define INR_COMMON_GRID_LEVEL

#include "common/subset.h"

STRUCT(inr_grid_level)
{
    uint32 offset;  // of the table in the parameters, in scalars
    uint32 entries; // rows of the table
    uint32 kind;    // INR_GRID_DENSE ...
    uint32 points0; // on each axis of the op
    uint32 points1;
    uint32 points2;
    uint32 stride1; // of the dense index
    uint32 stride2;
    float scale0;
    float scale1;
    float scale2;
    float shift;
};

#ifndef GL_core_profile
_Static_assert(sizeof(inr_grid_level) == 12 * 4, "scalars only");
#endif

#endif
