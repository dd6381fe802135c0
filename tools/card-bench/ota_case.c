/* Runs the rows of over-the-air management; see ota_case.h. */
#define _GNU_SOURCE
#include "ota_case.h"

#include "bench_bytes.h"
#include "bench_profile.h"

enum { PART = 100, REFERENCE = 0x42 };

static const uint8_t kic_aes[16] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                                    0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};
static const uint8_t kid_aes[16] = {0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
                                    0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f};
static const uint8_t kic_des[16] = {0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
                                    0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f};
static const uint8_t kid_des[16] = {0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57,
                                    0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f};

/* ---- sending ---- */

static void take_key(struct ota_key *key, bool aes, const uint8_t bytes[16])
{
    *key = (struct ota_key){.aes = aes, .n = 16, .mac_length = 8};
    memcpy(key->bytes, bytes, 16);
}

static bool make_server(struct bench *b, const struct ota_send *s, struct ota *o)
{
    BUF_LOCAL bytes = {0};
    bool aes = s->set != SET_DES;
    if (!bench_bytes(b, s->tar, &bytes) || !bench_bytes(b, s->spi, &bytes)) return false;
    if (bytes.n != 5) return bench_verdict(b, VERDICT_ERROR, "a TAR has 3 bytes, an SPI 2");
    *o = (struct ota){.counter = s->counter, .fault = s->fault};
    memcpy(o->tar, bytes.p, 3);
    memcpy(o->spi, bytes.p + 3, 2);
    /* version of the key set, and the algorithm: AES in CBC mode, triple DES of two keys (TS 102 225 5.1.2) */
    uint8_t both = (uint8_t)((unsigned)s->set << 4 | (aes ? 2 : 5));
    o->kic = s->kic ? s->kic : both;
    o->kid = s->kid ? s->kid : both;
    take_key(&o->cipher, aes, aes ? kic_aes : kic_des);
    take_key(&o->checksum, aes, aes ? kid_aes : kid_des);
    if (s->set == SET_NEW) {
        memset(o->cipher.bytes, 0x60, o->cipher.n);
        memset(o->checksum.bytes, 0x61, o->checksum.n);
    }
    return true;
}

static bool send_part(struct bench *b, struct slice part, bool wide, size_t total, size_t number)
{
    BUF_LOCAL envelope = {0};
    if (total == 1)
        ota_put_envelope(part, &envelope);
    else
        ota_put_envelope_part(part, REFERENCE, wide, (uint8_t)total, (uint8_t)number, &envelope);
    return (buf_err(&envelope) == OK || bench_verdict(b, VERDICT_ERROR, "no memory")) &&
           bench_command(b, buf_slice(&envelope));
}

/* All but the last part are answered without data. */
static bool send_packet(struct bench *b, struct slice packet, enum ota_parts how)
{
    size_t size = how == OTA_WHOLE ? PART : (packet.n + 1) / 2;
    size_t total = how == OTA_WHOLE && packet.n <= PART + 20 ? 1 : (packet.n + size - 1) / size;
    if (total == 1) size = packet.n;
    if (total > 255) return bench_verdict(b, VERDICT_ERROR, "a packet of %zu bytes is too long", packet.n);
    size_t sent = how == OTA_FIRST_ONLY ? 1 : total;
    for (size_t i = 0; i < sent; i++) {
        size_t number = how == OTA_REVERSED ? total - i : i + 1;
        struct slice rest = slice_skip(packet, (number - 1) * size);
        if (!send_part(b, slice_of(rest.p, rest.n < size ? rest.n : size), how == OTA_TWO_WIDE, total, number))
            return false;
        bool last = i + 1 == total;
        if (!last && !bench_expect(b, b->answer.n == 2 && b->answer.p[0] == 0x90, b->row->clauses,
                                   "a part that is not the last is answered 9000 without data", "%04X and %zu bytes",
                                   bench_status(b), b->answer.n - 2))
            return false;
    }
    return true;
}

/* ---- the proof of receipt ---- */

static bool is_counter(const struct ota *o, const uint8_t bytes[5])
{
    uint64_t counter = 0;
    for (unsigned i = 0; i < 5; i++)
        counter = counter << 8 | bytes[i];
    return counter == o->counter;
}

/* Form and protection are checked by the double. */
static bool expect_receipt(struct bench *b, const struct ota *o, const struct ota_send *s)
{
    struct ota_answer answer;
    struct slice data = bench_data(b);
    const char *why = ota_open(o, data, true, &answer);
    if (why && s->or_clear) {
        ota_answer_free(&answer);
        why = ota_open(o, data, false, &answer);
    }
    bool good = bench_expect(b, !why, b->row->clauses, "a proof of receipt in its form, protected as the SPI says",
                             "%s", why ? why : "so") &&
                bench_expect(b, memcmp(answer.tar, o->tar, 3) == 0, b->row->clauses, "the TAR of the packet",
                             "%02X%02X%02X", answer.tar[0], answer.tar[1], answer.tar[2]) &&
                bench_expect_bytes(b, NULL, s->status, slice_of(&answer.status, 1));
    /* what could not be deciphered has no counter to give back */
    if (good && answer.status == 0)
        good = bench_expect(b, is_counter(o, answer.counter), b->row->clauses, "the counter of the packet", "%s",
                            is_counter(o, answer.counter) ? "so" : "another");
    if (good && s->data) good = bench_expect_bytes(b, NULL, s->data, buf_slice(&answer.data));
    ota_answer_free(&answer);
    return good;
}

static bool expect_answer(struct bench *b, const struct ota *o, const struct ota_send *s)
{
    unsigned sw = bench_status(b);
    if (s->or_none && b->answer.n == 2) return true; /* whatever it says: nothing was done, which is looked at later */
    if (!bench_expect(b, sw == 0x9000 || sw >> 8 == 0x91, b->row->clauses, "ENVELOPE answered 9000", "%04X", sw))
        return false;
    if (*s->status) return expect_receipt(b, o, s);
    return bench_expect(b, b->answer.n == 2, b->row->clauses, "no proof of receipt", "%zu bytes", b->answer.n - 2);
}

bool ota_send(struct bench *b, const struct ota_send *s)
{
    struct ota o = {0};
    BUF_LOCAL script = {0};
    BUF_LOCAL packet = {0};
    if (!make_server(b, s, &o) || (s->script && !bench_bytes(b, s->script, &script))) return false;
    if (!ota_packet(&o, buf_slice(&script), &packet)) return bench_verdict(b, VERDICT_ERROR, "no packet can be made");
    if (!send_packet(b, buf_slice(&packet), s->parts)) return false;
    return s->parts == OTA_FIRST_ONLY || expect_answer(b, &o, s);
}

/* ---- a row ---- */

bool ota_begin(struct bench *b)
{
    /* an SMS-PP download needs b2 of byte 1; REFRESH is there, too */
    static const uint8_t profile[] = {0x80, 0x10, 0, 0, 4, 0xff, 0xff, 0xff, 0xff};
    enum section section = b->section;
    b->section = SECTION_GIVEN;
    if (!bench_power(b, true) || !bench_command(b, SLICE(profile))) return false;
    unsigned sw = bench_status(b);
    b->section = section;
    return sw == 0x9000 || sw >> 8 == 0x91 || bench_verdict(b, VERDICT_ERROR, "TERMINAL PROFILE: %04X", sw);
}

bool ota_ask(struct bench *b, const char *request, const char *response)
{
    BUF_LOCAL bytes = {0};
    return bench_bytes(b, request, &bytes) && bench_open_isdr(b) && bench_es10(b, buf_slice(&bytes)) &&
           bench_expect_bytes(b, NULL, response, buf_slice(&b->answer)) && bench_close_channel(b);
}

bool ota_look(struct bench *b, const struct ota_shown *s)
{
    BUF_LOCAL iccid = {0};
    BUF_LOCAL tags = {0};
    BUF_LOCAL bytes = {0};
    struct slice found;
    if (!s->profile) return true;
    if (!bench_bytes(b, s->profile, &iccid) || !bench_bytes(b, s->tags, &tags)) return false;
    if (!bench_profile_request(buf_slice(&iccid), buf_slice(&tags), &bytes))
        return bench_verdict(b, VERDICT_ERROR, "no memory");
    if (!bench_open_isdr(b) || !bench_es10(b, buf_slice(&bytes))) return false;
    if (bench_status(b) != 0x9000 || !bench_profile_find(bench_data(b), buf_slice(&iccid), &found))
        return bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo gave no list of profiles: %04X", bench_status(b));
    buf_reset(&bytes);
    if (!bench_profile_members(found, buf_slice(&tags), &bytes)) return bench_verdict(b, VERDICT_ERROR, "no memory");
    return bench_expect(b, found.n > 0, b->row->clauses, "the profile in the list", "it is not there") &&
           bench_expect_bytes(b, NULL, s->members, buf_slice(&bytes)) && bench_close_channel(b);
}

/* Each with the next counter, if it does not say another. */
static bool send_all(struct bench *b, const struct ota_send *list, bool given, uint64_t *counter)
{
    for (size_t i = 0; i < OTA_SENDS_MAX && list[i].tar; i++) {
        struct ota_send one = list[i];
        one.counter = one.counter ? one.counter : *counter + 1;
        *counter = one.counter;
        if (given && !one.status) one.status = "00";
        if (!ota_send(b, &one)) return false;
    }
    return true;
}

void ota_run_row(struct bench *b)
{
    const struct ota_row *r = b->row->argument;
    BUF_LOCAL bytes = {0};
    uint64_t counter = 0;
    b->section = SECTION_GIVEN;
    if (!ota_begin(b) || !send_all(b, r->given, true, &counter)) return;
    for (size_t i = 0; i < OTA_QUESTIONS_MAX && r->begin[i].request; i++)
        if (!ota_ask(b, r->begin[i].request, r->begin[i].response)) return;
    if (!ota_look(b, &r->begin_shown)) return;
    if (r->power_cycle && !ota_begin(b)) return;
    b->section = SECTION_TEST;
    if (!send_all(b, r->test, false, &counter)) return;
    if (r->command && (!bench_bytes(b, r->command, &bytes) || !bench_command(b, buf_slice(&bytes)) ||
                       !bench_expect_bytes(b, NULL, r->answer, buf_slice(&b->answer))))
        return;
    if (r->request && !ota_ask(b, r->request, r->response)) return;
    (void)(ota_look(b, &r->shown) && ota_look(b, &r->shown_2));
}
