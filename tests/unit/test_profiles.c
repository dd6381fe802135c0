/* The packages of profiles/: each installs in exactly the memory that it costs, what it says of itself (EF.UST, EF.DIR,
 * EF.ARR, short identifiers) is true, and `huge` fills a default card. */
#include "model/application.h"
#include "model/naa.h"
#include "saip/saip.h"
#include "uicc/uicc.h"
#include "unit_bytes.h"

#include <stdio.h>

static const char *const names[] = {"operational", "tiny", "tuak", "test", "bootstrap", "huge"};
#define NAMES ((int)(sizeof names / sizeof names[0]))

struct outcome {
    struct personality personality;
    struct saip_install *install;
    struct reason reason;
    struct store *store;
    struct isdp isdp; /* over it: what was installed */
    enum err e;
};

static void outcome_free(struct outcome *o)
{
    saip_install_free(o->install);
    store_free(o->store);
    personality_free(&o->personality);
}
#define OUTCOME_LOCAL __attribute__((cleanup(outcome_free))) struct outcome

static struct bytes load(const char *name)
{
    char path[600];
    struct bytes out = {.p = malloc(1 << 20)};
    ck_assert_ptr_nonnull(out.p);
    (void)snprintf(path, sizeof path, "%s/%s.der", PROFILES_DIR, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    out.n = fread(out.p, 1, 1 << 20, file);
    ck_assert(feof(file));
    (void)fclose(file);
    return out;
}

/* `memory` 0: as much as a default card has. */
static void install(struct outcome *o, const char *name, size_t memory)
{
    static const struct euicc_env nothing = {0};
    char why[256];
    size_t taken = 0;
    BYTES_LOCAL package = load(name);
    *o = (struct outcome){0};
    reason_clear(&o->reason);
    ck_assert_msg(personality_parse(&o->personality, "", why), "%s", why);
    if (memory == 0) memory = o->personality.memory_size;
    ck_assert(saip_install_new(&o->install, &o->personality, memory) == OK);
    o->e = saip_install_feed(o->install, bytes_slice(&package), &taken, &o->reason);
    if (o->e == OK) o->e = saip_install_end(o->install, slice_skip(bytes_slice(&package), taken), &o->reason);
    ck_assert(store_new(&o->store, &nothing, NULL) == OK);
    isdp_over(o->store, &o->isdp);
    if (o->e == OK) ck_assert(saip_install_store(o->install, &o->isdp) == OK);
}

static bool installs(const char *name, size_t memory)
{
    OUTCOME_LOCAL o;
    BUF_LOCAL response = {0};
    install(&o, name, memory);
    if (o.e == OK) {
        saip_install_response(o.install, &response);
        BYTES_LOCAL ok = bytes_of("3007A0053003800100");
        ck_assert_msg(slice_equal(buf_slice(&response), bytes_slice(&ok)), "%s: warnings", name);
        return true;
    }
    ck_assert(o.e == ERR_DATA);
    ck_assert_int_eq(saip_install_status(o.install), PE_NOT_ENOUGH_MEMORY);
    ck_assert_msg(strncmp(o.reason.expected, "memory for the ", 15) == 0, "%s", o.reason.expected);
    return false;
}

/* What it costs is enough, and one byte less is not. */
START_TEST(test_memory)
{
    const char *name = names[_i];
    OUTCOME_LOCAL o;
    install(&o, name, 0);
    ck_assert_msg(o.e == OK, "%s: %s, %s", name, o.reason.expected, o.reason.came);
    size_t cost = saip_install_cost(o.install);
    ck_assert_msg(!installs(name, cost - 1), "%s: installs in %zu bytes", name, cost - 1);
    ck_assert_msg(installs(name, cost), "%s: does not install in %zu bytes", name, cost);
}
END_TEST

START_TEST(test_huge)
{
    OUTCOME_LOCAL o;
    struct file f;
    size_t files = 0;
    install(&o, "huge", 0);
    ck_assert(o.e == OK);
    for (struct isdp_item i = isdp_first(&o.isdp, "fs/"); i.name; i = isdp_after(&o.isdp, "fs/", &i)) {
        ck_assert(file_of_item(&o.isdp, &i, &f) == OK);
        files++;
    }
    ck_assert_msg(files > 4000, "%zu files", files);
    size_t cost = saip_install_cost(o.install);
    ck_assert_msg(o.personality.memory_size - cost < 20000, "%zu bytes are left", o.personality.memory_size - cost);
}
END_TEST

/* ---- what EF.UST says (3GPP TS 31.102 4.2.8) ---- */

static const struct {
    unsigned service;
    uint16_t file[2]; /* below the ADF, or, with 7F10, below the MF */
    bool in_template; /* the USIM template makes it whatever EF.UST says */
} services[] = {
    {1, {0x5f3a, 0x4f30}, false},   {2, {0x6f3b}, true},
    {8, {0x6f81}, false},           {9, {0x6f80}, false},
    {10, {0x6f3c}, true},           {12, {0x6f42}, true},
    {13, {0x6f39}, false},          {17, {0x6f3e}, false},
    {18, {0x6f3f}, false},          {19, {0x6f46}, true},
    {20, {0x6f60}, false},          {21, {0x6f40}, false},
    {27, {0x5f3b, 0x4f20}, false},  {34, {0x6f56}, true},
    {42, {0x6f61}, false},          {43, {0x6f62}, false},
    {45, {0x6fc5}, false},          {46, {0x6fc6}, false},
    {51, {0x6fcd}, false},          {71, {0x6fd9}, false},
    {73, {0x6fdb}, false},          {85, {0x6fe3}, true},
    {91, {0x7f10, 0x6fe5}, false},  {96, {0x6fe8}, false},
    {122, {0x5fc0, 0x4f01}, false}, {123, {0x5fc0, 0x4f05}, false},
    {125, {0x5fd0, 0x4f01}, false}, {126, {0x5fc0, 0x4f06}, false},
    {129, {0x5fc0, 0x4f08}, false}, {132, {0x5fc0, 0x4f0b}, false},
};

static bool there(const struct isdp *isdp, uint16_t adf, const uint16_t file[2], struct file *f)
{
    struct path path = {0};
    bool found;
    if (file[0] != 0x7f10) ck_assert(path_push(&path, adf));
    for (size_t i = 0; i < 2 && file[i]; i++)
        ck_assert(path_push(&path, file[i]));
    ck_assert(file_get(isdp, &path, f, &found) == OK);
    return found;
}

static void check_services(const char *name, const struct isdp *isdp, uint16_t adf)
{
    static const uint16_t ust[2] = {0x6f38};
    struct file table;
    struct file f;
    ck_assert_msg(there(isdp, adf, ust, &table), "%s: no EF.UST", name);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        unsigned bit = services[i].service - 1;
        bool on = bit / 8 < table.body.n && (table.body.p[bit / 8] >> bit % 8 & 1);
        bool has = there(isdp, adf, services[i].file, &f);
        ck_assert_msg(has || !on, "%s: service %u without its file", name, services[i].service);
        ck_assert_msg(on || !has || services[i].in_template, "%s: a file of service %u, which is off", name,
                      services[i].service);
    }
    ck_assert_msg(table.body.n > 4 && (table.body.p[4] & 1), "%s: service 33 is always on", name);
}

/* EF.DIR has a template 61 { 4F AID, 50 label } for each application (TS 102 221 13.1). */
static void check_directory(const char *name, const struct isdp *isdp, struct slice aid)
{
    static const uint16_t dir[2] = {0x2f00};
    struct file f;
    struct tlv entry;
    struct tlv member;
    struct path path = {.n = 1, .fid = {dir[0]}};
    bool found;
    ck_assert(file_get(isdp, &path, &f, &found) == OK && found);
    for (size_t i = 0; i < f.records; i++) {
        struct slice record = slice_of(f.body.p + i * f.record_length, f.record_length);
        if (record.p[0] == 0xff) continue;
        ck_assert_msg(tlv_next(&record, &entry) && entry.tag == 0x61, "%s: record %zu of EF.DIR", name, i + 1);
        ck_assert(tlv_find(entry.value, 0x50, &member) && member.value.n);
        ck_assert(tlv_find(entry.value, 0x4f, &member));
        if (slice_equal(member.value, aid)) return;
    }
    ck_abort_msg("%s: an application is not in EF.DIR", name);
}

START_TEST(test_applications)
{
    const char *name = names[_i];
    OUTCOME_LOCAL o;
    struct profile_application a;
    bool found = true;
    install(&o, name, 0);
    ck_assert(o.e == OK);
    for (size_t i = 0; found; i++) {
        struct naa naa;
        bool has_key;
        ck_assert(application_at(&o.isdp, i, &a, &found) == OK);
        if (!found || a.kind != PROFILE_ADF) continue;
        check_directory(name, &o.isdp, a.aid);
        ck_assert(naa_get(&o.isdp, a.fid, &naa, &has_key) == OK);
        ck_assert_msg(has_key, "%s: an application without a key", name);
        naa_wipe(&naa);
        if (a.naa == NAA_USIM) check_services(name, &o.isdp, a.fid);
    }
}
END_TEST

/* Every file has a rule that lets somebody do something, and no two of a directory share a short identifier. */
START_TEST(test_rules)
{
    const char *name = names[_i];
    OUTCOME_LOCAL o;
    struct file f;
    char words[512];
    install(&o, name, 0);
    ck_assert(o.e == OK);
    for (struct isdp_item i = isdp_first(&o.isdp, "fs/"); i.name; i = isdp_after(&o.isdp, "fs/", &i)) {
        uint32_t seen = 0;
        ck_assert(file_of_item(&o.isdp, &i, &f) == OK);
        ck_assert(uicc_access_words(&o.isdp, &f, words, sizeof words) == OK);
        ck_assert_msg(strcmp(words, "never") != 0, "%s: %s has no rule", name, i.name);
        ck_assert_msg(!strstr(words, "local PIN") && !strstr(words, "global PIN"), "%s: %s: %s", name, i.name, words);
        for (size_t k = 0; k + 3 <= f.short_ids.n; k += 3) {
            uint32_t bit = 1u << f.short_ids.p[k];
            ck_assert_msg(!(seen & bit), "%s: %s: short identifier %02X twice", name, i.name, f.short_ids.p[k]);
            seen |= bit;
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("profiles");
    TCase *t = tcase_create("profiles");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_memory, 0, NAMES);
    tcase_add_test(t, test_huge);
    tcase_add_loop_test(t, test_applications, 0, NAMES);
    tcase_add_loop_test(t, test_rules, 0, NAMES);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
