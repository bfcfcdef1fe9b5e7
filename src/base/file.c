/* SPDX-License-Identifier: MIT
 *
 * file.c - Whole-file reads and atomic writes, with one sentence for each way they can fail.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Temporary names tried before giving up; more than one is taken only when an earlier process with
 * our number was killed, or when two threads write the same target. */
#define MAX_TEMPORARY_NAMES 1000

/* Bytes of the target's name kept in the temporary one, so that it stays below any NAME_MAX. */
#define MAX_NAME_KEPT 180

/* What an errno means to a person: what happened, then what to try. */
static const struct {
    int code;
    const char *text;
} reasons[] = {
    {ENOENT, "no such file or folder; check the spelling"},
    {ENOTDIR, "a part of the path is not a folder; check the spelling"},
    {EACCES, "permission denied; choose another place or change the permissions"},
    {EPERM, "not permitted; choose another place or change the permissions"},
    {EROFS, "the file system is read-only; choose another place"},
    {EISDIR, "is a folder; give the name of a file"},
    {ENAMETOOLONG, "the name is too long; choose a shorter one"},
    {ELOOP, "the symbolic links form a loop; give the real path"},
    {ENOSPC, "the disk is full; free some space or choose another place"},
    {EDQUOT, "the disk quota is used up; free some space or choose another place"},
    {EFBIG, "the file grows beyond the size limit; raise the limit (ulimit -f) or write less"},
    {EMFILE, "too many files are open; raise the limit (ulimit -n)"},
    {ENFILE, "too many files are open on this machine; close some programs"},
    {EPIPE, "the reading end was closed; keep the reader running"},
    {EIO, "the storage reports an input/output error; check the disk"},
};

static const char *reason(int code, char *buffer, size_t size)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].code == code)
            return reasons[i].text;
    char system[128];
    if (strerror_r(code, system, sizeof system) != 0)
        snprintf(system, sizeof system, "system error %d", code);
    snprintf(buffer, size, "%s; try another place", system);
    return buffer;
}

static enum inr_status fail_errno(struct inr_error *err, enum inr_status status, const char *path,
                                  int code)
{
    char buffer[160];
    return inr_fail(err, status, "%s: %s", path, reason(code, buffer, sizeof buffer));
}

static enum inr_status fail_memory(struct inr_error *err, const char *path)
{
    return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory; close other programs", path);
}

/* ---- reading ---- */

static enum inr_status fail_limit(struct inr_error *err, const char *name, uint64_t limit)
{
    return inr_fail(err, INR_ERR_INPUT,
                    "%s: larger than the %llu bytes allowed here; give a smaller file", name,
                    (unsigned long long)limit);
}

/* Read until the end of `fd`. The buffer always keeps one byte more than was read, so that the end
 * is seen without growing a buffer that already fits. */
static enum inr_status read_all(int fd, const char *name, uint64_t limit, size_t capacity,
                                uint8_t **data, size_t *size, struct inr_error *err)
{
    uint8_t *buffer = malloc(capacity);
    size_t used = 0;
    if (!buffer)
        return fail_memory(err, name);
    for (;;) {
        if (used == capacity) {
            uint8_t *grown = capacity < SIZE_MAX / 2 ? realloc(buffer, capacity * 2) : NULL;
            if (!grown) {
                free(buffer);
                return fail_memory(err, name);
            }
            buffer = grown;
            capacity *= 2;
        }
        ssize_t got = read(fd, buffer + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int code = errno;
            free(buffer);
            return fail_errno(err, INR_ERR_INPUT, name, code);
        }
        if (got == 0)
            break;
        used += (size_t)got;
        if (used > limit) {
            free(buffer);
            return fail_limit(err, name, limit);
        }
    }
    *data = buffer;
    *size = used;
    return INR_OK;
}

enum inr_status inr_file_head(const char *path, uint8_t *data, size_t size, size_t *got,
                              struct inr_error *err)
{
    *got = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, INR_ERR_INPUT, path, errno);
    enum inr_status status = INR_OK;
    while (*got < size) {
        const ssize_t more = read(fd, data + *got, size - *got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            status = fail_errno(err, INR_ERR_INPUT, path, errno);
        if (more <= 0)
            break;
        *got += (size_t)more;
    }
    close(fd);
    return status;
}

enum inr_status inr_file_read(const char *path, uint64_t limit, uint8_t **data, size_t *size,
                              struct inr_error *err)
{
    *data = NULL;
    *size = 0;
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", limit, 1 << 16, data, size, err);

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, INR_ERR_INPUT, path, errno);
    struct stat info;
    enum inr_status status = INR_OK;
    size_t capacity = 1 << 16;
    if (fstat(fd, &info) != 0) {
        status = fail_errno(err, INR_ERR_INPUT, path, errno);
    } else if (S_ISDIR(info.st_mode)) {
        status = fail_errno(err, INR_ERR_INPUT, path, EISDIR);
    } else if (S_ISREG(info.st_mode) && info.st_size > 0) {
        if ((uint64_t)info.st_size > limit)
            status = fail_limit(err, path, limit);
        else if ((uint64_t)info.st_size >= SIZE_MAX)
            status = fail_memory(err, path);
        else
            capacity = (size_t)info.st_size + 1;
    }
    if (status == INR_OK)
        status = read_all(fd, path, limit, capacity, data, size, err);
    close(fd);
    return status;
}

/* ---- writing ---- */

/* The bytes of `path` up to and including the last slash; 0 when there is none. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static char *folder_of(const char *path)
{
    size_t n = folder_length(path);
    return n ? strndup(path, n) : strdup(".");
}

/* Names that stand for a descriptor we already hold. Opening them again would start at offset 0 and
 * overwrite what the caller appended, so they are duplicated instead. -1: an ordinary name. */
static int inherited_descriptor(const char *path)
{
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    if (strncmp(path, "/dev/fd/", 8) == 0 && path[8] >= '0' && path[8] <= '9') {
        char *end = NULL;
        long n = strtol(path + 8, &end, 10);
        if (*end == '\0' && n < 1 << 20)
            return (int)n;
    }
    return -1;
}

/* True for devices, pipes and sockets: nothing to rename there, bytes go straight through. */
static bool is_special(const char *path)
{
    struct stat info;
    if (inherited_descriptor(path) >= 0)
        return true;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

enum inr_status inr_outfile_check(const char *path, int overwrite, struct inr_error *err)
{
    struct stat info;
    if (!path[0])
        return inr_fail(err, INR_ERR_OUTPUT, "the output has no name; give the name of a file");
    if (is_special(path))
        return INR_OK;
    if (stat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return fail_errno(err, INR_ERR_OUTPUT, path, EISDIR);
        if (!overwrite)
            return inr_fail(err, INR_ERR_OUTPUT,
                            "%s: exists already; choose another name, or overwrite it with -f",
                            path);
        /* rename() would replace a protected file; whoever protected it meant otherwise. */
        if (access(path, W_OK) != 0)
            return fail_errno(err, INR_ERR_OUTPUT, path, errno);
    } else if (errno != ENOENT) {
        return fail_errno(err, INR_ERR_OUTPUT, path, errno);
    }
    if (path[strlen(path) - 1] == '/')
        return fail_errno(err, INR_ERR_OUTPUT, path, EISDIR);

    char *folder = folder_of(path);
    if (!folder)
        return fail_memory(err, path);
    enum inr_status status = INR_OK;
    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode))
        status = inr_fail(err, INR_ERR_OUTPUT, "%s: the folder %s does not exist; create it first",
                          path, folder);
    else if (access(folder, W_OK | X_OK) != 0)
        status = fail_errno(err, INR_ERR_OUTPUT, path, errno);
    free(folder);
    return status;
}

/* `.NAME.PID.tmp` beside `path`, and `.NAME.PID.N.tmp` for the later tries. */
static char *temporary_name(const char *path, unsigned attempt)
{
    size_t folder = folder_length(path);
    size_t size = folder + MAX_NAME_KEPT + 64;
    char *name = malloc(size);
    char number[24] = "";
    if (!name)
        return NULL;
    if (attempt > 0)
        snprintf(number, sizeof number, ".%u", attempt);
    snprintf(name, size, "%.*s.%.*s.%ld%s.tmp", (int)folder, path, MAX_NAME_KEPT, path + folder,
             (long)getpid(), number);
    return name;
}

/* Create the temporary file exclusively; its permissions come from the umask as for any new file,
 * or from the file it will replace. Returns a descriptor, or -1 with errno. */
static int create_temporary(struct inr_outfile *out)
{
    struct stat older;
    bool replaces = stat(out->path, &older) == 0;
    for (unsigned attempt = 0; attempt < MAX_TEMPORARY_NAMES; attempt++) {
        free(out->temporary);
        out->temporary = temporary_name(out->path, attempt);
        if (!out->temporary) {
            errno = ENOMEM;
            return -1;
        }
        int fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            /* Keeping the old permissions is a courtesy: a file system without them still works. */
            if (replaces && fchmod(fd, older.st_mode & 0777) != 0)
                errno = 0;
            return fd;
        }
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

static int open_special(const char *path)
{
    int inherited = inherited_descriptor(path);
    return inherited >= 0 ? dup(inherited) : open(path, O_WRONLY | O_CLOEXEC);
}

enum inr_status inr_outfile_open(struct inr_outfile *out, const char *path, struct inr_error *err)
{
    memset(out, 0, sizeof *out);
    enum inr_status status = inr_outfile_check(path, 1, err);
    if (status != INR_OK)
        return status;

    /* Through a symbolic link, so that the link stays and the file it names is replaced. */
    struct stat info;
    bool special = is_special(path);
    if (!special && lstat(path, &info) == 0 && S_ISLNK(info.st_mode))
        out->path = realpath(path, NULL);
    if (!out->path)
        out->path = strdup(path);
    if (!out->path)
        return fail_memory(err, path);

    int fd = special ? open_special(path) : create_temporary(out);
    if (fd < 0) {
        int code = errno;
        free(out->temporary);
        out->temporary = NULL;
        inr_outfile_abort(out);
        return code == ENOMEM ? fail_memory(err, path)
                              : fail_errno(err, INR_ERR_OUTPUT, path, code);
    }
    out->stream = fdopen(fd, "wb");
    if (!out->stream) {
        close(fd);
        inr_outfile_abort(out);
        return fail_memory(err, path);
    }
    return INR_OK;
}

/* Why earlier writes to the stream failed. stdio keeps only a flag, so write one byte more: a full
 * disk is still full and says so. */
static int find_write_error(FILE *stream)
{
    errno = EIO;
    if (write(fileno(stream), "", 1) == 1)
        return EIO;
    return errno;
}

/* The rename is on disk only once the folder is. File systems that cannot sync a folder say so with
 * an error that is of no use to anybody, so the result is not looked at. */
static void sync_folder(const char *path)
{
    char *folder = folder_of(path);
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
    free(folder);
}

enum inr_status inr_outfile_commit(struct inr_outfile *out, struct inr_error *err)
{
    int code = 0;
    if (!out->stream)
        return inr_fail(err, INR_ERR_OUTPUT, "%s: the output is not open; open it again",
                        out->path ? out->path : "output");
    if (ferror(out->stream))
        code = find_write_error(out->stream);
    else if (fflush(out->stream) != 0)
        code = errno;
    else if (out->temporary && fsync(fileno(out->stream)) != 0 && errno != EINVAL)
        code = errno;

    FILE *stream = out->stream;
    out->stream = NULL;
    if (fclose(stream) != 0 && code == 0)
        code = errno;
    if (code == 0 && out->temporary && rename(out->temporary, out->path) != 0)
        code = errno;
    if (code != 0) {
        enum inr_status status = fail_errno(err, INR_ERR_OUTPUT, out->path, code);
        inr_outfile_abort(out);
        return status;
    }
    if (out->temporary)
        sync_folder(out->path);
    free(out->temporary);
    out->temporary = NULL;
    inr_outfile_abort(out);
    return INR_OK;
}

void inr_outfile_abort(struct inr_outfile *out)
{
    if (!out)
        return;
    if (out->stream)
        fclose(out->stream);
    if (out->temporary)
        unlink(out->temporary);
    free(out->temporary);
    free(out->path);
    memset(out, 0, sizeof *out);
}
