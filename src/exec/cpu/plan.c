/* SPDX-License-Identifier: MIT
 *
 * plan.c - Which ops run together, and the size of a tile.
 */
#include "exec/cpu/plan.h"

#include <stdlib.h>

#include "exec/cpu/place.h"

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

/* Samples of a block, in a tile of so many. */
static int block_size(const struct inr_program *program, const struct inr_cpu_kernels *kernels,
                      int samples, int columns)
{
    int64_t largest = 1;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        if (op->kind == INR_OP_AFFINE && (int64_t)op->n_in * op->n_out > largest)
            largest = (int64_t)op->n_in * op->n_out;
    }
    const int64_t unpacked = UNPACKED / largest / columns / INR_CPU_LANES * INR_CPU_LANES;
    if (unpacked * columns < 2 * INR_CPU_LANES || kernels->lanes < INR_CPU_LANES)
        return samples;
    return even_pieces((uint64_t)samples, unpacked < samples ? (int)unpacked : samples);
}

static bool few_in(const struct inr_op *op)
{
    return op->n_in <= INR_CPU_NARROW;
}

static bool few_out(const struct inr_op *op)
{
    return op->n_out <= INR_CPU_NARROW;
}

static void read_slot(struct inr_cpu_use *uses, int slot, int op)
{
    uses[slot].reads++;
    uses[slot].reader = op;
}

static void count_uses(const struct inr_program *program, struct inr_cpu_use *uses)
{
    for (int s = 0; s < program->n_slots; s++)
        uses[s] = (struct inr_cpu_use){.writer = -1, .reader = -1};
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        read_slot(uses, op->in, i);
        if (op->in2 >= 0)
            read_slot(uses, op->in2, i);
        uses[op->out].writer = i;
    }
    /* A gradient is needed where something below learns and the output depends on it. */
    uses[program->output].live = program->slot_learns[program->output];
    for (int i = program->n_ops - 1; i >= 0; i--) {
        const struct inr_op *op = &program->ops[i];
        if (!uses[op->out].live)
            continue;
        uses[op->in].live = program->slot_learns[op->in];
        if (op->in2 >= 0)
            uses[op->in2].live = program->slot_learns[op->in2];
    }
}

/* Its backward pass reads each element of an input for the last time when it writes its gradient.
 */
static bool elementwise(const struct inr_op *op)
{
    return op->kind == INR_OP_ACT || op->kind == INR_OP_MUL || op->kind == INR_OP_ADD ||
           op->kind == INR_OP_MSC || op->kind == INR_OP_NORM;
}

static void choose_gradients(const struct inr_cpu_plan *plan, struct inr_cpu_use *uses)
{
    for (int s = 1; s < plan->program->n_slots; s++) {
        struct inr_cpu_use *use = &uses[s];
        const struct inr_cpu_op *writer = &plan->ops[use->writer];
        if (!use->live)
            continue;
        use->until = use->writer;
        if (use->reads == 0 ||
            (use->reads == 1 && writer->forgets && elementwise(plan->ops[use->reader].op)))
            use->gradient = INR_CPU_GRADIENT_IN_PLACE;
        else if (writer->op->kind == INR_OP_AFFINE && writer->back == INR_CPU_BACK_OWN)
            use->gradient = INR_CPU_GRADIENT_STAYS;
        else
            use->gradient = INR_CPU_GRADIENT_PASSING;
    }
}

/* How op i runs backwards when it stands alone. */
static enum inr_cpu_back alone(const struct inr_cpu_plan *plan, const struct inr_cpu_use *uses,
                               int i)
{
    const struct inr_op *op = plan->ops[i].op;
    if (!plan->ops[i].live)
        return INR_CPU_BACK_SKIP;
    if (op->kind != INR_OP_AFFINE)
        return INR_CPU_BACK_OWN;
    if (few_in(op))
        return INR_CPU_BACK_FEW_IN;
    /* few_out_back sets gradients and cannot add. */
    return few_out(op) && uses[op->in].live && uses[op->in].reader == i ? INR_CPU_BACK_FEW_OUT
                                                                        : INR_CPU_BACK_OWN;
}

static void describe_ops(struct inr_cpu_plan *plan, const struct inr_cpu_kernels *kernels,
                         const struct inr_cpu_use *uses)
{
    for (int i = 0; i < plan->program->n_ops; i++) {
        struct inr_cpu_op *o = &plan->ops[i];
        o->op = &plan->program->ops[i];
        o->live = uses[o->op->out].live;
        const bool planes = o->op->kind == INR_OP_ACT && kernels->act_back[o->op->activation];
        o->scalar = o->op->kind == INR_OP_ACT && !planes && !plan->tangents;
        o->forgets = o->op->kind != INR_OP_RBF && !planes;
        o->bias = INR_NONE;
        o->d_bias = o->op->kind == INR_OP_AFFINE ? o->op->bias : INR_NONE;
        o->back = alone(plan, uses, i);
    }
}

/* An act that alone reads a product adds its bias, and sums the gradient of that bias in the pass
 * that makes dL/dz. */
static void join_bias(struct inr_cpu_plan *plan, const struct inr_cpu_use *uses,
                      struct inr_cpu_op *act)
{
    const struct inr_cpu_use *z = &uses[act->op->in];
    struct inr_cpu_op *below = z->writer >= 0 ? &plan->ops[z->writer] : NULL;
    if (!below || below->op->kind != INR_OP_AFFINE || z->reads != 1)
        return;
    if (!few_in(below->op) && !few_out(below->op)) {
        below->bias_later = true;
        act->bias = below->op->bias;
    }
    if (z->gradient == INR_CPU_GRADIENT_IN_PLACE) {
        act->d_bias = below->op->bias;
        below->d_bias = INR_NONE;
    }
}

/* An act is done by the affine op above it when that one has few outputs, or by the one below when
 * that has few inputs and is the last to need a gradient. */
static void join_back(struct inr_cpu_plan *plan, struct inr_cpu_use *uses, struct inr_cpu_op *act)
{
    const struct inr_cpu_use *z = &uses[act->op->in];
    struct inr_cpu_use *h = &uses[act->op->out];
    if (!act->scalar || !act->live || z->gradient != INR_CPU_GRADIENT_IN_PLACE)
        return;
    struct inr_cpu_op *above = h->reads == 1 ? &plan->ops[h->reader] : NULL;
    struct inr_cpu_op *below = &plan->ops[z->writer];
    if (above && above->back == INR_CPU_BACK_FEW_OUT && !act->op->learn) {
        above->act = act;
        act->back = INR_CPU_BACK_SKIP;
        h->gradient = INR_CPU_GRADIENT_NONE;
    } else if (below->back == INR_CPU_BACK_FEW_IN && !uses[below->op->in].live) {
        below->act = act;
        act->back = INR_CPU_BACK_SKIP;
        h->until = z->writer;
    }
}

static enum inr_status check(const struct inr_cpu_plan *plan, const struct inr_cpu_use *uses,
                             struct inr_error *err)
{
    const struct inr_cpu_use *output = &uses[plan->program->output];
    if (output->writer < 0 || output->reads > 0 || !plan->ops[output->writer].forgets)
        return inr_fail(err, INR_ERR_FAILED,
                        "the cpu backend needs a program that ends with a layer, a product or a "
                        "sum, which no op reads");
    return INR_OK;
}

static enum inr_status lay_out(struct inr_cpu_plan *plan, const struct inr_cpu_kernels *kernels,
                               struct inr_cpu_use *uses, const struct inr_cpu_shape *shape,
                               struct inr_error *err)
{
    count_uses(plan->program, uses);
    describe_ops(plan, kernels, uses);
    enum inr_status status = check(plan, uses, err);
    if (status != INR_OK)
        return status;
    choose_gradients(plan, uses);
    for (int i = 0; i < plan->program->n_ops; i++)
        if (plan->ops[i].op->kind == INR_OP_ACT) {
            join_bias(plan, uses, &plan->ops[i]);
            join_back(plan, uses, &plan->ops[i]);
        }
    return inr_cpu_place(plan, uses, shape, err);
}

enum inr_status inr_cpu_plan_init(struct inr_cpu_plan *plan, const struct inr_program *program,
                                  const struct inr_cpu_kernels *kernels,
                                  const struct inr_cpu_shape *shape, struct inr_error *err)
{
    *plan = (struct inr_cpu_plan){.program = program};
    plan->ops = calloc((size_t)program->n_ops, sizeof *plan->ops);
    struct inr_cpu_use *uses = malloc((size_t)program->n_slots * sizeof *uses);
    enum inr_status status = INR_OK;
    if (!plan->ops || !uses)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for the ops of a program");
    plan->tangents = shape->jet ? program->dims : 0;
    const int columns = 1 + plan->tangents;
    plan->samples = even_pieces(shape->most, TILE / columns);
    plan->tile = plan->samples * columns;
    plan->block = block_size(program, kernels, plan->samples, columns);
    if (status == INR_OK)
        status = lay_out(plan, kernels, uses, shape, err);
    free(uses);
    return status;
}

void inr_cpu_plan_finish(struct inr_cpu_plan *plan)
{
    free(plan->ops);
    plan->ops = NULL;
}
