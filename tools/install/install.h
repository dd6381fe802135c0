/* softeuicc-install: a profile package into a card without an SM-DP+ (SGP.22 3.1.3), LPA and SM-DP+ in one program. It
 * is made of the doubles of tests/lib; the card is reached as any other LPA reaches it. */
#ifndef SOFTEUICC_TOOLS_INSTALL_H
#define SOFTEUICC_TOOLS_INSTALL_H

#include "cli/text.h"
#include "euicc.h"
#include "lpa.h"
#include "metadata.h"

#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_WRONG_USAGE = 2 };

/* One line to standard error, "softeuicc-install: " before it. Gives false. */
bool problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c ---- */

#define OVERRIDES_MAX 32

struct options {
    const char *package;
    const char *metadata;
    const char *card;
    const char *reader;
    const char *connect;
    const char *address;
    const char *pki;       /* NULL: the SGP.26 keys that are built in */
    const char *curve;     /* "nist", "brainpool", NULL: the first that the PKI has */
    const char *write_bpp; /* NULL: nowhere */
    size_t block;
    bool session_keys;
    bool enable;
    bool json;
    bool verbose;
    bool help;
    bool version;
    struct {
        const char *option; /* without "--" */
        const char *key;    /* in a metadata file */
        const char *value;
    } overrides[OVERRIDES_MAX]; /* in the order of the command line */
    size_t override_count;
};

/* False: a mistake; said. */
bool options_read(int argc, char **argv, struct options *out);
bool options_print_help(void);

/* ---- report.c: what is printed ---- */

/* Everything that one run found out; printed as JSON in the end with --json. */
struct report {
    const struct options *options;
    FILE *steps; /* for people; NULL: nowhere */
    char eid[33];
    char iccid[21];
    size_t package_size;
    size_t bpp_size;
    size_t segments;
    const char *stage; /* the step at work */
    char error[512];   /* of the step that failed; "" if none did */
    struct buf reason; /* what the card said last, if it is in this process; "" otherwise */
    int card_error;    /* code of an error response of ES10b, or of EnableProfile; -1: none */
    const char *card_error_name;
    bool has_result;
    struct smdpp_pir result; /* slices into the download's result */
    bool installed;
    bool enabled;
    size_t notifications; /* that wait in the card */
};

/* One step for people: its name in a column, then what came of it. Repeats the column with NULL. */
void report_step(struct report *report, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Notes why the step at work failed. Gives false. */
bool report_failure(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The result of the installation by names, with every PEStatus. */
void report_result(struct report *report);
/* The failure on standard error, or with --json the whole report on standard output. False: output failed. */
bool report_end(struct report *report);

/* ---- names.c: numbers of the specifications by name ---- */

const char *name_of_authenticate_error(int code);    /* SGP.22 5.7.13 */
const char *name_of_download_error(int code);        /* SGP.22 5.7.5 */
const char *name_of_command(int bpp_command_id);     /* SGP.22 2.5.6 */
const char *name_of_reason(int error_reason);        /* SGP.22 2.5.6 */
const char *name_of_enable_result(int code);         /* SGP.22 5.7.16 */
const char *name_of_element_status(uint32_t status); /* SAIP 8.10 */

/* ---- card.c: the card, wherever it is ---- */

struct card {
    struct lpa lpa;
    bool open;
    struct report *report;
    /* with --card only */
    struct euicc *euicc;
    euicc_file *file;
    euicc_random *random;
    char path[4096];
};

/* Opens file, reader or connection, powers the card on and selects the ISD-R. False; said in the report. */
bool card_open(struct card *card, const struct options *options, struct report *report);
/* Powers off and lets go. False: that did not work; said on standard error. */
bool card_close(struct card *card);

/* ---- server.c: who the SM-DP+ is ---- */

struct server {
    struct smdpp *dp;
    struct buf auth_certificate;
    struct buf pb_certificate;
    uint8_t seed[32]; /* all that the SM-DP+ draws follows from it */
    uint8_t keys[48]; /* profile protection keys */
    const char *curve;
};

bool server_open(struct server *server, const struct options *options);
void server_close(struct server *server);

/* ---- offer.c: what is to be installed ---- */

struct offer {
    struct buf package;
    struct buf metadata;      /* BF25 */
    char metadata_path[4096]; /* "": made from the package's header */
    char iccid[21];           /* of the metadata */
    char name[256];
    char provider[256];
};

/* Reads package and metadata, and sets the SM-DP+ to offer them. False: a file or option is wrong; said. */
bool offer_read(struct offer *offer, const struct options *options, struct report *report);
void offer_free(struct offer *offer);

/* ---- download.c ---- */

/* The whole installation, step by step. True if the profile is installed and, with --enable, enabled. */
bool download(struct card *card, struct server *server, const struct offer *offer, struct report *report,
              struct lpa_download_result *result);

#endif
