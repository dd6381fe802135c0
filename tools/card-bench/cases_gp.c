/* The security domain of the operator on profiles/operational, whose keys the bench has: GET DATA, secure channels
 * SCP02 and SCP03 with all that has to be refused, registry, keys, STORE DATA (GlobalPlatform Card 2.3 10, 11, E;
 * Amendment D). The host is the one of tests/lib. */
#define _GNU_SOURCE
#include "bench_bytes.h"
#include "gp_host.h"

#include "base/hex.h"
#include "cli/text.h"

#include <stdio.h>

#define SELECT_DOMAIN "00A4040C08A000000151000000"
#define GET_STATUS "80F28002024F0000"
#define NO_SESSION "6982 6985"
#define CARD_2_3 "GlobalPlatform Card 2.3 "
#define AMENDMENT_D "GlobalPlatform Amendment D "

enum { SCP02_KEYS = 0x20, SCP03_KEYS = 0x30, NEW_KEYS = 0x31 };

struct gp {
    uint8_t kvn;
    uint8_t level;
    const char *plain;  /* a command without protection */
    const char *status; /* of the answer: words of four digits, one of them */
    const char *data;   /* what its data begins with; NULL: anything */
    size_t byte;        /* of the command on its way: counted from its end */
    const char *event;  /* a command that ends the session; NULL: a reset */
};

/* ---- the host ---- */

/* README.md of profiles/. */
static void host_of(const struct bench *b, uint8_t kvn, struct gp_host *h)
{
    uint8_t *const keys[] = {h->enc, h->mac, h->dek};
    *h = (struct gp_host){.protocol = kvn < SCP03_KEYS ? 2 : 3, .kvn = kvn, .size = 16};
    for (uint8_t k = 0; k < 3; k++) {
        for (uint8_t i = 0; i < 16; i++)
            keys[k][i] = kvn == NEW_KEYS ? (uint8_t)(0xa0 + 0x10 * k + i) : (uint8_t)(0x10 * k + i);
        if (kvn != SCP02_KEYS) continue;
        for (uint8_t i = 0; i < 16; i++)
            keys[k][i] = i ? i : 0x10;
        keys[k][1] = (uint8_t)(0x10 * k + 1);
    }
    for (uint8_t i = 0; i < 8; i++)
        h->challenge[i] = (uint8_t)((b->options->seed >> (8 * i)) + 0x35 * i + b->dialogue.n);
}

static bool begin(struct bench *b)
{
    return bench_power(b, true) && bench_given(b, SELECT_DOMAIN);
}

static bool initialize(struct bench *b, struct gp_host *h, const char *clause)
{
    BUF_LOCAL command = {0};
    char text[80];
    gp_host_initialize(h, &command);
    if (!bench_command(b, buf_slice(&command))) return false;
    bool good = bench_status(b) == 0x9000 && gp_host_initialized(h, bench_data(b));
    return bench_expect(b, good, clause, "an answer of the right form with the card cryptogram of these keys", "%s%s%s",
                        hex_short(buf_slice(&b->answer), text, sizeof text), bench_status(b) == 0x9000 ? ": " : "",
                        bench_status(b) == 0x9000 ? h->error : "");
}

static bool open_session(struct bench *b, struct gp_host *h, uint8_t level)
{
    BUF_LOCAL command = {0};
    if (!initialize(b, h, CARD_2_3 "E.5.1.6")) return false;
    gp_host_authenticate(h, level, &command);
    return bench_command(b, buf_slice(&command)) && bench_expect_status(b, CARD_2_3 "E.5.2.6", "9000");
}

/* The session before what the case is about. */
static bool given_session(struct bench *b, struct gp_host *h, const struct gp *g)
{
    enum section section = b->section;
    host_of(b, g->kvn, h);
    b->section = SECTION_GIVEN;
    bool good = open_session(b, h, g->level);
    b->section = section;
    return good;
}

/* A plain command under the protection of the session; the answer's protection has to be right. */
static bool send_in_session(struct bench *b, struct gp_host *h, struct slice plain, struct buf *data)
{
    BUF_LOCAL command = {0};
    gp_host_wrap(h, plain, &command);
    if (!bench_command(b, buf_slice(&command))) return false;
    return bench_expect(b, gp_host_unwrap(h, buf_slice(&b->answer), data), CARD_2_3 "10.6",
                        "an answer under the protection that was agreed", "%s", h->error);
}

static bool expect_data(struct bench *b, const char *clause, struct slice data, const char *begins)
{
    BUF_LOCAL bytes = {0};
    char text[160];
    if (!begins) return true;
    if (!bench_bytes(b, begins, &bytes)) return false;
    return bench_expect(b, slice_starts_with(data, buf_slice(&bytes)), clause, begins, "%s",
                        hex_short(data, text, sizeof text));
}

/* ---- runners ---- */

static void run_initialize(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    if (!begin(b)) return;
    host_of(b, g->kvn, &h);
    (void)initialize(b, &h, b->row->clauses);
}

/* The challenge of the session after one that succeeded is another one (computed challenges follow a counter). */
static void run_challenge(struct bench *b)
{
    const struct gp *g = b->row->argument;
    BUF_LOCAL first = {0};
    struct gp_host h;
    if (!begin(b)) return;
    host_of(b, g->kvn, &h);
    b->section = SECTION_GIVEN;
    if (!initialize(b, &h, b->row->clauses)) return;
    buf_append(&first, slice_of(bench_data(b).p + 12, g->kvn == SCP02_KEYS ? 8 : 9));
    if (!open_session(b, &h, 0x01) || !begin(b)) return;
    b->section = SECTION_TEST;
    if (!initialize(b, &h, b->row->clauses)) return;
    struct slice second = slice_of(bench_data(b).p + 12, first.n);
    (void)bench_expect(b, !slice_equal(buf_slice(&first), second), b->row->clauses,
                       "another card challenge than before", "the same answer");
}

/* A command in a session, or without one (level FF). */
static void run_command(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL data = {0};
    if (!begin(b) || !bench_bytes(b, g->plain, &plain)) return;
    if (!g->kvn) {
        if (bench_command(b, buf_slice(&plain)) && bench_expect_status(b, NULL, g->status))
            (void)expect_data(b, b->row->clauses, bench_data(b), g->data);
        return;
    }
    if (!given_session(b, &h, g) || !send_in_session(b, &h, buf_slice(&plain), &data)) return;
    if (bench_expect_status(b, NULL, g->status)) (void)expect_data(b, b->row->clauses, buf_slice(&data), g->data);
}

/* EXTERNAL AUTHENTICATE with a wrong cryptogram under a right MAC (byte 0), or with a byte changed: no session. */
static void run_authenticate(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    BUF_LOCAL command = {0};
    if (!begin(b)) return;
    host_of(b, g->kvn, &h);
    b->section = SECTION_GIVEN;
    if (!initialize(b, &h, b->row->clauses)) return;
    b->section = SECTION_TEST;
    if (!g->byte) h.host_cryptogram[7] ^= 1;
    gp_host_authenticate(&h, 0x01, &command);
    if (g->byte) command.p[command.n - g->byte] ^= 1;
    if (!bench_command(b, buf_slice(&command)) || !bench_expect_status(b, NULL, g->status)) return;
    if (bench_send(b, GET_STATUS)) (void)bench_expect_status(b, NULL, NO_SESSION);
}

/* A command of the session with one byte changed: refused, and the session is over. */
static void run_changed(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL right = {0};
    BUF_LOCAL command = {0};
    if (!begin(b) || !given_session(b, &h, g) || !bench_bytes(b, g->plain, &plain)) return;
    gp_host_wrap(&h, buf_slice(&plain), &right);
    buf_append(&command, buf_slice(&right));
    command.p[command.n - g->byte] ^= 1;
    if (!bench_command(b, buf_slice(&command)) || !bench_expect_status(b, NULL, g->status)) return;
    if (bench_command(b, buf_slice(&right))) (void)bench_expect_status(b, NULL, NO_SESSION " 6882 6E00");
}

/* The same protected command twice: the second time its MAC is not the next one. */
static void run_replay(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    if (!begin(b) || !given_session(b, &h, g) || !bench_bytes(b, g->plain, &plain)) return;
    gp_host_wrap(&h, buf_slice(&plain), &command);
    b->section = SECTION_GIVEN;
    if (!bench_command(b, buf_slice(&command)) || !bench_expect_status(b, "", "9000")) return;
    b->section = SECTION_TEST;
    if (bench_command(b, buf_slice(&command))) (void)bench_expect_status(b, NULL, g->status);
}

/* A command without the protection that was agreed. */
static void run_unprotected(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    if (!begin(b) || !given_session(b, &h, g)) return;
    if (bench_send(b, g->plain)) (void)bench_expect_status(b, NULL, g->status);
}

/* What ends a session: afterwards the domain is selected again and has none. */
static void run_end(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    if (!begin(b) || !given_session(b, &h, g)) return;
    if (g->event ? !bench_given(b, g->event) : !bench_reset(b)) return;
    if (!bench_given(b, SELECT_DOMAIN) || !bench_send(b, GET_STATUS)) return;
    (void)bench_expect_status(b, NULL, NO_SESSION);
}

/* A session is its channel's. */
static void run_channel(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    if (!begin(b) || !given_session(b, &h, g) || !bench_given(b, "0070000001") ||
        !bench_given(b, "01A4040C08A000000151000000"))
        return;
    if (bench_send(b, "81F28002024F0000")) (void)bench_expect_status(b, NULL, NO_SESSION);
}

/* ---- keys ---- */

/* PUT KEY of a whole set, its last check value wrong if `byte` says so. */
static bool put_keys(struct bench *b, struct gp_host *h, const struct gp_host *keys, size_t byte)
{
    const uint8_t head[] = {0x80, 0xd8, 0x00, 0x81, 0x00, keys->kvn};
    BUF_LOCAL plain = {0};
    BUF_LOCAL data = {0};
    buf_append(&plain, SLICE(head));
    gp_host_key_field(h, 0x88, slice_of(keys->enc, 16), &plain);
    gp_host_key_field(h, 0x88, slice_of(keys->mac, 16), &plain);
    gp_host_key_field(h, 0x88, slice_of(keys->dek, 16), &plain);
    if (buf_err(&plain) != OK) return bench_verdict(b, VERDICT_ERROR, "no memory");
    plain.p[4] = (uint8_t)(plain.n - 5);
    if (byte) plain.p[plain.n - byte] ^= 1;
    buf_byte(&plain, 0x00);
    return send_in_session(b, h, buf_slice(&plain), &data);
}

static void run_put_key(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    struct gp_host keys;
    if (!begin(b) || !given_session(b, &h, g)) return;
    host_of(b, NEW_KEYS, &keys);
    if (!put_keys(b, &h, &keys, g->byte) || !bench_expect_status(b, NULL, g->status) || !begin(b)) return;
    if (!g->byte) {
        (void)open_session(b, &keys, 0x01);
        return;
    }
    /* of three keys one is wrong: none is there */
    if (bench_send(b, "8050310008C0C1C2C3C4C5C6C700")) (void)bench_expect_status(b, NULL, "6A88");
}

/* A command in a session, and what another one says afterwards without any. */
static void run_then(struct bench *b)
{
    const struct gp *g = b->row->argument;
    struct gp_host h;
    BUF_LOCAL plain = {0};
    BUF_LOCAL data = {0};
    if (!begin(b) || !given_session(b, &h, g) || !bench_bytes(b, g->plain, &plain)) return;
    if (!send_in_session(b, &h, buf_slice(&plain), &data) || !bench_expect_status(b, NULL, "9000") || !begin(b)) return;
    if (bench_send(b, g->event) && bench_expect_status(b, NULL, g->status))
        (void)expect_data(b, b->row->clauses, bench_data(b), g->data);
}

/* ---- the table ---- */

/* A session counts up: a foreign profile only with leave. */
#define ROW(name, text, clause, function, ...)                                                                         \
    {                                                                                                                  \
        .id = "UICC.Domain/" name, .family = "uicc", .title = text, .clauses = clause, .state = "operational",         \
        .needs = NEED_ENABLED, .run = function, .argument = &(const struct gp){__VA_ARGS__},                           \
    }
#define CHANGE(name, text, clause, function, ...)                                                                      \
    {                                                                                                                  \
        .id = "UICC.Domain/" name, .family = "uicc", .title = text, .clauses = clause, .state = "operational",         \
        .destructive = true, .run = function, .argument = &(const struct gp){__VA_ARGS__},                             \
    }
#define LEVEL(name, text, keys, security, clause)                                                                      \
    ROW(name, "a session of " text ": GET STATUS tells of the domain", clause, run_command, .kvn = (keys),             \
        .level = (security), .plain = GET_STATUS, .status = "9000", .data = "E3")
#define PLAIN(name, text, clause, command, words, ...)                                                                 \
    {                                                                                                                  \
        .id = "UICC.Domain/" name, .family = "uicc", .title = text, .clauses = clause, .state = "operational",         \
        .run = run_command, .argument = &(const struct gp){.plain = command, .status = words, __VA_ARGS__},            \
    }
#define INSIDE(name, text, clause, command, words, ...)                                                                \
    ROW(name, text, clause, run_command, .kvn = SCP03_KEYS, .level = 0x01, .plain = command, .status = words,          \
        __VA_ARGS__)

/* the same with commands that a card which is wrong could carry out */
#define PLAIN_CARE(name, text, clause, command, words, ...)                                                            \
    CHANGE(name, text, clause, run_command, .plain = command, .status = words, __VA_ARGS__)
#define INSIDE_CARE(name, text, clause, command, words, ...)                                                           \
    CHANGE(name, text, clause, run_command, .kvn = SCP03_KEYS, .level = 0x01, .plain = command, .status = words,       \
           __VA_ARGS__)

const struct case_row cases_gp[] = {
    PLAIN("01-card-data", "GET DATA 0066: the card recognition data of the package",
          CARD_2_3 "11.3.3.1; " CARD_2_3 "H.2", "80CA006600", "9000", .data = "664A734806072A864886FC6B01"),
    PLAIN("02-key-information", "GET DATA 00E0: key information", CARD_2_3 "11.3.3.1", "80CA00E000", "9000",
          .data = "E0"),
    PLAIN("03-unknown-data", "GET DATA of a tag that is not there: 6A88", CARD_2_3 "11.3.3.2", "80CA00FE00", "6A88",
          .data = NULL),
    PLAIN("04-no-session-get-status", "GET STATUS without a session", CARD_2_3 "11.4", GET_STATUS, NO_SESSION,
          .data = NULL),
    PLAIN("05-no-session-store-data", "STORE DATA without a session", CARD_2_3 "11.11", "80E2900005420301020300",
          NO_SESSION, .data = NULL),
    PLAIN_CARE("06-no-session-delete", "DELETE without a session", CARD_2_3 "11.2", "80E4000003D2012000", NO_SESSION,
               .data = NULL),
    PLAIN("07-unknown-version", "INITIALIZE UPDATE with a key version that is not there: 6A88",
          CARD_2_3 "E.5.1.6; UICC negative INITIALIZE UPDATE", "8050310008C0C1C2C3C4C5C6C700", "6A88", .data = NULL),
    PLAIN("08-secured-packet-keys", "INITIALIZE UPDATE with keys of secured packets (version 01)", CARD_2_3 "E.5.1.6",
          "8050010008C0C1C2C3C4C5C6C700", "6A88 6985", .data = NULL),
    PLAIN("09-short-challenge", "INITIALIZE UPDATE with a challenge of 7 bytes", CARD_2_3 "E.5.1.5",
          "8050300007C0C1C2C3C4C5C600", "6700", .data = NULL),
    PLAIN("10-initialize-p2", "INITIALIZE UPDATE with P2 01", CARD_2_3 "E.5.1.4", "8050300108C0C1C2C3C4C5C6C700",
          "6A86", .data = NULL),
    PLAIN("11-authenticate-alone", "EXTERNAL AUTHENTICATE without INITIALIZE UPDATE", CARD_2_3 "E.5.2",
          "84820100109EEA24957FA0B3CE9EEA24957FA0B3CE", "6985 6982 6882", .data = NULL),

    ROW("20-scp02-cryptogram", "SCP02: INITIALIZE UPDATE proves that the card has the keys", CARD_2_3 "E.5.1.6",
        run_initialize, .kvn = SCP02_KEYS),
    ROW("21-scp03-cryptogram", "SCP03: INITIALIZE UPDATE proves that the card has the keys",
        AMENDMENT_D "7.1.1.6; " AMENDMENT_D "6.2.2.2", run_initialize, .kvn = SCP03_KEYS),
    ROW("22-scp02-challenge", "SCP02: the card challenge is another one in the next session", CARD_2_3 "E.4.2.3",
        run_challenge, .kvn = SCP02_KEYS),
    ROW("23-scp03-challenge", "SCP03: the card challenge is another one in the next session", AMENDMENT_D "6.2.2.1",
        run_challenge, .kvn = SCP03_KEYS),
    LEVEL("24-scp02-00", "SCP02 without protection", SCP02_KEYS, 0x00, CARD_2_3 "E.5.2.3"),
    LEVEL("25-scp02-01", "SCP02 with C-MAC", SCP02_KEYS, 0x01, CARD_2_3 "E.4.4"),
    LEVEL("26-scp02-03", "SCP02 with C-MAC and encryption", SCP02_KEYS, 0x03, CARD_2_3 "E.4.6"),
    LEVEL("27-scp03-00", "SCP03 without protection", SCP03_KEYS, 0x00, AMENDMENT_D "7.1.2.1"),
    LEVEL("28-scp03-01", "SCP03 with C-MAC", SCP03_KEYS, 0x01, AMENDMENT_D "6.2.4"),
    LEVEL("29-scp03-03", "SCP03 with C-MAC and encryption", SCP03_KEYS, 0x03, AMENDMENT_D "6.2.6"),
    LEVEL("30-scp03-11", "SCP03 with C-MAC and R-MAC", SCP03_KEYS, 0x11, AMENDMENT_D "6.2.5"),
    LEVEL("31-scp03-13", "SCP03 with C-MAC, encryption and R-MAC", SCP03_KEYS, 0x13, AMENDMENT_D "6.2.5"),
    LEVEL("32-scp03-33", "SCP03 with all protection in both directions", SCP03_KEYS, 0x33, AMENDMENT_D "6.2.7"),

    ROW("40-scp02-wrong-cryptogram", "SCP02: a wrong host cryptogram: 6300, no session",
        CARD_2_3 "E.5.2.6; UICC negative EXTERNAL AUTHENTICATE", run_authenticate, .kvn = SCP02_KEYS, .status = "6300"),
    ROW("41-scp03-wrong-cryptogram", "SCP03: a wrong host cryptogram: 6300, no session",
        AMENDMENT_D "7.1.2.6; UICC negative EXTERNAL AUTHENTICATE", run_authenticate, .kvn = SCP03_KEYS,
        .status = "6300"),
    ROW("42-scp02-wrong-mac", "SCP02: EXTERNAL AUTHENTICATE with a wrong MAC is refused, no session",
        CARD_2_3 "E.5.2.6", run_authenticate, .kvn = SCP02_KEYS, .byte = 1, .status = "6982 6988 6300"),
    ROW("43-scp03-wrong-mac", "SCP03: EXTERNAL AUTHENTICATE with a wrong MAC is refused, no session",
        AMENDMENT_D "7.1.2.6", run_authenticate, .kvn = SCP03_KEYS, .byte = 1, .status = "6982 6988 6300"),
    ROW("44-scp02-changed-mac", "SCP02: a command with a wrong MAC ends the session", CARD_2_3 "10.5", run_changed,
        .kvn = SCP02_KEYS, .level = 0x01, .plain = GET_STATUS, .byte = 2, .status = "6982 6988"),
    ROW("45-scp03-changed-mac", "SCP03: a command with a wrong MAC ends the session", AMENDMENT_D "6.2.4", run_changed,
        .kvn = SCP03_KEYS, .level = 0x01, .plain = GET_STATUS, .byte = 2, .status = "6982 6988"),
    ROW("46-scp02-changed-data", "SCP02: data that was changed under its MAC ends the session", CARD_2_3 "10.5",
        run_changed, .kvn = SCP02_KEYS, .level = 0x01, .plain = GET_STATUS, .byte = 10, .status = "6982 6988"),
    ROW("47-scp03-changed-data", "SCP03: encrypted data that was changed ends the session", AMENDMENT_D "6.2.6",
        run_changed, .kvn = SCP03_KEYS, .level = 0x33, .plain = GET_STATUS, .byte = 12, .status = "6982 6988"),
    ROW("48-scp02-replay", "SCP02: the same command again is refused", CARD_2_3 "E.3.3", run_replay, .kvn = SCP02_KEYS,
        .level = 0x01, .plain = GET_STATUS, .status = "6982 6988"),
    ROW("49-scp03-replay", "SCP03: the same command again is refused", AMENDMENT_D "6.2.4", run_replay,
        .kvn = SCP03_KEYS, .level = 0x01, .plain = GET_STATUS, .status = "6982 6988"),
    ROW("50-scp02-unprotected", "SCP02: a command without the MAC that was agreed is refused", CARD_2_3 "10.6",
        run_unprotected, .kvn = SCP02_KEYS, .level = 0x01, .plain = GET_STATUS, .status = NO_SESSION),
    ROW("51-scp03-unprotected", "SCP03: a command without the MAC that was agreed is refused", AMENDMENT_D "6.2.4",
        run_unprotected, .kvn = SCP03_KEYS, .level = 0x33, .plain = GET_STATUS, .status = NO_SESSION),
    ROW("52-select-ends", "SELECT of another application ends the session", CARD_2_3 "10.2.3", run_end,
        .kvn = SCP03_KEYS, .level = 0x01, .event = "00A4040C07A0000000871002"),
    ROW("53-reset-ends", "a reset ends the session", CARD_2_3 "10.2.3", run_end, .kvn = SCP03_KEYS, .level = 0x01),
    ROW("54-own-channel", "a session is not one of the domain on another channel", CARD_2_3 "10.2", run_channel,
        .kvn = SCP03_KEYS, .level = 0x01),

    INSIDE("60-get-status-domain", "GET STATUS 80: the domain, its AID and state PERSONALIZED", CARD_2_3 "11.4.3.1",
           "80F28002074F005C034F9F7000", "9000", .data = "E30E4F08A0000001510000009F70010F"),
    INSIDE("61-get-status-applications", "GET STATUS 40: the applications", CARD_2_3 "11.4.3.1", "80F24002024F0000",
           "9000", .data = "E3"),
    INSIDE("62-get-status-unknown", "GET STATUS of an AID that is not there: 6A88", CARD_2_3 "11.4.3.2",
           "80F24002074F05A00000099900", "6A88", .data = NULL),
    INSIDE("63-get-status-p1", "GET STATUS with P1 01", CARD_2_3 "11.4.2.1", "80F20102024F0000", "6A86", .data = NULL),
    INSIDE("64-set-status-unknown", "SET STATUS of an AID that is not there", CARD_2_3 "11.10.3.2",
           "80F0408005A000000999", "6A88 6A80", .data = NULL),
    INSIDE_CARE("65-delete-unknown", "DELETE of an AID that is not there", CARD_2_3 "11.2.3.2",
                "80E40000074F05A00000099900", "6A88 6A82", .data = NULL),
    INSIDE_CARE("66-delete-unknown-key", "DELETE of a key that is not there", CARD_2_3 "11.2.3.2",
                "80E4000006D00105D2013000", "6A88", .data = NULL),
    INSIDE_CARE("67-load-alone", "LOAD without INSTALL [for load]", CARD_2_3 "11.6", "80E8000003C4010000",
                "6985 6A80 6D00 6A81", .data = NULL),
    INSIDE_CARE("68-install-unknown", "INSTALL [for install] of code that is not there", CARD_2_3 "11.5.3.2",
                "80E60C001B05A00000099906A0000009990107A000000999010101000002C9000000", "6A88 6A80 6A81 6A82",
                .data = NULL),

    CHANGE("70-put-key", "PUT KEY: a session opens with the new keys", CARD_2_3 "11.8; " AMENDMENT_D "7.2", run_put_key,
           .kvn = SCP03_KEYS, .level = 0x33, .status = "9000"),
    CHANGE("71-put-key-check-value", "PUT KEY with one wrong key check value is refused, no key is there",
           CARD_2_3 "11.8.2.3", run_put_key, .kvn = SCP03_KEYS, .level = 0x01, .byte = 1, .status = "6A80 9484 6982"),
    CHANGE("72-delete-keys", "DELETE of a key version: it opens no session any more", CARD_2_3 "11.2.2.3", run_then,
           .kvn = SCP03_KEYS, .level = 0x01, .plain = "80E4000003D2012000", .event = "8050200008C0C1C2C3C4C5C6C700",
           .status = "6A88"),
    CHANGE("73-store-data", "STORE DATA of the issuer identification number: GET DATA gives it", CARD_2_3 "11.11",
           run_then, .kvn = SCP03_KEYS, .level = 0x33, .plain = "80E290000642048910111200", .event = "80CA004200",
           .status = "9000", .data = "420489101112"),
    {.id = NULL},
};
