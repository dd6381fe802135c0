/* Every row of the card's tables has a case (functions of STORE DATA, commands, operations of eUICC packages, profile
 * elements): its name or, for functions, its tag must stand in a test of this folder or of tests/unit. A new row
 * without one fails here. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "card/card.h"
#include "isdr/iot.h"
#include "saip/internal.h"

static struct buf sources;

static void add_file(const char *path)
{
    char piece[4096];
    size_t n;
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_append(&sources, slice_of(piece, n));
    (void)fclose(file);
}

static void add_folder(const char *path)
{
    DIR *folder = opendir(path);
    ck_assert_msg(folder != NULL, "%s", path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char name[4096];
        size_t n = strlen(entry->d_name);
        if (n < 3 || strcmp(entry->d_name + n - 2, ".c") != 0 || strcmp(entry->d_name, "table_rows.c") == 0) continue;
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        add_file(name);
    }
    (void)closedir(folder);
}

static void setup(void)
{
    add_folder(TEST_SOURCE_DIR "/conformance");
    add_folder(TEST_SOURCE_DIR "/unit");
    buf_byte(&sources, 0);
    ck_assert_int_eq(buf_err(&sources), OK);
}

static void teardown(void)
{
    buf_free(&sources);
}

static bool mentioned(const char *text)
{
    return strstr((const char *)sources.p, text) != NULL;
}

START_TEST(test_functions)
{
    const struct es_function *f;
    for (size_t i = 0; (f = es_function_at(i)) != NULL; i++) {
        char upper[8];
        char lower[8];
        (void)snprintf(upper, sizeof upper, "%X(", f->tag);
        (void)snprintf(lower, sizeof lower, "%x", f->tag);
        ck_assert_msg(mentioned(f->name) || mentioned(upper) || mentioned(lower), "%s (%X) has no case", f->name,
                      f->tag);
    }
}
END_TEST

START_TEST(test_commands)
{
    const struct command *c;
    for (size_t i = 0; (c = command_at(i)) != NULL; i++)
        ck_assert_msg(mentioned(c->name), "%s has no case", c->name);
}
END_TEST

START_TEST(test_operations)
{
    const struct package_operation *o;
    for (size_t i = 0; (o = psmo_at(i)) != NULL; i++)
        ck_assert_msg(mentioned(o->name), "PSMO %s has no case", o->name);
    for (size_t i = 0; (o = eco_at(i)) != NULL; i++)
        ck_assert_msg(mentioned(o->name), "eCO %s has no case", o->name);
}
END_TEST

START_TEST(test_elements)
{
    size_t index;
    for (uint32_t tag = 0xa0; tag <= 0xbe; tag++) {
        const struct element_row *row = element_find(tag, &index);
        char hex[8];
        (void)snprintf(hex, sizeof hex, "%X", tag);
        if (row) ck_assert_msg(mentioned(row->name) || mentioned(hex), "PE %s has no case", row->name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table rows");
    TCase *t = tcase_create("rows");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_functions);
    tcase_add_test(t, test_commands);
    tcase_add_test(t, test_operations);
    tcase_add_test(t, test_elements);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
