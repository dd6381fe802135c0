/* The names of well-known files; see fs_names.c. */
#ifndef SOFTEUICC_CLI_FS_NAMES_H
#define SOFTEUICC_CLI_FS_NAMES_H

#include "base/buf.h"

/* "EF.IMSI" of "ADF.USIM", 6F07; "" if the specifications have no name for it. `directory` is a name that this gave,
 * "MF", or "ADF.USIM", "ADF.ISIM", "ADF.CSIM". */
const char *fs_name(const char *directory, uint16_t fid);
/* "EF.ADN": what EF.PBR with these records says of a file of its directory; "" if nothing. */
const char *fs_phonebook_name(struct slice reference, size_t record_length, uint16_t fid);
/* Appends a path as the card traces it, "MF/ADF.USIM/6F07", with the names that are known: "MF/ADF.USIM/EF.IMSI". */
void fs_path_words(struct buf *out, struct slice path);

#endif
