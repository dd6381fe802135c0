/* The SGP.32 conformance tests' fixture; see iot_common.h. */
#include "iot_common.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- card and eIMs ---- */

void iot_eim(struct iot *i, struct eim *eim, const char *id, enum test_curve curve, bool certificate,
             uint32_t initial_counter)
{
    const struct eim_config config = {.id = id,
                                      .curve = curve,
                                      .seed = slice_text("conformance"),
                                      .certificate = certificate,
                                      .version = i->version,
                                      .initial_counter = initial_counter};
    ck_assert_msg(eim_init(eim, &config), "%s", eim->error);
    ck_assert(eim_set_eid(eim, EID));
}

void iot_learn_key(struct iot *i, const char *ci_pk_id)
{
    char text[64];
    BUF_LOCAL request = {0};
    BUF_LOCAL answer = {0};
    BUF_LOCAL certificate = {0};
    struct pki_certificate own;
    struct tlv outer;
    struct tlv list;
    struct tlv content;
    const char *why = "";
    uint16_t sw;
    (void)snprintf(text, sizeof text, "BF56(%s%s%s)", *ci_pk_id ? "80(" : "", ci_pk_id, *ci_pk_id ? ")" : "");
    put_hex(&request, text);
    ck_assert(lpa_store_data(&i->f.lpa, buf_slice(&request), &answer, &sw));
    struct slice in = buf_slice(&answer);
    ck_assert_msg(sw == 0x9000 && tlv_next(&in, &outer) && tlv_find(outer.value, 0xa0, &list) &&
                      tlv_find(list.value, 0xa6, &content),
                  "GetCerts: no certificates, %04X", sw);
    tlv_put(&certificate, 0x30, content.value);
    ck_assert_msg(pki_read(buf_slice(&certificate), &own, &why), "%s", why);
    i->card_key = own.key;
}

void iot_new(struct iot *i, enum sgp32_version version, const char *personality)
{
    static const char *const lines[] = {
        [SGP32_1_0] = "sgp32 = 1.0\nconsumer = no\nemergency = no\nfallback = no\nrollback_result = append\n",
        [SGP32_1_1] = "sgp32 = 1.1\nconsumer = no\n",
        [SGP32_1_2] = "sgp32 = 1.2\nconsumer = no\n",
        [SGP32_1_3] = NULL};
    char text[1024];
    memset(i, 0, sizeof *i);
    (void)snprintf(text, sizeof text, "%s%s", lines[version], personality ? personality : "");
    card_new(&i->f, text, NULL);
    i->version = version;
    i->sequence_number = -1;
    iot_learn_key(i, "");
    iot_eim(i, &i->eim, "eim1", TEST_P256, false, 1);
}

void iot_new_associated(struct iot *i, enum sgp32_version version, const char *personality, bool token)
{
    struct eim *const list[] = {&i->eim};
    iot_new(i, version, personality);
    iot_associate(i, list, 1, token ? 1 : 0);
}

void iot_free(struct iot *i)
{
    eim_free(&i->eim);
    eim_package_free(&i->package);
    buf_free(&i->answer);
    card_free(&i->f);
}

void iot_associate(struct iot *i, struct eim *const eims[], size_t n, uint32_t first_token)
{
    BUF_LOCAL request = {0};
    BUF_LOCAL expected = {0};
    BUF_LOCAL answer = {0};
    struct eim_configuration list[8];
    struct buf keys[8] = {{0}};
    uint16_t sw;
    ck_assert_uint_le(n, 8);
    size_t outer = tlv_open(&expected, 0xbf57);
    size_t inner = tlv_open(&expected, 0xa0);
    for (size_t k = 0; k < n; k++) {
        ck_assert(eim_describe(eims[k], first_token > 0, &keys[k], &list[k]));
        eims[k]->token = first_token ? (int64_t)first_token + (int64_t)k : EIM_NO_TOKEN;
        eims[k]->counter = eims[k]->initial_counter;
        if (first_token)
            eim_put_token(&expected, eims[k]->token);
        else
            tlv_put(&expected, 0x05, slice_of(NULL, 0));
    }
    tlv_close(&expected, inner);
    tlv_close(&expected, outer);
    ck_assert(eim_add_initial_request(&request, list, n));
    for (size_t k = 0; k < n; k++)
        buf_free(&keys[k]);
    ck_assert(lpa_store_data(&i->f.lpa, buf_slice(&request), &answer, &sw));
    ck_assert_uint_eq(sw, 0x9000);
    char *digits = iot_digits(buf_slice(&expected));
    assert_hex(buf_slice(&answer), digits, "AddInitialEim");
    free(digits);
}

char *iot_digits(struct slice bytes)
{
    char *text = malloc(2 * bytes.n + 1);
    ck_assert_ptr_nonnull(text);
    hex_encode(bytes, text);
    return text;
}

char *iot_configuration(struct eim *eim, bool token)
{
    struct eim_configuration c;
    BUF_LOCAL key = {0};
    BUF_LOCAL content = {0};
    ck_assert(eim_describe(eim, token, &key, &c));
    ck_assert(eim_put_configuration(&content, &c));
    return iot_digits(buf_slice(&content));
}

bool iot_find_eim(struct iot *i, const char *id, struct euicc_eim_description *out)
{
    for (size_t k = 0; euicc_describe_eim(i->f.card, k, out) == EUICC_OK; k++)
        if (strcmp(out->id, id) == 0) return true;
    return false;
}

uint32_t iot_counter(struct iot *i, const char *id)
{
    struct euicc_eim_description e;
    ck_assert_msg(iot_find_eim(i, id, &e), "eIM %s is not associated", id);
    return e.counter;
}

/* FNV-1a over key, a zero byte and value; the sum does not depend on the order of the entries. */
uint64_t iot_storage(const struct iot *i)
{
    uint64_t sum = 0;
    for (size_t k = 0; k < i->f.stored.n; k++) {
        const struct stored *s = &i->f.stored.items[k];
        uint64_t h = 14695981039346656037u;
        for (const char *c = s->key; c == s->key || c[-1]; c++)
            h = (h ^ (uint8_t)*c) * 1099511628211u;
        for (size_t b = 0; b < s->n; b++)
            h = (h ^ s->value[b]) * 1099511628211u;
        sum += h;
    }
    return sum;
}

/* ---- sending ---- */

void iot_load(struct iot *i)
{
    ck_assert_msg(lpa_store_data(&i->f.lpa, buf_slice(&i->package.request), &i->answer, &i->sw), "%s", i->f.lpa.error);
}

void iot_send(struct iot *i, struct eim *eim, const struct eim_order *order)
{
    struct euicc_eim_description known;
    if (iot_find_eim(i, eim->id, &known)) eim->counter = known.counter;
    ck_assert_msg(eim_sign(eim, order, &i->package), "%s", eim->error);
    iot_load(i);
}

/* ---- what has to come ---- */

void iot_expect_reason(struct iot *i, const char *what, const char *clause, const char *expected, const char *came)
{
    struct euicc_reason r;
    euicc_last_reason(i->f.card, &r);
    if (!clause) {
        ck_assert_msg(!r.said, "%s: a reason although nothing was refused: %s: expected %s, came %s", what, r.clause,
                      r.expected, r.came);
        return;
    }
    ck_assert_msg(r.said, "%s: refused without a reason (%zu bytes)", what, i->answer.n);
    ck_assert_msg(strcmp(r.function, "ES10b.LoadEuiccPackage") == 0 && strcmp(r.clause, clause) == 0 &&
                      strstr(r.expected, expected) && strstr(r.came, came),
                  "%s: the reason is %s (%s): expected \"%s\", came \"%s\"", what, r.function, r.clause, r.expected,
                  r.came);
}

/* Puts eimId, [counterValue], [eimTransactionId] of the last package. */
static void put_head(const struct iot *i, struct buf *b, bool counter, bool transaction_id)
{
    tlv_put(b, 0x80, buf_slice(&i->package.eim_id));
    if (counter) tlv_put(b, 0x81, buf_slice(&i->package.counter));
    if (transaction_id && i->package.has_transaction_id) tlv_put(b, 0x82, buf_slice(&i->package.transaction_id));
}

/* BF51 {choice {data, 5F37}} around these data, with the signature that came, which has to verify over data and token.
 */
static void expect_signed(struct iot *i, const char *what, uint32_t choice, struct slice data)
{
    BUF_LOCAL expected = {0};
    BUF_LOCAL input = {0};
    uint8_t nothing[64] = {0};
    ck_assert_msg(i->sw == 0x9000 || i->sw >> 8 == 0x91, "%s: status word %04X", what, i->sw);
    struct slice signature = i->answer.n >= 64 ? slice_skip(buf_slice(&i->answer), i->answer.n - 64) : SLICE(nothing);
    size_t outer = tlv_open(&expected, 0xbf51);
    size_t inner = tlv_open(&expected, choice);
    buf_append(&expected, data);
    tlv_put(&expected, 0x5f37, signature);
    tlv_close(&expected, inner);
    tlv_close(&expected, outer);
    char *digits = iot_digits(buf_slice(&expected));
    assert_hex(buf_slice(&i->answer), digits, what);
    free(digits);
    buf_append(&input, data);
    eim_put_token(&input, i->package.token);
    ck_assert_msg(test_verify(&i->card_key, buf_slice(&input), signature),
                  "%s: the signature does not verify over data and token %lld", what, (long long)i->package.token);
}

/* seqNumber of the result in i->answer; -1: there is none. */
static int64_t sequence_number(const struct iot *i)
{
    struct slice in = buf_slice(&i->answer);
    struct tlv t;
    struct tlv choice;
    struct tlv data;
    struct tlv number;
    int64_t value;
    if (!tlv_next(&in, &t) || !tlv_find(t.value, 0xa0, &choice) || !tlv_find(choice.value, 0x30, &data) ||
        !tlv_find(data.value, 0x83, &number) || !sgp32_integer(number.value, &value))
        return -1;
    return value;
}

uint32_t iot_expect_result(struct iot *i, const char *what, const char *results)
{
    BUF_LOCAL data = {0};
    BUF_LOCAL list = {0};
    int64_t number = sequence_number(i);
    put_hex(&list, results);
    size_t mark = tlv_open(&data, 0x30);
    put_head(i, &data, true, true);
    sgp32_put_integer(&data, 0x83, number < 0 ? 0 : number);
    tlv_put(&data, 0x30, buf_slice(&list));
    tlv_close(&data, mark);
    expect_signed(i, what, 0xa0, buf_slice(&data));
    ck_assert_msg(number > i->sequence_number, "%s: seqNumber %lld after %lld", what, (long long)number,
                  (long long)i->sequence_number);
    i->sequence_number = number;
    return (uint32_t)number;
}

/* The result again, by its number: in BF2B {A2 {it}}, byte by byte. */
static void expect_stored(struct iot *i, const char *what, uint32_t number)
{
    BUF_LOCAL request = {0};
    BUF_LOCAL expected = {0};
    BUF_LOCAL again = {0};
    uint16_t sw;
    size_t outer = tlv_open(&request, 0xbf2b);
    size_t inner = tlv_open(&request, 0xa0);
    sgp32_put_integer(&request, 0x80, number);
    tlv_close(&request, inner);
    tlv_close(&request, outer);
    outer = tlv_open(&expected, 0xbf2b);
    tlv_put(&expected, 0xa2, buf_slice(&i->answer));
    tlv_close(&expected, outer);
    ck_assert(lpa_store_data(&i->f.lpa, buf_slice(&request), &again, &sw));
    ck_assert_msg(sw == 0x9000 && slice_equal(buf_slice(&again), buf_slice(&expected)),
                  "%s: the stored result %u does not come back byte by byte (%04X, %zu bytes)", what, number, sw,
                  again.n);
}

static void run_row(struct iot *i, struct eim *eim, bool eco, const struct iot_row *row)
{
    BUF_LOCAL list = {0};
    struct euicc_eim_description after;
    put_hex(&list, row->list);
    const struct eim_op op = {.kind = eco ? EIM_OP_RAW_ECO : EIM_OP_RAW, .bytes = buf_slice(&list)};
    const struct eim_order order = {.ops = &op, .n = 1};
    size_t commits = i->f.commits;
    iot_send(i, eim, &order);
    /* Longer answers are fetched with GET RESPONSE, which is a command of its own and leaves no reason. */
    if (i->answer.n <= 256) iot_expect_reason(i, row->what, row->clause, row->expected, row->came);
    uint32_t number = iot_expect_result(i, row->what, row->results);
    ck_assert_msg(i->f.commits == commits + 1, "%s: %zu commits", row->what, i->f.commits - commits);
    if (iot_find_eim(i, eim->id, &after) && !eco)
        ck_assert_msg(after.counter == eim->counter, "%s: counter %u, expected %u", row->what, after.counter,
                      eim->counter);
    expect_stored(i, row->what, number);
}

void iot_psmo(struct iot *i, struct eim *eim, const struct iot_row *row)
{
    run_row(i, eim, false, row);
}

void iot_eco(struct iot *i, struct eim *eim, const struct iot_row *row)
{
    run_row(i, eim, true, row);
}

void iot_psmo_ok(struct iot *i, struct eim *eim, const char *list, const char *results)
{
    const struct iot_row row = {list, list, results, NO_REASON};
    run_row(i, eim, false, &row);
}

void iot_eco_ok(struct iot *i, struct eim *eim, const char *list, const char *results)
{
    const struct iot_row row = {list, list, results, NO_REASON};
    run_row(i, eim, true, &row);
}

/* ---- refused packages ---- */

static void expect_unsigned(struct iot *i, const struct iot_refusal *r)
{
    BUF_LOCAL expected = {0};
    size_t n = i->package.transaction_id.n;
    ck_assert_msg(i->sw == 0x9000, "%s: status word %04X", r->what, i->sw);
    size_t outer = tlv_open(&expected, 0xbf51);
    size_t inner = tlv_open(&expected, 0xa2);
    /* v1.0 has no 82 here; an identifier of another length than 1 to 16 cannot be echoed (row 93) */
    put_head(i, &expected, false, i->version > SGP32_1_0 && n >= 1 && n <= 16);
    if (r->token) eim_put_token(&expected, i->package.token);
    tlv_close(&expected, inner);
    tlv_close(&expected, outer);
    char *digits = iot_digits(buf_slice(&expected));
    assert_hex(buf_slice(&i->answer), digits, r->what);
    free(digits);
}

void iot_expect_offset(struct iot *i, const char *what, size_t offset)
{
    struct euicc_reason said;
    euicc_last_reason(i->f.card, &said);
    ck_assert_msg(said.offset == offset, "%s: the reason is at byte %zu, expected %zu", what, said.offset, offset);
}

void iot_expect_refusal(struct iot *i, const struct iot_refusal *r, uint64_t storage, size_t commits)
{
    BUF_LOCAL data = {0};
    iot_expect_reason(i, r->what, r->clause, r->expected, r->came);
    if (r->code == IOT_SW_6A80) {
        ck_assert_msg(i->sw == 0x6a80 && i->answer.n == 0, "%s: %04X with %zu bytes", r->what, i->sw, i->answer.n);
    } else if (r->code == IOT_UNSIGNED) {
        expect_unsigned(i, r);
    } else {
        size_t mark = tlv_open(&data, 0x30);
        put_head(i, &data, true, true);
        sgp32_put_integer(&data, 0x02, r->code);
        tlv_close(&data, mark);
        expect_signed(i, r->what, 0xa1, buf_slice(&data));
    }
    ck_assert_msg(i->f.commits == commits, "%s: %zu commits for a refused package", r->what, i->f.commits - commits);
    ck_assert_msg(iot_storage(i) == storage, "%s: a refused package changed what is stored", r->what);
}

void iot_refused(struct iot *i, struct eim *eim, const struct eim_order *order, const struct iot_refusal *refusal)
{
    uint64_t storage = iot_storage(i);
    size_t commits = i->f.commits;
    iot_send(i, eim, order);
    iot_expect_refusal(i, refusal, storage, commits);
}

/* ---- profiles ---- */

void iot_install(struct iot *i, const char *iccid, uint32_t ppr, const char *extra)
{
    const struct wanted w = {.iccid = iccid,
                             .profile_class = OPERATIONAL,
                             .ppr = ppr,
                             .owner = ppr ? OWNER_00101 : NULL,
                             .notify = NOTIFY_ALL,
                             .extra = extra};
    (void)install(&i->f, &w);
    remove_notifications(&i->f);
}

void iot_expect_enabled(struct iot *i, const char *iccid)
{
    struct lpa_profiles profiles;
    BUF_LOCAL wanted = {0};
    size_t enabled = 0;
    put_hex(&wanted, iccid);
    ck_assert_msg(lpa_get_profiles_info(&i->f.lpa, (struct slice){0}, (struct slice){0}, &profiles), "%s",
                  i->f.lpa.error);
    for (size_t k = 0; k < profiles.n; k++) {
        if (profiles.list[k].state != 1) continue;
        enabled++;
        char *came = iot_digits(profiles.list[k].iccid);
        ck_assert_msg(slice_equal(profiles.list[k].iccid, buf_slice(&wanted)), "enabled is %s, expected \"%s\"", came,
                      iccid);
        free(came);
    }
    ck_assert_msg(enabled == (wanted.n ? 1u : 0u), "%zu profiles are enabled, expected \"%s\"", enabled, iccid);
}
