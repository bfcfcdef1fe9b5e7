/* SPDX-License-Identifier: MIT
 *
 * cli.h - What a command gets: its words, how talkative to be, and where messages go.
 */
#ifndef INR_CLI_CLI_H
#define INR_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "inrush/fit.h"

#include "cli/options.h"
#include "cli/progress.h"

struct inr_cli {
    const struct inr_cli_command *command;
    struct inr_cli_args args;
    int quiet;    /* 1: no notices and no progress, 2: no errors either */
    bool verbose; /* debug messages too */
    bool json;    /* one JSON document on standard output */
    struct inr_log log;
    struct inr_cli_progress progress;
};

/* The program: returns its exit code. */
int inr_cli_main(int argc, char **argv);

/* The table of commands; NULL past the end. */
const struct inr_cli_command *inr_cli_command_at(size_t index);

/* The command of that name. Errors: INR_ERR_USAGE with the nearest or all names. */
enum inr_status inr_cli_command_find(const char *name, const struct inr_cli_command **command,
                                     struct inr_error *err);

/* A line for people on standard error, kept out of -q: results that are not data. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void inr_cli_notice(struct inr_cli *cli, const char *format, ...);

/* The options every command with a device has: --device and --threads, checked. */
struct inr_cli_device {
    const char *device;
    int threads;
};
enum inr_status inr_cli_get_device(const struct inr_cli *cli, struct inr_cli_device *device,
                                   struct inr_error *err);

/* Rows for the tables of such commands. */
#define INR_CLI_OPTION_DEVICE                                                                      \
    {                                                                                              \
        .name = "device", .value = "WISH", .group = "Device",                                      \
        .help = "auto, cpu, a number, or part of a name (see 'inrush devices')"                    \
    }
#define INR_CLI_OPTION_THREADS                                                                     \
    {                                                                                              \
        .name = "threads", .value = "N", .group = "Device",                                        \
        .help = "threads of the CPU; default: one a core"                                          \
    }
#define INR_CLI_OPTION_JSON                                                                        \
    {                                                                                              \
        .name = "json", .group = "Output", .help = "print JSON on standard output"                 \
    }
#define INR_CLI_OPTION_FORCE                                                                       \
    {                                                                                              \
        .name = "force", .letter = 'f', .group = "Output", .help = "replace an existing output"    \
    }

extern const struct inr_cli_command inr_cli_fit;
extern const struct inr_cli_command inr_cli_render;
extern const struct inr_cli_command inr_cli_eval;
extern const struct inr_cli_command inr_cli_info;
extern const struct inr_cli_command inr_cli_compress;
extern const struct inr_cli_command inr_cli_decompress;
extern const struct inr_cli_command inr_cli_spectrum_row;
extern const struct inr_cli_command inr_cli_signal;
extern const struct inr_cli_command inr_cli_list;
extern const struct inr_cli_command inr_cli_devices;
extern const struct inr_cli_command inr_cli_selftest;
extern const struct inr_cli_command inr_cli_bench;
extern const struct inr_cli_command inr_cli_completion;
extern const struct inr_cli_command inr_cli_help;

#endif
