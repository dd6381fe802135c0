/* Looking into the contents of a profile without APDUs: files, PINs, applications. Part of the public API of
 * src/euicc.h; `softeuicc fs` prints it. What is secret (PINs, keys) is not told. */
#define _DEFAULT_SOURCE
#include "card/card.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "model/domain.h"
#include "model/naa.h"
#include "uicc/uicc.h"

static enum err find_profile(const euicc *card, size_t index, struct isdp *out, bool *found)
{
    struct profile *list = NULL;
    size_t n = 0;
    enum err e = profile_list(&card->model, &list, &n);
    *found = e == OK && index < n;
    if (*found) isdp_of(&card->model, list[index].aid, out);
    free(list);
    return e;
}

/* ---- files ---- */

static const char *state_name(uint8_t life_cycle)
{
    switch (life_cycle) {
    case FILE_CREATION:
        return "creation";
    case FILE_INITIALISATION:
        return "initialisation";
    case FILE_DEACTIVATED:
        return "deactivated";
    default:
        return life_cycle >= FILE_TERMINATED ? "terminated" : "activated";
    }
}

static void show_path(const struct path *path, char out[EUICC_PATH_SIZE])
{
    char name[PATH_NAME_SIZE];
    _Static_assert(PATH_NAME_SIZE - 3 <= EUICC_PATH_SIZE, "a path fits");
    path_name(path, name);
    (void)snprintf(out, EUICC_PATH_SIZE, "%s", name + 3); /* without "fs/" */
}

static enum err describe_pin(const struct isdp *isdp, const struct path *directory, uint8_t reference,
                             struct euicc_pin_description *out)
{
    struct pin pin = {0};
    struct puk puk = {0};
    bool found;
    enum err e = pin_find(isdp, directory, reference, &pin, &found);
    if (e == OK && !found) e = ERR_CORRUPT;
    if (e == OK) {
        *out = (struct euicc_pin_description){
            .reference = reference, .number = pin.number, .enabled = pin.enabled, .left = pin.left, .of = pin.maximum};
        uicc_pin_name(reference, out->name);
        if (pin.puk) e = puk_get(isdp, pin.puk, &puk, &out->has_unblocking);
    }
    if (e == OK && out->has_unblocking) {
        out->puk_left = puk.left;
        out->puk_of = puk.maximum;
    }
    explicit_bzero(&pin, sizeof pin);
    explicit_bzero(&puk, sizeof puk);
    return e;
}

static enum err describe_directory(const struct isdp *isdp, const struct file *f, struct euicc_file_description *out)
{
    out->is_directory = true;
    if (f->aid.n && f->aid.n <= 16) hex_encode(f->aid, out->aid);
    for (size_t i = 0; i + 2 <= f->pins.n && out->pin_count < EUICC_PINS_MAX; i += 2)
        TRY(describe_pin(isdp, &f->path, f->pins.p[i], &out->pins[out->pin_count++]));
    return OK;
}

static enum err describe_file(const struct isdp *isdp, const struct file *f, struct euicc_file_description *out)
{
    static const char *const types[] = {
        [FILE_MF] = "MF",
        [FILE_DF] = "DF",
        [FILE_ADF] = "ADF",
        [FILE_TRANSPARENT] = "transparent",
        [FILE_LINEAR_FIXED] = "linear fixed",
        [FILE_CYCLIC] = "cyclic",
        [FILE_BER_TLV] = "BER-TLV",
    };
    *out = (struct euicc_file_description){.type = types[f->kind], .state = state_name(f->life_cycle), .sfi = f->sfi};
    show_path(&f->path, out->path);
    if (f->is_link) show_path(&f->target, out->link);
    (void)snprintf(out->rule, sizeof out->rule, "%04X/%u", f->arr, f->arr_record);
    TRY(uicc_access_words(isdp, f, out->access, sizeof out->access));
    if (file_is_directory(f)) return describe_directory(isdp, f, out);
    out->size = f->size;
    if (file_has_records(f)) {
        out->record_length = f->record_length;
        out->records = f->records;
    }
    out->content = f->body.p;
    out->content_size = f->body.n;
    return OK;
}

int euicc_describe_file(const euicc *card, size_t profile, const char *after, struct euicc_file_description *out)
{
    struct isdp isdp;
    struct file f;
    char key[ISDP_KEY_SIZE];
    bool found;
    enum err e = find_profile(card, profile, &isdp, &found);
    if (e != OK) return public_result(e);
    if (!found) return EUICC_BAD_ARGUMENT;
    struct isdp_item item = isdp_first(&isdp, "fs/");
    if (after) {
        int n = snprintf(key, sizeof key, "%sfs/%s", isdp.prefix, after);
        if (n < 0 || (size_t)n >= sizeof key) return EUICC_BAD_ARGUMENT;
        item.key = key;
        item = isdp_after(&isdp, "fs/", &item);
    }
    if (!item.name) return EUICC_BAD_ARGUMENT;
    e = file_of_item(&isdp, &item, &f);
    return public_result(e == OK ? describe_file(&isdp, &f, out) : e);
}

/* ---- applications ---- */

__attribute__((format(printf, 3, 4))) static void append(char *out, size_t size, const char *format, ...);

static void append(char *out, size_t size, const char *format, ...)
{
    size_t n = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out + n, size - n, format, arguments);
    va_end(arguments);
}

static void show_tars(struct slice tars, char *out, size_t size)
{
    for (size_t i = 0; i + 3 <= tars.n; i += 3)
        append(out, size, "%s%02X%02X%02X", i ? ", " : "", tars.p[i], tars.p[i + 1], tars.p[i + 2]);
}

static const char *key_type_name(uint8_t type)
{
    switch (type) {
    case KEY_TYPE_DES:
        return "DES";
    case KEY_TYPE_AES:
        return "AES";
    case KEY_TYPE_PSK_TLS:
        return "PSK-TLS";
    case KEY_TYPE_HMAC_SHA1:
    case KEY_TYPE_HMAC_SHA1_160:
        return "HMAC";
    default:
        return type >= KEY_TYPE_ECC_PUBLIC && type <= KEY_TYPE_ECC_PARAMETERS ? "ECC" : "other";
    }
}

/* One entry a version: its keys nearly always have one type. */
static enum err show_keys(const struct isdp *isdp, uint8_t number, char *out, size_t size)
{
    unsigned next = 0;
    struct domain_key key;
    bool found = true;
    int last = -1;
    for (;;) {
        TRY(domain_key_next(isdp, number, &next, &key, &found));
        if (!found) return OK;
        if (key.version == last || key.n == 0) continue;
        append(out, size, "%s%02X %s", last < 0 ? "" : ", ", key.version, key_type_name(key.components[0].type));
        last = key.version;
    }
}

static enum err describe_domain(const struct isdp *isdp, const struct domain *d,
                                struct euicc_application_description *out)
{
    struct slice tars;
    uint8_t level;
    uint8_t state = d->life_cycle;
    *out = (struct euicc_application_description){.kind = d->is_applet ? "application" : "security domain",
                                                  .algorithm = ""};
    if (d->aid.n <= 16) hex_encode(d->aid, out->aid);
    out->state = state & DOMAIN_LOCKED          ? "locked"
                 : state == DOMAIN_PERSONALIZED ? "personalized"
                 : state == DOMAIN_SELECTABLE   ? "selectable"
                                                : "installed";
    if (domain_toolkit(d->toolkit, &tars, &level)) show_tars(tars, out->tars, sizeof out->tars);
    return show_keys(isdp, d->number, out->keys, sizeof out->keys);
}

static enum err describe_naa(const struct isdp *isdp, const struct profile_application *a,
                             struct euicc_application_description *out)
{
    static const char *const kinds[] = {
        [NAA_OTHER] = "application", [NAA_USIM] = "USIM", [NAA_ISIM] = "ISIM", [NAA_CSIM] = "CSIM"};
    static const char *const algorithms[] = {
        [AKA_MILENAGE] = "Milenage", [AKA_TUAK] = "TUAK", [AKA_TEST] = "XOR (TS 34.108)"};
    struct path path = {0};
    struct naa naa = {0};
    bool found;
    *out = (struct euicc_application_description){
        .kind = a->naa <= NAA_CSIM ? kinds[a->naa] : "application", .algorithm = "", .state = ""};
    if (a->aid.n <= 16) hex_encode(a->aid, out->aid);
    if (path_push(&path, a->fid)) show_path(&path, out->path);
    enum err e = naa_get(isdp, a->fid, &naa, &found);
    if (e == OK && found && (size_t)naa.key.algorithm < sizeof algorithms / sizeof algorithms[0] &&
        algorithms[naa.key.algorithm])
        out->algorithm = algorithms[naa.key.algorithm];
    naa_wipe(&naa);
    return e;
}

static void describe_remote_files(const struct remote_files *r, struct euicc_application_description *out)
{
    *out = (struct euicc_application_description){.kind = "remote files", .algorithm = "", .state = ""};
    if (r->aid.n <= 16) hex_encode(r->aid, out->aid);
    show_tars(r->tars, out->tars, sizeof out->tars);
}

/* The index-th of all: security domains, then network access applications, then remote file management. */
static enum err describe_application(const struct isdp *isdp, size_t index, struct euicc_application_description *out,
                                     bool *found)
{
    struct domain d;
    struct remote_files r;
    struct profile_application a;
    unsigned next = 0;
    *found = true;
    while (*found) {
        TRY(domain_next(isdp, &next, &d, found));
        if (*found && index-- == 0) return describe_domain(isdp, &d, out);
    }
    *found = true;
    for (size_t i = 0; *found; i++) {
        TRY(application_at(isdp, i, &a, found));
        if (*found && a.kind == PROFILE_ADF && index-- == 0) return describe_naa(isdp, &a, out);
    }
    *found = true;
    next = 0;
    while (*found) {
        TRY(remote_files_next(isdp, &next, &r, found));
        if (!*found || index-- != 0) continue;
        describe_remote_files(&r, out);
        return OK;
    }
    return OK;
}

int euicc_describe_application(const euicc *card, size_t profile, size_t index,
                               struct euicc_application_description *out)
{
    struct isdp isdp;
    bool found;
    enum err e = find_profile(card, profile, &isdp, &found);
    if (e == OK && found) e = describe_application(&isdp, index, out, &found);
    if (e != OK) return public_result(e);
    return found ? EUICC_OK : EUICC_BAD_ARGUMENT;
}
