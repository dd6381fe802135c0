/* The requests of a recorded installation on a real card (tests/kat/real-session.txt) fed to ours: each is understood
 * and gets the answer that belongs to a card with another challenge and other keys; and the recorded protected
 * segments, behind a ReplaceSessionKeys of ours, install the recorded package (SGP.22 5.5.4, 5.7.5, 5.7.6, 5.7.13). */
#include "download_common.h"

#define PREPARE_DOWNLOAD 3
#define FIRST_SEGMENT 4
#define METADATA 7
#define FIRST_86 10

static struct rig rig;
static struct kat *kat;
static struct buf response;
static bool real_challenge;

/* The real card's challenge, if wanted; else a counter. */
static int scripted(void *ctx, uint8_t *out, size_t n)
{
    static uint8_t counter;
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        out[i] = ++counter;
    if (n == 16 && real_challenge) memcpy(out, kat_slice(kat, "messages.0.rsp").p + 5, 16);
    return EUICC_OK;
}

#define RECORDED_SERVICES "uicc_capability = usim isim csim milenage javacard usimTestAlgorithm"

static void set_up(void)
{
    kat = kat_open("real-session.txt");
    ck_assert_ptr_nonnull(kat);
    rig_open(&rig, &(struct rig_options){.random = scripted, .personality = RECORDED_SERVICES});
}

static void tear_down(void)
{
    rig_close(&rig);
    kat_free(kat);
    buf_free(&response);
    real_challenge = false;
}

static uint16_t replay(size_t i)
{
    return rig_send(&rig, kat_slicef(kat, "messages.%zu.req", i), &response);
}

/* BFxx {A1 {80 transactionId, 02 code}} and the reason. */
static void expect_code(const char *row, uint32_t tag, uint8_t code, const char *expected, const char *came)
{
    BUF_LOCAL wanted = {0};
    struct slice signed1 = kat_slice(kat, "messages.2.req");
    struct tlv request;
    struct tlv part;
    struct tlv tid;
    ck_assert(tlv_next(&signed1, &request) && tlv_next(&request.value, &part) && tlv_find(part.value, 0x80, &tid));
    size_t outer = tlv_open(&wanted, tag);
    size_t inner = tlv_open(&wanted, 0xa1);
    buf_append(&wanted, tid.whole);
    tlv_put_u8(&wanted, 0x02, code);
    tlv_close(&wanted, inner);
    tlv_close(&wanted, outer);
    ck_assert_msg(slice_equal(buf_slice(&response), buf_slice(&wanted)), "%s: another answer; %s, %s", row,
                  rig.said.expected, rig.said.came);
    rig_expect_said(&rig, row, tag == 0xbf38 ? "ES10b.AuthenticateServer" : "ES10b.PrepareDownload",
                    tag == 0xbf38 ? "SGP.22 5.7.13" : "SGP.22 5.7.5", expected, came);
}

/* The server's certificate and signature are genuine: only the challenge is not ours. Nothing after that is taken. */
START_TEST(test_other_challenge)
{
    struct rig_state before;
    rig_state(&rig, &before);
    ck_assert_uint_eq(replay(0), 0x9000);
    ck_assert(response.n == 21 && memcmp(response.p, "\xbf\x2e\x12\x80\x10", 5) == 0);
    ck_assert_uint_eq(replay(1), 0x9000);
    ck_assert(response.n > 3 && memcmp(response.p, "\xbf\x20", 2) == 0);
    ck_assert_uint_eq(replay(2), 0x9000);
    expect_code("AuthenticateServer", 0xbf38, 6, "the euiccChallenge of this session", "another");
    ck_assert_uint_eq(replay(PREPARE_DOWNLOAD), 0x9000);
    expect_code("PrepareDownload", 0xbf21, 4, "an AuthenticateServer with CERT.DPauth before", "none");
    size_t n = kat_count(kat, "messages");
    ck_assert_uint_eq(n, 22);
    for (size_t i = FIRST_SEGMENT; i < n; i++) {
        ck_assert_uint_eq(replay(i), 0x6985);
        ck_assert_uint_eq(response.n, 0);
        rig_expect_said(&rig, "segment", "ES10b.LoadBoundProfilePackage", "SGP.22 5.7.6", "a PrepareDownload before",
                        "");
    }
    rig_expect_state(&rig, "replay", &before);
}
END_TEST

/* With the real card's challenge the real server is let in; its smdpSignature2 is over the real card's signature. */
START_TEST(test_same_challenge)
{
    struct tlv whole;
    struct tlv ok;
    struct tlv signed1;
    struct tlv came;
    struct tlv sent;
    real_challenge = true;
    ck_assert_uint_eq(replay(0), 0x9000);
    ck_assert(slice_equal(buf_slice(&response), kat_slice(kat, "messages.0.rsp")));
    ck_assert_uint_eq(replay(2), 0x9000);
    struct slice in = buf_slice(&response);
    ck_assert(tlv_next(&in, &whole) && whole.tag == 0xbf38);
    ck_assert_msg(tlv_next(&whole.value, &ok) && ok.tag == 0xa0, "refused: %s, %s", rig.said.expected, rig.said.came);
    /* transactionId, serverAddress, serverChallenge and ctxParams1 as in the real card's answer */
    struct slice real = kat_slice(kat, "messages.2.rsp");
    struct tlv real_whole;
    struct tlv real_ok;
    struct tlv real_signed1;
    ck_assert(tlv_next(&ok.value, &signed1) && signed1.tag == 0x30);
    ck_assert(tlv_next(&real, &real_whole) && tlv_next(&real_whole.value, &real_ok) &&
              tlv_next(&real_ok.value, &real_signed1));
    static const uint32_t tags[] = {0x80, 0x83, 0x84, 0xa0};
    for (size_t i = 0; i < COUNT(tags); i++) {
        ck_assert(tlv_find(signed1.value, tags[i], &came) && tlv_find(real_signed1.value, tags[i], &sent));
        ck_assert_msg(slice_equal(came.whole, sent.whole), "euiccSigned1: %X differs", (unsigned)tags[i]);
    }
    ck_assert_uint_eq(replay(PREPARE_DOWNLOAD), 0x9000);
    expect_code("PrepareDownload", 0xbf21, 2, "smdpSignature2 over smdpSigned2", "does not verify");
    ck_assert_uint_eq(replay(FIRST_SEGMENT), 0x6985);
}
END_TEST

/* Each 86 that our SM-DP+ would send becomes the recorded one. */
static bool record_86(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    size_t *next = ctx;
    (void)lpa;
    (void)index;
    if (segment->p[0] != 0x86) return true;
    struct slice recorded = kat_slicef(kat, "messages.%zu.req", (*next)++);
    ck_assert_uint_eq(recorded.n, segment->n);
    buf_reset(segment);
    buf_append(segment, recorded);
    return true;
}

/* What the recorded package makes: as many files as it lists, and the content of some, read out of the package by hand.
 */
static void expect_recorded_files(size_t count)
{
    static const struct {
        const char *path, *body;
    } files[] = {
        {"2FE2", "98001032547698103214"},
        {"2F08", "3c3c000000"},
        {"7FD0/6F07", "080910101032540636"},
        {"7FD0/6F31", "00"},
    };
    size_t n = 0;
    size_t found = 0;
    for (size_t i = 0; i < rig.stored_n; i++) {
        const char *name = rig.stored[i].key + 38;
        if (strncmp(rig.stored[i].key, "isdp/", 5) != 0) continue;
        n += strncmp(name, "fs/", 3) == 0;
        for (size_t k = 0; k < COUNT(files); k++) {
            struct tlv fcp;
            struct slice in = slice_of(rig.stored[i].value, rig.stored[i].n);
            BUF_LOCAL body = {0};
            char path[32];
            snprintf(path, sizeof path, "fs/3F00/%s", files[k].path);
            if (strcmp(name, path) != 0) continue;
            ck_assert(tlv_next(&in, &fcp) && fcp.tag == 0x62);
            ck_assert_msg(slice_equal(in, hex(&body, files[k].body)), "%s", path);
            found++;
        }
    }
    ck_assert_uint_eq(n, count);
    ck_assert_uint_eq(found, COUNT(files));
}

/* On a card that leaves out the files of services that it lacks, the two of GBA in PE-OPT-ISIM are a warning with the
 * additional information 1 (SAIP 9.5.2); else all is installed, as on the recorded card. */
START_TEST(test_recorded_segments)
{
    static const struct {
        const char *personality, *sima;
        size_t files;
    } rows[] = {{RECORDED_SERVICES, "3007 a005 3003 800100", 237},
                {RECORDED_SERVICES "\npackage_leave_out_services = yes",
                 "3012 a010 3009 80010a 810112 820101 3003 800100", 235}};
    rig_close(&rig);
    rig_open(&rig, &(struct rig_options){.random = scripted, .personality = rows[_i].personality});
    size_t next = FIRST_86;
    struct tlv metadata;
    struct slice in = kat_slicef(kat, "messages.%d.req", METADATA);
    const struct lpa_download_options options = {.before_segment = record_86, .hook_ctx = &next};
    ck_assert(tlv_next(&in, &metadata) && metadata.tag == 0x88);
    /* our own package has the same lengths and other bytes: what is installed can only come from the recording */
    BUF_LOCAL other = {0};
    uint8_t *filler = buf_extend(&other, kat_slice(kat, "ppk.upp").n);
    ck_assert_ptr_nonnull(filler);
    memset(filler, 0x5a, other.n);
    rig.dp->profile = (struct smdpp_profile){.metadata = slice_of(metadata.value.p, metadata.value.n - 8),
                                             .upp = buf_slice(&other),
                                             .segment = 1008,
                                             .use_ppk = true};
    memcpy(rig.dp->profile.ppk_enc, kat_slice(kat, "ppk.ppkEnc").p, 16);
    memcpy(rig.dp->profile.ppk_mac, kat_slice(kat, "ppk.ppkCmac").p, 16);
    memcpy(rig.dp->profile.ppk_mcv, kat_slice(kat, "ppk.initialMacChainingValue").p, 16);
    LPA_DOWNLOAD_LOCAL result = {0};
    ck_assert_msg(lpa_download(&rig.lpa, rig.dp, &options, &result), "%s", result.error);
    ck_assert_uint_eq(next, kat_count(kat, "messages"));
    BUF_LOCAL sima = {0};
    ck_assert(slice_equal(result.result.sima_response, hex(&sima, rows[_i].sima)));
    expect_recorded_files(rows[_i].files);
}
END_TEST

/* One bit anywhere in the recorded stream stops it. */
static bool record_and_flip(void *ctx, struct lpa *lpa, size_t index, struct buf *segment)
{
    size_t *next = ctx;
    bool is_86 = segment->p[0] == 0x86;
    (void)record_86(ctx, lpa, index, segment);
    if (is_86 && *next == FIRST_86 + 6) segment->p[segment->n / 2] ^= 0x10;
    return true;
}

START_TEST(test_recorded_segments_flipped)
{
    static const struct rig_failure failure = {"a recorded segment", 5,       8,        true, NULL,
                                               "SGP.22 2.5.3",       "a MAC", "another"};
    size_t next = FIRST_86;
    struct tlv metadata;
    struct slice in = kat_slicef(kat, "messages.%d.req", METADATA);
    const struct lpa_download_options options = {.before_segment = record_and_flip, .hook_ctx = &next};
    ck_assert(tlv_next(&in, &metadata));
    rig.dp->profile = (struct smdpp_profile){.metadata = slice_of(metadata.value.p, metadata.value.n - 8),
                                             .upp = kat_slice(kat, "ppk.upp"),
                                             .segment = 1008,
                                             .use_ppk = true};
    memcpy(rig.dp->profile.ppk_enc, kat_slice(kat, "ppk.ppkEnc").p, 16);
    memcpy(rig.dp->profile.ppk_mac, kat_slice(kat, "ppk.ppkCmac").p, 16);
    memcpy(rig.dp->profile.ppk_mcv, kat_slice(kat, "ppk.initialMacChainingValue").p, 16);
    rig_fails_then_works(&rig, &failure, &options);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kat_real");
    TCase *t = tcase_create("recorded");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, test_other_challenge);
    tcase_add_test(t, test_same_challenge);
    tcase_add_loop_test(t, test_recorded_segments, 0, 2);
    tcase_add_test(t, test_recorded_segments_flipped);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
