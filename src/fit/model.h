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
    float *counts;   /* [n_table] steps of each scalar under a sparse optimiser; NULL: not kept */
    float *best;     /* [n_params] of the best probe so far; NULL: none */
    float *raw;      /* [n_params] of the last step, where field->params are their average; NULL:
                        they are */
    float *lag;      /* [n_trainable] of that average, see inr_lag_step; NULL with raw only */
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

/* What a model's info says before anything is known: a picture, nothing measured. */
void inr_model_info_default(struct inr_model_info *info);

/* Release the optimiser's state and the best parameters. */
void inr_model_drop_state(struct inr_model *model);

/* Keep a picture's description, a copy of its profile and PNG notes; size and depth are those of
 * model->info. image NULL: not a picture. */
enum inr_status inr_model_describe(struct inr_model *model, const struct inr_image *image,
                                   struct inr_error *err);
void inr_model_describe_size(struct inr_model *model);

#endif
