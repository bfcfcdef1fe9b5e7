/* SPDX-License-Identifier: MIT
 *
 * folder_case.h - A folder of its own for every test, gone with what is in it.
 */
#ifndef INR_TEST_FOLDER_CASE_H
#define INR_TEST_FOLDER_CASE_H

#include <stddef.h>

/* Set-up and tear-down of cmocka. */
int make_folder(void **state);
int remove_folder(void **state);

const char *folder_path(void);

/* The path of a file in it; good until the fourth call after. */
const char *in_folder(const char *name);

/* Write a file and give its path. */
const char *save(const char *name, const void *bytes, size_t size);

/* Files and folders in it. */
size_t count_files(void);

#endif
