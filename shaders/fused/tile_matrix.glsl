// SPDX-License-Identifier: MIT
// tile_matrix.glsl - Products of the fused kernels on matrix units: factors of 16 bits, or pairs of
// them, and sums of 32.
//
// A subgroup holds RM x RN fragments of a tile of WIDTH rows and TILE columns, of which it computes
// elements without knowing where they are. Sums of the gradient are tiles of GM x GN fragments, kept
// in registers (KEEP_SUMS) or in the workgroup's block of partial sums.
#define TILE_BIAS_PITCH FRAGMENT_N
#define LAYER_LOOP [[unroll]] // a matrix is found by a constant
#define ELEMENT_LOOP [[unroll]]
#include "fused/constants.glsl"
#include "fused/matrix.glsl"

layout(std430, binding = 2) readonly buffer Weights { float16_t weights[]; };

const uint PITCH = ROWS + 8; // halves of a column; the spare ones spread columns over banks
const uint IN_PITCH = INPUTS + 8;
const uint OUT_PITCH = OUTPUTS + 8;
const uint UNIT_ROWS = RM * FRAGMENT_M; // of a subgroup
const uint UNIT_COLUMNS = RN * FRAGMENT_N;
const uint UNITS_DOWN = WIDTH / UNIT_ROWS;
const uint UNITS = UNITS_DOWN * (TILE / UNIT_COLUMNS);
const uint D_OUT = BUFFERS * TILE * PITCH; // where the outputs' gradient begins
const uint HELD = D_OUT + TILE * OUT_PITCH;

// Tiles of the gradient of a hidden layer and of the first, and how many of them a subgroup has.
const uint OUTER_ROWS = GM * FRAGMENT_M;
const uint OUTER_COLUMNS = GN * FRAGMENT_N;
const uint OUTER = GM * GN;
const uint SHARE = (WIDTH / OUTER_ROWS * (WIDTH / OUTER_COLUMNS) + UNITS - 1) / UNITS;
const uint FIRST_SHARE = (WIDTH / OUTER_ROWS * (INPUTS / OUTER_COLUMNS) + UNITS - 1) / UNITS;

shared float16_t held[HELD];
// Low halves of all of that, or of the inputs alone.
shared float16_t low[PRECISION == PAIRS ? HELD : (FIRST_PAIRS != 0 ? TILE * IN_PITCH : 1)];

// Whether there are low halves, which take registers even where nothing reads them.
const uint PAIRED = PRECISION == PAIRS || FIRST_PAIRS != 0 ? 1 : 0;
const uint LOW_TILES = PAIRED != 0 ? RN : 1;
const uint LOW_OUTER = PAIRED != 0 ? GN : 1;

const uint FRAGMENTS = RM * RN;
#define SUMS(name) MATRIX_SUM(name, FRAGMENTS)
const uint KEPT = LAYERS * FRAGMENTS;
const uint SLOPES = PRECISION == PAIRS ? 1 : KEPT;
const uint SLOPES_FULL = PRECISION == PAIRS ? KEPT : 1;
const uint VALUES = PRECISION == PAIRS || KEEP != 0 ? 1 : KEPT;
const uint VALUES_FULL = PRECISION == PAIRS && KEEP == 0 ? KEPT : 1;
const uint GRADIENTS = KEEP_SUMS != 0 ? ((LAYERS - 1) * SHARE + FIRST_SHARE) * OUTER : 1;
MATRIX_HALF(slope, SLOPES); // derivatives of the activations
MATRIX_SUM(slope_full, SLOPES_FULL);
MATRIX_HALF(value, VALUES); // and their values
MATRIX_SUM(value_full, VALUES_FULL);
MATRIX_SUM(gradient, GRADIENTS);

uint column_at(uint buffer_, uint n)
{
    return (buffer_ * TILE + n) * PITCH;
}

bool in_pairs(int l)
{
    return PRECISION == PAIRS || (FIRST_PAIRS != 0 && l < 0);
}

real read(uint buffer_, uint n, uint k)
{
    uint at = column_at(buffer_, n) + k;
    return float(held[at]) + (PRECISION == PAIRS ? float(low[at]) : R(0.0));
}

vec4 read4(uint buffer_, uint n, uint k4)
{
    return vec4(read(buffer_, n, 4 * k4), read(buffer_, n, 4 * k4 + 1),
                read(buffer_, n, 4 * k4 + 2), read(buffer_, n, 4 * k4 + 3));
}

void write(uint buffer_, uint n, uint k, real v, bool pairs)
{
    uint at = column_at(buffer_, n) + k;
    real h = to_half(v);
    held[at] = float16_t(h);
    if (PRECISION == PAIRS)
        low[at] = float16_t(v - h);
    else if (pairs)
        low[n * IN_PITCH + k] = float16_t(v - h);
}

real read_out(uint n, uint c)
{
    uint at = D_OUT + n * OUT_PITCH + c;
    return float(held[at]) + (PRECISION == PAIRS ? float(low[at]) : R(0.0));
}

void write_out(uint n, uint c, real v)
{
    uint at = D_OUT + n * OUT_PITCH + c;
    real h = to_half(v);
    held[at] = float16_t(h);
    if (PRECISION == PAIRS)
        low[at] = float16_t(v - h);
}

uint unit_row()
{
    return MATRIX_UNIT % UNITS_DOWN * UNIT_ROWS;
}

uint unit_column()
{
    return MATRIX_UNIT / UNITS_DOWN * UNIT_COLUMNS;
}

void tile_zero(uint thread, inout SUMS(sum))
{
    [[unroll]] for (uint f = 0; f < FRAGMENTS; f++)
        MATRIX_ZERO(sum[f]);
}

void tile_bias(uint thread, uint l, inout SUMS(sum))
{
    uint from = inr_fused_bias(SHAPE, l) + unit_row() * BIAS_PITCH;
    [[unroll]] for (uint i = 0; i < RM; i++)
        [[unroll]] for (uint j = 0; j < RN; j++)
            MATRIX_LOAD_SUM(sum[i * RN + j], floats, from + i * FRAGMENT_M * BIAS_PITCH, BIAS_PITCH,
                            false);
}

// sum += A B, k terms. A at `a` of the weights in rows `stride` apart or (down) columns; column n of B
// at b + n * pitch, its low halves at lows + n * low_pitch. Rows from `rows` on are left out.
void add_product(uint a, uint stride, bool down, uint row, uint rows, uint k, uint b, uint pitch,
                 bool pairs, uint lows, uint low_pitch, inout SUMS(sum))
{
    uint high = 2 * inr_fused_floats(SHAPE) + a;
    uint behind = inr_fused_weights(SHAPE, false);
    row += unit_row();
    for (uint t = 0; t < k; t += FRAGMENT_K) {
        MATRIX_A(w, 2);
        MATRIX_B(x, RN);
        MATRIX_B(y, LOW_TILES);
        [[unroll]] for (uint j = 0; j < RN; j++) {
            uint n = unit_column() + j * FRAGMENT_N;
            MATRIX_LOAD_B(x[j], held, b + n * pitch + t, pitch, true);
            if (pairs)
                MATRIX_LOAD_B(y[PAIRED != 0 ? j : 0], low, lows + n * low_pitch + t, low_pitch, true);
        }
        [[unroll]] for (uint i = 0; i < RM; i++) {
            uint m = row + i * FRAGMENT_M;
            uint from = high + (down ? t * stride + m : m * stride + t);
            if (m >= rows)
                continue;
            if (down)
                MATRIX_LOAD_A(w[0], weights, from, stride, true);
            else
                MATRIX_LOAD_A(w[0], weights, from, stride, false);
            if (pairs && down)
                MATRIX_LOAD_A(w[1], weights, from + behind, stride, true);
            else if (pairs)
                MATRIX_LOAD_A(w[1], weights, from + behind, stride, false);
            [[unroll]] for (uint j = 0; j < RN; j++) {
                if (pairs) {
                    MATRIX_ADD(sum[i * RN + j], w[1], x[j]);
                    MATRIX_ADD(sum[i * RN + j], w[0], y[PAIRED != 0 ? j : 0]);
                }
                MATRIX_ADD(sum[i * RN + j], w[0], x[j]);
            }
        }
    }
}

// z_l = W_l h_(l-1)
void tile_forward(uint thread, int l, inout SUMS(sum))
{
    uint k = l == 0 ? INPUTS : WIDTH;
    uint b = column_at(buffer_of(l - 1), 0);
    bool own = PRECISION != PAIRS; // low halves of the inputs alone
    add_product(inr_fused_weight(SHAPE, uint(l)), k, false, 0, WIDTH, k, b, PITCH, in_pairs(l - 1),
                own ? 0 : b, own ? IN_PITCH : PITCH, sum);
}

// W_l^T d_l, of the rows from `row` on
void tile_backward(uint thread, int l, uint row, inout SUMS(sum))
{
    uint rows = l == 0 ? INPUTS : WIDTH;
    uint b = column_at(buffer_of(l), 0);
    add_product(inr_fused_weight(SHAPE, uint(l)), rows, true, row, rows, WIDTH, b, PITCH,
                PRECISION == PAIRS, b, PITCH, sum);
}

void tile_outputs_backward(uint thread, inout SUMS(sum))
{
    add_product(inr_fused_weight(SHAPE, LAYERS), OUTPUTS, false, 0, WIDTH, OUTPUTS, D_OUT, OUT_PITCH,
                PRECISION == PAIRS, D_OUT, OUT_PITCH, sum);
}

void tile_put(uint thread, uint buffer_, uint row, uint rows, in SUMS(sum))
{
    [[unroll]] for (uint i = 0; i < RM; i++)
        [[unroll]] for (uint j = 0; j < RN; j++) {
            uint m = row + unit_row() + i * FRAGMENT_M;
            uint f = i * RN + j;
            uint to = column_at(buffer_, unit_column() + j * FRAGMENT_N) + m;
            if (m >= rows)
                continue;
            MATRIX_SUM(v, 1);
            MATRIX_SUM(rest, 1);
            MATRIX_HALF(h, 1);
            MATRIX_COPY(v[0], sum[f]);
            [[unroll]] for (int e = 0; e < v[0].length(); e++)
                v[0][e] = clamp(v[0][e], R(-65504.0), R(65504.0));
            MATRIX_TO_HALF(h[0], v[0]);
            MATRIX_STORE_HALF(h[0], held, to, PITCH, true);
            if (PRECISION == PAIRS) {
                MATRIX_TO_SUM(rest[0], h[0]);
                [[unroll]] for (int e = 0; e < v[0].length(); e++)
                    v[0][e] -= rest[0][e];
                MATRIX_TO_HALF(h[0], v[0]);
                MATRIX_STORE_HALF(h[0], low, to, PITCH, true);
            }
        }
}

// What backward needs of layer l: slopes, and values that leave shared memory.
void tile_keep(int l, in SUMS(values), in SUMS(slopes))
{
    [[unroll]] for (uint f = 0; f < FRAGMENTS; f++) {
        uint at = uint(l) * FRAGMENTS + f;
        if (PRECISION == PAIRS) {
            MATRIX_COPY(slope_full[at], slopes[f]);
            if (KEEP == 0)
                MATRIX_COPY(value_full[at], values[f]);
        } else {
            MATRIX_TO_HALF(slope[at], slopes[f]);
            if (KEEP == 0)
                MATRIX_TO_HALF(value[at], values[f]);
        }
    }
}

void tile_values_back(uint thread, int l)
{
    SUMS(sum);
    [[unroll]] for (uint f = 0; f < FRAGMENTS; f++) {
        uint at = uint(l) * FRAGMENTS + f;
        if (PRECISION == PAIRS)
            MATRIX_COPY(sum[f], value_full[at]);
        else
            MATRIX_TO_SUM(sum[f], value[at]);
    }
    tile_put(thread, buffer_of(l), 0, WIDTH, sum);
}

void tile_slope(int l, inout SUMS(sum))
{
    [[unroll]] for (uint f = 0; f < FRAGMENTS; f++) {
        uint at = uint(l) * FRAGMENTS + f;
        MATRIX_SUM(d, 1);
        if (PRECISION == PAIRS)
            MATRIX_COPY(d[0], slope_full[at]);
        else
            MATRIX_TO_SUM(d[0], slope[at]);
        [[unroll]] for (int e = 0; e < d[0].length(); e++)
            sum[f][e] *= d[0][e];
    }
}

// sum += d_l h_(l-1)^T, of the tile at row m and column k
void add_outer(int l, uint m, uint k, inout MATRIX_SUM(sum, OUTER))
{
    uint d = column_at(buffer_of(l), 0) + m;
    uint h = column_at(buffer_of(l - 1), 0) + k;
    bool inputs = FIRST_PAIRS != 0 && PRECISION != PAIRS && l == 0;
    for (uint n = 0; n < TILE; n += FRAGMENT_K) {
        MATRIX_A(g, 2);
        MATRIX_B(x, GN);
        MATRIX_B(y, LOW_OUTER);
        [[unroll]] for (uint j = 0; j < GN; j++) {
            uint from = n * PITCH + j * FRAGMENT_N;
            MATRIX_LOAD_B(x[j], held, h + from, PITCH, false);
            if (PRECISION == PAIRS)
                MATRIX_LOAD_B(y[PAIRED != 0 ? j : 0], low, h + from, PITCH, false);
            else if (inputs)
                MATRIX_LOAD_B(y[PAIRED != 0 ? j : 0], low, n * IN_PITCH + k + j * FRAGMENT_N,
                              IN_PITCH, false);
        }
        [[unroll]] for (uint i = 0; i < GM; i++) {
            uint from = d + n * PITCH + i * FRAGMENT_M;
            MATRIX_LOAD_A(g[0], held, from, PITCH, true);
            if (PRECISION == PAIRS)
                MATRIX_LOAD_A(g[1], low, from, PITCH, true);
            [[unroll]] for (uint j = 0; j < GN; j++) {
                uint f = i * GN + j;
                if (PRECISION == PAIRS)
                    MATRIX_ADD(sum[f], g[1], x[j]);
                if (PRECISION == PAIRS || inputs)
                    MATRIX_ADD(sum[f], g[0], y[PAIRED != 0 ? j : 0]);
                MATRIX_ADD(sum[f], g[0], x[j]);
            }
        }
    }
}

// Where number t of the tiles of layer l's gradient has row and column; x beyond the last.
uvec2 outer_tile(int l, uint t)
{
    uint across = (l == 0 ? INPUTS : WIDTH) / OUTER_COLUMNS;
    return uvec2(t / across * OUTER_ROWS, t % across * OUTER_COLUMNS);
}

void load_outer(uint base, uint columns, uvec2 at, bool fresh, inout MATRIX_SUM(sum, OUTER))
{
    [[unroll]] for (uint f = 0; f < OUTER; f++) {
        uint from = base + (at.x + f / GN * FRAGMENT_M) * columns + at.y + f % GN * FRAGMENT_N;
        if (fresh)
            MATRIX_ZERO(sum[f]);
        else
            MATRIX_LOAD_SUM(sum[f], partial, from, columns, false);
    }
}

void store_outer(uint base, uint columns, uvec2 at, in MATRIX_SUM(sum, OUTER))
{
    [[unroll]] for (uint f = 0; f < OUTER; f++)
        MATRIX_STORE_SUM(sum[f], partial,
                         base + (at.x + f / GN * FRAGMENT_M) * columns + at.y + f % GN * FRAGMENT_N,
                         columns, false);
}

// Where tile i of a subgroup's share of layer l is kept.
uint kept_at(int l, uint i)
{
    return ((l == 0 ? (LAYERS - 1) * SHARE : uint(l - 1) * SHARE) + i) * OUTER;
}

void tile_gradient(uint thread, uint block, int l, bool fresh)
{
    uint columns = l == 0 ? INPUTS : WIDTH;
    uint base = block + inr_fused_weight(SHAPE, uint(l));
    uint share = l == 0 ? FIRST_SHARE : SHARE;
    [[unroll]] for (uint i = 0; i < share; i++) {
        MATRIX_SUM(sum, OUTER);
        uvec2 at = outer_tile(l, MATRIX_UNIT + i * UNITS);
        if (at.x >= WIDTH)
            continue;
        if (KEEP_SUMS != 0 && !fresh) {
            [[unroll]] for (uint f = 0; f < OUTER; f++)
                MATRIX_COPY(sum[f], gradient[kept_at(l, i) + f]);
        } else {
            load_outer(base, columns, at, fresh, sum);
        }
        add_outer(l, at.x, at.y, sum);
        if (KEEP_SUMS != 0) {
            [[unroll]] for (uint f = 0; f < OUTER; f++)
                MATRIX_COPY(gradient[kept_at(l, i) + f], sum[f]);
        } else {
            store_outer(base, columns, at, sum);
        }
    }
}

void tile_finish(uint thread, uint block)
{
    if (KEEP_SUMS == 0)
        return;
    [[unroll]] for (int l = 0; l < int(LAYERS); l++) {
        uint share = l == 0 ? FIRST_SHARE : SHARE;
        [[unroll]] for (uint i = 0; i < share; i++) {
            MATRIX_SUM(sum, OUTER);
            uvec2 at = outer_tile(l, MATRIX_UNIT + i * UNITS);
            if (at.x >= WIDTH)
                continue;
            [[unroll]] for (uint f = 0; f < OUTER; f++)
                MATRIX_COPY(sum[f], gradient[kept_at(l, i) + f]);
            store_outer(block + inr_fused_weight(SHAPE, uint(l)), l == 0 ? INPUTS : WIDTH, at, sum);
        }
    }
}
