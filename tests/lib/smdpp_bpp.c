/* The SM-DP+ double builds Bound Profile Packages (SGP.22 2.5.3, 2.5.4, 5.5.1 to 5.5.5), spoiled ones too; see smdpp.h.
 */
#include "smdpp_internal.h"

#include <stdlib.h>

#define SECTIONS 4

/* One 87, 88 or 86 of the package. */
struct item {
    unsigned section; /* 0 to 3: A0 to A3 */
    uint8_t tag;
    struct buf plain;
    struct buf wire;
};

struct package {
    struct item *items;
    size_t n;
    bool failed;
};

static void package_free(struct package *p)
{
    for (size_t i = 0; i < p->n; i++) {
        buf_free(&p->items[i].plain);
        buf_free(&p->items[i].wire);
    }
    free(p->items);
    *p = (struct package){0};
}

static void add_item(struct package *p, unsigned section, uint8_t tag, struct slice plain)
{
    struct item *more = p->failed ? NULL : realloc(p->items, (p->n + 1) * sizeof *more);
    if (!more) {
        p->failed = true;
        return;
    }
    p->items = more;
    p->items[p->n] = (struct item){.section = section, .tag = tag};
    buf_append(&p->items[p->n].plain, plain);
    p->n++;
}

static void add_pieces(struct package *p, unsigned section, uint8_t tag, struct slice whole, size_t size)
{
    while (whole.n) {
        size_t n = whole.n < size ? whole.n : size;
        add_item(p, section, tag, slice_of(whole.p, n));
        whole = slice_skip(whole, n);
    }
}

static void put_replace_session_keys(struct buf *b, const struct smdpp_profile *profile)
{
    size_t mark = tlv_open(b, 0xbf26);
    tlv_put(b, 0x80, SLICE(profile->ppk_mcv));
    tlv_put(b, 0x81, SLICE(profile->ppk_enc));
    tlv_put(b, 0x82, SLICE(profile->ppk_mac));
    tlv_close(b, mark);
}

static void fill_package(struct package *p, const struct smdpp *dp)
{
    static const uint8_t empty_configure[] = {0xbf, 0x24, 0x00};
    const struct smdpp_profile *profile = &dp->profile;
    add_item(p, 0, 0x87, smdpp_or(profile->configure_isdp, SLICE(empty_configure)));
    add_pieces(p, 1, 0x88, profile->metadata, profile->metadata_segment ? profile->metadata_segment : 1008);
    if (profile->use_ppk) {
        BUF_LOCAL rsk = {0};
        put_replace_session_keys(&rsk, profile);
        unsigned count = dp->spoil.replace_session_keys_count ? dp->spoil.replace_session_keys_count : 1;
        for (unsigned i = 0; i < count; i++)
            add_item(p, 2, 0x87, smdpp_or(dp->spoil.replace_session_keys, buf_slice(&rsk)));
    }
    add_pieces(p, 3, 0x86, profile->upp, profile->segment ? profile->segment : 1007);
}

/* Protects one item; number counts from 1. After ReplaceSessionKeys the next item is under the new keys. */
static bool protect_item(const struct smdpp *dp, struct smdpp_bsp *bsp, struct item *item, size_t number)
{
    const struct smdpp_spoil *spoil = &dp->spoil;
    const struct smdpp_bsp_flaw flaw = {
        .mac_bit = spoil->mac_item == number,
        .cipher_bit = spoil->cipher_item == number,
        .next_icv = spoil->icv_item == number,
        .zero_padding = spoil->padding_item == number,
        .cut = spoil->cut_item == number,
        .too_short = spoil->short_item == number,
    };
    uint8_t tag = spoil->retag_item == number ? spoil->retag_to : item->tag;
    if (!smdpp_bsp_protect(bsp, tag, item->tag != 0x88, buf_slice(&item->plain), &flaw, &item->wire)) return false;
    if (item->section == 2) smdpp_bsp_set(bsp, dp->profile.ppk_enc, dp->profile.ppk_mac, dp->profile.ppk_mcv);
    return true;
}

static const char *section_order(const struct smdpp *dp)
{
    return dp->spoil.order ? dp->spoil.order : "0123";
}

static bool protect_package(const struct smdpp *dp, struct smdpp_bsp *bsp, struct package *p)
{
    const char *order = dp->spoil.order_before_protect ? section_order(dp) : "0123";
    for (; *order; order++)
        for (size_t i = 0; i < p->n; i++)
            if (p->items[i].section == (unsigned)(*order - '0') && p->items[i].wire.n == 0 &&
                !protect_item(dp, bsp, &p->items[i], i + 1))
                return false;
    return !p->failed;
}

/* The wire bytes of 86 number `at` of section A3 (from 1), with swapping, replay and loss. */
static void put_86(struct buf *b, const struct smdpp *dp, const struct package *p, size_t first, size_t at)
{
    const struct smdpp_spoil *spoil = &dp->spoil;
    size_t count = p->n - first;
    size_t from = at;
    if (spoil->swap_86 && spoil->swap_86 < count) {
        if (at == spoil->swap_86) from = at + 1;
        if (at == spoil->swap_86 + 1u) from = at - 1;
    }
    if (spoil->drop_86 == from) return;
    buf_append(b, buf_slice(&p->items[first + from - 1].wire));
    if (spoil->replay_86 == from) buf_append(b, buf_slice(&p->items[first + from - 1].wire));
}

static void put_section(struct buf *b, const struct smdpp *dp, const struct package *p, unsigned section)
{
    size_t first = 0;
    while (first < p->n && p->items[first].section != section)
        first++;
    if (first == p->n) return;
    size_t mark = tlv_open(b, 0xa0 + section);
    for (size_t i = first; i < p->n && p->items[i].section == section; i++) {
        if (dp->spoil.insert_item == i + 1) buf_append(b, dp->spoil.insert_bytes);
        if (section == SECTIONS - 1)
            put_86(b, dp, p, first, i - first + 1);
        else
            buf_append(b, buf_slice(&p->items[i].wire));
    }
    tlv_close(b, mark);
}

static struct slice host_id(const struct smdpp *dp)
{
    return smdpp_or(dp->profile.host_id, slice_text("smdp-host"));
}

/* The EID digits of the certificate as the 16 bytes of tag 5A. */
static void put_eid(struct buf *b, const char *eid)
{
    for (size_t i = 0; eid[i] && eid[i + 1]; i += 2)
        buf_byte(b, (uint8_t)((eid[i] - '0') << 4 | (eid[i + 1] - '0')));
}

bool smdpp_build_body(struct smdpp *dp, const struct test_key *otsk, const struct test_key *otpk, struct buf *body)
{
    uint8_t z[32];
    struct smdpp_bsp bsp;
    BUF_LOCAL eid = {0};
    put_eid(&eid, dp->session.euicc.eid);
    if (!test_agree(otsk, otpk, z)) return smdpp_fail(dp, "key agreement failed");
    smdpp_bsp_derive(&bsp, SLICE(z), host_id(dp), buf_slice(&eid));
    __attribute__((cleanup(package_free))) struct package package = {0};
    fill_package(&package, dp);
    if (!protect_package(dp, &bsp, &package)) return smdpp_fail(dp, "protecting the package failed");
    for (const char *order = section_order(dp); *order; order++)
        put_section(body, dp, &package, (unsigned)(*order - '0'));
    buf_append(body, dp->spoil.trailer);
    return buf_err(body) == OK || smdpp_fail(dp, "no memory");
}

/* BF23{82 remoteOpId, 80 transactionId, A6 CRT, 5F49 otPK.DP, 5F37}: signed with the eUICC's one-time key behind
 * (5.5.1). */
static bool put_initialise_secure_channel(struct smdpp *dp, struct buf *b, const struct test_key *otsk)
{
    const struct smdpp_spoil *spoil = &dp->spoil;
    BUF_LOCAL data = {0};
    BUF_LOCAL input = {0};
    if (spoil->isc_raw.n) {
        buf_append(b, spoil->isc_raw);
        return true;
    }
    tlv_put_u8(&data, 0x82, spoil->isc_remote_operation ? spoil->isc_remote_operation : 1);
    tlv_put(&data, 0x80, smdpp_or(spoil->isc_transaction_id, buf_slice(&dp->session.transaction_id)));
    size_t crt = tlv_open(&data, 0xa6);
    tlv_put_u8(&data, 0x80, spoil->isc_key_type ? spoil->isc_key_type : 0x88);
    tlv_put_u8(&data, 0x81, spoil->isc_key_length ? spoil->isc_key_length : 0x10);
    tlv_put(&data, 0x84, smdpp_or(spoil->isc_host_id, host_id(dp)));
    tlv_close(&data, crt);
    tlv_put(&data, 0x5f49, smdpp_or(spoil->isc_otpk, test_key_point(otsk)));
    buf_append(&data, spoil->isc_extra);
    buf_append(&input, buf_slice(&data));
    tlv_put(&input, 0x5f49, buf_slice(&dp->session.otpk_euicc));
    size_t whole = tlv_open(b, 0xbf23);
    buf_append(b, buf_slice(&data));
    if (!smdpp_put_signature(b, smdpp_pb_key(dp), buf_slice(&input), spoil->isc_signature))
        return smdpp_fail(dp, "signing failed");
    tlv_close(b, whole);
    if (spoil->isc_signature_bit && b->n) b->p[b->n - 1] ^= 1;
    return buf_err(b) == OK && buf_err(&input) == OK;
}

/* The one-time key pair of this package. */
static bool make_otsk(struct smdpp *dp, struct test_key *otsk)
{
    uint8_t seed[32];
    enum test_curve curve = smdpp_pb_key(dp)->curve;
    if (dp->fixed_otsk.n) return test_key_private(otsk, curve, dp->fixed_otsk);
    smdpp_draw(dp, seed);
    return test_key_derive(otsk, curve, SLICE(seed), "otSK.DP");
}

bool smdpp_get_bound_profile_package(struct smdpp *dp, struct slice response, struct buf *bpp)
{
    dp->card_error = -1;
    if (!smdpp_check_prepare(dp, response)) return false;
    struct slice otpk = buf_slice(&dp->session.otpk_euicc);
    /* With the same one-time key all but BF23 can be sent again: nothing else depends on the session (3.1.3.2). */
    bool again = dp->retry && dp->kept_body.n && slice_equal(otpk, buf_slice(&dp->kept_otpk));
    if (!again) {
        struct test_key card;
        buf_reset(&dp->kept_body);
        if (!make_otsk(dp, &dp->kept_otsk) || !test_key_public(&card, dp->kept_otsk.curve, otpk))
            return smdpp_fail(dp, "no one-time key");
        if (!smdpp_build_body(dp, &dp->kept_otsk, &card, &dp->kept_body)) return false;
        smdpp_keep(&dp->kept_otpk, otpk);
    }
    smdpp_keep(&dp->session.metadata, dp->profile.metadata);
    size_t mark = tlv_open(bpp, 0xbf36);
    if (!put_initialise_secure_channel(dp, bpp, &dp->kept_otsk)) return false;
    buf_append(bpp, buf_slice(&dp->kept_body));
    tlv_close(bpp, mark);
    return buf_err(bpp) == OK || smdpp_fail(dp, "no memory");
}
