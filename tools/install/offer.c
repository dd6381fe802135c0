/* What softeuicc-install is to install: the package (SGP.22 2.5.2, SAIP) and what StoreMetadata says about it
 * (SGP.22 5.5.3). Called by main.c. */
#define _GNU_SOURCE
#include "install.h"

#include "base/tlv.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { PACKAGE_MAX = 16 << 20 };

static bool read_package(const char *path, struct buf *out)
{
    uint8_t piece[4096];
    FILE *file = fopen(path, "rb");
    if (!file) return problem("%s: %s", path, strerror(errno));
    for (size_t n; out->n <= PACKAGE_MAX && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_append(out, slice_of(piece, n));
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (failed) return problem("%s: %s", path, strerror(failed));
    if (out->n > PACKAGE_MAX) return problem("%s: expected a package of at most %d bytes", path, PACKAGE_MAX);
    return buf_err(out) == OK || problem("%s: no memory", path);
}

/* profileType in the package's header, else the name of the file. */
static void choose_name(struct slice package, const char *path, char *out, size_t size)
{
    struct tlv header;
    struct tlv type;
    const char *slash = strrchr(path, '/');
    if (tlv_next(&package, &header) && tlv_find(header.value, 0x82, &type) && type.value.n > 0) {
        /* A profile name has at most 64 characters (SGP.22 4.4). */
        snprintf(out, size, "%.*s", (int)(type.value.n < 64 ? type.value.n : 64), (const char *)type.value.p);
    } else {
        snprintf(out, size, "%.64s", slash ? slash + 1 : path);
    }
}

/* --metadata FILE, or the file beside the package; false: there is none. */
static bool choose_metadata(const struct options *o, char *out, size_t size)
{
    size_t n = strlen(o->package);
    if (o->metadata) {
        snprintf(out, size, "%s", o->metadata);
        return true;
    }
    if (n < 4 || strcmp(o->package + n - 4, ".der") != 0 || n + 6 >= size) return false;
    snprintf(out, size, "%.*s.metadata", (int)(n - 4), o->package);
    return access(out, F_OK) == 0;
}

static bool override(const struct options *o, struct metadata *m)
{
    bool notified = false;
    for (size_t i = 0; i < o->override_count; i++) {
        /* The first --notify replaces what the file says, others add to it. */
        if (strcmp(o->overrides[i].key, "notify") == 0 && !notified) {
            notified = true;
            buf_reset(&m->notify);
        }
        const char *expected = metadata_set(m, o->overrides[i].key, o->overrides[i].value, NULL);
        if (expected) return problem("--%s %s: expected %s", o->overrides[i].option, o->overrides[i].value, expected);
    }
    return true;
}

static void keep_text(char *out, size_t size, const struct buf *text)
{
    BUF_LOCAL safe = {0};
    text_safe(&safe, buf_slice(text));
    snprintf(out, size, "%.*s", (int)safe.n, safe.n ? (const char *)safe.p : "");
}

static bool read_metadata(struct offer *offer, const struct options *o, struct metadata *m, struct slice package_iccid)
{
    char error[512];
    metadata_begin(m);
    if (choose_metadata(o, offer->metadata_path, sizeof offer->metadata_path)) {
        if (!metadata_load(m, offer->metadata_path, error, sizeof error)) return problem("%s", error);
    } else {
        char name[80];
        uint8_t swapped[10];
        offer->metadata_path[0] = 0;
        choose_name(buf_slice(&offer->package), o->package, name, sizeof name);
        metadata_iccid_swap(package_iccid, swapped);
        metadata_fill(m, SLICE(swapped), name, o->address);
    }
    if (!override(o, m)) return false;
    if (!m->has_iccid) return problem("%s: expected a line iccid = DIGITS", offer->metadata_path);
    if ((m->gid1.n || m->gid2.n) && !m->owner.n)
        return problem("gid1 and gid2 belong to an owner, expected owner = MCCMNC or --owner MCCMNC");
    if (!metadata_write(m, &offer->metadata)) return problem("no memory for the metadata");
    metadata_iccid_digits(SLICE(m->iccid), offer->iccid);
    keep_text(offer->name, sizeof offer->name, &m->name);
    keep_text(offer->provider, sizeof offer->provider, &m->provider);
    return true;
}

bool offer_read(struct offer *offer, const struct options *o, struct report *report)
{
    static const char *const classes[] = {"test", "provisioning", "operational"};
    METADATA_LOCAL m = {0};
    struct slice iccid;
    char digits[21];
    uint8_t swapped[10];
    if (!read_package(o->package, &offer->package)) return false;
    if (!metadata_package_iccid(buf_slice(&offer->package), &iccid))
        return problem("%s: expected a profile package in DER, with its header first; softeuicc-profile makes one of a "
                       "source",
                       o->package);
    if (!read_metadata(offer, o, &m, iccid)) return false;
    metadata_iccid_swap(iccid, swapped);
    metadata_iccid_digits(SLICE(swapped), digits);
    report->package_size = offer->package.n;
    snprintf(report->iccid, sizeof report->iccid, "%s", offer->iccid);
    report_step(report, "package", "%s, %zu bytes, ICCID %s", o->package, offer->package.n, digits);
    report_step(report, "metadata", "%s: \"%s\" of \"%s\", %s%s%s",
                offer->metadata_path[0] ? offer->metadata_path : "from the package", offer->name, offer->provider,
                classes[m.profile_class], m.rules & 2 ? ", PPR1" : "", m.rules & 4 ? ", PPR2" : "");
    if (strcmp(digits, offer->iccid) != 0)
        report_step(report, NULL, "its ICCID is %s: a card refuses another one than the package has", offer->iccid);
    return true;
}

void offer_free(struct offer *offer)
{
    buf_free(&offer->package);
    buf_free(&offer->metadata);
}
