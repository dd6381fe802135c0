/* The RSP session and the one-time keys; see model.h. Used by ES10b and ES8+ in src/isdr. SGP.22 3.1.2, 3.1.3. */
#define _DEFAULT_SOURCE
#include "model/model.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

void download_drop(struct download *d)
{
    if (d->elements) d->elements_free(d->elements);
    bsp_free(d->bsp);
    buf_free(&d->pending);
    buf_free(&d->plain);
    buf_free(&d->dp_proprietary_data);
    buf_free(&d->metadata);
    buf_free(&d->package);
    *d = (struct download){0};
}

void session_drop(struct session *s)
{
    download_drop(&s->download);
    buf_free(&s->server_oid);
    buf_free(&s->server_address);
    session_forget_installed(s);
    explicit_bzero(s, sizeof *s);
}

void session_forget_installed(struct session *s)
{
    s->has_installed = false;
    buf_free(&s->installed_oid);
    buf_free(&s->installed_address);
}

enum err session_installed(struct session *s, const uint8_t aid[AID_SIZE])
{
    struct buf oid = s->server_oid;
    struct buf address = s->server_address;
    s->server_oid = (struct buf){0};
    s->server_address = (struct buf){0};
    session_drop(s);
    s->has_installed = true;
    memcpy(s->installed_aid, aid, AID_SIZE);
    s->installed_oid = oid;
    s->installed_address = address;
    return oid.failed || address.failed ? ERR_MEMORY : OK;
}

static bool copy_buf(const struct buf *from, struct buf *to)
{
    *to = (struct buf){0};
    buf_append(to, buf_slice(from));
    return buf_err(to) == OK;
}

static enum err download_copy(const struct download *from, struct download *to)
{
    *to = *from;
    to->bsp = NULL;
    to->elements = NULL;
    bool copied = copy_buf(&from->pending, &to->pending);
    copied = copy_buf(&from->plain, &to->plain) && copied;
    copied = copy_buf(&from->dp_proprietary_data, &to->dp_proprietary_data) && copied;
    copied = copy_buf(&from->metadata, &to->metadata) && copied;
    copied = copy_buf(&from->package, &to->package) && copied;
    if (from->elements) {
        to->elements = from->elements_copy(from->elements);
        copied = copied && to->elements;
    }
    if (!copied) return ERR_MEMORY;
    return from->bsp ? bsp_copy(from->bsp, &to->bsp) : OK;
}

enum err session_copy(const struct session *from, struct session *to)
{
    *to = *from;
    bool copied = copy_buf(&from->server_oid, &to->server_oid);
    copied = copy_buf(&from->server_address, &to->server_address) && copied;
    copied = copy_buf(&from->installed_oid, &to->installed_oid) && copied;
    copied = copy_buf(&from->installed_address, &to->installed_address) && copied;
    TRY(download_copy(&from->download, &to->download));
    return copied ? OK : ERR_MEMORY;
}

#define KEY_SIZE 96
#define RECORD_SIZE (4 + 1 + EC_SCALAR_SIZE + EC_POINT_SIZE) /* age, curve, private key, public point */

static enum err one_time_key_name(struct slice oid, char key[KEY_SIZE])
{
    if (oid.n == 0 || oid.n > 32) return ERR_DATA;
    (void)snprintf(key, KEY_SIZE, "otpk/");
    hex_encode(oid, key + 5);
    return OK;
}

enum err one_time_key_find(const struct model *m, struct slice oid, struct slice otpk, enum curve *curve,
                           uint8_t sk[EC_SCALAR_SIZE], bool *found)
{
    char key[KEY_SIZE];
    struct slice value;
    *found = false;
    TRY(one_time_key_name(oid, key));
    if (!store_get(m->store, key, &value)) return OK;
    if (value.n != RECORD_SIZE) return ERR_CORRUPT;
    if (!slice_equal(slice_of(value.p + 5 + EC_SCALAR_SIZE, EC_POINT_SIZE), otpk)) return OK;
    *curve = (enum curve)value.p[4];
    memcpy(sk, value.p + 5, EC_SCALAR_SIZE);
    *found = true;
    return OK;
}

static uint32_t read_age(struct slice value)
{
    return (uint32_t)value.p[0] << 24 | (uint32_t)value.p[1] << 16 | (uint32_t)value.p[2] << 8 | value.p[3];
}

/* Keeps at most one_time_keys_max pairs: the oldest goes. */
static enum err make_room(struct model *m, const char *keep, uint32_t *age)
{
    char oldest[KEY_SIZE] = "";
    uint32_t oldest_age = UINT32_MAX;
    size_t others = 0;
    *age = 0;
    for (struct store_item i = store_first(m->store, "otpk/"); i.key; i = store_after(m->store, "otpk/", i.key)) {
        if (i.value.n != RECORD_SIZE) return ERR_CORRUPT;
        uint32_t a = read_age(i.value);
        if (a >= *age) *age = a + 1;
        if (strcmp(i.key, keep) == 0) continue;
        others++;
        if (a <= oldest_age) {
            oldest_age = a;
            (void)snprintf(oldest, sizeof oldest, "%s", i.key);
        }
    }
    if (others < m->personality.one_time_keys_max || !oldest[0]) return OK;
    return store_delete(m->store, oldest);
}

enum err one_time_key_store(struct model *m, struct slice oid, enum curve curve, const uint8_t *sk, const uint8_t *pk)
{
    char key[KEY_SIZE];
    uint8_t value[RECORD_SIZE];
    uint32_t age;
    if (m->personality.one_time_keys_max == 0) return OK;
    TRY(one_time_key_name(oid, key));
    TRY(make_room(m, key, &age));
    for (int i = 0; i < 4; i++)
        value[i] = (uint8_t)(age >> (24 - 8 * i));
    value[4] = (uint8_t)curve;
    memcpy(value + 5, sk, EC_SCALAR_SIZE);
    memcpy(value + 5 + EC_SCALAR_SIZE, pk, EC_POINT_SIZE);
    enum err e = store_put(m->store, key, SLICE(value));
    explicit_bzero(value, sizeof value);
    return e;
}

enum err one_time_key_delete(struct model *m, struct slice oid)
{
    char key[KEY_SIZE];
    TRY(one_time_key_name(oid, key));
    return store_delete(m->store, key);
}
