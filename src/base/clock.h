/* SPDX-License-Identifier: MIT
 *
 * clock.h - Time that only moves forward.
 */
#ifndef INR_BASE_CLOCK_H
#define INR_BASE_CLOCK_H

/* Seconds since some moment before the program started. */
double inr_now(void);

/* Seconds that the calling thread has computed. */
double inr_thread_seconds(void);

#endif
