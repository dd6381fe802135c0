/* File records; see file.h. Read by every command of src/uicc, so nothing here walks over the files of a profile. */
#include "model/file.h"

#include <stdio.h>

#define TAG_PINS 0xd0
#define TAG_SHORT_IDS 0xd1

uint16_t path_fid(const struct path *p)
{
    return p->n ? p->fid[p->n - 1] : MF_FID;
}

bool path_push(struct path *p, uint16_t fid)
{
    if (p->n >= PATH_LEVELS) return false;
    p->fid[p->n++] = fid;
    return true;
}

struct path path_parent(const struct path *p)
{
    struct path up = *p;
    if (up.n) up.n--;
    return up;
}

bool path_is_below(const struct path *p, const struct path *start)
{
    return p->n >= start->n && memcmp(p->fid, start->fid, start->n * sizeof start->fid[0]) == 0;
}

bool path_equal(const struct path *a, const struct path *b)
{
    return a->n == b->n && path_is_below(a, b);
}

void path_name(const struct path *p, char out[PATH_NAME_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = out + 7;
    memcpy(out, "fs/3F00", 8);
    for (uint8_t i = 0; i < p->n; i++, at += 5) {
        const uint16_t fid = p->fid[i];
        const char level[] = {'/', digits[fid >> 12], digits[fid >> 8 & 15], digits[fid >> 4 & 15], digits[fid & 15]};
        memcpy(at, level, sizeof level);
    }
    *at = 0;
}

bool path_read(struct slice bytes, struct path *out)
{
    *out = (struct path){0};
    if (bytes.n % 2) return false;
    for (size_t i = 0; i < bytes.n; i += 2) {
        uint16_t fid = (uint16_t)(bytes.p[i] << 8 | bytes.p[i + 1]);
        if (i == 0 && fid == MF_FID) continue;
        if (!path_push(out, fid)) return false;
    }
    return true;
}

static uint32_t number(struct slice value)
{
    uint32_t n = 0;
    for (size_t i = 0; i < value.n && i < 4; i++)
        n = n << 8 | value.p[i];
    return n;
}

static bool kind_of(uint8_t descriptor, const struct path *path, bool has_aid, enum file_kind *kind)
{
    switch (descriptor & 0xbf) {
    case 0x38:
        *kind = path->n == 0 ? FILE_MF : has_aid ? FILE_ADF : FILE_DF;
        return true;
    case 0x01:
        *kind = FILE_TRANSPARENT;
        return true;
    case 0x02:
        *kind = FILE_LINEAR_FIXED;
        return true;
    case 0x06:
        *kind = FILE_CYCLIC;
        return true;
    case 0x39:
        *kind = FILE_BER_TLV;
        return true;
    default:
        return false;
    }
}

static void take_proprietary(struct slice in, struct file *f)
{
    struct tlv t;
    while (tlv_next(&in, &t)) {
        if (t.tag == 0xc0) f->special = (uint8_t)number(t.value);
        if (t.tag == 0x84) f->details = (uint8_t)number(t.value);
        if (t.tag == 0x86) f->maximum_size = number(t.value);
    }
}

static bool take_member(const struct tlv *t, struct file *f)
{
    switch (t->tag) {
    case 0x82:
        if (t->value.n != 2 && t->value.n != 5) return false;
        f->descriptor = t->value.p[0];
        if (t->value.n == 5) {
            f->record_length = (uint16_t)number(slice_of(t->value.p + 2, 2));
            f->records = t->value.p[4];
        }
        return true;
    case 0x84:
        f->aid = t->value;
        return true;
    case 0x8a:
        f->life_cycle = (uint8_t)number(t->value);
        return true;
    case 0x8b:
        if (t->value.n != 3) return false;
        f->arr = (uint16_t)number(slice_of(t->value.p, 2));
        f->arr_record = t->value.p[2];
        return true;
    case 0x80:
        f->size = number(t->value);
        return true;
    case 0x88:
        f->sfi = (uint8_t)number(t->value);
        return true;
    case 0xa5:
        take_proprietary(t->value, f);
        return true;
    case 0xc6:
        f->pin_status = t->value;
        return true;
    case TAG_PINS:
        f->pins = t->value;
        return true;
    case TAG_SHORT_IDS:
        f->short_ids = t->value;
        return true;
    case FILE_TAG_TARGET:
        f->is_link = true;
        return path_read(t->value, &f->target);
    default:
        return true;
    }
}

/* ---- the body of a BER-TLV EF: see file.h ---- */

#define USED_SIZE 4

static bool take_objects(struct slice *body)
{
    if (body->n < USED_SIZE) return false;
    uint32_t used = number(slice_of(body->p, USED_SIZE));
    *body = slice_skip(*body, USED_SIZE);
    if (used > body->n) return false;
    body->n = used;
    return true;
}

/* The body as it is stored. */
static void put_objects(struct buf *b, const struct file *f, const struct slice *parts, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += parts[i].n;
    const size_t padding = file_reserved(f) > size ? file_reserved(f) - size : 0;
    const uint8_t used[USED_SIZE] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
    buf_append(b, SLICE(used));
    for (size_t i = 0; i < n; i++)
        buf_append(b, parts[i]);
    uint8_t *zeros = buf_extend(b, padding);
    if (zeros && padding) memset(zeros, 0, padding);
}

static enum err decode(struct slice value, const struct path *path, struct file *f)
{
    struct tlv fcp;
    struct tlv t;
    *f = (struct file){.path = *path, .real = *path, .life_cycle = FILE_ACTIVATED};
    if (!tlv_next(&value, &fcp) || fcp.tag != 0x62) return ERR_CORRUPT;
    f->body = value;
    while (fcp.value.n)
        if (!tlv_next(&fcp.value, &t) || !take_member(&t, f)) return ERR_CORRUPT;
    if (!kind_of(f->descriptor, path, f->aid.n > 0, &f->kind)) return ERR_CORRUPT;
    bool directory = file_is_directory(f);
    if (!f->is_link && f->kind == FILE_BER_TLV) return take_objects(&f->body) ? OK : ERR_CORRUPT;
    if (!f->is_link && !directory && f->body.n != f->size) return ERR_CORRUPT;
    if (file_has_records(f) && (size_t)f->record_length * f->records != f->size) return ERR_CORRUPT;
    return OK;
}

/* The record under exactly this path. */
static enum err get_own(const struct isdp *isdp, const struct path *path, struct file *f, bool *found)
{
    char name[PATH_NAME_SIZE];
    struct slice value;
    if (!isdp->store) return file_get_without_profile(isdp, path, f, found);
    path_name(path, name);
    *found = isdp_get(isdp, name, &value);
    return *found ? decode(value, path, f) : OK;
}

/* What a link takes from its target (SAIP 8.3.3): descriptor, sizes, proprietary information and body; a directory
 * also the PIN status and what is below it. */
static enum err follow(const struct isdp *isdp, struct file *f, bool *found)
{
    struct file target;
    TRY(get_own(isdp, &f->target, &target, found));
    /* The target was deleted, or it comes later in the package, where a link to a link is refused at the end. */
    if (*found && target.is_link) *found = false;
    if (!*found) return OK;
    f->kind = target.kind;
    f->descriptor = target.descriptor;
    f->record_length = target.record_length;
    f->records = target.records;
    f->size = target.size;
    f->maximum_size = target.maximum_size;
    f->special = target.special;
    f->details = target.details;
    f->pin_status = target.pin_status;
    f->pins = target.pins;
    f->short_ids = target.short_ids;
    f->body = target.body;
    f->real = target.path;
    return OK;
}

enum err file_get(const struct isdp *isdp, const struct path *path, struct file *out, bool *found)
{
    struct path real = {0};
    TRY(get_own(isdp, path, out, found));
    if (*found) return out->is_link ? follow(isdp, out, found) : OK;
    /* A directory on the way may be a link. */
    for (uint8_t i = 0; i + 1 < path->n; i++) {
        *found = path_push(&real, path->fid[i]);
        if (*found) TRY(get_own(isdp, &real, out, found));
        if (!*found) return OK;
        if (out->is_link) real = out->target;
    }
    *found = false;
    if (path->n == 0 || !path_push(&real, path->fid[path->n - 1]) || path_equal(&real, path)) return OK;
    TRY(get_own(isdp, &real, out, found));
    if (*found && out->is_link) return follow(isdp, out, found); /* with the path of its own record */
    out->path = *path;
    return OK;
}

enum err file_child(const struct isdp *isdp, const struct path *directory, uint16_t fid, struct file *out, bool *found)
{
    struct path path = *directory;
    *found = false;
    return path_push(&path, fid) ? file_get(isdp, &path, out, found) : OK;
}

enum err file_by_sfi(const struct isdp *isdp, const struct path *directory, uint8_t sfi, struct file *out, bool *found)
{
    TRY(file_get(isdp, directory, out, found));
    if (!*found) return OK;
    *found = false;
    for (size_t i = 0; i + 3 <= out->short_ids.n; i += 3)
        if (out->short_ids.p[i] == sfi)
            return file_child(isdp, directory, (uint16_t)number(slice_of(out->short_ids.p + i + 1, 2)), out, found);
    return OK;
}

/* The members of a stored FCP whose size has a bound that is known: all but those of a directory. */
#define FIXED_MAX 60
struct fixed {
    uint8_t bytes[FIXED_MAX];
    uint8_t n;
};

static void put_number(struct fixed *out, uint8_t tag, uint64_t value, uint8_t bytes)
{
    out->bytes[out->n++] = tag;
    out->bytes[out->n++] = bytes;
    for (unsigned i = bytes; i-- > 0;)
        out->bytes[out->n++] = (uint8_t)(value >> 8 * i);
}

static void put_target(struct fixed *out, const struct file *f)
{
    out->bytes[out->n++] = FILE_TAG_TARGET;
    out->bytes[out->n++] = (uint8_t)(2 * f->target.n);
    for (uint8_t i = 0; i < f->target.n; i++) {
        out->bytes[out->n++] = (uint8_t)(f->target.fid[i] >> 8);
        out->bytes[out->n++] = (uint8_t)f->target.fid[i];
    }
    if (f->sfi) put_number(out, 0x88, f->sfi, 1);
}

static void put_elementary(struct fixed *out, const struct file *f)
{
    put_number(out, 0x80, f->size, 4);
    if (f->sfi) put_number(out, 0x88, f->sfi, 1);
    put_number(out, 0xa5, 0, 0);
    const uint8_t start = out->n;
    if (f->special) put_number(out, 0xc0, f->special, 1);
    if (f->kind == FILE_BER_TLV) {
        put_number(out, 0x84, f->details, 1);
        if (f->maximum_size) put_number(out, 0x86, f->maximum_size, 4);
    }
    out->bytes[start - 1] = (uint8_t)(out->n - start);
}

static void put_directory(struct buf *b, const struct fixed *fixed, const struct file *f)
{
    size_t mark = tlv_open(b, 0x62);
    buf_append(b, slice_of(fixed->bytes, fixed->n));
    if (f->aid.n) tlv_put(b, 0x84, f->aid);
    tlv_put(b, 0xc6, f->pin_status);
    if (f->pins.n) tlv_put(b, TAG_PINS, f->pins);
    if (f->short_ids.n) tlv_put(b, TAG_SHORT_IDS, f->short_ids);
    tlv_close(b, mark);
}

static enum err put_record(const struct isdp *isdp, const struct path *path, const struct file *f, struct slice body)
{
    char name[PATH_NAME_SIZE];
    struct fixed fixed = {.n = 0};
    BUF_LOCAL objects = {0};
    const uint64_t descriptor = (uint64_t)f->descriptor << 8 | 0x21;
    const uint64_t records = (uint64_t)f->record_length << 8 | f->records;
    path_name(path, name);
    put_number(&fixed, 0x82, f->records ? descriptor << 24 | records : descriptor, f->records ? 5 : 2);
    put_number(&fixed, 0x83, path_fid(path), 2);
    put_number(&fixed, 0x8a, f->life_cycle, 1);
    put_number(&fixed, 0x8b, (uint32_t)f->arr << 8 | f->arr_record, 3);
    if (!f->is_link && file_is_directory(f)) {
        BUF_LOCAL b = {0};
        put_directory(&b, &fixed, f);
        TRY(buf_err(&b));
        return isdp_put(isdp, name, buf_slice(&b));
    }
    if (f->is_link) put_target(&fixed, f);
    if (!f->is_link) put_elementary(&fixed, f);
    if (f->kind == FILE_BER_TLV && !f->is_link) put_objects(&objects, f, &body, 1);
    TRY(buf_err(&objects));
    const uint8_t head[] = {0x62, fixed.n};
    const struct slice parts[] = {SLICE(head), slice_of(fixed.bytes, fixed.n), objects.n ? buf_slice(&objects) : body};
    return isdp_put_parts(isdp, name, parts, f->is_link ? 2 : 3);
}

/* A link's record has no sizes: what follow() brought is left out. */
static enum err put_link(const struct isdp *isdp, const struct file *f)
{
    struct file own = *f;
    own.record_length = 0;
    own.records = 0;
    return put_record(isdp, &f->path, &own, (struct slice){0});
}

enum err file_put(const struct isdp *isdp, const struct file *f)
{
    return f->is_link ? put_link(isdp, f) : put_record(isdp, &f->real, f, f->body);
}

/* The short identifiers that a directory lists, without that of the file `left_out`. */
static void copy_short_ids(const struct file *directory, uint16_t left_out, struct buf *out)
{
    for (size_t i = 0; i + 3 <= directory->short_ids.n; i += 3)
        if (number(slice_of(directory->short_ids.p + i + 1, 2)) != left_out)
            buf_append(out, slice_of(directory->short_ids.p + i, 3));
}

/* ---- making files ---- */

void folder_free(struct folder *folder)
{
    buf_free(&folder->short_ids);
}

enum err folder_open(const struct isdp *isdp, const struct path *path, struct folder *folder, bool *found)
{
    struct file *directory = &folder->directory;
    folder->is_open = false;
    TRY(file_get(isdp, path, directory, found));
    /* the directory itself, not a link to it */
    if (*found && directory->is_link) TRY(get_own(isdp, &directory->real, directory, found));
    *found = *found && file_is_directory(directory);
    if (!*found) return OK;
    folder->path = *path;
    buf_reset(&folder->short_ids);
    buf_append(&folder->short_ids, directory->short_ids);
    folder->is_open = true;
    return buf_err(&folder->short_ids);
}

bool folder_has_short_id(const struct folder *folder, uint8_t sfi)
{
    for (size_t i = 0; i + 3 <= folder->short_ids.n; i += 3)
        if (folder->short_ids.p[i] == sfi) return true;
    return false;
}

size_t folder_growth(const struct folder *folder)
{
    const size_t before = folder->directory.short_ids.n;
    if (!folder->is_open || folder->short_ids.n == before) return 0;
    return folder->short_ids.n - before + (before ? 0 : 2);
}

enum err folder_create(const struct isdp *isdp, struct folder *folder, const struct file *f)
{
    struct file made = *f;
    const uint16_t fid = path_fid(&f->path);
    const uint8_t short_id[] = {f->sfi, (uint8_t)(fid >> 8), (uint8_t)fid};
    made.path = folder->directory.real;
    if (!folder->is_open || !path_push(&made.path, fid)) return ERR_CORRUPT;
    made.real = made.path;
    TRY(file_put(isdp, &made));
    if (f->sfi == NO_SFI || folder_has_short_id(folder, f->sfi)) return OK;
    buf_append(&folder->short_ids, SLICE(short_id));
    return buf_err(&folder->short_ids);
}

enum err folder_close(const struct isdp *isdp, struct folder *folder)
{
    if (!folder->is_open) return OK;
    folder->is_open = false;
    if (folder->short_ids.n == folder->directory.short_ids.n) return OK;
    folder->directory.short_ids = buf_slice(&folder->short_ids);
    return file_put(isdp, &folder->directory);
}

enum err file_create(const struct isdp *isdp, const struct file *f)
{
    __attribute__((cleanup(folder_free))) struct folder folder = {0};
    struct path up = path_parent(&f->path);
    struct file root = *f;
    bool found;
    root.real = root.path;
    if (f->path.n == 0) return file_put(isdp, &root);
    TRY(folder_open(isdp, &up, &folder, &found));
    if (!found) return ERR_CORRUPT;
    TRY(folder_create(isdp, &folder, f));
    return folder_close(isdp, &folder);
}

/* ---- changing files ---- */

#define BODY_PARTS 3

/* The stored FCP as it is, and behind it a new body in parts. */
static enum err replace_body(const struct isdp *isdp, struct file *f, const struct slice body[BODY_PARTS])
{
    char name[PATH_NAME_SIZE];
    struct slice value;
    struct tlv fcp;
    BUF_LOCAL objects = {0};
    path_name(&f->real, name);
    if (!isdp_get(isdp, name, &value) || !tlv_next(&value, &fcp)) return ERR_CORRUPT;
    struct slice parts[1 + BODY_PARTS] = {fcp.whole, body[0], body[1], body[2]};
    if (f->kind == FILE_BER_TLV) {
        put_objects(&objects, f, body, BODY_PARTS);
        TRY(buf_err(&objects));
        parts[1] = buf_slice(&objects);
    }
    const size_t head_n = fcp.whole.n;
    TRY(isdp_put_parts(isdp, name, parts, f->kind == FILE_BER_TLV ? 2 : 1 + BODY_PARTS));
    if (!isdp_get(isdp, name, &value)) return ERR_CORRUPT;
    f->body = slice_skip(value, head_n);
    return f->kind != FILE_BER_TLV || take_objects(&f->body) ? OK : ERR_CORRUPT;
}

enum err file_replace_body(const struct isdp *isdp, struct file *f, struct slice body)
{
    const struct slice parts[BODY_PARTS] = {body};
    return replace_body(isdp, f, parts);
}

enum err file_write(const struct isdp *isdp, struct file *f, size_t offset, struct slice bytes)
{
    if (offset > f->body.n || bytes.n > f->body.n - offset) return ERR_CORRUPT;
    const struct slice parts[BODY_PARTS] = {slice_of(f->body.p, offset), bytes, slice_skip(f->body, offset + bytes.n)};
    return replace_body(isdp, f, parts);
}

static enum err forget_short_id(const struct isdp *isdp, const struct file *f)
{
    __attribute__((cleanup(folder_free))) struct folder folder = {0};
    struct path up = path_parent(&f->path);
    bool found;
    if (f->sfi == NO_SFI || f->path.n == 0) return OK;
    TRY(folder_open(isdp, &up, &folder, &found));
    if (!found) return ERR_CORRUPT;
    buf_reset(&folder.short_ids);
    copy_short_ids(&folder.directory, path_fid(&f->path), &folder.short_ids);
    TRY(buf_err(&folder.short_ids));
    return folder_close(isdp, &folder);
}

enum err file_delete(const struct isdp *isdp, const struct file *f)
{
    char name[PATH_NAME_SIZE + 1];
    path_name(f->is_link ? &f->path : &f->real, name);
    TRY(isdp_delete(isdp, name));
    size_t n = strlen(name);
    memcpy(name + n, "/", 2);
    TRY(isdp_delete_prefix(isdp, name));
    return forget_short_id(isdp, f);
}

static uint16_t digits_of(const char *text)
{
    uint16_t value = 0;
    for (int i = 0; i < 4; i++)
        value = (uint16_t)(value << 4 | (text[i] <= '9' ? text[i] - '0' : text[i] - 'A' + 10));
    return value;
}

enum err file_of_item(const struct isdp *isdp, const struct isdp_item *item, struct file *out)
{
    struct path path = {0};
    size_t n = strlen(item->name);
    if (n < 7) return ERR_CORRUPT;
    for (size_t at = 7; at + 5 <= n; at += 5)
        if (!path_push(&path, digits_of(item->name + at + 1))) return ERR_CORRUPT;
    bool found;
    TRY(decode(item->value, &path, out));
    return out->is_link ? follow(isdp, out, &found) : OK;
}
