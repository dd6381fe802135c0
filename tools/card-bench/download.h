/* Downloads as cases: one row says what is offered, what is wrong with it and which results are right
 * (SGP.22 2.5, 3.1.3, 5.5, 5.7.6). The SM-DP+ is the double of tests/lib; what the card signs is always verified. Used
 * by the tables of cases_between.c, cases_channel.c, cases_download.c, cases_element.c, cases_metadata.c,
 * cases_prepare.c and cases_retry.c. */
#ifndef SOFTEUICC_CARD_BENCH_DOWNLOAD_H
#define SOFTEUICC_CARD_BENCH_DOWNLOAD_H

#include "bench_bytes.h"

/* A card that the packages of profiles/ can be installed on, by an SM-DP+ of this curve. */
#define LOADS_P256 "isdr and usim and milenage and sgp26-nist"
#define LOADS_BP256 "isdr and usim and milenage and sgp26-brainpool"

/* The ICCID of profiles/tiny, as in EF.ICCID. */
#define TINY_ICCID "98001010000000000082"

/* Members of StoreMetadataRequest (5.5.3) in hexadecimal digits; NULL: as in a good one, "": left out. */
struct metadata_parts {
    const char *iccid; /* content of 5A */
    const char *service_provider;
    const char *name;
    const char *icon;
    const char *profile_class;
    const char *notifications;
    const char *owner;
    const char *rules;
    const char *rest; /* what else follows */
};

/* A change to the profile package. With `from`: the first such bytes in the first element with this tag become `to`;
 * "" is the end of the element. Without: `to` is put before this element, or the element left out if `to` is NULL.
 * Tag 0: `to` is put behind everything. Digits; lengths of elements follow, those inside them do not. */
struct edit {
    uint32_t element;
    const char *from;
    const char *to;
};

/* A right way for a download to end without a profile: the result says so, or (command STATUS_ONLY) a segment gets the
 * status word `reason` and there is no result. */
enum { STATUS_ONLY = -1 };
struct outcome {
    int command; /* bppCommandId */
    int reason;  /* errorReason; 0 ends the list */
};
/* Values of bppCommandId and errorReason (2.5.6). */
enum { INITIALISE = 0, CONFIGURE = 1, METADATA = 2, REPLACE = 4, ELEMENTS = 5 };
enum {
    INCORRECT = 1,
    SIGNATURE = 2,
    TRANSACTION = 3,
    CRT = 4,
    OPERATION = 5,
    CLASS = 6,
    STRUCTURE = 7,
    SECURITY = 8,
    EXISTS = 9,
    MEMORY = 10,
    INTERRUPTED = 11,
    ELEMENT = 12,
    MISMATCH = 13,
    TEST_KEY = 14,
    POLICY = 15,
    UNKNOWN = 127
};
/* For rows: .outcomes = LIST(OUT(METADATA, CLASS), ..). */
#define LIST(...)                                                                                                      \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define OUT(command, reason)                                                                                           \
    {                                                                                                                  \
        command, reason                                                                                                \
    }
/* A segment that begins with another tag than the one that is due is no segment, and the session stays (3.1.5). */
#define NO_SEGMENT OUT(STATUS_ONLY, 0x6a88)
#define OUTCOMES_MAX 6
#define EDITS_MAX 4

struct download {
    enum test_curve curve; /* of the SM-DP+ */
    const char *package;   /* of profiles/; NULL: tiny */
    struct edit edits[EDITS_MAX];
    struct metadata_parts metadata;
    const char *whole_metadata; /* digits instead of BF25 */
    const char *configure;      /* digits of BF24; NULL: BF2400 */
    bool keys;                  /* profile protection keys, so that there is a ReplaceSessionKeys */
    struct smdpp_profile offer; /* segment, metadata_segment, host_id, confirmation_code */
    struct smdpp_spoil spoil;
    struct lpa_download_options options;
    struct outcome outcomes[OUTCOMES_MAX]; /* which of them are right; none: the profile has to be installed */
    bool or_installed;                     /* besides them */
    int statuses[4];  /* simaResponse has one of these PEStatus and says aborted; 0: not looked at */
    bool iccid_stays; /* a profile with this ICCID was there before */
    const void *more; /* of a function of its own */
};

/* Initialises a slice of constant bytes. */
#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }

struct contents {
    size_t profiles;
    uint32_t applications;
    uint32_t free_memory;
};

struct rig {
    struct bench *b;
    const struct download *d;
    struct lpa *lpa;
    struct smdpp *dp;
    struct buf package;
    struct buf metadata;
    struct buf configure;
    struct buf good_package;
    struct buf good_metadata;
    struct contents before;
};
void rig_end(struct rig *r);
#define RIG_LOCAL __attribute__((cleanup(rig_end))) struct rig

/* LPA and SM-DP+, and the offer; d must outlive the rig. False: a verdict, here and below. */
bool rig_begin(struct rig *r, struct bench *b, const struct download *d);
/* The SM-DP+ offers what the row says; it offers the good profile, profiles/tiny, and nothing is wrong. */
void rig_offer(struct rig *r);
void rig_heal(struct rig *r);
/* Another SM-DP+ of SGP.26 in place of the one at work. */
bool rig_use_smdpp(struct rig *r, enum test_curve curve, int number);
/* What is on the card, into *out and r->before. */
bool rig_contents(struct rig *r, struct contents *out);
/* Expects what was there before: no profile and no memory more or less. Takes notifications off the card, since they
 * may lie in the same memory. */
bool rig_expect_unchanged(struct rig *r);
/* Expects that there is no session any more: CancelSession finds none. */
bool rig_expect_over(struct rig *r);
/* Expects that the good profile can be installed. */
bool rig_expect_good(struct rig *r);
/* Expects that this download, which has ended, installed its profile: listed once, disabled, as the result says. */
/* What stands before the package is for cases of its own: authentication and PrepareDownload. False: an error, the card
 * has not come to the package; a failure if the case is about the download as a whole. Called by the next two. */
bool rig_reached_package(struct bench *b, const struct lpa_download_result *result);
bool rig_expect_installed(struct rig *r, const struct lpa_download_result *result);
/* Expects one of the outcomes of the row, and of simaResponse what it says. */
bool rig_expect_outcome(struct rig *r, const struct lpa_download_result *result);
/* A session up to before `stage`; false is an error or a failure as the section says. */
bool rig_session(struct rig *r, enum lpa_stage stage);
/* One ES10 request in digits, anywhere in a download; its answer is in *data. */
bool rig_send(struct rig *r, const char *request, struct buf *data, uint16_t *sw);

/* The runners of most rows: the profile is installed; or one of the outcomes comes, nothing is left of the profile, the
 * session is over, and a good profile with the same ICCID is installed at once. */
void run_installed(struct bench *b);
void run_refused(struct bench *b);
/* The same for another download than the one of the row. */
void refuse(struct bench *b, const struct download *d);

/* ---- download_package.c ---- */

bool package_edit(struct buf *package, const struct edit *e);
bool package_insert(struct buf *package, uint32_t before, struct slice element);
/* The whole BF25. */
bool metadata_make(struct buf *out, const struct metadata_parts *parts);
/* EUICCResponse objects (SAIP 8.10): true if they hold this PEStatus. */
bool sima_has(struct slice responses, uint32_t status);
/* True if the last PEStatus is ok; if any says profileInstallationAborted. */
bool sima_ends_ok(struct slice responses);
bool sima_aborted(struct slice responses);

#endif
