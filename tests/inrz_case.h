/* SPDX-License-Identifier: MIT
 *
 * inrz_case.h - The compressed files of tests/golden/inrz: what is in them, what is said of them,
 * and how they were written.
 */
#ifndef INRZ_CASE_H
#define INRZ_CASE_H

#include "codec/format.h"

struct inrz_case {
    const char *name;
    const char *settings; /* "flag=value,..." on top of siren, 6 wide, 1 layer */
    const char *task;
    uint32_t shape[3]; /* 0: no such axis */
    uint32_t channels;
    enum inr_sample sample;
    int bits;
    bool row, profile, device; /* device: also decoded on the software Vulkan device */
    bool uneven; /* weights of an input are halves, quarters or eighths of what they were */
    int compand;
    int level; /* of nested networks: the file ends behind it; 0: it is whole */
    double rate;
    const char *sign; /* of a shape, "": an array of distances; NULL: no frame */
};

/* NULL past the end. */
const struct inrz_case *inrz_case_at(size_t index);

/* A model with the weights its initialiser gives, as if it had been fitted. */
struct inr_model *inrz_case_make(const struct inrz_case *g);

/* What a file keeps of the signal, as a line. */
void inrz_describe(const struct inr_model *model, char *out, size_t size);

/* Of the trained numbers: exact on every machine. Frozen ones are drawn anew, the same to the last
 * bit only by one libm. */
uint64_t inrz_hash(const struct inr_model *model);

/* Values at every point of `shape` (NULL: the source's); fails the test. */
void inrz_render(const struct inr_model *model, const char *device, const uint32_t *shape,
                 struct inr_signal *signal);

/* Write the files of all cases, and the broken ones, that are not there yet. */
void inrz_write(const char *folder);

#endif
