/* CREATE FILE (ETSI TS 102 222 6.3): an EF or a DF in the current directory, as its FCP template says. The rule of the
 * directory decides who may. Called by src/card; what it shares with RESIZE FILE is in uicc.h.
 *
 * ADFs come and go with the profile: their AIDs are in EF.DIR and in the registry of applications. Access rules must be
 * records of an EF.ARR (8B), as everywhere in a profile package. */
#define _DEFAULT_SOURCE
#include "uicc/internal.h"

#define CLAUSE "TS 102 222 6.3"
#define SIZE_MAX_TRANSPARENT 0xffffu
#define RECORDS_MAX 254
#define IMPLIED_SFI_MASK 0x1f

/* What the template says; offsets of its members in the command data for the reason. */
struct template
{
    struct file f;
    bool descriptor, identifier, life_cycle, rule, size, has_sfi;
    struct slice fill, repeat, pins;
};

static enum err bad(struct model *m, const struct uicc_command *a, const uint8_t *at, const char *expected,
                    const char *came)
{
    return reason_say(&m->reason, ERR_DATA, CLAUSE, at ? (size_t)(at - a->data.p) : REASON_NO_OFFSET, expected, "%s",
                      came);
}

/* The DO 62, whole and nothing else. */
enum err uicc_fcp_template(struct model *m, const struct uicc_command *a, const char *clause, struct slice *out)
{
    struct tlv t;
    struct slice in = a->data;
    if (tlv_read_lax(&in, &t) != TLV_OK || t.tag != 0x62 || in.n)
        return reason_say(&m->reason, ERR_DATA, clause, 0, "an FCP template (62)", "other data");
    *out = t.value;
    return OK;
}

bool uicc_number(struct slice value, uint32_t *out)
{
    *out = 0;
    if (value.n == 0 || value.n > 4) return false;
    for (size_t i = 0; i < value.n; i++)
        *out = *out << 8 | value.p[i];
    return true;
}

static bool take_descriptor(struct slice v, struct file *f)
{
    static const struct {
        uint8_t structure;
        enum file_kind kind;
    } kinds[] = {{0x38, FILE_DF},
                 {0x01, FILE_TRANSPARENT},
                 {0x02, FILE_LINEAR_FIXED},
                 {0x06, FILE_CYCLIC},
                 {0x39, FILE_BER_TLV}};
    if (v.n != 2 && v.n != 4 && v.n != 5) return false;
    f->descriptor = v.p[0];
    if (v.n > 2) f->record_length = (uint16_t)(v.p[2] << 8 | v.p[3]);
    if (v.n > 4) f->records = v.p[4];
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((v.p[0] & 0xbf) != kinds[i].structure) continue;
        f->kind = kinds[i].kind;
        return file_has_records(f) == (v.n > 2);
    }
    return false;
}

static bool take_proprietary(struct slice in, struct template *t)
{
    struct tlv m;
    while (in.n) {
        if (tlv_read_lax(&in, &m) != TLV_OK) return false;
        if (m.tag == 0xc0 && m.value.n == 1) t->f.special = m.value.p[0];
        if (m.tag == 0xc1) t->fill = m.value;
        if (m.tag == 0xc2) t->repeat = m.value;
        if (m.tag == 0x84 && m.value.n == 1) t->f.details = m.value.p[0];
        if (m.tag == 0x86 && !uicc_number(m.value, &t->f.maximum_size)) return false;
    }
    return t->fill.n == 0 || t->repeat.n == 0;
}

/* One member; false if its value is not as it must be. What is not known is left alone. */
static bool take_member(const struct tlv *m, struct template *t)
{
    switch (m->tag) {
    case 0x82:
        t->descriptor = true;
        return take_descriptor(m->value, &t->f);
    case 0x83:
        t->identifier = m->value.n == 2 && path_push(&t->f.path, (uint16_t)(m->value.p[0] << 8 | m->value.p[1]));
        return t->identifier;
    case 0x8a:
        t->life_cycle = m->value.n == 1;
        t->f.life_cycle = t->life_cycle ? m->value.p[0] : 0;
        return t->f.life_cycle == FILE_CREATION || t->f.life_cycle == FILE_INITIALISATION ||
               t->f.life_cycle == FILE_ACTIVATED || t->f.life_cycle == FILE_DEACTIVATED;
    case 0x8b:
        t->rule = m->value.n == 3;
        if (t->rule) t->f.arr = (uint16_t)(m->value.p[0] << 8 | m->value.p[1]);
        if (t->rule) t->f.arr_record = m->value.p[2];
        return t->rule;
    case 0x80:
        t->size = true;
        return uicc_number(m->value, &t->f.size);
    case 0x88:
        t->has_sfi = true;
        t->f.sfi = m->value.n ? m->value.p[0] >> 3 : NO_SFI;
        return m->value.n == 0 || (m->value.n == 1 && (m->value.p[0] & 7) == 0 && t->f.sfi >= 1 && t->f.sfi <= 30);
    case 0xa5:
        return take_proprietary(m->value, t);
    case 0xc6:
        t->pins = m->value;
        return true;
    case 0x84: /* an ADF */
    case 0x8c: /* access rules that are in no EF.ARR */
    case 0xab:
        return false;
    default:
        return true;
    }
}

static enum err read_template(struct model *m, const struct uicc_command *a, struct template *t)
{
    struct slice in;
    struct tlv member;
    TRY(uicc_fcp_template(m, a, CLAUSE, &in));
    while (in.n) {
        const uint8_t *at = in.p;
        if (tlv_read_lax(&in, &member) != TLV_OK) return bad(m, a, at, "data objects in the FCP", "other bytes");
        if (!take_member(&member, t))
            return bad(m, a, at, "an FCP of an EF or DF as TS 102 222 6.3.2 has it", "another value");
    }
    bool whole = t->descriptor && t->identifier && t->life_cycle && t->rule;
    if (!whole || (!t->size && !file_is_directory(&t->f)))
        return bad(m, a, NULL, "file descriptor, identifier, life cycle, access rule and size of an EF",
                   "not all of them");
    return OK;
}

/* ---- is it a file that can be? ---- */

static enum err check_identifier(struct model *m, const struct isdp *isdp, const struct uicc_command *a,
                                 const struct file *parent, uint16_t fid)
{
    struct file other;
    bool found;
    if (fid == MF_FID || fid == 0x3fff || fid == 0x7fff || fid == 0xffff || fid == 0)
        return bad(m, a, NULL, "a file identifier that is not reserved", "a reserved one");
    TRY(file_child(isdp, &parent->path, fid, &other, &found));
    if (!found && fid != path_fid(&parent->path)) return OK;
    return reason_say(&m->reason, ERR_FILE_EXISTS, CLAUSE, REASON_NO_OFFSET, "an identifier that is new here", "%04X",
                      fid);
}

enum err uicc_set_size(struct model *m, const char *clause, struct file *f, uint32_t size)
{
    bool records = file_has_records(f);
    bool fits = size >= 1 && (size <= SIZE_MAX_TRANSPARENT || f->kind == FILE_BER_TLV);
    if (records)
        fits = f->record_length >= 1 && f->record_length <= 255 && size % f->record_length == 0 &&
               size / f->record_length >= 1 && size / f->record_length <= RECORDS_MAX;
    if (!fits)
        return reason_say(&m->reason, ERR_DATA, clause, REASON_NO_OFFSET,
                          records ? "a size of 1 to 254 records of at most 255 bytes" : "a size of 1 to 65535 bytes",
                          "%u bytes", size);
    f->size = size;
    if (records) f->records = (uint8_t)(size / f->record_length);
    return OK;
}

static enum err check_size(struct model *m, const struct uicc_command *a, struct template *t)
{
    uint8_t records = t->f.records;
    if (file_is_directory(&t->f)) return OK;
    TRY(uicc_set_size(m, CLAUSE, &t->f, t->f.size));
    if (records && records != t->f.records) return bad(m, a, NULL, "as many records as the size has", "another number");
    return OK;
}

/* Without a DO 88 the SFI is in the identifier (TS 102 221 11.1.1.4.8), unless another file has it. */
static enum err check_sfi(struct model *m, const struct isdp *isdp, const struct uicc_command *a,
                          const struct file *parent, uint16_t fid, struct template *t)
{
    struct file other;
    bool taken = false;
    if (!t->has_sfi) t->f.sfi = fid & IMPLIED_SFI_MASK;
    if (file_is_directory(&t->f) || t->f.sfi > 30) t->f.sfi = NO_SFI;
    if (t->f.sfi != NO_SFI) TRY(file_by_sfi(isdp, &parent->path, t->f.sfi, &other, &taken));
    if (taken && t->has_sfi) return bad(m, a, NULL, "a short identifier that is free in the directory", "one in use");
    if (taken) t->f.sfi = NO_SFI;
    return OK;
}

/* The key references (83) of the PIN status template, each a PIN there; without any those of the directory above. */
static enum err take_pins(struct model *m, const struct isdp *isdp, const struct uicc_command *a,
                          const struct file *parent, const struct template *t, struct buf *out)
{
    struct tlv member;
    struct slice in = t->pins;
    while (in.n) {
        struct pin pin;
        bool found;
        const uint8_t *at = in.p;
        if (tlv_read_lax(&in, &member) != TLV_OK) return bad(m, a, at, "a PIN status template", "other bytes");
        if (member.tag != 0x83) continue;
        if (member.value.n != 1) return bad(m, a, at, "a key reference of one byte", "another length");
        TRY(pin_find(isdp, &parent->path, member.value.p[0], &pin, &found));
        explicit_bzero(&pin, sizeof pin);
        if (!found) return bad(m, a, at, "key references of PINs that are there", "another one");
        buf_byte(out, member.value.p[0]);
    }
    if (out->n == 0) buf_append(out, parent->pin_status);
    return buf_err(out);
}

/* ---- making it ---- */

/* Background of an EF: FF, or the pattern, which fills each record anew (TS 102 222 6.3.2.2.2). */
static enum err put_background(const struct template *t, struct buf *body)
{
    size_t unit = file_has_records(&t->f) ? t->f.record_length : t->f.size;
    if (t->f.kind == FILE_BER_TLV) return OK;
    for (size_t i = 0; i < t->f.size && !body->failed; i++) {
        size_t at = i % unit;
        uint8_t byte = 0xff;
        if (t->fill.n) byte = t->fill.p[at < t->fill.n ? at : t->fill.n - 1];
        if (t->repeat.n) byte = t->repeat.p[at % t->repeat.n];
        buf_byte(body, byte);
    }
    return buf_err(body);
}

enum err uicc_check_memory(struct model *m, const char *clause)
{
    size_t missing = profile_memory_missing(m);
    if (missing == 0) return OK;
    return reason_say(&m->reason, ERR_NO_SPACE, clause, REASON_NO_OFFSET, "memory for the file", "%zu bytes too little",
                      missing);
}

static enum err make(struct model *m, const struct isdp *isdp, const struct uicc_command *a, const struct file *parent,
                     struct template *t)
{
    BUF_LOCAL body = {0};
    BUF_LOCAL pins = {0};
    uint16_t fid = path_fid(&t->f.path);
    if (file_reserved(&t->f) > profile_memory_free(m))
        return reason_say(&m->reason, ERR_NO_SPACE, CLAUSE, REASON_NO_OFFSET, "memory for the file", "%u bytes",
                          file_reserved(&t->f));
    if (file_is_directory(&t->f)) {
        t->f.size = 0;
        TRY(take_pins(m, isdp, a, parent, t, &pins));
    } else {
        TRY(put_background(t, &body));
    }
    t->f.pin_status = buf_slice(&pins);
    t->f.body = buf_slice(&body);
    if (t->f.kind == FILE_BER_TLV && t->f.details == 0) t->f.details = 0x01;
    t->f.path = parent->real;
    if (!path_push(&t->f.path, fid))
        return reason_say(&m->reason, ERR_CONDITIONS, CLAUSE, REASON_NO_OFFSET, "a level for the file", "none left");
    TRY(file_create(isdp, &t->f));
    return uicc_check_memory(m, CLAUSE);
}

enum err uicc_create_file(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                          struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file parent;
    struct template t = {0};
    struct file made;
    bool found;
    (void)answer;
    TRY(isdp_enabled(m, &isdp));
    TRY(file_get(&isdp, &c->directory, &parent, &found));
    if (!found)
        return reason_say(&m->reason, ERR_FILE_NOT_FOUND, CLAUSE, REASON_NO_OFFSET, "a current directory",
                          "one that was deleted");
    TRY(read_template(m, a, &t));
    uint16_t fid = path_fid(&t.f.path);
    TRY(uicc_allowed(m, &isdp, c, &parent, file_is_directory(&t.f) ? ACCESS_CREATE_DF : ACCESS_CREATE_EF, a->ins));
    TRY(check_identifier(m, &isdp, a, &parent, fid));
    TRY(check_size(m, a, &t));
    TRY(check_sfi(m, &isdp, a, &parent, fid, &t));
    TRY(make(m, &isdp, a, &parent, &t));
    TRY(file_child(&isdp, &c->directory, fid, &made, &found));
    if (!found) return ERR_CORRUPT;
    uicc_context_enter(c, &made); /* the new file is the current one */
    return OK;
}
