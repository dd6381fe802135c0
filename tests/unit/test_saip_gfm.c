/* PE-GenericFileManagement: files made by commands from the MF on (SAIP 8.3.5). What they become, what is refused where
 * and why, and how many there may be. */
#include "saip_files.h"

#define FILES_MAX_TEST 4096
#define START FILES_HEADER FILES_MF FILES_USIM
#define EF(fid, rest) "62{82{4121} 83{" fid "} 8B{2F0601} 80{04} " rest "} "
#define DF(fid) "62{82{7821} 83{" fid "} 8B{2F0601} C6{}} "
#define RECORD(fid, arr, sfi, body) "62{82{4121} 83{" fid "} 8A{05} 8B{" arr "} 80{00000004} " sfi " A5{}} " body
#define MF_COMMAND "62{82{7821} 83{3F00} 8B{2F0601} C6{}} "
#define ARR_COMMAND "62{82{42210005} 83{2F06} 8B{2F0601} 80{05}} 81{8001019000} "

static const struct installed installed[] = {
    /* a file in the MF: short identifier from the last five bits of its own, erased content */
    {GFM(EF("2F45", "")), "2F45", RECORD("2F45", "2F0601", "88{05}", "FF*4"), NULL, NULL},
    {GFM(EF("2F5F", "")), "2F5F", RECORD("2F5F", "2F0601", "", "FF*4"), NULL, NULL}, /* 1F is none */
    {GFM(EF("2F40", "")), "2F40", RECORD("2F40", "2F0601", "", "FF*4"), NULL, NULL}, /* nor is 0 */
    {GFM(EF("2F45", "88{}")), "2F45", RECORD("2F45", "2F0601", "", "FF*4"), NULL, NULL},
    {GFM(EF("2F45", "88{F0}")), "2F45", RECORD("2F45", "2F0601", "88{1E}", "FF*4"), NULL, NULL},
    /* a default that another file of the directory took */
    {GFM(EF("2F45", "") EF("2F65", "")), "2F65", RECORD("2F65", "2F0601", "", "FF*4"), NULL, NULL},
    {GFM("62{82{4121} 83{2F45} 8B{01} 80{04}}"), "2F45", RECORD("2F45", "2F0601", "88{05}", "FF*4"), NULL, NULL},
    /* in a directory of the MF the implied EF.ARR is 6F06 */
    {GFM("80{7FD0} 62{82{4121} 83{6F45} 8B{01} 80{04}}"), "7FD06F45", RECORD("6F45", "6F0601", "88{05}", "FF*4"), NULL,
     NULL},
    {GFM("80{3F007FD0} 62{82{4121} 83{6F45} 8B{01} 80{04}}"), "7FD06F45", RECORD("6F45", "6F0601", "88{05}", "FF*4"),
     NULL, NULL},
    /* content, offsets from the last write, patterns */
    {GFM(EF("2F45", "") "81{0A} 02{01} 81{0B}"), "2F45", RECORD("2F45", "2F0601", "88{05}", "0AFF0BFF"), NULL, NULL},
    {GFM(EF("2F45", "A5{C1{0102}}") "81{0A}"), "2F45", RECORD("2F45", "2F0601", "88{05}", "0A020202"), NULL, NULL},
    {GFM(EF("2F45", "A5{C2{0102} C0{80}}")), "2F45",
     "62{82{4121} 83{2F45} 8A{05} 8B{2F0601} 80{00000004} 88{05} A5{C0{80}}} 01020102", NULL, NULL},
    /* what follows belongs to the file that was made or selected last, over the blocks of one element */
    {"A1{A0{80{} 81{50}} A1{30{" EF("2F45", "") "} 30{81{0A}} 30{81{0B}}}} ", "2F45",
     RECORD("2F45", "2F0601", "88{05}", "0A0BFFFF"), NULL, NULL},
    {GFM(EF("2F45", "") "81{0102} 80{} 80{2F45} 02{01} 81{AA}"), "2F45", RECORD("2F45", "2F0601", "88{05}", "01AAFFFF"),
     NULL, NULL},
    {GFM(EF("2F45", "") "81{0102}") "A1{A0{80{} 81{51}} A1{30{80{2F45} 02{03} 81{BB}}}} ", "2F45",
     RECORD("2F45", "2F0601", "88{05}", "0102FFBB"), NULL, NULL},
    /* after a file was selected, its directory is the current one */
    {GFM("80{7FD06F06} 62{82{4121} 83{6F45} 8B{01} 80{04}}"), "7FD06F45", RECORD("6F45", "6F0601", "88{05}", "FF*4"),
     NULL, NULL},
    /* the next element starts at the MF again */
    {GFM(DF("7F66")) "A1{A0{80{} 81{51}} A1{30{" EF("2F45", "") "}}} ", "2F45",
     RECORD("2F45", "2F0601", "88{05}", "FF*4"), NULL, NULL},
    /* a directory that was made is the current one; the empty path is the MF */
    {GFM(DF("7F66") DF("5F40") EF("4F01", "") "80{} " EF("2F45", "")), "7F665F404F01",
     RECORD("4F01", "2F0601", "88{01}", "FF*4"), NULL, NULL},
    {GFM(DF("7F66") DF("5F40") EF("4F01", "") "80{} " EF("2F45", "")), "2F45",
     RECORD("2F45", "2F0601", "88{05}", "FF*4"), NULL, NULL},
    {GFM(DF("7F66")), "7F66", "62{82{7821} 83{7F66} 8A{05} 8B{2F0601} C6{}}", NULL, NULL},
    /* four levels of directories and a file in the last */
    {GFM(DF("7F66") DF("5F40") DF("5F41") DF("5F42") EF("4F01", "")), "7F665F405F415F424F01",
     RECORD("4F01", "2F0601", "88{01}", "FF*4"), NULL, NULL},
    /* an ADF is below the MF, wherever it is made */
    {GFM(DF("7F66") "62{82{7821} 83{7FB0} 84{A0000000871004} 8B{01} C6{}} "
                    "62{82{4121} 83{6F02} 8B{2F0601} 80{01}}"),
     "7FB06F02", "62{82{4121} 83{6F02} 8A{05} 8B{2F0601} 80{00000001} 88{02} A5{}} FF", NULL, NULL},
    /* records: as many as fit */
    {GFM("62{82{42210003} 83{2F45} 8B{01} 80{09} 88{}} 81{010203 04}"), "2F45",
     "62{82{4221000303} 83{2F45} 8A{05} 8B{2F0601} 80{00000009} A5{}} 010203 04FFFF FFFFFF", NULL, NULL},
    {GFM("62{82{46210003} 83{2F45} 8B{01} 80{06} 88{}} 81{010203}"), "2F45",
     "62{82{4621000302} 83{2F45} 8A{05} 8B{2F0601} 80{00000006} A5{}} 010203 FFFFFF", NULL, NULL},
    {GFM("62{82{7921} 83{2F45} 8B{01} 80{08} 88{}} 81{5C01} 81{AA}"), "2F45",
     "62{82{7921} 83{2F45} 8A{05} 8B{2F0601} 80{00000008} A5{84{01}}} 00000003 5C01AA 00*5", NULL, NULL},
    /* links: to a file, and one that comes later; writing goes to the target */
    {GFM("62{82{4121} 83{2F45} 8B{01} C7{7FD06F06}}"), "2F45",
     "62{82{4221} 83{2F45} 8A{05} 8B{2F0601} D2{7FD06F06} 88{05}}", NULL, NULL},
    {GFM(EF("2F45", "") "62{82{4121} 83{2F46} 8B{01} C7{2F45} 88{}} 02{01} 81{AABB}"), "2F45",
     RECORD("2F45", "2F0601", "88{05}", "FFAABBFF"), NULL, NULL},
    {GFM("62{82{7821} 83{7F66} 8B{01} C7{7F67}} 80{} " DF("7F67") EF("4F01", "")), "7F66",
     "62{82{7821} 83{7F66} 8A{05} 8B{2F0601} D2{7F67}}", NULL, NULL},
    /* a file made below a linked directory is in its target */
    {GFM(DF("7F67") "80{} 62{82{7821} 83{7F66} 8B{01} C7{7F67}} " EF("4F01", "")), "7F674F01",
     RECORD("4F01", "2F0601", "88{01}", "FF*4"), NULL, NULL},
    /* what may not be there is left out with a warning */
    {GFM("62{82{7821} 83{7F66} 8B{01} C6{} 80{05} A5{C0{80}}}"), "7F66", "62{82{7821} 83{7F66} 8A{05} 8B{2F0601} C6{}}",
     "30{80{06} 81{50}}", NULL},
    {"A1{A0{81{50}} A1{30{" EF("2F45", "") "84{} 81{0A}}} 85{}} ", "2F45",
     RECORD("2F45", "2F0601", "88{05}", "0AFFFFFF"), "30{80{06} 81{50}}", NULL},
    /* nothing to do */
    {"A1{A0{80{} 81{50}} A1{}} A1{A0{80{} 81{51}} A1{30{}}} ", "2F45", NULL, NULL, NULL},
};

START_TEST(test_installed)
{
    assert_installed(START, &installed[_i]);
}
END_TEST

static const struct refusal refused[] = {
    {"^A1{A0{80{} 81{50}}} ", 5, 0x50, "fileManagementCMD", "none", NULL},
    {"A1{A0{80{} 81{50}} ^A2{}} ", 5, 0x50, "fileManagementCMD", "none", NULL},
    {"A1{A0{80{} 81{50}} A1{^31{}}} ", 5, 0x50, "FileManagement", "another tag", NULL},
    {"A1{A0{80{} 81{50}} A1{} ^A2{}} ", 6, 0x50, "members that this card knows", "unknown", NULL},
    {GFM("^84{}"), 6, 0x50, "members that this card knows", "unknown", NULL},
    /* filePath */
    {GFM("^80{7F}"), 3, 0x50, "filePath of at most 4 file identifiers", "other bytes", NULL},
    {GFM("^80{7F667F667F667F667F66}"), 3, 0x50, "filePath of at most 4 file identifiers", "other bytes", NULL},
    {GFM("^80{7F66}"), 3, 0x50, "filePath of a file that is there", "another one", NULL},
    {GFM("^80{7FD06F99}"), 3, 0x50, "filePath of a file that is there", "another one", NULL},
    {GFM("^80{7FD06F06}"), 3, 0x50, "filePath of a directory", "an EF",
     "package_default_files = no\npackage_select_files = no"},
    /* content without a file */
    {GFM("^81{00}"), 3, 0x50, "an EF to write into", "none", NULL},
    {GFM("^02{00}"), 3, 0x50, "an EF to write into", "none", NULL},
    {GFM(EF("2F45", "") "80{} ^81{00}"), 3, 0x50, "an EF to write into", "none", NULL},
    {GFM(EF("2F45", "") DF("7F66") "^81{00}"), 3, 0x50, "an EF to write into", "none", NULL},
    {GFM(EF("2F45", "") "81{0102} 80{} 80{2F45} 02{01} ^81{01020304}"), 3, 0x50, "content that fits", "more", NULL},
    {GFM(EF("2F45", "")) "A1{A0{80{} 81{51}} A1{30{^81{00}}}} ", 3, 0x51, "an EF to write into", "none", NULL},
    /* createFCP: what must be there */
    {GFM("^62{83{2F45} 8B{01} 80{04}}"), 3, 0x50, "fileDescriptor", "without it", NULL},
    {GFM("^62{82{4121} 8B{01} 80{04}}"), 3, 0x50, "fileID", "without it", NULL},
    {GFM("^62{82{4121} 83{2F45} 80{04}}"), 3, 0x50, "securityAttributesReferenced", "without it", NULL},
    {GFM("^62{82{4121} 83{2F45} 8B{01}}"), 3, 0x50, "efFileSize", "none by default", NULL},
    {GFM("^62{82{42210004} 83{2F45} 8B{01}}"), 3, 0x50, "efFileSize and record length", "none by default", NULL},
    {GFM("62{^82{4221} 83{2F45} 8B{01} 80{04}}"), 3, 0x50, "a record length", "none", NULL},
    {GFM("^62{82{7821} 83{7F66} 8B{01}}"), 3, 0x50, "pinStatusTemplateDO", "without it", NULL},
    {GFM("^62{82{7821} 83{7FB0} 84{A0000000871004} 8B{01}}"), 3, 0x50, "pinStatusTemplateDO", "without it", NULL},
    {GFM("^62{82{7821} 83{7FB0} 84{A0000000871004} C6{}}"), 3, 0x50, "securityAttributesReferenced", "without it",
     NULL},
    {GFM("62{^82{0F21} 83{2F45} 8B{01} 80{04}}"), 3, 0x50, "a kind of file that the card knows", "another", NULL},
    {GFM("62{^82{4921} 83{2F45} 8B{01} 80{04}}"), 3, 0x50, "a kind of file that the card knows", "another", NULL},
    /* where it may not be */
    {GFM("62{82{7821} ^83{3F00} 8B{01} C6{}}"), 3, 0x50, "a file that is not there yet", "fs/3F00", NULL},
    {GFM("62{82{4121} ^83{3F00} 8B{01} 80{04}}"), 3, 0x50, "a file identifier that is not reserved", "one that is",
     NULL},
    {GFM("62{82{7821} ^83{7FD0} 8B{01} C6{}}"), 3, 0x50, "a file that is not there yet", "fs/3F00/7FD0", NULL},
    {GFM(DF("7F66") DF("5F40") DF("5F41") DF("5F42") "62{82{7821} ^83{5F43} 8B{2F0601} C6{}}"), 3, 0x50,
     "at most 4 levels of directories", "one more", NULL},
    {GFM("62{82{7821} 83{7FB0} ^84{" FILES_USIM_AID "} 8B{01} C6{}}"), 3, 0x50, "each AID once", "one again", NULL},
    {GFM("62{82{4121} 83{2F45} ^8B{630F01} 80{04}}"), 3, 0x50, "an EF.ARR of the profile", "no such EF.ARR", NULL},
    /* an explicit short identifier twice */
    {GFM(EF("2F45", "") "62{82{4121} 83{2F46} 8B{2F0601} 80{04} ^88{28}}"), 3, 0x50, "each short identifier", "again",
     NULL},
};

START_TEST(test_refused)
{
    assert_refusal(START, &refused[_i]);
}
END_TEST

/* A package without PE-MF: the first command makes the MF. */
START_TEST(test_root)
{
    static const struct installed rows[] = {
        {GFM(MF_COMMAND ARR_COMMAND), "", "62{82{7821} 83{3F00} 8A{05} 8B{2F0601} C6{} D1{062F06}}", NULL, NULL},
        {GFM(MF_COMMAND ARR_COMMAND "62{82{7821} 83{7FD0} 84{" FILES_USIM_AID "} 8B{01} C6{}} " EF("6F07", "")),
         "7FD06F07", RECORD("6F07", "2F0601", "88{07}", "FF*4"), NULL, NULL},
        {GFM(MF_COMMAND ARR_COMMAND "62{82{7821} 83{7FD0} 84{" FILES_USIM_AID
                                    "} 8B{01} C6{}} ") "B4{A0{80{} 81{51}} 81{67810F010205} A2{A1{8B{2F0601}}}} ",
         "7FD06F05", "62{82{4121} 83{6F05} 8A{05} 8B{2F0601} 80{00000006} 88{02} A5{}} FF*6", NULL, NULL},
    };
    static const struct refusal wrong[] = {
        {GFM("62{82{4121} ^83{2F45} 8B{01} 80{04}}"), 3, 0x50, "a directory for the file", "none", NULL},
        {GFM("62{82{7821} ^83{7F66} 8B{01} C6{}}"), 3, 0x50, "a directory for the file", "none", NULL},
        {GFM("^80{}"), 3, 0x50, "filePath of a file that is there", "another one", NULL},
        {GFM(MF_COMMAND ARR_COMMAND "62{82{7821} ^83{3F00} 8B{01} C6{}}"), 3, 0x50, "a file that is not there yet",
         "fs/3F00", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_installed(FILES_HEADER, &rows[i]);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_refusal(FILES_HEADER, &wrong[i]);
}
END_TEST

/* ---- many ---- */

static void put_many(struct buf *b, unsigned files, unsigned a_directory)
{
    char text[200];
    for (unsigned i = 0; i < files; i++) {
        if (i % a_directory == 0) {
            (void)snprintf(text, sizeof text, "80{} 62{82{7821} 83{%04X} 8B{2F0601} C6{}}", 0x5000 + i / a_directory);
            BYTES_LOCAL directory = notation_bytes(text, NULL);
            buf_append(b, bytes_slice(&directory));
        }
        (void)snprintf(text, sizeof text, "62{82{4121} 83{%04X} 8B{2F0601} 80{08}} 81{%02X}", 0x6000 + i, i & 0xff);
        BYTES_LOCAL file = notation_bytes(text, NULL);
        buf_append(b, bytes_slice(&file));
    }
}

static void install_many(unsigned files, unsigned a_directory, struct outcome *o)
{
    BUF_LOCAL package = {0};
    BYTES_LOCAL start = notation_bytes(START, NULL);
    BYTES_LOCAL end = notation_bytes(END, NULL);
    BYTES_LOCAL header = notation_bytes("A0{80{} 81{50}}", NULL);
    buf_append(&package, bytes_slice(&start));
    size_t element = tlv_open(&package, 0xa1);
    buf_append(&package, bytes_slice(&header));
    size_t list = tlv_open(&package, 0xa1);
    size_t block = tlv_open(&package, 0x30);
    put_many(&package, files, a_directory);
    tlv_close(&package, block);
    tlv_close(&package, list);
    tlv_close(&package, element);
    buf_append(&package, bytes_slice(&end));
    run_with_memory(o, buf_slice(&package), FILES_PERSONALITY, 0, 1u << 24);
}

/* 4,096 files and not one more, in one directory and in many. */
START_TEST(test_many)
{
    OUTCOME_LOCAL scattered;
    install_many(3900, 50, &scattered);
    ck_assert_int_eq(scattered.e, OK);
    OUTCOME_LOCAL o;
    /* MF, its EF.ARR, ADF, its EF.ARR, one directory */
    install_many(FILES_MAX_TEST - 5, 5000, &o);
    ck_assert_int_eq(o.e, OK);
    OUTCOME_LOCAL over;
    install_many(FILES_MAX_TEST - 4, 5000, &over);
    ck_assert_int_eq(over.status, PE_BAD_VALUES);
    ck_assert_ptr_nonnull(strstr(over.reason.expected, "at most 4096 files"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip-gfm");
    TCase *tcase = tcase_create("saip-gfm");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_installed, 0, COUNT(installed));
    tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
    tcase_add_test(tcase, test_root);
    tcase_add_test(tcase, test_many);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
