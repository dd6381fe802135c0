/* The text of operations that softeuicc-eim takes: what it becomes in a package, and what is refused with which words.
 */
#include "eim_helpers.h"

static const struct text_row {
    const char *text;
    const char *list;
} text_rows[] = {
    {"enable 89000123456789012341 rollback", "a30e5a0a980010325476981032140500"},
    {"enable 8900012345678901234", "a30c5a0a980010325476981032f4"},
    {"disable 890001234567890123", "a40c5a0a980010325476981032ff"},
    {"delete 8900012345678901234;;\n ; ", "a50c5a0a980010325476981032f4"},
    {"list", "bf2d00"},
    {"list 5A9F70", "bf2d055c035a9f70"},
    {"list class operational 5a", "bf2d08a003950102"
                                  "5c015a"},
    {"list iccid 8900012345678901234 ", "bf2d0ea00c5a0a980010325476981032f4"},
    {"list aid A0000005591010FFFFFFFF8900001000 92", "bf2d17a0124f10a0000005591010ffffffff8900001000"
                                                     "5c0192"},
    {"rat", "a600"},
    {"immediate-enable on", "a7028000"},
    {"immediate-enable off", "a700"},
    {"immediate-enable on smdp.example.com", "a71480008210736d64702e6578616d706c652e636f6d"},
    {"immediate-enable on 2.999.10 a.b", "a70c8000810388370a"
                                         "8203612e62"},
    {"set-fallback 8900012345678901234", "a80c5a0a980010325476981032f4"},
    {"unset-fallback", "a900"},
    {"default-dp smdp.example.com", "bf65128010736d64702e6578616d706c652e636f6d"},
    {"default-dp -", "bf65028000"},
    {"delete-eim second.example", "a910800e7365636f6e642e6578616d706c65"},
    {"list-eim", "ab00"},
    {"raw AF00 ; raw 0500", "af000500"},
    {"raw-eco AF00", "af00"},
};

START_TEST(test_text)
{
    const struct text_row *row = &text_rows[_i];
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL expected = {0};
    struct eim_order order = {0};
    hex_bytes(row->list, &expected);
    sign_text(row->text, &order, NULL, &package);
    assert_bytes(list_of(buf_slice(&package.request)), buf_slice(&expected), row->text);
}
END_TEST

static const struct bad_text {
    const char *text;
    const char *error;
} bad_texts[] = {
    {"enable", "enable: expected an ICCID"},
    {"enable 123", "enable 123: expected an ICCID of 18 to 20 digits"},
    {"enable 8900012345678901234 rolback", "expected \"rollback\""},
    {"disable 8900012345678901234 now", "disable: \"now\" is not expected here"},
    {"list xyz", "list: expected hexadecimal digits, came xyz"},
    {"list class virtual", "expected test, provisioning or operational"},
    {"list iccid", "list: expected TAGS"},
    {"rat 1", "rat: \"1\" is not expected here"},
    {"immediate-enable", "expected on or off"},
    {"immediate-enable on 3.1", "3.1 is not an object identifier"},
    {"default-dp", "expected an address"},
    {"add-eim second", "add-eim second: nobody gives files here"},
    {"raw", "raw: expected hexadecimal digits"},
    {"raw 5", "raw: expected hexadecimal digits, came 5"},
    {"frobnicate", "frobnicate: no such operation"},
    {"rat; reboot", "reboot: no such operation"},
};

START_TEST(test_bad_text)
{
    EIM_SCRIPT_LOCAL script = {0};
    const struct bad_text *row = &bad_texts[_i];
    ck_assert_msg(!eim_script_read(&script, row->text, NULL, NULL), "%s is accepted", row->text);
    ck_assert_msg(strstr(script.error, row->error), "%s: %s", row->text, script.error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("eim_text");
    TCase *tc = tcase_create("operations as text");
    tcase_add_checked_fixture(tc, eim_helpers_start, eim_helpers_end);
    tcase_add_loop_test(tc, test_text, 0, (int)(sizeof text_rows / sizeof *text_rows));
    tcase_add_loop_test(tc, test_bad_text, 0, (int)(sizeof bad_texts / sizeof *bad_texts));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
