/* SPDX-License-Identifier: MIT
 *
 * init.h - The table of initialisers: what the weights and biases of an affine layer start from.
 */
#ifndef INR_FIELD_INIT_H
#define INR_FIELD_INIT_H

#include "inrush/field.h"

enum inr_init_id {
    INR_INIT_PYTORCH = 0,
    INR_INIT_SIREN = 1,
    INR_INIT_KAIMING = 2,
    INR_INIT_XAVIER = 3,
    INR_INIT_VI3NR = 4,
    INR_INIT_PAON = 5,
    INR_INIT_RIDGES = 6,
    INR_INIT_SINGULARITIES = 7,
    INR_INIT_XAVIER_UNIFORM = 8
};

/* The distribution of one tensor: uniform on [-spread, spread], or normal with that deviation. */
struct inr_init_rule {
    bool normal;
    float spread;
};

struct inr_init {
    int id;
    const char *name;
    const char *summary; /* weights; bias rule */
    bool from_variance;  /* weights and biases by inrush/variance.h; `weight` is NULL */
    /* Weights of layer `layer` (0 = first) with fan_in inputs and fan_out outputs. For a complex
     * weight each of the two planes is drawn by this rule. */
    struct inr_init_rule (*weight)(const struct inr_field_config *config, int layer, int fan_in,
                                   int fan_out);
    bool placed; /* the first layer comes from the signal, after this: inr_singular_init */
};

size_t inr_init_count(void);
const struct inr_init *inr_init_at(size_t index);
const struct inr_init *inr_init_by_id(int id); /* NULL: unknown */

/* Fill field->params from the seed: weights, biases, learnable constants, frozen tables. False: out
 * of memory for the basis of a reparameterised field. */
bool inr_init_field(struct inr_field *field, uint64_t seed);

/* Whether the first layer can be placed: its units are windows ("sigma") on the coordinates. `what`
 * begins the sentence. Errors: INR_ERR_USAGE, naming the activations that can. */
enum inr_status inr_init_check_placed(const struct inr_field_config *config, const char *what,
                                      struct inr_error *err);

/* Index of the activation's constant "sigma", or -1. */
int inr_init_window(const struct inr_field_config *config);

#endif
