/* ES8+.InitialiseSecureChannel and ES8+.ReplaceSessionKeys (SGP.22 5.5.1, 5.5.4, 2.5.3; SGP.23-1 4.2.3, 4.2.6): who
 * may open the secure channel of a package, and under which keys it goes on. The SM-DP+ is the double with one thing
 * wrong. */
#define _GNU_SOURCE
#include "download.h"

#include "points.h"

#include <stdio.h>

#define ISC "SGP.22 5.5.1; SGP.23-1 4.2.3"
#define RSK "SGP.22 5.5.4; SGP.23-1 4.2.6"

static const uint8_t other_8[8] = {0x2a};
static const uint8_t other_16[16] = {0x2a};
static const uint8_t other_17[17] = {0x2a};
static const uint8_t other_65[65] = {0x2a};
/* The generator of P-256: a point, but not of brainpoolP256r1. */
static const uint8_t p256_point[65] = {0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
                                       0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
                                       0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
                                       0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
                                       0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
static const uint8_t only_operation[] = {0xbf, 0x23, 0x03, 0x82, 0x01, 0x01};
static const uint8_t bad_der[] = {0xbf, 0x23, 0x05, 0x82, 0x01, 0x01, 0x80, 0x7f};
static const uint8_t host_1[1] = {'h'};
static const uint8_t host_16[16] = "sixteen octets!!";
static const uint8_t rsk_24[] = {0xbf, 0x26, 0x3e, 0x80, 0x10, [21] = 0x81, 0x18, [47] = 0x82, 0x10, [64] = 0x2a};
static const uint8_t rsk_without_mac[] = {0xbf, 0x26, 0x24, 0x80, 0x10, [21] = 0x81, 0x10, [38] = 0x2a};
static const uint8_t not_rsk[] = {0xbf, 0x25, 0x00};

/* ---- cases with a function of their own ---- */

static bool stop_behind_first(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    (void)ctx;
    (void)lpa;
    (void)segment;
    return index == 0;
}

/* The first segment alone: no error, no data (2.5.5, 5.7.6). */
static void run_first_segment(struct bench *b)
{
    static const struct lpa_download_options first = {.before_segment = stop_behind_first};
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    if (!rig_begin(&r, b, b->row->argument)) return;
    (void)lpa_download(r.lpa, r.dp, &first, &result);
    if (!rig_reached_package(b, &result)) return;
    (void)bench_expect(b, result.segments == 1 && result.sw == 0x9000 && result.pir.n == 0, ISC,
                       "9000 without data for the segment with BF36 and BF23", "%04X, %zu bytes, %s", result.sw,
                       result.pir.n, result.error);
}

struct repetition {
    struct buf first;
    struct buf came;
    uint16_t sw;
};

/* The same BF36 and BF23 once more, when the secure channel is open. */
static bool repeat_first(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    struct repetition *again = ctx;
    if (index == 0) buf_append(&again->first, buf_slice(segment));
    if (index != 2) return true;
    return lpa_store_data(lpa, buf_slice(&again->first), &again->came, &again->sw) && again->came.n == 0;
}

/* A second BF36 is refused, with a status word and the download goes on, or with a result that ends it. */
static void run_second_channel(struct bench *b)
{
    struct repetition again = {0};
    RIG_LOCAL r;
    LPA_DOWNLOAD_LOCAL result = {0};
    struct smdpp_pir pir;
    if (!rig_begin(&r, b, b->row->argument)) return;
    (void)lpa_download(r.lpa, r.dp, &(struct lpa_download_options){.before_segment = repeat_first, .hook_ctx = &again},
                       &result);
    if (rig_reached_package(b, &result) && !again.sw)
        (void)bench_verdict(b, VERDICT_ERROR, "the download did not come to the second BF36: %s", result.error);
    bool ended = again.came.n && smdpp_check_pir(r.dp, buf_slice(&again.came), &pir) && !pir.success;
    bool refused = again.came.n == 0 && (again.sw == 0x6985 || again.sw == 0x6a88);
    if (bench_goes_on(b) &&
        bench_expect(b, ended || refused, b->row->clauses, "6985 or 6A88, or a result with an error",
                     "%04X with %zu bytes", again.sw, again.came.n) &&
        refused)
        (void)rig_expect_installed(&r, &result);
    buf_free(&again.first);
    buf_free(&again.came);
    if (!bench_goes_on(b) || refused) return;
    if (rig_expect_over(&r) && rig_expect_unchanged(&r)) (void)rig_expect_good(&r);
}

/* ---- the table ---- */

#define ROW(group, name, text, clause, on, runner, ...)                                                                \
    {                                                                                                                  \
        .id = "ES8+." group "/" name, .family = "ES8+", .title = text, .clauses = clause, .applies = on,               \
        .state = "empty", .needs = NEED_SGP26, .destructive = true, .run = runner,                                     \
        .argument =                                                                                                    \
            &(const struct download){.curve = sizeof(on) == sizeof(LOADS_P256) ? TEST_P256 : TEST_BP256, __VA_ARGS__}, \
    }
#define BOTH(group, name, text, clause, runner, ...)                                                                   \
    ROW(group, name "-nist", text " (P-256)", clause, LOADS_P256, runner, __VA_ARGS__),                                \
        ROW(group, name "-brainpool", text " (brainpoolP256r1)", clause, LOADS_BP256, runner, __VA_ARGS__)

#define ISC_GOOD(name, text, runner, ...) BOTH("InitialiseSecureChannel", name, text, ISC, runner, __VA_ARGS__)
#define ISC_BAD(name, text, number, reason, ...)                                                                       \
    BOTH("InitialiseSecureChannel", name, text, ISC number, run_refused, .outcomes = reason, .spoil = {__VA_ARGS__})
#define ISC_BAD_P256(name, text, number, reason, ...)                                                                  \
    ROW("InitialiseSecureChannel", name, text, ISC number, LOADS_P256, run_refused, .outcomes = reason,                \
        .spoil = {__VA_ARGS__})
#define PIR(reason) OUT(INITIALISE, reason)
#define POINT PIR(INCORRECT), PIR(UNKNOWN)

/* Items of the package: 1 ConfigureISDP, 2 StoreMetadata, 3 ReplaceSessionKeys, then the 86s. */
#define RSK_BAD(name, text, number, outcome_list, ...)                                                                 \
    ROW("ReplaceSessionKeys", name, text, RSK number, LOADS_P256, run_refused, .keys = true, .outcomes = outcome_list, \
        .spoil = {__VA_ARGS__})
const struct case_row cases_channel[] = {
    ISC_GOOD("01-nominal", "InitialiseSecureChannel of the SM-DP+ is accepted: 9000 without data", run_first_segment,
             .keys = false),
    ISC_GOOD("02-host-id-1", "a hostId of 1 byte is part of the keys", run_installed,
             .offer = {.host_id = BYTES(host_1)}),
    ISC_GOOD("03-host-id-16", "a hostId of 16 bytes is part of the keys", run_installed,
             .offer = {.host_id = BYTES(host_16)}),
    ISC_BAD("10-signature-bit", "smdpSign with one bit changed: invalidSignature", "; SGP.22 negative 36",
            LIST(PIR(SIGNATURE)), .isc_signature_bit = true),
    ISC_BAD_P256("11-signature-zero", "smdpSign with s = 0: invalidSignature", "; SGP.22 negative 36",
                 LIST(PIR(SIGNATURE)), .isc_signature = {other_65, 64}),
    ISC_BAD_P256("12-signature-63", "smdpSign of 63 bytes: invalidSignature", "; SGP.22 negative 36",
                 LIST(PIR(SIGNATURE), PIR(INCORRECT)), .isc_signature = {other_65, 63}),
    ISC_BAD_P256("13-signature-65", "smdpSign of 65 bytes: invalidSignature", "; SGP.22 negative 36",
                 LIST(PIR(SIGNATURE), PIR(INCORRECT)), .isc_signature = BYTES(other_65)),
    ISC_BAD("20-transaction", "the transactionId of another session, rightly signed: invalidTransactionId",
            "; SGP.22 negative 37", LIST(PIR(TRANSACTION)), .isc_transaction_id = BYTES(other_16)),
    ISC_BAD_P256("21-transaction-shorter", "a shorter transactionId, rightly signed: invalidTransactionId",
                 "; SGP.22 negative 37", LIST(PIR(TRANSACTION)), .isc_transaction_id = BYTES(other_8)),
    ISC_BAD_P256("22-transaction-17", "a transactionId of 17 bytes is refused", "",
                 LIST(PIR(TRANSACTION), PIR(INCORRECT)), .isc_transaction_id = BYTES(other_17)),
    ISC_BAD("23-operation", "remoteOpId 2, rightly signed: unsupportedRemoteOperationType", "; SGP.22 negative 37",
            LIST(PIR(OPERATION)), .isc_remote_operation = 2),
    ISC_BAD("24-key-type", "keyType 80, rightly signed: unsupportedCrtValues", "; SGP.22 negative 37", LIST(PIR(CRT)),
            .isc_key_type = 0x80),
    ISC_BAD("25-key-length", "keyLen 20, rightly signed: unsupportedCrtValues", "; SGP.22 negative 37", LIST(PIR(CRT)),
            .isc_key_length = 0x20),
    ISC_BAD_P256("26-host-id-17", "a hostId of 17 bytes is refused", "", LIST(PIR(CRT), PIR(INCORRECT)),
                 .isc_host_id = BYTES(other_17)),
    ISC_BAD("30-off-curve", "otPK.DP that is not on the curve is refused", "; SGP.22 negative 38", LIST(POINT),
            .isc_otpk = BYTES(off_curve)),
    ISC_BAD("31-zero-point", "otPK.DP with coordinates zero is refused", "; SGP.22 negative 38", LIST(POINT),
            .isc_otpk = BYTES(zero_point)),
    ISC_BAD("32-infinity", "otPK.DP as the point at infinity is refused", "; SGP.22 negative 38", LIST(POINT),
            .isc_otpk = BYTES(infinity)),
    ISC_BAD_P256("33-compressed", "otPK.DP in compressed form is refused", "", LIST(POINT),
                 .isc_otpk = BYTES(compressed)),
    ISC_BAD_P256("34-brainpool-point", "otPK.DP on brainpoolP256r1 in place of P-256 is refused",
                 "; SGP.22 negative 38", LIST(POINT), .isc_otpk = BYTES(brainpool_point)),
    ROW("InitialiseSecureChannel", "35-p256-point", "otPK.DP on P-256 in place of brainpoolP256r1 is refused",
        ISC "; SGP.22 negative 38", LOADS_BP256, run_refused, .outcomes = {POINT},
        .spoil = {.isc_otpk = BYTES(p256_point)}),
    ISC_BAD_P256("40-members-missing", "BF23 with remoteOpId alone: incorrectInputValues", "",
                 LIST(PIR(INCORRECT), PIR(UNKNOWN)), .isc_raw = BYTES(only_operation)),
    ISC_BAD_P256("41-no-der", "BF23 that cannot be decoded: incorrectInputValues", "",
                 LIST(PIR(INCORRECT), PIR(UNKNOWN)), .isc_raw = BYTES(bad_der)),
    ROW("InitialiseSecureChannel", "50-second", "a second BF36 while one is loaded is refused, no key is used twice",
        ISC "; SGP.22 negative 39", LOADS_P256, run_second_channel, .keys = false),

    BOTH("ReplaceSessionKeys", "01-nominal", "with ReplaceSessionKeys the elements come under its keys", RSK,
         run_installed, .keys = true),
    BOTH("ReplaceSessionKeys", "02-many-segments", "the counter begins anew with the new keys, and goes on", RSK,
         run_installed, .keys = true, .offer = {.segment = 100}),
    BOTH("ReplaceSessionKeys", "03-session-keys", "without ReplaceSessionKeys counter and MAC chain go on", RSK,
         run_installed, .offer = {.segment = 100}),
    RSK_BAD("10-mac", "one MAC bit of ReplaceSessionKeys changed: scp03tSecurityError", "; SGP.22 negative 43",
            LIST(OUT(REPLACE, SECURITY)), .mac_item = 3),
    RSK_BAD("11-cipher", "one bit of its cipher text changed: scp03tSecurityError", "; SGP.22 2.5.3",
            LIST(OUT(REPLACE, SECURITY)), .cipher_item = 3),
    RSK_BAD("12-icv", "encrypted with a wrong ICV, the MAC right: refused", "; SGP.22 negative 44",
            LIST(OUT(REPLACE, SECURITY), OUT(REPLACE, STRUCTURE), OUT(REPLACE, INCORRECT)), .icv_item = 3),
    RSK_BAD("13-padding", "padded with zeros only: refused", "; SGP.22 2.5.3",
            LIST(OUT(REPLACE, SECURITY), OUT(REPLACE, STRUCTURE)), .padding_item = 3),
    RSK_BAD("14-cut", "cipher text that is no whole number of blocks: scp03tStructureError", "; SGP.22 2.5.3",
            LIST(OUT(REPLACE, STRUCTURE), OUT(REPLACE, SECURITY)), .cut_item = 3),
    RSK_BAD("15-tag", "88 in place of its 87: scp03tStructureError", "; SGP.22 2.5.4",
            LIST(OUT(REPLACE, STRUCTURE), OUT(REPLACE, SECURITY)), .retag_item = 3, .retag_to = 0x88),
    RSK_BAD("20-key-24", "a ppkEnc of 24 bytes is refused", "; SGP.22 negative 54",
            LIST(OUT(REPLACE, STRUCTURE), OUT(REPLACE, INCORRECT)), .replace_session_keys = BYTES(rsk_24)),
    RSK_BAD("21-no-mac-key", "ReplaceSessionKeys without ppkCmac is refused", "",
            LIST(OUT(REPLACE, STRUCTURE), OUT(REPLACE, INCORRECT)), .replace_session_keys = BYTES(rsk_without_mac)),
    RSK_BAD("22-another-object", "another object in place of BF26 is refused", "",
            LIST(OUT(REPLACE, STRUCTURE), OUT(REPLACE, INCORRECT)), .replace_session_keys = BYTES(not_rsk)),
    RSK_BAD("30-two", "two ReplaceSessionKeys in A2: scp03tStructureError", "; SGP.22 negative 54",
            LIST(OUT(REPLACE, STRUCTURE), OUT(ELEMENTS, STRUCTURE), NO_SEGMENT), .replace_session_keys_count = 2),
    RSK_BAD("31-two-sections", "A2 twice: scp03tStructureError", "; SGP.22 negative 54",
            LIST(OUT(REPLACE, STRUCTURE), OUT(ELEMENTS, STRUCTURE), NO_SEGMENT), .order = "01223",
            .order_before_protect = true),
    RSK_BAD("32-before-metadata", "A2 before A1: scp03tStructureError", "; SGP.22 negative 54",
            LIST(OUT(REPLACE, STRUCTURE), OUT(METADATA, STRUCTURE), NO_SEGMENT), .order = "0213",
            .order_before_protect = true),
    RSK_BAD("33-first", "A2 before A0: scp03tStructureError", "; SGP.22 negative 54",
            LIST(OUT(REPLACE, STRUCTURE), OUT(CONFIGURE, STRUCTURE), OUT(METADATA, STRUCTURE), NO_SEGMENT),
            .order = "2013", .order_before_protect = true),
    RSK_BAD("40-mac-behind", "one MAC bit of an 86 under the new keys changed: scp03tSecurityError",
            "; SGP.22 negative 43", LIST(OUT(ELEMENTS, SECURITY)), .mac_item = 4),
    {.id = NULL},
};
