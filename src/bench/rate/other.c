/* SPDX-License-Identifier: MIT
 *
 * other.c - Other programs at a rate: the setting that comes closest to it, by bisection.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/rate/trial.h"
#include "base/process.h"

#define LIMIT     600.0 /* seconds of one run */
#define CLOSE     0.003 /* of the rate: nearer is not looked for */
#define WORDS_MAX 24
#define PATH_SIZE 320

enum inr_status inr_rate_scratch_open(struct inr_rate_scratch *scratch, struct inr_error *err)
{
    const char *base = getenv("TMPDIR");
    *scratch = (struct inr_rate_scratch){.image = NULL};
    if (!base || !*base)
        base = "/tmp";
    const int n = snprintf(scratch->folder, sizeof scratch->folder, "%s/inrush-XXXXXX", base);
    if ((size_t)n < sizeof scratch->folder && mkdtemp(scratch->folder))
        return INR_OK;
    scratch->folder[0] = '\0';
    return inr_fail(err, INR_ERR_OUTPUT,
                    "no folder for temporary files can be made in %s; set TMPDIR to another", base);
}

static void path_of(const struct inr_rate_scratch *scratch, const char *name, const char *suffix,
                    char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s/%s.%s", scratch->folder, name, suffix);
}

void inr_rate_scratch_close(struct inr_rate_scratch *scratch)
{
    DIR *folder = scratch->folder[0] ? opendir(scratch->folder) : NULL;
    const struct dirent *entry;
    char path[sizeof scratch->folder + sizeof entry->d_name + 2];
    while (folder && (entry = readdir(folder))) {
        snprintf(path, sizeof path, "%s/%s", scratch->folder, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(path);
    }
    if (folder) {
        closedir(folder);
        rmdir(scratch->folder);
    }
    scratch->folder[0] = '\0';
}

/* ---- pictures as files ---- */

static enum inr_status write_picture(const struct inr_image *image, const char *path,
                                     struct inr_error *err)
{
    /* Without profile and notes: others would count their bytes. */
    const struct inr_image plain = {.width = image->width,
                                    .height = image->height,
                                    .channels = image->channels,
                                    .depth = image->depth};
    struct inr_image_writer *writer = NULL;
    float *row = malloc((size_t)image->width * image->channels * sizeof *row);
    if (!row)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a row of %u pixels", image->width);
    enum inr_status status = inr_image_writer_open(path, &plain, &writer, err);
    for (uint32_t y = 0; status == INR_OK && y < image->height; y++) {
        inr_image_rows(image, y, 1, row);
        status = inr_image_writer_rows(writer, row, 1, err);
    }
    free(row);
    if (status == INR_OK)
        return inr_image_writer_finish(writer, err);
    inr_image_writer_abort(writer);
    return status;
}

/* The source in the format that the coder reads. */
static enum inr_status need_source(const struct inr_rate_trial *trial, char path[PATH_SIZE],
                                   struct inr_error *err)
{
    struct inr_rate_scratch *s = trial->scratch;
    const char *suffix = trial->tool->coder->source;
    const bool png = strcmp(suffix, "png") == 0;
    bool *there = png ? &s->png : &s->ppm;
    if (s->image != trial->image) {
        s->image = trial->image;
        s->ppm = s->png = false;
        s->tool = NULL;
    }
    path_of(s, "source", !png && trial->image->channels == 1 ? "pgm" : suffix, path);
    if (*there)
        return INR_OK;
    const enum inr_status status = write_picture(trial->image, path, err);
    *there = status == INR_OK;
    return status;
}

/* Samples of a decoded picture with the channels of the source: grey is the mean of colours. */
static enum inr_status read_decoded(const struct inr_rate_trial *trial, const char *path,
                                    float **out, struct inr_error *err)
{
    const struct inr_image *image = trial->image;
    struct inr_image back = {0};
    *out = NULL;
    enum inr_status status = inr_image_read(path, &back, err);
    if (status != INR_OK)
        return status;
    const size_t n = (size_t)image->width * image->height;
    const uint32_t from = back.channels, to = image->channels;
    float *all = NULL;
    if (back.width != image->width || back.height != image->height ||
        (from != to && (from < 3 || to != 1)))
        status =
            inr_fail(err, INR_ERR_FAILED,
                     "%s gave a picture of %u x %u with %u channels instead of %u x %u with %u",
                     trial->tool->coder->decoder, back.width, back.height, from, image->width,
                     image->height, to);
    else if (!(all = malloc(n * from * sizeof *all)))
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a decoded picture");
    if (status == INR_OK)
        inr_image_rows(&back, 0, back.height, all);
    for (size_t i = 0; status == INR_OK && from != to && i < n; i++)
        all[i] = (all[i * from] + all[i * from + 1] + all[i * from + 2]) / 3.0f;
    inr_image_free(&back);
    *out = all;
    return status;
}

/* ---- programs ---- */

/* The setting with that place among `steps`, from that of the smallest file on. */
static double setting_at(const struct inr_rate_coder *c, int place, int steps)
{
    const double t = (double)place / steps;
    return c->log ? c->least * pow(c->most / c->least, t) : c->least + (c->most - c->least) * t;
}

/* Words with %i, %o and %q in them replaced; `setting` must stay as long as argv. */
static void make_words(const char *program, const char *const *words, const char *input,
                       const char *output, const char *setting, char text[64],
                       const char *argv[WORDS_MAX])
{
    size_t n = 0;
    argv[n++] = program;
    for (; *words && n + 1 < WORDS_MAX; words++) {
        const char *place = strstr(*words, "%q");
        argv[n] = *words;
        if (strcmp(*words, "%i") == 0)
            argv[n] = input;
        else if (strcmp(*words, "%o") == 0)
            argv[n] = output;
        else if (place) {
            snprintf(text, 64, "%.*s%s", (int)(place - *words), *words, setting);
            argv[n] = text;
        }
        n++;
    }
    argv[n] = NULL;
}

static void print_setting(const struct inr_rate_coder *c, int place, int steps, char out[32])
{
    const double value = setting_at(c, place, steps);
    if (c->whole)
        snprintf(out, 32, "%.0f", value);
    else
        snprintf(out, 32, "%.4g", value);
}

static enum inr_status encode(const struct inr_rate_trial *trial, int place, int steps,
                              const char *source, const char *coded, double *seconds,
                              uint64_t *bytes, struct inr_error *err)
{
    const struct inr_rate_coder *c = trial->tool->coder;
    const char *argv[WORDS_MAX];
    struct inr_process_result result = {.text = ""};
    struct stat info;
    char setting[32], text[64];
    print_setting(c, place, steps, setting);
    make_words(trial->tool->encoder, c->encode, source, coded, setting, text, argv);
    unlink(coded);
    enum inr_status status = inr_process_run(argv, LIMIT, trial->stop, trial->user, &result, err);
    if (status == INR_OK && (stat(coded, &info) != 0 || info.st_size == 0))
        status = inr_fail(err, INR_ERR_FAILED, "%s wrote nothing: %.*s", c->encoder,
                          (int)strcspn(result.text, "\n"), result.text);
    if (status != INR_OK)
        return status;
    *seconds = result.seconds;
    *bytes = (uint64_t)info.st_size;
    return INR_OK;
}

/* Where a file of about `wanted` bytes lies among the settings; *made: the place whose file is
 * there, with its seconds and bytes. */
struct search {
    int steps, made, best;
    double seconds;
    uint64_t bytes;
};

static double distance(uint64_t bytes, uint64_t wanted)
{
    return fabs(log((double)bytes / (double)wanted));
}

static enum inr_status find_setting(const struct inr_rate_trial *trial, uint64_t wanted,
                                    const char *source, const char *coded, struct search *s,
                                    struct inr_error *err)
{
    uint64_t *sizes = trial->scratch->sizes;
    int low = -1, high = s->steps + 1;
    enum inr_status status = INR_OK;
    s->best = s->made = -1;
    while (status == INR_OK && high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (sizes[middle] == 0) {
            status = encode(trial, middle, s->steps, source, coded, &s->seconds, &s->bytes, err);
            if (status != INR_OK)
                break;
            sizes[middle] = s->bytes;
            s->made = middle;
        }
        if (s->best < 0 || distance(sizes[middle], wanted) < distance(sizes[s->best], wanted))
            s->best = middle;
        if (distance(sizes[middle], wanted) < CLOSE)
            break;
        if (sizes[middle] <= wanted)
            low = middle;
        else
            high = middle;
    }
    if (status == INR_OK && s->made != s->best)
        status = encode(trial, s->best, s->steps, source, coded, &s->seconds, &s->bytes, err);
    return status;
}

static enum inr_status decode(const struct inr_rate_trial *trial, const char *coded,
                              struct inr_bench_row *row, struct inr_error *err)
{
    const struct inr_rate_coder *c = trial->tool->coder;
    const char *argv[WORDS_MAX];
    struct inr_process_result result = {.text = ""};
    char path[PATH_SIZE], text[64];
    float *test = NULL;
    path_of(trial->scratch, "decoded", c->decoded, path);
    make_words(trial->tool->decoder, c->decode, coded, path, "", text, argv);
    unlink(path);
    enum inr_status status = inr_process_run(argv, LIMIT, trial->stop, trial->user, &result, err);
    if (status == INR_OK)
        status = read_decoded(trial, path, &test, err);
    if (status == INR_OK)
        status = inr_rate_score(trial->image, test, row, err);
    row->decode_seconds = result.seconds;
    free(test);
    return status;
}

/* What was said to the encoder, without the files. */
static void describe(const struct inr_rate_coder *c, int place, int steps, char *out, size_t size)
{
    char setting[32], text[64];
    const char *argv[WORDS_MAX];
    size_t used = 0;
    print_setting(c, place, steps, setting);
    make_words("", c->encode, "", "", setting, text, argv);
    out[0] = '\0';
    for (size_t i = 1; argv[i] && used + 1 < size; i++) {
        const bool leads = argv[i][0] == '-' && argv[i + 1] && argv[i + 1][0] == '\0';
        if (argv[i][0] != '\0' && !leads)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", argv[i]);
    }
}

enum inr_status inr_rate_trial_other(const struct inr_rate_trial *trial, struct inr_bench_row *row,
                                     struct inr_error *err)
{
    const struct inr_rate_coder *c = trial->tool->coder;
    const struct inr_image *image = trial->image;
    struct inr_rate_scratch *scratch = trial->scratch;
    struct search s = {.steps = c->whole ? (int)fabs(c->most - c->least) : INR_RATE_STEPS};
    char source[PATH_SIZE], coded[PATH_SIZE];
    if (image->depth != INR_DEPTH_U8 || image->channels % 2 == 0)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s is compared on grey and RGB pictures of 8 bits without alpha; this one "
                        "has %u channels of %zu bits",
                        c->name, image->channels, 8 * inr_depth_size(image->depth));
    enum inr_status status = need_source(trial, source, err);
    if (status == INR_OK && scratch->tool != trial->tool) {
        scratch->tool = trial->tool;
        memset(scratch->sizes, 0, sizeof scratch->sizes);
    }
    path_of(scratch, "coded", c->coded, coded);
    if (status == INR_OK)
        status = find_setting(trial, row->size, source, coded, &s, err);
    if (status != INR_OK)
        return status;
    row->bytes = s.bytes;
    row->bpp = 8.0 * (double)s.bytes / ((double)image->width * (double)image->height);
    row->seconds = s.seconds;
    describe(c, s.best, s.steps, row->settings, sizeof row->settings);
    return decode(trial, coded, row, err);
}
