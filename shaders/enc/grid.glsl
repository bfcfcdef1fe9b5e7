// SPDX-License-Identifier: MIT
// grid.glsl - Interpolated tables of features: where a coordinate falls among the points of a level,
// the weights of the points around it, and the table entry of a point.
//
// Two placements of the points share one formula, position = scale (x + 1) / 2 + shift, in points:
//   aligned     the first and the last point lie on the ends of [-1, 1]: scale = points - 1, shift 0
//               (dense grids, lines, planes; grid_sample of PyTorch with align_corners)
//   staggered   scale = N_min b^l - 1, shift 1/2 (Mueller et al. 2022, instant-ngp: multi-resolution
//               grids, hashed or not)
// Coordinates outside [-1, 1] take the value at the border.
#ifndef INR_ENC_GRID
#define INR_ENC_GRID

#include "common/subset.h"

#define INR_GRID_LINEAR     0
#define INR_GRID_SMOOTHSTEP 1 // t -> t^2 (3 - 2 t), then linear
#define INR_GRID_CUBIC      2 // Keys 1981 with a = -3/4, as bicubic interpolation in PyTorch

#define INR_GRID_DENSE 0u // entry = sum of index times stride; wraps once past the end
#define INR_GRID_HASH  1u // entry = hash of the indices mod entries, a power of two
#define INR_GRID_TILED 2u // as dense, modulo fewer entries than points

STRUCT(inr_grid_cell)
{
    int at; // index of the point below the coordinate
    real t; // distance from it, in points
};

// A coordinate among the points of one axis; `last` is the greatest index a cell may have.
FN inr_grid_cell enc_grid_cell(real x, real scale, real shift, int last)
{
    inr_grid_cell cell;
    real unit = R(0.5) * x + R(0.5);
    unit = unit > R(0.0) ? (unit < R(1.0) ? unit : R(1.0)) : R(0.0); // not a number: 0
    INR_PRECISE real position = unit * scale + shift;
    int at = TO_INT(position); // never negative, so this rounds down
    cell.at = at < last ? at : last;
    cell.t = position - TO_REAL(cell.at);
    return cell;
}

FN real enc_grid_smooth(real t)
{
    return t * t * (R(3.0) - R(2.0) * t);
}

// Keys' kernel at |d| < 1 and at 1 <= |d| < 2.
FN real enc_grid_cubic_near(real d)
{
    return (R(1.25) * d - R(2.25)) * d * d + R(1.0);
}

FN real enc_grid_cubic_far(real d)
{
    return ((R(-0.75) * d + R(3.75)) * d - R(6.0)) * d + R(3.0);
}

// Weight of the point k - 1 steps above the cell, k = 0..3; linear and smooth ones use k = 1, 2.
FN real enc_grid_weight(int interpolation, real t, int k)
{
    if (interpolation == INR_GRID_CUBIC)
        return k == 0   ? enc_grid_cubic_far(R(1.0) + t)
               : k == 1 ? enc_grid_cubic_near(t)
               : k == 2 ? enc_grid_cubic_near(R(1.0) - t)
                        : enc_grid_cubic_far(R(2.0) - t);
    real s = interpolation == INR_GRID_SMOOTHSTEP ? enc_grid_smooth(t) : t;
    return k == 1 ? R(1.0) - s : s;
}

// Derivatives by t of enc_grid_weight, and of t by the coordinate: 0 outside [-1, 1].
FN real enc_grid_slope(int interpolation, real t, int k)
{
    if (interpolation == INR_GRID_CUBIC) {
        real d = k == 0 ? R(1.0) + t : k == 1 ? t : k == 2 ? R(1.0) - t : R(2.0) - t;
        real slope = k == 1 || k == 2 ? (R(3.75) * d - R(4.5)) * d
                                      : (R(-2.25) * d + R(7.5)) * d - R(6.0);
        return k < 2 ? slope : -slope;
    }
    real s = interpolation == INR_GRID_SMOOTHSTEP ? R(6.0) * t * (R(1.0) - t) : R(1.0);
    return k == 1 ? -s : s;
}

FN real enc_grid_rate(real x, real scale)
{
    return x < R(-1.0) || x > R(1.0) ? R(0.0) : R(0.5) * scale;
}

// What an index contributes to the place of its point: parts of dense and tiled levels are added, those
// of hashed ones are joined by exclusive or, in wrapping 32-bit arithmetic (Mueller et al. 2022, eq. 4).
FN uint32 enc_grid_part(uint32 kind, uint32 index, int axis, uint32 stride)
{
    uint32 prime = axis == 0 ? 1u : (axis == 1 ? 2654435761u : 805459861u);
    return index * (kind == INR_GRID_HASH ? prime : stride);
}

FN uint32 enc_grid_join(uint32 kind, uint32 a, uint32 b)
{
    return kind == INR_GRID_HASH ? a ^ b : a + b;
}

// The entry of a place.
FN uint32 enc_grid_wrap(uint32 kind, uint32 entries, uint32 place)
{
    if (kind == INR_GRID_HASH)
        return place & (entries - 1u);
    if (kind == INR_GRID_TILED)
        return place % entries;
    return place < entries ? place : place - entries;
}

// Entry of the point (i, j, k); indices of missing axes are 0.
FN uint32 enc_grid_entry(uint32 kind, uint32 entries, uint32 stride1, uint32 stride2, uint32 i,
                         uint32 j, uint32 k)
{
    uint32 place = enc_grid_join(kind, enc_grid_part(kind, i, 0, 1u), enc_grid_part(kind, j, 1, stride1));
    return enc_grid_wrap(kind, entries, enc_grid_join(kind, place, enc_grid_part(kind, k, 2, stride2)));
}

#endif
