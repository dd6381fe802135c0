/* The LPA double against a scripted card (script_card.h) that replays session.txt: it demands every request as recorded
 * and answers as recorded. What the double sends and how it reads answers is thus checked without the card of this
 * project. */
#define _DEFAULT_SOURCE
#include "base/hex.h"
#include "base/tlv.h"
#include "lpa.h"
#include "script_card.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct kat *session_kat;
static struct kat *keys_kat;
static struct kat *real_kat;

static struct script script;
static struct lpa lpa;

static void start(const struct lpa_options *options)
{
    const struct lpa_reader reader = {
        .ctx = &script, .transmit = script_transmit, .power = script_power, .reset = script_reset};
    lpa_init(&lpa, &reader, options);
    ck_assert_msg(lpa_open(&lpa), "%s", lpa.error);
}

static void set_up(void)
{
    session_kat = kat_open("session.txt");
    keys_kat = kat_open("sgp26.txt");
    real_kat = kat_open("real-session.txt");
    ck_assert(session_kat && keys_kat && real_kat);
    script = (struct script){0};
}

static void tear_down(void)
{
    lpa_free(&lpa);
    script_free(&script);
    kat_free(session_kat);
    kat_free(keys_kat);
    kat_free(real_kat);
}

static struct slice kat_session(const char *name)
{
    return kat_slice(session_kat, name);
}

static struct smdpp *session_smdpp(void)
{
    struct smdpp_config config;
    ck_assert(smdpp_config_sgp26(&config, keys_kat, TEST_P256, 1));
    struct smdpp *dp = smdpp_new(&config);
    ck_assert_ptr_nonnull(dp);
    dp->fixed_transaction_id = kat_session("transaction_id");
    dp->fixed_server_challenge = kat_session("server_challenge");
    dp->fixed_otsk = kat_session("bpp.otSK_DP");
    dp->profile = (struct smdpp_profile){
        .metadata = kat_session("bpp.metadata"), .upp = kat_slice(real_kat, "ppk.upp"), .use_ppk = true};
    memcpy(dp->profile.ppk_enc, kat_session("bpp.ppk.enc").p, 16);
    memcpy(dp->profile.ppk_mac, kat_session("bpp.ppk.cmac").p, 16);
    memcpy(dp->profile.ppk_mcv, kat_session("bpp.ppk.mcv").p, 16);
    return dp;
}

static void script_authentication(void)
{
    BUF_LOCAL challenge = {0};
    size_t mark = tlv_open(&challenge, 0xbf2e);
    tlv_put(&challenge, 0x80, kat_session("euicc_challenge"));
    tlv_close(&challenge, mark);
    BUF_LOCAL request = {0};
    tlv_put(&request, 0xbf2e, slice_of(NULL, 0));
    script_add(&script, buf_slice(&request), buf_slice(&challenge), 0);
    buf_reset(&request);
    tlv_put(&request, 0xbf20, slice_of(NULL, 0));
    script_add(&script, buf_slice(&request), kat_session("euicc_info1"), 0);
    script_add(&script, kat_session("authenticate.request"), kat_session("authenticate.response"), 0);
    script_add(&script, kat_session("prepare.request"), kat_session("prepare.response"), 0);
}

/* segments.N of session.txt, the last one answered with the result. */
static void script_segments(void)
{
    size_t n = kat_count(session_kat, "bpp.segments");
    for (size_t i = 0; i < n; i++)
        script_add(&script, kat_slicef(session_kat, "bpp.segments.%zu", i),
                   i + 1 == n ? kat_session("pir_success") : slice_of(NULL, 0), 0);
}

static void assert_script_done(void)
{
    ck_assert_msg(!*script.fault, "%s", script.fault);
    ck_assert_uint_eq(script.at, script.n);
}

START_TEST(test_download)
{
    const struct lpa_options options = {.channel = _i % 2 ? -1 : 0,
                                        .block_size = _i < 2 ? 255 : 120,
                                        .with_le = _i > 3,
                                        .get_response_iso = _i == 2 || _i == 5};
    const struct lpa_download_options download = {.ctx_params1 = kat_session("authenticate.ctxParams1")};
    struct smdpp *dp = session_smdpp();
    LPA_DOWNLOAD_LOCAL result = {0};
    script_authentication();
    script_segments();
    start(&options);
    ck_assert_int_eq(lpa.channel, _i % 2);
    ck_assert_uint_eq(lpa.fci.n, 33);
    ck_assert_msg(lpa_download(&lpa, dp, &download, &result), "%s", result.error);
    ck_assert(result.stage == LPA_STAGE_DONE && result.result.success && result.segments == 18);
    assert_script_done();
    ck_assert_uint_eq(script.get_response_class, (options.get_response_iso ? 0u : 0x80u) | lpa.channel);
    ck_assert(lpa_close(&lpa));
    smdpp_free(dp);
}
END_TEST

/* The chain of AuthenticateServer, command by command, as recorded for two block sizes. */
START_TEST(test_blocks)
{
    static const struct lpa_options options[] = {{.block_size = 255}, {.block_size = 120, .channel = -1}};
    static const char *const lists[] = {"authenticate.apdus_255", "authenticate.apdus_120_ch1"};
    BUF_LOCAL response = {0};
    BUF_LOCAL expected = {0};
    uint16_t sw;
    for (size_t i = 0; i < kat_count(session_kat, lists[_i]); i++)
        buf_append(&expected, kat_slicef(session_kat, "%s.%zu", lists[_i], i));
    script_add(&script, kat_session("authenticate.request"), kat_session("authenticate.response"), 0);
    start(&options[_i]);
    ck_assert(lpa_store_data(&lpa, kat_session("authenticate.request"), &response, &sw) && sw == 0x9000);
    ck_assert(slice_equal(buf_slice(&response), kat_session("authenticate.response")));
    ck_assert(slice_equal(buf_slice(&script.log), buf_slice(&expected)));
    /* Block numbers end at FF: what needs more blocks is not sent. */
    lpa.options.block_size = 5;
    ck_assert(!lpa_store_data(&lpa, slice_of(expected.p, 5 * 256 + 1), &response, &sw));
}
END_TEST

static bool stop_at_three(void *ctx, struct lpa *l, size_t index, struct buf *segment)
{
    (void)l;
    (void)segment;
    *(size_t *)ctx = index;
    return index < 3;
}

START_TEST(test_download_failures)
{
    struct smdpp *dp = session_smdpp();
    size_t seen = 0;
    struct lpa_download_options download = {.ctx_params1 = kat_session("authenticate.ctxParams1")};
    LPA_DOWNLOAD_LOCAL result = {0};
    /* The card says no to AuthenticateServer. */
    script_authentication();
    buf_reset(&script.steps[2].response);
    ck_assert(
        hex_decode(slice_text("bf3817a1158010a0a1a2a3a4a5a6a7a8a9aaabacadaeaf020107"), &script.steps[2].response));
    start(NULL);
    ck_assert(!lpa_download(&lpa, dp, &download, &result));
    ck_assert(result.stage == LPA_STAGE_AUTHENTICATE && result.card_error == 7);
    /* Segments of more than 256 blocks end the download before the card sees them. */
    script_free(&script);
    script_authentication();
    script_segments();
    download.segment_block_size = 1;
    ck_assert(!lpa_download(&lpa, dp, &download, &result));
    ck_assert(result.stage == LPA_STAGE_LOAD && result.segments == 6);
    download.segment_block_size = 0;
    /* A segment gets a bad status word. */
    script_free(&script);
    script_authentication();
    script_segments();
    script.steps[8].sw = 0x6a88;
    ck_assert(!lpa_download(&lpa, dp, &download, &result));
    ck_assert(result.stage == LPA_STAGE_LOAD && result.segment_sw == 0x6a88 && result.segment_failed == 4);
    /* The hook ends it. */
    script_free(&script);
    script_authentication();
    script_segments();
    download.before_segment = stop_at_three;
    download.hook_ctx = &seen;
    ck_assert(!lpa_download(&lpa, dp, &download, &result));
    ck_assert(seen == 3 && result.segments == 3);
    /* The result of the last segment tells a failure. */
    script_free(&script);
    script_authentication();
    script_segments();
    download.before_segment = NULL;
    buf_reset(&script.steps[script.n - 1].response);
    buf_append(&script.steps[script.n - 1].response, kat_session("pir_error_examples.badMac_in_86"));
    ck_assert(!lpa_download(&lpa, dp, &download, &result));
    ck_assert(result.stage == LPA_STAGE_RESULT && result.result.command == 5 && result.result.reason == 8);
    smdpp_free(dp);
}
END_TEST

START_TEST(test_segments)
{
    BUF_LOCAL bpp = {0};
    size_t n = kat_count(session_kat, "bpp.segments");
    for (size_t i = 0; i < n; i++)
        buf_append(&bpp, kat_slicef(session_kat, "bpp.segments.%zu", i));
    for (int how = LPA_SEGMENT_LPAC; how <= LPA_SEGMENT_CUT; how++) {
        LPA_SEGMENTS_LOCAL segments = {0};
        BUF_LOCAL joined = {0};
        ck_assert(lpa_segments_make(&segments, buf_slice(&bpp), (enum lpa_segmentation)how, 1));
        for (size_t i = 0; i < segments.n; i++)
            buf_append(&joined, segments.list[i]);
        ck_assert(slice_equal(buf_slice(&joined), buf_slice(&bpp)));
        if (how <= LPA_SEGMENT_EACH) {
            ck_assert_uint_eq(segments.n, n);
            for (size_t i = 0; i < n; i++)
                ck_assert(slice_equal(segments.list[i], kat_slicef(session_kat, "bpp.segments.%zu", i)));
        }
        if (how == LPA_SEGMENT_WHOLE) ck_assert_uint_eq(segments.n, 1);
        if (how == LPA_SEGMENT_CUT) ck_assert_uint_eq(segments.n, bpp.n);
    }
    /* What cannot be read is cut as far as it can be, and nothing is lost. */
    for (size_t cut = 0; cut < bpp.n; cut += 97) {
        LPA_SEGMENTS_LOCAL segments = {0};
        size_t sum = 0;
        ck_assert(lpa_segments_make(&segments, slice_of(bpp.p, cut), LPA_SEGMENT_LPAC, 0));
        for (size_t i = 0; i < segments.n; i++)
            sum += segments.list[i].n;
        ck_assert_uint_eq(sum, cut);
    }
}
END_TEST

START_TEST(test_functions)
{
    static const uint8_t id_bytes[] = {0x5a, 0x0a, 0x98, 0x00, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x14};
    static const uint8_t aid[] = {0x4f, 0x10, 0xa0, 0,    0,    5, 0x59, 0x10, 0x10,
                                  0xff, 0xff, 0xff, 0xff, 0x89, 0, 0,    0x10, 0};
    char eid[33];
    struct lpa_addresses addresses;
    struct lpa_profiles profiles;
    uint32_t applications;
    uint32_t memory;
    const char *id = "5a0a98001032547698103214";
    char request[128];
    script_add_hex(&script, "bf3e035c015a", "bf3e125a1089049032123451234512345678901235", 0);
    script_add_hex(&script, "bf3c00", "bf3c0a 8003612e62 8103632e64", 0);
    script_add_hex(&script, "bf3f0580 03612e62", "bf3f03800100", 0);
    script_add(&script, SLICE(((uint8_t[]){0xbf, 0x22, 0x00})), kat_session("euicc_info2"), 0);
    script_add_hex(&script, "bf2d00",
                   "bf2d24a022e320 5a0a98001032547698103214 4f02a000 9f700101 9003616263 91024142 950102", 0);
    script_add_hex(&script, "bf2d09 a003950101 5c025a95", "bf2d02a000", 0);
    snprintf(request, sizeof request, "bf3111a00c%s8101ff", id);
    script_add_hex(&script, request, "bf3103800102", 0);
    script_add_hex(&script, "bf3217a0124f10a0000005591010ffffffff8900001000810100", "bf3203800100", 0);
    snprintf(request, sizeof request, "bf330c%s", id);
    script_add_hex(&script, request, "bf3303800103", 0);
    script_add_hex(&script, "bf3404820205e0", "bf3403800101", 0);
    snprintf(request, sizeof request, "bf2910%s90024869", id);
    script_add_hex(&script, request, "bf2903800100", 0);
    script_add_hex(&script, "bf3003800105", "", 0x6985);
    script_add_hex(&script, "bf410680 0101 810105", "bf4103810105", 0);
    start(NULL);
    ck_assert_msg(lpa_get_eid(&lpa, eid), "%s", lpa.error);
    ck_assert_str_eq(eid, "89049032123451234512345678901235");
    ck_assert(lpa_get_euicc_configured_addresses(&lpa, &addresses));
    ck_assert(slice_equal(addresses.default_dp, slice_text("a.b")) &&
              slice_equal(addresses.root_ds, slice_text("c.d")));
    ck_assert_int_eq(lpa_set_default_dp_address(&lpa, "a.b"), 0);
    ck_assert(lpa_get_euicc_info2(&lpa) && lpa_read_free_memory(&lpa, &applications, &memory));
    ck_assert(applications == 0 && memory == 0x100000);
    ck_assert_msg(lpa_get_profiles_info(&lpa, slice_of(NULL, 0), slice_of(NULL, 0), &profiles), "%s", lpa.error);
    ck_assert(profiles.n == 1 && profiles.list[0].state == 1 && profiles.list[0].profile_class == 2);
    ck_assert(slice_equal(profiles.list[0].nickname, slice_text("abc")));
    ck_assert(lpa_get_profiles_info(&lpa, slice_of("\x95\x01\x01", 3), slice_of("\x5a\x95", 2), &profiles));
    ck_assert(profiles.n == 0 && profiles.error == -1);
    ck_assert_int_eq(lpa_enable_profile(&lpa, SLICE(id_bytes), true), 2);
    ck_assert_int_eq(lpa_disable_profile(&lpa, SLICE(aid), false), 0);
    ck_assert_int_eq(lpa_delete_profile(&lpa, SLICE(id_bytes)), 3);
    ck_assert_int_eq(lpa_memory_reset(&lpa, 7), 1);
    ck_assert_int_eq(lpa_set_nickname(&lpa, slice_of(id_bytes + 2, 10), slice_text("Hi")), 0);
    ck_assert_int_eq(lpa_remove_notification(&lpa, 5), -1);
    ck_assert_uint_eq(lpa.sw, 0x6985);
    ck_assert_int_eq(lpa_cancel_session(&lpa, slice_of("\1", 1), 5), 5);
    assert_script_done();
}
END_TEST

START_TEST(test_notifications)
{
    struct smdpp *dp = session_smdpp();
    SMDPP_ANSWER_LOCAL answer = {0};
    BUF_LOCAL bpp = {0};
    BUF_LOCAL first = {0};
    BUF_LOCAL second = {0};
    ck_assert(smdpp_initiate_authentication(dp, kat_session("euicc_challenge"), kat_session("euicc_info1"),
                                            kat_text(session_kat, "server_address"), &answer));
    ck_assert(smdpp_authenticate_client(dp, kat_session("authenticate.response"), &answer));
    ck_assert(smdpp_get_bound_profile_package(dp, kat_session("prepare.response"), &bpp));
    size_t mark = tlv_open(&first, 0xbf2b);
    tlv_put(&first, 0xa0, kat_session("pir_success"));
    tlv_close(&first, mark);
    mark = tlv_open(&second, 0xbf2b);
    tlv_put(&second, 0xa0, kat_session("other_notification"));
    tlv_close(&second, mark);
    script_add(&script, SLICE(((uint8_t[]){0xbf, 0x28, 0x00})), kat_session("list_notification_response"), 0);
    static const uint8_t get_1[] = {0xbf, 0x2b, 0x05, 0xa0, 0x03, 0x80, 0x01, 0x01};
    static const uint8_t get_2[] = {0xbf, 0x2b, 0x05, 0xa0, 0x03, 0x80, 0x01, 0x02};
    script_add(&script, SLICE(get_1), buf_slice(&first), 0);
    script_add_hex(&script, "bf3003800101", "bf3003800100", 0);
    script_add(&script, SLICE(get_2), buf_slice(&second), 0);
    script_add_hex(&script, "bf3003800102", "bf3003800100", 0);
    script_add_hex(&script, "bf2800", "bf2802a000", 0);
    start(NULL);
    ck_assert_msg(lpa_process_notifications(&lpa, dp) == 2, "%s", lpa.error);
    assert_script_done();
    smdpp_free(dp);
}
END_TEST

START_TEST(test_refresh)
{
    static const uint8_t profile[] = {0xff, 0xff, 0xff};
    const struct lpa_options options = {.channel = -1, .terminal_profile = SLICE(profile)};
    static const uint8_t id[] = {0x5a, 0x0a, 0x98, 0x00, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x14};
    script_add_hex(&script, "bf3111a00c5a0a980010325476981032148101ff", "bf3103800100", 0);
    start(&options);
    ck_assert(script.terminal_profile);
    ck_assert(hex_decode(slice_text("d009810301010482028182"), &script.proactive));
    ck_assert_int_eq(lpa_enable_profile(&lpa, SLICE(id), true), 0);
    ck_assert_uint_eq(lpa.proactive, 11);
    ck_assert_int_eq(lpa_handle_refresh(&lpa, 0), 4);
    ck_assert_uint_eq(script.resets, 1);
    ck_assert_int_eq(lpa_handle_refresh(&lpa, 0), -1);
}
END_TEST

/* A card behind length frames in another process: gives its ATR and echoes the command before 9000. */
static void serve(int listener)
{
    int fd = accept(listener, NULL, NULL);
    uint8_t in[2 + 512];
    while (fd >= 0 && recv(fd, in, 2, MSG_WAITALL) == 2) {
        size_t n = (size_t)(in[0] << 8 | in[1]);
        if (n > 512 || recv(fd, in + 2, n, MSG_WAITALL) != (ssize_t)n) break;
        static const uint8_t atr[] = {0x00, 0x02, 0x3b, 0x00};
        BUF_LOCAL out = {0};
        if (n == 1 && in[2] == 4) buf_append(&out, SLICE(atr));
        if (n > 1) {
            buf_byte(&out, (uint8_t)((n + 2) >> 8));
            buf_byte(&out, (uint8_t)(n + 2));
            buf_append(&out, slice_of(in + 2, n));
            put_sw(&out, 0x9000);
        }
        if (out.n && send(fd, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n) break;
    }
    _exit(0);
}

START_TEST(test_socket)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert(listener >= 0 && bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0);
    ck_assert(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) serve(listener);
    struct lpa_reader reader;
    BUF_LOCAL data = {0};
    uint16_t sw;
    ck_assert(lpa_reader_socket(&reader, ntohs(address.sin_port)));
    lpa_init(&lpa, &reader, NULL);
    ck_assert(reader.power(reader.ctx, true, &lpa.atr) && lpa.atr.n == 2);
    ck_assert(reader.reset(reader.ctx, &lpa.atr) && lpa.atr.n == 2);
    ck_assert(lpa_exchange(&lpa, slice_text("\x80\xf2 x"), &data, &sw) && sw == 0x9000);
    ck_assert(slice_equal(buf_slice(&data), slice_text("\x80\xf2 x")));
    ck_assert(reader.power(reader.ctx, false, &lpa.atr));
    lpa_free(&lpa);
    close(listener);
    int status = -1;
    ck_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
    ck_assert(!lpa_reader_socket(&reader, ntohs(address.sin_port)));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lpa");
    TCase *t = tcase_create("LPA");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test_download, 0, 6);
    tcase_add_loop_test(t, test_blocks, 0, 2);
    tcase_add_test(t, test_download_failures);
    tcase_add_test(t, test_segments);
    tcase_add_test(t, test_functions);
    tcase_add_test(t, test_notifications);
    tcase_add_test(t, test_refresh);
    tcase_add_test(t, test_socket);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
