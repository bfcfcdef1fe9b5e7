#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// grid_jet_backward: gradient of tables read with tangents by compare-and-swap or in fixed point, on any device.
#include "common/grid_jet_backward.glsl"
