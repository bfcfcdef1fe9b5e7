/* SPDX-License-Identifier: MIT
 *
 * config.h - The one table of settings, from which flags, help, JSON in and JSON out are derived.
 */
#ifndef INR_FIT_CONFIG_H
#define INR_FIT_CONFIG_H

#include "inrush/fit.h"

/* Rows of INR_REGISTRY_FRESH: off, auto, then enum inr_knob in order. */
enum { INR_FRESH_OFF, INR_FRESH_AUTO, INR_FRESH_FIRST };

enum inr_config_type {
    INR_CONFIG_PRESET,   /* replaces what a preset decides */
    INR_CONFIG_KIND,     /* int: id of a registry row */
    INR_CONFIG_INT,      /* int */
    INR_CONFIG_U32,      /* uint32_t */
    INR_CONFIG_U64,      /* uint64_t */
    INR_CONFIG_BYTES,    /* uint64_t with an optional KiB, MiB, GiB, TiB */
    INR_CONFIG_FLOAT,    /* float */
    INR_CONFIG_DOUBLE,   /* double */
    INR_CONFIG_BOOL,     /* bool */
    INR_CONFIG_INT_BOOL, /* int that a switch sets to 0 or 1 */
    INR_CONFIG_SHAPE,    /* int[INR_MAX_DIMS]: one number for all axes, or WxH, WxHxD */
    INR_CONFIG_TEXT,     /* char[] */
    INR_CONFIG_CONSTANT, /* an activation's constant, by its name */
    INR_CONFIG_CONSTANT_BOOL
};

/* Which of the activations a constant belongs to. */
#define INR_CONFIG_FIRST  1u
#define INR_CONFIG_HIDDEN 2u
#define INR_CONFIG_BOTH   3u

struct inr_config_row {
    struct inr_setting setting; /* flag "": in JSON only; such rows come last */
    enum inr_config_type type;
    size_t offset;        /* into struct inr_fit_config */
    size_t size;          /* TEXT: of the array */
    double low, high;     /* valid range of numbers, both included */
    const char *constant; /* CONSTANT*: name in the activation's row */
    unsigned layers;      /* CONSTANT*: INR_CONFIG_FIRST, _HIDDEN or _BOTH */
    int json_shift;       /* the number in JSON is this much larger */
    bool shorthand;       /* read but never printed: other rows hold the same */
};

/* Rows in the order in which JSON is applied: a row comes before those it resets. NULL past the
 * end, or when there is no such flag. */
const struct inr_config_row *inr_config_row_at(size_t index);
const struct inr_config_row *inr_config_row_by_flag(const char *flag);

/* Index of the row's constant in the activation of `config`, or -1 when it has no such constant. */
int inr_config_constant(const struct inr_config_row *row, const struct inr_fit_config *config);

/* Set one row from text. `label` names the setting in messages, `status` is that of a failure.
 * `shift` is taken off whole numbers after the check (see json_shift). */
enum inr_status inr_config_parse(const struct inr_config_row *row, struct inr_fit_config *config,
                                 const char *label, const char *text, int shift,
                                 enum inr_status status, struct inr_error *err);

/* Check the range of every row. */
enum inr_status inr_config_check_rows(const struct inr_fit_config *config, struct inr_error *err);

/* Check that, and what no single row can see: ranges that depend on each other, and the field. */
enum inr_status inr_config_check(const struct inr_fit_config *config, struct inr_error *err);

/* Whether every step brings parameters nearer to 0, learnt steps of a quantizer among them. */
bool inr_config_decays(const struct inr_fit_config *config);

#endif
