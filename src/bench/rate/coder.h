/* SPDX-License-Identifier: MIT
 *
 * coder.h - What compresses pictures: our methods, and other programs where they are installed.
 */
#ifndef INR_BENCH_RATE_CODER_H
#define INR_BENCH_RATE_CODER_H

#include <stdbool.h>
#include <stddef.h>

#include "inrush/codec.h"

/* A row of the table. Words of programs: "%i" is the input, "%o" the output, "%q" the setting that
 * decides the size. */
struct inr_rate_coder {
    const char *name;   /* "jpeg" */
    const char *family; /* "inr", or "codec": another program */

    /* Ours: bytes of a picture. NULL: other programs, below. */
    enum inr_status (*compress)(const struct inr_image *image, const char *name,
                                const struct inr_compress_options *options,
                                const struct inr_compress_watch *watch,
                                struct inr_compress_result *result, struct inr_error *err);

    const char *encoder, *decoder;             /* programs */
    const char *const *encode, *const *decode; /* words, ending with NULL */
    const char *version;                       /* the word that makes `encoder` tell its own */
    const char *source, *coded, *decoded;      /* suffixes of the files it reads and writes */
    double least, most; /* the setting of the smallest and of the largest file; either may be the
                           greater */
    bool whole, log;    /* settings are whole numbers; spaced by ratios */
};

/* NULL past the end. Ours come first. */
const struct inr_rate_coder *inr_rate_coder_at(size_t index);

/* A coder that can be used here. */
struct inr_rate_tool {
    const struct inr_rate_coder *coder;
    char encoder[512], decoder[512]; /* paths of the programs */
    char version[64];                /* "cjpeg 2.1.5"; ours: "inrush 0.1.0" */
};

#define INR_RATE_TOOLS_MAX 16

/* Find those that are named in `names` ("jpeg,avif"; NULL: all). *n tools; `missing` gets the
 * programs that are not installed, "cjxl and djxl (jxl)", or "". Errors: INR_ERR_USAGE (a name
 * that is none). */
enum inr_status inr_rate_tools_find(const char *names, struct inr_rate_tool *tools, size_t *n,
                                    char *missing, size_t size, struct inr_error *err);

#endif
