/* SPDX-License-Identifier: MIT
 *
 * knob.h - The table of settings that move a field's spectrum.
 */
#ifndef INR_SELECT_KNOB_H
#define INR_SELECT_KNOB_H

#include "inrush/select.h"

struct inr_knob_row {
    const char *name; /* flag of the setting, see inr_setting_at */
    const char *what; /* for messages: the fields that have it */
    double first, step;
    int count;   /* candidates: first + i step */
    bool scales; /* a frequency: candidates are in proportion to the bins where those are more or
                    fewer than in two dimensions */
    bool (*has)(const struct inr_field_config *config);
    double (*get)(const struct inr_field_config *config);
    void (*set)(double value, struct inr_field_config *config);
};

/* NULL: not a knob. */
const struct inr_knob_row *inr_knob_row(enum inr_knob knob);

#endif
