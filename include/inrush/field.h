/* SPDX-License-Identifier: MIT
 *
 * field.h - A field is a model as plain data: encoding, layers, activation, initialiser, and one
 * flat parameter array with named slices.
 *
 *     struct inr_field_config config;
 *     inr_field_default(activation_id, 2, 3, &config);
 *     struct inr_field *field;
 *     inr_field_create(&config, seed, &field, &err);      // laid out and initialised
 *     ...
 *     inr_field_free(field);
 *
 * Conventions. dims inputs in [-1,1] -> channels outputs. Layer 0 reads the encoding; `layers`
 * counts the hidden-to-hidden layers as in SIREN's code, so a field has layers + 1 activations and
 * layers + 2 affine maps. `width` is counted in real units: complex activations use floor(width /
 * sqrt 2) units (one matrix, WIRE) or floor(width / 2) (two matrices, 2D WIRE), which keeps real
 * parameter counts equal.
 *
 * Table encodings (grid, multigrid, hash, tiled, planes, neurbf) hold trainable features that are
 * interpolated at the coordinate; they come first in the parameter array. With architecture none
 * their features are the output.
 *
 * Thread safety: a field may be read from many threads. Ownership: _create gives, _free takes.
 */
#ifndef INRUSH_FIELD_H
#define INRUSH_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INR_MAX_DIMS      3
#define INR_MAX_CHANNELS  16
#define INR_MAX_CONSTANTS 6
#define INR_MAX_LAYERS    64
#define INR_MAX_WIDTH     4096
#define INR_MAX_NESTED    16

/* Weights as whole numbers times a step, see "quantize" settings. */
struct inr_quantizer {
    int bits;        /* 2..16 of weights; 0: they are floats */
    int bias_bits;   /* of biases, phases and constants; 0: 12, or bits where that is more */
    int first_bits;  /* of what multiplies coordinates or their encoding; 0: as bias_bits = 0 for
                        coordinates, as the other weights for an encoding */
    int granularity; /* row: a step an output unit; tensor: a step a weight */
    float clip;      /* of weights: the greatest level is that part of the greatest weight, (0,2],
                        and weights beyond are clipped; above 1 steps are wider than they need to
                        be, as of less than `bits`; 0: 1 */
    int compand;     /* 0..8 of weights of 2..7 bits: level q is step * q (8 + compand |q|), closer
                        to the next the smaller it is; 0: step * q */
    int step;        /* of weights: peak, by clip from the greatest weight; learned, trained as they
                        are (LSQ, Esser et al. 2020) from there on; auto: a fit chooses */
};

/* What a field is. Ids are rows of the tables; look them up with inr_registry_find (fit.h). */
struct inr_field_config {
    int dims;     /* 1..3 coordinates */
    int channels; /* 1..16 outputs */

    int architecture; /* mlp, sl2a, fourier_net, gabor_net, none, neurbf */

    int encoding;         /* identity, fourier (random Fourier features), octaves (NeRF), chebyshev,
                             grid, multigrid, hash, tiled, planes */
    int n_frequencies;    /* fourier: rows of B; octaves: octaves per coordinate; chebyshev: highest
                             degree K */
    float encoding_sigma; /* fourier: B ~ N(0, sigma^2), in cycles per coordinate unit */
    float octave_base;    /* octaves: lowest angular frequency, pi (NeRF) or 1 */
    float octave_ratio;   /* ... of neighbouring ones; 0: 2, octaves */
    bool include_input;   /* fourier, octaves: append the coordinates themselves */

    int features; /* of a table entry; 0: one a channel (architecture none), else planes: width,
                     grid: 4, the others: 2 */
    int interpolation; /* INR_GRID_* of enc/grid.glsl: linear, smoothstep, cubic (grid only) */
    int resolution[INR_MAX_DIMS]; /* grid, and the lines of planes: points on each axis; 0: the
                                     signal's own, filled in by inr_field_take_shape. neurbf: their
                                     ratio is that of the domain's sides */
    int levels;                   /* multigrid, hash, tiled: 1..32 */
    int base_resolution;          /* ... N_min, points of the coarsest level */
    int finest_resolution; /* ... points of the finest level; 0: half of the signal's longest side
                            */
    float level_scale;     /* ... growth b of the resolution; 0: from base and finest */
    int log2_table;        /* hash, tiled: at most 2^log2_table entries a level */
    int plane_resolution;  /* planes: points a side of each plane */
    int volume_resolution; /* ... and of the volume (3 coordinates) */

    int activation;
    int width;         /* 1..INR_MAX_WIDTH, real units (see above) */
    int layers;        /* 0..INR_MAX_LAYERS hidden-to-hidden layers */
    float width_end;   /* architecture mlp: width of the last hidden layer / width, (0,1]; 0: 1 */
    float width_power; /* ... of layer k: width [end + (1 - end) (1 - k / layers)^power] (NIF); 0: 1
                        */
    int nested;        /* architecture mlp: so many networks in one, network k of the first ceil(k /
                          nested)        units of every layer, with an output bias of its own; 0 or 1: one
                        */
    int level;         /* of these the field is number 1 .. nested - 1; 0: all of them */
    float first[INR_MAX_CONSTANTS];  /* constants of the first activation, e.g. omega */
    float hidden[INR_MAX_CONSTANTS]; /* constants of the others */
    bool learn_constants;            /* train them: one set a layer (INCODE: one set in all) */

    int output_activation; /* real activation that the outputs pass last (a scaling field's
                              included); none: they stay as they are. Its constants do not learn:
                              those of the others by name (hidden), else its defaults */
    float output_omega;    /* ... its frequency instead; 0: by that rule */

    bool opponent; /* of 3 or 4 channels: the first three are (R + G + B) / sqrt 3, (R - B) / sqrt 2
                      and (R - 2 G + B) / sqrt 6 up to here, and RGB from here on; errors are the
                      same in both, since the change is orthonormal */

    bool bias; /* layers add one; off, as in tiny-cuda-nn: plain layers of architecture mlp only */

    int init;      /* siren, pytorch, kaiming, xavier, xavier_uniform, vi3nr, paon, ridges,
                      singularities */
    float sigma_p; /* vi3nr: std of pre-activations; 0: solved, or the activation's default where
                      there is no root (variance.h) */
    float first_bias_scale; /* k >= 0: first-layer bias ~ U(-k, k) (FINER), 0 meaning none at all;
                               negative: the initialiser's rule */
    float edge_share; /* singularities: part 0..1 of the first layer that lies on singular points of
                         the signal (select.h) */

    int rank;           /* sl2a: rank r of the hidden layers' weights, 0: full */
    float filter_scale; /* fourier_net, gabor_net: bandwidth of the filters together */

    int kernels;         /* neurbf: radial basis functions; 0: one for 24 samples of the signal,
                            filled in by inr_field_take_shape */
    int neighbours;      /* ... of them that a point reads, 1..16; 0: 4, in space 8 */
    int kernel_features; /* ... learned features of each */
    int kernel;          /* ... their form: ivq (inverse quadratic) or hat */
    float kernel_low;    /* ... sinusoids of a kernel's share: least and greatest frequency; */
    float kernel_high;   /*     0: the share itself */
    float unit_low;      /* ... sinusoids of the first layer's units, likewise; */
    float unit_high;     /*     0: the activation instead */

    int scaling; /* > 0: add a linear field of scaling^dims Gaussians (Roddenberry et al. 2024,
                    split of scaling and wavelet parts) */

    int reparam;             /* none, fourier (W = Lambda B, Shi et al. 2024), dct: hidden layers */
    int reparam_frequencies; /* fourier: F low and F high frequencies */
    int reparam_phases;      /* fourier: P */
    float reparam_alpha;     /* scale of the basis */
    bool collapsed; /* the maps have been applied: weights are stored plain, reparam is history */

    struct inr_quantizer quantizer; /* what weights are seen through, once `quantised` */
    bool quantised; /* the field computes with quantised weights; params are those of training */
};

/* A named part of the flat parameter array. */
enum inr_role {
    INR_ROLE_WEIGHT,      /* [rows][cols], row = output unit */
    INR_ROLE_WEIGHT_IMAG, /* imaginary plane of a complex weight */
    INR_ROLE_BIAS,
    INR_ROLE_BIAS_IMAG,
    INR_ROLE_CONSTANTS,    /* learnable activation constants */
    INR_ROLE_FREQUENCIES,  /* frozen encoding table [n_frequencies][dims] */
    INR_ROLE_LAMBDA,       /* coefficients [rows][basis] of a reparameterised weight */
    INR_ROLE_DENOMINATOR,  /* paon: weights of the denominator, as INR_ROLE_WEIGHT */
    INR_ROLE_DOWN,         /* sl2a: U^T [rank][units], the first factor of a low-rank weight */
    INR_ROLE_NORM_SCALE,   /* layer norm: gamma */
    INR_ROLE_NORM_SHIFT,   /* layer norm: delta */
    INR_ROLE_FILTER,       /* filter network: frequencies [units][dims] of a filter */
    INR_ROLE_PHASE,        /* ... its phases */
    INR_ROLE_CENTRE,       /* ... centres [units][dims] of its windows */
    INR_ROLE_GAMMA,        /* ... their inverse variances */
    INR_ROLE_SCALING,      /* [channels][scaling^dims] */
    INR_ROLE_TABLE,        /* features [entries][features] of a table encoding; layer: its number */
    INR_ROLE_KERNEL_TABLE, /* neurbf: features [kernels][kernel_features], after the tables */
    INR_ROLE_KERNEL_CENTRE, /* ... frozen: centres [kernels][dims], coordinates */
    INR_ROLE_KERNEL_SHAPE,  /* ... frozen: [kernels][d (d + 1) / 2] upper triangle of S by rows, or
                               [kernels][1] slope; of axes scaled by resolution / greatest one */
    INR_ROLE_GRID_WEIGHT,   /* ... [units][features of the encoding], first layer */
    INR_ROLE_STEP           /* learnt steps of the quantizer, as log2(step) / 16 with straight lines
                               within octaves, one a row or a tensor in the order of the weights */
};

struct inr_slice {
    char
        name[32]; /* "net.0.weight", "net.2.bias_imag", "act.1.constants", "encoding.frequencies" */
    enum inr_role role;
    int layer;      /* affine or activation index, 0 = first; -1: encoding */
    int rows, cols; /* shape; vectors have cols = 1 */
    size_t offset;  /* into the parameter array, in floats */
    bool trainable;
};

struct inr_field {
    struct inr_field_config config;
    int units;      /* complex or real units of the first hidden layer, derived from width; those of
                       the others: inr_field_units */
    int n_features; /* rows that enter layer 0 */
    size_t
        n_trainable; /* trainable scalars come first in params: this is "parameters" in reports */
    size_t n_table;  /* of these the leading ones are tables of the encoding and of kernels */
    size_t n_params; /* trainable + frozen */
    struct inr_slice *slices;
    size_t n_slices;
    float *params; /* [n_params] */
};

/* Sane settings of a field around an activation (id): identity encoding, width 256, 3 hidden
 * layers, the activation's default constants, and the initialiser its paper uses. */
void inr_field_default(int activation, int dims, int channels, struct inr_field_config *config);

/* Settings that are 0 because the signal decides: resolutions of grids, lines and the finest level,
 * the number of kernels. shape [dims]: its points on each axis. What is not 0 stays. */
void inr_field_take_shape(struct inr_field_config *config, const uint32_t *shape);

/* Check ranges and combinations; the sentence names the field at fault. */
enum inr_status inr_field_check(const struct inr_field_config *config, struct inr_error *err);

/* What is allowed and seldom meant: complex wavelets grow to exp((omega / sigma)^2 / 4) where Im z
 * is negative, so a ratio above 2 in hidden layers makes training erratic. True: `text` [size]
 * holds one sentence with what to try; the settings passed inr_field_check. */
bool inr_field_warning(const struct inr_field_config *config, char *text, size_t size);

/* Lay out and initialise from `seed` (the same bits on every machine, up to libm for normals). */
enum inr_status inr_field_create(const struct inr_field_config *config, uint64_t seed,
                                 struct inr_field **out, struct inr_error *err);

void inr_field_free(struct inr_field *field);

/* The slice of that name, or NULL. */
const struct inr_slice *inr_field_slice(const struct inr_field *field, const char *name);

#ifdef __cplusplus
}
#endif
#endif
