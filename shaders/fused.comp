#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// fused: a whole chain in one dispatch with products in 32 bits.
#include "fused/tile_float.glsl"
#include "fused/body.glsl"
