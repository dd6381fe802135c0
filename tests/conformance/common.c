/* The conformance tests' fixture; see common.h. */
#define _DEFAULT_SOURCE
#include "common.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- storage ---- */

static int load(void *ctx, euicc_put_fn put, void *put_ctx)
{
    const struct fixture *f = ctx;
    return storage_load(&f->stored, put, put_ctx);
}

static int commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct fixture *f = ctx;
    f->commits++;
    if (f->power_cut == CUT_BEFORE_COMMIT) return EUICC_POWER_LOST;
    for (size_t i = 0; i < n; i++)
        storage_change(&f->stored, &changes[i]);
    return f->power_cut == CUT_AFTER_COMMIT ? EUICC_POWER_LOST : EUICC_OK;
}

static void trace(void *ctx, enum euicc_event event, const uint8_t *data, size_t n)
{
    struct fixture *f = ctx;
    if (event != EUICC_EVENT_DETAIL) return;
    buf_append(&f->details, slice_of(data, n));
    buf_byte(&f->details, '\n');
}

static int random_bytes(void *ctx, uint8_t *out, size_t n)
{
    struct fixture *f = ctx;
    if (f->random_first.n < n) return euicc_random_bytes(f->random, out, n);
    memcpy(out, f->random_first.p, n);
    memmove(f->random_first.p, f->random_first.p + n, f->random_first.n - n);
    f->random_first.n -= n;
    return 0;
}

static int card_try(struct fixture *f, const struct euicc_config *config, struct euicc_diagnostic *why)
{
    const struct euicc_env env = {.ctx = f, .random = random_bytes, .load = load, .commit = commit, .trace = trace};
    return euicc_create(&f->card, config, &env, why);
}

static void card_start(struct fixture *f, const struct euicc_config *config)
{
    struct euicc_diagnostic why;
    ck_assert_msg(card_try(f, config, &why) == EUICC_OK, "%s", why.text);
}

/* ---- the card ---- */

void card_make(struct fixture *f, const char *personality)
{
    const struct euicc_config config = {.eid = EID, .personality = personality};
    struct smdpp_config smdpp;
    memset(f, 0, sizeof *f);
    f->keys = kat_open("sgp26.txt");
    ck_assert_ptr_nonnull(f->keys);
    ck_assert(smdpp_config_sgp26(&smdpp, f->keys, TEST_P256, 1));
    f->dp = smdpp_new(&smdpp);
    ck_assert_ptr_nonnull(f->dp);
    ck_assert_int_eq(euicc_random_new(&f->random, true, 1), EUICC_OK);
    card_start(f, &config);
}

void card_new(struct fixture *f, const char *personality, const struct lpa_options *options)
{
    /* Answers come directly, so that the reason of a refusal is not followed by a GET RESPONSE. */
    static const struct lpa_options direct = {.with_le = true};
    struct lpa_reader reader;
    card_make(f, personality);
    ck_assert(lpa_reader_card(&reader, f->card));
    lpa_init(&f->lpa, &reader, options ? options : &direct);
    ck_assert_msg(lpa_open(&f->lpa), "%s", f->lpa.error);
}

void card_free(struct fixture *f)
{
    lpa_free(&f->lpa);
    euicc_destroy(f->card);
    euicc_random_free(f->random);
    smdpp_free(f->dp);
    kat_free(f->keys);
    f->card = NULL;
    stored_clear(f);
    buf_free(&f->details);
    buf_free(&f->random_first);
}

int card_open_stored(struct fixture *f, struct euicc_diagnostic *why)
{
    lpa_free(&f->lpa);
    f->lpa = (struct lpa){0};
    euicc_destroy(f->card);
    return card_try(f, NULL, why);
}

bool stored_get(const struct fixture *f, const char *key, struct slice *out)
{
    const struct stored *s = storage_find(&f->stored, key);
    if (s) *out = slice_of(s->value, s->n);
    return s;
}

void stored_put(struct fixture *f, const char *key, struct slice value)
{
    const struct euicc_change change = {key, value.p ? value.p : (const uint8_t *)"", value.n};
    storage_change(&f->stored, &change);
}

void stored_delete(struct fixture *f, const char *key)
{
    const struct euicc_change change = {key, NULL, 0};
    storage_change(&f->stored, &change);
}

void stored_clear(struct fixture *f)
{
    euicc_destroy(f->card);
    f->card = NULL;
    storage_clear(&f->stored);
}

size_t stored_count(const struct fixture *f, const char *prefix)
{
    size_t n = 0;
    for (size_t i = 0; i < f->stored.n; i++)
        n += strncmp(f->stored.items[i].key, prefix, strlen(prefix)) == 0;
    return n;
}

size_t stored_cost(const struct fixture *f, const char *prefix)
{
    size_t n = 0;
    for (size_t i = 0; i < f->stored.n; i++)
        if (strncmp(f->stored.items[i].key, prefix, strlen(prefix)) == 0)
            n += strlen(f->stored.items[i].key) + f->stored.items[i].n + 16;
    return n;
}

void card_cut(struct fixture *f)
{
    struct lpa_options options = f->lpa.options;
    struct lpa_reader reader;
    lpa_free(&f->lpa);
    euicc_destroy(f->card);
    card_start(f, NULL);
    ck_assert(lpa_reader_card(&reader, f->card));
    lpa_init(&f->lpa, &reader, &options);
    ck_assert_msg(lpa_open(&f->lpa), "%s", f->lpa.error);
}

void card_reset(struct fixture *f)
{
    ck_assert_msg(lpa_reset(&f->lpa), "%s", f->lpa.error);
}

void card_power_cycle(struct fixture *f)
{
    euicc_power_off(f->card);
    ck_assert_msg(lpa_open(&f->lpa), "%s", f->lpa.error);
}

/* ---- bytes ---- */

/* Digits up to the next parenthesis, then the content of one, whose length is written before it. */
static const char *put_part(struct buf *b, const char *digits)
{
    for (;;) {
        size_t n = strcspn(digits, "()");
        ck_assert_msg(hex_decode(slice_of(digits, n), b), "not hex: %s", digits);
        digits += n;
        if (*digits != '(') return digits;
        BUF_LOCAL content = {0};
        BUF_LOCAL whole = {0};
        digits = put_part(&content, digits + 1);
        ck_assert_msg(*digits++ == ')', "a parenthesis is open");
        tlv_put(&whole, 0x30, buf_slice(&content));
        buf_append(b, slice_skip(buf_slice(&whole), 1)); /* without the tag */
    }
}

void put_hex(struct buf *b, const char *digits)
{
    ck_assert_msg(*put_part(b, digits) == 0, "too many parentheses: %s", digits);
    ck_assert(!b->failed);
}

void assert_hex(struct slice came, const char *digits, const char *what)
{
    BUF_LOCAL expected = {0};
    put_hex(&expected, digits);
    char *text = malloc(2 * came.n + 1);
    ck_assert_ptr_nonnull(text);
    hex_encode(came, text);
    ck_assert_msg(slice_equal(came, buf_slice(&expected)), "%s: came %s, expected %s", what, text, digits);
    free(text);
}

/* ---- profiles ---- */

void wanted_metadata(const struct wanted *w, struct buf *metadata)
{
    size_t mark = tlv_open(metadata, 0xbf25);
    BUF_LOCAL part = {0};
    put_hex(&part, w->iccid);
    tlv_put(metadata, 0x5a, buf_slice(&part));
    tlv_put(metadata, 0x91, slice_text("provider"));
    tlv_put(metadata, 0x92, slice_text(w->name ? w->name : "profile"));
    if (w->icon) {
        tlv_put_u8(metadata, 0x93, 1);
        buf_reset(&part);
        put_hex(&part, w->icon);
        tlv_put(metadata, 0x94, buf_slice(&part));
    }
    tlv_put_u8(metadata, 0x95, (uint8_t)w->profile_class);
    const struct {
        uint32_t tag;
        const char *content;
    } optional[] = {{0xb6, w->notify}, {0xb7, w->owner}};
    for (size_t i = 0; i < 2; i++) {
        if (!optional[i].content) continue;
        buf_reset(&part);
        put_hex(&part, optional[i].content);
        tlv_put(metadata, optional[i].tag, buf_slice(&part));
    }
    if (w->ppr) tlv_put_bits(metadata, 0x99, w->ppr);
    if (w->extra) put_hex(metadata, w->extra);
    tlv_close(metadata, mark);
    ck_assert(!metadata->failed);
}

static void read_package(struct buf *package)
{
    char path[512];
    uint8_t piece[1024];
    (void)snprintf(path, sizeof path, "%s/tiny.der", TEST_PROFILES_DIR);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file, "%s cannot be read", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(package, slice_of(piece, n));
    fclose(file);
}

/* Replaces the one place where `from` stands. */
static void replace(struct buf *b, const char *from, const uint8_t *to, size_t n)
{
    BUF_LOCAL pattern = {0};
    put_hex(&pattern, from);
    ck_assert_uint_eq(pattern.n, n);
    for (size_t i = 0; i + n <= b->n; i++) {
        if (memcmp(b->p + i, pattern.p, n) != 0) continue;
        memcpy(b->p + i, to, n);
        return;
    }
    ck_abort_msg("%s is not in the package", from);
}

/* profiles/tiny.der (001/01) with another ICCID: swapped in EF.ICCID, in reading order in the header (SAIP 8.2.1). */
void wanted_package(const struct wanted *w, struct buf *package)
{
    BUF_LOCAL iccid = {0};
    uint8_t reading[10];
    read_package(package);
    put_hex(&iccid, w->iccid);
    ck_assert_uint_eq(iccid.n, sizeof reading);
    for (size_t i = 0; i < sizeof reading; i++)
        reading[i] = (uint8_t)(iccid.p[i] << 4 | iccid.p[i] >> 4);
    replace(package, "98001010000000000082", iccid.p, iccid.n);
    replace(package, "89000101000000000028", reading, sizeof reading);
}

static bool download(struct fixture *f, const struct wanted *w, struct lpa_download_result *result)
{
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    wanted_metadata(w, &metadata);
    wanted_package(w, &package);
    f->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool ok = lpa_download(&f->lpa, f->dp, NULL, result);
    f->dp->profile = (struct smdpp_profile){0};
    return ok;
}

uint32_t install(struct fixture *f, const struct wanted *w)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    ck_assert_msg(download(f, w, &result), "installation of %s: %s", w->iccid, result.error);
    return result.result.sequence_number;
}

uint32_t install_plain(struct fixture *f, const char *iccid)
{
    const struct wanted w = {.iccid = iccid, .profile_class = OPERATIONAL, .notify = NOTIFY_ALL};
    return install(f, &w);
}

void install_refused(struct fixture *f, const struct wanted *w, int command, int reason)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    ck_assert_msg(!download(f, w, &result), "installation of %s was not refused", w->iccid);
    ck_assert_msg(result.stage == LPA_STAGE_RESULT && result.result.command == command &&
                      result.result.reason == reason,
                  "%s: %s, stage %d, command %d reason %d, expected %d %d", w->iccid, result.error, result.stage,
                  result.result.command, result.result.reason, command, reason);
}

/* ---- tables ---- */

static void assert_reason(const struct fixture *f, const struct row *row)
{
    struct euicc_reason r;
    euicc_last_reason(f->card, &r);
    if (!row->function) {
        ck_assert_msg(!r.said, "%s: a reason although nothing was refused: %s: expected %s, came %s", row->what,
                      r.function, r.expected, r.came);
        return;
    }
    ck_assert_msg(r.said, "%s: refused without a reason", row->what);
    bool good = strcmp(r.function, row->function) == 0 && strcmp(r.clause, row->clause) == 0 &&
                strstr(r.expected, row->expected) && strstr(r.came, row->came);
    long offset = r.offset == (size_t)-1 ? NO_OFFSET : (long)r.offset;
    ck_assert_msg(good && offset == row->offset, "%s: the reason is %s (%s) at %ld: expected \"%s\", came \"%s\"",
                  row->what, r.function, r.clause, offset, r.expected, r.came);
}

void apdu_row(struct fixture *f, const struct row *row)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    struct lpa_reader reader;
    put_hex(&command, row->request);
    ck_assert(lpa_reader_card(&reader, f->card));
    ck_assert_msg(reader.transmit(reader.ctx, buf_slice(&command), &answer), "%s: no answer", row->what);
    assert_hex(buf_slice(&answer), row->answer, row->what);
    assert_reason(f, row);
}

void apdu_rows(struct fixture *f, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        apdu_row(f, &rows[i]);
}

void es10_row(struct fixture *f, const struct row *row)
{
    BUF_LOCAL request = {0};
    BUF_LOCAL answer = {0};
    uint16_t sw;
    put_hex(&request, row->request);
    ck_assert_msg(lpa_store_data(&f->lpa, buf_slice(&request), &answer, &sw), "%s: %s", row->what, f->lpa.error);
    if (row->answer[0] == '=') {
        char came[5];
        (void)snprintf(came, sizeof came, "%04X", sw);
        ck_assert_msg(strcmp(came, row->answer + 1) == 0 && answer.n == 0, "%s: %s with %zu bytes, expected %s",
                      row->what, came, answer.n, row->answer + 1);
    } else {
        ck_assert_msg(sw == 0x9000, "%s: status word %04X", row->what, sw);
        assert_hex(buf_slice(&answer), row->answer, row->what);
    }
    /* GET RESPONSE is a command of its own and leaves no reason: then the table looks at the answer only. */
    if (answer.n == 0 || f->lpa.options.with_le) assert_reason(f, row);
}

void es10_rows(struct fixture *f, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        es10_row(f, &rows[i]);
}

void apdu(struct fixture *f, const char *request, const char *answer)
{
    const struct row row = {.what = request, .request = request, .answer = answer};
    apdu_row(f, &row);
}

void es10(struct fixture *f, const char *request, const char *answer)
{
    const struct row row = {.what = request, .request = request, .answer = answer};
    es10_row(f, &row);
}

/* ---- looking ---- */

int state_of(struct fixture *f, const char *iccid)
{
    struct lpa_profiles profiles;
    BUF_LOCAL wanted = {0};
    put_hex(&wanted, iccid);
    ck_assert_msg(lpa_get_profiles_info(&f->lpa, (struct slice){0}, (struct slice){0}, &profiles), "%s", f->lpa.error);
    for (size_t i = 0; i < profiles.n; i++)
        if (slice_equal(profiles.list[i].iccid, buf_slice(&wanted))) return profiles.list[i].state;
    return -1;
}

uint32_t free_memory(struct fixture *f)
{
    uint32_t applications;
    uint32_t memory;
    ck_assert_msg(lpa_get_euicc_info2(&f->lpa), "%s", f->lpa.error);
    ck_assert(lpa_read_free_memory(&f->lpa, &applications, &memory));
    return memory;
}

void assert_notifications(struct fixture *f, const char *expected)
{
    struct lpa_notifications list;
    char text[LPA_LIST_MAX * 14 + 1] = "";
    size_t n = 0;
    ck_assert_msg(lpa_retrieve_notifications(&f->lpa, -1, -1, &list), "%s", f->lpa.error);
    for (size_t i = 0; i < list.n; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%u%c", i ? " " : "", list.list[i].sequence_number,
                              list.list[i].is_result ? 'R' : "iedx"[list.list[i].event]);
    ck_assert_str_eq(text, expected);
}

void remove_notifications(struct fixture *f)
{
    ck_assert_msg(lpa_process_notifications(&f->lpa, f->dp) >= 0, "%s", f->lpa.error);
}

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
