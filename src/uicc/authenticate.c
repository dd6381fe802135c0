/* AUTHENTICATE (ETSI TS 102 221 11.1.16; 3GPP TS 31.102 7.1, TS 31.103 7.1; TS 33.102 6.3). Called by src/card.
 *
 * Checks in the order: P1 P2, lengths, application, its key, PIN, service, then what the network sent: MAC, sequence
 * number. What an accepted authentication changes is durable before its result leaves, as src/card commits first; after
 * a power cut before that the same AUTN is accepted again, and nobody saw a result. */
#define _DEFAULT_SOURCE
#include "model/naa.h"
#include "uicc/naa.h"

#define CLAUSE "TS 31.102 7.1"
#define SERVICE_GSM_ACCESS 27
#define SERVICE_GSM_CONTEXT 38
#define TAG_SUCCESS 0xdb
#define TAG_SYNCHRONISATION_FAILURE 0xdc
#define MAC_IN_AUTN 8
/* Where AUTN stands in the command data, and how long they are. */
#define AUTN_AT (1 + AKA_RAND_SIZE + 1)
#define DATA_GSM (1 + AKA_RAND_SIZE)
#define DATA_3G (AUTN_AT + AKA_SQN_SIZE + AKA_AMF_SIZE + MAC_IN_AUTN)

enum { CONTEXT_GSM = 0x80, CONTEXT_3G = 0x81 };

/* One authentication at work. */
struct at_work {
    struct model *m;
    const struct isdp *isdp;
    struct uicc_application application;
    struct naa naa;
    struct naa_sequence sequence;
    const uint8_t *random;
    struct slice autn;
    struct aka_keys keys;
    struct buf *out;
};

static enum err refuse(struct model *m, enum err e, size_t offset, const char *expected, const char *came)
{
    return reason_say(&m->reason, e, CLAUSE, offset, expected, "%s", came);
}

/* ---- the command ---- */

static enum err check_context(struct model *m, const struct uicc_command *a)
{
    if (a->p1 != 0) return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P1 00", "%02X", a->p1);
    if (a->p2 == CONTEXT_GSM || a->p2 == CONTEXT_3G) return OK;
    if (a->p2 == 0x82 || (a->p2 >= 0x84 && a->p2 <= 0x86))
        return reason_say(&m->reason,
                          m->personality.unsupported_context == UNSUPPORTED_CONTEXT_9864 ? ERR_CONTEXT : ERR_PARAMETERS,
                          CLAUSE, REASON_NO_OFFSET, "P2 80 (GSM) or 81 (3G)",
                          "%02X: VGCS, GBA, MBMS or local key establishment", a->p2);
    return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P2 80 (GSM) or 81 (3G)", "%02X", a->p2);
}

/* RAND, and for 3G AUTN, each with its length in front. AUTN has 16 bytes, more only with a longer MAC of TUAK. */
static enum err check_length(struct model *m, const struct uicc_command *a)
{
    size_t n = a->data.n;
    bool whole_mac = m->personality.tuak_whole_mac && (n == DATA_3G + 8 || n == DATA_3G + 24);
    if (n == (a->p2 == CONTEXT_GSM ? DATA_GSM : DATA_3G) || (a->p2 == CONTEXT_3G && whole_mac)) return OK;
    return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET,
                      a->p2 == CONTEXT_GSM ? "10 RAND: 17 bytes" : "10 RAND 10 AUTN: 34 bytes", "%zu bytes", n);
}

static enum err read_data(struct at_work *w, const struct uicc_command *a)
{
    struct slice in = a->data;
    TRY(check_length(w->m, a));
    if (in.p[0] != AKA_RAND_SIZE)
        return reason_say(&w->m->reason, ERR_DATA, CLAUSE, 0, "10 before RAND", "%02X", in.p[0]);
    w->random = in.p + 1;
    if (a->p2 == CONTEXT_GSM) return OK;
    w->autn = slice_skip(in, AUTN_AT);
    if (in.p[AUTN_AT - 1] == w->autn.n) return OK;
    return reason_say(&w->m->reason, ERR_DATA, CLAUSE, AUTN_AT - 1, "the length of AUTN before it",
                      "%02X before %zu bytes", in.p[AUTN_AT - 1], w->autn.n);
}

/* ---- the application ---- */

/* Bytes of the MAC in AUTN and AUTS: 64 bits (TS 33.102 6.3), of TUAK's longer ones all or as many. */
static size_t mac_in_autn(const struct model *m, const struct naa *naa)
{
    return m->personality.tuak_whole_mac ? naa->key.mac_size : MAC_IN_AUTN;
}

static enum err load_key(struct at_work *w, uint16_t adf)
{
    bool found;
    TRY(naa_get(w->isdp, adf, &w->naa, &found));
    if (!found)
        return refuse(w->m, ERR_CONDITIONS, REASON_NO_OFFSET, "an application with a key (akaParameter)",
                      "one without");
    TRY(naa_sequence_get(w->isdp, w->naa.sequence_of, &w->sequence, &found));
    return found ? OK : ERR_CORRUPT;
}

/* Only with the personality's tuak_whole_mac there is anything to compare. */
static enum err check_autn(const struct at_work *w)
{
    size_t wanted = AKA_SQN_SIZE + AKA_AMF_SIZE + mac_in_autn(w->m, &w->naa);
    if (w->autn.n == 0 || w->autn.n == wanted) return OK;
    return reason_say(&w->m->reason, ERR_DATA, CLAUSE, AUTN_AT - 1, "an AUTN with a MAC as long as the algorithm's",
                      "%zu bytes, not %zu", w->autn.n, wanted);
}

static enum err check_service(struct at_work *w, uint8_t context)
{
    bool available;
    if (context != CONTEXT_GSM) return OK;
    TRY(uicc_service(w->isdp, &w->application, SERVICE_GSM_CONTEXT, &available));
    if (available) return OK;
    return refuse(w->m, ERR_CONTEXT, REASON_NO_OFFSET, "service 38 (GSM security context) in EF.UST of a USIM",
                  "not available");
}

static enum err check_counter(struct at_work *w)
{
    if (!w->naa.has_counter_maximum || w->sequence.count < w->naa.counter_maximum) return OK;
    return reason_say(&w->m->reason,
                      w->m->personality.authentications_used_up == AUTHENTICATIONS_USED_UP_6983 ? ERR_PIN_BLOCKED
                                                                                                : ERR_CONDITIONS,
                      "SAIP 8.4", REASON_NO_OFFSET, "fewer authentications than authCounterMax", "%u of %u used",
                      w->sequence.count, w->naa.counter_maximum);
}

/* Writes what the authentication changed: it counts, and its sequence number. */
static enum err store_sequence(struct at_work *w)
{
    if (w->naa.has_counter_maximum) w->sequence.count++;
    return naa_sequence_put(w->isdp, w->naa.sequence_of, &w->sequence);
}

/* ---- answers ---- */

static void put_field(struct buf *out, const uint8_t *p, size_t n)
{
    buf_byte(out, (uint8_t)n);
    buf_append(out, slice_of(p, n));
}

static enum err answer_gsm(struct at_work *w)
{
    uint8_t sres[4];
    uint8_t kc[8];
    if (w->naa.has_counter_maximum) TRY(store_sequence(w));
    aka_gsm(&w->keys, sres, kc);
    put_field(w->out, sres, sizeof sres);
    put_field(w->out, kc, sizeof kc);
    explicit_bzero(kc, sizeof kc);
    return buf_err(w->out);
}

/* DB RES CK IK, and Kc if the USIM gives access to GSM. */
static enum err answer_success(struct at_work *w)
{
    uint8_t sres[4];
    uint8_t kc[8];
    bool gsm;
    TRY(uicc_service(w->isdp, &w->application, SERVICE_GSM_ACCESS, &gsm));
    buf_byte(w->out, TAG_SUCCESS);
    put_field(w->out, w->keys.res, w->keys.res_size);
    put_field(w->out, w->keys.ck, w->keys.cipher_key_size);
    put_field(w->out, w->keys.ik, w->keys.integrity_key_size);
    if (gsm) {
        aka_gsm(&w->keys, sres, kc);
        put_field(w->out, kc, sizeof kc);
        explicit_bzero(kc, sizeof kc);
    }
    return buf_err(w->out);
}

static bool without_ak(const struct naa *naa)
{
    return naa->key.algorithm != AKA_TEST && naa->sqn_options & SQN_WITHOUT_AK;
}

/* DC AUTS: SQN_MS ^ AK*, MAC-S with an AMF of 0000 (TS 33.102 6.3.3). */
static enum err answer_auts(struct at_work *w)
{
    static const uint8_t no_amf[AKA_AMF_SIZE] = {0};
    uint8_t sqn[AKA_SQN_SIZE];
    uint8_t ak[AKA_SQN_SIZE];
    uint8_t mac[AKA_MAC_MAX];
    size_t n;
    naa_sqn_bytes(w->sequence.highest, sqn);
    TRY(aka_mac(&w->naa.key, w->random, sqn, no_amf, true, mac, &n));
    TRY(aka_resynchronisation_key(&w->naa.key, w->random, ak));
    for (size_t i = 0; i < AKA_SQN_SIZE && !without_ak(&w->naa); i++)
        sqn[i] ^= ak[i];
    n = mac_in_autn(w->m, &w->naa);
    buf_byte(w->out, TAG_SYNCHRONISATION_FAILURE);
    buf_byte(w->out, (uint8_t)(AKA_SQN_SIZE + n));
    buf_append(w->out, SLICE(sqn));
    buf_append(w->out, slice_of(mac, n));
    explicit_bzero(ak, sizeof ak);
    return buf_err(w->out);
}

/* ---- what the network sent ---- */

static enum err check_mac(struct at_work *w, const uint8_t sqn[AKA_SQN_SIZE])
{
    uint8_t mac[AKA_MAC_MAX];
    size_t n;
    TRY(aka_mac(&w->naa.key, w->random, sqn, w->autn.p + AKA_SQN_SIZE, false, mac, &n));
    n = mac_in_autn(w->m, &w->naa);
    bool right = crypto_equal(mac, w->autn.p + AKA_SQN_SIZE + AKA_AMF_SIZE, n);
    explicit_bzero(mac, sizeof mac);
    if (right) return OK;
    return refuse(w->m, ERR_AUTHENTICATION, AUTN_AT + AKA_SQN_SIZE + AKA_AMF_SIZE,
                  "the MAC of this RAND, sequence number and AMF under the key", "another one");
}

/* NULL if the sequence number is fresh. The test algorithm looks at none, but an AMF of FFFF asks it for AUTS
 * (TS 34.108 8.1.2). */
static const char *stale(const struct at_work *w, uint64_t sqn)
{
    const uint8_t *amf = w->autn.p + AKA_SQN_SIZE;
    if (w->naa.key.algorithm != AKA_TEST) return naa_sequence_refuses(&w->naa, &w->sequence, sqn);
    if (!w->m->personality.test_algorithm_resynchronises || amf[0] != 0xff || amf[1] != 0xff) return NULL;
    return "an AMF other than FFFF";
}

static enum err authenticate_3g(struct at_work *w)
{
    uint8_t bytes[AKA_SQN_SIZE];
    for (size_t i = 0; i < AKA_SQN_SIZE; i++)
        bytes[i] = without_ak(&w->naa) ? w->autn.p[i] : w->autn.p[i] ^ w->keys.ak[i];
    TRY(check_mac(w, bytes));
    uint64_t sqn = naa_sqn(bytes);
    const char *rule = stale(w, sqn);
    if (rule) {
        /* An answer, not an error; the log says why all the same. */
        (void)reason_say(&w->m->reason, OK, "TS 33.102 6.3.3", AUTN_AT, rule,
                         "SEQ %011llX, IND %u; highest SEQ %011llX", (unsigned long long)(sqn >> SQN_INDEX_BITS),
                         (unsigned)(sqn % SQN_INDEXES), (unsigned long long)(w->sequence.highest >> SQN_INDEX_BITS));
        if (w->naa.has_counter_maximum) TRY(store_sequence(w));
        return answer_auts(w);
    }
    naa_sequence_accept(&w->naa, &w->sequence, sqn);
    TRY(store_sequence(w));
    return answer_success(w);
}

static enum err run(struct at_work *w, const struct uicc_context *c, const struct uicc_command *a)
{
    TRY(check_context(w->m, a));
    TRY(read_data(w, a));
    TRY(uicc_application(w->m, w->isdp, c, CLAUSE, &w->application));
    TRY(load_key(w, c->adf));
    TRY(check_autn(w));
    TRY(uicc_need_pin(w->m, w->isdp, &w->application, CLAUSE));
    TRY(check_service(w, a->p2));
    TRY(check_counter(w));
    TRY(aka_derive(&w->naa.key, w->random, &w->keys));
    return a->p2 == CONTEXT_GSM ? answer_gsm(w) : authenticate_3g(w);
}

enum err uicc_authenticate(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                           struct uicc_answer *answer)
{
    struct isdp isdp;
    struct at_work w = {.m = m, .isdp = &isdp, .out = answer->data};
    TRY(isdp_enabled(m, &isdp));
    enum err e = run(&w, c, a);
    explicit_bzero(&w, sizeof w);
    return e;
}
