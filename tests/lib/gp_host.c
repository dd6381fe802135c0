/* See gp_host.h. */
#include "gp_host.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- block ciphers; a failure of OpenSSL ends the test program ---- */

static void must(bool ok, const char *what)
{
    if (ok) return;
    (void)fprintf(stderr, "gp_host: %s failed\n", what);
    abort();
}

static void cipher(const EVP_CIPHER *mode, const uint8_t *key, const uint8_t *iv, bool encrypt, const uint8_t *in,
                   size_t n, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int done = 0;
    must(ctx && EVP_CipherInit_ex(ctx, mode, NULL, key, iv, encrypt) == 1, "EVP_CipherInit_ex");
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    must(EVP_CipherUpdate(ctx, out, &done, in, (int)n) == 1 && (size_t)done == n, "EVP_CipherUpdate");
    EVP_CIPHER_CTX_free(ctx);
}

/* One block of DES: triple DES with three equal keys. */
static void des_block(const uint8_t key[8], const uint8_t in[8], uint8_t out[8])
{
    uint8_t three[24];
    for (size_t i = 0; i < 24; i++)
        three[i] = key[i % 8];
    cipher(EVP_des_ede3_ecb(), three, NULL, true, in, 8, out);
}

static void des3_block(const uint8_t key[16], bool encrypt, const uint8_t in[8], uint8_t out[8])
{
    cipher(EVP_des_ede_ecb(), key, NULL, encrypt, in, 8, out);
}

static const EVP_CIPHER *aes_ecb(size_t size)
{
    return size == 16 ? EVP_aes_128_ecb() : size == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
}

static void aes_block(const uint8_t *key, size_t size, bool encrypt, const uint8_t in[16], uint8_t out[16])
{
    cipher(aes_ecb(size), key, NULL, encrypt, in, 16, out);
}

static void exclusive_or(uint8_t *to, const uint8_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] ^= from[i];
}

static void pad(struct buf *b, size_t block)
{
    buf_byte(b, 0x80);
    while (b->n % block)
        buf_byte(b, 0);
    must(!b->failed, "memory");
}

/* CBC by hand, over whole blocks in place. */
static void aes_cbc(const uint8_t *key, size_t size, const uint8_t iv[16], bool encrypt, uint8_t *p, size_t n)
{
    uint8_t previous[16];
    memcpy(previous, iv, 16);
    for (size_t i = 0; i < n; i += 16) {
        uint8_t in[16];
        memcpy(in, p + i, 16);
        if (encrypt) exclusive_or(in, previous, 16);
        aes_block(key, size, encrypt, in, p + i);
        if (!encrypt) {
            uint8_t came[16];
            memcpy(came, in, 16);
            exclusive_or(p + i, previous, 16);
            memcpy(previous, came, 16);
        } else {
            memcpy(previous, p + i, 16);
        }
    }
}

static void double_in_field(const uint8_t in[16], uint8_t out[16])
{
    uint8_t carry = in[0] >> 7;
    for (size_t i = 0; i < 16; i++)
        out[i] = (uint8_t)(in[i] << 1 | (i < 15 ? in[i + 1] >> 7 : 0));
    if (carry) out[15] ^= 0x87;
}

/* RFC 4493, with longer keys too. */
static void cmac(const uint8_t *key, size_t size, struct slice in, uint8_t out[16])
{
    static const uint8_t zero[16];
    uint8_t subkey[16];
    uint8_t last[16] = {0};
    aes_block(key, size, true, zero, subkey);
    double_in_field(subkey, subkey);
    size_t blocks = in.n ? (in.n + 15) / 16 : 1;
    size_t rest = in.n - 16 * (blocks - 1);
    if (rest) memcpy(last, in.p + 16 * (blocks - 1), rest);
    if (rest < 16) {
        last[rest] = 0x80;
        double_in_field(subkey, subkey);
    }
    exclusive_or(last, subkey, 16);
    memset(out, 0, 16);
    for (size_t i = 0; i < blocks; i++) {
        exclusive_or(out, i + 1 < blocks ? in.p + 16 * i : last, 16);
        aes_block(key, size, true, out, out);
    }
}

/* ---- SCP02 ---- */

static void scp02_key(const uint8_t key[16], uint8_t constant, uint32_t sequence, uint8_t out[16])
{
    uint8_t data[16] = {0x01, constant, (uint8_t)(sequence >> 8), (uint8_t)sequence};
    des3_block(key, true, data, out);
    exclusive_or(data + 8, out, 8);
    des3_block(key, true, data + 8, out + 8);
}

static void scp02_cryptogram(const struct gp_host *h, const uint8_t *first, const uint8_t *second, uint8_t out[8])
{
    uint8_t end[8] = {0x80};
    memset(out, 0, 8);
    exclusive_or(out, first, 8);
    des3_block(h->s_enc, true, out, out);
    exclusive_or(out, second, 8);
    des3_block(h->s_enc, true, out, out);
    exclusive_or(out, end, 8);
    des3_block(h->s_enc, true, out, out);
}

static void scp02_mac(struct gp_host *h, struct slice message, uint8_t mac[8])
{
    BUF_LOCAL b = {0};
    buf_append(&b, message);
    pad(&b, 8);
    memset(mac, 0, 8);
    if (h->chained) des_block(h->s_mac, h->chain, mac);
    for (size_t i = 0; i < b.n; i += 8) {
        exclusive_or(mac, b.p + i, 8);
        if (i + 8 < b.n)
            des_block(h->s_mac, mac, mac);
        else
            des3_block(h->s_mac, true, mac, mac);
    }
    memcpy(h->chain, mac, 8);
    h->chained = true;
}

/* ---- SCP03 ---- */

static void scp03_derive(const uint8_t *key, size_t key_size, uint8_t constant, const uint8_t *host,
                         const uint8_t *card, uint8_t *out, size_t n)
{
    for (uint8_t i = 1; (size_t)(i - 1) * 16 < n; i++) {
        uint8_t block[16];
        uint8_t data[32] = {0};
        data[11] = constant;
        data[13] = (uint8_t)(n * 8 / 256);
        data[14] = (uint8_t)(n * 8 % 256);
        data[15] = i;
        memcpy(data + 16, host, 8);
        memcpy(data + 24, card, 8);
        cmac(key, key_size, SLICE(data), block);
        size_t left = n - (size_t)(i - 1) * 16;
        memcpy(out + (size_t)(i - 1) * 16, block, left < 16 ? left : 16);
    }
}

static void scp03_mac(struct gp_host *h, const uint8_t *key, bool advance, struct slice message, uint8_t mac[8])
{
    BUF_LOCAL b = {0};
    uint8_t whole[16];
    buf_append(&b, SLICE(h->chain));
    buf_append(&b, message);
    must(!b.failed, "memory");
    cmac(key, h->size, buf_slice(&b), whole);
    if (advance) memcpy(h->chain, whole, 16);
    memcpy(mac, whole, 8);
}

static void scp03_icv(const struct gp_host *h, bool response, uint8_t iv[16])
{
    uint8_t counter[16] = {response ? 0x80 : 0};
    counter[14] = (uint8_t)(h->counter >> 8);
    counter[15] = (uint8_t)h->counter;
    aes_block(h->s_enc, h->size, true, counter, iv);
}

/* ---- the session ---- */

static uint8_t class_of(const struct gp_host *h, uint8_t cla, bool secured)
{
    if (h->channel < 4) return (uint8_t)((cla & 0xf0) | (secured ? 0x04 : 0) | h->channel);
    return (uint8_t)((cla & 0x80) | 0x40 | (secured ? 0x20 : 0) | (h->channel - 4));
}

static void command_mac(struct gp_host *h, struct slice message, uint8_t mac[8])
{
    if (h->protocol == 2)
        scp02_mac(h, message, mac);
    else
        scp03_mac(h, h->s_mac, true, message, mac);
}

static bool fail(struct gp_host *h, const char *why)
{
    (void)snprintf(h->error, sizeof h->error, "%s", why);
    return false;
}

void gp_host_initialize(struct gp_host *h, struct buf *command)
{
    const uint8_t head[] = {class_of(h, 0x80, false), 0x50, h->kvn, 0x00, 0x08};
    buf_append(command, SLICE(head));
    buf_append(command, SLICE(h->challenge));
    buf_byte(command, 0x00);
}

static bool take_scp02(struct gp_host *h, struct slice a)
{
    uint8_t wanted[8];
    if (a.n != 28) return fail(h, "28 bytes expected");
    h->sequence = (uint32_t)(a.p[12] << 8 | a.p[13]);
    scp02_key(h->enc, 0x82, h->sequence, h->s_enc);
    scp02_key(h->mac, 0x01, h->sequence, h->s_mac);
    scp02_key(h->dek, 0x81, h->sequence, h->s_dek);
    scp02_cryptogram(h, h->challenge, a.p + 12, wanted);
    if (memcmp(wanted, a.p + 20, 8) != 0) return fail(h, "the card cryptogram is wrong");
    scp02_cryptogram(h, a.p + 12, h->challenge, h->host_cryptogram);
    return true;
}

static bool take_scp03(struct gp_host *h, struct slice a)
{
    uint8_t wanted[8];
    h->option = a.n > 12 ? a.p[12] : 0;
    if (a.n != (h->option == 0x70 ? 32u : 29u)) return fail(h, "29 bytes expected, 32 with i = 70");
    h->sequence = a.n == 32 ? (uint32_t)(a.p[29] << 16 | a.p[30] << 8 | a.p[31]) : 0;
    const uint8_t *card = a.p + 13;
    scp03_derive(h->enc, h->size, 0x04, h->challenge, card, h->s_enc, h->size);
    scp03_derive(h->mac, h->size, 0x06, h->challenge, card, h->s_mac, h->size);
    scp03_derive(h->mac, h->size, 0x07, h->challenge, card, h->s_rmac, h->size);
    memcpy(h->s_dek, h->dek, h->size);
    scp03_derive(h->s_mac, h->size, 0x00, h->challenge, card, wanted, 8);
    if (memcmp(wanted, a.p + 21, 8) != 0) return fail(h, "the card cryptogram is wrong");
    scp03_derive(h->s_mac, h->size, 0x01, h->challenge, card, h->host_cryptogram, 8);
    return true;
}

bool gp_host_initialized(struct gp_host *h, struct slice answer)
{
    memset(h->chain, 0, sizeof h->chain);
    h->chained = false;
    h->counter = 0;
    h->level = 0;
    if (answer.n < 12) return fail(h, "an answer to INITIALIZE UPDATE expected");
    if (h->kvn && answer.p[10] != h->kvn) return fail(h, "another key version");
    if (answer.p[11] != h->protocol) return fail(h, "another protocol");
    return h->protocol == 2 ? take_scp02(h, answer) : take_scp03(h, answer);
}

void gp_host_authenticate(struct gp_host *h, uint8_t level, struct buf *command)
{
    uint8_t mac[8];
    const uint8_t head[] = {class_of(h, 0x80, true), 0x82, level, 0x00, 0x10};
    uint8_t message[13] = {0x84, 0x82, level, 0x00, 0x10};
    memcpy(message + 5, h->host_cryptogram, 8);
    command_mac(h, SLICE(message), mac);
    buf_append(command, SLICE(head));
    buf_append(command, SLICE(h->host_cryptogram));
    buf_append(command, SLICE(mac));
    h->level = level;
}

/* Data as it is sent under encryption. */
static void encrypt_data(struct gp_host *h, struct slice data, struct buf *out)
{
    uint8_t iv[16] = {0};
    buf_append(out, data);
    if (data.n == 0) return;
    pad(out, h->protocol == 2 ? 8 : 16);
    if (h->protocol == 3) {
        scp03_icv(h, false, iv);
        aes_cbc(h->s_enc, h->size, iv, true, out->p, out->n);
        return;
    }
    for (size_t i = 0; i < out->n; i += 8) {
        exclusive_or(out->p + i, iv, 8);
        des3_block(h->s_enc, true, out->p + i, out->p + i);
        memcpy(iv, out->p + i, 8);
    }
}

void gp_host_wrap(struct gp_host *h, struct slice plain, struct buf *command)
{
    BUF_LOCAL sent = {0};
    BUF_LOCAL message = {0};
    uint8_t mac[8];
    struct slice data = {0};
    bool has_le = plain.n == 5;
    must(plain.n >= 4, "a command");
    if (plain.n > 5) {
        data = slice_of(plain.p + 5, plain.p[4]);
        has_le = plain.n == 6 + data.n;
    }
    h->counter++;
    if (!(h->level & 0x01)) {
        buf_append(command, plain);
        command->p[0] = class_of(h, plain.p[0], false);
        return;
    }
    if (h->level & 0x02)
        encrypt_data(h, data, &sent);
    else
        buf_append(&sent, data);
    struct slice covered = h->protocol == 2 ? data : buf_slice(&sent);
    const uint8_t head[] = {0x84, plain.p[1], plain.p[2], plain.p[3], (uint8_t)(covered.n + 8)};
    buf_append(&message, SLICE(head));
    buf_append(&message, covered);
    command_mac(h, buf_slice(&message), mac);
    buf_byte(command, class_of(h, plain.p[0], true));
    buf_append(command, slice_of(head + 1, 3));
    buf_byte(command, (uint8_t)(sent.n + 8));
    buf_append(command, buf_slice(&sent));
    buf_append(command, SLICE(mac));
    if (has_le) buf_byte(command, plain.p[plain.n - 1]);
    must(!command->failed, "memory");
}

static bool remove_padding(struct gp_host *h, struct buf *data)
{
    while (data->n && data->p[data->n - 1] == 0)
        buf_truncate(data, data->n - 1);
    if (data->n == 0 || data->p[data->n - 1] != 0x80) return fail(h, "no padding in the response");
    buf_truncate(data, data->n - 1);
    return true;
}

bool gp_host_unwrap(struct gp_host *h, struct slice response, struct buf *data)
{
    BUF_LOCAL message = {0};
    uint8_t mac[8];
    uint8_t iv[16];
    if (response.n < 2) return fail(h, "a status word expected");
    struct slice body = slice_of(response.p, response.n - 2);
    const uint8_t *sw = response.p + body.n;
    bool is_error = sw[0] != 0x90 && sw[0] != 0x62 && sw[0] != 0x63;
    if (!(h->level & 0x10) || is_error) {
        if (is_error && body.n) return fail(h, "data with an error");
        buf_append(data, body);
        return true;
    }
    if (body.n < 8) return fail(h, "a response MAC expected");
    struct slice covered = slice_of(body.p, body.n - 8);
    buf_append(&message, covered);
    buf_append(&message, slice_of(sw, 2));
    scp03_mac(h, h->s_rmac, false, buf_slice(&message), mac);
    if (memcmp(mac, covered.p + covered.n, 8) != 0) return fail(h, "the response MAC is wrong");
    buf_append(data, covered);
    if (!(h->level & 0x20) || covered.n == 0) return true;
    if (covered.n % 16) return fail(h, "encrypted data in whole blocks expected");
    scp03_icv(h, true, iv);
    aes_cbc(h->s_enc, h->size, iv, false, data->p, data->n);
    return remove_padding(h, data);
}

void gp_host_key_field(const struct gp_host *h, uint8_t type, struct slice key, struct buf *out)
{
    static const uint8_t zero_iv[16];
    uint8_t plain[48] = {0};
    uint8_t check[16];
    size_t block = h->protocol == 2 ? 8 : 16;
    size_t n = (key.n + block - 1) / block * block;
    memcpy(plain, key.p, key.n);
    if (h->protocol == 3)
        aes_cbc(h->s_dek, h->size, zero_iv, true, plain, n);
    else
        for (size_t i = 0; i < n; i += 8)
            des3_block(h->s_dek, true, plain + i, plain + i);
    buf_byte(out, type);
    bool length = n != key.n || (type == 0x88 && !h->bare_keys);
    buf_byte(out, (uint8_t)(length ? n + 1 : n));
    if (length) buf_byte(out, (uint8_t)key.n);
    buf_append(out, slice_of(plain, n));
    if (type == 0x88) {
        memset(check, 0x01, sizeof check);
        aes_block(key.p, key.n, true, check, check);
    } else {
        memset(check, 0x00, sizeof check);
        des3_block(key.p, true, check, check);
    }
    buf_byte(out, 3);
    buf_append(out, slice_of(check, 3));
    must(!out->failed, "memory");
}
