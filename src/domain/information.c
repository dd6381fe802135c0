/* What a security domain tells about itself: FCI and GET DATA (GP 11.3, 11.9.3.1, H). */
#define _DEFAULT_SOURCE
#include "domain/internal.h"

#define CLAUSE "GP 11.3.3.1"
#define CARD_DATA 0x66
#define CARD_RECOGNITION_DATA 0x73
#define OBJECTS 0x0070 /* the data group whose content GET DATA gives */

bool domain_object(const struct isdp *isdp, uint8_t number, uint32_t tag, struct tlv *out)
{
    struct slice list;
    return domain_data(isdp, number, OBJECTS, &list) && tlv_find(list, tag, out);
}

enum err domain_put_object(const struct isdp *isdp, uint8_t number, const struct tlv *object)
{
    struct slice list = {0};
    struct tlv t;
    BUF_LOCAL b = {0};
    (void)domain_data(isdp, number, OBJECTS, &list);
    while (tlv_next(&list, &t))
        if (t.tag != object->tag) buf_append(&b, t.whole);
    buf_append(&b, object->whole);
    TRY(buf_err(&b));
    return domain_put_data(isdp, number, OBJECTS, buf_slice(&b));
}

enum err domain_fci(const struct isdp *isdp, const struct domain *d, struct buf *out)
{
    static const uint8_t command_length_max[] = {0xff};
    struct tlv card_data;
    struct tlv recognition;
    size_t fci = tlv_open(out, 0x6f);
    tlv_put(out, 0x84, d->aid);
    size_t proprietary = tlv_open(out, 0xa5);
    if (domain_object(isdp, d->number, CARD_DATA, &card_data) &&
        tlv_find(card_data.value, CARD_RECOGNITION_DATA, &recognition))
        buf_append(out, recognition.whole);
    tlv_put(out, 0x9f65, SLICE(command_length_max));
    tlv_close(out, proprietary);
    tlv_close(out, fci);
    return buf_err(out);
}

/* Key information template: E0 {C0 {KID, KVN, type and length of each component}} (GP 11.3.3.1.1). */
static enum err get_keys(struct domain_work *w)
{
    struct domain_key key;
    bool found;
    size_t template = tlv_open(w->out, 0xe0);
    for (unsigned next = 0;;) {
        TRY(domain_key_next(&w->isdp, w->self.number, &next, &key, &found));
        if (!found) break;
        size_t item = tlv_open(w->out, 0xc0);
        buf_byte(w->out, key.identifier);
        buf_byte(w->out, key.version);
        for (size_t i = 0; i < key.n; i++) {
            buf_byte(w->out, key.components[i].type);
            buf_byte(w->out, (uint8_t)key.components[i].data.n);
        }
        tlv_close(w->out, item);
    }
    tlv_close(w->out, template);
    return OK;
}

/* The sequence counter of the first SCP02 key set. */
static enum err get_sequence(struct domain_work *w, bool *found)
{
    struct scp_keys keys;
    uint32_t sequence;
    *found = false;
    for (uint8_t version = 0x20; version < 0x30; version++) {
        TRY(domain_key_set(&w->isdp, w->self.number, version, KEY_TYPE_DES, &keys, found));
        explicit_bzero(&keys, sizeof keys);
        if (!*found) continue;
        TRY(domain_sequence(&w->isdp, w->self.number, version, &sequence));
        const uint8_t bytes[] = {(uint8_t)(sequence >> 8), (uint8_t)sequence};
        tlv_put(w->out, 0xc1, SLICE(bytes));
        return OK;
    }
    return OK;
}

static void put_u32(struct buf *out, uint32_t tag, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    tlv_put(out, tag, SLICE(bytes));
}

/* Extended card resources: applications, free memory (TS 102 226 8.2.1.7.2). */
static enum err get_resources(struct domain_work *w)
{
    struct domain d;
    struct remote_files r;
    bool found;
    uint16_t n = 0;
    for (unsigned next = 0;; n++) {
        TRY(domain_next(&w->isdp, &next, &d, &found));
        if (!found) break;
    }
    for (unsigned next = 0;; n++) {
        TRY(remote_files_next(&w->isdp, &next, &r, &found));
        if (!found) break;
    }
    size_t template = tlv_open(w->out, 0xff21);
    const uint8_t count[] = {(uint8_t)(n >> 8), (uint8_t)n};
    tlv_put(w->out, 0x81, SLICE(count));
    put_u32(w->out, 0x82, (uint32_t)profile_memory_free(w->m));
    put_u32(w->out, 0x83, w->m->personality.volatile_memory_size);
    tlv_close(w->out, template);
    return OK;
}

/* Data groups of their own that a terminal may see: issuer and card numbers, key derivation data. */
static bool get_group(struct domain_work *w, uint16_t tag)
{
    struct slice data;
    if (tag != 0x42 && tag != 0x45 && tag != 0xcf) return false;
    if (!domain_data(&w->isdp, w->self.number, tag, &data)) return false;
    tlv_put(w->out, tag, data);
    return true;
}

enum err domain_get_data(struct domain_work *w)
{
    uint16_t tag = (uint16_t)(w->a->p1 << 8 | w->a->p2);
    struct tlv object;
    bool found = false;
    if (tag == 0xe0) return get_keys(w);
    if (tag == 0xff21) return get_resources(w);
    if (tag == 0xc1)
        TRY(get_sequence(w, &found));
    else
        found = get_group(w, tag);
    if (found) return OK;
    if (domain_object(&w->isdp, w->self.number, tag, &object)) {
        buf_append(w->out, object.whole);
        return OK;
    }
    return reason_say(&w->m->reason, ERR_REFERENCE, CLAUSE, REASON_NO_OFFSET, "a data object of this security domain",
                      "%04X", tag);
}
