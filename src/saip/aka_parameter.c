/* PE-AKAParameter and PE-CDMAParameter (SAIP 8.4): how the network access application that was made last authenticates.
 * Called by saip.c when such an element is complete. A second PE-AKAParameter for the same application replaces the
 * first (which one counts SAIP leaves open, 8.1.3).
 *
 * Members that contradict the ASN.1 (order, SIZE) are invalid-request-format, values that no card could use bad-values,
 * algorithms that this card lacks feature-not-supported. */
#define _DEFAULT_SOURCE
#include "model/naa.h"
#include "saip/internal.h"

#define CAPABILITY_MILENAGE 4
#define CAPABILITY_TUAK128 6
#define CAPABILITY_TUAK256 7
#define CAPABILITY_TEST_ALGORITHM 8
#define SQN_OPTIONS_DEFAULT 0x02
#define SQN_WINDOW_DEFAULT 0x000010000000ull

/* What every reader here needs. */
struct at_work {
    struct saip_install *install;
    const struct element *e;
    struct reason *reason;
    const uint8_t *inside; /* the SEQUENCE at work: where something is missing */
};

static enum err bad_values(const struct at_work *w, const uint8_t *at, const char *expected, const char *came)
{
    return saip_abort(w->install, w->e, at, PE_BAD_VALUES, w->reason, expected, came);
}

static enum err bad_format(const struct at_work *w, const uint8_t *at, const char *expected)
{
    return saip_abort(w->install, w->e, at, PE_INVALID_REQUEST_FORMAT, w->reason, expected, "another form");
}

/* Members of a SEQUENCE by the order of `tags`; missing ones have tag 0. */
#define MEMBERS_MAX 8
static enum err read_members(const struct at_work *w, struct slice in, const uint32_t *tags, size_t n,
                             struct tlv out[MEMBERS_MAX])
{
    struct tlv t;
    size_t next = 0;
    memset(out, 0, MEMBERS_MAX * sizeof *out);
    while (tlv_next(&in, &t)) {
        size_t i = 0;
        while (i < n && tags[i] != t.tag)
            i++;
        if (i == n) {
            TRY(saip_unknown(w->install, w->e, t.whole.p, w->reason));
            continue;
        }
        if (i < next) return bad_format(w, t.whole.p, "the members in order, each once");
        out[i] = t;
        next = i + 1;
    }
    return OK;
}

/* Missing members leave *out as it is. */
static enum err read_octets(const struct at_work *w, const struct tlv *t, void *out, size_t n, const char *expected)
{
    if (t->tag == 0) return OK;
    if (t->value.n != n) return bad_format(w, t->whole.p, expected);
    memcpy(out, t->value.p, n);
    return OK;
}

static enum err read_seq(const struct at_work *w, const struct tlv *t, uint64_t *out)
{
    uint8_t bytes[AKA_SQN_SIZE];
    if (t->tag == 0) return OK;
    TRY(read_octets(w, t, bytes, sizeof bytes, "a sequence number of 6 bytes"));
    *out = naa_sqn(bytes);
    return *out <= SEQ_MAX ? OK
                           : bad_values(w, t->whole.p, "a sequence number of at most 07FFFFFFFFFF", "a larger one");
}

/* ---- algoParameter ---- */

/* algorithmOptions: b3 b2 b1 length of RES, b6 b5 b4 of the MAC, b7 CK and IK of 256 bits. Milenage's lengths are
 * fixed, the test algorithm's are but for RES. */
static enum err read_options(const struct at_work *w, const struct tlv *t, struct aka_key *key)
{
    uint8_t options;
    if (t->tag == 0) return bad_format(w, w->inside, "algorithmOptions");
    TRY(read_octets(w, t, &options, 1, "algorithmOptions of 1 byte"));
    if (key->algorithm == AKA_MILENAGE) return OK;
    key->res_size = (size_t)4 << (options & 7);
    if (key->algorithm == AKA_TUAK) {
        unsigned mac = (options >> 3 & 7u) - (w->install->mac_length_codes == MAC_LENGTH_CODES_1 ? 1u : 0u);
        key->mac_size = mac < 3 ? (size_t)8 << mac : 0;
        key->cipher_key_size = key->integrity_key_size = options & 0x40 ? 32 : 16;
    }
    if (aka_lengths_exist(key)) return OK;
    return bad_values(w, t->whole.p, "algorithmOptions with lengths that the algorithm has", "other lengths");
}

static enum err read_key(const struct at_work *w, const struct tlv *t, struct aka_key *key)
{
    if (t->tag == 0) return bad_format(w, w->inside, "a key");
    key->key_size = t->value.n;
    if (t->value.n != 16 && (t->value.n != 32 || key->algorithm != AKA_TUAK))
        return bad_values(w, t->whole.p, key->algorithm == AKA_TUAK ? "a key of 16 or 32 bytes" : "a key of 16 bytes",
                          "another size");
    memcpy(key->key, t->value.p, t->value.n);
    return OK;
}

static enum err read_opc(const struct at_work *w, const struct tlv *t, struct aka_key *key)
{
    size_t n = key->algorithm == AKA_TUAK ? 32 : 16;
    if (key->algorithm == AKA_TEST) return OK; /* anything, also nothing */
    if (t->tag && t->value.n == n) {
        memcpy(key->opc, t->value.p, n);
        return OK;
    }
    return bad_values(w, t->tag ? t->whole.p : w->inside, n == 32 ? "TOPc of 32 bytes" : "OPc of 16 bytes",
                      t->tag ? "another size" : "none");
}

static enum err read_constants(const struct at_work *w, const struct tlv *rotation, const struct tlv *xoring,
                               const struct tlv *iterations, struct aka_key *key)
{
    uint32_t number = key->iterations;
    TRY(read_octets(w, rotation, key->rotation, sizeof key->rotation, "rotationConstants of 5 bytes"));
    TRY(read_octets(w, xoring, key->xoring, sizeof key->xoring, "xoringConstants of 80 bytes"));
    if (iterations->tag && (!tlv_unsigned(iterations->value, &number) || number > 0xff))
        return bad_format(w, iterations->whole.p, "numberOfKeccak, an INTEGER of 0 to 255");
    key->iterations = (uint8_t)number;
    if (number == 0) return bad_values(w, iterations->whole.p, "numberOfKeccak of at least 1", "0");
    for (size_t i = 0; i < sizeof key->rotation; i++)
        if (key->rotation[i] > 127)
            return bad_values(w, rotation->whole.p, "rotations of 0 to 127 bits", "a larger one");
    return OK;
}

static enum err read_algorithm(const struct at_work *w, const struct tlv *t, struct aka_key *key)
{
    uint32_t number;
    if (t->tag == 0 || !tlv_unsigned(t->value, &number))
        return bad_format(w, t->tag ? t->whole.p : w->inside, "algorithmID, an INTEGER");
    if (number < AKA_MILENAGE || number > AKA_TEST)
        return saip_abort(w->install, w->e, t->whole.p, PE_INVALID_PARAMETER, w->reason,
                          "algorithmID 1 Milenage, 2 TUAK or 3 the test algorithm", "another one");
    key->algorithm = (enum aka_algorithm)number;
    return OK;
}

/* Only what the card says in UICCCapability. */
static enum err check_supported(const struct at_work *w, const struct tlv *algorithm, const struct aka_key *key)
{
    unsigned bit = CAPABILITY_MILENAGE;
    if (key->algorithm == AKA_TUAK) bit = key->key_size == 32 ? CAPABILITY_TUAK256 : CAPABILITY_TUAK128;
    if (key->algorithm == AKA_TEST) bit = CAPABILITY_TEST_ALGORITHM;
    if (w->install->uicc_capability >> bit & 1) return OK;
    return saip_abort(w->install, w->e, algorithm->whole.p, PE_FEATURE_NOT_SUPPORTED, w->reason,
                      "an algorithm of this card's UICCCapability", "another one");
}

static enum err read_algorithm_parameter(const struct at_work *outer, const struct tlv *in, struct naa *naa)
{
    const struct at_work here = {outer->install, outer->e, outer->reason, in->whole.p};
    const struct at_work *w = &here;
    static const uint32_t tags[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87};
    struct tlv t[MEMBERS_MAX];
    uint8_t maximum[3] = {0};
    TRY(read_members(w, in->value, tags, sizeof tags / sizeof tags[0], t));
    TRY(read_algorithm(w, &t[0], &naa->key));
    TRY(read_key(w, &t[2], &naa->key));
    TRY(check_supported(w, &t[0], &naa->key));
    TRY(read_options(w, &t[1], &naa->key));
    TRY(read_opc(w, &t[3], &naa->key));
    if (naa->key.algorithm == AKA_TEST) return OK; /* constants and counter mean nothing to it */
    TRY(read_constants(w, &t[4], &t[5], &t[7], &naa->key));
    TRY(read_octets(w, &t[6], maximum, sizeof maximum, "authCounterMax of 3 bytes"));
    naa->has_counter_maximum = t[6].tag != 0;
    naa->counter_maximum = (uint32_t)maximum[0] << 16 | (uint32_t)maximum[1] << 8 | maximum[2];
    return OK;
}

/* ---- mappingParameter ---- */

/* mappingOptions as far as known: what of the sequence numbers the source lends; its key and algorithm it always does.
 */
#define MAPPING_NOTHING 0x00
#define MAPPING_START_AND_RULES 0x01
#define MAPPING_RULES 0x02

/* The application with this AID that got its key before. */
static enum err find_source(const struct at_work *w, const struct tlv *aid, struct naa *source)
{
    struct profile_application a;
    bool found;
    TRY(application_find(&w->install->isdp, aid->value, &a, &found));
    if (!found || a.kind != PROFILE_ADF)
        return bad_values(w, aid->whole.p, "mappingSource, the AID of an application before this element", "no such");
    TRY(naa_get(&w->install->isdp, a.fid, source, &found));
    if (found) return OK;
    return bad_values(w, aid->whole.p, "mappingSource, an application that has a key", "one without");
}

/* `naa` and `sequence` hold what this element says itself, and get from the source what the options say. */
static enum err map(const struct at_work *w, const struct naa *source, uint8_t options, struct naa *naa,
                    struct naa_sequence *sequence)
{
    const struct naa own = *naa;
    bool found;
    bool known = options <= MAPPING_RULES && w->install->mapping_options == MAPPING_OPTIONS_TABLE;
    *naa = *source;
    if (!known) return OK; /* the live sequence numbers too */
    naa->sequence_of = own.sequence_of;
    if (options == MAPPING_NOTHING) {
        naa->sqn_options = own.sqn_options;
        naa->delta = own.delta;
        naa->age_limit = own.age_limit;
    }
    if (options != MAPPING_START_AND_RULES) return OK;
    TRY(naa_sequence_get(&w->install->isdp, source->sequence_of, sequence, &found));
    return found ? OK : ERR_CORRUPT;
}

static enum err read_mapping(const struct at_work *w, const struct tlv *in, struct naa *naa,
                             struct naa_sequence *sequence)
{
    static const uint32_t tags[] = {0x80, 0x81};
    struct tlv t[MEMBERS_MAX];
    struct naa source = {0};
    uint8_t options = 0;
    TRY(read_members(w, in->value, tags, sizeof tags / sizeof tags[0], t));
    if (t[0].tag == 0 || t[1].tag == 0) return bad_format(w, in->whole.p, "mappingOptions and mappingSource");
    TRY(read_octets(w, &t[0], &options, 1, "mappingOptions of 1 byte"));
    enum err e = find_source(w, &t[1], &source);
    if (e == OK) e = map(w, &source, options, naa, sequence);
    naa_wipe(&source);
    return e;
}

/* ---- PE-AKAParameter ---- */

static enum err read_start(const struct at_work *w, const struct tlv *list, struct naa_sequence *sequence)
{
    struct tlv t;
    struct slice in = list->value;
    size_t n = 0;
    if (list->tag == 0) return OK;
    for (; tlv_next(&in, &t); n++) {
        if (t.tag != 0x04) return bad_format(w, t.whole.p, "a list of OCTET STRINGs");
        if (n == SQN_INDEXES) return bad_format(w, t.whole.p, "sqnInit with 32 sequence numbers");
        TRY(read_seq(w, &t, &sequence->seq[n]));
    }
    return n == SQN_INDEXES ? OK : bad_format(w, list->whole.p, "sqnInit with 32 sequence numbers");
}

/* Zero but for the last byte, or 00 01 02 .. of TS 34.108 unless the rule is strict. */
bool saip_is_test_key(const struct aka_key *key, enum test_key_rule rule)
{
    bool zero = true;
    bool counting = true;
    for (size_t i = 0; i < key->key_size; i++) {
        if (i + 1 < key->key_size && key->key[i] != 0) zero = false;
        if (key->key[i] != (uint8_t)i) counting = false;
    }
    if (key->algorithm == AKA_TEST) return true;
    return rule == TEST_KEY_ANY || zero || (counting && rule == TEST_KEY_LENIENT);
}

static enum err need_application(const struct at_work *w)
{
    if (w->install->context.naa) return OK;
    return bad_values(w, NULL, "a network access application before this element", "none");
}

static enum err read_configuration(const struct at_work *w, const struct tlv *t, struct naa *naa,
                                   struct naa_sequence *sequence)
{
    struct tlv choice;
    struct slice in = t->value;
    if (t->tag == 0) return bad_format(w, w->inside, "algoConfiguration");
    if (!tlv_next(&in, &choice) || in.n) return bad_format(w, t->whole.p, "mappingParameter or algoParameter");
    if (choice.tag == 0xa0) return read_mapping(w, &choice, naa, sequence);
    if (choice.tag == 0xa1) return read_algorithm_parameter(w, &choice, naa);
    return saip_abort(w->install, w->e, choice.whole.p, PE_INVALID_PARAMETER, w->reason,
                      "mappingParameter or algoParameter", "an unknown one");
}

static enum err read_element(const struct at_work *w, struct naa *naa, struct naa_sequence *sequence)
{
    static const uint32_t tags[] = {0xa0, 0xa1, 0x82, 0x83, 0x84, 0xa5};
    struct tlv t[MEMBERS_MAX];
    TRY(read_members(w, w->e->value, tags, sizeof tags / sizeof tags[0], t));
    TRY(read_octets(w, &t[2], &naa->sqn_options, 1, "sqnOptions of 1 byte"));
    TRY(read_seq(w, &t[3], &naa->delta));
    TRY(read_seq(w, &t[4], &naa->age_limit));
    TRY(read_start(w, &t[5], sequence));
    TRY(read_configuration(w, &t[1], naa, sequence));
    naa_sequence_start(sequence);
    return OK;
}

enum err saip_take_aka_parameter(struct saip_install *install, const struct element *e, struct reason *reason)
{
    const struct at_work w = {install, e, reason, e->value.p};
    struct naa_sequence sequence = {0};
    TRY(need_application(&w));
    uint16_t adf = install->context.naa;
    struct naa naa = {.sqn_options = SQN_OPTIONS_DEFAULT,
                      .delta = SQN_WINDOW_DEFAULT,
                      .age_limit = SQN_WINDOW_DEFAULT,
                      .sequence_of = adf};
    aka_defaults(&naa.key);
    enum err result = read_element(&w, &naa, &sequence);
    if (result == OK) result = naa_put(&install->isdp, adf, &naa);
    if (result == OK && naa.sequence_of == adf) result = naa_sequence_put(&install->isdp, adf, &sequence);
    naa_wipe(&naa);
    return result;
}

/* ---- PE-CDMAParameter ---- */

/* Kept whole for CAVE, which this card does not compute; packages with a CSIM carry it all the same. */
enum err saip_take_cdma_parameter(struct saip_install *install, const struct element *e, struct reason *reason)
{
    static const uint32_t tags[] = {0xa0, 0x81, 0x82, 0x83, 0x84, 0x85};
    static const struct {
        size_t least, most;
        const char *expected;
    } sizes[] = {{8, 8, "authenticationKey of 8 bytes"},
                 {16, 16, "ssd of 16 bytes"},
                 {2, 32, "hrpdAccessAuthenticationData of 2 to 32 bytes"},
                 {3, 483, "simpleIPAuthenticationData of 3 to 483 bytes"},
                 {5, 957, "mobileIPAuthenticationData of 5 to 957 bytes"}};
    const struct at_work w = {install, e, reason, e->value.p};
    struct tlv t[MEMBERS_MAX];
    TRY(need_application(&w));
    TRY(read_members(&w, e->value, tags, sizeof tags / sizeof tags[0], t));
    if (t[1].tag == 0) return bad_format(&w, w.inside, "authenticationKey");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (t[i + 1].tag && (t[i + 1].value.n < sizes[i].least || t[i + 1].value.n > sizes[i].most))
            return bad_format(&w, t[i + 1].whole.p, sizes[i].expected);
    struct slice content = slice_skip(e->value, t[0].whole.n);
    return naa_put_cdma(&install->isdp, install->context.naa, content);
}
