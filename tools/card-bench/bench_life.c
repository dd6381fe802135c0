/* Steps of cases in which an IoT eUICC switches between profiles; see bench_life.h. */
#define _GNU_SOURCE
#include "bench_life.h"

#include "profiles.h"
#include "states.h"

#include "base/hex.h"

#include <strings.h>

/* A sequence number as the content of an INTEGER, for requests. */
static bool set_number(struct bench *b, const char *name, int64_t number)
{
    BUF_LOCAL whole = {0};
    struct tlv t;
    sgp32_put_integer(&whole, 0x80, number);
    struct slice in = buf_slice(&whole);
    return (tlv_next(&in, &t) && variables_set(&b->variables, name, t.value)) ||
           bench_verdict(b, VERDICT_ERROR, "no memory");
}

/* TERMINAL PROFILE with REFRESH (ETSI TS 102 223 5.2, byte 3 bit 8) from now on. */
static bool announce(struct bench *b, struct ipa *ipa)
{
    static const uint8_t profile[] = {0x00, 0x00, 0x80};
    ipa->lpa.options.terminal_profile = SLICE(profile);
    return lpa_reset(&ipa->lpa) || bench_verdict(b, VERDICT_ERROR, "TERMINAL PROFILE: %s", ipa->lpa.error);
}

static bool settle(struct bench *b, struct ipa *ipa)
{
    return ipa_settle(ipa) || bench_verdict(b, VERDICT_ERROR, "the switch: %s", ipa->lpa.error);
}

/* ---- ProfileRollback (5.9.16) ---- */

/* The result holds rollbackResult alone, or the results of the package before it: the texts of the releases and the
 * eIMs in the field differ, and both can be read. */
static bool check_rollback(struct eim *eim, const struct eim_package *granting, struct slice came,
                           struct eim_result *out)
{
    enum sgp32_version version = eim->version;
    if (eim_check_rollback(eim, granting, came, out)) return true;
    if (out->n != granting->n + 1) return false;
    eim->version = SGP32_1_0;
    bool right = eim_check_rollback(eim, granting, came, out);
    eim->version = version;
    return right;
}

static bool roll_back(struct bench *b, struct ipa *ipa, struct eim *eim, const struct life_step *step,
                      const struct buf *granting)
{
    EIM_PACKAGE_LOCAL package = {0};
    BUF_LOCAL copy = {0};
    struct slice came;
    bool refresh = step->rollback == ROLL_BACK_WITH_REFRESH;
    if (!eim_read_package(eim, buf_slice(granting), &package))
        return bench_verdict(b, VERDICT_ERROR, "the package that authorised: %s", eim->error);
    int code = ipa_profile_rollback(ipa, refresh, &came);
    if (!bench_expect(b, code == 0, b->row->clauses, "cmdResult ok(0) with a result", "%d %s", code, ipa->lpa.error))
        return false;
    /* the slice is gone with the next command */
    buf_append(&copy, came);
    if (!step->rises) eim->sequence_number = -1;
    bool right = check_rollback(eim, &package, buf_slice(&copy), &b->result);
    if (!bench_expect(b, right, b->row->clauses,
                      "a new result for the package that authorised, with rollbackResult, signed by the eUICC", "%s",
                      right ? "it is" : eim->error))
        return false;
    return set_number(b, "rolled-back", b->result.sequence_number) && (!refresh || settle(b, ipa));
}

/* ---- what is enabled ---- */

static bool expect_enabled(struct bench *b, struct ipa *ipa, const char *iccid)
{
    static const uint8_t tags[] = {0x5a, 0x9f, 0x70};
    struct ipa_profiles profiles;
    char digits[24] = "";
    unsigned n = 0;
    if (!ipa_get_profiles_info(ipa, (struct slice){0}, SLICE(tags), &profiles) || profiles.error >= 0)
        return bench_expect(b, false, "SGP.32 5.9.14", "a list of profiles", "%d %s", profiles.error, ipa->lpa.error);
    for (size_t i = 0; i < profiles.n; i++) {
        const struct lpa_profile *p = &profiles.list[i].base;
        if (p->state != 1) continue;
        n++;
        if (p->iccid.n == 10) hex_encode(p->iccid, digits);
    }
    bool right = *iccid ? n == 1 && strcasecmp(digits, iccid) == 0 : n == 0;
    return bench_expect(b, right, b->row->clauses, *iccid ? iccid : "no profile enabled", "%u enabled%s%s", n,
                        n ? ", " : "", digits);
}

/* ---- steps ---- */

static bool sends(const struct bench_package *p)
{
    return p->psmo || p->eco || p->again || p->request || p->profile || p->reset || p->power_cycle;
}

static bool is_last(const struct life_step *s)
{
    return !s->install && !s->terminal_profile && !sends(&s->p) && !s->rollback && !s->enabled;
}

static bool prepare(struct bench *b, struct ipa *ipa, const struct life_step *step)
{
    b->section = SECTION_GIVEN;
    bool good = (!step->install || profile_install(b, step->install, step->also)) &&
                (!step->terminal_profile || announce(b, ipa));
    b->section = SECTION_TEST;
    return good;
}

static bool run_step(struct bench *b, struct ipa *ipa, struct eim *eim, const struct life_step *step,
                     struct buf *granting)
{
    if (!prepare(b, ipa, step)) return false;
    unsigned refreshes = ipa->refreshes;
    if ((sends(&step->p) && !bench_package(b, eim, &step->p))) return false;
    if (step->grants) {
        buf_reset(granting);
        buf_append(granting, buf_slice(&b->package.request));
        if (!set_number(b, "granted", b->result.sequence_number)) return false;
    }
    if (step->settle && !settle(b, ipa)) return false;
    b->section = step->p.given ? SECTION_GIVEN : SECTION_TEST;
    bool good = (!step->rollback || roll_back(b, ipa, eim, step, granting)) &&
                (!step->refresh || bench_expect(b, ipa->refreshes == refreshes + 1, b->row->clauses, "one REFRESH",
                                                "%u", ipa->refreshes - refreshes)) &&
                (!step->enabled || expect_enabled(b, ipa, step->enabled));
    b->section = SECTION_TEST;
    return good;
}

void run_life(struct bench *b)
{
    BUF_LOCAL granting = {0};
    struct ipa *ipa = bench_ipa(b);
    struct eim *eim = ipa ? bench_eim(b, TEST_P256) : NULL;
    const struct life_step *steps = b->row->argument;
    if (!eim) return;
    /* after a switch the card may want a REFRESH or a reset (3.9): it gets both */
    ipa->switching = IPA_SWITCH_RESET;
    for (size_t i = 0; i < LIFE_STEPS && !is_last(&steps[i]); i++)
        if (!run_step(b, ipa, eim, &steps[i], &granting)) return;
}
