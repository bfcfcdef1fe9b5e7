/* SPDX-License-Identifier: MIT
 *
 * suite.h - A benchmark as data: signals x models x sizes x seeds x tasks x modes, read from JSON.
 *
 *     {"name": "mine", "about": "one line",
 *      "signals": ["star", {"name": "bandlimited", "dims": 3, "bandwidth": [0.2, 0.8]},
 *                  {"file": "photo.png"}],
 *      "models": ["finer", {"name": "SIREN 90", "preset": "siren",
 *                           "config": {"network": {"omega": 90}},
 *                           "at_size": {"10000": {"optimizer": {"learning_rate": 1e-3}}}}],
 *      "sizes": [10000, 100000], "seeds": [1234],
 *      "tasks": ["fit", {"task": "denoise", "noise": 0.05}],
 *      "mode": "parameters" or ["parameters", "time"],
 *      "budget": {"steps": 1000, "seconds": 20},
 *      "clamp": "range", "config": {"training": {"batch_mode": "full"}},
 *      "at_mode": {"time": {"training": {"batch": 2048}}}}
 *
 * What is not given: signals [], models required, sizes [100000], seeds [1234], tasks ["fit"], mode
 * "parameters", budget 1000 steps. Unknown keys are errors that name their path. `config` (of all
 * models, of all in a mode, then of one, then of one at a size) has the shape of `inrush fit
 * --config`. `clamp`: what results are held within before they are scored, "range" (the default):
 * [0,1] widened to where the signal goes; "unit": [0,1], as the study has it, which bounds the PSNR
 * of signals that leave it.
 *
 * A suite may be shared between threads that only read it.
 */
#ifndef INR_BENCH_SUITE_H
#define INR_BENCH_SUITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "inrush/fit.h"

enum inr_bench_mode {
    INR_BENCH_PARAMETERS, /* as many trainable scalars as fit the size; the budget is in steps */
    INR_BENCH_BYTES,      /* as large a file as fits the size; the same budget */
    INR_BENCH_TIME,       /* as PARAMETERS, but everyone trains for the same seconds */
    INR_BENCH_MODE_COUNT
};

/* "parameters", "bytes", "time"; NULL outside. */
const char *inr_bench_mode_name(int mode);

/* What is fitted. Texts are borrowed from the suite's JSON. */
struct inr_bench_signal {
    const char *name; /* for people: given, or the generator's, or the file's without folders */
    const char *generator; /* or NULL */
    const char *file;      /* or NULL */
    int dims;              /* of a generated one */
    double bandwidth;      /* of a generated one; NaN: it has none */
    uint32_t side;         /* points an axis; 0: the study's */
    bool seeded;           /* `seed` is its own, else the row's */
    uint64_t seed;
};

struct inr_bench_model {
    const char *name, *preset, *knob; /* knob: the setting that sizes it; NULL: by its encoding */
    const json_t *config, *at_size;   /* or NULL */
    const json_t *dims;               /* list of the dimensions it is for, or NULL */
};

struct inr_bench_task {
    char label[96];         /* "denoise 0.05" */
    const json_t *settings; /* object: flag -> value; NULL: the default task */
};

struct inr_bench_suite {
    json_t *root; /* owns every text */
    char source[256];
    const char *name, *about;
    struct inr_bench_signal *signals;
    struct inr_bench_model *models;
    struct inr_bench_task *tasks;
    uint64_t *sizes, *seeds;
    int *modes;
    size_t n_signals, n_models, n_tasks, n_sizes, n_seeds, n_modes;
    uint64_t steps; /* 0: none */
    double seconds; /* 0: none */
    bool clamp_unit;
    const char *with; /* "flag=value,...": settings that stand above all others, or NULL */
    const json_t *config, *at_mode; /* or NULL */
};

/* Read a suite; `source` names it in messages. Every configuration is tried. Errors: INR_ERR_INPUT
 * with the path of what is wrong, INR_ERR_MEMORY. */
enum inr_status inr_bench_suite_parse(const char *text, size_t size, const char *source,
                                      struct inr_bench_suite **out, struct inr_error *err);

void inr_bench_suite_free(struct inr_bench_suite *suite);

/* Whether a model is for signals of that many dimensions. Models of one name may share a suite when
 * no dimension has both. */
bool inr_bench_model_is_for(const struct inr_bench_model *model, int dims);

/* The settings of a fit: preset, the suite's config, that in the mode, the model's, that at the
 * size, then the task, then what was added by inr_bench_selector `with`. Seed, budget by the mode,
 * no checkpoints. Errors: INR_ERR_INPUT, INR_ERR_USAGE. */
enum inr_status inr_bench_suite_config(const struct inr_bench_suite *suite,
                                       const struct inr_bench_model *model,
                                       const struct inr_bench_task *task, enum inr_bench_mode mode,
                                       uint64_t size, uint64_t seed, struct inr_fit_config *config,
                                       struct inr_error *err);

/* Set what "flag=value,flag=value" (or NULL) says. Errors: INR_ERR_USAGE. */
enum inr_status inr_bench_set_with(struct inr_fit_config *config, const char *with,
                                   struct inr_error *err);

/* The value of a task's setting as its flag would have it. False: no text and no number, or too
 * long. */
bool inr_bench_setting_text(const json_t *value, char *out, size_t size);

/* The suites that come with the program; false past the end. */
struct inr_bench_builtin {
    const char *name, *about, *text;
    size_t size;
};
bool inr_bench_builtin_at(size_t index, struct inr_bench_builtin *builtin);

#endif
