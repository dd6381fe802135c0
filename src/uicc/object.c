/* RETRIEVE DATA (TS 102 221 11.3.1), SET DATA (11.3.2): the data objects of a BER-TLV structure EF, block by block.
 * What is under way belongs to the channel and is forgotten with the next selection. */
#include "uicc/uicc.h"

#define RETRIEVE_CLAUSE "TS 102 221 11.3.1"
#define SET_CLAUSE "TS 102 221 11.3.2"
#define TAG_LIST 0x5c

/* P2 b8 b7 */
enum { BLOCK_NEXT = 0x00, BLOCK_FIRST = 0x80, BLOCK_AGAIN = 0xc0 };

static enum err check_parameters(struct model *m, const struct uicc_command *a, const char *clause)
{
    uint8_t block = a->p2 & 0xc0;
    bool by_sfi = a->p2 & 0x1f;
    if (a->p1 == 0 && !(a->p2 & 0x20) && block != 0x40 && (block == BLOCK_FIRST || !by_sfi)) return OK;
    return reason_say(&m->reason, ERR_PARAMETERS, clause, REASON_NO_OFFSET, "P1 00, P2 80 with an SFI, 00 or C0",
                      "%02X %02X", a->p1, a->p2);
}

static void drop(struct uicc_transfer *t)
{
    buf_free(&t->bytes);
    *t = (struct uicc_transfer){0};
}

/* How many bytes at the front are a tag of 1 to 3 bytes; 0: they are none. */
static size_t tag_bytes(struct slice in, uint32_t *tag)
{
    if (in.n == 0) return 0;
    size_t n = 1;
    *tag = in.p[0];
    if ((in.p[0] & 0x1f) != 0x1f) return n;
    do {
        if (n == in.n || n == 3) return 0;
        *tag = *tag << 8 | in.p[n];
    } while (in.p[n++] & 0x80);
    return n;
}

/* The class is context specific or private: 80 to FE in the first byte (11.3); 5C asks for the list of tags. */
static bool is_object_tag(struct slice in)
{
    return in.n && in.p[0] >= 0x80 && in.p[0] != 0xff;
}

static bool find_object(struct slice body, uint32_t tag, struct tlv *out)
{
    while (tlv_read_lax(&body, out) == TLV_OK)
        if (out->tag == tag) return true;
    return false;
}

static void put_tag_list(struct slice body, struct buf *out)
{
    struct tlv t;
    uint32_t tag;
    size_t mark = tlv_open(out, TAG_LIST);
    while (tlv_read_lax(&body, &t) == TLV_OK)
        buf_append(out, slice_of(t.whole.p, tag_bytes(t.whole, &tag)));
    tlv_close(out, mark);
}

/* The first block: finds the object and keeps it, so that all blocks are of one state of the file. */
static enum err start_retrieve(struct model *m, const struct file *f, struct uicc_transfer *t, struct slice request)
{
    struct tlv object;
    uint32_t tag = 0;
    drop(t);
    if (request.n == 0 || tag_bytes(request, &tag) != request.n || (tag != TAG_LIST && !is_object_tag(request)))
        return reason_say(&m->reason, ERR_DATA, RETRIEVE_CLAUSE, 0, "a tag, 80 to FE in its first byte, or 5C",
                          "%zu bytes, the first %02X", request.n, request.n ? request.p[0] : 0);
    if (tag == TAG_LIST) {
        put_tag_list(f->body, &t->bytes);
    } else {
        if (!find_object(f->body, tag, &object))
            return reason_say(&m->reason, ERR_REFERENCE, RETRIEVE_CLAUSE, 0, "the tag of an object of the file", "%X",
                              tag);
        buf_append(&t->bytes, object.whole);
    }
    TRY(buf_err(&t->bytes));
    t->kind = TRANSFER_RETRIEVE;
    t->total = t->bytes.n;
    return OK;
}

static enum err continue_retrieve(struct model *m, const struct uicc_transfer *t, const struct uicc_command *a)
{
    if (a->data.n)
        return reason_say(&m->reason, ERR_LENGTH, RETRIEVE_CLAUSE, REASON_NO_OFFSET, "no data after the first block",
                          "%zu bytes", a->data.n);
    if (t->kind != TRANSFER_RETRIEVE || ((a->p2 & 0xc0) == BLOCK_NEXT && t->at == t->total))
        return reason_say(&m->reason, ERR_CONDITIONS, RETRIEVE_CLAUSE, REASON_NO_OFFSET,
                          "an object of which blocks are left", "none");
    return OK;
}

enum err uicc_retrieve_data(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                            struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    struct uicc_transfer *t = &c->transfer;
    uint8_t block = a->p2 & 0xc0;
    TRY(check_parameters(m, a, RETRIEVE_CLAUSE));
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_open(m, &isdp, c, a->p2 & 0x1f, 1u << FILE_BER_TLV, ACCESS_READ, a->ins, RETRIEVE_CLAUSE, &f));
    if (block == BLOCK_FIRST)
        TRY(start_retrieve(m, &f, t, a->data));
    else
        TRY(continue_retrieve(m, t, a));
    size_t at = block == BLOCK_AGAIN ? t->block : t->at;
    size_t n = uicc_fit(a, t->total - at, answer);
    if (answer->right_le) return OK; /* the same block is asked for again */
    buf_append(answer->data, slice_of(t->bytes.p + at, n));
    TRY(buf_err(answer->data));
    t->block = at;
    t->at = at + n;
    return t->at < t->total ? WARN_MORE_DATA : OK;
}

/* The new body: the objects as they stand, this one replaced, added at the end or, with an empty `object`, left out. */
static enum err store_object(struct model *m, const struct isdp *isdp, struct file *f, uint32_t tag,
                             struct slice object)
{
    BUF_LOCAL body = {0};
    struct slice old = f->body;
    struct tlv t;
    bool placed = false;
    while (tlv_read_lax(&old, &t) == TLV_OK) {
        if (t.tag == tag) {
            if (!placed) buf_append(&body, object);
            placed = true;
        } else {
            buf_append(&body, t.whole);
        }
    }
    if (!placed) buf_append(&body, object);
    TRY(buf_err(&body));
    /* what check_room() saw at the first block another channel may have changed since */
    if (body.n > file_reserved(f) && body.n > f->body.n)
        return reason_say(&m->reason, ERR_NO_SPACE, SET_CLAUSE, 0, "objects within the maximum size of the file",
                          "%zu bytes of %u", body.n, file_reserved(f));
    return file_replace_body(isdp, f, buf_slice(&body));
}

/* Said at the first block, before the rest is collected: the objects must stay below the limit of the file, which the
 * card has set aside. */
static enum err check_room(struct model *m, const struct file *f, uint32_t tag, size_t total)
{
    struct tlv old;
    size_t limit = file_reserved(f);
    size_t others = f->body.n - (find_object(f->body, tag, &old) ? old.whole.n : 0);
    if (total <= limit && others <= limit - total) return OK;
    return reason_say(&m->reason, ERR_NO_SPACE, SET_CLAUSE, 0, "objects within the maximum size of the file",
                      "%zu bytes of %zu", others + total, limit);
}

static enum err delete_object(struct model *m, const struct isdp *isdp, struct file *f, uint32_t tag)
{
    struct tlv old;
    if (!find_object(f->body, tag, &old))
        return reason_say(&m->reason, ERR_REFERENCE, SET_CLAUSE, 0, "the tag of an object of the file", "%X", tag);
    return store_object(m, isdp, f, tag, (struct slice){0});
}

/* Takes a block in; with the last one the object is stored. */
static enum err take_block(struct model *m, const struct isdp *isdp, struct file *f, struct uicc_transfer *t,
                           struct slice data)
{
    uint32_t tag = 0;
    if (data.n > t->total - t->at) {
        size_t left = t->total - t->at;
        drop(t);
        return reason_say(&m->reason, ERR_DATA, SET_CLAUSE, left, "no more than the object", "%zu bytes of %zu", data.n,
                          left);
    }
    buf_append(&t->bytes, data);
    if (t->bytes.failed) { /* begun again, or no block could ever be taken */
        drop(t);
        return ERR_MEMORY;
    }
    t->block = t->at;
    t->at += data.n;
    if (t->at < t->total) return WARN_MORE_WANTED;
    (void)tag_bytes(buf_slice(&t->bytes), &tag);
    enum err e = store_object(m, isdp, f, tag, buf_slice(&t->bytes));
    if (e != OK) drop(t);
    return e;
}

static enum err start_set(struct model *m, const struct isdp *isdp, struct file *f, struct uicc_transfer *t,
                          struct slice data)
{
    uint32_t tag = 0;
    size_t length;
    size_t head;
    size_t n = tag_bytes(data, &tag);
    drop(t);
    if (n == 0 || !is_object_tag(data))
        return reason_say(&m->reason, ERR_DATA, SET_CLAUSE, 0, "a tag, 80 to FE in its first byte",
                          "%zu bytes, the first %02X", data.n, data.n ? data.p[0] : 0);
    if (n == data.n) return delete_object(m, isdp, f, tag);
    if (tlv_head(data, &tag, &length, &head) != TLV_OK)
        return reason_say(&m->reason, ERR_DATA, SET_CLAUSE, n, "tag and length of the object in the first block",
                          "other bytes");
    TRY(check_room(m, f, tag, head + length));
    *t = (struct uicc_transfer){.kind = TRANSFER_SET, .total = head + length};
    return take_block(m, isdp, f, t, data);
}

enum err uicc_set_data(struct model *m, struct uicc_context *c, const struct uicc_command *a,
                       struct uicc_answer *answer)
{
    struct isdp isdp;
    struct file f;
    struct uicc_transfer *t = &c->transfer;
    uint8_t block = a->p2 & 0xc0;
    (void)answer;
    TRY(check_parameters(m, a, SET_CLAUSE));
    if (a->data.n == 0)
        return reason_say(&m->reason, ERR_LENGTH, SET_CLAUSE, REASON_NO_OFFSET, "a block of an object", "no data");
    TRY(isdp_enabled(m, &isdp));
    TRY(uicc_open(m, &isdp, c, a->p2 & 0x1f, 1u << FILE_BER_TLV, ACCESS_UPDATE, a->ins, SET_CLAUSE, &f));
    bool again = block == BLOCK_AGAIN && t->kind == TRANSFER_SET;
    if (block == BLOCK_FIRST || (again && t->block == 0)) return start_set(m, &isdp, &f, t, a->data);
    if (t->kind != TRANSFER_SET || (block == BLOCK_NEXT && t->at == t->total))
        return reason_say(&m->reason, ERR_CONDITIONS, SET_CLAUSE, REASON_NO_OFFSET,
                          "an object of which blocks are wanted", "none");
    if (again) {
        t->at = t->block;
        buf_truncate(&t->bytes, t->at);
    }
    return take_block(m, &isdp, &f, t, a->data);
}
