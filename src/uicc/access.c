/* Access rules: who may do what with a file. ETSI TS 102 221 9.2 (EF.ARR in expanded format, ISO/IEC 7816-4 5.4.3), 9.5
 * (PINs); the access domain of remote file management is TS 102 226 8.2.1.3.2. Called by every command on a file.
 *
 * A record of an EF.ARR is a list of rules: an AM_DO (80 access mode bits, 81 to 8F command headers) and the SC_DOs
 * behind it, of which all must hold. What is not there, not understood or not well formed is never allowed. */
#define _DEFAULT_SOURCE
#include <stdio.h>

#include "uicc/internal.h"

#define CLAUSE "TS 102 221 9.2"
#define DEPTH_MAX 8 /* of OR, AND, NOT templates in each other */

#define AM_BITS 0x80
#define AM_STATE_MACHINE 0x9c /* proprietary: what it means is not known here */
#define AM_HEADER_INS 0x04    /* low nibble of 81 to 8F: which of CLA INS P1 P2 (8, 4, 2, 1) follow */
#define SC_ALWAYS 0x90
#define SC_NEVER 0x97
#define SC_BYTE 0x9e
#define SC_PIN 0xa4
#define SC_OR 0xa0
#define SC_NOT 0xa7
#define SC_AND 0xaf

/* The rules for a file, trimmed to what is well formed; present false: no EF.ARR, no record or an unreadable one. */
struct rule {
    bool present;
    struct slice record;
    uint16_t arr;
    uint8_t number;
};

enum verdict { HOLDS, FAILS, NEVER };

/* Whose PINs count: those of the terminal in this directory, or none at all. */
struct judge {
    struct model *m;
    const struct isdp *isdp;
    struct path directory;
    bool pins;
};

/* ---- finding ---- */

static bool is_mode(uint32_t tag)
{
    return (tag & ~0x0fu) == AM_BITS || tag == AM_STATE_MACHINE;
}

static bool is_padding(struct slice in)
{
    return in.n == 0 || in.p[0] == 0xff || in.p[0] == 0x00;
}

/* Cuts the padding off; false if what is left is not a list of data objects that starts with an AM_DO. */
static bool trim(struct slice record, struct slice *out)
{
    struct slice in = record;
    struct tlv t;
    while (!is_padding(in)) {
        bool first = in.n == record.n;
        if (tlv_read_lax(&in, &t) != TLV_OK || (first && !is_mode(t.tag))) return false;
    }
    *out = slice_of(record.p, record.n - in.n);
    return out->n > 0;
}

/* The next AM_DO and the SC_DOs behind it, of a trimmed record. */
static bool next_rule(struct slice *in, struct tlv *mode, struct slice *conditions)
{
    struct tlv t;
    if (in->n == 0 || tlv_read_lax(in, mode) != TLV_OK) return false;
    *conditions = slice_of(in->p, 0);
    for (struct slice ahead = *in; tlv_read_lax(&ahead, &t) == TLV_OK && !is_mode(t.tag);) {
        conditions->n += t.whole.n;
        *in = ahead;
    }
    return true;
}

/* True if this AM_DO names the instruction, alone or with other bytes of the header. */
static bool names_instruction(const struct tlv *mode, uint8_t ins)
{
    unsigned which = mode->tag & 0x0f;
    size_t step = (which >> 3 & 1) + (which >> 2 & 1) + (which >> 1 & 1) + (which & 1);
    size_t at = which >> 3 & 1;
    if ((mode->tag & ~0x0fu) != AM_BITS || !(which & AM_HEADER_INS)) return false;
    for (; at < mode->value.n; at += step)
        if (mode->value.p[at] == ins) return true;
    return false;
}

static bool has_bits(const struct tlv *mode, uint8_t wanted)
{
    if (mode->tag != AM_BITS || mode->value.n != 1) return false;
    uint8_t bits = mode->value.p[0];
    if (bits & 0x80) bits &= 0x07; /* the higher ones are proprietary (ISO/IEC 7816-4 table 16) */
    return wanted && (bits & wanted) == wanted;
}

/* The SC_DOs for this instruction or kind of access: one that names the instruction goes before. One that narrows it
 * down by CLA, P1 or P2 is not for this card: no SC_DO is left of it, which is never. */
static bool find_conditions(const struct rule *rule, uint8_t wanted, uint8_t ins, struct slice *out)
{
    struct tlv mode;
    struct slice in = rule->record;
    if (!rule->present) return false;
    while (next_rule(&in, &mode, out)) {
        if (!names_instruction(&mode, ins)) continue;
        if (mode.tag != (AM_BITS | AM_HEADER_INS)) out->n = 0;
        return true;
    }
    in = rule->record;
    while (next_rule(&in, &mode, out))
        if (has_bits(&mode, wanted)) return true;
    return false;
}

/* The EF.ARR in the file's directory, for a directory in its parent, or in the nearest one above that has it (TS 102
 * 221 9.2.7, 13.4). A link has its own rule and place; what lies below a linked directory keeps its own. */
static enum err find_rule(const struct isdp *isdp, const struct file *f, struct rule *out)
{
    const struct path *place = f->is_link ? &f->path : &f->real;
    *out = (struct rule){.arr = f->arr, .number = f->arr_record};
    for (struct path up = path_parent(place);; up = path_parent(&up)) {
        struct file arr;
        bool found;
        TRY(file_child(isdp, &up, f->arr, &arr, &found));
        if (found && !file_is_directory(&arr)) {
            size_t at = (size_t)arr.record_length * (f->arr_record - 1u);
            if (!file_has_records(&arr) || f->arr_record == 0 || f->arr_record > arr.records) return OK;
            out->present = trim(slice_of(arr.body.p + at, arr.record_length), &out->record);
            return OK;
        }
        if (up.n == 0) return OK;
    }
}

/* ---- judging ---- */

/* One PIN without its replacement. A blocked one fulfils nothing, whoever had verified it (TS 102 221 9.5.1). */
static bool counts_as_presented(const struct model *m, const struct pin *pin)
{
    return pin->enabled ? pin->left > 0 && pin_is_verified(m, pin) : !pin_reference_is_adm(pin->reference);
}

enum err uicc_pin_satisfied(struct model *m, const struct isdp *isdp, const struct path *directory, uint8_t reference,
                            bool *satisfied)
{
    struct pin pin = {0};
    bool found;
    *satisfied = false;
    enum err e = pin_find(isdp, directory, reference, &pin, &found);
    if (e == OK && found && !pin.enabled && pin.replacement)
        e = pin_find(isdp, directory, pin.replacement, &pin, &found);
    if (e == OK && found) *satisfied = counts_as_presented(m, &pin);
    explicit_bzero(&pin, sizeof pin);
    return e;
}

/* 83 key reference and 95 usage qualifier 08, user authentication by knowledge. */
static bool pin_condition(struct slice value, uint8_t *reference)
{
    struct tlv key;
    struct tlv usage;
    if (!tlv_find(value, 0x83, &key) || key.value.n != 1) return false;
    if (!tlv_find(value, 0x95, &usage) || usage.value.n != 1 || usage.value.p[0] != 0x08) return false;
    *reference = key.value.p[0];
    return true;
}

static enum err judge_pin(const struct judge *j, struct slice value, enum verdict *out)
{
    uint8_t reference;
    bool satisfied;
    *out = NEVER;
    if (!j->pins || !pin_condition(value, &reference)) return OK;
    TRY(uicc_pin_satisfied(j->m, j->isdp, &j->directory, reference, &satisfied));
    *out = satisfied ? HOLDS : FAILS;
    return OK;
}

static enum err judge_one(const struct judge *j, const struct tlv *condition, unsigned depth, enum verdict *out);

/* All of them (AND), or any (OR). None at all: never. */
static enum err judge_list(const struct judge *j, struct slice in, bool all, unsigned depth, enum verdict *out)
{
    struct tlv t;
    enum verdict worst = HOLDS;
    enum verdict best = NEVER;
    bool some = in.n > 0;
    while (some && in.n) {
        enum verdict one = NEVER;
        if (tlv_read_lax(&in, &t) != TLV_OK) break;
        TRY(judge_one(j, &t, depth, &one));
        if (one > worst) worst = one;
        if (one < best) best = one;
    }
    *out = !some || in.n ? NEVER : all ? worst : best;
    return OK;
}

static enum err judge_one(const struct judge *j, const struct tlv *condition, unsigned depth, enum verdict *out)
{
    *out = NEVER;
    if (depth >= DEPTH_MAX) return OK;
    switch (condition->tag) {
    case SC_ALWAYS:
        if (condition->value.n == 0) *out = HOLDS;
        return OK;
    case SC_BYTE: /* 00: no condition; all else names mechanisms that are not there */
        if (condition->value.n == 1 && condition->value.p[0] == 0x00) *out = HOLDS;
        return OK;
    case SC_PIN:
        return judge_pin(j, condition->value, out);
    case SC_OR:
        return judge_list(j, condition->value, false, depth + 1, out);
    case SC_AND:
        return judge_list(j, condition->value, true, depth + 1, out);
    case SC_NOT:
        TRY(judge_list(j, condition->value, true, depth + 1, out));
        if (*out != NEVER) *out = *out == HOLDS ? FAILS : HOLDS;
        return OK;
    default: /* SC_NEVER, B4, B6, B8: secure messaging that no terminal has, and what we do not know */
        return OK;
    }
}

/* ---- in words ---- */

struct words {
    char *out;
    size_t size, n;
};

static void say(struct words *w, const char *text)
{
    if (w->n + 1 < w->size) w->n += (size_t)snprintf(w->out + w->n, w->size - w->n, "%s", text);
    if (w->n >= w->size) w->n = w->size - 1;
}

void uicc_pin_name(uint8_t reference, char out[UICC_PIN_NAME_SIZE])
{
    unsigned low = reference & 0x7f;
    if (pin_reference_is_adm(reference))
        (void)snprintf(out, UICC_PIN_NAME_SIZE, "ADM%u", low - 9 + (reference & 0x80 ? 5 : 0));
    else if (reference == 0x01 || reference == 0x81)
        (void)snprintf(out, UICC_PIN_NAME_SIZE, "PIN%u", reference & 0x80 ? 2u : 1u);
    else if (reference == 0x11)
        (void)snprintf(out, UICC_PIN_NAME_SIZE, "universal PIN");
    else
        (void)snprintf(out, UICC_PIN_NAME_SIZE, "%s PIN %02X", reference & 0x80 ? "local" : "global", reference);
}

static void say_one(struct words *w, const struct tlv *condition, unsigned depth);

static void say_list(struct words *w, struct slice in, const char *between, unsigned depth)
{
    struct tlv t;
    size_t n = 0;
    while (in.n && tlv_read_lax(&in, &t) == TLV_OK) {
        if (n++) say(w, between);
        say_one(w, &t, depth);
    }
    if (n == 0) say(w, "never");
}

static void say_one(struct words *w, const struct tlv *condition, unsigned depth)
{
    char name[UICC_PIN_NAME_SIZE];
    uint8_t reference = 0;
    bool bracket = condition->tag == SC_OR || condition->tag == SC_AND;
    if (condition->tag == SC_ALWAYS ||
        (condition->tag == SC_BYTE && condition->value.n == 1 && condition->value.p[0] == 0x00)) {
        say(w, "always");
    } else if (condition->tag == SC_PIN && pin_condition(condition->value, &reference)) {
        uicc_pin_name(reference, name);
        say(w, name);
    } else if (depth < DEPTH_MAX && (bracket || condition->tag == SC_NOT)) {
        say(w, bracket ? "(" : "not (");
        say_list(w, condition->value, condition->tag == SC_OR ? " or " : " and ", depth + 1);
        say(w, ")");
    } else {
        say(w, "never");
    }
}

static const struct {
    uint8_t bits;
    const char *of_file, *of_directory;
} modes[] = {
    {0x01, "read", "delete child"},     {0x02, "update", "create EF"},  {0x04, "append", "create DF"},
    {0x08, "deactivate", "deactivate"}, {0x10, "activate", "activate"}, {0x20, "terminate", "terminate"},
    {0x40, "delete", "delete"},
};
#define MODES (sizeof modes / sizeof modes[0])

#define OPERATION_SIZE 16
static void operation_name(bool directory, uint8_t wanted, uint8_t ins, char out[OPERATION_SIZE])
{
    const char *name = ins == 0x32 ? "increase" : ins == 0xd4 ? "resize" : NULL;
    for (size_t i = 0; !name && i < MODES; i++)
        if (modes[i].bits == wanted) name = directory ? modes[i].of_directory : modes[i].of_file;
    if (name)
        (void)snprintf(out, OPERATION_SIZE, "%s", name);
    else
        (void)snprintf(out, OPERATION_SIZE, "INS %02X", ins);
}

static void say_rule(struct words *w, const char *operation, struct slice conditions)
{
    if (w->n) say(w, ", ");
    say(w, operation);
    say(w, " ");
    say_list(w, conditions, " and ", 0);
}

enum err uicc_access_words(const struct isdp *isdp, const struct file *f, char *out, size_t size)
{
    struct rule rule;
    struct tlv mode;
    struct slice conditions;
    char name[OPERATION_SIZE];
    struct words w = {out, size, 0};
    if (size == 0) return OK;
    out[0] = 0;
    TRY(find_rule(isdp, f, &rule));
    for (size_t i = 0; rule.present && i < MODES; i++) {
        operation_name(file_is_directory(f), modes[i].bits, 0, name);
        for (struct slice in = rule.record; next_rule(&in, &mode, &conditions);) {
            if (!has_bits(&mode, modes[i].bits)) continue;
            say_rule(&w, name, conditions);
            break;
        }
    }
    for (struct slice in = rule.record; rule.present && next_rule(&in, &mode, &conditions);) {
        if (mode.tag != (AM_BITS | AM_HEADER_INS) || mode.value.n != 1) continue;
        operation_name(file_is_directory(f), 0, mode.value.p[0], name);
        say_rule(&w, name, conditions);
    }
    if (w.n == 0) say(&w, "never");
    return OK;
}

/* ---- allowed or not ---- */

static enum err refuse(struct model *m, const struct file *f, const struct rule *rule, uint8_t wanted, uint8_t ins,
                       enum verdict verdict, struct slice conditions)
{
    char name[OPERATION_SIZE];
    char expected[160];
    char needs[100] = "";
    struct words w = {needs, sizeof needs, 0};
    operation_name(file_is_directory(f), wanted, ins, name);
    if (verdict == NEVER) {
        (void)snprintf(expected, sizeof expected, "an access rule that permits %s", name);
        return reason_say(&m->reason, ERR_SECURITY, CLAUSE, REASON_NO_OFFSET, expected, "never (EF.ARR %04X record %u)",
                          rule->arr, rule->number);
    }
    for (char *at = name; *at; at++)
        if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
    say_list(&w, conditions, " and ", 0);
    (void)snprintf(expected, sizeof expected, "%s needs %s (EF.ARR %04X record %u)", name, needs, rule->arr,
                   rule->number);
    return reason_say(&m->reason, ERR_SECURITY, CLAUSE, REASON_NO_OFFSET, expected, "not presented");
}

/* Deactivated ones are left to uicc_usable(). */
enum err uicc_in_use(struct model *m, const struct isdp *isdp, const struct file *f, bool to_delete)
{
    struct path at = f->real;
    uint8_t state = to_delete ? FILE_ACTIVATED : f->life_cycle;
    while (state < FILE_TERMINATED && at.n) {
        struct file up;
        bool found;
        at = path_parent(&at);
        TRY(file_get(isdp, &at, &up, &found));
        if (found) state = up.life_cycle;
    }
    if (state < FILE_TERMINATED) return OK;
    return reason_say(&m->reason, ERR_CONDITIONS, "TS 102 222 6.7", REASON_NO_OFFSET, "a file in use",
                      "%04X is terminated", path_fid(&at));
}

/* What an access domain says before the rule is looked at: `decided`, or the rule counts without any PIN. */
static enum err judge_domain(struct model *m, const struct uicc_domain *domain, bool *decided)
{
    uint8_t parameter = domain->access_n ? domain->access[0] : 0xff;
    *decided = parameter == 0x00 && !m->personality.full_access_keeps_never;
    if (parameter == 0x00 || parameter == 0x02) return OK;
    return reason_say(&m->reason, ERR_SECURITY, "TS 102 226 8.2.1.3.2", REASON_NO_OFFSET,
                      "an access domain with full access (00) or the UICC access mechanism (02)", "%s%02X",
                      domain->access_n ? "" : "none, as ", parameter);
}

enum err uicc_allowed(struct model *m, const struct isdp *isdp, const struct uicc_context *c, const struct file *f,
                      uint8_t mode, uint8_t ins)
{
    struct rule rule;
    struct slice conditions = {0};
    enum verdict verdict = NEVER;
    bool decided = false;
    struct judge judge = {m, isdp, file_is_directory(f) ? f->path : path_parent(&f->path), true};
    TRY(uicc_in_use(m, isdp, f, mode == ACCESS_DELETE_SELF));
    if (c->domain.remote) TRY(judge_domain(m, &c->domain, &decided));
    if (decided) return OK;
    bool full = c->domain.remote && c->domain.access[0] == 0x00;
    judge.pins = full || !c->domain.remote;
    TRY(find_rule(isdp, f, &rule));
    if (find_conditions(&rule, mode, ins, &conditions)) TRY(judge_list(&judge, conditions, true, 0, &verdict));
    if (full && verdict == FAILS) verdict = HOLDS; /* every PIN counts as presented, but never is never */
    return verdict == HOLDS ? OK : refuse(m, f, &rule, mode, ins, verdict, conditions);
}
