/* SPDX-License-Identifier: MIT
 *
 * spectrum.h - Spectra of many signals of one shape: buffers and the FFTW plan are made once.
 *
 * Plans are estimated, never measured: a measured plan depends on the clock, so that equal inputs
 * would give other last bits from run to run, and measuring costs more than the few hundred
 * transforms of a selection.
 */
#ifndef INR_SELECT_SPECTRUM_H
#define INR_SELECT_SPECTRUM_H

#include <fftw3.h>

#include "inrush/select.h"

/* A forward transform of real samples, up to 3 axes, the first one fastest. Axes of one point are
 * left out. out: [last axis]..[first / 2 + 1], unnormalised. */
struct inr_fft {
    int rank;          /* axes of more than one point; 0: a single point */
    uint32_t shape[3]; /* of those axes */
    size_t points, coefficients;
    float *in;
    fftwf_complex *out;
    fftwf_plan plan;
};

/* shape [3]; threads: 0 = all cores. Errors: INR_ERR_MEMORY. *fft is zeroed on failure. */
enum inr_status inr_fft_create(struct inr_fft *fft, const uint32_t *shape, int threads,
                               struct inr_error *err);
/* in -> out; in is left as it was. */
void inr_fft_run(struct inr_fft *fft);
void inr_fft_free(struct inr_fft *fft);

/* What every spectrum asks of its arguments. Errors: INR_ERR_USAGE. */
enum inr_status inr_spectrum_check(const struct inr_signal *signal, int n, struct inr_error *err);

/* FreSh's spectrum of signals of one shape. */
struct inr_spectrum {
    uint32_t shape[3]; /* of the signals */
    uint32_t side;     /* of the square or cube they are resized to; 0: they are not */
    uint32_t channels;
    size_t points; /* of a signal */
    struct inr_fft fft;
    float *scratch[2]; /* of the resizing */
};

enum inr_status inr_spectrum_create(struct inr_spectrum *spectrum, const uint32_t *shape,
                                    uint32_t channels, int threads, struct inr_error *err);
/* values [points][channels] -> out [n], see inr_spectrum_fresh. Values that are not finite make
 * out NaN. Errors: INR_ERR_MEMORY. */
enum inr_status inr_spectrum_run(struct inr_spectrum *spectrum, const float *values, int n,
                                 double *out, struct inr_error *err);
void inr_spectrum_free(struct inr_spectrum *spectrum);

/* The last bin a signal of this shape has: half its shortest side, axes of one point not counted,
 * after resizing; 0: it has none. */
int inr_spectrum_nyquist(const uint32_t *shape);

#endif
