/* Secure messaging on the commands and responses of a secure channel (GP SCP02 E.4.4 to E.4.6, SCP03 6.2.4 to 6.2.7). A
 * command that fails ends the session. */
#define _DEFAULT_SOURCE
#include "domain/internal.h"

#define CLAUSE "GP 10.5"
#define CLASS_SECURED 0x84

/* What is not addressed to the security domain and so carries no MAC (selection, channels, and what a terminal tells
 * the card or fetches from it at any time, TS 102 221 10.1.2), and what starts a new session. */
static bool is_exempt(uint8_t ins)
{
    static const uint8_t exempt[] = {0xa4, 0x70, 0xc0, 0x10, 0x12, 0x14, 0xaa, 0xc2, 0x50, 0x82};
    return memchr(exempt, ins, sizeof exempt) != NULL;
}

/* GET RESPONSE without data, in any class: hosts repeat that of the command whose answer waits (it is of the transport,
 * ISO 7816-3 12.2.1, and the answer is protected already). */
static bool is_transport(const struct domain_command *a)
{
    return a->ins == 0xc0 && a->data.n == 0;
}

/* Header and Lc as they enter the MAC: the class without channel number (SCP02 E.4.4, SCP03 6.2.4). */
static size_t mac_header(const struct domain_command *a, bool extended, size_t lc, uint8_t out[7])
{
    size_t n = 0;
    const uint8_t head[] = {CLASS_SECURED, a->ins, a->p1, a->p2};
    memcpy(out, head, sizeof head);
    n += sizeof head;
    if (extended) {
        out[n++] = 0;
        out[n++] = (uint8_t)(lc >> 8);
    }
    out[n++] = (uint8_t)lc;
    return n;
}

static enum err check_mac(struct model *m, struct domain_session *s, const struct domain_command *a, bool extended,
                          struct slice covered, const uint8_t *came)
{
    uint8_t header[7];
    uint8_t mac[SCP_MAC];
    size_t n = mac_header(a, extended, covered.n + SCP_MAC, header);
    const struct slice parts[] = {slice_of(header, n), covered};
    TRY(scp_command_mac(&s->scp, parts, 2, mac));
    if (crypto_equal(mac, came, SCP_MAC)) return OK;
    return reason_say(&m->reason, ERR_SECURITY, CLAUSE, a->data.n - SCP_MAC, "the right C-MAC", "another one");
}

static enum err decrypt(struct model *m, struct domain_session *s, struct slice in, struct buf *plain)
{
    bool valid;
    if (in.n == 0) return OK;
    TRY(scp_decrypt_command(&s->scp, in, plain, &valid));
    if (valid) return OK;
    return reason_say(&m->reason, ERR_SM_OBJECT, CLAUSE, 0, "encrypted data in whole blocks with their padding",
                      "other bytes");
}

static enum err unwrap(struct model *m, struct domain_session *s, const struct domain_command *a, bool extended,
                       struct buf *plain)
{
    bool encrypted = s->level & LEVEL_COMMAND_ENCRYPTED;
    if (a->data.n < SCP_MAC)
        return reason_say(&m->reason, ERR_SM_OBJECT, CLAUSE, REASON_NO_OFFSET, "a MAC of 8 bytes", "%zu bytes",
                          a->data.n);
    struct slice body = slice_of(a->data.p, a->data.n - SCP_MAC);
    const uint8_t *came = a->data.p + body.n;
    scp_next_command(&s->scp);
    if (!encrypted) {
        TRY(check_mac(m, s, a, extended, body, came));
        buf_append(plain, body);
        return buf_err(plain);
    }
    /* SCP02 has its MAC over the plain data, SCP03 over what is sent. */
    if (s->scp.protocol == 3) TRY(check_mac(m, s, a, extended, body, came));
    TRY(decrypt(m, s, body, plain));
    return s->scp.protocol == 3 ? OK : check_mac(m, s, a, extended, buf_slice(plain), came);
}

/* A command without protection, or with one that no session asks for. */
static enum err check_presence(struct model *m, const struct domain_session *s, const struct domain_command *a)
{
    bool needed = s->state == DOMAIN_AUTHENTICATED && s->level & LEVEL_COMMAND_MAC;
    if (a->secured && !needed)
        return reason_say(&m->reason, ERR_SECURE_MESSAGING, CLAUSE, 0,
                          "a class without secure messaging outside a "
                          "session with C-MAC",
                          "%02X", a->cla);
    if (!a->secured && needed)
        return reason_say(&m->reason, ERR_SECURITY, CLAUSE, 0, "a C-MAC on every command of this session", "%02X",
                          a->cla);
    return OK;
}

enum err domain_unwrap(struct model *m, struct domain_session *s, struct domain_command *a, bool extended,
                       struct buf *plain)
{
    if (a->ins == 0x82 || is_transport(a) || (!a->secured && is_exempt(a->ins))) return OK;
    enum err e = check_presence(m, s, a);
    if (e == OK && a->secured) e = unwrap(m, s, a, extended, plain);
    if (e != OK) {
        domain_session_close(s);
        return e;
    }
    if (!a->secured) return OK;
    a->secured = false;
    a->data = buf_slice(plain);
    return OK;
}

enum err domain_wrap(const struct domain_session *s, uint16_t status_word, struct buf *data)
{
    const uint8_t sw[] = {(uint8_t)(status_word >> 8), (uint8_t)status_word};
    uint8_t mac[SCP_MAC];
    if (s->state != DOMAIN_AUTHENTICATED || !(s->level & LEVEL_RESPONSE_MAC)) return OK;
    if (s->level & LEVEL_RESPONSE_ENCRYPTED && data->n) {
        BUF_LOCAL cipher = {0};
        TRY(scp_encrypt_response(&s->scp, buf_slice(data), &cipher));
        buf_reset(data);
        buf_append(data, buf_slice(&cipher));
    }
    const struct slice parts[] = {buf_slice(data), SLICE(sw)};
    TRY(buf_err(data));
    TRY(scp_response_mac(&s->scp, parts, 2, mac));
    buf_append(data, SLICE(mac));
    return buf_err(data);
}
