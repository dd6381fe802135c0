/* The proactive UICC (ETSI TS 102 221 7.4.2, 11.2; TS 102 223 6.4.7): scripts of a terminal with TERMINAL PROFILE,
 * FETCH, TERMINAL RESPONSE, ENVELOPE and polling between commands, requests and packages that switch profiles. Input:
 * personality, state, the TERMINAL PROFILE to begin with (0: none), flags, what fails (3 bytes, bench.h); then records
 * of script.c. Oracles: those of card.c, and a terminal's own view of the proactive session (proactive_model.c); the
 * same input gives the same answers. */
#include "proactive.h"

#define HEADER (4 + FUZZ_FAULT_SIZE)
#define RECORDS_MAX 60

enum { APDU, REQUEST, RESET, POWER, FETCH, RESPONSE, ENVELOPE, POLL, PROFILE, PACKAGE, CLONE, ANSWER, RECORD_KINDS };
enum { FLAG_TWICE = 2 };

static void put_command(struct buf *b, uint8_t ins, struct slice data)
{
    const uint8_t head[] = {0x80, ins, 0, 0, (uint8_t)(data.n < 255 ? data.n : 255)};
    buf_append(b, SLICE(head));
    buf_append(b, slice_of(data.p, data.n < 255 ? data.n : 255));
}

static void send(struct terminal *t, uint8_t ins, struct slice data)
{
    BUF_LOCAL command = {0};
    put_command(&command, ins, data);
    terminal_apdu(t, buf_slice(&command));
}

/* FETCH with the announced length, changed by so much. */
static void fetch(struct terminal *t, uint8_t change)
{
    const uint8_t command[] = {0x80, 0x12, 0, 0, (uint8_t)(t->size + change)};
    terminal_apdu(t, SLICE(command));
}

/* TERMINAL RESPONSE: result, and a form of it: right, without comprehension bits, another command's details, the result
 * alone, twice, empty; what follows goes behind it. */
static void respond(struct terminal *t, struct slice content)
{
    static const char *const forms[] = {"8103010104 82028281 8301",
                                        "0103010104 02028281 0301",
                                        "8103022502 82028281 8301",
                                        "8301",
                                        "830130 8301",
                                        "8300"};
    BUF_LOCAL data = {0};
    uint8_t result = content.n > 0 ? content.p[0] : 0;
    uint8_t form = content.n > 1 ? content.p[1] % 6 : 0;
    fuzz_put_hex(&data, forms[form]);
    if (form != 5) buf_byte(&data, result);
    buf_append(&data, slice_skip(content, content.n < 2 ? content.n : 2));
    send(t, 0x14, buf_slice(&data));
}

/* Operations that the eIM signs; consumer cards have none. */
static void run_package(struct terminal *t, struct slice content)
{
    const struct eim_op op = {.kind = EIM_OP_RAW, .bytes = content};
    const struct eim_order order = {.ops = &op, .n = 1};
    EIM_PACKAGE_LOCAL package = {0};
    if (t->card.kind != FUZZ_IOT && t->card.kind != FUZZ_BOTH) return;
    if (t->eim.counter >= EIM_COUNTER_MAX || !eim_sign(&t->eim, &order, &package)) return;
    terminal_request(t, buf_slice(&package.request));
}

static void run_record(struct terminal *t, const struct fuzz_record *r)
{
    static const uint8_t status[] = {0x80, 0xf2, 0, 0x0c};
    switch (r->kind % RECORD_KINDS) {
    case APDU:
        terminal_apdu(t, r->content);
        break;
    case REQUEST:
        terminal_request(t, r->content);
        break;
    case RESET:
    case POWER:
        terminal_power(t, r->kind % RECORD_KINDS == RESET);
        break;
    case FETCH:
        fetch(t, r->content.n ? r->content.p[0] : 0);
        break;
    case RESPONSE:
        respond(t, r->content);
        break;
    case ENVELOPE:
        send(t, 0xc2, r->content);
        break;
    case POLL:
        terminal_apdu(t, SLICE(status));
        break;
    case PROFILE:
        send(t, 0x10, r->content);
        break;
    case PACKAGE:
        run_package(t, r->content);
        break;
    case CLONE:
        fuzz_reclone(&t->card);
        break;
    default:
        fetch(t, 0);
        respond(t, r->content);
        break;
    }
}

static uint64_t run(const uint8_t *data, size_t n)
{
    static const char *const profiles[] = {"",
                                           "FFFFFF",
                                           "FFFF7F",
                                           "000080",
                                           "0000000000000000000000000000000000000000000000000000000000000000 0020",
                                           "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"};
    struct terminal t;
    struct fuzz_record r;
    BUF_LOCAL profile = {0};
    struct slice in = slice_of(data + HEADER, n - HEADER);
    terminal_begin(&t, (enum fuzz_kind)(data[0] % FUZZ_ALL_KINDS), (enum fuzz_state)(data[1] % FUZZ_STATES));
    fuzz_set_fault(&t.card, data + 4);
    fuzz_put_hex(&profile, profiles[data[2] % 6]);
    if (profile.n) send(&t, 0x10, buf_slice(&profile));
    for (unsigned i = 0; i < RECORDS_MAX && fuzz_next_record(&in, &r); i++)
        run_record(&t, &r);
    fuzz_invariants(&t.card);
    uint64_t answers = t.card.answers;
    fuzz_end(&t.card);
    return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEADER) return 0;
    uint64_t once = run(data, n);
    if (data[3] & FLAG_TWICE && fuzz_fault_repeats(data + 4))
        FUZZ_CHECK(run(data, n) == once, "the same input gives other answers");
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t cap, unsigned seed)
{
    uint64_t random = 0x9e3779b97f4a7c15u ^ ((uint64_t)seed + 1) << 17;
    struct fuzz_words words = fuzz_es10_words;
    words.command_kinds = 1u << APDU;
    words.commands = fuzz_uicc_commands;
    return fuzz_mutate_records(data, n, cap, &random, HEADER, RECORD_KINDS,
                               1u << REQUEST | 1u << ENVELOPE | 1u << PACKAGE, &words);
}

FUZZ_CROSS_OVER(HEADER)
