/* SPDX-License-Identifier: MIT
 *
 * cli.c - Runs one command: splits off its name, parses, dispatches, and turns errors into exit
 * codes.
 */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/text.h"

static void print_error(const char *text)
{
    bool colour = inr_cli_colour(stderr);
    fprintf(stderr, "%sinrush:%s %s\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", text);
}

static void print_log(void *user, enum inr_log_level level, const char *text)
{
    struct inr_cli *cli = user;
    inr_cli_progress_clear(&cli->progress);
    if (level == INR_LOG_WARNING)
        fprintf(stderr, "inrush: warning: %s\n", text);
    else if (level == INR_LOG_DEBUG)
        fprintf(stderr, "debug: %s\n", text);
    else
        fprintf(stderr, "%s\n", text);
}

void inr_cli_notice(struct inr_cli *cli, const char *format, ...)
{
    va_list arguments;
    if (cli->quiet > 0)
        return;
    inr_cli_progress_clear(&cli->progress);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

enum inr_status inr_cli_get_device(const struct inr_cli *cli, struct inr_cli_device *device,
                                   struct inr_error *err)
{
    long threads;
    enum inr_status status = inr_cli_get_integer(&cli->args, "threads", 0, 4096, 0, &threads, err);
    device->device = inr_cli_get(&cli->args, "device");
    if (device->device == NULL)
        device->device = "auto";
    device->threads = (int)threads;
    return status;
}

static enum inr_status check_operands(const struct inr_cli *cli, struct inr_error *err)
{
    const struct inr_cli_command *c = cli->command;
    if (cli->args.n_operands < c->min_operands)
        return inr_fail(err, INR_ERR_USAGE, "too few arguments; usage: inrush %s %s", c->name,
                        c->usage);
    if (cli->args.n_operands > c->max_operands)
        return inr_fail(err, INR_ERR_USAGE, "too many arguments from '%s' on; usage: inrush %s %s",
                        cli->args.operands[c->max_operands], c->name, c->usage);
    return INR_OK;
}

static void set_messages(struct inr_cli *cli)
{
    cli->quiet = inr_cli_count(&cli->args, "quiet");
    cli->verbose = inr_cli_count(&cli->args, "verbose") > 0;
    cli->json = inr_cli_count(&cli->args, "json") > 0;
    cli->log.fn = print_log;
    cli->log.user = cli;
    cli->log.level = cli->quiet > 1   ? INR_LOG_ERROR
                     : cli->quiet > 0 ? INR_LOG_WARNING
                     : cli->verbose   ? INR_LOG_DEBUG
                                      : INR_LOG_INFO;
    inr_cli_progress_begin(&cli->progress, stderr, cli->quiet > 0);
}

static enum inr_status dispatch(struct inr_cli *cli, int argc, char **argv, struct inr_error *err)
{
    enum inr_status status = inr_cli_parse(cli->command, argc, argv, &cli->args, err);
    set_messages(cli);
    if (status != INR_OK)
        return status;
    if (inr_cli_count(&cli->args, "version") > 0) {
        inr_cli_print_version(stdout, cli->quiet > 0);
        return INR_OK;
    }
    if (inr_cli_count(&cli->args, "help") > 0) {
        if (cli->command != NULL)
            inr_cli_print_command_help(stdout, cli->command);
        else
            inr_cli_print_help(stdout);
        return INR_OK;
    }
    if (cli->command == NULL)
        return inr_fail(err, INR_ERR_USAGE, "no command given; 'inrush help' lists them");
    status = check_operands(cli, err);
    return status == INR_OK ? cli->command->run(cli, err) : status;
}

/* Data that did not reach its reader (a full disk behind a redirection) is a failure. */
static enum inr_status close_stdout(enum inr_status status, struct inr_error *err)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && (status == INR_OK || err->text[0] == '\0'))
        return inr_fail(err, INR_ERR_OUTPUT, "standard output could not be written: %s",
                        strerror(errno));
    return status;
}

int inr_cli_main(int argc, char **argv)
{
    struct inr_cli cli = {0};
    struct inr_error err = {0};
    enum inr_status status = INR_OK;
    int word = 1;

#ifdef SIGXFSZ
    /* A file-size limit then shows as a failed write with a sentence, not as a silent death. */
    signal(SIGXFSZ, SIG_IGN);
#endif
    /* Switches such as -q may stand before the command; take its name out of the row. */
    while (word < argc && argv[word][0] == '-' && argv[word][1] != '\0')
        word++;
    if (word < argc) {
        status = inr_cli_command_find(argv[word], &cli.command, &err);
        memmove(argv + word, argv + word + 1, (size_t)(argc - word) * sizeof *argv);
        argc--;
    }
    if (status == INR_OK)
        status = dispatch(&cli, argc > 0 ? argc - 1 : 0, argv + 1, &err);
    status = close_stdout(status, &err);
    inr_cli_progress_clear(&cli.progress);
    if (status != INR_OK && err.text[0] != '\0' && cli.quiet < 2)
        print_error(err.text);
    inr_cli_args_free(&cli.args);
    return (int)status;
}
