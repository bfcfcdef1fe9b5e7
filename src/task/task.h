/* SPDX-License-Identifier: MIT
 *
 * task.h - The table of tasks: what each makes of an input. Names are in fit/task_kind.c.
 */
#ifndef INR_TASK_TASK_H
#define INR_TASK_TASK_H

#include "task/material.h"

struct inr_task_row {
    int id;
    int dims; /* that the signal must have; 0: any */
    /* Change `material`, which is set up to fit the input as it is and to score against it. NULL:
     * that is the task. */
    enum inr_status (*prepare)(struct inr_material *material, const struct inr_fit_config *config,
                               const struct inr_log *log, struct inr_error *err);
    bool takes_reference, takes_mask, takes_shape;
};

/* The row of an id, NULL for auto and ids that are not known. */
const struct inr_task_row *inr_task_row(int id);

/* degrade.c, points.c */
enum inr_status inr_task_denoise(struct inr_material *material, const struct inr_fit_config *config,
                                 const struct inr_log *log, struct inr_error *err);
enum inr_status inr_task_inpaint(struct inr_material *material, const struct inr_fit_config *config,
                                 const struct inr_log *log, struct inr_error *err);
enum inr_status inr_task_super_resolution(struct inr_material *material,
                                          const struct inr_fit_config *config,
                                          const struct inr_log *log, struct inr_error *err);

/* ct.c */
enum inr_status inr_task_ct(struct inr_material *material, const struct inr_fit_config *config,
                            const struct inr_log *log, struct inr_error *err);

/* sdf.c: an array of distances, and what a mesh becomes. */
enum inr_status inr_task_sdf(struct inr_material *material, const struct inr_fit_config *config,
                             const struct inr_log *log, struct inr_error *err);
enum inr_status inr_sdf_score(const struct inr_material *material, struct inr_exec *exec,
                              int lattice, struct inr_task_score *score, struct inr_error *err);
void inr_shape_take(struct inr_material *material);
enum inr_status inr_shape_prepare(struct inr_material *material,
                                  const struct inr_fit_config *config, uint64_t steps,
                                  struct inr_error *err);

/* Take the reference of the input as the truth. `same`: it must have the input's shape. Errors:
 * INR_ERR_INPUT. */
enum inr_status inr_task_use_reference(struct inr_material *material, bool same,
                                       struct inr_error *err);

#endif
