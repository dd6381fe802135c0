/* ES10b.PrepareDownload (SGP.22 3.1.3.2, 5.7.5; SGP.23-1 4.2.10): which binding SM-DP+ a card trusts, and which error
 * code belongs to each failure. Nothing is installed: each case ends before the first segment. */
#define _GNU_SOURCE
#include "download.h"

#include "cli/text.h"
#include "names/names.h"

#include <stdio.h>

#define FUNCTION "SGP.22 5.7.5; SGP.23-1 4.2.10"
#define P256 "isdr and sgp26-nist"
#define BP256 "isdr and sgp26-brainpool"

/* Beside the codes of DownloadErrorCode. */
enum { ACCEPTED = 0, NO_SESSION = 4, ANY_CODE = 1000, WRONG_DATA = 0x6a80 };
#define CODES_MAX 3

/* A certificate for a new key instead of CERT.DPpb. */
struct binding {
    bool wanted;
    enum pki_role role;
    bool other_smdpp; /* the OID of another SM-DP+ */
    bool other_ci;    /* issued by the other CI */
    bool own_curve;   /* leaf_curve instead of the CI's */
    enum test_curve leaf_curve;
    struct pki_flaws flaws;
};

struct prepare {
    enum test_curve curve;
    int codes[CODES_MAX]; /* each is right; ACCEPTED alone: it has to be accepted. WRONG_DATA: this status word */
    struct binding binding;
    bool second_smdpp; /* CERT.DP2pb of SGP.26 */
    struct smdpp_spoil spoil;
    struct lpa_download_options options;
    const char *confirmation_code;
};

/* ---- what came of it ---- */

static void put_code(struct buf *b, int code)
{
    const char *name = names_of(names_download_errors, (uint32_t)code);
    if (code == ACCEPTED)
        buf_append(b, slice_text("accepted"));
    else if (code == ANY_CODE)
        buf_append(b, slice_text("any other error code"));
    else if (code == WRONG_DATA)
        buf_append(b, slice_text("status word 6A80"));
    else
        text_format(b, "%s(%d)", name ? name : "code", code);
}

static bool expect_code(struct bench *b, const int codes[CODES_MAX], const struct lpa_download_result *result)
{
    BUF_LOCAL wish = {0};
    BUF_LOCAL came = {0};
    int code = result->stage == LPA_STAGE_LOAD                                ? ACCEPTED
               : result->stage == LPA_STAGE_PREPARE && result->card_error > 0 ? result->card_error
               : result->stage == LPA_STAGE_PREPARE && result->sw == 0x6a80   ? WRONG_DATA
                                                                              : -1;
    bool right = false;
    if (!bench_goes_on(b)) return false;
    if (result->stage < LPA_STAGE_PREPARE)
        return bench_verdict(b, VERDICT_ERROR, "no session to prepare: %s", result->error);
    for (size_t i = 0; i < CODES_MAX && (i == 0 || codes[i]); i++) {
        right = right || code == codes[i] || (codes[i] == ANY_CODE && code > 0 && code != WRONG_DATA);
        buf_append(&wish, slice_text(i ? " or " : ""));
        put_code(&wish, codes[i]);
    }
    buf_byte(&wish, 0);
    if (code >= 0)
        put_code(&came, code);
    else
        buf_append(&came, slice_text(result->error));
    buf_byte(&came, 0);
    return bench_expect(b, right && buf_err(&wish) == OK && buf_err(&came) == OK, b->row->clauses, (const char *)wish.p,
                        "%s", (const char *)came.p);
}

/* ---- what is sent ---- */

static bool issue(struct bench *b, const struct prepare *p, struct test_key *key)
{
    static const uint8_t own[] = {0x88, 0x37, 0x0a};     /* 2.999.10 */
    static const uint8_t another[] = {0x88, 0x37, 0x0c}; /* 2.999.12 */
    enum test_curve curve = p->binding.other_ci == (p->curve == TEST_P256) ? TEST_BP256 : TEST_P256;
    const char *name = curve == TEST_P256 ? "ci-nist" : "ci-brainpool";
    struct pki_issuer ci = {0};
    char file[32];
    (void)snprintf(file, sizeof file, "%s.der", name);
    if (!bench_key(name, curve, &ci.key) ||
        !test_key_derive(key, p->binding.own_curve ? p->binding.leaf_curve : curve, slice_text("bench"), "binding"))
        return bench_verdict(b, VERDICT_ERROR, "the keys of the test PKI do not read");
    ci.certificate = bench_material(file);
    const struct pki_request request = {.role = p->binding.role,
                                        .key = key,
                                        .organization = "ACME",
                                        .common_name = "a server",
                                        .registered_id = p->binding.other_smdpp ? SLICE(another) : SLICE(own),
                                        .flaws = p->binding.flaws};
    return pki_issue(&request, &ci, &b->certificates[0]) ||
           bench_verdict(b, VERDICT_ERROR, "the certificate cannot be made");
}

static bool spoil(struct bench *b, struct smdpp *dp, const struct prepare *p, struct test_key *key)
{
    dp->spoil = p->spoil;
    dp->profile = (struct smdpp_profile){.confirmation_code = p->confirmation_code};
    if (p->second_smdpp) {
        bool nist = p->curve == TEST_P256;
        dp->spoil.pb_certificate = bench_material(nist ? "dp2pb-nist.der" : "dp2pb-brainpool.der");
        dp->spoil.pb_key = key;
        return bench_key(nist ? "dp2pb-nist" : "dp2pb-brainpool", p->curve, key) ||
               bench_verdict(b, VERDICT_ERROR, "the keys of the second SM-DP+ do not read");
    }
    if (!p->binding.wanted) return true;
    if (!issue(b, p, key)) return false;
    dp->spoil.pb_certificate = buf_slice(&b->certificates[0]);
    dp->spoil.pb_key = key;
    return true;
}

/* Up to PrepareDownload, with what is wrong in it. */
static bool prepare(struct bench *b, struct lpa_download_result *result)
{
    const struct prepare *p = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = lpa ? bench_smdpp(b, p->curve, 1) : NULL;
    struct lpa_download_options options = p->options;
    struct test_key key;
    if (!dp || !spoil(b, dp, p, &key)) return false;
    options.stop_before = LPA_STAGE_LOAD;
    (void)lpa_download(lpa, dp, &options, result);
    dp->spoil = (struct smdpp_spoil){0};
    return bench_goes_on(b);
}

static void run_prepare(struct bench *b)
{
    const struct prepare *p = b->row->argument;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (prepare(b, &result)) (void)expect_code(b, p->codes, &result);
}

/* A hashCc that nobody asked for is left out of euiccSigned2, or is the one that was sent. */
static void run_hash_not_asked_for(struct bench *b)
{
    const struct prepare *p = b->row->argument;
    LPA_DOWNLOAD_LOCAL result = {0};
    struct tlv t;
    if (!prepare(b, &result) || !expect_code(b, p->codes, &result)) return;
    struct slice in = buf_slice(&b->lpa.response);
    bool read = tlv_next(&in, &t) && tlv_find(t.value, 0xa0, &t) && tlv_find(t.value, 0x30, &t);
    if (!read) {
        (void)bench_verdict(b, VERDICT_ERROR, "no euiccSigned2 in the answer to PrepareDownload");
        return;
    }
    bool echoed = tlv_find(t.value, 0x04, &t);
    (void)bench_expect(b, !echoed || slice_equal(t.value, p->options.hash_cc), b->row->clauses,
                       "no hashCc, or the one that was sent", "%s",
                       !echoed                                    ? "none"
                       : slice_equal(t.value, p->options.hash_cc) ? "it"
                                                                  : "another one");
}

/* A refusal leaves the session authenticated: it can still be cancelled, and the answer is signed. */
static void run_cancel_after_refusal(struct bench *b)
{
    const struct prepare *p = b->row->argument;
    LPA_DOWNLOAD_LOCAL result = {0};
    b->section = SECTION_GIVEN;
    if (!prepare(b, &result) || !expect_code(b, p->codes, &result)) return;
    b->section = SECTION_TEST;
    int code = lpa_cancel_session(&b->lpa, buf_slice(&b->smdpp->session.transaction_id), 0);
    if (!bench_goes_on(b)) return;
    bool checks = code == 0 && smdpp_check_cancel_session(b->smdpp, buf_slice(&b->lpa.response), 0);
    (void)bench_expect(b, checks, b->row->clauses, "a signed answer to CancelSession", "%s",
                       checks ? "it"
                       : code ? "a refusal"
                              : b->smdpp->error);
}

/* Each session has its own one-time key. */
static void run_fresh_key(struct bench *b)
{
    const struct prepare *p = b->row->argument;
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL first = {0};
    b->section = SECTION_GIVEN;
    if (!prepare(b, &result) || !expect_code(b, p->codes, &result)) return;
    buf_append(&first, buf_slice(&b->smdpp->session.otpk_euicc));
    if (!prepare(b, &result) || !expect_code(b, p->codes, &result)) return;
    b->section = SECTION_TEST;
    bool other = !slice_equal(buf_slice(&first), buf_slice(&b->smdpp->session.otpk_euicc));
    (void)bench_expect(b, other, b->row->clauses, "another otPK.EUICC in each session", "%s",
                       other ? "another" : "the same");
}

/* ---- without an authenticated session ---- */

enum before_prepare { AFTER_CHALLENGE, AFTER_RESET, AFTER_CANCEL, AFTER_REFUSED_SERVER };

static bool end_session(struct bench *b, enum before_prepare event)
{
    uint8_t challenge[16];
    static const struct lpa_download_options to_server = {.stop_before = LPA_STAGE_PREPARE};
    LPA_DOWNLOAD_LOCAL result = {0};
    bool done = false;
    if (event == AFTER_CHALLENGE) done = lpa_get_euicc_challenge(&b->lpa, challenge);
    if (event == AFTER_RESET) done = lpa_reset(&b->lpa);
    if (event == AFTER_CANCEL) done = lpa_cancel_session(&b->lpa, buf_slice(&b->smdpp->session.transaction_id), 1) == 0;
    if (event == AFTER_REFUSED_SERVER) {
        b->smdpp->spoil.signed1_bit = true;
        (void)lpa_download(&b->lpa, b->smdpp, &to_server, &result);
        b->smdpp->spoil.signed1_bit = false;
        done = result.card_error > 0;
    }
    return bench_goes_on(b) &&
           (done || bench_verdict(b, VERDICT_ERROR, "the session cannot be ended: %s",
                                  event == AFTER_REFUSED_SERVER ? "what no server signed is accepted" : b->lpa.error));
}

/* BF21{A1{80 transactionId, 02 code}}; -1: something else. */
static int error_code(struct slice response)
{
    struct tlv whole;
    struct tlv error;
    struct tlv code;
    uint32_t number = 0;
    bool good = tlv_next(&response, &whole) && whole.tag == 0xbf21 && tlv_find(whole.value, 0xa1, &error) &&
                tlv_find(error.value, 0x02, &code) && tlv_unsigned(code.value, &number);
    return good ? (int)number : -1;
}

/* What was a right PrepareDownload, after its session is gone. */
static void run_no_session(struct bench *b)
{
    static const uint8_t context[] = {0xa0, 0x0a, 0xa1, 0x08, 0x80, 0x04, 0x35, 0x29, 0x06, 0x11, 0xa1, 0x00};
    const enum before_prepare *event = b->row->argument;
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = lpa ? bench_smdpp(b, TEST_P256, 1) : NULL;
    uint8_t challenge[16];
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL came = {0};
    if (!dp) return;
    bool good = lpa_get_euicc_challenge(lpa, challenge) && lpa_get_euicc_info1(lpa) &&
                smdpp_initiate_authentication(dp, SLICE(challenge), buf_slice(&lpa->response),
                                              "testsmdpplus1.example.com", &answer) &&
                lpa_authenticate_server(lpa, &answer, SLICE(context)) &&
                smdpp_authenticate_client(dp, buf_slice(&lpa->response), &answer);
    if (!good) {
        (void)bench_verdict(b, VERDICT_ERROR, "no session: %s; %s", lpa->error, dp->error);
        return;
    }
    if (!end_session(b, *event)) return;
    bool answered = lpa_prepare_download(lpa, &answer, slice_of(NULL, 0));
    if (!bench_goes_on(b)) return;
    int code = answered ? error_code(buf_slice(&lpa->response)) : -1;
    if (code > 0)
        put_code(&came, code);
    else
        buf_append(&came, slice_text(answered ? "no error response" : lpa->error));
    buf_byte(&came, 0);
    (void)bench_expect(b, code == NO_SESSION, b->row->clauses, "noSessionContext(4)", "%s", (const char *)came.p);
}

/* ---- the table ---- */

static const uint8_t other_tid[16] = {0x66};
static const uint8_t short_tid[1] = {0x66};
static const uint8_t zeros[65];
static const uint8_t hash[32] = {0x31, 0x32};

#define ROW(name, text, clause, on, ...) RUN(name, text, clause, on, run_prepare, __VA_ARGS__)
#define HASH(name, text, on)                                                                                           \
    RUN(name, text, "; SGP.22 negative 34", on, run_hash_not_asked_for, .codes = {ACCEPTED},                           \
        .options = {.hash_cc = BYTES(hash)})
#define RUN(name, text, clause, on, function, ...)                                                                     \
    {                                                                                                                  \
        .id = "ES10b.PrepareDownload/" name, .family = "ES10b", .title = text, .clauses = FUNCTION clause,             \
        .applies = on, .state = "any", .needs = NEED_SGP26, .run = function,                                           \
        .argument =                                                                                                    \
            &(const struct prepare){.curve = sizeof(on) == sizeof(P256) ? TEST_P256 : TEST_BP256, __VA_ARGS__},        \
    }
#define BOTH(name, text, clause, ...)                                                                                  \
    ROW(name "-nist", text " (P-256)", clause, P256, __VA_ARGS__),                                                     \
        ROW(name "-brainpool", text " (brainpoolP256r1)", clause, BP256, __VA_ARGS__)
#define CERTIFICATE(name, text, clause, number, ...)                                                                   \
    BOTH(name, text, clause, .codes = {number}, .binding = {.wanted = true, __VA_ARGS__})
#define NO_SESSION_ROW(name, text, when)                                                                               \
    {                                                                                                                  \
        .id = "ES10b.PrepareDownload/" name, .family = "ES10b", .title = text,                                         \
        .clauses = FUNCTION "; SGP.22 negative 28", .applies = P256, .state = "any", .needs = NEED_SGP26,              \
        .run = run_no_session, .argument = &(const enum before_prepare){when},                                         \
    }

const struct case_row cases_prepare[] = {
    BOTH("01-nominal", "the CERT.DPpb of SGP.26 is accepted, otPK.EUICC and signature are right", "",
         .codes = {ACCEPTED}),
    BOTH("02-confirmation-code", "hashCc that is asked for comes back signed", "", .codes = {ACCEPTED},
         .confirmation_code = "0815", .options = {.confirmation_code = "0815"}),
    HASH("03-hash-not-asked-for-nist", "hashCc that nobody asked for comes back or is left out (P-256)", P256),
    HASH("03-hash-not-asked-for-brainpool", "hashCc that nobody asked for comes back or is left out (brainpoolP256r1)",
         BP256),
    BOTH("04-no-hash", "ccRequiredFlag without hashCc is refused", "; SGP.22 negative 33", .codes = {127, ANY_CODE},
         .spoil = {.cc_required = true}),
    ROW("05-hash-31-bytes", "hashCc of 31 bytes is refused", "", P256, .codes = {WRONG_DATA, ANY_CODE},
        .options = {.hash_cc = {hash, 31}}),

    CERTIFICATE("10-other-certificate", "any CERT.DPpb of the SM-DP+ under its CI is accepted", "", ACCEPTED,
                .role = PKI_DP_PB),
    CERTIFICATE("11-expired", "an eUICC has no clock: an expired CERT.DPpb is accepted", "", ACCEPTED,
                .role = PKI_DP_PB, .flaws = {.expired = true}),
    CERTIFICATE("12-bad-signature", "CERT.DPpb with a bad signature: invalidCertificate", "", 1, .role = PKI_DP_PB,
                .flaws = {.bad_signature = true}),
    CERTIFICATE("13-changed", "CERT.DPpb changed after it was signed: invalidCertificate", "", 1, .role = PKI_DP_PB,
                .flaws = {.changed_after_signing = true}),
    CERTIFICATE("14-no-key-usage", "CERT.DPpb without keyUsage: invalidCertificate", "", 1, .role = PKI_DP_PB,
                .flaws = {.no_key_usage = true}),
    CERTIFICATE("15-key-usage", "CERT.DPpb with keyUsage keyAgreement: invalidCertificate", "", 1, .role = PKI_DP_PB,
                .flaws = {.wrong_key_usage = true}),
    CERTIFICATE("16-critical-extension", "CERT.DPpb with an unknown critical extension: invalidCertificate", "", 1,
                .role = PKI_DP_PB, .flaws = {.unknown_critical_extension = true}),
    CERTIFICATE("17-other-smdpp", "CERT.DPpb with the OID of another SM-DP+: invalidCertificate",
                "; SGP.22 negative 29", 1, .role = PKI_DP_PB, .other_smdpp = true),
    BOTH("18-second-smdpp", "CERT.DP2pb of SGP.26 after CERT.DPauth: invalidCertificate", "; SGP.22 negative 29",
         .codes = {1}, .second_smdpp = true),
    CERTIFICATE("19-no-oid", "CERT.DPpb without the OID of the SM-DP+: invalidCertificate", "", 1, .role = PKI_DP_PB,
                .flaws = {.no_subject_alt_name = true}),
    CERTIFICATE("20-dpauth", "CERT.DPauth in place of CERT.DPpb: invalidCertificate", "; SGP.22 negative 30", 1,
                .role = PKI_DP_AUTH),
    CERTIFICATE("21-dptls", "CERT.DP.TLS in place of CERT.DPpb: invalidCertificate", "", 1, .role = PKI_DP_TLS),
    CERTIFICATE("22-no-policy", "CERT.DPpb without a certificate policy: invalidCertificate", "", 1, .role = PKI_DP_PB,
                .flaws = {.no_policies = true}),
    ROW("23-p192", "CERT.DPpb with a key on P-192: unsupportedCurve", "", P256, .codes = {3, 1},
        .binding = {.wanted = true, .role = PKI_DP_PB, .own_curve = true, .leaf_curve = TEST_P192}),
    ROW("24-brainpool-192", "CERT.DPpb with a key on brainpoolP192r1: unsupportedCurve", "", BP256, .codes = {3, 1},
        .binding = {.wanted = true, .role = PKI_DP_PB, .own_curve = true, .leaf_curve = TEST_BP192}),
    CERTIFICATE("25-other-ci", "CERT.DPpb of another CI than that of CERT.DPauth: invalidCertificate", "", 1,
                .role = PKI_DP_PB, .other_ci = true),

    BOTH("30-signed2-changed", "smdpSigned2 with one bit changed: invalidSignature", "", .codes = {2},
         .spoil = {.signed2_bit = true}),
    BOTH("31-without-signature1", "smdpSignature2 made without euiccSignature1: invalidSignature",
         "; SGP.22 negative 31", .codes = {2}, .spoil = {.signature2_input = SMDPP_SIGNATURE2_WITHOUT}),
    BOTH("32-without-header", "smdpSignature2 over euiccSignature1 without tag and length: invalidSignature",
         "; SGP.22 negative 31", .codes = {2}, .spoil = {.signature2_input = SMDPP_SIGNATURE2_WITHOUT_HEADER}),
    BOTH("33-signature-zero", "smdpSignature2 with r = s = 0: invalidSignature", "", .codes = {2},
         .spoil = {.signature2 = {zeros, 64}}),
    BOTH("34-signature-63-bytes", "smdpSignature2 of 63 bytes: invalidSignature", "", .codes = {2, WRONG_DATA},
         .spoil = {.signature2 = {zeros, 63}}),
    BOTH("35-signature-65-bytes", "smdpSignature2 of 65 bytes: invalidSignature", "", .codes = {2, WRONG_DATA},
         .spoil = {.signature2 = {zeros, 65}}),
    BOTH("36-other-transaction", "the transactionId of another session: invalidTransactionId", "; SGP.22 negative 32",
         .codes = {5}, .spoil = {.signed2_transaction_id = BYTES(other_tid)}),
    BOTH("37-short-transaction", "a transactionId of one byte: invalidTransactionId", "; SGP.22 negative 32",
         .codes = {5}, .spoil = {.signed2_transaction_id = BYTES(short_tid)}),

    NO_SESSION_ROW("40-after-challenge", "PrepareDownload after GetEUICCChallenge only: noSessionContext",
                   AFTER_CHALLENGE),
    NO_SESSION_ROW("41-after-reset", "PrepareDownload after a reset: noSessionContext", AFTER_RESET),
    NO_SESSION_ROW("42-after-cancel", "PrepareDownload in a cancelled session: noSessionContext", AFTER_CANCEL),
    NO_SESSION_ROW("43-after-refused-server", "PrepareDownload after a refused AuthenticateServer: noSessionContext",
                   AFTER_REFUSED_SERVER),
    {.id = "ES10b.PrepareDownload/44-cancel-after-refusal",
     .family = "ES10b",
     .title = "after a refused PrepareDownload the session can be cancelled",
     .clauses = FUNCTION "; SGP.22 5.7.14",
     .applies = P256,
     .state = "any",
     .needs = NEED_SGP26,
     .run = run_cancel_after_refusal,
     .argument = &(const struct prepare){.codes = {2, ANY_CODE}, .spoil = {.signed2_bit = true}}},
    {.id = "ES10b.PrepareDownload/45-fresh-key",
     .family = "ES10b",
     .title = "each session has its own otPK.EUICC",
     .clauses = FUNCTION "; SGP.22 3.1.3.2",
     .applies = P256,
     .state = "any",
     .needs = NEED_SGP26,
     .run = run_fresh_key,
     .argument = &(const struct prepare){.codes = {ACCEPTED}}},
    {.id = NULL},
};
