/* The stream of profile elements; see saip.h. SAIP 7.3, 8.1, 8.10. */
#define _DEFAULT_SOURCE
#include "saip/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAUSE "SGP.22 5.5.5, SAIP 8"

static bool charge_everything(const char *key)
{
    (void)key;
    return true;
}

enum err saip_install_new(struct saip_install **out, const struct personality *personality, size_t memory_free)
{
    static const struct euicc_env nothing = {0};
    struct saip_install *c = calloc(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    c->uicc_capability = personality->uicc_capability;
    c->test_key_rule = personality->test_key_rule;
    c->mac_length_codes = personality->mac_length_codes;
    c->mapping_options = personality->mapping_options;
    c->pe_status_offset = personality->pe_status_offset;
    c->default_files = personality->package_default_files;
    c->rules_must_exist = personality->package_rules_must_exist;
    c->leave_out_services = personality->package_leave_out_services;
    c->select_files = personality->package_select_files;
    c->inert_applets = personality->inert_applets;
    c->identification = -1;
    c->memory_free = memory_free;
    enum err e = store_new(&c->store, &nothing, charge_everything);
    if (e != OK) {
        free(c);
        return e;
    }
    store_keep_memory(c->store);
    isdp_over(c->store, &c->isdp);
    *out = c;
    return OK;
}

void saip_install_free(void *install)
{
    struct saip_install *c = install;
    if (!c) return;
    buf_free(&c->warnings);
    buf_free(&c->references);
    store_free(c->store);
    explicit_bzero(c, sizeof *c);
    free(c);
}

void *saip_install_copy(const void *install)
{
    static const struct euicc_env nothing = {0};
    const struct saip_install *from = install;
    struct saip_install *to = malloc(sizeof *to);
    if (!to) return NULL;
    *to = *from;
    to->warnings = (struct buf){0};
    to->references = (struct buf){0};
    to->store = NULL;
    buf_append(&to->warnings, buf_slice(&from->warnings));
    buf_append(&to->references, buf_slice(&from->references));
    if (buf_err(&to->warnings) == OK && buf_err(&to->references) == OK &&
        store_clone(from->store, &nothing, &to->store) == OK) {
        store_keep_memory(to->store);
        isdp_over(to->store, &to->isdp);
        return to;
    }
    buf_free(&to->warnings);
    buf_free(&to->references);
    free(to);
    return NULL;
}

size_t saip_install_cost(const struct saip_install *install)
{
    /* under the keys of the card's store: isdp/<aid>/ in front */
    return store_charged(install->store) + store_count(install->store, "") * (5 + 2 * (size_t)AID_SIZE + 1);
}

enum err saip_check_memory(struct saip_install *install, const struct element *e, struct reason *reason)
{
    char came[96];
    size_t cost = saip_install_cost(install);
    if (cost <= install->memory_free) return OK;
    (void)snprintf(came, sizeof came, "%zu bytes free, %zu needed so far", install->memory_free, cost);
    return saip_abort(install, e, NULL, PE_NOT_ENOUGH_MEMORY, reason, "memory for the profile", came);
}

void saip_note_reference(struct saip_install *install, const struct file_reference *reference)
{
    buf_truncate(&install->references, install->context.references); /* those of elements that were skipped */
    buf_append(&install->references, slice_of(reference, sizeof *reference));
    install->context.references = install->references.n;
}

void saip_made_directory(struct saip_install *install, const struct path *path)
{
    struct saip_context *c = &install->context;
    saip_note_reference(install, &(struct file_reference){.path = *path, .kind = REFERENCE_PINS});
    if (c->has_pin_context && c->pin_context_element == install->count) return;
    c->has_pin_context = true;
    c->pin_context_element = install->count;
    c->pin_context = *path;
}

enum err saip_install_store(const struct saip_install *install, const struct isdp *to)
{
    if (!install->ended || install->status != PE_OK) return ERR_CORRUPT;
    return to->store ? store_put_all(to->store, to->prefix, install->store) : ERR_CORRUPT;
}

enum err saip_abort(struct saip_install *install, const struct element *e, const uint8_t *at, enum pe_status status,
                    struct reason *reason, const char *expected, const char *came)
{
    return saip_abort_inside(install, e, at ? (size_t)(at - e->whole.p) : 0, status, reason, expected, came);
}

enum err saip_abort_inside(struct saip_install *install, const struct element *e, size_t inside, enum pe_status status,
                           struct reason *reason, const char *expected, const char *came)
{
    char text[160];
    size_t index;
    const struct element_row *row = element_find(e->tag, &index);
    install->status = status;
    install->identification = e->identification;
    /* Without an identification nobody would know which element is meant. */
    bool in_element = install->pe_status_offset == PE_STATUS_OFFSET_ELEMENT && e->identification >= 0;
    install->offset = in_element ? inside : e->offset + inside;
    (void)snprintf(text, sizeof text, "%s (PE %s, PEStatus %d)", came, row ? row->name : "unknown", (int)status);
    return reason_say(reason, ERR_DATA, CLAUSE, e->offset + inside, expected, "%s", text);
}

#define NO_ADDITIONAL (-1)

static void put_status(struct buf *out, enum pe_status status, int32_t identification, int32_t additional,
                       bool has_offset, size_t offset)
{
    size_t mark = tlv_open(out, 0x30);
    tlv_put_unsigned(out, 0x80, (uint32_t)status);
    if (identification >= 0) tlv_put_unsigned(out, 0x81, (uint32_t)identification);
    if (additional >= 0) tlv_put_unsigned(out, 0x82, (uint32_t)additional);
    if (has_offset && offset <= 0x7fffffff) tlv_put_unsigned(out, 0x83, (uint32_t)offset);
    tlv_close(out, mark);
}

static void warn(struct saip_install *install, const struct element *e, enum pe_status status, int32_t additional)
{
    BUF_LOCAL one = {0};
    struct slice all = buf_slice(&install->warnings);
    put_status(&one, status, e->identification, additional, false, 0);
    if (buf_err(&one) != OK) install->warnings.failed = true;
    if (one.n <= all.n && slice_equal(slice_skip(all, all.n - one.n), buf_slice(&one))) return;
    buf_append(&install->warnings, buf_slice(&one));
}

void saip_warn(struct saip_install *install, const struct element *e, enum pe_status status)
{
    warn(install, e, status, NO_ADDITIONAL);
}

void saip_warn_additional(struct saip_install *install, const struct element *e, enum pe_status status,
                          uint8_t additional)
{
    warn(install, e, status, additional);
}

enum err saip_unknown(struct saip_install *install, const struct element *e, const uint8_t *at, struct reason *reason)
{
    if (e->mandated)
        return saip_abort(install, e, at, PE_INVALID_PARAMETER, reason, "members that this card knows",
                          "an unknown one in an element that is mandated");
    saip_warn(install, e, PE_INVALID_PARAMETER);
    return OK;
}

void saip_install_response(const struct saip_install *install, struct buf *out)
{
    size_t response = tlv_open(out, 0x30);
    size_t list = tlv_open(out, 0xa0);
    if (install->warnings.failed) out->failed = true;
    buf_append(out, buf_slice(&install->warnings));
    put_status(out, install->status, install->identification, NO_ADDITIONAL, install->status != PE_OK, install->offset);
    tlv_close(out, list);
    if (install->status != PE_OK) tlv_put(out, 0x81, (struct slice){0});
    tlv_close(out, response);
}

enum pe_status saip_install_status(const struct saip_install *install)
{
    return install->status;
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

static enum err take_unknown(struct saip_install *install, const struct element *e, struct reason *reason)
{
    if (e->mandated)
        return saip_abort(install, e, NULL, PE_NOT_SUPPORTED, reason, "profile elements that this card knows",
                          "an unknown one that is mandated");
    saip_warn(install, e, PE_NOT_SUPPORTED);
    return OK;
}

static enum err check_identification(struct saip_install *install, const struct element *e, struct reason *reason)
{
    if (e->identification < 0) return OK;
    uint8_t *byte = &install->identifications[e->identification / 8];
    uint8_t bit = (uint8_t)(1u << (e->identification % 8));
    if (*byte & bit)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "each identification once", "one again");
    *byte |= bit;
    return OK;
}

static enum err take(struct saip_install *install, struct element *e, struct reason *reason)
{
    size_t index = 0;
    const struct element_row *row = element_find(e->tag, &index);
    bool is_header = e->tag == 0xa0;
    e->identification = -1;
    if (install->ended)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "PE-End as the last element",
                          "another one");
    if ((install->count == 0) != is_header)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "ProfileHeader first and once",
                          is_header ? "a second one" : "another element");
    if (++install->count > ELEMENTS_MAX)
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "at most 4096 elements", "more");
    size_t bad;
    if (!tlv_strict(e->whole, TLV_DEPTH_MAX, &bad))
        return saip_abort(install, e, e->whole.p + bad, PE_INVALID_REQUEST_FORMAT, reason, "a profile element in DER",
                          "a tag or length that is not");
    if (!is_header) {
        /* An unknown element may have another shape (SAIP PE-Dummy is empty): then it is not mandated. */
        if (!read_pe_header(e) && row)
            return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "a PEHeader", "other bytes");
        TRY(check_identification(install, e, reason));
    }
    if (!row) return take_unknown(install, e, reason);
    if (row->once && (install->context.seen >> index & 1))
        return saip_abort(install, e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "this element at most once",
                          "a second one");
    if (row->needs_any && !(install->context.seen & row->needs_any)) {
        bool left_out = install->context.left_out & row->needs_any;
        enum pe_status without = row->without ? row->without : PE_INVALID_REQUEST_FORMAT;
        return saip_abort(install, e, NULL, left_out ? PE_BAD_VALUES : without, reason,
                          "the element that this one builds on before it", left_out ? "one that was skipped" : "none");
    }
    install->context.seen |= (uint64_t)1 << index;
    install->ended = e->tag == 0xaa;
    return row->take ? row->take(install, e, reason) : OK;
}

/* True for a failure that only costs the element, if the package does not insist on it (SAIP 8.1.3, 8.10). */
static bool can_be_skipped(const struct saip_install *install, const struct element *e)
{
    static const uint32_t statuses = 1u << PE_BAD_VALUES | 1u << PE_INVALID_PARAMETER | 1u << PE_RUNTIME_NOT_SUPPORTED |
                                     1u << PE_LIB_NOT_SUPPORTED | 1u << PE_TEMPLATE_NOT_SUPPORTED |
                                     1u << PE_FEATURE_NOT_SUPPORTED;
    return e->tag != 0xa0 && e->tag != 0xaa && !e->mandated && !install->must_abort && statuses >> install->status & 1;
}

/* Takes back what a skipped element left for later ones. Those that belong to its network access application must not
 * come to another one, whose keys they would replace. */
static void take_back(struct saip_install *install, const struct element *e, const struct saip_context *before)
{
    size_t index;
    const struct saip_context tried = install->context;
    struct saip_context *c = &install->context;
    *c = *before;
    if (element_find(e->tag, &index)) c->left_out |= (uint64_t)1 << index;
    if (e->tag == 0xb3 || tried.usim != before->usim) c->usim = c->naa = 0;
    if (e->tag == 0xb5 || tried.isim != before->isim) c->isim = c->naa = 0;
    if (e->tag == 0xb9 || tried.csim != before->csim) c->csim = c->naa = 0;
    if (tried.naa != before->naa) c->naa = 0;
}

/* One element: all of it, or nothing and a warning, or the end of the installation. */
static enum err take_or_skip(struct saip_install *install, struct element *e, struct reason *reason)
{
    const struct saip_context before = install->context;
    enum err result = take(install, e, reason);
    if (result == ERR_DATA && can_be_skipped(install, e)) {
        store_rollback_to(install->store, 0);
        take_back(install, e, &before);
        saip_warn(install, e, install->status);
        install->status = PE_OK;
        install->identification = -1;
        reason->said = false;
        result = OK;
    }
    if (result == OK) result = saip_check_memory(install, e, reason);
    return result == OK ? store_commit(install->store, NULL) : result;
}

enum err saip_install_feed(struct saip_install *install, struct slice in, size_t *taken, struct reason *reason)
{
    *taken = 0;
    while (in.n) {
        struct tlv t;
        struct element e = {.offset = install->position, .whole = in, .identification = -1};
        enum tlv_status status = tlv_read(&in, &t);
        if (status == TLV_TRUNCATED) return OK;
        if (status != TLV_OK)
            return saip_abort(install, &e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "a profile element in DER",
                              "a tag or length that is not");
        e.tag = t.tag;
        e.value = t.value;
        e.whole = t.whole;
        TRY(take_or_skip(install, &e, reason));
        install->position += t.whole.n;
        *taken += t.whole.n;
    }
    return OK;
}

enum err saip_install_end(struct saip_install *install, struct slice rest, struct reason *reason)
{
    struct element e = {.offset = install->position, .whole = rest, .identification = -1};
    if (install->ended && rest.n == 0) return OK;
    return saip_abort(install, &e, NULL, PE_INVALID_REQUEST_FORMAT, reason, "PE-End at the end of the package",
                      install->ended ? "bytes after it" : "no PE-End");
}
