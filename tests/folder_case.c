/* SPDX-License-Identifier: MIT
 *
 * folder_case.c - A folder below the build's, one at a time.
 */
#include "folder_case.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[256];

int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/test_XXXXXX", INR_BUILD_DIR);
    return mkdtemp(folder) ? 0 : -1;
}

const char *folder_path(void)
{
    return folder;
}

const char *in_folder(const char *name)
{
    static char paths[4][600];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *save(const char *name, const void *bytes, size_t size)
{
    const char *path = in_folder(name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    return path;
}

/* Call `visit`, which may be NULL, with the path of everything in the folder; how much that is. */
static size_t each_file(void (*visit)(const char *path))
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (visit)
            visit(in_folder(entry->d_name));
        n++;
    }
    closedir(dir);
    return n;
}

static void delete (const char *path)
{
    if (unlink(path) != 0)
        rmdir(path);
}

size_t count_files(void)
{
    return each_file(NULL);
}

int remove_folder(void **state)
{
    (void)state;
    each_file(delete);
    return rmdir(folder);
}
