/* ES8+.LoadProfileElements (SGP.22 5.5.5): decrypted profile elements go to src/saip as they arrive; at the end the
 * package is compared with its metadata. */
#include "isdr/internal.h"

#include "base/hex.h"
#include "saip/saip.h"

#define PROFILE_ELEMENT_MAX (1u << 20)
#define SERVICE_GID1 17 /* EF.UST (TS 31.102 4.2.8) */
#define SERVICE_GID2 18

static bool service_on(const struct saip_facts *f, unsigned service)
{
    size_t byte = (service - 1) / 8;
    return !f->has_ust || (byte < f->ust.n && (f->ust.p[byte] >> ((service - 1) % 8) & 1));
}

/* EF.IMSI: length, then swapped digits of which the first nibble is the parity (TS 31.102 4.2.2). */
static int imsi_digit(struct slice imsi, unsigned i)
{
    unsigned nibble = i + 1;
    return imsi.p[1 + nibble / 2] >> (nibble % 2 ? 4 : 0) & 15;
}

/* profileOwner.mccMnc: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; MNC3 is F for two digits (TS 24.008). */
static bool imsi_matches(struct slice imsi, struct slice mcc_mnc)
{
    const uint8_t *p = mcc_mnc.p;
    const int digits[6] = {p[0] & 15, p[0] >> 4, p[1] & 15, p[2] & 15, p[2] >> 4, p[1] >> 4};
    int n = digits[5] == 15 ? 5 : 6;
    if (imsi.n < 5) return false;
    for (int i = 0; i < n; i++)
        if (digits[i] != imsi_digit(imsi, (unsigned)i)) return false;
    return true;
}

/* A group identifier file of FFs, or whose service is off, counts as absent. */
static bool gid_matches(bool present, struct slice file, bool in_owner, struct slice owner)
{
    while (file.n && file.p[file.n - 1] == 0xff)
        file.n--;
    while (owner.n && owner.p[owner.n - 1] == 0xff)
        owner.n--;
    if (!present || file.n == 0) return !in_owner || owner.n == 0;
    return in_owner && slice_equal(owner, file);
}

static const char *owner_problem(const struct saip_facts *f, const struct store_metadata_request *metadata)
{
    if (!f->has_imsi) return metadata->has_owner || metadata->has_ppr ? "no EF.IMSI" : NULL;
    if (!metadata->has_owner) return NULL;
    if (!imsi_matches(f->imsi, metadata->owner_mcc_mnc)) return "an EF.IMSI of another operator";
    if (!gid_matches(f->has_gid1 && service_on(f, SERVICE_GID1), f->gid1, metadata->has_gid1, metadata->owner_gid1))
        return "another EF.GID1";
    if (!gid_matches(f->has_gid2 && service_on(f, SERVICE_GID2), f->gid2, metadata->has_gid2, metadata->owner_gid2))
        return "another EF.GID2";
    return NULL;
}

static enum err compare(struct model *m, const struct saip_facts *f, enum bpp_error *error)
{
    struct store_metadata_request metadata;
    TRY(asn1_stored_metadata(buf_slice(&m->session.download.metadata), &metadata));
    *error = DATA_MISMATCH;
    if (f->has_iccid && !slice_equal(metadata.iccid, f->iccid)) {
        char came[2 * ICCID_SIZE + 3];
        hex_short(f->iccid, came, sizeof came);
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

/* What the record, the metadata and the proprietary data of the profile will cost: they are stored to be measured. */
static enum err cost_of_record(struct model *m, size_t *cost)
{
    struct profile p;
    size_t mark = store_mark(m->store);
    size_t before = store_charged(m->store);
    enum err e = installation_store_record(m, &p);
    *cost = store_charged(m->store) - before;
    store_rollback_to(m->store, mark);
    return e;
}

static enum err begin(struct model *m)
{
    struct download *d = &m->session.download;
    struct saip_install *install = NULL;
    size_t record;
    size_t free_now = profile_memory_free(m);
    TRY(cost_of_record(m, &record));
    TRY(saip_install_new(&install, &m->personality, free_now > record ? free_now - record : 0));
    d->elements = install;
    d->elements_free = saip_install_free;
    d->elements_copy = saip_install_copy;
    return OK;
}

/* A terminal may have made files in the enabled profile since the first element. */
static enum err still_fits(struct model *m, bool *fits)
{
    size_t record;
    TRY(cost_of_record(m, &record));
    size_t cost = saip_install_cost(m->session.download.elements) + record;
    *fits = cost <= profile_memory_free(m);
    if (!*fits)
        SAY_WHY(m, "5.5.5", "memory for the profile", "%zu bytes free, %zu needed", profile_memory_free(m), cost);
    return OK;
}

/* Elements that were installed need not be kept. */
static void drop_front(struct buf *b, size_t n)
{
    if (n == 0) return;
    if (n < b->n) memmove(b->p, b->p + n, b->n - n);
    buf_truncate(b, b->n - n);
}

enum err es8_load_profile_elements(struct model *m, bool last, enum bpp_error *error)
{
    struct download *d = &m->session.download;
    struct saip_facts facts;
    size_t taken;
    bool fits = false;
    if (!d->elements) TRY(begin(m));
    if (d->package.n > PROFILE_ELEMENT_MAX) {
        *error = INSUFFICIENT_MEMORY;
        SAY_WHY(m, "5.5.5", "profile elements of at most 1 MiB", "a larger one");
        return OK;
    }
    enum err e = saip_install_feed(d->elements, buf_slice(&d->package), &taken, &m->reason);
    drop_front(&d->package, taken);
    if (e == OK && last) e = saip_install_end(d->elements, buf_slice(&d->package), &m->reason);
    if (e == ERR_DATA) {
        *error = saip_install_status(d->elements) == PE_NOT_ENOUGH_MEMORY ? INSUFFICIENT_MEMORY : PE_PROCESSING_ERROR;
        return OK;
    }
    TRY(e);
    *error = BPP_GOOD;
    if (!last) return OK;
    TRY(still_fits(m, &fits));
    if (!fits) {
        *error = INSUFFICIENT_MEMORY;
        return OK;
    }
    TRY(saip_install_facts(d->elements, &facts));
    return compare(m, &facts, error);
}
