/* SPDX-License-Identifier: MIT
 *
 * latent_sums.c - Which partial sums are which parameter's gradient: the table of latent_sums.comp.
 */
#include "exec/vulkan/latent_sums.h"

#define E INR_LATENT_ENTROPY
#define C INR_LATENT_CONTEXT
#define H INR_LATENT_HIDDEN
#define T INR_LATENT_TAPS

/* Lengths of rows [left][right] of sums. */
#define ENTROPY3 (E + C + 1)
#define ENTROPY2 (E + 1)
#define ENTROPY1 (C + 1)
#define SYNTH1   (INR_LATENT_LEVELS + 1)
#define SYNTH2   (H + INR_LATENT_LEVELS + 1)
#define EDGES    (4 * T + 1)

struct table {
    const struct inr_vk_latent_plan *plan;
    inr_latent_sum_row *rows;
    uint32_t n, parameters;
};

/* Sum `sum` of a call, over workgroups `first` on. */
static inr_latent_sum_row sum_of(const struct inr_vk_latent_plan *plan,
                                 enum inr_vk_latent_call call, int sum, uint32_t first,
                                 uint32_t count)
{
    const uint32_t groups =
        call == INR_VK_LATENT_CALL_ENTROPY ? plan->groups : plan->picture_groups;
    return (inr_latent_sum_row){.at = plan->parts[call].begin + (uint32_t)sum * groups + first,
                                .count = count,
                                .scale = 1.0f};
}

static void add(struct table *t, inr_latent_sum_row row)
{
    t->rows[t->n++] = row;
}

static void parameter(struct table *t, inr_latent_sum_row row)
{
    row.parameter = 1;
    row.target = t->parameters++;
    add(t, row);
}

/* The next parameter's gradient over all workgroups. */
static void whole(struct table *t, enum inr_vk_latent_call call, int sum)
{
    const bool entropy = call == INR_VK_LATENT_CALL_ENTROPY;
    const uint32_t count = entropy ? t->plan->groups : t->plan->picture_groups;
    parameter(t, sum_of(t->plan, call, sum, 0, count));
}

/* ... over those of grid k. */
static inr_latent_sum_row of_grid(const struct inr_vk_latent_plan *plan, int k, int sum)
{
    return sum_of(plan, INR_VK_LATENT_CALL_ENTROPY, sum, plan->grids[k].first,
                  plan->grids[k].groups);
}

static void add_entropy(struct table *t)
{
    const int levels = t->plan->shape.levels;
    const int e2 = INR_LATENT_SUMS_E3, e1 = e2 + INR_LATENT_SUMS_E2;
    for (int o = 0; o < E; o++)
        for (int i = 0; i < C; i++)
            whole(t, INR_VK_LATENT_CALL_ENTROPY, e1 + o * ENTROPY1 + i);
    for (int k = 0; k < levels; k++)
        for (int o = 0; o < E; o++)
            parameter(t, of_grid(t->plan, k, e1 + o * ENTROPY1 + C));
    for (int o = 0; o < E; o++)
        for (int i = 0; i < E; i++)
            whole(t, INR_VK_LATENT_CALL_ENTROPY, e2 + o * ENTROPY2 + 1 + i);
    for (int o = 0; o < E; o++)
        whole(t, INR_VK_LATENT_CALL_ENTROPY, e2 + o * ENTROPY2);
    for (int q = 0; q < 2; q++)
        for (int i = 0; i < E + C; i++)
            whole(t, INR_VK_LATENT_CALL_ENTROPY, q * ENTROPY3 + i);
    for (int k = 0; k < levels; k++)
        for (int q = 0; q < 2; q++)
            parameter(t, of_grid(t->plan, k, q * ENTROPY3 + E + C));
}

static void add_synthesis(struct table *t)
{
    const int levels = t->plan->shape.levels, channels = t->plan->shape.channels;
    const int s2 = INR_LATENT_SUMS_S1;
    for (int o = 0; o < H; o++)
        for (int k = 0; k < levels; k++)
            whole(t, INR_VK_LATENT_CALL_SYNTHESIS_BACK, o * SYNTH1 + k);
    for (int o = 0; o < H; o++)
        whole(t, INR_VK_LATENT_CALL_SYNTHESIS_BACK, o * SYNTH1 + INR_LATENT_LEVELS);
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < H + levels; i++)
            whole(t, INR_VK_LATENT_CALL_SYNTHESIS_BACK, s2 + c * SYNTH2 + i);
    for (int c = 0; c < channels; c++)
        whole(t, INR_VK_LATENT_CALL_SYNTHESIS_BACK, s2 + c * SYNTH2 + H + INR_LATENT_LEVELS);
}

static void add_convolution(struct table *t, enum inr_vk_latent_call call, int outputs, int inputs)
{
    for (int o = 0; o < outputs; o++)
        for (int i = 0; i < inputs; i++)
            for (int tap = 0; tap < T; tap++)
                whole(t, call, o * EDGES + 4 * tap + i);
    for (int o = 0; o < outputs; o++)
        whole(t, call, o * EDGES + 4 * T);
}

static void add_results(struct table *t)
{
    const struct inr_vk_latent_plan *plan = t->plan;
    for (int k = 0; k < plan->shape.levels; k++) {
        const inr_latent_grid_row *grid = &plan->grids[k];
        add(t, (inr_latent_sum_row){.at = plan->parts[INR_VK_LATENT_CALL_LEARN].begin + grid->first,
                                    .count = grid->groups,
                                    .target = (uint32_t)k,
                                    .scale = 1.0f / (float)grid->points});
        inr_latent_sum_row bits = of_grid(plan, k, INR_LATENT_SUMS_BITS);
        bits.target = INR_LATENT_RESULT_BITS + (uint32_t)k;
        add(t, bits);
    }
    inr_latent_sum_row square =
        sum_of(plan, INR_VK_LATENT_CALL_LOSS, INR_LATENT_SUMS_EDGE, 0, plan->picture_groups);
    square.target = INR_LATENT_RESULT_SQUARE;
    add(t, square);
}

uint32_t inr_vk_latent_sums_fill(const struct inr_vk_latent_plan *plan, inr_latent_sum_row *rows)
{
    struct table t = {plan, rows, 0, 0};
    const int channels = plan->shape.channels;
    add_entropy(&t);
    add_synthesis(&t);
    add_convolution(&t, INR_VK_LATENT_CALL_EDGE_BACK, INR_LATENT_EDGE, channels);
    add_convolution(&t, INR_VK_LATENT_CALL_LOSS, channels, INR_LATENT_EDGE);
    add_results(&t);
    return t.n;
}
