/* SPDX-License-Identifier: MIT
 *
 * mesh_write.c - Meshes as PLY, OBJ and STL, clouds as lines of text, row by row, whole or not at
 * all.
 */
#define _XOPEN_SOURCE 700 /* newlocale */

#include "base/file.h"
#include "shape/shape_internal.h"

#include <locale.h>
#include <math.h>
#include <string.h>

/* Bytes in the order of the format, whatever the machine's. */
static uint8_t *put32(uint8_t *at, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(word >> 8 * i);
    return at + 4;
}

static uint8_t *put_floats(uint8_t *at, const float *values)
{
    for (int d = 0; d < 3; d++) {
        uint32_t word;
        memcpy(&word, values + d, sizeof word);
        at = put32(at, word);
    }
    return at;
}

/* A failed write shows at commit; `ferror` only ends the work early. */
static void write_ply(FILE *out, const struct inr_mesh *m)
{
    uint8_t row[24];
    fprintf(out,
            "ply\nformat binary_little_endian 1.0\ncomment written by inrush\nelement vertex %zu\n"
            "property float x\nproperty float y\nproperty float z\n%s",
            m->n_vertices,
            m->normals ? "property float nx\nproperty float ny\nproperty float nz\n" : "");
    if (m->triangles)
        fprintf(out, "element face %zu\nproperty list uchar int vertex_indices\n", m->n_triangles);
    fputs("end_header\n", out);
    for (size_t i = 0; i < m->n_vertices && !ferror(out); i++) {
        uint8_t *end = put_floats(row, m->vertices + 3 * i);
        if (m->normals)
            end = put_floats(end, m->normals + 3 * i);
        fwrite(row, 1, (size_t)(end - row), out);
    }
    for (size_t i = 0; i < m->n_triangles && !ferror(out); i++) {
        uint8_t *end = row + 1;
        row[0] = 3;
        for (size_t k = 0; k < 3; k++)
            end = put32(end, m->triangles[3 * i + k]);
        fwrite(row, 1, 13, out);
    }
}

static void write_obj(FILE *out, const struct inr_mesh *m)
{
    fputs("# written by inrush\n", out);
    for (size_t i = 0; i < m->n_vertices && !ferror(out); i++) {
        const float *v = m->vertices + 3 * i;
        fprintf(out, "v %.9g %.9g %.9g\n", (double)v[0], (double)v[1], (double)v[2]);
    }
    for (size_t i = 0; m->normals && i < m->n_vertices && !ferror(out); i++) {
        const float *n = m->normals + 3 * i;
        fprintf(out, "vn %.6g %.6g %.6g\n", (double)n[0], (double)n[1], (double)n[2]);
    }
    for (size_t i = 0; i < m->n_triangles && !ferror(out); i++) {
        const uint32_t *t = m->triangles + 3 * i;
        const size_t a = (size_t)t[0] + 1, b = (size_t)t[1] + 1, c = (size_t)t[2] + 1;
        if (m->normals)
            fprintf(out, "f %zu//%zu %zu//%zu %zu//%zu\n", a, a, b, b, c, c);
        else
            fprintf(out, "f %zu %zu %zu\n", a, b, c);
    }
}

static void write_stl(FILE *out, const struct inr_mesh *m)
{
    uint8_t row[84] = "inrush"; /* not "solid", which would mean text */
    put32(row + 80, (uint32_t)m->n_triangles);
    fwrite(row, 1, 84, out);
    for (size_t i = 0; i < m->n_triangles && !ferror(out); i++) {
        double n[3];
        float unit[3] = {0};
        inr_mesh_cross(m, i, n);
        const double length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        for (int d = 0; d < 3 && length > 0.0; d++)
            unit[d] = (float)(n[d] / length);
        uint8_t *end = put_floats(row, unit);
        for (size_t k = 0; k < 3; k++)
            end = put_floats(end, m->vertices + 3 * (size_t)m->triangles[3 * i + k]);
        end[0] = end[1] = 0;
        fwrite(row, 1, 50, out);
    }
}

static void write_xyz(FILE *out, const struct inr_mesh *m)
{
    for (size_t i = 0; i < m->n_vertices && !ferror(out); i++) {
        const float *v = m->vertices + 3 * i;
        fprintf(out, "%.9g %.9g %.9g", (double)v[0], (double)v[1], (double)v[2]);
        if (m->normals) {
            const float *n = m->normals + 3 * i;
            fprintf(out, " %.6g %.6g %.6g", (double)n[0], (double)n[1], (double)n[2]);
        }
        fputc('\n', out);
    }
}

static const struct format {
    const char *suffix;
    void (*write)(FILE *, const struct inr_mesh *);
    bool meshes, clouds;
} formats[] = {{".ply", write_ply, true, true},
               {".obj", write_obj, true, true},
               {".stl", write_stl, true, false},
               {".xyz", write_xyz, false, true}};

static const struct format *format_of(const char *path)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (inr_shape_has_suffix(path, formats[i].suffix))
            return &formats[i];
    return NULL;
}

bool inr_mesh_can_write(const char *path)
{
    return format_of(path) != NULL;
}

enum inr_status inr_mesh_check_write(const char *path, bool cloud, struct inr_error *err)
{
    const struct format *format = format_of(path);
    if (!format)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: the suffix names no mesh format that can be written; use .ply, .obj "
                        "or .stl, or .xyz for points",
                        path);
    if (cloud && !format->clouds)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: STL holds triangles only; write a cloud of points as .ply or .xyz",
                        path);
    if (!cloud && !format->meshes)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: holds points only; write a mesh as .ply, .obj or .stl", path);
    return INR_OK;
}

enum inr_status inr_mesh_write(const char *path, const struct inr_mesh *mesh, struct inr_error *err)
{
    struct inr_outfile out;
    enum inr_status status = inr_mesh_check_write(path, !mesh->triangles, err);
    if (status != INR_OK)
        return status;
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return inr_shape_no_memory(err, path);
    status = inr_outfile_open(&out, path, err);
    if (status == INR_OK) {
        locale_t before = uselocale(plain);
        format_of(path)->write(out.stream, mesh);
        uselocale(before);
        status = inr_outfile_commit(&out, err);
    }
    freelocale(plain);
    return status;
}
