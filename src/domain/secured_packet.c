/* Command packets: header, application, security level, keys, checksum, counter, padding, in this order; see
 * secured_packet.h. The form is that of 3GPP TS 31.115 4.2: CPL(2) CHL SPI(2) KIc KID TAR(3), then, ciphered if the SPI
 * says so, CNTR(5) PCNTR RC/CC and the secured data. */
#define _DEFAULT_SOURCE
#include "domain/secured_packet.h"

#include <string.h>

#define CLAUSE "TS 102 225 5.1"
#define HEADER_SIZE 10  /* CPL to TAR */
#define COUNTER_FIELD 6 /* CNTR and PCNTR */
#define CHL_WITHOUT_CHECK 13

#define KEY_CIPHER 1 /* key identifiers of a key set for secured packets (TS 102 226 annex A) */
#define KEY_CHECKSUM 2

void secured_packet_free(struct secured_packet *p)
{
    buf_free(&p->text);
    explicit_bzero(&p->cipher, sizeof p->cipher);
    explicit_bzero(&p->checksum, sizeof p->checksum);
}

/* Sets the status and says why. */
#define REFUSE(m, p, code, offset, expected, ...)                                                                      \
    ((p)->status = (code), reason_say(&(m)->reason, OK, CLAUSE, (offset), (expected), __VA_ARGS__))

static enum packet_check check_of(uint8_t spi)
{
    return (enum packet_check)(spi & SPI_CHECK);
}
static enum packet_check answer_check_of(const struct secured_packet *p)
{
    return (enum packet_check)((p->spi[1] & SPI_ANSWER_CHECK) >> 2);
}
static bool may_answer(const struct secured_packet *p)
{
    return (p->spi[1] & SPI_ANSWER) == 1 || (p->spi[1] & SPI_ANSWER) == 2;
}

/* ---- header ---- */

static enum err read_header(struct model *m, struct slice in, struct secured_packet *p)
{
    if (in.n < HEADER_SIZE) return REFUSE(m, p, PACKET_SECURITY_ERROR, 0, "a command packet header", "%zu bytes", in.n);
    memcpy(p->spi, in.p + 3, 2);
    p->kic = in.p[5];
    p->kid = in.p[6];
    memcpy(p->tar, in.p + 7, 3);
    p->has_header = true;
    /* A copy goes into the answer, whatever comes of the packet. */
    if (!(p->spi[0] & SPI_CIPHERED) && in.n >= HEADER_SIZE + KEY_COUNTER_SIZE)
        memcpy(p->counter, in.p + HEADER_SIZE, KEY_COUNTER_SIZE);
    size_t length = (size_t)in.p[0] << 8 | in.p[1];
    if (length != in.n - 2)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 0, "CPL of the packet's length", "%zu, but %zu bytes", length,
                      in.n - 2);
    if (in.n < HEADER_SIZE + COUNTER_FIELD)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 0, "CNTR and PCNTR in the packet", "%zu bytes", in.n);
    if ((p->spi[1] & SPI_ANSWER) == 3 || (p->spi[0] & 0xe0) || (p->spi[1] & 0xc0))
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 3, "an SPI without reserved values", "%02X%02X", p->spi[0],
                      p->spi[1]);
    if (may_answer(p) && (p->spi[1] & SPI_ANSWER_SUBMIT) && !m->personality.ota_submit_as_report)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 4, "a proof of receipt in the SMS-DELIVER-REPORT",
                      "SMS-SUBMIT, which is not supported");
    if (check_of(p->spi[0]) == CHECK_SIGNATURE || (may_answer(p) && answer_check_of(p) == CHECK_SIGNATURE))
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 3, "an SPI without digital signature", "%02X%02X", p->spi[0],
                      p->spi[1]);
    return OK;
}

/* Each part of the SPI must be at least that of the minimum security level (TS 102 226 8.2.1.3.2.4). */
static bool level_reached(uint8_t spi, uint8_t minimum)
{
    return (spi & SPI_CHECK) >= (minimum & SPI_CHECK) && (spi & SPI_CIPHERED) >= (minimum & SPI_CIPHERED) &&
           (spi & SPI_COUNTER) >= (minimum & SPI_COUNTER);
}

static enum err find_target(struct model *m, const struct isdp *isdp, struct secured_packet *p)
{
    TRY(target_find(isdp, p->tar, &p->target, &p->has_target));
    if (p->has_target && p->target.domain.life_cycle & DOMAIN_LOCKED)
        return REFUSE(m, p, PACKET_TAR_UNKNOWN, 7, "the TAR of a security domain in use", "of one that is LOCKED");
    if (!p->has_target)
        return REFUSE(m, p, PACKET_TAR_UNKNOWN, 7, "the TAR of an application of the enabled profile", "%02X%02X%02X",
                      p->tar[0], p->tar[1], p->tar[2]);
    if (!level_reached(p->spi[0], p->target.minimum_security_level))
        return REFUSE(m, p, PACKET_SECURITY_LOW, 3, "the minimum security level of the application", "%02X under %02X",
                      p->spi[0], p->target.minimum_security_level);
    return OK;
}

/* ---- keys ---- */

/* Which key type a KIc or KID names, and its length where that is said; 0: whatever the key is (TS 102 225 5.1.2). */
static bool named_algorithm(uint8_t coding, uint8_t *type, size_t *length)
{
    *type = 0;
    *length = 0;
    switch (coding & 0x0f) {
    case 0x00:
        return true;
    case 0x05:
        *type = KEY_TYPE_DES;
        *length = 16;
        return true;
    case 0x09:
        *type = KEY_TYPE_DES;
        *length = 24;
        return true;
    case 0x02:
        *type = KEY_TYPE_AES;
        return true;
    default: /* single DES, proprietary, reserved */
        return false;
    }
}

static bool take_component(const struct domain_key *key, size_t i, uint8_t type, size_t length, struct packet_key *out)
{
    uint8_t of_key = key->components[i].type;
    struct slice data = key->components[i].data;
    enum scp80_algorithm algorithm = of_key == KEY_TYPE_AES ? SCP80_AES : SCP80_TRIPLE_DES;
    if (of_key != KEY_TYPE_AES && of_key != KEY_TYPE_DES) return false;
    if ((type && of_key != type) || (length && data.n != length) || !scp80_key_fits(algorithm, data.n)) return false;
    *out = (struct packet_key){.algorithm = algorithm, .n = data.n, .mac_length = 8};
    if (algorithm == SCP80_AES && key->components[i].mac_length == 4) out->mac_length = 4;
    memcpy(out->bytes, data.p, data.n);
    return true;
}

/* The key `identifier` of the set that the high half of the coding names. */
static enum err load_key(struct model *m, const struct isdp *isdp, struct secured_packet *p, uint8_t coding,
                         uint8_t identifier, struct packet_key *out)
{
    struct domain_key key;
    uint8_t type;
    size_t length;
    bool found;
    size_t offset = identifier == KEY_CIPHER ? 5 : 6;
    if (!named_algorithm(coding, &type, &length))
        return REFUSE(m, p, PACKET_SECURITY_ERROR, offset, "triple DES or AES", "coding %02X", coding);
    TRY(domain_key_get(isdp, p->target.domain.number, coding >> 4, identifier, &key, &found));
    if (!found)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, offset, "a key set of the security domain",
                      "version %u, identifier %u", coding >> 4, identifier);
    for (size_t i = 0; i < key.n; i++)
        if (take_component(&key, i, type, length, out)) return OK;
    return REFUSE(m, p, PACKET_SECURITY_ERROR, offset, "a key of the algorithm", "coding %02X", coding);
}

/* All that the packet and its answer need, before anything is deciphered. */
static enum err load_keys(struct model *m, const struct isdp *isdp, struct secured_packet *p)
{
    bool for_packet = p->spi[0] & SPI_CIPHERED;
    bool cipher = for_packet || (may_answer(p) && (p->spi[1] & SPI_ANSWER_CIPHERED));
    bool checksum =
        check_of(p->spi[0]) == CHECK_CRYPTOGRAPHIC || (may_answer(p) && answer_check_of(p) == CHECK_CRYPTOGRAPHIC);
    /* With a redundancy check the low half of the KID says which: the algorithm of the answer is then the key's. */
    uint8_t kid = check_of(p->spi[0]) == CHECK_REDUNDANCY ? p->kid & 0xf0 : p->kid;
    p->key_version = cipher || !checksum ? p->kic >> 4 : p->kid >> 4;
    if (cipher && checksum && p->kic >> 4 != p->kid >> 4 && !m->personality.ota_mixed_key_sets)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 6, "KIc and KID of one key set", "versions %u and %u", p->kic >> 4,
                      p->kid >> 4);
    if (cipher) TRY(load_key(m, isdp, p, p->kic, KEY_CIPHER, &p->cipher));
    if (p->status == PACKET_OK && checksum) TRY(load_key(m, isdp, p, kid, KEY_CHECKSUM, &p->checksum));
    p->keys_loaded = p->status == PACKET_OK;
    return OK;
}

/* ---- integrity ---- */

static void put_big_endian(uint32_t value, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

/* CRC 16 or CRC 32 by the low half of the KID; 0: neither. */
static size_t redundancy_length(uint8_t kid)
{
    return (kid & 0x0f) == 0x01 ? 2 : (kid & 0x0f) == 0x05 ? 4 : 0;
}

/* Bytes of the RC or CC field; *known false if its kind is not. */
static size_t check_length(const struct secured_packet *p, enum packet_check check, bool *known)
{
    *known = true;
    if (check == CHECK_NONE) return 0;
    if (check == CHECK_CRYPTOGRAPHIC) return p->checksum.mac_length;
    if (check_of(p->spi[0]) != CHECK_REDUNDANCY) return 4; /* only the answer has one: CRC 32 */
    size_t n = redundancy_length(p->kid);
    *known = n != 0;
    return n;
}

static enum err make_check(const struct secured_packet *p, enum packet_check check, size_t length,
                           const struct slice *parts, size_t n, uint8_t out[SCP80_BLOCK_MAX])
{
    size_t made;
    if (check == CHECK_CRYPTOGRAPHIC)
        return scp80_checksum(p->checksum.algorithm, slice_of(p->checksum.bytes, p->checksum.n), parts, n, out, &made);
    put_big_endian(length == 2 ? scp80_crc16(parts, n) : scp80_crc32(parts, n), length, out);
    return OK;
}

/* `rest`: CNTR and all behind it, deciphered. The check is over CPL to TAR and `rest` without the check itself. */
static enum err verify(struct model *m, struct secured_packet *p, struct slice header, struct slice rest, size_t length)
{
    uint8_t made[SCP80_BLOCK_MAX] = {0};
    const struct slice parts[] = {header, slice_of(rest.p, COUNTER_FIELD), slice_skip(rest, COUNTER_FIELD + length)};
    if (length == 0) return OK;
    TRY(make_check(p, check_of(p->spi[0]), length, parts, 3, made));
    if (crypto_equal(made, rest.p + COUNTER_FIELD, length)) return OK;
    return REFUSE(m, p, PACKET_CHECKSUM_FAILED, HEADER_SIZE + COUNTER_FIELD, "the packet's own check",
                  "another %s of %zu bytes", check_of(p->spi[0]) == CHECK_REDUNDANCY ? "redundancy check" : "checksum",
                  length);
}

/* CHL and the length of what is ciphered; then everything from CNTR on in clear. */
static enum err decipher(struct model *m, struct secured_packet *p, struct slice in, size_t *length, struct buf *clear)
{
    struct slice rest = slice_skip(in, HEADER_SIZE);
    bool known;
    *length = check_length(p, check_of(p->spi[0]), &known);
    if (!known) return REFUSE(m, p, PACKET_SECURITY_ERROR, 6, "CRC 16 or CRC 32", "coding %02X", p->kid);
    if (in.p[2] != CHL_WITHOUT_CHECK + *length)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 2, "CHL of a header with this SPI", "%u", in.p[2]);
    if (rest.n < COUNTER_FIELD + *length)
        return REFUSE(m, p, PACKET_SECURITY_ERROR, 0, "a check in the packet", "%zu bytes", in.n);
    if (!(p->spi[0] & SPI_CIPHERED)) {
        buf_append(clear, rest);
        return buf_err(clear);
    }
    if (rest.n % scp80_block_size(p->cipher.algorithm) != 0)
        return REFUSE(m, p, PACKET_CIPHERING_ERROR, HEADER_SIZE, "whole cipher blocks", "%zu bytes", rest.n);
    uint8_t *out = buf_extend(clear, rest.n);
    if (!out) return ERR_MEMORY;
    return scp80_decrypt(p->cipher.algorithm, slice_of(p->cipher.bytes, p->cipher.n), rest, out);
}

/* ---- counter and padding ---- */

static enum err stored_counter(const struct isdp *isdp, const struct secured_packet *p, uint64_t *counter)
{
    *counter = 0;
    for (uint8_t identifier = KEY_CIPHER; identifier <= KEY_CHECKSUM + 1; identifier++) {
        uint64_t one;
        TRY(domain_key_counter(isdp, p->target.domain.number, p->key_version, identifier, &one));
        if (one > *counter) *counter = one;
    }
    return OK;
}

/* One counter a key set (TS 102 225 5.1.4). It is kept with the keys that were used, so that it goes only with them. */
static enum err store_counter(const struct isdp *isdp, const struct secured_packet *p, uint64_t counter)
{
    uint8_t number = p->target.domain.number;
    if (p->checksum.n) TRY(domain_key_put_counter(isdp, number, p->key_version, KEY_CHECKSUM, counter));
    if (p->checksum.n && !p->cipher.n) return OK;
    return domain_key_put_counter(isdp, number, p->key_version, KEY_CIPHER, counter);
}

static enum err check_counter(struct model *m, const struct isdp *isdp, struct secured_packet *p)
{
    uint64_t counter = 0;
    uint64_t stored;
    unsigned mode = (p->spi[0] & SPI_COUNTER) >> 3;
    for (size_t i = 0; i < KEY_COUNTER_SIZE; i++)
        counter = counter << 8 | p->counter[i];
    if (mode < 2) return OK;
    TRY(stored_counter(isdp, p, &stored));
    if (stored >= KEY_COUNTER_MAX)
        return REFUSE(m, p, PACKET_COUNTER_BLOCKED, HEADER_SIZE, "a counter below its maximum", "%010llX",
                      (unsigned long long)stored);
    if (counter <= stored)
        return REFUSE(m, p, PACKET_COUNTER_LOW, HEADER_SIZE, "a counter above the last one", "%010llX after %010llX",
                      (unsigned long long)counter, (unsigned long long)stored);
    if (mode == 3 && counter > stored + 1)
        return REFUSE(m, p, PACKET_COUNTER_HIGH, HEADER_SIZE, "a counter one above the last one",
                      "%010llX after %010llX", (unsigned long long)counter, (unsigned long long)stored);
    return store_counter(isdp, p, counter);
}

static enum err take_text(struct model *m, struct secured_packet *p, struct slice rest, size_t length)
{
    struct slice data = slice_skip(rest, COUNTER_FIELD + length);
    size_t padding = rest.p[COUNTER_FIELD - 1];
    bool ciphered = p->spi[0] & SPI_CIPHERED;
    size_t most = ciphered ? scp80_block_size(p->cipher.algorithm) - 1 : 0;
    if (padding > most || padding > data.n)
        return REFUSE(m, p, ciphered ? PACKET_CIPHERING_ERROR : PACKET_SECURITY_ERROR, HEADER_SIZE + 5,
                      "a padding counter below the block size", "%zu", padding);
    buf_append(&p->text, slice_of(data.p, data.n - padding));
    return buf_err(&p->text);
}

static enum err open_clear(struct model *m, const struct isdp *isdp, struct slice in, struct secured_packet *p)
{
    BUF_LOCAL clear = {0};
    size_t length;
    TRY(decipher(m, p, in, &length, &clear));
    if (p->status != PACKET_OK) return OK;
    struct slice rest = buf_slice(&clear);
    memcpy(p->counter, rest.p, KEY_COUNTER_SIZE);
    TRY(verify(m, p, slice_of(in.p, HEADER_SIZE), rest, length));
    if (p->status != PACKET_OK) return OK;
    TRY(take_text(m, p, rest, length));
    return p->status == PACKET_OK ? check_counter(m, isdp, p) : OK;
}

enum err secured_packet_open(struct model *m, const struct isdp *isdp, struct slice in, struct secured_packet *p)
{
    *p = (struct secured_packet){.status = PACKET_OK};
    TRY(read_header(m, in, p));
    if (p->status == PACKET_OK) TRY(find_target(m, isdp, p));
    /* After a security level that is too low the keys are known all the same: the answer is protected by them. */
    bool level_only = p->status == PACKET_SECURITY_LOW;
    if (level_only) p->status = PACKET_OK;
    if (p->status == PACKET_OK) TRY(load_keys(m, isdp, p));
    if (level_only) p->status = PACKET_SECURITY_LOW;
    return p->status == PACKET_OK ? open_clear(m, isdp, in, p) : OK;
}
