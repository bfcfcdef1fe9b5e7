/* SPDX-License-Identifier: MIT
 *
 * net.c - Shape of a latent-coded picture.
 */
#include "codec/latent/net.h"

const int inr_latent_near_dy[INR_LATENT_NEAR] = {INR_LATENT_NEAR_DY};
const int inr_latent_near_dx[INR_LATENT_NEAR] = {INR_LATENT_NEAR_DX};

static void set(struct inr_latent_net *net, int tensor, int rows, int cols)
{
    net->rows[tensor] = rows;
    net->cols[tensor] = cols;
}

static void set_tensors(struct inr_latent_net *net)
{
    const int c = net->channels, k = net->levels, e = INR_LATENT_ENTROPY, n = INR_LATENT_CONTEXT;
    set(net, INR_LATENT_ENTROPY_W1, e, n);
    set(net, INR_LATENT_ENTROPY_B1, k, e);
    set(net, INR_LATENT_ENTROPY_W2, e, e);
    set(net, INR_LATENT_ENTROPY_B2, 1, e);
    set(net, INR_LATENT_ENTROPY_W3, 2, e + n);
    set(net, INR_LATENT_ENTROPY_B3, k, 2);
    set(net, INR_LATENT_SYNTH_W1, INR_LATENT_HIDDEN, k);
    set(net, INR_LATENT_SYNTH_B1, 1, INR_LATENT_HIDDEN);
    set(net, INR_LATENT_SYNTH_W2, c, INR_LATENT_HIDDEN + k);
    set(net, INR_LATENT_SYNTH_B2, 1, c);
    set(net, INR_LATENT_EDGE_W1, INR_LATENT_EDGE, c * INR_LATENT_TAPS);
    set(net, INR_LATENT_EDGE_B1, 1, INR_LATENT_EDGE);
    set(net, INR_LATENT_EDGE_W2, c, INR_LATENT_EDGE * INR_LATENT_TAPS);
    set(net, INR_LATENT_EDGE_B2, 1, c);
    net->parameters = 0;
    for (int t = 0; t < INR_LATENT_TENSORS; t++) {
        net->at[t] = net->parameters;
        net->parameters += inr_latent_size(net, t);
    }
}

bool inr_latent_net_init(struct inr_latent_net *net, uint32_t width, uint32_t height, int channels,
                         int levels)
{
    *net = (struct inr_latent_net){
        .width = width, .height = height, .channels = channels, .start = INR_LATENT_STARTS - 1};
    if (width < 1 || height < 1 || channels < 1 || channels > 4 || levels < 0 ||
        levels > INR_LATENT_LEVELS)
        return false;
    int k = 0;
    net->w[0] = width;
    net->h[0] = height;
    for (k = 1; k < INR_LATENT_LEVELS && (net->w[k - 1] > 1 || net->h[k - 1] > 1); k++) {
        net->w[k] = net->w[k - 1] / 2 + net->w[k - 1] % 2;
        net->h[k] = net->h[k - 1] / 2 + net->h[k - 1] % 2;
    }
    if (levels > k)
        return false;
    net->levels = levels > 0 ? levels : k;
    set_tensors(net);
    return true;
}

uint64_t inr_latent_points(const struct inr_latent_net *net)
{
    uint64_t n = 0;
    for (int k = 0; k < net->levels; k++)
        n += (uint64_t)net->w[k] * net->h[k];
    return n;
}
