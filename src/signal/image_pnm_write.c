/* SPDX-License-Identifier: MIT
 *
 * image_pnm_write.c - Writing PPM, PGM, PAM and PFM row by row.
 */
#include "signal/image_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static size_t samples_in_row(const struct inr_image_writer *w)
{
    return (size_t)w->head.width * w->head.channels;
}

/* ---- PPM, PGM, PAM ---- */

static enum inr_status begin_pnm(struct inr_image_writer *w, struct inr_error *err)
{
    static const char *const tuples[] = {"", "GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"};
    const struct inr_image *head = &w->head;
    unsigned maximum = head->depth == INR_DEPTH_U8 ? 255 : 65535;
    (void)err;
    if (w->format == &inr_image_pam)
        fprintf(w->out.stream,
                "P7\nWIDTH %u\nHEIGHT %u\nDEPTH %u\nMAXVAL %u\nTUPLTYPE %s\nENDHDR\n", head->width,
                head->height, head->channels, maximum, tuples[head->channels]);
    else
        fprintf(w->out.stream, "P%c\n%u %u\n%u\n", head->channels == 3 ? '6' : '5', head->width,
                head->height, maximum);
    return INR_OK;
}

static enum inr_status row_pnm(struct inr_image_writer *w, void *samples, struct inr_error *err)
{
    size_t n = samples_in_row(w);
    (void)err;
    if (w->head.depth == INR_DEPTH_U16) {
        /* Most significant byte first, whatever this machine does. */
        uint8_t *bytes = samples;
        for (size_t i = 0; i < n; i++) {
            uint16_t value;
            memcpy(&value, bytes + 2 * i, sizeof value);
            bytes[2 * i] = (uint8_t)(value >> 8);
            bytes[2 * i + 1] = (uint8_t)value;
        }
    }
    (void)!fwrite(samples, inr_depth_size(w->head.depth), n, w->out.stream);
    return INR_OK;
}

static void release_nothing(struct inr_image_writer *w)
{
    (void)w;
}

const struct inr_image_sink inr_image_pnm_sink = {begin_pnm, row_pnm, NULL, release_nothing};

/* ---- PFM ---- */

/* The file starts with the last row. A regular file is written by seeking; a pipe cannot seek, so
 * there the picture waits in memory. */
struct pfm_target {
    off_t start;    /* offset of the first sample in the file */
    float *waiting; /* [height][width][channels], or NULL when seeking */
};

static enum inr_status begin_pfm(struct inr_image_writer *w, struct inr_error *err)
{
    const uint16_t probe = 1;
    const char *scale = *(const uint8_t *)&probe == 1 ? "-1.0" : "1.0";
    struct pfm_target *t = calloc(1, sizeof *t);
    if (!t)
        return inr_image_no_memory(err, w->path);
    w->state = t;
    int n = fprintf(w->out.stream, "P%c\n%u %u\n%s\n", w->head.channels == 3 ? 'F' : 'f',
                    w->head.width, w->head.height, scale);
    t->start = n;
    if (w->out.temporary)
        return INR_OK;
    t->waiting = malloc(samples_in_row(w) * w->head.height * sizeof *t->waiting);
    return t->waiting ? INR_OK : inr_image_no_memory(err, w->path);
}

static enum inr_status row_pfm(struct inr_image_writer *w, void *samples, struct inr_error *err)
{
    struct pfm_target *t = w->state;
    size_t n = samples_in_row(w), from_bottom = w->head.height - 1 - w->row;
    (void)err;
    if (t->waiting) {
        memcpy(t->waiting + from_bottom * n, samples, n * sizeof(float));
        return INR_OK;
    }
    /* fseeko flushes; when that fails the stream's error flag is set, which the frame reads. */
    if (fseeko(w->out.stream, t->start + (off_t)(from_bottom * n * sizeof(float)), SEEK_SET) == 0)
        (void)!fwrite(samples, sizeof(float), n, w->out.stream);
    return INR_OK;
}

static enum inr_status end_pfm(struct inr_image_writer *w, struct inr_error *err)
{
    struct pfm_target *t = w->state;
    (void)err;
    if (t->waiting)
        (void)!fwrite(t->waiting, sizeof(float), samples_in_row(w) * w->head.height, w->out.stream);
    return INR_OK;
}

static void release_pfm(struct inr_image_writer *w)
{
    struct pfm_target *t = w->state;
    if (t)
        free(t->waiting);
    free(t);
    w->state = NULL;
}

const struct inr_image_sink inr_image_pfm_sink = {begin_pfm, row_pfm, end_pfm, release_pfm};
