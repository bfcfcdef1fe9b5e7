/* SPDX-License-Identifier: MIT
 *
 * image_internal.h - What the image formats share: the row of the format table, and the writer.
 *
 * A format is one constant struct inr_image_format, defined under its code and listed in image.c.
 * Reading sees the whole file in memory; writing goes row by row through a sink.
 */
#ifndef INR_SIGNAL_IMAGE_INTERNAL_H
#define INR_SIGNAL_IMAGE_INTERNAL_H

#include "base/file.h"
#include "inrush/signal.h"

/* More pixels than this are refused: sizes then fit 32-bit signed numbers everywhere. */
#define INR_IMAGE_MAX_PIXELS 2147483647u

/* Bits of inr_image_format.depths and .channels. */
#define INR_HOLDS(value) (1u << (value))

struct inr_image_writer;

/* How a format is written. The frame (image_write.c) owns the file, converts each row to the depth
 * of the file and counts rows. A failed fwrite needs no handling: the frame sees it. */
struct inr_image_sink {
    enum inr_status (*begin)(struct inr_image_writer *w, struct inr_error *err);
    /* One row of head.width * head.channels samples of head.depth, native byte order, rows in order
     * from the top; may be changed in place. */
    enum inr_status (*row)(struct inr_image_writer *w, void *samples, struct inr_error *err);
    enum inr_status (*end)(struct inr_image_writer *w, struct inr_error *err); /* may be NULL */
    void (*release)(struct inr_image_writer *w); /* frees state, after success or failure */
};

struct inr_image_writer {
    struct inr_outfile out;
    const struct inr_image_format *format;
    const struct inr_image_sink *sink;
    char *path;             /* as the caller gave it, for messages */
    struct inr_image head;  /* what is stored: channels as in the file, icc is a copy, no pixels */
    uint32_t channels;      /* as the caller gives them: 1 may be stored as 3 */
    uint32_t row;           /* rows so far */
    void *samples;          /* one row as stored */
    void *state;            /* the sink's own */
    enum inr_status status; /* sticky: after a failure nothing more is written */
};

struct inr_image_format {
    const char *name;        /* for messages: "PNG" */
    const char *suffixes[3]; /* lower case with the dot, up to the first NULL */
    unsigned depths;         /* INR_HOLDS(enum inr_depth) of those that can be written */
    unsigned channels;       /* INR_HOLDS(count) of those that can be written; grey goes into a
                                format without it as three equal channels */
    uint32_t max_side;       /* largest width and height that can be written */
    bool (*probe)(const uint8_t *data, size_t size); /* by content; NULL: never read */
    enum inr_status (*read)(const uint8_t *data, size_t size, const char *name,
                            struct inr_image *image, struct inr_error *err);
    const struct inr_image_sink *sink;
};

extern const struct inr_image_format inr_image_png, inr_image_jpeg, inr_image_bmp, inr_image_tga,
    inr_image_ppm, inr_image_pgm, inr_image_pnm, inr_image_pam, inr_image_pfm, inr_image_hdr;

extern const struct inr_image_sink inr_image_png_sink, inr_image_pnm_sink, inr_image_pfm_sink;

/* The format whose suffix `path` has, or NULL. */
const struct inr_image_format *inr_image_format_of(const char *path);

/* Decode a file that is in memory; `name` is for messages. What inr_image_read does once the bytes
 * are there, and the door for the fuzzer. Errors as inr_image_read. */
enum inr_status inr_image_decode(const uint8_t *data, size_t size, const char *name,
                                 struct inr_image *image, struct inr_error *err);

/* True when the bytes look like one of the formats that are read. */
bool inr_image_probe(const uint8_t *data, size_t size);

/* Refuse sizes of 0 and above INR_IMAGE_MAX_PIXELS. Errors: INR_ERR_INPUT. */
enum inr_status inr_image_check_size(uint64_t width, uint64_t height, const char *name,
                                     struct inr_error *err);

/* Set the shape of *image and allocate its pixels (not cleared). Errors: INR_ERR_INPUT for a size
 * that is refused, INR_ERR_MEMORY. */
enum inr_status inr_image_allocate(struct inr_image *image, uint32_t width, uint32_t height,
                                   uint32_t channels, enum inr_depth depth, const char *name,
                                   struct inr_error *err);

/* The sentence for a file that cannot be decoded: "NAME: damaged PNG: WHY; ...". */
enum inr_status inr_image_damaged(struct inr_error *err, const char *name, const char *format,
                                  const char *why);

enum inr_status inr_image_no_memory(struct inr_error *err, const char *name);

/* Walk the segments of a JPEG (image_jpeg.c) and refuse a file that is cut or whose tables would
 * lead stb_image astray. *icc gets a malloc'd copy of the profile, or NULL. Errors: INR_ERR_INPUT,
 * INR_ERR_MEMORY. */
enum inr_status inr_jpeg_walk(const uint8_t *data, size_t size, const char *name, uint8_t **icc,
                              size_t *icc_size, struct inr_error *err);

/* Write a profile as APP2 segments. Profiles too large for JPEG are left out. */
void inr_jpeg_put_icc(FILE *stream, const uint8_t *icc, size_t icc_size);

#endif
