/* The functions of SGP.32 ES10b as the IPA double calls them (5.9); see ipa.h. */
#include "ipa.h"

#include "lpa_internal.h"

void ipa_init(struct ipa *ipa, const struct lpa_reader *reader, const struct lpa_options *options,
              enum sgp32_version version)
{
    *ipa = (struct ipa){.version = version};
    lpa_init(&ipa->lpa, reader, options);
}

void ipa_free(struct ipa *ipa)
{
    lpa_free(&ipa->lpa);
}

struct slice ipa_answer(const struct ipa *ipa)
{
    struct slice in = buf_slice(&ipa->lpa.response);
    struct tlv whole;
    return tlv_next(&in, &whole) ? whole.value : slice_of(NULL, 0);
}

bool ipa_call(struct ipa *ipa, struct slice request)
{
    struct tlv asked;
    char why[256];
    struct slice in = request;
    if (!lpa_call(&ipa->lpa, request)) return false;
    const struct sgp32_function *function = tlv_next(&in, &asked) ? sgp32_function_of(asked.tag) : NULL;
    if (!function || sgp32_strict(function->response, ipa_answer(ipa), ipa->version, why, sizeof why)) return true;
    return lpa_fail(&ipa->lpa, "%s: %s", function->name, why);
}

/* BFxx with `body` as content. */
static bool call(struct ipa *ipa, uint32_t tag, struct slice body)
{
    BUF_LOCAL request = {0};
    tlv_put(&request, tag, body);
    return ipa_call(ipa, buf_slice(&request));
}

static int number_of(struct slice value)
{
    int64_t number = -1;
    return sgp32_integer(value, &number) && number >= 0 && number <= 127 ? (int)number : -1;
}

/* The member `tag` of the answer as a code; -1: not there. */
static int member_code(const struct ipa *ipa, uint32_t tag)
{
    struct tlv t;
    return tlv_find(ipa_answer(ipa), tag, &t) ? number_of(t.value) : -1;
}

static int call_code(struct ipa *ipa, uint32_t tag, struct slice body)
{
    return call(ipa, tag, body) ? member_code(ipa, 0x80) : -1;
}

static int call_refresh(struct ipa *ipa, uint32_t tag, bool refresh)
{
    const uint8_t body[] = {0x80, 0x01, refresh ? 0xff : 0x00};
    return call_code(ipa, tag, SLICE(body));
}

/* ---- discovery ---- */

bool ipa_read_isdr(struct ipa *ipa, struct ipa_isdr *out)
{
    struct slice in = buf_slice(&ipa->lpa.fci);
    struct tlv t;
    uint32_t bits = 0;
    *out = (struct ipa_isdr){0};
    if (!tlv_next(&in, &t) || t.tag != 0x6f) return lpa_fail(&ipa->lpa, "SELECT ISD-R: no FCI template");
    /* The templates stand beside 6F or in it; both places are read, neither is required in v1.0. */
    struct tlv e0;
    struct tlv e1;
    bool has_e0 = tlv_find(in, 0xe0, &e0) || tlv_find(t.value, 0xe0, &e0);
    out->has_iot = tlv_find(in, 0xe1, &e1) || tlv_find(t.value, 0xe1, &e1);
    if (has_e0 && tlv_find(e0.value, 0x82, &t) && t.value.n == 3) {
        memcpy(out->svn, t.value.p, 3);
        out->has_version = true;
    }
    if (!out->has_iot) return true;
    if (!tlv_find(e1.value, 0x80, &t) || t.whole.n != e1.value.n || !tlv_bits(t.value, &bits))
        return lpa_fail(&ipa->lpa, "SELECT ISD-R: E1 is not one BIT STRING with tag 80 (3.8.4)");
    BUF_LOCAL again = {0};
    tlv_put_bits(&again, 0x80, bits);
    if (!slice_equal(buf_slice(&again), t.whole))
        return lpa_fail(&ipa->lpa, "SELECT ISD-R: E1 keeps trailing zero bits");
    out->ipae_supported = bits & 1;
    out->profile_enabled = bits & 2;
    return true;
}

static void read_iot(struct slice iot, struct ipa_info2 *out)
{
    struct tlv t;
    struct tlv list;
    out->ecall = tlv_find(iot, 0x81, &t);
    out->fallback = tlv_find(iot, 0x82, &t);
    if (!tlv_find(iot, 0xa0, &list)) return;
    while (tlv_next(&list.value, &t) && out->version_count < 8)
        memcpy(out->versions[out->version_count++], t.value.p, 3);
}

bool ipa_get_euicc_info2(struct ipa *ipa, struct ipa_info2 *out)
{
    struct tlv iot;
    uint32_t applications;
    *out = (struct ipa_info2){0};
    if (!call(ipa, 0xbf22, slice_of(NULL, 0))) return false;
    out->ipae = member_code(ipa, 0x90) == 1;
    if (tlv_find(ipa_answer(ipa), 0xb4, &iot)) read_iot(iot.value, out);
    return lpa_read_free_memory(&ipa->lpa, &applications, &out->free_memory) ||
           lpa_fail(&ipa->lpa, "EUICCInfo2: extCardResource does not read");
}

bool ipa_get_eid(struct ipa *ipa, char eid[33])
{
    return lpa_get_eid(&ipa->lpa, eid);
}

void ipa_certificates_free(struct ipa_certificates *certificates)
{
    buf_free(&certificates->eum);
    buf_free(&certificates->euicc);
}

int ipa_get_certs(struct ipa *ipa, struct slice ci_pk_id, struct ipa_certificates *out)
{
    BUF_LOCAL body = {0};
    struct tlv certs;
    struct tlv eum;
    struct tlv euicc;
    if (ci_pk_id.n) tlv_put(&body, 0x80, ci_pk_id);
    if (!call(ipa, 0xbf56, buf_slice(&body))) return -1;
    if (!tlv_find(ipa_answer(ipa), 0xa0, &certs)) return member_code(ipa, 0x81);
    if (!tlv_find(certs.value, 0xa5, &eum) || !tlv_find(certs.value, 0xa6, &euicc)) return -1;
    buf_reset(&out->eum);
    buf_reset(&out->euicc);
    /* A5 and A6 stand in place of the certificate's 30. */
    tlv_put(&out->eum, 0x30, eum.value);
    tlv_put(&out->euicc, 0x30, euicc.value);
    return buf_err(&out->eum) == OK && buf_err(&out->euicc) == OK ? 0 : -1;
}

/* ---- eIM configuration ---- */

bool ipa_get_eim_configuration_data(struct ipa *ipa, const char *eim_id, struct ipa_eims *out)
{
    BUF_LOCAL body = {0};
    struct tlv list;
    struct tlv t;
    struct tlv id;
    *out = (struct ipa_eims){0};
    if (eim_id) {
        size_t criteria = tlv_open(&body, 0xa0);
        tlv_put(&body, 0x80, slice_text(eim_id));
        tlv_close(&body, criteria);
    }
    if (!call(ipa, 0xbf55, buf_slice(&body)) || !tlv_find(ipa_answer(ipa), 0xa0, &list)) return false;
    while (tlv_next(&list.value, &t)) {
        if (out->n == IPA_LIST_MAX) return lpa_fail(&ipa->lpa, "more than %d eIMs", IPA_LIST_MAX);
        if (!tlv_find(t.value, 0x80, &id)) return lpa_fail(&ipa->lpa, "an eIM without eimId");
        out->list[out->n] = t.value;
        out->ids[out->n++] = id.value;
    }
    return true;
}

int ipa_add_initial_eim(struct ipa *ipa, struct slice request, struct ipa_added *out)
{
    struct tlv list;
    struct tlv t;
    out->n = 0;
    if (!ipa_call(ipa, request)) return -1;
    if (!tlv_find(ipa_answer(ipa), 0xa0, &list)) return member_code(ipa, 0x81);
    while (tlv_next(&list.value, &t)) {
        int64_t token = EIM_NO_TOKEN;
        if (out->n == IPA_LIST_MAX) return -1;
        if (t.tag == 0x84 && (!sgp32_integer(t.value, &token) || token < 1)) {
            lpa_fail(&ipa->lpa, "AddInitialEim: an associationToken below 1");
            return -1;
        }
        out->tokens[out->n++] = token;
    }
    return 0;
}

/* ---- packages, results, notifications ---- */

bool ipa_load_euicc_package(struct ipa *ipa, struct slice request)
{
    return ipa_call(ipa, request);
}

static bool read_pending(struct ipa *ipa, struct slice in, struct ipa_pending *out)
{
    struct tlv t;
    while (tlv_next(&in, &t)) {
        struct tlv data = t;
        struct tlv metadata;
        bool is_result = t.tag == 0xbf37;
        if (out->notification_count == IPA_LIST_MAX) return lpa_fail(&ipa->lpa, "too many notifications");
        if (is_result && !tlv_find(t.value, 0xbf27, &data)) return lpa_fail(&ipa->lpa, "a result without BF27");
        struct lpa_notification *n = &out->notifications[out->notification_count++];
        if (!tlv_find(data.value, 0xbf2f, &metadata) || !lpa_read_notification(metadata.value, n))
            return lpa_fail(&ipa->lpa, "malformed NotificationMetadata");
        n->whole = t.whole;
        n->is_result = is_result;
    }
    return true;
}

static bool read_results(struct ipa *ipa, struct slice in, struct ipa_pending *out)
{
    struct tlv t;
    while (tlv_next(&in, &t)) {
        if (out->result_count == IPA_LIST_MAX) return lpa_fail(&ipa->lpa, "too many results");
        out->results[out->result_count++] = t.whole;
    }
    return true;
}

static void put_search(struct buf *body, enum ipa_search search, uint32_t number)
{
    if (search == IPA_SEARCH_NONE) return;
    size_t criteria = tlv_open(body, 0xa0);
    if (search == IPA_SEARCH_NUMBER) tlv_put_unsigned(body, 0x80, number);
    if (search == IPA_SEARCH_EVENTS) tlv_put_bits(body, 0x81, number);
    if (search == IPA_SEARCH_RESULTS) tlv_put(body, 0x82, slice_of(NULL, 0));
    tlv_close(body, criteria);
}

bool ipa_retrieve(struct ipa *ipa, enum ipa_search search, uint32_t number, struct ipa_pending *out)
{
    BUF_LOCAL body = {0};
    struct tlv t;
    struct tlv part;
    out->notification_count = 0;
    out->result_count = 0;
    put_search(&body, search, number);
    if (!call(ipa, 0xbf2b, buf_slice(&body))) return false;
    struct slice in = ipa_answer(ipa);
    if (!tlv_next(&in, &t)) return false;
    if (t.tag == 0x81) return lpa_fail(&ipa->lpa, "RetrieveNotificationsList: error %d", number_of(t.value));
    /* By kind only a list of that kind may come; a number may name either. */
    if (search == IPA_SEARCH_RESULTS && t.tag != 0xa2)
        return lpa_fail(&ipa->lpa, "asked for results, got %X", (unsigned)t.tag);
    if (search == IPA_SEARCH_EVENTS && t.tag != 0xa0)
        return lpa_fail(&ipa->lpa, "asked for notifications, got %X", (unsigned)t.tag);
    if (t.tag == 0xa0) return read_pending(ipa, t.value, out);
    if (t.tag == 0xa2) return read_results(ipa, t.value, out);
    return (!tlv_find(t.value, 0xa0, &part) || read_pending(ipa, part.value, out)) &&
           (!tlv_find(t.value, 0xa1, &part) || read_results(ipa, part.value, out));
}

int ipa_remove(struct ipa *ipa, uint32_t sequence_number)
{
    BUF_LOCAL body = {0};
    tlv_put_unsigned(&body, 0x80, sequence_number);
    return call_code(ipa, 0xbf30, buf_slice(&body));
}

int ipa_profile_rollback(struct ipa *ipa, bool refresh, struct slice *result)
{
    const uint8_t body[] = {0x80, 0x01, refresh ? 0xff : 0x00};
    struct tlv t;
    *result = slice_of(NULL, 0);
    if (!call(ipa, 0xbf58, SLICE(body))) return -1;
    int code = member_code(ipa, 0x02);
    bool has_result = tlv_find(ipa_answer(ipa), 0xbf51, &t);
    if (has_result) *result = t.whole;
    if (has_result == (code == 0)) return code;
    lpa_fail(&ipa->lpa, "ProfileRollback: cmdResult %d %s a result (5.9.16)", code, has_result ? "with" : "without");
    return -1;
}

/* ---- profiles ---- */

static bool is_true(struct slice profile, uint32_t tag)
{
    struct tlv t;
    return tlv_find(profile, tag, &t) && t.value.n == 1 && t.value.p[0];
}

static void read_profile(const struct tlv *e3, struct ipa_profile *out)
{
    struct tlv t;
    *out = (struct ipa_profile){.base = {.state = -1, .profile_class = -1, .whole = e3->whole}};
    for (struct slice in = e3->value; tlv_next(&in, &t);) {
        if (t.tag == 0x5a) out->base.iccid = t.value;
        if (t.tag == 0x4f) out->base.aid = t.value;
        if (t.tag == 0x9f70) out->base.state = number_of(t.value);
        if (t.tag == 0x90) out->base.nickname = t.value;
        if (t.tag == 0x91) out->base.service_provider = t.value;
        if (t.tag == 0x92) out->base.name = t.value;
        if (t.tag == 0x94) out->base.icon = t.value;
        if (t.tag == 0x95) out->base.profile_class = number_of(t.value);
    }
    out->ecall = is_true(e3->value, 0x9f7b);
    out->fallback = is_true(e3->value, 0x9f26);
    out->fallback_allowed = is_true(e3->value, 0x9f67);
}

bool ipa_get_profiles_info(struct ipa *ipa, struct slice search, struct slice tags, struct ipa_profiles *out)
{
    BUF_LOCAL body = {0};
    struct tlv list;
    struct tlv t;
    *out = (struct ipa_profiles){.error = -1};
    if (search.n) tlv_put(&body, 0xa0, search);
    if (tags.n) tlv_put(&body, 0x5c, tags);
    if (!call(ipa, 0xbf2d, buf_slice(&body))) return false;
    if (!tlv_find(ipa_answer(ipa), 0xa0, &list)) {
        out->error = member_code(ipa, 0x81);
        return true;
    }
    while (tlv_next(&list.value, &t)) {
        if (out->n == IPA_LIST_MAX) return lpa_fail(&ipa->lpa, "more than %d profiles", IPA_LIST_MAX);
        read_profile(&t, &out->list[out->n++]);
    }
    return true;
}

int ipa_enabled(const struct ipa_profiles *profiles)
{
    for (size_t i = 0; i < profiles->n; i++)
        if (profiles->list[i].base.state == 1) return (int)i;
    return -1;
}

int ipa_configure_immediate_enable(struct ipa *ipa, bool flag, struct slice oid, const char *address)
{
    BUF_LOCAL body = {0};
    if (flag) tlv_put(&body, 0x80, slice_of(NULL, 0));
    if (oid.n) tlv_put(&body, 0x81, oid);
    if (address) tlv_put(&body, 0x82, slice_text(address));
    return call_code(ipa, 0xbf59, buf_slice(&body));
}

int ipa_immediate_enable(struct ipa *ipa, bool refresh)
{
    if (ipa->version == SGP32_1_0) return call_code(ipa, 0xbf5a, slice_of(NULL, 0));
    return call_refresh(ipa, 0xbf5a, refresh);
}

int ipa_enable_emergency_profile(struct ipa *ipa, bool refresh)
{
    return call_refresh(ipa, 0xbf5b, refresh);
}

int ipa_disable_emergency_profile(struct ipa *ipa, bool refresh)
{
    return call_refresh(ipa, 0xbf5c, refresh);
}

int ipa_execute_fallback(struct ipa *ipa, bool refresh)
{
    return call_refresh(ipa, 0xbf5d, refresh);
}

int ipa_return_from_fallback(struct ipa *ipa, bool refresh)
{
    return call_refresh(ipa, 0xbf5e, refresh);
}

/* ---- the rest ---- */

int ipa_get_connectivity_parameters(struct ipa *ipa, struct slice *http)
{
    struct tlv parameters;
    struct tlv t;
    *http = slice_of(NULL, 0);
    if (!call(ipa, 0xbf5f, slice_of(NULL, 0))) return -1;
    if (!tlv_find(ipa_answer(ipa), 0xa0, &parameters)) return member_code(ipa, 0x81);
    if (tlv_find(parameters.value, 0x81, &t)) *http = t.value;
    return 0;
}

int ipa_set_default_dp_address(struct ipa *ipa, const char *address)
{
    BUF_LOCAL body = {0};
    tlv_put(&body, 0x80, slice_text(address));
    return call_code(ipa, 0xbf65, buf_slice(&body));
}

int ipa_ipae_activation(struct ipa *ipa, bool activate)
{
    BUF_LOCAL body = {0};
    tlv_put_bits(&body, 0x80, activate ? 1 : 0);
    return call_code(ipa, 0xbf42, buf_slice(&body));
}

int ipa_memory_reset(struct ipa *ipa, unsigned options, struct ipa_reset_result *out)
{
    BUF_LOCAL body = {0};
    bool old = ipa->version == SGP32_1_0;
    uint32_t bits = options;
    /* v1.0: bits 3 and 4 are eimConfigData and autoEnableConfig. */
    if (old) bits = (options & 7) | (options & IPA_RESET_EIM ? 8 : 0) | (options & IPA_RESET_IMMEDIATE ? 16 : 0);
    *out = (struct ipa_reset_result){-1, -1};
    tlv_put_bits(&body, 0x82, bits);
    if (!call(ipa, old ? 0xbf34 : 0xbf64, buf_slice(&body))) return -1;
    int code = member_code(ipa, 0x80);
    if (old && code < 0) code = member_code(ipa, 0x02);
    out->eim = member_code(ipa, 0x81);
    out->immediate = member_code(ipa, 0x82);
    if ((out->eim >= 0) != ((options & IPA_RESET_EIM) != 0) && code != 104 && code != 5) {
        lpa_fail(&ipa->lpa, "eUICCMemoryReset: resetEimResult has to be there exactly if it was asked for (5.9.5)");
        return -1;
    }
    return code;
}
