/* PE-PINCodes and PE-PUKCodes (SAIP 8.5): the PINs of a directory and the unblocking PINs of the profile. Called by
 * saip.c when such an element is complete; the references in pinStatusTemplateDOs are looked at when the package ends.
 *
 * A PE-PINCodes belongs to the first directory that the last element made that made any (SAIP 8.1.3); the PINs
 * themselves are records of the profile (model/pin.h), the directory's file record says which reference means which. */
#define _DEFAULT_SOURCE
#include <stdio.h>

#include "saip/internal.h"

#define PIN_ATTRIBUTES_DEFAULT 0x07
#define PIN_TRIES_DEFAULT 0x33
#define PUK_TRIES_DEFAULT 0xaa
#define TAG_IOT 0xbf20

static enum err bad_values(struct saip_install *install, const struct element *e, const uint8_t *at,
                           struct reason *reason, const char *expected, const char *came)
{
    return saip_abort(install, e, at, PE_BAD_VALUES, reason, expected, came);
}

static enum err bad_format(struct saip_install *install, const struct element *e, const uint8_t *at,
                           struct reason *reason, const char *expected)
{
    return saip_abort(install, e, at, PE_INVALID_REQUEST_FORMAT, reason, expected, "another form");
}

/* ---- one entry: PINConfiguration or PUKConfiguration ---- */

/* Members 80, 81 .. of an entry by number; missing ones have tag 0. */
#define MEMBERS 5
struct entry {
    const uint8_t *at;
    struct tlv member[MEMBERS];
};

static enum err read_entry(struct saip_install *install, const struct element *e, const struct tlv *in, size_t members,
                           struct entry *out, struct reason *reason)
{
    struct tlv t;
    struct slice rest = in->value;
    uint32_t least = 0x80;
    *out = (struct entry){.at = in->whole.p};
    if (in->tag != 0x30) return bad_format(install, e, in->whole.p, reason, "a SEQUENCE for each code");
    while (tlv_next(&rest, &t)) {
        if (t.tag < least) return bad_format(install, e, t.whole.p, reason, "the members of a code in order");
        if (t.tag >= 0x80 + members) {
            TRY(saip_unknown(install, e, t.whole.p, reason));
            continue;
        }
        out->member[t.tag - 0x80] = t;
        least = t.tag + 1;
    }
    return OK;
}

/* An INTEGER of one byte; `absent` if the member is not there, -1: it must be. */
static enum err read_byte(struct saip_install *install, const struct element *e, const struct entry *entry,
                          size_t member, int absent, uint8_t *out, struct reason *reason)
{
    const struct tlv *t = &entry->member[member];
    uint32_t value = (uint32_t)absent;
    if (t->tag == 0 && absent < 0) return bad_format(install, e, entry->at, reason, "keyReference in each code");
    if (t->tag && (!tlv_unsigned(t->value, &value) || value > 0xff))
        return bad_format(install, e, t->whole.p, reason, "an INTEGER of 0 to 255");
    *out = (uint8_t)value;
    return OK;
}

static enum err read_value(struct saip_install *install, const struct element *e, const struct entry *entry,
                           uint8_t out[PIN_SIZE], struct reason *reason)
{
    const struct tlv *t = &entry->member[1];
    if (t->tag == 0 || t->value.n != PIN_SIZE)
        return bad_format(install, e, t->tag ? t->whole.p : entry->at, reason, "a value of 8 bytes in each code");
    memcpy(out, t->value.p, PIN_SIZE);
    return OK;
}

/* maxNumOfAttempts-retryNumLeft: the first in the high half. */
static enum err read_tries(struct saip_install *install, const struct element *e, const struct entry *entry,
                           size_t member, uint8_t absent, uint8_t *maximum, uint8_t *left, struct reason *reason)
{
    uint8_t both = 0;
    const struct tlv *t = &entry->member[member];
    TRY(read_byte(install, e, entry, member, absent, &both, reason));
    *maximum = both >> 4;
    *left = both & 0x0f;
    if (*maximum && *left <= *maximum) return OK;
    return bad_values(install, e, t->whole.p, reason, "at least one try, and no more left than there are",
                      "another number");
}

/* Takes the next entry off a list. How long the list may be (26 PINs, 16 PUKs) needs no check of its own: there are
 * fewer references than that, or as many, and each is there once. */
static enum err next_entry(struct saip_install *install, const struct element *e, struct slice *list, size_t members,
                           struct entry *out, struct reason *reason)
{
    struct tlv t;
    const uint8_t *at = list->p;
    if (!tlv_next(list, &t)) return bad_format(install, e, at, reason, "a list of codes");
    return read_entry(install, e, &t, members, out, reason);
}

/* Member [1], behind the PEHeader, and nothing else that the card knows. */
static enum err read_content(struct saip_install *install, const struct element *e, const char *expected,
                             struct tlv *out, struct reason *reason)
{
    struct tlv t;
    struct slice in = e->value;
    if (!tlv_next(&in, &t) || !tlv_next(&in, out) || out->tag != 0xa1)
        return bad_format(install, e, e->value.p, reason, expected);
    return in.n ? saip_unknown(install, e, in.p, reason) : OK;
}

/* ---- PE-PUKCodes ---- */

static enum err take_puk(struct saip_install *install, const struct element *e, const struct entry *entry,
                         struct reason *reason)
{
    struct puk puk = {0};
    struct puk other;
    bool found;
    TRY(read_byte(install, e, entry, 0, -1, &puk.reference, reason));
    unsigned low = puk.reference & 0x7f;
    if (low < 1 || low > 8)
        return bad_values(install, e, entry->member[0].whole.p, reason, "a reference of 1 to 8 or 129 to 136 for a PUK",
                          "another one");
    TRY(puk_get(&install->isdp, puk.reference, &other, &found));
    explicit_bzero(&other, sizeof other);
    if (found)
        return bad_values(install, e, entry->member[0].whole.p, reason, "each PUK once", "the same reference again");
    enum err result = read_value(install, e, entry, puk.value, reason);
    if (result == OK) result = read_tries(install, e, entry, 2, PUK_TRIES_DEFAULT, &puk.maximum, &puk.left, reason);
    if (result == OK) result = puk_put(&install->isdp, &puk);
    explicit_bzero(&puk, sizeof puk);
    return result;
}

enum err saip_take_puk_codes(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct tlv list = {0};
    TRY(read_content(install, e, "pukCodes", &list, reason));
    if (list.value.n == 0) return bad_format(install, e, list.whole.p, reason, "at least one PUK");
    while (list.value.n) {
        struct entry entry = {0};
        TRY(next_entry(install, e, &list.value, 3, &entry, reason));
        TRY(take_puk(install, e, &entry, reason));
    }
    return OK;
}

/* ---- PE-PINCodes ---- */

/* The directory whose PINs these are, and what its file record will say. */
struct context {
    struct file directory;
    bool is_iot; /* after PE-IoT the context is ADF.USIM for global PINs too (SAIP 8.5.1) */
    struct buf pins, global;
};

static void context_free(struct context *c)
{
    buf_free(&c->pins);
    buf_free(&c->global);
}
#define CONTEXT_LOCAL __attribute__((cleanup(context_free))) struct context

static enum err find_context(struct saip_install *install, const struct element *e, struct context *c,
                             struct reason *reason)
{
    size_t index;
    bool found = false;
    *c = (struct context){.is_iot = element_find(TAG_IOT, &index) && (install->context.seen >> index & 1)};
    if (install->context.has_pin_context)
        TRY(file_get(&install->isdp, &install->context.pin_context, &c->directory, &found));
    if (!found || !file_is_directory(&c->directory))
        return bad_values(install, e, NULL, reason, "a directory before it that the PINs are for", "none");
    if (c->directory.pins.n)
        return bad_values(install, e, NULL, reason, "one PE-PINCodes for each directory", "a second one");
    return OK;
}

/* At the MF global PINs and all ADMs, in any other directory local ones (SAIP 8.5.1). */
static bool reference_fits(const struct context *c, uint8_t reference)
{
    if (pin_reference_is_local(reference)) return c->directory.path.n > 0;
    if (!pin_reference_is_adm(reference) && (reference < 0x01 || reference > 0x08)) return false;
    return c->directory.path.n == 0 || c->is_iot;
}

static bool has_reference(const struct buf *pairs, uint8_t reference)
{
    for (size_t i = 0; i + 2 <= pairs->n; i += 2)
        if (pairs->p[i] == reference) return true;
    return false;
}

static enum err check_reference(struct saip_install *install, const struct element *e, const struct context *c,
                                const struct tlv *at, uint8_t reference, struct reason *reason)
{
    char came[32];
    (void)snprintf(came, sizeof came, "%u", reference);
    if (!reference_fits(c, reference))
        return bad_values(install, e, at->whole.p, reason,
                          c->directory.path.n ? "a local PIN (129 to 136) outside the MF"
                                              : "a global PIN (1 to 8) or an ADM (10 to 14, 138 to 142) at the MF",
                          came);
    if (!has_reference(&c->pins, reference) && !has_reference(&c->global, reference)) return OK;
    return bad_values(install, e, at->whole.p, reason, "each key reference once", came);
}

static enum err check_puk(struct saip_install *install, const struct element *e, const struct tlv *at,
                          uint8_t reference, struct reason *reason)
{
    struct puk puk;
    bool found = true;
    if (at->tag) TRY(puk_get(&install->isdp, reference, &puk, &found));
    explicit_bzero(&puk, sizeof puk);
    if (found) return OK;
    return bad_values(install, e, at->whole.p, reason, "the unblockingPINReference of a PUK of this profile",
                      "another one");
}

static enum err read_pin(struct saip_install *install, const struct element *e, const struct context *c,
                         const struct entry *entry, struct pin *pin, struct reason *reason)
{
    TRY(read_byte(install, e, entry, 0, -1, &pin->reference, reason));
    TRY(check_reference(install, e, c, &entry->member[0], pin->reference, reason));
    TRY(read_value(install, e, entry, pin->value, reason));
    TRY(read_byte(install, e, entry, 2, 0, &pin->puk, reason));
    TRY(check_puk(install, e, &entry->member[2], pin->puk, reason));
    TRY(read_byte(install, e, entry, 3, PIN_ATTRIBUTES_DEFAULT, &pin->attributes, reason));
    TRY(read_tries(install, e, entry, 4, PIN_TRIES_DEFAULT, &pin->maximum, &pin->left, reason));
    pin->enabled = pin->attributes & PIN_ENABLED_AT_START;
    pin->number = pin_next_number(&install->isdp);
    return pin->number ? OK : bad_values(install, e, entry->at, reason, "at most 255 PINs in a profile", "more");
}

static enum err take_pin(struct saip_install *install, const struct element *e, struct context *c,
                         const struct entry *entry, struct reason *reason)
{
    struct pin pin = {0};
    enum err result = read_pin(install, e, c, entry, &pin, reason);
    const uint8_t pair[] = {pin.reference, pin.number};
    if (result == OK) result = pin_put(&install->isdp, &pin);
    /* A global PIN is one of the whole profile, so its place is the MF in any case. */
    buf_append(c->directory.path.n && !pin_reference_is_local(pin.reference) ? &c->global : &c->pins, SLICE(pair));
    explicit_bzero(&pin, sizeof pin);
    return result;
}

/* filePath: the PINs of a directory that has some already, the same objects with the same counters. */
static enum err share(struct saip_install *install, const struct element *e, struct context *c, const struct tlv *at,
                      struct reason *reason)
{
    struct path path;
    struct file source;
    bool found = false;
    if (at->value.n > 8 || !path_read(at->value, &path))
        return bad_format(install, e, at->whole.p, reason, "a filePath of at most 4 identifiers");
    TRY(file_get(&install->isdp, &path, &source, &found));
    if (!found || !file_is_directory(&source) || source.pins.n == 0)
        return bad_values(install, e, at->whole.p, reason, "the filePath of a directory with PINs of its own",
                          found ? "one without" : "no such directory");
    for (size_t i = 0; i + 2 <= source.pins.n; i += 2)
        TRY(check_reference(install, e, c, at, source.pins.p[i], reason));
    buf_append(&c->pins, source.pins);
    return OK;
}

static enum err put_pins(const struct saip_install *install, const struct path *directory, const struct buf *pins)
{
    struct file f;
    bool found;
    TRY(buf_err(pins));
    if (pins->n == 0) return OK;
    TRY(file_get(&install->isdp, directory, &f, &found));
    if (!found) return ERR_CORRUPT;
    f.pins = buf_slice(pins);
    return file_put(&install->isdp, &f);
}

static enum err store_context(struct saip_install *install, struct context *c)
{
    struct path root = {0};
    struct file mf;
    bool found;
    BUF_LOCAL all = {0};
    TRY(put_pins(install, &c->directory.real, &c->pins)); /* of a linked directory that of its target */
    if (c->global.n == 0) return buf_err(&c->global);
    TRY(file_get(&install->isdp, &root, &mf, &found));
    if (!found) return ERR_CORRUPT;
    buf_append(&all, mf.pins);
    buf_append(&all, buf_slice(&c->global));
    if (c->global.failed) return ERR_MEMORY;
    return put_pins(install, &root, &all);
}

enum err saip_take_pin_codes(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct tlv content = {0};
    struct tlv choice = {0};
    struct slice in;
    CONTEXT_LOCAL c = {0};
    TRY(find_context(install, e, &c, reason));
    TRY(read_content(install, e, "pinCodes", &content, reason));
    in = content.value;
    if (!tlv_next(&in, &choice) || in.n || (choice.tag != 0xa0 && choice.tag != 0x81))
        return bad_format(install, e, content.whole.p, reason, "pinconfig or filePath");
    if (choice.tag == 0x81) TRY(share(install, e, &c, &choice, reason));
    if (choice.tag == 0xa0 && choice.value.n == 0)
        return bad_format(install, e, choice.whole.p, reason, "at least one PIN");
    while (choice.tag == 0xa0 && choice.value.n) {
        struct entry entry = {0};
        TRY(next_entry(install, e, &choice.value, MEMBERS, &entry, reason));
        TRY(take_pin(install, e, &c, &entry, reason));
    }
    return store_context(install, &c);
}

/* ---- at the end ---- */

/* References that the directories below one may have: the last directory that was asked, and what it said. */
struct above {
    struct path path;
    bool known;
    uint8_t found[32]; /* bit n: reference n */
};

/* A PIN in this directory or above it. What lies above is the same for all directories beside it. */
static enum err has_pin(const struct saip_install *install, const struct file *directory, uint8_t reference,
                        struct above *above, bool *found)
{
    struct pin pin;
    const struct path up = path_parent(&directory->path);
    uint8_t *byte = &above->found[reference / 8];
    const uint8_t bit = (uint8_t)(1u << reference % 8);
    *found = false;
    for (size_t i = 0; i + 2 <= directory->pins.n && !*found; i += 2)
        *found = directory->pins.p[i] == reference;
    if (*found || directory->path.n == 0) return OK;
    if (!above->known || !path_equal(&above->path, &up)) *above = (struct above){.path = up, .known = true};
    *found = *byte & bit;
    if (*found) return OK;
    TRY(pin_find(&install->isdp, &up, reference, &pin, found));
    explicit_bzero(&pin, sizeof pin);
    if (*found) *byte |= bit;
    return OK;
}

/* Every reference of a pinStatusTemplateDO must mean a PIN in that directory or above it (SAIP 8.1.3). */
static enum err check_status(struct saip_install *install, const struct element *e, const struct file *directory,
                             struct above *above, struct reason *reason)
{
    char name[PATH_NAME_SIZE];
    char came[64];
    for (size_t i = 0; i < directory->pin_status.n; i++) {
        bool found;
        TRY(has_pin(install, directory, directory->pin_status.p[i], above, &found));
        if (found) continue;
        path_name(&directory->path, name);
        (void)snprintf(came, sizeof came, "%02X of %s", directory->pin_status.p[i], name + 3);
        return saip_abort(install, e, NULL, PE_PIN_CODE_MISSING, reason,
                          "PE-PINCodes for every reference in a pinStatusTemplateDO", came);
    }
    return OK;
}

enum err saip_end_pins(struct saip_install *install, const struct element *e, struct reason *reason)
{
    struct slice in = saip_references(install);
    struct file_reference r;
    struct above above = {0};
    while (saip_next_reference(&in, &r)) {
        struct file f;
        bool found;
        if (r.kind != REFERENCE_PINS) continue;
        TRY(file_get(&install->isdp, &r.path, &f, &found));
        if (found) TRY(check_status(install, e, &f, &above, reason));
    }
    return OK;
}
