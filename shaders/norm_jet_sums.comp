#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// norm_jet_sums: sums over the samples of a slice, in a fixed order, of
//     d_gamma_r = d_out[r] v + sum_k d_out_k[r] w_k,   d_delta_r = d_out[r],
// v and w_k as in norm_jet. One workgroup a row and slice.
//
// binding    access  shape
// 0 in       r       [rows][stride]
// 1 moments  r       [2][stride], of norm_jet
// 2 d_out    r       [rows][stride]
// 3 partial  w       out_slice between slices; rows at `gamma` and `delta`
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint TANGENTS = 3;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Moments { real moments[]; };
layout(std430, binding = 2) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 3) writeonly buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_norm push; };

shared real scales[INR_GROUP];
shared real shifts[INR_GROUP];

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint row = gl_WorkGroupID.x;
    uint slice = gl_WorkGroupID.y;
    uint end = min(push.count, (slice + 1) * push.slice);
    real along = R(0.0);
    real shift = R(0.0);
    for (uint j = slice * push.slice + lane; j < end; j += INR_GROUP) {
        uint at = row * push.stride + j;
        real scale = moments[push.stride + j];
        real v = (slot_in[at] - moments[j]) * scale;
        real g = d_out[at];
        along += g * v;
        shift += g;
        [[unroll]] for (uint k = 1; k <= TANGENTS; k++) {
            uint tangent = j + k * push.count;
            real w = scale * (slot_in[at + k * push.count] - moments[tangent] -
                              v * moments[push.stride + tangent]);
            along += d_out[at + k * push.count] * w;
        }
    }
    scales[lane] = along;
    shifts[lane] = shift;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size) {
            scales[lane] += scales[lane + half_size];
            shifts[lane] += shifts[lane + half_size];
        }
        barrier();
    }
    if (lane == 0) {
        partial[slice * push.out_slice + push.gamma + row] = scales[0];
        partial[slice * push.out_slice + push.delta + row] = shifts[0];
    }
}
