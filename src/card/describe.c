/* Looking into a card without APDUs, for programs that print its state. Part of the public API of src/euicc.h. */
#include "card/card.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"

const char *euicc_result_text(int result)
{
    static const char *const texts[] = {
        [EUICC_OK] = "ok",
        [EUICC_BAD_ARGUMENT] = "a parameter is wrong",
        [EUICC_NO_MEMORY] = "no memory",
        [EUICC_NO_CARD] = "the storage holds no card",
        [EUICC_EXISTS] = "the storage holds a card already",
        [EUICC_STORAGE] = "reading or writing the storage failed",
        [EUICC_CORRUPT] = "the stored card does not decode",
        [EUICC_NEWER] = "the stored card was written by a newer version",
        [EUICC_LOCKED] = "the card file is used by another process",
        [EUICC_POWER_LOST] = "the power was cut",
        [EUICC_MUTE] = "the card is off or mute",
        [EUICC_SHORT_BUFFER] = "the buffer is too short",
        [EUICC_RANDOM] = "the random source failed",
        [EUICC_CRYPTO] = "the cryptographic library failed",
    };
    size_t index = (size_t)result;
    return result >= 0 && index < sizeof texts / sizeof texts[0] ? texts[index] : "unknown result";
}

static void copy_text(struct slice s, char *out, size_t size)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;
    if (n) memcpy(out, s.p, n);
    out[n] = 0;
}

static const char *const sgp32_versions[] = {
    [SGP32_NONE] = "", [SGP32_1_0] = "1.0", [SGP32_1_1] = "1.1", [SGP32_1_2] = "1.2"};

int euicc_describe(const euicc *card, struct euicc_description *out)
{
    const struct model *m = &card->model;
    *out = (struct euicc_description){0};
    hex_encode(SLICE(m->identity.eid), out->eid);
    (void)snprintf(out->personality, sizeof out->personality, "%s", m->personality.name);
    const uint8_t *v = m->personality.sgp22_version;
    (void)snprintf(out->sgp22_version, sizeof out->sgp22_version, "%u.%u.%u", v[0], v[1], v[2]);
    out->memory_total = m->personality.memory_size;
    out->memory_free = profile_memory_free(m);
    out->profile_count = profile_count(m);
    out->notification_count = store_count(m->store, "notification/");
    out->ci_count = m->identity.root_count;
    out->eim_count = eim_count(m);
    out->package_result_count = store_count(m->store, "package-result/");
    out->sgp32_version = sgp32_versions[m->personality.sgp32];
    copy_text(model_default_dp_address(m), out->default_smdp_address, sizeof out->default_smdp_address);
    return EUICC_OK;
}

static int describe_profile(const struct model *m, const struct profile *p, struct euicc_profile_description *out)
{
    static const char *const classes[] = {"test", "provisioning", "operational"};
    struct slice der;
    struct tlv metadata;
    struct tlv t;
    *out = (struct euicc_profile_description){0};
    iccid_text(p->iccid, out->iccid);
    hex_encode(SLICE(p->aid), out->isdp_aid);
    out->state = p->enabled ? "enabled" : "disabled";
    out->profile_class = p->profile_class < 3 ? classes[p->profile_class] : "unknown";
    if (p->has_nickname) copy_text(p->nickname, out->nickname, sizeof out->nickname);
    if (!profile_part(m, p->aid, "meta", &der) || !tlv_next(&der, &metadata)) return EUICC_CORRUPT;
    if (tlv_find(metadata.value, 0x91, &t)) copy_text(t.value, out->service_provider, sizeof out->service_provider);
    if (tlv_find(metadata.value, 0x92, &t)) copy_text(t.value, out->name, sizeof out->name);
    out->size = profile_memory_of(m, p->aid);
    return EUICC_OK;
}

int euicc_describe_profile(const euicc *card, size_t index, struct euicc_profile_description *out)
{
    struct profile *list = NULL;
    size_t n = 0;
    enum err e = profile_list(&card->model, &list, &n);
    int result = e != OK      ? public_result(e)
                 : index >= n ? EUICC_BAD_ARGUMENT
                              : describe_profile(&card->model, &list[index], out);
    free(list);
    return result;
}

int euicc_describe_notification(const euicc *card, size_t index, struct euicc_notification_description *out)
{
    struct notification_iterator i;
    struct notification n;
    struct tlv metadata;
    struct tlv t;
    bool more = notification_first(&card->model, &i, &n);
    while (more && index--)
        more = notification_next(&card->model, &i, &n);
    if (!more) return EUICC_BAD_ARGUMENT;
    *out = (struct euicc_notification_description){
        .sequence_number = n.sequence_number,
        .event = notification_event_name(n.event),
        .is_installation_result = n.is_installation_result,
    };
    struct slice in = n.metadata;
    if (!tlv_next(&in, &metadata)) return EUICC_CORRUPT;
    if (tlv_find(metadata.value, 0x0c, &t)) copy_text(t.value, out->address, sizeof out->address);
    if (tlv_find(metadata.value, 0x5a, &t) && t.value.n == ICCID_SIZE) iccid_text(t.value.p, out->iccid);
    return EUICC_OK;
}

int euicc_describe_eim(const euicc *card, size_t index, struct euicc_eim_description *out)
{
    struct eim_iterator i;
    struct eim e;
    struct tlv fqdn;
    bool more = eim_first(&card->model, &i, &e);
    while (more && index--)
        more = eim_next(&card->model, &i, &e);
    if (!more) return EUICC_BAD_ARGUMENT;
    *out = (struct euicc_eim_description){.counter = e.counter, .has_token = e.has_token, .token = e.token};
    copy_text(e.id, out->id, sizeof out->id);
    if (tlv_find(e.fields, 0x81, &fqdn)) copy_text(fqdn.value, out->fqdn, sizeof out->fqdn);
    out->curve = e.curve == CURVE_UNKNOWN ? "none" : curve_name(e.curve);
    return EUICC_OK;
}

int euicc_describe_ci(const euicc *card, size_t index, struct euicc_ci_description *out)
{
    if (index >= card->model.identity.root_count) return EUICC_BAD_ARGUMENT;
    const struct root *r = &card->model.identity.roots[index];
    hex_encode(SLICE(r->ci_pk_id), out->ci_pk_id);
    out->curve = curve_name(r->curve);
    out->signs = r->signs;
    return EUICC_OK;
}

int euicc_describe_atr(const euicc *card, struct euicc_atr *out)
{
    atr_make(&card->model.personality, out);
    return EUICC_OK;
}

const char *euicc_personality_name(size_t index)
{
    return personality_builtin_name(index);
}

const char *euicc_personality_text(const char *name)
{
    return personality_builtin_text(name);
}
