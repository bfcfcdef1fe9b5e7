/* SPDX-License-Identifier: MIT
 *
 * jet.h - What both backends ask of a configuration with jets: values and their gradient by the
 * coordinates, carried through a program side by side.
 */
#ifndef INR_EXEC_JET_H
#define INR_EXEC_JET_H

#include "exec/exec.h"

/* Does the loss read the gradient by the coordinates? */
bool inr_jet_loss(const struct inr_exec_config *config);

/* Rows of targets that a sample has. */
int inr_jet_targets(const struct inr_exec_config *config);

/* Whether program and loss go with what is asked. Errors: INR_ERR_USAGE. */
enum inr_status inr_jet_check(const struct inr_exec_config *config, struct inr_error *err);

/* Whether the pool holds what the loss reads. Errors: INR_ERR_USAGE. */
enum inr_status inr_jet_check_pool(const struct inr_exec_config *config,
                                   const struct inr_pool *pool, struct inr_error *err);

/* The loss in fixed point: table gradients reach the sum of weights times a derivative of the
 * table, so that much of the range is given up. */
double inr_jet_fixed_share(const struct inr_exec_config *config);

#endif
