// SPDX-License-Identifier: MIT
// grid_jet_backward.glsl - d_table += weight d_out + sum over axes of the weight's derivative times that of
// the tangent, for every sample, level, corner and feature. Threads as in grid_backward.
//
// binding   access  shape
// 0 coords  r       [dims][stride]
// 1 d_out   r       [features][stride], with SUM; else [levels][features][stride]
// 2 levels  r       [level + levels]
// 3 d       rw      as the parameters; FIXED: two words a scalar
#include "common/scatter.glsl"

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 2) readonly buffer Levels { inr_grid_level levels[]; };
layout(push_constant) uniform Push { inr_push_grid push; };

#include "common/cell_jet.glsl"

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint first = gl_WorkGroupID.z * PART;
    uint row = (SUM != 0 ? 0 : gl_WorkGroupID.y * push.features) + first;
    inr_grid_level level = levels[push.level + gl_WorkGroupID.y];
    inr_cells cells = inr_cells_of(level, j);
    for (uint c = 0; c < CORNERS; c++) {
        inr_corner corner = inr_corner_of(level, cells, c);
        real slope[3] = inr_slopes_of(level, cells, j, c);
        for (uint f = 0; f < PART && first + f < push.features; f++) {
            uint at = (row + f) * push.stride;
            real d = corner.weight * d_out[at + j];
            for (uint k = 0; k < AXES; k++)
                d += slope[k] * d_out[at + inr_tangent_column(k, j)];
            inr_scatter(corner.at + first + f, d, push.fixed_scale);
        }
    }
}
