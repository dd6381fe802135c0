/* The card as the fuzzer: rules that turn its answers hostile on their way to the reader (the language is in
 * tools/mutate/README.md). Pure: rules, seed and commands in, answers, delays and words out; no file, no clock, no
 * socket. The same rules, seed and dialogue give the same bytes and the same words. What is behind stays a right card:
 * only rules that say "card:" ask it for something, a signature of its own over contents that are wrong.
 * Called by src/cli (run --mutate) and by tests/fuzz. */
#ifndef SOFTEUICC_MUTATE_MUTATE_H
#define SOFTEUICC_MUTATE_MUTATE_H

#include "base/slice.h"
#include "euicc.h"

/* The card behind the rules. Results are those of euicc.h. */
struct mutate_card {
    void *ctx;
    int (*transmit)(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn);
    /* As euicc_sign_again(). NULL: "card:" rules do nothing. */
    int (*sign_again)(void *ctx, struct euicc_bytes was, const uint8_t signature[64], struct euicc_bytes becomes,
                      uint8_t out[64]);
    /* The association token of the index-th eIM, 0 without one: it is signed with results but not part of them (SGP.32
     * 2.11.2.1). False: past the end. NULL: no eIMs. */
    bool (*token)(void *ctx, size_t index, uint32_t *token);
};
/* Those of a card; it is borrowed. */
struct mutate_card mutate_card_of(euicc *card);

/* One line for each rule that fires, without a line end: "rule 3 (line 12), ES10c.GetEID: status 9000 became 6A80". */
typedef void (*mutate_say)(void *ctx, const char *line);

struct mutate;
/* Reads a rule file. EUICC_BAD_ARGUMENT: *why says "line N: ..., expected ...". The rules do not fire before
 * mutate_begin(). */
int mutate_new(struct mutate **out, struct slice rules, uint64_t seed, struct euicc_diagnostic *why);
void mutate_begin(struct mutate *m, const struct mutate_card *card, mutate_say say, void *say_ctx);
void mutate_free(struct mutate *m);
size_t mutate_count(const struct mutate *m); /* rules */

/* One command. As euicc_transmit(); *delay_ms is how long the answer has to wait, 0 mostly. EUICC_MUTE until the next
 * mutate_power() once a rule made the card mute. */
int mutate_transmit(struct mutate *m, struct slice capdu, uint8_t *rapdu, size_t cap, size_t *rn, unsigned *delay_ms);
/* After power on (cold) or reset with the ATR of the card, which a rule may change. */
void mutate_power(struct mutate *m, bool cold, struct euicc_atr *atr);
/* The ATR asked for without power on: that of the last mutate_power(), if a rule changed it. */
void mutate_atr(const struct mutate *m, struct euicc_atr *atr);

#endif
