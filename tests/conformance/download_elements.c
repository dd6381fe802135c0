/* LoadProfileElements: packages that the card cannot install, the exact EUICCResponse in the result, and what it
 * compares with the metadata (SGP.22 2.4.5.3, 2.5.6, 5.5.5; SAIP 8; cases 55 to 58). */
#include "download_common.h"

static struct rig rig;
static struct buf package;
static struct buf made;
static struct buf sima;
static struct buf digits;

static void tear_down(void)
{
    rig_close(&rig);
    buf_free(&package);
    buf_free(&made);
    buf_free(&sima);
    buf_free(&digits);
}

static void set_up(void)
{
    rig_open(&rig, NULL);
    package_load(&package, "tiny.der");
}

static void insert(uint32_t before, const char *element)
{
    BUF_LOCAL bytes = {0};
    package_insert(&package, before, hex(&bytes, element));
}

/* More members at the end of the ProfileHeader. */
static void extend_header(const char *members)
{
    BUF_LOCAL header = {0};
    BUF_LOCAL bytes = {0};
    struct tlv t;
    struct slice in = buf_slice(&package);
    ck_assert(tlv_next(&in, &t) && t.tag == 0xa0);
    size_t mark = tlv_open(&header, 0xa0);
    buf_append(&header, t.value);
    buf_append(&header, hex(&bytes, members));
    tlv_close(&header, mark);
    package_drop(&package, 0xa0);
    struct slice rest = buf_slice(&package);
    buf_append(&header, rest);
    buf_reset(&package);
    buf_append(&package, buf_slice(&header));
}

/* ---- PE errors ---- */

static void version_4(void)
{
    package_replace(&package, "a047800102", "a047800104");
}
static void version_1(void)
{
    package_replace(&package, "a047800102", "a047800101");
}
static void no_version(void)
{
    BUF_LOCAL header = {0};
    struct tlv t;
    struct slice in = buf_slice(&package);
    ck_assert(tlv_next(&in, &t) && t.tag == 0xa0);
    tlv_put(&header, 0xa0, slice_skip(t.value, 3)); /* without 800102 */
    package_drop(&package, 0xa0);
    buf_append(&header, buf_slice(&package));
    buf_reset(&package);
    buf_append(&package, buf_slice(&header));
}
static void javacard(void)
{
    package_replace(&package, "a50481008400", "a50481008b00");
}
static void multos(void)
{
    package_replace(&package, "a50481008400", "a50481008c00");
}
static void contactless(void)
{
    package_replace(&package, "a50481008400", "a50480008400");
}
static void unknown_service(void)
{
    package_replace(&package, "a50481008400", "a50481009e00");
}
static void unknown_template(void)
{
    package_replace(&package, "060667810f010204", "060667810f01027f");
}
static void foreign_template(void)
{
    package_replace(&package, "060667810f010204", "060667810e010204");
}
static void application_ids(void)
{
    extend_header("a8124f10a0000005591010ffffffff8900001200");
}
static void second_header(void)
{
    insert(0xaa, "a0058001028301aa");
}
static void no_header(void)
{
    package_drop(&package, 0xa0);
}
static void no_end(void)
{
    package_drop(&package, 0xaa);
}
static void behind_end(void)
{
    buf_append(&package, slice_of("\xa9\x07\xa0\x05\x80\x00\x81\x01\x0f", 9));
}
static void end_in_the_middle(void)
{
    insert(0xa4, "aa07a0058000810109");
}
static void unknown_mandated(void)
{
    insert(0xa4, "bf7f07a0058000810109");
}
static void same_identification(void)
{
    insert(0xa4, "a907a0058000810102");
}
static void no_pe_header(void)
{
    insert(0xa4, "a9038101aa");
}
static void indefinite_length(void)
{
    insert(0xa4, "a9800000");
}
static void long_length(void)
{
    insert(0xa4, "a98107a0058000810109");
}
static void second_mf(void)
{
    insert(0xa4, "b007a0058000810109");
}
static void aka_first(void)
{
    package_drop(&package, 0xb3);
}
static void no_algorithm(void)
{
    package_drop(&package, 0xa4);
    insert(0xaa, "a407a0058000810104");
}

static const struct element_row {
    const char *row;
    void (*change)(void);
    int status;         /* PEStatus */
    int identification; /* -1: none */
    const char *at;     /* the bytes to whose place the offset points; NULL: the end of the package */
    const char *expected;
    const char *came;
} elements[] = {
    {"56 version 4", version_4, 31, -1, "800104", "major-version 2 or 3", "PEStatus 31"},
    {"56 version 1", version_1, 31, -1, "800101", "major-version 2 or 3", "PEStatus 31"},
    {"56 no version", no_version, 5, -1, "a044", "major-version", "PEStatus 5"},
    {"56 mandatory service javacard", javacard, 7, -1, "8b00", "UICCCapability", "service [11]"},
    {"56 mandatory service multos", multos, 7, -1, "8c00", "UICCCapability", "service [12]"},
    {"56 mandatory service contactless", contactless, 10, -1, "80008400", "UICCCapability", "service [0]"},
    {"56 mandatory service of another release", unknown_service, 10, -1, "9e00", "UICCCapability", "service [30]"},
    {"56 mandatory template .127", unknown_template, 9, -1, "060667810f01027f", "templates", "PEStatus 9"},
    {"56 mandatory template of others", foreign_template, 9, -1, "060667810e010204", "templates", "PEStatus 9"},
    {"56 mandatory AIDs", application_ids, 8, -1, "a8124f10", "AIDs", "PEStatus 8"},
    {"56 second header", second_header, 5, -1, "a0058001028301aa", "ProfileHeader first and once", "second"},
    {"56 no header", no_header, 5, -1, "b08201da", "ProfileHeader first and once", "another element"},
    {"56 no PE-End", no_end, 5, -1, NULL, "PE-End at the end", "no PE-End"},
    {"56 data after PE-End", behind_end, 5, -1, "a907a005800081010f", "PE-End as the last", "another one"},
    {"56 PE-End in the middle", end_in_the_middle, 5, -1, "a4", "PE-End as the last", "another one"},
    {"56 unknown element that is mandated", unknown_mandated, 1, 9, "bf7f07", "knows", "mandated"},
    {"56 identification twice", same_identification, 5, 2, "a907a0058000810102", "identification once", "again"},
    {"56 element without header", no_pe_header, 5, -1, "a9038101aa", "PEHeader", "other bytes"},
    {"56 indefinite length", indefinite_length, 5, -1, "a9800000", "DER", "not"},
    {"56 length that is not minimal", long_length, 5, -1, "a98107a0", "DER", "not"},
    {"56 second MF", second_mf, 5, 9, "b007a005", "at most once", "second"},
    {"56 keys before any application", aka_first, 3, 4, "a4", "builds on", "none"},
    {"56 keys without algorithm", no_algorithm, 5, 4, "a0058000810104", "algoConfiguration", "another form"},
};

/* 30 {A0 {30 {80 status, 81 identification?, 83 offset}}, 81 00}. */
/* PEStatus counts from the beginning of the element that it identifies, of the header and without one of the package.
 */
static size_t inside(size_t at, int identification)
{
    struct tlv element;
    struct tlv t;
    struct slice in = buf_slice(&package);
    size_t start = 0;
    uint32_t number;
    for (size_t offset = 0; identification >= 0 && offset <= at && tlv_next(&in, &element); offset += element.whole.n)
        if (tlv_find(element.value, 0xa0, &t) && tlv_find(t.value, 0x81, &t) && tlv_unsigned(t.value, &number) &&
            number == (uint32_t)identification)
            start = offset;
    return at - start;
}

static const char *aborted(const struct element_row *row)
{
    BUF_LOCAL b = {0};
    size_t at = row->at && strcmp(row->at, "a4") == 0 ? package_position(&package, "a435a005")
                                                      : package_position(&package, row->at);
    size_t response = tlv_open(&b, 0x30);
    size_t list = tlv_open(&b, 0xa0);
    size_t status = tlv_open(&b, 0x30);
    tlv_put_unsigned(&b, 0x80, (uint32_t)row->status);
    if (row->identification >= 0) tlv_put_unsigned(&b, 0x81, (uint32_t)row->identification);
    tlv_put_unsigned(&b, 0x83, (uint32_t)inside(at, row->identification));
    tlv_close(&b, status);
    tlv_close(&b, list);
    tlv_put(&b, 0x81, slice_of(NULL, 0));
    tlv_close(&b, response);
    buf_reset(&sima);
    hex_encode(buf_slice(&b), (char *)buf_extend(&sima, 2 * b.n + 1));
    return (const char *)sima.p;
}

START_TEST(test_elements)
{
    const struct element_row *row = &elements[_i];
    row->change();
    const struct rig_failure failure = {row->row,      5,        12, true, aborted(row), "SGP.22 5.5.5, SAIP 8",
                                        row->expected, row->came};
    /* wherever the package is cut, element headers included */
    static const size_t segments[] = {1007, 100, 7};
    for (size_t i = 0; i < COUNT(segments); i++) {
        rig.dp->profile.upp = buf_slice(&package);
        rig.dp->profile.segment = segments[i];
        rig_fails_then_works(&rig, &failure, NULL);
    }
}
END_TEST

/* The bytes of SAIP 8.10, inside a result that is compared as a whole. */
START_TEST(test_result_bytes)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL expected = {0};
    version_4();
    rig.dp->profile.upp = buf_slice(&package);
    ck_assert(!lpa_download(&rig.lpa, rig.dp, NULL, &result));
    ck_assert_int_eq(result.stage, LPA_STAGE_RESULT);
    /* .. 06 smdpOid, A2 {A1 {80 loadProfileElements, 81 PEProcessingError, 82 EUICCResponse}}, then the signature */
    (void)hex(&expected, "060388370a a218 a116 800105 81010c 820e 300c a008 3006 80011f 830102 8100 5f3740");
    ck_assert_uint_gt(result.pir.n, expected.n + 64);
    ck_assert_msg(memcmp(result.pir.p + result.pir.n - 64 - expected.n, expected.p, expected.n) == 0,
                  "PIR bytes differ");
}
END_TEST

/* An unknown element that nobody mandates is skipped with a warning before the ok. */
START_TEST(test_warning)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    insert(0xa4, "bf7f05a003810109");
    insert(0xaa, "bf7f02a000");
    rig.dp->profile.upp = buf_slice(&package);
    ck_assert_msg(lpa_download(&rig.lpa, rig.dp, NULL, &result), "%s", result.error);
    ck_assert(
        slice_equal(result.result.sima_response, hex(&digits, "3014 a012 3006 800101 810109 3003 800101 3003 800100")));
}
END_TEST

/* ---- data that must fit the metadata ---- */

#define OWNER "b7058003 00f110"

static const struct match_row {
    const char *row;
    const char *owner; /* B7 of the metadata */
    const char *imsi;  /* EF.IMSI; NULL: 001010000000002 */
    const char *ust;   /* the third byte of EF.UST: bit 0 GID1, bit 1 GID2; NULL: neither */
    const char *gid1, *gid2;
    const char *came; /* NULL: installed */
} matches[] = {
    {"owner 001/01", OWNER, NULL, NULL, NULL, NULL, NULL},
    {"owner 001/010", "b7058003 000110", NULL, NULL, NULL, NULL, NULL},
    {"55 MCC", "b7058003 00f210", NULL, NULL, NULL, NULL, "EF.IMSI of another operator"},
    {"55 first digit of the MCC", "b7058003 01f110", NULL, NULL, NULL, NULL, "EF.IMSI of another operator"},
    {"55 MNC", "b7058003 00f120", NULL, NULL, NULL, NULL, "EF.IMSI of another operator"},
    {"55 third digit of the MNC", "b7058003 001110", NULL, NULL, NULL, NULL, "EF.IMSI of another operator"},
    {"55 IMSI", OWNER, "080920200000000020", NULL, NULL, NULL, "EF.IMSI of another operator"},
    {"GID1", "b7088003 00f110 8101aa", NULL, "05", "aa", NULL, NULL},
    {"GID1 with filler", "b7088003 00f110 8101aa", NULL, "05", "aaffff", NULL, NULL},
    {"GID1 with filler in the owner", "b70a8003 00f110 8103aaffff", NULL, "05", "aa", NULL, NULL},
    {"55 GID1", "b7088003 00f110 8101aa", NULL, "05", "ab", NULL, "EF.GID1"},
    {"55 GID1 longer", "b7088003 00f110 8101aa", NULL, "05", "aa01", NULL, "EF.GID1"},
    {"55 GID1 in the package only", OWNER, NULL, "05", "aa", NULL, "EF.GID1"},
    {"55 GID1 in the owner only", "b7088003 00f110 8101aa", NULL, "05", NULL, NULL, "EF.GID1"},
    {"55 GID1 without its service", "b7088003 00f110 8101aa", NULL, "04", "aa", NULL, "EF.GID1"},
    {"GID1 without its service and owner", OWNER, NULL, "04", "aa", NULL, NULL},
    {"GID2", "b7088003 00f110 8201bb", NULL, "06", NULL, "bb", NULL},
    {"55 GID2", "b7088003 00f110 8201bb", NULL, "06", NULL, "bc", "EF.GID2"},
    {"55 GID2 in the package only", OWNER, NULL, "06", NULL, "bb", "EF.GID2"},
    {"55 GID2 for GID1", "b7088003 00f110 8101bb", NULL, "07", NULL, "bb", "EF.GID"},
    {"both", "b70b8003 00f110 8101aa 8201bb", NULL, "07", "aa", "bb", NULL},
    {"no owner: nothing to compare", "", "080920200000000020", "07", "aa", "bb", NULL},
};

static void make_match(const struct match_row *row)
{
    BUF_LOCAL element = {0};
    char ust[29];
    snprintf(ust, sizeof ust, "0000%s0001000000000010000000", row->ust ? row->ust : "04");
    package_replace(&package, "0000040001000000000010000000", ust);
    if (row->imsi) package_replace(&package, "080910100000000020", row->imsi);
    if (row->gid1 || row->gid2) {
        package_put_gids(&element, row->gid1, row->gid2);
        package_insert(&package, 0xa4, buf_slice(&element));
    }
    metadata_make(&made, &(struct metadata_parts){.owner = row->owner});
    rig.dp->profile.upp = buf_slice(&package);
    rig.dp->profile.metadata = buf_slice(&made);
}

static const struct rig_failure mismatch = {"", 5, 13, true, NULL, "SGP.22 5.5.5", "", ""};

START_TEST(test_owner)
{
    const struct match_row *row = &matches[_i];
    struct rig_failure failure = mismatch;
    make_match(row);
    failure.row = row->row;
    failure.expected = "profileOwner";
    failure.came = row->came;
    if (row->came)
        rig_fails_then_works(&rig, &failure, NULL);
    else
        rig_download_works(&rig, row->row, NULL, NULL);
}
END_TEST

START_TEST(test_owner_unchecked)
{
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = "check_owner = no"});
    make_match(&matches[2]);
    rig_download_works(&rig, "check_owner = no", NULL, NULL);
}
END_TEST

START_TEST(test_owner_without_imsi)
{
    struct rig_failure failure = mismatch;
    failure.row = "55 owner without EF.IMSI";
    failure.expected = "profileOwner";
    failure.came = "no EF.IMSI";
    package_drop(&package, 0xb3);
    package_drop(&package, 0xa4);
    metadata_make(&made, &(struct metadata_parts){.owner = OWNER});
    rig.dp->profile.upp = buf_slice(&package);
    rig.dp->profile.metadata = buf_slice(&made);
    rig_fails_then_works(&rig, &failure, NULL);
}
END_TEST

START_TEST(test_iccid)
{
    struct rig_failure failure = mismatch;
    failure.row = "55 EF.ICCID";
    failure.expected = "EF.ICCID with the ICCID of the metadata";
    failure.came = "98001010000000000083";
    package_replace(&package, TINY_ICCID, "98001010000000000083");
    rig.dp->profile.upp = buf_slice(&package);
    rig_fails_then_works(&rig, &failure, NULL);
    failure.row = "55 ICCID of the metadata";
    failure.came = TINY_ICCID;
    metadata_make(&made, &(struct metadata_parts){.iccid = "98001010000000000083"});
    rig.dp->profile.metadata = buf_slice(&made);
    rig_fails_then_works(&rig, &failure, NULL);
}
END_TEST

/* ---- keys of test profiles ---- */

#define TS34108_KEY "000102030405060708090a0b0c0d0e0f"
#define ZERO_KEY "00000000000000000000000000000000"
#define ZERO_BUT_LAST "000000000000000000000000000000ff"
#define REAL_KEY "465b5ce8b199b49faa5f0a2ee238a6bc"

static const struct key_row {
    const char *row;
    const char *rule;
    const char *profile_class;
    const char *key;
    bool good;
} keys[] = {
    {"zero key", NULL, "950100", ZERO_KEY, true},
    {"zero but for the last byte", NULL, "950100", ZERO_BUT_LAST, true},
    {"key of TS 34.108", NULL, "950100", TS34108_KEY, true},
    {"C4 a real key", NULL, "950100", REAL_KEY, false},
    {"C4 zero but for the first byte", NULL, "950100", "01000000000000000000000000000000", false},
    {"zero key, strict", "test_key_rule = strict", "950100", ZERO_KEY, true},
    {"C4 key of TS 34.108, strict", "test_key_rule = strict", "950100", TS34108_KEY, false},
    {"a real key, any", "test_key_rule = any", "950100", REAL_KEY, true},
    {"a real key, operational", NULL, "950102", REAL_KEY, true},
    {"a real key, provisioning", NULL, "950101", REAL_KEY, true},
};

START_TEST(test_keys)
{
    const struct key_row *row = &keys[_i];
    const struct rig_failure failure = {row->row, 5, 14, true, NULL, "SGP.22 2.4.5.3", "a test key in a test profile",
                                        "another"};
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = row->rule});
    package_replace(&package, "8210" TS34108_KEY, "8210" ZERO_KEY);
    BUF_LOCAL key = {0};
    memcpy(package.p + package_position(&package, "8210" ZERO_KEY) + 2, hex(&key, row->key).p, 16);
    metadata_make(&made, &(struct metadata_parts){.profile_class = row->profile_class});
    rig.dp->profile.upp = buf_slice(&package);
    rig.dp->profile.metadata = buf_slice(&made);
    if (row->good)
        rig_download_works(&rig, row->row, NULL, NULL);
    else
        rig_fails_then_works(&rig, &failure, NULL);
}
END_TEST

/* ---- memory ---- */

/* A file that the card's memory does not hold: PEStatus 4 says where, and errorReason is 10; what came before it is
 * given back. */
START_TEST(test_no_memory)
{
    static const char file[] = "a125a005800081010ea11c301a62188202412183022ffa8b032f060180022710a503c001808800";
    const struct element_row row = {"57 package bigger than the memory", NULL, 4, 14, "80022710", NULL, NULL};
    struct rig_failure failure = {row.row,     5, 10, true, NULL, "SGP.22 5.5.5, SAIP 8", "memory for the file",
                                  "bytes free"};
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = "memory_size = 16000"});
    insert(0xaa, file);
    failure.sima = aborted(&row);
    rig.dp->profile.upp = buf_slice(&package);
    rig_fails_then_works(&rig, &failure, NULL);
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.personality = "memory_size = 18500"});
    rig.dp->profile.upp = buf_slice(&package);
    rig_download_works(&rig, "memory for the file", NULL, NULL);
}
END_TEST

/* Free memory falls by what euicc_describe_profile says, and the last byte counts: what fits exactly is installed. */
START_TEST(test_memory_to_the_byte)
{
    struct rig_state empty;
    struct rig_state one;
    struct euicc_profile_description profile;
    char personality[64];
    rig_state(&rig, &empty);
    rig_download_works(&rig, "memory", NULL, NULL);
    rig_state(&rig, &one);
    ck_assert_int_eq(euicc_describe_profile(rig.card, 0, &profile), EUICC_OK);
    ck_assert_uint_eq(empty.free_memory - one.free_memory, profile.size);
    ck_assert_uint_ge(profile.size, package.n);
    ck_assert(one.applications == 1 && one.profiles == 1);
    rig_delete(&rig, "memory", TINY_ICCID);
    rig_expect_state(&rig, "memory", &empty);
    rig_close(&rig);
    /* a card that is far too small takes nothing, one with room to spare takes it; never more than there is */
    for (size_t size = profile.size - 200; size <= profile.size + 800; size += 100) {
        LPA_DOWNLOAD_LOCAL result = {0};
        snprintf(personality, sizeof personality, "memory_size = %zu", size);
        rig_open(&rig, &(struct rig_options){.personality = personality});
        bool installed = lpa_download(&rig.lpa, rig.dp, NULL, &result);
        ck_assert_msg(installed || result.result.reason == 10, "%s", result.error);
        ck_assert_msg(!installed || size >= profile.size, "%zu bytes went into %zu", profile.size, size);
        if (size == profile.size + 800) ck_assert(installed);
        rig_state(&rig, &one);
        ck_assert_uint_eq(one.free_memory, installed ? size - profile.size : size);
        rig_close(&rig);
    }
    rig_open(&rig, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("download_elements");
    TCase *t = tcase_create("elements");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_elements, 0, COUNT(elements));
    tcase_add_loop_test(t, test_owner, 0, COUNT(matches));
    tcase_add_loop_test(t, test_keys, 0, COUNT(keys));
    tcase_add_test(t, test_result_bytes);
    tcase_add_test(t, test_warning);
    tcase_add_test(t, test_owner_unchecked);
    tcase_add_test(t, test_owner_without_imsi);
    tcase_add_test(t, test_iccid);
    tcase_add_test(t, test_no_memory);
    tcase_add_test(t, test_memory_to_the_byte);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
