/* SPDX-License-Identifier: MIT
 *
 * fft.c - FFTW plans of real signals. Buffers belong to the plan, which is run many times.
 */
#include <pthread.h>

#include "exec/cpu/cpu.h"
#include "select/spectrum.h"

/* FFTW's planner, unlike its execution, is not safe to call from several threads. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;
/* Below this, waking threads costs more than they save. */
#define ALONE_POINTS 65536u

static void make_plan(struct inr_fft *fft, int threads)
{
    int n[3];
    for (int i = 0; i < fft->rank; i++)
        n[i] = (int)fft->shape[fft->rank - 1 - i];
    pthread_mutex_lock(&planner);
    if (fftwf_init_threads())
        fftwf_plan_with_nthreads(threads);
    fft->plan = fftwf_plan_dft_r2c(fft->rank, n, fft->in, fft->out, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
}

enum inr_status inr_fft_create(struct inr_fft *fft, const uint32_t *shape, int threads,
                               struct inr_error *err)
{
    *fft = (struct inr_fft){.points = 1};
    for (int d = 0; d < 3; d++) {
        if (shape[d] > 1)
            fft->shape[fft->rank++] = shape[d];
        fft->points *= shape[d];
    }
    fft->coefficients =
        fft->rank ? fft->points / fft->shape[0] * (fft->shape[0] / 2 + 1) : fft->points;
    fft->in = fftwf_malloc(fft->points * sizeof *fft->in);
    fft->out = fftwf_malloc(fft->coefficients * sizeof *fft->out);
    if (threads <= 0)
        threads = inr_cpu_threads();
    if (fft->in && fft->out && fft->rank)
        make_plan(fft, fft->points < ALONE_POINTS ? 1 : threads);
    if (!fft->in || !fft->out || (fft->rank && !fft->plan)) {
        const double size = (double)(fft->points + 2 * fft->coefficients) * sizeof *fft->in;
        inr_fft_free(fft);
        return inr_fail(err, INR_ERR_MEMORY,
                        "out of memory for a spectrum: it needs %.1f MB; use a smaller signal",
                        size / 1e6);
    }
    return INR_OK;
}

void inr_fft_run(struct inr_fft *fft)
{
    if (fft->rank) {
        fftwf_execute(fft->plan);
    } else {
        fft->out[0][0] = fft->in[0];
        fft->out[0][1] = 0.0f;
    }
}

void inr_fft_free(struct inr_fft *fft)
{
    if (fft->plan) {
        pthread_mutex_lock(&planner);
        fftwf_destroy_plan(fft->plan);
        pthread_mutex_unlock(&planner);
    }
    fftwf_free(fft->in);
    fftwf_free(fft->out);
    *fft = (struct inr_fft){0};
}
