/* SCP03, S8 mode: key derivation, cryptograms, MACs and the encryption counter (GP Amendment D 4.1.5, 6.2). */
#define _DEFAULT_SOURCE
#include "crypto/internal.h"
#include "crypto/scp.h"

/* Derivation constants (Amendment D 4.1.5). */
#define CARD_CHALLENGE 0x02
#define SESSION_ENC 0x04
#define SESSION_MAC 0x06
#define SESSION_RESPONSE_MAC 0x07

/* KDF in counter mode with CMAC: 11 zeros and the constant, 00, length in bits, counter, context. */
static enum err derive(struct slice key, uint8_t constant, struct slice first, struct slice second, uint8_t *out,
                       size_t size)
{
    uint8_t block[16];
    enum err e = OK;
    for (size_t done = 0; done < size && e == OK; done += sizeof block) {
        size_t left = size - done;
        const uint8_t fixed[16] = {[11] = constant,
                                   [13] = (uint8_t)(size * 8 >> 8),
                                   [14] = (uint8_t)(size * 8),
                                   [15] = (uint8_t)(done / sizeof block + 1)};
        const struct slice parts[] = {SLICE(fixed), first, second};
        e = aes_cmac(key, parts, 3, block);
        if (e == OK) memcpy(out + done, block, left < sizeof block ? left : sizeof block);
    }
    explicit_bzero(block, sizeof block);
    return e;
}

enum err scp03_open(const struct scp_keys *keys, const uint8_t host[SCP_CHALLENGE], const uint8_t card[SCP_CHALLENGE],
                    struct scp_session *out)
{
    struct slice h = slice_of(host, SCP_CHALLENGE);
    struct slice c = slice_of(card, SCP_CHALLENGE);
    *out = (struct scp_session){.protocol = 3, .size = keys->size};
    memcpy(out->dek, keys->dek, keys->size);
    TRY(derive(slice_of(keys->enc, keys->size), SESSION_ENC, h, c, out->enc, keys->size));
    TRY(derive(slice_of(keys->mac, keys->size), SESSION_MAC, h, c, out->mac, keys->size));
    return derive(slice_of(keys->mac, keys->size), SESSION_RESPONSE_MAC, h, c, out->response_mac, keys->size);
}

enum err scp03_card_challenge(const struct scp_keys *keys, uint32_t sequence, struct slice aid,
                              uint8_t out[SCP_CHALLENGE])
{
    const uint8_t counter[3] = {(uint8_t)(sequence >> 16), (uint8_t)(sequence >> 8), (uint8_t)sequence};
    return derive(slice_of(keys->enc, keys->size), CARD_CHALLENGE, SLICE(counter), aid, out, SCP_CHALLENGE);
}

enum err scp03_cryptogram(const struct scp_session *s, uint8_t constant, const uint8_t host[8], const uint8_t card[8],
                          uint8_t out[8])
{
    return derive(slice_of(s->mac, s->size), constant, slice_of(host, SCP_CHALLENGE), slice_of(card, SCP_CHALLENGE),
                  out, SCP_MAC);
}

enum err scp03_command_mac(struct scp_session *s, struct slice message, uint8_t mac[8])
{
    const struct slice parts[] = {SLICE(s->chain), message};
    uint8_t whole[16];
    TRY(aes_cmac(slice_of(s->mac, s->size), parts, 2, whole));
    memcpy(s->chain, whole, sizeof whole);
    memcpy(mac, whole, SCP_MAC);
    return OK;
}

enum err scp_response_mac(const struct scp_session *s, const struct slice *parts, size_t n, uint8_t mac[SCP_MAC])
{
    BUF_LOCAL b = {0};
    uint8_t whole[16];
    buf_append(&b, SLICE(s->chain));
    for (size_t i = 0; i < n; i++)
        buf_append(&b, parts[i]);
    TRY(buf_err(&b));
    struct slice message = buf_slice(&b);
    TRY(aes_cmac(slice_of(s->response_mac, s->size), &message, 1, whole));
    memcpy(mac, whole, SCP_MAC);
    return OK;
}

/* CBC with the encrypted counter as its first block; the first bit tells responses from commands (6.2.6, 6.2.7). */
enum err scp03_cipher(const struct scp_session *s, bool response, bool encrypt, struct slice in, uint8_t *out)
{
    static const uint8_t zero_iv[16];
    const uint8_t counter[16] = {[0] = response ? 0x80 : 0x00,
                                 [12] = (uint8_t)(s->counter >> 24),
                                 [13] = (uint8_t)(s->counter >> 16),
                                 [14] = (uint8_t)(s->counter >> 8),
                                 [15] = (uint8_t)s->counter};
    uint8_t iv[16];
    struct slice key = slice_of(s->enc, s->size);
    TRY(aes_cbc(key, zero_iv, true, SLICE(counter), iv));
    return aes_cbc(key, iv, encrypt, in, out);
}
