/* SPDX-License-Identifier: MIT
 *
 * raster.h - Rows of a picture from a field, a bounded number of points at a time.
 */
#ifndef INR_TASK_RASTER_H
#define INR_TASK_RASTER_H

#include "exec/exec.h"
#include "fit/model.h"

/* The largest side: float coordinates name every pixel of an axis up to here. */
#define INR_SIDE_MAX 8388608u

struct inr_raster {
    struct inr_exec *exec;
    int channels;
    int lattice;
    float scale, shift; /* the field outputs scale * sample + shift */
    struct inr_view view;
    uint32_t band; /* most rows of one call */
    float *coords; /* scratch */
    float *values; /* [band][crop_width][channels] */
};

/* Errors: INR_ERR_MEMORY. `model` is read now only. */
enum inr_status inr_raster_create(struct inr_raster *raster, struct inr_exec *exec,
                                  const struct inr_model *model, const struct inr_view *view,
                                  struct inr_error *err);
void inr_raster_free(struct inr_raster *raster);

/* Evaluate rows row .. row + n - 1 of the crop, n <= band, into raster->values in the scale of the
 * source's samples. */
enum inr_status inr_raster_rows(struct inr_raster *raster, uint32_t row, uint32_t n,
                                struct inr_error *err);

/* Compare with `image`, of the crop's size, as a reader of a written file would: rounded to
 * `depth`. */
enum inr_status inr_raster_compare(struct inr_raster *raster, const struct inr_image *image,
                                   enum inr_depth depth, struct inr_metric_result *result,
                                   struct inr_error *err);

/* What PSNR takes as the peak: 1 for integer samples, the maximum for floats. */
double inr_image_peak(const struct inr_image *image);

/* An exec that only evaluates the pixels of a resolved view of `model`, on the device of that name.
 */
enum inr_status inr_model_exec(const struct inr_model *model, const struct inr_view *view,
                               const char *device, int threads, const struct inr_log *log,
                               struct inr_program **program, struct inr_exec **exec,
                               struct inr_error *err);

#endif
