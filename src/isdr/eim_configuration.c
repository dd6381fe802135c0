/* EimConfigurationData (SGP.32 2.11.1.1.1): read, checked and stored by the eCOs addEim and updateEim
 * and by ES10b.AddInitialEim. */
#include "isdr/iot.h"

static const uint32_t member_tags[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0xa5, 0xa6, 0x87, 0x88, 0x89, 0xaa};
#define MEMBERS (sizeof member_tags / sizeof member_tags[0])
#define ID_MAX 128

static const uint8_t ec_public_key[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const uint8_t prime256v1[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const uint8_t brainpool_p256r1[] = {0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07};

/* Content of a SubjectPublicKeyInfo: 30 {06 id-ecPublicKey, 06 curve}, 03 00 04 X Y. */
static bool read_spki(struct slice in, enum curve *curve, struct slice *point)
{
    struct tlv algorithm;
    struct tlv oid;
    struct tlv parameters;
    struct tlv bits;
    if (!tlv_next(&in, &algorithm) || algorithm.tag != 0x30 || !tlv_next(&in, &bits) || bits.tag != 0x03 || in.n)
        return false;
    if (!tlv_next(&algorithm.value, &oid) || !slice_equal(oid.value, SLICE(ec_public_key))) return false;
    if (!tlv_next(&algorithm.value, &parameters) || parameters.tag != 0x06) return false;
    *curve = slice_equal(parameters.value, SLICE(prime256v1))         ? CURVE_P256
             : slice_equal(parameters.value, SLICE(brainpool_p256r1)) ? CURVE_BRAINPOOLP256R1
                                                                      : CURVE_UNKNOWN;
    if (bits.value.n < 1 || bits.value.p[0] != 0) return false;
    *point = slice_skip(bits.value, 1);
    return true;
}

/* Takes the key if it is a point of its curve. */
static enum err take_point(enum curve curve, struct slice point, struct eim_configuration *c)
{
    bool valid;
    if (curve == CURVE_UNKNOWN) return OK;
    TRY(ec_point_check(curve, point, &valid));
    if (!valid) return OK;
    c->curve = curve;
    memcpy(c->point, point.p, EC_POINT_SIZE);
    return OK;
}

/* The key of a certificate whose own 30 was replaced by the tag of the alternative. */
static enum err read_certificate(struct slice content, struct eim_configuration *c)
{
    struct certificate certificate;
    const char *expected;
    size_t offset;
    BUF_LOCAL whole = {0};
    tlv_put(&whole, 0x30, content);
    TRY(buf_err(&whole));
    if (!certificate_parse(buf_slice(&whole), &certificate, &expected, &offset)) return OK;
    return take_point(certificate.curve, certificate.point, c);
}

/* If the alternative still holds the 30 that its tag replaces, what is inside (known senders). */
static struct slice without_kept_sequence(struct slice content)
{
    struct slice in = content;
    struct tlv t;
    struct tlv inner;
    if (!tlv_next(&in, &t) || t.tag != 0x30 || in.n) return content;
    struct slice rest = t.value;
    return tlv_next(&rest, &inner) && inner.tag == 0x30 ? t.value : content;
}

/* A5 {A0 SubjectPublicKeyInfo | A1 Certificate}. A key that is not one leaves the curve unknown. */
static enum err read_key(const struct model *m, struct slice value, struct eim_configuration *c)
{
    struct tlv t;
    struct slice point = {0};
    enum curve curve = CURVE_UNKNOWN;
    bool lenient = m->personality.lenient_encodings;
    c->has_key = true;
    if (!tlv_next(&value, &t) || value.n) return OK;
    struct slice content = lenient ? without_kept_sequence(t.value) : t.value;
    if (t.tag == 0xa0 && read_spki(content, &curve, &point)) return take_point(curve, point, c);
    if (t.tag == 0xa1 || (t.tag == 0x30 && lenient)) return read_certificate(content, c);
    return OK;
}

static bool read_member(const struct model *m, const struct tlv *t, struct eim_configuration *c)
{
    uint32_t ignored;
    size_t characters;
    bool in_range;
    switch (t->tag) {
    case 0x80:
        c->id = t->value;
        return utf8_length(t->value, &characters);
    case 0x81:
        return utf8_length(t->value, &characters);
    case 0x82:
        return iot_integer(t->value, 0x7fffffff, &ignored, &in_range);
    case 0x83:
        c->has_counter = true;
        return iot_integer(t->value, EIM_COUNTER_MAX, &c->counter, &c->counter_in_range);
    case 0x84:
        c->has_token = true;
        c->token_requested = t->value.n == 1 && t->value.p[0] == 0xff;
        return t->value.n > 0;
    case 0xa5:
        c->fault = read_key(m, t->value, c);
        return true;
    case 0x87:
        return tlv_bits(t->value, &ignored);
    case 0x88:
        c->has_ci = true;
        c->ci_pk_id = t->value;
        return true;
    case 0x89:
        return t->value.n == 0;
    default:
        return true;
    }
}

bool eim_configuration_parse(const struct model *m, struct slice content, struct eim_configuration *out)
{
    size_t place = 0;
    struct tlv t;
    *out = (struct eim_configuration){0};
    /* what is stored without being looked into is given back one day: it has to be DER, too */
    if (!tlv_strict(content, TLV_DEPTH_MAX, NULL)) return false;
    while (content.n) {
        if (!tlv_next(&content, &t) || out->part_count == sizeof out->parts / sizeof out->parts[0]) return false;
        size_t at = place;
        while (at < MEMBERS && member_tags[at] != t.tag)
            at++;
        /* a known member out of its place is damage, an unknown one is an extension */
        for (size_t i = 0; at == MEMBERS && i < place; i++)
            if (member_tags[i] == t.tag) return false;
        if (at < MEMBERS) place = at + 1;
        if (!read_member(m, &t, out)) return false;
        if (t.tag != 0x80) out->members++;
        out->parts[out->part_count++] = t;
    }
    return true;
}

static const struct tlv *find_part(const struct eim_configuration *c, uint32_t tag)
{
    for (size_t i = 0; i < c->part_count; i++)
        if (c->parts[i].tag == tag) return &c->parts[i];
    return NULL;
}

/* Defaults of SGP.32 v1.2 5.9.4 for members that are absent. */
static void put_default(const struct model *m, uint32_t tag, size_t root, struct buf *out)
{
    static const uint8_t proprietary_protocol[] = {0x03, 0x08};
    if (m->personality.sgp32 < SGP32_1_2) return;
    if (tag == 0x82) tlv_put_u8(out, 0x82, 3);
    if (tag == 0x87) tlv_put(out, 0x87, SLICE(proprietary_protocol));
    if (tag == 0x88) tlv_put(out, 0x88, SLICE(m->identity.roots[root].ci_pk_id));
}

/* The members in their order, without counter and token: from c, else from the stored ones, else the default. */
static void put_fields(const struct model *m, const struct eim_configuration *c, struct slice stored, bool defaults,
                       size_t root, struct buf *out)
{
    struct tlv old;
    for (size_t i = 0; i < MEMBERS; i++) {
        uint32_t tag = member_tags[i];
        const struct tlv *given = find_part(c, tag);
        if (tag == 0x83 || tag == 0x84) continue;
        if (given)
            buf_append(out, given->whole);
        else if (tlv_find(stored, tag, &old))
            buf_append(out, old.whole);
        else if (defaults)
            put_default(m, tag, root, out);
    }
    for (size_t i = 0; i < c->part_count; i++) { /* extensions */
        bool known = false;
        for (size_t k = 0; k < MEMBERS; k++)
            known = known || member_tags[k] == c->parts[i].tag;
        if (!known) buf_append(out, c->parts[i].whole);
    }
}

const char *eim_result_name(enum eim_result result)
{
    switch (result) {
    case EIM_OK:
        return "ok";
    case EIM_INSUFFICIENT_MEMORY:
        return "insufficientMemory";
    case EIM_EXISTS:
        return "associatedEimAlreadyExists";
    case EIM_CI_UNKNOWN:
        return "ciPKUnknown";
    case EIM_INVALID_TOKEN:
        return "invalidAssociationToken";
    case EIM_COUNTER_RANGE:
        return "counterValueOutOfRange";
    case EIM_COMMAND_ERROR:
        break;
    }
    return "commandError";
}

#define REFUSE(code, expected, came)                                                                                   \
    do {                                                                                                               \
        (void)reason_say(&m->reason, OK, "SGP.32 3.5.1.1, 5.9.4", REASON_NO_OFFSET, expected, came);                   \
        *result = (code);                                                                                              \
        return OK;                                                                                                     \
    } while (0)

/* The checks of addEim; an earlier one hides the later. */
static enum err check_new(struct model *m, const struct eim_configuration *c, enum eim_result *result, size_t *root)
{
    struct eim existing;
    *root = identity_default_root(m);
    if (c->id.n < 1 || c->id.n > ID_MAX) REFUSE(EIM_COMMAND_ERROR, "eimId of 1 to 128 bytes", "another one");
    if (eim_find(m, c->id, &existing)) REFUSE(EIM_EXISTS, "an eimId that is not associated", "one that is");
    if (eim_count(m) >= m->personality.eims_max) REFUSE(EIM_INSUFFICIENT_MEMORY, "fewer than eims_max eIMs", "as many");
    if (c->has_token && !c->token_requested) REFUSE(EIM_INVALID_TOKEN, "associationToken -1 or none", "another one");
    if (!c->has_counter) REFUSE(EIM_COMMAND_ERROR, "counterValue", "none");
    if (!c->has_key || c->curve == CURVE_UNKNOWN)
        REFUSE(EIM_COMMAND_ERROR, "eimPublicKeyData with a key on a curve of the card", "none");
    if (!c->counter_in_range) REFUSE(EIM_COUNTER_RANGE, "counterValue 0 to 8388607", "another one");
    const struct root *signing = c->has_ci ? identity_root(m, c->ci_pk_id, root) : &m->identity.roots[*root];
    if (!signing || !signing->signs) REFUSE(EIM_CI_UNKNOWN, "euiccCiPKId of euiccCiPKIdListForSigning", "another one");
    *result = EIM_OK;
    return OK;
}

enum err eim_configuration_add(struct model *m, const struct eim_configuration *c, enum eim_result *result,
                               bool *has_token, uint32_t *token)
{
    size_t root;
    BUF_LOCAL fields = {0};
    *has_token = c->token_requested;
    TRY(c->fault);
    TRY(check_new(m, c, result, &root));
    if (*result != EIM_OK) return OK;
    if (*has_token) TRY(eim_next_token(m, token));
    put_fields(m, c, (struct slice){0}, true, root, &fields);
    TRY(buf_err(&fields));
    struct eim e = {.id = c->id,
                    .counter = c->counter,
                    .has_token = *has_token,
                    .token = *has_token ? *token : 0,
                    .curve = c->curve,
                    .point = SLICE(c->point),
                    .fields = buf_slice(&fields),
                    .root = root};
    return eim_put(m, &e);
}

#undef REFUSE
#define REFUSE(code, expected, ...)                                                                                    \
    do {                                                                                                               \
        (void)reason_say(&m->reason, OK, "SGP.32 3.5.1.2", REASON_NO_OFFSET, expected, __VA_ARGS__);                   \
        *result = (code);                                                                                              \
        return OK;                                                                                                     \
    } while (0)

bool eim_configuration_brings_new_key(const struct eim_configuration *c, const struct eim *e)
{
    return c->has_key && (e->curve != c->curve || !slice_equal(e->point, SLICE(c->point)));
}

/* The checks of updateEim; an earlier one hides the later. */
static enum err check_update(struct model *m, const struct eim_configuration *c, const struct eim *e,
                             enum eim_update_result *result, size_t *root)
{
    *root = e->root;
    if (c->has_token) REFUSE(UPDATE_COMMAND_ERROR, "no associationToken", "one");
    if (c->members == 0) REFUSE(UPDATE_COMMAND_ERROR, "a member beside eimId", "none");
    if (c->has_counter && !c->counter_in_range)
        REFUSE(UPDATE_COUNTER_RANGE, "counterValue 0 to 8388607", "another one");
    /* a lower counter lets packages in again that the stored key signed; only another key makes that harmless */
    if (c->has_counter && c->counter < e->counter && !eim_configuration_brings_new_key(c, e))
        REFUSE(UPDATE_COMMAND_ERROR, "a new key with a lower counterValue", "%s",
               c->has_key ? "the stored one" : "none");
    if (c->has_ci) {
        const struct root *signing = identity_root(m, c->ci_pk_id, root);
        if (!signing || !signing->signs)
            REFUSE(UPDATE_CI_UNKNOWN, "euiccCiPKId of euiccCiPKIdListForSigning", "another one");
    }
    if (c->has_key && c->curve == CURVE_UNKNOWN)
        REFUSE(UPDATE_COMMAND_ERROR, "a key on a curve of the card", "another one");
    *result = UPDATE_OK;
    return OK;
}

enum err eim_configuration_update(struct model *m, const struct eim_configuration *c, enum eim_update_result *result)
{
    struct eim e;
    size_t root;
    BUF_LOCAL fields = {0};
    TRY(c->fault);
    if (c->id.n == 0 || !eim_find(m, c->id, &e)) REFUSE(UPDATE_NOT_FOUND, "an associated eimId", "another one");
    TRY(check_update(m, c, &e, result, &root));
    if (*result != UPDATE_OK) return OK;
    put_fields(m, c, e.fields, false, root, &fields);
    TRY(buf_err(&fields));
    e.fields = buf_slice(&fields);
    e.root = root;
    if (c->has_counter) e.counter = c->counter;
    if (c->has_key) {
        e.curve = c->curve;
        e.point = SLICE(c->point);
    }
    return eim_put(m, &e);
}

enum err isdr_add_eim(struct model *m, struct slice configuration)
{
    struct eim_configuration c;
    enum eim_result result = EIM_COMMAND_ERROR;
    struct tlv t;
    bool has_token;
    uint32_t token = 0;
    reason_begin(&m->reason, "adding an eIM");
    if (m->personality.sgp32 == SGP32_NONE)
        return reason_say(&m->reason, ERR_DATA, "SGP.32 3.5", REASON_NO_OFFSET, "a card that speaks SGP.32",
                          "a consumer card");
    if (!tlv_next(&configuration, &t) || t.tag != 0x30 || configuration.n || !eim_configuration_parse(m, t.value, &c))
        return reason_say(&m->reason, ERR_DATA, "SGP.32 2.11.1.1.1", 0, "EimConfigurationData 30 in DER",
                          "other bytes");
    TRY(eim_configuration_add(m, &c, &result, &has_token, &token));
    return result == EIM_OK ? OK : ERR_DATA;
}
