/* SPDX-License-Identifier: MIT
 *
 * muon.c - Directions of Muon. A matrix is one thread's from beginning to end, so that results do
 * not depend on how many there are.
 */
#include "exec/cpu/muon.h"

#include <cblas.h>
#include <string.h>

#include "field/formula.h"

#include "common/optimizer.glsl"

static int shorter(const struct inr_matrix *m)
{
    return m->rows < m->cols ? m->rows : m->cols;
}

static int longer(const struct inr_matrix *m)
{
    return m->rows > m->cols ? m->rows : m->cols;
}

/* Two matrices of its size, and two squares of its shorter side. */
static size_t floats(const struct inr_matrix *m)
{
    const size_t r = (size_t)shorter(m), c = (size_t)longer(m);
    return 2 * r * c + 2 * r * r;
}

static double flops(const struct inr_matrix *m)
{
    const double r = shorter(m), c = longer(m);
    return INR_MUON_STEPS * (4.0 * r * r * c + 2.0 * r * r * r);
}

size_t inr_cpu_muon_floats(const struct inr_exec_config *config)
{
    size_t most = 0;
    if (!config->train || config->optimizer.kind != INR_OPTIMIZER_MUON)
        return 0;
    for (size_t i = 0; i < config->program->n_matrices; i++) {
        const size_t n = floats(&config->program->matrices[i]);
        most = n > most ? n : most;
    }
    return most;
}

static size_t entries(const struct inr_matrix *m)
{
    return (size_t)m->rows * (size_t)m->cols;
}

/* Where entry `at` of the matrix lies in x, which has the shorter side as rows. */
static size_t place(const struct inr_matrix *m, size_t at)
{
    return m->rows <= m->cols
               ? at
               : inr_muon_transposed((uint32_t)at, (uint32_t)m->rows, (uint32_t)m->cols);
}

/* m and x <- momentum of gradient g and what it looks ahead to, of norm 1. */
static void begin(const struct inr_matrix *matrix, float beta, const float *g, float *m, float *x)
{
    const size_t n = entries(matrix);
    double squares = 0.0;
    for (size_t at = 0; at < n; at++) {
        m[at] = inr_muon_momentum(m[at], g[at], beta);
        const float ahead = inr_muon_momentum(m[at], g[at], beta);
        x[place(matrix, at)] = ahead;
        squares += (double)ahead * (double)ahead;
    }
    const float normaliser = inr_muon_normaliser((float)squares);
    for (size_t i = 0; i < n; i++)
        x[i] *= normaliser;
}

/* y <- a x + (b s + c s^2) x with s = x x^T; t is for b s + c s^2. */
static void newton_schulz(int r, int c, const float *x, float *y, float *s, float *t)
{
    const size_t rows = (size_t)r, cols = (size_t)c;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, r, r, c, 1.0f, x, c, x, c, 0.0f, s, r);
    memcpy(t, s, rows * rows * sizeof *t);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, r, r, INR_MUON_C, s, r, s, r,
                INR_MUON_B, t, r);
    memcpy(y, x, rows * cols * sizeof *y);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, c, r, 1.0f, t, r, x, c, INR_MUON_A, y,
                c);
}

/* d <- direction, from x. */
static void finish(const struct inr_matrix *matrix, const float *x, float *d)
{
    for (size_t at = 0; at < entries(matrix); at++)
        d[at] = inr_muon_direction(x[place(matrix, at)], (float)longer(matrix));
}

static void direction(struct inr_cpu_exec *exec, const struct inr_matrix *matrix, float *scratch)
{
    const int r = shorter(matrix), c = longer(matrix);
    const size_t n = entries(matrix), square = (size_t)r * (size_t)r;
    float *x = scratch, *y = x + n, *s = y + n, *t = s + square;
    begin(matrix, exec->config.optimizer.beta1, exec->d_params + matrix->param,
          exec->m + matrix->param, x);
    for (int i = 0; i < INR_MUON_STEPS; i++) {
        newton_schulz(r, c, x, y, s, t);
        float *last = x;
        x = y;
        y = last;
    }
    finish(matrix, x, exec->d_params + matrix->param);
}

void inr_cpu_muon(struct inr_cpu_exec *exec)
{
    const struct inr_program *program = exec->program;
    double work = 0.0;
    if (!exec->workers[0].muon)
        return;
    for (size_t i = 0; i < program->n_matrices; i++)
        work += flops(&program->matrices[i]);
    const int threads = work > INR_CPU_ALONE_FLOPS ? exec->threads : 1;
#pragma omp parallel for schedule(static, 1) num_threads(threads) if (threads > 1)
    for (int w = 0; w < threads; w++)
        for (size_t i = (size_t)w; i < program->n_matrices; i += (size_t)threads)
            direction(exec, &program->matrices[i], exec->workers[w].muon);
}
