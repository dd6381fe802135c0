/* ConfigureISDP and StoreMetadata: what the card refuses in them, with which result, and that nothing is left; what is
 * at the limit and taken, and comes back whole by GetProfilesInfo (SGP.22 5.5.2, 5.5.3, 2.9; cases 48 to 53, 57, 58).
 */
#include "download_common.h"

static struct rig rig;
static struct buf digits[3];
static struct buf made;
static struct buf configure;

static void tear_down(void)
{
    rig_close(&rig);
    for (size_t i = 0; i < COUNT(digits); i++)
        buf_free(&digits[i]);
    buf_free(&made);
    buf_free(&configure);
}

#define OWNER_001_01 "b7058003 00f110"
#define PPR1 "99020640"
#define PPR2 "99020520"

struct row {
    struct rig_failure fails;
    const char *personality;
    struct metadata_parts parts;
    const char *whole; /* instead of parts: the whole object */
};

#define BAD(number, expected, came)                                                                                    \
    {                                                                                                                  \
        number, 2, 1, false, NULL, "SGP.22 5.5.3", expected, came                                                      \
    }
#define RULE(number, came)                                                                                             \
    {                                                                                                                  \
        number, 2, 15, true, NULL, "SGP.22 5.5.3, 2.9.2", "profile policy rules that the card allows", came            \
    }
#define CLASS(number, came)                                                                                            \
    {                                                                                                                  \
        number, 2, 6, true, NULL, "SGP.22 5.5.3", "a profile class that the card supports", came                       \
    }

static const struct row rows[] = {
    {BAD("no iccid", "StoreMetadataRequest", "iccid"), NULL, {.iccid = ""}, NULL},
    {BAD("iccid of 9 bytes", "10 bytes", ""), NULL, {.iccid = "980010100000000000"}, NULL},
    {BAD("iccid of 11 bytes", "10 bytes", ""), NULL, {.iccid = "9800101000000000008200"}, NULL},
    {BAD("no serviceProviderName", "", ""), NULL, {.service_provider = ""}, NULL},
    {BAD("no profileName", "", ""), NULL, {.name = ""}, NULL},
    {BAD("serviceProviderName is no UTF-8", "UTF-8", ""), NULL, {.service_provider = "9103 41c080"}, NULL},
    {BAD("profileName with a lone surrogate", "UTF-8", ""), NULL, {.name = "9203 eda080"}, NULL},
    {BAD("profileName cut inside a character", "UTF-8", ""), NULL, {.name = "9202 41e2"}, NULL},
    {BAD("50 icon without iconType", "iconType", "none"), NULL, {.icon = "9404 01020304"}, NULL},
    {BAD("iconType 2", "jpg(0) or png(1)", ""), NULL, {.icon = "930102 940401020304"}, NULL},
    {BAD("owner without mccMnc", "", ""), NULL, {.owner = "b703 8101aa"}, NULL},
    {BAD("mccMnc of 2 bytes", "3 bytes", ""), NULL, {.owner = "b704 800200f1"}, NULL},
    {BAD("notification item without events", "StoreMetadataRequest", "profileManagementOperation"),
     NULL,
     {.notifications = "b605 3003810161"},
     NULL},
    {BAD("notification item without address", "StoreMetadataRequest", "notificationAddress"),
     NULL,
     {.notifications = "b606 300480020780"},
     NULL},
    {BAD("rules with a bad BIT STRING", "", ""), NULL, {.rules = "99020940"}, NULL},
    {BAD("a member twice", "", ""), NULL, {.name = "9201 41 9201 42"}, NULL},
    {BAD("members in another order", "", ""), NULL, {.service_provider = "9201 41", .name = "9101 42"}, NULL},
    {BAD("no BF25", "StoreMetadataRequest", ""), NULL, {0}, "bf2400"},
    {BAD("bytes behind BF25", "", ""), NULL, {0}, "bf2518 5a0a98001010000000000082 9103535031 920474696e79 00"},
    {BAD("BF25 that is longer than its bytes", "", ""),
     NULL,
     {0},
     "bf2519 5a0a98001010000000000082 9103535031 920474696e79"},

    {CLASS("51 class test without support", "class 0"), "test_profiles = no", {.profile_class = "950100"}, NULL},
    {CLASS("51 class 3", "class 3"), NULL, {.profile_class = "950103"}, NULL},

    {RULE("52 PPR1, no row", ""), "rat =", {.owner = OWNER_001_01, .rules = PPR1}, NULL},
    {RULE("52 PPR2, row of PPR1 only", ""),
     "rat = ppr1 @ EEEEEE gid1=* gid2=*",
     {.owner = OWNER_001_01, .rules = PPR2},
     NULL},
    {RULE("52 PPR1, no owner", "without a profileOwner"), NULL, {.rules = PPR1}, NULL},
    {RULE("52 owner EEEEEE", ""), NULL, {.owner = "b7058003 eeeeee", .rules = PPR1}, NULL},
    {RULE("52 owner with one digit E", ""), NULL, {.owner = "b7058003 00fe10", .rules = PPR2}, NULL},
    {RULE("52 PPR1 forbidden", ""), "forbidden_ppr = ppr1", {.owner = OWNER_001_01, .rules = PPR1}, NULL},
    {RULE("52 both, one forbidden", ""), "forbidden_ppr = ppr2", {.owner = OWNER_001_01, .rules = "99020560"}, NULL},
    {RULE("52 row of another operator", ""),
     "rat = ppr1 @ 00102 gid1=* gid2=*",
     {.owner = OWNER_001_01, .rules = PPR1},
     NULL},
    {RULE("52 row without gid1, owner with", ""),
     "rat = ppr1 @ 00101",
     {.owner = "b7088003 00f110 8101aa", .rules = PPR1},
     NULL},
    {RULE("52 row with gid1, owner without", ""),
     "rat = ppr1 @ 00101 gid1=AA",
     {.owner = OWNER_001_01, .rules = PPR1},
     NULL},
    {RULE("52 row with another gid1", ""),
     "rat = ppr1 @ 00101 gid1=AB",
     {.owner = "b7088003 00f110 8101aa", .rules = PPR1},
     NULL},
    {RULE("52 the first row of PPR1 is of another operator's gid2", ""),
     "rat = ppr1 @ 00101 gid2=01",
     {.owner = "b7088003 00f110 820102", .rules = PPR1},
     NULL},
};

START_TEST(test_refused)
{
    const struct row *row = &rows[_i];
    rig_open(&rig, &(struct rig_options){.personality = row->personality});
    if (row->whole)
        (void)hex(&made, row->whole);
    else
        metadata_make(&made, &row->parts);
    rig.dp->profile.metadata = buf_slice(&made);
    rig_fails_then_works(&rig, &row->fails, NULL);
}
END_TEST

/* Sizes count characters for the names and bytes for the icon. */
static const struct size_row {
    const char *name;
    const char *tag; /* of the TLV that is filled */
    size_t n;
    const char *character; /* NULL: bytes of FF */
    bool good;
} sizes[] = {
    {"profileName of 64 characters", "92", 64, "41", true},
    {"50 profileName of 65 characters", "92", 65, "41", false},
    {"profileName of 64 characters of 3 bytes", "92", 64, "e282ac", true},
    {"50 profileName of 65 characters of 3 bytes", "92", 65, "e282ac", false},
    {"profileName of 64 characters of 4 bytes", "92", 64, "f09f9880", true},
    {"profileName that is empty", "92", 0, "41", true},
    {"serviceProviderName of 32 characters", "91", 32, "41", true},
    {"50 serviceProviderName of 33 characters", "91", 33, "41", false},
    {"serviceProviderName of 32 characters of 2 bytes", "91", 32, "c3a4", true},
    {"50 serviceProviderName of 33 characters of 2 bytes", "91", 33, "c3a4", false},
    {"serviceProviderName that is empty", "91", 0, "41", true},
    {"53 icon of 1024 bytes", "94", 1024, NULL, true},
    {"50 icon of 1025 bytes", "94", 1025, NULL, false},
    {"icon that is empty", "94", 0, NULL, true},
};

static const char *filled(struct buf *out, const struct size_row *row)
{
    BUF_LOCAL content = {0};
    BUF_LOCAL character = {0};
    BUF_LOCAL tlv = {0};
    BUF_LOCAL tag = {0};
    (void)hex(&character, row->character ? row->character : "ff");
    for (size_t i = 0; i < row->n; i++)
        buf_append(&content, buf_slice(&character));
    tlv_put(&tlv, hex(&tag, row->tag).p[0], buf_slice(&content));
    buf_reset(out);
    hex_encode(buf_slice(&tlv), (char *)buf_extend(out, 2 * tlv.n + 1));
    return (const char *)out->p;
}

START_TEST(test_sizes)
{
    const struct size_row *row = &sizes[_i];
    struct metadata_parts parts = {0};
    struct lpa_profiles list;
    const char *text = filled(&digits[0], row);
    rig_open(&rig, NULL);
    if (row->tag[1] == '1') parts.service_provider = text;
    if (row->tag[1] == '2') parts.name = text;
    if (row->tag[1] == '4') {
        digits[1].n = 0;
        buf_append(&digits[1], slice_text("930101"));
        buf_append(&digits[1], slice_of(text, strlen(text) + 1));
        parts.icon = (const char *)digits[1].p;
    }
    metadata_make(&made, &parts);
    rig.dp->profile.metadata = buf_slice(&made);
    if (!row->good) {
        const struct rig_failure failure = {
            row->name, 2, 1, false, NULL, "SGP.22 5.5.3", row->tag[1] == '4' ? "1024" : "characters", ""};
        rig_fails_then_works(&rig, &failure, NULL);
        return;
    }
    rig_download_works(&rig, row->name, NULL, NULL);
    ck_assert(lpa_get_profiles_info(&rig.lpa, slice_of(NULL, 0), hex(&digits[2], row->tag), &list) && list.n == 1);
    struct tlv entry;
    struct tlv member;
    struct slice in = list.list[0].whole;
    ck_assert(tlv_next(&in, &entry));
    /* an icon of no bytes is no icon; everything else comes back as it was sent */
    if (row->tag[1] == '4' && row->n == 0) return;
    ck_assert_msg(tlv_find(entry.value, hex(&digits[1], row->tag).p[0], &member) &&
                      slice_equal(member.whole, hex(&digits[1], text)),
                  "%s: does not come back as it was sent", row->name);
}
END_TEST

/* Two 88 for one BF25, in any cut; bppCommandId is 2 whichever of them is wrong. */
START_TEST(test_two_88)
{
    static const size_t cuts[] = {1, 5, 500, 1007, 1008};
    rig_open(&rig, NULL);
    buf_append(&digits[1], slice_text("930100"));
    const char *icon = metadata_filled(&digits[0], "94", 1024, 0x5a);
    buf_append(&digits[1], slice_of(icon, strlen(icon) + 1));
    metadata_make(&made, &(struct metadata_parts){.icon = (const char *)digits[1].p});
    for (size_t i = 0; i < COUNT(cuts); i++) {
        char row[64];
        snprintf(row, sizeof row, "53 two 88 of %zu", cuts[i]);
        rig.dp->profile.metadata = buf_slice(&made);
        rig.dp->profile.metadata_segment = cuts[i] < 100 ? 700 + cuts[i] : cuts[i];
        rig_download_works(&rig, row, NULL, NULL);
        struct lpa_profiles list;
        ck_assert(lpa_get_profiles_info(&rig.lpa, slice_of(NULL, 0), slice_of("\x94", 1), &list) && list.n == 1);
        ck_assert_uint_eq(list.list[0].icon.n, 1024);
        for (size_t j = 0; j < 1024; j++)
            ck_assert_uint_eq(list.list[0].icon.p[j], 0x5a);
        rig_delete(&rig, row, TINY_ICCID);
        rig_heal(&rig);
    }
    static const struct rig_failure second = {"53 the second 88", 2,       8,        false, NULL,
                                              "SGP.22 2.5.3",     "a MAC", "another"};
    rig.dp->profile.metadata = buf_slice(&made);
    rig.dp->spoil.mac_item = 3;
    rig_fails_then_works(&rig, &second, NULL);
}
END_TEST

/* Every member at once, whole and in the order of the module; B8 from ConfigureISDP (5.7.15; cases 48, 65). */
START_TEST(test_everything_comes_back)
{
    static const uint8_t tags[] = {0x5a, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0xb6,
                                   0xb7, 0xb8, 0x99, 0xbf, 0x22, 0xbf, 0x23};
    static const char *const configure_text = "bf240b b80980 0488370a01 810155";
    static const struct metadata_parts parts = {
        .service_provider = "9102 c3a9",
        .name = "9203 e282ac",
        .icon = "930100 9403ffd8ff",
        .profile_class = "950101",
        .notifications = "b615 3009 80020780 81 03 612e62 3008 800205a0 81 02 632e",
        .owner = OWNER_001_01,
        .rules = "99020560",
        .rest = "bf220f 300d 8003883701 a106 040411223344 bf2309 3007 8001 2a a102 0500",
    };
    static const char *const expected = "5a0a98001010000000000082 9102c3a9 9203e282ac 930100 9403ffd8ff 950101"
                                        "b615 3009 80020780 8103612e62 3008 800205a0 8102632e b705800300f110"
                                        "b8098004 88370a01 810155 99020560 bf220f300d8003883701a106040411223344";
    struct lpa_profiles list;
    rig_open(&rig, NULL);
    metadata_make(&made, &parts);
    rig.dp->profile.metadata = buf_slice(&made);
    rig.dp->profile.configure_isdp = hex(&configure, configure_text);
    rig_download_works(&rig, "everything", NULL, NULL);
    ck_assert(lpa_get_profiles_info(&rig.lpa, slice_of(NULL, 0), SLICE(tags), &list) && list.n == 1);
    struct slice in = list.list[0].whole;
    struct tlv entry;
    char came[513];
    ck_assert(tlv_next(&in, &entry));
    ck_assert_msg(slice_equal(entry.value, hex(&digits[0], expected)), "came %s",
                  hex_short(entry.value, came, sizeof came));
    /* the result first, then one for each of the two items: both name install */
    struct lpa_notifications notifications;
    ck_assert(lpa_list_notification(&rig.lpa, -1, &notifications));
    ck_assert_uint_eq(notifications.n, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(notifications.list[i].event, 0);
    ck_assert(slice_equal(notifications.list[1].address, slice_text("a.b")));
    ck_assert(slice_equal(notifications.list[2].address, slice_text("c.")));
    ck_assert_int_eq(lpa_process_notifications(&rig.lpa, rig.dp), 3);
}
END_TEST

/* The default set without what is not there: no nickname, no icon. Empty names are names; an absent class has the value
 * that the module gives it, operational. */
START_TEST(test_least)
{
    rig_open(&rig, NULL);
    metadata_make(&made, &(struct metadata_parts){.service_provider = "9100", .name = "9200", .profile_class = ""});
    rig.dp->profile.metadata = buf_slice(&made);
    rig_download_works(&rig, "least", NULL, NULL);
    rig_exchange(
        &rig, "least", "bf2d00",
        "bf2d2d a02b e329 5a0a98001010000000000082 4f10a0000005591010ffffffff8900001000 9f700100 9100 9200 950102",
        0x9000);
}
END_TEST

static const struct configure_row {
    struct rig_failure fails;
    const char *request; /* NULL: B8 of `filler` bytes more */
    size_t filler;
} configures[] = {
    {{"48 B8 of 129 bytes", 1, 1, false, NULL, "SGP.22 5.5.2", "at most 128 bytes", ""}, NULL, 129},
    {{"48 B8 of 200 bytes", 1, 1, false, NULL, "SGP.22 5.5.2", "at most 128 bytes", ""}, NULL, 200},
    {{"B8 without dpOid", 1, 1, false, NULL, "SGP.22 5.5.2", "", ""}, "bf2405 b803810155", 0},
    {{"no BF24", 1, 1, false, NULL, "SGP.22 5.5.2", "ConfigureISDPRequest", ""}, "bf2500", 0},
    {{"bytes behind BF24", 1, 1, false, NULL, "SGP.22 5.5.2", "", ""}, "bf240000", 0},
};

/* BF24 {B8 {80 dpOid, 81 ..}} in which B8 with tag and length has n bytes. */
static void put_configure(struct buf *b, size_t n)
{
    size_t content = n <= 129 ? n - 2 : n - 3;
    BUF_LOCAL filler = {0};
    size_t outer = tlv_open(b, 0xbf24);
    size_t inner = tlv_open(b, 0xb8);
    tlv_put(b, 0x80, slice_of("\x88\x37\x0a", 3));
    size_t left = content - 5;
    left -= left < 130 ? 2 : 3;
    for (size_t i = 0; i < left; i++)
        buf_byte(&filler, (uint8_t)i);
    tlv_put(b, 0x81, buf_slice(&filler));
    tlv_close(b, inner);
    tlv_close(b, outer);
}

START_TEST(test_configure_isdp)
{
    const struct configure_row *row = &configures[_i];
    rig_open(&rig, NULL);
    if (row->request)
        (void)hex(&configure, row->request);
    else
        put_configure(&configure, row->filler);
    rig.dp->profile.configure_isdp = buf_slice(&configure);
    rig_fails_then_works(&rig, &row->fails, NULL);
}
END_TEST

START_TEST(test_configure_isdp_128)
{
    struct lpa_profiles list;
    struct tlv entry;
    rig_open(&rig, NULL);
    put_configure(&configure, 128);
    rig.dp->profile.configure_isdp = buf_slice(&configure);
    rig_download_works(&rig, "48 B8 of 128 bytes", NULL, NULL);
    ck_assert(lpa_get_profiles_info(&rig.lpa, slice_of(NULL, 0), slice_of("\xb8", 1), &list) && list.n == 1);
    struct slice in = list.list[0].whole;
    ck_assert(tlv_next(&in, &entry));
    ck_assert_uint_eq(entry.value.n, 128);
    ck_assert(slice_equal(entry.value, slice_skip(buf_slice(&configure), configure.n - 128)));
}
END_TEST

/* ---- what is on the card already ---- */

static const struct rig_failure exists = {
    "49 ICCID already there", 2, 9, true, NULL, "SGP.22 5.5.3", "an ICCID that is not installed",
    "89000101000000000028"};

START_TEST(test_iccid_exists)
{
    BUF_LOCAL id = {0};
    rig_open(&rig, NULL);
    rig_download_works(&rig, "49", NULL, NULL);
    ck_assert_int_eq(lpa_process_notifications(&rig.lpa, rig.dp), 1);
    rig_download_fails(&rig, &exists, NULL);
    (void)hex(&id, "5a0a" TINY_ICCID);
    ck_assert_int_eq(lpa_enable_profile(&rig.lpa, buf_slice(&id), false), 0);
    ck_assert(lpa_reset(&rig.lpa));
    rig_download_fails(&rig, &exists, NULL);
    ck_assert_int_eq(lpa_disable_profile(&rig.lpa, buf_slice(&id), false), 0);
    rig_delete(&rig, "49", TINY_ICCID);
    rig_good_one_works(&rig, "49");
}
END_TEST

#define OTHER_ICCID "98001010000000000099"

static void install_another(void)
{
    static struct buf other;
    package_load(&other, "tiny.der");
    package_replace(&other, TINY_ICCID, OTHER_ICCID);
    metadata_make(&made, &(struct metadata_parts){.iccid = OTHER_ICCID});
    rig.dp->profile.metadata = buf_slice(&made);
    rig.dp->profile.upp = buf_slice(&other);
    rig_download_works(&rig, "another", NULL, NULL);
    ck_assert_int_eq(lpa_process_notifications(&rig.lpa, rig.dp), 1);
    rig_heal(&rig);
    buf_reset(&made);
    buf_free(&other);
}

START_TEST(test_profiles_max)
{
    static const struct rig_failure full = {"57 profiles_max", 1, 10, false, NULL, "SGP.22 5.5.2", "profiles_max", "1"};
    rig_open(&rig, &(struct rig_options){.personality = "profiles_max = 1"});
    install_another();
    rig_download_fails(&rig, &full, NULL);
    rig_delete(&rig, "57", OTHER_ICCID);
    rig_good_one_works(&rig, "57");
}
END_TEST

START_TEST(test_no_memory_for_isdp)
{
    static const struct rig_failure full = {"57 no memory at all", 1,        10,          false, NULL,
                                            "SGP.22 5.5.2",        "memory", "bytes free"};
    rig_open(&rig, &(struct rig_options){.personality = "memory_size = 40"});
    rig_download_fails(&rig, &full, NULL);
}
END_TEST

START_TEST(test_no_memory_for_metadata)
{
    static const struct rig_failure full = {
        "57 no memory for the metadata", 2, 10, true, NULL, "SGP.22 5.5.3", "memory", "bytes free"};
    struct euicc_profile_description profile;
    char personality[64];
    rig_open(&rig, NULL);
    rig_download_works(&rig, "57", NULL, NULL);
    ck_assert_int_eq(euicc_describe_profile(rig.card, 0, &profile), EUICC_OK);
    rig_close(&rig);
    snprintf(personality, sizeof personality, "memory_size = %zu", profile.size + 1000);
    rig_open(&rig, &(struct rig_options){.personality = personality});
    install_another();
    buf_append(&digits[1], slice_text("930100"));
    const char *icon = metadata_filled(&digits[0], "94", 1024, 0x5a);
    buf_append(&digits[1], slice_of(icon, strlen(icon) + 1));
    metadata_make(&made, &(struct metadata_parts){.icon = (const char *)digits[1].p});
    rig.dp->profile.metadata = buf_slice(&made);
    rig_download_fails(&rig, &full, NULL);
    rig_delete(&rig, "57", OTHER_ICCID);
    rig_good_one_works(&rig, "57");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("download_metadata");
    TCase *t = tcase_create("metadata");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_refused, 0, COUNT(rows));
    tcase_add_loop_test(t, test_sizes, 0, COUNT(sizes));
    tcase_add_loop_test(t, test_configure_isdp, 0, COUNT(configures));
    tcase_add_test(t, test_configure_isdp_128);
    tcase_add_test(t, test_two_88);
    tcase_add_test(t, test_everything_comes_back);
    tcase_add_test(t, test_least);
    tcase_add_test(t, test_iccid_exists);
    tcase_add_test(t, test_profiles_max);
    tcase_add_test(t, test_no_memory_for_isdp);
    tcase_add_test(t, test_no_memory_for_metadata);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
