// SPDX-License-Identifier: MIT
// frequency.glsl - Sine and cosine of projected coordinates: Fourier features and octaves.
//
// One formula serves both. Row j of a frequency table F gives the phase in turns
//     t = sum_i F[j][i] x_i
// and two features cos(2 pi t), sin(2 pi t).
//   Fourier features (Tancik et al. 2020, eq. 5): F drawn from N(0, sigma^2), once, from the seed.
//   Octaves (NeRF, Mildenhall et al. 2020, eq. 4; "Frequency" in tiny-cuda-nn): one axis a row,
//     sin and cos of base 2^k x, k = 0, 1, ...; base is pi in both, 1 in FINER's baseline.
//     Other ratios than 2 (1.4 in Struempler et al. 2022 and NIF): a table made on the host.
// Turns, not radians, because the reduction t - rint(t) is exact at any frequency.
#ifndef INR_ENC_FREQUENCY
#define INR_ENC_FREQUENCY

#include "common/math.glsl"

FN inr_sc enc_frequency(real t)
{
    return inr_sincos_turns(t);
}

// Turns a unit of x of octave k: base 2^k / (2 pi).
FN real enc_octave_frequency(int octave, real base)
{
    return base * R(0.15915494309189534) * inr_exp2i(octave);
}

#endif
