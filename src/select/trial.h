/* SPDX-License-Identifier: MIT
 *
 * trial.h - Distances of untrained fields from a signal: everything that candidates share.
 */
#ifndef INR_SELECT_TRIAL_H
#define INR_SELECT_TRIAL_H

#include "exec/exec.h"
#include "select/spectrum.h"

struct inr_trial {
    struct inr_field_config config; /* with the signal's dims and channels */
    struct inr_device device;
    int threads;
    uint64_t seed;
    int bins;
    uint32_t shape[3]; /* grid on which fields are evaluated */
    size_t points;
    float *coords; /* [points][dims] */
    float *values; /* [points][channels] */
    struct inr_spectrum spectrum;
    double target[INR_SPECTRUM_MAX]; /* the signal's spectrum */
    uint64_t samples;                /* evaluated so far */
};

/* What one candidate gave. */
struct inr_trial_score {
    int inits;
    double distances[INR_INITS_MAX];
    double spectrum[INR_SPECTRUM_MAX]; /* sum over initialisations of spectra of sum 1 */
};

/* Take the signal's spectrum, choose the device, lay out the grid. options->bins is cut to what the
 * signal has; with 0 bins or no mass in `target` there is nothing to run. */
enum inr_status inr_trial_create(const struct inr_signal *signal,
                                 const struct inr_field_config *config,
                                 const struct inr_fresh_options *options, struct inr_trial *trial,
                                 struct inr_error *err);

/* Evaluate initialisations score->inits .. inits - 1 of the candidate. */
enum inr_status inr_trial_run(struct inr_trial *trial, enum inr_knob knob, double value, int inits,
                              struct inr_trial_score *score, struct inr_error *err);

/* One more initialisation: evaluate the field `params` on `exec`, add its spectrum and distance. */
enum inr_status inr_trial_measure(struct inr_trial *trial, struct inr_exec *exec, float *params,
                                  struct inr_trial_score *score, struct inr_error *err);

void inr_trial_free(struct inr_trial *trial);

/* Fill a field as FreSh's networks are filled: as inr_init_field, but for the biases of sine
 * layers. False: out of memory. */
bool inr_trial_init_field(struct inr_field *field, uint64_t seed);

#endif
