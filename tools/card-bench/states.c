/* The states that cases begin with; see states.h. A profile comes on the card as it would from an operator: by a
 * download from the SM-DP+ double. */
#define _GNU_SOURCE
#include "states.h"

#include "bench.h"

#include "metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Everything off the card that may go: operational and test profiles, the default SM-DP+ address, notifications. */
static bool reach_empty(struct bench *b)
{
    struct lpa *lpa = bench_lpa(b);
    const char *profiles = facts_get(b->facts, "profiles");
    if (!lpa) return false;
    bool is_empty = profiles && strcmp(profiles, "0") == 0;
    if (!is_empty && lpa_memory_reset(lpa, 7) < 0)
        return bench_verdict(b, VERDICT_ERROR, "eUICCMemoryReset: %s", lpa->error);
    if (!is_empty && (!bench_goes_on(b) || !lpa_reset(lpa)))
        return bench_verdict(b, VERDICT_ERROR, "after the reset: %s", lpa->error);
    return lpa_process_notifications(lpa, NULL) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "notifications: %s", lpa->error);
}

/* profiles/NAME.metadata is a text; the double reads files. */
static bool read_metadata(struct bench *b, const char *name, struct buf *out)
{
    char file[64];
    METADATA_LOCAL m;
    metadata_begin(&m);
    (void)snprintf(file, sizeof file, "%s.metadata", name);
    struct slice text = bench_material(file);
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
        const char *expected = metadata_set(&m, line, equals + 3, NULL);
        if (expected) return bench_verdict(b, VERDICT_ERROR, "%s: %s: expected %s", file, line, expected);
    }
    return metadata_write(&m, out) || bench_verdict(b, VERDICT_ERROR, "no memory");
}

static bool install(struct bench *b, const char *name)
{
    const char *nist = facts_get(b->facts, "sgp26-nist");
    struct lpa *lpa = bench_lpa(b);
    struct smdpp *dp = bench_smdpp(b, nist && strcmp(nist, "no") == 0 ? TEST_BP256 : TEST_P256, 1);
    LPA_DOWNLOAD_LOCAL result = {0};
    BUF_LOCAL metadata = {0};
    char file[64];
    (void)snprintf(file, sizeof file, "%s.der", name);
    if (!lpa || !dp || !read_metadata(b, name, &metadata)) return false;
    dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = bench_material(file)};
    bool done = lpa_download(lpa, dp, NULL, &result);
    dp->profile = (struct smdpp_profile){0};
    if (!done) return bench_verdict(b, VERDICT_ERROR, "the download of %s failed: %s", name, result.error);
    return lpa_process_notifications(lpa, NULL) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "notifications: %s", lpa->error);
}

static bool enable(struct bench *b, const char *iccid)
{
    BUF_LOCAL id = {0};
    uint8_t bytes[10];
    if (!metadata_iccid_bytes(iccid, bytes)) return bench_verdict(b, VERDICT_ERROR, "%s is no ICCID", iccid);
    buf_byte(&id, 0x5a);
    buf_byte(&id, sizeof bytes);
    buf_append(&id, SLICE(bytes));
    int result = lpa_enable_profile(&b->lpa, buf_slice(&id), false);
    if (result != 0) return bench_verdict(b, VERDICT_ERROR, "EnableProfile gave %d: %s", result, b->lpa.error);
    if (!lpa_reset(&b->lpa)) return bench_verdict(b, VERDICT_ERROR, "after the reset: %s", b->lpa.error);
    return lpa_process_notifications(&b->lpa, NULL) >= 0 ||
           bench_verdict(b, VERDICT_ERROR, "notifications: %s", b->lpa.error);
}

static bool reach_disabled(struct bench *b)
{
    return reach_empty(b) && install(b, "operational");
}

static bool reach_enabled(struct bench *b)
{
    return reach_disabled(b) && enable(b, "89000101000000000010");
}

static bool reach_two(struct bench *b)
{
    return reach_enabled(b) && install(b, "tiny");
}

static bool reach_test(struct bench *b)
{
    return reach_empty(b) && install(b, "test") && enable(b, "89000101000000000044");
}

const struct state states[] = {
    {"any", "whatever is on the card", NULL, NULL, NULL, NULL},
    {"empty", "no profile is installed, no notification waits", NULL, "isdr and profiles = 0", "isdr", reach_empty},
    {"disabled", "one profile (profiles/operational) is installed and disabled, none is enabled", NULL,
     "isdr and disabled-profiles > 0 and not enabled", "isdr and sgp26", reach_disabled},
    {"enabled", "a profile (profiles/operational) is enabled", NULL, "isdr and enabled", "isdr and sgp26 and consumer",
     reach_enabled},
    {"two", "a profile (profiles/operational) is enabled, another one (profiles/tiny) disabled", NULL,
     "isdr and enabled and disabled-profiles > 0", "isdr and sgp26 and consumer", reach_two},
    {"test", "a test profile (profiles/test) is enabled, with files that everybody may change", NULL,
     "isdr and enabled = 98001010000000000044", "isdr and sgp26 and consumer and test-profiles", reach_test},
    {"iot", "an IoT eUICC of SGP.32 without profiles and eIMs", "sgp32 = 1.2\n", "isdr and iot and profiles = 0",
     "isdr and iot", reach_empty},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct state *state_find(const char *name)
{
    const struct state *s = states;
    while (name && s->name && strcmp(s->name, name) != 0)
        s++;
    return s->name ? s : NULL;
}
