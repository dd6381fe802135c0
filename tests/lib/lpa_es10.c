/* The functions of ES10a, ES10b and ES10c as the LPA double calls them (SGP.22 5.7.3 to 5.7.22); see lpa.h. */
#include "lpa_internal.h"

bool lpa_call(struct lpa *lpa, struct slice request)
{
    struct tlv asked;
    struct tlv came;
    struct slice in = request;
    buf_reset(&lpa->response);
    if (!lpa_store_data(lpa, request, &lpa->response, &lpa->sw)) return false;
    if (lpa->sw != 0x9000) return lpa_fail(lpa, "status word %04X", lpa->sw);
    struct slice out = buf_slice(&lpa->response);
    if (!tlv_next(&in, &asked)) return lpa_fail(lpa, "the request is not a TLV");
    if (!tlv_strict(out, TLV_DEPTH_MAX, NULL)) return lpa_fail(lpa, "the answer to %X is not DER", (unsigned)asked.tag);
    if (!tlv_next(&out, &came) || out.n || came.tag != asked.tag)
        return lpa_fail(lpa, "the answer to %X is not one TLV of this tag", (unsigned)asked.tag);
    return true;
}

/* The content of the answer's outer TLV. */
static struct slice answer(const struct lpa *lpa)
{
    struct slice in = buf_slice(&lpa->response);
    struct tlv whole;
    return tlv_next(&in, &whole) ? whole.value : slice_of(NULL, 0);
}

static bool call_empty(struct lpa *lpa, uint32_t tag)
{
    BUF_LOCAL request = {0};
    tlv_put(&request, tag, slice_of(NULL, 0));
    return lpa_call(lpa, buf_slice(&request));
}

/* A function with content in `body` whose answer is one result code with tag `result_tag`. */
static int call_result(struct lpa *lpa, uint32_t tag, struct slice body, uint32_t result_tag)
{
    BUF_LOCAL request = {0};
    struct tlv code;
    uint32_t number = 0;
    tlv_put(&request, tag, body);
    if (!lpa_call(lpa, buf_slice(&request))) return -1;
    struct slice in = answer(lpa);
    if (tlv_next(&in, &code) && code.tag == result_tag && tlv_unsigned(code.value, &number) && in.n == 0)
        return (int)number;
    lpa_fail(lpa, "the answer to %X is not one result", (unsigned)tag);
    return -1;
}

/* The only member of the answer must have this tag and n bytes (n 0: any). */
static bool only_member(struct lpa *lpa, uint32_t tag, size_t n, struct tlv *out)
{
    struct slice in = answer(lpa);
    if (!tlv_next(&in, out) || in.n || out->tag != tag || (n && out->value.n != n))
        return lpa_fail(lpa, "the answer is not one %X of %zu bytes", (unsigned)tag, n);
    return true;
}

/* ---- ES10a ---- */

bool lpa_get_euicc_configured_addresses(struct lpa *lpa, struct lpa_addresses *out)
{
    struct tlv t;
    *out = (struct lpa_addresses){0};
    if (!call_empty(lpa, 0xbf3c)) return false;
    if (tlv_find(answer(lpa), 0x80, &t)) out->default_dp = t.value;
    if (!tlv_find(answer(lpa), 0x81, &t)) return lpa_fail(lpa, "no rootDsAddress");
    out->root_ds = t.value;
    return true;
}

int lpa_set_default_dp_address(struct lpa *lpa, const char *address)
{
    BUF_LOCAL body = {0};
    tlv_put(&body, 0x80, slice_text(address));
    return call_result(lpa, 0xbf3f, buf_slice(&body), 0x80);
}

/* ---- ES10b ---- */

bool lpa_get_euicc_challenge(struct lpa *lpa, uint8_t challenge[16])
{
    struct tlv t;
    if (!call_empty(lpa, 0xbf2e) || !only_member(lpa, 0x80, 16, &t)) return false;
    memcpy(challenge, t.value.p, 16);
    return true;
}

bool lpa_get_euicc_info1(struct lpa *lpa)
{
    return call_empty(lpa, 0xbf20);
}

bool lpa_get_euicc_info2(struct lpa *lpa)
{
    return call_empty(lpa, 0xbf22);
}

static bool read_number(struct slice in, uint32_t tag, uint32_t *out)
{
    struct tlv t;
    if (!tlv_find(in, tag, &t) || t.value.n == 0 || t.value.n > 4) return false;
    *out = 0;
    for (size_t i = 0; i < t.value.n; i++)
        *out = *out << 8 | t.value.p[i];
    return true;
}

bool lpa_read_free_memory(const struct lpa *lpa, uint32_t *applications, uint32_t *free_memory)
{
    struct tlv resources;
    /* Content of 84: unsigned numbers of any length, TS 102 226 8.2.1.7.2. */
    return tlv_find(answer(lpa), 0x84, &resources) && read_number(resources.value, 0x81, applications) &&
           read_number(resources.value, 0x82, free_memory);
}

bool lpa_get_rat(struct lpa *lpa)
{
    struct tlv t;
    return call_empty(lpa, 0xbf43) && only_member(lpa, 0xa0, 0, &t);
}

int lpa_load_crl(struct lpa *lpa, struct slice content)
{
    BUF_LOCAL request = {0};
    struct tlv t;
    uint32_t number = 0;
    size_t mark = tlv_open(&request, 0xbf35);
    tlv_put(&request, 0xa0, content);
    tlv_close(&request, mark);
    if (!lpa_call(lpa, buf_slice(&request))) return -1;
    struct slice in = answer(lpa);
    if (tlv_next(&in, &t) && t.tag == 0xa0) return 0;
    if (t.tag == 0x81 && tlv_unsigned(t.value, &number)) return (int)number;
    lpa_fail(lpa, "LoadCRL: malformed answer");
    return -1;
}

bool lpa_authenticate_server(struct lpa *lpa, const struct smdpp_answer *from, struct slice ctx_params1)
{
    BUF_LOCAL request = {0};
    size_t mark = tlv_open(&request, 0xbf38);
    buf_append(&request, buf_slice(&from->data));
    buf_append(&request, buf_slice(&from->signature));
    buf_append(&request, buf_slice(&from->ci_pk_id));
    buf_append(&request, buf_slice(&from->certificate));
    buf_append(&request, ctx_params1);
    tlv_close(&request, mark);
    return lpa_call(lpa, buf_slice(&request));
}

bool lpa_prepare_download(struct lpa *lpa, const struct smdpp_answer *from, struct slice hash_cc)
{
    BUF_LOCAL request = {0};
    size_t mark = tlv_open(&request, 0xbf21);
    buf_append(&request, buf_slice(&from->data));
    buf_append(&request, buf_slice(&from->signature));
    if (hash_cc.n) tlv_put(&request, 0x04, hash_cc);
    buf_append(&request, buf_slice(&from->certificate));
    tlv_close(&request, mark);
    return lpa_call(lpa, buf_slice(&request));
}

int lpa_cancel_session(struct lpa *lpa, struct slice transaction_id, int reason)
{
    BUF_LOCAL request = {0};
    struct tlv t;
    uint32_t number = 0;
    size_t mark = tlv_open(&request, 0xbf41);
    tlv_put(&request, 0x80, transaction_id);
    tlv_put_unsigned(&request, 0x81, (uint32_t)reason);
    tlv_close(&request, mark);
    if (!lpa_call(lpa, buf_slice(&request))) return -1;
    struct slice in = answer(lpa);
    if (!tlv_next(&in, &t)) t.tag = 0;
    if (t.tag == 0xa0) return 0;
    if (t.tag == 0x81 && tlv_unsigned(t.value, &number)) return (int)number;
    lpa_fail(lpa, "CancelSession: malformed answer");
    return -1;
}

bool lpa_read_notification(struct slice content, struct lpa_notification *out)
{
    struct tlv t;
    uint32_t bits = 0;
    *out = (struct lpa_notification){.event = -1};
    if (!tlv_next(&content, &t) || t.tag != 0x80 || !tlv_unsigned(t.value, &out->sequence_number)) return false;
    if (!tlv_next(&content, &t) || t.tag != 0x81 || !tlv_bits(t.value, &bits)) return false;
    for (int i = 0; i < 4; i++)
        if (bits == 1u << i) out->event = i;
    if (!tlv_next(&content, &t) || t.tag != 0x0c) return false;
    out->address = t.value;
    if (tlv_next(&content, &t)) {
        if (t.tag != 0x5a) return false;
        out->iccid = t.value;
    }
    return out->event >= 0 && content.n == 0;
}

/* Members of the A0 list; metadata alone (BF2F), a result (BF37{BF27{.. BF2F ..}}) or a signed one (30{BF2F ..}). */
static bool read_notifications(struct lpa *lpa, bool retrieved, struct lpa_notifications *out)
{
    struct tlv list;
    struct tlv t;
    out->n = 0;
    if (!only_member(lpa, 0xa0, 0, &list)) return false;
    for (struct slice in = list.value; tlv_next(&in, &t);) {
        struct tlv metadata = t;
        struct tlv data = t;
        bool is_result = retrieved && t.tag == 0xbf37;
        if (out->n == LPA_LIST_MAX) return lpa_fail(lpa, "more than %d notifications", LPA_LIST_MAX);
        if (is_result && !tlv_find(t.value, 0xbf27, &data)) return lpa_fail(lpa, "a result without BF27");
        if (retrieved && !tlv_find(data.value, 0xbf2f, &metadata)) return lpa_fail(lpa, "notification without BF2F");
        struct lpa_notification *n = &out->list[out->n++];
        if (metadata.tag != 0xbf2f || !lpa_read_notification(metadata.value, n))
            return lpa_fail(lpa, "malformed NotificationMetadata");
        if (retrieved) n->whole = t.whole;
        n->is_result = is_result;
    }
    return true;
}

bool lpa_list_notification(struct lpa *lpa, int events, struct lpa_notifications *out)
{
    BUF_LOCAL request = {0};
    size_t mark = tlv_open(&request, 0xbf28);
    if (events >= 0) tlv_put_bits(&request, 0x81, (uint32_t)events);
    tlv_close(&request, mark);
    return lpa_call(lpa, buf_slice(&request)) && read_notifications(lpa, false, out);
}

bool lpa_retrieve_notifications(struct lpa *lpa, int64_t sequence_number, int events, struct lpa_notifications *out)
{
    BUF_LOCAL request = {0};
    size_t mark = tlv_open(&request, 0xbf2b);
    if (sequence_number >= 0 || events >= 0) {
        size_t criteria = tlv_open(&request, 0xa0);
        if (sequence_number >= 0)
            tlv_put_unsigned(&request, 0x80, (uint32_t)sequence_number);
        else
            tlv_put_bits(&request, 0x81, (uint32_t)events);
        tlv_close(&request, criteria);
    }
    tlv_close(&request, mark);
    return lpa_call(lpa, buf_slice(&request)) && read_notifications(lpa, true, out);
}

int lpa_remove_notification(struct lpa *lpa, uint32_t sequence_number)
{
    BUF_LOCAL body = {0};
    tlv_put_unsigned(&body, 0x80, sequence_number);
    return call_result(lpa, 0xbf30, buf_slice(&body), 0x80);
}

/* ---- ES10c ---- */

bool lpa_get_eid(struct lpa *lpa, char eid[33])
{
    static const uint8_t request[] = {0xbf, 0x3e, 0x03, 0x5c, 0x01, 0x5a};
    struct tlv t;
    if (!lpa_call(lpa, SLICE(request)) || !only_member(lpa, 0x5a, 16, &t)) return false;
    for (size_t i = 0; i < 32; i++) {
        uint8_t digit = i % 2 ? t.value.p[i / 2] & 15 : t.value.p[i / 2] >> 4;
        if (digit > 9) return lpa_fail(lpa, "the EID is not decimal");
        eid[i] = (char)('0' + digit);
    }
    eid[32] = 0;
    return true;
}

static bool read_profile(struct slice in, struct lpa_profile *out)
{
    struct tlv t;
    while (tlv_next(&in, &t)) {
        if (t.tag == 0x5a) out->iccid = t.value;
        if (t.tag == 0x4f) out->aid = t.value;
        if (t.tag == 0x90) out->nickname = t.value;
        if (t.tag == 0x91) out->service_provider = t.value;
        if (t.tag == 0x92) out->name = t.value;
        if (t.tag == 0x94) out->icon = t.value;
        if ((t.tag == 0x9f70 || t.tag == 0x95) && t.value.n != 1) return false;
        if (t.tag == 0x9f70) out->state = t.value.p[0];
        if (t.tag == 0x95) out->profile_class = t.value.p[0];
    }
    return in.n == 0;
}

bool lpa_get_profiles_info(struct lpa *lpa, struct slice search, struct slice tags, struct lpa_profiles *out)
{
    BUF_LOCAL request = {0};
    struct tlv list;
    struct tlv t;
    uint32_t code = 0;
    out->n = 0;
    out->error = -1;
    size_t mark = tlv_open(&request, 0xbf2d);
    if (search.n) tlv_put(&request, 0xa0, search);
    if (tags.n) tlv_put(&request, 0x5c, tags);
    tlv_close(&request, mark);
    if (!lpa_call(lpa, buf_slice(&request))) return false;
    struct slice in = answer(lpa);
    if (!tlv_next(&in, &list) || in.n) return lpa_fail(lpa, "GetProfilesInfo: malformed answer");
    if (list.tag == 0x81 && tlv_unsigned(list.value, &code)) {
        out->error = (int)code;
        return true;
    }
    if (list.tag != 0xa0) return lpa_fail(lpa, "GetProfilesInfo: neither list nor error");
    for (in = list.value; tlv_next(&in, &t);) {
        if (out->n == LPA_LIST_MAX) return lpa_fail(lpa, "more than %d profiles", LPA_LIST_MAX);
        struct lpa_profile *p = &out->list[out->n++];
        *p = (struct lpa_profile){.state = -1, .profile_class = -1, .whole = t.whole};
        if (t.tag != 0xe3 || !read_profile(t.value, p)) return lpa_fail(lpa, "malformed ProfileInfo");
    }
    return true;
}

static int switch_profile(struct lpa *lpa, uint32_t tag, struct slice id, bool refresh)
{
    BUF_LOCAL body = {0};
    tlv_put(&body, 0xa0, id);
    tlv_put_u8(&body, 0x81, refresh ? 0xff : 0x00);
    return call_result(lpa, tag, buf_slice(&body), 0x80);
}

int lpa_enable_profile(struct lpa *lpa, struct slice id, bool refresh)
{
    return switch_profile(lpa, 0xbf31, id, refresh);
}

int lpa_disable_profile(struct lpa *lpa, struct slice id, bool refresh)
{
    return switch_profile(lpa, 0xbf32, id, refresh);
}

int lpa_delete_profile(struct lpa *lpa, struct slice id)
{
    return call_result(lpa, 0xbf33, id, 0x80);
}

int lpa_memory_reset(struct lpa *lpa, uint32_t bits)
{
    BUF_LOCAL body = {0};
    tlv_put_bits(&body, 0x82, bits);
    return call_result(lpa, 0xbf34, buf_slice(&body), 0x80);
}

int lpa_set_nickname(struct lpa *lpa, struct slice iccid, struct slice name)
{
    BUF_LOCAL body = {0};
    tlv_put(&body, 0x5a, iccid);
    tlv_put(&body, 0x90, name);
    return call_result(lpa, 0xbf29, buf_slice(&body), 0x80);
}
