#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// fused_scalar: fused_matrix where there are no matrix units, an invocation in a subgroup's place.
#include "fused/tile_matrix.glsl"
#include "fused/body.glsl"
