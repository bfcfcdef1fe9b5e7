/* SPDX-License-Identifier: MIT
 *
 * floor.c - Flops and bytes of a training step, op by op.
 */
#include "bench/floor.h"

#include <math.h>

#define WORD            4.0
#define PARAMETER_BYTES 32.0

/* Words that one op moves for a sample when every slot lives in memory. */
static double op_words(const struct inr_program *p, const struct inr_op *op)
{
    const double out = p->slot_rows[op->out], in = p->slot_rows[op->in];
    const double second = op->in2 >= 0 ? p->slot_rows[op->in2] : 0.0;
    double words = in + second + out;
    if (op->kind == INR_OP_AFFINE) {
        words += out + in;
        if (op->bias != INR_NONE)
            words += out;
        if (op->input_gradient)
            words += out + in;
    } else if (p->slot_learns[op->in]) {
        words += out + 2.0 * in + 2.0 * second;
    }
    return words;
}

void inr_floor_step(const struct inr_program *program, uint64_t batch, double sample,
                    struct inr_floor *out)
{
    const double n = (double)batch;
    double words = 3.0 * program->channels; /* output and target read, gradient written */
    for (int i = 0; i < program->n_ops; i++)
        words += op_words(program, &program->ops[i]);
    out->flops = n * program->flops;
    out->fused = n * sample + PARAMETER_BYTES * (double)program->n_trainable;
    out->layered = out->fused + n * WORD * words;
}

double inr_floor_seconds(double flops, double flop_rate, double bytes, double byte_rate)
{
    if (!(flop_rate > 0.0) || !(byte_rate > 0.0))
        return 0.0;
    return fmax(flops / flop_rate, bytes / byte_rate);
}
