/* saip: the profile package of the TCA "eUICC Profile Package: Interoperable Format" (SAIP), as its decrypted bytes
 * arrive. It splits the stream into profile elements and installs each as soon as its last byte is there, into a store
 * of its own (model/isdp.h): files, PINs, keys, applications. Only when PE-End was right and SGP.22 found nothing
 * against it, saip_install_store() puts them into the card. Called by ES8+ LoadProfileElements in src/isdr.
 *
 * One row an element in elements.c, one file a family of elements. */
#ifndef SOFTEUICC_SAIP_SAIP_H
#define SOFTEUICC_SAIP_SAIP_H

#include "base/reason.h"
#include "base/tlv.h"
#include "model/isdp.h"

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

/* What the package says that SGP.22 compares with the profile's metadata. Slices lie in the installation. */
struct saip_facts {
    uint8_t header_iccid[10]; /* digits in order, not swapped */
    bool has_iccid, has_imsi, has_ust, has_gid1, has_gid2;
    struct slice iccid, imsi, ust, gid1, gid2; /* EF.ICCID, and files of the first USIM */
    bool has_key_for_operation;                /* an NAA key that a test profile may not have */
};

struct saip_install;

/* memory_free: bytes of the card's memory that the profile may take. */
MUST_USE enum err saip_install_new(struct saip_install **out, const struct personality *personality,
                                   size_t memory_free);
void saip_install_free(void *install);
void *saip_install_copy(const void *install);

/* `in` is what follows the bytes that earlier calls took. Installs each element that is whole; *taken: bytes of those.
 * ERR_DATA: the installation is aborted, the response says why and *reason too; ERR_MEMORY. */
MUST_USE enum err saip_install_feed(struct saip_install *install, struct slice in, size_t *taken,
                                    struct reason *reason);
/* The stream is over; `rest` was not taken: ERR_DATA if PE-End was not the last thing in it. */
MUST_USE enum err saip_install_end(struct saip_install *install, struct slice rest, struct reason *reason);
/* EUICCResponse: all warnings, then ok or the failure. */
void saip_install_response(const struct saip_install *install, struct buf *out);
/* After the end. */
MUST_USE enum err saip_install_facts(const struct saip_install *install, struct saip_facts *out);
/* The status that aborted, PE_OK if none did. */
enum pe_status saip_install_status(const struct saip_install *install);
/* What the contents cost of the card's memory. */
size_t saip_install_cost(const struct saip_install *install);
/* Puts everything that was built under the keys of this ISD-P. ERR_CORRUPT, and nothing put, unless the end was reached
 * and found right. */
MUST_USE enum err saip_install_store(const struct saip_install *install, const struct isdp *to);

#endif
