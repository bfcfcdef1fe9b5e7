/* SPDX-License-Identifier: MIT
 *
 * cmd_fit.c - `inrush fit`: fits a field to a picture or any sampled signal and saves the model.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/fit_result.h"
#include "cli/fit_settings.h"
#include "cli/interrupt.h"
#include "cli/picture.h"
#include "cli/shape.h"
#include "cli/view.h"

static const struct inr_cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .value = "FILE.inr",
     .group = "Output",
     .file = true,
     .help = "the model"},
    INR_CLI_OPTION_FORCE,
    {.name = "preview",
     .value = "PICTURE",
     .group = "Output",
     .file = true,
     .help = "also render the model to this picture, at each checkpoint and at the end; a shape as "
             "'inrush render' shows it, 512 x 512"},
    {.name = "json", .group = "Output", .help = "print the result as one JSON object"},
    {.name = "print-config",
     .group = "Output",
     .help = "print the settings as JSON for --config, and stop"},
    {.name = "preset",
     .value = "NAME",
     .group = "Settings",
     .table = INR_REGISTRY_PRESET + 1,
     .help = "start from these settings (default: siren; of a mesh or points: hash)"},
    {.name = "config",
     .value = "FILE.json",
     .group = "Settings",
     .file = true,
     .help = "then apply this file; instant-ngp and tiny-cuda-nn configurations load"},
    {.name = "resume",
     .value = "FILE.inr",
     .group = "Settings",
     .file = true,
     .help = "go on with an unfinished or extendable fit of the same input"},
    {.name = "reference",
     .value = "FILE",
     .group = "Task",
     .file = true,
     .help = "what the result is scored against where that is not the input; never trained on"},
    {.name = "size",
     .value = "WxH",
     .group = "Task",
     .help = "ct: the input is a sinogram, one row an angle, of a picture of this size"},
    {.name = "sinogram",
     .value = "FILE",
     .group = "Task",
     .file = true,
     .help = "ct: also write the projections trained on, to an array (.npy) or a picture"},
    {.name = "mask",
     .value = "FILE",
     .group = "Task",
     .file = true,
     .help = "inpaint: which samples are known, those of at least half of white"},
    {.name = NULL},
};

struct job {
    struct inr_cli *cli;
    const char *input, *output, *preview;
    struct inr_fit_config config;
    struct inr_image image; /* the input, where it is a picture */
    struct inr_signal signal, reference, mask;
    struct inr_mesh *mesh; /* the input, where it is a shape */
    struct inr_view size;  /* of the picture of a sinogram, else 0 */
    struct inr_model *resume;
    double seconds, samples; /* of this run, summed from the progress */
    double last_seconds;
    bool saved; /* a checkpoint of this run is in the output */
};

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *state)
{
    struct job *job = user;
    double spent = state->seconds - job->last_seconds;
    if (spent > 0.0 && isfinite(state->samples_per_second)) {
        job->seconds += spent;
        job->samples += spent * state->samples_per_second;
    }
    job->last_seconds = state->seconds;
    inr_cli_progress_fit(&job->cli->progress, state);
    return inr_cli_interrupted() ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

/* The preview of a model at the size of its source, on the CPU: the GPU is busy with the fit. */
static enum inr_status write_preview(struct job *job, const struct inr_model *model,
                                     struct inr_error *err)
{
    struct inr_cli_device device = {.device = "cpu", .threads = job->config.threads};
    struct inr_view view = {0};
    enum inr_status status = INR_OK;
    struct inr_cli quiet = *job->cli;
    quiet.log.level = INR_LOG_WARNING;
    inr_cli_progress_begin(&quiet.progress, stderr, true);
    const bool shape = inr_model_is_shape(model);
    if (shape)
        status = inr_cli_shape_preview(&quiet, model, &device, job->preview, err);
    else
        status = inr_view_resolve(model, &view, err);
    if (status == INR_OK && !shape)
        status = inr_cli_write_picture(&quiet, model, &device, &view, NULL, job->preview, err);
    /* Interrupted while rendering: the model matters, the preview does not. */
    return status == INR_INTERRUPTED ? INR_OK : status;
}

static enum inr_status on_checkpoint(void *user, const struct inr_model *model,
                                     struct inr_error *err)
{
    struct job *job = user;
    enum inr_status status = inr_model_save(model, job->output, err);
    job->saved = job->saved || status == INR_OK;
    if (status == INR_OK && job->preview != NULL)
        status = write_preview(job, model, err);
    return status;
}

static enum inr_status check_names(const struct job *job, struct inr_error *err)
{
    bool force = inr_cli_count(&job->cli->args, "force") > 0;
    const char *resume = inr_cli_get(&job->cli->args, "resume");
    const char *sinogram = inr_cli_get(&job->cli->args, "sinogram");
    enum inr_status status;
    if (job->input == NULL)
        return inr_fail(err, INR_ERR_USAGE, "no input given; usage: inrush fit IN -o OUT.inr");
    if (job->output == NULL)
        return inr_fail(err, INR_ERR_USAGE, "no output given; add -o FILE.inr");
    if (inr_signal_can_write(job->output) || inr_mesh_can_write(job->output))
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: the output of fit is a model; give it a name that ends in .inr "
                        "('inrush render' makes pictures, arrays and meshes)",
                        job->output);
    if (inr_cli_same_file(job->input, job->output))
        return inr_fail(err, INR_ERR_USAGE, "%s is the input; give the model another name",
                        job->output);
    if (resume != NULL && inr_cli_same_file(resume, job->output))
        force = true;
    status = inr_cli_check_output(job->output, force, err);
    if (status == INR_OK && sinogram != NULL)
        status = inr_cli_same_file(job->input, sinogram)
                     ? inr_fail(err, INR_ERR_USAGE, "--sinogram %s is the input", sinogram)
                     : inr_cli_check_signal_output(job->cli, sinogram, err);
    if (status != INR_OK || job->preview == NULL)
        return status;
    if (!inr_image_can_write(job->preview))
        return inr_fail(err, INR_ERR_USAGE, "--preview %s: the suffix names no picture format",
                        job->preview);
    if (inr_cli_same_file(job->input, job->preview))
        return inr_fail(err, INR_ERR_USAGE, "--preview %s is the input", job->preview);
    /* A preview is replaced all the time, but somebody's picture of that name is not. */
    return inr_cli_check_output(job->preview, force, err);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "standard input" : slash != NULL ? slash + 1 : path;
}

static void print_how_to_resume(const struct job *job, const char *why)
{
    const char *reference = inr_cli_get(&job->cli->args, "reference");
    const char *mask = inr_cli_get(&job->cli->args, "mask");
    const char *size = inr_cli_get(&job->cli->args, "size");
    inr_cli_notice(job->cli, "%s; go on with: inrush fit %s -o %s --resume %s%s%s%s%s%s%s", why,
                   job->input, job->output, job->output, reference ? " --reference " : "",
                   reference ? reference : "", mask ? " --mask " : "", mask ? mask : "",
                   size ? " --size " : "", size ? size : "");
}

/* The projections that the fit trains on. */
static enum inr_status write_sinogram(const struct job *job, const struct inr_fit_input *input,
                                      struct inr_error *err)
{
    const char *path = inr_cli_get(&job->cli->args, "sinogram");
    struct inr_signal rows;
    if (path == NULL)
        return INR_OK;
    enum inr_status status = inr_fit_sinogram(input, &job->config, &rows, err);
    if (status == INR_OK)
        status = inr_cli_write_sinogram(job->cli, path, &rows, err);
    inr_signal_free(&rows);
    return status;
}

/* Train, save whatever is worth saving, report. */
static enum inr_status train(struct job *job, struct inr_error *err)
{
    const struct inr_fit_watch watch = {
        .progress = on_progress, .checkpoint = on_checkpoint, .user = job, .log = job->cli->log};
    const struct inr_fit_input input = {.signal = job->signal.values != NULL ? &job->signal : NULL,
                                        .mesh = job->mesh,
                                        .image = job->image.pixels != NULL ? &job->image : NULL,
                                        .reference =
                                            job->reference.values != NULL ? &job->reference : NULL,
                                        .mask = job->mask.values != NULL ? &job->mask : NULL,
                                        .width = job->size.width,
                                        .height = job->size.height,
                                        .name = base_name(job->input)};
    struct inr_model *model = NULL;
    struct inr_cli_fit_result result = {.output = job->output};
    struct inr_error late = {0}; /* err may already say that the target was missed */
    enum inr_status status, saved;

    if (job->resume != NULL)
        job->last_seconds = inr_model_info(job->resume)->seconds;
    status = write_sinogram(job, &input, err);
    if (status != INR_OK)
        return status;
    inr_cli_interrupt_install();
    status = inr_fit(&input, &job->config, job->resume, &watch, &model, err);
    inr_cli_progress_clear(&job->cli->progress);
    if (model == NULL && job->saved)
        print_how_to_resume(job, "stopped by an error, the last checkpoint is kept");
    if (model == NULL)
        return status;
    saved = inr_model_save(model, job->output, &late);
    if (saved == INR_OK && job->preview != NULL)
        saved = write_preview(job, model, &late);
    if (saved == INR_OK) {
        result.model = model;
        result.status = status;
        result.samples_per_second = job->seconds > 0.0 ? job->samples / job->seconds : (double)NAN;
        saved = inr_cli_print_fit(job->cli, &result, &late);
    }
    if (saved == INR_OK && status == INR_INTERRUPTED)
        print_how_to_resume(job, "interrupted");
    if (saved != INR_OK)
        *err = late;
    inr_model_free(model);
    return saved != INR_OK ? saved : status;
}

static enum inr_status print_config(const struct inr_fit_config *config, struct inr_error *err)
{
    char *text = inr_fit_config_to_json(config);
    if (text == NULL)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory while printing the settings");
    printf("%s%s", text, text[0] != '\0' && text[strlen(text) - 1] == '\n' ? "" : "\n");
    free(text);
    return INR_OK;
}

/* A mesh, and a word about it where that is called for. Settings depend on it. */
static enum inr_status read_shape(struct job *job, struct inr_error *err)
{
    struct inr_mesh_report report;
    char text[512];
    enum inr_status status = inr_mesh_read(job->input, &job->mesh, &report, err);
    if (status == INR_OK && inr_mesh_report_worrying(&report)) {
        inr_mesh_report_text(&report, text, sizeof text);
        inr_cli_notice(job->cli, "%s: %s", job->input, text);
    }
    return status;
}

static enum inr_cli_subject subject_of(const struct inr_mesh *mesh)
{
    return mesh == NULL                                      ? INR_CLI_SAMPLES
           : mesh->n_triangles == 0 && mesh->normals != NULL ? INR_CLI_POINTS
                                                             : INR_CLI_SURFACE;
}

static enum inr_status read_inputs(struct job *job, struct inr_error *err)
{
    const char *reference = inr_cli_get(&job->cli->args, "reference");
    const char *mask = inr_cli_get(&job->cli->args, "mask");
    const char *size = inr_cli_get(&job->cli->args, "size");
    enum inr_status status = INR_OK;
    if (size != NULL)
        status = inr_cli_parse_size(size, &job->size, err);
    if (status == INR_OK && size != NULL && (!job->size.width || !job->size.height))
        status = inr_fail(err, INR_ERR_USAGE, "--size %s: both sides are needed", size);
    if (status == INR_OK && !job->mesh)
        status = inr_signal_or_image_read(job->input, &job->signal, &job->image, err);
    if (status == INR_OK && reference != NULL)
        status = inr_signal_read(reference, &job->reference, err);
    if (status == INR_OK && mask != NULL)
        status = inr_signal_read(mask, &job->mask, err);
    if (status == INR_OK && job->preview != NULL && job->signal.values != NULL &&
        job->signal.dims != 2)
        status = inr_fail(err, INR_ERR_USAGE,
                          "--preview is for pictures, meshes and points, and %s has %d ax%s",
                          job->input, job->signal.dims, job->signal.dims == 1 ? "is" : "es");
    return status;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    struct job job = {.cli = cli,
                      .input = cli->args.n_operands > 0 ? cli->args.operands[0] : NULL,
                      .output = inr_cli_get(&cli->args, "output"),
                      .preview = inr_cli_get(&cli->args, "preview")};
    const char *resume = inr_cli_get(&cli->args, "resume");
    bool only_config = inr_cli_count(&cli->args, "print-config") > 0;
    enum inr_status status = INR_OK;

    if (resume != NULL)
        status = inr_model_load(resume, &job.resume, err);
    if (status == INR_OK && job.input != NULL && inr_mesh_can_read(job.input))
        status = read_shape(&job, err);
    if (status == INR_OK)
        status = inr_cli_fit_settings(cli, job.resume, subject_of(job.mesh), &job.config, err);
    if (status == INR_OK && only_config)
        status = print_config(&job.config, err);
    if (status == INR_OK && !only_config)
        status = check_names(&job, err);
    if (status == INR_OK && !only_config)
        status = read_inputs(&job, err);
    if (status == INR_OK && !only_config)
        status = train(&job, err);
    inr_mesh_free(job.mesh);
    inr_image_free(&job.image);
    inr_signal_free(&job.signal);
    inr_signal_free(&job.reference);
    inr_signal_free(&job.mask);
    inr_model_free(job.resume);
    return status;
}

const struct inr_cli_command inr_cli_fit = {
    .name = "fit",
    .summary = "fit a field to a picture, array, sound or shape and save a model",
    .usage = "IN -o OUT.inr [options]",
    .text = "Settings come from the preset, then from --config, then from the options, in this "
            "order wherever they stand. The fit ends with the first budget that runs out; Ctrl-C "
            "saves what was reached and exits with 130, a second one kills.\n"
            "The input is a picture, a NumPy array of 1 to 3 axes (.npy), a sound, or a mesh or "
            "points (.obj, .ply, .stl, .glb, .off, .xyz ...), of which the signed distance is "
            "fitted. --task says what fitting means, see 'inrush list task'; it follows from the "
            "input otherwise.",
    .examples = "inrush fit photo.png -o photo.inr\n"
                "inrush fit bunny.obj -o bunny.inr --time 60 --preview bunny.png\n"
                "inrush fit photo.png -o photo.inr --preset wire --time 60 --psnr 40\n"
                "inrush fit photo.png -o photo.inr --save-every 500\n"
                "inrush fit volume.npy -o volume.inr\n"
                "inrush fit photo.png -o clean.inr --task denoise --noise 0.1\n"
                "inrush fit photo.png -o photo.inr --resume photo.inr",
    .options = options,
    .settings = true,
    .max_operands = 1,
    .run = run,
};
