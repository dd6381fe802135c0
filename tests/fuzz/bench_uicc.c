/* Prepared cards with the packages of profiles/, as a terminal finds them; see bench.h. Made once a process by a
 * download like any other, cloned for every input. */
#include "bench.h"

#include "gp_host.h"

#define EID "89049032123451234512345678901235"
#define SEED 0x51cau

static uint64_t bench_random;

static int draw(void *ctx, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)fuzz_random(ctx);
    return EUICC_OK;
}

static const struct euicc_env bench_env = {.ctx = &bench_random, .random = draw};

/* The packages; the ICCID as in the metadata and EF.ICCID. The memory of two of the cards is nearly full. */
static const struct {
    const char *package, *iccid, *profile_class, *owner, *lines;
} sources[FUZZ_ALL_KINDS - FUZZ_KINDS] = {
    {"profiles/operational.der", "98001010000000000001", "950102", "B7(800300F110)", "memory_size = 28000\n"},
    {"profiles/test.der", "98001010000000000044", "950100", "B7(800300F110)", ""},
    {"profiles/tuak.der", "98001010000000000063", "950102", "B7(800300F110 810453455543)", "memory_size = 22400\n"},
};

struct maker {
    struct fuzz_bench bench;
    size_t index;
    euicc *card;
    struct lpa lpa;
};

static void need(const struct maker *m, bool ok, const char *what)
{
    if (!ok) fuzz_fail("bench", __FILE__, __LINE__, "%s: %s", what, m->lpa.error);
}

static void send(const struct maker *m, const char *digits)
{
    uint8_t rapdu[512];
    size_t n = 0;
    BUF_LOCAL capdu = {0};
    fuzz_put_hex(&capdu, digits);
    FUZZ_CHECK(euicc_transmit(m->card, capdu.p, capdu.n, rapdu, sizeof rapdu, &n) == EUICC_OK && n >= 2 &&
                   rapdu[n - 2] == 0x90,
               "%s: %02X%02X", digits, rapdu[n - 2], rapdu[n - 1]);
}

static void keep(struct maker *m, enum fuzz_state state)
{
    FUZZ_CHECK(euicc_clone(m->card, &bench_env, &m->bench.cards[state]) == EUICC_OK, "state %d", (int)state);
}

static void restart(struct maker *m)
{
    FUZZ_CHECK(euicc_power_on(m->card, NULL) == EUICC_OK, "power on");
    send(m, "8010000013 FFFFFFFF7F8F00DFFF00001FE28A0DFE0F0000");
}

static void download(struct maker *m)
{
    char digits[128];
    struct smdpp_config config;
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    BUF_LOCAL small_metadata = {0};
    BUF_LOCAL small = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    LPA_DOWNLOAD_LOCAL second = {0};
    struct kat *keys = kat_open("sgp26.txt");
    need(m, keys && smdpp_config_sgp26(&config, keys, TEST_P256, 1), "keys");
    struct smdpp *dp = smdpp_new(&config);
    (void)snprintf(digits, sizeof digits, "BF25(5A(%s)910166920170%s%s)", sources[m->index].iccid,
                   sources[m->index].profile_class, sources[m->index].owner);
    fuzz_put_hex(&metadata, digits);
    fuzz_read_source(sources[m->index].package, &package);
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    need(m, lpa_download(&m->lpa, dp, NULL, &result), result.error);
    fuzz_profile(FUZZ_ICCID_2, "", &small_metadata, &small);
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&small_metadata), .upp = buf_slice(&small)};
    need(m, lpa_download(&m->lpa, dp, NULL, &second), second.error);
    smdpp_free(dp);
    kat_free(keys);
}

void fuzz_gp_host(struct gp_host *h, uint8_t protocol)
{
    *h = (struct gp_host){.protocol = protocol, .kvn = protocol == 3 ? 0x30 : 0x20, .size = 16};
    uint8_t *const keys[] = {h->enc, h->mac, h->dek};
    for (uint8_t k = 0; k < 3; k++)
        for (uint8_t i = 0; i < 16; i++)
            keys[k][i] = (uint8_t)(protocol == 3 || i == 1 ? k << 4 | i : i);
    for (uint8_t k = 0; k < 3 && protocol == 2; k++)
        keys[k][0] = 0x10;
}

/* A session with the operator's security domain in which commands go in clear. */
static void enter_domain(struct maker *m)
{
    struct gp_host h;
    uint8_t rapdu[300];
    size_t n = 0;
    BUF_LOCAL command = {0};
    send(m, "0070000001");
    send(m, "01A4040C07A0000000871002");
    send(m, "00A4040C08A000000151000000");
    fuzz_gp_host(&h, 3);
    gp_host_initialize(&h, &command);
    FUZZ_CHECK(euicc_transmit(m->card, command.p, command.n, rapdu, sizeof rapdu, &n) == EUICC_OK && n > 2 &&
                   gp_host_initialized(&h, slice_of(rapdu, n - 2)),
               "INITIALIZE UPDATE: %s", h.error);
    buf_reset(&command);
    gp_host_authenticate(&h, 0, &command);
    FUZZ_CHECK(euicc_transmit(m->card, command.p, command.n, rapdu, sizeof rapdu, &n) == EUICC_OK && rapdu[0] == 0x90,
               "EXTERNAL AUTHENTICATE");
}

static void verify(struct maker *m)
{
    if (m->index == FUZZ_TEST - FUZZ_KINDS) send(m, "0020000108 30303030FFFFFFFF");
    send(m, "0020000A08 3838383838383838");
    send(m, "00A4040C07A0000000871002");
    send(m, "0020008108 39393939FFFFFFFF");
}

static void make(struct maker *m)
{
    static const struct lpa_options direct = {.with_le = true};
    char personality[2048];
    const struct euicc_config config = {.eid = EID, .personality = personality};
    struct euicc_diagnostic why;
    struct lpa_reader reader;
    uint8_t id[12] = {0x5a, 10};
    BUF_LOCAL iccid = {0};
    (void)snprintf(personality, sizeof personality, "%s\n%s", euicc_personality_text("default"),
                   sources[m->index].lines);
    bench_random = SEED + m->index;
    FUZZ_CHECK(euicc_create(&m->card, &config, &bench_env, &why) == EUICC_OK, "%s", why.text);
    need(m, lpa_reader_card(&reader, m->card), "reader");
    lpa_init(&m->lpa, &reader, &direct);
    need(m, lpa_open(&m->lpa), "open");
    download(m);
    fuzz_put_hex(&iccid, sources[m->index].iccid);
    memcpy(id + 2, iccid.p, 10);
    need(m, lpa_enable_profile(&m->lpa, SLICE(id), false) == 0, "enable");
    restart(m);
    keep(m, FUZZ_STARTED);
    verify(m);
    keep(m, FUZZ_VERIFIED);
    if (m->index == FUZZ_TEST - FUZZ_KINDS) send(m, "00A4000C023F00");
    if (m->index == FUZZ_TEST - FUZZ_KINDS) send(m, "00A4000C027F66");
    keep(m, FUZZ_PLAYGROUND);
    if (m->index == FUZZ_OPERATIONAL - FUZZ_KINDS) enter_domain(m);
    keep(m, FUZZ_IN_DOMAIN);
    restart(m);
    need(m, lpa_open(&m->lpa) && lpa_disable_profile(&m->lpa, SLICE(id), false) == 0, "disable");
    restart(m);
    keep(m, FUZZ_NO_PROFILE);
}

const struct fuzz_bench *fuzz_uicc_bench(enum fuzz_kind kind)
{
    static struct maker makers[FUZZ_ALL_KINDS - FUZZ_KINDS];
    struct maker *m = &makers[kind - FUZZ_KINDS];
    m->index = (size_t)(kind - FUZZ_KINDS);
    if (!m->card) make(m);
    return &m->bench;
}
