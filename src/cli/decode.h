/* Data objects of SGP.22 as rows that people can read, for `softeuicc run -v`: one row a data object, with its tag, the
 * name that the specification gives it and its value in words. Table driven (src/names). What does not parse is
 * shown as far as it does and then says where it stops. Called by log.c. */
#ifndef SOFTEUICC_CLI_DECODE_H
#define SOFTEUICC_CLI_DECODE_H

#include "cli/text.h"

/* After that many rows of one object there is one more, "...", and no other. */
#define DECODE_ROWS_MAX 200

enum decode_what {
    DECODE_REQUEST,  /* ES10a, ES10b, ES10c request */
    DECODE_RESPONSE, /* its answer; ProfileInstallationResult */
    DECODE_SEGMENT,  /* a segment of a bound profile package: of what is protected only tag and size are shown */
};

/* Appends the rows, each with a line end before it, indented by `indent` blanks and two more for each level. */
void decode_text(struct buf *out, unsigned indent, enum decode_what what, struct slice object);
/* Writes member `key`: an array of {"depth", "tag", "name", "value", "bytes", "cut"}, without what a row has not. */
void decode_json(struct json *j, const char *key, enum decode_what what, struct slice object);

#endif
