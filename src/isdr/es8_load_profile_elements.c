/* ES8+.LoadProfileElements (SGP.22 5.5.5): decrypted profile elements go to src/saip as they arrive; at the end the
 * package is compared with its metadata. */
#include "isdr/internal.h"

#include "base/hex.h"
#include "saip/saip.h"

#define SERVICE_GID1 17 /* EF.UST (TS 31.102 4.2.8) */
#define SERVICE_GID2 18

static bool service_on(const struct saip_file *ust, unsigned service)
{
    size_t byte = (service - 1) / 8;
    return !ust->present || (byte < ust->n && (ust->bytes[byte] >> ((service - 1) % 8) & 1));
}

/* EF.IMSI: length, then swapped digits of which the first nibble is the parity (TS 31.102 4.2.2). */
static int imsi_digit(const struct saip_file *imsi, unsigned i)
{
    unsigned nibble = i + 1;
    return imsi->bytes[1 + nibble / 2] >> (nibble % 2 ? 4 : 0) & 15;
}

/* profileOwner.mccMnc: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; MNC3 is F for two digits (TS 24.008). */
static bool imsi_matches(const struct saip_file *imsi, struct slice mcc_mnc)
{
    const uint8_t *p = mcc_mnc.p;
    const int digits[6] = {p[0] & 15, p[0] >> 4, p[1] & 15, p[2] & 15, p[2] >> 4, p[1] >> 4};
    int n = digits[5] == 15 ? 5 : 6;
    if (imsi->n < 5) return false;
    for (int i = 0; i < n; i++)
        if (digits[i] != imsi_digit(imsi, (unsigned)i)) return false;
    return true;
}

/* A group identifier file of FFs, or whose service is off, counts as absent. */
static bool gid_matches(const struct saip_file *file, bool on, bool in_owner, struct slice owner)
{
    size_t n = file->n;
    while (n && file->bytes[n - 1] == 0xff)
        n--;
    while (owner.n && owner.p[owner.n - 1] == 0xff)
        owner.n--;
    if (!file->present || !on || n == 0) return !in_owner || owner.n == 0;
    return in_owner && slice_equal(owner, slice_of(file->bytes, n));
}

static const char *owner_problem(const struct saip_facts *f, const struct store_metadata_request *metadata)
{
    if (!f->imsi.present) return metadata->has_owner || metadata->has_ppr ? "no EF.IMSI" : NULL;
    if (!metadata->has_owner) return NULL;
    if (!imsi_matches(&f->imsi, metadata->owner_mcc_mnc)) return "an EF.IMSI of another operator";
    if (!gid_matches(&f->gid1, service_on(&f->ust, SERVICE_GID1), metadata->has_gid1, metadata->owner_gid1))
        return "another EF.GID1";
    if (!gid_matches(&f->gid2, service_on(&f->ust, SERVICE_GID2), metadata->has_gid2, metadata->owner_gid2))
        return "another EF.GID2";
    return NULL;
}

static enum err compare(struct model *m, const struct saip_facts *f, enum bpp_error *error)
{
    struct store_metadata_request metadata;
    TRY(asn1_store_metadata_request(buf_slice(&m->session.download.metadata), &metadata, &m->reason));
    *error = DATA_MISMATCH;
    if (f->iccid.present && !slice_equal(metadata.iccid, slice_of(f->iccid.bytes, f->iccid.n))) {
        char came[2 * sizeof f->iccid.bytes + 1];
        hex_encode(slice_of(f->iccid.bytes, f->iccid.n), came);
        SAY_WHY(m, "5.5.5", "EF.ICCID with the ICCID of the metadata", "%s", came);
        return OK;
    }
    const char *problem = m->personality.check_owner ? owner_problem(f, &metadata) : NULL;
    if (problem) {
        SAY_WHY(m, "5.5.5", "a package of the metadata's profileOwner", "%s", problem);
        return OK;
    }
    *error = INVALID_NAA_KEY;
    if (metadata.profile_class == PROFILE_CLASS_TEST && f->has_key_for_operation) {
        SAY_WHY(m, "2.4.5.3", "a test key in a test profile", "another one");
        return OK;
    }
    *error = BPP_GOOD;
    return OK;
}

enum err es8_load_profile_elements(struct model *m, bool last, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    size_t cost = profile_memory_cost(d->package.n) + profile_memory_cost(d->metadata.n) +
                  profile_memory_cost(d->dp_proprietary_data.n) + profile_memory_cost(256);
    *error = INSUFFICIENT_MEMORY;
    if (cost > profile_memory_free(m)) {
        SAY_WHY(m, "5.5.5", "memory for the profile", "%zu bytes free, %zu needed so far", profile_memory_free(m),
                cost);
        return OK;
    }
    if (!d->elements) {
        struct saip_check *check = NULL;
        TRY(saip_check_new(&check, &m->personality));
        d->elements = check;
        d->elements_free = saip_check_free;
        d->elements_copy = saip_check_copy;
    }
    struct slice package = buf_slice(&d->package);
    enum err e = saip_check_feed(d->elements, package, &d->elements_checked, &m->reason);
    if (e == OK && last) e = saip_check_end(d->elements, package, d->elements_checked, &m->reason);
    if (e == ERR_DATA) {
        *error = saip_check_status(d->elements) == PE_NOT_ENOUGH_MEMORY ? INSUFFICIENT_MEMORY : PE_PROCESSING_ERROR;
        return OK;
    }
    TRY(e);
    *error = BPP_GOOD;
    return last ? compare(m, saip_check_facts(d->elements), error) : OK;
}
