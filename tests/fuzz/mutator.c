/* Mutators that know TLVs and records; see fuzz.h. Whatever comes in, something valid to hand
 * to the target comes out: what does not parse is mutated as bytes. */
#include "fuzz.h"

#define NODES_MAX 400
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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

/* One content for another that its tag may have; false if none of some objects has a known tag. */
static bool choose(const struct nodes *nodes, uint64_t *random, const struct fuzz_words *words, const struct tlv **t,
                   struct buf *out)
{
    for (unsigned tries = 0; tries < 30; tries++) {
        *t = &nodes->list[fuzz_random(random) % nodes->n];
        for (const struct fuzz_choice *c = words->choices; c->tag; c++) {
            size_t n = 0;
            if (c->tag != (*t)->tag) continue;
            while (n < COUNT(c->values) && c->values[n])
                n++;
            if (n == 0) continue;
            BUF_LOCAL value = {0};
            fuzz_put_hex(&value, c->values[fuzz_random(random) % n]);
            tlv_put(out, c->tag, buf_slice(&value));
            return true;
        }
    }
    return false;
}

bool fuzz_mutate_objects(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out)
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
        bool gentle = words->choices && fuzz_random(random) % 4 && choose(&nodes, random, words, &t, &instead);
        if (!gentle) change(random, t, &nodes.list[fuzz_random(random) % nodes.n], words, &instead);
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
        if (!fuzz_mutate_objects(slice_of(data + header, n - header), random, words, &changed))
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

/* Records of commands, one or a script of them. */
static bool mutate_commands(const struct fuzz_record *r, uint64_t *random, uint8_t kinds,
                            const struct fuzz_words *words, struct buf *out)
{
    uint32_t bit = 1u << (r->kind % kinds < 31 ? r->kind % kinds : 31);
    if (words->command_kinds & bit) {
        fuzz_mutate_command(r->content, random, words, out);
    } else if (words->script_kinds & bit && r->content.n >= words->script_at) {
        buf_append(out, slice_of(r->content.p, words->script_at));
        fuzz_mutate_script(slice_skip(r->content, words->script_at), random, words, out);
    } else {
        return false;
    }
    return true;
}

static void mutate_record(struct fuzz_record *r, uint64_t *random, uint8_t kinds, uint32_t tlv_kinds,
                          const struct fuzz_words *words, struct buf *out)
{
    BUF_LOCAL content = {0};
    if (fuzz_random(random) % 8 && mutate_commands(r, random, kinds, words, &content)) {
        fuzz_put_record(out, r->kind, buf_slice(&content));
        return;
    }
    bool tlvs = has_tlvs(tlv_kinds, (uint8_t)(r->kind % kinds));
    if (!tlvs || fuzz_random(random) % 8 == 0 || !fuzz_mutate_objects(r->content, random, words, &content)) {
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
    uint32_t bit = 1u << (kind < 31 ? kind : 31);
    if (has_tlvs(tlv_kinds, kind)) any_object(random, words, &content);
    if (words->script_kinds & bit)
        for (size_t i = 0; i < words->script_at; i++)
            buf_byte(&content, (uint8_t)(fuzz_random(random) % 4));
    if ((words->script_kinds | words->command_kinds) & bit) fuzz_put_command(random, words, &content);
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
