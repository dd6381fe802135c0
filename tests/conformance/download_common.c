/* The bench of trust, session and download tests; see download_common.h. */
#include "download_common.h"

struct slice hex(struct buf *b, const char *digits)
{
    buf_reset(b);
    ck_assert_msg(hex_decode(slice_text(digits), b), "not hex: %s", digits);
    return buf_slice(b);
}

/* ---- what lies outside the card ---- */

static int env_random(void *ctx, uint8_t *out, size_t n)
{
    struct rig *r = ctx;
    if (r->options.random) return r->options.random(r->options.random_ctx, out, n);
    return euicc_random_bytes(r->random, out, n);
}

static int64_t env_now(void *ctx)
{
    (void)ctx;
    return 1790000000;
}

static int env_load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct rig *r = ctx;
    int result = EUICC_OK;
    for (size_t i = 0; i < r->stored_n && result == EUICC_OK; i++)
        result = put(put_ctx, r->stored[i].key, r->stored[i].value, r->stored[i].n);
    return result;
}

static void forget(struct rig *r, const char *key)
{
    for (size_t i = 0; i < r->stored_n; i++) {
        if (strcmp(r->stored[i].key, key) != 0) continue;
        free(r->stored[i].key);
        free(r->stored[i].value);
        r->stored[i] = r->stored[--r->stored_n];
        return;
    }
}

static int env_commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct rig *r = ctx;
    r->commits++;
    for (size_t i = 0; i < n; i++) {
        forget(r, changes[i].key);
        if (!changes[i].value) continue;
        struct rig_stored *more = realloc(r->stored, (r->stored_n + 1) * sizeof *more);
        struct rig_stored entry = {malloc(strlen(changes[i].key) + 1), malloc(changes[i].n + 1), changes[i].n};
        if (more) r->stored = more;
        if (!more || !entry.key || !entry.value) {
            free(entry.key);
            free(entry.value);
            return EUICC_NO_MEMORY;
        }
        memcpy(entry.key, changes[i].key, strlen(changes[i].key) + 1);
        if (changes[i].n) memcpy(entry.value, changes[i].value, changes[i].n);
        r->stored[r->stored_n++] = entry;
    }
    return EUICC_OK;
}

/* ---- the card, and a reader that notes its reasons ---- */

static bool reader_transmit(void *ctx, struct slice capdu, struct buf *rapdu)
{
    struct rig *r = ctx;
    struct lpa_reader plain;
    struct euicc_reason reason;
    if (!lpa_reader_card(&plain, r->card) || !plain.transmit(plain.ctx, capdu, rapdu)) return false;
    bool get_response = capdu.n > 1 && capdu.p[1] == 0xc0;
    euicc_last_reason(r->card, &reason);
    if (reason.said) {
        r->said = (struct rig_said){.said = true, .offset = reason.offset};
        snprintf(r->said.function, sizeof r->said.function, "%s", reason.function);
        snprintf(r->said.clause, sizeof r->said.clause, "%s", reason.clause);
        snprintf(r->said.expected, sizeof r->said.expected, "%s", reason.expected);
        snprintf(r->said.came, sizeof r->said.came, "%s", reason.came);
    } else if (!get_response) {
        r->said = (struct rig_said){0};
    }
    return true;
}

static bool reader_power(void *ctx, bool on, struct buf *atr)
{
    struct rig *r = ctx;
    struct lpa_reader plain;
    return lpa_reader_card(&plain, r->card) && plain.power(plain.ctx, on, atr);
}

static bool reader_reset(void *ctx, struct buf *atr)
{
    struct rig *r = ctx;
    struct lpa_reader plain;
    return lpa_reader_card(&plain, r->card) && plain.reset(plain.ctx, atr);
}

static void connect(struct rig *r)
{
    const struct lpa_reader reader = {
        .ctx = r, .transmit = reader_transmit, .power = reader_power, .reset = reader_reset};
    lpa_init(&r->lpa, &reader, &r->options.lpa);
    ck_assert_msg(lpa_open(&r->lpa), "%s", r->lpa.error);
}

void rig_use_smdpp(struct rig *r, enum test_curve curve, int number)
{
    struct smdpp_config config;
    ck_assert(smdpp_config_sgp26(&config, r->keys, curve, number));
    smdpp_free(r->dp);
    r->dp = smdpp_new(&config);
    ck_assert_ptr_nonnull(r->dp);
    rig_heal(r);
}

void rig_open(struct rig *r, const struct rig_options *options)
{
    struct euicc_diagnostic why = {""};
    *r = (struct rig){0};
    if (options) r->options = *options;
    if (!r->options.lpa.channel) r->options.lpa.channel = -1;
    r->keys = kat_open("sgp26.txt");
    ck_assert_ptr_nonnull(r->keys);
    ck_assert_int_eq(euicc_random_new(&r->random, true, r->options.seed), EUICC_OK);
    r->env = (struct euicc_env){.ctx = r, .random = env_random, .now = env_now, .load = env_load, .commit = env_commit};
    const struct euicc_config config = {.eid = r->options.eid,
                                        .personality = r->options.personality,
                                        .issuers = r->options.issuers,
                                        .issuer_count = r->options.issuer_count};
    ck_assert_msg(euicc_create(&r->card, &config, &r->env, &why) == EUICC_OK, "%s", why.text);
    package_load(&r->package, "tiny.der");
    metadata_make(&r->metadata, NULL);
    r->good = (struct smdpp_profile){.metadata = buf_slice(&r->metadata), .upp = buf_slice(&r->package)};
    connect(r);
    rig_use_smdpp(r, r->options.curve, r->options.smdpp == 2 ? 2 : 1);
}

void rig_close(struct rig *r)
{
    lpa_free(&r->lpa);
    euicc_destroy(r->card);
    euicc_random_free(r->random);
    smdpp_free(r->dp);
    kat_free(r->keys);
    buf_free(&r->package);
    buf_free(&r->metadata);
    while (r->stored_n)
        forget(r, r->stored[0].key);
    free(r->stored);
    *r = (struct rig){0};
}

void rig_reopen(struct rig *r)
{
    struct euicc_diagnostic why = {""};
    lpa_free(&r->lpa);
    euicc_destroy(r->card);
    ck_assert_msg(euicc_create(&r->card, NULL, &r->env, &why) == EUICC_OK, "%s", why.text);
    connect(r);
}

void rig_take_card(struct rig *r, euicc *card)
{
    lpa_free(&r->lpa);
    euicc_destroy(r->card);
    r->card = card;
    connect(r);
}

void rig_expect_said(const struct rig *r, const char *row, const char *function, const char *clause,
                     const char *expected, const char *came)
{
    const struct rig_said *s = &r->said;
    ck_assert_msg(s->said, "%s: no reason was said", row);
    ck_assert_msg(strcmp(s->function, function) == 0 && strcmp(s->clause, clause) == 0 &&
                      strstr(s->expected, expected) && strstr(s->came, came),
                  "%s: %s (%s): expected %s, came %s\n  where the test expects %s (%s): %s, %s", row, s->function,
                  s->clause, s->expected, s->came, function, clause, expected, came);
}

uint16_t rig_send(struct rig *r, struct slice request, struct buf *response)
{
    uint16_t sw = 0;
    buf_reset(response);
    ck_assert_msg(lpa_store_data(&r->lpa, request, response, &sw), "%s", r->lpa.error);
    return sw;
}

void rig_exchange(struct rig *r, const char *row, const char *request, const char *response, uint16_t sw)
{
    char came[1025];
    BUF_LOCAL in = {0};
    BUF_LOCAL out = {0};
    BUF_LOCAL expected = {0};
    uint16_t came_sw = rig_send(r, hex(&in, request), &out);
    ck_assert_msg(came_sw == sw && slice_equal(buf_slice(&out), hex(&expected, response)),
                  "%s: %s -> %s %04X, expected %s %04X", row, request, hex_short(buf_slice(&out), came, sizeof came),
                  came_sw, response, sw);
}

void rig_state(struct rig *r, struct rig_state *out)
{
    struct lpa_profiles profiles;
    ck_assert_msg(lpa_get_euicc_info2(&r->lpa), "%s", r->lpa.error);
    ck_assert(lpa_read_free_memory(&r->lpa, &out->applications, &out->free_memory));
    ck_assert_msg(lpa_get_profiles_info(&r->lpa, slice_of(NULL, 0), slice_of(NULL, 0), &profiles), "%s", r->lpa.error);
    out->profiles = profiles.n;
}

void rig_expect_state(struct rig *r, const char *row, const struct rig_state *expected)
{
    struct rig_state now;
    rig_state(r, &now);
    ck_assert_msg(now.applications == expected->applications && now.profiles == expected->profiles,
                  "%s: %zu profiles (%u applications), expected %zu", row, now.profiles, (unsigned)now.applications,
                  expected->profiles);
    ck_assert_msg(now.free_memory == expected->free_memory, "%s: %u bytes free, expected %u", row,
                  (unsigned)now.free_memory, (unsigned)expected->free_memory);
}

void rig_heal(struct rig *r)
{
    r->dp->spoil = (struct smdpp_spoil){0};
    r->dp->profile = r->good;
    r->dp->retry = false;
    r->dp->offered_otpk = slice_of(NULL, 0);
    r->dp->fixed_transaction_id = slice_of(NULL, 0);
}

void rig_download_works(struct rig *r, const char *row, const struct lpa_download_options *options,
                        struct lpa_download_result *result)
{
    LPA_DOWNLOAD_LOCAL mine = {0};
    struct lpa_download_result *out = result ? result : &mine;
    ck_assert_msg(lpa_download(&r->lpa, r->dp, options, out),
                  "%s: stage %d, status %04X, card error %d: %s\n  %s: %s, %s", row, out->stage, out->sw,
                  out->card_error, out->error, r->said.function, r->said.expected, r->said.came);
    static const uint8_t all_ok[] = {0x30, 0x07, 0xa0, 0x05, 0x30, 0x03, 0x80, 0x01, 0x00};
    ck_assert_msg(slice_equal(out->result.sima_response, SLICE(all_ok)), "%s: simaResponse is not ok", row);
}

void rig_delete(struct rig *r, const char *row, const char *iccid)
{
    BUF_LOCAL bytes = {0};
    BUF_LOCAL id = {0};
    tlv_put(&id, 0x5a, hex(&bytes, iccid));
    ck_assert_msg(lpa_delete_profile(&r->lpa, buf_slice(&id)) == 0, "%s: delete: %s", row, r->lpa.error);
    ck_assert_msg(lpa_process_notifications(&r->lpa, r->dp) >= 0, "%s: %s", row, r->lpa.error);
}

void rig_good_one_works(struct rig *r, const char *row)
{
    struct rig_state before;
    rig_heal(r);
    rig_state(r, &before);
    rig_download_works(r, row, NULL, NULL);
    rig_delete(r, row, TINY_ICCID);
    rig_expect_state(r, row, &before);
}

/* The result of the failed download is on the card, byte for byte, under its own sequence number. */
static void expect_result_kept(struct rig *r, const char *row, const struct lpa_download_result *result)
{
    struct lpa_notifications list;
    ck_assert_msg(lpa_retrieve_notifications(&r->lpa, result->result.sequence_number, -1, &list), "%s: %s", row,
                  r->lpa.error);
    ck_assert_msg(list.n == 1 && list.list[0].is_result && slice_equal(list.list[0].whole, buf_slice(&result->pir)),
                  "%s: the result is not kept as it was answered", row);
}

static void expect_sima(const struct rig_failure *f, const struct lpa_download_result *result)
{
    char came[257];
    BUF_LOCAL sima = {0};
    if (f->sima) (void)hex(&sima, f->sima);
    ck_assert_msg(slice_equal(result->result.sima_response, buf_slice(&sima)), "%s: simaResponse %s, expected %s",
                  f->row, hex_short(result->result.sima_response, came, sizeof came), f->sima ? f->sima : "none");
}

void rig_download_fails(struct rig *r, const struct rig_failure *f, const struct lpa_download_options *options)
{
    struct rig_state before;
    LPA_DOWNLOAD_LOCAL result = {0};
    rig_state(r, &before);
    ck_assert_msg(!lpa_download(&r->lpa, r->dp, options, &result), "%s: was installed", f->row);
    ck_assert_msg(result.stage == LPA_STAGE_RESULT && result.pir.n && result.sw == 0x9000 && result.segment_sw == 0,
                  "%s: no result that checks; stage %d, status word %04X, card error %d: %s\n  said: %s, %s", f->row,
                  result.stage, result.sw, result.card_error, result.error, r->said.expected, r->said.came);
    ck_assert_msg(result.result.command == f->command && result.result.reason == f->reason,
                  "%s: %d/%d, expected %d/%d; expected %s, came %s", f->row, result.result.command,
                  result.result.reason, f->command, f->reason, r->said.expected, r->said.came);
    ck_assert_msg(result.result.has_iccid == f->iccid, "%s: the result %s an ICCID", f->row,
                  f->iccid ? "should have" : "should not have");
    expect_sima(f, &result);
    rig_expect_said(r, f->row, "ES10b.LoadBoundProfilePackage", f->clause, f->expected, f->came);
    expect_result_kept(r, f->row, &result);
    rig_expect_state(r, f->row, &before);
    /* The session is over: no second result, and nothing to cancel. */
    rig_exchange(r, f->row, "860a 00000000000000000000", "", 0x6985);
    ck_assert_msg(lpa_cancel_session(&r->lpa, buf_slice(&r->dp->session.transaction_id), 5) == 5,
                  "%s: a session is left", f->row);
    ck_assert_msg(lpa_process_notifications(&r->lpa, r->dp) == 1, "%s: not exactly one notification: %s", f->row,
                  r->lpa.error);
    rig_heal(r);
}

void rig_fails_then_works(struct rig *r, const struct rig_failure *f, const struct lpa_download_options *options)
{
    rig_download_fails(r, f, options);
    rig_good_one_works(r, f->row);
}

void rig_is_refused(struct rig *r, const struct rig_refusal *f, const struct lpa_download_options *options)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL expected = {0};
    bool prepare = f->stage == LPA_STAGE_PREPARE;
    ck_assert_msg(!lpa_download(&r->lpa, r->dp, options, &result), "%s: was not refused", f->row);
    ck_assert_msg(result.stage == f->stage && result.card_error == f->code && result.sw == 0x9000,
                  "%s: stage %d, code %d, status word %04X, expected code %d: %s; said: %s, %s", f->row, result.stage,
                  result.card_error, result.sw, f->code, result.error, r->said.expected, r->said.came);
    /* exactly A1{80 transactionId as received, 02 code} */
    const struct smdpp_spoil *s = &r->dp->spoil;
    struct slice other = prepare ? s->signed2_transaction_id : s->signed1_transaction_id;
    size_t outer = tlv_open(&expected, prepare ? 0xbf21 : 0xbf38);
    size_t inner = tlv_open(&expected, 0xa1);
    tlv_put(&expected, 0x80, other.n ? other : buf_slice(&r->dp->session.transaction_id));
    tlv_put_unsigned(&expected, 0x02, (uint32_t)f->code);
    tlv_close(&expected, inner);
    tlv_close(&expected, outer);
    ck_assert_msg(prepare && s->signed2_bit ? r->lpa.response.n == expected.n
                                            : slice_equal(buf_slice(&r->lpa.response), buf_slice(&expected)),
                  "%s: the answer is not exactly the error response", f->row);
    rig_expect_said(r, f->row, prepare ? "ES10b.PrepareDownload" : "ES10b.AuthenticateServer",
                    prepare ? "SGP.22 5.7.5" : "SGP.22 5.7.13", f->expected, f->came);
}

void rig_session(struct rig *r, const char *row, enum lpa_stage before)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    const struct lpa_download_options options = {.stop_before = before == LPA_STAGE_DONE ? 0 : before};
    bool done = lpa_download(&r->lpa, r->dp, &options, &result);
    ck_assert_msg(result.stage == before && done == (before == LPA_STAGE_DONE), "%s: stage %d: %s; said %s, %s", row,
                  result.stage, result.error, r->said.expected, r->said.came);
}
