/* SPDX-License-Identifier: MIT
 *
 * material.h - What a task makes of an input: the samples to train on, what the result is scored
 * against, and what the model remembers of the source.
 */
#ifndef INR_TASK_MATERIAL_H
#define INR_TASK_MATERIAL_H

#include "exec/readout.h"
#include "fit/trainer.h"
#include "task/finish.h"
#include "task/lattice.h"
#include "task/shape.h"

/* Samples of a grid in their depth, borrowed. */
struct inr_samples {
    uint32_t shape[INR_MAX_DIMS]; /* 1 beyond dims */
    enum inr_depth depth;
    const void *values; /* [points][channels] */
};

struct inr_material {
    const struct inr_fit_input *input;
    int task; /* INR_TASK_*, never auto */
    int dims;
    uint32_t channels;
    enum inr_sample sample;
    double rate;

    struct inr_samples source; /* the input as it came */
    struct inr_samples seen;   /* what settings may be chosen by; values NULL: nothing */
    struct inr_samples truth;  /* what the result is scored against; its shape is the result's;
                                  values NULL: the measurements alone */
    const uint8_t *known;      /* inpaint: [truth points] 1 where the sample was trained on */
    bool blind;                /* truth is not what was trained on */

    /* Of a mesh: distances come from its surface. Neither source nor truth is a grid then; their
     * shape is that of results when nothing else is asked for. */
    bool shaped;
    struct inr_shape shape;
    struct inr_shape_pool *pool;
    uint64_t renew_every;   /* steps; 0: samples stay as they are */
    struct inr_frame frame; /* sdf: of the field, scale 0: none */

    /* Trained on: samples of a grid (coords NULL), points [count][dims] with their values, or
     * measurements of the whole grid (readout), whose values are [measurements][channels]. */
    struct inr_samples train;
    const float *coords;
    uint64_t count;
    struct inr_readout readout;
    double measured_peak; /* of measurements, where they are no samples of a picture; 0: peak */

    float least, most; /* of the samples trained on */
    bool ranged;       /* they are set by the task */
    bool unit;         /* samples are meant to lie in [0,1] */
    double peak;       /* of PSNR */
    char hash[17];     /* of the input, mask included */

    void *owned[4]; /* arrays made by the task */
};

/* Make it. `config`: settings, whose task.kind may be auto; `steps`: that have been done before.
 * Errors: INR_ERR_USAGE (the task is not for such an input), INR_ERR_INPUT, INR_ERR_MEMORY. On
 * failure nothing is left to release. */
enum inr_status inr_material_create(struct inr_material *material,
                                    const struct inr_fit_input *input,
                                    const struct inr_fit_config *config, uint64_t steps,
                                    const struct inr_log *log, struct inr_error *err);
void inr_material_free(struct inr_material *material);

/* Memory that lives as long as the material; NULL: out of memory. */
void *inr_material_alloc(struct inr_material *material, size_t size);

/* Points of a grid. */
uint64_t inr_samples_points(const struct inr_samples *samples);

/* Values first .. first + n of an array in the scale of the samples. */
void inr_samples_floats(const struct inr_samples *samples, uint64_t first, size_t n, float *out);

/* The samples of a grid as floats that the material owns, to be changed; NULL: out of memory. */
float *inr_material_copy(struct inr_material *material, const struct inr_samples *from);

/* A signal with the samples trained on, for choosing settings by its spectrum; the caller releases
 * it. Errors: INR_ERR_USAGE where they are not all of a grid, INR_ERR_MEMORY. */
enum inr_status inr_material_signal(const struct inr_material *material, struct inr_signal *signal,
                                    struct inr_error *err);

/* The same for a shape: its distances on a cube of points, or what is inside. */
enum inr_status inr_shape_signal(const struct inr_material *material, struct inr_signal *signal,
                                 struct inr_error *err);

/* Measurements [count][channels] of values [points][channels]. Errors: INR_ERR_MEMORY. */
enum inr_status inr_material_project(const struct inr_material *material, const float *values,
                                     float *measured, struct inr_error *err);

/* What the result differs by from the truth. `values` [truth points][channels] in the scale of the
 * samples; they are finished in place. Errors: INR_ERR_MEMORY. */
enum inr_status inr_material_score(const struct inr_material *material,
                                   const struct inr_task_config *task, float *values,
                                   struct inr_task_score *score, struct inr_error *err);

#endif
