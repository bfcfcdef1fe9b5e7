/* SPDX-License-Identifier: MIT
 *
 * test_formula_double.c - The formulas in double: the second half of test_formula.
 */
#define INR_REAL_DOUBLE
#include "formula_table.h"

const struct formula_tables formula_double = FORMULA_TABLES;
