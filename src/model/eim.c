/* Associated eIMs (SGP.32 2.11.1.1.1, 3.5, 5.9.4): `eim/<n>` in the order of association. The configuration is kept as
 * it came, so that GetEimConfigurationData gives back the same bytes; counter and token beside it. */
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 24
#define TOKEN_KEY "card/association-token"

static void eim_key(uint32_t number, char key[KEY_SIZE])
{
    (void)snprintf(key, KEY_SIZE, "eim/%010u", number);
}

static bool take_number(struct slice *in, uint32_t tag, uint32_t *out)
{
    struct tlv t;
    return tlv_next(in, &t) && t.tag == tag && tlv_unsigned(t.value, out);
}

/* Record: 80 eimId, 83 counter, 85 curve and point (may be empty), 86 root, 30 fields, [84 token]. */
static bool decode(struct store_item item, struct eim *e)
{
    struct tlv t;
    struct slice in = item.value;
    uint32_t root;
    *e = (struct eim){.number = (uint32_t)strtoul(item.key + 4, NULL, 10)};
    if (!tlv_next(&in, &t) || t.tag != 0x80 || t.value.n == 0) return false;
    e->id = t.value;
    if (!take_number(&in, 0x83, &e->counter)) return false;
    if (!tlv_next(&in, &t) || t.tag != 0x85 || (t.value.n != 0 && t.value.n != 1 + EC_POINT_SIZE)) return false;
    if (t.value.n) {
        e->curve = (enum curve)t.value.p[0];
        e->point = slice_skip(t.value, 1);
    }
    if (!take_number(&in, 0x86, &root)) return false;
    e->root = root;
    if (!tlv_next(&in, &t) || t.tag != 0x30) return false;
    e->fields = t.value;
    e->has_token = in.n > 0;
    return !e->has_token || take_number(&in, 0x84, &e->token);
}

bool eim_first(const struct model *m, struct eim_iterator *i, struct eim *out)
{
    i->item = store_first(m->store, "eim/");
    return i->item.key && decode(i->item, out);
}

bool eim_next(const struct model *m, struct eim_iterator *i, struct eim *out)
{
    i->item = store_after(m->store, "eim/", i->item.key);
    return i->item.key && decode(i->item, out);
}

bool eim_find(const struct model *m, struct slice id, struct eim *out)
{
    struct eim_iterator i;
    for (bool more = eim_first(m, &i, out); more; more = eim_next(m, &i, out))
        if (slice_equal(out->id, id)) return true;
    return false;
}

size_t eim_count(const struct model *m)
{
    return store_count(m->store, "eim/");
}

static uint32_t next_number(const struct model *m)
{
    struct eim_iterator i;
    struct eim e;
    uint32_t highest = 0;
    for (bool more = eim_first(m, &i, &e); more; more = eim_next(m, &i, &e))
        highest = e.number;
    return highest + 1;
}

enum err eim_put(struct model *m, struct eim *eim)
{
    char key[KEY_SIZE];
    uint8_t curve = (uint8_t)eim->curve;
    BUF_LOCAL key_data = {0};
    BUF_LOCAL b = {0};
    if (eim->number == 0) eim->number = next_number(m);
    if (eim->curve != CURVE_UNKNOWN) {
        buf_byte(&key_data, curve);
        buf_append(&key_data, eim->point);
    }
    tlv_put(&b, 0x80, eim->id);
    tlv_put_unsigned(&b, 0x83, eim->counter);
    tlv_put(&b, 0x85, buf_slice(&key_data));
    tlv_put_unsigned(&b, 0x86, (uint32_t)eim->root);
    tlv_put(&b, 0x30, eim->fields);
    if (eim->has_token) tlv_put_unsigned(&b, 0x84, eim->token);
    TRY(buf_err(&key_data));
    TRY(buf_err(&b));
    eim_key(eim->number, key);
    return store_put(m->store, key, buf_slice(&b));
}

enum err eim_delete(struct model *m, const struct eim *eim)
{
    char key[KEY_SIZE];
    eim_key(eim->number, key);
    return store_delete(m->store, key);
}

enum err eim_next_token(struct model *m, uint32_t *token)
{
    struct slice value;
    uint32_t last = 0;
    BUF_LOCAL b = {0};
    if (store_get(m->store, TOKEN_KEY, &value) && !tlv_unsigned(value, &last)) return ERR_CORRUPT;
    if (last == INT32_MAX) return ERR_NO_SPACE;
    *token = last + 1;
    tlv_put_unsigned(&b, 0x02, *token);
    TRY(buf_err(&b));
    return store_put(m->store, TOKEN_KEY, slice_skip(buf_slice(&b), 2));
}

void eim_append_token(const struct eim *eim, struct buf *out)
{
    tlv_put_unsigned(out, 0x84, eim->has_token ? eim->token : 0);
}
