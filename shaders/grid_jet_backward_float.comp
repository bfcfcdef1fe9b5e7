#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_atomic_float : require
// SPDX-License-Identifier: MIT
// grid_jet_backward_float: gradient of tables read with tangents where the device adds floats in memory.
#define SCATTER_FLOAT
#include "common/grid_jet_backward.glsl"
