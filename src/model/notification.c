/* Pending notifications (SGP.22 3.5): `notification/<seq>` holds the bytes that were signed, so that every
 * retrieval gives the same. An otherSignedNotification is stored without its certificates, which never change, behind
 * one byte that names the root; a ProfileInstallationResult as it is. */
#include "model/model.h"

#include <stdio.h>

#define KEY_SIZE 32

static void notification_key(uint32_t sequence, char key[KEY_SIZE])
{
    (void)snprintf(key, KEY_SIZE, "notification/%010u", sequence);
}

/* BF2F {80 seq, 81 event, 0C address, [5A iccid]}. */
static bool decode_metadata(struct slice metadata, struct notification *n)
{
    struct tlv t;
    struct slice in = metadata;
    if (!tlv_next(&in, &t) || t.tag != 0xbf2f) return false;
    n->metadata = t.whole;
    in = t.value;
    return tlv_next(&in, &t) && t.tag == 0x80 && tlv_unsigned(t.value, &n->sequence_number) && tlv_next(&in, &t) &&
           t.tag == 0x81 && tlv_bits(t.value, &n->event);
}

static bool decode(struct slice value, struct notification *n)
{
    struct tlv t;
    struct tlv data;
    *n = (struct notification){0};
    if (value.n < 2) return false;
    struct slice in = value;
    if (value.p[0] == 0xbf) { /* BF37 {BF27 {80, BF2F, ..}, 5F37} */
        n->is_installation_result = true;
        n->signed_part = value;
        return tlv_next(&in, &t) && t.tag == 0xbf37 && tlv_find(t.value, 0xbf27, &data) &&
               tlv_find(data.value, 0xbf2f, &t) && decode_metadata(t.whole, n);
    }
    n->root = value.p[0];
    n->signed_part = slice_skip(value, 1);
    return decode_metadata(n->signed_part, n);
}

bool notification_first(const struct model *m, struct notification_iterator *i, struct notification *out)
{
    i->item = store_first(m->store, "notification/");
    return i->item.key && decode(i->item.value, out);
}

bool notification_next(const struct model *m, struct notification_iterator *i, struct notification *out)
{
    i->item = store_after(m->store, "notification/", i->item.key);
    return i->item.key && decode(i->item.value, out);
}

void notification_encode(const struct model *m, const struct notification *n, struct buf *out)
{
    if (n->is_installation_result) {
        buf_append(out, n->signed_part);
        return;
    }
    const struct root *root = &m->identity.roots[n->root < m->identity.root_count ? n->root : 0];
    size_t mark = tlv_open(out, 0x30);
    buf_append(out, n->signed_part);
    buf_append(out, root->euicc_certificate);
    buf_append(out, root->eum_certificate);
    tlv_close(out, mark);
}

enum err notification_next_sequence(struct model *m, uint32_t *sequence)
{
    struct slice value;
    uint32_t last = 0;
    if (store_get(m->store, "card/sequence", &value) && !tlv_unsigned(value, &last)) return ERR_CORRUPT;
    if (last == UINT32_MAX) return ERR_NO_SPACE;
    BUF_LOCAL b = {0};
    tlv_put_unsigned(&b, 0x02, last + 1);
    TRY(buf_err(&b));
    *sequence = last + 1;
    return store_put(m->store, "card/sequence", slice_skip(buf_slice(&b), 2));
}

void notification_metadata(uint32_t sequence, uint32_t event, struct slice address, const uint8_t *iccid,
                           struct buf *out)
{
    size_t mark = tlv_open(out, 0xbf2f);
    tlv_put_unsigned(out, 0x80, sequence);
    tlv_put_bits(out, 0x81, event);
    tlv_put(out, 0x0c, address);
    if (iccid) tlv_put(out, 0x5a, slice_of(iccid, ICCID_SIZE));
    tlv_close(out, mark);
}

/* When the storage is full the oldest goes. */
static enum err put(struct model *m, uint32_t sequence, struct slice value)
{
    char key[KEY_SIZE];
    uint32_t max = m->personality.notifications_max ? m->personality.notifications_max : 1;
    while (store_count(m->store, "notification/") >= max) {
        struct store_item oldest = store_first(m->store, "notification/");
        (void)snprintf(key, sizeof key, "%s", oldest.key);
        model_trace(m, EUICC_EVENT_DETAIL, "notification store full: %s dropped", key);
        TRY(store_delete(m->store, key));
    }
    notification_key(sequence, key);
    return store_put(m->store, key, value);
}

enum err notification_store_result(struct model *m, uint32_t sequence, struct slice pir)
{
    return put(m, sequence, pir);
}

static enum err add_one(struct model *m, const struct profile *p, uint32_t event, struct slice address)
{
    uint32_t sequence;
    uint8_t signature[ECDSA_RAW_SIZE];
    size_t root = identity_default_root(m);
    BUF_LOCAL b = {0};
    (void)identity_root(m, SLICE(p->ci_pk_id), &root);
    TRY(notification_next_sequence(m, &sequence));
    buf_byte(&b, (uint8_t)root);
    notification_metadata(sequence, event, address, p->iccid, &b);
    TRY(buf_err(&b));
    struct slice signed_part = slice_skip(buf_slice(&b), 1);
    TRY(identity_sign(m, root, &signed_part, 1, signature));
    tlv_put(&b, 0x5f37, SLICE(signature));
    TRY(buf_err(&b));
    return put(m, sequence, buf_slice(&b));
}

enum err notification_add(struct model *m, const struct profile *p, uint32_t event)
{
    struct store_metadata_request metadata;
    struct slice der;
    struct tlv item;
    struct tlv t;
    uint32_t events;
    if (p->profile_class == PROFILE_CLASS_TEST) return OK;
    if (!profile_part(m, p->aid, "meta", &der)) return ERR_CORRUPT;
    TRY(asn1_stored_metadata(der, &metadata));
    if (!metadata.has_notification_configuration) return OK;
    struct slice items = metadata.notification_configuration;
    while (tlv_next(&items, &item)) {
        struct slice in = item.value;
        if (!tlv_next(&in, &t) || !tlv_bits(t.value, &events)) return ERR_CORRUPT;
        if (!(events & event)) continue;
        if (!tlv_next(&in, &t)) return ERR_CORRUPT;
        TRY(add_one(m, p, event, t.value));
    }
    return OK;
}

enum err notification_remove(struct model *m, uint32_t sequence, bool *found)
{
    char key[KEY_SIZE];
    struct slice ignored;
    notification_key(sequence, key);
    *found = store_get(m->store, key, &ignored);
    return store_delete(m->store, key);
}

const char *notification_event_name(uint32_t event)
{
    return event == EVENT_INSTALL   ? "install"
           : event == EVENT_ENABLE  ? "enable"
           : event == EVENT_DISABLE ? "disable"
           : event == EVENT_DELETE  ? "delete"
                                    : "unknown";
}
