/* Records of network access applications; see naa.h. */
#define _DEFAULT_SOURCE
#include "model/naa.h"

#define NAME_SIZE 16

/* Value of naa/: DER TLVs, tags as in algoParameter of SAIP where it has them. 84 and 85 only if they are not the usual
 * ones. */
#define TAG_ALGORITHM 0x80
#define TAG_LENGTHS 0x81 /* MAC, RES, CK, IK in bytes */
#define TAG_KEY 0x82
#define TAG_OPC 0x83
#define TAG_ROTATION 0x84
#define TAG_XORING 0x85
#define TAG_COUNTER_MAXIMUM 0x86
#define TAG_ITERATIONS 0x87
#define TAG_SQN_OPTIONS 0x88
#define TAG_DELTA 0x89
#define TAG_AGE_LIMIT 0x8a
#define TAG_SEQUENCE_OF 0x8b

/* Value of sqn/: highest (6), count (3), 32 times SEQ (6). */
#define SEQUENCE_RECORD (AKA_SQN_SIZE + 3 + SQN_INDEXES * AKA_SQN_SIZE)

static void name_of(const char *kind, uint16_t adf, char out[NAME_SIZE])
{
    (void)isdp_number(stpcpy(out, kind), adf, 4);
}

uint64_t naa_sqn(const uint8_t bytes[AKA_SQN_SIZE])
{
    uint64_t sqn = 0;
    for (size_t i = 0; i < AKA_SQN_SIZE; i++)
        sqn = sqn << 8 | bytes[i];
    return sqn;
}

void naa_sqn_bytes(uint64_t sqn, uint8_t out[AKA_SQN_SIZE])
{
    for (size_t i = AKA_SQN_SIZE; i-- > 0; sqn >>= 8)
        out[i] = (uint8_t)sqn;
}

void naa_wipe(struct naa *naa)
{
    explicit_bzero(naa, sizeof *naa);
}

/* ---- naa/ ---- */

static bool take_bytes(struct slice value, void *out, size_t n)
{
    if (value.n != n) return false;
    memcpy(out, value.p, n);
    return true;
}

static bool take_number(struct slice value, size_t n, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < value.n; i++)
        *out = *out << 8 | value.p[i];
    return value.n == n;
}

static bool take_lengths(struct slice value, struct aka_key *key)
{
    uint8_t lengths[4];
    if (!take_bytes(value, lengths, sizeof lengths)) return false;
    key->mac_size = lengths[0];
    key->res_size = lengths[1];
    key->cipher_key_size = lengths[2];
    key->integrity_key_size = lengths[3];
    return true;
}

static bool take_key_member(const struct tlv *t, struct naa *out)
{
    struct aka_key *key = &out->key;
    switch (t->tag) {
    case TAG_ALGORITHM:
        key->algorithm = t->value.n == 1 ? (enum aka_algorithm)t->value.p[0] : 0;
        return t->value.n == 1;
    case TAG_LENGTHS:
        return take_lengths(t->value, key);
    case TAG_KEY:
        key->key_size = t->value.n;
        return t->value.n <= sizeof key->key && take_bytes(t->value, key->key, t->value.n);
    case TAG_OPC:
        return t->value.n <= sizeof key->opc && take_bytes(t->value, key->opc, t->value.n);
    case TAG_ROTATION:
        return take_bytes(t->value, key->rotation, sizeof key->rotation);
    case TAG_XORING:
        return take_bytes(t->value, key->xoring, sizeof key->xoring);
    case TAG_ITERATIONS:
        return take_bytes(t->value, &key->iterations, 1);
    default:
        return false;
    }
}

static bool take_member(const struct tlv *t, struct naa *out)
{
    uint64_t number;
    switch (t->tag) {
    case TAG_COUNTER_MAXIMUM:
        out->has_counter_maximum = take_number(t->value, 3, &number);
        out->counter_maximum = (uint32_t)number;
        return out->has_counter_maximum;
    case TAG_SQN_OPTIONS:
        return take_bytes(t->value, &out->sqn_options, 1);
    case TAG_DELTA:
        return take_number(t->value, AKA_SQN_SIZE, &out->delta);
    case TAG_AGE_LIMIT:
        return take_number(t->value, AKA_SQN_SIZE, &out->age_limit);
    case TAG_SEQUENCE_OF:
        if (!take_number(t->value, 2, &number)) return false;
        out->sequence_of = (uint16_t)number;
        return true;
    default:
        return take_key_member(t, out);
    }
}

enum err naa_get(const struct isdp *isdp, uint16_t adf, struct naa *out, bool *found)
{
    char name[NAME_SIZE];
    struct slice value;
    struct tlv t;
    *out = (struct naa){0};
    name_of("naa", adf, name);
    *found = isdp_get(isdp, name, &value);
    if (!*found) return OK;
    aka_defaults(&out->key);
    while (value.n)
        if (!tlv_next(&value, &t) || !take_member(&t, out)) return ERR_CORRUPT;
    return aka_lengths_exist(&out->key) ? OK : ERR_CORRUPT;
}

static void put_sqn(struct buf *b, uint32_t tag, uint64_t sqn)
{
    uint8_t bytes[AKA_SQN_SIZE];
    naa_sqn_bytes(sqn, bytes);
    tlv_put(b, tag, SLICE(bytes));
}

static void put_key(struct buf *b, const struct aka_key *key)
{
    struct aka_key usual;
    const uint8_t lengths[] = {(uint8_t)key->mac_size, (uint8_t)key->res_size, (uint8_t)key->cipher_key_size,
                               (uint8_t)key->integrity_key_size};
    aka_defaults(&usual);
    tlv_put_u8(b, TAG_ALGORITHM, (uint8_t)key->algorithm);
    tlv_put(b, TAG_LENGTHS, SLICE(lengths));
    tlv_put(b, TAG_KEY, slice_of(key->key, key->key_size));
    if (key->algorithm != AKA_TEST) tlv_put(b, TAG_OPC, slice_of(key->opc, key->algorithm == AKA_TUAK ? 32 : 16));
    if (key->algorithm == AKA_TUAK) tlv_put_u8(b, TAG_ITERATIONS, key->iterations);
    if (key->algorithm != AKA_MILENAGE) return;
    if (memcmp(key->rotation, usual.rotation, sizeof usual.rotation) != 0)
        tlv_put(b, TAG_ROTATION, SLICE(key->rotation));
    if (memcmp(key->xoring, usual.xoring, sizeof usual.xoring) != 0)
        tlv_put(b, TAG_XORING, slice_of(key->xoring, sizeof key->xoring));
}

enum err naa_put(const struct isdp *isdp, uint16_t adf, const struct naa *naa)
{
    char name[NAME_SIZE];
    BUF_LOCAL b = {0};
    const uint8_t maximum[] = {(uint8_t)(naa->counter_maximum >> 16), (uint8_t)(naa->counter_maximum >> 8),
                               (uint8_t)naa->counter_maximum};
    const uint8_t of[] = {(uint8_t)(naa->sequence_of >> 8), (uint8_t)naa->sequence_of};
    put_key(&b, &naa->key);
    if (naa->has_counter_maximum) tlv_put(&b, TAG_COUNTER_MAXIMUM, SLICE(maximum));
    tlv_put_u8(&b, TAG_SQN_OPTIONS, naa->sqn_options);
    put_sqn(&b, TAG_DELTA, naa->delta);
    put_sqn(&b, TAG_AGE_LIMIT, naa->age_limit);
    tlv_put(&b, TAG_SEQUENCE_OF, SLICE(of));
    TRY(buf_err(&b));
    name_of("naa", adf, name);
    return isdp_put(isdp, name, buf_slice(&b));
}

enum err naa_put_cdma(const struct isdp *isdp, uint16_t adf, struct slice content)
{
    char name[NAME_SIZE];
    name_of("cdma", adf, name);
    return isdp_put(isdp, name, content);
}

/* ---- sqn/ ---- */

enum err naa_sequence_get(const struct isdp *isdp, uint16_t adf, struct naa_sequence *out, bool *found)
{
    char name[NAME_SIZE];
    struct slice v;
    uint64_t count;
    *out = (struct naa_sequence){0};
    name_of("sqn", adf, name);
    *found = isdp_get(isdp, name, &v);
    if (!*found) return OK;
    if (v.n != SEQUENCE_RECORD) return ERR_CORRUPT;
    out->highest = naa_sqn(v.p);
    (void)take_number(slice_of(v.p + AKA_SQN_SIZE, 3), 3, &count);
    out->count = (uint32_t)count;
    for (size_t i = 0; i < SQN_INDEXES; i++)
        out->seq[i] = naa_sqn(v.p + AKA_SQN_SIZE + 3 + i * AKA_SQN_SIZE);
    return OK;
}

enum err naa_sequence_put(const struct isdp *isdp, uint16_t adf, const struct naa_sequence *sequence)
{
    char name[NAME_SIZE];
    uint8_t v[SEQUENCE_RECORD];
    naa_sqn_bytes(sequence->highest, v);
    for (size_t i = 0; i < 3; i++)
        v[AKA_SQN_SIZE + i] = (uint8_t)(sequence->count >> 8 * (2 - i));
    for (size_t i = 0; i < SQN_INDEXES; i++)
        naa_sqn_bytes(sequence->seq[i], v + AKA_SQN_SIZE + 3 + i * AKA_SQN_SIZE);
    name_of("sqn", adf, name);
    return isdp_put(isdp, name, SLICE(v));
}

void naa_sequence_start(struct naa_sequence *sequence)
{
    size_t at = 0;
    for (size_t i = 1; i < SQN_INDEXES; i++)
        if (sequence->seq[i] > sequence->seq[at]) at = i;
    sequence->highest = sequence->seq[at] << SQN_INDEX_BITS | at;
}

/* How far `seq` is ahead of `other`; not positive: it is not. Where SEQ may wrap around, the shorter way round counts,
 * so that 0 follows 07FFFFFFFFFF (TS 33.102 C.2.1); else plain numbers are compared. */
static int64_t ahead(const struct naa *naa, uint64_t seq, uint64_t other)
{
    if (naa->sqn_options & SQN_WITHOUT_WRAP) return (int64_t)seq - (int64_t)other;
    uint64_t way = (seq - other) & SEQ_MAX;
    return way <= SEQ_MAX / 2 ? (int64_t)way : (int64_t)way - (int64_t)SEQ_MAX - 1;
}

const char *naa_sequence_refuses(const struct naa *naa, const struct naa_sequence *sequence, uint64_t sqn)
{
    uint64_t seq = sqn >> SQN_INDEX_BITS;
    uint64_t highest = sequence->highest >> SQN_INDEX_BITS;
    if (ahead(naa, seq, sequence->seq[sqn % SQN_INDEXES]) <= 0) return "SEQ above the last one of its index";
    int64_t jump = ahead(naa, seq, highest);
    if (!(naa->sqn_options & SQN_WITHOUT_DELTA) && jump > (int64_t)naa->delta)
        return "SEQ at most sqnDelta above the highest one";
    if (!(naa->sqn_options & SQN_WITHOUT_AGE_LIMIT) && jump < 0 && -jump >= (int64_t)naa->age_limit)
        return "SEQ less than sqnAgeLimit below the highest one";
    return NULL;
}

void naa_sequence_accept(const struct naa *naa, struct naa_sequence *sequence, uint64_t sqn)
{
    uint64_t seq = sqn >> SQN_INDEX_BITS;
    sequence->seq[sqn % SQN_INDEXES] = seq;
    if (ahead(naa, seq, sequence->highest >> SQN_INDEX_BITS) > 0) sequence->highest = sqn;
}
