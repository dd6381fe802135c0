/* isdr: the ISD-R. STORE DATA chains come in, ES10a/b/c functions and bound profile packages are found in a table and
 * carried out on the model. SGP.22 v2.5 5.7. Called by src/card. */
#ifndef SOFTEUICC_ISDR_ISDR_H
#define SOFTEUICC_ISDR_ISDR_H

#include "model/model.h"

/* The bytes of a STORE DATA chain on one logical channel. */
struct isdr_chain {
    struct buf bytes;
    unsigned next_block; /* P2 that must come next; 0: no chain is open */
};
void isdr_chain_drop(struct isdr_chain *chain);

/* AID of the ISD-R (SGP.22 2.4.3). */
extern const uint8_t isdr_aid[AID_SIZE];

/* FCI: 6F {84 AID, A5 {9F65}, E0 {82 svn}} (SGP.22 5.7.1). */
void isdr_fci(const struct model *m, struct buf *out);

/* One STORE DATA command (SGP.22 5.7.2). The response is empty for a block that is not the last. */
MUST_USE enum err isdr_store_data(struct model *m, struct isdr_chain *chain, uint8_t p1, uint8_t p2, struct slice data,
                                  struct buf *response);

enum es_interface { ES10A, ES10B, ES10C, ES8 };

/* One row a function: its tag in STORE DATA, its name and clause for people, who may call it when. */
struct es_function {
    uint32_t tag;
    enum es_interface interface;
    const char *name;
    const char *clause;
    bool read_only;    /* answers while a bound profile package loads */
    bool ends_loading; /* GetEUICCChallenge, CancelSession: allowed while loading too (SGP.22 3.1.5) */
    enum err (*run)(struct model *m, struct slice request, struct buf *response);
};
/* NULL past the end. */
const struct es_function *es_function_at(size_t index);
const struct es_function *es_function_find(uint32_t tag);

#endif
