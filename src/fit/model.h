/* SPDX-License-Identifier: MIT
 *
 * model.h - A fitted model: the field, its source, its settings, and what training needs to go on.
 */
#ifndef INR_FIT_MODEL_H
#define INR_FIT_MODEL_H

#include "inrush/fit.h"

/* Everything that training changes besides field->params. */
struct inr_training {
    float *m, *v;    /* [n_trainable] the optimiser's moments; NULL: not kept */
    float *best;     /* [n_params] of the best probe so far; NULL: none */
    double best_mse; /* of that probe, in target units */
    uint64_t steps;  /* done */
    uint64_t total;  /* the schedule was laid out for */
    double seconds;  /* spent on steps */
};

struct inr_model {
    struct inr_model_info info;
    struct inr_fit_config config;
    struct inr_field *field;
    struct inr_image source; /* pixels is NULL */
    float scale, shift;      /* the field outputs scale * sample + shift */
    struct inr_training training;
};

/* A new model around `field`, which it takes over also on failure. */
enum inr_status inr_model_create(struct inr_field *field, const struct inr_fit_config *config,
                                 struct inr_model **out, struct inr_error *err);

/* Release the optimiser's state and the best parameters. */
void inr_model_drop_state(struct inr_model *model);

/* Keep the source's description: size, depth, a copy of the profile, PNG notes. */
enum inr_status inr_model_describe(struct inr_model *model, const struct inr_image *image,
                                   struct inr_error *err);

#endif
