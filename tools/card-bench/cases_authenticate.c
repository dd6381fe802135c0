/* ES10b.AuthenticateServer (SGP.22 5.7.13, 4.5.2; SGP.23-1 4.2.18): which server a card trusts, and which error code
 * belongs to each failure. The server is the SM-DP+ double with one thing wrong, its certificates are issued by the
 * SGP.26 test CI. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>

#define CLAUSES "SGP.22 5.7.13; SGP.23-1 4.2.18"
#define CERTIFICATE_CLAUSES "SGP.22 5.7.13; SGP.22 4.5.2.1.0; SGP.23-1 4.2.18"
#define P256 "isdr and sgp26-nist"
#define BP256 "isdr and sgp26-brainpool"

enum code {
    ACCEPTED = 0,
    INVALID_CERTIFICATE = 1,
    INVALID_SIGNATURE = 2,
    UNSUPPORTED_CURVE = 3,
    NO_SESSION = 4,
    INVALID_OID = 5,
    CHALLENGE_MISMATCH = 6,
    CI_UNKNOWN = 7,
};

static const char *code_text(int code, char *out, size_t size)
{
    static const char *const names[] = {
        "accepted",         "invalidCertificate", "invalidSignature",       "unsupportedCurve",
        "noSessionContext", "invalidOid",         "euiccChallengeMismatch", "ciPKUnknown"};
    if (code >= 0 && code <= CI_UNKNOWN)
        (void)snprintf(out, size, code ? "%s(%d)" : "%s", names[code], code);
    else
        (void)snprintf(out, size, "code %d", code);
    return out;
}

/* A certificate for a new key instead of the SM-DP+'s own. */
struct leaf {
    bool wanted;
    enum pki_role role;
    bool own_curve; /* leaf_curve instead of the CI's */
    enum test_curve leaf_curve;
    struct pki_flaws flaws;
    bool foreign_ci; /* issued by a CI that nobody knows */
    bool forged;     /* and says that it was the known one */
};

struct authenticate {
    enum test_curve curve;
    enum code code;
    struct smdpp_spoil spoil;
    struct leaf leaf;
};

static bool issue(struct bench *b, const struct authenticate *a, struct test_key *key, struct buf *out)
{
    static const uint8_t rid[] = {0x88, 0x37, 0x0a}; /* 2.999.10 */
    const char *name = a->curve == TEST_P256 ? "ci-nist" : "ci-brainpool";
    struct pki_issuer ci = {0};
    uint8_t id[20];
    char file[32];
    (void)snprintf(file, sizeof file, "%s.der", name);
    if (!bench_key(name, a->curve, &ci.key) ||
        !test_key_derive(key, a->leaf.own_curve ? a->leaf.leaf_curve : a->curve, slice_text("bench"), "leaf"))
        return bench_verdict(b, VERDICT_ERROR, "the keys of the test PKI do not read");
    ci.certificate = bench_material(file);
    test_key_identifier(&ci.key, id);
    if (a->leaf.foreign_ci && !test_key_derive(&ci.key, a->curve, slice_text("bench"), "a foreign CI"))
        return bench_verdict(b, VERDICT_ERROR, "no key for a foreign CI");
    struct pki_request request = {.role = a->leaf.role,
                                  .key = key,
                                  .organization = "ACME",
                                  .common_name = "a server",
                                  .registered_id = SLICE(rid),
                                  .flaws = a->leaf.flaws};
    if (a->leaf.forged) request.authority_key_id = SLICE(id);
    return pki_issue(&request, &ci, out) || bench_verdict(b, VERDICT_ERROR, "the certificate cannot be made");
}

/* The code of the card, ACCEPTED, or -1 with a verdict. */
static int authenticate(struct bench *b, struct lpa *lpa, struct smdpp *dp)
{
    const struct lpa_download_options options = {.stop_before = LPA_STAGE_PREPARE};
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    (void)lpa_download(lpa, dp, &options, &result);
    if (!bench_goes_on(b)) return -1;
    if (result.card_error > 0) return result.card_error;
    if (result.stage == LPA_STAGE_PREPARE) return ACCEPTED;
    (void)bench_expect(b, false, CLAUSES, "a response to AuthenticateServer", "%s", result.error);
    return -1;
}

static void run_authenticate(struct bench *b)
{
    const struct authenticate *a = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, a->curve, 1);
    struct test_key key;
    char wish[40];
    char came[40];
    if (!lpa || !dp) return;
    dp->spoil = a->spoil;
    if (a->leaf.wanted) {
        if (!issue(b, a, &key, &b->certificates[0])) return;
        dp->spoil.auth_certificate = buf_slice(&b->certificates[0]);
        dp->spoil.auth_key = &key;
    }
    int code = authenticate(b, lpa, dp);
    if (code < 0) return;
    (void)bench_expect(b, code == (int)a->code, b->row->clauses, code_text((int)a->code, wish, sizeof wish), "%s",
                       code_text(code, came, sizeof came));
}

/* What was refused does not stand in the way of what comes next. */
static void run_after_refusal(struct bench *b)
{
    const struct authenticate *a = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, a->curve, 1);
    char came[40];
    if (!lpa || !dp) return;
    b->section = SECTION_GIVEN;
    dp->spoil = a->spoil;
    int code = authenticate(b, lpa, dp);
    if (code < 0 || !bench_expect(b, code != ACCEPTED, CLAUSES, "a refusal", "%s", code_text(code, came, sizeof came)))
        return;
    b->section = SECTION_TEST;
    dp->spoil = (struct smdpp_spoil){0};
    code = authenticate(b, lpa, dp);
    if (code >= 0)
        (void)bench_expect(b, code == ACCEPTED, CLAUSES, "accepted", "%s", code_text(code, came, sizeof came));
}

/* The same request twice: its challenge was used up (2.6.1: each session has its own). */
static void run_replay(struct bench *b)
{
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    char came[40];
    if (!lpa || !dp) return;
    b->section = SECTION_GIVEN;
    int code = authenticate(b, lpa, dp);
    if (code < 0 || !bench_expect(b, code == ACCEPTED, CLAUSES, "accepted", "%s", code_text(code, came, sizeof came)))
        return;
    b->section = SECTION_TEST;
    /* what was sent, once more */
    BUF_LOCAL request = {0};
    for (size_t i = 0; i < b->dialogue.n; i++) {
        const struct buf *sent = &b->dialogue.list[i].sent;
        bool first = sent->n > 7 && sent->p[1] == 0xe2 && sent->p[3] == 0;
        if (first) buf_reset(&request);
        if (sent->n > 5 && sent->p[1] == 0xe2) buf_append(&request, slice_of(sent->p + 5, sent->p[4]));
    }
    b->channel = lpa->channel;
    if (!bench_es10(b, buf_slice(&request))) return;
    struct slice data = bench_data(b);
    struct tlv outer;
    struct tlv error = {0};
    struct tlv number = {0};
    bool refused = bench_status(b) == 0x9000 && tlv_next(&data, &outer) && tlv_find(outer.value, 0xa1, &error) &&
                   tlv_find(error.value, 0x02, &number) && number.value.n == 1;
    (void)bench_expect(b, refused && number.value.p[0] == NO_SESSION, CLAUSES, "noSessionContext(4)", "%s",
                       refused ? code_text(number.value.p[0], came, sizeof came) : "another answer");
}

static const uint8_t unknown_id[20] = {1, 2, 3};
static const uint8_t foreign_challenge[16] = {7};
static const uint8_t zeros[65];
#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }

/* One thing wrong in the request, on each curve. */
#define REQUEST(name, text, on, number, ...)                                                                           \
    {                                                                                                                  \
        .id = "ES10b.AuthenticateServer/" name, .family = "ES10b", .title = text, .clauses = CLAUSES, .applies = on,   \
        .state = "any", .needs = NEED_SGP26, .run = run_authenticate,                                                  \
        .argument = &(const struct authenticate){                                                                      \
            .curve = sizeof(on) == sizeof(P256) ? TEST_P256 : TEST_BP256, .code = (number), .spoil = {__VA_ARGS__}},   \
    }
#define BOTH_REQUEST(name, text, number, ...)                                                                          \
    REQUEST(name "-nist", text " (P-256)", P256, number, __VA_ARGS__),                                                 \
        REQUEST(name "-brainpool", text " (brainpoolP256r1)", BP256, number, __VA_ARGS__)

#define CERTIFICATE(name, text, on, number, ...)                                                                       \
    {                                                                                                                  \
        .id = "ES10b.AuthenticateServer/" name, .family = "ES10b", .title = text, .clauses = CERTIFICATE_CLAUSES,      \
        .applies = on, .state = "any", .needs = NEED_SGP26, .run = run_authenticate,                                   \
        .argument = &(const struct authenticate){.curve = sizeof(on) == sizeof(P256) ? TEST_P256 : TEST_BP256,         \
                                                 .code = (number),                                                     \
                                                 .leaf = {.wanted = true, __VA_ARGS__}},                               \
    }
#define BOTH_CERTIFICATE(name, text, number, ...)                                                                      \
    CERTIFICATE(name "-nist", text " (P-256)", P256, number, __VA_ARGS__),                                             \
        CERTIFICATE(name "-brainpool", text " (brainpoolP256r1)", BP256, number, __VA_ARGS__)

const struct case_row cases_authenticate[] = {
    BOTH_REQUEST("01-nominal", "the SM-DP+ of SGP.26 is accepted", ACCEPTED, .signed1_bit = false),
    BOTH_REQUEST("02-signed1-changed", "serverSigned1 with one bit changed: invalidSignature", INVALID_SIGNATURE,
                 .signed1_bit = true),
    BOTH_REQUEST("03-foreign-challenge", "the euiccChallenge of another session: euiccChallengeMismatch",
                 CHALLENGE_MISMATCH, .signed1_challenge = BYTES(foreign_challenge)),
    BOTH_REQUEST("04-unknown-ci-id", "euiccCiPKIdToBeUsed that the card does not have: ciPKUnknown", CI_UNKNOWN,
                 .ci_pk_id = BYTES(unknown_id)),
    BOTH_REQUEST("05-signature-63-bytes", "serverSignature1 of 63 bytes: invalidSignature", INVALID_SIGNATURE,
                 .signature1 = {zeros, 63}),
    BOTH_REQUEST("06-signature-65-bytes", "serverSignature1 of 65 bytes: invalidSignature", INVALID_SIGNATURE,
                 .signature1 = {zeros, 65}),
    BOTH_REQUEST("07-signature-zero", "serverSignature1 with r = s = 0: invalidSignature", INVALID_SIGNATURE,
                 .signature1 = {zeros, 64}),
    BOTH_CERTIFICATE("10-other-certificate", "any CERT.DPauth.ECDSA of the CI is accepted", ACCEPTED,
                     .role = PKI_DP_AUTH),
    BOTH_CERTIFICATE("11-expired", "an eUICC has no clock: an expired CERT.DPauth is accepted", ACCEPTED,
                     .role = PKI_DP_AUTH, .flaws = {.expired = true}),
    BOTH_CERTIFICATE("12-bad-signature", "CERT.DPauth with a bad signature: invalidCertificate", INVALID_CERTIFICATE,
                     .role = PKI_DP_AUTH, .flaws = {.bad_signature = true}),
    BOTH_CERTIFICATE("13-changed", "CERT.DPauth changed after it was signed: invalidCertificate", INVALID_CERTIFICATE,
                     .role = PKI_DP_AUTH, .flaws = {.changed_after_signing = true}),
    BOTH_CERTIFICATE("14-no-key-usage", "CERT.DPauth without keyUsage: invalidCertificate", INVALID_CERTIFICATE,
                     .role = PKI_DP_AUTH, .flaws = {.no_key_usage = true}),
    BOTH_CERTIFICATE("15-key-usage", "CERT.DPauth with keyUsage keyAgreement: invalidCertificate", INVALID_CERTIFICATE,
                     .role = PKI_DP_AUTH, .flaws = {.wrong_key_usage = true}),
    BOTH_CERTIFICATE("16-critical-extension", "CERT.DPauth with an unknown critical extension: invalidCertificate",
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .flaws = {.unknown_critical_extension = true}),
    BOTH_CERTIFICATE("17-forged", "CERT.DPauth by another key under the name of the CI: invalidCertificate",
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .foreign_ci = true, .forged = true),
    BOTH_CERTIFICATE("18-foreign-ci", "CERT.DPauth of a CI that the card does not know: ciPKUnknown", CI_UNKNOWN,
                     .role = PKI_DP_AUTH, .foreign_ci = true),
    BOTH_CERTIFICATE("20-dppb", "CERT.DPpb in place of CERT.DPauth: invalidOid", INVALID_OID, .role = PKI_DP_PB),
    BOTH_CERTIFICATE("21-dptls", "CERT.DP.TLS in place of CERT.DPauth: invalidOid", INVALID_OID, .role = PKI_DP_TLS),
    CERTIFICATE("22-p192", "CERT.DPauth with a key on P-192: unsupportedCurve", P256, UNSUPPORTED_CURVE,
                .role = PKI_DP_AUTH, .own_curve = true, .leaf_curve = TEST_P192),
    CERTIFICATE("23-brainpool-192", "CERT.DPauth with a key on brainpoolP192r1: unsupportedCurve", BP256,
                UNSUPPORTED_CURVE, .role = PKI_DP_AUTH, .own_curve = true, .leaf_curve = TEST_BP192),
    {.id = "ES10b.AuthenticateServer/30-replay",
     .family = "ES10b",
     .title = "the same request a second time: noSessionContext, its challenge was used up",
     .clauses = CLAUSES,
     .applies = P256,
     .state = "any",
     .needs = NEED_SGP26,
     .run = run_replay},
    {.id = "ES10b.AuthenticateServer/31-after-refusal",
     .family = "ES10b",
     .title = "the right server is accepted after another one was refused",
     .clauses = CLAUSES,
     .applies = P256,
     .state = "any",
     .needs = NEED_SGP26,
     .run = run_after_refusal,
     .argument = &(const struct authenticate){.curve = TEST_P256, .spoil = {.signed1_bit = true}}},
    {.id = NULL},
};
