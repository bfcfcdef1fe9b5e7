#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_atomic_float : require
// SPDX-License-Identifier: MIT
// compose_backward_float: gradient of kernels' features where the device adds floats in memory.
#define SCATTER_FLOAT
#include "common/compose_backward.glsl"
