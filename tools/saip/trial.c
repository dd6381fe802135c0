/* A package installed in memory, for `check` and `info`; see trial.h. */
#define _DEFAULT_SOURCE
#include "trial.h"

#include "base/hex.h"
#include "model/application.h"
#include "model/domain.h"
#include "model/naa.h"
#include "model/personality.h"
#include "model/pin.h"
#include "saip/saip.h"
#include "uicc/uicc.h"

#include <stdarg.h>
#include <stdio.h>

struct trial {
    struct personality personality;
    struct saip_install *install;
    struct reason reason;
    struct store *store; /* what was installed, under its relative names */
    struct isdp isdp;
    void (*report)(void *context, const struct problem *problem);
    void *context;
};

__attribute__((format(printf, 3, 4))) static void say(struct trial *t, size_t place, const char *format, ...)
{
    struct problem problem = {.place = place};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem.text, sizeof problem.text, format, arguments);
    va_end(arguments);
    t->report(t->context, &problem);
}

/* ---- the card's answer ---- */

static const char *status_name(uint32_t status)
{
    static const char *const names[] = {
        [PE_OK] = "ok",
        [PE_NOT_SUPPORTED] = "pe-not-supported",
        [PE_MEMORY_FAILURE] = "memory-failure",
        [PE_BAD_VALUES] = "bad-values",
        [PE_NOT_ENOUGH_MEMORY] = "not-enough-memory",
        [PE_INVALID_REQUEST_FORMAT] = "invalid-request-format",
        [PE_INVALID_PARAMETER] = "invalid-parameter",
        [PE_RUNTIME_NOT_SUPPORTED] = "runtime-not-supported",
        [PE_LIB_NOT_SUPPORTED] = "lib-not-supported",
        [PE_TEMPLATE_NOT_SUPPORTED] = "template-not-supported",
        [PE_FEATURE_NOT_SUPPORTED] = "feature-not-supported",
        [PE_PIN_CODE_MISSING] = "pin-code-missing",
        [PE_UNSUPPORTED_PROFILE_VERSION] = "unsupported-profile-version",
    };
    const char *name = status < sizeof names / sizeof names[0] ? names[status] : NULL;
    return name ? name : "unknown";
}

/* "gsm-access" and where it begins; false if no element has this identification. */
static bool find_element(struct slice der, uint32_t identification, const char **name, size_t *offset)
{
    struct tlv element;
    struct tlv member;
    struct slice in = der;
    while (tlv_next(&in, &element)) {
        uint32_t number;
        if (!tlv_find(element.value, 0xa0, &member) || !tlv_find(member.value, 0x81, &member) ||
            !tlv_unsigned(member.value, &number) || number != identification)
            continue;
        *name = saip_element_name(element.tag);
        *offset = (size_t)(element.whole.p - der.p);
        return true;
    }
    return false;
}

static void report_status(struct trial *t, struct slice der, const struct tlv *entry, bool last)
{
    struct tlv member;
    uint32_t status = 0;
    uint32_t number = 0;
    size_t place = 0;
    const char *element = "package";
    if (!tlv_find(entry->value, 0x80, &member) || !tlv_unsigned(member.value, &status) || status == PE_OK) return;
    if (tlv_find(entry->value, 0x81, &member) && tlv_unsigned(member.value, &number))
        (void)find_element(der, number, &element, &place);
    if (tlv_find(entry->value, 0x83, &member) && tlv_unsigned(member.value, &number)) place += number;
    if (last)
        say(t, place, "%s: a card refuses it, PEStatus %s(%u): expected %s, came %s", element, status_name(status),
            (unsigned)status, t->reason.expected, t->reason.came);
    else
        say(t, place, "%s: a card warns, PEStatus %s(%u)", element, status_name(status), (unsigned)status);
}

/* The PEStatus entries of the EUICCResponse (SAIP 8.10): warnings, then the last one, which is ok or the failure. */
static void report_response(struct trial *t, struct slice der)
{
    struct tlv tlv;
    BUF_LOCAL response = {0};
    saip_install_response(t->install, &response);
    struct slice in = buf_slice(&response);
    if (!tlv_next(&in, &tlv) || !tlv_find(tlv.value, 0xa0, &tlv)) return;
    in = tlv.value;
    while (tlv_next(&in, &tlv))
        report_status(t, der, &tlv, in.n == 0 && saip_install_status(t->install) != PE_OK);
}

static enum err install(struct trial *t, struct slice der)
{
    static const struct euicc_env nothing = {0};
    size_t taken = 0;
    TRY(saip_install_new(&t->install, &t->personality, t->personality.memory_size));
    enum err e = saip_install_feed(t->install, der, &taken, &t->reason);
    if (e == OK) e = saip_install_end(t->install, slice_skip(der, taken), &t->reason);
    if (e != OK) return e;
    TRY(store_new(&t->store, &nothing, NULL));
    isdp_over(t->store, &t->isdp);
    return saip_install_store(t->install, &t->isdp);
}

/* ---- what is installed ---- */

__attribute__((format(printf, 2, 3))) static void put(struct buf *b, const char *format, ...)
{
    char text[240];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_append(b, slice_text(text));
}

struct census {
    size_t files, directories, links, content;
    size_t pins;
    struct buf pin_text;
};

static void count_pins(struct census *c, const struct file *f, bool json)
{
    char path[PATH_NAME_SIZE];
    char name[UICC_PIN_NAME_SIZE];
    path_name(&f->path, path);
    for (size_t i = 0; i + 2 <= f->pins.n; i += 2) {
        uicc_pin_name(f->pins.p[i], name);
        if (json)
            put(&c->pin_text, "%s{\"name\":\"%s\",\"reference\":%u,\"path\":\"%s\"}", c->pins ? "," : "", name,
                f->pins.p[i], path + 3);
        else
            put(&c->pin_text, "%s%s", i ? ", " : c->pins ? "; " : "", name);
        c->pins++;
    }
    if (f->pins.n && !json) put(&c->pin_text, " of %s", path + 3);
}

static enum err count(const struct trial *t, struct census *c, bool json)
{
    struct file f;
    for (struct isdp_item i = isdp_first(&t->isdp, "fs/"); i.name; i = isdp_after(&t->isdp, "fs/", &i)) {
        TRY(file_of_item(&t->isdp, &i, &f));
        bool directory = file_is_directory(&f);
        c->files += !directory;
        c->directories += directory;
        c->links += f.is_link;
        if (!f.is_link && !directory) c->content += f.size;
        if (directory) count_pins(c, &f, json);
    }
    return buf_err(&c->pin_text);
}

static enum err algorithm_of(const struct trial *t, uint16_t fid, const char **out)
{
    struct naa naa = {0};
    bool found;
    *out = "no key";
    enum err e = naa_get(&t->isdp, fid, &naa, &found);
    if (e == OK && found)
        *out = naa.key.algorithm == AKA_MILENAGE ? "milenage"
               : naa.key.algorithm == AKA_TUAK   ? "tuak"
                                                 : "usim-test-algorithm";
    naa_wipe(&naa);
    return e;
}

static enum err put_applications(const struct trial *t, bool json, struct buf *out)
{
    static const char *const kinds[] = {
        [NAA_OTHER] = "application", [NAA_USIM] = "USIM", [NAA_ISIM] = "ISIM", [NAA_CSIM] = "CSIM"};
    struct profile_application a;
    struct domain d;
    unsigned next = 0;
    char aid[2 * 16 + 1];
    size_t n = 0;
    bool found = true;
    for (size_t i = 0; found; i++) {
        const char *algorithm;
        TRY(application_at(&t->isdp, i, &a, &found));
        if (!found || a.kind != PROFILE_ADF || a.aid.n > 16) continue;
        TRY(algorithm_of(t, a.fid, &algorithm));
        hex_encode(a.aid, aid);
        put(out, json ? "%s{\"kind\":\"%s\",\"aid\":\"%s\",\"algorithm\":\"%s\"}" : "%s%-8s %s, %s\n",
            json && n++ ? "," : "", kinds[a.naa], aid, algorithm);
    }
    for (found = true; found;) {
        TRY(domain_next(&t->isdp, &next, &d, &found));
        if (!found || d.aid.n > 16) continue;
        hex_encode(d.aid, aid);
        put(out, json ? "%s{\"kind\":\"security domain\",\"aid\":\"%s\"}" : "%sdomain   %s\n", json && n++ ? "," : "",
            aid);
    }
    return OK;
}

static enum err describe(const struct trial *t, bool json, struct buf *out)
{
    BUF_LOCAL applications = {0};
    struct census c = {0};
    size_t cost = saip_install_cost(t->install);
    enum err e = count(t, &c, json);
    if (e == OK) e = put_applications(t, json, &applications);
    if (e == OK && json) {
        put(out, ",\"files\":%zu,\"directories\":%zu,\"links\":%zu,\"content\":%zu,\"memory\":%zu,\"applications\":[",
            c.files, c.directories, c.links, c.content, cost);
        buf_append(out, buf_slice(&applications));
        put(out, "],\"pins\":[");
        buf_append(out, buf_slice(&c.pin_text));
        put(out, "]");
    } else if (e == OK) {
        put(out, "files    %zu in %zu directories, %zu of them links; %zu bytes in them\n", c.files, c.directories,
            c.links, c.content);
        put(out, "memory   %zu bytes of a card\n", cost);
        buf_append(out, buf_slice(&applications));
        put(out, "PINs     ");
        buf_append(out, buf_slice(&c.pin_text));
        put(out, c.pins ? "\n" : "none\n");
    }
    buf_free(&c.pin_text);
    return e == OK ? buf_err(out) : e;
}

bool trial_install(struct slice der, bool json, struct buf *out,
                   void (*report)(void *context, const struct problem *problem), void *context)
{
    char why[256] = "";
    struct trial t = {.report = report, .context = context};
    reason_clear(&t.reason);
    bool good = personality_parse(&t.personality, "", why);
    if (!good) say(&t, 0, "no card to try: %s", why);
    enum err e = good ? install(&t, der) : ERR_MEMORY;
    if (t.install) report_response(&t, der);
    if (e == OK) e = describe(&t, json, out);
    if (good && e != OK && (!t.install || saip_install_status(t.install) == PE_OK))
        say(&t, 0, "a card cannot install it: %s", e == ERR_MEMORY ? "out of memory" : "its contents do not decode");
    saip_install_free(t.install);
    store_free(t.store);
    if (good) personality_free(&t.personality);
    return e == OK;
}
