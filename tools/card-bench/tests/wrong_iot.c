/* Cards that are wrong with the functions of SGP.32: eIMs, packages, emergency calls; see wrong_cards.h. */
#include "wrong_seams.h"

#include "isdr/iot.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */

/* The EID in a package: BF51 {30 {80, 5A}}. */
static bool eid_of_package(struct slice request, struct slice *eid)
{
    struct tlv t;
    if (!tlv_next(&request, &t) || !tlv_find(t.value, 0x30, &t) || !tlv_find(t.value, 0x5a, &t)) return false;
    *eid = t.value;
    return eid->n == 16;
}

ES_FUNCTION(__real_es10b_load_euicc_package);
ES_FUNCTION(__wrap_es10b_load_euicc_package);
ES_FUNCTION(__wrap_es10b_load_euicc_package)
{
    const struct wrong_place before = wrong_enter("es10b_load_euicc_package", m);
    uint8_t own[16];
    struct slice eid;
    memcpy(own, m->identity.eid, sizeof own);
    if (eid_of_package(request, &eid) && !slice_equal(eid, SLICE(own)) && wrong_is("eid-not-compared"))
        memcpy(m->identity.eid, eid.p, sizeof own);
    enum err e = __real_es10b_load_euicc_package(m, request, response);
    memcpy(m->identity.eid, own, sizeof own);
    wrong_leave(before);
    return e;
}

enum err __real_eim_put(struct model *m, struct eim *eim);
enum err __wrap_eim_put(struct model *m, struct eim *eim);
enum err __wrap_eim_put(struct model *m, struct eim *eim)
{
    /* what an operation of the package stores is another matter */
    if (wrong_in("es10b_load_euicc_package") && wrong_is("eim-counter-not-stored")) return OK;
    return __real_eim_put(m, eim);
}

bool __real_eim_find(const struct model *m, struct slice id, struct eim *out);
bool __wrap_eim_find(const struct model *m, struct slice id, struct eim *out);
bool __wrap_eim_find(const struct model *m, struct slice id, struct eim *out)
{
    bool found = __real_eim_find(m, id, out);
    if (found && wrong_in("es10b_load_euicc_package") && wrong_is("eim-counter-not-compared")) out->counter = 0;
    return found;
}

size_t __real_eim_count(const struct model *m);
size_t __wrap_eim_count(const struct model *m);
size_t __wrap_eim_count(const struct model *m)
{
    if (wrong_in("es10b_add_initial_eim") && wrong_is("initial-eim-always-taken")) return 0;
    return __real_eim_count(m);
}

enum err __real_iot_emergency_enabled(const struct model *m, bool *enabled);
enum err __wrap_iot_emergency_enabled(const struct model *m, bool *enabled);
enum err __wrap_iot_emergency_enabled(const struct model *m, bool *enabled)
{
    TRY(__real_iot_emergency_enabled(m, enabled));
    if (*enabled && wrong_is("emergency-call-not-protected")) *enabled = false;
    return OK;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
