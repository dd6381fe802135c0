/* The TLV reader and writer of src/base. Oracles: what is read lies inside the input, the strict reader takes nothing
 * that the lax one does not take alike, written again it is the same bytes, and the offset of what is not DER is
 * inside. */
#include "fuzz.h"

static void walk(struct slice in, unsigned depth)
{
    while (in.n) {
        struct slice strict = in;
        struct slice lax = in;
        struct tlv t;
        struct tlv l;
        uint32_t tag;
        size_t length;
        size_t head;
        enum tlv_status status = tlv_read(&strict, &t);
        enum tlv_status head_status = tlv_head(in, &tag, &length, &head);
        if (status != TLV_OK) {
            FUZZ_CHECK(strict.p == in.p && strict.n == in.n, "a failure moved the input");
            FUZZ_CHECK(status != TLV_END, "an end with %zu bytes", in.n);
            FUZZ_CHECK(head_status != TLV_OK || status == TLV_TRUNCATED, "head and value differ");
            if (tlv_read_lax(&lax, &l) != TLV_OK) return;
            in = lax;
            continue;
        }
        FUZZ_CHECK(t.whole.p == in.p && t.whole.n + strict.n == in.n && t.value.p + t.value.n == in.p + t.whole.n,
                   "tag %X: parts do not meet", t.tag);
        FUZZ_CHECK(head_status == TLV_OK && tag == t.tag && length == t.value.n && head + length == t.whole.n,
                   "tag %X: the head differs", t.tag);
        FUZZ_CHECK(tlv_read_lax(&lax, &l) == TLV_OK && l.tag == t.tag && slice_equal(l.whole, t.whole),
                   "tag %X: lax differs", t.tag);
        BUF_LOCAL again = {0};
        tlv_put(&again, t.tag, t.value);
        FUZZ_CHECK(slice_equal(buf_slice(&again), t.whole), "tag %X: written it differs", t.tag);
        uint32_t number;
        if (tlv_unsigned(t.value, &number)) {
            BUF_LOCAL written = {0};
            tlv_put_unsigned(&written, 0x02, number);
            FUZZ_CHECK(slice_equal(slice_skip(buf_slice(&written), 2), t.value), "number %u: written it differs",
                       number);
        }
        if (tlv_bits(t.value, &number)) {
            BUF_LOCAL written = {0};
            uint32_t same;
            tlv_put_bits(&written, 0x03, number);
            FUZZ_CHECK(tlv_bits(slice_skip(buf_slice(&written), 2), &same) && same == number, "bits %X are %X", number,
                       same);
        }
        if (depth < TLV_DEPTH_MAX) walk(t.value, depth + 1);
        in = strict;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice in = slice_of(data, n);
    struct tlv t;
    size_t offset = 0;
    walk(in, 0);
    if (!tlv_strict(in, n && data[0] & 1 ? 3 : TLV_DEPTH_MAX, &offset))
        FUZZ_CHECK(offset < n, "offset %zu of %zu bytes", offset, n);
    if (tlv_find(in, 0x5a, &t)) FUZZ_CHECK(t.tag == 0x5a && t.value.p + t.value.n <= data + n, "found outside");
    return 0;
}

FUZZ_TLV_MUTATOR(0, &fuzz_es10_words)
