/* SPDX-License-Identifier: MIT
 *
 * start.c - The networks that training starts from.
 */
#include "codec/latent/start.h"

#include "codec/latent/code.h"

#define COLOURS 3
#define TAPS    INR_LATENT_TAPS

static const int16_t *const tables[INR_LATENT_STARTS] = {inr_latent_start_0, inr_latent_start_1};

/* Biases of channels are one row. */
static int32_t entry(const struct inr_latent_net *full, int t, int row, int col)
{
    const int16_t *table = tables[full->start] + full->at[t];
    return full->rows[t] == 1 && row > 0 ? table[row] : table[row * full->cols[t] + col];
}

/* The net that tables are of. */
static struct inr_latent_net full_of(const struct inr_latent_net *net)
{
    struct inr_latent_net full;
    inr_latent_net_init(&full, 1 << INR_LATENT_LEVELS, 1, COLOURS, INR_LATENT_LEVELS);
    full.start = net->start;
    return full;
}

/* Channel c of the picture is alpha. */
static bool is_alpha(const struct inr_latent_net *net, int c)
{
    return net->channels % 2 == 0 && c == net->channels - 1;
}

/* An element of a tensor with one row a channel. */
static int32_t of_output(const struct inr_latent_net *net, const struct inr_latent_net *full, int t,
                         int row, int col)
{
    if (is_alpha(net, row))
        return t == INR_LATENT_SYNTH_B2 ? 1 << INR_LATENT_START_BITS : 0;
    if (net->channels >= COLOURS)
        return entry(full, t, row, col);
    int32_t sum = 0;
    for (int c = 0; c < COLOURS; c++)
        sum += entry(full, t, c, col);
    return sum / COLOURS;
}

static int32_t of_input(const struct inr_latent_net *net, const struct inr_latent_net *full, int t,
                        int row, int col)
{
    if (is_alpha(net, col / TAPS))
        return 0;
    if (net->channels >= COLOURS)
        return entry(full, t, row, col);
    int32_t sum = 0;
    for (int c = 0; c < COLOURS; c++)
        sum += entry(full, t, row, c * TAPS + col % TAPS);
    return sum;
}

static int32_t start_of(const struct inr_latent_net *net, const struct inr_latent_net *full, int t,
                        int row, int col)
{
    switch (t) {
    case INR_LATENT_SYNTH_W2:
    case INR_LATENT_EDGE_W2:
        return of_output(net, full, t, row, col);
    case INR_LATENT_SYNTH_B2:
    case INR_LATENT_EDGE_B2:
        return of_output(net, full, t, col, 0);
    case INR_LATENT_EDGE_W1:
        return of_input(net, full, t, row, col);
    default:
        return entry(full, t, row, col);
    }
}

void inr_latent_start(const struct inr_latent_net *net, float *params)
{
    const struct inr_latent_net full = full_of(net);
    for (int t = 0; t < INR_LATENT_TENSORS; t++)
        for (int i = 0; i < inr_latent_size(net, t); i++)
            params[net->at[t] + i] =
                (float)start_of(net, &full, t, i / net->cols[t], i % net->cols[t]) /
                (float)(1 << INR_LATENT_START_BITS);
}

void inr_latent_start_levels(const struct inr_latent_net *net, const uint8_t *shift,
                             int32_t *levels)
{
    const struct inr_latent_net full = full_of(net);
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        const int by = (int)shift[inr_latent_shift_of(t)] - INR_LATENT_START_BITS;
        for (int i = 0; i < inr_latent_size(net, t); i++) {
            const int32_t v = start_of(net, &full, t, i / net->cols[t], i % net->cols[t]);
            levels[net->at[t] + i] = by >= 0 ? v * (1 << by) : (v + (1 << (-by - 1))) >> -by;
        }
    }
}
