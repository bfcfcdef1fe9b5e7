/* SPDX-License-Identifier: MIT
 *
 * selftest_case.h - What the checks of the self-test are made of.
 *
 * A setup is one field with one way of training; it is made on both devices and gives one or more
 * lines. Tolerances are relative to the largest reference value. Both sides round to 2^-24 at every
 * operation in different orders: a value after two layers whose sine turns by up to omega = 30
 * multiplies that by 30 twice at worst and by a few in practice, hence 2e-5; a gradient also sums
 * over the batch and passes the layers again, hence 2e-4; a sum without an activation gets 1e-5.
 */
#ifndef INR_EXEC_SELFTEST_CASE_H
#define INR_EXEC_SELFTEST_CASE_H

#include "exec/exec.h"
#include "exec/selftest.h"
#include "field/loss.h"

#define INR_SELFTEST_TOLERANCE_LINEAR   1e-5
#define INR_SELFTEST_TOLERANCE_VALUE    2e-5
#define INR_SELFTEST_TOLERANCE_GRADIENT 2e-4

/* Awkward on purpose: no multiple of a workgroup or a vector. */
#define INR_SELFTEST_POOL_WIDTH  13u
#define INR_SELFTEST_POOL_HEIGHT 11u
#define INR_SELFTEST_POOL        (INR_SELFTEST_POOL_WIDTH * INR_SELFTEST_POOL_HEIGHT)
#define INR_SELFTEST_BATCH       101u
#define INR_SELFTEST_POINTS      97u /* evaluated */
#define INR_SELFTEST_CHANNELS    3

struct inr_selftest_report {
    const struct inr_device *device;
    const struct inr_log *log;
    inr_selftest_fn fn;
    void *user;
    struct inr_error *err;
};

struct inr_selftest_setup {
    struct inr_field_config field;
    struct inr_exec_config exec;
    enum inr_depth depth;
    bool points;                /* explicit coordinates instead of a grid */
    int lattice;                /* a grid that reaches its domain's ends */
    bool unit;                  /* targets from 0 to 1 instead of -1 to 1 */
    struct inr_readout readout; /* its shape is that of the pool */
    bool lookup; /* the program may tabulate functions of one coordinate over the grid */
};

/* A setup on the device and on the CPU. */
struct inr_selftest_pair {
    struct inr_field *field;
    struct inr_program *program;
    struct inr_exec *device, *cpu;
    float *got, *expected; /* room for the larger of the outputs compared */
    union {
        uint8_t u8[INR_SELFTEST_POOL * INR_SELFTEST_CHANNELS];
        uint16_t u16[INR_SELFTEST_POOL * INR_SELFTEST_CHANNELS];
        float f32[INR_SELFTEST_POOL * INR_GEOMETRY_TARGETS];
    } values;
    float coords[INR_SELFTEST_POOL * INR_MAX_DIMS];
};

/* A field that is only sums, so that its kernels are compared without an activation's help. */
struct inr_selftest_setup inr_selftest_linear(void);

/* *out is to be released also after a failure, unless it is NULL. */
enum inr_status inr_selftest_pair(const struct inr_selftest_report *r,
                                  const struct inr_selftest_setup *setup,
                                  struct inr_selftest_pair **out);
void inr_selftest_release(struct inr_selftest_pair *p);

/* One line from entries [from, from + n) of both outputs. */
void inr_selftest_line(const struct inr_selftest_report *r, const struct inr_selftest_pair *p,
                       size_t from, size_t n, const char *kernel, const char *detail,
                       double tolerance);

/* Fetch both gradients; the two entries after them hold loss and squared error. */
enum inr_status inr_selftest_fetch(const struct inr_selftest_report *r,
                                   struct inr_selftest_pair *p);

/* A line for the values at points, the gradient (of the tables alone where there are any: a
 * network's would outweigh theirs), or the parameters after a few steps. */
enum inr_status inr_selftest_values(const struct inr_selftest_report *r,
                                    struct inr_selftest_pair *p, const char *kernel,
                                    const char *detail, double tolerance);
enum inr_status inr_selftest_gradients(const struct inr_selftest_report *r,
                                       struct inr_selftest_pair *p, const char *kernel,
                                       const char *detail, double tolerance);
enum inr_status inr_selftest_updates(const struct inr_selftest_report *r,
                                     struct inr_selftest_pair *p, const char *detail);

/* Values and gradients of a field, a line each. */
enum inr_status inr_selftest_both(const struct inr_selftest_report *r,
                                  const struct inr_selftest_setup *s, const char *forward,
                                  const char *backward, const char *detail);

/* Gradient and sums of a loss in that setup, a line each. */
enum inr_status inr_selftest_loss(const struct inr_selftest_report *r, struct inr_selftest_setup s,
                                  const struct inr_loss_kind *loss, const char *gradient,
                                  const char *sums, double tolerance);

/* selftest_table.c */
enum inr_status inr_selftest_tables(const struct inr_selftest_report *r);

/* selftest_fused.c */
enum inr_status inr_selftest_fused(const struct inr_selftest_report *r);

/* selftest_jet.c */
enum inr_status inr_selftest_jets(const struct inr_selftest_report *r);

#endif
