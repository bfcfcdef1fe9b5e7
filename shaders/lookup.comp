#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// lookup: out[r] = sum over axes of C_axis[r][index of x_axis], one thread a column and row.
//
// binding      access  shape
// 0 coords     r       [dims][stride]
// 1 effective  r       C_axis [rows][points of the axis] at `table`
// 2 out        w       [rows][stride]
#include "common/grid.glsl"
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) writeonly buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_lookup push; };

void main()
{
    uint j = gl_GlobalInvocationID.x;
    uint row = gl_GlobalInvocationID.y;
    if (j >= push.count)
        return;
    real sum = R(0.0);
    for (uint axis = 0; axis < push.dims; axis++) {
        uint n = axis == 0 ? push.points0 : axis == 1 ? push.points1 : push.points2;
        uint table = axis == 0 ? push.table0 : axis == 1 ? push.table1 : push.table2;
        uint i = inr_grid_index(coords[axis * push.stride + j], n, int(push.lattice));
        sum += effective[table + row * n + i];
    }
    result[row * push.stride + j] = sum;
}
