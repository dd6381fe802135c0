/* CREATE FILE, DELETE FILE, TERMINATE DF, TERMINATE EF, TERMINATE CARD USAGE, RESIZE FILE (ETSI TS 102 222). */
#include "uicc_card.h"

#define CREATE "CREATE FILE", "TS 102 222 6.3"
#define DELETE "DELETE FILE", "TS 102 222 6.4"
#define RESIZE "RESIZE FILE", "TS 102 222 6.10"
#define TERMINATED "TS 102 222 6.7"
#define RULE "TS 102 221 9.2"
#define NEW(fcp) "00E00000(62(" fcp "))"
#define RESIZED(fcp) "80D40000(62(" fcp "))"
/* parts of an FCP that is right */
#define TRANSPARENT "82024121"
#define FID "83022F10"
#define LIVE "8A0105"
#define RULE_1 "8B032F0601"
#define SIZE "80020005"

static struct fixture f;

static void set_up(void)
{
    uicc_card_new(&f, NULL);
    apdu(&f, SELECT_MF, "9000");
}

static void tear_down(void)
{
    card_free(&f);
}

/* ---- CREATE FILE ---- */

START_TEST(test_create)
{
    const struct row rows[] = {
        {"not without ADM1", NEW(TRANSPARENT FID LIVE RULE_1 SIZE), "6982", "CREATE FILE", RULE,
         "CREATE EF needs ADM1 (EF.ARR 2F06 record 4)", "not presented", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"transparent", NEW(TRANSPARENT FID LIVE RULE_1 SIZE "880150"), "9000", FINE},
        {"is selected, FF", "00B0000005", "FFFFFFFFFF9000", FINE},
        {"can be updated", "00D60000050102030405", "9000", FINE},
        {"again", NEW(TRANSPARENT FID LIVE RULE_1 SIZE), "6A89", CREATE, "an identifier that is new here", "2F10",
         NO_OFFSET},
        {"MF", SELECT_MF, "9000", FINE},
        {"by SFI", "00B08A0002", "01029000", FINE},
        {"linear fixed, pattern", NEW("8204422100038302 2F11" LIVE RULE_1 "80010C A504C10200AA 8800"), "9000", FINE},
        {"record 4", "00B2040403", "00AAAA9000", FINE},
        {"record 5", "00B2050403", "6A83", "READ RECORD", "TS 102 221 11.1.5", "", "", NO_OFFSET},
        {"cyclic, five bytes, repeated pattern", NEW("82054621000402 83022F12" LIVE RULE_1 "800108 A505C203010203"),
         "9000", FINE},
        {"record 2", "00B2020404", "010203019000", FINE},
        {"implied SFI 12", "00B2019400", "010203019000", FINE},
        {"BER-TLV", NEW("82027921 83022F13" LIVE RULE_1 "80020080"), "9000", FINE},
        {"BER-TLV that may become larger than the card", NEW("82027921 83022F14" LIVE RULE_1 "800140 A50686047FFFFFFF"),
         "6A84", CREATE, "memory for the file", "2147483647", NO_OFFSET},
        {"DF", NEW("82027821 83027F20" LIVE "8B032F0605 C609900140 830101830181"), "6A80", CREATE,
         "key references of PINs that are there", "", 26},
        {"DF", NEW("82027821 83027F20" LIVE "8B032F0605 C606900140830101"), "9000", FINE},
        {"is the current one: an EF in it", NEW(TRANSPARENT "83026F01" LIVE RULE_1 SIZE), "9000", FINE},
        {"a DF in it", NEW("82027821 83025F01" LIVE "8B032F0605"), "9000", FINE},
        {"an EF in that", NEW(TRANSPARENT "83024F01" LIVE "8B032F0602" SIZE), "9000", FINE},
        {"update has no rule", "00D600000100", "6982", "UPDATE BINARY", RULE, "permits update", "never", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    card_cut(&f);
    apdu(&f, "00A4080C067F205F014F01", "9000");
    apdu(&f, "00B0000005", "FFFFFFFFFF9000");
    apdu(&f, "00A4080C022F10", "9000");
    apdu(&f, "00B0000005", "01020304059000");
}
END_TEST

START_TEST(test_create_refused)
{
    static const char member[] = "an FCP of an EF or DF as TS 102 222 6.3.2 has it";
    static const char mandatory[] = "file descriptor, identifier, life cycle, access rule and size of an EF";
    const struct row rows[] = {
        {"P1", "00E00100(62(" TRANSPARENT "))", "6A86", "CREATE FILE", "TS 102 222 6.3", "P1 P2 00 00", "01 00",
         NO_OFFSET},
        {"no template", "00E0000002 8200", "6A80", CREATE, "an FCP template (62)", "other data", 0},
        {"nothing", "00E00000", "6A80", CREATE, "an FCP template (62)", "other data", 0},
        {"more behind it", "00E00000(62(" TRANSPARENT FID LIVE RULE_1 SIZE ")00)", "6A80", CREATE,
         "an FCP template (62)", "other data", 0},
        {"cut", "00E0000004 62028205", "6A80", CREATE, "data objects in the FCP", "other bytes", 2},
        {"no descriptor", NEW(FID LIVE RULE_1 SIZE), "6A80", CREATE, mandatory, "not all", NO_OFFSET},
        {"no identifier", NEW(TRANSPARENT LIVE RULE_1 SIZE), "6A80", CREATE, mandatory, "not all", NO_OFFSET},
        {"no life cycle", NEW(TRANSPARENT FID RULE_1 SIZE), "6A80", CREATE, mandatory, "not all", NO_OFFSET},
        {"no rule", NEW(TRANSPARENT FID LIVE SIZE), "6A80", CREATE, mandatory, "not all", NO_OFFSET},
        {"no size", NEW(TRANSPARENT FID LIVE RULE_1), "6A80", CREATE, mandatory, "not all", NO_OFFSET},
        {"descriptor", NEW("82020821" FID LIVE RULE_1 SIZE), "6A80", CREATE, member, "", 2},
        {"descriptor of 3", NEW("8203422105" FID LIVE RULE_1 SIZE), "6A80", CREATE, member, "", 2},
        {"records without length", NEW("82024221" FID LIVE RULE_1 SIZE), "6A80", CREATE, member, "", 2},
        {"identifier of 1", NEW(TRANSPARENT "83012F" LIVE RULE_1 SIZE), "6A80", CREATE, member, "", 6},
        {"life cycle", NEW(TRANSPARENT FID "8A010C" RULE_1 SIZE), "6A80", CREATE, member, "", 10},
        {"compact rule", NEW(TRANSPARENT FID LIVE "8C0101" SIZE), "6A80", CREATE, member, "", 13},
        {"expanded rule", NEW(TRANSPARENT FID LIVE "AB058001019000" SIZE), "6A80", CREATE, member, "", 13},
        {"rule of 1", NEW(TRANSPARENT FID LIVE "8B0101" SIZE), "6A80", CREATE, member, "", 13},
        {"size of 5 bytes", NEW(TRANSPARENT FID LIVE RULE_1 "80050000000005"), "6A80", CREATE, member, "", 18},
        {"SFI 31", NEW(TRANSPARENT FID LIVE RULE_1 SIZE "8801F8"), "6A80", CREATE, member, "", 22},
        {"SFI", NEW(TRANSPARENT FID LIVE RULE_1 SIZE "880151"), "6A80", CREATE, member, "", 22},
        {"both patterns", NEW(TRANSPARENT FID LIVE RULE_1 SIZE "A506C10100C20100"), "6A80", CREATE, member, "", 22},
        {"an ADF", NEW("82027821 83027FF1" LIVE RULE_1 "8405A000000087"), "6A80", CREATE, member, "", 18},
        {"reserved", NEW(TRANSPARENT "83023F00" LIVE RULE_1 SIZE), "6A80", CREATE, "not reserved", "", NO_OFFSET},
        {"reserved", NEW(TRANSPARENT "83027FFF" LIVE RULE_1 SIZE), "6A80", CREATE, "not reserved", "", NO_OFFSET},
        {"reserved", NEW(TRANSPARENT "8302FFFF" LIVE RULE_1 SIZE), "6A80", CREATE, "not reserved", "", NO_OFFSET},
        {"an ADF has it", NEW(TRANSPARENT "83027FD0" LIVE RULE_1 SIZE), "6A89", CREATE, "new here", "7FD0", NO_OFFSET},
        {"no size", NEW(TRANSPARENT FID LIVE RULE_1 "800100"), "6A80", CREATE, "1 to 65535", "0 bytes", NO_OFFSET},
        {"too large", NEW(TRANSPARENT FID LIVE RULE_1 "8003010000"), "6A80", CREATE, "1 to 65535", "65536", NO_OFFSET},
        {"not whole records", NEW("820442210003" FID LIVE RULE_1 SIZE), "6A80", CREATE, "1 to 254 records", "5 bytes",
         NO_OFFSET},
        {"255 records", NEW("820442210001" FID LIVE RULE_1 "800200FF"), "6A80", CREATE, "1 to 254 records", "255",
         NO_OFFSET},
        {"long records", NEW("820442210100" FID LIVE RULE_1 "80020200"), "6A80", CREATE, "at most 255 bytes", "512",
         NO_OFFSET},
        {"another number of records", NEW("82054221000502" FID LIVE RULE_1 SIZE), "6A80", CREATE,
         "as many records as the size has", "", NO_OFFSET},
        {"more than the card has", NEW("82027921" FID LIVE RULE_1 "800400200000"), "6A84", CREATE,
         "memory for the file", "2097152 bytes", NO_OFFSET},
        {"SFI in use", NEW(TRANSPARENT "83022F14" LIVE RULE_1 SIZE "880150"), "6A80", CREATE,
         "a short identifier that is free", "", NO_OFFSET},
    };
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, NEW(TRANSPARENT "83022F15" LIVE RULE_1 SIZE "880150"), "9000");
    apdu(&f, SELECT_MF, "9000");
    size_t before = f.commits;
    apdu_rows(&f, ROWS(rows));
    ck_assert_uint_eq(f.commits, before);
}
END_TEST

/* A directory may have another rule for directories than for EFs, and none below seven levels. */
START_TEST(test_create_place)
{
    const struct row df = {"DF without ADM1",
                           NEW("82027821 83025F01" LIVE RULE_1),
                           "6982",
                           "CREATE FILE",
                           RULE,
                           "CREATE DF needs ADM1 (EF.ARR 2F06 record 5)",
                           "not presented",
                           NO_OFFSET};
    const struct row deep = {
        "too deep", NEW("82027821 83025F06" LIVE "8B032F0605"), "6985", CREATE, "a level for the file", "none left",
        NO_OFFSET};
    const struct row itself = {"the directory's own",
                               NEW("82027821 83027F10" LIVE "8B032F0605"),
                               "6A89",
                               CREATE,
                               "an identifier that is new here",
                               "7F10",
                               NO_OFFSET};
    apdu(&f, SELECT_TELECOM, "9000");
    apdu_row(&f, &df);
    apdu(&f, VERIFY_ADM1, "9000");
    apdu_row(&f, &itself);
    apdu(&f, NEW("82027821 83025F01" LIVE "8B032F0605"), "9000");
    apdu(&f, NEW("82027821 83025F02" LIVE "8B032F0605"), "9000");
    apdu(&f, NEW("82027821 83025F03" LIVE "8B032F0605"), "9000");
    apdu(&f, NEW("82027821 83025F04" LIVE "8B032F0605"), "9000");
    apdu(&f, NEW("82027821 83025F05" LIVE "8B032F0605"), "9000");
    apdu_row(&f, &deep);
}
END_TEST

/* To the byte: what CREATE FILE takes, DELETE FILE gives back. */
START_TEST(test_memory)
{
    struct model *m = &f.card->model;
    apdu(&f, VERIFY_ADM1, "9000");
    size_t before = profile_memory_free(m);
    apdu(&f, NEW(TRANSPARENT FID LIVE RULE_1 "800203E8"), "9000");
    size_t cost = before - profile_memory_free(m);
    ck_assert_uint_gt(cost, 1000);
    ck_assert_uint_lt(cost, 1200);
    apdu(&f, SELECT_MF, "9000");
    apdu(&f, "00E40000022F10", "9000");
    ck_assert_uint_eq(profile_memory_free(m), before);
    /* so much is left that the body fits, but not what comes with it */
    m->personality.memory_size = (uint32_t)(store_charged(m->store) + 1000);
    const struct row full = {"full",
                             NEW(TRANSPARENT FID LIVE RULE_1 "800203E8"),
                             "6A84",
                             CREATE,
                             "memory for the file",
                             "bytes too little",
                             NO_OFFSET};
    apdu_row(&f, &full);
    const struct row gone = {"not there", "00A4000C022F10", "6A82", "SELECT", "TS 102 221 11.1.1", "a file", "2F10", 0};
    apdu_row(&f, &gone);
    ck_assert_uint_eq(profile_memory_free(m), 1000);
}
END_TEST

/* ---- DELETE FILE ---- */

START_TEST(test_delete)
{
    const struct row rows[] = {
        {"neither rule", "00E40000022F08", "6982", "DELETE FILE", RULE, "DELETE needs ADM1 (EF.ARR 2F06 record 1)",
         "not presented", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"its own rule", "00E40000022F08", "9000", FINE},
        {"gone", "00A4000C022F08", "6A82", "SELECT", "TS 102 221 11.1.1", "a file", "2F08", 0},
        {"the directory's rule", "00E40000022FF1", "9000", FINE}, /* its own says never */
        {"gone", "00E40000022FF1", "6A82", DELETE, "a file of the current directory", "2FF1", 0},
        {"P1", "00E40100022F01", "6A86", DELETE, "P1 P2 00 00", "01 00", NO_OFFSET},
        {"length", "00E40000012F", "6700", DELETE, "a file identifier of 2 bytes", "1 bytes", NO_OFFSET},
        {"none", "00E40000", "6700", DELETE, "a file identifier of 2 bytes", "0 bytes", NO_OFFSET},
        {"an ADF", "00E40000027FB0", "6985", DELETE, "an EF or a DF", "the ADF 7FB0", 0},
        {"a DF with all below", "00E40000027F10", "9000", FINE},
        {"gone", "00A4080C067F105F504F20", "6A82", "SELECT", "TS 102 221 11.1.1", "a file", "7F10/5F50/4F20", 0},
        {"not in the MF", "00E40000026F3B", "6A82", DELETE, "a file of the current directory", "6F3B", 0},
        {"USIM", SELECT_USIM, "9000", FINE},
        {"what a link needs", "00E40000026F07", "6985", DELETE, "a file that no link needs", "6F40 links to it",
         NO_OFFSET},
        {"the link", "00E40000026F40", "9000", FINE},
        {"the file is there", "00A4000C026F07", "9000", FINE},
        {"now", "00E40000026F07", "9000", FINE},
        {"was the current EF", "00B0000001", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    card_cut(&f);
    apdu(&f, SELECT_MF, "9000");
    apdu_row(&f, &rows[3]);
}
END_TEST

/* Another channel that works on the file that goes finds none. */
START_TEST(test_delete_elsewhere)
{
    const struct row gone = {"read",          "01B0000001",           "6986",   "READ BINARY", "TS 102 221 11.1.3",
                             "a selected EF", "one that was deleted", NO_OFFSET};
    const struct row no_directory = {"create",
                                     "01E00000(62(" TRANSPARENT FID LIVE RULE_1 SIZE "))",
                                     "6A82",
                                     CREATE,
                                     "a current directory",
                                     "one that was deleted",
                                     NO_OFFSET};
    apdu(&f, "0070000001", "019000");
    apdu(&f, "01A4080C022F01", "9000");
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, "00E40000022F01", "9000");
    apdu_row(&f, &gone);
    apdu(&f, "01A4080C047F105F50", "9000");
    apdu(&f, "00E40000027F10", "9000");
    apdu_row(&f, &no_directory);
}
END_TEST

/* ---- TERMINATE ---- */

START_TEST(test_terminate)
{
    const struct row rows[] = {
        {"EF without ADM1", "00E80000022F08", "6982", "TERMINATE EF", RULE, "TERMINATE needs ADM1", "", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"EF", "00E80000022F08", "9000", FINE},
        {"SELECT says so", "00A4000C022F08", "6285", FINE},
        {"cannot be read", "00B0000001", "6985", "READ BINARY", "TS 102 221 11.1.3", "an activated file",
         "2F08, which is terminated", NO_OFFSET},
        {"nor activated", "00440000", "6985", "ACTIVATE FILE", TERMINATED, "a file in use", "2F08 is terminated",
         NO_OFFSET},
        {"nor terminated again", "00E80000", "6985", "TERMINATE EF", TERMINATED, "a file in use", "2F08", NO_OFFSET},
        {"but deleted", "00E40000022F08", "9000", FINE},
        {"a DF is no EF", "00E80000027F10", "6981", "TERMINATE EF", "TS 102 222 6.8", "an EF", "7F10", 0},
        {"an EF is no DF", "00E60000022F01", "6981", "TERMINATE DF", "TS 102 222 6.7", "a DF or ADF", "2F01",
         NO_OFFSET},
        {"nor the MF", "00E60000", "6981", "TERMINATE DF", "TS 102 222 6.7", "a DF or ADF", "3F00", NO_OFFSET},
        {"no EF is selected", "00E80000", "6986", "TERMINATE EF", "TS 102 221 11.1.3", "a selected EF", "none",
         NO_OFFSET},
        {"unknown", "00E80000022F99", "6A82", "TERMINATE EF", "TS 102 222 6.8", "a file of the current", "2F99", 0},
        {"unknown", "00E60000027F99", "6A82", "TERMINATE DF", "TS 102 222 6.7", "a file of the current", "7F99", 0},
        {"P1", "00E80100022F01", "6A86", "TERMINATE EF", "TS 102 222 6.8", "P1 P2 00 00", "01 00", NO_OFFSET},
        {"P2", "00E60001027F10", "6A86", "TERMINATE DF", "TS 102 222 6.7", "P1 P2 00 00", "00 01", NO_OFFSET},
        {"never", "00E80000022FE2", "6982", "TERMINATE EF", RULE, "permits terminate", "never", NO_OFFSET},
        {"DF", "00E60000027F10", "9000", FINE},
        {"SELECT says so", SELECT_TELECOM, "6285", FINE},
        {"what is below is out of use", "00A4080C067F105F504F20", "9000", FINE},
        {"read", "00B0000001", "6985", "READ BINARY", TERMINATED, "a file in use", "7F10 is terminated", NO_OFFSET},
        {"create", NEW(TRANSPARENT "83024F21" LIVE RULE_1 SIZE), "6985", "CREATE FILE", TERMINATED, "a file in use",
         "7F10 is terminated", NO_OFFSET},
        {"an ADF, being in it", SELECT_ISIM, "9000", FINE},
        {"current", "00E60000", "9000", FINE},
        {"create", NEW(TRANSPARENT "83026F21" LIVE RULE_1 SIZE), "6985", "CREATE FILE", TERMINATED, "a file in use",
         "7FB0 is terminated", NO_OFFSET},
        {"SELECT by AID", SELECT_ISIM, "6285", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* An MF of ordinary rules does not let anybody end the profile; one that does ends it for good, the eUICC goes on. */
START_TEST(test_terminate_card)
{
    const struct row rows[] = {
        {"no rule", "00FE0000", "6982", "TERMINATE CARD USAGE", RULE, "an access rule that permits terminate",
         "never (EF.ARR 2F06 record 4)", NO_OFFSET},
        {"data", "00FE0000023F00", "6700", "TERMINATE CARD USAGE", "TS 102 222 6.9", "no data", "2 bytes", NO_OFFSET},
        {"P1", "00FE0100", "6A86", "TERMINATE CARD USAGE", "TS 102 222 6.9", "P1 P2 00 00", "01 00", NO_OFFSET},
    };
    const struct row read = {"read",          "00B0000008",         "6985",   "READ BINARY", TERMINATED,
                             "a file in use", "3F00 is terminated", NO_OFFSET};
    struct isdp isdp;
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, VERIFY_PIN1, "9000");
    apdu_rows(&f, ROWS(rows));
    ck_assert_int_eq(isdp_enabled(&f.card->model, &isdp), OK);
    struct file mf = file_at(&isdp, "");
    mf.arr_record = 5; /* everything with ADM1 */
    ck_assert_int_eq(file_put(&isdp, &mf), OK);
    ck_assert_int_eq(store_commit(f.card->model.store, NULL), OK);
    apdu(&f, "00FE0000", "9000");
    apdu(&f, "00A4000C022F01", "9000");
    apdu_row(&f, &read);
    card_cut(&f);
    apdu(&f, SELECT_MF, "6285");
    apdu(&f, "00A4040C10" ISDR, "9000");
}
END_TEST

/* ---- RESIZE FILE ---- */

START_TEST(test_resize)
{
    const struct row rows[] = {
        {"only with a rule for it", RESIZED("83022F08 800108"), "6982", "RESIZE FILE", RULE,
         "RESIZE needs ADM1 (EF.ARR 2F06 record 1)", "not presented", NO_OFFSET},
        {"ADM1", VERIFY_ADM1, "9000", FINE},
        {"grow", RESIZED("83022F08 800108"), "9000", FINE},
        {"FF at the end", "00A4000C022F08", "9000", FINE},
        {"read", "00B0000008", "3C05020000FFFFFF9000", FINE},
        {"shrink", RESIZED("83022F08 800102"), "9000", FINE},
        {"read", "00B0000002", "3C059000", FINE},
        {"records", RESIZED("83022F00 800200A5"), "9000", FINE},
        {"EF.DIR", "00A4000C022F00", "9000", FINE},
        {"five now", "00B2050421", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF9000", FINE},
        {"not whole ones", RESIZED("83022F00 800200A4"), "6A80", RESIZE, "1 to 254 records", "164", NO_OFFSET},
        {"update is not resize", RESIZED("83022F01 800101"), "6982", "RESIZE FILE", RULE, "permits resize", "never",
         NO_OFFSET},
        {"a directory", RESIZED("83027F10 810101"), "6A80", RESIZE, "a file identifier (83) and a new size (80)", "",
         0},
        {"a directory", RESIZED("83027F10 800101"), "6981", RESIZE, "a transparent", "7F10", NO_OFFSET},
        {"unknown", RESIZED("83022F99 800101"), "6A82", RESIZE, "a file of the current directory", "2F99", 0},
        {"no identifier", RESIZED("800101"), "6A80", RESIZE, "a file identifier (83)", "", 0},
        {"no size", RESIZED("83022F08"), "6A80", RESIZE, "a new size (80)", "", 0},
        {"cut", "80D4000006 62048302 2F08", "6A80", RESIZE, "", "", 0},
        {"no template", "80D4000004 83022F08", "6A80", RESIZE, "an FCP template (62)", "", 0},
        {"P1", "80D40100(62(83022F08800102))", "6A86", RESIZE, "P1 P2 00 00", "01 00", NO_OFFSET},
        {"nothing left", RESIZED("83022F08 800100"), "6A80", RESIZE, "1 to 65535", "0 bytes", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
    const struct row cyclic = {"cyclic", RESIZED("83026F39 800106"), "6981", RESIZE, "a transparent", "6F39",
                               NO_OFFSET};
    apdu(&f, SELECT_USIM, "9000");
    apdu_row(&f, &cyclic);
}
END_TEST

/* A BER-TLV EF is as large as it may become; what is in it must stay. */
START_TEST(test_resize_objects)
{
    const struct row rows[] = {
        {"too small", RESIZED("83022F13 800102"), "6A84", RESIZE, "a size that the data objects", "2 bytes", NO_OFFSET},
        {"maximum too small", RESIZED("83022F13 A503860102"), "6A84", RESIZE, "a maximum that the data objects",
         "2 bytes", NO_OFFSET},
        {"more than the card has", RESIZED("83022F13 800400200000"), "6A84", RESIZE, "memory", "2097152", NO_OFFSET},
        {"a maximum of more than that", RESIZED("83022F13 A506860400200000"), "6A84", RESIZE, "memory", "2097152",
         NO_OFFSET},
        {"larger", RESIZED("83022F13 800107"), "9000", FINE},
        {"what it may become is reserved", RESIZED("83022F13 A50486020200"), "9000", FINE},
    };
    apdu(&f, VERIFY_ADM1, "9000");
    apdu(&f, NEW("82027921 83022F13" LIVE RULE_1 "800104 A5038401 00"), "9000");
    apdu(&f, "80DB008004 8002AABB", "9000");
    apdu(&f, SELECT_MF, "9000");
    size_t before = store_charged(f.card->model.store);
    apdu_rows(&f, ROWS(rows));
    /* from 4 to 512 bytes, and the maximum itself (86 04 ........) */
    ck_assert_uint_eq(store_charged(f.card->model.store), before + 508 + 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc administration");
    TCase *t = tcase_create("administration");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_create);
    tcase_add_test(t, test_create_refused);
    tcase_add_test(t, test_create_place);
    tcase_add_test(t, test_memory);
    tcase_add_test(t, test_delete);
    tcase_add_test(t, test_delete_elsewhere);
    tcase_add_test(t, test_terminate);
    tcase_add_test(t, test_terminate_card);
    tcase_add_test(t, test_resize);
    tcase_add_test(t, test_resize_objects);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
