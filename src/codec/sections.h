/* SPDX-License-Identifier: MIT
 *
 * sections.h - Sections of a file and their checksums, common to all methods; see inrush/codec.h.
 */
#ifndef INR_CODEC_SECTIONS_H
#define INR_CODEC_SECTIONS_H

#include "codec/bytes.h"
#include "inrush/inrush.h"

/* A file being read. */
struct inr_sections {
    struct inr_cursor in;
    const uint8_t *begin; /* not owned */
    const char *name;     /* for messages */
};

enum inr_status inr_sections_damaged(const struct inr_sections *f, const char *what,
                                     struct inr_error *err);

/* The header, whose checksum is right. Errors: INR_ERR_INPUT (no such file, newer, damaged). */
enum inr_status inr_sections_take_header(struct inr_sections *f, struct inr_cursor *header,
                                         struct inr_error *err);

/* The next section; `what` is what a wrong one is called. Errors: INR_ERR_INPUT. */
enum inr_status inr_sections_take_section(struct inr_sections *f, const char *what,
                                          const uint8_t **data, uint64_t *size,
                                          struct inr_error *err);

/* Start a file with its header; add a section. Failures are out->failed. */
void inr_sections_put_header(struct inr_bytes *out, const struct inr_bytes *header);
void inr_sections_put_section(struct inr_bytes *out, const uint8_t *data, size_t size);

#endif
