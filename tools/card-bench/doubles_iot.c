/* The other side of an IoT eUICC: IPA and eIM of tests/lib on the card of the bench; see bench_iot.h. */
#include "bench_iot.h"

#include <stdio.h>

enum sgp32_version bench_iot_version(const struct bench *b)
{
    enum sgp32_version version = SGP32_1_0;
    char text[4] = "";
    const char *said = facts_get(b->facts, "sgp32");
    if (said) (void)snprintf(text, sizeof text, "%.3s", said);
    return sgp32_version_read(text, &version) || !said ? version : SGP32_1_3;
}

struct ipa *bench_ipa(struct bench *b)
{
    return bench_lpa(b) ? &b->ipa : NULL;
}

/* ---- eIMs ---- */

struct slice bench_ci_for(struct bench *b, const struct eim *eim, uint8_t id[20])
{
    const char *brainpool = facts_get(b->facts, "sgp26-brainpool");
    struct pki_anchor anchors[2];
    if (eim->key.curve != TEST_BP256 || !brainpool || strcmp(brainpool, "yes") != 0) return (struct slice){0};
    if (!bench_anchors(b, TEST_BP256, anchors)) return (struct slice){0};
    memcpy(id, anchors[0].id, 20);
    return slice_of(id, 20);
}

static bool know_card(struct bench *b, struct eim *eim, struct slice ci_pk_id)
{
    IPA_CERTIFICATES_LOCAL certificates = {0};
    struct ipa *ipa = bench_ipa(b);
    struct pki_anchor anchors[2];
    struct pki_certificate own;
    const char *sgp26 = facts_get(b->facts, "sgp26");
    const char *eid = facts_get(b->facts, "eid");
    const char *why = "";
    if (!ipa || !bench_anchors(b, TEST_P256, anchors)) return false;
    if (!eid || !eim_set_eid(eim, eid)) return bench_verdict(b, VERDICT_ERROR, "the EID of the card is not known");
    if (ipa_get_certs(ipa, ci_pk_id, &certificates) != 0)
        return bench_verdict(b, VERDICT_ERROR, "GetCerts: %s", ipa->lpa.error);
    if (sgp26 && strcmp(sgp26, "yes") == 0)
        return eim_know_card(eim, buf_slice(&certificates.euicc), buf_slice(&certificates.eum), anchors, 2) ||
               bench_verdict(b, VERDICT_ERROR, "GetCerts: %s", eim->error);
    /* a CI of others: the certificate cannot be checked, only what is signed with its key */
    if (!pki_read(buf_slice(&certificates.euicc), &own, &why))
        return bench_verdict(b, VERDICT_ERROR, "GetCerts: %s", why);
    eim_know_key(eim, &own.key);
    return true;
}

/* Beginning: what cases are about comes later. */
bool bench_know_card(struct bench *b, struct eim *eim, struct slice ci_pk_id)
{
    enum section section = b->section;
    b->section = SECTION_GIVEN;
    bool good = know_card(b, eim, ci_pk_id);
    b->section = section;
    return good;
}

bool bench_other_eim(struct bench *b, const char *id, enum test_curve curve, struct eim *out)
{
    uint8_t ci[20];
    const struct eim_config config = {.id = id,
                                      .fqdn = "eim.example.com",
                                      .id_type = 3,
                                      .curve = curve,
                                      .seed = slice_text(id),
                                      .version = bench_iot_version(b),
                                      .initial_counter = 1};
    if (!eim_init(out, &config)) return bench_verdict(b, VERDICT_ERROR, "an eIM cannot be made: %s", out->error);
    return bench_know_card(b, out, bench_ci_for(b, out, ci));
}

struct eim *bench_eim(struct bench *b, enum test_curve curve)
{
    uint32_t counter = 1;
    if (b->has_eim) return bench_goes_on(b) ? &b->eim : NULL;
    (void)state_iot_eim(b->row ? b->row->state : NULL, &counter, &curve);
    if (!bench_other_eim(b, "testeim1", curve, &b->eim)) return NULL;
    b->has_eim = true;
    b->eim.counter = counter;
    return &b->eim;
}

bool bench_associate(struct bench *b, struct eim *const eims[], size_t n, bool tokens)
{
    enum { EIMS = 8 };
    struct eim_configuration list[EIMS];
    struct buf keys[EIMS] = {{0}};
    uint8_t ci[EIMS][20];
    BUF_LOCAL request = {0};
    struct ipa_added added = {.n = 0};
    struct ipa *ipa = bench_ipa(b);
    bool good = ipa && n <= EIMS;
    for (size_t i = 0; good && i < n; i++) {
        good = eim_describe(eims[i], tokens, &keys[i], &list[i]);
        list[i].ci_pk_id = bench_ci_for(b, eims[i], ci[i]);
    }
    good = good && eim_add_initial_request(&request, list, n);
    for (size_t i = 0; i < n && i < EIMS; i++)
        buf_free(&keys[i]);
    if (!good) return bench_verdict(b, VERDICT_ERROR, "the request of AddInitialEim cannot be made");
    enum section section = b->section;
    b->section = SECTION_GIVEN;
    int code = ipa_add_initial_eim(ipa, buf_slice(&request), &added);
    b->section = section;
    if (code != 0 || added.n != n)
        return bench_verdict(b, VERDICT_ERROR, "AddInitialEim gave %d: %s", code, ipa->lpa.error);
    for (size_t i = 0; i < n; i++) {
        eims[i]->token = added.tokens[i];
        eims[i]->counter = eims[i]->initial_counter;
    }
    return true;
}
