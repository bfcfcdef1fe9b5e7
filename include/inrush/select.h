/* SPDX-License-Identifier: MIT
 *
 * select.h - Let the signal choose: spectra, and the frequency setting whose untrained fields have
 * the signal's spectrum (FreSh, Kania et al., ICLR 2025).
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
    bool corners;  /* coordinates as in inr_fit_config */
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

#ifdef __cplusplus
}
#endif
#endif
