/* Packages that cannot be installed, and profiles that may not be switched: what the result of a download and
 * EnableProfile say (SAIP 8.10, SGP.22 5.5.5, 5.7.16, 2.9.3.1). The packages are profiles/operational with one thing
 * wrong, from the SM-DP+ double. */
#define _GNU_SOURCE
#include "download.h"
#include "profile_life.h"

#include "base/tlv.h"
#include "cli/text.h"
#include "metadata.h"

#include <stdio.h>

enum { PE_PIN_CODES = 0xa2, PE_END = 0xaa, INSTALL_FAILED = 12, ANY_STATUS = -1 };

/* What of a failure a case looks at. */
enum look { LOOK_STATUS, LOOK_REASON, LOOK_GONE, LOOK_MEMORY, LOOK_AGAIN };

struct package {
    const char *from, *to; /* bytes in the package; NULL: */
    uint32_t drop;         /* the first element with this tag is left out */
    int status;            /* PEStatus; ANY_STATUS: a card may choose */
    enum look look;
};

static const char iccid[] = "98001010000000000001";

/* ---- the package ---- */

static bool replace(struct bench *b, struct buf *package, const struct package *p)
{
    BUF_LOCAL from = {0};
    BUF_LOCAL to = {0};
    if (!put_digits(&from, p->from) || !put_digits(&to, p->to) || from.n != to.n)
        return bench_verdict(b, VERDICT_ERROR, "no memory");
    uint8_t *at = package->n ? memmem(package->p, package->n, from.p, from.n) : NULL;
    if (!at) return bench_verdict(b, VERDICT_ERROR, "the package has no %s", p->from);
    memcpy(at, to.p, to.n);
    return true;
}

static bool make_package(struct bench *b, const struct package *p, struct buf *package)
{
    struct slice rest = bench_material("operational.der");
    bool dropped = !p->drop;
    while (rest.n) {
        const uint8_t *from = rest.p;
        struct tlv t;
        if (!tlv_next(&rest, &t)) return bench_verdict(b, VERDICT_ERROR, "the package does not read");
        bool drop = !dropped && t.tag == p->drop;
        if (drop)
            dropped = true;
        else
            buf_append(package, slice_of(from, (size_t)(rest.p - from)));
    }
    if (buf_err(package) != OK || !dropped) return bench_verdict(b, VERDICT_ERROR, "the package cannot be made");
    return !p->from || replace(b, package, p);
}

static struct smdpp *server(struct bench *b)
{
    const char *nist = facts_get(b->facts, "sgp26-nist");
    return bench_smdpp(b, nist && strcmp(nist, "no") == 0 ? TEST_BP256 : TEST_P256, 1);
}

static bool make_metadata(struct bench *b, const char *digits, uint32_t rules, struct buf *out)
{
    static const uint8_t network[] = {0x00, 0xf1, 0x10};
    METADATA_LOCAL m;
    BUF_LOCAL id = {0};
    metadata_begin(&m);
    if (!put_digits(&id, digits)) return bench_verdict(b, VERDICT_ERROR, "no memory");
    metadata_fill(&m, buf_slice(&id), "bench", "smdp.example.com");
    m.rules = rules;
    if (rules) {
        buf_reset(&m.owner);
        buf_append(&m.owner, SLICE(network));
    }
    return metadata_write(&m, out) || bench_verdict(b, VERDICT_ERROR, "no memory");
}

/* ---- packages that cannot be installed ---- */

/* EUICCResponse 30 {A0 {30 {80 PEStatus ..}} .., 81 aborted}: the first status that is not 0. */
static int status_of(struct slice response)
{
    struct tlv t;
    struct tlv list;
    struct tlv status;
    uint32_t number;
    if (!tlv_next(&response, &t) || t.tag != 0x30 || !tlv_find(t.value, 0xa0, &list)) return -2;
    while (tlv_next(&list.value, &t))
        if (tlv_find(t.value, 0x80, &status) && tlv_unsigned(status.value, &number) && number) return (int)number;
    return -2;
}

/* profileInstallationAborted (81) in the last EUICCResponse. */
static bool is_aborted(struct slice responses)
{
    struct tlv last = {0};
    struct tlv mark;
    for (struct tlv t; tlv_next(&responses, &t);)
        last = t;
    return last.tag == 0x30 && tlv_find(last.value, 0x81, &mark);
}

static void expect_gone(struct bench *b, struct lpa *lpa)
{
    struct lpa_profiles profiles;
    if (!lpa_get_profiles_info(lpa, (struct slice){0}, (struct slice){0}, &profiles)) {
        (void)bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo: %s", lpa->error);
        return;
    }
    (void)bench_expect(b, profiles.n == 0, b->row->clauses, "no profile", "%zu", profiles.n);
}

static bool free_memory(struct bench *b, struct lpa *lpa, uint32_t *out)
{
    uint32_t applications;
    return (lpa_get_euicc_info2(lpa) && lpa_read_free_memory(lpa, &applications, out)) ||
           bench_verdict(b, VERDICT_ERROR, "GetEUICCInfo2: %s", lpa->error);
}

static void expect_memory(struct bench *b, struct lpa *lpa, uint32_t before)
{
    uint32_t after = 0;
    if (lpa_process_notifications(lpa, NULL) < 0) {
        (void)bench_verdict(b, VERDICT_ERROR, "notifications: %s", lpa->error);
        return;
    }
    if (!free_memory(b, lpa, &after)) return;
    char wish[40];
    (void)snprintf(wish, sizeof wish, "%u bytes free again", (unsigned)before);
    (void)bench_expect(b, after >= before, b->row->clauses, wish, "%u", (unsigned)after);
}

static bool download(struct bench *b, struct lpa *lpa, const struct package *p, struct lpa_download_result *result)
{
    struct smdpp *dp = server(b);
    BUF_LOCAL package = {0};
    BUF_LOCAL metadata = {0};
    if (!dp || !make_package(b, p, &package) || !make_metadata(b, iccid, 0, &metadata)) return false;
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool done = lpa_download(lpa, dp, NULL, result);
    dp->profile = (struct smdpp_profile){0};
    return rig_reached_package(b, result) &&
           bench_expect(b, !done && result->stage == LPA_STAGE_RESULT && !result->result.success, b->row->clauses,
                        "a ProfileInstallationResult that tells a failure", "%s",
                        done ? "the profile was installed" : result->error);
}

static void expect_failure(struct bench *b, const struct package *p, const struct lpa_download_result *result)
{
    char wish[40];
    int status = status_of(result->result.sima_response);
    (void)snprintf(wish, sizeof wish, p->status == ANY_STATUS ? "a PEStatus" : "PEStatus %d", p->status);
    if (!bench_expect(b, p->status == ANY_STATUS ? status > 0 : status == p->status, b->row->clauses, wish, "%d",
                      status) ||
        p->status == ANY_STATUS)
        return;
    bool aborted = is_aborted(result->result.sima_response);
    (void)bench_expect(b, aborted, b->row->clauses, "profileInstallationAborted", "%s",
                       aborted ? "it is there" : "none");
}

static void expect_again(struct bench *b, struct lpa *lpa)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    struct smdpp *dp = server(b);
    if (!dp || !make_metadata(b, iccid, 0, &metadata)) return;
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = bench_material("operational.der")};
    bool done = lpa_download(lpa, dp, NULL, &result);
    dp->profile = (struct smdpp_profile){0};
    (void)bench_expect(b, done, b->row->clauses, "the whole package is installed", "%s", done ? "it is" : result.error);
}

static void run_package(struct bench *b)
{
    const struct package *p = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    LPA_DOWNLOAD_LOCAL result = {0};
    uint32_t before = 0;
    if (!lpa || !free_memory(b, lpa, &before) || !download(b, lpa, p, &result)) return;
    switch (p->look) {
    case LOOK_STATUS:
        expect_failure(b, p, &result);
        break;
    case LOOK_REASON:
        (void)bench_expect(b, result.result.reason == INSTALL_FAILED, b->row->clauses,
                           "installFailedDueToPEProcessingError(12)", "%d", result.result.reason);
        break;
    case LOOK_GONE:
        expect_gone(b, lpa);
        break;
    case LOOK_MEMORY:
        expect_memory(b, lpa, before);
        break;
    case LOOK_AGAIN:
        expect_again(b, lpa);
        break;
    }
}

/* ---- PPR1 ---- */

static bool install(struct bench *b, struct lpa *lpa, const char *name, const char *digits, uint32_t rules)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    char file[40];
    struct smdpp *dp = server(b);
    (void)snprintf(file, sizeof file, "%s.der", name);
    if (!dp || !make_metadata(b, digits, rules, &metadata)) return false;
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = bench_material(file)};
    bool done = lpa_download(lpa, dp, NULL, &result);
    dp->profile = (struct smdpp_profile){0};
    return done || bench_verdict(b, VERDICT_ERROR, "the download of %s failed: %s", name, result.error);
}

static int enable(struct lpa *lpa, const char *digits)
{
    BUF_LOCAL bytes = {0};
    BUF_LOCAL id = {0};
    if (!put_digits(&bytes, digits)) return -1;
    tlv_put(&id, 0x5a, buf_slice(&bytes));
    return lpa_enable_profile(lpa, buf_slice(&id), false);
}

/* While a profile with PPR1 is enabled no other operational one can be. */
static void run_rule(struct bench *b)
{
    static const char held[] = "98001010000000000082"; /* profiles/tiny */
    struct lpa *lpa = bench_lpa(b);
    b->section = SECTION_GIVEN;
    if (!lpa || !install(b, lpa, "tiny", held, 2) ||
        !bench_expect(b, enable(lpa, held) == 0, "", "the profile with PPR1 is enabled", "%s", lpa->error) ||
        !life_did(b, lpa_reset(lpa)) ||
        !life_expect(b, life_state(b, "89000101000000000028") == 1, "it is enabled after a reset", "it is not") ||
        !install(b, lpa, "operational", iccid, 0))
        return;
    b->section = SECTION_TEST;
    int code = enable(lpa, iccid);
    (void)bench_expect(b, code == 3, b->row->clauses, "disallowedByPolicy(3)", "%d", code);
}

/* ---- the table ---- */

#define CLAUSE "SAIP 8.10; SGP.22 5.5.5; UICC negative 30"
#define ROW(name, text, on, ...)                                                                                       \
    {                                                                                                                  \
        .id = "UICC.Package/" name, .family = "uicc", .title = text, .clauses = CLAUSE, .applies = (on),               \
        .state = "empty", .needs = NEED_SGP26, .destructive = true, .run = run_package,                                \
        .argument = &(const struct package){__VA_ARGS__},                                                              \
    }
#define FLAW(number, name, text, on, code, ...)                                                                        \
    ROW(number "0-" name, text ": its PEStatus", on, .status = (code), .look = LOOK_STATUS, __VA_ARGS__),              \
        ROW(number "1-" name "-reason", text ": installFailedDueToPEProcessingError", on, .look = LOOK_REASON,         \
            __VA_ARGS__),                                                                                              \
        ROW(number "2-" name "-gone", text ": no profile is left", on, .look = LOOK_GONE, __VA_ARGS__),                \
        ROW(number "3-" name "-memory", text ": the memory is free again", on, .look = LOOK_MEMORY, __VA_ARGS__)
#define TEST_CI "isdr and sgp26"

const struct case_row cases_uicc_package[] = {
    FLAW("1", "major-version", "a package of major version 4", TEST_CI, 31, .from = "800102810103",
         .to = "800104810103"),
    FLAW("2", "template", "a mandatory template that nobody knows", TEST_CI, 9, .from = "060667810f01020d",
         .to = "060667810f01027e"),
    FLAW("3", "javacard", "Java Card is mandatory, which the card has not", TEST_CI " and not javacard", 7,
         .from = "a506810082008400", .to = "a506810082008b00"),
    FLAW("4", "pin-codes", "a PIN reference without PE-PINCodes", TEST_CI, 11, .drop = PE_PIN_CODES),
    FLAW("5", "no-end", "the stream ends without PE-End", TEST_CI, ANY_STATUS, .drop = PE_END),
    ROW("60-again", "after a package that failed the right one is installed", TEST_CI, .from = "800102810103",
        .to = "800104810103", .look = LOOK_AGAIN),
    {.id = "UICC.Package/70-ppr1",
     .family = "uicc",
     .title = "EnableProfile while a profile with PPR1 is enabled: disallowedByPolicy",
     .clauses = "SGP.22 5.7.16; SGP.22 2.9.3.1; UICC negative 29",
     .applies = "isdr and sgp26 and consumer and rat-rows > 0 and not ppr1-forbidden",
     .state = "empty",
     .needs = NEED_SGP26,
     .destructive = true,
     .run = run_rule},
    {.id = NULL},
};
