/* SPDX-License-Identifier: MIT
 *
 * replay.c - Runs every file of the folders given through a fuzz target, under any compiler.
 *
 *     replay_model tests/fuzz/corpus/model
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX (16u << 20)

/* A buffer of the exact size lets the address sanitizer see a read one byte too far. */
static int replay(const char *path)
{
    FILE *in = fopen(path, "rb");
    uint8_t *room = in ? malloc(FILE_MAX) : NULL;
    size_t size = room ? fread(room, 1, FILE_MAX, in) : 0;
    uint8_t *data = room ? malloc(size ? size : 1) : NULL;
    if (data) {
        memcpy(data, room, size);
        LLVMFuzzerTestOneInput(data, size);
    } else {
        fprintf(stderr, "replay: cannot read %s\n", path);
    }
    int failed = data == NULL;
    free(data);
    free(room);
    if (in)
        fclose(in);
    return failed;
}

static int replay_folder(const char *folder, int *count)
{
    DIR *dir = opendir(folder);
    int failed = 0;
    if (!dir) {
        fprintf(stderr, "replay: cannot open %s\n", folder);
        return 1;
    }
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        failed |= replay(path);
        ++*count;
    }
    closedir(dir);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0, count = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay_folder(argv[i], &count);
    printf("%d inputs\n", count);
    return failed || count == 0;
}
