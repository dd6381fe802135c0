/* A scripted card for test_lpa.c: demands the requests of its script in order and gives their answers, with the manners
 * of T=0 (61xx and GET RESPONSE, 6Cxx, 91xx) or, where a command has Le, with direct answers. */
#ifndef SOFTEUICC_TESTS_SCRIPT_CARD_H
#define SOFTEUICC_TESTS_SCRIPT_CARD_H

#include "base/hex.h"
#include "lpa.h"

#include <check.h>
#include <stdio.h>

/* One function that the scripted card knows: the request whole, and its answer (may be empty). */
struct step {
    struct buf request;
    struct buf response;
    uint16_t sw; /* instead of 9000 */
};

#define STEPS_MAX 64

struct script {
    struct step steps[STEPS_MAX];
    size_t n;
    size_t at;        /* the next step, in order */
    struct buf chain; /* STORE DATA so far */
    struct buf ready; /* for GET RESPONSE */
    uint16_t ready_sw;
    unsigned next_block;
    bool terminal_profile;
    uint8_t get_response_class;
    struct buf proactive;
    struct buf log; /* all STORE DATA commands, one after the other */
    size_t resets;
    char fault[128];
};

static void script_add(struct script *s, struct slice request, struct slice response, uint16_t sw)
{
    ck_assert_uint_lt(s->n, STEPS_MAX);
    buf_append(&s->steps[s->n].request, request);
    buf_append(&s->steps[s->n].response, response);
    s->steps[s->n++].sw = sw;
}

static void script_add_hex(struct script *s, const char *request, const char *response, uint16_t sw)
{
    BUF_LOCAL a = {0};
    BUF_LOCAL b = {0};
    ck_assert(hex_decode(slice_text(request), &a) && hex_decode(slice_text(response), &b));
    script_add(s, buf_slice(&a), buf_slice(&b), sw);
}

static void script_free(struct script *s)
{
    for (size_t i = 0; i < s->n; i++) {
        buf_free(&s->steps[i].request);
        buf_free(&s->steps[i].response);
    }
    buf_free(&s->chain);
    buf_free(&s->ready);
    buf_free(&s->proactive);
    buf_free(&s->log);
    *s = (struct script){0};
}

static void put_sw(struct buf *r, uint16_t sw)
{
    buf_byte(r, (uint8_t)(sw >> 8));
    buf_byte(r, (uint8_t)sw);
}

/* Ends a command. Without Le the data waits for GET RESPONSE as on T=0; with Le the first 256 bytes leave at once. */
static void give(struct script *s, struct slice data, bool le, uint16_t sw, struct buf *r)
{
    if (le) {
        size_t n = data.n < 256 ? data.n : 256;
        buf_append(r, slice_of(data.p, n));
        data = slice_skip(data, n);
    }
    if (sw == 0x9000 && s->proactive.n) sw = (uint16_t)(0x9100 | s->proactive.n);
    if (data.n == 0) {
        put_sw(r, sw);
        return;
    }
    buf_reset(&s->ready);
    buf_append(&s->ready, data);
    s->ready_sw = sw;
    put_sw(r, (uint16_t)(0x6100 | (data.n > 255 ? 0 : data.n)));
}

static void get_response(struct script *s, struct slice capdu, struct buf *r)
{
    size_t want = capdu.p[4] ? capdu.p[4] : 256;
    s->get_response_class = capdu.p[0];
    if (capdu.n != 5 || want > s->ready.n || s->ready.n == 0) {
        put_sw(r, 0x6985);
        return;
    }
    BUF_LOCAL rest = {0};
    buf_append(r, slice_of(s->ready.p, want));
    buf_append(&rest, slice_skip(buf_slice(&s->ready), want));
    buf_reset(&s->ready);
    buf_append(&s->ready, buf_slice(&rest));
    put_sw(r, rest.n ? (uint16_t)(0x6100 | (rest.n > 255 ? 0 : rest.n)) : s->ready_sw);
}

static void store_data(struct script *s, struct slice capdu, struct buf *r)
{
    buf_append(&s->log, capdu);
    if (capdu.p[3] == 0) {
        buf_reset(&s->chain);
        s->next_block = 0;
    }
    if (capdu.p[3] != s->next_block++ || capdu.n < 5u + capdu.p[4]) {
        put_sw(r, 0x6a86);
        return;
    }
    buf_append(&s->chain, slice_of(capdu.p + 5, capdu.p[4]));
    if (capdu.p[2] == 0x11) {
        put_sw(r, 0x9000);
        return;
    }
    const struct step *step = s->at < s->n ? &s->steps[s->at] : NULL;
    if (capdu.p[2] != 0x91 || !step || !slice_equal(buf_slice(&s->chain), buf_slice(&step->request))) {
        if (!*s->fault) snprintf(s->fault, sizeof s->fault, "step %zu: another request than expected", s->at);
        put_sw(r, 0x6a80);
        return;
    }
    s->at++;
    give(s, buf_slice(&step->response), capdu.n == 6u + capdu.p[4], step->sw ? step->sw : 0x9000, r);
}

static bool script_transmit(void *ctx, struct slice capdu, struct buf *r)
{
    static const uint8_t fci[] = {0x6f, 0x1f, 0x84, 0x10, 0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10,
                                  0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00, 0xa5, 0x04,
                                  0x9f, 0x65, 0x01, 0xff, 0xe0, 0x05, 0x82, 0x03, 0x02, 0x05, 0x00};
    struct script *s = ctx;
    buf_reset(r);
    if (capdu.n < 4) return false;
    switch (capdu.p[1]) {
    case 0x70:
        if (capdu.p[2] == 0x00 && capdu.p[3] == 0 && capdu.p[4] != 1) {
            put_sw(r, 0x6c01);
            return true;
        }
        if (capdu.p[2] == 0x00 && capdu.p[3] == 0) buf_byte(r, 1);
        put_sw(r, 0x9000);
        break;
    case 0xa4:
        give(s, SLICE(fci), capdu.n == 6u + capdu.p[4], 0x9000, r);
        break;
    case 0xc0:
        get_response(s, capdu, r);
        break;
    case 0xe2:
        store_data(s, capdu, r);
        break;
    case 0x10:
        s->terminal_profile = true;
        put_sw(r, 0x9000);
        break;
    case 0x12:
        buf_append(r, buf_slice(&s->proactive));
        put_sw(r, 0x9000);
        buf_reset(&s->proactive);
        break;
    case 0xaa:
    case 0x14:
        put_sw(r, 0x9000);
        break;
    default:
        put_sw(r, 0x6d00);
        break;
    }
    return buf_err(r) == OK;
}

static bool script_power(void *ctx, bool on, struct buf *atr)
{
    static const uint8_t bytes[] = {0x3b, 0x00};
    (void)ctx;
    buf_reset(atr);
    if (on) buf_append(atr, SLICE(bytes));
    return true;
}

static bool script_reset(void *ctx, struct buf *atr)
{
    ((struct script *)ctx)->resets++;
    return script_power(ctx, true, atr);
}

#endif
