/* Signing eUICC Packages (SGP.32 2.11.1.1) as the eIM double does it; see eim.h. */
#include "eim.h"

/* ---- operations (2.11.1.1.2, 2.11.1.1.3) ---- */

static uint32_t op_tag(enum eim_op_kind kind)
{
    static const uint32_t tags[] = {
        [EIM_OP_ENABLE] = 0xa3,       [EIM_OP_DISABLE] = 0xa4,
        [EIM_OP_DELETE] = 0xa5,       [EIM_OP_LIST] = 0xbf2d,
        [EIM_OP_RAT] = 0xa6,          [EIM_OP_IMMEDIATE] = 0xa7,
        [EIM_OP_SET_FALLBACK] = 0xa8, [EIM_OP_UNSET_FALLBACK] = 0xa9,
        [EIM_OP_DEFAULT_DP] = 0xbf65, [EIM_OP_ADD_EIM] = 0xa8,
        [EIM_OP_DELETE_EIM] = 0xa9,   [EIM_OP_UPDATE_EIM] = 0xaa,
        [EIM_OP_LIST_EIM] = 0xab,
    };
    return tags[kind];
}

static bool is_eco(enum eim_op_kind kind)
{
    return kind == EIM_OP_ADD_EIM || kind == EIM_OP_DELETE_EIM || kind == EIM_OP_UPDATE_EIM ||
           kind == EIM_OP_LIST_EIM || kind == EIM_OP_RAW_ECO;
}

/* The members of an operation with members; false if one that it must have is not given. */
static bool put_members(struct buf *b, const struct eim_op *op)
{
    switch (op->kind) {
    case EIM_OP_ENABLE:
    case EIM_OP_DISABLE:
    case EIM_OP_DELETE:
    case EIM_OP_SET_FALLBACK:
        tlv_put(b, 0x5a, op->iccid);
        /* rollbackFlag is untagged beside a written tag, so it keeps the universal NULL. */
        if (op->kind == EIM_OP_ENABLE && op->rollback) tlv_put(b, 0x05, slice_of(NULL, 0));
        return op->iccid.p != NULL;
    case EIM_OP_LIST:
        if (op->search.n) tlv_put(b, 0xa0, op->search);
        if (op->tags.n) tlv_put(b, 0x5c, op->tags);
        return true;
    case EIM_OP_IMMEDIATE:
        if (op->immediate) tlv_put(b, 0x80, slice_of(NULL, 0));
        if (op->oid.n) tlv_put(b, 0x81, op->oid);
        if (op->address) tlv_put(b, 0x82, slice_text(op->address));
        return true;
    case EIM_OP_DEFAULT_DP:
        if (op->address) tlv_put(b, 0x80, slice_text(op->address));
        return op->address != NULL;
    case EIM_OP_DELETE_EIM:
        tlv_put(b, 0x80, op->eim_id);
        return op->eim_id.p != NULL;
    case EIM_OP_ADD_EIM:
    case EIM_OP_UPDATE_EIM:
        buf_append(b, op->content);
        return op->content.p != NULL;
    case EIM_OP_RAT:
    case EIM_OP_UNSET_FALLBACK:
    case EIM_OP_LIST_EIM:
    case EIM_OP_RAW:
    case EIM_OP_RAW_ECO:
        break;
    }
    return true;
}

bool eim_put_op(struct buf *b, const struct eim_op *op)
{
    if (op->kind == EIM_OP_RAW || op->kind == EIM_OP_RAW_ECO) {
        buf_append(b, op->bytes);
        return buf_err(b) == OK;
    }
    size_t mark = tlv_open(b, op_tag(op->kind));
    bool ok = put_members(b, op);
    tlv_close(b, mark);
    return ok && buf_err(b) == OK;
}

/* ---- signatures ---- */

static const uint8_t order_p256[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                     0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t order_bp256[] = {0xa9, 0xfb, 0x57, 0xdb, 0xa1, 0xee, 0xa9, 0xbc, 0x3e, 0x66, 0x0a,
                                      0x90, 0x9d, 0x83, 0x8d, 0x71, 0x8c, 0x39, 0x7a, 0xa3, 0xb5, 0x61,
                                      0xa6, 0xf7, 0x90, 0x1e, 0x0e, 0x82, 0x97, 0x48, 0x56, 0xa7};

/* s becomes n - s if that is greater. */
static void raise_s(uint8_t s[32], const uint8_t order[32])
{
    uint8_t other[32];
    unsigned borrow = 0;
    for (size_t i = 32; i-- > 0;) {
        unsigned d = 256u + order[i] - s[i] - borrow;
        other[i] = (uint8_t)d;
        borrow = d < 256;
    }
    if (memcmp(other, s, 32) > 0) memcpy(s, other, 32);
}

/* The signature r||s in the form that the spoil wants. */
static void shape_signature(struct buf *signature, enum eim_signature_form form, enum test_curve curve)
{
    const uint8_t *order = curve == TEST_BP256 ? order_bp256 : order_p256;
    uint8_t raw[64];
    if (signature->n != sizeof raw) return;
    memcpy(raw, signature->p, sizeof raw);
    buf_reset(signature);
    switch (form) {
    case EIM_SIGNATURE_DER:
        pki_put_signature(signature, slice_of(raw, 64));
        return;
    case EIM_SIGNATURE_SHORT:
        buf_append(signature, slice_of(raw, 63));
        return;
    case EIM_SIGNATURE_LONG:
        buf_byte(signature, 0);
        break;
    case EIM_SIGNATURE_HIGH_S:
        raise_s(raw + 32, order);
        break;
    case EIM_SIGNATURE_ZERO_R:
        memset(raw, 0, 32);
        break;
    case EIM_SIGNATURE_ZERO_S:
        memset(raw + 32, 0, 32);
        break;
    case EIM_SIGNATURE_ORDER_R:
        memcpy(raw, order, 32);
        break;
    case EIM_SIGNATURE_ORDER_S:
        memcpy(raw + 32, order, 32);
        break;
    case EIM_SIGNATURE_RAW:
        break;
    }
    buf_append(signature, SLICE(raw));
}

/* The token that ends the signature input, as it is or spoiled. */
static void put_spoiled_token(struct buf *b, int64_t token, enum eim_token_form form)
{
    BUF_LOCAL right = {0};
    struct tlv t;
    switch (form) {
    case EIM_TOKEN_NOTHING:
        return;
    case EIM_TOKEN_ZERO:
        eim_put_token(b, EIM_NO_TOKEN);
        return;
    case EIM_TOKEN_OTHER:
        eim_put_token(b, token < 0 ? 1 : token + 1);
        return;
    case EIM_TOKEN_RIGHT:
        eim_put_token(b, token);
        return;
    case EIM_TOKEN_UNSIGNED:
        break;
    }
    eim_put_token(&right, token);
    struct slice in = buf_slice(&right);
    if (!tlv_next(&in, &t)) return;
    bool zero = t.value.n > 1 && t.value.p[0] == 0;
    tlv_put(b, 0x84, slice_skip(t.value, zero ? 1 : 0));
}

static bool sign(struct eim *eim, const struct eim_spoil *spoil, struct slice data, struct buf *signature)
{
    BUF_LOCAL input = {0};
    const struct test_key *key = spoil->key ? spoil->key : &eim->key;
    buf_append(&input, data);
    put_spoiled_token(&input, eim->token, spoil->token);
    if (spoil->signature.p) {
        buf_append(signature, spoil->signature);
    } else {
        if (!test_sign(key, buf_slice(&input), signature)) return eim_fail(eim, "the package cannot be signed");
        shape_signature(signature, spoil->signature_form, key->curve);
    }
    if (spoil->signature_bit && signature->n) signature->p[signature->n - 1] ^= 1;
    return buf_err(signature) == OK && buf_err(&input) == OK;
}

/* ---- the package ---- */

void eim_package_free(struct eim_package *p)
{
    buf_free(&p->request);
    buf_free(&p->eim_id);
    buf_free(&p->counter);
    buf_free(&p->transaction_id);
    *p = (struct eim_package){0};
}

static void keep(struct buf *b, struct slice s)
{
    buf_reset(b);
    buf_append(b, s);
}

/* 16 bytes that follow from the seed and the number of identifiers drawn so far. */
static void draw_transaction_id(struct eim *eim, struct buf *out)
{
    uint8_t hash[32];
    BUF_LOCAL in = {0};
    buf_append(&in, slice_text("eimTransactionId"));
    buf_append(&in, slice_text(eim->id));
    buf_append(&in, SLICE(eim->eid));
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_byte(&in, (uint8_t)(eim->drawn >> shift));
    eim->drawn++;
    test_hmac_sha256(slice_of(eim->seed, eim->seed_n), buf_slice(&in), hash);
    keep(out, slice_of(hash, 16));
}

static bool put_list(struct eim *eim, struct buf *b, const struct eim_order *o, struct eim_package *out)
{
    static const uint8_t other_list[] = {0xab, 0x00};
    const struct eim_spoil *s = &o->spoil;
    if (s->no_list) return true;
    uint8_t tag = s->list_tag ? s->list_tag : out->eco ? 0xa1 : 0xa0;
    if (s->both_lists && out->eco) tlv_put(b, 0xa0, slice_of(NULL, 0));
    size_t mark = tlv_open(b, tag);
    for (size_t i = 0; i < o->n; i++)
        if (!eim_put_op(b, &o->ops[i])) return eim_fail(eim, "operation %zu lacks a member", i + 1);
    tlv_close(b, mark);
    if (s->both_lists && !out->eco) tlv_put(b, 0xa1, SLICE(other_list));
    return true;
}

/* euiccPackageSigned with its 30. */
static bool put_signed(struct eim *eim, struct buf *b, const struct eim_order *o, struct eim_package *out)
{
    const struct eim_spoil *s = &o->spoil;
    BUF_LOCAL content = {0};
    tlv_put(&content, 0x80, buf_slice(&out->eim_id));
    tlv_put(&content, 0x5a, s->eid.p ? s->eid : SLICE(eim->eid));
    tlv_put(&content, 0x81, buf_slice(&out->counter));
    if (out->has_transaction_id) tlv_put(&content, 0x82, buf_slice(&out->transaction_id));
    if (!put_list(eim, &content, o, out)) return false;
    if (!eim_edit(&content, s->in_signed)) return eim_fail(eim, "the member to be edited is not in the package");
    if (s->long_length) {
        const uint8_t head[] = {0x30, 0x83, (uint8_t)(content.n >> 16), (uint8_t)(content.n >> 8), (uint8_t)content.n};
        buf_append(b, SLICE(head));
        buf_append(b, buf_slice(&content));
    } else {
        tlv_put(b, 0x30, buf_slice(&content));
    }
    return buf_err(&content) == OK;
}

static bool choose_counter(struct eim *eim, const struct eim_order *o, struct eim_package *out)
{
    BUF_LOCAL number = {0};
    struct tlv t;
    int64_t counter = o->has_counter ? o->counter : (int64_t)eim->counter + 1;
    if (o->spoil.counter.p) {
        keep(&out->counter, o->spoil.counter);
        return true;
    }
    sgp32_put_integer(&number, 0x81, counter);
    struct slice in = buf_slice(&number);
    if (!tlv_next(&in, &t)) return eim_fail(eim, "no memory");
    keep(&out->counter, t.value);
    if (counter > eim->counter && counter <= EIM_COUNTER_MAX) eim->counter = (uint32_t)counter;
    return true;
}

static bool note_ops(struct eim *eim, const struct eim_order *o, struct eim_package *out)
{
    if (o->n > EIM_OPS_MAX) return eim_fail(eim, "more than %d operations", EIM_OPS_MAX);
    for (size_t i = 0; i < o->n; i++) {
        out->kinds[i] = o->ops[i].kind;
        out->default_tags[i] = o->ops[i].kind == EIM_OP_LIST && o->ops[i].tags.n == 0;
        if (i && is_eco(o->ops[i].kind) != out->eco)
            return eim_fail(eim, "a package holds profile operations or eIM operations, never both (2.11.1.1)");
        out->eco = is_eco(o->ops[i].kind);
    }
    out->n = o->n;
    return true;
}

/* The flips are made on the finished request. The signed part has its last changeable byte in front of the list: a bit
 * of the transaction identifier, or of the counter, flips without changing the structure. */
static bool flip(struct eim *eim, const struct eim_spoil *s, struct eim_package *out)
{
    struct slice in = buf_slice(&out->request);
    struct tlv whole;
    struct tlv part;
    struct tlv member;
    if (s->signed_bit) {
        if (!tlv_next(&in, &whole) || !tlv_find(whole.value, 0x30, &part) ||
            (!tlv_find(part.value, 0x82, &member) && !tlv_find(part.value, 0x81, &member)) || member.value.n == 0)
            return eim_fail(eim, "nothing to flip in the signed part");
        out->request.p[(size_t)(member.value.p - out->request.p) + member.value.n - 1] ^= 1;
    }
    if (s->flip) {
        size_t bit = s->flip - 1;
        if (bit / 8 >= out->request.n) return eim_fail(eim, "bit %zu is behind the package", bit);
        out->request.p[bit / 8] ^= (uint8_t)(0x80 >> (bit % 8));
    }
    return true;
}

/* The card echoes what it gets: what stands in the request after edits and flips. */
static void note_sent(struct eim_package *out)
{
    struct slice in = buf_slice(&out->request);
    struct tlv whole;
    struct tlv part;
    struct tlv t;
    if (tlv_read_lax(&in, &whole) != TLV_OK) return;
    in = whole.value;
    if (tlv_read_lax(&in, &part) != TLV_OK || part.tag != 0x30) return;
    if (tlv_find(part.value, 0x80, &t)) keep(&out->eim_id, t.value);
    if (tlv_find(part.value, 0x81, &t)) keep(&out->counter, t.value);
    out->has_transaction_id = tlv_find(part.value, 0x82, &t);
    if (out->has_transaction_id) keep(&out->transaction_id, t.value);
}

bool eim_sign(struct eim *eim, const struct eim_order *o, struct eim_package *out)
{
    const struct eim_spoil *s = &o->spoil;
    BUF_LOCAL signature = {0};
    BUF_LOCAL content = {0};
    eim_package_free(out);
    if (!note_ops(eim, o, out) || !choose_counter(eim, o, out)) return false;
    keep(&out->eim_id, s->eim_id.p ? s->eim_id : slice_text(eim->id));
    out->has_transaction_id = !o->no_transaction_id;
    if (o->transaction_id.p)
        keep(&out->transaction_id, o->transaction_id);
    else if (out->has_transaction_id)
        draw_transaction_id(eim, &out->transaction_id);
    out->token = eim->token;
    if (!put_signed(eim, &content, o, out) || !sign(eim, s, buf_slice(&content), &signature)) return false;
    tlv_put(&content, 0x5f37, buf_slice(&signature));
    if (!s->long_length && !eim_edit(&content, s->in_request))
        return eim_fail(eim, "the member to be edited is not in the request");
    tlv_put(&out->request, 0xbf51, buf_slice(&content));
    buf_append(&out->request, s->trailer);
    if (buf_err(&out->request) != OK) return eim_fail(eim, "no memory");
    if (!flip(eim, s, out)) return false;
    note_sent(out);
    return true;
}

static enum eim_op_kind kind_of(uint32_t tag, bool eco)
{
    for (int kind = EIM_OP_ENABLE; kind <= EIM_OP_LIST_EIM; kind++)
        if (is_eco((enum eim_op_kind)kind) == eco && op_tag((enum eim_op_kind)kind) == tag)
            return (enum eim_op_kind)kind;
    return eco ? EIM_OP_RAW_ECO : EIM_OP_RAW;
}

bool eim_read_package(struct eim *eim, struct slice request, struct eim_package *out)
{
    struct tlv whole;
    struct tlv part;
    struct tlv t;
    struct tlv tags;
    eim_package_free(out);
    keep(&out->request, request);
    out->token = eim->token;
    if (tlv_read_lax(&request, &whole) != TLV_OK || whole.tag != 0xbf51 ||
        tlv_read_lax(&whole.value, &part) != TLV_OK || part.tag != 0x30)
        return eim_fail(eim, "not an EuiccPackageRequest");
    if (tlv_find(part.value, 0x80, &t)) keep(&out->eim_id, t.value);
    if (tlv_find(part.value, 0x81, &t)) keep(&out->counter, t.value);
    out->has_transaction_id = tlv_find(part.value, 0x82, &t);
    if (out->has_transaction_id) keep(&out->transaction_id, t.value);
    out->eco = tlv_find(part.value, 0xa1, &t);
    if (!out->eco && !tlv_find(part.value, 0xa0, &t)) return true;
    for (struct slice in = t.value; tlv_next(&in, &t);) {
        if (out->n == EIM_OPS_MAX) return eim_fail(eim, "more than %d operations", EIM_OPS_MAX);
        out->kinds[out->n] = kind_of(t.tag, out->eco);
        out->default_tags[out->n] = out->kinds[out->n] == EIM_OP_LIST && !tlv_find(t.value, 0x5c, &tags);
        out->n++;
    }
    return true;
}

bool eim_package_is_signed(const struct eim *eim, struct slice request)
{
    struct tlv whole;
    struct tlv part;
    struct tlv signature;
    BUF_LOCAL input = {0};
    if (!tlv_next(&request, &whole) || !tlv_find(whole.value, 0x30, &part) ||
        !tlv_find(whole.value, 0x5f37, &signature))
        return false;
    buf_append(&input, part.whole);
    eim_put_token(&input, eim->token);
    return buf_err(&input) == OK && test_verify(&eim->key, buf_slice(&input), signature.value);
}
