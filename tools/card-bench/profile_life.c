/* A profile on its way through its life; see profile_life.h. */
#define _GNU_SOURCE
#include "bench_profile.h"
#include "profile_life.h"

#include "download.h"

#include "base/tlv.h"

#include <stdio.h>

bool life_did(struct bench *b, bool good)
{
    return good || bench_verdict(b, VERDICT_ERROR, "%s", b->lpa.error);
}

bool life_expect(struct bench *b, bool ok, const char *expected, const char *came)
{
    return bench_expect(b, ok, b->row->clauses, expected, "%s", came);
}

bool life_install(struct bench *b, const char *name, const char *lines)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    METADATA_LOCAL m;
    return profile_metadata(b, name, lines, &m) &&
           (profile_download(b, name, &m, &result) ||
            (rig_reached_package(b, &result) && life_expect(b, false, "the profile is installed", result.error)));
}

const char *life_state_word(int state)
{
    return state >= -1 && state <= 1 ? bench_profile_words[state + 1] : "in a state that is none";
}

int life_state(struct bench *b, const char *iccid)
{
    struct lpa *lpa = bench_lpa(b);
    struct lpa_profiles list;
    BUF_LOCAL id = {0};
    if (!lpa || !profile_identifier(b, iccid, &id)) return -2;
    /* no search criterion, no tag list: whether they are understood is for other cases */
    if (!lpa_get_profiles_info(lpa, (struct slice){0}, (struct slice){0}, &list) || list.error >= 0) {
        (void)bench_expect(b, false, "SGP.22 5.7.15", "a list of the profiles", "%s", lpa->error);
        return -2;
    }
    return bench_profile_listed(&list, slice_skip(buf_slice(&id), 2));
}

/* What was done before is not what this is about: an error if it did not happen. */
static bool begins_as(struct bench *b, const char *iccid, int wanted)
{
    enum section section = b->section;
    b->section = SECTION_GIVEN;
    int state = life_state(b, iccid);
    bool good = state != -2 && life_expect(b, state == wanted, life_state_word(wanted), life_state_word(state));
    b->section = section;
    return good;
}

bool life_do(struct bench *b, enum life_function function, const char *iccid)
{
    static const char *const names[] = {"EnableProfile: ok (0)", "DisableProfile: ok (0)", "DeleteProfile: ok (0)"};
    static const char *const words[] = {"enabled after EnableProfile", "disabled after DisableProfile",
                                        "not there after DeleteProfile"};
    static const int states[] = {1, 0, -1};
    struct lpa *lpa = bench_lpa(b);
    BUF_LOCAL id = {0};
    char came[24];
    int code = -1;
    if (!lpa || !profile_identifier(b, iccid, &id) || !begins_as(b, iccid, function == LIFE_DISABLE)) return false;
    if (function == LIFE_ENABLE)
        code = lpa_enable_profile(lpa, buf_slice(&id), false);
    else if (function == LIFE_DISABLE)
        code = lpa_disable_profile(lpa, buf_slice(&id), false);
    else
        code = lpa_delete_profile(lpa, buf_slice(&id));
    (void)snprintf(came, sizeof came, "%d", code);
    if (!bench_goes_on(b) || !life_expect(b, code == 0, names[function], code < 0 ? lpa->error : came)) return false;
    if (function != LIFE_DELETE && !life_did(b, lpa_reset(lpa))) return false;
    if (b->section == SECTION_TEST) return true;
    int state = life_state(b, iccid);
    return state >= -1 && bench_expect(b, state == states[function], "SGP.22 5.7.15; SGP.22 3.2", words[function], "%s",
                                       life_state_word(state));
}

bool life_memory(struct bench *b, uint32_t *applications, uint32_t *free_memory)
{
    struct lpa *lpa = bench_lpa(b);
    return lpa && bench_expect(b, lpa_get_euicc_info2(lpa) && lpa_read_free_memory(lpa, applications, free_memory),
                               "SGP.22 5.7.8", "extCardResource with applications and free memory", "%s", lpa->error);
}

bool life_given_back(uint32_t before, uint32_t with, uint32_t after)
{
    enum { KEPT = 512 };
    return after > with && after + KEPT + (before - with) / 10 >= before;
}

bool life_events(struct bench *b, char out[LIFE_EVENTS_SIZE], size_t *results, uint32_t *last)
{
    static const char *const events[] = {"install", "enable", "disable", "delete"};
    struct lpa *lpa = bench_lpa(b);
    struct lpa_notifications list;
    size_t n = 0;
    out[0] = 0;
    *results = 0;
    /* cards of the first versions answer an empty retrieval with a code: noResultAvailable */
    if (lpa && lpa_list_notification(lpa, -1, &list) && list.n == 0) return true;
    if (!lpa || !bench_expect(b, lpa_retrieve_notifications(lpa, -1, -1, &list), "SGP.22 5.7.10",
                              "a list of notifications", "%s", lpa->error))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct lpa_notification *one = &list.list[i];
        if (i && one->sequence_number <= list.list[i - 1].sequence_number)
            return bench_expect(b, false, "SGP.22 3.5", "sequence numbers that rise", "%u after %u",
                                (unsigned)one->sequence_number, (unsigned)list.list[i - 1].sequence_number);
        *last = one->sequence_number;
        if (one->is_result) {
            (*results)++;
            continue;
        }
        char digits[21] = "";
        if (one->iccid.n == 10) metadata_iccid_digits(one->iccid, digits);
        if (n < LIFE_EVENTS_SIZE - 30)
            n += (size_t)snprintf(out + n, LIFE_EVENTS_SIZE - n, "%s%s %s", n ? ", " : "", events[one->event & 3],
                                  strlen(digits) == 20 ? digits + 18 : "?");
    }
    return true;
}
