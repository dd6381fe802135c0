/* The fixture of the SGP.32 tests; see iot_local_common.h. */
#include "iot_local_common.h"

#include <stdio.h>
#include <stdlib.h>

static const struct lpa_options direct = {.with_le = true};

static void ipa_on(struct iot *t, enum sgp32_version version)
{
    struct lpa_reader reader;
    ck_assert(lpa_reader_card(&reader, t->f.card));
    ipa_init(&t->ipa, &reader, &direct, version);
    ck_assert_msg(lpa_start(&t->ipa.lpa), "%s", t->ipa.lpa.error);
}

void iot_begin(struct iot *t, const char *personality, const char *lines)
{
    char text[2048];
    struct euicc_description d;
    enum sgp32_version version;
    const char *base = euicc_personality_text(personality);
    ck_assert_msg(base, "no personality %s", personality);
    memset(t, 0, sizeof *t);
    int n = snprintf(text, sizeof text, "%s\n%s", base, lines ? lines : "");
    ck_assert(n > 0 && (size_t)n < sizeof text);
    card_new(&t->f, text, NULL);
    ck_assert_int_eq(euicc_describe(t->f.card, &d), EUICC_OK);
    ck_assert(sgp32_version_read(d.sgp32_version, &version));
    ipa_on(t, version);
}

void iot_end(struct iot *t)
{
    eim_package_free(&t->package);
    eim_free(&t->eim);
    ipa_free(&t->ipa);
    card_free(&t->f);
}

void iot_associate(struct iot *t, bool token)
{
    const struct eim_config config = {.id = "eim1",
                                      .fqdn = "eim1.example.com",
                                      .id_type = 2,
                                      .curve = TEST_P256,
                                      .seed = slice_text("iot"),
                                      .version = t->ipa.version,
                                      .initial_counter = 1};
    struct eim *eim = &t->eim;
    ck_assert_msg(eim_init(eim, &config), "%s", eim->error);
    ck_assert_msg(ipa_associate(&t->ipa, &eim, 1, token, t->f.dp->config.anchors, t->f.dp->config.anchor_count), "%s",
                  t->ipa.lpa.error);
}

void iot_standard(struct iot *t, const char *personality, const char *lines)
{
    iot_begin(t, personality, lines);
    bool old = t->ipa.version == SGP32_1_0;
    iot_associate(t, true);
    iot_install(t, ICCID_1, NULL, 0);
    iot_install(t, ICCID_2, old ? NULL : "9F6701FF", 0);
    iot_install(t, ICCID_3, NULL, 0);
    iot_install(t, ICCID_4, old ? NULL : "9F7B01FF", 0);
    iot_psmo(t, "A3(5A(" ICCID_1 "))", "830100");
    iot_reset(t);
    iot_clean(t);
}

void iot_cut(struct iot *t)
{
    enum sgp32_version version = t->ipa.version;
    card_cut(&t->f);
    ipa_free(&t->ipa);
    ipa_on(t, version);
}

void iot_reset(struct iot *t)
{
    card_reset(&t->f);
    ck_assert_msg(lpa_start(&t->ipa.lpa), "%s", t->ipa.lpa.error);
}

void iot_clean(struct iot *t)
{
    struct ipa_pending pending;
    uint32_t numbers[2 * IPA_LIST_MAX];
    size_t n = 0;
    char why[200];
    ck_assert_msg(ipa_retrieve(&t->ipa, IPA_SEARCH_NONE, 0, &pending), "%s", t->ipa.lpa.error);
    for (size_t i = 0; i < pending.notification_count; i++)
        numbers[n++] = pending.notifications[i].sequence_number;
    ck_assert_msg(ipa_retrieve(&t->ipa, IPA_SEARCH_RESULTS, 0, &pending), "%s", t->ipa.lpa.error);
    for (size_t i = 0; i < pending.result_count; i++) {
        struct eim_result result;
        ck_assert_msg(eim_result_read(pending.results[i], t->ipa.version, &result, why, sizeof why), "%s", why);
        numbers[n++] = (uint32_t)result.sequence_number;
    }
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(ipa_remove(&t->ipa, numbers[i]), 0);
}

/* ---- profiles ---- */

static void install_package(struct iot *t, const struct wanted *w, struct slice package)
{
    BUF_LOCAL metadata = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(w, &metadata);
    t->f.dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = package};
    ck_assert_msg(lpa_download(&t->f.lpa, t->f.dp, NULL, &result), "installation of %s: %s", w->iccid, result.error);
    t->f.dp->profile = (struct smdpp_profile){0};
}

void iot_install(struct iot *t, const char *iccid, const char *extra, uint32_t ppr)
{
    const struct wanted w = {.iccid = iccid,
                             .profile_class = OPERATIONAL,
                             .notify = NOTIFY_ALL,
                             .extra = extra,
                             .ppr = ppr,
                             .owner = ppr ? OWNER_00101 : NULL};
    install(&t->f, &w);
}

void iot_install_with_header(struct iot *t, const char *iccid, const char *members)
{
    const struct wanted w = {.iccid = iccid, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    BUF_LOCAL plain = {0};
    BUF_LOCAL package = {0};
    struct tlv header;
    wanted_package(&w, &plain);
    struct slice rest = buf_slice(&plain);
    ck_assert(tlv_next(&rest, &header) && header.tag == 0xa0);
    size_t mark = tlv_open(&package, 0xa0);
    buf_append(&package, header.value);
    put_hex(&package, members);
    tlv_close(&package, mark);
    buf_append(&package, rest);
    ck_assert(!package.failed);
    install_package(t, &w, buf_slice(&package));
}

/* ---- packages ---- */

/* Signs the TLVs of the list as operations of their own and sends the package. */
static void load(struct iot *t, bool eco, const char *list, struct eim_result *result)
{
    struct eim_op ops[EIM_OPS_MAX] = {0};
    struct eim_order order = {.ops = ops};
    struct tlv op;
    BUF_LOCAL bytes = {0};
    put_hex(&bytes, list);
    for (struct slice in = buf_slice(&bytes); in.n;) {
        ck_assert(order.n < EIM_OPS_MAX && tlv_next(&in, &op));
        ops[order.n++] = (struct eim_op){.kind = eco ? EIM_OP_RAW_ECO : EIM_OP_RAW, .bytes = op.whole};
    }
    ck_assert_msg(eim_sign(&t->eim, &order, &t->package), "%s: %s", list, t->eim.error);
    ck_assert_msg(ipa_load_euicc_package(&t->ipa, buf_slice(&t->package.request)), "%s: %s", list, t->ipa.lpa.error);
    ck_assert_msg(eim_check_result(&t->eim, &t->package, buf_slice(&t->ipa.lpa.response), result), "%s: %s", list,
                  t->eim.error);
}

/* The content of the result list: the last 30 in the signed data. */
static void assert_list(const struct eim_result *result, const char *results, const char *what)
{
    struct slice in = result->signed_data;
    struct tlv t;
    struct tlv last = {0};
    ck_assert(tlv_next(&in, &t));
    for (in = t.value; tlv_next(&in, &t);)
        last = t;
    ck_assert_uint_eq(last.tag, 0x30);
    assert_hex(last.value, results, what);
}

static uint32_t load_good(struct iot *t, bool eco, const char *list, const char *results)
{
    struct eim_result result;
    load(t, eco, list, &result);
    ck_assert_msg(result.kind == EIM_RESULT_SIGNED, "%s: error %d", list, result.error);
    assert_list(&result, results, list);
    return (uint32_t)result.sequence_number;
}

uint32_t iot_psmo(struct iot *t, const char *list, const char *results)
{
    return load_good(t, false, list, results);
}

uint32_t iot_eco(struct iot *t, const char *list, const char *results)
{
    return load_good(t, true, list, results);
}

void iot_psmo_error(struct iot *t, const char *list, int code)
{
    struct eim_result result;
    load(t, false, list, &result);
    ck_assert_msg(result.kind == EIM_RESULT_ERROR_SIGNED && result.error == code, "%s: kind %d, error %d", list,
                  (int)result.kind, result.error);
}

uint32_t iot_roll_back(struct iot *t, bool refresh, const char *results)
{
    struct slice came;
    struct eim_result result;
    int code = ipa_profile_rollback(&t->ipa, refresh, &came);
    ck_assert_msg(code == 0, "ProfileRollback: %d %s", code, t->ipa.lpa.error);
    ck_assert_msg(eim_check_rollback(&t->eim, &t->package, came, &result), "%s", t->eim.error);
    assert_list(&result, results, "ProfileRollback");
    return (uint32_t)result.sequence_number;
}

void iot_refresh(struct iot *t, const char *result)
{
    char response[64];
    (void)snprintf(response, sizeof response, TERMINAL_RESPONSE("%s"), result);
    apdu(&t->f, FETCH_REFRESH, REFRESH_COMMAND);
    apdu(&t->f, response, "9000");
    ck_assert(lpa_start(&t->ipa.lpa));
}

/* ---- looking ---- */

void iot_reason(struct iot *t, const char *function, const char *clause, const char *expected, const char *came)
{
    struct euicc_reason r;
    euicc_last_reason(t->f.card, &r);
    if (!function) {
        ck_assert_msg(!r.said, "a reason although nothing was refused: %s: expected %s, came %s", r.function,
                      r.expected, r.came);
        return;
    }
    ck_assert_msg(r.said, "refused without a reason, expected \"%s\"", expected);
    ck_assert_msg(strcmp(r.function, function) == 0 && strcmp(r.clause, clause) == 0 && strstr(r.expected, expected) &&
                      strstr(r.came, came),
                  "the reason is %s (%s): expected \"%s\", came \"%s\"", r.function, r.clause, r.expected, r.came);
}

void iot_enabled(struct iot *t, const char *iccid)
{
    static const uint8_t tags[] = {0x5a, 0x9f, 0x70};
    struct ipa_profiles profiles;
    struct ipa_isdr isdr;
    size_t enabled = 0;
    ck_assert_msg(ipa_get_profiles_info(&t->ipa, (struct slice){0}, SLICE(tags), &profiles) && profiles.error < 0,
                  "%s (%d)", t->ipa.lpa.error, profiles.error);
    for (size_t i = 0; i < profiles.n; i++) {
        if (profiles.list[i].base.state != 1) continue;
        enabled++;
        ck_assert_msg(iccid, "profile %zu is enabled, expected none", i + 1);
        assert_hex(profiles.list[i].base.iccid, iccid, "the enabled profile");
    }
    ck_assert_uint_eq(enabled, iccid ? 1 : 0);
    ck_assert(lpa_start(&t->ipa.lpa) && ipa_read_isdr(&t->ipa, &isdr));
    ck_assert_int_eq(isdr.has_iot, t->ipa.version != SGP32_1_0);
    if (isdr.has_iot) ck_assert_int_eq(isdr.profile_enabled, iccid != NULL);
}

void iot_notified(struct iot *t, uint32_t sequence, const char *events)
{
    char expected[256] = "";
    size_t n = 0;
    for (size_t i = 0; events[i]; i++)
        n += (size_t)snprintf(expected + n, sizeof expected - n, "%s%u%c", i ? " " : "", (unsigned)(sequence + 1 + i),
                              events[i]);
    assert_notifications(&t->f, expected);
}

void iot_results(struct iot *t, const char *numbers)
{
    struct ipa_pending pending;
    char text[512] = "";
    char why[200];
    size_t n = 0;
    ck_assert_msg(ipa_retrieve(&t->ipa, IPA_SEARCH_RESULTS, 0, &pending), "%s", t->ipa.lpa.error);
    for (size_t i = 0; i < pending.result_count; i++) {
        struct eim_result result;
        ck_assert_msg(eim_result_read(pending.results[i], t->ipa.version, &result, why, sizeof why), "%s", why);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%lld", i ? " " : "", (long long)result.sequence_number);
    }
    ck_assert_str_eq(text, numbers);
}

uint32_t iot_counter(struct iot *t)
{
    struct euicc_eim_description d;
    for (size_t i = 0; euicc_describe_eim(t->f.card, i, &d) == EUICC_OK; i++)
        if (strcmp(d.id, t->eim.id) == 0) return d.counter;
    ck_abort_msg("eIM %s is not associated", t->eim.id);
}
