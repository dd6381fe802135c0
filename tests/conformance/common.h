/* What the conformance tests share: a card over a storage of this process that counts commits and survives the card,
 * an LPA and an SM-DP+ on it, installation of a profile in one call, and tables of commands with their answers and
 * reasons. Every function ends the test with a message if something is not as it must be. */
#ifndef SOFTEUICC_TESTS_CONFORMANCE_COMMON_H
#define SOFTEUICC_TESTS_CONFORMANCE_COMMON_H

#include "base/tlv.h"
#include "euicc.h"
#include "lpa.h"
#include "storage.h"

#include <check.h>

#define EID "89049032123451234512345678901235"
#define ISDR "A0000005591010FFFFFFFF8900000100"
#define ECASD "A0000005591010FFFFFFFF8900000200"
/* Profiles of the tests: ICCIDs as in EF.ICCID; AIDs in the order of installation (SGP.22 2.4.5: steps of 0100). */
#define ICCID(n) "9800101000000000" n "F1"
#define ICCID_1 ICCID("01")
#define ICCID_2 ICCID("02")
#define ICCID_3 ICCID("03")
#define ICCID_4 ICCID("04")
#define ICCID_UNKNOWN ICCID("99")
#define AID_1 "A0000005591010FFFFFFFF8900001000"
#define AID_2 "A0000005591010FFFFFFFF8900001100"
#define AID_3 "A0000005591010FFFFFFFF8900001200"
#define AID_UNKNOWN "A0000005591010FFFFFFFF890000FE00"

/* When the storage loses power: before a commit is written, or after that and before the card can answer. */
enum power_cut { CUT_NEVER, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT };

struct fixture {
    euicc *card;
    euicc_random *random;
    struct storage stored; /* what outlives the card */
    size_t commits;
    enum power_cut power_cut;
    struct buf random_first; /* what the card draws before its random source is asked */
    struct buf details;      /* what the card traced as EUICC_EVENT_DETAIL, one line each */
    struct kat *keys;
    struct smdpp *dp;
    struct lpa lpa;
};

/* ---- the card ---- */

/* A new card on, with an LPA on the basic channel that has selected the ISD-R. personality: NULL or lines that change
 * the default one; options: NULL or those of the LPA. */
void card_new(struct fixture *f, const char *personality, const struct lpa_options *options);
/* Only the card, off, without an LPA. */
void card_make(struct fixture *f, const char *personality);
void card_free(struct fixture *f);
/* Power cut: the card object goes without being asked, a new one starts over the same storage; the LPA selects again.
 */
void card_cut(struct fixture *f);
/* The same without an LPA and whatever comes of it: the result of euicc_create; *f->card is NULL unless EUICC_OK. */
int card_open_stored(struct fixture *f, struct euicc_diagnostic *why);
/* What is stored under this key; false: nothing. */
bool stored_get(const struct fixture *f, const char *key, struct slice *out);
void stored_put(struct fixture *f, const char *key, struct slice value);
void stored_delete(struct fixture *f, const char *key);
/* The card is thrown away and its storage emptied. */
void stored_clear(struct fixture *f);
/* Keys that start so. */
size_t stored_count(const struct fixture *f, const char *prefix);
/* What the keys of profiles that start so cost of the card's memory: name, value and 16 bytes each. */
size_t stored_cost(const struct fixture *f, const char *prefix);
void card_reset(struct fixture *f);
void card_power_cycle(struct fixture *f);

/* ---- profiles ---- */

struct wanted {
    const char *iccid;  /* hex as in EF.ICCID */
    int profile_class;  /* 0 test, 1 provisioning, 2 operational; as TLV 95 always */
    uint32_t ppr;       /* named bits: 1 << 1 PPR1, 1 << 2 PPR2 */
    const char *owner;  /* content of B7 in hex, "800300F110" is 001/01; NULL: none */
    const char *notify; /* content of B6 in hex; NULL: none */
    const char *extra;  /* TLVs behind the other ones in BF25, in hex */
    const char *name;   /* NULL: "profile" */
    const char *icon;   /* content of 94 in hex, a PNG; NULL: none */
};
#define OPERATIONAL 2
#define PROVISIONING 1
#define TEST_CLASS 0
#define RULE_PPR1 (1u << 1)
#define RULE_PPR2 (1u << 2)
#define OWNER_00101 "800300F110"
/* Events to one address each or all to one; content of B6. */
#define ADDRESS_HEX "74657374736D6470706C7573312E6578616D706C652E636F6D" /* testsmdpplus1.example.com */
#define NOTIFY(bits) "301F8002" bits "8119" ADDRESS_HEX
#define NOTIFY_ALL NOTIFY("04F0")

/* StoreMetadata (BF25) and package for it. */
void wanted_metadata(const struct wanted *w, struct buf *metadata);
void wanted_package(const struct wanted *w, struct buf *package);
/* Installs it; the number of its PIR. */
uint32_t install(struct fixture *f, const struct wanted *w);
/* A plain operational profile with all notifications. */
uint32_t install_plain(struct fixture *f, const char *iccid);
/* Tries to; bppCommandId and errorReason must be these. */
void install_refused(struct fixture *f, const struct wanted *w, int command, int reason);

/* ---- tables ---- */

/* One command or ES10 request and what has to come of it, as put_hex() takes it. A reason is expected if `function` is
 * not NULL, and then clause is compared exactly, `expected` and `came` must be contained in the reason's words. */
struct row {
    const char *what;
    const char *request;
    const char *answer; /* APDUs: data and status word. ES10: the response, or "=" and a status word */
    const char *function, *clause, *expected, *came;
    long offset; /* checked if there is a reason: NO_OFFSET, or the byte */
};
#define NO_OFFSET (-1L)
/* The end of a row that is not refused. */
#define FINE NULL, NULL, NULL, NULL, NO_OFFSET
#define ROWS(table) (table), sizeof(table) / sizeof(table)[0]

/* One APDU at the card itself: nothing is fetched, nothing repeated. */
void apdu_row(struct fixture *f, const struct row *row);
void apdu_rows(struct fixture *f, const struct row *rows, size_t n);
/* One request through the LPA's STORE DATA and GET RESPONSE. */
void es10_row(struct fixture *f, const struct row *row);
void es10_rows(struct fixture *f, const struct row *rows, size_t n);
/* Without a reason. */
void apdu(struct fixture *f, const char *request, const char *answer);
void es10(struct fixture *f, const char *request, const char *answer);

/* Appends what the digits spell; blanks are skipped, and "(..)" is a DER length and its content: "BF3E(5C(5A))". */
void put_hex(struct buf *b, const char *digits);
void assert_hex(struct slice came, const char *digits, const char *what);

/* The state by name of the n-th profile in the list of GetProfilesInfo: by ICCID. -1: no such profile. */
int state_of(struct fixture *f, const char *iccid);
uint32_t free_memory(struct fixture *f);
/* Sequence numbers and events as text, "3e 4i": i install, e enable, d disable, x delete, R for results. */
void assert_notifications(struct fixture *f, const char *expected);
void remove_notifications(struct fixture *f);

/* A test program in one line. */
int run_suite(Suite *suite);

#endif
