/* SPDX-License-Identifier: MIT
 *
 * cmd_list.c - `inrush list`: the names that settings accept, from the registries.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"

static const struct inr_cli_option options[] = {
    INR_CLI_OPTION_JSON,
    {.name = NULL},
};

static const char *kind_at(size_t index)
{
    return index < INR_REGISTRY_COUNT ? inr_registry_name((enum inr_registry)index) : NULL;
}

static enum inr_status find_kind(const char *name, enum inr_registry *kind, struct inr_error *err)
{
    struct inr_cli_nearest nearest;
    char names[256] = "";
    size_t length = 0;
    inr_cli_nearest_begin(&nearest, name);
    for (size_t i = 0; kind_at(i) != NULL; i++) {
        *kind = (enum inr_registry)i;
        if (strcmp(kind_at(i), name) == 0)
            return INR_OK;
        inr_cli_nearest_try(&nearest, kind_at(i));
        if (length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       i > 0 ? ", " : "", kind_at(i));
    }
    if (nearest.best != NULL)
        return inr_fail(err, INR_ERR_USAGE, "unknown kind '%s'; did you mean '%s'?", name,
                        nearest.best);
    return inr_fail(err, INR_ERR_USAGE, "unknown kind '%s'; the kinds are %s", name, names);
}

static json_t *json_rows(enum inr_registry kind)
{
    struct inr_registry_row row;
    json_t *list = json_array();
    for (size_t i = 0; inr_registry_at(kind, i, &row); i++) {
        json_t *item = json_object();
        json_object_set_new(item, "id", json_integer(row.id));
        inr_cli_json_text(item, "name", row.name);
        inr_cli_json_text(item, "summary", row.summary);
        json_array_append_new(list, item);
    }
    return list;
}

static void print_rows(enum inr_registry kind, const char *indent)
{
    struct inr_registry_row row;
    size_t width = 0, left = strlen(indent);
    for (size_t i = 0; inr_registry_at(kind, i, &row); i++)
        width = strlen(row.name) > width ? strlen(row.name) : width;
    for (size_t i = 0; inr_registry_at(kind, i, &row); i++) {
        printf("%s%-*s  ", indent, (int)width, row.name);
        inr_cli_wrap(stdout, row.summary, left + width + 2, left + width + 2);
    }
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    enum inr_registry kind;
    enum inr_status status = INR_OK;
    if (cli->args.n_operands > 0) {
        status = find_kind(cli->args.operands[0], &kind, err);
        if (status == INR_OK && cli->json)
            return inr_cli_json_print(json_rows(kind), err);
        if (status == INR_OK)
            print_rows(kind, "");
        return status;
    }
    if (cli->json) {
        json_t *all = json_object();
        for (size_t i = 0; kind_at(i) != NULL; i++)
            json_object_set_new(all, kind_at(i), json_rows((enum inr_registry)i));
        return inr_cli_json_print(all, err);
    }
    for (size_t i = 0; kind_at(i) != NULL; i++) {
        printf("%s%s:\n", i > 0 ? "\n" : "", kind_at(i));
        print_rows((enum inr_registry)i, "  ");
    }
    return INR_OK;
}

const struct inr_cli_command inr_cli_list = {
    .name = "list",
    .summary = "list presets, activations, encodings and the like",
    .usage = "[KIND] [options]",
    .examples = "inrush list\n"
                "inrush list activation",
    .options = options,
    .max_operands = 1,
    .word_at = kind_at,
    .run = run,
};
