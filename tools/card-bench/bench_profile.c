/* One profile in the list that GetProfilesInfo gives; see bench_profile.h. */
#define _GNU_SOURCE
#include "bench_profile.h"

#include "bench_bytes.h"

#include "base/tlv.h"

const char *const bench_profile_words[3] = {"not there", "disabled", "enabled"};

bool bench_profile_request(struct slice iccid, struct slice tags, struct buf *out)
{
    static const uint8_t usual[] = {0x5a, 0x4f, 0x9f, 0x70, 0x90};
    BUF_LOCAL list = {0};
    if (!tags.n) tags = SLICE(usual);
    if (tags.p[0] != 0x5a) buf_byte(&list, 0x5a);
    buf_append(&list, tags);
    size_t whole = tlv_open(out, 0xbf2d);
    size_t search = tlv_open(out, 0xa0);
    tlv_put(out, 0x5a, iccid);
    tlv_close(out, search);
    tlv_put(out, 0x5c, buf_slice(&list));
    tlv_close(out, whole);
    return buf_err(&list) == OK && buf_err(out) == OK;
}

/* A tag list is tags one after the other: one byte, or two if the first ends with five bits (ETSI TS 101 220 7.1.1). */
static bool has_tag(struct slice tags, uint32_t tag)
{
    while (tags.n) {
        size_t n = (tags.p[0] & 0x1f) == 0x1f && tags.n > 1 ? 2 : 1;
        uint32_t one = n == 2 ? (uint32_t)tags.p[0] << 8 | tags.p[1] : tags.p[0];
        if (one == tag) return true;
        tags = slice_skip(tags, n);
    }
    return false;
}

bool bench_profile_members(struct slice profile, struct slice tags, struct buf *out)
{
    struct tlv whole;
    struct tlv t;
    if (!tlv_next(&profile, &whole)) return true;
    while (tlv_next(&whole.value, &t))
        if (has_tag(tags, t.tag)) buf_append(out, t.whole);
    return buf_err(out) == OK;
}

bool bench_profile_find(struct slice response, struct slice iccid, struct slice *out)
{
    struct tlv whole;
    struct tlv list;
    struct tlv one;
    struct tlv id;
    *out = (struct slice){0};
    if (!tlv_next(&response, &whole) || whole.tag != 0xbf2d || !tlv_find(whole.value, 0xa0, &list)) return false;
    while (list.value.n) {
        if (!tlv_next(&list.value, &one)) return false;
        if (!out->n && one.tag == 0xe3 && tlv_find(one.value, 0x5a, &id) && slice_equal(id.value, iccid))
            *out = one.whole;
    }
    return true;
}

/* The E3 in the answer of the double, empty if the profile is not there. False: a verdict. */
static bool look(struct bench *b, const char *iccid, struct slice tags, struct slice *found)
{
    BUF_LOCAL id = {0};
    BUF_LOCAL request = {0};
    struct lpa *lpa = bench_lpa(b);
    uint16_t sw = 0;
    *found = (struct slice){0};
    if (!lpa || !bench_bytes(b, iccid, &id)) return false;
    if (!bench_profile_request(buf_slice(&id), tags, &request) ||
        !lpa_store_data(lpa, buf_slice(&request), &lpa->response, &sw))
        return bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo: %s", lpa->error);
    return (sw == 0x9000 && bench_profile_find(buf_slice(&lpa->response), buf_slice(&id), found)) ||
           bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo gave no list of profiles: %04X", sw);
}

bool bench_profile_shows(struct bench *b, const char *clause, const char *iccid, const char *tags, const char *members)
{
    BUF_LOCAL list = {0};
    BUF_LOCAL shown = {0};
    struct slice found;
    if (!bench_bytes(b, tags, &list) || !look(b, iccid, buf_slice(&list), &found)) return false;
    if (!bench_profile_members(found, buf_slice(&list), &shown)) return bench_verdict(b, VERDICT_ERROR, "no memory");
    return bench_expect(b, found.n > 0, bench_clause(b, clause), "the profile in the list", "it is not there") &&
           bench_expect_bytes(b, clause, members, buf_slice(&shown));
}

int bench_profile_state(struct bench *b, const char *iccid)
{
    struct slice found;
    struct tlv one;
    struct tlv state;
    if (!look(b, iccid, (struct slice){0}, &found)) return -2;
    if (!found.n || !tlv_next(&found, &one)) return -1;
    if (tlv_find(one.value, 0x9f70, &state) && state.value.n == 1 && state.value.p[0] <= 1) return state.value.p[0];
    (void)bench_verdict(b, VERDICT_ERROR, "GetProfilesInfo gave no state of the profile");
    return -2;
}

int bench_profile_listed(const struct lpa_profiles *list, struct slice iccid)
{
    for (size_t i = 0; i < list->n; i++)
        if (slice_equal(list->list[i].iccid, iccid)) return list->list[i].state;
    return -1;
}
