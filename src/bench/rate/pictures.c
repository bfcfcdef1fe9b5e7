/* SPDX-License-Identifier: MIT
 *
 * pictures.c - The pictures of a run.
 */
#include "bench/rate/pictures.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "inrush/fit.h"

#define SIDE 256

static const struct {
    const char *name;
    double bandwidth;
} generated[] = {{"phantom", 0.5}, {"bandlimited", 0.6}};

static enum inr_status generate(const char *name, struct inr_image *image, struct inr_error *err)
{
    struct inr_signal signal;
    size_t k = 0;
    *image = (struct inr_image){.channels = 1};
    while (strcmp(generated[k].name, name) != 0)
        k++;
    enum inr_status status =
        inr_signal_generate(name, 2, generated[k].bandwidth, SIDE, 1234, &signal, err);
    if (status != INR_OK)
        return status;
    const size_t n = inr_signal_points(&signal);
    uint8_t *pixels = malloc(n);
    image->width = signal.shape[0];
    image->height = signal.shape[1];
    image->pixels = pixels;
    for (size_t i = 0; pixels && i < n; i++)
        pixels[i] = (uint8_t)lrintf(255.0f * fminf(fmaxf(signal.values[i], 0.0f), 1.0f));
    inr_signal_free(&signal);
    return pixels ? INR_OK : inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture");
}

enum inr_status inr_rate_picture_load(const struct inr_rate_picture *picture,
                                      struct inr_image *image, struct inr_error *err)
{
    return picture->path ? inr_image_read(picture->path, image, err)
                         : generate(picture->name, image, err);
}

void inr_rate_pictures_free(struct inr_rate_pictures *pictures)
{
    for (size_t i = 0; i < pictures->n; i++)
        free(pictures->at[i].path);
    free(pictures->at);
    *pictures = (struct inr_rate_pictures){0};
}

/* `path` becomes the list's, NULL: generated. */
static enum inr_status add(struct inr_rate_pictures *pictures, char *path, const char *name,
                           struct inr_error *err)
{
    struct inr_image image = {0};
    if (pictures->n == pictures->capacity) {
        const size_t capacity = 2 * pictures->capacity + 16;
        struct inr_rate_picture *at = realloc(pictures->at, capacity * sizeof *at);
        if (!at) {
            free(path);
            return inr_fail(err, INR_ERR_MEMORY, "out of memory for a list of pictures");
        }
        pictures->at = at;
        pictures->capacity = capacity;
    }
    struct inr_rate_picture *picture = &pictures->at[pictures->n++];
    *picture = (struct inr_rate_picture){.path = path};
    snprintf(picture->name, sizeof picture->name, "%s", name);
    enum inr_status status = inr_rate_picture_load(picture, &image, err);
    if (status == INR_OK)
        inr_image_hash(&image, picture->hash);
    picture->width = image.width;
    picture->height = image.height;
    inr_image_free(&image);
    return status;
}

static enum inr_status add_file(struct inr_rate_pictures *pictures, const char *folder,
                                const char *name, struct inr_error *err)
{
    const char *slash = strrchr(name, '/');
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a name");
    snprintf(path, size, "%s%s%s", folder, folder[0] ? "/" : "", name);
    return add(pictures, path, slash ? slash + 1 : name, err);
}

static int is_picture(const struct dirent *entry)
{
    static const char *const suffixes[] = {".png", ".jpg", ".jpeg", ".ppm", ".pgm",
                                           ".pnm", ".pam", ".bmp",  ".tga"};
    const size_t n = strlen(entry->d_name);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        const size_t k = strlen(suffixes[i]);
        if (n > k && strcasecmp(entry->d_name + n - k, suffixes[i]) == 0)
            return 1;
    }
    return 0;
}

static enum inr_status add_folder(struct inr_rate_pictures *pictures, const char *path,
                                  struct inr_error *err)
{
    struct dirent **entries = NULL;
    const int n = scandir(path, &entries, is_picture, alphasort);
    enum inr_status status = INR_OK;
    if (n == 0)
        status = inr_fail(err, INR_ERR_INPUT, "%s: no pictures are in this folder", path);
    if (n < 0)
        status = inr_fail(err, INR_ERR_INPUT, "%s: the folder cannot be read", path);
    for (int i = 0; i < n; i++) {
        if (status == INR_OK)
            status = add_file(pictures, path, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum inr_status inr_rate_pictures_list(const char *const *paths, size_t n,
                                       struct inr_rate_pictures *pictures, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    *pictures = (struct inr_rate_pictures){0};
    for (size_t i = 0; n == 0 && status == INR_OK && i < sizeof generated / sizeof generated[0];
         i++)
        status = add(pictures, NULL, generated[i].name, err);
    for (size_t i = 0; status == INR_OK && i < n; i++) {
        struct stat info;
        status = stat(paths[i], &info) == 0 && S_ISDIR(info.st_mode)
                     ? add_folder(pictures, paths[i], err)
                     : add_file(pictures, "", paths[i], err);
    }
    if (status != INR_OK)
        inr_rate_pictures_free(pictures);
    return status;
}
