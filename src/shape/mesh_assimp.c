/* SPDX-License-Identifier: MIT
 *
 * mesh_assimp.c - All triangles of the scene that assimp reads from a file, placed by its nodes.
 *
 * Joining equal vertices, dropping bad triangles and the rest is left to inr_mesh_clean, which does
 * it for every reader alike.
 */
#include "shape/shape_internal.h"

#include <assimp/cimport.h>
#include <assimp/config.h>
#include <assimp/postprocess.h>
#include <assimp/scene.h>
#include <stdio.h>
#include <string.h>

/* Nodes nest at most this deep; a file that goes deeper is taken as damaged. */
#define MAX_DEPTH 4096

/* A node's place: rows of x' = A x + t. */
struct place {
    double m[3][4];
};

struct gather {
    const struct aiScene *scene;
    struct inr_mesh *mesh; /* NULL: count only */
    size_t vertices, triangles, depth;
    bool too_deep;
};

static struct place compose(const struct place *parent, const struct aiMatrix4x4 *t)
{
    const double child[4][4] = {
        {(double)t->a1, (double)t->a2, (double)t->a3, (double)t->a4},
        {(double)t->b1, (double)t->b2, (double)t->b3, (double)t->b4},
        {(double)t->c1, (double)t->c2, (double)t->c3, (double)t->c4},
        {0.0, 0.0, 0.0, 1.0},
    };
    struct place out;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++) {
            double sum = 0.0;
            for (int k = 0; k < 4; k++)
                sum += parent->m[r][k] * child[k][c];
            out.m[r][c] = sum;
        }
    return out;
}

/* A mirrored part would face inwards. */
static bool mirrors(const struct place *p)
{
    const double(*m)[4] = p->m;
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
               m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
               m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]) <
           0.0;
}

static void place_vertices(struct gather *g, const struct aiMesh *part, const struct place *place)
{
    for (unsigned v = 0; v < part->mNumVertices; v++) {
        const struct aiVector3D *p = &part->mVertices[v];
        float *out = g->mesh->vertices + 3 * (g->vertices + v);
        for (int r = 0; r < 3; r++)
            out[r] = (float)(place->m[r][0] * (double)p->x + place->m[r][1] * (double)p->y +
                             place->m[r][2] * (double)p->z + place->m[r][3]);
    }
}

/* A corner that is not there becomes an index past the end, which cleaning drops. */
static void place_triangles(struct gather *g, const struct aiMesh *part, bool turn)
{
    for (unsigned f = 0; f < part->mNumFaces; f++) {
        const struct aiFace *face = &part->mFaces[f];
        if (face->mNumIndices != 3)
            continue;
        if (g->mesh) {
            uint32_t *out = g->mesh->triangles + 3 * g->triangles;
            for (unsigned k = 0; k < 3; k++) {
                const unsigned index = face->mIndices[turn ? 2 - k : k];
                out[k] = index < part->mNumVertices ? (uint32_t)(g->vertices + index) : UINT32_MAX;
            }
        }
        g->triangles++;
    }
}

static void gather_node(struct gather *g, const struct aiNode *node, const struct place *parent)
{
    const struct place place = compose(parent, &node->mTransformation);
    if (g->depth > MAX_DEPTH) {
        g->too_deep = true;
        return;
    }
    for (unsigned i = 0; i < node->mNumMeshes; i++) {
        if (node->mMeshes[i] >= g->scene->mNumMeshes)
            continue;
        const struct aiMesh *part = g->scene->mMeshes[node->mMeshes[i]];
        if (g->mesh)
            place_vertices(g, part, &place);
        place_triangles(g, part, mirrors(&place));
        g->vertices += part->mNumVertices;
    }
    g->depth++;
    for (unsigned i = 0; i < node->mNumChildren; i++)
        gather_node(g, node->mChildren[i], &place);
    g->depth--;
}

static enum inr_status gather_scene(const struct aiScene *scene, const char *path,
                                    struct inr_mesh **out, struct inr_error *err)
{
    static const struct place here = {{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
    struct gather g = {.scene = scene};
    if (scene->mRootNode)
        gather_node(&g, scene->mRootNode, &here);
    if (g.too_deep)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: the nodes of the scene nest deeper than %d; export the mesh alone",
                        path, MAX_DEPTH);
    if (g.triangles == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: has no triangles; give a mesh, or a cloud of points as .ply or .xyz",
                        path);
    enum inr_status status = inr_mesh_create(g.vertices, g.triangles, false, out, err);
    if (status != INR_OK)
        return status;
    struct gather fill = {.scene = scene, .mesh = *out};
    gather_node(&fill, scene->mRootNode, &here);
    return INR_OK;
}

/* The reason assimp gives, on one line. That no reader knows the file needs no other words. */
static enum inr_status refused(const char *path, struct inr_error *err)
{
    char reason[200];
    const char *text = aiGetErrorString();
    if (!text || !text[0] || strncmp(text, "No suitable reader", 18) == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: is no mesh in a known format; give an OBJ, PLY, STL, GLB or OFF file",
                        path);
    snprintf(reason, sizeof reason, "%s", text);
    for (char *c = reason; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    for (size_t n = strlen(reason); n > 0 && strchr(" .", reason[n - 1]); n--)
        reason[n - 1] = '\0';
    return inr_fail(err, INR_ERR_INPUT, "%s: cannot be read as a mesh (%s); export it again", path,
                    reason);
}

enum inr_status inr_mesh_read_assimp(const char *path, struct inr_mesh **out, struct inr_error *err)
{
    const unsigned steps = aiProcess_Triangulate | aiProcess_ValidateDataStructure;
    struct aiPropertyStore *settings = aiCreatePropertyStore();
    *out = NULL;
    if (!settings)
        return inr_shape_no_memory(err, path);
    /* a motion file would otherwise become a mesh of its bones */
    aiSetImportPropertyInteger(settings, AI_CONFIG_IMPORT_NO_SKELETON_MESHES, 1);
    const struct aiScene *scene = aiImportFileExWithProperties(path, steps, NULL, settings);
    enum inr_status status = scene ? gather_scene(scene, path, out, err) : refused(path, err);
    if (scene)
        aiReleaseImport(scene);
    aiReleasePropertyStore(settings);
    return status;
}

bool inr_mesh_assimp_knows(const char *suffix)
{
    return aiIsExtensionSupported(suffix);
}
