/* SPDX-License-Identifier: MIT
 *
 * kernels.h - The elementwise loops of the CPU backend as a table of functions: compiled once per
 * instruction set from the same sources, chosen when an exec is made.
 *
 * Shapes. A slot is [rows][ld] floats, one feature of all samples of a tile in a row; ld is a
 * multiple of INR_CPU_LANES and every row starts on a cache line. `n` counts samples and is rounded
 * up to a multiple of INR_CPU_LANES by the caller, so no loop has a tail; samples past the batch
 * hold finite values and a zero gradient. A kernel that accumulates a gradient adds to what is
 * there.
 *
 * Jets. A block of n samples with `tangents` T holds (1 + T) n columns: column (1 + k) n + t is the
 * derivative by coordinate k of column t. What is linear takes all columns as they are. In the
 * backward pass the gradient has the same shape, that of a tangent beside that of a value.
 */
#ifndef INR_EXEC_CPU_KERNELS_H
#define INR_EXEC_CPU_KERNELS_H

#include "exec/exec.h"

#define INR_CPU_LANES       16 /* floats in the widest vector, and in a cache line */
#define INR_CPU_NARROW      4  /* products with at most so many inputs or outputs have own loops */
#define INR_CPU_ACTIVATIONS 64 /* ids of activations are below */
#define INR_CPU_LOSSES      16
#define INR_CPU_TABLE_BLOCK 16 /* table scalars that are marked as touched together */
#define INR_CPU_TABLE_MARKS 8  /* blocks whose marks are looked at together */
#define INR_CPU_NORM_ROWS   4  /* numbers a sample that layer norm keeps */

/* One act op over a tile. Scalar activations have one plane in and out. */
struct inr_cpu_act {
    const float *z;    /* [planes_in * units][ld] pre-activations, without bias */
    const float *bias; /* [planes_in * units], or NULL */
    const float *p;    /* [INR_MAX_CONSTANTS] */
    float *h;          /* [planes_out * units][ld] values */
    float *keep;       /* as z. Scalar: the derivative; planes: z with its bias. NULL: not wanted */
    int units, planes_in, planes_out;
    int tangents; /* jets */
    int n, ld;
};

/* Its backward pass. */
struct inr_cpu_act_back {
    const float *z; /* [planes_in * units][ld], bias included */
    const float *h; /* [planes_out * units][ld] */
    const float *g; /* [planes_out * units][ld] dL/dh */
    const float *p;
    float *dz;     /* [planes_in * units][ld] dL/dz; may be z */
    float *d_bias; /* [planes_in * units], or NULL */
    float *d_p;    /* [INR_MAX_CONSTANTS]: those in `learn` are added to */
    unsigned learn;
    int units, planes_in, planes_out;
    int tangents; /* jets */
    int n, ld;
};

/* An affine op with few inputs or few outputs. */
struct inr_cpu_affine {
    const float *w;    /* [n_out][n_in] */
    const float *bias; /* [n_out], or NULL */
    const float *x;    /* [n_in][ld] */
    float *y;          /* [n_out][ld] */
    int n_in, n_out;
    int n, ld;
};

/* The backward pass of an affine op joined to that of the scalar activation after it (few_in) or
 * before it (few_out). */
struct inr_cpu_affine_back {
    const float *w;  /* few_out: [n_out][n_in] */
    const float *x;  /* few_in: inputs [n_in][ld]; few_out: values h [n_in][ld] */
    const float *g;  /* few_in: dL/dh [n_out][ld]; few_out: dL/dy [n_out][ld] */
    const float *d;  /* activation's derivative, few_in [n_out][ld], few_out [n_in][ld]; NULL: 1 */
    float *dz;       /* few_out: [n_in][ld] (w^T g) d, may be d; NULL: not wanted. few_in: unused */
    float *d_weight; /* [n_out][n_in] */
    float *d_bias;   /* few_in: [n_out] of this op; few_out: [n_in] of the op below, or NULL */
    int n_in, n_out;
    int n, ld;
};

/* A lookup op. Going back, d_table takes what y gives. */
struct inr_cpu_lookup {
    const float *table[INR_MAX_DIMS]; /* [rows][points] */
    float *d_table[INR_MAX_DIMS];
    size_t points[INR_MAX_DIMS];
    const uint32_t *index; /* [dims][ld] */
    float *y;              /* [rows][ld] values; dL/dy going back */
    int rows, dims;
    int n, ld;
};

/* A grid op. Going back, the gradient of the tables takes what y gives. */
struct inr_cpu_grid {
    const inr_grid_level *levels; /* [n_levels] */
    int n_levels;
    const float *x[INR_MAX_DIMS]; /* coordinates of the op's axes, [ld] each */
    const float *params;          /* tables lie at the levels' offsets */
    float *y;                     /* [n_out][ld] values; dL/dy going back */
    float *d_table;               /* as params; NULL with d_fixed */
    int64_t *d_fixed;             /* as params: round(gradient * fixed_scale); or NULL */
    double fixed_scale;
    uint8_t *dirty; /* a byte for INR_CPU_TABLE_BLOCK scalars, set to 1 */
    int n_axes, features, interpolation;
    bool sum;
    int axes[INR_MAX_DIMS]; /* jets: numbers of the coordinates x, ... */
    int tangents;           /* ... */
    int n, ld;
};

/* A kernels op: the K nearest of many radial basis functions. Going back, the gradient of their
 * features takes what y gives, by the indices and shares that the forward pass has left. */
struct inr_cpu_nearest {
    const uint32_t *words;         /* the tree of cells (field/cells.h) ... */
    int bits[INR_MAX_DIMS], depth; /* ... and its size */
    const float *x[INR_MAX_DIMS];  /* coordinates, [ld] each */
    const float *metric;           /* [dims] */
    const float *centres;          /* [kernels][dims] */
    const float *shapes;           /* [kernels][1 or dims (dims + 1) / 2] */
    const float *features;         /* [kernels][n_features] */
    const float *m;                /* [n_features] frequencies, or NULL */
    uint32_t *index;               /* [nearest][ld] */
    float *share;                  /* [nearest][ld] */
    float *y;                      /* [n_features][ld] values; dL/dy going back */
    size_t table;                  /* where the features begin in the arrays below */
    float *d_table;                /* as in inr_cpu_grid */
    int64_t *d_fixed;
    double fixed_scale;
    uint8_t *dirty;
    int n_features, nearest, form, dims;
    int tangents; /* jets: shares have tangents too */
    int n, ld;
};

/* Pixels [first, last) of a row, of which none has a neighbour outside: out += what they see, or
 * are given, under one angle. Lengths are in pixels from the first; c, s: its cosine and sine. */
struct inr_cpu_radon {
    const float *in; /* see: the picture; give: the angle's measurements */
    float *out;      /* see: the angle's measurements; give: the row of the picture */
    float c, s;
    float cx, cy; /* the picture's centre */
    float y;      /* the row, from it */
    int pitch;    /* see: pixels from row to row */
    int first, last;
};

/* An msc op: y = x + sin(frequency x). */
struct inr_cpu_msc {
    const float *x;         /* [rows][ld] */
    const float *frequency; /* [rows] */
    float *y;               /* [rows][ld] */
    float *keep;            /* [rows][ld] dy/dx, or NULL; may be x. Jets: x and its tangents */
    const float *g;         /* jets, backward: dL/dy, and dL/dx, which may be keep */
    float *dx;
    int rows;
    int tangents; /* jets */
    int n, ld;
};

/* Gaussian windows. */
struct inr_cpu_rbf {
    const float *x;     /* [dims][ld] */
    const float *mu;    /* [rows][dims] */
    const float *gamma; /* [rows] */
    float *y;           /* [rows][ld] values, read going back */
    const float *g;     /* dL/dy */
    float *d_mu, *d_gamma;
    int rows, dims;
    int tangents; /* jets */
    int n, ld;
};

/* Layer norm over the rows. */
struct inr_cpu_norm {
    const float *x;             /* [rows][ld] */
    const float *gamma, *delta; /* [rows] */
    float *y;                   /* [rows][ld] */
    float *keep;    /* [rows][ld] normalised x, written where not NULL; may be x. Read going back */
    float *side;    /* [INR_CPU_NORM_ROWS][ld] mean, 1 / deviation, scratch */
    const float *g; /* dL/dy */
    float *dx;      /* [rows][ld] or NULL; may be keep */
    bool add;       /* add to dx rather than set it */
    float *d_gamma, *d_delta;
    int rows;
    int tangents; /* jets */
    int n, ld;
};

/* The backward pass of y = a b. da may be a, db may be b. */
struct inr_cpu_mul_back {
    const float *a, *b, *g; /* [rows][ld] */
    float *da, *db;         /* [rows][ld], or NULL */
    bool add_a, add_b;      /* add to them rather than set them */
    int rows;
    int tangents; /* jets */
    int n, ld;
};

/* A batch as the tiles see it. */
struct inr_cpu_batch {
    const struct inr_pool *pool;
    uint32_t mode, size, step;
    uint64_t seed;
};

struct inr_cpu_loss {
    const float *target; /* [channels][ld] */
    float *y;            /* [channels][ld] predictions in, dL/dy out */
    float constant;
    float scale; /* 1 / (batch * channels), folded into dL/dy */
    int channels;
    int valid; /* samples that count; the gradient of the others is set to 0 */
    int n, ld;
    double sum, squares; /* added to: loss and squared error */
};

/* The geometry loss of a jet. */
struct inr_cpu_geometry {
    const float *target; /* [INR_GEOMETRY_TARGETS][ld] */
    float *y;            /* [1][ld] value and tangents in, the gradient by each out */
    inr_geometry weights;
    float scale;
    int valid;
    int tangents;
    int n, ld;
    double sum, squares;
};

struct inr_cpu_update {
    const struct inr_optimizer_config *optimizer;
    const struct inr_step *step;
    float *w, *m, *v;
    float *lag; /* of an average, or NULL */
    const float *g;
    size_t n;
};

/* Tables under a sparse optimiser, whose scalars take different numbers of steps. */
struct inr_cpu_sparse {
    const struct inr_optimizer_config *optimizer;
    float fade1, fade2; /* of inr_optimizer_correction */
    float rate, gain;
    float *w, *m, *v, *counts; /* [n_table] */
    float *lag;                /* likewise, of an average, or NULL; has faded already */
    float *const *d_table;     /* [parts][n_table] gradients, and [parts] marks of their blocks */
    uint8_t *const *dirty;
    int parts;
};

struct inr_cpu_kernels {
    const char *name; /* "baseline", "AVX2", "AVX-512" */
    int lanes;

    /* act_scalar.c, act_plane.c; NULL where no activation has that id */
    void (*act_value[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act *a);
    void (*act_train[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act *a);
    void (*act_back[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act_back *b); /* planes only */
    void (*act_learn[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act_back *b);

    /* act_jet.c: values and tangents of an activation, and the way back; learn: of the constants */
    void (*act_jet[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act *a);
    void (*act_jet_back[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act_back *b);
    void (*act_jet_learn[INR_CPU_ACTIVATIONS])(const struct inr_cpu_act_back *b);

    /* jet.c: tangents of what the function of the same name without _jet has made */
    void (*encode_jet)(const struct inr_op *op, int dims, const float *table, float *out, int n,
                       int ld);
    void (*chebyshev_jet)(int dims, int degree, float *out, int n, int ld);
    void (*rbf_jet)(const struct inr_cpu_rbf *r);
    void (*rbf_jet_back)(const struct inr_cpu_rbf *r);
    void (*norm_jet)(const struct inr_cpu_norm *a);
    void (*norm_jet_back)(const struct inr_cpu_norm *a);
    /* jet.c: values and tangents */
    void (*mul_jet)(const float *a, const float *b, float *y, int rows, int tangents, int n,
                    int ld);
    void (*mul_jet_back)(const struct inr_cpu_mul_back *m);
    void (*msc_jet)(const struct inr_cpu_msc *o);
    void (*msc_jet_back)(const struct inr_cpu_msc *o);
    void (*geometry)(struct inr_cpu_geometry *l);
    void (*grid_jet)(const struct inr_cpu_grid *g);
    void (*grid_jet_back)(const struct inr_cpu_grid *g);
    void (*nearest_jet)(const struct inr_cpu_nearest *o);
    void (*nearest_jet_back)(const struct inr_cpu_nearest *o);

    /* dense.c */
    void (*few_in)(const struct inr_cpu_affine *a);
    void (*few_out)(const struct inr_cpu_affine *a);
    void (*few_in_back)(const struct inr_cpu_affine_back *b);
    void (*few_out_back)(const struct inr_cpu_affine_back *b);
    /* dz = g d, d_bias (unless NULL) += row sums of dz; dz may be g or d */
    void (*chain)(const float *g, const float *d, float *dz, float *d_bias, int rows, int n,
                  int ld);
    /* d_bias += row sums of g */
    void (*sum_rows)(const float *g, float *d_bias, int rows, int n, int ld);
    /* y = x + bias; bias NULL: a copy */
    void (*add_bias)(const float *x, const float *bias, float *y, int rows, int n, int ld);

    /* graph.c */
    void (*chebyshev)(const float *x, int dims, int degree, float *out, int n, int ld);
    void (*grid_index)(const float *x, uint32_t points, int lattice, uint32_t *index, int n);
    void (*lookup)(const struct inr_cpu_lookup *l);
    void (*lookup_back)(const struct inr_cpu_lookup *l);
    void (*rbf)(const struct inr_cpu_rbf *r);
    void (*rbf_back)(const struct inr_cpu_rbf *r);
    void (*norm)(const struct inr_cpu_norm *a);
    void (*norm_back)(const struct inr_cpu_norm *a);
    void (*mul)(const float *a, const float *b, float *y, int rows, int n, int ld);
    void (*mul_back)(const struct inr_cpu_mul_back *m);
    /* y = a + b; y may be either */
    void (*add)(const float *a, const float *b, float *y, int rows, int n, int ld);

    /* grid.c */
    void (*grid)(const struct inr_cpu_grid *g);
    void (*grid_back)(const struct inr_cpu_grid *g);

    /* nearest.c */
    void (*nearest)(const struct inr_cpu_nearest *o);
    void (*nearest_back)(const struct inr_cpu_nearest *o);
    void (*msc)(const struct inr_cpu_msc *o);

    /* radon.c */
    void (*radon_see)(const struct inr_cpu_radon *r);
    void (*radon_give)(const struct inr_cpu_radon *r);

    /* sample.c */
    void (*draw)(const struct inr_cpu_batch *batch, uint32_t first, int n, uint32_t *index);
    /* ask for n samples that gather will read soon */
    void (*prefetch)(const struct inr_pool *pool, const uint32_t *index, int n);
    /* coords [dims][ld] and targets [channels][ld] of n samples, zero up to n_padded */
    void (*gather)(const struct inr_pool *pool, const uint32_t *index, int n, int n_padded, int ld,
                   float *coords, float *targets);
    void (*encode)(const struct inr_op *op, int dims, const float *table, const float *x,
                   float *out, int n, int ld);
    void (*loss[INR_CPU_LOSSES])(struct inr_cpu_loss *l);
    void (*update)(const struct inr_cpu_update *u);
    /* no infinity and no NaN among x; the only test for them in these files, see CMakeLists.txt */
    bool (*finite)(const float *x, size_t n);
    /* sum[i] += part[i] */
    void (*accumulate)(float *sum, const float *part, size_t n);

    /* sparse.c; false: a scalar has become infinite or NaN */
    /* the block from scalar `at` on, with gradient g [INR_CPU_TABLE_BLOCK] */
    bool (*update_sparse)(const struct inr_cpu_sparse *u, size_t at, const float *g);
    /* marked blocks first .. end, whole ones, with the gradients of all parts, which it clears */
    bool (*sweep_sparse)(const struct inr_cpu_sparse *u, size_t first, size_t end);
};

/* The best table this machine can run. */
struct inr_cpu_kernels inr_cpu_kernels_pick(void);

/* Table number `index` for tests: 0 is the baseline; false when there is none or this machine
 * cannot run it. */
bool inr_cpu_kernels_at(int index, struct inr_cpu_kernels *out);

#endif
