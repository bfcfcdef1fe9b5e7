/* SPDX-License-Identifier: MIT
 *
 * program.h - A field compiled to a short list of ops over slots, plus the maps that turn
 * parameters into the effective weights the ops read.
 *
 * A slot is a matrix [rows][samples] (row-major: one feature of all samples is contiguous). Slot 0
 * holds the coordinates [dims][samples]. Every other slot is written by exactly one op.
 *
 * The effective array holds what ops read: weights, biases, activation constants, frequency tables.
 * Tables of grid ops and kernels are too large to be copied: ops read them in the parameter array.
 * Before a step each map fills its part of the effective array from the parameters; after the
 * backward pass it pulls the gradient by effective entries back to the parameters. Constants that
 * are not parameters are filled once from `constants`.
 *
 * Quantised and nested fields have a stage in front: maps read what quantize.h makes of the
 * parameters, and the gradient passes straight through (Bengio et al. 2013). Only where steps are
 * learnt it is clipped, see inr_quantize_row_learn.
 */
#ifndef INR_FIELD_PROGRAM_H
#define INR_FIELD_PROGRAM_H

#include "common/grid_level.h"
#include "field/quantize.h"
#include "inrush/field.h"

#define INR_NONE ((size_t)-1)

/* Ops appear in an order in which every slot is written before it is read. A slot may be read by
 * several ops; its gradient is the sum of what they give. */
enum inr_op_kind {
    INR_OP_ENCODE,    /* out = [coordinates if include_input; cos(2 pi F x); sin(2 pi F x)], F
                         [n_frequencies][dims]; in is slot 0 */
    INR_OP_CHEBYSHEV, /* out row i (K + 1) + k = T_k(tanh x_i), K = n_frequencies; in is slot 0
                         (SL2A, Rezaeian et al. 2025) */
    INR_OP_LOOKUP,  /* out row r = sum over axes i of C_i[r][index of x_i], C_i [n_out][shape[i]] at
                       lookup[i]; index by inr_grid_index. in is slot 0 */
    INR_OP_GRID,    /* out rows of level l = interpolated entries of its table, `features` each,
                       side by side or (sum) added; level l is levels[level + l] of the program, its
                       table lies in the parameters themselves. in is slot 0 */
    INR_OP_RBF,     /* out row u = exp(-gamma_u |x - mu_u|^2 / 2), mu [n_out][dims] at weight, gamma
                       [n_out] at bias; in is slot 0; learn: both need gradients */
    INR_OP_KERNELS, /* out row f = sum over the K nearest kernels i of sin(share_i m_f) w_{i,f}
                       (enc/kernel.glsl); features w [n_in][n_out], centres and shapes lie in the
                       parameters themselves. in is slot 0 */
    INR_OP_AFFINE,  /* out = W in + b, W [n_out][n_in] */
    INR_OP_ACT,     /* out = act(in), row k * units + i is plane k of unit i */
    INR_OP_MUL,     /* out = in * in2, element by element; in and in2 may be the same slot */
    INR_OP_ADD,     /* out = in + in2 */
    INR_OP_MSC,     /* out row r = in_r + sin(n_r in_r), n [n_out] at constants (NeuRBF's
                       multi-frequency sinusoid composition) */
    INR_OP_NORM /* out row r = gamma_r (in_r - mean) / sqrt(var + INR_NORM_EPSILON) + delta_r, mean
                   and biased variance over the n_out rows of one sample; gamma at weight,
                   delta at bias (layer norm, Ba et al. 2016) */
};

#define INR_NORM_EPSILON 1e-5f /* torch.nn.LayerNorm's */

struct inr_op {
    enum inr_op_kind kind;
    int in, out; /* slots */
    int in2;     /* mul, add: the second input; otherwise -1 */

    /* encode, chebyshev */
    int n_frequencies;
    bool include_input;
    size_t table; /* effective offset of F */

    /* lookup */
    size_t lookup[INR_MAX_DIMS];  /* effective offsets of C_i */
    uint32_t shape[INR_MAX_DIMS]; /* points per axis */
    int lattice;

    /* grid: n_out rows over coordinates axes [n_axes] */
    int n_axes, axes[INR_MAX_DIMS];
    int level, levels; /* first of the program's levels, and how many */
    int features;
    int interpolation; /* INR_GRID_LINEAR ... of enc/grid.glsl */
    bool sum;

    /* kernels: n_in of them; weight: of the features, in the parameters; constants: of m [n_out],
     * INR_NONE: the shares themselves */
    int nearest;                 /* K */
    int form;                    /* INR_KERNEL_* */
    size_t centre, kernel_shape; /* in the parameters */
    float metric[INR_MAX_DIMS];  /* scales of the axes before anything else */
    size_t cells;                /* tree of candidates, in the program's words ... */
    int cell_bits[INR_MAX_DIMS]; /* ... with 2^cell_bits cells an axis on top, 0 beyond dims */
    int cell_depth;              /* ... and so many halvings below, at most */

    /* affine; rbf and norm use n_out, weight and bias as said above */
    int n_in, n_out;
    size_t weight;       /* effective offset of W */
    size_t bias;         /* effective offset of b, or INR_NONE */
    bool input_gradient; /* slot_learns of `in` */

    /* act */
    int activation; /* id */
    int layer;      /* which of the configured constants: 0 the first activation's, past the hidden
                       layers those of the outputs */
    int units;
    int planes_in;  /* 1..4 rows of in per unit; fewer than the activation reads: the rest are 0 */
    int planes_out; /* 1..2 */
    size_t constants; /* effective offset of INR_MAX_CONSTANTS floats; kernels, msc: as said */
    unsigned learn;   /* act: bit k: constant k needs a gradient; rbf: 1 when it learns */
};

enum inr_map_kind {
    INR_MAP_COPY,    /* effective[e .. e+n) = params[p .. p+n) */
    INR_MAP_COMPLEX, /* [[Wr, -Wi], [Wi, Wr]], 2 rows x 2 cols, from Wr at p, Wi at q, [rows][cols]
                      */
    INR_MAP_COMPLEX_REAL, /* [Wr, -Wi], rows x 2 cols: the output layer keeps the real part */
    INR_MAP_LINEAR /* [rows][cols] = P B: P [rows][inner] in params with rows `pitch` apart, B
                      [inner][cols] fixed, in the program's tables */
};

struct inr_map {
    enum inr_map_kind kind;
    size_t param, param_imag; /* offsets into params */
    size_t effective;         /* offset into the effective array */
    size_t n;                 /* COPY: scalars */
    int rows, cols;           /* COMPLEX*: shape of one plane; LINEAR: of the result */
    int inner, pitch;         /* LINEAR */
    size_t table;             /* LINEAR: offset into tables */
};

/* A trainable weight matrix as it lies in the parameters: what Muon takes steps of. */
struct inr_matrix {
    size_t param; /* offset of [rows][cols] */
    int rows, cols;
};

struct inr_program {
    int dims, channels;
    int n_slots;
    int *slot_rows;    /* [n_slots] */
    bool *slot_learns; /* [n_slots]: something below the slot learns, so its gradient is needed */
    struct inr_op *ops;
    int n_ops;
    int output; /* slot that holds [channels][samples] */
    struct inr_map *maps;
    int n_maps;
    size_t n_params, n_trainable; /* as in the field */
    size_t n_table; /* leading parameters that grid and kernels ops read as they are: no map touches
                       them, and their gradient is not part of the effective array's */
    inr_quantized_row *quantized; /* [n_quantized] all parameters that maps read, in order;
                                            NULL: none are ever quantised */
    size_t n_quantized;
    struct inr_matrix *matrices; /* [n_matrices], by offset; none is a table's */
    size_t n_matrices;
    bool nests;             /* steps train one of several levels, see inr_quantize_row_at */
    bool learns;            /* some of the rows have a learnt step */
    bool quantised;         /* what an exec starts with, see inr_exec_quantize */
    inr_grid_level *levels; /* [n_levels], of all grid ops */
    int n_levels;
    uint32_t *words; /* [n_words]: cells of kernels ops */
    size_t n_words;
    size_t n_effective;
    float *constants; /* [n_effective]: what no map writes; zero elsewhere */
    float *tables;    /* [n_tables]: fixed bases of LINEAR maps */
    size_t n_tables;
    double flops; /* of one sample's forward and backward pass: 2 and 4 per weight, 2 and 2 per
                     corner and feature of a table; a sine counts as 16 */
};

/* Where a program will be run, if that is always on one grid: layers that are sums of functions of
 * one coordinate become tables over the grid's rows and columns where that is less work. */
struct inr_program_grid {
    uint32_t shape[INR_MAX_DIMS]; /* points per axis, 1 beyond dims */
    int lattice;                  /* coordinates as inr_grid_coord gives them */
    uint64_t batch;               /* samples between two changes of the parameters */
};

/* Compile. `grid` may be NULL: any coordinates. The program does not refer to field and grid
 * afterwards; inr_program_free releases it. Errors: INR_ERR_MEMORY. */
enum inr_status inr_program_create(const struct inr_field *field,
                                   const struct inr_program_grid *grid, struct inr_program **out,
                                   struct inr_error *err);
void inr_program_free(struct inr_program *program);

/* The end of the stretch of trainable parameters from `at` on that are all of matrices, or all of
 * none; at >= n_table. */
size_t inr_program_stretch(const struct inr_program *program, size_t at, bool *matrices);

/* One map of them, for backends with a faster product: effective <- params; d_params += pull back.
 */
void inr_map_apply(const struct inr_program *program, const struct inr_map *map,
                   const float *params, float *effective);
void inr_map_pull(const struct inr_program *program, const struct inr_map *map,
                  const float *d_effective, float *d_params);

/* quantised [n_params] <- what maps read of params; leading n_table entries are left alone. */
void inr_program_quantize(const struct inr_program *program, const float *params, float *quantised);

/* effective <- params. Entries that no map writes are left alone: copy `constants` first, once. */
void inr_program_map(const struct inr_program *program, const float *params, float *effective);

/* d_params [n_trainable] <- pull back of d_effective [n_effective]; overwrites, but for the leading
 * n_table entries, which are not touched. */
void inr_program_pull(const struct inr_program *program, const float *d_effective, float *d_params);

#endif
