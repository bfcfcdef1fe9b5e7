/* SPDX-License-Identifier: MIT
 *
 * generate_noise.c - Band-limited noise: uniform noise, of which a Fourier transform keeps what
 * lies in a ball around zero.
 *
 * The transform is in double, as in the study: at low bandwidths the signal is a ripple of 1e-4 on
 * a mean of 0.5.
 */
#include "signal/generate.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>

#include "signal/mt19937.h"
#include "signal/signal_internal.h"

/* Cut-offs lie between these, exponentially spaced: the last is RATIO times as far from the first
 * as the spacing begins with. */
static const double lowest = 0.0015, highest = 0.7, ratio = 300.0;

/* FFTW's planner, unlike its execution, is not safe to call from several threads. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

double inr_noise_cutoff(double bandwidth)
{
    const double along = (10.0 * bandwidth - 1.0) / 8.0;
    return (lowest + (highest - lowest) * (pow(ratio, along) - 1.0) / (ratio - 1.0)) / sqrt(2.0);
}

/* Zero the coefficients beyond the cut-off and scale the others, since FFTW's two transforms
 * together multiply by the number of points. [side]...[side / 2 + 1], frequencies in FFTW's order.
 */
static void low_pass(const struct inr_generate_request *r, fftw_complex *spectrum)
{
    const double limit = inr_noise_cutoff(r->bandwidth), side = (double)r->side;
    const double scale = 1.0 / pow(side, (double)r->dims);
    const size_t rows = r->side, columns = r->side / 2 + 1, slices = r->dims == 3 ? r->side : 1;
    for (size_t z = 0; z < slices; z++)
        for (size_t y = 0; y < rows; y++)
            for (size_t x = 0; x < columns; x++, spectrum++) {
                const double fx = (double)x / side;
                const double fy = (double)(y < columns ? y : rows - y) / side;
                const double fz = (double)(z < columns ? z : slices - z) / side;
                const double keep = sqrt(fx * fx + fy * fy + fz * fz) <= limit ? scale : 0.0;
                (*spectrum)[0] *= keep;
                (*spectrum)[1] *= keep;
            }
}

static void make_plans(const struct inr_generate_request *r, double *values, fftw_complex *spectrum,
                       fftw_plan *forward, fftw_plan *backward)
{
    const int side = (int)r->side, n[3] = {side, side, side};
    pthread_mutex_lock(&planner);
    *forward = fftw_plan_dft_r2c(r->dims, n, values, spectrum, FFTW_ESTIMATE | FFTW_UNALIGNED);
    *backward = fftw_plan_dft_c2r(r->dims, n, spectrum, values, FFTW_ESTIMATE | FFTW_UNALIGNED);
    pthread_mutex_unlock(&planner);
}

static void drop_plans(fftw_plan forward, fftw_plan backward)
{
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(forward);
    fftw_destroy_plan(backward);
    pthread_mutex_unlock(&planner);
}

enum inr_status inr_noise_generate(const struct inr_generate_request *r, double *values,
                                   struct inr_error *err)
{
    size_t rows = 1;
    for (int d = 1; d < r->dims; d++)
        rows *= r->side;
    fftw_complex *spectrum = fftw_malloc(rows * (r->side / 2 + 1) * sizeof *spectrum);
    fftw_plan forward = NULL, backward = NULL;
    if (spectrum)
        make_plans(r, values, spectrum, &forward, &backward);
    const bool ready = forward && backward;
    if (ready) {
        struct inr_mt19937 mt;
        inr_mt19937_seed(&mt, r->seed);
        for (size_t i = 0; i < rows * r->side; i++)
            values[i] = inr_mt19937_double(&mt);
        fftw_execute(forward);
        low_pass(r, spectrum);
        fftw_execute(backward);
    }
    drop_plans(forward, backward);
    fftw_free(spectrum);
    return ready ? INR_OK : inr_signal_no_memory(err, "bandlimited");
}

enum inr_status inr_generate_bandlimited(const struct inr_generate_request *r, float *values,
                                         struct inr_error *err)
{
    size_t n = 1;
    for (int d = 0; d < r->dims; d++)
        n *= r->side;
    double *noise = fftw_malloc(n * sizeof *noise);
    if (!noise)
        return inr_signal_no_memory(err, "bandlimited");
    enum inr_status status = inr_noise_generate(r, noise, err);
    for (size_t i = 0; status == INR_OK && i < n; i++)
        values[i] = (float)noise[i];
    fftw_free(noise);
    return status;
}
