/* softeuicc-eim: an eIM for people without one (SGP.32): keys, associations, signed packages, explained results. It is
 * made of the doubles of tests/lib; the card is reached as any IPA reaches it. */
#ifndef SOFTEUICC_TOOLS_EIM_H
#define SOFTEUICC_TOOLS_EIM_H

#include "cli/text.h"
#include "euicc.h"
#include "ipa.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_WRONG_USAGE = 2 };

/* One line to standard error, "softeuicc-eim: " before it. Gives false. */
bool problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c ---- */

struct options {
    const char *command;
    const char *argument[2]; /* what stands behind the command; NULL: not there */
    const char *id;
    const char *fqdn;
    const char *id_type;
    const char *curve;
    const char *key;
    const char *counter;
    const char *token;
    const char *eid;
    const char *version;
    const char *spoil;
    const char *transaction;
    const char *output;
    const char *directory;
    const char *certificates;
    const char *ci;
    const char *package;
    const char *card;
    const char *reader;
    const char *connect;
    bool certificate;
    bool ask_token;
    bool no_token;
    bool initial;
    bool hex;
    bool request;
    bool response;
    bool keep;
    bool reset;
    bool json;
    bool verbose;
    bool help;
    bool show_version;
};

/* False: a mistake; said. */
bool options_read(int argc, char **argv, struct options *out);
bool options_print_help(void);
/* A decimal number from low to high; false, said with the name of the option, if it is none. */
bool options_number(const char *name, const char *text, int64_t low, int64_t high, int64_t *out);

/* ---- files.c ---- */

/* A file, or "-" for standard input; said. */
bool file_read(const char *path, struct buf *out);
/* Bytes that a file holds as DER or as hexadecimal text, or that `text` itself spells. */
bool file_or_hex(const char *text, struct buf *out);
/* Written under another name first, so that a failure leaves the old one. mode as in open(2). */
bool file_save(const char *path, struct slice content, unsigned mode);
/* Bytes to -o FILE, or as hexadecimal text to standard output. */
bool output_object(const struct options *o, struct slice object);

/* ---- state.c: the folder of an eIM ---- */

#define STATE_PATH_MAX 4096

/* DIR/eim.conf, DIR/eim.key, DIR/cards/EID, DIR/packages/TRANSACTION.der */
struct state {
    char directory[STATE_PATH_MAX];
    struct eim eim;
    bool ask_token; /* associations ask the card for a token */
    char card[33];  /* EID of the card whose state is in `eim`, "" if none */
};

bool state_create(const struct options *o, const char *directory);
bool state_open(struct state *state, const char *directory);
void state_close(struct state *state);
/* Counter, token, sequence number and key of a card from its file; a card without one starts at the initial counter. */
bool state_load_card(struct state *state, const char *eid);
bool state_save_card(const struct state *state);
/* Keeps a signed package, so that its result can be checked against it. */
bool state_keep_package(const struct state *state, const struct eim_package *package);
/* True if the package with this transaction identifier was kept. */
bool state_find_package(const struct state *state, struct slice transaction_id, struct buf *request);
/* add-eim FILE and self, for eim_script_read; ctx is the state. */
bool state_loader(void *ctx, const char *name, struct buf *out, char *why, size_t size);

/* ---- report.c: what is printed ---- */

#define REPORT_CHECKS_MAX 64

struct report {
    const struct options *options;
    struct buf text; /* for people */
    struct buf bytes;
    struct json json;
    bool in_objects; /* the array of objects is open */
    struct {
        char name[64];
        bool ok;
        char text[400];
    } checks[REPORT_CHECKS_MAX]; /* not printed in JSON yet */
    size_t check_count;
    bool wrong; /* something was found wrong */
};
void report_start(struct report *report, const struct options *options);
void report_free(struct report *report);
#define REPORT_LOCAL __attribute__((cleanup(report_free))) struct report
/* A line for people only. */
void report_line(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "key: value", in JSON a member. */
void report_fact(struct report *report, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_number(struct report *report, const char *key, int64_t number);
/* One object of the JSON array "objects". */
void report_open_object(struct report *report);
void report_close_object(struct report *report);
/* One check: what was looked at, whether it holds, and what was found. Gives ok. */
bool report_check(struct report *report, const char *name, bool ok, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Prints all of it. Gives the exit status. */
int report_end(struct report *report);

/* ---- explain.c ---- */

/* What is known when an object is explained; all may be empty. */
struct knowledge {
    struct state *state; /* NULL: no eIM is known */
    bool has_card_key;
    struct test_key card_key;
    const char *card_key_from;
    bool has_token;
    int64_t token;
};
/* Every member of the object, then what is wrong with it and what could be checked. */
bool explain_object(struct report *report, struct slice object, enum sgp32_version version, int direction,
                    const struct knowledge *knowledge);
enum { DIRECTION_UNKNOWN, DIRECTION_REQUEST, DIRECTION_RESPONSE };
/* Anchors: --ci FILE, or the SGP.26 test CIs. *out needs room for 4. */
bool anchors_read(const struct options *o, struct pki_anchor *out, size_t *n);

/* ---- card.c ---- */

struct card {
    struct ipa ipa;
    bool open;
    const struct options *options;
    char eid[33];
    /* with --card only */
    struct euicc *euicc;
    euicc_file *file;
    euicc_random *random;
    struct buf reason; /* what the card said last */
};
bool card_open(struct card *card, const struct options *o, enum sgp32_version version);
void card_close(struct card *card);
/* Says why the last function failed, with the card's own reason if it is in this process. Gives false. */
bool card_problem(const struct card *card, const char *what);

/* ---- the commands ---- */

int command_init(const struct options *o);
int command_association(const struct options *o);
int command_sign(const struct options *o);
int command_explain(const struct options *o);
int command_show(const struct options *o);
/* What an order points at. */
struct order_parts {
    struct test_key other_key; /* of --spoil key */
    struct buf transaction_id;
};
bool order_from_options(const struct options *o, struct state *state, struct order_parts *parts,
                        struct eim_order *order);
/* Signs the operations with all options, for the card whose state is loaded; keeps counter and package. */
bool sign_for_card(const struct options *o, struct state *state, const char *operations, struct eim_package *package);
int command_associate(const struct options *o); /* online.c */
int command_send(const struct options *o);
int command_results(const struct options *o);

#endif
