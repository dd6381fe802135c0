/* A bound profile package as a stream with pauses (SGP.22 2.5.4, 5.7.6): BF36 header, BF23, A0 with
 * 87s, A1 with 88s, A2 with 87s (optional), A3 with 86s. The LPA cuts it into STORE DATA chains; nothing here depends
 * on where. Nothing reaches the store before the last byte. */
#include "isdr/internal.h"

#define CLAUSE "2.5.4"
#define SEGMENT_MAX 1020 /* whole TLV, SGP.22 2.5.3 */
#define STREAM_MAX 65536 /* a protected TLV that is larger than any card buffer */

static const struct {
    uint32_t section_tag, tlv_tag;
    enum bpp_command command;
} sections[] = {
    [BPP_HEADER] = {0xbf36, 0xbf23, COMMAND_INITIALISE_SECURE_CHANNEL},
    [BPP_CONFIGURE_ISDP] = {0xa0, 0x87, COMMAND_CONFIGURE_ISDP},
    [BPP_STORE_METADATA] = {0xa1, 0x88, COMMAND_STORE_METADATA},
    [BPP_REPLACE_KEYS] = {0xa2, 0x87, COMMAND_REPLACE_SESSION_KEYS},
    [BPP_PROFILE_ELEMENTS] = {0xa3, 0x86, COMMAND_LOAD_PROFILE_ELEMENTS},
};

/* What one step over the stream did. */
enum step { STEP_AGAIN, STEP_NEEDS_MORE, STEP_DONE };

static bool is_segment_tag(uint32_t tag)
{
    return tag == 0xbf36 || (tag >= 0xa0 && tag <= 0xa3) || (tag >= 0x86 && tag <= 0x88);
}

bool bound_profile_package_takes(const struct model *m, struct slice in)
{
    const struct session *s = &m->session;
    uint32_t tag;
    size_t length;
    size_t head;
    if (s->download.pending.n) return true;
    /* BF36 with its length may have come alone */
    bool header_came = s->state == SESSION_READY && s->download.in_section;
    if (tlv_head(in, &tag, &length, &head) == TLV_OK) return is_segment_tag(tag) || (header_came && tag == 0xbf23);
    /* cut inside the tag and length that it starts with */
    if (in.n && s->state == SESSION_LOADING) return is_segment_tag(in.p[0]);
    return in.n && s->state == SESSION_READY && in.p[0] == 0xbf &&
           (in.n == 1 || in.p[1] == (header_came ? 0x23 : 0x36));
}

/* bppCommandId that a failure at this place belongs to. */
static enum bpp_command current_command(const struct download *d)
{
    return sections[d->section].command;
}

enum bpp_command bound_profile_package_command(const struct model *m)
{
    return current_command(&m->session.download);
}

static enum bpp_error structure(struct model *m, const char *expected, uint32_t came)
{
    SAY_WHY(m, CLAUSE, expected, "%X", came);
    return SCP03T_STRUCTURE_ERROR;
}

/* BF36 tag and length, then the whole of BF23. */
static enum err read_header(struct model *m, struct slice *in, enum step *step, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    uint32_t tag;
    size_t length;
    size_t head;
    struct tlv t;
    if (!d->in_section) {
        enum tlv_status status = tlv_head(*in, &tag, &length, &head);
        if (status == TLV_BAD || (status == TLV_OK && tag != 0xbf36)) {
            *error = INCORRECT_INPUT_VALUES;
            SAY_WHY(m, CLAUSE, "BoundProfilePackage BF36", "another object");
        }
        if (status != TLV_OK || tag != 0xbf36) return OK;
        d->in_section = true;
        d->package_left = length;
        *in = slice_skip(*in, head);
    }
    struct slice rest = *in;
    enum tlv_status status = tlv_read(&rest, &t);
    if (status == TLV_END || (status == TLV_TRUNCATED && in->n < SEGMENT_MAX)) return OK;
    *error = INCORRECT_INPUT_VALUES;
    if (status != TLV_OK || t.tag != 0xbf23 || t.whole.n > d->package_left) {
        SAY_WHY(m, CLAUSE, "InitialiseSecureChannel BF23 inside BF36", "another object");
        return OK;
    }
    TRY(es8_initialise_secure_channel(m, t.whole, error));
    if (*error != BPP_GOOD) return OK;
    d->package_left -= t.whole.n;
    d->section = BPP_CONFIGURE_ISDP;
    d->in_section = false;
    m->session.state = SESSION_LOADING;
    *in = rest;
    *step = STEP_AGAIN;
    return OK;
}

/* Tag and length of A0, A1, A2 or A3. */
static enum err read_section_head(struct model *m, struct slice *in, enum step *step, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    uint32_t tag;
    size_t length;
    size_t head;
    enum tlv_status status = tlv_head(*in, &tag, &length, &head);
    if (d->package_left == 0) {
        if (d->section == BPP_REPLACE_KEYS) d->section = BPP_PROFILE_ELEMENTS; /* A2 need not be there */
        *error = SCP03T_STRUCTURE_ERROR;
        SAY_WHY(m, CLAUSE, "the sequences A0, A1, A2 (optional), A3 in order", "the end of BF36");
        return OK;
    }
    if ((status == TLV_END || status == TLV_TRUNCATED) && in->n < d->package_left) return OK;
    if (status != TLV_OK) {
        *error = structure(m, "the tag and length of a sequence", in->p[0]);
        return OK;
    }
    if (d->section == BPP_REPLACE_KEYS && tag == sections[BPP_PROFILE_ELEMENTS].section_tag)
        d->section = BPP_PROFILE_ELEMENTS;
    if (tag != sections[d->section].section_tag) {
        /* A ReplaceSessionKeys too early or again is its own failure, any other that of what was due. */
        if (tag == sections[BPP_REPLACE_KEYS].section_tag) d->section = BPP_REPLACE_KEYS;
        *error = structure(m, "the sequences A0, A1, A2 (optional), A3 in order", tag);
        return OK;
    }
    if (head + length > d->package_left || length == 0) {
        *error = structure(m, "a sequence that fits into BF36 and is not empty", tag);
        return OK;
    }
    d->package_left -= head + length;
    d->section_left = length;
    d->in_section = true;
    buf_reset(&d->plain);
    *in = slice_skip(*in, head);
    *step = STEP_AGAIN;
    return OK;
}

/* All TLVs of a sequence are there. */
static enum err finish_section(struct model *m, struct buf *response, enum step *step, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    struct slice plain = buf_slice(&d->plain);
    *step = STEP_AGAIN;
    d->in_section = false;
    switch (d->section) {
    case BPP_CONFIGURE_ISDP:
        TRY(es8_configure_isdp(m, plain, error));
        if (*error == BPP_GOOD) d->section = BPP_STORE_METADATA;
        return OK;
    case BPP_STORE_METADATA:
        TRY(es8_store_metadata(m, plain, error));
        if (*error == BPP_GOOD) d->section = BPP_REPLACE_KEYS;
        return OK;
    case BPP_REPLACE_KEYS:
        TRY(es8_replace_session_keys(m, plain, error));
        if (*error == BPP_GOOD) d->section = BPP_PROFILE_ELEMENTS;
        return OK;
    case BPP_PROFILE_ELEMENTS:
        if (d->package_left) {
            *error = structure(m, "BF36 to end with A3", 0xbf36);
            return OK;
        }
        TRY(es8_load_profile_elements(m, true, error));
        if (*error != BPP_GOOD) return OK;
        *step = STEP_DONE;
        return installation_succeeded(m, response);
    case BPP_HEADER:
        break;
    }
    return ERR_CORRUPT;
}

static enum err open_tlv(struct model *m, const struct tlv *t, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    bool elements = d->section == BPP_PROFILE_ELEMENTS;
    struct slice header = slice_of(t->whole.p, t->whole.n - t->value.n);
    enum bsp_result result = bsp_open(d->bsp, header, t->value, t->tag != 0x88, elements ? &d->package : &d->plain);
    switch (result) {
    case BSP_OK:
        break;
    case BSP_STRUCTURE:
        *error = structure(m, "cipher text in whole blocks and a MAC", t->tag);
        return OK;
    case BSP_SECURITY:
        *error = SCP03T_SECURITY_ERROR;
        SAY_WHY(m, "2.5.3", "a MAC and padding made with the session keys", "another one in %X", t->tag);
        return OK;
    case BSP_FAILED:
        return ERR_MEMORY;
    }
    return elements ? es8_load_profile_elements(m, false, error) : OK;
}

/* One 86, 87 or 88. */
static enum err read_protected(struct model *m, struct slice *in, enum step *step, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    struct tlv t;
    uint32_t tag;
    size_t length;
    size_t head;
    enum tlv_status status = tlv_head(*in, &tag, &length, &head);
    if ((status == TLV_END || status == TLV_TRUNCATED) && in->n < d->section_left) return OK;
    size_t max = m->personality.strict_segment_length ? SEGMENT_MAX : STREAM_MAX;
    if (status != TLV_OK || tag != sections[d->section].tlv_tag) {
        *error =
            structure(m, "the protected TLVs of this sequence (87, 88, 87, 86)", status == TLV_OK ? tag : in->p[0]);
        return OK;
    }
    if (head + length > d->section_left || head + length > max) {
        *error = structure(m, "a protected TLV that fits into its sequence", tag);
        return OK;
    }
    if (tlv_read(in, &t) != TLV_OK) return OK;
    TRY(open_tlv(m, &t, error));
    if (*error != BPP_GOOD) return OK;
    d->section_left -= t.whole.n;
    /* What follows a ReplaceSessionKeys would be under keys that do not rule yet. */
    if (d->section == BPP_REPLACE_KEYS && d->section_left && tlv_strict(buf_slice(&d->plain), TLV_DEPTH_MAX, NULL)) {
        *error = structure(m, "one ReplaceSessionKeys", t.tag);
        return OK;
    }
    *step = STEP_AGAIN;
    return OK;
}

static enum err one_step(struct model *m, struct slice *in, struct buf *response, enum step *step,
                         enum bpp_error *error)
{
    struct download *d = &m->session.download;
    *step = STEP_NEEDS_MORE;
    if (d->section == BPP_HEADER) return read_header(m, in, step, error);
    if (!d->in_section) return read_section_head(m, in, step, error);
    if (d->section_left) return read_protected(m, in, step, error);
    return finish_section(m, response, step, error);
}

/* Consumes what it can of `in`; *done: the package is at its end, the answer is in response. */
static enum err consume(struct model *m, struct slice *in, struct buf *response, bool *done)
{
    enum step step;
    do {
        enum bpp_error error = BPP_GOOD;
        enum bpp_command command;
        TRY(one_step(m, in, response, &step, &error));
        if (error != BPP_GOOD) {
            command = current_command(&m->session.download);
            *done = true;
            return installation_failed(m, command, error, response);
        }
    } while (step == STEP_AGAIN);
    *done = step == STEP_DONE;
    return OK;
}

static enum err refuse_segment(struct model *m, uint32_t tag, enum err e, const char *expected)
{
    return reason_say(&m->reason, e, "SGP.22 5.7.6", 0, expected, "%X", tag);
}

enum err bound_profile_package_segment(struct model *m, struct slice segment, struct buf *response)
{
    struct session *s = &m->session;
    struct download *d = &s->download;
    bool at_boundary = d->pending.n == 0;
    bool starts = segment.n && segment.p[0] == 0xbf && (segment.n == 1 || segment.p[1] == 0x36);
    if (s->state != SESSION_READY && s->state != SESSION_LOADING)
        return refuse_segment(m, segment.p[0], ERR_CONDITIONS, "a PrepareDownload before a bound profile package");
    if (s->state == SESSION_LOADING && at_boundary && starts)
        return refuse_segment(m, 0xbf36, ERR_CONDITIONS, "the rest of the bound profile package that is loading");
    if (s->state == SESSION_READY && at_boundary && !d->in_section && !starts)
        return refuse_segment(m, segment.p[0], ERR_CONDITIONS, "BF36 and InitialiseSecureChannel first");
    bool done = false;
    struct slice in = segment;
    if (!at_boundary) {
        buf_append(&d->pending, segment);
        TRY(buf_err(&d->pending));
        in = buf_slice(&d->pending);
    }
    enum err e = consume(m, &in, response, &done);
    /* What could not be processed leaves nothing half done: the stream cannot go on. */
    if (e != OK) session_drop(s);
    if (e != OK || done) return e;
    if (at_boundary) {
        buf_append(&d->pending, in);
        return buf_err(&d->pending);
    }
    size_t left = in.n;
    if (left) memmove(d->pending.p, d->pending.p + d->pending.n - left, left);
    buf_truncate(&d->pending, left);
    return OK;
}
