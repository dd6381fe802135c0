/* SCP03t as an SM-DP+ does it; see smdpp_bsp.h. */
#include "smdpp_bsp.h"

#include "base/tlv.h"

void smdpp_shared_info(struct buf *b, struct slice host_id, struct slice eid)
{
    buf_byte(b, 0x88); /* AES */
    buf_byte(b, 0x10); /* 16-byte keys */
    buf_byte(b, (uint8_t)host_id.n);
    buf_append(b, host_id);
    buf_byte(b, (uint8_t)eid.n);
    buf_append(b, eid);
}

void smdpp_bsp_set(struct smdpp_bsp *bsp, const uint8_t enc[16], const uint8_t mac[16], const uint8_t mcv[16])
{
    memcpy(bsp->enc, enc, 16);
    memcpy(bsp->mac, mac, 16);
    memcpy(bsp->mcv, mcv, 16);
    bsp->counter = 1;
}

void smdpp_bsp_derive(struct smdpp_bsp *bsp, struct slice z, struct slice host_id, struct slice eid)
{
    uint8_t keys[48];
    BUF_LOCAL info = {0};
    smdpp_shared_info(&info, host_id, eid);
    test_x963(z, buf_slice(&info), keys, sizeof keys);
    smdpp_bsp_set(bsp, keys + 16, keys + 32, keys);
}

/* ICV = AES(S-ENC, counter). */
static bool initial_vector(const struct smdpp_bsp *bsp, uint32_t counter, uint8_t icv[16])
{
    const uint8_t block[16] = {[12] = (uint8_t)(counter >> 24),
                               [13] = (uint8_t)(counter >> 16),
                               [14] = (uint8_t)(counter >> 8),
                               [15] = (uint8_t)counter};
    return test_aes_block(bsp->enc, block, icv);
}

static bool encrypt_plain(const struct smdpp_bsp *bsp, struct slice plain, const struct smdpp_bsp_flaw *flaw,
                          struct buf *cipher)
{
    uint8_t icv[16];
    BUF_LOCAL padded = {0};
    buf_append(&padded, plain);
    buf_byte(&padded, flaw->zero_padding ? 0 : 0x80);
    while (padded.n % 16)
        buf_byte(&padded, 0);
    return initial_vector(bsp, bsp->counter + (flaw->next_icv ? 1 : 0), icv) &&
           test_aes_cbc(bsp->enc, icv, true, buf_slice(&padded), cipher);
}

bool smdpp_bsp_protect(struct smdpp_bsp *bsp, uint8_t tag, bool encrypt, struct slice plain,
                       const struct smdpp_bsp_flaw *flaw, struct buf *out)
{
    static const struct smdpp_bsp_flaw none = {0};
    if (!flaw) flaw = &none;
    uint8_t mac[16];
    BUF_LOCAL body = {0};
    BUF_LOCAL whole = {0};
    BUF_LOCAL input = {0};
    if (!encrypt)
        buf_append(&body, plain);
    else if (!encrypt_plain(bsp, plain, flaw, &body))
        return false;
    if (flaw->cut) buf_truncate(&body, body.n - 1);
    /* The header as sent, with the length of body and MAC together. */
    size_t body_n = body.n;
    for (int i = 0; i < 8; i++)
        buf_byte(&body, 0);
    tlv_put(&whole, tag, buf_slice(&body));
    buf_append(&input, SLICE(bsp->mcv));
    buf_append(&input, slice_of(whole.p, whole.n - 8));
    if (buf_err(&input) != OK || !test_cmac(bsp->mac, buf_slice(&input), mac)) return false;
    memcpy(bsp->mcv, mac, 16);
    bsp->counter++;
    if (flaw->too_short) {
        tlv_put(out, tag, slice_of(mac, 7));
        return buf_err(out) == OK;
    }
    memcpy(whole.p + whole.n - 8, mac, 8);
    if (flaw->mac_bit) whole.p[whole.n - 1] ^= 1;
    if (flaw->cipher_bit && body_n) whole.p[whole.n - 9] ^= 1;
    buf_append(out, buf_slice(&whole));
    return buf_err(out) == OK;
}

bool smdpp_bsp_open(struct smdpp_bsp *bsp, struct slice tlv, struct buf *plain)
{
    struct tlv t;
    uint8_t mac[16];
    uint8_t icv[16];
    BUF_LOCAL input = {0};
    if (!tlv_next(&tlv, &t) || tlv.n || t.value.n < 8) return false;
    buf_append(&input, SLICE(bsp->mcv));
    buf_append(&input, slice_of(t.whole.p, t.whole.n - 8));
    if (!test_cmac(bsp->mac, buf_slice(&input), mac)) return false;
    struct slice body = slice_of(t.value.p, t.value.n - 8);
    if (memcmp(mac, body.p + body.n, 8) != 0) return false;
    if (t.tag == 0x88) {
        buf_append(plain, body);
    } else {
        size_t start = plain->n;
        if (body.n == 0 || !initial_vector(bsp, bsp->counter, icv) || !test_aes_cbc(bsp->enc, icv, false, body, plain))
            return false;
        while (plain->n > start && plain->p[plain->n - 1] == 0)
            plain->n--;
        if (plain->n == start || plain->p[plain->n - 1] != 0x80) return false;
        plain->n--;
    }
    memcpy(bsp->mcv, mac, 16);
    bsp->counter++;
    return buf_err(plain) == OK;
}
