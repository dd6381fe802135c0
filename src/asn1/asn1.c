/* Decoding of structured messages with libtasn1; see asn1.h. What STRICT_DER of libtasn1 lets through (lengths that are
 * not minimal, EXPLICIT wrappers of wrong length, empty SEQUENCEs) is stopped here by tlv_strict, by encoding again and
 * comparing, and by asking for every mandatory member. */
#include "asn1/asn1.h"

#include <libtasn1.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

extern const asn1_static_node rsp_tab[];

#define INPUT_MAX 32768 /* libtasn1 is quadratic in nested lists: 32 KB cost at most 0.13 s */

/* The definitions tree: made once, then only read. */
static asn1_node definitions;
static pthread_once_t definitions_once = PTHREAD_ONCE_INIT;

static void load_definitions(void)
{
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE];
    if (asn1_array2tree(rsp_tab, &definitions, why) != ASN1_SUCCESS) definitions = NULL;
}

enum err asn1_warm_up(void)
{
    if (pthread_once(&definitions_once, load_definitions) != 0) return ERR_MEMORY;
    return definitions ? OK : ERR_MEMORY;
}

void asn1_refuse(struct asn1 *a, const uint8_t *at, const char *expected, const char *came)
{
    a->failed = true;
    size_t offset = at && a->der.n ? (size_t)(at - a->der.p) : REASON_NO_OFFSET;
    (void)reason_say(a->reason, ERR_DATA, a->clause, offset, expected, "%s", came);
}

MUST_USE static enum err encodes_to_the_same(asn1_node node, struct slice der, bool *same)
{
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE];
    int n = (int)der.n;
    uint8_t small[1024];
    uint8_t *again = der.n <= sizeof small ? small : malloc(der.n);
    if (!again) return ERR_MEMORY;
    int rc = asn1_der_coding(node, "", again, &n, why); /* ASN1_MEM_ERROR: it would be longer */
    *same = rc == ASN1_SUCCESS && (size_t)n == der.n && memcmp(again, der.p, der.n) == 0;
    if (again != small) free(again);
    return rc == ASN1_MEM_ALLOC_ERROR ? ERR_MEMORY : OK;
}

enum err asn1_open(struct asn1 *a, const char *type, struct slice der, const char *clause, struct reason *reason)
{
    char name[80];
    char expected[160];
    char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";
    size_t offset = 0;
    *a = (struct asn1){.der = der, .clause = clause, .reason = reason};
    TRY(asn1_warm_up());
    (void)snprintf(expected, sizeof expected, "%s in DER", type);
    if (der.n == 0 || der.n > INPUT_MAX) return reason_say(reason, ERR_DATA, clause, 0, expected, "%zu bytes", der.n);
    if (!tlv_strict(der, TLV_DEPTH_MAX, &offset))
        return reason_say(reason, ERR_DATA, clause, offset, expected, "a tag or length that is not DER");
    (void)snprintf(name, sizeof name, "RSP.%s", type);
    asn1_node node = NULL;
    int rc = asn1_create_element(definitions, name, &node);
    a->node = node;
    if (rc != ASN1_SUCCESS) return ERR_MEMORY;
    int n = (int)der.n;
    rc = asn1_der_decoding2(&node, der.p, &n, ASN1_DECODE_FLAG_STRICT_DER, why);
    a->node = node;
    if (rc == ASN1_MEM_ERROR || rc == ASN1_MEM_ALLOC_ERROR) return ERR_MEMORY;
    if (rc != ASN1_SUCCESS) return reason_say(reason, ERR_DATA, clause, 0, expected, "%s %s", asn1_strerror(rc), why);
    bool same;
    TRY(encodes_to_the_same(node, der, &same));
    if (!same)
        return reason_say(reason, ERR_DATA, clause, 0, expected, "members missing, or an encoding that is not DER");
    return OK;
}

void asn1_close(struct asn1 *a)
{
    asn1_node node = a->node;
    if (node) (void)asn1_delete_structure(&node);
    a->node = NULL;
}

bool asn1_tlv(const struct asn1 *a, const char *path, struct tlv *out)
{
    int start;
    int end;
    if (asn1_der_decoding_startEnd(a->node, NULL, 0, path, &start, &end) != ASN1_SUCCESS) return false;
    if (!a->der.p || start < 0 || end < start || (size_t)end >= a->der.n) return false;
    struct slice s = slice_of(a->der.p + start, (size_t)(end - start) + 1);
    return tlv_next(&s, out);
}

bool asn1_present(const struct asn1 *a, const char *path)
{
    struct tlv t;
    return asn1_tlv(a, path, &t);
}

static void refuse_member(struct asn1 *a, const uint8_t *at, const char *path, const char *rule, const char *came)
{
    char expected[160];
    (void)snprintf(expected, sizeof expected, "%s %s", path, rule);
    asn1_refuse(a, at, expected, came);
}

/* A mandatory member is absent: the place is that of what should hold it. */
static void refuse_absence(struct asn1 *a, const char *path)
{
    char parent[128];
    struct tlv t;
    (void)snprintf(parent, sizeof parent, "%s", path);
    char *dot = strrchr(parent, '.');
    if (dot) *dot = 0;
    refuse_member(a, dot && asn1_tlv(a, parent, &t) ? t.whole.p : a->der.p, path, "(mandatory)", "nothing");
}

struct slice asn1_optional_bytes(struct asn1 *a, const char *path, size_t min, size_t max, bool *present)
{
    struct tlv t;
    *present = asn1_tlv(a, path, &t);
    if (!*present) return (struct slice){0};
    if (t.value.n < min || t.value.n > max) {
        char rule[64];
        char came[32];
        (void)snprintf(rule, sizeof rule, "of %zu to %zu bytes", min, max);
        (void)snprintf(came, sizeof came, "%zu bytes", t.value.n);
        refuse_member(a, t.whole.p, path, rule, came);
    }
    return t.value;
}

struct slice asn1_bytes(struct asn1 *a, const char *path, size_t min, size_t max)
{
    bool present;
    struct slice s = asn1_optional_bytes(a, path, min, max, &present);
    if (!present) refuse_absence(a, path);
    return s;
}

struct slice asn1_whole(struct asn1 *a, const char *path)
{
    struct tlv t = {0};
    if (!asn1_tlv(a, path, &t)) refuse_absence(a, path);
    return t.whole;
}

bool utf8_length(struct slice text, size_t *characters)
{
    size_t count = 0;
    size_t i = 0;
    while (i < text.n) {
        uint8_t c = text.p[i++];
        size_t more = c < 0x80                ? 0
                      : c >= 0xc2 && c < 0xe0 ? 1
                      : c >= 0xe0 && c < 0xf0 ? 2
                      : c >= 0xf0 && c < 0xf5 ? 3
                                              : 9;
        if (more == 9 || more > text.n - i) return false;
        uint32_t code = more == 0 ? c : (uint32_t)(c & (0x3f >> more));
        for (size_t k = 0; k < more; k++) {
            if ((text.p[i] & 0xc0) != 0x80) return false;
            code = code << 6 | (text.p[i++] & 0x3f);
        }
        if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
            (more == 3 && (code < 0x10000 || code > 0x10ffff)))
            return false;
        count++;
    }
    *characters = count;
    return true;
}

struct slice asn1_text(struct asn1 *a, const char *path, size_t max_characters)
{
    struct slice s = asn1_bytes(a, path, 0, a->der.n);
    size_t n = 0;
    char rule[64];
    char came[32];
    if (a->failed) return s;
    if (!utf8_length(s, &n)) {
        refuse_member(a, s.p, path, "in UTF-8", "bytes that are not");
    } else if (n > max_characters) {
        (void)snprintf(rule, sizeof rule, "of at most %zu characters", max_characters);
        (void)snprintf(came, sizeof came, "%zu", n);
        refuse_member(a, s.p, path, rule, came);
    }
    return s;
}

uint32_t asn1_unsigned(struct asn1 *a, const char *path)
{
    uint32_t v = 0;
    struct slice s = asn1_bytes(a, path, 0, a->der.n);
    if (!a->failed && !tlv_unsigned(s, &v))
        refuse_member(a, s.p, path, "a DER INTEGER of 0 to 2^32-1", "another value");
    return v;
}

uint32_t asn1_bits(struct asn1 *a, const char *path)
{
    uint32_t v = 0;
    struct slice s = asn1_bytes(a, path, 0, a->der.n);
    if (!a->failed && !tlv_bits(s, &v)) refuse_member(a, s.p, path, "a BIT STRING", "a malformed one");
    return v;
}

void asn1_check_extensions(struct asn1 *a, const char *path, const uint32_t *known, size_t count)
{
    char name[128];
    struct tlv t;
    for (int i = 1; i <= 3; i++) {
        (void)snprintf(name, sizeof name, "%s%sext%d", path, *path ? "." : "", i);
        if (!asn1_tlv(a, name, &t)) return;
        for (size_t k = 0; k < count; k++)
            if (known[k] == t.tag)
                refuse_member(a, t.whole.p, *path ? path : "message", "with each member once, in order",
                              "one misplaced");
    }
}

enum err asn1_done(const struct asn1 *a)
{
    return a->failed ? ERR_DATA : OK;
}
