/* What an enabled profile costs, in process: installing a package of 12 KB against the AES and CMAC time of its bytes,
 * READ BINARY, AUTHENTICATE against the bare Milenage computation, SELECT by path with 250 and with 2,500 files, memory
 * and disk of a profile. Usage: profile PACKAGE PERSONALITY_FILE FOLDER (a package with Milenage and test set 1 of TS
 * 35.207; a folder for a card file). Figures: install_12kb_ms, install_vs_aes, read_binary_per_s, authenticate_us,
 * authenticate_vs_milenage, select_path_250_us, select_path_2500_us, select_path_2500_vs_250, heap_per_profile_kb,
 * disk_per_profile_kb, install_2500_vs_250_files. */
#include "auc.h"
#include "bench.h"
#include "outside.h"
#include "server.h"
#include "timed_card.h"

#include "base/tlv.h"
#include "saip/saip.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INSTALLS = 101,
    LARGE_INSTALLS = 11,
    SEGMENT = 1007,
    ROUNDS = 101,
    PER_ROUND = 1000,
    AUTHENTICATIONS = 2000,
    PROFILES = 20
};

static const char *personality;

struct bench_card {
    struct timed_card timed;
    struct lpa lpa;
};

static void card_init(struct bench_card *card)
{
    struct lpa_options options = {.channel = -1, .block_size = 255};
    struct lpa_reader reader;
    timed_card_init(&card->timed, personality, &reader);
    lpa_init(&card->lpa, &reader, &options);
    if (!lpa_open(&card->lpa)) bench_die("opening the card: %s", card->lpa.error);
}

static void card_free(struct bench_card *card)
{
    lpa_free(&card->lpa);
    timed_card_free(&card->timed);
}

static void install(struct bench_card *card, struct server *server, unsigned number)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    server_offer(server, number);
    if (!lpa_download(&card->lpa, server->dp, NULL, &result))
        bench_die("download: stage %d: %s", (int)result.stage, result.error);
}

static void enable(struct bench_card *card, const struct server *server)
{
    BUF_LOCAL id = {0};
    tlv_put(&id, 0x5a, SLICE(server->iccid));
    if (lpa_enable_profile(&card->lpa, buf_slice(&id), false) != 0) bench_die("EnableProfile: %s", card->lpa.error);
}

/* One command without secure messaging; ends the program unless it answers `expected`. */
static size_t command(struct bench_card *card, const void *bytes, size_t n, uint16_t expected, const char *what)
{
    static uint8_t answer[65538];
    size_t answer_n = 0;
    int result = euicc_transmit(card->timed.card, bytes, n, answer, sizeof answer, &answer_n);
    if (result != EUICC_OK) bench_die("%s: %s", what, euicc_result_text(result));
    uint16_t sw = (uint16_t)(answer[answer_n - 2] << 8 | answer[answer_n - 1]);
    if (sw != expected) bench_die("%s: %04X", what, sw);
    return answer_n - 2;
}

/* ---- installation ---- */

static double install_once(const struct personality *p, struct slice package)
{
    static const struct euicc_env nothing = {0};
    struct saip_install *saip = NULL;
    struct store *store = NULL;
    struct reason reason = {0};
    struct isdp isdp;
    BUF_LOCAL waiting = {0};
    if (store_new(&store, &nothing, profile_key_is_charged) != OK) bench_die("no store");
    isdp_over(store, &isdp);
    memcpy(isdp.prefix, "isdp/A0000005591010FFFFFFFF8900001000/", sizeof "isdp/A0000005591010FFFFFFFF8900001000/");
    double began = bench_now_us();
    enum err e = saip_install_new(&saip, p, p->memory_size);
    for (size_t at = 0; e == OK && at < package.n; at += SEGMENT) {
        size_t taken;
        size_t n = package.n - at < SEGMENT ? package.n - at : SEGMENT;
        buf_append(&waiting, slice_of(package.p + at, n));
        e = saip_install_feed(saip, buf_slice(&waiting), &taken, &reason);
        if (e != OK) break;
        memmove(waiting.p, waiting.p + taken, waiting.n - taken);
        buf_truncate(&waiting, waiting.n - taken);
    }
    if (e == OK) e = saip_install_end(saip, buf_slice(&waiting), &reason);
    if (e == OK) e = saip_install_store(saip, &isdp);
    if (e == OK) e = store_commit(store, NULL);
    double us = bench_now_us() - began;
    if (e != OK) bench_die("the package is refused: expected %s, came %s", reason.expected, reason.came);
    saip_install_free(saip);
    store_free(store);
    return us;
}

/* What SCP03t costs for the same bytes: AES-CBC and AES-CMAC of each segment. */
static double protect_once(struct slice package)
{
    static const uint8_t key[16] = {1};
    static uint8_t out[SEGMENT + 16];
    uint8_t mac[16];
    double began = bench_now_us();
    for (size_t at = 0; at < package.n; at += SEGMENT) {
        size_t n = (package.n - at < SEGMENT ? package.n - at : SEGMENT) / 16 * 16;
        struct slice part = slice_of(package.p + at, n);
        if (aes128_cbc_decrypt(key, key, part, out) != OK || aes128_cmac(key, &part, 1, mac) != OK)
            bench_die("AES does not work");
    }
    return bench_now_us() - began;
}

static void installation(struct slice package)
{
    double install_us[INSTALLS];
    double aes_us[INSTALLS];
    struct personality p;
    char why[256];
    if (!personality_parse(&p, personality, why)) bench_die("%s", why);
    for (size_t i = 0; i < INSTALLS; i++) {
        install_us[i] = install_once(&p, package);
        aes_us[i] = protect_once(package);
    }
    personality_free(&p);
    double median = bench_median(install_us, INSTALLS);
    bench_figure("install_12kb_ms", median / 1000, "ms");
    bench_figure("install_vs_aes", median / bench_median(aes_us, INSTALLS), "ratio");
}

/* ---- reading ---- */

static double select_path(struct bench_card *card, const uint8_t *select, size_t n)
{
    double rounds[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        double began = bench_now_us();
        for (size_t j = 0; j < PER_ROUND; j++)
            command(card, select, n, 0x9000, "SELECT by path");
        rounds[i] = (bench_now_us() - began) / PER_ROUND;
    }
    return bench_median(rounds, ROUNDS);
}

static void reading(struct bench_card *card)
{
    static const uint8_t select_iccid[] = {0x00, 0xa4, 0x08, 0x0c, 0x02, 0x2f, 0xe2};
    static const uint8_t read_iccid[] = {0x00, 0xb0, 0x00, 0x00, 0x0a};
    double rates[ROUNDS];
    command(card, select_iccid, sizeof select_iccid, 0x9000, "SELECT EF.ICCID");
    for (size_t i = 0; i < ROUNDS; i++) {
        double began = bench_now_us();
        for (size_t j = 0; j < PER_ROUND; j++)
            command(card, read_iccid, sizeof read_iccid, 0x9000, "READ BINARY");
        rates[i] = PER_ROUND / (bench_now_us() - began) * 1e6;
    }
    bench_figure("read_binary_per_s", bench_median(rates, ROUNDS), "1/s");
}

/* ---- authentication ---- */

static const uint8_t k[16] = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f,
                              0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc};
static const uint8_t opc[16] = {0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e,
                                0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf};
static const uint8_t rand_octets[16] = {0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d,
                                        0x21, 0x8a, 0xe6, 0x4d, 0xae, 0x47, 0xbf, 0x35};
static const uint8_t amf[2] = {0x80, 0x00};

/* Each with the next sequence number, so that the card accepts and stores all of them. */
static double authenticate_once(struct bench_card *card, const struct auc_subscriber *subscriber, unsigned i)
{
    struct auc_vector vector;
    BUF_LOCAL apdu = {0};
    const uint8_t head[] = {0x00, 0x88, 0x00, 0x81, 0x22};
    const uint8_t sqn[6] = {
        0, 0, 0, (uint8_t)((i + 1) * 32 >> 16), (uint8_t)((i + 1) * 32 >> 8), (uint8_t)((i + 1) * 32)};
    if (!auc_vector(subscriber, rand_octets, sqn, amf, &vector)) bench_die("the authentication centre fails");
    buf_append(&apdu, SLICE(head));
    auc_put_command(&vector, &apdu);
    buf_byte(&apdu, 0);
    double began = bench_now_us();
    command(card, apdu.p, apdu.n, 0x9000, "AUTHENTICATE");
    return bench_now_us() - began;
}

static double milenage_once(unsigned i)
{
    uint8_t out[56];
    const uint8_t sqn[6] = {0, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
    double began = bench_now_us();
    if (!auc_milenage_bare(k, opc, rand_octets, sqn, amf, out)) bench_die("Milenage does not work");
    return bench_now_us() - began;
}

static void authentication(struct bench_card *card)
{
    static const uint8_t select_usim[] = {0x00, 0xa4, 0x04, 0x0c, 0x07, 0xa0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};
    static double card_us[AUTHENTICATIONS];
    static double bare_us[AUTHENTICATIONS];
    struct auc_subscriber subscriber;
    auc_milenage(&subscriber, k, opc);
    command(card, select_usim, sizeof select_usim, 0x9000, "SELECT ADF.USIM");
    for (unsigned i = 0; i < AUTHENTICATIONS; i++) {
        card_us[i] = authenticate_once(card, &subscriber, i);
        bare_us[i] = milenage_once(i);
    }
    double median = bench_median(card_us, AUTHENTICATIONS);
    bench_figure("authenticate_us", median, "us");
    bench_figure("authenticate_vs_milenage", median / bench_median(bare_us, AUTHENTICATIONS), "ratio");
}

/* ---- many files ---- */

static void put_fcp(struct buf *out, uint8_t descriptor, unsigned fid)
{
    const uint8_t bytes[] = {descriptor, 0x21};
    const uint8_t id[] = {(uint8_t)(fid >> 8), (uint8_t)fid};
    const uint8_t rule[] = {0x2f, 0x06, 0x01};
    const uint8_t pins[] = {0x01, 0x0a};
    bool directory = descriptor == 0x78;
    size_t fcp = tlv_open(out, 0x62);
    tlv_put(out, 0x82, SLICE(bytes));
    tlv_put(out, 0x83, SLICE(id));
    tlv_put(out, 0x8b, SLICE(rule));
    if (!directory) tlv_put_u8(out, 0x80, 0x0a);
    if (!directory) tlv_put(out, 0x88, (struct slice){0});
    if (directory) tlv_put(out, 0xc6, SLICE(pins));
    tlv_close(out, fcp);
}

/* PE-GenericFileManagement with one DF below the MF and `n` transparent EFs 4F00, 4F01, .. in it. */
static void put_directory(struct buf *out, unsigned fid, unsigned n, unsigned identification)
{
    size_t element = tlv_open(out, 0xa1);
    size_t header = tlv_open(out, 0xa0);
    tlv_put(out, 0x80, (struct slice){0});
    tlv_put_unsigned(out, 0x81, identification);
    tlv_close(out, header);
    size_t commands = tlv_open(out, 0xa1);
    size_t one = tlv_open(out, 0x30);
    tlv_put(out, 0x80, (struct slice){0});
    put_fcp(out, 0x78, fid);
    for (unsigned i = 0; i < n; i++)
        put_fcp(out, 0x41, 0x4f00 + i);
    tlv_close(out, one);
    tlv_close(out, commands);
    tlv_close(out, element);
}

/* `package` with n more files in directories of 250, in front of PE-End, which is the last element. */
static void with_files(struct slice package, unsigned n, struct buf *out)
{
    struct tlv t;
    struct slice in = package;
    while (tlv_next(&in, &t) && t.tag != 0xaa)
        buf_append(out, t.whole);
    for (unsigned i = 0; i < n / 250; i++)
        put_directory(out, 0x7f80 + i, 250, 1000 + i);
    buf_append(out, t.whole);
    if (buf_err(out) != OK) bench_die("no memory");
}

static double install_among(struct slice package, unsigned n)
{
    double us[LARGE_INSTALLS];
    struct personality p;
    char why[256];
    BUF_LOCAL large = {0};
    if (!personality_parse(&p, personality, why)) bench_die("%s", why);
    with_files(package, n, &large);
    for (size_t i = 0; i < LARGE_INSTALLS; i++)
        us[i] = install_once(&p, buf_slice(&large));
    personality_free(&p);
    return bench_median(us, LARGE_INSTALLS);
}

static double select_among(struct slice package, unsigned n)
{
    static const uint8_t select[] = {0x00, 0xa4, 0x08, 0x0c, 0x04, 0x7f, 0x80, 0x4f, 0x7d};
    struct bench_card card;
    struct server server;
    BUF_LOCAL large = {0};
    with_files(package, n, &large);
    card_init(&card);
    server_init(&server, buf_slice(&large));
    install(&card, &server, 1);
    enable(&card, &server);
    double us = select_path(&card, select, sizeof select);
    card_free(&card);
    server_free(&server);
    return us;
}

static void selection(struct slice package)
{
    double few = select_among(package, 250);
    double many = select_among(package, 2500);
    bench_figure("select_path_250_us", few, "us");
    bench_figure("select_path_2500_us", many, "us");
    bench_figure("select_path_2500_vs_250", many / few, "ratio");
    bench_figure("install_2500_vs_250_files", install_among(package, 2500) / install_among(package, 250), "ratio");
}

/* ---- sizes ---- */

static void no_notifications(struct lpa *lpa)
{
    struct lpa_notifications all;
    uint32_t numbers[LPA_LIST_MAX];
    if (!lpa_list_notification(lpa, -1, &all)) bench_die("ListNotification: %s", lpa->error);
    size_t n = all.n;
    for (size_t i = 0; i < n; i++)
        numbers[i] = all.list[i].sequence_number;
    for (size_t i = 0; i < n; i++)
        if (lpa_remove_notification(lpa, numbers[i]) != 0) bench_die("RemoveNotification: %s", lpa->error);
}

/* The size of a card file that holds this card, in bytes. */
static double size_on_disk(const euicc *card, const char *folder)
{
    char path[4096];
    struct stat st;
    uint8_t *image;
    size_t n;
    euicc *stored;
    struct outside outside = {0};
    struct euicc_diagnostic why = {0};
    const struct euicc_env env = {
        .ctx = &outside, .random = outside_random, .load = outside_load, .commit = outside_commit};
    const struct euicc_config config = {.personality = personality};
    snprintf(path, sizeof path, "%s/size-%ld.card", folder, (long)getpid());
    if (euicc_snapshot(card, &image, &n) != EUICC_OK || euicc_random_new(&outside.random, true, 1) != EUICC_OK)
        bench_die("no snapshot");
    if (euicc_file_open(&outside.file, path, NULL, EUICC_FILE_CREATE, &why) != EUICC_OK ||
        euicc_create(&stored, &config, &env, &why) != EUICC_OK)
        bench_die("%s", why.text);
    if (euicc_restore(stored, image, n) != EUICC_OK) bench_die("the snapshot cannot be restored");
    euicc_destroy(stored);
    euicc_file_close(outside.file);
    euicc_random_free(outside.random);
    free(image);
    if (stat(path, &st) != 0) bench_die("%s is not there", path);
    unlink(path);
    return (double)st.st_size;
}

static void sizes(struct slice package, const char *folder)
{
    struct bench_card card;
    struct server server;
    card_init(&card);
    server_init(&server, package);
    install(&card, &server, 0);
    no_notifications(&card.lpa);
    double disk = size_on_disk(card.timed.card, folder);
    struct mallinfo2 before = mallinfo2();
    for (unsigned i = 1; i <= PROFILES; i++) {
        install(&card, &server, i);
        no_notifications(&card.lpa);
    }
    struct mallinfo2 after = mallinfo2();
    double grown = (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd);
    bench_figure("heap_per_profile_kb", grown / PROFILES / 1024, "KiB");
    bench_figure("disk_per_profile_kb", (size_on_disk(card.timed.card, folder) - disk) / PROFILES / 1024, "KiB");
    card_free(&card);
    server_free(&server);
}

int main(int argc, char **argv)
{
    BUF_LOCAL package = {0};
    BUF_LOCAL real = {0};
    BUF_LOCAL text = {0};
    struct bench_card card;
    struct server server;
    if (argc != 4) bench_die("usage: profile PACKAGE PERSONALITY_FILE FOLDER");
    bench_read_file(argv[1], &package);
    bench_read_file(argv[2], &text);
    buf_byte(&text, 0);
    personality = (const char *)text.p;
    server_real_package(&real);
    installation(buf_slice(&real));
    card_init(&card);
    server_init(&server, buf_slice(&package));
    install(&card, &server, 1);
    enable(&card, &server);
    reading(&card);
    authentication(&card);
    card_free(&card);
    server_free(&server);
    selection(buf_slice(&package));
    sizes(buf_slice(&real), argv[3]);
}
