/* The files of profiles/operational.der as its installation makes them, without a download: how a terminal finds them,
 * and SELECT at a cost that does not grow with the number of files. */
#include "uicc_common.h"

#include "saip/saip.h"

#include <stdio.h>
#include <time.h>

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

/* Seconds of 5,000 commands, the best of five times. */
static double select_time(const uint8_t *command, size_t size)
{
    uint8_t answer[260];
    size_t n;
    double best = 1e9;
    for (int turn = 0; turn < 5; turn++) {
        struct timespec from, to;
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        for (int i = 0; i < 5000; i++)
            ck_assert_int_eq(euicc_transmit(f.card, command, size, answer, sizeof answer, &n), EUICC_OK);
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        ck_assert_uint_eq(answer[n - 2], 0x90);
        double took = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
        if (took < best) best = took;
    }
    return best;
}

/* 2,500 more files in one directory: not four times the time. */
START_TEST(test_cost)
{
    static const uint8_t command[] = {0x00, 0xa4, 0x08, 0x0c, 0x04, 0x7f, 0xff, 0x6f, 0x07};
    struct isdp isdp;
    apdu(&f, SELECT_USIM, "9000");
    double before = select_time(command, sizeof command);
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
    double after = select_time(command, sizeof command);
    ck_assert_msg(after < 4 * before, "%f s, with 2500 more files %f s", before, after);
    (void)fprintf(stderr, "SELECT by path: %.2f us, with 2500 more files %.2f us\n", before * 200, after * 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc_operational");
    TCase *tests = tcase_create("operational");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_start);
    tcase_add_test(tests, test_cost);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
