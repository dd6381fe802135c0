/* The eIM double: who it is, what it knows of its card, and how members of a SEQUENCE are spoiled; see eim.h. */
#include "eim.h"

#include <stdarg.h>

bool eim_fail(struct eim *eim, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(eim->error, sizeof eim->error, format, args);
    va_end(args);
    return false;
}

/* A certificate that signs itself. The card uses only its public key (4.1): no role, no policies. */
static bool issue_certificate(struct eim *eim)
{
    const struct pki_issuer issuer = {.key = eim->key};
    const struct pki_request request = {.role = PKI_DP_TLS,
                                        .key = &eim->key,
                                        .organization = "eIM",
                                        .common_name = eim->id,
                                        .serial = 1,
                                        .flaws = {.no_policies = true}};
    return pki_issue(&request, &issuer, &eim->certificate) || eim_fail(eim, "the eIM's certificate cannot be made");
}

static bool make_key(struct eim *eim, const struct eim_config *c)
{
    if (c->private_key.n) {
        return test_key_private(&eim->key, c->curve, c->private_key) ||
               eim_fail(eim, "the private key is not a number of the curve");
    }
    if (c->seed.n == 0) return eim_fail(eim, "neither a private key nor a seed");
    return test_key_derive(&eim->key, c->curve, c->seed, c->id) || eim_fail(eim, "no key follows from the seed");
}

bool eim_init(struct eim *eim, const struct eim_config *c)
{
    *eim = (struct eim){.version = c->version,
                        .id_type = c->id_type,
                        .initial_counter = c->initial_counter,
                        .counter = c->initial_counter,
                        .token = EIM_NO_TOKEN,
                        .sequence_number = -1};
    if (!c->id || !*c->id || strlen(c->id) > EIM_ID_MAX) return eim_fail(eim, "eimId: expected 1 to 128 bytes");
    if (c->fqdn && strlen(c->fqdn) >= sizeof eim->fqdn) return eim_fail(eim, "eimFqdn: longer than 255 bytes");
    if (c->seed.n > sizeof eim->seed) return eim_fail(eim, "seed: more than 64 bytes");
    if (c->curve != TEST_P256 && c->curve != TEST_BP256) return eim_fail(eim, "curve: neither of SGP.32");
    snprintf(eim->id, sizeof eim->id, "%s", c->id);
    snprintf(eim->fqdn, sizeof eim->fqdn, "%s", c->fqdn ? c->fqdn : "");
    if (c->seed.n) memcpy(eim->seed, c->seed.p, c->seed.n);
    eim->seed_n = c->seed.n;
    return make_key(eim, c) && (!c->certificate || issue_certificate(eim));
}

void eim_free(struct eim *eim)
{
    buf_free(&eim->certificate);
    /* The private key, and the seed that may be one. */
    volatile uint8_t *p = eim->key.private_key;
    for (size_t i = 0; i < sizeof eim->key.private_key; i++)
        p[i] = 0;
    p = eim->seed;
    for (size_t i = 0; i < sizeof eim->seed; i++)
        p[i] = 0;
    *eim = (struct eim){0};
}

bool eim_set_eid(struct eim *eim, const char *digits)
{
    if (strlen(digits) != 32 || strspn(digits, "0123456789") != 32)
        return eim_fail(eim, "EID %s: expected 32 digits", digits);
    for (size_t i = 0; i < 16; i++)
        eim->eid[i] = (uint8_t)((digits[2 * i] - '0') << 4 | (digits[2 * i + 1] - '0'));
    return true;
}

bool eim_know_card(struct eim *eim, struct slice euicc_certificate, struct slice eum_certificate,
                   const struct pki_anchor *anchors, size_t n)
{
    struct pki_certificate card;
    const char *why = "no CI is known";
    for (size_t i = 0; i < n; i++) {
        if (!pki_check_euicc(euicc_certificate, eum_certificate, &anchors[i], &card, &why)) continue;
        char eid[33];
        for (size_t k = 0; k < 32; k++)
            eid[k] = (char)('0' + (k % 2 ? eim->eid[k / 2] & 15 : eim->eid[k / 2] >> 4));
        eid[32] = 0;
        if (strcmp(eid, card.eid) != 0)
            return eim_fail(eim, "the card's certificate is for EID %s, its EID is %s", card.eid, eid);
        eim_know_key(eim, &card.key);
        return true;
    }
    return eim_fail(eim, "the card's certificates: %s", why);
}

void eim_know_key(struct eim *eim, const struct test_key *key)
{
    eim->card_key = *key;
    eim->knows_key = true;
}

void eim_put_token(struct buf *b, int64_t token)
{
    sgp32_put_integer(b, 0x84, token < 0 ? 0 : token);
}

/* ---- edits ---- */

/* The member `tag` of *content: where it starts and ends, and where the next one ends. */
static bool find_member(const struct buf *content, uint32_t tag, struct tlv *member, size_t *next_end)
{
    struct slice in = buf_slice(content);
    struct tlv next;
    while (tlv_next(&in, member)) {
        if (member->tag != tag) continue;
        *next_end = tlv_next(&in, &next) ? (size_t)(next.whole.p + next.whole.n - content->p) : 0;
        return true;
    }
    return false;
}

/* A TLV whose length has one byte more than needed. */
static void put_long(struct buf *b, const struct tlv *t)
{
    size_t head = t->whole.n - t->value.n;
    size_t tag_n = t->tag > 0xffff ? 3 : t->tag > 0xff ? 2 : 1;
    struct slice length = slice_of(t->whole.p + tag_n, head - tag_n);
    buf_append(b, slice_of(t->whole.p, tag_n));
    buf_byte(b, (uint8_t)(0x80 | (length.n == 1 ? 1 : length.n)));
    if (length.n > 1) {
        buf_byte(b, 0);
        length = slice_skip(length, 1);
    }
    buf_append(b, length);
    buf_append(b, t->value);
}

static void put_edited(struct buf *out, const struct eim_edit *e, const struct tlv *t)
{
    switch (e->kind) {
    case EIM_EDIT_REPEAT:
        buf_append(out, t->whole);
        buf_append(out, t->whole);
        break;
    case EIM_EDIT_VALUE:
        tlv_put(out, t->tag, e->bytes);
        break;
    case EIM_EDIT_RETAG:
        tlv_put(out, e->other, t->value);
        break;
    case EIM_EDIT_LONG:
        put_long(out, t);
        break;
    case EIM_EDIT_GROW: {
        size_t mark = tlv_open(out, t->tag);
        buf_append(out, t->value);
        for (size_t i = 0; i < e->count; i++)
            buf_byte(out, 'x');
        tlv_close(out, mark);
        break;
    }
    case EIM_EDIT_BEFORE:
        buf_append(out, e->bytes);
        buf_append(out, t->whole);
        break;
    case EIM_EDIT_NONE:
    case EIM_EDIT_DROP:
    case EIM_EDIT_SWAP:
    case EIM_EDIT_FIRST:
    case EIM_EDIT_LAST:
    case EIM_EDIT_APPEND:
        break;
    }
}

static bool edit_one(struct buf *content, const struct eim_edit *e)
{
    BUF_LOCAL out = {0};
    struct tlv t;
    size_t next_end;
    if (e->kind == EIM_EDIT_NONE) return true;
    if (e->kind == EIM_EDIT_APPEND) {
        buf_append(content, e->bytes);
        return true;
    }
    if (!find_member(content, e->tag, &t, &next_end)) return false;
    size_t start = (size_t)(t.whole.p - content->p);
    size_t end = start + t.whole.n;
    if (e->kind == EIM_EDIT_SWAP && next_end == 0) return false;
    if (e->kind == EIM_EDIT_FIRST) buf_append(&out, t.whole);
    buf_append(&out, slice_of(content->p, start));
    put_edited(&out, e, &t);
    if (e->kind == EIM_EDIT_SWAP) {
        buf_append(&out, slice_of(content->p + end, next_end - end));
        buf_append(&out, t.whole);
        end = next_end;
    }
    buf_append(&out, slice_of(content->p + end, content->n - end));
    if (e->kind == EIM_EDIT_LAST) buf_append(&out, t.whole);
    buf_reset(content);
    buf_append(content, buf_slice(&out));
    return buf_err(content) == OK && buf_err(&out) == OK;
}

bool eim_edit(struct buf *content, const struct eim_edit edits[EIM_EDITS_MAX])
{
    for (size_t i = 0; i < EIM_EDITS_MAX; i++)
        if (!edit_one(content, &edits[i])) return false;
    return true;
}
