/* eUICC packages in process (SGP.32 5.9.1): the time inside the card for one with one PSMO (setDefaultDpAddress)
 * against one ECDSA verification and one signature in bare OpenSSL calls, in turns; and what it costs on a card with
 * one and with the most eIMs and stored results, and with 1 and 50 profiles. Usage: package SMALL_PACKAGE (a DER
 * profile package, installed 50 times). Figures: package_card_us, package_openssl_us, package_vs_openssl,
 * package_cost_8_vs_1_eims, package_cost_16_vs_1_results, package_cost_50_vs_1_profiles. */
#include "bench.h"
#include "ipa.h"
#include "openssl_ops.h"
#include "server.h"
#include "timed_card.h"

#include <stdio.h>

enum { ROUNDS = 401, EIMS = 8, RESULTS = 16, PROFILES = 50 };

/* A card with an IPA on it and the eIMs that manage it; the last one sends the packages. */
struct bench_card {
    struct timed_card timed;
    struct ipa ipa;
    struct eim eims[EIMS];
    size_t eim_count;
    unsigned sent;
    bool keep_results; /* they stay on the card, which drops the oldest one when it is full */
};

static void card_init(struct bench_card *card, size_t eim_count)
{
    struct lpa_options options = {.channel = -1};
    struct lpa_reader reader;
    struct eim *eims[EIMS];
    struct smdpp_config trusted;
    *card = (struct bench_card){.eim_count = eim_count};
    timed_card_init(&card->timed, euicc_personality_text("iot"), &reader);
    ipa_init(&card->ipa, &reader, &options, SGP32_1_2);
    if (!lpa_open(&card->ipa.lpa)) bench_die("opening the card: %s", card->ipa.lpa.error);
    for (size_t i = 0; i < eim_count; i++) {
        char id[16];
        snprintf(id, sizeof id, "eim-%zu", i);
        const struct eim_config config = {.id = id, .seed = slice_text("bench"), .version = SGP32_1_2};
        eims[i] = &card->eims[i];
        if (!eim_init(eims[i], &config)) bench_die("eIM: %s", eims[i]->error);
    }
    struct kat *keys = kat_open("sgp26.txt");
    if (!keys || !smdpp_config_sgp26(&trusted, keys, TEST_P256, 1)) bench_die("the SGP.26 test keys cannot be read");
    if (!ipa_associate(&card->ipa, eims, eim_count, true, trusted.anchors, trusted.anchor_count))
        bench_die("association: %s", card->ipa.lpa.error);
    kat_free(keys);
}

static void card_free(struct bench_card *card)
{
    ipa_free(&card->ipa);
    timed_card_free(&card->timed);
    for (size_t i = 0; i < card->eim_count; i++)
        eim_free(&card->eims[i]);
}

/* Microseconds inside the card for one package with another address each time. The result is checked. */
static double one_package(struct bench_card *card)
{
    struct eim *eim = &card->eims[card->eim_count - 1];
    struct eim_op op = {.kind = EIM_OP_DEFAULT_DP, .address = card->sent++ % 2 ? "one.example.com" : "two.example.com"};
    const struct eim_order order = {.ops = &op, .n = 1};
    struct eim_result result;
    EIM_PACKAGE_LOCAL package = {0};
    if (!eim_sign(eim, &order, &package)) bench_die("package: %s", eim->error);
    card->timed.inside_us = 0;
    if (!ipa_load_euicc_package(&card->ipa, buf_slice(&package.request))) bench_die("package: %s", card->ipa.lpa.error);
    double took = card->timed.inside_us;
    if (!eim_check_result(eim, &package, buf_slice(&card->ipa.lpa.response), &result) || result.n != 1 ||
        result.data[0].code != 0)
        bench_die("package: %s", eim->error);
    if (!card->keep_results && ipa_remove(&card->ipa, (uint32_t)result.sequence_number) != 0)
        bench_die("the result cannot be removed: %s", card->ipa.lpa.error);
    return took;
}

static void package_against_openssl(void)
{
    static double card_us[ROUNDS];
    static double openssl_us[ROUNDS];
    static struct bench_card card;
    card_init(&card, 1);
    struct openssl_ops *ops = openssl_ops_new(0);
    one_package(&card);
    openssl_ops_verify_and_sign(ops);
    for (size_t i = 0; i < ROUNDS; i++) {
        card_us[i] = one_package(&card);
        openssl_us[i] = openssl_ops_verify_and_sign(ops);
    }
    openssl_ops_free(ops);
    card_free(&card);
    double card_median = bench_median(card_us, ROUNDS);
    double openssl_median = bench_median(openssl_us, ROUNDS);
    bench_figure("package_card_us", card_median, "us");
    bench_figure("package_openssl_us", openssl_median, "us");
    bench_figure("package_vs_openssl", card_median / openssl_median, "ratio");
}

/* Both cards in turns. */
static void ratio(const char *name, struct bench_card *one, struct bench_card *many)
{
    static double samples[2][ROUNDS];
    one_package(one);
    one_package(many);
    for (size_t i = 0; i < ROUNDS; i++) {
        samples[0][i] = one_package(one);
        samples[1][i] = one_package(many);
    }
    bench_figure(name, bench_median(samples[1], ROUNDS) / bench_median(samples[0], ROUNDS), "ratio");
    card_free(one);
    card_free(many);
}

static size_t describe(const struct bench_card *card, bool results)
{
    struct euicc_description d;
    if (euicc_describe(card->timed.card, &d) != EUICC_OK) bench_die("the card cannot be described");
    return results ? d.package_result_count : d.eim_count;
}

static void install(struct bench_card *card, struct slice package, unsigned profiles)
{
    struct server server;
    server_init(&server, package);
    for (unsigned i = 0; i < profiles; i++) {
        LPA_DOWNLOAD_LOCAL result = {0};
        server_offer(&server, i);
        if (!lpa_download(&card->ipa.lpa, server.dp, NULL, &result))
            bench_die("download: stage %d: %s", (int)result.stage, result.error);
    }
    server_free(&server);
}

static void growth(struct slice package)
{
    static struct bench_card one;
    static struct bench_card many;
    card_init(&one, 1);
    card_init(&many, EIMS);
    if (describe(&many, false) != EIMS) bench_die("the full card does not hold %d eIMs", EIMS);
    ratio("package_cost_8_vs_1_eims", &one, &many);

    card_init(&one, 1);
    card_init(&many, 1);
    many.keep_results = true;
    for (int i = 0; i < RESULTS; i++)
        one_package(&many);
    if (describe(&many, true) != RESULTS) bench_die("the full card does not hold %d results", RESULTS);
    ratio("package_cost_16_vs_1_results", &one, &many);

    card_init(&one, 1);
    card_init(&many, 1);
    install(&one, package, 1);
    install(&many, package, PROFILES);
    ratio("package_cost_50_vs_1_profiles", &one, &many);
}

int main(int argc, char **argv)
{
    BUF_LOCAL small = {0};
    if (argc != 2) bench_die("usage: package SMALL_PACKAGE");
    FILE *file = fopen(argv[1], "rb");
    if (!file) bench_die("%s cannot be read", argv[1]);
    uint8_t piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(&small, slice_of(piece, n));
    fclose(file);
    package_against_openssl();
    growth(buf_slice(&small));
}
