/* SPDX-License-Identifier: MIT
 *
 * formula.h - Every formula that C and GLSL share, for C: in float, or in double where the
 * including file defines INR_REAL_DOUBLE first.
 */
#ifndef INR_FIELD_FORMULA_H
#define INR_FIELD_FORMULA_H

/* Functions of a registry have one signature, and few rows read every argument. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "common/subset.h"
#include "common/math.glsl"
#include "common/random.glsl"
#include "common/grid.glsl"
#include "act/registry.glsl"
#include "enc/chebyshev.glsl"
#include "enc/frequency.glsl"
#include "enc/grid.glsl"
#include "enc/kernel.glsl"
#include "enc/variation.glsl"
#include "enc/window.glsl"
#include "loss/geometry.glsl"
#include "loss/registry.glsl"
#pragma GCC diagnostic pop

#endif
