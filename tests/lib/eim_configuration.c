/* EimConfigurationData (SGP.32 2.11.1.1.1) and AddInitialEim (5.9.4) as the eIM double makes them; see eim.h. */
#include "eim.h"

/* The content of the one TLV that `der` is. */
static struct slice inside(struct slice der)
{
    struct tlv t;
    return tlv_next(&der, &t) && t.tag == 0x30 && der.n == 0 ? t.value : slice_of(NULL, 0);
}

void eim_put_key(struct buf *b, const struct test_key *key)
{
    BUF_LOCAL spki = {0};
    pki_put_public_key(&spki, key);
    tlv_put(b, 0xa0, inside(buf_slice(&spki)));
}

bool eim_put_certificate(struct buf *b, struct slice certificate)
{
    struct slice content = inside(certificate);
    tlv_put(b, 0xa1, content);
    return content.n > 0;
}

bool eim_describe(struct eim *eim, bool ask_token, struct buf *key_data, struct eim_configuration *out)
{
    buf_reset(key_data);
    if (eim->certificate.n == 0)
        eim_put_key(key_data, &eim->key);
    else if (!eim_put_certificate(key_data, buf_slice(&eim->certificate)))
        return eim_fail(eim, "the eIM's certificate is not DER");
    *out = (struct eim_configuration){.eim_id = slice_text(eim->id),
                                      .fqdn = slice_text(eim->fqdn),
                                      .id_type = eim->id_type,
                                      .has_counter = true,
                                      .counter = eim->initial_counter,
                                      .has_token = ask_token,
                                      .token = -1,
                                      .key_data = buf_slice(key_data)};
    return buf_err(key_data) == OK;
}

bool eim_put_configuration(struct buf *b, const struct eim_configuration *c)
{
    BUF_LOCAL content = {0};
    if (c->eim_id.p) tlv_put(&content, 0x80, c->eim_id);
    if (c->fqdn.n) tlv_put(&content, 0x81, c->fqdn);
    if (c->id_type) sgp32_put_integer(&content, 0x82, c->id_type);
    if (c->has_counter) sgp32_put_integer(&content, 0x83, c->counter);
    if (c->has_token) sgp32_put_integer(&content, 0x84, c->token);
    if (c->key_data.n) tlv_put(&content, 0xa5, c->key_data);
    if (c->tls_data.n) tlv_put(&content, 0xa6, c->tls_data);
    if (c->has_protocols) tlv_put_bits(&content, 0x87, c->protocols);
    if (c->ci_pk_id.n) tlv_put(&content, 0x88, c->ci_pk_id);
    if (c->indirect_download) tlv_put(&content, 0x89, slice_of(NULL, 0));
    if (c->proprietary.n) tlv_put(&content, 0xaa, c->proprietary);
    if (!eim_edit(&content, c->edits)) return false;
    buf_append(b, buf_slice(&content));
    return buf_err(&content) == OK && buf_err(b) == OK;
}

bool eim_configuration_data(struct buf *b, const struct eim_configuration *c)
{
    size_t mark = tlv_open(b, 0x30);
    bool ok = eim_put_configuration(b, c);
    tlv_close(b, mark);
    return ok && buf_err(b) == OK;
}

bool eim_add_initial_request(struct buf *b, const struct eim_configuration *list, size_t n)
{
    bool ok = true;
    size_t mark = tlv_open(b, 0xbf57);
    size_t entries = tlv_open(b, 0xa0);
    for (size_t i = 0; i < n; i++)
        ok = eim_configuration_data(b, &list[i]) && ok;
    tlv_close(b, entries);
    tlv_close(b, mark);
    return ok && buf_err(b) == OK;
}

/* Members that a v1.2 card stores when they are absent (5.9.4): eimIdType proprietary, only the proprietary protocol,
 * and its own CI. */
static bool is_default(const struct tlv *t, enum sgp32_version version)
{
    static const uint8_t protocol[] = {0x03, 0x08};
    if (version < SGP32_1_2) return false;
    if (t->tag == 0x82) return t->value.n == 1 && t->value.p[0] == 3;
    if (t->tag == 0x87) return slice_equal(t->value, SLICE(protocol));
    return t->tag == 0x88 && t->value.n > 0;
}

static bool check_stored_member(struct eim *eim, const struct tlv *t, struct slice sent, int64_t token)
{
    struct tlv given;
    int64_t number = 0;
    if (t->tag == 0x83) return eim_fail(eim, "stored configuration: counterValue is given away (5.9.18)");
    if (t->tag == 0x84) {
        if (token != EIM_NO_TOKEN && sgp32_integer(t->value, &number) && number == token) return true;
        return eim_fail(eim, "stored configuration: associationToken is not the one of this association");
    }
    if (!tlv_find(sent, t->tag, &given))
        return is_default(t, eim->version) || eim_fail(eim, "stored configuration: %X was not sent", (unsigned)t->tag);
    return slice_equal(given.whole, t->whole) ||
           eim_fail(eim, "stored configuration: %X came back changed", (unsigned)t->tag);
}

bool eim_configuration_is_stored(struct eim *eim, struct slice sent, struct slice stored, int64_t token)
{
    struct tlv t;
    struct tlv kept;
    char why[256];
    if (!sgp32_strict(&sgp32_eim_configuration, stored, eim->version, why, sizeof why))
        return eim_fail(eim, "stored configuration: %s", why);
    for (struct slice in = stored; tlv_next(&in, &t);)
        if (!check_stored_member(eim, &t, sent, token)) return false;
    for (struct slice in = sent; tlv_next(&in, &t);) {
        if (t.tag == 0x83 || t.tag == 0x84) continue;
        if (!tlv_find(stored, t.tag, &kept))
            return eim_fail(eim, "stored configuration: %X is missing", (unsigned)t.tag);
    }
    if (token != EIM_NO_TOKEN && !tlv_find(stored, 0x84, &kept))
        return eim_fail(eim, "stored configuration: the associationToken is missing");
    return true;
}
