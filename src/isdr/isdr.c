/* The ISD-R's command: STORE DATA blocks to whole requests, then to a function or to the bound profile package that
 * streams in (SGP.22 5.7.2). */
#include "isdr/internal.h"

#include <stdio.h>

#define CHAIN_MAX 65536
#define P1_LAST_BLOCK 0x80
#define CLAUSE "SGP.22 5.7.2"

const uint8_t isdr_aid[AID_SIZE] = {0xa0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xff,
                                    0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00};

void isdr_chain_drop(struct isdr_chain *chain)
{
    buf_free(&chain->bytes);
    chain->next_block = 0;
}

/* E1 {80 ipaeSupported(0), enabledProfile(1)} (SGP.32 3.8.4). */
static void put_iot_template(const struct model *m, struct buf *out)
{
    struct profile p;
    bool found = false;
    bool enabled = profile_enabled(m, &p, &found) == OK && found;
    size_t template = tlv_open(out, 0xe1);
    tlv_put_bits(out, 0x80, (m->personality.ipae ? 1u : 0) | (enabled ? 2u : 0));
    tlv_close(out, template);
}

void isdr_fci(const struct model *m, struct buf *out)
{
    static const uint8_t command_length_max[] = {0xff};
    size_t fci = tlv_open(out, 0x6f);
    tlv_put(out, 0x84, SLICE(isdr_aid));
    size_t proprietary = tlv_open(out, 0xa5);
    tlv_put(out, 0x9f65, SLICE(command_length_max));
    tlv_close(out, proprietary);
    size_t template = tlv_open(out, 0xe0);
    tlv_put(out, 0x82, SLICE(m->personality.sgp22_version));
    tlv_close(out, template);
    if (m->personality.sgp32 >= SGP32_1_1) put_iot_template(m, out);
    tlv_close(out, fci);
}

enum err es_result(struct model *m, struct buf *response, uint32_t tag, uint32_t code, const char *name)
{
    size_t mark = tlv_open(response, tag);
    tlv_put_unsigned(response, 0x80, code);
    tlv_close(response, mark);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%u)", name, code);
    return buf_err(response);
}

unsigned es_spoken(const struct model *m)
{
    static const unsigned of_version[] = {
        [SGP32_NONE] = 0, [SGP32_1_0] = SPEAKS_IOT_1_0, [SGP32_1_1] = SPEAKS_IOT_1_1, [SGP32_1_2] = SPEAKS_IOT_1_2};
    const struct personality *p = &m->personality;
    unsigned spoken = of_version[p->sgp32] | (p->consumer || p->sgp32 == SGP32_NONE ? SPEAKS_CONSUMER : 0);
    if (p->sgp32 != SGP32_NONE && p->lenient_memory_reset) spoken |= SPEAKS_ANY_RESET;
    return spoken;
}

/* TERMINAL CAPABILITY bits that open the interfaces to a device (SGP.22 3.4.1). */
static enum err check_terminal(struct model *m, const struct es_function *f)
{
    static const uint8_t needed[] = {[ES10A] = 0x04, [ES10B] = 0x02, [ES10C] = 0x01, [ES8] = 0};
    if (!m->personality.require_terminal_capability || (m->terminal.euicc & needed[f->interface])) return OK;
    return reason_say(&m->reason, ERR_CONDITIONS, "SGP.22 3.4.1", REASON_NO_OFFSET,
                      "a TERMINAL CAPABILITY that announces this LPA function", "%s",
                      m->terminal.capability_received ? "one without it" : "none");
}

/* The row of a tag, if the card speaks that function or refuses it in its own response: real IoT cards know the
 * consumer's profile functions and answer undefinedError. Any other tag is unknown. */
static const struct es_function *find_function(const struct model *m, uint32_t tag)
{
    const struct es_function *f = es_function_find(tag);
    return f && ((f->spoken & es_spoken(m)) || f->refused_as_undefined) ? f : NULL;
}

static enum err run_function(struct model *m, const struct es_function *f, struct slice request, struct buf *response)
{
    TRY(check_terminal(m, f));
    if (!(f->spoken & es_spoken(m))) {
        (void)reason_say(&m->reason, OK, "SGP.32 5.9", REASON_NO_OFFSET, "a function of an IoT eUICC", "%s", f->name);
        return es_result(m, response, f->tag, 127, "undefinedError");
    }
    if (m->personality.refresh_pending == PENDING_REFUSES_ALL && switch_is_pending(m))
        return reason_say(&m->reason, ERR_CONDITIONS, "SGP.22 5.7.16", REASON_NO_OFFSET,
                          "the REFRESH of the last profile switch", "a command before it");
    if (m->session.state == SESSION_LOADING && !f->ends_loading &&
        !(f->read_only && m->personality.read_only_while_loading))
        return reason_say(&m->reason, ERR_CONDITIONS, "SGP.22 3.1.5", REASON_NO_OFFSET,
                          "the rest of the bound profile package", "%s", f->name);
    size_t mark = store_mark(m->store);
    enum err e = f->run(m, request, response);
    if (e != OK) {
        store_rollback_to(m->store, mark);
        buf_reset(response);
    }
    return e;
}

/* The whole content of a chain. */
static enum err dispatch(struct model *m, struct slice in, struct buf *response)
{
    struct tlv t = {0};
    uint32_t tag = 0;
    size_t length;
    size_t head;
    struct slice rest = in;
    bool in_tlv = m->session.download.pending.n > 0;
    enum tlv_status status = tlv_read(&rest, &t);
    const struct es_function *f = status == TLV_OK ? find_function(m, t.tag) : NULL;
    if (f && (rest.n == 0 || !in_tlv)) {
        reason_begin(&m->reason, f->name);
        model_trace(m, EUICC_EVENT_FUNCTION, "%s", f->name);
        if (rest.n)
            return reason_say(&m->reason, ERR_DATA, CLAUSE, t.whole.n, "one data object", "%zu bytes behind it",
                              rest.n);
        return run_function(m, f, t.whole, response);
    }
    if (bound_profile_package_takes(m, in)) {
        reason_begin(&m->reason, "ES10b.LoadBoundProfilePackage");
        model_trace(m, EUICC_EVENT_FUNCTION, "ES10b.LoadBoundProfilePackage");
        return bound_profile_package_segment(m, in, response);
    }
    reason_begin(&m->reason, "STORE DATA");
    model_trace(m, EUICC_EVENT_FUNCTION, "STORE DATA");
    if (tlv_head(in, &tag, &length, &head) != TLV_OK)
        return reason_say(&m->reason, ERR_DATA, CLAUSE, 0, "a data object in DER", "%zu other bytes", in.n);
    f = find_function(m, tag);
    if (f) {
        m->reason.function = f->name;
        return reason_say(&m->reason, ERR_DATA, CLAUSE, head, "a data object of the announced length",
                          "%zu of %zu bytes", in.n - head, length);
    }
    return reason_say(&m->reason, ERR_REFERENCE, CLAUSE, 0, "the tag of a function", "%X", tag);
}

static enum err take_block(struct model *m, struct isdr_chain *chain, uint8_t p2, struct slice data)
{
    reason_begin(&m->reason, "STORE DATA");
    if (p2 == 0) {
        buf_reset(&chain->bytes);
        chain->next_block = 0;
    }
    if (p2 != chain->next_block) {
        unsigned expected = chain->next_block;
        char text[40] = "block 0";
        if (expected) (void)snprintf(text, sizeof text, "block %u", expected);
        isdr_chain_drop(chain);
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, text, "block %u", p2);
    }
    if (chain->bytes.n + data.n > CHAIN_MAX) {
        isdr_chain_drop(chain);
        return reason_say(&m->reason, ERR_NO_SPACE, CLAUSE, CHAIN_MAX, "at most 65536 bytes", "more");
    }
    buf_append(&chain->bytes, data);
    chain->next_block = p2 + 1u;
    return buf_err(&chain->bytes);
}

enum err isdr_store_data(struct model *m, struct isdr_chain *chain, uint8_t p1, uint8_t p2, struct slice data,
                         struct buf *response)
{
    bool last = p1 & P1_LAST_BLOCK;
    if ((p1 & ~P1_LAST_BLOCK) != 0x11 && (p1 & ~P1_LAST_BLOCK) != 0x10) {
        reason_begin(&m->reason, "STORE DATA");
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P1 11 or 91", "%02X", p1);
    }
    TRY(take_block(m, chain, p2, data));
    if (!last) {
        model_trace(m, EUICC_EVENT_FUNCTION, "STORE DATA block %u", p2);
        return OK;
    }
    model_trace_bytes(m, EUICC_EVENT_REQUEST_DATA, buf_slice(&chain->bytes));
    enum err e = dispatch(m, buf_slice(&chain->bytes), response);
    if (e == OK && response->n) model_trace_bytes(m, EUICC_EVENT_RESPONSE_DATA, buf_slice(response));
    buf_reset(&chain->bytes);
    chain->next_block = 0;
    return e == OK ? installation_note(m) : e;
}
