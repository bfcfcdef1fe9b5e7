/* SPDX-License-Identifier: MIT
 *
 * plan.c - Slots in memory, and the size of a tile.
 */
#include "exec/cpu/plan.h"

#include <stdlib.h>

/* Most samples of a tile. The weight gradient adds to a matrix as large as the weights once a tile,
 * so long tiles spread that; but all slots are written going forward and read at the end. Measured
 * with widths 64 to 256 (1 MiB of L2 a core): 160 to 256 are alike, half of that is 5 % slower. */
#define TILE 192

/* OpenBLAS multiplies small matrices without packing them on AVX-512 machines, up to 10^6
 * multiply-adds a call: 115 instead of 100 GFLOP/s a core. */
#define UNPACKED 1000000

static int round_up(uint64_t n)
{
    return (int)((n + INR_CPU_LANES - 1) / INR_CPU_LANES * INR_CPU_LANES);
}

/* Cut n into pieces of at most `most` that are as equal as lanes allow. */
static int even_pieces(uint64_t n, int most)
{
    const uint64_t pieces = (n + (uint64_t)most - 1) / (uint64_t)most;
    return round_up((n + pieces - 1) / pieces);
}

static int block_size(const struct inr_program *program, const struct inr_cpu_kernels *kernels,
                      int tile)
{
    int64_t largest = 1;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        if (op->kind == INR_OP_AFFINE && (int64_t)op->n_in * op->n_out > largest)
            largest = (int64_t)op->n_in * op->n_out;
    }
    const int64_t unpacked = UNPACKED / largest / INR_CPU_LANES * INR_CPU_LANES;
    if (unpacked < 2 * INR_CPU_LANES || kernels->lanes < INR_CPU_LANES)
        return tile;
    return even_pieces((uint64_t)tile, unpacked < tile ? (int)unpacked : tile);
}

static enum inr_status check_chain(const struct inr_program *program, struct inr_error *err)
{
    int slot = 0;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        const bool act = op->kind == INR_OP_ACT;
        if (op->in != slot || (op->kind == INR_OP_ENCODE && i > 0) ||
            (op->kind == INR_OP_AFFINE && i > 0 && program->ops[i - 1].kind == INR_OP_AFFINE) ||
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
        const int h = o->op->kind == INR_OP_ACT ? program->slot_rows[o->op->out] : 0;
        gradient_rows = h > gradient_rows ? h : gradient_rows;
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
    plan->tile = even_pieces(most, TILE);
    plan->block = block_size(program, kernels, plan->tile);
    link_ops(plan, kernels);
    lay_out(plan, train);
    return INR_OK;
}

void inr_cpu_plan_finish(struct inr_cpu_plan *plan)
{
    free(plan->ops);
    plan->ops = NULL;
}
