#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// nearest: the NEAREST radial basis functions of each column, in order, and their shares; one thread a
// column. Of equally near ones that of the least index comes first. JET: also the derivatives of the
// shares, where tangent k of column j is column (1 + k) count + j.
//
// binding   access  shape
// 0 coords  r       [DIMS][stride]
// 1 params  r       centres [kernels][DIMS], shapes [kernels][SHAPE]
// 2 words   r       the tree of candidates (enc/kernel.glsl)
// 3 places  w       [NEAREST][stride] indices, then as many rows of shares as bits
#include "common/kernel.glsl"
#include "enc/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint DIMS = 2;
layout(constant_id = 1) const uint NEAREST = 4;
layout(constant_id = 2) const int FORM = INR_KERNEL_IVQ;
layout(constant_id = 3) const uint JET = 0;

const uint SHAPE = FORM == INR_KERNEL_HAT ? 1 : DIMS * (DIMS + 1) / 2;
const real FAR = R(3.4e38);

layout(std430, binding = 0) readonly buffer Coords { real coords[]; };
layout(std430, binding = 1) readonly buffer Params { real params[]; };
layout(std430, binding = 2) readonly buffer Words { uint words[]; };
layout(std430, binding = 3) writeonly buffer Places { uint places[]; };
layout(push_constant) uniform Push { inr_push_nearest push; };

// The list of the cell that x falls in.
uint find(vec3 x)
{
    uvec3 bits = uvec3(push.bits0, push.bits1, push.bits2);
    uvec3 at = uvec3(enc_kernel_cell(x.x, 1u << (bits.x + push.depth)), 0, 0);
    if (DIMS > 1)
        at.y = enc_kernel_cell(x.y, 1u << (bits.y + push.depth));
    if (DIMS > 2)
        at.z = enc_kernel_cell(x.z, 1u << (bits.z + push.depth));
    uvec3 top = at >> push.depth;
    uint word = words[push.words + (top.x | top.y << bits.x | top.z << (bits.x + bits.y))];
    for (uint level = push.depth; !enc_kernel_is_leaf(word);) {
        level--;
        word = words[push.words + enc_kernel_target(word) + enc_kernel_child(at.x, at.y, at.z, level)];
    }
    return push.words + enc_kernel_target(word);
}

// From the centre of a kernel, in scaled axes.
vec3 away(vec3 x, uint kernel)
{
    uint at = push.centre + kernel * DIMS;
    vec3 d = vec3((x.x - params[at]) * push.metric0, 0.0, 0.0);
    if (DIMS > 1)
        d.y = (x.y - params[at + 1]) * push.metric1;
    if (DIMS > 2)
        d.z = (x.z - params[at + 2]) * push.metric2;
    return d;
}

// Value and derivatives by the coordinates.
inr_kernel_jet value(vec3 d, uint kernel)
{
    const real NONE = R(0.0);
    uint s = push.shape + kernel * SHAPE;
    inr_kernel_jet j;
    if (FORM == INR_KERNEL_HAT)
        j = enc_kernel_hat_jet(d.x, d.y, d.z, params[s]);
    else if (DIMS == 1)
        j = enc_kernel_ivq_jet(d.x, d.y, d.z, params[s], NONE, NONE, NONE, NONE, NONE);
    else if (DIMS == 2)
        j = enc_kernel_ivq_jet(d.x, d.y, d.z, params[s], params[s + 1], NONE, params[s + 2], NONE, NONE);
    else
        j = enc_kernel_ivq_jet(d.x, d.y, d.z, params[s], params[s + 1], params[s + 2], params[s + 3],
                               params[s + 4], params[s + 5]);
    j.a *= push.metric0;
    j.b *= push.metric1;
    j.c *= push.metric2;
    return j;
}

void put_slope(uint at, uint tangent, real slope)
{
    if (tangent <= DIMS)
        places[at + tangent * push.count] = floatBitsToUint(slope);
}

void main()
{
    uint j = inr_thread();
    if (j >= push.count)
        return;
    vec3 x = vec3(coords[j], 0.0, 0.0);
    if (DIMS > 1)
        x.y = coords[push.stride + j];
    if (DIMS > 2)
        x.z = coords[2 * push.stride + j];
    real held[NEAREST];
    uint index[NEAREST];
    for (uint k = 0; k < NEAREST; k++) {
        held[k] = FAR;
        index[k] = 0;
    }
    uint list = find(x);
    uint n = words[list];
    for (uint c = 1; c <= n; c++) {
        uint kernel = words[list + c];
        vec3 d = away(x, kernel);
        real squares = d.x * d.x + d.y * d.y + d.z * d.z;
        for (uint k = 0; k < NEAREST; k++) {
            bool nearer = squares < held[k];
            real farther = nearer ? held[k] : squares;
            uint other = nearer ? index[k] : kernel;
            held[k] = nearer ? squares : held[k];
            index[k] = nearer ? kernel : index[k];
            squares = farther;
            kernel = other;
        }
    }
    inr_kernel_jet found[NEAREST];
    inr_kernel_jet sum = inr_kernel_jet(R(0.0), R(0.0), R(0.0), R(0.0));
    for (uint k = 0; k < NEAREST; k++) {
        found[k] = value(away(x, index[k]), index[k]);
        sum.f += found[k].f;
        sum.a += found[k].a;
        sum.b += found[k].b;
        sum.c += found[k].c;
    }
    for (uint k = 0; k < NEAREST; k++) {
        uint at = (NEAREST + k) * push.stride + j;
        real share = enc_kernel_share(found[k].f, sum.f);
        places[k * push.stride + j] = index[k];
        places[at] = floatBitsToUint(share);
        if (JET == 0)
            continue;
        put_slope(at, 1, enc_kernel_share_slope(share, found[k].a, sum.f, sum.a));
        put_slope(at, 2, enc_kernel_share_slope(share, found[k].b, sum.f, sum.b));
        put_slope(at, 3, enc_kernel_share_slope(share, found[k].c, sum.f, sum.c));
    }
}
