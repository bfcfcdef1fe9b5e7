/* SPDX-License-Identifier: MIT
 *
 * json_tree.c - JSON objects of settings: from text, values by their path, one laid over another.
 */
#include "fit/json_tree.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Comments become blanks, so that lines and columns in messages stay right. One that does not end
 * is left to the parser. */
static void blank_comments(char *text, size_t size)
{
    bool quoted = false;
    for (size_t i = 0; i + 1 < size; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        if (quoted || text[i] != '/' || (text[i + 1] != '/' && text[i + 1] != '*'))
            continue;
        const bool line = text[i + 1] == '/';
        size_t end = i + 2;
        while (end < size && !(line ? text[end] == '\n'
                                    : end > i + 2 && text[end - 1] == '*' && text[end] == '/'))
            end++;
        if (!line && end == size)
            return;
        end += !line;
        for (size_t k = i; k < end; k++)
            if (text[k] != '\n' && text[k] != '\r')
                text[k] = ' ';
        i = end - 1;
    }
}

/* A copy with keys in lower case, all the way down. */
static enum inr_status lower_keys(json_t *from, const char *name, json_t **out,
                                  struct inr_error *err)
{
    json_t *to = json_object(), *inner = NULL;
    const char *key;
    json_t *value;
    enum inr_status status = to ? INR_OK : INR_ERR_MEMORY;
    json_object_foreach(from, key, value)
    {
        char *lower = strdup(key);
        for (size_t i = 0; lower && lower[i]; i++)
            lower[i] = (char)tolower((unsigned char)lower[i]);
        if (!lower)
            status = INR_ERR_MEMORY;
        else if (json_object_get(to, lower))
            status = inr_fail(err, INR_ERR_INPUT, "%s: key \"%.80s\" is there twice", name, key);
        else if (!json_is_object(value))
            status = json_object_set(to, lower, value) == 0 ? INR_OK : INR_ERR_MEMORY;
        else if ((status = lower_keys(value, name, &inner, err)) == INR_OK)
            status = json_object_set_new(to, lower, inner) == 0 ? INR_OK : INR_ERR_MEMORY;
        free(lower);
        if (status != INR_OK)
            break;
    }
    if (status == INR_OK) {
        *out = to;
        return INR_OK;
    }
    json_decref(to);
    return status == INR_ERR_MEMORY ? inr_fail(err, status, "%s: out of memory", name) : status;
}

enum inr_status inr_tree_parse(const char *text, size_t size, const char *name, json_t **out,
                               struct inr_error *err)
{
    json_error_t where;
    *out = NULL;
    char *plain = malloc(size + 1);
    if (!plain)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory", name);
    memcpy(plain, text, size);
    blank_comments(plain, size);
    json_t *root = json_loadb(plain, size, JSON_REJECT_DUPLICATES, &where);
    free(plain);
    if (!root)
        return inr_fail(err, INR_ERR_INPUT, "%s:%d:%d: not valid JSON: %s", name, where.line,
                        where.column, where.text);
    enum inr_status status =
        json_is_object(root)
            ? lower_keys(root, name, out, err)
            : inr_fail(err, INR_ERR_INPUT, "%s:1:1: the settings must be a JSON object", name);
    json_decref(root);
    return status;
}

json_t *inr_tree_get(const json_t *root, const char *path)
{
    const char *dot = strchr(path, '.');
    const json_t *object = dot ? json_object_getn(root, path, (size_t)(dot - path)) : root;
    return json_object_get(object, dot ? dot + 1 : path);
}

/* The object that holds the last key of a path, and that key; NULL: there is none. */
static json_t *holder(json_t *root, const char *path, const char **key)
{
    const char *dot = strchr(path, '.');
    *key = dot ? dot + 1 : path;
    return dot ? json_object_getn(root, path, (size_t)(dot - path)) : root;
}

json_t *inr_tree_take(json_t *root, const char *path)
{
    const char *key;
    json_t *object = holder(root, path, &key);
    json_t *value = json_incref(json_object_get(object, key));
    if (value)
        json_object_del(object, key);
    return value;
}

bool inr_tree_put(json_t *root, const char *path, json_t *value)
{
    const char *key;
    json_t *object = holder(root, path, &key);
    if (!object) {
        object = json_object();
        if (json_object_setn_new(root, path, (size_t)(key - 1 - path), object) != 0)
            object = NULL;
    }
    /* Unlike json_object_set, _set_new releases the value on failure too, and accepts NULL. */
    return json_object_set_new(object, key, value) == 0;
}

bool inr_tree_merge(json_t *base, json_t *over)
{
    const char *key;
    json_t *value;
    json_object_foreach(over, key, value)
    {
        json_t *old = json_object_get(base, key);
        if (json_is_null(value))
            json_object_del(base, key);
        else if (json_is_object(value) && json_is_object(old)) {
            if (!inr_tree_merge(old, value))
                return false;
        } else if (json_object_set(base, key, value) != 0)
            return false;
    }
    return true;
}
