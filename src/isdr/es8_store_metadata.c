/* ES8+.StoreMetadata (SGP.22 5.5.3): all checks before anything is kept, in the order ICCID, class, owner, rules. */
#include "isdr/internal.h"

static enum err iccid_exists(const struct model *m, struct slice iccid, bool *exists)
{
    struct profile p;
    const struct profile_identifier id = {.by_aid = false, .value = iccid};
    return profile_find(m, &id, &p, exists);
}

static bool class_supported(const struct model *m, uint32_t profile_class)
{
    if (profile_class == PROFILE_CLASS_TEST) return m->personality.test_profiles;
    return profile_class == PROFILE_CLASS_PROVISIONING || profile_class == PROFILE_CLASS_OPERATIONAL;
}

enum err es8_store_metadata(struct model *m, struct slice request, enum bpp_error *error)
{
    struct store_metadata_request r;
    struct download *d = &m->session.download;
    const char *why = "";
    char text[21];
    bool exists = false;
    *error = INCORRECT_INPUT_VALUES;
    enum err e = asn1_store_metadata_request(request, &r, &m->reason);
    if (e == ERR_DATA) return OK;
    TRY(e);
    /* the ICCID is known from here on: the result names it */
    buf_append(&d->metadata, request);
    TRY(buf_err(&d->metadata));
    d->has_metadata = true;
    iccid_text(r.iccid.p, text);
    model_trace(m, EUICC_EVENT_DETAIL, "iccid %s, \"%.*s\" of \"%.*s\"", text, (int)r.profile_name.n,
                (const char *)r.profile_name.p, (int)r.service_provider_name.n,
                (const char *)r.service_provider_name.p);
    TRY(iccid_exists(m, r.iccid, &exists));
    *error = ICCID_ALREADY_EXISTS;
    if (exists) {
        SAY_WHY(m, "5.5.3", "an ICCID that is not installed", "%s", text);
        return OK;
    }
    *error = UNSUPPORTED_PROFILE_CLASS;
    if (!class_supported(m, r.profile_class)) {
        SAY_WHY(m, "5.5.3", "a profile class that the card supports", "class %u", r.profile_class);
        return OK;
    }
    *error = PPR_NOT_ALLOWED;
    if (!rat_allows(m, r.ppr, &r, &why)) {
        SAY_WHY(m, "5.5.3, 2.9.2", "profile policy rules that the card allows", "%s", why);
        return OK;
    }
    *error = INSUFFICIENT_MEMORY;
    if (profile_memory_cost(request.n) + profile_memory_cost(d->dp_proprietary_data.n) > profile_memory_free(m)) {
        SAY_WHY(m, "5.5.3", "memory for the metadata", "%zu bytes free", profile_memory_free(m));
        return OK;
    }
    *error = BPP_GOOD;
    return OK;
}
