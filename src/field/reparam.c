/* SPDX-License-Identifier: MIT
 *
 * reparam.c - The table of reparameterisations, and their undoing.
 */
#include "field/reparam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/layout.h"
#include "field/program.h"

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

/* The weight a Lambda stands for lies in the effective array where its map puts it. */
static const struct inr_map *map_of(const struct inr_program *program, const struct inr_slice *s)
{
    for (int i = 0; i < program->n_maps; i++)
        if (program->maps[i].kind == INR_MAP_LINEAR && program->maps[i].param == s->offset)
            return &program->maps[i];
    return NULL;
}

static enum inr_status collapse_into(const struct inr_field *from, struct inr_field *to,
                                     struct inr_error *err)
{
    struct inr_program *program = NULL;
    enum inr_status status = inr_program_create(from, NULL, &program, err);
    if (status != INR_OK)
        return status;
    float *effective = malloc(program->n_effective * sizeof *effective);
    if (effective)
        inr_program_map(program, from->params, effective);
    else
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for the weights");
    /* Both fields have the same tensors in the same order; only shapes differ. */
    for (size_t i = 0; i < to->n_slices && status == INR_OK; i++) {
        const struct inr_slice *s = &from->slices[i], *t = &to->slices[i];
        const float *values = s->role == INR_ROLE_LAMBDA ? effective + map_of(program, s)->effective
                                                         : from->params + s->offset;
        memcpy(to->params + t->offset, values,
               (size_t)t->rows * (size_t)t->cols * sizeof *to->params);
    }
    free(effective);
    inr_program_free(program);
    return status;
}

enum inr_status inr_reparam_collapse(struct inr_field *field, struct inr_error *err)
{
    if (field->config.reparam == INR_REPARAM_NONE || field->config.collapsed)
        return INR_OK;
    struct inr_field_config config = field->config;
    struct inr_field *plain = NULL;
    config.collapsed = true;
    enum inr_status status = inr_field_layout(&config, &plain, err);
    if (status != INR_OK)
        return status;
    plain->params = malloc(plain->n_params * sizeof *plain->params);
    status = plain->params ? collapse_into(field, plain, err)
                           : inr_fail(err, INR_ERR_MEMORY, "out of memory for the weights");
    if (status == INR_OK) {
        const struct inr_field old = *field;
        *field = *plain;
        *plain = old;
    }
    inr_field_free(plain);
    return status;
}
