/* Records of security domains, keys and remote file management; see domain.h. A record is a list of TLVs whose tags are
 * our own; an empty member is left out. */
#define _DEFAULT_SOURCE
#include "model/domain.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tlv.h"

#define NAME_SIZE 24
#define NUMBERS 256

/* Which tag holds which slice of a record. */
struct member {
    uint8_t tag;
    size_t offset;
};
#define DOMAIN_FLAGS 0x80
#define FLAG_MNO 0x01
#define FLAG_APPLET 0x02
#define DOMAIN_LIFE_CYCLE 0x81
#define FILES_LEVEL 0x81

static const struct member domain_members[] = {
    {0x82, offsetof(struct domain, aid)},        {0x83, offsetof(struct domain, package)},
    {0x84, offsetof(struct domain, module)},     {0x85, offsetof(struct domain, parent)},
    {0x86, offsetof(struct domain, privileges)}, {0x87, offsetof(struct domain, parameters)},
    {0x88, offsetof(struct domain, toolkit)},    {0x89, offsetof(struct domain, system_parameters)},
    {0x8a, offsetof(struct domain, access)},     {0x8b, offsetof(struct domain, admin_access)},
    {0x8c, offsetof(struct domain, provider)},   {0x8d, offsetof(struct domain, open_personalisation)},
    {0x8e, offsetof(struct domain, cat_tp)},
};
static const struct member files_members[] = {
    {0x82, offsetof(struct remote_files, aid)},          {0x83, offsetof(struct remote_files, domain)},
    {0x84, offsetof(struct remote_files, tars)},         {0x85, offsetof(struct remote_files, access)},
    {0x86, offsetof(struct remote_files, admin_access)}, {0x87, offsetof(struct remote_files, adf)},
    {0x88, offsetof(struct remote_files, adf_access)},   {0x89, offsetof(struct remote_files, adf_admin_access)},
};
#define MEMBERS(table) (table), sizeof(table) / sizeof(table)[0]

static void write_members(const void *record, const struct member *members, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct slice *s = (const struct slice *)((const uint8_t *)record + members[i].offset);
        if (s->n) tlv_put(out, members[i].tag, *s);
    }
}

static void read_members(struct slice in, void *record, const struct member *members, size_t n)
{
    struct tlv t;
    for (size_t i = 0; i < n; i++)
        if (tlv_find(in, members[i].tag, &t)) *(struct slice *)((uint8_t *)record + members[i].offset) = t.value;
}

static void name_of(const char *family, unsigned number, char out[NAME_SIZE])
{
    (void)isdp_number(stpcpy(out, family), number, 2);
}

static void name_below(const char *family, unsigned number, unsigned low, unsigned digits, char out[NAME_SIZE])
{
    (void)isdp_number(isdp_number(stpcpy(out, family), number, 2), low, digits);
}

/* The first value of a family at or above *next, which steps behind it. */
static bool next_of(const struct isdp *isdp, const char *family, unsigned *next, struct slice *out)
{
    char prefix[NAME_SIZE];
    (void)stpcpy(stpcpy(prefix, family), "/");
    for (struct isdp_item i = isdp_first(isdp, prefix); i.name; i = isdp_after(isdp, prefix, &i)) {
        unsigned number = (unsigned)strtoul(i.name + strlen(prefix), NULL, 16);
        if (number < *next) continue;
        *next = number + 1;
        *out = i.value;
        return true;
    }
    return false;
}

static enum err free_number(const struct isdp *isdp, const char *family, uint8_t *number)
{
    char name[NAME_SIZE];
    struct slice v;
    for (unsigned i = 0; i < NUMBERS; i++) {
        name_of(family, i, name);
        if (isdp_get(isdp, name, &v)) continue;
        *number = (uint8_t)i;
        return OK;
    }
    return ERR_NO_SPACE;
}

/* ---- domains ---- */

static enum err decode_domain(struct slice in, uint8_t number, struct domain *out)
{
    struct tlv flags;
    struct tlv life_cycle;
    if (!tlv_find(in, DOMAIN_FLAGS, &flags) || flags.value.n != 1 || !tlv_find(in, DOMAIN_LIFE_CYCLE, &life_cycle) ||
        life_cycle.value.n != 1)
        return ERR_CORRUPT;
    *out = (struct domain){.number = number,
                           .is_mno = flags.value.p[0] & FLAG_MNO,
                           .is_applet = flags.value.p[0] & FLAG_APPLET,
                           .life_cycle = life_cycle.value.p[0]};
    read_members(in, out, MEMBERS(domain_members));
    return out->aid.n ? OK : ERR_CORRUPT;
}

enum err domain_get(const struct isdp *isdp, uint8_t number, struct domain *out, bool *found)
{
    char name[NAME_SIZE];
    struct slice v;
    name_of("sd", number, name);
    *found = isdp_get(isdp, name, &v);
    return *found ? decode_domain(v, number, out) : OK;
}

enum err domain_next(const struct isdp *isdp, unsigned *next, struct domain *out, bool *found)
{
    struct slice v;
    *found = next_of(isdp, "sd", next, &v);
    return *found ? decode_domain(v, (uint8_t)(*next - 1), out) : OK;
}

enum err domain_find(const struct isdp *isdp, struct slice aid, struct domain *out, bool *found)
{
    for (unsigned next = 0;;) {
        TRY(domain_next(isdp, &next, out, found));
        if (!*found || slice_equal(out->aid, aid)) return OK;
    }
}

enum err domain_mno(const struct isdp *isdp, struct domain *out, bool *found)
{
    for (unsigned next = 0;;) {
        TRY(domain_next(isdp, &next, out, found));
        if (!*found || out->is_mno) return OK;
    }
}

enum err domain_put(const struct isdp *isdp, const struct domain *d)
{
    char name[NAME_SIZE];
    BUF_LOCAL b = {0};
    tlv_put_u8(&b, DOMAIN_FLAGS, (uint8_t)((d->is_mno ? FLAG_MNO : 0) | (d->is_applet ? FLAG_APPLET : 0)));
    tlv_put_u8(&b, DOMAIN_LIFE_CYCLE, d->life_cycle);
    write_members(d, MEMBERS(domain_members), &b);
    TRY(buf_err(&b));
    name_of("sd", d->number, name);
    return isdp_put(isdp, name, buf_slice(&b));
}

enum err domain_add(const struct isdp *isdp, struct domain *d)
{
    TRY(free_number(isdp, "sd", &d->number));
    return domain_put(isdp, d);
}

enum err domain_delete(const struct isdp *isdp, uint8_t number)
{
    static const char *const below[] = {"sdkey", "sdcount", "sdsequence", "sddata"};
    char name[NAME_SIZE];
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        (void)snprintf(name, sizeof name, "%s/%02X/", below[i], number);
        TRY(isdp_delete_prefix(isdp, name));
    }
    name_of("sd", number, name);
    return isdp_delete(isdp, name);
}

bool domain_toolkit(struct slice toolkit, struct slice *tars, uint8_t *minimum_security_level)
{
    struct slice head;
    struct slice level;
    *tars = (struct slice){0};
    *minimum_security_level = 0;
    if (toolkit.n == 0) return true;
    /* priority, timers, text length, menu entries with 2 bytes each, channels */
    if (!slice_take(&toolkit, 4, &head) || !slice_take(&toolkit, 2 * (size_t)head.p[3], &level) ||
        !slice_take(&toolkit, 1, &head))
        return false;
    if (toolkit.n == 0) return true;
    if (!slice_take_counted(&toolkit, &level)) return false;
    /* 01: minimum SPI1. Other parameters are reserved. */
    if (level.n >= 2 && level.p[0] == 0x01) *minimum_security_level = level.p[1];
    if (toolkit.n && !slice_take_counted(&toolkit, tars)) return false;
    return tars->n % 3 == 0;
}

/* ---- keys ---- */

#define KEY_USAGE 0x95
#define KEY_ACCESS 0x96
#define KEY_COMPONENT 0x30
#define COMPONENT_TYPE 0x80
#define COMPONENT_DATA 0x86
#define COMPONENT_MAC_LENGTH 0x87

static enum err decode_key(struct slice in, unsigned reference, struct domain_key *out)
{
    struct tlv t;
    struct tlv member;
    *out = (struct domain_key){.version = (uint8_t)(reference >> 8), .identifier = (uint8_t)reference};
    while (in.n) {
        if (!tlv_next(&in, &t)) return ERR_CORRUPT;
        if (t.tag == KEY_USAGE && t.value.n <= sizeof out->usage) {
            if (t.value.n) memcpy(out->usage, t.value.p, t.value.n);
            out->usage_n = (uint8_t)t.value.n;
        } else if (t.tag == KEY_ACCESS && t.value.n == 1) {
            out->access = t.value.p[0];
        } else if (t.tag == KEY_COMPONENT && out->n < KEY_COMPONENTS_MAX) {
            if (!tlv_find(t.value, COMPONENT_TYPE, &member) || member.value.n != 1) return ERR_CORRUPT;
            out->components[out->n].type = member.value.p[0];
            if (!tlv_find(t.value, COMPONENT_MAC_LENGTH, &member) || member.value.n != 1) return ERR_CORRUPT;
            out->components[out->n].mac_length = member.value.p[0];
            if (!tlv_find(t.value, COMPONENT_DATA, &member)) return ERR_CORRUPT;
            out->components[out->n++].data = member.value;
        } else {
            return ERR_CORRUPT;
        }
    }
    return OK;
}

static unsigned key_reference(uint8_t version, uint8_t identifier)
{
    return (unsigned)version << 8 | identifier;
}

enum err domain_key_get(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier,
                        struct domain_key *out, bool *found)
{
    char name[NAME_SIZE];
    struct slice v;
    unsigned reference = key_reference(version, identifier);
    name_below("sdkey", number, reference, 4, name);
    *found = isdp_get(isdp, name, &v);
    return *found ? decode_key(v, reference, out) : OK;
}

bool domain_key_component(const struct domain_key *key, uint8_t type, struct slice *data)
{
    for (size_t i = 0; i < key->n; i++) {
        if (key->components[i].type != type) continue;
        *data = key->components[i].data;
        return true;
    }
    return false;
}

enum err domain_key_put(const struct isdp *isdp, uint8_t number, const struct domain_key *key)
{
    char name[NAME_SIZE];
    BUF_LOCAL b = {0};
    tlv_put(&b, KEY_USAGE, slice_of(key->usage, key->usage_n));
    tlv_put_u8(&b, KEY_ACCESS, key->access);
    for (size_t i = 0; i < key->n; i++) {
        size_t mark = tlv_open(&b, KEY_COMPONENT);
        tlv_put_u8(&b, COMPONENT_TYPE, key->components[i].type);
        tlv_put(&b, COMPONENT_DATA, key->components[i].data);
        tlv_put_u8(&b, COMPONENT_MAC_LENGTH, key->components[i].mac_length);
        tlv_close(&b, mark);
    }
    TRY(buf_err(&b));
    name_below("sdkey", number, key_reference(key->version, key->identifier), 4, name);
    return isdp_put(isdp, name, buf_slice(&b));
}

enum err domain_key_delete(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier)
{
    char name[NAME_SIZE];
    unsigned reference = key_reference(version, identifier);
    name_below("sdcount", number, reference, 4, name);
    TRY(isdp_delete(isdp, name));
    name_below("sdkey", number, reference, 4, name);
    TRY(isdp_delete(isdp, name));
    /* the last key of a set takes the counter of its sessions with it */
    name_below("sdkey", number, version, 2, name);
    if (isdp_first(isdp, name).name) return OK;
    name_below("sdsequence", number, version, 2, name);
    return isdp_delete(isdp, name);
}

enum err domain_key_next(const struct isdp *isdp, uint8_t number, unsigned *next, struct domain_key *out, bool *found)
{
    char family[NAME_SIZE];
    (void)snprintf(family, sizeof family, "sdkey/%02X/", number);
    *found = false;
    for (struct isdp_item i = isdp_first(isdp, family); i.name; i = isdp_after(isdp, family, &i)) {
        unsigned reference = (unsigned)strtoul(i.name + strlen(family), NULL, 16);
        if (reference < *next) continue;
        *next = reference + 1;
        *found = true;
        return decode_key(i.value, reference, out);
    }
    return OK;
}

static enum err read_number(const struct isdp *isdp, const char *name, size_t size, uint64_t *out)
{
    struct slice v;
    *out = 0;
    if (!isdp_get(isdp, name, &v)) return OK;
    if (v.n != size) return ERR_CORRUPT;
    for (size_t i = 0; i < v.n; i++)
        *out = *out << 8 | v.p[i];
    return OK;
}

static enum err write_number(const struct isdp *isdp, const char *name, size_t size, uint64_t value)
{
    uint8_t bytes[KEY_COUNTER_SIZE];
    for (size_t i = size; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
    return isdp_put(isdp, name, slice_of(bytes, size));
}

enum err domain_key_counter(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier,
                            uint64_t *counter)
{
    char name[NAME_SIZE];
    name_below("sdcount", number, key_reference(version, identifier), 4, name);
    return read_number(isdp, name, KEY_COUNTER_SIZE, counter);
}

enum err domain_key_put_counter(const struct isdp *isdp, uint8_t number, uint8_t version, uint8_t identifier,
                                uint64_t counter)
{
    char name[NAME_SIZE];
    name_below("sdcount", number, key_reference(version, identifier), 4, name);
    return write_number(isdp, name, KEY_COUNTER_SIZE, counter);
}

#define SEQUENCE_SIZE 3

enum err domain_sequence(const struct isdp *isdp, uint8_t number, uint8_t version, uint32_t *sequence)
{
    char name[NAME_SIZE];
    uint64_t value;
    name_below("sdsequence", number, version, 2, name);
    TRY(read_number(isdp, name, SEQUENCE_SIZE, &value));
    *sequence = (uint32_t)value;
    return OK;
}

enum err domain_put_sequence(const struct isdp *isdp, uint8_t number, uint8_t version, uint32_t sequence)
{
    char name[NAME_SIZE];
    name_below("sdsequence", number, version, 2, name);
    return write_number(isdp, name, SEQUENCE_SIZE, sequence);
}

/* ---- personalisation data ---- */

bool domain_data(const struct isdp *isdp, uint8_t number, uint16_t identifier, struct slice *out)
{
    char name[NAME_SIZE];
    name_below("sddata", number, identifier, 4, name);
    return isdp_get(isdp, name, out);
}

enum err domain_put_data(const struct isdp *isdp, uint8_t number, uint16_t identifier, struct slice value)
{
    char name[NAME_SIZE];
    name_below("sddata", number, identifier, 4, name);
    return isdp_put(isdp, name, value);
}

bool domain_data_group(struct slice *in, uint16_t *identifier, struct slice *data)
{
    struct slice rest = *in;
    struct slice head;
    if (!slice_take(&rest, 3, &head)) return false;
    size_t n = head.p[2];
    *identifier = (uint16_t)(head.p[0] << 8 | head.p[1]);
    if (n == 0xff) {
        if (!slice_take(&rest, 2, &head)) return false;
        n = (size_t)(head.p[0] << 8 | head.p[1]);
    }
    if (!slice_take(&rest, n, data)) return false;
    *in = rest;
    return true;
}

/* ---- remote file management ---- */

static enum err decode_files(struct slice in, uint8_t number, struct remote_files *out)
{
    struct tlv level;
    if (!tlv_find(in, FILES_LEVEL, &level) || level.value.n != 1) return ERR_CORRUPT;
    *out = (struct remote_files){.number = number, .minimum_security_level = level.value.p[0]};
    read_members(in, out, MEMBERS(files_members));
    return OK;
}

enum err remote_files_add(const struct isdp *isdp, struct remote_files *r)
{
    char name[NAME_SIZE];
    BUF_LOCAL b = {0};
    TRY(free_number(isdp, "rfm", &r->number));
    tlv_put_u8(&b, FILES_LEVEL, r->minimum_security_level);
    write_members(r, MEMBERS(files_members), &b);
    TRY(buf_err(&b));
    name_of("rfm", r->number, name);
    return isdp_put(isdp, name, buf_slice(&b));
}

enum err remote_files_next(const struct isdp *isdp, unsigned *next, struct remote_files *out, bool *found)
{
    struct slice v;
    *found = next_of(isdp, "rfm", next, &v);
    return *found ? decode_files(v, (uint8_t)(*next - 1), out) : OK;
}

enum err remote_files_find(const struct isdp *isdp, struct slice aid, struct remote_files *out, bool *found)
{
    for (unsigned next = 0;;) {
        TRY(remote_files_next(isdp, &next, out, found));
        if (!*found || slice_equal(out->aid, aid)) return OK;
    }
}

enum err remote_files_delete(const struct isdp *isdp, uint8_t number)
{
    char name[NAME_SIZE];
    name_of("rfm", number, name);
    return isdp_delete(isdp, name);
}

static bool has_tar(struct slice tars, const uint8_t tar[3])
{
    for (size_t i = 0; i + 3 <= tars.n; i += 3)
        if (memcmp(tars.p + i, tar, 3) == 0) return true;
    return false;
}

static enum err target_domain(const struct isdp *isdp, const uint8_t tar[3], struct target *out, bool *found)
{
    for (unsigned next = 0;;) {
        struct slice tars;
        TRY(domain_next(isdp, &next, &out->domain, found));
        if (!*found) return OK;
        if (!out->domain.is_applet && domain_toolkit(out->domain.toolkit, &tars, &out->minimum_security_level) &&
            has_tar(tars, tar))
            return OK;
    }
}

enum err target_find(const struct isdp *isdp, const uint8_t tar[3], struct target *out, bool *found)
{
    *out = (struct target){0};
    for (unsigned next = 0;;) {
        TRY(remote_files_next(isdp, &next, &out->files, found));
        if (!*found) return target_domain(isdp, tar, out, found);
        if (has_tar(out->files.tars, tar)) break;
    }
    out->is_files = true;
    out->minimum_security_level = out->files.minimum_security_level;
    return domain_find(isdp, out->files.domain, &out->domain, found);
}

/* ---- load files ---- */

enum err load_file_add(const struct isdp *isdp, struct slice aid, struct slice block)
{
    char name[NAME_SIZE];
    uint8_t number;
    BUF_LOCAL b = {0};
    TRY(free_number(isdp, "load", &number));
    buf_byte(&b, (uint8_t)aid.n);
    buf_append(&b, aid);
    buf_append(&b, block);
    TRY(buf_err(&b));
    name_of("load", number, name);
    return isdp_put(isdp, name, buf_slice(&b));
}

enum err load_file_next(const struct isdp *isdp, unsigned *next, struct slice *aid, struct slice *block, bool *found)
{
    struct slice v;
    *found = next_of(isdp, "load", next, &v);
    if (!*found) return OK;
    if (!slice_take_counted(&v, aid)) return ERR_CORRUPT;
    *block = v;
    return OK;
}
