/* SPDX-License-Identifier: MIT
 *
 * task.c - The table of tasks, and the reference that several of them take.
 */
#include "task/task.h"

#include "fit/task_kind.h"

static const struct inr_task_row rows[] = {
    {.id = INR_TASK_IMAGE, .dims = 2},
    {.id = INR_TASK_VOLUME, .dims = 3},
    {.id = INR_TASK_SERIES, .dims = 1},
    {.id = INR_TASK_OCCUPANCY, .takes_shape = true},
    {.id = INR_TASK_DENOISE, .prepare = inr_task_denoise, .takes_reference = true},
    {.id = INR_TASK_INPAINT,
     .prepare = inr_task_inpaint,
     .takes_reference = true,
     .takes_mask = true},
    {.id = INR_TASK_SUPER_RESOLUTION,
     .prepare = inr_task_super_resolution,
     .takes_reference = true},
    {.id = INR_TASK_CT, .dims = 2, .prepare = inr_task_ct, .takes_reference = true},
    {.id = INR_TASK_SDF, .dims = 3, .prepare = inr_task_sdf, .takes_shape = true},
};

const struct inr_task_row *inr_task_row(int id)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

enum inr_status inr_task_use_reference(struct inr_material *material, bool same,
                                       struct inr_error *err)
{
    const struct inr_signal *r = material->input->reference;
    const uint32_t *shape = material->source.shape;
    if (r->dims != material->dims || r->channels != material->channels)
        return inr_fail(err, INR_ERR_INPUT,
                        "the reference has %d axes and %u channels, the input %d and %u: they must "
                        "agree",
                        r->dims, r->channels, material->dims, material->channels);
    for (int d = 0; same && d < r->dims; d++)
        if (r->shape[d] != shape[d])
            return inr_fail(err, INR_ERR_INPUT,
                            "the reference is of %u x %u x %u samples, the input of %u x %u x %u: "
                            "they must agree",
                            r->shape[0], r->shape[1], r->shape[2], shape[0], shape[1], shape[2]);
    material->truth =
        (struct inr_samples){{r->shape[0], r->shape[1], r->shape[2]}, INR_DEPTH_F32, r->values};
    material->blind = true;
    return INR_OK;
}
