/* ES10b.LoadCRL of SGP.22 v2 (5.7.12; SGP.23-1 4.2.17): revocation lists signed by the SGP.26 test CI, right ones and
 * ones with one thing wrong, and what a revoked server then gets. Lists are written TLV by TLV (RFC 5280 5). */
#define _GNU_SOURCE
#include "bench.h"

#include "base/tlv.h"

#include <stdio.h>
#include <time.h>

#define CLAUSES "SGP.22 5.7.12; SGP.23-1 4.2.17"
#define P256 "isdr and crl and sgp26-nist"
#define BP256 "isdr and crl and sgp26-brainpool"

enum { LOADED = 0, INVALID_SIGNATURE = 1, INVALID_FORMAT = 2, KEY_NOT_FOUND = 4, FRESHER_LOADED = 5, BASE_MISSING = 6 };
enum { INVALID_CERTIFICATE = 1 };
enum { REVOKED_SERIAL = 0x4242, OTHER_SERIAL = 0x4343 };

struct list {
    enum test_curve curve;
    uint32_t number;  /* above the first one of the case: 1 to 3; 0: no list */
    uint32_t base;    /* deltaCRLIndicator, likewise; 0: a complete list */
    uint32_t revoked; /* one serial number; 0: none */
    bool foreign_key; /* signed and named by a CI that nobody knows */
    bool bad_signature;
    bool no_number;
    bool no_authority;
    bool unknown_critical;
    bool unknown_extension;
    bool sha384; /* named, SHA-256 used */
};

static const uint8_t ecdsa_sha256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t ecdsa_sha384[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
static const uint8_t authority_id[] = {0x55, 0x1d, 35};
static const uint8_t crl_number_id[] = {0x55, 0x1d, 20};
static const uint8_t delta_id[] = {0x55, 0x1d, 27};
static const uint8_t unknown_id[] = {0x88, 0x37, 0x07}; /* 2.999.7 */

/* ---- a list ---- */

static void put_algorithm(struct buf *b, const struct list *l)
{
    size_t mark = tlv_open(b, 0x30);
    tlv_put(b, 0x06, l->sha384 ? SLICE(ecdsa_sha384) : SLICE(ecdsa_sha256));
    tlv_close(b, mark);
}

static void put_extension(struct buf *b, struct slice id, bool critical, const struct buf *value)
{
    size_t mark = tlv_open(b, 0x30);
    tlv_put(b, 0x06, id);
    if (critical) tlv_put_u8(b, 0x01, 0xff);
    tlv_put(b, 0x04, buf_slice(value));
    tlv_close(b, mark);
}

static void put_number(struct buf *b, struct slice id, bool critical, uint32_t number)
{
    BUF_LOCAL value = {0};
    tlv_put_unsigned(&value, 0x02, number);
    put_extension(b, id, critical, &value);
}

static void put_extensions(struct buf *b, const struct list *l, uint32_t first, const struct test_key *key)
{
    size_t tagged = tlv_open(b, 0xa0);
    size_t all = tlv_open(b, 0x30);
    if (!l->no_authority) {
        BUF_LOCAL value = {0};
        uint8_t id[20];
        test_key_identifier(key, id);
        size_t mark = tlv_open(&value, 0x30);
        tlv_put(&value, 0x80, SLICE(id));
        tlv_close(&value, mark);
        put_extension(b, SLICE(authority_id), false, &value);
    }
    if (!l->no_number) put_number(b, SLICE(crl_number_id), false, first + l->number);
    if (l->base) put_number(b, SLICE(delta_id), true, first + l->base);
    if (l->unknown_critical || l->unknown_extension) put_number(b, SLICE(unknown_id), l->unknown_critical, 1);
    tlv_close(b, all);
    tlv_close(b, tagged);
}

static void put_revoked(struct buf *b, uint32_t serial)
{
    if (!serial) return;
    size_t all = tlv_open(b, 0x30);
    size_t one = tlv_open(b, 0x30);
    tlv_put_unsigned(b, 0x02, serial);
    tlv_put(b, 0x17, slice_text("240101000000Z"));
    tlv_close(b, one);
    tlv_close(b, all);
}

static void put_issuer(struct buf *b)
{
    static const uint8_t common_name[] = {0x55, 0x04, 0x03};
    size_t name = tlv_open(b, 0x30);
    size_t set = tlv_open(b, 0x31);
    size_t pair = tlv_open(b, 0x30);
    tlv_put(b, 0x06, SLICE(common_name));
    tlv_put(b, 0x0c, slice_text("Test CI"));
    tlv_close(b, pair);
    tlv_close(b, set);
    tlv_close(b, name);
}

static void put_signed_part(struct buf *b, const struct list *l, uint32_t first, const struct test_key *key)
{
    size_t mark = tlv_open(b, 0x30);
    tlv_put_u8(b, 0x02, 1); /* version 2 */
    put_algorithm(b, l);
    put_issuer(b);
    tlv_put(b, 0x17, slice_text("240101000000Z"));
    tlv_put(b, 0x17, slice_text("490101000000Z"));
    put_revoked(b, l->revoked);
    put_extensions(b, l, first, key);
    tlv_close(b, mark);
}

/* The content of CertificateList: the tag of the SEQUENCE is replaced in the request. */
static bool make_list(const struct list *l, uint32_t first, const struct test_key *key, struct buf *out)
{
    BUF_LOCAL part = {0};
    BUF_LOCAL raw = {0};
    put_signed_part(&part, l, first, key);
    if (buf_err(&part) != OK || !test_sign(key, buf_slice(&part), &raw) || raw.n != 64) return false;
    if (l->bad_signature) raw.p[63] ^= 1;
    buf_append(out, buf_slice(&part));
    put_algorithm(out, l);
    size_t bits = tlv_open(out, 0x03);
    buf_byte(out, 0);
    pki_put_signature(out, buf_slice(&raw));
    tlv_close(out, bits);
    return buf_err(out) == OK;
}

/* ---- loading ---- */

/* Numbers only rise, and nothing but a new card forgets them: on a card that is not made anew for each case they
 * follow the clock, 16 a second, and a case waits until its own are above those of the one before. */
static uint32_t first_number(const struct bench *b)
{
    enum { PER_SECOND = 16, NUMBERS_OF_A_CASE = 3 };
    static const time_t year_2026 = 1767225600;
    const struct timespec wait = {.tv_nsec = 1000000000L * NUMBERS_OF_A_CASE / PER_SECOND};
    struct timespec now = {0};
    if (b->target->builtin) return 0;
    (void)nanosleep(&wait, NULL);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint32_t)((now.tv_sec - year_2026) * PER_SECOND + now.tv_nsec / (1000000000L / PER_SECOND));
}

/* The code of the card, LOADED, or -1 with a verdict. */
static int load(struct bench *b, const struct list *l, uint32_t first)
{
    struct test_key key;
    BUF_LOCAL content = {0};
    struct lpa *lpa = bench_lpa(b);
    bool read = bench_key(l->curve == TEST_P256 ? "ci-nist" : "ci-brainpool", l->curve, &key) &&
                (!l->foreign_key || test_key_derive(&key, l->curve, slice_text("bench"), "a foreign CI"));
    if (!lpa) return -1;
    if (!read || !make_list(l, first, &key, &content)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the list cannot be made");
        return -1;
    }
    int code = lpa_load_crl(lpa, buf_slice(&content));
    if (code < 0 && bench_goes_on(b))
        (void)bench_expect(b, false, b->row->clauses, "a response to LoadCRL", "%s", lpa->error);
    return code;
}

static bool expect_code(struct bench *b, const struct list *l, uint32_t first, int wish, int or_wish)
{
    static const char *const names[] = {"loaded",
                                        "invalidSignature(1)",
                                        "invalidCRLFormat(2)",
                                        "notEnoughMemorySpace(3)",
                                        "verificationKeyNotFound(4)",
                                        "fresherCrlAlreadyLoaded(5)",
                                        "baseCrlMissing(6)"};
    char text[80];
    int code = load(b, l, first);
    (void)snprintf(text, sizeof text, "%s%s%s", names[wish], or_wish ? " or " : "", or_wish ? names[or_wish] : "");
    return code >= 0 && bench_expect(b, code == wish || (or_wish && code == or_wish), b->row->clauses, text, "%s",
                                     code <= 6 ? names[code] : "another code");
}

struct load_case {
    struct list given; /* a list that is loaded before; number 0: none */
    struct list list;
    int code;
    int or_code; /* 0: none */
};

static void run_load(struct bench *b)
{
    const struct load_case *c = b->row->argument;
    uint32_t first = first_number(b);
    b->section = SECTION_GIVEN;
    if (c->given.number && !expect_code(b, &c->given, first, LOADED, 0)) return;
    b->section = SECTION_TEST;
    (void)expect_code(b, &c->list, first, c->code, c->or_code);
}

/* ---- a revoked server ---- */

enum { REFUSED, ACCEPTED, ANOTHER_ANSWER };

/* What the card says to the server of the case. */
static int try_server(struct lpa *lpa, struct smdpp *dp, struct lpa_download_result *result)
{
    const struct lpa_download_options options = {.stop_before = LPA_STAGE_PREPARE};
    (void)lpa_download(lpa, dp, &options, result);
    if (result->stage == LPA_STAGE_PREPARE) return ACCEPTED;
    return result->card_error == INVALID_CERTIFICATE ? REFUSED : ANOTHER_ANSWER;
}

struct revoked_case {
    struct list list;
    uint32_t serial; /* of the server's certificate */
    bool refused;
    bool power_cycle;
    struct list bad; /* loaded behind it, and refused for its signature; number 0: none */
};

static void run_revoked(struct bench *b)
{
    static const uint8_t rid[] = {0x88, 0x37, 0x0a}; /* 2.999.10 */
    const struct revoked_case *c = b->row->argument;
    uint32_t first = first_number(b);
    LPA_DOWNLOAD_LOCAL result = {.card_error = -1};
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, TEST_P256, 1);
    struct pki_issuer ci = {.certificate = bench_material("ci-nist.der")};
    struct test_key key;
    const struct pki_request request = {.role = PKI_DP_AUTH,
                                        .key = &key,
                                        .organization = "ACME",
                                        .common_name = "a server",
                                        .serial = c->serial,
                                        .registered_id = SLICE(rid)};
    if (!lpa || !dp) return;
    if (!bench_key("ci-nist", TEST_P256, &ci.key) || !test_key_derive(&key, TEST_P256, slice_text("bench"), "leaf") ||
        !pki_issue(&request, &ci, &b->certificates[0])) {
        (void)bench_verdict(b, VERDICT_ERROR, "the certificate cannot be made");
        return;
    }
    b->section = SECTION_GIVEN;
    if (!expect_code(b, &c->list, first, LOADED, 0)) return;
    dp->spoil.auth_certificate = buf_slice(&b->certificates[0]);
    dp->spoil.auth_key = &key;
    /* whether the list is still there can be asked of a card only that heeds it */
    if ((c->bad.number || c->power_cycle) && try_server(lpa, dp, &result) != REFUSED) {
        (void)bench_verdict(b, VERDICT_ERROR, "the loaded list keeps nobody away");
        return;
    }
    if (c->bad.number && !expect_code(b, &c->bad, first, INVALID_SIGNATURE, 0)) return;
    if (c->power_cycle && !lpa_open(lpa)) {
        (void)bench_verdict(b, VERDICT_ERROR, "after power on: %s", lpa->error);
        return;
    }
    b->section = SECTION_TEST;
    int came = try_server(lpa, dp, &result);
    if (!bench_goes_on(b)) return;
    if (result.stage == LPA_STAGE_CLIENT) {
        (void)bench_verdict(b, VERDICT_ERROR, "the server does not accept the answer: %s", result.error);
        return;
    }
    if (!c->refused && came == ANOTHER_ANSWER) {
        (void)bench_verdict(b, VERDICT_ERROR, "the server is refused for another reason: %s", result.error);
        return;
    }
    (void)bench_expect(b, came == (c->refused ? REFUSED : ACCEPTED), b->row->clauses,
                       c->refused ? "invalidCertificate(1)" : "accepted", "%s",
                       came == ACCEPTED ? "accepted" : result.error);
}

#define CRL(name, text, on, function, ...)                                                                             \
    {                                                                                                                  \
        .id = "ES10b.LoadCRL/" name, .family = "ES10b", .title = text, .clauses = CLAUSES, .applies = on,              \
        .state = "any", .needs = NEED_SGP26, .destructive = true, .run = function, .argument = __VA_ARGS__             \
    }
#define LOAD(name, text, result, ...)                                                                                  \
    CRL(name, text, P256, run_load, &(const struct load_case){.code = (result), __VA_ARGS__})
#define REVOKED(name, text, ...) CRL(name, text, P256, run_revoked, &(const struct revoked_case){__VA_ARGS__})

const struct case_row cases_crl[] = {
    LOAD("10-nist", "a list of the P-256 CI is loaded", LOADED, .list = {.number = 2}),
    CRL("10-brainpool", "a list of the brainpoolP256r1 CI is loaded", BP256, run_load,
        &(const struct load_case){.list = {.curve = TEST_BP256, .number = 2}}),
    LOAD("11-newer", "a newer list replaces an older one", LOADED, .given = {.number = 2}, .list = {.number = 3}),
    LOAD("12-older", "an older list: fresherCrlAlreadyLoaded", FRESHER_LOADED, .given = {.number = 2},
         .list = {.number = 1}),
    LOAD("13-signature", "a list with a bad signature: invalidSignature", INVALID_SIGNATURE,
         .list = {.number = 2, .bad_signature = true}),
    LOAD("14-unknown-ci", "a list of a CI that the card does not know: verificationKeyNotFound", KEY_NOT_FOUND,
         .list = {.number = 2, .foreign_key = true}),
    LOAD("15-no-number", "a list without cRLNumber: invalidCRLFormat", INVALID_FORMAT,
         .list = {.number = 2, .no_number = true}),
    LOAD("16-no-authority", "a list without authority key identifier is refused", INVALID_FORMAT,
         .or_code = KEY_NOT_FOUND, .list = {.number = 2, .no_authority = true}),
    LOAD("17-unknown-critical", "a list with an unknown critical extension: invalidCRLFormat", INVALID_FORMAT,
         .list = {.number = 2, .unknown_critical = true}),
    LOAD("18-unknown-extension", "an unknown extension that is not critical is passed over", LOADED,
         .list = {.number = 2, .unknown_extension = true}),
    LOAD("19-sha384", "a list that names ecdsa-with-SHA384 is refused", INVALID_FORMAT, .or_code = INVALID_SIGNATURE,
         .list = {.number = 2, .sha384 = true}),
    LOAD("20-delta", "a delta list for the list that is loaded", LOADED, .given = {.number = 2},
         .list = {.number = 3, .base = 2}),
    LOAD("21-delta-without-base", "a delta list without its base: baseCrlMissing", BASE_MISSING,
         .list = {.number = 3, .base = 2}),
    REVOKED("30-revoked", "a revoked CERT.DPauth: invalidCertificate", .serial = REVOKED_SERIAL, .refused = true,
            .list = {.number = 2, .revoked = REVOKED_SERIAL}),
    REVOKED("31-not-revoked", "a CERT.DPauth that the list does not name is accepted", .serial = OTHER_SERIAL,
            .list = {.number = 2, .revoked = REVOKED_SERIAL}),
    REVOKED("32-durable", "a list is there after power off: a revoked CERT.DPauth is refused", .serial = REVOKED_SERIAL,
            .refused = true, .power_cycle = true, .list = {.number = 2, .revoked = REVOKED_SERIAL}),
    REVOKED("33-bad-list", "a list with a bad signature does not replace the one that is loaded",
            .serial = REVOKED_SERIAL, .refused = true, .list = {.number = 2, .revoked = REVOKED_SERIAL},
            .bad = {.number = 3, .bad_signature = true}),
    {.id = NULL},
};
