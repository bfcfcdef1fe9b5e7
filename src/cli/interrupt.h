/* SPDX-License-Identifier: MIT
 *
 * interrupt.h - Ctrl-C once stops gracefully, twice kills.
 */
#ifndef INR_CLI_INTERRUPT_H
#define INR_CLI_INTERRUPT_H

#include <stdbool.h>

/* Catch SIGINT and SIGTERM, unless the program was started with them ignored. */
void inr_cli_interrupt_install(void);

/* True once one of them has arrived. */
bool inr_cli_interrupted(void);

#endif
