/* The stream of profile elements; see saip.h. SAIP 7.3, 8.1, 8.10. */
#define _DEFAULT_SOURCE
#include "saip/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAUSE "SGP.22 5.5.5, SAIP 8"

enum err saip_check_new(struct saip_check **out, const struct personality *personality)
{
    struct saip_check *c = calloc(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    c->uicc_capability = personality->uicc_capability;
    c->test_key_rule = personality->test_key_rule;
    c->identification = -1;
    *out = c;
    return OK;
}

void saip_check_free(void *check)
{
    struct saip_check *c = check;
    if (!c) return;
    buf_free(&c->warnings);
    explicit_bzero(c, sizeof *c);
    free(c);
}

void *saip_check_copy(const void *check)
{
    const struct saip_check *from = check;
    struct saip_check *to = malloc(sizeof *to);
    if (!to) return NULL;
    *to = *from;
    to->warnings = (struct buf){0};
    buf_append(&to->warnings, buf_slice(&from->warnings));
    if (buf_err(&to->warnings) == OK) return to;
    free(to);
    return NULL;
}

enum err saip_abort(struct saip_check *check, const struct element *e, const uint8_t *at, enum pe_status status,
                    struct reason *reason, const char *expected, const char *came)
{
    char text[160];
    size_t index;
    const struct element_row *row = element_find(e->tag, &index);
    check->status = status;
    check->identification = e->identification;
    check->offset = e->offset + (at ? (size_t)(at - e->whole.p) : 0);
    (void)snprintf(text, sizeof text, "%s (PE %s, PEStatus %d)", came, row ? row->name : "unknown", (int)status);
    return reason_say(reason, ERR_DATA, CLAUSE, check->offset, expected, "%s", text);
}

static void put_status(struct buf *out, enum pe_status status, int32_t identification, bool has_offset, size_t offset)
{
    size_t mark = tlv_open(out, 0x30);
    tlv_put_unsigned(out, 0x80, (uint32_t)status);
    if (identification >= 0) tlv_put_unsigned(out, 0x81, (uint32_t)identification);
    if (has_offset && offset <= 0x7fffffff) tlv_put_unsigned(out, 0x83, (uint32_t)offset);
    tlv_close(out, mark);
}

void saip_warn(struct saip_check *check, const struct element *e, enum pe_status status)
{
    put_status(&check->warnings, status, e->identification, false, 0);
}

void saip_check_response(const struct saip_check *check, struct buf *out)
{
    size_t response = tlv_open(out, 0x30);
    size_t list = tlv_open(out, 0xa0);
    buf_append(out, buf_slice(&check->warnings));
    put_status(out, check->status, check->identification, check->status != PE_OK, check->offset);
    tlv_close(out, list);
    if (check->status != PE_OK) tlv_put(out, 0x81, (struct slice){0});
    tlv_close(out, response);
}

const struct saip_facts *saip_check_facts(const struct saip_check *check)
{
    return &check->facts;
}

enum pe_status saip_check_status(const struct saip_check *check)
{
    return check->status;
}

/* PEHeader: A0 {80 mandated NULL, 81 identification}, first member of every element but the header itself. */
static bool read_pe_header(struct element *e)
{
    struct tlv t;
    struct tlv member;
    uint32_t identification;
    struct slice in = e->value;
    e->identification = -1;
    if (!tlv_next(&in, &t) || t.tag != 0xa0) return false;
    e->mandated = tlv_find(t.value, 0x80, &member);
    if (!tlv_find(t.value, 0x81, &member)) return false;
    if (!tlv_unsigned(member.value, &identification) || identification > 0x7fff) return false;
    e->identification = (int32_t)identification;
    return true;
}

static enum err take_unknown(struct saip_check *check, const struct element *e, struct reason *reason)
{
    if (e->mandated)
        return saip_abort(check, e, NULL, PE_NOT_SUPPORTED, reason, "profile elements that this card knows",
                          "an unknown one that is mandated");
    saip_warn(check, e, PE_NOT_SUPPORTED);
    return OK;
}

static enum err check_identification(struct saip_check *check, const struct element *e, struct reason *reason)
{
    if (e->identification < 0) return OK;
    uint8_t *byte = &check->identifications[e->identification / 8];
    uint8_t bit = (uint8_t)(1u << (e->identification % 8));
    if (*byte & bit)
        return saip_abort(check, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "each identification once", "one again");
    *byte |= bit;
    return OK;
}

static enum err take(struct saip_check *check, struct element *e, struct reason *reason)
{
    size_t index = 0;
    const struct element_row *row = element_find(e->tag, &index);
    bool is_header = e->tag == 0xa0;
    e->identification = -1;
    if (check->ended)
        return saip_abort(check, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "PE-End as the last element",
                          "another one");
    if ((check->count == 0) != is_header)
        return saip_abort(check, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "ProfileHeader first and once",
                          is_header ? "a second one" : "another element");
    if (++check->count > ELEMENTS_MAX)
        return saip_abort(check, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "at most 4096 elements", "more");
    size_t bad;
    if (!tlv_strict(e->whole, TLV_DEPTH_MAX, &bad))
        return saip_abort(check, e, e->whole.p + bad, PE_INVALID_REQUEST_FORMAT, reason, "a profile element in DER",
                          "a tag or length that is not");
    if (!is_header) {
        /* An unknown element may have another shape (SAIP PE-Dummy is empty): then it is not mandated. */
        if (!read_pe_header(e) && row)
            return saip_abort(check, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "a PEHeader", "other bytes");
        TRY(check_identification(check, e, reason));
    }
    if (!row) return take_unknown(check, e, reason);
    if (row->once && (check->seen >> index & 1))
        return saip_abort(check, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "this element at most once",
                          "a second one");
    if (row->needs_any && !(check->seen & row->needs_any))
        return saip_abort(check, e, NULL, row->without ? row->without : PE_INVALID_REQUEST_FORMAT, reason,
                          "the element that this one builds on before it", "none");
    check->seen |= (uint64_t)1 << index;
    check->ended = e->tag == 0xaa;
    return row->take ? row->take(check, e, reason) : OK;
}

enum err saip_check_feed(struct saip_check *check, struct slice package, size_t *taken, struct reason *reason)
{
    struct slice rest = slice_skip(package, *taken);
    while (rest.n) {
        struct tlv t;
        struct element e = {.offset = *taken, .whole = rest, .identification = -1};
        enum tlv_status status = tlv_read(&rest, &t);
        if (status == TLV_TRUNCATED) return OK;
        if (status != TLV_OK)
            return saip_abort(check, &e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "a profile element in DER",
                              "a tag or length that is not");
        e.tag = t.tag;
        e.value = t.value;
        e.whole = t.whole;
        TRY(take(check, &e, reason));
        *taken += t.whole.n;
    }
    return OK;
}

enum err saip_check_end(struct saip_check *check, struct slice package, size_t taken, struct reason *reason)
{
    struct element e = {.offset = taken, .whole = slice_skip(package, taken), .identification = -1};
    if (check->ended && taken == package.n) return OK;
    return saip_abort(check, &e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "PE-End at the end of the package",
                      check->ended ? "bytes after it" : "no PE-End");
}
