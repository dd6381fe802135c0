/* TLVs as readable text, lengths computed: "BF31{A0{5A{98*10}} 81{FF}}". Between blanks: HEX{...} an object with that
 * tag, HEX bytes, HEX*N the same bytes N times, 'text' characters. One ^ marks a place. Included by tests of parsers.
 */
#ifndef SOFTEUICC_TESTS_NOTATION_H
#define SOFTEUICC_TESTS_NOTATION_H

#include "base/tlv.h"
#include "unit_bytes.h"

#include <ctype.h>

#define NO_MARK SIZE_MAX

static inline void notation_part(const char **at, struct buf *out, size_t *mark);

/* HEX, then {..}, *N or nothing. */
static inline void notation_hex(const char **at, struct buf *out, size_t *mark)
{
    const char *start = *at;
    BUF_LOCAL bytes = {0};
    while (isxdigit((unsigned char)**at))
        (*at)++;
    ck_assert_msg(hex_decode(slice_of(start, (size_t)(*at - start)), &bytes) && bytes.n, "not hex: %s", start);
    if (**at == '*') {
        unsigned long count = strtoul(*at + 1, (char **)at, 10);
        while (count--)
            buf_append(out, buf_slice(&bytes));
    } else if (**at == '{') {
        BUF_LOCAL value = {0};
        size_t inner = NO_MARK;
        uint32_t tag = 0;
        for (size_t i = 0; i < bytes.n; i++)
            tag = tag << 8 | bytes.p[i];
        (*at)++;
        notation_part(at, &value, &inner);
        ck_assert_msg(**at == '}', "no } in %s", start);
        (*at)++;
        tlv_put(out, tag, buf_slice(&value));
        if (inner != NO_MARK) *mark = out->n - value.n + inner;
    } else {
        buf_append(out, buf_slice(&bytes));
    }
}

static inline void notation_part(const char **at, struct buf *out, size_t *mark)
{
    while (**at && **at != '}') {
        if (**at == ' ') {
            (*at)++;
        } else if (**at == '^') {
            *mark = out->n;
            (*at)++;
        } else if (**at == '\'') {
            const char *end = strchr(*at + 1, '\'');
            ck_assert_msg(end != NULL, "no ' in %s", *at);
            buf_append(out, slice_of(*at + 1, (size_t)(end - *at - 1)));
            *at = end + 1;
        } else {
            notation_hex(at, out, mark);
        }
    }
}

/* Exact-size bytes on the heap. *mark (may be NULL): where ^ stands, NO_MARK without one. */
static inline struct bytes notation_bytes(const char *text, size_t *mark)
{
    BUF_LOCAL out = {0};
    size_t place = NO_MARK;
    const char *at = text;
    notation_part(&at, &out, &place);
    ck_assert_msg(*at == 0, "rest \"%s\" of \"%s\"", at, text);
    if (mark) *mark = place;
    return bytes_copy(buf_slice(&out));
}

/* What the offset of a PEStatus says of a place in a profile package: how far it is inside the element with this
 * identification; -1: in the package. */
static inline size_t place_in_element(struct slice package, size_t place, int identification)
{
    struct tlv element;
    struct tlv t;
    struct slice in = package;
    size_t start = 0;
    size_t at = 0;
    uint32_t number;
    for (; identification >= 0 && at <= place && tlv_next(&in, &element); at += element.whole.n) {
        if (!tlv_find(element.value, 0xa0, &t) || !tlv_find(t.value, 0x81, &t) || !tlv_unsigned(t.value, &number))
            continue;
        if (number == (uint32_t)identification) start = at;
    }
    return place - start;
}

#endif
