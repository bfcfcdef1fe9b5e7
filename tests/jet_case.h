/* SPDX-License-Identifier: MIT
 *
 * jet_case.h - Small fields of every kind with points, normals and distances: what the tests of
 * jets start from on both backends, with their oracle.
 */
#ifndef JET_CASE_H
#define JET_CASE_H

#include "exec/exec.h"
#include "program_ref.h"

#define JET_CASE_SAMPLES 21 /* no multiple of a vector */

struct jet_case_kind {
    const char *name;       /* NULL: that of the activation */
    const char *activation; /* [tanh] */
    int dims;               /* [3] */
    int encoding, architecture, interpolation;
    const char *output; /* activation of it [none] */
    int scaling, reparam, form;
    bool waves, learn, fixed_point;
};

struct jet_case {
    struct inr_field *field;
    struct inr_program *program;
    inr_geometry weights;
    struct inr_pool pool;
    float coords[JET_CASE_SAMPLES * INR_MAX_DIMS];
    float targets[JET_CASE_SAMPLES * INR_GEOMETRY_TARGETS];
    double x[JET_CASE_SAMPLES * INR_MAX_DIMS];
    double target[JET_CASE_SAMPLES * INR_GEOMETRY_TARGETS];
    double *params;
    bool fixed_point;
    struct program_ref_batch batch;
};

/* Kinds of fields in number: activations first, all of the registry, then encodings and
 * architectures. */
int jet_case_count(void);
struct jet_case_kind jet_case_kind_at(int index);

/* Samples keep away from the kinks of the loss, so that differences see none. */
void jet_case_init(struct jet_case *c, const struct jet_case_kind *kind);
void jet_case_finish(struct jet_case *c);

/* An exec on `device` that trains on the case by the geometry loss and can evaluate jets. */
struct inr_exec *jet_case_exec(const struct jet_case *c, const struct inr_device *device,
                               const struct inr_log *log);

/* Fail unless gradients by the coordinates, the loss and its gradient are those of the oracle. */
void jet_case_check(const struct jet_case *c, struct inr_exec *exec, const char *name);

#endif
