/* SPDX-License-Identifier: MIT
 *
 * fit_settings.c - Layers the settings of a fit in a fixed order, whatever the order of the words.
 */
#include "cli/fit_settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

/* A configuration is a page of text; this stops a mistyped image or model early. */
enum { CONFIG_LIMIT = 1 << 20 };

static enum inr_status apply_file(struct inr_cli *cli, const char *path, const char *preset,
                                  struct inr_fit_config *config, struct inr_error *err)
{
    uint8_t *text = NULL;
    size_t size = 0;
    enum inr_status status = inr_file_read(path, CONFIG_LIMIT, &text, &size, err);
    if (status == INR_OK)
        status = inr_fit_config_from_json(config, (const char *)text, size,
                                          strcmp(path, "-") == 0 ? "standard input" : path, err);
    if (status == INR_OK && preset != NULL && strcasecmp(preset, config->preset) != 0)
        inr_logf(&cli->log, INR_LOG_WARNING, "the preset %s of %s replaces --preset %s",
                 config->preset, path, preset);
    free(text);
    return status;
}

/* The options that are settings of the library, in the order they were given. */
static enum inr_status apply_flags(const struct inr_cli *cli, struct inr_fit_config *config,
                                   struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (size_t i = 0; status == INR_OK && i < cli->args.n_given; i++) {
        const struct inr_cli_given *given = &cli->args.given[i];
        struct inr_setting setting;
        if (strcmp(given->name, "preset") == 0)
            continue;
        for (size_t j = 0; inr_setting_at(j, &setting); j++) {
            if (strcmp(setting.flag, given->name) != 0)
                continue;
            status = inr_fit_config_set(config, setting.flag,
                                        given->text != NULL ? given->text : "true", err);
            break;
        }
    }
    return status;
}

enum inr_status inr_cli_fit_settings(struct inr_cli *cli, const struct inr_model *resume,
                                     struct inr_fit_config *config, struct inr_error *err)
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
        status = inr_fit_preset(preset != NULL ? preset : "siren", config, err);
    }
    if (status == INR_OK && file != NULL)
        status = apply_file(cli, file, preset, config, err);
    return status == INR_OK ? apply_flags(cli, config, err) : status;
}
