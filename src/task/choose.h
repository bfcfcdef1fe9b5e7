/* SPDX-License-Identifier: MIT
 *
 * choose.h - Settings that are left to the signal: decided before a field is made.
 */
#ifndef INR_TASK_CHOOSE_H
#define INR_TASK_CHOOSE_H

#include "task/material.h"

/* Replace what `config` leaves to the signal (`fresh`, `automatic`) by what is found: afterwards it
 * is an ordinary configuration. The sentence that says what and why goes to `chosen` (empty when
 * nothing was left to it) and to `log`. Time spent counts towards config->seconds, which shrinks by
 * it. Errors: those of inr_fresh_options and inr_fresh_choose. */
enum inr_status inr_choose_settings(const struct inr_material *material,
                                    struct inr_fit_config *config, char chosen[256],
                                    const struct inr_log *log, struct inr_error *err);

/* FreSh for the knob config->fresh names. */
enum inr_status inr_choose_frequency(const struct inr_signal *signal, struct inr_fit_config *config,
                                     char chosen[256], struct inr_error *err);

/* Everything, for a mesh. */
enum inr_status inr_choose_shape(struct inr_fit_config *config, char chosen[256],
                                 struct inr_error *err);

/* Everything, for a signal of a budget (auto.c). */
enum inr_status inr_choose_everything(const struct inr_material *material,
                                      const struct inr_signal *signal,
                                      struct inr_fit_config *config, char chosen[256],
                                      struct inr_error *err);

#endif
