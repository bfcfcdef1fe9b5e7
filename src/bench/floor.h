/* SPDX-License-Identifier: MIT
 *
 * floor.h - What a training step cannot do without: flops and bytes, and the time they take.
 *
 * Flops: 6 a weight and sample (one multiply-add each for the value, the data gradient and the
 * weight gradient), less the first layer's data gradient, which nobody needs, plus 16 a sine of a
 * fixed encoding; activations are not counted (struct inr_program).
 *
 * Bytes of a fused step: a sample is fetched (3 bytes of a picture), everything in between stays in
 * registers and shared memory, and a parameter costs 32 bytes: its gradient is written and read,
 * itself and two moments are read and written. Weights that workgroups read again come from a
 * cache.
 *
 * Bytes of a layered step: besides, every op reads its inputs from memory and writes its outputs,
 * forward and backward: a product reads its input and the gradient of its output for the weights,
 * that gradient for the biases, and again for the data gradient, which it writes; an activation
 * reads the gradient and its input and writes. A hidden unit of a plain network comes to 48 bytes a
 * sample.
 */
#ifndef INR_BENCH_FLOOR_H
#define INR_BENCH_FLOOR_H

#include "exec/ceiling.h"
#include "field/program.h"

struct inr_floor {
    double flops;
    double fused, layered; /* bytes */
};

/* Of a step of `batch` samples, each fetched from `sample` bytes. */
void inr_floor_step(const struct inr_program *program, uint64_t batch, double sample,
                    struct inr_floor *out);

/* Seconds that `flops` and `bytes` take side by side, the longer of the two; 0 for an unknown
 * rate. */
double inr_floor_seconds(double flops, double flop_rate, double bytes, double byte_rate);

#endif
