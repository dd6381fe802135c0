/* The SM-DP+ side of the bench programs: the test double with the SGP.26 keys and one package that it hands out under
 * any ICCID. */
#ifndef SOFTEUICC_TOOLS_BENCH_SERVER_H
#define SOFTEUICC_TOOLS_BENCH_SERVER_H

#include "lpa.h"

struct server {
    struct kat *keys;
    struct smdpp *dp;
    struct buf package;
    struct buf metadata;
    uint8_t iccid[10]; /* of what is offered, as in EF.ICCID */
};

/* package: the unprotected profile package; it is copied. */
void server_init(struct server *server, struct slice package);
/* The package, its header and its metadata get the ICCID 8900000000000<number>. */
void server_offer(struct server *server, unsigned number);
void server_free(struct server *server);
/* Deletes the profile and removes all notifications, so that the next download finds the card as the last one did. */
void server_clean_up(struct lpa *lpa, struct slice iccid);
/* The 12 KB package of a real session (TS.48), from tests/kat. */
void server_real_package(struct buf *package);

/* Appends a whole file; ends the program if it cannot be read. */
void bench_read_file(const char *path, struct buf *out);

#endif
