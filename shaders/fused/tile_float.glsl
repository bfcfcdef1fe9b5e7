// SPDX-License-Identifier: MIT
// tile_float.glsl - Products of the fused kernels in 32 bits on any device.
//
// A thread holds RM rows and RN columns of a tile of WIDTH rows and TILE columns: element
// s * RM + r is row `row + r` of column tn + s * (TILE / RN). Sums of the gradient are tiles of GM x GN
// that a thread keeps in its workgroup's block of partial sums. MIXED and PAIRS round factors as
// tile_matrix.glsl does, so that what 16 bits do to a fit can be seen anywhere.
#define TILE_BIAS_PITCH 1
#define LAYER_LOOP
#define ELEMENT_LOOP [[unroll]]
#include "fused/constants.glsl"

layout(std430, binding = 2) readonly buffer Weights { vec4 weights[]; };

const uint PITCH = (ROWS + 4) / 4; // vectors of a column; the spare one spreads columns over banks
const uint TILE_ROWS = WIDTH / RM;
const uint TILE_COLUMNS = TILE / RN;
const uint D_OUT = BUFFERS * TILE * PITCH; // where the outputs' gradient begins

shared vec4 held[D_OUT + TILE * OUTPUTS / 4];

const uint FRAGMENTS = 1;
const uint ELEMENTS = RM * RN;
const uint OUTER = GM * GN;
#define SUMS(name) real name[1][ELEMENTS]
real slope[LAYERS][ELEMENTS];                    // derivatives of the activations
real value[KEEP != 0 ? 1 : LAYERS][ELEMENTS]; // and their values

vec4 halves(vec4 v)
{
    v = clamp(v, vec4(R(-65504.0)), vec4(R(65504.0)));
    return vec4(unpackHalf2x16(packHalf2x16(v.xy)), unpackHalf2x16(packHalf2x16(v.zw)));
}

// What of a value is stored.
vec4 rounded(vec4 v, bool pairs)
{
    if (PRECISION == SINGLE)
        return v;
    vec4 h = halves(v);
    return pairs ? h + halves(v - h) : h;
}

bool in_pairs(int l)
{
    return PRECISION == PAIRS || (FIRST_PAIRS != 0 && l < 0);
}

uint column_at(uint buffer_, uint n)
{
    return (buffer_ * TILE + n) * PITCH;
}

real read(uint buffer_, uint n, uint k)
{
    return held[column_at(buffer_, n) + k / 4][k & 3];
}

vec4 read4(uint buffer_, uint n, uint k4)
{
    return held[column_at(buffer_, n) + k4];
}

void write(uint buffer_, uint n, uint k, real v, bool pairs)
{
    held[column_at(buffer_, n) + k / 4][k & 3] = rounded(vec4(v), pairs).x;
}

real read_out(uint n, uint c)
{
    return held[D_OUT + n * (OUTPUTS / 4) + c / 4][c & 3];
}

void write_out(uint n, uint c, real v)
{
    held[D_OUT + n * (OUTPUTS / 4) + c / 4][c & 3] = rounded(vec4(v), PRECISION == PAIRS).x;
}

uint tile_row(uint thread)
{
    return thread / TILE_COLUMNS * RM;
}

void tile_zero(uint thread, inout SUMS(sum))
{
    [[unroll]] for (uint e = 0; e < ELEMENTS; e++)
        sum[0][e] = R(0.0);
}

void tile_bias(uint thread, uint l, inout SUMS(sum))
{
    uint from = inr_fused_bias(SHAPE, l) + tile_row(thread);
    [[unroll]] for (uint r = 0; r < RM; r++)
        [[unroll]] for (uint s = 0; s < RN; s++)
            sum[0][s * RM + r] = floats[from + r];
}

real product(vec4 a, vec4 b, bool pairs, real sum)
{
    if (pairs) {
        vec4 ah = halves(a);
        vec4 bh = halves(b);
        return sum + (dot(ah, bh) + (dot(ah, b - bh) + dot(a - ah, bh)));
    }
    sum += a.x * b.x;
    sum += a.y * b.y;
    sum += a.z * b.z;
    return sum + a.w * b.w;
}

// sum += A B, k terms: A at `a` of the weights, rows of k terms, this tile's from `row` on; column n of B at
// b + n * pitch.
void add_product(uint thread, uint a, uint row, uint k, uint b, uint pitch, bool pairs,
                 inout SUMS(sum))
{
    uint tn = thread % TILE_COLUMNS;
    uint k4 = k / 4;
    uint from = inr_fused_floats(SHAPE) / 4 + a / 4 + (row + tile_row(thread)) * k4;
    for (uint i = 0; i < k4; i++) {
        vec4 x[RN];
        [[unroll]] for (uint s = 0; s < RN; s++)
            x[s] = held[b + (tn + s * TILE_COLUMNS) * pitch + i];
        [[unroll]] for (uint r = 0; r < RM; r++) {
            vec4 w = weights[from + r * k4 + i];
            [[unroll]] for (uint s = 0; s < RN; s++)
                sum[0][s * RM + r] = product(w, x[s], pairs, sum[0][s * RM + r]);
        }
    }
}

// z_l = W_l h_(l-1)
void tile_forward(uint thread, int l, inout SUMS(sum))
{
    add_product(thread, inr_fused_weight(SHAPE, uint(l)), 0, l == 0 ? INPUTS : WIDTH,
                column_at(buffer_of(l - 1), 0), PITCH, in_pairs(l - 1), sum);
}

// W_l^T d_l, of the rows from `row` on
void tile_backward(uint thread, int l, uint row, inout SUMS(sum))
{
    if (l == 0 && row + tile_row(thread) >= INPUTS)
        return;
    add_product(thread, inr_fused_turned(SHAPE, uint(l)), row, WIDTH, column_at(buffer_of(l), 0),
                PITCH, PRECISION == PAIRS, sum);
}

void tile_outputs_backward(uint thread, inout SUMS(sum))
{
    add_product(thread, inr_fused_weight(SHAPE, LAYERS), 0, OUTPUTS, D_OUT, OUTPUTS / 4,
                PRECISION == PAIRS, sum);
}

void tile_put(uint thread, uint buffer_, uint row, uint rows, in SUMS(sum))
{
    if (row + tile_row(thread) >= rows)
        return;
    uint to = column_at(buffer_, thread % TILE_COLUMNS) + (row + tile_row(thread)) / 4;
    [[unroll]] for (uint s = 0; s < RN; s++)
        [[unroll]] for (uint r = 0; r < RM; r += 4)
            held[to + s * TILE_COLUMNS * PITCH + r / 4] =
                rounded(vec4(sum[0][s * RM + r], sum[0][s * RM + r + 1], sum[0][s * RM + r + 2],
                             sum[0][s * RM + r + 3]),
                        PRECISION == PAIRS);
}

// What backward needs of layer l: slopes, and values that leave shared memory.
void tile_keep(int l, in SUMS(values), in SUMS(slopes))
{
    [[unroll]] for (uint e = 0; e < ELEMENTS; e++) {
        slope[l][e] = PRECISION == MIXED ? to_half(slopes[0][e]) : slopes[0][e];
        if (KEEP == 0)
            value[l][e] = values[0][e];
    }
}

void tile_values_back(uint thread, int l)
{
    SUMS(sum);
    [[unroll]] for (uint e = 0; e < ELEMENTS; e++)
        sum[0][e] = value[l][e];
    tile_put(thread, buffer_of(l), 0, WIDTH, sum);
}

void tile_slope(int l, inout SUMS(sum))
{
    [[unroll]] for (uint e = 0; e < ELEMENTS; e++)
        sum[0][e] *= slope[l][e];
}

// A GM x GN tile of d_l h_(l-1)^T.
void add_outer(uint d, uint h, uint m, uint k, bool pairs, inout real sum[OUTER])
{
    for (uint n = 0; n < TILE; n++) {
        vec4 x[GN / 4];
        [[unroll]] for (uint i = 0; i < GN / 4; i++)
            x[i] = held[h + n * PITCH + k / 4 + i];
        [[unroll]] for (uint j = 0; j < GM / 4; j++) {
            vec4 g = held[d + n * PITCH + m / 4 + j];
            vec4 gh = pairs ? halves(g) : g;
            [[unroll]] for (uint i = 0; i < GN / 4; i++) {
                vec4 xh = pairs ? halves(x[i]) : x[i];
                [[unroll]] for (uint r = 0; r < 4; r++) {
                    vec4 v = gh[r] * xh;
                    if (pairs)
                        v += gh[r] * (x[i] - xh) + (g[r] - gh[r]) * xh;
                    [[unroll]] for (uint s = 0; s < 4; s++)
                        sum[(4 * j + r) * GN + 4 * i + s] += v[s];
                }
            }
        }
    }
}

void tile_gradient(uint thread, uint block, int l, bool fresh)
{
    uint columns = l == 0 ? INPUTS : WIDTH;
    uint across = columns / GN;
    uint base = block + inr_fused_weight(SHAPE, uint(l));
    uint d = column_at(buffer_of(l), 0);
    uint h = column_at(buffer_of(l - 1), 0);
    for (uint t = thread; t < WIDTH / GM * across; t += THREADS) {
        uint m = t / across * GM;
        uint k = t % across * GN;
        real sum[OUTER];
        [[unroll]] for (uint e = 0; e < OUTER; e++)
            sum[e] = fresh ? R(0.0) : partial[base + (m + e / GN) * columns + k + e % GN];
        add_outer(d, h, m, k, PRECISION == PAIRS, sum);
        [[unroll]] for (uint e = 0; e < OUTER; e++)
            partial[base + (m + e / GN) * columns + k + e % GN] = sum[e];
    }
}

void tile_finish(uint thread, uint block)
{
}
