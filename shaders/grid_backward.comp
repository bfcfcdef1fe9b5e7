#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// grid_backward: gradient of tables by compare-and-swap or in fixed point, on any device.
#include "common/grid_backward.glsl"
