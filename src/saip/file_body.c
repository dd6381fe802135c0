/* The body of an EF of a profile package (SAIP 8.3.2, 8.3.3, 8.3.5, 9.1): sizes, what it is filled with, and what is
 * written into it. Used by file_builder.c. */
#include "saip/file_builder.h"

#include <stdio.h>

#define RECORD_LENGTH_MAX 255
#define RECORDS_MAX 254
#define TRANSPARENT_MAX 65535

/* efFileSize, maximumFileSize: leading zeros were allowed before SAIP 3 (SAIP 8.3.2). */
static uint64_t size_value(struct slice value)
{
    uint64_t n = 0;
    for (size_t i = 0; i < value.n; i++)
        n = n << 8 | value.p[i];
    return n;
}

/* ---- sizes ---- */

static enum err record_sizes(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    bool like_row = row && row->kind == f->kind;
    uint64_t length = f->record_length ? f->record_length : like_row ? row->length : 0;
    uint64_t records = like_row ? row->records : 0;
    if (fcp_has(fcp, FCP_SIZE)) {
        uint64_t size = size_value(fcp->value[FCP_SIZE]);
        if (length == 0 && records) length = size / records;
        if (length == 0) return builder_bad(b, fcp_at(fcp, FCP_DESCRIPTOR), "a record length", "none");
        if (size % length) return builder_bad(b, fcp_at(fcp, FCP_SIZE), "efFileSize of whole records", "another size");
        records = size / length;
    } else if (length == 0 || records == 0) {
        return builder_bad(b, fcp->at, "efFileSize and record length", "a file that has none by default");
    }
    if (length > RECORD_LENGTH_MAX || length == 0)
        return builder_bad(b, fcp_at(fcp, FCP_DESCRIPTOR), "records of 1 to 255 bytes", "another length");
    if (records > RECORDS_MAX || records == 0)
        return builder_bad(b, fcp_at(fcp, FCP_SIZE), "1 to 254 records", "another number");
    f->record_length = (uint16_t)length;
    f->records = (uint8_t)records;
    f->size = (uint32_t)(length * records);
    return OK;
}

static enum err ber_tlv_sizes(struct file_builder *b, const struct fcp *fcp)
{
    struct file *f = &b->file;
    uint64_t size = fcp_has(fcp, FCP_SIZE) ? size_value(fcp->value[FCP_SIZE]) : 0;
    uint64_t maximum = fcp_has(fcp, FCP_MAXIMUM) ? size_value(fcp->value[FCP_MAXIMUM]) : 0;
    if (!fcp_has(fcp, FCP_SIZE) && !fcp_has(fcp, FCP_MAXIMUM))
        return builder_bad(b, fcp->at, "efFileSize or maximumFileSize", "neither");
    if (size > UINT32_MAX || maximum > UINT32_MAX)
        return builder_bad(b, fcp_at(fcp, FCP_SIZE), "sizes of 4 bytes", "more");
    if (maximum && size > maximum)
        return builder_bad(b, fcp_at(fcp, FCP_MAXIMUM), "maximumFileSize of at least efFileSize", "less");
    f->size = (uint32_t)size;
    f->maximum_size = (uint32_t)maximum;
    f->details = fcp_has(fcp, FCP_DETAILS) ? fcp->value[FCP_DETAILS].p[0] : 1;
    f->record_length = 0;
    return OK;
}

static enum err transparent_size(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    uint64_t size = row && row->kind == f->kind ? row->length : 0;
    if (fcp_has(fcp, FCP_SIZE))
        size = size_value(fcp->value[FCP_SIZE]);
    else if (size == 0)
        return builder_bad(b, fcp->at, "efFileSize", "a file that has none by default");
    if (size > TRANSPARENT_MAX) return builder_bad(b, fcp_at(fcp, FCP_SIZE), "at most 65535 bytes", "more");
    f->size = (uint32_t)size;
    f->record_length = 0;
    return OK;
}

enum err builder_check_room(struct file_builder *b, size_t more, const uint8_t *at)
{
    char came[96];
    size_t cost = saip_install_cost(b->install) + folder_growth(&b->folder) + more;
    if (cost <= b->install->memory_free) return OK;
    (void)snprintf(came, sizeof came, "%zu bytes free, %zu needed with it", b->install->memory_free, cost);
    return saip_abort(b->install, b->e, at, PE_NOT_ENOUGH_MEMORY, b->reason, "memory for the file", came);
}

/* ---- the short identifier ---- */

enum err builder_short_id(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    const uint8_t *at = fcp_at(fcp, FCP_SHORT_ID);
    bool said = fcp_has(fcp, FCP_SHORT_ID);
    if (said && fcp->value[FCP_SHORT_ID].n == 0) return OK;
    if (said) {
        uint8_t byte = fcp->value[FCP_SHORT_ID].p[0];
        if (byte & 7 || byte == 0xf8 || byte == 0)
            return builder_bad(b, at, "shortEFID of 1 to 30 in bits 8 to 4", "another one");
        f->sfi = byte >> 3;
    } else if (row) {
        f->sfi = b->again ? NO_SFI : row->sfi;
    } else {
        f->sfi = path_fid(&f->path) & 0x1f;
        if (f->sfi == 0x1f) f->sfi = NO_SFI;
    }
    if (f->sfi == NO_SFI || !folder_has_short_id(&b->folder, f->sfi)) return OK;
    if (said) return builder_bad(b, at, "each short identifier of a directory once", "one again");
    f->sfi = NO_SFI; /* a default that another file took */
    return OK;
}

/* ---- what the body is filled with ---- */

static void fill_unit(uint8_t *out, size_t n, const struct template_fill *fill, struct slice pattern, bool repeat)
{
    if (fill && fill->mode == TEMPLATE_SUFFIX) {
        size_t tail = fill->n < n ? fill->n : n;
        memset(out, 0xff, n);
        memcpy(out + n - tail, fill->bytes + fill->n - tail, tail);
        return;
    }
    for (size_t at = 0; at < n; at += pattern.n) {
        size_t part = pattern.n < n - at ? pattern.n : n - at;
        memcpy(out + at, pattern.p, part);
        if (repeat || part == n - at) continue;
        memset(out + part, pattern.p[pattern.n - 1], n - part);
        return;
    }
}

/* A pattern of the package takes the place of the template's (SAIP 8.3.3); both count per record (TS 102 222
 * 6.3.2.2.2). */
static enum err fill_background(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    static const uint8_t erased[] = {0xff};
    const struct file *f = &b->file;
    const struct template_fill *fill = row ? row->fill : NULL;
    struct slice pattern = fill ? slice_of(fill->bytes, fill->n) : SLICE(erased);
    bool repeat = fill && fill->mode == TEMPLATE_REPEAT;
    if (fcp_has(fcp, FCP_FILL) && fcp_has(fcp, FCP_REPEAT))
        return builder_bad(b, fcp_at(fcp, FCP_REPEAT), "one pattern", "fillPattern and repeatPattern");
    if (fcp_has(fcp, FCP_FILL) || fcp_has(fcp, FCP_REPEAT)) {
        fill = NULL;
        repeat = fcp_has(fcp, FCP_REPEAT);
        pattern = fcp->value[repeat ? FCP_REPEAT : FCP_FILL];
    }
    buf_reset(&b->body);
    if (f->kind == FILE_BER_TLV || f->size == 0) return OK;
    uint8_t *out = buf_extend(&b->body, f->size);
    if (!out) return ERR_MEMORY;
    size_t unit = f->record_length ? f->record_length : f->size;
    for (size_t at = 0; at < f->size; at += unit)
        fill_unit(out + at, unit, fill, pattern, repeat);
    return OK;
}

enum err builder_body(struct file_builder *b, const struct template_file *row, const struct fcp *fcp)
{
    struct file *f = &b->file;
    if (file_has_records(f))
        TRY(record_sizes(b, row, fcp));
    else
        TRY(f->kind == FILE_BER_TLV ? ber_tlv_sizes(b, fcp) : transparent_size(b, row, fcp));
    /* before anything of that size is made */
    TRY(builder_check_room(b, file_reserved(f), fcp_at(fcp, f->maximum_size ? FCP_MAXIMUM : FCP_SIZE)));
    TRY(builder_short_id(b, row, fcp));
    f->special = row && row->flags & HIGH ? FILE_HIGH_UPDATE : 0;
    if (fcp_has(fcp, FCP_SPECIAL)) f->special = fcp->value[FCP_SPECIAL].p[0];
    TRY(fill_background(b, row, fcp));
    b->position = 0;
    b->open = true;
    return OK;
}

/* ---- what is written into it ---- */

/* An EF to write into: a link's is its target. */
static enum err need_open(struct file_builder *b, const uint8_t *at)
{
    bool found = false;
    struct path path = b->file.path;
    if (b->open) return OK;
    if (b->is_link) TRY(builder_select(b, &path, at, &found));
    return b->open ? OK : builder_bad(b, at, "an EF to write into", "none");
}

enum err builder_skip(struct file_builder *b, const struct tlv *offset)
{
    uint32_t n;
    TRY(need_open(b, offset->whole.p));
    if (b->file.kind == FILE_BER_TLV)
        return builder_bad(b, offset->whole.p, "no fillFileOffset in a BER-TLV file", "one");
    if (!tlv_unsigned(offset->value, &n) || n > UINT16_MAX)
        return builder_bad(b, offset->whole.p, "fillFileOffset of 0 to 65535", "another number");
    b->position += n;
    return OK;
}

enum err builder_fill(struct file_builder *b, const struct tlv *content)
{
    const struct file *f = &b->file;
    TRY(need_open(b, content->whole.p));
    if (f->kind == FILE_BER_TLV) {
        size_t most = file_reserved(f);
        if (most < b->body.n || content->value.n > most - b->body.n)
            return builder_bad(b, content->whole.p, "content that fits into the file", "more");
        buf_append(&b->body, content->value);
        return buf_err(&b->body);
    }
    if (b->position > f->size || content->value.n > f->size - b->position)
        return builder_bad(b, content->whole.p, "content that fits into the file", "more");
    if (content->value.n) memcpy(b->body.p + b->position, content->value.p, content->value.n);
    b->position += content->value.n;
    return OK;
}
