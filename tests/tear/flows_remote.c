/* The flows of an operator on the enabled profile (profiles/operational.profile): files over secured packets, key sets
 * in a secure channel, and a terminal that unblocks a PIN. ETSI TS 102 225, TS 102 226, GP Card 2.3 11.8, TS 102 221
 * 11.1.13; see bench.h. */
#define _DEFAULT_SOURCE
#include "domain_common.h"
#include "flows.h"
#include "ota_common.h"

#include <stdio.h>

#define OPERATIONAL_ICCID "98001010000000000001"
#define TAR_FILES "B00011"    /* of the USIM; level 16: ciphered, with a cryptographic checksum */
#define COUNTER_HIGHER "1619" /* ciphered, checksum, the counter must be higher; PoR with checksum and ciphered */
#define LOCATION "3F00/7FD0/6F7E"
#define PIN1 0x01
#define SELECT_MF "00A4000C023F00"
#define STATUS_LOW_COUNTER 0x02

/* ---- secured packets: step n has the counter n and fills EF.LOCI with n ---- */

static bool is_written(struct bench *b)
{
    struct euicc_file_description f;
    size_t same = 0;
    bool found = flow_find_file(b, LOCATION, &f);
    ck_assert(found && f.content_size >= 4);
    for (size_t i = 0; i < 4; i++)
        same += f.content[i] == b->at->argument;
    bench_check(b, same == 0 || same == 4, "%zu of the 4 bytes are new", same);
    return same == 4;
}

/* The proof of receipt to this step's packet must have this status; false: interrupted. */
static bool send_packet(struct bench *b, uint8_t status)
{
    struct ota server;
    struct ota_answer opened;
    BUF_LOCAL script = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    BUF_LOCAL answer = {0};
    char digits[64];
    ota_server(&server, TAR_FILES, COUNTER_HIGHER, 1);
    server.counter = (uint64_t)b->at->argument;
    (void)snprintf(digits, sizeof digits, "00A4000C026F7E 00D6000004%1$02X%1$02X%1$02X%1$02X",
                   (unsigned)b->at->argument);
    put_hex(&script, digits);
    ck_assert(ota_packet(&server, buf_slice(&script), &packet));
    ota_put_envelope(buf_slice(&packet), &envelope);
    if (!flow_say(b, TERMINAL_PROFILE, 0x9000) || !flow_transmit(b, buf_slice(&envelope), "ENVELOPE", &answer))
        return false;
    ck_assert_uint_eq(flow_status(&answer), 0x9000);
    buf_truncate(&answer, answer.n - 2);
    const char *why = ota_open(&server, buf_slice(&answer), true, &opened);
    bench_check(b, !why, "packet %d: %s", b->at->argument, why);
    bench_check(b, opened.status == status, "packet %d: status %02X, expected %02X", b->at->argument, opened.status,
                status);
    ota_answer_free(&opened);
    return true;
}

/* What was not carried out is accepted again with its old counter; what was is not carried out again. */
static bool write_over_the_air(struct bench *b)
{
    return send_packet(b, 0) && send_packet(b, STATUS_LOW_COUNTER);
}

/* ---- key sets: step by step another one is added or replaced ---- */

static const struct key_change {
    uint8_t session, replaced, kvn; /* versions; 0: none is replaced */
} key_changes[] = {{0x30, 0x00, 0x31}, {0x31, 0x30, 0x3f}, {0x31, 0x31, 0x32}, {0x3f, 0x3f, 0x30}};

static bool has_set(const struct bench *b, unsigned kvn)
{
    struct euicc_application_description a;
    char text[8];
    (void)snprintf(text, sizeof text, "%02X AES", kvn);
    for (size_t i = 0; euicc_describe_application(b->card, 0, i, &a) == EUICC_OK; i++)
        if (strcmp(a.aid, "a000000151000000") == 0) return strstr(a.keys, text) != NULL;
    ck_abort_msg("there is no security domain");
}

static bool is_put(struct bench *b)
{
    const struct key_change *c = &key_changes[b->at->argument];
    bool put = has_set(b, c->kvn);
    if (c->replaced) bench_check(b, has_set(b, c->replaced) != put, "sets %02X and %02X", c->replaced, c->kvn);
    return put;
}

/* Version 30 as in the package, the others made of their version. */
static void host_of(struct gp_host *h, uint8_t kvn, bool original)
{
    domain_host(h, 0x30);
    h->kvn = kvn;
    for (size_t i = 0; i < h->size && !original; i++) {
        h->enc[i] = (uint8_t)(kvn + i);
        h->mac[i] = (uint8_t)(kvn ^ 0x80 ^ i);
        h->dek[i] = (uint8_t)(3 * kvn + i);
    }
}

static bool open_channel(struct bench *b, struct gp_host *h)
{
    BUF_LOCAL initialize = {0};
    BUF_LOCAL authenticate = {0};
    BUF_LOCAL answer = {0};
    gp_host_initialize(h, &initialize);
    if (!flow_say(b, SELECT_MNO, 0x9000) || !flow_transmit(b, buf_slice(&initialize), "INITIALIZE UPDATE", &answer))
        return false;
    bench_check(b, flow_status(&answer) == 0x9000, "INITIALIZE UPDATE gives %04X", flow_status(&answer));
    buf_truncate(&answer, answer.n - 2);
    bench_check(b, gp_host_initialized(h, buf_slice(&answer)), "%s", h->error);
    gp_host_authenticate(h, 0x33, &authenticate);
    if (!flow_transmit(b, buf_slice(&authenticate), "EXTERNAL AUTHENTICATE", &answer)) return false;
    bench_check(b, flow_status(&answer) == 0x9000, "EXTERNAL AUTHENTICATE gives %04X", flow_status(&answer));
    return true;
}

static bool put_key(struct bench *b)
{
    const struct key_change *c = &key_changes[b->at->argument];
    struct gp_host session;
    struct gp_host keys;
    BUF_LOCAL plain = {0};
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL data = {0};
    char gone[40];
    host_of(&session, c->session, c->session == 0x30);
    host_of(&keys, c->kvn, false);
    if (!open_channel(b, &session)) return false;
    const uint8_t head[] = {0x80, 0xd8, c->replaced, 0x81, 0x00, c->kvn};
    buf_append(&plain, SLICE(head));
    gp_host_key_field(&session, 0x88, slice_of(keys.enc, keys.size), &plain);
    gp_host_key_field(&session, 0x88, slice_of(keys.mac, keys.size), &plain);
    gp_host_key_field(&session, 0x88, slice_of(keys.dek, keys.size), &plain);
    plain.p[4] = (uint8_t)(plain.n - 5);
    buf_byte(&plain, 0x00);
    gp_host_wrap(&session, buf_slice(&plain), &command);
    if (!flow_transmit(b, buf_slice(&command), "PUT KEY", &answer)) return false;
    bench_check(b, gp_host_unwrap(&session, buf_slice(&answer), &data) && flow_status(&answer) == 0x9000,
                "PUT KEY gives %04X: %s", flow_status(&answer), session.error);
    /* the replaced ones open nothing any more */
    (void)snprintf(gone, sizeof gone, "8050%02X0008C0C1C2C3C4C5C6C700", c->replaced);
    return !c->replaced || (flow_say(b, SELECT_MNO, 0x9000) && flow_say(b, gone, 0x6a88));
}

/* ---- unblocking PIN1 ---- */

static struct euicc_pin_description pin1(const struct bench *b)
{
    struct euicc_file_description f;
    bool found = flow_find_file(b, "3F00", &f);
    ck_assert(found);
    for (size_t i = 0; i < f.pin_count; i++)
        if (f.pins[i].reference == PIN1) return f.pins[i];
    ck_abort_msg("there is no PIN1");
}

static bool is_asked_for(struct bench *b)
{
    return pin1(b).enabled;
}

static bool ask_for(struct bench *b)
{
    return flow_say(b, SELECT_MF, 0x9000) && flow_say(b, "002800010830303030FFFFFFFF", 0x9000);
}

/* A cut may lose a try that was not answered, and never gives one back. */
static bool is_blocked(struct bench *b)
{
    return pin1(b).left == 0;
}

static bool block(struct bench *b)
{
    while (flow_say(b, SELECT_MF, 0x9000) && pin1(b).left) {
        unsigned left = pin1(b).left - 1;
        if (!flow_say(b, "00200001083939393939393939", (uint16_t)(0x63c0 | left))) return false;
    }
    return is_blocked(b);
}

/* The argument is how many tries of the PUK are lost. */
static bool is_wrong_puk(struct bench *b)
{
    const struct euicc_pin_description p = pin1(b);
    return p.puk_left + (unsigned)b->at->argument <= p.puk_of;
}

static bool present_wrong_puk(struct bench *b)
{
    const unsigned left = pin1(b).puk_left - 1;
    bool went = flow_say(b, SELECT_MF, 0x9000) &&
                flow_say(b, "002C00011039393939393939393131313131313131", (uint16_t)(0x63c0 | left));
    const struct euicc_pin_description now = pin1(b);
    bench_check(b, now.puk_left == left || (!went && now.puk_left == left + 1), "%u tries of the PUK, expected %u",
                now.puk_left, left);
    bench_check(b, now.left == 0, "PIN1 has %u tries", now.left);
    return went;
}

/* New value, all tries of both: in one. */
static bool is_unblocked(struct bench *b)
{
    const struct euicc_pin_description p = pin1(b);
    bench_check(b, p.left == 0 || (p.left == p.of && p.puk_left == p.puk_of), "PIN1 %u tries, its PUK %u", p.left,
                p.puk_left);
    return p.left != 0;
}

static bool unblock(struct bench *b)
{
    return flow_say(b, SELECT_MF, 0x9000) && flow_say(b, "002C000110 3132333435363738 3131313131313131", 0x9000);
}

static bool present_new(struct bench *b)
{
    return flow_say(b, SELECT_MF, 0x9000) && flow_say(b, "00200001083131313131313131", 0x9000);
}

/* ---- flows ---- */

static void operational(struct bench *b)
{
    struct wanted w = {.iccid = OPERATIONAL_ICCID, .profile_class = OPERATIONAL};
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    BUF_LOCAL id = {0};
    uint8_t bytes[16384];
    FILE *file = fopen(TEST_PROFILES_DIR "/operational.der", "rb");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    ck_assert_uint_lt(n, sizeof bytes);
    buf_append(&package, slice_of(bytes, n));
    wanted_metadata(&w, &metadata);
    b->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    ck_assert_msg(lpa_download(&b->ipa.lpa, b->dp, NULL, &result), "%s", result.error);
    b->dp->profile = (struct smdpp_profile){0};
    put_hex(&id, "5A0A" OPERATIONAL_ICCID);
    ck_assert_int_eq(lpa_enable_profile(&b->ipa.lpa, buf_slice(&id), false), 0);
}

#define PACKET(n)                                                                                                      \
    {                                                                                                                  \
        "secured packet", is_written, write_over_the_air, n                                                            \
    }
#define PUT_KEY(n)                                                                                                     \
    {                                                                                                                  \
        "PUT KEY", is_put, put_key, n                                                                                  \
    }
#define WRONG_PUK(n)                                                                                                   \
    {                                                                                                                  \
        "wrong PUK", is_wrong_puk, present_wrong_puk, n                                                                \
    }

static const struct flow packets = {
    .name = "packets", .prepare = operational, .steps = {PACKET(0x11), PACKET(0x22), PACKET(0x33)}};
static const struct flow keys = {
    .name = "keys", .prepare = operational, .steps = {PUT_KEY(0), PUT_KEY(1), PUT_KEY(2), PUT_KEY(3)}};
static const struct flow unblocking = {.name = "unblocking",
                                       .prepare = operational,
                                       .steps = {{"ENABLE PIN", is_asked_for, ask_for, 0},
                                                 {"block PIN1", is_blocked, block, 0},
                                                 WRONG_PUK(1),
                                                 WRONG_PUK(2),
                                                 {"UNBLOCK PIN", is_unblocked, unblock, 0},
                                                 {"VERIFY PIN", NULL, present_new, 0}}};

const struct flow *const remote_flows[] = {&packets, &keys, &unblocking, NULL};
