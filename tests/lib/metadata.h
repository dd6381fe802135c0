/* The readable metadata of a profile (profiles/NAME.metadata) as the StoreMetadataRequest of SGP.22 5.5.3 (BF25).
 * Used by programs that stand for an operator's back end: softeuicc-install, the demo's LPA, the bench.
 * profiles/README.md has the form of the file. */
#ifndef SOFTEUICC_TESTS_METADATA_H
#define SOFTEUICC_TESTS_METADATA_H

#include "base/buf.h"

/* What is said of a profile, before it is put into the order of the specification. */
struct metadata {
    uint8_t iccid[10]; /* as in EF.ICCID */
    bool has_iccid;
    struct buf provider;
    struct buf name;
    struct buf notify; /* entries of notificationConfigurationInfo */
    struct buf owner;  /* MCC and MNC, 3 bytes; empty: no owner */
    struct buf gid1;
    struct buf gid2;
    struct buf icon;
    uint8_t icon_type;     /* 0 JPEG, 1 PNG */
    uint8_t profile_class; /* 0 test, 1 provisioning, 2 operational */
    uint32_t rules;        /* bit 1 PPR1, bit 2 PPR2 */
    bool emergency;        /* ecallIndication, SGP.32 5.9.14 */
    bool fallback_allowed; /* SGP.32 5.9.14 */
};

/* An operational profile of which nothing else is said. */
void metadata_begin(struct metadata *m);
void metadata_free(struct metadata *m);
#define METADATA_LOCAL __attribute__((cleanup(metadata_free))) struct metadata
/* One line of the file: replaces what was said under this key before; notify adds. An icon lies in the folder of the
 * file `beside` (NULL: the current one). NULL, or what was expected. */
const char *metadata_set(struct metadata *m, const char *key, const char *value, const char *beside);
/* All lines of the file. False with one line in `error` that names file, line and what was expected. */
bool metadata_load(struct metadata *m, const char *path, char *error, size_t error_size);
/* What metadata_plain() says. */
void metadata_fill(struct metadata *m, struct slice iccid, const char *name, const char *address);
/* Appends BF25. False without memory. */
bool metadata_write(const struct metadata *m, struct buf *request);

/* Reads the file and appends BF25. False with one line in `error` that names file, line and what was expected. */
bool metadata_read(const char *path, struct buf *request, char *error, size_t error_size);
/* A plain BF25 for a profile with this ICCID (10 bytes as in EF.ICCID): operational, no rules, and each of the four
 * notifications to `address`. */
void metadata_plain(struct slice iccid, const char *name, const char *address, struct buf *request);
/* The ICCID in the header of an unprotected profile package: its 10 bytes there, digits in reading order (SAIP
 * ProfileHeader), not swapped as in EF.ICCID and ES8+. False if the package does not begin with a header. */
bool metadata_package_iccid(struct slice package, struct slice *iccid);
/* From one order to the other: the digits of each of the 10 bytes change places. */
void metadata_iccid_swap(struct slice iccid, uint8_t out[10]);
/* ICCID digits from EF.ICCID's 10 bytes; out has room for 21 characters. */
void metadata_iccid_digits(struct slice iccid, char out[21]);
/* 18 to 20 digits to the 10 bytes of EF.ICCID; false if it is something else. */
bool metadata_iccid_bytes(const char *digits, uint8_t out[10]);

#endif
