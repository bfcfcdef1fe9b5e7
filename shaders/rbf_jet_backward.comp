#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// rbf_jet_backward: sums over the samples of a slice, in a fixed order, of what values and tangents give to
// centres and widths (common formulas in enc/window.glsl). One workgroup a unit and slice; tangents as in
// rbf_jet.
//
// binding      access  shape
// 0 coords     r       [dims][stride]
// 1 effective  r       mu [rows][dims] at `centre`, gamma [rows] at `gamma`
// 2 out        r       [rows][stride]
// 3 d_out      r       [rows][stride]
// 4 partial    w       out_slice between slices, as `effective` inside one
#include "common/kernel.glsl"
#include "enc/window.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) readonly buffer Out { real result[]; };
layout(std430, binding = 3) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 4) writeonly buffer Partial { real partial[]; };
layout(push_constant) uniform Push { inr_push_rbf push; };

const uint AXES = 3; // INR_MAX_DIMS
shared real sums[(AXES + 1) * INR_GROUP];

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint u = gl_WorkGroupID.z * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    uint slice = gl_WorkGroupID.y;
    if (u >= push.rows)
        return;
    real mu[AXES];
    real sum[AXES];
    [[unroll]] for (uint d = 0; d < AXES; d++) {
        mu[d] = d < push.dims ? effective[push.centre + u * push.dims + d] : R(0.0);
        sum[d] = R(0.0);
    }
    real gamma = effective[push.gamma + u];
    real sum_gamma = R(0.0);
    uint end = min(push.count, (slice + 1) * push.slice);
    for (uint j = slice * push.slice + lane; j < end; j += INR_GROUP) {
        uint at = u * push.stride + j;
        real y = result[at];
        real g = d_out[at];
        real away[AXES];
        real along[AXES];
        real squares = R(0.0);
        real turn = R(0.0);
        [[unroll]] for (uint d = 0; d < AXES; d++) {
            away[d] = d < push.dims ? coords[d * push.stride + j] - mu[d] : R(0.0);
            along[d] = d < push.dims ? d_out[at + (1 + d) * push.count] : R(0.0);
            squares += away[d] * away[d];
            turn += along[d] * away[d];
        }
        [[unroll]] for (uint d = 0; d < AXES; d++)
            sum[d] += y * (g * away[d] + enc_window_centre(away[d], along[d], turn, gamma));
        sum_gamma += y * (enc_window_width(squares, turn, gamma) - R(0.5) * g * squares);
    }
    [[unroll]] for (uint d = 0; d < AXES; d++)
        sums[d * INR_GROUP + lane] = sum[d];
    sums[AXES * INR_GROUP + lane] = sum_gamma;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            [[unroll]] for (uint k = 0; k <= AXES; k++)
                sums[k * INR_GROUP + lane] += sums[k * INR_GROUP + lane + half_size];
        barrier();
    }
    uint to = slice * push.out_slice;
    if (lane < push.dims)
        partial[to + push.centre + u * push.dims + lane] = gamma * sums[lane * INR_GROUP];
    if (lane == 0)
        partial[to + push.gamma + u] = sums[AXES * INR_GROUP];
}
