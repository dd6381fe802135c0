/* What eUICCMemoryReset leaves behind, as far as the other side is needed to see it (SGP.22 5.7.19; SGP.23-1 4.2.24):
 * the session, the sequence counter, memory. Which profiles go is in cases/ES10c/memory-reset.case. */
#define _GNU_SOURCE
#include "profile_life.h"

#include <stdio.h>

#define TINY "89000101000000000028"

static bool memory_reset(struct bench *b, uint32_t bits)
{
    struct lpa *lpa = bench_lpa(b);
    if (!lpa) return false;
    int code = lpa_memory_reset(lpa, bits);
    char came[24];
    (void)snprintf(came, sizeof came, "%d", code);
    return bench_goes_on(b) && life_expect(b, code == 0, "eUICCMemoryReset: ok (0)", code < 0 ? lpa->error : came) &&
           life_did(b, lpa_open(lpa));
}

/* The challenge of before is forgotten: AuthenticateServer gets noSession (4). */
static void run_session(struct bench *b)
{
    static const uint8_t ctx[] = {0xa0, 0x0a, 0xa1, 0x08, 0x80, 0x04, 0x35, 0x29, 0x06, 0x11, 0xa1, 0x00};
    const char *nist = facts_get(b->facts, "sgp26-nist");
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, nist && strcmp(nist, "no") == 0 ? TEST_BP256 : TEST_P256, 1);
    SMDPP_ANSWER_LOCAL answer = {0};
    uint8_t challenge[16];
    if (!lpa || !dp) return;
    b->section = SECTION_GIVEN;
    if (!life_did(b, lpa_get_euicc_challenge(lpa, challenge) && lpa_get_euicc_info1(lpa))) return;
    if (!smdpp_initiate_authentication(dp, SLICE(challenge), buf_slice(&lpa->response), "testsmdpplus1.example.com",
                                       &answer)) {
        (void)bench_verdict(b, VERDICT_ERROR, "%s", dp->error);
        return;
    }
    b->section = SECTION_TEST;
    /* no reset of the card in between: that would end the session by itself */
    int code = lpa_memory_reset(lpa, 2);
    if (!bench_goes_on(b) || !life_expect(b, code == 0, "eUICCMemoryReset: ok (0)", lpa->error)) return;
    if (!life_did(b, lpa_authenticate_server(lpa, &answer, SLICE(ctx)))) return;
    bool accepted = smdpp_authenticate_client(dp, buf_slice(&lpa->response), &answer);
    (void)bench_expect(b, !accepted && dp->card_error == 4, b->row->clauses,
                       "noSessionContext (4): the session is discarded", "%s, code %d",
                       accepted ? "accepted" : "refused", dp->card_error);
}

/* A download after the reset has a higher number than what was there before. */
static void run_sequence(struct bench *b)
{
    char events[LIFE_EVENTS_SIZE];
    size_t results;
    uint32_t before = 0;
    uint32_t after = 0;
    b->section = SECTION_GIVEN;
    if (!life_install(b, "tiny", NULL) || !life_events(b, events, &results, &before)) return;
    if (!memory_reset(b, 5 + 2) || !life_did(b, lpa_process_notifications(&b->lpa, NULL) >= 0) ||
        !life_install(b, "tiny", NULL))
        return;
    b->section = SECTION_TEST;
    if (!life_events(b, events, &results, &after)) return;
    (void)bench_expect(b, after > before, "SGP.22 3.5; SGP.22 5.7.19", "a higher sequence number than before", "%u, %u",
                       (unsigned)before, (unsigned)after);
}

/* The result of a download is still there, and still checks. */
static void run_result_stays(struct bench *b)
{
    char events[LIFE_EVENTS_SIZE];
    size_t results = 0;
    uint32_t last;
    b->section = SECTION_GIVEN;
    if (!life_install(b, "tiny", NULL)) return;
    b->section = SECTION_TEST;
    if (!memory_reset(b, 7) || !life_events(b, events, &results, &last)) return;
    if (!life_expect(b, results == 1, "the ProfileInstallationResult", events)) return;
    int n = lpa_process_notifications(&b->lpa, b->smdpp);
    (void)life_expect(b, n > 0, "notifications that the SM-DP+ accepts", b->lpa.error);
}

static void run_memory_back(struct bench *b)
{
    uint32_t applications[2];
    uint32_t memory[3];
    char came[80];
    b->section = SECTION_GIVEN;
    if (!life_memory(b, &applications[0], &memory[0]) || !life_install(b, "tiny", NULL) ||
        !life_did(b, lpa_process_notifications(&b->lpa, NULL) >= 0) || !life_memory(b, &applications[1], &memory[1]) ||
        !life_expect(b, memory[1] < memory[0], "less memory", "more"))
        return;
    b->section = SECTION_TEST;
    if (!memory_reset(b, 1) || !life_did(b, lpa_process_notifications(&b->lpa, NULL) >= 0) ||
        !life_memory(b, &applications[1], &memory[2]))
        return;
    (void)snprintf(came, sizeof came, "%u, then %u, then %u", (unsigned)memory[0], (unsigned)memory[1],
                   (unsigned)memory[2]);
    (void)life_expect(b, life_given_back(memory[0], memory[1], memory[2]), "the memory of the profile is free again",
                      came);
}

/* The same ICCID can come again, as if it had never been there. */
static void run_reinstall(struct bench *b)
{
    b->section = SECTION_GIVEN;
    if (!life_install(b, "tiny", NULL)) return;
    b->section = SECTION_TEST;
    if (!memory_reset(b, 1) || !life_install(b, "tiny", NULL)) return;
    int state = life_state(b, TINY);
    (void)life_expect(b, state == 0, "the profile, disabled", state < 0 ? "it is not there" : "enabled");
}

/* Notifications of a profile that goes by the reset are signed like any other. */
static void run_signed(struct bench *b)
{
    char events[LIFE_EVENTS_SIZE];
    size_t results;
    uint32_t last;
    b->section = SECTION_GIVEN;
    if (!life_install(b, "tiny", NULL) || !life_did(b, lpa_process_notifications(&b->lpa, NULL) >= 0)) return;
    if (!memory_reset(b, 1) || !life_events(b, events, &results, &last)) return;
    /* that it is there is a case of its own */
    if (!life_expect(b, strcmp(events, "delete 28") == 0, "delete 28", events)) return;
    b->section = SECTION_TEST;
    (void)life_expect(b, lpa_process_notifications(&b->lpa, b->smdpp) == 1, "a notification that the SM-DP+ accepts",
                      b->lpa.error);
}

#define ROW(name, text, of, extra, runner)                                                                             \
    {                                                                                                                  \
        .id = "ES10c.eUICCMemoryReset/" name, .family = "ES10c", .title = text,                                        \
        .clauses = "SGP.22 5.7.19; " extra "SGP.23-1 4.2.24", .applies = "isdr and consumer", .state = of,             \
        .needs = NEED_SGP26, .destructive = true, .run = runner,                                                       \
    }

const struct case_row cases_memory[] = {
    ROW("50-session", "eUICCMemoryReset discards the session: a challenge of before is worth nothing", "classes", "",
        run_session),
    ROW("51-sequence", "The sequence counter of notifications is not reset", "empty", "SGP.22 negative 62; ",
        run_sequence),
    ROW("52-result-stays", "The result of a download is kept until it is removed", "empty", "SGP.22 negative 62; ",
        run_result_stays),
    ROW("53-memory-back", "The memory of the profiles is free again", "empty", "", run_memory_back),
    ROW("54-reinstall", "A profile that went can be installed again", "empty", "", run_reinstall),
    ROW("55-signed", "The delete notification is signed and checks at the SM-DP+", "empty", "SGP.22 3.5; ", run_signed),
    {.id = NULL},
};
