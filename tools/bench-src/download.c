/* Whole downloads in process: the time inside the card against the same work in bare OpenSSL calls, in turns; and what
 * an APDU costs on a card with 1 and with 50 profiles and their notifications. Usage: download SMALL_PACKAGE (a DER
 * package, installed 50 times). Figures: download_card_us, download_openssl_us, download_vs_openssl, download_apdus,
 * get_eid_1_us, get_eid_50_us, apdu_cost_50_vs_1, nickname_1_us, nickname_50_us, nickname_cost_50_vs_1. */
#include "bench.h"
#include "openssl_ops.h"
#include "server.h"
#include "timed_card.h"

#include "base/tlv.h"

#include <stdio.h>

enum { DOWNLOADS = 41, MANY = 50, ROUNDS = 200, PER_ROUND = 50 };

/* A card with an LPA on it. */
struct bench_card {
    struct timed_card timed;
    struct lpa lpa;
};

/* The text that every card of this program gets. */
static const char *personality;

static void card_init(struct bench_card *card)
{
    /* blocks as lpac cuts them */
    struct lpa_options options = {.channel = -1, .block_size = 120};
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

static void download(struct bench_card *card, struct server *server)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!lpa_download(&card->lpa, server->dp, NULL, &result))
        bench_die("download: stage %d: %s", (int)result.stage, result.error);
}

static void download_against_openssl(void)
{
    double card_us[DOWNLOADS];
    double openssl_us[DOWNLOADS];
    struct bench_card card;
    struct server server;
    BUF_LOCAL package = {0};
    server_real_package(&package);
    server_init(&server, buf_slice(&package));
    card_init(&card);
    struct openssl_ops *ops = openssl_ops_new(package.n);
    openssl_ops_run(ops);
    size_t apdus = 0;
    for (unsigned i = 0; i < DOWNLOADS; i++) {
        server_offer(&server, i);
        size_t apdus_before = card.lpa.apdus;
        card.timed.inside_us = 0;
        download(&card, &server);
        card_us[i] = card.timed.inside_us;
        apdus = card.lpa.apdus - apdus_before;
        server_clean_up(&card.lpa, SLICE(server.iccid));
        openssl_us[i] = openssl_ops_run(ops);
    }
    openssl_ops_free(ops);
    card_free(&card);
    server_free(&server);
    double card_median = bench_median(card_us, DOWNLOADS);
    double openssl_median = bench_median(openssl_us, DOWNLOADS);
    bench_figure("download_card_us", card_median, "us");
    bench_figure("download_openssl_us", openssl_median, "us");
    bench_figure("download_vs_openssl", card_median / openssl_median, "ratio");
    bench_figure("download_apdus", (double)apdus, "APDUs");
}

static void fill(struct bench_card *card, struct slice package, unsigned profiles)
{
    struct server server;
    card_init(card);
    server_init(&server, package);
    for (unsigned i = 0; i < profiles; i++) {
        server_offer(&server, i);
        download(card, &server);
    }
    server_free(&server);
}

static double sample_get_eid(struct bench_card *card)
{
    char eid[33];
    card->timed.inside_us = 0;
    for (size_t i = 0; i < PER_ROUND; i++) {
        if (!lpa_get_eid(&card->lpa, eid)) bench_die("GetEID: %s", card->lpa.error);
    }
    return card->timed.inside_us / PER_ROUND;
}

/* Of the profile that server_offer(0) made: on both cards the first one. */
static double sample_nickname(struct bench_card *card, struct slice iccid)
{
    card->timed.inside_us = 0;
    for (size_t i = 0; i < PER_ROUND; i++) {
        const char *name = i % 2 ? "one" : "two";
        if (lpa_set_nickname(&card->lpa, iccid, slice_text(name)) != 0) bench_die("SetNickname: %s", card->lpa.error);
    }
    return card->timed.inside_us / PER_ROUND;
}

static void growth_figures(const char *function, const char *ratio, double *one, double *many)
{
    char name[64];
    double one_us = bench_median(one, ROUNDS);
    double many_us = bench_median(many, ROUNDS);
    snprintf(name, sizeof name, "%s_1_us", function);
    bench_figure(name, one_us, "us");
    snprintf(name, sizeof name, "%s_%d_us", function, MANY);
    bench_figure(name, many_us, "us");
    bench_figure(ratio, many_us / one_us, "ratio");
}

static void growth(struct slice package)
{
    static double eid[2][ROUNDS];
    static double nickname[2][ROUNDS];
    struct bench_card one;
    struct bench_card many;
    fill(&one, package, 1);
    fill(&many, package, MANY);
    struct lpa_profiles profiles;
    struct lpa_notifications notifications;
    if (!lpa_get_profiles_info(&many.lpa, (struct slice){0}, (struct slice){0}, &profiles) || profiles.n != MANY)
        bench_die("the full card does not list %d profiles", MANY);
    BUF_LOCAL iccid = {0};
    buf_append(&iccid, profiles.list[0].iccid);
    if (!lpa_list_notification(&many.lpa, -1, &notifications) || notifications.n < MANY)
        bench_die("the full card does not list %d notifications", MANY);
    for (size_t i = 0; i < ROUNDS; i++) {
        eid[0][i] = sample_get_eid(&one);
        eid[1][i] = sample_get_eid(&many);
        nickname[0][i] = sample_nickname(&one, buf_slice(&iccid));
        nickname[1][i] = sample_nickname(&many, buf_slice(&iccid));
    }
    growth_figures("get_eid", "apdu_cost_50_vs_1", eid[0], eid[1]);
    growth_figures("nickname", "nickname_cost_50_vs_1", nickname[0], nickname[1]);
    card_free(&one);
    card_free(&many);
}

int main(int argc, char **argv)
{
    BUF_LOCAL small = {0};
    BUF_LOCAL text = {0};
    if (argc != 3) bench_die("usage: download SMALL_PACKAGE PERSONALITY_FILE");
    bench_read_file(argv[1], &small);
    bench_read_file(argv[2], &text);
    buf_byte(&text, 0);
    personality = (const char *)text.p;
    download_against_openssl();
    growth(buf_slice(&small));
}
