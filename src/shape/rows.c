/* SPDX-License-Identifier: MIT
 *
 * rows.c - Finds equal rows of three words: vertices in one place, triangles of the same corners.
 */
#include "shape/shape_internal.h"

#include <stdlib.h>
#include <string.h>

enum inr_status inr_row_table_init(struct inr_row_table *table, size_t n, struct inr_error *err)
{
    size_t slots = 16;
    while (slots < n + n / 2)
        slots *= 2;
    table->mask = slots - 1;
    table->slots = calloc(slots, sizeof *table->slots);
    return table->slots ? INR_OK : inr_shape_no_memory(err, "mesh");
}

void inr_row_table_finish(struct inr_row_table *table)
{
    free(table->slots);
    table->slots = NULL;
}

/* The finaliser of MurmurHash3, once a word: neighbours on a lattice end far apart. */
static uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 33) * 0xFF51AFD7ED558CCDu;
    h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53u;
    return h ^ h >> 33;
}

uint32_t inr_row_table_add(struct inr_row_table *table, const uint32_t (*rows)[3], uint32_t i)
{
    const uint32_t *row = rows[i];
    size_t at = (size_t)mix(mix(mix(row[0]) ^ row[1]) ^ row[2]) & table->mask;
    for (; table->slots[at]; at = (at + 1) & table->mask) {
        const uint32_t other = table->slots[at] - 1;
        if (memcmp(rows[other], row, sizeof rows[i]) == 0)
            return other;
    }
    table->slots[at] = i + 1;
    return i;
}
