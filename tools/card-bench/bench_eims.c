/* Packages of several eIMs; see bench_eims.h. */
#define _GNU_SOURCE
#include "bench_eims.h"

#include "base/hex.h"
#include "cli/text.h"

/* The eIMs of a case at work. */
struct senders {
    const struct bench_eim_case *row;
    struct eim second;
    struct eim own_new;
    struct test_key old_key; /* of eim2 */
    struct test_key new_key;
};

static void senders_free(struct senders *s)
{
    eim_free(&s->second);
    eim_free(&s->own_new);
}

/* Keeps a TLV with this content as a variable. */
static bool set_tlv(struct bench *b, const char *name, struct slice content)
{
    BUF_LOCAL whole = {0};
    tlv_put(&whole, 0xa5, content);
    return variables_set(&b->variables, name, buf_slice(&whole)) || bench_verdict(b, VERDICT_ERROR, "no memory");
}

static bool set_key(struct bench *b, const char *name, const struct test_key *key)
{
    BUF_LOCAL content = {0};
    eim_put_key(&content, key);
    return set_tlv(b, name, buf_slice(&content));
}

/* A certificate that eim2 made itself: the card takes only the key out of it (SGP.32 2.11.1.1.1). */
static bool set_certificate(struct bench *b, enum test_curve curve)
{
    const struct eim_config config = {.id = "eim2",
                                      .curve = curve,
                                      .seed = slice_text("eim2"),
                                      .certificate = true,
                                      .version = bench_iot_version(b),
                                      .initial_counter = 1};
    EIM_LOCAL other = {0};
    BUF_LOCAL content = {0};
    return (eim_init(&other, &config) && eim_put_certificate(&content, buf_slice(&other.certificate)) &&
            variables_set(&b->variables, "der", buf_slice(&other.certificate)) &&
            set_tlv(b, "certificate", buf_slice(&content))) ||
           bench_verdict(b, VERDICT_ERROR, "the certificate of an eIM cannot be made: %s", other.error);
}

/* {ci} and {ci2}. */
static bool set_cis(struct bench *b)
{
    static const char *const names[] = {"ci", "ci2"};
    const char *list = facts_get(b->facts, "ci-sign");
    for (size_t i = 0; list && i < 2; i++) {
        BUF_LOCAL id = {0};
        size_t n = strcspn(list, " ");
        if (!hex_decode(slice_of(list, n), &id) || !variables_set(&b->variables, names[i], buf_slice(&id)))
            return bench_verdict(b, VERDICT_ERROR, "euiccCiPKIdListForSigning does not read");
        list = list[n] ? list + n + 1 : NULL;
    }
    return true;
}

/* A name in one of the steps. */
static bool uses(const struct bench_eim_case *row, const char *name)
{
    for (const struct bench_eim_step *step = row->steps; step < row->steps + BENCH_EIM_STEPS; step++)
        if (step->p.eco && strstr(step->p.eco, name)) return true;
    return false;
}

/* An eIM that knows the card by the key that testeim1 knows, if that is the one of results without an euiccCiPKId. */
static bool make_eim(struct bench *b, const struct eim *own, const char *id, struct eim *out)
{
    const struct bench_eim_case *row = b->row->argument;
    const struct eim_config config = {.id = id,
                                      .curve = row->curve,
                                      .seed = slice_text(id),
                                      .version = own->version,
                                      .initial_counter = own->initial_counter};
    const char *eid = facts_get(b->facts, "eid");
    if (!eim_init(out, &config) || !eid || !eim_set_eid(out, eid))
        return bench_verdict(b, VERDICT_ERROR, "an eIM cannot be made: %s", out->error);
    if (own->key.curve != TEST_P256) return bench_know_card(b, out, (struct slice){0});
    eim_know_key(out, &own->card_key);
    return true;
}

static bool prepare(struct bench *b, const struct eim *own, struct senders *s)
{
    enum test_curve curve = s->row->curve;
    if (!make_eim(b, own, "eim2", &s->second) || !make_eim(b, own, own->id, &s->own_new)) return false;
    if (!test_key_derive(&s->new_key, curve, slice_text("bench"), "a new key"))
        return bench_verdict(b, VERDICT_ERROR, "no key");
    s->old_key = s->second.key;
    s->own_new.key = s->new_key;
    return set_key(b, "key", &s->second.key) && set_key(b, "new-key", &s->new_key) &&
           set_key(b, "own-key", &own->key) && set_cis(b) &&
           ((!uses(s->row, "{certificate}") && !uses(s->row, "{der}")) || set_certificate(b, curve));
}

static struct eim *sender(struct senders *s, struct eim *own, enum bench_sender by)
{
    if (by == BENCH_OWN) return own;
    if (by == BENCH_OWN_NEW) {
        /* the same association: counter and token go on */
        if (s->own_new.counter < own->counter) s->own_new.counter = own->counter;
        s->own_new.token = own->token;
        return &s->own_new;
    }
    s->second.key = by == BENCH_SECOND ? s->old_key : s->new_key;
    return &s->second;
}

static bool take(struct bench *b, struct senders *s, const struct bench_eim_step *step)
{
    const struct buf *ci = variables_get(&b->variables, "ci2");
    if (step->takes_token && b->result.n) s->second.token = b->result.data[b->result.n - 1].token;
    return !step->by_ci || !ci || bench_know_card(b, &s->second, buf_slice(ci));
}

static bool expect_different(struct bench *b, const char *const names[2])
{
    char digits[40];
    if (!names[0]) return true;
    const struct buf *one = variables_get(&b->variables, names[0]);
    const struct buf *other = variables_get(&b->variables, names[1]);
    bool same = one && other && slice_equal(buf_slice(one), buf_slice(other));
    return bench_expect(b, one && other && !same, b->row->clauses, "an associationToken that was not given before",
                        "%s", one ? hex_short(buf_slice(one), digits, sizeof digits) : "none");
}

/* By the last operation of the last package. */
static bool is_due(const struct bench *b, enum bench_when when)
{
    const struct eim_result *r = &b->result;
    bool ok = r->kind == EIM_RESULT_SIGNED && r->n && r->data[r->n - 1].code == 0;
    return when == BENCH_ALWAYS || ok == (when == BENCH_IF_OK);
}

void run_eims(struct bench *b)
{
    struct senders s = {.row = b->row->argument};
    struct eim *own = bench_eim(b, s.row->own_curve);
    bool good = own && prepare(b, own, &s);
    for (const struct bench_eim_step *step = s.row->steps; good && step < s.row->steps + BENCH_EIM_STEPS; step++) {
        const struct bench_package *p = &step->p;
        if (!p->psmo && !p->eco && !p->again && !p->request && !p->profile && !p->reset && !p->power_cycle) break;
        if (!is_due(b, step->when)) continue;
        good = bench_package(b, sender(&s, own, step->by), p) && take(b, &s, step) && expect_different(b, step->differ);
    }
    senders_free(&s);
}
