/* Bound profile packages whose plain text is mutated and then encrypted and MACed by the SM-DP+ double, so that it
 * passes the cryptography (SGP.22 2.5, 5.5).
 * Input: personality, segmentation, cut, flaw, item that has it, order of the sections, segment size, flags, what fails
 * (3 bytes, bench.h); then records: metadata, ConfigureISDP, profile package, bytes to insert (the last one of a kind
 * counts). Oracles: those of card.c; the result is a ProfileInstallationResult that the SM-DP+ accepts; a success adds
 * one profile, anything else leaves profiles and memory as they were and gives a reason; the same input gives the same
 * answers. */
#include "bench.h"

#define HEADER (8 + FUZZ_FAULT_SIZE)

enum { METADATA, CONFIGURE, PACKAGE, INSERT, RECORD_KINDS };
enum { FLAG_PPK = 1, FLAG_BEFORE_PROTECT = 2, FLAG_RESET = 4, FLAG_TWICE = 8 };

static void spoil(struct smdpp_spoil *s, const uint8_t *header)
{
    static const char *const orders[] = {NULL, "0123", "1023", "0132", "012", "013", "023", "0", "01233", "0323"};
    unsigned item = header[4];
    switch (header[3] % 10) {
    case 1:
        s->mac_item = item;
        break;
    case 2:
        s->cipher_item = item;
        break;
    case 3:
        s->padding_item = item;
        break;
    case 4:
        s->cut_item = item;
        break;
    case 5:
        s->short_item = item;
        break;
    case 6:
        s->swap_86 = item;
        break;
    case 7:
        s->replay_86 = item;
        break;
    case 8:
        s->drop_86 = item;
        break;
    default:
        break;
    }
    s->insert_item = s->insert_bytes.n ? item : 0;
    s->order = orders[header[5] % 10];
    s->order_before_protect = header[7] & FLAG_BEFORE_PROTECT;
}

/* Sends the segments until the card has something to say; true if it had. */
static bool load(struct fuzz_card *c, struct slice bpp, enum lpa_segmentation how, size_t cut, struct fuzz_answer *a)
{
    LPA_SEGMENTS_LOCAL segments = {0};
    if (!lpa_segments_make(&segments, bpp, how, cut)) return false;
    for (size_t i = 0; i < segments.n; i++) {
        fuzz_request(c, segments.list[i], a);
        if (!a->alive || a->data.n || a->sw != 0x9000) return true;
    }
    return false;
}

static void check_result(struct fuzz_card *c, struct smdpp *dp, const struct fuzz_answer *a,
                         const struct euicc_description *before)
{
    struct smdpp_pir pir;
    struct euicc_description now;
    FUZZ_CHECK(euicc_describe(c->card, &now) == EUICC_OK, "describe");
    bool result = a->data.n && smdpp_check_pir(dp, buf_slice(&a->data), &pir);
    FUZZ_CHECK(a->data.n == 0 || result, "the SM-DP+ does not accept the result: %s", dp->error);
    if (result && pir.success) {
        FUZZ_CHECK(now.profile_count == before->profile_count + 1 && !a->said, "installed, but %zu profiles",
                   now.profile_count);
        return;
    }
    FUZZ_CHECK(!result || a->said, "refused without a reason: command %d, reason %d", pir.command, pir.reason);
    FUZZ_CHECK(now.profile_count == before->profile_count && now.memory_free == before->memory_free,
               "not installed, but %zu profiles, %zu bytes free after %zu", now.profile_count, now.memory_free,
               before->memory_free);
}

/* The package that the input asks for; false if the SM-DP+ cannot make it. */
static bool make(struct smdpp *dp, enum fuzz_kind kind, const uint8_t *data, size_t n, struct buf *bpp)
{
    struct fuzz_record r;
    struct slice parts[RECORD_KINDS] = {{0}};
    struct slice in = slice_of(data + HEADER, n - HEADER);
    while (fuzz_next_record(&in, &r))
        parts[r.kind % RECORD_KINDS] = r.content;
    dp->profile = (struct smdpp_profile){.metadata = parts[METADATA],
                                         .upp = parts[PACKAGE],
                                         .configure_isdp = parts[CONFIGURE],
                                         .use_ppk = data[7] & FLAG_PPK,
                                         .segment = (size_t)data[6] * 4};
    dp->spoil = (struct smdpp_spoil){.insert_bytes = parts[INSERT]};
    dp->drawn = 0;
    dp->retry = false;
    spoil(&dp->spoil, data);
    bool made = smdpp_get_bound_profile_package(dp, buf_slice(&fuzz_bench(kind)->prepared), bpp);
    dp->profile = (struct smdpp_profile){0};
    dp->spoil = (struct smdpp_spoil){0};
    return made;
}

static uint64_t run(const uint8_t *data, enum fuzz_kind kind, struct slice bpp)
{
    struct fuzz_card c;
    struct euicc_description before;
    FUZZ_ANSWER_LOCAL a = {0};
    fuzz_begin(&c, kind, FUZZ_READY);
    fuzz_set_fault(&c, data + 8);
    FUZZ_CHECK(euicc_describe(c.card, &before) == EUICC_OK, "describe");
    (void)load(&c, bpp, (enum lpa_segmentation)(data[1] % 4), data[2] ? data[2] * 8u : 1000, &a);
    check_result(&c, fuzz_bench(kind)->dp, &a, &before);
    fuzz_invariants(&c);
    if (data[7] & FLAG_RESET) {
        fuzz_power(&c, true);
        fuzz_invariants(&c);
    }
    uint64_t answers = c.answers;
    fuzz_end(&c);
    return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    BUF_LOCAL bpp = {0};
    if (n < HEADER) return 0;
    enum fuzz_kind kind = (enum fuzz_kind)(data[0] % FUZZ_KINDS);
    if (!make(fuzz_bench(kind)->dp, kind, data, n, &bpp)) return 0;
    uint64_t once = run(data, kind, buf_slice(&bpp));
    if (data[7] & FLAG_TWICE && fuzz_fault_repeats(data + 8))
        FUZZ_CHECK(run(data, kind, buf_slice(&bpp)) == once, "the same input gives other answers");
    return 0;
}

FUZZ_RECORDS_MUTATOR(HEADER, RECORD_KINDS, 1u << METADATA | 1u << CONFIGURE | 1u << PACKAGE, &fuzz_saip_words)
