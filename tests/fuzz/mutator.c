/* Mutators that know TLVs and records, and the words they use; see fuzz.h. Whatever comes in, something valid to hand
 * to the target comes out: what does not parse is mutated as bytes. */
#include "fuzz.h"

#define NODES_MAX 400
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- words ---- */

static const uint32_t es10_tags[] = {
    0x80,   0x81,   0x82,   0x83,   0x84,   0x85,   0x86,   0x87,   0x88,   0x89,   0xa0,   0xa1,   0xa2,   0xa3,
    0xa4,   0xa5,   0xa6,   0xa7,   0xa8,   0xa9,   0xaa,   0xab,   0x01,   0x02,   0x03,   0x04,   0x05,   0x06,
    0x0c,   0x30,   0x31,   0x4f,   0x5a,   0x5c,   0x90,   0x91,   0x92,   0x93,   0x94,   0x95,   0xb6,   0xb7,
    0x99,   0xe3,   0x9f70, 0x9f67, 0x9f7b, 0x5f37, 0x5f49, 0xbf20, 0xbf21, 0xbf22, 0xbf23, 0xbf24, 0xbf25, 0xbf26,
    0xbf27, 0xbf28, 0xbf29, 0xbf2a, 0xbf2b, 0xbf2d, 0xbf2e, 0xbf2f, 0xbf30, 0xbf31, 0xbf32, 0xbf33, 0xbf34, 0xbf35,
    0xbf36, 0xbf37, 0xbf38, 0xbf3c, 0xbf3e, 0xbf3f, 0xbf41, 0xbf42, 0xbf43, 0xbf51, 0xbf55, 0xbf56, 0xbf57, 0xbf58,
    0xbf59, 0xbf5a, 0xbf5b, 0xbf5c, 0xbf5d, 0xbf5e, 0xbf5f, 0xbf64, 0xbf65, 0xbf76, 0xbf7f};
static const char *const es10_values[] = {"",
                                          "00",
                                          "01",
                                          "02",
                                          "7F",
                                          "80",
                                          "FF",
                                          "00FF",
                                          "0100",
                                          "7FFFFF",
                                          "00800000",
                                          "7FFFFFFF",
                                          "00FFFFFFFF",
                                          "0780",
                                          "0640",
                                          "0001",
                                          FUZZ_ICCID_1,
                                          FUZZ_ICCID_2,
                                          "980010100000000003F1",
                                          "A0000005591010FFFFFFFF8900001000",
                                          "A0000005591010FFFFFFFF8900001100",
                                          "A0000005591010FFFFFFFF8900000100",
                                          "89049032123451234512345678901235",
                                          "65696D31",             /* eim1 */
                                          "65696D32",             /* eim2 */
                                          "61",                   /* a */
                                          "C3A4",                 /* two bytes of UTF-8 */
                                          "C0AF",                 /* not UTF-8 */
                                          "88370A0102",           /* an OID */
                                          "5A9F7091929390B6B799", /* tags */
                                          "BF25BF22BF779F67",
                                          "736D64702E6578616D706C652E636F6D"};
static const char *const es10_objects[] = {"BF2000",
                                           "BF2200",
                                           "BF2E00",
                                           "BF2D00",
                                           "BF2D(5C(5A4F9F70BF22))",
                                           "BF3E(5C(5A))",
                                           "BF3C00",
                                           "BF4300",
                                           "BF2800",
                                           "BF2B00",
                                           "BF2B(A0(8001(01)))",
                                           "BF30(8001)",
                                           ("BF31(A0(5A(" FUZZ_ICCID_2 "))8101FF)"),
                                           ("BF31(A0(5A(" FUZZ_ICCID_1 "))810100)"),
                                           ("BF32(A0(5A(" FUZZ_ICCID_1 "))810100)"),
                                           ("BF33(5A(" FUZZ_ICCID_2 "))"),
                                           "BF34(82(0540))",
                                           "BF64(82(0204))",
                                           ("BF29(5A(" FUZZ_ICCID_1 ")90(6E))"),
                                           "BF3F(80(61))",
                                           "BF65(80(61))",
                                           "BF42(80(0640))",
                                           "BF5600",
                                           "BF5500",
                                           "BF5800",
                                           "BF58(8101FF)",
                                           "BF5A00",
                                           "BF5A(8101FF)",
                                           "BF5B(8101FF)",
                                           "BF5C(8101FF)",
                                           "BF5D(8101FF)",
                                           "BF5E(8101FF)",
                                           "BF5F00",
                                           "BF59(8000)",
                                           "BF2B(A1(0500))",
                                           "BF2B(8200)",
                                           "BF24(BF7B(06(88370A01)))",
                                           NULL};
const struct fuzz_words fuzz_es10_words = {es10_tags, COUNT(es10_tags), es10_values, COUNT(es10_values), es10_objects};

static const uint32_t package_tags[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0xa0, 0xa1,   0xa2,   0xa3,   0xa4,  0xa5,
                                        0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0x02, 0x05,   0x0c,   0x30,   0x4f,  0x5a,
                                        0x5c, 0x95, 0x04, 0x86, 0x87, 0x88, 0x89, 0xbf2d, 0xbf65, 0x9f70, 0xbf55};
static const char *const package_objects[] = {("A3(5A(" FUZZ_ICCID_1 "))"),
                                              ("A3(5A(" FUZZ_ICCID_2 "))"),
                                              ("A3(5A(" FUZZ_ICCID_2 ")0500)"),
                                              ("A4(5A(" FUZZ_ICCID_1 "))"),
                                              ("A5(5A(" FUZZ_ICCID_2 "))"),
                                              "BF2D00",
                                              "BF2D(5C(5A9F70))",
                                              "A600",
                                              "A700",
                                              "A7(800081(88370A)82(61))",
                                              ("A8(5A(" FUZZ_ICCID_2 "))"),
                                              "A900",
                                              "A9(80(65696D31))",
                                              "BF65(80(61))",
                                              "AB00",
                                              "A8(80(65696D32)83(05))",
                                              "A8(80(65696D32)83(05)84(FF))",
                                              "AA(80(65696D31)83(7F))",
                                              NULL};
const struct fuzz_words fuzz_package_words = {package_tags, COUNT(package_tags), es10_values, COUNT(es10_values),
                                              package_objects};

static const uint32_t saip_tags[] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa,   0xab,
                                     0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6,   0xb7,
                                     0xb8, 0x30, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,   0x89,
                                     0x8a, 0x8b, 0x8c, 0xc6, 0xc7, 0x04, 0x05, 0x06, 0x0c, 0x02, 0xbf1f, 0xbf7e};
static const char *const saip_values[] = {"",
                                          "00",
                                          "01",
                                          "02",
                                          "03",
                                          "7F",
                                          "FF",
                                          "0102",
                                          "7FFF",
                                          "008000",
                                          "3F00",
                                          "7FF0",
                                          "2FE2",
                                          "6F07",
                                          "98001010000000000082",
                                          "89000101000000000028",
                                          "67810F010201",
                                          "67810F010204",
                                          "67810F01020202",
                                          "4121",
                                          "42210026",
                                          "00000000000000000000000000000000"};
static const char *const saip_objects[] = {"AA(A0(80008101 0A))", "AA(A0(8101 0A))", "A1(A0(81010B))", NULL};
const struct fuzz_words fuzz_saip_words = {saip_tags, COUNT(saip_tags), saip_values, COUNT(saip_values), saip_objects};

static const uint32_t certificate_tags[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30,
                                            0x31, 0x80, 0x81, 0x82, 0x86, 0x88, 0xa0, 0xa1, 0xa3, 0xa4};
static const char *const certificate_values[] = {"",
                                                 "00",
                                                 "01",
                                                 "02",
                                                 "FF",
                                                 "0080",
                                                 "8000",
                                                 "7FFFFFFF",
                                                 "00FFFFFFFF",
                                                 "0780",
                                                 "0186",
                                                 "551D0F",
                                                 "551D0E",
                                                 "551D11",
                                                 "551D13",
                                                 "551D1E",
                                                 "551D1F",
                                                 "551D20",
                                                 "551D23",
                                                 "67811201020101",
                                                 "678112010201",
                                                 "2A8648CE3D030107",
                                                 "2B2403030208010107",
                                                 "2A8648CE3D0201",
                                                 "2A8648CE3D040302",
                                                 "323030323031303030303030 5A",
                                                 "88370A"};
static const char *const certificate_objects[] = {
    "30(06(551D0F)0101FF04(03020780))", "30(06(551D13)0101FF04(300602 01 00))",
    "30(06(551D11)04(30(88(88370A))))", "30(06(551D20)0101FF04(30(30(06(67811201020104)))))",
    "30(06(2A03)0101FF0400)",           NULL};
const struct fuzz_words fuzz_certificate_words = {certificate_tags, COUNT(certificate_tags), certificate_values,
                                                  COUNT(certificate_values), certificate_objects};

/* ---- TLVs ---- */

struct nodes {
    struct tlv list[NODES_MAX];
    size_t n;
};

static void collect(struct slice in, unsigned depth, struct nodes *nodes)
{
    struct tlv t;
    while (nodes->n < NODES_MAX && tlv_read_lax(&in, &t) == TLV_OK) {
        nodes->list[nodes->n++] = t;
        uint32_t first = t.tag > 0xffff ? t.tag >> 16 : t.tag > 0xff ? t.tag >> 8 : t.tag;
        /* octet strings of a package may hold TLVs as well */
        if (depth < TLV_DEPTH_MAX && (first & 0x20 || t.tag == 0x04)) collect(t.value, depth + 1, nodes);
    }
}

static const uint8_t *end_of(struct slice s)
{
    return s.p + s.n;
}

/* `in` with the bytes of `old`, a TLV somewhere inside, replaced, and the lengths around them put right. */
static void rebuild(struct slice in, struct slice old, struct slice instead, struct buf *out)
{
    struct tlv t;
    while (in.n) {
        struct slice before = in;
        if (tlv_read_lax(&in, &t) != TLV_OK) {
            buf_append(out, before);
            return;
        }
        if (t.whole.p == old.p && t.whole.n == old.n) {
            buf_append(out, instead);
        } else if (old.p >= t.value.p && end_of(old) <= end_of(t.value)) {
            size_t mark = tlv_open(out, t.tag);
            rebuild(t.value, old, instead, out);
            tlv_close(out, mark);
        } else {
            buf_append(out, t.whole);
        }
    }
}

static uint32_t any_tag(uint64_t *random, const struct fuzz_words *words)
{
    return words->tags[fuzz_random(random) % words->tag_count];
}

static void any_value(uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    if (fuzz_random(random) % 8 == 0) {
        static const uint16_t sizes[] = {0,   1,   2,   15,  16,  17,  32,  64,   65,
                                         127, 128, 129, 255, 256, 257, 300, 1024, 2000};
        size_t n = sizes[fuzz_random(random) % COUNT(sizes)];
        uint8_t fill = (uint8_t)fuzz_random(random);
        while (n--)
            buf_byte(out, fill);
    } else {
        fuzz_put_hex(out, words->values[fuzz_random(random) % words->value_count]);
    }
}

static void any_object(uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    size_t n = 0;
    while (words->objects[n])
        n++;
    if (n && fuzz_random(random) % 2) {
        fuzz_put_hex(out, words->objects[fuzz_random(random) % n]);
        return;
    }
    size_t mark = tlv_open(out, any_tag(random, words));
    any_value(random, words, out);
    tlv_close(out, mark);
}

/* libFuzzer's own mutation of a value. */
static void mutate_bytes(struct slice value, struct buf *out)
{
    size_t cap = value.n + 32;
    uint8_t *p = buf_extend(out, cap);
    if (!p) return;
    if (value.n) memcpy(p, value.p, value.n);
    buf_truncate(out, out->n - cap + LLVMFuzzerMutate(p, value.n, cap));
}

/* A length in a longer form than DER has, or one that is wrong. */
static void odd_length(uint64_t *random, const struct tlv *t, struct buf *out)
{
    uint32_t how = fuzz_random(random);
    size_t n = how & 1 ? t->value.n : t->value.n + (how >> 1) % 5;
    size_t head = t->whole.n - t->value.n;
    size_t tag = t->tag > 0xffff ? 3 : t->tag > 0xff ? 2 : 1;
    buf_append(out, slice_of(t->whole.p, tag < head ? tag : head));
    if (how & 16) {
        static const uint8_t huge[] = {0x84, 0xff, 0xff, 0xff, 0xff};
        buf_append(out, SLICE(huge));
    } else {
        buf_byte(out, 0x82);
        buf_byte(out, (uint8_t)(n >> 8));
        buf_byte(out, (uint8_t)n);
    }
    buf_append(out, t->value);
}

/* What stands instead of the TLV `t`; `other` is another one of the same input. */
static void change(uint64_t *random, const struct tlv *t, const struct tlv *other, const struct fuzz_words *words,
                   struct buf *out)
{
    BUF_LOCAL value = {0};
    switch (fuzz_random(random) % 12) {
    case 0: /* away */
        break;
    case 1: /* twice */
        buf_append(out, t->whole);
        buf_append(out, t->whole);
        break;
    case 2:
        tlv_put(out, any_tag(random, words), t->value);
        break;
    case 3:
    case 4:
    case 5:
        mutate_bytes(t->value, &value);
        tlv_put(out, t->tag, buf_slice(&value));
        break;
    case 6:
        any_value(random, words, &value);
        tlv_put(out, t->tag, buf_slice(&value));
        break;
    case 7:
        buf_append(out, other->whole);
        if (fuzz_random(random) % 2) buf_append(out, t->whole);
        break;
    case 8:
        any_object(random, words, out);
        if (fuzz_random(random) % 4) buf_append(out, t->whole);
        break;
    case 9: /* something at its end */
        buf_append(&value, t->value);
        any_object(random, words, &value);
        tlv_put(out, t->tag, buf_slice(&value));
        break;
    case 10: {
        unsigned deep = fuzz_random(random) % 8 ? 1 : fuzz_random(random) % 40;
        buf_append(out, t->whole);
        while (deep--) {
            buf_reset(&value);
            buf_append(&value, buf_slice(out));
            buf_reset(out);
            tlv_put(out, any_tag(random, words) | 0x20, buf_slice(&value));
        }
        break;
    }
    default:
        odd_length(random, t, out);
        break;
    }
}

static size_t give(const struct buf *b, uint8_t *data, size_t n, size_t cap)
{
    if (b->failed || b->n == 0 || b->n > cap) return n;
    memcpy(data, b->p, b->n);
    return b->n;
}

/* The TLVs of `in`, changed in one to three places. False: there is none. */
static bool mutate_slice(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    static struct nodes nodes;
    BUF_LOCAL now = {0};
    buf_append(&now, in);
    for (unsigned times = 1 + fuzz_random(random) % 3; times; times--) {
        BUF_LOCAL instead = {0};
        BUF_LOCAL whole = {0};
        nodes.n = 0;
        collect(buf_slice(&now), 0, &nodes);
        if (nodes.n == 0) return false;
        const struct tlv *t = &nodes.list[fuzz_random(random) % nodes.n];
        change(random, t, &nodes.list[fuzz_random(random) % nodes.n], words, &instead);
        rebuild(buf_slice(&now), t->whole, buf_slice(&instead), &whole);
        buf_reset(&now);
        buf_append(&now, buf_slice(&whole));
    }
    buf_append(out, buf_slice(&now));
    return out->n > 0;
}

size_t fuzz_mutate_tlv(uint8_t *data, size_t n, size_t cap, uint64_t *random, size_t header,
                       const struct fuzz_words *words)
{
    BUF_LOCAL out = {0};
    if (n <= header || fuzz_random(random) % 8 == 0) return LLVMFuzzerMutate(data, n, cap);
    if (fuzz_random(random) % 16 == 0 && header) { /* same length: only the header changes */
        data[fuzz_random(random) % header] = (uint8_t)(fuzz_random(random) % 8);
        return n;
    }
    buf_append(&out, slice_of(data, header));
    if (fuzz_random(random) % 20 == 0) {
        any_object(random, words, &out);
    } else {
        BUF_LOCAL changed = {0};
        if (!mutate_slice(slice_of(data + header, n - header), random, words, &changed))
            return LLVMFuzzerMutate(data, n, cap);
        buf_append(&out, buf_slice(&changed));
    }
    return give(&out, data, n, cap);
}

/* ---- records ---- */

#define RECORDS_MAX 128

/* Bit 31 stands for all kinds from there on. */
static bool has_tlvs(uint32_t tlv_kinds, uint8_t kind)
{
    return tlv_kinds >> (kind < 31 ? kind : 31) & 1;
}

static void mutate_record(struct fuzz_record *r, uint64_t *random, uint8_t kinds, uint32_t tlv_kinds,
                          const struct fuzz_words *words, struct buf *out)
{
    BUF_LOCAL content = {0};
    bool tlvs = has_tlvs(tlv_kinds, (uint8_t)(r->kind % kinds));
    if (!tlvs || fuzz_random(random) % 8 == 0 || !mutate_slice(r->content, random, words, &content)) {
        buf_reset(&content);
        mutate_bytes(r->content, &content);
    }
    fuzz_put_record(out, r->kind, buf_slice(&content));
}

static void any_record(uint64_t *random, uint8_t kinds, uint32_t tlv_kinds, const struct fuzz_words *words,
                       struct buf *out)
{
    BUF_LOCAL content = {0};
    uint8_t kind = (uint8_t)(fuzz_random(random) % kinds);
    if (has_tlvs(tlv_kinds, kind)) any_object(random, words, &content);
    fuzz_put_record(out, kind, buf_slice(&content));
}

size_t fuzz_mutate_records(uint8_t *data, size_t n, size_t cap, uint64_t *random, size_t header, uint8_t kinds,
                           uint32_t tlv_kinds, const struct fuzz_words *words)
{
    static struct fuzz_record list[RECORDS_MAX];
    size_t count = 0;
    BUF_LOCAL out = {0};
    if (n < header || fuzz_random(random) % 12 == 0) return LLVMFuzzerMutate(data, n, cap);
    struct slice in = slice_of(data + header, n - header);
    while (count < RECORDS_MAX && fuzz_next_record(&in, &list[count]))
        count++;
    if (header && fuzz_random(random) % 12 == 0) {
        data[fuzz_random(random) % header] = (uint8_t)(fuzz_random(random) % 8);
        return n;
    }
    size_t at = count ? fuzz_random(random) % count : 0;
    size_t other = count ? fuzz_random(random) % count : 0;
    uint32_t how = fuzz_random(random) % 12;
    buf_append(&out, slice_of(data, header));
    for (size_t i = 0; i < count; i++) {
        struct fuzz_record *r = &list[i];
        if (i == at && how == 0) continue;
        if (i == at && how == 1) any_record(random, kinds, tlv_kinds, words, &out);
        if (i == at && how == 2) fuzz_put_record(&out, list[other].kind, list[other].content);
        if (i == at && how == 3) r->kind = (uint8_t)(fuzz_random(random) % kinds);
        if (i == at && how > 4)
            mutate_record(r, random, kinds, tlv_kinds, words, &out);
        else
            fuzz_put_record(&out, r->kind, r->content);
    }
    if (how == 4 || count == 0) any_record(random, kinds, tlv_kinds, words, &out);
    return give(&out, data, n, cap);
}

/* ---- crossing ---- */

static bool is_records(struct slice s)
{
    struct fuzz_record r;
    while (s.n >= 3) {
        size_t n = (size_t)s.p[1] << 8 | s.p[2];
        if (n + 3 > s.n) return false;
        (void)fuzz_next_record(&s, &r);
    }
    return s.n == 0;
}

size_t fuzz_cross(struct slice a, struct slice b, uint8_t *out, size_t cap, uint64_t *random, size_t header)
{
    static struct nodes from;
    static struct nodes to;
    BUF_LOCAL whole = {0};
    if (a.n <= header || b.n <= header) return 0;
    struct slice mine = slice_skip(a, header);
    struct slice other = slice_skip(b, header);
    buf_append(&whole, slice_of(a.p, header));
    if (is_records(mine) && is_records(other)) { /* the start of one, the end of the other */
        struct fuzz_record r;
        uint32_t half = 1 + fuzz_random(random) % 8;
        for (uint32_t i = 0; i < half && fuzz_next_record(&mine, &r); i++)
            fuzz_put_record(&whole, r.kind, r.content);
        half = fuzz_random(random) % 8;
        for (uint32_t i = 0; fuzz_next_record(&other, &r); i++)
            if (i >= half) fuzz_put_record(&whole, r.kind, r.content);
    } else {
        from.n = to.n = 0;
        collect(other, 0, &from);
        collect(mine, 0, &to);
        if (from.n == 0 || to.n == 0) return 0;
        rebuild(mine, to.list[fuzz_random(random) % to.n].whole, from.list[fuzz_random(random) % from.n].whole, &whole);
    }
    if (whole.failed || whole.n > cap) return 0;
    memcpy(out, whole.p, whole.n);
    return whole.n;
}
