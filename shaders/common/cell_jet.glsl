// SPDX-License-Identifier: MIT
// cell_jet.glsl - Derivatives by the coordinates of the weights of common/cell.glsl.
#ifndef INR_COMMON_CELL_JET
#define INR_COMMON_CELL_JET

#include "common/cell.glsl"

layout(constant_id = 5) const uint TANGENTS = 3;

// Of the weight of corner c by each of the op's axes.
real[3] inr_slopes_of(inr_grid_level level, inr_cells cells, uint j, uint c)
{
    int tap[3] = int[](int(FIRST_TAP + c % TAPS), int(FIRST_TAP + c / TAPS % TAPS),
                       int(FIRST_TAP + c / (TAPS * TAPS)));
    real scale[3] = real[](level.scale0, level.scale1, level.scale2);
    uint axis[3] = uint[](push.axis0, push.axis1, push.axis2);
    real slope[3] = real[](R(0.0), R(0.0), R(0.0));
    for (uint k = 0; k < AXES; k++) {
        real d = enc_grid_rate(coords[axis[k] * push.stride + j], scale[k]) *
                 enc_grid_slope(INTERPOLATION, cells.axis[k].t, tap[k]);
        for (uint i = 0; i < AXES; i++)
            d *= i == k ? R(1.0) : enc_grid_weight(INTERPOLATION, cells.axis[i].t, tap[i]);
        slope[k] = d;
    }
    return slope;
}

// Column of the tangent by axis k of the op.
uint inr_tangent_column(uint k, uint j)
{
    uint axis = k == 0 ? push.axis0 : (k == 1 ? push.axis1 : push.axis2);
    return (1 + axis) * push.count + j;
}

#endif
