/* SPDX-License-Identifier: MIT
 *
 * cmd_spectrum.c - `inrush spectrum`: the spectra of a signal, and the setting of a field that
 * FreSh chooses for it.
 */
#include <string.h>

#include "cli/fit_settings.h"
#include "cli/picture.h"
#include "cli/shape.h"
#include "cli/spectrum.h"

static const struct inr_cli_option options[] = {
    {.name = "preset",
     .value = "NAME",
     .group = "Choice",
     .table = INR_REGISTRY_PRESET + 1,
     .help = "the field whose frequency setting is to be chosen"},
    {.name = "config",
     .value = "FILE.json",
     .group = "Choice",
     .file = true,
     .help = "its settings, as for 'inrush fit'"},
    {.name = "bins",
     .value = "N",
     .group = "Choice",
     .help = "frequencies compared, from 1 cycle a side; default: FreSh's for the field, all that "
             "the signal has (at most 512) without one"},
    {.name = "inits",
     .value = "N",
     .group = "Choice",
     .help = "untrained fields a candidate; default: 10, with --quick up to 10"},
    {.name = "grid",
     .value = "N",
     .group = "Choice",
     .help = "points a side on which they are evaluated, at least 2 a bin; default: 2 a bin"},
    {.name = "full",
     .group = "Choice",
     .help = "evaluate them on the signal's own grid, as FreSh does (slow)"},
    {.name = "quick",
     .group = "Choice",
     .help = "bisect instead of trying every candidate, as 'inrush fit --init fresh' does"},
    {.name = "seed",
     .value = "N",
     .group = "Choice",
     .help = "of the first untrained field, then one more for each; default: 0"},
    {.name = "plot",
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help = "draw the spectra and the choice: .svg or .png"},
    {.name = "csv",
     .value = "FILE",
     .group = "Output",
     .file = true,
     .help = "write every bin: cycles, fresh, radial, field"},
    INR_CLI_OPTION_JSON,
    INR_CLI_OPTION_FORCE,
    INR_CLI_OPTION_DEVICE,
    INR_CLI_OPTION_THREADS,
    {.name = NULL},
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "standard input" : slash != NULL ? slash + 1 : path;
}

/* Was anything said about a field? */
static bool wants_choice(const struct inr_cli *cli)
{
    struct inr_setting setting;
    bool wants = inr_cli_get(&cli->args, "preset") != NULL || inr_cli_get(&cli->args, "config");
    for (size_t i = 0; !wants && inr_setting_at(i, &setting); i++)
        wants = strcmp(setting.group, "Field") == 0 && inr_cli_get(&cli->args, setting.flag);
    return wants;
}

static enum inr_status check_output(const struct inr_cli *cli, const char *option,
                                    const char *other, struct inr_error *err)
{
    const char *path = inr_cli_get(&cli->args, option);
    const char *beside = other ? inr_cli_get(&cli->args, other) : NULL;
    if (path == NULL)
        return INR_OK;
    if (inr_cli_same_file(path, cli->args.operands[0]))
        return inr_fail(err, INR_ERR_USAGE, "--%s %s is the input", option, path);
    if (beside != NULL && strcmp(path, beside) == 0)
        return inr_fail(err, INR_ERR_USAGE, "--%s and --%s name the same file", option, other);
    return inr_cli_check_output(path, inr_cli_count(&cli->args, "force") > 0, err);
}

static enum inr_status check_names(const struct inr_cli *cli, struct inr_error *err)
{
    const char *plot = inr_cli_get(&cli->args, "plot");
    if (plot != NULL && !inr_cli_can_plot(plot))
        return inr_fail(err, INR_ERR_USAGE, "--plot %s: give it a name that ends in .svg or .png",
                        plot);
    enum inr_status status = check_output(cli, "plot", "csv", err);
    return status == INR_OK ? check_output(cli, "csv", NULL, err) : status;
}

/* Bins that the signal has: half its shortest side. */
static int bins_of(const struct inr_signal *signal)
{
    uint32_t side = 0;
    for (int d = 0; d < signal->dims; d++)
        if (signal->shape[d] > 1 && (side == 0 || signal->shape[d] < side))
            side = signal->shape[d];
    return side / 2 < INR_SPECTRUM_MAX ? (int)(side / 2) : INR_SPECTRUM_MAX;
}

static enum inr_status find_spectra(struct inr_cli_spectrum *found, int threads,
                                    struct inr_error *err)
{
    double sum = 0.0;
    enum inr_status status = INR_OK;
    if (found->bins > 0)
        status = inr_spectrum_fresh(&found->signal, found->bins, threads, found->fresh, err);
    if (status == INR_OK && found->bins > 0)
        status = inr_spectrum_radial(&found->signal, found->bins, threads, found->radial, err);
    for (int m = 0; status == INR_OK && m < found->bins; m++)
        sum += found->fresh[m];
    found->flat = !(sum > 0.0);
    return status;
}

/* The options of the choice from the field's settings and the words of the command line. */
static enum inr_status choice_options(struct inr_cli *cli, const struct inr_fit_config *config,
                                      const struct inr_signal *signal, long bins,
                                      struct inr_fresh_options *choice, struct inr_error *err)
{
    long inits, grid;
    const bool full = inr_cli_count(&cli->args, "full") > 0;
    const char *wish = inr_registry_id_name(INR_REGISTRY_FRESH, config->fresh);
    enum inr_knob knob = INR_KNOB_AUTO;
    for (int k = 0; k < INR_KNOB_COUNT; k++)
        if (strcmp(wish, inr_knob_name((enum inr_knob)k)) == 0)
            knob = (enum inr_knob)k;
    if (config->automatic)
        return inr_fail(err, INR_ERR_USAGE,
                        "--auto belongs to 'inrush fit'; name a preset to choose its frequency");
    if (full && inr_cli_count(&cli->args, "quick") > 0)
        return inr_fail(err, INR_ERR_USAGE, "--full and --quick exclude each other");
    enum inr_status status = inr_fresh_options(&config->field, knob, signal->dims, choice, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "inits", 1, INR_INITS_MAX, 0, &inits, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "grid", 2, 16384, 0, &grid, err);
    if (status != INR_OK)
        return status;
    choice->bins = bins > 0 ? (int)bins : choice->bins;
    choice->inits = (int)inits;
    choice->quick = inr_cli_count(&cli->args, "quick") > 0;
    const int used = choice->bins < bins_of(signal) ? choice->bins : bins_of(signal);
    choice->grid = full ? 0 : grid > 0 ? (int)grid : 2 * used;
    choice->lattice = config->lattice;
    choice->seed = config->seed;
    choice->device = config->device;
    choice->threads = config->threads;
    return INR_OK;
}

/* The signal of a file, and whose settings are for it; of a mesh or points the distances. */
static enum inr_status read_input(struct inr_cli *cli, const char *path, int threads,
                                  struct inr_signal *signal, enum inr_cli_subject *subject,
                                  struct inr_error *err)
{
    struct inr_mesh *mesh = NULL;
    *subject = INR_CLI_SAMPLES;
    if (!inr_mesh_can_read(path))
        return inr_signal_read(path, signal, err);
    *subject = INR_CLI_SURFACE;
    enum inr_status status = inr_cli_mesh_read(cli, path, &mesh, NULL, err);
    if (status == INR_OK)
        status = inr_fit_mesh_signal(mesh, threads, signal, err);
    inr_mesh_free(mesh);
    return status;
}

static enum inr_status find_choice(struct inr_cli *cli, struct inr_cli_spectrum *found, long bins,
                                   enum inr_cli_subject subject, struct inr_error *err)
{
    struct inr_fit_config config;
    struct inr_fresh_options choice;
    enum inr_status status = inr_cli_fit_settings(cli, NULL, subject, &config, err);
    if (status == INR_OK)
        status = choice_options(cli, &config, &found->signal, bins, &choice, err);
    if (status != INR_OK)
        return status;
    inr_logf(&cli->log, INR_LOG_INFO, "FreSh: %d values of %s from %.4g to %.4g", choice.n_values,
             inr_knob_name(choice.knob), choice.values[0], choice.values[choice.n_values - 1]);
    status = inr_fresh_choose(&found->signal, &config.field, &choice, &found->result, err);
    if (status != INR_OK)
        return status;
    found->bins = found->result.bins;
    snprintf(found->preset, sizeof found->preset, "%s", config.preset);
    found->chosen = true;
    return INR_OK;
}

static enum inr_status report(const struct inr_cli *cli, const struct inr_cli_spectrum *found,
                              struct inr_error *err)
{
    const char *plot = inr_cli_get(&cli->args, "plot"), *csv = inr_cli_get(&cli->args, "csv");
    enum inr_status status = INR_OK;
    if (plot != NULL)
        status = inr_cli_plot_spectrum(found, plot, err);
    if (status == INR_OK && csv != NULL)
        status = inr_cli_csv_spectrum(found, csv, err);
    if (status == INR_OK && cli->json)
        return inr_cli_json_spectrum(found, err);
    if (status == INR_OK)
        inr_cli_print_spectrum(found);
    return status;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    static struct inr_cli_spectrum found; /* large; a command runs once */
    enum inr_cli_subject subject = INR_CLI_SAMPLES;
    struct inr_cli_device device;
    long bins;
    found.input = cli->args.operands[0];
    found.name = base_name(found.input);
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "bins", 1, INR_SPECTRUM_MAX, 0, &bins, err);
    if (status == INR_OK)
        status = check_names(cli, err);
    if (status == INR_OK)
        status = read_input(cli, found.input, device.threads, &found.signal, &subject, err);
    if (status == INR_OK)
        found.bins = bins > 0 && bins < bins_of(&found.signal) ? (int)bins : bins_of(&found.signal);
    if (status == INR_OK && wants_choice(cli))
        status = find_choice(cli, &found, bins, subject, err);
    if (status == INR_OK)
        status = find_spectra(&found, device.threads, err);
    if (status == INR_OK)
        status = report(cli, &found, err);
    inr_signal_free(&found.signal);
    return status;
}

const struct inr_cli_command inr_cli_spectrum_row = {
    .name = "spectrum",
    .summary = "the spectrum of a signal, and the frequency setting it asks for",
    .usage = "IN [--preset NAME] [options]",
    .text = "Reads a picture, a sound, a volume or sampled distance field (.npy), or a mesh or "
            "points, whose distances are sampled on 65 x 65 x 65 points about them. Prints the "
            "share of the magnitude at each frequency as FreSh (Kania et al. 2025) counts it, in "
            "cycles a side summed over axes, and the power by radius.\n"
            "With a preset or settings of a field: compares the spectrum with those of untrained "
            "fields for each value of the field's frequency setting. The value with the least "
            "mean Wasserstein distance is the choice, which 'inrush fit --init fresh' applies.",
    .examples = "inrush spectrum photo.png\n"
                "inrush spectrum bunny.obj --preset siren\n"
                "inrush spectrum photo.png --preset siren --plot spectrum.svg\n"
                "inrush spectrum volume.npy --preset ffn --quick --json",
    .options = options,
    .settings = true,
    .setting_group = "Field",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
