/* SPDX-License-Identifier: MIT
 *
 * place.c - Where the slots and gradients of a plan lie: registers of whole rows, taken when a
 * matrix comes into being and given back when its last reader is done.
 */
#include "exec/cpu/place.h"

#include <stdlib.h>

/* Registers grow to the largest matrix they hold, so offsets are known at the end only. */
struct memory {
    int *rows;
    bool *busy;
    size_t *offset;
    int n;
};

/* Registers of slots, -1: none. */
struct slot_registers {
    int value, gradient;
};

struct op_registers {
    int keep, z, side;
};

struct placing {
    struct inr_cpu_plan *plan;
    const struct inr_cpu_use *uses;
    bool train;
    int n_targets;
    struct memory memory;
    struct slot_registers *slots; /* [n_slots] */
    struct op_registers *ops;     /* [n_ops] */
    int coords, targets;
};

/* The free register that fits best: the smallest that is large enough, else the largest. */
static int take(struct memory *m, int rows)
{
    int best = -1;
    for (int i = 0; i < m->n; i++) {
        if (m->busy[i])
            continue;
        const bool fits = m->rows[i] >= rows;
        const bool best_fits = best >= 0 && m->rows[best] >= rows;
        if (best < 0 || (fits && (!best_fits || m->rows[i] < m->rows[best])) ||
            (!fits && !best_fits && m->rows[i] > m->rows[best]))
            best = i;
    }
    if (best < 0) {
        best = m->n++;
        m->rows[best] = 0;
    }
    if (m->rows[best] < rows)
        m->rows[best] = rows;
    m->busy[best] = true;
    return best;
}

static void give(struct memory *m, int index)
{
    m->busy[index] = false;
}

static bool in_place(const struct placing *p, int slot)
{
    return p->uses[slot].gradient == INR_CPU_GRADIENT_IN_PLACE;
}

/* What op i keeps beside values. */
static void take_extras(struct placing *p, int i)
{
    const struct inr_cpu_op *o = &p->plan->ops[i];
    const int rows = p->plan->program->slot_rows[o->op->in];
    struct op_registers *r = &p->ops[i];
    *r = (struct op_registers){-1, -1, -1};
    if (p->train &&
        (o->op->kind == INR_OP_ACT || o->op->kind == INR_OP_MSC || o->op->kind == INR_OP_NORM))
        r->keep = in_place(p, o->op->in) ? p->slots[o->op->in].value : take(&p->memory, rows);
    if (p->train && o->scalar && o->op->learn)
        r->z = take(&p->memory, rows);
    if (o->op->kind == INR_OP_LOOKUP)
        r->side = take(&p->memory, p->plan->program->dims);
    else if (o->op->kind == INR_OP_KERNELS)
        r->side = take(&p->memory, 2 * o->op->nearest);
    else if (o->op->kind == INR_OP_NORM)
        r->side = take(&p->memory, INR_CPU_NORM_ROWS);
}

static void release_input(struct placing *p, int slot, int i)
{
    if (slot > 0 && p->uses[slot].reader == i)
        give(&p->memory, p->slots[slot].value);
}

/* Values and extras in the order of the forward pass. */
static void place_values(struct placing *p)
{
    const struct inr_program *program = p->plan->program;
    p->coords = take(&p->memory, program->dims);
    p->targets = take(&p->memory, p->train ? p->n_targets : 0);
    p->slots[0].value = p->coords;
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = program->ops + i;
        p->slots[op->out].value = take(&p->memory, program->slot_rows[op->out]);
        take_extras(p, i);
        if (p->train)
            continue;
        release_input(p, op->in, i);
        if (op->in2 >= 0 && op->in2 != op->in)
            release_input(p, op->in2, i);
    }
}

/* Op i writes the gradient of an input slot: where, and whether it is the first to. */
static void place_input(struct placing *p, int slot, bool *add)
{
    const struct inr_cpu_use *use = &p->uses[slot];
    struct slot_registers *s = &p->slots[slot];
    if (use->gradient == INR_CPU_GRADIENT_NONE)
        return;
    *add = s->gradient >= 0;
    if (use->gradient == INR_CPU_GRADIENT_IN_PLACE)
        s->gradient = s->value;
    else if (s->gradient < 0)
        s->gradient = take(&p->memory, p->plan->program->slot_rows[slot]);
}

/* Gradients in the order of the backward pass. */
static void place_gradients(struct placing *p)
{
    const struct inr_program *program = p->plan->program;
    p->slots[program->output].gradient = p->slots[program->output].value;
    for (int i = program->n_ops - 1; i >= 0; i--) {
        struct inr_cpu_op *o = &p->plan->ops[i];
        if (o->live) {
            place_input(p, o->op->in, &o->add_in);
            if (o->op->in2 >= 0 && o->op->in2 != o->op->in)
                place_input(p, o->op->in2, &o->add_in2);
        }
        for (int s = 1; s < program->n_slots; s++)
            if (p->uses[s].gradient == INR_CPU_GRADIENT_PASSING && p->uses[s].until == i &&
                p->slots[s].gradient >= 0)
                give(&p->memory, p->slots[s].gradient);
    }
}

static size_t at(const struct placing *p, int index)
{
    return index < 0 ? INR_NONE : p->memory.offset[index];
}

static void write_offsets(struct placing *p)
{
    struct inr_cpu_plan *plan = p->plan;
    plan->floats = 0;
    for (int i = 0; i < p->memory.n; i++) {
        p->memory.offset[i] = plan->floats;
        plan->floats += (size_t)p->memory.rows[i] * (size_t)plan->tile;
    }
    plan->coords = at(p, p->coords);
    plan->targets = at(p, p->targets);
    plan->output = at(p, p->slots[plan->program->output].value);
    for (int i = 0; i < plan->program->n_ops; i++) {
        struct inr_cpu_op *o = &plan->ops[i];
        const struct inr_op *op = o->op;
        const bool two = op->in2 >= 0;
        o->in = at(p, p->slots[op->in].value);
        o->in2 = two ? at(p, p->slots[op->in2].value) : INR_NONE;
        o->out = at(p, p->slots[op->out].value);
        o->g = at(p, p->slots[op->out].gradient);
        o->g_in = at(p, p->slots[op->in].gradient);
        o->g_in2 = two && op->in2 != op->in ? at(p, p->slots[op->in2].gradient) : INR_NONE;
        o->keep = at(p, p->ops[i].keep);
        o->z = at(p, p->ops[i].z);
        o->side = at(p, p->ops[i].side);
    }
}

enum inr_status inr_cpu_place(struct inr_cpu_plan *plan, const struct inr_cpu_use *uses,
                              const struct inr_cpu_shape *shape, struct inr_error *err)
{
    const size_t n_ops = (size_t)plan->program->n_ops, n_slots = (size_t)plan->program->n_slots;
    const size_t most = 2 + 2 * n_slots + 3 * n_ops;
    struct placing p = {
        .plan = plan, .uses = uses, .train = shape->train, .n_targets = shape->targets};
    p.memory.rows = calloc(most, sizeof *p.memory.rows);
    p.memory.busy = calloc(most, sizeof *p.memory.busy);
    p.memory.offset = calloc(most, sizeof *p.memory.offset);
    p.slots = malloc(n_slots * sizeof *p.slots);
    p.ops = malloc(n_ops * sizeof *p.ops);
    const bool ok = p.memory.rows && p.memory.busy && p.memory.offset && p.slots && p.ops;
    if (ok) {
        for (size_t i = 0; i < n_slots; i++)
            p.slots[i] = (struct slot_registers){-1, -1};
        place_values(&p);
        if (shape->train)
            place_gradients(&p);
        write_offsets(&p);
    }
    free(p.memory.rows);
    free(p.memory.busy);
    free(p.memory.offset);
    free(p.slots);
    free(p.ops);
    return ok ? INR_OK : inr_fail(err, INR_ERR_MEMORY, "out of memory for the plan of a program");
}
