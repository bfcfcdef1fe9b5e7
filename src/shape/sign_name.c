/* SPDX-License-Identifier: MIT
 *
 * sign_name.c - Names of the ways to tell the inside.
 */
#include <string.h>

#include "inrush/shape.h"

static const struct {
    const char *name;
    enum inr_sign sign;
} names[] = {{"auto", INR_SIGN_AUTO},
             {"winding", INR_SIGN_WINDING},
             {"stab", INR_SIGN_STAB},
             {"normal", INR_SIGN_NORMAL},
             {"none", INR_SIGN_NONE}};

const char *inr_sign_name(enum inr_sign sign)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].sign == sign)
            return names[i].name;
    return "?";
}

bool inr_sign_by_name(const char *name, enum inr_sign *sign)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, name) == 0) {
            *sign = names[i].sign;
            return true;
        }
    return false;
}
