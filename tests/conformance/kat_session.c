/* A whole installation that independent code computed (tests/kat/session.txt), replayed against the card with its own
 * identity, challenge and one-time key: every byte the card says is the vector's, except
 * - eUICC signatures, whose nonces are the card's (they are verified instead), and smdpSignature2 with them;
 * - in EUICCInfo2: extCardResource in as few bytes as hold the numbers, usimTestAlgorithm in uiccCapability (the
 * package demands it), deviceInfoExtensibility and serviceSpecificData in rspCapability, and euiccCategory;
 * - sequence numbers after the install notification, which the vector leaves out although the metadata asks for it. */
#include "download_common.h"

static struct rig rig;
static struct kat *kat;
static struct kat *real;
static struct test_key card_key;
static struct buf request;
static struct buf response;

/* 16 bytes: the vector's challenge; the first 32 bytes after `one_time_key` was set: its one-time key; else a counter.
 */
static struct {
    bool one_time_key;
    uint8_t counter;
} script;

static int scripted(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    struct slice fixed = {0};
    if (n == 16) fixed = kat_slice(kat, "euicc_challenge");
    if (n == 32 && script.one_time_key) {
        fixed = kat_slice(kat, "prepare.otSK_EUICC");
        script.one_time_key = false;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = fixed.n == n ? fixed.p[i] : ++script.counter;
    return EUICC_OK;
}

static const char personality[] =
    "firmware_version = 1.0.0\n"
    "uicc_capability = usim isim csim milenage cave tuak128 tuak256 usimTestAlgorithm gbaUsim gbaIsim eap javacard"
    " multipleUsim multipleIsim\n"
    "forbidden_ppr = ppr1\n"
    "crl_support = no\n"
    "sas_accreditation_number = EMU-TEST-SAS\n"
    "memory_size = 1048576\n"
    "volatile_memory_size = 8192\n";

static struct slice vector(const char *name)
{
    return kat_slice(kat, name);
}

static void set_up(void)
{
    static char eid[33];
    struct kat *keys = kat_open("sgp26.txt");
    kat = kat_open("session.txt");
    real = kat_open("real-session.txt");
    ck_assert(kat && real && keys);
    hex_encode(vector("eid"), eid);
    struct slice ci = kat_slice(keys, "CERT_CI_NIST_2024.der");
    const struct euicc_issuer issuer = {.ci_certificate = {ci.p, ci.n},
                                        .eum_certificate = {vector("cert_eum").p, vector("cert_eum").n},
                                        .euicc_certificate = {vector("cert_euicc").p, vector("cert_euicc").n},
                                        .euicc_key = {vector("sk_euicc").p, vector("sk_euicc").n}};
    rig_open(&rig,
             &(struct rig_options){
                 .personality = personality, .issuers = &issuer, .issuer_count = 1, .eid = eid, .random = scripted});
    rig.options.issuers = NULL;
    ck_assert(test_key_private(&card_key, TEST_P256, vector("sk_euicc")));
    kat_free(keys);
}

static void tear_down(void)
{
    rig_close(&rig);
    kat_free(kat);
    kat_free(real);
    buf_free(&request);
    buf_free(&response);
}

static void send(const char *name, struct slice in)
{
    uint16_t sw = rig_send(&rig, in, &response);
    ck_assert_msg(sw == 0x9000, "%s: %04X; %s, %s", name, sw, rig.said.expected, rig.said.came);
}

static void expect_bytes(const char *name, struct slice came, struct slice expected)
{
    char a[2049];
    char b[2049];
    ck_assert_msg(slice_equal(came, expected), "%s:\n  came     %s\n  expected %s", name, hex_short(came, a, sizeof a),
                  hex_short(expected, b, sizeof b));
}

/* The answer but for its last 64 bytes, which must be a signature by the card over `signed_bytes`. */
static void expect_signed(const char *name, struct slice came, struct slice expected, struct slice signed_bytes)
{
    ck_assert_uint_gt(came.n, 64);
    ck_assert_uint_eq(came.n, expected.n);
    expect_bytes(name, slice_of(came.p, came.n - 64), slice_of(expected.p, expected.n - 64));
    ck_assert_msg(test_verify(&card_key, signed_bytes, slice_of(came.p + came.n - 64, 64)), "%s: signature", name);
}

/* EUICCInfo2 of the vector with the differences that the head of this file names. */
static void put_info2(struct buf *b)
{
    struct tlv whole;
    struct tlv t;
    BUF_LOCAL bytes = {0};
    struct slice in = vector("euicc_info2");
    ck_assert(tlv_next(&in, &whole));
    size_t mark = tlv_open(b, 0xbf22);
    for (in = whole.value; tlv_next(&in, &t);) {
        if (t.tag == 0x84)
            buf_append(b, hex(&bytes, "840c 810100 8203100000 83022000"));
        else if (t.tag == 0x85)
            buf_append(b, hex(&bytes, "8504067fb6c0"));
        else if (t.tag == 0x88)
            buf_append(b, hex(&bytes, "8802029c"));
        else
            buf_append(b, t.whole);
        if (t.tag == 0xaa) buf_append(b, hex(&bytes, "8b0102"));
    }
    tlv_close(b, mark);
}

static void authenticate(void)
{
    struct tlv whole;
    struct tlv ok;
    struct tlv part[4];
    struct tlv t;
    BUF_LOCAL expected = {0};
    send("GetEUICCChallenge", slice_of("\xbf\x2e\x00", 3));
    expect_bytes("challenge", slice_skip(buf_slice(&response), 5), vector("euicc_challenge"));
    send("GetEUICCInfo1", slice_of("\xbf\x20\x00", 3));
    expect_bytes("EUICCInfo1", buf_slice(&response), vector("euicc_info1"));
    send("AuthenticateServer", vector("authenticate.request"));
    struct slice in = buf_slice(&response);
    ck_assert(tlv_next(&in, &whole) && whole.tag == 0xbf38 && in.n == 0);
    ck_assert(tlv_next(&whole.value, &ok) && ok.tag == 0xa0 && whole.value.n == 0);
    for (size_t i = 0; i < 4; i++)
        ck_assert(tlv_next(&ok.value, &part[i]));
    ck_assert_uint_eq(ok.value.n, 0);
    /* euiccSigned1 is the vector's with our EUICCInfo2 */
    in = vector("authenticate.euiccSigned1");
    ck_assert(tlv_next(&in, &whole));
    size_t mark = tlv_open(&expected, 0x30);
    for (in = whole.value; tlv_next(&in, &t);) {
        if (t.tag == 0xbf22)
            put_info2(&expected);
        else
            buf_append(&expected, t.whole);
    }
    tlv_close(&expected, mark);
    expect_bytes("euiccSigned1", part[0].whole, buf_slice(&expected));
    ck_assert(part[1].tag == 0x5f37 && test_verify(&card_key, part[0].whole, part[1].value));
    expect_bytes("CERT.EUICC", part[2].whole, vector("cert_euicc"));
    expect_bytes("CERT.EUM", part[3].whole, vector("cert_eum"));
    buf_reset(&rig.dp->session.euicc_signature1);
    buf_append(&rig.dp->session.euicc_signature1, part[1].whole);
}

/* The vector's PrepareDownload with smdpSignature2 over this card's euiccSignature1; hashCc is taken over or dropped.
 * Gives smdpSignature2 as TLV. */
static void make_prepare(const char *name, bool hash_cc, struct buf *signature)
{
    struct tlv whole;
    struct tlv t;
    struct tlv signed2;
    struct slice in = vector(name);
    BUF_LOCAL input = {0};
    BUF_LOCAL raw = {0};
    ck_assert(tlv_next(&in, &whole) && tlv_next(&whole.value, &signed2));
    buf_append(&input, signed2.whole);
    buf_append(&input, buf_slice(&rig.dp->session.euicc_signature1));
    ck_assert(test_sign(&rig.dp->config.pb_key, buf_slice(&input), &raw));
    buf_reset(signature);
    tlv_put(signature, 0x5f37, buf_slice(&raw));
    buf_reset(&request);
    size_t mark = tlv_open(&request, 0xbf21);
    buf_append(&request, signed2.whole);
    while (tlv_next(&whole.value, &t)) {
        if (t.tag == 0x5f37)
            buf_append(&request, buf_slice(signature));
        else if (t.tag != 0x04 || hash_cc)
            buf_append(&request, t.whole);
    }
    tlv_close(&request, mark);
}

static void prepare(const char *request_name, const char *response_name)
{
    struct tlv whole;
    struct tlv signed2;
    struct tlv ok;
    BUF_LOCAL signature = {0};
    BUF_LOCAL input = {0};
    make_prepare(request_name, true, &signature);
    script.one_time_key = true;
    send(request_name, buf_slice(&request));
    struct slice in = buf_slice(&response);
    ck_assert(tlv_next(&in, &whole) && tlv_next(&whole.value, &ok) && tlv_next(&ok.value, &signed2));
    buf_append(&input, signed2.whole);
    buf_append(&input, buf_slice(&signature));
    expect_signed(response_name, buf_slice(&response), vector(response_name), buf_slice(&input));
}

/* Sends the vector's segments, `flipped` with one bit of its last byte changed (-1: none); the result is in response.
 */
static void load(long flipped)
{
    size_t n = kat_count(kat, "bpp.segments");
    for (size_t i = 0; i < n; i++) {
        BUF_LOCAL segment = {0};
        buf_append(&segment, kat_slicef(kat, "bpp.segments.%zu", i));
        if ((long)i == flipped) segment.p[segment.n - 1] ^= 1;
        send("segment", buf_slice(&segment));
        ck_assert_msg((response.n > 0) == (i + 1 == n || (long)i == flipped), "segment %zu: %zu bytes", i, response.n);
        if (response.n) return;
    }
}

static struct slice result_data(struct slice pir)
{
    struct tlv whole;
    struct tlv data;
    ck_assert(tlv_next(&pir, &whole) && tlv_next(&whole.value, &data) && data.tag == 0xbf27);
    return data.whole;
}

/* The expected result or notification with another sequence number of one byte. */
static struct slice renumbered(struct buf *b, struct slice expected, uint8_t sequence)
{
    buf_reset(b);
    buf_append(b, expected);
    for (size_t i = 0; i + 3 <= b->n; i++) {
        if (memcmp(b->p + i, "\x80\x01", 2) != 0) continue;
        b->p[i + 2] = sequence;
        return buf_slice(b);
    }
    ck_abort_msg("no sequence number");
    return buf_slice(b);
}

/* EF.IMSI and EF.ICCID of the installed profile are those of the vector's package. */
static void expect_imsi(void)
{
    static const struct {
        const char *path, *body;
    } files[] = {{"/fs/3F00/2FE2", "98001032547698103214"}, {"/fs/3F00/7FD0/6F07", "080910101032540636"}};
    for (size_t k = 0; k < COUNT(files); k++) {
        BUF_LOCAL body = {0};
        bool found = false;
        struct slice wanted = hex(&body, files[k].body);
        for (size_t i = 0; i < rig.stored_n; i++) {
            const struct rig_stored *s = &rig.stored[i];
            if (strncmp(s->key, "isdp/", 5) != 0 || strcmp(s->key + 37, files[k].path) != 0) continue;
            found = s->n > wanted.n && slice_equal(slice_of(s->value + s->n - wanted.n, wanted.n), wanted);
        }
        ck_assert_msg(found, "%s is not that of the package", files[k].path);
    }
}

START_TEST(test_installation)
{
    BUF_LOCAL pir = {0};
    BUF_LOCAL expected = {0};
    authenticate();
    /* hashCc: missing, there, and not asked for; the key pair is the vector's each time */
    BUF_LOCAL signature = {0};
    make_prepare("prepare_with_cc.request", false, &signature);
    send("ccRequired without hashCc", buf_slice(&request));
    expect_bytes("ccRequired without hashCc", buf_slice(&response),
                 vector("prepare_with_cc.response_if_hashCc_absent"));
    prepare("prepare_with_cc.request", "prepare_with_cc.response");
    prepare("prepare.request", "prepare.response");
    load(-1);
    buf_append(&pir, buf_slice(&response));
    expect_signed("PIR", buf_slice(&pir), vector("pir_success"), result_data(buf_slice(&pir)));

    expect_imsi();

    /* enable without REFRESH: the vector's otherSignedNotification, with number 3 */
    BUF_LOCAL id = {0};
    struct lpa_notifications list;
    struct tlv whole;
    struct tlv metadata;
    struct tlv sign;
    ck_assert_int_eq(lpa_enable_profile(&rig.lpa, hex(&id, "5a0a98001032547698103214"), false), 0);
    send("RetrieveNotificationsList", slice_of("\xbf\x2b\x05\xa0\x03\x80\x01\x03", 8));
    struct slice in = slice_skip(buf_slice(&response), 1 + 2 + 2 + 1 + 3);
    (void)renumbered(&expected, vector("other_notification"), 3);
    struct slice wanted = buf_slice(&expected);
    ck_assert(tlv_next(&in, &whole) && whole.tag == 0x30 && in.n == 0);
    struct slice members = whole.value;
    ck_assert(tlv_next(&members, &metadata) && tlv_next(&members, &sign) && sign.tag == 0x5f37);
    ck_assert(test_verify(&card_key, metadata.whole, sign.value));
    memcpy(expected.p + (sign.value.p - whole.whole.p), sign.value.p, 64);
    expect_bytes("otherSignedNotification", whole.whole, wanted);

    /* the result comes back byte for byte; the list begins as the vector's */
    ck_assert(lpa_retrieve_notifications(&rig.lpa, 1, -1, &list) && list.n == 1);
    expect_bytes("PIR again", list.list[0].whole, buf_slice(&pir));
    send("ListNotification", slice_of("\xbf\x28\x00", 3));
    struct slice listed = vector("list_notification_response");
    ck_assert(tlv_next(&listed, &whole) && tlv_next(&whole.value, &metadata));
    struct tlv first;
    ck_assert(tlv_next(&metadata.value, &first));
    in = buf_slice(&response);
    ck_assert(tlv_next(&in, &whole) && tlv_next(&whole.value, &metadata) && tlv_next(&metadata.value, &sign));
    expect_bytes("first of the list", sign.whole, first.whole);
}
END_TEST

START_TEST(test_cancel)
{
    authenticate();
    BUF_LOCAL cancel = {0};
    size_t mark = tlv_open(&cancel, 0xbf41);
    tlv_put(&cancel, 0x80, vector("transaction_id"));
    tlv_put_u8(&cancel, 0x81, 1);
    tlv_close(&cancel, mark);
    send("CancelSession", buf_slice(&cancel));
    expect_signed("CancelSession", buf_slice(&response), vector("cancel_session_response"),
                  vector("cancel_session_signed"));
}
END_TEST

START_TEST(test_errors)
{
    static const struct {
        const char *name;
        long flipped; /* segment */
    } errors[] = {{"pir_error_examples.iscInvalidSignature", 0}, {"pir_error_examples.badMac_in_86", 9}};
    BUF_LOCAL expected = {0};
    for (size_t i = 0; i < COUNT(errors); i++) {
        authenticate();
        prepare("prepare.request", "prepare.response");
        load(errors[i].flipped);
        (void)renumbered(&expected, vector(errors[i].name), (uint8_t)(i + 1));
        expect_signed(errors[i].name, buf_slice(&response), buf_slice(&expected), result_data(buf_slice(&response)));
    }
    /* then it is installed (3, and 4 for the notification), and is there the next time */
    for (int i = 0; i < 2; i++) {
        send("GetEUICCChallenge", slice_of("\xbf\x2e\x00", 3));
        send("AuthenticateServer", vector("authenticate.request"));
        struct tlv whole;
        struct tlv ok;
        struct tlv signature;
        struct slice in = buf_slice(&response);
        ck_assert(tlv_next(&in, &whole) && tlv_next(&whole.value, &ok) && tlv_find(ok.value, 0x5f37, &signature));
        buf_reset(&rig.dp->session.euicc_signature1);
        buf_append(&rig.dp->session.euicc_signature1, signature.whole);
        prepare("prepare.request", "prepare.response");
        size_t n = i == 0 ? kat_count(kat, "bpp.segments") : 4;
        for (size_t j = 0; j < n; j++)
            send("segment", kat_slicef(kat, "bpp.segments.%zu", j));
        ck_assert_msg(response.n > 0, "no result");
    }
    (void)renumbered(&expected, vector("pir_error_examples.iccidExists"), 5);
    expect_signed("iccidExists", buf_slice(&response), buf_slice(&expected), result_data(buf_slice(&response)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kat_session");
    TCase *t = tcase_create("session");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_installation);
    tcase_add_test(t, test_cancel);
    tcase_add_test(t, test_errors);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
