/* saip: the profile package of the TCA "eUICC Profile Package: Interoperable Format" (SAIP), as its decrypted bytes
 * arrive. It splits the stream into profile elements, checks the header, their order and the end, and notes the facts
 * that SGP.22 5.5.5 compares with the metadata. Called by ES8+ LoadProfileElements in src/isdr.
 *
 * The seam for the installation into a file system is the element table in elements.c: one row an element, whose `take`
 * gets the whole element as soon as its last byte is there. */
#ifndef SOFTEUICC_SAIP_SAIP_H
#define SOFTEUICC_SAIP_SAIP_H

#include "base/reason.h"
#include "base/tlv.h"
#include "model/personality.h"

/* PEStatus (SAIP 8.10). */
enum pe_status {
    PE_OK = 0,
    PE_NOT_SUPPORTED = 1,
    PE_MEMORY_FAILURE = 2,
    PE_BAD_VALUES = 3,
    PE_NOT_ENOUGH_MEMORY = 4,
    PE_INVALID_REQUEST_FORMAT = 5,
    PE_INVALID_PARAMETER = 6,
    PE_RUNTIME_NOT_SUPPORTED = 7,
    PE_LIB_NOT_SUPPORTED = 8,
    PE_TEMPLATE_NOT_SUPPORTED = 9,
    PE_FEATURE_NOT_SUPPORTED = 10,
    PE_PIN_CODE_MISSING = 11,
    PE_UNSUPPORTED_PROFILE_VERSION = 31,
};

/* The content of an elementary file as far as facts need it. */
struct saip_file {
    bool present;
    uint8_t bytes[64];
    size_t n;
};

/* What the package says that SGP.22 compares with the profile's metadata. */
struct saip_facts {
    uint8_t header_iccid[10]; /* digits in order, not swapped */
    struct saip_file iccid;   /* EF.ICCID */
    struct saip_file imsi, ust, gid1, gid2;
    bool has_key_for_operation; /* an NAA key that a test profile may not have */
};

struct saip_check;

MUST_USE enum err saip_check_new(struct saip_check **out, const struct personality *personality);
void saip_check_free(void *check);
void *saip_check_copy(const void *check);

/* `package` is everything decrypted so far, *taken how much of it earlier calls took. Takes each element that is whole.
 * ERR_DATA: the installation is aborted, the response says why and *reason too; ERR_MEMORY. */
MUST_USE enum err saip_check_feed(struct saip_check *check, struct slice package, size_t *taken, struct reason *reason);
/* The stream is over: ERR_DATA if PE-End was not the last thing in it. */
MUST_USE enum err saip_check_end(struct saip_check *check, struct slice package, size_t taken, struct reason *reason);
/* EUICCResponse: all warnings, then ok or the failure. */
void saip_check_response(const struct saip_check *check, struct buf *out);
const struct saip_facts *saip_check_facts(const struct saip_check *check);
/* The status that aborted, PE_OK if none did. */
enum pe_status saip_check_status(const struct saip_check *check);

#endif
