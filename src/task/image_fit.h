/* SPDX-License-Identifier: MIT
 *
 * image_fit.h - A fit of an image being set up: model, device, program, exec and pool. Short trials
 * of settings start the same way as the fit itself.
 */
#ifndef INR_TASK_IMAGE_FIT_H
#define INR_TASK_IMAGE_FIT_H

#include "fit/trainer.h"
#include "task/raster.h"

struct inr_image_fit {
    const struct inr_image *image;
    const struct inr_model *resume;
    const struct inr_log *log;
    struct inr_fit_config config;
    struct inr_model *model;
    struct inr_device device;
    struct inr_program *program;
    struct inr_exec *exec;
    struct inr_pool pool;
    uint32_t batch; /* samples a step really takes */
    struct inr_error *err;
};

/* Check image and settings, and fill in what the image decides of them. */
enum inr_status inr_image_fit_check(struct inr_image_fit *fit);

/* Make everything, from a zeroed struct with the fields above `model` set. `source_name` may be
 * NULL. On failure inr_image_fit_end is still due. */
enum inr_status inr_image_fit_begin(struct inr_image_fit *fit, const char *source_name);

/* Release exec and program; the model stays with the caller. */
void inr_image_fit_end(struct inr_image_fit *fit);

#endif
