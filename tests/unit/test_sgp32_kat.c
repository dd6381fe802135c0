/* The known answers of SGP.32 themselves: complete, decodable, with signatures that verify and fail with a bit changed,
 * and what the tables of tests/lib/sgp32.h say of each. Nothing here needs the card. */
#include "eim.h"
#include "kat.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 47, SIGNED_ENTRIES = 21 };

static struct kat *kat;

static void set_up(void)
{
    kat = kat_open("sgp32.txt");
    ck_assert_ptr_nonnull(kat);
}

static void tear_down(void)
{
    kat_free(kat);
}

static const char *id_of(size_t i)
{
    char name[32];
    snprintf(name, sizeof name, "id.%zu", i);
    return kat_text(kat, name);
}

static struct slice member(const char *id, const char *name)
{
    return kat_slicef(kat, "%s.%s", id, name);
}

static bool kind_is(const char *id, const char *kind)
{
    return slice_equal(member(id, "kind"), slice_text(kind));
}

static bool has(const char *id, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s.%s", id, name);
    return kat_has(kat, path);
}

static bool contains(struct slice whole, struct slice part)
{
    for (size_t i = 0; i + part.n <= whole.n; i++)
        if (memcmp(whole.p + i, part.p, part.n) == 0) return true;
    return false;
}

START_TEST(test_all_are_there)
{
    static const char *const kinds[] = {"real", "real-truncated", "known-answer", "composed", "non-conformant"};
    ck_assert_uint_eq(kat_count(kat, "id"), ENTRIES);
    for (size_t i = 0; i < ENTRIES; i++) {
        const char *id = id_of(i);
        bool known = false;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            known = known || kind_is(id, kinds[k]);
        ck_assert_msg(known, "%s: unknown kind", id);
        ck_assert_msg(member(id, "hex").n && member(id, "source").n, "%s: no bytes or no source", id);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(id, id_of(k));
    }
}
END_TEST

START_TEST(test_all_but_the_truncated_decode)
{
    size_t truncated = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        const char *id = id_of(i);
        struct slice in = member(id, "hex");
        struct tlv t;
        if (kind_is(id, "real-truncated")) {
            truncated++;
            ck_assert_msg(tlv_read(&in, &t) == TLV_TRUNCATED, "%s is not truncated", id);
            continue;
        }
        size_t offset = 0;
        ck_assert_msg(tlv_strict(in, TLV_DEPTH_MAX, &offset), "%s: not DER at byte %zu", id, offset);
        ck_assert_msg(tlv_read(&in, &t) == TLV_OK, "%s: no TLV", id);
    }
    ck_assert_uint_eq(truncated, 1);
}
END_TEST

static bool verifies(const char *id, struct slice tbs, struct slice signature)
{
    struct test_key key;
    ck_assert_msg(slice_equal(member(id, "verify.curve"), slice_text("P-256")), "%s: curve", id);
    ck_assert_msg(test_key_public(&key, TEST_P256, member(id, "verify.pk")), "%s: public key", id);
    return test_verify(&key, tbs, signature);
}

START_TEST(test_signatures_verify)
{
    size_t signed_entries = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        const char *id = id_of(i);
        if (!has(id, "verify.sig")) continue;
        signed_entries++;
        BUF_LOCAL tbs = {0};
        BUF_LOCAL signature = {0};
        buf_append(&tbs, member(id, "verify.tbs"));
        buf_append(&signature, member(id, "verify.sig"));
        ck_assert_uint_eq(signature.n, 64);
        ck_assert_msg(verifies(id, buf_slice(&tbs), buf_slice(&signature)), "%s: signature does not verify", id);
        /* The signature is in the object itself, and so is what is signed, but for the token at its end. */
        struct slice whole = member(id, "hex");
        struct slice rest = buf_slice(&tbs);
        struct tlv data;
        ck_assert_msg(tlv_next(&rest, &data) && contains(whole, data.whole), "%s: the signed part is elsewhere", id);
        ck_assert_msg(contains(whole, buf_slice(&signature)), "%s: the signature is elsewhere", id);
        if (data.tag == 0x30) {
            struct tlv token;
            ck_assert_msg(tlv_next(&rest, &token) && token.tag == 0x84 && rest.n == 0, "%s: no token TLV", id);
        } else {
            ck_assert_msg(data.tag == 0xbf2f && rest.n == 0, "%s: a notification is signed without token", id);
        }
        tbs.p[tbs.n / 2] ^= 0x10;
        ck_assert_msg(!verifies(id, buf_slice(&tbs), buf_slice(&signature)), "%s: changed data verify", id);
        tbs.p[tbs.n / 2] ^= 0x10;
        signature.p[10] ^= 0x01;
        ck_assert_msg(!verifies(id, buf_slice(&tbs), buf_slice(&signature)), "%s: a changed signature verifies", id);
    }
    ck_assert_uint_eq(signed_entries, SIGNED_ENTRIES);
}
END_TEST

/* Composed entries: deterministic ECDSA with the published keys, so our own signer gives the same bytes. */
START_TEST(test_composed_signatures_are_reproduced)
{
    size_t n = 0;
    struct test_key eim;
    struct test_key card;
    ck_assert(test_key_private(&eim, TEST_P256, kat_slice(kat, "constants.eim_sk_nist")));
    ck_assert(test_key_private(&card, TEST_P256, kat_slice(kat, "constants.euicc_sk_nist")));
    ck_assert(slice_equal(test_key_point(&eim), kat_slice(kat, "constants.eim_pk_nist")));
    ck_assert(slice_equal(test_key_point(&card), kat_slice(kat, "constants.euicc_pk_nist")));
    for (size_t i = 0; i < ENTRIES; i++) {
        const char *id = id_of(i);
        if (!kind_is(id, "composed") || !has(id, "verify.sig")) continue;
        BUF_LOCAL signature = {0};
        bool by_eim = slice_equal(member(id, "verify.pk"), test_key_point(&eim));
        ck_assert_msg(by_eim || slice_equal(member(id, "verify.pk"), test_key_point(&card)), "%s: whose key?", id);
        ck_assert(test_sign(by_eim ? &eim : &card, member(id, "verify.tbs"), &signature));
        ck_assert_msg(slice_equal(buf_slice(&signature), member(id, "verify.sig")), "%s: another signature", id);
        n++;
    }
    ck_assert_uint_ge(n, 15);
}
END_TEST

/* What the tables say of each object. `fault`: words of the first fault; NULL: none. */
static const struct row {
    const char *id;
    bool response;
    const char *fault;
} rows[] = {
    {"real-kigen-epr-listProfileInfo", true, NULL},
    {"real-b-enable-request", false, NULL},
    {"real-b-enable-result", true, NULL},
    {"real-b-geteid", true, NULL},
    {"real-c-getprofilesinfo-default", true, "fallbackAttribute: FALSE is the default"},
    {"real-a-request", false, NULL},
    {"real-a-result", true, NULL},
    {"real-a-retrieve", true, NULL},
    {"ka-addInitialEim-ok-no-token", true, NULL},
    {"ka-connectivity-none", true, NULL},
    {"ka-rollback-request", false, NULL},
    {"ka-retrieve-all-epr-request", false, NULL},
    {"ka-getEimConfig-by-id-request", false, NULL},
    {"ka-list-request-iot-default", false, NULL},
    {"ka-list-request-eim", false, NULL},
    {"ka-addInitialEim-exists", true, NULL},
    {"ka-min-request", false, "eidValue: not an EID of 16 bytes"},
    {"ka-enable-request-testeim1", false, "eimSignature: 5 bytes, expected 64"},
    {"ka-result-without-choice-tag", true, "EuiccPackageResult: 30 is not known"},
    {"ka-unsigned-error-production", true, NULL},
    {"c-addInitialEim-request", false, NULL},
    {"c-addInitialEim-request-token", false, NULL},
    {"c-addInitialEim-response-token", true, NULL},
    {"c-enable-request", false, NULL},
    {"c-enable-request-token1", false, NULL},
    {"c-enable-result", true, NULL},
    {"c-enable-result-token1", true, NULL},
    {"c-enable-rollback-request", false, NULL},
    {"c-disable-enable-request", false, NULL},
    {"c-stop-result", true, NULL},
    {"c-list-request", false, NULL},
    {"c-addEim-request", false, NULL},
    {"c-addEim-result", true, NULL},
    {"c-counter-8388608-request", false, NULL},
    {"c-error-counter-range", true, NULL},
    {"c-error-replay", true, NULL},
    {"c-wrong-eid-request", false, NULL},
    {"c-error-eid", true, NULL},
    {"c-error-unsigned", true, NULL},
    {"c-error-unsigned-token1", true, NULL},
    {"c-rollback-response", true, NULL},
    {"c-rollback-epr", true, NULL},
};

START_TEST(test_tables_fit)
{
    const struct row *row = &rows[_i];
    struct slice in = member(row->id, "hex");
    struct tlv whole;
    char why[256] = "";
    ck_assert(tlv_next(&in, &whole) && in.n == 0);
    const struct sgp32_function *function = sgp32_function_of(whole.tag);
    ck_assert_msg(function, "%s: no function has tag %X", row->id, (unsigned)whole.tag);
    const struct sgp32_type *type = row->response ? function->response : function->request;
    bool fits = sgp32_strict(type, whole.value, SGP32_1_2, why, sizeof why);
    if (row->fault)
        ck_assert_msg(!fits && strstr(why, row->fault), "%s: expected \"%s\", came \"%s\"", row->id, row->fault, why);
    else
        ck_assert_msg(fits, "%s: %s", row->id, why);
}
END_TEST

/* The production configuration of which only the beginning is known: members, order and lengths as the eIM double
 * writes them with a certificate. */
START_TEST(test_truncated_configuration_layout)
{
    struct slice in = member("real-d-getEimConfigurationData-head", "hex");
    static const uint32_t heads[] = {0xbf55, 0xa0, 0x30};
    uint32_t tag;
    size_t length;
    size_t head;
    struct tlv t;
    for (size_t i = 0; i < 3; i++) {
        ck_assert(tlv_head(in, &tag, &length, &head) == TLV_OK);
        ck_assert_uint_eq(tag, heads[i]);
        in = slice_skip(in, head);
    }
    ck_assert(tlv_next(&in, &t) && t.tag == 0x80);
    ck_assert(slice_equal(t.value, slice_text("1.3.6.1.4.1.54916.999.100.101")));
    ck_assert(tlv_next(&in, &t) && t.tag == 0x81 && slice_equal(t.value, slice_text("eim-scm.ci.cs.idemia.io")));
    ck_assert(tlv_next(&in, &t) && t.tag == 0x82 && t.value.n == 1 && t.value.p[0] == 1);
    ck_assert(tlv_head(in, &tag, &length, &head) == TLV_OK && tag == 0xa5 && length == 547);
    in = slice_skip(in, head);
    ck_assert(tlv_head(in, &tag, &length, &head) == TLV_OK && tag == 0xa1 && length == 543);
    in = slice_skip(in, head);
    ck_assert(tlv_head(in, &tag, &length, &head) == TLV_OK && tag == 0x30 && length == 452);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sgp32_kat");
    TCase *tc = tcase_create("known answers");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_all_are_there);
    tcase_add_test(tc, test_all_but_the_truncated_decode);
    tcase_add_test(tc, test_signatures_verify);
    tcase_add_test(tc, test_composed_signatures_are_reproduced);
    tcase_add_loop_test(tc, test_tables_fit, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, test_truncated_configuration_layout);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
