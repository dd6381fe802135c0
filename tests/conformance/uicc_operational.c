/* The files of profiles/operational.der as its installation makes them, without a download: how a terminal finds them,
 * also among thousands. */
#include "uicc_common.h"

#include "saip/saip.h"

#include <stdio.h>

#define SELECT_USIM "00A4040C07A0000000871002"

static struct fixture f;

static void read_package(const char *name, struct buf *package)
{
    char path[512];
    uint8_t piece[1024];
    (void)snprintf(path, sizeof path, "%s/%s", TEST_PROFILES_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file, "%s cannot be read", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(package, slice_of(piece, n));
    (void)fclose(file);
    ck_assert_int_eq(buf_err(package), OK);
}

static void install_contents(const char *name, const char *aid)
{
    struct saip_install *install;
    struct isdp isdp;
    struct reason reason = {0};
    BUF_LOCAL package = {0};
    size_t taken;
    read_package(name, &package);
    ck_assert_int_eq(saip_install_new(&install, &f.card->model.personality, 1000000), OK);
    ck_assert_msg(saip_install_feed(install, buf_slice(&package), &taken, &reason) == OK, "%s", reason.expected);
    ck_assert_int_eq(saip_install_end(install, slice_skip(buf_slice(&package), taken), &reason), OK);
    uicc_isdp(&f, aid, &isdp);
    ck_assert_int_eq(saip_install_store(install, &isdp), OK);
    saip_install_free(install);
    uicc_enable(&f, aid);
    ck_assert_int_eq(euicc_power_on(f.card, NULL), EUICC_OK);
}

static void set_up(void)
{
    card_make(&f, NULL);
    install_contents("operational.der", AID_1);
}

static void tear_down(void)
{
    card_free(&f);
}

/* What a telephone looks at first, by the forms that it uses. */
START_TEST(test_start)
{
    static const struct row rows[] = {
        {"EF.ICCID by path", "00A4080C022FE2", "9000", FINE},
        {"read", "00B0000001", "989000", FINE},
        {"it has no SFI", "00B0820001", "6A82", "READ BINARY", "TS 102 221 8.4.3", "the SFI of a file", "02",
         NO_OFFSET},
        {"the USIM", SELECT_USIM, "9000", FINE},
        {"EF.IMSI by SFI", "00B0870001", "089000", FINE},
        {"by path through 7FFF", "00A4080C047FFF6F07", "9000", FINE},
        {"read", "00B0000001", "089000", FINE},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

/* 2,500 more files in one directory are found, and are in nobody's way. What it costs is a figure of tools/bench. */
START_TEST(test_many_files)
{
    struct isdp isdp;
    apdu(&f, SELECT_USIM, "9000");
    uicc_isdp(&f, AID_1, &isdp);
    for (uint16_t i = 0; i < 2500; i++) {
        const struct file file = {.path = {.n = 2, .fid = {0x7f10, (uint16_t)(0x4000 + i)}},
                                  .kind = FILE_TRANSPARENT,
                                  .descriptor = 0x41,
                                  .life_cycle = FILE_ACTIVATED,
                                  .arr = 0x6f06,
                                  .arr_record = 1,
                                  .size = 2,
                                  .body = slice_of("ab", 2)};
        ck_assert_int_eq(file_create(&isdp, &file), OK);
    }
    ck_assert_int_eq(store_commit(f.card->model.store, NULL), OK);
    static const struct row rows[] = {
        {"as before", "00A4080C047FFF6F07", "9000", FINE},
        {"the directory", "00A4080C027F10", "9000", FINE},
        {"the first", "00A4000C024000", "9000", FINE},
        {"one in the middle, by path", "00A4080C047F1044E2", "9000", FINE},
        {"its content", "00B0000002", "61629000", FINE},
        {"the last", "00A4080C047F1049C3", "9000", FINE},
        {"one more", "00A4080C047F1049C4", "6A82", "SELECT", "TS 102 221 11.1.1", "a file of the enabled profile",
         "7F10/49C4", 0},
    };
    apdu_rows(&f, ROWS(rows));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_operational");
    TCase *tests = tcase_create("operational");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_start);
    tcase_add_test(tests, test_many_files);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
