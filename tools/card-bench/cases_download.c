/* Whole downloads (SGP.22 2.5.5, 3.1.3, 3.1.5, 3.5, 5.7.6; SGP.23-1 4.2.11): right ones in each form that an LPA may
 * give them, what may come between the segments, what ends a download, and which notifications it leaves. */
#define _GNU_SOURCE
#include "download.h"

#include "base/hex.h"

#include <stdio.h>

#define LOAD "SGP.22 5.7.6; SGP.23-1 4.2.11"
#define NOTIFY "SGP.22 3.5; SGP.22 2.5.6; SGP.23-1 4.2.11"
#define OPERATIONAL_ICCID "98001010000000000001"
#define TEST_ICCID "98001010000000000044"

/* ---- right downloads ---- */

/* The LPA works as `more` says. */
static void run_terminal(struct bench *b)
{
    const struct download *d = b->row->argument;
    const struct lpa_options *options = d->more;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    r.lpa->options.block_size = options->block_size;
    r.lpa->options.with_le = options->with_le;
    r.lpa->options.get_response_iso = options->get_response_iso;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    (void)rig_expect_installed(&r, &result);
}

/* No memory reset takes a provisioning profile away (SGP.22 5.7.19). */
static void run_provisioning(struct bench *b)
{
    RIG_LOCAL r;
    BUF_LOCAL id = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    (void)lpa_download(r.lpa, r.dp, NULL, &result);
    (void)rig_expect_installed(&r, &result);
    b->section = SECTION_FINALLY;
    tlv_put(&id, 0x5a, result.result.iccid);
    if (result.stage == LPA_STAGE_DONE && lpa_delete_profile(r.lpa, buf_slice(&id)) != 0)
        (void)bench_verdict(b, VERDICT_ERROR, "the profile cannot be deleted: %s", r.lpa->error);
}

static void run_second_smdpp(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d) || !rig_use_smdpp(&r, d->curve, 2)) return;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    (void)rig_expect_installed(&r, &result);
}

/* The SM-DP+ takes eUICCs of its own CI only: the card has to sign under the CI that it was told to. */
static void run_one_ci(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    r.dp->config.anchor_count = 1;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    (void)rig_expect_installed(&r, &result);
}

/* A refusal by length is within SGP.22 2.5.3, where an 86 has at most 1020 bytes; many cards take more. */
static void run_long(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    (void)lpa_download(r.lpa, r.dp, &d->options, &result);
    if (result.stage == LPA_STAGE_DONE)
        (void)rig_expect_installed(&r, &result);
    else if (rig_expect_outcome(&r, &result) && rig_expect_unchanged(&r))
        (void)rig_expect_good(&r);
}

/* The cases begin with a download that ends as the row says; whether it does is for cases of its own. */
static bool download_given(struct rig *r, struct lpa_download_result *result)
{
    r->b->section = SECTION_GIVEN;
    (void)lpa_download(r->lpa, r->dp, NULL, result);
    bool good = r->d->outcomes[0].reason ? rig_expect_outcome(r, result) : rig_expect_installed(r, result);
    r->b->section = SECTION_TEST;
    return good;
}

/* ---- a segment without a session ---- */

static void expect_no_segment(struct rig *r, const char *segment)
{
    BUF_LOCAL data = {0};
    uint16_t sw = 0;
    if (!rig_send(r, segment, &data, &sw)) return;
    (void)bench_expect(r->b, data.n == 0 && (sw == 0x6985 || sw == 0x6a88), r->b->row->clauses,
                       "6985 or 6A88 without data", "%04X with %zu bytes", sw, data.n);
}

static void run_after_success(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    if (download_given(&r, &result)) expect_no_segment(&r, d->more);
}

static void run_after_failure(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, d)) return;
    if (download_given(&r, &result)) expect_no_segment(&r, d->more);
}

static void run_authenticated_only(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    if (!rig_begin(&r, b, d)) return;
    b->section = SECTION_GIVEN;
    if (!rig_session(&r, LPA_STAGE_PREPARE)) return;
    b->section = SECTION_TEST;
    expect_no_segment(&r, d->more);
}

/* ---- notifications ---- */

/* The result is kept byte for byte until it is removed. */
static void run_result_kept(struct bench *b)
{
    const struct download *d = b->row->argument;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    struct lpa_notifications list;
    if (!rig_begin(&r, b, d)) return;
    if (!download_given(&r, &result)) return;
    for (int i = 0; i < 2; i++) {
        if (i && !lpa_reset(r.lpa)) {
            (void)bench_verdict(b, VERDICT_ERROR, "after a reset: %s", r.lpa->error);
            return;
        }
        bool came = lpa_retrieve_notifications(r.lpa, result.result.sequence_number, -1, &list);
        if (!bench_goes_on(b)) return;
        bool same = came && list.n == 1 && slice_equal(list.list[0].whole, buf_slice(&result.pir));
        if (!bench_expect(b, same, b->row->clauses,
                          i ? "the same result after a reset" : "the result under its number, byte for byte", "%s",
                          !came         ? r.lpa->error
                          : same        ? "it"
                          : list.n == 1 ? "other bytes"
                                        : "none, or several"))
            return;
    }
}

/* How many notifications a download leaves besides its result, to which addresses. */
struct left_behind {
    bool result; /* it has to be there, and alone but for them */
    size_t n;
    const char *addresses[2];
};

static void run_left_behind(struct bench *b)
{
    const struct download *d = b->row->argument;
    const struct left_behind *left = d->more;
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    struct lpa_notifications list;
    struct smdpp_notification checked;
    size_t n = 0;
    size_t wrong = 0;
    if (!rig_begin(&r, b, d)) return;
    if (lpa_process_notifications(r.lpa, NULL) < 0 || !bench_goes_on(b)) {
        (void)bench_verdict(b, VERDICT_ERROR, "older notifications cannot be removed: %s", r.lpa->error);
        return;
    }
    if (!download_given(&r, &result)) return;
    if (!lpa_retrieve_notifications(r.lpa, -1, -1, &list)) {
        if (bench_goes_on(b)) (void)bench_expect(b, false, NOTIFY, "a list of notifications", "%s", r.lpa->error);
        return;
    }
    for (size_t i = 0; i < list.n; i++) {
        if (list.list[i].is_result) continue;
        bool right = n < left->n && smdpp_check_notification(r.dp, list.list[i].whole, &checked) &&
                     checked.event == 0 && slice_equal(checked.address, slice_text(left->addresses[n])) &&
                     slice_equal(checked.iccid, result.result.iccid);
        wrong += !right;
        n++;
    }
    char wish[120];
    (void)snprintf(wish, sizeof wish, "%zu signed install notifications%s%s%s%s%s", left->n,
                   left->result ? " besides the result" : "", left->n ? ": " : "", left->n ? left->addresses[0] : "",
                   left->n > 1 ? ", " : "", left->n > 1 ? left->addresses[1] : "");
    (void)bench_expect(b, n == left->n && wrong == 0 && (!left->result || list.n == n + 1), b->row->clauses, wish,
                       "%zu, of which %zu are not so, and %zu results", n, wrong, list.n - n);
}

/* Each entry has a number of its own, and later ones have larger numbers. */
static void run_sequence(struct bench *b)
{
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL first = {0};
    LPA_DOWNLOAD_LOCAL second = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    if (!download_given(&r, &first) || !download_given(&r, &second)) return;
    (void)bench_expect(b, second.result.sequence_number > first.result.sequence_number, b->row->clauses,
                       "a seqNumber above the one before", "%u after %u", (unsigned)second.result.sequence_number,
                       (unsigned)first.result.sequence_number);
}

/* ---- the table ---- */

static const uint8_t hash[32] = {0x2a};

#define ROW(group, name, text, clause, on, from, runner, ...)                                                          \
    {                                                                                                                  \
        .id = "Download." group "/" name, .family = "Download", .title = text, .clauses = clause, .applies = on,       \
        .state = from, .needs = NEED_SGP26, .destructive = true, .run = runner,                                        \
        .argument = &(const struct download){__VA_ARGS__},                                                             \
    }
#define GOOD(name, text, clause, on, runner, ...)                                                                      \
    ROW("Nominal", name, text, clause, LOADS_P256 on, "empty", runner, __VA_ARGS__)
#define GOOD_BOTH(name, text, on, runner, ...)                                                                         \
    ROW("Nominal", name "-nist", text " (P-256)", LOAD, LOADS_P256 on, "empty", runner, __VA_ARGS__),                  \
        ROW("Nominal", name "-brainpool", text " (brainpoolP256r1)", LOAD, LOADS_BP256 on, "empty", runner,            \
            .curve = TEST_BP256, __VA_ARGS__)
#define TERMINAL(name, text, number, ...)                                                                              \
    GOOD(name, text, LOAD number, "", run_terminal, .more = &(const struct lpa_options){__VA_ARGS__})
#define SESSION(name, text, runner, digits, ...)                                                                       \
    ROW("Session", name, text, "SGP.22 5.7.6; SGP.22 3.1.5", LOADS_P256, "empty", runner, .more = digits, __VA_ARGS__)
#define NOTIFICATION(name, text, on, runner, ...)                                                                      \
    ROW("Notifications", name, text, NOTIFY, LOADS_P256 on, "empty", runner, __VA_ARGS__)
#define LEFT(...)                                                                                                      \
    &(const struct left_behind)                                                                                        \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define LAST_MAC .spoil = {.mac_item = 4}, .outcomes = LIST(OUT(ELEMENTS, SECURITY))

const struct case_row cases_download[] = {
    GOOD_BOTH("01-least", "a small profile is installed, disabled", "", run_installed, .keys = false),
    GOOD_BOTH("02-operational", "an operational profile is installed, disabled", " and isim", run_installed,
              .package = "operational", .metadata = {.iccid = OPERATIONAL_ICCID}, .keys = true),
    GOOD_BOTH("03-test", "a test profile is installed, disabled", " and test-profiles", run_installed,
              .package = "test", .metadata = {.iccid = TEST_ICCID, .profile_class = "950100"}),
    GOOD_BOTH("04-second-smdpp", "the second SM-DP+ of SGP.26 can install", "", run_second_smdpp, .keys = true),
    GOOD_BOTH("05-one-ci", "the card signs under the CI that the SM-DP+ chose", "", run_one_ci, .keys = false),
    GOOD_BOTH("06-confirmation-code", "with the right confirmation code it is installed", "", run_installed,
              .offer = {.confirmation_code = "12345678"}, .options = {.confirmation_code = "12345678"}),
    GOOD("07-hash-not-asked-for", "a hashCc that nobody asked for does no harm", LOAD "; SGP.22 negative 34", "",
         run_installed, .options = {.hash_cc = BYTES(hash)}),
    ROW("Nominal", "08-beside-another", "a profile is installed beside another one", LOAD, LOADS_P256,
        "operational-disabled", run_installed, .keys = false),
    GOOD("09-provisioning", "a provisioning profile is installed", LOAD, " and consumer", run_provisioning,
         .metadata = {.profile_class = "950101"}),
    TERMINAL("20-blocks-255", "blocks of 255 bytes", "; SGP.22 negative 47", .block_size = 255),
    TERMINAL("21-blocks-254", "blocks of 254 bytes", "", .block_size = 254),
    TERMINAL("22-blocks-120", "blocks of 120 bytes", "", .block_size = 120),
    TERMINAL("23-blocks-119", "blocks of 119 bytes", "", .block_size = 119),
    TERMINAL("24-blocks-20", "blocks of 20 bytes", "", .block_size = 20),
    GOOD("25-blocks-1", "segments in blocks of 1 byte", LOAD "; SGP.22 negative 47", "", run_installed,
         .offer = {.segment = 200}, .options = {.segment_block_size = 1}),
    TERMINAL("26-with-le", "blocks with Le", "", .block_size = 255, .with_le = true),
    TERMINAL("27-get-response", "GET RESPONSE with an ISO class", "", .block_size = 255, .get_response_iso = true),
    GOOD("30-plain-1", "86 of one plain byte", LOAD, "", run_installed, .offer = {.segment = 1}),
    GOOD("31-plain-16", "86 with a whole block, so that padding is a block", LOAD, "", run_installed,
         .offer = {.segment = 16}),
    GOOD("32-plain-200", "86 with a length of two bytes", LOAD, "", run_installed, .offer = {.segment = 200}),
    GOOD("33-whole-1020", "86 of 1020 bytes, the most there are", LOAD "; SGP.22 2.5.3; SGP.22 negative 47", "",
         run_installed, .offer = {.segment = 1007}),
    GOOD("34-whole-1036", "86 of 1036 bytes are taken, or refused for their length",
         LOAD "; SGP.22 2.5.3; SGP.22 negative 47", "", run_long, .offer = {.segment = 1023},
         .outcomes = LIST(OUT(ELEMENTS, STRUCTURE))),
    GOOD("35-metadata-cut", "metadata in several 88", LOAD, "", run_installed, .offer = {.metadata_segment = 20}),
    GOOD("36-each-segment", "each 87 of A0 and A2 as a segment of its own", LOAD "; SGP.22 2.5.5", "", run_installed,
         .keys = true, .options = {.segmentation = LPA_SEGMENT_EACH}),

    SESSION("01-after-success", "after the result an 86 is no segment any more", run_after_success,
            "860A 00000000000000000000", .keys = false),
    SESSION("02-package-after-success", "after the result there is no session for another package", run_after_success,
            "BF360ABF2307820101", .keys = false),
    SESSION("03-after-failure", "after a result with an error an 86 is no segment any more", run_after_failure,
            "860A 00000000000000000000", LAST_MAC),
    SESSION("04-authenticated", "before PrepareDownload there is no session for a package", run_authenticated_only,
            "BF360ABF2307820101", .keys = false),

    NOTIFICATION("01-success-kept", "the result of a success is kept byte for byte", "", run_result_kept,
                 .keys = false),
    NOTIFICATION("02-failure-kept", "the result of a failure is kept byte for byte", "", run_result_kept, LAST_MAC),
    NOTIFICATION("03-two-addresses", "one install notification for each address that wants it", "", run_left_behind,
                 .metadata = {.notifications = "B61D 300D 80020780 8107612E6578616D70 300C 80020780 8106622E74657374"},
                 .more = LEFT(.n = 2, .addresses = {"a.examp", "b.test"})),
    ROW("Notifications", "09-two-addresses-brainpool",
        "one install notification for each address, signed for the CI of the download (brainpoolP256r1)", NOTIFY,
        LOADS_BP256, "empty", run_left_behind, .curve = TEST_BP256,
        .metadata = {.notifications = "B61D 300D 80020780 8107612E6578616D70 300C 80020780 8106622E74657374"},
        .more = LEFT(.n = 2, .addresses = {"a.examp", "b.test"})),
    NOTIFICATION("04-other-events", "no install notification to an address that wants other events", "",
                 run_left_behind, .metadata = {.notifications = "B60E 300C 80020470 8106622E74657374"},
                 .more = LEFT(.n = 0)),
    NOTIFICATION("05-none", "without notificationConfigurationInfo there is the result only", "", run_left_behind,
                 .more = LEFT(.result = true)),
    NOTIFICATION("06-failure", "a failed download leaves its result only", "", run_left_behind, LAST_MAC,
                 .metadata = {.notifications = "B60E 300C 80020780 8106622E74657374"}, .more = LEFT(.result = true)),
    NOTIFICATION("07-test", "a test profile makes no install notification", " and test-profiles", run_left_behind,
                 .package = "test",
                 .metadata = {.iccid = TEST_ICCID,
                              .profile_class = "950100",
                              .notifications = "B60E 300C 80020780 8106622E74657374"},
                 .more = LEFT(.n = 0)),
    NOTIFICATION("08-sequence", "the seqNumber rises with each result", "", run_sequence, LAST_MAC),
    {.id = NULL},
};
