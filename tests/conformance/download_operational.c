/* UICC case 30: profiles/operational.der with one thing wrong, through whole downloads: the PEStatus inside the signed
 * result, nothing left of the profile, all memory back, the result kept (SAIP 8.10, SGP.22 3.1.3.3, 5.5.5). */
#include "download_common.h"

#define ICCID "98001010000000000001"

static struct rig rig;
static struct buf package;
static struct buf metadata;
static struct buf sima;

static void set_up(void)
{
    rig_open(&rig, NULL);
    package_load(&package, "operational.der");
    metadata_make(&metadata, &(struct metadata_parts){.iccid = ICCID});
}

static void tear_down(void)
{
    rig_close(&rig);
    buf_free(&package);
    buf_free(&metadata);
    buf_free(&sima);
}

static void major_version_4(void)
{
    package_replace(&package, "800102810103", "800104810103");
}
static void unknown_template(void)
{
    package_replace(&package, "060667810f01020d", "060667810f01027e"); /* in the list of the header only */
}
static void javacard(void)
{
    package_replace(&package, "a506810082008400", "a506810082008b00");
}
static void no_pin_codes(void)
{
    package_drop(&package, 0xa2); /* those of the MF */
}
static void no_end(void)
{
    package_drop(&package, 0xaa);
}

static const struct flaw {
    const char *row;
    void (*make)(void);
    int status;         /* PEStatus */
    int identification; /* -1: none */
    const char *at;     /* the bytes to whose place the offset points; NULL: the end of the package */
    const char *expected, *came;
} flaws[] = {
    {"case 30: major version 4", major_version_4, 31, -1, "800104810103", "major-version 2 or 3", "PEStatus 31"},
    {"case 30: a mandatory template that nobody knows", unknown_template, 9, -1, "060667810f01027e", "templates",
     "PEStatus 9"},
    {"case 30: javacard", javacard, 7, -1, "8b00", "UICCCapability", "service [11]"},
    {"case 30: PIN references without PE-PINCodes", no_pin_codes, 11, 18, "aa07a0058000810112",
     "PE-PINCodes for every reference in a pinStatusTemplateDO", "01 of"}, /* known at PE-End */
    {"case 30: no PE-End", no_end, 5, -1, NULL, "PE-End at the end", "no PE-End"},
};

/* 30 {A0 {30 {80 status, 81 identification?, 83 offset}}, 81 00}. */
static const char *aborted(const struct flaw *flaw)
{
    BUF_LOCAL b = {0};
    size_t response = tlv_open(&b, 0x30);
    size_t list = tlv_open(&b, 0xa0);
    size_t status = tlv_open(&b, 0x30);
    tlv_put_unsigned(&b, 0x80, (uint32_t)flaw->status);
    if (flaw->identification >= 0) tlv_put_unsigned(&b, 0x81, (uint32_t)flaw->identification);
    /* in the package, but 0 where an element is identified: it is the beginning of that */
    tlv_put_unsigned(&b, 0x83, flaw->identification < 0 ? (uint32_t)package_position(&package, flaw->at) : 0);
    tlv_close(&b, status);
    tlv_close(&b, list);
    tlv_put(&b, 0x81, slice_of(NULL, 0));
    tlv_close(&b, response);
    buf_reset(&sima);
    hex_encode(buf_slice(&b), (char *)buf_extend(&sima, 2 * b.n + 1));
    return (const char *)sima.p;
}

START_TEST(test_flaws)
{
    const struct flaw *flaw = &flaws[_i];
    flaw->make();
    const struct rig_failure failure = {flaw->row,      5,         12, true, aborted(flaw), "SGP.22 5.5.5, SAIP 8",
                                        flaw->expected, flaw->came};
    rig.dp->profile.upp = buf_slice(&package);
    rig.dp->profile.metadata = buf_slice(&metadata);
    rig_fails_then_works(&rig, &failure, NULL);
}
END_TEST

/* Without the flaw it can be installed at once: nothing of the broken one is in the way. */
START_TEST(test_mended)
{
    struct rig_state before;
    BUF_LOCAL good = {0};
    package_load(&good, "operational.der");
    rig_state(&rig, &before);
    flaws[_i].make();
    rig.dp->profile.upp = buf_slice(&package);
    rig.dp->profile.metadata = buf_slice(&metadata);
    LPA_DOWNLOAD_LOCAL result = {0};
    ck_assert(!lpa_download(&rig.lpa, rig.dp, NULL, &result));
    rig.dp->profile.upp = buf_slice(&good);
    rig_download_works(&rig, flaws[_i].row, NULL, NULL);
    rig_delete(&rig, flaws[_i].row, ICCID);
    rig_expect_state(&rig, flaws[_i].row, &before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("download_operational");
    TCase *t = tcase_create("flaws");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_flaws, 0, (int)COUNT(flaws));
    tcase_add_loop_test(t, test_mended, 0, (int)COUNT(flaws));
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
