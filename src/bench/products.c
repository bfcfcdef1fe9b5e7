/* SPDX-License-Identifier: MIT
 *
 * products.c - The CPU's yardstick.
 */
#include "bench/products.h"

#include <cblas.h>
#include <stdlib.h>

#include "base/clock.h"

static size_t products_floats(const struct inr_products *p)
{
    const size_t weights = (size_t)p->rows * (size_t)p->cols;
    return 2 * weights + (size_t)(p->rows + 2 * p->cols) * (size_t)p->tile;
}

bool inr_products_init(struct inr_products *p, const struct inr_program *program)
{
    for (int i = 0; i < program->n_ops; i++) {
        const struct inr_op *op = &program->ops[i];
        if (op->kind == INR_OP_AFFINE && op->n_out * op->n_in > p->rows * p->cols) {
            p->rows = op->n_out;
            p->cols = op->n_in;
        }
    }
    openblas_set_num_threads(1); /* as the backend does: the threads are ours */
    p->stride = (products_floats(p) + 15) / 16 * 16;
    const size_t n = p->stride * (size_t)p->threads;
    p->memory = aligned_alloc(64, n * sizeof *p->memory);
    for (size_t i = 0; p->memory && i < n; i++)
        p->memory[i] = 1e-3f * (float)(i % 17) - 8e-3f;
    return p->memory != NULL;
}

/* One thread's share: `repeats` times the products of a tile. */
static void products_run(const struct inr_products *p, int thread, int repeats)
{
    const int o = p->rows, i = p->cols, ld = p->tile;
    const size_t weights = (size_t)o * (size_t)i;
    float *w = p->memory + p->stride * (size_t)thread;
    float *dw = w + weights, *h = dw + weights;
    float *z = h + (size_t)i * (size_t)ld, *dh = z + (size_t)o * (size_t)ld;
    for (int r = 0; r < repeats; r++) {
        for (int at = 0; at < ld; at += p->block) {
            const int n = ld - at < p->block ? ld - at : p->block;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, o, n, i, 1.0f, w, i, h + at, ld,
                        0.0f, z + at, ld);
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, i, n, o, 1.0f, w, i, z + at, ld,
                        0.0f, dh + at, ld);
        }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, o, i, ld, 1.0f, z, ld, h, ld, 1.0f, dw,
                    i);
    }
}

double inr_products_rate(const struct inr_products *p, int repeats)
{
    const int threads = p->threads;
    const double start = inr_now();
#pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; t++)
        products_run(p, t, repeats);
    const double flops = 6.0 * p->rows * p->cols * p->tile * (double)repeats * threads;
    return flops / (inr_now() - start) * 1e-9;
}

void inr_products_finish(struct inr_products *p)
{
    free(p->memory);
    p->memory = NULL;
}
