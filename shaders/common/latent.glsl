// SPDX-License-Identifier: MIT
// latent.glsl - Formulas of latents in training, for the CPU and for kernels.
#ifndef INR_COMMON_LATENT
#define INR_COMMON_LATENT

#include "common/latent.h"
#include "common/math.glsl"

#ifdef GL_core_profile
#define inr_floor floor
#elif defined(INR_REAL_DOUBLE)
#define inr_floor floor
#else
#define inr_floor floorf
#endif

// Rounding.

// What soft rounding at a temperature takes: 1 / temperature, and that with which whole numbers stay.
FN real inr_latent_soft_scale(real inverse)
{
    return R(0.5) / inr_tanh(R(0.5) * inverse);
}

// x rounded softly (Agustsson and Theis 2020), and the derivative.
FN inr_slope inr_latent_soften(real x, real inverse, real scale)
{
    inr_slope y;
    real whole = inr_floor(x);
    real t = inr_tanh((x - whole - R(0.5)) * inverse);
    y.f = whole + R(0.5) + t * scale;
    y.d = (R(1.0) - t * t) * inverse * scale;
    return y;
}

// The sum of a word's bytes: nearly normal, of mean 0 and standard deviation 1.
FN real inr_latent_bell(uint32 word)
{
    uint32 pairs = (word & 0x00ff00ffu) + (word >> 8 & 0x00ff00ffu);
    uint32 sum = (pairs & 0xffffu) + (pairs >> 16);
    return (TO_REAL(TO_INT(sum)) - R(510.0)) * R(0.0067658);
}

// Doubling: cubic convolution (Keys 1981, a = -3/4) at the places of a doubled grid, a quarter of a
// point before and behind each. Weights of points i - 2 .. i + 1 at i - 1/4; at i + 1/4 those of
// i - 1 .. i + 2 are these reversed.
#define INR_LATENT_DOUBLING R(-0.03515625), R(0.26171875), R(0.87890625), R(-0.10546875)
#ifdef GL_core_profile
const real inr_latent_tap[4] = real[4](INR_LATENT_DOUBLING);
#else
static const real inr_latent_tap[4] = {INR_LATENT_DOUBLING};
#endif

// The first of the points that place `fine` of the doubled grid takes.
FN int inr_latent_first(int fine)
{
    return fine / 2 - (fine % 2 != 0 ? 1 : 2);
}

// Points beyond the borders are those at them.
FN int inr_latent_clamp(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

// What point `small` of n weighs at place `fine` of the doubled axis.
FN real inr_latent_share(int fine, int small, int n)
{
    real sum = R(0.0);
    for (int j = 0; j < 4; j++)
        if (inr_latent_clamp(inr_latent_first(fine) + j, n) == small)
            sum += inr_latent_tap[fine % 2 != 0 ? 3 - j : j];
    return sum;
}

// Coding.

// Log2 of the least and the largest scale, as INR_LAPLACE_SCALES of codec/symbol.h has them, and the
// share that the coder gives every level, 2^-16.
#define INR_LATENT_SCALE_LOW  R(-6.0)
#define INR_LATENT_SCALE_HIGH R(5.0)
#define INR_LATENT_FLOOR      R(1.52587890625e-5)

STRUCT(inr_latent_rate)
{
    real bits;
    real d_mean;
    real d_scale;
};

// Bits of a level x under a discretised Laplace distribution, and derivatives by mean and log2 of
// the scale; with t = |x - mean| / b, half = 1 / 2 b:
//     P = 1 - (e^(t - half) + e^(-t - half)) / 2 for t < half, else (e^(half - t) - e^(-t - half)) / 2
// plus the share of every level.
FN inr_latent_rate inr_latent_laplace(real x, real mean, real scale)
{
    inr_latent_rate r;
    real l = scale < INR_LATENT_SCALE_LOW ? INR_LATENT_SCALE_LOW
             : scale > INR_LATENT_SCALE_HIGH ? INR_LATENT_SCALE_HIGH : scale;
    real inverse = inr_exp(-R(0.69314718055994531) * l);
    real half_width = R(0.5) * inverse;
    real away = x - mean;
    real t = (away < R(0.0) ? -away : away) * inverse;
    real past = t - half_width;
    real inner = inr_exp(past < R(0.0) ? past : -past);
    real outer = inr_exp(-t - half_width);
    real sum = R(0.5) * (inner + outer);
    real difference = R(0.5) * (inner - outer);
    real p = (past < R(0.0) ? R(1.0) - sum : difference) + INR_LATENT_FLOOR;
    real factor = R(1.4426950408889634) / p; // d bits = - factor dP
    real sign_away = away < R(0.0) ? R(-1.0) : R(1.0);
    r.bits = -R(1.4426950408889634) * inr_log(p);
    r.d_mean = -factor * sign_away * difference * inverse;
    r.d_scale = l == scale ? factor * R(0.69314718055994531) * (half_width * sum - t * difference) : R(0.0);
    return r;
}

// Steps by Adam.

#define INR_LATENT_BETA1 R(0.9)
#define INR_LATENT_BETA2 R(0.95) // of networks
#define INR_LATENT_TINY  R(1e-8)

// Bits that a parameter costs a unit away from where it began, about; less than CLOSE away no step
// of the file tells.
#define INR_LATENT_PULL  R(25.0)
#define INR_LATENT_CLOSE R(0.004)

FN real inr_latent_decayed(real mean, real beta, real g)
{
    return beta * mean + (R(1.0) - beta) * g;
}

FN real inr_latent_decayed_square(real mean, real beta, real g)
{
    return beta * mean + (R(1.0) - beta) * g * g;
}

// What a latent loses in a step. rest: `shared` times the mean of its grid's second means. By its
// own alone, a latent that means little moves as fast as others, with the noise; by the grid's
// alone, few steps do not bring it where it should be. correct: of the second means.
FN real inr_latent_stride(real first, real second, real own, real rest, real rate, real correct)
{
    return rate * first / (inr_sqrt((own * second + rest) * correct) + INR_LATENT_TINY);
}

// The gradient of a network's parameter `from` away from its beginning.
FN real inr_latent_pulled(real g, real from)
{
    return g + INR_LATENT_PULL * from / inr_sqrt(from * from + INR_LATENT_CLOSE * INR_LATENT_CLOSE);
}

#endif
