/* The ASN.1 module RSP and the way in through libtasn1: every type can be made, and what libtasn1's STRICT_DER lets
 * through although it is not DER is refused with an offset (each row is one kind of such an input). */
#include "asn1/messages.h"
#include "notation.h"

#include <libtasn1.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

extern const asn1_static_node rsp_tab[];

#ifndef ASN1_DIR
#error "ASN1_DIR names the folder of the modules"
#endif

/* Types that need more than this many bytes of name, or recursion, fail only here (not in asn1Parser). */
START_TEST(test_every_type)
{
    asn1_node definitions = NULL;
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE];
    char line[256];
    char type[80];
    char name[96];
    unsigned count = 0;
    ck_assert_int_eq(asn1_array2tree(rsp_tab, &definitions, why), ASN1_SUCCESS);
    FILE *file = fopen(ASN1_DIR "/rsp.asn", "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        int at = 0;
        if (sscanf(line, "%79[A-Za-z0-9] ::=%n", type, &at) != 1 || !at) continue;
        asn1_node node = NULL;
        (void)snprintf(name, sizeof name, "RSP.%s", type);
        int rc = asn1_create_element(definitions, name, &node);
        ck_assert_msg(rc == ASN1_SUCCESS, "%s: %s", type, asn1_strerror(rc));
        ck_assert_int_eq(asn1_delete_structure(&node), ASN1_SUCCESS);
        count++;
    }
    (void)fclose(file);
    ck_assert_uint_ge(count, 60);
    ck_assert_int_eq(asn1_delete_structure(&definitions), ASN1_SUCCESS);
}
END_TEST

#define EID_REQUEST "BF3E{5C{5A}}"
#define NICKNAME "BF29{5A{98*10} 90{'n'}}"
#define ENABLE "BF31{A0{5A{98*10}} 81{FF}}"

/* One violation of DER or of the type each; ^ is where the reason has to point. */
static const struct {
    const char *type;
    const char *message;
} not_der[] = {
    {"GetEuiccDataRequest", "^"},
    {"GetEuiccDataRequest", "^BF3E80 5C{5A} 0000"},               /* indefinite length */
    {"GetEuiccDataRequest", "BF3E{^5C80 5A 0000}"},               /* the same inside */
    {"GetEuiccDataRequest", "^BF3E{7C{04{5A}}}"},                 /* constructed OCTET STRING */
    {"GetEuiccDataRequest", "BF3E{5C{5A}} ^00"},                  /* trailing bytes that are no TLV */
    {"GetEuiccDataRequest", "^BF3E{5C{5A}} 8000"},                /* trailing bytes that are one */
    {"SetNicknameRequest", "^BF29{90{'n'} 5A{98*10}}"},           /* wrong order */
    {"EnableProfileRequest", "^BF31{81{FF} A0{5A{98*10}}}"},      /* the same */
    {"SetNicknameRequest", "^BF29{5A{98*10}}"},                   /* a mandatory member is missing */
    {"SetNicknameRequest", "^BF29{90{'n'}}"},                     /* the other one */
    {"SetNicknameRequest", "^BF29{5A{98*10} 5A{98*10} 90{'n'}}"}, /* repeated */
    {"GetEuiccDataRequest", "^BF3E{5C{5A} 85{} 86{} 87{} 88{}}"}, /* a fourth unknown member */
    {"GetEuiccDataRequest", "^BF3F{5C{5A}}"},                     /* another message */
    {"EnableProfileRequest", "^BF31{A0{5A{98*10} 81{FF}}}"},      /* EXPLICIT over two: the second would slip out */
    {"EnableProfileRequest", "^BF31{A0{} 5A{98*10} 81{FF}}"},     /* EXPLICIT over nothing: the next would slip in */
    {"EnableProfileRequest", "^BF31{A0{5A{98*10} 5A{98*10}} 81{FF}}"},
    {"RetrieveNotificationsListRequest", "^BF2B{A0{80{01} 81{0780}}}"},
    {"GetEuiccDataRequest", "^BF3E8103 5C{5A}"},             /* lengths that are not minimal */
    {"GetEuiccDataRequest", "BF3E{^5C8101 5A}"},             /* inside */
    {"GetEuiccDataRequest", "BF3E{^5C8400000001 5A}"},       /* four bytes of it */
    {"SetNicknameRequest", "^BF802903 5A0198 900100"},       /* a tag that is not minimal */
    {"PrepareDownloadRequest", "BF21{^3F10{} 5F37{} 30{}}"}, /* 3F10 for 30 */
    {"ConfigureISDPRequest", "^BF24{B8{80{883783}}}"},       /* an OID that ends inside an arc */
    {"ConfigureISDPRequest", "^BF24{B8{80{8837800A}}}"},     /* an arc with a leading zero */
    {"NotificationSentRequest", "^BF3004 80{01}"},           /* cut */
};

START_TEST(test_not_der)
{
    struct reason reason;
    size_t mark;
    ASN1_LOCAL a = {0};
    BYTES_LOCAL der = notation_bytes(not_der[_i].message, &mark);
    reason_clear(&reason);
    enum err e = asn1_open(&a, not_der[_i].type, bytes_slice(&der), "SGP.22 x", &reason);
    ck_assert_msg(e == ERR_DATA, "%s: %d", not_der[_i].message, (int)e);
    ck_assert_msg(reason.said && reason.offset == mark, "%s: offset %zu", not_der[_i].message, reason.offset);
    ck_assert_str_eq(reason.clause, "SGP.22 x");
    ck_assert_ptr_nonnull(strstr(reason.expected, not_der[_i].type));
    ck_assert_str_ne(reason.came, "");
}
END_TEST

/* What the same rows look like when nothing is wrong. */
START_TEST(test_der)
{
    static const struct {
        const char *type;
        const char *message;
    } good[] = {
        {"GetEuiccDataRequest", EID_REQUEST},
        {"GetEuiccDataRequest", "BF3E{5C{5A} 85{}}"},
        {"GetEuiccDataRequest", "BF3E{5C{5A} 85{} BF7F{30{}} 9F7F{01}}"},
        {"SetNicknameRequest", NICKNAME},
        {"EnableProfileRequest", ENABLE},
        {"NotificationSentRequest", "BF30{80{01}}"},
        {"RetrieveNotificationsListRequest", "BF2B{A0{81{0780}}}"},
        {"ConfigureISDPRequest", "BF24{B8{80{88370A}}}"},
        {"SetNicknameRequest", "BF29{5A{98*10} 90{00*200}}"},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct reason reason;
        char text[512];
        ASN1_LOCAL a = {0};
        BYTES_LOCAL der = notation_bytes(good[i].message, NULL);
        reason_clear(&reason);
        enum err e = asn1_open(&a, good[i].type, bytes_slice(&der), "SGP.22 x", &reason);
        ck_assert_msg(e == OK, "%s: %s", good[i].message, reason_text(&reason, text, sizeof text));
    }
}
END_TEST

/* libtasn1 is quadratic in nested lists, so that the input has a limit. */
START_TEST(test_size_limit)
{
    for (size_t n = 32767; n <= 32769; n++) {
        struct reason reason;
        ASN1_LOCAL a = {0};
        BUF_LOCAL value = {0};
        BUF_LOCAL der = {0};
        uint8_t *at = buf_extend(&value, n - 5 - 3 - 4); /* BF3E 82 xxxx, 5C 01 5A, 85 82 xxxx */
        memset(at, 0, value.n);
        size_t mark = tlv_open(&der, 0xbf3e);
        tlv_put(&der, 0x5c, slice_text("Z"));
        tlv_put(&der, 0x85, buf_slice(&value));
        tlv_close(&der, mark);
        ck_assert_uint_eq(der.n, n);
        BYTES_LOCAL exact = bytes_copy(buf_slice(&der));
        reason_clear(&reason);
        enum err e = asn1_open(&a, "GetEuiccDataRequest", bytes_slice(&exact), "SGP.22 x", &reason);
        ck_assert_msg((e == OK) == (n <= 32768), "%zu bytes: %s", n, reason.came);
    }
}
END_TEST

/* What the accessors say about members, one by one. */
START_TEST(test_accessors)
{
    struct reason reason;
    struct tlv t;
    bool present;
    ASN1_LOCAL a = {0};
    BYTES_LOCAL der =
        notation_bytes("BF25{5A{98*10} 91{'provider'} 92{'name'} 95{02} B7{80{00F110} 81{}} 99{0640}}", NULL);
    reason_clear(&reason);
    ck_assert_int_eq(asn1_open(&a, "StoreMetadataRequest", bytes_slice(&der), "SGP.22 5.5.3", &reason), OK);
    ck_assert(asn1_tlv(&a, "profileName", &t) && t.tag == 0x92 && slice_equal(t.value, slice_text("name")));
    ck_assert(asn1_present(&a, "profileOwner.gid1") && !asn1_present(&a, "profileOwner.gid2"));
    ck_assert(!asn1_present(&a, "icon") && !asn1_present(&a, "noSuchMember"));
    ck_assert_uint_eq(asn1_unsigned(&a, "profileClass"), 2);
    ck_assert_uint_eq(asn1_bits(&a, "profilePolicyRules"), 2);
    struct slice s = asn1_optional_bytes(&a, "profileOwner.gid1", 0, 8, &present);
    ck_assert(present && s.n == 0);
    s = asn1_optional_bytes(&a, "icon", 0, 8, &present);
    ck_assert(!present && s.n == 0);
    ck_assert(!a.failed && asn1_done(&a) == OK && !reason.said);
    s = asn1_bytes(&a, "profileOwner.mccMnc", 1, 2);
    ck_assert(a.failed && asn1_done(&a) == ERR_DATA);
    ck_assert_str_eq(reason.expected, "profileOwner.mccMnc of 1 to 2 bytes");
    ck_assert_str_eq(reason.came, "3 bytes");
    ck_assert_uint_eq(reason.offset, 3 + 12 + 10 + 6 + 3 + 2);
    ck_assert_uint_eq(s.n, 3);
}
END_TEST

static const struct {
    const char *hex;
    bool good;
    size_t characters;
} utf8s[] = {
    {"", true, 0},
    {"41", true, 1},
    {"00", true, 1},
    {"7f", true, 1},
    {"c280", true, 1},
    {"dfbf", true, 1},
    {"e0a080", true, 1},
    {"ed9fbf", true, 1},
    {"ee8080", true, 1},
    {"efbfbf", true, 1},
    {"f0908080", true, 1},
    {"f48fbfbf", true, 1},
    {"41c3a4e282acf09f9880", true, 4},
    {"80", false, 0}, /* a continuation alone */
    {"bf", false, 0},
    {"c0af", false, 0}, /* longer than needed */
    {"c1bf", false, 0},
    {"e09fbf", false, 0},
    {"f08fbfbf", false, 0},
    {"eda080", false, 0}, /* surrogates */
    {"edbfbf", false, 0},
    {"f4908080", false, 0}, /* above 10FFFF */
    {"f5808080", false, 0},
    {"ff", false, 0},
    {"c3", false, 0}, /* cut */
    {"e282", false, 0},
    {"f09f98", false, 0},
    {"c341", false, 0}, /* a continuation that is none */
    {"e28241", false, 0},
    {"e241ac", false, 0},
    {"f09f4180", false, 0},
    {"41c3a480", false, 0},
};

START_TEST(test_utf8)
{
    BYTES_LOCAL bytes = bytes_of(utf8s[_i].hex);
    size_t n = 99;
    bool good = utf8_length(bytes_slice(&bytes), &n);
    ck_assert_msg(good == utf8s[_i].good, "%s", utf8s[_i].hex);
    ck_assert_msg(!good || n == utf8s[_i].characters, "%s: %zu", utf8s[_i].hex, n);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("asn1");
    TCase *tcase = tcase_create("asn1");
    tcase_add_test(tcase, test_every_type);
    tcase_add_loop_test(tcase, test_not_der, 0, COUNT(not_der));
    tcase_add_test(tcase, test_der);
    tcase_add_test(tcase, test_size_limit);
    tcase_add_test(tcase, test_accessors);
    tcase_add_loop_test(tcase, test_utf8, 0, COUNT(utf8s));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
