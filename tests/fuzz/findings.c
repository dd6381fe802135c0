/* What fuzzing found, each as a test named after the finding, with the exact answer and its reason. */
#include "iot_common.h"

#include <stdio.h>
#include <stdlib.h>

static struct iot iot;
static const uint8_t not_utf8[] = {0x65, 0x69, 0xc0, 0xaf};

static void set_up(void)
{
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
}

static void tear_down(void)
{
    iot_free(&iot);
}

/* eim_package: an eimId or eimFqdn that is no UTF8String was stored by addEim and came back in listEim and
 * GetEimConfigurationData. */
START_TEST(test_eim_id_not_utf8_in_configuration)
{
    static const uint32_t tags[] = {0x80, 0x81};
    struct eim other;
    iot_eim(&iot, &other, "eim2", TEST_P256, false, 1);
    struct eim_configuration c;
    BUF_LOCAL key = {0};
    BUF_LOCAL content = {0};
    ck_assert(eim_describe(&other, false, &key, &c));
    c.fqdn = slice_text("eim2.example.com");
    c.edits[0] = (struct eim_edit){.kind = EIM_EDIT_VALUE, .tag = tags[_i], .bytes = SLICE(not_utf8)};
    size_t mark = tlv_open(&content, 0xa8);
    ck_assert(eim_put_configuration(&content, &c));
    tlv_close(&content, mark);
    char *digits = iot_digits(buf_slice(&content));
    const struct iot_row row = {"addEim",     digits, "A8(020107)", "SGP.32 2.11.1.1.1", "EimConfigurationData",
                                "other bytes"};
    iot_eco(&iot, &iot.eim, &row);
    free(digits);
    eim_free(&other);
}
END_TEST

/* es10: a lenient card echoed an eimTransactionId with the length form of the package, so that its own answer was not
 * DER. */
START_TEST(test_transaction_id_echoed_with_a_long_length)
{
    static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
    char request[512];
    (void)snprintf(request, sizeof request,
                   "BF51(30(80(65696D31)5A(" EID ")81010182820002AABBA0(BF2D(5C(5A))))5F37(%s%s))", zeros, zeros);
    const struct row row = {"a package whose signature is not one",
                            request,
                            "BF51(A2(80(65696D31)82(AABB)840101))",
                            "ES10b.LoadEuiccPackage",
                            "SGP.32 2.11.1.1",
                            "eimSignature over euiccPackageSigned",
                            "does not verify",
                            NO_OFFSET};
    es10_row(&iot.f, &row);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fuzz findings");
    TCase *tcase = tcase_create("findings");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, test_eim_id_not_utf8_in_configuration, 0, 2);
    tcase_add_test(tcase, test_transaction_id_echoed_with_a_long_length);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
