/* Response packets, the proof of receipt (TS 102 225 5.2, 3GPP TS 31.115 4.4); see secured_packet.h: UDHL 02, RPI 71
 * 00, RPL(2) RHL TAR(3), then, ciphered if the SPI says so, CNTR(5) PCNTR status RC/CC and the data. The check is over
 * all of it, the user data header included. */
#include "domain/secured_packet.h"

#define USER_DATA_HEADER 3 /* 02 71 00 */
#define LENGTHS_AND_TAR 6
#define STATUS_FIELDS 7 /* CNTR, PCNTR, status */
#define RHL_WITHOUT_CHECK 10

/* How an answer is protected. What the SPI asks for, unless the keys for it are not there: then not at all, as for an
 * unidentified security error (TS 102 225 table 5). */
struct protection {
    enum packet_check check;
    size_t check_length;
    bool ciphered;
};

static struct protection protection_of(const struct secured_packet *p)
{
    struct protection out = {CHECK_NONE, 0, false};
    if (!p->keys_loaded) return out;
    out.check = (enum packet_check)((p->spi[1] & SPI_ANSWER_CHECK) >> 2);
    out.ciphered = p->spi[1] & SPI_ANSWER_CIPHERED;
    if (out.check == CHECK_CRYPTOGRAPHIC) out.check_length = p->checksum.mac_length;
    /* CRC 16 only if the command had it; CRC 32 else */
    bool crc16 = (p->spi[0] & SPI_CHECK) == CHECK_REDUNDANCY && (p->kid & 0x0f) == 0x01;
    if (out.check == CHECK_REDUNDANCY) out.check_length = crc16 ? 2 : 4;
    return out;
}

bool secured_packet_wants_answer(const struct model *m, const struct secured_packet *p)
{
    unsigned wanted = p->spi[1] & SPI_ANSWER;
    if (!p->has_header || wanted == 0 || wanted == 3 || (wanted == 2 && p->status == PACKET_OK)) return false;
    bool wants_protection = p->spi[1] & (SPI_ANSWER_CHECK | SPI_ANSWER_CIPHERED);
    return p->keys_loaded || !wants_protection || m->personality.ota_unsecured_por;
}

size_t secured_packet_room(const struct secured_packet *p, size_t size)
{
    struct protection with = protection_of(p);
    size_t clear = USER_DATA_HEADER + LENGTHS_AND_TAR;
    size_t head = STATUS_FIELDS + with.check_length;
    if (size < clear + head) return 0;
    size_t rest = size - clear;
    if (with.ciphered) rest -= rest % scp80_block_size(p->cipher.algorithm);
    return rest > head ? rest - head : 0;
}

static void put_u16(struct buf *out, size_t value)
{
    buf_byte(out, (uint8_t)(value >> 8));
    buf_byte(out, (uint8_t)value);
}

static enum err put_check(const struct secured_packet *p, struct protection with, struct slice head, struct slice data,
                          uint8_t *out)
{
    uint8_t made[SCP80_BLOCK_MAX] = {0};
    size_t n;
    const struct slice parts[] = {head, data};
    if (with.check == CHECK_CRYPTOGRAPHIC) {
        TRY(scp80_checksum(p->checksum.algorithm, slice_of(p->checksum.bytes, p->checksum.n), parts, 2, made, &n));
    } else {
        uint32_t crc = with.check_length == 2 ? (uint32_t)scp80_crc16(parts, 2) << 16 : scp80_crc32(parts, 2);
        for (size_t i = 0; i < 4; i++)
            made[i] = (uint8_t)(crc >> 8 * (3 - i));
    }
    memcpy(out, made, with.check_length);
    return OK;
}

enum err secured_packet_answer(const struct secured_packet *p, struct slice data, struct buf *out)
{
    static const uint8_t user_data_header[USER_DATA_HEADER] = {0x02, 0x71, 0x00};
    struct protection with = protection_of(p);
    BUF_LOCAL padded = {0};
    size_t start = out->n;
    size_t padding = 0;
    size_t rest = STATUS_FIELDS + with.check_length + data.n;
    if (with.ciphered) {
        size_t block = scp80_block_size(p->cipher.algorithm);
        padding = (block - rest % block) % block;
    }
    buf_append(&padded, data);
    for (size_t i = 0; i < padding; i++)
        buf_byte(&padded, 0);
    buf_append(out, SLICE(user_data_header));
    put_u16(out, 1 + 3 + rest + padding);
    buf_byte(out, (uint8_t)(RHL_WITHOUT_CHECK + with.check_length));
    buf_append(out, SLICE(p->tar));
    buf_append(out, SLICE(p->counter));
    buf_byte(out, (uint8_t)padding);
    buf_byte(out, (uint8_t)p->status);
    TRY(buf_err(&padded));
    TRY(buf_err(out));
    struct slice head = slice_skip(buf_slice(out), start);
    uint8_t check[SCP80_BLOCK_MAX] = {0};
    if (with.check_length) TRY(put_check(p, with, head, buf_slice(&padded), check));
    buf_append(out, slice_of(check, with.check_length));
    buf_append(out, buf_slice(&padded));
    TRY(buf_err(out));
    if (!with.ciphered) return OK;
    uint8_t *secret = out->p + start + USER_DATA_HEADER + LENGTHS_AND_TAR;
    return scp80_encrypt(p->cipher.algorithm, slice_of(p->cipher.bytes, p->cipher.n), slice_of(secret, rest + padding),
                         secret);
}
