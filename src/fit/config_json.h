/* SPDX-License-Identifier: MIT
 *
 * config_json.h - Settings from a JSON tree that may come from several files.
 */
#ifndef INR_FIT_CONFIG_JSON_H
#define INR_FIT_CONFIG_JSON_H

#include "fit/config.h"
#include "fit/json_tree.h"

/* As inr_fit_config_from_json; takes from the tree what it uses. `name` is for messages. */
enum inr_status inr_config_from_tree(struct inr_fit_config *config, json_t *root, const char *name,
                                     struct inr_error *err);

#endif
