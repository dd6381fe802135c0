/* softeuicc-eim explain: every member of an object of SGP.32, what is wrong with it, and what can be checked of it. */
#define _GNU_SOURCE
#include "builtin_ci.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- members ---- */

struct painter {
    struct report *report;
    enum sgp32_version version;
    size_t head; /* bytes before the content that is walked */
    bool json;
};

static void paint_text(struct painter *p, unsigned depth, const struct sgp32_field *f, const struct buf *value)
{
    char shown[600];
    int n = value->n < 500 ? (int)value->n : 500;
    snprintf(shown, sizeof shown, "%.*s%s", n, n ? (const char *)value->p : "", value->n > 500 ? "..." : "");
    report_line(p->report, "%*s%-*s %s", (int)(2 * depth) + 2, "", depth < 10 ? 28 - 2 * (int)depth : 8, f->name,
                shown);
}

static void paint_field(void *ctx, unsigned depth, const struct sgp32_field *f, const struct tlv *t)
{
    struct painter *p = ctx;
    BUF_LOCAL value = {0};
    char tag[12];
    sgp32_put_value(&value, f, t->value, p->version);
    if (!p->json) {
        paint_text(p, depth, f, &value);
        return;
    }
    struct json *j = &p->report->json;
    snprintf(tag, sizeof tag, "%X", (unsigned)t->tag);
    json_open(j, NULL, '{');
    json_number(j, "depth", depth);
    json_string(j, "name", f->name);
    json_string(j, "tag", tag);
    json_number(j, "length", t->value.n);
    if (value.n) json_text(j, "value", buf_slice(&value));
    json_close(j, '}');
}

static void paint_fault(void *ctx, enum sgp32_severity severity, size_t offset, const char *text)
{
    struct painter *p = ctx;
    bool tolerated = severity == SGP32_TOLERATED;
    report_check(p->report, "structure", tolerated, "%s%s (at byte %zu)",
                 tolerated ? "an extension that has to be tolerated: " : "", text, p->head + offset);
}

static size_t count_faults(const struct sgp32_type *type, struct slice content, enum sgp32_version version)
{
    const struct sgp32_visitor silent = {0};
    return sgp32_walk(type, content, version, &silent);
}

static void count_field(void *ctx, unsigned depth, const struct sgp32_field *f, const struct tlv *t)
{
    (void)depth;
    (void)f;
    (void)t;
    ++*(size_t *)ctx;
}

static size_t count_fields(const struct sgp32_type *type, struct slice content, enum sgp32_version version)
{
    size_t n = 0;
    const struct sgp32_visitor counter = {.ctx = &n, .field = count_field};
    sgp32_walk(type, content, version, &counter);
    return n;
}

/* What the object is: a request or an answer, whichever it reads as without faults, or else has more known members.
 * *sure is false if both fit, as for BF5A 80 01 00. */
static int guess(const struct sgp32_function *f, struct slice content, enum sgp32_version version, bool *sure)
{
    size_t request = count_faults(f->request, content, version);
    size_t response = count_faults(f->response, content, version);
    *sure = (request == 0) != (response == 0);
    if (request == 0 && response == 0) return DIRECTION_RESPONSE;
    if (*sure) return request == 0 ? DIRECTION_REQUEST : DIRECTION_RESPONSE;
    *sure = true;
    size_t known_request = count_fields(f->request, content, version);
    return known_request > count_fields(f->response, content, version) ? DIRECTION_REQUEST : DIRECTION_RESPONSE;
}

static void paint(struct report *report, const struct sgp32_type *type, const struct tlv *whole,
                  enum sgp32_version version)
{
    struct painter p = {report, version, whole->whole.n - whole->value.n, report->options->json};
    const struct sgp32_visitor visitor = {.ctx = &p, .field = paint_field};
    const struct sgp32_visitor faults = {.ctx = &p, .fault = paint_fault};
    json_open(&report->json, "members", '[');
    sgp32_walk(type, whole->value, version, &visitor);
    json_close(&report->json, ']');
    if (sgp32_walk(type, whole->value, version, &faults) == 0)
        report_check(report, "structure", true, "DER, members, order and values are those of v%s",
                     sgp32_version_text(version));
}

/* ---- checks ---- */

/* A signed package against the eIM: identity, counter, signature. */
static void check_request(struct report *report, struct slice object, const struct knowledge *k)
{
    EIM_PACKAGE_LOCAL package = {0};
    if (!k->state) return;
    struct eim *eim = &k->state->eim;
    int64_t token = eim->token;
    if (!eim_read_package(eim, object, &package)) {
        report_check(report, "package", false, "%s", eim->error);
        return;
    }
    bool own = slice_equal(buf_slice(&package.eim_id), slice_text(eim->id));
    report_check(report, "eimId", own, own ? "this eIM" : "another eIM than %s", eim->id);
    if (k->has_token) eim->token = k->token;
    bool fits = eim_package_is_signed(eim, object);
    report_check(report, "eimSignature", fits, "%s the key of %s with associationToken %lld%s",
                 fits ? "fits" : "does not fit", k->state->directory, (long long)(eim->token < 0 ? 0 : eim->token),
                 eim->token < 0 ? " (none)" : "");
    eim->token = token;
}

/* A result against the package that was kept, if it was. */
static void check_against_package(struct report *report, const struct eim_result *result, const struct knowledge *k,
                                  enum sgp32_version version)
{
    BUF_LOCAL request = {0};
    EIM_PACKAGE_LOCAL package = {0};
    if (!k->state || !result->has_transaction_id || !state_find_package(k->state, result->transaction_id, &request)) {
        report_line(report, "not checked: what was asked; no package with this eimTransactionId is in --dir");
        return;
    }
    struct eim *eim = &k->state->eim;
    struct eim copy = *eim;
    struct eim_result again;
    copy.version = version;
    copy.knows_key = false; /* the signature is a check of its own */
    copy.sequence_number = -1;
    if (k->has_token) copy.token = k->token;
    bool ok = eim_read_package(&copy, buf_slice(&request), &package);
    bool rollback = result->n && result->data[result->n - 1].tag == 0x8c;
    ok = ok && (rollback ? eim_check_rollback(&copy, &package, result->whole, &again)
                         : eim_check_result(&copy, &package, result->whole, &again));
    report_check(report, "answer", ok, "%s", ok ? "fits the package that was sent" : copy.error);
}

static void check_result(struct report *report, struct slice object, const struct knowledge *k,
                         enum sgp32_version version)
{
    struct eim_result result;
    char why[300];
    if (!eim_result_read(object, version, &result, why, sizeof why)) return;
    for (size_t i = 0; i < result.n; i++)
        if (result.data[i].stops)
            report_line(report, "note: %s %d %s ended the package", result.data[i].name, result.data[i].code,
                        result.data[i].code_name ? result.data[i].code_name : "");
    if (result.kind == EIM_RESULT_ERROR_UNSIGNED && result.token != EIM_NO_TOKEN)
        report_line(report,
                    "note: the card knows this eIM and has associationToken %lld for it, but the signature does "
                    "not fit its key and that token (SGP.32 5.9.1)",
                    (long long)result.token);
    if (result.kind == EIM_RESULT_ERROR_UNSIGNED && result.token == EIM_NO_TOKEN)
        report_line(report, "note: the package is malformed, or the eIM is not associated, or it has no token and the "
                            "signature does not fit its key and 84 01 00 (SGP.32 5.9.1)");
    if (result.kind != EIM_RESULT_ERROR_UNSIGNED) {
        int64_t token = k->has_token ? k->token : k->state ? k->state->eim.token : EIM_NO_TOKEN;
        const struct test_key *key = k->has_card_key                       ? &k->card_key
                                     : k->state && k->state->eim.knows_key ? &k->state->eim.card_key
                                                                           : NULL;
        if (key) {
            bool fits = eim_result_is_signed(&result, key, token);
            report_check(report, "euiccSign", fits, "%s the card's key with associationToken %lld%s",
                         fits ? "fits" : "does not fit", (long long)(token < 0 ? 0 : token),
                         token < 0 ? " (none)" : "");
        } else {
            report_line(report, "not checked: the card's signature; expected --certificates FILE, or --dir DIR of an "
                                "eIM that knows the card");
        }
    }
    check_against_package(report, &result, k, version);
}

/* Results inside BF58 and BF2B. */
static void check_inner(struct report *report, const struct tlv *whole, const struct knowledge *k,
                        enum sgp32_version version)
{
    struct tlv t;
    struct tlv inner;
    if (whole->tag == 0xbf58 && tlv_find(whole->value, 0xbf51, &t)) check_result(report, t.whole, k, version);
    if (whole->tag != 0xbf2b) return;
    if (!tlv_find(whole->value, 0xa2, &t)) return;
    for (struct slice in = t.value; tlv_next(&in, &inner);)
        check_result(report, inner.whole, k, version);
}

bool explain_object(struct report *report, struct slice object, enum sgp32_version version, int direction,
                    const struct knowledge *k)
{
    struct slice in = object;
    struct tlv whole;
    bool was_wrong = report->wrong;
    bool sure = true;
    report->wrong = false;
    report_open_object(report);
    if (!tlv_next(&in, &whole)) {
        report_check(report, "structure", false, "not a DER TLV, or cut off");
    } else {
        const struct sgp32_function *f = sgp32_function_of(whole.tag);
        if (f && direction == DIRECTION_UNKNOWN) direction = guess(f, whole.value, version, &sure);
        const char *way = direction == DIRECTION_REQUEST ? "request" : "response";
        if (!sure) report_line(report, "note: this reads as request and as response; --request or --response chooses");
        if (f) {
            report_line(report, "%s %s (%s), %zu bytes", f->name, way, f->clause, whole.whole.n);
            json_string(&report->json, "name", f->name);
            json_string(&report->json, "direction", way);
            if (!sgp32_exists(f->since, f->before, version))
                report_check(report, "function", false, "%s (%X) does not exist in v%s", f->name, (unsigned)whole.tag,
                             sgp32_version_text(version));
            paint(report, direction == DIRECTION_REQUEST ? f->request : f->response, &whole, version);
        } else if (whole.tag == 0x30) {
            report_line(report, "EimConfigurationData (SGP.32 2.11.1.1.1), %zu bytes", whole.whole.n);
            json_string(&report->json, "name", "EimConfigurationData");
            paint(report, &sgp32_eim_configuration, &whole, version);
        } else {
            report_check(report, "structure", false, "%X is no object of ES10b that this program knows",
                         (unsigned)whole.tag);
        }
        if (in.n) report_check(report, "structure", false, "%zu bytes come after the object", in.n);
        if (whole.tag == 0xbf51 && direction == DIRECTION_REQUEST) check_request(report, whole.whole, k);
        if (whole.tag == 0xbf51 && direction == DIRECTION_RESPONSE) check_result(report, whole.whole, k, version);
        if (direction == DIRECTION_RESPONSE) check_inner(report, &whole, k, version);
    }
    report_close_object(report);
    bool right = !report->wrong;
    report->wrong = report->wrong || was_wrong;
    return right;
}

/* ---- certificates ---- */

static bool add_anchor(struct slice der, struct pki_anchor *out, size_t *n, const char **why)
{
    struct pki_certificate ci;
    if (!pki_read(der, &ci, why)) return false;
    out[*n].key = ci.key;
    memcpy(out[(*n)++].id, ci.ski, 20);
    return true;
}

bool anchors_read(const struct options *o, struct pki_anchor *out, size_t *n)
{
    const char *why = "";
    BUF_LOCAL der = {0};
    *n = 0;
    if (o->ci)
        return file_read(o->ci, &der) && (add_anchor(buf_slice(&der), out, n, &why) || problem("%s: %s", o->ci, why));
    for (size_t i = 0; builtin_ci[i].name; i++)
        if (!add_anchor(slice_of(builtin_ci[i].bytes, builtin_ci[i].n), out, n, &why))
            return problem("%s: %s", builtin_ci[i].name, why);
    return true;
}

/* The card's key from an answer to GetCerts, checked up to a CI. */
static bool read_certificates(struct report *report, const struct options *o, struct knowledge *k)
{
    BUF_LOCAL answer = {0};
    BUF_LOCAL eum = {0};
    BUF_LOCAL leaf = {0};
    struct pki_anchor anchors[4];
    size_t n = 0;
    struct tlv whole;
    struct tlv certs;
    struct tlv t;
    struct pki_certificate card;
    const char *why = "no CI";
    if (!file_or_hex(o->certificates, &answer) || !anchors_read(o, anchors, &n)) return false;
    struct slice in = buf_slice(&answer);
    if (!tlv_next(&in, &whole) || whole.tag != 0xbf56 || !tlv_find(whole.value, 0xa0, &certs) ||
        !tlv_find(certs.value, 0xa5, &t))
        return problem("%s: expected an answer to GetCerts with certificates (BF56)", o->certificates);
    tlv_put(&eum, 0x30, t.value);
    if (!tlv_find(certs.value, 0xa6, &t)) return problem("%s: no eUICC certificate", o->certificates);
    tlv_put(&leaf, 0x30, t.value);
    bool ok = false;
    for (size_t i = 0; !ok && i < n; i++)
        ok = pki_check_euicc(buf_slice(&leaf), buf_slice(&eum), &anchors[i], &card, &why);
    report_check(report, "certificates", ok, "%s", ok ? card.eid : why);
    if (!ok) return true;
    k->has_card_key = true;
    k->card_key = card.key;
    return true;
}

/* The EID that an object is about: --eid, the request's, or the request's that a result answers. */
static bool find_eid(const struct options *o, struct state *state, struct slice object, char eid[33])
{
    BUF_LOCAL request = {0};
    struct tlv whole;
    struct tlv part;
    struct tlv t;
    if (o->eid) {
        snprintf(eid, 33, "%s", o->eid);
        return strlen(o->eid) == 32;
    }
    struct slice in = object;
    if (!tlv_next(&in, &whole) || !tlv_next(&whole.value, &part)) return false;
    if (whole.tag == 0xbf58 && tlv_find(object, 0xbf58, &t) && tlv_find(t.value, 0xbf51, &t))
        return find_eid(o, state, t.whole, eid);
    if (part.tag != 0x30) {
        /* A result: its data, or for the unsigned error the members themselves, hold the transaction. */
        struct slice members = part.value;
        if (part.tag != 0xa2 && tlv_find(part.value, 0x30, &t)) members = t.value;
        if (!tlv_find(members, 0x82, &t) || !state_find_package(state, t.value, &request)) return false;
        in = buf_slice(&request);
        if (!tlv_next(&in, &whole) || !tlv_next(&whole.value, &part)) return false;
    }
    if (part.tag != 0x30 || !tlv_find(part.value, 0x5a, &t) || t.value.n != 16) return false;
    for (size_t i = 0; i < 16; i++)
        snprintf(eid + 2 * i, 3, "%02x", t.value.p[i]);
    return true;
}

int command_explain(const struct options *o)
{
    REPORT_LOCAL report;
    BUF_LOCAL object = {0};
    struct state state = {0};
    struct knowledge knowledge = {0};
    enum sgp32_version version = SGP32_1_2;
    char eid[33] = "";
    int direction = o->request ? DIRECTION_REQUEST : o->response ? DIRECTION_RESPONSE : DIRECTION_UNKNOWN;
    report_start(&report, o);
    bool ok = file_or_hex(o->argument[0], &object);
    if (ok && o->directory) {
        ok = state_open(&state, o->directory);
        knowledge.state = &state;
        version = state.eim.version;
        if (ok && find_eid(o, &state, buf_slice(&object), eid)) ok = state_load_card(&state, eid);
    }
    if (ok && o->version && !sgp32_version_read(o->version, &version))
        ok = problem("--release %s: expected 1.0, 1.1, 1.2 or 1.3", o->version);
    if (ok && o->token) {
        knowledge.has_token = true;
        knowledge.token = EIM_NO_TOKEN;
        if (strcmp(o->token, "none") != 0) ok = options_number("token", o->token, 0, INT64_MAX, &knowledge.token);
    }
    ok = ok && (!o->certificates || read_certificates(&report, o, &knowledge));
    if (ok) explain_object(&report, buf_slice(&object), version, direction, &knowledge);
    int status = ok ? report_end(&report) : EXIT_REFUSED;
    state_close(&state);
    return status;
}
