/* SPDX-License-Identifier: MIT
 *
 * architecture.h - The table of architectures: how the layers of a field are joined. A row lays out
 * the tensors, compiles them into ops, and fills those that the initialisers do not know.
 */
#ifndef INR_FIELD_ARCHITECTURE_H
#define INR_FIELD_ARCHITECTURE_H

#include "field/build.h"
#include "field/layout.h"

enum inr_architecture_id {
    INR_ARCHITECTURE_MLP = 0,
    INR_ARCHITECTURE_SL2A = 1,
    INR_ARCHITECTURE_FOURIER_NET = 2,
    INR_ARCHITECTURE_GABOR_NET = 3,
    INR_ARCHITECTURE_NONE = 4,
    INR_ARCHITECTURE_NEURBF = 5
};

struct inr_architecture {
    int id; /* goes into files */
    const char *name;
    const char *summary;
    int first_activation; /* layer of the first one: 1 where layer 0 has none */
    bool scalar_only;     /* its activation reads and writes one real plane */
    bool reparam; /* hidden weights may be reparameterised, where the activation is such a one */
    /* What else it asks for; or NULL. */
    enum inr_status (*check)(const struct inr_field_config *config, struct inr_error *err);
    /* Rows that enter layer 0, where those are not the encoding's; or NULL. */
    int (*features)(const struct inr_field_config *config);
    void (*lay_out)(struct inr_layout *layout);
    void (*lay_out_frozen)(struct inr_layout *layout);    /* tensors that do not learn; or NULL */
    int (*build)(struct inr_builder *b);                  /* returns the output slot */
    void (*init)(struct inr_field *field, uint64_t seed); /* after inr_init_field's own; or NULL */
};

/* Rows have static storage. Lookups return NULL when there is no such row. */
size_t inr_architecture_count(void);
const struct inr_architecture *inr_architecture_at(size_t index);
const struct inr_architecture *inr_architecture_by_id(int id);

extern const struct inr_architecture inr_architecture_mlp;
extern const struct inr_architecture inr_architecture_sl2a;
extern const struct inr_architecture inr_architecture_fourier_net;
extern const struct inr_architecture inr_architecture_gabor_net;
extern const struct inr_architecture inr_architecture_none;
extern const struct inr_architecture inr_architecture_neurbf;

#endif
