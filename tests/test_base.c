/* SPDX-License-Identifier: MIT
 *
 * test_base.c - Errors, the log, whole-file reads and atomic writes.
 */
#include "base/file.h"
#include "folder_case.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void expect_content(const char *path, const char *text)
{
    uint8_t *data = NULL;
    size_t size = 0;
    struct inr_error err = {0};
    assert_int_equal(inr_file_read(path, 1 << 20, &data, &size, &err), INR_OK);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(data, text, size);
    free(data);
}

/* A sentence starts with the path and holds the words. */
static void expect_sentence(const struct inr_error *err, enum inr_status status, const char *path,
                            const char *words)
{
    assert_int_equal(err->status, status);
    if (strncmp(err->text, path, strlen(path)) != 0 || !strstr(err->text, words))
        fail_msg("expected '%s: ...%s...', got '%s'", path, words, err->text);
    assert_non_null(strchr(err->text, ';')); /* and what to try */
}

/* ---- errors and log ---- */

static void first_message_wins(void **state)
{
    (void)state;
    struct inr_error err = {0};
    assert_int_equal(inr_fail(&err, INR_ERR_INPUT, "a %d", 1), INR_ERR_INPUT);
    assert_int_equal(inr_fail(&err, INR_ERR_MEMORY, "b"), INR_ERR_MEMORY);
    assert_string_equal(err.text, "a 1");
    assert_int_equal(err.status, INR_ERR_INPUT);
    assert_int_equal(inr_fail(NULL, INR_ERR_OUTPUT, "c"), INR_ERR_OUTPUT);
}

static void long_message_is_cut(void **state)
{
    (void)state;
    struct inr_error err = {0};
    inr_fail(&err, INR_ERR_FAILED, "%2000d", 7);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    static const int all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 130};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_string_not_equal(inr_status_text((enum inr_status)all[i]), "unknown status");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(inr_status_text((enum inr_status)all[i]),
                                    inr_status_text((enum inr_status)all[j]));
    }
    assert_string_equal(inr_status_text((enum inr_status)99), "unknown status");
}

static void keep_text(void *user, enum inr_log_level level, const char *text)
{
    (void)level;
    snprintf(user, 64, "%s", text);
}

static void log_drops_what_is_above_its_level(void **state)
{
    (void)state;
    char seen[64] = "";
    struct inr_log log = {keep_text, seen, INR_LOG_WARNING};
    inr_logf(&log, INR_LOG_INFO, "no");
    assert_string_equal(seen, "");
    inr_logf(&log, INR_LOG_WARNING, "yes %d", 2);
    assert_string_equal(seen, "yes 2");
    inr_logf(NULL, INR_LOG_ERROR, "nobody listens");
    log.fn = NULL;
    inr_logf(&log, INR_LOG_ERROR, "nobody listens");
}

/* ---- reading ---- */

static void read_whole_files(void **state)
{
    (void)state;
    put(in_folder("empty"), "");
    expect_content(in_folder("empty"), "");
    put(in_folder("some"), "some bytes");
    expect_content(in_folder("some"), "some bytes");
}

static void read_refuses(void **state)
{
    (void)state;
    uint8_t *data = NULL;
    size_t size = 0;
    struct inr_error err = {0};
    put(in_folder("ten"), "0123456789");
    assert_int_equal(inr_file_read(in_folder("ten"), 10, &data, &size, &err), INR_OK);
    free(data);
    assert_int_equal(inr_file_read(in_folder("ten"), 9, &data, &size, &err), INR_ERR_INPUT);
    expect_sentence(&err, INR_ERR_INPUT, in_folder("ten"), "larger than the 9 bytes");
    assert_null(data);

    memset(&err, 0, sizeof err);
    assert_int_equal(inr_file_read(in_folder("none"), 9, &data, &size, &err), INR_ERR_INPUT);
    expect_sentence(&err, INR_ERR_INPUT, in_folder("none"), "no such file");

    memset(&err, 0, sizeof err);
    assert_int_equal(inr_file_read(folder_path(), 9, &data, &size, &err), INR_ERR_INPUT);
    expect_sentence(&err, INR_ERR_INPUT, folder_path(), "is a folder");

    /* An endless device stops at the limit. */
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_file_read("/dev/zero", 1 << 20, &data, &size, &err), INR_ERR_INPUT);
    expect_sentence(&err, INR_ERR_INPUT, "/dev/zero", "larger than");
}

static void read_standard_input(void **state)
{
    (void)state;
    int ends[2], saved = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    expect_content("-", "piped");
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
}

/* ---- writing ---- */

static void file_appears_only_at_commit(void **state)
{
    (void)state;
    const char *path = in_folder("out.txt");
    struct inr_outfile out;
    struct inr_error err = {0};
    assert_int_equal(inr_outfile_open(&out, path, &err), INR_OK);
    fputs("new", out.stream);
    fflush(out.stream);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(count_files(), 1); /* the temporary one, beside it */
    assert_int_equal(inr_outfile_commit(&out, &err), INR_OK);
    expect_content(path, "new");
    assert_int_equal(count_files(), 1);
    inr_outfile_abort(&out); /* safe after commit */

    struct stat info;
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0666 & ~mask);
}

static void abort_leaves_the_older_file(void **state)
{
    (void)state;
    const char *path = in_folder("out.txt");
    struct inr_outfile out;
    put(path, "old");
    assert_int_equal(inr_outfile_open(&out, path, NULL), INR_OK);
    fputs("new", out.stream);
    inr_outfile_abort(&out);
    expect_content(path, "old");
    assert_int_equal(count_files(), 1);
    memset(&out, 0, sizeof out);
    inr_outfile_abort(&out);
}

static void replacing_keeps_permissions_and_links(void **state)
{
    (void)state;
    struct inr_outfile out;
    struct stat info;
    put(in_folder("real"), "old");
    assert_int_equal(chmod(in_folder("real"), 0640), 0);
    assert_int_equal(symlink("real", in_folder("link")), 0);
    assert_int_equal(inr_outfile_open(&out, in_folder("link"), NULL), INR_OK);
    fputs("new", out.stream);
    assert_int_equal(inr_outfile_commit(&out, NULL), INR_OK);
    assert_int_equal(lstat(in_folder("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(in_folder("real"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    expect_content(in_folder("real"), "new");
}

static void two_writers_of_one_file_do_not_mix(void **state)
{
    (void)state;
    const char *path = in_folder("out.txt");
    struct inr_outfile a, b;
    assert_int_equal(inr_outfile_open(&a, path, NULL), INR_OK);
    assert_int_equal(inr_outfile_open(&b, path, NULL), INR_OK);
    fputs("aaaa", a.stream);
    fputs("bb", b.stream);
    assert_int_equal(inr_outfile_commit(&a, NULL), INR_OK);
    assert_int_equal(inr_outfile_commit(&b, NULL), INR_OK);
    expect_content(path, "bb");
    assert_int_equal(count_files(), 1);
}

static void longest_name_can_be_written(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    struct inr_outfile out;
    struct inr_error err = {0};
    assert_int_equal(inr_outfile_open(&out, in_folder(name), &err), INR_OK);
    assert_int_equal(inr_outfile_commit(&out, &err), INR_OK);
    assert_int_equal(count_files(), 1);
}

static void open_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"", "is a folder"},
        {"missing/out", "does not exist"},
        {"file/out", "not a folder"},
        {"new/", "is a folder"},
    };
    put(in_folder("file"), "old");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inr_outfile out;
        struct inr_error err = {0};
        const char *path = in_folder(cases[i].name);
        assert_int_equal(inr_outfile_open(&out, path, &err), INR_ERR_OUTPUT);
        expect_sentence(&err, INR_ERR_OUTPUT, path, cases[i].words);
        assert_null(out.stream);
        inr_outfile_abort(&out);
    }
    struct inr_error err = {0};
    assert_int_equal(inr_outfile_check("", 1, &err), INR_ERR_OUTPUT);
    assert_int_equal(count_files(), 1);
}

static void check_keeps_what_exists(void **state)
{
    (void)state;
    struct inr_error err = {0};
    const char *path = in_folder("file");
    assert_int_equal(inr_outfile_check(path, 0, &err), INR_OK);
    put(path, "old");
    assert_int_equal(inr_outfile_check(path, 0, &err), INR_ERR_OUTPUT);
    expect_sentence(&err, INR_ERR_OUTPUT, path, "-f");
    assert_int_equal(inr_outfile_check(path, 1, NULL), INR_OK);
    assert_int_equal(inr_outfile_check("/dev/full", 0, NULL), INR_OK);
    assert_int_equal(inr_outfile_check("/dev/stdout", 0, NULL), INR_OK);
}

/* Permissions do not stop the superuser, so this runs as somebody else where it can. */
static void check_respects_permissions(void **state)
{
    (void)state;
    put(in_folder("file"), "old");
    assert_int_equal(chmod(in_folder("file"), 0444), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(0);
        struct inr_error err = {0};
        _exit(inr_outfile_check(in_folder("file"), 1, &err) == INR_ERR_OUTPUT &&
                      strstr(err.text, "permission denied")
                  ? 0
                  : 1);
    }
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
}

static void full_disk_is_an_output_error(void **state)
{
    (void)state;
    struct inr_outfile out;
    struct inr_error err = {0};
    assert_int_equal(inr_outfile_open(&out, "/dev/full", &err), INR_OK);
    fputs("noticed when flushed", out.stream);
    assert_int_equal(inr_outfile_commit(&out, &err), INR_ERR_OUTPUT);
    expect_sentence(&err, INR_ERR_OUTPUT, "/dev/full", "disk is full");

    /* Noticed by an earlier flush: the reason is found again. */
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_outfile_open(&out, "/dev/full", &err), INR_OK);
    fputs("noticed earlier", out.stream);
    assert_int_not_equal(fflush(out.stream), 0);
    errno = 0;
    assert_int_equal(inr_outfile_commit(&out, &err), INR_ERR_OUTPUT);
    expect_sentence(&err, INR_ERR_OUTPUT, "/dev/full", "disk is full");
}

static void size_limit_keeps_the_older_file(void **state)
{
    (void)state;
    const char *path = in_folder("out");
    static char block[1 << 16];
    put(path, "old");
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 10000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct inr_outfile out;
    struct inr_error err = {0};
    enum inr_status opened = inr_outfile_open(&out, path, &err);
    if (opened == INR_OK)
        fwrite(block, 1, sizeof block, out.stream);
    enum inr_status status = opened == INR_OK ? inr_outfile_commit(&out, &err) : opened;
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, INR_ERR_OUTPUT);
    expect_sentence(&err, INR_ERR_OUTPUT, path, "size limit");
    expect_content(path, "old");
    assert_int_equal(count_files(), 1);
}

static void inherited_output_continues(void **state)
{
    (void)state;
    char name[32];
    put(in_folder("log"), "");
    FILE *log = fopen(in_folder("log"), "wb");
    assert_non_null(log);
    fputs("before ", log);
    fflush(log);
    snprintf(name, sizeof name, "/dev/fd/%d", fileno(log));
    struct inr_outfile out;
    assert_int_equal(inr_outfile_open(&out, name, NULL), INR_OK);
    fputs("after", out.stream);
    assert_int_equal(inr_outfile_commit(&out, NULL), INR_OK);
    fclose(log);
    expect_content(in_folder("log"), "before after");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_message_wins),
        cmocka_unit_test(long_message_is_cut),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(log_drops_what_is_above_its_level),
        TEST(read_whole_files),
        TEST(read_refuses),
        TEST(read_standard_input),
        TEST(file_appears_only_at_commit),
        TEST(abort_leaves_the_older_file),
        TEST(replacing_keeps_permissions_and_links),
        TEST(two_writers_of_one_file_do_not_mix),
        TEST(longest_name_can_be_written),
        TEST(open_refuses),
        TEST(check_keeps_what_exists),
        TEST(check_respects_permissions),
        TEST(full_disk_is_an_output_error),
        TEST(size_limit_keeps_the_older_file),
        TEST(inherited_output_continues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
