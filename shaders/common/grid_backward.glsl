// SPDX-License-Identifier: MIT
// grid_backward.glsl - d_table += weight d_out for every column, level, corner and feature, and the weight's
// derivatives times what the TANGENTS have, which lie as in grid. One thread a column, level and PART
// features, the levels along y and the parts along z.
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

#include "common/cell.glsl"

void main()
{
    uint j = gl_GlobalInvocationID.x;
    if (j >= push.count)
        return;
    uint first = gl_WorkGroupID.z * PART;
    uint row = (SUM != 0 ? 0 : gl_WorkGroupID.y * push.features) + first;
    real d[MAX_PART];
    vec3 along[MAX_PART];
    for (uint f = 0; f < PART; f++) {
        bool here = first + f < push.features;
        uint at = (row + f) * push.stride;
        d[f] = here ? d_out[at + j] : R(0.0);
        along[f] = vec3(0.0);
        for (uint k = 0; TANGENTS != 0 && k < AXES; k++)
            along[f][k] = here ? d_out[at + inr_tangent_column(k, j)] : R(0.0);
    }
    inr_grid_level level = levels[push.level + gl_WorkGroupID.y];
    inr_cells cells = inr_cells_of(level, j);
    for (uint c = 0; c < CORNERS; c++) {
        inr_corner corner = inr_corner_of(level, cells, c);
        vec3 slopes = inr_slopes_of(level, cells, j, c);
        for (uint f = 0; f < PART; f++)
            if (first + f < push.features) {
                real v = corner.weight * d[f];
                if (TANGENTS != 0)
                    v += dot(slopes, along[f]);
                inr_scatter(corner.at + first + f, v, push.fixed_scale);
            }
    }
}
