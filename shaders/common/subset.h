// SPDX-License-Identifier: MIT
// subset.h - The common subset of C and GLSL in which formulas are written once.
//
// Files under shaders/common, act, enc and loss compile three ways:
//   GLSL          real = float, sin/exp/... from common/math.glsl
//   C, float      real = float, the same polynomials, vectorised by the compiler
//   C, double     real = double, libm: the oracle of the gradient tests (define INR_REAL_DOUBLE)
// Write R(0.5) for a literal, IN for an input array parameter, FN in front of each function,
// INR_PRECISE in front of a variable that GLSL must compute as written, neither fused nor
// re-associated. No pointers, no recursion, no arrays but IN parameters, no implicit int -> real
// conversion.
#ifndef INR_SUBSET_H
#define INR_SUBSET_H

#ifdef GL_core_profile
#define real float
#define R(x) x
#define FN
#define IN           const in
#define INR_PRECISE  precise
#define STRUCT(name) struct name
#define uint32       uint
#define TO_REAL(x)   float(x)
#define TO_INT(x)    int(x)
#define TO_UINT(x)   uint(x)
#define inr_sqrt     sqrt
#else
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef INR_REAL_DOUBLE
typedef double real;
#define R(x)     x
#define inr_sqrt sqrt
#else
typedef float real;
#define R(x)     x##f
#define inr_sqrt sqrtf
#endif
#define FN static inline __attribute__((always_inline, unused))
#define IN const
#define INR_PRECISE
#define STRUCT(name)                                                                               \
    typedef struct name name;                                                                      \
    struct name
#define uint32     uint32_t
#define TO_REAL(x) ((real)(x))
#define TO_INT(x)  ((int)(x))
#define TO_UINT(x) ((uint32_t)(x))
#endif

#endif
