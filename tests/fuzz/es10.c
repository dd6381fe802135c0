/* Every ES10 function, one or two requests of mutated DER in a state of the card.
 * Input: personality, state, flags, what fails (3 bytes, bench.h), then the request (with flag 1: two records of
 * script.c). Oracles: those of card.c, a reason in the card if and only if the response refuses, GetEID works
 * afterwards, the same input gives the same answers. */
#include "bench.h"

#define HEADER (3 + FUZZ_FAULT_SIZE)

enum { FLAG_RECORDS = 1, FLAG_TWICE = 2 };

/* Does the response say no? False in *known for responses that have no such code here. */
static bool response_refuses(struct tlv response, bool *known)
{
    struct tlv t;
    struct tlv inner;
    *known = true;
    switch (response.tag) {
    case 0xbf20:
    case 0xbf22:
    case 0xbf2e:
    case 0xbf3c:
    case 0xbf3e:
    case 0xbf43:
        return false;
    case 0xbf29:
    case 0xbf30:
    case 0xbf31:
    case 0xbf32:
    case 0xbf33:
    case 0xbf34:
    case 0xbf3f:
    case 0xbf42:
    case 0xbf59:
    case 0xbf64:
    case 0xbf65:
        FUZZ_CHECK(tlv_find(response.value, 0x80, &t) && t.value.n == 1, "response %X without a code", response.tag);
        return t.value.p[0] != 0;
    case 0xbf28:
    case 0xbf2b:
    case 0xbf2d:
    case 0xbf35:
    case 0xbf41:
        return tlv_find(response.value, 0x81, &t);
    case 0xbf21:
    case 0xbf38:
        return tlv_find(response.value, 0xa1, &t);
    case 0xbf37:
        FUZZ_CHECK(tlv_find(response.value, 0xbf27, &t) && tlv_find(t.value, 0xa2, &inner), "no finalResult");
        return tlv_find(inner.value, 0xa1, &t);
    default:
        *known = false;
        return false;
    }
}

static void run_request(struct fuzz_card *c, struct slice request)
{
    FUZZ_ANSWER_LOCAL a = {0};
    struct tlv response;
    bool known;
    fuzz_request(c, request, &a);
    struct slice in = buf_slice(&a.data);
    if (!a.alive || !tlv_next(&in, &response)) return;
    bool refused = response_refuses(response, &known);
    FUZZ_CHECK(!known || refused == a.said, "response %X %s", response.tag,
               refused ? "refuses without a reason" : "is good and has a reason");
}

static uint64_t run(const uint8_t *data, size_t n)
{
    static const uint8_t get_eid[] = {0xbf, 0x3e, 0x03, 0x5c, 0x01, 0x5a};
    struct fuzz_card c;
    struct fuzz_record r;
    FUZZ_ANSWER_LOCAL eid = {0};
    struct slice in = slice_of(data + HEADER, n - HEADER);
    fuzz_begin(&c, (enum fuzz_kind)(data[0] % FUZZ_KINDS), (enum fuzz_state)(data[1] % FUZZ_STATES));
    fuzz_set_fault(&c, data + 3);
    if (data[2] & FLAG_RECORDS) {
        for (unsigned i = 0; i < 2 && fuzz_next_record(&in, &r); i++)
            run_request(&c, r.content);
    } else {
        run_request(&c, in);
    }
    fuzz_no_more_faults(&c);
    fuzz_power(&c, true);
    fuzz_request(&c, SLICE(get_eid), &eid);
    FUZZ_CHECK(eid.data.n == 21 && eid.sw == 0x9000, "GetEID gives %04X", eid.sw);
    fuzz_invariants(&c);
    uint64_t answers = c.answers;
    fuzz_end(&c);
    return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEADER) return 0;
    uint64_t once = run(data, n);
    if (data[2] & FLAG_TWICE && fuzz_fault_repeats(data + 3))
        FUZZ_CHECK(run(data, n) == once, "the same input gives other answers");
    return 0;
}

FUZZ_TLV_MUTATOR(HEADER, &fuzz_es10_words)
