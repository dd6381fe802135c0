/* A day in the life of a card: 24 simulated hours of everything at once (polls of an LPA, switches, downloads that
 * stay, are deleted or cancelled, notifications, packages of an eIM, a telephone that reads, authenticates and gets
 * PINs wrong, a server's secure channel, resets, power cycles, power cuts, snapshots, clones) on one card with a
 * virtual clock. After each hour the heap holds what it held after the warm-up, the store has the same keys, and what
 * must only rise has risen. SOAK_ACTIONS: actions in an hour (360: one every 10 seconds, the full soak); without it a
 * tenth. SOAK_SEED. */
#define _GNU_SOURCE
#include "domain_common.h"
#include "iot_local_common.h"
#include "uicc_twins.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Hours 1 and 2 fill caches and buffers; each hour after them is compared with the second. */
enum { HOURS = 24, WARM_UP = 2, ACTIONS = 36, HEAP_SLACK = 8192, SIZE_SLACK = 256 };

static struct iot t;
static struct {
    uint64_t seed;
    int64_t clock;
    struct auc_subscriber subscriber;
    uint64_t sequence; /* SEQ of the last authentication */
    uint32_t number;   /* the highest of a notification */
    unsigned done[32]; /* by action */
    size_t rises;      /* of anything that counts */
} soak;

static uint32_t draw(uint32_t below)
{
    soak.seed = soak.seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(soak.seed >> 33) % below;
}

/* ---- the card: storage of the fixture, a clock that is turned by hand ---- */

static int commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct iot *iot = ctx;
    for (size_t i = 0; i < n; i++) {
        if (changes[i].value)
            stored_put(&iot->f, changes[i].key, slice_of(changes[i].value, changes[i].n));
        else
            stored_delete(&iot->f, changes[i].key);
    }
    return EUICC_OK;
}

static int load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct iot *iot = ctx;
    return storage_load(&iot->f.stored, put, put_ctx);
}

static int64_t now(void *ctx)
{
    (void)ctx;
    return soak.clock;
}

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    const struct iot *iot = ctx;
    return euicc_random_bytes(iot->f.random, out, n);
}

static const struct euicc_env env = {.ctx = &t, .random = random_bytes, .now = now, .load = load, .commit = commit};

/* LPA and IPA on this card, which takes the place of the one before; off. */
static void take_card(euicc *card)
{
    static const struct lpa_options direct = {.with_le = true};
    struct lpa_reader reader;
    enum sgp32_version version = t.ipa.version;
    lpa_free(&t.f.lpa);
    ipa_free(&t.ipa);
    euicc_destroy(t.f.card);
    t.f.card = card;
    ck_assert(lpa_reader_card(&reader, card));
    lpa_init(&t.f.lpa, &reader, &direct);
    ck_assert_msg(lpa_open(&t.f.lpa), "%s", t.f.lpa.error);
    ck_assert(lpa_reader_card(&reader, card));
    ipa_init(&t.ipa, &reader, &direct, version);
}

static void select_isdr(void)
{
    ck_assert_msg(lpa_start(&t.f.lpa), "%s", t.f.lpa.error);
}

/* ---- actions: each leaves FIRST enabled, SECOND disabled and no other profile ---- */

static void poll(void)
{
    char eid[33];
    struct lpa_profiles profiles;
    struct lpa_addresses addresses;
    struct lpa_notifications notifications;
    select_isdr();
    ck_assert(lpa_get_eid(&t.f.lpa, eid) && strcmp(eid, EID) == 0);
    ck_assert(lpa_get_euicc_info2(&t.f.lpa));
    ck_assert(lpa_get_profiles_info(&t.f.lpa, (struct slice){0}, (struct slice){0}, &profiles) && profiles.n == 2);
    ck_assert(lpa_get_euicc_configured_addresses(&t.f.lpa, &addresses));
    ck_assert(lpa_list_notification(&t.f.lpa, -1, &notifications));
}

static void swap(void)
{
    twins_enable(&t.f, SECOND);
    twins_enable(&t.f, FIRST);
}

static void disable(void)
{
    twins_disable(&t.f, FIRST);
    twins_enable(&t.f, FIRST);
}

static void nickname(void)
{
    char name[16];
    BUF_LOCAL iccid = {0};
    put_hex(&iccid, SECOND);
    (void)snprintf(name, sizeof name, "name %08u", draw(100000000)); /* always as long */
    select_isdr();
    ck_assert_int_eq(lpa_set_nickname(&t.f.lpa, buf_slice(&iccid), slice_text(name)), 0);
}

static void download(void)
{
    select_isdr();
    install_plain(&t.f, ICCID_4);
    es10(&t.f, "BF33(5A(" ICCID_4 "))", "BF33038001 00");
}

static void refused_download(void)
{
    const struct wanted w = {.iccid = FIRST, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    select_isdr();
    t.f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    ck_assert(!lpa_download(&t.f.lpa, t.f.dp, NULL, &result));
    t.f.dp->profile = (struct smdpp_profile){0};
}

static void cancelled_download(void)
{
    const struct wanted w = {.iccid = ICCID_4, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    const struct lpa_download_options options = {.stop_before = draw(2) ? LPA_STAGE_PREPARE : LPA_STAGE_LOAD};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    select_isdr();
    t.f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    (void)lpa_download(&t.f.lpa, t.f.dp, &options, &result);
    t.f.dp->profile = (struct smdpp_profile){0};
    ck_assert_int_eq(lpa_cancel_session(&t.f.lpa, buf_slice(&t.f.dp->session.transaction_id), 0), 0);
}

/* Numbers rise from one delivery to the next. */
static void notifications(void)
{
    struct euicc_notification_description n;
    uint32_t last = soak.number;
    for (size_t i = 0; euicc_describe_notification(t.f.card, i, &n) == EUICC_OK; i++) {
        ck_assert_msg(n.sequence_number > last, "notification %u after %u", n.sequence_number, last);
        last = n.sequence_number;
        soak.rises++;
    }
    soak.number = last;
    select_isdr();
    ck_assert_msg(lpa_process_notifications(&t.f.lpa, t.f.dp) >= 0, "%s", t.f.lpa.error);
    ck_assert_int_ne(euicc_describe_notification(t.f.card, 0, &n), EUICC_OK);
}

static void read_files(void)
{
    BUF_LOCAL tree = {0};
    twins_tree(&t.f, &tree);
    ck_assert_uint_gt(tree.n, 1000);
    twins_assert_iccid(&t.f, FIRST);
}

static void update_file(void)
{
    char command[32];
    apdu(&t.f, SELECT_USIM, "9000");
    apdu(&t.f, VERIFY_ADM1, "9000");
    apdu(&t.f, "00A4080C047FFF6F08", "9000");
    (void)snprintf(command, sizeof command, "00D6000004%08X", draw(1u << 31));
    apdu(&t.f, command, "9000");
}

static void authenticate(void)
{
    apdu(&t.f, SELECT_USIM, "9000");
    soak.sequence++;
    aka_accepted(&t.f, &soak.subscriber, aka_sqn(soak.sequence, 1), true);
    aka_stale(&t.f, &soak.subscriber, aka_sqn(soak.sequence, 1), aka_sqn(soak.sequence, 1));
    soak.rises++;
}

/* A wrong PIN2. */
static void wrong_pin(const char *sw)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    put_hex(&command, "0020008108 3939393AFFFFFFFF");
    domain_send(&t.f, buf_slice(&command), &answer);
    assert_hex(buf_slice(&answer), sw, "a wrong PIN2");
}

static void pins(void)
{
    apdu(&t.f, SELECT_USIM, "9000");
    wrong_pin("63C2");
    apdu(&t.f, "0020008100", "63C2");
    if (draw(2)) wrong_pin("63C1");
    apdu(&t.f, VERIFY_PIN2, "9000");
    apdu(&t.f, "0020008100", "63C3");
}

static void package(void)
{
    struct euicc_eim_description d;
    struct eim_result result;
    BUF_LOCAL kept = {0};
    ck_assert_msg(lpa_start(&t.ipa.lpa), "%s", t.ipa.lpa.error);
    ck_assert_int_eq(euicc_describe_eim(t.f.card, 0, &d), EUICC_OK);
    uint32_t before = d.counter;
    ck_assert_msg(ipa_run(&t.ipa, &t.eim, draw(2) ? "rat; list" : "list-eim", NULL, NULL, &kept, &result), "%s",
                  t.ipa.lpa.error);
    ck_assert_int_eq(euicc_describe_eim(t.f.card, 0, &d), EUICC_OK);
    ck_assert_msg(d.counter > before, "counterValue %u after %u", d.counter, before);
    soak.rises++;
}

static void heartbeat(void)
{
    struct ipa_status status;
    ck_assert_msg(lpa_start(&t.ipa.lpa), "%s", t.ipa.lpa.error);
    ck_assert_msg(ipa_heartbeat(&t.ipa, &t.eim, &status), "%s", t.ipa.lpa.error);
    ck_assert_uint_eq(status.results, 0);
}

static void secure_channel(void)
{
    struct gp_host h;
    apdu(&t.f, "00A4040C08" MNO_SD, "9000");
    domain_host(&h, draw(2) ? 0x30 : 0x20);
    domain_open(&t.f, &h, h.kvn == 0x30 ? 0x33 : 0x03);
}

static void channels(void)
{
    char command[16];
    for (int i = 1; i < 4; i++) {
        (void)snprintf(command, sizeof command, "007000%02d00", i);
        apdu(&t.f, command, "9000");
    }
    apdu(&t.f, "01A4040C10" ISDR, "9000");
    apdu(&t.f, "02A4040C10" ISIM_AID, "9000");
    for (int i = 1; i < 4; i++) {
        (void)snprintf(command, sizeof command, "007080%02d00", i);
        apdu(&t.f, command, "9000");
    }
}

static void reset(void)
{
    card_reset(&t.f);
}

static void power_cycle(void)
{
    card_power_cycle(&t.f);
}

/* The card object goes without being asked. */
static void power_cut(void)
{
    struct euicc_diagnostic why;
    euicc *card;
    ck_assert_msg(euicc_create(&card, NULL, &env, &why) == EUICC_OK, "%s", why.text);
    take_card(card);
}

static void snapshot(void)
{
    uint8_t *image;
    size_t n;
    ck_assert_int_eq(euicc_snapshot(t.f.card, &image, &n), EUICC_OK);
    ck_assert_int_eq(euicc_restore(t.f.card, image, n), EUICC_OK);
    free(image);
    ck_assert_msg(lpa_open(&t.f.lpa), "%s", t.f.lpa.error);
}

static void clone(void)
{
    const struct euicc_env bare = {.ctx = &t, .random = random_bytes};
    euicc *copy;
    ck_assert_int_eq(euicc_clone(t.f.card, &bare, &copy), EUICC_OK);
    ck_assert_int_eq(euicc_factory_reset(copy), EUICC_OK);
    euicc_destroy(copy);
}

static const struct {
    const char *name;
    unsigned weight;
    void (*run)(void);
} actions[] = {
    {"poll", 20, poll},
    {"swap", 4, swap},
    {"disable and enable", 4, disable},
    {"nickname", 4, nickname},
    {"download and delete", 4, download},
    {"refused download", 2, refused_download},
    {"cancelled download", 2, cancelled_download},
    {"notifications", 6, notifications},
    {"read all files", 3, read_files},
    {"update a file", 6, update_file},
    {"AUTHENTICATE", 12, authenticate},
    {"PINs", 6, pins},
    {"package of an eIM", 6, package},
    {"heartbeat", 4, heartbeat},
    {"secure channel", 4, secure_channel},
    {"logical channels", 4, channels},
    {"reset", 3, reset},
    {"power cycle", 3, power_cycle},
    {"power cut", 2, power_cut},
    {"snapshot and restore", 2, snapshot},
    {"clone", 2, clone},
};
enum { KINDS = sizeof actions / sizeof actions[0] };

static void act(void)
{
    unsigned all = 0;
    for (size_t i = 0; i < KINDS; i++)
        all += actions[i].weight;
    unsigned at = draw(all);
    size_t kind = 0;
    while (at >= actions[kind].weight)
        at -= actions[kind++].weight;
    if (getenv("SOAK_TRACE")) fprintf(stderr, "%s\n", actions[kind].name);
    actions[kind].run();
    soak.done[kind]++;
}

/* ---- the day ---- */

struct measure {
    size_t heap, keys, image;
};

/* Everything at rest: no session, no notification, no one-time key that a cancelled download left for the next. */
static struct measure measure(void)
{
    struct measure m;
    uint8_t *image;
    nickname();
    download();
    notifications();
    power_cut();
    euicc_power_off(t.f.card);
    buf_free(&t.f.details);
    ck_assert_int_eq(euicc_snapshot(t.f.card, &image, &m.image), EUICC_OK);
    free(image);
    m.keys = t.f.stored.n;
    m.heap = mallinfo2().uordblks; /* 0 under a sanitizer, which sees leaks itself */
    ck_assert_msg(lpa_open(&t.f.lpa), "%s", t.f.lpa.error);
    return m;
}

static void begin(void)
{
    const char *seed = getenv("SOAK_SEED");
    euicc *copy;
    memset(&soak, 0, sizeof soak);
    soak.seed = seed ? strtoull(seed, NULL, 10) : 24;
    soak.clock = 1800000000;
    soak.sequence = 100;
    iot_begin(&t, "both", NULL);
    iot_associate(&t, true);
    twins_install(&t.f, FIRST);
    twins_install(&t.f, SECOND);
    twins_enable(&t.f, FIRST);
    card_reset(&t.f);
    aka_subscriber(&soak.subscriber);
    ck_assert_int_eq(euicc_clone(t.f.card, &env, &copy), EUICC_OK);
    take_card(copy);
}

START_TEST(test_soak)
{
    const char *count = getenv("SOAK_ACTIONS");
    unsigned each = count ? (unsigned)strtoul(count, NULL, 10) : ACTIONS;
    struct measure first = {0};
    size_t rises = 0;
    ck_assert_uint_gt(each, 0);
    begin();
    for (int hour = 1; hour <= HOURS; hour++) {
        for (unsigned i = 0; i < each; i++) {
            soak.clock += 3600 / each;
            act();
        }
        const struct measure m = measure();
        if (count) fprintf(stderr, "hour %2d: heap %zu, %zu keys, image %zu\n", hour, m.heap, m.keys, m.image);
        if (hour <= WARM_UP) first = m;
        ck_assert_msg(soak.rises > rises, "hour %d: no counter rose", hour);
        ck_assert_msg(m.heap <= first.heap + HEAP_SLACK, "hour %d: the heap was %zu and is %zu", hour, first.heap,
                      m.heap);
        ck_assert_msg(m.keys == first.keys, "hour %d: %zu keys were stored, now %zu", hour, first.keys, m.keys);
        ck_assert_msg(m.image <= first.image + SIZE_SLACK, "hour %d: the image was %zu bytes and is %zu", hour,
                      first.image, m.image);
        rises = soak.rises;
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (count) fprintf(stderr, "%5u %s\n", soak.done[i], actions[i].name);
        ck_assert_msg(soak.done[i] > 0 || each < ACTIONS, "never: %s", actions[i].name);
    }
    iot_end(&t);
}
END_TEST

/* The allocator's caches of freed pieces count as in use and fill for hours; they are off in this process. */
static void start_again_without_caches(char **argv)
{
    if (getenv("GLIBC_TUNABLES")) return;
    if (setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1) == 0) (void)execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    (void)argc;
    start_again_without_caches(argv);
    Suite *suite = suite_create("soak");
    TCase *tests = tcase_create("soak");
    tcase_set_timeout(tests, getenv("SOAK_ACTIONS") ? 0 : 170);
    tcase_add_test(tests, test_soak);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
