/* SPDX-License-Identifier: MIT
 *
 * journal.c - The file that rows are appended to, so that nothing that was measured is lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "bench/results.h"

static enum inr_status fail_at(struct inr_error *err, const char *path)
{
    char why[128];
    if (strerror_r(errno, why, sizeof why) != 0)
        snprintf(why, sizeof why, "system error %d", errno);
    return inr_fail(err, INR_ERR_OUTPUT, "%s: %s; give another folder with -o", path, why);
}

static enum inr_status make_folder(const char *path, struct inr_error *err)
{
    struct stat info;
    if (mkdir(path, 0777) == 0 ||
        (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)))
        return INR_OK;
    return fail_at(err, path);
}

/* Cut the file behind its last whole line. */
static enum inr_status mend(int file, const char *path, struct inr_error *err)
{
    off_t end = lseek(file, 0, SEEK_END);
    char byte = '\n';
    while (end > 0 && pread(file, &byte, 1, end - 1) == 1 && byte != '\n')
        end--;
    return ftruncate(file, end) == 0 ? INR_OK : fail_at(err, path);
}

enum inr_status inr_bench_journal_open(struct inr_bench_journal *journal, const char *folder,
                                       int shard, int shards, struct inr_bench_results *results,
                                       struct inr_error *err)
{
    char pictures[520];
    journal->file = -1;
    if (strlen(folder) >= sizeof journal->folder)
        return inr_fail(err, INR_ERR_OUTPUT, "%.60s...: the name is too long", folder);
    strcpy(journal->folder, folder);
    if (shards > 1)
        snprintf(journal->path, sizeof journal->path, "%s/results-%d-of-%d.jsonl", folder, shard,
                 shards);
    else
        snprintf(journal->path, sizeof journal->path, "%s/results.jsonl", folder);
    snprintf(pictures, sizeof pictures, "%s/pictures", folder);
    enum inr_status status = make_folder(folder, err);
    if (status == INR_OK)
        status = make_folder(pictures, err);
    if (status != INR_OK)
        return status;
    journal->file = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (journal->file < 0)
        return fail_at(err, journal->path);
    status = mend(journal->file, journal->path, err);
    if (status == INR_OK)
        status = inr_bench_results_read(results, journal->path, err);
    if (status != INR_OK)
        inr_bench_journal_close(journal);
    return status;
}

/* Pictures of results are new; that of the signal is there from the first row on. */
static enum inr_status write_png(const struct inr_bench_journal *journal,
                                 const struct inr_bench_row *row, enum inr_bench_view view,
                                 const struct inr_bench_png *png, struct inr_error *err)
{
    char path[600], name[64];
    struct inr_outfile out = {0};
    if (!png->data)
        return INR_OK;
    inr_bench_picture_name(row, view, name);
    snprintf(path, sizeof path, "%s/%s", journal->folder, name);
    if (view == INR_BENCH_REFERENCE && access(path, R_OK) == 0)
        return INR_OK;
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status != INR_OK)
        return status;
    fwrite(png->data, 1, png->size, out.stream); /* commit sees a failure */
    status = inr_outfile_commit(&out, err);
    inr_outfile_abort(&out);
    return status;
}

enum inr_status inr_bench_journal_add(struct inr_bench_journal *journal,
                                      const struct inr_bench_row *row,
                                      const struct inr_bench_pictures *pictures,
                                      struct inr_error *err)
{
    if (journal->file < 0)
        return INR_OK;
    enum inr_status status = INR_OK;
    for (int view = 0; pictures && status == INR_OK && view < INR_BENCH_VIEW_COUNT; view++)
        status = write_png(journal, row, (enum inr_bench_view)view, &pictures->of[view], err);
    if (status != INR_OK)
        return status;
    char *line = inr_bench_row_line(row);
    if (!line)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for a row", journal->path);
    const size_t size = strlen(line);
    size_t done = 0;
    while (done < size) {
        const ssize_t n = write(journal->file, line + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    free(line);
    return done == size && fsync(journal->file) == 0 ? INR_OK : fail_at(err, journal->path);
}

void inr_bench_journal_close(struct inr_bench_journal *journal)
{
    if (journal->file >= 0)
        close(journal->file);
    journal->file = -1;
}
