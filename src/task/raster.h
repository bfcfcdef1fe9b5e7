/* SPDX-License-Identifier: MIT
 *
 * raster.h - Rows of a picture from a field, a bounded number of points at a time.
 */
#ifndef INR_TASK_RASTER_H
#define INR_TASK_RASTER_H

#include "fit/model.h"
#include "task/finish.h"
#include "task/lattice.h"

struct inr_raster {
    struct inr_exec *exec;
    int channels;
    struct inr_scale scale;
    struct inr_finish finish;
    double peak; /* of PSNR, 0: that of the picture compared with */
    struct inr_box box;
    uint32_t band; /* most rows of one call */
    float *values; /* [band][crop_width][channels] */
};

/* Errors: INR_ERR_MEMORY. `model` is read now only; the view is resolved. */
enum inr_status inr_raster_create(struct inr_raster *raster, struct inr_exec *exec,
                                  const struct inr_model *model, const struct inr_view *view,
                                  struct inr_error *err);
void inr_raster_free(struct inr_raster *raster);

/* Evaluate rows row .. row + n - 1 of the crop, n <= band, into raster->values in the scale of the
 * source's samples. */
enum inr_status inr_raster_rows(struct inr_raster *raster, uint32_t row, uint32_t n,
                                struct inr_error *err);

/* Compare with `image`, of the crop's size, as a reader of a written file would. */
enum inr_status inr_raster_compare(struct inr_raster *raster, const struct inr_image *image,
                                   struct inr_metric_result *result, struct inr_error *err);

/* What PSNR takes as the peak: 1 for integer samples, the maximum for floats. */
double inr_image_peak(const struct inr_image *image);

/* An exec that only evaluates the points of a box of `model`, NULL: any points, with their
 * gradients, on the device of that name. */
enum inr_status inr_model_exec(const struct inr_model *model, const struct inr_box *box,
                               const char *device, int threads, const struct inr_log *log,
                               struct inr_program **program, struct inr_exec **exec,
                               struct inr_error *err);

/* The box of a resolved view. */
struct inr_box inr_view_box(const struct inr_model *model, const struct inr_view *view);

#endif
