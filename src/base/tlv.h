/* TLV reader and writer: with libtasn1 the only code that indexes into untrusted bytes.
 * A tag is the number that its bytes spell: 0x30, 0xBF38, 0x9F70, 0x5F37. Tags have 1 to 3 bytes. */
#ifndef SOFTEUICC_BASE_TLV_H
#define SOFTEUICC_BASE_TLV_H

#include "base/buf.h"

#define TLV_DEPTH_MAX 24

struct tlv {
    uint32_t tag;
    struct slice value;
    struct slice whole; /* tag, length and value as they came */
};

enum tlv_status {
    TLV_OK,
    TLV_END,       /* the input is empty */
    TLV_TRUNCATED, /* more bytes could make it a TLV */
    TLV_BAD,       /* no continuation can */
};

/* DER: minimal tag, minimal definite length. Takes one TLV off the front of *in; *in is unchanged on failure. */
enum tlv_status tlv_read(struct slice *in, struct tlv *out);
/* ISO 7816 objects: as tlv_read, but a longer length form and a low number in a long tag are accepted. */
enum tlv_status tlv_read_lax(struct slice *in, struct tlv *out);
/* Only tag and length from the front (DER): for streams whose value is still to come. *head is their number of bytes.
 */
enum tlv_status tlv_head(struct slice in, uint32_t *tag, size_t *length, size_t *head);

static inline bool tlv_next(struct slice *in, struct tlv *out)
{
    /* nearly all have one byte of tag and one of length: the same without a call */
    if (in->n >= 2 && (in->p[0] & 0x1f) != 0x1f && in->p[1] < 0x80 && in->p[1] <= in->n - 2) {
        const size_t n = in->p[1];
        *out = (struct tlv){in->p[0], slice_of(in->p + 2, n), slice_of(in->p, 2 + n)};
        *in = slice_of(in->p + 2 + n, in->n - 2 - n);
        return true;
    }
    return tlv_read(in, out) == TLV_OK;
}

/* The first child of `in` with this tag; false if there is none or if the bytes before it are not TLVs. */
bool tlv_find(struct slice in, uint32_t tag, struct tlv *out);
/* True if the whole of `in` is exactly a sequence of DER TLVs, recursively in constructed ones, at most depth deep.
 * If not, *offset (may be NULL) is the place of the first TLV that is not. */
bool tlv_strict(struct slice in, unsigned depth, size_t *offset);
/* Unsigned big-endian number of at most 4 bytes, DER INTEGER content (two's complement, not negative). */
bool tlv_unsigned(struct slice value, uint32_t *out);

void tlv_put(struct buf *b, uint32_t tag, struct slice value);
void tlv_put_u8(struct buf *b, uint32_t tag, uint8_t value);
/* DER INTEGER content of a non-negative number. */
void tlv_put_unsigned(struct buf *b, uint32_t tag, uint32_t value);
/* Named-bit list, DER: trailing zero bits removed. Bit 0 of `bits` is named bit 0. */
void tlv_put_bits(struct buf *b, uint32_t tag, uint32_t bits);
/* Starts a constructed TLV; tlv_close() with the returned mark writes its length. */
size_t tlv_open(struct buf *b, uint32_t tag);
void tlv_close(struct buf *b, size_t mark);
/* Named-bit list content (unused-bits byte and bits) to a number; bits past 31 are dropped; false if malformed. */
bool tlv_bits(struct slice value, uint32_t *out);

#endif
