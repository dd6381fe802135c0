/* Input that never was right: functions in every wrong order, rubbish under known tags, unknown tags, closed channels,
 * random commands, commands as long as they can be. Always an answer, a reason for every refusal, a card that works. */
#include "bad_input_common.h"
#include "isdr/internal.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct samples samples;

static void set_up(void)
{
    samples_make(&samples);
}

static void tear_down(void)
{
    samples_free(&samples);
}

/* Each request on the card as it was before each other one: all functions in all states. */
START_TEST(test_any_request_in_any_state)
{
    for (size_t state = 0; state < samples.n; state++) {
        for (size_t i = 0; i < samples.n; i++) {
            char what[80];
            ANSWER_LOCAL a = {0};
            euicc *card = copy_card(&samples, samples.list[state].before);
            (void)snprintf(what, sizeof what, "before %s: %s", samples.list[state].name, samples.list[i].name);
            send_request(card, buf_slice(&samples.list[i].request), &a, what);
            assert_usable(card, what);
            if ((state * samples.n + i) % 331 == 0) assert_downloads(&samples, card, what);
            euicc_destroy(card);
        }
    }
}
END_TEST

/* All pairs of requests, one after the other on one card, and nothing between them. */
START_TEST(test_all_pairs)
{
    for (size_t i = 0; i < samples.n; i++) {
        for (size_t k = 0; k < samples.n; k++) {
            char what[80];
            ANSWER_LOCAL a = {0};
            euicc *card = copy_card(&samples, samples.f.card);
            (void)snprintf(what, sizeof what, "%s, then %s", samples.list[i].name, samples.list[k].name);
            send_request(card, buf_slice(&samples.list[i].request), &a, what);
            answer_free(&a);
            send_request(card, buf_slice(&samples.list[k].request), &a, what);
            assert_usable(card, what);
            euicc_destroy(card);
        }
    }
}
END_TEST

/* Wrong order that must be refused with a known code: on a card fresh from a reset. */
START_TEST(test_order_codes)
{
    static const struct {
        uint32_t tag;
        const char *tail; /* of the response; "=" status word */
        const char *function;
    } rows[] = {
        {0xbf38, "020104", "ES10b.AuthenticateServer"},   {0xbf21, "020104", "ES10b.PrepareDownload"},
        {0xbf41, "810105", "ES10b.CancelSession"},        {0xbf36, "=6985", "ES10b.LoadBoundProfilePackage"},
        {0xa0, "=6985", "ES10b.LoadBoundProfilePackage"}, {0x86, "=6985", "ES10b.LoadBoundProfilePackage"},
    };
    for (size_t r = 0; r < COUNT(rows); r++) {
        size_t i = 0;
        for (; i < samples.n; i++) {
            struct slice s = buf_slice(&samples.list[i].request);
            if (rows[r].tag > 0xff ? (uint32_t)(s.p[0] << 8 | s.p[1]) == rows[r].tag : s.p[0] == rows[r].tag) break;
        }
        ck_assert_uint_lt(i, samples.n);
        ANSWER_LOCAL a = {0};
        struct euicc_reason reason;
        euicc *card = copy_card(&samples, samples.f.card);
        ck_assert_int_eq(euicc_reset(card, NULL), EUICC_OK);
        assert_usable(card, "after the reset");
        send_request(card, buf_slice(&samples.list[i].request), &a, samples.list[i].name);
        euicc_last_reason(card, &reason);
        ck_assert_str_eq(reason.function, rows[r].function);
        if (rows[r].tail[0] == '=') {
            ck_assert_msg(a.sw == strtoul(rows[r].tail + 1, NULL, 16), "%s: %04X", samples.list[i].name, a.sw);
        } else {
            ck_assert_uint_eq(a.sw, 0x9000);
            assert_hex(slice_of(a.data.p + a.data.n - 3, 3), rows[r].tail, samples.list[i].name);
        }
        euicc_destroy(card);
    }
}
END_TEST

/* Sheet D 9: 256 blocks of 255 bytes under every tag that means something, and under some that do not. */
static void rubbish(uint32_t tag, bool declared, uint64_t *seed)
{
    BUF_LOCAL request = {0};
    char what[48];
    ANSWER_LOCAL a = {0};
    euicc *card = copy_card(&samples, samples.f.card);
    /* length bytes that say what follows, or that say another length */
    size_t length = 256 * 255 - (tag > 0xff ? 2 : 1) - 4;
    if (tag > 0xff) buf_byte(&request, (uint8_t)(tag >> 8));
    buf_byte(&request, (uint8_t)tag);
    buf_byte(&request, 0x83);
    buf_byte(&request, declared ? 0 : 1);
    buf_byte(&request, (uint8_t)(length >> 8));
    buf_byte(&request, (uint8_t)length);
    while (request.n < (size_t)256 * 255)
        buf_byte(&request, (uint8_t)next_random(seed));
    /* DER has no leading zero: 82 xxxx for the length that fits */
    if (declared) {
        size_t at = tag > 0xff ? 2 : 1;
        size_t fits = request.n - at - 3;
        request.p[at] = 0x82;
        request.p[at + 1] = (uint8_t)(fits >> 8);
        request.p[at + 2] = (uint8_t)fits;
    }
    (void)snprintf(what, sizeof what, "rubbish under %X", tag);
    send_request(card, buf_slice(&request), &a, what);
    ck_assert_msg(a.sw >> 8 != 0x90 || a.data.n, "%s: %04X", what, a.sw);
    assert_usable(card, what);
    euicc_destroy(card);
}

START_TEST(test_rubbish)
{
    static const uint32_t tags[] = {0xbf20, 0xbf21, 0xbf22, 0xbf28, 0xbf29, 0xbf2b, 0xbf2d, 0xbf2e, 0xbf30,
                                    0xbf31, 0xbf32, 0xbf33, 0xbf34, 0xbf35, 0xbf36, 0xbf38, 0xbf3c, 0xbf3e,
                                    0xbf3f, 0xbf41, 0xbf42, 0xbf43, 0xa0,   0xa1,   0xa2,   0xa3,   0x86,
                                    0x87,   0x88,   0xbf7e, 0x30,   0x04,   0xbf23, 0xbf25};
    uint64_t seed = 20260101;
    for (size_t i = 0; i < COUNT(tags); i++) {
        rubbish(tags[i], true, &seed);
        rubbish(tags[i], false, &seed);
    }
}
END_TEST

/* Every tag of one and of two bytes that is no function: 6A88, or 6A80 if it is no tag (D 5, D 79). */
START_TEST(test_unknown_tags)
{
    euicc *card = copy_card(&samples, samples.f.card);
    for (uint32_t first = 0; first < 256; first++) {
        for (uint32_t second = 0; second < 256; second++) {
            bool two = (first & 0x1f) == 0x1f;
            uint8_t request[] = {(uint8_t)first, (uint8_t)second, 0};
            uint32_t tag = first << 8 | second;
            char what[32];
            ANSWER_LOCAL a = {0};
            if (!two && second) break;
            bool segment = tag == 0xbf36 || (first >= 0xa0 && first <= 0xa3) || (first >= 0x86 && first <= 0x88);
            if (es_function_find(tag) || segment) continue;
            /* a third byte of the tag would follow, a number below 31, or one that begins with 80 */
            bool bad = two && (second & 0x80 || second < 0x1f);
            (void)snprintf(what, sizeof what, "tag %04X", tag);
            send_request(card, slice_of(request, two ? 3 : 2), &a, what);
            ck_assert_msg(a.sw == (bad ? 0x6a80 : 0x6a88), "%s: %04X", what, a.sw);
        }
    }
    assert_usable(card, "after unknown tags");
    euicc_destroy(card);
}
END_TEST

/* Every function that the card has, of the consumer and of the IoT world, with contents that are none. */
START_TEST(test_every_function_with_rubbish)
{
    static const char *const personalities[] = {NULL, "sgp32 = 1.2\nipae = yes", "sgp32 = 1.0\nlenient_encodings = no"};
    static const char *const contents[] = {"",         "00",           "80",           "8000",     "800100",
                                           "8001ff",   "81ff",         "8180",         "a000",     "a0020000",
                                           "a0023000", "a00430028000", "30003000",     "5a00",     "5c00",
                                           "5c015a",   "5f3700",       "04003000a000", "bf220000", "8084ffffffff"};
    struct fixture f;
    uint64_t seed = 4711;
    card_new(&f, personalities[_i], NULL);
    (void)install_plain(&f, ICCID_1);
    euicc *first = f.card;
    for (size_t r = 0; es_function_at(r); r++) {
        for (size_t i = 0; i < COUNT(contents) + 80; i++) {
            BUF_LOCAL content = {0};
            BUF_LOCAL request = {0};
            ANSWER_LOCAL a = {0};
            char what[100];
            euicc *card = copy_card(&samples, first);
            if (i < COUNT(contents)) put_hex(&content, contents[i]);
            for (size_t n = i < COUNT(contents) ? 0 : next_random(&seed) % 60; n; n--) {
                /* pieces of TLVs that mean something somewhere */
                static const uint8_t tags[] = {0x80, 0x81, 0x82, 0x83, 0xa0, 0xa1, 0xa2,
                                               0x30, 0x5a, 0x5c, 0x04, 0x0c, 0x4f};
                uint32_t what_next = next_random(&seed) % 8;
                buf_byte(&content, what_next < 3   ? tags[next_random(&seed) % sizeof tags]
                                   : what_next < 6 ? (uint8_t)(next_random(&seed) % (n + 1))
                                                   : (uint8_t)next_random(&seed));
            }
            tlv_put(&request, es_function_at(r)->tag, buf_slice(&content));
            (void)snprintf(what, sizeof what, "%s, content %zu", es_function_at(r)->name, i);
            send_request(card, buf_slice(&request), &a, what);
            assert_usable(card, what);
            euicc_destroy(card);
        }
    }
    card_free(&f);
}
END_TEST

/* Each instruction on each channel that is closed: 6881, and on none that does not exist a crash. */
START_TEST(test_closed_channels)
{
    static const uint8_t classes[] = {0x00, 0x80, 0x40, 0xc0};
    euicc *card = copy_card(&samples, samples.f.card);
    for (size_t c = 0; c < COUNT(classes); c++) {
        for (unsigned channel = 0; channel < 16; channel++) {
            for (unsigned ins = 0; ins < 256; ins++) {
                uint8_t command[] = {(uint8_t)(classes[c] | channel), (uint8_t)ins, 0, 0, 0};
                unsigned number = c < 2 ? channel : channel + 4;
                char what[32];
                ANSWER_LOCAL a = {0};
                if (c < 2 && (channel > 3 || channel == 0)) continue;
                (void)snprintf(what, sizeof what, "channel %u INS %02X", number, ins);
                send_apdu(card, SLICE(command), &a, what);
                ck_assert_msg(a.sw == 0x6881, "%s: %04X", what, a.sw);
            }
        }
    }
    assert_usable(card, "after closed channels");
    euicc_destroy(card);
}
END_TEST

/* One random command: often with a class, an instruction and a length that exist, often with a request inside that
 * begins well. */
static void random_command(uint64_t *seed, struct buf *out)
{
    static const uint8_t classes[] = {0x00, 0x80, 0x80, 0x80, 0x81, 0x01, 0xc0, 0x40};
    static const uint8_t instructions[] = {0xe2, 0xe2, 0xe2, 0xe2, 0xa4, 0xf2, 0xc0, 0x70, 0xca, 0xb0, 0xb2, 0xd6,
                                           0xdc, 0x20, 0x24, 0x26, 0x28, 0x2c, 0x88, 0xaa, 0x10, 0x12, 0x14, 0xc2};
    static const uint8_t p1s[] = {0x11, 0x91, 0x91, 0x91, 0x00, 0x04, 0x80};
    uint32_t how = next_random(seed);
    if (how % 8 == 0) { /* any bytes */
        size_t n = next_random(seed) % 24;
        while (n--)
            buf_byte(out, (uint8_t)next_random(seed));
        return;
    }
    if (how % 8 < 5) { /* a request that fits into one block, as it is or with a byte changed */
        const uint8_t head[] = {0x80, 0xe2, how & 0x300 ? 0x91 : 0x11, 0x00};
        const struct buf *request = &samples.list[next_random(seed) % samples.n].request;
        size_t n = request->n < 255 ? request->n : 255;
        buf_append(out, SLICE(head));
        buf_byte(out, (uint8_t)n);
        buf_append(out, slice_of(request->p, n));
        if (how & 0x400) out->p[out->n - 1 - next_random(seed) % n] ^= (uint8_t)next_random(seed);
    } else {
        size_t n = next_random(seed) % 12;
        buf_byte(out, classes[next_random(seed) % COUNT(classes)]);
        buf_byte(out, instructions[next_random(seed) % COUNT(instructions)]);
        buf_byte(out, how & 0x100 ? (uint8_t)next_random(seed) : p1s[next_random(seed) % COUNT(p1s)]);
        buf_byte(out, how & 0x200 ? (uint8_t)(next_random(seed) % 4) : 0);
        buf_byte(out, how & 0x1800 ? (uint8_t)n : (uint8_t)next_random(seed));
        while (n--)
            buf_byte(out, (uint8_t)next_random(seed));
    }
    if (how & 0x2000) buf_byte(out, 0);
}

enum { RANDOM_COMMANDS = 200000, RANDOM_PARTS = 4 };

START_TEST(test_random_commands)
{
    uint64_t seed = 0x5eed0000 + (uint64_t)_i;
    euicc *card = copy_card(&samples, samples.list[_i * 13 % (int)samples.n].before);
    size_t good = 0;
    for (unsigned i = 0; i < RANDOM_COMMANDS / RANDOM_PARTS; i++) {
        char what[48];
        ANSWER_LOCAL a = {0};
        BUF_LOCAL command = {0};
        (void)snprintf(what, sizeof what, "random command %d.%u", _i, i);
        random_command(&seed, &command);
        send_apdu(card, buf_slice(&command), &a, what);
        good += a.sw == 0x9000 || a.sw >> 8 == 0x61;
        if (i % 50 == 49) assert_usable(card, what);
        if (i % 2000 == 1999) ck_assert_int_eq(euicc_reset(card, NULL), EUICC_OK);
        if (i % 10000 == 9999) {
            assert_downloads(&samples, card, what);
            euicc_destroy(card);
            card = copy_card(&samples, samples.list[(i / 10000 * 7 + 3) % samples.n].before);
        }
    }
    /* the generator is worth something only if part of it is accepted */
    ck_assert_msg(good > RANDOM_COMMANDS / RANDOM_PARTS / 20, "%zu good ones", good);
    euicc_destroy(card);
}
END_TEST

/* As long as an APDU can be: extended Lc of 65,535 bytes, with and without the card taking that form, and longer. */
START_TEST(test_longest_commands)
{
    static const char *const personalities[] = {NULL, "extended_length = yes"};
    struct fixture f;
    card_new(&f, personalities[_i], NULL);
    for (int le = 0; le < 3; le++) {
        for (int p1 = 0; p1 < 2; p1++) {
            static const uint8_t instructions[] = {0xe2, 0xaa, 0x10, 0xc2, 0x14};
            for (size_t k = 0; k < COUNT(instructions); k++) {
                BUF_LOCAL command = {0};
                ANSWER_LOCAL a = {0};
                uint8_t head[] = {0x80, instructions[k], 0x00, 0x00, 0x00, 0xff, 0xff};
                if (instructions[k] == 0xe2) head[2] = p1 ? 0x91 : 0x11;
                buf_append(&command, SLICE(head));
                uint8_t *at = buf_extend(&command, 65535);
                memset(at, 0, 65535);
                memcpy(at, "\xbf\x38\x82\xff\xfa", 5);
                for (int i = 0; i < le; i++)
                    buf_byte(&command, 0);
                char what[48];
                (void)snprintf(what, sizeof what, "INS %02X, P1 %02X, %d more", instructions[k], head[2], le);
                send_apdu(f.card, buf_slice(&command), &a, what);
                /* one more byte is neither Le nor none; and without extended Lc every one is of a wrong length */
                if (le == 1 || !_i) ck_assert_msg(a.sw == 0x6700, "%s: %04X", what, a.sw);
                assert_usable(f.card, what);
            }
        }
    }
    card_free(&f);
}
END_TEST

/* A chain that would be longer than any buffer, in commands of 65,535 bytes: 6A84, and the next one starts anew. */
START_TEST(test_longest_chain)
{
    struct fixture f;
    BUF_LOCAL command = {0};
    card_new(&f, "extended_length = yes", NULL);
    const uint8_t head[] = {0x80, 0xe2, 0x11, 0x00, 0x00, 0xff, 0xff};
    buf_append(&command, SLICE(head));
    memset(buf_extend(&command, 65535), 0, 65535);
    ANSWER_LOCAL first = {0};
    send_apdu(f.card, buf_slice(&command), &first, "first");
    ck_assert_uint_eq(first.sw, 0x9000);
    command.p[3] = 1;
    ANSWER_LOCAL second = {0};
    send_apdu(f.card, buf_slice(&command), &second, "second");
    ck_assert_uint_eq(second.sw, 0x6a84);
    assert_usable(f.card, "after a chain that is too long");
    card_free(&f);
}
END_TEST

/* 1 MB in one call: no card can get that, and no caller may crash it. */
START_TEST(test_absurd_length)
{
    struct fixture f;
    BUF_LOCAL command = {0};
    ANSWER_LOCAL a = {0};
    card_new(&f, NULL, NULL);
    memset(buf_extend(&command, 1 << 20), 0x80, 1 << 20);
    command.p[1] = 0xe2;
    send_apdu(f.card, buf_slice(&command), &a, "1 MB");
    ck_assert_uint_eq(a.sw, 0x6700);
    assert_usable(f.card, "after 1 MB");
    card_free(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad input: random");
    TCase *tcase = tcase_create("random");
    tcase_add_unchecked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 170);
    tcase_add_test(tcase, test_any_request_in_any_state);
    tcase_add_test(tcase, test_all_pairs);
    tcase_add_test(tcase, test_order_codes);
    tcase_add_test(tcase, test_rubbish);
    tcase_add_test(tcase, test_unknown_tags);
    tcase_add_loop_test(tcase, test_every_function_with_rubbish, 0, 3);
    tcase_add_test(tcase, test_closed_channels);
    tcase_add_loop_test(tcase, test_random_commands, 0, RANDOM_PARTS);
    tcase_add_loop_test(tcase, test_longest_commands, 0, 2);
    tcase_add_test(tcase, test_longest_chain);
    tcase_add_test(tcase, test_absurd_length);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
