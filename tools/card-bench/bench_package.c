/* An eUICC package and all that has to come back (SGP.32 2.11, 3.3.1, 5.9.1) in one call; see bench_iot.h. */
#define _GNU_SOURCE
#include "bench_iot.h"

#include "bench_profile.h"

#include "base/hex.h"
#include "cli/text.h"

#include <stdio.h>

bool bench_ask(struct bench *b, const char *clause, const char *request, const char *answer)
{
    BUF_LOCAL bytes = {0};
    struct ipa *ipa = bench_ipa(b);
    uint16_t sw = 0;
    if (!ipa || !bench_bytes(b, request, &bytes)) return false;
    if (!lpa_store_data(&ipa->lpa, buf_slice(&bytes), &ipa->lpa.response, &sw))
        return bench_verdict(b, VERDICT_ERROR, "%s: %s", request, ipa->lpa.error);
    ipa->lpa.sw = sw;
    if (!answer) return true;
    if (sw != 0x9000 && sw >> 8 != 0x91)
        return bench_expect(b, false, bench_clause(b, clause), answer, "status word %04X", sw);
    return bench_expect_bytes(b, clause, answer, buf_slice(&ipa->lpa.response));
}

/* ---- the state of the card, for what must change nothing ---- */

/* Profiles, eIMs and stored results. */
static bool ask_all(struct bench *b, struct buf *out)
{
    static const char *const requests[] = {"BF2D(5C(5A4F9F70959F26))", "BF5500", "BF2B(A0(8200))"};
    enum sgp32_version version = bench_iot_version(b);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        const char *request = i == 0 && version == SGP32_1_0 ? "BF2D(5C(5A4F9F7095))" : requests[i];
        if (!bench_ask(b, NULL, request, NULL)) return false;
        /* each retrieval may sign anew (2.11.2) */
        size_t n = b->ipa.lpa.response.n;
        buf_append(out, i == 2 ? slice_of(&n, sizeof n) : buf_slice(&b->ipa.lpa.response));
    }
    return buf_err(out) == OK || bench_verdict(b, VERDICT_ERROR, "no memory");
}

static bool look(struct bench *b, const char *why, struct buf *out)
{
    const char *comment = b->why;
    b->why = why;
    bool good = ask_all(b, out);
    b->why = comment;
    return good;
}

/* ---- sending ---- */

static bool sign(struct bench *b, struct eim *eim, const struct bench_package *p)
{
    BUF_LOCAL list = {0};
    struct eim_op op = {.kind = p->eco ? EIM_OP_RAW_ECO : EIM_OP_RAW};
    struct eim_order order = p->order;
    const struct buf *kept = p->again ? variables_get(&b->variables, p->again) : NULL;
    if (p->again && !kept) return bench_verdict(b, VERDICT_ERROR, "there is no {%s}", p->again);
    if (kept || p->replay.n) /* what has no form cannot be read; it is sent all the same */
        return eim_read_package(eim, kept ? buf_slice(kept) : p->replay, &b->package) || p->answer ||
               bench_verdict(b, VERDICT_ERROR, "%s", eim->error);
    if (!bench_bytes(b, p->eco ? p->eco : p->psmo, &list)) return false;
    op.bytes = buf_slice(&list);
    order.ops = &op;
    order.n = list.n ? 1 : 0;
    if (p->eco && !list.n) order.spoil.list_tag = 0xa1;
    return eim_sign(eim, &order, &b->package) || bench_verdict(b, VERDICT_ERROR, "the package: %s", eim->error);
}

static bool keep_package(struct bench *b, const struct bench_package *p)
{
    return !p->keep || variables_set(&b->variables, p->keep, buf_slice(&b->package.request)) ||
           bench_verdict(b, VERDICT_ERROR, "no memory");
}

static bool load(struct bench *b, struct ipa *ipa)
{
    uint16_t sw = 0;
    if (!lpa_store_data(&ipa->lpa, buf_slice(&b->package.request), &b->package_answer, &sw))
        return bench_verdict(b, VERDICT_ERROR, "LoadEuiccPackage: %s", ipa->lpa.error);
    ipa->lpa.sw = sw;
    return true;
}

enum { REPLAY_ERROR = 4 }; /* euiccPackageErrorCode */

/* ---- what came ---- */

static const char *wish(const struct bench_package *p)
{
    if (p->result && p->is_unsigned) return "euiccPackageResultSigned or euiccPackageErrorUnsigned";
    if (p->result && p->error) return "euiccPackageResultSigned or euiccPackageErrorSigned";
    if (p->error && p->is_unsigned) return "euiccPackageErrorSigned or euiccPackageErrorUnsigned";
    if (p->answer) return "an unsigned error or an error";
    if (p->status) return p->status;
    if (p->is_unsigned) return p->is_6a80 ? "euiccPackageErrorUnsigned or an error" : "euiccPackageErrorUnsigned";
    if (p->error) return "euiccPackageErrorSigned";
    return p->result ? "euiccPackageResultSigned" : "an error";
}

static bool expect_kind(struct bench *b, const struct bench_package *p)
{
    static const char *const kinds[] = {"euiccPackageResultSigned", "euiccPackageErrorSigned",
                                        "euiccPackageErrorUnsigned"};
    const bool may[] = {p->result != NULL, p->error != NULL, p->is_unsigned};
    char digits[100];
    return bench_expect(b, may[b->result.kind], bench_clause(b, p->clause), wish(p), "%s %s", kinds[b->result.kind],
                        hex_short(buf_slice(&b->package_answer), digits, sizeof digits));
}

/* The code in the signed error; 8F of v1.3 is read by the double. */
static bool expect_code(struct bench *b, const struct bench_package *p)
{
    const uint8_t code[] = {(uint8_t)b->result.error};
    return bench_expect_bytes(b, p->clause, p->error, SLICE(code));
}

static bool expect_token(struct bench *b, const struct bench_package *p)
{
    bool came = b->result.token != EIM_NO_TOKEN;
    if (p->token == BENCH_TOKEN_MAY) return true;
    bool must = p->token == BENCH_TOKEN_MUST;
    return bench_expect(b, came == must, bench_clause(b, p->clause),
                        must ? "the associationToken of the eIM in the unsigned error"
                             : "no associationToken in the unsigned error",
                        "%s", came ? "one" : "none");
}

/* The content of the list in the signed data. */
static struct slice result_list(const struct eim_result *r)
{
    struct slice in = r->signed_data;
    struct tlv data;
    struct tlv list;
    return tlv_next(&in, &data) && tlv_find(data.value, 0x30, &list) ? list.value : (struct slice){0};
}

/* Nothing but a status word, which has to be one of `status`. */
static bool expect_refused(struct bench *b, const struct bench_package *p, uint16_t sw)
{
    char digits[5];
    (void)snprintf(digits, sizeof digits, "%04X", sw);
    return bench_expect(b, strstr(p->status, digits) != NULL, bench_clause(b, p->clause), wish(p), "status word %s",
                        digits);
}

static bool judge(struct bench *b, struct eim *eim, const struct bench_package *p)
{
    struct eim_result *r = &b->result;
    uint16_t sw = b->ipa.lpa.sw;
    bool answered = sw == 0x9000 || sw >> 8 == 0x91;
    *r = (struct eim_result){.kind = EIM_RESULT_ERROR_UNSIGNED, .sequence_number = -1};
    if (!answered && !p->is_6a80 && p->status) return expect_refused(b, p, sw);
    if (!answered) return bench_expect(b, p->is_6a80, bench_clause(b, p->clause), wish(p), "status word %04X", sw);
    if (p->answer) return bench_expect_bytes(b, p->clause, p->answer, buf_slice(&b->package_answer));
    /* the double would drop a result whose number does not rise (5.14.6), and the case would say nothing */
    if (!p->rises) eim->sequence_number = -1;
    bool right = eim_check_result(eim, &b->package, buf_slice(&b->package_answer), r);
    if (!bench_expect(b, right, bench_clause(b, p->clause),
                      "an EuiccPackageResult that fits the package, signed by the eUICC (2.11.2)", "%s",
                      right ? "it does" : eim->error))
        return false;
    if (!expect_kind(b, p)) return false;
    if (r->kind == EIM_RESULT_SIGNED) return bench_expect_bytes(b, p->clause, p->result, result_list(r));
    return r->kind == EIM_RESULT_ERROR_SIGNED ? expect_code(b, p) : expect_token(b, p);
}

/* The counter of a package that was refused is not used: the next one has it, and whatever becomes of it, it is not a
 * replay. */
static bool expect_counter(struct bench *b, struct eim *eim)
{
    static const struct bench_package next = {.eco = "AB00"};
    struct ipa *ipa = bench_ipa(b);
    char why[200];
    if (!ipa || !sign(b, eim, &next) || !load(b, ipa)) return false;
    bool read = eim_result_read(buf_slice(&b->package_answer), ipa->version, &b->result, why, sizeof why);
    bool replay = read && b->result.kind == EIM_RESULT_ERROR_SIGNED && b->result.error == REPLAY_ERROR;
    return bench_expect(b, !replay, "SGP.32 5.9.1", "the counter of the package that was refused not used", "%s",
                        replay ? "replayError for the next package" : "it was not");
}

/* After a refusal: everything as before. */
static bool expect_unchanged(struct bench *b, struct eim *eim, const struct bench_package *p, const struct buf *before)
{
    BUF_LOCAL after = {0};
    if (!look(b, "which must be as before", &after)) return false;
    bool same = slice_equal(buf_slice(before), buf_slice(&after));
    if (!bench_expect(b, same, bench_clause(b, p->clause), "profiles, eIMs and results as before the package", "%s",
                      same ? "they are" : "they changed"))
        return false;
    return p->is_last || expect_counter(b, eim);
}

static bool switches(const struct eim_result *r)
{
    for (size_t i = 0; r->kind == EIM_RESULT_SIGNED && i < r->n; i++)
        if ((r->data[i].tag == 0x83 || r->data[i].tag == 0x84) && r->data[i].code == 0) return true;
    return false;
}

/* {result-number}: the seqNumber, {result-data}: what is signed, {before-number} and {before-data}: of the result
 * before this one. */
static bool keep_result(struct bench *b)
{
    struct slice in = b->result.signed_data;
    struct tlv data;
    struct tlv number;
    const struct buf *last = variables_get(&b->variables, "result-number");
    bool good = tlv_next(&in, &data) && tlv_find(data.value, 0x83, &number) &&
                (!last || variables_set(&b->variables, "before-number", buf_slice(last)));
    last = variables_get(&b->variables, "result-data");
    good = good && (!last || variables_set(&b->variables, "before-data", buf_slice(last)));
    return (good && variables_set(&b->variables, "result-number", number.value) &&
            variables_set(&b->variables, "result-data", b->result.signed_data)) ||
           bench_verdict(b, VERDICT_ERROR, "no memory");
}

static bool send_package(struct bench *b, struct eim *eim, const struct bench_package *p)
{
    struct ipa *ipa = bench_ipa(b);
    BUF_LOCAL before = {0};
    uint32_t counter = eim->counter;
    bool refusal = p->error || p->is_unsigned || p->is_6a80 || p->status || p->answer;
    if (!ipa || (refusal && !look(b, "what the package must not change", &before)) || !sign(b, eim, p) ||
        !keep_package(b, p) || !load(b, ipa) || !judge(b, eim, p))
        return false;
    bool answered = ipa->lpa.sw == 0x9000 || ipa->lpa.sw >> 8 == 0x91;
    if (answered && b->result.kind == EIM_RESULT_SIGNED)
        return keep_result(b) && (p->stay || !switches(&b->result) || ipa_settle(ipa) ||
                                  bench_verdict(b, VERDICT_ERROR, "the switch: %s", ipa->lpa.error));
    eim->counter = counter;
    return expect_unchanged(b, eim, p, &before);
}

static bool expect_profile(struct bench *b, const struct bench_package *p)
{
    if (p->tags) return bench_profile_shows(b, p->clause, p->profile, p->tags, p->members);
    int state = bench_profile_state(b, p->profile);
    if (state == -2) return false;
    bool there = p->state && strcmp(p->state, "there") == 0;
    const char *wish = p->state ? p->state : bench_profile_words[0];
    bool right = there ? state >= 0 : strcmp(wish, bench_profile_words[state + 1]) == 0;
    return bench_expect(b, right, bench_clause(b, p->clause), wish, "%s is %s", p->profile,
                        bench_profile_words[state + 1]);
}

bool bench_package(struct bench *b, struct eim *eim, const struct bench_package *p)
{
    enum section section = b->section;
    bool good = false;
    struct ipa *ipa = bench_ipa(b);
    if (!ipa) return false;
    if (p->given) b->section = SECTION_GIVEN;
    if (p->reset || p->power_cycle)
        good = (p->reset ? lpa_reset(&ipa->lpa) : lpa_open(&ipa->lpa)) ||
               bench_verdict(b, VERDICT_ERROR, "after the reset: %s", ipa->lpa.error);
    else if (p->request)
        good = bench_ask(b, p->clause, p->request, p->answer);
    else if (p->profile)
        good = expect_profile(b, p);
    else
        good = send_package(b, p->eim ? p->eim : eim, p);
    b->section = section;
    return good;
}

bool bench_packages(struct bench *b, struct eim *eim, const struct bench_package *list)
{
    for (const struct bench_package *p = list;
         p->psmo || p->eco || p->replay.n || p->again || p->request || p->profile || p->reset || p->power_cycle; p++)
        if (!bench_package(b, eim, p)) return false;
    return true;
}

void run_packages(struct bench *b)
{
    struct eim *eim = bench_eim(b, TEST_P256);
    if (eim) (void)bench_packages(b, eim, b->row->argument);
}
