/* Personality texts. Oracles: a refusal names the line; what is taken is taken again with the same fields after a copy;
 * a card that is made of it starts, and its EUICCInfo2 is DER (one in 32, since making a card takes its time). */
#include "fuzz.h"

#include "euicc.h"
#include "model/personality.h"

static int draw(void *ctx, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)fuzz_random(ctx);
    return EUICC_OK;
}

static void exchange(euicc *card, const char *command, struct buf *answer)
{
    static uint8_t rapdu[65538];
    size_t n = 0;
    BUF_LOCAL capdu = {0};
    fuzz_put_hex(&capdu, command);
    FUZZ_CHECK(euicc_transmit(card, capdu.p, capdu.n, rapdu, sizeof rapdu, &n) == EUICC_OK && n >= 2, "%s", command);
    buf_append(answer, slice_of(rapdu, n - 2));
    if (rapdu[n - 2] == 0x61) exchange(card, "80C0000000", answer);
}

static void make_card(const char *text)
{
    uint64_t random = 0x2545f4914f6cdd1du;
    const struct euicc_env env = {.ctx = &random, .random = draw};
    const struct euicc_config config = {.eid = "89049032123451234512345678901235", .personality = text};
    struct euicc_diagnostic why;
    struct euicc_atr atr;
    euicc *card;
    BUF_LOCAL answer = {0};
    FUZZ_CHECK(euicc_create(&card, &config, &env, &why) == EUICC_OK, "%s", why.text);
    FUZZ_CHECK(euicc_power_on(card, &atr) == EUICC_OK && atr.n > 2 && atr.n <= 33, "ATR of %zu bytes", atr.n);
    exchange(card, "00A4040010A0000005591010FFFFFFFF890000010000", &answer);
    FUZZ_CHECK(tlv_strict(buf_slice(&answer), TLV_DEPTH_MAX, NULL), "the FCI is not DER");
    buf_reset(&answer);
    exchange(card, "80E2910003BF220000", &answer);
    FUZZ_CHECK(tlv_strict(buf_slice(&answer), TLV_DEPTH_MAX, NULL), "EUICCInfo2 is not DER");
    euicc_destroy(card);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct personality p;
    struct personality copy;
    char why[256] = "";
    char *text = malloc(n + 1);
    if (!text) abort();
    memcpy(text, data, n);
    text[n] = 0;
    if (personality_parse(&p, text, why)) {
        uint32_t hash = (uint32_t)n;
        for (size_t i = 0; i < n; i++)
            hash = hash * 31 + data[i];
        FUZZ_CHECK(personality_copy(&p, &copy), "no copy");
        FUZZ_CHECK(slice_equal(buf_slice(&p.rat), buf_slice(&copy.rat)) && strcmp(p.name, copy.name) == 0,
                   "the copy differs");
        FUZZ_CHECK(tlv_strict(buf_slice(&p.rat), TLV_DEPTH_MAX, NULL), "the RAT is not DER");
        personality_free(&copy);
        if (hash % 32 == 0) make_card(text);
        personality_free(&p);
    } else {
        FUZZ_CHECK(strlen(why) > 3 && strlen(why) < sizeof why, "refused without a word: %s", why);
    }
    free(text);
    return 0;
}
