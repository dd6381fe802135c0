/* ES10b.LoadEuiccPackage (SGP.32 5.9.1, 2.11, 3.3.1): a package that an associated eIM signed is checked in
 * a fixed order, carried out, and answered with a result that the card signs and keeps. Profile changes are
 * made after the result is signed, all in one commit. */
#include "isdr/iot.h"

#include "base/hex.h"

#define CLAUSE "SGP.32 5.9.1"

enum package_error {
    PACKAGE_OK = 0,
    PACKAGE_INVALID_EID = 3,
    PACKAGE_REPLAY = 4,
    PACKAGE_COUNTER_RANGE = 6,
    PACKAGE_SIZE_OVERFLOW = 15,
    PACKAGE_ECALL_ACTIVE = 104,
    PACKAGE_UNDEFINED = 127,
};

static const char *error_name(enum package_error error)
{
    switch (error) {
    case PACKAGE_OK:
        return "ok";
    case PACKAGE_INVALID_EID:
        return "invalidEid";
    case PACKAGE_REPLAY:
        return "replayError";
    case PACKAGE_COUNTER_RANGE:
        return "counterValueOutOfRange";
    case PACKAGE_SIZE_OVERFLOW:
        return "sizeOverflow";
    case PACKAGE_ECALL_ACTIVE:
        return "ecallActive";
    case PACKAGE_UNDEFINED:
        break;
    }
    return "undefinedError";
}

/* EuiccPackageRequest as received. Whole TLVs where the answer echoes them. */
struct request {
    struct slice signed_part; /* whole 30: what eimSignature covers */
    struct slice eim_id;
    struct slice eid;
    struct tlv counter;
    struct slice transaction_id;
    struct slice transaction; /* the same as a TLV for the answers; n 0: absent */
    uint8_t transaction_der[2 + 16];
    struct tlv list; /* A0 psmoList or A1 ecoList */
    struct slice signature;
};

/* The next data object. A lenient card takes longer length forms than DER's: the signature is over the bytes as they
 * came (SGP.32 2.11.1.1), so that nothing is lost by reading them. */
static bool package_next(const struct model *m, struct slice *in, struct tlv *t)
{
    return (m->personality.lenient_encodings ? tlv_read_lax(in, t) : tlv_read(in, t)) == TLV_OK;
}

static bool damaged(struct model *m, const uint8_t *start, const uint8_t *at, const char *expected)
{
    (void)reason_say(&m->reason, OK, CLAUSE, at ? (size_t)(at - start) : REASON_NO_OFFSET, expected, "other bytes");
    return false;
}

/* Takes the member `tag` off the front of *in; `size` 0: of any length. */
static bool take(struct model *m, struct slice *in, const uint8_t *start, uint32_t tag, size_t size,
                 const char *expected, struct tlv *t)
{
    const uint8_t *at = in->p;
    if (tlv_next(in, t) && t->tag == tag && (!size || t->value.n == size)) return true;
    return damaged(m, start, at, expected);
}

/* Answers are DER, however the package wrote the length. */
static void keep_transaction(struct request *r, struct slice id)
{
    r->transaction_der[0] = 0x82;
    r->transaction_der[1] = (uint8_t)id.n;
    memcpy(r->transaction_der + 2, id.p, id.n);
    r->transaction_id = id;
    r->transaction = slice_of(r->transaction_der, 2 + id.n);
}

/* euiccPackageSigned: 80, 5A, 81, [82], A0 or A1, in this order; extensions may follow. */
static bool parse_signed(struct model *m, struct slice in, const uint8_t *start, struct request *r)
{
    struct tlv t;
    const uint8_t *at;
    if (!take(m, &in, start, 0x80, 0, "eimId 80", &t)) return false;
    r->eim_id = t.value;
    if (!take(m, &in, start, 0x5a, 16, "eidValue 5A of 16 bytes", &t)) return false;
    r->eid = t.value;
    at = in.p;
    if (!take(m, &in, start, 0x81, 0, "counterValue 81", &r->counter)) return false;
    if (r->counter.value.n == 0) return damaged(m, start, at, "counterValue 81");
    at = in.p;
    if (!package_next(m, &in, &t)) return damaged(m, start, at, "psmoList A0 or ecoList A1");
    if (t.tag == 0x82) {
        if (t.value.n < 1 || t.value.n > 16) return damaged(m, start, at, "eimTransactionId of 1 to 16 bytes");
        keep_transaction(r, t.value);
        at = in.p;
        if (!package_next(m, &in, &t)) return damaged(m, start, at, "psmoList A0 or ecoList A1");
    }
    if (t.tag != 0xa0 && t.tag != 0xa1) return damaged(m, start, at, "psmoList A0 or ecoList A1");
    r->list = t;
    for (at = in.p; in.n; at = in.p)
        if (!package_next(m, &in, &t) || t.tag == 0xa0 || t.tag == 0xa1)
            return damaged(m, start, at, "one list and no rest");
    return true;
}

/* What a damaged package still tells, for the answer: eimId, and an eimTransactionId that can be echoed. */
static bool damaged_signed(struct request *r, struct slice members)
{
    struct tlv t;
    *r = (struct request){0};
    if (tlv_find(members, 0x80, &t)) r->eim_id = t.value;
    if (tlv_find(members, 0x82, &t) && t.value.n >= 1 && t.value.n <= 16) keep_transaction(r, t.value);
    return false;
}

/* eimSignature and perhaps extensions. */
static bool parse_signature(struct model *m, struct slice in, const uint8_t *start, struct request *r)
{
    struct tlv t;
    if (!take(m, &in, start, 0x5f37, 0, "eimSignature 5F37", &t)) return false;
    r->signature = t.value;
    for (const uint8_t *at = in.p; in.n; at = in.p)
        if (!package_next(m, &in, &t) || t.tag == 0x5f37) return damaged(m, start, at, "one eimSignature and no rest");
    return true;
}

/* False if the package is damaged; what could be read of eimId and eimTransactionId is in *r all the same. The length
 * of the signed part may have a longer form than DER: the signature is over the bytes as they came. */
static bool parse(struct model *m, struct slice request, struct request *r)
{
    struct tlv outer;
    struct tlv t;
    const uint8_t *start = request.p;
    *r = (struct request){0};
    if (!package_next(m, &request, &outer)) return damaged(m, start, start, "BF51");
    struct slice in = outer.value;
    if (tlv_read_lax(&in, &t) != TLV_OK || t.tag != 0x30)
        return damaged(m, start, outer.value.p, "euiccPackageSigned 30");
    r->signed_part = t.whole;
    if (parse_signed(m, t.value, start, r) && parse_signature(m, in, start, r)) return true;
    return damaged_signed(r, t.value);
}

/* BF51 {A2 {80 eimId, [82 eimTransactionId], [84 associationToken]}}: not signed, not stored, nothing changes. */
static enum err answer_unsigned(struct model *m, const struct request *r, const struct eim *eim, struct buf *response)
{
    size_t outer = tlv_open(response, 0xbf51);
    size_t inner = tlv_open(response, 0xa2);
    tlv_put(response, 0x80, r->eim_id);
    if (m->personality.sgp32 >= SGP32_1_1) buf_append(response, r->transaction);
    if (eim && eim->has_token) eim_append_token(eim, response);
    tlv_close(response, inner);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "euiccPackageErrorUnsigned");
    return buf_err(response);
}

/* BF51 {A1 {30 {80, 81, [82], 02 code}, 5F37}}: signed over data and token, not stored. */
static enum err answer_error(struct model *m, const struct request *r, const struct eim *eim, enum package_error error,
                             struct buf *response)
{
    uint8_t signature[ECDSA_RAW_SIZE];
    BUF_LOCAL data = {0};
    BUF_LOCAL token = {0};
    size_t mark = tlv_open(&data, 0x30);
    tlv_put(&data, 0x80, r->eim_id);
    buf_append(&data, r->counter.whole);
    buf_append(&data, r->transaction);
    tlv_put_unsigned(&data, 0x02, error);
    tlv_close(&data, mark);
    eim_append_token(eim, &token);
    TRY(buf_err(&data));
    TRY(buf_err(&token));
    const struct slice parts[] = {buf_slice(&data), buf_slice(&token)};
    TRY(identity_sign(m, eim->root, parts, 2, signature));
    size_t outer = tlv_open(response, 0xbf51);
    size_t inner = tlv_open(response, 0xa1);
    buf_append(response, parts[0]);
    tlv_put(response, 0x5f37, SLICE(signature));
    tlv_close(response, inner);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "%s(%d)", error_name(error), (int)error);
    return buf_err(response);
}

/* Steps 2 and 3: a known eIM with a key, and its signature over the bytes as received and its token. */
static enum err verify_sender(struct model *m, const struct request *r, struct eim *eim, bool *known, bool *valid)
{
    BUF_LOCAL token = {0};
    *valid = false;
    *known = eim_find(m, r->eim_id, eim);
    if (!*known || eim->curve == CURVE_UNKNOWN) {
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.1.1", REASON_NO_OFFSET,
                         "the eimId of an associated eIM with a key", "\"%.*s\"",
                         r->eim_id.n > 100 ? 100 : (int)r->eim_id.n, (const char *)r->eim_id.p);
        *known = false;
        return OK;
    }
    eim_append_token(eim, &token);
    TRY(buf_err(&token));
    const struct slice parts[] = {r->signed_part, buf_slice(&token)};
    TRY(ecdsa_verify(eim->curve, eim->point, parts, 2, r->signature, valid));
    if (!*valid)
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.1.1", REASON_NO_OFFSET,
                         "eimSignature over euiccPackageSigned and the associationToken",
                         "one that does not verify for token %u", eim->has_token ? eim->token : 0);
    return OK;
}

/* Steps 4 to 7. */
static enum err check_content(struct model *m, const struct request *r, const struct eim *eim, uint32_t *counter,
                              enum package_error *error)
{
    bool in_range;
    bool emergency;
    *error = PACKAGE_INVALID_EID;
    char came[33];
    if (!slice_equal(r->eid, SLICE(m->identity.eid))) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "the EID of this card", "another one, %s",
                         hex_short(r->eid, came, sizeof came));
        return OK;
    }
    *error = PACKAGE_COUNTER_RANGE;
    if (!iot_integer(r->counter.value, EIM_COUNTER_MAX, counter, &in_range) || !in_range) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "counterValue 0 to 8388607", "another one, %s",
                         hex_short(r->counter.value, came, sizeof came));
        return OK;
    }
    *error = PACKAGE_REPLAY;
    if (*counter <= eim->counter) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "a counterValue above the last one of this eIM",
                         "%u after %u", *counter, eim->counter);
        return OK;
    }
    TRY(iot_emergency_enabled(m, &emergency));
    *error = PACKAGE_ECALL_ACTIVE;
    if (emergency) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "no enabled Emergency Profile", "one");
        return OK;
    }
    *error = PACKAGE_OK;
    return OK;
}

static const struct package_operation *find_operation(const struct model *m, bool psmo, uint32_t tag)
{
    const struct package_operation *row;
    for (size_t i = 0; (row = psmo ? psmo_at(i) : eco_at(i)) != NULL; i++)
        if (row->tag == tag) return m->personality.sgp32 >= row->since ? row : NULL;
    return NULL;
}

static enum err terminate(struct package *p, uint8_t code, const char *name)
{
    tlv_put_u8(&p->results, 0x02, code);
    model_trace(p->model, EUICC_EVENT_RESULT, "processingTerminated %s(%u)", name, code);
    return buf_err(&p->results);
}

#define RESULT_RESERVE 16 /* the longest result of an operation that changes something */

/* One operation; *go_on false: the list stops here (3.3.1 step 5). */
static enum err run_operation(struct package *p, bool psmo, const struct tlv *t, bool *go_on)
{
    struct model *m = p->model;
    size_t max = m->personality.result_size_max;
    bool failed = false;
    BUF_LOCAL result = {0};
    *go_on = false;
    if (p->results.n + RESULT_RESERVE > max) {
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.2", REASON_NO_OFFSET, "results within result_size_max", "more");
        return terminate(p, 1, "resultSizeOverflow");
    }
    const struct package_operation *row = find_operation(m, psmo, t->tag);
    size_t mark = store_mark(m->store);
    enum err e = ERR_DATA;
    if (row) {
        model_trace(m, EUICC_EVENT_DETAIL, "%s", row->name);
        e = row->run(p, t, &result, &failed);
    } else {
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.1.1", REASON_NO_OFFSET, "an operation of this version", "%X",
                         t->tag);
    }
    if (e == ERR_DATA) {
        store_rollback_to(m->store, mark);
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.1.1", REASON_NO_OFFSET, "an undamaged operation", "%X", t->tag);
        return terminate(p, 2, "unknownOrDamagedCommand");
    }
    TRY(e);
    TRY(buf_err(&result));
    if (p->results.n + result.n > max) {
        (void)reason_say(&m->reason, OK, "SGP.32 2.11.2", REASON_NO_OFFSET, "results within result_size_max", "more");
        return terminate(p, 1, "resultSizeOverflow");
    }
    buf_append(&p->results, buf_slice(&result));
    *go_on = !failed;
    return buf_err(&p->results);
}

static enum err run_list(struct package *p, const struct tlv *list)
{
    struct slice in = list->value;
    struct tlv t;
    bool go_on = true;
    while (in.n && go_on) {
        if (!tlv_next(&in, &t)) {
            (void)reason_say(&p->model->reason, OK, "SGP.32 2.11.1.1", REASON_NO_OFFSET, "an operation in DER",
                             "other bytes");
            return terminate(p, 2, "unknownOrDamagedCommand");
        }
        TRY(run_operation(p, list->tag == 0xa0, &t, &go_on));
    }
    return OK;
}

/* The counter of the eIM, unless it is gone; it never goes back for one that updated itself. */
static enum err store_counter(struct package *p)
{
    struct eim e;
    if (!eim_find(p->model, p->eim_id, &e)) return OK;
    /* with a new key the counter that was given stays: this package cannot come again */
    if (p->own_key_and_counter_replaced || e.counter >= p->counter) return OK;
    e.counter = p->counter;
    return eim_put(p->model, &e);
}

static enum err finish(struct package *p, const struct request *r, struct buf *response)
{
    struct model *m = p->model;
    uint32_t sequence;
    struct profile target;
    bool found = false;
    TRY(store_counter(p));
    TRY(package_result_sign(m, p->eim_id, r->counter.whole, r->transaction, buf_slice(&p->results),
                            buf_slice(&p->token), p->root, &sequence, response));
    TRY(package_result_store(m, sequence, buf_slice(response)));
    if (p->rollback) TRY(rollback_authorise(p, sequence));
    if (!p->marked) return OK;
    if (p->has_target) {
        TRY(profile_get(m, p->target, &target, &found));
        if (!found) return ERR_CORRUPT;
    }
    return switch_request(m, found ? &target : NULL, true);
}

static void package_free(struct package *p)
{
    buf_free(&p->token);
    buf_free(&p->results);
}

static enum err carry_out(struct model *m, const struct request *r, const struct eim *eim, uint32_t counter,
                          struct buf *response)
{
    __attribute__((cleanup(package_free))) struct package p = {.model = m,
                                                               .eim_id = r->eim_id,
                                                               .transaction_id = r->transaction_id,
                                                               .has_transaction_id = r->transaction.n > 0,
                                                               .counter = counter,
                                                               .root = eim->root};
    eim_append_token(eim, &p.token);
    TRY(buf_err(&p.token));
    TRY(iot_drop_rollback(m));
    TRY(run_list(&p, &r->list));
    TRY(finish(&p, r, response));
    model_trace(m, EUICC_EVENT_RESULT, "euiccPackageResult");
    return OK;
}

enum err es10b_load_euicc_package(struct model *m, struct slice request, struct buf *response)
{
    struct request r;
    struct eim eim = {0};
    enum package_error error = PACKAGE_OK;
    uint32_t counter = 0;
    bool known = false;
    bool valid = false;
    bool good = parse(m, request, &r);
    if (!good && (r.eim_id.n < 1 || r.eim_id.n > 128)) return ERR_DATA;
    if (r.eim_id.n < 1 || r.eim_id.n > 128)
        return reason_say(&m->reason, ERR_DATA, CLAUSE, REASON_NO_OFFSET, "eimId of 1 to 128 bytes", "%zu", r.eim_id.n);
    if (good) TRY(verify_sender(m, &r, &eim, &known, &valid));
    if (!valid) return answer_unsigned(m, &r, known ? &eim : NULL, response);
    if (request.n > m->personality.package_size_max) {
        (void)reason_say(&m->reason, OK, CLAUSE, REASON_NO_OFFSET, "at most package_size_max bytes", "%zu", request.n);
        return answer_error(m, &r, &eim, PACKAGE_SIZE_OVERFLOW, response);
    }
    TRY(check_content(m, &r, &eim, &counter, &error));
    if (error != PACKAGE_OK) return answer_error(m, &r, &eim, error, response);
    return carry_out(m, &r, &eim, counter, response);
}
