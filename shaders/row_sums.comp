#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// row_sums: partial[slice][i] = sum over the slice's columns of d[i], the gradient of a bias before
// its slices are added. One workgroup a row and slice, in a fixed order.
//
// binding    access  shape
// 0 d        r       [rows][stride]
// 1 partial  w       out_slice between slices, row i at out_offset + i
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer D { real d[]; };
layout(std430, binding = 1) writeonly buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_row_sums push; };

shared real sums[INR_GROUP];

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint row = gl_WorkGroupID.x;
    uint slice = gl_WorkGroupID.y;
    uint end = min(push.count, (slice + 1) * push.slice);
    real sum = R(0.0);
    for (uint j = slice * push.slice + lane; j < end; j += INR_GROUP)
        sum += d[row * push.stride + j];
    sums[lane] = sum;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            sums[lane] += sums[lane + half_size];
        barrier();
    }
    if (lane == 0)
        partial[push.out_offset + slice * push.out_slice + row] = sums[0];
}
