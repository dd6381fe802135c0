/* Finds a data object of an answer by the names of the specification, puts another in its place, and has the card sign
 * what was signed around it again (SGP.22 5.7, SGP.32 2.11.2). Called by mutate.c. */
#include "mutate/internal.h"

enum { SIGNATURE_SIZE = 64, TAG_SIGNATURE = 0x5f37, TAG_TOKEN = 0x84 };

/* ---- finding ---- */

struct search {
    const struct path *path;
    unsigned left;
    struct place *place;
};

static bool is_constructed(uint32_t tag)
{
    while (tag > 0xff)
        tag >>= 8;
    return tag & 0x20;
}

static bool matches(const struct place *p, const struct path *path)
{
    if (path->n == 0 || path->n > p->n) return false;
    for (size_t i = 0; i < path->n; i++) {
        size_t at = p->n - path->n + i;
        const struct decode_field *field = p->fields[at];
        if (path->tags[i] ? p->chain[at].tag != path->tags[i]
                          : !field || !slice_equal(slice_text(field->name), path->parts[i]))
            return false;
    }
    return true;
}

/* What lies inside the last object of the place: false if it is no container. */
static bool inside(const struct place *p, const struct decode_field **table, bool *any_order)
{
    static const struct decode_field unknown[] = {{0, NULL, DECODE_HEX, NULL, NULL}};
    const struct decode_field *field = p->n ? p->fields[p->n - 1] : NULL;
    *any_order = true;
    *table = field && field->members ? field->members : unknown;
    if (p->n == 0) *table = decode_responses;
    if (field) *any_order = field->kind != DECODE_SEQUENCE;
    return p->n == 0 || (field && field->kind == DECODE_NESTED) || is_constructed(p->chain[p->n - 1].tag);
}

static bool search(struct search *s, struct slice in)
{
    struct place *p = s->place;
    const struct decode_field *table;
    bool any_order;
    size_t next = 0;
    struct tlv t;
    if (p->n == TLV_DEPTH_MAX || !inside(p, &table, &any_order)) return false;
    while (tlv_next(&in, &t)) {
        p->chain[p->n] = t;
        p->fields[p->n] = names_find(table, &next, t.tag, any_order);
        p->n++;
        if (matches(p, s->path) && --s->left == 0) return true;
        if (search(s, t.value)) return true;
        p->n--;
    }
    return false;
}

bool place_find(struct slice data, const struct path *path, struct place *out)
{
    *out = (struct place){.n = 0};
    struct search s = {path, path->index, out};
    return path->index > 0 && search(&s, data);
}

/* ---- replacing ---- */

/* Appends the container with `part`, a stretch of it, replaced. */
static void put_around(struct slice container, struct slice part, struct slice with, struct buf *out)
{
    size_t before = (size_t)(part.p - container.p);
    buf_append(out, slice_of(container.p, before));
    buf_append(out, with);
    buf_append(out, slice_skip(container, before + part.n));
}

/* From the object at `level` outwards; `part` and `with` lie in its parent. */
static void put_outwards(const struct place *p, size_t level, struct slice data, struct slice part, struct slice with,
                         struct buf *out)
{
    BUF_LOCAL inner = {0};
    buf_append(&inner, with);
    for (; level > 0; level--) {
        const struct tlv *parent = &p->chain[level - 1];
        BUF_LOCAL value = {0};
        put_around(parent->value, part, buf_slice(&inner), &value);
        buf_reset(&inner);
        tlv_put(&inner, parent->tag, buf_slice(&value));
        part = parent->whole;
        if (value.failed) inner.failed = true;
    }
    put_around(data, part, buf_slice(&inner), out);
    if (inner.failed) out->failed = true;
}

void place_replace(const struct place *p, struct slice data, struct slice with, struct buf *out)
{
    put_outwards(p, p->n - 1, data, p->chain[p->n - 1].whole, with, out);
}

/* ---- signing again ---- */

enum also { ALSO_NOTHING, ALSO_SMDP_SIGNATURE, ALSO_TOKEN };
static const struct {
    const char *name; /* the signed object; its signature is the next one */
    enum also also;   /* what else is signed, behind it */
} signed_objects[] = {
    {"euiccSigned1", ALSO_NOTHING},
    {"euiccSigned2", ALSO_SMDP_SIGNATURE},
    {"euiccCancelSessionSigned", ALSO_NOTHING},
    {"tbsOtherNotification", ALSO_NOTHING},
    {"profileInstallationResultData", ALSO_NOTHING},
    {"euiccPackageResultDataSigned", ALSO_TOKEN},
    {"euiccPackageErrorDataSigned", ALSO_TOKEN},
};

static bool find_signed(const struct place *p, size_t *level, enum also *also)
{
    for (size_t i = p->n; i > 1; i--) {
        const struct decode_field *field = p->fields[i - 1];
        for (size_t k = 0; field && k < sizeof signed_objects / sizeof *signed_objects; k++) {
            if (strcmp(field->name, signed_objects[k].name) != 0) continue;
            *level = i - 1;
            *also = signed_objects[k].also;
            return true;
        }
    }
    return false;
}

static bool sign_with(const struct mutate_card *card, struct slice was, struct slice becomes, struct slice behind,
                      struct slice signature, uint8_t out[SIGNATURE_SIZE])
{
    BUF_LOCAL old = {0};
    BUF_LOCAL new = {0};
    buf_append(&old, was);
    buf_append(&old, behind);
    buf_append(&new, becomes);
    buf_append(&new, behind);
    if (old.failed || new.failed || !card->sign_again) return false;
    return card->sign_again(card->ctx, (struct euicc_bytes){old.p, old.n}, signature.p,
                            (struct euicc_bytes){new.p, new.n}, out) == EUICC_OK;
}

/* The eIM is not named by the signature: each one's token is tried. */
static bool sign_with_token(const struct mutate_card *card, struct slice was, struct slice becomes,
                            struct slice signature, uint8_t out[SIGNATURE_SIZE])
{
    uint32_t token = 0;
    for (size_t i = 0; card->token && card->token(card->ctx, i, &token); i++) {
        BUF_LOCAL behind = {0};
        tlv_put_unsigned(&behind, TAG_TOKEN, token);
        if (sign_with(card, was, becomes, buf_slice(&behind), signature, out)) return true;
    }
    return false;
}

bool place_replace_signed(const struct mutate_card *card, const struct place *p, struct slice data, struct slice with,
                          struct slice request, struct buf *out)
{
    size_t level = 0;
    enum also also = ALSO_NOTHING;
    uint8_t again[SIGNATURE_SIZE];
    struct tlv signature;
    struct tlv outer;
    struct tlv smdp = {.tag = 0};
    BUF_LOCAL object = {0};
    BUF_LOCAL both = {0};
    if (!find_signed(p, &level, &also)) return false;
    const struct tlv *was = &p->chain[level];
    const struct slice around = p->chain[level - 1].value;
    struct slice rest = slice_skip(around, (size_t)(was->whole.p - around.p) + was->whole.n);
    if (!tlv_next(&rest, &signature) || signature.tag != TAG_SIGNATURE || signature.value.n != SIGNATURE_SIZE)
        return false;
    /* the signed object alone, with the change inside */
    struct place within = {.n = p->n - level};
    for (size_t i = 0; i < within.n; i++)
        within.chain[i] = p->chain[level + i];
    place_replace(&within, was->whole, with, &object);
    if (also == ALSO_SMDP_SIGNATURE && tlv_next(&request, &outer)) (void)tlv_find(outer.value, TAG_SIGNATURE, &smdp);
    bool ok = also == ALSO_TOKEN ? sign_with_token(card, was->whole, buf_slice(&object), signature.value, again)
                                 : sign_with(card, was->whole, buf_slice(&object), smdp.whole, signature.value, again);
    if (!ok || object.failed) return false;
    buf_append(&both, buf_slice(&object));
    tlv_put(&both, TAG_SIGNATURE, SLICE(again));
    struct slice part = slice_of(was->whole.p, was->whole.n + signature.whole.n);
    put_outwards(p, level, data, part, buf_slice(&both), out);
    return !both.failed && !out->failed;
}
