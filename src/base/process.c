/* SPDX-License-Identifier: MIT
 *
 * process.c - Other programs, run without a shell and not for ever.
 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

bool inr_process_find(const char *name, char *path, size_t size)
{
    const char *from = getenv("PATH");
    while (from && *from) {
        const char *end = strchr(from, ':');
        const int n = end ? (int)(end - from) : (int)strlen(from);
        struct stat info;
        if (n > 0 && (size_t)snprintf(path, size, "%.*s/%s", n, from, name) < size &&
            stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0)
            return true;
        from = end ? end + 1 : NULL;
    }
    return false;
}

/* What is known of a child while it runs. */
struct child {
    pid_t id;
    int pipe; /* what it writes; -1: it has closed that */
    char *text;
    size_t size, used;
};

static int spawn(struct child *c, const char *const *argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all;
    int ends[2];
    if (pipe(ends) != 0)
        return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    /* A group of its own: whatever it starts ends with it, and Ctrl-C is ours to pass on. */
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    const int failed = posix_spawn(&c->id, argv[0], &actions, &attributes,
                                   (char *const *)(const void *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return failed;
    }
    c->pipe = ends[0];
    return 0;
}

/* Take what it has written, waiting for up to a tenth of a second. */
static void listen_to(struct child *c)
{
    char rest[4096];
    struct pollfd wait = {.fd = c->pipe, .events = POLLIN};
    if (poll(&wait, 1, 100) <= 0)
        return;
    const ssize_t n = read(c->pipe, rest, sizeof rest);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        close(c->pipe);
        c->pipe = -1;
        return;
    }
    size_t kept = c->size - 1 - c->used;
    kept = kept < (size_t)n ? kept : (size_t)n;
    memcpy(c->text + c->used, rest, kept);
    c->used += kept;
}

/* Wait for its end; false: it was killed, *stopped tells by whom. */
static bool attend(struct child *c, double end, bool (*stop)(void *user), void *user,
                   int *wait_status, bool *stopped)
{
    bool killed = false;
    for (;;) {
        const pid_t done = waitpid(c->id, wait_status, WNOHANG);
        if (done == c->id || (done < 0 && errno != EINTR))
            break;
        if (!killed && ((stop && stop(user)) || inr_now() > end)) {
            *stopped = inr_now() <= end;
            killed = true;
            kill(-c->id, SIGKILL);
        }
        if (c->pipe >= 0 && !killed)
            listen_to(c); /* returns at once when it ends, which closes the pipe */
        else
            nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    while (c->pipe >= 0 && !killed) { /* what is still in the pipe, not what may yet come */
        struct pollfd ready = {.fd = c->pipe, .events = POLLIN};
        if (poll(&ready, 1, 0) <= 0)
            break;
        listen_to(c);
    }
    return !killed;
}

enum inr_status inr_process_run(const char *const *argv, double limit, bool (*stop)(void *user),
                                void *user, struct inr_process_result *result,
                                struct inr_error *err)
{
    struct child c = {.pipe = -1, .text = result->text, .size = sizeof result->text};
    bool stopped = false;
    int status = 0;
    const double begin = inr_now();
    const int failed = spawn(&c, argv);
    if (failed)
        return inr_fail(err, INR_ERR_FAILED, "%s cannot be run (system error %d)", argv[0], failed);
    const bool ended = attend(&c, begin + limit, stop, user, &status, &stopped);
    result->seconds = inr_now() - begin;
    if (c.pipe >= 0)
        close(c.pipe);
    result->text[c.used] = '\0';
    if (stopped)
        return inr_fail(err, INR_INTERRUPTED, "interrupted");
    if (!ended)
        return inr_fail(err, INR_ERR_FAILED, "%s took more than %.0f s", argv[0], limit);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return INR_OK;
    const char *line = result->text + strspn(result->text, "\n ");
    return inr_fail(err, INR_ERR_FAILED, "%s failed (%s %d): %.*s", argv[0],
                    WIFEXITED(status) ? "exit code" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
                    (int)strcspn(line, "\n"), line);
}
