/* SPDX-License-Identifier: MIT
 *
 * cells.c - Builds the tree of cells from the top down: the candidates of a cell are what remains
 * of its parent's.
 *
 * With D the distance of the K-th candidate from the cell's middle and h half its diagonal, no
 * candidate farther than D + 2 h is among the K nearest of any point of the cell. Nor is one that K
 * others are closer than at every point of it: that j is closer than i is a linear inequality,
 * which holds all over a box when it does so at the worst of its corners.
 */
#include "field/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/formula.h"

#define DEPTH_MAX 6             /* halvings below the top */
#define TOP_MAX   20            /* bits of all its axes */
#define RIVALS(k) (2 * (k) + 3) /* nearest candidates that others are compared with */
#define SLACK     2e-6          /* of the domain: coordinates are floats */
#define EACH      64   /* words a centre for which cells are split; the top may take more ... */
#define MOST_EACH 1024 /* ... up to this, where centres lie as on a sphere */
#define MOST_ANY  ((size_t)1 << 22)
#define WORDS_MAX ((size_t)1 << 30) /* offsets have 31 bits */

struct box {
    double middle[3], half[3]; /* scaled */
};

/* A cell whose word is not written yet. */
struct cell {
    uint32_t at[INR_MAX_DIMS];
    size_t word;
    size_t begin, n; /* its candidates, in the level's lists */
    bool split;
};

struct length {
    size_t n, cell;
};

/* The cells of one depth. */
struct level {
    struct cell *cells;
    size_t n, capacity;
    uint32_t *lists;
    size_t n_lists, lists_capacity;
};

struct tree {
    struct inr_cells *cells;
    const double *centres; /* [n][3], scaled */
    size_t n, capacity, most;
    double metric[INR_MAX_DIMS], slack;
    int nearest;
    bool failed;
};

struct rival {
    double squares; /* from the cell's middle */
    uint32_t index;
};

static double squares_from(const double *a, const double *b)
{
    double sum = 0.0;
    for (int k = 0; k < 3; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

/* The nearest candidates in order; of equals the first listed, which has the lesser index. */
static int find_rivals(const struct tree *t, const struct box *box, const uint32_t *list, size_t n,
                       struct rival *rivals)
{
    const int most = RIVALS(t->nearest);
    int found = 0;
    for (size_t i = 0; i < n; i++) {
        const struct rival r = {squares_from(t->centres + 3 * (size_t)list[i], box->middle),
                                list[i]};
        if (found == most && r.squares >= rivals[most - 1].squares)
            continue;
        int at = found < most ? found++ : most - 1;
        for (; at > 0 && rivals[at - 1].squares > r.squares; at--)
            rivals[at] = rivals[at - 1];
        rivals[at] = r;
    }
    return found;
}

/* j comes before i, (squares, index) in order, at every point of the box. */
static bool precedes(const struct tree *t, const struct box *box, const struct rival *j,
                     const struct rival *i)
{
    const double *a = t->centres + 3 * (size_t)j->index, *b = t->centres + 3 * (size_t)i->index;
    double apart = 0.0;
    for (int k = 0; k < t->cells->dims; k++)
        apart += (box->half[k] + t->slack) * fabs(a[k] - b[k]);
    return apart > 0.0 ? i->squares - j->squares > 2.0 * apart : j->index < i->index;
}

/* The candidates of a box among `list`; returns how many are in `kept` [n]. */
static size_t filter(const struct tree *t, const struct box *box, const uint32_t *list, size_t n,
                     uint32_t *kept)
{
    struct rival rivals[RIVALS(INR_KERNEL_NEAREST_MAX)];
    const int n_rivals = find_rivals(t, box, list, n, rivals);
    double diagonal = 0.0;
    for (int k = 0; k < 3; k++)
        diagonal += 4.0 * box->half[k] * box->half[k];
    const double reach = sqrt(rivals[t->nearest - 1].squares) + sqrt(diagonal) + t->slack;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const struct rival r = {squares_from(t->centres + 3 * (size_t)list[i], box->middle),
                                list[i]};
        if (r.squares > reach * reach)
            continue;
        int before = 0;
        for (int j = 0; j < n_rivals && rivals[j].squares <= r.squares && before < t->nearest; j++)
            before += precedes(t, box, &rivals[j], &r);
        if (before < t->nearest)
            kept[m++] = list[i];
    }
    return m;
}

/* Room for `more` elements behind the first n; *array may move. */
static void *grow(struct tree *t, void *array, size_t n, size_t more, size_t size, size_t *capacity)
{
    if (n + more <= *capacity || t->failed)
        return array;
    const size_t wanted = 2 * *capacity + more;
    void *grown = realloc(array, wanted * size);
    t->failed = !grown;
    if (!grown)
        return array;
    *capacity = wanted;
    return grown;
}

/* Room for n words; returns where they begin. */
static size_t reserve(struct tree *t, size_t n)
{
    struct inr_cells *c = t->cells;
    const size_t at = c->n_words;
    t->failed = t->failed || at + n > t->most;
    c->words = grow(t, c->words, at, n, sizeof *c->words, &t->capacity);
    if (t->failed)
        return 0;
    c->n_words += n;
    return at;
}

/* Append a cell with those of `list` that are candidates of its box. */
static void add_cell(struct tree *t, struct level *level, const struct box *box,
                     const uint32_t at[INR_MAX_DIMS], size_t word, const uint32_t *list, size_t n)
{
    level->cells = grow(t, level->cells, level->n, 1, sizeof *level->cells, &level->capacity);
    level->lists =
        grow(t, level->lists, level->n_lists, n, sizeof *level->lists, &level->lists_capacity);
    if (t->failed)
        return;
    struct cell *cell = &level->cells[level->n++];
    *cell = (struct cell){.word = word, .begin = level->n_lists};
    memcpy(cell->at, at, sizeof cell->at);
    cell->n = filter(t, box, list, n, level->lists + level->n_lists);
    level->n_lists += cell->n;
    t->failed = level->n_lists > t->most;
}

/* Cell `at` of a grid of 2^(bits + depth) cells an axis. */
static struct box box_of(const struct tree *t, const int *bits, int depth, const uint32_t *at)
{
    struct box box = {{0}, {0}};
    for (int a = 0; a < t->cells->dims; a++) {
        box.half[a] = ldexp(t->metric[a], -(bits[a] + depth));
        box.middle[a] = (2.0 * at[a] + 1.0) * box.half[a] - t->metric[a];
    }
    return box;
}

/* From cell `at` of a coarser grid to those of the top, halving the longest axis that has bits
 * left. */
static void add_top(struct tree *t, struct level *top, const int *bits, const uint32_t *at,
                    const uint32_t *list, size_t n)
{
    const struct inr_cells *c = t->cells;
    const struct box box = box_of(t, bits, 0, at);
    int axis = -1;
    size_t word = 0;
    for (int a = 0; a < c->dims; a++)
        if (bits[a] < c->bits[a] && (axis < 0 || box.half[a] > box.half[axis]))
            axis = a;
    if (axis < 0) {
        for (int a = c->dims - 1; a >= 0; a--)
            word = word << c->bits[a] | at[a];
        add_cell(t, top, &box, at, word, list, n);
        return;
    }
    uint32_t *kept = malloc(n * sizeof *kept), child[INR_MAX_DIMS];
    int finer[INR_MAX_DIMS];
    t->failed = t->failed || !kept;
    const size_t m = t->failed ? 0 : filter(t, &box, list, n, kept);
    memcpy(finer, bits, sizeof finer);
    memcpy(child, at, sizeof child);
    finer[axis]++;
    for (uint32_t upper = 0; upper < 2 && !t->failed; upper++) {
        child[axis] = 2 * at[axis] + upper;
        add_top(t, top, finer, child, kept, m);
    }
    free(kept);
}

static int longer_first(const void *a, const void *b)
{
    const struct length *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n ? 1 : -1) : x->cell < y->cell ? -1 : 1;
}

/* Mark the cells to split: the longest lists for which there are words, on the assumption that a
 * child's is half as long. */
static void choose_splits(struct tree *t, struct level *level, int depth)
{
    const size_t children = (size_t)1 << t->cells->dims, all = EACH * t->n;
    const size_t short_list = 2 * (size_t)t->nearest + 4; /* searched as soon as split */
    size_t words = t->cells->n_words + level->n_lists + level->n;
    struct length *lengths = malloc((level->n + 1) * sizeof *lengths);
    t->failed = t->failed || !lengths;
    for (size_t i = 0; i < level->n && !t->failed; i++)
        lengths[i] = (struct length){level->cells[i].n, i};
    if (!t->failed && depth < DEPTH_MAX) {
        qsort(lengths, level->n, sizeof *lengths, longer_first);
        for (size_t i = 0; i < level->n && lengths[i].n > short_list && words < all; i++) {
            words += children + (children > 2 ? (children / 2 - 1) * lengths[i].n : 0);
            level->cells[lengths[i].cell].split = true;
        }
    }
    free(lengths);
}

static void write_leaf(struct tree *t, const struct cell *cell, const uint32_t *list)
{
    const size_t at = reserve(t, cell->n + 1);
    if (t->failed)
        return;
    t->cells->words[cell->word] = (uint32_t)at << 1 | 1u;
    t->cells->words[at] = (uint32_t)cell->n;
    memcpy(t->cells->words + at + 1, list, cell->n * sizeof *list);
}

static void split(struct tree *t, const struct cell *cell, const uint32_t *list, int depth,
                  struct level *below)
{
    const int dims = t->cells->dims;
    const size_t children = (size_t)1 << dims, at = reserve(t, children);
    if (t->failed)
        return;
    t->cells->words[cell->word] = (uint32_t)at << 1;
    for (size_t k = 0; k < children; k++) {
        uint32_t child[INR_MAX_DIMS] = {0};
        for (int a = 0; a < dims; a++)
            child[a] = 2 * cell->at[a] + (uint32_t)(k >> a & 1u);
        const struct box box = box_of(t, t->cells->bits, depth + 1, child);
        add_cell(t, below, &box, child, at + k, list, cell->n);
    }
}

static void free_level(struct level *level)
{
    free(level->cells);
    free(level->lists);
    *level = (struct level){0};
}

/* Write the words of a level; returns the level below it, empty at the end. */
static struct level descend(struct tree *t, struct level *level, int depth)
{
    struct level below = {0};
    choose_splits(t, level, depth);
    for (size_t i = 0; i < level->n && !t->failed; i++) {
        const struct cell *cell = &level->cells[i];
        if (cell->split)
            split(t, cell, level->lists + cell->begin, depth, &below);
        else
            write_leaf(t, cell, level->lists + cell->begin);
    }
    return below;
}

/* About as many cells on top as centres, as cubic as halving allows. */
static int choose_bits(struct inr_cells *c, size_t n, const float *metric)
{
    double side[INR_MAX_DIMS];
    int all = 0;
    for (int a = 0; a < c->dims; a++)
        side[a] = (double)metric[a];
    for (; all < TOP_MAX && (size_t)2 << all <= n; all++) {
        int longest = 0;
        for (int a = 1; a < c->dims; a++)
            longest = side[a] > side[longest] ? a : longest;
        side[longest] *= 0.5;
        c->bits[longest]++;
    }
    return all;
}

static void grow_tree(struct tree *t, const uint32_t *all, int bits)
{
    struct level level = {0};
    const int none[INR_MAX_DIMS] = {0};
    const uint32_t whole[INR_MAX_DIMS] = {0};
    reserve(t, (size_t)1 << bits);
    if (!t->failed)
        add_top(t, &level, none, whole, all, t->n);
    for (int depth = 0; level.n > 0 && !t->failed; depth++) {
        struct level below = descend(t, &level, depth);
        t->cells->depth = depth;
        free_level(&level);
        level = below;
    }
    free_level(&level);
}

enum inr_status inr_cells_build(struct inr_cells *cells, const float *centres, size_t n, int dims,
                                const float *metric, int nearest, struct inr_error *err)
{
    *cells = (struct inr_cells){.dims = dims};
    struct tree t = {.cells = cells, .n = n, .most = MOST_ANY + MOST_EACH * n, .nearest = nearest};
    double *scaled = calloc(3 * n, sizeof *scaled);
    uint32_t *all = malloc(n * sizeof *all);
    const int bits = choose_bits(cells, n, metric);
    t.most = t.most < WORDS_MAX ? t.most : WORDS_MAX;
    t.centres = scaled;
    for (int a = 0; a < dims; a++) {
        t.metric[a] = (double)metric[a];
        t.slack = fmax(t.slack, SLACK * t.metric[a]);
    }
    for (size_t i = 0; scaled && all && i < n; i++) {
        all[i] = (uint32_t)i;
        for (size_t a = 0; a < (size_t)dims; a++)
            scaled[3 * i + a] = (double)centres[i * (size_t)dims + a] * t.metric[a];
    }
    t.failed = !scaled || !all;
    if (!t.failed)
        grow_tree(&t, all, bits);
    free(scaled);
    free(all);
    if (!t.failed)
        return INR_OK;
    inr_cells_free(cells);
    return inr_fail(err, INR_ERR_MEMORY, "out of memory to find the nearest of %zu kernels", n);
}

void inr_cells_free(struct inr_cells *cells)
{
    free(cells->words);
    *cells = (struct inr_cells){0};
}

const uint32_t *inr_cells_find(const struct inr_cells *cells, const float *x)
{
    const uint32_t *words = cells->words;
    uint32_t at[INR_MAX_DIMS] = {0}, top = 0;
    for (int a = cells->dims - 1; a >= 0; a--) {
        at[a] = enc_kernel_cell(x[a], 1u << (cells->bits[a] + cells->depth));
        top = top << cells->bits[a] | at[a] >> cells->depth;
    }
    uint32_t word = words[top];
    for (uint32_t level = (uint32_t)cells->depth; !enc_kernel_is_leaf(word);)
        word = words[enc_kernel_target(word) + enc_kernel_child(at[0], at[1], at[2], --level)];
    return words + enc_kernel_target(word);
}
