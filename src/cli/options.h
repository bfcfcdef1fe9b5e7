/* SPDX-License-Identifier: MIT
 *
 * options.h - One table of options a command; parsing, help, man page and completion all read it.
 */
#ifndef INR_CLI_OPTIONS_H
#define INR_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "inrush/inrush.h"

/* An option as it appears on the command line. */
struct inr_cli_option {
    const char *name;  /* long name without dashes */
    const char *value; /* placeholder in help; NULL: a switch */
    const char *group; /* heading in help */
    const char *help;  /* one line */
    const char *words; /* valid values separated by blanks, or NULL */
    int table;         /* 1 + enum inr_registry whose names are valid values; 0: none */
    char letter;       /* short name, 0: none */
    bool file;         /* the value names a file */
    bool can_negate;   /* a switch that also takes =on and =off */
    bool hidden;       /* parsed, not shown */
};

struct inr_cli;

/* A command: one row in commands.c, one file cmd_NAME.c. */
struct inr_cli_command {
    const char *name;
    const char *summary;                  /* one line, for the list of commands */
    const char *usage;                    /* what follows the name: "IN -o OUT.inr [options]" */
    const char *text;                     /* paragraphs separated by newlines */
    const char *examples;                 /* one command line a line */
    const struct inr_cli_option *options; /* ends with a row without a name; may be NULL */
    bool settings;                        /* takes the settings of a fit as options ... */
    const char *setting_group;            /* ... of this group alone; NULL: all */
    size_t min_operands, max_operands;
    /* Valid first operands for completion, from index 0; NULL: operands are files. */
    const char *(*word_at)(size_t index);
    enum inr_status (*run)(struct inr_cli *cli, struct inr_error *err);
};

/* What the user gave: options in order, operands in order. Strings belong to argv and the tables.
 */
struct inr_cli_given {
    const char *name;
    const char *text; /* NULL for switches */
};

struct inr_cli_args {
    struct inr_cli_given *given;
    size_t n_given;
    const char **operands;
    size_t n_operands;
};

/* The options of a command in the order of help: its own, the settings, the common ones. NULL for
 * the common ones alone. False past the end. */
bool inr_cli_option_at(const struct inr_cli_command *command, size_t index,
                       struct inr_cli_option *option);

/* Sort argv into options and operands. Options may stand anywhere, `--` ends them. Errors:
 * INR_ERR_USAGE naming the word and the nearest valid one; INR_ERR_MEMORY. */
enum inr_status inr_cli_parse(const struct inr_cli_command *command, int argc, char **argv,
                              struct inr_cli_args *args, struct inr_error *err);

void inr_cli_args_free(struct inr_cli_args *args);

/* The last value given, or NULL. For a switch: "" when given. */
const char *inr_cli_get(const struct inr_cli_args *args, const char *name);

/* How many times an option was given. */
int inr_cli_count(const struct inr_cli_args *args, const char *name);

/* Numbers in [low, high] of an option; `fallback` when it was not given. With -HUGE_VAL and
 * HUGE_VAL any finite number will do. Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_get_integer(const struct inr_cli_args *args, const char *name, long low,
                                    long high, long fallback, long *out, struct inr_error *err);
enum inr_status inr_cli_get_number(const struct inr_cli_args *args, const char *name, double low,
                                   double high, double fallback, double *out,
                                   struct inr_error *err);

#endif
