/* What the mutators know of commands: a dictionary of those of a UICC, and changes of one C-APDU (header, data, lengths
 * put right) and of scripts of them (ETSI TS 102 226 5.2.1, one after the other). See fuzz.h. */
#include "fuzz.h"

#define SCRIPT_MAX 64
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define PIN1 "30303030FFFFFFFF"
#define PIN2 "39393939FFFFFFFF"
#define ADM1 "3838383838383838"
#define PUK1 "3132333435363738"
#define PUK2 "3837363534333231"
#define USIM "A0000000871002FFFFFFFF8900000100"
#define ISIM "A0000000871004FFFFFFFF8900000100"
#define MNO_SD "A000000151000000"
#define RULE "8A0105 8B032F0601"

/* texts that are made of parts, by intent */
// NOLINTBEGIN(bugprone-suspicious-missing-comma)
const char *const fuzz_uicc_commands[] = {
    /* selection */
    "00A40004023F00", "00A4000C023F00", "00A40004022F00", "00A40004022FE2", "00A40004022F06", "00A40004022F05",
    "00A40004027F10", "00A40004027FFF", "00A40004027FD0", "00A40004027F66", "00A40004026F01", "00A40004026F02",
    "00A40004026F03", "00A40004026F04", "00A40004026F07", "00A40004026F38", "00A40004026F3C", "00A40004026F06",
    "00A40004026F70", "00A40004025FC0", "00A40104027F10", "00A4030400", "00A40804047FFF6F07", "00A40804067F105F3A4F30",
    "00A40804047F666F04", "00A40804067FFF5FC04F01", "00A40904025F3A", "00A4000C00", "00A4040407A0000000871002",
    "00A4040407A0000000871004", "00A4040210" USIM, "00A4044407A0000000871002", "00A4040C10" ISIM, "00A4040408" MNO_SD,
    "00A404000010", "00A4040410A0000005591010FFFFFFFF8900000100", "80F2000000", "80F2000100", "80F201010000",
    "80F2000C00",
    /* reading and writing */
    "00B0000000", "00B000010A", "00B0810000", "00B0870009", "00B000000001 00", "00B2010400", "00B2010421", "00B2000200",
    "00B2000300", "00B2020430", "00D6000002ABCD", "00D681000107", "00D6001F0401020304",
    "00DC01041A 41444E FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "00DC0104 10 000102030405060708090A0B0C0D0E0F",
    "00DC0003 03 000102", "00DC0003 03 FFFFFF", "00DC0002 03 000001", "00A2010402 FFFF00", "00A20104 02 4F10 00",
    "00A20105 01 FF 00", "00A20106 03 0400 FF 00", "00A20106 03 0C4F 10 00", "00A20006 03 0600 00 00",
    "00A20007 03 0780 FF 00", "8032000003 000001 00", "8032000003 FFFFFF 00", "8032980003 000001 00",
    "80CB008001 5C 00", "80CB008001 80 00", "80CB008001 81 02", "80CB000002", "80CB00C002", "80DB008001 80",
    "80DB008004 84020102", "80DB008006 83820100 AABB", "80DB000004 01020304", "80DB00C004 01020304",
    "80DB008005 9F2102AABB",
    /* PINs */
    "0020000100", "0020000108" PIN1, "0020008108" PIN2, "0020000A08" ADM1, "0020000108" PIN2,
    "002000810831313131FFFFFFFF", "0024000110" PIN1 PIN2, "0024008110" PIN2 PIN1, "0026000108" PIN1, "0026810108" PIN1,
    "0028000108" PIN1, "002C000110" PUK1 PIN1, "002C008110" PUK2 PIN2, "002C000100", "002C000110" PUK2 PIN1,
    /* life cycle, administration */
    "0004000000", "0044000000", "00040000026F01", "00440000026F01", "00040804047F666F01", "00E0000000",
    "00E00000(62(82024121 83026F11 " RULE " 800110))", "00E00000(62(82044221000A 83026F12 " RULE " 800132 880190))",
    "00E00000(62(820446210004 83026F13 " RULE " 800110 8800 A503C10155))",
    "00E00000(62(82027921 83026F14 " RULE " 80020100 A507 840101 86020200))",
    "00E00000(62(82027821 83025F11 " RULE " C602010A 81020100))",
    "00E00000(62(82027821 83027F12 " RULE " C606900180830101))", "00E4000002 6F11", "00E4000002 5F11",
    "00E4000002 7F66", "00E4000002 6F06", "00E60000025F11", "00E80000026F11", "00E8000000", "00FE000000",
    "80D40000(62(83026F11 800120))", "80D40000(62(83026F14 A504 86020010))", "80D40000(62(83026F12 800114))",
    "80D40000(62(83026F04 80020800))",
    /* authentication */
    "0088008122 10 23553CBE9637A89D218AE64DAE47BF35 10 AA689C6483500000 0102030405060708 00",
    "0088008111 10 23553CBE9637A89D218AE64DAE47BF35 00", "0088008011 10 23553CBE9637A89D218AE64DAE47BF35 00",
    "0088008122 10 23553CBE9637A89D218AE64DAE47BF35 10 BD9232AE9A08800023543EBD92132E9A 00", "0084000008", "0084000000",
    "8078000100", "8078000200", "8076000004 00000002 00", "8076000004 00100410 0A", "8076010008 0000000000000000",
    /* channels, toolkit */
    "0070000001", "0070000200", "0070800100", "0070800000", "01A40004023F00", "01A4040407A0000000871002", "01B0000000",
    "0120008108" PIN2, "00C0000010", "80AA0000(A9(8100 82010A 830107))", "8010000003 FFFFFF", "801200000B",
    "8014000000", "80C20000(D6(19 0109 8202 8281 1B0103))", "80C20000(D3(82020181 900101))",
    "80C20000(D1(82028381 0605912143658709 8B12 4004912143 7FF6 11111111111111 03 027000))",
    "80C20000(D1(82028381 8B10 0404912143 0000 11111111111111 024142))", "80C20000(D7(82028281 240101))",
    /* GlobalPlatform */
    "8050300008 0102030405060708 00", "8050200008 0102030405060708 00", "8482000010 0000000000000000 0000000000000000",
    "80CA006600", "80CA00E000", "80CA00C100", "80CAFF2100", "80CA004200", "80CA9F7F00", "80F28002024F0000",
    "80F24002024F0000", "80F240020A4F005C069F70C5C44F84", "80F24003024F0000", "80F0400F08" MNO_SD,
    "80F0408F10A0000000090005FFFFFFFF89B0001000", "80E60C00(08A0000001515350 00 00 00)",
    "80E62000(0000 08" MNO_SD " 000000)", "80E62000(0000 10A0000005591010FFFFFFFF8900001000 000000)",
    "80E2900005 4203111111", "80E2880005 007002 6600", "80E2100004 42030101", "80E2910003 420101",
    "80E29000(BF2A(91(41)))",
    "80E60C00(07A0000001515350 08A000000151535041 10A000000151535041000000000000AA00 0180 02C900 00)",
    "80E4000012 4F10A0000000090005FFFFFFFF89B0001000", "80E400000A 4F08" MNO_SD, "80E4000006 D00101 D20130",
    "80E4000003 D20102",
    "80D80081(09 881110931B24CEB4E3202A9150A3AAAB16089403D7D0E4 881110B6065FF737A277F0C00A439AF0271AB803DCC3AC)",
    "80D80101(01 881110931B24CEB4E3202A9150A3AAAB16089403D7D0E4)", "80E80000041122334455", "80D8300100",
    /* what the card does not have */
    "00FF000000", "A0A40000023F00", "807A000000", "0075000000", NULL};
// NOLINTEND(bugprone-suspicious-missing-comma)

static size_t dictionary_size(const struct fuzz_words *words)
{
    size_t n = 0;
    while (words->commands[n])
        n++;
    return n;
}

void fuzz_put_command(uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    size_t n = dictionary_size(words);
    if (n) fuzz_put_hex(out, words->commands[fuzz_random(random) % n]);
}

static uint8_t any_parameter(uint64_t *random, uint8_t old)
{
    static const uint8_t values[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0c, 0x10,
                                     0x20, 0x40, 0x80, 0x81, 0x82, 0x84, 0x85, 0x86, 0x88, 0x8a, 0x90, 0xc0, 0xff};
    uint32_t how = fuzz_random(random);
    if (how % 4 == 0) return (uint8_t)(how >> 8);
    if (how % 4 == 1) return (uint8_t)(old + (how & 0x100 ? 1 : -1));
    return values[(how >> 8) % COUNT(values)];
}

static void mutate_bytes(struct slice value, size_t more, struct buf *out)
{
    size_t cap = value.n + more;
    if (cap == 0) return;
    uint8_t *p = buf_extend(out, cap);
    if (!p) return;
    if (value.n) memcpy(p, value.p, value.n);
    buf_truncate(out, out->n - cap + LLVMFuzzerMutate(p, value.n, cap));
}

/* The data of a command: its TLVs, its bytes, its length. */
static void mutate_data(struct slice data, uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    BUF_LOCAL now = {0};
    uint32_t how = fuzz_random(random) % 8;
    if (how < 3 && data.n && fuzz_mutate_objects(data, random, words, &now)) {
        buf_append(out, slice_of(now.p, now.n < 255 ? now.n : 255));
    } else if (how == 3) {
        fuzz_put_hex(&now, words->values[fuzz_random(random) % words->value_count]);
        buf_append(out, slice_of(now.p, now.n < 255 ? now.n : 255));
    } else if (how == 4) {
        size_t n = fuzz_random(random) % (data.n + 4);
        buf_append(out, slice_of(data.p, n < data.n ? n : data.n));
        for (size_t i = data.n; i < n && i < 255; i++)
            buf_byte(out, (uint8_t)fuzz_random(random));
    } else {
        mutate_bytes(data, data.n < 240 ? 8 : 0, out);
    }
}

void fuzz_mutate_command(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    BUF_LOCAL data = {0};
    uint32_t how = fuzz_random(random) % 16;
    if (in.n < 5 || how == 0) {
        fuzz_put_command(random, words, out);
        return;
    }
    if (how == 1) {
        mutate_bytes(in, 8, out);
        return;
    }
    uint8_t h[4] = {in.p[0], in.p[1], in.p[2], in.p[3]};
    size_t lc = in.n > 5 ? in.p[4] : 0;
    if (lc > in.n - 5) lc = in.n - 5;
    struct slice old = slice_of(in.p + 5, lc);
    struct slice rest = slice_skip(in, in.n > 5 ? 5 + lc : 4);
    if (how == 2) h[0] ^= (uint8_t)(1u << fuzz_random(random) % 8);
    if (how == 3) {
        BUF_LOCAL other = {0};
        fuzz_put_command(random, words, &other);
        if (other.n > 1) h[1] = other.p[1];
    }
    if (how == 4 || how == 5) h[2] = any_parameter(random, h[2]);
    if (how >= 5 && how <= 7) h[3] = any_parameter(random, h[3]);
    if (how > 7 && how < 15)
        mutate_data(old, random, words, &data);
    else
        buf_append(&data, old);
    buf_append(out, SLICE(h));
    if (data.n > 255) buf_truncate(&data, 255);
    if (data.n) buf_byte(out, (uint8_t)data.n);
    buf_append(out, buf_slice(&data));
    if (how == 15 || (data.n == 0 && rest.n == 0))
        buf_byte(out, (uint8_t)(fuzz_random(random) % 2 ? 0 : fuzz_random(random)));
    else
        buf_append(out, rest);
}

/* One command off the front of a script, as fuzz inputs have it: P3 is a length of what comes, unless that is not
 * there. */
static struct slice next_command(struct slice *in)
{
    static const uint8_t case_2[] = {0xb0, 0xb2, 0xc0, 0xca, 0xf2};
    size_t n = in->n < 5 ? in->n : 5;
    if (n == 5 && !memchr(case_2, in->p[1], sizeof case_2)) n += in->p[4];
    if (n > in->n) n = in->n;
    struct slice whole = slice_of(in->p, n);
    *in = slice_skip(*in, n);
    return whole;
}

/* Without Le: a script in the compact format has none. */
static void put_in_script(struct slice command, struct buf *out)
{
    struct slice in = command;
    buf_append(out, next_command(&in));
}

void fuzz_mutate_script(struct slice in, uint64_t *random, const struct fuzz_words *words, struct buf *out)
{
    struct slice list[SCRIPT_MAX];
    size_t n = 0;
    BUF_LOCAL changed = {0};
    while (in.n && n < SCRIPT_MAX)
        list[n++] = next_command(&in);
    size_t at = n ? fuzz_random(random) % n : 0;
    uint32_t how = fuzz_random(random) % 10;
    for (size_t i = 0; i < n; i++) {
        if (i == at && how == 0) continue;
        if (i == at && how == 1) buf_append(out, list[fuzz_random(random) % n]);
        if (i == at && how == 2) fuzz_put_command(random, words, &changed);
        if (i == at && how == 2) put_in_script(buf_slice(&changed), out);
        if (i == at && how > 3) {
            fuzz_mutate_command(list[i], random, words, &changed);
            put_in_script(buf_slice(&changed), out);
        } else {
            buf_append(out, list[i]);
        }
    }
    buf_append(out, in);
    if (n && how != 3) return;
    fuzz_put_command(random, words, &changed);
    put_in_script(buf_slice(&changed), out);
}
