/* An OTA server; see ota.h. The checks are computed over the bytes as the specifications draw them, in one piece. */
#include "ota.h"

#include "base/tlv.h"

#include <string.h>

#include <openssl/evp.h>

#define BLOCK_MAX 16

/* ---- cryptography ---- */

static size_t block_of(const struct ota_key *key)
{
    return key->aes ? 16 : 8;
}

static const EVP_CIPHER *cipher_of(const struct ota_key *key)
{
    if (!key->aes) return key->n == 16 ? EVP_des_ede_cbc() : EVP_des_ede3_cbc();
    return key->n == 16 ? EVP_aes_128_cbc() : key->n == 24 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
}

static bool cbc(const struct ota_key *key, bool encrypt, uint8_t *p, size_t n)
{
    static const uint8_t zero[BLOCK_MAX] = {0};
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int written = 0;
    bool ok = c && EVP_CipherInit_ex(c, cipher_of(key), NULL, key->bytes, zero, encrypt) == 1 &&
              EVP_CIPHER_CTX_set_padding(c, 0) == 1 && EVP_CipherUpdate(c, p, &written, p, (int)n) == 1 &&
              written == (int)n;
    EVP_CIPHER_CTX_free(c);
    return ok;
}

/* AES: CMAC. Triple DES: the last block of the ciphered message, which is filled up with zeros. */
static bool mac(const struct ota_key *key, struct slice in, uint8_t out[BLOCK_MAX])
{
    size_t n = BLOCK_MAX;
    if (key->aes) {
        const char *name = key->n == 16 ? "AES-128-CBC" : key->n == 24 ? "AES-192-CBC" : "AES-256-CBC";
        return EVP_Q_mac(NULL, "CMAC", NULL, name, NULL, key->bytes, key->n, in.p, in.n, out, n, &n) != NULL;
    }
    BUF_LOCAL padded = {0};
    buf_append(&padded, in);
    while (padded.n % 8)
        buf_byte(&padded, 0);
    if (padded.failed || !cbc(key, true, padded.p, padded.n)) return false;
    memcpy(out, padded.p + padded.n - 8, 8);
    return true;
}

/* ISO/IEC 13239, bit by bit from the least significant one, the register shifting towards its most significant bit. */
static uint32_t redundancy(struct slice in, unsigned bits, uint32_t polynomial)
{
    const uint32_t top = 1u << (bits - 1);
    const uint32_t all = top | (top - 1);
    uint32_t r = all;
    uint32_t reversed = 0;
    for (size_t i = 0; i < in.n * 8; i++) {
        bool one = in.p[i / 8] >> i % 8 & 1;
        bool carry = (r & top) != 0;
        r = r << 1 & all;
        if (one != carry) r ^= polynomial;
    }
    for (unsigned i = 0; i < bits; i++)
        if (r >> i & 1) reversed |= top >> i;
    return reversed ^ all;
}

enum { NONE, RC, CC };

static size_t check_size(const struct ota *o, unsigned kind)
{
    if (kind == CC) return o->checksum.mac_length;
    if (kind != RC) return 0;
    bool crc16 = (o->spi[0] & 3) == RC && (o->kid & 0x0f) == 1;
    return crc16 ? 2 : 4;
}

static bool make_check(const struct ota *o, unsigned kind, size_t n, struct slice in, uint8_t out[BLOCK_MAX])
{
    if (kind == CC) return mac(&o->checksum, in, out);
    uint32_t value = n == 2 ? redundancy(in, 16, 0x1021) << 16 : redundancy(in, 32, 0x04c11db7);
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
    return true;
}

/* ---- command packet ---- */

static void put_u16(struct buf *b, size_t n)
{
    buf_byte(b, (uint8_t)(n >> 8));
    buf_byte(b, (uint8_t)n);
}

/* CPL to TAR for this many bytes behind. */
static void put_header(const struct ota *o, size_t check_n, size_t behind, struct buf *b)
{
    put_u16(b, 8 + behind);
    buf_byte(b, (uint8_t)(13 + check_n));
    buf_append(b, SLICE(o->spi));
    buf_byte(b, o->kic);
    buf_byte(b, o->kid);
    buf_append(b, SLICE(o->tar));
}

static void put_counter(const struct ota *o, size_t padding, struct buf *b)
{
    for (unsigned i = 0; i < 5; i++)
        buf_byte(b, (uint8_t)(o->counter >> (32 - 8 * i)));
    buf_byte(b, (uint8_t)padding);
}

static void spoil(const struct ota *o, size_t check_n, struct buf *b)
{
    if (o->fault == OTA_WRONG_CHECK && check_n) b->p[16] ^= 0x01;
    if (o->fault == OTA_WRONG_TEXT) b->p[b->n - 1] ^= 0x80;
}

bool ota_packet(const struct ota *o, struct slice script, struct buf *packet)
{
    BUF_LOCAL b = {0};
    BUF_LOCAL signed_part = {0};
    uint8_t check[BLOCK_MAX] = {0};
    unsigned kind = o->spi[0] & 3;
    size_t check_n = check_size(o, kind);
    bool ciphered = o->spi[0] & 4;
    size_t block = block_of(&o->cipher);
    size_t behind = 6 + check_n + script.n;
    size_t padding = ciphered ? (block - behind % block) % block : 0;
    size_t said = o->fault == OTA_PADDING_COUNTER ? padding + block : padding;
    put_header(o, check_n, behind + padding, &signed_part);
    put_counter(o, said, &signed_part);
    buf_append(&signed_part, script);
    for (size_t i = 0; i < padding; i++)
        buf_byte(&signed_part, 0);
    if (signed_part.failed || !make_check(o, kind, check_n, buf_slice(&signed_part), check)) return false;
    buf_append(&b, slice_of(signed_part.p, 16));
    buf_append(&b, slice_of(check, check_n));
    buf_append(&b, slice_skip(buf_slice(&signed_part), 16));
    spoil(o, check_n, &b);
    if (ciphered && !cbc(&o->cipher, true, b.p + 10, b.n - 10)) return false;
    if (o->fault == OTA_WRONG_CPL) b.p[1]++;
    if (o->fault == OTA_WRONG_CHL) b.p[2]++;
    if (o->fault == OTA_SHORT_CIPHER) buf_truncate(&b, b.n - 1);
    if (o->fault == OTA_CUT_HEADER) buf_truncate(&b, 10);
    if (o->fault == OTA_SHORT_CIPHER || o->fault == OTA_CUT_HEADER) b.p[1] = (uint8_t)(b.n - 2);
    buf_append(packet, buf_slice(&b));
    return !packet->failed;
}

/* ---- short message and ENVELOPE ---- */

void ota_put_envelope_of(bool has_header, struct slice user_data, struct buf *apdu)
{
    static const uint8_t devices[] = {0x82, 0x02, 0x83, 0x81}; /* from the network to the UICC */
    static const uint8_t centre[] = {0x86, 0x06, 0x91, 0x21, 0x43, 0x65, 0x87, 0xf9};
    /* TP-OA 12345678, PID 7F, DCS F6, TP-SCTS, as for data download (TS 31.111 7.1.1.1) */
    static const uint8_t fixed[] = {0x08, 0x81, 0x21, 0x43, 0x65, 0x87, 0x7f, 0xf6,
                                    0x22, 0x70, 0x52, 0x00, 0x00, 0x00, 0x00};
    BUF_LOCAL message = {0};
    buf_byte(&message, has_header ? 0x40 : 0x00);
    buf_append(&message, SLICE(fixed));
    buf_byte(&message, (uint8_t)user_data.n);
    buf_append(&message, user_data);
    BUF_LOCAL envelope = {0};
    size_t mark = tlv_open(&envelope, 0xd1);
    buf_append(&envelope, SLICE(devices));
    buf_append(&envelope, SLICE(centre));
    tlv_put(&envelope, 0x8b, buf_slice(&message));
    tlv_close(&envelope, mark);
    static const uint8_t header[] = {0x80, 0xc2, 0x00, 0x00};
    buf_append(apdu, SLICE(header));
    buf_byte(apdu, (uint8_t)envelope.n);
    buf_append(apdu, buf_slice(&envelope));
    buf_byte(apdu, 0x00);
}

void ota_put_envelope(struct slice packet, struct buf *apdu)
{
    static const uint8_t header[] = {0x02, 0x70, 0x00};
    BUF_LOCAL user_data = {0};
    buf_append(&user_data, SLICE(header));
    buf_append(&user_data, packet);
    ota_put_envelope_of(true, buf_slice(&user_data), apdu);
}

void ota_put_envelope_part(struct slice part, uint16_t reference, bool wide, uint8_t total, uint8_t number,
                           struct buf *apdu)
{
    static const uint8_t command_packet[] = {0x70, 0x00};
    BUF_LOCAL user_data = {0};
    size_t concatenation = wide ? 6 : 5;
    buf_byte(&user_data, (uint8_t)(concatenation + (number == 1 ? 2 : 0)));
    buf_byte(&user_data, wide ? 0x08 : 0x00);
    buf_byte(&user_data, wide ? 4 : 3);
    if (wide) buf_byte(&user_data, (uint8_t)(reference >> 8));
    buf_byte(&user_data, (uint8_t)reference);
    buf_byte(&user_data, total);
    buf_byte(&user_data, number);
    if (number == 1) buf_append(&user_data, SLICE(command_packet));
    buf_append(&user_data, part);
    ota_put_envelope_of(true, buf_slice(&user_data), apdu);
}

/* ---- proof of receipt ---- */

void ota_answer_free(struct ota_answer *a)
{
    buf_free(&a->data);
}

/* The check is over everything but itself, the user data header too, all in clear. */
static const char *verify(const struct ota *o, unsigned kind, size_t n, struct slice clear)
{
    uint8_t check[BLOCK_MAX] = {0};
    BUF_LOCAL covered = {0};
    if (n == 0) return NULL;
    buf_append(&covered, slice_of(clear.p, 16));
    buf_append(&covered, slice_skip(clear, 16 + n));
    if (covered.failed || !make_check(o, kind, n, buf_slice(&covered), check)) return "no check could be made";
    return memcmp(check, clear.p + 16, n) == 0 ? NULL : "the check of the response packet is wrong";
}

const char *ota_open(const struct ota *o, struct slice in, bool secured, struct ota_answer *out)
{
    static const uint8_t header[] = {0x02, 0x71, 0x00};
    unsigned kind = secured ? o->spi[1] >> 2 & 3 : NONE;
    bool ciphered = secured && (o->spi[1] & 0x10);
    size_t check_n = check_size(o, kind);
    BUF_LOCAL clear = {0};
    memset(out, 0, sizeof *out);
    if (in.n < 16 + check_n) return "the response packet is too short";
    if (memcmp(in.p, header, sizeof header) != 0) return "no user data header with element 71";
    if (((size_t)in.p[3] << 8 | in.p[4]) != in.n - 5) return "RPL is not the length of the response packet";
    if (in.p[5] != 10 + check_n) return "RHL does not fit the protection";
    buf_append(&clear, in);
    if (ciphered && ((in.n - 9) % block_of(&o->cipher) || !cbc(&o->cipher, false, clear.p + 9, clear.n - 9)))
        return "the response packet cannot be deciphered";
    const char *why = verify(o, kind, check_n, buf_slice(&clear));
    if (why) return why;
    memcpy(out->tar, clear.p + 6, 3);
    memcpy(out->counter, clear.p + 9, 5);
    size_t padding = clear.p[14];
    out->status = clear.p[15];
    struct slice data = slice_skip(buf_slice(&clear), 16 + check_n);
    if (padding > data.n || (padding && !ciphered) || (ciphered && padding >= block_of(&o->cipher)))
        return "the padding counter is wrong";
    buf_append(&out->data, slice_of(data.p, data.n - padding));
    return out->data.failed ? "no memory" : NULL;
}
