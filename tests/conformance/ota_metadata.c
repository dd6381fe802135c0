/* ES6.UpdateMetadata (SGP.22 5.4.1; case 77): over the air through the operator's security domain to the profile's
 * ISD-P; what GetProfilesInfo shows afterwards, and every check violated alone. */
#include "ota_common.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ALIAS "A0000005591010FFFFFFFF8900000F00"
#define PERSONALIZE(aid) "80E62000(0000 10" aid "000000)"
#define STORE(request) "80E29000(" request ")"
#define UPDATE(members) PERSONALIZE(ALIAS) STORE("BF2A(" members ")")
#define DONE "029000"
#define CLAUSE "SGP.22 5.4.1"

#define PROVIDER "910870726F7669646572"
#define NAME "920770726F66696C65"
#define RULES "99020520"
#define ALL_MEMBERS "5C08 91 92 93 94 95 99 BF22"
#define ASK "BF2D(A0(5A0A" ICCID_1 ") " ALL_MEMBERS ")"
#define SHOWS(members) "BF2D(A0(E3(" members ")))"
#define ICON "930101 9408 89504E470D0A1A0A"
#define SERVICE "BF22(30(8003883701 A1(0401AA)))"

static struct fixture f;
static struct ota o;

static void set_up(void)
{
    ota_begin(&f, NULL);
    ota_server(&o, TAR_DOMAIN, "1619", SET_AES);
}

static void tear_down(void)
{
    card_free(&f);
}

/* Scripts one after the other on one card, and what the list shows then. */
static const struct {
    const char *what, *script, *shows;
} changes[] = {
    {"nothing", UPDATE(""), PROVIDER NAME "950102" RULES},
    {"serviceProviderName", UPDATE("9103 6E6577"), "91036E6577" NAME "950102" RULES},
    {"profileName, in UTF-8", UPDATE("9206 C3BC E282AC 21"), "91036E6577 9206C3BCE282AC21 950102" RULES},
    {"icon", UPDATE(ICON), "91036E6577 9206C3BCE282AC21" ICON "950102" RULES},
    {"another icon", UPDATE("930100 9403FFD8FF"), "91036E6577 9206C3BCE282AC21 930100 9403FFD8FF 950102" RULES},
    {"both names", UPDATE(PROVIDER NAME), PROVIDER NAME "930100 9403FFD8FF 950102" RULES},
    {"no icon", UPDATE("9300 9400"), PROVIDER NAME "950102" RULES},
    {"an icon again, removed with its type", UPDATE(ICON), PROVIDER NAME ICON "950102" RULES},
    {"removed", UPDATE("930101 9400"), PROVIDER NAME "950102" RULES},
    {"service specific data", UPDATE(SERVICE), PROVIDER NAME "950102" RULES SERVICE},
    {"empty names", UPDATE("9100 9200"), "9100 9200 950102" RULES SERVICE},
    {"a rule that was not set", UPDATE("99020640"), "9100 9200 950102" SERVICE}, /* PPR1 only: PPR2 is cleared */
    {"a rule that is not set any more", UPDATE("99020520"), "9100 9200 950102" SERVICE},
    {"the AID of the ISD-P itself", PERSONALIZE(AID_1) STORE("BF2A(9101 41)"), "910141 9200 950102" SERVICE},
};

START_TEST(test_changes)
{
    char shows[400];
    for (size_t i = 0; i < COUNT(changes); i++) {
        ota_run(&f, &o, changes[i].script, 0, DONE);
        ota_reason(&f, NULL, NULL, NULL, NULL);
        o.counter++;
        (void)snprintf(shows, sizeof shows, SHOWS("%s"), changes[i].shows);
        es10(&f, ASK, shows);
    }
    card_cut(&f);
    (void)snprintf(shows, sizeof shows, SHOWS("%s"), changes[COUNT(changes) - 1].shows);
    es10(&f, ASK, shows);
    /* everything else of the metadata is as it was, and so is the other profile */
    es10(&f, "BF2D(A0(5A0A" ICCID_1 ") 5C02 B6 B7)", SHOWS("B6(" NOTIFY_ALL ") B7(" OWNER_00101 ")"));
    es10(&f, "BF2D(A0(5A0A" ICCID_2 ") " ALL_MEMBERS ")", SHOWS(PROVIDER NAME "950102" RULES));
}
END_TEST

/* Cleared rules are not in force any more: PPR2 forbids deletion. */
START_TEST(test_rules)
{
    es10(&f, "BF32(A0(5A0A" ICCID_1 ") 810100)", "BF3203800100");
    es10_row(&f, &(struct row){"PPR2", "BF33(5A0A" ICCID_1 ")", "BF3303800103", "ES10c.DeleteProfile", "SGP.22 5.7.18",
                               "a profile that may be deleted", "PPR2", NO_OFFSET});
    es10(&f, "BF31(A0(5A0A" ICCID_1 ") 810100)", "BF3103800100");
    apdu(&f, TERMINAL_PROFILE, "9000");
    ota_run(&f, &o, UPDATE("990100"), 0, DONE);
    es10(&f, "BF32(A0(5A0A" ICCID_1 ") 810100)", "BF3203800100");
    es10(&f, "BF33(5A0A" ICCID_1 ")", "BF3303800100");
}
END_TEST

/* In blocks, and in several packets or in none. */
START_TEST(test_blocks)
{
    ota_run(&f, &o, PERSONALIZE(ALIAS) "80E21000 04 BF2A 0A91 80E21001 03 034142 80E29002 06 43 9203444546", 0,
            "049000");
    es10(&f, "BF2D(A0(5A0A" ICCID_1 ") 5C02 91 92)", SHOWS("9103414243 9203444546"));
    o.counter++;
    ota_run(&f, &o, PERSONALIZE(ALIAS) STORE("BF2A(9101 31)") STORE("BF2A(9201 32)"), 0, "039000");
    es10(&f, "BF2D(A0(5A0A" ICCID_1 ") 5C02 91 92)", SHOWS("910131 920132"));
}
END_TEST

static const struct {
    const char *what, *tar, *script, *data;
    const char *function, *clause, *expected, *came;
} refusals[] = {
    {"ICCID", TAR_DOMAIN, UPDATE("5A0A" ICCID_1), "026A80", "STORE DATA", CLAUSE, "91, 92, 93, 94, 99 or BF22",
     "a member that cannot be changed"},
    {"class", TAR_DOMAIN, UPDATE("950100"), "026A80", "STORE DATA", CLAUSE, "91, 92, 93, 94, 99 or BF22",
     "a member that cannot be changed"},
    {"owner", TAR_DOMAIN, UPDATE("B7(" OWNER_00101 ")"), "026A80", "STORE DATA", CLAUSE, "91, 92, 93, 94, 99 or BF22",
     "a member that cannot be changed"},
    {"notification configuration", TAR_DOMAIN, UPDATE("B600"), "026A80", "STORE DATA", CLAUSE,
     "91, 92, 93, 94, 99 or BF22", "a member that cannot be changed"},
    {"nickname", TAR_DOMAIN, UPDATE("900141"), "026A80", "STORE DATA", CLAUSE, "91, 92, 93, 94, 99 or BF22",
     "a member that cannot be changed"},
    {"twice", TAR_DOMAIN, UPDATE("910141 910142"), "026A80", "STORE DATA", CLAUSE, "each member once, in order",
     "one misplaced"},
    {"out of order", TAR_DOMAIN, UPDATE("920141 910142"), "026A80", "STORE DATA", CLAUSE, "each member once, in order",
     "one misplaced"},
    {"33 characters", TAR_DOMAIN, UPDATE("91(414141414141414141414141414141414141414141414141414141414141414141)"),
     "026A80", "STORE DATA", CLAUSE, "at most 32 characters of UTF-8", "another text"},
    {"65 characters", TAR_DOMAIN,
     UPDATE("92("
            "4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141"
            "414141414141414141414141)"),
     "026A80", "STORE DATA", CLAUSE, "at most 64 characters of UTF-8", "another text"},
    {"not UTF-8", TAR_DOMAIN, UPDATE("9102C328"), "026A80", "STORE DATA", CLAUSE, "at most 32 characters of UTF-8",
     "another text"},
    {"icon without type", TAR_DOMAIN, UPDATE("940189"), "026A80", "STORE DATA", CLAUSE,
     "iconType (93) and icon (94) together", "one of them"},
    {"type without icon", TAR_DOMAIN, UPDATE("930101"), "026A80", "STORE DATA", CLAUSE,
     "iconType (93) and icon (94) together", "one of them"},
    {"unknown type", TAR_DOMAIN, UPDATE("930102 940189"), "026A80", "STORE DATA", CLAUSE, "iconType jpg(0) or png(1)",
     "another value"},
    {"empty type of an icon", TAR_DOMAIN, UPDATE("9300 940189"), "026A80", "STORE DATA", CLAUSE,
     "iconType jpg(0) or png(1)", "another value"},
    {"pprUpdateControl", TAR_DOMAIN, UPDATE("99020780"), "026A80", "STORE DATA", CLAUSE, "pprUpdateControl not set",
     "profile policy rules with it"},
    {"rules that are no bits", TAR_DOMAIN, UPDATE("9900"), "026A80", "STORE DATA", CLAUSE,
     "profile policy rules as named bits", "other"},
    {"another request", TAR_DOMAIN, PERSONALIZE(ALIAS) STORE("BF2D00"), "026A80", "STORE DATA", CLAUSE,
     "one UpdateMetadataRequest (BF2A)", "another data object"},
    {"two requests", TAR_DOMAIN, PERSONALIZE(ALIAS) STORE("BF2A00 BF2A00"), "026A80", "STORE DATA", CLAUSE,
     "one UpdateMetadataRequest (BF2A)", "another data object"},
    {"not DER", TAR_DOMAIN, PERSONALIZE(ALIAS) STORE("BF2A03 9103 41"), "026A80", "STORE DATA", CLAUSE,
     "data objects in DER", "other bytes"},
    {"nothing", TAR_DOMAIN, PERSONALIZE(ALIAS) "80E2900000", "026A80", "STORE DATA", CLAUSE,
     "one UpdateMetadataRequest (BF2A)", "another data object"},
    {"encrypted", TAR_DOMAIN, PERSONALIZE(ALIAS) "80E2F000(BF2A00)", "026A86", "STORE DATA", "GP 11.11.2.1",
     "STORE DATA in clear", "P1 F0"},
    {"a block left out", TAR_DOMAIN, PERSONALIZE(ALIAS) "80E21000 01 BF 80E29002 02 2A00", "036A86", "STORE DATA",
     "GP 11.11.2.2", "the next block number", "2 after 1"},
    {"P2 of INSTALL", TAR_DOMAIN, "80E62001(0000 10" ALIAS "000000)", "016A86", "INSTALL", "GP 11.5.2.2", "P2 00",
     "01"},
    {"through another security domain", TAR_OTHER, UPDATE("910141"), "016985", "INSTALL", CLAUSE,
     "the security domain of the operator", "a supplementary one"},
};

/* Of these nothing is changed but the counter. */
START_TEST(test_refused)
{
    ota_server(&o, refusals[_i].tar, "1619", SET_AES);
    ota_run(&f, &o, refusals[_i].script, 0, refusals[_i].data);
    ota_reason(&f, refusals[_i].function, refusals[_i].clause, refusals[_i].expected, refusals[_i].came);
    es10(&f, ASK, SHOWS(PROVIDER NAME "950102" RULES));
    ota_run(&f, &o, "", 2, "");
}
END_TEST

/* The AID of another profile's ISD-P is not this profile's. */
START_TEST(test_other_isdp)
{
    BUF_LOCAL answer = {0};
    struct ota_answer a;
    ota_transmit(&f, &o, PERSONALIZE(AID_2) STORE("BF2A(9101 41)"), &answer);
    const char *why = ota_open(&o, buf_slice(&answer), true, &a);
    ck_assert_msg(!why, "%s", why);
    ck_assert(a.status == 0 && a.data.n == 3 && a.data.p[0] == 1 && a.data.p[1] != 0x90);
    ota_answer_free(&a);
    es10(&f, "BF2D(5C01 91)", "BF2D(A0(E3(" PROVIDER ") E3(" PROVIDER ")))");
}
END_TEST

/* The largest icon, and one byte more, in one packet of many short messages. */
START_TEST(test_large_icon)
{
    static const size_t sizes[] = {1024, 1025};
    struct lpa_reader reader;
    BUF_LOCAL request = {0};
    BUF_LOCAL icon = {0};
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL answer = {0};
    struct ota_answer a;
    for (size_t i = 0; i < sizes[_i]; i++)
        buf_byte(&icon, (uint8_t)i);
    size_t mark = tlv_open(&request, 0xbf2a);
    tlv_put_u8(&request, 0x93, 1);
    tlv_put(&request, 0x94, buf_slice(&icon));
    tlv_close(&request, mark);
    put_hex(&text, PERSONALIZE(ALIAS));
    for (size_t at = 0, block = 0; at < request.n; at += 250, block++) {
        size_t n = request.n - at < 250 ? request.n - at : 250;
        const uint8_t head[] = {0x80, 0xe2, at + n == request.n ? 0x90 : 0x10, (uint8_t)block, (uint8_t)n};
        buf_append(&text, SLICE(head));
        buf_append(&text, slice_of(request.p + at, n));
    }
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    const size_t size = 100;
    size_t total = (packet.n + size - 1) / size;
    for (size_t i = 0; i < total; i++) {
        BUF_LOCAL envelope = {0};
        size_t n = packet.n - i * size < size ? packet.n - i * size : size;
        ota_put_envelope_part(slice_of(packet.p + i * size, n), 9, false, (uint8_t)total, (uint8_t)(i + 1), &envelope);
        buf_reset(&answer);
        ck_assert(lpa_reader_card(&reader, f.card));
        ck_assert(reader.transmit(reader.ctx, buf_slice(&envelope), &answer));
    }
    buf_truncate(&answer, answer.n - 2);
    const char *why = ota_open(&o, buf_slice(&answer), true, &a);
    ck_assert_msg(!why, "%s", why);
    assert_hex(buf_slice(&a.data), _i ? "066A80" : "069000", "icon");
    ota_answer_free(&a);
    if (_i) ota_reason(&f, "STORE DATA", CLAUSE, "icon of at most 1024 bytes", "a longer one");
}
END_TEST

/* Metadata and counter change together. */
START_TEST(test_power_cut)
{
    static const enum power_cut cuts[] = {CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT};
    BUF_LOCAL text = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    put_hex(&text, UPDATE("910141"));
    ck_assert(ota_packet(&o, buf_slice(&text), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    f.power_cut = cuts[_i];
    ck_assert(lpa_reader_card(&reader, f.card));
    ck_assert(!reader.transmit(reader.ctx, buf_slice(&envelope), &answer));
    f.power_cut = CUT_NEVER;
    card_cut(&f);
    apdu(&f, TERMINAL_PROFILE, "9000");
    es10(&f, "BF2D(A0(5A0A" ICCID_1 ") 5C01 91)", cuts[_i] == CUT_BEFORE_COMMIT ? SHOWS(PROVIDER) : SHOWS("910141"));
    if (cuts[_i] == CUT_BEFORE_COMMIT)
        ota_run(&f, &o, "", 0, "009000");
    else
        ota_run(&f, &o, "", 2, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ota_metadata");
    TCase *t = tcase_create("metadata");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_changes);
    tcase_add_test(t, test_rules);
    tcase_add_test(t, test_blocks);
    tcase_add_loop_test(t, test_refused, 0, COUNT(refusals));
    tcase_add_test(t, test_other_isdp);
    tcase_add_loop_test(t, test_large_icon, 0, 2);
    tcase_add_loop_test(t, test_power_cut, 0, 2);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
