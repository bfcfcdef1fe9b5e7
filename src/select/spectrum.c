/* SPDX-License-Identifier: MIT
 *
 * spectrum.c - FreSh's spectrum of a signal (Kania et al., ICLR 2025), and the distance of two.
 *
 * FreSh takes magnitudes of the DFT, sums them over channels and over index vectors of equal
 * coordinate sum, and leaves the mean out. Its mask of conjugate pairs touches no coefficient whose
 * sum is at most half a side, and bins beyond that are 0 here, so there is no mask.
 */
#include "select/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "select/resize.h"

/* FreSh shrinks larger pictures. */
#define SIDE_MAX 1024u

/* Shortest axis of more than one point (0: none), and whether all of them are equal. */
static uint32_t shortest(const uint32_t *shape, int *axes, bool *equal)
{
    uint32_t side = 0, longest = 0;
    *axes = 0;
    for (int d = 0; d < 3; d++) {
        if (shape[d] < 2)
            continue;
        (*axes)++;
        side = side == 0 || shape[d] < side ? shape[d] : side;
        longest = shape[d] > longest ? shape[d] : longest;
    }
    *equal = side == longest;
    return side;
}

/* Side of the square or cube that a signal is resized to; 0: it is left as it is. */
static uint32_t side_for(const uint32_t *shape)
{
    int axes;
    bool equal;
    const uint32_t side = shortest(shape, &axes, &equal);
    if (axes < 2)
        return 0;
    if (axes == 2 && side > SIDE_MAX)
        return SIDE_MAX;
    return equal ? 0 : side;
}

int inr_spectrum_nyquist(const uint32_t *shape)
{
    int axes;
    bool equal;
    const uint32_t side = side_for(shape);
    return (int)((side ? side : shortest(shape, &axes, &equal)) / 2);
}

enum inr_status inr_spectrum_create(struct inr_spectrum *spectrum, const uint32_t *shape,
                                    uint32_t channels, int threads, struct inr_error *err)
{
    *spectrum = (struct inr_spectrum){.channels = channels, .side = side_for(shape), .points = 1};
    uint32_t resized[3];
    for (int d = 0; d < 3; d++) {
        spectrum->shape[d] = shape[d];
        spectrum->points *= shape[d];
        resized[d] = spectrum->side && shape[d] > 1 ? spectrum->side : shape[d];
    }
    enum inr_status status = inr_fft_create(&spectrum->fft, resized, threads, err);
    for (int i = 0; status == INR_OK && spectrum->side && i < 2; i++) {
        spectrum->scratch[i] = malloc(spectrum->points * sizeof(float));
        if (!spectrum->scratch[i])
            status =
                inr_fail(err, INR_ERR_MEMORY, "out of memory for resizing a signal of %zu points",
                         spectrum->points);
    }
    if (status != INR_OK)
        inr_spectrum_free(spectrum);
    return status;
}

void inr_spectrum_free(struct inr_spectrum *spectrum)
{
    inr_fft_free(&spectrum->fft);
    free(spectrum->scratch[0]);
    free(spectrum->scratch[1]);
    *spectrum = (struct inr_spectrum){0};
}

/* One channel into `out` with mean 0 and largest magnitude near 1, which spares the transform
 * cancellation and overflow. Returns the factor taken out: 0 for a constant channel (out is not
 * written), NaN for one that is not finite. */
static double load_channel(const float *values, size_t points, uint32_t channels, uint32_t c,
                           float *out)
{
    double sum = 0.0, low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < points; i++) {
        const double v = (double)values[i * channels + c];
        sum += v;
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    if (!isfinite(sum))
        return NAN;
    if (!(high > low))
        return 0.0;
    const double mean = sum / (double)points, range = high - low;
    for (size_t i = 0; i < points; i++)
        out[i] = (float)(((double)values[i * channels + c] - mean) / range);
    return range;
}

/* The native samples in scratch[0] -> the square or cube in fft.in, axis by axis from the last one,
 * so that no stage is larger than the signal. */
static enum inr_status resize(struct inr_spectrum *s, struct inr_error *err)
{
    uint32_t shape[3] = {s->shape[0], s->shape[1], s->shape[2]};
    const float *from = s->scratch[0];
    const bool antialias = s->fft.rank < 3;
    int stage = 1;
    enum inr_status status = INR_OK;
    for (int d = 2; status == INR_OK && d >= 0; d--) {
        if (shape[d] < 2 || shape[d] == s->side)
            continue;
        size_t inner = 1, outer = 1;
        for (int k = 0; k < 3; k++)
            *(k < d ? &inner : &outer) *= k == d ? 1u : shape[k];
        status = inr_resize_axis(from, s->scratch[stage], outer, shape[d], s->side, inner,
                                 antialias, err);
        shape[d] = s->side;
        from = s->scratch[stage];
        stage = 1 - stage;
    }
    memcpy(s->fft.in, from, s->fft.points * sizeof *s->fft.in);
    return status;
}

/* out[m - 1] += factor * sum of |F| over index vectors of sum m, m = 1..n. */
static void add_diagonals(const struct inr_fft *fft, int n, double factor, double *out)
{
    const int top[3] = {n, fft->rank > 1 ? n : 0, fft->rank > 2 ? n : 0};
    const size_t row = fft->shape[0] / 2 + 1, plane = row * fft->shape[1];
    for (int z = 0; z <= top[2]; z++)
        for (int y = 0; y <= top[1] && y + z <= n; y++)
            for (int x = 0; x + y + z <= n; x++) {
                const float *f = fft->out[(size_t)z * plane + (size_t)y * row + (size_t)x];
                if (x + y + z > 0)
                    out[x + y + z - 1] += factor * hypot((double)f[0], (double)f[1]);
            }
}

enum inr_status inr_spectrum_run(struct inr_spectrum *spectrum, const float *values, int n,
                                 double *out, struct inr_error *err)
{
    const int nyquist = inr_spectrum_nyquist(spectrum->shape);
    const int used = n < nyquist ? n : nyquist;
    float *plane = spectrum->side ? spectrum->scratch[0] : spectrum->fft.in;
    for (int m = 0; m < n; m++)
        out[m] = 0.0;
    for (uint32_t c = 0; c < spectrum->channels; c++) {
        const double factor = load_channel(values, spectrum->points, spectrum->channels, c, plane);
        if (isnan(factor)) {
            for (int m = 0; m < n; m++)
                out[m] = NAN;
            return INR_OK;
        }
        if (!(factor > 0.0) || used < 1)
            continue;
        if (spectrum->side) {
            const enum inr_status status = resize(spectrum, err);
            if (status != INR_OK)
                return status;
        }
        inr_fft_run(&spectrum->fft);
        add_diagonals(&spectrum->fft, used, factor, out);
    }
    return INR_OK;
}

enum inr_status inr_spectrum_check(const struct inr_signal *signal, int n, struct inr_error *err)
{
    bool ok =
        signal && signal->values && signal->channels > 0 && signal->dims >= 1 && signal->dims <= 3;
    for (int d = 0; ok && d < 3; d++)
        ok = signal->shape[d] >= 1 && (d < signal->dims || signal->shape[d] == 1);
    if (!ok)
        return inr_fail(err, INR_ERR_USAGE,
                        "a spectrum needs a signal of 1 to 3 axes with at least one sample");
    if (n < 1 || n > INR_SPECTRUM_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%d bins: a spectrum may have 1 to %d", n,
                        INR_SPECTRUM_MAX);
    return INR_OK;
}

enum inr_status inr_spectrum_fresh(const struct inr_signal *signal, int n, int threads, double *out,
                                   struct inr_error *err)
{
    struct inr_spectrum spectrum;
    enum inr_status status = inr_spectrum_check(signal, n, err);
    if (status == INR_OK)
        status = inr_spectrum_create(&spectrum, signal->shape, signal->channels, threads, err);
    if (status != INR_OK)
        return status;
    status = inr_spectrum_run(&spectrum, signal->values, n, out, err);
    inr_spectrum_free(&spectrum);
    return status;
}

/* Power of one coefficient into its bin; the radius is in cycles per shortest side. */
struct radial {
    double power[INR_SPECTRUM_MAX], count[INR_SPECTRUM_MAX];
};

static void add_rings(const struct inr_fft *fft, uint32_t side, int used, double factor,
                      struct radial *radial)
{
    const size_t row = fft->shape[0] / 2 + 1;
    const size_t height = fft->rank > 1 ? fft->shape[1] : 1;
    for (size_t i = 0; i < fft->coefficients; i++) {
        const size_t index[3] = {i % row, i / row % height, i / row / height};
        double square = 0.0;
        for (int d = 0; d < fft->rank; d++) {
            const double size = (double)fft->shape[d], k = (double)index[d];
            const double f = (2.0 * k > size ? k - size : k) * (double)side / size;
            square += f * f;
        }
        const double m = floor(sqrt(square) + 0.5);
        if (m < 1.0 || m > (double)used)
            continue;
        /* The half of the first axis that is not stored mirrors the inner columns. */
        const double times = index[0] == 0 || 2 * index[0] == fft->shape[0] ? 1.0 : 2.0;
        const double re = (double)fft->out[i][0] * factor, im = (double)fft->out[i][1] * factor;
        radial->power[(int)m - 1] += times * (re * re + im * im);
        radial->count[(int)m - 1] += times;
    }
}

enum inr_status inr_spectrum_radial(const struct inr_signal *signal, int n, int threads,
                                    double *out, struct inr_error *err)
{
    struct inr_fft fft;
    struct radial radial = {0};
    int axes;
    bool equal;
    enum inr_status status = inr_spectrum_check(signal, n, err);
    if (status == INR_OK)
        status = inr_fft_create(&fft, signal->shape, threads, err);
    if (status != INR_OK)
        return status;
    const uint32_t side = shortest(signal->shape, &axes, &equal);
    const int used = n < (int)(side / 2) ? n : (int)(side / 2);
    for (uint32_t c = 0; c < signal->channels; c++) {
        const double factor = load_channel(signal->values, fft.points, signal->channels, c, fft.in);
        if (factor > 0.0 && used > 0) {
            inr_fft_run(&fft);
            add_rings(&fft, side, used, factor / (double)fft.points, &radial);
        } else if (used > 0) { /* no power, but as many coefficients */
            memset(fft.out, 0, fft.coefficients * sizeof *fft.out);
            add_rings(&fft, side, used, 0.0, &radial);
        }
    }
    for (int m = 0; m < n; m++)
        out[m] = radial.count[m] > 0.0
                     ? radial.power[m] / radial.count[m] * (double)signal->channels
                     : 0.0;
    inr_fft_free(&fft);
    return status;
}

double inr_spectrum_distance(const double *a, const double *b, int n)
{
    double mass_a = 0.0, mass_b = 0.0, moved = 0.0, distance = 0.0;
    for (int m = 0; m < n; m++) {
        mass_a += a[m];
        mass_b += b[m];
    }
    if (!(mass_a > 0.0) && !(mass_b > 0.0) && !isnan(mass_a) && !isnan(mass_b))
        return 0.0;
    if (!(mass_a > 0.0) || !(mass_b > 0.0) || !isfinite(mass_a) || !isfinite(mass_b))
        return INFINITY;
    for (int m = 0; m < n - 1; m++) {
        moved += a[m] / mass_a - b[m] / mass_b;
        distance += fabs(moved);
    }
    return distance;
}
