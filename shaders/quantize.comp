#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// quantize: quantised[row] = value of the level of params[row], or a copy where nothing is quantised. One
// workgroup a row, which finds the row's greatest number first unless its step is learnt; the order of a
// maximum does not matter.
//
// Nested networks: entries that do not belong to the level are 0 (quantized_row.h).
//
// binding      access  shape
// 0 rows       r       [push.n]
// 1 params     r       [n_params]
// 2 quantised  rw      [n_params]; backward: their gradient, in place
// 3 steps      r       [rows] level of the step, unless it is the highest
#include "common/kernel.glsl"
#include "common/quantized_row.h"
#include "common/quantize.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Rows { inr_quantized_row rows[]; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) buffer Quantised { real quantised[]; };
layout(std430, binding = 3) readonly buffer Steps { inr_step_row steps[]; };
layout(push_constant) uniform Push { inr_push_quantize push; };

shared real parts[INR_GROUP];

real greatest(uint lane, uint begin, uint end)
{
    real peak = R(0.0);
    for (uint i = begin + lane; i < end; i += INR_GROUP) {
        real a = inr_abs(params[i]);
        peak = a > peak ? a : peak;
    }
    parts[lane] = peak;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            parts[lane] = max(parts[lane], parts[lane + half_size]);
        barrier();
    }
    return parts[0];
}

// The same for every lane.
real step_of(inr_quantized_row row, uint lane)
{
    if (row.learnt != 0)
        return inr_quantize_learnt(params[row.learnt]);
    return inr_quantize_step(greatest(lane, row.offset, row.offset + row.n), row.inverse);
}

// The gradients of the row's learnt step and of its weights, from those of what is seen of them.
void learn(inr_quantized_row row, uint lane)
{
    real s = inr_quantize_learnt(params[row.learnt]);
    real edge = s * inr_quantize_curve(row.most, row.bend), sum = R(0.0);
    for (uint i = row.offset + lane; i < row.offset + row.n; i += INR_GROUP) {
        real w = params[i];
        real seen = s * inr_quantize_curve(inr_quantize_level(w, s, row.most, row.bend), row.bend);
        bool within = inr_abs(w) < edge;
        sum += quantised[i] * inr_quantize_slope(w, seen, s, within);
        if (!within)
            quantised[i] = R(0.0);
    }
    parts[lane] = sum;
    barrier();
    [[unroll]] for (uint half_size = INR_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            parts[lane] += parts[lane + half_size];
        barrier();
    }
    if (lane == 0)
        quantised[row.learnt] = parts[0] * inr_quantize_place_slope(s);
}

// The gradient of what the level sees to that of the parameters; it stays in its place but for biases.
void pull(inr_quantized_row row, uint lane, uint level)
{
    for (uint i = lane; row.cols != 0 && i < row.n; i += INR_GROUP)
        if (!inr_row_keeps(row, i, level))
            quantised[row.offset + i] = R(0.0);
    for (uint i = lane; level != 0 && i < row.shift; i += INR_GROUP) {
        quantised[row.offset + inr_row_source(row, i, level)] = quantised[row.offset + i];
        quantised[row.offset + i] = R(0.0);
    }
}

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint r = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    if (r >= push.n)
        return;
    inr_quantized_row row = rows[r];
    if (push.mode == INR_QUANTIZE_LEARN) {
        if (row.learnt != 0)
            learn(row, lane);
        return;
    }
    uint level = push.mode == INR_QUANTIZE_HIGHEST ? 0u : steps[push.row].level;
    if (push.mode == INR_QUANTIZE_PULL) {
        pull(row, lane, level);
        return;
    }
    bool keep = push.on == 0 || row.most == R(0.0);
    real s = keep ? R(0.0) : step_of(row, lane);
    for (uint i = lane; i < row.n; i += INR_GROUP) {
        real w = params[row.offset + inr_row_source(row, i, level)];
        real q =
            keep ? w : s * inr_quantize_curve(inr_quantize_level(w, s, row.most, row.bend), row.bend);
        quantised[row.offset + i] = inr_row_keeps(row, i, level) ? q : R(0.0);
    }
}
