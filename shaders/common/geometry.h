// SPDX-License-Identifier: MIT
// geometry.h - Weights of the geometry loss (loss/geometry.glsl) as configurations and kernels hold
// them: floats wherever it is compiled, also where `real` is double.
#ifndef INR_COMMON_GEOMETRY
#define INR_COMMON_GEOMETRY

#include "common/subset.h"

// Targets of a sample: [distance, nx, ny, nz, on], components of missing axes 0; on is 1 on the
// surface, else 0.
#define INR_GEOMETRY_TARGETS 5

STRUCT(inr_geometry)
{
    float on;        // |f| on the surface
    float off;       // exp(-sharpness |f|) elsewhere
    float sharpness; //
    float normal;    // 1 - cos of the angle between gradient and normal, on the surface
    float eikonal;   // | |gradient| - 1 | everywhere
    float distance;  // |f - distance| everywhere
};

#ifndef GL_core_profile
_Static_assert(sizeof(inr_geometry) == 6 * 4, "scalars only");
#endif

#endif
