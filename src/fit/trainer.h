/* SPDX-License-Identifier: MIT
 *
 * trainer.h - The loop that joins field, exec and budget. It knows nothing of signals: a task
 * measures.
 */
#ifndef INR_FIT_TRAINER_H
#define INR_FIT_TRAINER_H

#include "exec/exec.h"
#include "fit/model.h"

/* A measurement; NaN: there is no such number. */
struct inr_task_score {
    double psnr, ssim;
    double iou;          /* occupancy, sdf */
    double psnr_unknown; /* inpaint */
    double iou_near;     /* shapes: over points near the surface */
    double distance;     /* sdf: mean absolute error over uniform points, in field units */
};

/* Nothing measured. */
struct inr_task_score inr_task_score_none(void);

/* What fitting means for one kind of signal. */
struct inr_task {
    const struct inr_pool *pool; /* set on the exec by the caller */
    uint32_t batch;              /* samples a step really takes */
    double peak;                 /* of the signal in target units: PSNR = 10 log10(peak^2 / mse) */
    /* Measure the artefact as it would be written, with the exec's present parameters. */
    enum inr_status (*measure)(void *user, struct inr_exec *exec, struct inr_task_score *score,
                               struct inr_error *err);
    bool distances; /* targets are distances in field units: errors mean more than PSNR */
    /* `measure` compares with what was not trained on: which parameters are kept must not depend on
     * it. */
    bool blind;
    /* Samples that change while training: called before step k * renew_every, k = 1, 2 ..., to
     * replace some of the pool's. What they become must depend on k alone. 0: the pool stays. */
    uint64_t renew_every;
    enum inr_status (*renew)(void *user, struct inr_exec *exec, uint64_t k, struct inr_error *err);
    /* Called with field and training brought up to date. NULL: no checkpoints. */
    enum inr_status (*checkpoint)(void *user, struct inr_error *err);
    void *user;
};

/* Train until a budget ends. `field` and `training` hold where to start from and receive where it
 * ended, moments included. score: the last measurement, psnr NaN when an interrupted fit was not
 * measured. Returns INR_OK, INR_TARGET_MISSED, INR_INTERRUPTED or an error. */
enum inr_status inr_train(const struct inr_fit_config *config, struct inr_exec *exec,
                          const struct inr_task *task, struct inr_field *field,
                          struct inr_training *training, const struct inr_fit_watch *watch,
                          struct inr_task_score *score, struct inr_error *err);

#endif
