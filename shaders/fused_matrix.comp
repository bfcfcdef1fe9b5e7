#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// fused_matrix: a whole chain in one dispatch with products on matrix units.
#include "fused/tile_matrix.glsl"
#include "fused/body.glsl"
