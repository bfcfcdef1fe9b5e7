// SPDX-License-Identifier: MIT
// matrix.glsl - Matrices that a subgroup holds together, by whichever extension the compiler knows:
// INR_MATRIX_KHR for GL_KHR_cooperative_matrix, INR_MATRIX_NV for GL_NV_cooperative_matrix. With
// neither, eight invocations stand in for a subgroup and each loads what its elements need: the same
// kernel for tests on devices without such units, shapes and roundings included.
//
//     MATRIX_A(name, n)     n matrices of FRAGMENT_M x FRAGMENT_K halves
//     MATRIX_B(name, n)     FRAGMENT_K x FRAGMENT_N halves
//     MATRIX_SUM(name, n)   FRAGMENT_M x FRAGMENT_N floats, elements by [] and .length()
//     MATRIX_HALF(name, n)  the same of halves
// A matrix in memory has rows `stride` apart, or (down) columns.
#ifndef INR_FUSED_MATRIX
#define INR_FUSED_MATRIX

#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_shader_16bit_storage : require

#if defined(INR_MATRIX_KHR)

#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require

#define MATRIX_TYPE_SUM                                                                            \
    coopmat<float, gl_ScopeSubgroup, FRAGMENT_M, FRAGMENT_N, gl_MatrixUseAccumulator>
#define MATRIX_TYPE_HALF                                                                           \
    coopmat<float16_t, gl_ScopeSubgroup, FRAGMENT_M, FRAGMENT_N, gl_MatrixUseAccumulator>
#define MATRIX_A(name, n)                                                                          \
    coopmat<float16_t, gl_ScopeSubgroup, FRAGMENT_M, FRAGMENT_K, gl_MatrixUseA> name[n]
#define MATRIX_B(name, n)                                                                          \
    coopmat<float16_t, gl_ScopeSubgroup, FRAGMENT_K, FRAGMENT_N, gl_MatrixUseB> name[n]
#define MATRIX_ORDER(down)                                                                         \
    (down) ? gl_CooperativeMatrixLayoutColumnMajor : gl_CooperativeMatrixLayoutRowMajor
#define MATRIX_LOAD(m, buf, at, stride, down) coopMatLoad(m, buf, at, stride, MATRIX_ORDER(down))
#define MATRIX_STORE(m, buf, at, stride, down) coopMatStore(m, buf, at, stride, MATRIX_ORDER(down))
#define MATRIX_ADD(sum, a, b) sum = coopMatMulAdd(a, b, sum)

#elif defined(INR_MATRIX_NV)

#extension GL_NV_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require

#define MATRIX_TYPE_SUM fcoopmatNV<32, gl_ScopeSubgroup, FRAGMENT_M, FRAGMENT_N>
#define MATRIX_TYPE_HALF fcoopmatNV<16, gl_ScopeSubgroup, FRAGMENT_M, FRAGMENT_N>
#define MATRIX_A(name, n) fcoopmatNV<16, gl_ScopeSubgroup, FRAGMENT_M, FRAGMENT_K> name[n]
#define MATRIX_B(name, n) fcoopmatNV<16, gl_ScopeSubgroup, FRAGMENT_K, FRAGMENT_N> name[n]
#define MATRIX_LOAD(m, buf, at, stride, down) coopMatLoadNV(m, buf, at, stride, down)
#define MATRIX_STORE(m, buf, at, stride, down) coopMatStoreNV(m, buf, at, stride, down)
#define MATRIX_ADD(sum, a, b) sum = coopMatMulAddNV(a, b, sum)

#endif

#ifdef MATRIX_TYPE_SUM

#define MATRIX_LOAD_A     MATRIX_LOAD
#define MATRIX_LOAD_B     MATRIX_LOAD
#define MATRIX_LOAD_SUM   MATRIX_LOAD
#define MATRIX_STORE_SUM  MATRIX_STORE
#define MATRIX_STORE_HALF MATRIX_STORE
#define MATRIX_ZERO(m)    m = MATRIX_TYPE_SUM(0.0)
#define MATRIX_SUM(name, n)  MATRIX_TYPE_SUM name[n]
#define MATRIX_HALF(name, n) MATRIX_TYPE_HALF name[n]
#define MATRIX_TO_HALF(half_, sum) half_ = MATRIX_TYPE_HALF(sum)
#define MATRIX_TO_SUM(sum, half_) sum = MATRIX_TYPE_SUM(half_)
#define MATRIX_COPY(to, from) to = from
#define MATRIX_UNIT gl_SubgroupID

#else

#define MATRIX_LANES 8
const uint LANE_SUMS = FRAGMENT_M * FRAGMENT_N / MATRIX_LANES;
const uint LANE_ROWS = LANE_SUMS * FRAGMENT_K;
#define MATRIX_A(name, n) real name[n][LANE_ROWS]
#define MATRIX_B(name, n) real name[n][FRAGMENT_K]
#define MATRIX_SUM(name, n) real name[n][LANE_SUMS]
#define MATRIX_HALF(name, n) real name[n][LANE_SUMS]

// Column of a lane's elements of a sum, and the row of number q of them.
uint lane_column()
{
    return gl_LocalInvocationIndex % MATRIX_LANES % FRAGMENT_N;
}

uint lane_row(uint q)
{
    return gl_LocalInvocationIndex % MATRIX_LANES / FRAGMENT_N + q * (MATRIX_LANES / FRAGMENT_N);
}

uint matrix_at(uint row, uint column, uint stride, bool down)
{
    return down ? column * stride + row : row * stride + column;
}

#define MATRIX_LOAD_A(m, buf, at, stride, down)                                                    \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        [[unroll]] for (uint k_ = 0; k_ < FRAGMENT_K; k_++)                                        \
            m[q_ * FRAGMENT_K + k_] = float(buf[(at) + matrix_at(lane_row(q_), k_, stride, down)])
#define MATRIX_LOAD_B(m, buf, at, stride, down)                                                    \
    [[unroll]] for (uint k_ = 0; k_ < FRAGMENT_K; k_++)                                            \
        m[k_] = float(buf[(at) + matrix_at(k_, lane_column(), stride, down)])
#define MATRIX_LOAD_SUM(m, buf, at, stride, down)                                                  \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        m[q_] = float(buf[(at) + matrix_at(lane_row(q_), lane_column(), stride, down)])
#define MATRIX_STORE_SUM(m, buf, at, stride, down)                                                 \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        buf[(at) + matrix_at(lane_row(q_), lane_column(), stride, down)] = m[q_]
#define MATRIX_STORE_HALF(m, buf, at, stride, down)                                                \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        buf[(at) + matrix_at(lane_row(q_), lane_column(), stride, down)] = float16_t(m[q_])
#define MATRIX_ZERO(m)                                                                             \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        m[q_] = R(0.0)
#define MATRIX_TO_HALF(half_, sum)                                                                 \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        half_[q_] = to_half(sum[q_])
#define MATRIX_COPY(to, from)                                                                      \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        to[q_] = from[q_]
#define MATRIX_TO_SUM(sum, half_) MATRIX_COPY(sum, half_)
#define MATRIX_ADD(sum, a, b)                                                                      \
    [[unroll]] for (uint q_ = 0; q_ < LANE_SUMS; q_++)                                             \
        [[unroll]] for (uint k_ = 0; k_ < FRAGMENT_K; k_++)                                        \
            sum[q_] += a[q_ * FRAGMENT_K + k_] * b[k_]
#define MATRIX_UNIT (gl_LocalInvocationIndex / MATRIX_LANES)

#endif
#endif
