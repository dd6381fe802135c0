/* Images of cards, restored (src/store/image.h). Input: how, then a whole image (its checksum is put right with flag 1,
 * since no random change would pass it), or edits of the image of a prepared card.
 * Edits are records: number of the entry, then 1 byte what (0 new value, 1 away, 2 another key) and the bytes.
 * Oracles: a refused image leaves the card as it was; an accepted one gives the same image again, and the card answers,
 * without a crash, whatever it holds. */
#include "bench.h"

#define HEADER 2
#define HEAD 14

enum { FLAG_CHECKSUM = 1, FLAG_EDITS = 2 };

/* IEEE 802.3, as the image has it. */
static void put_crc(struct buf *image)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < image->n; i++) {
        crc ^= image->p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    crc = ~crc;
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_byte(image, (uint8_t)(crc >> shift));
}

static uint32_t number_at(struct slice s, size_t at)
{
    return (uint32_t)s.p[at] << 24 | (uint32_t)s.p[at + 1] << 16 | (uint32_t)s.p[at + 2] << 8 | s.p[at + 3];
}

static void put_number(struct buf *b, size_t n)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_byte(b, (uint8_t)(n >> shift));
}

/* What the input says of entry `index`; false: nothing. */
static bool find_edit(struct slice edits, size_t index, struct slice *edit)
{
    struct fuzz_record r;
    while (fuzz_next_record(&edits, &r)) {
        *edit = r.content;
        if (r.kind == index && r.content.n) return true;
    }
    return false;
}

static void edit_image(struct slice base, struct slice edits, struct buf *out)
{
    uint32_t count = number_at(base, 10);
    size_t at = HEAD;
    size_t kept = 0;
    BUF_LOCAL entries = {0};
    for (uint32_t i = 0; i < count; i++) {
        struct slice key = slice_of(base.p + at + 8, number_at(base, at));
        struct slice value = slice_of(key.p + key.n, number_at(base, at + 4));
        struct slice edit;
        at += 8 + key.n + value.n;
        if (find_edit(edits, i, &edit)) {
            if (edit.p[0] % 3 == 1) continue;
            *(edit.p[0] % 3 == 0 ? &value : &key) = slice_skip(edit, 1);
        }
        kept++;
        put_number(&entries, key.n);
        put_number(&entries, value.n);
        buf_append(&entries, key);
        buf_append(&entries, value);
    }
    buf_append(out, slice_of(base.p, 10));
    put_number(out, kept);
    buf_append(out, buf_slice(&entries));
    put_crc(out);
}

/* Commands that read most of what is stored; the card may refuse each, and may find that its state does not decode. */
static void use(euicc *card)
{
    static const char *const requests[] = {
        "00A40400 10 A0000005591010FFFFFFFF8900000100 00",
        "80E29100 06 BF3E035C015A 00",
        "80E29100 03 BF2000 00",
        "80E29100 03 BF2200 00",
        "80E29100 03 BF2D00 00",
        "80E29100 0D BF2D0A5C084F5A9F709192B699 00",
        "80E29100 03 BF2800 00",
        "80E29100 03 BF2B00 00",
        "80E29100 03 BF4300 00",
        "80E29100 03 BF3C00 00",
        "80E29100 03 BF5500 00",
        "80E29100 03 BF5600 00",
        "80E29100 14 BF3111A00C5A0A980010100000000002F1810100 00",
        "80E29100 0F BF330C5A0A980010100000000001F1 00",
        "80E29100 03 BF5800 00",
        "80E29100 06 BF5D038101FF 00",
        "80E29100 07 BF34048202 05E0 00",
    };
    static uint8_t rapdu[65538];
    struct euicc_atr atr;
    struct euicc_description d;
    size_t n;
    (void)euicc_describe(card, &d);
    if (euicc_power_on(card, &atr) != EUICC_OK) return;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        BUF_LOCAL capdu = {0};
        struct euicc_reason r;
        fuzz_put_hex(&capdu, requests[i]);
        int result = euicc_transmit(card, capdu.p, capdu.n, rapdu, sizeof rapdu, &n);
        if (result != EUICC_OK) return;
        FUZZ_CHECK(n >= 2, "no status word");
        euicc_last_reason(card, &r);
        FUZZ_CHECK(rapdu[n - 2] != 0x6f || r.said, "6F00 without a reason");
    }
    if (euicc_describe(card, &d) != EUICC_OK) return;
    for (size_t i = 0; i < d.profile_count; i++) {
        struct euicc_profile_description p;
        (void)euicc_describe_profile(card, i, &p);
    }
    (void)euicc_factory_reset(card);
}

static void check_image(const euicc *card, struct slice expected, const char *when)
{
    uint8_t *image;
    size_t n;
    FUZZ_CHECK(euicc_snapshot(card, &image, &n) == EUICC_OK, "snapshot");
    FUZZ_CHECK(slice_equal(slice_of(image, n), expected), "%s: another image", when);
    free(image);
}

static bool holds(struct slice image, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= image.n; i++)
        if (memcmp(image.p + i, text, n) == 0) return true;
    return false;
}

/* What was restored is what the card holds, unless it was of version 1: then its packages are installed or dropped. */
static void check_restored(const euicc *card, struct slice image)
{
    uint8_t *now;
    size_t n;
    FUZZ_CHECK(euicc_snapshot(card, &now, &n) == EUICC_OK, "snapshot");
    if (!slice_equal(slice_of(now, n), image)) {
        FUZZ_CHECK(holds(image, "card/version1") && holds(slice_of(now, n), "card/version2"),
                   "restored: another image");
        /* from now on it is an image like any other */
        euicc *copy;
        static const struct euicc_env nothing = {0};
        FUZZ_CHECK(euicc_clone(card, &nothing, &copy) == EUICC_OK, "clone");
        FUZZ_CHECK(euicc_restore(copy, now, n) == EUICC_OK, "what was brought up to date cannot be restored");
        check_image(copy, slice_of(now, n), "brought up to date");
        euicc_destroy(copy);
    }
    free(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_card c;
    BUF_LOCAL image = {0};
    uint8_t *base;
    size_t base_n;
    if (n < HEADER) return 0;
    struct slice in = slice_of(data + HEADER, n - HEADER);
    enum fuzz_kind kind = (enum fuzz_kind)(data[1] % FUZZ_KINDS);
    fuzz_begin(&c, kind, FUZZ_FRESH);
    FUZZ_CHECK(euicc_snapshot(c.card, &base, &base_n) == EUICC_OK, "snapshot");
    if (data[0] & FLAG_EDITS) {
        edit_image(slice_of(base, base_n), in, &image);
    } else {
        bool right = data[0] & FLAG_CHECKSUM && in.n >= 4;
        buf_append(&image, slice_of(in.p, right ? in.n - 4 : in.n));
        if (right) put_crc(&image);
    }
    /* what is restored need not fit the counters of before */
    c.any_state = true;
    if (euicc_restore(c.card, image.p, image.n) == EUICC_OK) {
        check_restored(c.card, buf_slice(&image));
        use(c.card);
    } else {
        check_image(c.card, slice_of(base, base_n), "refused");
        FUZZ_CHECK(euicc_power_on(c.card, NULL) == EUICC_OK, "the card is dead after a refused image");
    }
    free(base);
    fuzz_end(&c);
    return 0;
}

FUZZ_RECORDS_MUTATOR(HEADER, 40, 0xffffffff, &fuzz_es10_words)
