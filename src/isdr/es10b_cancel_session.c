/* ES10b.CancelSession (SGP.22 5.7.14). */
#include "isdr/internal.h"

#define REASON_POSTPONED 1
#define REASON_TIMEOUT 2

static enum err refuse(struct model *m, struct buf *response)
{
    size_t outer = tlv_open(response, 0xbf41);
    tlv_put_unsigned(response, 0x81, 5);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "invalidTransactionId(5)");
    return buf_err(response);
}

static enum err answer(struct model *m, const struct cancel_session_request *r, struct buf *response)
{
    BUF_LOCAL signed_part = {0};
    uint8_t signature[ECDSA_RAW_SIZE];
    size_t mark = tlv_open(&signed_part, 0x30);
    tlv_put(&signed_part, 0x80, r->transaction_id);
    tlv_put(&signed_part, 0x81, buf_slice(&m->session.server_oid));
    tlv_put_unsigned(&signed_part, 0x82, r->reason);
    tlv_close(&signed_part, mark);
    TRY(buf_err(&signed_part));
    struct slice part = buf_slice(&signed_part);
    TRY(identity_sign(m, m->session.sign_root, &part, 1, signature));
    size_t outer = tlv_open(response, 0xbf41);
    size_t ok = tlv_open(response, 0xa0);
    buf_append(response, part);
    tlv_put(response, 0x5f37, SLICE(signature));
    tlv_close(response, ok);
    tlv_close(response, outer);
    model_trace(m, EUICC_EVENT_RESULT, "ok");
    return buf_err(response);
}

enum err es10b_cancel_session(struct model *m, struct slice request, struct buf *response)
{
    struct cancel_session_request r;
    struct session *s = &m->session;
    TRY(asn1_cancel_session_request(request, &r, &m->reason));
    if (s->state == SESSION_NONE || s->state == SESSION_CHALLENGE) {
        SAY_WHY(m, "5.7.14", "an authenticated session", "none");
        session_drop(s);
        return refuse(m, response);
    }
    if (!slice_equal(r.transaction_id, slice_of(s->transaction_id, s->transaction_id_size))) {
        SAY_WHY(m, "5.7.14", "the transactionId of this session", "another one");
        return refuse(m, response);
    }
    TRY(answer(m, &r, response));
    if (r.reason != REASON_POSTPONED && r.reason != REASON_TIMEOUT)
        TRY(one_time_key_delete(m, buf_slice(&s->server_oid)));
    session_drop(s);
    return OK;
}
