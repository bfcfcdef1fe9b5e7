/* SPDX-License-Identifier: MIT
 *
 * ct.c - Computed tomography: a picture from its projections. The program projects a picture
 * itself, or is given the projections (a sinogram).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/readout.h"
#include "fit/model.h"
#include "fit/task_kind.h"
#include "task/task.h"

/* Pictures have a few times their mean; a sinogram alone does not say what their greatest value is.
 * The field is not bounded by it. */
#define MOST_MEANS 4.0f

/* Planes [channels][n] of values [n][channels], or back. */
static void take_plane(const float *values, size_t n, size_t channels, size_t c, float *plane)
{
    for (size_t i = 0; i < n; i++)
        plane[i] = values[i * channels + c];
}

/* Measurements [count][channels] of values [points][channels]. */
static enum inr_status project(const struct inr_readout *readout, size_t channels,
                               const float *values, float *measured, struct inr_error *err)
{
    const size_t points = (size_t)inr_readout_points(readout);
    const size_t count = (size_t)inr_readout_count(readout);
    float *plane = malloc(points * sizeof *plane), *line = malloc(count * sizeof *line);
    if (plane && line) {
        for (size_t c = 0; c < channels; c++) {
            take_plane(values, points, channels, c, plane);
            inr_readout_project(readout, plane, line, 1);
            for (size_t i = 0; i < count; i++)
                measured[i * channels + c] = line[i];
        }
    }
    const bool good = plane && line;
    free(plane);
    free(line);
    return good ? INR_OK
                : inr_fail(err, INR_ERR_MEMORY, "out of memory for projections of %zu points",
                           points);
}

enum inr_status inr_material_project(const struct inr_material *m, const float *values,
                                     float *measured, struct inr_error *err)
{
    return project(&m->readout, m->channels, values, measured, err);
}

static enum inr_status check_readout(const struct inr_material *m, struct inr_error *err)
{
    if (inr_readout_count(&m->readout) * m->channels >= UINT64_C(1) << 31)
        return inr_fail(err, INR_ERR_USAGE,
                        "%u projections of %u columns are too many: give fewer --angles",
                        m->readout.angles, m->readout.shape[0]);
    return INR_OK;
}

/* The input is the picture: project it. */
static enum inr_status project_picture(struct inr_material *m, struct inr_error *err)
{
    const size_t points = (size_t)inr_samples_points(&m->source);
    const size_t count = (size_t)inr_readout_count(&m->readout);
    float *measured = inr_material_alloc(m, count * m->channels * sizeof *measured);
    float *values = malloc(points * m->channels * sizeof *values);
    enum inr_status status = INR_OK;
    if (!measured || !values)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu measurements", count);
    if (status == INR_OK) {
        inr_samples_floats(&m->source, 0, points * m->channels, values);
        status = inr_material_project(m, values, measured, err);
    }
    free(values);
    m->train.depth = INR_DEPTH_F32;
    m->train.values = measured;
    return status;
}

/* The input is a sinogram of `angles` rows; the picture is as large as the user says. */
static enum inr_status take_sinogram(struct inr_material *m, struct inr_error *err)
{
    const struct inr_fit_input *in = m->input;
    if (m->source.shape[0] != in->width)
        return inr_fail(err, INR_ERR_INPUT,
                        "the sinogram has %u columns, and a picture of %u x %u projects to %u: one "
                        "row an angle is needed, as wide as the picture",
                        m->source.shape[0], in->width, in->height, in->width);
    m->truth = (struct inr_samples){{in->width, in->height, 1}, INR_DEPTH_F32, NULL};
    if (in->reference) {
        const uint32_t shape[3] = {in->width, in->height, 1};
        m->source.shape[1] = in->height; /* what the reference must be like */
        enum inr_status status = inr_task_use_reference(m, true, err);
        if (status != INR_OK)
            return status;
        memcpy(m->truth.shape, shape, sizeof shape);
    }
    const size_t n = (size_t)inr_readout_count(&m->readout) * m->channels;
    float *measured = inr_material_alloc(m, n * sizeof *measured);
    if (!measured)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu measurements", n);
    struct inr_samples rows = m->source;
    inr_samples_floats(&rows, 0, n, measured);
    m->train = (struct inr_samples){{in->width, in->height, 1}, INR_DEPTH_F32, measured};
    m->sample = INR_SAMPLE_FLOAT;
    return INR_OK;
}

/* Without the picture its range is guessed from the mean of the projections, which is that of the
 * picture times its height. */
static void guess_range(struct inr_material *m)
{
    const float *measured = m->train.values;
    const size_t n = (size_t)inr_readout_count(&m->readout) * m->channels;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)measured[i];
    const float mean = (float)(sum / (double)n / m->readout.shape[1]);
    m->least = 0.0f;
    m->most = mean > 0.0f ? MOST_MEANS * mean : 1.0f;
    m->ranged = true;
}

/* What PSNR of measurements takes as the peak: their greatest size. */
static double peak_of(const struct inr_material *m)
{
    const float *measured = m->train.values;
    const size_t n = (size_t)inr_readout_count(&m->readout) * m->channels;
    float most = 0.0f;
    for (size_t i = 0; i < n; i++)
        most = fmaxf(most, fabsf(measured[i]));
    return most > 0.0f ? (double)most : 1.0;
}

enum inr_status inr_task_ct(struct inr_material *material, const struct inr_fit_config *config,
                            const struct inr_log *log, struct inr_error *err)
{
    struct inr_material *m = material;
    const bool sinogram = m->input->width > 0;
    (void)log;
    m->readout = (struct inr_readout){
        .kind = INR_READ_RADON,
        .dims = 2,
        .shape = {sinogram ? m->input->width : m->source.shape[0],
                  sinogram ? m->input->height : m->source.shape[1], 1},
        .angles = sinogram ? m->source.shape[1] : config->task.angles,
    };
    if (m->input->reference && !sinogram)
        return inr_fail(err, INR_ERR_USAGE,
                        "a picture is scored against itself: a reference goes with a sinogram and "
                        "the size of its picture");
    enum inr_status status = check_readout(m, err);
    if (status == INR_OK)
        status = sinogram ? take_sinogram(m, err) : project_picture(m, err);
    if (status != INR_OK)
        return status;
    m->count = inr_readout_points(&m->readout);
    m->seen.values = NULL;
    m->measured_peak = peak_of(m);
    m->blind = true;
    if (sinogram)
        guess_range(m);
    return INR_OK;
}

/* Room for the measurements of a readout. */
static enum inr_status make_rows(const struct inr_readout *readout, uint32_t channels,
                                 struct inr_signal *rows, struct inr_error *err)
{
    const size_t n = (size_t)inr_readout_count(readout) * channels;
    *rows = (struct inr_signal){.dims = 2,
                                .shape = {readout->shape[0], readout->angles, 1},
                                .channels = channels,
                                .sample = INR_SAMPLE_FLOAT,
                                .values = malloc(n * sizeof *rows->values)};
    if (rows->values)
        return INR_OK;
    *rows = (struct inr_signal){0};
    return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu projections", n);
}

static enum inr_status other_task(const char *task, struct inr_error *err)
{
    return inr_fail(err, INR_ERR_USAGE,
                    "a sinogram is of task ct, and this is %s: fit with --task ct", task);
}

enum inr_status inr_fit_sinogram(const struct inr_fit_input *input,
                                 const struct inr_fit_config *config, struct inr_signal *rows,
                                 struct inr_error *err)
{
    struct inr_material m;
    *rows = (struct inr_signal){0};
    if (config->task.kind != INR_TASK_CT)
        return other_task(inr_registry_id_name(INR_REGISTRY_TASK, config->task.kind), err);
    enum inr_status status = inr_material_create(&m, input, config, 0, NULL, err);
    if (status != INR_OK)
        return status;
    status = make_rows(&m.readout, m.channels, rows, err);
    if (status == INR_OK)
        memcpy(rows->values, m.train.values,
               (size_t)inr_readout_count(&m.readout) * m.channels * sizeof *rows->values);
    inr_material_free(&m);
    return status;
}

enum inr_status inr_model_sinogram(const struct inr_model *model, const char *device, int threads,
                                   struct inr_signal *rows, const struct inr_log *log,
                                   struct inr_error *err)
{
    struct inr_signal picture;
    *rows = (struct inr_signal){0};
    if (model->config.task.kind != INR_TASK_CT)
        return other_task(model->info.task, err);
    const struct inr_readout readout = {.kind = INR_READ_RADON,
                                        .dims = 2,
                                        .shape = {model->info.width, model->info.height, 1},
                                        .angles = model->config.task.angles};
    enum inr_status status =
        inr_model_render_signal(model, device, threads, NULL, &picture, log, err);
    if (status == INR_OK)
        status = make_rows(&readout, picture.channels, rows, err);
    if (status == INR_OK)
        status = project(&readout, picture.channels, picture.values, rows->values, err);
    inr_signal_free(&picture);
    if (status != INR_OK)
        inr_signal_free(rows);
    return status;
}
