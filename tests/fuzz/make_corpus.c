/* Makes the seed corpus: the doubles of tests/lib drive a prepared card as an LPA and an IPA would, and what they send
 * is written down as inputs of the targets. The clone and its randomness are the same as in a fuzz run, so a recorded
 * session passes its cryptography there. Called by make-corpus: FOLDER. */
#define _DEFAULT_SOURCE
#include "make_corpus.h"

#include "store/store.h"

#include <sys/stat.h>

enum { SCRIPT_APDU, SCRIPT_REQUEST, SCRIPT_RESET, SCRIPT_POWER, SCRIPT_PROACTIVE, SCRIPT_CLONE, SCRIPT_RESTORE };

static const char *folder;

static void write_input(const char *target, const char *name, struct slice input)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, target);
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    FILE *file = fopen(path, "wb");
    FUZZ_CHECK(file && fwrite(input.p, 1, input.n, file) == input.n && fclose(file) == 0, "%s cannot be written", path);
}

void corpus_write(const char *target, const char *name, const char *header, struct slice input)
{
    BUF_LOCAL whole = {0};
    fuzz_put_hex(&whole, header);
    buf_append(&whole, input);
    write_input(target, name, buf_slice(&whole));
}

/* ---- recording ---- */

struct recorder {
    struct fuzz_card card;
    enum fuzz_kind kind;
    enum fuzz_state state;
    struct buf script;
    struct buf request; /* STORE DATA blocks so far */
    bool seen[0x10000]; /* requests by tag: one es10 seed each and card */
};

static void end_request(struct recorder *r)
{
    struct slice in = buf_slice(&r->request);
    struct tlv t;
    if (r->request.n == 0) return;
    fuzz_put_record(&r->script, SCRIPT_REQUEST, in);
    if (tlv_read(&in, &t) == TLV_OK && t.tag < 0x10000 && !r->seen[t.tag]) {
        char name[64];
        char header[24];
        r->seen[t.tag] = true;
        (void)snprintf(name, sizeof name, "%d-%d-%04X", (int)r->kind, (int)r->state, t.tag);
        (void)snprintf(header, sizeof header, "%02X%02X02000000", (unsigned)r->kind, (unsigned)r->state);
        corpus_write("es10", name, header, buf_slice(&r->request));
    }
    buf_reset(&r->request);
}

static bool transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct recorder *r = ctx;
    uint8_t out[65538 / 64];
    size_t n = 0;
    bool store_data = capdu.n > 5 && capdu.p[0] == 0x80 && capdu.p[1] == 0xe2;
    if (!store_data || capdu.p[3] == 0) end_request(r);
    if (store_data)
        buf_append(&r->request, slice_of(capdu.p + 5, capdu.p[4]));
    else if (capdu.p[1] != 0xc0)
        fuzz_put_record(&r->script, SCRIPT_APDU, capdu);
    buf_reset(rapdu);
    if (euicc_transmit(r->card.card, capdu.p, capdu.n, out, sizeof out, &n) != EUICC_OK) return false;
    buf_append(rapdu, slice_of(out, n));
    return true;
}

static bool power(void *ctx, bool on, struct buf *atr)
{
    struct recorder *r = ctx;
    (void)atr;
    end_request(r);
    if (on) fuzz_put_record(&r->script, SCRIPT_POWER, slice_of(NULL, 0));
    euicc_power_off(r->card.card);
    if (on) fuzz_power(&r->card, false);
    return true;
}

static bool reset(void *ctx, struct buf *atr)
{
    struct recorder *r = ctx;
    (void)atr;
    end_request(r);
    fuzz_put_record(&r->script, SCRIPT_RESET, slice_of(NULL, 0));
    fuzz_power(&r->card, true);
    return true;
}

static void begin(struct recorder *r, struct lpa *lpa, enum fuzz_kind kind, enum fuzz_state state)
{
    static const struct lpa_options direct = {.with_le = true};
    const struct lpa_reader reader = {.ctx = r, .transmit = transmit, .power = power, .reset = reset};
    *r = (struct recorder){.kind = kind, .state = state};
    fuzz_begin(&r->card, kind, state);
    lpa_init(lpa, &reader, &direct);
}

static void end(struct recorder *r, struct lpa *lpa, const char *name)
{
    char header[16];
    end_request(r);
    (void)snprintf(header, sizeof header, "%02X%02X000002", (unsigned)r->kind, (unsigned)r->state);
    corpus_write("apdu_script", name, header, buf_slice(&r->script));
    lpa_free(lpa);
    fuzz_end(&r->card);
    buf_free(&r->script);
    buf_free(&r->request);
}

/* ---- flows ---- */

static struct smdpp *new_smdpp(const struct kat *keys)
{
    struct smdpp_config config;
    FUZZ_CHECK(smdpp_config_sgp26(&config, keys, TEST_P256, 1), "keys");
    return smdpp_new(&config);
}

static void download(const struct kat *keys, enum fuzz_kind kind, enum lpa_segmentation how, const char *name)
{
    static struct recorder r;
    struct lpa lpa;
    const struct lpa_download_options options = {.segmentation = how, .cut = 200};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    struct smdpp *dp = new_smdpp(keys);
    begin(&r, &lpa, kind, FUZZ_EMPTY);
    FUZZ_CHECK(lpa_start(&lpa), "%s", lpa.error);
    fuzz_profile("980010100000000003F1", "", &metadata, &package);
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    FUZZ_CHECK(lpa_download(&lpa, dp, &options, &result), "%s", result.error);
    FUZZ_CHECK(lpa_process_notifications(&lpa, NULL) >= 0, "%s", lpa.error);
    end(&r, &lpa, name);
    smdpp_free(dp);
}

/* Requests on their own, as script and as es10 seeds; results do not matter. */
static void requests(enum fuzz_kind kind, enum fuzz_state state, const char *const *list, size_t n, const char *name)
{
    static struct recorder r;
    struct lpa lpa;
    begin(&r, &lpa, kind, state);
    FUZZ_CHECK(lpa_start(&lpa), "%s", lpa.error);
    for (size_t i = 0; i < n; i++) {
        BUF_LOCAL request = {0};
        fuzz_put_hex(&request, list[i]);
        (void)lpa_call(&lpa, buf_slice(&request));
    }
    end(&r, &lpa, name);
}

static void consumer_requests(void)
{
    static const char *const list[] = {"BF2000",
                                       "BF2200",
                                       "BF2D00",
                                       "BF2D(A0(5A(" FUZZ_ICCID_1 "))5C(5A9F70B6BF22))",
                                       "BF3E(5C(5A))",
                                       "BF3C00",
                                       "BF3F(80(736D64702E6578616D706C65))",
                                       "BF4300",
                                       "BF28(81(0780))",
                                       "BF2B(A0(8001(02)))",
                                       "BF2B00",
                                       "BF30(80(01))",
                                       "BF31(A0(5A(" FUZZ_ICCID_2 "))810100)",
                                       "BF32(A0(5A(" FUZZ_ICCID_2 "))810100)",
                                       "BF31(A0(5A(" FUZZ_ICCID_1 "))8101FF)",
                                       "BF29(5A(" FUZZ_ICCID_1 ")90(6E69636B))",
                                       "BF33(5A(" FUZZ_ICCID_2 "))",
                                       "BF42(80(0640))",
                                       "BF35(A0(30(020101)30(0600)0300))",
                                       "BF41(80(01020304050607080910111213141516)8101 00)",
                                       "BF34(82(0204))",
                                       "BF2E00"};
    requests(FUZZ_CONSUMER, FUZZ_FRESH, list, sizeof list / sizeof list[0], "consumer");
    requests(FUZZ_BOTH, FUZZ_FRESH, list, sizeof list / sizeof list[0], "both");
}

static void iot_requests(void)
{
    static const char *const list[] = {"BF5500",
                                       "BF5600",
                                       "BF2200",
                                       "BF5D(8101FF)",
                                       "BF5E(8101FF)",
                                       "BF5B(8101FF)",
                                       "BF5C(8101FF)",
                                       "BF5F00",
                                       "BF58(8101FF)",
                                       "BF59(80008104 88370A01 82(736D6470))",
                                       "BF5A(8101FF)",
                                       "BF65(80(736D64702E6578616D706C65))",
                                       "BF2D(5C(5A9F709F679F7B))",
                                       "BF2B(8200)",
                                       "BF30(80(02))",
                                       "BF64(8204 0204)",
                                       "BF64(82(0307 80))",
                                       "BF42(80(0640))"};
    requests(FUZZ_IOT, FUZZ_FRESH, list, sizeof list / sizeof list[0], "iot");
}

static void package_script(const struct fuzz_bench *bench)
{
    static struct recorder r;
    struct lpa lpa;
    const uint8_t iccid[] = {0x98, 0x00, 0x10, 0x10, 0, 0, 0, 0, 0x02, 0xf1};
    struct eim eim = bench->eim;
    begin(&r, &lpa, FUZZ_IOT, FUZZ_FRESH);
    FUZZ_CHECK(lpa_start(&lpa), "%s", lpa.error);
    for (int round = 0; round < 2; round++) {
        const struct eim_op ops[] = {{.kind = round ? EIM_OP_SET_FALLBACK : EIM_OP_LIST, .iccid = SLICE(iccid)},
                                     {.kind = EIM_OP_ENABLE, .iccid = SLICE(iccid), .rollback = true}};
        const struct eim_order order = {.ops = ops, .n = round ? 1 : 2};
        EIM_PACKAGE_LOCAL package = {0};
        FUZZ_CHECK(eim_sign(&eim, &order, &package), "%s", eim.error);
        FUZZ_CHECK(lpa_call(&lpa, buf_slice(&package.request)), "%s", lpa.error);
        FUZZ_CHECK(reset(&r, NULL), "reset");
    }
    end(&r, &lpa, "iot-packages");
}

/* ---- the other targets ---- */

static void packages(void)
{
    static const struct {
        const char *name;
        const char *records; /* kind and content in parentheses, digits */
        uint8_t kinds[8];
    } rows[] = {
        {"switch", "A3(5A(" FUZZ_ICCID_2 "))|BF2D00|||A4(5A(" FUZZ_ICCID_2 "))", {0, 0, 4, 4, 0}},
        {"rollback", "A3(5A(" FUZZ_ICCID_2 ")0500)||BF58(8101FF)|", {0, 4, 3, 4}},
        {"refresh", "A3(5A(" FUZZ_ICCID_2 ")0500)|00", {0, 5}},
        {"fallback", "A8(5A(" FUZZ_ICCID_2 "))|BF5D(8101FF)|BF5E(8101FF)|A900", {0, 3, 3, 0}},
        {"delete", "A4(5A(" FUZZ_ICCID_1 "))A5(5A(" FUZZ_ICCID_1 "))|", {0, 4}},
        {"list", "BF2D(A0(95(02))5C(5A9F70))A600A700BF65(80(61))", {0}},
        {"immediate", "A7(800081(88370A)82(736D6470))|BF5A(8101FF)", {0, 3}},
        {"eco", "A8(80(65696D32)81(782E6578616D706C65)82(02)83(05)84(FF))|AB00|A9(80(65696D32))", {1, 1, 1}},
        {"eco-update", "AA(80(65696D31)83(0A))|AB00|A9(80(65696D31))", {1, 1, 1}},
        {"signed", "80(65696D31)5A(89049032123451234512345678901235)81(05)82(01020304)A0(AB00)", {2}},
        {"signed-psmo",
         "80(65696D31)5A(89049032123451234512345678901235)81(05)82(01020304)A0(A3(5A(" FUZZ_ICCID_2 ")))",
         {2}},
        {"results", "BF2D00|BF2D00|BF2D00|BF2B(8200)|BF30(80(03))", {0, 0, 0, 3, 3}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        BUF_LOCAL records = {0};
        const char *at = rows[i].records;
        for (size_t k = 0;; k++) {
            char digits[512];
            size_t n = strcspn(at, "|");
            BUF_LOCAL content = {0};
            (void)snprintf(digits, sizeof digits, "%.*s", (int)n, at);
            fuzz_put_hex(&content, digits);
            fuzz_put_record(&records, rows[i].kinds[k], buf_slice(&content));
            if (at[n] == 0) break;
            at += n + 1;
        }
        corpus_write("eim_package", rows[i].name, "000100000000", buf_slice(&records));
        if (i < 4) {
            char name[64];
            (void)snprintf(name, sizeof name, "%s-both", rows[i].name);
            corpus_write("eim_package", name, "010100000000", buf_slice(&records));
        }
    }
}

static void bound_packages(void)
{
    static const char *const headers[] = {
        "0000000000000008 000000", "0001000000000001 000000", "0103100000004008 000000", "0200000000001004 000000",
        "0000000105000000 000000", "0002000608003000 000000", "0000000003010000 000000"};
    static const char *const more[] = {"",
                                       "9903010640",
                                       "B705800300F110",
                                       "BF220B3009800388370AA1020500",
                                       "9F6701FF",
                                       "990301 0640B705800300F110",
                                       "9F7B01FF"};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        BUF_LOCAL metadata = {0};
        BUF_LOCAL package = {0};
        BUF_LOCAL configure = {0};
        BUF_LOCAL records = {0};
        char name[32];
        fuzz_profile("980010100000000003F1", more[i], &metadata, &package);
        fuzz_put_hex(&configure, i & 1 ? "BF24(BF7B(06(88370A)))" : "BF2400");
        fuzz_put_record(&records, 0, buf_slice(&metadata));
        fuzz_put_record(&records, 1, buf_slice(&configure));
        fuzz_put_record(&records, 2, buf_slice(&package));
        if (i == 6) fuzz_put_record(&records, 3, slice_text("\x88\x00"));
        (void)snprintf(name, sizeof name, "package-%zu", i);
        corpus_write("bpp", name, headers[i], buf_slice(&records));
    }
}

/* Packages for src/saip: our own, and the recorded one of a real card. */
static void profile_packages(void)
{
    static const char *const profiles[] = {"tiny", "operational", "tuak", "test", "bootstrap"};
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        char path[128];
        BUF_LOCAL der = {0};
        (void)snprintf(path, sizeof path, "profiles/%s.der", profiles[i]);
        fuzz_read_source(path, &der);
        corpus_write("saip", profiles[i], "0500", buf_slice(&der));
    }
    struct kat *recorded = kat_open("real-session.txt");
    FUZZ_CHECK(recorded, "real-session.txt");
    corpus_write("saip", "recorded", "0504", kat_slice(recorded, "ppk.upp"));
    kat_free(recorded);
}

static void from_sources(void)
{
    static const char *const certificates[] = {"ci-nist",     "ci-brainpool", "eum-nist",        "euicc-nist",
                                               "dpauth-nist", "dppb-nist",    "dpauth-brainpool"};
    static const char *const profiles[] = {"tiny", "operational", "tuak", "test", "bootstrap"};
    for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++) {
        char path[128];
        BUF_LOCAL der = {0};
        (void)snprintf(path, sizeof path, "certs/sgp26/%s.der", certificates[i]);
        fuzz_read_source(path, &der);
        write_input("certificate", certificates[i], buf_slice(&der));
        if (i < 2) write_input("tlv", certificates[i], buf_slice(&der));
    }
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        char path[128];
        BUF_LOCAL der = {0};
        BUF_LOCAL source = {0};
        (void)snprintf(path, sizeof path, "profiles/%s.der", profiles[i]);
        fuzz_read_source(path, &der);
        (void)snprintf(path, sizeof path, "profiles/%s.profile", profiles[i]);
        fuzz_read_source(path, &source);
        corpus_write("profile_source", profiles[i], "00", buf_slice(&source));
        (void)snprintf(path, sizeof path, "%s-der", profiles[i]);
        corpus_write("profile_source", path, "01", buf_slice(&der));
        if (i == 0) write_input("tlv", path, buf_slice(&der));
    }
    for (size_t i = 0; euicc_personality_name(i); i++) {
        const char *name = euicc_personality_name(i);
        write_input("personality", name, slice_text(euicc_personality_text(name)));
    }
}

static int load_old(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct kat *old = ctx;
    int result = EUICC_OK;
    for (size_t i = 0; i < kat_count(old, "card") && result == EUICC_OK; i++) {
        struct slice key = kat_slicef(old, "card.%zu.key", i);
        struct slice value = kat_slicef(old, "card.%zu.value", i);
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)key.n, (const char *)key.p);
        result = put(put_ctx, name, value.p, value.n);
    }
    return result;
}

/* A card of version 1, whose packages are installed when it is restored. */
static void old_image(void)
{
    struct kat *old = kat_open("card-version-1.txt");
    const struct euicc_env env = {.ctx = old, .load = load_old};
    struct store *store;
    BUF_LOCAL image = {0};
    FUZZ_CHECK(old && store_new(&store, &env, NULL) == OK, "card-version-1.txt");
    FUZZ_CHECK(store_snapshot(store, &image) == OK, "snapshot");
    corpus_write("card_image", "version-1", "0100", buf_slice(&image));
    store_free(store);
    kat_free(old);
}

static void images(void)
{
    static const char *const edits[] = {"",
                                        "0300 0101 0400 0101",
                                        "0500 0200FF",
                                        "0700 0300 3000",
                                        "0A00 0202 78",
                                        "1000 0500 80010183",
                                        "0100 0101 0200 0101"};
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        char name[32];
        BUF_LOCAL bytes = {0};
        fuzz_put_hex(&bytes, edits[i]);
        (void)snprintf(name, sizeof name, "edit-%zu", i);
        corpus_write("card_image", name, i & 1 ? "0201" : "0200", buf_slice(&bytes));
    }
    uint8_t *image;
    size_t n;
    FUZZ_CHECK(euicc_snapshot(fuzz_bench(FUZZ_CONSUMER)->cards[FUZZ_EMPTY], &image, &n) == EUICC_OK, "snapshot");
    corpus_write("card_image", "whole", "0100", slice_of(image, n));
    corpus_write("card_image", "header", "0000", slice_of(image, n < 40 ? n : 40));
    free(image);
}

static void frames(void)
{
    static const char *const streams[] = {
        "00 0001 01 0001 04 0005 00A4000C02 0001 02 0001 00",
        "01 0001 01 0016 00A4040010A0000005591010FFFFFFFF890000010000 000B 80E2910006BF3E035C015A 0005 80C0000015",
        "00 0000 0002 0102 0001 07 0001 04", "01 0001 01 0005 80F2000000 00FF 00"};
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        char name[32];
        BUF_LOCAL bytes = {0};
        fuzz_put_hex(&bytes, streams[i]);
        (void)snprintf(name, sizeof name, "stream-%zu", i);
        write_input("vpcd_frames", name, buf_slice(&bytes));
    }
}

/* What no double does. */
static void odd_scripts(void)
{
    static const struct {
        const char *name;
        const char *digits;
    } rows[] = {
        {"channels", "0000000002 000005 0070000001 000016 01A4040010A0000005591010FFFFFFFF890000010000 000006 "
                     "81E2910003BF 000005 0070800100 000005 0070000001"},
        {"storage-fails", "0000000101 010014 BF3111A00C5A0A980010100000000002F1810100 020000 030000 050000 060000"},
        {"random-fails", "0000010002 010003 BF2E00 010003 BF2E00 050000 060000"},
        {"files", "0000000002 000007 00A40004023F00 000007 00A40004022FE2 000005 00B000000A 000005 00F2000000"},
        {"refresh", "0000000002 000014 8010000013 FFFFFFFF7F8F00DFFF00001FE28A0DFE0F 010014 "
                    "BF3111A00C5A0A980010100000000002F18101FF 040001 00 020000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        BUF_LOCAL bytes = {0};
        fuzz_put_hex(&bytes, rows[i].digits);
        write_input("apdu_script", rows[i].name, buf_slice(&bytes));
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    folder = argv[1];
    struct kat *keys = kat_open("sgp26.txt");
    if (!keys) return 2;
    download(keys, FUZZ_CONSUMER, LPA_SEGMENT_LPAC, "download");
    download(keys, FUZZ_IOT, LPA_SEGMENT_CUT, "download-iot");
    consumer_requests();
    iot_requests();
    package_script(fuzz_bench(FUZZ_IOT));
    packages();
    bound_packages();
    profile_packages();
    from_sources();
    images();
    old_image();
    frames();
    odd_scripts();
    corpus_uicc();
    corpus_wire();
    corpus_known();
    kat_free(keys);
    return 0;
}
