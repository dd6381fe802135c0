/* Secured packets (ETSI TS 102 225, TS 102 226): the harness is the OTA server that has the profile's keys, so what is
 * mutated, scripts and parameters, comes through the cryptography.
 * Input: flags, what fails (3 bytes, bench.h); then records of script.c. PACKET and PARTS begin with five bytes:
 * TAR, SPI (2), key set, counter (low half: how far it rises) and fault (high half); PARTS is sent in pieces.
 * Oracles: those of card.c; a proof of receipt that the server can open; what is spoilt changes nothing; a packet
 * whose counter counts is not accepted twice; the same input gives the same answers. */
#include "bench.h"

#include "ota.h"

#define HEADER (1 + FUZZ_FAULT_SIZE)
#define PARAMETERS 5
#define RECORDS_MAX 60

enum { PACKET, PARTS, RAW, APDU, RESET, CLONE, RECORD_KINDS };
enum { FLAG_TWICE = 2 };

struct server {
    struct fuzz_card card;
    uint64_t counter;
};

static void take_key(struct ota_key *key, bool aes, uint8_t first)
{
    *key = (struct ota_key){.aes = aes, .n = 16, .mac_length = 8};
    for (uint8_t i = 0; i < 16; i++)
        key->bytes[i] = (uint8_t)(first + i);
}

/* The keys of profiles/operational.profile. */
static void set_up(struct server *s, const uint8_t p[PARAMETERS], struct ota *o)
{
    static const uint8_t tars[][3] = {
        {0xb0, 0x00, 0x10}, {0xb0, 0x00, 0x11}, {0xb2, 0x01, 0x00}, {0x00, 0x00, 0x00}, {0xb0, 0x00, 0x99}};
    bool aes = p[3] % 4 != 2;
    *o = (struct ota){.spi = {p[1], p[2]}, .fault = (enum ota_fault)(p[4] >> 4 & 7)};
    memcpy(o->tar, tars[p[0] % 5], 3);
    o->kic = o->kid = (uint8_t)(p[3] % 4 << 4 | (aes ? 2 : 5));
    if ((p[1] & 3) == 1) o->kid = (uint8_t)((o->kid & 0xf0) | (p[3] & 0x80 ? 1 : 5)); /* CRC 16 or 32 */
    take_key(&o->cipher, aes, aes ? 0x10 : 0x40);
    take_key(&o->checksum, aes, aes ? 0x20 : 0x50);
    s->counter += p[4] & 0x0f;
    o->counter = s->counter;
}

/* Whatever the card thinks of the rest, this is not a right packet. */
static bool is_spoilt(const struct ota *o)
{
    bool checked = (o->spi[0] & 3) == 1 || (o->spi[0] & 3) == 2;
    return o->fault == OTA_WRONG_CPL || o->fault == OTA_WRONG_CHL || o->fault == OTA_CUT_HEADER ||
           ((o->fault == OTA_WRONG_CHECK || o->fault == OTA_WRONG_TEXT) && checked);
}

/* The status of the proof of receipt; -1: there is none. */
static int open_answer(const struct ota *o, const struct fuzz_answer *a)
{
    struct ota_answer opened = {0};
    if (!a->alive || a->sw >> 8 == 0x61 || a->data.n == 0) return -1;
    const char *why = ota_open(o, buf_slice(&a->data), true, &opened);
    if (why) {
        ota_answer_free(&opened);
        opened = (struct ota_answer){0};
        const char *plain = ota_open(o, buf_slice(&a->data), false, &opened);
        FUZZ_CHECK(!plain, "the proof of receipt: %s; unsecured: %s", why, plain);
        FUZZ_CHECK(opened.status != 0 || !(o->spi[1] & 0x1c), "an unsecured proof of receipt of a right packet");
    }
    int status = opened.status;
    ota_answer_free(&opened);
    return status;
}

/* The keys may have changed since. */
static bool changes_keys(struct slice script)
{
    for (size_t i = 0; i < script.n; i++)
        if (script.p[i] == 0xd8 || script.p[i] == 0xe4) return true;
    return false;
}

static void run_packet(struct server *s, struct slice content, bool *keys_changed)
{
    struct ota o;
    FUZZ_ANSWER_LOCAL a = {0};
    BUF_LOCAL packet = {0};
    BUF_LOCAL envelope = {0};
    unsigned commits = s->card.commits;
    set_up(s, content.p, &o);
    struct slice script = slice_skip(content, PARAMETERS);
    if (!ota_packet(&o, script, &packet)) return;
    if (packet.n > 140 - 3) return; /* of one message */
    ota_put_envelope(buf_slice(&packet), &envelope);
    fuzz_apdu(&s->card, buf_slice(&envelope), &a);
    if (!a.alive) return;
    unsigned done = s->card.commits - commits;
    FUZZ_CHECK(!is_spoilt(&o) || done == 0, "a spoilt packet (%u) and %u commits", (unsigned)o.fault, done);
    *keys_changed = *keys_changed || changes_keys(script);
    int status = *keys_changed ? -1 : open_answer(&o, &a);
    FUZZ_CHECK(status <= 0 || done == 0, "status %02X and %u commits", status, done);
    if (status != 0 || (o.spi[0] & 0x18) < 0x10 || *keys_changed) return;
    commits = s->card.commits;
    fuzz_apdu(&s->card, buf_slice(&envelope), &a);
    if (!a.alive || s->card.failed) return;
    FUZZ_CHECK(open_answer(&o, &a) > 0 && s->card.commits == commits, "accepted twice");
}

/* In messages of so many bytes as the fault says; the order is that of the numbers, or the other one. */
static void run_parts(struct server *s, struct slice content)
{
    struct ota o;
    BUF_LOCAL packet = {0};
    set_up(s, content.p, &o);
    o.fault = OTA_RIGHT;
    size_t size = 20 + 15u * (content.p[4] >> 4 & 7);
    if (!ota_packet(&o, slice_skip(content, PARAMETERS), &packet)) return;
    uint8_t total = (uint8_t)((packet.n + size - 1) / size);
    if ((packet.n + size - 1) / size > 255) return;
    for (uint8_t i = 0; i < total; i++) {
        uint8_t number = content.p[4] & 0x80 ? (uint8_t)(total - 1 - i) : i;
        struct slice part = slice_skip(buf_slice(&packet), number * size);
        FUZZ_ANSWER_LOCAL a = {0};
        BUF_LOCAL envelope = {0};
        if (part.n > size) part = slice_of(part.p, size);
        ota_put_envelope_part(part, 0x1234, content.p[0] & 0x80, total, (uint8_t)(number + 1), &envelope);
        fuzz_apdu(&s->card, buf_slice(&envelope), &a);
        if (!a.alive) return;
    }
}

static void run_raw(struct server *s, struct slice content)
{
    FUZZ_ANSWER_LOCAL a = {0};
    BUF_LOCAL envelope = {0};
    if (content.n == 0 || content.n > 140) return;
    ota_put_envelope_of(content.p[0] & 1, slice_skip(content, 1), &envelope);
    fuzz_apdu(&s->card, buf_slice(&envelope), &a);
}

static void run_record(struct server *s, const struct fuzz_record *r, bool *keys_changed)
{
    FUZZ_ANSWER_LOCAL a = {0};
    bool whole = r->content.n >= PARAMETERS;
    switch (r->kind % RECORD_KINDS) {
    case PACKET:
        if (whole) run_packet(s, r->content, keys_changed);
        break;
    case PARTS:
        if (whole) run_parts(s, r->content);
        if (whole) *keys_changed = *keys_changed || changes_keys(slice_skip(r->content, PARAMETERS));
        break;
    case RAW:
        run_raw(s, r->content);
        break;
    case APDU:
        fuzz_apdu(&s->card, r->content, &a);
        *keys_changed = true; /* a secure channel, or another profile */
        break;
    case RESET:
        fuzz_power(&s->card, true);
        break;
    default:
        fuzz_reclone(&s->card);
        break;
    }
}

static uint64_t run(const uint8_t *data, size_t n)
{
    struct server s = {.counter = 0};
    struct fuzz_record r;
    struct slice in = slice_of(data + HEADER, n - HEADER);
    bool keys_changed = false;
    fuzz_begin(&s.card, FUZZ_OPERATIONAL, FUZZ_STARTED);
    fuzz_set_fault(&s.card, data + 1);
    for (unsigned i = 0; i < RECORDS_MAX && fuzz_next_record(&in, &r); i++)
        run_record(&s, &r, &keys_changed);
    fuzz_invariants(&s.card);
    uint64_t answers = s.card.answers;
    fuzz_end(&s.card);
    return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEADER) return 0;
    uint64_t once = run(data, n);
    if (data[0] & FLAG_TWICE && fuzz_fault_repeats(data + 1))
        FUZZ_CHECK(run(data, n) == once, "the same input gives other answers");
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)
{
    uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;
    struct fuzz_words words = fuzz_es10_words;
    words.command_kinds = 1u << APDU;
    words.script_kinds = 1u << PACKET | 1u << PARTS;
    words.script_at = PARAMETERS;
    words.commands = fuzz_uicc_commands;
    return fuzz_mutate_records(data, n, cap, &random, HEADER, RECORD_KINDS, 0, &words);
}

FUZZ_CROSS_OVER(HEADER)
