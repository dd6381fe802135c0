/* INITIALIZE UPDATE and EXTERNAL AUTHENTICATE: mutual authentication by SCP02 (GP E.5) or SCP03 (Amendment D 7.1). The
 * range of the key version says which protocol (GP UICC configuration 11.1): 20 to 2F SCP02, 30 to 3F SCP03. */
#define _DEFAULT_SOURCE
#include "domain/internal.h"

#define DIVERSIFICATION_DATA 0x00cf
#define DIVERSIFICATION_SIZE 10
#define SCP02_SEQUENCE_MAX 0xffffu
#define SCP03_SEQUENCE_MAX 0xffffffu
#define CLASS_SECURED 0x84

static uint8_t protocol_of(uint8_t version)
{
    return version >= 0x20 && version <= 0x2f ? 2 : version >= 0x30 && version <= 0x3f ? 3 : 0;
}

enum err domain_key_set(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t type, struct scp_keys *out,
                        bool *found)
{
    uint8_t *const places[] = {out->enc, out->mac, out->dek};
    struct domain_key key;
    struct slice data;
    enum err e = OK;
    *out = (struct scp_keys){0};
    for (uint8_t i = 0; i < 3; i++) {
        e = domain_key_get(isdp, number, version, (uint8_t)(i + 1), &key, found);
        *found = e == OK && *found && domain_key_component(&key, type, &data) && data.n <= SCP_KEY_MAX &&
                 (i == 0 || data.n == out->size) && (type != KEY_TYPE_DES || data.n == 16);
        if (!*found) break;
        out->size = data.n;
        memcpy(places[i], data.p, data.n);
    }
    if (!*found) explicit_bzero(out, sizeof *out);
    return e;
}

static enum err load_version(struct domain_work *w, uint8_t version, struct scp_keys *keys, bool *found)
{
    return domain_key_set(&w->isdp, w->self.number, version, protocol_of(version) == 2 ? KEY_TYPE_DES : KEY_TYPE_AES,
                          keys, found);
}

/* P1 00: the first that there is, SCP03 before SCP02. */
static enum err choose_version(struct domain_work *w, uint8_t *version, struct scp_keys *keys)
{
    bool found = false;
    if (*version) {
        if (protocol_of(*version)) TRY(load_version(w, *version, keys, &found));
        if (found) return OK;
        return reason_say(&w->m->reason, ERR_REFERENCE, "GP E.5.1.6", REASON_NO_OFFSET,
                          "the version of a key set for secure channels", "%02X", *version);
    }
    for (unsigned i = 0; i < 0x20; i++) {
        *version = (uint8_t)(i < 0x10 ? 0x30 + i : 0x20 + (i - 0x10));
        TRY(load_version(w, *version, keys, &found));
        if (found) return OK;
    }
    return reason_say(&w->m->reason, ERR_CONDITIONS, "GP E.5.1.6", REASON_NO_OFFSET, "a key set for secure channels",
                      "none");
}

static enum err sequence_is_used_up(struct domain_work *w, uint32_t sequence)
{
    return reason_say(&w->m->reason, ERR_CONDITIONS, "GP E.1.2.5", REASON_NO_OFFSET,
                      "a sequence counter below its maximum", "%X", sequence);
}

/* Both appends: protocol, [i], sequence and challenge. card: the 8 bytes that enter the cryptograms. */
static enum err start_scp02(struct domain_work *w, const struct scp_keys *keys, uint8_t card[SCP_CHALLENGE])
{
    struct domain_session *s = w->s;
    TRY(domain_sequence(&w->isdp, w->self.number, s->key_version, &s->sequence));
    if (s->sequence >= SCP02_SEQUENCE_MAX) return sequence_is_used_up(w, s->sequence);
    TRY(scp02_open(keys, (uint16_t)s->sequence, &s->scp));
    card[0] = (uint8_t)(s->sequence >> 8);
    card[1] = (uint8_t)s->sequence;
    if (w->m->personality.scp02_option == SCP02_OPTION_55)
        TRY(scp02_card_challenge(&s->scp, w->self.aid, card + 2));
    else
        TRY(crypto_random(card + 2, 6));
    buf_byte(w->out, 0x02);
    buf_append(w->out, slice_of(card, SCP_CHALLENGE));
    return OK;
}

static enum err start_scp03(struct domain_work *w, const struct scp_keys *keys, uint8_t card[SCP_CHALLENGE])
{
    struct domain_session *s = w->s;
    bool pseudo_random = w->m->personality.scp03_option == SCP03_OPTION_70;
    if (pseudo_random) {
        TRY(domain_sequence(&w->isdp, w->self.number, s->key_version, &s->sequence));
        if (s->sequence >= SCP03_SEQUENCE_MAX) return sequence_is_used_up(w, s->sequence);
        s->sequence++;
        TRY(scp03_card_challenge(keys, s->sequence, w->self.aid, card));
        if (w->m->personality.scp03_sequence == SCP03_SEQUENCE_INITIALIZE)
            TRY(domain_put_sequence(&w->isdp, w->self.number, s->key_version, s->sequence));
    } else {
        TRY(crypto_random(card, SCP_CHALLENGE));
    }
    TRY(scp03_open(keys, w->a->data.p, card, &s->scp));
    buf_byte(w->out, 0x03);
    buf_byte(w->out, pseudo_random ? 0x70 : 0x60);
    buf_append(w->out, slice_of(card, SCP_CHALLENGE));
    return OK;
}

static void put_diversification_data(struct domain_work *w)
{
    static const uint8_t none[DIVERSIFICATION_SIZE];
    struct slice data;
    bool there = domain_data(&w->isdp, w->self.number, DIVERSIFICATION_DATA, &data) && data.n == DIVERSIFICATION_SIZE;
    buf_append(w->out, there ? data : SLICE(none));
}

static enum err initialize(struct domain_work *w, const struct scp_keys *keys)
{
    struct domain_session *s = w->s;
    uint8_t card[SCP_CHALLENGE];
    uint8_t cryptogram[SCP_MAC];
    put_diversification_data(w);
    buf_byte(w->out, s->key_version);
    TRY(protocol_of(s->key_version) == 2 ? start_scp02(w, keys, card) : start_scp03(w, keys, card));
    TRY(scp_cryptograms(&s->scp, w->a->data.p, card, cryptogram, s->host_cryptogram));
    buf_append(w->out, SLICE(cryptogram));
    if (s->scp.protocol == 3 && w->m->personality.scp03_option == SCP03_OPTION_70) {
        const uint8_t sequence[] = {(uint8_t)(s->sequence >> 16), (uint8_t)(s->sequence >> 8), (uint8_t)s->sequence};
        buf_append(w->out, SLICE(sequence));
    }
    s->state = DOMAIN_INITIALIZED;
    return OK;
}

enum err domain_initialize_update(struct domain_work *w)
{
    struct scp_keys keys;
    uint8_t version = w->a->p1;
    if (w->s->state == DOMAIN_OVER_THE_AIR)
        return reason_say(&w->m->reason, ERR_CONDITIONS, "GP E.5.1", REASON_NO_OFFSET, "a logical channel", "a script");
    domain_session_close(w->s); /* whatever comes of it (GP E.1.5) */
    if (w->a->p2)
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP E.5.1.4", REASON_NO_OFFSET, "P2 00", "%02X", w->a->p2);
    if (w->a->data.n != SCP_CHALLENGE)
        return reason_say(&w->m->reason, ERR_LENGTH, "GP E.5.1.5", REASON_NO_OFFSET, "a host challenge of 8 bytes",
                          "%zu", w->a->data.n);
    TRY(choose_version(w, &version, &keys));
    w->s->key_version = version;
    enum err e = initialize(w, &keys);
    explicit_bzero(&keys, sizeof keys);
    if (e != OK) domain_session_close(w->s);
    return e;
}

/* ---- EXTERNAL AUTHENTICATE ---- */

/* The options 15 and 55 of SCP02 have no R-MAC. */
static bool level_is_supported(uint8_t protocol, uint8_t level)
{
    static const uint8_t levels[] = {0x00, 0x01, 0x03, 0x11, 0x13, 0x33};
    return memchr(levels, level, protocol == 2 ? 3 : sizeof levels) != NULL;
}

static enum err check_form(struct domain_work *w)
{
    struct reason *r = &w->m->reason;
    const struct domain_command *a = w->a;
    if (w->s->state != DOMAIN_INITIALIZED)
        return reason_say(r, ERR_CONDITIONS, "GP E.5.2", REASON_NO_OFFSET, "INITIALIZE UPDATE right before",
                          "another command");
    if (!a->secured)
        return reason_say(r, ERR_SECURITY, "GP E.5.2", 0, "class 84: the command carries a MAC", "%02X", a->cla);
    if (!level_is_supported(w->s->scp.protocol, a->p1) || a->p2)
        return reason_say(r, ERR_PARAMETERS, "GP E.5.2.3", REASON_NO_OFFSET,
                          "a security level that the protocol has and P2 00", "%02X %02X", a->p1, a->p2);
    if (a->data.n != 2 * SCP_MAC)
        return reason_say(r, ERR_LENGTH, "GP E.5.2.5", REASON_NO_OFFSET, "host cryptogram and MAC, 16 bytes", "%zu",
                          a->data.n);
    return OK;
}

static enum err authenticate(struct domain_work *w)
{
    const struct domain_command *a = w->a;
    struct domain_session *s = w->s;
    uint8_t mac[SCP_MAC];
    TRY(check_form(w));
    if (!crypto_equal(a->data.p, s->host_cryptogram, SCP_MAC))
        return reason_say(&w->m->reason, ERR_CRYPTOGRAM, "GP E.5.2.6", 0, "the host cryptogram", "another one");
    const uint8_t header[] = {CLASS_SECURED, a->ins, a->p1, a->p2, 2 * SCP_MAC};
    const struct slice parts[] = {SLICE(header), slice_of(a->data.p, SCP_MAC)};
    TRY(scp_command_mac(&s->scp, parts, 2, mac));
    if (!crypto_equal(a->data.p + SCP_MAC, mac, SCP_MAC))
        return reason_say(&w->m->reason, ERR_SECURITY, "GP E.5.2.6", SCP_MAC, "the right C-MAC", "another one");
    /* E.1.2.5: only a verified session uses its number up. */
    if (s->scp.protocol == 2) TRY(domain_put_sequence(&w->isdp, w->self.number, s->key_version, s->sequence + 1));
    if (s->scp.protocol == 3 && w->m->personality.scp03_sequence == SCP03_SEQUENCE_SUCCESS && s->sequence)
        TRY(domain_put_sequence(&w->isdp, w->self.number, s->key_version, s->sequence));
    s->state = DOMAIN_AUTHENTICATED;
    s->level = a->p1;
    s->scp.counter = 0; /* the next command is number 1 */
    return OK;
}

enum err domain_external_authenticate(struct domain_work *w)
{
    enum err e = authenticate(w);
    if (e != OK) domain_session_close(w->s);
    return e;
}
