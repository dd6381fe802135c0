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
#define P256_V2 P256 " and sgp22 < 3.0"
#define BP256_V2 BP256 " and sgp22 < 3.0"

/* What an answer may be: the codes of AuthenticateErrorCode as bits, so that a case can take several. */
enum code {
    ACCEPTED = 1 << 0,
    INVALID_CERTIFICATE = 1 << 1,
    INVALID_SIGNATURE = 1 << 2,
    UNSUPPORTED_CURVE = 1 << 3,
    NO_SESSION = 1 << 4,
    INVALID_OID = 1 << 5,
    CHALLENGE_MISMATCH = 1 << 6,
    CI_UNKNOWN = 1 << 7,
    MALFORMED = 1 << 8, /* no response: status word 6A80 */
    OTHER = 1 << 9,     /* a code that is none of these */
};
#define CODE_COUNT 10

static const char *codes_text(unsigned codes, char *out, size_t size)
{
    static const char *const names[CODE_COUNT] = {
        "accepted",      "invalidCertificate(1)",     "invalidSignature(2)", "unsupportedCurve(3)", "noSession(4)",
        "invalidOid(5)", "euiccChallengeMismatch(6)", "ciPKUnknown(7)",      "status word 6A80",    "another code"};
    size_t n = 0;
    out[0] = 0;
    for (size_t i = 0; i < CODE_COUNT && n < size; i++)
        if (codes >> i & 1) n += (size_t)snprintf(out + n, size - n, "%s%s", n ? " or " : "", names[i]);
    return out;
}

static enum code code_of(int number)
{
    return number >= 1 && number <= 7 ? (enum code)(1 << number) : OTHER;
}

/* A certificate for a new key instead of the SM-DP+'s own. */
struct leaf {
    bool wanted;
    enum pki_role role;
    bool own_curve; /* leaf_curve instead of the CI's */
    enum test_curve leaf_curve;
    struct slice registered_id; /* empty: that of the SM-DP+, 2.999.10 */
    struct pki_flaws flaws;
    bool foreign_ci; /* issued by a CI that nobody knows */
    bool forged;     /* and says that it was the known one */
};

struct authenticate {
    enum test_curve curve;
    unsigned codes;
    struct smdpp_spoil spoil;
    struct leaf leaf;
    struct slice transaction_id; /* empty: 16 bytes */
    struct slice ctx_params1;    /* empty: those of an LPA */
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
                                  .registered_id = a->leaf.registered_id.n ? a->leaf.registered_id : SLICE(rid),
                                  .flaws = a->leaf.flaws};
    if (a->leaf.forged) request.authority_key_id = SLICE(id);
    return pki_issue(&request, &ci, out) || bench_verdict(b, VERDICT_ERROR, "the certificate cannot be made");
}

/* What the server double needs to know of the case. */
static bool prepare(struct bench *b, const struct authenticate *a, struct smdpp *dp, struct test_key *key)
{
    dp->spoil = a->spoil;
    dp->fixed_transaction_id = a->transaction_id;
    if (!a->leaf.wanted) return true;
    if (!issue(b, a, key, &b->certificates[0])) return false;
    dp->spoil.auth_certificate = buf_slice(&b->certificates[0]);
    dp->spoil.auth_key = key;
    return true;
}

/* What the card answers to GetEUICCChallenge and AuthenticateServer; 0 with a verdict. An accepted server's answer was
 * checked by the double: chain, signature, and that all was signed that was sent. */
static unsigned authenticate(struct bench *b, struct lpa *lpa, struct smdpp *dp, struct slice ctx_params1)
{
    const struct lpa_download_options options = {.stop_before = LPA_STAGE_PREPARE, .ctx_params1 = ctx_params1};
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    (void)lpa_download(lpa, dp, &options, &result);
    if (!bench_goes_on(b)) return 0;
    if (result.card_error > 0) return code_of(result.card_error);
    if (result.stage == LPA_STAGE_PREPARE) return ACCEPTED;
    if (result.stage == LPA_STAGE_AUTHENTICATE && result.sw == 0x6a80) return MALFORMED;
    (void)bench_expect(b, false, b->row->clauses,
                       result.stage == LPA_STAGE_CLIENT ? "a response that the SM-DP+ accepts, or an error code"
                                                        : "a response to AuthenticateServer",
                       "%s", result.error);
    return 0;
}

static bool expect_codes(struct bench *b, unsigned came, unsigned codes)
{
    char wish[120];
    char text[120];
    return came && bench_expect(b, (came & codes) != 0, b->row->clauses, codes_text(codes, wish, sizeof wish), "%s",
                                codes_text(came, text, sizeof text));
}

static void run_authenticate(struct bench *b)
{
    const struct authenticate *a = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, a->curve, 1);
    struct test_key key;
    if (!lpa || !dp || !prepare(b, a, dp, &key)) return;
    (void)expect_codes(b, authenticate(b, lpa, dp, a->ctx_params1), a->codes);
}

/* What was refused does not stand in the way of what comes next. */
static void run_after_refusal(struct bench *b)
{
    const struct authenticate *a = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, a->curve, 1);
    struct test_key key;
    if (!lpa || !dp || !prepare(b, a, dp, &key)) return;
    b->section = SECTION_GIVEN;
    if (!expect_codes(b, authenticate(b, lpa, dp, a->ctx_params1), ~(unsigned)ACCEPTED)) return;
    b->section = SECTION_TEST;
    dp->spoil = (struct smdpp_spoil){0};
    dp->fixed_transaction_id = (struct slice){0};
    (void)expect_codes(b, authenticate(b, lpa, dp, (struct slice){0}), ACCEPTED);
}

/* What is no signature is refused, and the card goes on. */
static void run_no_signature(struct bench *b)
{
    const struct authenticate *a = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, a->curve, 1);
    struct test_key key;
    if (!lpa || !dp || !prepare(b, a, dp, &key)) return;
    if (!expect_codes(b, authenticate(b, lpa, dp, a->ctx_params1), a->codes)) return;
    uint8_t value[16];
    bool goes_on = lpa_get_euicc_challenge(lpa, value);
    if (bench_goes_on(b))
        (void)bench_expect(b, goes_on, b->row->clauses, "the card goes on: a challenge for the next session", "%s",
                           goes_on ? "a challenge" : lpa->error);
}

/* ---- the parts of it one by one, for cases about their order ---- */

static bool challenge(struct bench *b, struct lpa *lpa, uint8_t value[16])
{
    return lpa_get_euicc_challenge(lpa, value) || bench_verdict(b, VERDICT_ERROR, "GetEUICCChallenge: %s", lpa->error);
}

static bool initiate(struct bench *b, struct lpa *lpa, struct smdpp *dp, struct slice value,
                     struct smdpp_answer *answer)
{
    if (!lpa_get_euicc_info1(lpa)) return bench_verdict(b, VERDICT_ERROR, "GetEUICCInfo: %s", lpa->error);
    return smdpp_initiate_authentication(dp, value, buf_slice(&lpa->response), "testsmdpplus1.example.com", answer) ||
           bench_verdict(b, VERDICT_ERROR, "the SM-DP+: %s", dp->error);
}

static unsigned send_answer(struct bench *b, struct lpa *lpa, struct smdpp *dp, const struct smdpp_answer *answer)
{
    static const uint8_t ctx[] = {0xa0, 10, 0xa1, 8, 0x80, 4, 0x35, 0x29, 6, 0x11, 0xa1, 0};
    SMDPP_ANSWER_LOCAL next = {0};
    if (!lpa_authenticate_server(lpa, answer, SLICE(ctx))) {
        if (!bench_goes_on(b)) return 0;
        if (lpa->sw == 0x6a80) return MALFORMED;
        (void)bench_expect(b, false, b->row->clauses, "a response to AuthenticateServer", "%s", lpa->error);
        return 0;
    }
    if (smdpp_authenticate_client(dp, buf_slice(&lpa->response), &next)) return ACCEPTED;
    if (dp->card_error > 0) return code_of(dp->card_error);
    (void)bench_expect(b, false, b->row->clauses, "a response that the SM-DP+ accepts", "%s", dp->error);
    return 0;
}

/* No GetEUICCChallenge since power on. */
static void run_no_challenge(struct bench *b)
{
    static const uint8_t value[16] = {0};
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    SMDPP_ANSWER_LOCAL answer = {0};
    if (!lpa || !dp || !initiate(b, lpa, dp, SLICE(value), &answer)) return;
    (void)expect_codes(b, send_answer(b, lpa, dp, &answer), NO_SESSION);
}

/* Of two challenges only the second can be used (5.7.7). */
static void run_second_challenge(struct bench *b)
{
    const bool *second = b->row->argument;
    uint8_t values[2][16];
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    SMDPP_ANSWER_LOCAL answer = {0};
    if (!lpa || !dp || !challenge(b, lpa, values[0]) || !challenge(b, lpa, values[1])) return;
    if (memcmp(values[0], values[1], sizeof values[0]) == 0) {
        (void)bench_verdict(b, VERDICT_ERROR, "both challenges are the same");
        return;
    }
    if (!initiate(b, lpa, dp, SLICE(values[*second]), &answer)) return;
    (void)expect_codes(b, send_answer(b, lpa, dp, &answer), *second ? ACCEPTED : CHALLENGE_MISMATCH);
}

/* A challenge does not outlive a reset. */
static void run_reset(struct bench *b)
{
    uint8_t value[16];
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    SMDPP_ANSWER_LOCAL answer = {0};
    if (!lpa || !dp || !challenge(b, lpa, value) || !initiate(b, lpa, dp, SLICE(value), &answer)) return;
    if (!lpa_reset(lpa)) {
        (void)bench_verdict(b, VERDICT_ERROR, "after the reset: %s", lpa->error);
        return;
    }
    (void)expect_codes(b, send_answer(b, lpa, dp, &answer), NO_SESSION);
}

/* The same request twice: its challenge was used up (2.6.1: each session has its own). */
static void run_replay(struct bench *b)
{
    uint8_t value[16];
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    SMDPP_ANSWER_LOCAL answer = {0};
    if (!lpa || !dp || !challenge(b, lpa, value) || !initiate(b, lpa, dp, SLICE(value), &answer)) return;
    b->section = SECTION_GIVEN;
    if (!expect_codes(b, send_answer(b, lpa, dp, &answer), ACCEPTED)) return;
    b->section = SECTION_TEST;
    (void)expect_codes(b, send_answer(b, lpa, dp, &answer), NO_SESSION);
}

/* A session with an SM-DS has nothing to download: noSession, or invalidCertificate for what an SM-DP+ signed. */
static void run_prepare_with_ds(struct bench *b)
{
    const struct authenticate *a = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, a->curve, 1);
    struct test_key key;
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    const struct lpa_download_options options = {.stop_before = LPA_STAGE_LOAD};
    if (!lpa || !dp || !prepare(b, a, dp, &key)) return;
    (void)lpa_download(lpa, dp, &options, &result);
    if (!bench_goes_on(b)) return;
    if (result.stage < LPA_STAGE_PREPARE)
        (void)bench_verdict(b, VERDICT_ERROR, "no session with the SM-DS: %s", result.error);
    else if (result.stage == LPA_STAGE_PREPARE && result.card_error > 0)
        (void)expect_codes(b, code_of(result.card_error), NO_SESSION | INVALID_CERTIFICATE);
    else
        (void)bench_expect(b, false, b->row->clauses, "PrepareDownload refused", "%s",
                           result.stage == LPA_STAGE_LOAD ? "accepted" : result.error);
}

static const uint8_t unknown_id[20] = {1, 2, 3};
static const uint8_t foreign_challenge[16] = {7};
static const uint8_t zeros[65];
#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }

/* r = 0; s = 0; s = n of the curve */
static const uint8_t r_zero[64] = {[63] = 1};
static const uint8_t s_zero[64] = {[31] = 1};
static const uint8_t s_is_n_nist[64] = {[31] = 1, [32] = 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                        0xff,     0xff,        0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
                                        0x17,     0x9e,        0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t s_is_n_brainpool[64] = {
    [31] = 1, [32] = 0xa9, 0xfb, 0x57, 0xdb, 0xa1, 0xee, 0xa9, 0xbc, 0x3e, 0x66, 0x0a, 0x90, 0x9d, 0x83, 0x8d, 0x71,
    0x8c,     0x39,        0x7a, 0xa3, 0xb5, 0x61, 0xa6, 0xf7, 0x90, 0x1e, 0x0e, 0x82, 0x97, 0x48, 0x56, 0xa7};
static const uint8_t ds_id[] = {0x88, 0x37, 0x0f}; /* 2.999.15 */
static const uint8_t extra_member[] = {0x9e, 1, 0x55};
/* A0{80 matchingId, A1 deviceInfo{80 tac, A1 capabilities, 82 imei}, and a member that nobody knows} */
static const uint8_t ctx_more[] = {0xa0, 30,   0x80, 5,    'A',  'B',  'C',  'D',  'E',  0xa1, 18,
                                   0x80, 4,    0x35, 0x29, 0x06, 0x11, 0xa1, 0,    0x82, 8,    0x53,
                                   0x92, 0x60, 0x11, 0,    0,    0,    0xf0, 0x9e, 1,    0x55};
static const uint8_t ctx_capabilities[] = {0xa0, 41, 0xa1, 39, 0x80, 4, 0x35, 0x29, 0x06, 0x11, 0xa1, 31, 0x80, 3, 5,
                                           0,    0,  0x81, 3,  8,    0, 0,    0x82, 3,    1,    0,    0,  0x84, 3, 1,
                                           0,    0,  0x85, 3,  9,    0, 0,    0x86, 4,    15,   1,    0,  0};
static const bool first_challenge = false;
static const bool second_challenge = true;

/* One thing wrong in the request, on each curve. */
#define REQUEST(name, text, row, on, number, ...)                                                                      \
    RUN_REQUEST(name, text, row, on, run_authenticate, number, __VA_ARGS__)
#define RUN_REQUEST(name, text, row, on, function, number, ...)                                                        \
    {                                                                                                                  \
        .id = "ES10b.AuthenticateServer/" name, .family = "ES10b", .title = text, .clauses = CLAUSES row,              \
        .applies = on, .state = "any", .needs = NEED_SGP26, .run = function,                                           \
        .argument = &(const struct authenticate){                                                                      \
            .curve = sizeof(on) == sizeof(P256) ? TEST_P256 : TEST_BP256, .codes = (number), .spoil = {__VA_ARGS__}},  \
    }
#define BOTH_REQUEST(name, text, row, number, ...)                                                                     \
    REQUEST(name "-nist", text " (P-256)", row, P256, number, __VA_ARGS__),                                            \
        REQUEST(name "-brainpool", text " (brainpoolP256r1)", row, BP256, number, __VA_ARGS__)

#define SIGNATURE(name, text, on, ...)                                                                                 \
    RUN_REQUEST(name, text, ROW("22"), on, run_no_signature, INVALID_SIGNATURE | MALFORMED, __VA_ARGS__)
#define BOTH_SIGNATURE(name, text, ...)                                                                                \
    SIGNATURE(name "-nist", text " (P-256)", P256, __VA_ARGS__),                                                       \
        SIGNATURE(name "-brainpool", text " (brainpoolP256r1)", BP256, __VA_ARGS__)

#define CERTIFICATE(name, text, row, on, number, ...)                                                                  \
    {                                                                                                                  \
        .id = "ES10b.AuthenticateServer/" name, .family = "ES10b", .title = text, .clauses = CERTIFICATE_CLAUSES row,  \
        .applies = on, .state = "any", .needs = NEED_SGP26, .run = run_authenticate,                                   \
        .argument = &(const struct authenticate){                                                                      \
            .curve = sizeof(on) == sizeof(P256) || sizeof(on) == sizeof(P256_V2) ? TEST_P256 : TEST_BP256,             \
            .codes = (number),                                                                                         \
            .leaf = {.wanted = true, __VA_ARGS__}},                                                                    \
    }
#define BOTH_CERTIFICATE(name, text, row, number, ...)                                                                 \
    CERTIFICATE(name "-nist", text " (P-256)", row, P256, number, __VA_ARGS__),                                        \
        CERTIFICATE(name "-brainpool", text " (brainpoolP256r1)", row, BP256, number, __VA_ARGS__)

/* The whole argument given, for what is neither the request alone nor the certificate alone. */
#define CASE(name, text, row, on, function, ...)                                                                       \
    {                                                                                                                  \
        .id = "ES10b.AuthenticateServer/" name, .family = "ES10b", .title = text, .clauses = CLAUSES row,              \
        .applies = on, .state = "any", .needs = NEED_SGP26, .run = function, .argument = __VA_ARGS__                   \
    }
#define ARGUMENT(...)                                                                                                  \
    &(const struct authenticate)                                                                                       \
    {                                                                                                                  \
        .curve = TEST_P256, __VA_ARGS__                                                                                \
    }
#define ROW(number) "; SGP.22 negative " number

const struct case_row cases_authenticate[] = {
    BOTH_REQUEST("01-nominal", "the SM-DP+ of SGP.26 is accepted", "", ACCEPTED, .signed1_bit = false),
    BOTH_REQUEST("02-signed1-changed", "serverSigned1 with one bit changed: invalidSignature", ROW("15"),
                 INVALID_SIGNATURE, .signed1_bit = true),
    BOTH_REQUEST("03-foreign-challenge", "the euiccChallenge of another session: euiccChallengeMismatch", ROW("16"),
                 CHALLENGE_MISMATCH, .signed1_challenge = BYTES(foreign_challenge)),
    BOTH_REQUEST("04-unknown-ci-id", "euiccCiPKIdToBeUsed that the card does not have: ciPKUnknown", ROW("17"),
                 CI_UNKNOWN, .ci_pk_id = BYTES(unknown_id)),
    BOTH_SIGNATURE("05-signature-63-bytes", "serverSignature1 of 63 bytes is refused", .signature1 = {zeros, 63}),
    BOTH_SIGNATURE("06-signature-65-bytes", "serverSignature1 of 65 bytes is refused", .signature1 = {zeros, 65}),
    BOTH_SIGNATURE("07-signature-zero", "serverSignature1 with r = s = 0 is refused", .signature1 = {zeros, 64}),
    BOTH_SIGNATURE("08-r-zero", "serverSignature1 with r = 0 is refused", .signature1 = BYTES(r_zero)),
    BOTH_SIGNATURE("09-s-zero", "serverSignature1 with s = 0 is refused", .signature1 = BYTES(s_zero)),
    SIGNATURE("24-s-is-n-nist", "serverSignature1 with s = n is refused (P-256)", P256,
              .signature1 = BYTES(s_is_n_nist)),
    SIGNATURE("24-s-is-n-brainpool", "serverSignature1 with s = n is refused (brainpoolP256r1)", BP256,
              .signature1 = BYTES(s_is_n_brainpool)),
    BOTH_SIGNATURE("27-signature-empty", "an empty serverSignature1 is refused", .signature1 = {zeros, 0}),
    BOTH_REQUEST("25-unknown-member", "a member of serverSigned1 that the card does not know is passed over", "",
                 ACCEPTED, .signed1_extra = BYTES(extra_member)),
    REQUEST("26-short-ci-id", "euiccCiPKIdToBeUsed of one byte is refused", ROW("17"), P256, CI_UNKNOWN | MALFORMED,
            .ci_pk_id = {unknown_id, 1}),
    BOTH_CERTIFICATE("10-other-certificate", "any CERT.DPauth.ECDSA of the CI is accepted", "", ACCEPTED,
                     .role = PKI_DP_AUTH),
    CERTIFICATE("11-expired-nist", "an eUICC of version 2 has no clock: an expired CERT.DPauth is accepted (P-256)",
                ROW("27"), P256_V2, ACCEPTED, .role = PKI_DP_AUTH, .flaws = {.expired = true}),
    CERTIFICATE("11-expired-brainpool",
                "an eUICC of version 2 has no clock: an expired CERT.DPauth is accepted (brainpoolP256r1)", ROW("27"),
                BP256_V2, ACCEPTED, .role = PKI_DP_AUTH, .flaws = {.expired = true}),
    BOTH_CERTIFICATE("12-bad-signature", "CERT.DPauth with a bad signature: invalidCertificate", ROW("19"),
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .flaws = {.bad_signature = true}),
    BOTH_CERTIFICATE("13-changed", "CERT.DPauth changed after it was signed: invalidCertificate", ROW("19"),
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .flaws = {.changed_after_signing = true}),
    BOTH_CERTIFICATE("14-no-key-usage", "CERT.DPauth without keyUsage: invalidCertificate", "", INVALID_CERTIFICATE,
                     .role = PKI_DP_AUTH, .flaws = {.no_key_usage = true}),
    BOTH_CERTIFICATE("15-key-usage", "CERT.DPauth with keyUsage keyAgreement: invalidCertificate", "",
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .flaws = {.wrong_key_usage = true}),
    BOTH_CERTIFICATE("16-critical-extension", "CERT.DPauth with an unknown critical extension: invalidCertificate", "",
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .flaws = {.unknown_critical_extension = true}),
    BOTH_CERTIFICATE("17-forged", "CERT.DPauth by another key under the name of the CI: invalidCertificate", ROW("19"),
                     INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .foreign_ci = true, .forged = true),
    BOTH_CERTIFICATE("18-foreign-ci", "CERT.DPauth of a CI that the card does not know: ciPKUnknown", ROW("18"),
                     CI_UNKNOWN | INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .foreign_ci = true),
    BOTH_CERTIFICATE("20-dppb", "CERT.DPpb in place of CERT.DPauth: invalidOid", ROW("20"), INVALID_OID,
                     .role = PKI_DP_PB),
    BOTH_CERTIFICATE("21-dptls", "CERT.DP.TLS in place of CERT.DPauth: invalidOid", ROW("20"), INVALID_OID,
                     .role = PKI_DP_TLS),
    CERTIFICATE("22-p192", "CERT.DPauth with a key on P-192: unsupportedCurve", ROW("21"), P256, UNSUPPORTED_CURVE,
                .role = PKI_DP_AUTH, .own_curve = true, .leaf_curve = TEST_P192),
    CERTIFICATE("23-brainpool-192", "CERT.DPauth with a key on brainpoolP192r1: unsupportedCurve", ROW("21"), BP256,
                UNSUPPORTED_CURVE, .role = PKI_DP_AUTH, .own_curve = true, .leaf_curve = TEST_BP192),
    CASE("30-replay", "the same request a second time: noSession, its challenge was used up", ROW("25"), P256,
         run_replay, NULL),
    CASE("31-after-refusal", "the right server is accepted after another one was refused", "", P256, run_after_refusal,
         ARGUMENT(.spoil = {.signed1_bit = true})),
    BOTH_CERTIFICATE("32-dsauth", "CERT.DSauth of an SM-DS is accepted", ROW("24"), ACCEPTED, .role = PKI_DS_AUTH,
                     .registered_id = BYTES(ds_id)),
    BOTH_CERTIFICATE("33-dstls", "CERT.DS.TLS in place of CERT.DSauth: invalidOid", "", INVALID_OID, .role = PKI_DS_TLS,
                     .registered_id = BYTES(ds_id)),
    CERTIFICATE("34-euicc", "a certificate of the role euicc in place of CERT.DPauth is refused", "", P256,
                INVALID_OID | INVALID_CERTIFICATE, .role = PKI_EUICC),
    CERTIFICATE("35-eum", "a certificate of the role eum in place of CERT.DPauth is refused", "", P256,
                INVALID_OID | INVALID_CERTIFICATE, .role = PKI_EUM),
    CERTIFICATE("36-no-policies", "CERT.DPauth without certificate policies is refused", "", P256,
                INVALID_CERTIFICATE | INVALID_OID, .role = PKI_DP_AUTH, .flaws = {.no_policies = true}),
    CERTIFICATE("37-no-extensions", "CERT.DPauth without extensions is refused", "", P256,
                INVALID_CERTIFICATE | INVALID_OID | CI_UNKNOWN, .role = PKI_DP_AUTH, .flaws = {.no_extensions = true}),
    CERTIFICATE("38-no-authority", "CERT.DPauth without authority key identifier is refused", "", P256,
                INVALID_CERTIFICATE | CI_UNKNOWN, .role = PKI_DP_AUTH, .flaws = {.no_authority_key_identifier = true}),
    CERTIFICATE("39-version-1", "CERT.DPauth of X.509 version 1 is refused", "", P256,
                INVALID_CERTIFICATE | INVALID_OID | CI_UNKNOWN | MALFORMED, .role = PKI_DP_AUTH,
                .flaws = {.version_1 = true}),
    CERTIFICATE("40-sha384", "CERT.DPauth that names ecdsa-with-SHA384: invalidCertificate", "", P256,
                INVALID_CERTIFICATE, .role = PKI_DP_AUTH, .flaws = {.wrong_algorithm = true}),
    BOTH_CERTIFICATE("41-unknown-extension", "an unknown extension that is not critical is passed over", "", ACCEPTED,
                     .role = PKI_DP_AUTH, .flaws = {.unknown_extension = true}),
    CASE("42-brainpool-under-nist", "CERT.DPauth with a brainpool key under the P-256 CI is accepted",
         "; SGP.22 4.5.2.1.0", P256 " and sgp26-brainpool", run_authenticate,
         ARGUMENT(.codes = ACCEPTED,
                  .leaf = {.wanted = true, .role = PKI_DP_AUTH, .own_curve = true, .leaf_curve = TEST_BP256})),
    CASE("50-no-challenge", "without GetEUICCChallenge since power on: noSession", ROW("14"), P256, run_no_challenge,
         NULL),
    CASE("51-after-reset", "a challenge does not outlive a reset: noSession", ROW("14"), P256, run_reset, NULL),
    CASE("52-first-of-two", "the first of two challenges is not usable any more: euiccChallengeMismatch", ROW("13"),
         P256, run_second_challenge, &first_challenge),
    CASE("53-second-of-two", "the second of two challenges is the one that counts", ROW("13"), P256,
         run_second_challenge, &second_challenge),
    CASE("54-transaction-id-1", "a transactionId of one byte is accepted", ROW("23"), P256, run_authenticate,
         ARGUMENT(.codes = ACCEPTED, .transaction_id = {unknown_id, 1})),
    CASE("55-transaction-id-16", "a transactionId of 16 bytes is accepted", ROW("23"), P256, run_authenticate,
         ARGUMENT(.codes = ACCEPTED, .transaction_id = {unknown_id, 16})),
    CASE("56-transaction-id-17", "a transactionId of 17 bytes is no request", ROW("23"), P256, run_authenticate,
         ARGUMENT(.codes = MALFORMED, .transaction_id = {unknown_id, 17})),
    CASE("57-ctx-unknown-member", "ctxParams1 with a member that the card does not know is signed as it was sent",
         ROW("26"), P256, run_authenticate, ARGUMENT(.codes = ACCEPTED, .ctx_params1 = BYTES(ctx_more))),
    CASE("58-ctx-capabilities", "ctxParams1 with many device capabilities is signed as it was sent", ROW("26"), P256,
         run_authenticate, ARGUMENT(.codes = ACCEPTED, .ctx_params1 = BYTES(ctx_capabilities))),
    CASE("59-prepare-with-ds", "PrepareDownload in the session of an SM-DS is refused", ROW("24"), P256,
         run_prepare_with_ds, ARGUMENT(.leaf = {.wanted = true, .role = PKI_DS_AUTH, .registered_id = BYTES(ds_id)})),
    {.id = NULL},
};
