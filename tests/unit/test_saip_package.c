/* What a profile package tells (EF.ICCID, EF.IMSI, test keys: SGP.22 5.5.5, 2.4.5.3), and packages that are cut,
 * changed or endless. */
#include "saip_package.h"

#include <stdio.h>

/* ---- facts ---- */

static void assert_file(bool has, struct slice file, const char *hex)
{
    ck_assert(has == (hex != NULL));
    if (!hex) return;
    BYTES_LOCAL wanted = notation_bytes(hex, NULL);
    ck_assert_msg(slice_equal(file, bytes_slice(&wanted)), "%s", hex);
}

/* EF.ICCID is member 4 of PE-MF, 10 bytes; offsets count from the end of the last write (SAIP 8.3.2). */
START_TEST(test_fill)
{
    static const struct {
        const char *file;
        const char *content; /* NULL: refused */
    } rows[] = {
        {"83{98001010000000000082}", "98001010000000000082"},
        {"83{9800} 83{1010}", "98001010 FF*6"},
        {"82{02} 83{1010}", "ffff1010 FF*6"},
        {"83{98} 82{02} 83{10} 82{01} 83{20}", "98ffff10ff20 FF*4"},
        {"83{}", "FF*10"},
        {"A1{83{2FE2}} 83{98}", "98 FF*9"},
        {"A1{80{02}} 83{9800}", "9800"},
        {"A1{80{0C}} 83{98}", "98 FF*11"},
        {"82{09} 83{01}", "FF*9 01"},
        {"83{00*11}", NULL},
        {"82{0A} 83{01}", NULL},
        {"82{00FFFF} 83{01}", NULL},
        {"82{00FFFFFFFF} 82{00FFFFFFFF} 83{01}", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[400];
        OUTCOME_LOCAL o;
        (void)snprintf(text, sizeof text,
                       HEADER " B0{A0{80{} 81{02}} 81{67810F010201} A2{A1{C6{}}} A4{%s} A6{" RULES "}} " END,
                       rows[i].file);
        BYTES_LOCAL package = notation_bytes(text, NULL);
        run(&o, bytes_slice(&package), NULL, 0);
        if (!rows[i].content) {
            ck_assert_msg(o.e == ERR_DATA, "%s", text);
            continue;
        }
        ck_assert_msg(o.e == OK, "%s: %s", text, o.reason.came);
        BYTES_LOCAL wanted = notation_bytes(rows[i].content, NULL);
        ck_assert(o.facts.has_iccid);
        ck_assert_msg(slice_equal(o.facts.iccid, bytes_slice(&wanted)), "%s", rows[i].file);
    }
}
END_TEST

#define GFM_IN(path, fid, size, content)                                                                               \
    "A1{A0{80{} 81{44}} A1{30{80{" path "} 62{82{4121} 83{" fid "} 8B{2F0601} 80{" size "}} 81{" content "}}}}"

/* From the templates' elements, from generic file management, and from the first USIM of two. */
START_TEST(test_facts)
{
    static const struct {
        const char *package;
        const char *iccid, *imsi, *ust, *gid1, *gid2; /* NULL: no such file */
    } rows[] = {
        {PACKAGE(""), NULL, NULL, NULL, NULL, NULL},
        {HEADER " " PE("B0", "02", "81{67810F010201} A2{A1{C6{}}} A4{83{98}} A6{" RULES "}") " " PE(
             "B3", "03",
             "81{67810F010204} A2{A1{83{7FD0} 84{" USIM_AID "} C6{}}} A3{83{0809}} A4{" RULES
             "} A8{83{9E}}") " " PE("B4", "04", "81{67810F010205} A5{83{AB}} A6{83{CD}}") " " END,
         "98 FF*9", "0809 FF*7", "9e FF*7 E7 FF*5" /* without GBA and MBMS */, "ab FF*7", "cd FF*7"},
        {PACKAGE(GFM_IN("", "2FE2", "0A", "98001010000000000082")), "98001010000000000082", NULL, NULL, NULL, NULL},
        {PACKAGE(GFM_IN("7FD0", "6F07", "09", "080910100000000020")), NULL, "080910100000000020", NULL, NULL, NULL},
        {PACKAGE(GFM_IN("7FD0", "6F38", "03", "000004")), NULL, NULL, "000004", NULL, NULL},
        {PACKAGE(GFM_IN("7FD0", "6F3E", "02", "AA")), NULL, NULL, NULL, "aaff", NULL},
        {PACKAGE(GFM_IN("7FD0", "6F3F", "01", "BB")), NULL, NULL, NULL, NULL, "bb"},
        {PACKAGE(GFM_IN("", "6F07", "09", "080910100000000020")), NULL, NULL, NULL, NULL, NULL}, /* not in the USIM */
        {PACKAGE(PE("B3", "0A",
                    "81{67810F010204} A2{A1{83{7FD1} 84{A0000000871002FF02} C6{}}} A3{83{0811}} A4{" RULES
                    "}") " " GFM_IN("7FD0", "6F07", "09", "080910100000000020")),
         NULL, "080910100000000020", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        OUTCOME_LOCAL o;
        BYTES_LOCAL package = notation_bytes(rows[i].package, NULL);
        run(&o, bytes_slice(&package), NULL, 0);
        ck_assert_msg(o.e == OK, "%s: %s, %s", rows[i].package, o.reason.expected, o.reason.came);
        bytes_assert(SLICE(o.facts.header_iccid), "89000101000000000028", "header");
        ck_assert(!o.facts.has_key_for_operation);
        assert_file(o.facts.has_iccid, o.facts.iccid, rows[i].iccid);
        assert_file(o.facts.has_imsi, o.facts.imsi, rows[i].imsi);
        assert_file(o.facts.has_ust, o.facts.ust, rows[i].ust);
        assert_file(o.facts.has_gid1, o.facts.gid1, rows[i].gid1);
        assert_file(o.facts.has_gid2, o.facts.gid2, rows[i].gid2);
    }
}
END_TEST

/* An element that is left out with a warning leaves no file, an aborted package gives nothing away. */
START_TEST(test_left_out)
{
    static const struct euicc_env nothing = {0};
    struct store *card;
    struct isdp isdp;
    OUTCOME_LOCAL without;
    OUTCOME_LOCAL with;
    OUTCOME_LOCAL aborted;
    BYTES_LOCAL plain = notation_bytes(PACKAGE(""), NULL);
    /* the second file of the element is refused: the first is taken back with it */
    BYTES_LOCAL half = notation_bytes(PACKAGE("A1{A0{81{44}} A1{30{62{82{4121} 83{2FE2} 8B{2F0601} 80{0A}} 62{82{4121} "
                                              "83{2FE2} 8B{2F0601} 80{0A}}}}}"),
                                      NULL);
    BYTES_LOCAL mandated = notation_bytes(PACKAGE("A1{A0{80{} 81{44}} A1{30{62{82{4121} 83{2FE2} 8B{2F0601} 80{0A}} "
                                                  "62{82{4121} 83{2FE2} 8B{2F0601} 80{0A}}}}}"),
                                          NULL);
    run(&without, bytes_slice(&plain), NULL, 0);
    run(&with, bytes_slice(&half), NULL, 0);
    ck_assert_int_eq(with.e, OK);
    assert_response(&with, "30{A0{30{80{03} 81{44}} 30{80{00}}}}", "half an element");
    ck_assert_uint_eq(with.cost, without.cost);
    ck_assert(!with.facts.has_iccid);
    run(&aborted, bytes_slice(&mandated), NULL, 0);
    ck_assert_int_eq(aborted.e, ERR_DATA);
    ck_assert_int_eq(store_new(&card, &nothing, NULL), OK);
    isdp_over(card, &isdp);
    ck_assert_int_eq(saip_install_store(aborted.install, &isdp), ERR_CORRUPT);
    ck_assert_uint_eq(store_count(card, ""), 0);
    ck_assert_int_eq(saip_install_store(with.install, &isdp), OK);
    ck_assert_uint_gt(store_count(card, ""), 4);
    store_free(card);
}
END_TEST

/* Each byte of memory counts: what fits exactly is installed, and one byte less gives PEStatus 4. */
START_TEST(test_memory)
{
    OUTCOME_LOCAL o;
    BYTES_LOCAL package = notation_bytes(PACKAGE(GFM_IN("", "2FE2", "0200", "98")), NULL);
    run(&o, bytes_slice(&package), NULL, 0);
    ck_assert_int_eq(o.e, OK);
    ck_assert_uint_gt(o.cost, 512);
    for (size_t step = 0; step < 20; step += 7) {
        OUTCOME_LOCAL exact;
        OUTCOME_LOCAL less;
        run_with_memory(&exact, bytes_slice(&package), NULL, step, o.cost);
        ck_assert_int_eq(exact.e, OK);
        run_with_memory(&less, bytes_slice(&package), NULL, step, o.cost - 1);
        ck_assert(less.e == ERR_DATA && less.status == PE_NOT_ENOUGH_MEMORY && less.reason.said);
        ck_assert_ptr_nonnull(strstr(less.reason.expected, "memory for the"));
    }
}
END_TEST

/* Which keys a test profile may have (SGP.22 2.4.5.3), by the rule of the personality. */
START_TEST(test_keys)
{
    static const struct {
        const char *parameter;
        bool lenient, strict;
    } rows[] = {
        {"80{03} 81{01} 82{FF*16} 83{01*16}", true, true}, /* the test algorithm */
        {"80{01} 81{01} 82{00*16} 83{01*16}", true, true},
        {"80{01} 81{01} 82{00*15 01} 83{01*16}", true, true}, /* all zero but for the last byte */
        {"80{01} 81{01} 82{00*14 0100} 83{01*16}", false, false},
        {"80{01} 81{01} 82{000102030405060708090A0B0C0D0E0F} 83{01*16}", true, false}, /* TS 34.108 */
        {"80{01} 81{01} 82{000102030405060708090A0B0C0D0E10} 83{01*16}", false, false},
        {"80{01} 81{01} 82{465B5CE8B199B49FAA5F0A2EE238A6BC} 83{01*16}", false, false},
        {"80{02} 81{01} 82{00*32} 83{01*32}", true, true},
        {"80{02} 81{01} 82{01*32} 83{01*32}", false, false},
    };
    static const char *const rules[] = {"test_key_rule = lenient", "test_key_rule = strict", "test_key_rule = any"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[600];
        (void)snprintf(text, sizeof text, HEADER " " MF " " USIM " A4{A0{80{} 81{20}} A1{A1{%s}}} " END,
                       rows[i].parameter);
        BYTES_LOCAL package = notation_bytes(text, NULL);
        for (size_t r = 0; r < COUNT(rules); r++) {
            OUTCOME_LOCAL o;
            bool good = r == 2 || (r == 0 ? rows[i].lenient : rows[i].strict);
            run(&o, bytes_slice(&package), rules[r], 0);
            ck_assert_int_eq(o.e, OK);
            ck_assert_msg(o.facts.has_key_for_operation == !good, "%s, %s", rows[i].parameter, rules[r]);
        }
    }
}
END_TEST

/* Of several PE-AKAParameter for one application the last counts, here too. */
START_TEST(test_keys_replaced)
{
    static const struct {
        const char *first, *second;
        bool operation;
    } rows[] = {{"01*16", "00*16", false}, {"00*16", "01*16", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[700];
        OUTCOME_LOCAL o;
        (void)snprintf(text, sizeof text,
                       HEADER " " MF " " USIM " A4{A0{80{} 81{20}} A1{A1{80{01} 81{01} 82{%s} 83{01*16}}}} "
                              "A4{A0{80{} 81{21}} A1{A1{80{01} 81{01} 82{%s} 83{01*16}}}} " END,
                       rows[i].first, rows[i].second);
        BYTES_LOCAL package = notation_bytes(text, NULL);
        run(&o, bytes_slice(&package), NULL, 0);
        ck_assert_int_eq(o.e, OK);
        ck_assert(o.facts.has_key_for_operation == rows[i].operation);
    }
}
END_TEST

/* ---- broken packages ---- */

static void read_package(const char *name, struct buf *out)
{
    char path[512];
    uint8_t piece[4096];
    (void)snprintf(path, sizeof path, "%s/%s.der", PROFILES_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    (void)fclose(file);
}

/* Our own packages, whole and in pieces; cut anywhere they are refused for want of their end. */
START_TEST(test_own_packages)
{
    static const char *const names[] = {"tiny", "operational"};
    BUF_LOCAL package = {0};
    read_package(names[_i], &package);
    for (size_t step = 0; step < 4; step++) {
        OUTCOME_LOCAL o;
        run(&o, buf_slice(&package), NULL, step ? 331 * step : 0);
        ck_assert_msg(o.e == OK, "%s: %s", names[_i], o.reason.came);
        bytes_assert(bytes_slice(&o.response), "3007A0053003800100", names[_i]);
        ck_assert(o.facts.iccid.n == 10 && o.facts.has_imsi);
    }
    for (size_t n = 0; n < package.n; n++) {
        OUTCOME_LOCAL o;
        run(&o, slice_of(package.p, n), NULL, 0);
        ck_assert_msg(o.e == ERR_DATA && o.status == PE_INVALID_REQUEST_FORMAT, "%s cut to %zu", names[_i], n);
        ck_assert(strstr(o.reason.came, "no PE-End") && o.reason.offset <= n);
    }
}
END_TEST

/* One bit flipped in each byte: an EUICCResponse that says ok exactly if nothing was refused, and an offset inside. */
START_TEST(test_flipped)
{
    static const char *const names[] = {"tiny", "operational"};
    BUF_LOCAL package = {0};
    size_t refused_n = 0;
    read_package(names[_i], &package);
    for (size_t bit = 0; bit < package.n * 8; bit += _i ? 5 : 1) {
        OUTCOME_LOCAL o;
        struct tlv response;
        package.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        run(&o, buf_slice(&package), NULL, 0);
        package.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct slice in = bytes_slice(&o.response);
        ck_assert(tlv_read(&in, &response) == TLV_OK && in.n == 0 && response.tag == 0x30);
        ck_assert(tlv_strict(bytes_slice(&o.response), 3, NULL));
        if (o.e == OK) {
            ck_assert(o.status == PE_OK && !o.reason.said);
            continue;
        }
        refused_n++;
        ck_assert(o.e == ERR_DATA && o.status != PE_OK && o.reason.said && o.reason.offset <= package.n);
        struct slice tail = slice_of(o.response.p + o.response.n - 2, 2);
        bytes_assert(tail, "8100", "profileInstallationAborted");
    }
    ck_assert_uint_gt(refused_n, package.n / 10);
}
END_TEST

/* A copy goes on as the original does, and neither touches the other. */
START_TEST(test_copy)
{
    struct personality p;
    struct saip_install *check;
    struct reason reason;
    char why[256];
    ck_assert(personality_parse(&p, NULL, why));
    BYTES_LOCAL package = notation_bytes(PACKAGE(PE_OPTIONAL("AB", "50", "")), NULL);
    BYTES_LOCAL start = notation_bytes(HEADER " " MF " " USIM " " PE_OPTIONAL("AB", "50", ""), NULL);
    size_t taken = 0;
    reason_clear(&reason);
    ck_assert_int_eq(saip_install_new(&check, &p, MEMORY_OF_A_CARD), OK);
    ck_assert_int_eq(saip_install_feed(check, bytes_slice(&start), &taken, &reason), OK);
    ck_assert_uint_eq(taken, start.n);
    struct saip_install *copy = saip_install_copy(check);
    ck_assert_ptr_nonnull(copy);
    ck_assert_uint_eq(saip_install_cost(copy), saip_install_cost(check));
    ck_assert_int_eq(saip_install_end(check, (struct slice){0}, &reason), ERR_DATA);
    saip_install_free(check);
    reason_clear(&reason);
    struct slice rest = slice_skip(bytes_slice(&package), start.n);
    ck_assert_int_eq(saip_install_feed(copy, rest, &taken, &reason), OK);
    ck_assert_uint_eq(taken, rest.n);
    ck_assert_int_eq(saip_install_end(copy, (struct slice){0}, &reason), OK);
    BUF_LOCAL response = {0};
    saip_install_response(copy, &response);
    BYTES_LOCAL wanted = notation_bytes("30{A0{30{80{01} 81{50}} 30{80{00}}}}", NULL);
    ck_assert(slice_equal(buf_slice(&response), bytes_slice(&wanted)));
    saip_install_free(copy);
    personality_free(&p);
}
END_TEST

/* More elements than any package has. */
START_TEST(test_too_many)
{
    BUF_LOCAL text = {0};
    BYTES_LOCAL start = notation_bytes(HEADER " " MF, NULL);
    buf_append(&text, bytes_slice(&start));
    for (unsigned i = 0; i < 4200; i++) {
        char one[80];
        (void)snprintf(one, sizeof one, "AB{A0{81{%04X}}}", 0x100 + i);
        BYTES_LOCAL element = notation_bytes(one, NULL);
        buf_append(&text, bytes_slice(&element));
    }
    OUTCOME_LOCAL o;
    run(&o, buf_slice(&text), NULL, 0);
    ck_assert(o.e == ERR_DATA && o.status == PE_INVALID_REQUEST_FORMAT);
    ck_assert_ptr_nonnull(strstr(o.reason.expected, "4096"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saip package");
    TCase *tcase = tcase_create("saip");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_fill);
    tcase_add_test(tcase, test_facts);
    tcase_add_test(tcase, test_left_out);
    tcase_add_test(tcase, test_memory);
    tcase_add_test(tcase, test_keys);
    tcase_add_test(tcase, test_keys_replaced);
    tcase_add_loop_test(tcase, test_own_packages, 0, 2);
    tcase_add_loop_test(tcase, test_flipped, 0, 2);
    tcase_add_test(tcase, test_copy);
    tcase_add_test(tcase, test_too_many);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
