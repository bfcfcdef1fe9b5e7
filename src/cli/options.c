/* SPDX-License-Identifier: MIT
 *
 * options.c - Parses a command line against the option table of a command.
 */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inrush/fit.h"

#include "cli/text.h"

static const struct inr_cli_option common_options[] = {
    {.name = "quiet",
     .letter = 'q',
     .group = "Messages",
     .help = "no progress and no notices; twice: no errors either"},
    {.name = "verbose",
     .letter = 'v',
     .group = "Messages",
     .help = "more detail on standard error, for bug reports"},
    {.name = "help", .letter = 'h', .group = "Messages", .help = "show this help"},
    {.name = "version", .letter = 'V', .group = "Messages", .help = "show the version"},
    {.name = NULL},
};

static size_t count_rows(const struct inr_cli_option *rows)
{
    size_t n = 0;
    while (rows != NULL && rows[n].name != NULL)
        n++;
    return n;
}

static bool has_row(const struct inr_cli_option *rows, const char *name)
{
    for (size_t i = 0; i < count_rows(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

/* The index-th setting that the command does not spell out itself. */
static bool setting_option(const struct inr_cli_command *command, size_t index,
                           struct inr_cli_option *option, size_t *n)
{
    struct inr_setting setting;
    size_t seen = 0;
    for (size_t i = 0; inr_setting_at(i, &setting); i++) {
        if (has_row(command->options, setting.flag) ||
            (command->setting_group != NULL && strcmp(command->setting_group, setting.group) != 0))
            continue;
        if (seen++ == index) {
            *option = (struct inr_cli_option){.name = setting.flag,
                                              .value = setting.value,
                                              .group = setting.group,
                                              .help = setting.help,
                                              .can_negate = setting.value == NULL,
                                              .table = setting.registry + 1};
            return true;
        }
    }
    *n = seen;
    return false;
}

bool inr_cli_option_at(const struct inr_cli_command *command, size_t index,
                       struct inr_cli_option *option)
{
    if (command != NULL) {
        size_t own = count_rows(command->options);
        if (index < own) {
            *option = command->options[index];
            return true;
        }
        index -= own;
        if (command->settings) {
            size_t settings = 0;
            if (setting_option(command, index, option, &settings))
                return true;
            index -= settings;
        }
    }
    if (index >= count_rows(common_options))
        return false;
    *option = common_options[index];
    return true;
}

/* Find by long name (length given) or, with name NULL, by letter. */
static bool find(const struct inr_cli_command *command, const char *name, size_t length,
                 char letter, struct inr_cli_option *option)
{
    for (size_t i = 0; inr_cli_option_at(command, i, option); i++) {
        if (name != NULL && strlen(option->name) == length &&
            strncmp(option->name, name, length) == 0)
            return true;
        if (name == NULL && option->letter == letter)
            return true;
    }
    return false;
}

static enum inr_status unknown(const struct inr_cli_command *command, const char *word,
                               size_t length, struct inr_error *err)
{
    const char *on = command != NULL ? command->name : "";
    const char *gap = command != NULL ? " " : "";
    char name[64];
    struct inr_cli_option option;
    struct inr_cli_nearest nearest;
    inr_cli_text_copy(name, sizeof name, word, length);
    inr_cli_nearest_begin(&nearest, name);
    for (size_t i = 0; inr_cli_option_at(command, i, &option); i++)
        if (!option.hidden)
            inr_cli_nearest_try(&nearest, option.name);
    if (nearest.best != NULL)
        return inr_fail(err, INR_ERR_USAGE, "unknown option --%s; did you mean --%s?", name,
                        nearest.best);
    return inr_fail(err, INR_ERR_USAGE, "unknown option --%s; 'inrush%s%s --help' lists them", name,
                    gap, on);
}

/* A following word is a value unless it looks like another option; -1 and - are values. */
static bool is_value(const char *word)
{
    if (word == NULL)
        return false;
    if (word[0] != '-' || word[1] == '\0')
        return true;
    return isdigit((unsigned char)word[1]) || word[1] == '.';
}

static enum inr_status missing_value(const struct inr_cli_option *option, const char *next,
                                     struct inr_error *err)
{
    if (next != NULL)
        return inr_fail(err, INR_ERR_USAGE,
                        "--%s needs a value (%s) and '%s' looks like an option; write --%s=%s if "
                        "it is meant",
                        option->name, option->value, next, option->name, next);
    return inr_fail(err, INR_ERR_USAGE, "--%s needs a value (%s)", option->name, option->value);
}

static void add(struct inr_cli_args *args, const char *name, const char *text)
{
    args->given[args->n_given].name = name;
    args->given[args->n_given].text = text;
    args->n_given++;
}

/* --name, --name=value, --name value. *used: words consumed. */
static enum inr_status parse_long(const struct inr_cli_command *command, const char *word,
                                  const char *next, struct inr_cli_args *args, int *used,
                                  struct inr_error *err)
{
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    struct inr_cli_option option;

    *used = 1;
    if (!find(command, name, length, 0, &option))
        return unknown(command, name, length, err);
    if (option.value == NULL && equals != NULL && !option.can_negate)
        return inr_fail(err, INR_ERR_USAGE, "--%s takes no value", option.name);
    if (option.value == NULL || equals != NULL) {
        add(args, option.name, equals != NULL ? equals + 1 : NULL);
        return INR_OK;
    }
    if (!is_value(next))
        return missing_value(&option, next, err);
    *used = 2;
    add(args, option.name, next);
    return INR_OK;
}

/* -q, -qv, -oFILE, -o FILE. */
static enum inr_status parse_short(const struct inr_cli_command *command, const char *word,
                                   const char *next, struct inr_cli_args *args, int *used,
                                   struct inr_error *err)
{
    struct inr_cli_option option;
    *used = 1;
    for (const char *p = word + 1; *p != '\0'; p++) {
        if (!find(command, NULL, 0, *p, &option))
            return inr_fail(err, INR_ERR_USAGE,
                            "unknown option -%c; 'inrush%s%s --help' lists them", *p,
                            command != NULL ? " " : "", command != NULL ? command->name : "");
        if (option.value == NULL) {
            add(args, option.name, NULL);
            continue;
        }
        if (p[1] != '\0') {
            add(args, option.name, p + 1);
            return INR_OK;
        }
        if (!is_value(next))
            return missing_value(&option, next, err);
        *used = 2;
        add(args, option.name, next);
        return INR_OK;
    }
    return INR_OK;
}

/* Room for every word, also for clusters like -qq that hold several options. */
static enum inr_status reserve(int argc, char **argv, struct inr_cli_args *args,
                               struct inr_error *err)
{
    size_t n = 1;
    for (int i = 0; i < argc; i++)
        n += strlen(argv[i]) + 1;
    args->given = calloc(n, sizeof *args->given);
    args->operands = calloc((size_t)argc + 1, sizeof *args->operands);
    if (args->given == NULL || args->operands == NULL)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory while reading the command line");
    return INR_OK;
}

enum inr_status inr_cli_parse(const struct inr_cli_command *command, int argc, char **argv,
                              struct inr_cli_args *args, struct inr_error *err)
{
    bool open = true;
    enum inr_status status;

    *args = (struct inr_cli_args){0};
    status = reserve(argc, argv, args, err);
    for (int i = 0; status == INR_OK && i < argc;) {
        const char *word = argv[i];
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        int used = 1;
        if (!open || word[0] != '-' || word[1] == '\0')
            args->operands[args->n_operands++] = word;
        else if (strcmp(word, "--") == 0)
            open = false;
        else if (word[1] == '-')
            status = parse_long(command, word, next, args, &used, err);
        else
            status = parse_short(command, word, next, args, &used, err);
        i += used;
    }
    return status;
}

void inr_cli_args_free(struct inr_cli_args *args)
{
    free(args->given);
    free(args->operands);
    *args = (struct inr_cli_args){0};
}

const char *inr_cli_get(const struct inr_cli_args *args, const char *name)
{
    for (size_t i = args->n_given; i-- > 0;)
        if (strcmp(args->given[i].name, name) == 0)
            return args->given[i].text != NULL ? args->given[i].text : "";
    return NULL;
}

int inr_cli_count(const struct inr_cli_args *args, const char *name)
{
    int n = 0;
    for (size_t i = 0; i < args->n_given; i++)
        n += strcmp(args->given[i].name, name) == 0;
    return n;
}

enum inr_status inr_cli_get_integer(const struct inr_cli_args *args, const char *name, long low,
                                    long high, long fallback, long *out, struct inr_error *err)
{
    const char *text = inr_cli_get(args, name);
    char *end;
    *out = fallback;
    if (text == NULL)
        return INR_OK;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno == ERANGE || *out < low || *out > high)
        return inr_fail(err, INR_ERR_USAGE, "--%s %s: a whole number from %ld to %ld is needed",
                        name, text, low, high);
    return INR_OK;
}

enum inr_status inr_cli_get_number(const struct inr_cli_args *args, const char *name, double low,
                                   double high, double fallback, double *out, struct inr_error *err)
{
    const char *text = inr_cli_get(args, name);
    *out = fallback;
    if (text == NULL)
        return INR_OK;
    const bool good = inr_cli_read_number(text, out) && *out >= low && *out <= high;
    if (good)
        return INR_OK;
    if (isinf(low) && isinf(high))
        return inr_fail(err, INR_ERR_USAGE, "--%s %s: a number is needed", name, text);
    return inr_fail(err, INR_ERR_USAGE, "--%s %s: a number from %g to %g is needed", name, text,
                    low, high);
}
