/* See timed_card.h. Called by download.c and package.c. */
#include "timed_card.h"
#include "bench.h"

static bool timed_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct timed_card *card = ctx;
    static uint8_t answer[65538];
    size_t n;
    double began = bench_now_us();
    int result = euicc_transmit(card->card, capdu.p, capdu.n, answer, sizeof answer, &n);
    card->inside_us += bench_now_us() - began;
    if (result != EUICC_OK) return false;
    buf_reset(rapdu);
    buf_append(rapdu, slice_of(answer, n));
    return true;
}

static bool inner_power(void *ctx, bool on, struct buf *atr)
{
    struct timed_card *card = ctx;
    return card->inner.power(card->inner.ctx, on, atr);
}

static bool inner_reset(void *ctx, struct buf *atr)
{
    struct timed_card *card = ctx;
    return card->inner.reset(card->inner.ctx, atr);
}

static void inner_close(void *ctx)
{
    struct timed_card *card = ctx;
    if (card->inner.close) card->inner.close(card->inner.ctx);
}

void timed_card_init(struct timed_card *card, const char *personality, struct lpa_reader *reader)
{
    struct euicc_config config = {.eid = "89049032123451234512345678901235", .personality = personality};
    struct euicc_diagnostic why = {0};
    *card = (struct timed_card){0};
    if (euicc_random_new(&card->random, true, 1) != EUICC_OK) bench_die("no random source");
    struct euicc_env env = {.ctx = card->random, .random = euicc_random_bytes};
    if (euicc_create(&card->card, &config, &env, &why) != EUICC_OK) bench_die("euicc_create: %s", why.text);
    if (!lpa_reader_card(&card->inner, card->card)) bench_die("no reader");
    *reader = (struct lpa_reader){card, timed_transmit, inner_power, inner_reset, inner_close};
}

void timed_card_free(struct timed_card *card)
{
    euicc_destroy(card->card);
    euicc_random_free(card->random);
}
