/* The seeds of what goes over the wire: bound packages as a hostile LPA may send them, terminals with proactive
 * sessions. Called by make_corpus.c. */
#include "make_corpus.h"

/* Records in digits, each "kind content", "|" between them. */
static void put_records(struct buf *out, const char *text)
{
    for (;;) {
        char digits[512];
        size_t n = strcspn(text, "|");
        BUF_LOCAL record = {0};
        (void)snprintf(digits, sizeof digits, "%.*s", (int)n, text);
        fuzz_put_hex(&record, digits);
        if (record.n) fuzz_put_record(out, record.p[0], slice_skip(buf_slice(&record), 1));
        if (text[n] == 0) return;
        text += n + 1;
    }
}

struct wire_seed {
    const char *name, *header, *records;
};

static void write_seeds(const char *target, const struct wire_seed *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        BUF_LOCAL records = {0};
        put_records(&records, list[i].records);
        corpus_write(target, list[i].name, list[i].header, buf_slice(&records));
    }
}

/* 00 SEND, 01 CHANGE, 02 RAW, 03 REQUEST, 04 RESET; see bpp_ciphertext.c. */
static const struct wire_seed bound_packages[] = {
    {"whole", "00000003 000000", "00 00FF"},
    {"whole-iot-ppk", "01060002 000000", "00 00FF"},
    {"whole-both-small", "02080003 000000", "00 00FF"},
    {"cut", "00011002 000000", "00 00FF"},
    {"cut-small-ppk", "000D0602 000000", "00 00FF"},
    {"bit-in-87", "00010002 000000", "00 0001|01 01 00 0010 0003|00 02FF"},
    {"bit-in-88", "00010002 000000", "00 0003|01 03 00 0020 0001|00 04FF"},
    {"bit-in-86", "00090003 000000", "00 0008|01 08 00 0030 0007|00 09FF"},
    {"bit-in-last", "00090002 000000", "00 000C|01 0C 00 0004 0000|00 0DFF"},
    {"signature", "00010002 000000", "01 00 00 0070 0002|00 01FF"},
    {"trade-86", "00090002 000000", "00 0008|00 0901|00 0801|00 0AFF"},
    {"twice-86", "00090002 000000", "00 0009|00 08FF"},
    {"without-86", "00090002 000000", "00 0008|00 09FF"},
    {"content-of-another", "00090002 000000", "00 0008|01 08 06 0000 0001|00 09FF"},
    {"shorter", "00090002 000000", "00 0008|01 08 05 0010|00 09FF"},
    {"longer", "00090002 000000", "00 0008|01 08 02 0010 0000 00112233445566778899AABBCCDDEEFF|00 09FF"},
    {"missing", "00090002 000000", "00 0008|01 08 03 0010 0010|00 09FF"},
    {"start-and-end", "00090002 000000", "00 0008|01 08 07 0020 0001|00 09FF"},
    {"twice", "00000003 000000", "00 00FF|00 00FF"},
    {"reset-between", "00090002 000000", "00 0006|04|00 06FF"},
    {"request-between", "00090002 000000", "00 0006|03 BF3E(5C(5A))|00 06FF"},
    {"cancelled", "00090002 000000", "00 0004|03 BF41(80(01020304050607080910111213141516)8101 00)|00 04FF"},
    {"no-memory", "00090000 040040", "00 00FF"},
    {"no-storage", "00090002 020002", "00 00FF|00 00FF"},
    {"raw", "00090002 000000", "00 0002|02 A0(87(0102030405060708090A0B0C0D0E0F1011121314151617 18))|00 03FF"},
};

/* The segments of a right package as they are: for changes that know TLVs. */
static void recorded_package(void)
{
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    BUF_LOCAL bpp = {0};
    BUF_LOCAL records = {0};
    LPA_SEGMENTS_LOCAL segments = {0};
    const struct fuzz_bench *bench = fuzz_bench(FUZZ_CONSUMER);
    fuzz_profile("980010100000000003F1", "", &metadata, &package);
    bench->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bench->dp->drawn = 0;
    FUZZ_CHECK(smdpp_get_bound_profile_package(bench->dp, buf_slice(&bench->prepared), &bpp), "%s", bench->dp->error);
    bench->dp->profile = (struct smdpp_profile){0};
    FUZZ_CHECK(lpa_segments_make(&segments, buf_slice(&bpp), LPA_SEGMENT_EACH, 0), "segments");
    for (size_t i = 0; i < segments.n; i++)
        fuzz_put_record(&records, 2, segments.list[i]);
    corpus_write("bpp_ciphertext", "recorded", "00010002000000", buf_slice(&records));
}

#define ENABLE_2 "01 BF31(A0(5A(" FUZZ_ICCID_2 "))8101FF)"
#define DISABLE_1 "01 BF32(A0(5A(" FUZZ_ICCID_1 "))8101FF)"
/* 00 APDU, 01 REQUEST, 02 RESET, 03 POWER, 04 FETCH, 05 RESPONSE, 06 ENVELOPE, 07 POLL, 08 PROFILE, 09 PACKAGE,
 * 0A CLONE, 0B ANSWER; see proactive.c. */
static const struct wire_seed terminals[] = {
    {"enable", "00000102 000000", ENABLE_2 "|07|04 00|05 00"},
    {"disable", "00000302 000000", DISABLE_1 "|07|0B 00|07"},
    {"state-change", "00000402 000000", ENABLE_2 "|0A|0B 01|" DISABLE_1 "|0B 00"},
    {"refused", "00000102 000000", ENABLE_2 "|0B 20|07|" ENABLE_2 "|0B 32|" ENABLE_2 "|0B 00"},
    {"busy", "00000102 000000", ENABLE_2 "|" DISABLE_1 "|01 BF2D00|04 00|" ENABLE_2 "|07|05 00"},
    {"lengths", "00000102 000000", ENABLE_2 "|04 01|04 F5|04 FF|07|04 00|04 00|05 00"},
    {"responses", "00000102 000000", ENABLE_2 "|05 00|04 00|05 0003|05 0005|05 0001|05 00"},
    {"two-results", "00000102 000000", ENABLE_2 "|04 00|05 0004|07"},
    {"never-answered", "00000102 000000", ENABLE_2 "|07|02|07|01 BF2D00|03"},
    {"fetched-then-reset", "00000502 000000", ENABLE_2 "|04 00|02|01 BF2D00"},
    {"profile-again", "00000102 000000", ENABLE_2 "|08 000080|07|08 000000|07|08 FFFFFF|0B 00"},
    {"no-refresh", "00000202 000000", ENABLE_2 "|07|04 00|05 00"},
    {"no-profile", "00000002 000000", "06 D3(82020181 900101)|" ENABLE_2 "|07|08 FFFFFF|07"},
    {"envelopes", "00000102 000000",
     "06 D6(19 0109 8202 8281 1B0103)|" ENABLE_2
     "|06 D3(82020181 900101)|06 D6(19)|06 00|0B 00|06 D7(82028281 240101)"},
    {"channels", "00000102 000000",
     "00 0070000001|" ENABLE_2 "|00 81F2000C|00 01A4040010A0000005591010FFFFFFFF890000010000|00 811200000B|05 00"},
    {"memory-reset", "00000102 000000", "01 BF34(82(0780))|07|0B 00"},
    {"memory-reset-busy", "00000102 000000", ENABLE_2 "|01 BF34(82(0780))|07|01 BF33(5A(" FUZZ_ICCID_2 "))|0B 00"},
    {"delete", "00000102 000000", DISABLE_1 "|01 BF33(5A(" FUZZ_ICCID_1 "))|0B 00|01 BF33(5A(" FUZZ_ICCID_1 "))"},
    {"iot-enable", "01000102 000000", "09 A3(5A(" FUZZ_ICCID_2 "))|07|0B 00|01 BF2B(8200)"},
    {"iot-rollback", "01000102 000000", "09 A3(5A(" FUZZ_ICCID_2 ")0500)|0B 00|01 BF58(8101FF)|0B 00|07"},
    {"iot-disable", "01000402 000000", "09 A4(5A(" FUZZ_ICCID_1 "))A5(5A(" FUZZ_ICCID_1 "))|07|0B 00"},
    {"iot-fallback", "01000102 000000", "01 BF5D(8101FF)|0B 00|01 BF5E(8101FF)|0B 00"},
    {"both-package", "02000302 000000", "09 A3(5A(" FUZZ_ICCID_2 "))|" DISABLE_1 "|0B 00|" DISABLE_1 "|0B 00"},
    {"both-refused", "02000102 000000", "09 A3(5A(" FUZZ_ICCID_2 ")0500)|0B 32|09 A4(5A(" FUZZ_ICCID_1 "))|0B 20"},
    {"uicc", "03000002 000000",
     "00 00A4040010A0000005591010FFFFFFFF890000010000|01 BF32(A0(5A(98001010000000000001))8101FF)|00 00A40004023F00|"
     "07|04 00|00 00A40004022FE2|05 00|00 00A40004022FE2"},
    {"uicc-suspend", "03010002 000000",
     "00 00A4040010A0000005591010FFFFFFFF890000010000|" ENABLE_2 "|00 8076000004 00100410 0A|0B 00|07"},
    {"uicc-capability", "04000002 000000", "00 80AA0000(A9(8100 82010A 830107))|" ENABLE_2 "|0B 00"},
    {"no-memory", "00000100 040030", ENABLE_2 "|07|0B 00"},
    {"no-storage", "00000102 020001", ENABLE_2 "|07|08 FFFFFF|" ENABLE_2 "|0B 00"},
    {"power-lost", "00000102 030002", ENABLE_2 "|04 00|05 00|08 FFFFFF|07|01 BF2D00"},
};

void corpus_wire(void)
{
    recorded_package();
    write_seeds("bpp_ciphertext", bound_packages, sizeof bound_packages / sizeof bound_packages[0]);
    write_seeds("proactive", terminals, sizeof terminals / sizeof terminals[0]);
}
