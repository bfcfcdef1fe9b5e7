/* SPDX-License-Identifier: MIT
 *
 * fuzz_config.c - Any bytes as settings: refused with a sentence, or printed and read back alike.
 */
#include <stdlib.h>
#include <string.h>

#include "inrush/fit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print(const struct inr_fit_config *config)
{
    char *text = inr_fit_config_to_json(config);
    if (!text)
        abort();
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inr_fit_config config, again;
    struct inr_error err = {0};
    if (inr_fit_preset("siren", &config, &err) != INR_OK)
        abort();
    again = config;
    enum inr_status status =
        inr_fit_config_from_json(&config, (const char *)data, size, "input", &err);
    if (status != INR_OK && !err.text[0])
        abort();
    char *first = print(&config);
    if (inr_fit_config_from_json(&again, first, strlen(first), "again", NULL) != INR_OK)
        abort();
    char *second = print(&again);
    if (strcmp(first, second) != 0)
        abort();
    free(first);
    free(second);
    return 0;
}
