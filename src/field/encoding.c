/* SPDX-License-Identifier: MIT
 *
 * encoding.c - The table of input encodings: identity, frequencies and tables.
 */
#include "field/encoding.h"

#include "base/random.h"
#include "field/formula.h"
#include "field/grid.h"

static int none_frequencies(const struct inr_field_config *config)
{
    (void)config;
    return 0;
}

static void none_fill(const struct inr_field_config *config, uint64_t seed, float *table)
{
    (void)config;
    (void)seed;
    (void)table;
}

static int fourier_frequencies(const struct inr_field_config *config)
{
    return config->n_frequencies;
}

/* Tancik et al. 2020: gamma(x) = [cos(2 pi B x), sin(2 pi B x)], B ~ N(0, sigma^2). */
static void fourier_fill(const struct inr_field_config *config, uint64_t seed, float *table)
{
    inr_fill_normal(table, (size_t)config->n_frequencies * (size_t)config->dims, 0.0f,
                    config->encoding_sigma, seed, INR_STREAM_ENCODING, 0);
}

static int octaves_frequencies(const struct inr_field_config *config)
{
    return config->n_frequencies * config->dims;
}

/* Turns a unit of x of frequency k. Products in order: the same bits everywhere. */
static float octave(const struct inr_field_config *config, int k)
{
    if (!(config->octave_ratio > 0.0f))
        return enc_octave_frequency(k, config->octave_base);
    double frequency = (double)enc_octave_frequency(0, config->octave_base);
    for (int i = 0; i < k; i++)
        frequency *= (double)config->octave_ratio;
    return (float)frequency;
}

/* Mildenhall et al. 2020, eq. 4: sin(2^k pi x), cos(2^k pi x) per coordinate, k = 0 .. L-1; with
 * octave_ratio another base than 2. */
static void octaves_fill(const struct inr_field_config *config, uint64_t seed, float *table)
{
    (void)seed;
    const int dims = config->dims;
    for (int k = 0; k < config->n_frequencies; k++)
        for (int axis = 0; axis < dims; axis++)
            for (int i = 0; i < dims; i++)
                table[(k * dims + axis) * dims + i] = i == axis ? octave(config, k) : 0.0f;
}

static const struct inr_encoding table[] = {
    {INR_ENCODING_IDENTITY, "identity", "the coordinates as they are", false, false,
     none_frequencies, none_fill},
    {INR_ENCODING_FOURIER, "fourier",
     "random Fourier features cos, sin(2 pi B x), B ~ N(0, sigma^2) (Tancik et al. 2020)", true,
     false, fourier_frequencies, fourier_fill},
    {INR_ENCODING_OCTAVES, "octaves",
     "sin, cos(2^k base x) per coordinate, k < frequencies (NeRF, Mildenhall et al. 2020)", false,
     false, octaves_frequencies, octaves_fill},
    {INR_ENCODING_CHEBYSHEV, "chebyshev",
     "T_k(tanh x) per coordinate, k = 0 .. frequencies (Chebyshev KAN; SL2A, Rezaeian et al. 2025)",
     false, false, none_frequencies, none_fill},
    {INR_ENCODING_GRID, "grid",
     "one dense grid of features, ends on the ends of the domain; linear, smooth-step or cubic",
     false, true, none_frequencies, none_fill},
    {INR_ENCODING_MULTIGRID, "multigrid",
     "dense grids of growing resolution (DenseGrid of tiny-cuda-nn)", false, true, none_frequencies,
     none_fill},
    {INR_ENCODING_HASH, "hash",
     "grids of growing resolution, the fine ones in hash tables (Mueller et al. 2022)", false, true,
     none_frequencies, none_fill},
    {INR_ENCODING_TILED, "tiled",
     "grids of growing resolution, the fine ones repeated (TiledGrid of tiny-cuda-nn)", false, true,
     none_frequencies, none_fill},
    {INR_ENCODING_PLANES, "planes",
     "products and sums of lines, planes and a volume (GA-Planes, Sivgin et al. 2025)", false, true,
     none_frequencies, none_fill},
};

size_t inr_encoding_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_encoding *inr_encoding_at(size_t index)
{
    return index < inr_encoding_count() ? &table[index] : NULL;
}

const struct inr_encoding *inr_encoding_by_id(int id)
{
    for (size_t i = 0; i < inr_encoding_count(); i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

int inr_encoding_features(const struct inr_field_config *config)
{
    if (config->encoding == INR_ENCODING_CHEBYSHEV)
        return config->dims * (config->n_frequencies + 1);
    if (inr_encoding_by_id(config->encoding)->tables)
        return inr_grid_rows(config);
    int n = inr_encoding_by_id(config->encoding)->frequencies(config);
    return 2 * n + (n == 0 || config->include_input ? config->dims : 0);
}
