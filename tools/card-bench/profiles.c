/* Profiles come on the card as they would from an operator: by a download from the SM-DP+ double; see profiles.h. */
#define _GNU_SOURCE
#include "profiles.h"

#include "base/tlv.h"

#include <stdio.h>

/* Lines "key = value"; `what` names them in an error. */
static bool set_lines(struct bench *b, struct metadata *m, const char *what, struct slice text)
{
    while (text.n) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        char line[256];
        (void)snprintf(line, sizeof line, "%.*s", (int)n, (const char *)text.p);
        text = slice_skip(text, end ? n + 1 : n);
        char *equals = strstr(line, " = ");
        /* the icon is a file of its own */
        if (line[0] == '#' || !equals || strncmp(line, "icon", 4) == 0) continue;
        *equals = 0;
        const char *expected = metadata_set(m, line, equals + 3, NULL);
        if (expected) return bench_verdict(b, VERDICT_ERROR, "%s: %s: expected %s", what, line, expected);
    }
    return true;
}

bool profile_metadata(struct bench *b, const char *name, const char *lines, struct metadata *m)
{
    char file[64];
    (void)snprintf(file, sizeof file, "%s.metadata", name);
    metadata_begin(m);
    return set_lines(b, m, file, bench_material(file)) &&
           (!lines || set_lines(b, m, "metadata of the bench", slice_text(lines)));
}

bool profile_download(struct bench *b, const char *name, const struct metadata *m, struct lpa_download_result *result)
{
    const char *nist = facts_get(b->facts, "sgp26-nist");
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, nist && strcmp(nist, "no") == 0 ? TEST_BP256 : TEST_P256, 1);
    BUF_LOCAL metadata = {0};
    char file[64];
    (void)snprintf(file, sizeof file, "%s.der", name);
    if (!lpa || !dp) return false;
    if (!metadata_write(m, &metadata)) return bench_verdict(b, VERDICT_ERROR, "no memory");
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = bench_material(file)};
    bool done = lpa_download(lpa, dp, NULL, result);
    dp->profile = (struct smdpp_profile){0};
    return done && bench_goes_on(b);
}

static bool take_notifications(struct bench *b)
{
    return lpa_process_notifications(&b->lpa, NULL) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "notifications: %s", b->lpa.error);
}

bool profile_install(struct bench *b, const char *name, const char *lines)
{
    LPA_DOWNLOAD_LOCAL result = {0};
    METADATA_LOCAL m;
    bool read = profile_metadata(b, name, lines, &m);
    if (!read) return false;
    if (!profile_download(b, name, &m, &result))
        return bench_verdict(b, VERDICT_ERROR, "the download of %s failed: %s", name, result.error);
    return take_notifications(b);
}

bool profile_identifier(struct bench *b, const char *iccid, struct buf *out)
{
    uint8_t bytes[10];
    if (!metadata_iccid_bytes(iccid, bytes)) return bench_verdict(b, VERDICT_ERROR, "%s is no ICCID", iccid);
    tlv_put(out, 0x5a, SLICE(bytes));
    return buf_err(out) == OK || bench_verdict(b, VERDICT_ERROR, "no memory");
}

bool profile_enable(struct bench *b, const char *iccid)
{
    BUF_LOCAL id = {0};
    if (!profile_identifier(b, iccid, &id)) return false;
    int result = lpa_enable_profile(&b->lpa, buf_slice(&id), false);
    if (result != 0) return bench_verdict(b, VERDICT_ERROR, "EnableProfile gave %d: %s", result, b->lpa.error);
    if (!lpa_reset(&b->lpa)) return bench_verdict(b, VERDICT_ERROR, "after the reset: %s", b->lpa.error);
    return take_notifications(b);
}
