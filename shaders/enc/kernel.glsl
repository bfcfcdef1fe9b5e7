// SPDX-License-Identifier: MIT
// kernel.glsl - Adaptive radial basis functions (NeuRBF, Chen et al., ICCV 2023): a kernel's value at a
// displacement d from its centre, the share it has among the K nearest, and the sinusoid composition.
//
//     phi_i = 1 / (1 + d^T S_i d)              inverse quadratic, S symmetric
//     phi_i = prod_j max(0, 1 - s_i |d_j|)     hat
//     share_i = phi_i / (sum_k phi_k + 1e-8)
//     out_f = sum_i sin(share_i m_f) w_{i,f}   m_f = 0: share_i itself
//
// The K nearest of a point are among the candidates of the cell it falls in. Cells are the leaves of
// a tree over [-1, 1]^d whose top is a grid of 2^bits cells an axis; below it each level halves all axes.
#ifndef INR_ENC_KERNEL
#define INR_ENC_KERNEL

#include "common/math.glsl"

#define INR_KERNEL_IVQ 0
#define INR_KERNEL_HAT 1

#define INR_KERNEL_NEAREST_MAX 16

// d^T S d, S by rows of its upper triangle; components of missing axes are 0.
FN real enc_kernel_form1(real d0, real s00)
{
    return s00 * d0 * d0;
}

FN real enc_kernel_form2(real d0, real d1, real s00, real s01, real s11)
{
    return (s00 * d0 + R(2.0) * s01 * d1) * d0 + s11 * d1 * d1;
}

FN real enc_kernel_form3(real d0, real d1, real d2, real s00, real s01, real s02, real s11, real s12,
                         real s22)
{
    return (s00 * d0 + R(2.0) * (s01 * d1 + s02 * d2)) * d0 +
           (s11 * d1 + R(2.0) * s12 * d2) * d1 + s22 * d2 * d2;
}

FN real enc_kernel_ivq(real form)
{
    return R(1.0) / (R(1.0) + form);
}

FN real enc_kernel_hat(real d, real slope)
{
    real h = R(1.0) - slope * inr_abs(d);
    return h > R(0.0) ? h : R(0.0);
}

// Value and derivatives by d, whose missing components are 0, as are those of S.
STRUCT(inr_kernel_jet)
{
    real f;
    real a;
    real b;
    real c;
};

FN inr_kernel_jet enc_kernel_ivq_jet(real d0, real d1, real d2, real s00, real s01, real s02, real s11,
                                     real s12, real s22)
{
    real f = enc_kernel_ivq(enc_kernel_form3(d0, d1, d2, s00, s01, s02, s11, s12, s22));
    real g = R(-2.0) * f * f;
    inr_kernel_jet j;
    j.f = f;
    j.a = g * (s00 * d0 + s01 * d1 + s02 * d2);
    j.b = g * (s01 * d0 + s11 * d1 + s12 * d2);
    j.c = g * (s02 * d0 + s12 * d1 + s22 * d2);
    return j;
}

FN real enc_kernel_hat_slope(real d, real hat, real slope)
{
    return hat > R(0.0) ? -slope * inr_sign(d) : R(0.0);
}

FN inr_kernel_jet enc_kernel_hat_jet(real d0, real d1, real d2, real slope)
{
    real h0 = enc_kernel_hat(d0, slope);
    real h1 = enc_kernel_hat(d1, slope);
    real h2 = enc_kernel_hat(d2, slope);
    inr_kernel_jet j;
    j.f = h0 * h1 * h2;
    j.a = enc_kernel_hat_slope(d0, h0, slope) * h1 * h2;
    j.b = enc_kernel_hat_slope(d1, h1, slope) * h0 * h2;
    j.c = enc_kernel_hat_slope(d2, h2, slope) * h0 * h1;
    return j;
}

FN real enc_kernel_share(real phi, real sum)
{
    return phi / (sum + R(1e-8));
}

FN real enc_kernel_compose(real share, real m)
{
    return inr_sincos(share * m).s;
}

FN real enc_kernel_compose_slope(real share, real m)
{
    return m * inr_sincos(share * m).c;
}

// Derivative of a share by a coordinate: `slope` is that of phi, `slopes` that of the sum.
FN real enc_kernel_share_slope(real share, real slope, real sum, real slopes)
{
    return (slope - share * slopes) / (sum + R(1e-8));
}

// The second composition, on the units of the first layer: a + sin(n a), and its derivative.
FN inr_slope enc_kernel_unit(real a, real n)
{
    inr_sc sc = inr_sincos(n * a);
    inr_slope r;
    r.f = a + sc.s;
    r.d = R(1.0) + n * sc.c;
    return r;
}

// d2/da2 of it.
FN real enc_kernel_unit_second(real a, real n)
{
    return -n * n * inr_sincos(n * a).s;
}

// A word of the tree: leaf: where its list begins, whose first word is its length; else the first of
// 2^d children.
FN bool enc_kernel_is_leaf(uint32 word)
{
    return (word & 1u) != 0u;
}

FN uint32 enc_kernel_target(uint32 word)
{
    return word >> 1;
}

// Cell of one axis at the tree's full depth, of `cells` a power of two. Points outside [-1, 1] fall in
// the first and the last; whole numbers are clamped too, so that a NaN stays inside the tree.
FN uint32 enc_kernel_cell(real x, uint32 cells)
{
    real unit = R(0.5) * x + R(0.5);
    unit = unit < R(0.0) ? R(0.0) : (unit > R(1.0) ? R(1.0) : unit);
    int at = TO_INT(unit * TO_REAL(cells));
    int last = TO_INT(cells) - 1;
    return TO_UINT(at < 0 ? 0 : (at > last ? last : at));
}

// Which child holds the cell `level` levels above the full depth.
FN uint32 enc_kernel_child(uint32 i, uint32 j, uint32 k, uint32 level)
{
    return ((i >> level) & 1u) | (((j >> level) & 1u) << 1) | (((k >> level) & 1u) << 2);
}

#endif
