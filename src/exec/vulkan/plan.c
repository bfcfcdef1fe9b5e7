/* SPDX-License-Identifier: MIT
 *
 * plan.c - Sizes and memory of a layered plan.
 */
#include "exec/vulkan/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "exec/jet.h"

/* Evaluation uses at least this many columns where memory allows, whatever the training batch. */
#define EVAL_COLUMNS 16384u

/* A software device has a processor's cache. */
#define SOFTWARE_COLUMNS 4096u

/* Work of one micro-batch stays below this: a second on the slowest GPU, so that no single
 * submission meets a driver's watchdog. Fewer columns than MIN_COLUMNS leave large GPUs idle. */
#define MICRO_FLOPS 1e11
#define MIN_COLUMNS 256u

/* Samples that make a slice worth its reduction. */
#define MIN_SLICE  256u
#define MAX_SLICES 256u

/* Of the gradients of single samples, where they are kept in 16 bits. */
#define LOSS_SCALE 128.0f

static uint32_t min_u32(uint32_t a, uint64_t b)
{
    return a < b ? a : (uint32_t)b;
}

static uint32_t round_up(uint32_t n, uint32_t to)
{
    return (n + to - 1) / to * to;
}

/* Rows of what a kernels op keeps of each column. */
static int place_rows(const struct inr_op *op)
{
    return op->kind == INR_OP_KERNELS ? 2 * op->nearest : 0;
}

/* Rows of a slot; 0 where a fused plan keeps none of it. */
static int rows_of(const struct inr_vk_plan *plan, int slot)
{
    const struct inr_program *p = plan->program;
    bool used = !plan->fused || slot == 0 || slot == plan->fused->chain.in || slot == p->output;
    for (int i = 0; i < plan->n_ops && !used; i++)
        used = p->ops[i].out == slot;
    return used ? p->slot_rows[slot] : 0;
}

static int widest(const struct inr_vk_plan *plan)
{
    const struct inr_program *p = plan->program;
    int rows = p->channels > INR_GEOMETRY_TARGETS ? p->channels : INR_GEOMETRY_TARGETS;
    for (int i = 0; i < p->n_slots; i++)
        rows = rows_of(plan, i) > rows ? rows_of(plan, i) : rows;
    for (int i = 0; i < plan->n_ops; i++)
        rows = place_rows(&p->ops[i]) > rows ? place_rows(&p->ops[i]) : rows;
    return rows;
}

/* Rows of the largest slot that has a gradient, whose buffers all have that size. */
static int widest_gradient(const struct inr_vk_plan *plan)
{
    const struct inr_program *p = plan->program;
    int rows = p->channels;
    for (int i = 0; i < p->n_slots; i++)
        if (plan->gradient_of[i] >= 0 && p->slot_rows[i] > rows)
            rows = p->slot_rows[i];
    return rows;
}

/* Device bytes of one column: values, moments of norms, places of kernels, gradients, target, and
 * its share of the loss sums. */
static uint64_t column_bytes(const struct inr_vk_plan *plan)
{
    const struct inr_program *p = plan->program;
    uint64_t rows = 0;
    for (int i = 0; i < p->n_slots; i++)
        rows += (uint64_t)rows_of(plan, i);
    for (int i = 0; i < plan->n_ops; i++)
        rows += p->ops[i].kind == INR_OP_NORM ? 2 : (uint64_t)place_rows(&p->ops[i]);
    if (plan->train)
        rows += (uint64_t)plan->n_gradients * (uint64_t)widest_gradient(plan) +
                (uint64_t)plan->n_targets + 1;
    return rows * sizeof(float);
}

/* Bytes of activation-constant sums and of what a fused plan packs, which do not depend on the
 * columns. */
static uint64_t fixed_bytes(const struct inr_vk_plan *plan)
{
    uint64_t n = plan->fused ? inr_vk_fused_bytes(plan->fused) : 0;
    for (int i = 0; plan->train && i < plan->n_ops; i++)
        if (plan->program->ops[i].kind == INR_OP_ACT && plan->program->ops[i].learn)
            n += (uint64_t)INR_GROUP * INR_MAX_CONSTANTS * sizeof(float) * 8;
    return n;
}

/* Columns whose work, `flops` each, one submission can bear; `most` at most. */
static uint32_t bearable(double flops, uint32_t most)
{
    const double n = MICRO_FLOPS / (flops > 1.0 ? flops : 1.0);
    return n >= most ? most : n < MIN_COLUMNS ? MIN_COLUMNS : (uint32_t)n;
}

static uint32_t train_columns(const struct inr_vk_plan *plan, uint32_t batch)
{
    const uint32_t most = plan->d->software ? SOFTWARE_COLUMNS : INR_VK_MAX_COLUMNS;
    const uint32_t each = 1 + plan->tangents;
    return bearable(plan->program->flops * each, batch < most / each ? batch : most / each);
}

/* Floats of one slice of the partial sums. */
static uint64_t slice_length(const struct inr_vk_plan *plan)
{
    return !plan->train ? 0 : plan->fused ? plan->fused->block : plan->program->n_effective;
}

/* Slices of the weight gradients that keep the device busy. */
static uint32_t wanted_slices(const struct inr_vk_plan *plan)
{
    const struct inr_program *p = plan->program;
    const uint32_t groups = plan->d->software ? INR_VK_SOFTWARE_GROUPS : INR_VK_GPU_GROUPS;
    const uint32_t columns = plan->micro * (1 + plan->tangents);
    if (plan->fused)
        return inr_vk_fused_groups(plan->fused, columns, plan->groups ? plan->groups : groups);
    uint32_t tiles = 1;
    for (int i = 0; i < p->n_ops; i++)
        if (p->ops[i].kind == INR_OP_AFFINE) {
            const uint32_t t =
                inr_vk_weight_tiles(plan->d, (uint32_t)p->ops[i].n_out, (uint32_t)p->ops[i].n_in);
            tiles = t > tiles ? t : tiles;
        }
    const uint32_t slices = min_u32((groups + tiles - 1) / tiles, MAX_SLICES);
    return min_u32(slices, (columns + MIN_SLICE - 1) / MIN_SLICE);
}

/* Choose stride, micro and slices. Columns come in workgroups; one is the least that works. */
static enum inr_status choose_sizes(struct inr_vk_plan *plan, uint32_t batch, struct inr_error *err)
{
    const uint64_t one_slice = slice_length(plan) * sizeof(float);
    const uint64_t column = column_bytes(plan);
    const uint64_t limit = plan->d->memory_limit, used = plan->d->allocated;
    const uint64_t needed = one_slice + column * INR_GROUP + fixed_bytes(plan);
    const uint64_t in_range = plan->d->range_limit / sizeof(float) / (uint64_t)widest(plan);
    if (used + needed > limit || in_range < INR_GROUP)
        return inr_fail(err, INR_ERR_MEMORY,
                        "This network needs at least %.1f MiB of device memory beside %.1f MiB in "
                        "use; the limit is %.1f MiB",
                        (double)needed / 1048576.0, (double)used / 1048576.0,
                        (double)limit / 1048576.0);
    const uint64_t spare = limit - used - needed;
    /* A quarter of what is left goes to slices, the rest to columns. */
    uint64_t fits = INR_GROUP + (spare - spare / 4) / column;
    fits = fits < in_range ? fits : in_range;
    const uint32_t most =
        (uint32_t)(fits < INR_VK_MAX_COLUMNS ? fits : INR_VK_MAX_COLUMNS) / INR_GROUP * INR_GROUP;
    /* Going forward is a third of the work. */
    const uint32_t each = 1 + plan->tangents;
    const uint32_t eval = bearable(plan->program->flops * each / 3.0, EVAL_COLUMNS / each);
    const uint32_t train = plan->train ? train_columns(plan, batch) : 0;
    plan->micro = min_u32(train, most / each);
    plan->stride = min_u32(round_up((train > eval ? train : eval) * each, INR_GROUP), most);
    plan->slices = 1;
    if (!plan->train)
        return INR_OK;
    uint32_t slices = wanted_slices(plan);
    if (one_slice) {
        slices = min_u32(slices, 1 + spare / 4 / one_slice);
        slices = min_u32(slices, plan->d->range_limit / one_slice);
    }
    plan->slices = slices ? slices : 1;
    return INR_OK;
}

/* Give `slot` a gradient buffer unless it has one or nothing below it learns. */
static void need_gradient(struct inr_vk_plan *plan, int slot, bool *taken)
{
    if (slot < 0 || !plan->program->slot_learns[slot] || plan->gradient_of[slot] >= 0)
        return;
    int free_one = 0;
    while (taken[free_one])
        free_one++;
    taken[free_one] = true;
    plan->gradient_of[slot] = free_one;
    if (free_one >= plan->n_gradients)
        plan->n_gradients = free_one + 1;
}

/* Which slots need a gradient, and which buffer holds it: fills gradient_of and n_gradients. */
static enum inr_status assign_gradients(struct inr_vk_plan *plan, struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    for (int i = 0; i < p->n_slots; i++)
        plan->gradient_of[i] = -1;
    plan->n_gradients = 0;
    if (!plan->train)
        return INR_OK;
    bool *taken = calloc((size_t)p->n_slots + 1, sizeof *taken);
    if (!taken)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan");
    plan->gradient_of[p->output] = 0;
    taken[0] = true;
    plan->n_gradients = 1;
    if (plan->fused)
        need_gradient(plan, plan->fused->chain.in, taken);
    /* Backwards, a gradient lives from its first use as an input until its own op has run. */
    for (int i = plan->n_ops - 1; i >= 0; i--) {
        const struct inr_op *op = &p->ops[i];
        plan->ops[i].has_gradient = plan->gradient_of[op->out] >= 0;
        if (!plan->ops[i].has_gradient)
            continue;
        need_gradient(plan, op->in, taken);
        need_gradient(plan, op->in2, taken);
        taken[plan->gradient_of[op->out]] = false;
    }
    free(taken);
    return INR_OK;
}

static enum inr_status create_slots(struct inr_vk_plan *plan, struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    enum inr_status status = INR_OK;
    char name[32];
    for (int i = 0; i < p->n_slots && status == INR_OK; i++) {
        if (!rows_of(plan, i))
            continue;
        snprintf(name, sizeof name, "slot %d", i);
        status = inr_vk_buffer_create(plan->d, name,
                                      (uint64_t)rows_of(plan, i) * plan->stride * sizeof(float),
                                      INR_VK_LOCAL, &plan->values[i], err);
    }
    for (int i = 0; i < plan->n_ops && status == INR_OK; i++)
        if (p->ops[i].kind == INR_OP_NORM)
            status = inr_vk_buffer_create(plan->d, "moments", 2u * plan->stride * sizeof(float),
                                          INR_VK_LOCAL, &plan->ops[i].moments, err);
        else if (place_rows(&p->ops[i]) > 0)
            status = inr_vk_buffer_create(plan->d, "nearest kernels",
                                          (uint64_t)place_rows(&p->ops[i]) * plan->stride *
                                              sizeof(uint32_t),
                                          INR_VK_LOCAL, &plan->ops[i].places, err);
    for (int i = 0; i < plan->n_gradients && status == INR_OK; i++) {
        snprintf(name, sizeof name, "slot gradient %d", i);
        status = inr_vk_buffer_create(
            plan->d, name, (uint64_t)widest_gradient(plan) * plan->stride * sizeof(float),
            INR_VK_LOCAL, &plan->gradients[i], err);
    }
    if (!plan->train)
        return status;
    if (status == INR_OK)
        status = inr_vk_buffer_create(plan->d, "targets",
                                      (uint64_t)plan->n_targets * plan->stride * sizeof(float),
                                      INR_VK_LOCAL, &plan->target, err);
    if (status == INR_OK)
        status = inr_vk_buffer_create(plan->d, "partial weight gradients",
                                      plan->slices * slice_length(plan) * sizeof(float),
                                      INR_VK_LOCAL, &plan->partial, err);
    if (status == INR_OK && !plan->fused)
        status = inr_vk_buffer_create(plan->d, "partial losses",
                                      (uint64_t)plan->stride / INR_GROUP * 2 * sizeof(float),
                                      INR_VK_LOCAL, &plan->loss_partial, err);
    return status;
}

/* Let the plan be fused where that is wanted and possible. */
static enum inr_status choose_kind(struct inr_vk_plan *plan, const struct inr_exec_config *config,
                                   struct inr_error *err)
{
    char why[128] = "gradients by the coordinates are wanted";
    plan->n_ops = plan->program->n_ops;
    snprintf(plan->text, sizeof plan->text, "layered");
    /* A processor gains nothing from keeping a tile in "shared memory". */
    if (config->plan == INR_PLAN_LAYERED || (config->plan == INR_PLAN_AUTO && plan->d->software))
        return INR_OK;
    struct inr_vk_fused *fused = calloc(1, sizeof *fused);
    if (!fused)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan");
    fused->program = plan->program;
    fused->loss_scale = config->loss_scale > 0.0f ? config->loss_scale : LOSS_SCALE;
    fused->loss_constant = config->loss_constant;
    if (!plan->tangents && inr_vk_chain_find(plan->program, &fused->chain, why, sizeof why) &&
        inr_vk_fused_fit(plan->d, config, fused, why, sizeof why)) {
        plan->fused = fused;
        plan->n_ops = fused->chain.front;
        plan->groups = config->fused.groups;
        inr_vk_fused_text(fused, plan->text, sizeof plan->text);
        return INR_OK;
    }
    free(fused);
    inr_logf(&plan->d->instance.log, INR_LOG_DEBUG, "No fused plan for this network: %s", why);
    if (config->plan == INR_PLAN_FUSED && !plan->tangents)
        return inr_fail(err, INR_ERR_USAGE,
                        "this network cannot have a fused plan: %s; use --plan auto", why);
    return INR_OK;
}

static enum inr_status fused_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                   struct inr_vk_stage *stage, const struct inr_exec_config *config,
                                   struct inr_error *err)
{
    const int in = plan->fused->chain.in, output = plan->program->output;
    const bool learns = plan->train && plan->gradient_of[in] >= 0;
    const struct inr_vk_fused_buffers buffers = {
        .in = &plan->values[in],
        .out = &plan->values[output],
        .effective = &plan->state->effective,
        .target = &plan->target,
        .d_out = plan->train ? inr_vk_plan_gradient(plan, output) : NULL,
        .d_in = learns ? inr_vk_plan_gradient(plan, in) : NULL,
        .d_effective = &plan->state->d_effective,
        .partial = &plan->partial};
    const enum inr_vk_fused_use use = !plan->train     ? INR_VK_FUSED_EVALUATE
                                      : plan->measured ? INR_VK_FUSED_PULL
                                                       : INR_VK_FUSED_TRAIN;
    return inr_vk_fused_create(plan->fused, stage, kernels, &plan->calls, &buffers, config, use,
                               err);
}

enum inr_status inr_vk_plan_create(struct inr_vk_state *state, struct inr_vk_kernels *kernels,
                                   struct inr_vk_stage *stage, const struct inr_exec_config *config,
                                   const struct inr_vk_plan_use *use, struct inr_vk_plan **out,
                                   struct inr_error *err)
{
    *out = NULL;
    const struct inr_program *p = config->program;
    const size_t n_slots = (size_t)p->n_slots;
    struct inr_vk_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan");
    *plan = (struct inr_vk_plan){.d = state->d,
                                 .program = p,
                                 .state = state,
                                 .train = config->train && use->batch > 0,
                                 .measured = use->measured,
                                 .loss = config->loss,
                                 .loss_constant = config->loss_constant,
                                 .geometry = config->geometry,
                                 .n_targets = inr_jet_targets(config),
                                 .tangents = use->jet ? (uint32_t)p->dims : 0,
                                 .calls = {.d = state->d}};
    plan->values = calloc(n_slots, sizeof *plan->values);
    plan->gradients = calloc(n_slots, sizeof *plan->gradients);
    plan->gradient_of = calloc(n_slots, sizeof *plan->gradient_of);
    plan->ops = calloc((size_t)p->n_ops + 1, sizeof *plan->ops);
    enum inr_status status = INR_OK;
    if (!plan->values || !plan->gradients || !plan->gradient_of || !plan->ops)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan");
    if (status == INR_OK)
        status = choose_kind(plan, config, err);
    if (status == INR_OK)
        status = assign_gradients(plan, err);
    if (status == INR_OK)
        status = choose_sizes(plan, use->batch, err);
    if (status == INR_OK)
        status = create_slots(plan, err);
    /* Entries no op writes (constants, tables) must add nothing. */
    if (status == INR_OK && plan->train)
        status = inr_vk_zero(stage, &plan->partial, err);
    if (status == INR_OK)
        status = inr_vk_plan_forward_calls(plan, kernels, err);
    if (status == INR_OK && plan->train)
        status = inr_vk_plan_backward_calls(plan, kernels, err);
    if (status == INR_OK && plan->fused)
        status = fused_calls(plan, kernels, stage, config, err);
    if (status != INR_OK) {
        inr_vk_plan_destroy(plan);
        return status;
    }
    *out = plan;
    return INR_OK;
}

enum inr_status inr_vk_plan_need_forward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                         struct inr_error *err)
{
    return plan->fused ? inr_vk_fused_need_evaluate(plan->fused, kernels, &plan->calls, err)
                       : INR_OK;
}

void inr_vk_plan_destroy(struct inr_vk_plan *plan)
{
    if (!plan)
        return;
    const struct inr_program *p = plan->program;
    inr_vk_calls_destroy(&plan->calls);
    inr_vk_fused_destroy(plan->fused);
    free(plan->fused);
    for (int i = 0; plan->values && i < p->n_slots; i++)
        inr_vk_buffer_destroy(plan->d, &plan->values[i]);
    for (int i = 0; plan->gradients && i < plan->n_gradients; i++)
        inr_vk_buffer_destroy(plan->d, &plan->gradients[i]);
    for (int i = 0; plan->ops && i < p->n_ops; i++) {
        inr_vk_buffer_destroy(plan->d, &plan->ops[i].constants_partial);
        inr_vk_buffer_destroy(plan->d, &plan->ops[i].moments);
        inr_vk_buffer_destroy(plan->d, &plan->ops[i].places);
    }
    inr_vk_buffer_destroy(plan->d, &plan->target);
    inr_vk_buffer_destroy(plan->d, &plan->partial);
    inr_vk_buffer_destroy(plan->d, &plan->loss_partial);
    free(plan->values);
    free(plan->gradients);
    free(plan->gradient_of);
    free(plan->ops);
    free(plan);
}
