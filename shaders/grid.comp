#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// grid: interpolated entries of tables and their TANGENTS. One thread a column, level and PART features, the
// levels along y and the parts along z; with SUM one thread adds up the levels. Tangent k of column j is
// column (1 + k) count + j, 0 where the op does not span coordinate k.
//
// binding   access  shape
// 0 coords  r       [dims][stride]
// 1 params  r       the tables, at the levels' offsets
// 2 levels  r       [level + levels]
// 3 halves  r       with HALVES the tables as 16-bit floats, two a word; else anything
// 4 out     w       [features][stride], with SUM; else [levels][features][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Levels { inr_grid_level levels[]; };
layout(std430, binding = 3) readonly buffer Halves { uint halves[]; };
layout(std430, binding = 4) writeonly buffer Out { real result[]; };
layout(push_constant) uniform Push { inr_push_grid push; };

#include "common/cell.glsl"

layout(constant_id = 4) const uint HALVES = 0;

real entry_at(uint at)
{
    return HALVES != 0 ? unpackHalf2x16(halves[at / 2])[at % 2] : params[at];
}

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint first = gl_WorkGroupID.z * PART;
    uint begin = SUM != 0 ? 0 : gl_WorkGroupID.y;
    uint end = SUM != 0 ? push.levels : begin + 1;
    real sum[MAX_PART] = real[](R(0.0), R(0.0), R(0.0), R(0.0));
    vec3 tangent[MAX_PART] = vec3[](vec3(0.0), vec3(0.0), vec3(0.0), vec3(0.0));
    for (uint l = begin; l < end; l++) {
        inr_grid_level level = levels[push.level + l];
        inr_cells cells = inr_cells_of(level, j);
        for (uint c = 0; c < CORNERS; c++) {
            inr_corner corner = inr_corner_of(level, cells, c);
            vec3 slopes = inr_slopes_of(level, cells, j, c);
            for (uint f = 0; f < PART; f++)
                if (first + f < push.features) {
                    real entry = entry_at(corner.at + first + f);
                    sum[f] += corner.weight * entry;
                    tangent[f] += slopes * entry;
                }
        }
    }
    for (uint f = 0; f < PART; f++)
        if (first + f < push.features) {
            uint row = (begin * push.features + first + f) * push.stride;
            result[row + j] = sum[f];
            for (uint k = 1; AXES < TANGENTS && k <= TANGENTS; k++)
                result[row + k * push.count + j] = R(0.0);
            for (uint k = 0; TANGENTS != 0 && k < AXES; k++)
                result[row + inr_tangent_column(k, j)] = tangent[f][k];
        }
}
