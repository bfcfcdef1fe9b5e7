/* SPDX-License-Identifier: MIT
 *
 * program.h - A field compiled to a short list of ops over slots, plus the maps that turn
 * parameters into the effective weights the ops read.
 *
 * A slot is a matrix [rows][samples] (row-major: one feature of all samples is contiguous). Slot 0
 * holds the coordinates [dims][samples]. Every other slot is written by exactly one op.
 *
 * The effective array holds what ops read: weights, biases, activation constants, frequency tables.
 * Before a step each map fills its part of the effective array from the parameters; after the
 * backward pass it pulls the gradient by effective entries back to the parameters. Constants that
 * are not parameters are filled once from `constants`.
 */
#ifndef INR_FIELD_PROGRAM_H
#define INR_FIELD_PROGRAM_H

#include "inrush/field.h"

#define INR_NONE ((size_t)-1)

enum inr_op_kind {
    INR_OP_ENCODE, /* out = [coordinates if include_input; cos(2 pi F x); sin(2 pi F x)], F
                      [n][dims] */
    INR_OP_AFFINE, /* out = W in + b, W [n_out][n_in] */
    INR_OP_ACT     /* out = act(in), row k * units + i is plane k of unit i */
};

struct inr_op {
    enum inr_op_kind kind;
    int in, out; /* slots */

    /* encode */
    int n_frequencies;
    bool include_input;
    size_t table; /* effective offset of F */

    /* affine */
    int n_in, n_out;
    size_t weight;       /* effective offset of W */
    size_t bias;         /* effective offset of b */
    bool input_gradient; /* false where nothing below can learn: the input gradient is not needed */

    /* act */
    int activation; /* id */
    int units;
    int planes_in;  /* 1..4 rows of in per unit; fewer than the activation reads: the rest are 0 */
    int planes_out; /* 1..2 */
    size_t constants; /* effective offset of INR_MAX_CONSTANTS floats */
    unsigned learn;   /* bit k: constant k needs a gradient */
};

enum inr_map_kind {
    INR_MAP_COPY,    /* effective[e .. e+n) = params[p .. p+n) */
    INR_MAP_COMPLEX, /* [[Wr, -Wi], [Wi, Wr]], 2 rows x 2 cols, from Wr at p, Wi at q, [rows][cols]
                      */
    INR_MAP_COMPLEX_REAL /* [Wr, -Wi], rows x 2 cols: the output layer keeps the real part */
};

struct inr_map {
    enum inr_map_kind kind;
    size_t param, param_imag; /* offsets into params */
    size_t effective;         /* offset into the effective array */
    size_t n;                 /* COPY: scalars */
    int rows, cols;           /* COMPLEX*: shape of one plane */
};

struct inr_program {
    int dims, channels;
    int n_slots;
    int *slot_rows; /* [n_slots] */
    struct inr_op *ops;
    int n_ops;
    int output; /* slot that holds [channels][samples] */
    struct inr_map *maps;
    int n_maps;
    size_t n_params, n_trainable; /* as in the field */
    size_t n_effective;
    float *constants; /* [n_effective]: what no map writes; zero elsewhere */
    double flops;     /* of one sample's forward and backward products: 2 and 4 per weight */
};

/* Compile. The program does not refer to the field afterwards; inr_program_free releases it. */
enum inr_status inr_program_create(const struct inr_field *field, struct inr_program **out,
                                   struct inr_error *err);
void inr_program_free(struct inr_program *program);

/* effective <- params. Entries that no map writes are left alone: copy `constants` first, once. */
void inr_program_map(const struct inr_program *program, const float *params, float *effective);

/* d_params [n_trainable] <- pull back of d_effective [n_effective]; overwrites. */
void inr_program_pull(const struct inr_program *program, const float *d_effective, float *d_params);

#endif
