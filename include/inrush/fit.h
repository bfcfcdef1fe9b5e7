/* SPDX-License-Identifier: MIT
 *
 * fit.h - Fit a field to an image or any signal on a device, save and load the result, render it,
 * compare it.
 *
 *     struct inr_error err = {0};
 *     struct inr_image img = {0};
 *     struct inr_fit_config config;
 *     struct inr_model *model = NULL;
 *     inr_image_read("photo.png", &img, &err);
 *     inr_fit_preset("siren", &config, &err);
 *     config.steps = 2000;
 *     inr_fit_image(&img, &config, NULL, NULL, NULL, &model, &err);
 *     inr_model_save(model, "photo.inr", &err);
 *     printf("%.2f dB\n", inr_model_info(model)->psnr);
 *     inr_model_free(model);
 *     inr_image_free(&img);
 *
 * A mesh is fitted by its distances: inr_mesh_read, inr_fit_preset_shape, then inr_fit with
 * input.mesh set.
 *
 * Thread safety: separate models may be used from separate threads; a fit uses its own threads.
 * Ownership: models belong to the caller; inr_model_free accepts NULL.
 */
#ifndef INRUSH_FIT_H
#define INRUSH_FIT_H

#include "inrush/extract.h"
#include "inrush/field.h"
#include "inrush/shape.h"
#include "inrush/signal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The tables of kinds. */
enum inr_registry {
    INR_REGISTRY_PRESET,
    INR_REGISTRY_ARCHITECTURE,
    INR_REGISTRY_ACTIVATION,
    INR_REGISTRY_ENCODING,
    INR_REGISTRY_INIT,
    INR_REGISTRY_REPARAM,
    INR_REGISTRY_LOSS,
    INR_REGISTRY_OPTIMIZER,
    INR_REGISTRY_SCHEDULE,
    INR_REGISTRY_BATCH,
    INR_REGISTRY_LATTICE,
    INR_REGISTRY_INTERPOLATION,
    INR_REGISTRY_KERNEL,
    INR_REGISTRY_FRESH,
    INR_REGISTRY_SIGNAL, /* generated signals; ids are places in the table */
    INR_REGISTRY_TASK,
    INR_REGISTRY_READOUT,
    INR_REGISTRY_RESCALE,
    INR_REGISTRY_SIGN,
    INR_REGISTRY_GRANULARITY,
    INR_REGISTRY_STEP,
    INR_REGISTRY_PLAN,
    INR_REGISTRY_PRECISION,
    INR_REGISTRY_COUNT
};

/* A row as people see it. */
struct inr_registry_row {
    int id;              /* stable, goes into files */
    const char *name;    /* lower case, unique in its table */
    const char *summary; /* one line: formula or meaning, paper */
};

/* Name of a table ("activation" ...) and its rows. Index from 0; false past the end. */
const char *inr_registry_name(enum inr_registry registry);
bool inr_registry_at(enum inr_registry registry, size_t index, struct inr_registry_row *row);

/* Id of `name` (case does not matter); INR_ERR_USAGE lists the valid names. */
enum inr_status inr_registry_find(enum inr_registry registry, const char *name, int *id,
                                  struct inr_error *err);
/* Name of an id, or "?" */
const char *inr_registry_id_name(enum inr_registry registry, int id);

/* What fitting means; `inrush list task` says which settings a task reads. */
struct inr_task_config {
    int kind;        /* row of INR_REGISTRY_TASK; auto: by the signal */
    int rescale;     /* row of INR_REGISTRY_RESCALE: what of a signal's range becomes [0,1] */
    float threshold; /* occupancy: a point is inside above it */
    float noise;     /* denoise: deviation of the noise added, in the scale of the samples */
    float keep;      /* inpaint: share of the samples that is known, (0,1] */
    uint32_t factor; /* super_resolution: points of an axis that become one */
    int readout;     /* super_resolution: row of INR_REGISTRY_READOUT */
    uint32_t angles; /* ct: projections from 0 to 180 degrees, both included */

    /* Of a mesh or a cloud of points. Samples are drawn in a pool of `pool`, of which a part is
     * drawn anew each time its samples have been used `reuse` times on average. */
    bool shape;          /* the input is one; set by inr_fit_preset_shape */
    int sign;            /* row of INR_REGISTRY_SIGN: enum inr_sign of shape.h */
    float surface_share; /* of the samples lies on the surface, ... */
    float near_share;    /* ... near it; the rest is uniform over [-1,1]^3 */
    float near_sigma;    /* deviation of an axis of those near it, in field units */
    uint32_t pool, reuse;
    float spacing; /* sdf of an array: distance between neighbouring samples in its units */
};

/* Everything that decides a fit. Made by inr_fit_preset, changed field by field or with
 * inr_fit_config_set / _from_json. dims and channels of `field` are filled in from the signal. */
struct inr_fit_config {
    char preset[32]; /* the preset it started from, for the record */
    struct inr_field_config field;

    struct inr_task_config task;

    /* What is left to the signal; a fit decides these first and replaces them by what it found. */
    int fresh; /* row of INR_REGISTRY_FRESH: the setting whose spectrum FreSh matches, or off */
    bool automatic; /* everything but budget, seed and device */

    int loss;
    float loss_constant;
    /* Loss geometry, of shapes (Sitzmann et al. 2020, equation 6): the mean over all samples of
     * on |f| on the surface, off exp(-sharpness |f|) elsewhere, normal (1 - cos(gradient, normal))
     * on the surface, eikonal | |gradient| - 1 | and distance |f - distance| everywhere. */
    struct {
        float on, off, sharpness, normal, eikonal, distance;
    } geometry;

    int optimizer;
    float rate; /* initial learning rate */
    float beta1, beta2, epsilon;
    float weight_decay;   /* not of tables: table_l2 */
    float absolute_decay; /* a step brings weights nearer to 0 by rate * this, whatever their size:
                             the proximal step of this times the sum of |w|; not of tables */
    float ema;            /* > 0: results are made of an average of the parameters over the steps,
                             e <- [ema e (1 - ema^(t-1)) + (1 - ema) w] / (1 - ema^t) (tiny-cuda-nn) */
    bool sparse;          /* tables of encodings: an entry whose gradient is 0 keeps its value and
                             moments, and each scalar counts its own steps (Mueller et al. 2022) */
    float table_rate;     /* learning rate of tables / rate */
    float table_tv;   /* adds table_tv times the total variation of grid, planes and lines to the
                         loss: mean over cells of sqrt(max(sum of squared steps, 1e-6)) */
    float table_l2;   /* adds table_l2 / 2 times the sum of squares of all tables */
    bool half_tables; /* a GPU reads tables as 16-bit floats, unless no_fp16; it trains 32-bit ones
                       */
    bool fixed_point; /* table gradients are added as 64-bit integers: exact in any order */
    int schedule;     /* constant, cosine, exponential, step, decay */
    float schedule_final;    /* rate at the end / rate at the start (exponential, cosine) */
    float schedule_factor;   /* step: multiply by this ... */
    float schedule_period;   /* step: ... each time this fraction of the budget has passed, (0,1] */
    uint64_t decay_start;    /* decay: multiply by decay_base in step decay_start, from 0, ... */
    uint64_t decay_interval; /* ... and after each so many further steps ... */
    uint64_t decay_end;      /* ... up to step decay_end */
    float decay_base;
    float warmup; /* fraction of the budget over which the rate rises from 0, [0,1) */

    int batch_mode; /* full, random, stratified */
    uint32_t batch; /* samples a step */
    uint64_t seed;

    float quantize_start; /* field.quantizer: share of the steps after which weights are quantised;
                             before, they are floats */

    float target_low, target_high; /* [0,1] samples map to [low, high] */
    int lattice; /* where the coordinates of a grid of samples lie: row of INR_REGISTRY_LATTICE */

    /* Budget: whichever comes first; 0 means "not given". When none is given: the preset's steps.
     */
    uint64_t steps;
    double seconds; /* of training, not counting evaluation of the result */
    double psnr;    /* dB, measured on the picture as it would be written */

    uint64_t save_every; /* steps between checkpoints, 0: none */
    bool keep_state; /* keep the optimiser state in the final file, so that --resume can go on */

    char device[128];      /* "auto", "cpu", number or part of a name */
    int threads;           /* cpu; 0: all */
    uint64_t memory_limit; /* bytes on the device; 0: its own limit */
    int plan;              /* of a GPU: row of INR_REGISTRY_PLAN */
    int precision;         /* of products in a fused plan: row of INR_REGISTRY_PRECISION */
    bool no_coopmat;       /* matrix units are left alone */
    bool no_fp16;          /* and so are 16-bit floats: precision is fp32 whatever it says */
    float loss_scale;      /* ... mixed, split: factor of a sample's gradient; 0: 128 */
};

/* Settings of a preset; unknown names: INR_ERR_USAGE with the valid ones listed. */
enum inr_status inr_fit_preset(const char *preset, struct inr_fit_config *config,
                               struct inr_error *err);

/* Settings of a preset for a mesh or a cloud of points; task: row of INR_REGISTRY_TASK, sdf or
 * occupancy (auto: sdf). Points with normals are fitted by the loss geometry where `points` says
 * so, with the distances to the discs that they span, meshes by their distances. Errors:
 * INR_ERR_USAGE. */
enum inr_status inr_fit_preset_shape(const char *preset, int task, bool points,
                                     struct inr_fit_config *config, struct inr_error *err);

/* The signed distances of a mesh or a cloud of points (unsigned where there is no sign) in the cube
 * that a fit puts about it, [65][65][65], in units of half the cube's side: what FreSh chooses
 * settings of shapes by. The mesh stays as it is; release the signal with inr_signal_free. threads:
 * 0 for all processors. Errors: those of inr_surface_create, INR_ERR_MEMORY. */
enum inr_status inr_fit_mesh_signal(const struct inr_mesh *mesh, int threads,
                                    struct inr_signal *signal, struct inr_error *err);

/* One setting, as --flag on the command line and "section.key" in JSON. */
struct inr_setting {
    const char *flag;  /* "omega", without dashes */
    const char *json;  /* "network.first_omega" */
    const char *value; /* placeholder in help: "N", "X", "NAME" ...; NULL: a switch */
    const char *group; /* heading in help: "Field", "Training", "Budget", "Device" */
    const char *help;  /* one line */
    int registry;      /* enum inr_registry whose names are valid values, or -1 */
};

/* The table of settings; false past the end. */
bool inr_setting_at(size_t index, struct inr_setting *setting);

/* Set one by its flag from text; range-checked. Errors: INR_ERR_USAGE, naming flag, text and range.
 */
enum inr_status inr_fit_config_set(struct inr_fit_config *config, const char *flag,
                                   const char *text, struct inr_error *err);

/* Apply a JSON document (shape of instant-ngp / tiny-cuda-nn: "encoding", "network", "loss",
 * "optimizer", each with "otype"; and ours: "training", "budget") over `config`. `name` is used in
 * messages. A top-level "preset" is applied first. Unknown keys are errors with the path named;
 * comments as in C and C++ are skipped. A file of those programs (network.otype FullyFusedMLP,
 * CutlassMLP, MegakernelMLP, or nested optimizers) starts from preset hash, and what it leaves
 * unsaid is what they take: no biases, Adam's defaults and sparse tables of tiny-cuda-nn, a
 * constant rate. Errors: INR_ERR_INPUT with line and column, or the path of the key. */
enum inr_status inr_fit_config_from_json(struct inr_fit_config *config, const char *text,
                                         size_t size, const char *name, struct inr_error *err);

/* The same from a file ("-": standard input), after that of the file it names as "parent", if any,
 * relative to its own folder. Errors: those, and INR_ERR_INPUT for what cannot be read. */
enum inr_status inr_fit_config_read(struct inr_fit_config *config, const char *path,
                                    struct inr_error *err);

/* The effective configuration as JSON text that _from_json reads back to the same; free() it.
 * NULL: out of memory. */
char *inr_fit_config_to_json(const struct inr_fit_config *config);

/* What a model remembers about its fit. */
struct inr_model_info {
    char task[24];        /* name of a row of INR_REGISTRY_TASK, never "auto" */
    char version[16];     /* of the program that wrote it */
    char source[256];     /* file name of the source, without folders */
    char source_hash[17]; /* of its decoded samples, 16 hex digits (see inr_image_hash) */
    /* The signal that `render` makes when no size is given: a picture's width and height, a sound's
     * length and 1. For super_resolution its full size. */
    uint32_t width, height, channels;
    int dims;               /* 1..3 */
    uint32_t length;        /* points of the third axis, 1 without */
    enum inr_sample sample; /* what the source's samples were stored as, and results are */
    enum inr_depth depth;   /* the same for pictures */
    double rate;            /* sound: samples a second, otherwise 0 */
    double peak;            /* what PSNR takes as the peak, in the scale of the samples */
    bool unit;              /* samples are meant to lie in [0,1]: results are clamped */
    uint64_t steps;         /* done */
    uint64_t total_steps;   /* the schedule was laid out for */
    double seconds;         /* of training */
    double psnr, ssim;   /* of the result as it would be written; NaN: not measured (checkpoint) */
    double iou;          /* occupancy, sdf: intersection over union; NaN: not measured */
    double psnr_unknown; /* inpaint: over the samples that were not known; NaN: not measured */
    /* Shapes. Coordinates of the field are (p - centre) * frame_scale for points p of the source;
     * so are distances, negative inside. */
    double centre[3];
    double frame_scale;    /* NaN: not of a shape */
    char sign[16];         /* how the inside was told: name of a row of INR_REGISTRY_SIGN */
    double iou_near;       /* over points near the surface; NaN: not measured */
    double distance_error; /* sdf: mean absolute, over uniform points, in field units; NaN */
    char device[256];
    char plan[96]; /* how the device ran the field; empty: on the CPU, or in a file that was read */
    char chosen[256]; /* what the signal decided and why, one sentence; empty: nothing was left to
                         it */
    bool complete;    /* false: a checkpoint of an unfinished fit */
};

struct inr_model; /* a field with its source, settings and, in a checkpoint, optimiser state */

const struct inr_model_info *inr_model_info(const struct inr_model *model);
const struct inr_fit_config *inr_model_config(const struct inr_model *model);
const struct inr_field *inr_model_field(const struct inr_model *model);
/* Size, depth, channels, ICC and PNG notes of the source; pixels is NULL. Borrowed from the model.
 */
const struct inr_image *inr_model_source(const struct inr_model *model);
/* True when it carries optimiser state and can be resumed. */
bool inr_model_can_resume(const struct inr_model *model);

/* Write a safetensors file atomically; read one back, checking every length. Errors:
 * INR_ERR_OUTPUT; INR_ERR_INPUT with what and where. */
enum inr_status inr_model_save(const struct inr_model *model, const char *path,
                               struct inr_error *err);
enum inr_status inr_model_load(const char *path, struct inr_model **out, struct inr_error *err);
/* Bytes of the file that inr_model_save would write now. Errors: INR_ERR_MEMORY. */
enum inr_status inr_model_bytes(const struct inr_model *model, uint64_t *bytes,
                                struct inr_error *err);
/* The same from memory; `name` is used in messages. For fuzzing and embedding. */
enum inr_status inr_model_parse(const uint8_t *data, size_t size, const char *name,
                                struct inr_model **out, struct inr_error *err);
void inr_model_free(struct inr_model *model);

/* 64-bit hash of size, channels, depth and samples, as 16 hex digits and a NUL. */
void inr_image_hash(const struct inr_image *image, char out[17]);
void inr_signal_hash(const struct inr_signal *signal, char out[17]);
/* The same of vertices, normals and triangles. */
void inr_mesh_hash(const struct inr_mesh *mesh, char out[17]);

/* What the watcher sees, a few times a second. */
struct inr_fit_progress {
    uint64_t step, total_steps; /* total: exact for step budgets, else an estimate */
    double seconds, eta;        /* spent, left (< 0: unknown) */
    double loss;                /* mean over the steps since the last call */
    double psnr;                /* of the batches since the last call, or of the last measurement */
    double samples_per_second;
    bool measured;   /* psnr comes from a measurement of the whole picture */
    double distance; /* sdf: root mean square error of the batches, in field units; NaN: no sdf */
    double iou;      /* of shapes, at the last measurement; NaN: none yet */
};

enum inr_fit_action { INR_FIT_CONTINUE, INR_FIT_STOP };

struct inr_fit_watch {
    /* Return INR_FIT_STOP to end early: the fit then returns INR_INTERRUPTED with a valid model. */
    enum inr_fit_action (*progress)(void *user, const struct inr_fit_progress *progress);
    /* Called with a resumable model every save_every steps; an error ends the fit. */
    enum inr_status (*checkpoint)(void *user, const struct inr_model *model, struct inr_error *err);
    /* Measure now and then, so that progress carries measured PSNRs from the first steps on: for
     * curves over time: as often as a tenth of the time allows, and each time the seconds have
     * grown by four tenths. Is not counted in seconds. */
    bool measures;
    void *user;
    struct inr_log log;
};

/* What to fit. A picture comes as `image`, so that its depth and profile travel; a shape in its own
 * units as `mesh`; everything else as `signal`; the other two are NULL. All of it is borrowed for
 * the call. */
struct inr_fit_input {
    const struct inr_signal *signal;
    const struct inr_image *image;
    const struct inr_mesh *mesh;
    /* What the result is scored against, or NULL. denoise: the clean signal, where the input is
     * noisy already; super_resolution: the large signal, where the input is small already; inpaint:
     * the whole, where the input has holes; ct: the picture, where the input is a sinogram. Never
     * trained on. */
    const struct inr_signal *reference;
    const struct inr_signal *mask; /* inpaint: samples of the input's grid, known from 0.5 on */
    uint32_t width, height;        /* ct: of the picture where the input is a sinogram, else 0 */
    const char *name;              /* for the record: where it came from, or NULL */
};

/* Fit. `resume`: NULL, or a model with state made from the same input; training then continues bit
 * for bit (same device and thread count). *out is a valid model for INR_OK, INR_TARGET_MISSED and
 * INR_INTERRUPTED, else NULL. Errors: INR_ERR_USAGE (settings, or a task the input is not made
 * for), INR_ERR_INPUT (resume, reference or mask do not match), INR_ERR_NO_DEVICE,
 * INR_ERR_DEVICE_LOST, INR_ERR_MEMORY, INR_ERR_FAILED (loss became NaN: lower the rate). */
enum inr_status inr_fit(const struct inr_fit_input *input, const struct inr_fit_config *config,
                        const struct inr_model *resume, const struct inr_fit_watch *watch,
                        struct inr_model **out, struct inr_error *err);

/* The same for an image alone; source_name as input.name. */
enum inr_status inr_fit_image(const struct inr_image *image, const struct inr_fit_config *config,
                              const struct inr_model *resume, const struct inr_fit_watch *watch,
                              const char *source_name, struct inr_model **out,
                              struct inr_error *err);

/* The model at every point of a grid of `shape` (points an axis; NULL or zeros: the source's) over
 * its domain, in the scale of the source's samples and not clamped; the caller releases *signal.
 * `device` as in inr_fit_config. Errors: INR_ERR_USAGE (too large), those of devices,
 * INR_ERR_MEMORY. On failure *signal is zeroed. */
enum inr_status inr_model_render_signal(const struct inr_model *model, const char *device,
                                        int threads, const uint32_t shape[3],
                                        struct inr_signal *signal, const struct inr_log *log,
                                        struct inr_error *err);

/* Sinograms, as task ct has them: an array of one row an angle, as many columns as the picture, in
 * its samples' units times pixels. Of an input: what a fit by `config` would train on. Of a model:
 * the projections of its picture at the source's size, under as many angles as it was fitted to.
 * The caller releases *rows; on failure it is zeroed. Errors: INR_ERR_USAGE (another task), those
 * of inr_fit and inr_model_render_signal. */
enum inr_status inr_fit_sinogram(const struct inr_fit_input *input,
                                 const struct inr_fit_config *config, struct inr_signal *rows,
                                 struct inr_error *err);
enum inr_status inr_model_sinogram(const struct inr_model *model, const char *device, int threads,
                                   struct inr_signal *rows, const struct inr_log *log,
                                   struct inr_error *err);

/* Make of rendered values what a file would hold: bools by the task's threshold, 8 and 16 bits
 * rounded, floats that are meant to lie in [0,1] clamped. */
void inr_model_finish_signal(const struct inr_model *model, struct inr_signal *signal);

/* A view of the model: a picture of `width` x `height` covers the whole domain; only the crop is
 * produced. Zero width/height: the source's (or keep the aspect when one is given). Zero crop size:
 * all. Of a volume it is slice number `slice` of `length` along the third axis; zero length: the
 * source's. */
struct inr_view {
    uint32_t width, height;
    uint32_t crop_x, crop_y, crop_width, crop_height;
    uint32_t length, slice;
};

/* Fill in the zeros of a view and check it. */
enum inr_status inr_view_resolve(const struct inr_model *model, struct inr_view *view,
                                 struct inr_error *err);

/* Render rows of a view top to bottom, a bounded number at a time, in the scale of the source
 * samples (integers [0,1], not clamped). `device` as in inr_fit_config. `rows` gets
 * [n][crop_width][channels] and may end the rendering with an error status. */
enum inr_status inr_model_render(const struct inr_model *model, const char *device, int threads,
                                 const struct inr_view *view,
                                 enum inr_status (*rows)(void *user, const float *values,
                                                         uint32_t n, struct inr_error *err),
                                 void *user, const struct inr_log *log, struct inr_error *err);

/* Compare the model, rendered at the source's size and rounded to its depth, with an image. */
enum inr_status inr_model_compare(const struct inr_model *model, const char *device, int threads,
                                  const struct inr_image *image, struct inr_metric_result *result,
                                  const struct inr_log *log, struct inr_error *err);

/* Compare the model with a signal of as many axes and channels, rendered at the signal's shape. It
 * is clamped or rounded as a file of its samples would be, bools without the threshold. options
 * NULL: the peak that the fit took, the task's threshold. Errors: INR_ERR_INPUT (axes, channels),
 * those of inr_model_render_signal and inr_signal_compare. */
enum inr_status inr_model_compare_signal(const struct inr_model *model, const char *device,
                                         int threads, const struct inr_signal *reference,
                                         const struct inr_compare_options *options,
                                         struct inr_scores *scores, const struct inr_log *log,
                                         struct inr_error *err);

/* Whether a model is of a shape: distances or an occupancy in space, of one channel. */
bool inr_model_is_shape(const struct inr_model *model);

/* Open such a model to be asked for its values: *source is filled in, with *out as its data, in
 * field coordinates; distances are in field units. *frame says where the shape lies in its own
 * units: those of the mesh or, for an array, its voxels, the middle of the first at 0. The model
 * must outlive it. `device` as in inr_fit_config. Errors: INR_ERR_USAGE (another model), those of
 * devices, INR_ERR_MEMORY. */
struct inr_model_shape;
enum inr_status inr_model_shape_open(const struct inr_model *model, const char *device, int threads,
                                     const struct inr_log *log, struct inr_model_shape **out,
                                     struct inr_shape_source *source, struct inr_frame *frame,
                                     struct inr_error *err);
void inr_model_shape_close(struct inr_model_shape *shape);

/* Compare two images of equal size and channels. */
enum inr_status inr_image_compare(const struct inr_image *reference, const struct inr_image *test,
                                  struct inr_metric_result *result, struct inr_error *err);

/* Devices as people see them; index 0 is the CPU. */
struct inr_device_info {
    int index;
    const char *kind; /* "CPU", "discrete GPU" ... */
    char name[256], driver[256];
    uint64_t memory, max_buffer;
    uint32_t shared_memory, subgroup;
    char
        matrix[16]; /* m x n x k of the matrix units that precision mixed and split use, or empty */
    char api[24];   /* "1.3.230" or "" */
    bool usable, chosen;
    char note[128]; /* why it is not usable */
};

/* List them; `why` says what "auto" (or `wish`) chooses and why, `note` what the Vulkan loader
 * said. free() *devices. */
enum inr_status inr_devices(const char *wish, struct inr_device_info **devices, size_t *n,
                            char why[256], char note[256], struct inr_error *err);

/* Run every kernel of a Vulkan device against the CPU backend; one call a kernel row. Returns
 * INR_OK when all pass, INR_ERR_FAILED otherwise. */
enum inr_status inr_selftest(const char *device,
                             void (*line)(void *user, const char *kernel, const char *detail,
                                          double error, double tolerance, bool pass),
                             void *user, const struct inr_log *log, struct inr_error *err);

#ifdef __cplusplus
}
#endif
#endif
