/* OBJECT IDENTIFIER content (ISO/IEC 8825-1 8.19) to dotted text and back; see source.h. */
#include "source.h"

#include <inttypes.h>
#include <stdio.h>

/* One base-128 number off the front; minimal, at most 32 bits. */
static bool take_number(struct slice *content, uint32_t *out)
{
    uint32_t number = 0;
    if (content->n == 0 || content->p[0] == 0x80) return false;
    while (content->n) {
        uint8_t byte = content->p[0];
        if (number >> 25) return false;
        number = number << 7 | (byte & 0x7f);
        *content = slice_skip(*content, 1);
        if (!(byte & 0x80)) {
            *out = number;
            return true;
        }
    }
    return false;
}

static void put_number(struct buf *content, uint32_t number)
{
    for (unsigned shift = 28; shift; shift -= 7)
        if (number >> shift) buf_byte(content, (uint8_t)(0x80 | (number >> shift & 0x7f)));
    buf_byte(content, (uint8_t)(number & 0x7f));
}

bool oid_to_text(struct slice content, struct buf *text)
{
    size_t start = text->n;
    uint32_t number;
    char digits[32];
    bool first = true;
    if (content.n == 0) return false;
    while (content.n) {
        if (!take_number(&content, &number)) {
            buf_truncate(text, start);
            return false;
        }
        if (first) {
            uint32_t root = number < 80 ? number / 40 : 2;
            snprintf(digits, sizeof digits, "%" PRIu32 ".%" PRIu32, root, number - 40 * root);
        } else {
            snprintf(digits, sizeof digits, ".%" PRIu32, number);
        }
        buf_append(text, slice_text(digits));
        first = false;
    }
    return true;
}

bool oid_from_text(struct slice text, struct buf *content)
{
    size_t start = content->n;
    uint32_t root = 0;
    size_t count = 0;
    while (true) {
        uint64_t number = 0;
        size_t digits = 0;
        while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9' && digits < 11)
            number = number * 10 + (uint64_t)(text.p[digits++] - '0');
        if (digits == 0) break;
        text = slice_skip(text, digits);
        if (count == 0 && number > 2) break;
        if (count == 1 && root < 2 && number > 39) break;
        if (count == 1) number += 40 * (uint64_t)root;
        if (number > UINT32_MAX) break;
        if (count == 0) {
            root = (uint32_t)number;
        } else {
            put_number(content, (uint32_t)number);
        }
        count++;
        if (text.n == 0 && count > 1) return true;
        if (text.n == 0 || text.p[0] != '.') break;
        text = slice_skip(text, 1);
    }
    buf_truncate(content, start);
    return false;
}
