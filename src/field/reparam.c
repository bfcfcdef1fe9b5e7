/* SPDX-License-Identifier: MIT
 *
 * reparam.c - The table of reparameterisations and their bases.
 */
#include "field/reparam.h"

#include <math.h>

#define PI 3.14159265358979323846
/* A row of the basis this small against alpha is zero up to rounding (F = 256 and 256 units: four
 * rows of norm 1e-15), and Lambda's initial values would be divided by it. */
#define ZERO_ROW 1e-6

static int none_rows(const struct inr_field_config *config, int n)
{
    (void)config;
    (void)n;
    return 0;
}

static void none_fill(const struct inr_field_config *config, int n, float *basis)
{
    (void)config;
    (void)n;
    (void)basis;
}

/* alpha cos(w x_j + phi) at n points that share out [-T/2, T/2], ends included, T = 2 pi F; row
 * numbers run over F low frequencies i/F, then F high ones, phases 2 pi p/P innermost. */
static double fourier_entry(const struct inr_field_config *config, int row, int j, int n)
{
    const int F = config->reparam_frequencies, P = config->reparam_phases;
    const int i = row / P;
    const double w = i < F ? (i + 1.0) / F : i - F + 1.0;
    const double x = n > 1 ? PI * F * (2.0 * j / (n - 1) - 1.0) : 0.0;
    return (double)config->reparam_alpha * cos(w * x + 2.0 * PI * (row % P) / P);
}

static bool fourier_row_is_zero(const struct inr_field_config *config, int row, int n)
{
    double squares = 0;
    for (int j = 0; j < n; j++) {
        const double v = fourier_entry(config, row, j, n);
        squares += v * v;
    }
    return sqrt(squares) < ZERO_ROW * (double)config->reparam_alpha;
}

static int fourier_rows(const struct inr_field_config *config, int n)
{
    int rows = 0;
    for (int r = 0; r < 2 * config->reparam_frequencies * config->reparam_phases; r++)
        rows += !fourier_row_is_zero(config, r, n);
    return rows;
}

static void fourier_fill(const struct inr_field_config *config, int n, float *basis)
{
    for (int r = 0; r < 2 * config->reparam_frequencies * config->reparam_phases; r++) {
        if (fourier_row_is_zero(config, r, n))
            continue;
        for (int j = 0; j < n; j++)
            *basis++ = (float)fourier_entry(config, r, j, n);
    }
}

static int dct_rows(const struct inr_field_config *config, int n)
{
    (void)config;
    return n;
}

/* The orthonormal DCT-II, scaled so that a step of plain gradient descent moves W as far as with
 * the Fourier basis of the same settings, whose B^T B is nearly alpha^2 M / 2 times the identity,
 * M = 2 F P: what remains different is the optimiser's scaling of single coordinates. */
static void dct_fill(const struct inr_field_config *config, int n, float *basis)
{
    const double rows = 2.0 * config->reparam_frequencies * config->reparam_phases;
    const double scale = (double)config->reparam_alpha * sqrt(rows / 2.0);
    for (int k = 0; k < n; k++)
        for (int j = 0; j < n; j++)
            *basis++ = (float)(scale * sqrt((k ? 2.0 : 1.0) / n) *
                               cos(PI * k * (2.0 * j + 1.0) / (2.0 * n)));
}

static const struct inr_reparam table[] = {
    {INR_REPARAM_NONE, "none", "weights are trained as they are", none_rows, none_fill},
    {INR_REPARAM_FOURIER, "fourier",
     "hidden weights W = Lambda B over a fixed Fourier basis B (Shi et al. 2024)", fourier_rows,
     fourier_fill},
    {INR_REPARAM_DCT, "dct", "W = C Q with Q an orthonormal cosine basis: the ablation of fourier",
     dct_rows, dct_fill},
};

size_t inr_reparam_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_reparam *inr_reparam_at(size_t index)
{
    return index < inr_reparam_count() ? &table[index] : NULL;
}

const struct inr_reparam *inr_reparam_by_id(int id)
{
    for (size_t i = 0; i < inr_reparam_count(); i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

int inr_reparam_rows(const struct inr_field_config *config, int layer, int n_in)
{
    if (config->collapsed || layer < 1 || layer > config->layers)
        return 0;
    return inr_reparam_by_id(config->reparam)->rows(config, n_in);
}

void inr_reparam_norms(const float *basis, int rows, int n, float *norms)
{
    for (int r = 0; r < rows; r++) {
        double squares = 0;
        for (int j = 0; j < n; j++)
            squares += (double)basis[r * n + j] * (double)basis[r * n + j];
        norms[r] = (float)sqrt(squares);
    }
}
