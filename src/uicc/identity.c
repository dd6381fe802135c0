/* GET IDENTITY (3GPP TS 31.102 7.5): the USIM conceals its permanent identifier (SUPI, an IMSI) as a SUCI, so that the
 * terminal does not have to. TS 33.501 6.12.2, annex C; TS 24.501 9.11.3.4. Called by src/card.
 *
 * The home network's schemes and public keys are in a file that the terminal does not read (DF.SAIP, SAIP 9.8), or in
 * the one that it does (DF.5GS). Without a list of them the null scheme is what the operator asked for (TS 33.501
 * 6.12.2); with one that cannot be followed nothing is given, never a silent null scheme. */
#include "uicc/naa.h"

#include "crypto/aka.h"

#define CLAUSE "TS 31.102 7.5"
#define SERVICE_PRIVACY 124
#define SERVICE_SUCI_BY_USIM 125
#define SERVICE_OTHER_SUPI 130

#define DF_5GS 0x5fc0
#define DF_SAIP 0x5fd0
#define EF_SUCI_CALC_INFO 0x4f07
#define EF_SUCI_CALC_INFO_USIM 0x4f01
#define EF_SUPI_NAI 0x4f09
#define EF_ROUTING_INDICATOR 0x4f0a
#define EF_IMSI 0x6f07
#define EF_AD 0x6fad

#define IMSI_DIGITS_MIN 6
#define IMSI_DIGITS_MAX 15
#define FILLER 0x0f
#define TAG_SUCI 0xa1
#define TYPE_SUCI_OF_IMSI 0x01
#define SCHEME_HIGHEST SUCI_PROFILE_B
#define CAPABILITY_PROFILE_A 23
#define CAPABILITY_PROFILE_B 24

enum { CONTEXT_SUCI = 1, CONTEXT_NSWO = 2 };

struct at_work {
    struct model *m;
    const struct isdp *isdp;
    struct uicc_application application;
};

/* How to conceal. */
struct scheme {
    enum suci_scheme number;
    uint8_t key_identifier;
    struct slice key;
};

/* What stands in the way of a SUCI. */
static enum err no_suci(const struct at_work *w, const char *expected, const char *came)
{
    return reason_say(&w->m->reason, w->m->personality.no_suci == NO_SUCI_6985 ? ERR_CONDITIONS : ERR_FUNCTION, CLAUSE,
                      REASON_NO_OFFSET, expected, "%s", came);
}

static enum err check_command(struct model *m, const struct uicc_command *a)
{
    if (a->p1 != 0 || (a->p2 != CONTEXT_SUCI && a->p2 != CONTEXT_NSWO))
        return reason_say(&m->reason, ERR_PARAMETERS, CLAUSE, REASON_NO_OFFSET, "P1 00 and P2 01 or 02", "%02X%02X",
                          a->p1, a->p2);
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, CLAUSE, REASON_NO_OFFSET, "no command data", "%zu bytes", a->data.n);
    if (a->p2 == CONTEXT_SUCI) return OK;
    return reason_say(&m->reason, ERR_FUNCTION, CLAUSE, REASON_NO_OFFSET, "P2 01 (SUCI)",
                      "02: SUCI for 5G NSWO, which this card does not compute");
}

static enum err check_services(const struct at_work *w)
{
    bool privacy;
    bool by_usim;
    bool other_supi;
    struct slice nai;
    TRY(uicc_service(w->isdp, &w->application, SERVICE_PRIVACY, &privacy));
    TRY(uicc_service(w->isdp, &w->application, SERVICE_SUCI_BY_USIM, &by_usim));
    if (!privacy || !by_usim)
        return no_suci(w, "services 124 and 125 (SUCI calculation by the USIM) in EF.UST of a USIM", "not available");
    TRY(uicc_service(w->isdp, &w->application, SERVICE_OTHER_SUPI, &other_supi));
    if (other_supi) TRY(uicc_content(w->isdp, &w->application, DF_5GS, EF_SUPI_NAI, &nai, &other_supi));
    return other_supi ? no_suci(w, "a SUPI that is an IMSI", "service 130 and EF.SUPI_NAI") : OK;
}

/* ---- the permanent identifier ---- */

/* Digits of EF.IMSI: the first nibble behind length and type, then low half first (TS 31.102 4.2.2). */
static enum err read_imsi(const struct at_work *w, uint8_t digits[IMSI_DIGITS_MAX], size_t *n)
{
    struct slice f;
    bool found;
    *n = 0;
    TRY(uicc_content(w->isdp, &w->application, 0, EF_IMSI, &f, &found));
    if (!found || f.n < 2 || f.p[0] < 1 || f.p[0] > 8 || f.p[0] >= f.n) return no_suci(w, "an IMSI in EF.IMSI", "none");
    size_t nibbles = 2u * f.p[0];
    bool odd = f.p[1] >> 3 & 1;
    for (size_t i = 1; i < nibbles - (odd ? 0 : 1); i++) {
        uint8_t digit = i % 2 ? f.p[1 + i / 2] >> 4 : f.p[1 + i / 2] & 0x0f;
        if (digit > 9) return no_suci(w, "decimal digits in EF.IMSI", "others");
        digits[(*n)++] = digit;
    }
    return *n >= IMSI_DIGITS_MIN ? OK : no_suci(w, "an IMSI of 6 to 15 digits", "fewer");
}

static enum err read_mnc_length(const struct at_work *w, size_t *n)
{
    struct slice f;
    bool found;
    TRY(uicc_content(w->isdp, &w->application, 0, EF_AD, &f, &found));
    *n = found && f.n >= 4 ? f.p[3] & 0x0f : 0;
    return *n == 2 || *n == 3 ? OK : no_suci(w, "the length of the MNC, 2 or 3, in EF.AD", "another one");
}

/* Two digits a byte, low half first; a filler behind an odd number. */
static void put_digits(struct buf *out, const uint8_t *digits, size_t n)
{
    for (size_t i = 0; i < n; i += 2)
        buf_byte(out, (uint8_t)((i + 1 < n ? digits[i + 1] : FILLER) << 4 | digits[i]));
}

/* MCC2 MCC1, MNC3 MCC3, MNC2 MNC1 */
static void put_network(struct buf *out, const uint8_t *digits, size_t mnc_length)
{
    buf_byte(out, (uint8_t)(digits[1] << 4 | digits[0]));
    buf_byte(out, (uint8_t)((mnc_length == 3 ? digits[5] : FILLER) << 4 | digits[2]));
    buf_byte(out, (uint8_t)(digits[4] << 4 | digits[3]));
}

static enum err put_routing_indicator(const struct at_work *w, struct buf *out)
{
    static const uint8_t none[2] = {0xf0, 0xff}; /* the digit 0 (TS 23.003 2.2B) */
    struct slice f;
    bool found;
    TRY(uicc_content(w->isdp, &w->application, DF_5GS, EF_ROUTING_INDICATOR, &f, &found));
    bool given = found && f.n >= 2 && f.p[0] != 0xff;
    buf_append(out, given ? slice_of(f.p, 2) : SLICE(none));
    return OK;
}

/* ---- schemes and keys: A0 {scheme, key index} .., A1 {80 identifier, 81 key} .. (TS 31.102 4.4.11.8) ---- */

static bool is_supported(const struct at_work *w, uint8_t scheme)
{
    unsigned bit = scheme == SUCI_PROFILE_A ? CAPABILITY_PROFILE_A : CAPABILITY_PROFILE_B;
    return scheme == SUCI_NULL || (scheme <= SCHEME_HIGHEST && w->m->personality.uicc_capability >> bit & 1);
}

/* The key with this index, from 1. */
static bool find_key(struct slice list, uint8_t index, struct scheme *out)
{
    struct tlv identifier;
    struct tlv key;
    for (uint8_t i = 1; tlv_read_lax(&list, &identifier) == TLV_OK; i++) {
        if (identifier.tag != 0x80 || identifier.value.n != 1) return false;
        if (tlv_read_lax(&list, &key) != TLV_OK || key.tag != 0x81) return false;
        if (i != index) continue;
        out->key_identifier = identifier.value.p[0];
        out->key = key.value;
        return true;
    }
    return false;
}

/* The first scheme that this card has: they stand in the order of priority. */
static enum err choose(const struct at_work *w, struct slice schemes, struct slice keys, struct scheme *out)
{
    if (schemes.n % 2) return no_suci(w, "pairs of scheme and key index in the list of schemes", "an odd number");
    for (size_t i = 0; i < schemes.n; i += 2) {
        if (!is_supported(w, schemes.p[i])) continue;
        out->number = (enum suci_scheme)schemes.p[i];
        if (out->number == SUCI_NULL || find_key(keys, schemes.p[i + 1], out)) return OK;
        return no_suci(w, "the home network's key that the scheme names", "no key with this index");
    }
    return no_suci(w, "a protection scheme that this card has", "others");
}

/* The internal file, or else the terminal's; empty if there is neither. */
static enum err read_list(const struct at_work *w, struct slice *out)
{
    bool found;
    TRY(uicc_content(w->isdp, &w->application, DF_SAIP, EF_SUCI_CALC_INFO_USIM, out, &found));
    if (!found) TRY(uicc_content(w->isdp, &w->application, DF_5GS, EF_SUCI_CALC_INFO, out, &found));
    if (!found) *out = (struct slice){0};
    return OK;
}

static enum err read_scheme(const struct at_work *w, struct scheme *out)
{
    struct slice in;
    struct tlv schemes;
    struct tlv keys = {0};
    *out = (struct scheme){.number = SUCI_NULL};
    TRY(read_list(w, &in));
    if (in.n == 0 || in.p[0] == 0xff) return OK;
    if (tlv_read_lax(&in, &schemes) != TLV_OK || schemes.tag != 0xa0)
        return no_suci(w, "the list of protection schemes (A0)", "other bytes");
    if (schemes.value.n == 0) return OK;
    if (in.n && in.p[0] != 0xff && (tlv_read_lax(&in, &keys) != TLV_OK || keys.tag != 0xa1))
        return no_suci(w, "the list of the home network's keys (A1)", "other bytes");
    return choose(w, schemes.value, keys.value, out);
}

/* ---- the answer ---- */

static enum err put_output(const struct at_work *w, const struct scheme *s, struct slice msin, struct buf *out)
{
    buf_byte(out, (uint8_t)s->number);
    buf_byte(out, s->key_identifier);
    if (s->number == SUCI_NULL) {
        buf_append(out, msin);
        return buf_err(out);
    }
    enum err e = suci_conceal(s->number, s->key, msin, out);
    return e == ERR_DATA ? no_suci(w, "a public key of the home network that belongs to its scheme", "another value")
                         : e;
}

static enum err put_suci(const struct at_work *w, struct buf *out)
{
    uint8_t digits[IMSI_DIGITS_MAX];
    size_t n;
    size_t mnc_length;
    struct scheme scheme;
    BUF_LOCAL msin = {0};
    BUF_LOCAL suci = {0};
    TRY(read_imsi(w, digits, &n));
    TRY(read_mnc_length(w, &mnc_length));
    TRY(read_scheme(w, &scheme));
    if (n <= 3 + mnc_length) return no_suci(w, "an IMSI with digits behind the MNC", "none");
    put_digits(&msin, digits + 3 + mnc_length, n - 3 - mnc_length);
    TRY(buf_err(&msin));
    buf_byte(&suci, TYPE_SUCI_OF_IMSI);
    put_network(&suci, digits, mnc_length);
    TRY(put_routing_indicator(w, &suci));
    TRY(put_output(w, &scheme, buf_slice(&msin), &suci));
    tlv_put(out, TAG_SUCI, buf_slice(&suci));
    return buf_err(out);
}

enum err uicc_get_identity(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                           struct uicc_answer *answer)
{
    struct isdp isdp;
    struct at_work w = {.m = m, .isdp = &isdp};
    TRY(check_command(m, a));
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_application(m, &isdp, c, CLAUSE, &w.application));
    TRY(check_services(&w));
    TRY(uicc_need_pin(m, &isdp, &w.application, CLAUSE));
    return put_suci(&w, answer->data);
}
