/* SPDX-License-Identifier: MIT
 *
 * cmd_list.c - `inrush list`: the names that settings accept, from the registries, and the numbers
 * of variance-informed initialisation for an activation.
 */
#include <string.h>

#include "bench/suite.h"
#include "inrush/variance.h"

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"

static const struct inr_cli_option options[] = {
    INR_CLI_OPTION_JSON,
    {.name = "activation",
     .value = "NAME",
     .group = "Numbers of init vi3nr",
     .help = "with init: what vi3nr makes of this activation",
     .table = INR_REGISTRY_ACTIVATION + 1},
    {.name = "omega", .value = "X", .group = "Numbers of init vi3nr", .help = "its frequency"},
    {.name = "sigma", .value = "X", .group = "Numbers of init vi3nr", .help = "its inverse width"},
    {.name = "beta", .value = "X", .group = "Numbers of init vi3nr", .help = "sharpness of hosc"},
    {.name = "sigma-p",
     .value = "X",
     .group = "Numbers of init vi3nr",
     .help = "deviation of the pre-activations; 0 or none: solved"},
    {.name = NULL},
};

/* The fan-in at which weight bounds are shown: the default width. */
enum { FAN_IN = 256 };

/* The suites of `bench` are listed as one more kind. */
enum { SUITES = INR_REGISTRY_COUNT };

static const char *kind_at(size_t index)
{
    if (index == SUITES)
        return "suite";
    return index < INR_REGISTRY_COUNT ? inr_registry_name((enum inr_registry)index) : NULL;
}

static bool row_at(int kind, size_t index, struct inr_registry_row *row)
{
    struct inr_bench_builtin builtin;
    if (kind != SUITES)
        return inr_registry_at((enum inr_registry)kind, index, row);
    if (inr_bench_builtin_at(index, &builtin))
        *row = (struct inr_registry_row){(int)index, builtin.name, builtin.about};
    else if (index > 0 && inr_bench_builtin_at(index - 1, &builtin)) /* which no JSON describes */
        *row = (struct inr_registry_row){(int)index, "compress",
                                         "pictures at the same bits a pixel, by our methods and by "
                                         "other coders where they are installed"};
    else
        return false;
    return true;
}

static enum inr_status find_kind(const char *name, int *kind, struct inr_error *err)
{
    struct inr_cli_nearest nearest;
    char names[256] = "";
    size_t length = 0;
    inr_cli_nearest_begin(&nearest, name);
    for (size_t i = 0; kind_at(i) != NULL; i++) {
        *kind = (int)i;
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

static json_t *json_rows(int kind)
{
    struct inr_registry_row row;
    json_t *list = json_array();
    for (size_t i = 0; row_at(kind, i, &row); i++) {
        json_t *item = json_object();
        json_object_set_new(item, "id", json_integer(row.id));
        inr_cli_json_text(item, "name", row.name);
        inr_cli_json_text(item, "summary", row.summary);
        json_array_append_new(list, item);
    }
    return list;
}

static void print_rows(int kind, const char *indent)
{
    struct inr_registry_row row;
    size_t width = 0, left = strlen(indent);
    for (size_t i = 0; row_at(kind, i, &row); i++)
        width = strlen(row.name) > width ? strlen(row.name) : width;
    for (size_t i = 0; row_at(kind, i, &row); i++) {
        printf("%s%-*s  ", indent, (int)width, row.name);
        inr_cli_wrap(stdout, row.summary, left + width + 2, left + width + 2);
    }
}

static const char *source_text(enum inr_sigma_source source)
{
    return source == INR_SIGMA_GIVEN ? "given" : source == INR_SIGMA_SOLVED ? "solved" : "default";
}

/* What the first layer follows: the statistics of its features, or an initialiser of its own. */
static const char *first_layer(const struct inr_field_config *field, const struct inr_variance *v)
{
    struct inr_field_config plain;
    inr_field_default(field->activation, field->dims, field->channels, &plain);
    return v->own_first ? inr_registry_id_name(INR_REGISTRY_INIT, plain.init) : "features";
}

static void print_variance(const char *activation, const struct inr_field_config *field,
                           const struct inr_variance *v)
{
    static const char *const why[] = {
        [INR_SIGMA_GIVEN] = "given",
        [INR_SIGMA_SOLVED] = "where cond = 1",
        [INR_SIGMA_DEFAULT] = "the activation's default: cond = 1 has no root to choose"};
    printf("vi3nr for %s\n", activation);
    printf("  sigma_p   %-12.6g  deviation of the pre-activations, %s\n", v->sigma_p,
           why[v->source]);
    printf("  E f^2     %-12.6g  mean square of the activation at sigma_p\n", v->f2);
    printf("  E f'^2    %-12.6g  mean square of its derivative\n", v->d2);
    printf("  gain^2    %-12.6g  sigma_p^2 / E f^2: variance of a weight times its fan-in\n",
           v->gain2);
    printf("  cond      %-12.6g  growth of the gradient's variance per layer\n", v->cond);
    printf("  hidden W  +-%-10.6g  uniform, at %d inputs\n",
           inr_variance_weight(v, field, 2, FAN_IN), FAN_IN);
    printf("  first W   +-%-10.6g  uniform, at 2 coordinates, by %s\n",
           inr_variance_weight(v, field, 0, 2), first_layer(field, v));
    printf("  error     %-12.2g  of the integrals, relative\n", v->error);
}

static json_t *json_variance(const char *activation, const struct inr_field_config *field,
                             const struct inr_variance *v)
{
    json_t *item = json_object();
    inr_cli_json_text(item, "activation", activation);
    inr_cli_json_number(item, "sigma_p", v->sigma_p);
    inr_cli_json_text(item, "sigma_p_source", source_text(v->source));
    inr_cli_json_number(item, "mean_square", v->f2);
    inr_cli_json_number(item, "mean_square_derivative", v->d2);
    inr_cli_json_number(item, "gain_squared", v->gain2);
    inr_cli_json_number(item, "cond", v->cond);
    inr_cli_json_integer(item, "fan_in", FAN_IN);
    inr_cli_json_number(item, "hidden_bound", inr_variance_weight(v, field, 2, FAN_IN));
    inr_cli_json_number(item, "first_bound", inr_variance_weight(v, field, 0, 2));
    inr_cli_json_text(item, "first_layer", first_layer(field, v));
    inr_cli_json_number(item, "error", v->error);
    return item;
}

/* `inrush list init --activation NAME`: the settings of a fit, without the fit. */
static enum inr_status list_variance(struct inr_cli *cli, struct inr_error *err)
{
    static const char *const flags[] = {"activation", "omega", "sigma", "beta", "sigma-p"};
    struct inr_fit_config config;
    struct inr_variance variance;
    enum inr_status status = inr_fit_preset("siren", &config, err);
    for (size_t i = 0; status == INR_OK && i < sizeof flags / sizeof flags[0]; i++) {
        const char *text = inr_cli_get(&cli->args, flags[i]);
        if (text != NULL)
            status = inr_fit_config_set(&config, flags[i], text, err);
    }
    if (status == INR_OK)
        status = inr_variance_of(&config.field, &variance, err);
    if (status != INR_OK)
        return status;
    const char *activation = inr_registry_id_name(INR_REGISTRY_ACTIVATION, config.field.activation);
    if (cli->json)
        return inr_cli_json_print(json_variance(activation, &config.field, &variance), err);
    print_variance(activation, &config.field, &variance);
    return INR_OK;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    int kind = -1;
    enum inr_status status = INR_OK;
    if (cli->args.n_operands > 0)
        status = find_kind(cli->args.operands[0], &kind, err);
    const char *activation = inr_cli_get(&cli->args, "activation");
    if (status == INR_OK && activation != NULL && kind == INR_REGISTRY_INIT)
        return list_variance(cli, err);
    for (size_t i = 1; status == INR_OK && options[i].name != NULL; i++)
        if (inr_cli_get(&cli->args, options[i].name) != NULL)
            return inr_fail(err, INR_ERR_USAGE,
                            "--%s goes with 'inrush list init --activation NAME'", options[i].name);
    if (cli->args.n_operands > 0) {
        if (status == INR_OK && cli->json)
            return inr_cli_json_print(json_rows(kind), err);
        if (status == INR_OK)
            print_rows(kind, "");
        return status;
    }
    if (cli->json) {
        json_t *all = json_object();
        for (size_t i = 0; kind_at(i) != NULL; i++)
            json_object_set_new(all, kind_at(i), json_rows((int)i));
        return inr_cli_json_print(all, err);
    }
    for (size_t i = 0; kind_at(i) != NULL; i++) {
        printf("%s%s:\n", i > 0 ? "\n" : "", kind_at(i));
        print_rows((int)i, "  ");
    }
    return INR_OK;
}

const struct inr_cli_command inr_cli_list = {
    .name = "list",
    .summary = "list presets, activations, encodings and the like",
    .usage = "[KIND] [options]",
    .examples = "inrush list\n"
                "inrush list activation\n"
                "inrush list init --activation gauss --sigma 10",
    .options = options,
    .max_operands = 1,
    .word_at = kind_at,
    .run = run,
};
