/* SPDX-License-Identifier: MIT
 *
 * pictures.h - The pictures of a run: files, folders of them, or generated ones.
 */
#ifndef INR_BENCH_RATE_PICTURES_H
#define INR_BENCH_RATE_PICTURES_H

#include "inrush/signal.h"

struct inr_rate_picture {
    char *path;    /* NULL: generated */
    char name[96]; /* without folders */
    char hash[17]; /* of the samples */
    uint32_t width, height;
};

struct inr_rate_pictures {
    struct inr_rate_picture *at;
    size_t n, capacity;
};

/* List files, and what folders hold that has the suffix of a picture, by name; nothing given: two
 * generated pictures. Each is read once, to know it. Errors: INR_ERR_INPUT (not a picture, a folder
 * without any), INR_ERR_MEMORY. */
enum inr_status inr_rate_pictures_list(const char *const *paths, size_t n,
                                       struct inr_rate_pictures *pictures, struct inr_error *err);

void inr_rate_pictures_free(struct inr_rate_pictures *pictures);

/* Read or generate one. Errors: INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_rate_picture_load(const struct inr_rate_picture *picture,
                                      struct inr_image *image, struct inr_error *err);

#endif
