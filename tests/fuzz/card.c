/* One clone at work on one input, with the oracles that hold for any command; see bench.h. */
#include "bench.h"

#include "contents.h"

#define NOWHERE ((size_t)-1)
#define PROFILES_MAX 64
#define COMMITS_MAX 32 /* of one command: a script may present many PINs */

/* ---- what lies outside the card ---- */

static int draw(void *ctx, uint8_t *out, size_t n)
{
    struct fuzz_card *c = ctx;
    if (++c->randoms == c->random_fail_at) {
        c->failed = true;
        return EUICC_RANDOM;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)fuzz_random(&c->random_state);
    return EUICC_OK;
}

static void rises(const struct euicc_change *change, const char *key, uint32_t *last)
{
    uint32_t value = 0;
    if (strcmp(change->key, key) != 0) return;
    bool good = change->value && tlv_unsigned(slice_of(change->value, change->n), &value);
    FUZZ_CHECK(good && value >= *last, "%s goes from %u to %u", key, *last, value);
    *last = value;
}

/* What a refused command may store: tries of PINs and PUKs, before the comparison; that a suspended session is over. */
static bool stays(const struct euicc_change *change)
{
    if (strcmp(change->key, "card/suspended") == 0) return change->value == NULL;
    const char *name = strncmp(change->key, "isdp/", 5) == 0 ? strchr(change->key + 5, '/') : NULL;
    return name && (strncmp(name, "/pin/", 5) == 0 || strncmp(name, "/puk/", 5) == 0);
}

/* A switch that waits for the terminal is carried out or given up before there is another (SGP.22 5.7.16, catBusy). */
static void waits_alone(struct fuzz_card *c, const struct euicc_change *change)
{
    struct slice old;
    if (strcmp(change->key, "card/pending") != 0 || !change->value) return;
    c->switches++;
    if (fuzz_stored(c, change->key, &old))
        FUZZ_CHECK(slice_equal(old, slice_of(change->value, change->n)), "the switch that waits became another");
}

static int take_commit(struct fuzz_card *c, const struct euicc_change *changes, size_t n)
{
    FUZZ_CHECK(n > 0, "a commit of nothing");
    if (++c->commits == c->commit_fail_at) {
        c->failed = true;
        return (int)c->commit_failure;
    }
    size_t staying = 0;
    for (size_t i = 0; i < n; i++)
        staying += stays(&changes[i]);
    if (staying == n) c->counted++;
    c->stored++;
    for (size_t i = 0; i < n && !c->any_state; i++) {
        rises(&changes[i], "card/sequence", &c->sequence);
        rises(&changes[i], "card/association-token", &c->token);
        waits_alone(c, &changes[i]);
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(strcmp(changes[i].key, changes[k].key) != 0, "%s twice in one commit", changes[i].key);
        fuzz_note_change(c, &changes[i]);
    }
    return EUICC_OK;
}

static int commit(void *ctx, const struct euicc_change *changes, size_t n)
{
    struct fuzz_card *c = ctx;
    fuzz_arm(c, false); /* memory fails the card only */
    int result = take_commit(c, changes, n);
    fuzz_arm(c, true);
    return result;
}

/* ---- images ---- */

struct image {
    uint8_t *p;
    size_t n;
};

static void image_free(struct image *image)
{
    free(image->p);
}
#define IMAGE_LOCAL __attribute__((cleanup(image_free))) struct image

static void snapshot(const euicc *card, struct image *out)
{
    free(out->p);
    FUZZ_CHECK(euicc_snapshot(card, &out->p, &out->n) == EUICC_OK, "snapshot");
}

static void check_same(const struct image *a, const struct image *b, const char *when)
{
    FUZZ_CHECK(slice_equal(slice_of(a->p, a->n), slice_of(b->p, b->n)), "%s: the images differ, %zu and %zu bytes",
               when, a->n, b->n);
}

static uint32_t stored_number(const struct image *image, const char *key)
{
    struct slice value;
    uint32_t number = 0;
    if (fuzz_image_find(slice_of(image->p, image->n), key, &value))
        FUZZ_CHECK(tlv_unsigned(value, &number), "%s is no number", key);
    return number;
}

/* ---- life ---- */

/* The image and the counters of a prepared card, read once. */
static void take_counters(struct fuzz_card *c, enum fuzz_kind kind, enum fuzz_state state)
{
    static struct {
        struct image image;
        uint32_t sequence, token;
    } counters[FUZZ_ALL_KINDS][FUZZ_STATES];
    struct image *image = &counters[kind][state].image;
    if (!image->p) {
        snapshot(c->card, image);
        counters[kind][state].sequence = stored_number(image, "card/sequence");
        counters[kind][state].token = stored_number(image, "card/association-token");
    }
    c->initial = slice_of(image->p, image->n);
    c->sequence = counters[kind][state].sequence;
    c->token = counters[kind][state].token;
}

void fuzz_prepare(struct fuzz_card *c, enum fuzz_kind kind)
{
    *c = (struct fuzz_card){
        .kind = kind, .random_state = 0x2545f4914f6cdd1du, .commit_failure = EUICC_STORAGE, .stored = 1, .answers = 1};
    c->env = (struct euicc_env){.ctx = c, .random = draw, .commit = commit};
}

void fuzz_begin(struct fuzz_card *c, enum fuzz_kind kind, enum fuzz_state state)
{
    fuzz_prepare(c, kind);
    FUZZ_CHECK(euicc_clone(fuzz_bench(kind)->cards[state], &c->env, &c->card) == EUICC_OK, "clone");
    c->stored = 0;
    take_counters(c, kind, state);
}

void fuzz_end(struct fuzz_card *c)
{
    euicc_destroy(c->card);
    c->card = NULL;
    fuzz_forget_changes(c);
}

void fuzz_reclone(struct fuzz_card *c)
{
    euicc *copy;
    IMAGE_LOCAL before = {0};
    IMAGE_LOCAL after = {0};
    FUZZ_CHECK(euicc_clone(c->card, &c->env, &copy) == EUICC_OK, "clone");
    snapshot(c->card, &before);
    euicc_destroy(c->card);
    c->card = copy;
    snapshot(c->card, &after);
    check_same(&before, &after, "clone");
}

void fuzz_power(struct fuzz_card *c, bool reset)
{
    struct euicc_atr atr;
    c->failed = false;
    fuzz_arm(c, true);
    int result = reset ? euicc_reset(c->card, &atr) : euicc_power_on(c->card, &atr);
    fuzz_arm(c, false);
    if (result != EUICC_OK) {
        FUZZ_CHECK(c->failed, "%s: %s", reset ? "reset" : "power on", euicc_result_text(result));
        result = euicc_power_on(c->card, &atr);
    }
    FUZZ_CHECK(result == EUICC_OK, "power on: %s", euicc_result_text(result));
    fuzz_select(c);
}

void fuzz_rerestore(struct fuzz_card *c)
{
    IMAGE_LOCAL before = {0};
    IMAGE_LOCAL after = {0};
    snapshot(c->card, &before);
    c->failed = false;
    int result = euicc_restore(c->card, before.p, before.n);
    FUZZ_CHECK(result == EUICC_OK || c->failed, "restore: %s", euicc_result_text(result));
    snapshot(c->card, &after);
    check_same(&before, &after, "restore");
    fuzz_power(c, false);
}

/* ---- commands ---- */

void fuzz_answer_free(struct fuzz_answer *a)
{
    buf_free(&a->data);
}

static bool is_success(uint16_t sw)
{
    return sw == 0x9000 || sw >> 8 == 0x61 || sw >> 8 == 0x91;
}

/* Data may go out with it, changes stay (TS 102 221 10.2.1.3). */
static bool warns(uint16_t sw)
{
    return sw == 0x6282 || sw == 0x6283 || sw == 0x6285 || (sw >= 0x62f1 && sw <= 0x62f3) || sw == 0x6310 ||
           sw == 0x63f1 || sw == 0x63f2;
}

/* The status words of a UICC (TS 102 221 10.2, TS 102 222, GlobalPlatform); 6F00 is for faults only. */
static bool exists(uint16_t sw)
{
    static const uint16_t refusals[] = {0x6200, 0x6300, 0x6581, 0x6700, 0x6881, 0x6882, 0x6981, 0x6982, 0x6983, 0x6984,
                                        0x6985, 0x6986, 0x6988, 0x6a80, 0x6a81, 0x6a82, 0x6a83, 0x6a84, 0x6a86, 0x6a88,
                                        0x6a89, 0x6b00, 0x6d00, 0x6e00, 0x9300, 0x9850, 0x9862, 0x9864};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (refusals[i] == sw) return true;
    return is_success(sw) || warns(sw) || sw >> 4 == 0x63c || sw >> 8 == 0x6c;
}

static bool is_envelope(struct slice capdu)
{
    return capdu.n > 1 && capdu.p[1] == 0xc2;
}

static bool says_tries(uint16_t sw)
{
    return sw >> 4 == 0x63c;
}

static bool refuses(uint16_t sw)
{
    return !is_success(sw) && !warns(sw) && !says_tries(sw) && sw >> 8 != 0x6c;
}

static void check_reason(const struct fuzz_card *c, const struct euicc_reason *r, uint16_t sw, bool wanted)
{
    FUZZ_CHECK(r->said == wanted, "%04X: %s", sw, r->said ? r->came : "refused without a reason");
    if (!r->said) return;
    FUZZ_CHECK(*r->function && *r->clause && *r->expected && *r->came, "%04X: %s|%s|%s|%s", sw, r->function, r->clause,
               r->expected, r->came);
    FUZZ_CHECK(r->offset == NOWHERE || r->offset <= 65536, "%04X: offset %zu", sw, r->offset);
    (void)c;
}

/* After a failure of the storage: nothing of the command is stored, the card is mute, and comes back with power.
 * before: NULL if a retry counter was. */
static void after_failure(struct fuzz_card *c, const struct image *before, int result)
{
    IMAGE_LOCAL after = {0};
    uint8_t rapdu[16];
    size_t n = 0;
    uint8_t status[] = {0x80, 0xf2, 0, 0, 0};
    FUZZ_CHECK(c->failed && (result == (int)c->commit_failure || (c->allocation_failed && result == EUICC_NO_MEMORY)),
               "%s without a failure", euicc_result_text(result));
    FUZZ_CHECK(euicc_transmit(c->card, status, sizeof status, rapdu, sizeof rapdu, &n) == EUICC_MUTE && n == 0,
               "not mute after a storage failure");
    snapshot(c->card, &after);
    if (before) check_same(before, &after, "failed commit");
    fuzz_power(c, false);
}

/* FUZZ_TRACE in the environment: what an input does, for a person. Looked at once: that is dear for each command. */
static void show(struct slice capdu, struct slice rapdu, const struct euicc_reason *r)
{
    static enum { UNKNOWN, SILENT, SHOWN } wanted;
    if (wanted == UNKNOWN) wanted = getenv("FUZZ_TRACE") ? SHOWN : SILENT;
    if (wanted == SILENT) return;
    for (size_t i = 0; i < capdu.n; i++)
        fprintf(stderr, "%02X", capdu.p[i]);
    fputs(" -> ", stderr);
    for (size_t i = 0; i < rapdu.n; i++)
        fprintf(stderr, "%02X", rapdu.p[i]);
    if (r->said) fprintf(stderr, " (%s: %s: %s, not %s)", r->function, r->clause, r->expected, r->came);
    fputc('\n', stderr);
}

static void copy_free(euicc **copy)
{
    euicc_destroy(*copy);
}
#define COPY_LOCAL __attribute__((cleanup(copy_free))) euicc *

/* For one command in 16, the same for the same input. */
static bool wants_copy(const struct fuzz_card *c)
{
    return (c->answers * 0x9e3779b97f4a7c15u) >> 60 == 0;
}

static void exchange(struct fuzz_card *c, struct slice capdu, struct fuzz_answer *out)
{
    static uint8_t rapdu[65538];
    size_t n = 0;
    struct euicc_reason r;
    IMAGE_LOCAL before = {0};
    COPY_LOCAL copy_before = wants_copy(c) ? fuzz_copy(c) : NULL;
    unsigned commits = c->commits;
    unsigned counted = c->counted;
    uint8_t *copy = malloc(capdu.n ? capdu.n : 1);
    if (!copy) abort();
    if (capdu.n) memcpy(copy, capdu.p, capdu.n);
    if ((c->commit_fail_at > c->commits && c->commit_fail_at <= c->commits + COMMITS_MAX) ||
        (c->allocation_fail_at && !c->allocation_failed))
        snapshot(c->card, &before);
    c->failed = false;
    out->alive = true;
    fuzz_arm(c, true);
    int result = euicc_transmit(c->card, copy, capdu.n, rapdu, sizeof rapdu, &n);
    fuzz_arm(c, false);
    free(copy);
    if (result != EUICC_OK && c->failed && before.p) {
        out->alive = false;
        out->sw = 0x6f00;
        after_failure(c, c->counted == counted ? &before : NULL, result);
        return;
    }
    FUZZ_CHECK(result == EUICC_OK && n >= 2, "%s", euicc_result_text(result));
    out->sw = (uint16_t)(rapdu[n - 2] << 8 | rapdu[n - 1]);
    euicc_last_reason(c->card, &r);
    show(capdu, slice_of(rapdu, n), &r);
    FUZZ_CHECK(exists(out->sw) || (out->sw == 0x6f00 && c->failed), "status word %04X", out->sw);
    FUZZ_CHECK(n == 2 || is_success(out->sw) || warns(out->sw), "data with %04X", out->sw);
    out->said = r.said;
    if (refuses(out->sw) || says_tries(out->sw))
        FUZZ_CHECK(c->commits - commits == c->counted - counted, "%04X, and %u commits, %u of them of what stays",
                   out->sw, c->commits - commits, c->counted - counted);
    if (refuses(out->sw) && copy_before) fuzz_check_volatile(c, copy_before, capdu, c->counted != counted);
    if (refuses(out->sw))
        check_reason(c, &r, out->sw, true);
    else if (n == 2 && out->sw == 0x9000 && !is_envelope(capdu)) /* what came by SMS may be refused in silence */
        check_reason(c, &r, out->sw, false);
    buf_append(&out->data, slice_of(rapdu, n - 2));
    for (size_t i = 0; i < n; i++)
        c->answers = (c->answers ^ rapdu[i]) * 0x100000001b3u;
}

void fuzz_apdu(struct fuzz_card *c, struct slice capdu, struct fuzz_answer *out)
{
    buf_reset(&out->data);
    exchange(c, capdu, out);
}

static void fetch_rest(struct fuzz_card *c, struct fuzz_answer *out)
{
    bool said = out->said;
    while (out->alive && out->sw >> 8 == 0x61) {
        uint8_t get_response[] = {0x80, 0xc0, 0x00, 0x00, (uint8_t)out->sw};
        exchange(c, SLICE(get_response), out);
        FUZZ_CHECK(is_success(out->sw) || c->failed, "GET RESPONSE %04X", out->sw);
        if (!is_success(out->sw)) buf_reset(&out->data);
    }
    out->said = said;
}

void fuzz_request(struct fuzz_card *c, struct slice request, struct fuzz_answer *out)
{
    size_t at = 0;
    unsigned block = 0;
    bool last;
    do {
        uint8_t capdu[5 + 255 + 1] = {0x80, 0xe2, 0x11, (uint8_t)block, 0};
        size_t n = request.n - at < 255 ? request.n - at : 255;
        last = at + n == request.n || block == 255;
        if (last) capdu[2] = 0x91;
        capdu[4] = (uint8_t)n;
        if (n) memcpy(capdu + 5, request.p + at, n);
        buf_reset(&out->data);
        exchange(c, slice_of(capdu, 5 + n + (last && n ? 1 : 0)), out);
        at += n;
        block++;
    } while (!last && out->alive && (out->sw == 0x9000 || out->sw >> 8 == 0x91));
    if (!last || !out->alive) return;
    fetch_rest(c, out);
    if (!out->alive || out->data.n == 0) return;
    struct slice in = buf_slice(&out->data);
    struct tlv response;
    struct tlv asked;
    FUZZ_CHECK(tlv_read(&in, &response) == TLV_OK && in.n == 0 && tlv_strict(response.whole, TLV_DEPTH_MAX, NULL),
               "the response is not one DER object");
    bool same = tlv_read(&request, &asked) == TLV_OK && asked.tag == response.tag;
    FUZZ_CHECK(same || response.tag == 0xbf37, "a response %X", response.tag);
}

void fuzz_select(struct fuzz_card *c)
{
    static const uint8_t select[] = {0x00, 0xa4, 0x04, 0x00, 0x10, 0xa0, 0x00, 0x00, 0x05, 0x59, 0x10,
                                     0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0x00, 0x00, 0x01, 0x00, 0x00};
    FUZZ_ANSWER_LOCAL a = {0};
    if (c->kind >= FUZZ_KINDS) return;
    exchange(c, SLICE(select), &a);
    FUZZ_CHECK(is_success(a.sw) || !a.alive || c->failed, "SELECT ISD-R gives %04X", a.sw);
}

void fuzz_proactive(struct fuzz_card *c, uint8_t result)
{
    static const uint8_t status[] = {0x80, 0xf2, 0x00, 0x0c, 0x00};
    FUZZ_ANSWER_LOCAL a = {0};
    exchange(c, SLICE(status), &a);
    if (a.sw >> 8 != 0x91) return;
    const uint8_t fetch[] = {0x80, 0x12, 0x00, 0x00, (uint8_t)a.sw};
    fuzz_apdu(c, SLICE(fetch), &a);
    struct slice in = buf_slice(&a.data);
    struct tlv command;
    struct tlv details;
    if (tlv_read(&in, &command) != TLV_OK || !tlv_find(command.value, 0x81, &details)) return;
    FUZZ_CHECK(a.sw == 0x9000 && details.value.n == 3, "FETCH gives %04X and %zu bytes", a.sw, details.value.n);
    uint8_t response[] = {0x80, 0x14, 0, 0, 12, 0x81, 3, 0, 0, 0, 0x82, 2, 0x82, 0x81, 0x83, 1, result};
    memcpy(response + 7, details.value.p, 3);
    fuzz_apdu(c, SLICE(response), &a);
}

/* ---- invariants ---- */

static void check_profiles(const struct fuzz_card *c, const struct euicc_description *d)
{
    static struct euicc_profile_description list[PROFILES_MAX];
    size_t enabled = 0;
    size_t size = 0;
    FUZZ_CHECK(d->profile_count <= PROFILES_MAX, "%zu profiles", d->profile_count);
    for (size_t i = 0; i < d->profile_count; i++) {
        FUZZ_CHECK(euicc_describe_profile(c->card, i, &list[i]) == EUICC_OK, "profile %zu", i);
        enabled += strcmp(list[i].state, "enabled") == 0;
        size += list[i].size;
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(strcmp(list[i].iccid, list[k].iccid) != 0 && strcmp(list[i].isdp_aid, list[k].isdp_aid) != 0,
                       "ICCID %s, AID %s twice", list[i].iccid, list[i].isdp_aid);
    }
    FUZZ_CHECK(enabled <= 1, "%zu enabled profiles", enabled);
    FUZZ_CHECK(d->memory_free + size == d->memory_total, "%zu free and %zu in profiles are not %zu", d->memory_free,
               size, d->memory_total);
}

static void check_notifications(const struct fuzz_card *c, const struct euicc_description *d)
{
    struct euicc_notification_description n;
    uint32_t last = 0;
    for (size_t i = 0; i < d->notification_count; i++) {
        FUZZ_CHECK(euicc_describe_notification(c->card, i, &n) == EUICC_OK, "notification %zu", i);
        FUZZ_CHECK((i == 0 || n.sequence_number > last) && n.sequence_number <= c->sequence,
                   "notification %u after %u, counter %u", n.sequence_number, last, c->sequence);
        last = n.sequence_number;
    }
}

static void check_eims(const struct fuzz_card *c, const struct euicc_description *d)
{
    static struct euicc_eim_description list[PROFILES_MAX];
    FUZZ_CHECK(d->eim_count <= PROFILES_MAX, "%zu eIMs", d->eim_count);
    for (size_t i = 0; i < d->eim_count; i++) {
        FUZZ_CHECK(euicc_describe_eim(c->card, i, &list[i]) == EUICC_OK, "eIM %zu", i);
        FUZZ_CHECK(list[i].counter <= EIM_COUNTER_MAX, "counter %u", list[i].counter);
        FUZZ_CHECK(!list[i].has_token || list[i].token <= c->token, "token %u of %u", list[i].token, c->token);
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(strcmp(list[i].id, list[k].id) != 0 &&
                           (!list[i].has_token || !list[k].has_token || list[i].token != list[k].token),
                       "eIM %s or token %u twice", list[i].id, list[i].token);
    }
}

static bool charged(const char *key)
{
    return strncmp(key, "profile/", 8) == 0 || strncmp(key, "isdp/", 5) == 0;
}

/* What a user can look at: every file and application is described. */
static void check_described(const struct fuzz_card *c, size_t profile)
{
    static struct euicc_file_description f;
    static struct euicc_application_description a;
    char last[EUICC_PATH_SIZE];
    size_t i = 0;
    for (const char *after = NULL; euicc_describe_file(c->card, profile, after, &f) == EUICC_OK; after = last) {
        FUZZ_CHECK(!after || strcmp(after, f.path) < 0, "%s comes after %s", f.path, after);
        FUZZ_CHECK(f.type && f.state && *f.access, "%s: its description", f.path);
        memcpy(last, f.path, sizeof last);
    }
    while (euicc_describe_application(c->card, profile, i, &a) == EUICC_OK)
        i++;
    FUZZ_CHECK(i < 1000, "%zu applications", i);
}

/* Every profile is whole, and what the card says about its memory is the sum of what is stored. */
static void check_contents(struct fuzz_card *c, const struct euicc_description *d)
{
    static const struct euicc_env nothing = {0};
    struct euicc_profile_description p;
    struct store *store;
    size_t sum = 0;
    IMAGE_LOCAL image = {0};
    snapshot(c->card, &image);
    FUZZ_CHECK(store_new(&store, &nothing, charged) == OK, "store");
    FUZZ_CHECK(store_restore(store, slice_of(image.p, image.n)) == OK, "restore");
    for (size_t i = 0; i < d->profile_count; i++) {
        FUZZ_CHECK(euicc_describe_profile(c->card, i, &p) == EUICC_OK, "profile %zu", i);
        check_described(c, i);
        size_t size = fuzz_check_profile(store, p.isdp_aid, c->kind < FUZZ_KINDS);
        FUZZ_CHECK(size == p.size, "%s: %zu bytes, said to be %zu", p.isdp_aid, size, p.size);
        sum += size;
    }
    FUZZ_CHECK(sum == store_charged(store), "%zu bytes in profiles, %zu in all: something was left behind", sum,
               store_charged(store));
    store_free(store);
}

static void check_restore(struct fuzz_card *c)
{
    const struct euicc_env alone = {.ctx = c, .random = draw};
    IMAGE_LOCAL before = {0};
    IMAGE_LOCAL after = {0};
    euicc *other;
    snapshot(c->card, &before);
    FUZZ_CHECK(stored_number(&before, "card/sequence") == c->sequence,
               "the sequence counter is not what was committed");
    fuzz_check_committed(c, slice_of(before.p, before.n));
    FUZZ_CHECK(euicc_clone(fuzz_bench(FUZZ_CONSUMER)->cards[FUZZ_EMPTY], &alone, &other) == EUICC_OK, "clone");
    int result = euicc_restore(other, before.p, before.n);
    FUZZ_CHECK(result == EUICC_OK, "restore: %s", euicc_result_text(result));
    snapshot(other, &after);
    check_same(&before, &after, "snapshot and restore");
    euicc_destroy(other);
}

/* What is dearer than a clone is looked at by chance, but the same for the same input: `often` times in 32 for each
 * commit, at most four such. A card on which nothing was stored is the prepared one, whose turn comes rarely. */
static bool is_due(const struct fuzz_card *c, unsigned part, unsigned often)
{
    const uint64_t mixed = c->answers * 0x9e3779b97f4a7c15u >> (16 + part);
    if (c->stored == 0) return mixed % 1024 < often;
    return mixed % 32 < often * (c->stored < 4 ? c->stored : 4);
}

void fuzz_invariants(struct fuzz_card *c)
{
    struct euicc_description d;
    if (!is_due(c, 0, 32)) return;
    FUZZ_CHECK(euicc_describe(c->card, &d) == EUICC_OK, "describe");
    check_profiles(c, &d);
    check_notifications(c, &d);
    check_eims(c, &d);
    if (is_due(c, 0, 1)) check_restore(c);
    if (is_due(c, 16, 1)) check_contents(c, &d);
}
