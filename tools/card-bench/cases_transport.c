/* What is too long or too deep for a line of a case file: the form of the ATR (ETSI TS 102 221 6.3, ISO 7816-3 8), and
 * requests of many blocks or of objects in objects (SGP.22 5.7.2). */
#define _GNU_SOURCE
#include "bench.h"

#include "base/tlv.h"

#include <stdio.h>

/* ---- ATR ---- */

struct atr_form {
    size_t interface_n; /* TS, T0 and interface bytes */
    size_t historical_n;
    bool has_check; /* a protocol other than T=0 is offered */
    int first;      /* the first protocol, -1: none is named */
    int voltage;    /* the first TA after T=15, -1: none */
    bool in_order;  /* protocols ascend, T=15 last */
    bool whole;     /* it ends where it says */
};

static bool take(struct slice atr, size_t *at, uint8_t *out)
{
    if (*at >= atr.n) return false;
    *out = atr.p[(*at)++];
    return true;
}

/* TD after TD (ISO 7816-3 8.2.3). */
static struct atr_form read_form(struct slice atr)
{
    struct atr_form f = {.first = -1, .voltage = -1, .in_order = true, .whole = true};
    size_t at = 1;
    uint8_t indicator = 0;
    uint8_t byte = 0;
    int protocol = -1;
    f.whole = take(atr, &at, &indicator);
    f.historical_n = indicator & 15;
    for (unsigned group = 1; f.whole && indicator >> 4; group++) {
        uint8_t present = indicator >> 4;
        int of = protocol;
        indicator = 0;
        for (unsigned bit = 0; bit < 4; bit++) {
            if (!(present >> bit & 1)) continue;
            f.whole = f.whole && take(atr, &at, &byte);
            if (bit == 0 && of == 15 && f.voltage < 0) f.voltage = byte;
            if (bit != 3) continue;
            indicator = byte;
            if (f.first < 0) f.first = byte & 15;
            f.in_order = f.in_order && (byte & 15) >= protocol;
            protocol = byte & 15;
            f.has_check = f.has_check || protocol != 0;
        }
        indicator &= 0xf0;
        if (!(present & 8)) break;
    }
    f.interface_n = at;
    f.whole = f.whole && atr.n == at + f.historical_n + f.has_check;
    return f;
}

static bool read_atr(struct bench *b, struct atr_form *f)
{
    if (!bench_power(b, true)) return false;
    *f = read_form(buf_slice(&b->atr));
    return true;
}

static void run_atr_length(struct bench *b)
{
    struct atr_form f;
    if (!read_atr(b, &f)) return;
    (void)bench_expect(b, f.whole && b->atr.n <= 33, b->row->clauses,
                       "interface bytes, historical bytes and TCK as T0 and the TD say, at most 33 bytes",
                       "%zu bytes, of them %zu before and %zu historical bytes", b->atr.n, f.interface_n,
                       f.historical_n);
}

static void run_atr_check(struct bench *b)
{
    struct atr_form f;
    uint8_t sum = 0;
    if (!read_atr(b, &f)) return;
    for (size_t i = 1; i < b->atr.n; i++)
        sum ^= b->atr.p[i];
    (void)bench_expect(b, !f.has_check || sum == 0, b->row->clauses, "exclusive-or of T0 to TCK is 00", "%02X", sum);
}

static void run_atr_protocols(struct bench *b)
{
    struct atr_form f;
    if (!read_atr(b, &f)) return;
    (void)bench_expect(b, f.in_order && (f.first == 0 || f.first == 1), b->row->clauses,
                       "T=0 or T=1 first, protocols in ascending order", "T=%d first, %s", f.first,
                       f.in_order ? "in order" : "not in order");
}

static void run_atr_voltage(struct bench *b)
{
    struct atr_form f;
    if (!read_atr(b, &f)) return;
    (void)bench_expect(b, f.voltage >= 0 && f.voltage & 0x3f && !(f.voltage & 0x38), b->row->clauses,
                       "TA after T=15 with at least one of the classes A, B and C", "%02X",
                       f.voltage < 0 ? 0u : (unsigned)f.voltage);
}

/* ---- requests ---- */

static bool expect_works(struct bench *b)
{
    static const uint8_t get_eid[] = {0xbf, 0x3e, 3, 0x5c, 1, 0x5a};
    struct slice data;
    struct tlv t = {0};
    if (!bench_es10(b, SLICE(get_eid))) return false;
    data = bench_data(b);
    bool good = bench_status(b) == 0x9000 && tlv_next(&data, &t) && t.tag == 0xbf3e;
    return bench_expect(b, good, b->row->clauses, "the card goes on: GetEID is answered", "%04X", bench_status(b));
}

/* The request of a case; false: a verdict. */
static bool send_request(struct bench *b, const struct buf *request)
{
    if (buf_err(request) != OK) return bench_verdict(b, VERDICT_ERROR, "no memory");
    b->section = SECTION_GIVEN;
    if (!bench_power(b, true) || !bench_open_isdr(b)) return false;
    b->section = SECTION_TEST;
    return bench_es10(b, buf_slice(request));
}

/* As many blocks as there can be of what is no request, under the tag of one. */
static void run_too_long(struct bench *b)
{
    enum { BLOCK = 255, BLOCKS = 256 };
    static const uint8_t head[] = {0xbf, 0x2d, 0x82, 0xfe, 0xfb};
    BUF_LOCAL request = {0};
    buf_append(&request, SLICE(head));
    for (size_t i = sizeof head; i < (size_t)BLOCK * BLOCKS; i++)
        buf_byte(&request, 0xa5);
    if (!send_request(b, &request)) return;
    unsigned sw = bench_status(b);
    struct slice data = bench_data(b);
    /* GetProfilesInfo may also say so itself: incorrectInputValues */
    bool code = data.n >= 2 && data.p[0] == 0xbf && sw == 0x9000;
    if (bench_expect(b, sw == 0x6a80 || sw == 0x6a84 || sw == 0x6700 || code, b->row->clauses,
                     "6A80, 6A84 or 6700, or an error code of the function", "%04X", sw))
        (void)expect_works(b);
}

/* A0 in A0, 200 deep. */
static void run_too_deep(struct bench *b)
{
    enum { DEPTH = 200 };
    BUF_LOCAL request = {0};
    size_t marks[DEPTH];
    size_t outer = tlv_open(&request, 0xbf2d);
    for (size_t i = 0; i < DEPTH; i++)
        marks[i] = tlv_open(&request, 0xa0);
    for (size_t i = DEPTH; i--;)
        tlv_close(&request, marks[i]);
    tlv_close(&request, outer);
    if (!send_request(b, &request)) return;
    unsigned sw = bench_status(b);
    struct slice data = bench_data(b);
    bool code = sw == 0x9000 && data.n == 6 && data.p[3] == 0x81;
    if (bench_expect(b, sw == 0x6a80 || sw == 0x6700 || sw == 0x6a84 || code, b->row->clauses,
                     "6A80, or an error code of the function", "%04X", sw))
        (void)expect_works(b);
}

/* ---- answers ---- */

/* The notifications that wait, with their certificates, come in pieces of at most 256 bytes. */
static void run_long_answer(struct bench *b)
{
    static const uint8_t retrieve_all[] = {0xbf, 0x2b, 0};
    BUF_LOCAL request = {0};
    buf_append(&request, SLICE(retrieve_all));
    if (!send_request(b, &request)) return;
    for (size_t i = 0; i < b->dialogue.n; i++) {
        const struct entry *e = &b->dialogue.list[i];
        if (e->kind == ENTRY_COMMAND && e->came.n > 258) {
            (void)bench_expect(b, false, b->row->clauses, "at most 256 bytes in a response", "%zu", e->came.n - 2);
            return;
        }
    }
    struct slice data = bench_data(b);
    struct tlv whole;
    bool good = bench_status(b) == 0x9000 && tlv_next(&data, &whole) && whole.tag == 0xbf2b && data.n == 0;
    (void)bench_expect(b, good && whole.value.n > 256, b->row->clauses,
                       "one data object of more than 256 bytes from all responses together", "%04X and %zu bytes",
                       bench_status(b), b->answer.n - 2);
}

#define ATR(name, text, function)                                                                                      \
    {                                                                                                                  \
        .id = "ATR/" name, .family = "isd-r", .title = text, .clauses = "ETSI TS 102 221 6.3; ISO 7816-3 8.2",         \
        .state = "any", .run = function                                                                                \
    }
#define TRANSPORT(name, text, row, in, function)                                                                       \
    {                                                                                                                  \
        .id = "ISD-R.StoreData/" name, .family = "isd-r", .title = text, .clauses = "SGP.22 5.7.2" row,                \
        .applies = "isdr", .state = in, .run = function                                                                \
    }

const struct case_row cases_transport[] = {
    ATR("10-length", "the ATR is as long as its bytes say", run_atr_length),
    ATR("11-check", "TCK is right", run_atr_check),
    ATR("12-protocols", "the protocols stand in order, T=0 or T=1 first", run_atr_protocols),
    ATR("13-voltage", "the voltage classes are named", run_atr_voltage),
    TRANSPORT("40-too-long", "256 blocks of 255 bytes that are no request are refused, and the card goes on",
              "; SGP.22 negative 9", "any", run_too_long),
    TRANSPORT("41-too-deep", "data objects nested 200 deep are refused, and the card goes on", "; SGP.22 negative 10",
              "any", run_too_deep),
    {.id = "ISD-R.StoreData/42-long-answer",
     .family = "isd-r",
     .title = "an answer of more than 256 bytes comes in pieces with 61xx",
     .clauses = "SGP.22 5.7.2; ETSI TS 102 221 7.3.1.1.5",
     .applies = "isdr and consumer",
     .state = "switched",
     .run = run_long_answer},
    {.id = NULL},
};
