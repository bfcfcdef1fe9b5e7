/* SPDX-License-Identifier: MIT
 *
 * place.h - Where the slots and gradients of a plan lie.
 */
#ifndef INR_EXEC_CPU_PLACE_H
#define INR_EXEC_CPU_PLACE_H

#include "exec/cpu/plan.h"

enum inr_cpu_gradient {
    INR_CPU_GRADIENT_NONE,     /* never exists */
    INR_CPU_GRADIENT_IN_PLACE, /* over the values */
    INR_CPU_GRADIENT_PASSING,  /* until op `until` has run backwards */
    INR_CPU_GRADIENT_STAYS     /* until the weight gradients */
};

/* What the ops do with one slot. */
struct inr_cpu_use {
    int writer; /* op, -1: slot 0 */
    int reads;  /* inputs that are this slot: one op may read it twice */
    int reader; /* last op that reads it, -1: none */
    bool live;  /* its gradient is needed */
    enum inr_cpu_gradient gradient;
    int until;
};

/* Set all places of the plan, whose ops are joined already; uses [n_slots]. Errors: INR_ERR_MEMORY.
 */
enum inr_status inr_cpu_place(struct inr_cpu_plan *plan, const struct inr_cpu_use *uses,
                              const struct inr_cpu_shape *shape, struct inr_error *err);

#endif
