/* The readable metadata of a profile (profiles/NAME.metadata) as the StoreMetadataRequest of SGP.22 5.5.3 (BF25).
 * Used by lpa_demo.c, which stands for an operator's back end here. profiles/README.md has the form of the file. */
#ifndef SOFTEUICC_TESTS_METADATA_H
#define SOFTEUICC_TESTS_METADATA_H

#include "base/buf.h"

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
