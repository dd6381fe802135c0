/* See metadata.h. */
#define _POSIX_C_SOURCE 200809L
#include "metadata.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS 4
/* The specification allows an icon 1024 bytes; the card is to say so. */
#define ICON_MAX 65536
static const char *const event_names[EVENTS] = {"install", "enable", "disable", "delete"};

static void replace(struct buf *b, struct slice s)
{
    buf_reset(b);
    buf_append(b, s);
}

void metadata_begin(struct metadata *m)
{
    *m = (struct metadata){.profile_class = 2};
}

void metadata_free(struct metadata *m)
{
    struct buf *all[] = {&m->provider, &m->name, &m->notify, &m->owner, &m->gid1, &m->gid2, &m->icon};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}

void metadata_iccid_digits(struct slice iccid, char out[21])
{
    size_t n = 0;
    for (size_t i = 0; i < iccid.n && i < 10; i++) {
        unsigned low = iccid.p[i] & 0x0f;
        unsigned high = iccid.p[i] >> 4;
        if (low < 10) out[n++] = (char)('0' + low);
        if (high < 10) out[n++] = (char)('0' + high);
    }
    out[n] = 0;
}

bool metadata_iccid_bytes(const char *digits, uint8_t out[10])
{
    size_t n = strlen(digits);
    if (n < 18 || n > 20 || strspn(digits, "0123456789") != n) return false;
    memset(out, 0xff, 10);
    for (size_t i = 0; i < n; i++) {
        uint8_t digit = (uint8_t)(digits[i] - '0');
        out[i / 2] = i % 2 ? (uint8_t)((out[i / 2] & 0x0f) | digit << 4) : (uint8_t)(0xf0 | digit);
    }
    return true;
}

bool metadata_package_iccid(struct slice package, struct slice *iccid)
{
    struct tlv header;
    struct tlv field;
    if (!tlv_next(&package, &header) || header.tag != 0xa0) return false;
    if (!tlv_find(header.value, 0x83, &field) || field.value.n != 10) return false;
    *iccid = field.value;
    return true;
}

void metadata_iccid_swap(struct slice iccid, uint8_t out[10])
{
    for (size_t i = 0; i < 10; i++)
        out[i] = (uint8_t)(iccid.p[i] << 4 | iccid.p[i] >> 4);
}

/* "install delete @ ADDRESS": one entry of notificationConfigurationInfo. */
static const char *read_notify(struct metadata *m, const char *text)
{
    char value[1024];
    if (strlen(text) >= sizeof value) return "less than 1024 characters";
    memcpy(value, text, strlen(text) + 1);
    char *at = strchr(value, '@');
    if (!at) return "EVENTS @ ADDRESS";
    *at++ = 0;
    while (isspace((unsigned char)*at))
        at++;
    uint32_t events = 0;
    char *rest = value;
    for (char *word; (word = strtok_r(rest, " ,\t", &rest));) {
        unsigned i = 0;
        while (i < EVENTS && strcmp(word, event_names[i]) != 0)
            i++;
        if (i == EVENTS) return "of install, enable, disable, delete";
        events |= 1u << i;
    }
    if (!events || !*at) return "at least one event and an address";
    size_t entry = tlv_open(&m->notify, 0x30);
    tlv_put_bits(&m->notify, 0x80, events);
    tlv_put(&m->notify, 0x81, slice_text(at));
    tlv_close(&m->notify, entry);
    return NULL;
}

/* MCC and MNC, six digits of which the last may be F, to the three bytes of TS 24.008 10.5.1.3. */
static const char *read_owner(struct metadata *m, const char *value)
{
    uint8_t d[6];
    char mccmnc[7] = "";
    if (sscanf(value, "%6[0-9Ff]", mccmnc) != 1 || strlen(mccmnc) != 6)
        return "six digits, MCC and MNC (the last may be F)";
    for (size_t i = 0; i < 6; i++)
        d[i] = isdigit((unsigned char)mccmnc[i]) ? (uint8_t)(mccmnc[i] - '0') : 0x0f;
    uint8_t bytes[3] = {(uint8_t)(d[1] << 4 | d[0]), (uint8_t)(d[5] << 4 | d[2]), (uint8_t)(d[4] << 4 | d[3])};
    replace(&m->owner, SLICE(bytes));
    return NULL;
}

static const char *read_gid(struct buf *gid, const char *value)
{
    buf_reset(gid);
    return hex_decode(slice_text(value), gid) ? NULL : "hexadecimal digits";
}

/* The icon's path is relative to the folder of the file `beside`. */
static const char *read_icon(struct metadata *m, const char *beside, const char *value)
{
    char name[4096];
    const char *slash = beside && value[0] != '/' ? strrchr(beside, '/') : NULL;
    int n = snprintf(name, sizeof name, "%.*s%s", slash ? (int)(slash - beside + 1) : 0, slash ? beside : "", value);
    FILE *file = n < (int)sizeof name ? fopen(name, "rb") : NULL;
    if (!file) return "a file that can be read";
    uint8_t piece[1024];
    buf_reset(&m->icon);
    for (size_t got; m->icon.n <= ICON_MAX && (got = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(&m->icon, slice_of(piece, got));
    bool ok = !ferror(file) && m->icon.n > 0 && m->icon.n <= ICON_MAX;
    fclose(file);
    m->icon_type = m->icon.n > 1 && m->icon.p[0] == 0x89;
    return ok ? NULL : "a PNG or JPEG file of at most 65536 bytes";
}

static const char *read_rules(struct metadata *m, const char *value)
{
    m->rules = 0;
    if (strcmp(value, "none") == 0) return NULL;
    for (const char *at = value; *(at += strspn(at, " ,\t"));) {
        size_t n = strcspn(at, " ,\t");
        if (n != 4 || strncmp(at, "ppr", 3) != 0 || (at[3] != '1' && at[3] != '2')) return "ppr1, ppr2, both or none";
        m->rules |= 1u << (at[3] - '0');
        at += n;
    }
    return m->rules ? NULL : "ppr1, ppr2, both or none";
}

/* BOOLEANs of SGP.32, which are left out unless they are TRUE. */
static const char *read_flag(bool *flag, const char *value)
{
    *flag = strcmp(value, "yes") == 0;
    return *flag || strcmp(value, "no") == 0 ? NULL : "yes or no";
}

static const char *read_class(struct metadata *m, const char *value)
{
    static const char *const classes[] = {"test", "provisioning", "operational"};
    for (uint8_t i = 0; i < 3; i++) {
        m->profile_class = i;
        if (strcmp(value, classes[i]) == 0) return NULL;
    }
    return "test, provisioning or operational";
}

const char *metadata_set(struct metadata *m, const char *key, const char *value, const char *beside)
{
    if (strcmp(key, "iccid") == 0) {
        m->has_iccid = metadata_iccid_bytes(value, m->iccid);
        return m->has_iccid ? NULL : "18 to 20 digits";
    }
    if (strcmp(key, "service_provider") == 0 || strcmp(key, "name") == 0) {
        replace(*key == 'n' ? &m->name : &m->provider, slice_text(value));
        return NULL;
    }
    if (strcmp(key, "class") == 0) return read_class(m, value);
    if (strcmp(key, "ppr") == 0) return read_rules(m, value);
    if (strcmp(key, "owner") == 0) return read_owner(m, value);
    if (strcmp(key, "gid1") == 0) return read_gid(&m->gid1, value);
    if (strcmp(key, "gid2") == 0) return read_gid(&m->gid2, value);
    if (strcmp(key, "notify") == 0) return read_notify(m, value);
    if (strcmp(key, "emergency") == 0) return read_flag(&m->emergency, value);
    if (strcmp(key, "fallback_allowed") == 0) return read_flag(&m->fallback_allowed, value);
    if (strcmp(key, "icon") == 0) return read_icon(m, beside, value);
    return "a key of profiles/README.md";
}

bool metadata_write(const struct metadata *m, struct buf *request)
{
    size_t open = tlv_open(request, 0xbf25);
    tlv_put(request, 0x5a, SLICE(m->iccid));
    tlv_put(request, 0x91, buf_slice(&m->provider));
    tlv_put(request, 0x92, buf_slice(&m->name));
    if (m->icon.n) {
        tlv_put_u8(request, 0x93, m->icon_type);
        tlv_put(request, 0x94, buf_slice(&m->icon));
    }
    tlv_put_u8(request, 0x95, m->profile_class);
    if (m->notify.n) tlv_put(request, 0xb6, buf_slice(&m->notify));
    if (m->owner.n) {
        size_t owner = tlv_open(request, 0xb7);
        tlv_put(request, 0x80, buf_slice(&m->owner));
        if (m->gid1.n) tlv_put(request, 0x81, buf_slice(&m->gid1));
        if (m->gid2.n) tlv_put(request, 0x82, buf_slice(&m->gid2));
        tlv_close(request, owner);
    }
    if (m->rules) tlv_put_bits(request, 0x99, m->rules);
    if (m->emergency) tlv_put_u8(request, 0x9f7b, 0xff);
    if (m->fallback_allowed) tlv_put_u8(request, 0x9f67, 0xff);
    tlv_close(request, open);
    return buf_err(request) == OK;
}

/* Splits "key = value  # comment" in place; false for lines with nothing. */
static bool split(char *line, char **key, char **value)
{
    line[strcspn(line, "\r\n")] = 0;
    char *start = line + strspn(line, " \t");
    if (*start == 0 || *start == '#') return false;
    *key = start;
    char *equals = strchr(start, '=');
    *value = equals ? equals + 1 : start + strlen(start);
    if (equals) *equals = 0;
    start[strcspn(start, " \t")] = 0;
    *value += strspn(*value, " \t");
    char *comment = strstr(*value, " #");
    if (comment) *comment = 0;
    for (size_t n = strlen(*value); n > 0 && isspace((unsigned char)(*value)[n - 1]); n--)
        (*value)[n - 1] = 0;
    return true;
}

bool metadata_load(struct metadata *m, const char *path, char *error, size_t error_size)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    char line[1024];
    const char *expected = NULL;
    for (unsigned number = 1; !expected && fgets(line, sizeof line, file); number++) {
        char *key;
        char *value;
        if (!split(line, &key, &value)) continue;
        expected = metadata_set(m, key, value, path);
        if (expected) snprintf(error, error_size, "%s:%u: %s: expected %s", path, number, key, expected);
    }
    bool ok = !expected && !ferror(file);
    if (!expected && !ok) snprintf(error, error_size, "%s: cannot be read", path);
    fclose(file);
    return ok;
}

bool metadata_read(const char *path, struct buf *request, char *error, size_t error_size)
{
    METADATA_LOCAL m;
    metadata_begin(&m);
    if (!metadata_load(&m, path, error, error_size)) return false;
    if (!m.has_iccid) {
        snprintf(error, error_size, "%s: expected a line iccid = DIGITS", path);
        return false;
    }
    return metadata_write(&m, request);
}

void metadata_fill(struct metadata *m, struct slice iccid, const char *name, const char *address)
{
    memcpy(m->iccid, iccid.p, sizeof m->iccid);
    m->has_iccid = true;
    replace(&m->provider, slice_text("softeuicc test"));
    replace(&m->name, slice_text(name));
    for (unsigned event = 0; event < EVENTS; event++) {
        size_t entry = tlv_open(&m->notify, 0x30);
        tlv_put_bits(&m->notify, 0x80, 1u << event);
        tlv_put(&m->notify, 0x81, slice_text(address));
        tlv_close(&m->notify, entry);
    }
}

void metadata_plain(struct slice iccid, const char *name, const char *address, struct buf *request)
{
    METADATA_LOCAL m;
    metadata_begin(&m);
    metadata_fill(&m, iccid, name, address);
    (void)metadata_write(&m, request);
}
