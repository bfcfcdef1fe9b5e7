// SPDX-License-Identifier: MIT
// cell.glsl - What the kernels of a grid op share: the entries around a coordinate, their weights and those
// weights' derivatives. The kernel declares the buffers `coords` [dims][stride] and `levels` and the push
// constants inr_push_grid.
#ifndef INR_COMMON_CELL
#define INR_COMMON_CELL

#include "enc/grid.glsl"

layout(constant_id = 0) const uint AXES = 2;
layout(constant_id = 1) const int INTERPOLATION = INR_GRID_LINEAR;
layout(constant_id = 2) const uint PART = 2; // features that a thread handles, 1..MAX_PART
layout(constant_id = 3) const uint SUM = 0;  // the levels' features are added
layout(constant_id = 5) const uint TANGENTS = 0; // by the coordinates; 4 is of common/scatter.glsl

const uint MAX_PART = 4;

// Points along an axis that have a weight, and the first of them counted as enc_grid_weight does.
const uint TAPS = INTERPOLATION == INR_GRID_CUBIC ? 4 : 2;
const uint FIRST_TAP = INTERPOLATION == INR_GRID_CUBIC ? 0 : 1;
const uint CORNERS = AXES == 1 ? TAPS : AXES == 2 ? TAPS * TAPS : TAPS * TAPS * TAPS;

struct inr_cells {
    inr_grid_cell axis[3];
};

inr_grid_cell inr_cell(uint row, uint j, real scale, real shift, uint points)
{
    // A cell of an aligned grid has a point above it; a staggered one wraps instead.
    int last = shift > R(0.0) ? 0x7fffffff : max(int(points) - 2, 0);
    return enc_grid_cell(coords[row * push.stride + j], scale, shift, last);
}

// The cell of column j in a level.
inr_cells inr_cells_of(inr_grid_level level, uint j)
{
    inr_cells c;
    c.axis[0] = inr_cell(push.axis0, j, level.scale0, level.shift, level.points0);
    c.axis[1] = inr_grid_cell(0, R(0.0));
    c.axis[2] = inr_grid_cell(0, R(0.0));
    if (AXES > 1)
        c.axis[1] = inr_cell(push.axis1, j, level.scale1, level.shift, level.points1);
    if (AXES > 2)
        c.axis[2] = inr_cell(push.axis2, j, level.scale2, level.shift, level.points2);
    return c;
}

uint inr_point(inr_grid_cell cell, uint tap, uint points, real shift)
{
    int at = cell.at + int(tap) - 1;
    return uint(shift > R(0.0) ? at : clamp(at, 0, int(points) - 1));
}

struct inr_corner {
    uint at; // of its first feature, in the parameters
    real weight;
};

// Corner c of CORNERS, the first axis fastest.
inr_corner inr_corner_of(inr_grid_level level, inr_cells cells, uint c)
{
    uint i = FIRST_TAP + c % TAPS;
    uint j = FIRST_TAP + c / TAPS % TAPS;
    uint k = FIRST_TAP + c / (TAPS * TAPS);
    inr_corner corner;
    corner.weight = enc_grid_weight(INTERPOLATION, cells.axis[0].t, int(i));
    uint p0 = inr_point(cells.axis[0], i, level.points0, level.shift);
    uint p1 = 0;
    uint p2 = 0;
    if (AXES > 1) {
        corner.weight *= enc_grid_weight(INTERPOLATION, cells.axis[1].t, int(j));
        p1 = inr_point(cells.axis[1], j, level.points1, level.shift);
    }
    if (AXES > 2) {
        corner.weight *= enc_grid_weight(INTERPOLATION, cells.axis[2].t, int(k));
        p2 = inr_point(cells.axis[2], k, level.points2, level.shift);
    }
    corner.at = level.offset + push.features * enc_grid_entry(level.kind, level.entries, level.stride1,
                                                              level.stride2, p0, p1, p2);
    return corner;
}

// Derivatives of the weight of corner c by each of the op's axes; 0 where no tangents are wanted.
vec3 inr_slopes_of(inr_grid_level level, inr_cells cells, uint j, uint c)
{
    int tap[3] = int[](int(FIRST_TAP + c % TAPS), int(FIRST_TAP + c / TAPS % TAPS),
                       int(FIRST_TAP + c / (TAPS * TAPS)));
    real scale[3] = real[](level.scale0, level.scale1, level.scale2);
    uint axis[3] = uint[](push.axis0, push.axis1, push.axis2);
    vec3 slopes = vec3(0.0);
    for (uint k = 0; TANGENTS != 0 && k < AXES; k++) {
        real d = enc_grid_rate(coords[axis[k] * push.stride + j], scale[k]) *
                 enc_grid_slope(INTERPOLATION, cells.axis[k].t, tap[k]);
        for (uint i = 0; i < AXES; i++)
            d *= i == k ? R(1.0) : enc_grid_weight(INTERPOLATION, cells.axis[i].t, tap[i]);
        slopes[k] = d;
    }
    return slopes;
}

// Column of the tangent by axis k of the op.
uint inr_tangent_column(uint k, uint j)
{
    uint axis = k == 0 ? push.axis0 : (k == 1 ? push.axis1 : push.axis2);
    return (1 + axis) * push.count + j;
}

#endif
