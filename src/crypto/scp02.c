/* SCP02: session keys, cryptograms and C-MAC (GP Card 2.3 E.4). Options 15 and 55: three keys, explicit initiation,
 * C-MAC on the modified APDU, ICV encryption. */
#define _DEFAULT_SOURCE
#include "crypto/internal.h"
#include "crypto/scp.h"

#define DES_KEY 16
#define BLOCK 8

static const uint8_t zero_iv[BLOCK];

static enum err derive(const uint8_t key[DES_KEY], uint8_t constant, uint16_t sequence, uint8_t out[DES_KEY])
{
    const uint8_t data[16] = {0x01, constant, (uint8_t)(sequence >> 8), (uint8_t)sequence};
    return des3_cbc(slice_of(key, DES_KEY), zero_iv, true, SLICE(data), out);
}

enum err scp02_open(const struct scp_keys *keys, uint16_t sequence, struct scp_session *out)
{
    if (keys->size != DES_KEY) return ERR_DATA;
    *out = (struct scp_session){.protocol = 2, .size = DES_KEY};
    TRY(derive(keys->mac, 0x01, sequence, out->mac));
    TRY(derive(keys->mac, 0x02, sequence, out->response_mac));
    TRY(derive(keys->enc, 0x82, sequence, out->enc));
    return derive(keys->dek, 0x81, sequence, out->dek);
}

/* Whole triple DES over all blocks (GP B.1.2.1), padded. */
enum err scp02_cryptogram(const struct scp_session *s, const uint8_t a[8], const uint8_t b[8], uint8_t out[8])
{
    uint8_t data[3 * BLOCK] = {0};
    memcpy(data, a, BLOCK);
    memcpy(data + BLOCK, b, BLOCK);
    data[2 * BLOCK] = 0x80;
    TRY(des3_cbc(slice_of(s->enc, DES_KEY), zero_iv, true, SLICE(data), data));
    memcpy(out, data + 2 * BLOCK, BLOCK);
    return OK;
}

/* Single DES, but triple in the last block (GP B.1.2.2), over padded data. */
static enum err retail_mac(const uint8_t key[DES_KEY], const uint8_t iv[BLOCK], struct slice message,
                           uint8_t out[BLOCK])
{
    BUF_LOCAL b = {0};
    uint8_t last[BLOCK];
    memcpy(last, iv, BLOCK);
    buf_append(&b, message);
    buf_byte(&b, 0x80);
    while (b.n % BLOCK)
        buf_byte(&b, 0);
    TRY(buf_err(&b));
    size_t head = b.n - BLOCK;
    TRY(des3_cbc(slice_of(key, 8), iv, true, slice_of(b.p, head), b.p));
    if (head) memcpy(last, b.p + head - BLOCK, BLOCK);
    return des3_cbc(slice_of(key, DES_KEY), last, true, slice_of(b.p + head, BLOCK), out);
}

enum err scp02_command_mac(struct scp_session *s, struct slice message, uint8_t mac[8])
{
    uint8_t iv[BLOCK] = {0};
    if (s->chained) TRY(des3_cbc(slice_of(s->mac, 8), zero_iv, true, slice_of(s->chain, BLOCK), iv));
    TRY(retail_mac(s->mac, iv, message, mac));
    memcpy(s->chain, mac, BLOCK);
    s->chained = true;
    return OK;
}

enum err scp02_card_challenge(const struct scp_session *s, struct slice aid, uint8_t out[6])
{
    uint8_t mac[BLOCK];
    TRY(retail_mac(s->mac, zero_iv, aid, mac));
    memcpy(out, mac, 6);
    return OK;
}
