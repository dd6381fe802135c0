/* Flows of an LPA (SGP.22): downloads and each kind of failure, switching with and without REFRESH, deletion, memory
 * reset, notifications, settings, CRLs. */
#include "flows.h"

#include <stdlib.h>

/* ---- downloads ---- */

#define BYTES(array)                                                                                                   \
    {                                                                                                                  \
        (array), sizeof(array)                                                                                         \
    }
static const uint8_t other_16[16] = {0x2a};
static const uint8_t off_curve[65] = {[0] = 4, [32] = 1, [64] = 1};

/* The bppCommandId and errorReason of SGP.22 2.5.6 that each flaw leads to. */
static const struct failure {
    int command, reason;
    struct smdpp_spoil spoil;
    bool ppk;
    bool installed_already; /* ICCID of profile 1 */
    bool rubbish;           /* the package is no profile package */
    const char *extra;      /* in the metadata */
} failures[] = {
    {0, 1, {.isc_otpk = BYTES(off_curve)}, false, false, false, NULL},
    {0, 2, {.isc_signature_bit = true}, false, false, false, NULL},
    {0, 3, {.isc_transaction_id = BYTES(other_16)}, false, false, false, NULL},
    {0, 4, {.isc_key_type = 0x80}, false, false, false, NULL},
    {0, 5, {.isc_remote_operation = 2}, false, false, false, NULL},
    {1, 8, {.mac_item = 1}, false, false, false, NULL},
    {1, 7, {.order = "13", .order_before_protect = true}, false, false, false, NULL},
    {2, 8, {.mac_item = 2}, false, false, false, NULL},
    {2, 9, {.mac_item = 0}, false, true, false, NULL},
    {4, 8, {.mac_item = 3}, true, false, false, NULL},
    {5, 8, {.mac_item = 3}, false, false, false, NULL},
    {5, 7, {.order = "01", .order_before_protect = true}, false, false, false, NULL},
    {5, -1, {.mac_item = 0}, false, false, true, NULL},
};

static bool fail_download(struct bench *b)
{
    static const uint8_t rubbish[] = {0xa0, 0x03, 0x80, 0x01, 0x02};
    const struct failure *f = &failures[b->at->argument];
    const struct wanted w = profile_wanted(f->installed_already ? 1 : 2, f->extra);
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    b->dp->spoil = f->spoil;
    b->dp->profile = (struct smdpp_profile){
        .metadata = buf_slice(&metadata), .upp = f->rubbish ? SLICE(rubbish) : buf_slice(&package), .use_ppk = f->ppk};
    bool ok = lpa_download(&b->ipa.lpa, b->dp, NULL, &result);
    b->dp->spoil = (struct smdpp_spoil){0};
    b->dp->profile = (struct smdpp_profile){0};
    bench_check(b, !ok, "the download works");
    bool failed = result.stage == LPA_STAGE_RESULT && result.result.command == f->command &&
                  (f->reason < 0 || result.result.reason == f->reason);
    return bench_went(b, failed, result.error);
}

static bool has_failed(struct bench *b)
{
    return installation_results(b, false) == (size_t)b->at->argument + 1;
}

static bool cancel(struct bench *b)
{
    const struct lpa_download_options options = {.stop_before = LPA_STAGE_LOAD};
    const struct wanted w = profile_wanted(2, NULL);
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(&w, &metadata);
    wanted_package(&w, &package);
    b->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    (void)lpa_download(&b->ipa.lpa, b->dp, &options, &result);
    b->dp->profile = (struct smdpp_profile){0};
    if (!bench_went(b, result.stage == LPA_STAGE_LOAD, result.error)) return false;
    int code = lpa_cancel_session(&b->ipa.lpa, buf_slice(&b->dp->session.transaction_id), 0);
    if (!bench_went(b, code == 0, "CancelSession")) return false;
    return bench_went(b, smdpp_check_cancel_session(b->dp, buf_slice(&b->ipa.lpa.response), 0), b->dp->error);
}

/* ---- profiles ---- */

static struct slice identifier(const struct bench *b, struct buf *id)
{
    put_hex(id, "5A0A");
    put_hex(id, profile_iccid(b->at->argument));
    return buf_slice(id);
}

static bool enable(struct bench *b)
{
    BUF_LOCAL id = {0};
    int code = lpa_enable_profile(&b->ipa.lpa, identifier(b, &id), b->flow->refresh);
    bench_check(b, code <= 0, "EnableProfile: %d", code);
    return bench_went(b, code == 0 && ipa_settle(&b->ipa), "EnableProfile");
}

static bool disable(struct bench *b)
{
    BUF_LOCAL id = {0};
    int code = lpa_disable_profile(&b->ipa.lpa, identifier(b, &id), b->flow->refresh);
    bench_check(b, code <= 0, "DisableProfile: %d", code);
    return bench_went(b, code == 0 && ipa_settle(&b->ipa), "DisableProfile");
}

static bool delete (struct bench *b)
{
    BUF_LOCAL id = {0};
    int code = lpa_delete_profile(&b->ipa.lpa, identifier(b, &id));
    bench_check(b, code <= 0, "DeleteProfile: %d", code);
    return bench_went(b, code == 0, "DeleteProfile");
}

static bool is_deleted(struct bench *b)
{
    return profile_state(b, b->at->argument) < 0;
}

static bool memory_reset(struct bench *b)
{
    int code = lpa_memory_reset(&b->ipa.lpa, 7);
    bench_check(b, code <= 0, "eUICCMemoryReset: %d", code);
    return bench_went(b, code == 0 && ipa_settle(&b->ipa), "eUICCMemoryReset");
}

static bool is_reset(struct bench *b)
{
    struct euicc_description d;
    return euicc_describe(b->card, &d) == EUICC_OK && d.profile_count == 0 && !d.default_smdp_address[0];
}

/* ---- settings ---- */

static bool set_nickname(struct bench *b)
{
    BUF_LOCAL id = {0};
    put_hex(&id, profile_iccid(b->at->argument));
    int code = lpa_set_nickname(&b->ipa.lpa, buf_slice(&id), slice_text("nickname"));
    bench_check(b, code <= 0, "SetNickname: %d", code);
    return bench_went(b, code == 0, "SetNickname");
}

static bool has_nickname(struct bench *b)
{
    struct euicc_profile_description p;
    return euicc_describe_profile(b->card, (size_t)b->at->argument - 1, &p) == EUICC_OK &&
           strcmp(p.nickname, "nickname") == 0;
}

static bool set_address(struct bench *b)
{
    int code = lpa_set_default_dp_address(&b->ipa.lpa, "smdp.example.org");
    bench_check(b, code <= 0, "SetDefaultDpAddress: %d", code);
    return bench_went(b, code == 0, "SetDefaultDpAddress");
}

static bool has_address(struct bench *b)
{
    struct euicc_description d;
    return euicc_describe(b->card, &d) == EUICC_OK && strcmp(d.default_smdp_address, "smdp.example.org") == 0;
}

/* ---- LoadCRL (RFC 5280 5.1; SGP.22 4.5.2.1.4) ---- */

static void put_extension(struct buf *b, const char *oid, const char *value)
{
    size_t whole = tlv_open(b, 0x30);
    put_hex(b, oid);
    size_t content = tlv_open(b, 0x04);
    put_hex(b, value);
    tlv_close(b, content);
    tlv_close(b, whole);
}

static void put_integer(struct buf *b, const uint8_t *p)
{
    BUF_LOCAL value = {0};
    size_t skip = 0;
    while (skip < 31 && !p[skip])
        skip++;
    if (p[skip] & 0x80) buf_byte(&value, 0);
    buf_append(&value, slice_of(p + skip, 32 - skip));
    tlv_put(b, 0x02, buf_slice(&value));
}

/* The content of a CertificateList of the test CI with number `number`; one certificate of another is revoked. */
static void make_list(struct bench *b, int number, struct buf *out)
{
    struct test_key ci;
    uint8_t id[20];
    char text[64] = "";
    BUF_LOCAL signature = {0};
    BUF_LOCAL der = {0};
    ck_assert(test_key_private(&ci, TEST_P256, kat_slicef(b->keys, "SK_CI_NIST.sk")));
    test_key_identifier(&ci, id);
    size_t tbs = tlv_open(out, 0x30);
    put_hex(out, "020101 300A06082A8648CE3D040302 3012 3110 300E 0603550403 0C0754657374204349");
    put_hex(out, "170D3236303130313030303030305A 170D3237303130313030303030305A");
    put_hex(out, "30(30(02(7F0102) 170D3236303130313030303030305A))");
    size_t tagged = tlv_open(out, 0xa0);
    size_t extensions = tlv_open(out, 0x30);
    for (size_t i = 0, n = 0; i < 20; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%02X", id[i]);
    char authority[80];
    (void)snprintf(authority, sizeof authority, "30(80(%s))", text);
    put_extension(out, "0603551D23", authority);
    (void)snprintf(text, sizeof text, "0201%02X", (unsigned)number);
    put_extension(out, "0603551D14", text);
    tlv_close(out, extensions);
    tlv_close(out, tagged);
    tlv_close(out, tbs);
    ck_assert(test_sign(&ci, buf_slice(out), &signature) && signature.n == 64);
    put_hex(out, "300A06082A8648CE3D040302");
    size_t bits = tlv_open(&der, 0x30);
    put_integer(&der, signature.p);
    put_integer(&der, signature.p + 32);
    tlv_close(&der, bits);
    bits = tlv_open(out, 0x03);
    buf_byte(out, 0);
    buf_append(out, buf_slice(&der));
    tlv_close(out, bits);
    ck_assert(!out->failed && !der.failed);
}

static bool load_crl(struct bench *b)
{
    BUF_LOCAL list = {0};
    make_list(b, b->at->argument, &list);
    int code = lpa_load_crl(&b->ipa.lpa, buf_slice(&list));
    /* The same list again is fresher than itself: an answer for those who lost the first one. */
    bool again = code == 5 && b->fired;
    bench_check(b, code <= 0 || again, "LoadCRL: %d", code);
    return bench_went(b, code == 0 || again, "LoadCRL");
}

/* ---- flows ---- */

static void one(struct bench *b)
{
    profile_prepare(b, 1, NULL);
}

static void two(struct bench *b)
{
    one(b);
    profile_prepare(b, 2, NULL);
}

static void two_and_enabled(struct bench *b)
{
    two(b);
    profile_prepare_enabled(b, 1);
}

static void one_without_notifications(struct bench *b)
{
    one(b);
    ck_assert_int_gt(lpa_process_notifications(&b->ipa.lpa, b->dp), 0);
}

/* Profile 1 is enabled, 2 is a test profile. */
static void with_test_profile(struct bench *b)
{
    const struct wanted w = {.iccid = ICCID_2, .profile_class = TEST_CLASS};
    one(b);
    bool installed = profile_install(b, &w);
    ck_assert(installed);
    profile_prepare_enabled(b, 1);
}

static void everything(struct bench *b)
{
    two_and_enabled(b);
    ck_assert_int_eq(lpa_set_default_dp_address(&b->ipa.lpa, "smdp.example.com"), 0);
}

#define INSTALL(n)                                                                                                     \
    {                                                                                                                  \
        "download", step_is_installed, step_install, n                                                                 \
    }
#define ENABLE(n)                                                                                                      \
    {                                                                                                                  \
        "enable", step_is_enabled, enable, n                                                                           \
    }
#define DISABLE(n)                                                                                                     \
    {                                                                                                                  \
        "disable", step_is_disabled, disable, n                                                                        \
    }
#define DELETE(n)                                                                                                      \
    {                                                                                                                  \
        "delete", is_deleted, delete, n                                                                                \
    }
#define RESET                                                                                                          \
    {                                                                                                                  \
        "memory reset", is_reset, memory_reset, 0                                                                      \
    }
#define NOTIFICATIONS                                                                                                  \
    {                                                                                                                  \
        "notifications", step_no_notifications, step_process_notifications, 0                                          \
    }
#define FAIL(n)                                                                                                        \
    {                                                                                                                  \
        "failure " #n, has_failed, fail_download, n                                                                    \
    }

/* One flow with and one without REFRESH. */
#define FLOWS(id, name_, prepare_, ...)                                                                                \
    static const struct flow id = {.name = name_, .prepare = prepare_, .steps = {__VA_ARGS__}};                        \
    static const struct flow id##_refresh = {                                                                          \
        .name = name_ "-refresh", .refresh = true, .prepare = prepare_, .steps = {__VA_ARGS__}}
#define FLOW(id, name_, prepare_, ...)                                                                                 \
    static const struct flow id = {.name = name_, .prepare = prepare_, .steps = {__VA_ARGS__}}

FLOW(download, "download", NULL, INSTALL(1), INSTALL(2), NOTIFICATIONS);
FLOW(failures_channel, "download-fails-channel", one_without_notifications, FAIL(0), FAIL(1), FAIL(2), FAIL(3),
     FAIL(4));
FLOW(failures_package, "download-fails-package", one_without_notifications, {"failure 5", NULL, fail_download, 5},
     {"failure 6", NULL, fail_download, 6}, {"failure 7", NULL, fail_download, 7},
     {"failure 8", NULL, fail_download, 8}, NOTIFICATIONS, INSTALL(2));
FLOW(failures_elements, "download-fails-elements", one_without_notifications, {"failure 9", NULL, fail_download, 9},
     {"failure 10", NULL, fail_download, 10}, {"failure 11", NULL, fail_download, 11},
     {"failure 12", NULL, fail_download, 12}, NOTIFICATIONS, INSTALL(2));
FLOW(cancelled, "cancel", NULL, {"cancelled download", NULL, cancel, 0}, INSTALL(2));
FLOWS(enabling, "enable", one, ENABLE(1));
FLOWS(swap, "swap", two_and_enabled, ENABLE(2), ENABLE(1));
FLOWS(disabling, "disable", two_and_enabled, DISABLE(1), ENABLE(2), DISABLE(2));
FLOWS(test_profile, "test-profile", with_test_profile, ENABLE(2), DISABLE(2));
FLOW(deleting, "delete", two, DELETE(1), DELETE(2), INSTALL(1));
FLOWS(resetting, "memory-reset", everything, RESET, INSTALL(1));
FLOW(settings, "settings", one, {"nickname", has_nickname, set_nickname, 1}, {"address", has_address, set_address, 0},
     NOTIFICATIONS);
FLOW(lists, "load-crl", NULL, {"CRL 1", NULL, load_crl, 1}, {"CRL 2", NULL, load_crl, 2}, INSTALL(1));
FLOWS(life, "life", NULL, INSTALL(1), ENABLE(1), {"nickname", has_nickname, set_nickname, 1}, INSTALL(2), ENABLE(2),
      DELETE(1), DISABLE(2), NOTIFICATIONS, RESET);

const struct flow *const consumer_flows[] = {
    &download,
    &failures_channel,
    &failures_package,
    &failures_elements,
    &cancelled,
    &enabling,
    &swap,
    &disabling,
    &test_profile,
    &deleting,
    &resetting,
    &settings,
    &lists,
    &life,
    &enabling_refresh,
    &swap_refresh,
    &disabling_refresh,
    &test_profile_refresh,
    &resetting_refresh,
    &life_refresh,
    NULL,
};
