/* What the flows of LPA, IPA, terminal and operator share; see flows.h. */
#define _DEFAULT_SOURCE
#include "flows.h"

static const char *const iccids[] = {"", ICCID_1, ICCID_2, ICCID_3, ICCID_4, ICCID("05")};

const char *profile_iccid(int n)
{
    ck_assert(n > 0 && (size_t)n < COUNT(iccids));
    return iccids[n];
}

int profile_state(const struct bench *b, int n)
{
    struct euicc_profile_description p;
    for (size_t i = 0; euicc_describe_profile(b->card, i, &p) == EUICC_OK; i++)
        if (strlen(p.iccid) == 19 && p.iccid[17] == '0' && p.iccid[16] == '0' + n)
            return strcmp(p.state, "enabled") == 0;
    return -1;
}

struct wanted profile_wanted(int n, const char *extra)
{
    return (struct wanted){
        .iccid = profile_iccid(n), .profile_class = OPERATIONAL, .notify = NOTIFY_ALL, .extra = extra};
}

bool profile_install(struct bench *b, const struct wanted *w)
{
    BUF_LOCAL metadata = {0};
    BUF_LOCAL package = {0};
    LPA_DOWNLOAD_LOCAL result = {0};
    wanted_metadata(w, &metadata);
    wanted_package(w, &package);
    b->dp->profile = (struct smdpp_profile){.metadata = buf_slice(&metadata), .upp = buf_slice(&package)};
    bool ok = lpa_download(&b->ipa.lpa, b->dp, NULL, &result);
    b->dp->profile = (struct smdpp_profile){0};
    return bench_went(b, ok, result.error);
}

void profile_prepare(struct bench *b, int n, const char *extra)
{
    const struct wanted w = profile_wanted(n, extra);
    bool installed = profile_install(b, &w);
    ck_assert(installed);
}

void profile_prepare_enabled(struct bench *b, int n)
{
    BUF_LOCAL id = {0};
    put_hex(&id, "5A");
    buf_byte(&id, 10);
    put_hex(&id, profile_iccid(n));
    ck_assert_int_eq(lpa_enable_profile(&b->ipa.lpa, buf_slice(&id), false), 0);
}

bool step_is_installed(struct bench *b)
{
    return profile_state(b, b->at->argument) >= 0;
}

bool step_install(struct bench *b)
{
    const struct wanted w = profile_wanted(b->at->argument, NULL);
    return profile_install(b, &w);
}

bool step_is_enabled(struct bench *b)
{
    return profile_state(b, b->at->argument) == 1;
}

bool step_is_disabled(struct bench *b)
{
    return profile_state(b, b->at->argument) == 0;
}

bool step_process_notifications(struct bench *b)
{
    return bench_went(b, lpa_process_notifications(&b->ipa.lpa, b->dp) >= 0, "notifications");
}

bool step_no_notifications(struct bench *b)
{
    struct euicc_description d;
    return euicc_describe(b->card, &d) == EUICC_OK && d.notification_count == 0;
}

/* ---- a terminal ---- */

bool flow_transmit(struct bench *b, struct slice command, const char *what, struct buf *answer)
{
    struct lpa_reader *reader = &b->ipa.lpa.reader;
    bool well = reader->transmit(reader->ctx, command, answer);
    return bench_went(b, well, what) && !b->hit;
}

uint16_t flow_status(const struct buf *answer)
{
    return (uint16_t)(answer->p[answer->n - 2] << 8 | answer->p[answer->n - 1]);
}

bool flow_say(struct bench *b, const char *digits, uint16_t expected)
{
    BUF_LOCAL command = {0};
    BUF_LOCAL answer = {0};
    put_hex(&command, digits);
    if (!flow_transmit(b, buf_slice(&command), digits, &answer)) return false;
    uint16_t status = flow_status(&answer);
    bench_check(b, status == expected, "%s gives %04X, expected %04X", digits, status, expected);
    return true;
}

bool flow_find_file(const struct bench *b, const char *path, struct euicc_file_description *out)
{
    char last[EUICC_PATH_SIZE];
    for (const char *after = NULL; euicc_describe_file(b->card, 0, after, out) == EUICC_OK; after = last) {
        if (strcmp(out->path, path) == 0) return true;
        memcpy(last, out->path, sizeof last);
    }
    return false;
}
