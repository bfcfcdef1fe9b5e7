/* SPDX-License-Identifier: MIT
 *
 * plan.c - Slots in memory, and the size of a tile.
 */
#include "exec/cpu/plan.h"

#include <stdlib.h>

/* Tiles trade two costs. Each product pays once a tile for loading the weights and, for the weight
 * gradient, for adding to a matrix as large; more samples spread that. But all slots of a tile are
 * written going forward and read going back, so they should stay in L2 beside the weights.
 * Measured (two cores with 1 MiB of L2 each): widths 64 and 128 are best at 128 samples, 256 at
 * 192, and the curve is flat within a factor of two. */
static int tile_size(const struct inr_program *program, uint64_t most)
{
    int widest = 1;
    for (int i = 1; i < program->n_slots; i++)
        if (program->slot_rows[i] > widest)
            widest = program->slot_rows[i];
    const int tile = widest <= 192 ? 128 : 192;
    const uint64_t rounded = (most + INR_CPU_LANES - 1) / INR_CPU_LANES * INR_CPU_LANES;
    return rounded < (uint64_t)tile ? (int)rounded : tile;
}

static enum inr_status check_chain(const struct inr_program *program, struct inr_error *err)
{
    int slot = 0;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        const bool act = op->kind == INR_OP_ACT;
        if (op->in != slot || (op->kind == INR_OP_ENCODE && i > 0) ||
            (act && (i == 0 || program->ops[i - 1].kind != INR_OP_AFFINE)))
            return inr_fail(err, INR_ERR_FAILED,
                            "the cpu backend runs chains of layers: op %d does not follow op %d", i,
                            i - 1);
        slot = op->out;
    }
    if (slot != program->output || program->n_ops == 0 ||
        program->ops[program->n_ops - 1].kind != INR_OP_AFFINE)
        return inr_fail(err, INR_ERR_FAILED,
                        "the cpu backend needs a program that ends with a layer");
    return INR_OK;
}

static size_t reserve(struct inr_cpu_plan *plan, int rows)
{
    size_t at = plan->floats;
    plan->floats += (size_t)rows * (size_t)plan->tile;
    return at;
}

static int most_rows(const struct inr_program *program)
{
    int most = 0;
    for (int i = 1; i < program->n_slots; i++)
        most = program->slot_rows[i] > most ? program->slot_rows[i] : most;
    return most;
}

static void link_ops(struct inr_cpu_plan *plan, const struct inr_cpu_kernels *kernels)
{
    const struct inr_program *program = plan->program;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        plan->ops[i].op = op;
        plan->ops[i].below = i > 0 ? &plan->ops[i - 1] : NULL;
        plan->ops[i].above = i + 1 < program->n_ops ? &plan->ops[i + 1] : NULL;
        plan->ops[i].scalar = op->kind == INR_OP_ACT && !kernels->act_back[op->activation];
    }
}

static void lay_out(struct inr_cpu_plan *plan, bool train)
{
    const struct inr_program *program = plan->program;
    const int rows = most_rows(program);
    plan->coords = reserve(plan, program->dims);
    plan->targets = reserve(plan, train ? program->channels : 0);
    const size_t even = train ? 0 : reserve(plan, rows), odd = train ? 0 : reserve(plan, rows);
    int gradient_rows = 0;
    size_t at = plan->coords;
    for (int i = 0; i < program->n_ops; i++) {
        struct inr_cpu_op *o = &plan->ops[i];
        o->in = at;
        at = train ? reserve(plan, program->slot_rows[o->op->out]) : (i % 2 ? odd : even);
        o->out = at;
        if (train && o->scalar && o->op->learn)
            o->keep = reserve(plan, program->slot_rows[o->op->in]);
        if (o->op->kind == INR_OP_ACT && !o->scalar) {
            const int h = program->slot_rows[o->op->out];
            gradient_rows = h > gradient_rows ? h : gradient_rows;
        }
    }
    plan->output = at;
    plan->gradient = reserve(plan, train ? gradient_rows : 0);
}

enum inr_status inr_cpu_plan_init(struct inr_cpu_plan *plan, const struct inr_program *program,
                                  const struct inr_cpu_kernels *kernels, bool train, uint64_t most,
                                  struct inr_error *err)
{
    *plan = (struct inr_cpu_plan){.program = program};
    enum inr_status status = check_chain(program, err);
    if (status != INR_OK)
        return status;
    plan->ops = calloc((size_t)program->n_ops, sizeof *plan->ops);
    if (!plan->ops)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the ops of a program");
    plan->tile = tile_size(program, most);
    link_ops(plan, kernels);
    lay_out(plan, train);
    return INR_OK;
}

void inr_cpu_plan_finish(struct inr_cpu_plan *plan)
{
    free(plan->ops);
    plan->ops = NULL;
}
