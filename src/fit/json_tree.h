/* SPDX-License-Identifier: MIT
 *
 * json_tree.h - JSON objects of settings: from text, values by their path, one laid over another.
 */
#ifndef INR_FIT_JSON_TREE_H
#define INR_FIT_JSON_TREE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "inrush/inrush.h"

/* A path is a key or "section.key". */

/* The object in `text`. Comments as in C and C++ are skipped, and keys become lower case, since
 * their case does not matter. json_decref *out. Errors: INR_ERR_INPUT with line and column. */
enum inr_status inr_tree_parse(const char *text, size_t size, const char *name, json_t **out,
                               struct inr_error *err);

/* The value at a path, borrowed; NULL: not there. */
json_t *inr_tree_get(const json_t *root, const char *path);

/* The same, removed from the tree: the caller releases it. */
json_t *inr_tree_take(json_t *root, const char *path);

/* Set the value at a path; releases it also on failure, and fails for NULL. */
bool inr_tree_put(json_t *root, const char *path, json_t *value);

/* Lay `over` over `base` as RFC 7386 describes: objects merge, null removes, all else replaces. */
bool inr_tree_merge(json_t *base, json_t *over);

#endif
