/* SPDX-License-Identifier: MIT
 *
 * formula_double.c - The formulas in double.
 */
#define INR_REAL_DOUBLE
#include "formula_rows.h"

const struct formula_tables formula_double = FORMULA_TABLES;
