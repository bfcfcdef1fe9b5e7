/* SPDX-License-Identifier: MIT
 *
 * task_kind.h - Names of tasks and of what their settings choose from; what each does is in
 * src/task.
 */
#ifndef INR_FIT_TASK_KIND_H
#define INR_FIT_TASK_KIND_H

#include "inrush/fit.h"

/* Ids of rows go into files. */
enum {
    INR_TASK_AUTO,
    INR_TASK_IMAGE,
    INR_TASK_VOLUME,
    INR_TASK_SERIES,
    INR_TASK_OCCUPANCY,
    INR_TASK_DENOISE,
    INR_TASK_INPAINT,
    INR_TASK_SUPER_RESOLUTION,
    INR_TASK_CT,
    INR_TASK_SDF
};

enum { INR_READOUT_POINT, INR_READOUT_MEAN };

enum { INR_RESCALE_AUTO, INR_RESCALE_ON, INR_RESCALE_OFF };

/* Rows by index; false past the end. */
bool inr_task_kind_at(size_t index, struct inr_registry_row *row);
bool inr_readout_kind_at(size_t index, struct inr_registry_row *row);
bool inr_rescale_kind_at(size_t index, struct inr_registry_row *row);
bool inr_sign_kind_at(size_t index, struct inr_registry_row *row);

/* What every preset starts from. */
struct inr_task_config inr_task_default(void);

#endif
