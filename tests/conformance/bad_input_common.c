/* See bad_input_common.h. */
#define _DEFAULT_SOURCE
#include "bad_input_common.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define NOWHERE ((size_t)-1)

/* ---- checks of answers ---- */

void answer_free(struct answer *answer)
{
    buf_free(&answer->data);
}

static bool is_success(uint16_t sw)
{
    return sw == 0x9000 || sw >> 8 == 0x61 || sw >> 8 == 0x91;
}

static void check_reason(const euicc *card, size_t size, bool wanted, uint16_t sw, const char *what)
{
    struct euicc_reason r;
    euicc_last_reason(card, &r);
    ck_assert_msg(r.said == wanted, "%s: %04X, reason %s", what, sw,
                  r.said ? r.came : "missing although this is a refusal");
    if (!r.said) return;
    ck_assert_msg(*r.function && *r.clause && *r.expected && *r.came, "%s: %04X, %s|%s|%s|%s", what, sw, r.function,
                  r.clause, r.expected, r.came);
    ck_assert_msg(r.offset == NOWHERE || r.offset <= size, "%s: offset %zu of %zu bytes", what, r.offset, size);
}

/* One exchange; the status word exists and the data is whole. */
static void exchange(euicc *card, struct slice capdu, struct answer *out, const char *what)
{
    static uint8_t rapdu[65538];
    size_t n = 0;
    struct euicc_reason r;
    uint8_t *copy = malloc(capdu.n ? capdu.n : 1);
    ck_assert_ptr_nonnull(copy);
    if (capdu.n) memcpy(copy, capdu.p, capdu.n);
    int result = euicc_transmit(card, copy, capdu.n, rapdu, sizeof rapdu, &n);
    free(copy);
    ck_assert_msg(result == EUICC_OK && n >= 2, "%s: %s", what, euicc_result_text(result));
    uint8_t sw1 = rapdu[n - 2];
    ck_assert_msg((sw1 >= 0x61 && sw1 <= 0x6e) || sw1 == 0x90 || sw1 == 0x91, "%s: status word %02X%02X", what, sw1,
                  rapdu[n - 1]);
    out->sw = (uint16_t)(sw1 << 8 | rapdu[n - 1]);
    ck_assert_msg(n == 2 || is_success(out->sw), "%s: data with %04X", what, out->sw);
    ck_assert_msg(sw1 != 0x90 || rapdu[n - 1] == 0, "%s: %04X", what, out->sw);
    buf_append(&out->data, slice_of(rapdu, n - 2));
    euicc_last_reason(card, &r);
    out->said = r.said;
}

static bool refuses(uint16_t sw)
{
    return !is_success(sw) && sw >> 8 != 0x6c;
}

void send_apdu(euicc *card, struct slice capdu, struct answer *out, const char *what)
{
    buf_reset(&out->data);
    exchange(card, capdu, out, what);
    /* A response inside may refuse too: with data, or while it waits, a reason may be right. */
    if (refuses(out->sw) || (out->sw == 0x9000 && out->data.n == 0))
        check_reason(card, capdu.n > 65536 ? capdu.n : 65536, refuses(out->sw), out->sw, what);
}

/* The rest of an answer that waits. */
static void fetch_rest(euicc *card, struct answer *out, const char *what)
{
    while (out->sw >> 8 == 0x61) {
        uint8_t get_response[] = {0x80, 0xc0, 0x00, 0x00, (uint8_t)out->sw};
        bool said = out->said;
        exchange(card, SLICE(get_response), out, what);
        ck_assert_msg(is_success(out->sw), "%s: GET RESPONSE %04X", what, out->sw);
        out->said = said;
    }
}

/* Does the response say no: by a code other than 0, or by taking the branch of errors? False in *known for responses
 * that have no such code here. */
static bool response_refuses(struct tlv response, bool *known)
{
    struct tlv t;
    struct tlv inner;
    *known = true;
    switch (response.tag) {
    case 0xbf20:
    case 0xbf22:
    case 0xbf2e:
    case 0xbf3c:
    case 0xbf3e:
    case 0xbf43:
        return false;
    case 0xbf29:
    case 0xbf30:
    case 0xbf31:
    case 0xbf32:
    case 0xbf33:
    case 0xbf34:
    case 0xbf3f:
    case 0xbf42:
        ck_assert(tlv_find(response.value, 0x80, &t) && t.value.n == 1);
        return t.value.p[0] != 0;
    case 0xbf28:
    case 0xbf2b:
    case 0xbf2d:
    case 0xbf35:
    case 0xbf41:
        return tlv_find(response.value, 0x81, &t);
    case 0xbf21:
    case 0xbf38:
        return tlv_find(response.value, 0xa1, &t);
    case 0xbf37:
        ck_assert(tlv_find(response.value, 0xbf27, &t) && tlv_find(t.value, 0xa2, &inner));
        return tlv_find(inner.value, 0xa1, &t);
    default:
        *known = false;
        return false;
    }
}

static void check_response(euicc *card, struct slice request, const struct answer *a, const char *what)
{
    struct slice in = buf_slice(&a->data);
    struct slice asked = request;
    struct tlv response;
    struct tlv t;
    if (in.n == 0) return;
    ck_assert_msg(tlv_read(&in, &response) == TLV_OK && in.n == 0, "%s: the response is not one DER object", what);
    ck_assert_msg(tlv_strict(buf_slice(&a->data), TLV_DEPTH_MAX, NULL), "%s: the response is not DER", what);
    bool of_function = tlv_read(&asked, &t) == TLV_OK && t.tag == response.tag;
    ck_assert_msg(of_function || response.tag == 0xbf37, "%s: response %X", what, response.tag);
    bool known;
    bool refused = response_refuses(response, &known);
    ck_assert_msg(!known || a->said == refused, "%s: response %X %s", what, response.tag,
                  refused ? "refuses without a reason" : "is good and has a reason");
    (void)card;
}

void send_request(euicc *card, struct slice request, struct answer *out, const char *what)
{
    size_t at = 0;
    unsigned block = 0;
    bool last;
    do {
        uint8_t capdu[5 + 255 + 1] = {0x80, 0xe2, 0x11, (uint8_t)block, 0};
        size_t n = request.n - at < 255 ? request.n - at : 255;
        last = at + n == request.n || block == 255;
        if (last) capdu[2] = 0x91;
        capdu[4] = (uint8_t)n;
        if (n) memcpy(capdu + 5, request.p + at, n);
        buf_reset(&out->data);
        /* the last one asks for all; without data it is a case 2 command */
        exchange(card, slice_of(capdu, 5 + n + (last && n ? 1 : 0)), out, what);
        at += n;
        block++;
        if (out->data.n == 0) check_reason(card, request.n, refuses(out->sw), out->sw, what);
    } while (!last && out->sw == 0x9000);
    if (!last) return;
    fetch_rest(card, out, what);
    check_response(card, request, out, what);
}

void assert_usable(euicc *card, const char *what)
{
    static const uint8_t select[] = {0x00, 0xa4, 0x04, 0x00, 0x10, 0xa0, 0x00, 0x00, 0x05, 0x59, 0x10,
                                     0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00, 0x00};
    static const uint8_t get_eid[] = {0xbf, 0x3e, 0x03, 0x5c, 0x01, 0x5a};
    ANSWER_LOCAL a = {0};
    send_apdu(card, SLICE(select), &a, what);
    ck_assert_msg(is_success(a.sw), "%s: afterwards SELECT gives %04X", what, a.sw);
    buf_reset(&a.data);
    send_request(card, SLICE(get_eid), &a, what);
    assert_hex(buf_slice(&a.data), "BF3E125A10" EID, what);
}

void assert_downloads(struct samples *s, euicc *card, const char *what)
{
    static const struct lpa_options options = {.with_le = true};
    const struct wanted w = {.iccid = ICCID_4, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    struct lpa_reader reader;
    struct lpa kept = s->f.lpa;
    euicc *kept_card = s->f.card;
    uint8_t id[12] = {0x5a, 10, 0x98, 0x00, 0x10, 0x10, 0, 0, 0, 0, 0x04, 0xf1};
    ck_assert(lpa_reader_card(&reader, card));
    s->f.card = card;
    lpa_init(&s->f.lpa, &reader, &options);
    ck_assert_msg(lpa_start(&s->f.lpa), "%s: %s", what, s->f.lpa.error);
    (void)install(&s->f, &w);
    ck_assert_msg(lpa_delete_profile(&s->f.lpa, SLICE(id)) == 0, "%s: %s", what, s->f.lpa.error);
    lpa_free(&s->f.lpa);
    s->f.lpa = kept;
    s->f.card = kept_card;
}

uint32_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 16);
}

/* ---- samples ---- */

euicc *copy_card(const struct samples *s, const euicc *card)
{
    const struct euicc_env env = {.ctx = s->random, .random = euicc_random_bytes};
    euicc *copy;
    ck_assert_int_eq(euicc_clone(card, &env, &copy), EUICC_OK);
    return copy;
}

/* Sees each APDU of the LPA before the card does: a request that starts is a new sample. */
static bool watch(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct samples *s = ctx;
    struct lpa_reader inner;
    bool store_data = capdu.n > 5 && capdu.p[0] == 0x80 && capdu.p[1] == 0xe2;
    if (store_data && capdu.p[3] == 0) {
        ck_assert_uint_lt(s->n, SAMPLES_MAX);
        s->list[s->n++].before = copy_card(s, s->f.card);
    }
    if (store_data) {
        struct sample *now = &s->list[s->n - 1];
        buf_append(&now->request, slice_of(capdu.p + 5, capdu.p[4]));
        char hex[9];
        (void)snprintf(now->name, sizeof now->name, "%zu: %s", s->n - 1,
                       hex_short(buf_slice(&now->request), hex, sizeof hex));
    }
    ck_assert(lpa_reader_card(&inner, s->f.card));
    return inner.transmit(inner.ctx, capdu, rapdu);
}

static bool watch_power(void *ctx, bool on, struct buf *atr)
{
    struct lpa_reader inner;
    ck_assert(lpa_reader_card(&inner, ((struct samples *)ctx)->f.card));
    return inner.power(inner.ctx, on, atr);
}

static bool watch_reset(void *ctx, struct buf *atr)
{
    struct lpa_reader inner;
    ck_assert(lpa_reader_card(&inner, ((struct samples *)ctx)->f.card));
    return inner.reset(inner.ctx, atr);
}

/* Every function once; what is refused here is a good sample too. */
static void walk(struct samples *s)
{
    struct lpa *lpa = &s->f.lpa;
    struct lpa_addresses addresses;
    struct lpa_notifications notifications;
    struct lpa_profiles profiles;
    LPA_DOWNLOAD_LOCAL stopped = {0};
    BUF_LOCAL id = {0};
    BUF_LOCAL aid = {0};
    char eid[33];
    const struct wanted w = {.iccid = ICCID_1,
                             .profile_class = OPERATIONAL,
                             .notify = NOTIFY_ALL,
                             .owner = OWNER_00101,
                             .extra = "BF220B3009800388370AA1020500",
                             .icon = "89504E47"};
    put_hex(&id, "5A0A" ICCID_1);
    put_hex(&aid, "4F10" AID_2);
    (void)install(&s->f, &w);
    (void)install_plain(&s->f, ICCID_2);
    ck_assert_int_eq(lpa_enable_profile(lpa, buf_slice(&id), false), 0);
    ck_assert_int_eq(lpa_enable_profile(lpa, buf_slice(&aid), true), 0);
    ck_assert_int_eq(lpa_disable_profile(lpa, buf_slice(&aid), false), 0);
    ck_assert_int_eq(lpa_enable_profile(lpa, buf_slice(&id), false), 0);
    ck_assert(lpa_get_eid(lpa, eid));
    ck_assert(lpa_get_euicc_configured_addresses(lpa, &addresses));
    ck_assert_int_eq(lpa_set_default_dp_address(lpa, "smdp.example.com"), 0);
    ck_assert(lpa_get_euicc_info2(lpa) && lpa_get_rat(lpa));
    ck_assert(lpa_list_notification(lpa, 1, &notifications));
    ck_assert(lpa_retrieve_notifications(lpa, 1, -1, &notifications));
    ck_assert(lpa_retrieve_notifications(lpa, -1, 2, &notifications));
    ck_assert_int_eq(lpa_remove_notification(lpa, 1), 0);
    ck_assert(lpa_get_profiles_info(lpa, buf_slice(&id), slice_text("\x5a\x9f\x70\xb6"), &profiles));
    ck_assert_int_eq(lpa_set_nickname(lpa, slice_skip(buf_slice(&id), 2), slice_text("nick")), 0);
    ck_assert_int_gt(lpa_load_crl(lpa, slice_text("\x30\x03\x02\x01\x01\x30\x02\x06\x00\x03\x01\x00")), -2);
    BUF_LOCAL lpae = {0};
    put_hex(&lpae, "BF42048002"
                   "0640");
    (void)lpa_call(lpa, buf_slice(&lpae));
    (void)lpa_memory_reset(lpa, 4);
    ck_assert_int_eq(lpa_delete_profile(lpa, buf_slice(&aid)), 0);
    (void)install_plain(&s->f, ICCID_2);
    const struct lpa_download_options stop = {.stop_before = LPA_STAGE_PREPARE};
    ck_assert(!lpa_download(lpa, s->f.dp, &stop, &stopped));
    ck_assert_int_eq(lpa_cancel_session(lpa, buf_slice(&s->f.dp->session.transaction_id), 0), 0);
}

void samples_make(struct samples *s)
{
    static const struct lpa_options options = {.with_le = true};
    const struct lpa_reader reader = {.ctx = s, .transmit = watch, .power = watch_power, .reset = watch_reset};
    memset(s, 0, sizeof *s);
    card_make(&s->f, NULL);
    ck_assert_int_eq(euicc_random_new(&s->random, true, 2), EUICC_OK);
    lpa_init(&s->f.lpa, &reader, &options);
    ck_assert_msg(lpa_open(&s->f.lpa), "%s", s->f.lpa.error);
    walk(s);
}

void samples_free(struct samples *s)
{
    for (size_t i = 0; i < s->n; i++) {
        euicc_destroy(s->list[i].before);
        buf_free(&s->list[i].request);
    }
    card_free(&s->f);
    euicc_random_free(s->random);
}
