/* What holds for the contents of any profile (model/isdp.h), however it came about: every file has its directory, what
 * is referred to is there, the records decode, and the memory is the sum of what is stored. Used by the targets of
 * the whole card (card.c) and by saip.c. */
#include "contents.h"

#include "model/application.h"
#include "model/domain.h"
#include "model/naa.h"
#include "model/pin.h"

/* As an installation leaves it; `fresh` false: CREATE FILE and DELETE FILE may have left links and references to
 * nothing. */
struct contents {
    const struct isdp *isdp;
    bool fresh;
};

static bool holds(const struct isdp *isdp, const struct path *path)
{
    char name[PATH_NAME_SIZE];
    struct slice value;
    path_name(path, name);
    return isdp_get(isdp, name, &value);
}

static void check_pins(const struct contents *c, const struct file *f, const char *name)
{
    struct pin pin;
    struct puk puk;
    bool found;
    for (size_t i = 0; i + 2 <= f->pins.n; i += 2) {
        FUZZ_CHECK(pin_find(c->isdp, &f->path, f->pins.p[i], &pin, &found) == OK && found, "%s: PIN %02X", name,
                   f->pins.p[i]);
        FUZZ_CHECK(pin.left <= pin.maximum, "%s: PIN %02X: %u of %u tries", name, pin.reference, pin.left, pin.maximum);
        if (pin.puk == 0) continue;
        FUZZ_CHECK(puk_get(c->isdp, pin.puk, &puk, &found) == OK && found, "%s: PUK %02X", name, pin.puk);
        FUZZ_CHECK(puk.left <= puk.maximum, "%s: PUK %02X: %u of %u tries", name, pin.puk, puk.left, puk.maximum);
    }
    FUZZ_CHECK(f->pins.n % 2 == 0 && f->short_ids.n % 3 == 0, "%s: half an entry", name);
    for (size_t i = 0; i < f->pin_status.n; i++)
        FUZZ_CHECK(pin_find(c->isdp, &f->path, f->pin_status.p[i], &pin, &found) == OK && found,
                   "%s: C6 names %02X, which is no PIN", name, f->pin_status.p[i]);
}

static void check_short_ids(const struct contents *c, const struct file *f, const char *name)
{
    struct file child;
    bool found;
    for (size_t i = 0; i + 3 <= f->short_ids.n; i += 3) {
        FUZZ_CHECK(file_by_sfi(c->isdp, &f->path, f->short_ids.p[i], &child, &found) == OK, "%s: SFI", name);
        FUZZ_CHECK(found || !c->fresh, "%s: SFI %02X of no file", name, f->short_ids.p[i]);
        FUZZ_CHECK(!found || (!file_is_directory(&child) && child.sfi == f->short_ids.p[i]), "%s: SFI %02X of %04X",
                   name, f->short_ids.p[i], path_fid(&child.path));
    }
}

static void check_file(const struct contents *c, const struct isdp_item *item)
{
    struct file f;
    struct file up;
    struct path above;
    bool found;
    FUZZ_CHECK(file_of_item(c->isdp, item, &f) == OK, "%s does not decode", item->name);
    above = path_parent(&f.path);
    FUZZ_CHECK(holds(c->isdp, &above), "%s has no directory", item->name);
    FUZZ_CHECK(file_get(c->isdp, &above, &up, &found) == OK && found && (f.path.n == 0 || !up.is_link),
               "%s: its directory", item->name);
    FUZZ_CHECK(file_is_directory(&up), "%s is below an EF", item->name);
    FUZZ_CHECK(file_get(c->isdp, &f.path, &up, &found) == OK && (found || !c->fresh), "%s leads nowhere", item->name);
    if (f.is_link || !file_is_directory(&f)) return;
    check_pins(c, &f, item->name);
    check_short_ids(c, &f, item->name);
}

static void check_applications(const struct contents *c)
{
    struct profile_application a;
    struct file f;
    struct path root = {0};
    bool found = true;
    for (size_t i = 0; found; i++) {
        FUZZ_CHECK(application_at(c->isdp, i, &a, &found) == OK, "application %zu", i);
        if (!found || a.kind != PROFILE_ADF) continue;
        struct naa naa;
        bool has_key;
        FUZZ_CHECK(naa_get(c->isdp, a.fid, &naa, &has_key) == OK, "the key of %04X", a.fid);
        if (has_key) naa_wipe(&naa);
        FUZZ_CHECK(file_child(c->isdp, &root, a.fid, &f, &has_key) == OK, "%04X", a.fid);
        FUZZ_CHECK(has_key ? f.kind == FILE_ADF : !c->fresh, "the application of %04X has no ADF", a.fid);
    }
}

static void check_domains(const struct contents *c)
{
    struct domain d;
    struct domain_key key;
    struct remote_files r;
    unsigned next = 0;
    bool found = true;
    while (found) {
        FUZZ_CHECK(domain_next(c->isdp, &next, &d, &found) == OK, "security domain %u", next);
        bool more = found;
        for (unsigned at = 0; more;)
            FUZZ_CHECK(domain_key_next(c->isdp, d.number, &at, &key, &more) == OK, "key %u of domain %u", at, d.number);
    }
    next = 0;
    found = true;
    while (found)
        FUZZ_CHECK(remote_files_next(c->isdp, &next, &r, &found) == OK, "remote files %u", next);
}

void fuzz_check_contents(const struct isdp *isdp, bool fresh)
{
    const struct contents c = {isdp, fresh};
    for (struct isdp_item i = isdp_first(isdp, "fs/"); i.name; i = isdp_after(isdp, "fs/", &i))
        check_file(&c, &i);
    check_applications(&c);
    check_domains(&c);
}

size_t fuzz_sum_of(const struct store *store, const char *prefix)
{
    size_t sum = 0;
    for (struct store_item i = store_first(store, prefix); i.key; i = store_after(store, prefix, i.key))
        sum += strlen(i.key) + i.value.n + STORE_ENTRY_OVERHEAD;
    return sum;
}

size_t fuzz_check_profile(struct store *store, const char *aid, bool fresh)
{
    struct isdp isdp;
    char record[64];
    isdp_over(store, &isdp);
    (void)snprintf(isdp.prefix, sizeof isdp.prefix, "isdp/%s/", aid);
    (void)snprintf(record, sizeof record, "profile/%s", aid);
    FUZZ_CHECK(store_count(store, isdp.prefix) > 0, "%s is empty", isdp.prefix);
    fuzz_check_contents(&isdp, fresh);
    return fuzz_sum_of(store, isdp.prefix) + fuzz_sum_of(store, record);
}
