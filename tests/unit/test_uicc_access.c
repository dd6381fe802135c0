/* Access rules: every construct of an EF.ARR record in expanded format, where the EF.ARR is found, PINs that are
 * disabled, replaced or shared, the access domain of a remote server. ETSI TS 102 221 9.2, 9.5, TS 102 226 8.2.1.3.2.
 */
#include "uicc_contents.h"

struct world {
    struct model m;
    struct isdp isdp;
    struct uicc_context terminal;
};

static void world_new(struct world *w, const char *personality)
{
    static const struct euicc_env nothing = {0};
    static const uint8_t aid[AID_SIZE] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10};
    char why[256];
    *w = (struct world){0};
    reason_clear(&w->m.reason);
    ck_assert_msg(personality_parse(&w->m.personality, personality, why), "%s", why);
    ck_assert_int_eq(store_new(&w->m.store, &nothing, profile_key_is_charged), OK);
    ck_assert_int_eq(store_put(w->m.store, "card/enabled", SLICE(aid)), OK);
    ck_assert_int_eq(isdp_enabled(&w->m, &w->isdp), OK);
}

static void world_free(struct world *w)
{
    store_free(w->m.store);
    personality_free(&w->m.personality);
}
#define WORLD_LOCAL __attribute__((cleanup(world_free))) struct world

/* SC_DOs by their bytes (ISO/IEC 7816-4 table 23): the reference of a PIN in a control reference template. */
#define PIN1 "A406830101950108"
#define PIN_02 "A406830102950108" /* disabled */
#define PIN_03 "A406830103950108" /* disabled, 01 stands in for it */
#define PIN_04 "A406830104950108" /* disabled, 02 stands in for it, which is disabled, too */
#define PIN_05 "A406830105950108" /* there is none */
#define ADM1 "A40683010A950108"
#define ADM2 "A40683010B950108" /* disabled: that opens nothing */
#define PIN2 "A406830181950108"
#define ALWAYS "9000"
#define NEVER "9700"
/* numbers of the PINs above, as bits */
#define V_PIN1 (1u << 1)
#define V_ADM1 (1u << 2)
#define V_PIN2 (1u << 3)
#define V_ISIM_PIN2 (1u << 8)
#define V_ALL 0x1feu

static void make_pins(struct world *w)
{
    make_pin(&w->isdp, 1, 0x01, true, 0);
    make_pin(&w->isdp, 2, 0x0a, true, 0);
    make_pin(&w->isdp, 3, 0x81, true, 0);
    make_pin(&w->isdp, 4, 0x02, false, 0);
    make_pin(&w->isdp, 5, 0x03, false, 0x01);
    make_pin(&w->isdp, 6, 0x04, false, 0x02);
    make_pin(&w->isdp, 7, 0x0b, false, 0);
    make_pin(&w->isdp, 8, 0x81, true, 0);
}

/* One file with one rule under an ADF with a local PIN. */
static void make(struct world *w, const char *personality, const char *rule)
{
    world_new(w, personality);
    make_pins(w);
    make_directory(&w->isdp, "", 0x2f06, 1, "0101 0A02 0204 0305 0406 0B07");
    make_records(&w->isdp, "2F06", 0x42, 120, &rule, 1);
    make_directory(&w->isdp, "7FD0", 0x2f06, 1, "8103");
    make_transparent(&w->isdp, "7FD0/6F01", 0x2f06, 1, "00");
}

static void verify(struct world *w, unsigned numbers)
{
    for (uint8_t n = 1; n < 32; n++)
        pin_set_verified(&w->m, &(struct pin){.number = n}, numbers >> n & 1);
}

static enum err ask(struct world *w, const char *path, uint8_t mode, uint8_t ins)
{
    struct file f = file_at(&w->isdp, path);
    reason_clear(&w->m.reason);
    return uicc_allowed(&w->m, &w->isdp, &w->terminal, &f, mode, ins);
}

/* ---- constructs ---- */

#define READ ACCESS_READ, 0xb0
#define UPDATE ACCESS_UPDATE, 0xd6
#define DEACTIVATE ACCESS_DEACTIVATE, 0x04
#define RESIZE 0, 0xd4
#define INCREASE ACCESS_UPDATE, 0x32

static const struct {
    const char *rule;
    uint8_t mode, ins;
    unsigned verified;
    const char *expected, *came; /* NULL: allowed */
    const char *words;           /* of the whole rule; NULL: not looked at */
} rows[] = {
    /* always, never, nothing */
    {"800101" ALWAYS, READ, 0, NULL, NULL, "read always"},
    {"800101" ALWAYS, UPDATE, V_ALL, "permits update", "never (EF.ARR 2F06 record 1)", NULL},
    {"800102" NEVER, UPDATE, V_ALL, "permits update", "never", "update never"},
    {"", READ, V_ALL, "permits read", "never", "never"},
    {"00", READ, V_ALL, "permits read", "never", "never"},
    {"80010190000080010290 00", UPDATE, V_ALL, "permits update", "never", "read always"}, /* behind the padding */
    {"800101", READ, V_ALL, "permits read", "never", "read never"},                       /* no SC_DO */
    {"800101 800102" ALWAYS, READ, V_ALL, "permits read", "never", "read never, update always"},
    {"800101 800102" ALWAYS, UPDATE, 0, NULL, NULL, NULL},
    {"8001019001FF", READ, V_ALL, "permits read", "never", NULL}, /* 90 is empty */
    /* one PIN */
    {"800101" PIN1, READ, 0, "READ needs PIN1 (EF.ARR 2F06 record 1)", "not presented", "read PIN1"},
    {"800101" PIN1, READ, V_PIN1, NULL, NULL, NULL},
    {"800102" ADM1, UPDATE, V_PIN1 | V_PIN2, "UPDATE needs ADM1", "not presented", "update ADM1"},
    {"800102" ADM1, UPDATE, V_ADM1, NULL, NULL, NULL},
    {"800102" PIN2, UPDATE, V_PIN1 | V_ADM1, "UPDATE needs PIN2", "not presented", "update PIN2"},
    {"800102" PIN2, UPDATE, V_PIN2, NULL, NULL, NULL},
    /* another usage qualifier, none, two references, no reference: not a PIN that is known */
    {"800101A406830101950188", READ, V_ALL, "permits read", "never", "read never"},
    {"800101A403830101", READ, V_ALL, "permits read", "never", "read never"},
    {"800101A40783020101950108", READ, V_ALL, "permits read", "never", "read never"},
    {"800101A403950108", READ, V_ALL, "permits read", "never", "read never"},
    {"800101" PIN_05, READ, V_ALL, "READ needs global PIN 05", "not presented", "read global PIN 05"},
    /* disabled PINs */
    {"800101" PIN_02, READ, 0, NULL, NULL, "read global PIN 02"},
    {"800101" ADM2, READ, 0, "READ needs ADM2", "not presented", "read ADM2"},
    {"800101" PIN_03, READ, 0, "READ needs global PIN 03", "not presented", NULL},
    {"800101" PIN_03, READ, V_PIN1, NULL, NULL, NULL},
    {"800101" PIN_03, READ, 1u << 5, "READ needs global PIN 03", "not presented", NULL},
    {"800101" PIN_04, READ, 0, NULL, NULL, NULL},
    /* several SC_DOs: all of them */
    {"800101" PIN1 ADM1, READ, V_PIN1, "READ needs PIN1 and ADM1", "not presented", "read PIN1 and ADM1"},
    {"800101" PIN1 ADM1, READ, V_ADM1, "READ needs PIN1 and ADM1", "not presented", NULL},
    {"800101" PIN1 ADM1, READ, V_PIN1 | V_ADM1, NULL, NULL, NULL},
    {"800101" PIN1 NEVER, READ, V_ALL, "permits read", "never", "read PIN1 and never"},
    {"800101" ALWAYS NEVER, READ, V_ALL, "permits read", "never", NULL},
    {"800101" PIN1 "B40483010195", READ, V_ALL, "permits read", "never", NULL}, /* not well formed */
    {"800101" PIN1 "B406830101950110", READ, V_ALL, "permits read", "never", NULL},
    {"800101" PIN1 "B606830101950110", READ, V_ALL, "permits read", "never", NULL},
    {"800101" PIN1 "B806830101950110", READ, V_ALL, "permits read", "never", NULL},
    {"800101" PIN1 "BF1000", READ, V_ALL, "permits read", "never", NULL},
    /* OR */
    {"800102A010" PIN1 ADM1, UPDATE, 0, "UPDATE needs (PIN1 or ADM1)", "not presented", "update (PIN1 or ADM1)"},
    {"800102A010" PIN1 ADM1, UPDATE, V_PIN1, NULL, NULL, NULL},
    {"800102A010" PIN1 ADM1, UPDATE, V_ADM1, NULL, NULL, NULL},
    {"800102A00A" NEVER PIN1, UPDATE, V_PIN1, NULL, NULL, NULL},
    {"800102A000", UPDATE, V_ALL, "permits update", "never", "update (never)"},
    {"800102A004" NEVER NEVER, UPDATE, V_ALL, "permits update", "never", NULL},
    /* AND is AF, NOT is A7 */
    {"800102AF10" PIN1 ADM1, UPDATE, V_PIN1, "UPDATE needs (PIN1 and ADM1)", "not presented", "update (PIN1 and ADM1)"},
    {"800102AF10" PIN1 ADM1, UPDATE, V_PIN1 | V_ADM1, NULL, NULL, NULL},
    {"800102A708" PIN1, UPDATE, 0, NULL, NULL, "update not (PIN1)"},
    {"800102A708" PIN1, UPDATE, V_PIN1, "UPDATE needs not (PIN1)", "not presented", NULL},
    {"800102A702" NEVER, UPDATE, V_ALL, "permits update", "never", NULL},
    {"800102A708B406830101950110", UPDATE, V_ALL, "permits update", "never", NULL},
    {"800102A700", UPDATE, V_ALL, "permits update", "never", NULL},
    /* templates in each other */
    {"800102A012 AF10" PIN1 ADM1, UPDATE, V_ADM1, "UPDATE needs ((PIN1 and ADM1))", "not presented", NULL},
    {"800102A01A AF10" PIN1 PIN2 ADM1, UPDATE, V_ADM1, NULL, NULL, "update ((PIN1 and PIN2) or ADM1)"},
    {"800102A01A AF10" PIN1 PIN2 ADM1, UPDATE, V_PIN1 | V_PIN2, NULL, NULL, NULL},
    {"800102A01A AF10" PIN1 PIN2 ADM1, UPDATE, V_PIN1, "UPDATE needs", "not presented", NULL},
    {"800101 A00C A00A A008 A006 A004 A002 9000", READ, 0, NULL, NULL, NULL},
    {"800101 A010 A00E A00C A00A A008 A006 A004 A002 9000", READ, V_ALL, "permits read", "never", NULL}, /* too deep */
    /* security condition byte */
    {"8001019E0100", READ, 0, NULL, NULL, "read always"},
    {"8001019E01FF", READ, V_ALL, "permits read", "never", "read never"},
    {"8001019E0190", READ, V_ALL, "permits read", "never", NULL},
    {"8001019E00", READ, V_ALL, "permits read", "never", NULL},
    /* bits of the access mode */
    {"80011A" ADM1, DEACTIVATE, 0, "DEACTIVATE needs ADM1", "not presented",
     "update ADM1, deactivate ADM1, activate ADM1"},
    {"80011A" ADM1, DEACTIVATE, V_ADM1, NULL, NULL, NULL},
    {"80011A" ADM1, READ, V_ADM1, "permits read", "never", NULL},
    {"80011A" ADM1, ACCESS_TERMINATE, 0xe8, V_ADM1, "permits terminate", "never", NULL},
    {"800160" ADM1, ACCESS_TERMINATE, 0xe8, V_ADM1, NULL, NULL, "terminate ADM1, delete ADM1"},
    {"80019A" ALWAYS, DEACTIVATE, 0, "permits deactivate", "never", "update always"}, /* b8: b7 to b4 are proprietary */
    {"80019A" ALWAYS, UPDATE, 0, NULL, NULL, NULL},
    {"80020101" ALWAYS, READ, 0, "permits read", "never", NULL}, /* not one byte */
    {"8000" ALWAYS, READ, 0, "permits read", "never", NULL},
    /* several rules: the first that fits */
    {"8001019000 800118" ADM1, UPDATE, V_ALL, "permits update", "never", "read always, deactivate ADM1, activate ADM1"},
    {"800101" PIN1 "80011A" ADM1, UPDATE, V_ADM1, NULL, NULL, "read PIN1, update ADM1, deactivate ADM1, activate ADM1"},
    {"800103" PIN1 "800102" ALWAYS, UPDATE, 0, "UPDATE needs PIN1", "not presented", "read PIN1, update PIN1"},
    /* instructions */
    {"800102" ALWAYS, INCREASE, 0, NULL, NULL, NULL}, /* without a rule of its own: as update */
    {"800102" ALWAYS "840132" PIN1, INCREASE, 0, "INCREASE needs PIN1", "not presented",
     "update always, increase PIN1"},
    {"800102" ALWAYS "840132" PIN1, INCREASE, V_PIN1, NULL, NULL, NULL},
    {"800102" ALWAYS "840132" PIN1, UPDATE, 0, NULL, NULL, NULL},
    {"840132" PIN1, UPDATE, V_PIN1, "permits update", "never", "increase PIN1"},
    {"80017F" ALWAYS, RESIZE, V_ALL, "permits resize", "never", NULL}, /* only by its instruction */
    {"8401D4" ADM1, RESIZE, 0, "RESIZE needs ADM1", "not presented", "resize ADM1"},
    {"8401D4" ADM1, RESIZE, V_ADM1, NULL, NULL, NULL},
    {"840232D4" ADM1, RESIZE, V_ADM1, NULL, NULL, NULL}, /* a list of instructions */
    {"8401B0" NEVER "800101" ALWAYS, READ, 0, "permits read", "never", NULL},
    {"800101" ALWAYS "8401B0" PIN1, READ, 0, "READ needs PIN1", "not presented", "read always, INS B0 PIN1"},
    {"8C0200B0" ALWAYS "800101" ALWAYS, READ, 0, "permits read", "never", NULL}, /* CLA and INS: not for us to say */
    {"8703B00000" ALWAYS "800101" ALWAYS, READ, 0, "permits read", "never", NULL},
    {"8703D60000" ALWAYS "800101" ALWAYS, READ, 0, NULL, NULL, NULL},
    {"8801B0" ALWAYS "800101" PIN1, READ, V_PIN1, NULL, NULL, NULL}, /* a CLA of B0 */
    {"9C0101" ALWAYS "800101" PIN1, READ, 0, "READ needs PIN1", "not presented", "read PIN1"},
    /* a record that is no rule */
    {"9000800101" ALWAYS, READ, V_ALL, "permits read", "never", "never"},
    {"8001019000A47F8001", READ, V_ALL, "permits read", "never", "never"},
    {"800101A47F", READ, V_ALL, "permits read", "never", "never"},
};

START_TEST(test_rule)
{
    WORLD_LOCAL w;
    char words[160];
    make(&w, NULL, rows[_i].rule);
    verify(&w, rows[_i].verified);
    enum err e = ask(&w, "7FD0/6F01", rows[_i].mode, rows[_i].ins);
    const struct reason *r = &w.m.reason;
    ck_assert_msg(e == (rows[_i].expected ? ERR_SECURITY : OK), "row %d %s: %d (%s, %s)", _i, rows[_i].rule, e,
                  r->expected, r->came);
    ck_assert(r->said == (rows[_i].expected != NULL));
    if (rows[_i].expected)
        ck_assert_msg(strstr(r->expected, rows[_i].expected) && strstr(r->came, rows[_i].came) &&
                          strcmp(r->clause, "TS 102 221 9.2") == 0,
                      "row %d %s: %s, %s", _i, rows[_i].rule, r->expected, r->came);
    if (!rows[_i].words) return;
    struct file f = file_at(&w.isdp, "7FD0/6F01");
    ck_assert_int_eq(uicc_access_words(&w.isdp, &f, words, sizeof words), OK);
    ck_assert_str_eq(words, rows[_i].words);
}
END_TEST

START_TEST(test_words_are_cut)
{
    WORLD_LOCAL w;
    char words[12];
    make(&w, NULL, "800101" PIN1 "80011A" ADM1);
    struct file f = file_at(&w.isdp, "7FD0/6F01");
    ck_assert_int_eq(uicc_access_words(&w.isdp, &f, words, sizeof words), OK);
    ck_assert_str_eq(words, "read PIN1, ");
    f = file_at(&w.isdp, "7FD0");
    char all[120];
    ck_assert_int_eq(uicc_access_words(&w.isdp, &f, all, sizeof all), OK);
    ck_assert_str_eq(all, "delete child PIN1, create EF ADM1, deactivate ADM1, activate ADM1");
}
END_TEST

START_TEST(test_pin_names)
{
    static const struct {
        uint8_t reference;
        const char *name;
    } names[] = {{0x01, "PIN1"},          {0x81, "PIN2"},          {0x0a, "ADM1"},
                 {0x0e, "ADM5"},          {0x8a, "ADM6"},          {0x8e, "ADM10"},
                 {0x11, "universal PIN"}, {0x02, "global PIN 02"}, {0x88, "local PIN 88"}};
    char name[UICC_PIN_NAME_SIZE];
    for (size_t i = 0; i < COUNT(names); i++) {
        uicc_pin_name(names[i].reference, name);
        ck_assert_str_eq(name, names[i].name);
    }
}
END_TEST

/* ---- where the EF.ARR is ---- */

/* The same file of rules in three places, each with the rule in another record:
 * MF and ADF 7FD0 have a 6F06, DF 7FD0/5F3B has none, 7F10 has none. */
static void make_tree(struct world *w)
{
    static const char *const mf[] = {"800101" ALWAYS, "800101" ADM1, "", "800142" ADM1};
    static const char *const adf[] = {"800101" PIN1, "800101" PIN2, "800102" ALWAYS};
    world_new(w, NULL);
    make_pins(w);
    make_directory(&w->isdp, "", 0x2f06, 1, "0101 0A02");
    make_records(&w->isdp, "2F06", 0x42, 20, mf, 4);
    make_records(&w->isdp, "6F06", 0x42, 20, mf, 4);
    make_transparent(&w->isdp, "2F01", 0x2f06, 1, "00");
    make_transparent(&w->isdp, "2F02", 0x2f06, 2, "00");
    make_transparent(&w->isdp, "2F03", 0x2f06, 3, "00");
    make_transparent(&w->isdp, "2F04", 0x2f06, 5, "00");
    make_transparent(&w->isdp, "2F05", 0x2f06, 0, "00");
    make_transparent(&w->isdp, "2F07", 0x2f09, 1, "00");
    make_transparent(&w->isdp, "2F08", 0x2f01, 1, "00"); /* what it names is no file of records */
    make_transparent(&w->isdp, "2F0A", 0x7fd0, 1, "00"); /* nor is a directory */
    make_directory(&w->isdp, "7FD0", 0x6f06, 4, "8103");
    make_records(&w->isdp, "7FD0/6F06", 0x42, 20, adf, 3);
    make_transparent(&w->isdp, "7FD0/6F01", 0x6f06, 1, "00");
    make_directory(&w->isdp, "7FD0/5F3B", 0x6f06, 3, "");
    make_transparent(&w->isdp, "7FD0/5F3B/4F01", 0x6f06, 2, "00");
    make_directory(&w->isdp, "7FB0", 0x6f06, 1, "8108");
    make_transparent(&w->isdp, "7FB0/6F01", 0x6f06, 1, "00");
    make_directory(&w->isdp, "7F10", 0x2f06, 1, "8103"); /* shares PIN2 of 7FD0 */
    make_transparent(&w->isdp, "7F10/6F02", 0x7777, 1, "00");
}

static const struct {
    const char *path;
    unsigned verified;
    bool allowed;
    const char *rule; /* in the reason */
} places[] = {
    {"2F01", 0, true, NULL},
    {"2F02", V_PIN1, false, "READ needs ADM1 (EF.ARR 2F06 record 2)"},
    {"2F02", V_ADM1, true, NULL},
    {"2F03", V_ALL, false, "permits read"}, /* an empty record */
    {"2F04", V_ALL, false, "permits read"}, /* no such record */
    {"2F05", V_ALL, false, "permits read"},
    {"2F07", V_ALL, false, "permits read"}, /* no such EF.ARR */
    {"2F08", V_ALL, false, "permits read"},
    {"2F0A", V_ALL, false, "permits read"},
    {"7F10/6F02", V_ALL, false, "permits read"},
    {"7FD0/6F01", V_ADM1, false, "READ needs PIN1 (EF.ARR 6F06 record 1)"}, /* the nearest, not that of the MF */
    {"7FD0/6F01", V_PIN1, true, NULL},
    {"7FD0/5F3B/4F01", V_PIN1, false, "READ needs PIN2 (EF.ARR 6F06 record 2)"}, /* one directory up */
    {"7FD0/5F3B/4F01", V_PIN2, true, NULL},                                      /* and its PIN, too */
    {"7FB0/6F01", 0, true, NULL},                                                /* up to the MF */
};

START_TEST(test_place)
{
    WORLD_LOCAL w;
    make_tree(&w);
    verify(&w, places[_i].verified);
    enum err e = ask(&w, places[_i].path, READ);
    ck_assert_msg(e == (places[_i].allowed ? OK : ERR_SECURITY), "%s: %s, %s", places[_i].path, w.m.reason.expected,
                  w.m.reason.came);
    if (places[_i].rule) ck_assert_msg(strstr(w.m.reason.expected, places[_i].rule), "%s", w.m.reason.expected);
}
END_TEST

/* A directory's own rule is in its parent: 7FD0 has record 4 of the MF's 6F06, 5F3B record 3 of the ADF's. */
START_TEST(test_directory)
{
    WORLD_LOCAL w;
    make_tree(&w);
    ck_assert_int_eq(ask(&w, "7FD0", ACCESS_CREATE_EF, 0xe0), ERR_SECURITY);
    ck_assert_str_eq(w.m.reason.expected, "CREATE EF needs ADM1 (EF.ARR 6F06 record 4)");
    verify(&w, V_ADM1);
    ck_assert_int_eq(ask(&w, "7FD0", ACCESS_CREATE_EF, 0xe0), OK);
    ck_assert_int_eq(ask(&w, "7FD0", ACCESS_CREATE_DF, 0xe0), ERR_SECURITY);
    ck_assert_str_eq(w.m.reason.expected, "an access rule that permits create DF");
    verify(&w, 0);
    ck_assert_int_eq(ask(&w, "7FD0/5F3B", ACCESS_CREATE_EF, 0xe0), OK);
    ck_assert_int_eq(ask(&w, "", ACCESS_CREATE_EF, 0xe0), ERR_SECURITY);
}
END_TEST

/* A link has its own rule where it is; what lies below a linked directory has the rule of where it really is. */
START_TEST(test_link)
{
    WORLD_LOCAL w;
    make_tree(&w);
    make_link(&w.isdp, "2F0B", "7FD0/6F01", 0x6f06, 1); /* MF: always */
    make_link(&w.isdp, "7FB0/6F02", "2F01", 0x6f06, 2); /* MF: ADM1 */
    make_link(&w.isdp, "7FD0/6F02", "2F02", 0x6f06, 2); /* ADF: its PIN2 */
    make_link(&w.isdp, "7FB0/5F3B", "7FD0/5F3B", 0x6f06, 1);
    ck_assert_int_eq(ask(&w, "2F0B", READ), OK);
    ck_assert_int_eq(ask(&w, "7FB0/6F02", READ), ERR_SECURITY);
    ck_assert_str_eq(w.m.reason.expected, "READ needs ADM1 (EF.ARR 6F06 record 2)");
    ck_assert_int_eq(ask(&w, "7FD0/6F02", READ), ERR_SECURITY);
    ck_assert_str_eq(w.m.reason.expected, "READ needs PIN2 (EF.ARR 6F06 record 2)");
    ck_assert_int_eq(ask(&w, "7FB0/5F3B/4F01", READ), ERR_SECURITY);
    ck_assert_str_eq(w.m.reason.expected, "READ needs PIN2 (EF.ARR 6F06 record 2)");
    /* its PIN2 is that of the directory it was reached by, which is what VERIFY PIN there means */
    verify(&w, V_PIN2);
    ck_assert_int_eq(ask(&w, "7FB0/5F3B/4F01", READ), ERR_SECURITY);
    verify(&w, V_ISIM_PIN2);
    ck_assert_int_eq(ask(&w, "7FB0/5F3B/4F01", READ), OK);
}
END_TEST

/* The same number in two directories is one PIN; the same reference with two numbers is two. */
START_TEST(test_shared_pin)
{
    static const struct {
        const char *directory;
        uint8_t reference;
        unsigned verified;
        bool satisfied;
    } pins[] = {
        {"7FD0", 0x81, V_PIN2, true},      {"7F10", 0x81, V_PIN2, true},      {"7FD0/5F3B", 0x81, V_PIN2, true},
        {"7FB0", 0x81, V_PIN2, false},     {"7FB0", 0x81, V_ISIM_PIN2, true}, {"7FD0", 0x81, V_ISIM_PIN2, false},
        {"", 0x81, V_ALL, false},          {"7FB0", 0x01, V_PIN1, true},      {"7FB0", 0x82, V_ALL, false},
        {"7FD0/5F3B", 0x0a, V_ADM1, true},
    };
    WORLD_LOCAL w;
    make_tree(&w);
    for (size_t i = 0; i < COUNT(pins); i++) {
        struct path path = path_of(pins[i].directory);
        bool satisfied;
        verify(&w, pins[i].verified);
        ck_assert_int_eq(uicc_pin_satisfied(&w.m, &w.isdp, &path, pins[i].reference, &satisfied), OK);
        ck_assert_msg(satisfied == pins[i].satisfied, "row %zu", i);
    }
}
END_TEST

/* ---- life cycle ---- */

static void set_life_cycle(struct world *w, const char *path, uint8_t state)
{
    struct file f = file_at(&w->isdp, path);
    f.life_cycle = state;
    ck_assert_int_eq(file_put(&w->isdp, &f), OK);
}

START_TEST(test_terminated)
{
    WORLD_LOCAL w;
    make_tree(&w);
    set_life_cycle(&w, "2F01", FILE_TERMINATED);
    ck_assert_int_eq(ask(&w, "2F01", READ), ERR_CONDITIONS);
    ck_assert_str_eq(w.m.reason.came, "2F01 is terminated");
    ck_assert_int_eq(ask(&w, "2F01", ACCESS_DELETE_SELF, 0xe4), ERR_SECURITY); /* the rule decides */
    set_life_cycle(&w, "7FD0", FILE_TERMINATED);
    verify(&w, V_ALL);
    ck_assert_int_eq(ask(&w, "7FD0/5F3B/4F01", READ), ERR_CONDITIONS);
    ck_assert_str_eq(w.m.reason.came, "7FD0 is terminated");
    ck_assert_int_eq(ask(&w, "7FD0/5F3B/4F01", ACCESS_DELETE_SELF, 0xe4), ERR_CONDITIONS);
    ck_assert_int_eq(ask(&w, "7FB0/6F01", READ), OK);
    set_life_cycle(&w, "", FILE_TERMINATED);
    ck_assert_int_eq(ask(&w, "7FB0/6F01", READ), ERR_CONDITIONS);
    ck_assert_str_eq(w.m.reason.came, "3F00 is terminated");
}
END_TEST

/* ---- remote servers ---- */

static const struct {
    const char *domain, *personality, *rule;
    uint8_t mode, ins;
    const char *clause, *expected, *came; /* NULL: allowed */
} domains[] = {
    {"00", NULL, "800101" ADM1, READ, NULL, NULL, NULL},
    {"00", NULL, "800102" NEVER, UPDATE, NULL, NULL, NULL}, /* full access is instead of the rule */
    {"00", NULL, "", UPDATE, NULL, NULL, NULL},
    {"00", "full_access_keeps_never = yes", "800101" ADM1, READ, NULL, NULL, NULL},
    {"00", "full_access_keeps_never = yes", "800101A010" PIN1 ADM1, READ, NULL, NULL, NULL},
    {"00", "full_access_keeps_never = yes", "800102" NEVER, UPDATE, "TS 102 221 9.2", "permits update", "never"},
    {"00", "full_access_keeps_never = yes", "800102" PIN1 NEVER, UPDATE, "TS 102 221 9.2", "permits update", "never"},
    {"00", "full_access_keeps_never = yes", "", UPDATE, "TS 102 221 9.2", "permits update", "never"},
    {"FF", NULL, "800101" ALWAYS, READ, "TS 102 226 8.2.1.3.2", "full access (00)", "FF"},
    {"", NULL, "800101" ALWAYS, READ, "TS 102 226 8.2.1.3.2", "full access (00)", "none"},
    {"01", NULL, "800101" ALWAYS, READ, "TS 102 226 8.2.1.3.2", "full access (00)", "01"},
    {"80", NULL, "800101" ALWAYS, READ, "TS 102 226 8.2.1.3.2", "full access (00)", "80"},
    /* the UICC access mechanism: the rule, and no PIN counts */
    {"02010000", NULL, "800101" ALWAYS, READ, NULL, NULL, NULL},
    {"02FFFFFF", NULL, "800101" PIN1, READ, "TS 102 221 9.2", "permits read", "never"},
    {"02FFFFFF", NULL, "800101" PIN_02, READ, "TS 102 221 9.2", "permits read", "never"},
    {"02FFFFFF", NULL, "800101A708" PIN1, READ, "TS 102 221 9.2", "permits read", "never"},
    {"02FFFFFF", NULL, "800101A00A" PIN1 ALWAYS, READ, NULL, NULL, NULL},
};

START_TEST(test_domain)
{
    WORLD_LOCAL w;
    make(&w, domains[_i].personality, domains[_i].rule);
    BYTES_LOCAL bytes = bytes_of(domains[_i].domain);
    w.terminal.domain.remote = true;
    w.terminal.domain.access_n = (uint8_t)bytes.n;
    if (bytes.n) memcpy(w.terminal.domain.access, bytes.p, bytes.n);
    verify(&w, strncmp(domains[_i].domain, "02", 2) == 0 ? V_ALL
                                                         : 0); /* what a terminal has verified is not the server's */
    enum err e = ask(&w, "7FD0/6F01", domains[_i].mode, domains[_i].ins);
    const struct reason *r = &w.m.reason;
    ck_assert_msg(e == (domains[_i].clause ? ERR_SECURITY : OK), "row %d: %d %s, %s", _i, e, r->expected, r->came);
    if (domains[_i].clause)
        ck_assert_msg(strcmp(r->clause, domains[_i].clause) == 0 && strstr(r->expected, domains[_i].expected) &&
                          strstr(r->came, domains[_i].came),
                      "row %d: %s: %s, %s", _i, r->clause, r->expected, r->came);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uicc access");
    TCase *t = tcase_create("access");
    tcase_add_loop_test(t, test_rule, 0, COUNT(rows));
    tcase_add_test(t, test_words_are_cut);
    tcase_add_test(t, test_pin_names);
    tcase_add_loop_test(t, test_place, 0, COUNT(places));
    tcase_add_test(t, test_directory);
    tcase_add_test(t, test_link);
    tcase_add_test(t, test_shared_pin);
    tcase_add_test(t, test_terminated);
    tcase_add_loop_test(t, test_domain, 0, COUNT(domains));
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
