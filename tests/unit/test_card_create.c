/* euicc_create: what it refuses and says, for wrong parameters, certificates, storages and stored values. */
#include "common.h"
#include "pki.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- a storage of one test ---- */

struct memory {
    struct {
        char key[64];
        uint8_t value[8192];
        size_t n;
    } list[128];
    size_t n;
    int load_result, commit_result;
    size_t commits;
    euicc_random *random;
    bool random_fails;
};

static int memory_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    struct memory *m = ctx;
    int result = m->load_result;
    for (size_t i = 0; result == EUICC_OK && i < m->n; i++)
        result = put(put_ctx, m->list[i].key, m->list[i].value, m->list[i].n);
    return result;
}

static void memory_put(struct memory *m, const char *key, const uint8_t *value, size_t n)
{
    size_t i = 0;
    while (i < m->n && strcmp(m->list[i].key, key) != 0)
        i++;
    if (!value) {
        if (i < m->n) m->list[i] = m->list[--m->n];
        return;
    }
    ck_assert(i < COUNT(m->list) && strlen(key) < sizeof m->list[i].key && n <= sizeof m->list[i].value);
    if (i == m->n) m->n++;
    (void)snprintf(m->list[i].key, sizeof m->list[i].key, "%s", key);
    if (n) memcpy(m->list[i].value, value, n);
    m->list[i].n = n;
}

static int memory_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct memory *m = ctx;
    m->commits++;
    if (m->commit_result != EUICC_OK) return m->commit_result;
    for (size_t i = 0; i < n; i++)
        memory_put(m, changes[i].key, changes[i].value, changes[i].n);
    return EUICC_OK;
}

static int memory_random(void *ctx, uint8_t *out, size_t n)
{
    struct memory *m = ctx;
    return m->random_fails ? EUICC_RANDOM : euicc_random_bytes(m->random, out, n);
}

static struct memory *memory;
static struct kat *keys;

static void set_up(void)
{
    memory = calloc(1, sizeof *memory);
    keys = kat_open("sgp26.txt");
    ck_assert(memory && keys);
    ck_assert_int_eq(euicc_random_new(&memory->random, true, 7), EUICC_OK);
}

static void tear_down(void)
{
    euicc_random_free(memory->random);
    kat_free(keys);
    free(memory);
}

static int create(euicc **card, const struct euicc_config *config, struct euicc_diagnostic *why)
{
    const struct euicc_env env = {.ctx = memory, .random = memory_random, .load = memory_load, .commit = memory_commit};
    return euicc_create(card, config, &env, why);
}

static void assert_refused(const struct euicc_config *config, int result, const char *text)
{
    euicc *card;
    struct euicc_diagnostic why = {"not set"};
    int came = create(&card, config, &why);
    ck_assert_msg(came == result, "%s: %s, %s", text, euicc_result_text(came), why.text);
    ck_assert_ptr_null(card);
    ck_assert_msg(strstr(why.text, text) != NULL, "expected \"%s\", came \"%s\"", text, why.text);
    ck_assert_int_eq(create(&card, config, NULL), result); /* why may be NULL */
}

/* ---- euicc_create ---- */

START_TEST(test_eid_errors)
{
    static const struct {
        const char *eid;
        const char *text;
    } rows[] = {
        {"", "EID: expected 32 decimal digits"},
        {"8904903212345123451234567890123", "EID: expected 32 decimal digits"},
        {"890490321234512345123456789012355", "EID: expected 32 decimal digits"},
        {"8904903212345123451234567890123A", "EID: expected 32 decimal digits"},
        {"89049032 2345123451234567890123 ", "EID: expected 32 decimal digits"},
        {"79049032123451234512345678901235", "expected 89 at its start"},
        {"89049032123451234512345678901236", "expected check digits 35"},
        {"89049032123451234512345678901335", "expected check digits"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct euicc_config config = {.eid = rows[i].eid};
        assert_refused(&config, EUICC_BAD_ARGUMENT, rows[i].text);
    }
    ck_assert_uint_eq(memory->commits, 0);
}
END_TEST

START_TEST(test_personality_errors)
{
    const struct euicc_config config = {.eid = EID, .personality = "name = x\nchannels_max = 20\n"};
    assert_refused(&config, EUICC_BAD_ARGUMENT, "personality line 2: channels_max: expected a number of 0 to 19");
    ck_assert_uint_eq(memory->commits, 0);
}
END_TEST

static struct euicc_bytes bytes(const char *name)
{
    struct slice s = kat_slice(keys, name);
    return (struct euicc_bytes){s.p, s.n};
}

/* The SGP.26 root with the chain of its EUM. */
static struct euicc_issuer good_issuer(void)
{
    return (struct euicc_issuer){.ci_certificate = bytes("CERT_CI_NIST_2020.der"),
                                 .eum_certificate = bytes("CERT_EUM_NIST_2017.der"),
                                 .eum_key = bytes("SK_EUM_NIST.sk")};
}

static void refuse_issuer(const struct euicc_issuer *issuer, const char *text)
{
    const struct euicc_config config = {.eid = EID, .issuers = issuer, .issuer_count = 1};
    assert_refused(&config, EUICC_BAD_ARGUMENT, text);
    ck_assert_uint_eq(memory->commits, 0);
}

START_TEST(test_issuer_errors)
{
    static const uint8_t rubbish[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    const struct euicc_bytes bad = {rubbish, sizeof rubbish};
    struct euicc_issuer many[9];
    struct euicc_issuer i = good_issuer();
    const struct euicc_config none = {.eid = EID, .issuers = &i, .issuer_count = 0};
    assert_refused(&none, EUICC_BAD_ARGUMENT, "issuers: expected 1 to 8");
    for (size_t k = 0; k < COUNT(many); k++)
        many[k] = i;
    const struct euicc_config nine = {.eid = EID, .issuers = many, .issuer_count = COUNT(many)};
    assert_refused(&nine, EUICC_BAD_ARGUMENT, "issuers: expected 1 to 8");
    i = (struct euicc_issuer){0};
    refuse_issuer(&i, "CI certificate 0: at byte 0 expected");
    i = good_issuer();
    i.ci_certificate = bad;
    refuse_issuer(&i, "CI certificate 0: at byte");
    i = good_issuer();
    i.ci_certificate = bytes("CERT_EUM_NIST_2017.der"); /* not self-signed */
    refuse_issuer(&i, "CI certificate 0: expected a self-signed one");
    i = good_issuer();
    i.ci_certificate.n--;
    refuse_issuer(&i, "CI certificate 0: at byte");
    i = good_issuer();
    i.eum_certificate = bad;
    refuse_issuer(&i, "EUM certificate 0: at byte");
    i = good_issuer();
    i.eum_certificate = bytes("CERT_DPauth_NIST.der"); /* signed by the CI, another role */
    refuse_issuer(&i, "EUM certificate 0: expected an EUM certificate signed by the CI");
    i = good_issuer();
    i.ci_certificate = bytes("CERT_CI_BRP_2020.der"); /* another CI */
    refuse_issuer(&i, "EUM certificate 0: expected an EUM certificate signed by the CI");
    i = good_issuer();
    i.eum_key = (struct euicc_bytes){0};
    refuse_issuer(&i, "issuer 0: expected a private key of 32 bytes");
    i.eum_key = (struct euicc_bytes){rubbish, sizeof rubbish};
    refuse_issuer(&i, "issuer 0: expected a private key of 32 bytes");
    i = good_issuer();
    i.eum_key = bytes("SK_EUICC_NIST.sk"); /* another key */
    refuse_issuer(&i, "EUM certificate 0:");
}
END_TEST

/* The card's own certificate, given: it must be one of this EID, of this key, signed by this EUM. */
START_TEST(test_own_certificate_errors)
{
    static const uint8_t rubbish[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    struct test_key eum;
    struct test_key card_key;
    BUF_LOCAL certificate = {0};
    ck_assert(test_key_private(&eum, TEST_P256, kat_slice(keys, "SK_EUM_NIST.sk")));
    ck_assert(test_key_derive(&card_key, TEST_P256, slice_text("card"), "key"));
    const struct pki_issuer issuer = {.key = eum, .certificate = kat_slice(keys, "CERT_EUM_NIST_2017.der")};
    struct pki_request request = {.role = PKI_EUICC,
                                  .key = &card_key,
                                  .organization = "RSP Test EUM",
                                  .common_name = "card",
                                  .serial_number = EID,
                                  .serial = 5};
    struct euicc_issuer i = good_issuer();
    i.eum_key = (struct euicc_bytes){0};
    i.euicc_key = (struct euicc_bytes){card_key.private_key, 32};
    i.euicc_certificate = (struct euicc_bytes){rubbish, sizeof rubbish};
    refuse_issuer(&i, "eUICC certificate 0: at byte");
    ck_assert(pki_issue(&request, &issuer, &certificate));
    i.euicc_certificate = (struct euicc_bytes){certificate.p, certificate.n};
    i.euicc_key.n = 31;
    refuse_issuer(&i, "issuer 0: expected a private key of 32 bytes");
    i.euicc_key = bytes("SK_EUICC_NIST.sk");
    refuse_issuer(&i, "eUICC certificate 0: expected the certificate of the given key");
    i.euicc_key = (struct euicc_bytes){card_key.private_key, 32};
    buf_reset(&certificate);
    request.flaws.bad_signature = true;
    ck_assert(pki_issue(&request, &issuer, &certificate));
    i.euicc_certificate = (struct euicc_bytes){certificate.p, certificate.n};
    refuse_issuer(&i, "eUICC certificate 0: expected an eUICC certificate signed by the EUM");
    buf_reset(&certificate);
    request.flaws.bad_signature = false;
    request.role = PKI_EUM;
    ck_assert(pki_issue(&request, &issuer, &certificate));
    i.euicc_certificate = (struct euicc_bytes){certificate.p, certificate.n};
    refuse_issuer(&i, "eUICC certificate 0: expected an eUICC certificate signed by the EUM");
    buf_reset(&certificate);
    request.role = PKI_EUICC;
    request.serial_number = "89049032123451234512345678901332";
    ck_assert(pki_issue(&request, &issuer, &certificate));
    i.euicc_certificate = (struct euicc_bytes){certificate.p, certificate.n};
    refuse_issuer(&i, "eUICC certificate 0: expected the certificate of EID " EID);
    buf_reset(&certificate);
    request.serial_number = EID;
    ck_assert(pki_issue(&request, &issuer, &certificate));
    i.euicc_certificate = (struct euicc_bytes){certificate.p, certificate.n};
    const struct euicc_config config = {.eid = EID, .issuers = &i, .issuer_count = 1};
    struct euicc_diagnostic why;
    euicc *card;
    ck_assert_msg(create(&card, &config, &why) == EUICC_OK, "%s", why.text);
    ck_assert_str_eq(why.text, "ok");
    euicc_destroy(card);
}
END_TEST

START_TEST(test_random_eid)
{
    char seen[8][33];
    for (size_t i = 0; i < COUNT(seen); i++) {
        euicc *card;
        struct euicc_description d;
        const struct euicc_config config = {0};
        unsigned rest = 0;
        memory->n = 0;
        ck_assert_int_eq(create(&card, &config, NULL), EUICC_OK);
        ck_assert_int_eq(euicc_describe(card, &d), EUICC_OK);
        ck_assert_msg(strlen(d.eid) == 32 && strncmp(d.eid, "89049032", 8) == 0, "%s", d.eid);
        for (size_t k = 0; k < 32; k++)
            rest = (rest * 10 + (unsigned)(d.eid[k] - '0')) % 97;
        ck_assert_uint_eq(rest, 1);
        memcpy(seen[i], d.eid, sizeof seen[i]);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(seen[i], seen[k]);
        euicc_destroy(card);
    }
}
END_TEST

START_TEST(test_storage_errors)
{
    const struct euicc_config config = {.eid = EID};
    euicc *card;
    assert_refused(NULL, EUICC_NO_CARD, "the storage holds no card");
    memory->load_result = EUICC_LOCKED;
    assert_refused(&config, EUICC_STORAGE, "reading or writing the storage failed");
    memory->load_result = EUICC_OK;
    memory->commit_result = EUICC_STORAGE;
    assert_refused(&config, EUICC_STORAGE, "reading or writing the storage failed");
    memory->commit_result = EUICC_POWER_LOST;
    assert_refused(&config, EUICC_POWER_LOST, "the power was cut");
    ck_assert_uint_eq(memory->n, 0);
    memory->commit_result = EUICC_OK;
    memory->random_fails = true;
    assert_refused(&config, EUICC_RANDOM, "the random source failed");
    ck_assert_uint_eq(memory->n, 0);
    memory->random_fails = false;
    ck_assert_int_eq(create(&card, &config, NULL), EUICC_OK);
    ck_assert_uint_eq(memory->commits, 5); /* two refused ones were tried twice each */
    euicc_destroy(card);
    ck_assert_int_eq(create(&card, NULL, NULL), EUICC_OK); /* and it is still there */
    euicc_destroy(card);
    ck_assert_uint_eq(memory->commits, 5);
    /* the stored card is opened, whatever the configuration would have made */
    const struct euicc_config other = {.eid = "89049032123451234512345678901332", .personality = "name = other"};
    struct euicc_description d;
    ck_assert_int_eq(create(&card, &other, NULL), EUICC_OK);
    ck_assert_int_eq(euicc_describe(card, &d), EUICC_OK);
    ck_assert_str_eq(d.eid, EID);
    ck_assert_str_eq(d.personality, "default");
    euicc_destroy(card);
}
END_TEST

static size_t stored(const char *key)
{
    for (size_t i = 0; i < memory->n; i++)
        if (strcmp(memory->list[i].key, key) == 0) return i;
    ck_abort_msg("no key %s", key);
    return 0;
}

/* Values that no card wrote. Each is refused or harmless, never a crash; these must be refused. */
START_TEST(test_stored_errors)
{
    static const struct {
        const char *key;
        const char *value; /* NULL: gone */
        int result;
        const char *text;
    } rows[] = {
        {"card/version", "3", EUICC_NEWER, "the stored card has version 3, this program knows 2"},
        {"card/version", "10", EUICC_NEWER, "the stored card has version 10, this program knows 2"},
        {"card/version", NULL, EUICC_CORRUPT, "the stored card has no version"},
        {"card/personality", NULL, EUICC_CORRUPT, "the stored card does not decode"},
        {"card/personality", "name = x\nfoo = bar", EUICC_CORRUPT, "personality line 2: no field has the name foo"},
        {"card/eid", NULL, EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"card/eid", "short", EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/id", NULL, EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/id", "x", EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/point", NULL, EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/point", "x", EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/euicc", NULL, EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/eum", NULL, EUICC_CORRUPT, "EID, keys or certificates do not decode"},
        {"ci/0/key", "short", EUICC_CORRUPT, "EID, keys or certificates do not decode"},
    };
    const struct euicc_config config = {.eid = EID};
    euicc *card;
    ck_assert_int_eq(create(&card, &config, NULL), EUICC_OK);
    euicc_destroy(card);
    size_t at = stored(rows[_i].key);
    if (rows[_i].value)
        memory_put(memory, rows[_i].key, (const uint8_t *)rows[_i].value, strlen(rows[_i].value));
    else
        memory->list[at] = memory->list[--memory->n];
    size_t commits = memory->commits;
    assert_refused(NULL, rows[_i].result, rows[_i].text);
    ck_assert_uint_eq(memory->commits, commits);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("card create");
    TCase *tcase = tcase_create("create");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_eid_errors);
    tcase_add_test(tcase, test_personality_errors);
    tcase_add_test(tcase, test_issuer_errors);
    tcase_add_test(tcase, test_own_certificate_errors);
    tcase_add_test(tcase, test_random_eid);
    tcase_add_test(tcase, test_storage_errors);
    tcase_add_loop_test(tcase, test_stored_errors, 0, 14);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
