/* SPDX-License-Identifier: MIT
 *
 * setup.h - A fit being set up: model, device, program, exec and pool. Short trials of settings
 * start the same way as the fit itself.
 */
#ifndef INR_TASK_SETUP_H
#define INR_TASK_SETUP_H

#include "task/material.h"

struct inr_setup {
    const struct inr_material *material;
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

/* Check the settings, and fill in what the material and the model to resume decide of them. */
enum inr_status inr_setup_check(struct inr_setup *setup);

/* Make everything, from a zeroed struct with the fields above `model` set. On failure inr_setup_end
 * is still due. */
enum inr_status inr_setup_begin(struct inr_setup *setup);

/* Release exec and program; the model stays with the caller. */
void inr_setup_end(struct inr_setup *setup);

#endif
