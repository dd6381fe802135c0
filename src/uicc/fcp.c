/* FCP templates, the answer to SELECT and STATUS (TS 102 221 11.1.1.3, 11.1.1.4): 82 83 84 A5 8A 8B 80 88 C6, in the
 * order of cards in the field. Called by select.c. */
#define _DEFAULT_SOURCE
#include "uicc/uicc.h"

#define UICC_CHARACTERISTICS 0x71 /* clock stop allowed, supply voltage classes A, B and C (11.1.1.4.6.1) */
#define TERMINAL_CAPABILITY 0x01  /* supported system commands (11.1.1.4.6.8) */
#define UNIVERSAL_PIN 0x11

static void put_number(struct buf *out, uint32_t tag, size_t value, size_t bytes)
{
    uint8_t raw[4];
    for (size_t i = 0; i < bytes; i++)
        raw[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    tlv_put(out, tag, slice_of(raw, bytes));
}

/* Sizes have two bytes or as many more as they need. */
static void put_size(struct buf *out, uint32_t tag, size_t value)
{
    put_number(out, tag, value, value > 0xffffff ? 4 : value > 0xffff ? 3 : 2);
}

/* A5 of the MF and of ADFs: characteristics, free memory, TERMINAL CAPABILITY is supported. Of EFs: what is special,
 * and the limits of a BER-TLV structure EF. */
static void put_proprietary(const struct model *m, const struct file *f, struct buf *out)
{
    bool root = f->kind == FILE_MF || f->kind == FILE_ADF;
    if (!root && f->kind != FILE_BER_TLV && (file_is_directory(f) || !f->special)) return;
    size_t mark = tlv_open(out, 0xa5);
    if (root) {
        tlv_put_u8(out, 0x80, UICC_CHARACTERISTICS);
        put_number(out, 0x83, profile_memory_free(m), 4);
        tlv_put_u8(out, 0x87, TERMINAL_CAPABILITY);
    }
    if (f->kind == FILE_BER_TLV) {
        tlv_put_u8(out, 0x84, f->details);
        put_size(out, 0x85, f->size);
        if (f->maximum_size) put_size(out, 0x86, f->maximum_size);
    }
    if (!file_is_directory(f) && f->special) tlv_put_u8(out, 0xc0, f->special);
    tlv_close(out, mark);
}

/* 83: an ADF has only a temporary identifier, and cards differ in what they say. */
static void put_identifier(const struct model *m, const struct file *f, struct buf *out)
{
    size_t fid = path_fid(&f->path);
    if (f->kind == FILE_ADF && m->personality.adf_identifier == ADF_IDENTIFIER_7FFF) fid = 0x7fff;
    if (f->kind == FILE_ADF && m->personality.adf_identifier == ADF_IDENTIFIER_NONE) return;
    put_number(out, 0x83, fid, 2);
}

/* C6, PS template (9.5.2): a bit for each key reference, 1 enabled, then the references. */
static enum err put_pin_status(const struct isdp *isdp, const struct file *f, struct buf *out)
{
    uint8_t bits[32] = {0};
    size_t n = f->pin_status.n < 8 * sizeof bits ? f->pin_status.n : 8 * sizeof bits;
    for (size_t i = 0; i < n; i++) {
        struct pin pin = {0};
        bool found;
        enum err e = pin_find(isdp, &f->real, f->pin_status.p[i], &pin, &found);
        if (pin.enabled) bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
        explicit_bzero(&pin, sizeof pin);
        TRY(e);
    }
    size_t mark = tlv_open(out, 0xc6);
    tlv_put(out, 0x90, slice_of(bits, n ? (n + 7) / 8 : 1));
    for (size_t i = 0; i < n; i++) {
        bool enabled = bits[i / 8] & 0x80 >> i % 8;
        if (f->pin_status.p[i] == UNIVERSAL_PIN) tlv_put_u8(out, 0x95, enabled ? 0x08 : 0x00);
        tlv_put_u8(out, 0x83, f->pin_status.p[i]);
    }
    tlv_close(out, mark);
    return OK;
}

static void put_descriptor(const struct file *f, struct buf *out)
{
    const uint8_t descriptor[] = {f->descriptor, 0x21, (uint8_t)(f->record_length >> 8), (uint8_t)f->record_length,
                                  f->records};
    tlv_put(out, 0x82, slice_of(descriptor, file_has_records(f) ? 5 : 2));
}

enum err uicc_fcp(const struct model *m, const struct isdp *isdp, const struct file *f, struct buf *out)
{
    const uint8_t arr_reference[] = {(uint8_t)(f->arr >> 8), (uint8_t)f->arr, f->arr_record};
    const uint8_t sfi = (uint8_t)(f->sfi << 3);
    size_t fcp = tlv_open(out, 0x62);
    put_descriptor(f, out);
    put_identifier(m, f, out);
    if (f->kind == FILE_ADF) tlv_put(out, 0x84, f->aid);
    put_proprietary(m, f, out);
    tlv_put_u8(out, 0x8a, f->life_cycle);
    tlv_put(out, 0x8b, SLICE(arr_reference));
    if (file_is_directory(f)) {
        TRY(put_pin_status(isdp, f, out));
    } else {
        /* of a BER-TLV structure EF what its objects occupy (11.1.1.4.1) */
        put_size(out, 0x80, f->kind == FILE_BER_TLV ? f->body.n : f->size);
        tlv_put(out, 0x88, slice_of(&sfi, f->sfi ? 1 : 0)); /* empty: none; absent would mean FID & 1F */
    }
    tlv_close(out, fcp);
    return buf_err(out);
}
