/* As fault_findings.c, for eUICC packages. */
#include "iot_common.h"
#include "on_copies.h"

/* A package that a damaged operation ended had a signed result without processingTerminated for want of memory: for the
 * eIM, all of it was done. */
START_TEST(test_package_result_without_its_end)
{
    static const struct eim_op damaged = {.kind = EIM_OP_RAW, .bytes = {(const uint8_t *)"\xb0", 2}};
    static struct iot iot;
    struct lpa_reader reader;
    iot_new_associated(&iot, SGP32_1_2, NULL, true);
    ck_assert(lpa_reader_card(&reader, iot.f.card));
    reader.ctx = &iot.f;
    reader.transmit = transmit_on_copies;
    iot.f.lpa.reader = reader;
    iot_send(&iot, &iot.eim, &(struct eim_order){.ops = &damaged, .n = 1});
    ck_assert_uint_gt(iot.answer.n, 3);
    ck_assert_mem_eq(iot.answer.p, "\xbf\x51", 2);
    iot_free(&iot);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault findings, IoT");
    TCase *tests = tcase_create("findings");
    tcase_add_test(tests, test_package_result_without_its_end);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
