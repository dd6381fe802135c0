/* What SCP02 and SCP03 have in common for those who use them; see scp.h. */
#define _DEFAULT_SOURCE
#include "crypto/scp.h"
#include "crypto/internal.h"

static const uint8_t zero_iv[16];

static size_t block_size(const struct scp_session *s)
{
    return s->protocol == 3 ? 16 : 8;
}

enum err scp_cryptograms(const struct scp_session *s, const uint8_t host[SCP_CHALLENGE],
                         const uint8_t card[SCP_CHALLENGE], uint8_t card_cryptogram[SCP_MAC],
                         uint8_t host_cryptogram[SCP_MAC])
{
    if (s->protocol == 3) {
        TRY(scp03_cryptogram(s, 0x00, host, card, card_cryptogram));
        return scp03_cryptogram(s, 0x01, host, card, host_cryptogram);
    }
    TRY(scp02_cryptogram(s, host, card, card_cryptogram));
    return scp02_cryptogram(s, card, host, host_cryptogram);
}

enum err scp_command_mac(struct scp_session *s, const struct slice *parts, size_t n, uint8_t mac[SCP_MAC])
{
    BUF_LOCAL b = {0};
    for (size_t i = 0; i < n; i++)
        buf_append(&b, parts[i]);
    TRY(buf_err(&b));
    return s->protocol == 3 ? scp03_command_mac(s, buf_slice(&b), mac) : scp02_command_mac(s, buf_slice(&b), mac);
}

void scp_next_command(struct scp_session *s)
{
    s->counter++;
}

enum err scp_decrypt_command(const struct scp_session *s, struct slice in, struct buf *plain, bool *valid)
{
    size_t start = plain->n;
    *valid = false;
    if (in.n == 0 || in.n % block_size(s) != 0) return OK;
    uint8_t *out = buf_extend(plain, in.n);
    if (!out) return ERR_MEMORY;
    if (s->protocol == 3)
        TRY(scp03_cipher(s, false, false, in, out));
    else
        TRY(des3_cbc(slice_of(s->enc, s->size), zero_iv, false, in, out));
    size_t n = in.n;
    while (n && out[n - 1] == 0)
        n--;
    *valid = n && out[n - 1] == 0x80 && in.n - n < block_size(s);
    buf_truncate(plain, *valid ? start + n - 1 : start);
    return OK;
}

enum err scp_encrypt_response(const struct scp_session *s, struct slice in, struct buf *out)
{
    size_t start = out->n;
    if (s->protocol != 3) return ERR_DATA;
    buf_append(out, in);
    buf_byte(out, 0x80);
    while ((out->n - start) % block_size(s) && !out->failed)
        buf_byte(out, 0);
    TRY(buf_err(out));
    return scp03_cipher(s, true, true, slice_of(out->p + start, out->n - start), out->p + start);
}

enum err scp_decrypt_key(bool aes, struct slice dek, struct slice in, uint8_t *out)
{
    if (aes) return aes_cbc(dek, zero_iv, false, in, out);
    if (in.n % 8 != 0) return ERR_DATA;
    /* ECB, block by block */
    for (size_t i = 0; i < in.n; i += 8)
        TRY(des3_cbc(dek, zero_iv, false, slice_of(in.p + i, 8), out + i));
    return OK;
}

enum err scp_key_check_value(bool aes, struct slice key, uint8_t out[3])
{
    uint8_t block[16];
    memset(block, aes ? 0x01 : 0x00, sizeof block);
    if (aes)
        TRY(aes_cbc(key, zero_iv, true, SLICE(block), block));
    else
        TRY(des3_cbc(key, zero_iv, true, slice_of(block, 8), block));
    memcpy(out, block, 3);
    return OK;
}
