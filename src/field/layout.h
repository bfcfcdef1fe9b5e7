/* SPDX-License-Identifier: MIT
 *
 * layout.h - A field without its parameters: names, shapes and counts, for those who bring the
 * values.
 */
#ifndef INR_FIELD_LAYOUT_H
#define INR_FIELD_LAYOUT_H

#include "inrush/field.h"

/* As inr_field_create, but params stays NULL: reading a file checks the sizes against the file
 * before it allocates. inr_field_free releases it, params included (malloc) where the caller set
 * them. */
enum inr_status inr_field_layout(const struct inr_field_config *config, struct inr_field **out,
                                 struct inr_error *err);

#endif
