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

/* At power on and reset: an installation that was cut gets its result, installFailedDueToInterruption (SGP.22 2.5.6).
 */
MUST_USE enum err isdr_power_on(struct model *m);

/* One STORE DATA command (SGP.22 5.7.2). The response is empty for a block that is not the last. */
MUST_USE enum err isdr_store_data(struct model *m, struct isdr_chain *chain, uint8_t p1, uint8_t p2, struct slice data,
                                  struct buf *response);

/* Adds an association without an eIM's package, for the owner of the card file; `why` says what was wrong (ERR_DATA).
 */
MUST_USE enum err isdr_add_eim(struct model *m, struct slice configuration);

/* ES6.UpdateMetadata (SGP.22 5.4.1) for the enabled profile: the content of STORE DATA, BF2A. ERR_DATA if it is
 * malformed or changes what cannot be changed. */
MUST_USE enum err es6_update_metadata(struct model *m, struct slice request);
/* The AID by which a profile's own server names "the profile's ISD-P" (SGP.22 5.4.1). */
extern const uint8_t isdp_alias_aid[AID_SIZE];

enum es_interface { ES10A, ES10B, ES10C, ES8 };

/* In which cards a function exists: a set of these. */
#define SPEAKS_CONSUMER (1u << 0) /* SGP.22 */
#define SPEAKS_IOT_1_0 (1u << 1)  /* SGP.32 by version */
#define SPEAKS_IOT_1_1 (1u << 2)
#define SPEAKS_IOT_1_2 (1u << 3)
#define SPEAKS_ANY_RESET (1u << 4) /* either memory reset in every version */
unsigned es_spoken(const struct model *m);

/* One row a function: its tag in STORE DATA, its name and clause for people, who may call it when. */
struct es_function {
    uint32_t tag;
    enum es_interface interface;
    const char *name;
    const char *clause;
    unsigned spoken;
    bool read_only;            /* answers while a bound profile package loads */
    bool ends_loading;         /* GetEUICCChallenge, CancelSession: allowed while loading too (SGP.22 3.1.5) */
    bool refused_as_undefined; /* where it is not spoken it answers 127 rather than being unknown */
    enum err (*run)(struct model *m, struct slice request, struct buf *response);
};
/* NULL past the end. */
const struct es_function *es_function_at(size_t index);
const struct es_function *es_function_find(uint32_t tag);

#endif
