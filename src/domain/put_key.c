/* PUT KEY: new keys and new values for old ones (GP 11.8, SCP03 7.2), encrypted with the data encryption key of the
 * session, each with its key check value. */
#define _DEFAULT_SOURCE
#include "domain/internal.h"

#define CLAUSE "GP 11.8.2.3"
#define MORE_KEYS 0x80
#define KEYS_MAX 16
#define KEY_VERSION_MAX 0x7f

/* Keys in clear, wiped when the command ends. */
struct new_key {
    uint8_t type;
    size_t n;
    uint8_t data[SCP_KEY_MAX];
    uint8_t check_value[3];
};

/* The data encryption key: of the secure channel; over the air KID 03 of the version that protects the packet. */
static enum err data_encryption_key(struct domain_work *w, bool *aes, uint8_t out[SCP_KEY_MAX], size_t *n)
{
    struct domain_key key;
    struct slice data;
    bool found;
    *aes = w->s->scp.protocol == 3;
    *n = w->s->scp.size;
    if (w->s->state == DOMAIN_AUTHENTICATED) {
        memcpy(out, w->s->scp.dek, *n);
        return OK;
    }
    TRY(domain_key_get(&w->isdp, w->self.number, w->s->key_version, 0x03, &key, &found));
    *aes = found && domain_key_component(&key, KEY_TYPE_AES, &data);
    if (!found || (!*aes && !domain_key_component(&key, KEY_TYPE_DES, &data)) || data.n > SCP_KEY_MAX)
        return reason_say(&w->m->reason, ERR_CONDITIONS, CLAUSE, REASON_NO_OFFSET,
                          "a key encryption key (KID 03) in the key set of the packet", "none");
    *n = data.n;
    memcpy(out, data.p, data.n);
    return OK;
}

static enum err malformed(struct domain_work *w, size_t at, const char *expected, const char *came)
{
    return reason_say(&w->m->reason, ERR_DATA, CLAUSE, at, expected, "%s", came);
}

/* A field of whole blocks is the encrypted key (GP table 11-71); any other begins with the key's length, before blocks
 * with padding (GP table 11-70, and SCP03 7.2 for every AES key). */
static enum err decrypt_key(struct domain_work *w, struct slice field, size_t at, struct new_key *key)
{
    uint8_t dek[SCP_KEY_MAX];
    uint8_t plain[SCP_KEY_MAX];
    bool aes;
    size_t n;
    TRY(data_encryption_key(w, &aes, dek, &n));
    size_t block = aes ? 16 : 8;
    key->n = field.n;
    if (field.n % block) {
        key->n = field.p[0];
        field = slice_skip(field, 1);
    }
    bool right_size = key->n == 16 || key->n == 24 || (key->type == KEY_TYPE_AES && key->n == 32);
    size_t padded = (key->n + block - 1) / block * block;
    enum err e = !right_size || field.n != padded || padded > sizeof plain
                     ? malformed(w, at, "a key of its type's size, in whole blocks", "another size")
                     : scp_decrypt_key(aes, slice_of(dek, n), field, plain);
    if (e == OK) memcpy(key->data, plain, key->n);
    explicit_bzero(dek, sizeof dek);
    explicit_bzero(plain, sizeof plain);
    return e;
}

/* Type, encrypted key, key check value. */
static enum err read_key(struct domain_work *w, struct slice *in, struct new_key *key)
{
    struct slice field;
    struct slice check;
    size_t at = w->a->data.n - in->n;
    if (in->n == 0) return malformed(w, at, "a key data field", "the end");
    key->type = in->p[0];
    if (key->type != KEY_TYPE_DES && key->type != KEY_TYPE_AES)
        return malformed(w, at, "key type 80 or 88", "another one");
    *in = slice_skip(*in, 1);
    if (!slice_take_counted(in, &field) || !slice_take_counted(in, &check) || check.n != sizeof key->check_value)
        return malformed(w, at, "the key and a key check value of 3 bytes", "other bytes");
    TRY(decrypt_key(w, field, at, key));
    TRY(scp_key_check_value(key->type == KEY_TYPE_AES, slice_of(key->data, key->n), key->check_value));
    if (!crypto_equal(key->check_value, check.p, check.n))
        return malformed(w, (size_t)(check.p - w->a->data.p), "the key check value of the key", "another one");
    return OK;
}

/* A key of the version that is replaced lends its usage and access. */
static enum err store_key(struct domain_work *w, uint8_t version, uint8_t identifier, const struct new_key *new_key)
{
    static const uint8_t usages[] = {0x00, 0x18, 0x14, 0x48}; /* ENC, MAC, DEK (GP 11.1.9) */
    struct domain_key key;
    bool found;
    uint32_t sequence;
    uint8_t old = w->a->p1;
    TRY(domain_key_get(&w->isdp, w->self.number, old, identifier, &key, &found));
    if (old && !found)
        return reason_say(&w->m->reason, ERR_REFERENCE, "GP 11.8.2.1", REASON_NO_OFFSET, "a key to replace",
                          "KVN %02X KID %02X", old, identifier);
    if (!found) {
        key = (struct domain_key){.usage_n = 1};
        key.usage[0] = identifier < sizeof usages ? usages[identifier] : 0;
    }
    if (old) TRY(domain_key_delete(&w->isdp, w->self.number, old, identifier));
    TRY(domain_key_get(&w->isdp, w->self.number, version, identifier, &(struct domain_key){0}, &found));
    if (found)
        return reason_say(&w->m->reason, ERR_DATA, "GP 11.8.2.1", 0, "a key version that is not in use", "%02X",
                          version);
    key.version = version;
    key.identifier = identifier;
    key.n = 1;
    key.components[0].type = new_key->type;
    key.components[0].mac_length = SCP_MAC;
    key.components[0].data = slice_of(new_key->data, new_key->n);
    TRY(domain_key_put(&w->isdp, w->self.number, &key));
    /* A new key set counts from the beginning (GP E.1.2.5, SCP03 6.2.2.1). */
    TRY(domain_sequence(&w->isdp, w->self.number, version, &sequence));
    return sequence ? domain_put_sequence(&w->isdp, w->self.number, version, 0) : OK;
}

static enum err put_keys(struct domain_work *w, struct new_key keys[KEYS_MAX])
{
    struct slice in = slice_skip(w->a->data, 1);
    uint8_t version = w->a->data.p[0];
    unsigned first = w->a->p2 & 0x7f;
    size_t n = 0;
    while (in.n && n < KEYS_MAX)
        TRY(read_key(w, &in, &keys[n++]));
    if (n == 0 || in.n || (n > 1) != !!(w->a->p2 & MORE_KEYS) || first + n - 1 > 0x7f)
        return malformed(w, 1, "as many keys as P2 announces", "another number");
    buf_byte(w->out, version);
    for (size_t i = 0; i < n; i++) {
        TRY(store_key(w, version, (uint8_t)(first + i), &keys[i]));
        buf_append(w->out, SLICE(keys[i].check_value));
    }
    return domain_check_memory(w, "GP 11.8", "memory for the keys");
}

enum err domain_put_key(struct domain_work *w)
{
    const struct domain_command *a = w->a;
    struct new_key keys[KEYS_MAX];
    if (a->p1 > KEY_VERSION_MAX || (a->p2 & 0x7f) == 0)
        return reason_say(&w->m->reason, ERR_PARAMETERS, "GP 11.8.2", REASON_NO_OFFSET,
                          "P1 00 to 7F, P2 with a key identifier", "%02X %02X", a->p1, a->p2);
    if (a->data.n < 2 || a->data.p[0] == 0 || a->data.p[0] > KEY_VERSION_MAX)
        return malformed(w, 0, "a new key version of 01 to 7F and keys", "other bytes");
    enum err e = put_keys(w, keys);
    explicit_bzero(keys, sizeof keys);
    return e;
}
