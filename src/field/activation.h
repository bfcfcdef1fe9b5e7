/* SPDX-License-Identifier: MIT
 *
 * activation.h - The table of activations: names, help and constants of the rows of
 * shaders/act/registry.glsl, which holds their formulas (field/formula.h).
 */
#ifndef INR_FIELD_ACTIVATION_H
#define INR_FIELD_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#define INR_ACTIVATION_CONSTANTS 6

struct inr_field_config;

#define INR_OUTPUT_AS_IS 0 /* id of the row that changes nothing */

struct inr_activation {
    int id;                  /* of the registry; goes into files */
    const char *name;        /* as in a configuration */
    const char *summary;     /* one line: formula, paper */
    int planes_z;            /* pre-activations a unit reads in a hidden layer; a complex row reads
                                half of them in the first layer */
    int planes_h;            /* values a unit writes */
    bool is_complex;         /* planes are real and imaginary parts */
    bool rational;           /* Pade units: the planes are P, Q and P's bias */
    int n_constants;         /* p[0 .. n_constants - 1] */
    unsigned learnable_mask; /* bit k: p[k] may be learned */
    bool shared_constants;   /* one set of constants for all layers */
    bool window_apart;       /* of two pre-activations only the second is windowed */
    bool siren_init;         /* its paper starts from SIREN's initialiser */
    bool has_kink;           /* the first or second derivative jumps at z = 0 */
    bool bounded;            /* values lie from `least` to `most` */
    bool carrier;      /* a wave: the std of the first pre-activations is the bandwidth, so that
                          VI3NR keeps the first layer of the row's paper */
    float sigma_p;     /* VI3NR: std of pre-activations where cond(sigma_p) = 1 has no root or
                          holds everywhere; of a row with a carrier times its angular frequency.
                          0: there is a root (1 where odd constants leave none) */
    float least, most; /* of a bounded row; most may be infinite */
    const char *constant_names[INR_ACTIVATION_CONSTANTS];
    float constant_defaults[INR_ACTIVATION_CONSTANTS];
};

/* Rows have static storage. Lookups return NULL when there is no such row. */
size_t inr_activation_count(void);
const struct inr_activation *inr_activation_at(size_t index);
const struct inr_activation *inr_activation_by_name(const char *name);
const struct inr_activation *inr_activation_by_id(int id);

/* Index of the constant of that name, -1: the row has none. */
int inr_activation_constant(const struct inr_activation *act, const char *name);

/* The constants of the activation that outputs pass, by the rule of inr_field_config. */
void inr_activation_output(const struct inr_field_config *config,
                           float constants[INR_ACTIVATION_CONSTANTS]);

#endif
