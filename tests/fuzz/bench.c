/* Prepared cards: made once a process with the doubles of tests/lib, cloned for every input; see bench.h. */
#include "bench.h"

#define EID "89049032123451234512345678901235"
#define NOTIFY_ALL                                                                                                     \
    "301F800204F0811974657374736D6470706C7573312E6578616D706C652E636F6D" /* all events, testsmdpplus1.example.com */
#define SEED 0x5eedu

struct maker {
    struct fuzz_bench bench;
    struct kat *keys;
    euicc *card;
    struct lpa lpa;
};

static int draw(void *ctx, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)fuzz_random(ctx);
    return EUICC_OK;
}

/* Of all prepared cards: no input may depend on the order in which they are made, so each is made from the start. */
static uint64_t bench_random;
static const struct euicc_env bench_env = {.ctx = &bench_random, .random = draw};

static const struct {
    const char *personality;
    const char *lines;
    enum sgp32_version version;
} kinds[FUZZ_KINDS] = {
    [FUZZ_CONSUMER] = {"default", "", SGP32_1_2},
    [FUZZ_IOT] = {"iot", "extended_length = yes\n", SGP32_1_2},
    /* small, so that lists run full and the oldest entry goes */
    [FUZZ_BOTH] = {"both",
                   "memory_size = 26000\nnotifications_max = 6\npackage_results_max = 2\neims_max = 2\n"
                   "profiles_max = 3\nchannels_max = 3\nipae = yes\nresult_size_max = 1500\n",
                   SGP32_1_2},
};

/* ---- profiles ---- */

/* Replaces the one place where `from` stands. */
static void replace(struct buf *b, const char *from, const uint8_t to[10])
{
    BUF_LOCAL pattern = {0};
    fuzz_put_hex(&pattern, from);
    for (size_t i = 0; i + pattern.n <= b->n; i++) {
        if (memcmp(b->p + i, pattern.p, pattern.n) != 0) continue;
        memcpy(b->p + i, to, pattern.n);
        return;
    }
    fuzz_fail("replace", __FILE__, __LINE__, "%s is not in the package", from);
}

void fuzz_profile(const char *iccid, const char *more, struct buf *metadata, struct buf *package)
{
    BUF_LOCAL swapped = {0};
    uint8_t reading[10];
    char text[512];
    (void)snprintf(text, sizeof text, "BF25(5A(%s)910870726F7669646572920770726F66696C65950102B6(" NOTIFY_ALL ")%s)",
                   iccid, more);
    fuzz_put_hex(metadata, text);
    fuzz_put_hex(&swapped, iccid);
    for (size_t i = 0; i < sizeof reading; i++)
        reading[i] = (uint8_t)(swapped.p[i] << 4 | swapped.p[i] >> 4);
    fuzz_read_source("profiles/tiny.der", package);
    replace(package, "98001010000000000082", swapped.p);
    replace(package, "89000101000000000028", reading);
}

/* ---- making ---- */

static void need(const struct maker *m, bool ok, const char *what)
{
    if (!ok) fuzz_fail("bench", __FILE__, __LINE__, "%s: %s", what, m->lpa.error);
}

static void keep(struct maker *m, enum fuzz_state state)
{
    FUZZ_CHECK(euicc_clone(m->card, &bench_env, &m->bench.cards[state]) == EUICC_OK, "state %d", (int)state);
}

static void install(struct maker *m, const char *iccid, const char *more)
{
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    fuzz_profile(iccid, more, &metadata, &package);
    m->bench.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    need(m, lpa_download(&m->lpa, m->bench.dp, NULL, &result), result.error);
    m->bench.dp->profile = (struct smdpp_profile){0};
}

static void learn_key(struct maker *m)
{
    struct pki_certificate own;
    struct tlv t;
    BUF_LOCAL certificate = {0};
    BUF_LOCAL request = {0};
    const char *why = "";
    fuzz_put_hex(&request, "BF5600");
    need(m, lpa_call(&m->lpa, buf_slice(&request)), "GetCerts");
    struct slice in = buf_slice(&m->lpa.response);
    bool ok = tlv_next(&in, &t) && tlv_find(t.value, 0xa0, &t) && tlv_find(t.value, 0xa6, &t);
    if (ok) tlv_put(&certificate, 0x30, t.value);
    need(m, ok && pki_read(buf_slice(&certificate), &own, &why), why);
    m->bench.card_key = own.key;
}

static void associate(struct maker *m, enum fuzz_kind kind)
{
    const struct eim_config config = {.id = "eim1",
                                      .fqdn = "eim1.example.com",
                                      .id_type = 2,
                                      .curve = TEST_P256,
                                      .seed = slice_text("fuzz"),
                                      .version = kinds[kind].version,
                                      .initial_counter = 1};
    struct eim *eim = &m->bench.eim;
    struct eim_configuration configuration;
    BUF_LOCAL key = {0};
    BUF_LOCAL request = {0};
    need(m, eim_init(eim, &config) && eim_set_eid(eim, EID), eim->error);
    need(m, eim_describe(eim, true, &key, &configuration) && eim_add_initial_request(&request, &configuration, 1),
         "AddInitialEim");
    need(m, lpa_call(&m->lpa, buf_slice(&request)), "AddInitialEim");
    eim->token = 1;
    learn_key(m);
}

static bool until_half(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    (void)ctx;
    (void)lpa;
    (void)segment;
    return index < 6;
}

/* Sessions: profile 3 is on its way. */
static void sessions(struct maker *m)
{
    static const struct lpa_download_options first = {.stop_before = LPA_STAGE_PREPARE};
    static const struct lpa_download_options second = {.stop_before = LPA_STAGE_LOAD};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    BUF_LOCAL bpp = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    struct smdpp *dp = m->bench.dp;
    fuzz_profile("980010100000000003F1", "", &metadata, &package);
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    dp->profile.segment = 300;
    (void)lpa_download(&m->lpa, dp, &first, &result);
    need(m, result.stage == LPA_STAGE_PREPARE, result.error);
    keep(m, FUZZ_AUTHENTICATED);
    (void)lpa_download(&m->lpa, dp, &second, &result);
    need(m, result.stage == LPA_STAGE_LOAD, result.error);
    keep(m, FUZZ_READY);
    buf_append(&m->bench.prepared, buf_slice(&m->lpa.response));
    need(m, smdpp_get_bound_profile_package(dp, buf_slice(&m->bench.prepared), &bpp), dp->error);
    const struct lpa_download_options half = {.before_segment = until_half};
    (void)lpa_load_bound_profile_package(&m->lpa, buf_slice(&bpp), &half, &result);
    need(m, result.segments == 6 && result.segment_sw == 0, result.error);
    keep(m, FUZZ_LOADING);
    dp->profile = (struct smdpp_profile){0};
    buf_reset(&dp->kept_body);
}

static void make(struct maker *m, enum fuzz_kind kind)
{
    static const struct lpa_options direct = {.with_le = true};
    const uint8_t id[] = {0x5a, 10, 0x98, 0x00, 0x10, 0x10, 0, 0, 0, 0, 0x01, 0xf1};
    char personality[2048];
    struct euicc_diagnostic why;
    struct lpa_reader reader;
    struct smdpp_config smdpp;
    const struct euicc_config config = {.eid = EID, .personality = personality};
    (void)snprintf(personality, sizeof personality, "%s\n%s", euicc_personality_text(kinds[kind].personality),
                   kinds[kind].lines);
    if (kind == FUZZ_CONSUMER) personality[0] = 0;
    bench_random = SEED + (uint64_t)kind;
    FUZZ_CHECK(euicc_create(&m->card, &config, &bench_env, &why) == EUICC_OK, "%s", why.text);
    m->keys = kat_open("sgp26.txt");
    need(m, m->keys && smdpp_config_sgp26(&smdpp, m->keys, TEST_P256, 1), "keys");
    m->bench.dp = smdpp_new(&smdpp);
    need(m, m->bench.dp && lpa_reader_card(&reader, m->card), "SM-DP+");
    lpa_init(&m->lpa, &reader, &direct);
    need(m, lpa_open(&m->lpa), "open");
    keep(m, FUZZ_EMPTY);
    if (kind != FUZZ_CONSUMER) associate(m, kind);
    install(m, FUZZ_ICCID_1, "");
    install(m, FUZZ_ICCID_2, kind == FUZZ_CONSUMER ? "" : "9F6701FF");
    if (kind != FUZZ_IOT) {
        need(m, lpa_enable_profile(&m->lpa, SLICE(id), false) == 0, "enable");
    } else {
        const struct eim_op enable = {.kind = EIM_OP_ENABLE, .iccid = slice_skip(SLICE(id), 2)};
        const struct eim_order order = {.ops = &enable, .n = 1};
        EIM_PACKAGE_LOCAL package = {0};
        need(m, eim_sign(&m->bench.eim, &order, &package), m->bench.eim.error);
        need(m, lpa_call(&m->lpa, buf_slice(&package.request)), "enable");
        need(m, lpa_reset(&m->lpa), "reset");
    }
    keep(m, FUZZ_FRESH);
    sessions(m);
}

const struct fuzz_bench *fuzz_bench(enum fuzz_kind kind)
{
    static struct maker makers[FUZZ_KINDS];
    if (kind >= FUZZ_KINDS) return fuzz_uicc_bench(kind);
    struct maker *m = &makers[kind];
    if (!m->card) make(m, kind);
    return &m->bench;
}
