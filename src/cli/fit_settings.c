/* SPDX-License-Identifier: MIT
 *
 * fit_settings.c - Layers the settings of a fit in a fixed order, whatever the order of the words.
 */
#include "cli/fit_settings.h"

#include <string.h>
#include <strings.h>

#include "inrush/codec.h"

static enum inr_status apply_file(struct inr_cli *cli, const char *path, const char *preset,
                                  struct inr_fit_config *config, struct inr_error *err)
{
    enum inr_status status = inr_fit_config_read(config, path, err);
    if (status == INR_OK && preset != NULL && strcasecmp(preset, config->preset) != 0)
        inr_logf(&cli->log, INR_LOG_WARNING, "the preset %s of %s replaces --preset %s",
                 config->preset, path, preset);
    return status;
}

/* What the parameters of a model mean cannot change while it is trained. */
static bool changes_meaning(const struct inr_fit_config *a, const struct inr_fit_config *b)
{
    struct inr_field_config field = a->field;
    field.quantizer = b->field.quantizer; /* may change on the way */
    return memcmp(&field, &b->field, sizeof field) != 0 || a->seed != b->seed ||
           memcmp(&a->target_low, &b->target_low, sizeof a->target_low) != 0 ||
           memcmp(&a->target_high, &b->target_high, sizeof a->target_high) != 0 ||
           a->lattice != b->lattice || memcmp(&a->task, &b->task, sizeof a->task) != 0;
}

/* --auto decides what the field is and how it is trained; budget, seed and device stay with the
 * user. */
static enum inr_status check_automatic(const struct inr_cli *cli, struct inr_error *err)
{
    struct inr_setting setting;
    for (size_t i = 0; inr_setting_at(i, &setting); i++) {
        const bool decided =
            strcmp(setting.group, "Field") == 0 || strcmp(setting.group, "Training") == 0;
        if (decided && strcmp(setting.flag, "auto") != 0 && strcmp(setting.flag, "seed") != 0 &&
            strcmp(setting.flag, "lattice") != 0 && strcmp(setting.flag, "corners") != 0 &&
            inr_cli_get(&cli->args, setting.flag) != NULL)
            return inr_fail(err, INR_ERR_USAGE,
                            "--auto chooses the field and its training itself: leave out --%s",
                            setting.flag);
    }
    return INR_OK;
}

/* The options that are settings of the library. Some reset others (an activation its constants), so
 * they are applied in the order of the table, where what resets stands first. */
static enum inr_status apply_flags(const struct inr_cli *cli, bool resumed,
                                   struct inr_fit_config *config, struct inr_error *err)
{
    const struct inr_fit_config before = *config;
    struct inr_setting setting;
    enum inr_status status = INR_OK;
    for (size_t i = 0; status == INR_OK && inr_setting_at(i, &setting); i++) {
        const char *text = inr_cli_get(&cli->args, setting.flag);
        if (text != NULL && strcmp(setting.flag, "preset") != 0)
            status = inr_fit_config_set(config, setting.flag, text, err);
        if (status == INR_OK && resumed && changes_meaning(&before, config))
            status =
                inr_fail(err, INR_ERR_USAGE,
                         "--resume goes on with the field, seed, task and coordinates of its file; "
                         "leave out --%s",
                         setting.flag);
    }
    return status;
}

/* Presets have other settings for shapes, and others again where only the inside is asked for. */
static enum inr_status start(const struct inr_cli *cli, const char *preset,
                             enum inr_cli_subject subject, struct inr_fit_config *config,
                             struct inr_error *err)
{
    const char *task = inr_cli_get(&cli->args, "task");
    const bool points = subject == INR_CLI_POINTS;
    int id = 0;
    if (subject == INR_CLI_CODEC && preset == NULL) {
        inr_compress_config(config);
        return INR_OK;
    }
    if (subject == INR_CLI_SAMPLES || subject == INR_CLI_CODEC)
        return inr_fit_preset(preset != NULL ? preset : "siren", config, err);
    enum inr_status status =
        inr_registry_find(INR_REGISTRY_TASK, task != NULL ? task : "sdf", &id, err);
    if (preset == NULL)
        preset = points ? "siren" : "hash";
    return status == INR_OK ? inr_fit_preset_shape(preset, id, points, config, err) : status;
}

enum inr_status inr_cli_fit_settings(struct inr_cli *cli, const struct inr_model *resume,
                                     enum inr_cli_subject subject, struct inr_fit_config *config,
                                     struct inr_error *err)
{
    const char *preset = inr_cli_get(&cli->args, "preset");
    const char *file = inr_cli_get(&cli->args, "config");
    enum inr_status status = INR_OK;
    if (resume != NULL) {
        if (preset != NULL || file != NULL)
            return inr_fail(err, INR_ERR_USAGE,
                            "--resume goes on with the settings of its file; leave out --%s",
                            preset != NULL ? "preset" : "config");
        *config = *inr_model_config(resume);
    } else {
        status = start(cli, preset, subject, config, err);
    }
    if (status == INR_OK && file != NULL)
        status = apply_file(cli, file, preset, config, err);
    if (status == INR_OK)
        status = apply_flags(cli, resume != NULL, config, err);
    return status == INR_OK && config->automatic && resume == NULL ? check_automatic(cli, err)
                                                                   : status;
}
