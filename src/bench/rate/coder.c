/* SPDX-License-Identifier: MIT
 *
 * coder.c - The table of coders, and which of them are installed.
 */
#include "bench/rate/coder.h"

#include <stdio.h>
#include <string.h>

#include "base/process.h"

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* Each at its own defaults but for what makes files smaller at no cost in quality. */
static const struct inr_rate_coder table[] = {
    {.name = "weights", .family = "inr", .compress = inr_compress_image},
    {.name = "latent", .family = "inr", .compress = inr_compress_latent},
    {.name = "jpeg",
     .family = "codec",
     .encoder = "cjpeg",
     .decoder = "djpeg",
     .encode = WORDS("-quality", "%q", "-optimize", "-progressive", "-outfile", "%o", "%i"),
     .decode = WORDS("-outfile", "%o", "%i"),
     .version = "-version",
     .source = "ppm",
     .coded = "jpg",
     .decoded = "ppm",
     .least = 0,
     .most = 100,
     .whole = true},
    {.name = "webp",
     .family = "codec",
     .encoder = "cwebp",
     .decoder = "dwebp",
     .encode = WORDS("-q", "%q", "-m", "6", "%i", "-o", "%o"),
     .decode = WORDS("%i", "-o", "%o"),
     .version = "-version",
     .source = "png",
     .coded = "webp",
     .decoded = "png",
     .least = 0,
     .most = 100},
    {.name = "jpeg2000",
     .family = "codec",
     .encoder = "opj_compress",
     .decoder = "opj_decompress",
     .encode = WORDS("-I", "-r", "%q", "-i", "%i", "-o", "%o"),
     .decode = WORDS("-i", "%i", "-o", "%o"),
     .version = "-h",
     .source = "png",
     .coded = "jp2",
     .decoded = "png",
     .least = 4000,
     .most = 1,
     .log = true},
    {.name = "jxl",
     .family = "codec",
     .encoder = "cjxl",
     .decoder = "djxl",
     .encode = WORDS("%i", "%o", "-d", "%q"),
     .decode = WORDS("%i", "%o"),
     .version = "--version",
     .source = "png",
     .coded = "jxl",
     .decoded = "png",
     .least = 25,
     .most = 0.05,
     .log = true},
    {.name = "avif",
     .family = "codec",
     .encoder = "avifenc",
     .decoder = "avifdec",
     .encode = WORDS("--min", "0", "--max", "63", "-a", "end-usage=q", "-a", "cq-level=%q", "-s",
                     "4", "%i", "%o"),
     .decode = WORDS("%i", "%o"),
     .version = "--version",
     .source = "png",
     .coded = "avif",
     .decoded = "png",
     .least = 63,
     .most = 1,
     .whole = true},
};

const struct inr_rate_coder *inr_rate_coder_at(size_t index)
{
    return index < sizeof table / sizeof table[0] ? &table[index] : NULL;
}

/* Whether a list separated by commas holds a name. */
static bool names_it(const char *names, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || at[n] == '\0'))
            return true;
    return false;
}

static enum inr_status check_names(const char *names, struct inr_error *err)
{
    char all[200] = "";
    for (size_t i = 0; inr_rate_coder_at(i); i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", table[i].name);
    for (const char *at = names; at;) {
        const size_t n = strcspn(at, ",");
        bool known = false;
        for (size_t i = 0; inr_rate_coder_at(i); i++)
            known = known || (strlen(table[i].name) == n && strncmp(at, table[i].name, n) == 0);
        if (!known)
            return inr_fail(err, INR_ERR_USAGE, "--models %s: \"%.*s\" is none of %s", names,
                            (int)n, at, all);
        at = at[n] ? at + n + 1 : NULL;
    }
    return INR_OK;
}

/* The first number with a point in what the program says of itself. */
static void find_version(struct inr_rate_tool *tool)
{
    const char *const argv[] = {tool->encoder, tool->coder->version, NULL};
    struct inr_process_result said = {.text = ""};
    struct inr_error ignored = {0};
    snprintf(tool->version, sizeof tool->version, "%s", tool->coder->encoder);
    inr_process_run(argv, 10.0, NULL, NULL, &said, &ignored); /* help may end with any code */
    for (const char *at = said.text; *at; at++) {
        const size_t whole = strspn(at, "0123456789");
        size_t all = strspn(at, "0123456789.");
        while (all > 0 && at[all - 1] == '.')
            all--;
        if (whole > 0 && at[whole] == '.' && all > whole + 1) {
            snprintf(tool->version, sizeof tool->version, "%s %.*s", tool->coder->encoder,
                     (int)(all < 20 ? all : 20), at);
            return;
        }
        at += whole > 0 ? whole - 1 : 0;
    }
}

/* False: not installed, which is added to the list. */
static bool install(struct inr_rate_tool *tool, char *missing, size_t size)
{
    const struct inr_rate_coder *c = tool->coder;
    if (c->compress) {
        snprintf(tool->version, sizeof tool->version, "inrush %s", INR_VERSION);
        return true;
    }
    const bool encoder = inr_process_find(c->encoder, tool->encoder, sizeof tool->encoder);
    const bool decoder = inr_process_find(c->decoder, tool->decoder, sizeof tool->decoder);
    const size_t used = strlen(missing);
    if (!encoder || !decoder)
        snprintf(missing + used, size - used, "%s%s%s%s (%s)", used ? ", " : "",
                 encoder ? "" : c->encoder, encoder || decoder ? "" : " and ",
                 decoder ? "" : c->decoder, c->name);
    else
        find_version(tool);
    return encoder && decoder;
}

enum inr_status inr_rate_tools_find(const char *names, struct inr_rate_tool *tools, size_t *n,
                                    char *missing, size_t size, struct inr_error *err)
{
    enum inr_status status = names ? check_names(names, err) : INR_OK;
    *n = 0;
    missing[0] = '\0';
    for (size_t i = 0; status == INR_OK && inr_rate_coder_at(i); i++) {
        struct inr_rate_tool *tool = &tools[*n];
        if (names && !names_it(names, table[i].name))
            continue;
        *tool = (struct inr_rate_tool){.coder = &table[i]};
        if (install(tool, missing, size))
            (*n)++;
    }
    return status;
}
