/* What softeuicc-install prints: steps for people, or one JSON object. Called by all of this folder. */
#define _GNU_SOURCE
#include "install.h"

#include "base/hex.h"
#include "base/tlv.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void report_step(struct report *report, const char *name, const char *format, ...)
{
    va_list args;
    if (!report->steps) return;
    va_start(args, format);
    fprintf(report->steps, "%-14s ", name ? name : "");
    vfprintf(report->steps, format, args);
    fputc('\n', report->steps);
    va_end(args);
}

bool report_failure(struct report *report, const char *format, ...)
{
    va_list args;
    /* The first failure is the cause. */
    if (report->error[0]) return false;
    va_start(args, format);
    vsnprintf(report->error, sizeof report->error, format, args);
    va_end(args);
    return false;
}

/* ---- the result of the installation ---- */

struct status {
    uint32_t status;
    uint32_t identification; /* UINT32_MAX: none */
    uint32_t additional;     /* likewise */
    uint32_t offset;         /* likewise */
};

/* PEStatus 30{80 status, 81 identification?, 82 additional-information?, 83 offset?} */
static struct status read_status(struct slice in)
{
    struct status s = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    uint32_t *const members[] = {&s.status, &s.identification, &s.additional, &s.offset};
    struct tlv t;
    while (tlv_next(&in, &t)) {
        if (t.tag >= 0x80 && t.tag <= 0x83 && !tlv_unsigned(t.value, members[t.tag - 0x80]))
            *members[t.tag - 0x80] = UINT32_MAX;
    }
    return s;
}

/* Calls for each PEStatus of each EUICCResponse 30{A0{30..}, 81 aborted?, 82 message?} in simaResponse. */
static void each_status(struct slice sima, void (*call)(void *ctx, struct status status), void *ctx)
{
    struct tlv response;
    struct tlv list;
    struct tlv status;
    while (tlv_next(&sima, &response)) {
        if (!tlv_find(response.value, 0xa0, &list)) continue;
        for (struct slice in = list.value; tlv_next(&in, &status);)
            call(ctx, read_status(status.value));
    }
}

static void print_status(void *ctx, struct status s)
{
    char more[96] = "";
    size_t n = 0;
    if (s.identification != UINT32_MAX)
        n += (size_t)snprintf(more, sizeof more, ", element %u", (unsigned)s.identification);
    if (s.additional != UINT32_MAX)
        n += (size_t)snprintf(more + n, sizeof more - n, ", additional information %u", (unsigned)s.additional);
    if (s.offset != UINT32_MAX) snprintf(more + n, sizeof more - n, ", offset %u", (unsigned)s.offset);
    report_step(ctx, NULL, "PE status %s(%u)%s", name_of_element_status(s.status), (unsigned)s.status, more);
}

/* statusMessage, the card's own words. */
static void print_messages(struct report *report, struct slice sima)
{
    struct tlv response;
    struct tlv message;
    while (tlv_next(&sima, &response)) {
        BUF_LOCAL safe = {0};
        if (!tlv_find(response.value, 0x82, &message)) continue;
        text_safe(&safe, message.value);
        report_step(report, NULL, "message: %.*s", (int)safe.n, safe.n ? (const char *)safe.p : "");
    }
}

void report_result(struct report *report)
{
    const struct smdpp_pir *r = &report->result;
    char aid[33];
    if (r->success) {
        hex_encode(SLICE(r->isdp_aid), aid);
        report_step(report, "result", "installed as %s; signature right, number %u", aid, (unsigned)r->sequence_number);
    } else {
        report_step(report, "result", "refused: %s(%d), %s(%d); signature right, number %u",
                    name_of_command(r->command), r->command, name_of_reason(r->reason), r->reason,
                    (unsigned)r->sequence_number);
    }
    each_status(r->sima_response, print_status, report);
    print_messages(report, r->sima_response);
}

/* ---- the end ---- */

static void put_status(void *ctx, struct status s)
{
    struct json *j = ctx;
    json_open(j, NULL, '{');
    json_number(j, "status", s.status);
    json_string(j, "name", name_of_element_status(s.status));
    if (s.identification != UINT32_MAX) json_number(j, "identification", s.identification);
    if (s.additional != UINT32_MAX) json_number(j, "additionalInformation", s.additional);
    if (s.offset != UINT32_MAX) json_number(j, "offset", s.offset);
    json_close(j, '}');
}

static void put_result(struct json *j, const struct smdpp_pir *r)
{
    char aid[33];
    json_open(j, "result", '{');
    json_number(j, "sequenceNumber", r->sequence_number);
    if (r->success) {
        hex_encode(SLICE(r->isdp_aid), aid);
        json_string(j, "isdpAid", aid);
    } else {
        json_number(j, "bppCommandId", (unsigned)r->command);
        json_string(j, "bppCommand", name_of_command(r->command));
        json_number(j, "errorReason", (unsigned)r->reason);
        json_string(j, "errorReasonName", name_of_reason(r->reason));
    }
    json_open(j, "peStatus", '[');
    each_status(r->sima_response, put_status, j);
    json_close(j, ']');
    json_close(j, '}');
}

static bool print_json(const struct report *report)
{
    BUF_LOCAL out = {0};
    struct json j = {.out = &out};
    json_open(&j, NULL, '{');
    json_bool(&j, "installed", report->installed);
    json_bool(&j, "enabled", report->enabled);
    json_string(&j, "eid", report->eid);
    json_string(&j, "iccid", report->iccid);
    json_string(&j, "smdpAddress", report->options->address);
    json_number(&j, "packageBytes", report->package_size);
    json_number(&j, "boundBytes", report->bpp_size);
    json_number(&j, "segments", report->segments);
    if (report->has_result) put_result(&j, &report->result);
    if (report->error[0]) {
        json_string(&j, "stage", report->stage);
        json_string(&j, "error", report->error);
        if (report->card_error >= 0) json_number(&j, "cardError", (unsigned)report->card_error);
        if (report->card_error >= 0) json_string(&j, "cardErrorName", report->card_error_name);
        if (report->reason.n) json_text(&j, "reason", buf_slice(&report->reason));
    } else {
        json_number(&j, "notifications", report->notifications);
    }
    json_close(&j, '}');
    buf_byte(&out, '\n');
    return buf_err(&out) == OK && write_all(STDOUT_FILENO, buf_slice(&out));
}

bool report_end(struct report *report)
{
    bool ok = true;
    if (report->steps) fflush(report->steps);
    if (report->error[0]) {
        problem("%s: %s: %s: %s", report->options->package, report->installed ? "installed, but" : "not installed",
                report->stage, report->error);
        if (report->reason.n) problem("the card's reason: %.*s", (int)report->reason.n, (const char *)report->reason.p);
    }
    if (report->options->json) ok = print_json(report);
    if (report->steps == stdout && (fflush(stdout) != 0 || ferror(stdout))) ok = false;
    return ok || problem("the output could not be written");
}
