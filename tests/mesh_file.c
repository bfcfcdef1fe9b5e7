/* SPDX-License-Identifier: MIT
 *
 * mesh_file.c - Reads, or fails the test.
 */
#include "mesh_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "folder_case.h"

struct inr_mesh *read_path(const char *path, struct inr_mesh_report *report)
{
    struct inr_mesh *mesh;
    struct inr_error err = {0};
    if (inr_mesh_read(path, &mesh, report, &err) != INR_OK)
        fail_msg("%s", err.text);
    return mesh;
}

struct inr_mesh *read_text(const char *name, const char *text, struct inr_mesh_report *report)
{
    return read_path(save(name, text, strlen(text)), report);
}
