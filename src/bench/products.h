/* SPDX-License-Identifier: MIT
 *
 * products.h - The CPU's yardstick: the three products of a hidden layer by cblas_sgemm, on all
 * threads at once, each with matrices of its own that stay in its cache.
 */
#ifndef INR_BENCH_PRODUCTS_H
#define INR_BENCH_PRODUCTS_H

#include "field/program.h"

struct inr_products {
    int rows, cols;  /* of the weights */
    int tile, block; /* samples, and those of one product */
    int threads;
    size_t stride; /* floats a thread */
    float *memory;
};

/* tile, block and threads are set; takes the largest layer of a program. False: out of memory. */
bool inr_products_init(struct inr_products *products, const struct inr_program *program);
void inr_products_finish(struct inr_products *products);

/* GFLOP/s of all threads together, over `repeats` tiles each. */
double inr_products_rate(const struct inr_products *products, int repeats);

#endif
