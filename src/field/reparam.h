/* SPDX-License-Identifier: MIT
 *
 * reparam.h - Fourier reparameterised training: a hidden weight W = Lambda B with Lambda trained
 * and B a fixed basis over the input units (Shi et al., CVPR 2024).
 */
#ifndef INR_FIELD_REPARAM_H
#define INR_FIELD_REPARAM_H

#include "inrush/field.h"

enum inr_reparam_id { INR_REPARAM_NONE = 0, INR_REPARAM_FOURIER = 1, INR_REPARAM_DCT = 2 };

struct inr_reparam {
    int id; /* goes into files */
    const char *name;
    const char *summary;
    int (*rows)(const struct inr_field_config *config, int n); /* M of a basis over n units */
    void (*fill)(const struct inr_field_config *config, int n, float *basis); /* [M][n] */
};

/* Rows have static storage. Lookups return NULL when there is no such row. */
size_t inr_reparam_count(void);
const struct inr_reparam *inr_reparam_at(size_t index);
const struct inr_reparam *inr_reparam_by_id(int id);

/* Rows of the basis of affine layer `layer` with n_in inputs; 0: the layer is an ordinary one
 * (first, output, or none asked for). */
int inr_reparam_rows(const struct inr_field_config *config, int layer, int n_in);

/* Euclidean norms of the rows of a basis [rows][n]: Lambda's columns are drawn in proportion to
 * their inverses. */
void inr_reparam_norms(const float *basis, int rows, int n, float *norms);

/* Replace every Lambda by the weight it stands for: the field becomes an ordinary one of the same
 * values, with `collapsed` set. Nothing happens to fields without. Errors: INR_ERR_MEMORY, the
 * field is then as it was. */
enum inr_status inr_reparam_collapse(struct inr_field *field, struct inr_error *err);

#endif
