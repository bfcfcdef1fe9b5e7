/* SPDX-License-Identifier: MIT
 *
 * image_render.c - Pictures from a model: views, crops, any size.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "task/raster.h"

/* The other side of a picture of the same shape, at least 1. */
static uint32_t in_proportion(uint32_t side, uint32_t of, uint32_t other)
{
    double exact = round((double)side * (double)other / (double)of);
    return exact < 1.0 ? 1u : exact > (double)UINT32_MAX ? UINT32_MAX : (uint32_t)exact;
}

enum inr_status inr_view_resolve(const struct inr_model *model, struct inr_view *view,
                                 struct inr_error *err)
{
    const struct inr_model_info *info = &model->info;
    struct inr_view v = *view;
    if (info->dims < 2 || info->channels > 4)
        return inr_fail(err, INR_ERR_USAGE,
                        "the model is of a signal of %d axes and %u channels, which is no picture: "
                        "write an array (.npy)",
                        info->dims, info->channels);
    if (!v.length)
        v.length = info->length;
    if (v.slice >= v.length || v.length > INR_SIDE_MAX)
        return inr_fail(err, INR_ERR_USAGE, "there is no slice %u: they are 0 to %u of at most %u",
                        v.slice, v.length - 1, INR_SIDE_MAX);
    if (!v.width && !v.height) {
        v.width = info->width;
        v.height = info->height;
    } else if (!v.height) {
        v.height = in_proportion(v.width, info->width, info->height);
    } else if (!v.width) {
        v.width = in_proportion(v.height, info->height, info->width);
    }
    if (v.width > INR_SIDE_MAX || v.height > INR_SIDE_MAX)
        return inr_fail(err, INR_ERR_USAGE,
                        "a picture of %u x %u is too large: a side may have %u pixels", v.width,
                        v.height, INR_SIDE_MAX);
    if (v.crop_x >= v.width || v.crop_y >= v.height)
        return inr_fail(err, INR_ERR_USAGE, "the crop starts at %u,%u, outside the %u x %u picture",
                        v.crop_x, v.crop_y, v.width, v.height);
    if (!v.crop_width)
        v.crop_width = v.width - v.crop_x;
    if (!v.crop_height)
        v.crop_height = v.height - v.crop_y;
    if (v.crop_width > v.width - v.crop_x || v.crop_height > v.height - v.crop_y)
        return inr_fail(err, INR_ERR_USAGE,
                        "the crop of %u x %u at %u,%u reaches outside the %u x %u picture",
                        v.crop_width, v.crop_height, v.crop_x, v.crop_y, v.width, v.height);
    *view = v;
    return INR_OK;
}

typedef enum inr_status (*take_rows)(void *user, const float *values, uint32_t n,
                                     struct inr_error *err);

/* A thread of its own evaluates the next band while the caller takes this one: a device and an
 * encoder then work side by side. `values` is the caller's while `full` is set. */
struct bands {
    struct inr_raster *raster;
    uint32_t height;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    float *values; /* beside the raster's own */
    uint32_t n;    /* rows in them; 0: no more come */
    bool full, stop;
    enum inr_status status; /* of the evaluation */
    struct inr_error err;
};

/* Hand n rows over once the last ones have been taken; false: nobody wants them. */
static bool give(struct bands *b, uint32_t n)
{
    pthread_mutex_lock(&b->lock);
    while (b->full && !b->stop)
        pthread_cond_wait(&b->changed, &b->lock);
    const bool wanted = !b->stop;
    float *const values = b->raster->values;
    b->raster->values = b->values;
    b->values = values;
    b->n = n;
    b->full = true;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->lock);
    return wanted;
}

static void *evaluate_bands(void *user)
{
    struct bands *b = user;
    const uint32_t band = b->raster->band;
    for (uint32_t row = 0; row < b->height; row += band) {
        const uint32_t n = b->height - row < band ? b->height - row : band;
        b->status = inr_raster_rows(b->raster, row, n, &b->err);
        if (b->status != INR_OK || !give(b, n))
            break;
    }
    give(b, 0);
    return NULL;
}

static enum inr_status take_bands(struct bands *b, take_rows rows, void *user,
                                  struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (uint32_t n = 1; n > 0 && status == INR_OK;) {
        pthread_mutex_lock(&b->lock);
        while (!b->full)
            pthread_cond_wait(&b->changed, &b->lock);
        n = b->n;
        pthread_mutex_unlock(&b->lock);
        if (n > 0)
            status = rows(user, b->values, n, err);
        pthread_mutex_lock(&b->lock);
        b->full = false;
        b->stop = status != INR_OK;
        pthread_cond_signal(&b->changed);
        pthread_mutex_unlock(&b->lock);
    }
    return status;
}

static enum inr_status render_bands(struct inr_raster *raster, uint32_t height, take_rows rows,
                                    void *user, struct inr_error *err)
{
    struct bands b = {.raster = raster,
                      .height = height,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .changed = PTHREAD_COND_INITIALIZER};
    const size_t points = (size_t)raster->band * raster->box.size[0];
    pthread_t thread;
    b.values = malloc(points * (size_t)raster->channels * sizeof *b.values);
    if (!b.values || pthread_create(&thread, NULL, evaluate_bands, &b) != 0) {
        free(b.values);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for rows of %u pixels",
                        raster->box.size[0]);
    }
    enum inr_status status = take_bands(&b, rows, user, err);
    pthread_join(thread, NULL);
    if (status == INR_OK && b.status != INR_OK) {
        status = b.status;
        if (err)
            *err = b.err;
    }
    free(b.values);
    return status;
}

enum inr_status inr_model_render(const struct inr_model *model, const char *device, int threads,
                                 const struct inr_view *view,
                                 enum inr_status (*rows)(void *user, const float *values,
                                                         uint32_t n, struct inr_error *err),
                                 void *user, const struct inr_log *log, struct inr_error *err)
{
    struct inr_view v = *view;
    struct inr_program *program = NULL;
    struct inr_exec *exec = NULL;
    struct inr_raster raster = {0};
    enum inr_status status = inr_view_resolve(model, &v, err);
    const struct inr_box box = inr_view_box(model, &v);
    if (status == INR_OK)
        status = inr_model_exec(model, &box, device, threads, log, &program, &exec, err);
    if (status == INR_OK)
        status = inr_raster_create(&raster, exec, model, &v, err);
    if (status == INR_OK)
        status = render_bands(&raster, v.crop_height, rows, user, err);
    inr_raster_free(&raster);
    inr_exec_destroy(exec);
    inr_program_free(program);
    return status;
}
