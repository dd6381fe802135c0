/* Operations of an eUICC Package as readable text, as softeuicc-eim takes them; see eim.h. */
#define _POSIX_C_SOURCE 200809L
#include "eim.h"

#include "base/hex.h"

#include <stdarg.h>
#include <stdlib.h>

enum { WORDS_MAX = 8, LINE_MAX_BYTES = 8192 };

/* One operation, cut at blanks; words[0] is its name. */
struct line {
    struct eim_script *script;
    char *words[WORDS_MAX];
    size_t n;
    eim_loader load;
    void *ctx;
};

static bool wrong(struct eim_script *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool wrong(struct eim_script *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->error, sizeof s->error, format, args);
    va_end(args);
    return false;
}

/* A copy that lives as long as the script. */
static bool store(struct eim_script *s, struct slice from, struct slice *out)
{
    uint8_t *copy = s->stored < sizeof s->store / sizeof *s->store ? malloc(from.n + 1) : NULL;
    if (!copy) return wrong(s, "no memory");
    if (from.n) memcpy(copy, from.p, from.n);
    copy[from.n] = 0;
    s->store[s->stored++] = copy;
    *out = slice_of(copy, from.n);
    return true;
}

bool eim_iccid_bytes(const char *digits, uint8_t out[10])
{
    size_t n = strspn(digits, "0123456789");
    if (digits[n] || n < 18 || n > 20) return false;
    memset(out, 0xff, 10);
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(digits[i] - '0');
        out[i / 2] = (uint8_t)(i % 2 ? (out[i / 2] & 0x0f) | digit << 4 : (out[i / 2] & 0xf0) | digit);
    }
    return true;
}

static void put_arc(struct buf *out, uint64_t arc)
{
    uint8_t bytes[10];
    size_t n = 0;
    do {
        bytes[n++] = (uint8_t)(arc & 0x7f);
        arc >>= 7;
    } while (arc);
    while (n--)
        buf_byte(out, (uint8_t)(bytes[n] | (n ? 0x80 : 0)));
}

bool eim_oid_bytes(const char *text, struct buf *out)
{
    uint64_t first = 0;
    for (size_t i = 0; *text; i++) {
        char *end;
        if (*text < '0' || *text > '9') return false;
        uint64_t arc = strtoull(text, &end, 10);
        if (*end && (*end != '.' || !end[1])) return false;
        if (arc > UINT32_MAX) return false;
        if (i == 0) {
            first = arc;
            if (first > 2 || !*end) return false;
        } else if (i == 1) {
            if (first < 2 && arc > 39) return false;
            put_arc(out, 40 * first + arc);
        } else {
            put_arc(out, arc);
        }
        text = *end ? end + 1 : end;
    }
    return out->n > 0 && buf_err(out) == OK;
}

static bool take_iccid(struct line *l, size_t at, struct eim_op *op)
{
    uint8_t iccid[10];
    if (at >= l->n) return wrong(l->script, "%s: expected an ICCID", l->words[0]);
    if (!eim_iccid_bytes(l->words[at], iccid))
        return wrong(l->script, "%s %s: expected an ICCID of 18 to 20 digits", l->words[0], l->words[at]);
    return store(l->script, SLICE(iccid), &op->iccid);
}

static bool take_hex(struct line *l, size_t at, struct slice *out)
{
    BUF_LOCAL bytes = {0};
    if (at >= l->n || !hex_decode(slice_text(l->words[at]), &bytes) || bytes.n == 0)
        return wrong(l->script, "%s: expected hexadecimal digits%s%s", l->words[0], at < l->n ? ", came " : "",
                     at < l->n ? l->words[at] : "");
    return store(l->script, buf_slice(&bytes), out);
}

static bool no_more(struct line *l, size_t from)
{
    return l->n <= from || wrong(l->script, "%s: \"%s\" is not expected here", l->words[0], l->words[from]);
}

static bool parse_enable(struct line *l, struct eim_op *op)
{
    if (!take_iccid(l, 1, op)) return false;
    if (l->n == 2) return true;
    op->rollback = strcmp(l->words[2], "rollback") == 0;
    if (!op->rollback) return wrong(l->script, "enable: expected \"rollback\" after the ICCID, came %s", l->words[2]);
    return no_more(l, 3);
}

static bool parse_iccid(struct line *l, struct eim_op *op)
{
    return take_iccid(l, 1, op) && no_more(l, 2);
}

static bool parse_plain(struct line *l, struct eim_op *op)
{
    (void)op;
    return no_more(l, 1);
}

/* The criterion of `list`: at words[at] its name, behind it its value. */
static bool take_criterion(struct line *l, size_t at, struct eim_op *op)
{
    static const char *const classes[] = {"test", "provisioning", "operational"};
    BUF_LOCAL tlv = {0};
    struct slice value = {0};
    uint8_t iccid[10];
    const char *name = l->words[at];
    const char *text = l->words[at + 1];
    if (strcmp(name, "iccid") == 0) {
        if (!eim_iccid_bytes(text, iccid)) return wrong(l->script, "list iccid %s: expected 18 to 20 digits", text);
        tlv_put(&tlv, 0x5a, SLICE(iccid));
    } else if (strcmp(name, "aid") == 0) {
        if (!take_hex(l, at + 1, &value)) return false;
        tlv_put(&tlv, 0x4f, value);
    } else {
        for (uint8_t i = 0; i < 3; i++)
            if (strcmp(text, classes[i]) == 0) tlv_put_u8(&tlv, 0x95, i);
        if (tlv.n == 0) return wrong(l->script, "list class %s: expected test, provisioning or operational", text);
    }
    return store(l->script, buf_slice(&tlv), &op->search);
}

static bool parse_list(struct line *l, struct eim_op *op)
{
    for (size_t i = 1; i < l->n; i++) {
        const char *word = l->words[i];
        bool criterion = strcmp(word, "iccid") == 0 || strcmp(word, "aid") == 0 || strcmp(word, "class") == 0;
        if (criterion && i + 1 < l->n && op->search.n == 0) {
            if (!take_criterion(l, i++, op)) return false;
        } else if (criterion || op->tags.n) {
            return wrong(l->script, "list: expected TAGS (hex) and one of iccid, aid, class with a value; came %s",
                         word);
        } else if (!take_hex(l, i, &op->tags)) {
            return false;
        }
    }
    return true;
}

static bool parse_immediate(struct line *l, struct eim_op *op)
{
    BUF_LOCAL oid = {0};
    struct slice address = {0};
    size_t at = 2;
    if (l->n < 2 || (strcmp(l->words[1], "on") != 0 && strcmp(l->words[1], "off") != 0))
        return wrong(l->script, "immediate-enable: expected on or off");
    op->immediate = strcmp(l->words[1], "on") == 0;
    if (at < l->n && l->words[at][strspn(l->words[at], "0123456789.")] == 0) {
        if (!eim_oid_bytes(l->words[at], &oid))
            return wrong(l->script, "immediate-enable: %s is not an object identifier", l->words[at]);
        if (!store(l->script, buf_slice(&oid), &op->oid)) return false;
        at++;
    }
    if (at < l->n) {
        if (!store(l->script, slice_text(l->words[at]), &address)) return false;
        op->address = (const char *)address.p;
        at++;
    }
    return no_more(l, at);
}

static bool parse_default_dp(struct line *l, struct eim_op *op)
{
    struct slice address = {0};
    if (l->n < 2) return wrong(l->script, "default-dp: expected an address, or - for none");
    const char *text = strcmp(l->words[1], "-") == 0 ? "" : l->words[1];
    if (!store(l->script, slice_text(text), &address)) return false;
    op->address = (const char *)address.p;
    return no_more(l, 2);
}

static bool parse_eim(struct line *l, struct eim_op *op)
{
    BUF_LOCAL data = {0};
    struct tlv t;
    char why[200] = "nobody gives files here";
    if (l->n < 2) return wrong(l->script, "%s: expected a file with EimConfigurationData, or self", l->words[0]);
    if (!l->load || !l->load(l->ctx, l->words[1], &data, why, sizeof why))
        return wrong(l->script, "%s %s: %s", l->words[0], l->words[1], why);
    struct slice in = buf_slice(&data);
    if (!tlv_next(&in, &t) || t.tag != 0x30 || in.n)
        return wrong(l->script, "%s %s: expected EimConfigurationData (tag 30)", l->words[0], l->words[1]);
    return store(l->script, t.value, &op->content) && no_more(l, 2);
}

static bool parse_delete_eim(struct line *l, struct eim_op *op)
{
    BUF_LOCAL data = {0};
    struct tlv t;
    struct tlv id;
    char why[200] = "";
    if (l->n < 2) return wrong(l->script, "delete-eim: expected an eimId");
    bool self = strcmp(l->words[1], "self") == 0 && l->load && l->load(l->ctx, "self", &data, why, sizeof why);
    struct slice in = buf_slice(&data);
    if (self && tlv_next(&in, &t) && tlv_find(t.value, 0x80, &id))
        return store(l->script, id.value, &op->eim_id) && no_more(l, 2);
    return store(l->script, slice_text(l->words[1]), &op->eim_id) && no_more(l, 2);
}

static bool parse_raw(struct line *l, struct eim_op *op)
{
    return take_hex(l, 1, &op->bytes) && no_more(l, 2);
}

static const struct verb {
    const char *name;
    enum eim_op_kind kind;
    bool (*parse)(struct line *l, struct eim_op *op);
} verbs[] = {
    {"enable", EIM_OP_ENABLE, parse_enable},
    {"disable", EIM_OP_DISABLE, parse_iccid},
    {"delete", EIM_OP_DELETE, parse_iccid},
    {"list", EIM_OP_LIST, parse_list},
    {"rat", EIM_OP_RAT, parse_plain},
    {"immediate-enable", EIM_OP_IMMEDIATE, parse_immediate},
    {"set-fallback", EIM_OP_SET_FALLBACK, parse_iccid},
    {"unset-fallback", EIM_OP_UNSET_FALLBACK, parse_plain},
    {"default-dp", EIM_OP_DEFAULT_DP, parse_default_dp},
    {"add-eim", EIM_OP_ADD_EIM, parse_eim},
    {"delete-eim", EIM_OP_DELETE_EIM, parse_delete_eim},
    {"update-eim", EIM_OP_UPDATE_EIM, parse_eim},
    {"list-eim", EIM_OP_LIST_EIM, parse_plain},
    {"raw", EIM_OP_RAW, parse_raw},
    {"raw-eco", EIM_OP_RAW_ECO, parse_raw},
};

static bool parse_line(struct eim_script *s, char *text, eim_loader load, void *ctx)
{
    struct line l = {.script = s, .load = load, .ctx = ctx};
    char *state = NULL;
    for (char *word = strtok_r(text, " \t\r\n", &state); word; word = strtok_r(NULL, " \t\r\n", &state)) {
        if (l.n == WORDS_MAX) return wrong(s, "%s: too many words", l.words[0]);
        l.words[l.n++] = word;
    }
    if (l.n == 0) return true;
    if (s->n == EIM_OPS_MAX) return wrong(s, "more than %d operations", EIM_OPS_MAX);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(l.words[0], verbs[i].name) != 0) continue;
        struct eim_op *op = &s->ops[s->n++];
        *op = (struct eim_op){.kind = verbs[i].kind};
        return verbs[i].parse(&l, op);
    }
    return wrong(s, "%s: no such operation", l.words[0]);
}

bool eim_script_read(struct eim_script *s, const char *text, eim_loader load, void *ctx)
{
    char copy[LINE_MAX_BYTES];
    char *state = NULL;
    eim_script_free(s);
    if (strlen(text) >= sizeof copy) return wrong(s, "more than %d bytes of operations", LINE_MAX_BYTES - 1);
    memcpy(copy, text, strlen(text) + 1);
    for (char *line = strtok_r(copy, ";\n", &state); line; line = strtok_r(NULL, ";\n", &state))
        if (!parse_line(s, line, load, ctx)) return false;
    return true;
}

void eim_script_free(struct eim_script *s)
{
    for (size_t i = 0; i < s->stored; i++)
        free(s->store[i]);
    *s = (struct eim_script){0};
}
