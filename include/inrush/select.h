/* SPDX-License-Identifier: MIT
 *
 * select.h - Let the signal choose: spectra, the frequency setting whose untrained fields have the
 * signal's spectrum (FreSh, Kania et al., ICLR 2025), and first layers placed on its edges.
 *
 *     struct inr_signal signal = {0};
 *     struct inr_fresh_result result;
 *     inr_signal_read("photo.png", &signal, &err);
 *     inr_fresh_options(&config.field, INR_KNOB_AUTO, signal.dims, &options, &err);
 *     inr_fresh_choose(&signal, &config.field, &options, &result, &err);
 *     inr_knob_apply(result.knob, result.candidates[result.choice].value, &config.field);
 *
 * Thread safety: calls may run in parallel on separate signals. Ownership: the caller's.
 */
#ifndef INRUSH_SELECT_H
#define INRUSH_SELECT_H

#include "inrush/field.h"
#include "inrush/signal.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INR_SPECTRUM_MAX   512 /* most bins */
#define INR_CANDIDATES_MAX 64
#define INR_INITS_MAX      64

/* FreSh's spectrum of a signal: out[m - 1], m = 1..n, is the sum over channels and over all
 * non-negative index vectors with coordinate sum m of the magnitudes of the unnormalised DFT, after
 * resizing to a square (cube) where FreSh does. Unit of m: cycles per side, summed over axes. The
 * mean (m = 0) is left out. n in 1..INR_SPECTRUM_MAX; bins past the signal's Nyquist index are 0.
 * threads: 0 = all cores. Errors: INR_ERR_USAGE, INR_ERR_MEMORY. */
enum inr_status inr_spectrum_fresh(const struct inr_signal *signal, int n, int threads, double *out,
                                   struct inr_error *err);

/* The radial spectrum people expect: out[m - 1] is the mean power |F|^2 / points^2 (summed over
 * channels) of the coefficients whose radius, in cycles per side, rounds to m. Same arguments. */
enum inr_status inr_spectrum_radial(const struct inr_signal *signal, int n, int threads,
                                    double *out, struct inr_error *err);

/* Wasserstein-1 distance, in bins, of two spectra of n bins seen as masses on 1..n, each normalised
 * to sum 1 (FreSh). Infinity where one of them has no mass and the other has; 0 where neither has.
 */
double inr_spectrum_distance(const double *a, const double *b, int n);

/* Settings that move a field's spectrum. */
enum inr_knob {
    INR_KNOB_AUTO = -1, /* the one FreSh sweeps for the field's encoding and activation */
    INR_KNOB_OMEGA,     /* first-layer omega: sine, finer, wire ... 10, 20 .. 200 */
    INR_KNOB_SIGMA,     /* sigma of random Fourier features: 1, 2 .. 20 */
    INR_KNOB_BIAS,      /* FINER's first-layer bias range k: 0, 0.1 .. 3 */
    INR_KNOB_OCTAVES,   /* octaves: 1 .. 12 */
    INR_KNOB_WINDOW,    /* sigma of every layer (inverse width): gauss, wire ... 1, 2 .. 30 */
    INR_KNOB_COUNT
};

/* Name of a knob as the command line's flag: "first-omega", "encoding-sigma", "first-bias-scale",
 * "frequencies", "sigma"; "auto". */
const char *inr_knob_name(enum inr_knob knob);
/* Set it in a field's settings, as its flag would; a field without it is left as it is. */
void inr_knob_apply(enum inr_knob knob, double value, struct inr_field_config *config);

struct inr_fresh_options {
    enum inr_knob knob;
    int bins;                          /* n: 64 for sine networks, 128 otherwise */
    int n_values;                      /* candidates */
    double values[INR_CANDIDATES_MAX]; /* increasing */
    int inits; /* untrained fields a candidate, 1..INR_INITS_MAX; 0: 10 (FreSh); quick: as
                  many up to 10 as keep it below 5 % of a default fit */
    int grid; /* points a side of the square or cube on which untrained fields are evaluated; 0: the
                 signal's own points, at most 1024 a side, quick: 2 a bin */
    bool quick;    /* a small grid, and a coarse pass then bisection instead of every candidate */
    int lattice;   /* coordinates as in inr_fit_config */
    uint64_t seed; /* initialisation i of every candidate is that of seed + i */
    const char *device; /* as in inr_fit_config; NULL: "auto" */
    int threads;
};

/* The defaults of a knob for a field (FreSh's grids). Errors: INR_ERR_USAGE: the field has no such
 * knob, or none at all. */
enum inr_status inr_fresh_options(const struct inr_field_config *config, enum inr_knob knob,
                                  int dims, struct inr_fresh_options *options,
                                  struct inr_error *err);

struct inr_fresh_candidate {
    double value;
    double distance; /* mean over initialisations, in bins; NaN: not evaluated (quick) */
    double std;      /* of the distances, n - 1 in the denominator; 0 where there is only one */
    int inits;       /* evaluated: all of them, with quick 1 or 0 far from the choice */
};

struct inr_fresh_result {
    enum inr_knob knob;
    int bins; /* used: at most half the signal's shortest side, whatever was asked for */
    int inits;
    int n;      /* candidates */
    int choice; /* index of the least mean distance */
    bool flat;  /* the signal has no spectrum (constant, one point): the field's own value was kept
                   and is the only candidate; bins may be 0, distance is NaN */
    uint64_t samples; /* at which untrained fields were evaluated, in all: the cost */
    struct inr_fresh_candidate candidates[INR_CANDIDATES_MAX];
    double signal[INR_SPECTRUM_MAX]; /* the spectra that were compared, each of sum 1: signal ... */
    double field[INR_SPECTRUM_MAX];  /* ... and choice, mean over its initialisations */
};

/* Choose: for each candidate, untrained fields are evaluated on the signal's grid by the device
 * that will train them, and their spectra compared with the signal's; the least mean distance wins,
 * the first on ties. dims and channels of `config` are taken from the signal. A signal larger than
 * the limits of the grid is sampled more coarsely over the same domain, which changes no frequency.
 * Errors: INR_ERR_USAGE (options, a field without the knob), INR_ERR_NO_DEVICE,
 * INR_ERR_DEVICE_LOST, INR_ERR_MEMORY, INR_ERR_FAILED (no candidate has finite values). */
enum inr_status inr_fresh_choose(const struct inr_signal *signal,
                                 const struct inr_field_config *config,
                                 const struct inr_fresh_options *options,
                                 struct inr_fresh_result *result, struct inr_error *err);

/* Initialisers that place the first layer on the signal (Roddenberry et al., Implicit Neural
 * Representations and the Algebra of Complex Wavelets, ICLR 2024, whose template biases start at
 * wavelet modulus maxima). Each first-layer unit of a windowed activation becomes a ridge
 *
 *     z(p) = alpha n . (p - r),  alpha = 1 / (sqrt 2 sigma c s)
 *
 * p in points of the grid, so that the window exp(-(sigma z)^2) is a Gaussian of deviation c s
 * points across the ridge; unit t has scale s = scales[t mod n_scales]. Two-plane activations whose
 * window reads both (wire2d) get the second row alpha / 3 along the edge: an atom elongated 3 : 1.
 * In coordinates a weight is alpha n_a / h_a with the axis' own pitch h_a. */

#define INR_SINGULAR_SCALES 8 /* most scales */

struct inr_singular_options {
    double share; /* 0..1: of the units on singular points r with the gradient's direction n, the
                     sign drawn; the others have r and n at random */
    int n_scales; /* 1..INR_SINGULAR_SCALES */
    double scales[INR_SINGULAR_SCALES]; /* s, in points of the grid: 1, 2, 4 */
    double width;                       /* c: 1.5 */
    int lattice;                        /* coordinates as in inr_fit_config */
    bool surface; /* the signal is a sampled distance field: its singular points are the zero
                     crossings of the first channel, drawn uniformly over the surface; otherwise the
                     maxima of |gradient| of the lightness at scale s, drawn in proportion to it */
};

struct inr_singular_result {
    size_t points; /* singular points found, over all scales in use */
    int wanted;    /* units that were to lie on one: round(share * units) */
    int placed;    /* units that do. Fewer than wanted where the signal has too few (none in a
                      constant): no scale takes a point twice, and the rest are as with share 0 */
};

/* True when the field's init is one of these ("ridges", "singularities"). */
bool inr_singular_wanted(const struct inr_field_config *config);

/* The options a field asks for: share 0 with init "ridges", config->edge_share otherwise. */
void inr_singular_default(const struct inr_field_config *config,
                          struct inr_singular_options *options);

/* Overwrite weights and biases of the first layer of a freshly initialised field; nothing else
 * changes. The signal has the grid that is fitted; its values are not read, and may be NULL, when
 * no unit is to lie on a singular point. Points of a scale are at least 2 s apart while there are
 * enough. A function of the arguments alone (up to libm). result may be NULL.
 * Errors: INR_ERR_USAGE (the first layer does not read the coordinates, or its activation has no
 * window; options out of range; signal and field differ in dims), INR_ERR_MEMORY. The field is
 * unchanged on failure. */
enum inr_status inr_singular_init(const struct inr_signal *signal, struct inr_field *field,
                                  const struct inr_singular_options *options, uint64_t seed,
                                  struct inr_singular_result *result, struct inr_error *err);

/* Kernels of architecture neurbf placed on the signal by weighted k-means (NeuRBF, Chen et al.,
 * ICCV 2023, section 3.2). Points of the grid weigh as much as their Sobel gradient is long, over
 * all channels; centres are drawn among them and moved, and each kernel's shape is the inverse of
 * twice the covariance of the points nearest to it, deviations kept within 0.064 points and a tenth
 * of the domain's sides. Hats are as wide as twice their points' deviation times sqrt 2. */

struct inr_kernels_options {
    int rounds;  /* of k-means: 10; 0: the centres as drawn */
    int lattice; /* coordinates as in inr_fit_config */
    int threads; /* 0: all cores; the result does not depend on it */
};

struct inr_kernels_result {
    size_t points; /* of the signal that have a gradient */
    int placed;    /* kernels: fewer than the field has where there are fewer points than that; the
                      others are where inr_field_create has put them */
};

/* True for fields that have kernels. */
bool inr_kernels_wanted(const struct inr_field_config *config);

void inr_kernels_default(struct inr_kernels_options *options);

/* Overwrite centres and shapes of the kernels of a fresh field; nothing else changes. A function of
 * the arguments alone (up to libm). result may be NULL. Errors: INR_ERR_USAGE (a field without
 * kernels, options out of range, signal and field differ in dims), INR_ERR_MEMORY. */
enum inr_status inr_kernels_place(const struct inr_signal *signal, struct inr_field *field,
                                  const struct inr_kernels_options *options, uint64_t seed,
                                  struct inr_kernels_result *result, struct inr_error *err);

/* The same by points [n][dims] with weights of their own: NeuRBF's for distances d is 1 / (|d| +
 * 1e-9). Deviations are at least 1e-3. Points without a positive, finite weight do not count. */
enum inr_status inr_kernels_place_points(const float *coords, const float *weights, size_t n,
                                         struct inr_field *field,
                                         const struct inr_kernels_options *options, uint64_t seed,
                                         struct inr_kernels_result *result, struct inr_error *err);

#ifdef __cplusplus
}
#endif
#endif
