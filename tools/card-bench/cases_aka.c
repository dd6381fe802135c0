/* AUTHENTICATE and GET IDENTITY on the profiles whose keys the bench has (3GPP TS 31.102 7.1, 7.5; TS 33.102 6.3; TS
 * 35.206, 35.231, 34.108 8.1.2; TS 33.501 C): the network is the authentication centre of tests/lib. What needs no key
 * is in cases/uicc/authenticate.case. A card keeps its sequence numbers, so each case first asks for them by an AUTS,
 * and a foreign profile is only counted up with leave. */
#define _GNU_SOURCE
#include "auc.h"
#include "bench_bytes.h"

#include "base/hex.h"
#include "base/tlv.h"
#include "cli/text.h"

#include <stdio.h>

#define TS31102 "3GPP TS 31.102 7.1"
#define USIM "A0000000871002FFFFFFFF8900000100"
#define ISIM "A0000000871004FFFFFFFF8900000100"

enum who { MILENAGE, TUAK, XOR };
/* Which part of a right answer is looked at. */
enum part { PART_RES, PART_CK, PART_IK, PART_KC, PART_WHOLE };

struct aka {
    enum who who;
    enum part part;
    bool isim;
    size_t flip;   /* MAC failures: the bit of RAND and AUTN that is another one */
    int64_t ahead; /* of the highest SEQ: what is refused as not fresh */
};

/* ---- the subscriber ---- */

/* README.md of profiles/. */
static void subscriber_of(enum who who, struct auc_subscriber *s)
{
    static const uint8_t k[] = {0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f,
                                0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc};
    static const uint8_t opc[] = {0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e,
                                  0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf};
    static const uint8_t topc[] = {0xbd, 0x04, 0xd9, 0x53, 0x0e, 0x87, 0x51, 0x3c, 0x5d, 0x83, 0x7a,
                                   0xc2, 0xad, 0x95, 0x46, 0x23, 0xa8, 0xe2, 0x33, 0x0c, 0x11, 0x53,
                                   0x05, 0xa7, 0x3e, 0xb4, 0x5d, 0x1f, 0x40, 0xcc, 0xcb, 0xff};
    uint8_t other[16];
    for (size_t i = 0; i < sizeof other; i++)
        other[i] = who == TUAK ? 0xab : (uint8_t)i;
    if (who == MILENAGE) auc_milenage(s, k, opc);
    if (who == TUAK) {
        auc_tuak(s, SLICE(other), topc, 1);
        s->res_size = 4;
    }
    if (who == XOR) auc_test(s, other, 16);
}

/* ---- commands ---- */

static bool begin(struct bench *b, const struct aka *a)
{
    if (!bench_power(b, true) || !bench_given(b, a->isim ? "00A4040C10" ISIM : "00A4040C10" USIM)) return false;
    /* the only one of these profiles whose PIN1 is enabled */
    return a->who != XOR || bench_given(b, "00200001 08 {pin}");
}

static void bytes_of_sqn(uint64_t sqn, uint8_t out[6])
{
    for (int i = 0; i < 6; i++)
        out[i] = (uint8_t)(sqn >> (40 - 8 * i));
}

/* A vector for SEQ and IND, with a RAND of its own. */
static bool make_vector(struct bench *b, const struct auc_subscriber *s, uint64_t seq, unsigned index,
                        struct auc_vector *v)
{
    static const uint8_t amf[] = {0x80, 0x00};
    uint8_t sqn[6];
    uint8_t challenge[16];
    uint64_t mix = (b->options->seed + 1) * 0x9e3779b97f4a7c15u + b->dialogue.n;
    for (size_t i = 0; i < sizeof challenge; i++) {
        mix = (mix ^ seq) * 0x100000001b3u + i;
        challenge[i] = (uint8_t)(mix >> 32);
    }
    bytes_of_sqn(seq << 5 | index, sqn);
    return auc_vector(s, challenge, sqn, amf, v) ||
           bench_verdict(b, VERDICT_ERROR, "the authentication centre makes no vector");
}

/* AUTHENTICATE in the 3G context. */
static bool authenticate(struct bench *b, const struct auc_vector *v)
{
    static const uint8_t head[] = {0x00, 0x88, 0x00, 0x81, 0x00};
    BUF_LOCAL command = {0};
    buf_append(&command, SLICE(head));
    auc_put_command(v, &command);
    if (buf_err(&command) != OK) return bench_verdict(b, VERDICT_ERROR, "no memory");
    command.p[4] = (uint8_t)(command.n - 5);
    buf_byte(&command, 0x00);
    return bench_command(b, buf_slice(&command));
}

/* ---- answers ---- */

static const char *shown(const struct bench *b, char *out, size_t size)
{
    return hex_short(buf_slice(&b->answer), out, size);
}

/* DC 0E AUTS 9000 with a right MAC; the card's sequence number. */
static bool is_auts(const struct bench *b, const struct auc_subscriber *s, const struct auc_vector *v, uint64_t *sqn)
{
    uint8_t bytes[6];
    struct slice data = bench_data(b);
    if (bench_status(b) != 0x9000 || data.n != 16 || data.p[0] != 0xdc || data.p[1] != 14) return false;
    if (!auc_open_auts(s, v->rand, slice_skip(data, 2), bytes)) return false;
    *sqn = 0;
    for (int i = 0; i < 6; i++)
        *sqn = *sqn << 8 | bytes[i];
    return true;
}

static bool is_success(const struct bench *b)
{
    struct slice data = bench_data(b);
    return bench_status(b) == 0x9000 && data.n > 2 && data.p[0] == 0xdb;
}

/* The subscriber of a case at work: what its card said of itself, and what its network sends. */
struct session {
    const struct aka *a;
    struct auc_subscriber s;
    struct auc_vector v;
    uint64_t seq; /* above all that the card has accepted */
    uint64_t sqn; /* of the last AUTS */
};

static bool begin_session(struct bench *b, struct session *n)
{
    n->a = b->row->argument;
    subscriber_of(n->a->who, &n->s);
    return begin(b, n->a);
}

/* What the network does with a card that it does not know: an old number, and the AUTS tells where the card is. */
static bool find_sequence(struct bench *b, struct session *n)
{
    struct auc_vector v;
    uint64_t sqn = 0;
    char text[80];
    enum section section = b->section;
    b->section = SECTION_GIVEN;
    bool good = make_vector(b, &n->s, 0, 0, &v) && authenticate(b, &v) &&
                bench_expect(b, is_success(b) || is_auts(b, &n->s, &v, &sqn), "3GPP TS 33.102 6.3.3",
                             "DB.. or an AUTS whose MAC is right", "%s", shown(b, text, sizeof text));
    n->seq = (sqn >> 5) + 1;
    b->section = section;
    return good;
}

/* It is accepted with the right answer. */
static bool expect_success(struct bench *b, const struct auc_vector *v, bool with_kc, const char *clause)
{
    BUF_LOCAL right = {0};
    char wish[200];
    char text[200];
    auc_put_answer(v, with_kc, &right);
    return bench_expect(b, bench_status(b) == 0x9000 && slice_equal(bench_data(b), buf_slice(&right)), clause,
                        hex_short(buf_slice(&right), wish, sizeof wish), "%s", shown(b, text, sizeof text));
}

static bool expect_auts(struct bench *b, struct session *n, const struct auc_vector *v)
{
    char text[80];
    return bench_expect(b, is_auts(b, &n->s, v, &n->sqn), b->row->clauses, "DC0E, an AUTS whose MAC is right, 9000",
                        "%s", shown(b, text, sizeof text));
}

/* A vector that the card accepts. */
static bool accepted(struct bench *b, struct session *n, uint64_t seq)
{
    char text[80];
    return make_vector(b, &n->s, seq, 0, &n->v) && authenticate(b, &n->v) &&
           bench_expect(b, is_success(b), TS31102, "DB..: it is accepted", "%s", shown(b, text, sizeof text));
}

/* The same vector once more is refused: the card counts, which is not what the case is about. */
static bool given_replay(struct bench *b, struct session *n)
{
    return authenticate(b, &n->v) && expect_auts(b, n, &n->v);
}

/* ---- runners ---- */

/* L V L V.. behind DB: the part by number. */
static struct slice part_of(const struct bench *b, enum part part)
{
    struct slice data = bench_data(b);
    if (!is_success(b)) return (struct slice){0};
    data = slice_skip(data, 1);
    for (int i = 0; data.n && data.p[0] < data.n; i++) {
        struct slice value = slice_of(data.p + 1, data.p[0]);
        if (i == (int)part) return value;
        data = slice_skip(data, 1 + value.n);
    }
    return (struct slice){0};
}

static void run_nominal(struct bench *b)
{
    struct session n;
    char wish[80];
    char text[200];
    if (!begin_session(b, &n) || !find_sequence(b, &n) || !make_vector(b, &n.s, n.seq, 0, &n.v) ||
        !authenticate(b, &n.v))
        return;
    if (n.a->part == PART_WHOLE) {
        (void)expect_success(b, &n.v, !n.a->isim, b->row->clauses);
        return;
    }
    const struct slice right[] = {slice_of(n.v.res, n.v.res_size), slice_of(n.v.ck, n.v.ck_size),
                                  slice_of(n.v.ik, n.v.ik_size), slice_of(n.v.kc, sizeof n.v.kc)};
    (void)bench_expect(b, slice_equal(part_of(b, n.a->part), right[n.a->part]), b->row->clauses,
                       hex_short(right[n.a->part], wish, sizeof wish), "%s", shown(b, text, sizeof text));
}

/* A wrong MAC is 9862, and the right vector is accepted afterwards: no sequence number was used up. */
static void run_mac_failure(struct bench *b)
{
    struct session n;
    struct auc_vector wrong;
    if (!begin_session(b, &n) || !find_sequence(b, &n) || !make_vector(b, &n.s, n.seq, 0, &n.v)) return;
    wrong = n.v;
    uint8_t *byte = n.a->flip < 128 ? &wrong.rand[n.a->flip / 8] : &wrong.autn[(n.a->flip - 128) / 8];
    *byte ^= (uint8_t)(0x80 >> n.a->flip % 8);
    if (!authenticate(b, &wrong) || !bench_expect(b, b->answer.n == 2 && bench_status(b) == 0x9862, b->row->clauses,
                                                  "9862 alone", "%04X", bench_status(b)))
        return;
    if (authenticate(b, &n.v)) (void)expect_success(b, &n.v, true, b->row->clauses);
}

/* What was accepted once, or is older, gives an AUTS; what the network then makes of it is accepted. */
static void run_replay(struct bench *b)
{
    struct session n;
    struct auc_vector old;
    char text[40];
    b->section = SECTION_GIVEN;
    if (!begin_session(b, &n) || !find_sequence(b, &n) || !accepted(b, &n, n.seq + 2)) return;
    b->section = SECTION_TEST;
    old = n.v;
    if (n.a->ahead && !make_vector(b, &n.s, (uint64_t)((int64_t)(n.seq + 2) + n.a->ahead), 0, &old)) return;
    if (!authenticate(b, &old) || !expect_auts(b, &n, &old)) return;
    const uint64_t accepted_last = (n.seq + 2) << 5;
    (void)snprintf(text, sizeof text, "SQN_MS %012llX", (unsigned long long)accepted_last);
    /* what is too far ahead is refused by any card that counts: that it does is for the replays */
    if (n.a->ahead <= 0 &&
        !bench_expect(b, n.sqn == accepted_last, "3GPP TS 33.102 6.3.3", text, "%012llX", (unsigned long long)n.sqn))
        return;
    if (make_vector(b, &n.s, (n.sqn >> 5) + 1, 0, &n.v) && authenticate(b, &n.v))
        (void)expect_success(b, &n.v, !n.a->isim, b->row->clauses);
}

/* The first AUTS of a card: its MAC-S is right, and the sequence number under AK* is one from which it goes on. That an
 * old sequence number gives one at all is for the replays. */
static void run_resynchronisation(struct bench *b)
{
    struct session n;
    char text[80];
    if (!begin_session(b, &n) || !make_vector(b, &n.s, 0, 0, &n.v) || !authenticate(b, &n.v)) return;
    b->section = SECTION_GIVEN;
    bool refused = bench_expect(b, !is_success(b), "3GPP TS 33.102 6.3.3", "sequence number 0 is not accepted", "%s",
                                shown(b, text, sizeof text));
    b->section = SECTION_TEST;
    if (!refused || !expect_auts(b, &n, &n.v)) return;
    if (make_vector(b, &n.s, (n.sqn >> 5) + 1, 0, &n.v) && authenticate(b, &n.v))
        (void)expect_success(b, &n.v, !n.a->isim, b->row->clauses);
}

static void run_after_power(struct bench *b)
{
    struct session n;
    b->section = SECTION_GIVEN;
    if (!begin_session(b, &n) || !find_sequence(b, &n) || !accepted(b, &n, n.seq) || !given_replay(b, &n) ||
        !begin(b, n.a))
        return;
    b->section = SECTION_TEST;
    if (authenticate(b, &n.v)) (void)expect_auts(b, &n, &n.v);
}

/* The replay comes on another channel than the first one. */
static void run_other_channel(struct bench *b)
{
    struct session n;
    b->section = SECTION_GIVEN;
    if (!begin_session(b, &n) || !find_sequence(b, &n) || !bench_given(b, "0070000001") ||
        !bench_given(b, "01A4040C10" USIM) || !accepted(b, &n, n.seq) || !given_replay(b, &n))
        return;
    b->section = SECTION_TEST;
    BUF_LOCAL command = {0};
    static const uint8_t head[] = {0x01, 0x88, 0x00, 0x81, 0x22};
    buf_append(&command, SLICE(head));
    auc_put_command(&n.v, &command);
    buf_byte(&command, 0x00);
    if (bench_command(b, buf_slice(&command))) (void)expect_auts(b, &n, &n.v);
}

/* A lower SEQ of another index is fresh; a second time it is not (TS 33.102 C.1.1.1, C.2.2). */
static void run_index(struct bench *b)
{
    struct session n;
    b->section = SECTION_GIVEN;
    if (!begin_session(b, &n) || !find_sequence(b, &n) || !accepted(b, &n, n.seq + 1)) return;
    b->section = SECTION_TEST;
    if (!make_vector(b, &n.s, n.seq, 1, &n.v) || !authenticate(b, &n.v) ||
        !expect_success(b, &n.v, true, b->row->clauses))
        return;
    if (authenticate(b, &n.v)) (void)expect_auts(b, &n, &n.v);
}

/* 10 RAND: 04 SRES 08 Kc. */
static void run_gsm(struct bench *b)
{
    struct session n;
    BUF_LOCAL command = {0};
    BUF_LOCAL right = {0};
    char wish[40];
    char text[80];
    static const uint8_t head[] = {0x00, 0x88, 0x00, 0x80, 0x11, 0x10};
    if (!begin_session(b, &n) || !make_vector(b, &n.s, 1, 0, &n.v)) return;
    buf_append(&command, SLICE(head));
    buf_append(&command, SLICE(n.v.rand));
    buf_byte(&command, 0x00);
    buf_byte(&right, sizeof n.v.sres);
    buf_append(&right, SLICE(n.v.sres));
    buf_byte(&right, sizeof n.v.kc);
    buf_append(&right, SLICE(n.v.kc));
    if (!bench_command(b, buf_slice(&command))) return;
    (void)bench_expect(b, bench_status(b) == 0x9000 && slice_equal(bench_data(b), buf_slice(&right)), b->row->clauses,
                       hex_short(buf_slice(&right), wish, sizeof wish), "%s", shown(b, text, sizeof text));
}

/* ---- GET IDENTITY ---- */

/* A1 with the SUCI: type, network, routing indicator, scheme, key, and what only the home network opens. */
static bool identity(struct bench *b, struct slice *scheme)
{
    static const uint8_t head[] = {0x01, 0x00, 0xf1, 0x10, 0xf0, 0xff, 0x01, 0x1b};
    struct slice data;
    struct tlv t = {0};
    char text[160];
    if (!bench_send(b, "8078000100")) return false;
    data = bench_data(b);
    bool good = bench_status(b) == 0x9000 && tlv_next(&data, &t) && t.tag == 0xa1 && data.n == 0 &&
                slice_starts_with(t.value, SLICE(head)) && t.value.n == sizeof head + 32 + 5 + 8;
    *scheme = slice_skip(t.value, good ? sizeof head : t.value.n);
    return bench_expect(b, good, b->row->clauses, "A1 with 01 00F110 F0FF 01 1B and 45 bytes", "%s",
                        shown(b, text, sizeof text)) &&
           scheme->p;
}

static void run_identity(struct bench *b)
{
    /* 3GPP TS 33.501 C.4.3.1; the MSIN of the profile is the one of the example */
    static const uint8_t private_key[] = {0xc5, 0x3c, 0x22, 0x20, 0x8b, 0x61, 0x86, 0x0b, 0x06, 0xc6, 0x2e,
                                          0x54, 0x06, 0xa7, 0xb3, 0x30, 0xc2, 0xb5, 0x77, 0xaa, 0x55, 0x58,
                                          0x98, 0x15, 0x10, 0xd1, 0x28, 0x24, 0x7d, 0x38, 0xbd, 0x1d};
    static const uint8_t msin[] = {0x00, 0x01, 0x20, 0x80, 0xf6};
    struct auc_network_key key;
    struct slice scheme;
    BUF_LOCAL plain = {0};
    char text[40];
    if (!bench_power(b, true) || !bench_given(b, "00A4040C10" USIM) || !identity(b, &scheme)) return;
    if (!auc_network_key(&key, false, private_key)) {
        (void)bench_verdict(b, VERDICT_ERROR, "the home network has no key");
        return;
    }
    bool opens = auc_open_suci(&key, scheme, &plain) && plain.p;
    (void)bench_expect(b, opens && slice_equal(buf_slice(&plain), SLICE(msin)), "3GPP TS 33.501 C.3.4",
                       "the home network opens it: 00012080F6", "%s",
                       opens ? hex_short(buf_slice(&plain), text, sizeof text) : "a tag that is wrong");
}

static void run_identity_twice(struct bench *b)
{
    struct slice scheme;
    BUF_LOCAL first = {0};
    if (!bench_power(b, true) || !bench_given(b, "00A4040C10" USIM) || !identity(b, &scheme)) return;
    buf_append(&first, slice_of(scheme.p, 32));
    if (!first.p) {
        (void)bench_verdict(b, VERDICT_ERROR, "no memory");
        return;
    }
    if (!identity(b, &scheme)) return;
    (void)bench_expect(b, !slice_equal(buf_slice(&first), slice_of(scheme.p, 32)), "3GPP TS 33.501 C.3.2",
                       "another ephemeral public key", "the same as before");
}

/* ---- the table ---- */

#define ROW(name, text, clause, fact, in, wants, function, ...)                                                        \
    {                                                                                                                  \
        .id = "UICC.Authenticate/" name, .family = "uicc", .title = text, .clauses = clause, .applies = fact,          \
        .state = in, .needs = NEED_ENABLED | (wants), .run = function, .argument = &(const struct aka){__VA_ARGS__},   \
    }
#define ON_MILENAGE(name, text, clause, function, ...)                                                                 \
    ROW(name "-milenage", text " (Milenage)", clause "; 3GPP TS 35.206", "milenage", "operational", 0, function,       \
        .who = MILENAGE, __VA_ARGS__)
#define ON_TUAK(name, text, clause, function, ...)                                                                     \
    ROW(name "-tuak", text " (TUAK)", clause "; 3GPP TS 35.231", "tuak128", "tuak", 0, function, .who = TUAK,          \
        __VA_ARGS__)
#define ON_XOR(name, text, clause, function, ...)                                                                      \
    ROW(name "-xor", text " (test algorithm)", clause "; 3GPP TS 34.108 8.1.2", "usim-test", "test", NEED_PIN,         \
        function, .who = XOR, __VA_ARGS__)
#define ON_EACH(name, text, clause, function, ...)                                                                     \
    ON_MILENAGE(name, text, clause, function, __VA_ARGS__), ON_TUAK(name, text, clause, function, __VA_ARGS__),        \
        ON_XOR(name, text, clause, function, __VA_ARGS__)

const struct case_row cases_aka[] = {
    ON_EACH("20-success", "DB, RES, CK, IK and Kc, each behind its length", TS31102, run_nominal, .part = PART_WHOLE),
    ON_EACH("21-res", "RES is that of the network", TS31102 "; 3GPP TS 33.102 6.3.3", run_nominal, .part = PART_RES),
    ON_EACH("22-ck", "CK is that of the network", TS31102 "; 3GPP TS 33.102 6.3.3", run_nominal, .part = PART_CK),
    ON_EACH("23-ik", "IK is that of the network", TS31102 "; 3GPP TS 33.102 6.3.3", run_nominal, .part = PART_IK),
    ON_EACH("24-kc", "with service 27 Kc is that of conversion function c3", TS31102 "; 3GPP TS 33.102 6.8.1.2",
            run_nominal, .part = PART_KC),
    ON_EACH("25-gsm", "GSM context: SRES and Kc of the conversion functions c2 and c3",
            TS31102 "; 3GPP TS 33.102 6.8.1.2", run_gsm, .part = PART_WHOLE),
    ON_EACH("30-mac", "one bit of MAC-A is another one: 9862, and no sequence number is used up",
            TS31102 "; 3GPP TS 33.102 6.3.3; UICC negative 23", run_mac_failure, .flip = 128 + 127),
    ON_MILENAGE("31-mac-first-bit", "the first bit of MAC-A is another one: 9862",
                TS31102 "; 3GPP TS 33.102 6.3.3; UICC negative 23", run_mac_failure, .flip = 128 + 64),
    ON_MILENAGE("32-amf", "one bit of the AMF is another one: 9862", TS31102 "; 3GPP TS 33.102 6.3.3", run_mac_failure,
                .flip = 128 + 48),
    ON_MILENAGE("33-sqn", "one bit of the concealed sequence number is another one: 9862",
                TS31102 "; 3GPP TS 33.102 6.3.3", run_mac_failure, .flip = 128 + 47),
    ON_MILENAGE("34-rand", "one bit of RAND is another one: 9862", TS31102 "; 3GPP TS 33.102 6.3.3", run_mac_failure,
                .flip = 5),
    ON_MILENAGE("40-replay", "what was accepted gives an AUTS the second time, by which the network goes on",
                TS31102 "; 3GPP TS 33.102 6.3.3; 3GPP TS 33.102 6.3.5; UICC negative 24", run_replay, .ahead = 0),
    ON_MILENAGE("41-older", "a sequence number below the accepted one gives an AUTS", "3GPP TS 33.102 6.3.3",
                run_replay, .ahead = -1),
    ON_MILENAGE("42-too-far-ahead", "a sequence number more than 2^28 above the highest gives an AUTS",
                "3GPP TS 33.102 C.2.1; SAIP 8.4", run_replay, .ahead = 0x10000001),
    ON_MILENAGE("43-power", "an accepted sequence number is not accepted again after power off", "3GPP TS 33.102 6.3.3",
                run_after_power, .part = PART_WHOLE),
    ON_MILENAGE("44-other-channel", "nor on another channel", "3GPP TS 33.102 6.3.3; ETSI TS 102 221 8.7",
                run_other_channel, .part = PART_WHOLE),
    ON_MILENAGE("45-index", "a lower SEQ of another IND is fresh, once", "3GPP TS 33.102 C.1.1.1; 3GPP TS 33.102 C.2.2",
                run_index, .part = PART_WHOLE),
    ON_MILENAGE("46-auts", "AUTS: MAC-S is right, and the network goes on from the concealed sequence number",
                "3GPP TS 33.102 6.3.3; 3GPP TS 33.102 6.3.5", run_resynchronisation, .part = PART_WHOLE),
    ON_TUAK("46-auts", "AUTS: MAC-S is right, and the network goes on from the concealed sequence number",
            "3GPP TS 33.102 6.3.3; 3GPP TS 33.102 6.3.5", run_resynchronisation, .part = PART_WHOLE),
    ON_MILENAGE("50-isim", "ISIM: DB, RES, CK and IK, no Kc", "3GPP TS 31.103 7.1.1", run_nominal, .part = PART_WHOLE,
                .isim = true),
    ON_MILENAGE("51-isim-replay", "ISIM: a replay gives an AUTS", "3GPP TS 31.103 7.1.1; 3GPP TS 33.102 6.3.3",
                run_replay, .isim = true),
    {.id = "UICC.Identity/01-suci-a",
     .family = "uicc",
     .title = "GET IDENTITY: the SUCI of profile A, which the home network opens to the MSIN",
     .clauses = "3GPP TS 31.102 7.5; 3GPP TS 33.501 C.3.4.1",
     .applies = "get-identity and suci-a",
     .state = "tuak",
     .run = run_identity},
    {.id = "UICC.Identity/02-new-each-time",
     .family = "uicc",
     .title = "GET IDENTITY: each SUCI has an ephemeral key of its own",
     .clauses = "3GPP TS 31.102 7.5; 3GPP TS 33.501 C.3.2",
     .applies = "get-identity and suci-a",
     .state = "tuak",
     .run = run_identity_twice},
    {.id = NULL},
};
