/* SPDX-License-Identifier: MIT
 *
 * config_file.c - Settings from a file, laid over those of the file it names as its parent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fit/config_json.h"

/* A configuration is a page of text; this stops a mistyped image or model early. */
#define BYTES_MAX (UINT64_C(1) << 20)
/* A chain that is longer goes in a circle. */
#define PARENTS_MAX 8

static enum inr_status read_tree(const char *path, json_t **out, struct inr_error *err)
{
    uint8_t *text = NULL;
    size_t size = 0;
    *out = NULL;
    enum inr_status status = inr_file_read(path, BYTES_MAX, &text, &size, err);
    if (status == INR_OK)
        status = inr_tree_parse((const char *)text, size,
                                strcmp(path, "-") == 0 ? "standard input" : path, out, err);
    free(text);
    return status;
}

/* `parent` as seen from the folder of `path`; free() it. NULL: out of memory. */
static char *beside(const char *path, const char *parent)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash && parent[0] != '/' ? (size_t)(slash - path) + 1 : 0;
    const size_t n = strlen(parent) + 1;
    char *out = malloc(folder + n);
    if (out) {
        memcpy(out, path, folder);
        memcpy(out + folder, parent, n);
    }
    return out;
}

/* Replace *tree, of the file at *path, by its parent's with *tree laid over it; *path becomes the
 * parent's. */
static enum inr_status inherit(json_t **tree, char **path, struct inr_error *err)
{
    json_t *base = NULL, *parent = inr_tree_take(*tree, "parent");
    const char *name = json_string_value(parent);
    char *found = name ? beside(*path, name) : NULL;
    enum inr_status status = INR_OK;
    if (!name || !name[0])
        status = inr_fail(err, INR_ERR_INPUT, "%s: parent: must be the name of a file", *path);
    else if (!found)
        status = inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", *path);
    if (status == INR_OK)
        status = read_tree(found, &base, err);
    if (status == INR_OK && !inr_tree_merge(base, *tree))
        status = inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", *path);
    json_decref(parent);
    if (status != INR_OK) {
        json_decref(base);
        free(found);
        return status;
    }
    json_decref(*tree);
    free(*path);
    *tree = base;
    *path = found;
    return INR_OK;
}

enum inr_status inr_fit_config_read(struct inr_fit_config *config, const char *path,
                                    struct inr_error *err)
{
    json_t *tree = NULL;
    char *at = beside("", path);
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    if (!at)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", name);
    enum inr_status status = read_tree(path, &tree, err);
    for (int n = 0; status == INR_OK && inr_tree_get(tree, "parent"); n++)
        status = n < PARENTS_MAX
                     ? inherit(&tree, &at, err)
                     : inr_fail(err, INR_ERR_INPUT,
                                "%s: parent: more than %d files inherit from each other: do they "
                                "go in a circle?",
                                name, PARENTS_MAX);
    if (status == INR_OK)
        status = inr_config_from_tree(config, tree, name, err);
    json_decref(tree);
    free(at);
    return status;
}
