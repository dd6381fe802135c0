/* Every valid request and every command of the card, cut at each byte and with bits flipped in each byte: an answer
 * with a status word, a reason for every refusal, and a card that works afterwards. */
#include "bad_input_common.h"

#include <stdio.h>
#include <stdlib.h>

static struct samples samples;

static void set_up(void)
{
    samples_make(&samples);
}

static void tear_down(void)
{
    samples_free(&samples);
}

static unsigned mutations;

/* A changed request to the card as it was before the right one; sometimes a whole download has to work then. */
static void try_request(const struct sample *sample, struct slice request, const char *what)
{
    ANSWER_LOCAL a = {0};
    euicc *card = copy_card(&samples, sample->before);
    send_request(card, request, &a, what);
    assert_usable(card, what);
    if (++mutations % 997 == 0) assert_downloads(&samples, card, what);
    euicc_destroy(card);
}

/* The samples cover every function of SGP.22 v2.5 and the segments of a package. */
START_TEST(test_samples_are_complete)
{
    static const uint16_t tags[] = {0xbf20, 0xbf21, 0xbf22, 0xbf28, 0xbf29, 0xbf2b, 0xbf2d, 0xbf2e,
                                    0xbf30, 0xbf31, 0xbf32, 0xbf33, 0xbf34, 0xbf35, 0xbf36, 0xbf38,
                                    0xbf3c, 0xbf3e, 0xbf3f, 0xbf41, 0xbf42, 0xbf43};
    static const uint8_t segments[] = {0xa0, 0xa1, 0xa3, 0x88, 0x86};
    for (size_t t = 0; t < sizeof tags / sizeof tags[0] + sizeof segments; t++) {
        size_t i = 0;
        bool segment = t >= sizeof tags / sizeof tags[0];
        uint32_t tag = segment ? segments[t - sizeof tags / sizeof tags[0]] : tags[t];
        for (; i < samples.n; i++) {
            struct slice r = buf_slice(&samples.list[i].request);
            if (segment ? r.p[0] == tag : r.n > 1 && (uint32_t)(r.p[0] << 8 | r.p[1]) == tag) break;
        }
        ck_assert_msg(i < samples.n, "no sample of %X", tag);
    }
}
END_TEST

/* And each of them as it is gives what it gave. */
START_TEST(test_right_requests)
{
    for (size_t i = 0; i < samples.n; i++)
        try_request(&samples.list[i], buf_slice(&samples.list[i].request), samples.list[i].name);
}
END_TEST

START_TEST(test_cut_requests)
{
    for (size_t i = 0; i < samples.n; i++) {
        const struct sample *sample = &samples.list[i];
        /* all of a short one; of a long one the head, the tail and half of the rest */
        for (size_t n = 0; n < sample->request.n; n++) {
            char what[64];
            if (n > 90 && sample->request.n - n > 16 && n % 2 != i % 2) continue;
            (void)snprintf(what, sizeof what, "%s cut to %zu", sample->name, n);
            try_request(sample, slice_of(sample->request.p, n), what);
        }
    }
}
END_TEST

/* All bits of each byte; of the long ones (certificates, segments) all of the first 90 bytes, then one a byte. */
START_TEST(test_flipped_requests)
{
    for (size_t i = 0; i < samples.n; i++) {
        const struct sample *sample = &samples.list[i];
        BUF_LOCAL bad = {0};
        buf_append(&bad, buf_slice(&sample->request));
        for (size_t bit = 0; bit < bad.n * 8; bit++) {
            char what[64];
            size_t byte = bit / 8;
            if (byte >= 90 && bit % 8 != (byte + i) % 8) continue;
            (void)snprintf(what, sizeof what, "%s with bit %zu.%zu", sample->name, byte, bit % 8);
            bad.p[byte] ^= (uint8_t)(1u << bit % 8);
            try_request(sample, buf_slice(&bad), what);
            bad.p[byte] ^= (uint8_t)(1u << bit % 8);
        }
    }
}
END_TEST

/* A byte more, a byte repeated, the whole request twice. */
START_TEST(test_longer_requests)
{
    for (size_t i = 0; i < samples.n; i++) {
        const struct sample *sample = &samples.list[i];
        BUF_LOCAL bad = {0};
        buf_append(&bad, buf_slice(&sample->request));
        buf_byte(&bad, 0);
        try_request(sample, buf_slice(&bad), sample->name);
        buf_truncate(&bad, sample->request.n);
        buf_append(&bad, buf_slice(&sample->request));
        try_request(sample, buf_slice(&bad), sample->name);
    }
}
END_TEST

/* Commands that are no requests, and one that is: header bytes too. A TERMINAL PROFILE makes FETCH and TERMINAL
 * RESPONSE possible; the card has a profile switch waiting for its REFRESH. */
static const char *const commands[] = {
    "00A4040410A0000005591010FFFFFFFF890000010000",
    "00A404000CA0000005591010FFFFFFFF8900",
    "00A40004023F00",
    "00A40804042F002FE200",
    "00A4080C023F0000",
    "80F2000000",
    "80F2010C",
    "0070000001",
    "00700002",
    "00708001",
    "80AA00000AA9088100820101830107",
    "801000000AFFFFFFFF7F9F00FFFF00",
    "8012000009",
    "801400000C810301010082028281830100",
    "80C2000008D60619010003020101",
    "80E2910006BF3E035C015A00",
    "80E2110003BF3E03",
    "80CA005A00",
    "00C0000000",
    "00B000000A",
    "00B2010400",
    "00D6000001FF",
    "00DC010401FF",
    "002000010831323334FFFFFFFF",
    "008800812210000102030405060708090A0B0C0D0E0F10000102030405060708090A0B0C0D0E0F",
};

START_TEST(test_bad_commands)
{
    BUF_LOCAL command = {0};
    put_hex(&command, commands[_i]);
    BUF_LOCAL profile = {0};
    put_hex(&profile, "801000000AFFFFFFFF7F9F00FFFF00");
    for (int prepared = 0; prepared < 2; prepared++) {
        for (size_t n = 0; n <= command.n; n++) {
            for (unsigned bit = 0; bit < 9; bit++) {
                char what[128];
                ANSWER_LOCAL a = {0};
                BUF_LOCAL bad = {0};
                euicc *card = copy_card(&samples, samples.f.card);
                /* bit 8: cut to n bytes; else all bytes, one bit changed */
                if (bit < 8 && n == command.n) {
                    euicc_destroy(card);
                    continue;
                }
                buf_append(&bad, slice_of(command.p, bit == 8 ? n : command.n));
                if (bit < 8) bad.p[n] ^= (uint8_t)(1u << bit);
                (void)snprintf(what, sizeof what, "%s %s %zu.%u", commands[_i], bit == 8 ? "cut to" : "with bit", n,
                               bit);
                if (prepared) send_apdu(card, buf_slice(&profile), &a, what);
                send_apdu(card, buf_slice(&bad), &a, what);
                assert_usable(card, what);
                euicc_destroy(card);
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad input: requests");
    TCase *tcase = tcase_create("changed");
    tcase_add_unchecked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 170);
    tcase_add_test(tcase, test_samples_are_complete);
    tcase_add_test(tcase, test_right_requests);
    tcase_add_test(tcase, test_cut_requests);
    tcase_add_test(tcase, test_flipped_requests);
    tcase_add_test(tcase, test_longer_requests);
    tcase_add_loop_test(tcase, test_bad_commands, 0, sizeof commands / sizeof commands[0]);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
