/* Rule files of run --mutate and the dialogue behind them. An input is 2 bytes (seed, what the card does), a rule file
 * up to a NUL byte, then records of script.c: a command (kind even) or the card's next answer (odd). Oracles: a refusal
 * names a line; an answer has a status word and fits; the same input gives the same answers and words; mute ends with
 * power. */
#include "fuzz.h"

#include "mutate/mutate.h"

enum { ROOM = 4096, COMMANDS_MAX = 64 };

struct card {
    struct slice records; /* those that are left: answers are taken from them */
    uint8_t mode;
};

static int card_transmit(void *ctx, const uint8_t *capdu, size_t n, uint8_t *rapdu, size_t cap, size_t *rn)
{
    struct card *card = ctx;
    struct fuzz_record r;
    struct slice in = card->records;
    if (card->mode & 1 && n && capdu[n - 1] == 0x77) return EUICC_MUTE;
    while (fuzz_next_record(&in, &r)) {
        if (!(r.kind & 1) || r.content.n < 2 || r.content.n > cap) continue;
        memcpy(rapdu, r.content.p, r.content.n);
        *rn = r.content.n;
        card->records = in;
        return EUICC_OK;
    }
    rapdu[0] = 0x90;
    rapdu[1] = 0x00;
    *rn = 2;
    return EUICC_OK;
}

/* Every signature is taken; the new one is made of the first bytes. */
static int card_sign_again(void *ctx, struct euicc_bytes was, const uint8_t signature[64], struct euicc_bytes becomes,
                           uint8_t out[64])
{
    const struct card *card = ctx;
    if (card->mode & 2 || was.n == 0) return EUICC_BAD_ARGUMENT;
    for (size_t i = 0; i < 64; i++)
        out[i] = (uint8_t)(signature[i] ^ (becomes.n ? becomes.p[i % becomes.n] : 0));
    return EUICC_OK;
}

static bool card_token(void *ctx, size_t index, uint32_t *token)
{
    (void)ctx;
    *token = (uint32_t)index;
    return index < 3;
}

static void say(void *ctx, const char *line)
{
    struct buf *words = ctx;
    FUZZ_CHECK(strncmp(line, "rule ", 5) == 0, "%s", line);
    buf_append(words, slice_text(line));
    buf_byte(words, '\n');
}

/* One command on an exact copy; its answer goes to *out. */
static void exchange(struct mutate *m, struct slice capdu, struct buf *out)
{
    static uint8_t rapdu[ROOM];
    size_t n = 0;
    unsigned delay = 0;
    uint8_t *copy = malloc(capdu.n ? capdu.n : 1);
    if (!copy) abort();
    if (capdu.n) memcpy(copy, capdu.p, capdu.n);
    int result = mutate_transmit(m, slice_of(copy, capdu.n), rapdu, sizeof rapdu, &n, &delay);
    free(copy);
    FUZZ_CHECK(result != EUICC_OK || (n >= 2 && n <= sizeof rapdu), "an answer of %zu bytes", n);
    FUZZ_CHECK(result == EUICC_OK || result == EUICC_MUTE, "%s", euicc_result_text(result));
    buf_append(out, slice_of(rapdu, result == EUICC_OK ? n : 0));
    buf_byte(out, (uint8_t)delay);
}

static void start(struct mutate *m, bool cold, struct buf *out)
{
    struct euicc_atr atr = {{0x3b, 0x00}, 2};
    mutate_power(m, cold, &atr);
    FUZZ_CHECK(atr.n >= 1 && atr.n <= sizeof atr.bytes, "an ATR of %zu bytes", atr.n);
    buf_append(out, slice_of(atr.bytes, atr.n));
    atr = (struct euicc_atr){{0x3b, 0x00}, 2};
    mutate_atr(m, &atr);
    FUZZ_CHECK(atr.n >= 1 && atr.n <= sizeof atr.bytes, "an ATR of %zu bytes", atr.n);
}

static void play(struct mutate *m, uint8_t mode, struct slice records, struct buf *out)
{
    struct card state = {records, mode};
    const struct mutate_card card = {&state, card_transmit, mode & 4 ? NULL : card_sign_again,
                                     mode & 8 ? NULL : card_token};
    struct fuzz_record r;
    unsigned commands = 0;
    mutate_begin(m, &card, say, out);
    start(m, true, out);
    while (commands++ < COMMANDS_MAX && fuzz_next_record(&records, &r)) {
        if (r.kind & 1) continue;
        if (r.kind == 2) start(m, r.content.n > 0, out);
        exchange(m, r.content, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2) return 0;
    struct buf out[2] = {{0}, {0}};
    struct slice text = slice_of(data + 2, n - 2);
    const uint8_t *end = text.n ? memchr(text.p, 0, text.n) : NULL;
    struct slice records = end ? slice_skip(text, (size_t)(end - text.p) + 1) : slice_of(NULL, 0);
    if (end) text.n = (size_t)(end - text.p);
    for (int i = 0; i < 2; i++) {
        struct euicc_diagnostic why = {""};
        struct mutate *m = NULL;
        int result = mutate_new(&m, text, data[0], &why);
        FUZZ_CHECK(result == EUICC_OK || (result == EUICC_BAD_ARGUMENT && strncmp(why.text, "line ", 5) == 0), "%d %s",
                   result, why.text);
        if (result == EUICC_OK) play(m, data[1], records, &out[i]);
        mutate_free(m);
    }
    bool same = slice_equal(buf_slice(&out[0]), buf_slice(&out[1]));
    buf_free(&out[0]);
    buf_free(&out[1]);
    FUZZ_CHECK(same, "twice the same input, two answers");
    return 0;
}

static const char *const words[] = {
    "at ",
    "any",
    "power on",
    "reset",
    "ES10c.GetEID",
    "ES10b.AuthenticateServer",
    "ES10b.LoadBoundProfilePackage",
    "ES10b.PrepareDownload",
    "ES10b.LoadEuiccPackage",
    "GET RESPONSE",
    "SELECT",
    "INS 5A",
    ", ",
    "first time",
    "time 2",
    "every 2",
    "once",
    "50 %",
    "after ",
    "before ",
    "channel 1",
    "aid A0000005591010",
    "status 61xx",
    "tag BF3E",
    ": ",
    "card: ",
    "status 6A80",
    " keep data",
    "delay 5 ms",
    "mute",
    "cut to 3 bytes",
    "append 00FF",
    "flip 3 bits",
    " in ",
    "answer 9000",
    "answer as ES10b.GetRAT",
    "stale",
    "endless",
    "early",
    "set ",
    " to ",
    "\"text\"",
    "hex 0A",
    "random 9 bytes",
    "add -1 to ",
    "remove ",
    "double ",
    "reverse ",
    "retag ",
    " as 9F70",
    "length of ",
    " by +200",
    "ATR 3B00",
    "eidValue",
    "euiccSigned1/transactionId",
    "counterValue",
    "seqNumber[2]",
    "0xBF3E/0x5A",
    "\n",
    "# ",
};
enum { WORDS = sizeof words / sizeof *words };

/* Mostly a word of the language, at the place of another or between two of them; else bytes. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)
{
    uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;
    if (n < 4 || fuzz_random(&random) % 3 == 0) return LLVMFuzzerMutate(data, n, cap);
    struct slice word = slice_text(words[fuzz_random(&random) % WORDS]);
    size_t text = 2;
    while (text < n && data[text])
        text++;
    size_t at = 2 + fuzz_random(&random) % (text - 1);
    size_t drop = 0;
    if (fuzz_random(&random) % 2)
        while (at + drop < text && data[at + drop] != ' ' && data[at + drop] != '\n')
            drop++;
    if (n - drop + word.n > cap) return LLVMFuzzerMutate(data, n, cap);
    memmove(data + at + word.n, data + at + drop, n - at - drop);
    memcpy(data + at, word.p, word.n);
    return n - drop + word.n;
}

FUZZ_CROSS_OVER(2)
