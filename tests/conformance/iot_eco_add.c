/* eCOs addEim, deleteEim, listEim (SGP.32 3.5.1, 5.13.7, 5.13.9, 5.13.10): who may talk to the card, with which key and
 * which token. */
#include "iot_common.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define ADD "SGP.32 3.5.1.1, 5.9.4"
#define DATA "SGP.32 2.11.1.1.1"
#define DELETE_EIM "SGP.32 5.13.9"
#define FORM "SGP.32 2.11.1.1"
#define SENDER "SGP.32 2.11.1.1"
#define CI_NIST "F54172BDF98A95D65CBEB88A38A1C11D800A85C3"
#define LIST_OK(entries) "AB(A0(" entries "))"
#define ENTRY(id) "30(80(" id "))"
#define EIM1 "65696D31"
#define EIM2 "65696D32"
#define EIM3 "65696D33"
#define DELETE_ID(id) "A9(80(" id "))"

static struct iot iot;
static struct eim second;

static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
    iot_eim(&iot, &second, "eim2", TEST_P256, false, 1);
}

static void tear_down(void)
{
    eim_free(&second);
    iot_free(&iot);
}

static void eco(const char *what, const char *list, const char *results, const char *clause, const char *expected,
                const char *came)
{
    const struct iot_row row = {what, list, results, clause, expected, came};
    iot_eco(&iot, &iot.eim, &row);
}

/* A8 or AA around a configuration. */
static const char *around(const char *tag, const char *content)
{
    static char text[4][8192];
    static unsigned next;
    char *out = text[next++ % 4];
    (void)snprintf(out, sizeof text[0], "%s(%s)", tag, content);
    return out;
}

/* The configuration of eim2 with one thing changed. */
static const char *changed(const struct eim_edit *edit, bool token)
{
    static char text[4096];
    struct eim_configuration c;
    BUF_LOCAL key = {0};
    BUF_LOCAL content = {0};
    ck_assert(eim_describe(&second, token, &key, &c));
    c.edits[0] = *edit;
    ck_assert(eim_put_configuration(&content, &c));
    ck_assert_uint_lt(2 * content.n, sizeof text);
    hex_encode(buf_slice(&content), text);
    return text;
}

static const struct eim_edit unchanged;

static void expect_associated(const char *id, bool yes)
{
    struct euicc_eim_description e;
    ck_assert_msg(iot_find_eim(&iot, id, &e) == yes, "%s is %sassociated", id, yes ? "not " : "");
}

static void works(struct eim *eim)
{
    iot_psmo_ok(&iot, eim, "", "");
}

/* ---- addEim ---- */

START_TEST(test_add)
{
    eco("token", around("A8", changed(&unchanged, true)), "A8(840102)", NO_REASON);
    second.token = 2;
    works(&second);
    struct eim_edit third = {.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = slice_text("eim3")};
    eco("no token", around("A8", changed(&third, false)), "A8(020100)", NO_REASON);
    eco("list in the order of association", "AB00", LIST_OK(ENTRY(EIM1) ENTRY(EIM2) ENTRY(EIM3)), NO_REASON);
}
END_TEST

#define EDIT(k, t, ...)                                                                                                \
    {                                                                                                                  \
        .kind = EIM_EDIT_##k, .tag = (t), __VA_ARGS__                                                                  \
    }
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }

static const struct {
    const char *what;
    struct eim_edit edit;
    int code;
    const char *clause, *expected, *came;
} refused[] = {
    {"row 70: no key", EDIT(DROP, 0xa5, 0), 7, ADD, "eimPublicKeyData", "none"},
    {"row 70: no counter", EDIT(DROP, 0x83, 0), 7, ADD, "counterValue", "none"},
    {"no eimId", EDIT(DROP, 0x80, 0), 7, ADD, "eimId of 1 to 128", "another"},
    {"eimId of no byte", EDIT(VALUE, 0x80, .bytes = {(const uint8_t *)"", 0}), 7, ADD, "eimId of 1 to 128", "another"},
    {"eimId of 129 bytes", EDIT(GROW, 0x80, .count = 125), 7, ADD, "eimId of 1 to 128", "another"},
    {"row 68: eim1 is there", EDIT(VALUE, 0x80, .bytes = BYTES("eim1")), 2, ADD, "not associated", "one that is"},
    {"row 72: counter 8388608", EDIT(VALUE, 0x83, .bytes = BYTES("\x00\x80\x00\x00")), 6, ADD, "0 to 8388607",
     "another"},
    {"row 72: counter -1", EDIT(VALUE, 0x83, .bytes = BYTES("\xff")), 6, ADD, "0 to 8388607", "another"},
    {"row 72: counter of 5 bytes", EDIT(VALUE, 0x83, .bytes = BYTES("\x01\x00\x00\x00\x01")), 6, ADD, "0 to 8388607",
     "another"},
    {"counter of no byte", EDIT(VALUE, 0x83, .bytes = {(const uint8_t *)"", 0}), 7, DATA, "in order", "other"},
    {"row 69: token 5", EDIT(BEFORE, 0xa5, .bytes = BYTES("\x84\x01\x05")), 5, ADD, "-1 or none", "another"},
    {"row 69: token 0", EDIT(BEFORE, 0xa5, .bytes = BYTES("\x84\x01\x00")), 5, ADD, "-1 or none", "another"},
    {"row 69: token -2", EDIT(BEFORE, 0xa5, .bytes = BYTES("\x84\x01\xfe")), 5, ADD, "-1 or none", "another"},
    {"row 71: unknown CI",
     EDIT(APPEND, 0,
          .bytes = BYTES("\x88\x14\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14")),
     3, ADD, "euiccCiPKIdListForSigning", "another"},
    {"row 71: CI of no byte", EDIT(APPEND, 0, .bytes = BYTES("\x88\x00")), 3, ADD, "ListForSigning", "another"},
    {"a key with rubbish", EDIT(VALUE, 0xa5, .bytes = BYTES("\xa0\x02\x30\x00")), 7, ADD, "a key on a curve", "none"},
    {"a key of no byte", EDIT(VALUE, 0xa5, .bytes = {(const uint8_t *)"", 0}), 7, ADD, "a key on a curve", "none"},
    {"a key under A2", EDIT(VALUE, 0xa5, .bytes = BYTES("\xa2\x00")), 7, ADD, "a key on a curve", "none"},
    {"a certificate that is none", EDIT(VALUE, 0xa5, .bytes = BYTES("\xa1\x02\x30\x00")), 7, ADD, "a key on a curve",
     "none"},
    {"members out of order", EDIT(SWAP, 0x80, 0), 7, DATA, "in order", "other"},
    {"eimId twice", EDIT(REPEAT, 0x80, 0), 7, DATA, "in order", "other"},
    {"key twice", EDIT(REPEAT, 0xa5, 0), 7, DATA, "in order", "other"},
    {"rubbish at the end", EDIT(APPEND, 0, .bytes = BYTES("\xff")), 7, DATA, "in order", "other"},
    {"NULL with content", EDIT(APPEND, 0, .bytes = BYTES("\x89\x01\x00")), 7, DATA, "in order", "other"},
    {"an extension that is not DER inside", EDIT(APPEND, 0, .bytes = BYTES("\xb0\x03\x04\x81\x00")), 7, DATA,
     "in order", "other"},
};

START_TEST(test_add_refused)
{
    char result[32];
    (void)snprintf(result, sizeof result, "A8(0201%02X)", refused[_i].code);
    eco(refused[_i].what, around("A8", changed(&refused[_i].edit, false)), result, refused[_i].clause,
        refused[_i].expected, refused[_i].came);
    expect_associated("eim2", false);
    /* an error stops the list; the next token is still the next one */
    char list[9000];
    (void)snprintf(list, sizeof list, "%sAB00", around("A8", changed(&refused[_i].edit, false)));
    eco(refused[_i].what, list, result, refused[_i].clause, refused[_i].expected, refused[_i].came);
    eco("good", around("A8", changed(&unchanged, true)), "A8(840102)", NO_REASON);
}
END_TEST

/* A key that is on no curve of the card, or on its curve's formula but not on the curve. */
START_TEST(test_add_bad_points)
{
    BUF_LOCAL good = {0};
    eim_put_key(&good, &second.key);
    for (int flaw = 0; flaw < 3; flaw++) {
        BUF_LOCAL bad = {0};
        buf_append(&bad, buf_slice(&good));
        if (flaw == 0) bad.p[bad.n - 1] ^= 1; /* not on the curve */
        if (flaw == 1) bad.p[bad.n - 65] = 2; /* not uncompressed */
        if (flaw == 2) bad.p[22] ^= 1;        /* another curve's OID */
        const struct eim_edit edit = {.kind = EIM_EDIT_VALUE, .tag = 0xa5, .bytes = buf_slice(&bad)};
        eco("a point that is none", around("A8", changed(&edit, false)), "A8(020107)", ADD, "a key on a curve", "none");
    }
}
END_TEST

/* Row 100: forms of known senders; lenient cards take and give them back, strict ones do not. */
START_TEST(test_row_100_kept_sequence)
{
    EIM_LOCAL with_certificate = {0};
    iot_eim(&iot, &with_certificate, "eim2", TEST_P256, true, 1);
    struct tlv inner;
    struct slice in = buf_slice(&with_certificate.certificate);
    ck_assert(tlv_next(&in, &inner));
    for (int strict = 0; strict < 2; strict++) {
        for (int form = 0; form < 3; form++) {
            BUF_LOCAL key = {0};
            iot_free(&iot);
            iot_new_associated(&iot, SGP32_1_2, strict ? "lenient_encodings = no\n" : NULL, false);
            if (form == 0) tlv_put(&key, 0xa1, buf_slice(&with_certificate.certificate)); /* A1 {30 {..}} */
            if (form == 1) buf_append(&key, buf_slice(&with_certificate.certificate));    /* 30 {..} */
            if (form == 2) {
                BUF_LOCAL spki = {0};
                pki_put_public_key(&spki, &second.key); /* A0 {30 {30, 03}} */
                tlv_put(&key, 0xa0, buf_slice(&spki));
            }
            const struct eim_edit edit = {.kind = EIM_EDIT_VALUE, .tag = 0xa5, .bytes = buf_slice(&key)};
            const char *list = around("A8", changed(&edit, false));
            if (strict) {
                eco("row 100: strict", list, "A8(020107)", ADD, "a key on a curve", "none");
                continue;
            }
            eco("row 100: lenient", list, "A8(020100)", NO_REASON);
            char expected[4096];
            char *digits = iot_digits(buf_slice(&key));
            (void)snprintf(expected, sizeof expected, "BF55(A0(30(80(" EIM2 ")82(03)A5(%s)87(0308)88(" CI_NIST "))))",
                           digits);
            free(digits);
            es10(&iot.f, "BF55(A0(80(" EIM2 ")))", expected);
            struct eim *sender = form == 2 ? &second : &with_certificate;
            sender->token = EIM_NO_TOKEN;
            works(sender);
        }
    }
}
END_TEST

START_TEST(test_row_73_table_full)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_2, "eims_max = 3\n", true);
    for (int n = 2; n <= 4; n++) {
        char id[] = {'e', 'i', 'm', (char)('0' + n), 0};
        const struct eim_edit edit = {.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = slice_text(id)};
        if (n < 4)
            eco("row 73: room", around("A8", changed(&edit, false)), "A8(020100)", NO_REASON);
        else
            eco("row 73: full", around("A8", changed(&edit, false)), "A8(020101)", ADD, "fewer than eims_max",
                "as many");
    }
    eco("row 73: room again", DELETE_ID(EIM3), "890100", NO_REASON);
    eco("row 73: room again", around("A8", changed(&unchanged, false)), "A8(020102)", ADD, "not associated", "one");
    const struct eim_edit again = {.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = slice_text("eim4")};
    eco("row 73: room again", around("A8", changed(&again, false)), "A8(020100)", NO_REASON);
}
END_TEST

START_TEST(test_row_74_twice_in_a_package)
{
    char list[9000];
    const char *one = around("A8", changed(&unchanged, true));
    (void)snprintf(list, sizeof list, "%s%sAB00", one, one);
    eco("row 74", list, "A8(840102)A8(020102)", ADD, "not associated", "one that is");
    expect_associated("eim2", true);
}
END_TEST

START_TEST(test_v1_0)
{
    iot_free(&iot);
    iot_new_associated(&iot, SGP32_1_0, NULL, true);
    const struct eim_edit same = {.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = slice_text("eim1")};
    eco("row 68: v1.0", around("A8", changed(&same, false)), "A8(020107)", ADD, "not associated", "one that is");
    second.id_type = 1;
    eco("v1.0", around("A8", changed(&unchanged, true)), "A8(840102)", NO_REASON);
    eco("v1.0: eimIdType is 84", "AB00", LIST_OK(ENTRY(EIM1) "30(80(" EIM2 ")840101)"), NO_REASON);
    /* no defaults before v1.2 */
    BUF_LOCAL key = {0};
    char expected[1000];
    eim_put_key(&key, &second.key);
    char *digits = iot_digits(buf_slice(&key));
    (void)snprintf(expected, sizeof expected, "BF55(A0(30(80(" EIM2 ")82(01)84(02)A5(%s))))", digits);
    free(digits);
    eco("leave one", DELETE_ID(EIM1), "890100", NO_REASON);
    es10(&iot.f, "BF5500", expected);
}
END_TEST

/* eimIdType in the list only for OID and FQDN. */
START_TEST(test_list_types)
{
    static const char *const expected[] = {"", "820101", "820102", ""};
    for (int type = 1; type <= 3; type++) {
        char id[] = {'t', (char)('0' + type), 0};
        const struct eim_edit edit = {.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = slice_text(id)};
        second.id_type = type;
        eco("add", around("A8", changed(&edit, false)), "A8(020100)", NO_REASON);
    }
    char list[200];
    (void)snprintf(list, sizeof list, "AB(A0(" ENTRY(EIM1) "30(80(7431)%s)30(80(7432)%s)30(80(7433)%s)))", expected[1],
                   expected[2], expected[3]);
    eco("list", "AB00", list, NO_REASON);
    eco("list with an extension", "AB(9F7A(00))", list, NO_REASON);
    eco("list with rubbish", "AB(FF)", "020102", FORM, "undamaged", "AB");
}
END_TEST

/* ---- PSMOs and rubbish in an ecoList ---- */

static const struct iot_row damaged[] = {
    {"row 30: enable", "A3(5A(" ICCID_1 "))AB00", "020102", FORM, "of this version", "A3"},
    {"row 30: getRAT", "AB00A600", LIST_OK(ENTRY(EIM1)) "020102", FORM, "of this version", "A6"},
    {"row 30: listProfileInfo", "BF2D00", "020102", FORM, "of this version", "BF2D"},
    {"unknown", "AC00AB00", "020102", FORM, "of this version", "AC"},
    {"rubbish", "AB00FF", LIST_OK(ENTRY(EIM1)) "020102", FORM, "in DER", "other bytes"},
    {"deleteEim without eimId", "A900AB00", "890107", DELETE_EIM, "eimId 80", "another"},
    {"deleteEim with another member", "A9(81(" EIM1 "))AB00", "890107", DELETE_EIM, "eimId 80", "another"},
    {"deleteEim of no byte", "A9(8000)AB00", "890107", DELETE_EIM, "eimId 80", "another"},
    {"deleteEim with rubbish", "A9(80(" EIM1 ")FF)AB00", "890107", DELETE_EIM, "eimId 80", "another"},
    {"row 67: deleteEim unknown", DELETE_ID(EIM2) "AB00", "890101", DELETE_EIM, "an associated eimId", "another"},
    {"row 67: another case", DELETE_ID("45494D31") "AB00", "890101", DELETE_EIM, "an associated eimId", "another"},
};

START_TEST(test_damaged)
{
    iot_eco(&iot, &iot.eim, &damaged[_i]);
    expect_associated("eim1", true);
    works(&iot.eim);
}
END_TEST

/* ---- deleteEim ---- */

static void expect_unknown(struct eim *eim, const char *what)
{
    struct eim_op op = {.kind = EIM_OP_RAT};
    const struct eim_order order = {.ops = &op, .n = 1, .has_counter = true, .counter = 8000000};
    iot_refused(&iot, eim, &order,
                &(struct iot_refusal){what, IOT_UNSIGNED, false, SENDER, "an associated eIM", eim->id});
}

START_TEST(test_row_65_deletes_itself)
{
    char list[9000];
    eco("second", around("A8", changed(&unchanged, true)), "A8(840102)", NO_REASON);
    second.token = 2;
    const struct eim_edit third = {.kind = EIM_EDIT_VALUE, .tag = 0x80, .bytes = slice_text("eim3")};
    (void)snprintf(list, sizeof list, DELETE_ID(EIM1) "AB00%sAB00", around("A8", changed(&third, true)));
    /* the result is signed with token 1, which is gone from the card by then */
    eco("row 65", list, "890100" LIST_OK(ENTRY(EIM2)) "A8(840103)" LIST_OK(ENTRY(EIM2) ENTRY(EIM3)), NO_REASON);
    expect_unknown(&iot.eim, "row 65: later packages");
    works(&second);
}
END_TEST

START_TEST(test_row_66_deletes_the_last)
{
    struct eim *const list[] = {&iot.eim};
    /* lastEimDeleted is a success: the list goes on */
    eco("row 66", DELETE_ID(EIM1) "AB00" DELETE_ID(EIM1), "890102AB(A0())890101", DELETE_EIM, "an associated",
        "another");
    expect_unknown(&iot.eim, "row 66: later packages");
    iot_associate(&iot, list, 1, 2);
    works(&iot.eim);
    ck_assert_uint_eq(iot_counter(&iot, "eim1"), 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("iot_eco_add");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_add);
    tcase_add_loop_test(t, test_add_refused, 0, COUNT(refused));
    tcase_add_test(t, test_add_bad_points);
    tcase_add_test(t, test_row_100_kept_sequence);
    tcase_add_test(t, test_row_73_table_full);
    tcase_add_test(t, test_row_74_twice_in_a_package);
    tcase_add_test(t, test_v1_0);
    tcase_add_test(t, test_list_types);
    tcase_add_loop_test(t, test_damaged, 0, COUNT(damaged));
    tcase_add_test(t, test_row_65_deletes_itself);
    tcase_add_test(t, test_row_66_deletes_the_last);
    suite_add_tcase(s, t);
    return run_suite(s);
}
