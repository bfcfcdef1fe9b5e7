// SPDX-License-Identifier: MIT
// body.glsl - The fused chain: inputs -> (affine, activation) x LAYERS -> affine -> outputs, their loss, and
// back, a tile of columns at a time in one workgroup. How products of tiles are made is all that
// tile_float.glsl and tile_matrix.glsl differ in.
//
// binding    access  shape
// 0 in       r       [IN_ROWS][stride], with FREQUENCIES the coordinates [DIMS][stride]
// 1 floats   r       packed, see common/fused.h
// 2 weights  r       the same buffer
// 3 target   r       [CHANNELS][stride]; MODE PULL: gradient of the outputs
// 4 out      w       MODE EVALUATE: [CHANNELS][stride]; INPUT_GRADIENT: [IN_ROWS][stride]
// 5 partial  rw      [workgroups][block], see common/fused.h; not in MODE EVALUATE
#include "act/registry.glsl"
#include "enc/frequency.glsl"
#include "loss/registry.glsl"

shared vec2 losses[MODE == TRAIN ? THREADS : 1];

act_jet activation(uint id_, real z, IN real p[ACT_CONSTANTS])
{
    switch (id_) {
#define X(id, name) case id: return act_##name(z, p);
        ACT_SCALAR_LIST(X)
#undef X
    }
    return act_none(z, p);
}

inr_loss loss_value(real y, real t, real k)
{
    switch (LOSS) {
#define X(id, name) case id: return loss_##name(y, t, k);
        LOSS_LIST(X)
#undef X
    }
    return loss_l2(y, t, k);
}

real[ACT_CONSTANTS] constants_of(uint l)
{
    uint at = inr_fused_constants(SHAPE, l);
    return real[ACT_CONSTANTS](floats[at], floats[at + 1], floats[at + 2], floats[at + 3],
                               floats[at + 4], floats[at + 5]);
}

void read_slot(uint thread, uint to, uint first)
{
    for (uint i = thread; i < TILE * INPUTS; i += THREADS) {
        uint n = i % TILE;
        uint k = i / TILE;
        bool inside = k < IN_ROWS && first + n < push.count;
        real v = slot_in[inside ? k * push.stride + first + n : 0];
        write(to, n, k, inside ? v : R(0.0), in_pairs(-1));
    }
}

// As encode.comp.
void encode(uint thread, uint to, uint first)
{
    const uint passed = IN_ROWS - 2 * FREQUENCIES;
    for (uint i = thread; i < TILE * FREQUENCIES; i += THREADS) {
        uint n = i % TILE;
        uint f = i / TILE;
        bool inside = first + n < push.count;
        precise real t = R(0.0);
        for (uint d = 0; d < DIMS; d++) {
            real x = slot_in[inside ? d * push.stride + first + n : 0];
            precise real term = floats[inr_fused_frequencies(SHAPE) + f * DIMS + d] * x;
            t = t + term;
        }
        inr_sc sc = enc_frequency(t);
        write(to, n, passed + f, sc.c, in_pairs(-1));
        write(to, n, passed + FREQUENCIES + f, sc.s, in_pairs(-1));
    }
    const uint rest = passed + INPUTS - IN_ROWS;
    for (uint i = thread; i < TILE * rest; i += THREADS) {
        uint n = i % TILE;
        uint d = i / TILE;
        bool inside = d < passed && first + n < push.count;
        real v = slot_in[inside ? d * push.stride + first + n : 0];
        write(to, n, d < passed ? d : IN_ROWS + d - passed, inside ? v : R(0.0), in_pairs(-1));
    }
}

void read_inputs(uint thread, uint first)
{
    if (FREQUENCIES != 0)
        encode(thread, buffer_of(-1), first);
    else
        read_slot(thread, buffer_of(-1), first);
}

void forward(uint thread, uint first)
{
    read_inputs(thread, first);
    barrier();
    LAYER_LOOP for (int l = 0; l < int(LAYERS); l++) {
        SUMS(sum);
        SUMS(slopes);
        real p[ACT_CONSTANTS] = constants_of(uint(l));
        tile_bias(thread, uint(l), sum);
        tile_forward(thread, l, sum);
        ELEMENT_LOOP for (uint f = 0; f < FRAGMENTS; f++)
            ELEMENT_LOOP for (int e = 0; e < sum[f].length(); e++) {
                act_jet j = activation(ACTIVATION, sum[f][e], p);
                sum[f][e] = j.f;
                slopes[f][e] = j.d;
            }
        if (MODE != EVALUATE)
            tile_keep(l, sum, slopes);
        tile_put(thread, buffer_of(l), 0, WIDTH, sum);
        barrier();
    }
}

// Outputs; MODE TRAIN: their loss is added to `sums` and its gradient stored.
void outputs(uint thread, uint first, inout vec2 sums)
{
    uint h = buffer_of(int(LAYERS) - 1);
    real p[ACT_CONSTANTS] = constants_of(LAYERS);
    for (uint i = thread; i < TILE * (MODE == EVALUATE ? CHANNELS : OUTPUTS); i += THREADS) {
        uint n = i % TILE;
        uint c = i / TILE;
        bool inside = c < CHANNELS && first + n < push.count;
        uint at = inside ? c * push.stride + first + n : 0;
        uint w = inr_fused_outputs(SHAPE) + (inside ? c * WIDTH : 0);
        real z = floats[inr_fused_outputs(SHAPE) + CHANNELS * WIDTH + (inside ? c : 0)];
        for (uint k = 0; k < WIDTH / 4; k++) {
            vec4 v = read4(h, n, k);
            z += floats[w + 4 * k] * v.x;
            z += floats[w + 4 * k + 1] * v.y;
            z += floats[w + 4 * k + 2] * v.z;
            z += floats[w + 4 * k + 3] * v.w;
        }
        act_jet y = activation(OUT_ACTIVATION, z, p);
        if (MODE == EVALUATE) {
            if (inside)
                slot_out[at] = y.f;
            continue;
        }
        real t = target[at];
        real d = t;
        if (MODE == TRAIN) {
            inr_loss l = loss_value(y.f, t, push.constant);
            d = l.d;
            if (inside)
                sums += vec2(l.f, (y.f - t) * (y.f - t));
        }
        write_out(n, c, inside ? push.gain * d * y.d : R(0.0));
    }
    barrier();
}

// partial (+)= v
void add_sum(uint at, real v, bool fresh)
{
    partial[at] = fresh ? v : partial[at] + v;
}

void outputs_gradient(uint thread, uint block, bool fresh)
{
    uint h = buffer_of(int(LAYERS) - 1);
    uint to = block + inr_fused_sum_outputs(SHAPE);
    for (uint i = thread; i < CHANNELS * WIDTH; i += THREADS) {
        real sum = R(0.0);
        for (uint n = 0; n < TILE; n++)
            sum += read_out(n, i / WIDTH) * read(h, n, i % WIDTH);
        add_sum(to + i, sum, fresh);
    }
    for (uint c = thread; c < CHANNELS; c += THREADS) {
        real sum = R(0.0);
        for (uint n = 0; n < TILE; n++)
            sum += read_out(n, c);
        add_sum(to + CHANNELS * WIDTH + c, sum, fresh);
    }
}

void bias_gradient(uint thread, uint block, int l, bool fresh)
{
    for (uint i = thread; i < WIDTH; i += THREADS) {
        real sum = R(0.0);
        for (uint n = 0; n < TILE; n++)
            sum += read(buffer_of(l), n, i);
        add_sum(block + inr_fused_sum_bias(SHAPE, uint(l)) + i, sum, fresh);
    }
}

void inputs_gradient(uint thread, uint first)
{
    barrier(); // the inputs have been read
    for (uint row = 0; row < INPUTS; row += WIDTH) {
        SUMS(sum);
        tile_zero(thread, sum);
        tile_backward(thread, 0, row, sum);
        tile_put(thread, buffer_of(-1), row, INPUTS, sum);
    }
    barrier();
    for (uint i = thread; i < TILE * IN_ROWS; i += THREADS) {
        uint n = i % TILE;
        uint k = i / TILE;
        if (first + n < push.count)
            slot_out[k * push.stride + first + n] = push.back * read(buffer_of(-1), n, k);
    }
}

void backward(uint thread, uint block, uint first, bool fresh)
{
    outputs_gradient(thread, block, fresh);
    SUMS(sum);
    tile_zero(thread, sum);
    tile_outputs_backward(thread, sum);
    LAYER_LOOP for (int l = int(LAYERS) - 1; l >= 0; l--) {
        tile_slope(l, sum);
        barrier(); // what is overwritten has been read
        tile_put(thread, buffer_of(l), 0, WIDTH, sum);
        if (KEEP == 0 && l > 0)
            tile_values_back(thread, l - 1);
        if (KEEP == 0 && l == 0)
            read_inputs(thread, first);
        barrier();
        tile_gradient(thread, block, l, fresh);
        bias_gradient(thread, block, l, fresh);
        if (l > 0) {
            tile_zero(thread, sum);
            tile_backward(thread, l, 0, sum);
        }
    }
    if (INPUT_GRADIENT != 0)
        inputs_gradient(thread, first);
}

void write_losses(uint thread, uint block, vec2 sums)
{
    uint span = 1;
    while (2 * span < THREADS)
        span *= 2;
    losses[thread] = sums;
    barrier();
    for (; span > 0; span /= 2) {
        if (thread < span && thread + span < THREADS)
            losses[thread] += losses[thread + span];
        barrier();
    }
    if (thread == 0) {
        partial[block + inr_fused_sum_loss(SHAPE)] = losses[0].x;
        partial[block + inr_fused_sum_loss(SHAPE) + 1] = losses[0].y;
    }
}

void main()
{
    uint thread = gl_LocalInvocationIndex;
    uint tiles = (push.count + TILE - 1) / TILE;
    uint block = gl_WorkGroupID.x * inr_fused_block(SHAPE);
    vec2 sums = vec2(R(0.0));
    bool fresh = true;
    for (uint tile = gl_WorkGroupID.x; tile < tiles; tile += gl_NumWorkGroups.x) {
        forward(thread, tile * TILE);
        outputs(thread, tile * TILE, sums);
        if (MODE != EVALUATE)
            backward(thread, block, tile * TILE, fresh);
        barrier();
        fresh = false;
    }
    if (MODE != EVALUATE)
        tile_finish(thread, block);
    if (MODE == TRAIN)
        write_losses(thread, block, sums);
}
