/* Bound profile packages as they are on the wire: a right one, with right keys, whose segments are changed, cut, left
 * out, repeated, traded or replaced without being encrypted or MACed again (SGP.22 2.5.4, 2.5.5, 5.5).
 * Input: personality, segmentation and kind of package, cut, flags, what fails (3 bytes, bench.h); then records of
 * script.c: SEND first segment and count; CHANGE segment, how, two numbers, bytes; RAW a segment; REQUEST for the ISD-R
 * in between; RESET.
 * Oracles: those of card.c; a result that the SM-DP+ accepts; with it one profile more, which is the one that was sent,
 * byte for byte; else profiles and memory as before: nothing that was changed is installed; the same input gives the
 * same answers. */
#define _GNU_SOURCE
#include "bench.h"

#define HEADER (4 + FUZZ_FAULT_SIZE)
#define RECORDS_MAX 100
#define SENDS_MAX 400
#define VARIANTS 4

enum { SEND, CHANGE, RAW, REQUEST, RESET, RECORD_KINDS };
enum { FLAG_RESET = 1, FLAG_TWICE = 2 };
enum { VARIANT_PPK = 1, VARIANT_SMALL = 2 };

/* A right package, and what is stored of its profile after an untouched installation. */
struct package {
    struct buf bpp;
    uint64_t profile;
    char aid[33];
};

struct work {
    struct fuzz_card card;
    struct smdpp *dp;
    const struct package *package;
    const struct lpa_segments *segments;
    unsigned sent;
};

static uint64_t mix(uint64_t hash, struct slice bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        hash = (hash ^ bytes.p[i]) * 0x100000001b3u;
    return (hash ^ bytes.n) * 0x100000001b3u;
}

/* The newest profile: its AID and a number that depends on all that is stored for it. */
static uint64_t newest(const euicc *card, char aid[33])
{
    struct euicc_description d;
    struct euicc_profile_description p;
    struct fuzz_image entries;
    struct slice key;
    struct slice value;
    uint8_t *image;
    size_t n;
    uint64_t hash = 0xcbf29ce484222325u;
    FUZZ_CHECK(euicc_describe(card, &d) == EUICC_OK && d.profile_count > 0, "no profile");
    FUZZ_CHECK(euicc_describe_profile(card, d.profile_count - 1, &p) == EUICC_OK, "the last profile");
    memcpy(aid, p.isdp_aid, sizeof p.isdp_aid);
    FUZZ_CHECK(euicc_snapshot(card, &image, &n) == EUICC_OK, "snapshot");
    FUZZ_CHECK(fuzz_image_open(slice_of(image, n), &entries), "image");
    while (fuzz_image_next(&entries, &key, &value)) {
        bool of_profile = (key.n > 8 && memcmp(key.p, "profile/", 8) == 0) || (key.n > 5 && !memcmp(key.p, "isdp/", 5));
        if (of_profile && memmem(key.p, key.n, aid, 32)) hash = mix(mix(hash, key), value);
    }
    free(image);
    return hash;
}

/* One segment or request, whatever it is. */
static void send(struct work *w, struct slice bytes)
{
    FUZZ_ANSWER_LOCAL a = {0};
    struct euicc_description before;
    struct euicc_description now;
    struct smdpp_pir pir = {0};
    char aid[33];
    if (w->sent++ >= SENDS_MAX || bytes.n == 0) return;
    FUZZ_CHECK(euicc_describe(w->card.card, &before) == EUICC_OK, "describe");
    fuzz_request(&w->card, bytes, &a);
    FUZZ_CHECK(euicc_describe(w->card.card, &now) == EUICC_OK, "describe");
    bool result = a.alive && a.data.n > 2 && a.data.p[0] == 0xbf && a.data.p[1] == 0x37;
    if (result) FUZZ_CHECK(smdpp_check_pir(w->dp, buf_slice(&a.data), &pir), "the result: %s", w->dp->error);
    if (!result || !pir.success) {
        FUZZ_CHECK(!result || a.said || w->card.failed, "refused without a reason: command %d, reason %d", pir.command,
                   pir.reason);
        FUZZ_CHECK(now.profile_count <= before.profile_count, "a profile came without a result");
        return;
    }
    FUZZ_CHECK(now.profile_count == before.profile_count + 1 && !a.said, "installed, but %zu profiles",
               now.profile_count);
    uint64_t profile = newest(w->card.card, aid);
    /* after a deletion the AID may be another one */
    if (w->package->profile && strcmp(aid, w->package->aid) == 0)
        FUZZ_CHECK(profile == w->package->profile, "what was installed is not what the SM-DP+ sent");
}

static size_t number(struct slice content, size_t at)
{
    return at + 2 <= content.n ? (size_t)content.p[at] << 8 | content.p[at + 1] : 0;
}

/* The object at the end of a segment with its content replaced, lengths put right. */
static void retake(struct slice segment, struct slice value, struct buf *out)
{
    struct tlv t;
    struct slice in = segment;
    if (tlv_read(&in, &t) != TLV_OK) {
        buf_append(out, segment);
        return;
    }
    tlv_put(out, t.tag, value);
    buf_append(out, in);
}

/* segment, how, offset (2), length (2), bytes */
static void send_changed(struct work *w, struct slice content)
{
    BUF_LOCAL out = {0};
    if (content.n < 2) return;
    struct slice s = w->segments->list[content.p[0] % w->segments->n];
    struct slice other = w->segments->list[(content.p[0] + number(content, 4)) % w->segments->n];
    struct slice bytes = slice_skip(content, content.n < 6 ? content.n : 6);
    size_t at = number(content, 2) % (s.n + 1);
    size_t n = number(content, 4) % (s.n - at + 1);
    struct slice head = slice_of(s.p, at);
    struct tlv t;
    struct slice in = s;
    bool object = tlv_read(&in, &t) == TLV_OK;
    switch (content.p[1] % 8) {
    case 0: /* one bit */
        buf_append(&out, s);
        out.p[at % s.n] ^= (uint8_t)(1u << number(content, 4) % 8);
        break;
    case 1: /* cut off */
        buf_append(&out, head);
        break;
    case 2: /* bytes in between, or at the end */
        buf_append(&out, head);
        buf_append(&out, bytes);
        buf_append(&out, slice_skip(s, at));
        break;
    case 3: /* bytes missing */
        buf_append(&out, head);
        buf_append(&out, slice_skip(s, at + n));
        break;
    case 4: /* bytes instead */
        buf_append(&out, head);
        buf_append(&out, bytes);
        buf_append(&out, slice_skip(s, at + bytes.n < s.n ? at + bytes.n : s.n));
        break;
    case 5: /* shorter, with the length right */
        retake(s, object ? slice_of(t.value.p, t.value.n - (t.value.n ? number(content, 2) % t.value.n : 0)) : s, &out);
        break;
    case 6: /* this tag, the content of another segment */
        retake(s, other, &out);
        break;
    default: /* the start of one and the end of another */
        buf_append(&out, head);
        buf_append(&out, slice_skip(other, at < other.n ? at : other.n));
        break;
    }
    send(w, buf_slice(&out));
}

static void run_record(struct work *w, const struct fuzz_record *r)
{
    switch (r->kind % RECORD_KINDS) {
    case SEND: {
        size_t from = r->content.n > 0 ? r->content.p[0] : 0;
        size_t n = r->content.n > 1 ? r->content.p[1] : 1;
        for (size_t i = from; i < from + n && i < w->segments->n; i++)
            send(w, w->segments->list[i]);
        break;
    }
    case CHANGE:
        send_changed(w, r->content);
        break;
    case RESET:
        fuzz_power(&w->card, true);
        break;
    default:
        send(w, r->content);
        break;
    }
}

static void make(struct package *p, enum fuzz_kind kind, unsigned variant)
{
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    struct smdpp *dp = fuzz_bench(kind)->dp;
    fuzz_profile("980010100000000003F1", "", &metadata, &package);
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata),
                                         .upp = buf_slice(&package),
                                         .use_ppk = variant & VARIANT_PPK,
                                         .segment = variant & VARIANT_SMALL ? 100 : 0};
    dp->spoil = (struct smdpp_spoil){0};
    dp->drawn = 0;
    dp->retry = false;
    FUZZ_CHECK(smdpp_get_bound_profile_package(dp, buf_slice(&fuzz_bench(kind)->prepared), &p->bpp), "%s", dp->error);
    dp->profile = (struct smdpp_profile){0};
    /* untouched */
    struct work w = {.dp = dp, .package = p};
    LPA_SEGMENTS_LOCAL segments = {0};
    if (!lpa_segments_make(&segments, buf_slice(&p->bpp), LPA_SEGMENT_EACH, 0)) abort();
    fuzz_begin(&w.card, kind, FUZZ_READY);
    for (size_t i = 0; i < segments.n; i++)
        send(&w, segments.list[i]);
    p->profile = newest(w.card.card, p->aid);
    fuzz_end(&w.card);
}

static const struct package *package_of(enum fuzz_kind kind, unsigned variant)
{
    static struct package packages[FUZZ_KINDS][VARIANTS];
    struct package *p = &packages[kind][variant];
    if (!p->bpp.n) make(p, kind, variant);
    return p;
}

static uint64_t run(const uint8_t *data, size_t n)
{
    struct fuzz_record r;
    LPA_SEGMENTS_LOCAL segments = {0};
    enum fuzz_kind kind = (enum fuzz_kind)(data[0] % FUZZ_KINDS);
    struct slice in = slice_of(data + HEADER, n - HEADER);
    struct work w = {.dp = fuzz_bench(kind)->dp, .package = package_of(kind, data[1] >> 2 & 3), .segments = &segments};
    if (!lpa_segments_make(&segments, buf_slice(&w.package->bpp), (enum lpa_segmentation)(data[1] % 4),
                           data[2] ? data[2] * 8u : 1000))
        abort();
    fuzz_begin(&w.card, kind, FUZZ_READY);
    fuzz_set_fault(&w.card, data + 4);
    for (unsigned i = 0; i < RECORDS_MAX && fuzz_next_record(&in, &r); i++)
        run_record(&w, &r);
    if (data[3] & FLAG_RESET) fuzz_power(&w.card, true);
    fuzz_invariants(&w.card);
    uint64_t answers = w.card.answers;
    fuzz_end(&w.card);
    return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEADER) return 0;
    uint64_t once = run(data, n);
    if (data[3] & FLAG_TWICE && fuzz_fault_repeats(data + 4))
        FUZZ_CHECK(run(data, n) == once, "the same input gives other answers");
    return 0;
}

FUZZ_RECORDS_MUTATOR(HEADER, RECORD_KINDS, 1u << RAW | 1u << REQUEST, &fuzz_es10_words)
