#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// compose_backward: gradient of kernels' features by compare-and-swap or in fixed point, on any device.
#include "common/compose_backward.glsl"
