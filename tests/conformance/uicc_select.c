/* SELECT and STATUS on an enabled profile: every P1, the search order, the current ADF, AIDs, FCP templates as recorded
 * from a card, sessions (TS 102 221 8.4, 8.5, 11.1.1, 11.1.2). */
#include "uicc_common.h"

#define IMSI_FCP "62178202412183026F078A01058B036F060A80020009880138"
#define ECC_FCP "621A82054221000E0283026FB78A01058B036F06088002001C880108"
#define ICCID_FCP "62178202412183022FE28A01058B032F06038002000A880110"
#define PL_FCP "62178202412183022F058A01058B032F060280020004880128"
#define IST_FCP "62178202412183026F078A01058B036F060280020002880138"
#define TELECOM_FCP "62218202782183027F108A01058B032F0601C60F90017083010183018183010A83010B"
#define KC_FCP "621C8202412183024F20A503C001808A01058B036F060480020009880108"
#define SELECT_USIM "00A4040C0C" USIM
#define CLAUSE "TS 102 221 11.1.1"
#define NOT_FOUND "6A82", "SELECT", CLAUSE
#define NO_FILE(name) NOT_FOUND, "a file of the enabled profile", name, 0
#define NO_AID NOT_FOUND, "an application of the enabled profile", "another AID", 0

static struct fixture f;

static void set_up(void)
{
    uicc_card(&f, NULL);
}

static void tear_down(void)
{
    card_free(&f);
}

/* FCPs as a card with the same files gives them (free memory aside). */
START_TEST(test_recorded)
{
    uicc_assert_fcp(&f, "00A40004023F0000",
                    "622C8202782183023F00A50C80017183040003A7388701018A01058B032F0601C60C90016083010183010A83010B9000");
    uicc_assert_fcp(&f, "00A404040C" USIM "00",
                    "623D8202782183027FD0840C" USIM
                    "A50C80017183040003A7388701018A01058B032F0601C60F90017083010183018183010A83010B9000");
    apdu(&f, "00A40004026F0700", IMSI_FCP "9000");
    apdu(&f, "00A40004026FB700", ECC_FCP "9000");
}
END_TEST

START_TEST(test_by_identifier)
{
    static const struct row rows[] = {
        {"MF", "00A4000C023F00", "9000", FINE},
        {"EF in the MF", "00A40004022FE200", ICCID_FCP "9000", FINE},
        {"P2 00 asks for the FCP, too", "00A40000022FE200", ICCID_FCP "9000", FINE},
        {"nothing is wanted", "00A4000C022FE2", "9000", FINE},
        {"a DF", "00A40004027F1000", TELECOM_FCP "9000", FINE},
        {"its EF", "00A4000C026F3C", "9000", FINE},
        {"its DF, from the EF", "00A4000C025F3A", "9000", FINE},
        {"EF in it", "00A4000C024F30", "9000", FINE},
        {"the parent of the current DF", "00A40004027F1000", TELECOM_FCP "9000", FINE},
        {"the current DF itself", "00A40004027F1000", TELECOM_FCP "9000", FINE},
        {"no EF of the parent", "00A40004022F0500", NO_FILE("2F05")},
        {"no DF two levels up", "00A4000C025F3A", "9000", FINE},
        {"and its EFs", "00A40004026F3C00", NO_FILE("6F3C")},
        {"no grandchild of the MF", "00A4000C023F00", "9000", FINE},
        {"DF.PHONEBOOK", "00A40004025F3A00", NO_FILE("5F3A")},
        {"the ADF by the identifier of the package", "00A40004027FD000", NO_FILE("7FD0")},
        {"unknown", "00A40004026F9900", NO_FILE("6F99")},
        {"7FFF without an ADF", "00A40004027FFF00", NO_FILE("7FFF")},
        {"an EF by its FID", "00A4000C022F05", "9000", FINE},
        {"read", "00B0000000", "656EFFFF9000", FINE},
        {"what is not found", "00A4000C026F99", NO_FILE("6F99")},
        {"leaves the selection", "00B0000000", "656EFFFF9000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_current_adf)
{
    static const struct row rows[] = {
        {"7FFF right after reset", "00A40004027FFF00", NO_FILE("7FFF")},
        {"path through it", "00A40804047FFF6F0700", NO_FILE("7FFF/6F07")},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"EF.IMSI", "00A40004026F0700", IMSI_FCP "9000", FINE},
        {"a DF of the MF from the ADF", "00A40004027F1000", TELECOM_FCP "9000", FINE},
        {"back by 7FFF", "00A4000C027FFF", "9000", FINE},
        {"EF.IMSI", "00A40004026F0700", IMSI_FCP "9000", FINE},
        {"MF", "00A4000C023F00", "9000", FINE},
        {"path with 7FFF", "00A40804067FFF5F3B4F2000", KC_FCP "9000", FINE},
        {"the ADF is the parent", "00A4030C", "9000", FINE},
        {"here", "00A40904026F0700", IMSI_FCP "9000", FINE},
        {"path from here with 7FFF", "00A40904047FFF6F0700", IMSI_FCP "9000", FINE},
        {"7FFF behind something", "00A40804047F107FFF00", NO_FILE("7F10/7FFF")},
        {"path with the package's identifier", "00A40804047FD06F0700", NO_FILE("7FD0/6F07")},
        {"DF of the ADF", "00A4010C025F3B", "9000", FINE},
        {"from there to the ADF's EFs", "00A4000C026F07", NO_FILE("6F07")},
        {"another ADF", "00A4040C0C" ISIM, "9000", FINE},
        {"7FFF is that one", "00A40804047FFF6F0700", IST_FCP "9000", FINE},
        {"the ISD-R", "00A4040C10" ISDR, "9000", FINE},
        {"leaves none", "00A40004027FFF00", NO_FILE("7FFF")},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_by_path)
{
    static const struct row rows[] = {
        {"MF, EF", "00A40804022FE200", ICCID_FCP "9000", FINE},
        {"three levels", "00A4080C067F105F3A4F30", "9000", FINE},
        {"SFI in that DF", "00B2012400", "A806C0034F3A01FFFFFFFFFFFFFFFFFF9000", FINE},
        {"from the MF again", "00A40804022F0500", PL_FCP "9000", FINE},
        {"from the current DF", "00A4090C047F106F3C", "9000", FINE},
        {"not from the current DF", "00A40904022F0500", NO_FILE("2F05")},
        {"a DF by path", "00A4090C025F3A", "9000", FINE},
        {"through an EF", "00A40804067F106F3C6F0600", NO_FILE("7F10/6F3C/6F06")},
        {"3F00 in a path", "00A40804043F002FE200", NO_FILE("3F00/2FE2")},
        {"more levels than there are", "00A408040E7F107F107F107F107F107F107F1000", NO_FILE("7F10/7F10")},
        {"odd", "00A40804037F106F00", "6700", "SELECT", CLAUSE, "a file identifier of 2 bytes", "3 bytes", NO_OFFSET},
        {"empty path", "00A4080C", "6700", "SELECT", CLAUSE, "a file identifier of 2 bytes", "0 bytes", NO_OFFSET},
        {"empty path from here", "00A4090C", "6700", "SELECT", CLAUSE, "a file identifier", "0 bytes", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_parent_and_child)
{
    static const struct row rows[] = {
        {"child DF", "00A40104027F1000", TELECOM_FCP "9000", FINE},
        {"an EF is none", "00A40104026F3C00", NO_FILE("6F3C")},
        {"child of that", "00A4010C025F3A", "9000", FINE},
        {"a brother is none", "00A40104027F1000", NO_FILE("7F10")},
        {"parent", "00A4030400", TELECOM_FCP "9000", FINE},
        {"with data", "00A40304027F1000", "6700", "SELECT", CLAUSE, "no data", "2 bytes", NO_OFFSET},
        {"parent of that is the MF", "00A4030C", "9000", FINE},
        {"which is its own", "00A4030C", "9000", FINE},
        {"EF.PL there", "00A40004022F0500", PL_FCP "9000", FINE},
        {"child without data", "00A4010C", "6700", "SELECT", CLAUSE, "a file identifier of 2 bytes", "0 bytes",
         NO_OFFSET},
        {"by FID with 3 bytes", "00A4000C032FE200", "6700", "SELECT", CLAUSE, "a file identifier of 2 bytes", "3 bytes",
         NO_OFFSET},
        {"P1 02", "00A40204022F0500", "6A86", "SELECT", CLAUSE, "P1 00, 01, 03, 04, 08 or 09", "02", NO_OFFSET},
        {"P1 05", "00A4050400", "6A86", "SELECT", CLAUSE, "P1 00, 01, 03, 04, 08 or 09", "05", NO_OFFSET},
        {"an occurrence", "00A40002022F05", "6A86", "SELECT", CLAUSE, "P2 00, 04 or 0C for a file", "02", NO_OFFSET},
        {"a session", "00A4004C022F05", "6A86", "SELECT", CLAUSE, "P2 00, 04 or 0C for a file", "4C", NO_OFFSET},
        {"P2 08", "00A40008022F05", "6A86", "SELECT", CLAUSE, "P2 with FCI, FCP or nothing", "08", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define AID_OF(aid) "840C" aid "9000"
START_TEST(test_by_aid)
{
    static const struct row rows[] = {
        {"whole", SELECT_USIM, "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM), FINE},
        {"7 bytes of an ISIM", "00A4040C07A0000000871004", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(ISIM), FINE},
        {"of a USIM: the first of EF.DIR", "00A4040C07A0000000871002", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM), FINE},
        {"the next USIM is not in EF.DIR", "00A4040E07A0000000871002", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM_2), FINE},
        {"no third", "00A4040E07A0000000871002", NO_AID},
        {"the previous", "00A4040F07A0000000871002", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM), FINE},
        {"none before", "00A4040F07A0000000871002", NO_AID},
        {"the next of all NAAs, as in EF.DIR", "00A4040E05A000000087", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(ISIM), FINE},
        {"next", "00A4040E05A000000087", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM_2), FINE},
        {"first", "00A4040C05A000000087", "9000", FINE},
        {"last", "00A4040D05A000000087", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM_2), FINE},
        {"next from the ISD-R is the first", "00A4040C10" ISDR, "9000", FINE},
        {"next", "00A4040E05A000000087", "9000", FINE},
        {"its AID", "80F2000100", AID_OF(USIM), FINE},
        {"4 bytes", "00A4040C04A0000000", NO_AID},
        {"another USIM", "00A4040407A0000000871099", NO_AID},
        {"longer than the AID", "00A4040C0D" USIM "00", NO_AID},
        {"the selection stays", "80F2000100", AID_OF(USIM), FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_status)
{
    static const struct row rows[] = {
        {"no application", "80F2000100", "6985", "STATUS", "TS 102 221 11.1.2", "a selected application", "the MF",
         NO_OFFSET},
        {"DF", "00A4000C027F10", "9000", FINE},
        {"its FCP", "80F2000000", TELECOM_FCP "9000", FINE},
        {"EF", "00A4000C026F3C", "9000", FINE},
        {"the DF's FCP", "80F2000000", TELECOM_FCP "9000", FINE},
        {"extended Le of a modem", "80F20000000168", TELECOM_FCP "9000", FINE},
        {"without Le", "80F20000", "6123", FINE},
        {"fetched", "00C0000023", TELECOM_FCP "9000", FINE},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"initialised", "80F20101", "610E", FINE},
        {"initialised, no data", "80F2010C", "9000", FINE},
        {"MF", "00A4000C023F00", "9000", FINE},
        {"the application goes on", "80F2000100", AID_OF(USIM), FINE},
        {"terminating", "80F2020C", "9000", FINE},
        {"P1 03", "80F2030000", "6A86", "STATUS", "TS 102 221 11.1.2", "P1 00 to 02", "03 00", NO_OFFSET},
        {"P2 02", "80F2000200", "6A86", "STATUS", "TS 102 221 11.1.2", "P2 00, 01 or 0C", "00 02", NO_OFFSET},
        {"data", "80F2000C0100", "6700", "STATUS", "TS 102 221 11.1.2", "no data", "1 bytes", NO_OFFSET},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

#define VERIFY_PIN2 "0020008108 39393939FFFFFFFF"
/* What an empty VERIFY PIN cannot tell: a file that PIN2 guards. */
#define READ_GUARDED "00B08A0001"
static void guard(void)
{
    static const char rule[] = "800101A406830181950108FFFFFFFFFFFFFFFFFFFFFFFFFF";
    static const struct uicc_file files[] = {
        {"7FD06F06", FILE_LINEAR_FIXED, 0x17, RULE_READ, 24, .content = rule},
        {"7FB06F06", FILE_LINEAR_FIXED, 0x17, RULE_READ, 24, .content = rule},
        {"7FD06FAA", FILE_TRANSPARENT, 10, 1, .content = "AA"},
        {"7FB06FAA", FILE_TRANSPARENT, 10, 1, .content = "BB"},
    };
    uicc_put(&f, AID_1, ROWS(files));
}

#define REFUSED(name) "6982", "READ BINARY", "TS 102 221 9.2", name, "", NO_OFFSET
START_TEST(test_session_end)
{
    static const struct row rows[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"guarded", READ_GUARDED, REFUSED("PIN2")},
        {"PIN2", VERIFY_PIN2, "9000", FINE},
        {"read", READ_GUARDED, "AA9000", FINE},
        {"another application", "00A4040C0C" ISIM, "9000", FINE},
        {"has a PIN2 of its own", READ_GUARDED, REFUSED("PIN2")},
        {"the end of one that is not active", "00A4044C0C" USIM, "6985", "SELECT", CLAUSE,
         "the application whose session is open", "another AID", NO_OFFSET},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"PIN2 is still verified", READ_GUARDED, "AA9000", FINE},
        {"its session ends", "00A4044C0C" USIM, "9000", FINE},
        {"no application", "80F2000100", "6985", "STATUS", "TS 102 221 11.1.2", "a selected application", "the MF",
         NO_OFFSET},
        {"at the MF", "00A40004022F0500", PL_FCP "9000", FINE},
        {"the USIM again", SELECT_USIM, "9000", FINE},
        {"PIN2 is forgotten", READ_GUARDED, REFUSED("PIN2")},
    };
    guard();
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_session_channels)
{
    static const struct row rows[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"PIN2", VERIFY_PIN2, "9000", FINE},
        {"channel 1", "0070000001", "019000", FINE},
        {"the USIM there", "01A4040C0C" USIM, "9000", FINE},
        {"verified on all channels", "01B08A0001", "AA9000", FINE},
        {"channel 2 from 1", "0170000001", "029000", FINE},
        {"has the same ADF", "02B08A0001", "AA9000", FINE},
        {"close 1", "00708001", "9000", FINE},
        {"the session goes on", READ_GUARDED, "AA9000", FINE},
        {"end on 0", "00A4044C0C" USIM, "9000", FINE},
        {"goes on on 2", "02B08A0001", "AA9000", FINE},
        {"close 2", "00708002", "9000", FINE},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"forgotten with the last one", READ_GUARDED, REFUSED("PIN2")},
    };
    guard();
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* A PIN that two applications share is forgotten with the session of the last one. */
START_TEST(test_session_shared_pin)
{
    static const struct uicc_file shares[] = {
        {"7FD2", FILE_ADF, 0, 1, .content = "0181", .aid = "A0000000871002FF49FF05A9", .pins = "8106"},
        {"7FD26F06", FILE_LINEAR_FIXED, 0x17, RULE_READ, 24,
         .content = "800101A406830181950108FFFFFFFFFFFFFFFFFFFFFFFFFF"},
        {"7FD26FAA", FILE_TRANSPARENT, 10, 1, .content = "CC"},
    };
    static const struct row rows[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"PIN2", VERIFY_PIN2, "9000", FINE},
        {"channel 1", "0070000001", "019000", FINE},
        {"the one that shares it", "01A4040C0C A0000000871002FF49FF05A9", "9000", FINE},
        {"verified there", "01B08A0001", "CC9000", FINE},
        {"the USIM's session ends", "00A4044C0C" USIM, "9000", FINE},
        {"still verified there", "01B08A0001", "CC9000", FINE},
        {"and for the USIM", SELECT_USIM, "9000", FINE},
        {"so", READ_GUARDED, "AA9000", FINE},
        {"both end", "00A4044C0C" USIM, "9000", FINE},
        {"the last one", "00708001", "9000", FINE},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"forgotten", READ_GUARDED, REFUSED("PIN2")},
    };
    guard();
    uicc_put(&f, AID_1, ROWS(shares));
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* A channel opened from another one begins in its directory, without an EF; from channel 0 at the MF. */
START_TEST(test_channels)
{
    static const struct row rows[] = {
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"EF.IMSI", "00A4000C026F07", "9000", FINE},
        {"channel 1 from 0", "0070000001", "019000", FINE},
        {"at the MF", "01A4000C022F05", "9000", FINE},
        {"without an ADF", "01A40004027FFF00", NO_FILE("7FFF")},
        {"the ISIM on 1", "01A4040C0C" ISIM, "9000", FINE},
        {"EF.IST on 1", "01A4000C026F07", "9000", FINE},
        {"0 has its own", "00B0000000", "0809101010325476989000", FINE},
        {"channel 2 from 1", "0170000001", "029000", FINE},
        {"no EF", "02B0000000", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none", NO_OFFSET},
        {"SFI in its directory", "02B0870000", "01029000", FINE},
        {"its ADF", "82F2000100", AID_OF(ISIM), FINE},
        {"not open", "43B0000000", "6881", "command", "TS 102 221 10.1.1", "an open logical channel", "channel 7", 0},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* The same AIDs and files in two profiles; what the disabled one has does not exist. */
START_TEST(test_other_profile)
{
    static const struct uicc_file other[] = {
        {"", FILE_MF, 0, .rule = 1},
        {"2F06", FILE_LINEAR_FIXED, 6, 1, 24, .content = "8001019000FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"},
        {"2FE2", FILE_TRANSPARENT, 2, 1, .content = "98001032547698103299"},
        {"7FD0", FILE_ADF, 0, .rule = 1, .aid = ISIM},
        {"7FD06F07", FILE_TRANSPARENT, 7, 1, .content = "0304"},
    };
    static const struct row rows[] = {
        {"no USIM", "00A404000C" USIM "00", NO_AID},
        {"no telecom", "00A40004027F1000", NO_FILE("7F10")},
        {"its ICCID", "00B0820000", "980010325476981032999000", FINE},
        {"its ISIM", "00A4040C0C" ISIM, "9000", FINE},
        {"its file", "00A4000C026F07", "9000", FINE},
        {"no rule for it", "00B0000000", REFUSED("read")},
    };
    uicc_put(&f, AID_2, ROWS(other));
    apdu(&f, SELECT_USIM, "9000");
    uicc_enable(&f, AID_2);
    ck_assert_int_eq(euicc_reset(f.card, NULL), EUICC_OK);
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Deactivated and terminated files and directories are selected with a warning. */
START_TEST(test_life_cycle)
{
    static const struct uicc_file files[] = {
        {"6FD1", FILE_TRANSPARENT, 0, RULE_READ, .content = "AA", .life_cycle = FILE_DEACTIVATED},
        {"6FD2", FILE_TRANSPARENT, 0, RULE_READ, .content = "AA", .life_cycle = FILE_TERMINATED},
        {"5FD3", FILE_DF, 0, 1, .life_cycle = FILE_DEACTIVATED},
    };
    static const struct row rows[] = {
        {"deactivated", "00A40004026FD100", "62168202412183026FD18A01048B032F06038002000188006283", FINE},
        {"terminated", "00A40004026FD200", "62168202412183026FD28A010C8B032F06038002000188006285", FINE},
        {"deactivated, no data", "00A4000C026FD1", "6283", FINE},
        {"deactivated DF", "00A4000C025FD3", "6283", FINE},
        {"by GET RESPONSE", "00A40804026FD1", "6118", FINE},
        {"the warning comes with the last byte", "00C0000018", "62168202412183026FD18A01048B032F06038002000188006283",
         FINE},
    };
    uicc_put(&f, AID_1, ROWS(files));
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* Links: structure and size are the target's, identifier, rule, SFI and life cycle their own. */
START_TEST(test_links)
{
    static const struct uicc_file files[] = {
        {"6FE1", FILE_TRANSPARENT, 9, RULE_ALWAYS, .target = "7FD06F07"},
        {"5FE2", FILE_DF, 0, 1, .target = "7F105F3A"},
    };
    static const struct row rows[] = {
        {"EF", "00A40004026FE100", "62178202412183026FE18A01058B032F060280020009880148 9000", FINE},
        {"its content", "00B0890000", "0809101010325476989000", FINE},
        {"written through it", "00D600080199", "9000", FINE},
        {"DF", "00A4000C025FE2", "9000", FINE},
        {"file in it", "00A4000C024F30", "9000", FINE},
        {"its parent is the link's", "00A4000C023F00", "9000", FINE},
        {"the target", SELECT_USIM, "9000", FINE},
        {"has changed", "00B0870808", "6C01", FINE},
        {"has changed", "00B0870801", "999000", FINE},
    };
    uicc_put(&f, AID_1, ROWS(files));
    apdu_rows(&f, ROWS(rows));
}
END_TEST

START_TEST(test_personality)
{
    struct fixture g;
    uicc_card(&g, "adf_identifier = 7fff\nselect_adf_by_identifier = yes\n");
    uicc_assert_fcp(&g, "00A404040C" USIM "00",
                    "623D8202782183027FFF840C" USIM
                    "A50C80017183040003A7388701018A01058B032F0601C60F90017083010183018183010A83010B9000");
    apdu(&g, "00A4000C023F00", "9000");
    apdu(&g, "00A4000C027FB0", "9000");
    apdu(&g, "80F2000100", AID_OF(ISIM));
    apdu(&g, "00A40804047FD06F0700", IMSI_FCP "9000");
    apdu(&g, "00A4000C027FD0", "9000"); /* the current DF itself */
    card_free(&g);
    uicc_card(&g, "adf_identifier = none\n");
    uicc_assert_fcp(&g, "00A404040C" USIM "00",
                    "62398202782184 0C" USIM
                    "A50C80017183040003A7388701018A01058B032F0601C60F90017083010183018183010A83010B9000");
    card_free(&g);
}
END_TEST

static struct fixture bare;
#define WITHOUT(name) "6A82", "SELECT", CLAUSE, "a file of the MF", name, 0
START_TEST(test_without_profile)
{
    static const struct row dummy[] = {
        {"a dummy ICCID", "00A4000C022FE2", "9000", FINE},
        {"which nobody has", "00B0000000", "988800000000000000F09000", FINE},
        {"by SFI", "00B0820901", "F09000", FINE},
        {"no ADF", "00A40004027FFF00", WITHOUT("7FFF")},
        {"no USIM", "00A404000C" USIM "00", NO_AID},
    };
    static const struct row no_files[] = {
        {"no MF", "00A40004023F0000", WITHOUT("3F00")},
        {"no MF by nothing", "00A4000400", WITHOUT("3F00")},
        {"no EF.DIR", "00A40004022F0000", WITHOUT("2F00")},
        {"no SFI", "00B09E0000", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file", "1E", NO_OFFSET},
        {"no STATUS", "80F2000000", "6A82", "STATUS", CLAUSE, "a file of the MF", "3F00", 0},
        {"STATUS without data", "80F2000C", "9000", FINE},
        {"no EF", "00B0000000", "6986", "READ BINARY", "TS 102 221 11.1.3", "a selected EF", "none", NO_OFFSET},
        {"the ISD-R", "00A4040C10" ISDR, "9000", FINE},
        {"3F00 below the MF", "00A40804043F003F0000", "6A82", "SELECT", CLAUSE, "a file of the MF", "3F00/3F00", 0},
    };
    card_make(&bare, "without_profile = dummy-iccid\n");
    ck_assert_int_eq(euicc_power_on(bare.card, NULL), EUICC_OK);
    apdu_rows(&bare, ROWS(dummy));
    card_free(&bare);
    card_make(&bare, "without_profile = no-files\n");
    ck_assert_int_eq(euicc_power_on(bare.card, NULL), EUICC_OK);
    apdu_rows(&bare, ROWS(no_files));
    card_free(&bare);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_select");
    TCase *tests = tcase_create("select");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_recorded);
    tcase_add_test(tests, test_by_identifier);
    tcase_add_test(tests, test_current_adf);
    tcase_add_test(tests, test_by_path);
    tcase_add_test(tests, test_parent_and_child);
    tcase_add_test(tests, test_by_aid);
    tcase_add_test(tests, test_status);
    tcase_add_test(tests, test_session_end);
    tcase_add_test(tests, test_session_channels);
    tcase_add_test(tests, test_session_shared_pin);
    tcase_add_test(tests, test_channels);
    tcase_add_test(tests, test_other_profile);
    tcase_add_test(tests, test_life_cycle);
    tcase_add_test(tests, test_links);
    tcase_add_test(tests, test_personality);
    tcase_add_test(tests, test_without_profile);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
