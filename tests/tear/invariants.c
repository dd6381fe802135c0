/* What has to hold for a card at any time, seen through the public API and in what it stored; see bench.h. */
#define _DEFAULT_SOURCE
#include "bench.h"

#include "base/hex.h"
#include "holds.h"

#include <stdio.h>
#include <stdlib.h>

static bool starts(const char *key, const char *prefix)
{
    return strncmp(key, prefix, strlen(prefix)) == 0;
}

/* ---- profiles ---- */

/* A value below isdp/<aid>/ of the same profile as `of`. */
static const struct stored *beside(const struct bench *b, const struct stored *of, const char *name)
{
    char key[256];
    (void)snprintf(key, sizeof key, "%.38s%s", of->key, name);
    return storage_find(&b->stored, key);
}

/* Member of a stored FCP (model/file.h). */
static bool fcp_member(const struct stored *file, uint32_t tag, struct tlv *out)
{
    struct slice in = slice_of(file->value, file->n);
    struct tlv fcp;
    return tlv_next(&in, &fcp) && fcp.tag == 0x62 && tlv_find(fcp.value, tag, out);
}

/* The PIN that this key reference means in the directory or in one above it. */
static bool pin_is_there(const struct bench *b, const struct stored *directory, uint8_t reference)
{
    char key[160];
    struct tlv pins;
    (void)snprintf(key, sizeof key, "%s", directory->key);
    for (;;) {
        const struct stored *at = storage_find(&b->stored, key);
        if (at && fcp_member(at, 0xd0, &pins))
            for (size_t i = 0; i + 2 <= pins.value.n; i += 2)
                if (pins.value.p[i] == reference) return true;
        char *slash = strrchr(key, '/');
        if (strcmp(slash, "/3F00") == 0) return false;
        *slash = 0;
    }
}

/* Its parent is there; a directory's PINs are, those of its context and those of its PIN status template; an ADF has
 * an application, and a link its target. */
static void check_file(struct bench *b, const struct stored *file)
{
    char key[160];
    struct tlv t;
    (void)snprintf(key, sizeof key, "%s", file->key);
    *strrchr(key, '/') = 0;
    if (strcmp(key + 38, "fs") != 0) bench_check(b, storage_find(&b->stored, key), "%s without a parent", file->key);
    if (fcp_member(file, 0xd0, &t))
        for (size_t i = 0; i + 2 <= t.value.n; i += 2) {
            (void)snprintf(key, sizeof key, "pin/%02X", t.value.p[i + 1]);
            bench_check(b, beside(b, file, key), "%s without %s", file->key, key);
        }
    if (fcp_member(file, 0xc6, &t))
        for (size_t i = 0; i < t.value.n; i++)
            bench_check(b, pin_is_there(b, file, t.value.p[i]), "%s without PIN %02X", file->key, t.value.p[i]);
    if (fcp_member(file, 0xd2, &t)) {
        (void)snprintf(key, sizeof key, "fs/3F00");
        for (size_t i = 0; i + 2 <= t.value.n; i += 2)
            (void)snprintf(key + 7 + i / 2 * 5, 6, "/%02X%02X", t.value.p[i], t.value.p[i + 1]);
        bench_check(b, beside(b, file, key), "%s is a link to nothing", file->key);
    }
}

/* What is below isdp/<aid>/. */
static void check_part(struct bench *b, const struct stored *part)
{
    char key[160];
    const char *name = part->key + 38;
    (void)snprintf(key, sizeof key, "profile/%.32s", part->key + 5);
    bench_check(b, strlen(part->key) > 38 && part->key[37] == '/' && storage_find(&b->stored, key),
                "%s without a profile", part->key);
    if (starts(name, "fs/")) check_file(b, part);
    if (starts(name, "pin/") && part->n > 6 && part->value[6]) {
        (void)snprintf(key, sizeof key, "puk/%02X", part->value[6]);
        bench_check(b, beside(b, part, key), "%s without %s", part->key, key);
    }
    if (starts(name, "app/") && part->n >= 4 && part->value[0] == 1) { /* a network access application */
        (void)snprintf(key, sizeof key, "fs/3F00/%02X%02X", part->value[2], part->value[3]);
        bench_check(b, beside(b, part, key), "%s without %s", part->key, key);
    }
}

/* profile/<aid> with its metadata and all of its contents, or nothing of it. */
static void check_whole(struct bench *b)
{
    static const char *const needed[] = {"meta", "fs/3F00", "fs/3F00/2FE2", "app/00", "pin/01"};
    struct euicc_description d;
    size_t records = 0;
    for (size_t i = 0; i < b->stored.n; i++) {
        char key[128];
        const char *at = b->stored.items[i].key;
        if (starts(at, "isdp/")) check_part(b, &b->stored.items[i]);
        if (!starts(at, "profile/")) continue;
        records++;
        for (size_t k = 0; k < COUNT(needed); k++) {
            (void)snprintf(key, sizeof key, "isdp/%.32s/%s", at + 8, needed[k]);
            bench_check(b, storage_find(&b->stored, key), "%s without %s", at, needed[k]);
        }
    }
    bench_check(b, euicc_describe(b->card, &d) == EUICC_OK, "the card cannot be described");
    bench_check(b, d.profile_count == records, "%zu profiles, %zu are stored", d.profile_count, records);
}

/* ---- what never goes back ---- */

static uint64_t hash(const uint8_t *p, size_t n)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static void check_number(struct bench *b, uint32_t number, uint64_t content)
{
    struct memory *m = &b->memory;
    for (size_t i = 0; i < m->number_n; i++) {
        if (m->numbers[i].number != number) continue;
        bench_check(b, m->numbers[i].content == content, "number %u was given twice", (unsigned)number);
        return;
    }
    ck_assert_uint_lt(m->number_n, NUMBERS_MAX);
    m->numbers[m->number_n].number = number;
    m->numbers[m->number_n++].content = content;
}

static void check_numbers(struct bench *b)
{
    struct memory *m = &b->memory;
    uint32_t before = m->highest_number;
    const struct stored *last = storage_find(&b->stored, "card/sequence");
    uint32_t sequence = 0;
    for (size_t i = 0; last && i < last->n; i++)
        sequence = sequence << 8 | last->value[i];
    bench_check(b, sequence >= before, "the last number is %u, it was %u", (unsigned)sequence, (unsigned)before);
    for (size_t i = 0; i < b->stored.n; i++) {
        const struct stored *s = &b->stored.items[i];
        const char *text = starts(s->key, "notification/")     ? s->key + 13
                           : starts(s->key, "package-result/") ? s->key + 15
                                                               : NULL;
        if (!text) continue;
        uint32_t number = (uint32_t)strtoul(text, NULL, 10);
        size_t known = m->number_n;
        check_number(b, number, hash(s->value, s->n));
        bench_check(b, known == m->number_n || number > before, "a new notification has number %u, %u was the last",
                    (unsigned)number, (unsigned)before);
        bench_check(b, number <= sequence, "number %u is above the last one, %u", (unsigned)number, (unsigned)sequence);
    }
    m->highest_number = sequence;
}

static size_t known_eim(const struct memory *m, const char *id)
{
    size_t i = 0;
    while (i < m->eim_n && strcmp(m->eims[i].id, id) != 0)
        i++;
    return i;
}

static void check_token(struct bench *b, const struct euicc_eim_description *e, bool known, int64_t before)
{
    struct memory *m = &b->memory;
    if (!e->has_token || (known && before == (int64_t)e->token)) return;
    for (size_t i = 0; i < m->token_n; i++)
        bench_check(b, m->tokens[i] != e->token, "eIM %s got token %u, which was given before", e->id,
                    (unsigned)e->token);
    ck_assert_uint_lt(m->token_n, TOKENS_MAX);
    m->tokens[m->token_n++] = e->token;
}

static void check_eims(struct bench *b)
{
    struct memory *m = &b->memory;
    struct memory now = {0};
    struct euicc_eim_description e;
    for (size_t i = 0; euicc_describe_eim(b->card, i, &e) == EUICC_OK; i++) {
        size_t at = known_eim(m, e.id);
        bool known = at < m->eim_n;
        if (known)
            bench_check(b, e.counter >= m->eims[at].counter, "counterValue of eIM %s is %u, it was %u", e.id,
                        (unsigned)e.counter, (unsigned)m->eims[at].counter);
        check_token(b, &e, known, known ? m->eims[at].token : -1);
        ck_assert_uint_lt(now.eim_n, EIMS_MAX);
        memcpy(now.eims[now.eim_n].id, e.id, sizeof e.id);
        now.eims[now.eim_n].counter = e.counter;
        now.eims[now.eim_n++].token = e.has_token ? (int64_t)e.token : -1;
    }
    memcpy(m->eims, now.eims, sizeof m->eims);
    m->eim_n = now.eim_n;
}

/* ---- packages ---- */

static bool contains(const struct stored *s, struct slice what)
{
    for (size_t i = 0; i + what.n <= s->n; i++)
        if (memcmp(s->value + i, what.p, what.n) == 0) return true;
    return false;
}

/* counterValue tells that a package was carried out, or its eIM is gone: by then its result is there. */
static void check_results(struct bench *b)
{
    for (size_t i = 0; i < PACKAGES_MAX; i++) {
        const struct sent *sent = &b->sent[i];
        struct euicc_eim_description e;
        BUF_LOCAL transaction = {0};
        size_t results = 0;
        bool executed = true;
        if (!sent->is_signed || sent->delivered) continue;
        int64_t counter = 0;
        ck_assert(sgp32_integer(buf_slice(&sent->package.counter), &counter));
        for (size_t k = 0; euicc_describe_eim(b->card, k, &e) == EUICC_OK; k++)
            if (strcmp(e.id, b->eims[sent->eim].id) == 0) executed = (int64_t)e.counter >= counter;
        tlv_put(&transaction, 0x82, buf_slice(&sent->package.transaction_id));
        for (size_t k = 0; k < b->stored.n; k++)
            results += starts(b->stored.items[k].key, "package-result/") &&
                       contains(&b->stored.items[k], buf_slice(&transaction));
        bench_check(b, results == (executed ? 1u : 0u), "package %zu was %scarried out and has %zu results", i,
                    executed ? "" : "not ", results);
    }
}

void invariants(struct bench *b)
{
    const struct moment now = {b->card, &b->stored};
    char why[HOLDS_TEXT];
    bench_check(b, holds(&now, why), "%s", why);
    check_whole(b);
    check_numbers(b);
    check_eims(b);
    check_results(b);
}

/* ---- the state as text ---- */

static bool is_result(const struct stored *s)
{
    return starts(s->key, "notification/") && s->n > 2 && s->value[0] == 0xbf && s->value[1] == 0x37;
}

/* finalResult A1 {80 bppCommandId, 81 installFailedDueToInterruption(11)} */
static bool tells_interruption(const struct stored *s)
{
    for (size_t i = 0; is_result(s) && i + 8 <= s->n; i++)
        if (memcmp(s->value + i, "\xa1\x06\x80\x01", 4) == 0 && memcmp(s->value + i + 5, "\x81\x01\x0b", 3) == 0)
            return true;
    return false;
}

size_t installation_results(const struct bench *b, bool interrupted)
{
    size_t n = 0;
    for (size_t i = 0; i < b->stored.n; i++)
        n += is_result(&b->stored.items[i]) && tells_interruption(&b->stored.items[i]) == interrupted;
    return n;
}

static bool is_interruption(const struct bench *b, uint32_t number)
{
    char key[32];
    (void)snprintf(key, sizeof key, "notification/%010u", (unsigned)number);
    const struct stored *s = storage_find(&b->stored, key);
    return s && tells_interruption(s);
}

static int by_key(const void *a, const void *b)
{
    const struct stored *const *left = a, *const *right = b;
    return strcmp((*left)->key, (*right)->key);
}

/* Names of all keys; random ones and signatures are in the values. */
static void put_keys(const struct bench *b, struct buf *out)
{
    const struct stored **order = calloc(b->stored.n + 1, sizeof(struct stored *));
    ck_assert(order);
    for (size_t i = 0; i < b->stored.n; i++)
        order[i] = &b->stored.items[i];
    qsort(order, b->stored.n, sizeof(struct stored *), by_key);
    for (size_t i = 0; i < b->stored.n; i++) {
        const char *key = order[i]->key;
        if (starts(key, "ci/") || starts(key, "notification/") || starts(key, "package-result/")) continue;
        sgp32_print(out, "%s", key);
        bool plain = starts(key, "profile/") || starts(key, "isdp/") || starts(key, "crl/") ||
                     (starts(key, "card/") && strcmp(key, "card/sequence") != 0 && strcmp(key, "card/rollback") != 0);
        if (plain) sgp32_print(out, " %016llx", (unsigned long long)hash(order[i]->value, order[i]->n));
        sgp32_print(out, "\n");
    }
    free(order);
}

char *summary(struct bench *b)
{
    struct euicc_description d;
    struct euicc_profile_description p;
    struct euicc_notification_description n;
    struct euicc_eim_description e;
    BUF_LOCAL out = {0};
    ck_assert_int_eq(euicc_describe(b->card, &d), EUICC_OK);
    sgp32_print(&out, "free %zu, default SM-DP+ \"%s\", %zu results\n", d.memory_free, d.default_smdp_address,
                d.package_result_count);
    for (size_t i = 0; euicc_describe_profile(b->card, i, &p) == EUICC_OK; i++)
        sgp32_print(&out, "profile %s %s %s %s \"%s\" %zu\n", p.iccid, p.isdp_aid, p.state, p.profile_class, p.nickname,
                    p.size);
    for (size_t i = 0; euicc_describe_notification(b->card, i, &n) == EUICC_OK; i++)
        if (!is_interruption(b, n.sequence_number))
            sgp32_print(&out, "notification %s %s %s %d\n", n.event, n.address, n.iccid, (int)n.is_installation_result);
    for (size_t i = 0; euicc_describe_eim(b->card, i, &e) == EUICC_OK; i++)
        sgp32_print(&out, "eIM %s %s %u %d %u %s\n", e.id, e.fqdn, (unsigned)e.counter, (int)e.has_token,
                    (unsigned)e.token, e.curve);
    put_keys(b, &out);
    buf_byte(&out, 0);
    ck_assert(!out.failed);
    char *text = strdup((const char *)out.p);
    ck_assert_ptr_nonnull(text);
    return text;
}
